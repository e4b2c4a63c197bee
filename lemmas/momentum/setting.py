"""The momentum error along a run: the symbols and the named assumptions of the lemmas on its average over time.

Vectors are functions of j = 1..d, and what is random is a function of the outcome w: a(t, j, w) is the gradient,
g the stochastic gradient, m its moving average and e = m - a the error.  Time starts at 1, with m_0 = 0.
"""

from ..vocabulary import *
from . import momentum_noise

a, g, m = (function(name, "int", "int", "point") for name in ("a", "g", "m"))  # time, coordinate, outcome
i = integers("i")
over = Functional("E", w)
TIMES = Functional("Sum", t, (1, T))
RUNNING = [le(1, k)]
variance = momentum_noise.a2_variance


def length(time: Any) -> Any:
    """|a_t|."""
    return norm(a(time, j, w))


def error(time: Any) -> Any:
    """|e_t|."""
    return norm(m(time, j, w) - a(time, j, w))


def mean_power(exponent: Any) -> Any:
    """G_r, the mean over time of E|a_t|^r."""
    return Sum(E(real_power(length(t), exponent), w), (t, 1, T)) / T


def local_modulus(time: Any) -> Any:
    """L0 + L1*|a_t|^q."""
    return modulus(length(time))


def expected_modulus(time: Any) -> Any:
    return L0 + L1 * E(real_power(length(time), q), w)


def xi(time: Any) -> Any:
    """Coordinate j of the noise."""
    return g(time, j, w) - a(time, j, w)


def noise(time: Any) -> Any:
    """Coordinate j of the averaged noise."""
    return momentum_noise.averaged(b1, xi, time)


def drift(time: Any, of: Any) -> Any:
    return Sum(power(b1, time - k) * of(k), (k, 1, time - 1))


WEIGHTED = smoothed(variance, t, b1**2)
MEAN_ERROR = TIMES.of(E(error(t), w)) / T
START_TERM = b1 * E(length(1), w) / ((1 - b1) * T)
NOISE_TERM = sqrt((1 - b1) / (1 + b1)) * sqrt(s0**2 + s1**2 * mean_power(p))

MOMENTUM = {name: statement for name, statement in adam_recursion(j, w).items() if name.startswith("m ")}
A2 = momentum_noise.a2(xi)
CONSTANTS = {
    "beta1 is not negative": le(0, b1),
    "beta1 < 1": lt(b1, 1),
    "q is not negative": le(0, q),
    "q <= 1": le(q, 1),
}
FINITE = {"E|a_t| is finite": forall(k, Integrable(E(length(k), w)), RUNNING)}
START = {"t is from 1 on": le(1, t)}
HORIZON = {"T is a horizon": le(1, T)}


def variance_nonneg(proof: Scope) -> Step:
    """0 <= E|xi_k|^2 <= s0^2 + s1^2*E|a_k|^p."""
    with proof.assuming(*RUNNING):
        return proof.have(le(0, variance(k)), "A2: the variance of the noise")
