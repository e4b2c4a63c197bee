"""Looking for a counterexample to a goal that was not proved: small exact rationals, checked against everything.

Values are drawn from a seeded generator; equations that give a name outright (x == ..., m(t) == ...) are
used to compute it.  A witness counts only if it satisfies every hypothesis and violates the goal.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from itertools import islice
from random import Random
from typing import Any

from ..kernel.terms import INT, POINT, QUANTIFIERS, RELATIONS, Function, Term, free
from ..numeric.check import Witness, counterexample
from ..numeric.evaluate import value
from ..numeric.models import Model, ModelError
from ..numeric.numbers import Undetermined

SEED = 20250706
TRIES = 3000
# Where small counterexamples live: 0, +-1, values inside and outside (0, 1), squares (exact roots), large ones.
POOL = [Fraction(n, d) for n, d in ((0, 1), (1, 1), (-1, 1), (1, 4), (-1, 4), (1, 9), (4, 9), (9, 16), (1, 2), (-1, 2))]
POOL += [Fraction(n, d) for n, d in ((3, 4), (99, 100), (81, 100), (2, 1), (-2, 1), (4, 1), (9, 1), (-3, 1), (100, 1))]


def refute(hypotheses: Sequence[Term], goal: Term, tries: int = TRIES) -> Witness | None:
    """A model in which the hypotheses hold and the goal fails, an exact one if there is one, or None.

    Only statements without quantifiers are searched, so that a witness is checked completely.
    """
    props = (*hypotheses, goal)
    if any(prop.op not in RELATIONS or _has_quantifier(prop) for prop in props):
        return None
    models = islice(_models(hypotheses, goal), tries)
    found = first = counterexample(list(hypotheses), goal, models)
    while found is not None and not (found.exact and found.hypotheses_exact):
        found = counterexample(list(hypotheses), goal, models)
    return found or first


def _has_quantifier(prop: Term) -> bool:
    return prop.op in QUANTIFIERS or any(type(arg) is Term and _has_quantifier(arg) for arg in prop.args)


def _models(hypotheses: Sequence[Term], goal: Term) -> Iterator[Model]:
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
