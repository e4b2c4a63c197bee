"""Enclosures contain the value, are narrow, and are exact where the value is rational."""

from __future__ import annotations

import random
from fractions import Fraction

import mpmath
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import Abs, Integer, Rational, Sum, log, sqrt

from adamproof.bounds.formulas.evaluation import Arithmetic, Enclosure, NoEnclosure, _ln, decimal, enclose
from adamproof.lemmas.notation import geometric, t
from adamproof.prover import reals

x, y = reals("x y")
Q = Fraction
positive = st.fractions(min_value=Q(1, 10**9), max_value=10**9)


def at(expression: object, bits: int = 80, **values: Fraction) -> Enclosure:
    return enclose(expression, {reals(name): Enclosure.of(value) for name, value in values.items()}, bits)


def contains(enclosure: Enclosure, value: mpmath.mpf) -> bool:
    """To 60 digits."""
    low, high = (mpmath.mpf(end.numerator) / end.denominator for end in (enclosure.low, enclosure.high))
    margin = abs(value) * mpmath.mpf(10) ** -58
    return bool(low - margin <= value <= high + margin)


def test_rational_values_are_exact() -> None:
    assert at(sqrt(x / y), x=Q(9), y=Q(4)) == Enclosure.of(Q(3, 2))
    assert at((x + y) ** -2 * 3, x=Q(1, 3), y=Q(1, 7)).exact
    assert at(x ** Rational(-3, 4), x=Q(16)) == Enclosure.of(Q(1, 8))
    assert at(log(x), x=Q(1)) == Enclosure.of(0)
    assert at(Abs(x), x=Q(-2)) == Enclosure.of(2)


@settings(max_examples=300, deadline=None)
@given(positive, positive)
def test_what_is_irrational_is_enclosed(a: Fraction, b: Fraction) -> None:
    with mpmath.workdps(60):
        p, q = (mpmath.mpf(value.numerator) / value.denominator for value in (a, b))
        for expression, value in [
            (sqrt(x) - sqrt(y), mpmath.sqrt(p) - mpmath.sqrt(q)),
            (log(x), mpmath.log(p)),
            (log(1 + x / y**2) / x, mpmath.log1p(p / q**2) / p),
            (x ** Rational(2, 3) / y, mpmath.cbrt(p) ** 2 / q),
            (sqrt(x) ** 7, mpmath.sqrt(p) ** 7),
        ]:
            found = at(expression, x=a, y=b)
            assert contains(found, value)
            width = found.relative_width
            if expression.is_Mul or expression.is_Pow:
                assert width is not None and width < Q(1, 2**60)


@given(st.fractions(min_value=Q(1, 100), max_value=Q(99, 100)), st.integers(0, 400))
def test_geometric_sums(ratio: Fraction, terms: int) -> None:
    found = enclose(geometric(x, t), {x: Enclosure.of(ratio), t: Enclosure.of(terms)}, 100)
    true = sum((ratio**k for k in range(terms)), Q(0))
    assert true in found
    assert (found.high - found.low) * 2**80 <= true


def test_a_geometric_sum_of_ones_and_extremes() -> None:
    assert enclose(geometric(x, t), {x: Enclosure.of(1), t: Enclosure.of(7)}, 60) == Enclosure.of(7)
    far = enclose(geometric(x, t), {x: Enclosure.of(Q(1, 2)), t: Enclosure.of(10**30)}, 60)
    assert Q(2) in far and far.high - far.low < Q(1, 2**50)
    with pytest.raises(NoEnclosure, match="larger than"):
        enclose(geometric(x, t), {x: Enclosure.of(3), t: Enclosure.of(10**30)}, 60)


@pytest.mark.parametrize(
    ("expression", "why"),
    [(1 / x, "denominator"), (sqrt(x - 1), "negative"), (log(x), "logarithm"), (Sum(t, (t, 0, 3)), "geometric")],
)
def test_no_enclosure(expression: object, why: str) -> None:
    with pytest.raises(NoEnclosure, match=why):
        at(expression, x=Q(0))


def test_decimals_are_rounded_outward() -> None:
    third = Enclosure.of(Q(1, 3))
    assert third.decimals(5) == ("0.33333", "0.33334")
    assert Enclosure.of(Q(-1, 3)).decimals(5) == ("-0.33334", "-0.33333")
    assert decimal(Q(1, 10**300), 3, up=True) == "1e-300"
    assert decimal(Q(2 * 10**40 + 1), 3, up=True) == "2.01e+40"
    assert decimal(Q(0), 3, up=True) == "0"
    assert Enclosure.of(1200).decimals(6) == ("1200", "1200")


@given(positive, st.integers(2, 30))
def test_a_decimal_bounds_its_value(value: Fraction, digits: int) -> None:
    assert Q(decimal(value, digits, up=False)) <= value <= Q(decimal(value, digits, up=True))


@given(st.fractions(-100, 100), st.fractions(-100, 100), st.fractions(-100, 100))
def test_products_and_powers_of_signs(a: Fraction, b: Fraction, c: Fraction) -> None:
    low, high = min(a, b), max(a, b)
    arithmetic, box, point = Arithmetic(60), Enclosure(low, high), Enclosure.of(c)
    middle = (low + high) / 2
    assert middle * c in arithmetic.mul(box, point)
    assert middle**2 in arithmetic.integer_power(box, 2) and middle**3 in arithmetic.integer_power(box, 3)
    assert arithmetic.add(box, Enclosure.of(int(Integer(1)))).low <= middle + 1


@pytest.mark.parametrize("bits", [100, 132, 400, 1500])
def test_the_logarithm_is_right_to_its_bits(bits: int) -> None:
    """Beside mpmath's at more bits: large and small values, those next to 1, and the ends of the series' range."""
    rng = random.Random(bits)
    values = [Fraction(4, 3), Fraction(2, 3), Fraction(2), Fraction(10**300 + 1, 10**300), Fraction(1, 2**200_000)]
    values += [Fraction(rng.randint(1, 10**9), rng.randint(1, 10**9)) for _ in range(40)]
    values += [1 + Fraction(rng.choice([-1, 1]), 2 ** rng.randint(2, 400)) for _ in range(40)]
    for value in values:
        with mpmath.workprec(bits + 1500):
            exact_value = mpmath.log(mpmath.mpf(value.numerator) / value.denominator)
            found = _ln(value, bits)
            error = abs(mpmath.mpf(found.numerator) / found.denominator / exact_value - 1)
            assert error < mpmath.mpf(2) ** (20 - bits)
    assert _ln(Fraction(1), bits) == 0
