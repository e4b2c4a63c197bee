"""The smallest number of steps T for which a bound is at most a target.

It is certified where the bound cannot grow with T: it is at most the target at T and above it at T - 1.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from .certified import DIGITS, Bound, Numbers, certify
from .formulas.evaluation import Enclosure
from .formulas.monotone import never_grows
from .formulas.statement import Theorem
from .formulas.symbols import SYMBOLS
from .formulas.written import NumberError, exact
from .problem import Hyperparameters, Problem, from_mapping, given
from .ranges import ProblemError, shown
from .theorems.compiled import theorem

FEW = 16  # every smaller T is tried if there are fewer
LIMIT = 40  # T is searched up to 10^LIMIT
MOST_DIGITS = 200  # to tell the bounds at T and at T - 1 from the target


@dataclass(frozen=True)
class Target:
    """steps: the smallest T found with a bound of at most the target (None: there is none up to 10^limit).

    smallest: whether it is certain that no smaller T will do.  monotone: whether no term grows with T, so that the
    largest T tried speaks for all.  at, before: the bound at T and at T - 1 (None where the theorem does not apply
    there).
    """

    target: str
    steps: int | None
    smallest: bool
    at: Enclosure | None
    before: Enclosure | None
    why: str
    monotone: bool
    digits: int = DIGITS  # that separate the two bounds from the target
    limit: int = LIMIT


def smallest_steps(
    problem: Problem,
    hyper: Hyperparameters,
    target: Any,
    name: str = "main",
    case: int = 1,
    digits: int = DIGITS,
) -> Target:
    """The smallest number of steps for a target, with the bounds to at least these digits.  Raises ProblemError."""
    wanted = _target(target)
    found = theorem(name, case)
    at: dict[int, Bound | None] = {}

    def reached(steps: int) -> bool:
        if steps not in at:
            at[steps] = _bound_at(problem, hyper, steps, name, case)
        value = at[steps]
        return value is not None and _at_most(value, wanted)

    monotone = _falls_with_steps(found, problem, hyper)
    powers = [2**number for number in range((10**LIMIT).bit_length())] + [10**LIMIT]
    high = next((steps for steps in powers if reached(steps)), None)
    if high is None and not monotone:
        high = _around_the_least(at, reached)
    if high is None:
        return Target(str(target), None, False, None, None, _out_of_reach(at, monotone), monotone, digits)
    low = max((steps for steps in at if steps < high), default=0)  # not reached there
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if reached(middle) else (middle, high)
    if high <= FEW:
        high = next((steps for steps in range(1, high) if reached(steps)), high)
    digits, (value, before) = _separated(
        lambda more: [_precise(problem, hyper, steps, name, case, more) for steps in (high, high - 1)], wanted, digits
    )
    certain = monotone or high <= FEW
    why = _why_smallest(high, monotone)
    return Target(str(target), high, certain, value, before, why, monotone, digits)


def _why_smallest(high: int, monotone: bool) -> str:
    """Why no smaller T will do, or that this is not certain."""
    if high == 1:
        return "T is at least 1"
    if monotone:
        return "minimal: no term of the bound grows with T"
    if high <= FEW:
        return "minimal: every smaller T was tried"
    return "T - 1 does not suffice, but minimality is not certified, because some term may grow with T"


def _precise(
    problem: Problem, hyper: Hyperparameters, steps: int, name: str, case: int, digits: int
) -> Enclosure | None:
    """The bound at T to this many digits; None where there is none."""
    if steps < 1:
        return None
    found = _bound_at(problem, hyper, steps, name, case, digits)
    return found.total if found else None


def _separated(
    bounds: Callable[[int], Sequence[Enclosure | None]], wanted: Fraction, digits: int
) -> tuple[int, Sequence[Enclosure | None]]:
    """So many digits that the bounds at T and T - 1, as they are shown, lie on their sides of the target; and these."""
    precision = digits
    while True:
        totals = bounds(precision)
        for more in range(digits, precision + 1):
            at, before = (total.decimals(more) if total is not None else None for total in totals)
            if (at is None or Fraction(at[1]) <= wanted) and (before is None or Fraction(before[0]) > wanted):
                return more, totals
        if precision >= MOST_DIGITS:
            return digits, totals
        precision *= 2


def _around_the_least(at: Mapping[int, Bound | None], reached: Callable[[int], bool]) -> int | None:
    """A T at which the target is reached near the least of the bounds that were tried: by golden sections."""
    known = {steps: found.total.high for steps, found in at.items() if found is not None}
    if not known:
        return None
    least = min(known, key=lambda steps: known[steps])
    tried = sorted(at)
    place = tried.index(least)
    low, high = tried[max(place - 1, 0)], tried[min(place + 1, len(tried) - 1)]

    def value(steps: int) -> Fraction | float:
        found = at[steps]
        return found.total.high if found is not None else math.inf

    while high - low > 2:
        left, right = low + (high - low) * 382 // 1000, low + -(-(high - low) * 618 // 1000)
        left, right = max(left, low + 1), min(max(right, left + 1), high - 1)
        for steps in (left, right):
            if reached(steps):
                return steps
        if left == right:
            break
        low, high = (low, right) if value(left) <= value(right) else (left, high)
    return next((steps for steps in range(low, high + 1) if reached(steps)), None)


def _target(target: Any) -> Fraction:
    try:
        number = exact(target)
    except NumberError as error:
        raise ProblemError(f"target: {error}") from error
    if not number.is_Rational or number <= 0:
        raise ProblemError(f"target must be a positive rational number, got {target}")
    return Fraction(int(number.p), int(number.q))


def _bound_at(
    problem: Problem, hyper: Hyperparameters, steps: int, name: str, case: int, digits: int = DIGITS
) -> Bound | None:
    """The bound at T; None where T makes a hypothesis fail (any other mistake is raised)."""
    try:
        found = certify(problem, replace(hyper, steps=steps), name, case, digits)
    except ProblemError:
        if not _depends_on_steps(problem, hyper):
            raise
        return None
    return found if found.holds else None


def _at_most(found: Bound, wanted: Fraction) -> bool:
    """Whether the bound is at most the target; more digits are asked for until that is clear."""
    total, digits = found.total, found.digits
    if total.high <= wanted:
        return True
    if total.low > wanted:
        return False
    while digits < 400:
        digits *= 2
        total = _again(found, digits)
        if total.high <= wanted:
            return True
        if total.low > wanted:
            return False
    return False  # equal, as far as can be told


def _again(found: Bound, digits: int) -> Enclosure:
    numbers = Numbers(*from_mapping(found.settings))
    return numbers.enclose({"bound": found.theorem.bound}, digits)["bound"]


def _depends_on_steps(problem: Problem, hyper: Hyperparameters) -> bool:
    return any(SYMBOLS["steps"] in value.free_symbols for value in given(problem, hyper).values())


def _falls_with_steps(found: Theorem, problem: Problem, hyper: Hyperparameters) -> bool:
    steps = SYMBOLS["steps"]
    return not _depends_on_steps(problem, hyper) and all(never_grows(term, steps) for term in found.terms.values())


def _out_of_reach(at: Mapping[int, Bound | None], monotone: bool) -> str:
    last = next((found for _, found in sorted(at.items(), reverse=True) if found is not None), None)
    if last is None:
        return "the theorem does not apply at any T tried"
    low = last.total.decimals(6)[0]
    if not monotone:
        found = min((each for each in at.values() if each is not None), key=lambda each: each.total.low)
        steps = shown(found.settings["steps"])
        least = found.total.decimals(6)[0]
        return f"the smallest bound found is {least}, at T = {steps}, where the {found.binding} dominates"
    return f"it is still at least {low} at the largest T tried, where the {last.binding} dominates"


__all__ = ["Target", "smallest_steps"]
