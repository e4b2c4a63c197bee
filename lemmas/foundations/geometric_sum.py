"""Geometric sums: (1 - b)*(1 + b + ... + b^(n-1)) = 1 - b^n, forwards and backwards, and the bound 1/(1 - b)."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from random import Random
from typing import Any

from sympy import Integer, Rational, Sum

from adamproof.lemmas.foundations.functionals import rational
from adamproof.numeric.models import Model
from adamproof.prover import (
    Functional,
    Step,
    eq,
    induction,
    integers,
    le,
    lt,
    power,
    prove,
    reals,
    sum_empty,
    sum_last,
)
from adamproof.theory.lemma import Claim, Lemma, Mutant, Scope, Source

b = reals("b")
k, n = integers("k n")


def forwards(count: Any) -> Any:
    """1 + b + ... + b^(count - 1)."""
    return Sum(power(b, k), (k, 0, count - 1))


def backwards(count: Any) -> Any:
    """b^(count - 1) + ... + b + 1, as the weights of a moving average come."""
    return Sum(power(b, count - k), (k, 1, count))


def prove_forwards(scope: Scope) -> Step:
    def goal(count: Any) -> Any:
        return eq((1 - b) * forwards(count), 1 - power(b, count))

    start = Sum(power(b, k), (k, 0, -1))
    base = prove(goal(Integer(0)), sum_empty(start))
    step = prove(goal(n + 1), sum_last(forwards(n + 1), le(0, n)), goal(n), le(0, n))
    scope.step("one more term", step)
    return induction(goal(n), n, base, step)


def prove_recursion(scope: Scope) -> Step:
    """1 + b*(sum of n terms) is the sum of n + 1 terms."""

    def goal(count: Any) -> Any:
        return eq(forwards(count + 1), 1 + b * forwards(count))

    zero = Integer(0)
    base = prove(
        goal(zero),
        sum_last(Sum(power(b, k), (k, 0, 0)), prove(le(0, 0))),
        sum_empty(Sum(power(b, k), (k, 0, -1))),
    )
    last = [sum_last(forwards(count), le(0, n)) for count in (n + 2, n + 1)]
    step = prove(goal(n + 1), last, goal(n), le(0, n))
    scope.step("one more term on both sides", step)
    return induction(goal(n), n, base, step)


def prove_backwards(scope: Scope) -> Step:
    def goal(count: Any) -> Any:
        return eq((1 - b) * backwards(count), 1 - power(b, count))

    base = prove(goal(Integer(0)), sum_empty(backwards(Integer(0))))
    shifted = Functional("Sum", k, (1, n)).equal(prove(eq(power(b, n + 1 - k), b * power(b, n - k)), le(k, n)))
    step = prove(goal(n + 1), sum_last(backwards(n + 1), le(0, n)), shifted, goal(n), le(0, n))
    scope.step("one more step: every weight is multiplied by b", step)
    return induction(goal(n), n, base, step)


def prove_turned(scope: Scope) -> Step:
    """Both obey S_{n+1} = 1 + b*S_n."""

    def goal(count: Any) -> Any:
        return eq(backwards(count), forwards(count))

    base = prove(goal(Integer(0)), sum_empty(backwards(Integer(0))), sum_empty(Sum(power(b, k), (k, 0, -1))))
    shifted = Functional("Sum", k, (1, n)).equal(prove(eq(power(b, n + 1 - k), b * power(b, n - k)), le(k, n)))
    recursion = scope.lemma("geometric-sum", "recursion")
    step = prove(goal(n + 1), sum_last(backwards(n + 1), le(0, n)), shifted, recursion, goal(n))
    return induction(goal(n), n, base, step)


def prove_bound(scope: Scope) -> Step:
    exact = scope.step("the exact value", scope.lemma("geometric-sum", "backwards"))
    return prove(scope.goal, exact, scope.given())


def models(rng: Random) -> Iterator[Model]:
    """Ratios 0 <= b < 1, near 1 now and then."""
    while True:
        size = rng.randint(1, 12)
        ratio = rng.choice([Fraction(0), abs(rational(rng)) % 1, 1 - Fraction(1, 10 ** rng.randint(1, 4))])
        yield Model(variables={"b": ratio, "n": size}, integers=range(0, size + 2))


def models_beyond_one(rng: Random) -> Iterator[Model]:
    """Ratios from 1 up, where the bound fails."""
    while True:
        yield Model(variables={"b": 1 + abs(rational(rng)), "n": rng.randint(1, 12)}, integers=range(0, 14))


LIMIT = 1 / (1 - b)

lemma = Lemma(
    slug="geometric-sum",
    title="Geometric sums: closed form, recursion and, for 0 <= b < 1, the bound 1/(1 - b)",
    source=Source.CLASSICAL,
    where="the weights of the moving averages m_t and v_t; the last step of the proof of Lemma B.2",
    assumptions={"n is a count": le(0, n), "b is not negative": le(0, b), "b < 1": lt(b, 1)},
    claims=[
        Claim("bound", le(backwards(n), LIMIT), prove_bound),
        Claim("backwards", eq((1 - b) * backwards(n), 1 - power(b, n)), prove_backwards, given=("n is a count",)),
        Claim("forwards", eq((1 - b) * forwards(n), 1 - power(b, n)), prove_forwards, given=("n is a count",)),
        Claim("recursion", eq(forwards(n + 1), 1 + b * forwards(n)), prove_recursion, given=("n is a count",)),
        Claim("turned around", eq(backwards(n), forwards(n)), prove_turned, given=("n is a count",)),
    ],
    models=models,
    mutants=[
        Mutant("bound times 0.99", conclusion=le(backwards(n), Rational(99, 100) * LIMIT)),
        Mutant("b < 1 dropped", drop=("b < 1",), models=models_beyond_one),
        Mutant("one power too many", conclusion=eq((1 - b) * backwards(n), 1 - power(b, n + 1)), claim="backwards"),
        Mutant("sign flipped", conclusion=eq((1 - b) * backwards(n), 1 + power(b, n)), claim="backwards"),
        Mutant("recursion without the 1", conclusion=eq(forwards(n + 1), b * forwards(n)), claim="recursion"),
    ],
)
