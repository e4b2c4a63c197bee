"""Real powers keep the order of their bases: x^r <= y^r and y^(-r) <= x^(-r) for 0 < x <= y and r >= 0.

For a base x >= 1, x^r >= 1 + ln(x^r) = 1 + r*ln(x) >= 1.  So y^r = x^r*(y/x)^r >= x^r, and the negative powers are the
inverses.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from random import Random
from typing import Any

from sympy import Integer, log

from adamproof.lemmas.foundations import jensen_ln
from adamproof.lemmas.foundations.functionals import rational
from adamproof.numeric.models import Model
from adamproof.prover import (
    Step,
    convert,
    cut,
    eq,
    head_fact,
    instantiate,
    le,
    lt,
    product,
    prove,
    real_power,
    reals,
    rewrite,
)
from adamproof.theory.lemma import Claim, Lemma, Mutant, Scope, Source

x, y, r, hole = reals("x y r hole")
ORDERED = ("x is positive", "x <= y", "r is not negative")


def prove_at_least_one(scope: Scope) -> Step:
    base, exponent = scope.the("1 <= x"), scope.the("r is not negative")
    positive = prove(lt(0, x), base)
    zero = instantiate(scope.lemma("jensen-ln", "not negative"), {jensen_ln.y: x - 1})
    logarithm = convert(cut(zero, prove(le(0, x - 1), base)), le(0, log(x)))
    scope.step("ln(x) is not negative", logarithm)
    exact = head_fact("ln_rpow", x, r, given=[positive])
    above = head_fact("ln_le", real_power(x, r), given=[head_fact("rpow_pos", x, r, given=[positive])])
    return prove(scope.goal, exact, above, logarithm, exponent)


def inverse(base: Any, given: Step) -> Step:
    """base^(-r)*base^r = 1."""
    added = head_fact("rpow_add", base, -r, r, given=[given])
    one = head_fact("rpow_zero", base, given=[prove(le(0, base), given)])
    return prove(eq(product(real_power(base, -r), real_power(base, r)), 1), added, one)


def prove_increasing(scope: Scope) -> Step:
    """y^r = x^r*(y/x)^r."""
    positive, ordered, exponent = (scope.the(name) for name in ORDERED)
    quotient = prove(le(1, y / x), positive, ordered)
    above = cut(instantiate(scope.lemma("power-order", "at least 1"), {x: y / x}), quotient, exponent)
    scope.step("(y/x)^r is at least 1", above)
    split = head_fact("rpow_base", x, y / x, r, given=[positive, prove(lt(0, y / x), quotient)])
    whole = prove(eq(product(x, y / x), y), positive)
    split = rewrite(split, whole, hole, eq(real_power(hole, r), real_power(x, r) * real_power(y / x, r)))
    return prove(scope.goal, split, above, head_fact("rpow_pos", x, r, given=[positive]))


def prove_decreasing(scope: Scope) -> Step:
    """y^(-r) = y^(-r)*x^(-r)*x^r <= y^(-r)*x^(-r)*y^r = x^(-r)."""
    positive, ordered, _ = (scope.the(name) for name in ORDERED)
    larger = prove(lt(0, y), positive, ordered)
    increasing = scope.step("x^r <= y^r", scope.lemma("power-order", "increasing"))
    u, v, z, U, V = reals("u v z U V")  # u = x^r, v = y^r, U = x^(-r), V = y^(-r)
    scaled = prove(le(u * z, v * z), le(u, v), le(0, z))
    scaled = cut(instantiate(scaled, {z: U * V}), prove(le(0, U * V), lt(0, U), lt(0, V)))
    left = prove(eq(product(u, U * V), V), eq(product(U, u), 1))
    right = prove(eq(product(v, U * V), U), eq(product(V, v), 1))
    found = prove(le(V, U), scaled, left, right, degree=1)
    powers = {u: real_power(x, r), v: real_power(y, r), U: real_power(x, -r), V: real_power(y, -r)}
    signs = [head_fact("rpow_pos", base, -r, given=[given]) for base, given in ((x, positive), (y, larger))]
    return cut(instantiate(found, powers), increasing, inverse(x, positive), inverse(y, larger), *signs)


def models(rng: Random) -> Iterator[Model]:
    """1 <= x <= y (equal now and then) and exponents from 0 on."""
    while True:
        base = 1 + rng.choice([Fraction(0), abs(rational(rng))])
        other = base + rng.choice([Fraction(0), abs(rational(rng))])
        exponent = rng.choice([Fraction(0), abs(rational(rng)), Fraction(rng.randint(1, 3))])
        yield Model(variables={"x": base, "y": other, "r": exponent})


def small_models(rng: Random) -> Iterator[Model]:
    """As models, with bases from 1/100 on."""
    for model in models(rng):
        scale = rng.choice([Fraction(1), Fraction(1, 10), Fraction(1, 100)])
        yield model.extended(variables={name: model.variables[name] * scale for name in ("x", "y")})


def negative_exponents(rng: Random) -> Iterator[Model]:
    """As models, with negative exponents."""
    for model in models(rng):
        yield model.extended(variables={"y": model.variables["y"] + 1, "r": -rng.randint(1, 3)})


def below_one(rng: Random) -> Iterator[Model]:
    """Bases in (0, 1)."""
    for model in models(rng):
        yield model.extended(variables={"x": Fraction(1, rng.randint(2, 9)), "r": 1 + abs(rational(rng))})


def disordered(rng: Random) -> Iterator[Model]:
    """As models, x and y exchanged."""
    for model in models(rng):
        yield model.extended(variables={"x": model.variables["y"], "y": model.variables["x"]})


lemma = Lemma(
    slug="power-order",
    title="For r >= 0, x^r keeps the order of positive numbers and x^(-r) reverses it",
    source=Source.CLASSICAL,
    where="t^(-alpha) against T^(-alpha), and the p-th power of a mean",
    assumptions={
        "x is positive": lt(0, x),
        "x <= y": le(x, y),
        "1 <= x": le(1, x),
        "r is not negative": le(0, r),
    },
    claims=[
        Claim(
            "increasing", le(real_power(x, r), real_power(y, r)), prove_increasing, given=ORDERED, models=small_models
        ),
        Claim(
            "decreasing", le(real_power(y, -r), real_power(x, -r)), prove_decreasing, given=ORDERED, models=small_models
        ),
        Claim("at least 1", le(1, real_power(x, r)), prove_at_least_one, given=("1 <= x", "r is not negative")),
    ],
    models=models,
    mutants=[
        Mutant("strictly increasing", conclusion=lt(real_power(x, r), real_power(y, r))),
        Mutant("r of any sign", drop=("r is not negative",), models=negative_exponents),
        Mutant("x and y in any order", drop=("x <= y",), models=disordered),
        Mutant("negative powers increasing", conclusion=le(real_power(x, -r), real_power(y, -r)), claim="decreasing"),
        Mutant("bases below 1", drop=("1 <= x",), claim="at least 1", models=below_one),
        Mutant("at least 1 + r", conclusion=le(1 + r, real_power(x, r)), claim="at least 1"),
        Mutant("above 1", conclusion=lt(Integer(1), real_power(x, r)), claim="at least 1"),
    ],
)
