"""No schedule gives the main bound a better rate than T^(-1/4), and only one gives that.

    1 - beta1 = Theta(T^-A),   1 - beta2 = Theta(T^-B),   gamma = Theta(T^-C),   R = Theta(T^rho)

The terms of the bound (initial gap, initial momentum, smoothness, drift, noise) are of the orders C-1, A-1+rho,
2*rho-C, A+2*rho-C and rho-A/2, so the rate r is at most minus each.  A quarter of the first, a quarter of the
fourth and half of the last give r <= 1/4 - rho.  Since R >= 1, rho >= 0.
"""

from adamproof.theory.lemma import Models

from ..vocabulary import *

A, B, C, rho, r = reals("A B C rho r")

TERMS = {  # the rate that each term of the bound allows
    "initial gap": le(r, 1 - C),
    "initial momentum": le(r, 1 - A - rho),
    "smoothness": le(r, C - 2 * rho),
    "drift": le(r, C - A - 2 * rho),
    "noise": le(r, A / 2 - rho),
}
NEEDED = ("initial gap", "drift", "noise")
MAGNITUDE = {"R is at least 1": le(0, rho), "R grows where B > A": le((B - A) / 2, rho), "beta1^2 < beta2": le(A, B)}
QUARTER = Rational(1, 4)


def from_all(proof: Scope) -> Step:
    return proof.conclude(proof.given(), degree=1)


def only_rho(proof: Scope) -> Step:
    below = proof.have(le(r, QUARTER - rho), *NEEDED, degree=1, title="r <= 1/4 - rho")
    return proof.conclude(below, "R is at least 1", "the rate is 1/4", degree=1)


def only_b(proof: Scope) -> Step:
    flat = proof.step("rho = 0", proof.lemma("schedule-exponents", "only rho = 0"))
    return proof.conclude(flat, "R grows where B > A", "beta1^2 < beta2", degree=1)


def model(a: Fraction, b: Fraction, c: Fraction, growth: Fraction) -> Model:
    """Exponents with the largest rate that all terms allow."""
    rates = (1 - c, 1 - a - growth, c - 2 * growth, c - a - 2 * growth, a / 2 - growth)
    return Model(variables={"A": a, "B": b, "C": c, "rho": growth, "r": min(rates)})


def models(rng: Random) -> Iterator[Model]:
    """Random exponents with A <= B and R's own growth, now and then the best ones or a rate below what is allowed."""
    yield from optimal(rng)
    while True:
        a, b = sorted((Fraction(rng.randint(0, 40), 40), Fraction(rng.randint(0, 40), 40)))
        found = model(a, b, Fraction(rng.randint(0, 60), 40), max(Fraction(0), (b - a) / 2))
        yield found.extended(variables={"r": found.variables["r"] - rng.choice([0, 0, Fraction(rng.randint(1, 9), 9)])})


def optimal(rng: Random) -> Iterator[Model]:
    """The schedule with rate 1/4; as the lemma proves, there is no other."""
    yield model(Fraction(1, 2), Fraction(1, 2), Fraction(3, 4), Fraction(0))


def exponents(values: str) -> Models:
    """One model of given exponents and rate, in the order A, B, C, rho, r."""
    found = Model(variables=dict(zip(("A", "B", "C", "rho", "r"), map(Fraction, values.split()), strict=True)))
    return lambda rng: iter([found])


BEST = (*TERMS, "R is at least 1", "the rate is 1/4")

lemma = Lemma(
    slug="schedule-exponents",
    title="No schedule of powers of T gives the main bound a better rate than T^(-1/4)",
    source=Source.OURS,
    where="the source states one schedule and the rate 1/4; that none does better, and which one does as well, is ours",
    assumptions={**TERMS, **MAGNITUDE, "the rate is 1/4": le(QUARTER, r)},
    claims=[
        Claim("at most 1/4", le(r, QUARTER), from_all, given=(*TERMS, "R is at least 1")),
        Claim("only A = 1/2", eq(A, Rational(1, 2)), from_all, given=BEST, models=optimal),
        Claim("only C = 3/4", eq(C, Rational(3, 4)), from_all, given=BEST, models=optimal),
        Claim("only rho = 0", eq(rho, 0), only_rho, given=BEST, models=optimal),
        Claim("only B = A", eq(B, A), only_b, models=optimal),
    ],
    models=models,
    mutants=[
        Mutant("at most 6/25", le(r, Rational(6, 25)), models=optimal),
        Mutant("less than 1/4", lt(r, QUARTER), models=optimal),
        Mutant("without the noise", drop=("noise",), models=exponents("0 0 1/2 0 1/2")),
        Mutant("without the drift", drop=("drift",), models=exponents("2/3 2/3 1/2 0 1/3")),
        Mutant("without the initial gap", drop=("initial gap",), models=exponents("2/3 2/3 2 0 1/3")),
        Mutant("R of any size", drop=("R is at least 1",), models=exponents("1/2 1/2 5/8 -1/8 3/8")),
        Mutant("only A = 2/5", eq(A, Rational(2, 5)), claim="only A = 1/2"),
        Mutant(
            "only A = 1/2 for a rate near 1/4",
            change={"the rate is 1/4": le(Rational(6, 25), r)},
            claim="only A = 1/2",
            models=exponents("49/100 1/2 3/4 1/200 6/25"),
        ),
        Mutant(
            "B = A however R grows",
            drop=("R grows where B > A",),
            claim="only B = A",
            models=exponents("1/2 3/4 3/4 0 1/4"),
        ),
        Mutant(
            "B = A without beta1^2 < beta2",
            drop=("beta1^2 < beta2",),
            claim="only B = A",
            models=exponents("1/2 0 3/4 0 1/4"),
        ),
    ],
    notes="That these are the exponents of the bound's terms is computed from the terms by adamproof.bounds.",
)
