"""Numbers and formulas in T and d as people write them, exact: 1e-3, 1/2, T^-1/2, 3*T^-3/4, 0.5/sqrt(d), 1 - T^-1/2.

The grammar is that of `adamproof.support.parsing`, with two names, T and d; values are plain formulas.  SymPy reads
what these cannot combine, such as the product of two sums.
"""

from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction
from typing import Any

from ...support.parsing import LONGEST_POWER, NumberError, Parser, bits, decimal, in_range, out_of_range
from .plain import Beyond, Expr, Rational, powered
from .symbols import SYMBOLS

T, D = SYMBOLS["steps"], SYMBOLS["dim"]
NAMES = {symbol.name: symbol for symbol in (T, D)}


def exact(value: Any) -> Any:
    """The exact number (or formula in T and d) of an int, a Fraction, a decimal, text, a float or a SymPy expression.

    A float stands for its shortest decimal: 0.999 is 999/1000, not the nearest binary fraction.  Raises NumberError.
    """
    found = _exact(value)
    if found.is_Rational and not in_range(found):
        # Python writes no whole number of more than 4,300 digits, and nobody would read one.
        shown = value if isinstance(value, str) and len(value) <= 40 else f"a number of {bits(found)} bits"
        raise out_of_range(shown)
    return found


def _exact(value: Any) -> Any:
    if isinstance(value, bool):
        raise NumberError(f"{value} is a truth value, not a number")
    if isinstance(value, str):
        return _read(value)
    if isinstance(value, int):
        if value.bit_length() > LONGEST_POWER:
            raise NumberError(f"a whole number of {value.bit_length()} bits is too long")
        return Rational(value)
    if isinstance(value, Fraction):
        return Rational(value)
    if isinstance(value, Decimal):
        return Rational(decimal(str(value)))
    if isinstance(value, float):
        if not math.isfinite(value):
            raise NumberError(f"{value} is not finite")
        return Rational(decimal(repr(float(value))))
    if isinstance(value, Expr):
        if value.free_symbols <= {T, D}:
            return value
    elif hasattr(value, "free_symbols") and not hasattr(value, "ndim"):
        return _of_sympy(value)
    elif hasattr(value, "item") and getattr(value, "ndim", None) == 0:
        return _scalar(value)
    raise NumberError(f"{value!r:.60} ({type(value).__name__}) is not a number")


def _read(text: str) -> Any:
    try:
        return Formula(text).whole()
    except Beyond:
        from .symbolic import SymbolicFormula

        return _of_sympy(SymbolicFormula(text).whole())


def _of_sympy(value: Any) -> Any:
    """The plain formula of a SymPy expression in T and d."""
    import sympy

    from .symbolic import NotPlain, plain_form

    if isinstance(value, sympy.Expr) and not value.has(sympy.Float):
        try:
            found = plain_form(value)
        except NotPlain:
            pass
        else:
            if found.free_symbols <= {T, D}:
                return found
    raise NumberError(f"{value!r:.60} ({type(value).__name__}) is not a number")


def _scalar(value: Any) -> Any:
    """The number in a NumPy scalar or an array without dimensions."""
    from ...support.arrays import ArrayError, refuse_other_types  # NumPy is loaded only for those who use it

    try:
        refuse_other_types(value)
    except ArrayError as error:
        raise NumberError(f"the value {error}") from error
    number = value.item()
    if hasattr(number, "dtype") and number.dtype.kind == "f":  # longer than a Python float: NumPy gives back its own
        return Rational(decimal(str(number)))
    if hasattr(number, "dtype"):
        raise NumberError(f"{number!r:.60} ({type(number).__name__}) is not a number")
    return _exact(number)


class Formula(Parser):
    """A number or a formula in T and d, as a plain formula.  Raises Beyond where that cannot be."""

    accepted = "1e-3, 1/2, T^-1/2 or 0.5/sqrt(d)"
    known = "only T and d stand for numbers"

    def constant(self, value: Fraction) -> Any:
        return Rational(value)

    def named(self, name: str) -> Any:
        return NAMES.get(name)

    def fixed(self, value: Any) -> bool:
        return bool(value.is_Rational)

    def power(self, value: Any, exponent: Fraction) -> Any:
        if value.is_Rational and value < 0 and exponent.denominator != 1:
            raise self.refused("a root of a negative number is not real")
        return powered(value, exponent)

    def root(self, value: Any, degree: int) -> Any:
        if value.is_Rational and value < 0:
            raise self.refused("a root of a negative number is not real")
        return powered(value, Fraction(1, degree))


__all__ = ["D", "Formula", "NumberError", "T", "exact"]
