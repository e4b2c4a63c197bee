"""A moving average unrolled: x_0 = 0, x_{t+1} = b*x_t + (1 - b)*y_{t+1} gives x_t = (1 - b)*sum of b^(t-k)*y_k."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from random import Random
from typing import Any

from sympy import Rational, Sum

from adamproof.lemmas.foundations.functionals import rational, table
from adamproof.numeric.models import Model
from adamproof.prover import (
    Functional,
    Step,
    at,
    eq,
    forall,
    function,
    induction,
    integers,
    le,
    lt,
    power,
    prove,
    put,
    reals,
    sum_empty,
    sum_last,
)
from adamproof.theory.lemma import Claim, Lemma, Mutant, Scope, Source

b = reals("b")
t, k = integers("t k")
x, y = function("x"), function("y")


def unrolled(time: Any) -> Any:
    """(1 - b) * sum over k = 1..time of b^(time - k)*y_k."""
    return (1 - b) * Sum(power(b, time - k) * y(k), (k, 1, time))


def prove_unrolled(scope: Scope) -> Step:
    def goal(time: Any) -> Any:
        return eq(x(time), unrolled(time))

    base = prove(goal(0), sum_empty(Sum(power(b, 0 - k) * y(k), (k, 1, 0))), scope.given("x starts at 0"))
    shifted = prove(eq(power(b, t + 1 - k) * y(k), b * power(b, t - k) * y(k)), le(k, t))
    shifted = Functional("Sum", k, (1, t)).equal(shifted)
    last = sum_last(unrolled(t + 1).args[1], le(0, t))
    step = prove(goal(t + 1), goal(t), at(scope.the("x is a moving average of y"), t), last, shifted)
    scope.step("one more step multiplies every weight by b", step)
    return induction(goal(t), t, base, step)


def prove_nonneg(scope: Scope) -> Step:
    goal = le(0, x(t))
    following = at(scope.the("x is a moving average of y"), t)
    next_value = at(scope.the("y is not negative"), t + 1, given=[le(0, t)])
    step = prove(put(goal, t, t + 1), goal, following, next_value, scope.given("b is not negative", "b <= 1"))
    return induction(goal, t, prove(put(goal, t, 0), scope.given("x starts at 0")), step)


def models(rng: Random) -> Iterator[Model]:
    """Ratios 0 <= b <= 1, non-negative y."""
    while True:
        ratio = rng.choice([Fraction(0), Fraction(1), abs(rational(rng)) % 1])
        yield averaged(ratio, table(rng, range(1, 12), lambda r: abs(rational(r))), rng.randint(0, 9))


def models_of_any_sign(rng: Random) -> Iterator[Model]:
    for model in models(rng):
        yield averaged(model.variables["b"], table(rng, range(1, 12)), rng.randint(1, 9))


def averaged(ratio: Fraction, values: Any, time: int, start: Fraction = Fraction(0)) -> Model:
    """The model of the recursion itself."""
    states = [start]
    for step in range(1, 14):
        states.append(ratio * states[-1] + (1 - ratio) * values(step))
    return Model(
        variables={"b": ratio, "t": time},
        functions={"x": lambda k: states[k] if 0 <= k < len(states) else Fraction(0), "y": values},
        integers=range(-1, 12),
    )


def models_started_late(rng: Random) -> Iterator[Model]:
    """A moving average that does not start at 0."""
    while True:
        values = table(rng, range(1, 12), lambda r: abs(rational(r)))
        yield averaged(abs(rational(rng)) % 1, values, rng.randint(0, 4), start=Fraction(-3))


lemma = Lemma(
    slug="moving-average",
    title="A moving average that starts at 0, as a weighted sum",
    source=Source.RECONSTRUCTED,
    where="m_t and v_t as weighted sums of the gradients, the first step of the source's proof of Lemma B.2",
    assumptions={
        "x starts at 0": eq(x(0), 0),
        "x is a moving average of y": forall(k, eq(x(k + 1), b * x(k) + (1 - b) * y(k + 1)), [le(0, k)]),
        "b is not negative": le(0, b),
        "b <= 1": le(b, 1),
        "y is not negative": forall(k, le(0, y(k)), [le(1, k)]),
        "t is a time": le(0, t),
    },
    claims=[
        Claim(
            "unrolled",
            eq(x(t), unrolled(t)),
            prove_unrolled,
            given=("x starts at 0", "x is a moving average of y", "t is a time"),
        ),
        Claim("not negative", le(0, x(t)), prove_nonneg),
    ],
    models=models,
    mutants=[
        Mutant("weights times 0.99", conclusion=eq(x(t), Rational(99, 100) * unrolled(t))),
        Mutant("without the factor 1 - b", conclusion=eq(x(t), unrolled(t).args[1])),
        Mutant("another start", drop=("x starts at 0",), models=models_started_late),
        Mutant("strictly positive", conclusion=lt(0, x(t)), claim="not negative"),
        Mutant("y of any sign", drop=("y is not negative",), claim="not negative", models=models_of_any_sign),
    ],
)
