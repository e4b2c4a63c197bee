"""Establishing a statement from what is known: as it stands, as an instance, by its form, or by a search."""

from __future__ import annotations

from ...kernel.terms import QUANTIFIERS, RELATIONS, Term, opened
from ..effort import once
from ..record import Step, derive
from .integrability import integrable
from .knowledge import Knowledge, answering, at_least, sign
from .matching import instance
from .solving import solved

DEPTH = 30


def establish(known: Knowledge, statement: Term, quick: bool = False) -> Step | None:
    """The theorem of a statement, or None.

    quick: of a relation only as it stands, as an instance, or by its form.
    """
    if found := known.find(statement):
        return found
    if known.depth >= DEPTH:
        return None
    mark = ("establish", statement, quick)
    return once(known.answers, mark, lambda: known.deeper(DEPTH, lambda: _established(known, statement, quick)))


def _established(known: Knowledge, statement: Term, quick: bool) -> Step | None:
    op = statement.op
    if op in QUANTIFIERS:
        variable = known.fresh(QUANTIFIERS[op], statement)
        inside = establish(known, opened(statement, variable))
        return inside and derive("generalise", [inside], variable)
    if op == "implies":
        condition, conclusion = statement.args
        inside = establish(known.plus(derive("assume", [], condition)), conclusion)
        return inside and derive("discharge", [inside], condition)
    if op == "Integrable":
        return integrable(known, statement)
    if op in RELATIONS:
        return instance(known, statement) or _relation(known, statement, quick)
    return None


def _relation(known: Knowledge, statement: Term, quick: bool) -> Step | None:
    low, high = statement.args
    if statement.op in ("<=", "<") and low.op == "rat" and low.args[0] == 0:
        found = sign(known, high, strict=statement.op == "<")
        if found is not None:
            return found if statement.op == "<" else at_least(found)
    return None if quick else solved(known, statement, known.reasons, quick=True)


answering.establish, answering.integrable, answering.instance = establish, integrable, instance

__all__ = ["establish"]
