"""The main theorem with high probability instead of in expectation, for noise that is bounded.

If |xi_t| <= s0 surely, then with probability at least 1 - delta

    mean_t |u_t o a_t|_1 <= (F(x_1) - F*)/(gamma*T) + 2*R*sqrt(d)*b1*|a_1|/((1 - b1)*T)
                            + gamma*R^2*d*(1/2 + 2*b1/(1 - b1))*(L0 + L1*mean_t |a_t|^q)
                            + 2*R*sqrt(d)*s0*sqrt(2*(1 - b1)/(1 + b1)*ln(2*T/delta)).

The descent inequality and the parts of the momentum error hold for every outcome.  So only the averaged noises
N_t = (1 - b1)*sum of b1^(t-k)*xi_k need probability: the inequality holds wherever none of N_1 ... N_T is longer than
s0*sqrt(2*(1 - b1)/(1 + b1)*ln(2*T/delta)).

That each of them is longer with probability at most delta/T is cited.  Pinelis' inequality says of martingale
differences d_1 ... d_t in a Hilbert space with |d_k| <= c_k surely that P(|d_1 + ... + d_t| >= r) is at most
2*exp(-r^2/(2*(c_1^2 + ... + c_t^2))).  Here d_k = (1 - b1)*b1^(t-k)*xi_k, and the squares add up to at most
s0^2*(1 - b1)/(1 + b1).  It needs E[xi_t | past] = 0.  Expectations given the past are not in the language, so that
of its premises the cited statement names only the bound on the noise, 0 <= b1 < 1 and 0 < delta.

Probabilities are expectations of indicators: `long` is 1 at the times when the averaged noise is longer than that (and
0 at all others, as the cited statement supposes), and `holds` is 1 where the inequality holds.  The union bound is
proved: the number S of long noises has 1 - S <= holds, as S is 0 or at least 1.
"""

from collections.abc import Callable
from dataclasses import replace
from functools import cache

import mpmath

from adamproof.lemmas.main import bias_corrected_main, setting
from adamproof.lemmas.main.main_theorem import LENGTH, total
from adamproof.lemmas.models import problems
from adamproof.lemmas.momentum.momentum_error_any_step import STARTS, drifts, starts
from adamproof.numeric.evaluate import Evaluator
from adamproof.numeric.numbers import as_mpf

from ..main.setting import *
from ..vocabulary import *

nu, delta = reals("nu delta")
long, holds = function("long", "int", "point"), function("holds", "point")
LEVEL = s0 * sqrt(2 * (1 - b1) / (1 + b1) * log(2 * T / delta))
DURING = [le(1, t), le(t, T)]
MODULUS = L0 + L1 * (TIMES.of(real_power(length(t), q)) / T)
RATIO = b1 / (1 - b1)
START = RATIO * length(1) / T
GAP, HALF = F(1, w) - Fmin, Rational(1, 2)  # for one outcome


# --- statements ---------------------------------------------------------------------------------------


def terms(level: Any) -> dict[str, Any]:
    """The four terms of the right side, for averaged noises of at most this length."""
    return {
        "initial gap": GAP / (gamma * T),
        "initial momentum": 2 * R * sqrt(d) * START,
        "drift": gamma * R**2 * d * (HALF + 2 * RATIO) * MODULUS,
        "noise": 2 * R * sqrt(d) * level,
    }


def bound(level: Any, without: str = "") -> Any:
    right = sum(part for name, part in terms(level).items() if name != without)
    return le(total(gain, T) / T, right)


def number(time: Any) -> Any:
    """S, how many of the averaged noises up to this time are long."""
    return Sum(long(t, w), (t, 1, time))


EVENT = "averaged noises that are not long are short"
ZERO_ONE, HOLDS, HOLDS_LEAST, HOLDS_MOST = (
    "long is an indicator",
    "holds is 1 where the inequality holds",
    "holds is not negative",
    "holds is at most 1",
)
BOUNDED = "the noise is at most s0 surely"
PINELIS = "each averaged noise is long with probability at most delta/T"
SHORT_NOISE = "the averaged noises are at most nu"
NOISE_IS_SHORT = {SHORT_NOISE: forall(t, le(norm(noise(t)), nu), DURING)}
NOISE_BOUND = forall((k, w), le(norm(xi(k)), s0), RUNNING)
THE_EVENT = {
    EVENT: forall((w, t), le(norm(noise(t)), LEVEL), [*DURING, eq(long(t, w), 0)]),
    ZERO_ONE: forall((t, w), eq(long(t, w) * (long(t, w) - 1), 0), [le(1, t)]),
}
CHANCE = {
    HOLDS: forall(w, eq(holds(w), 1), [bound(LEVEL)]),
    HOLDS_LEAST: forall(w, le(0, holds(w))),
    HOLDS_MOST: forall(w, le(holds(w), 1)),
    BOUNDED: NOISE_BOUND,
    "delta is positive": lt(0, delta),
    PINELIS: forall(
        (), forall(t, le(E(long(t, w), w), delta / T), DURING), [NOISE_BOUND, le(0, b1), lt(b1, 1), lt(0, delta)]
    ),
}
NO_LONG = eq(number(T), 0)
PATH = {**MOMENTUM, **SIGN_STEP, **A1, **A3, **CONSTANTS, **setting.RATE, **HORIZON, **ANY_MAGNITUDE, **SHORT}
PATH = {name: statement for name, statement in PATH.items() if name != "q <= 1"}
ERROR_PATH = tuple(name for name in PATH if name not in (*A1, *CITED))
ABOVE = "R is at least the R of Lemma B.2"
PATH_OF_ADAM = (*(name for name in PATH if name not in ANY_MAGNITUDE and name != "beta1 < 1"), *ADAM, ABOVE)
PATH_OF_CORRECTED = (
    *(name for name in PATH_OF_ADAM if name not in (*SIGN_STEP, *ADAM)),
    *bias_corrected_main.CORRECTED,
)
DRIFTS = TIMES.of(drift(t, local_modulus))
MEAN_ERROR = total(error, T) / T
ERROR_BOUND = le(MEAN_ERROR, START + LENGTH * RATIO * MODULUS + nu)


# --- for one outcome ----------------------------------------------------------------------------------


def errors(proof: Scope) -> Step:
    """The mean over time of |e_t|."""
    change = proof.lemma("main-theorem", "gradients change")
    change = proof.every((t, w), change.conclusion, change, given=[le(1, t)])
    with proof.assuming(*DURING):
        parts = proof.cite("momentum-error", "for every outcome", by=[change])
        each = le(error(t), power(b1, t) * length(1) + LENGTH * drift(t, local_modulus) + nu)
        each = proof.have(each, parts, SHORT_NOISE)
    count = proof.cite("constant-sum", n=T)
    summed = le(total(error, T), length(1) * STARTS + LENGTH * DRIFTS + nu * T)
    summed = proof.have(summed, proof.each(TIMES, each), count, title="summed over time")
    mean = proof.have(le(MEAN_ERROR, length(1) * STARTS / T + LENGTH * DRIFTS / T + nu), summed)
    first = proof.have(le(length(1) * STARTS / T, START), proof.have(le(STARTS, RATIO), starts(proof)))
    drifting = proof.have(le(LENGTH * DRIFTS / T, LENGTH * RATIO * MODULUS), drifts(proof, local_modulus), count)
    return proof.conclude(mean, first, drifting)


def pathwise(proof: Scope) -> Step:
    whole = proof.step("the descent inequality, summed", proof.lemma("main-theorem", "for every outcome"))
    wrong = proof.step("the momentum error on average over time", proof.lemma("high-probability", "momentum error"))
    curve = HALF * gamma * R**2 * d * (total(local_modulus, T) / T)
    mean = le(total(gain, T) / T, GAP / (gamma * T) + 2 * R * sqrt(d) * MEAN_ERROR + curve)
    mean = proof.have(mean, whole)
    wrong = proof.have(le(2 * R * sqrt(d) * MEAN_ERROR, 2 * R * sqrt(d) * ERROR_BOUND.args[1]), wrong)
    moduli = proof.have(eq(total(local_modulus, T) / T, MODULUS), proof.cite("constant-sum", n=T))
    return proof.conclude(mean, wrong, moduli)


# --- with high probability ----------------------------------------------------------------------------


def indicator(proof: Scope) -> list[Step]:
    """0 <= long(t, w) <= 1 from time 1 on."""
    sides = le(0, long(t, w)), le(long(t, w), 1)
    return [proof.every((t, w), side, ZERO_ONE, given=[le(1, t)]) for side in sides]


def counts(proof: Scope) -> Step:
    """S <= S^2 for the number S of long noises: an integer, in effect."""
    least, _ = indicator(proof)
    return proof.induction(proof.goal, T, step=[ZERO_ONE, least, proof.have(le(0, number(T)), least)])


def on_the_event(proof: Scope) -> Step:
    """S = 0 makes each long(k, w) 0, as it is at most S."""
    least, _ = indicator(proof)
    at_most = le(long(k, w), number(k + n))
    with proof.assuming(NO_LONG):
        with proof.assuming(le(1, k), le(k, T)):
            before = proof.have(le(0, number(k - 1)), least)
            counted = proof.induction(at_most, n, base=[least, before], step=[least])
            counted = proof.every(n, at_most, counted, given=[le(0, n)])
            none = proof.have(eq(long(k, w), 0), counted, least, NO_LONG)
        found = proof.cite("high-probability", "for every outcome", nu=LEVEL, by=[none])
    return proof.every(w, bound(LEVEL), found, given=[NO_LONG])


def probability(proof: Scope) -> Step:
    true = proof.step("the inequality, where none is long", proof.lemma("high-probability", "on the event"))
    missed = le(1 - number(T), holds(w))

    def none_long() -> Step:
        none = proof.have(NO_LONG, indicator(proof))
        return proof.have(missed, proof.at(proof.the(HOLDS), w, by=[proof.at(true, w, by=[none])]), none)

    def some_long() -> Step:
        return proof.have(missed, proof.lemma("high-probability", "counts"), proof.at(proof.the(HOLDS_LEAST), w))

    smaller = proof.step("1 - S <= holds", proof.cases(number(T), 0, none_long, some_long))
    average = proof.each(over, smaller, indicator(proof), title="its expectation")
    return proof.conclude(average, union(proof))


def union(proof: Scope) -> Step:
    """E S <= delta."""
    sums = proof.cite("expectation-of-sum", "interchange", X=((k, w), long(k, w)), n=T)
    each = proof.each(TIMES, le(E(long(t, w), w), delta / T), proof.at(proof.the(PINELIS), by=[BOUNDED]))
    return proof.have(le(E(number(T), w), delta), sums, each, proof.cite("constant-sum", n=T), title="the union bound")


def adam(proof: Scope) -> Step:
    """Lemma B.2 puts Adam's magnitudes into [0, R]."""
    at_least, at_most = in_range(proof)
    at_most = proof.have(le(u(t, j, w), R), at_most, ABOVE)
    return proof.cite("high-probability", "probability", by=[at_least, at_most, *constants(proof)])


def adam_with_bias_correction(proof: Scope) -> Step:
    """The lemma bias-corrected puts the magnitudes of Adam with bias correction into [0, R]."""
    along, at_least, at_most = bias_corrected_main.as_any_magnitudes(proof)
    with proof.assuming(le(1, t)):
        at_most = proof.have(le(u(t, j, w), R), at_most, ABOVE)
    return proof.cite("high-probability", "probability", by=[along, at_least, at_most, *constants(proof)])


def constants(proof: Scope) -> list[Step]:
    """0 <= R and b1 < 1."""
    below_one = proof.have(lt(b1, 1), "beta1^2 < beta2", "beta2 < 1")
    return [proof.have(le(0, R), proof.cite("magnitude-range", "bound"), ABOVE), below_one]


# --- models -----------------------------------------------------------------------------------------


TRUE_BOUND, QUARTER = bound(LEVEL), Fraction(1, 4)


@cache
def noise_length(time: int) -> Any:
    """The kernel term of the length of the averaged noise, made once for all models."""
    return term(norm(noise(Integer(time))))


written = cache(term)  # likewise


def chances(model: Model, inequality: Any = None) -> Model:
    """Which averaged noises are long, where the inequality holds, and nu for the outcome w, as they turn out."""
    inequality = TRUE_BOUND if inequality is None else inequality
    evaluators = {point: Evaluator(model.extended(variables={"w": point})) for point, _ in model.space}

    def value(body: Any, point: Any) -> Any:
        return as_mpf(evaluators[point].value(written(body)))

    horizon = model.variables["T"]
    lengths, true = {}, {}
    with mpmath.workdps(60):
        for point, _ in model.space:
            for time in range(1, horizon + 1):
                lengths[time, point] = value(noise_length(time), point)
            true[point] = Fraction(int(value(inequality.lhs, point) <= value(inequality.rhs, point)))
        level = value(LEVEL, 0)
        far = {place: Fraction(int(size > level)) for place, size in lengths.items()}
        longest = max(size for (_, point), size in lengths.items() if point == model.variables["w"])
        above = Fraction(int(longest * 10**9) + 1, 10**9)
    return model.extended(
        variables={"nu": above},
        functions={"long": lambda time, point: far.get((time, point), Fraction(0)), "holds": true.__getitem__},
    )


def models(rng: Random) -> Iterator[Model]:
    """Runs of up to three steps, with a bound on the magnitudes that Lemma B.2 would give."""
    return with_chances(rng, problems.runs(rng))


def corrected_models(rng: Random) -> Iterator[Model]:
    """As models, with bias correction."""
    return with_chances(rng, problems.corrected_runs(rng))


def with_chances(rng: Random, runs: Iterator[Model]) -> Iterator[Model]:
    """Runs with what is random about them, R at least that of Lemma B.2."""
    for model in runs:
        with mpmath.workdps(60):
            given = as_mpf(Evaluator(model).value(term(BOUND)))
            larger = max(model.variables["R"], Fraction(int(given * 1000) + 1, 1000))
        points = [point for point, _ in model.space]
        extra = {"delta": Fraction(rng.randint(1, 99), 100), "R": larger, "w": rng.choice(points)}
        yield chances(model.extended(variables=extra))


def fixed(problem: problems.Problem, inequality: Any = None, **changes: Any) -> Callable[[Random], Iterator[Model]]:
    """One run, one model for each outcome."""

    def generator(rng: Random) -> Iterator[Model]:
        model = problems.run(problem, **{"delta": Fraction(1, 2), **changes})
        for point, _ in model.space:
            yield chances(model.extended(variables={"w": point}), inequality).extended(variables=changes)

    return generator


def twentieths(rng: Random) -> Iterator[Model]:
    """Runs in which each averaged noise is a twentieth long."""
    for model in models(rng):
        yield model.extended(functions={"long": lambda time, point: Fraction(1, 20)})


lemma = Lemma(
    slug="high-probability",
    title="A high-probability bound on the mean weighted gradient norm, for short steps and bounded noise",
    source=Source.OURS,
    where="answers the summary's open question about bounds with high probability, for bounded noise",
    assumptions={
        **PATH,
        **ADAM,
        ABOVE: le(BOUND, R),
        **THE_EVENT,
        **CHANCE,
        **NOISE_IS_SHORT,
        **bias_corrected_main.CORRECTED,
    },
    cited={
        **CITED,
        PINELIS: (
            "Pinelis' inequality for martingales in Hilbert space",
            "I. Pinelis, Optimum bounds for the distributions of martingales in Banach spaces, "
            "Annals of Probability 22 (1994), Theorem 3.5",
        ),
    },
    claims=[
        Claim("probability", le(1 - delta, E(holds(w), w)), probability, given=(*PATH, *THE_EVENT, *CHANCE)),
        Claim("Adam", le(1 - delta, E(holds(w), w)), adam, given=(*PATH_OF_ADAM, *THE_EVENT, *CHANCE)),
        Claim(
            "Adam with bias correction",
            le(1 - delta, E(holds(w), w)),
            adam_with_bias_correction,
            given=(*PATH_OF_CORRECTED, *THE_EVENT, *CHANCE),
            models=corrected_models,
        ),
        Claim("on the event", forall(w, bound(LEVEL), [NO_LONG]), on_the_event, given=(*PATH, *THE_EVENT)),
        Claim("counts", le(number(T), number(T) ** 2), counts, given=(ZERO_ONE, "T is a horizon")),
        Claim("for every outcome", bound(nu), pathwise, given=(*PATH, SHORT_NOISE)),
        Claim("momentum error", ERROR_BOUND, errors, given=(*ERROR_PATH, SHORT_NOISE)),
    ],
    models=models,
    mutants=[
        Mutant(
            "without Pinelis' inequality", drop=(PINELIS, BOUNDED), models=fixed(problems.MISLED, s0=0, delta=QUARTER)
        ),
        Mutant(
            "an inequality without the noise",
            change={HOLDS: forall(w, eq(holds(w), 1), [bound(LEVEL, "noise")])},
            models=fixed(problems.MISLED, bound(LEVEL, "noise"), delta=QUARTER),
        ),
        Mutant("long need not be an indicator", drop=(ZERO_ONE,), claim="counts", models=twentieths),
        Mutant(
            "on the event: without the noise",
            forall(w, bound(LEVEL, "noise"), [NO_LONG]),
            claim="on the event",
            models=fixed(problems.MISLED),
        ),
        Mutant("everywhere", forall(w, bound(LEVEL)), claim="on the event", models=fixed(problems.MISLED, s0=0)),
        *(
            Mutant(f"without the {name}", bound(nu, name), claim="for every outcome", models=fixed(problem))
            for name, problem in (
                ("initial gap", problems.FAR),
                ("drift", problems.JUMPING),
                ("noise", problems.MISLED),
            )
        ),
        Mutant(
            "averaged noises up to 10*nu",
            change={SHORT_NOISE: forall(t, le(norm(noise(t)), 10 * nu), DURING)},
            claim="for every outcome",
            models=fixed(problems.MISLED, nu=Fraction(1, 5)),
        ),
        Mutant("F below F*", drop=tuple(A1), claim="for every outcome", models=fixed(problems.FAR, Fmin=10**9)),
        Mutant(
            "error without the start",
            le(MEAN_ERROR, LENGTH * RATIO * MODULUS + nu),
            claim="momentum error",
            models=fixed(problems.FIRST),
        ),
        Mutant("Adam with any R", drop=(ABOVE,), claim="Adam", models=fixed(problems.JUMPING, R=Fraction(1, 20))),
        Mutant(
            "Adam with bias correction, with any R",
            drop=(ABOVE,),
            claim="Adam with bias correction",
            models=fixed(replace(problems.JUMPING, divisors=problems.corrected), R=Fraction(1, 20)),
        ),
    ],
    constants={"noise level": LEVEL},
)
