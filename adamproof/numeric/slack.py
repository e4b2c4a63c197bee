"""How far a relation between two numbers is from failing."""

from __future__ import annotations

import functools
from fractions import Fraction

import mpmath
from mpmath.libmp import mpf_sub

from .answers import Number, Slack
from .numbers import COMPARED, Undetermined, as_mpf, larger, quotient, raw, subtract


def measured(op: str, lhs: Number, rhs: Number) -> Slack:
    """The slack of a relation between these sides, at the current working precision."""
    absolute = subtract(rhs, lhs) if op in ("<=", "<") else abs(subtract(rhs, lhs))
    if op == "==":
        absolute = -absolute
    scale = larger(abs(lhs), abs(rhs))
    relative = quotient(absolute, scale) if scale else Fraction(0)
    tightness = quotient(lhs, rhs) if op in ("<=", "<") and lhs >= 0 and rhs > 0 else None
    return Slack(op, lhs, rhs, absolute, relative, tightness, type(lhs) is Fraction and type(rhs) is Fraction)


def satisfied(slack: Slack, tolerance: Fraction) -> bool:
    """Whether the relation holds: exactly for exact sides, else up to tolerance * max(1, |lhs|, |rhs|).

    Raises Undetermined when < or != hangs on less than that.
    """
    if slack.exact:
        strict = slack.op in ("<", "!=")
        return bool(slack.absolute > 0 if strict else slack.absolute >= 0)
    off = as_mpf(tolerance) * max(1, abs(as_mpf(slack.lhs)), abs(as_mpf(slack.rhs)))
    if slack.op in ("<", "!=") and abs(slack.absolute) <= off:
        raise Undetermined(f"rounding hides whether {slack}: the sides are too close{slack.closeness}")
    return bool(slack.absolute >= -off)


def decided(op: str, lhs: Number, rhs: Number, tolerance: Fraction) -> bool | None:
    """Whether the relation holds, where that is plain without measuring; None where it is not."""
    if type(lhs) is Fraction and type(rhs) is Fraction:
        (top, bottom), (more, below) = lhs.as_integer_ratio(), rhs.as_integer_ratio()
        if op == "==":
            return top == more and bottom == below
        return bool(COMPARED[op](top * below, more * bottom))
    left, right = raw(lhs), raw(rhs)
    if left == right:
        return True if op in ("<=", "==") else None
    sign, mantissa, exponent, bits = mpf_sub(right, left, *mpmath.mp._prec_rounding)
    if op == "<=" and not sign:
        return True
    if not mantissa:
        return True if op in ("<=", "==") else None
    # All sizes are given by powers of two: 2^(size-1) <= |rhs - lhs| < 2^size, likewise for the larger side and 1.
    size, scale = exponent + bits, max([1, *(side[2] + side[3] for side in (left, right) if side[1])])
    low, high = _powers(tolerance)
    if op in ("<=", "=="):
        return True if size <= low + scale - 1 else None
    return True if size - 1 > high + scale and (op == "!=" or not sign) else None


@functools.cache
def _powers(tolerance: Fraction) -> tuple[int, int]:
    """Exponents of the powers of two below and above a tolerance."""
    high = tolerance.numerator.bit_length() - tolerance.denominator.bit_length() + 1
    return high - 2, high
