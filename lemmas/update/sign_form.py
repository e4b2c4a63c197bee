"""The sign form of Adam's step: m/(sqrt(v) + eps) = u*Sign(m) with u = |m|/(sqrt(v) + eps), also at m = 0."""

from ..vocabulary import *

m, v, eps = reals("m v eps")
MAGNITUDE = Abs(m) / (sqrt(v) + eps)
STEP = m / (sqrt(v) + eps)


def sign_form(proof: Scope) -> Step:
    return proof.conclude(proof.have(eq(m, Abs(m) * sign(m)), title="m = |m|*Sign(m) for every m, also 0"))


def models(rng: Random) -> Iterator[Model]:
    """Any m, v >= 0 and eps, all of them zero now and then."""
    while True:
        yield Model(
            variables={"m": rational(rng), "v": abs(rational(rng)) ** 2, "eps": rng.choice([0, Fraction(1, 10**8), 2])}
        )


lemma = Lemma(
    slug="sign-form",
    title="Adam's step in sign form",
    source=Source.STATED,
    where="the summary's reformulation x_{t+1} = x_t - gamma*u_t*Sign(m_t)",
    assumptions={},
    claims=[Claim("sign form", eq(STEP, MAGNITUDE * sign(m)), sign_form)],
    models=models,
    mutants=[
        Mutant("sign flipped", eq(STEP, -MAGNITUDE * sign(m))),
        Mutant("sign forgotten", eq(STEP, MAGNITUDE)),
        Mutant("magnitude times 0.99", eq(STEP, Rational(99, 100) * MAGNITUDE * sign(m))),
        Mutant("magnitude at least 1", le(1, MAGNITUDE)),
    ],
)
