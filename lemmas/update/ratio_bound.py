"""From squares to the ratio: x^2 <= r^2*y gives |x|/(sqrt(y) + e) <= r, also where the denominator is 0."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from random import Random

from sympy import Abs, Rational, sqrt

from adamproof.lemmas.foundations.functionals import rational
from adamproof.numeric.models import Model
from adamproof.prover import Step, by_cases, eq, le, lt, prove, reals
from adamproof.theory.lemma import Claim, Lemma, Mutant, Scope, Source

x, y, r, e = reals("x y r e")
RATIO = Abs(x) / (sqrt(y) + e)


def proof(scope: Scope) -> Step:
    given = scope.given()
    denominator = sqrt(y) + e
    size = prove(le(Abs(x), r * sqrt(y)), given, prove(le(0, r * sqrt(y)), given))
    scope.step("|x| <= r*sqrt(y)", size)
    positive = prove(scope.goal, size, given, 0 < denominator)
    scope.step("divide by a positive denominator", positive)
    vanishes = prove(eq(denominator, 0), denominator <= 0, given)
    at_zero = prove(scope.goal, vanishes, given)
    scope.step("where the denominator is 0 the ratio is 0 by convention", at_zero)
    return by_cases(denominator, 0, at_zero, positive)


def models(rng: Random) -> Iterator[Model]:
    """r, y, e >= 0 and |x| between 0 and r*sqrt(y) (equality now and then, y a square), some of them 0."""
    while True:
        root, bound = abs(rational(rng)), abs(rational(rng))
        share = rng.choice([Fraction(1), Fraction(-1), rational(rng) % 1])
        yield Model(
            variables={"x": share * bound * root, "y": root**2, "r": bound, "e": rng.choice([0, abs(rational(rng))])}
        )


def models_of_any_sign(rng: Random) -> Iterator[Model]:
    """As models, with r or e of any sign."""
    for model in models(rng):
        bound = -model.variables["r"]
        yield model.extended(variables={"r": bound, "e": 0})


def models_with_negative_e(rng: Random) -> Iterator[Model]:
    for model in models(rng):
        yield model.extended(variables={"e": -abs(rational(rng))})


lemma = Lemma(
    slug="ratio-bound",
    title="x^2 <= r^2*y gives |x|/(sqrt(y) + e) <= r",
    source=Source.RECONSTRUCTED,
    where="how a bound m_t^2 <= R^2*v_t becomes u_t <= R, with the convention 0/0 = 0",
    assumptions={
        "x^2 <= r^2*y": le(x**2, r**2 * y),
        "y is not negative": le(0, y),
        "r is not negative": le(0, r),
        "e is not negative": le(0, e),
    },
    claims=[Claim("bound", le(RATIO, r), proof)],
    models=models,
    mutants=[
        Mutant("bound times 0.99", conclusion=le(RATIO, Rational(99, 100) * r)),
        Mutant("strict inequality", conclusion=lt(RATIO, r)),
        Mutant("r of any sign", drop=("r is not negative",), models=models_of_any_sign),
        Mutant("e of any sign", drop=("e is not negative",), models=models_with_negative_e),
        Mutant("bound by r^2", conclusion=le(RATIO, r**2)),
    ],
)
