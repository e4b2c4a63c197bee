"""The tangent of the logarithm, ln y <= ln c + y/c - 1, and Jensen: E[ln(1 + Z)] <= ln(1 + E[Z]) for Z >= 0.

The tangent is ln x <= x - 1 at x = y/c.  With y = 1 + Z and c = 1 + E[Z] its expectation is Jensen's inequality;
ln(1 + Z) is integrable because 0 <= ln(1 + Z) <= Z.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from random import Random

from sympy import Abs, Integer, Rational, log

from adamproof.lemmas.foundations.functionals import EXPECTATION, models, rational, w
from adamproof.numeric.models import Model
from adamproof.prover import (
    Integrable,
    Step,
    at,
    eq,
    forall,
    head_fact,
    instantiate,
    le,
    lt,
    product,
    prove,
    reals,
    rewrite,
    settle,
)
from adamproof.theory.lemma import Claim, Lemma, Mutant, Scope, Source

over, Z = EXPECTATION.over, EXPECTATION.nonneg
MEAN = over.of(Z)
y, c = reals("y c")


def prove_tangent(scope: Scope) -> Step:
    positive = scope.given("y is positive", "c is positive")
    quotient = prove(lt(0, y / c), positive)
    split = head_fact("ln_mul", c, y / c, given=[*positive, quotient])
    hole = reals("hole")
    whole = rewrite(split, prove(eq(product(c, y / c), y), positive), hole, eq(log(hole), log(c) + log(y / c)))
    scope.step("ln y = ln c + ln(y/c)", whole)
    return prove(scope.goal, whole, head_fact("ln_le", y / c, given=[quotient]))


def prove_nonneg(scope: Scope) -> Step:
    """The tangent at c = 1 + y, taken at 1: 0 = ln 1 <= ln(1 + y) + 1/(1 + y) - 1."""
    above = scope.given("y is not negative")
    one = head_fact("ln_mul", Integer(1), Integer(1), given=[prove(lt(0, 1))])
    tangent = instantiate(scope.lemma("jensen-ln", "tangent"), {y: Integer(1), c: 1 + y})
    smaller = prove(le(1 / (1 + y), 1), above)
    return prove(scope.goal, settle(tangent, above), one, smaller)


def prove_finite(scope: Scope) -> Step:
    """0 <= ln(1 + Z) <= Z."""
    nonneg = at(scope.the("Z is not negative"), w)
    low = settle(instantiate(scope.lemma("jensen-ln", "not negative"), {y: Z}), nonneg)
    high = head_fact("ln_le", 1 + Z, given=[nonneg])
    size = prove(le(Abs(log(1 + Z)), Z), low, high)
    return over.dominated(size, scope.the("E[Z] is finite"))


def prove_jensen(scope: Scope) -> Step:
    nonneg = at(scope.the("Z is not negative"), w)
    finite = scope.the("E[Z] is finite")
    mean = prove(le(0, MEAN), over.monotone(nonneg, (1, finite)))
    logarithm = scope.lemma("jensen-ln", "finite")
    tangent = settle(instantiate(scope.lemma("jensen-ln", "tangent"), {y: 1 + Z, c: 1 + MEAN}), nonneg, mean)
    scope.step("the tangent at 1 + E[Z]", tangent)
    average = over.monotone(
        tangent, (-1, logarithm), (1 / (1 + MEAN), finite), constant=log(1 + MEAN) + 1 / (1 + MEAN) - 1
    )
    scope.step("its expectation", average)
    return prove(scope.goal, average, mean)


def real_models(rng: Random) -> Iterator[Model]:
    """Non-negative y and positive c, y = c = 1 (equality, exactly) now and then."""
    for model in models(rng):
        value, other = (abs(rational(rng)) + Fraction(1, 100) for _ in range(2))
        yield model.extended(variables={"y": value, "c": other} if rng.random() < 0.8 else {"y": 1, "c": 1})


JENSEN = le(over.of(log(1 + Z)), log(1 + MEAN))
TANGENT = log(c) + y / c - 1

lemma = Lemma(
    slug="jensen-ln",
    title="Jensen's inequality for ln(1 + Z) where Z >= 0, and the tangent bound on ln",
    source=Source.CLASSICAL,
    where="how ln(1 + v_T/eps^2) enters the averaged bound on u_t^2",
    assumptions={
        "Z is not negative": forall(w, le(0, Z)),
        **EXPECTATION.finite(Z, "Z"),
        "y is positive": lt(0, y),
        "y is not negative": le(0, y),
        "c is positive": lt(0, c),
    },
    claims=[
        Claim("expectations", JENSEN, prove_jensen, given=("Z is not negative", "E[Z] is finite")),
        Claim("finite", Integrable(over.of(log(1 + Z))), prove_finite, given=("Z is not negative", "E[Z] is finite")),
        Claim(
            "tangent",
            le(log(y), TANGENT),
            prove_tangent,
            given=("y is positive", "c is positive"),
            box={"y": (Fraction(1, 10), 1), "c": (Fraction(3, 2), 3)},  # equality, at y = c, is outside
        ),
        Claim(
            "not negative",
            le(0, log(1 + y)),
            prove_nonneg,
            given=("y is not negative",),
            box={"y": (Fraction(1, 10), 10)},
        ),
    ],
    models=real_models,
    mutants=[
        Mutant("right side times 0.99", conclusion=le(over.of(log(1 + Z)), Rational(99, 100) * log(1 + MEAN))),
        Mutant("inequality reversed", conclusion=le(log(1 + MEAN), over.of(log(1 + Z)))),
        Mutant("strict tangent", conclusion=lt(log(y), TANGENT), claim="tangent"),
        Mutant("tangent with -2", conclusion=le(log(y), TANGENT - 1), claim="tangent"),
        Mutant("strictly positive", conclusion=lt(log(y), log(1 + y) - 1), claim="not negative"),
    ],
)
