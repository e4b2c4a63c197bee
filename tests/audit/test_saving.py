"""Where a record goes: no other is replaced, the training never pays for it, and its end is that of the training."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from adamproof.audit import AuditWarning, judge, read, watch, watch_arrays
from adamproof.audit.clock import Clock
from adamproof.audit.record import run_of
from adamproof.audit.verdicts import mean_u
from tests.audit.stand_in import Adam, torch  # noqa: F401
from tests.audit.trainings import model, recorded, train

pytestmark = pytest.mark.usefixtures("torch")
ROOT = Path(__file__).resolve().parents[2]


def recorder(steps: int = 3, **more: Any) -> Any:
    found = watch_arrays(0.9, 0.999, every=1, budget=None, **more)
    for t in range(1, steps + 1):
        found.record(t, {"x": {"m": np.full(3, 1 - 0.9**t), "v": np.full(3, 1 - 0.999**t)}})
    return found


@pytest.mark.parametrize("in_memory", [True, False])
def test_save_replaces_its_own_record_and_no_other(in_memory: bool, tmp_path: Path) -> None:
    path = tmp_path / "run.audit"
    assert recorder(3).save(path) == path
    other = recorder(5, path=None if in_memory else tmp_path / "lines.audit")
    with pytest.warns(AuditWarning, match=r"run\.audit is there already.* it writes .*run-2\.audit"):
        assert other.save(path) == tmp_path / "run-2.audit"
    with pytest.warns(AuditWarning, match=r"it writes .*run-2\.audit"):
        assert other.save(path) == tmp_path / "run-2.audit"
    assert len(read(path).at) == 3 and len(read(tmp_path / "run-2.audit").at) == 5
    assert not (tmp_path / "run-3.audit").exists()


def test_save_knows_the_file_that_the_lines_went_into(tmp_path: Path) -> None:
    path = tmp_path / "run.audit"
    recorder(3).save(path)
    with pytest.warns(AuditWarning, match=r"run-2\.audit"):
        again = recorder(4, path=path)
    with pytest.warns(AuditWarning, match=r"run-2\.audit"):
        assert again.save(path) == tmp_path / "run-2.audit"
    assert sorted(each.name for each in tmp_path.iterdir()) == ["run-2.audit", "run.audit"]


def test_a_place_that_cannot_be_written_does_not_cost_the_record(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    for bad in (tmp_path / "nowhere" / "run.audit", tmp_path):
        with pytest.warns(AuditWarning, match="cannot write .* its record is in"):
            found = recorder(3).save(bad)
        assert found is not None and found.is_relative_to(tmp_path) and len(read(found).at) == 3
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "nowhere"))
    with pytest.warns(AuditWarning, match="the audit's record is lost"):
        assert recorder(3).save(tmp_path / "nowhere" / "run.audit") is None


def test_a_failure_to_write_is_named_as_one() -> None:
    found = recorder(1)

    def full(line: Any) -> None:
        raise OSError(28, "No space left on device")

    found._writer.line = full
    with pytest.warns(AuditWarning, match="the recorder could not write: .*No space left"):
        found.record(2, {"x": {"m": np.ones(3), "v": np.ones(3)}})


KILLED = """
import numpy as np
from adamproof.audit import watch_arrays

audit = watch_arrays(0.9, 0.999, every=1, budget=None, path="run.audit")
for t in range(1, 51):
    audit.record(t, {"x": {"m": np.full(3, 1 - 0.9**t), "v": np.full(3, 1 - 0.999**t)}})
if FORKED:
    import os, sys
    child = os.fork()
    if not child:
        sys.exit()  # through its own end of Python, which must leave the file to its parent
    os.waitpid(child, 0)
raise KeyboardInterrupt
"""


@pytest.mark.parametrize("forked", [False, pytest.param(True, marks=pytest.mark.skipif(os.name != "posix", reason=""))])
def test_an_exception_that_ends_python_takes_no_line(forked: bool, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", KILLED.replace("FORKED", str(forked))], cwd=tmp_path, capture_output=True, text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)}, check=False,
    )  # fmt: skip
    assert done.returncode and "KeyboardInterrupt" in done.stderr
    run = read(tmp_path / "run.audit")
    assert run.at.tolist() == list(range(1, 51)) and not run.complete
    assert "it was not closed" in next(each.text for each in judge(run) if each.subject == "record")


def test_the_last_step_has_all_numbers_where_its_own_record_has_few() -> None:
    net = model()
    optimizer = Adam(net.parameters(), lr=1e-2)
    with watch(optimizer, net, every=5, budget=None) as found:
        train(net, optimizer, 40)
    lines = [line for line in found.lines() if "t" in line]
    assert [line["at"] for line in lines[-3:]] == [35, 40, 40] and "eps" not in lines[-2]
    run = run_of(found.lines()[:-1], "")
    assert run.at[-2:].tolist() == [35, 40] and np.isfinite(run.numbers["eps"][-1]).all()
    assert np.isfinite(run.lr).all() and len(run.counts[-1]) == 3
    with watch(optimizer, net, every=5, budget=None) as other:
        train(net, optimizer, 40)
        for state in optimizer.state.values():
            state["step"].values = state["step"].values + np.float32(7)  # another state is loaded
    assert [line["at"] for line in other.lines() if "t" in line][-2:] == [35, 40]


def test_a_mean_of_u_is_not_rounded_above_its_bound() -> None:
    for size in (1005, 1045, 1549):
        gradient = np.linspace(1.0, 2.0, size)
        run = recorded(lambda t, gradient=gradient: {"x": gradient}, 2, every=1, epsilon=0.0)  # type: ignore[misc]
        assert mean_u(run)[0] == pytest.approx(1.0, rel=1e-8)
        assert run.numbers["ug"][0, 0] <= run.numbers["g1"][0, 0] * (1 + 1e-8)


def test_the_time_of_a_probe_counts_on_neither_side(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [0.0]
    monkeypatch.setattr("adamproof.audit.clock.time.perf_counter", lambda: now[0])
    clock = Clock()

    def later(seconds: float) -> None:
        now[0] += seconds

    clock.longer(lambda: later(0.1), 1, 1, 0.5)
    later(2.0)
    with clock.aside():
        later(1000.0)
    clock.longer(lambda: later(0.1), 2, 1, 0.5)
    assert clock.steps == pytest.approx(2.0)


def test_a_first_record_that_fails_behind_its_header_can_be_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adamproof.audit.recorder.Recorder._rows", lambda *_: 1 / 0)
    with pytest.warns(AuditWarning, match="ZeroDivisionError"):
        found = recorder(3)
    found.save(path := tmp_path / "run.audit")
    run = read(path)
    assert not len(run.at) and run.complete
    assert "ZeroDivisionError" in next(each.text for each in judge(run) if each.subject == "record")
