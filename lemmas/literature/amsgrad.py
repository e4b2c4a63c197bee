"""AMSGrad without momentum: its regret on convex losses is of the order sqrt(T*ln T).

    x_{t+1} = P(x_t - alpha/sqrt(t)*g_t/sqrt(vhat_t)),    vhat_t = max(vhat_{t-1}, v_t),    v_t as Adam's,

where P is the projection in the norm with the weights sqrt(vhat_t), and points of the set differ by at most D in each
coordinate.  As vhat_t does not decrease, distances telescope (weighted-regret).  What is left are the costs
g_t^2/sqrt(vhat_t) <= |g_t|/sqrt(1 - b2) (weighted-step), of which, divided by sqrt(t), kingma-ba has the sum.
"""

from __future__ import annotations

from adamproof.lemmas.models import regret_runs as runs

from ..vocabulary import *
from .weighted_regret import (
    COSTS,
    FROM_1,
    HORIZON,
    SET,
    STEP,
    TIMES,
    TOTAL,
    D,
    alpha,
    cost,
    g,
    rate,
    vhat,
    weight,
    x,
    z,
)

# --- statement -------------------------------------------------------------------------------------

v = function("v", "int", "int")
f, fz = function("f"), function("fz")  # the losses at x_t and at z
LAST = COORDINATES.of(weight(T))
LENGTHS = COORDINATES.of(root(TIMES.of(g(t, j) ** 2)))  # |g_{1:T,j}|_2, summed
SIZES = absolute(g(t, j)) / root(t)
REGRET = TIMES.of(f(t) - fz(t))


def larger(one: Any, other: Any) -> Any:
    """The maximum."""
    return (one + other + absolute(one - other)) / 2


AVERAGE = {
    "v starts at 0": forall(j, eq(v(0, j), 0)),
    "v is a moving average of g^2": forall(
        (k, j), eq(v(k + 1, j), b2 * v(k, j) + (1 - b2) * g(k + 1, j) ** 2), [le(0, k)]
    ),
    "beta2 is not negative": le(0, b2),
    "beta2 < 1": lt(b2, 1),
}
MAXIMUM = {
    "vhat is the largest v so far": forall((k, j), eq(vhat(k + 1, j), larger(vhat(k, j), v(k + 1, j))), [le(0, k)])
}
ADAMS = {"vhat is the largest v so far": forall((k, j), eq(vhat(k + 1, j), v(k + 1, j)), [le(0, k)])}
CONVEX = {"the losses are convex": forall(k, le(f(k) - fz(k), COORDINATES.of(g(k, j) * (x(k, j) - z(j)))), FROM_1)}


def limited(distance: Any = 1, costs: Any = 1) -> Any:
    steps = costs * alpha / (2 * root(1 - b2)) * (root(1 + ln(T)) * LENGTHS)
    return le(REGRET, distance * D**2 * root(T) / (2 * alpha) * LAST + steps)


# --- proof -----------------------------------------------------------------------------------------


def moments(proof: Scope) -> list[Step]:
    """(1 - b2)*g_k^2 <= vhat_k and vhat_k <= vhat_{k+1} from k = 1 on."""
    with proof.assuming(le(0, k)):
        average = proof.at("v is a moving average of g^2", k, j)
        largest = proof.at("vhat is the largest v so far", k, j)
    second = proof.induction(le(0, v(k, j)), k, base=["v starts at 0"], step=[average, AVERAGE])
    with proof.assuming(le(0, k)):
        fresh = proof.have(le((1 - b2) * g(k + 1, j) ** 2, vhat(k + 1, j)), average, largest, second, AVERAGE)
        more = proof.have(le(vhat(k, j), vhat(k + 1, j)), largest)
    fresh, more = (proof.every([k, j], step.conclusion, step, given=[le(0, k)]) for step in (fresh, more))
    with proof.assuming(*FROM_1):
        known = proof.at(fresh, k - 1, j), proof.at(more, k, j)
    return [proof.every([k, j], step.conclusion, step, given=FROM_1) for step in known]


def swapped(proof: Scope) -> Step:
    """The sum of |g|/sqrt(t) over j first, or over t first."""
    alone, longer = (Sum(SIZES, (t, 1, end)) for end in (0, T + 1))
    none = proof.each(COORDINATES, eq(alone, 0), alone)
    with proof.assuming(le(0, T)):
        one = proof.each(COORDINATES, eq(longer, TIMES.of(SIZES) + SIZES.subs(t, T + 1)), longer)
    return proof.induction(
        eq(TIMES.of(COORDINATES.of(SIZES)), COORDINATES.of(TIMES.of(SIZES))), T, base=[none], step=[one]
    )


def of_sizes(proof: Scope, fresh: Step) -> list[Step]:
    """The costs are at most alpha/(2*sqrt(1 - b2)) times the sum of |g|/sqrt(t)."""
    factor, sizes = alpha / (2 * root(1 - b2)), TIMES.of(COORDINATES.of(SIZES))
    with proof.assuming(le(1, t)):
        cheap = proof.cite("weighted-step", "cost", c=g(t, j), V=vhat(t, j), by=[proof.at(fresh, t, j)])
        cheap = proof.each(COORDINATES, cheap)
        cheap = proof.have(le(rate(t) / 2 * COORDINATES.of(cost(t)), factor * COORDINATES.of(SIZES)), cheap)
        total = proof.each(TIMES, cheap)
    costs = proof.have(le(COSTS, factor * sizes), total, title="the costs")
    each = proof.each(COORDINATES, proof.cite("kingma-ba", g=(t, g(t, j))))
    bound = proof.have(le(sizes, root(1 + ln(T)) * LENGTHS), swapped(proof), each)
    return [costs, proof.have(le(factor * sizes, factor * (root(1 + ln(T)) * LENGTHS)), bound, lt(0, 1 - b2))]


def regret(proof: Scope) -> Step:
    convex = proof.each(TIMES, le(f(t) - fz(t), COORDINATES.of(g(t, j) * (x(t, j) - z(j)))), CONVEX)
    convex = proof.have(le(REGRET, TOTAL), convex)
    known = moments(proof)
    return proof.conclude(convex, proof.cite("weighted-regret", by=known), of_sizes(proof, known[0]))


lemma = Lemma(
    slug="amsgrad",
    title="AMSGrad without momentum: regret of the order sqrt(T*ln T)",
    source=Source.LITERATURE,
    where="AMSGrad's regret bound without momentum, with the constants as they are found here",
    assumptions={**AVERAGE, **MAXIMUM, **STEP, **SET, **CONVEX, **HORIZON},
    claims=[Claim("regret", limited(), regret)],
    models=runs.models,
    mutants=[
        Mutant("no distance", conclusion=limited(distance=0), models=runs.fixed([1], 0, Fraction(1, 100))),
        Mutant("no costs", conclusion=limited(costs=0), models=runs.fixed([1], 0, 100)),
        Mutant("Adam's v for the largest", change=ADAMS, models=runs.FORGETFUL),
        Mutant("steps of any kind", drop=("x is projected",), models=runs.still(Fraction(1))),
        Mutant("z far away", drop=("x_t and z differ by at most D",), models=runs.fixed([1], 0, 1, D=0)),
        Mutant("losses of any kind", drop=("the losses are convex",), models=runs.regretted),
    ],
)
