"""Whole sweeps: the same bytes by every executor, in every order and after every interruption; nothing is lost."""

from __future__ import annotations

import csv
import json
import os
import random
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import BrokenExecutor, Executor, Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from adamproof.executors.errors import OtherCode
from adamproof.executors.processes import Here, Processes
from adamproof.simulator import QUANTITIES, SimulationError, quadratic, simulate
from adamproof.simulator.algorithms import Algorithm
from adamproof.sweeps import cell, running
from adamproof.sweeps.cell import COLUMNS, MEANS, PLACES, Task, key, ran
from adamproof.sweeps.errors import SweepError
from adamproof.sweeps.grid import from_mapping, read
from adamproof.sweeps.journal import Journal
from adamproof.sweeps.running import ROWS, sweep
from adamproof.sweeps.setting import Setting
from tests.here import run_here
from tests.session import ROOT

SMALL = Path(__file__).with_name("small.toml")
QUICK = {"steps": 4, "dim": 1, "replicates": 1, "seed": {"first": 0, "count": 30}, "lr": ["1e-3", "1e-2"]}
FILES = ("table.csv", "picture.svg")


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The files of the small sweep, run here in order."""
    pytest.importorskip("sklearn")
    folder = tmp_path_factory.mktemp("expected")
    assert sweep(SMALL, folder, Here()).runs == 40
    return files(folder)


@pytest.fixture
def undrawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sweeps without a picture, which takes longer than their runs."""
    monkeypatch.setattr(running, "_drawn", lambda *_: ([], []))


def files(folder: Path) -> dict[str, bytes]:
    return {name: (folder / name).read_bytes() for name in FILES if (folder / name).exists()}


class Shuffled(Executor):
    """An executor of one's own: it answers in an order of its own, from threads."""

    def __init__(self) -> None:
        self.pool, self.random = ThreadPoolExecutor(3), random.Random(1)

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        pause = self.random.random() / 50

        def later() -> Any:
            time.sleep(pause)
            return fn(*args, **kwargs)

        return self.pool.submit(later)


def test_a_row_is_the_run_of_its_settings() -> None:
    setting = Setting("quadratic", dim=3, beta1=0.5, lr=0.01, steps=30, replicates=4, seed=7)
    row = dict(zip((column.name for column in COLUMNS), cell.row(setting), strict=True))
    run = simulate(quadratic(3), Algorithm(0.01, 0.5, 0.999, 1e-8), 30, 4, 7)
    for name, (quantity, _) in MEANS.items():
        one = run.statistics.mean(quantity)
        assert (row[name], row[f"{name}_half_width"]) == (one.mean, one.half_width)
    assert {quantity for quantity, _ in MEANS.values()} == set(QUANTITIES)
    assert run.value is not None and row["final_value"] == run.value.mean
    assert (row["max_u"], row["status"], row["stopped_in"]) == (run.statistics.maximum, "complete", None)
    assert (row["dim"], row["seed"], row["batch"], row["A"], row["delta"]) == (3, 7, None, None, None)


def test_a_row_in_float32() -> None:
    rows = [cell.row(Setting(dim=3, lr=1e-7, steps=10, replicates=2, dtype=dtype)) for dtype in ("float64", "float32")]
    assert [row[PLACES["dtype"]] for row in rows] == ["float64", "float32"]
    one, other = ([row[PLACES[name]] for name in ("l1", "doubts")] for row in rows)
    assert one[1] is None and other[1].startswith("the largest |x| after step 10 is")
    assert other[0] == pytest.approx(one[0], rel=1e-6) and other[0] != one[0]
    assert key(Setting()) != key(Setting(dtype="float32"))


def test_a_schedule_and_a_run_that_stops() -> None:
    row = cell.row(Setting(exponents=(0.5, 0.5, 0.75), steps=16, dim=4, replicates=1))
    said = {name: row[PLACES[name]] for name in ("A", "C", "gamma", "beta1", "lr", "l1_half_width")}
    assert said == {"A": 0.5, "C": 0.75, "gamma": 1.0, "beta1": 0.75, "lr": 1 / 16, "l1_half_width": None}
    stopped = cell.row(Setting("cosh", lr=1e300, epsilon=0.0, steps=10, dim=1, replicates=1))
    assert (stopped[PLACES["status"]], stopped[PLACES["l1"]]) == ("not finite", None)
    assert stopped[PLACES["stopped_in"]] >= 1 and stopped[PLACES["lr"]] == 1e300


def test_the_columns_are_what_they_are_said_to_be() -> None:
    kinds = {"text": str, "whole": int, "real": float, "flag": bool}
    for setting in (Setting(steps=4), Setting(exponents=(0.5, 0.5, 0.75), noise="two-point", s1=1.0, p=1.0, steps=4)):
        for column, value in zip(COLUMNS, cell.row(setting), strict=True):
            assert value is None or type(value) is kinds[column.kind], column


@pytest.mark.parametrize("kind", ["processes", "threads in another order", "dask"])
def test_the_same_bytes_by_every_executor(
    kind: str, expected: dict[str, bytes], tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    if kind == "dask":
        with request.getfixturevalue("cluster").get_client() as client:
            sweep(SMALL, tmp_path, client.get_executor())
    elif kind == "processes":
        with Processes(2) as pool:
            sweep(SMALL, tmp_path, pool, ahead=3)
    else:
        sweep(SMALL, tmp_path, Shuffled())
    assert files(tmp_path) == expected


def test_a_killed_worker_of_dask_loses_nothing(
    cluster: Any,
    tmp_path: Path,
    expected: dict[str, bytes],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """In the middle: after the first rows, while the others are under way."""
    monkeypatch.setattr(running, "TOGETHER", 0.0)  # each run is a task of its own
    with cluster.get_client() as client:
        numbers = list(client.run(os.getpid).values())
        kill = iter([numbers[0]])

        def progress(text: str) -> None:
            if text.startswith(("3 ", "4 ", "5 ")) and (number := next(kill, None)):
                os.kill(number, signal.SIGKILL)

        sweep(SMALL, tmp_path, client.get_executor(), progress=progress)
        assert next(kill, None) is None
    assert files(tmp_path) == expected


class Broken(Executor):
    """Ends after some tasks, as a pool does whose processes are gone, or as a process that is interrupted."""

    def __init__(self, after: int, error: BaseException) -> None:
        self.left, self.error = after, error

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        self.left -= 1
        if self.left < 0:
            raise self.error
        return Here().submit(fn, *args, **kwargs)


@pytest.mark.usefixtures("undrawn")
def test_what_is_done_is_not_run_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "TOGETHER", 0.0)
    whole = tmp_path / "whole"
    sweep(QUICK, whole, Here())
    for error in (BrokenExecutor("its processes are gone"), KeyboardInterrupt(), RuntimeError("it was shut down")):
        place = tmp_path / type(error).__name__
        with pytest.raises(KeyboardInterrupt if isinstance(error, KeyboardInterrupt) else SweepError) as refusal:
            sweep(QUICK, place, Broken(11, error), ahead=4)
        done = len((place / ROWS).read_text(encoding="utf-8").splitlines())
        assert done == 11 - 3 and not (place / "table.csv").exists()
        if isinstance(refusal.value, SweepError):
            assert f"the executor cannot go on ({error}); the {done} rows in " in str(refusal.value)
            assert "are saved: put that right, then run the same command again" in str(refusal.value)
        part = sweep(QUICK, place, collect=True)
        assert (part.missing, part.kept) == (60 - done, done)
        assert len((place / "table.csv").read_text(encoding="utf-8").splitlines()) == 1 + done
        asked = Broken(60 - done, AssertionError())
        assert sweep(QUICK, place, asked).kept == done and asked.left == 0
        assert files(place) == files(whole)
    assert sweep(QUICK, whole, Broken(0, AssertionError())).kept == 60  # nothing is run


@pytest.mark.usefixtures("undrawn")
def test_more_values_run_what_is_new_alone(tmp_path: Path) -> None:
    sweep(QUICK, tmp_path, Here())
    found = sweep({**QUICK, "lr": ["1e-2", "1e-1", "1e-3"]}, tmp_path, Here())
    assert (found.runs, found.kept) == (90, 60)
    with (tmp_path / "table.csv").open(encoding="utf-8") as stream:
        assert [row["lr"] for row in csv.DictReader(stream)] == ["0.01"] * 30 + ["0.1"] * 30 + ["0.001"] * 30
    monkey = {**QUICK, "seed": 0}
    assert sweep(monkey, tmp_path, Broken(0, AssertionError())).kept == 2  # fewer are taken from there, too


@pytest.mark.usefixtures("undrawn")
def test_rows_of_other_code_are_run_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    few = {**QUICK, "seed": 0}
    assert sweep(few, tmp_path, Here()).kept == 0
    monkeypatch.setattr(cell, "code", lambda: "other")
    monkeypatch.setattr(running, "code", lambda: "other")
    assert sweep(few, tmp_path, Here()).kept == 0
    with pytest.raises(OtherCode, match="another version of adamproof: install the same one everywhere"):
        ran(Task((), "this"))
    monkeypatch.setattr(running, "code", lambda: "this")
    with pytest.raises(SweepError, match=r"the executor cannot go on \(process \d+ on \S+ has another version"):
        sweep({**few, "seed": 1}, tmp_path, Here())


# --- the rows on disk ---------------------------------------------------------------------------


def rows(count: int) -> Iterator[tuple[int, list[Any]]]:
    for number in range(count):
        yield key(Setting(seed=number)), [*["text"] * (len(COLUMNS) - 1), number + 0.1]


def test_a_line_that_is_not_whole_or_not_as_written_is_as_good_as_none(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    with Journal(path) as journal:
        for number, row in rows(5):
            journal.add(number, row)
    written = path.read_bytes()
    lines = written.splitlines(keepends=True)
    for cut in (1, 40, len(lines[-1]) - 1):  # where a process was killed
        path.write_bytes(written[:-cut])
        with Journal(path) as journal:
            assert len(journal) == 4 and journal.broken == 0
            assert path.read_bytes() == b"".join(lines[:4])
            journal.add(*list(rows(5))[4])
        assert path.read_bytes() == written
    for damaged in (lines[2].replace(b"text", b"TEXT"), b"\0" * len(lines[2][:-1]) + b"\n", b"\n", b"00000000 []\n"):
        path.write_bytes(b"".join([*lines[:2], damaged, *lines[3:]]))
        with Journal(path) as journal:
            assert (len(journal), journal.broken) == (4, 1)
            assert [journal.row(number) for number, _ in rows(5) if number in journal] == [
                row for place, (_, row) in enumerate(rows(5)) if place != 2
            ]


@pytest.mark.usefixtures("undrawn")
def test_damaged_rows_are_run_again_and_said(tmp_path: Path) -> None:
    few = {**QUICK, "seed": 0}
    sweep(few, tmp_path, Here())
    kept = files(tmp_path)
    path = tmp_path / ROWS
    path.write_bytes(path.read_bytes().replace(b"quadratic", b"Quadratic", 1))
    found = sweep(few, tmp_path, Here())
    assert found.kept == 1 and found.notes[0] == f"1 lines of {path} are damaged, and their runs were run again"
    assert files(tmp_path) == kept


def test_a_folder_is_one_sweeps_at_a_time(tmp_path: Path) -> None:
    with (
        Journal(tmp_path / ROWS),
        pytest.raises(SweepError, match=r"another sweep is writing .*: wait for its end, or choose another folder"),
    ):
        sweep(QUICK, tmp_path, Here())
    for place in ("/proc/nowhere", str(tmp_path / ROWS)):
        with pytest.raises(SweepError, match=r"cannot write into the folder .*; choose another one"):
            sweep(QUICK, place, Here())


@pytest.mark.usefixtures("undrawn")
def test_a_full_disk_loses_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A limit on the size of files ends like one: a part of a line is written, and then nothing more is."""
    monkeypatch.setattr(running, "TOGETHER", 0.0)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (5000, before[1]))
    try:
        with pytest.raises(SweepError) as refusal:
            sweep(QUICK, tmp_path, Here())
        lines = (tmp_path / ROWS).read_bytes().splitlines(keepends=True)
        assert len(lines) > 5 and lines[-1].endswith(b"\n")
        said = f"cannot write {tmp_path / ROWS}: File too large; the {len(lines)} rows before are saved: free some "
        assert str(refusal.value).startswith(said)
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, before[1]))
        with pytest.raises(SweepError, match=r"table\.csv: File too large; all rows are saved: put that right"):
            sweep(QUICK, tmp_path, collect=True)
        assert not (tmp_path / "table.csv").exists()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert sweep(QUICK, tmp_path, Here()).kept == len(lines)


def test_parquet_holds_the_same(tmp_path: Path, expected: dict[str, bytes]) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    sweep(SMALL, tmp_path, Here())
    found = parquet.read_table(tmp_path / "table.parquet")
    assert found.column_names == [column.name for column in COLUMNS]
    assert found.schema.field("l1").metadata == {b"meaning": b"mean over steps and replicates of |a|_1"}
    with (tmp_path / "table.csv").open(encoding="utf-8") as stream:
        for row, other in zip(csv.DictReader(stream), found.to_pylist(), strict=True):
            for name, value in other.items():
                said = "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
                assert row[name] == said, name


# --- runs that fail -----------------------------------------------------------------------------


class Dying(Here):
    """Loses the tasks of one seed."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        if any(setting.seed == 3 for setting in args[0].settings):
            failed: Future[Any] = Future()
            failed.set_exception(self.error)
            return failed
        return super().submit(fn, *args, **kwargs)


class KilledWorker(Exception):
    """As Dask names it."""


@pytest.mark.usefixtures("undrawn")
def test_a_run_that_is_lost_does_not_cost_the_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "TOGETHER", 0.0)
    with pytest.raises(SweepError) as refusal:
        sweep(QUICK, tmp_path, Dying(KilledWorker()))
    assert str(refusal.value).startswith(
        "runs failed: lr = 0.001, seed = 3: its workers died; is there enough memory?; lr = 0.01, seed = 3: its "
        "workers died; is there enough memory?; the 58 rows in "
    )
    with pytest.raises(SweepError, match=r"cannot import what it needs \(no adamproof\): install adamproof there"):
        sweep(QUICK, tmp_path, Dying(ImportError("no adamproof")))
    with pytest.raises(SweepError, match=r"the executor cannot go on \(TypeError: what\)"):
        sweep(QUICK, tmp_path, Dying(TypeError("what")))
    assert sweep(QUICK, tmp_path, Here()).kept == 58


def test_a_run_that_cannot_be_stops_the_sweep(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(setting: Setting) -> None:
        raise SimulationError("the digits data set needs scikit-learn")

    monkeypatch.setattr(cell, "problem_of", missing)
    with pytest.raises(SweepError, match=r"batch = 2: the digits data set needs scikit-learn; the 0 rows in .* are"):
        sweep({"problem": "digits", "batch": [2, 3], "steps": 2}, tmp_path, Here())


def test_a_run_that_needs_too_much_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def row(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(cell, "row", row)
    with pytest.raises(SweepError, match="runs failed: the run: it does not fit into memory; the 0 rows in"):
        sweep({}, tmp_path, Here())


def test_two_grids_must_not_have_the_same_run(tmp_path: Path) -> None:
    twice = {"grid": [{"beta1": ["0.9", "0.8"]}, {"beta1": "0.8", "lr": ["0.001", "0.1"]}]}
    with pytest.raises(SweepError, match=r"two grids have the same run \(beta1 = 0.8, lr = 0.001\): leave it out of"):
        sweep(twice, tmp_path, Here())


# --- the command --------------------------------------------------------------------------------


def command(*words: str, cwd: Path, **settings: Any) -> subprocess.Popen[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen(
        [sys.executable, "-m", "adamproof", "sweep", *words], cwd=cwd, env=environment, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, **settings,
    )  # fmt: skip


def test_the_command(tmp_path: Path, expected: dict[str, bytes]) -> None:
    done = run_here("sweep", str(SMALL), "-j", "1", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    first, second, *written = done.stdout.splitlines()
    assert first == f"{SMALL}: 40 runs, 0 of them done before"
    assert second == "40 complete, 0 stopped because a number was no longer finite"
    assert [name for name in written if name != "small/table.parquet"] == ["small/table.csv", "small/picture.svg"]
    assert files(tmp_path / "small") == expected
    again = json.loads(run_here("sweep", str(SMALL), "--json", cwd=tmp_path).stdout)
    assert (again["runs"], again["kept"], again["missing"], again["stopped"]) == (40, 40, 0, 0)
    assert again["notes"] == [] and set(written) == set(again["files"])


def test_errors_of_the_command_are_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "bad.toml").write_text("beta1 = 1\n", encoding="utf-8")
    for words, said in (
        (["none.toml"], "there is no file none.toml"),
        (["bad.toml"], "bad.toml: beta1 is 1.0, but must be at least 0 and below 1"),
        ([str(SMALL), "--save", "bad.toml"], "cannot make the folder bad.toml: File exists"),
        ([str(SMALL), "--save", " "], "the name of a folder must not be empty"),
    ):
        done = run_here("sweep", *words, cwd=tmp_path)
        assert (done.returncode, done.stderr, done.stdout) == (2, f"Error: {said}\n", "")
    assert not (tmp_path / "bad").exists()


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM])
def test_a_sweep_that_is_killed_goes_on(number: int, tmp_path: Path, expected: dict[str, bytes]) -> None:
    """Wherever it is; the processes that it began end with it."""
    slow = tmp_path / "small.toml"
    slow.write_text(SMALL.read_text(encoding="utf-8"), encoding="utf-8")
    rows = tmp_path / "small" / ROWS
    with command("small.toml", cwd=tmp_path) as running:
        while running.poll() is None and not (rows.exists() and rows.stat().st_size):
            time.sleep(0.002)
        running.send_signal(number)
        _, errors = running.communicate()
    if number != signal.SIGKILL and running.returncode:
        assert "What is done is saved in small: the same command goes on from there." in errors
    found = sweep(slow, tmp_path / "small", Here())
    assert found.kept > 0
    assert files(tmp_path / "small") == expected


@pytest.mark.usefixtures("undrawn")
def test_progress(tmp_path: Path) -> None:
    said: list[str] = []
    sweep(QUICK, tmp_path, Here(), progress=said.append)
    assert said[0] == "0 of 60 runs done" and said[-1] == "writing the table"
    assert said[-2] == "60 of 60 runs done"
    assert len(from_mapping(QUICK)) == 60 and len(read(SMALL)) == 40
