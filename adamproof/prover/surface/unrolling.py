"""Sums in an induction: the last term split off, empty sums, and weights b^(t+1-k) as b*b^(t-k).

Sums over no numbers, such as k = 1..0, are left out wherever they stand, also under means and in other sums.
"""

from __future__ import annotations

from collections.abc import Sequence

from ...kernel.facts import FACTS
from ...kernel.normal import ONE, difference, key, normal
from ...kernel.terms import BINDERS, INT, Term, as_real, free, make, opened
from ..polynomials import poly_term
from ..record import Step, derive
from ..search import Search
from .discharge import establish
from .knowledge import ZERO, Knowledge, ranges
from .matching import in_sight, swapped
from .solving import solved

MAX_TERMS = 4  # of a sum over numbers that is written out


def sum_steps(known: Knowledge, statement: Term, variable: Term | None) -> list[Step]:
    """Equations for the sums in a statement.

    variable: that the statement is about, which has just grown by one; None at the start of an induction.
    """
    found: list[Step] = []
    for total in in_sight([statement]):
        if total.op in ("E", "Integral01"):
            found += _inside(known, total, variable)
        if total.op != "Sum" or (variable is not None and variable not in free(total.args[1])):
            continue
        step = _split(known, total)
        if step is None:
            continue
        found.append(step)
        if variable is None:
            found += _rest(known, step)
        if variable is not None:
            found += weight_steps(known, step, variable)
    if variable is not None:
        found += _powers(known, statement, variable)
    return found


def _split(known: Knowledge, total: Term) -> Step | None:
    for name in ("sum_last", "sum_empty"):
        (condition,), _ = FACTS[name].schema(total)
        if met := at_hand(known, condition):
            return derive("fact", [met], name, (total,))
    return None


def _inside(known: Knowledge, total: Term, grown: Term | None) -> list[Step]:
    """A mean with the sums in it split: empty ones left out, and from others that have grown the last term."""
    variable = known.fresh(BINDERS[total.op][1], total)
    body = other = opened(total, variable)
    inside = known.plus(*ranges(total.op, variable, ()))
    equations = []
    for part in in_sight([body]):
        if part.op == "Sum" and variable in free(part) and (grown is None or grown in free(part.args[1])):
            step = _split(inside, part)
            if step is not None and (grown is not None or step.args[0] == "sum_empty"):
                equations.append(step)
                other = swapped(other, part, step.conclusion.args[1])
    equal = Search(make("==", body, other), equations).run() if equations else None
    return [] if equal is None else [derive("binder", [equal], total.op, variable, ())]


def without_empty(known: Knowledge, statements: Sequence[Term]) -> list[Step]:
    """Equations of the sums, means and integrals in sight with what they are without the empty sums inside."""
    found = (_without_empty(known, part) for part in in_sight(statements) if part.op in BINDERS)
    return [step for step in found if step is not None]


def _without_empty(known: Knowledge, total: Term) -> Step | None:
    if total.op == "Sum" and _is_over_nothing(total):
        return _split(known, total)
    bounds = tuple(poly_term(normal(end), INT) for end in total.args[:-1])
    variable = known.fresh(BINDERS[total.op][1], total)
    body = other = opened(total, variable)
    equations = []
    for part in in_sight([body]):
        if part.op in BINDERS and (step := _without_empty(known, part)) is not None:
            equations.append(step)
            other = swapped(other, part, step.conclusion.args[1])
    if not equations:
        return None
    inside = known.plus(*ranges(total.op, variable, bounds))
    equal = solved(inside, make("==", body, _with_zeros(other)), equations, quick=True)
    return None if equal is None else derive("binder", [equal], total.op, variable, bounds)


def _with_zeros(term: Term) -> Term:
    """A term with 0 for the roots and sizes of what is 0."""
    if term.op in ("rat", "int", "var", "bound", "real"):
        return term
    made = make(term.op, *(_with_zeros(arg) if type(arg) is Term else arg for arg in term.args))
    return ZERO if made.op in ("sqrt", "abs") and not made.mask and not normal(made.args[0]) else made


def _is_over_nothing(total: Term) -> bool:
    """Whether the numbers of a sum say by themselves that it has no terms, as 1..0 and n + 1..n do."""
    length = difference(*total.args[1::-1])
    return not length.keys() - {ONE} and length.get(ONE, 0) < 0


def _rest(known: Knowledge, step: Step) -> list[Step]:
    """What is left of a sum over a few numbers, split in turn."""
    found: list[Step] = []
    while step.args[0] == "sum_last" and len(found) < MAX_TERMS:
        rest = step.conclusion.args[1].args[0]
        if any(free(end) for end in rest.args[:2]) or (following := _split(known, rest)) is None:
            break
        found.append(following)
        step = following
    return found


def weight_steps(known: Knowledge, split: Step, variable: Term) -> list[Step]:
    """The rest of a sum whose terms have the weight b^(n+1-k): that with b^(n-k), times b."""
    if split.rule != "fact" or split.args[0] != "sum_last":
        return []
    rest = split.conclusion.args[1].args[0]
    low, high = (poly_term(normal(end), INT) for end in rest.args[:2])
    index = known.fresh(INT, rest, split.conclusion)
    body = opened(rest, index)
    inside = known.plus(*ranges("Sum", index, (low, high)))
    equations, other = [], body
    for power in _grown(body, variable):
        if (step := _successor(inside, power)) is not None:
            equations.append(step)
            other = swapped(other, power, step.conclusion.args[1])
    if not equations:
        return []
    goal = make("==", body, other)
    same = Search(goal, equations).run()
    if same is None:
        return []
    return [derive("binder", [same], "Sum", index, (low, high))]


def _grown(body: Term, variable: Term) -> list[Term]:
    """The powers whose exponent has the variable and a 1, as b^(n + 1 - k)."""
    powers = [part for part in in_sight([body]) if part.op == "pow" and variable in free(part.args[1])]
    found = []
    for power in powers:
        exponent = dict(normal(power.args[1]))
        if exponent.get(next(iter(normal(variable)))) == 1 and exponent.get(frozenset(), 0) >= 1:
            found.append(power)
    return found


def _successor(known: Knowledge, power: Term) -> Step | None:
    """b^(e + 1) == b*b^e, where 0 <= e."""
    base, exponent = power.args
    smaller = dict(normal(exponent))
    smaller[frozenset()] = smaller.get(frozenset(), 0) - 1
    if not smaller[frozenset()]:
        del smaller[frozenset()]
    before = poly_term(smaller, INT)
    natural = at_hand(known, make("<=", ZERO, as_real(before)))
    if natural is None:
        return None
    return derive("fact", [natural], "pow_succ", (base, before))


def at_hand(known: Knowledge, statement: Term) -> Step | None:
    """The theorem of a statement, however it is written."""
    return known.by_key.get(key(statement)) or establish(known, statement)


def _powers(known: Knowledge, statement: Term, variable: Term) -> list[Step]:
    """b^(n + 1) == b*b^n for the powers in a statement."""
    found = [_successor(known, power) for power in _grown(statement, variable)]
    return [step for step in found if step is not None]


__all__ = ["sum_steps", "weight_steps", "without_empty"]
