"""Bias correction keeps the bound: with mhat = m_t/(1 - b1^t), vhat = v_t/(1 - b2^t), |mhat|/(sqrt(vhat) + eps) <= R.

Because (1 - b1^t)^2 - (1 - rho^t)*(1 - b2^t) = rho^t + b2^t - 2*b1^t >= 0, as rho^t*b2^t = (b1^t)^2.  At t = 1 the
bound is exactly 1.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any

from sympy import Abs, Integer, Rational, sqrt

from adamproof.lemmas.models import update_runs as runs
from adamproof.lemmas.notation import (
    EPSILON,
    HYPERPARAMETERS,
    RECURSION,
    STABLE,
    R,
    R_squared,
    b1,
    b2,
    eps,
    g,
    m,
    n,
    rho,
    t,
    v,
)
from adamproof.lemmas.update.update_magnitude import second_moment
from adamproof.numeric.models import Model
from adamproof.prover import (
    Step,
    at,
    cut,
    eq,
    instantiate,
    le,
    lt,
    power,
    product,
    prove,
    reals,
    rewrite,
    settle,
)
from adamproof.theory.lemma import Claim, Lemma, Mutant, Scope, Source

P, Q, Z = power(b1, t), power(b2, t), power(rho, t)
size, vhat = Abs(m(t)) / (1 - P), v(t) / (1 - Q)  # |mhat_t| and vhat_t
MAGNITUDE = size / (sqrt(vhat) + eps)
FIRST = Abs(m(1)) / (1 - b1) / (sqrt(v(1) / (1 - b2)) + eps)
STARTED = {"t is positive": le(1, t)}
x, y = reals("x y")


def below_one(scope: Scope, base: Any, names: tuple[str, ...]) -> Step:
    """base^t <= base < 1 for t >= 1."""
    largest = instantiate(scope.lemma("powers", "at most the base"), {x: base, n: t})
    given = scope.given(*names, "t is positive")
    return prove(lt(power(base, t), 1), settle(largest, given), given)


def prove_correction(scope: Scope) -> Step:
    """(1 - rho^t)*(1 - b2^t) <= (1 - b1^t)^2."""
    betas = scope.given("beta2 is positive", "t is positive")
    split = instantiate(scope.lemma("powers", "product"), {x: rho, y: b2, n: t})
    square = instantiate(scope.lemma("powers", "square"), {x: b1, n: t})
    base = prove(eq(product(rho, b2), b1**2), scope.given("beta2 is positive"))
    hole = reals("hole")
    joint = settle(prove(eq(Z * Q, P**2), rewrite(split, base, hole, eq(power(hole, t), Z * Q)), square), betas)
    scope.step("rho^t*b2^t = (b1^t)^2", joint)
    nonneg = [prove(le(0, power(base, t)), prove(le(0, base), betas), betas) for base in (rho, b2)]
    mean = prove(le(2 * P, Z + Q), joint, nonneg, squares=[Z - Q])
    scope.step("2*b1^t <= rho^t + b2^t", mean)
    return prove(scope.goal, joint, mean)


def prove_bound(scope: Scope) -> Step:
    betas = [*scope.given("beta1^2 < beta2", "beta2 < 1"), prove(lt(0, b2), scope.given("beta1^2 < beta2"))]
    started = scope.given("t is positive")
    given = [*betas, *started]
    finite = settle(scope.lemma("update-magnitude-finite"), given)
    closed = settle(scope.lemma("update-magnitude-finite", "closed form"), given)
    sharp = prove(le(m(t) ** 2, R_squared * (1 - Z) * v(t)), finite, closed)
    scope.step("m_t^2 <= R^2*(1 - rho^t)*v_t", sharp)
    correction = settle(scope.lemma("bias-corrected", "correction"), given)
    scope.step("(1 - rho^t)*(1 - b2^t) <= (1 - b1^t)^2", correction)
    p_below = below_one(scope, b1, ("beta1 is not negative", "beta1 < 1"))
    q_below = settle(below_one(scope, b2, ("beta2 is positive", "beta2 < 1")), given)
    moment = settle(second_moment(scope), given)
    square = corrected_square(sharp, correction, p_below, q_below, moment, given)
    scope.step("mhat^2 <= R^2*vhat", square)
    inside = prove(lt(0, 1 - rho), betas)
    positive = prove(le(0, R), betas, inside, prove(lt(b1, 1), betas))
    hat = prove(le(0, vhat), moment, q_below)
    ratio = instantiate(scope.lemma("ratio-bound"), dict(zip(reals("x y r e"), (size, vhat, R, eps), strict=True)))
    ratio = settle(ratio, square, inside, betas[1:])
    return prove(scope.goal, settle(ratio, positive, hat), prove(le(0, size), p_below))


def corrected_square(
    sharp: Step, correction: Step, p_below: Step, q_below: Step, moment: Step, given: list[Step]
) -> Step:
    """m^2 <= K*(1 - Z)*v and (1 - Z)*(1 - Q) <= (1 - P)^2 give (m/(1 - P))^2 <= K*v/(1 - Q), for K = R^2."""
    K, p, q, z, m_, v_ = reals("K p q z m_t v_t")
    below = [lt(p, 1), lt(q, 1)]
    scaled = prove(le(m_**2 * (1 - q), K * v_ * (1 - z) * (1 - q)), le(m_**2, K * (1 - z) * v_), below)
    weight = prove(le(0, K * v_), le(0, K), le(0, v_))
    goal = prove(le(m_**2 * (1 - q), K * v_ * (1 - p) ** 2), scaled, weight, le((1 - z) * (1 - q), (1 - p) ** 2))
    divided = prove(le((m_ / (1 - p)) ** 2, K * v_ / (1 - q)), goal, below)
    values = {K: R_squared, p: P, q: Q, z: Z, m_: m(t), v_: v(t)}
    bound = prove(le(0, R_squared), given, squares=[1 - b1])
    return cut(instantiate(divided, values), sharp, correction, p_below, q_below, moment, bound)


def prove_first(scope: Scope) -> Step:
    """One step: mhat_1 = g_1 and vhat_1 = g_1^2."""
    first = [at(scope.the(name), 0) for name in ("m is a moving average of g", "v is a moving average of g^2")]
    first = [cut(step, prove(le(0, 0))) for step in first]
    betas = scope.given("beta1 < 1", "beta2 < 1")
    starts = scope.given("m starts at 0", "v starts at 0")
    momentum = prove(eq(m(1) / (1 - b1), g(1)), first, starts, betas)
    moment = prove(eq(v(1) / (1 - b2), g(1) ** 2), first, starts, betas)
    scope.step("mhat_1 = g_1", momentum)
    scope.step("vhat_1 = g_1^2", moment)
    square = prove(le((m(1) / (1 - b1)) ** 2, v(1) / (1 - b2)), momentum, moment)
    hat = prove(le(0, v(1) / (1 - b2)), moment)
    positive_size = prove(le(0, Abs(m(1)) / (1 - b1)), betas)
    values = (Abs(m(1)) / (1 - b1), v(1) / (1 - b2), Integer(1), eps)
    ratio = instantiate(scope.lemma("ratio-bound"), dict(zip(reals("x y r e"), values, strict=True)))
    return prove(scope.goal, settle(ratio, square, hat, prove(le(0, 1))), positive_size)


def models(rng: Random) -> Iterator[Model]:
    """As the runs of the update, from the first step on."""
    return (model.extended(variables={"t": max(1, model.variables["t"])}) for model in runs.models(rng))


def first_steps(rng: Random) -> Iterator[Model]:
    """t = 1, where the corrected magnitude is 1 with eps = 0."""
    return (model.extended(variables={"t": 1, "eps": 0}) for model in runs.tight(rng))


CORRECTION = le((1 - Z) * (1 - Q), (1 - P) ** 2)

lemma = Lemma(
    slug="bias-corrected",
    title="The bias-corrected update magnitude is at most R if beta1^2 < beta2",
    source=Source.OURS,
    where="the source's recursion has no bias correction; Adam as it is run has",
    assumptions={**RECURSION, **HYPERPARAMETERS, **STABLE, **EPSILON, **STARTED},
    claims=[
        Claim("bound", le(MAGNITUDE, R), prove_bound),
        Claim("correction", CORRECTION, prove_correction, given=("beta2 is positive", *STARTED)),
        Claim("first step", le(FIRST, 1), prove_first, given=(*RECURSION, "beta1 < 1", "beta2 < 1", *EPSILON)),
    ],
    models=models,
    mutants=[
        Mutant("bound times 0.99", conclusion=le(MAGNITUDE, Rational(99, 100) * R), models=first_steps),
        Mutant("inequality reversed", conclusion=le(R, MAGNITUDE)),
        Mutant("correction reversed", conclusion=le((1 - P) ** 2, (1 - Z) * (1 - Q)), claim="correction"),
        Mutant(
            "first step below 0.99", conclusion=le(FIRST, Rational(99, 100)), claim="first step", models=first_steps
        ),
        Mutant("beta1^2 < beta2 dropped", drop=("beta1^2 < beta2",), models=runs.boundary),
    ],
)
