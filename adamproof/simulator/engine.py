"""Which engine runs a task: the fastest that is there and can, with the reason in words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from .data_problems import Regression
from .errors import SimulationError
from .numpy_engine import NumPyEngine
from .problems import Separable
from .task import Engine, State, Task

ENGINES = ("auto", "numpy", "numba", "cupy")
WORTH_COMPILING = 2e7  # coordinate-steps that NumPy does in a second or two (see `Task.work`)
WORTH_A_GPU = 1e9
TRIAL = 4  # coordinates


def choose(name: str, task: Task, threads: int | None, say: Callable[[str], None]) -> Engine:
    """The engine of this name, or the best one for "auto"; where it cannot be had, `say` is told why."""
    if name not in ENGINES:
        raise SimulationError(f"the engine is {name!r}, but must be one of {', '.join(ENGINES)}")
    work = float(task.steps) * task.work
    wanted = [name] if name != "auto" else ["cupy"] * (work >= WORTH_A_GPU) + ["numba"] * (work >= WORTH_COMPILING)
    if name == "auto" and not isinstance(task.problem, Separable):
        wanted = [one for one in wanted if one == "numba" and isinstance(task.problem, Regression)] or ["numpy"]
    if name == "cupy":
        wanted.append("numba")
    for candidate in wanted:
        if candidate == "numpy":
            break
        try:
            return _make(candidate, task, threads)
        except SimulationError as error:
            if name != "auto" or candidate != "cupy" or not isinstance(error, _Absent):
                say(f"cannot use the engine {candidate}: {error}")
    return NumPyEngine()


class _Absent(SimulationError):
    """A package that is not installed; nobody need be told of it who has not asked for it."""


def _tried(engine: Engine, task: Task) -> Engine:
    """The engine, after a step in a few coordinates, which compiles it: what fails does so now."""
    problem, first = task.problem, slice(TRIAL)
    few: Separable | Regression | None = None
    if isinstance(problem, Separable):
        few = replace(problem, h=problem.h[first], start=problem.start[first])
    elif isinstance(problem, Regression):
        features, targets = problem.features[first, first], problem.targets[first]
        few = replace(problem, features=features, targets=targets, start=problem.start[first], batch=1)
    if few is not None:
        small = Task(few, task.algorithm, task.steps, 1, task.seed, dtype=task.dtype)
        engine.advance(small, State.start(small), 1)
    return engine


def _make(name: str, task: Task, threads: int | None) -> Engine:
    """The engine, or SimulationError where it is missing, broken, or not for this task."""
    if isinstance(task.problem, Regression):
        if name == "cupy":
            raise SimulationError(f"the GPU engine runs only separable problems, not {task.problem.name!r}")
    elif not isinstance(task.problem, Separable):
        raise SimulationError(f"the gradient of {task.problem.name!r} is a function on arrays, which only NumPy runs")
    if task.algorithm.form == "textbook":
        raise SimulationError("only NumPy runs the textbook form, a check of the sign form")
    package = {"numba": "numba", "cupy": "cupy"}[name]
    extra = {"numba": "fast", "cupy": "gpu"}[name]
    try:
        if isinstance(task.problem, Regression):
            from .data_engine import RegressionEngine

            return _tried(RegressionEngine(threads), task)
        if name == "numba":
            from .numba_engine import NumbaEngine

            return _tried(NumbaEngine(threads), task)
        from .cupy_engine import CuPyEngine

        return _tried(CuPyEngine(task), task)
    except ModuleNotFoundError as error:
        raise _Absent(f"{package} is not installed (pip install 'adamproof[{extra}]')") from error
    except SimulationError:
        raise
    except Exception as error:  # a broken installation or driver may raise anything
        text = " ".join(str(error).split())
        raise SimulationError(f"{package} does not work on this machine ({type(error).__name__}: {text})") from error
