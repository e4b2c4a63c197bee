"""Projected steps along a momentum with weights that do not decrease: the sum of <g_t, x_t - z> over time.

    m_t = beta1_t*m_{t-1} + (1 - beta1_t)*g_t,    x_{t+1} = P(x_t - h_t*m_t/sqrt(vhat_t)),    h_t = alpha/sqrt(t)

g_t = m_t + beta1_t*(g_t - m_{t-1}).  Steps along m_t have a regret (weighted-regret); the rest is paid by
D^2*beta1_t*sqrt(vhat_t)/(2*h_t), and by what m_t costs less than m_{t-1} and g_t do (weighted-momentum).  The cost of
m_t is carried on to the next time, where steps are shorter and weights larger.
"""

from adamproof.lemmas.models import regret_runs as runs

from ..vocabulary import *
from .weighted_momentum import MORE
from .weighted_regret import (
    APART,
    COSTS,
    FROM_1,
    HORIZON,
    SET,
    TIMES,
    TOTAL,
    WEIGHTS,
    D,
    g,
    projected,
    rate,
    slow,
    vhat,
    weight,
    x,
    z,
)

# --- statement -------------------------------------------------------------------------------------

m = function("m", "int", "int")
beta = function("beta")
AVERAGED = eq(m(k, j), beta(k) * m(k - 1, j) + (1 - beta(k)) * g(k, j))
MOMENTUM = {
    "m starts at 0": forall(j, eq(m(0, j), 0)),
    "m is a moving average of g": forall((k, j), AVERAGED, FROM_1),
    "beta1_t is not negative": forall(k, le(0, beta(k)), FROM_1),
    "beta1_t <= beta1": forall(k, le(beta(k), b1), FROM_1),
    "beta1 < 1": lt(b1, 1),
}
STEP = projected(m)
MIXED = TIMES.of(beta(t) * slow(t) * COORDINATES.of(weight(t)))


def summed(distance: Any = 1, mixed: Any = 1, costs: Any = MORE) -> Any:
    last = D**2 * slow(T) / 2 * COORDINATES.of(weight(T))
    return le(TOTAL, distance * last + mixed * D**2 / 2 * MIXED + costs * COSTS)


def spent(direction: Any, time: Any) -> Any:
    """h/2*direction^2/sqrt(vhat), coordinate j."""
    return rate(time) / 2 * (direction**2 / weight(time))


ALONG = TIMES.of(COORDINATES.of(m(t, j) * (x(t, j) - z(j))))
SPENT = TIMES.of(COORDINATES.of(spent(m(t, j), t)))
FRESH, GROWS = "(1 - b2)*g^2 <= vhat", "vhat does not decrease"

# --- proof -----------------------------------------------------------------------------------------


def here(**others: Any) -> dict[str, Any]:
    """The symbols of weighted-momentum, at the time k in coordinate j."""
    return {"a": m(k - 1, j), "c": g(k, j), "m": m(k, j), "beta": beta(k), "V": vhat(k, j), **others}


def weights(proof: Scope) -> list[Step]:
    """0, (1 - b2)*m_{k-1}^2 and (1 - b2)*m_k^2 are at most vhat_k."""
    old = le((1 - b2) * m(k - 1, j) ** 2, vhat(k, j))

    def new() -> Step:
        return proof.cite("weighted-momentum", "weight", **here(), by=[old, proof.at(FRESH, k, j)])

    with proof.assuming(*FROM_1):
        top = proof.have(le(0, vhat(k, j)), proof.at(FRESH, k, j), lt(0, 1 - b2))
        start = proof.at(FRESH, 1, j), "m starts at 0"
        old = proof.induction(old, k, low=1, base=start, step=lambda: [new(), proof.at(GROWS, k, j)])
        steps = top, old, new()
    return [proof.every([k, j], step.conclusion, step, given=FROM_1) for step in steps]


def one_step(proof: Scope, old: Step) -> Step:
    P, A, Q = (spent(c, k) for c in (m(k, j), m(k - 1, j), g(k, j)))
    rest = beta(k) * (slow(k) / 2) * weight(k) * D**2 + (MORE - 1) * A + MORE * Q

    def coordinate() -> Step:
        apart = proof.at("x_t and z differ by at most D", k, j)
        by = [apart, lt(0, rate(k)), proof.at(FRESH, k, j), proof.at(old, k, j)]
        return proof.cite("weighted-momentum", "paid", **here(D=D, h=rate(k), y=APART), by=by)

    with proof.assuming(*FROM_1):
        slowed = proof.have(eq(inverse(rate(k)), slow(k)), "alpha is positive", lt(0, root(k)))
        step = proof.each(COORDINATES, le(g(k, j) * APART + MORE * P, m(k, j) * APART + rest), slowed, coordinate)
    return proof.every(k, step.conclusion, step, given=FROM_1)


def carried_on(proof: Scope, step: Step, new: Step) -> Step:
    def one_more() -> list[Step]:
        enough = [proof.at(new, T, j), proof.at(GROWS, T, j)]
        lighter = proof.cite("weighted-step", "more weight", c=m(T, j), V=vhat(T, j), W=vhat(T + 1, j), by=enough)
        shorter = proof.have(le(rate(T + 1), rate(T)), proof.by_squares(le(root(T), root(T + 1))), "alpha is positive")
        less = le(spent(m(T, j), T + 1), spent(m(T, j), T))
        less = proof.each(COORDINATES, less, lighter, shorter, "alpha is positive")
        return [proof.at(step, T + 1), proof.have(le(kept(T + 1), kept(T)), less)]

    def kept(time: Any) -> Any:
        """What the momentum at the time T costs at another time, carried on."""
        return (MORE - 1) * COORDINATES.of(spent(m(T, j), time))

    left, paid = kept(T), ALONG + D**2 / 2 * MIXED + MORE * COSTS
    start = [proof.at(step, 1), proof.each(COORDINATES, eq(spent(m(0, j), 1), 0), "m starts at 0")]
    whole = proof.induction(le(TOTAL + SPENT + left, paid), T, low=1, base=start, step=one_more)
    return proof.have(le(TOTAL + SPENT, paid), whole, proof.have(le(0, left)))


def regret(proof: Scope) -> Step:
    top, old, new = weights(proof)
    small = [proof.at(name, 1) for name in ("beta1_t is not negative", "beta1_t <= beta1")]
    above = proof.have(le(0, MORE - 1), proof.have(le(0, b1), small), "beta1 < 1")
    with proof.knowing(top, above):
        whole = carried_on(proof, one_step(proof, old), new)
    return proof.conclude(whole, proof.cite("weighted-regret", g=m, by=[new]))


lemma = Lemma(
    slug="momentum-regret",
    title="Projected steps along a momentum, with weights that do not decrease: the sum of <g_t, x_t - z>",
    source=Source.OURS,
    where="for AMSGrad's regret with momentum",
    assumptions={**WEIGHTS, **MOMENTUM, **STEP, **SET, **HORIZON},
    claims=[Claim("summed", summed(), regret)],
    models=runs.with_momentum,
    mutants=[
        Mutant("no distance", summed(distance=0), models=runs.fixed([1], 0, Fraction(1, 100))),
        Mutant("no costs", summed(costs=0), models=runs.fixed([1], 0, 100)),
        Mutant("negative beta1_t", drop=("beta1_t is not negative",), models=runs.NEGATIVE),
        Mutant("weights that decrease", drop=("vhat does not decrease",), models=runs.FORGETFUL),
        Mutant("steps of any kind", drop=("x is projected",), models=runs.still(Fraction(1))),
    ],
)
