"""R^2 = 1 + (b1 - b2)^2/((1 - b2)*(b2 - b1^2)): so R >= 1, with equality exactly where beta1 = beta2.

The bound itself says that beta1 = beta2 is the best choice.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from random import Random

from sympy import Rational

from adamproof.lemmas.models.adam import random_hyper
from adamproof.lemmas.notation import STABLE, R, R_squared, b1, b2, rho
from adamproof.numeric.models import Model
from adamproof.prover import Step, eq, le, lt, product, prove
from adamproof.theory.lemma import Claim, Lemma, Mutant, Scope, Source

EXCESS = (b1 - b2) ** 2 / ((1 - b2) * (b2 - b1**2))


def prove_identity(scope: Scope) -> Step:
    return prove(scope.goal, scope.given())


def prove_formula(scope: Scope) -> Step:
    """The square of R as Lemma B.2 writes it."""
    b2_positive = prove(lt(0, b2), scope.given("beta1^2 < beta2"))
    return prove(scope.goal, scope.given(), b2_positive, prove(lt(0, 1 - rho), scope.given(), b2_positive))


def prove_at_least_one(scope: Scope) -> Step:
    identity = scope.step("R^2 - 1 is a square over positive factors", scope.lemma("magnitude-identity", "identity"))
    return prove(scope.goal, identity, prove(le(0, EXCESS), scope.given(), squares=[b1 - b2]))


def prove_equality_case(scope: Scope) -> Step:
    identity = scope.lemma("magnitude-identity", "identity")
    excess = prove(eq(EXCESS, 0), identity, scope.given("R = 1"))
    scope.step("R = 1 makes the square vanish", excess)
    square = prove(eq((b1 - b2) ** 2, 0), excess, scope.given("beta1^2 < beta2", "beta2 < 1"))
    return prove(scope.goal, square, squares=[b1 - b2])


def models(rng: Random) -> Iterator[Model]:
    """Stable hyperparameters, far from and near the boundary."""
    while True:
        hyper = random_hyper(rng)
        yield Model(variables={"b1": hyper.beta1, "b2": hyper.beta2})


def equal_betas(rng: Random) -> Iterator[Model]:
    """beta1 = beta2, where R = 1."""
    while True:
        beta = Fraction(rng.randint(1, 999), 1000)
        yield Model(variables={"b1": beta, "b2": beta})


def unstable(rng: Random) -> Iterator[Model]:
    """beta2 < beta1^2, where the formula for R^2 is negative."""
    while True:
        beta = Fraction(rng.randint(500, 999), 1000)
        yield Model(variables={"b1": beta, "b2": beta**2 * Fraction(rng.randint(1, 99), 100)})


STATED = tuple(STABLE)

lemma = Lemma(
    slug="magnitude-identity",
    title="The bound R is at least 1, with equality only if beta1 = beta2",
    source=Source.OURS,
    where="a rearrangement of the R of Lemma B.2",
    assumptions={**STABLE, "beta2 < 1": lt(b2, 1), "R = 1": eq(R_squared, 1)},
    claims=[
        Claim("identity", eq(R_squared, 1 + EXCESS), prove_identity, given=(*STATED, "beta2 < 1")),
        Claim("square of R", eq(product(R, R), R_squared), prove_formula, given=(*STATED, "beta2 < 1")),
        Claim(
            "at least one",
            le(1, R_squared),
            prove_at_least_one,
            given=(*STATED, "beta2 < 1"),
            box={"b1": (0, Fraction(4, 5)), "b2": (Fraction(9, 10), Fraction(99, 100))},  # equality is outside
        ),
        Claim("equality", eq(b1, b2), prove_equality_case, models=equal_betas),
    ],
    models=models,
    mutants=[
        Mutant("excess times 1.01", conclusion=eq(R_squared, 1 + Rational(101, 100) * EXCESS)),
        Mutant("strictly above one", conclusion=lt(1, R_squared), claim="at least one", models=equal_betas),
        Mutant("at most one", conclusion=le(R_squared, 1), claim="at least one"),
        Mutant("beta1^2 < beta2 dropped", drop=STATED, claim="at least one", models=unstable),
    ],
    constants={"R_squared": R_squared, "excess": EXCESS},
)
