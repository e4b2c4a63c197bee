"""Numbers as people write them: exact values, and refusals that name the text."""

from __future__ import annotations

from contextlib import suppress
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sympy import Rational, sqrt

from adamproof.bounds.numbers import NumberError, exact
from adamproof.lemmas.notation import T, d


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1e-3", Rational(1, 1000)),
        ("1/2", Rational(1, 2)),
        (" .5 ", Rational(1, 2)),
        ("-2", Rational(-2)),
        ("T^-1/2", T ** Rational(-1, 2)),
        ("T**(-1/2)", T ** Rational(-1, 2)),
        ("3*T^-3/4", 3 * T ** Rational(-3, 4)),
        ("1 - T^-1/2", 1 - T ** Rational(-1, 2)),
        ("0.5/sqrt(d)", 1 / (2 * sqrt(d))),
        ("T^-3/4/sqrt(d)", T ** Rational(-3, 4) / sqrt(d)),
        ("T^2/d", T**2 / d),
        ("1e-300", Rational(1, 10**300)),
        (0.999, Rational(999, 1000)),
        (numpy.float64(0.1), Rational(1, 10)),
        (numpy.int64(7), Rational(7)),
        (Fraction(1, 3), Rational(1, 3)),
        (Decimal("0.95"), Rational(19, 20)),
        (10**30, Rational(10**30)),
    ],
)
def test_exact(text: Any, value: Any) -> None:
    assert exact(text) == value


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "missing"),
        ("nan", "not finite"),
        ("-inf", "not finite"),
        (float("inf"), "not finite"),
        (True, "truth value"),
        ("9**9**9", "a power of a power"),
        ("9^99999999", "out of range"),
        ("9^65", "beyond 64"),
        ("(((9^64)^64)^64)", "too long"),
        ("1e999999", "is not between"),
        ("(" * 200 + "1", "brackets"),
        ("1" * 400, "characters"),
        ("(-1)^1/2", "negative number"),
        ("sqrt(-1)", "negative number"),
        ("1/0", "divides by 0"),
        ("0^-1", "divides by 0"),
        ("x", "only T and d"),
        ("__import__('os')", "only T and d"),
        ("1 2", "not expected"),
        ("T^", "exponent"),
        ("(1", "not closed"),
        ("1+", "missing at its end"),
        (None, "not a number"),
        ([1], "not a number"),
    ],
)
def test_refusals(text: Any, why: str) -> None:
    with pytest.raises(NumberError, match=why):
        exact(text)


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_float_is_its_shortest_decimal(value: float) -> None:
    assert exact(value) == exact(repr(value)) == Rational(Fraction(repr(value)))


@given(st.text("0123456789.eE+-*/^()Tdsqrt ", max_size=30))
def test_any_text_is_a_number_or_refused(text: str) -> None:
    with suppress(NumberError):
        assert exact(text).free_symbols <= {T, d}


@pytest.mark.parametrize(
    "value",
    [10**5000, -(10**1001), Fraction(1, 10**5000), "1e600*1e600", 10**50_000],
    ids=["whole", "negative", "small", "text", "longer"],  # pytest cannot write the numbers either
)
def test_what_is_too_large_or_small_is_refused_in_one_sentence(value: Any) -> None:
    with pytest.raises(NumberError, match=r"is not between 10\^-1000 and 10\^1000$|is too long$"):
        exact(value)
