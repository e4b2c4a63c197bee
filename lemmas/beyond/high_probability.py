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

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from fractions import Fraction
from functools import cache
from random import Random
from typing import Any

import mpmath
from sympy import Abs, Integer, Rational, Sum, log, sqrt

from adamproof.lemmas.main import bias_corrected_main, main_theorem
from adamproof.lemmas.main.main_theorem import LENGTH, errors_of, lengthened, total
from adamproof.lemmas.main.setting import (
    A1,
    A3,
    ADAM,
    ANY_MAGNITUDE,
    CITED,
    HORIZON,
    MOMENTUM,
    RATE,
    RUNNING,
    SHORT,
    SIGN_STEP,
    TIMES,
    F,
    Fmin,
    R,
    error,
    gain,
    length,
    over,
    u,
)
from adamproof.lemmas.models import problems
from adamproof.lemmas.momentum import momentum_error
from adamproof.lemmas.momentum.momentum_error import CONSTANTS, drift, noise, xi
from adamproof.lemmas.notation import L0, L1, T, b1, b2, d, gamma, j, k, norm, q, s0, t, w
from adamproof.lemmas.notation import R as BOUND
from adamproof.numeric.evaluate import Evaluator
from adamproof.numeric.models import Model
from adamproof.numeric.numbers import as_mpf
from adamproof.prover import (
    E,
    Step,
    assume,
    at,
    by_cases,
    cut,
    eq,
    forall,
    function,
    generalise,
    induction,
    instantiate,
    integers,
    le,
    lt,
    power,
    prove,
    real_power,
    reals,
    rewrite,
    sum_empty,
    sum_last,
    term,
)
from adamproof.theory.lemma import Claim, Lemma, Mutant, Scope, Source

nu, delta = reals("nu delta")
long, holds = function("long", "int", "point"), function("holds", "point")
LEVEL = s0 * sqrt(2 * (1 - b1) / (1 + b1) * log(2 * T / delta))
DURING = [le(1, t), le(t, T)]
MODULUS = L0 + L1 * (TIMES.of(real_power(length(t), q)) / T)
RATIO = b1 / (1 - b1)
START = RATIO * length(1) / T


def terms(level: Any) -> dict[str, Any]:
    """The four terms of the right side, for averaged noises of at most this length."""
    return {
        "initial gap": (F(1, w) - Fmin) / (gamma * T),
        "initial momentum": 2 * R * sqrt(d) * START,
        "drift": gamma * R**2 * d * (Rational(1, 2) + 2 * RATIO) * MODULUS,
        "noise": 2 * R * sqrt(d) * level,
    }


def bound(level: Any, without: str = "") -> Any:
    right = sum(part for name, part in terms(level).items() if name != without)
    return le(total(gain, T) / T, right)


def number(time: Any) -> Any:
    """S, how many of the averaged noises up to this time are long."""
    return Sum(long(t, w), (t, 1, time))


# --- for one outcome --------------------------------------------------------------------------------


def drifts(scope: Scope) -> Step:
    """The sum over t of the drifts is at most b1/(1 - b1) times the sum of L0 + L1*|a_t|^q."""
    nonneg = instantiate(main_theorem.modulus_nonneg(scope), {t: k})
    whole = scope.cite("averaging", b=b1, c=lengthened, by=[nonneg])
    full = Sum(power(b1, t - k) * lengthened(k), (k, 1, t))
    last = prove(eq(full, drift(t, lengthened) + lengthened(t)), sum_last(full, le(1, t)))
    x, y, z, c = reals("x y z c")
    apart = prove(le(y, c / (1 - c) * z), le(x, z / (1 - c)), eq(x, y + z), lt(c, 1))
    values = {x: TIMES.of(full), y: DRIFTS, z: total(lengthened, T), c: b1}
    split = prove(eq(values[x], values[y] + values[z]), TIMES.equal(last))
    return cut(instantiate(apart, values), whole, split, scope.the("beta1 < 1"))


DRIFTS = TIMES.of(drift(t, lengthened))
STARTS = TIMES.of(power(b1, t))
MEAN_ERROR = total(error, T) / T
SHORT_NOISE = "the averaged noises are at most nu"


def errors(scope: Scope) -> Step:
    """The mean over time of |e_t|."""
    x = reals("x")
    each = prove(
        le(error(t), power(b1, t) * length(1) + LENGTH * drift(t, lengthened) + nu),
        errors_of(scope, "for every outcome"),
        at(scope.the(SHORT_NOISE), t, given=DURING),
        degree=1,
    )
    one = Integer(1)
    summed = prove(
        le(total(error, T), length(1) * STARTS + LENGTH * DRIFTS + nu * TIMES.of(one)), TIMES.monotone(each), degree=1
    )
    horizon = prove(lt(0, T), scope.the("T is a horizon"))
    counted = cut(instantiate(scope.lemma("constant-sum"), {integers("n"): T}), prove(le(0, T), horizon))
    e, s, f, first, c, step, z, n = reals("e s f first c step z n")
    start = prove(le(s, c / (1 - c)), le((1 - c) * s, c), lt(c, 1))
    bounded = prove(
        le(e, c / (1 - c) * first + step * (c / (1 - c)) * z + nu * x),
        le(e, first * s + step * f + nu * x),
        prove(le(first * s, first * (c / (1 - c))), start, le(0, first)),
        prove(le(step * f, step * (c / (1 - c) * z)), le(f, c / (1 - c) * z), le(0, step)),
        degree=1,
    )
    over_n = prove(le(e / n, s / n + step * (z / n) + nu), le(e, s + step * z + nu * x), eq(x, n), lt(0, n))
    over_n = instantiate(over_n, {s: c / (1 - c) * first, step: step * (c / (1 - c))})
    over_n = cut(over_n, bounded)
    values = {
        e: total(error, T),
        s: STARTS,
        f: DRIFTS,
        first: length(1),
        c: b1,
        step: LENGTH,
        z: total(lengthened, T),
        n: T,
        x: TIMES.of(one),
    }
    nonneg = prove(le(0, length(1)), momentum_error.COORDINATES.monotone(prove(le(0, momentum_error.a(1, j, w) ** 2))))
    size = prove(le(0, R * sqrt(d)), scope.given("R is not negative", "d is a dimension"))
    facts = [summed, momentum_error.starts(scope), drifts(scope), counted, horizon, nonneg]
    facts += [prove(le(0, LENGTH), size, scope.the("gamma is positive")), scope.the("beta1 < 1")]
    mean = prove(eq(total(lengthened, T) / T, MODULUS), counted, horizon)
    result = cut(instantiate(over_n, values), facts)
    g, h, r = reals("g h r")
    final = prove(le(e, g + r * h + nu), le(e, g + r * z + nu), eq(z, h))
    final = instantiate(final, {e: MEAN_ERROR, g: START, r: LENGTH * RATIO, z: total(lengthened, T) / T, h: MODULUS})
    result = prove(le(MEAN_ERROR, START + LENGTH * RATIO * (total(lengthened, T) / T) + nu), result, degree=1)
    return prove(scope.goal, cut(final, result, mean), degree=1)


def pathwise(scope: Scope) -> Step:
    whole = scope.step("the descent inequality, summed", scope.lemma("main-theorem", "for every outcome"))
    wrong = scope.step("the momentum error on average over time", scope.lemma("high-probability", "momentum error"))
    horizon = prove(lt(0, T), scope.the("T is a horizon"))
    counted = cut(instantiate(scope.lemma("constant-sum"), {integers("n"): T}), prove(le(0, T), horizon))
    moduli = prove(eq(total(lengthened, T) / T, MODULUS), counted, horizon)
    collected = main_theorem.over_the_horizon(
        gains=total(gain, T),
        gap=F(1, w) - Fmin,
        errors=total(error, T),
        moduli=total(lengthened, T),
        modulus=MODULUS,
        start=START,
        noise=nu,
    )
    result = cut(collected, whole, wrong, moduli, horizon, *main_theorem.sizes(scope))
    return prove(scope.goal, result, degree=1)


# --- with high probability --------------------------------------------------------------------------


def indicator(scope: Scope, time: Any) -> list[Step]:
    """0 <= long(time, w) <= 1, and long(time, w)^2 = long(time, w)."""
    x = reals("x")
    split = eq(x * (x - 1), 0)
    found = at(scope.the(ZERO_ONE), time, w, given=[le(1, time)])
    least, most = prove(le(0, x), split), prove(le(x, 1), split)
    square = prove(eq(x**2, x), split)
    return [cut(instantiate(fact, {x: long(time, w)}), found) for fact in (least, most, square)]


def counts(scope: Scope) -> Step:
    """S <= S^2 for the number S of long noises, and 0 <= S: an integer, in effect."""

    def goal(time: Any) -> Any:
        return le(number(time), number(time) ** 2)

    x, y = reals("x y")
    least, _, square = indicator(scope, T + 1)
    more = prove(le(x + y, (x + y) ** 2), le(x, x**2), eq(y**2, y), le(0, x), le(0, y))
    more = cut(instantiate(more, {x: number(T), y: long(T + 1, w)}), square, least, count_nonneg(scope))
    later = prove(le(1, T + 1), le(0, T))
    more = cut(more, later)
    step = prove(goal(T + 1), more, sum_last(number(T + 1), later))
    whole = induction(goal(T), T, prove(goal(Integer(0)), sum_empty(number(Integer(0)))), step)
    return cut(whole, prove(le(0, T), scope.the("T is a horizon")))


def count_nonneg(scope: Scope) -> Step:
    return prove(le(0, number(T)), TIMES.monotone(indicator(scope, t)[0]))


def each_counts(scope: Scope) -> Step:
    """long(t, w) <= S for each t of 1..T."""

    def goal(time: Any) -> Any:
        return forall(t, le(long(t, w), number(time)), [le(1, t), le(t, time)])

    n = integers("n")
    zero = Integer(0)
    least = indicator(scope, t)[0]
    y = reals("y")
    never = prove(le(y, 0), prove(le(0, y * (0 - t)), le(0, y), le(t, 0)), le(0, y), le(1, t))
    base = prove(le(long(t, w), number(zero)), cut(instantiate(never, {y: long(t, w)}), least), sum_empty(number(zero)))
    base = generalise(base, t, [le(1, t), le(t, zero)])
    later = prove(le(1, n + 1), le(0, n))
    split = sum_last(number(n + 1), later)
    fresh = cut(indicator(scope, n + 1)[0], later)
    old = at(assume(goal(n)), t, given=[le(1, t), le(t, n)])
    old = prove(le(long(t, w), number(n + 1)), old, split, fresh, degree=1)
    below = instantiate(count_nonneg(scope), {T: n})
    latest = prove(le(long(n + 1, w), number(n + 1)), split, below, degree=1)
    hole = integers("hole")
    same = prove(eq(n + 1, t), prove(le(n + 1, t), lt(n, t)), le(t, n + 1))
    new = rewrite(latest, same, hole, le(long(hole, w), number(n + 1)))
    step = generalise(by_cases(t, n, old, new), t, [le(1, t), le(t, n + 1)])
    whole = instantiate(induction(goal(n), n, base, step), {n: T})
    return cut(whole, prove(le(0, T), scope.the("T is a horizon")))


def on_the_event(scope: Scope) -> Step:
    none = eq(number(T), 0)
    each = at(each_counts(scope), t, given=DURING)
    zero = prove(eq(long(t, w), 0), each, none, cut(indicator(scope, t)[0]))
    small = cut(at(scope.the(EVENT), w, t), zero)
    whole = instantiate(scope.lemma("high-probability", "for every outcome"), {nu: LEVEL})
    return generalise(cut(whole, generalise(small, t, DURING)), w, [none])


def probability(scope: Scope) -> Step:
    none = eq(number(T), 0)
    true = at(scope.lemma("high-probability", "on the event"), w, given=[none])
    scope.step("the inequality, where no averaged noise is long", true)
    within = [at(scope.the(name), w) for name in (HOLDS_LEAST, HOLDS_MOST)]
    seen = cut(at(scope.the(HOLDS), w), true)
    x, y = reals("x y")
    inside = instantiate(prove(le(1 - x, y), eq(x, 0), eq(y, 1)), {x: number(T), y: holds(w)})
    nonneg = count_nonneg(scope)
    vanishing = prove(none, nonneg, le(number(T), 0))
    inside = cut(inside, cut(seen, vanishing), vanishing)
    many = prove(le(1 - x, y), prove(le(1, x), le(x, x**2), lt(0, x)), le(0, y), degree=1)
    outside = cut(instantiate(many, {x: number(T), y: holds(w)}), scope.lemma("high-probability", "counts"), within[0])
    smaller = scope.step("1 - S <= holds", by_cases(number(T), 0, inside, outside))
    sized = prove(le(Abs(y), x), le(0, y), le(y, x))
    one = Integer(1)
    unit = over.integrable(one, constant=one)
    seen_finite = over.dominated(cut(instantiate(sized, {y: holds(w), x: one}), *within), unit)
    horizon = prove(lt(0, T), scope.the("T is a horizon"))
    counted = cut(instantiate(scope.lemma("constant-sum"), {integers("n"): T}), prove(le(0, T), horizon))
    most = prove(le(number(T), T), TIMES.monotone(indicator(scope, t)[1]), counted, degree=1)
    bounded = cut(instantiate(sized, {y: number(T), x: T}), nonneg, most)
    count_finite = over.dominated(bounded, over.integrable(T, constant=T))
    average = over.monotone(smaller, (1, seen_finite), (1, count_finite), constant=-one)
    scope.step("its expectation", average)
    return prove(scope.goal, average, union(scope, horizon, counted), degree=1)


def union(scope: Scope, horizon: Step, counted: Step) -> Step:
    """E S <= delta."""
    names = {function("X", "int", "point"): ((k, w), long(k, w)), integers("n"): T}
    terms_out = cut(instantiate(scope.lemma("expectation-of-sum", "interchange"), names), prove(le(0, T), horizon))
    each = cut(
        at(scope.the(PINELIS)),
        scope.the(BOUNDED),
        *scope.given("beta1 is not negative", "beta1 < 1", "delta is positive"),
    )
    summed = TIMES.monotone(at(each, t, given=DURING))
    x, n, s = reals("x n s")
    shares = prove(eq(delta / n * x, delta), eq(x, n), lt(0, n))
    shared = prove(le(s, delta), le(s, delta / n * x), shares, degree=1)
    ones, total_ = TIMES.of(Integer(1)), TIMES.of(E(long(t, w), w))
    summed = prove(le(total_, delta / T * ones), summed, degree=1)
    shared = cut(instantiate(shared, {s: total_, n: T, x: ones}), summed, counted, horizon)
    return scope.step("the union bound", prove(le(E(number(T), w), delta), terms_out, shared, degree=1))


def adam(scope: Scope) -> Step:
    """Lemma B.2 puts Adam's magnitudes into [0, R]."""
    symbols = {function(name): ((k,), function(name, "int", "int", "point")(k, j, w)) for name in ("m", "v", "g")}
    recursion = [
        at(scope.the(name), j, w)
        for name in ("m starts at 0", "m is a moving average of g", "v starts at 0", "v is a moving average of g^2")
    ]
    recursion.append(prove(le(0, k), *RUNNING))
    at_most, at_least = (
        cut(instantiate(instantiate(scope.lemma(*name), {t: k}), symbols), *recursion)
        for name in (("update-magnitude",), ("magnitude-range", "magnitude"))
    )
    at_least = cut(at_least, prove(lt(0, b2), scope.given("beta1^2 < beta2")))
    definition = at(scope.the("u is |m|/(sqrt(v) + epsilon)"), k, j, w, given=RUNNING)
    larger = scope.the(ABOVE)
    ranges = [
        prove(le(u(k, j, w), R), at_most, definition, larger, degree=1),
        prove(le(0, u(k, j, w)), at_least, definition, degree=1),
    ]
    scope.step("u <= R, by Lemma B.2", ranges[0])
    whole = cut(
        scope.lemma("high-probability", "probability"),
        *(generalise(fact, (k, j, w), RUNNING) for fact in ranges),
        prove(le(0, R), scope.lemma("magnitude-range", "bound"), larger, degree=1),
    )
    return cut(whole, prove(lt(b1, 1), scope.given("beta1^2 < beta2", "beta2 < 1")))


def adam_with_bias_correction(scope: Scope) -> Step:
    """The lemma bias-corrected puts the magnitudes of Adam with bias correction into [0, R]."""
    along, least, most = bias_corrected_main.as_any_magnitudes(scope)
    larger = scope.the(ABOVE)
    facts = along, least, prove(le(u(t, j, w), R), most, larger, degree=1)
    whole = cut(
        scope.lemma("high-probability", "probability"),
        *(generalise(fact, (t, j, w), [le(1, t)]) for fact in facts),
        prove(le(0, R), scope.lemma("magnitude-range", "bound"), larger, degree=1),
    )
    return cut(whole, prove(lt(b1, 1), scope.given("beta1^2 < beta2", "beta2 < 1")))


EVENT = "averaged noises that are not long are short"
ZERO_ONE, HOLDS, HOLDS_LEAST, HOLDS_MOST = (
    "long is an indicator",
    "holds is 1 where the inequality holds",
    "holds is not negative",
    "holds is at most 1",
)
BOUNDED = "the noise is at most s0 surely"
PINELIS = "each averaged noise is long with probability at most delta/T"
NOISE_IS_SHORT = {SHORT_NOISE: forall(t, le(norm(noise(t)), nu), DURING)}
NOISE_BOUND = forall((k, w), le(norm(xi), s0), RUNNING)
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
PATH = {**MOMENTUM, **SIGN_STEP, **A1, **A3, **CONSTANTS, **RATE, **HORIZON, **ANY_MAGNITUDE, **SHORT}
PATH = {name: statement for name, statement in PATH.items() if name != "q <= 1"}
ERROR_PATH = tuple(name for name in PATH if name not in (*A1, *CITED))
ABOVE = "R is at least the R of Lemma B.2"
PATH_OF_ADAM = (*(name for name in PATH if name not in ANY_MAGNITUDE and name != "beta1 < 1"), *ADAM, ABOVE)
PATH_OF_CORRECTED = (
    *(name for name in PATH_OF_ADAM if name not in (*SIGN_STEP, *ADAM)),
    *bias_corrected_main.CORRECTED,
)
ERROR_BOUND = le(MEAN_ERROR, START + LENGTH * RATIO * MODULUS + nu)


# --- models -----------------------------------------------------------------------------------------


TRUE_BOUND = bound(LEVEL)


@cache
def noise_length(time: int) -> Any:
    """The kernel term of the length of the averaged noise, made once for all models."""
    return term(norm(noise(Integer(time))))


def chances(model: Model, inequality: Any = None) -> Model:
    """Which averaged noises are long, where the inequality holds, and nu for the outcome w, as they turn out."""
    inequality = TRUE_BOUND if inequality is None else inequality
    evaluators = {point: Evaluator(model.extended(variables={"w": point})) for point, _ in model.space}

    def value(body: Any, point: Any) -> Any:
        return as_mpf(evaluators[point].value(term(body)))

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


QUARTER = Fraction(1, 4)

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
            "without Pinelis' inequality",
            drop=(PINELIS, BOUNDED),
            models=fixed(problems.MISLED, s0=0, delta=QUARTER),
        ),
        Mutant(
            "an inequality without the noise",
            change={HOLDS: forall(w, eq(holds(w), 1), [bound(LEVEL, "noise")])},
            models=fixed(problems.MISLED, bound(LEVEL, "noise"), delta=QUARTER),
        ),
        Mutant(
            "long need not be an indicator",
            drop=(ZERO_ONE,),
            claim="counts",
            models=twentieths,
        ),
        Mutant(
            "on the event: without the noise",
            conclusion=forall(w, bound(LEVEL, "noise"), [NO_LONG]),
            claim="on the event",
            models=fixed(problems.MISLED),
        ),
        Mutant(
            "everywhere",
            conclusion=forall(w, bound(LEVEL)),
            claim="on the event",
            models=fixed(problems.MISLED, s0=0),
        ),
        *(
            Mutant(f"without the {name}", conclusion=bound(nu, name), claim="for every outcome", models=fixed(problem))
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
            conclusion=le(MEAN_ERROR, LENGTH * RATIO * MODULUS + nu),
            claim="momentum error",
            models=fixed(problems.FIRST),
        ),
        Mutant(
            "Adam with any R",
            drop=(ABOVE,),
            claim="Adam",
            models=fixed(problems.JUMPING, R=Fraction(1, 20)),
        ),
        Mutant(
            "Adam with bias correction, with any R",
            drop=(ABOVE,),
            claim="Adam with bias correction",
            models=fixed(replace(problems.JUMPING, divisors=problems.corrected), R=Fraction(1, 20)),
        ),
    ],
    constants={"noise level": LEVEL},
)
