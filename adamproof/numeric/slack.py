"""How far a relation between two numbers is from failing."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from .models import Number
from .numbers import SHOWN_DIGITS, Undetermined, as_mpf, decimal, gap, larger, quotient, subtract, told_apart


@dataclass(frozen=True)
class Slack:
    """How far a relation is from failing.  Numbers are Fractions where exact, else mpf.

    absolute: rhs - lhs for <= and <, -|lhs - rhs| for ==, |lhs - rhs| for !=; negative means violated.
    relative: absolute over max(|lhs|, |rhs|), and 0 when both sides are 0.
    tightness: lhs / rhs for an inequality between lhs >= 0 and rhs > 0 (1 means attained), else None.
    exact: both sides are exact.
    """

    op: str
    lhs: Number
    rhs: Number
    absolute: Number
    relative: Number
    tightness: Number | None
    exact: bool

    def __str__(self) -> str:
        left, right = told_apart([self.lhs, self.rhs])
        return f"{left} {self.op} {right}"

    @property
    def closeness(self) -> str:
        """By how much the sides differ, in brackets, where 15 digits do not show it; empty otherwise."""
        difference = gap(self.lhs, self.rhs)
        alike = decimal(self.lhs, SHOWN_DIGITS) == decimal(self.rhs, SHOWN_DIGITS)
        return f" (they differ by ~{decimal(difference, 3)})" if difference and alike else ""


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
