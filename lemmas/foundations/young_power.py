"""Young's inequality for a power: a^q <= 1 - q + q*a for a >= 0 and 0 <= q <= 1, for numbers and for expectations.

In expectation E[X^q] <= 1 - q + q*E[X]; X^q is integrable where X is, since 0 <= X^q <= 1 - q + q*X.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from random import Random

from sympy import Abs, Rational

from adamproof.lemmas.foundations.functionals import EXPECTATION, models, rational, w
from adamproof.lemmas.notation import q
from adamproof.numeric.models import Model
from adamproof.prover import (
    Step,
    at,
    cut,
    forall,
    head_fact,
    instantiate,
    le,
    lt,
    prove,
    real_power,
    reals,
)
from adamproof.theory.lemma import Claim, Lemma, Mutant, Scope, Source

a = reals("a")
over, X = EXPECTATION.over, EXPECTATION.nonneg
GIVEN = ("q is not negative", "q <= 1")


def numbers(scope: Scope) -> Step:
    return head_fact("young", a, q, given=scope.given())


def pointwise(scope: Scope) -> tuple[Step, Step]:
    """0 <= X^q and X^q <= 1 - q + q*X."""
    nonneg = at(scope.the("X is not negative"), w)
    power = instantiate(scope.lemma("real-powers"), dict(zip(reals("x r"), (X, q), strict=True)))
    return cut(power, nonneg), cut(instantiate(scope.lemma("young-power", "numbers"), {a: X}), nonneg)


def finite(scope: Scope) -> Step:
    low, high = pointwise(scope)
    x, y = reals("x y")
    size = instantiate(prove(le(Abs(x), y), le(0, x), le(x, y)), {x: real_power(X, q), y: 1 - q + q * X})
    whole = over.integrable(1 - q + q * X, (q, scope.the("E[X] is finite")), constant=1 - q)
    return over.dominated(cut(size, low, high), whole)


def expectations(scope: Scope) -> Step:
    high = pointwise(scope)[1]
    parts = [(q, scope.the("E[X] is finite")), (-1, scope.lemma("young-power", "finite"))]
    return prove(scope.goal, over.monotone(high, *parts, constant=1 - q), degree=1)


def exponents(rng: Random) -> Iterator[Model]:
    """Non-negative numbers (1 now and then, where equality holds) and exponents in [0, 1]."""
    for model in models(rng):
        value = rng.choice([Fraction(1), abs(rational(rng))])
        yield model.extended(variables={"a": value, "q": Fraction(rng.randint(0, 4), 4)})


def large(rng: Random) -> Iterator[Model]:
    """An exponent above 1."""
    return (model.extended(variables={"a": 9, "q": 2}) for model in exponents(rng))


def one(rng: Random) -> Iterator[Model]:
    """a = 1, where equality holds."""
    return (model.extended(variables={"a": 1, "q": Fraction(1, 2)}) for model in exponents(rng))


BOUND = le(real_power(a, q), 1 - q + q * a)
MEAN_BOUND = le(over.of(real_power(X, q)), 1 - q + q * over.of(X))

lemma = Lemma(
    slug="young-power",
    title="Young's inequality a^q <= 1 - q + q*a for a >= 0 and 0 <= q <= 1",
    source=Source.CLASSICAL,
    where="how |a|^q and |a|^p are compared with |a|",
    assumptions={
        "a is not negative": le(0, a),
        "q is not negative": le(0, q),
        "q <= 1": le(q, 1),
        "X is not negative": forall(w, le(0, X)),
        **EXPECTATION.finite(X, "X"),
    },
    claims=[
        Claim("numbers", BOUND, numbers, given=("a is not negative", *GIVEN)),
        Claim("expectations", MEAN_BOUND, expectations, given=("X is not negative", "E[X] is finite", *GIVEN)),
        Claim(
            "finite",
            EXPECTATION.finite(real_power(X, q), "X^q")["E[X^q] is finite"],
            finite,
            given=("X is not negative", "E[X] is finite", *GIVEN),
        ),
    ],
    models=exponents,
    mutants=[
        Mutant(
            "right side times 0.99",
            conclusion=le(real_power(a, q), Rational(99, 100) * (1 - q + q * a)),
            models=one,
        ),
        Mutant("exponents above 1", drop=("q <= 1",), models=large),
        Mutant("strict inequality", conclusion=lt(real_power(a, q), 1 - q + q * a), models=one),
        Mutant("inequality reversed", conclusion=le(1 - q + q * a, real_power(a, q))),
        Mutant(
            "expectations, times 0.9",
            conclusion=le(over.of(real_power(X, q)), Rational(9, 10) * (1 - q + q * over.of(X))),
            claim="expectations",
        ),
    ],
)
