"""0 <= u_t and 0 <= R: what lets bounds on the magnitude be multiplied and summed."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from sympy import Rational

from adamproof.lemmas.models import update_runs as runs
from adamproof.lemmas.notation import (
    EPSILON,
    HYPERPARAMETERS,
    RECURSION,
    STABLE,
    TIME,
    R,
    b1,
    b2,
    eps,
    g,
    k,
    magnitude,
    rho,
    sqrt,
    t,
    v,
)
from adamproof.lemmas.update.update_magnitude import beta2_positive
from adamproof.numeric.models import Model
from adamproof.prover import Step, cut, eq, function, generalise, instantiate, le, lt, product, prove, reals
from adamproof.theory.lemma import Claim, Lemma, Mutant, Scope, Source


def second_moment(scope: Scope) -> Step:
    """v_t >= 0, a moving average of squares."""
    average = instantiate(
        scope.lemma("moving-average", "not negative"),
        {reals("b"): b2, function("x"): ((k,), v(k)), function("y"): ((k,), g(k) ** 2)},
    )
    square = generalise(prove(le(0, g(k) ** 2)), k, [le(1, k)])
    betas = scope.given("beta2 is positive", "beta2 < 1")
    return cut(average, square, prove(le(0, b2), betas), prove(le(b2, 1), betas))


def at_least_zero(scope: Scope) -> Step:
    root = prove(le(0, sqrt(v(t))), scope.step("0 <= v_t", second_moment(scope)))
    return prove(scope.goal, prove(le(0, sqrt(v(t)) + eps), root, scope.given("epsilon is not negative")))


def bound_at_least_zero(scope: Scope) -> Step:
    betas = [*scope.given("beta1^2 < beta2", "beta2 < 1"), beta2_positive(scope)]
    return prove(scope.goal, betas, prove(lt(0, 1 - rho), betas), prove(lt(b1, 1), betas))


def square(scope: Scope) -> Step:
    betas = [*scope.given("beta1^2 < beta2", "beta2 < 1"), beta2_positive(scope)]
    return prove(scope.goal, betas, prove(lt(0, 1 - rho), betas))


def negative_epsilon(rng: Random) -> Iterator[Model]:
    """An epsilon below -sqrt(v_t)."""
    return (model.extended(variables={"eps": -1000, "t": 1}) for model in runs.tight(rng))


lemma = Lemma(
    slug="magnitude-range",
    title="The update magnitude, its bound R and v_t are not negative",
    source=Source.RECONSTRUCTED,
    where="silent in the source's reading of |m_t|/(sqrt(v_t) + epsilon) as a magnitude",
    assumptions={**RECURSION, **HYPERPARAMETERS, **STABLE, **EPSILON, **TIME},
    claims=[
        Claim(
            "magnitude",
            le(0, magnitude(t)),
            at_least_zero,
            given=(
                "v starts at 0",
                "v is a moving average of g^2",
                "beta2 is positive",
                "beta2 < 1",
                "epsilon is not negative",
                "t is a time",
            ),
        ),
        Claim("bound", le(0, R), bound_at_least_zero, given=("beta1^2 < beta2", "beta2 < 1")),
        # R**2 is what SymPy makes of it, without roots.
        Claim("square", eq(product(R, R), R**2), square, given=("beta1^2 < beta2", "beta2 < 1")),
        Claim(
            "second moment",
            le(0, v(t)),
            second_moment,
            given=("v starts at 0", "v is a moving average of g^2", "beta2 is positive", "beta2 < 1", "t is a time"),
        ),
    ],
    models=runs.models,
    mutants=[
        Mutant("positive magnitude", conclusion=lt(0, magnitude(t))),
        Mutant("epsilon of any sign", drop=("epsilon is not negative",), models=negative_epsilon),
        Mutant("R at least 1.01", conclusion=le(Rational(101, 100), R), claim="bound", models=runs.tight),
        Mutant("positive second moment", conclusion=lt(0, v(t)), claim="second moment"),
    ],
)
