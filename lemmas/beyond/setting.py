"""Adam on an L-smooth function with random gradients: the symbols and the assumptions of `unconditional`.

Vectors are functions of j = 1..d, and what is random is a function of the outcome w: F(t, w) is the value at x_t,
a(t, j, w) the gradient there, g(t, j, w) the stochastic gradient and xi = g - a the noise.
"""

from ..descent.smooth_descent import CALCULUS, INSIDE
from ..vocabulary import *

s, B, Fmin = reals("s B Fmin")
F = function("F", "int", "point")
a, g, m, v, x = (function(name, "int", "int", "point") for name in ("a", "g", "m", "v", "x"))
ga = function("ga", "int", "int", "real", "point")  # the gradient at x_t + s*(x_{t+1} - x_t)
over = Functional("E", w)
RANGE = [le(1, j), le(j, d)]
RUNNING = [le(1, t)]

MOVE = x(t + 1, j, w) - x(t, j, w)
SLOPE = Integral01(COORDINATES.of(ga(t, j, s, w) * MOVE), s)


def gradient(time: Any) -> Any:
    """|a_t|^2."""
    return COORDINATES.of(a(time, j, w) ** 2)


def error(time: Any) -> Any:
    """|e_t|^2, e = m - a."""
    return COORDINATES.of((m(time, j, w) - a(time, j, w)) ** 2)


def moved(time: Any) -> Any:
    """|x_{t+1} - x_t|^2."""
    return COORDINATES.of((x(time + 1, j, w) - x(time, j, w)) ** 2)


def noise(time: Any) -> Any:
    """|xi_t|^2, xi = g - a."""
    return COORDINATES.of((g(time, j, w) - a(time, j, w)) ** 2)


def alignment(time: Any) -> Any:
    """<m_{t-1} - a_t, xi_t>."""
    return COORDINATES.of((m(time - 1, j, w) - a(time, j, w)) * (g(time, j, w) - a(time, j, w)))


SLOW_DRIFT = "(sqrt(2)*gamma*L0*beta1)^2 <= ((1 - beta1)*epsilon)^2"
CONSTANTS = {"epsilon is positive": lt(0, eps), "B is not negative": le(0, B), "gamma is positive": lt(0, gamma)}
RATE = {
    "2*L0*gamma <= epsilon": le(2 * L0 * gamma, eps),
    SLOW_DRIFT: le(2 * (gamma * L0 * b1) ** 2, ((1 - b1) * eps) ** 2),
    "T is a horizon": le(1, T),
}
ADAM = {
    "m starts at 0": forall((w, j), eq(m(0, j, w), 0), RANGE),
    "v starts at 0": forall((w, j), eq(v(0, j, w), 0), RANGE),
    "m is a moving average of g": forall(
        (w, k, j), eq(m(k + 1, j, w), b1 * m(k, j, w) + (1 - b1) * g(k + 1, j, w)), [le(0, k), *RANGE]
    ),
    "v is a moving average of g^2": forall(
        (w, k, j), eq(v(k + 1, j, w), b2 * v(k, j, w) + (1 - b2) * g(k + 1, j, w) ** 2), [le(0, k), *RANGE]
    ),
    "x moves by Adam's step": forall(
        (w, t, j), eq(x(t + 1, j, w), x(t, j, w) - gamma * m(t, j, w) / (sqrt(v(t, j, w)) + eps)), [*RUNNING, *RANGE]
    ),
}
INTEGRAL = {
    "F(x_{t+1}) - F(x_t) is the integral of the slope": forall((w, t), eq(F(t + 1, w) - F(t, w), SLOPE), RUNNING),
    "the slope along the segment is integrable": forall((w, t), Integrable(SLOPE), RUNNING),
}
CITED = dict.fromkeys(INTEGRAL, ("fundamental theorem of calculus", CALCULUS))
SMOOTH = {
    "the gradient is Lipschitz along the segment": forall(
        (w, t, s), le(norm(ga(t, j, s, w) - a(t, j, w)), L0 * (s * norm(MOVE))), [*RUNNING, *INSIDE]
    ),
    "the segment ends at the next iterate": forall((w, t, j), eq(ga(t, j, 1, w), a(t + 1, j, w)), [*RUNNING, *RANGE]),
    **INTEGRAL,
    "F is at least F*": forall((w, t), le(Fmin, F(t, w)), RUNNING),
}
STOCHASTIC = {
    "gradients are at most B": forall((w, t, j), le(Abs(g(t, j, w)), B), [*RUNNING, *RANGE]),
    "the noise is centred": forall(t, eq(E(alignment(t), w), 0), RUNNING),
    "the noise has variance at most s0^2": forall(t, le(E(noise(t), w), s0**2), RUNNING),
    "E F(x_1) is finite": Integrable(E(F(1, w), w)),
    "E|a_1|^2 is finite": Integrable(E(gradient(1), w)),
}
ASSUMPTIONS = {**HYPERPARAMETERS, **CONSTANTS, **RATE, **ADAM, **SMOOTH, **STOCHASTIC}
