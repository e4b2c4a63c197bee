"""Gradient descent, x_{t+1} = x_t - gamma*a_t with gamma*L <= 1, on an L-smooth F: the order 1/T.

    F(x_{T+1}) - F(z) <= |x_1 - z|^2/(2*gamma*T)  for convex F and any point z,
    mean_t |a_t|^2 <= 2*(F(x_1) - F*)/(gamma*T)   for any F that is at least F*.

A step takes F down by gamma/2*|a_t|^2 or more.  If F is convex, F(x_{t+1}) - F(z) <= <a_t, x_t - z> - gamma/2*|a_t|^2,
which is (|x_t - z|^2 - |x_{t+1} - z|^2)/(2*gamma); it telescopes, and of all F(x_{t+1}) the last is the least.
"""

from __future__ import annotations

from adamproof.lemmas.models import gradient_runs as runs

from ..vocabulary import *

# --- statement -------------------------------------------------------------------------------------

a, x = (function(name, "int", "int") for name in ("a", "x"))  # time, coordinate: gradients and iterates
F, z = function("F"), function("z")  # F(x_t), and a point
L, Fz, Fmin, M = reals("L Fz Fmin M")
FROM_1 = [le(1, k)]
TIMES = Functional("Sum", t, (1, T))
MOVE = x(k + 1, j) - x(k, j)


def square(vector: Any) -> Any:
    return COORDINATES.of(vector**2)


def far(time: Any) -> Any:
    """|x_t - z|^2."""
    return square(x(time, j) - z(j))


DESCENT = {
    "x moves along -a": forall((k, j), eq(x(k + 1, j), x(k, j) - gamma * a(k, j)), FROM_1),
    "F is L-smooth along the steps": forall(
        k, le(F(k + 1), F(k) + COORDINATES.of(a(k, j) * MOVE) + L / 2 * square(MOVE)), FROM_1
    ),
    "gamma is positive": lt(0, gamma),
    "gamma*L <= 1": le(gamma * L, 1),
}
CONVEX = {"F is convex": forall(k, le(F(k) + COORDINATES.of(a(k, j) * (z(j) - x(k, j))), Fz), FROM_1)}
BOUNDED = {"A1: F is at least F*": forall(k, le(Fmin, F(k)), FROM_1)}
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
    """F(x_{k+1}) <= F(x_k) - gamma*|a_k|^2 + L*gamma^2/2*|a_k|^2, and gamma*L <= 1."""
    with proof.assuming(*FROM_1):
        moved = proof.at("x moves along -a", k, j)
        along = proof.each(COORDINATES, eq(a(k, j) * MOVE, -gamma * a(k, j) ** 2), moved)
        length = proof.each(COORDINATES, eq(MOVE**2, gamma**2 * a(k, j) ** 2), moved)
        curve = proof.have(le(L * gamma * (gamma * square(a(k, j))), gamma * square(a(k, j))), "gamma*L <= 1")
        return proof.have(ONE_STEP, proof.at("F is L-smooth along the steps", k), along, length, curve)


def nearer(proof: Scope) -> Step:
    """2*gamma*(F(x_{k+1}) - F(z)) <= |x_k - z|^2 - |x_{k+1} - z|^2."""
    with proof.assuming(*FROM_1):
        moved = proof.at("x moves along -a", k, j)
        back = 2 * gamma * (a(k, j) * (z(j) - x(k, j)))
        new = eq((x(k + 1, j) - z(j)) ** 2, (x(k, j) - z(j)) ** 2 + back + gamma**2 * a(k, j) ** 2)
        squares = proof.each(COORDINATES, new, moved)
        below = proof.have(
            le(2 * gamma * F(k + 1), 2 * gamma * F(k) - gamma**2 * square(a(k, j))),
            one_step(proof),
            "gamma is positive",
        )
        toward = COORDINATES.of(a(k, j) * (z(j) - x(k, j)))
        convex = le(2 * gamma * (F(k) + toward), 2 * gamma * Fz)
        convex = proof.have(convex, proof.at("F is convex", k))
        return proof.have(le(2 * gamma * (F(k + 1) - Fz), far(k) - far(k + 1)), squares, below, convex)


def function_values(proof: Scope) -> Step:
    """T*(F(x_{T+1}) - F(z)) and the distance that is left, by induction."""
    step, near = one_step(proof), proof.step("every step comes nearer to z", nearer(proof))

    def one_more() -> list[Step]:
        with proof.assuming(le(1, T)):
            lower = proof.have(le(F(T + 2), F(T + 1)), at_time(step, T + 1))
            lower = proof.have(le(2 * gamma * T * F(T + 2), 2 * gamma * T * F(T + 1)), lower, "gamma is positive")
            return [lower, at_time(near, T + 1)]

    def at_time(theorem: Step, time: Any) -> Step:
        return proof.at(proof.every(k, theorem.conclusion, theorem, given=FROM_1), time)

    whole = le(2 * gamma * T * (F(T + 1) - Fz) + far(T + 1), far(1))
    total = proof.induction(whole, T, low=1, base=[lambda: at_time(near, 1)], step=one_more)
    scaled = proof.have(le(2 * gamma * T * (F(T + 1) - Fz), far(1)), total, title="summed over time")
    return proof.conclude(scaled, "gamma is positive", HORIZON)


def mean_gradient(proof: Scope) -> Step:
    step = proof.every(k, ONE_STEP, one_step(proof), given=FROM_1)
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
        Mutant("order 1/T^2", conclusion=le(F(T + 1) - Fz, values().rhs / T), models=runs.CREEPING),
        Mutant("steps of 3/L", drop=("gamma*L <= 1",), models=runs.fixed(1, 3, 2)),
        Mutant("z below a tangent", drop=("F is convex",), models=runs.fixed(1, 1, 2, Fz=-1)),
        Mutant(
            "1.99 for 2", conclusion=gradients(Rational(199, 100)), claim="mean gradient", models=runs.fixed(1, 1, 1)
        ),
        Mutant("F* above F", drop=("A1: F is at least F*",), claim="mean gradient", models=runs.fixed(1, 1, 1, Fmin=1)),
        Mutant(
            "gradients of the order 1/T^2",
            conclusion=le(MEAN, gradients().rhs / T),
            claim="mean gradient",
            models=runs.CREEPING,
        ),
    ],
)
