"""The error of a direction c_t = b1*m_{t-1} + (1 - b1)*g_t along one vector y of the unit ball of a norm.

    <c_t - a_t, y> <= b1*(b2^(t-1)*|a_1|_* + L*gamma/(1 - b2)) + rho*|b1*N_{t-1} + (1 - b1)*xi_t|_2

The buffer m_t = b2*m_{t-1} + (1 - b2)*g_t lags behind: m_{t-1} - a_t - N_{t-1} obeys a recursion in which a_t - a_{t+1}
is all that is new, and <a_t - a_{t+1}, y> <= |a_t - a_{t+1}|_* <= L*gamma.  The noise is left to |y|_2 <= rho, which
says that |.|_* <= rho*|.|_2.  For b1 = b2 the direction is the buffer itself: momentum.
"""

from adamproof.lemmas.models import linear_forms as runs

from ..vocabulary import *
from .lmo_descent import dot
from .lmo_noise import BUFFER, START

# --- statement -------------------------------------------------------------------------------------

a, g, m = (function(name, "int", "int") for name in ("a", "g", "m"))  # time, coordinate
y = function("y")
A, L = reals("A L")  # |a_1|_*


def averaged(time: Any) -> Any:
    """Coordinate j of the noise N in the buffer."""
    return (1 - b2) * Sum(power(b2, time - k) * (g(k, j) - a(k, j)), (k, 1, time))


def direction(time: Any) -> Any:
    return b1 * m(time - 1, j) + (1 - b1) * g(time, j)


def noise(time: Any) -> Any:
    return b1 * averaged(time - 1) + (1 - b1) * (g(time, j) - a(time, j))


ALONG = {
    "m starts at 0": forall(j, eq(m(0, j), 0)),
    "m is a moving average of g": forall((j, k), eq(m(k + 1, j), b2 * m(k, j) + (1 - b2) * g(k + 1, j)), [le(0, k)]),
    "<-a_1, y> <= |a_1|_*": le(dot(-a(1, j), y(j)), A),
    "<a_k - a_{k+1}, y> <= L*gamma": forall(k, le(dot(a(k, j) - a(k + 1, j), y(j)), L * gamma), [le(1, k)]),
}
BALL = {"|y|_2 <= rho": le(norm(y(j)), reals("rho"))}
DIRECTION = {"beta1 is not negative": le(0, b1)}
LAG = power(b2, t - 1) * A + L * gamma / (1 - b2)
OLD = m(t - 1, j) - a(t, j) - averaged(t - 1)


def limited(start: Any, drift: Any, noisy: Any) -> Any:
    """The bound with factors of its three parts."""
    lag = start * power(b2, t - 1) * A + drift / (1 - b2)
    return le(dot(direction(t) - a(t, j), y(j)), b1 * lag + noisy * reals("rho") * norm(noise(t)))


BOUND_ON_ERROR = limited(1, L * gamma, 1)


# --- proof -----------------------------------------------------------------------------------------


def lagging(proof: Scope) -> Step:
    def old(time: Any) -> Any:
        return m(time, j) - a(time + 1, j) - averaged(time)

    def one_more() -> list[Step]:
        longer = proof.cite("averaging", "recursion", b=b2, c=(k, g(k, j) - a(k, j)), t=n)
        new = b2 * (old(n) * y(j)) + (a(n + 1, j) - a(n + 2, j)) * y(j)
        moved = proof.each(
            COORDINATES, eq(old(n + 1) * y(j), new), longer, proof.at("m is a moving average of g", j, n)
        )
        return [moved, proof.at("<a_k - a_{k+1}, y> <= L*gamma", n + 1), *proof.given(*BUFFER)]

    start = proof.each(
        COORDINATES, eq(old(0) * y(j), -a(1, j) * y(j)), averaged(0).args[1], proof.at("m starts at 0", j)
    )
    goal = le(dot(old(n), y(j)), power(b2, n) * A + L * gamma / (1 - b2))
    limit = proof.have(le(0, L * gamma / (1 - b2)), BUFFER, "L*gamma is not negative")
    whole = proof.induction(goal, n, base=[start, "<-a_1, y> <= |a_1|_*", limit], step=one_more)
    return proof.at(proof.every(n, goal, whole, given=[le(0, n)]), t - 1)


def error(proof: Scope) -> Step:
    lag = proof.step("the buffer lags behind", proof.lemma("lmo-error", "buffer"))
    parts = eq((direction(t) - a(t, j)) * y(j), b1 * (OLD * y(j)) + noise(t) * y(j))
    parts = proof.each(COORDINATES, parts)
    inner = proof.cite("cauchy-schwarz", "norms", a=(j, noise(t)), b=y, lo=1, hi=d)
    longer = proof.have(le(norm(noise(t)) * norm(y(j)), norm(noise(t)) * reals("rho")), BALL)
    scaled = proof.have(le(b1 * dot(OLD, y(j)), b1 * LAG), lag)
    return proof.conclude(parts, inner, longer, scaled)


lemma = Lemma(
    slug="lmo-error",
    title="The error of a direction with two betas, along a vector of a norm's unit ball",
    source=Source.OURS,
    where="in this form, which has momentum and Lion in one",
    assumptions={**ALONG, **BALL, **BUFFER, **DIRECTION, **START, "L*gamma is not negative": le(0, L * gamma)},
    claims=[
        Claim("direction", BOUND_ON_ERROR, error),
        Claim("buffer", le(dot(OLD, y(j)), LAG), lagging, given=(ALONG, BUFFER, START, "L*gamma is not negative")),
    ],
    models=runs.along(None),
    mutants=[
        Mutant("no start", limited(0, L * gamma, 1), models=runs.along(runs.STARTED)),
        Mutant("no drift", limited(1, 0, 1), models=runs.along(runs.TURNING)),
        Mutant("no noise", limited(1, L * gamma, 0), models=runs.along(runs.SHAKEN)),
        Mutant("y of any length", drop=("|y|_2 <= rho",), models=runs.along(runs.SHAKEN, rho=Fraction(1, 2))),
        Mutant("any start", drop=("m starts at 0",), models=runs.along(runs.STARTED, early=True)),
    ],
)
