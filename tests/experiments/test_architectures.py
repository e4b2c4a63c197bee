"""The experiment on networks: its numbers against others of the same runs, its refusals, and runs taken up again."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from adamproof import networks
from adamproof.cli.app import main
from adamproof.experiments import dependence, records
from adamproof.experiments.architectures import conditions
from adamproof.experiments.runner import Runner
from adamproof.simulator import Algorithm, SimulationError, simulate
from tests.experiments.test_experiments import SMALL

pytest.importorskip("sklearn")
ALL = SMALL["architectures-conditions"]
PARAMETERS = {**ALL, "networks": {"lstm": ALL["networks"]["lstm"]}}
PLAIN = Algorithm(1e-3, 0.9, 0.999, 1e-8)


@pytest.fixture(scope="module")
def lstm() -> dict[str, Any]:
    return conditions.run(Runner(seed=3), PARAMETERS)


def test_its_numbers_are_those_of_the_runs(lstm: dict[str, Any]) -> None:
    network = networks.lstm(3, 4)
    problem = networks.problem(network, networks.topics(6, 32), 4, start=3)
    run = simulate(problem, PLAIN, 32, 24, 3, snapshots=[15, 16])
    x, m, v = run.snapshots[15].x, run.snapshots[16].m, run.snapshots[16].v
    a, u = problem.gradient(x), np.abs(m) / (np.sqrt(v) + 1e-8)
    seen = lstm["networks"]["lstm"]["at"]["middle"]
    assert (seen["step"], list(seen["arrays"])) == (16, [part.name for part in network.parts])
    for part in network.parts:
        row, one, g, e = (seen["arrays"][part.name], u[:, part.place], a[:, part.place], (m - a)[:, part.place])
        assert row["n"] == one.shape[1]
        assert row["mean u"]["mean"] == pytest.approx(one.mean())
        assert row["|u o a|/|a|"]["mean"] == pytest.approx((one * np.abs(g)).sum() / np.abs(g).sum())
        lengths = np.linalg.norm(g, axis=1)
        assert row["|e|/|a|"]["mean"] == pytest.approx(np.linalg.norm(e, axis=1).sum() / lengths.sum())
        spread = (np.abs(g).sum(axis=1) / lengths).mean() / np.sqrt(one.shape[1])
        assert row["|a|_1/(sqrt(n) |a|_2)"]["mean"] == pytest.approx(spread)
        assert row["effective"] == pytest.approx(dependence.effective(one))
        assert row["identical"] is None is row["shared"]  # tests in the last step alone
        assert 0.0 < row["max u / R_t"] <= 1.0
        assert row["moving"] == sum(len(set(column)) == 24 and column.min() > 0.0 for column in one.T)
        assert row["compared"] == min(4, row["moving"])
    assert seen["across"]["effective"] == pytest.approx(dependence.effective(u))
    series = lstm["networks"]["lstm"]["over time"]
    assert series["steps"] == [16, 32] and series["max u / R_t"][0] <= 1.0 + 1e-12
    late = lstm["networks"]["lstm"]["at"]["late"]
    assert lstm["together"] == 2 * (1 + 6)
    assert all(row["identical"] and row["shared"] for row in late["arrays"].values() if row["compared"] > 1)


def test_symbols_that_no_batch_has_are_counted_and_not_compared(lstm: dict[str, Any]) -> None:
    row = lstm["networks"]["lstm"]["at"]["late"]["arrays"]["embedding.symbols"]
    assert row["moving"] < row["n"] and row["near epsilon"] > 0.0


def test_what_is_rejected_is_corrected_over_all_tests(lstm: dict[str, Any]) -> None:
    """A p-value that is small by itself does not count, nor does one of fewer tests."""

    def with_p(value: float) -> dict[str, Any]:
        late = lstm["networks"]["lstm"]["at"]["late"]
        rows = {name: {**row, "shared": row["shared"] and {**row["shared"], "p_value": 1.0},
                       "identical": row["identical"] and {**row["identical"], "smallest": 1.0}}
                for name, row in {**late["arrays"], "across": late["across"]}.items()}  # fmt: skip
        across = {**rows.pop("across"), "shared": {**late["across"]["shared"], "p_value": value}}
        part = {**lstm["networks"]["lstm"], "at": {"late": {**late, "arrays": rows, "across": across}}}
        return {**lstm, "networks": {"lstm": part}}

    assert conditions.rejected(with_p(0.05)) == conditions.rejected(with_p(0.0036)) == set()
    assert conditions.rejected(with_p(0.0035)) == {14}  # 0.05 over 14 tests


def test_sizes_that_cannot_reject_are_refused() -> None:
    few = {"lstm": {**PARAMETERS["networks"]["lstm"], "replicates": 8}}
    with pytest.raises(SimulationError, match="8 replicates of 4 coordinates are too few for a test at the level"):
        conditions.run(Runner(), {**PARAMETERS, "networks": few})
    with pytest.raises(SimulationError, match=r"199 permutations are too few for a test at the level 0\.00357"):
        conditions.run(Runner(), {**PARAMETERS, "permutations": 199})


def test_an_experiment_is_taken_up_again(lstm: dict[str, Any], tmp_path: Path) -> None:
    """Stopped in the midst of a run, it goes on there, to the same numbers; a run that is done is not run again."""

    def stop(text: str) -> None:
        if text == "lstm: step 20 of 32":
            os.kill(os.getpid(), signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        conditions.run(Runner(3, folder=tmp_path, progress=stop), PARAMETERS)
    assert [path.name for path in tmp_path.iterdir()] == ["001-lstm.npz"]
    said: list[str] = []
    assert conditions.run(Runner(3, folder=tmp_path, progress=said.append), PARAMETERS) == lstm
    assert next(text for text in said if ": step" in text) == "lstm: step 21 of 32"
    said.clear()
    assert conditions.run(Runner(3, folder=tmp_path, progress=said.append), PARAMETERS) == lstm
    assert not [text for text in said if text.endswith(" of 32")]
    with pytest.raises(SimulationError, match=r"is from another run \(.*seed"):
        conditions.run(Runner(4, folder=tmp_path), PARAMETERS)


def test_checkpoints_of_the_command(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """They lie in a folder of the code that made them."""
    monkeypatch.setattr(conditions, "DEFAULT", PARAMETERS)
    command = ["experiment", "architectures-conditions", "--engine", "numpy", "--checkpoints", str(tmp_path / "runs")]
    first, again = (CliRunner().invoke(main, command) for _ in range(2))
    assert first.exit_code == 0, first.output
    assert first.stdout == again.stdout
    digest = records.fingerprint("architectures-conditions")[:12]
    assert [path.name for path in (tmp_path / "runs").iterdir()] == [f"architectures-conditions-{digest}"]
    assert "observed in runs, which prove nothing" in first.stdout


def test_the_networks_are_part_of_the_digest_of_their_experiment_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    before = {name: records.fingerprint(name) for name in ("architectures-conditions", "rate")}
    records.fingerprint.cache_clear()
    monkeypatch.setattr(records, "NETWORKS", "none")
    assert records.fingerprint("architectures-conditions") != before["architectures-conditions"]
    assert records.fingerprint("rate") == before["rate"]
    records.fingerprint.cache_clear()
