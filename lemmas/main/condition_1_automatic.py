"""Condition 1, in our averaged form, holds by itself with C0 = 1 where 0 <= p <= 1: Jensen's inequality.

    mean_t E|a_t|^p <= (mean_t E|a_t|)^p

z^p lies below its tangent at any g > 0, z^p <= g^p*(1 - p + p*z/g), by Young's inequality; in expectation and on
average over time at g = G, the mean of E|a_t|, the right side is G^p.  If G = 0, small g show that the left side
is not positive unless p = 0.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from random import Random
from typing import Any

from sympy import Integer, Rational

from adamproof.lemmas.main import main_theorem
from adamproof.lemmas.main.corollary_3_3 import G
from adamproof.lemmas.main.setting import COORDINATES, TIMES, a, length, mean_power, over
from adamproof.lemmas.models import problems
from adamproof.lemmas.notation import T, j, p, q, t, w
from adamproof.numeric.models import Model
from adamproof.prover import (
    E,
    Step,
    at,
    by_cases,
    cut,
    eq,
    function,
    generalise,
    head_fact,
    instantiate,
    integers,
    le,
    lt,
    product,
    prove,
    real_power,
    reals,
    rewrite,
)
from adamproof.theory.lemma import Claim, Lemma, Mutant, Scope, Source

z, g, hole = reals("z g hole")
EXPONENT = ("p is not negative", "p <= 1")
NUMBERS = {"z is not negative": le(0, z), "g is positive": lt(0, g)}
GIVEN = ("E|a_t| is finite", "T is a horizon", *EXPONENT)


def below(base: Any, power_: Any) -> Any:
    """The tangent of z^p at g, multiplied out: power_*(1 - p) + p*power_/g*z, for power_ = g^p."""
    return power_ * (1 - p) + p * (power_ / base) * z


def tangent(scope: Scope) -> Step:
    """Young's inequality at z/g, multiplied by g^p; at z = 0 there is no factor z^p to split."""
    base, place, *exponent = scope.given("z is not negative", "g is positive", *EXPONENT)
    power = prove(lt(0, real_power(g, p)), head_fact("rpow_pos", g, p, given=[place]))
    ratio = prove(lt(0, z / g), lt(0, z), place)
    young = head_fact("young", z / g, p, given=[prove(le(0, z / g), ratio), *exponent])
    split = head_fact("rpow_base", g, z / g, p, given=[place, ratio])
    whole = prove(eq(product(g, z / g), z), place)
    split = rewrite(split, whole, hole, eq(real_power(hole, p), split.conclusion.args[1]))
    y, f, x = reals("y f x")
    scaled = prove(le(f * y, f * x), le(y, x), lt(0, f))
    scaled = cut(instantiate(scaled, {y: real_power(z / g, p), f: real_power(g, p), x: 1 - p + p * (z / g)}), young)
    positive = prove(scope.goal, split, cut(scaled, power))
    return by_cases(z, 0, _at_zero(scope, base, power), positive)


def _at_zero(scope: Scope, base: Step, power: Step) -> Step:
    """0^p <= g^p*(1 - p): 0 if p > 0, and 1 = 1 if p = 0."""
    zero = Integer(0)

    def at_most(exponent: Any) -> Any:
        return le(real_power(zero, exponent), real_power(g, exponent) * (1 - exponent))

    nothing = head_fact("rpow_of_zero", p, given=[lt(0, p)])
    some = prove(le(0, real_power(g, p) * (1 - p)), power, scope.the("p <= 1"))
    nonneg = prove(le(0, g), scope.the("g is positive"))
    ones = [head_fact("rpow_zero", zero, given=[prove(le(0, 0))]), head_fact("rpow_zero", g, given=[nonneg])]
    equal = prove(eq(0, p), le(p, 0), scope.the("p is not negative"))
    one = rewrite(prove(at_most(zero), ones), equal, hole, at_most(hole))
    zero_base = prove(eq(0, z), le(z, 0), base)
    whole = by_cases(p, 0, one, prove(at_most(p), nothing, some))
    whole = rewrite(whole, zero_base, hole, le(real_power(hole, p), real_power(g, p) * (1 - p)))
    return prove(scope.goal, whole, prove(eq(z, 0), zero_base))


def averaged(scope: Scope) -> Step:
    """mean_t E|a_t|^p <= g^p*(1 - p) + p*g^p/g*G, for every g > 0."""
    nonneg = prove(le(0, length(t)), COORDINATES.monotone(prove(le(0, a(t, j, w) ** 2))))
    finite = at(scope.the("E|a_t| is finite"), t, given=[le(1, t)])
    each = cut(instantiate(scope.lemma("condition-1-automatic", "tangent"), {z: length(t)}), nonneg)
    powers_finite = instantiate(scope.lemma("young-power", "finite"), {function("Z", "point"): ((w,), length(t))})
    powers_finite = instantiate(powers_finite, {q: p})
    powers_finite = cut(powers_finite, generalise(nonneg, w), finite)
    slope, level = p * (real_power(g, p) / g), real_power(g, p) * (1 - p)
    mean = over.monotone(each, (slope, finite), (-1, powers_finite), constant=level)
    each = prove(le(E(real_power(length(t), p), w), level + slope * E(length(t), w)), mean, degree=1)
    total = TIMES.monotone(each)
    horizon = scope.the("T is a horizon")
    count = cut(instantiate(scope.lemma("constant-sum"), {integers("n"): T}), prove(le(0, T), horizon))
    x, y, n, f, h = reals("x y n f h")
    divided = instantiate(
        prove(le(y / n, f + h * (x / n)), le(y, f * n + h * x), lt(0, n)),
        {y: TIMES.of(E(real_power(length(t), p), w)), n: T, f: level, h: slope, x: TIMES.of(E(length(t), w))},
    )
    collected = prove(divided.hypotheses[0], total, main_theorem.times(level, count), degree=1)
    return prove(scope.goal, cut(divided, collected, prove(lt(0, T), horizon)), degree=1)


def automatic(scope: Scope) -> Step:
    tangents = scope.step("below the tangents", scope.lemma("condition-1-automatic", "averaged"))
    nonneg = mean_nonneg(scope)
    y, f, x, r = reals("y f x r")
    place = prove(le(y, f), le(y, f * (1 - p) + p * (f / r) * x), eq(x, r), lt(0, r))
    place = instantiate(place, {y: mean_power(p), f: real_power(G, p), x: G, r: G})
    place = cut(place, instantiate(tangents, {g: G}), prove(eq(G, G, same=True)))
    at_zero = scope.step("no gradients at all", _no_gradients(scope, tangents))
    zero = prove(eq(0, G), le(G, 0), nonneg)
    at_zero = cut(at_zero, zero)
    return by_cases(G, 0, at_zero, place)


def _no_gradients(scope: Scope, tangents: Step) -> Step:
    """The claim from 0 = G: 1 <= 1 if p = 0, and else 0, as a positive mean y is too large at g = (y/2)^(1/p)."""
    zero, mean = Integer(0), mean_power(p)
    small = mean / 2
    positive = prove(lt(0, small), lt(0, mean))
    root = real_power(small, 1 / p)
    found = head_fact("rpow_mul", small, 1 / p, p, given=[positive])
    one = prove(eq(product(1 / p, p), 1), lt(0, p))
    found = rewrite(found, one, hole, eq(real_power(small, hole), real_power(root, p)))
    plain = head_fact("rpow_one", small, given=[prove(le(0, small), positive)])
    found = prove(eq(real_power(root, p), small), found, plain)
    place = head_fact("rpow_pos", small, 1 / p, given=[positive])
    bound = cut(instantiate(tangents, {g: root}), place)
    none = prove(eq(G, 0), eq(0, G))
    y, f, x, r = reals("y f x r")
    absurd = prove(le(y, 0), le(y, f * (1 - p) + p * (f / r) * x), eq(f, y / 2), eq(x, 0), lt(0, y), lt(0, p))
    absurd = instantiate(absurd, {y: mean, f: real_power(root, p), x: G, r: root})
    positive_p = by_cases(mean, 0, prove(le(mean, 0), le(mean, 0)), cut(absurd, bound, found, none))
    vanishing = head_fact("rpow_of_zero", p, given=[lt(0, p)])
    positive_p = prove(le(mean, real_power(zero, p)), positive_p, vanishing)
    whole = by_cases(p, 0, _exponent_zero(scope, tangents), positive_p)
    return rewrite(whole, eq(0, G), hole, le(mean, real_power(hole, p)))


def _exponent_zero(scope: Scope, tangents: Step) -> Step:
    """0^p = 1 is at least the mean if p = 0, which the tangent at g = 1 shows."""
    zero, one = Integer(0), Integer(1)
    equal = prove(eq(0, p), le(p, 0), scope.the("p is not negative"))
    ones = [head_fact("rpow_zero", base, given=[prove(le(0, base))]) for base in (zero, one)]
    ones = [
        rewrite(fact, equal, hole, eq(real_power(base, hole), 1)) for fact, base in zip(ones, (zero, one), strict=True)
    ]
    bound = cut(instantiate(tangents, {g: one}), prove(lt(0, one)))
    return prove(le(mean_power(p), real_power(zero, p)), bound, ones, prove(eq(p, 0), equal))


# --- models -----------------------------------------------------------------------------------------


def models(rng: Random) -> Iterator[Model]:
    """Runs of Adam, with exponents from 0 to 1 and numbers for the tangent."""
    for model in problems.runs(rng):
        place, base = Fraction(rng.randint(1, 9), 4), Fraction(rng.randint(0, 9), 4)
        yield model.extended(variables={"p": Fraction(rng.randint(0, 4), 4), "g": place, "z": base})


def fixed(problem: problems.Problem, **changes: Any) -> Any:
    """One run, as a generator."""

    def generator(rng: Random) -> Iterator[Model]:
        yield problems.run(problem).extended(variables={"g": 1, "z": 1, **changes})

    return generator


ONE_STEP = replace(problems.FAR, horizon=1)  # a single gradient, of length 100: equality
SHRINKING = replace(problems.JUMPING, start=(Fraction(4),), rate=Fraction(3))  # gradients of lengths 4 and about 1

lemma = Lemma(
    slug="condition-1-automatic",
    title="Our averaged form of Condition 1 holds with C0 = 1 if 0 <= p <= 1",
    source=Source.OURS,
    where="Condition 1, which the summary names but does not spell out; our form averages over time",
    assumptions={
        **{name: main_theorem.lemma.assumptions[name] for name in ("E|a_t| is finite", "T is a horizon")},
        "p is not negative": le(0, p),
        "p <= 1": le(p, 1),
        **NUMBERS,
    },
    claims=[
        Claim("C1 with C0 = 1", le(mean_power(p), real_power(G, p)), automatic, given=GIVEN),
        Claim(
            "averaged",
            le(mean_power(p), below(g, real_power(g, p)).subs(z, G)),
            averaged,
            given=(*GIVEN, "g is positive"),
        ),
        Claim("tangent", le(real_power(z, p), below(g, real_power(g, p))), tangent, given=(*NUMBERS, *EXPONENT)),
    ],
    models=models,
    mutants=[
        Mutant(
            "right side times 0.99",
            conclusion=le(mean_power(p), Rational(99, 100) * real_power(G, p)),
            models=fixed(ONE_STEP, p=1),
        ),
        Mutant("p above 1", drop=("p <= 1",), models=fixed(SHRINKING, p=2)),
        Mutant("inequality reversed", conclusion=le(real_power(G, p), mean_power(p))),
        Mutant("p below 0", drop=("p is not negative",), models=fixed(SHRINKING, p=-1)),
        Mutant("no exponent on the right", conclusion=le(mean_power(p), G), models=fixed(problems.NOISY, p=0)),
    ],
)
