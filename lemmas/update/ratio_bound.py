"""From squares to the ratio: x^2 <= r^2*y gives |x|/(sqrt(y) + e) <= r, also where the denominator is 0."""

from ..vocabulary import *

x, y, r, e = reals("x y r e")
DENOMINATOR = sqrt(y) + e
RATIO = Abs(x) / DENOMINATOR


def bound(proof: Scope) -> Step:
    size = proof.by_squares(le(Abs(x), r * sqrt(y)), "x^2 <= r^2*y", title="|x| <= r*sqrt(y)")
    return proof.cases(DENOMINATOR, 0, lambda: at_zero(proof), lambda: divided(proof, size))


def divided(proof: Scope, size: Step) -> Step:
    """r*sqrt(y) <= r*(sqrt(y) + e)."""
    return proof.step("divide by a positive denominator", proof.conclude(size, lt(0, DENOMINATOR)))


def at_zero(proof: Scope) -> Step:
    zero = proof.have(eq(DENOMINATOR, 0), le(DENOMINATOR, 0), title="where the denominator is 0, so is the ratio")
    return proof.conclude(zero)


def models(rng: Random) -> Iterator[Model]:
    """r, y, e >= 0 and |x| between 0 and r*sqrt(y) (equality now and then, y a square), some of them 0."""
    while True:
        root, bound = abs(rational(rng)), abs(rational(rng))
        share = rng.choice([Fraction(1), Fraction(-1), rational(rng) % 1])
        yield Model(
            variables={"x": share * bound * root, "y": root**2, "r": bound, "e": rng.choice([0, abs(rational(rng))])}
        )


def models_of_any_sign(rng: Random) -> Iterator[Model]:
    """As models, with r or e of any sign."""
    return (model.extended(variables={"r": -model.variables["r"], "e": 0}) for model in models(rng))


def models_with_negative_e(rng: Random) -> Iterator[Model]:
    return (model.extended(variables={"e": -abs(rational(rng))}) for model in models(rng))


lemma = Lemma(
    slug="ratio-bound",
    title="x^2 <= r^2*y gives |x|/(sqrt(y) + e) <= r",
    source=Source.RECONSTRUCTED,
    where="how a bound m_t^2 <= R^2*v_t becomes u_t <= R, with the convention 0/0 = 0",
    assumptions={
        "x^2 <= r^2*y": le(x**2, r**2 * y),
        "y is not negative": le(0, y),
        "r is not negative": le(0, r),
        "e is not negative": le(0, e),
    },
    claims=[Claim("bound", le(RATIO, r), bound)],
    models=models,
    mutants=[
        Mutant("bound times 0.99", le(RATIO, Rational(99, 100) * r)),
        Mutant("strict inequality", lt(RATIO, r)),
        Mutant("r of any sign", drop=("r is not negative",), models=models_of_any_sign),
        Mutant("e of any sign", drop=("e is not negative",), models=models_with_negative_e),
        Mutant("bound by r^2", le(RATIO, r**2)),
    ],
)
