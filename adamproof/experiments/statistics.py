"""Statistical tests and exponents, with the levels and intervals that they state.

Every test here is shown, in the tests of the project, to accept a planted null at its level and to reject a planted
violation.  A sample that no test could reject, because the least p-value that it can reach is above the level, is
refused: "nothing rejected" would say nothing of it.  SciPy is an extra and is imported where it is needed.
"""

from __future__ import annotations

import math
import warnings
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate, combinations, count, pairwise
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..simulator import Estimate, SimulationError, arguments, estimate
from ..support import correlations

Array = NDArray[np.float64]
Pattern = tuple[int, ...]  # how often each value of a coordinate occurs, from the least value to the largest
ROUNDING = 1e-9  # relative: a p-value that is above the level by less counts as equal to it
EQUAL = 1e-12  # correlations that differ by less are equal but for rounding


@dataclass(frozen=True)
class Identical:
    """Two-sample Kolmogorov-Smirnov tests of all pairs of coordinates, corrected by Holm: `smallest` is the smallest
    corrected p-value, `rejected` counts the pairs below the level.  The level is that of all pairs together: if all
    coordinates have one distribution, the chance that any pair is rejected is at most the level."""

    pairs: int
    rejected: int
    smallest: float
    level: float


@dataclass(frozen=True)
class Independent:
    """A permutation test: `largest` is the largest |rank correlation| (Spearman) of two coordinates, `p_value` the
    share of permutations (with the data themselves) in which it is as large.  It sees monotone dependence.  The
    largest of all pairs is the statistic, so that the level is that of all pairs together, without a correction."""

    largest: float
    p_value: float
    level: float

    @property
    def rejected(self) -> bool:
        return reaches(self.p_value, self.level)


def reaches(p_value: float, level: float) -> bool:
    """Whether a p-value is at most the level, but for rounding."""
    return p_value <= level * (1.0 + ROUNDING)


def scipy_stats() -> Any:
    """scipy.stats.  Raises SimulationError where SciPy is missing."""
    try:
        from scipy import stats
    except ImportError as error:
        raise SimulationError(
            "the experiments' tests need SciPy, which is missing: pip install 'adamproof[experiments]'"
        ) from error
    return stats


def identical(samples: ArrayLike, level: float, together: int = 1) -> Identical:
    """Whether coordinates, of shape (replicates, d), have the same distribution.

    Coordinates of one replicate may depend on one another, so that each test compares one coordinate in the even
    replicates with another in the odd ones: independent samples, as the test needs.  With equal values (a discrete
    distribution) the tests reject less often than the level allows.

    together: how many tests, this one included, the caller corrects together (Bonferroni).  Each pair must be able to
    reach the level divided by it.  Raises SimulationError if one cannot, with the number of replicates that would do,
    and for samples that are not finite or of another shape.
    """
    table, (level, strict) = table_of(samples), levels(level, together)
    even, odd = table[::2], table[1::2]
    pairs = list(combinations(range(table.shape[1]), 2))
    _refuse_few(len(table), table.shape[1], _least_of_pairs, strict)

    for one, other in pairs:
        values = np.sort(np.concatenate([even[:, one], odd[:, other]]))
        if (np.diff(values) > 0.0).all():  # the least p-value depends on the number of replicates alone
            continue
        # The arrangements that are most unlike: one sample has all the lowest values, the other all the highest.
        cuts = (len(even), len(odd))
        least = len(pairs) * min(p_value(values[:cut], values[cut:]) for cut in cuts)
        if not reaches(least, strict):
            raise SimulationError(
                f"coordinates {one} and {other} have too many equal values: no arrangement can be rejected at "
                f"the level {strict:g}, because the smallest corrected p-value is {min(1.0, least):.2g}; drop one of "
                "them, or use more replicates"
            )
    corrected = holm([p_value(even[:, one], odd[:, other]) for one, other in pairs])
    rejected = sum(reaches(float(value), level) for value in corrected)
    return Identical(len(pairs), rejected, float(corrected.min()), level)


def p_value(one: Array, other: Array) -> float:
    """That of the two-sample test of Kolmogorov and Smirnov, two-sided; it depends on D and the sizes alone."""
    return _p_value(one.size, other.size, *farthest(one, other))


@lru_cache(maxsize=1 << 16)
def _p_value(n: int, m: int, below: int, other_below: int) -> float:
    """Of samples of two values, that have so many of the lower one: of all with this D."""
    one, other = np.arange(n) >= below, np.arange(m) >= other_below
    with warnings.catch_warnings():  # an exact value may be above 1 by rounding; SciPy then says that it gives 1
        warnings.filterwarnings("ignore", "ks_2samp: Exact calculation unsuccessful", RuntimeWarning)
        return float(scipy_stats().ks_2samp(one.astype(float), other.astype(float)).pvalue)


def farthest(one: Array, other: Array) -> tuple[int, int]:
    """How many numbers of two samples are at most the one at which their distribution functions differ most."""
    one, other = np.sort(one), np.sort(other)
    everywhere = np.concatenate([one, other])
    below = [np.searchsorted(values, everywhere, "right") for values in (one, other)]
    at = int(np.abs(below[0] / one.size - below[1] / other.size).argmax())
    return int(below[0][at]), int(below[1][at])


def table_of(samples: ArrayLike) -> Array:
    """Samples of shape (replicates, d), as a new array.  Raises SimulationError."""
    table = arguments.numbers("the array of samples", samples)
    if table.ndim != 2:
        raise SimulationError(f"the array of samples has shape {table.shape}, but must have (replicates, coordinates)")
    if table.shape[1] < 2:
        raise SimulationError(f"coordinates are compared in pairs, but the samples have only {table.shape[1]}")
    return arguments.finite("the array of samples", table)


def levels(level: float, together: int) -> tuple[float, float]:
    """The level, and the one that a test must be able to reach by itself."""
    level = arguments.level(level)
    return level, level / arguments.whole("the number of tests that are corrected together", together, 1)


def _refuse_few(replicates: int, d: int, least: Callable[[int, int], float], level: float) -> None:
    """Raise SimulationError if so few replicates cannot reach the level, whatever their values are.

    least(replicates, d): the least p-value that a test can reach, falling in the number of replicates.
    """
    reached = least(replicates, d)
    if not reaches(reached, level):
        enough = next(number for number in count(replicates + 1) if reaches(least(number, d), level))
        raise SimulationError(
            f"{replicates} replicates of {d} coordinates are too few for a test at the level {level:g}: the "
            f"smallest possible p-value is {reached:.2g}; use at least {enough} replicates"
        )


def _least_of_pairs(replicates: int, d: int) -> float:
    """The least p-value of `identical`: of n + m values, 2 of C(n + m, n) orders are those of two separate samples."""
    return min(1.0, math.comb(d, 2) * 2 / math.comb(replicates, replicates // 2))


def holm(p_values: ArrayLike) -> Array:
    """Holm's corrected p-values, in the given order: those of at most a level may be rejected together at it.

    p_values: (n,), each from 0 to 1.  Raises SimulationError.
    """
    values = arguments.numbers("the array of p-values", p_values)
    if values.ndim != 1 or values.size == 0:
        raise SimulationError(f"the array of p-values has shape {values.shape}, but must be a vector of at least one")
    if not ((values >= 0.0) & (values <= 1.0)).all():
        raise SimulationError("a p-value is not between 0 and 1")
    order = np.argsort(values, kind="stable")
    raised = np.minimum(1.0, np.maximum.accumulate(values[order] * np.arange(values.size, 0, -1)))
    found = np.empty_like(raised)
    found[order] = raised
    return found


def independent(
    samples: ArrayLike, permutations: int, seed: int, level: float, together: int = 1
) -> Independent:  # fmt: skip
    """Whether coordinates, of shape (replicates, d), are independent: each is permuted over replicates by itself.

    together: as for `identical`.  Raises SimulationError if the replicates (with their equal values) or the number of
    permutations cannot reach the level, with a number that would do; for a coordinate whose values are all equal; and
    for samples that are not finite or of another shape.
    """
    table, (level, strict) = table_of(samples), levels(level, together)
    permutations = arguments.whole("the number of permutations", permutations, 1)
    seed = arguments.whole("the seed", seed, 0)
    ranks = np.asarray(scipy_stats().rankdata(table, axis=0))
    _refuse_few(len(table), table.shape[1], _least_of_permutations, strict)
    ranks -= ranks.mean(axis=0)
    scale = np.sqrt(np.square(ranks).sum(axis=0))
    if not scale.all():
        raise SimulationError("a coordinate has the same value in every replicate, so dependence cannot be tested")
    ranks /= scale
    _refuse_ties(table, ranks, strict)
    refuse_few_permutations(permutations, strict)

    seen = float(correlations.absolute(ranks).max())
    # A correlation that is equal but for rounding counts as equal, which only makes the p-value larger.
    reached = int((correlations.by_chance(ranks, permutations, seed) >= seen - EQUAL).sum())
    return Independent(seen, (1 + reached) / (1 + permutations), level)


def refuse_few_permutations(permutations: int, level: float) -> None:
    """Raise SimulationError if the share of one in so many permutations is above the level."""
    if not reaches(1.0 / (1 + permutations), level):
        enough = next(number for number in count(int(1.0 / level) - 1) if reaches(1.0 / (1 + number), level))
        raise SimulationError(
            f"{permutations} permutations are too few for a test at the level {level:g}: the smallest possible "
            f"p-value is {1.0 / (1 + permutations):.2g}; use at least {enough} permutations"
        )


def _least_of_permutations(replicates: int, d: int) -> float:
    """The least p-value of `independent` for values that all differ."""
    return _chance_of_a_match({(1,) * replicates: d}, replicates)


def _chance_of_a_match(patterns: Mapping[Pattern, int], replicates: int) -> float:
    """The chance that, after permutations, two coordinates of one pattern have |rank correlation| 1.

    patterns: the number of coordinates of each pattern.  A coordinate with a pattern has r!/(product of its entries'
    factorials) orders, each as likely; if it reads the same backwards, an order and its reverse match, too.
    """
    logarithm = 0.0
    for pattern, size in patterns.items():
        orders = math.factorial(replicates) // math.prod(map(math.factorial, pattern))
        classes = orders // 2 if pattern == pattern[::-1] else orders
        if size > classes:
            return 1.0
        logarithm += math.fsum(math.log1p(-number / classes) for number in range(size))
    return -math.expm1(logarithm)


def _refuse_ties(table: Array, ranks: Array, level: float) -> None:
    """Raise SimulationError if coordinates have so many equal values that no order of them could be rejected."""
    if reaches(least := _least_with_ties(table, ranks), level):
        return
    raise SimulationError(
        f"the coordinates have so many equal values that no permutation can be rejected at the level {level:g}: "
        f"the smallest possible p-value is {least:.2g}; drop the coordinates with few distinct values, or use more "
        "replicates"
    )


def _least_with_ties(table: Array, ranks: Array) -> float:
    """The least p-value of `independent` for these very values: the chance of the largest correlation that they allow.

    If no two coordinates have one pattern, this correlation is below 1, and if several pairs allow it, their chances
    are added up, which is a little more than the chance that any of them has it.
    """
    patterns = [tuple(np.unique(column, return_counts=True)[1].tolist()) for column in table.T]
    alike = Counter(min(pattern, pattern[::-1]) for pattern in patterns)
    if max(alike.values()) > 1:
        return _chance_of_a_match(alike, len(table))
    ordered, candidates = np.sort(ranks, axis=0), []
    for one, other in combinations(range(len(patterns)), 2):
        for second, pattern in ((ordered[:, other], patterns[other]), (-ordered[::-1, other], patterns[other][::-1])):
            candidates.append((float(ordered[:, one] @ second), _chance(patterns[one], pattern)))
    most = max(correlation for correlation, _ in candidates)
    return min(1.0, sum(chance for correlation, chance in candidates if correlation >= most - EQUAL))


def _chance(one: Pattern, other: Pattern) -> float:
    """The chance that two coordinates with these patterns, in random orders, grow together."""
    cuts = sorted({0, *accumulate(one), *accumulate(other)})
    ways = math.prod(math.factorial(number) for number in (*one, *other))
    blocks = math.prod(math.factorial(last - first) for first, last in pairwise(cuts))
    return ways / (math.factorial(cuts[-1]) * blocks)


def grouped(samples: ArrayLike, groups: int) -> Array:
    """Means over so many groups of consecutive replicates, which are independent of one another.

    samples: (replicates,).  Raises SimulationError for samples that are not finite or fewer than the groups.
    """
    given = arguments.point("the array of samples", samples)
    if given.size < arguments.whole("the number of groups", groups, 1):
        raise SimulationError(f"{given.size} replicates cannot be split into {groups} groups")
    return np.asarray([part.mean() for part in np.array_split(given, groups)])


def exponent(x: ArrayLike, values: ArrayLike) -> Estimate:
    """The exponent b of a power law c*x^b fitted to positive values of shape (len(x), groups), by least squares of the
    logarithms in each group; the interval is Student's over the groups.  It holds the chance of the runs, not the
    error of taking something else for a power law.  Raises SimulationError."""
    where, table = arguments.point("x", x), arguments.numbers("the array of values", values)
    if table.ndim != 2 or len(table) != where.size or table.size == 0:
        raise SimulationError(f"the array of values has shape {table.shape}, but must have ({where.size}, groups)")
    if not ((table > 0.0).all() and np.isfinite(table).all()):
        raise SimulationError("an exponent needs positive, finite values")
    if not (where > 0.0).all() or (where == where[0]).all():
        raise SimulationError("an exponent needs positive x, at least two of them distinct")
    logarithms = np.log(where)
    centred = logarithms - logarithms.mean()
    return estimate(np.asarray(centred @ np.log(table) / (centred @ centred)))


def vertex(x: Array, y: Array) -> float:
    """Where a parabola through the logarithm of the least of some positive values and its neighbours is least.

    x: evenly spaced, (n,).  y: (n,), with inf for what has no value: beside it the least point itself counts.
    Raises SimulationError where the least value is at an end.
    """
    at = int(np.argmin(y))
    if at in (0, len(x) - 1):
        raise SimulationError(f"the minimum lies at the end of the grid, 2^{x[at]:g}: widen the grid")
    before, here, after = np.log(y[at - 1 : at + 2])
    if not (math.isfinite(before) and math.isfinite(after)):
        return float(x[at])
    return float(x[at] + (x[1] - x[0]) * 0.5 * (before - after) / (before - 2.0 * here + after))
