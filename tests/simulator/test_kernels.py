"""The arithmetic: known answers of the generator, accuracy of the functions, moments of the noise."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import mpmath
import numpy as np
import pytest

from adamproof.simulator import Noise, kernels, noise

MASK = 0xFFFFFFFF


def words(*values: int) -> list[Any]:
    return [np.array([value], np.uint64) for value in values]


@pytest.mark.parametrize(
    "given, expected",
    [  # the known answers published with Philox4x32-10
        ([0] * 6, [0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8]),
        ([MASK] * 6, [0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD]),
        (
            [0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344, 0xA4093822, 0x299F31D0],
            [0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1],
        ),
    ],
)
def test_the_generator_gives_the_published_answers(given: list[int], expected: list[int]) -> None:
    assert [int(word[0]) for word in kernels.philox(*words(*given))] == expected


def worst(function: Callable[[Any], Any], exact: Callable[[Any], Any], points: Any) -> float:
    """The largest error, in units in the last place."""
    with mpmath.workdps(40):
        return max(
            float(abs(mpmath.mpf(float(y)) - exact(mpmath.mpf(float(x)))) / mpmath.mpf(float(np.spacing(abs(y)))))
            for x, y in zip(points, function(points), strict=True)
        )


def test_the_elementary_functions_are_accurate() -> None:
    random = np.random.default_rng(1)
    positive = np.concatenate(
        [random.random(500), 10 ** random.uniform(-300, 300, 500), 1 + random.normal(0, 1e-3, 500)]
    )
    assert worst(kernels.log, mpmath.log, positive) <= 2.0
    assert worst(kernels.exp, mpmath.exp, random.uniform(-700, 709, 1000)) <= 2.0
    near_and_far = np.concatenate([random.uniform(-700, 700, 500), random.uniform(-2, 2, 1000)])
    assert worst(kernels.sinh, mpmath.sinh, near_and_far) <= 4.0


def test_the_ends_of_the_exponential_function() -> None:
    with np.errstate(all="ignore"):
        values = kernels.exp(np.array([-np.inf, -746.0, 0.0, 711.0, np.inf, np.nan]))
    assert values[:5].tolist() == [0.0, 0.0, 1.0, np.inf, np.inf]
    assert np.isnan(values[5])


def test_the_slope_of_the_logistic_loss() -> None:
    random = np.random.default_rng(2)
    points = np.concatenate([random.uniform(-700, 700, 500), random.normal(0, 3, 500)])
    for y in (1.0, -1.0):
        found = worst(lambda z, y=y: kernels.slope_logistic(z, y), lambda z, y=y: -y / (1 + mpmath.exp(y * z)), points)
        assert found <= 4.0
    values = kernels.slope_logistic(np.array([-np.inf, -701.0, 0.0, 701.0, np.inf, np.nan]), 1.0)
    assert values[:3].tolist() == [-1.0, -1.0, -0.5] and (np.abs(values[3:5]) < 1e-303).all() and np.isnan(values[5])


def test_powers_are_exact_where_the_theorems_use_them_most() -> None:
    y = np.array([0.0, 5e-324, 0.3, 1.0, 7.0])
    for exponent, expected in ((0.0, np.ones(5)), (0.5, np.sqrt(y)), (1.0, y)):
        assert kernels.power(y, exponent).tolist() == expected.tolist()
    general = kernels.power(y, 0.65)
    assert general[:2].tolist() == [0.0, 0.0]
    assert np.allclose(general[2:], y[2:] ** 0.65, rtol=4e-16)


def test_the_coefficients_are_chebyshev_interpolations() -> None:
    """What the module says of its numbers: computed anew, and found in its text."""
    with open(kernels.__file__, encoding="utf-8") as stream:
        text = stream.read()
    with mpmath.workdps(50):
        tiny, quarter = mpmath.mpf(10) ** -20, (mpmath.pi / 4) ** 2
        root = mpmath.sqrt(2)

        def logarithm(z: Any) -> Any:
            s = mpmath.sqrt(abs(z) + tiny)
            return 2 * (mpmath.atanh(s) / s - 1) / (s * s)

        def sine(z: Any) -> Any:
            z = z + tiny
            return (mpmath.sin(mpmath.sqrt(z)) / mpmath.sqrt(z) - 1) / z

        def cosine(z: Any) -> Any:
            z = z + tiny
            return (mpmath.cos(mpmath.sqrt(z)) - 1 + z / 2) / z**2

        def series(first: int, step: int) -> Callable[[Any], Any]:
            return lambda z: sum(mpmath.mpf(z) ** k / mpmath.factorial(step * k + first) for k in range(30))

        half = mpmath.log(2) / 2
        for function, low, high, degree in (
            (logarithm, 0, ((root - 1) / (root + 1)) ** 2, 6),
            (sine, 0, quarter, 5),
            (cosine, 0, quarter, 5),
            (series(2, 1), -half, half, 9),
            (series(3, 2), 0, 1, 6),
        ):
            for coefficient in mpmath.chebyfit(function, [low, high], degree + 1):
                assert repr(float(coefficient)) in text


def drawn(two_values: tuple[float, float, float] | None, count: int = 50_000) -> list[Any]:
    coordinates = np.arange(count, dtype=np.uint64)
    return [row[0] for row in noise.Standard(3, np.array([7], np.uint64), coordinates, two_values).steps(0, 8)]


def test_normal_noise_has_the_moments_and_the_distribution_of_a_normal_variable() -> None:
    sample = np.sort(np.concatenate(drawn(None)))
    count = sample.size  # 400,000: the bounds are five standard errors
    assert abs(sample.mean()) < 5 / count**0.5
    assert abs(sample.var() - 1) < 5 * (2 / count) ** 0.5
    assert abs((sample**4).mean() - 3) < 5 * (96 / count) ** 0.5
    exact = np.array([0.5 * (1 + float(mpmath.erf(z / 2**0.5))) for z in sample[::200]])
    assert np.abs(exact - np.arange(0, count, 200) / count).max() < 2.5 / count**0.5


def test_the_noise_of_different_steps_is_uncorrelated() -> None:
    rows = np.stack(drawn(None))
    products = np.corrcoef(rows) - np.eye(8)
    squares = np.corrcoef(rows**2) - np.eye(8)
    assert max(np.abs(products).max(), np.abs(squares).max()) < 5 / rows.shape[1] ** 0.5


def test_normal_noise_is_the_transform_of_its_words() -> None:
    """Box and Muller at 40 digits, at random words and at the ends of their range and of the quarter turns."""
    random = np.random.default_rng(8)
    ends = [0, 1, 2**30 - 1, 2**30, 2**31 - 1, 2**31, 3 * 2**30, 2**32 - 1]
    first = np.array([*ends, *random.integers(0, 2**32, 300)], dtype=np.uint64)
    second = np.array([*reversed(ends), *random.integers(0, 2**32, 300)], dtype=np.uint64)
    one, other = kernels.normals(first, second)
    with mpmath.workdps(40):
        for along, across, word, angle in zip(one, other, first.tolist(), second.tolist(), strict=True):
            radius = mpmath.sqrt(-2 * mpmath.log((mpmath.mpf(word) + 0.5) / 2**32))
            quarter, rest = angle >> 30, ((angle & (2**30 - 1)) - mpmath.mpf(2**30 - 1) / 2) * mpmath.pi / 2**31
            turned = rest + quarter * mpmath.pi / 2
            expected = radius * mpmath.cos(turned), radius * mpmath.sin(turned)
            assert along == pytest.approx(float(expected[0]), rel=2e-15, abs=1e-300)
            assert across == pytest.approx(float(expected[1]), rel=2e-15, abs=1e-300)


@pytest.mark.parametrize("delta", [0.1, 0.25, 0.7, 2.0**-32, 1e-9, 1 - 2.0**-32])
def test_noise_of_two_values_has_mean_0_and_variance_1_with_the_probability_that_is_drawn(delta: float) -> None:
    """The higher value is drawn by k of the 2^32 words; with k/2^32 the moments are exact (but for rounding)."""
    probability, low, high = Noise("two-point", delta=delta).two_values
    count = Fraction(probability) * 2**32
    assert count.denominator == 1
    assert abs(count / 2**32 - Fraction(delta)) <= Fraction(1, 2**33)
    word = np.array([int(count) - 1, int(count)], dtype=np.uint64)  # the last that draws it, the first that does not
    assert kernels.two_point(word, probability, low, high).tolist() == [high, low]
    p = Fraction(probability)
    mean = p * Fraction(high) + (1 - p) * Fraction(low)
    variance = p * Fraction(high) ** 2 + (1 - p) * Fraction(low) ** 2
    assert abs(mean) < 1e-15 * high
    assert float(variance) == pytest.approx(1.0, rel=1e-15)


def test_noise_of_two_values() -> None:
    low, high = -((0.1 / 0.9) ** 0.5), (0.9 / 0.1) ** 0.5
    sample = np.concatenate(drawn((0.1, low, high)))
    assert set(np.unique(sample)) == {low, high}
    assert abs((sample == high).mean() - 0.1) < 5 * (0.09 / sample.size) ** 0.5


def test_draws_of_samples_are_uniform_and_repeatable() -> None:
    draws = noise.Draws(5, np.arange(100, dtype=np.uint64), 3)
    chosen = draws.choices(1000, 10)
    assert np.array_equal(chosen, draws.choices(1000, 10))
    assert np.array_equal(chosen[:, :10], draws.choices(10, 10))
    counts = np.bincount(chosen.ravel(), minlength=10)
    assert np.abs(counts - 10_000).max() < 5 * (9_000) ** 0.5


def test_sign_and_textbook_form_are_one_and_the_same() -> None:
    random = np.random.default_rng(2)
    x, m, v = random.normal(size=1000), random.normal(size=1000), random.random(1000)
    m[::10] = 0.0
    v[::20] = 0.0
    with np.errstate(all="ignore"):
        u = kernels.magnitude(m, v, 0.0, 1.1, 1.2)
        by_sign = kernels.moved(x, m, u, 0.01)
        by_book = kernels.moved_as_in_textbooks(x, m, v, 0.01, 0.0, 1.1, 1.2)
    assert np.array_equal(by_sign, by_book)
    assert (u[::10] == 0.0).all()
    assert np.array_equal(by_sign[::10], x[::10])
