"""The descent lemma under (L0, L1, q)-smoothness: F(y) <= F(x) + <a, h> + 1/2*(L0 + L1*|a|^q)*|h|^2 for y = x + h.

Here a is the gradient at x, and ga(j, s) coordinate j of the gradient at x + s*h.  Along the segment the gradient
differs from a by at most (L0 + L1*|a|^q)*s*|h| (A3); so its slope along h exceeds <a, h> by at most that times |h|
(Cauchy-Schwarz), and the integral of s over [0, 1] is 1/2.  That F(y) - F(x) is the integral of the slope is the
fundamental theorem of calculus, which is cited.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from random import Random
from typing import Any

from sympy import Abs, Rational

from adamproof.lemmas.foundations.functionals import rational
from adamproof.lemmas.notation import COORDINATES, L0, L1, d, j, modulus, norm
from adamproof.numeric.models import Model
from adamproof.prover import (
    Functional,
    Integrable,
    Step,
    at,
    cut,
    eq,
    forall,
    function,
    head_fact,
    instantiate,
    integers,
    le,
    product,
    prove,
    reals,
)
from adamproof.theory.lemma import Claim, Lemma, Mutant, Scope, Source

s, Fx, Fy = reals("s Fx Fy")
a, h, ga = function("a"), function("h"), function("ga", "int", "real")
SEGMENT = Functional("Integral01", s)
INSIDE = [le(0, s), le(s, 1)]

SLOPE = COORDINATES.of(ga(j, s) * h(j))  # of F at x + s*h along h
START = COORDINATES.of(a(j) * h(j))
LENGTH = norm(h(j))
SQUARE = COORDINATES.of(h(j) ** 2)
MODULUS = modulus(norm(a(j)))
CHANGE = ga(j, s) - a(j)
CALCULUS = "any textbook of analysis, for F with a continuous gradient along the segment"


def inner_product(scope: Scope, x: Any, y: Any) -> Step:
    """<x, y> <= |x|*|y|."""
    ends = {integers("lo"): 1, integers("hi"): d}
    return instantiate(
        scope.lemma("cauchy-schwarz", "norms"), {function("a"): ((j,), x), function("b"): ((j,), y), **ends}
    )


def pointwise(scope: Scope, factor: Any, near: Step) -> Step:
    """At s, the slope is at most <a, h> + factor*s*|h|^2."""
    inner = inner_product(scope, CHANGE, h(j))
    nonneg = COORDINATES.monotone(prove(le(0, h(j) ** 2)))
    x, y, z, f = reals("x y z f")  # plain variables: the search need not look into |a|^q
    farther = prove(le(x * y, f * s * z), le(x, f * (s * y)), le(0, y), eq(y**2, z))
    farther = instantiate(farther, {x: norm(CHANGE), y: LENGTH, z: SQUARE, f: factor})
    square = prove(eq(product(LENGTH, LENGTH), SQUARE), nonneg)
    farther = cut(farther, near, prove(le(0, LENGTH), nonneg), square)
    return prove(le(SLOPE, START + factor * s * SQUARE), inner, farther, degree=1)


def integrated(scope: Scope, factor: Any, step: Step) -> Step:
    unit = SEGMENT.integrable(1, constant=1)
    identity = SEGMENT.dominated(prove(le(Abs(s), 1), INSIDE), unit)
    slope = scope.the("the slope along the segment is integrable")
    whole = SEGMENT.monotone(step, (-1, slope), (factor * SQUARE, identity), constant=START)
    scope.step("the integral over the segment", whole)
    half = head_fact("integral_identity")
    return prove(scope.goal, whole, half, scope.the("F(y) - F(x) is the integral of the slope"))


def generalised(scope: Scope) -> Step:
    nonneg = prove(le(0, LENGTH), COORDINATES.monotone(prove(le(0, h(j) ** 2))))
    shorter = prove(le(s * LENGTH, LENGTH), INSIDE, nonneg)
    close = prove(le(L1 * (s * LENGTH), 1), shorter, scope.given("L1 is not negative", "the step is short"))
    near = at(scope.the("A3 along the segment"), s, given=[*INSIDE, close])
    step = scope.step("the slope at s", pointwise(scope, MODULUS, near))
    return integrated(scope, MODULUS, step)


def l_smooth(scope: Scope) -> Step:
    near = at(scope.the("the gradient is Lipschitz along the segment"), s, given=INSIDE)
    step = scope.step("the slope at s", pointwise(scope, L0, near))
    return integrated(scope, L0, step)


def models(rng: Random) -> Iterator[Model]:
    """Quadratics F = 1/2*sum of curvature_j*x_j^2, L0 the largest curvature (now and then all are equal)."""
    while True:
        dimension = rng.randint(0, 4)
        curvature = [abs(rational(rng)) for _ in range(9)] if rng.random() < 0.6 else [abs(rational(rng))] * 9
        gradient, step = ([rational(rng) for _ in range(9)] for _ in range(2))
        start = rational(rng)
        gains = (gradient[i] * step[i] + curvature[i] * step[i] ** 2 / 2 for i in range(1, dimension + 1))
        gain = sum(gains, Fraction(0))
        # L1 = 0, or so small that the step is short, as the square of |h| is at most 4*81
        yield Model(
            variables={
                "d": dimension,
                "Fx": start,
                "Fy": start + gain,
                "L0": max(curvature),
                "L1": Fraction(rng.randint(0, 5), 100),
                "q": Fraction(rng.randint(0, 4), 4),
            },
            functions={
                "a": lambda k, gradient=gradient: gradient[k],
                "h": lambda k, step=step: step[k],
                "ga": lambda k, at, gradient=gradient, curvature=curvature, step=step: (
                    gradient[k] + curvature[k] * step[k] * at
                ),
            },
            reals=[Fraction(i, 4) for i in range(5)],
        )


def steep(rng: Random) -> Iterator[Model]:
    """One coordinate, curvature L0 and no more: equality."""
    for model in models(rng):
        if model.variables["d"] == 1:
            yield model.extended(
                variables={"L0": 2, "L1": 0, "Fx": 0, "Fy": 9},
                functions={"a": lambda _: Fraction(0), "h": lambda _: Fraction(3), "ga": lambda _, at: 6 * at},
            )


def rough(rng: Random) -> Iterator[Model]:
    """As models, with moduli that are too small."""
    return (model.extended(variables={"L0": 0, "L1": 0}) for model in models(rng))


HALF = Rational(1, 2)
STATED = ("F(y) - F(x) is the integral of the slope", "the slope along the segment is integrable")


def bound(factor: Any, half: Any = HALF) -> Any:
    return le(Fy, Fx + START + half * factor * SQUARE)


lemma = Lemma(
    slug="smooth-descent",
    title="The descent lemma for short steps under (L0, L1, q)-smoothness",
    source=Source.RECONSTRUCTED,
    where="the summary names (L0, L1, q)-smoothness; this is what descent proofs use of it",
    assumptions={
        "L1 is not negative": le(0, L1),
        "the step is short": le(L1 * LENGTH, 1),
        "A3 along the segment": forall(
            s, le(norm(CHANGE), MODULUS * (s * LENGTH)), [*INSIDE, le(L1 * (s * LENGTH), 1)]
        ),
        "the gradient is Lipschitz along the segment": forall(s, le(norm(CHANGE), L0 * (s * LENGTH)), INSIDE),
        "F(y) - F(x) is the integral of the slope": eq(Fy - Fx, SEGMENT.of(SLOPE)),
        "the slope along the segment is integrable": Integrable(SEGMENT.of(SLOPE)),
    },
    cited={
        "F(y) - F(x) is the integral of the slope": ("fundamental theorem of calculus", CALCULUS),
        "the slope along the segment is integrable": ("fundamental theorem of calculus", CALCULUS),
    },
    claims=[
        Claim(
            "A3",
            bound(MODULUS),
            generalised,
            given=("L1 is not negative", "the step is short", "A3 along the segment", *STATED),
        ),
        Claim("L-smooth", bound(L0), l_smooth, given=("the gradient is Lipschitz along the segment", *STATED)),
    ],
    models=models,
    mutants=[
        Mutant("1/2 replaced by 0.49", conclusion=bound(MODULUS, Rational(49, 100)), models=steep),
        Mutant("L-smooth with 0.49", conclusion=bound(L0, Rational(49, 100)), claim="L-smooth", models=steep),
        Mutant("without the gradient's part", conclusion=le(Fy, Fx + MODULUS * SQUARE / 2)),
        Mutant("inequality reversed", conclusion=le(Fx + START + MODULUS * SQUARE / 2, Fy)),
        Mutant("A3 dropped", drop=("A3 along the segment",), models=rough),
    ],
)
