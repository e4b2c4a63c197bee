"""Matching a statement with variables to be found against one at hand: values for variables, bodies for functions.

Sums and products match in any order.  A function of bound variables matches whatever stands there, as a body in
these variables (so `a(k)` under a sum matches any term of the sum).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice
from typing import Any

from ...kernel.normal import add_to, difference, key, normal, scaled
from ...kernel.terms import (
    INT,
    QUANTIFIERS,
    REAL,
    RELATIONS,
    Function,
    Refusal,
    Term,
    as_real,
    bind,
    bound_sort_of,
    free,
    fresh,
    is_binder,
    make,
    opened,
    substitute,
)
from ..effort import spend
from ..polynomials import poly_term
from ..record import Step, derive
from .knowledge import Knowledge

NODE = 2  # steps, for a part of a pattern that is compared
MAX_FOUND = 60  # ways to match that are looked at
MAX_INSTANCES = 12  # of one statement for all

Bodies = Mapping[Function, tuple[tuple[Term, ...], Term]]


@dataclass(frozen=True)
class Found:
    """Values of variables, bodies of functions, and pairs that must be equal once all are found."""

    values: Mapping[Term, Term] = field(default_factory=dict)
    bodies: Bodies = field(default_factory=dict)
    pending: tuple[tuple[Term, Term], ...] = ()


def same(a: Term, b: Term) -> bool:
    """Whether two terms of a sort, or two statements, have one normal form."""
    if a is b:
        return True
    if a.sort != b.sort:
        return False
    if a.sort in (REAL, INT):
        return not difference(a, b)
    return a.sort == "prop" and key(a) == key(b)


def match(pattern: Term, target: Term, unknown: Collection[Any], found: Found | None = None) -> Iterator[Found]:
    """Ways in which the pattern becomes the target.

    unknown: variables and function symbols of the pattern that are to be found.
    """
    yield from islice(_Matcher(frozenset(unknown)).all(pattern, target, found or Found()), MAX_FOUND)


class _Matcher:
    def __init__(self, unknown: frozenset[Any]) -> None:
        self.unknown = unknown
        self.rigid: dict[Term, Term] = {}  # variables of opened binders

    def all(self, pattern: Term, target: Term, found: Found) -> Iterator[Found]:
        for way in self.go(pattern, target, found):
            if all(self.agrees(p, t, way) for p, t in way.pending):
                yield Found(way.values, way.bodies)

    def agrees(self, pattern: Term, target: Term, found: Found) -> bool:
        made = substitute(pattern, found.values, found.bodies)
        return self.unknown.isdisjoint(free(made)) and same(made, target)

    def go(self, pattern: Term, target: Term, found: Found) -> Iterator[Found]:
        spend(NODE)
        if self.unknown.isdisjoint(free(pattern)):
            if same(pattern, target):
                yield found
            return
        if pattern.sort != target.sort:
            return
        op = pattern.op
        if op == "var":
            yield from self.variable(pattern, target, found)
        elif op == "real":
            if (value := _integer(target)) is not None:
                yield from self.go(pattern.args[0], value, found)
        elif op == "app" and pattern.args[0] in self.unknown:
            yield from self.function(pattern, target, found)
        elif op in ("add", "mul"):
            yield from self.some_order(pattern, target, found)
        elif op == target.op and len(pattern.args) == len(target.args):
            if is_binder(op):
                yield from self.under(pattern, target, found)
            elif op != "app" or pattern.args[0] is target.args[0]:
                yield from self.each(pattern.args, target.args, found)

    def each(self, patterns: Sequence[Any], targets: Sequence[Any], found: Found) -> Iterator[Found]:
        if not patterns:
            yield found
            return
        if type(patterns[0]) is not Term:
            yield from self.each(patterns[1:], targets[1:], found)
            return
        for way in self.go(patterns[0], targets[0], found):
            yield from self.each(patterns[1:], targets[1:], way)

    def under(self, pattern: Term, target: Term, found: Found) -> Iterator[Found]:
        variable = fresh(bound_sort_of(pattern.op))
        self.rigid[variable] = variable
        bodies = opened(pattern, variable), opened(target, variable)
        for way in self.each(pattern.args[:-1], target.args[:-1], found):
            yield from self.go(*bodies, way)

    def variable(self, pattern: Term, target: Term, found: Found) -> Iterator[Found]:
        if pattern in found.values:
            if same(found.values[pattern], target):
                yield found
        elif free(target).isdisjoint(self.rigid):
            yield Found({**found.values, pattern: target}, found.bodies, found.pending)

    def function(self, pattern: Term, target: Term, found: Found) -> Iterator[Found]:
        symbol, *args = pattern.args
        if symbol in found.bodies:
            yield Found(found.values, found.bodies, (*found.pending, (pattern, target)))
            return
        if len(set(args)) < len(args) or any(arg not in self.rigid for arg in args):
            yield Found(found.values, found.bodies, (*found.pending, (pattern, target)))
            return
        if any(variable not in args for variable in free(target) if variable in self.rigid):
            return
        yield Found(found.values, {**found.bodies, symbol: (tuple(args), target)}, found.pending)

    def some_order(self, pattern: Term, target: Term, found: Found) -> Iterator[Found]:
        if pattern.sort == INT and (value := self.solved(pattern, target)) is not None:
            yield from self.variable(*value, found)
            return
        parts, others = flat(pattern, pattern.op), flat(target, pattern.op)
        if len(parts) == len(others):
            ready = sorted(parts, key=lambda part: not self.unknown.isdisjoint(free(part)))
            yield from self.ordered(ready, others, found)

    def ordered(self, parts: Sequence[Term], others: Sequence[Term], found: Found) -> Iterator[Found]:
        if not parts:
            yield found
            return
        for place, other in enumerate(others):
            for way in self.go(parts[0], other, found):
                yield from self.ordered(parts[1:], [*others[:place], *others[place + 1 :]], way)

    def solved(self, pattern: Term, target: Term) -> tuple[Term, Term] | None:
        """k + c == target for the one variable k."""
        unknown = [variable for variable in self.unknown & free(pattern) if type(variable) is Term]
        if len(unknown) != 1 or unknown[0].sort != INT:
            return None
        variable = unknown[0]
        rest = dict(normal(target))
        add_to(rest, scaled(normal(pattern), -1))
        add_to(rest, normal(variable))
        value = poly_term(rest, INT)
        return None if variable in free(value) else (variable, value)


def flat(term: Term, op: str) -> list[Term]:
    if term.op != op:
        return [term]
    return [part for arg in term.args for part in flat(arg, op)]


def _integer(target: Term) -> Term | None:
    """The integer term that a real one is."""
    if target.op == "real":
        inner: Term = target.args[0]
        return inner
    if target.op == "rat" and target.args[0].denominator == 1:
        return make("int", int(target.args[0]))
    if target.op in ("add", "mul"):
        parts = [_integer(arg) for arg in target.args]
        if all(part is not None for part in parts):
            return make(target.op, *parts)
    return None


# --- instances of statements for all ------------------------------------------------------------


@lru_cache(4000)
def unfolded(statement: Term) -> tuple[list[Term], list[Term], Term]:
    """forall x, y. A -> B as fresh variables for x and y, the conditions A, and B."""
    variables, conditions = [], []
    while statement.op in QUANTIFIERS or statement.op == "implies":
        if statement.op == "implies":
            conditions.append(statement.args[0])
            statement = statement.args[1]
        else:
            variables.append(fresh(QUANTIFIERS[statement.op]))
            statement = opened(statement, variables[-1])
    return variables, conditions, statement


def specialised(known: Knowledge, step: Step, values: Sequence[Term]) -> Step | None:
    """A statement for all at values, its conditions established; None where one cannot be."""
    left = list(values)
    while step.conclusion.op in QUANTIFIERS or step.conclusion.op == "implies":
        if step.conclusion.op in QUANTIFIERS:
            if not left:
                return step
            step = derive("specialise", [step], left.pop(0))
        else:
            condition = known.establish(step.conclusion.args[0])
            if condition is None:
                return None
            step = derive("detach", [step, condition])
    return step


def instance(known: Knowledge, statement: Term) -> Step | None:
    """The statement as an instance of one for all."""
    for step in known.quantified:
        variables, _, conclusion = unfolded(step.conclusion)
        if conclusion.op != statement.op:
            continue
        for way in _ways(conclusion, statement, variables):
            if len(way.values) < len(variables):
                continue
            found = specialised(known, step, [way.values[variable] for variable in variables])
            if found is not None and key(found.conclusion) == key(statement):
                return derive("convert", [found], statement) if found.conclusion is not statement else found
    return None


def _ways(pattern: Term, statement: Term, variables: Sequence[Term]) -> Iterator[Found]:
    """Ways to match as they are written; for what is integrable, else as they are when multiplied out."""
    found = False
    for way in match(pattern, statement, variables):
        found = True
        yield way
    if not found and statement.op == "Integrable" and pattern.args[0].op == statement.args[0].op:
        yield from match(_multiplied_out(pattern), _multiplied_out(statement), variables)


@lru_cache(4000)
def _multiplied_out(statement: Term) -> Term:
    """Integrable(L f) with f multiplied out."""
    total = statement.args[0]
    variable = fresh(bound_sort_of(total.op))
    body = poly_term(normal(opened(total, variable)))
    return make("Integrable", bind(total.op, variable, body))


def in_sight(statements: Sequence[Term]) -> list[Term]:
    """The closed real terms inside of statements, each once, larger ones first."""
    found: dict[Term, None] = {}

    def walk(term: Term) -> None:
        if term in found:
            return
        if not term.mask and term.sort == REAL:
            found[term] = None
        for arg in term.args:
            if type(arg) is Term:
                walk(arg)

    for statement in statements:
        walk(statement)
    return sorted(found, key=lambda term: -term.size)


def swapped(term: Term, old: Term, new: Term) -> Term:
    """A term with another part for each one of this kind."""
    if term is old:
        return new
    if term.op in ("rat", "int", "var", "bound", "real"):
        return term
    return make(term.op, *(swapped(arg, old, new) if type(arg) is Term else arg for arg in term.args))


def instances(known: Knowledge, step: Step, terms: Sequence[Term]) -> list[Step]:
    """A statement for all, at the values at which a term of it is in sight."""
    variables, _, conclusion = unfolded(step.conclusion)
    if conclusion.op in RELATIONS:
        triggers = [part for part in in_sight([conclusion]) if part.op not in ("add", "mul", "var", "real", "rat")]
        triggers = [part for part in triggers if set(variables) <= free(part)]
    else:
        triggers = []
    applied = [part for part in triggers if part.op == "app"] or triggers
    found: dict[Any, Step] = {}
    for trigger in applied:
        for other in terms:
            for way in match(trigger, other, variables):
                values = [way.values[variable] for variable in variables]
                mark = tuple(values)
                if mark in found or len(found) >= MAX_INSTANCES:
                    continue
                try:
                    made = specialised(known, step, values)
                except Refusal:
                    continue
                if made is not None:
                    found[mark] = made
    return list(found.values())


__all__ = [
    "Found",
    "as_real",
    "in_sight",
    "instance",
    "instances",
    "match",
    "same",
    "specialised",
    "swapped",
    "unfolded",
]
