"""Ranges of real numbers with exact ends, each attained or not, finite or not: enclosures that can be relied on.

What is exact stays so.  What is not (a root, a logarithm, a fraction that has become long) is rounded outward.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

from .intervals import exponential, logarithm
from .numbers import Undetermined

BITS = 128  # of an end that is rounded
MAX_BITS = 1_500  # of an exact number; a longer one is rounded
MAX_EXPONENT = 10_000
MAX_SIZE = 40_000  # of an end, in binary places before or after the point; e^MAX_EXPONENT has fewer
INFINITE = math.inf  # an end that is none; it is compared, and no arithmetic is done with it

End = Any  # a Fraction, or INFINITE with a sign


class Range(NamedTuple):
    """All reals between two ends.  has_low, has_high: whether the end itself may be among them."""

    low: End
    high: End
    has_low: bool = True
    has_high: bool = True

    @property
    def is_point(self) -> bool:
        """Whether it is one number."""
        return self.low is self.high or self.low == self.high

    @property
    def is_finite(self) -> bool:
        """Whether both ends are numbers."""
        return type(self.low) is Fraction and type(self.high) is Fraction

    @property
    def middle(self) -> Fraction:
        """A number in the middle of a finite range."""
        return Fraction(self.low + self.high) / 2

    def has(self, number: Fraction | int) -> bool:
        """Whether a number may be among them."""
        above = self.low < number or (self.low == number and self.has_low)
        return bool(above and (number < self.high or (number == self.high and self.has_high)))

    def within(self, other: Range) -> bool:
        """Whether all of these numbers are in another range."""
        low = other.low < self.low or (other.low == self.low and (other.has_low or not self.has_low))
        high = self.high < other.high or (other.high == self.high and (other.has_high or not self.has_high))
        return bool(low and high)


WHOLE = Range(-INFINITE, INFINITE, False, False)
ZERO, UNIT = Range(Fraction(0), Fraction(0)), Range(Fraction(1), Fraction(1))


def point(number: Fraction | int) -> Range:
    """The range of one number."""
    exact = number if type(number) is Fraction else Fraction(number)
    return Range(exact, exact)


def hull(ranges: Iterable[Range]) -> Range:
    """The smallest range that contains all of these, of which there is at least one."""
    parts = list(ranges)
    low, high = min(part.low for part in parts), max(part.high for part in parts)
    return Range(
        low,
        high,
        any(part.has_low for part in parts if part.low == low),
        any(part.has_high for part in parts if part.high == high),
    )


def common(a: Range, b: Range) -> Range:
    """The numbers in both; they are known to have some in common."""
    low, has_low = max((a.low, not a.has_low), (b.low, not b.has_low))
    high, misses = min((a.high, a.has_high), (b.high, b.has_high))
    return Range(low, high, not has_low, bool(misses))


def compared(op: str, lhs: Range, rhs: Range) -> bool | None:
    """Whether a relation holds between all numbers of two ranges (True), between none of them (False), or neither."""
    if op == "<=":
        return True if _below(lhs, rhs) else False if _below(rhs, lhs, strictly=True) else None
    if op == "<":
        return True if _below(lhs, rhs, strictly=True) else False if _below(rhs, lhs) else None
    same = lhs.is_point and rhs.is_point and lhs.low == rhs.low
    apart = _below(lhs, rhs, strictly=True) or _below(rhs, lhs, strictly=True)
    equal = True if same else False if apart else None
    return equal if op == "==" or equal is None else not equal


def _below(a: Range, b: Range, strictly: bool = False) -> bool:
    """Whether all numbers of one range are at most (strictly: less than) all of another."""
    if a.high == b.low and strictly:
        return not (a.has_high and b.has_low) and a.high != INFINITE
    return bool(a.high <= b.low) and a.high != INFINITE and b.low != -INFINITE


# --- arithmetic ---------------------------------------------------------------------------------


def added(parts: Sequence[Range]) -> Range:
    """All sums of one number of each."""
    if all(part.low is part.high for part in parts):
        return _kept(point(sum((part.low for part in parts), Fraction(0))))
    low, high = _total(part.low for part in parts), _total(part.high for part in parts)
    return _kept(Range(low, high, all(part.has_low for part in parts), all(part.has_high for part in parts)))


def _total(ends: Iterable[End]) -> End:
    total: End = Fraction(0)
    for end in ends:
        if type(end) is float:
            return end
        total += end
    return total


def multiplied(parts: Sequence[Range]) -> Range:
    """All products of one number of each."""
    result = UNIT
    for part in parts:
        result = _product(result, part)
    return result


def _product(a: Range, b: Range) -> Range:
    if a.low is a.high and b.low is b.high:
        return _kept(point(a.low * b.low))
    if a is UNIT:
        return b
    if _is_positive(a.low) and _is_positive(b.low) and a.is_finite and b.is_finite:
        return _kept(Range(a.low * b.low, a.high * b.high, a.has_low and b.has_low, a.has_high and b.has_high))
    corners = [_corner(x, y) for x in ((a.low, a.has_low), (a.high, a.has_high)) for y in _ends(b)]
    return _kept(_spanned(corners))


def _is_positive(end: End) -> bool:
    return type(end) is Fraction and end.numerator > 0


def _ends(a: Range) -> tuple[tuple[End, bool], tuple[End, bool]]:
    return (a.low, a.has_low), (a.high, a.has_high)


def _corner(x: tuple[End, bool], y: tuple[End, bool]) -> tuple[End, bool]:
    """The product of two ends, and whether it is attained: 0 times anything is 0, near its end or not."""
    (a, has_a), (b, has_b) = x, y
    if not a or not b:
        return Fraction(0), (has_a and has_b) or (not a and has_a) or (not b and has_b)
    if type(a) is float or type(b) is float:
        return (INFINITE if (a > 0) == (b > 0) else -INFINITE), False
    return a * b, has_a and has_b


def _spanned(ends: Sequence[tuple[End, bool]]) -> Range:
    low, high = min(end for end, _ in ends), max(end for end, _ in ends)
    return Range(low, high, any(has for end, has in ends if end == low), any(has for end, has in ends if end == high))


def inverse(a: Range) -> Range:
    """1/x, and 0 where x is 0."""
    if a.is_point:
        return point(1 / a.low) if a.low else a
    if a.low < 0 < a.high or (a.high == 0 and a.low < 0 and a.has_high) or (a.low == 0 and a.has_low):
        above, below = a.high > 0, a.low < 0
        if above and below:
            return WHOLE
        return Range(Fraction(0), INFINITE, True, False) if above else Range(-INFINITE, Fraction(0), False, True)
    ends = [(_turned(a.high, a.low >= 0), a.has_high), (_turned(a.low, a.low >= 0), a.has_low)]
    return _kept(_spanned(ends))


def _turned(end: End, positive: bool) -> End:
    if not end:
        return INFINITE if positive else -INFINITE
    return Fraction(0) if type(end) is float else 1 / end


def absolute(a: Range) -> Range:
    """|x|."""
    if a.low >= 0:
        return a
    turned = Range(-a.high, -a.low, a.has_high, a.has_low)
    if a.high <= 0:
        return turned
    top = _spanned([(a.high, a.has_high), (-a.low, a.has_low)])
    return Range(Fraction(0), top.high, True, top.has_high)


def sign(a: Range) -> Range:
    """-1, 0 or 1."""
    found = [value for value, is_there in ((-1, a.low < 0), (0, a.has(0)), (1, a.high > 0)) if is_there]
    return Range(Fraction(found[0]), Fraction(found[-1]))


def root(a: Range) -> Range:
    """The square root.  Undetermined where x may be negative."""
    if a.low < 0:
        raise Undetermined("the square root of a number that may be negative is unspecified")
    exact = _exact_root(a.low)
    if a.is_point and exact is not None:
        return point(exact)
    return Range(_root_below(a.low), _root_above(a.high), a.has_low, a.has_high)


def _exact_root(end: End) -> Fraction | None:
    if end == INFINITE:
        return None
    top, bottom = math.isqrt(end.numerator), math.isqrt(end.denominator)
    return Fraction(top, bottom) if top * top == end.numerator and bottom * bottom == end.denominator else None


def _root_below(end: End) -> End:
    exact = _exact_root(end)
    if exact is not None or end == INFINITE:
        return exact if exact is not None else end
    size = _shift(end)
    return _scaled(math.isqrt(math.floor(_scaled(end, 2 * size))), -size)


def _root_above(end: End) -> End:
    exact = _exact_root(end)
    if exact is not None or end == INFINITE:
        return exact if exact is not None else end
    size = _shift(end)
    return _scaled(math.isqrt(math.floor(_scaled(end, 2 * size))) + 1, -size)


def _shift(end: Fraction) -> int:
    """So many places that the root of the number, moved by them, has BITS bits."""
    return BITS - (end.numerator.bit_length() - end.denominator.bit_length()) // 2


def _scaled(number: Fraction | int, places: int) -> Fraction:
    return Fraction(number) * (Fraction(2) ** places)


def log(a: Range) -> Range:
    """The natural logarithm.  Undetermined where x may not be positive."""
    if a.low < 0 or a.has(0):
        raise Undetermined("the logarithm of a number that may not be positive is unspecified")
    if a.is_point and a.low == 1:
        return ZERO
    low = -INFINITE if not a.low else logarithm(a.low, BITS)[0]
    return Range(low, INFINITE if a.high == INFINITE else logarithm(a.high, BITS)[1], a.has_low, a.has_high)


def power(a: Range, exponent: Range) -> Range:
    """x^n for the integers n of a range; x^-n is 1/x^n."""
    if exponent.low < 0:
        turned = Range(-exponent.high, -exponent.low, exponent.has_high, exponent.has_low)
        if exponent.high <= 0:
            return power(inverse(a), turned)
        return hull([power(inverse(a), turned._replace(low=Fraction(0))), power(a, exponent._replace(low=Fraction(0)))])
    first, last = exponent.low, exponent.high
    if first > MAX_EXPONENT or MAX_EXPONENT < last < INFINITE:
        raise Undetermined(f"an exponent is larger than {MAX_EXPONENT}")
    if first == last:
        return _raised(a, int(first))
    if a.low < 0:
        top = power(absolute(a), exponent)
        return Range(-top.high, top.high, top.has_high, top.has_high)
    ends = [_reached(end, has, n) for end, has in _ends(a) for n in (first, last)]
    return _kept(_spanned(ends))


def _reached(base: End, has: bool, exponent: End) -> tuple[End, bool]:
    """A number >= 0 to a power, which may be infinite, and whether it is attained."""
    if exponent == INFINITE:
        return (INFINITE, False) if base > 1 else (Fraction(base == 1), has and (base == 1 or not base))
    if not exponent:
        return Fraction(1), True
    return (base, has) if base == INFINITE else (_power_of(base, int(exponent)), has)


def _raised(a: Range, exponent: int) -> Range:
    if not exponent:
        return UNIT
    if exponent % 2 == 0 or a.low >= 0:
        a = absolute(a)
    low, high = (end if type(end) is float else _power_of(end, exponent) for end in (a.low, a.high))
    return _kept(Range(low, high, a.has_low, a.has_high))


def _power_of(base: Fraction, exponent: int) -> Fraction:
    if max(base.numerator.bit_length(), base.denominator.bit_length()) * exponent > 5 * MAX_BITS:
        raise Undetermined("a power is too long a number")
    return Fraction(base**exponent)


def real_power(a: Range, exponent: Range) -> Range:
    """x^r for x >= 0; 0^r is 0 for r > 0.  Undetermined elsewhere."""
    if exponent.is_point and exponent.low.denominator == 1:
        if a.low < 0 or (a.has(0) and exponent.low < 0):
            raise Undetermined("a real power of a number that may be negative is unspecified")
        return power(a, exponent)
    if a.low > 0 or (a.low == 0 and not a.has_low):
        return _exponential(_product(exponent, log(a)))
    if a.low < 0 or exponent.low < 0 or exponent.has(0):
        raise Undetermined("a real power of a number that may be 0 or negative is unspecified")
    if a.high == 0:
        return ZERO
    top = _exponential(_product(exponent, log(a._replace(low=Fraction(0), has_low=False))))
    return Range(Fraction(0), top.high, True, top.has_high)


def _exponential(a: Range) -> Range:
    if any(MAX_EXPONENT < abs(end) < INFINITE for end in (a.low, a.high)):
        raise Undetermined(f"an exponent is larger than {MAX_EXPONENT}")
    low = Fraction(0) if a.low == -INFINITE else exponential(a.low, BITS)[0]
    return Range(low, INFINITE if a.high == INFINITE else exponential(a.high, BITS)[1], a.has_low, a.has_high)


def _kept(a: Range) -> Range:
    """The range, with ends that have become too long rounded outward."""
    if a.low is a.high:
        return a if _length(a.low) <= MAX_BITS else Range(_rounded(a.low, math.floor), _rounded(a.low, math.ceil))
    if _length(a.low) <= 2 * BITS and _length(a.high) <= 2 * BITS:
        return a
    return Range(_rounded(a.low, math.floor), _rounded(a.high, math.ceil), a.has_low, a.has_high)


def _length(end: End) -> int:
    return 0 if type(end) is float else max(end.numerator.bit_length(), end.denominator.bit_length())


def _rounded(end: End, rounding: Any) -> End:
    if _length(end) <= 2 * BITS:
        return end
    size = BITS - (end.numerator.bit_length() - end.denominator.bit_length())
    if abs(size) > MAX_SIZE:  # x, x^2, x^4, ...: few digits are kept, but as many zeros would have to be
        raise Undetermined("a number is too large, or too near to 0")
    return _scaled(rounding(_scaled(end, size)), -size)
