"""The convergence theorem: Adam's magnitude-weighted gradient norm on average over time, without Conditions 1-3.

    mean_t E|u_t o a_t|_1 <= D/(gamma*T) + 2*R*sqrt(d)*b1*E|a_1|/((1 - b1)*T)
                             + gamma*R^2*d*(1/2 + 2*b1/(1 - b1))*(L0 + L1*G_q)
                             + 2*R*sqrt(d)*sqrt((1 - b1)/(1 + b1))*sqrt(s0^2 + s1^2*G_p)

The descent inequality is summed over time (the values telescope, and F is at least F*), its expectation taken, and the
mean momentum error inserted.  R enters only as a bound on the magnitudes: the claim "any magnitudes" is for every
method that moves along Sign(m) with magnitudes in [0, R]; Lemma B.2 makes it Adam's.
"""

from adamproof.lemmas.models import problems
from adamproof.lemmas.momentum.momentum_error import ON_AVERAGE

from ..vocabulary import *
from .setting import *

LENGTH = gamma * R * sqrt(d)
MOVED = x(t + 1, j, w) - x(t, j, w)
WALK: Any = {"h": (j, MOVED), "m": (j, m(t, j, w)), "u": (j, u(t, j, w))}  # what moves, in one step
PLACE: Any = {"Fx": F(t, w), "Fy": F(t + 1, w), "a": (j, a(t, j, w)), "ga": ((j, s), ga(t, j, s, w))}


def total(of: Any, upper: Any) -> Any:
    return Sum(of(t), (t, 1, upper))


def summed_right(upper: Any) -> Any:
    curved = Rational(1, 2) * gamma**2 * R**2 * d * total(local_modulus, upper)
    return 2 * LENGTH * total(error, upper) + curved


def terms(bound: Any) -> dict[str, Any]:
    """The four terms of the theorem's right side, for magnitudes of at most `bound`."""
    return {
        "initial gap": GAP / (gamma * T),
        "initial momentum": 2 * bound * sqrt(d) * b1 * E(length(1), w) / ((1 - b1) * T),
        "drift": gamma * bound**2 * d * (Rational(1, 2) + 2 * b1 / (1 - b1)) * (L0 + L1 * mean_power(q)),
        "noise": 2 * bound * sqrt(d) * sqrt((1 - b1) / (1 + b1)) * sqrt(s0**2 + s1**2 * mean_power(p)),
    }


PATHWISE = le(gamma * total(gain, T), F(1, w) - Fmin + summed_right(T))
EXPECTED = le(
    gamma * TIMES.of(E(gain(t), w)),
    GAP + 2 * LENGTH * TIMES.of(E(error(t), w)) + Rational(1, 2) * gamma**2 * R**2 * d * TIMES.of(expected_modulus(t)),
)
ONE_STEP = le(
    F(t + 1, w),
    F(t, w)
    - gamma * gain(t)
    + 2 * gamma * R * sqrt(d) * norm(a(t, j, w) - m(t, j, w))
    + Rational(1, 2) * gamma**2 * R**2 * d * modulus(length(t)),
)


# --- one step ---------------------------------------------------------------------------------------


def one_step(proof: Scope) -> Step:
    """The descent inequality at time t."""
    return proof.cite("descent", "magnitudes at most R", **WALK, **PLACE, by=[moves(proof)])


def moves(proof: Scope) -> Step:
    return proof.have(eq(MOVED, -gamma * u(t, j, w) * sign(m(t, j, w))), "the step goes along Sign(m)")


def gradients_change(proof: Scope) -> Step:
    """|a_t - a_{t+1}| <= gamma*R*sqrt(d)*(L0 + L1*|a_t|^q): A3 at the end of the segment, and the step's length."""
    short = proof.cite("descent", "step length", **WALK, by=[moves(proof)])
    proof.step("|x_{t+1} - x_t| <= gamma*R*sqrt(d)", short)
    close = proof.have(le(L1 * norm(MOVED), 1), short, "gamma*R*sqrt(d)*L1 <= 1")
    smooth = proof.at("A3 along the segments", t, w, 1, by=[close])
    change = a(t, j, w) - a(t + 1, j, w)
    ending = eq((ga(t, j, 1, w) - a(t, j, w)) ** 2, change**2)
    end = proof.each(COORDINATES, ending, "segments end at the next gradient")
    chain = proof.calc(norm(change)).le(local_modulus(t) * norm(MOVED), proof.rewrite(smooth, end))
    return chain.le(LENGTH * local_modulus(t), short).done()


# --- summed over time -------------------------------------------------------------------------------


def telescoped(proof: Scope) -> Step:
    """gamma*sum of |u_t o a_t|_1 <= F(x_1) - F* + the errors and the curvature, for every outcome."""
    goal = le(gamma * total(gain, T), F(1, w) - F(T + 1, w) + summed_right(T))
    whole = proof.induction(goal, T, step=lambda: [proof.cite("main-theorem", "one step", t=T + 1)])
    return proof.conclude(whole, proof.at("A1: F is at least F*", T + 1, w))


def errors_of(proof: Scope, claim: str, **symbols: Any) -> Step:
    """A claim of momentum-error, its smoothness assumption discharged by the steps taken here."""
    return proof.cite("momentum-error", claim, **symbols, by=[proof.lemma("main-theorem", "gradients change")])


def interchanged(proof: Scope, *terms: Any) -> list[Step]:
    """The expectation of sums over time, term by term."""
    return [proof.cite("expectation-of-sum", "interchange", X=((k, w), of(k)), n=T) for of in terms]


def expected(proof: Scope) -> Step:
    """The expectation of the telescoped inequality, its sums taken out of E."""
    pathwise = proof.lemma("main-theorem", "for every outcome")
    with proof.assuming(le(1, k)):
        finite = errors_of(proof, "finite", t=k)
    powers = proof.lemma("momentum-error", "powers are finite")
    average = proof.each(over, pathwise, finite, powers, title="its expectation")
    return proof.conclude(average, interchanged(proof, gain, error, local_modulus))


# --- the theorem ------------------------------------------------------------------------------------


def any_magnitudes(proof: Scope) -> Step:
    average = proof.lemma("main-theorem", "in expectation")
    proof.step("the descent inequality, summed and in expectation", average)
    errors = proof.step("the momentum error on average", errors_of(proof, "on average"))
    moduli = TIMES.of(expected_modulus(t)) / T
    even = proof.have(eq(moduli, L0 + L1 * mean_power(q)), proof.cite("constant-sum", n=T))
    half = gamma * R**2 * d / 2
    divided = le(MEAN_GAIN, GAP / (gamma * T) + 2 * R * sqrt(d) * MEAN_ERROR + half * moduli)
    divided = proof.have(divided, average, title="divided by gamma*T")
    return proof.conclude(divided, even, errors)


def adam(proof: Scope) -> Step:
    """Lemma B.2 puts Adam's magnitudes into [0, R]."""
    ranges = [*in_range(proof), proof.cite("magnitude-range", "bound")]
    return simplified(proof, proof.cite("main-theorem", "any magnitudes", R=BOUND, by=ranges))


def simplified(proof: Scope, general: Step) -> Step:
    """The terms as SymPy writes them for R of Lemma B.2: R^2 without roots, R/(1 - b1) cancelled."""
    facts = proof.have(lt(b1, 1), STABLE, "beta2 < 1"), proof.cite("magnitude-range", "square")
    same = [eq(terms(R)[name], terms(BOUND)[name]) for name in ("initial momentum", "drift")]
    same = [proof.have(put(equation, R, BOUND), facts) for equation in same]
    return proof.have(le(MEAN_GAIN, sum(terms(BOUND).values())), general, same)


def without(name: str) -> Any:
    """The theorem with one of its four terms left out."""
    return le(MEAN_GAIN, sum(term for title, term in terms(BOUND).items() if title != name))


ANY = (*RUN, *ANY_MAGNITUDE, *SHORT)
STEPPING = tuple(name for name in ANY if name not in ("E|a_t| is finite", "E F(x_1) is finite", "T is a horizon"))
FALLING = (*A1, *FIRST, *CITED)  # what only the descent inequality needs
ADAM_SHORT = {"gamma*R*sqrt(d)*L1 <= 1 with the R of B.2": le(gamma * BOUND * sqrt(d) * L1, 1)}

lemma = Lemma(
    slug="main-theorem",
    title="A bound on the mean weighted gradient norm for short steps, without Conditions 1-3",
    source=Source.RECONSTRUCTED,
    where="the convergence theorem that the summary's rate rests on; it states the rate, not this bound",
    assumptions={**RUN, **ADAM, **ADAM_SHORT, **ANY_MAGNITUDE, **SHORT, "t is from 1 on": le(1, t)},
    cited=CITED,
    claims=[
        Claim(
            "Adam",
            le(MEAN_GAIN, sum(terms(BOUND).values())),
            adam,
            given=tuple(name for name in (*RUN, *ADAM, *ADAM_SHORT) if name != "beta1 < 1"),
        ),
        Claim("any magnitudes", le(MEAN_GAIN, sum(terms(R).values())), any_magnitudes, given=ANY),
        Claim("in expectation", EXPECTED, expected, given=ANY),
        Claim("for every outcome", PATHWISE, telescoped, given=ANY),
        Claim(
            "momentum error",
            ON_AVERAGE,
            lambda proof: errors_of(proof, "on average"),
            given=tuple(name for name in ANY if name not in FALLING),
        ),
        Claim("one step", ONE_STEP, one_step, given=(*STEPPING, "t is from 1 on")),
        Claim(
            "gradients change",
            le(norm(a(t, j, w) - a(t + 1, j, w)), LENGTH * local_modulus(t)),
            gradients_change,
            given=(*STEPPING, "t is from 1 on"),
        ),
    ],
    models=problems.runs,
    mutants=[
        Mutant("without the initial gap", without("initial gap"), models=problems.fixed_run(problems.FAR)),
        Mutant("without the drift", without("drift"), models=problems.fixed_run(problems.JUMPING)),
        Mutant("without the noise", without("noise"), models=problems.fixed_run(problems.MISLED)),
        Mutant("inequality reversed", le(sum(terms(BOUND).values()), MEAN_GAIN)),
        Mutant(
            "beta1^2 < beta2 dropped (R is 0 at the boundary)",
            drop=("beta1^2 < beta2",),
            models=problems.fixed_run(problems.EDGE),
        ),
        Mutant("F below F*", drop=("A1: F is at least F*",), models=problems.fixed_run(problems.FAR, Fmin=10**9)),
        Mutant(
            "momentum error, without the drift",
            le(MEAN_ERROR, START_TERM + NOISE_TERM),
            claim="momentum error",
            models=problems.fixed_run(problems.TURNING, R=1),
        ),
        Mutant(
            "any magnitudes: R a hundred times too small",
            change={"magnitudes are at most R": forall((k, j, w), le(u(k, j, w), 100 * R), RUNNING)},
            claim="any magnitudes",
            models=problems.fixed_run(problems.JUMPING, R=Fraction(1, 20)),
        ),
    ],
    constants={"R": BOUND, **{f"term: {name}": value for name, value in terms(BOUND).items()}},
)
