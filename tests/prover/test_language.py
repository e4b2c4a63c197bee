"""SymPy to kernel and back: strict, and faithful."""

from __future__ import annotations

from typing import Any

import pytest
import sympy
from sympy import Abs, Rational, Sum, log, sign, sqrt

from adamproof.kernel.normal import key
from adamproof.kernel.text import show
from adamproof.lemmas import notation
from adamproof.prover import (
    E,
    Integrable,
    Integral01,
    Point,
    TranslationError,
    eq,
    forall,
    function,
    integers,
    le,
    lt,
    ne,
    power,
    prop,
    put,
    reals,
    term,
    to_sympy,
)
from adamproof.registry import lemmas

x, y = reals("x y")
k, t = integers("k t")
f, X, h = function("f"), function("X", "int", "point"), function("h", "real")
w, s = Point("w"), reals("s")

STATEMENTS: list[Any] = [
    le(f(t) ** 2, x * f(t + 1)),
    lt(x / y, sqrt(x) / (1 - y)),
    eq(Sum(power(x, t - k) * f(k), (k, 1, t)), 1 / x**2),
    ne(Abs(x) * sign(y), log(x)),
    le(E(X(k, w) ** 2, w), 1),
    le(Integral01(h(s) * x, s), Rational(1, 2)),
    forall(k, le(0, f(k)), [le(1, k), le(k, t)]),
    Integrable(E(X(k, w), w)),
    eq(x**y, x ** Rational(3, 2)),
]


@pytest.mark.parametrize("statement", STATEMENTS, ids=str)
def test_round_trip(statement: Any) -> None:
    made = prop(statement)
    assert key(prop(to_sympy(made))) == key(made)


def test_round_trip_of_every_assumption_and_claim_of_the_lemmas() -> None:
    for lemma in lemmas():
        for statement in [*lemma.assumptions.values(), *(claim.conclusion for claim in lemma.claims)]:
            made = prop(statement)
            assert key(prop(to_sympy(made))) == key(made), show(made)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: prop(sympy.true), "already been decided"),
        (lambda: prop(x**2 >= 0), "already been decided"),
        (lambda: prop(True), "already been decided"),
        (lambda: prop(x + 1), "is not a statement"),
        (lambda: prop(object()), "^a object is not a statement; write one with le"),
        (lambda: term(0.5), "floating point"),
        (lambda: term(x + sympy.Float("0.5")), "floating point"),
        (lambda: term(True), "truth value"),
        (lambda: term(sympy.true), "truth value"),
        (lambda: term("x"), "not a SymPy expression"),
        (lambda: term(sympy.Symbol("z")), "was not made by reals"),
        (lambda: term(sympy.exp(x)), "not part of the language"),
        (lambda: term(sympy.oo), "not part of the language"),
        (lambda: term(sympy.nan), "not part of the language"),
        (lambda: term(sympy.I), "not part of the language"),
        (lambda: term(sympy.Function("q")(x)), "no declared argument sorts"),
        (lambda: term(f(x)), "where an integer is needed"),
        (lambda: term(f(t, t)), "takes 1 arguments"),
        (lambda: term(w), "where a number is needed"),
        (lambda: term(X(k, x)), "where a sample point is needed"),
        (lambda: prop(term(x)), "is a term, not a statement"),
    ],
)
def test_refusals(make: Any, message: str) -> None:
    with pytest.raises(TranslationError, match=message):
        make()


def test_truthiness_is_refused() -> None:
    with pytest.raises(TypeError):
        bool(prop(le(x, y)))
    with pytest.raises(TypeError):
        assert 0 <= x <= y


def test_display_keeps_what_was_meant() -> None:
    assert show(term(1 / x**2)) == "inv(x)^2"
    assert show(term(1 - x)) == "1 - x"
    assert show(put(le(0, f(t)), t, t + 1)) == "0 <= f(t + 1)"


def test_formulas_are_written_once() -> None:
    b1, b2 = notation.b1, notation.b2
    assert sympy.simplify(notation.R**2 - notation.R_squared) == 0
    assert sympy.simplify(notation.R_squared - 1 - (b1 - b2) ** 2 / ((1 - b2) * (b2 - b1**2))) == 0


def test_symbols_that_hide_something_are_refused() -> None:
    positive, dummy = sympy.Symbol("k", integer=True, positive=True), sympy.Dummy("k", integer=True)
    for symbol in (positive, dummy, sympy.Symbol("x", positive=True)):
        with pytest.raises(TranslationError, match="was not made by reals"):
            term(symbol + 0)
        with pytest.raises(TranslationError, match="was not made by reals"):
            term(sympy.Sum(sympy.Symbol("k", integer=True), (symbol, 0, 1)))


def test_only_variables_of_the_right_sort_are_bound() -> None:
    k, x = integers("k"), reals("x")
    with pytest.raises(TranslationError, match="k cannot be bound here: a variable of sort real"):
        term(Integral01(k * x, k))
    with pytest.raises(TranslationError, match="cannot be bound here"):
        term(Integral01(x, x + 1))
    with pytest.raises(TranslationError, match="forall needs variables, not"):
        prop(forall(x + 1, le(x, 0)))
    with pytest.raises(TranslationError, match="forall needs variables, not 3"):
        prop(forall(3, le(x, 0)))
