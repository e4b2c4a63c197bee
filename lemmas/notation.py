"""The symbols that the lemmas share, and formulas written once."""

from __future__ import annotations

from typing import Any

from sympy import Abs, Sum, sqrt

from adamproof.prover import Functional, Point, eq, forall, function, integers, le, lt, power, real_power, reals
from adamproof.prover.surface import Vector

b1, b2, eps = reals("b1 b2 eps")  # beta1, beta2, epsilon
t, T, k, n, d, j = integers("t T k n d j")
m, v, g = function("m"), function("v"), function("g")  # momentum, second moment, stochastic gradient (one coordinate)

L0, L1, q = reals("L0 L1 q")  # A3, (L0, L1, q)-smoothness
gamma, s0, s1, p = reals("gamma s0 s1 p")  # learning rate; A2, p-affine variance
w = Point("w")  # a sample point: what random quantities depend on
COORDINATES = Functional("Sum", j, (1, d))  # vectors are functions of j = 1..d

rho = b1**2 / b2
R = (1 - b1) / (sqrt(1 - b2) * sqrt(1 - rho))  # the bound of Lemma B.2
R_squared = (1 - b1) ** 2 * b2 / ((1 - b2) * (b2 - b1**2))


def geometric(ratio: Any, terms: Any) -> Any:
    """1 + ratio + ... + ratio^(terms - 1)."""
    return Sum(power(ratio, n), (n, 0, terms - 1))


def norm(vector: Any) -> Any:
    """The Euclidean norm of a vector given by its coordinate j."""
    return sqrt(COORDINATES.of(vector**2))


def vector(coordinate: Any) -> Vector:
    """The vector of the coordinates j = 1..d."""
    return Vector(coordinate, COORDINATES)


def modulus(length: Any) -> Any:
    """L0 + L1*|a|^q, the modulus of smoothness where the gradient's norm is `length`."""
    return L0 + L1 * real_power(length, q)


def smoothed(body: Any, time: Any, decay: Any = b1) -> Any:
    """The sum of decay^(time - k)*body(k) over k = 1..time."""
    return Sum(power(decay, time - k) * body(k), (k, 1, time))


def R_t(time: Any) -> Any:
    """The sharp bound at a time: (1 - b1)*sqrt((1 + rho + ... + rho^(t-1))/(1 - b2)); its limit is R if rho < 1."""
    return (1 - b1) * sqrt(geometric(rho, time) / (1 - b2))


def R_t_squared(time: Any) -> Any:
    """R_t^2 = (1 - b1)^2/(1 - b2) * (1 + rho + ... + rho^(t-1))."""
    return R_t(time) ** 2


def magnitude(time: Any) -> Any:
    """u_t = |m_t|/(sqrt(v_t) + eps), with the convention 0 where m = v = eps = 0 (inv(0) = 0)."""
    return Abs(m(time)) / (sqrt(v(time)) + eps)


def adam_recursion(*points: Any) -> dict[str, Any]:
    """Adam's recursion without bias correction, for m, v, g of time and of points: the coordinate j, the outcome w."""
    sorts = ["point" if point == w else "int" for point in points]
    m, v, g = (function(name, "int", *sorts) for name in ("m", "v", "g"))

    def starts(x: Any) -> Any:
        return forall(points, eq(x(0, *points), 0)) if points else eq(x(0), 0)

    def moves(x: Any, decay: Any, new: Any) -> Any:
        return forall((*points, k), eq(x(k + 1, *points), decay * x(k, *points) + (1 - decay) * new), [le(0, k)])

    new = g(k + 1, *points)
    return {
        "m starts at 0": starts(m),
        "v starts at 0": starts(v),
        "m is a moving average of g": moves(m, b1, new),
        "v is a moving average of g^2": moves(v, b2, new**2),
    }


RECURSION = adam_recursion()
HYPERPARAMETERS = {
    "beta1 is not negative": le(0, b1),
    "beta1 < 1": lt(b1, 1),
    "beta2 is positive": lt(0, b2),
    "beta2 < 1": lt(b2, 1),
}
STABLE = {"beta1^2 < beta2": lt(b1**2, b2)}
EPSILON = {"epsilon is not negative": le(0, eps)}
TIME = {"t is a time": le(0, t)}

# R, m, v and g are imported by name: many files call something else so.
__all__ = ["COORDINATES", "EPSILON", "HYPERPARAMETERS", "L0", "L1", "RECURSION", "STABLE", "TIME", "R_squared", "R_t"]
__all__ += ["Sum"]  # SymPy's, with which the calculator compares
__all__ += ["R_t_squared", "T", "b1", "b2", "d", "eps", "gamma", "geometric", "j", "k", "magnitude", "modulus", "n"]
__all__ += ["adam_recursion", "norm", "p", "q", "rho", "s0", "s1", "smoothed", "t", "vector", "w"]
