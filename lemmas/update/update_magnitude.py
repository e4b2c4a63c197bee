"""Lemma B.2: if beta1^2 < beta2 then u_t = |m_t|/(sqrt(v_t) + eps) <= R for every time and every gradient sequence.

Two proofs.  The short one keeps the invariant m_t^2 <= R^2*v_t through every step, by the exact identity

    R^2*v' - m'^2 = b2*(R^2*v - m^2) + (b2 - b1^2)*(m - b1*(1 - b1)/(b2 - b1^2)*g)^2

for m' = b1*m + (1 - b1)*g and v' = b2*v + (1 - b2)*g^2; it never uses beta1 >= 0.  The source's way unrolls both
moving averages, applies Cauchy-Schwarz and sums a geometric series (see update-magnitude-finite).
"""

from __future__ import annotations

from sympy import Rational

from adamproof.lemmas.models import update_runs as runs
from adamproof.lemmas.notation import (
    EPSILON,
    HYPERPARAMETERS,
    RECURSION,
    STABLE,
    TIME,
    R,
    R_squared,
    R_t_squared,
    b1,
    b2,
    eps,
    g,
    m,
    magnitude,
    rho,
    t,
    v,
)
from adamproof.prover import ProofFailure, Step, at, induction, instantiate, le, lt, power, prove, put, reals, settle
from adamproof.theory.lemma import Claim, Lemma, Mutant, Scope, Source

BOUND = le(magnitude(t), R)


def beta2_positive(scope: Scope) -> Step:
    """0 <= beta1^2 < beta2 (a mutant may have to fall back on the assumption)."""
    try:
        return prove(lt(0, b2), scope.given("beta1^2 < beta2"))
    except ProofFailure:
        return scope.the("beta2 is positive")


def second_moment(scope: Scope) -> Step:
    """v_t >= 0 by induction."""
    goal = le(0, v(t))
    following = at(scope.the("v is a moving average of g^2"), t)
    step = prove(put(goal, t, t + 1), goal, following, beta2_positive(scope), scope.given("beta2 < 1"))
    return induction(goal, t, prove(put(goal, t, 0), scope.given("v starts at 0")), step)


def conclude(scope: Scope, square: Step) -> Step:
    """From m_t^2 <= R^2*v_t to u_t <= R."""
    betas = [*scope.given("beta1^2 < beta2", "beta2 < 1"), beta2_positive(scope)]
    inside = prove(lt(0, 1 - rho), betas)
    positive = prove(le(0, R), betas, inside, prove(lt(b1, 1), betas))
    ratio = instantiate(scope.lemma("ratio-bound"), dict(zip(reals("x y r e"), (m(t), v(t), R, eps), strict=True)))
    return prove(scope.goal, settle(ratio, square, betas, inside, positive, second_moment(scope)))


def by_invariant(scope: Scope) -> Step:
    invariant = le(m(t) ** 2, R_squared * v(t))
    betas = [*scope.given("beta1^2 < beta2", "beta2 < 1"), beta2_positive(scope)]
    base = prove(put(invariant, t, 0), scope.given("m starts at 0", "v starts at 0"))
    moves = [at(scope.the(name), t) for name in ("m is a moving average of g", "v is a moving average of g^2")]
    rest = m(t) - b1 * (1 - b1) / (b2 - b1**2) * g(t + 1)
    step = prove(put(invariant, t, t + 1), invariant, moves, betas, squares=[rest])
    scope.step("one step keeps m^2 <= R^2*v", step)
    square = scope.step("m_t^2 <= R^2*v_t for every t", induction(invariant, t, base, step))
    return conclude(scope, square)


def by_cauchy_schwarz(scope: Scope) -> Step:
    betas = [*scope.given("beta1^2 < beta2", "beta2 < 1"), beta2_positive(scope)]
    finite = settle(scope.lemma("update-magnitude-finite"), betas)
    scope.step("m_t^2 <= R_t^2*v_t, by Cauchy-Schwarz", finite)
    closed = scope.lemma("update-magnitude-finite", "closed form")
    scope.step("R_t^2 = R^2*(1 - rho^t), a geometric sum", closed)
    tail = prove(le(0, power(rho, t)), prove(le(0, rho), betas), scope.given("t is a time"))
    rest = prove(le(0, R_squared * power(rho, t)), prove(le(0, R_squared), betas, squares=[1 - b1]), tail, degree=2)
    largest = prove(le(R_t_squared(t), R_squared), closed, rest)
    square = prove(le(m(t) ** 2, R_squared * v(t)), finite, largest, second_moment(scope))
    return conclude(scope, scope.step("m_t^2 <= R^2*v_t", square))


lemma = Lemma(
    slug="update-magnitude",
    label="B.2",
    title="The update magnitude u_t is at most R if beta1^2 < beta2",
    source=Source.STATED,
    where="Lemma B.2; the summary states the bound R and the condition beta1^2 < beta2",
    assumptions={**RECURSION, **HYPERPARAMETERS, **STABLE, **EPSILON, **TIME},
    claims=[
        Claim("by an invariant", BOUND, by_invariant),
        Claim("by Cauchy-Schwarz", BOUND, by_cauchy_schwarz),
    ],
    models=runs.models,
    mutants=[
        Mutant("R times 0.99", conclusion=le(magnitude(t), Rational(99, 100) * R), models=runs.tight),
        Mutant("inequality reversed", conclusion=le(R, magnitude(t))),
        # At the boundary beta2 = beta1^2 the formula's 1/0 is 0 by convention; that no bound at all holds there
        # is proved in update-magnitude-tight.
        Mutant("beta1^2 < beta2 dropped (R is 0 at the boundary)", drop=("beta1^2 < beta2",), models=runs.boundary),
        Mutant("beta1^3 < beta2 instead", change={"beta1^2 < beta2": lt(b1**3, b2)}, models=runs.boundary),
        Mutant("R without the square root of 1 - rho", conclusion=le(magnitude(t), R * (1 - rho) ** Rational(1, 2))),
        Mutant("epsilon of any sign", drop=("epsilon is not negative",), models=runs.negative_epsilon),
        Mutant("m starts anywhere", drop=("m starts at 0",), models=runs.late_start),
    ],
    constants={"R": R, "R_squared": R_squared},
)
