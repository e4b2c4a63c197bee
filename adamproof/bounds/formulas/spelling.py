"""Plain formulas as SymPy writes them, and in which order it has terms and factors.

The order does not change a value, but which of its last bits are rounded away: with SymPy's, equal questions have equal
answers whoever combined the formulas.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

HALF = Fraction(1, 2)
# The places of SymPy's classes in its order; functions that are not here come last, by name.
_RANKS = {"Zero": 0, "One": 1, "Half": 2, "NegativeOne": 5, "Integer": 7, "Rational": 8}
_RANKS |= {"Symbol": 13, "Pow": 15, "Mul": 16, "Add": 17, "Abs": 20}
_NUMBERS = {Fraction(0): "Zero", Fraction(1): "One", HALF: "Half", Fraction(-1): "NegativeOne"}
# How much follows from what is assumed of a symbol, which SymPy compares before the names.
_FOLLOWS = {"real": 9, "nonnegative": 13, "integer": 15, "positive": 20}
LAST = 100
Monomial = tuple[Fraction, int, Mapping[str, Fraction]]


class Unspelled(ValueError):
    """A formula whose text is left to SymPy."""


def order_key(value: Any) -> tuple[Any, ...]:
    """By which the terms of a sum, and the factors of a product, are sorted."""
    if value.is_Rational:
        kind = _NUMBERS.get(value.value, "Integer" if value.denominator == 1 else "Rational")
        return _RANKS[kind], kind, 2, value.numerator, value.denominator
    if value.is_Symbol:
        return _RANKS["Symbol"], "Symbol", _FOLLOWS[value.assumed], value.name
    kind = getattr(value, "head", type(value).__name__)
    return _RANKS.get(kind, LAST), kind, len(value.args), *(argument.order_key for argument in value.args)


# --- sums of powers of T and d ------------------------------------------------------------------


def monomials(value: Any) -> list[Monomial]:
    """The terms of a sum of numbers times powers of T and d.  Raises Unspelled.

    Each is a rational, what is under the square root beside it (1: no root), and the exponents by name.
    """
    return [_monomial(part) for part in (value.args if value.is_Add else (value,))]


def _monomial(part: Any) -> Monomial:
    number, radicand = Fraction(1), 1
    powers: dict[str, Fraction] = {}
    for factor in part.args if part.is_Mul else (part,):
        base, exponent = (factor.base, factor.exp) if factor.is_Pow else (factor, None)
        if factor.is_Rational:
            number *= factor.value
        elif base.is_Rational and exponent == HALF and base.denominator == 1 and radicand == 1:
            radicand = base.numerator
        elif base.is_Symbol and base.name in ("T", "d") and (exponent is None or exponent.is_Rational):
            powers[base.name] = Fraction(1) if exponent is None else exponent.value
        else:
            raise Unspelled("no product of powers")
    return number, radicand, powers


# --- text ---------------------------------------------------------------------------------------


def text(value: Any) -> str:
    """A number, a symbol, a product of powers of T and d, or 1 - c*T^-a, as SymPy's str.  Raises Unspelled."""
    if value.is_Rational:
        return str(value.value)
    if value.is_Symbol:
        name: str = value.name
        return name
    terms = monomials(value)
    if len(terms) == 1:
        return _product(terms[0])
    (number, radicand, none), second, *more = sorted(terms, key=lambda term: len(term[2]))
    falls = set(second[2]) == {"T"} and second[2]["T"] < 0
    if more or none or radicand != 1 or number <= 0 or not falls:
        raise Unspelled("a sum")
    rest = _product(second)
    return f"{number} - {rest[1:]}" if rest.startswith("-") else f"{number} + {rest}"


def _product(term: Monomial) -> str:
    """What has a negative exponent is below."""
    number, radicand, powers = term
    if number == 1 and radicand == 1 and len(powers) == 1:
        ((name, exponent),) = powers.items()
        if exponent < 0 and exponent not in (-1, -HALF):
            return f"{name}**({exponent})"
    above = [str(abs(number.numerator))] if abs(number.numerator) != 1 else []
    below = [str(number.denominator)] if number.denominator != 1 else []
    if radicand != 1:
        above.append(f"sqrt({radicand})")
    for name, exponent in sorted(powers.items()):
        (above if exponent > 0 else below).append(_power(name, abs(exponent)))
    top = "*".join(above) or "1"
    bottom = f"/{below[0]}" if len(below) == 1 else f"/({'*'.join(below)})" if below else ""
    return f"{'-' if number < 0 else ''}{top}{bottom}"


def _power(name: str, exponent: Fraction) -> str:
    if exponent == 1:
        return name
    if exponent == HALF:
        return f"sqrt({name})"
    return f"{name}**{exponent}" if exponent.denominator == 1 else f"{name}**({exponent})"


__all__ = ["Monomial", "Unspelled", "monomials", "order_key", "text"]
