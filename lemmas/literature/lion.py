"""Lion, x_{t+1} = x_t - gamma*Sign(c_t) with c_t = b1*m_{t-1} + (1 - b1)*g_t and m_t = b2*m_{t-1} + (1 - b2)*g_t.

It is lmo-two-betas for the norm of the largest coordinate, as Signum is lmo-momentum.  The noise is averaged by the
buffer, so 1 - b2 may be of the order T^(-1/2) while 1 - b1 is of the order T^(-1/4): b1 < b2, as Lion is run.
"""

from adamproof.lemmas.models import linear_forms as runs

from ..vocabulary import *
from .lmo_descent import FROM_1, HORIZON, F, Fmin, L
from .lmo_noise import BUFFER, VARIANCE, s
from .lmo_setting import A2, DIRECTION, MOMENTUM, a, direction
from .signum import DIMENSION, TIMES, alignment, in_ball, size, smooth, x

# --- statement -------------------------------------------------------------------------------------

C = direction(k)
STEP = {"x moves along -Sign(c)": forall((k, j, w), eq(x(k + 1, j, w), x(k, j, w) - gamma * sign(C)), FROM_1)}


def limited(gap: Any = 1, curvature: Any = 1, old: Any = 1, noise: Any = 1) -> Any:
    """The bound of lmo-two-betas, with factors of its parts."""
    error = old * b1 * (E(size(a(1, j, w)), w) / ((1 - b2) * T) + L * gamma / (1 - b2))
    error += noise * sqrt(d) * s * sqrt(VARIANCE)
    mean = TIMES.of(E(size(a(t, j, w)), w)) / T
    return le(mean, gap * (E(F(1, w), w) - Fmin) / (gamma * T) + curvature * L * gamma / 2 + 2 * error)


# --- proof -----------------------------------------------------------------------------------------


def mean_gradient(proof: Scope) -> Step:
    norms: Any = {
        "A": ((k, w), size(a(k, j, w))),
        "C": ((k, w), size(C)),
        "G": ((k, w), size(C - a(k, j, w))),
        "h": ((k, j, w), -sign(C)),
        "y": ((k, j, w), sign(C - a(k, j, w))),
    }
    known = *alignment(proof, C, "x moves along -Sign(c)"), *in_ball(proof, C)
    return proof.cite("lmo-two-betas", **norms, rho=sqrt(d), by=known)


lemma = Lemma(
    slug="lion",
    title="Lion reaches small gradients in |.|_1",
    source=Source.OURS,
    where="for Lion, which is known; the statement and its constants are ours",
    assumptions={**MOMENTUM, **STEP, **smooth(size), **A2, **BUFFER, **DIRECTION, **HORIZON, **DIMENSION},
    claims=[Claim("mean gradient", limited(), mean_gradient)],
    models=runs.drawn(),
    mutants=[
        Mutant("no gap", limited(gap=0), models=runs.fixed(runs.WALKING)),
        Mutant("no curvature", limited(curvature=0), models=runs.fixed(runs.RESTING)),
        Mutant("no old gradients", limited(old=0, gap=0), models=runs.fixed(runs.STARTED)),
        Mutant("no noise", limited(noise=0), models=runs.fixed(runs.LOST)),
    ],
)
