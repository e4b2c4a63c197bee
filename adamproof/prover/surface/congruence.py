"""Factors by which facts may be multiplied: what makes a term of a fact one of the goal, and is not negative.

`x <= y` gives `c*d*x <= c*d*y`; so where c*d*x stands in the goal, 0 <= c*d is worth knowing as one fact.  So is that a
side of the goal is not negative, when roots are compared.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from ...kernel.normal import Monomial, Poly, add_to, difference, normal, power, times
from ...kernel.terms import Term, make, number
from ..polynomials import ordered, poly_term
from ..record import Step, derive
from .knowledge import Knowledge, combined, nonneg
from .matching import flat, same

MAX_FACTORS = 24


def factors(known: Knowledge, sought: Sequence[Term], facts: Sequence[Step]) -> list[Step]:
    """Facts times factors that are not negative by their form, and that what is compared with a root is not negative.

    known: the facts, for the signs.  sought: relations, such as the goal, whose terms are to be made.
    facts: what may be multiplied.
    """
    target: Poly = {}
    for prop in sought:
        for monomial in _defined(difference(*prop.args), facts):
            target[monomial] = 1
    found: list[Step] = []
    for side in sought[0].args:
        if len(normal(side)) == 1 and any(exponent > 0 for monomial in normal(side) for _, exponent in monomial):
            found += filter(None, [nonneg(known, poly_term(normal(side)))])
    for step in facts:
        if step.conclusion.op == "==":
            found += _multiples(step, target)
        elif step.conclusion.op in ("<=", "<"):
            for rest in _cofactors(difference(*step.conclusion.args), target):
                if rest and len(found) < MAX_FACTORS:
                    found += filter(None, [_times(known, step, rest)])
    return found


def _times(known: Knowledge, step: Step, rest: Monomial) -> Step | None:
    """c*x <= c*y from x <= y, if 0 <= c."""
    factor = poly_term({rest: 1})
    above = nonneg(known, factor)
    if above is None:
        return None
    wanted = make("<=", *(make("mul", factor, side) for side in step.conclusion.args))
    return combined(wanted, [above, step], ((0, 1), ()))


def _multiples(step: Step, goal: Poly) -> Iterable[Step]:
    """c*x == c*y, where c times each term of one side stands in the goal."""
    left, right = (normal(side) for side in step.conclusion.args)
    if _single(left) is not None or _single(right) is not None:
        return  # rewrites as it stands
    for rest in list(_cofactors(difference(*step.conclusion.args), goal))[:2]:
        if rest:
            factor = poly_term({rest: 1})
            goal_ = make("==", *(make("mul", factor, side) for side in step.conclusion.args))
            yield derive("arith", [step], goal_, (), ((0, make("mul", number(-1), factor)),))


def common_factors(left: Term, right: Term) -> tuple[list[Term], tuple[list[Term], list[Term]]]:
    """The factors that two products have in common, as they are written, and what is left of each."""
    lefts, rights, common = flat(left, "mul"), flat(right, "mul"), []
    for part in list(lefts):
        other = next((other for other in rights if same(part, other)), None)
        if other is not None and part.op != "rat":
            common.append(part)
            lefts.remove(part)
            rights.remove(other)
    return common, (lefts or [number(1)], rights or [number(1)])


def product(parts: Sequence[Term]) -> Term:
    return parts[0] if len(parts) == 1 else make("mul", *parts)


def _cofactors(fact: Poly, goal: Poly) -> Iterable[Monomial]:
    """What the terms of a fact are multiplied by in the goal; those that fit most of its terms come first."""
    count: dict[Monomial, int] = {}
    for monomial, _ in ordered(goal):
        for part, _ in ordered(fact):
            rest = _over(monomial, part)
            if rest is not None:
                count[rest] = count.get(rest, 0) + 1
    return sorted(count, key=lambda rest: -count[rest])[:4]


def _over(monomial: Monomial, part: Monomial) -> Monomial | None:
    left = dict(monomial)
    for atom, exponent in part:
        if left.get(atom, 0) < exponent:
            return None
        left[atom] -= exponent
    return frozenset((atom, exponent) for atom, exponent in left.items() if exponent)


def _defined(poly: Poly, facts: Sequence[Step]) -> Poly:
    """The polynomial with what equations x == ... say in place of x."""
    for step in facts:
        if step.conclusion.op != "==":
            continue
        left, right = (normal(side) for side in step.conclusion.args)
        atom = _single(left)
        if atom is None or any(atom is other for monomial in right for other, _ in monomial):
            continue
        poly = _substituted(poly, atom, right)
    return poly


def _single(poly: Poly) -> Any:
    if len(poly) != 1:
        return None
    (monomial, value), *_ = poly.items()
    pairs = list(monomial)
    return pairs[0][0] if value == 1 and len(pairs) == 1 and pairs[0][1] == 1 else None


def _substituted(poly: Poly, atom: Any, value: Poly) -> Poly:
    found: Poly = {}
    for monomial, coefficient in poly.items():
        exponent = dict(monomial).get(atom, 0)
        rest = frozenset(pair for pair in monomial if pair[0] is not atom)
        add_to(found, times({rest: coefficient}, power(value, exponent)) if exponent else {monomial: coefficient})
    return found
