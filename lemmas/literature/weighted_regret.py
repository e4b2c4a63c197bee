"""Projected steps x' = P(x - h*g/sqrt(vhat)) with weights that do not decrease: the sum of <g_t, x_t - z> over time.

    sum_t <g_t, x_t - z> <= D^2*sqrt(T)/(2*alpha)*sum_j sqrt(vhat_T) + sum_t alpha/(2*sqrt(t))*sum_j g_t^2/sqrt(vhat)

Here h = alpha/sqrt(t), and P is the projection in the norm with the weights sqrt(vhat_t).  In this norm and its dual
2*h*<g, x - z> <= |x - z|^2 - |x' - z|^2 + h^2*|g|^2 for a step from x to x' (weighted-step).  Divided by 2*h, distances
have the weights sqrt(t*vhat_t)/(2*alpha).  These do not decrease, and no (x_t - z)_j^2 is above D^2: the sum telescopes
to D^2 times the last weights.
"""

from adamproof.lemmas.models import regret_runs as runs

from ..vocabulary import *

# --- statement -------------------------------------------------------------------------------------

g, vhat, x = (function(name, "int", "int") for name in ("g", "vhat", "x"))  # time, coordinate
z = function("z")
alpha, D = reals("alpha D")
TIMES = Functional("Sum", t, (1, T))
FROM_1 = [le(1, k)]


def weight(time: Any) -> Any:
    return root(vhat(time, j))


def far(time: Any) -> Any:
    """(x_time - z)^2, coordinate j."""
    return (x(time, j) - z(j)) ** 2


def cost(time: Any) -> Any:
    """g^2/sqrt(vhat), coordinate j."""
    return g(time, j) ** 2 / weight(time)


def rate(time: Any) -> Any:
    return alpha / root(time)


def slow(time: Any) -> Any:
    return root(time) / alpha


APART = x(k, j) - z(j)


def moved(direction: Any) -> Any:
    return APART - rate(k) * (direction(k, j) / weight(k))


def projected(direction: Any) -> dict[str, Any]:
    """x_{k+1} is the projection of a step along -direction/sqrt(vhat)."""
    nearer = le(COORDINATES.of(weight(k) * far(k + 1)), COORDINATES.of(weight(k) * moved(direction) ** 2))
    return {"x is projected": forall(k, nearer, FROM_1), "alpha is positive": lt(0, alpha)}


WEIGHTS = {
    "(1 - b2)*g^2 <= vhat": forall((k, j), le((1 - b2) * g(k, j) ** 2, vhat(k, j)), FROM_1),
    "vhat does not decrease": forall((k, j), le(vhat(k, j), vhat(k + 1, j)), FROM_1),
    "beta2 < 1": lt(b2, 1),
}
STEP = projected(g)
SET = {"x_t and z differ by at most D": forall((k, j), le(absolute(APART), D), [*FROM_1, le(1, j), le(j, d)])}
HORIZON = {"T is a horizon": le(1, T)}
LINEAR = COORDINATES.of(g(k, j) * APART)
COSTS = TIMES.of(rate(t) / 2 * COORDINATES.of(cost(t)))
TOTAL = TIMES.of(COORDINATES.of(g(t, j) * (x(t, j) - z(j))))


def summed(distance: Any = 1, costs: Any = 1) -> Any:
    return le(TOTAL, distance * D**2 * slow(T) / 2 * COORDINATES.of(weight(T)) + costs * COSTS)


# --- proof -----------------------------------------------------------------------------------------


def above_zero(proof: Scope, time: Any) -> Step:
    """0 <= vhat."""
    return proof.have(le(0, vhat(time, j)), proof.at("(1 - b2)*g^2 <= vhat", time, j), lt(0, 1 - b2))


def one_step(proof: Scope) -> Step:
    """<g, x - z> <= (|x - z|^2 - |x' - z|^2)/(2*h) + h/2*(sum of costs)."""
    near, left, costs = (COORDINATES.of(body) for body in (weight(k) * far(k), weight(k) * far(k + 1), cost(k)))
    with proof.assuming(*FROM_1):
        fresh = proof.at("(1 - b2)*g^2 <= vhat", k, j)
        square = proof.cite("weighted-step", "square", c=g(k, j), V=vhat(k, j), y=APART, h=rate(k), by=[fresh])
        new = proof.each(COORDINATES, square, title="the new distances")
        both = 2 * rate(k) * LINEAR, near - left + rate(k) ** 2 * costs
        moved = proof.have(le(*both), new, proof.at("x is projected", k))
        one = proof.have(eq(product(slow(k), rate(k)), 1), "alpha is positive", lt(0, root(k)))
        scaled = proof.have(le(*(product(slow(k) / 2, side) for side in both)), moved, "alpha is positive")
        step = proof.have(le(LINEAR, slow(k) / 2 * (near - left) + rate(k) / 2 * costs), scaled, one)
    return proof.every(k, step.conclusion, step, given=FROM_1)


def telescoped(proof: Scope) -> Step:
    """With the weights sqrt(t*vhat_t)/alpha, by induction on T; the last distance is left."""
    step = one_step(proof)

    def within(time: Any) -> Step:
        return proof.have(le((x(time, j) - z(j)) ** 2, D**2), proof.at("x_t and z differ by at most D", time, j))

    def one_more() -> list[Step]:
        tops = above_zero(proof, T), above_zero(proof, T + 1)
        more = proof.at("vhat does not decrease", T, j)
        roots = proof.by_squares(le(weight(T), weight(T + 1)), more, *tops), proof.by_squares(le(root(T), root(T + 1)))
        grown = proof.have(le(slow(T) * weight(T), slow(T + 1) * weight(T + 1)), *roots, *tops)
        gap = slow(T + 1) * weight(T + 1) - slow(T) * weight(T)
        lost = proof.each(COORDINATES, le(gap * far(T + 1), gap * D**2), lambda: [within(T + 1), grown])
        return [proof.at(step, T + 1), lost]

    first = le(weight(1) * far(1), weight(1) * D**2)
    first = proof.each(COORDINATES, first, lambda: [within(1), above_zero(proof, 1)])
    left = slow(T) / 2 * COORDINATES.of(weight(T) * far(T + 1))
    whole = le(TOTAL + left, summed().rhs)
    whole = proof.induction(whole, T, low=1, base=[first, proof.at(step, 1)], step=one_more)
    rest = proof.each(COORDINATES, le(0, weight(T) * far(T + 1)), lambda: above_zero(proof, T))
    return proof.conclude(whole, proof.have(le(0, left), rest, "alpha is positive"))


lemma = Lemma(
    slug="weighted-regret",
    title="Projected steps with weights that do not decrease: a bound on the sum of <g_t, x_t - z>",
    source=Source.CLASSICAL,
    where="in every analysis of AdaGrad and AMSGrad; wording and proof are ours",
    assumptions={**WEIGHTS, **STEP, **SET, **HORIZON},
    claims=[Claim("summed", summed(), telescoped)],
    models=runs.models,
    mutants=[
        Mutant("no distance", summed(distance=0), models=runs.fixed([1], 0, Fraction(1, 100))),
        Mutant("no costs", summed(costs=0), models=runs.fixed([1], 0, 100)),
        Mutant("weights that decrease", drop=("vhat does not decrease",), models=runs.FORGETFUL),
        Mutant("weights of any size", drop=("(1 - b2)*g^2 <= vhat",), models=runs.still(Fraction(0))),
        Mutant("steps of any kind", drop=("x is projected",), models=runs.still(Fraction(1))),
        Mutant("z far away", drop=("x_t and z differ by at most D",), models=runs.fixed([1], 0, 1, D=0)),
    ],
)
