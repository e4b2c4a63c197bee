"""Terms enclosed and statements decided, with certainty, in a model that is given as plain data.

Numbers are exact or enclosed (`ranges`), symbols that the hypotheses define are computed from their equations
(`definitions`), and a quantifier over the integers or reals is decided at some places one by one, and on what lies
beyond them by enclosures of closed forms.  "True" and "False" are certain; all else is undetermined.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any

from ..kernel.normal import ONE, difference
from ..kernel.terms import INT, POINT, QUANTIFIERS, REAL, RELATIONS, Refusal, Term, reset_budget
from . import ranges
from .definitions import Definition, Rule, Rules, shifted
from .models import ONE_POINT
from .numbers import Undetermined
from .ranges import INFINITE, WHOLE, ZERO, Range, compared, point

Bound = tuple[Any, ...]  # of the open binders, innermost first: a Range of a number, a sample point as it is
Space = Sequence[tuple[Any, Fraction]]
MAX_SUMMANDS = 20_000
MOST = 400_000  # terms evaluated in one model
STRIDE = 5  # times between values of a recursion that are computed first, so that none goes deep
WIDENED = 3  # times that the places looked at one by one are made more


class Model:
    """Values for variables, definitions for function symbols, the rules of the others, and a probability space."""

    def __init__(
        self,
        variables: Mapping[str, Any],
        definitions: Sequence[Definition],
        rules: Rules,
        space: Space = ONE_POINT,
        most: int = MOST,
    ) -> None:
        self.variables, self.space, self.rules = dict(variables), space, rules
        self.definitions = {entry.name: entry for entry in definitions}
        self.tables = {entry.name: dict(entry.table) for entry in definitions}
        self.left = self._most = most
        self.conventions = 0  # how often a number was divided by 0, which is 0 by convention
        self.calls: dict[tuple[str, tuple[Any, ...]], Range] = {}
        self._closed: dict[Term, Any] = {}
        self._assumed: dict[str, tuple[int, Range]] = {}  # of recursions: from when on, what is known of the values
        self._known: dict[frozenset[str], dict[str, tuple[int, Range]]] = {}
        self._window = 3 + max((abs(n) for n in self._times()), default=0)

    @property
    def spent(self) -> int:
        """How many terms have been evaluated."""
        return self._most - self.left

    def _times(self) -> Iterator[int]:
        for table in self.tables.values():
            yield from (entry for places in table for entry in places if type(entry) is int)

    # --- terms ------------------------------------------------------------------------------------

    def enclosed(self, term: Term, bound: Bound = ()) -> Any:
        """A range that contains the term's value (all its values, for bound variables in ranges).

        Raises Undetermined where it is not known to have one.
        """
        if not term.mask and term in self._closed:
            return self._closed[term]
        self.left -= 1
        if self.left < 0:
            raise Undetermined("it takes too many steps")
        found = _ENCLOSING[term.op](self, term, bound)
        if not term.mask:
            self._closed[term] = found
        return found

    def variable(self, term: Term) -> Any:
        name, sort = term.args
        if name in self.rules:
            return self.defined(name)
        if name not in self.variables:
            raise Undetermined(f"{name} has no value")
        value = self.variables[name]
        if sort == POINT:
            if all(value != place for place, _ in self.space):
                raise Undetermined(f"{name} is no point of the probability space")
            return value
        if type(value) not in ((int,) if sort == INT else (int, Fraction)):
            raise Undetermined(f"{name} has no exact value")
        return point(value)

    def defined(self, name: str) -> Range:
        """The value of a variable that an equation defines."""
        return self.enclosed(self.rules.ground[name][0].rest)  # type: ignore[no-any-return]

    def applied(self, term: Term, bound: Bound) -> Range:
        name = term.args[0].name
        args = tuple(self.enclosed(arg, bound) for arg in term.args[1:])
        if all(type(arg) is not Range or arg.is_point for arg in args):
            sorts = term.args[0].sorts
            return self.call(name, tuple(map(_plain, args, sorts)))
        return self._beyond(name, args)

    def call(self, name: str, places: tuple[Any, ...]) -> Range:
        """A function's value at exact places."""
        key = name, places
        if key not in self.calls:
            self.calls[key] = self._value(name, places)
        return self.calls[key]

    def _value(self, name: str, places: tuple[Any, ...]) -> Range:
        general = self.rules.general.get(name)
        if general is not None:
            bound = self._matched(general, places)
            if bound is not None and self._applies(general, bound):
                self._earlier(general, places)
                return self.enclosed(general.rest, bound)  # type: ignore[no-any-return]
        for rule in self.rules.ground.get(name, ()):
            if self._matched(rule, places) is not None:
                return self.enclosed(rule.rest)  # type: ignore[no-any-return]
        if places in self.tables.get(name, ()):
            return point(self.tables[name][places])
        body = self.definitions[name].body if name in self.definitions else None
        if body is None:
            raise Undetermined(f"nothing is said of {name} there")
        return self.enclosed(body, tuple(map(_ranged, places)))  # type: ignore[no-any-return]

    def _matched(self, rule: Rule, places: tuple[Any, ...]) -> Bound | None:
        """The values of a rule's variables for which its symbol stands at these places, or None."""
        bound: list[Any] = [None] * len(rule.sorts)
        for place, value in zip(rule.places, places, strict=True):
            at = shifted(place) if place.sort == INT else None
            if at is not None and at.variable is not None:
                bound[at.variable] = point(value - at.by)
            elif place.op == "bound":
                bound[place.args[0]] = _ranged(value)
            else:
                found = self.enclosed(place)
                if type(found) is Range and not found.is_point:
                    raise Undetermined("whether an equation speaks of a place is not known")
                if _plain(found, place.sort) != value:
                    return None
        return tuple(bound)

    def _applies(self, rule: Rule, bound: Bound) -> bool:
        """Whether the conditions of a rule hold; Undetermined where that is not known."""
        for condition in rule.conditions:
            holds = self.decided(condition, bound)
            if holds is None:
                raise Undetermined("whether an equation applies is not known")
            if not holds:
                return False
        return True

    def _earlier(self, rule: Rule, places: tuple[Any, ...]) -> None:
        """Compute some earlier values of a recursion before one that goes far back, from the first one on."""
        time = rule.time
        low = rule.first(time) if time is not None and self.rules.circle(rule.name) else None
        if time is None or low is None:
            return
        start = self.enclosed(low).low
        if start != -INFINITE and places[time] - start > 2 * STRIDE:
            for now in range(int(start) + STRIDE, places[time], STRIDE):
                self.call(rule.name, (*places[:time], now, *places[time + 1 :]))

    def by_definition(self, rule: Rule) -> bool:
        """Whether a symbol has its value from this very rule wherever that applies.  Raises Undetermined."""
        if rule.sorts:
            return True
        mine = tuple(_plain(self.enclosed(place), place.sort) for place in rule.places)
        before = self.rules.ground[rule.name]
        for other in self.rules.of(rule.name):
            bound = self._matched(other, mine)
            if other is rule:
                return all(type(value) is not Range or value.is_point for value in map(self.enclosed, rule.places))
            if bound is not None and (other in before or self._applies(other, bound)):
                return False
        return False

    # --- beyond the places that are looked at one by one ---------------------------------------------

    def _beyond(self, name: str, args: tuple[Any, ...]) -> Range:
        """All values of a function at places in these ranges."""
        general, parts = self.rules.general.get(name), list[Range]()
        for rule in self.rules.ground.get(name, ()):
            if self._may_match(rule, args):
                parts.append(self.enclosed(rule.rest))
        if general is not None:
            bound = _inverted(general, args)
            holds = None if bound is None else self._all_hold(general.conditions, bound)
            if bound is None or holds is None:
                return WHOLE
            if holds:
                return self._recurring(general, args, bound)
        table = self.tables.get(name, {})
        parts += [point(value) for places, value in table.items() if _may_be(places, args)]
        body = self.definitions[name].body if name in self.definitions else None
        return WHOLE if body is None else ranges.hull([*parts, self.enclosed(body, args)])

    def _may_match(self, rule: Rule, args: tuple[Any, ...]) -> bool:
        found = [self.enclosed(place) for place in rule.places]
        return all(_meet(a, b) for a, b in zip(found, args, strict=True))

    def _all_hold(self, conditions: Sequence[Term], bound: Bound) -> bool | None:
        """Whether all conditions hold in all of these ranges (False: one of them fails everywhere there)."""
        holds = [self.decided(condition, bound) for condition in conditions]
        return False if False in holds else None if None in holds else True

    def _recurring(self, rule: Rule, args: tuple[Any, ...], bound: Bound) -> Range:
        """The values of a rule in ranges: of a recursion, those that it keeps to; else those of its right side."""
        circle = self.rules.circle(rule.name)
        if not circle:
            return self.enclosed(rule.rest, bound)  # type: ignore[no-any-return]
        if rule.name in self._assumed:
            start, known = self._assumed[rule.name]
            return known if args[0].low >= start else WHOLE
        if any(len(other.places) != 1 for name in circle for other in self.rules.of(name)):
            return WHOLE
        key = frozenset(circle)
        if key not in self._known:
            self._known[key] = self._kept(sorted(circle))
        start, known = self._known[key].get(rule.name, (0, WHOLE))
        return known if args[0].low >= start else WHOLE

    def _kept(self, names: Sequence[str]) -> dict[str, tuple[int, Range]]:
        """From some time on, ranges that recursions of one argument do not leave, by induction; or nothing."""
        start, back = self._window + 1, self.rules.depth(set(names))
        try:
            first = {name: [self.call(name, (start + n,)) for n in range(back + 2)] for name in names}
        except Undetermined:
            return {}
        for guess in (_between, _of_one_sign):
            assumed = {name: (start, guess(values)) for name, values in first.items()}
            if all(value.within(assumed[name][1]) for name in names for value in first[name][:back]):
                self._assumed = assumed
                try:
                    if all(self._stays(name, start + back, assumed[name][1]) for name in names):
                        return assumed
                except Undetermined:
                    pass
                finally:
                    self._assumed = {}
        return {}

    def _stays(self, name: str, start: int, known: Range) -> bool:
        """Whether a recursion stays in a range from a time on, if it and the others were in theirs before."""
        rule = self.rules.general.get(name)
        if rule is None:
            return False
        bound = _inverted(rule, (Range(Fraction(start), INFINITE, True, False),))
        if bound is None or not self._all_hold(rule.conditions, bound):
            return False
        return self.enclosed(rule.rest, bound).within(known)  # type: ignore[no-any-return]

    # --- statements -------------------------------------------------------------------------------

    def decided(self, prop: Term, bound: Bound = ()) -> bool | None:
        """True: it holds (for all values of bound variables in these ranges); False: it fails (for all); None."""
        try:
            return self._decided(prop, bound)
        except Undetermined:
            return None

    def _decided(self, prop: Term, bound: Bound) -> bool | None:
        if prop.op in RELATIONS:
            return self._related(prop, bound)
        if prop.op == "implies":
            given = self.decided(prop.args[0], bound)
            if given is False:
                return True
            said = self.decided(prop.args[1], bound)
            return said if said or given else None
        if prop.op == "Integrable":
            return self._integrable(prop.args[0], bound)
        if prop.op in QUANTIFIERS:
            return self._for_all(prop, bound)
        raise TypeError(f"{prop.op} is not a proposition")

    def _related(self, prop: Term, bound: Bound) -> bool | None:
        try:
            lhs, rhs = self.enclosed(prop.args[0], bound), self.enclosed(prop.args[1], bound)
            found = compared(prop.op, lhs, rhs)
        except Undetermined:
            if self.left < 0:
                raise
            found = None
        if found is not None or all(type(value) is not Range or value.is_point for value in bound):
            return found
        return compared(prop.op, ZERO, self._difference(prop, bound))

    def _difference(self, prop: Term, bound: Bound) -> Range:
        """The right side minus the left one, once what they share has cancelled."""
        reset_budget()
        try:
            poly = difference(prop.args[1], prop.args[0])
        except Refusal as refusal:
            raise Undetermined(str(refusal)) from None
        return WHOLE if any(poly) else point(Fraction(poly.get(ONE, 0)))

    def _integrable(self, functional: Term, bound: Bound) -> bool | None:
        """On a finite space everything is; on [0, 1], what is bounded there."""
        if functional.op == "E":
            return True
        inside = self.enclosed(functional.args[0], (Range(Fraction(0), Fraction(1)), *bound))
        return True if abs(inside.low) < INFINITE and abs(inside.high) < INFINITE else None

    def _for_all(self, prop: Term, bound: Bound) -> bool | None:
        sort, body = QUANTIFIERS[prop.op], prop.args[0]
        if sort == POINT:
            return _together(self.decided(body, (place, *bound)) for place, _ in self.space)
        if sort == REAL:
            return _together(self.decided(body, (part, *bound)) for part in self._reals())
        window = self.width(prop)
        inside = _together(self.decided(body, (point(k), *bound)) for k in range(-window, window + 1))
        if not inside:
            return inside
        return _together(self._tail(body, bound, window, side) for side in (1, -1))

    def width(self, prop: Term) -> int:
        """Up to which size the integers of a quantifier are looked at one by one, at first."""
        return max(self._window, *(1 + abs(n) for n in _literals(prop)))

    def _tail(self, body: Term, bound: Bound, window: int, side: int) -> bool | None:
        """A statement about an integer, at all integers beyond the window on one side."""
        for _ in range(WIDENED + 1):
            ends = (Fraction(window + 1), INFINITE, True, False)
            tail = Range(*ends) if side > 0 else Range(-ends[1], -ends[0], False, True)
            found = self.decided(body, (tail, *bound))
            if found is not None:
                return found
            wider = 3 * window
            inside = _together(self.decided(body, (point(side * k), *bound)) for k in range(window + 1, wider + 1))
            if not inside:
                return inside
            window = wider
        return None

    def _reals(self) -> Iterator[Range]:
        """The real line in pieces: 0, the places of tables, and what lies between them."""
        tables = (places for table in self.tables.values() for places in table)
        marks = sorted({Fraction(0), *(entry for places in tables for entry in places if type(entry) is Fraction)})
        ends: list[Any] = [-INFINITE, *marks, INFINITE]
        for low, high in itertools.pairwise(ends):
            yield Range(low, high, False, False)
            if high != INFINITE:
                yield point(high)


def _together(answers: Iterator[bool | None]) -> bool | None:
    """False as soon as one is, True if all are."""
    doubt = False
    for answer in answers:
        if answer is False:
            return False
        doubt = doubt or answer is None
    return None if doubt else True


def _plain(value: Any, sort: str) -> Any:
    """An exact place of a function: an int, a Fraction, or a sample point."""
    if type(value) is not Range:
        return value
    return int(value.low) if sort == INT else value.low


def _ranged(value: Any) -> Any:
    return point(value) if type(value) in (int, Fraction) else value


def _meet(a: Any, b: Any) -> bool:
    if type(a) is not Range or type(b) is not Range:
        return bool(a == b)
    return bool(max(a.low, b.low) <= min(a.high, b.high))


def _may_be(places: tuple[Any, ...], args: tuple[Any, ...]) -> bool:
    pairs = zip(places, args, strict=True)
    return all(_meet(_ranged(place) if type(arg) is Range else place, arg) for place, arg in pairs)


def _inverted(rule: Rule, args: tuple[Any, ...]) -> Bound | None:
    """The ranges of a rule's variables for which its symbol stands in these ranges; None if they are not plain."""
    bound: list[Any] = [None] * len(rule.sorts)
    for place, value in zip(rule.places, args, strict=True):
        at = shifted(place) if place.sort == INT else None
        if at is not None and at.variable is not None:
            bound[at.variable] = ranges.added([value, point(-at.by)])
        elif place.op == "bound":
            bound[place.args[0]] = value
        else:
            return None
    return tuple(bound)


def _between(values: Sequence[Range]) -> Range:
    """From 0, which may not be reached, to the largest of these; or all between them."""
    found = ranges.hull(values)
    if found.low > 0:
        return found._replace(low=Fraction(0), has_low=False)
    return ranges.hull([found, ZERO])


def _of_one_sign(values: Sequence[Range]) -> Range:
    found = ranges.hull(values)
    if found.low >= 0:
        return Range(Fraction(0), INFINITE, not found.low, False)
    return Range(-INFINITE, Fraction(0), False, not found.high) if found.high <= 0 else WHOLE


def _literals(term: Term) -> list[int]:
    """The integers, among the numbers in a term, that say where something begins."""
    if term.op in ("int", "rat"):
        return [int(term.args[0])] if abs(term.args[0]) <= 100 and term.args[0].denominator == 1 else [0]
    return [0, *(n for arg in term.args if type(arg) is Term for n in _literals(arg))]


# --- heads ----------------------------------------------------------------------------------------


def _sum(model: Model, term: Term, bound: Bound) -> Range:
    low, high = model.enclosed(term.args[0], bound), model.enclosed(term.args[1], bound)
    body = term.args[2]
    if not low.is_point or abs(low.low) == INFINITE:
        return WHOLE if not _is_zero(body) else ZERO
    first, last = int(low.low), high.low
    if last == -INFINITE:
        last = Fraction(first - 1)
    if last - first > MAX_SUMMANDS:
        raise Undetermined(f"a sum has more than {MAX_SUMMANDS} terms")
    parts = [model.enclosed(body, (point(k), *bound)) for k in range(first, int(last) + 1)]
    total = ranges.added([ZERO, *parts])
    if high.is_point:
        return total
    start = Fraction(max(first, int(last) + 1))  # between none of the others and all of them are added
    if high.high < start:
        return total
    more = model.enclosed(body, (Range(start, high.high, True, high.has_high), *bound))
    count = Range(Fraction(0), high.high if high.high == INFINITE else high.high - start + 1, True, high.has_high)
    return ranges.added([total, ranges.multiplied([count, ranges.hull([more, ZERO])])])


def _is_zero(body: Term) -> bool:
    return body.op == "rat" and not body.args[0]


def _inverse(model: Model, term: Term, bound: Bound) -> Range:
    value = model.enclosed(term.args[0], bound)
    model.conventions += value == ZERO
    return ranges.inverse(value)


def _expectation(model: Model, term: Term, bound: Bound) -> Range:
    parts = [(weight, model.enclosed(term.args[0], (place, *bound))) for place, weight in model.space]
    return ranges.added([ranges.multiplied([point(weight), value]) for weight, value in parts])


def _integral(model: Model, term: Term, bound: Bound) -> Range:
    inside: Range = model.enclosed(term.args[0], (Range(Fraction(0), Fraction(1)), *bound))
    if INFINITE in (abs(inside.low), abs(inside.high)):
        raise Undetermined("an integrand is not known to be bounded")
    return inside


def _head(function: Callable[..., Range]) -> Callable[[Model, Term, Bound], Range]:
    return lambda model, term, bound: function(*(model.enclosed(arg, bound) for arg in term.args))


def _all(function: Callable[[Sequence[Range]], Range]) -> Callable[[Model, Term, Bound], Range]:
    return lambda model, term, bound: function([model.enclosed(arg, bound) for arg in term.args])


_ENCLOSING: dict[str, Callable[[Model, Term, Bound], Any]] = {
    "rat": lambda model, term, bound: point(term.args[0]),
    "int": lambda model, term, bound: point(term.args[0]),
    "var": lambda model, term, bound: model.variable(term),
    "bound": lambda model, term, bound: bound[term.args[0]],
    "real": lambda model, term, bound: model.enclosed(term.args[0], bound),
    "app": Model.applied,
    "add": _all(ranges.added),
    "mul": _all(ranges.multiplied),
    "inv": _inverse,
    "sqrt": _head(ranges.root),
    "abs": _head(ranges.absolute),
    "sign": _head(ranges.sign),
    "ln": _head(ranges.log),
    "pow": _head(ranges.power),
    "rpow": _head(ranges.real_power),
    "Sum": _sum,
    "E": _expectation,
    "Integral01": _integral,
}
