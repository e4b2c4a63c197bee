"""Looking for a counterexample to a goal that was not proved: small exact values, checked against everything.

Values are drawn from a seeded generator; equations that give a name outright (x == ..., m(t) == ...) are used to
compute it.  A witness counts only if it satisfies every hypothesis and violates the goal.

Where there are quantifiers, functions are drawn as data (values at a few places, or a closed form such as 1/sqrt(k)),
recursions among the hypotheses are run forward, and every hypothesis is decided for all values of its variables.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial
from itertools import islice, product
from math import prod
from operator import itemgetter
from random import Random
from typing import Any

from ..kernel.terms import INT, POINT, QUANTIFIERS, REAL, RELATIONS, Function, Term, free, make, number
from ..numeric.answers import Witness
from ..numeric.certifying import Doubt, Question
from ..numeric.check import counterexample
from ..numeric.definitions import Definition
from ..numeric.enclosing import Space
from ..numeric.evaluate import holds, value
from ..numeric.models import ONE_POINT, Model, ModelError
from ..numeric.numbers import Undetermined

SEED = 20250706
TRIES = 3000
# Where small counterexamples live: 0, +-1, values inside and outside (0, 1), squares (exact roots), large ones.
POOL = [Fraction(n, d) for n, d in ((0, 1), (1, 1), (-1, 1), (1, 4), (-1, 4), (1, 9), (4, 9), (9, 16), (1, 2), (-1, 2))]
POOL += [Fraction(n, d) for n, d in ((3, 4), (99, 100), (81, 100), (2, 1), (-2, 1), (4, 1), (9, 1), (-3, 1), (100, 1))]
SMALL = [Fraction(n, d) for n, d in ((1, 100), (1, 7))]  # as hyperparameters are
WHOLE = [1, 2, 3, 0, 4, 5, 6, -1, -2]
LATE = [60, 10, 31, 100]  # a sum that grows like a logarithm needs many terms
PLACES = range(4)  # where a sequence of finite support is not what it is elsewhere
SPACES = (ONE_POINT, ((0, Fraction(1, 2)), (1, Fraction(1, 2))), ((0, Fraction(1, 8)), (1, Fraction(7, 8))))
DRAWS = 30  # of the variables, until the hypotheses about them alone hold
ROUNDS, FIRST = 4, 20  # of the search with functions as data: rounds, and models of each kind of functions in a round
STEPS = 600_000  # terms evaluated in all of these
CLIMBING, SIMPLIFYING = 80_000, 60_000  # in one climb, and in making one counterexample simple


def refute(hypotheses: Sequence[Term], goal: Term, tries: int = TRIES, steps: int = 0) -> Witness | None:
    """A model in which the hypotheses hold and the goal fails, one that leaves no doubt if there is one, or None.

    tries: models of values drawn one by one, for statements without quantifiers.  steps: so many terms may be evaluated
    in models whose functions are data, in which quantifiers are decided; none by default.
    """
    first = None
    if all(prop.op in RELATIONS and not _has_quantifier(prop) for prop in (*hypotheses, goal)):
        models = islice(plain_models(hypotheses, goal), tries)
        found = first = counterexample(list(hypotheses), goal, models)
        while found is not None and not found.certain:
            found = counterexample(list(hypotheses), goal, models)
        if found is not None:
            return found
    return (_structured(Question(hypotheses, goal), steps) if steps else None) or first


def certified(
    witness: Witness, hypotheses: Sequence[Term], goal: Term, model: Model | None = None
) -> tuple[Witness | None, Doubt | None]:
    """The same counterexample without doubt, if it is one when its functions are 0 where nothing is read of them; or
    what is in doubt.

    model: the one that it was found in, whose sequences are read as far as its integer variables reach.
    """
    question = Question(hypotheses, goal)
    definitions = []
    reach = _reach(question, witness)
    for symbol in sorted((s for s in question.symbols if type(s) is Function), key=_name):
        table = {at: given for (name, at), given in witness.calls if name == symbol.name}
        table |= {} if model is None else _read(model, symbol, reach, witness.space or model.space)
        exact = [entry for entry in table.items() if type(entry[1]) is Fraction and entry[1]]
        exact = sorted(exact) if set(symbol.sorts) == {INT} else exact
        definitions.append(Definition(symbol.name, symbol.sorts, tuple(exact[:MAX_CALLS]), ZERO))
    data = dict(witness.variables), definitions, witness.space or ONE_POINT
    found = question.witness(*data, witness.label, witness.instance)
    if found is not None:  # what equations give everywhere needs no values
        fewer = [entry for entry in definitions if entry.name not in found.computed]
        found = question.witness(data[0], fewer, data[2], witness.label, witness.instance) or found
    return found, None if found is not None else question.doubt(*data)


def again(witness: Witness, hypotheses: Sequence[Term], goal: Term) -> Witness | None:
    """The counterexample to another statement that the values of a witness are, if they are one without doubt.

    witness: against a statement about the same symbols, such as another near miss of the same claim.
    """
    if not witness.certified:
        return certified(witness, hypotheses, goal)[0]
    question = Question(hypotheses, goal)
    values = {name: value for name, value in witness.variables if name not in question.rules}
    known = {entry.name: entry for entry in witness.definitions}
    definitions = []
    for symbol in sorted(question.symbols, key=_name):
        if type(symbol) is Function:
            if symbol.name in known or symbol.name not in question.rules.general:
                definitions.append(known.get(symbol.name) or Definition(symbol.name, symbol.sorts, (), ZERO))
        elif symbol.args[0] not in question.rules and type(values.get(symbol.args[0])) not in (int, Fraction):
            return None  # it was computed, and not to a rational number
    return question.witness(values, definitions, witness.space or ONE_POINT, witness.label)


def _reach(question: Question, witness: Witness) -> range:
    """The times at which sequences are read: a little beyond the samples and the integers of a counterexample."""
    whole = {symbol.args[0] for symbol in question.symbols if type(symbol) is Term and symbol.sort == INT}
    values = [value for name, value in witness.variables if name in whole]
    last = max((abs(value) for value in (*values, *witness.instance) if type(value) is int), default=0)
    return range(-1, min(max(last, FEWEST) + BEYOND, MAX_CALLS))


def _read(model: Model, symbol: Function, reach: range, space: Space) -> dict[tuple[Any, ...], Any]:
    """What a model's function is at these times and all points; nothing of one of a real, or where that is too much."""
    if REAL in symbol.sorts or symbol.name not in model.functions:
        return {}
    choices = [reach if sort == INT else [point for point, _ in space] for sort in symbol.sorts]
    found = {}
    for place in product(*choices) if prod(map(len, choices)) <= MAX_READ else ():
        with suppress(Exception):  # it may be written for the times alone that the claim looks at
            found[place] = model.call(symbol.name, place)
    return found


Distance = tuple[int, Fraction]
NOWHERE: Distance = (1_000_000, Fraction(2))
REACHED: Distance = (0, Fraction(0))  # what is less is a counterexample


# --- functions as data ------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Data:
    """A model as data, and the pools that its values were drawn from."""

    variables: Mapping[str, Any]
    functions: Mapping[str, Definition]
    space: Space

    def parts(self) -> tuple[Mapping[str, Any], tuple[Definition, ...], Space]:
        return self.variables, tuple(self.functions.values()), self.space


def _structured(question: Question, steps: int) -> Witness | None:
    """A counterexample in which the functions are data: drawn, then brought nearer one value at a time."""
    search = _Search(question, steps)
    for turn in range(ROUNDS):
        for kind in KINDS:
            found = search.near(kind, Random(SEED + turn)) if search.left > 0 else None
            if found is not None:
                return found
    return None


class _Search:
    """The search for one statement.  left: the steps that it may still take."""

    def __init__(self, question: Question, steps: int) -> None:
        self.question, self.left = question, steps
        rules = question.rules
        symbols = sorted(question.symbols, key=_name)
        self.functions = [symbol for symbol in symbols if type(symbol) is Function]
        variables = [symbol for symbol in symbols if type(symbol) is Term and symbol.args[0] not in rules]
        self.plain = question.plain()
        self.pools = {symbol.args[0]: self._pool(symbol) for symbol in variables}
        self.has_points = any(s == POINT for f in self.functions for s in f.sorts)

    def _pool(self, variable: Term) -> list[Any]:
        """Values of a variable that satisfy the hypotheses about it alone."""
        name = variable.args[0]
        values: Any = {INT: [*WHOLE, *LATE], REAL: [*POOL, *SMALL], POINT: [0]}[variable.sort]
        alone = [prop for prop in self.plain if free(prop) == {variable}]
        return [one for one in values if _all_hold(alone, {name: one})] or values

    def near(self, kind: Kind, rng: Random) -> Witness | None:
        """A counterexample with functions of this kind."""
        best = NOWHERE, self._drawn(kind, rng)
        for turn in range(FIRST):
            data = self._drawn(kind, rng)
            distance = self._distance(data, best[0])
            found = self._witness(data, f"draw {turn + 1}") if distance < REACHED else None
            if found is not None or self.left < 0:
                return found
            best = min(best, (distance, data), key=itemgetter(0))
        return self._climbed(*best)

    def _climbed(self, distance: Distance, data: _Data) -> Witness | None:
        """Change one value at a time, keeping what comes nearer, as long as something does."""
        limit = self.left - CLIMBING
        while True:
            before = distance
            for change in self._changes(data):
                new = change(data)
                reached = self._distance(new, distance)
                if reached < distance:
                    distance, data = reached, new
                    found = self._witness(data, "search") if distance < REACHED else None
                    if found is not None:
                        return found
                if self.left < limit:
                    return None
            if distance == before:
                return None

    def _witness(self, data: _Data, label: str) -> Witness | None:
        """The counterexample that data are, made simple."""
        found = self._tried(data, label)
        limit = self.left - SIMPLIFYING
        for simpler in self._simpler(data, found.computed if found else ()):
            new = simpler(data)
            other = self._tried(new, label) if found and new is not None and self.left > limit else None
            if other is not None and new is not None:
                found, data = other, new
        return found

    def _tried(self, data: _Data, label: str) -> Witness | None:
        found = self.question.witness(*data.parts(), label)
        self.left -= self.question.model.spent
        return found

    def _simpler(self, data: _Data, computed: Sequence[str]) -> Iterator[Callable[[_Data], _Data | None]]:
        """Changes to less: no values for what equations give everywhere, fewer places, simpler numbers."""
        for name, definition in data.functions.items():
            if name in computed:
                yield partial(_without, name=name)
            places = [place for place, _ in definition.table]
            yield from (partial(_without_place, name=name, place=place) for place in reversed(places))
            yield from (partial(_with_unit, name=name, place=place) for place in places)
        for name, pool in self.pools.items():
            yield from (partial(_if_smaller, name=name, value=one) for one in sorted(pool, key=_size))

    def _distance(self, data: _Data, best: Distance) -> Distance:
        found = self.question.distance(*data.parts(), best[0])
        self.left -= self.question.model.spent
        return found

    def _drawn(self, kind: Kind, rng: Random) -> _Data:
        for _ in range(DRAWS):
            variables = {name: _chosen(pool, kind.late, rng) for name, pool in self.pools.items()}
            if _all_hold(self.plain, variables):
                break
        space = rng.choice(SPACES) if self.has_points else ONE_POINT
        functions = {f.name: self._function(f, kind, space, rng) for f in self.functions}
        return _Data(variables, functions, space)

    def _function(self, symbol: Function, kind: Kind, space: Space, rng: Random) -> Definition:
        if symbol.name in self.question.rules.general:
            return Definition(symbol.name, symbol.sorts, (), ZERO)
        places: list[tuple[Any, ...]] = []
        if kind.table and REAL not in symbol.sorts:
            choices = [PLACES if sort == INT else [at for at, _ in space] for sort in symbol.sorts]
            places = list(islice(product(*choices), MAX_PLACES))
        table = tuple((place, rng.choice(POOL)) for place in places)
        index = next((n for n, sort in enumerate(symbol.sorts) if sort != POINT), None)
        body = ZERO if index is None else kind.body(symbol.sorts[index], index, rng)
        return Definition(symbol.name, symbol.sorts, table, body)

    def _changes(self, data: _Data) -> Iterator[Callable[[_Data], _Data]]:
        """All changes of one value: of a variable, or of a function at a place of its table."""
        for name, pool in self.pools.items():
            yield from (partial(_with_variable, name=name, value=new) for new in pool)
        for name, definition in data.functions.items():
            for place in range(len(definition.table)):
                yield from (partial(_with_place, name=name, place=place, value=new) for new in POOL)
            if definition.body is not None and definition.body.op == "rat":
                yield from (partial(_with_constant, name=name, value=new) for new in POOL)


def _chosen(pool: Sequence[Any], late: bool, rng: Random) -> Any:
    """One of a pool, one of the first of them more often; late: a large integer, if it has them."""
    if late and LATE[0] in pool:
        pool = LATE
    return rng.choice(pool[: rng.choice((3, len(pool)))])


def _with_variable(data: _Data, name: str, value: Any) -> _Data:
    return replace(data, variables={**data.variables, name: value})


def _without(data: _Data, name: str) -> _Data:
    return replace(data, functions={other: one for other, one in data.functions.items() if other != name})


def _without_place(data: _Data, name: str, place: tuple[Any, ...]) -> _Data | None:
    table = data.functions[name].table if name in data.functions else ()
    return _with_table(data, name, [entry for entry in table if entry[0] != place])


def _with_unit(data: _Data, name: str, place: tuple[Any, ...]) -> _Data | None:
    table = data.functions[name].table if name in data.functions else ()
    if not any(at == place and _size(before) > _size(UNIT) for at, before in table):
        return None
    return _with_table(data, name, [(at, UNIT if at == place else before) for at, before in table])


def _with_table(data: _Data, name: str, table: Sequence[Any]) -> _Data | None:
    if name not in data.functions:
        return None
    return replace(data, functions={**data.functions, name: replace(data.functions[name], table=tuple(table))})


def _if_smaller(data: _Data, name: str, value: Any) -> _Data | None:
    return _with_variable(data, name, value) if _size(value) < _size(data.variables[name]) else None


def _size(value: Any) -> tuple[int, int, bool]:
    """How simple a number is: its denominator, then how large, then its sign."""
    exact = Fraction(value)
    return exact.denominator + abs(exact.numerator), exact.denominator, exact < 0


def _with_constant(data: _Data, name: str, value: Fraction) -> _Data:
    return replace(data, functions={**data.functions, name: replace(data.functions[name], body=number(value))})


def _with_place(data: _Data, name: str, place: int, value: Fraction) -> _Data:
    table = list(data.functions[name].table)
    table[place] = table[place][0], value
    return _with_table(data, name, table) or data


def _all_hold(props: Sequence[Term], variables: Mapping[str, Any]) -> bool:
    model = Model(variables=variables)
    try:
        return all(holds(prop, model).holds for prop in props)
    except Undetermined:
        return False


@dataclass(frozen=True)
class Kind:
    """How functions are drawn.  body: of the argument's sort, its index and a generator; table: other values at first.

    late: with sums of many terms.
    """

    body: Callable[[str, int, Random], Term]
    table: bool = False
    late: bool = False


def _argument(sort: str, index: int) -> Term:
    bound = make("bound", index, sort)
    return make("real", bound) if sort == INT else bound


def _constant(sort: str, index: int, rng: Random) -> Term:
    return number(rng.choice(POOL))


def _decreasing(sort: str, index: int, rng: Random) -> Term:
    """1/sqrt(k), or 1/k."""
    inside = _argument(sort, index)
    return make("mul", number(1), make("inv", make("sqrt", inside) if rng.randrange(2) else inside))


def _growing(sort: str, index: int, rng: Random) -> Term:
    """c*k, or c*k^2."""
    inside = _argument(sort, index)
    return make("mul", number(rng.choice(POOL)), inside if rng.randrange(2) else make("mul", inside, inside))


def _geometric(sort: str, index: int, rng: Random) -> Term:
    if sort != INT:
        return make("abs", _argument(sort, index))
    return make("pow", number(rng.choice(BASES)), make("bound", index, sort))


ZERO, UNIT = number(0), Fraction(1)
BASES = (Fraction(1, 2), Fraction(1, 10), Fraction(-1), Fraction(2))
MAX_PLACES = 16
MAX_CALLS = 200
FEWEST, BEYOND, MAX_READ = 8, 3, 2_000  # times at which a model's sequences are read at least; further ones; places
KINDS = (
    Kind(lambda sort, index, rng: ZERO, table=True),
    Kind(_constant),
    Kind(_decreasing, late=True),
    Kind(_constant, table=True),
    Kind(_geometric, late=True),
    Kind(_growing),
)


# --- values drawn one by one ------------------------------------------------------------------------


def _has_quantifier(prop: Term) -> bool:
    return prop.op in QUANTIFIERS or any(type(arg) is Term and _has_quantifier(arg) for arg in prop.args)


def plain_models(hypotheses: Sequence[Term], goal: Term) -> Iterator[Model]:
    """Models of values drawn one by one, without end; their functions are programs, and hypotheses need not hold."""
    rng = Random(SEED)
    symbols = sorted(frozenset().union(*map(free, (*hypotheses, goal))), key=_name)
    definitions = [found for prop in hypotheses if (found := _definition(prop))]
    number = 0
    while True:
        number += 1
        variables = {s.args[0]: _draw(rng, s.sort) for s in symbols if type(s) is Term}
        functions = {s.name: _table(rng) for s in symbols if type(s) is Function}
        model = Model(variables=variables, functions=functions, label=f"draw {number}")
        try:
            for lead, rest in definitions:
                model = _defined(model, lead, rest)
        except (Undetermined, ModelError):
            continue
        yield model


def _name(symbol: Any) -> str:
    return str(symbol.name if type(symbol) is Function else symbol.args[0])


def _draw(rng: Random, sort: str) -> Any:
    if sort == POINT:
        return 0
    return rng.randint(-2, 6) if sort == INT else rng.choice(POOL)


def _table(rng: Random) -> Callable[..., Fraction]:
    """A random function, drawn value by value."""
    values: dict[tuple[Any, ...], Fraction] = {}

    def call(*args: Any) -> Fraction:
        if args not in values:
            values[args] = rng.choice(POOL)
        return values[args]

    return call


def _definition(prop: Term) -> tuple[Term, Term] | None:
    """An equation that gives a real variable or a function value outright."""
    if prop.op != "==":
        return None
    for lead, rest in (prop.args, prop.args[::-1]):
        symbol = lead if lead.op == "var" else lead.args[0] if lead.op == "app" else None
        if symbol is not None and symbol not in free(rest):
            return lead, rest
    return None


def _defined(model: Model, lead: Term, rest: Term) -> Model:
    found = value(rest, model)
    if lead.op == "var":
        return model.extended(variables={lead.args[0]: found})
    place = tuple(value(arg, model) for arg in lead.args[1:])
    name = lead.args[0].name
    before = model.functions[name]
    return model.extended(functions={name: lambda *args: found if args == place else before(*args)})
