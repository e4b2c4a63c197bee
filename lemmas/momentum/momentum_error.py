"""The momentum error on average over time: start, drift and noise.

    mean_t E|e_t| <= b1*E|a_1|/((1 - b1)*T) + gamma*R*sqrt(d)*b1/(1 - b1)*(L0 + L1*G_q)
                     + sqrt((1 - b1)/(1 + b1))*sqrt(s0^2 + s1^2*G_p),       G_r = mean_t E|a_t|^r

At each time the error is the sum of three vectors (momentum-recursion), bounded by momentum-drift and momentum-noise.
Averaged over time the weights b1^(t-k) add up to at most b1/(1 - b1) (averaging), and the mean of roots is at most the
root of the mean (Jensen).
"""

from __future__ import annotations

from typing import Any

from sympy import Abs, Integer, Sum, sqrt

from adamproof.lemmas.models import problems
from adamproof.lemmas.momentum import momentum_noise
from adamproof.lemmas.notation import COORDINATES, L0, L1, T, b1, d, gamma, j, k, modulus, norm, p, q, s0, s1, t, w
from adamproof.prover import (
    E,
    Functional,
    Integrable,
    Step,
    at,
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
    product,
    prove,
    real_power,
    reals,
    rewrite,
    settle,
    sum_empty,
    sum_last,
)
from adamproof.theory.lemma import Claim, Lemma, Mutant, Scope, Source

variance = momentum_noise.a2_variance
a, g, m = (function(name, "int", "int", "point") for name in ("a", "g", "m"))  # time, coordinate, outcome
R = reals("R")
over = Functional("E", w)
i = integers("i")


def length(time: Any) -> Any:
    """|a_t|."""
    return norm(a(time, j, w))


def error(time: Any) -> Any:
    """|e_t|."""
    return norm(m(time, j, w) - a(time, j, w))


def mean_power(exponent: Any) -> Any:
    """G_r, the mean over time of E|a_t|^r."""
    return Sum(E(real_power(length(t), exponent), w), (t, 1, T)) / T


def expected_modulus(time: Any) -> Any:
    return L0 + L1 * E(real_power(length(time), q), w)


def noise(time: Any) -> Any:
    """Coordinate j of the averaged noise."""
    return (1 - b1) * Sum(power(b1, time - k) * (g(k, j, w) - a(k, j, w)), (k, 1, time))


def drift(time: Any, of: Any) -> Any:
    return Sum(power(b1, time - k) * of(k), (k, 1, time - 1))


STEP = gamma * R * sqrt(d)
RUNNING = [le(1, k)]
xi = g(k, j, w) - a(k, j, w)
MOMENTUM = {
    "m starts at 0": forall((j, w), eq(m(0, j, w), 0)),
    "m is a moving average of g": forall(
        (j, w, k), eq(m(k + 1, j, w), b1 * m(k, j, w) + (1 - b1) * g(k + 1, j, w)), [le(0, k)]
    ),
}
A2 = momentum_noise.a2(lambda time: g(time, j, w) - a(time, j, w))
SMOOTH = {
    "gradients change by at most gamma*R*sqrt(d)*(L0 + L1*|a|^q)": forall(
        (k, w), le(norm(a(k, j, w) - a(k + 1, j, w)), STEP * modulus(length(k))), RUNNING
    ),
}
CONSTANTS = {
    "beta1 is not negative": le(0, b1),
    "beta1 < 1": lt(b1, 1),
    "q is not negative": le(0, q),
    "q <= 1": le(q, 1),
}
NONNEG = {
    "L0 is not negative": le(0, L0),
    "L1 is not negative": le(0, L1),
    "gamma*R*sqrt(d) is not negative": le(0, STEP),
}
FINITE = {"E|a_t| is finite": forall(k, Integrable(E(length(k), w)), RUNNING)}
START = {"t is from 1 on": le(1, t)}
HORIZON = {"T is a horizon": le(1, T)}


# --- at each time -----------------------------------------------------------------------------------


def pathwise(scope: Scope) -> Step:
    """|e_t| <= b1^t*|a_1| + gamma*R*sqrt(d)*sum over k < t of b1^(t-k)*(L0 + L1*|a_k|^q) + |N_t|, for every outcome."""
    symbols = {
        function("m"): ((k,), m(k, j, w)),
        function("g"): ((k,), g(k, j, w)),
        function("a"): ((k,), a(k, j, w)),
    }
    parts = instantiate(scope.lemma("momentum-recursion"), symbols)
    parts = cut(parts, *(at(scope.the(name), j, w) for name in MOMENTUM))
    first, second = power(b1, t) * -a(1, j, w), drift(t, lambda k: a(k, j, w) - a(k + 1, j, w))
    vectors = dict(zip((function(name) for name in "xyz"), (first, second, noise(t)), strict=True))
    split = COORDINATES.equal(prove(eq((m(t, j, w) - a(t, j, w)) ** 2, (first + second + noise(t)) ** 2), parts))
    triangle = instantiate(scope.lemma("norms"), {name: ((j,), vector) for name, vector in vectors.items()})
    hole, x, y, z, total, more, most = reals("hole x y z total more most")
    turned = prove(
        eq(COORDINATES.of((first + second + noise(t)) ** 2), COORDINATES.of((m(t, j, w) - a(t, j, w)) ** 2)), split
    )
    whole = rewrite(triangle, turned, hole, le(sqrt(hole), norm(first) + norm(second) + norm(noise(t))))
    scope.step("three parts", whole)
    start = instantiate(scope.lemma("norms", "scaled"), {function("y"): ((j,), -a(1, j, w)), reals("c"): power(b1, t)})
    start = cut(start, prove(le(0, power(b1, t)), scope.given("beta1 is not negative", "t is from 1 on")))
    drifting = instantiate(
        scope.lemma("momentum-drift"), {function("a", "int", "int"): ((k, j), a(k, j, w)), reals("R"): R}
    )
    drifting = cut(drifting, generalise(at(scope.the(next(iter(SMOOTH))), k, w, given=RUNNING), k, RUNNING))
    collected = prove(le(total, more + most + z), le(total, x + y + z), le(x, more), le(y, most), degree=1)
    values = {
        total: error(t),
        x: norm(first),
        y: norm(second),
        z: norm(noise(t)),
        more: power(b1, t) * length(1),
        most: STEP * drift(t, lambda k: modulus(length(k))),
    }
    return cut(instantiate(collected, values), whole, start, drifting)


def modulus_finite(scope: Scope, time: Any, weight: Any = 1) -> Step:
    """weight*(L0 + L1*|a_time|^q) is integrable; time is from 1 on."""
    power_finite = at(scope.lemma("momentum-error", "powers are finite"), time, given=[le(1, time)])
    return over.integrable(weight * modulus(length(time)), (weight * L1, power_finite), constant=weight * L0)


def powers_finite(scope: Scope) -> Step:
    """E|a_k|^q is finite, since |a|^q <= 1 - q + q*|a|."""
    nonneg = prove(le(0, length(k)), COORDINATES.monotone(prove(le(0, a(k, j, w) ** 2))))
    young = instantiate(scope.lemma("young-power", "finite"), {function("Z", "point"): ((w,), length(k))})
    young = cut(young, generalise(nonneg, w), at(scope.the("E|a_t| is finite"), k, given=RUNNING))
    return generalise(young, k, RUNNING)


def drift_term(scope: Scope) -> tuple[Any, Step, Step]:
    """The drift's bound: the sum, its integrability, and its expectation term by term."""
    bound = drift(t, lambda k: modulus(length(k)))
    weight = power(b1, t - k)
    names = {function("X", "int", "point"): ((k, w), weight * modulus(length(k))), integers("n"): t - 1}
    count = prove(le(0, t - 1), scope.given("t is from 1 on"))
    each = generalise(modulus_finite(scope, k, weight), k, RUNNING)
    finite = cut(instantiate(scope.lemma("expectation-of-sum", "finite"), names), each, count)
    interchange = cut(instantiate(scope.lemma("expectation-of-sum", "interchange"), names), count)
    return bound, finite, interchange


def noise_facts(scope: Scope, claim: str) -> Step:
    """A claim of momentum-noise about xi = g - a."""
    symbols = {
        momentum_noise.xi: ((k, j, w), xi),
        momentum_noise.a: ((k, j, w), a(k, j, w)),
    }
    found = instantiate(scope.lemma("momentum-noise", claim), symbols)
    return settle(found, le(0, t)) if claim == "A2, finite" else found


def right_finite(scope: Scope) -> tuple[Any, Step]:
    """The right side of the pathwise bound, and that it is integrable."""
    bound, finite, _ = drift_term(scope)
    first = at(scope.the("E|a_t| is finite"), 1, given=[prove(le(1, 1))])
    noisy = cut(noise_facts(scope, "A2, finite"), prove(le(0, t), scope.given("t is from 1 on")))
    body = power(b1, t) * length(1) + STEP * bound + norm(noise(t))
    return body, over.integrable(body, (power(b1, t), first), (STEP, finite), (1, noisy))


def finite(scope: Scope) -> Step:
    body, whole = right_finite(scope)
    x, y = reals("x y")
    nonneg = prove(le(0, error(t)), COORDINATES.monotone(prove(le(0, (m(t, j, w) - a(t, j, w)) ** 2))))
    size = instantiate(prove(le(Abs(x), y), le(0, x), le(x, y)), {x: error(t), y: body})
    return over.dominated(cut(size, nonneg, scope.lemma("momentum-error", "for every outcome")), whole)


def each_time(scope: Scope) -> Step:
    _, whole = right_finite(scope)
    average = over.monotone(
        scope.lemma("momentum-error", "for every outcome"), (1, whole), (-1, scope.lemma("momentum-error", "finite"))
    )
    scope.step("the expectation", average)
    bound, _, interchange = drift_term(scope)
    noisy = cut(noise_facts(scope, "A2"), prove(le(0, t), scope.given("t is from 1 on")), *below_one(scope))
    c, x, y = reals("c x y")
    scaled = prove(eq(c * x, c * y), eq(x, y))
    values = {c: STEP, x: E(bound, w), y: drift(t, expected_modulus)}
    drifting = cut(instantiate(scaled, values), prove(eq(values[x], values[y]), interchange))
    return prove(scope.goal, average, drifting, noisy, degree=1)


def below_one(scope: Scope) -> list[Step]:
    return [prove(le(b1, 1), scope.given("beta1 < 1"))]


# --- on average -------------------------------------------------------------------------------------

TIMES = Functional("Sum", t, (1, T))
STARTS = TIMES.of(power(b1, t))
DRIFTS = TIMES.of(drift(t, expected_modulus))
WEIGHTED = Sum(power(b1**2, t - k) * variance(k), (k, 1, t))
ROOTS = TIMES.of(sqrt(WEIGHTED))


def starts(scope: Scope) -> Step:
    """(1 - b1)*sum of b1^t <= b1."""

    def goal(time: Any) -> Any:
        return eq((1 - b1) * Sum(power(b1, t) * 1, (t, 1, time)) + b1 * power(b1, time), b1)

    base = prove(goal(Integer(0)), sum_empty(Sum(power(b1, t), (t, 1, 0))))
    step = prove(goal(T + 1), goal(T), sum_last(Sum(power(b1, t), (t, 1, T + 1)), le(0, T)), le(0, T))
    exact = cut(induction(goal(T), T, base, step), prove(le(0, T), scope.given("T is a horizon")))
    rest = prove(le(0, power(b1, T)), scope.given("beta1 is not negative", "T is a horizon"))
    return prove(
        le((1 - b1) * STARTS, b1), exact, prove(le(0, b1 * power(b1, T)), rest, scope.the("beta1 is not negative"))
    )


def averaged(scope: Scope, ratio: Any, of: Any, nonneg: Step, ratio_facts: list[Step]) -> Step:
    """The sum over t of sum over k <= t of ratio^(t-k)*of(k) is at most the sum of of(k), over 1 - ratio."""
    bound = instantiate(scope.lemma("averaging"), {reals("b"): ratio, function("c"): ((k,), of(k))})
    return cut(bound, *ratio_facts, generalise(nonneg, k, RUNNING), prove(le(0, T), scope.given("T is a horizon")))


def modulus_nonneg(scope: Scope) -> Step:
    """0 <= L0 + L1*E|a_k|^q."""
    raw = prove(le(0, length(k)), COORDINATES.monotone(prove(le(0, a(k, j, w) ** 2))))
    powered = instantiate(scope.lemma("real-powers"), dict(zip(reals("x r"), (length(k), q), strict=True)))
    powered = cut(powered, raw, scope.the("q is not negative"))
    mean = over.monotone(powered, (1, at(scope.lemma("momentum-error", "powers are finite"), k, given=RUNNING)))
    return prove(le(0, expected_modulus(k)), mean, scope.given("L0 is not negative", "L1 is not negative"))


def variance_nonneg(scope: Scope) -> Step:
    """0 <= E|xi_k|^2 <= s0^2 + s1^2*E|a_k|^p."""
    names = tuple(A2)
    square = prove(le(0, COORDINATES.of(xi**2)), COORDINATES.monotone(prove(le(0, xi**2))))
    mean = over.monotone(square, (1, at(scope.the(names[2]), k, given=RUNNING)))
    return prove(le(0, variance(k)), mean, at(scope.the(names[1]), k, given=RUNNING))


def drifts(scope: Scope) -> Step:
    """The sum over t of the drifts is at most b1/(1 - b1) times the sum of L0 + L1*E|a_k|^q."""
    betas = scope.given("beta1 is not negative", "beta1 < 1")
    nonneg = modulus_nonneg(scope)
    whole = averaged(scope, b1, expected_modulus, nonneg, betas)
    full = Sum(power(b1, t - k) * expected_modulus(k), (k, 1, t))
    last = prove(eq(full, drift(t, expected_modulus) + expected_modulus(t)), sum_last(full, le(1, t)))
    total = TIMES.equal(last)
    x, y, z, c = reals("x y z c")
    apart = prove(le(y, c / (1 - c) * z), le(x, z / (1 - c)), eq(x, y + z), lt(c, 1))
    values = {x: TIMES.of(full), y: DRIFTS, z: TIMES.of(expected_modulus(t)), c: b1}
    split = prove(eq(values[x], values[y] + values[z]), total)
    return cut(instantiate(apart, values), whole, split, scope.the("beta1 < 1"))


def roots(scope: Scope) -> Step:
    """(1 - b1)*mean of sqrt(V_t) <= sqrt((1 - b1)/(1 + b1))*sqrt(mean of s0^2 + s1^2*E|a_t|^p)."""
    betas = scope.given("beta1 is not negative", "beta1 < 1")
    square = [prove(le(0, b1**2)), prove(lt(b1**2, 1), betas)]
    nonneg = variance_nonneg(scope)
    whole = averaged(scope, b1**2, variance, nonneg, square)
    scope.step("the sum over t of the weighted variances", whole)
    weight = prove(le(0, power(b1**2, t - k)), le(k, t), square[0])
    each = Functional("Sum", k, (1, t)).monotone(prove(le(0, power(b1**2, t - k) * variance(k)), weight, nonneg))
    each = prove(le(0, WEIGHTED), each)
    jensen = instantiate(scope.lemma("jensen-sqrt"), {function("c"): ((t,), WEIGHTED), integers("n"): T})
    horizon = scope.the("T is a horizon")
    jensen = cut(jensen, generalise(each, t, [le(1, t), le(t, T)]), horizon)
    scope.step("the mean of roots is at most the root of the mean", jensen)
    x, y, z, c, n = reals("x y z c n")
    total, mean = TIMES.of(WEIGHTED), TIMES.of(variance(t)) / T
    above = prove(le(0, total), TIMES.monotone(each))
    sigma = prove(le(0, TIMES.of(variance(t))), TIMES.monotone(instantiate(nonneg, {k: t})))
    ratio = prove(
        le(x / n, z / n / (1 - c**2)), le(x, z / (1 - c**2)), lt(0, n), prove(lt(c**2, 1), le(0, c), lt(c, 1))
    )
    ratio = instantiate(ratio, {x: total, z: TIMES.of(variance(t)), n: T, c: b1})
    positive = prove(lt(0, T), horizon)
    ratio = cut(ratio, whole, positive, *betas)
    final = _root_identity()
    values = {x: ROOTS / T, y: total / T, z: mean, c: b1}
    facts = [prove(le(0, total / T), above, positive), prove(le(0, mean), sigma, positive)]
    return cut(instantiate(final, values), jensen, ratio, *facts, *betas)


def _root_identity() -> Step:
    """x <= sqrt(y), y <= z/(1 - c^2) give (1 - c)*x <= sqrt((1 - c)/(1 + c))*sqrt(z), for 0 <= c < 1."""
    x, y, z, c = reals("x y z c")
    ends = [le(0, c), lt(c, 1)]
    small = prove(lt(c**2, 1), *ends)
    ratio = prove(le(0, (1 - c) / (1 + c)), *ends)
    right = sqrt((1 - c) / (1 + c)) * sqrt(z)
    above = prove(le(0, right), ratio, le(0, z))
    square = prove(eq(product((1 - c) / (1 + c), z), (1 - c) ** 2 * (z / (1 - c**2))), small, *ends)
    scaled = prove(
        le((1 - c) ** 2 * y, (1 - c) ** 2 * (z / (1 - c**2))),
        le(y, z / (1 - c**2)),
        prove(le(0, (1 - c) ** 2), squares=[1 - c]),
    )
    u, v = reals("u v")
    compare = prove(le(u, v), le(u**2, v**2), le(0, v))
    root = prove(le(((1 - c) * sqrt(y)) ** 2, (1 - c) ** 2 * y), le(0, y))
    inside = prove(
        le(product(1 - c, 1 - c, sqrt(y), sqrt(y)), product(right, right)),
        scaled,
        square,
        root,
        ratio,
        le(0, z),
        le(0, y),
    )
    compared = cut(instantiate(compare, {u: (1 - c) * sqrt(y), v: right}), inside, above)
    longer = prove(le((1 - c) * x, (1 - c) * sqrt(y)), le(x, sqrt(y)), prove(le(0, 1 - c), *ends))
    return prove(le((1 - c) * x, right), longer, compared, degree=1)


def on_average(scope: Scope) -> Step:
    each = TIMES.monotone(cut(scope.lemma("momentum-error", "each time")))
    horizon = scope.the("T is a horizon")
    total = prove(
        le(
            TIMES.of(E(error(t), w)),
            E(length(1), w) * STARTS + STEP * DRIFTS + (1 - b1) * ROOTS,
        ),
        each,
        degree=1,
    )
    scope.step("summed over time", total)
    first = scope.step("the start, summed", starts(scope))
    drifted = scope.step("the drift, summed", drifts(scope))
    rooted = scope.step("the noise, averaged", roots(scope))
    count = cut(instantiate(scope.lemma("constant-sum"), {integers("n"): T}), prove(le(0, T), horizon))
    return _assembled(scope, total, first, drifted, rooted, count)


def _assembled(scope: Scope, total: Step, first: Step, drifted: Step, rooted: Step, count: Step) -> Step:
    """The four parts over T, in plain variables."""
    e, s, f, r, one, k_step, moduli, c, n = reals("e s f r one k_step moduli c n")
    bound, gq = reals("bound gq")
    positive = lt(0, n)
    start = prove(
        le(one * s / n, c * one / ((1 - c) * n)),
        prove(le(one * s, one * (c / (1 - c))), prove(le(s, c / (1 - c)), le((1 - c) * s, c), lt(c, 1)), le(0, one)),
        positive,
        lt(c, 1),
    )
    drifting = prove(
        le(k_step * f / n, k_step * (c / (1 - c)) * (moduli / n)),
        prove(le(k_step * f, k_step * (c / (1 - c) * moduli)), le(f, c / (1 - c) * moduli), le(0, k_step)),
        positive,
        lt(c, 1),
    )
    mean = prove(
        le(e / n, one * s / n + k_step * f / n + (1 - c) * (r / n)),
        le(e, one * s + k_step * f + (1 - c) * r),
        positive,
    )
    chained = prove(
        le(e / n, c * one / ((1 - c) * n) + k_step * (c / (1 - c)) * gq + bound),
        mean,
        start,
        drifting,
        le((1 - c) * (r / n), bound),
        eq(moduli / n, gq),
        degree=1,
    )
    values = {
        e: TIMES.of(E(error(t), w)),
        s: STARTS,
        f: DRIFTS,
        r: ROOTS,
        one: E(length(1), w),
        k_step: STEP,
        moduli: TIMES.of(expected_modulus(t)),
        c: b1,
        n: T,
        bound: sqrt((1 - b1) / (1 + b1)) * sqrt(TIMES.of(variance(t)) / T),
        gq: L0 + L1 * mean_power(q),
    }
    horizon = scope.the("T is a horizon")
    positive_T = prove(lt(0, T), horizon)
    first_nonneg = prove(le(0, length(1)), COORDINATES.monotone(prove(le(0, a(1, j, w) ** 2))))
    size = over.monotone(first_nonneg, (1, at(scope.the("E|a_t| is finite"), 1, given=[prove(le(1, 1))])))
    average = prove(eq(values[moduli] / T, values[gq]), count, positive_T)
    result = cut(
        instantiate(chained, values),
        total,
        first,
        drifted,
        rooted,
        average,
        positive_T,
        prove(le(0, E(length(1), w)), size),
    )
    result = cut(result, *scope.given("beta1 < 1", "gamma*R*sqrt(d) is not negative"))
    hole = reals("hole")
    sigma = prove(eq(TIMES.of(variance(t)) / T, s0**2 + s1**2 * mean_power(p)), count, positive_T)
    pattern = le(
        values[e] / T,
        b1 * values[one] / ((1 - b1) * T)
        + STEP * (b1 / (1 - b1)) * values[gq]
        + sqrt((1 - b1) / (1 + b1)) * sqrt(hole),
    )
    return prove(scope.goal, rewrite(result, sigma, hole, pattern), degree=1)


MEAN_ERROR = TIMES.of(E(error(t), w)) / T
START_TERM = b1 * E(length(1), w) / ((1 - b1) * T)
DRIFT_TERM = STEP * (b1 / (1 - b1)) * (L0 + L1 * mean_power(q))
NOISE_TERM = sqrt((1 - b1) / (1 + b1)) * sqrt(s0**2 + s1**2 * mean_power(p))
ON_AVERAGE = le(MEAN_ERROR, START_TERM + DRIFT_TERM + NOISE_TERM)
AT_TIME = le(
    E(error(t), w),
    power(b1, t) * E(length(1), w)
    + STEP * drift(t, expected_modulus)
    + (1 - b1) * sqrt(Sum(power(b1**2, t - k) * variance(k), (k, 1, t))),
)
PATHWISE = le(error(t), power(b1, t) * length(1) + STEP * drift(t, lambda k: modulus(length(k))) + norm(noise(t)))
PATH = (*MOMENTUM, *SMOOTH, "beta1 is not negative", "t is from 1 on")
ALL_TIMES = (*MOMENTUM, *SMOOTH, *A2, *CONSTANTS, *FINITE)

only = problems.fixed_run

lemma = Lemma(
    slug="momentum-error",
    title="A bound on the mean momentum error, for uncorrelated noise and gradients that change little in a step",
    source=Source.RECONSTRUCTED,
    where="start, drift and noise of the momentum; the summary speaks of an update error that momentum averages",
    assumptions={**MOMENTUM, **SMOOTH, **A2, **CONSTANTS, **FINITE, **NONNEG, **START, **HORIZON},
    claims=[
        Claim("on average", ON_AVERAGE, on_average, given=(*ALL_TIMES, *NONNEG, "T is a horizon")),
        Claim("each time", AT_TIME, each_time, given=(*ALL_TIMES, "t is from 1 on")),
        Claim("for every outcome", PATHWISE, pathwise, given=PATH),
        Claim("finite", Integrable(E(error(t), w)), finite, given=(*ALL_TIMES, "t is from 1 on")),
        Claim(
            "powers are finite",
            forall(k, Integrable(E(real_power(length(k), q), w)), RUNNING),
            powers_finite,
            given=("E|a_t| is finite", "q is not negative", "q <= 1"),
        ),
    ],
    models=problems.runs,
    mutants=[
        Mutant("without the start", conclusion=le(MEAN_ERROR, DRIFT_TERM + NOISE_TERM), models=only(problems.FIRST)),
        Mutant("without the drift", conclusion=le(MEAN_ERROR, START_TERM + NOISE_TERM), models=only(problems.TURNING)),
        Mutant("without the noise", conclusion=le(MEAN_ERROR, START_TERM + DRIFT_TERM), models=only(problems.NOISY)),
        Mutant("inequality reversed", conclusion=le(START_TERM + DRIFT_TERM + NOISE_TERM, MEAN_ERROR)),
        Mutant(
            "noise of different times correlated",
            drop=("A2: noises of different times are uncorrelated",),
            models=only(problems.ALIKE),
        ),
        Mutant(
            "each time, without the start",
            conclusion=le(E(error(t), w), AT_TIME.rhs - power(b1, t) * E(length(1), w)),
            claim="each time",
            models=only(problems.FIRST),
        ),
    ],
)
