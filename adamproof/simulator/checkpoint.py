"""Checkpoints: a run's state and statistics in one .npz file, written whole or not at all."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..support import files
from .errors import SimulationError
from .statistics import NEEDS_GRADIENT, QUANTITIES, WIDTH, Statistics
from .task import State, Task

Array = NDArray[np.float64]
FORMAT = 2
DIGEST = "sha256"
MEANS = 1 + len(QUANTITIES)  # where the half widths of a window's row begin
LARGEST = float(np.finfo(np.float64).max)


def description(task: Task) -> str:
    """What makes two runs the same, as JSON.  A function of your own is known by its problem's name only."""
    names = ("start", "h", "features", "targets")
    arrays = [getattr(task.problem, name) for name in names if hasattr(task.problem, name)]
    said = {
        **task.problem.describe(),
        "arrays": [hashlib.sha256(_bytes(array)).hexdigest() for array in arrays],
        "algorithm": task.algorithm.to_json(),
        "steps": task.steps,
        "replicates": task.replicates,
        "seed": task.seed,
        "format": FORMAT,
    }
    if task.exact_every != 1:
        said["exact_every"] = task.exact_every
    if task.dtype != "float64":
        said["dtype"] = task.dtype
    try:
        return json.dumps(said, sort_keys=True)
    except (TypeError, ValueError) as error:
        raise SimulationError(
            f"a checkpoint cannot store the problem's name or details ({error}): use text and numbers"
        ) from error


def _bytes(array: NDArray[Any]) -> memoryview:
    """The bytes of an array, which are not copied where they lie in one piece."""
    return np.ascontiguousarray(array).reshape(-1).view(np.uint8).data


def save(path: Path, task: Task, state: State, statistics: Statistics, snapshots: dict[int, State]) -> None:
    """Replace the checkpoint.  Raises SimulationError, and keeps the old one, where that fails (as on a full disk)."""
    arrays: dict[str, Any] = {
        "description": description(task),
        "step": state.step,
        "x": state.x,
        "m": state.m,
        "v": state.v,
        "done": statistics.done,
        "peak": statistics.peak,
        "totals": statistics.totals,
        "current": statistics.current,
        "rows": np.array(statistics.rows, dtype=np.float64).reshape(-1, WIDTH),
        "snapshots": np.array(sorted(snapshots), dtype=np.int64),
    }
    for step, kept in snapshots.items():
        arrays.update({f"{name}_{step}": getattr(kept, name) for name in "xmv"})
    arrays[DIGEST] = _digest(arrays)
    try:
        with files.replacing(path) as stream:
            np.savez(stream, **arrays)
    except (OSError, MemoryError) as error:
        kept_one = "; the previous one is kept" if mark(path) is not None else ""
        why = getattr(error, "strerror", None) or str(error) or "not enough memory"
        raise SimulationError(f"cannot write the checkpoint {path} ({why}){kept_one}") from error


def _digest(arrays: Mapping[str, Any]) -> str:
    """A checksum over all that a checkpoint holds: it finds damage, not forgers."""
    found = hashlib.sha256()
    for name, value in sorted(arrays.items()):
        if name != DIGEST:
            array = np.asarray(value)
            found.update(f"{name} {array.dtype} {array.shape} ".encode())
            found.update(_bytes(array))
    return found.hexdigest()


def place(path: str | Path) -> Path:
    """Where a checkpoint of this name is: behind links, which stay what they are.  Raises SimulationError."""
    if not str(path).strip():
        raise SimulationError("the name of a checkpoint must not be empty")
    try:
        return Path(path).resolve() if Path(path).is_symlink() else Path(path)
    except (OSError, ValueError, RuntimeError) as error:  # a name that no file can have, a circle of links
        raise SimulationError(f"cannot write the checkpoint {str(path)!r} ({error}): choose another file") from error


def refuse_place(path: Path) -> None:
    """Raise SimulationError, before a run, where no checkpoint can be written: its end would be too late."""
    try:
        if path.is_dir():
            raise OSError("it is a folder")
        trial = files.beside(path)
        try:
            trial.touch()
        finally:
            trial.unlink(missing_ok=True)
    except (OSError, ValueError) as error:  # ValueError: a name that no file can have
        reason = getattr(error, "strerror", None) or error
        raise SimulationError(f"cannot write the checkpoint {str(path)!r} ({reason}): choose another file") from error


def mark(path: Path) -> tuple[int, int, int] | None:
    """What tells one written file from another; None where there is none."""
    try:
        said = path.lstat()  # a link that came later is another file
    except OSError:
        return None
    return said.st_ino, said.st_mtime_ns, said.st_size


def load(path: Path, task: Task) -> tuple[State, Statistics, dict[int, State]]:
    """The state of a run.  Raises SimulationError for a file that is missing, damaged or of another run."""
    try:
        with _opened(path) as data:
            said = str(data["description"])
            if said != description(task):
                raise SimulationError(
                    f"the checkpoint {path} is from another run ({_difference(said, task)}): choose another file"
                )
            arrays = {name: data[name] for name in data.files}
            if str(arrays[DIGEST]) != _digest(arrays):
                raise ValueError("checksum mismatch: the file was modified")
            return _state(arrays, task)
    except FileNotFoundError as error:
        raise SimulationError(f"there is no checkpoint {path} to resume from") from error
    except SimulationError:
        raise
    except OSError as error:
        why = error.strerror or error
        raise SimulationError(f"cannot read the checkpoint {path} ({why})") from error
    except Exception as error:  # what NumPy and zipfile make of damaged files may be anything
        why = " ".join(str(error).split()) or type(error).__name__
        raise SimulationError(f"the checkpoint {path} cannot be read ({why}): restart the run") from error


def _state(arrays: Mapping[str, Any], task: Task) -> tuple[State, Statistics, dict[int, State]]:
    """The contents of a checkpoint.  Raises ValueError where they are not what a run of this task leaves."""
    statistics = Statistics.of(task)
    step = _count(arrays, "step", task.steps)
    statistics.done = _count(arrays, "done", step)
    if statistics.done != step:
        raise ValueError(f"its statistics have {statistics.done} steps, but its state is after step {step}")
    statistics.peak = float(_array(arrays, "peak", (), low=0.0))
    shape = statistics.totals.shape
    statistics.totals, statistics.current = (
        _array(arrays, name, shape, low=0.0, high=np.inf) for name in ("totals", "current")
    )
    statistics.rows = _rows(np.asarray(arrays["rows"]), statistics)
    saved = np.asarray(arrays["snapshots"])
    if saved.dtype != np.int64 or saved.ndim != 1 or any(not 1 <= number <= step for number in saved):
        raise ValueError("it has snapshots of steps that were not run")
    snapshots = {int(number): _point(arrays, task, int(number), f"_{number}") for number in saved}
    return _point(arrays, task, step, ""), statistics, snapshots


def _rows(rows: Array, statistics: Statistics) -> list[list[float]]:
    """The rows of the windows that are finished.  Raises ValueError."""
    ends = statistics.ends()
    if rows.dtype != np.float64 or rows.shape != (len(ends), WIDTH) or rows[:, 0].tolist() != ends:
        raise ValueError("its windows do not end at the steps of this run's windows")
    means, widths, peaks = rows[:, 1:MEANS], rows[:, MEANS:-1], rows[:, -1]
    # A mean may have overflowed, and is nan where there is no exact gradient; a half width, where there is no interval.
    missing = ~np.array(statistics.known(), dtype=bool)[:, None] & NEEDS_GRADIENT
    valid = np.where(missing, np.isnan(means), means >= 0.0).all()
    if not valid or (widths < 0.0).any() or not ((peaks >= 0.0) & (peaks <= LARGEST)).all():
        raise ValueError("its windows contain invalid means, half widths or magnitudes")
    return [[float(value) for value in row] for row in rows]


def _point(arrays: Mapping[str, Any], task: Task, step: int, suffix: str) -> State:
    """x, m and v after a step."""
    shape = (task.replicates, task.d)
    most = float(np.finfo(task.dtype).max)
    x, m, v = (
        _array(arrays, f"{name}{suffix}", shape, low, most, task.dtype)
        for name, low in (("x", -most), ("m", -most), ("v", 0.0))
    )
    return State(x, m, v, step)


def _array(
    arrays: Mapping[str, Any],
    name: str,
    shape: tuple[int, ...],
    low: float = -LARGEST,
    high: float = LARGEST,
    dtype: str = "float64",
) -> NDArray[Any]:
    """Floats of a type and shape, from low to high.  Raises ValueError."""
    value = np.asarray(arrays[name])
    if value.dtype != dtype or value.shape != shape:
        raise ValueError(f"its array {name} is {value.dtype} of shape {value.shape}, not {dtype} of shape {shape}")
    if not ((value >= low) & (value <= high)).all():  # nan is in no range
        raise ValueError(f"its array {name} has numbers outside {low:.2g} to {high:.2g}")
    return value


def _count(arrays: Mapping[str, Any], name: str, most: int) -> int:
    """A whole number from 0 to `most`."""
    value = np.asarray(arrays[name])
    if value.shape != () or value.dtype.kind != "i" or not 0 <= value <= most:
        raise ValueError(f"its number {name} is not a whole number from 0 to {most}")
    return int(value)


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    """The arrays of an .npz file.  NumPy reads other files too, and words for them would mislead."""
    if path.exists() and not path.is_file():  # a pipe would wait for its writer
        raise ValueError("it is not a regular file")
    with path.open("rb") as stream:
        if stream.read(4) != b"PK\x03\x04":
            raise ValueError("it is not an .npz file")
        stream.seek(0)
        with np.load(stream, allow_pickle=False) as data:
            yield data


def _difference(said: str, task: Task) -> str:
    """Which entries of the descriptions differ."""
    theirs, ours = json.loads(said), json.loads(description(task))
    differing = sorted(key for key in {*theirs, *ours} if theirs.get(key) != ours.get(key))
    return f"{', '.join(differing) or 'other entries'} differ"
