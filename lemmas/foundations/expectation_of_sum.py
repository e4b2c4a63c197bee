"""Finite sums come out of expectations: E[X_lo + ... + X_hi] = E[X_lo] + ... + E[X_hi], and finite ones stay finite.

By induction on the number of terms; E is linear on two terms by its laws.
"""

from adamproof.lemmas.foundations.functionals import space

from ..vocabulary import *

X = function("X", "int", "point")
over = Functional("E", w)
COUNT = {"n is a count": le(0, n)}


def total(upper: Any) -> Any:
    return Sum(X(k, w), (k, 1, upper))


def of_each(upper: Any) -> Any:
    return Sum(E(X(k, w), w), (k, 1, upper))


def split(proof: Scope) -> Step:
    """The sum of n + 1 terms, for every outcome."""
    return proof.have(eq(total(n + 1), total(n) + X(n + 1, w)), total(n + 1))


def none(proof: Scope) -> Step:
    return proof.have(eq(total(0), 0), total(0))


def interchange(proof: Scope) -> Step:
    return proof.induction(
        proof.goal, n, base=[proof.each(over, none(proof))], step=lambda: [proof.each(over, split(proof))]
    )


def finite(proof: Scope) -> Step:
    return proof.induction(proof.goal, n, base=[none(proof)], step=lambda: [split(proof)])


def models(rng: Random) -> Iterator[Model]:
    """Random values on a finite probability space."""
    while True:
        points = space(rng)
        values = {(i, point): rational(rng) for i in range(-2, 9) for point, _ in points}
        yield Model(variables={"n": rng.randint(0, 7)}, functions={"X": lambda i, p, v=values: v[i, p]}, space=points)


def negative(rng: Random) -> Iterator[Model]:
    """As models, with terms that add up to less than nothing."""
    for model in models(rng):
        yield model.extended(variables={"n": 3}, functions={"X": lambda i, p: Fraction(-1)})


lemma = Lemma(
    slug="expectation-of-sum",
    title="The expectation of a finite sum of integrable terms is the sum of their expectations",
    source=Source.CLASSICAL,
    where="how means over time and over the noise change places",
    assumptions={**COUNT, "every term is finite": forall(k, Integrable(E(X(k, w), w)), [le(1, k)])},
    claims=[
        Claim("interchange", eq(E(total(n), w), of_each(n)), interchange, given=COUNT),
        Claim("finite", Integrable(E(total(n), w)), finite),
    ],
    models=models,
    mutants=[
        Mutant("one term more", eq(E(total(n), w), of_each(n + 1))),
        Mutant("one term less", eq(E(total(n + 1), w), of_each(n))),
        Mutant("not negative", le(0, E(total(n), w)), models=negative),
        Mutant("strictly less", lt(E(total(n), w), of_each(n))),
    ],
)
