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

from adamproof.lemmas.models.problems import CREEPING, LEAPING, SHAKEN, SLOW, STEEP, STUCK, fixed, models

from ..vocabulary import *
from .outcomes import MOMENTUM, Facts, Finite
from .setting import *

DRIFT = b1**2 * L0**2 / (1 - b1)  # K
WEIGHT = gamma / (2 * eps * (1 - b1))  # c
GAIN = gamma / (2 * (B + eps))
FRESH = (1 - b1) ** 2 * s0**2  # the variance that a step adds
START = b1**2 * E(gradient(1), w)
CENTRED, VARIANCE = "the noise is centred", "the noise has variance at most s0^2"


def gained(time: Any) -> Any:
    """The sum of E|a_t|^2."""
    return Sum(E(gradient(t), w), (t, 1, time))


MEAN = gained(T) / T
FALL = E(F(1, w), w) - Fmin


def bound(price: Any = 2 * (B + eps), start: Any = START, fresh: Any = (1 - b1) * s0**2) -> Any:
    """2*(B + eps)*(D/(gamma*T) + (b1^2*E|a_1|^2/((1 - b1)*T) + (1 - b1)*s0^2)/(2*eps))."""
    return price * (FALL / (gamma * T) + (start / ((1 - b1) * T) + fresh) / (2 * eps))


def potential(time: Any) -> Any:
    """The invariant, at T >= 1."""
    left = E(F(time + 1, w), w) + WEIGHT * (b1 * E(error(time), w) + DRIFT * E(moved(time), w))
    return le(GAIN * gained(time) + left, E(F(1, w), w) + WEIGHT * (START + time * FRESH))


# --- one step, in expectation -------------------------------------------------------------------------


def expected_step(proof: Scope, facts: Facts, finite: Finite) -> Step:
    """(1) in expectation, for all t."""
    lost = gamma / (2 * eps) * E(error(t), w) - eps / (4 * gamma) * E(moved(t), w)
    goal = le(E(F(t + 1, w), w), E(F(t, w), w) - GAIN * E(gradient(t), w) + lost)
    with proof.assuming(*RUNNING):
        known = [proof.at(fact, t) for fact in (finite.value, finite.gradient, finite.error, finite.moved)]
        known.append(proof.at(finite.value, t + 1))
        found = proof.have(goal, proof.each(over, facts.descent, *known), title="one step, in expectation")
    return proof.every(t, goal, found, given=RUNNING)


def error_of_outcome(proof: Scope, facts: Facts) -> Step:
    """(2) before the expectation is taken."""
    y, z, p, c = m(t, j, w), g(t + 1, j, w), a(t, j, w), a(t + 1, j, w)
    parts = b1 * (y - p) ** 2 + b1**2 / (1 - b1) * (c - p) ** 2
    young = le(b1**2 * (y - c) ** 2, parts)
    young = proof.have(young, le(0, b1 / (1 - b1)), squares=[(1 - b1) * (y - p) + b1 * (c - p)])
    fresh = 2 * b1 * (1 - b1) * (y - c) * (z - c) + (1 - b1) ** 2 * (z - c) ** 2
    each = proof.each(COORDINATES, le((m(t + 1, j, w) - c) ** 2, parts + fresh), young, MOMENTUM)
    scaled = proof.have(le(b1**2 / (1 - b1) * COORDINATES.of((c - p) ** 2), DRIFT * moved(t)), facts.drift)
    fresh = 2 * b1 * (1 - b1) * alignment(t + 1) + (1 - b1) ** 2 * noise(t + 1)
    found = le(error(t + 1), b1 * error(t) + DRIFT * moved(t) + fresh)
    return proof.have(found, each, scaled, title="the momentum error, for every outcome")


def fresh_noise(proof: Scope, time: Any) -> list[Step]:
    """What a step's own noise adds to E|e|^2 at most."""
    mixed = proof.have(eq(2 * b1 * (1 - b1) * E(alignment(time), w), 0), proof.at(CENTRED, time))
    return [mixed, proof.have(le((1 - b1) ** 2 * E(noise(time), w), FRESH), proof.at(VARIANCE, time))]


def expected_error(proof: Scope, facts: Facts, finite: Finite) -> Step:
    """(2): E|e_{t+1}|^2 <= b1*E|e_t|^2 + K*E|x_{t+1} - x_t|^2 + (1 - b1)^2*s0^2, for all t."""
    goal = le(E(error(t + 1), w), b1 * E(error(t), w) + DRIFT * E(moved(t), w) + FRESH)
    with proof.assuming(*RUNNING):
        known = [proof.at(fact, t) for fact in (finite.error, finite.moved)]
        known += [proof.at(fact, t + 1) for fact in (finite.error, finite.alignment, finite.noise)]
        average = proof.each(over, error_of_outcome(proof, facts), known)
        found = proof.have(goal, average, fresh_noise(proof, t + 1), title="the momentum error, in expectation")
    return proof.every(t, goal, found, given=RUNNING)


def expected_start(proof: Scope) -> Step:
    """E|e_1|^2 <= b1^2*E|a_1|^2 + (1 - b1)^2*s0^2, as m_0 = 0."""
    first, kick = m(0, j, w) - a(1, j, w), g(1, j, w) - a(1, j, w)
    parts = b1**2 * a(1, j, w) ** 2 + 2 * b1 * (1 - b1) * first * kick + (1 - b1) ** 2 * kick**2
    with proof.assuming(*RANGE):
        moved_once = proof.at(MOMENTUM, w, 0, j)
    each = proof.each(COORDINATES, eq((m(1, j, w) - a(1, j, w)) ** 2, parts), moved_once, "m starts at 0")
    known = proof.each(over, each), fresh_noise(proof, Integer(1))
    return proof.have(le(E(error(1), w), START + FRESH), known, title="the momentum error at the start")


# --- all steps ----------------------------------------------------------------------------------------


def telescoped(proof: Scope, facts: Facts, finite: Finite) -> Step:
    """(3): the potential goes down, by induction on T."""
    step, recursion = expected_step(proof, facts, finite), expected_error(proof, facts, finite)
    paid = proof.have(le(WEIGHT * DRIFT, eps / (4 * gamma)), SLOW_DRIFT, title="c*K <= eps/(4*gamma)")

    def at_time(time: Any, most: Any, errors: Step) -> list[Step]:
        """The step at a time, where E|e|^2 is at most this."""
        square, moves = E(error(time), w), E(moved(time), w)
        lost = proof.have(le(gamma / (2 * eps) * square + WEIGHT * b1 * square, WEIGHT * most), errors)
        cover = proof.have(le(WEIGHT * DRIFT * moves, eps / (4 * gamma) * moves), paid, proof.at(finite.moved, time))
        return [proof.at(step, time), lost, cover]

    def following() -> list[Step]:
        rest = b1 * E(error(T), w) + DRIFT * E(moved(T), w)
        return at_time(T + 1, rest + FRESH, proof.at(recursion, T))

    start = at_time(Integer(1), START + FRESH, expected_start(proof))
    return proof.induction(potential(T), T, low=1, base=start, step=following)


def mean_square(proof: Scope) -> Step:
    facts = Facts(proof)
    finite = Finite(facts)
    kept = proof.step("the potential goes down", telescoped(proof, facts, finite))
    lowest = proof.each(over, proof.at("F is at least F*", w, T + 1), proof.at(finite.value, T + 1))
    proof.step("E F(x_{T+1}) >= F*", lowest)
    rest = proof.have(le(0, WEIGHT * (b1 * E(error(T), w) + DRIFT * E(moved(T), w))), finite.error, finite.moved)
    summed = le(GAIN * gained(T), FALL + WEIGHT * (START + T * FRESH))
    return proof.conclude(proof.have(summed, kept, lowest, rest, title="the gradients, summed"))


def with_b1(proof: Scope) -> Step:
    """b1^2 <= b1."""
    gradient_ = b1 * E(gradient(1), w)
    more = proof.have(le(START, gradient_), le(b1**2, b1))
    more = proof.have(le(START / ((1 - b1) * T), gradient_ / ((1 - b1) * T)), more)
    chain = proof.calc(MEAN).le(bound(), proof.lemma("unconditional", "mean square"))
    return chain.le(bound(start=gradient_), more).done()


lemma = Lemma(
    slug="unconditional",
    title="A bound on the mean square gradient, for L-smooth F, bounded gradients, epsilon > 0 and small gamma",
    source=Source.OURS,
    where="answers the summary's open question whether the rate holds without Conditions 1-3, at the price of a factor "
    "(B + eps)/eps",
    assumptions=ASSUMPTIONS,
    cited=CITED,
    claims=[
        Claim("mean square", le(MEAN, bound()), mean_square),
        Claim("with b1 for b1^2", le(MEAN, bound(start=b1 * E(gradient(1), w))), with_b1),
    ],
    models=models,
    mutants=[
        Mutant("bound times 0.65", le(MEAN, Rational(65, 100) * bound()), models=fixed(CREEPING, B=Fraction(1, 1000))),
        Mutant("without the price: eps for B + eps", le(MEAN, bound(price=2 * eps)), models=fixed(STEEP)),
        Mutant("without the noise", le(MEAN, bound(fresh=0)), models=fixed(SHAKEN)),
        Mutant("inequality reversed", le(bound(), MEAN)),
        Mutant("noise with a mean", drop=("the noise is centred",), models=fixed(STUCK)),
        Mutant("noise of any variance", drop=("the noise has variance at most s0^2",), models=fixed(SHAKEN, s0=0)),
        Mutant("steps of any size", drop=("2*L0*gamma <= epsilon",), models=fixed(LEAPING)),
        Mutant("momentum that forgets too slowly", drop=(SLOW_DRIFT,), models=fixed(SLOW)),
        Mutant("not smooth", drop=("the gradient is Lipschitz along the segment",), models=fixed(LEAPING, L0=0)),
        Mutant("gradients beyond B", drop=("gradients are at most B",), models=fixed(STEEP, B=0)),
        Mutant("F below F*", drop=("F is at least F*",), models=fixed(CREEPING, Fmin=1)),
    ],
)
