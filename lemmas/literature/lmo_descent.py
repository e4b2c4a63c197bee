"""One step of a method that moves along lmo(c): the least linear form over the unit ball of a norm |.|.

    F(x + gamma*h) <= F(x) - gamma*|a|_* + 2*gamma*|c - a|_* + L*gamma^2/2,     h = lmo(c): <c, h> = -|c|_*, |h| <= 1

For the gradient a at x, <a, h> = <c, h> + <a - c, h> <= -|c|_* + |a - c|_* <= -|a|_* + 2*|c - a|_*.  Of the
norm and its dual |.|_* only what is used is assumed.  Averaged over time the bounds telescope.
"""

from adamproof.lemmas.models import linear_forms as runs

from ..vocabulary import *

# --- statement -------------------------------------------------------------------------------------

a, c, h = function("a"), function("c"), function("h")  # gradient, direction, step
Fx, Fy, L = reals("Fx Fy L")
A, C, G, H = reals("A C G H")  # |a|_*, |c|_*, |c - a|_* and |h|


def dot(x: Any, y: Any) -> Any:
    return COORDINATES.of(x * y)


SMOOTH = le(Fy, Fx + gamma * dot(a(j), h(j)) + L / 2 * (gamma * H) ** 2)
STEP = {
    "F is L-smooth along the step": SMOOTH,
    "h = lmo(c): <c, h> = -|c|_*": eq(dot(c(j), h(j)), -C),
    "|h| <= 1": le(H, 1),
    "|h| is not negative": le(0, H),
    "<a - c, h> <= |c - a|_*": le(dot(a(j) - c(j), h(j)), G),
    "|a|_* <= |c|_* + |c - a|_*": le(A, C + G),
    "L is not negative": le(0, L),
    "gamma is not negative": le(0, gamma),
}


def descended(twice: Any = 2, curvature: Any = 1) -> Any:
    return le(Fy, Fx - gamma * A + twice * gamma * G + curvature * L * gamma**2 / 2)


F, length, error = (function(name, "int", "point") for name in ("F", "A", "G"))  # F(x_t), |a_t|_*, |c_t - a_t|_*
Fmin = reals("Fmin")
over = Functional("E", w)
TIMES = Functional("Sum", t, (1, T))
FROM_1 = [le(1, k)]
DESCENDING = {
    "every step descends": forall(
        (k, w), le(F(k + 1, w), F(k, w) - gamma * length(k, w) + 2 * gamma * error(k, w) + L * gamma**2 / 2), FROM_1
    ),
}
FINITE = {
    "A1: F is at least F*": forall((k, w), le(Fmin, F(k, w)), FROM_1),
    "E F(x_1) is finite": Integrable(E(F(1, w), w)),
    "E|a_t|_* is finite": forall(k, Integrable(E(length(k, w), w)), FROM_1),
}
ERRORS = {"E|c_t - a_t|_* is finite": forall(k, Integrable(E(error(k, w), w)), FROM_1)}
HORIZON = {"gamma is positive": lt(0, gamma), "T is a horizon": le(1, T)}
GAP = E(F(1, w), w) - Fmin
MEAN = TIMES.of(E(length(t, w), w)) / T
MEAN_ERROR = TIMES.of(E(error(t, w), w)) / T


def averaged(twice: Any = 2) -> Any:
    return le(MEAN, GAP / (gamma * T) + L * gamma / 2 + twice * MEAN_ERROR)


# --- proof -----------------------------------------------------------------------------------------


def one_step(proof: Scope) -> Step:
    split = proof.have(eq(dot(a(j), h(j)), dot(c(j), h(j)) + dot(a(j) - c(j), h(j))), title="<a, h> in two parts")
    along = proof.have(le(dot(a(j), h(j)), -A + 2 * G), split, STEP)
    short = proof.have(le(L / 2 * (gamma * H) ** 2, L / 2 * gamma**2), le(H**2, 1))
    return proof.conclude("F is L-smooth along the step", along, short)


def finite(proof: Scope) -> Step:
    """Fmin <= F(x_{t+1}) <= F(x_t) - ..., so E F(x_t) is finite for all t."""
    above = F(t, w) - gamma * length(t, w) + 2 * gamma * error(t, w) + L * gamma**2 / 2
    with proof.assuming(le(1, t)):
        step, least = proof.at("every step descends", t, w), proof.at("A1: F is at least F*", t + 1, w)
        size = proof.have(le(absolute(F(t + 1, w)), above + 2 * Abs(Fmin)), step, least)
        known = [proof.at(name, t) for name in ("E|a_t|_* is finite", "E|c_t - a_t|_* is finite")]
    return proof.induction(Integrable(E(F(t, w), w)), t, low=1, step=[size, *known])


def on_average(proof: Scope) -> Step:
    whole = proof.every(t, Integrable(E(F(t, w), w)), finite(proof), given=[le(1, t)])

    def one_more() -> list[Step]:
        known = [proof.at(name, T + 1) for name in ("E|a_t|_* is finite", "E|c_t - a_t|_* is finite", whole)]
        known.append(proof.at(whole, T + 2))
        return [proof.each(over, proof.at("every step descends", T + 1, w), known, title="the expectation of one step")]

    left = gamma * TIMES.of(E(length(t, w), w)) + E(F(T + 1, w), w)
    right = E(F(1, w), w) + 2 * gamma * TIMES.of(E(error(t, w), w)) + T * L * gamma**2 / 2
    total = proof.step("summed over time", proof.induction(le(left, right), T, step=one_more))
    least = proof.each(over, le(Fmin, F(T + 1, w)), "A1: F is at least F*", proof.at(whole, T + 1))
    return proof.conclude(total, least, HORIZON)


lemma = Lemma(
    slug="lmo-descent",
    title="Descent along the least linear form on the unit ball of a norm",
    source=Source.OURS,
    where="in this form, for any norm at once",
    assumptions={**STEP, **DESCENDING, **FINITE, **ERRORS, **HORIZON},
    claims=[
        Claim("one step", descended(), one_step, given=(STEP,)),
        Claim("on average", averaged(), on_average, given=(DESCENDING, FINITE, ERRORS, HORIZON), models=runs.descents),
    ],
    models=runs.steps,
    mutants=[
        Mutant("3/2 for 2", descended(twice=Rational(3, 2)), models=runs.against),
        Mutant("no curvature", descended(curvature=0), models=runs.curved),
        Mutant("steps of any length", drop=("|h| <= 1",), models=runs.long),
        Mutant("no triangle inequality", drop=("|a|_* <= |c|_* + |c - a|_*",), models=runs.mistaken("A")),
        Mutant("no duality", drop=("<a - c, h> <= |c - a|_*",), models=runs.mistaken("G")),
        Mutant("the error once", averaged(twice=1), claim="on average", models=runs.steady),
        Mutant("no initial gap", le(MEAN, L * gamma / 2 + 2 * MEAN_ERROR), claim="on average", models=runs.falling),
        Mutant(
            "no curvature, on average",
            le(MEAN, GAP / (gamma * T) + 2 * MEAN_ERROR),
            claim="on average",
            models=runs.bouncing,
        ),
    ],
)
