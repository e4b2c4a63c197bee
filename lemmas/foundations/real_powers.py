"""x^r for x >= 0 and r >= 0 is not negative, and the square of x^(r/2): x > 0, or x = 0 and 0^r is 0 or 1."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from random import Random

from sympy import Integer

from adamproof.lemmas.foundations.functionals import rational
from adamproof.numeric.models import Model
from adamproof.prover import (
    Step,
    by_cases,
    eq,
    head_fact,
    le,
    lt,
    prove,
    real_power,
    reals,
    rewrite,
)
from adamproof.theory.lemma import Claim, Lemma, Mutant, Scope, Source

x, r, hole = reals("x r hole")


def not_negative(scope: Scope) -> Step:
    base, exponent = scope.given("x is not negative"), scope.given("r is not negative")
    positive = prove(scope.goal, head_fact("rpow_pos", x, r, given=[lt(0, x)]))
    zero_base = prove(eq(0, x), le(x, 0), base)
    some = prove(le(0, real_power(Integer(0), r)), head_fact("rpow_of_zero", r, given=[lt(0, r)]))
    one = prove(le(0, real_power(Integer(0), Integer(0))), head_fact("rpow_zero", Integer(0), given=[prove(le(0, 0))]))
    zero_exponent = prove(eq(0, r), le(r, 0), exponent)
    one = rewrite(one, zero_exponent, hole, le(0, real_power(Integer(0), hole)))
    at_zero = by_cases(r, 0, one, some)
    scope.step("0^r is not negative", at_zero)
    zero = rewrite(at_zero, zero_base, hole, le(0, real_power(hole, r)))
    return by_cases(x, 0, zero, positive)


def halved(scope: Scope) -> Step:
    """x^r = x^(r/2)*x^(r/2)."""
    base, exponent = scope.given("x is not negative"), scope.given("r is not negative")
    half = r / 2
    whole = head_fact("rpow_add", x, half, half, given=[lt(0, x)])
    positive = prove(scope.goal, whole)
    zero_base = prove(eq(0, x), le(x, 0), base)
    some = [
        head_fact("rpow_of_zero", r, given=[lt(0, r)]),
        head_fact("rpow_of_zero", half, given=[prove(lt(0, half), lt(0, r))]),
    ]
    zero = Integer(0)
    at_zero = eq(real_power(zero, r), real_power(zero, half) ** 2)
    one = head_fact("rpow_zero", zero, given=[prove(le(0, 0))])
    one = prove(eq(real_power(zero, zero), real_power(zero, zero) ** 2), one)
    zero_exponent = prove(eq(0, r), le(r, 0), exponent)
    zero_half = prove(eq(0, half), zero_exponent)
    one = rewrite(one, zero_exponent, hole, eq(real_power(zero, hole), real_power(zero, zero) ** 2))
    one = rewrite(one, zero_half, hole, eq(real_power(zero, r), real_power(zero, hole) ** 2))
    nothing = by_cases(r, 0, one, prove(at_zero, some))
    zero_case = rewrite(nothing, zero_base, hole, eq(real_power(hole, r), real_power(hole, half) ** 2))
    return by_cases(x, 0, prove(scope.goal, zero_case), positive)


def models(rng: Random) -> Iterator[Model]:
    """Bases and exponents from 0 on."""
    while True:
        base = rng.choice([Fraction(0), abs(rational(rng))])
        yield Model(variables={"x": base, "r": rng.choice([Fraction(0), abs(rational(rng))])})


def small(rng: Random) -> Iterator[Model]:
    """0 < x < 1 and r > 1."""
    while True:
        yield Model(variables={"x": Fraction(1, rng.randint(2, 9)), "r": 1 + abs(rational(rng)) + 1})


lemma = Lemma(
    slug="real-powers",
    title="For x, r >= 0, x^r is not negative and is the square of x^(r/2)",
    source=Source.CLASSICAL,
    where="|a|^q in (L0, L1, q)-smoothness",
    assumptions={"x is not negative": le(0, x), "r is not negative": le(0, r)},
    claims=[
        Claim("not negative", le(0, real_power(x, r)), not_negative),
        Claim("halved", eq(real_power(x, r), real_power(x, r / 2) ** 2), halved),
    ],
    models=models,
    mutants=[
        Mutant("halved, without the square", conclusion=eq(real_power(x, r), real_power(x, r / 2)), claim="halved"),
        Mutant("positive", conclusion=lt(0, real_power(x, r))),
        Mutant("at least x", conclusion=le(x, real_power(x, r)), models=small),
        Mutant("at most 0", conclusion=le(real_power(x, r), 0)),
        Mutant("at least 1/100", conclusion=le(Fraction(1, 100), real_power(x, r))),
    ],
)
