"""The project's own networks under the recorder: two lines around a training, the page, the bound."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from adamproof.audit import judge, read, watch
from adamproof.audit.verdicts import CANNOT_TELL, HOLDS, SEEN
from adamproof.cli import main
from adamproof.networks import Adam, Data, Network, Trainable, cnn, lstm, topics, transformer

SEEDS = np.random.default_rng(0)


def pictures() -> Data:
    """Two kinds of noise, in place of scikit-learn's digits."""
    kinds = np.arange(256) % 2
    made = SEEDS.normal(size=(256, 8, 8, 1)) + kinds[:, None, None, None] * np.linspace(-1, 1, 8)[:, None, None]
    return Data("noise", made, kinds.astype(np.int64), 10)


MADE = {
    "cnn": (lambda: cnn(4, 8), pictures),
    "lstm": (lambda: lstm(8, 12), lambda: topics(8, 256)),
    "transformer": (lambda: transformer(8, 2, 8), lambda: topics(8, 256)),
}


def trained(network: Network, data: Data, path: Path, steps: int = 60) -> Trainable:
    """A training as a script of a user has it, with probes at three of its steps."""
    model = Trainable(network, dtype=np.float32)
    optimizer = Adam(model.parameters(), lr=3e-3)
    random = np.random.default_rng(1)

    def draw(size: int) -> Any:
        return random.integers(len(data.targets), size=size)

    def loss(which: Any) -> float:
        return model.backward(data.inputs[which], data.targets[which])

    with watch(optimizer, model, every=5, budget=None) as audit:
        for step in range(steps):
            which = draw(16)
            model.backward(data.inputs[which], data.targets[which])
            optimizer.step()
            if step in (0, 20, 40):
                audit.probe(loss, large=[draw(64) for _ in range(6)], small=[draw(16) for _ in range(6)])
    assert not audit.stopped, audit.stopped
    audit.save(path)
    return model


@pytest.fixture(scope="module", params=MADE)
def run(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Trainable, Path]:
    make_network, make_data = MADE[request.param]
    path = tmp_path_factory.mktemp("networks") / "run.audit"
    return request.param, trained(make_network(), make_data(), path), path


Trained = tuple[str, Trainable, Path]


def test_the_record_is_of_the_networks_layers(run: Trained) -> None:
    name, model, path = run
    found = read(path)
    assert found.complete and found.at.tolist() == [1, *range(5, 61, 5)]
    assert [(layer.name, layer.n) for layer in found.layers] == [(p.name, p.size) for p in model.parameters()]
    assert {layer.v for layer in found.layers} == {"float32"} and found.d == model.vector.size
    assert found.header["optimizer"] == "adamproof.networks.training.Adam"
    words = {each.subject: each.word for each in judge(found)}
    assert words["u <= R_t"] == HOLDS and words["u identically distributed"] == CANNOT_TELL
    assert words["|a|_1/(sqrt(d) |a|_2)"] == SEEN and len(found.probes) == 3
    losses = [probe["loss"] for probe in found.probes]
    assert losses[-1] < losses[0], name


def test_the_way_of_the_weights_is_that_of_the_training(run: Trained) -> None:
    """|w|^2 at the last full record, and the gradient's own numbers, are finite and fall or stay with the loss."""
    found = read(run[2])
    last = np.flatnonzero(np.isfinite(found.numbers["w2"]).any(axis=1))[-1]
    assert found.at[last] == 20  # the fifth record
    for column in ("w2", "moved2", "g1", "g2", "mg2", "ug"):
        assert np.isfinite(found.numbers[column][last]).all(), column


def test_a_probe_leaves_the_training_as_it_was(tmp_path: Path) -> None:
    """With and without: the same bits."""
    network, data = cnn(2, 4), pictures()
    vectors = []
    for probing in (False, True):
        model = Trainable(network)
        optimizer = Adam(model.parameters())
        with watch(optimizer, model, every=1, budget=None) as audit:
            for step in range(3):
                part = slice(16 * step, 16 * step + 16)
                model.backward(data.inputs[part], data.targets[part])
                optimizer.step()
                if probing:
                    before = model.vector.copy()
                    audit.probe(
                        lambda at, m=model: m.backward(data.inputs[at : at + 50], data.targets[at : at + 50]),
                        large=[0, 50, 100], small=[1, 2],
                    )  # fmt: skip
                    assert (model.vector == before).all()
        assert not audit.stopped, audit.stopped
        vectors.append(model.vector)
    assert (vectors[0] == vectors[1]).all()


def test_the_page_and_the_bound(run: Trained, tmp_path: Path) -> None:
    _, model, path = run
    page = tmp_path / "run.html"
    said = CliRunner().invoke(main, ["audit", str(path), "--html", str(page)])
    assert said.exit_code == 0 and "HOLDS" in said.output, said.output
    text = page.read_text(encoding="utf-8")
    assert all(p.name in text for p in model.parameters()) and "There is no bound" not in text
    bound = CliRunner().invoke(main, ["bound", "--from", str(path), "--json"])
    document = json.loads(bound.stdout)
    assert document["settings"]["dim"] == str(model.vector.size) and document["settings"]["steps"] == "60"
    assert document["from"]["gap"]["how"].startswith(
        "upper end of the interval of the loss at the first probe, if no loss is below 0"
    )
    assert bound.exit_code in (0, 1)
