"""What `unconditional` knows of every outcome, and that therefore all of its expectations are finite."""

from ..vocabulary import *
from .setting import MOVE, RANGE, RUNNING, B, F, Fmin, a, alignment, error, g, ga, gradient, m, moved, noise, s, v

ALL_B = COORDINATES.of(B**2)  # d*B^2
LONGEST = gamma**2 / eps**2 * ALL_B  # what the square of a step is at most
LIPSCHITZ, ENDS = "the gradient is Lipschitz along the segment", "the segment ends at the next iterate"
GRADIENTS, MOMENTUM, MOMENT = "gradients are at most B", "m is a moving average of g", "v is a moving average of g^2"


# --- for every outcome --------------------------------------------------------------------------------


class Facts:
    """What holds for every outcome.

    small_g, small_m: g_t^2 and m_t^2 are at most B^2.  descent: `preconditioned-step`.
    drift: |a_{t+1} - a_t|^2 <= L0^2*|x_{t+1} - x_t|^2.  small_moves: |x_{t+1} - x_t|^2 <= (gamma/eps)^2*d*B^2.
    """

    def __init__(self, proof: Scope) -> None:
        self.proof = proof
        self.averages()
        with proof.assuming(*RUNNING):
            self.descent = proof.step("one step, for every outcome", self.one_step())
            self.drift = proof.step("|a_{t+1} - a_t|^2 <= L0^2*|x_{t+1} - x_t|^2", self.gradient_drift())
            self.small_moves = proof.step("steps are bounded", self.short_moves())

    def averages(self) -> None:
        """A bound on m_t and v_t that one step of the moving average keeps."""
        proof, old, new, moment = self.proof, m(t, j, w), g(t + 1, j, w), v(t, j, w)
        self.small_g = proof.every((w, t, j), le(g(t, j, w) ** 2, B**2), GRADIENTS, given=[*RUNNING, *RANGE])
        with proof.assuming(*RANGE):
            convex = le((b1 * old + (1 - b1) * new) ** 2, b1 * old**2 + (1 - b1) * new**2)
            convex = proof.have(convex, le(0, b1 * (1 - b1)), squares=[old - new])
            steps = MOMENTUM, convex, self.small_g
            small_m = proof.induction(le(old**2, B**2), t, base=["m starts at 0"], step=steps)
            small_v = proof.induction(le(moment, B**2), t, base=["v starts at 0"], step=[MOMENT, self.small_g])
            nonneg_v = proof.induction(le(0, moment), t, base=["v starts at 0"], step=[MOMENT])
        given = [le(0, t), *RANGE]
        self.small_m = proof.every((w, t, j), le(old**2, B**2), small_m, given=given)
        self.small_v = proof.every((w, t, j), le(moment, B**2), small_v, given=given)
        self.nonneg_v = proof.every((w, t, j), le(0, moment), nonneg_v, given=given)

    def one_step(self) -> Step:
        """`preconditioned-step`, its descent inequality being that of `smooth-descent`."""
        proof = self.proof
        ends: Any = {"Fx": F(t, w), "Fy": F(t + 1, w), "a": (j, a(t, j, w))}
        descent = proof.cite("smooth-descent", "L-smooth", h=(j, MOVE), ga=((j, s), ga(t, j, s, w)), **ends)
        proof.step("the descent inequality", descent)
        with proof.assuming(*RANGE):
            move = proof.have(eq(MOVE, -gamma * m(t, j, w) / (sqrt(v(t, j, w)) + eps)), "x moves by Adam's step")
        known = descent, self.small_v, self.nonneg_v, move
        return proof.cite("preconditioned-step", m=(j, m(t, j, w)), v=(j, v(t, j, w)), step=(j, MOVE), by=known, **ends)

    def gradient_drift(self) -> Step:
        """The Lipschitz condition at the end of the segment, squared."""
        proof, change = self.proof, a(t + 1, j, w) - a(t, j, w)
        end = proof.at(LIPSCHITZ, w, t, 1)
        same = proof.each(COORDINATES, eq((ga(t, j, 1, w) - a(t, j, w)) ** 2, change**2), ENDS)
        end = proof.rewrite(end, same)
        squared = proof.have(le(product(norm(change), norm(change)), product(L0 * norm(MOVE), L0 * norm(MOVE))), end)
        return proof.have(le(COORDINATES.of(change**2), L0**2 * moved(t)), squared)

    def short_moves(self) -> Step:
        proof, scale = self.proof, sqrt(v(t, j, w)) + eps
        with proof.assuming(*RANGE):
            inverse_ = proof.have(le(1 / scale, 1 / eps), self.nonneg_v)
            square = proof.have(le(1 / scale**2, 1 / eps**2), inverse_, self.nonneg_v)
            small = proof.have(le(m(t, j, w) ** 2 / scale**2, B**2 / eps**2), square, self.small_m)
        return proof.each(COORDINATES, le(MOVE**2, gamma**2 / eps**2 * B**2), small, "x moves by Adam's step")


# --- expectations -------------------------------------------------------------------------------------


class Finite:
    """That the expectations of the proof are finite, for all t >= 1."""

    def __init__(self, facts: Facts) -> None:
        self.proof, self.facts = facts.proof, facts
        self.moved = self.finite(moved(t), facts.small_moves)
        self.gradient = self.finite_gradient()
        square = 2 * B**2 + 2 * a(t, j, w) ** 2
        y, z, p = m(t, j, w), g(t, j, w), a(t, j, w)
        self.error = self.bounded(error(t), le((y - p) ** 2, square), facts.small_m, squares=[y + p])
        self.noise = self.bounded(noise(t), le((z - p) ** 2, square), facts.small_g, squares=[z + p])
        self.alignment = self.finite_alignment(square)
        self.value = self.finite_value()

    def finite(self, body: Any, *by: Any) -> Step:
        return self.proof.every(t, Integrable(E(body, w)), *by, given=RUNNING)

    def bounded(self, body: Any, coordinate: Any, *by: Any, **how: Any) -> Step:
        """By a bound on each coordinate."""
        with self.proof.assuming(*RUNNING):
            each = self.proof.each(COORDINATES, coordinate, *by, **how)
        return self.finite(body, each, self.gradient)

    def finite_gradient(self) -> Step:
        """E|a_t|^2, by induction on t: a step changes the gradient by at most a constant."""
        proof, old, new = self.proof, a(t, j, w), a(t + 1, j, w)
        with proof.assuming(*RUNNING):
            split = le(new**2, 2 * old**2 + 2 * (new - old) ** 2)
            split = proof.each(COORDINATES, split, squares=[new - 2 * old])
            near = proof.have(le(L0**2 * moved(t), L0**2 * LONGEST), self.facts.small_moves)
            grown = le(gradient(t + 1), 2 * gradient(t) + 2 * L0**2 * LONGEST)
            grown = proof.have(grown, split, self.facts.drift, near)
        goal = Integrable(E(gradient(t), w))
        found = proof.induction(goal, t, low=1, base=["E|a_1|^2 is finite"], step=[grown])
        return proof.every(t, goal, found, given=RUNNING)

    def finite_alignment(self, square: Any) -> Step:
        """E<m_{t-1} - a_t, xi_t>."""
        proof, y, z, p = self.proof, m(t - 1, j, w), g(t, j, w), a(t, j, w)
        known = self.facts.small_m, self.facts.small_g
        with proof.assuming(*RUNNING):
            above = proof.each(COORDINATES, le((y - p) * (z - p), square), known, squares=[y + p, z + p, y - z])
            below = le(-(y - p) * (z - p), square)
            below = proof.each(COORDINATES, below, known, squares=[y + p, z + p, y + z - 2 * p])
            size = proof.have(le(Abs(alignment(t)), 2 * ALL_B + 2 * gradient(t)), above, below)
        return self.finite(alignment(t), size, self.gradient)

    def finite_value(self) -> Step:
        """E F(x_t), by induction on t: F* <= F(x_{t+1}) <= F(x_t) + gamma/(2*eps)*|e_t|^2."""
        proof, goal = self.proof, Integrable(E(F(t, w), w))
        with proof.assuming(*RUNNING):
            above = F(t, w) + gamma / (2 * eps) * error(t)
            less = le(0, gamma / (2 * (B + eps)) * gradient(t)), le(0, eps / (4 * gamma) * moved(t))
            upper = proof.have(le(F(t + 1, w), above), self.facts.descent, *less)
            size = le(absolute(F(t + 1, w)), above - Fmin + Abs(Fmin))
            lowest = proof.at("F is at least F*", w, t + 1)
            steps = proof.have(size, upper, lowest), proof.at(self.error, t)
        found = proof.induction(goal, t, low=1, base=["E F(x_1) is finite"], step=steps)
        return proof.every(t, goal, found, given=RUNNING)
