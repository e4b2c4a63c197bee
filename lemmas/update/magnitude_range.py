"""0 <= u_t, 0 <= R and 0 <= v_t: what lets bounds on the magnitude be multiplied and summed."""

from adamproof.lemmas.models import update_runs as runs

from ..notation import g, v
from ..vocabulary import *
from .update_magnitude import betas

BETA2 = ("beta2 is positive", "beta2 < 1")
MOMENT = ("v starts at 0", "v is a moving average of g^2", *BETA2, TIME)


def second_moment(proof: Scope) -> Step:
    """v_t is a moving average of squares."""
    return proof.cite("moving-average", "not negative", b=b2, x=v, y=(k, g(k) ** 2))


def magnitude_nonneg(proof: Scope) -> Step:
    return proof.conclude(proof.step("0 <= v_t", second_moment(proof)))


def from_betas(proof: Scope) -> Step:
    return proof.conclude(betas(proof))


lemma = Lemma(
    slug="magnitude-range",
    title="The update magnitude, its bound R and v_t are not negative",
    source=Source.RECONSTRUCTED,
    where="silent in the source's reading of |m_t|/(sqrt(v_t) + epsilon) as a magnitude",
    assumptions={**RECURSION, **HYPERPARAMETERS, **STABLE, **EPSILON, **TIME},
    claims=[
        Claim("magnitude", le(0, magnitude(t)), magnitude_nonneg, given=(*MOMENT, EPSILON)),
        Claim("bound", le(0, BOUND), from_betas, given=(STABLE, "beta2 < 1")),
        # R**2 is what SymPy makes of it, without roots.
        Claim("square", eq(product(BOUND, BOUND), BOUND**2), from_betas, given=(STABLE, "beta2 < 1")),
        Claim("second moment", le(0, v(t)), second_moment, given=MOMENT),
    ],
    models=runs.models,
    mutants=[
        Mutant("positive magnitude", lt(0, magnitude(t))),
        Mutant("epsilon of any sign", drop=("epsilon is not negative",), models=changed(runs.tight, eps=-1000, t=1)),
        Mutant("R at least 1.01", le(Rational(101, 100), BOUND), claim="bound", models=runs.tight),
        Mutant("positive second moment", lt(0, v(t)), claim="second moment"),
    ],
)
