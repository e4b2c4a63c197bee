"""Gradient descent, x_{t+1} = x_t - gamma*a_t with gamma*L <= 1, on an L-smooth F: the order 1/T.

    F(x_{T+1}) - F(z) <= |x_1 - z|^2/(2*gamma*T)  for convex F and any point z,
    mean_t |a_t|^2 <= 2*(F(x_1) - F*)/(gamma*T)   for any F that is at least F*.

A step takes F down by gamma/2*|a_t|^2 or more.  If F is convex, F(x_{t+1}) - F(z) <= <a_t, x_t - z> - gamma/2*|a_t|^2,
which is (|x_t - z|^2 - |x_{t+1} - z|^2)/(2*gamma); it telescopes, and of all F(x_{t+1}) the last is the least.
"""

from adamproof.lemmas.models import gradient_runs as runs

from ..vocabulary import *

# --- statement -------------------------------------------------------------------------------------

a, x = (function(name, "int", "int") for name in ("a", "x"))  # time, coordinate: gradients and iterates
F, z = function("F"), function("z")  # F(x_t), and a point
L, Fz, Fmin, M = reals("L Fz Fmin M")
FROM_1 = [le(1, k)]
TIMES = Functional("Sum", t, (1, T))


def square(body: Any) -> Any:
    return vector(body).square


def far(time: Any) -> Any:
    """|x_t - z|^2."""
    return square(x(time, j) - z(j))


DESCENT = {
    **gradient_steps(x, a, gamma),
    **smooth_along(F, a, x, L),
    "gamma is positive": lt(0, gamma),
    "gamma*L <= 1": le(gamma * L, 1),
}
CONVEX = convex_along(F, a, x, z(j), Fz)
BOUNDED = bounded_below(F, Fmin)
HORIZON = {"T is a horizon": le(1, T)}
LEAST = {"M <= |a_t|^2 for t = 1..T": forall(k, le(M, square(a(k, j))), [*FROM_1, le(k, T)])}
MEAN = TIMES.of(square(a(t, j))) / T
ONE_STEP = le(F(k + 1), F(k) - gamma / 2 * square(a(k, j)))


def values(factor: Any = 1) -> Any:
    return le(F(T + 1) - Fz, factor * far(1) / (2 * gamma * T))


def gradients(factor: Any = 2) -> Any:
    return le(MEAN, factor * (F(1) - Fmin) / (gamma * T))


# --- proof -----------------------------------------------------------------------------------------


def one_step(proof: Scope) -> Step:
    """F(x_{k+1}) <= F(x_k) - gamma*(1 - L*gamma/2)*|a_k|^2, and gamma*L <= 1."""
    with proof.assuming(*FROM_1):
        step = proof.cite("gradient-step", "descent")
        curve = proof.have(le(L * gamma * (gamma * square(a(k, j))), gamma * square(a(k, j))), "gamma*L <= 1")
        step = proof.have(ONE_STEP, step, curve)
    return proof.every(k, ONE_STEP, step, given=FROM_1)


def nearer(proof: Scope) -> Step:
    """2*gamma*(F(x_{k+1}) - F(z)) <= |x_k - z|^2 - |x_{k+1} - z|^2."""
    falls = one_step(proof)
    with proof.assuming(*FROM_1):
        moved = proof.cite("gradient-step", "distance", y=z)
        slope = COORDINATES.of(a(k, j) * (z(j) - x(k, j)))
        tangent = proof.have(le(2 * gamma * (F(k) + slope), 2 * gamma * Fz), CONVEX)
        fall = proof.have(le(2 * gamma * F(k + 1), 2 * gamma * F(k) - gamma**2 * square(a(k, j))), falls)
        step = proof.have(le(2 * gamma * (F(k + 1) - Fz), far(k) - far(k + 1)), moved, tangent, fall)
    return proof.every(k, step.conclusion, step, given=FROM_1)


def function_values(proof: Scope) -> Step:
    """T*(F(x_{T+1}) - F(z)) and the distance that is left, by induction."""
    falls, near = one_step(proof), proof.step("every step comes nearer to z", nearer(proof))

    def one_more() -> list[Step]:
        lower = proof.have(le(T * F(T + 2), T * F(T + 1)), proof.have(le(F(T + 2), F(T + 1)), proof.at(falls, T + 1)))
        return [proof.have(le(2 * gamma * T * F(T + 2), 2 * gamma * T * F(T + 1)), lower), proof.at(near, T + 1)]

    whole = le(2 * gamma * T * (F(T + 1) - Fz) + far(T + 1), far(1))
    total = proof.induction(whole, T, low=1, base=[proof.at(near, 1)], step=one_more)
    scaled = proof.have(le(2 * gamma * T * (F(T + 1) - Fz), far(1)), total, title="summed over time")
    return proof.conclude(scaled, "gamma is positive", HORIZON)


def mean_gradient(proof: Scope) -> Step:
    step = one_step(proof)
    total = le(gamma / 2 * TIMES.of(square(a(t, j))) + F(T + 1), F(1))
    total = proof.induction(total, T, step=lambda: [proof.at(step, T + 1)])
    return proof.conclude(total, proof.at("A1: F is at least F*", T + 1), "gamma is positive", HORIZON)


def least_gradient(proof: Scope) -> Step:
    least = proof.each(TIMES, le(M, square(a(t, j))), LEAST)
    return proof.conclude(
        proof.lemma("gradient-descent", "mean gradient"), least, proof.cite("constant-sum", n=T), HORIZON
    )


lemma = Lemma(
    slug="gradient-descent",
    title="Gradient descent on smooth convex functions: F(x_{T+1}) - F(z) is of the order 1/T",
    source=Source.CLASSICAL,
    where="in every textbook of convex optimisation; wording and proof are ours",
    assumptions={**DESCENT, **CONVEX, **BOUNDED, **HORIZON, **LEAST},
    claims=[
        Claim("function values", values(), function_values, given=(DESCENT, CONVEX, HORIZON)),
        Claim("mean gradient", gradients(), mean_gradient, given=(DESCENT, BOUNDED, HORIZON)),
        Claim("least gradient", le(M, gradients().rhs), least_gradient, given=(DESCENT, BOUNDED, HORIZON, LEAST)),
    ],
    models=runs.models,
    mutants=[
        Mutant("order 1/T^2", le(F(T + 1) - Fz, values().rhs / T), models=runs.CREEPING),
        Mutant("steps of 3/L", drop=("gamma*L <= 1",), models=runs.fixed(1, 3, 2)),
        Mutant("z below a tangent", drop=tuple(CONVEX), models=runs.fixed(1, 1, 2, Fz=-1)),
        Mutant("1.99 for 2", gradients(Rational(199, 100)), claim="mean gradient", models=runs.fixed(1, 1, 1)),
        Mutant("F* above F", drop=("A1: F is at least F*",), claim="mean gradient", models=runs.fixed(1, 1, 1, Fmin=1)),
        Mutant(
            "gradients of the order 1/T^2",
            le(MEAN, gradients().rhs / T),
            claim="mean gradient",
            models=runs.CREEPING,
        ),
    ],
)
