"""Whole networks: derivatives, data, as problems of the simulator, and under Adam as a script has it."""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from adamproof.networks import (
    ARCHITECTURES,
    Adam,
    Data,
    Network,
    Trainable,
    cnn,
    images,
    lstm,
    named,
    network,
    problem,
    topics,
    transformer,
)  # fmt: skip
from adamproof.networks.data import SYMBOLS, characters
from adamproof.networks.network import cross_entropy
from adamproof.simulator import Algorithm, Sampled, SimulationError, simulate
from adamproof.simulator.noise import Draws
from tests.networks.common import Boxed, boxed
from tests.simulator.common import same_runs

ROOT = Path(__file__).resolve().parents[2]
RANDOM = np.random.default_rng(11)
SMALL: dict[str, Network] = {
    "cnn": cnn(2, 3), "lstm": lstm(3, 4), "transformer": transformer(4, 2, 6, 2),
}  # fmt: skip
STANDARD = Algorithm(0.01, 0.9, 0.99, 1e-8)


def samples(name: str, count: int = 5) -> Data:
    """Data of the right shapes that need no extra."""
    if name == "cnn":
        random = np.random.default_rng(count)
        return Data("noise", random.uniform(size=(count, 8, 8, 1)), random.integers(0, 10, count), 10)
    return topics(6, count)


def few(name: str, batch: int = 2, count: int = 9) -> Sampled:
    return problem(SMALL[name], samples(name, count), batch)


# --- derivatives --------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SMALL)
def test_every_array_has_the_derivatives_of_finite_differences(name: str) -> None:
    network, data = SMALL[name], samples(name)
    vector = network.initial(3) + 0.01 * RANDOM.normal(size=network.d)
    value, gradient = network.gradient(vector, data.inputs, data.targets)
    assert value == network.loss(vector, data.inputs, data.targets)
    scale = np.abs(gradient).max()
    for part in network.parts:
        for j in RANDOM.choice(np.arange(part.place.start, part.place.stop), 6):
            ends = []
            for shift in (1e-5, -1e-5):
                moved = vector.copy()
                moved[j] += shift
                ends.append(network.loss(moved, data.inputs, data.targets))
            assert gradient[j] == pytest.approx((ends[0] - ends[1]) / 2e-5, rel=1e-6, abs=1e-7 * scale), part.name


def test_the_loss_of_shares() -> None:
    outputs = np.log(np.array([[0.2, 0.3, 0.5], [0.1, 0.1, 0.8]])) + 700.0
    value, by_output = cross_entropy(outputs, np.array([2, 0]))
    assert value == pytest.approx(-0.5 * (np.log(0.5) + np.log(0.1)))
    assert by_output == pytest.approx(np.array([[0.1, 0.15, -0.25], [-0.45, 0.05, 0.4]]))


@pytest.mark.parametrize("name", SMALL)
def test_arrays_of_another_library_stay_its_own(name: str) -> None:
    """As CuPy's do, which takes part in NumPy's protocols."""
    network, data = SMALL[name], samples(name)
    vector = network.initial(3)
    value, gradient = network.gradient(vector, data.inputs, data.targets)
    found: Any = network.gradient(boxed(vector), boxed(data.inputs), boxed(data.targets), boxed(np.empty(network.d)))
    assert found[0] == value
    assert isinstance(found[1], Boxed) and np.array_equal(found[1].inside, gradient)


@pytest.mark.parametrize("name", SMALL)
def test_derivatives_have_the_precision_of_the_parameters(name: str) -> None:
    network, data = SMALL[name], samples(name)
    vector = network.initial(3)
    _, exact = network.gradient(vector, data.inputs, data.targets)
    model = Trainable(network, 3, np.float32)
    model.backward(data.inputs, data.targets)
    assert model.gradient.dtype == np.float32
    assert model.gradient == pytest.approx(exact, rel=1e-3, abs=1e-5 * np.abs(exact).max())


# --- parameters ---------------------------------------------------------------------------------


def test_the_sizes_are_those_of_the_docstrings() -> None:
    for make in (cnn, lstm, transformer):
        assert f"{make().d:,} parameters" in str(make.__doc__)
    assert [part.name for part in lstm().parts] == [
        "embedding.symbols", "lstm.inputs", "lstm.hidden", "lstm.bias", "dense.weight", "dense.bias",
    ]  # fmt: skip


def test_parameters_lie_in_one_vector() -> None:
    network = SMALL["transformer"]
    vector = network.initial(0)
    tree = network.views(vector)
    tree["attention2"]["into"]["weight"][...] = 7.0
    split = network.split(np.stack([vector, vector]))
    assert (split["attention2.into.weight"] == 7.0).all() and (vector == 7.0).sum() == 4 * 12
    assert np.array_equal(np.concatenate(list(split.values()), axis=1)[0], vector)


def test_a_start_depends_on_its_seed_alone() -> None:
    vector = cnn().initial(5)
    assert hashlib.sha256(vector.tobytes()).hexdigest()[:16] == "13f48c070493f4fb"
    assert not np.array_equal(vector, cnn().initial(6))
    for part in cnn().parts:
        values, half = vector[part.place], part.spec.half
        assert np.abs(values).max() <= half
        assert values.std() == pytest.approx(half / 3**0.5, rel=0.2)
    assert (SMALL["transformer"].views(SMALL["transformer"].initial(0))["norm"]["scale"] == 1.0).all()


@pytest.mark.parametrize(
    "action, message",
    [
        (lambda: cnn(0), "the width is 0, but must be a whole number from 1 to 4096"),
        (lambda: lstm(4, 2.0), r"the number of hidden outputs is 2\.0"),  # type: ignore[arg-type]
        (lambda: transformer(10, 4), "the width is 10, but must be a multiple of the 4 heads"),
        (lambda: named("rnn"), "there is no network 'rnn'; choose from cnn, lstm, transformer"),
        (lambda: few("lstm", batch=0), "the number of samples in a batch is 0"),
        (lambda: problem(SMALL["lstm"], samples("lstm"), 2, -1), "the seed of the start is -1"),
        (lambda: problem(SMALL["cnn"], samples("lstm")), "the network .cnn. does not fit the data .help texts of Pyt"),
        (lambda: problem(SMALL["lstm"], replace(samples("cnn"))), "the network 'lstm' does not fit the data 'noise'"),
        (lambda: Data("mine", np.ones((3, 2)), np.array([0, 1]), 2), "and targets of shape .* do not match"),
        (lambda: Data("mine", np.ones((2, 2)), np.array([0, 2]), 2), "a target is not a whole number from 0 to 1"),
        (lambda: Data("mine", np.ones((2, 2)), np.array([0.0, 1.0]), 2), "a target is not a whole number from 0 to 1"),
        (lambda: Data("mine", np.full((2, 2), np.nan), np.array([0, 1]), 2), "an input is not finite"),
        (lambda: topics(0), "the length of a sample is 0"),
        (lambda: topics(1000, 10**6), "the number of samples is 1000000, but must be a whole number from 1 to 4"),
        (lambda: Adam([], lr=-1.0), r"the learning rate is -1\.0"),
        (lambda: Adam([], betas=(0.9, 1.0)), r"beta2 is 1\.0"),
    ],
)
def test_what_is_refused(action: Any, message: str) -> None:
    with pytest.raises(SimulationError, match=message):
        action()


# --- data ---------------------------------------------------------------------------------------


def test_characters() -> None:
    assert characters("\n ~\tAé").tolist() == [0, 1, 95, 32, 34, 32]  # a tab and é count as "?"
    assert characters("?").tolist() == [32]


def test_text() -> None:
    data = topics(7, 20)
    assert data.inputs.shape == data.targets.shape == (20, 7)
    assert np.array_equal(data.inputs[:, 1:], data.targets[:, :-1])  # each character's class is the next one
    assert 0 <= data.inputs.min() and data.inputs.max() < SYMBOLS == data.classes
    assert len({row.tobytes() for row in data.inputs}) == 20
    assert data.digest == topics(7, 20).digest != topics(7, 21).digest


def test_digits() -> None:
    pytest.importorskip("sklearn")
    data = images()
    assert data.inputs.shape == (1797, 8, 8, 1) and data.targets.shape == (1797,)
    assert (data.inputs.min(), data.inputs.max(), data.classes) == (0.0, 1.0, 10)


def test_digits_without_scikit_learn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sklearn.datasets", None)
    with pytest.raises(SimulationError, match=r"pip install 'adamproof\[data\]'"):
        named("cnn")


# --- as problems of the simulator ---------------------------------------------------------------


@pytest.mark.parametrize("name", SMALL)
def test_the_exact_gradient_is_the_mean_over_all_samples(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    network, data = SMALL[name], samples(name, 9)
    whole = problem(network, data, 2)
    value, gradient = network.gradient(whole.start, data.inputs, data.targets)
    for together in (64, 4):
        monkeypatch.setattr("adamproof.networks.architectures.TOGETHER", together)
        assert whole.gradient(whole.start[None])[0] == pytest.approx(gradient, rel=1e-9, abs=1e-14)
        assert whole.value(whole.start[None]) == pytest.approx([value])


def test_mini_batches_are_the_draws() -> None:
    network, data = SMALL["lstm"], samples("lstm", 9)
    whole, draws = problem(network, data, 3), Draws(4, np.arange(2, dtype=np.uint64), 17)
    chosen = draws.choices(3, 9)
    assert chosen.shape == (2, 3) and np.array_equal(chosen, draws.choices(3, 9))
    found = whole.noisy(np.stack([whole.start] * 2), draws)
    assert found is not None
    for row, which in zip(found, chosen, strict=True):
        assert np.array_equal(row, network.gradient(whole.start, data.inputs[which], data.targets[which])[1])


@pytest.mark.parametrize("name", SMALL)
def test_a_run_depends_neither_on_its_pieces_nor_on_other_replicates(name: str, tmp_path: Path) -> None:
    what, path = few(name), tmp_path / "run.npz"
    whole = simulate(what, STANDARD, 12, 4, 8, exact_every=5, snapshots=[6])
    assert np.array_equal(simulate(what, STANDARD, 12, 2, 8, exact_every=12).state.x, whole.state.x[:2])

    def stopping(done: int, steps: int) -> None:
        if done == 7:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        simulate(what, STANDARD, 12, 4, 8, exact_every=5, snapshots=[6], checkpoint=path, save_every=0.0,
                 progress=stopping)  # fmt: skip
    again = simulate(what, STANDARD, 12, 4, 8, exact_every=5, snapshots=[6], checkpoint=path, resume=True)
    assert same_runs(whole, again)
    other = replace(samples(name, 9), targets=np.roll(samples(name, 9).targets, 1))
    with pytest.raises(SimulationError, match=r"is from another run \(data differ\)"):
        simulate(problem(SMALL[name], other, 2), STANDARD, 12, 4, 8, exact_every=5, checkpoint=path, resume=True)


PROGRAM = """
import hashlib
import numpy as np
from adamproof.networks import Data, cnn, lstm, problem, topics, transformer
from adamproof.simulator import adam, simulate
random = np.random.default_rng(0)
pixels = Data("noise", random.uniform(size=(64, 8, 8, 1)), random.integers(0, 10, 64), 10)
text = topics(samples=64)
for network, data in ((cnn(), pixels), (cnn(4, 16), pixels), (lstm(), text), (transformer(), text)):
    run = simulate(problem(network, data), adam(1e-3), 3, 2, exact_every=3)
    print(hashlib.sha256(run.state.x.tobytes()).hexdigest())
"""


@pytest.mark.slow
def test_threads_of_the_products_change_no_bit() -> None:
    """Since threadpoolctl leaves them one; OpenBLAS's on two may differ in the last bits (those of cnn(4, 16) do)."""
    pytest.importorskip("threadpoolctl")
    said = []
    for threads in ("1", "2"):
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "OPENBLAS_NUM_THREADS": threads}
        command = [sys.executable, "-c", PROGRAM]
        said.append(subprocess.run(command, capture_output=True, text=True, env=environment, check=True).stdout)
    assert said[0] == said[1] and len(set(said[0].split())) == 4


def test_without_threadpoolctl(monkeypatch: pytest.MonkeyPatch) -> None:
    vector, data = SMALL["lstm"].initial(0), samples("lstm")
    expected = SMALL["lstm"].loss(vector, data.inputs, data.targets)
    monkeypatch.setitem(sys.modules, "threadpoolctl", None)
    network._threads.cache_clear()
    try:
        assert SMALL["lstm"].loss(vector, data.inputs, data.targets) == pytest.approx(expected, rel=1e-12)
    finally:
        network._threads.cache_clear()


# --- as a script trains -------------------------------------------------------------------------


@pytest.mark.parametrize("name", SMALL)
def test_adam_is_the_simulators(name: str) -> None:
    """With bias correction, on the same batches; up to rounding, since the order of operations differs."""
    data = samples(name, 9)
    run = simulate(problem(SMALL[name], data, 3), Algorithm(0.01, 0.9, 0.99, 1e-8, bias_correction=True), 20, 1, 6)
    model = Trainable(SMALL[name])
    optimizer = Adam(model.parameters(), lr=0.01, betas=(0.9, 0.99), eps=1e-8)
    for step in range(20):
        (chosen,) = Draws(6, np.zeros(1, np.uint64), step).choices(3, 9)
        model.backward(data.inputs[chosen], data.targets[chosen])
        optimizer.step()
    assert model.vector == pytest.approx(run.state.x[0], rel=1e-6, abs=1e-9)


def library(value: Any) -> type:
    """Whose array something is, as a watcher finds out."""
    return next(kind for kind in type(value).__mro__ if kind.__module__ == "numpy")


def test_what_a_watcher_finds() -> None:
    """The attributes of torch.optim.Adam, after a step with a parameter that has no derivative."""
    model = Trainable(SMALL["cnn"], dtype=np.float32)
    data = samples("cnn")
    optimizer = Adam(model.parameters(), lr=0.1, betas=(0.5, 0.75), eps=1e-4)
    calls: list[Any] = []
    handle = optimizer.register_step_post_hook(lambda *said: calls.append(said))
    model.backward(data.inputs, data.targets)
    first, *others = model.parameters()
    first.grad, kept = None, first.copy()
    optimizer.step()
    assert calls == [(optimizer, (), {})]
    (group,) = optimizer.param_groups
    assert (group["lr"], group["betas"], group["eps"], group["weight_decay"]) == (0.1, (0.5, 0.75), 1e-4, 0.0)
    assert [one.name for one in group["params"]] == [name for name, _ in model.named_parameters()]
    assert first not in optimizer.state and np.array_equal(first, kept)
    for one in others:
        assert library(one) is library(optimizer.state[one]["exp_avg"]) is np.ndarray
        state = optimizer.state[one]
        assert (state["step"], state["exp_avg"].dtype, state["exp_avg"].shape) == (1, np.float32, one.shape)
        assert state["exp_avg"] == pytest.approx(0.5 * one.grad) and state["exp_avg_sq"] == pytest.approx(
            0.25 * one.grad**2, abs=1e-30
        )
        assert one.dtype == np.float32 and np.shares_memory(one, model.vector)
    handle.remove()
    handle.remove()
    optimizer.zero_grad()
    optimizer.step()
    assert len(calls) == 1 and optimizer.state[others[0]]["step"] == 1


@pytest.mark.parametrize("name", SMALL)
def test_the_networks_learn(name: str) -> None:
    """Below the best that one can do without looking at the inputs."""
    data = samples(name, 60)
    if name == "cnn":
        data = replace(data, targets=(data.inputs[:, :4].sum((1, 2, 3)) > data.inputs[:, 4:].sum((1, 2, 3))) * 1)
    shares = np.bincount(data.targets.reshape(-1)) / data.targets.size
    blind = -(shares[shares > 0] * np.log(shares[shares > 0])).sum()
    model = Trainable({"cnn": cnn(4, 16), "lstm": lstm(16, 32), "transformer": transformer(16, 2, 6)}[name])
    optimizer = Adam(model.parameters(), lr=1e-2)
    for _ in range(150):
        loss = model.backward(data.inputs, data.targets)
        optimizer.step()
    assert loss < 0.8 * blind


def test_every_architecture_has_its_data() -> None:
    for name, (make, data) in ARCHITECTURES.items():
        assert make().name == name
        if name != "cnn":
            assert data().inputs.shape == (1024, 32)


def test_the_examples_of_the_page() -> None:
    """Its means are of the text that it names by a digest.

    With the text of another release of Python, names and sizes are the same, and the means differ by half again as
    much as the page says of other releases at most.
    """
    page = (ROOT / "docs" / "networks.md").read_text(encoding="utf-8")
    first, second = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    (shown,) = re.findall(r"```text\n(.*?)```", page, re.DOTALL)
    ((digest, apart),) = re.findall(r"`topics\(samples=64\)\.digest` is (\w+)\).*?at most (0\.\d+)\.", page, re.DOTALL)
    said, names = io.StringIO(), {}
    with contextlib.redirect_stdout(said):
        exec(first, {})
    if topics(samples=64).digest == digest:
        assert said.getvalue() == shown
    tables = [[line.rsplit(maxsplit=1) for line in text.splitlines()] for text in (said.getvalue(), shown)]
    for (part, mean), (its_part, its_mean) in zip(*tables, strict=True):
        assert part == its_part
        assert float(mean) == pytest.approx(float(its_mean), rel=0, abs=1.5 * float(apart))
    exec(second, names)
    assert 0.0 < names["loss"] < 4.6
    for name, (make, _) in ARCHITECTURES.items():
        assert f"| `{name}` |" in page and f"| {make().d:,} |" in page
