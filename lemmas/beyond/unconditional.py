"""Adam's mean square gradient is bounded without Conditions 1-3, at the price of a factor (B + eps)/eps.

For an L-smooth F >= F*, gradients |g| <= B, noise xi = g - a of variance at most s0^2, eps > 0, any beta2 in (0, 1),
2*L*gamma <= eps and sqrt(2)*gamma*L*b1 <= (1 - b1)*eps, with D = E F(x_1) - F*:

    mean of E|a_t|^2 <= 2*(B + eps)*( D/(gamma*T) + (b1^2*E|a_1|^2/((1 - b1)*T) + (1 - b1)*s0^2)/(2*eps) ).

With 1 - b1 = T^-1/2 and gamma proportional to eps*T^-1/2 this is O(T^-1/2), and so the mean of E|a_t| is O(T^-1/4).

Proof.  Let e = m - a, S_t = |x_{t+1} - x_t|^2, c = gamma/(2*eps*(1 - b1)) and K = b1^2*L^2/(1 - b1).
(1) `preconditioned-step`: F_{t+1} <= F_t - gamma/(2*(B + eps))*|a_t|^2 + (1 - b1)*c*|e_t|^2 - eps/(4*gamma)*S_t.
(2) e_{t+1} = b1*(m_t - a_{t+1}) + (1 - b1)*xi_{t+1}, where m_t - a_{t+1} is known before xi_{t+1}.  So E|e_1|^2 is at
    most b1^2*E|a_1|^2 + (1 - b1)^2*s0^2, as m_0 = 0; and, as |a_{t+1} - a_t|^2 <= L^2*S_t, E|e_{t+1}|^2 is at most
    b1*E|e_t|^2 + K*E S_t + (1 - b1)^2*s0^2.
(3) c*K <= eps/(4*gamma), by the condition on gamma and b1.  So E F_{t+1} + c*(b1*E|e_t|^2 + K*E S_t) falls by
    gamma/(2*(B + eps))*E|a_t|^2 in every step, up to c*(1 - b1)^2*s0^2, and it is never below F*.

The update is written m/(sqrt(v) + eps), which is the sign form by the lemma `sign-form`.  That the noise has mean 0
given the past gives E<m_{t-1} - a_t, xi_t> = 0 by the tower property; nothing else of it is used, so that is what is
assumed.  The other expectations are finite because E F(x_1) and E|a_1|^2 are, as steps are bounded.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from sympy import Integer, Rational, Sum

from adamproof.lemmas.beyond.outcomes import Facts, Finite, nonneg
from adamproof.lemmas.beyond.setting import (
    ASSUMPTIONS,
    CONSTANTS,
    MOVE,
    RANGE,
    RUNNING,
    SLOW_DRIFT,
    B,
    F,
    Fmin,
    a,
    alignment,
    error,
    g,
    gradient,
    m,
    moved,
    noise,
    over,
    w,
)
from adamproof.lemmas.descent.smooth_descent import CALCULUS
from adamproof.lemmas.models.problems import CREEPING, LEAPING, SHAKEN, SLOW, STEEP, STUCK, fixed, models
from adamproof.lemmas.notation import COORDINATES, L0, T, b1, eps, gamma, j, s0, t
from adamproof.prover import (
    E,
    Step,
    at,
    cut,
    eq,
    induction,
    instantiate,
    le,
    lt,
    product,
    prove,
    reals,
    settle,
    sum_empty,
    sum_last,
)
from adamproof.theory.lemma import Claim, Lemma, Mutant, Scope, Source

DRIFT = b1**2 * L0**2 / (1 - b1)  # K
WEIGHT = gamma / (2 * eps * (1 - b1))  # c
GAIN = gamma / (2 * (B + eps))
FRESH = (1 - b1) ** 2 * s0**2  # the variance that a step adds
START = b1**2 * E(gradient(1), w)


def expected_step(facts: Facts, finite: Finite) -> Step:
    """(1) in expectation."""
    following = settle(instantiate(finite.value, {t: t + 1}), prove(le(1, t + 1), RUNNING), RUNNING)
    return over.monotone(
        facts.descent,
        (1, finite.value),
        (-1, following),
        (-GAIN, finite.gradient),
        (gamma / (2 * eps), finite.error),
        (-eps / (4 * gamma), finite.moved),
    )


def error_coordinate() -> Step:
    """(2) for one coordinate over plain variables: y = m_t, z = g_{t+1}, p = a_t, c = a_{t+1}, q = b1, r = 1 - b1."""
    y, z, p, c, q, r = reals("y z p c q r")
    young = prove(
        le(q**2 * (y - c) ** 2, q * (y - p) ** 2 + q**2 / r * (c - p) ** 2),
        prove(le(0, q / r), le(0, q), lt(0, r)),
        [le(0, q), lt(0, r), eq(q, 1 - r)],
        squares=[r * (y - p) + q * (c - p)],
    )
    young = instantiate(young, {q: b1, r: 1 - b1})
    fresh = 2 * b1 * (1 - b1) * (y - c) * (z - c) + (1 - b1) ** 2 * (z - c) ** 2
    goal = le((b1 * y + (1 - b1) * z - c) ** 2, b1 * (y - p) ** 2 + b1**2 / (1 - b1) * (c - p) ** 2 + fresh)
    values = {y: m(t, j, w), z: g(t + 1, j, w), p: a(t, j, w), c: a(t + 1, j, w)}
    return instantiate(prove(goal, young, degree=1), values)


def error_of_outcome(scope: Scope, facts: Facts) -> Step:
    """(2) before the expectation is taken."""
    each = settle(error_coordinate(), facts.below_one, prove(eq(b1, 1 - (1 - b1), same=True)), facts.beta1)
    move = at(scope.the("m is a moving average of g"), w, t, j)
    new = b1 * m(t, j, w) + (1 - b1) * g(t + 1, j, w)
    same = COORDINATES.equal(prove(eq((new - a(t + 1, j, w)) ** 2, (m(t + 1, j, w) - a(t + 1, j, w)) ** 2), move))
    change = COORDINATES.of((a(t + 1, j, w) - a(t, j, w)) ** 2)
    factor = b1**2 / (1 - b1)
    fresh = 2 * b1 * (1 - b1) * alignment(t + 1) + (1 - b1) ** 2 * noise(t + 1)
    total = prove(le(error(t + 1), b1 * error(t) + factor * change + fresh), COORDINATES.monotone(each), same, degree=1)
    large, small, f = reals("large small f")
    scaled = prove(le(f * small, f * large), le(small, large), le(0, f))
    scaled = instantiate(scaled, {small: change, large: L0**2 * moved(t), f: factor})
    scaled = cut(scaled, facts.drift, prove(le(0, factor), facts.below_one, facts.beta1))
    found = prove(le(error(t + 1), b1 * error(t) + DRIFT * moved(t) + fresh), total, scaled, degree=1)
    return facts.running(found)


def expected_error(scope: Scope, facts: Facts, finite: Finite) -> Step:
    """(2): E|e_{t+1}|^2 <= b1*E|e_t|^2 + K*E|x_{t+1} - x_t|^2 + (1 - b1)^2*s0^2."""
    outcome = scope.step("the momentum error, for every outcome", error_of_outcome(scope, facts))
    average = over.monotone(
        outcome,
        (-1, facts.running(settle(instantiate(finite.error, {t: t + 1}), le(0, t)))),
        (b1, finite.error),
        (DRIFT, finite.moved),
        (2 * b1 * (1 - b1), finite.next_alignment),
        ((1 - b1) ** 2, finite.next_noise),
    )
    goal = le(E(error(t + 1), w), b1 * E(error(t), w) + DRIFT * E(moved(t), w) + FRESH)
    return facts.running(prove(goal, average, at_next(scope), degree=1))


def at_next(scope: Scope) -> list[Step]:
    """What is assumed of the noise, at t + 1 for t >= 0, the variance scaled."""
    later = [le(0, t), prove(le(1, t + 1), le(0, t))]
    centred = at(scope.the("the noise is centred"), t + 1, given=later)
    variance = at(scope.the("the noise has variance at most s0^2"), t + 1, given=later)
    y, z = reals("y z")
    scaled = prove(le((1 - b1) ** 2 * y, (1 - b1) ** 2 * z), le(y, z), squares=[1 - b1])
    return [centred, cut(instantiate(scaled, {y: E(noise(t + 1), w), z: s0**2}), variance)]


def expected_start(scope: Scope) -> Step:
    """E|e_1|^2 <= b1^2*E|a_1|^2 + (1 - b1)^2*s0^2, as m_0 = 0."""
    zero = Integer(0)
    first = at(scope.the("m is a moving average of g"), w, zero, j, given=[prove(le(0, zero)), *RANGE])
    each = prove(
        eq(
            (m(1, j, w) - a(1, j, w)) ** 2,
            b1**2 * a(1, j, w) ** 2
            + 2 * b1 * (1 - b1) * (m(0, j, w) - a(1, j, w)) * (g(1, j, w) - a(1, j, w))
            + (1 - b1) ** 2 * (g(1, j, w) - a(1, j, w)) ** 2,
        ),
        first,
        at(scope.the("m starts at 0"), w, j),
    )
    average = over.equal(COORDINATES.equal(each))
    noise_facts = [settle(instantiate(fact, {t: zero}), prove(le(0, zero))) for fact in at_next(scope)]
    return prove(le(E(error(1), w), START + FRESH), average, noise_facts, degree=1)


def gained(time: Any) -> Any:
    """The sum of E|a_t|^2."""
    return Sum(E(gradient(t), w), (t, 1, time))


def potential(time: Any) -> Any:
    """The invariant, at T >= 1."""
    left = E(F(time + 1, w), w) + WEIGHT * (b1 * E(error(time), w) + DRIFT * E(moved(time), w))
    return le(GAIN * gained(time) + left, E(F(1, w), w) + WEIGHT * (START + time * FRESH))


class Potential:
    """How the potential f + c*(q*e + K*moves) goes down by kappa*|a|^2 in one step, over plain variables."""

    before, total, f, r = reals("before total f r")  # the bound so far, the gain so far, E F, what bounds E|e|^2
    f_new, new, e_new, moves = reals("f_new new e_new moves")  # E F, E|a|^2, E|e|^2 and E|step|^2 after one step
    c, K, mu, kappa, q, lam, N = reals("c K mu kappa q lam N")

    def __init__(self, facts: Facts, paid: Step) -> None:
        c, K, q = self.c, self.K, self.q
        fresh = prove(le(c * self.e_new, c * (self.r + self.N)), le(self.e_new, self.r + self.N), le(0, c))
        cover = prove(le(c * K * self.moves, self.mu * self.moves), le(c * K, self.mu), le(0, self.moves))
        drop = le(self.f_new, self.f - self.kappa * self.new + self.lam * self.e_new - self.mu * self.moves)
        left = self.kappa * (self.total + self.new) + self.f_new + c * (q * self.e_new + K * self.moves)
        step = prove(
            le(left, self.before + c * self.N),
            le(self.kappa * self.total + self.f + c * self.r, self.before),
            drop,
            fresh,
            cover,
            prove(eq(self.lam * self.e_new, (1 - q) * c * self.e_new), eq(self.lam, (1 - q) * c)),
            degree=1,
        )
        rates = {c: WEIGHT, K: DRIFT, self.mu: eps / (4 * gamma), self.kappa: GAIN, q: b1}
        share = prove(eq(gamma / (2 * eps), product(1 - b1, WEIGHT)), facts.below_one, facts.constants)
        positive = prove(le(0, WEIGHT), facts.below_one, facts.constants)
        self.step = cut(instantiate(step, {**rates, self.lam: gamma / (2 * eps), self.N: FRESH}), paid, share, positive)

    def after(self, time: Any, total: Any, r: Any, before: Any) -> Step:
        """The step to time + 1."""
        return instantiate(
            self.step,
            {
                self.total: total,
                self.f: E(F(time + 1, w), w),
                self.r: r,
                self.before: before,
                self.f_new: E(F(time + 2, w), w),
                self.new: E(gradient(time + 1), w),
                self.e_new: E(error(time + 1), w),
                self.moves: E(moved(time + 1), w),
            },
        )


def drift_is_paid(scope: Scope, facts: Facts) -> Step:
    """c*K <= eps/(4*gamma), the second condition on gamma."""
    condition = scope.the(SLOW_DRIFT)
    r = reals("r")  # 1 - b1
    positive = [lt(0, r), lt(0, eps), lt(0, gamma)]
    found = prove(
        le(gamma / (2 * eps * r) * (b1**2 * L0**2 / r), eps / (4 * gamma)),
        le(2 * (gamma * L0 * b1) ** 2, (r * eps) ** 2),
        positive,
    )
    return cut(instantiate(found, {r: 1 - b1}), condition, facts.below_one, *facts.constants)


def telescoped(scope: Scope, facts: Facts, finite: Finite) -> Step:
    """(3): the potential goes down, by induction on T."""
    step = scope.step("one step, in expectation", expected_step(facts, finite))
    recursion = scope.step("the momentum error, in expectation", expected_error(scope, facts, finite))
    start = scope.step("the momentum error at the start", expected_start(scope))
    paid = scope.step("c*K <= eps/(4*gamma)", drift_is_paid(scope, facts))
    going_down = Potential(facts, paid)
    nonneg_moves = over.monotone(nonneg(MOVE**2), (1, finite.moved))

    zero = Integer(0)
    first = E(F(1, w), w) + WEIGHT * START
    begin = [settle(instantiate(fact, {t: Integer(1)}), prove(le(1, Integer(1)))) for fact in (step, nonneg_moves)]
    base = cut(going_down.after(zero, zero, START, first), begin, start, prove(le(first, first)))
    one = sum_last(gained(1), prove(le(1, Integer(1))))
    base = prove(potential(Integer(1)), base, one, sum_empty(gained(zero)), degree=1)

    goal = potential(T)
    rest = b1 * E(error(T), w) + DRIFT * E(moved(T), w)
    later = prove(le(1, T + 1), le(1, T))
    next_ = [settle(instantiate(fact, {t: T + 1}), later) for fact in (step, nonneg_moves)]
    more = going_down.after(T, gained(T), rest, goal.args[1])
    more = cut(more, next_, instantiate(recursion, {t: T}))
    last = sum_last(gained(T + 1), later)
    return induction(goal, T, base, prove(potential(T + 1), more, last, degree=1), 1)


MEAN = gained(T) / T


def bound(price: Any = 2 * (B + eps), start: Any = START, fresh: Any = (1 - b1) * s0**2) -> Any:
    """2*(B + eps)*(D/(gamma*T) + (b1^2*E|a_1|^2/((1 - b1)*T) + (1 - b1)*s0^2)/(2*eps))."""
    return price * ((E(F(1, w), w) - Fmin) / (gamma * T) + (start / ((1 - b1) * T) + fresh) / (2 * eps))


def proof(scope: Scope) -> Step:
    facts = Facts(scope)
    finite = Finite(facts)
    horizon = scope.the("T is a horizon")
    kept = scope.step("the potential goes down", telescoped(scope, facts, finite))
    later = settle(instantiate(finite.value, {t: T + 1}), prove(le(1, T + 1), horizon))
    lowest = at(scope.the("F is at least F*"), w, T + 1, given=[prove(le(1, T + 1), horizon)])
    lowest = scope.step("E F(x_{T+1}) >= F*", over.monotone(lowest, (1, later), constant=-Fmin))
    y, z = reals("y z")
    spare = prove(le(0, y * z), le(0, y), le(0, z))
    share = prove(le(0, WEIGHT * b1), facts.below_one, facts.beta1, facts.constants)
    drift = prove(le(0, WEIGHT * DRIFT), facts.below_one, facts.constants, squares=[L0 * b1])
    errors = over.monotone(nonneg((m(t, j, w) - a(t, j, w)) ** 2), (1, finite.error))
    moves = over.monotone(nonneg(MOVE**2), (1, finite.moved))
    spares = [
        cut(instantiate(spare, {y: WEIGHT * b1, z: E(error(T), w)}), share, instantiate(errors, {t: T})),
        cut(instantiate(spare, {y: WEIGHT * DRIFT, z: E(moved(T), w)}), drift, instantiate(moves, {t: T})),
    ]
    rest = E(F(1, w), w) - Fmin + WEIGHT * (START + T * FRESH)
    summed = prove(le(GAIN * gained(T), rest), kept, lowest, spares, degree=1)
    return averaged(scope, facts, scope.step("the gradients, summed", summed), horizon)


def averaged(scope: Scope, facts: Facts, summed: Step, horizon: Step) -> Step:
    """Divide by gamma*T/(2*(B + eps))."""
    y, z, n, price, r, start, fall = reals("y z n price r start fall")
    positive = [lt(0, gamma), lt(0, price), lt(0, n)]
    whole = prove(le(y, 2 * price / gamma * z), le(gamma / (2 * price) * y, z), positive)
    mean = prove(le(y / n, 2 * price / gamma * z / n), whole, positive)
    inner = fall + gamma / (2 * eps * r) * (start + n * (r**2 * s0**2))
    outer = 2 * price * (fall / (gamma * n) + (start / (r * n) + r * s0**2) / (2 * eps))
    same = prove(eq(2 * price / gamma * inner / n, outer), positive, lt(0, eps), lt(0, r))
    found = prove(le(y / n, outer), instantiate(mean, {z: inner}), same, degree=1)
    values = {y: gained(T), n: T, price: B + eps, r: 1 - b1, start: START, fall: E(F(1, w), w) - Fmin}
    constants = [prove(lt(0, T), horizon), prove(lt(0, B + eps), facts.constants), facts.below_one, *facts.constants]
    return prove(scope.goal, cut(instantiate(found, values), summed, *constants), degree=1)


def with_b1(scope: Scope) -> Step:
    """b1^2 <= b1."""
    sharp = scope.lemma("unconditional", "mean square")
    beta1 = scope.given("beta1 is not negative", "beta1 < 1")
    below_one = prove(lt(0, 1 - b1), beta1)
    size = over.monotone(nonneg(a(1, j, w) ** 2), (1, scope.the("E|a_1|^2 is finite")))
    price, y, z, n, r = reals("price y z n r")
    positive = [lt(0, price), lt(0, n), lt(0, r), lt(0, eps)]
    unit = prove(lt(0, price / (n * r * eps)), positive)
    more = prove(le(price * (y / (r * n)) / eps, price * (z / (r * n)) / eps), le(y, z), unit)
    values = {y: START, z: b1 * E(gradient(1), w), n: T, r: 1 - b1, price: B + eps}
    start = prove(le(b1**2 * y, b1 * y), le(0, y), prove(le(0, b1 * (1 - b1)), beta1, below_one))
    start = cut(instantiate(start, {y: E(gradient(1), w)}), size)
    constants = [
        prove(lt(0, T), scope.the("T is a horizon")),
        prove(lt(0, B + eps), scope.given(*CONSTANTS)),
        below_one,
        *scope.given("epsilon is positive"),
    ]
    return prove(scope.goal, sharp, cut(instantiate(more, values), start, *constants), degree=1)


lemma = Lemma(
    slug="unconditional",
    title="A bound on the mean square gradient, for L-smooth F, bounded gradients, epsilon > 0 and small gamma",
    source=Source.OURS,
    where="answers the summary's open question whether the rate holds without Conditions 1-3, at the price of a factor "
    "(B + eps)/eps",
    assumptions=ASSUMPTIONS,
    cited=dict.fromkeys(
        ("F(x_{t+1}) - F(x_t) is the integral of the slope", "the slope along the segment is integrable"),
        ("fundamental theorem of calculus", CALCULUS),
    ),
    claims=[
        Claim("mean square", le(MEAN, bound()), proof),
        Claim("with b1 for b1^2", le(MEAN, bound(start=b1 * E(gradient(1), w))), with_b1),
    ],
    models=models,
    mutants=[
        Mutant(
            "bound times 0.65",
            conclusion=le(MEAN, Rational(65, 100) * bound()),
            models=fixed(CREEPING, B=Fraction(1, 1000)),
        ),
        Mutant("without the price: eps for B + eps", conclusion=le(MEAN, bound(price=2 * eps)), models=fixed(STEEP)),
        Mutant("without the noise", conclusion=le(MEAN, bound(fresh=0)), models=fixed(SHAKEN)),
        Mutant("inequality reversed", conclusion=le(bound(), MEAN)),
        Mutant("noise with a mean", drop=("the noise is centred",), models=fixed(STUCK)),
        Mutant("noise of any variance", drop=("the noise has variance at most s0^2",), models=fixed(SHAKEN, s0=0)),
        Mutant("steps of any size", drop=("2*L0*gamma <= epsilon",), models=fixed(LEAPING)),
        Mutant("momentum that forgets too slowly", drop=(SLOW_DRIFT,), models=fixed(SLOW)),
        Mutant("not smooth", drop=("the gradient is Lipschitz along the segment",), models=fixed(LEAPING, L0=0)),
        Mutant("gradients beyond B", drop=("gradients are at most B",), models=fixed(STEEP, B=0)),
        Mutant("F below F*", drop=("F is at least F*",), models=fixed(CREEPING, Fmin=1)),
    ],
)
