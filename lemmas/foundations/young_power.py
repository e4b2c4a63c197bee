"""Young's inequality for a power: a^q <= 1 - q + q*a for a >= 0 and 0 <= q <= 1, for numbers and for expectations.

In expectation E[X^q] <= 1 - q + q*E[X]; X^q is integrable where X is, since 0 <= X^q <= 1 - q + q*X.
"""

from adamproof.lemmas.foundations.functionals import EXPECTATION, models

from ..vocabulary import *

a = reals("a")
over, X = EXPECTATION.over, EXPECTATION.nonneg
NUMBER = {"a is not negative": le(0, a)}
EXPONENT = {"q is not negative": le(0, q), "q <= 1": le(q, 1)}
VARIABLE = {"X is not negative": forall(w, le(0, X)), **EXPECTATION.finite(X, "X")}


def pointwise(proof: Scope) -> Step:
    """X^q <= 1 - q + q*X, for every outcome."""
    return proof.cite("young-power", "numbers", a=X)


def finite(proof: Scope) -> Step:
    size = proof.have(le(Abs(real_power(X, q)), 1 - q + q * X), pointwise(proof))
    return over.dominated(size, proof.integrable(over.of(1 - q + q * X)))


def expectations(proof: Scope) -> Step:
    return proof.conclude(proof.each(over, pointwise(proof), proof.lemma("young-power", "finite")))


def exponents(rng: Random) -> Iterator[Model]:
    """Non-negative numbers (1 now and then, where equality holds) and exponents in [0, 1]."""
    for model in models(rng):
        value = rng.choice([Fraction(1), abs(rational(rng))])
        yield model.extended(variables={"a": value, "q": Fraction(rng.randint(0, 4), 4)})


BOUND = le(real_power(a, q), 1 - q + q * a)
MEAN_BOUND = le(over.of(real_power(X, q)), 1 - q + q * over.of(X))
EQUALITY = changed(exponents, a=1, q=Fraction(1, 2))

lemma = Lemma(
    slug="young-power",
    title="Young's inequality a^q <= 1 - q + q*a for a >= 0 and 0 <= q <= 1",
    source=Source.CLASSICAL,
    where="how |a|^q and |a|^p are compared with |a|",
    assumptions={**NUMBER, **EXPONENT, **VARIABLE},
    claims=[
        Claim("numbers", BOUND, lambda proof: proof.fact("young", a, q), given=(NUMBER, EXPONENT)),
        Claim("expectations", MEAN_BOUND, expectations, given=(VARIABLE, EXPONENT)),
        Claim("finite", Integrable(over.of(real_power(X, q))), finite, given=(VARIABLE, EXPONENT)),
    ],
    models=exponents,
    mutants=[
        Mutant("right side times 0.99", le(real_power(a, q), Rational(99, 100) * (1 - q + q * a)), models=EQUALITY),
        Mutant("exponents above 1", drop=("q <= 1",), models=changed(exponents, a=9, q=2)),
        Mutant("strict inequality", lt(real_power(a, q), 1 - q + q * a), models=EQUALITY),
        Mutant("inequality reversed", le(1 - q + q * a, real_power(a, q))),
        Mutant(
            "expectations, times 0.9",
            le(over.of(real_power(X, q)), Rational(9, 10) * (1 - q + q * over.of(X))),
            claim="expectations",
        ),
    ],
)
