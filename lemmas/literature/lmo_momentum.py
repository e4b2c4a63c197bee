"""Steps along lmo(m_t), the least linear form on the unit ball of any norm, for the momentum m_t.

    mean_t E|a_t|_* <= D/(gamma*T) + L*gamma/2
                       + 2*(b1*E|a_1|_*/((1 - b1)*T) + L*gamma*b1/(1 - b1) + rho*s*sqrt((1 - b1)/(1 + b1)))

It is the case beta1 = beta2 of lmo-two-betas, where the direction is the momentum itself; lmo-rate has its rate.
"""

from adamproof.lemmas.models import linear_forms as runs

from ..vocabulary import *
from .lmo_descent import FINITE, FROM_1, GAP, HORIZON, MEAN, L, length
from .lmo_noise import s
from .lmo_setting import A2, SIGNS, a, ball, g, h, m, method, rho, y

# --- statement -------------------------------------------------------------------------------------

MOMENTUM = {
    "m starts at 0": forall((j, w), eq(m(0, j, w), 0)),
    "m is a moving average of g": forall(
        (j, w, k), eq(m(k + 1, j, w), b1 * m(k, j, w) + (1 - b1) * g(k + 1, j, w)), [le(0, k)]
    ),
}
BETA = {"beta1 is not negative": le(0, b1), "beta1 < 1": lt(b1, 1)}
METHOD = method(m(k, j, w))
BALL = ball(m(k, j, w))


def limited(gap: Any = 1, curvature: Any = 1, start: Any = 1, drift: Any = 1, noise: Any = 1) -> Any:
    """The bound, with factors of its parts."""
    error = start * b1 * E(length(1, w), w) / ((1 - b1) * T) + drift * L * gamma * b1 / (1 - b1)
    noisy = noise * rho * s * sqrt((1 - b1) / (1 + b1))
    return le(MEAN, gap * GAP / (gamma * T) + curvature * L * gamma / 2 + 2 * (error + noisy))


# --- proof -----------------------------------------------------------------------------------------


def as_direction(proof: Scope) -> list[Step]:
    """What is assumed of m_k, for b1*m_{k-1} + (1 - b1)*g_k."""
    momentum, direction, gradient = m(k, j, w), b1 * m(k - 1, j, w) + (1 - b1) * g(k, j, w), a(k, j, w)

    def restated(name: str, old: Any, new: Any) -> Step:
        return proof.rewrite(proof.at(name, k, w), proof.each(COORDINATES, eq(old, new), moved))

    with proof.assuming(*FROM_1):
        moved = proof.at("m is a moving average of g", j, w, k - 1)
        step, largest = h(k, j, w), y(k, j, w)
        return [
            restated("h = lmo(c): <c, h> = -|c|_*", momentum * step, direction * step),
            restated("<a - c, h> <= |c - a|_*", (gradient - momentum) * step, (gradient - direction) * step),
            restated("|c - a|_* <= <c - a, y>", (momentum - gradient) * largest, (direction - gradient) * largest),
        ]


def mean_gradient(proof: Scope) -> Step:
    whole = proof.cite("lmo-two-betas", b2=b1, by=as_direction(proof))
    variance = eq(b1**2 * (1 - b1) / (1 + b1) + (1 - b1) ** 2, (1 - b1) / (1 + b1))
    return proof.conclude(proof.rewrite(whole, proof.have(variance, BETA)))


only = runs.fixed

lemma = Lemma(
    slug="lmo-momentum",
    title="The least linear form on a ball, with momentum",
    source=Source.LITERATURE,
    where="for any norm at once, with these constants, it may be new",
    assumptions={**MOMENTUM, **METHOD, **BALL, **A2, **BETA, **SIGNS, **FINITE, **HORIZON},
    claims=[Claim("mean gradient", limited(), mean_gradient)],
    models=runs.drawn(momentum=True),
    mutants=[
        Mutant("no gap", limited(gap=0), models=only(runs.WALKING)),
        Mutant("no curvature", limited(curvature=0), models=only(runs.RESTING)),
        Mutant("no start", limited(start=0, gap=0), models=only(runs.STARTED)),
        Mutant("no noise", limited(noise=0), models=only(runs.LOST)),
        Mutant("inequality reversed", le(limited().rhs, MEAN)),
        Mutant("gradients of any size", drop=("|a|_* <= |c|_* + |c - a|_*",), models=runs.mismeasured),
    ],
)
