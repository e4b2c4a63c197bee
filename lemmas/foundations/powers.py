"""Laws of natural powers: (x*y)^n = x^n*y^n, (x^2)^n = (x^n)^2, and x^n <= 1, x^n <= x for 0 <= x <= 1."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from random import Random

from sympy import Integer

from adamproof.lemmas.foundations.functionals import rational
from adamproof.numeric.models import Model
from adamproof.prover import Step, eq, induction, instantiate, integers, le, lt, power, prove, put, reals, settle
from adamproof.theory.lemma import Claim, Lemma, Mutant, Scope, Source

x, y = reals("x y")
n = integers("n")
COUNT = le(0, n)


def prove_product(scope: Scope) -> Step:
    goal = eq(power(x * y, n), power(x, n) * power(y, n))
    step = prove(put(goal, n, n + 1), goal, COUNT)
    scope.step("one more factor", step)
    return induction(goal, n, prove(put(goal, n, 0)), step)


def prove_square(scope: Scope) -> Step:
    return prove(scope.goal, instantiate(scope.lemma("powers", "product"), {y: x}))


def prove_at_most_one(scope: Scope) -> Step:
    goal = le(power(x, n), 1)
    step = prove(put(goal, n, n + 1), goal, COUNT, scope.given("x is not negative", "x <= 1"))
    scope.step("one more factor", step)
    return induction(goal, n, prove(put(goal, n, 0)), step)


def prove_at_most_base(scope: Scope) -> Step:
    """x^n = x*x^(n-1) <= x."""
    smaller = instantiate(scope.lemma("powers", "at most one"), {n: n - 1})
    successor = instantiate(prove(eq(power(x, n + 1), x * power(x, n)), COUNT), {n: n - 1})
    return settle(prove(scope.goal, smaller, successor, scope.given()), scope.given())


def models(rng: Random) -> Iterator[Model]:
    """Bases in [0, 1] and another of any sign, exponents from 0 (from 1 where asked) to 9."""
    while True:
        base = rng.choice([Fraction(0), Fraction(1), abs(rational(rng)) % 1])
        yield Model(variables={"x": base, "y": rational(rng), "n": rng.randint(1, 9)}, integers=range(0, 10))


def models_beyond_one(rng: Random) -> Iterator[Model]:
    """Bases above 1 and below 0."""
    while True:
        base = rng.choice([-1, 1]) * (1 + abs(rational(rng)) + Fraction(1, 7))
        yield Model(variables={"x": base, "y": rational(rng), "n": rng.randint(1, 9)}, integers=range(0, 10))


lemma = Lemma(
    slug="powers",
    title="Natural powers: products, squares, and x^n <= x for 0 <= x <= 1",
    source=Source.CLASSICAL,
    where="the weights beta^(t - k) of the moving averages",
    assumptions={"n is a count": COUNT, "n is positive": le(1, n), "x is not negative": le(0, x), "x <= 1": le(x, 1)},
    claims=[
        Claim("product", eq(power(x * y, n), power(x, n) * power(y, n)), prove_product, given=("n is a count",)),
        Claim("square", eq(power(x**2, n), power(x, n) ** 2), prove_square, given=("n is a count",)),
        Claim(
            "at most one", le(power(x, n), 1), prove_at_most_one, given=("n is a count", "x is not negative", "x <= 1")
        ),
        Claim(
            "at most the base",
            le(power(x, n), x),
            prove_at_most_base,
            given=("n is positive", "x is not negative", "x <= 1"),
        ),
    ],
    models=models,
    mutants=[
        Mutant("product with a plus", conclusion=eq(power(x * y, n), power(x, n) + power(y, n))),
        Mutant("square times 1.01", conclusion=eq(power(x**2, n), power(x, n) ** 2 + Integer(1) / 100), claim="square"),
        Mutant("strictly below one", conclusion=lt(power(x, n), 1), claim="at most one"),
        Mutant("x <= 1 dropped", drop=("x <= 1",), claim="at most one", models=models_beyond_one),
        Mutant("at least the base", conclusion=lt(x, power(x, n)), claim="at most the base"),
    ],
)
