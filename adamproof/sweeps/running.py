"""A whole sweep: what is there is taken, the rest is run by an executor, and the table is written in order.

What the files hold depends on the sweep alone: not on the executor, the number of its processes, the order in which
they answer, or interruptions.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import BrokenExecutor, Executor, Future
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..executors.choosing import opened
from ..executors.errors import ExecutorError, ProcessDied
from ..executors.streaming import completed, result_of
from ..support import files
from ..support.figures import PlotError
from ..support.tally import Count
from . import table
from .cell import COMPLETE, PLACES, Row, Task, code, key, ran
from .errors import SweepError
from .grid import Sweep, from_mapping, read
from .journal import AGAIN, Journal
from .picture import NoPicture, chosen, described, drawn
from .setting import DATA, Setting

ROWS, PICTURE = "rows.jsonl", "picture.svg"
JOBS = 2
SHOWN = 3  # failures that are told
# About how many seconds a run takes beside its steps, a step, a coordinate of a step (that many of data and networks).
BESIDE, STEP, COORDINATE = 1e-3, 5e-5, 5e-8
WORTH = {"digits": 1e5, "cnn": 1e7, "lstm": 1e7, "transformer": 1e7}
TOGETHER, MOST_TOGETHER = 0.05, 64  # seconds, and runs, of one task: giving away a short run may cost more than that


@dataclass(frozen=True)
class Result:
    """What became of a sweep.

    runs: all of them.  kept: those whose rows were there.  missing: those without a row (with `collect`).
    stopped: those in which a number was no longer finite.  files: what was written.  notes: sentences for people.
    """

    runs: int
    kept: int
    missing: int = 0
    stopped: int = 0
    files: tuple[Path, ...] = ()
    notes: tuple[str, ...] = field(default=())


def sweep(
    wanted: str | Path | Mapping[str, Any] | Sweep,
    folder: str | Path,
    executor: Executor | None = None,
    jobs: int = JOBS,
    engine: str = "auto",
    ahead: int | None = None,
    collect: bool = False,
    progress: Callable[[str], None] = lambda text: None,
) -> Result:
    """Run a sweep into a folder; what the folder has of it is not run again.

    wanted: the TOML file of a sweep, or what is in one.  folder: is made if it is not there.
    executor: any `concurrent.futures.Executor` whose processes can import adamproof, in the same version; by default
        `jobs` processes of this machine.  ahead: tasks that it is given at a time, 1024 by default.
    engine: as for `simulate`, without influence on the rows.
    collect: run nothing, and write the table of what is there.
    progress: called with a line of text.

    Raises SweepError for what cannot be read, run or written.  Rows that were written before stay.
    """
    found = _read(wanted)
    place = _made(Path(folder))
    with Journal(place / ROWS) as journal:
        notes = _checked(found, journal)
        todo, work = _todo(found, journal)
        if todo and not collect:
            with nullcontext(executor) if executor is not None else opened(jobs) as given:
                _run(_Run(found, journal, todo, work, engine, ahead, progress), given)
        progress("writing the table")
        stopped, written = _written(found, journal, place)
        missing = len(todo) if collect else 0
        if not missing:
            pictures, why = _drawn(found, journal, place)
            written, notes = [*written, *pictures], [*notes, *why]
    return Result(len(found), len(found) - len(todo), missing, stopped, tuple(written), tuple(notes))


def _read(wanted: str | Path | Mapping[str, Any] | Sweep) -> Sweep:
    if isinstance(wanted, Sweep):
        return wanted
    return read(wanted) if isinstance(wanted, str | Path) else from_mapping(wanted)


def _made(folder: Path) -> Path:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        files.try_folder(folder)
    except OSError as error:
        raise SweepError(f"cannot write into the folder {folder}: {error.strerror}; choose another one") from error
    return folder


def _checked(found: Sweep, journal: Journal) -> list[str]:
    """What is to be said before anything is run.  Raises SweepError for a picture that cannot be."""
    try:
        chosen(found)
    except NoPicture:
        pass  # said in the end
    if not journal.broken:
        return []
    return [f"{journal.broken:,} lines of {journal.path} are damaged, and their runs were run again"]


def _todo(found: Sweep, journal: Journal) -> tuple[array[int], float]:
    """The numbers of the runs without a row, and about how much work they are.  Raises SweepError for one twice."""
    todo, work = array("q"), 0.0
    seen: set[int] = set()
    for number, setting in enumerate(found):
        of = key(setting)
        if len(found.grids) > 1:  # within one there cannot be
            if of in seen:
                said = described(setting, found.varied())
                raise SweepError(f"{found.name}: two grids have the same run ({said}): leave it out of one")
            seen.add(of)
        if of not in journal:
            todo.append(number)
            work += _worth(setting)
    return todo, work


def _worth(setting: Setting) -> float:
    """About how many seconds a run takes."""
    each = WORTH[setting.problem] if setting.problem in DATA else setting.dim
    return BESIDE + setting.steps * (STEP + COORDINATE * each * setting.replicates)


# --- running ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Run:
    """What is to be run, and where its rows go."""

    sweep: Sweep
    journal: Journal
    todo: array[int]
    work: float
    engine: str
    ahead: int | None
    progress: Callable[[str], None]

    def tasks(self) -> Iterator[Task]:
        """The runs in order, short ones together."""
        asked, settings, seconds = code(), list[Setting](), 0.0
        for number in self.todo:
            settings.append(self.sweep.setting(number))
            seconds += _worth(settings[-1])
            if seconds >= TOGETHER or len(settings) == MOST_TOGETHER:
                yield Task(tuple(settings), asked, self.engine)
                settings, seconds = [], 0.0
        if settings:
            yield Task(tuple(settings), asked, self.engine)

    def said(self, settings: Sequence[Setting]) -> str:
        """Which runs, in words."""
        first = described(settings[0], self.sweep.varied()) or "the run"
        return f"{first} (and {len(settings) - 1} more)" if len(settings) > 1 else first


def _run(what: _Run, executor: Executor) -> None:
    """Run all of it, and write each row as it comes.  Raises SweepError."""
    count = Count(len(what.todo), what.work, "runs")
    failures: list[str] = []

    state: Callable[[], str] = getattr(executor, "state", str)

    def tell(*more: str) -> None:
        what.progress("; ".join([str(count), *filter(None, more)]))

    tell()
    answers = completed(executor, ran, what.tasks(), what.ahead, lambda: tell(state()))
    try:
        for task, future in answers:
            rows, error = _answer(future)
            for setting, row in zip(task.settings, rows, strict=False):
                what.journal.add(key(setting), row)
                count.add(_worth(setting))
            if error is not None:
                left = task.settings[len(rows) :]
                failures.append(f"{what.said(left)}: {_lost(error, left[0], what)}")
            tell()
        what.journal.sync()
    except SweepError:
        raise
    except OSError as error:
        raise SweepError(f"{error.strerror or error}; {_saved(what)}") from error
    except (BrokenExecutor, ExecutorError, RuntimeError) as error:
        said = " ".join(str(error).split()) or type(error).__name__
        raise SweepError(f"the executor cannot go on ({said:.300}); {_saved(what)}") from error
    finally:
        answers.close()
    if failures:
        more = f", and {len(failures) - SHOWN} more" if len(failures) > SHOWN else ""
        raise SweepError(f"runs failed: {'; '.join(failures[:SHOWN])}{more}; {_saved(what)}")


def _saved(what: _Run) -> str:
    return f"the {len(what.journal):,} rows in {what.journal.path} are saved: put that right, {AGAIN}"


def _answer(future: Future[tuple[list[Row], Exception | None]]) -> tuple[list[Row], Exception | None]:
    """What became of a task; where its process died, no rows and that.  Raises what ends the whole sweep."""
    try:
        return result_of(future)
    except ProcessDied as error:
        return [], error
    except (BrokenExecutor, ExecutorError, OSError):
        raise
    except ImportError as error:
        raise ExecutorError(
            f"one of its processes cannot import what it needs ({error}): install adamproof there, with its extras"
        ) from error
    except Exception as error:
        if type(error).__name__ == "KilledWorker":  # of Dask, after several tries
            return [], ProcessDied("its workers died; is there enough memory?")
        raise ExecutorError(f"{type(error).__name__}: {error}") from error


def _lost(error: Exception, setting: Setting, what: _Run) -> str:
    """Why a run has no row, where others may have one.  Raises SweepError where others like it cannot, either."""
    from ..simulator import SimulationError

    if isinstance(error, ProcessDied):
        return str(error)
    if isinstance(error, MemoryError):
        return "it does not fit into memory"
    said = str(error) if isinstance(error, SimulationError) else f"{type(error).__name__}: {error}"
    raise SweepError(f"{what.said([setting])}: {said}; {_saved(what)}") from error


# --- files --------------------------------------------------------------------------------------


def _written(found: Sweep, journal: Journal, place: Path) -> tuple[int, list[Path]]:
    """How many runs stopped, and the tables."""
    stopped, status = 0, PLACES["status"]

    def rows() -> Iterator[Row]:
        nonlocal stopped
        stopped = 0
        for row in journal.rows(key(setting) for setting in found):
            stopped += row[status] != COMPLETE
            yield row

    written = [place / table.CSV]
    table.write_csv(written[0], rows())
    if table.write_parquet(place / table.PARQUET, rows()):
        written.append(place / table.PARQUET)
    return stopped, written


def _drawn(found: Sweep, journal: Journal, place: Path) -> tuple[list[Path], list[str]]:
    """The picture, or why there is none."""
    try:
        drawn(found, journal.rows(key(setting) for setting in found)).draw(str(place / PICTURE))
    except (NoPicture, PlotError) as error:
        return [], [f"no picture: {error}"]
    return [place / PICTURE], []
