"""Steps along lmo(c_t), c_t = b1*m_{t-1} + (1 - b1)*g_t, for a buffer m_t = b2*m_{t-1} + (1 - b2)*g_t.

    mean_t E|a_t|_* <= D/(gamma*T) + L*gamma/2 + 2*mean_t E|c_t - a_t|_*
    mean_t E|c_t - a_t|_* <= b1*(E|a_1|_*/((1 - b2)*T) + L*gamma/(1 - b2))
                             + rho*s*sqrt(b1^2*(1 - b2)/(1 + b2) + (1 - b1)^2)

for any norm |.| on R^d with its dual |.|_*: h_t is the least linear form <c_t, .> on the unit ball, y_t the vector of
the unit ball where <c_t - a_t, .> is largest, and |.|_* <= rho*|.|_2, which says that |y|_2 <= rho in the ball.
"""

from adamproof.lemmas.models import linear_forms as runs

from ..vocabulary import *
from .lmo_descent import FINITE, FROM_1, GAP, HORIZON, MEAN, MEAN_ERROR, TIMES, F, L, error, length, over
from .lmo_noise import BUFFER, VARIANCE, s
from .lmo_setting import A2, DIRECTION, MOMENTUM, SIGNS, C, a, ball, direction, g, h, m, method, rho, y

# --- statement -------------------------------------------------------------------------------------

xi = g(k, j, w) - a(k, j, w)
BALL = {**MOMENTUM, **A2, **ball(direction(k)), **BUFFER, **DIRECTION, **SIGNS}
FIRST = "E|a_t|_* is finite"


def error_bound(start: Any, drift: Any, noise: Any) -> Any:
    """The bound on the mean error with factors of its three parts."""
    old = start * E(length(1, w), w) / ((1 - b2) * T) + drift / (1 - b2)
    return b1 * old + noise * rho * s * sqrt(VARIANCE)


def bounded(*parts: Any) -> Any:
    return le(MEAN_ERROR, error_bound(*parts))


ERROR_BOUND = error_bound(1, L * gamma, 1)


# --- proof -----------------------------------------------------------------------------------------


def noise(time: Any) -> Any:
    """Coordinate j of the noise in the direction."""
    old = (1 - b2) * Sum(power(b2, time - 1 - k) * xi, (k, 1, time - 1))
    return b1 * old + (1 - b1) * (g(time, j, w) - a(time, j, w))


def noisy(proof: Scope, claim: str) -> Step:
    return proof.cite("lmo-noise", claim, xi=((k, j, w), xi))


def pathwise(proof: Scope) -> Step:
    """|c_t - a_t|_* <= b1*(b2^(t-1)*|a_1|_* + L*gamma/(1 - b2)) + rho*|noise|_2 for every outcome."""
    symbols: Any = {name: ((k, j), each(k, j, w)) for name, each in (("a", a), ("g", g), ("m", m))}
    along = proof.cite("lmo-error", "direction", y=(j, y(t, j, w)), A=length(1, w), **symbols)
    lag = b1 * (power(b2, t - 1) * length(1, w) + L * gamma / (1 - b2))
    return proof.have(le(error(t, w), lag + rho * norm(noise(t))), proof.at("|c - a|_* <= <c - a, y>", t, w), along)


def known_finite(proof: Scope) -> list[Step]:
    """E|a_1|_* and the expected norm of the noise are finite."""
    return [proof.at("E|a_t|_* is finite", 1), proof.integrable(E(norm(noise(t)), w), noisy(proof, "finite"))]


def finite(proof: Scope) -> Step:
    with proof.assuming(le(1, t)):
        known = known_finite(proof)
        return proof.have(Integrable(E(error(t, w), w)), pathwise(proof), *known)


def each_time(proof: Scope) -> Step:
    """E|c_t - a_t|_* at the time t."""
    known = *known_finite(proof), finite(proof)
    mean = proof.each(over, pathwise(proof), known, title="the expectation")
    size = proof.have(le(rho * E(norm(noise(t)), w), rho * (s * sqrt(VARIANCE))), noisy(proof, "norm"))
    lag = b1 * (power(b2, t - 1) * E(length(1, w), w) + L * gamma / (1 - b2))
    return proof.have(le(E(error(t, w), w), lag + rho * s * sqrt(VARIANCE)), mean, size)


def mean_error(proof: Scope) -> Step:
    with proof.assuming(le(1, t)):
        each = proof.each(TIMES, each_time(proof))
    powers = TIMES.of(power(b2, t - 1))
    exact = proof.induction(eq((1 - b2) * powers + power(b2, T), 1), T)
    few = proof.have(le(powers, 1 / (1 - b2)), exact, BUFFER)
    start = E(length(1, w), w)
    first = proof.each(over, le(0, length(1, w)), proof.at("E|a_t|_* is finite", 1))
    started = proof.have(le(b1 * start * powers, b1 * start * (1 / (1 - b2))), few, first)
    rest = b1 * (L * gamma / (1 - b2)) + rho * s * sqrt(VARIANCE)
    total = le(TIMES.of(E(error(t, w), w)), b1 * start * powers + T * rest)
    total = proof.have(total, each, proof.cite("constant-sum", n=T))
    return proof.conclude(total, started, HORIZON)


def rate(proof: Scope) -> Step:
    """Every step descends (lmo-descent), and the errors are bounded."""
    with proof.assuming(*FROM_1):
        symbols: Any = {"a": (j, a(k, j, w)), "c": (j, direction(k)), "h": (j, h(k, j, w)), "H": 1}
        values = {"Fx": F(k, w), "Fy": F(k + 1, w), "A": length(k, w), "C": C(k, w), "G": error(k, w)}
        known = [proof.at(name, k, w) for name in method(direction(k))]
        step = proof.cite("lmo-descent", "one step", **symbols, **values, by=known)
    errors = proof.every(t, Integrable(E(error(t, w), w)), finite(proof), given=[le(1, t)])
    average = proof.cite("lmo-descent", "on average", by=[step, errors])
    return proof.conclude(average, proof.lemma("lmo-two-betas", "mean error"))


lemma = Lemma(
    slug="lmo-two-betas",
    title="The least linear form on a ball, with momentum of two betas",
    source=Source.OURS,
    where="in this form; momentum (lmo-momentum) and Lion (lion) are its cases",
    assumptions={**method(direction(k)), **BALL, **FINITE, **HORIZON},
    claims=[
        Claim("mean gradient", le(MEAN, GAP / (gamma * T) + L * gamma / 2 + 2 * ERROR_BOUND), rate),
        Claim("mean error", bounded(1, L * gamma, 1), mean_error, given=(BALL, FIRST, HORIZON)),
    ],
    models=runs.drawn(),
    mutants=[
        Mutant("no start", bounded(0, L * gamma, 1), models=runs.fixed(runs.STARTED), claim="mean error"),
        Mutant("no drift", bounded(1, 0, 1), models=runs.fixed(runs.TURNING), claim="mean error"),
        Mutant("no noise", bounded(1, L * gamma, 0), models=runs.fixed(runs.SHAKEN), claim="mean error"),
        Mutant(
            "noise of different times alike",
            drop=("A2: noises of different times are uncorrelated",),
            models=runs.fixed(runs.PUSHED),
            claim="mean error",
        ),
        Mutant("no curvature", le(MEAN, GAP / (gamma * T) + 2 * ERROR_BOUND), models=runs.fixed(runs.RESTING)),
        Mutant("no gap", le(MEAN, L * gamma / 2 + 2 * ERROR_BOUND), models=runs.fixed(runs.WALKING)),
    ],
)
