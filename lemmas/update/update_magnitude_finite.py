"""The sharp bound at a time: m_t^2 <= R_t^2*v_t.

    R_t^2 = (1 - b1)^2/(1 - b2) * (1 + rho + ... + rho^(t-1)),    rho = b1^2/b2

The source's way: unroll both moving averages, apply Cauchy-Schwarz with the weights b2^(t-k), sum rho^(t-k).
It holds for all beta1 and beta2, whether or not beta1^2 < beta2; if so, R_t^2 = R^2*(1 - rho^t).
"""

from __future__ import annotations

from typing import Any

from sympy import Rational

from adamproof.lemmas.models import update_runs as runs
from adamproof.lemmas.notation import (
    HYPERPARAMETERS,
    RECURSION,
    STABLE,
    TIME,
    R_squared,
    R_t_squared,
    b1,
    b2,
    g,
    k,
    m,
    n,
    rho,
    t,
    v,
)
from adamproof.prover import (
    Functional,
    Step,
    cut,
    eq,
    function,
    generalise,
    instantiate,
    integers,
    le,
    lt,
    power,
    product,
    prove,
    reals,
    rewrite,
)
from adamproof.theory.lemma import Claim, Lemma, Mutant, Scope, Source

PAST = Functional("Sum", k, (1, t))
x, y, b = reals("x y b")


def prove_bound(scope: Scope) -> Step:
    average = scope.lemma("moving-average", "unrolled")
    unrolled_m = instantiate(average, {function("x"): ((k,), m(k)), function("y"): ((k,), g(k)), b: b1})
    unrolled_v = instantiate(average, {function("x"): ((k,), v(k)), function("y"): ((k,), g(k) ** 2), b: b2})
    scope.step("m_t unrolled", unrolled_m)
    scope.step("v_t unrolled", unrolled_v)
    betas = scope.given("beta2 is positive", "beta2 < 1")
    age = t - k
    cauchy = instantiate(
        scope.lemma("cauchy-schwarz", "weighted sums"),
        {
            function("c"): ((k,), power(b1, age)),
            function("y"): ((k,), g(k)),
            function("weight"): ((k,), power(b2, age)),
            integers("lo"): 1,
            integers("hi"): t,
        },
    )
    positive = generalise(prove(lt(0, power(b2, age)), le(k, t), betas), k, given=[le(1, k), le(k, t)])
    ratios = PAST.equal(
        prove(eq(power(b1, age) ** 2 / power(b2, age), power(rho, age)), le(k, t), betas, laws(scope, age))
    )
    goal = le(PAST.of(power(b1, age) * g(k)) ** 2, PAST.of(power(rho, age)) * PAST.of(power(b2, age) * g(k) ** 2))
    total = scope.step("Cauchy-Schwarz with the weights b2^(t-k)", prove(goal, cut(cauchy, positive), ratios))
    turned = instantiate(scope.lemma("geometric-sum", "turned around"), {b: rho, n: t})
    scope.step("the sum of rho^(t-k) is a geometric sum", turned)
    return prove(scope.goal, total, turned, unrolled_m, unrolled_v, betas, squares=[1 - b1])


def laws(scope: Scope, exponent: Any) -> list[Step]:
    """rho^n*b2^n = (rho*b2)^n = (b1^2)^n = (b1^n)^2."""
    split = instantiate(scope.lemma("powers", "product"), {x: rho, y: b2, n: exponent})
    square = instantiate(scope.lemma("powers", "square"), {x: b1, n: exponent})
    base = prove(eq(product(rho, b2), b1**2), scope.given("beta2 is positive"))
    hole = reals("hole")
    return [rewrite(split, base, hole, eq(power(hole, exponent), power(rho, exponent) * power(b2, exponent))), square]


def prove_closed_form(scope: Scope) -> Step:
    sum_of_powers = instantiate(scope.lemma("geometric-sum", "forwards"), {b: rho, n: t})
    betas = scope.given("beta2 is positive", "beta2 < 1", "beta1^2 < beta2")
    scope.step("(1 - rho)*(1 + ... + rho^(t-1)) = 1 - rho^t", sum_of_powers)
    return prove(scope.goal, sum_of_powers, betas)


BOUND = le(m(t) ** 2, R_t_squared(t) * v(t))
CLOSED = eq(R_t_squared(t), R_squared * (1 - power(rho, t)))

lemma = Lemma(
    slug="update-magnitude-finite",
    title="The bound m_t^2 <= R_t^2*v_t at a finite time t",
    source=Source.RECONSTRUCTED,
    where="the proof of Lemma B.2 before its geometric sum is replaced by its limit",
    assumptions={**RECURSION, **HYPERPARAMETERS, **STABLE, **TIME},
    claims=[
        Claim(
            "bound",
            BOUND,
            prove_bound,
            given=(*RECURSION, "beta1 is not negative", "beta1 < 1", "beta2 is positive", "beta2 < 1", *TIME),
        ),
        Claim("closed form", CLOSED, prove_closed_form, given=("beta2 is positive", "beta2 < 1", *STABLE, *TIME)),
    ],
    models=runs.models,
    mutants=[
        Mutant("bound times 0.99", conclusion=le(m(t) ** 2, Rational(99, 100) * R_t_squared(t) * v(t))),
        Mutant("one term less", conclusion=le(m(t) ** 2, R_t_squared(t - 1) * v(t))),
        Mutant("inequality reversed", conclusion=le(R_t_squared(t) * v(t), m(t) ** 2)),
        Mutant("closed form without rho^t", conclusion=eq(R_t_squared(t), R_squared), claim="closed form"),
        Mutant("strict inequality", conclusion=lt(m(t) ** 2, R_t_squared(t) * v(t))),
    ],
    constants={"R_t_squared": R_t_squared(t)},
)
