"""Runs: `simulate` takes a problem and an algorithm through all steps, with checkpoints, and gives a `Run`."""

from __future__ import annotations

import hashlib
import platform
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import NoneType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .._version import __version__
from ..support.signals import DeferredSignals
from . import arguments, precision, summation
from . import checkpoint as checkpoints
from .algorithms import Algorithm, Schedule
from .data_problems import Regression
from .engine import choose
from .errors import SimulationError
from .problems import Sampled, Separable
from .statistics import Estimate, Statistics, estimate
from .task import DTYPES, SUMS, Engine, NotFinite, State, Task

Array = NDArray[np.float64]
SLAB = 1 << 13  # replicates of one call of the engine
CHUNK = 256  # steps of one call
SMALLEST_CHUNK = 4  # as many as one call of the generator serves
MEMORY = 1 << 25  # bytes of sums in one call
SAVE_EVERY = 60.0  # seconds
SHORT = 64  # numbers of a vector in JSON
SLOW = 20.0  # seconds for one call, during which a run neither saves nor stops
PACE = {"numpy": 2.0**26, "numba": 2.0**31, "cupy": 2.0**33}  # coordinate-steps between two reports of progress


@dataclass(frozen=True)
class Run:
    """What came out: the statistics, the last state, and copies of the states asked for (`snapshots`, by step).

    checkpoint: the file that holds the end of the run; None where none was asked for, or it could not be written.

    task: what was run.  engine: which one, by name.  statistics: over all steps.  state: x, m, v at the end,
    (replicates, d).
    """

    task: Task
    engine: str
    statistics: Statistics
    state: State
    snapshots: dict[int, State]
    checkpoint: Path | None

    @property
    def value(self) -> Estimate | None:
        """The mean over replicates of F at the end, or None where the problem has no F."""
        values = self.task.problem.value(self.state.x)
        return None if values is None else estimate(values)

    @property
    def doubts(self) -> list[str]:
        """Why float32 may mislead in this run, as seen from its beginning and its end: sentences, mostly none."""
        seen = [precision.doubts(self.task, state) for state in (State.start(self.task, 1), self.state)]
        return list({**seen[0], **seen[1]}.values())

    def to_json(self) -> dict[str, Any]:
        """What describes the run, and its statistics."""
        task = self.task
        arrays = {name: getattr(task.problem, name) for name in ("start", "h") if hasattr(task.problem, name)}
        return {
            **task.problem.describe(),
            **{name: _in_short(values) for name, values in arrays.items()},
            "algorithm": task.algorithm.to_json(),
            "steps": task.steps,
            "replicates": task.replicates,
            "seed": task.seed,
            "exact_every": task.exact_every,
            "dtype": task.dtype,
            "doubts": list(self.doubts),
            "engine": self.engine,
            "statistics": self.statistics.to_json(),
            "final value": self.value and self.value.to_json(),
            "checkpoint": None if self.checkpoint is None else str(self.checkpoint),
            "versions": {"adamproof": __version__, "numpy": np.__version__, "python": platform.python_version()},
        }


def _in_short(values: Array) -> float | list[float] | str:
    """A vector as plain data: one number if all are equal, a digest if they are many."""
    if (values == values[0]).all():
        return float(values[0])
    if values.size <= SHORT:
        return [float(value) for value in values]
    return f"sha256:{hashlib.sha256(values.tobytes()).hexdigest()}"


def simulate(
    problem: Separable | Sampled,
    algorithm: Algorithm | Schedule,
    steps: int,
    replicates: int = 1,
    seed: int = 0,
    engine: str | Engine = "auto",
    threads: int | None = None,
    checkpoint: str | Path | None = None,
    resume: bool = False,
    save_every: float = SAVE_EVERY,
    exact_every: int = 1,
    dtype: str = "float64",
    snapshots: Sequence[int] = (),
    progress: Callable[[int, int], None] = lambda done, steps: None,
    say: Callable[[str], None] = lambda text: None,
) -> Run:
    """Run all steps in every replicate.

    Results depend on problem, algorithm, steps, replicates, seed and dtype alone, to the last bit: not on the engine
    (NumPy or Numba; for slopes of your own see `separable`), threads, checkpoints or interruptions.  A replicate's path
    does not depend on the number of replicates, nor on `exact_every`.

    engine: "auto", "numpy", "numba", "cupy", or an engine.
    say: gets warnings, a line each: an engine that cannot be had, a checkpoint that cannot be written, and where
        float32 may mislead.
    checkpoint: a file for the state, written every `save_every` seconds, at the end, and when the process is asked to
        stop (SIGINT, SIGTERM, SIGHUP: then at the end of the steps under way); with `resume` the run goes on from it.
        Where it cannot be written, `say` is told and the run goes on.
    snapshots: numbers of steps after which copies of x, m and v are kept.
    progress: called with the steps done and all steps.

    problem: what is minimised.  algorithm: with constants, or a Schedule, which is taken at T = steps.
    steps, replicates: whole numbers, at least 1.  seed: a whole number, at least 0.
    threads: of the engine, at least 1; all cores by default.
    exact_every: where the problem draws its own noise (mini-batches), the exact gradient only serves the statistics,
        and may cost more than many steps: it is computed in step 1 and every so many steps.  What needs it is then a
        mean over these steps, an estimate of that over all.

    dtype: "float64", or "float32" for x, m, v and the arithmetic of the update; gradient, noise and statistics are
        computed in float64 either way.

    Raises SimulationError for values out of range and files that cannot be used, and NotFinite where a number
    overflows or is not a number.
    """
    arguments.kind("the problem", problem, Separable, Sampled)
    arguments.kind("the algorithm", algorithm, Algorithm, Schedule)
    arguments.kind("the checkpoint", checkpoint, str, Path, NoneType)
    arguments.function("progress", progress)
    arguments.function("say", say)
    if not isinstance(engine, str):
        arguments.function("the engine's method advance", getattr(engine, "advance", None))
    if isinstance(algorithm, Schedule):
        algorithm = algorithm.at(steps, int(problem.start.size))
    task = _task(problem, algorithm, steps, replicates, seed, exact_every, dtype)
    wanted = frozenset(arguments.whole("a snapshot's step", step, 1, task.steps) for step in _listed(snapshots))
    if isinstance(problem, Separable):
        problem.tried()
    if threads is not None:
        threads = arguments.whole("the number of threads", threads, 1)
    save_every = arguments.real("save_every", save_every)
    if not save_every >= 0.0:
        raise SimulationError(f"save_every is {save_every}, but must be at least 0 seconds")
    path = None if checkpoint is None else checkpoints.place(checkpoint)
    if path is not None and path.exists() and not resume:
        raise SimulationError(f"the checkpoint {path} already exists: resume from it, remove it or choose another file")
    if resume and path is None:
        raise SimulationError("to resume, give the checkpoint")
    chosen = choose(engine, task, threads, say) if isinstance(engine, str) else engine
    runner = _Runner(task, chosen, path, wanted, save_every, progress, say)
    if path is not None:
        if resume:
            runner.restore(path)
        if runner.state.step < steps:
            checkpoints.refuse_place(path)
            checkpoints.description(task)  # what cannot be described could not be saved
    runner.run()
    kept = path if runner.saved == task.steps else None
    return Run(task, chosen.described, runner.statistics, runner.state, runner.snapshots, kept)


def _listed(snapshots: Any) -> Iterable[Any]:
    if not isinstance(snapshots, Iterable):
        raise SimulationError(f"the snapshots are {snapshots!r}, but must be a list of steps")
    return snapshots


def _task(
    problem: Separable | Sampled,
    algorithm: Algorithm,
    steps: int,
    replicates: int,
    seed: int,
    exact_every: int,
    dtype: str,
) -> Task:
    """The description of a run.  Raises SimulationError for what cannot be run."""
    if not isinstance(dtype, str) or dtype not in DTYPES:
        raise SimulationError(f"the dtype is {arguments.written(dtype)}, but must be {' or '.join(DTYPES)}")
    task = Task(
        problem,
        algorithm,
        arguments.whole("the number of steps", steps, 1),
        arguments.whole("the number of replicates", replicates, 1),
        arguments.whole("the seed", seed, 0, (1 << 64) - 1),
        arguments.whole("exact_every", exact_every, 1, steps),
        dtype,
    )
    precision.refuse(dtype, algorithm, problem.start)
    if task.exact_every > 1 and getattr(problem, "stochastic", None) is None:
        raise SimulationError(
            f"exact_every is {exact_every}, but the noise of {problem.name!r} is added to the exact gradient, which "
            "every step needs: omit it"
        )
    if max(task.replicates, task.d, task.steps // 4) >= arguments.LARGEST_COUNTER:
        raise SimulationError("the random generator supports at most 2^32 replicates, 2^32 coordinates and 2^34 steps")
    return task


class _Runner:
    """A run under way."""

    def __init__(
        self,
        task: Task,
        engine: Engine,
        path: Path | None,
        wanted: frozenset[int],
        save_every: float,
        progress: Callable[[int, int], None],
        say: Callable[[str], None],
    ) -> None:
        self.task, self.engine, self.path, self.wanted = task, engine, path, wanted
        self.save_every, self.progress, self.say = save_every, progress, say
        self.mark: Any = None  # of the checkpoint as this run left or found it
        self.state, self.statistics = State.start(task), Statistics.of(task)
        self.snapshots: dict[int, State] = {}
        self.whole = True  # whether the state is one after a step, and not in the midst of one
        self.saved: int | None = None  # the step at which the checkpoint was written
        self.trouble = ""  # why it could not be, the last time
        self.doubted: set[str] = set()  # what of float32 was said
        each = self.statistics.each
        self.slab = min(max(each, SLAB // each * each), task.replicates)
        bytes_a_step = 8 * max(
            self.slab * summation.spans(task.d) * len(SUMS), self.statistics.totals.size, 1
        )  # fmt: skip
        pace = PACE.get(engine.name, 2.0**26) / task.work
        self.chunk = int(max(SMALLEST_CHUNK, min(CHUNK, pace, MEMORY / bytes_a_step)))
        self.stepwise = isinstance(task.problem, Sampled) and not isinstance(task.problem, Regression)
        if self.stepwise:  # a gradient of your own may take any time, and may be anything
            self.chunk = 1

    def restore(self, path: Path) -> None:
        """Go on from a checkpoint.  Raises SimulationError where it comes too late for a snapshot that is asked for."""
        self.state, self.statistics, self.snapshots = checkpoints.load(path, self.task)
        missed = sorted(step for step in self.wanted if step <= self.state.step and step not in self.snapshots)
        if missed:
            raise SimulationError(
                f"the checkpoint {path} is after step {self.state.step} and has no snapshot of step {missed[0]}: "
                "restart the run"
            )
        self.mark, self.saved = checkpoints.mark(path), self.state.step

    def save(self) -> int | None:
        """Replace the checkpoint, and give the step that the file is after; None where it holds nothing of this run.

        Where it cannot be replaced, that is said (once): nothing that is computed is lost by it.
        """
        if self.path is None:
            return None
        try:
            further = self._further(self.path)
            if further is not None:
                return further
            checkpoints.save(self.path, self.task, self.state, self.statistics, self.snapshots)
        except SimulationError as error:
            if str(error) != self.trouble:
                self.say(str(error))
            self.trouble = str(error)
            return None
        self.mark, self.saved, self.trouble = checkpoints.mark(self.path), self.state.step, ""
        return self.saved

    def _further(self, path: Path) -> int | None:
        """The step of a checkpoint that another process, which makes the same run, has written and that is further.

        One that was removed, touched or copied back is written anew.  Raises SimulationError where it is something
        else.
        """
        if checkpoints.mark(path) in (self.mark, None):
            return None
        try:
            step = checkpoints.load(path, self.task)[0].step
        except SimulationError as error:
            raise SimulationError(
                f"the checkpoint {path} was replaced by another file during this run and is left unchanged: choose "
                "another file"
            ) from error
        return step if step > self.state.step else None

    def run(self) -> None:
        """All steps that are left.  Asked to stop, a run with a checkpoint saves what it has."""
        stopped = ""
        with DeferredSignals(self.path is not None) as stop:
            try:
                self._run(stop)
            finally:
                if stop.asked and self.whole:
                    stopped = self._stopped() if self.state.step < self.task.steps else ""
                    self.say(stopped or f"all {self.task.steps} steps were done before the request to stop")
        if stopped:  # the signal's usual course was to go on
            raise SimulationError(stopped)

    def _stopped(self) -> str:
        """Save what there is, and say where."""
        kept = self.save()
        if kept is None:
            return f"stopped after step {self.state.step}, which is not saved"
        return f"stopped after step {self.state.step}; {self.path} has step {kept}: resume from there"

    def _run(self, stop: DeferredSignals) -> None:
        last = time.monotonic()
        self._doubt()
        while self.state.step < self.task.steps and not stop.asked:
            began, count = time.monotonic(), self._next()
            if self.stepwise:
                self._carefully(count, stop)
            elif not self._advance(count):
                self._find(count, stop)
            self.progress(self.state.step, self.task.steps)
            self._doubt()
            now = time.monotonic()
            if now - began > SLOW:
                self.chunk = min(self.chunk, max(SMALLEST_CHUNK, self.chunk // 2))
            if now - last >= self.save_every:
                self.save()
                last = time.monotonic()
        if self.state.step == self.task.steps and self.saved != self.state.step:
            self.save()

    def _doubt(self) -> None:
        """Say where float32 may mislead, each thing once."""
        for what, sentence in precision.doubts(self.task, self.state).items():
            if what not in self.doubted:
                self.doubted.add(what)
                self.say(sentence)

    def _next(self) -> int:
        """How many steps to take at once: up to the next snapshot and the end."""
        ends = [step for step in self.wanted if step > self.state.step] + [self.task.steps]
        return min(self.chunk, min(ends) - self.state.step)

    def _advance(self, count: int) -> bool:
        """Take so many steps; whether all numbers are finite (if not, the state is of no use)."""
        self.whole, pieces = False, []
        for first in range(0, self.task.replicates, self.slab):
            part = self.state.rows(first, first + self.slab)
            shape = (count, len(SUMS), len(part.x))
            sums = arguments.shaped("the engine's array of sums", self.engine.advance(self.task, part, count), shape)
            if not (np.isfinite(sums).all() and part.finite):
                return False
            pieces.append(self.statistics.measured(sums))
        self._done(count, pieces)
        return True

    def _done(self, count: int, pieces: list[tuple[Array, Array]]) -> None:
        self.statistics.add(pieces)
        self.state.step += count
        self.whole = True
        if self.state.step in self.wanted:
            self.snapshots[self.state.step] = self.state.copy()

    def _find(self, count: int, stop: DeferredSignals) -> None:
        """Something is not finite in the next steps: repeat the run up to there, then go on step by step."""
        step = self.state.step
        self._back(step)
        while self.state.step < step and not stop.asked:
            if not self._advance(min(self._next(), step - self.state.step)):
                raise SimulationError(f"the run is not reproducible: the numbers up to step {step} were finite before")
        self._carefully(count, stop)

    def _back(self, step: int) -> None:
        """To the checkpoint, where there is one of this run up to a step, or else to the start."""
        self.whole = True
        with suppress(SimulationError):
            if self.saved is not None and self.path is not None:
                self.restore(self.path)
                if self.state.step <= step:
                    return
        self.state, self.statistics, self.snapshots = State.start(self.task), Statistics.of(self.task), {}

    def _carefully(self, count: int, stop: DeferredSignals) -> None:
        """Single steps, with the state before each at hand.  Raises NotFinite at the first step that is not finite."""
        for _ in range(count):
            if stop.asked:
                return
            before = self.state.copy()
            try:
                finite = self._advance(1)
            except BaseException:  # of a gradient of your own: the steps before it are whole
                self.state, self.whole = before, True
                raise
            if not finite:
                after, self.state, self.whole = self.state, before, True
                what, replicate, coordinate = _culprit(self.task, before, after)
                saved = str(self.path) if self.save() == before.step else None
                raise NotFinite(what, before.step + 1, replicate, coordinate, saved, before)


def _culprit(task: Task, before: State, after: State) -> tuple[str, int, int]:
    """What is not finite after a step, in words, with replicate and coordinate."""
    with np.errstate(all="ignore"):
        gradient = task.problem.gradient(before.x)
        squares = gradient * gradient
    reasons: list[tuple[str, Array]] = [
        ("the gradient is {}", gradient),
        ("the noisy gradient is not finite: m is {}", after.m),
        ("the square of the noisy gradient overflows: v is {}", after.v),
        ("u is infinite, because v has underflowed to 0 and epsilon is 0: x is {}", after.x),
        ("the square of the gradient overflows: it is {}", squares),
    ]
    for text, values in reasons:
        bad = np.argwhere(~np.isfinite(values))
        if bad.size:
            replicate, coordinate = (int(index) for index in bad[0])
            return text.format(float(values[replicate, coordinate])), replicate, coordinate
    replicate, coordinate = (int(index) for index in np.unravel_index(int(np.argmax(squares)), squares.shape))
    return "a sum of squares over the coordinates overflows; its largest term is", replicate, coordinate
