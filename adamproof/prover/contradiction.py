"""Whether assumptions contradict each other, so that what rests on them says nothing: a short search for 1 <= 0."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import islice
from typing import Any

from ..kernel.normal import key
from ..kernel.terms import INT, QUANTIFIERS, REAL, RELATIONS, Refusal, Term, free, make, number, reset_budget
from . import effort
from .known import Known
from .proving import assume, contradiction
from .record import Step, derive

STEPS = 100_000  # of the search
MAX_VALUES, MAX_INSTANCES = 4, 60  # of a quantified variable; of all quantified assumptions


def contradicting(assumptions: Mapping[str, Term], proved: Step | None = None) -> tuple[str, ...]:
    """The names of assumptions from which 1 <= 0 has been proved; none where no proof is found.

    assumptions: by name.  Those with quantifiers are taken at a few values.
    proved: what has been proved from them; used where they alone are not seen to contradict each other.
    """
    reset_budget()
    statements = tuple(assumptions.values())
    found: Step | None = None
    with suppress(effort.OutOfEffort, Refusal), effort.question(STEPS):
        known, found = effort.once(_answers, statements, lambda: _alone(statements))
        if found is None and proved is not None and proved.conclusion.op in RELATIONS:
            found = contradiction(known.plus([proved]))
    used = set() if found is None else set(map(key, found.hypotheses))
    return tuple(name for name, statement in assumptions.items() if key(statement) in used)


_answers: dict[Any, Any] = {}  # the claims of a lemma mostly have the same assumptions


def _alone(statements: Sequence[Term]) -> tuple[Known, Step | None]:
    """What is known by the statements and instances of them, and 1 <= 0 if that is found in it."""
    stated = [assume(statement) for statement in statements]
    known = Known([step for step in stated if step.conclusion.op in RELATIONS])
    known.enrich([])
    found = contradiction(known)
    instances = [] if found else list(islice(_instances(stated, known), MAX_INSTANCES))
    if instances:
        known = known.plus(instances)
        known.enrich([])
        found = contradiction(known)
    return known, found


def _instances(stated: Sequence[Step], known: Known) -> Iterator[Step]:
    """What the quantified assumptions say at 0, at 1, and at the variables that are not quantified."""
    symbols = {symbol for step in stated for symbol in free(step.conclusion) if type(symbol) is Term}
    ordered = sorted(symbols, key=lambda symbol: str(symbol.args[0]))
    values = {
        INT: [make("int", 0), make("int", 1), *(symbol for symbol in ordered if symbol.sort == INT)],
        REAL: [number(0), number(1), *(symbol for symbol in ordered if symbol.sort == REAL)],
    }
    for step in stated:
        if step.conclusion.op not in RELATIONS:
            yield from _at(step, values, known)


def _at(step: Step, values: Mapping[str, Sequence[Term]], known: Known) -> Iterator[Step]:
    said = step.conclusion
    if said.op in RELATIONS:
        yield step
    elif said.op == "implies" and said.args[0].op in RELATIONS:
        low, high = said.args[0].args
        if condition := known.side(said.args[0].op, low, high, degree=1):
            yield from _at(derive("detach", [step, condition]), values, known)
    elif said.op in QUANTIFIERS:
        for value in values.get(QUANTIFIERS[said.op], ())[:MAX_VALUES]:
            with suppress(Refusal):
                yield from _at(derive("specialise", [step], value), values, known)
