"""The learning rate that minimises the bound of Corollary 3.3 is exactly proportional to 1/sqrt(d).

Only two terms of the bound depend on gamma: A/gamma + B*d*gamma with A = D/T and B = R^2*k1*L0'.  For every gamma > 0
they add up to at least 2*sqrt(A*B*d), with equality at gamma* = sqrt(A/(B*d)); gamma*^2*d = A/B does not depend on d.
"""

from ..vocabulary import *

A, B, d, gamma = reals("A B d gamma")
SIGNS = {"A is positive": lt(0, A), "B is positive": lt(0, B), "d is positive": lt(0, d)}
best = sqrt(A / (B * d))
least = 2 * sqrt(A * (B * d))
BOTH = A / gamma + B * d * gamma
SCALED = eq(product(best, best, d), A / B)


def at_least(proof: Scope) -> Step:
    """(A/gamma + B*d*gamma)^2 = 4*A*B*d + (A/gamma - B*d*gamma)^2."""
    first, second = A / gamma, B * d * gamma
    exact = proof.have(eq((first + second) ** 2, 4 * (A * (B * d)) + (first - second) ** 2), "gamma is positive")
    root_squared = proof.fact("sqrt_square", A * (B * d))
    return proof.by_squares(proof.goal, exact, le(0, (first - second) ** 2), root_squared)


def attained(proof: Scope) -> Step:
    """At gamma*, B*d*gamma*^2 = A, so both terms are B*d*gamma*; and (B*d*gamma*)^2 = A*B*d."""
    scaled = proof.lemma("optimal-learning-rate", "proportional to 1/sqrt(d)")
    level = proof.have(eq(product(B * d, best, best), A), scaled)
    balanced = proof.have(eq(A / best, B * d * best), level)
    square = proof.have(eq(product(B * d * best, B * d * best), A * (B * d)), level)
    squares = [square, proof.fact("sqrt_square", A * (B * d))]
    above = proof.by_squares(le(2 * (B * d * best), least), squares)
    below = proof.by_squares(le(least, 2 * (B * d * best)), squares)
    return proof.conclude(balanced, above, below)


def models(rng: Random) -> Iterator[Model]:
    """Positive constants; gamma at its best now and then."""
    while True:
        values = {name: abs(rational(rng)) + Fraction(1, 9) for name in ("A", "B", "d", "gamma")}
        if rng.random() < 0.4:
            values |= {"A": Fraction(4), "B": Fraction(1), "d": Fraction(1), "gamma": Fraction(2)}
        yield Model(variables=values)


equality = changed(models, A=4, B=1, d=1, gamma=2)  # gamma = sqrt(A/(B*d))
many = changed(models, A=1, B=1, d=4, gamma=1)

lemma = Lemma(
    slug="optimal-learning-rate",
    title="The gamma that minimises A/gamma + B*d*gamma is proportional to 1/sqrt(d)",
    source=Source.RECONSTRUCTED,
    where="Case 2 of Corollary 3.3: the summary says that the learning rate should scale as 1/sqrt(d)",
    assumptions={**SIGNS, "gamma is positive": lt(0, gamma)},
    claims=[
        Claim("proportional to 1/sqrt(d)", SCALED, lambda proof: proof.conclude(lt(0, A / (B * d))), given=SIGNS),
        Claim("at least", le(least, BOTH), at_least),
        Claim("attained", eq(A / best + B * d * best, least), attained, given=SIGNS),
    ],
    models=models,
    mutants=[
        Mutant("at least 1.01 times that", le(Rational(101, 100) * least, BOTH), claim="at least", models=equality),
        Mutant("strictly more", lt(least, BOTH), claim="at least", models=equality),
        Mutant("independent of d", eq(product(best, best), A / B), models=many),
        Mutant("proportional to 1/d", eq(product(best, best, d, d), A / B), models=many),
        Mutant("half the least value is attained", eq(A / best + B * d * best, least / 2), claim="attained"),
    ],
    constants={"gamma": best},
)
