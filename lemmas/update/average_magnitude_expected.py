"""The bound on the mean of u_t^2 for random gradients: E[v_T] takes the place of v_T.

    E[mean of u_t^2] <= (1 - b1)/((1 - b1/b2)*(1 - b2)) * (-ln b2 + ln(1 + E[v_T]/eps^2)/T)

The bound of `average-magnitude` holds for every outcome; its expectation is at most this by Jensen's inequality
for the logarithm.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from random import Random
from typing import Any

from sympy import Abs, Sum, log, sqrt

from adamproof.lemmas.notation import T, b1, b2, eps, g, k, m, t, v
from adamproof.lemmas.update import average_magnitude
from adamproof.lemmas.update.average_magnitude import FACTOR
from adamproof.numeric.models import Model
from adamproof.prover import (
    E,
    Functional,
    Integrable,
    Point,
    Step,
    at,
    cut,
    eq,
    forall,
    function,
    generalise,
    induction,
    instantiate,
    le,
    lt,
    prove,
    put,
    reals,
    settle,
)
from adamproof.theory.lemma import Claim, Lemma, Mutant, Scope, Source

w = Point("w")
random_m, random_v, random_g = (function(name, "int", "point") for name in ("m", "v", "g"))
over = Functional("E", w)

RECURSION = {
    "m starts at 0": forall(w, eq(random_m(0, w), 0)),
    "v starts at 0": forall(w, eq(random_v(0, w), 0)),
    "m is a moving average of g": forall(
        (w, k), eq(random_m(k + 1, w), b1 * random_m(k, w) + (1 - b1) * random_g(k + 1, w)), [le(0, k)]
    ),
    "v is a moving average of g^2": forall(
        (w, k), eq(random_v(k + 1, w), b2 * random_v(k, w) + (1 - b2) * random_g(k + 1, w) ** 2), [le(0, k)]
    ),
}
MEAN_SQUARE = Sum((Abs(random_m(t, w)) / (sqrt(random_v(t, w)) + eps)) ** 2, (t, 1, T)) / T
RELATIVE = random_v(T, w) / eps**2
EXPECTED_S_squared = FACTOR * (log(1 + E(random_v(T, w), w) / eps**2) / T - log(b2))


def second_moment(scope: Scope) -> Step:
    """v_t >= 0 for every outcome."""
    goal = le(0, random_v(t, w))
    betas = scope.given("beta1 is not negative", "beta1 < beta2", "beta2 < 1")
    following = at(at(scope.the("v is a moving average of g^2"), w), t)
    step = prove(put(goal, t, t + 1), goal, following, betas, prove(lt(0, b2), betas))
    return induction(goal, t, prove(put(goal, t, 0), at(scope.the("v starts at 0"), w)), step)


def mean_is_nonneg(horizon: Any) -> Step:
    """0 <= the mean of u_t^2."""
    square = prove(le(0, (Abs(random_m(t, w)) / (sqrt(random_v(t, w)) + eps)) ** 2))
    total = Functional("Sum", t, (1, T)).monotone(square)
    return prove(le(0, MEAN_SQUARE), total, horizon, prove(lt(0, T), horizon))


def proof(scope: Scope) -> Step:
    horizon = scope.given("T is a horizon")
    epsilon = scope.given("epsilon is positive")
    betas = scope.given("beta1 is not negative", "beta1 < beta2", "beta2 < 1")
    pathwise = instantiate(
        scope.lemma("average-magnitude"),
        {m: ((k,), random_m(k, w)), v: ((k,), random_v(k, w)), g: ((k,), random_g(k, w))},
    )
    pathwise = cut(pathwise, *(at(scope.the(name), w) for name in RECURSION))
    scope.step("the bound for every outcome", pathwise)

    moment = settle(instantiate(second_moment(scope), {t: T}), horizon)
    nonneg = prove(le(0, RELATIVE), moment, prove(lt(0, eps**2), epsilon))
    finite = over.integrable(RELATIVE, (1 / eps**2, scope.the("E[v_T] is finite")))
    names = {function("Z", "point"): ((w,), RELATIVE)}
    conditions = [generalise(nonneg, w), finite]
    jensen = cut(instantiate(scope.lemma("jensen-ln", "expectations"), names), *conditions)
    scope.step("Jensen's inequality", jensen)
    finite_log = cut(instantiate(scope.lemma("jensen-ln", "finite"), names), *conditions)

    bound = FACTOR * (log(1 + RELATIVE) / T - log(b2))
    finite_bound = over.integrable(bound, (FACTOR / T, finite_log), constant=-FACTOR * log(b2))
    x, y, c = reals("x y c")
    size = instantiate(prove(le(Abs(x), y), le(0, x), le(x, y)), {x: MEAN_SQUARE, y: bound})
    size = cut(size, mean_is_nonneg(horizon), pathwise)
    average = over.monotone(pathwise, (1, finite_bound), (-1, over.dominated(size, finite_bound)))
    scope.step("the expectation of the bound", average)

    factor = prove(le(0, FACTOR), betas, prove(lt(0, b2), betas), prove(lt(b1 / b2, 1), betas), prove(lt(b1, 1), betas))
    scaled = prove(le(0, FACTOR / T), factor, prove(lt(0, T), horizon))
    larger = instantiate(
        prove(le(c * x, c * y), le(x, y), le(0, c)),
        {x: E(log(1 + RELATIVE), w), y: log(1 + E(RELATIVE, w)), c: FACTOR / T},
    )
    return prove(scope.goal, average, cut(larger, jensen, scaled), degree=1)


def models(rng: Random) -> Iterator[Model]:
    """One to three outcomes, each with gradients of its own, under the same hyperparameters."""
    for first in average_magnitude.models(rng):
        b1_value, b2_value, eps_value = (first.variables[name] for name in ("b1", "b2", "eps"))
        hyper = average_magnitude.Hyper(b1_value, b2_value, eps_value)
        laws = [rng.choice(list(average_magnitude.LAWS)) for _ in range(rng.randint(1, 3))]
        runs = [average_magnitude.run(rng, hyper, law) for law in laws]
        weights = [rng.randint(1, 9) for _ in runs]
        yield first.extended(
            functions={name: outcome(runs, name) for name in ("m", "v", "g")},
            space=[(point, Fraction(weight, sum(weights))) for point, weight in enumerate(weights)],
        )


def outcome(runs: list[Model], name: str) -> Any:
    return lambda k, point: runs[point].functions[name](k)


lemma = Lemma(
    slug="average-magnitude-expected",
    title="A bound on the expected mean of u_t^2, for beta1 < beta2 and epsilon > 0",
    source=Source.OURS,
    where="the S^2 that takes the place of R^2 where R grows",
    assumptions={
        **RECURSION,
        "beta1 is not negative": le(0, b1),
        "beta1 < beta2": lt(b1, b2),
        "beta2 < 1": lt(b2, 1),
        "epsilon is positive": lt(0, eps),
        "T is a horizon": le(1, T),
        "E[v_T] is finite": Integrable(E(random_v(T, w), w)),
    },
    claims=[Claim("expectation", le(E(MEAN_SQUARE, w), EXPECTED_S_squared), proof)],
    models=models,
    mutants=[
        Mutant("bound times 0.1", conclusion=le(E(MEAN_SQUARE, w), EXPECTED_S_squared / 10)),
        Mutant("inequality reversed", conclusion=le(EXPECTED_S_squared, E(MEAN_SQUARE, w))),
        Mutant("without 1/(1 - b2)", conclusion=le(E(MEAN_SQUARE, w), (1 - b2) * EXPECTED_S_squared)),
        Mutant(
            "without the logarithm of E[v_T]",
            conclusion=le(E(MEAN_SQUARE, w), -FACTOR * log(b2)),
        ),
    ],
    constants={"S_squared": EXPECTED_S_squared},
)
