"""What every engine is given: the description of a run, and its state."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from .algorithms import Algorithm
from .data_problems import Regression
from .errors import SimulationError
from .problems import Sampled, Separable

Array = NDArray[np.float64]
Floats = NDArray[Any]  # of the run's type
DTYPES = ("float64", "float32")
PRODUCTS = 8.0  # of data and a point: one coordinate of so many samples costs as much as a coordinate's step
# What an engine sums over the coordinates in each step; the last one is a maximum.
SUMS = ("|a|", "a^2", "u|a|", "e^2", "u^2", "u", "max u")


@dataclass(frozen=True)
class Task:
    """A run: x_1 = problem.start, m_0 = v_0 = 0, then `steps` steps of the algorithm in every replicate.

    exact_every: the exact gradient, which only the statistics need then, is computed in step 1 and every so many steps.
    dtype: of x, m, v and of the update's arithmetic (see `precision`).
    """

    problem: Separable | Sampled
    algorithm: Algorithm
    steps: int
    replicates: int
    seed: int
    exact_every: int = 1
    dtype: str = "float64"

    @property
    def d(self) -> int:
        return int(self.problem.start.size)

    @property
    def work(self) -> float:
        """A step's cost in coordinate-steps: those of a separable problem, and a share of one a product of data."""
        return self.replicates * self.d * (1.0 + self._samples / PRODUCTS)

    @property
    def _samples(self) -> float:
        """The samples that a step goes through for each replicate."""
        if not isinstance(self.problem, Regression):
            return 0.0
        return self.problem.batch + self.problem.samples / self.exact_every


@dataclass
class State:
    """x, m, v of shape (replicates, d) after `step` steps; `first` is the number of the first replicate."""

    x: Floats
    m: Floats
    v: Floats
    step: int = 0
    first: int = 0

    @classmethod
    def start(cls, task: Task, replicates: int | None = None) -> State:
        """x_1 and zeros, for all replicates of a run or for so many."""
        shape = (task.replicates if replicates is None else replicates, task.d)
        x = np.empty(shape, task.dtype)
        x[:] = task.problem.start
        return cls(x, np.zeros(shape, task.dtype), np.zeros(shape, task.dtype))

    def rows(self, first: int, last: int) -> State:
        """The state of some replicates, sharing their memory."""
        part = slice(first, last)
        return State(self.x[part], self.m[part], self.v[part], self.step, self.first + first)

    def copy(self) -> State:
        return State(self.x.copy(), self.m.copy(), self.v.copy(), self.step, self.first)

    @property
    def finite(self) -> bool:
        return all(np.isfinite(row).all() for array in (self.x, self.m, self.v) for row in array)


class NotFinite(SimulationError):
    """A run stopped because a number is no longer finite.

    what: in words; step: its number, from 1; replicate and coordinate: where, from 0; saved: the checkpoint, if there
    is one; state: the state before that step.
    """

    def __init__(
        self, what: str, step: int, replicate: int, coordinate: int, saved: str | None, state: State
    ) -> None:  # fmt: skip
        kept = f"; the state before this step is saved in {saved}" if saved else ""
        place = f"in step {step}, replicate {replicate}, coordinate {coordinate}"
        super().__init__(f"{what} {place}: the run stops{kept}")
        self.what, self.step, self.replicate, self.coordinate = what, step, replicate, coordinate
        self.saved, self.state = saved, state

    def to_json(self) -> dict[str, Any]:
        """What and where, without the state."""
        names = ("what", "step", "replicate", "coordinate")
        return {**{name: getattr(self, name) for name in names}, "checkpoint": self.saved}


class Engine(Protocol):
    """Something that runs steps."""

    @property
    def name(self) -> str: ...
    @property
    def described(self) -> str: ...
    def advance(self, task: Task, state: State, count: int) -> Array:
        """Run `count` steps in place (state.step stays) and return the SUMS of each: (count, 7, replicates).

        The first four are 0 in steps whose exact gradient is not computed.
        """
        ...
