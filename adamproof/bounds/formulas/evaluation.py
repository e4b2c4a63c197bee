"""Outward-rounded enclosures of real numbers with exact rational ends, and formulas evaluated in them.

What is rational stays exact as long as it is short; everything else lies between two rationals, each rounded away from
the value to a number of bits.  Roots are integer roots; the logarithm is a series, widened by far more than its error.
Nothing overflows, and nothing small is lost: numbers below 2^-TINY count as lying between 0 and 2^-TINY.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Context, Decimal
from fractions import Fraction
from typing import Any

from ...support.parsing import whole_root
from .plain import Call, Opaque

EXACT_BITS = 4096  # an exact value may be this long
TINY = 1 << 18
HUGE = 1 << 18
GUARD = 64  # bits more to which a logarithm is computed
SMALL_POWER = 256  # integer powers of exact values up to here are exact


class NoEnclosure(ArithmeticError):
    """An expression without a bounded enclosure at this precision; the message says which part and why."""


@dataclass(frozen=True)
class Enclosure:
    """low <= the value <= high; exact where they are equal."""

    low: Fraction
    high: Fraction

    @classmethod
    def of(cls, value: Fraction | int) -> Enclosure:
        return cls(Fraction(value), Fraction(value))

    @property
    def exact(self) -> bool:
        return self.low == self.high

    @property
    def relative_width(self) -> Fraction | None:
        """How far apart the ends are, relative to the end nearer to 0; None if 0 lies between them."""
        if self.exact:
            return Fraction(0)
        least = min(abs(self.low), abs(self.high))
        return (self.high - self.low) / least if self.low * self.high > 0 else None

    def __contains__(self, value: Fraction) -> bool:
        return self.low <= value <= self.high

    def decimals(self, digits: int) -> tuple[str, str]:
        """Both ends as decimals with this many digits, rounded outward."""
        return decimal(self.low, digits, up=False), decimal(self.high, digits, up=True)


def decimal(value: Fraction, digits: int, up: bool) -> str:
    """A decimal with this many significant digits that is not below (up) or not above the value."""
    context = Context(digits, ROUND_CEILING if up else ROUND_FLOOR, Emin=-(10**9), Emax=10**9)
    shown = context.divide(Decimal(value.numerator), Decimal(value.denominator))
    exponent = shown.adjusted()
    if shown == 0:
        return "0"
    if -4 <= exponent < max(digits, 6):
        text = f"{shown:f}"
        return text.rstrip("0").rstrip(".") if "." in text else text
    return f"{shown.normalize(Context(digits, Emin=-(10**9), Emax=10**9)):e}"


# --- arithmetic ---------------------------------------------------------------------------------


def _down(value: Fraction, bits: int) -> Fraction:
    """A short rational that is at most the value."""
    top, bottom = value.numerator, value.denominator
    size = top.bit_length() - bottom.bit_length()
    if top and size < -TINY:
        return Fraction(0) if top > 0 else Fraction(-1, 1 << TINY)
    if top.bit_length() <= bits and bottom & (bottom - 1) == 0:
        return value
    shift = bits - size
    whole = (top << shift) // bottom if shift >= 0 else top // (bottom << -shift)
    return Fraction(whole, 1 << shift) if shift >= 0 else Fraction(whole << -shift)


def _up(value: Fraction, bits: int) -> Fraction:
    return -_down(-value, bits)


class Arithmetic:
    """The operations, rounded outward to a number of bits."""

    def __init__(self, bits: int) -> None:
        self.bits = bits

    def made(self, low: Fraction, high: Fraction) -> Enclosure:
        for end in (low, high):
            if end.numerator.bit_length() - end.denominator.bit_length() > HUGE:
                raise NoEnclosure(f"a number is larger than 2^{HUGE}")
        if low == high and low.numerator.bit_length() + low.denominator.bit_length() <= EXACT_BITS:
            return Enclosure(low, high)
        return Enclosure(_down(low, self.bits), _up(high, self.bits))

    def add(self, x: Enclosure, y: Enclosure) -> Enclosure:
        return self.made(x.low + y.low, x.high + y.high)

    def mul(self, x: Enclosure, y: Enclosure) -> Enclosure:
        if x.low >= 0 and y.low >= 0:
            return self.made(x.low * y.low, x.high * y.high)
        ends = [a * b for a in (x.low, x.high) for b in (y.low, y.high)]
        return self.made(min(ends), max(ends))

    def inverse(self, x: Enclosure) -> Enclosure:
        if x.low <= 0 <= x.high:
            raise NoEnclosure("a denominator may be 0")
        return self.made(1 / x.high, 1 / x.low)

    def divide(self, x: Enclosure, y: Enclosure) -> Enclosure:
        return self.mul(x, self.inverse(y))

    def integer_power(self, x: Enclosure, exponent: int) -> Enclosure:
        if exponent < 0:
            return self.inverse(self.integer_power(x, -exponent))
        if x.exact and exponent <= SMALL_POWER:
            return self.made(x.low**exponent, x.low**exponent)
        result, square = Enclosure.of(1), x
        while exponent:
            if exponent & 1:
                result = self.mul(result, square)
            exponent >>= 1
            if exponent:
                low, high = sorted((square.low**2, square.high**2))
                found = self.made(Fraction(0) if square.low < 0 < square.high else low, high)
                if found == square and self.mul(result, square) == result:
                    break  # below 2^-TINY, where further squares and products change nothing
                square = found
        return result

    def root(self, x: Enclosure, degree: int) -> Enclosure:
        """The real root of a value that is not negative."""
        if x.low < 0:
            raise NoEnclosure("what is under a root may be negative")
        low, step = self._root(x.low, degree)
        if x.exact and not step:
            return Enclosure(low, low)
        high, step = self._root(x.high, degree)
        return self.made(low, high + step)

    def _root(self, value: Fraction, degree: int) -> tuple[Fraction, Fraction]:
        """A root rounded down, and a step with which it is rounded up; the step is 0 where the root is rational."""
        top, bottom = whole_root(value.numerator, degree), whole_root(value.denominator, degree)
        if top**degree == value.numerator and bottom**degree == value.denominator:
            return Fraction(top, bottom), Fraction(0)
        size = (value.numerator.bit_length() - value.denominator.bit_length()) // degree
        shift = max(0, self.bits - size + 2)  # a larger value is rounded to an integer, by more than enough bits
        whole = (value.numerator << shift * degree) // value.denominator
        return Fraction(whole_root(whole, degree), 1 << shift), Fraction(1, 1 << shift)

    def rational_power(self, x: Enclosure, exponent: Fraction) -> Enclosure:
        top, degree = exponent.numerator, exponent.denominator
        return self.integer_power(x if degree == 1 else self.root(x, degree), top)

    def logarithm(self, x: Enclosure) -> Enclosure:
        if x.low <= 0:
            raise NoEnclosure("the argument of a logarithm may be 0 or negative")
        if x.low == x.high == 1:
            return Enclosure.of(0)
        return self.made(self._logarithm(x.low, -1), self._logarithm(x.high, 1))

    def _logarithm(self, value: Fraction, direction: int) -> Fraction:
        """ln(value), pushed down or up by far more than the error of `_ln`."""
        found = _ln(value, self.bits + GUARD)
        return found + direction * abs(found) / (1 << self.bits)


def _ln(value: Fraction, bits: int) -> Fraction:
    """ln(value) of a positive value, with a relative error below 2^(20 - bits).

    value = 2^shift*near, 2/3 <= near < 4/3, and ln(near) = 2*artanh((near - 1)/(near + 1)).  With `width` bits behind
    the point each series is wrong by at most width*2^-width: by 3*2^-width a term, of which there are fewer than
    width/3.1.  If shift is not 0, |ln(value)| is above |shift|/4; if it is, it may be as small as 2^-(small + 2), so
    that so many bits more are behind the point (small is below 2^15 for what can be written down).
    """
    if value == 1:
        return Fraction(0)
    shift = value.numerator.bit_length() - value.denominator.bit_length()
    near = value / Fraction(2) ** shift
    while not Fraction(2, 3) <= near < Fraction(4, 3):
        shift, near = (shift + 1, near / 2) if near > 1 else (shift - 1, near * 2)
    gap = near - 1
    small = max(0, gap.denominator.bit_length() - gap.numerator.bit_length()) if gap and not shift else 0
    width = bits + small + bits.bit_length()
    whole = _artanh(gap / (near + 1), width) + (shift * _artanh(Fraction(1, 3), width) if shift else 0)
    return Fraction(2 * whole, 1 << width)


def _artanh(value: Fraction, width: int) -> int:
    """x + x^3/3 + x^5/5 + ... for |x| <= 1/3, times 2^width."""
    power = (abs(value.numerator) << width) // value.denominator
    square = (power * power) >> width
    total, odd = 0, 1
    while power:
        total += power // odd
        power, odd = (power * square) >> width, odd + 2
    return total if value >= 0 else -total


# --- expressions --------------------------------------------------------------------------------


def enclose(expression: Any, values: Mapping[Any, Enclosure], bits: int) -> Enclosure:
    """The enclosure of a formula, plain or of SymPy's, each of its symbols having one.  Raises NoEnclosure."""
    return Evaluation(values, bits).of(expression)


class Evaluation:
    """Expressions evaluated at the same values; what they share is computed once."""

    def __init__(self, values: Mapping[Any, Enclosure], bits: int) -> None:
        self.arithmetic = Arithmetic(bits)
        self.known: dict[Any, Enclosure] = dict(values)

    def of(self, expression: Any) -> Enclosure:
        if expression not in self.known:
            self.known[expression] = self._computed(expression)
        return self.known[expression]

    def _computed(self, part: Any) -> Enclosure:
        if part.is_Rational:
            return Enclosure.of(Fraction(int(part.p), int(part.q)))
        if part.is_Add or part.is_Mul:
            combine = self.arithmetic.add if part.is_Add else self.arithmetic.mul
            return _folded(combine, [self.of(argument) for argument in part.args])
        head = part.head if isinstance(part, Call) else type(part).__name__  # of SymPy's and the prover's functions
        if part.is_Pow or head in ("power", "real_power"):
            return self._power(self.of(part.args[0]), part.args[1])
        if head == "log":
            return self.arithmetic.logarithm(self.of(part.args[0]))
        if head == "Abs":
            inner = self.of(part.args[0])
            return inner if inner.low >= 0 else _absolute(inner, _negative(inner))
        if head == "Sum":
            return self._geometric(*_ratio_and_terms(part))
        raise NoEnclosure(f"{part} ({part.kind if isinstance(part, Opaque) else head}) cannot be evaluated here")

    def _power(self, base: Enclosure, exponent: Any) -> Enclosure:
        found = self.of(exponent)
        if not found.exact:
            raise NoEnclosure(f"the exponent {exponent} is not a rational number")
        return self.arithmetic.rational_power(base, found.low)

    def _geometric(self, base: Any, number: Any) -> Enclosure:
        """1 + x + ... + x^(t-1), the only sum that formulas of magnitudes have (the lemma `geometric-sum`)."""
        ratio, terms = self.of(base), self.of(number)
        if not (terms.exact and terms.low.denominator == 1 and terms.low >= 0):
            raise NoEnclosure(f"the number of terms of a sum, {number}, is not an integer")
        count = int(terms.low)
        if ratio.low == ratio.high == 1:
            return terms
        one = Enclosure.of(1)
        last = self.arithmetic.integer_power(ratio, count)
        gap = self.arithmetic.add(one, _negative(last))
        return self.arithmetic.divide(gap, self.arithmetic.add(one, _negative(ratio)))


def _ratio_and_terms(total: Any) -> tuple[Any, Any]:
    """x and t of a geometric sum.  Raises NoEnclosure for other sums."""
    if isinstance(total, Call):
        return total.args[0], total.args[1]
    index, lower, upper = total.limits[0]
    body = total.function
    if not (type(body).__name__ == "power" and body.args[1] == index and lower == 0 and len(total.limits) == 1):
        raise NoEnclosure(f"{total} is not a geometric sum")
    return body.args[0], upper + 1


def _negative(x: Enclosure) -> Enclosure:
    return Enclosure(-x.high, -x.low)


def _absolute(x: Enclosure, y: Enclosure) -> Enclosure:
    """|x| of a value x that may be negative, y being -x."""
    return Enclosure(max(x.low, y.low, Fraction(0)), max(x.high, y.high))


def _folded(combine: Callable[[Enclosure, Enclosure], Enclosure], parts: list[Enclosure]) -> Enclosure:
    result = parts[0]
    for part in parts[1:]:
        result = combine(result, part)
    return result


def bits_for(digits: int) -> int:
    return math.ceil(digits * 3.33) + 48


__all__ = ["Arithmetic", "Enclosure", "Evaluation", "NoEnclosure", "bits_for", "decimal", "enclose"]
