"""Counterexamples that leave no doubt, computed from plain data: variables, definitions of symbols, a space of points.

Every hypothesis is decided for all values of its variables, exactly or by enclosures, or holds because it defines a
symbol; and the conclusion fails by more than the width of the enclosures.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

import mpmath

from ..kernel.terms import INT, POINT, QUANTIFIERS, REAL, RELATIONS, Function, Refusal, Term, free
from .answers import Number, Witness
from .check import has_points, quantified, refuse_clashes, refuted
from .definitions import Definition, Rules
from .enclosing import Bound, Model, Space
from .models import ONE_POINT
from .models import Model as ModelOfNames
from .numbers import DIGITS, GUARD, Undetermined, as_mpf
from .ranges import Range, point
from .slack import measured

INTEGERS = range(-1, 8)  # that a quantified variable of the conclusion is tried at
REALS = tuple(Fraction(n, 2) for n in range(-4, 5))
MAX_INSTANCES = 200
FAR = Fraction(2)  # a relative distance that is not known
EQUAL = Fraction(-1, 10**6)  # what equal sides say against <


class Doubt(NamedTuple):
    """What keeps data from being a counterexample.

    number: of the hypothesis that is not known to hold, -1 for the conclusion, which is not known to fail.  at: values
    of its quantified variables, the outer ones, where it fails or is not decided; none where that is not at one place.
    fails: whether it fails there.
    """

    number: int
    at: tuple[Any, ...] = ()
    fails: bool = False


class Question:
    """A statement, with the symbols that its hypotheses define."""

    def __init__(self, hypotheses: Sequence[Term], conclusion: Term) -> None:
        refuse_clashes([*hypotheses, conclusion])
        self.hypotheses, self.conclusion = tuple(hypotheses), conclusion
        self.rules = Rules(self.hypotheses)
        self.symbols = frozenset().union(*map(free, (*hypotheses, conclusion)))
        names = {*self.rules.general, *self.rules.ground}
        self._defined = {rule.number: rule for name in names for rule in self.rules.of(name)}
        self.model = Model({}, (), self.rules)  # the last one that was looked at
        # What each of them depends on, and the conclusion last.
        self._names = [sorted({"", *self.rules.behind(prop)}) for prop in (*self.hypotheses, conclusion)]
        self._memory: dict[tuple[Any, ...], Any] = {}
        # The cheap ones first: most models fail one of these.
        self._order = sorted(range(len(self.hypotheses)), key=lambda n: self._cost(self.hypotheses[n]))

    def _cost(self, prop: Term) -> tuple[bool, bool, int]:
        symbols = free(prop)
        return _has_quantifier(prop), any(type(symbol) is Function for symbol in symbols), prop.size

    def plain(self) -> list[Term]:
        """The hypotheses that speak of variables alone, none of which is defined."""
        return [
            prop
            for number, prop in enumerate(self.hypotheses)
            if number not in self._defined
            and not any(self._cost(prop)[:2])
            and not any(type(s) is Term and s.args[0] in self.rules for s in free(prop))
        ]

    def witness(
        self,
        variables: Mapping[str, Any],
        definitions: Sequence[Definition],
        space: Space = ONE_POINT,
        label: str = "model",
        instance: tuple[Any, ...] | None = None,
    ) -> Witness | None:
        """The counterexample that these data are, if they are one.

        instance: where the conclusion's quantified variables are tried; at some values each if None.
        """
        if not all(map(self._is_plain, definitions)):
            return None
        model = self.model = Model(variables, definitions, self.rules, space)
        failing = next(iter(self._failing(model, instance)), None)
        if failing is None:
            return None
        at, relation, bound = failing
        fresh = Model(variables, definitions, self.rules, space)  # so that its calls are those of this instance
        lhs, rhs = (fresh.enclosed(side, bound) for side in relation.args)
        if not (lhs.is_finite and rhs.is_finite):
            return None
        calls = tuple((key, _number(value)) for key, value in fresh.calls.items() if value.is_finite)
        model.left = fresh.left
        if not all(self._holds(model, number) for number in self._order):
            return None
        with mpmath.workdps(DIGITS + GUARD):
            slack = measured(relation.op, _number(lhs), _number(rhs))
        speaks = any(map(has_points, (*self.hypotheses, self.conclusion)))
        names = {symbol.args[0]: symbol.sort for symbol in self.symbols if type(symbol) is Term}
        values = {name: _shown(model, name, sort) for name, sort in names.items()}
        return Witness(
            label, self.conclusion, tuple(sorted(values.items())), calls, at, slack, slack.exact, True, False, DIGITS,
            space=tuple(space) if speaks else (),
            definitions=tuple(definitions),
            computed=tuple(sorted({*self.rules.general, *self.rules.ground} - set(names))),
            certified=True,
            divides_by_zero=fresh.conventions > 0,
        )  # fmt: skip

    def doubt(self, variables: Mapping[str, Any], definitions: Sequence[Definition], space: Space) -> Doubt | None:
        """Why data are no counterexample, or None where they are one or that is not known."""
        if not all(map(self._is_plain, definitions)):
            return None
        model = self.model = Model(variables, definitions, self.rules, space)
        if (number := next((number for number in self._order if not self._holds(model, number)), None)) is None:
            return None if any(True for _ in self._failing(model, None)) else Doubt(-1)
        at, prop, bound = list[Any](), self.hypotheses[number], tuple[Any, ...]()
        while prop.op in QUANTIFIERS:
            place = _open_at(model, prop, bound)
            if place is None:
                break
            at.append(place[0])
            bound, prop = (place[1], *bound), prop.args[0]
        return Doubt(number, tuple(at), model.decided(prop, bound) is False)

    def distance(
        self, variables: Mapping[str, Any], definitions: Sequence[Definition], space: Space, most: int
    ) -> tuple[int, Fraction]:
        """How far data are from a counterexample: hypotheses that are not known to hold, and by how much the goal does.

        most: where more hypotheses than these are open, the goal is not looked at.
        """
        self.model = Model(variables, definitions, self.rules, space)
        values = {**variables, **{entry.name: entry for entry in definitions}, "": space}
        open_ = sum(not self._seen(number, values) for number in self._order)
        return open_, FAR if open_ > most else self._seen(-1, values)

    def _seen(self, number: int, values: Mapping[str, Any]) -> Any:
        """Whether a hypothesis holds, or by how much the goal does (-1): once for what it depends on."""
        key = (number, *(values.get(name) for name in self._names[number]))
        if key not in self._memory:
            self._memory[key] = self._holds(self.model, number) if number >= 0 else self._gap()
        return self._memory[key]

    def _gap(self) -> Fraction:
        gaps = (_gap(self.model, self.conclusion, at) for at in self._instances(self.model))
        return min((gap for gap in gaps if gap is not None), default=FAR)

    def _instances(self, model: Model) -> Iterator[tuple[Any, ...]]:
        """Values at which the quantified variables of the conclusion are tried."""
        samples: dict[str, Sequence[Any]] = {INT: INTEGERS, REAL: REALS, POINT: [place for place, _ in model.space]}
        every = itertools.product(*(samples[sort] for sort in quantified(self.conclusion)))
        return itertools.islice(every, MAX_INSTANCES)

    def _is_plain(self, definition: Definition) -> bool:
        """Whether a definition says what the symbol is, of its own arguments alone."""
        symbol = next((s for s in self.symbols if type(s) is Function and s.name == definition.name), None)
        sorts = symbol.sorts if symbol is not None else ()
        body = definition.body
        if definition.sorts != sorts or any(type(value) is not Fraction for _, value in definition.table):
            return False
        for at, _ in definition.table:
            if len(at) != len(sorts) or not all(_is_of(one, sort) for one, sort in zip(at, sorts, strict=True)):
                return False
        return body is None or (body.sort == REAL and not free(body) and body.loose <= set(enumerate(sorts)))

    def _holds(self, model: Model, number: int) -> bool:
        rule = self._defined.get(number)
        try:
            if rule is not None and model.by_definition(rule):
                return True
        except Undetermined:
            return False
        return model.decided(self.hypotheses[number]) is True

    def _failing(self, model: Model, instance: tuple[Any, ...] | None) -> Iterator[tuple[tuple[Any, ...], Term, Bound]]:
        """Where the conclusion fails for certain: the instance, the relation, and the values of its bound variables."""
        sorts = quantified(self.conclusion)
        for at in self._instances(model) if instance is None else [instance]:
            pairs = list(zip(at, sorts, strict=False))
            if len(at) == len(sorts) and all(_is_of(one, sort, model.space) for one, sort in pairs):
                found = _fails(model, self.conclusion, at)
                if found is not None:
                    yield at, *found


def _open_at(model: Model, prop: Term, bound: Bound) -> tuple[Any, Any] | None:
    """Where a quantified statement is not known to hold: a value, and how it is bound; None if at none looked at.

    One at which it fails, if there is one.
    """
    doubtful: tuple[Any, Any] | None = None
    if QUANTIFIERS[prop.op] == INT:
        width = model.width(prop)
        places: list[tuple[Any, Any]] = [(k, point(k)) for k in sorted(range(-width, width + 1), key=abs)]
    else:
        places = [(at, at) for at, _ in model.space] if QUANTIFIERS[prop.op] == POINT else []
    for place in places:
        holds = model.decided(prop.args[0], (place[1], *bound))
        if holds is False:
            return place
        doubtful = place if holds is None and doubtful is None else doubtful
    return doubtful


def _relation(model: Model, prop: Term, instance: tuple[Any, ...]) -> tuple[Term, Bound] | None:
    """The relation that a statement comes down to at these values of its quantified variables; None: vacuous."""
    values, bound = iter(instance), tuple[Any, ...]()
    while prop.op not in RELATIONS:
        if prop.op in QUANTIFIERS:
            value = next(values)
            bound = (value if QUANTIFIERS[prop.op] == POINT else point(value), *bound)
        elif prop.op != "implies" or model.decided(prop.args[0], bound) is not True:
            return None
        prop = prop.args[-1]
    return prop, bound


def _fails(model: Model, prop: Term, instance: tuple[Any, ...]) -> tuple[Term, Bound] | None:
    """The relation of a statement, if it fails for certain at these values of its quantified variables."""
    found = _relation(model, prop, instance)
    return found if found is not None and model.decided(*found) is False else None


def _gap(model: Model, prop: Term, instance: tuple[Any, ...]) -> Fraction | None:
    """By how much a statement holds there, relative to its larger side; less than 0 where it seems to fail.

    None where that is not known.
    """
    found = _relation(model, prop, instance)
    try:
        lhs, rhs = (model.enclosed(side, found[1]) for side in found[0].args) if found is not None else (None, None)
    except Undetermined:
        return None
    if lhs is None or rhs is None or not (lhs.is_finite and rhs.is_finite):
        return None
    scale = max(abs(lhs.middle), abs(rhs.middle)) or Fraction(1)
    gap: Fraction = (rhs.middle - lhs.middle) / scale
    op = found[0].op if found is not None else ""
    if op == "==":
        return -abs(gap)
    gap = abs(gap) if op == "!=" else gap
    return EQUAL if gap == 0 and op in ("<", "!=") else gap


def _has_quantifier(prop: Term) -> bool:
    return prop.op in QUANTIFIERS or any(type(arg) is Term and _has_quantifier(arg) for arg in prop.args)


def _is_of(value: Any, sort: str, space: Space | None = None) -> bool:
    """Whether a value is of a sort; a sample point is one of the space, where one is given."""
    if sort == POINT:
        return space is None or any(value == place for place, _ in space)
    return type(value) is (int if sort == INT else Fraction)


def _number(value: Range) -> Number:
    """An exact number, or one in the middle of an enclosure."""
    if value.is_point:
        return value.low
    with mpmath.workdps(DIGITS + GUARD):
        return as_mpf(value.middle)


def _shown(model: Model, name: str, sort: str) -> Any:
    if name not in model.rules:
        return model.variables[name]
    return _number(model.defined(name))


def recomputed(witness: Witness, hypotheses: Sequence[Term], conclusion: Term) -> Witness | None:
    """The counterexample that a witness of unknown origin is, computed again from its data; None if it is none."""
    if not witness.certified:
        return refuted(witness, hypotheses, conclusion)
    try:
        space = ModelOfNames(space=witness.space or ONE_POINT).space  # refuses what is none
        question = Question(hypotheses, conclusion)
        return question.witness(dict(witness.variables), witness.definitions, space, witness.label, witness.instance)
    except (ArithmeticError, LookupError, TypeError, ValueError, RecursionError, Refusal):
        return None
