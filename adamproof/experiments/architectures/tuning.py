"""The best learning rate of a network: the one with the least F over the later half of the run.

Learning rates are powers of 2.  Each seed draws a start and its batches.  A grid that an optimum ends is extended,
since such an optimum is not known to be one.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from ...networks import Data, Network, problem
from ...simulator import Algorithm, NotFinite, SimulationError
from ..runner import Runner, late
from ..statistics import vertex

Array = NDArray[np.float64]
APART = 32  # bits between the seeds of one experiment: those of another `--seed` are not among them
WIDEST = 10  # learning rates by which a grid may be extended at each end
LATE = (2, 4)  # F is the mean over the steps after T/2, 3T/4 and T


@dataclass(frozen=True)
class Tuned:
    """F of each learning rate, 2^powers, and seed, (powers, seeds): infinite where a run left the finite numbers.

    largest: the largest u of the same runs.
    """

    powers: Array
    losses: Array
    largest: Array

    @property
    def vertices(self) -> Array:
        """The best power of 2 of each seed, between those of the grid, (seeds,)."""
        return np.asarray([vertex(self.powers, column) for column in self.losses.T])

    @property
    def best(self) -> int:
        """The learning rate with the least geometric mean of F over the seeds, by its place."""
        return int(np.argmin(np.log(self.losses).mean(axis=1)))


@dataclass(frozen=True)
class Training:
    """What is run at each learning rate.  betas: beta1, beta2 and epsilon.  The rest as for `networks.problem`."""

    what: str
    network: Network
    data: Data
    batch: int
    steps: int
    betas: tuple[float, float, float]

    def run(self, lab: Runner, power: float, seed: int) -> tuple[float, float]:
        """F and the largest u of one run."""
        part = self.steps // LATE[1]
        looks = [self.steps - back * part for back in range(LATE[1] - LATE[1] // LATE[0] + 1)]
        seeded = lab.seed + (seed << APART)
        objective = problem(self.network, self.data, self.batch, seeded)
        what = f"{self.what}, learning rate 2^{power:g}, seed {seed}"
        try:
            algorithm = Algorithm(2.0**power, *self.betas)
            done = lab.run(what, objective, algorithm, self.steps, 1, looks, self.steps, seeded)
        except NotFinite:
            return math.inf, math.inf
        found = float(late(done, lambda _, state: np.asarray(objective.value(state.x)))[0])
        return (found if math.isfinite(found) else math.inf), done.statistics.maximum


def _trained(training: Training, lab: Runner, which: tuple[float, int]) -> tuple[float, float]:
    return training.run(lab, *which)


def tune(lab: Runner, training: Training, seeds: int, grid: Sequence[float]) -> Tuned:
    """Run the learning rates of a grid (powers of 2: from, to, step), and more until none of its ends is an optimum.

    Raises SimulationError where that takes more than WIDEST at an end.
    """
    low, high, step = grid
    powers = [low + step * number for number in range(round((high - low) / step) + 1)]
    found: dict[float, list[tuple[float, float]]] = {}
    for _ in range(2 * WIDEST + 1):
        asked = [(power, seed) for power in powers if power not in found for seed in range(seeds)]
        for (power, _), answer in zip(asked, lab.spread(partial(_trained, training), asked), strict=True):
            found.setdefault(power, []).append(answer)
        powers = sorted(found)
        table = np.asarray([found[power] for power in powers])
        losses = table[:, :, 0]
        at = np.argmin(losses, axis=0)
        ends = [power for power, is_end in ((powers[0] - step, 0 in at),
                                            (powers[-1] + step, len(powers) - 1 in at)) if is_end]  # fmt: skip
        if not ends:
            return Tuned(np.asarray(powers), losses, table[:, :, 1])
        if min(ends) < low - WIDEST * step or max(ends) > high + WIDEST * step:
            break
        powers = ends
    raise SimulationError(
        f"{training.what}: no learning rate from 2^{min(found):g} to 2^{max(found):g} is the best for every seed"
    )
