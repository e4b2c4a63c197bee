"""Without momentum the bound of the main theorem keeps a term that is free of T, whatever the learning rate.

At beta1 = 0 its right side is at least 2*R*sqrt(d)*s0 with R = 1/sqrt(1 - beta2) >= 1, hence at least 2*sqrt(d)*s0:
nothing averages the noise, and no T and no gamma make the bound smaller.  (The claim "the bound" says that this right
side, written without beta1, is the main theorem's.)

This is a property of the bound.  It does not say that the iterates stay away from a minimum; for beta1 = beta2 = 0
no-momentum-sign-descent shows that they do.
"""

from collections.abc import Callable

from adamproof.lemmas.main import main_theorem
from adamproof.lemmas.models import problems

from ..main.setting import *
from ..vocabulary import *

SLUG = "no-momentum-bound"
R0 = BOUND.subs(b1, 0)
TERMS = {name: term.subs(b1, 0) for name, term in main_theorem.terms(BOUND).items()}
RIGHT = sum(TERMS.values())
FLOOR = 2 * R0 * sqrt(d) * s0
LEVEL = sqrt(s0**2 + s1**2 * mean_power(p))


# --- what the bound keeps -----------------------------------------------------------------------------


def free_of_T(proof: Scope) -> Step:
    level = proof.by_squares(le(s0, LEVEL), title="s0 <= sqrt(s0^2 + s1^2*G_p)")
    noisy = proof.have(le(FLOOR, TERMS["noise"]), level, title="the noise")
    lowest = proof.each(over, proof.at("A1: F is at least F*", 1, w))
    gap = proof.have(le(0, GAP), lowest)
    gap = proof.have(le(0, TERMS["initial gap"]), gap, title="the initial gap is not negative")
    curved = proof.have(le(0, TERMS["drift"]), title="the drift is not negative")
    return proof.conclude(noisy, gap, curved)


def at_least_one(proof: Scope) -> Step:
    return proof.conclude(proof.by_squares(le(sqrt(1 - b2), 1)))


def free_of_R(proof: Scope) -> Step:
    whole = proof.step("with R", proof.lemma(SLUG, "free of T"))
    one = proof.step("R is at least 1", proof.lemma(SLUG, "R >= 1"))
    return proof.conclude(whole, proof.have(le(2 * sqrt(d) * s0, FLOOR), one))


# --- the main theorem without momentum ----------------------------------------------------------------


def main_theorem_at_zero(proof: Scope) -> Step:
    none = "beta1 = 0"
    stable = proof.have(lt(b1**2, b2), none, "beta2 is positive")
    at_least, at_most = in_range(proof, stable)
    unit = root(Integer(1))
    one = proof.have(eq(unit, 1), proof.by_squares(le(unit, 1)), proof.by_squares(le(1, unit)))
    at_most = proof.rewrite(proof.rewrite(at_most, none), one)  # R at beta1 = 0
    proof.step("u <= 1/sqrt(1 - beta2), by Lemma B.2", at_most)
    general = proof.cite("main-theorem", "any magnitudes", R=R0, by=[at_least, at_most, none])
    square = proof.have(eq(inverse(root(1 - b2)) ** 2, 1 / (1 - b2)))
    return proof.conclude(proof.rewrite(proof.rewrite(general, none), one), square, degree=1)


# --- models -----------------------------------------------------------------------------------------


def models(rng: Random) -> Iterator[Model]:
    """Runs without momentum."""
    return (model for model in problems.runs(rng) if not model.variables["b1"])


def quiet(**variables: Any) -> Callable[[Random], Iterator[Model]]:
    """Two late steps of a run without noise that starts at the minimum: every term but the noise's is small."""
    problem = problems.Problem(problems.ONE, (problems.TINY,), (), 2, rate=problems.TINY)
    return problems.fixed_run(problem, **{"s0": 1, **variables})


NOISE = {
    "E|a_t|^p is finite": forall(k, Integrable(E(real_power(length(k), p), w)), RUNNING),
    "p is not negative": le(0, p),
    "s0 is not negative": le(0, s0),
}
BETA2 = {"beta2 is not negative": le(0, b2)}
# The main theorem's assumptions, with beta1 = 0.
OF_BETA1 = ("beta1 is not negative", "beta1 < 1", "beta1^2 < beta2")
THEOREM = {
    **{name: s for name, s in {**RUN, **ADAM}.items() if name not in OF_BETA1},
    "beta1 = 0": eq(b1, 0),
    "beta2 is positive": lt(0, b2),
    "gamma*sqrt(d)*L1 <= sqrt(1 - beta2)": le(gamma * R0 * sqrt(d) * L1, 1),
}
SIGNS = ("L0 is not negative", "L1 is not negative", "q is not negative", "q <= 1", "beta2 < 1")
FREE = (A1, FIRST, FINITE, HORIZON, RATE, *SIGNS, NOISE)
slow = problems.Problem(
    problems.ONE, (problems.TINY,), (), 2, beta1=Fraction(9, 10), beta2=Fraction(9, 10), rate=problems.TINY
)

lemma = Lemma(
    slug="no-momentum-bound",
    title="Without momentum the main theorem's bound is at least 2*sqrt(d)*sigma_0",
    source=Source.RECONSTRUCTED,
    where="the summary's neighbourhood of size O(sigma_0) without momentum: a property of the bound",
    assumptions={**THEOREM, **NOISE, **BETA2},
    cited=CITED,
    claims=[
        Claim("free of T", le(FLOOR, RIGHT), free_of_T, given=FREE),
        Claim("free of R", le(2 * sqrt(d) * s0, RIGHT), free_of_R, given=(*FREE, BETA2)),
        Claim("R >= 1", le(1, R0), at_least_one, given=(BETA2, "beta2 < 1")),
        Claim("the bound", le(MEAN_GAIN, RIGHT), main_theorem_at_zero, given=THEOREM),
    ],
    models=models,
    mutants=[
        Mutant("twice the floor", le(2 * FLOOR, RIGHT), models=quiet()),
        Mutant("a floor that grows with T", le(T * FLOOR, RIGHT), models=quiet()),
        Mutant("inequality reversed", le(RIGHT, FLOOR)),
        Mutant(
            "with momentum",
            le(2 * BOUND * sqrt(d) * s0, sum(main_theorem.terms(BOUND).values())),
            models=problems.fixed_run(slow, s0=1),
        ),
        Mutant("F below F*", drop=tuple(A1), models=quiet(Fmin=10**9)),
        Mutant("gamma of any sign", drop=("gamma is positive",), models=quiet(gamma=-(10**6))),
        Mutant("free of R, twice", le(4 * sqrt(d) * s0, RIGHT), claim="free of R", models=quiet()),
        Mutant("beta2 of any sign", drop=tuple(BETA2), claim="R >= 1", models=quiet(b2=-1)),
        Mutant(
            "the bound without its noise",
            le(MEAN_GAIN, TERMS["initial gap"] + TERMS["drift"]),
            claim="the bound",
            models=problems.fixed_run(problems.MISLED),
        ),
    ],
    constants={"floor": FLOOR, **{f"term: {name}": value for name, value in TERMS.items()}},
)
