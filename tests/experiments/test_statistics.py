"""The experiments' tests keep their level where nothing is wrong, and reject what is planted."""

from __future__ import annotations

from collections.abc import Callable
from itertools import permutations, product
from math import comb
from typing import Any

import numpy as np
import pytest

from adamproof.experiments import statistics
from adamproof.experiments.statistics import exponent, grouped, holm, identical, independent
from adamproof.simulator import SimulationError

REPEATS, LEVEL = 500, 0.1
# Of how often a test rejects in so many nulls: a test that keeps its level exceeds the count with at most this chance.
# The seeds are fixed, so that it decides once, when a seed is chosen, and not in every run of these tests.
CHANCE = 1e-4
COUNTED = 77  # of 500 at the level 0.1, by CHANCE: a level of 0.2 would show


def most(repeats: int, level: float, chance: float = CHANCE) -> int:
    """The least count that a binomial of this level exceeds with at most this chance."""
    tail, count = 1.0, 0
    while tail > chance:
        tail -= comb(repeats, count) * level**count * (1 - level) ** (repeats - count)
        count += 1
    return count - 1


def rejections(test: Callable[[Any, np.random.Generator], bool]) -> int:
    return sum(test(seed, np.random.default_rng(seed)) for seed in range(REPEATS))


def alike(random: np.random.Generator) -> Any:
    return random.exponential(size=(60, 4))


def discrete(random: np.random.Generator) -> Any:
    """Few values, so that most of them are equal."""
    return random.integers(0, 5, size=(60, 3)).astype(float)


def coupled(random: np.random.Generator) -> Any:
    """Coordinates with one distribution that share a factor: dependent, but identical."""
    return random.exponential(size=(60, 1)) * random.exponential(size=(60, 4))


def test_the_tolerance_of_these_tests() -> None:
    assert most(REPEATS, LEVEL) == COUNTED < most(REPEATS, 2 * LEVEL) - 40


@pytest.mark.parametrize("planted", [alike, coupled, discrete])
def test_identical_coordinates_are_accepted_at_the_level(planted: Any) -> None:
    """Also if they depend on one another, which the test must not take for a difference, and with equal values."""
    found = rejections(lambda _, random: identical(planted(random), LEVEL).rejected > 0)
    assert found <= most(REPEATS, LEVEL)


def test_one_coordinate_that_differs_is_rejected() -> None:
    def test(_: int, random: np.random.Generator) -> bool:
        samples = alike(random)
        samples[:, 2] *= 6.0
        return identical(samples, LEVEL).rejected > 0

    assert rejections(test) > 0.9 * REPEATS


def test_the_fewest_replicates_reject_the_largest_difference_and_no_more_than_the_level() -> None:
    """With as few replicates as are not refused the test rejects as often as its least p-value says: 2/C(8, 4)."""
    found = rejections(lambda _, random: identical(random.normal(size=(8, 2)), 0.05).rejected > 0)
    assert REPEATS - most(REPEATS, 1 - 2 / 70) <= found <= most(REPEATS, 2 / 70)
    apart = identical(np.arange(8.0)[:, None] + [0.0, 100.0], 0.05)
    assert (apart.rejected, apart.smallest) == (1, pytest.approx(2 / 70))


def test_which_pairs_are_rejected_is_counted() -> None:
    samples = np.random.default_rng(1).normal(size=(400, 3))
    samples[:, 0] += 2.0
    found = identical(samples, 0.05)
    assert (found.pairs, found.rejected) == (3, 2)  # (0, 1) and (0, 2), not (1, 2)


@pytest.mark.parametrize("planted", [alike, discrete])
def test_independent_coordinates_are_accepted_at_the_level_and_no_less_often(planted: Any) -> None:
    """A permutation test is exact: it rejects about as often as it says, neither much more nor much less."""
    found = rejections(lambda seed, random: independent(planted(random), 99, seed, LEVEL).rejected)
    assert REPEATS - most(REPEATS, 1 - LEVEL) <= found <= most(REPEATS, LEVEL)


def test_a_shared_factor_is_rejected() -> None:
    found = rejections(lambda seed, random: independent(coupled(random), 99, seed, LEVEL).rejected)
    assert found > 0.9 * REPEATS


def test_coordinates_of_different_distributions_may_be_independent() -> None:
    samples = np.random.default_rng(3).exponential(size=(200, 4)) * [1.0, 10.0, 100.0, 1000.0]
    assert not independent(samples, 199, 0, 0.05).rejected


def test_a_permutation_test_depends_on_its_seed_alone() -> None:
    samples = coupled(np.random.default_rng(0))
    assert independent(samples, 99, 5, 0.05) == independent(samples, 99, 5, 0.05)


def test_holm_corrects_as_published() -> None:
    """The example of Holm's procedure: 0.01*4, then 0.03*2 raised from 0.02*3 = 0.06, and so on, in the given order."""
    np.testing.assert_allclose(holm([0.03, 0.01, 0.04, 0.02]), [0.06, 0.04, 0.06, 0.06])
    assert holm([0.9, 0.8]).tolist() == [1.0, 1.0]


def test_exponents_are_found_with_their_intervals() -> None:
    steps = np.array([2.0**power for power in range(8, 18)])
    exact = exponent(steps, 3.0 * steps[:, None] ** [-0.25, -0.25])
    assert exact.mean == pytest.approx(-0.25, abs=1e-12)
    assert exact.half_width == pytest.approx(0.0, abs=1e-9)
    assert exponent(steps, steps[:, None] ** 0.5).half_width is None  # one group alone
    covered = 0
    for seed in range(REPEATS):
        noise = np.exp(0.05 * np.random.default_rng(seed).normal(size=(steps.size, 8)))
        found = exponent(steps, steps[:, None] ** -0.25 * noise)
        covered += found.low <= -0.25 <= found.high
    assert REPEATS - most(REPEATS, 0.05) <= covered  # 95% intervals


# --- what could not be rejected -----------------------------------------------------------------


def normal(replicates: int, d: int) -> Any:
    return np.random.default_rng(0).normal(size=(replicates, d))


@pytest.mark.parametrize(
    ("replicates", "d", "level", "least", "enough"),
    [
        (2, 60, 0.05, "1", 19),  # the instance: one number against one, "0 of 1770 rejected"
        (1, 60, 0.05, "1", 19),
        (0, 2, 0.05, "1", 8),
        (1, 2, 0.05, "1", 8),
        (7, 2, 0.05, "0.057", 8),  # 2/C(7, 3)
        (7, 2, 0.01, "0.057", 10),
        (13, 16, 0.05, "0.14", 15),  # 120 pairs
    ],
)
def test_too_few_replicates_to_find_a_difference(
    replicates: int, d: int, level: float, least: str, enough: int
) -> None:
    message = (
        f"^{replicates} replicates of {d} coordinates are too few for a test at the level {level}: the "
        f"smallest possible p-value is {least}; use at least {enough} replicates$"
    )
    with pytest.raises(SimulationError, match=message):
        identical(normal(replicates, d), level)
    identical(normal(enough, d), level)
    with pytest.raises(SimulationError, match=f"; use at least {enough} replicates"):
        identical(normal(enough - 1, d), level)


@pytest.mark.parametrize("replicates", range(2, 40))
def test_the_least_p_value_of_a_pair_is_that_of_two_separate_samples(replicates: int) -> None:
    """Of all orders of distinct values, by SciPy itself."""
    even, odd = np.arange(replicates)[::2], np.arange(replicates)[1::2] + 100.0
    found = statistics.scipy_stats().ks_2samp(even, odd).pvalue
    assert found == pytest.approx(statistics._least_of_pairs(replicates, 2), rel=1e-12)


def test_what_is_corrected_together_must_be_reachable_together() -> None:
    identical(normal(8, 2), 0.05)
    with pytest.raises(SimulationError, match=r"at the level 0\.0125: .* use at least 10 replicates"):
        identical(normal(8, 2), 0.05, together=4)
    independent(normal(9, 2), 19, 0, 0.05)
    with pytest.raises(SimulationError, match=r"19 permutations .* level 0\.0125: .* use at least 79 permutations"):
        independent(normal(9, 2), 19, 0, 0.05, together=4)


@pytest.mark.parametrize(
    ("replicates", "d", "level", "least", "enough"),
    [
        (1, 2, 0.05, "1", 5),
        (2, 2, 0.05, "1", 5),  # two points are always in line
        (4, 2, 0.05, "0.083", 5),  # 2/4!
        (4, 3, 0.05, "0.24", 5),  # 1 - (1 - 1/12)(1 - 2/12)
        (5, 60, 0.05, "1", 9),
        (5, 2, 0.01, "0.017", 6),
    ],
)
def test_too_few_replicates_to_find_dependence(replicates: int, d: int, level: float, least: str, enough: int) -> None:
    message = (
        f"^{replicates} replicates of {d} coordinates are too few for a test at the level {level}: the "
        f"smallest possible p-value is {least}; use at least {enough} replicates$"
    )
    with pytest.raises(SimulationError, match=message):
        independent(normal(replicates, d), 199, 0, level)
    independent(normal(enough, d), 199, 0, level)


@pytest.mark.parametrize(
    "columns",
    [
        [(1, 2, 3, 4), (1, 2, 3, 4)],
        [(1, 2, 3, 4)] * 3,
        [(1, 1, 2, 2)] * 3,
        [(1, 1, 2, 3), (1, 2, 3, 3)],  # one backwards
        [(1, 1, 2, 3), (1, 2, 3, 4)],
        [(1, 1, 1, 2), (1, 2, 2, 2), (1, 2, 3, 4)],
        [(1, 1, 1, 2), (1, 1, 2, 2), (1, 1, 2, 3)],
        [(1, 2, 2, 3), (1, 2, 2, 3), (1, 1, 2, 3)],
        [(1, 1, 1, 2, 3), (1, 2, 3, 4, 5)],
    ],
)
def test_the_least_p_value_of_dependence_is_that_of_all_permutations(columns: Any) -> None:
    """Counted: how often the largest correlation of all orders occurs."""
    table = np.array(columns, dtype=float).T
    ranks = np.array(statistics.scipy_stats().rankdata(table, axis=0))
    ranks = (ranks - ranks.mean(axis=0)) / np.sqrt(np.square(ranks - ranks.mean(axis=0)).sum(axis=0))
    orders, largest = [list(order) for order in permutations(range(len(table)))], []
    for chosen in product(orders, repeat=len(columns) - 1):
        moved = np.column_stack([ranks[:, 0], *(ranks[order, 1 + at] for at, order in enumerate(chosen))])
        largest.append(np.abs(np.triu(moved.T @ moved, 1)).max())
    share = (np.array(largest) >= max(largest) - 1e-12).mean()
    assert statistics._least_with_ties(table, ranks) == pytest.approx(share, rel=1e-12)


def test_too_few_permutations_to_find_dependence() -> None:
    assert independent(coupled(np.random.default_rng(0)), 19, 0, 0.05).rejected
    with pytest.raises(SimulationError, match=r"18 permutations .* is 0\.053; use at least 19 permutations"):
        independent(alike(np.random.default_rng(0)), 18, 0, 0.05)


def test_equal_values_that_no_test_could_reject() -> None:
    """The number of replicates would do, but hardly a value differs from another."""
    rare = np.zeros((40, 3))
    rare[:, 0] = np.arange(40)
    rare[[3, 4], [1, 2]] = 1.0
    with pytest.raises(SimulationError, match="coordinates 1 and 2 have too many equal values: no arrangement"):
        identical(rare, 0.05)
    identical(rare[:, :2], 0.05)
    few = (normal(8, 2) > 0.0).astype(float)
    with pytest.raises(SimulationError, match="the coordinates have so many equal values that no permutation"):
        independent(few, 99, 0, 0.05)
    for constant in (np.ones((40, 2)), np.ones((40, 2)) * [1.0, 2.0]):
        with pytest.raises(SimulationError, match="the same value in every replicate"):
            independent(constant, 99, 0, 0.05)
    with pytest.raises(SimulationError, match="coordinates 0 and 1 have too many equal values"):
        identical(np.ones((40, 2)), 0.05)
    assert identical(np.ones((40, 2)) * [1.0, 2.0], 0.05).rejected == 1


@pytest.mark.parametrize("test", [identical, lambda samples, level: independent(samples, 99, 0, level)])
@pytest.mark.parametrize(
    ("samples", "level", "message"),
    [
        (np.where(np.arange(80).reshape(40, 2) == 7, np.nan, normal(40, 2)), 0.05, "contains NaN or infinity"),
        (np.where(np.arange(80).reshape(40, 2) == 7, np.inf, normal(40, 2)), 0.05, "contains NaN or infinity"),
        (np.ma.masked_less(normal(40, 2), 0.0), 0.05, "is a masked array"),
        (normal(40, 2) + 1j, 0.05, "is an array of complex128"),
        (normal(40, 2) > 0.0, 0.05, "is an array of bool"),
        (normal(40, 1), 0.05, "compared in pairs, but the samples have only 1"),
        (normal(40, 0), 0.05, "compared in pairs, but the samples have only 0"),
        (np.zeros(40), 0.05, r"has shape \(40,\), but must have \(replicates, coordinates\)"),
        (np.zeros((4, 4, 4)), 0.05, r"has shape \(4, 4, 4\)"),
        ([], 0.05, r"has shape \(0,\)"),
        (1.0, 0.05, r"has shape \(\)"),
        (normal(40, 2), 0.0, r"the level is 0\.0, but must be above 0 and below 1"),
        (normal(40, 2), 1.0, r"the level is 1\.0, but must be"),
        (normal(40, 2), float("nan"), "the level is nan, but must be"),
        (normal(40, 2), "0.05", "the level is '0.05', but must be a number"),
    ],
)
def test_samples_that_cannot_be_tested(test: Any, samples: Any, level: Any, message: str) -> None:
    with pytest.raises(SimulationError, match=message):
        test(samples, level)


@pytest.mark.parametrize(
    ("action", "message"),
    [
        (lambda: holm([0.1, float("nan")]), "a p-value is not between 0 and 1"),
        (lambda: holm([0.1, 1.5]), "a p-value is not between 0 and 1"),
        (lambda: holm([]), r"has shape \(0,\), but must be a vector of at least one"),
        (lambda: holm([[0.1]]), r"has shape \(1, 1\)"),
        (lambda: grouped(np.ones((4, 2)), 2), r"has shape \(4, 2\), but must be a vector"),
        (lambda: grouped([1.0, float("nan")], 2), "contains NaN"),
        (lambda: grouped(np.ones(4), 0), "the number of groups is 0"),
        (lambda: exponent([1, 2], [[1.0], [float("inf")]]), "positive, finite values"),
        (lambda: exponent([1, 2], [[1.0], [float("nan")]]), "positive, finite values"),
        (lambda: exponent([1, 2], [1.0, 2.0]), r"has shape \(2,\), but must have \(2, groups\)"),
        (lambda: exponent([1, 2, 3], [[1.0], [2.0]]), r"has shape \(2, 1\), but must have \(3, groups\)"),
        (lambda: exponent([2], [[1.0]]), "two of them distinct"),
        (lambda: exponent([2, 2], [[1.0], [1.0]]), "two of them distinct"),
        (lambda: exponent([0, 2], [[1.0], [1.0]]), "an exponent needs positive x"),
        (lambda: exponent([1, float("inf")], [[1.0], [1.0]]), "x contains NaN or infinity"),
        (lambda: independent(normal(9, 2), 0, 0, 0.05), "the number of permutations is 0"),
        (lambda: independent(normal(9, 2), 99, -1, 0.05), "the seed is -1"),
        (lambda: identical(normal(9, 2), 0.05, together=0), "the number of tests that are corrected together is 0"),
    ],
)
def test_other_arguments_that_are_refused(action: Callable[[], Any], message: str) -> None:
    with pytest.raises(SimulationError, match=message):
        action()


def test_what_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SimulationError, match="positive, finite values"):
        exponent([1, 2], [[1.0], [0.0]])
    with pytest.raises(SimulationError, match="3 replicates cannot be split into 4 groups"):
        grouped(np.ones(3), 4)
    with pytest.raises(SimulationError, match="the same value in every replicate"):
        independent(np.ones((5, 2)), 99, 0, 0.05)
    monkeypatch.setitem(__import__("sys").modules, "scipy", None)
    with pytest.raises(SimulationError, match=r"SciPy, which is missing: pip install 'adamproof\[experiments\]'"):
        statistics.scipy_stats()
