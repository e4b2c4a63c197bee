"""The tangent of the logarithm, ln y <= ln c + y/c - 1, and Jensen: E[ln(1 + Z)] <= ln(1 + E[Z]) for Z >= 0.

The tangent is ln x <= x - 1 at x = y/c.  With y = 1 + Z and c = 1 + E[Z] its expectation is Jensen's inequality;
ln(1 + Z) is integrable because 0 <= ln(1 + Z) <= Z.
"""

from adamproof.lemmas.foundations.functionals import EXPECTATION, models

from ..vocabulary import *

over, Z = EXPECTATION.over, EXPECTATION.nonneg
MEAN = over.of(Z)
y, c = reals("y c")
VARIABLE = {"Z is not negative": forall(w, le(0, Z)), **EXPECTATION.finite(Z, "Z")}
POSITIVE = {"y is positive": lt(0, y), "c is positive": lt(0, c)}
NOT_NEGATIVE = {"y is not negative": le(0, y)}


def tangent(proof: Scope) -> Step:
    whole = proof.rewrite(proof.fact("ln_mul", c, y / c), proof.have(eq(product(c, y / c), y), POSITIVE))
    proof.step("ln y = ln c + ln(y/c)", whole)
    return proof.conclude(whole, proof.fact("ln_le", y / c))


def not_negative(proof: Scope) -> Step:
    """The tangent at c = 1 + y, taken at 1: 0 = ln 1 <= ln(1 + y) + 1/(1 + y) - 1."""
    one = proof.fact("ln_mul", 1, 1)
    smaller = proof.have(le(1 / (1 + y), 1), NOT_NEGATIVE)
    return proof.conclude(proof.cite("jensen-ln", "tangent", y=Integer(1), c=1 + y), one, smaller)


def finite(proof: Scope) -> Step:
    """0 <= ln(1 + Z) <= Z."""
    low = proof.cite("jensen-ln", "not negative", y=Z)
    high = proof.fact("ln_le", 1 + Z)
    return proof.conclude(proof.have(le(Abs(log(1 + Z)), Z), low, high))


def jensen(proof: Scope) -> Step:
    """The expectation of the tangent at 1 + E[Z]."""
    mean = proof.have(le(0, MEAN))
    at_mean = proof.cite("jensen-ln", "tangent", y=1 + Z, c=1 + MEAN, by=[mean])
    proof.step("the tangent at 1 + E[Z]", at_mean)
    average = proof.each(over, at_mean, proof.lemma("jensen-ln", "finite"), title="its expectation")
    return proof.conclude(average, mean)


def real_models(rng: Random) -> Iterator[Model]:
    """Non-negative y and positive c, y = c = 1 (equality, exactly) now and then."""
    for model in models(rng):
        value, other = (abs(rational(rng)) + Fraction(1, 100) for _ in range(2))
        yield model.extended(variables={"y": value, "c": other} if rng.random() < 0.8 else {"y": 1, "c": 1})


JENSEN = le(over.of(log(1 + Z)), log(1 + MEAN))
TANGENT = log(c) + y / c - 1

BOX = {"y": (Fraction(1, 10), 1), "c": (Fraction(3, 2), 3)}  # equality, at y = c, is outside

lemma = Lemma(
    slug="jensen-ln",
    title="Jensen's inequality for ln(1 + Z) where Z >= 0, and the tangent bound on ln",
    source=Source.CLASSICAL,
    where="how ln(1 + v_T/eps^2) enters the averaged bound on u_t^2",
    assumptions={**VARIABLE, "y is positive": lt(0, y), **NOT_NEGATIVE, "c is positive": lt(0, c)},
    claims=[
        Claim("expectations", JENSEN, jensen, given=VARIABLE),
        Claim("finite", Integrable(over.of(log(1 + Z))), finite, given=VARIABLE),
        Claim("tangent", le(log(y), TANGENT), tangent, given=POSITIVE, box=BOX),
        Claim("not negative", le(0, log(1 + y)), not_negative, given=NOT_NEGATIVE, box={"y": (Fraction(1, 10), 10)}),
    ],
    models=real_models,
    mutants=[
        Mutant("right side times 0.99", le(over.of(log(1 + Z)), Rational(99, 100) * log(1 + MEAN))),
        Mutant("inequality reversed", le(log(1 + MEAN), over.of(log(1 + Z)))),
        Mutant("strict tangent", lt(log(y), TANGENT), claim="tangent"),
        Mutant("tangent with -2", le(log(y), TANGENT - 1), claim="tangent"),
        Mutant("strictly positive", lt(log(y), log(1 + y) - 1), claim="not negative"),
    ],
)
