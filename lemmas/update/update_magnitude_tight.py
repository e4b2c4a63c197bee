"""The bound R_t cannot be improved: g_k = (b2/b1)^k attains m_t^2 = R_t^2*v_t at every time.

With eps = 0 the largest possible u_t is therefore exactly R_t.  Where b1^2 >= b2, R_t^2 >= t*(1-b1)^2/(1-b2), so
u_t exceeds every bound M once t*(1-b1)^2 > M^2*(1-b2): u_t is bounded uniformly in t only if beta1^2 < beta2.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from random import Random
from typing import Any

from sympy import Integer, Rational

from adamproof.lemmas.models.adam import Hyper, adam_model
from adamproof.lemmas.notation import (
    RECURSION,
    TIME,
    Abs,
    R_t,
    R_t_squared,
    b1,
    b2,
    eps,
    g,
    geometric,
    k,
    m,
    magnitude,
    n,
    rho,
    sqrt,
    t,
    v,
)
from adamproof.numeric.models import Model
from adamproof.prover import (
    Step,
    at,
    eq,
    forall,
    induction,
    instantiate,
    le,
    lt,
    over,
    power,
    prove,
    put,
    reals,
    settle,
    sum_empty,
)
from adamproof.theory.lemma import Claim, Lemma, Mutant, Scope, Source

M = reals("M")
ratio = b2 / b1
EXTREMAL = {"g is extremal": forall(k, eq(g(k), power(ratio, k)), [le(1, k)])}
BETAS = {
    "beta1 is positive": lt(0, b1),
    "beta1 < 1": lt(b1, 1),
    "beta2 is positive": lt(0, b2),
    "beta2 < 1": lt(b2, 1),
}
BEYOND = {
    "t is positive": le(1, t),
    "epsilon is 0": eq(eps, 0),
    "beta2 <= beta1^2": le(b2, b1**2),
    "M is a bound": le(0, M),
    "t is late": lt(M**2 * (1 - b2), t * (1 - b1) ** 2),
}


def momentum(time: Any) -> Any:
    """m_t for the extremal gradients."""
    return (1 - b1) * power(ratio, time) * geometric(rho, time)


def second_moment(time: Any) -> Any:
    """v_t for the extremal gradients."""
    return (1 - b2) * power(ratio, time) ** 2 * geometric(rho, time)


def closed_form(scope: Scope, state: Any, formula: Any, start: str, recursion: str) -> Step:
    """state(t) == formula(t) by induction, both multiplying by ratio and adding the new gradient."""
    zero = Integer(0)
    positive = scope.given("beta1 is positive", "beta2 is positive")
    base = prove(eq(state(zero), formula(zero)), scope.given(start), sum_empty(geometric(rho, zero)))
    grow = instantiate(scope.lemma("geometric-sum", "recursion"), {reals("b"): rho, n: t})
    gradient = at(scope.the("g is extremal"), t + 1, given=[le(0, t)])
    following = at(scope.the(recursion), t)
    step = prove(
        eq(state(t + 1), formula(t + 1)), eq(state(t), formula(t)), following, gradient, grow, positive, le(0, t)
    )
    return induction(eq(state(t), formula(t)), t, base, step)


def both_closed_forms(scope: Scope) -> tuple[Step, Step]:
    return (
        scope.step(
            "m_t in closed form", closed_form(scope, m, momentum, "m starts at 0", "m is a moving average of g")
        ),
        scope.step(
            "v_t in closed form", closed_form(scope, v, second_moment, "v starts at 0", "v is a moving average of g^2")
        ),
    )


def prove_attained(scope: Scope) -> Step:
    return prove(scope.goal, both_closed_forms(scope), scope.given("beta2 < 1"))


def geometric_nonneg(scope: Scope, time: Any) -> Step:
    """0 <= 1 + rho + ... + rho^(time - 1)."""
    summand = prove(le(0, power(rho, n)), le(0, n), prove(le(0, rho), scope.given("beta2 is positive")))
    return over("Sum", n, summand, 0, time - 1)


def prove_supremum(scope: Scope) -> Step:
    """|m_t| = R_t*sqrt(v_t), and v_t > 0 from the first step on."""
    betas, positive = scope.given(*BETAS), scope.given("t is positive")
    attained = settle(scope.lemma("update-magnitude-tight", "attained"), positive)
    closed_v = settle(both_closed_forms(scope)[1], positive)
    grow = settle(instantiate(scope.lemma("geometric-sum", "recursion"), {reals("b"): rho, n: t - 1}), positive)
    at_least_one = prove(le(1, geometric(rho, t)), grow, geometric_nonneg(scope, t - 1), prove(le(0, rho), betas))
    powers = prove(lt(0, power(ratio, t)), prove(lt(0, ratio), betas), positive)
    scale = prove(lt(0, (1 - b2) * power(ratio, t) ** 2), prove(lt(0, power(ratio, t) ** 2), powers), betas)
    moving = scope.step("v_t > 0", prove(lt(0, v(t)), closed_v, at_least_one, scale))
    inside = prove(le(0, geometric(rho, t) / (1 - b2)), at_least_one, betas)
    bound = prove(le(0, R_t(t)), inside, betas)
    root = prove(le(0, sqrt(v(t))), moving)
    size = prove(
        eq(Abs(m(t)), R_t(t) * sqrt(v(t))), attained, inside, moving, prove(le(0, R_t(t) * sqrt(v(t))), bound, root)
    )
    scope.step("|m_t| = R_t*sqrt(v_t)", size)
    return prove(scope.goal, size, moving, scope.given("epsilon is 0"))


def prove_growth(scope: Scope) -> Step:
    """Each term of the geometric sum is at least 1 when rho >= 1."""
    goal = le(t, geometric(rho, t))
    betas = scope.given("beta2 is positive", "beta2 <= beta1^2")
    large = scope.step("rho >= 1", prove(le(1, rho), betas))
    grow = instantiate(scope.lemma("geometric-sum", "recursion"), {reals("b"): rho, n: t})
    step = prove(put(goal, t, t + 1), goal, grow, large, le(0, t))
    many = induction(goal, t, prove(put(goal, t, 0), sum_empty(geometric(rho, Integer(0)))), step)
    scope.step("1 + rho + ... + rho^(t-1) >= t", many)
    factor = prove(le(0, (1 - b1) ** 2 / (1 - b2)), scope.given("beta2 < 1"))
    return prove(scope.goal, many, factor)


def prove_unbounded(scope: Scope) -> Step:
    supremum = scope.step("u_t = R_t", scope.lemma("update-magnitude-tight", "supremum"))
    growth = settle(scope.lemma("update-magnitude-tight", "growth"), scope.given("t is positive"))
    scope.step("R_t^2 >= t*(1 - b1)^2/(1 - b2)", growth)
    betas = scope.given("beta2 < 1")
    late = prove(lt(M**2, t * (1 - b1) ** 2 / (1 - b2)), scope.given("t is late"), betas)
    beyond = prove(lt(M**2, R_t_squared(t)), late, growth)
    scope.step("M^2 < R_t^2", beyond)
    inside = prove(le(0, geometric(rho, t) / (1 - b2)), geometric_nonneg(scope, t), betas)
    nonneg = prove(le(0, R_t(t)), inside, scope.given("beta1 < 1"))
    return prove(scope.goal, supremum, beyond, nonneg, inside, scope.given("M is a bound"))


def extremal(rng: Random) -> Iterator[Model]:
    """The extremal gradients themselves, for any beta1 and beta2, with eps = 0 and t >= 1."""
    while True:
        hyper = Hyper(Fraction(rng.randint(1, 99), 100), Fraction(rng.randint(1, 99), 100), Fraction(0))
        yield run(rng, hyper, 12)


def run(rng: Random, hyper: Hyper, steps: int) -> Model:
    model = adam_model(rng, steps, hyper, "extremal")
    growth = hyper.beta2 / hyper.beta1
    return model.extended(
        variables={"t": rng.randint(1, steps), "M": 0},
        functions={"g": lambda k: growth**k},
        integers=range(-1, steps),
    )


def unstable(rng: Random) -> Iterator[Model]:
    """beta2 <= beta1^2, and M just below what the time allows."""
    while True:
        beta1 = Fraction(rng.randint(20, 95), 100)
        beta2 = beta1**2 * rng.choice([Fraction(1), Fraction(rng.randint(50, 99), 100)])
        model = run(rng, Hyper(beta1, beta2, Fraction(0)), 12)
        limit = model.variables["t"] * (1 - beta1) ** 2 / (1 - beta2)
        bound = Fraction(rng.randint(0, 99), 100) * min(limit, 1)  # below its root, since it is below 1
        yield model.extended(variables={"M": bound if bound**2 < limit else Fraction(0)})


def other_gradients(rng: Random) -> Iterator[Model]:
    """Gradients that are not extremal."""
    while True:
        hyper = Hyper(Fraction(rng.randint(10, 90), 100), Fraction(rng.randint(10, 90), 100), Fraction(0))
        yield adam_model(rng, 12, hyper, "alternating").extended(variables={"t": rng.randint(2, 12)})


def stable(rng: Random) -> Iterator[Model]:
    """beta1^2 < beta2 and a bound M above R: the claim of unboundedness fails."""
    while True:
        model = run(rng, Hyper(Fraction(1, 2), Fraction(3, 4), Fraction(0)), 12)
        yield model.extended(variables={"t": 12, "M": Fraction(3, 2)})


MOVING = (*RECURSION, *EXTREMAL)

lemma = Lemma(
    slug="update-magnitude-tight",
    title="R_t is attained at every time, and unbounded in t if beta1^2 >= beta2",
    source=Source.OURS,
    where="the converse of Lemma B.2; the summary says only that the bound loosens",
    assumptions={**RECURSION, **EXTREMAL, **BETAS, **TIME, **BEYOND},
    claims=[
        Claim(
            "attained",
            eq(m(t) ** 2, R_t_squared(t) * v(t)),
            prove_attained,
            given=(*MOVING, "beta1 is positive", "beta2 is positive", "beta2 < 1", *TIME),
        ),
        Claim(
            "supremum",
            eq(magnitude(t), R_t(t)),
            prove_supremum,
            given=(*MOVING, *BETAS, "t is positive", "epsilon is 0"),
        ),
        Claim(
            "growth",
            le(t * (1 - b1) ** 2 / (1 - b2), R_t_squared(t)),
            prove_growth,
            given=("beta2 is positive", "beta2 < 1", "beta2 <= beta1^2", *TIME),
            models=unstable,
        ),
        Claim(
            "unbounded",
            lt(M, magnitude(t)),
            prove_unbounded,
            given=(*MOVING, *BETAS, *BEYOND),
            models=unstable,
        ),
    ],
    models=extremal,
    mutants=[
        Mutant("attained times 0.99", conclusion=eq(m(t) ** 2, Rational(99, 100) * R_t_squared(t) * v(t))),
        Mutant("any gradients", drop=("g is extremal",), models=other_gradients),
        Mutant("one term more", conclusion=eq(m(t) ** 2, R_t_squared(t + 1) * v(t))),
        Mutant("growth by t + 1", conclusion=le((t + 1) * (1 - b1) ** 2 / (1 - b2), R_t_squared(t)), claim="growth"),
        Mutant("unbounded for stable betas", drop=("beta2 <= beta1^2",), claim="unbounded", models=stable),
    ],
    constants={"R_t": R_t(t)},
)
