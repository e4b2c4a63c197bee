"""How much coordinates differ, and how many independent ones they are worth: sizes first, p-values last.

A p-value falls with the number of samples, however small a difference is: the distance D and the effective number do
not.  Samples are those of replicates, of shape (replicates, coordinates): steps of one run are no sample.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..simulator import SimulationError, arguments
from .statistics import EQUAL, farthest, levels, p_value, reaches, refuse_few_permutations, table_of

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Shared:
    """A permutation test of independence: `effective` is how many independent coordinates vary as much in their mean,
    `p_value` the share of permutations (with the data themselves) whose mean varies as much.  It sees coordinates that
    rise together, however little each pair does."""

    coordinates: int
    effective: float
    p_value: float
    level: float

    @property
    def rejected(self) -> bool:
        return reaches(self.p_value, self.level)


def effective(samples: ArrayLike) -> float:
    """How many independent coordinates the mean over these is worth: the mean of their variances over the variance of
    their mean.  Of independent ones it is their number, whatever their variances are; from r replicates it is known up
    to a factor of about 1 +- sqrt(2/r).

    samples: (replicates, coordinates).  Raises SimulationError where the mean does not vary.
    """
    table = table_of(samples)
    spread = float(table.mean(axis=1).var(ddof=1)) if len(table) > 1 else 0.0
    if not spread > 0.0:
        raise SimulationError("the mean over the coordinates is the same in every replicate")
    return float(table.var(axis=0, ddof=1).mean()) / spread


def shared(samples: ArrayLike, permutations: int, seed: int, level: float, together: int = 1) -> Shared:
    """Whether coordinates are independent, by how much their mean varies: each is permuted over replicates by itself.

    together: how many tests, this one included, the caller corrects together (Bonferroni).  Raises SimulationError if
    the permutations, or the replicates with their equal values, cannot reach the level divided by it, and for samples
    that are not finite or of another shape.
    """
    table, (level, strict) = table_of(samples), levels(level, together)
    permutations = arguments.whole("the number of permutations", permutations, 1)
    random = np.random.default_rng(arguments.whole("the seed", seed, 0))
    refuse_few_permutations(permutations, strict)
    number = effective(table)
    # The mean varies most where all coordinates grow together.
    seen, most = (_spread(rows) * (1.0 - EQUAL) for rows in (table, np.sort(table, axis=0)))
    columns = np.ascontiguousarray(table.T)
    spreads = [_spread(random.permuted(columns, axis=1).T) for _ in range(permutations)]
    reached, largest = (sum(one >= bound for one in spreads) for bound in (seen, most))
    if not reaches((1 + largest) / (1 + permutations), strict):
        raise SimulationError(
            f"{len(table)} replicates of {table.shape[1]} coordinates are too few for a test at the level {strict:g}, "
            f"or too many of their values are equal: the smallest possible p-value is about "
            f"{(1 + largest) / (1 + permutations):.2g}"
        )
    return Shared(table.shape[1], number, (1 + reached) / (1 + permutations), level)


def _spread(table: Array) -> float:
    return float(table.sum(axis=1).var())


def distance(one: Array, other: Array) -> float:
    """D of Kolmogorov and Smirnov: the largest difference of two samples' distribution functions."""
    below, other_below = farthest(one, other)
    return abs(below / one.size - other_below / other.size)


def distances(samples: ArrayLike) -> tuple[float, float]:
    """The median and the largest D of all pairs of coordinates, of (replicates, coordinates), as `identical` tests
    them: one in the even replicates, the other in the odd ones.  Raises SimulationError as `identical` does."""
    table = table_of(samples)
    pairs = combinations(range(table.shape[1]), 2)
    found = [distance(table[::2, one], table[1::2, other]) for one, other in pairs]
    return float(np.median(found)), max(found)


def least_distance(replicates: int, pairs: int, level: float) -> float | None:
    """The least D of one pair that `identical` would reject beside pairs alike; None if it rejects none."""
    half, rest = replicates // 2, replicates - replicates // 2
    for shift in range(1, half + 1):
        one, other = np.arange(half, dtype=float), np.arange(rest, dtype=float) + shift - 0.5
        if reaches(pairs * p_value(one, other), level):
            return distance(one, other)
    return None
