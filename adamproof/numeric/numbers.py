"""Numbers of two kinds, exact (Fraction) and rounded (mpmath's mpf): precision, comparison, and text.

What is computed from exact numbers alone stays exact; with an mpf the result is an mpf, at the working precision.
"""

from __future__ import annotations

import functools
import itertools
import math
import operator
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from fractions import Fraction
from typing import Any

import mpmath
from mpmath.libmp import (
    dps_to_prec,
    from_int,
    from_man_exp,
    mpf_add,
    mpf_div,
    mpf_gt,
    mpf_mul,
    mpf_neg,
    mpf_pos,
    mpf_sum,
)

from .answers import Number

DIGITS = 50
GUARD = 15  # beyond DIGITS; they absorb the rounding of a few thousand operations
# An equality at 50 digits holds when |lhs - rhs| <= TOLERANCE * max(1, |lhs|, |rhs|), and <= may be violated by
# that much.  Ten digits short of DIGITS: a formula may lose that many to cancellation and still be judged rightly.
TOLERANCE = Fraction(1, 10**40)
# A counterexample must violate by more than this: ten digits beyond what its hypotheses were allowed to be off,
# so that an error in the hypotheses, amplified by the statement, is not taken for a violation.
MARGIN = Fraction(1, 10**30)
SHOWN_DIGITS = 15  # of a number in a message, where these suffice
MAX_SHOWN_DIGITS = 60
COMPARED = {"<=": operator.le, "<": operator.lt, "==": operator.eq, "!=": operator.ne}


class Undetermined(ArithmeticError):
    """The logic gives this term no value, or the precision does not suffice to tell; the message says which."""


Raw = Any  # what an mpf holds: (sign, mantissa, exponent, bits of the mantissa); arithmetic on it is much faster
_MP = mpmath.mp


def precision(digits: int) -> AbstractContextManager[Any]:
    """A context in which mpmath works with so many digits: nothing to do where it does so already."""
    return _AS_IT_IS if _MP._prec_rounding[0] == _in_bits(digits) else mpmath.workdps(digits)


_AS_IT_IS: AbstractContextManager[Any] = nullcontext()
_in_bits = functools.cache(dps_to_prec)


def as_mpf(number: Number) -> mpmath.mpf:
    """The number at the current working precision."""
    if type(number) is not Fraction:
        return number
    return _MP.make_mpf(raw(number))


def raw(number: Number) -> Raw:
    """What the number is to mpmath, at the current working precision."""
    if type(number) is not Fraction:
        return number._mpf_
    return _quotient(*number.as_integer_ratio(), *_MP._prec_rounding)


@functools.lru_cache(4096)
def _quotient(top: int, bottom: int, bits: int, rounding: str) -> Raw:
    """mpf(top) / bottom in lowest terms: where the numerator is not rounded, they make no difference."""
    if top.bit_length() > bits:
        lowest = Fraction(top, bottom)
        top, bottom = lowest.numerator, lowest.denominator
    rounded = from_int(top, bits, rounding)
    return rounded if bottom == 1 else mpf_div(rounded, from_int(bottom), bits, rounding)


def plus(a: Number, b: Number, digits: int) -> Number:
    """a + b, as `added` has it."""
    if type(a) is Fraction and type(b) is Fraction:
        (top, bottom), (more, below) = a.as_integer_ratio(), b.as_integer_ratio()
        if bottom == below:
            return Fraction(top + more, bottom)
        return Fraction(top * below + more * bottom, bottom * below)
    bits, rounding = _MP._prec_rounding
    first, second = raw(a), raw(b)
    size, other = first[2] + first[3], second[2] + second[3]
    if -bits < size - other < bits and first[1] and second[1]:  # else it is not rounded once
        found = mpf_add(first, second, bits, rounding)
        if found[1] and found[2] + found[3] > max(size, other) - _bits(digits):  # it has not cancelled, plainly
            return _MP.make_mpf(found)
    return _summed((a, b), digits)


def added(parts: Sequence[Number], digits: int) -> Number:
    """The sum of the parts.  One that cancels to within rounding becomes mpf 0: nothing is known of it but that.

    (An exact 0 stays a Fraction, so that the two zeros can be told apart.)
    """
    if len(parts) == 1:
        (part,) = parts
        if type(part) is Fraction or part._mpf_[3] <= _MP._prec_rounding[0]:
            return part
    if len(parts) == 2:
        return plus(parts[0], parts[1], digits)
    return _summed(parts, digits)


def _summed(parts: Sequence[Number], digits: int) -> Number:
    top, bottom, rounded = 0, 1, list[Raw]()
    for part in parts:
        if type(part) is not Fraction:
            rounded.append(part._mpf_)
            continue
        more, below = part.as_integer_ratio()
        if below == bottom:
            top += more
        else:
            shared = math.gcd(bottom, below)
            top, bottom = top * (below // shared) + more * (bottom // shared), bottom // shared * below
    if not rounded:
        return Fraction(top, bottom)
    if top:
        rounded.append(_quotient(top, bottom, *_MP._prec_rounding))
    found = mpf_sum(rounded, *_MP._prec_rounding)
    largest = max([exponent + bits for _, mantissa, exponent, bits in rounded if mantissa]) if found[1] else 0
    if found[1] and found[2] + found[3] > largest - _bits(digits):  # it has not cancelled, plainly
        return _MP.make_mpf(found)
    known = mpmath.mpf(10) ** -(digits + 5)
    result = _MP.make_mpf(found)
    return result if abs(result) > known * max(abs(_MP.make_mpf(part)) for part in rounded) else mpmath.mpf(0)


@functools.cache
def _bits(digits: int) -> int:
    """So many bits are fewer than digits + 5 digits."""
    return int((digits + 5) * math.log2(10)) - 3


def times(a: Number, b: Number) -> Number:
    """a * b, as `multiplied` has it."""
    if type(a) is Fraction:
        top, bottom = a.as_integer_ratio()
        if type(b) is Fraction:
            more, below = b.as_integer_ratio()
            return Fraction(top * more, bottom * below)
        rounded = b._mpf_
    elif type(b) is Fraction:
        top, bottom = b.as_integer_ratio()
        rounded = a._mpf_
    else:
        bits, rounding = _MP._prec_rounding
        first = a._mpf_
        if first[3] > bits:
            first = mpf_pos(first, bits, rounding)
        return _MP.make_mpf(mpf_mul(first, b._mpf_, bits, rounding))
    if not top:
        return Fraction(0)
    bits, rounding = _MP._prec_rounding
    if rounded[3] > bits:
        rounded = mpf_pos(rounded, bits, rounding)
    if bottom == 1:
        if top == 1:
            return _MP.make_mpf(rounded)
        if top == -1:
            return _MP.make_mpf(mpf_neg(rounded))
    return _MP.make_mpf(mpf_mul(_quotient(top, bottom, bits, rounding), rounded, bits, rounding))


def multiplied(parts: Sequence[Number]) -> Number:
    """The product of the parts."""
    top, bottom, rounded = 1, 1, None
    bits, rounding = _MP._prec_rounding
    for part in parts:
        if type(part) is Fraction:
            more, below = part.as_integer_ratio()
            top *= more
            bottom *= below
        else:
            rounded = mpf_mul(_ONE if rounded is None else rounded, part._mpf_, bits, rounding)
    # An exact 0 annihilates whatever the other factors are, so the result is exact again.
    if rounded is None or not top:
        return Fraction(top, bottom)
    if top != bottom:
        rounded = mpf_mul(_quotient(top, bottom, bits, rounding), rounded, bits, rounding)
    return _MP.make_mpf(rounded)


_ONE = from_int(1)


def root(number: Number) -> mpmath.mpf:
    """The square root of a number that is not negative, rounded as mpmath does it, but by Python's own isqrt."""
    _, mantissa, exponent, size = raw(number)
    bits, rounding = _MP._prec_rounding
    shift = max(4, 2 * bits - size + 4)
    shift += (exponent - shift) % 2
    square = mantissa << shift
    found, half = math.isqrt(square), (exponent - shift) // 2
    if found * found != square:  # what follows is neither 0 nor a half
        found, half = 2 * found + 1, half - 1
    return _MP.make_mpf(from_man_exp(found, half, bits, rounding))


def subtract(a: Number, b: Number) -> Number:
    """a - b."""
    return a - b if type(a) is type(b) else as_mpf(a) - as_mpf(b)


def exceeds(a: Number, b: Number) -> bool:
    """Whether a > b."""
    if type(a) is Fraction and type(b) is Fraction:
        (top, bottom), (more, below) = a.as_integer_ratio(), b.as_integer_ratio()
        return bool(top * below > more * bottom)
    return bool(mpf_gt(raw(a), raw(b)))


def quotient(a: Number, b: Number) -> Number:
    """a / b, for b != 0."""
    return a / b if type(a) is type(b) else as_mpf(a) / as_mpf(b)


def larger(a: Number, b: Number) -> Number:
    """The larger of two numbers."""
    return b if exceeds(b, a) else a


def shown(value: Any, digits: int = SHOWN_DIGITS) -> str:
    """A value as text: exact in full while short, otherwise this many digits marked with ~."""
    if isinstance(value, mpmath.mpf):
        return f"~{mpmath.nstr(value, digits)}"
    if type(value) is not Fraction or max(abs(value.numerator), value.denominator) < 10**20:
        return str(value)
    return f"~{decimal(value, digits)}"


def told_apart(values: Sequence[Any]) -> list[str]:
    """The values as text, each with as many digits as set it apart from the others (at most MAX_SHOWN_DIGITS).

    Numbers that agree to within rounding (TOLERANCE) are taken to be the same, unless both are exact.
    """
    numbers = sorted({value for value in values if _is_number(value)}, key=functools.cmp_to_key(_order))
    digits = dict.fromkeys(numbers, SHOWN_DIGITS)
    for low, high in itertools.pairwise(numbers):
        needed = _digits_between(low, high)
        digits[low], digits[high] = max(digits[low], needed), max(digits[high], needed)
    return [shown(value, digits[value] if _is_number(value) else SHOWN_DIGITS) for value in values]


def _is_number(value: Any) -> bool:
    return type(value) in (int, Fraction) or isinstance(value, mpmath.mpf)


def _rational(value: Any) -> Number:
    """The value of an integer as a real number; other numbers as they are."""
    return Fraction(value) if type(value) is int else value


def _order(a: Number, b: Number) -> int:
    """-1, 0 or 1: how the numbers compare (mpmath does not order a Fraction and an mpf reliably)."""
    with mpmath.workdps(MAX_SHOWN_DIGITS + GUARD):
        difference = subtract(_rational(a), _rational(b))
        return int(difference > 0) - int(difference < 0)


def gap(a: Number, b: Number) -> Number:
    """|b - a|; exact for exact numbers, else to more digits than are ever shown."""
    with mpmath.workdps(MAX_SHOWN_DIGITS + GUARD):
        return abs(subtract(_rational(b), _rational(a)))


def _digits_between(low: Number, high: Number) -> int:
    """How many digits tell two different numbers apart; MAX_SHOWN_DIGITS if more would be needed."""
    if isinstance(low, mpmath.mpf) or isinstance(high, mpmath.mpf):
        with mpmath.workdps(DIGITS + GUARD):
            largest = max(1, *(abs(as_mpf(_rational(end))) for end in (low, high)))
            if as_mpf(gap(low, high)) <= as_mpf(TOLERANCE) * largest:
                return SHOWN_DIGITS
    steps = range(SHOWN_DIGITS, MAX_SHOWN_DIGITS, 5)
    return next((count for count in steps if decimal(low, count) != decimal(high, count)), MAX_SHOWN_DIGITS)


def decimal(number: Number, digits: int) -> str:
    with mpmath.workdps(digits + GUARD):
        return str(mpmath.nstr(as_mpf(_rational(number)), digits))
