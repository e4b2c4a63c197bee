"""Numbers as people write them: exact values, and refusals that name the text."""

from __future__ import annotations

from contextlib import suppress
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import Any

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sympy import Rational, sqrt

from adamproof.bounds import OrderError, Schedule
from adamproof.bounds.formulas.written import NumberError, exact
from adamproof.lemmas.notation import T, d
from adamproof.support.parsing import integer, rational, real, whole_root


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
        ("100_000", Rational(100_000)),
        ("1_000.5", Rational(2001, 2)),
        ("10^-3", Rational(1, 1000)),
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
        ("T^65", "beyond 64"),
        ("9^(1/65)", "beyond 64"),
        ("(((9^64)^64)^64)", "too many digits"),
        ("1e999999", "is not between"),
        ("1e99999999999999999999", "is not between"),
        ("124M", "write 124e6 or 124_000_000"),
        ("(" * 200 + "1", "brackets"),
        ("1" * 400, "characters"),
        ("(-1)^1/2", "negative number"),
        ("sqrt(-1)", "negative number"),
        ("1/0", "divides by 0"),
        ("0^-1", "divides by 0"),
        ("x", "only T and d"),
        ("__import__('os')", "only T and d"),
        ("1 2", "is unexpected there"),
        ("T^", "exponent"),
        ("(1", "not closed"),
        ("1+", "its end is missing"),
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
        assert {symbol.name for symbol in exact(text).free_symbols} <= {"T", "d"}


@pytest.mark.parametrize(
    "value",
    [10**5000, -(10**1001), Fraction(1, 10**5000), "1e600*1e600", 10**50_000],
    ids=["whole", "negative", "small", "text", "longer"],  # pytest cannot write the numbers either
)
def test_what_is_too_large_or_small_is_refused_in_one_sentence(value: Any) -> None:
    with pytest.raises(NumberError, match=r"is not between 10\^-1000 and 10\^1000$|is too long$"):
        exact(value)


# --- the parser without SymPy -------------------------------------------------------------------

FRACTIONS = st.fractions(min_value=-(10**9), max_value=10**9, max_denominator=10**9)
DECIMALS = st.from_regex(r"[+-]?([0-9]{1,3}(_[0-9]{1,3})*)(\.[0-9]{1,9})?([eE][+-]?[0-9]{1,2})?", fullmatch=True)


@given(FRACTIONS, FRACTIONS)
def test_fractions_sums_and_products_agree_with_python(one: Fraction, other: Fraction) -> None:
    assert rational(str(one)) == one
    assert rational(f"({one})+({other})") == one + other
    assert rational(f"({one})*({other})") == one * other


@given(DECIMALS)
def test_decimals_agree_with_python(text: str) -> None:
    value = rational(text)
    assert value == Fraction(text) == exact(text)
    assert real(text) == float(text)
    if value.denominator == 1:
        assert integer(text) == value
    else:
        with pytest.raises(NumberError, match="is not a whole number"):
            integer(text)


@given(st.integers(0, 99), st.integers(-64, 64))
def test_powers_agree_with_python(base: int, exponent: int) -> None:
    if base == 0 and exponent < 0:
        with pytest.raises(NumberError, match="divides by 0"):
            rational(f"{base}^{exponent}")
    else:
        assert rational(f"{base}^{exponent}") == rational(f"{base}**({exponent})") == Fraction(base) ** exponent


@given(st.integers(0, 10**30), st.integers(1, 64))
def test_roots(value: int, degree: int) -> None:
    root = whole_root(value, degree)
    assert root**degree <= value < (root + 1) ** degree
    assert rational(f"{value**degree}^(1/{degree})" if len(str(value**degree)) < 200 else "1") in (value, 1)


@given(st.floats(1e-300, 1e300))
def test_a_root_that_is_not_rational_is_the_float_next_to_it(value: float) -> None:
    with localcontext(prec=60):
        expected = float(Decimal(repr(value)).sqrt())
    assert real(f"sqrt({value!r})") == real(f"{value!r}^1/2") == expected


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("124M", "124e6 or 124_000_000"),
        ("1.3B", "1.3e9 or 1_300_000_000"),
        ("0.5k", "0.5e3 or 500"),
        ("90%", "0.9"),
        ("0.1 %", "0.001"),
        ("0,9", "0.9"),
        (",5", "0.5"),
        ("1,5e-3", "1.5e-3"),
        ("1,000", "1_000, or 1.000 if the comma is a decimal point"),
        ("1,000,000", "1_000_000"),
        ("1 000", "1_000"),
        ("\N{MINUS SIGN}0.5", "-0.5"),
        ("3\N{MULTIPLICATION SIGN}10^-4", "3*10^-4"),
    ],
)
def test_a_spelling_from_elsewhere_gets_a_hint(text: str, hint: str) -> None:
    for read in (rational, integer, real, exact):
        with pytest.raises(NumberError) as refusal:
            read(text)
        assert str(refusal.value) == f"{text!r} is not a number; write {hint}"


@given(st.text("0123456789.eE+-*/^()Tkm%,_ sqrt", max_size=30))
def test_any_text_is_read_or_refused(text: str) -> None:
    for read in (rational, integer, real):
        with suppress(NumberError):
            read(text)
    with suppress(ValueError, ZeroDivisionError):
        value = Fraction(text)  # what Python reads is read the same way, unless it is too large
        with suppress(NumberError):
            assert rational(text) == value


@pytest.mark.parametrize("text", ["sqrt(2)", "2^1/2", "T", "1/0", "nan", "1e1001"])
def test_what_is_not_a_fraction(text: str) -> None:
    with pytest.raises(NumberError):
        rational(text)


def test_exponents_in_text_are_read_by_the_same_parser() -> None:
    assert Schedule("1_0/2_0", "0.5", "10^-1").A == Fraction(1, 2)
    for text in ("1e999999999", "1/0", "90%"):  # the first would take a long time, the second was a traceback
        with pytest.raises(OrderError, match="the schedule's A must be exact"):
            Schedule(text, "1/2", "3/4")
