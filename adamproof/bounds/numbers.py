"""Numbers as people write them, exact: 1e-3, 1/2, T^-1/2, 3*T^-3/4, 0.5/sqrt(d), 1 - T^-1/2.

    sum     = product {("+" | "-") product}          product = factor {("*" | "/") factor}
    factor  = ["-"] atom ["^" exponent]              atom = decimal | "T" | "d" | "sqrt" "(" sum ")" | "(" sum ")"
    exponent = a signed integer or fraction, in brackets or not: T^-1/2 is T^(-1/2)

A fraction right behind "^" belongs to the exponent ("**" means "^"); T^-1/2.0 and T^-1 / 2 are refused.
Nothing is handed to an evaluator, and what would be too long to write down is refused.
"""

from __future__ import annotations

import math
import re
from decimal import Decimal
from fractions import Fraction
from typing import Any

import sympy

from ..lemmas.notation import T, d

LONGEST = 300  # characters of a number
LARGEST_EXPONENT = 1_000  # of ten, of a value that is not 0
LARGEST_POWER = 64  # numerator and denominator of an exponent
LONGEST_POWER = 40_000  # bits
DEEPEST = 20  # brackets
TOKEN = re.compile(r"\s*((?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|[A-Za-z_]\w*|\*\*|[-+*/^()])")
EXPONENT = re.compile(r"\s*\(\s*([+-]?\d+(?:\s*/\s*\d+)?)\s*\)|\s*([+-]?\d+(?:/\d+)?)(?![\d.eE])")
DIVISION, NEVER = re.compile(r"\s*/\s*[\d.]"), re.compile(r"(?!)")
NAMES = {"T": T, "d": d}


class NumberError(ValueError):
    """Text or an object that is no number; the message says why."""


def exact(value: Any) -> Any:
    """The exact SymPy number (or expression in T and d) of an int, a Fraction, a decimal, text or a float.

    A float stands for its shortest decimal: 0.999 is 999/1000, not the nearest binary fraction.  Raises NumberError.
    """
    found = _exact(value)
    if found.is_Rational and found != 0 and not 1 <= abs(found) * 10**LARGEST_EXPONENT <= 10 ** (2 * LARGEST_EXPONENT):
        # Python writes no whole number of more than 4,300 digits, and nobody would read one.
        shown = value if isinstance(value, str) and len(value) <= 40 else f"a number of {_bits(found)} bits"
        raise NumberError(f"{shown} is not between 10^-{LARGEST_EXPONENT} and 10^{LARGEST_EXPONENT}")
    return found


def _exact(value: Any) -> Any:
    if isinstance(value, bool):
        raise NumberError(f"{value} is a truth value, not a number")
    if isinstance(value, str):
        return _Parser(value).whole()
    if isinstance(value, int):
        if value.bit_length() > LONGEST_POWER:
            raise NumberError(f"a whole number of {value.bit_length()} bits is too long")
        return sympy.Integer(value)
    if isinstance(value, Fraction):
        return sympy.Rational(value.numerator, value.denominator)
    if isinstance(value, Decimal):
        return _decimal(str(value))
    if isinstance(value, float):
        if not math.isfinite(value):
            raise NumberError(f"{value} is not finite")
        return _decimal(repr(float(value)))
    if isinstance(value, sympy.Expr) and value.free_symbols <= {T, d} and not value.has(sympy.Float):
        return value
    if hasattr(value, "item") and getattr(value, "ndim", None) == 0:
        return _scalar(value)
    raise NumberError(f"{value!r:.60} ({type(value).__name__}) is not a number")


def _scalar(value: Any) -> Any:
    """The number in a NumPy scalar or an array without dimensions."""
    from ..arrays import ArrayError, refuse_other_types  # NumPy is loaded only for those who use it

    try:
        refuse_other_types(value)
    except ArrayError as error:
        raise NumberError(f"the value {error}") from error
    number = value.item()
    if hasattr(number, "dtype") and number.dtype.kind == "f":  # longer than a Python float: NumPy gives back its own
        return _decimal(str(number))
    if hasattr(number, "dtype"):
        raise NumberError(f"{number!r:.60} ({type(number).__name__}) is not a number")
    return _exact(number)


def _decimal(text: str) -> Any:
    number = Decimal(text)
    if not number.is_finite():
        raise NumberError(f"{text} is not finite")
    if number and abs(number.adjusted()) > LARGEST_EXPONENT:
        raise NumberError(f"{text} is not between 10^-{LARGEST_EXPONENT} and 10^{LARGEST_EXPONENT}")
    fraction = Fraction(number)
    return sympy.Rational(fraction.numerator, fraction.denominator)


def _bits(value: Any) -> int:
    return int(max(int(value.p).bit_length(), int(value.q).bit_length()))


class _Parser:
    """Recursive descent over one text; it is short, so that nesting is not deep."""

    def __init__(self, text: str) -> None:
        self.text = text.strip()
        self.place = 0
        self.ambiguous = NEVER  # what must not come behind the exponent that was read last
        if len(self.text) > LONGEST:
            raise NumberError(f"{self.text[:40]!r}... has more than {LONGEST} characters")
        if self.text.count("(") > DEEPEST:
            raise NumberError(f"{self.text[:40]!r} has more than {DEEPEST} brackets")
        if self.text.lower().lstrip("+-") in ("nan", "inf", "infinity"):
            raise NumberError(f"{self.text} is not finite")

    def whole(self) -> Any:
        if not self.text:
            raise NumberError("a number is missing")
        value = self._sum()
        if self.place < len(self.text):
            raise self._no(f"{self.text[self.place :].strip()[:20]!r} is not expected there")
        return value

    def _no(self, why: str) -> NumberError:
        return NumberError(f"{self.text[:60]!r} is not a number: {why} (such as 1e-3, 1/2, T^-1/2 or 0.5/sqrt(d))")

    def _next(self) -> str:
        found = TOKEN.match(self.text, self.place)
        return found.group(1) if found else ""

    def _taken(self, *tokens: str) -> str:
        token = self._next()
        if token not in tokens:
            return ""
        return self._advance()

    def _advance(self) -> str:
        found = TOKEN.match(self.text, self.place)
        if found is None:
            rest = self.text[self.place :].strip()
            raise self._no(f"{rest[:20]!r} is not expected there" if rest else "something is missing at its end")
        self.place = found.end()
        return found.group(1)

    def _sum(self) -> Any:
        value = self._product()
        while sign := self._taken("+", "-"):
            part = self._product()
            value = value + part if sign == "+" else value - part
        return value

    def _product(self) -> Any:
        value = self._factor()
        while sign := self._taken("*", "/"):
            part = self._factor()
            if sign == "/" and part == 0:
                raise self._no("it divides by 0")
            value = value * part if sign == "*" else value / part
        return value

    def _factor(self) -> Any:
        if sign := self._taken("-", "+"):
            return -self._factor() if sign == "-" else self._factor()
        value = self._atom()
        if self._taken("^", "**"):
            exponent = self._exponent()
            if value == 0 and exponent < 0:
                raise self._no("it divides by 0")
            if value.is_Rational and _bits(value) * abs(exponent.numerator) > LONGEST_POWER:
                raise self._no("the power is too long to write down")
            value = value ** sympy.Rational(exponent.numerator, exponent.denominator)
            if self._next() in ("^", "**"):
                raise self._no("a power of a power needs brackets")
            if self.ambiguous.match(self.text, self.place):
                raise self._no("whether the division belongs to the exponent is unclear; put the exponent in brackets")
            if value.is_real is False:
                raise self._no("a root of a negative number is not real")
        return value

    def _exponent(self) -> Fraction:
        found = EXPONENT.match(self.text, self.place)
        if found is None:
            raise self._no("an exponent must be a fraction such as -1/2")
        self.place = found.end()
        self.ambiguous = DIVISION if found.group(2) and "/" not in found.group(2) else NEVER
        digits = (found.group(1) or found.group(2)).replace(" ", "")
        top, _, bottom = digits.partition("/")
        if any(len(part.lstrip("+-0")) > 4 for part in (top, bottom)) or (bottom and not int(bottom)):
            raise self._no(f"the exponent {digits[:20]} is out of range")
        value = Fraction(int(top), int(bottom or 1))
        if abs(value.numerator) > LARGEST_POWER or value.denominator > LARGEST_POWER:
            raise self._no(f"the exponent {value} is beyond {LARGEST_POWER}")
        return value

    def _atom(self) -> Any:
        token = self._advance()
        if token[0].isdigit() or token[0] == ".":
            return _decimal(token)
        if token in NAMES:
            return NAMES[token]
        if token in ("(", "sqrt"):
            if token == "sqrt" and not self._taken("("):
                raise self._no("sqrt needs brackets")
            value = self._sum()
            if not self._taken(")"):
                raise self._no("a bracket is not closed")
            if token == "sqrt" and value.is_negative:
                raise self._no("a root of a negative number is not real")
            return sympy.sqrt(value) if token == "sqrt" else value
        known = "only T and d stand for numbers" if token.isidentifier() else f"{token!r} is not expected there"
        raise self._no(known)


__all__ = ["NumberError", "exact"]
