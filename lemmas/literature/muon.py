"""Muon, abstractly: x_{t+1} = x_t - gamma*U*V^T for the momentum m_t = U*S*V^T, matrices as vectors of d entries.

It is lmo-momentum for the spectral norm, whose dual is the nuclear norm: lmo(m) = -U*V^T.  With r the smaller side of
the matrices, |U*V^T|_F <= sqrt(r), so rho = sqrt(r).  Of singular values no more is used than what is assumed here: h
and y are -U*V^T of the momentum and U*V^T of the error.  An approximate lmo, as Newton-Schulz gives it, is not
covered.
"""

from adamproof.lemmas.models import linear_forms as runs

from ..vocabulary import *
from .lmo_descent import FINITE, FROM_1, GAP, HORIZON, MEAN, L, length
from .lmo_momentum import BALL, BETA, METHOD, MOMENTUM
from .lmo_noise import s
from .lmo_setting import A2, y

# --- statement -------------------------------------------------------------------------------------

r = integers("r")
SPECTRAL = {name: statement for name, statement in BALL.items() if name != "|y|_2 <= rho"}
RANK = {
    "r is positive": le(1, r),
    "|y|_F^2 <= r": forall((k, w), le(COORDINATES.of(y(k, j, w) ** 2), r), FROM_1),
    "L is not negative": le(0, L),
    "s is not negative": le(0, s),
}


def limited(rank: Any = r, gap: Any = 1, curvature: Any = 1, noise: Any = 1) -> Any:
    error = b1 * E(length(1, w), w) / ((1 - b1) * T) + L * gamma * b1 / (1 - b1)
    error += noise * sqrt(rank) * s * sqrt((1 - b1) / (1 + b1))
    return le(MEAN, gap * GAP / (gamma * T) + curvature * L * gamma / 2 + 2 * error)


# --- proof -----------------------------------------------------------------------------------------


def mean_gradient(proof: Scope) -> Step:
    longest = proof.every([k, w], le(norm(y(k, j, w)), sqrt(r)), "|y|_F^2 <= r", given=FROM_1)
    return proof.cite("lmo-momentum", rho=sqrt(r), by=[longest, proof.have(le(0, sqrt(r)), "r is positive")])


lemma = Lemma(
    slug="muon",
    title="Muon reaches small gradients in the nuclear norm",
    source=Source.OURS,
    where="for Muon, which is known; for any norm with these properties, the statement and its constants are ours",
    assumptions={**MOMENTUM, **METHOD, **SPECTRAL, **RANK, **A2, **BETA, **FINITE, **HORIZON},
    claims=[Claim("mean gradient", limited(), mean_gradient)],
    models=runs.matrices,
    mutants=[
        Mutant("no gap", limited(gap=0), models=runs.matrix(runs.WALKING)),
        Mutant("no curvature", limited(curvature=0), models=runs.matrix(runs.RESTING)),
        Mutant("no noise", limited(noise=0), models=runs.matrix(runs.LOST)),
        Mutant("inequality reversed", le(limited().rhs, MEAN)),
    ],
)
