"""Checkpoints: a run's state and statistics in one .npz file, written whole or not at all."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np

from .errors import SimulationError
from .statistics import Statistics
from .task import State, Task

FORMAT = 1


def description(task: Task) -> str:
    """What makes two runs the same, as JSON.  A function of your own is known by its problem's name only."""
    arrays = [task.problem.start] + ([task.problem.h] if hasattr(task.problem, "h") else [])
    said = {
        **task.problem.describe(),
        "arrays": [hashlib.sha256(array.tobytes()).hexdigest() for array in arrays],
        "algorithm": task.algorithm.to_json(),
        "steps": task.steps,
        "replicates": task.replicates,
        "seed": task.seed,
        "format": FORMAT,
    }
    return json.dumps(said, sort_keys=True)


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
        "rows": np.array(statistics.rows),
        "snapshots": np.array(sorted(snapshots), dtype=np.int64),
    }
    for step, kept in snapshots.items():
        arrays.update({f"{name}_{step}": getattr(kept, name) for name in "xmv"})
    beside = _beside(path)
    try:
        try:
            with beside.open("wb") as stream:
                np.savez(stream, **arrays)
                stream.flush()
                os.fsync(stream.fileno())  # a full disk may answer only now
            beside.replace(path)
        except BaseException:
            beside.unlink(missing_ok=True)
            raise
    except OSError as error:
        kept_one = ", the previous one is kept" if path.exists() else ""
        raise SimulationError(f"cannot write the checkpoint {path} ({error.strerror or error}){kept_one}") from error


def _beside(path: Path) -> Path:
    """Where a checkpoint is written first: in the same folder, so that replacing is atomic."""
    return path.with_name(f".{path.name[:100]}.{os.getpid()}.tmp")


def refuse_place(path: Path) -> None:
    """Raise SimulationError, before a run, where no checkpoint can be written: its end would be too late."""
    try:
        if path.is_dir():
            raise OSError("it is a folder")
        beside = _beside(path)
        beside.touch()
        beside.unlink()
    except (OSError, ValueError) as error:  # ValueError: a name that no file can have
        reason = getattr(error, "strerror", None) or error
        raise SimulationError(f"cannot write the checkpoint {str(path)!r} ({reason}): name another file") from error


def load(path: Path, task: Task) -> tuple[State, Statistics, dict[int, State]]:
    """The state of a run.  Raises SimulationError for a file that is missing, damaged or of another run."""
    try:
        with _opened(path) as data:
            said = str(data["description"])
            if said != description(task):
                raise SimulationError(
                    f"the checkpoint {path} is of another run ({_difference(said, task)}): name another file"
                )
            statistics = Statistics.of(task)
            statistics.done, statistics.peak = int(data["done"]), float(data["peak"])
            statistics.totals, statistics.current = data["totals"], data["current"]
            statistics.rows = data["rows"].tolist()
            snapshots = {
                int(step): State(data[f"x_{step}"], data[f"m_{step}"], data[f"v_{step}"], int(step))
                for step in data["snapshots"]
            }
            return State(data["x"], data["m"], data["v"], int(data["step"])), statistics, snapshots
    except FileNotFoundError as error:
        raise SimulationError(f"there is no checkpoint {path} to resume from") from error
    except (OSError, ValueError, KeyError, BadZipFile, EOFError) as error:
        raise SimulationError(f"the checkpoint {path} cannot be read ({error}): start the run anew") from error


def _opened(path: Path) -> Any:
    """The arrays of an .npz file.  NumPy reads other files too, and words for them would mislead."""
    with path.open("rb") as stream:
        if stream.read(4) != b"PK\x03\x04":
            raise ValueError("it is no .npz file")
    return np.load(path, allow_pickle=False)


def _difference(said: str, task: Task) -> str:
    """Which entries of the descriptions differ."""
    theirs, ours = json.loads(said), json.loads(description(task))
    return ", ".join(sorted(key for key in {*theirs, *ours} if theirs.get(key) != ours.get(key))) + " differ"
