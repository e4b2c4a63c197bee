"""AMSGrad with momentum: its regret on convex losses, for any beta1_t <= beta1 < 1.

    m_t = beta1_t*m_{t-1} + (1 - beta1_t)*g_t,    x_{t+1} = P(x_t - h_t*m_t/sqrt(vhat_t)),    h_t = alpha/sqrt(t)

The published proof divides by 1 - beta1_t, and lets distances with the weights sqrt(vhat_t)/(h_t*(1 - beta1_t))
telescope.  Where beta1_t decreases, these need not grow.  Without the division they do, and momentum-regret needs none:
its constants are smaller, too, and beta1_t need not decrease.
"""

from adamproof.lemmas.models import regret_runs as runs

from ..vocabulary import *
from .amsgrad import ADAMS, AVERAGE, CONVEX, LAST, LENGTHS, MAXIMUM, REGRET, losses, moments, of_sizes
from .momentum_regret import MIXED, MOMENTUM, STEP, beta
from .weighted_momentum import MORE
from .weighted_regret import COSTS, HORIZON, SET, D, alpha, slow, vhat, weight

# --- statement -------------------------------------------------------------------------------------

LATER = {"t is a time": le(1, t)}


def limited(distance: Any = 1, mixed: Any = 1, costs: Any = MORE) -> Any:
    steps = costs * alpha / (2 * root(1 - b2)) * (root(1 + ln(T)) * LENGTHS)
    return le(REGRET, distance * D**2 * slow(T) / 2 * LAST + mixed * D**2 / 2 * MIXED + steps)


def growing(times: int = 0) -> Any:
    """sqrt(vhat_t)/h_t, divided by 1 - beta1_t so many times."""
    return le(*(slow(time) * weight(time) / (1 - beta(time)) ** times for time in (t, t + 1)))


# --- proof -----------------------------------------------------------------------------------------


def regret(proof: Scope) -> Step:
    known = moments(proof)
    above = proof.have(le(0, MORE), lt(0, 1 - b1))
    gradients = proof.have(le(MORE * COSTS, limited(0, 0).rhs), of_sizes(proof, known[0]), above)
    return proof.conclude(losses(proof), proof.cite("momentum-regret", by=known), gradients)


def grows(proof: Scope) -> Step:
    fresh, more = (proof.at(step, t, j) for step in moments(proof))
    top = proof.have(le(0, vhat(t, j)), fresh, lt(0, 1 - b2))
    return proof.conclude(proof.cite("kingma-ba", "monotone", vhat=(k, vhat(k, j)), by=[top, more]))


lemma = Lemma(
    slug="amsgrad-momentum",
    title="AMSGrad with momentum: its regret for any beta1_t <= beta1 < 1",
    source=Source.LITERATURE,
    where="AMSGrad's regret bound with beta1_t, with the constants as they are found here",
    assumptions={**AVERAGE, **MAXIMUM, **MOMENTUM, **STEP, **SET, **CONVEX, **HORIZON, **LATER},
    claims=[
        Claim("regret", limited(), regret, given=(AVERAGE, MAXIMUM, MOMENTUM, STEP, SET, CONVEX, HORIZON)),
        Claim("weights grow", growing(), grows, given=(AVERAGE, MAXIMUM, "alpha is positive", LATER)),
    ],
    models=runs.with_momentum,
    mutants=[
        Mutant("no distance", limited(distance=0), models=runs.fixed([1], 0, Fraction(1, 100))),
        Mutant("no costs", limited(costs=0), models=runs.fixed([1], 0, 100)),
        Mutant("negative beta1_t", drop=("beta1_t is not negative",), models=runs.NEGATIVE),
        Mutant("Adam's v for the largest", change=ADAMS, models=runs.FORGETFUL),
        Mutant("losses of any kind", drop=("the losses are convex",), models=runs.regretted),
        Mutant("weights as published", growing(1), claim="weights grow", models=runs.LESS_AND_LESS),
    ],
    notes="The published step is stated from memory.",
)
