"""Statistical tests and exponents, with the levels and intervals that they state.

Every test here is shown, in the tests of the project, to accept a planted null at its level and to reject a planted
violation.  SciPy is an extra and is imported where it is needed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..simulator import Estimate, SimulationError, estimate

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Identical:
    """Two-sample Kolmogorov-Smirnov tests of all pairs of coordinates, corrected by Holm: `smallest` is the smallest
    corrected p-value, `rejected` counts the pairs below the level.  If all coordinates have one distribution, the
    chance that any is rejected is at most the level."""

    pairs: int
    rejected: int
    smallest: float
    level: float


@dataclass(frozen=True)
class Independent:
    """A permutation test: `largest` is the largest |rank correlation| (Spearman) of two coordinates, `p_value` the
    share of permutations (with the data themselves) in which it is as large.  It sees monotone dependence."""

    largest: float
    p_value: float
    level: float

    @property
    def rejected(self) -> bool:
        return self.p_value <= self.level


def scipy_stats() -> Any:
    """scipy.stats.  Raises SimulationError where SciPy is missing."""
    try:
        from scipy import stats
    except ImportError as error:
        raise SimulationError(
            "the experiments' tests need SciPy, which is missing: pip install 'adamproof[experiments]'"
        ) from error
    return stats


def identical(samples: Array, level: float) -> Identical:
    """Whether coordinates, of shape (replicates, d), have the same distribution.

    Coordinates of one replicate may depend on one another, so that each test compares one coordinate in the even
    replicates with another in the odd ones: independent samples, as the test needs.
    """
    stats = scipy_stats()
    even, odd = samples[::2], samples[1::2]
    values = [
        float(stats.ks_2samp(even[:, one], odd[:, other]).pvalue)
        for one, other in combinations(range(samples.shape[1]), 2)
    ]
    corrected = holm(values)
    return Identical(len(values), int(np.sum(corrected <= level)), float(corrected.min()), level)


def holm(p_values: Sequence[float]) -> Array:
    """Holm's corrected p-values, in the given order: those of at most a level may be rejected together at it."""
    values = np.asarray(p_values, dtype=np.float64)
    order = np.argsort(values, kind="stable")
    raised = np.minimum(1.0, np.maximum.accumulate(values[order] * np.arange(values.size, 0, -1)))
    found = np.empty_like(raised)
    found[order] = raised
    return found


def independent(samples: Array, permutations: int, seed: int, level: float) -> Independent:
    """Whether coordinates, of shape (replicates, d), are independent: each is permuted over replicates by itself."""
    ranks = np.asarray(scipy_stats().rankdata(samples, axis=0))
    ranks -= ranks.mean(axis=0)
    scale = np.sqrt(np.square(ranks).sum(axis=0))
    if not scale.all():
        raise SimulationError("a coordinate has the same value in every replicate, so that no dependence can be tested")
    ranks /= scale

    def largest(rows: Array) -> float:
        correlations = np.abs(rows.T @ rows)
        np.fill_diagonal(correlations, 0.0)
        return float(correlations.max())

    random, seen = np.random.default_rng(seed), largest(ranks)
    # A correlation that is equal but for rounding counts as equal, which only makes the p-value larger.
    reached = sum(largest(random.permuted(ranks, axis=0)) >= seen - 1e-12 for _ in range(permutations))
    return Independent(seen, (1 + reached) / (1 + permutations), level)


def grouped(samples: Array, groups: int) -> Array:
    """Means over so many groups of consecutive replicates, which are independent of one another."""
    if samples.size < groups:
        raise SimulationError(f"{samples.size} replicates cannot be put into {groups} groups")
    return np.asarray([part.mean() for part in np.array_split(samples, groups)])


def exponent(x: ArrayLike, values: ArrayLike) -> Estimate:
    """The exponent b of a power law c*x^b fitted to positive values of shape (len(x), groups), by least squares of the
    logarithms in each group; the interval is Student's over the groups.  It holds the chance of the runs, not the
    error of taking something else for a power law."""
    where, table = np.log(np.asarray(x, dtype=np.float64)), np.asarray(values, dtype=np.float64)
    if not (table > 0.0).all():
        raise SimulationError("an exponent is asked for of values that are not all positive")
    centred = where - where.mean()
    return estimate(np.asarray(centred @ np.log(table) / (centred @ centred)))
