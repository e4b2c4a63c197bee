"""Lemma B.2: if beta1^2 < beta2, then u_t = |m_t|/(sqrt(v_t) + eps) is at most R for every gradient sequence.

    R = (1 - b1)/(sqrt(1 - b2)*sqrt(1 - b1^2/b2))

Two proofs of m_t^2 <= R^2*v_t, whose root is u_t <= R.  The short one sees that no step of the recursion breaks this,
as for m' = b1*m + (1 - b1)*g and v' = b2*v + (1 - b2)*g^2 exactly

    R^2*v' - m'^2 = b2*(R^2*v - m^2) + (b2 - b1^2)*(m - b1*(1 - b1)/(b2 - b1^2)*g)^2.

The source's way unrolls both moving averages, applies Cauchy-Schwarz and sums a geometric series
(update-magnitude-finite).  Neither uses beta1 >= 0.
"""

from adamproof.lemmas.models import update_runs as runs

from ..notation import g, m, v
from ..vocabulary import *

# --- statement -------------------------------------------------------------------------------------

MAGNITUDE_AT_MOST_R = le(magnitude(t), BOUND)
SQUARED = le(m(t) ** 2, product(R_squared, v(t)))
REST = m(t) - b1 * (1 - b1) / (b2 - b1**2) * g(t + 1)
NEEDED = (RECURSION, STABLE, "beta2 < 1", EPSILON, TIME)


# --- two proofs ------------------------------------------------------------------------------------


def by_invariant(proof: Scope) -> Step:
    with proof.using(*NEEDED), proof.knowing(betas(proof)):
        square = proof.induction(
            SQUARED, t, base=["m starts at 0", "v starts at 0"], step=lambda: moves(proof), squares=[REST]
        )
        return root_of(proof, proof.step("m_t^2 <= R^2*v_t for every t", square))


def moves(proof: Scope) -> list[Step]:
    """One step of both moving averages.  What is left of R^2*v' - m'^2 beside b2*(R^2*v - m^2) is REST squared."""
    return [proof.at(name, t) for name in ("m is a moving average of g", "v is a moving average of g^2")]


def by_cauchy_schwarz(proof: Scope) -> Step:
    with proof.using(*NEEDED), proof.knowing(betas(proof)):
        cauchy = proof.step("m_t^2 <= R_t^2*v_t, by Cauchy-Schwarz", proof.cite("update-magnitude-finite"))
        total = proof.cite("update-magnitude-finite", "closed form")
        proof.step("R_t^2 = R^2*(1 - rho^t), a geometric sum", total)
        sharp = proof.have(le(m(t) ** 2, R_squared * (1 - power(rho, t)) * v(t)), cauchy, total)
        rest = proof.have(le(0, R_squared * power(rho, t) * v(t)), second_moment(proof))
        return root_of(proof, proof.have(SQUARED, sharp, rest, title="m_t^2 <= R^2*v_t"))


# --- what both use ---------------------------------------------------------------------------------


def betas(proof: Scope) -> list[Step]:
    """0 < b2, b1 < 1 and b1^2/b2 < 1, all from b1^2 < b2 < 1."""
    positive = proof.have(lt(0, b2), STABLE)
    return [positive, proof.have(lt(b1, 1), STABLE, "beta2 < 1"), proof.have(lt(rho, 1), STABLE, positive)]


def second_moment(proof: Scope) -> Step:
    """v_t >= 0, an average of squares."""
    return proof.induction(le(0, v(t)), t, step=lambda: [proof.at("v is a moving average of g^2", t)])


def root_of(proof: Scope, square: Step) -> Step:
    """From m_t^2 <= R^2*v_t to |m_t| <= R*sqrt(v_t) <= R*(sqrt(v_t) + eps)."""
    square = proof.rewrite(square, proof.have(eq(R_squared, product(BOUND, BOUND))))
    return proof.cite("ratio-bound", x=m(t), y=v(t), r=BOUND, e=eps, by=[square, second_moment(proof)])


# --- near misses -----------------------------------------------------------------------------------

lemma = Lemma(
    slug="update-magnitude",
    label="B.2",
    title="The update magnitude u_t is at most R if beta1^2 < beta2",
    source=Source.STATED,
    where="Lemma B.2; the summary states the bound R and the condition beta1^2 < beta2",
    assumptions={**RECURSION, **HYPERPARAMETERS, **STABLE, **EPSILON, **TIME},
    claims=[
        Claim("by an invariant", MAGNITUDE_AT_MOST_R, by_invariant),
        Claim("by Cauchy-Schwarz", MAGNITUDE_AT_MOST_R, by_cauchy_schwarz),
    ],
    models=runs.models,
    mutants=[
        Mutant("R times 0.99", le(magnitude(t), Rational(99, 100) * BOUND), models=runs.tight),
        Mutant("inequality reversed", le(BOUND, magnitude(t))),
        # At the boundary beta2 = beta1^2 the formula's 1/0 is 0 by convention; that no bound at all holds there
        # is proved in update-magnitude-tight.
        Mutant("beta1^2 < beta2 dropped (R is 0 at the boundary)", drop=("beta1^2 < beta2",), models=runs.boundary),
        Mutant("beta1^3 < beta2 instead", change={"beta1^2 < beta2": lt(b1**3, b2)}, models=runs.boundary),
        Mutant("R without the square root of 1 - rho", le(magnitude(t), BOUND * sqrt(1 - rho))),
        Mutant("epsilon of any sign", drop=("epsilon is not negative",), models=runs.negative_epsilon),
        Mutant("m starts anywhere", drop=("m starts at 0",), models=runs.late_start),
    ],
    constants={"R": BOUND, "R_squared": R_squared},
)
