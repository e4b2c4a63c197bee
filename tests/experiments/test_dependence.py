"""Distances and effective numbers of coordinates: levels on planted nulls, and what is planted is found."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest
from scipy import stats

from adamproof.experiments.dependence import distance, distances, effective, least_distance, shared
from adamproof.experiments.statistics import identical, independent
from adamproof.simulator import Algorithm, Noise, SimulationError, quadratic, simulate
from tests.experiments.test_statistics import LEVEL, REPEATS, alike, discrete, most, rejections

PERMUTATIONS = 99


def unlike(random: np.random.Generator) -> Any:
    """Independent coordinates, each of another size."""
    return alike(random) * [1.0, 10.0, 100.0, 1000.0]


def weak(random: np.random.Generator) -> Any:
    """Forty coordinates that share a factor: of each pair the correlation is about 1/10."""
    return random.normal(size=(60, 1)) / 3.0 + random.normal(size=(60, 40))


@cache
def rare() -> Any:
    """u of runs whose gradients are rarely large, alike in all coordinates and independent: (nulls, 60, 4)."""
    noise = Noise("two-point", s0=1.0, delta=0.02)
    problem = quadratic(4, start=0.0, noise=noise)
    run = simulate(problem, Algorithm(0.0, 0.9, 0.999, 1e-8), 100, 60 * REPEATS, 3, engine="numpy")
    return (np.abs(run.state.m) / (np.sqrt(run.state.v) + 1e-8)).reshape(REPEATS, 60, 4)


@pytest.mark.parametrize("planted", [alike, discrete, unlike])
def test_independent_coordinates_are_accepted_at_the_level_and_no_less_often(planted: Any) -> None:
    found = rejections(lambda seed, random: shared(planted(random), PERMUTATIONS, seed, LEVEL).rejected)
    assert REPEATS - most(REPEATS, 1 - LEVEL) <= found <= most(REPEATS, LEVEL)


def test_runs_with_rare_gradients_are_accepted_at_the_level() -> None:
    """By replicates.  Over the steps of one run there would be no sample."""
    assert len(np.unique(rare()[0])) > 100
    found = rejections(lambda seed, _: shared(rare()[seed], PERMUTATIONS, seed, LEVEL).rejected)
    assert REPEATS - most(REPEATS, 1 - LEVEL) <= found <= most(REPEATS, LEVEL)
    assert rejections(lambda seed, _: identical(rare()[seed], LEVEL).rejected > 0) <= most(REPEATS, LEVEL)


def test_a_weak_factor_of_many_coordinates_is_found() -> None:
    """Which no pair of them shows."""
    assert rejections(lambda seed, random: shared(weak(random), PERMUTATIONS, seed, LEVEL).rejected) > 0.95 * REPEATS
    few = [independent(weak(np.random.default_rng(seed)), PERMUTATIONS, seed, LEVEL).rejected for seed in range(20)]
    assert sum(few) < 15


def test_how_many_independent_coordinates_they_are_worth() -> None:
    random = np.random.default_rng(4)
    apart = random.exponential(size=(20_000, 30)) * np.geomspace(1.0, 100.0, 30)
    assert effective(apart) == pytest.approx(30.0, rel=0.05)
    factor = random.normal(size=(20_000, 1)) + random.normal(size=(20_000, 30))
    assert effective(factor) == pytest.approx(2.0 / (1.0 + 1.0 / 30.0), rel=0.05)
    assert effective(np.tile(random.normal(size=(50, 1)), 7)) == pytest.approx(1.0)
    found = shared(factor[:50], 19, 0, 0.05)
    assert (found.coordinates, found.p_value, found.effective) == (30, 0.05, effective(factor[:50]))


def test_the_effective_number_is_known_as_well_as_is_said() -> None:
    """From r replicates up to a factor of about 1 +- sqrt(2/r)."""
    each = [effective(np.random.default_rng(seed).normal(size=(50, 40))) / 40.0 for seed in range(REPEATS)]
    assert np.std(each) == pytest.approx((2.0 / 50.0) ** 0.5, rel=0.2)


def test_the_distance_is_scipys() -> None:
    random = np.random.default_rng(2)
    for _ in range(50):
        one, other = random.integers(0, 9, 13).astype(float), random.normal(size=8) * 5.0
        assert distance(one, other) == pytest.approx(stats.ks_2samp(one, other).statistic)
    table = random.normal(size=(20, 3))
    table[:, 1] += 100.0
    median, largest = distances(table)
    assert largest == 1.0 == median  # two of three pairs
    assert distances(table[:, [0, 2]])[0] == distance(table[::2, 0], table[1::2, 2])


@pytest.mark.parametrize("replicates", [16, 31, 64])
def test_the_least_distance_is_rejected_and_less_is_not(replicates: int) -> None:
    least = least_distance(replicates, 1, 0.05)
    assert least is not None
    base = np.arange(replicates, dtype=float)

    def rejected_at(shift: float) -> tuple[float, int]:
        table = np.stack([base, base + shift], axis=1)
        return distance(table[::2, 0], table[1::2, 1]), identical(table, 0.05).rejected

    found = [rejected_at(shift) for shift in np.arange(0.5, replicates)]
    assert all(bool(count) == (d >= least - 1e-9) for d, count in found if abs(d - least) > 1.0 / replicates)
    assert {count for _, count in found} == {0, 1}
    assert least_distance(6, 100, 0.05) is None


@pytest.mark.parametrize(
    "action, message",
    [
        (lambda: effective(np.ones((5, 3))), "the mean over the coordinates is the same in every replicate"),
        (lambda: effective(np.ones((1, 3))), "the mean over the coordinates is the same in every replicate"),
        (lambda: effective(np.ones(3)), r"has shape \(3,\)"),
        (lambda: shared(np.eye(20), 10, 0, 0.05), "10 permutations are too few for a test at the level 0.05"),
        (lambda: shared(np.eye(20), 19, 0, 0.05, 2), "19 permutations are too few for a test at the level 0.025"),
        (lambda: shared(np.random.default_rng(0).normal(size=(3, 2)), 99, 0, 0.05), "3 replicates of 2 coordinates"),
        (lambda: shared([[0, 1], [1, 0], [1, 1], [1, 1], [1, 1]], 99, 0, 0.05), "or too many of their values are eq"),
        (lambda: shared([[0.0, np.nan], [1.0, 2.0]], 99, 0, 0.05), "contains NaN"),
    ],
)
def test_what_could_not_be_rejected_is_refused(action: Any, message: str) -> None:
    with pytest.raises(SimulationError, match=message):
        action()
