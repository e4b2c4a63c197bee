"""A run of Adam on a function with random gradients: the symbols and the named assumptions of the main results.

Vectors are functions of j = 1..d, and what is random is a function of the outcome w.  F(t, w) is the value at x_t,
a(t, j, w) the gradient there, g the stochastic gradient, xi = g - a the noise, u the update magnitude and
ga(t, j, s, w) the gradient at x_t + s*(x_{t+1} - x_t).  Time starts at 1, the moving averages at m_0 = v_0 = 0.

A2 enters through two consequences of the tower property (see momentum-noise), A3 along the segments between iterates.
"""

from ..descent.smooth_descent import CALCULUS
from ..descent.smooth_descent import INSIDE as INSIDE
from ..momentum.setting import *
from ..vocabulary import *

s, R, Fmin = reals("s R Fmin")
F = function("F", "int", "point")
u, v, x = (function(name, "int", "int", "point") for name in ("u", "v", "x"))
ga = function("ga", "int", "int", "real", "point")

MOVE = x(k + 1, j, w) - x(k, j, w)
SLOPE = Integral01(COORDINATES.of(ga(k, j, s, w) * MOVE), s)


def gain(time: Any) -> Any:
    """|u_t o a_t|_1."""
    return COORDINATES.of(u(time, j, w) * Abs(a(time, j, w)))


# Adam's symbols, as the lemmas about one coordinate and one outcome call them.
COORDINATE: Any = {"m": (k, m(k, j, w)), "v": (k, v(k, j, w)), "g": (k, g(k, j, w))}
MEAN_GAIN = TIMES.of(E(gain(t), w)) / T
GAP = E(F(1, w), w) - Fmin  # D

SIGN_STEP = {
    "the step goes along Sign(m)": forall(
        (k, j, w), eq(x(k + 1, j, w), x(k, j, w) - gamma * u(k, j, w) * sign(m(k, j, w))), RUNNING
    )
}
ANY_MAGNITUDE = {
    "magnitudes are not negative": forall((k, j, w), le(0, u(k, j, w)), RUNNING),
    "magnitudes are at most R": forall((k, j, w), le(u(k, j, w), R), RUNNING),
    "R is not negative": le(0, R),
}
ADAM = {
    **{name: statement for name, statement in adam_recursion(j, w).items() if name.startswith("v ")},
    "u is |m|/(sqrt(v) + epsilon)": forall(
        (k, j, w), eq(u(k, j, w), Abs(m(k, j, w)) / (sqrt(v(k, j, w)) + eps)), RUNNING
    ),
    **STABLE,
    "beta2 < 1": lt(b2, 1),
    **EPSILON,
}
A1 = {"A1: F is at least F*": forall((k, w), le(Fmin, F(k, w)), RUNNING)}
INTEGRAL = {
    "F(x_{t+1}) - F(x_t) is the integral of the slope": forall((k, w), eq(F(k + 1, w) - F(k, w), SLOPE), RUNNING),
    "the slope along the segment is integrable": forall((k, w), Integrable(SLOPE), RUNNING),
}
CITED = dict.fromkeys(INTEGRAL, ("fundamental theorem of calculus", CALCULUS))
A3 = {
    "A3 along the segments": forall(
        (k, w, s),
        le(norm(ga(k, j, s, w) - a(k, j, w)), modulus(length(k)) * (s * norm(MOVE))),
        [*RUNNING, *INSIDE, le(L1 * (s * norm(MOVE)), 1)],
    ),
    "segments end at the next gradient": forall((k, j, w), eq(ga(k, j, 1, w), a(k + 1, j, w)), RUNNING),
    **INTEGRAL,
    "L0 is not negative": le(0, L0),
    "L1 is not negative": le(0, L1),
}
RATE = {"gamma is positive": lt(0, gamma), "d is a dimension": le(0, d)}
SHORT = {"gamma*R*sqrt(d)*L1 <= 1": le(gamma * R * sqrt(d) * L1, 1)}
FIRST = {"E F(x_1) is finite": Integrable(E(F(1, w), w))}
RUN = {**MOMENTUM, **SIGN_STEP, **A1, **A2, **A3, **CONSTANTS, **RATE, **FINITE, **FIRST, **HORIZON}


def in_range(proof: Scope, *by: Any) -> tuple[Step, Step]:
    """0 <= u_t <= R at every time t >= 1: Lemma B.2."""
    made = "u is |m|/(sqrt(v) + epsilon)"
    with proof.assuming(le(1, t)):
        size = proof.cite("magnitude-range", "magnitude", **COORDINATE, by=by)
        bound = proof.cite("update-magnitude", **COORDINATE, by=by)
        at_least = proof.have(le(0, u(t, j, w)), made, size)
        return at_least, proof.have(le(u(t, j, w), BOUND), made, bound, title="u <= R, by Lemma B.2")
