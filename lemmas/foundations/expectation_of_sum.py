"""Finite sums come out of expectations: E[X_lo + ... + X_hi] = E[X_lo] + ... + E[X_hi], and finite ones stay finite.

By induction on the number of terms; E is linear on two terms by its laws.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from random import Random
from typing import Any

from sympy import Abs, Sum

from adamproof.lemmas.foundations.functionals import rational, space
from adamproof.numeric.models import Model
from adamproof.prover import (
    E,
    Functional,
    Integrable,
    Point,
    Step,
    assume,
    at,
    cut,
    eq,
    forall,
    function,
    induction,
    instantiate,
    integers,
    le,
    lt,
    prove,
    put,
    reals,
    sum_empty,
    sum_last,
)
from adamproof.theory.lemma import Claim, Lemma, Mutant, Scope, Source

k, n = integers("k n")
w = Point("w")
X = function("X", "int", "point")
over = Functional("E", w)
COUNT = le(0, n)


def total(upper: Any) -> Any:
    return Sum(X(k, w), (k, 1, upper))


def of_each(upper: Any) -> Any:
    return Sum(E(X(k, w), w), (k, 1, upper))


def interchange(scope: Scope) -> Step:
    goal = eq(E(total(n), w), of_each(n))
    empty = over.equal(prove(eq(total(0), 0), sum_empty(total(0))))
    base = prove(put(goal, n, 0), empty, sum_empty(of_each(0)))
    split = over.equal(prove(eq(total(n + 1), total(n) + X(n + 1, w)), sum_last(total(n + 1), COUNT)))
    step = prove(put(goal, n, n + 1), goal, split, sum_last(of_each(n + 1), COUNT))
    scope.step("one more term", step)
    return induction(goal, n, base, step)


def integrability(scope: Scope) -> Step:
    goal = Integrable(E(total(n), w))
    zero = over.dominated(_size(0, Fraction(0), sum_empty(total(0))), over.integrable(0, constant=0))
    last = at(scope.the("every term is finite"), n + 1, given=[prove(le(1, n + 1), COUNT)])
    both = over.integrable(total(n) + X(n + 1, w), (1, assume(goal)), (1, last))
    same = _size(n + 1, total(n) + X(n + 1, w), sum_last(total(n + 1), COUNT))
    step = over.dominated(same, both)
    return induction(goal, n, zero, step)


def _size(upper: Any, body: Any, split: Step) -> Step:
    """|the sum| <= |body|, as the two are equal."""
    x, y = reals("x y")
    same = prove(le(Abs(x), Abs(y)), eq(x, y))
    return cut(instantiate(same, {x: total(upper), y: body}), prove(eq(total(upper), body), split))


def models(rng: Random) -> Iterator[Model]:
    """Random values on a finite probability space."""
    while True:
        points = space(rng)
        values = {(i, point): rational(rng) for i in range(-2, 9) for point, _ in points}
        yield Model(variables={"n": rng.randint(0, 7)}, functions={"X": lambda i, p, v=values: v[i, p]}, space=points)


def negative(rng: Random) -> Iterator[Model]:
    """As models, with terms that add up to less than nothing."""
    for model in models(rng):
        yield model.extended(variables={"n": 3}, functions={"X": lambda i, p: Fraction(-1)})


lemma = Lemma(
    slug="expectation-of-sum",
    title="The expectation of a finite sum of integrable terms is the sum of their expectations",
    source=Source.CLASSICAL,
    where="how means over time and over the noise change places",
    assumptions={"n is a count": COUNT, "every term is finite": forall(k, Integrable(E(X(k, w), w)), [le(1, k)])},
    claims=[
        Claim("interchange", eq(E(total(n), w), of_each(n)), interchange, given=("n is a count",)),
        Claim("finite", Integrable(E(total(n), w)), integrability),
    ],
    models=models,
    mutants=[
        Mutant("one term more", conclusion=eq(E(total(n), w), of_each(n + 1))),
        Mutant("one term less", conclusion=eq(E(total(n + 1), w), of_each(n))),
        Mutant("not negative", conclusion=le(0, E(total(n), w)), models=negative),
        Mutant("strictly less", conclusion=lt(E(total(n), w), of_each(n))),
    ],
)
