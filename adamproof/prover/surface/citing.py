"""Citing a lemma: what its symbols are here, and its hypotheses discharged."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sympy.core.function import UndefinedFunction

from ...kernel.normal import key
from ...kernel.terms import INT, POINT, REAL, Function, Refusal, Term, free, function, make, substitute
from ...kernel.text import show
from ..language import Point, integers, reals
from ..proving import ProofFailure
from ..record import Step, derive
from ..translation import TranslationError, term
from .discharge import establish
from .knowledge import Knowledge
from .matching import Found, match

MAX_WAYS = 40


def cited(
    known: Knowledge, theorem: Step, name: str, symbols: Mapping[str, Any], shown: Term | None, goal: Term
) -> Step:
    """The theorem of a lemma for the symbols here, its hypotheses discharged.

    name: of the lemma, for messages.  symbols: by name.  shown: what it is to conclude.  goal: of the proof.
    """
    step = instantiated(theorem, name, symbols)
    here = _here(known, goal)
    unknown = {item for prop in (*step.hypotheses, step.conclusion) for item in free(prop)} - here
    chosen = {item for item in unknown if _name(item) not in symbols}
    if shown is not None:
        step = _shaped(step, name, shown, chosen)
    left = {item for prop in (*step.hypotheses, step.conclusion) for item in free(prop)} - here
    left &= chosen
    if left:
        step = _matched(known, step, left)
    return discharged(known, step, name)


def _here(known: Knowledge, goal: Term) -> set[Any]:
    """The symbols of this proof."""
    return {item for prop in (goal, *(step.conclusion for step in known.steps)) for item in free(prop)}


def _name(item: Any) -> str:
    name: str = item.name if type(item) is Function else item.args[0]
    return name


def instantiated(theorem: Step, name: str, symbols: Mapping[str, Any]) -> Step:
    """The theorem with values for its symbols."""
    items = sorted({item for prop in (*theorem.hypotheses, theorem.conclusion) for item in free(prop)}, key=_sort_key)
    variables, functions = [], []
    for symbol, value in symbols.items():
        same = [item for item in items if _name(item) == symbol]
        if not same:
            has = ", ".join(dict.fromkeys(_name(item) for item in items)) or "none"
            raise TranslationError(f"{name} has no symbol {symbol!r}; it has {has}")
        is_function = _is_function(value)
        kind = [item for item in same if (type(item) is Function) == is_function]
        if not kind and is_function:
            raise TranslationError(f"{symbol} of {name} is a variable; give an expression, not a function")
        if not kind:
            sorts = ", ".join(same[0].sorts)
            raise TranslationError(f"{symbol} of {name} is a function of ({sorts}); give (variables, body) or a lambda")
        for item in kind:
            if type(item) is Function:
                functions.append((item, *_body(item, value, name)))
            else:
                variables.append((item, term(value, item.sort)))
    if not variables and not functions:
        return theorem
    return derive("instantiate", [theorem], tuple(variables), tuple(functions))


def _sort_key(item: Any) -> tuple[bool, str, Any]:
    return type(item) is Function, _name(item), item.sorts if type(item) is Function else item.sort


def _is_function(value: Any) -> bool:
    return isinstance(value, (tuple, UndefinedFunction)) or (callable(value) and not hasattr(value, "free_symbols"))


def _body(symbol: Function, value: Any, name: str) -> tuple[tuple[Term, ...], Term]:
    """The parameters and the body of a function: (variables, body), or what a lambda gives."""
    is_what = f"{symbol.name} of {name} is a function of ({', '.join(symbol.sorts)})"
    if isinstance(value, tuple):
        variables, body = value
        parameters = variables if isinstance(variables, (tuple, list)) else (variables,)
        if len(parameters) != len(symbol.sorts):
            raise TranslationError(f"{is_what}; its variables here are {', '.join(map(str, parameters))}")
    else:
        makers = {INT: integers, REAL: reals, POINT: Point}
        parameters = [makers[sort](f"arg_{place}") for place, sort in enumerate(symbol.sorts)]
        try:
            body = value(*parameters)
        except TypeError as error:
            raise TranslationError(f"{is_what}: {error}") from None
    made = tuple(term(p, sort) for p, sort in zip(parameters, symbol.sorts, strict=True)), term(body)
    _refuse_other_points(*made, is_what)
    return made


def _refuse_other_points(parameters: tuple[Term, ...], body: Term, is_what: str) -> None:
    """A lambda's own w that its body does not use, as the body holds another one: never what is meant."""
    points = [p for p in parameters if p.sort == POINT and p not in free(body)]
    others = [item for item in free(body) if type(item) is Term and item.sort == POINT and item not in parameters]
    if points and others:
        raise TranslationError(f"{is_what}, but its body depends on {show(others[0])} and not on its own point")


def _shaped(step: Step, name: str, shown: Term, unknown: set[Any]) -> Step:
    """The theorem for symbols with which it concludes what is to be shown."""
    # The lemma's own symbols are its own: even one that is called like a symbol here is to be found.
    items = {item for prop in (*step.hypotheses, step.conclusion) for item in free(prop)}
    for free_ones in (unknown, items):
        for way in match(step.conclusion, shown, free_ones):
            try:
                return _at(step, way)
            except Refusal:
                continue
    raise ProofFailure(shown, [step], [f"{name} concludes {show(step.conclusion)}, which does not match"])


def _at(step: Step, way: Found) -> Step:
    variables = tuple((item, value) for item, value in way.values.items() if item is not value)
    functions = []
    for symbol, (parameters, body) in way.bodies.items():
        named, made = _named(symbol, parameters, body)
        functions.append((symbol, named, made))
    if not variables and not functions:
        return step
    return derive("instantiate", [step], variables, tuple(functions))


def _named(symbol: Function, parameters: tuple[Term, ...], body: Term) -> tuple[tuple[Term, ...], Term]:
    """A body in parameters of names that a user can write."""
    named = tuple(make("var", f"arg_{place}", sort) for place, sort in enumerate(symbol.sorts))
    return named, substitute(body, dict(zip(parameters, named, strict=True)))


def _matched(known: Knowledge, step: Step, unknown: set[Any]) -> Step:
    """The theorem with the symbols found by which its hypotheses become ones that are known."""
    for hypothesis in sorted(step.hypotheses, key=lambda prop: -prop.size):
        wanted = unknown & free(hypothesis)
        if not wanted:
            continue
        for other in known.steps:
            if other.conclusion.op != hypothesis.op:
                continue
            way = next(match(hypothesis, other.conclusion, wanted), None)
            if way is not None and (way.values or way.bodies):
                made = _at(step, way)
                left = unknown - set(way.values) - set(way.bodies)
                return _matched(known, made, left) if left else made
    return step


def discharged(known: Knowledge, step: Step, name: str) -> Step:
    """The theorem with each hypothesis established."""
    for hypothesis in step.hypotheses:
        found = establish(known, hypothesis)
        if found is None:
            raise ProofFailure(
                hypothesis,
                known.steps,
                [f"this hypothesis of {name} is neither assumed nor follows from what is known"],
            )
        if found.rule != "assume" or key(found.conclusion) != key(hypothesis):
            step = derive("cut", [found, step])
    return step


__all__ = ["cited", "function", "instantiated"]
