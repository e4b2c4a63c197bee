"""Cauchy-Schwarz: L[a*b]^2 <= L[a^2] * L[b^2] for finite sums, expectations and integrals.

One script proves all three: L[(a - lam*b)^2] >= 0 for every real lam; the best lam gives the claim, and where
L[b^2] = 0 a large lam shows that L[a*b] = 0.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from random import Random
from typing import Any

from sympy import Abs, Rational, sqrt

from adamproof.lemmas.foundations.functionals import PAIRS, SUM, Pair, models
from adamproof.numeric.models import Model
from adamproof.prover import (
    Step,
    at,
    by_cases,
    cut,
    eq,
    forall,
    function,
    instantiate,
    le,
    lt,
    ne,
    product,
    prove,
    reals,
)
from adamproof.theory.lemma import Claim, Lemma, Mutant, Proof, Scope, Source

lam = reals("lam")


def integrability(pair: Pair, scope: Scope) -> tuple[Any, Any, Any]:
    """Integrability of a^2, b^2 (assumed) and of a*b (dominated by their sum); nothing for a sum."""
    over, a, b = pair.over, pair.a, pair.b
    if over.is_sum:
        return None, None, None
    square_a, square_b = (scope.the(f"{over.op}[{x}^2] is finite") for x in "ab")
    both = over.integrable(a**2 + b**2, (1, square_a), (1, square_b))
    return square_a, square_b, over.dominated(prove(le(Abs(a * b), a**2 + b**2)), both)


def proof(pair: Pair) -> Proof:
    """The script for one functional."""

    def script(scope: Scope) -> Step:
        over, a, b = pair.over, pair.a, pair.b
        A, B, C = over.of(a**2), over.of(b**2), over.of(a * b)
        square_a, square_b, finite = integrability(pair, scope)
        square = over.monotone(prove(le(0, (a - lam * b) ** 2)), (1, square_a), (lam**2, square_b), (-2 * lam, finite))
        quadratic = prove(le(0, A - 2 * lam * C + lam**2 * B), square)
        scope.step("0 <= L[(a - lam*b)^2] for every lam, multiplied out", quadratic)
        positive = prove(scope.goal, instantiate(quadratic, {lam: C / B}), 0 < B)
        scope.step("if 0 < L[b^2], take lam = L[a*b]/L[b^2]", positive)
        nonneg = prove(le(0, B), over.monotone(prove(le(0, b**2)), (1, square_b)))
        vanishes = prove(eq(B, 0), B <= 0, nonneg)
        nonzero = prove(ne(C, 0), 0 < C**2)
        absurd = prove(scope.goal, instantiate(quadratic, {lam: (A + 1) / (2 * C)}), nonzero, vanishes)
        scope.step("if L[b^2] = 0 but L[a*b] is not, lam = (L[a^2] + 1)/(2*L[a*b]) is absurd", absurd)
        return by_cases(B, 0, by_cases(C**2, 0, prove(scope.goal, C**2 <= 0, vanishes), absurd), positive)

    return script


def prove_weighted(scope: Scope) -> Step:
    """Cauchy-Schwarz for c/sqrt(w) and sqrt(w)*y."""
    over, (low, high) = SUM.over, SUM.over.bounds
    between = [le(low, k), le(k, high)]
    positive = at(scope.the("weights are positive"), k)
    left, right = c / sqrt(weight), sqrt(weight) * y
    cauchy = instantiate(
        scope.lemma("cauchy-schwarz", SUM.name), {type(SUM.a): ((k,), left), type(SUM.b): ((k,), right)}
    )
    same = [
        over.equal(prove(eq(product(*pair), simple), positive, between))
        for pair, simple in (((left, right), c * y), ((left, left), c**2 / weight), ((right, right), weight * y**2))
    ]
    return prove(scope.goal, cauchy, same)


def prove_norms(scope: Scope) -> Step:
    """The root of Cauchy-Schwarz."""
    over, a, b = SUM.over, SUM.a, SUM.b
    x, y, z = reals("x y z")
    lengths = prove(le(0, sqrt(y) * sqrt(z)), le(0, y), le(0, z))
    root = prove(le(x, sqrt(y) * sqrt(z)), le(x**2, y * z), le(0, y), le(0, z), lengths)
    root = instantiate(root, {x: over.of(a * b), y: over.of(a**2), z: over.of(b**2)})
    nonneg = [over.monotone(prove(le(0, factor**2))) for factor in (a, b)]
    return cut(root, scope.lemma("cauchy-schwarz", SUM.name), *nonneg)


def claim(pair: Pair) -> Claim:
    over, a, b = pair.over, pair.a, pair.b
    goal = le(over.of(a * b) ** 2, over.of(a**2) * over.of(b**2))
    return Claim(pair.name, goal, proof(pair), given=() if over.is_sum else tuple(assumptions(pair)))


def assumptions(pair: Pair) -> dict[str, Any]:
    return pair.finite(pair.a**2, "a^2") | pair.finite(pair.b**2, "b^2")


k = SUM.over.variable
c, y, weight = (function(name)(k) for name in ("c", "y", "weight"))
WEIGHTED = le(SUM.over.of(c * y) ** 2, SUM.over.of(c**2 / weight) * SUM.over.of(weight * y**2))
NORMS = le(SUM.over.of(SUM.a * SUM.b), sqrt(SUM.over.of(SUM.a**2)) * sqrt(SUM.over.of(SUM.b**2)))
POSITIVE = forall(k, lt(0, weight), [le(SUM.over.bounds[0], k), le(k, SUM.over.bounds[1])])


def weighted_models(rng: Random) -> Iterator[Model]:
    """Random sequences with positive weights."""
    for model in models(rng):
        weights = {key: Fraction(rng.randint(1, 9), rng.randint(1, 9)) for key in range(-6, 14)}
        yield model.extended(
            functions={"y": model.functions["b"], "c": model.functions["a"], "weight": weights.__getitem__}
        )


def weights_of_any_sign(rng: Random) -> Iterator[Model]:
    for model in weighted_models(rng):
        positive = model.functions["weight"]
        yield model.extended(
            functions={"weight": lambda key, positive=positive: -positive(key) if key % 2 else positive(key)}
        )


left, right = SUM.over.of(SUM.a * SUM.b) ** 2, SUM.over.of(SUM.a**2) * SUM.over.of(SUM.b**2)

lemma = Lemma(
    slug="cauchy-schwarz",
    title="Cauchy-Schwarz for finite sums, expectations and integrals",
    source=Source.CLASSICAL,
    where="used for the unrolled momentum in the proof of Lemma B.2, and for sums over coordinates",
    assumptions={
        **{name: statement for pair in PAIRS for name, statement in assumptions(pair).items()},
        "weights are positive": POSITIVE,
    },
    claims=[
        *(claim(pair) for pair in PAIRS),
        Claim("norms", NORMS, prove_norms, given=()),
        Claim("weighted sums", WEIGHTED, prove_weighted, given=("weights are positive",), models=weighted_models),
    ],
    models=models,
    mutants=[
        Mutant("right side times 0.99", conclusion=le(left, Rational(99, 100) * right)),
        Mutant("inequality reversed", conclusion=le(right, left)),
        Mutant("strict inequality", conclusion=lt(left, right)),
        Mutant(
            "weights of any sign", drop=("weights are positive",), claim="weighted sums", models=weights_of_any_sign
        ),
        Mutant("first power on the left", conclusion=le(SUM.over.of(SUM.a * SUM.b), right)),
    ],
)
