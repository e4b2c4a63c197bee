"""Short constructors for the tests, and checks that also work under ``python -O``."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from fractions import Fraction
from typing import Any

from adamproof.kernel import terms
from adamproof.kernel.rules import Theorem, apply
from adamproof.kernel.terms import Function, Term, bind, make, number


def check(condition: object, message: str) -> None:
    """An assertion that ``python -O`` does not remove."""
    if not condition:
        raise AssertionError(message)


@contextmanager
def budget(steps: int) -> Iterator[None]:
    """Let a rule application take so many steps only: what has no end is then noticed early, on any machine."""
    before, terms.MAX_STEPS = terms.MAX_STEPS, steps
    try:
        yield
    finally:
        terms.MAX_STEPS = before


def counted(action: Callable[[], Any]) -> tuple[Any, int]:
    """What an action returns, and how many functions it calls: the same number on every machine."""
    calls = 0

    def profile(_frame: object, event: str, _argument: object) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(profile)
    try:
        return action(), calls
    finally:
        sys.setprofile(before)


def real(name: str) -> Term:
    return make("var", name, "real")


def integer(name: str) -> Term:
    return make("var", name, "int")


def point(name: str) -> Term:
    return make("var", name, "point")


def num(value: int | str | Fraction) -> Term:
    return number(Fraction(value))


def whole(value: int) -> Term:
    return make("int", value)


def add(*terms: Term) -> Term:
    return make("add", *terms)


def mul(*terms: Term) -> Term:
    return make("mul", *terms)


def eq(a: Term, b: Term) -> Term:
    return make("==", a, b)


def le(a: Term, b: Term) -> Term:
    return make("<=", a, b)


def lt(a: Term, b: Term) -> Term:
    return make("<", a, b)


def ne(a: Term, b: Term) -> Term:
    return make("!=", a, b)


def implies(a: Term, b: Term) -> Term:
    return make("implies", a, b)


def app(symbol: Function, *args: Term) -> Term:
    return make("app", symbol, *args)


def forall(variable: Term, prop: Term) -> Term:
    return bind(f"forall_{variable.sort}", variable, prop)


def total(variable: Term, low: Term, high: Term, body: Term) -> Term:
    return bind("Sum", variable, low, high, body)


def mean(variable: Term, body: Term) -> Term:
    return bind("E", variable, body)


def integral(variable: Term, body: Term) -> Term:
    return bind("Integral01", variable, body)


def integrable(term: Term) -> Term:
    return make("Integrable", term)


def use(rule: str, premises: Sequence[Theorem] = (), *args: Any) -> Theorem:
    """Apply a kernel rule."""
    return apply(rule, premises, args)


def given(prop: Term) -> Theorem:
    return use("assume", [], prop)


def given_cited(prop: Term, name: str = "axiom") -> Theorem:
    return use("cite", [], name, "a book", prop)


TRUE = eq(num(0), num(0))
FALSE = eq(num(1), num(0))
