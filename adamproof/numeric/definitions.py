"""Symbols given as plain data, and equations among the hypotheses that define a symbol, such as a recursion.

In a model that gives the other symbols a meaning, a defined symbol can be given one with which its equation holds at
all places, whatever the numbers are: nothing has to be compared.  What makes that certain is checked here:

* the left side is the symbol at places that determine the equation's variables, as v(t + 1), v(0) and x(t, j) do;
* a symbol that rests on itself, directly or through others, does so only at earlier times (or at the same time, in an
  order without a circle), and the recursion has a first time: a lower bound of t among its conditions.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from ..kernel.terms import INT, QUANTIFIERS, REAL, Term, is_binder


@dataclass(frozen=True)
class Definition:
    """A function symbol as plain data: its values at some places, and a closed form elsewhere.

    sorts: of its arguments.  table: (arguments, value), exact.
    body: a term in which the bound variable of index i is argument i; None where nothing is said of other places.
    """

    name: str
    sorts: tuple[str, ...]
    table: tuple[tuple[tuple[Any, ...], Any], ...] = ()
    body: Term | None = None


class Shifted(NamedTuple):
    """An integer that is a bound variable plus a number; the variable is None where it is the number alone."""

    variable: int | None
    by: int


@dataclass(frozen=True)
class Rule:
    """An equation that defines a symbol: where the conditions hold, the symbol at these places has the value `rest`.

    number: of the hypothesis.  sorts: of its quantified variables, outermost first; in the terms they are bound
    variables, the innermost with index 0.  places: the symbol's arguments; none if it is a variable.
    """

    name: str
    number: int
    sorts: tuple[str, ...]
    conditions: tuple[Term, ...]
    places: tuple[Term, ...]
    rest: Term

    @property
    def time(self) -> int | None:
        """Which argument is the time of a recursion: the first integer that is shifted, else the first integer."""
        whole = [number for number, place in enumerate(self.places) if place.sort == INT]
        moved = [n for n in whole if (at := shifted(self.places[n])) is not None and at.variable is not None and at.by]
        return next(iter((*moved, *whole)), None)

    def first(self, time: int) -> Term | None:
        """A lower bound of the variable in that argument: from a condition such as 0 <= t."""
        at = shifted(self.places[time])
        for condition in self.conditions:
            if condition.op in ("<=", "<") and at is not None and at.variable is not None:
                low, high = condition.args
                if not low.mask and high.op == "real" and shifted(high.args[0]) == Shifted(at.variable, 0):
                    return low  # type: ignore[no-any-return]
        return None


def shifted(term: Term, depth: int = 0) -> Shifted | None:
    """An integer term as a variable bound outside of so many binders, plus a number; None where it is not that."""
    parts = term.args if term.op == "add" else (term,)
    variables = [part for part in parts if part.op != "int"]
    by = sum(part.args[0] for part in parts if part.op == "int")
    if not variables:
        return Shifted(None, by)
    if len(variables) > 1 or variables[0].op != "bound" or variables[0].args[0] < depth:
        return None
    return Shifted(variables[0].args[0] - depth, by)


class Rules:
    """The hypotheses that define symbols, in the order of the hypotheses; at most one for all times, a symbol."""

    def __init__(self, hypotheses: Sequence[Term]) -> None:
        self.general: dict[str, Rule] = {}
        self.ground: dict[str, list[Rule]] = {}
        self._reach: dict[str, set[str]] = {}
        for number, hypothesis in enumerate(hypotheses):
            next((rule for rule in _equations(number, hypothesis) if self._accepts(rule)), None)

    def __contains__(self, name: str) -> bool:
        return name in self.general or name in self.ground

    def of(self, name: str) -> list[Rule]:
        """The rules of a symbol."""
        return [*([self.general[name]] if name in self.general else []), *self.ground.get(name, [])]

    def time(self, name: str) -> int | None:
        """Which argument of a defined symbol is its time."""
        return self.of(name)[0].time

    def behind(self, prop: Term) -> set[str]:
        """The names of all symbols that a statement depends on."""
        found, waiting = set[str](), [prop]
        while waiting:
            for name, _, _ in _symbols(waiting.pop()):
                if name not in found:
                    found.add(name)
                    waiting += [part for rule in self.of(name) for part in (rule.rest, *rule.conditions, *rule.places)]
        return found

    def circle(self, name: str) -> set[str]:
        """The symbols that rest on each other, this one among them; empty if it does not rest on itself."""
        reached = self._reach.get(name, set())
        return {other for other in reached if name in self._reach.get(other, ())} if name in reached else set()

    def depth(self, names: set[str]) -> int:
        """How far back the symbols of a circle look, and at least 1."""
        edges = [edge for name in names for rule in self.of(name) for edge in self._edges(rule) if edge[0] in names]
        return max([1, *(-by for _, by in edges if by is not None)])

    def _accepts(self, rule: Rule) -> bool:
        """Take a rule in, if the symbols are defined with it."""
        if rule.sorts:
            if rule.name in self.general:
                return False
            self.general[rule.name] = rule
        else:
            before = self.ground.setdefault(rule.name, [])
            if any(other.places == rule.places for other in before):
                return False
            before.append(rule)
        self._reach = self._reached()
        if all(self._is_founded(name) for name in (*self.general, *self.ground)):
            return True
        if rule.sorts:
            del self.general[rule.name]
        else:
            self.ground[rule.name].pop()
            if not self.ground[rule.name]:
                del self.ground[rule.name]
        self._reach = self._reached()
        return False

    def _reached(self) -> dict[str, set[str]]:
        direct = {
            name: {other for rule in self.of(name) for other, _ in self._edges(rule)}
            for name in dict.fromkeys((*self.general, *self.ground))
        }
        found: dict[str, set[str]] = {}
        for name in direct:
            waiting, reached = list(direct[name]), set[str]()
            while waiting:
                other = waiting.pop()
                if other not in reached:
                    reached.add(other)
                    waiting += direct[other]
            found[name] = reached
        return found

    def _is_founded(self, name: str) -> bool:
        circle = self.circle(name)
        if not circle:
            return True
        time = self.time(name)
        if time is None or any(rule.time != time for rule in self.of(name)):
            return False
        if name in self.general and self.general[name].first(time) is None:
            return False
        edges = [edge for rule in self.of(name) for edge in self._edges(rule) if edge[0] in circle]
        return all(by is not None and by <= 0 for _, by in edges) and not self._returns_at_once(name)

    def _returns_at_once(self, name: str) -> bool:
        """Whether a symbol rests on itself at the same time."""
        waiting, seen = [name], set[str]()
        while waiting:
            for rule in self.of(waiting.pop()):
                now = {other for other, by in self._edges(rule) if by == 0}
                if name in now:
                    return True
                waiting += now - seen
                seen |= now
        return False

    def _edges(self, rule: Rule) -> Iterator[tuple[str, int | None]]:
        """The defined symbols that a rule speaks of, and by how much their time differs from the rule's, if known."""
        own = shifted(rule.places[rule.time]) if rule.time is not None else None
        for part in (rule.rest, *rule.conditions, *rule.places):
            for name, args, depth in _symbols(part):
                if name in self:
                    time = self.time(name)
                    at = shifted(args[time], depth) if time is not None and time < len(args) else None
                    known = own is not None and at is not None and own.variable == at.variable
                    yield name, at.by - own.by if known and at is not None and own is not None else None


def _symbols(term: Term, depth: int = 0) -> Iterator[tuple[str, tuple[Term, ...], int]]:
    """The applied symbols and the variables in a term, with their arguments and the number of binders above them."""
    if term.op == "var":
        yield term.args[0], (), depth
    if term.op == "app":
        yield term.args[0].name, term.args[1:], depth
    for place, part in enumerate(term.args):
        if type(part) is Term:
            yield from _symbols(part, depth + (is_binder(term.op) and place == len(term.args) - 1))


def _equations(number: int, prop: Term) -> Iterator[Rule]:
    """The ways in which a hypothesis may define a symbol."""
    sorts, conditions = list[str](), list[Term]()
    while prop.op in QUANTIFIERS:
        sorts.append(QUANTIFIERS[prop.op])
        prop = prop.args[0]
    while prop.op == "implies":
        conditions.append(prop.args[0])
        prop = prop.args[1]
    if prop.op != "==":
        return
    for lead, rest in (prop.args, prop.args[::-1]):
        if lead.op == "var" and lead.sort == REAL and not sorts and not conditions:
            yield Rule(lead.args[0], number, (), (), (), rest)
        if lead.op == "app" and _determine(lead.args[1:], len(sorts)) and (sorts or not conditions):
            yield Rule(lead.args[0].name, number, tuple(sorts), tuple(conditions), lead.args[1:], rest)


def _determine(places: Sequence[Term], count: int) -> bool:
    """Whether the places of a symbol determine each of so many bound variables, once."""
    found = []
    for place in places:
        at = shifted(place) if place.sort == INT else None
        if at is not None and at.variable is not None:
            found.append(at.variable)
        elif place.op == "bound":
            found.append(place.args[0])
        elif place.mask:
            return False
    return sorted(found) == list(range(count))
