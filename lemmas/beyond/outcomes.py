"""What `unconditional` knows of every outcome, and that therefore all of its expectations are finite."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sympy import Abs, Integer, sqrt

from adamproof.lemmas.beyond import preconditioned_step
from adamproof.lemmas.beyond.setting import (
    CONSTANTS,
    MOVE,
    RANGE,
    RUNNING,
    B,
    F,
    Fmin,
    a,
    alignment,
    error,
    g,
    ga,
    gradient,
    m,
    moved,
    noise,
    over,
    s,
    v,
    w,
)
from adamproof.lemmas.descent import smooth_descent
from adamproof.lemmas.descent.smooth_descent import INSIDE
from adamproof.lemmas.notation import COORDINATES, L0, b1, b2, eps, gamma, j, norm, t
from adamproof.prover import (
    E,
    Integrable,
    Step,
    assume,
    at,
    cut,
    derive,
    eq,
    generalise,
    induction,
    instantiate,
    le,
    lt,
    prove,
    reals,
    settle,
    term,
)
from adamproof.theory.lemma import Scope

ALL_B = COORDINATES.of(B**2)  # d*B^2


def nonneg(square: Any) -> Step:
    """0 <= a sum of squares, the square being given."""
    return COORDINATES.monotone(prove(le(0, square)))


def finite(bound: Step, whole: Step) -> Step:
    """E X is finite, from |X| <= Y and the same of Y."""
    return derive("dominated", [bound, whole], "E", term(w, "point"))


def finite_sum(part: Step, bound: Step, whole: Step) -> Step:
    """E X is finite, from 0 <= X, X <= Y and the same of Y."""
    y, z = reals("y z")
    size = prove(le(Abs(y), z), le(0, y), le(y, z))
    lhs, rhs = bound.conclusion.args
    return finite(cut(instantiate(size, {y: lhs, z: rhs}), part, bound), whole)


class Facts:
    """What the steps of the proof share: the assumptions on the constants and what holds for every outcome."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.constants = scope.given(*CONSTANTS)
        self.beta1 = scope.given("beta1 is not negative", "beta1 < 1")
        self.below_one = prove(lt(0, 1 - b1), self.beta1)
        self.bounded_g = self._bounded_g()
        self.bounded_m = self._average(m, b1, "m is a moving average of g", "m starts at 0", lambda y: le(y**2, B**2))
        self.bounded_v = self._average(v, b2, "v is a moving average of g^2", "v starts at 0", lambda y: le(y, B**2))
        self.nonneg_v = self._average(v, b2, "v is a moving average of g^2", "v starts at 0", lambda y: le(0, y))
        self.move = at(scope.the("x moves by Adam's step"), w, t, j)
        self.descent = scope.step("one step, for every outcome", self._descent())
        self.drift = scope.step("|a_{t+1} - a_t|^2 <= L0^2*|x_{t+1} - x_t|^2", self._drift())
        self.small_moves = scope.step("steps are bounded", self._small_moves())

    def _bounded_g(self) -> Step:
        """g_{t+1}^2 <= B^2 for t >= 0."""
        size = at(self.scope.the("gradients are at most B"), w, t + 1, j, given=[le(0, t), *RANGE])
        y = reals("y")
        square = prove(le(y**2, B**2), le(Abs(y), B), le(0, B))
        return cut(instantiate(square, {y: g(t + 1, j, w)}), size, *self.constants)

    def _average(self, f: Any, beta: Any, moves: str, starts: str, claim: Callable[[Any], Any]) -> Step:
        """A bound on m_t or v_t that one step of the moving average keeps."""
        betas = self.scope.given("beta1 is not negative", "beta1 < 1", "beta2 is positive", "beta2 < 1")
        y, z, beta_ = reals("y z beta")
        new = z**2 if f is v else z
        weights = [le(0, beta_), lt(beta_, 1)]
        spread = prove(le(0, beta_ * (1 - beta_)), weights)
        kept = prove(
            claim(beta_ * y + (1 - beta_) * new), claim(y), le(z**2, B**2), spread, weights, squares=[y - z, z]
        )
        kept = instantiate(kept, {y: f(t, j, w), z: g(t + 1, j, w), beta_: beta})
        kept = settle(kept, self.bounded_g, betas, prove(le(0, b2), betas))
        move = at(self.scope.the(moves), w, t, j)
        step = prove(claim(f(t + 1, j, w)), kept, move, degree=1)
        begin = at(self.scope.the(starts), w, j)
        base = prove(claim(f(0, j, w)), begin, self.constants)
        return induction(claim(f(t, j, w)), t, base, step)

    def running(self, theorem: Step) -> Step:
        """A theorem of all t >= 0, for t >= 1."""
        return settle(theorem, prove(le(0, t), RUNNING), RUNNING, RANGE)

    def _descent(self) -> Step:
        """`preconditioned-step`, its descent inequality being that of `smooth-descent`."""
        scope = self.scope
        plain = smooth_descent
        descent = instantiate(
            scope.lemma("smooth-descent", "L-smooth"),
            {
                plain.Fx: F(t, w),
                plain.Fy: F(t + 1, w),
                plain.a: ((j,), a(t, j, w)),
                plain.h: ((j,), MOVE),
                plain.ga: ((j, s), ga(t, j, s, w)),
            },
        )
        lipschitz = at(scope.the("the gradient is Lipschitz along the segment"), w, t, s)
        descent = cut(
            descent,
            generalise(lipschitz, s, INSIDE),
            at(scope.the("F(x_{t+1}) - F(x_t) is the integral of the slope"), w, t),
            at(scope.the("the slope along the segment is integrable"), w, t),
        )
        scope.step("the descent inequality", descent)
        step = instantiate(
            scope.lemma("preconditioned-step"),
            {
                preconditioned_step.Fx: F(t, w),
                preconditioned_step.Fy: F(t + 1, w),
                preconditioned_step.a: ((j,), a(t, j, w)),
                preconditioned_step.m: ((j,), m(t, j, w)),
                preconditioned_step.v: ((j,), v(t, j, w)),
                preconditioned_step.step: ((j,), MOVE),
            },
        )
        move = prove(eq(MOVE, -gamma * m(t, j, w) / (sqrt(v(t, j, w)) + eps)), self.move)
        each = [generalise(self.running(theorem), j, RANGE) for theorem in (self.nonneg_v, self.bounded_v, move)]
        return cut(step, *each, descent, *self.constants, *scope.given("2*L0*gamma <= epsilon"))

    def _drift(self) -> Step:
        """The Lipschitz condition at the end of the segment, squared."""
        scope = self.scope
        unit = [prove(le(0, Integer(1))), prove(le(Integer(1), Integer(1)))]
        end = at(scope.the("the gradient is Lipschitz along the segment"), w, t, Integer(1), given=[*unit, *RUNNING])
        arrival = at(scope.the("the segment ends at the next iterate"), w, t, j)
        change, whole = ga(t, j, Integer(1), w) - a(t, j, w), a(t + 1, j, w) - a(t, j, w)
        same = COORDINATES.equal(prove(eq(change**2, whole**2), arrival))
        squares = [nonneg(vector**2) for vector in (change, MOVE)]
        roots = [prove(le(0, norm(vector)), squares) for vector in (change, MOVE)]
        y, z = reals("y z")
        squared = prove(le(y**2, L0**2 * z**2), le(0, y), le(y, L0 * z))
        squared = settle(instantiate(squared, {y: norm(change), z: norm(MOVE)}), roots, end)
        return prove(le(COORDINATES.of(whole**2), L0**2 * moved(t)), squared, squares, same)

    def _small_moves(self) -> Step:
        """|x_{t+1} - x_t|^2 <= (gamma/eps)^2*d*B^2."""
        y, z, h, n = reals("y z h n")  # m, sqrt(v), 1/(z + eps), 1/eps
        divisor = prove(lt(0, z + eps), le(0, z), lt(0, eps))
        small = prove(le(1 / (z + eps), 1 / eps), divisor, le(0, z), lt(0, eps))
        squares = prove(le(h**2, n**2), le(0, h), le(h, n))
        ratio = prove(le((h * y) ** 2, n**2 * B**2), squares, le(y**2, B**2), squares=[h, y, n])
        ratio = instantiate(ratio, {h: 1 / (z + eps), n: 1 / eps})
        ratio = settle(ratio, small, prove(le(0, 1 / (z + eps)), divisor))
        ratio = prove(le((gamma * (y / (z + eps))) ** 2, gamma**2 / eps**2 * B**2), ratio, squares=[gamma])
        root = sqrt(v(t, j, w))
        ratio = instantiate(ratio, {y: m(t, j, w), z: root})
        positive = prove(le(0, root), self.running(self.nonneg_v))
        ratio = settle(ratio, positive, self.constants, self.running(self.bounded_m))
        return COORDINATES.monotone(prove(le(MOVE**2, gamma**2 / eps**2 * B**2), ratio, self.move))


class Finite:
    """That the expectations of the proof are finite: at t >= 1, those called `next` at t + 1 for t >= 0."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        scope = facts.scope
        most = gamma**2 / eps**2 * ALL_B  # of the square of a step
        self.moved = finite_sum(nonneg(MOVE**2), facts.small_moves, over.integrable(most, constant=most))
        self.gradient = self._gradient(scope.the("E|a_1|^2 is finite"), most)
        self.next_gradient = settle(instantiate(self.gradient, {t: t + 1}), le(0, t))
        y, p = reals("y p")
        split = prove(le((y - p) ** 2, 2 * B**2 + 2 * p**2), le(y**2, B**2), squares=[y + p])
        own = cut(instantiate(split, {y: m(t, j, w), p: a(t, j, w)}), facts.running(facts.bounded_m))
        self.error = self._difference(own, error(t), gradient(t), self.gradient)
        kick = cut(instantiate(split, {y: g(t + 1, j, w), p: a(t + 1, j, w)}), facts.bounded_g)
        self.next_noise = self._difference(kick, noise(t + 1), gradient(t + 1), self.next_gradient)
        self.next_alignment = self._alignment()
        self.value = self._value(scope)

    def _gradient(self, first: Step, most: Any) -> Step:
        """E|a_t|^2, by induction on t: a step changes the gradient by at most a constant."""
        y, p = reals("y p")
        split = prove(le(y**2, 2 * p**2 + 2 * (y - p) ** 2), squares=[y - 2 * p])
        split = COORDINATES.monotone(instantiate(split, {y: a(t + 1, j, w), p: a(t, j, w)}))
        near = prove(le(L0**2 * moved(t), L0**2 * most), self.facts.small_moves, squares=[L0])
        bound = 2 * gradient(t) + 2 * L0**2 * most
        whole = prove(le(gradient(t + 1), bound), split, self.facts.drift, near, degree=1)
        goal = Integrable(E(gradient(t), w))
        rest = over.integrable(bound, (2, assume(goal)), constant=2 * L0**2 * most)
        return induction(goal, t, first, finite_sum(nonneg(a(t + 1, j, w) ** 2), whole, rest), 1)

    def _difference(self, each: Step, square: Any, rest: Any, known: Step) -> Step:
        """E|y - p|^2, as (y - p)^2 <= 2*B^2 + 2*p^2 in every coordinate."""
        bound = 2 * ALL_B + 2 * rest
        whole = prove(le(square, bound), COORDINATES.monotone(each))
        return finite_sum(
            nonneg(each.conclusion.args[0]), whole, over.integrable(bound, (2, known), constant=2 * ALL_B)
        )

    def _alignment(self) -> Step:
        """E<m_t - a_{t+1}, xi_{t+1}>."""
        y, z, p = reals("y z p")
        both = [le(y**2, B**2), le(z**2, B**2)]
        above = prove(le((y - p) * (z - p), 2 * B**2 + 2 * p**2), both, squares=[y + p, z + p, y - z])
        below = prove(le(-(y - p) * (z - p), 2 * B**2 + 2 * p**2), both, squares=[y + p, z + p, y + z - 2 * p])
        values = {y: m(t, j, w), z: g(t + 1, j, w), p: a(t + 1, j, w)}
        sides = [
            COORDINATES.monotone(cut(instantiate(side, values), self.facts.bounded_m, self.facts.bounded_g))
            for side in (above, below)
        ]
        bound = 2 * ALL_B + 2 * gradient(t + 1)
        size = prove(le(Abs(alignment(t + 1)), bound), sides, degree=1)
        return finite(size, over.integrable(bound, (2, self.next_gradient), constant=2 * ALL_B))

    def _value(self, scope: Scope) -> Step:
        """E F(x_t), by induction on t: F* <= F(x_{t+1}) <= F(x_t) + gamma/(2*eps)*|e_t|^2."""
        y, z = reals("y z")
        gained = prove(le(0, gamma / (2 * (B + eps)) * y), le(0, y), lt(0, eps), le(0, B), lt(0, gamma))
        left = prove(le(0, eps / (4 * gamma) * y), le(0, y), lt(0, eps), lt(0, gamma))
        spent = [
            settle(instantiate(gained, {y: gradient(t)}), nonneg(a(t, j, w) ** 2), self.facts.constants),
            settle(instantiate(left, {y: moved(t)}), nonneg(MOVE**2), self.facts.constants),
        ]
        above = F(t, w) + gamma / (2 * eps) * error(t)
        upper = prove(le(F(t + 1, w), above), self.facts.descent, spent, degree=1)
        lower = at(scope.the("F is at least F*"), w, t + 1, given=RUNNING)
        size = prove(le(Abs(y), z - Fmin + Abs(Fmin)), le(Fmin, y), le(y, z))
        size = cut(instantiate(size, {y: F(t + 1, w), z: above}), lower, upper)
        goal = Integrable(E(F(t, w), w))
        rest = Abs(Fmin) - Fmin
        whole = over.integrable(above + rest, (1, assume(goal)), (gamma / (2 * eps), self.error), constant=rest)
        return induction(goal, t, scope.the("E F(x_1) is finite"), finite(size, whole), 1)
