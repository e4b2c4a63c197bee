"""The box of AdamW is sharp: the gradients g_k = (b2/b1)^k push the iterate to -R/lambda.

With epsilon = 0 they make u_t = R_t (update-magnitude-tight), which grows to R if beta1^2 < beta2.  From x_1 = 0 on

    |x_{s+n}| >= (1 - (1 - gamma*lambda)^n)*R_s/lambda    for all s >= 1 and n >= 0,

so no constant below R/lambda bounds |x_t| for all gradients and all t: take s, then n, large.
"""

from __future__ import annotations

from adamproof.lemmas.models import decayed as runs
from adamproof.lemmas.update import update_magnitude_tight

from ..vocabulary import *
from .adamw_box import ADAMW, lam, x

# --- statement -------------------------------------------------------------------------------------

s = integers("s")
tight = update_magnitude_tight.lemma.assumptions
EXTREMAL = {name: tight[name] for name in (*update_magnitude_tight.MOVING, *update_magnitude_tight.BETAS, "epsilon is 0")}
DECAY = {
    "gamma is not negative": le(0, gamma),
    "lambda is positive": lt(0, lam),
    "gamma*lambda <= 1": le(gamma * lam, 1),
}
START = {"x starts at 0": eq(x(1), 0)}
SINCE = {"s is from 1 on": le(1, s), "n is a count": le(0, n)}
REACHED = (1 - power(1 - gamma * lam, n)) * (R_t(s) / lam)


# --- proof -----------------------------------------------------------------------------------------


def moves(proof: Scope, time: Any) -> Step:
    """x_{k+1} = (1 - gamma*lambda)*x_k - gamma*R_k."""
    tight = proof.cite("update-magnitude-tight", "supremum", t=time)
    root = proof.cite("update-magnitude-tight", "attained", t=time)
    return proof.have(eq(x(time + 1), (1 - gamma * lam) * x(time) - gamma * R_t(time)), tight, root, proof.at("x is AdamW's", time))


def growing(proof: Scope) -> Step:
    """R_s <= R_{s+n}."""
    more = proof.cite("geometric-sum", "recursion", b=rho, n=s + n)
    return proof.induction(le(geometric(rho, s), geometric(rho, s + n)), n, step=[more])


def pushed(proof: Scope) -> Step:
    pass


lemma = Lemma(
    slug="adamw-box-sharp",
    title="AdamW can come as close to the border -R/lambda of its box as one likes",
    source=Source.OURS,
    where="the converse of adamw-box",
    assumptions={**EXTREMAL, **ADAMW, **DECAY, **START, **SINCE},
    claims=[
        Claim("one step", eq(x(s + 1), (1 - gamma * lam) * x(s) - gamma * R_t(s)), lambda p: moves(p,s)),
        Claim("gr", le(geometric(rho, s), geometric(rho, s + n)), growing),
    ],
)
