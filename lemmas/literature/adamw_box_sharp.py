"""The box of AdamW is sharp: the gradients g_k = (b2/b1)^k push the iterate to -R/lambda.

With epsilon = 0 they make u_t = R_t (update-magnitude-tight), which grows to R if beta1^2 < beta2.  From x_1 = 0 on

    |x_{s+i}| >= (1 - (1 - gamma*lambda)^i)*R_s/lambda    for all s >= 1 and i >= 0,

so no constant below R/lambda bounds |x_t| for all gradients and all t: take s, then i, large.
"""

from adamproof.lemmas.models import decayed as runs
from adamproof.lemmas.update import update_magnitude_tight

from ..notation import g, m, v
from ..vocabulary import *
from .adamw_box import ADAMW, lam, x

# --- statement -------------------------------------------------------------------------------------

s, i = integers("s i")
tight = update_magnitude_tight.lemma.assumptions
EXTREMAL = {
    name: tight[name] for name in (*update_magnitude_tight.MOVING, *update_magnitude_tight.BETAS, "epsilon is 0")
}
DECAY = {
    "gamma is not negative": le(0, gamma),
    "lambda is positive": lt(0, lam),
    "gamma*lambda <= 1": le(gamma * lam, 1),
}
START = {"x starts at 0": eq(x(1), 0)}
SINCE = {"s is from 1 on": le(1, s), "i is a count": le(0, i)}
REACHED = (1 - power(1 - gamma * lam, i)) * (R_t(s) / lam)


# --- proof -----------------------------------------------------------------------------------------


def one_step(proof: Scope, time: Any) -> Step:
    """x_{k+1} = (1 - gamma*lambda)*x_k - gamma*R_k, as m_k is not negative."""
    gradient = proof.every(k, le(0, g(k)), "g is extremal", given=[le(1, k)])
    sign_of = proof.cite("moving-average", "not negative", x=m, y=g, b=b1, t=time, by=[gradient])
    size = proof.cite("update-magnitude-tight", "supremum", t=time)
    update = proof.have(eq(m(time) / (sqrt(v(time)) + eps), R_t(time)), size, sign_of)
    moved = eq(x(time + 1), (1 - gamma * lam) * x(time) - gamma * R_t(time))
    return proof.have(moved, update, proof.at("x is AdamW's", time), title="one step")


def positive(proof: Scope) -> Step:
    """x_s <= 0."""
    return proof.induction(le(x(s), 0), s, low=1, base=["x starts at 0"], step=lambda: [one_step(proof, s), DECAY])


def growing(proof: Scope) -> Step:
    """R_s <= R_{s+i}."""
    more = proof.cite("geometric-sum", "recursion", b=rho, n=s + i)
    return proof.induction(le(geometric(rho, s), geometric(rho, s + i)), i, step=[more])


def pushed(proof: Scope) -> Step:
    less = proof.step("x_s <= 0", positive(proof))
    grown = growing(proof)
    larger = proof.have(le(R_t(s), R_t(s + i)), grown, title="R_s <= R_{s+i}")
    goal = le(REACHED, -x(s + i))
    return proof.induction(goal, i, base=[less], step=lambda: [one_step(proof, s + i), larger, DECAY])


def reached(proof: Scope) -> Step:
    return proof.conclude(pushed(proof))


lemma = Lemma(
    slug="adamw-box-sharp",
    title="AdamW can come as close to the border -R/lambda of its box as one likes",
    source=Source.OURS,
    where="the converse of adamw-box",
    assumptions={**EXTREMAL, **ADAMW, **DECAY, **START, **SINCE},
    claims=[
        Claim("reached", le(REACHED, Abs(x(s + i))), reached),
    ],
    models=runs.pushed,
    mutants=[
        Mutant("one per cent more", le(Rational(101, 100) * REACHED, Abs(x(s + i)))),
        Mutant("one step early", le(REACHED.subs(i, i + 1), Abs(x(s + i)))),
        Mutant("any gradients", drop=("g is extremal",), models=runs.other_gradients),
        Mutant("any start", drop=("x starts at 0",), models=runs.pushed_back),
        Mutant("R for R_s", le(REACHED.subs(R_t(s), BOUND), Abs(x(s + i)))),
    ],
)
