"""Steps along the least linear form on the unit ball of a norm: the symbols and the assumptions of these results.

h_t is the least linear form <c_t, .> on the unit ball, y_t the vector of the unit ball where <c_t - a_t, .> is largest;
A, C and G are the dual norms of a_t, c_t and c_t - a_t.
"""

from ..vocabulary import *
from . import lmo_noise
from .lmo_descent import FROM_1, F, L, dot, error, length
from .lmo_noise import s

a, g, m, h, y = (function(name, "int", "int", "point") for name in ("a", "g", "m", "h", "y"))
C = function("C", "int", "point")  # |c_t|_*
rho = reals("rho")
i = integers("i")
xi = g(k, j, w) - a(k, j, w)


def direction(time: Any) -> Any:
    return b1 * m(time - 1, j, w) + (1 - b1) * g(time, j, w)


def always(statement: Any, *more: Any) -> Any:
    return forall((*more, k, w), statement, [*(le(1, each) for each in more), *FROM_1])


def method(c: Any) -> dict[str, Any]:
    """F is smooth along x_{k+1} = x_k + gamma*h_k, h_k = lmo(c_k)."""
    gradient, step = a(k, j, w), h(k, j, w)
    return {
        "F is L-smooth along the steps": always(
            le(F(k + 1, w), F(k, w) + gamma * dot(gradient, step) + L / 2 * gamma**2)
        ),
        "h = lmo(c): <c, h> = -|c|_*": always(eq(dot(c, step), -C(k, w))),
        "<a - c, h> <= |c - a|_*": always(le(dot(gradient - c, step), error(k, w))),
        "|a|_* <= |c|_* + |c - a|_*": always(le(length(k, w), C(k, w) + error(k, w))),
    }


def ball(c: Any) -> dict[str, Any]:
    """y_k is the vector of the unit ball for the error of c_k, and gradients change by at most L*gamma in a step."""
    return {
        "|c - a|_* <= <c - a, y>": always(le(error(k, w), dot(c - a(k, j, w), y(k, j, w)))),
        "|c - a|_* is not negative": always(le(0, error(k, w))),
        "|a|_* is not negative": always(le(0, length(k, w))),
        "<-a_1, y> <= |a_1|_*": always(le(dot(-a(1, j, w), y(k, j, w)), length(1, w))),
        "<a_i - a_{i+1}, y> <= |a_i - a_{i+1}|_* <= L*gamma": always(
            le(dot(a(i, j, w) - a(i + 1, j, w), y(k, j, w)), L * gamma), i
        ),
        "|y|_2 <= rho": always(le(norm(y(k, j, w)), rho)),
    }


MOMENTUM = {
    "m starts at 0": forall((j, w), eq(m(0, j, w), 0)),
    "m is a moving average of g": forall(
        (j, w, k), eq(m(k + 1, j, w), b2 * m(k, j, w) + (1 - b2) * g(k + 1, j, w)), [le(0, k)]
    ),
}
A2 = lmo_noise.a2(lambda time: g(time, j, w) - a(time, j, w))
SIGNS = {"s is not negative": le(0, s), "rho is not negative": le(0, rho), "L is not negative": le(0, L)}
DIRECTION = {"beta1 is not negative": le(0, b1)}

__all__ = ["A2", "DIRECTION", "MOMENTUM", "SIGNS", "C", "a", "ball", "direction", "g", "h", "m", "method", "rho", "y"]
