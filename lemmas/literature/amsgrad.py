"""AMSGrad without momentum: its regret on convex losses is of the order sqrt(T*ln T).

    x_{t+1} = P(x_t - alpha/sqrt(t)*g_t/sqrt(vhat_t)),    vhat_t = max(vhat_{t-1}, v_t),    v_t as Adam's,

where P is the projection in the norm with the weights sqrt(vhat_t), and points of the set differ by at most D in each
coordinate.  As vhat_t does not decrease, distances telescope (weighted-regret).  What is left are the costs
g_t^2/sqrt(vhat_t) <= |g_t|/sqrt(1 - b2) (weighted-step), of which, divided by sqrt(t), kingma-ba has the sum.
"""

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
    far,
    g,
    moved,
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


AVERAGE = {
    "v starts at 0": forall(j, eq(v(0, j), 0)),
    "v is a moving average of g^2": forall(
        (k, j), eq(v(k + 1, j), b2 * v(k, j) + (1 - b2) * g(k + 1, j) ** 2), [le(0, k)]
    ),
    "beta2 is not negative": le(0, b2),
    "beta2 < 1": lt(b2, 1),
}
MAXIMUM = {
    "vhat is the largest v so far": forall((k, j), eq(vhat(k + 1, j), maximum(vhat(k, j), v(k + 1, j))), [le(0, k)])
}
ADAMS = {"vhat is the largest v so far": forall((k, j), eq(vhat(k + 1, j), v(k + 1, j)), [le(0, k)])}
CONVEX = {"the losses are convex": forall(k, le(f(k) - fz(k), COORDINATES.of(g(k, j) * (x(k, j) - z(j)))), FROM_1)}
LOW, HIGH = reals("low high")
STEPPED = x(k, j) - rate(k) * (g(k, j) / weight(k))
BOX = {
    "x is clipped": forall((j, k), eq(x(k + 1, j), clip(STEPPED, LOW, HIGH)), FROM_1),
    "low <= z": forall(j, le(LOW, z(j))),
    "z <= high": forall(j, le(z(j), HIGH)),
}


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
    swapped = proof.cite("double-sums", "rectangle", f=((t, j), SIZES), n=T, lo=1, hi=d)
    bound = proof.have(le(sizes, root(1 + ln(T)) * LENGTHS), swapped, each)
    return [costs, proof.have(le(factor * sizes, factor * (root(1 + ln(T)) * LENGTHS)), bound, lt(0, 1 - b2))]


def losses(proof: Scope) -> Step:
    convex = proof.each(TIMES, le(f(t) - fz(t), COORDINATES.of(g(t, j) * (x(t, j) - z(j)))), CONVEX)
    return proof.have(le(REGRET, TOTAL), convex)


def regret(proof: Scope) -> Step:
    known = moments(proof)
    return proof.conclude(losses(proof), proof.cite("weighted-regret", by=known), of_sizes(proof, known[0]))


def projected(proof: Scope) -> Step:
    """In any weights, clipping to a box is nearest, coordinate by coordinate."""
    fresh, _ = moments(proof)
    with proof.assuming(*FROM_1):
        share = proof.have(le(0, (1 - b2) * g(k, j) ** 2), lt(0, 1 - b2))
        top = proof.have(le(0, vhat(k, j)), proof.at(fresh, k, j), share)
        inside = [proof.at(name, j) for name in ("low <= z", "z <= high")]
        near = proof.cite("max-min-clip", "clip is nearest", x=STEPPED, z=z(j), low=LOW, high=HIGH, by=inside)
        near = proof.rewrite(near, proof.have(eq(clip(STEPPED, LOW, HIGH), x(k + 1, j)), "x is clipped"))
        step = proof.each(COORDINATES, le(weight(k) * far(k + 1), weight(k) * moved(g) ** 2), near, top)
    return proof.every(k, step.conclusion, step, given=FROM_1)


lemma = Lemma(
    slug="amsgrad",
    title="AMSGrad without momentum: regret of the order sqrt(T*ln T)",
    source=Source.LITERATURE,
    where="AMSGrad's regret bound without momentum, with the constants as they are found here",
    assumptions={**AVERAGE, **MAXIMUM, **STEP, **SET, **CONVEX, **HORIZON, **BOX},
    claims=[
        Claim("regret", limited(), regret, given=(AVERAGE, MAXIMUM, STEP, SET, CONVEX, HORIZON)),
        Claim("on a box", STEP["x is projected"], projected, given=(AVERAGE, MAXIMUM, BOX)),
    ],
    models=runs.models,
    mutants=[
        Mutant("no distance", limited(distance=0), models=runs.fixed([1], 0, Fraction(1, 100))),
        Mutant("no costs", limited(costs=0), models=runs.fixed([1], 0, 100)),
        Mutant("Adam's v for the largest", change=ADAMS, models=runs.FORGETFUL),
        Mutant("steps of any kind", drop=("x is projected",), models=runs.still(Fraction(1))),
        Mutant("z far away", drop=("x_t and z differ by at most D",), models=runs.fixed([1], 0, 1, D=0)),
        Mutant("losses of any kind", drop=("the losses are convex",), models=runs.regretted),
        Mutant("z below the box", drop=("low <= z",), claim="on a box", models=runs.outside),
    ],
)
