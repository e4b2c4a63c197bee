"""Sums, products and comparisons on what mpf holds give the bits that mpmath's own arithmetic gives."""

from __future__ import annotations

from fractions import Fraction
from random import Random
from typing import Any

import mpmath
import pytest

from adamproof.kernel.terms import make
from adamproof.numeric.evaluate import Evaluator
from adamproof.numeric.models import Model
from adamproof.numeric.numbers import (
    DIGITS,
    GUARD,
    MARGIN,
    TOLERANCE,
    Undetermined,
    added,
    as_mpf,
    exceeds,
    multiplied,
    plus,
    precision,
    root,
    subtract,
    times,
)
from adamproof.numeric.slack import decided, measured, satisfied

PRECISIONS = (DIGITS + GUARD, 80)


def numbers(rng: Random, count: int) -> list[Any]:
    """Exact ones, long ones, rounded ones (some to more digits than the working precision), and nearly equal ones."""
    found: list[Any] = []
    for _ in range(count):
        with mpmath.workdps(rng.choice([20, 65, 90])):
            exact = Fraction(rng.randint(-99, 99), rng.randint(1, 30))
            root = mpmath.sqrt(rng.randint(1, 9)) * rng.choice([1, -1]) * mpmath.mpf(10) ** rng.randint(-70, 5)
            long = Fraction(rng.getrandbits(700) - (1 << 699), rng.getrandbits(500) + 1)
        found.append(rng.choice([exact, root, root, long, Fraction(0), mpmath.mpf(0)]))
        if rng.random() < 0.3:
            found.append(-found[-1])
    return found


def plain_sum(parts: list[Any], digits: int) -> Any:
    exact = sum((part for part in parts if type(part) is Fraction), Fraction(0))
    rounded = [part for part in parts if type(part) is not Fraction]
    if not rounded:
        return exact
    rounded.append(mpmath.mpf(exact.numerator) / exact.denominator)
    result = mpmath.fsum(rounded)
    known = mpmath.mpf(10) ** -(digits + 5)
    return result if abs(result) > known * max(abs(part) for part in rounded) else mpmath.mpf(0)


def plain_product(parts: list[Any]) -> Any:
    exact, rounded = Fraction(1), mpmath.mpf(1)
    for part in parts:
        if type(part) is Fraction:
            exact *= part
        else:
            rounded *= part
    if exact == 0 or all(type(part) is Fraction for part in parts):
        return exact
    return mpmath.mpf(exact.numerator) / exact.denominator * rounded


@pytest.mark.parametrize("digits", PRECISIONS)
def test_sums_and_products_have_the_same_bits(digits: int) -> None:
    rng = Random(5)
    with mpmath.workdps(digits):
        for _ in range(2000):
            parts = numbers(rng, rng.randint(0, 4))
            total, whole = added(parts, DIGITS), multiplied(parts)
            for found, wanted in ((total, plain_sum(parts, DIGITS)), (whole, plain_product(parts))):
                assert type(found) is type(wanted)
                assert getattr(found, "_mpf_", found) == getattr(wanted, "_mpf_", wanted)


@pytest.mark.parametrize("digits", PRECISIONS)
def test_two_numbers_are_added_multiplied_and_compared_as_many_are(digits: int) -> None:
    rng = Random(8)
    with mpmath.workdps(digits):
        for _ in range(5000):
            a, b = numbers(rng, 2)[:2]
            pairs = ((plus(a, b, DIGITS), plain_sum([a, b], DIGITS)), (times(a, b), plain_product([a, b])))
            for found, wanted in pairs:
                assert type(found) is type(wanted)
                assert getattr(found, "_mpf_", found) == getattr(wanted, "_mpf_", wanted)
            assert exceeds(a, b) is bool(subtract(a, b) > 0)


@pytest.mark.parametrize("digits", [15, *PRECISIONS])
def test_square_roots_have_the_same_bits(digits: int) -> None:
    rng = Random(9)
    with mpmath.workdps(digits):
        for number in [*map(abs, numbers(rng, 2000)), *(mpmath.mpf(n) for n in range(99)), Fraction(1, 4)]:
            assert root(number)._mpf_ == mpmath.sqrt(as_mpf(number))._mpf_


def test_the_precision_is_set_and_given_back() -> None:
    for before in (15, 65):
        with mpmath.workdps(before):
            with precision(65):
                assert mpmath.mp.dps == 65
            assert mpmath.mp.dps == before


@pytest.mark.parametrize("tolerance", [TOLERANCE, MARGIN])
def test_what_is_decided_without_measuring_is_what_measuring_says(tolerance: Fraction) -> None:
    rng = Random(6)
    plain = 0
    with mpmath.workdps(DIGITS + GUARD):
        for _ in range(5000):
            lhs = numbers(rng, 1)[0]
            near = as_mpf(lhs) + mpmath.mpf(rng.randint(-9, 9)) * mpmath.mpf(10) ** rng.randint(-45, -25)
            rhs = rng.choice([lhs, near, near, numbers(rng, 1)[0]])
            for op in ("<=", "<", "==", "!="):
                found = decided(op, lhs, rhs, tolerance)
                if found is None:
                    continue
                plain += 1
                try:
                    assert satisfied(measured(op, lhs, rhs), tolerance) is found
                except Undetermined:
                    pytest.fail(f"{lhs} {op} {rhs} is open")
    assert plain > 5000


def test_hypotheses_are_judged_alike_with_slacks_and_without() -> None:
    prop = make("<=", make("sqrt", make("var", "x", "real")), make("var", "y", "real"))
    for x, y in ((2, Fraction(3, 2)), (4, 2), (3, Fraction(17, 10)), (Fraction(1, 4), 1)):
        evaluator = Evaluator(Model({"x": x, "y": y}))
        measured_, judged = evaluator.truth(prop), evaluator.truth(prop, slacks=False)
        assert (measured_.holds, measured_.exact, measured_.sampled) == (judged.holds, judged.exact, judged.sampled)
        assert judged.holds or judged.leaves == measured_.leaves
