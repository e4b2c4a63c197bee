"""What every experiment works with: the seed, the engine, and runs whose progress is reported."""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from ..simulator import Algorithm, Estimate, NotFinite, Run, Sampled, Schedule, Separable, State, simulate
from ..simulator.statistics import with_error

Array = NDArray[np.float64]
LOOKS = 16  # snapshots of the second half of a run
Say = Callable[[str], None]
T = TypeVar("T")
R = TypeVar("R")


def silent(text: str) -> None:
    """Says nothing."""


@dataclass
class Runner:
    """seed: of all runs.  engine, threads: as for `simulate`, and without influence on the numbers.

    folder: where each run is saved while it is under way, and taken up again if it is there.
    executor: does independent runs (`spread`); without one they are done here, one after another.
    """

    seed: int = 0
    engine: str = "auto"
    threads: int | None = None
    progress: Say = lambda text: None
    say: Say = lambda text: None
    engines: list[str] = field(default_factory=list)  # those that ran, in order
    folder: Path | None = None
    runs: int = 0
    executor: Executor | None = None

    def run(
        self,
        what: str,
        problem: Separable | Sampled,
        algorithm: Algorithm | Schedule,
        steps: int,
        replicates: int,
        snapshots: Sequence[int] = (),
        exact_every: int = 1,
        seed: int | None = None,
    ) -> Run:
        """One run, called `what` in reports of progress; with a seed of its own, where one is given."""
        path = self._place(what)
        engine = self.engine
        # Many runs of middle size: Numba is worth its start even where one of them alone would not ask for it.
        if engine == "auto" and isinstance(problem, Separable) and importlib.util.find_spec("numba"):
            engine = "numba"
        found = simulate(
            problem,
            algorithm,
            steps,
            replicates,
            self.seed if seed is None else seed,
            engine,
            self.threads,
            checkpoint=path,
            resume=path is not None and path.exists(),
            exact_every=exact_every,
            snapshots=snapshots,
            progress=lambda done, of: self.progress(f"{what}: step {done} of {of}"),
            say=self.say,
        )
        if found.engine not in self.engines:
            self.engines.append(found.engine)
        return found

    def spread(self, one: Callable[[Runner, T], R], items: Sequence[T], runs: int = 1) -> list[R]:
        """What `one` makes of each item, in order, with a runner that it uses for so many runs.

        An executor may do that in other processes: `one`, the items and the answers are pickled.
        """
        if self.executor is None:
            return [one(self, item) for item in items]
        alone = replace(self, progress=silent, say=silent, engines=[], threads=self.threads or 1, executor=None)
        labs = [replace(alone, engines=[], runs=self.runs + runs * place) for place in range(len(items))]
        found: list[R] = []
        for answer, engines, stopped in self.executor.map(_alone, [one] * len(items), labs, items):
            if stopped is not None:
                raise NotFinite(*stopped)
            found.append(answer)
            self.progress(f"{len(found)} of {len(items)} runs")
            self.engines += [engine for engine in engines if engine not in self.engines]
        self.runs += runs * len(items)
        return found

    def _place(self, what: str) -> Path | None:
        """Where the next run is saved: by its number, since names may be those of several."""
        self.runs += 1
        name = f"{self.runs:03}-{re.sub(r'[^A-Za-z0-9.]+', '-', what)}.npz"
        return None if self.folder is None else self.folder / name


def _alone(one: Callable[[Runner, T], R], lab: Runner, item: T) -> tuple[Any, list[str], tuple[Any, ...] | None]:
    """What `one` makes of an item, the engines that ran, and what makes the NotFinite that it raised."""
    try:
        return one(lab, item), lab.engines, None
    except NotFinite as error:  # which cannot be pickled
        at = error.step, error.replicate, error.coordinate
        return None, lab.engines, (error.what, *at, error.saved, error.state)


def late_steps(steps: int) -> list[int]:
    """Some steps of the second half of a run, the last one among them."""
    return sorted({steps - (steps // 2) * back // LOOKS for back in range(LOOKS)})


def late(run: Run, of: Callable[[Run, State], Array]) -> Array:
    """What `of` makes of a state, (replicates,), averaged over the snapshots of a run: one number a replicate."""
    return np.asarray(np.mean([of(run, state) for state in run.snapshots.values()], axis=0))


def magnitudes(run: Run, state: State) -> Array:
    """u = |m|/(sqrt(v) + epsilon) of a state, (replicates, d); 0 where m is."""
    size, scale = np.abs(state.m), np.sqrt(state.v) + run.task.algorithm.epsilon
    return np.divide(size, scale, out=np.zeros_like(size), where=size > 0.0)


def length(run: Run, state: State) -> Array:
    """|a|_2 in each replicate."""
    return np.asarray(np.linalg.norm(run.task.problem.gradient(state.x), axis=1))


def columns(estimates: Sequence[Estimate]) -> dict[str, list[float | None]]:
    """Estimates as plain data."""
    return {
        "mean": [one.mean for one in estimates],
        "half width": [one.half_width for one in estimates],
    }


def power(exponent: Mapping[str, float | None], base: str = "T") -> str:
    """An estimated exponent (as plain data) as a power in words."""
    mean, half = exponent["mean"], exponent["half_width"]
    return f"{base}^({mean:.3f})" if half is None or mean is None else f"{base}^({with_error(mean, half)})"


def span(values: Sequence[float]) -> str:
    """From where to where, in words."""
    return f"{min(values):g} to {max(values):g}"
