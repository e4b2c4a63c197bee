"""R^2 = 1 + (b1 - b2)^2/((1 - b2)*(b2 - b1^2)): so R >= 1, with equality exactly where beta1 = beta2.

The bound itself says that beta1 = beta2 is the best choice.
"""

from adamproof.lemmas.models.adam import random_hyper

from ..vocabulary import *

BETAS = {**STABLE, "beta2 < 1": lt(b2, 1)}
EXCESS = (b1 - b2) ** 2 / ((1 - b2) * (b2 - b1**2))


def square_of_r(proof: Scope) -> Step:
    """The square of R as Lemma B.2 writes it."""
    return proof.conclude(proof.have(lt(rho, 1), STABLE, proof.have(lt(0, b2), STABLE)))


def at_least_one(proof: Scope) -> Step:
    exact = proof.step("R^2 - 1 is a square over positive factors", proof.lemma("magnitude-identity", "identity"))
    return proof.conclude(exact, proof.have(le(0, EXCESS), STABLE))


def equality(proof: Scope) -> Step:
    excess = proof.have(eq(EXCESS, 0), "R = 1", title="R = 1 makes the square vanish")
    square = proof.have(eq((b1 - b2) ** 2, 0), excess, STABLE)
    return proof.conclude(square, squares=[b1 - b2])


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


BOX = {"b1": (0, Fraction(4, 5)), "b2": (Fraction(9, 10), Fraction(99, 100))}  # equality is outside

lemma = Lemma(
    slug="magnitude-identity",
    title="The bound R is at least 1, with equality only if beta1 = beta2",
    source=Source.OURS,
    where="a rearrangement of the R of Lemma B.2",
    assumptions={**BETAS, "R = 1": eq(R_squared, 1)},
    claims=[
        Claim("identity", eq(R_squared, 1 + EXCESS), lambda proof: proof.conclude(BETAS), given=BETAS),
        Claim("square of R", eq(product(BOUND, BOUND), R_squared), square_of_r, given=BETAS),
        Claim("at least one", le(1, R_squared), at_least_one, given=BETAS, box=BOX),
        Claim("equality", eq(b1, b2), equality, models=equal_betas),
    ],
    models=models,
    mutants=[
        Mutant("excess times 1.01", eq(R_squared, 1 + Rational(101, 100) * EXCESS)),
        Mutant("strictly above one", lt(1, R_squared), claim="at least one", models=equal_betas),
        Mutant("at most one", le(R_squared, 1), claim="at least one"),
        Mutant("beta1^2 < beta2 dropped", drop=tuple(STABLE), claim="at least one", models=unstable),
    ],
    constants={"R_squared": R_squared, "excess": EXCESS},
)
