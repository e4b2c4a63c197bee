"""max and min in a goal or its facts: which of the two arguments is taken is a case of its own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from functools import lru_cache

from ...kernel.terms import Term, make, number
from ..record import Step, derive
from .knowledge import ZERO, combined
from .matching import in_sight, same

MAX_EXTREMES = 4  # that are told apart: two cases for each
HALF = number(Fraction(1, 2))


def differences(statements: Iterable[Term]) -> list[Term]:
    """x - y for each max(x, y) and min(x, y) in statements, outer ones first; no more than are told apart."""
    found = dict.fromkeys(difference for statement in statements for difference in _within(statement))
    return sorted(found, key=lambda difference: -difference.size)[:MAX_EXTREMES]


@lru_cache(4000)
def _within(statement: Term) -> tuple[Term, ...]:
    return tuple(found for part in in_sight([statement]) if (found := _difference(part)) is not None)


def _difference(term: Term) -> Term | None:
    """x - y, if the term is (x + y + |x - y|)/2 or (x + y - |x - y|)/2."""
    if term.op != "mul" or term.args[0] is not HALF or len(term.args) != 2:
        return None
    whole = term.args[1]
    if whole.op != "add" or len(whole.args) != 3:
        return None
    x, y, size = whole.args
    if size.op == "mul" and len(size.args) == 2 and same(size.args[0], number(-1)):
        size = size.args[1]
    if size.op != "abs" or not same(size.args[0], make("add", x, make("mul", number(-1), y))):
        return None
    found: Term = size.args[0]
    return found


def cases(difference: Term) -> tuple[Sequence[Step], Sequence[Step]]:
    """What is known where x <= y, and where y < x."""
    below = derive("assume", [], make("<=", difference, ZERO))
    above = derive("assume", [], make("<", ZERO, difference))
    nonneg = combined(make("<=", ZERO, difference), [above], ((0,), ()))
    return [below, derive("fact", [below], "abs_nonpos", (difference,))], [
        above,
        derive("fact", [nonneg], "abs_nonneg", (difference,)),
    ]


def joined(below: Step, above: Step, difference: Term) -> Step:
    """A goal from its proofs in both cases."""
    return derive("cases", [below, above], difference, ZERO)


__all__ = ["cases", "differences", "joined"]
