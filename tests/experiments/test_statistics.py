"""The experiments' tests keep their level where nothing is wrong, and reject what is planted."""

from __future__ import annotations

from collections.abc import Callable
from math import comb
from typing import Any

import numpy as np
import pytest

from adamproof.experiments import statistics
from adamproof.experiments.statistics import exponent, grouped, holm, identical, independent
from adamproof.simulator import SimulationError

REPEATS, LEVEL = 200, 0.1


def most(repeats: int, level: float, chance: float = 1e-4) -> int:
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


def coupled(random: np.random.Generator) -> Any:
    """Coordinates with one distribution that share a factor: dependent, but identical."""
    return random.exponential(size=(60, 1)) * random.exponential(size=(60, 4))


@pytest.mark.parametrize("planted", [alike, coupled])
def test_identical_coordinates_are_accepted_at_the_level(planted: Any) -> None:
    """Also where they depend on one another, which the test must not take for a difference."""
    found = rejections(lambda _, random: identical(planted(random), LEVEL).rejected > 0)
    assert found <= most(REPEATS, LEVEL)


def test_one_coordinate_that_differs_is_rejected() -> None:
    def test(_: int, random: np.random.Generator) -> bool:
        samples = alike(random)
        samples[:, 2] *= 6.0
        return identical(samples, LEVEL).rejected > 0

    assert rejections(test) > 0.9 * REPEATS


def test_which_pairs_are_rejected_is_counted() -> None:
    samples = np.random.default_rng(1).normal(size=(400, 3))
    samples[:, 0] += 2.0
    found = identical(samples, 0.05)
    assert (found.pairs, found.rejected) == (3, 2)  # (0, 1) and (0, 2), not (1, 2)


def test_independent_coordinates_are_accepted_at_the_level_and_no_less_often() -> None:
    """A permutation test is exact: it rejects about as often as it says, neither much more nor much less."""
    found = rejections(lambda seed, random: independent(alike(random), 99, seed, LEVEL).rejected)
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


def test_what_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SimulationError, match="not all positive"):
        exponent([1, 2], [[1.0], [0.0]])
    with pytest.raises(SimulationError, match="3 replicates cannot be put into 4 groups"):
        grouped(np.ones(3), 4)
    with pytest.raises(SimulationError, match="the same value in every replicate"):
        independent(np.ones((5, 2)), 9, 0, 0.05)
    monkeypatch.setitem(__import__("sys").modules, "scipy", None)
    with pytest.raises(SimulationError, match=r"SciPy, which is missing: pip install 'adamproof\[experiments\]'"):
        statistics.scipy_stats()
