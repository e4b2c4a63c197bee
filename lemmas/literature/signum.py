"""Signum, x_{t+1} = x_t - gamma*Sign(m_t): the mean of E|a_t|_1, for F that is L-smooth in the largest coordinate.

It is lmo-momentum for the norm of the largest coordinate: its dual is |.|_1, lmo(m) = -Sign(m), the vector of the unit
ball for the error e is Sign(e), and |Sign(e)|_2 <= sqrt(d).  No stochastic gradient needs a bound.
"""

from adamproof.lemmas.models import linear_forms as runs

from ..vocabulary import *
from .lmo_descent import FROM_1, HORIZON, F, Fmin, L
from .lmo_momentum import BETA, MOMENTUM
from .lmo_noise import s
from .lmo_setting import A2, a, m

# --- statement -------------------------------------------------------------------------------------

x = function("x", "int", "int", "point")
TIMES = Functional("Sum", t, (1, T))
MOVE = x(k + 1, j, w) - x(k, j, w)


def size(vector: Any) -> Any:
    """|.|_1 of a vector given by its coordinate j."""
    return COORDINATES.of(absolute(vector))


def first(time: Any) -> Any:
    return size(a(time, j, w))


def smooth(dual: Any) -> dict[str, Any]:
    """F is L-smooth along steps of length gamma, and its gradients change by at most L*gamma in the dual norm."""
    rise = COORDINATES.of(a(k, j, w) * MOVE)
    return {
        "F is L-smooth along the steps": forall((k, w), le(F(k + 1, w), F(k, w) + rise + L / 2 * gamma**2), FROM_1),
        "|a_t - a_{t+1}|_* <= L*gamma": forall((k, w), le(dual(a(k, j, w) - a(k + 1, j, w)), L * gamma), FROM_1),
        "A1: F is at least F*": forall((k, w), le(Fmin, F(k, w)), FROM_1),
        "E F(x_1) is finite": Integrable(E(F(1, w), w)),
        "E|a_t|_* is finite": forall(k, Integrable(E(dual(a(k, j, w)), w)), FROM_1),
        "L is not negative": le(0, L),
        "s is not negative": le(0, s),
    }


STEP = {"x moves along -Sign(m)": forall((k, j, w), eq(x(k + 1, j, w), x(k, j, w) - gamma * sign(m(k, j, w))), FROM_1)}
DIMENSION = {"d is a dimension": le(1, d)}


def limited(dual: Any, rho: Any, start: Any = 1, curvature: Any = 1, gap: Any = 1, noise: Any = 1) -> Any:
    """The bound of lmo-momentum on the mean of E|a_t|_*."""
    error = start * b1 * E(dual(a(1, j, w)), w) / ((1 - b1) * T) + L * gamma * b1 / (1 - b1)
    error += noise * rho * s * sqrt((1 - b1) / (1 + b1))
    mean = TIMES.of(E(dual(a(t, j, w)), w)) / T
    return le(mean, gap * (E(F(1, w), w) - Fmin) / (gamma * T) + curvature * L * gamma / 2 + 2 * error)


# --- proof -----------------------------------------------------------------------------------------


def alignment(proof: Scope, momentum: Any, moves: str) -> list[Step]:
    """What lmo-momentum asks of Sign(m) and Sign(m - a)."""
    gradient = a(k, j, w)
    error = momentum - gradient
    with proof.assuming(*FROM_1):
        moved = proof.at(moves, k, j, w)
        change = proof.each(COORDINATES, eq(gradient * MOVE, gamma * (gradient * -sign(momentum))), moved)
        descent = proof.have(
            le(F(k + 1, w), F(k, w) + gamma * COORDINATES.of(gradient * -sign(momentum)) + L / 2 * gamma**2),
            proof.at("F is L-smooth along the steps", k, w),
            change,
        )
        form = proof.each(COORDINATES, eq(momentum * -sign(momentum), -absolute(momentum)))
        form = proof.have(eq(COORDINATES.of(momentum * -sign(momentum)), -size(momentum)), form)
        dual = proof.each(COORDINATES, le((gradient - momentum) * -sign(momentum), absolute(error)))
        triangle = proof.each(COORDINATES, le(absolute(gradient), absolute(momentum) + absolute(error)))
        triangle = proof.have(le(size(gradient), size(momentum) + size(error)), triangle)
        attained = proof.each(COORDINATES, le(absolute(error), error * sign(error)))
        return [descent, form, dual, triangle, attained]


def in_ball(proof: Scope, momentum: Any) -> list[Step]:
    """Sign(m - a) in the unit ball of the largest coordinate."""
    i = integers("i")
    turn = sign(momentum - a(k, j, w))
    start = proof.each(COORDINATES, le(-a(1, j, w) * turn, absolute(a(1, j, w))))
    drift = proof.each(COORDINATES, le((a(i, j, w) - a(i + 1, j, w)) * turn, absolute(a(i, j, w) - a(i + 1, j, w))))
    with proof.assuming(le(1, i)):
        drift = proof.have(
            le(drift.conclusion.args[0], L * gamma), drift, proof.at("|a_t - a_{t+1}|_* <= L*gamma", i, w)
        )
    squares = proof.each(COORDINATES, le(turn**2, 1))
    squares = proof.have(le(COORDINATES.of(turn**2), d), squares, proof.cite("constant-sum", n=d))
    return [start, drift, proof.have(le(norm(turn), sqrt(d)), squares)]


def mean_gradient(proof: Scope) -> Step:
    norms: Any = {
        "A": ((k, w), first(k)),
        "C": ((k, w), size(m(k, j, w))),
        "G": ((k, w), size(m(k, j, w) - a(k, j, w))),
        "h": ((k, j, w), -sign(m(k, j, w))),
        "y": ((k, j, w), sign(m(k, j, w) - a(k, j, w))),
    }
    momentum = m(k, j, w)
    known = *alignment(proof, momentum, "x moves along -Sign(m)"), *in_ball(proof, momentum)
    return proof.cite("lmo-momentum", **norms, rho=sqrt(d), by=known)


lemma = Lemma(
    slug="signum",
    title="Signum reaches small gradients in |.|_1",
    source=Source.OURS,
    where="for Signum, which is known; the statement and its constants are ours",
    assumptions={**MOMENTUM, **STEP, **smooth(size), **A2, **BETA, **HORIZON, **DIMENSION},
    claims=[Claim("mean gradient", limited(size, sqrt(d)), mean_gradient)],
    models=runs.drawn(momentum=True),
    mutants=[
        Mutant("no gap", limited(size, sqrt(d), gap=0), models=runs.fixed(runs.WALKING)),
        Mutant("no curvature", limited(size, sqrt(d), curvature=0), models=runs.fixed(runs.RESTING)),
        Mutant("no start, no gap", limited(size, sqrt(d), start=0, gap=0), models=runs.fixed(runs.STARTED)),
        Mutant("no noise", limited(size, sqrt(d), noise=0), models=runs.fixed(runs.LOST)),
    ],
)
