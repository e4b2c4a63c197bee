"""Corollary 3.3: the gradient norm itself, under Conditions 1-3 (in the averaged forms that the proof uses).

    G <= 2/(vbar*C1) * [ D/(gamma*T) + 2*R*sqrt(d)*b1*E|a_1|/((1 - b1)*T) + gamma*R^2*d*k1*L0' + 2*R*sqrt(d)*rho*s0' ]

with G = mean_t E|a_t|_2, k1 = 1/2 + 2*b1/(1 - b1), rho = sqrt((1 - b1)/(1 + b1)), L0' = L0 + (1 - q)*L1,
s0' = s0 + s1*C0*(1 - p/2), if gamma*R^2*d*k1*q*L1 + 2*R*sqrt(d)*rho*s1*C0*p/2 <= vbar*C1/2.

C2 and C3 bound the left side of the main theorem from below by vbar*C1*G; Young's inequality and C1 bound the right
side by a multiple of G, half of which the condition on gamma and b1 takes to the left.  In Case 2, C1 = c*sqrt(d) and
gamma = gamma0/(sqrt(d)*h): every d cancels.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from functools import cache
from random import Random
from typing import Any

import mpmath
from sympy import Abs, Integer, Rational, sqrt

from adamproof.lemmas.descent.smooth_descent import inner_product
from adamproof.lemmas.main import main_theorem
from adamproof.lemmas.main.setting import (
    CITED,
    COORDINATES,
    GAP,
    MEAN_GAIN,
    RUNNING,
    TIMES,
    a,
    gain,
    length,
    mean_power,
    over,
)
from adamproof.lemmas.models import problems
from adamproof.lemmas.notation import L0, L1, R, T, b1, d, gamma, j, k, p, q, s0, s1, t, w
from adamproof.numeric.evaluate import Evaluator
from adamproof.numeric.models import Model
from adamproof.numeric.numbers import as_mpf
from adamproof.prover import (
    E,
    Integrable,
    Step,
    at,
    cut,
    eq,
    forall,
    function,
    generalise,
    instantiate,
    integers,
    le,
    lt,
    product,
    prove,
    real_power,
    reals,
    rewrite,
    term,
)
from adamproof.theory.lemma import Claim, Lemma, Mutant, Scope, Source

vbar, C0, C1, c, gamma0, h = reals("vbar C0 C1 c gamma0 h")
G = TIMES.of(E(length(t), w)) / T
k1 = Rational(1, 2) + 2 * b1 / (1 - b1)
root = sqrt((1 - b1) / (1 + b1))
L0_prime = L0 + (1 - q) * L1
s0_prime = s0 + s1 * C0 * (1 - p / 2)
s1_prime = s1 * C0 * p / 2


def one_norm(time: Any) -> Any:
    """|a_t|_1."""
    return COORDINATES.of(Abs(a(time, j, w)))


C2_NAME, C3_NAME = "C2: E|u_t o a_t|_1 >= vbar*E|a_t|_1", "C3: |a_t|_1 >= C1*|a_t|_2"
CONDITIONS = {
    "C1: mean of E|a_t|^p <= C0^2*G^p": le(mean_power(p), C0**2 * real_power(G, p)),
    C2_NAME: forall(k, le(vbar * E(one_norm(k), w), E(gain(k), w)), RUNNING),
    C3_NAME: forall((k, w), le(C1 * length(k), one_norm(k)), RUNNING),
    "vbar is positive": lt(0, vbar),
    "C1 is positive": lt(0, C1),
    "C0 is not negative": le(0, C0),
}
CONSTANTS = {
    "p is not negative": le(0, p),
    "p <= 2": le(p, 2),
    "s0 is not negative": le(0, s0),
    "s1 is not negative": le(0, s1),
}
NOISE = 2 * R * sqrt(d) * root
CURVE = gamma * R**2 * d * k1
SMALL = {"gamma and 1 - beta1 are small": le(CURVE * q * L1 + NOISE * s1_prime, vbar * C1 / 2)}


def dense(scope: Scope) -> Step:
    """vbar*C1*G <= mean_t E|u_t o a_t|_1."""
    size = Abs(a(k, j, w))
    ones = inner_product(scope, Integer(1), size)
    hole = reals("hole")
    same = COORDINATES.equal(prove(eq(product(size, size), a(k, j, w) ** 2)))
    finite = rewrite(ones, same, hole, le(one_norm(k), sqrt(COORDINATES.of(Integer(1))) * sqrt(hole)))
    nonneg = prove(le(0, one_norm(k)), COORDINATES.monotone(prove(le(0, size))))
    x, y = reals("x y")
    bounded = cut(
        instantiate(
            prove(le(Abs(x), y), le(0, x), le(x, y)),
            {x: one_norm(k), y: sqrt(COORDINATES.of(Integer(1))) * length(k)},
        ),
        nonneg,
        finite,
    )
    length_finite = at(scope.the("E|a_t| is finite"), k, given=RUNNING)
    factor = sqrt(COORDINATES.of(Integer(1)))
    whole = over.integrable(factor * length(k), (factor, length_finite))
    one_finite = over.dominated(bounded, whole)
    pointwise = at(scope.the(C3_NAME), k, w, given=RUNNING)
    mean = over.monotone(pointwise, (1, one_finite), (-C1, length_finite))
    sparse = at(scope.the(C2_NAME), k, given=RUNNING)
    e, f, v, cc = reals("e f v cc")
    chain = prove(le(v * cc * e, x), prove(le(v * (cc * e), v * f), le(cc * e, f), lt(0, v)), le(v * f, x), degree=1)
    values = {e: E(length(k), w), f: E(one_norm(k), w), v: vbar, cc: C1, x: E(gain(k), w)}
    each = cut(instantiate(chain, values), mean, sparse, scope.the("vbar is positive"))
    each = instantiate(each, {k: t})
    total = TIMES.monotone(each)
    n, y, z = reals("n y z")
    divided = instantiate(
        prove(le(v * cc * (y / n), z / n), le(v * cc * y, z), lt(0, n)),
        {v: vbar, cc: C1, y: TIMES.of(E(length(t), w)), z: TIMES.of(E(gain(t), w)), n: T},
    )
    collected = prove(le(vbar * C1 * TIMES.of(E(length(t), w)), TIMES.of(E(gain(t), w))), total, degree=1)
    return cut(divided, collected, prove(lt(0, T), scope.the("T is a horizon")))


def young_mean(scope: Scope) -> Step:
    """G_q <= 1 - q + q*G."""
    nonneg = prove(le(0, length(t)), COORDINATES.monotone(prove(le(0, a(t, j, w) ** 2))))
    young = instantiate(scope.lemma("young-power", "expectations"), {function("Z", "point"): ((w,), length(t))})
    young = cut(young, generalise(nonneg, w), at(scope.the("E|a_t| is finite"), t, given=[le(1, t)]))
    total = TIMES.monotone(young)
    horizon = scope.the("T is a horizon")
    count = cut(instantiate(scope.lemma("constant-sum"), {integers("n"): T}), prove(le(0, T), horizon))
    y, z, n = reals("y z n")
    divided = prove(le(y / n, 1 - q + q * (z / n)), le(y, (1 - q) * n + q * z), lt(0, n))
    powers = TIMES.of(E(real_power(length(t), q), w))
    divided = instantiate(divided, {y: powers, z: TIMES.of(E(length(t), w)), n: T})
    collected = prove(
        le(powers, (1 - q) * T + q * TIMES.of(E(length(t), w))),
        prove(le(powers, (1 - q) * TIMES.of(Integer(1)) + q * TIMES.of(E(length(t), w))), total, degree=1),
        main_theorem.times(1 - q, count),
        degree=1,
    )
    return cut(divided, collected, prove(lt(0, T), horizon))


def noise_level(scope: Scope) -> Step:
    """sqrt(s0^2 + s1^2*G_p) <= s0' + s1'*G."""
    nonneg = mean_nonneg(scope)
    half = scope.lemma("real-powers", "halved")
    base = dict(zip(reals("x r"), (G, p), strict=True))
    half = cut(instantiate(half, base), nonneg, *scope.given("p is not negative"))
    halves = prove(le(0, p / 2), scope.the("p is not negative")), prove(le(p / 2, 1), scope.the("p <= 2"))
    young = instantiate(scope.lemma("young-power", "numbers"), {reals("a"): G, q: p / 2})
    young = cut(young, nonneg, *halves)
    above = instantiate(scope.lemma("real-powers", "not negative"), dict(zip(reals("x r"), (G, p / 2), strict=True)))
    above = cut(above, nonneg, halves[0])
    x, y, z, gp = reals("x y z gp")
    sum_ = s0 + s1 * C0 * y
    product_nonneg = prove(le(0, s1 * C0 * y), prove(le(0, s1 * C0), le(0, s1), le(0, C0)), le(0, y))
    square = prove(
        le(s0**2 + s1**2 * gp, sum_**2),
        prove(le(s1**2 * gp, s1**2 * (C0**2 * y**2)), le(gp, C0**2 * y**2), prove(le(0, s1**2))),
        prove(le(0, s0 * (s1 * C0 * y)), le(0, s0), product_nonneg),
        degree=1,
    )
    below = prove(le(0, s1**2 * gp), prove(le(0, s1**2)), le(0, gp))
    root_bound = prove(
        le(sqrt(x), sum_),
        eq(x, s0**2 + s1**2 * gp),
        square,
        prove(le(0, s0**2 + s1**2 * gp), below, prove(le(0, s0**2)), degree=1),
        prove(le(0, sum_), le(0, s0), product_nonneg, degree=1),
    )
    inside = s0**2 + s1**2 * gp
    root_bound = cut(instantiate(root_bound, {x: inside}), prove(eq(inside, inside, same=True)))
    larger = prove(le(s1 * C0 * y, s1 * C0 * z), le(y, z), prove(le(0, s1 * C0), le(0, s1), le(0, C0)))
    final = prove(le(sqrt(s0**2 + s1**2 * gp), s0 + s1 * C0 * z), root_bound, larger, degree=1)
    values = {y: real_power(G, p / 2), z: 1 - p / 2 + p / 2 * G, gp: mean_power(p)}
    condition = prove(
        le(mean_power(p), C0**2 * values[y] ** 2),
        scope.the("C1: mean of E|a_t|^p <= C0^2*G^p"),
        main_theorem.times(C0**2, half),
        degree=1,
    )
    final = cut(instantiate(final, values), condition, above, young, powers_nonneg(scope))
    return cut(final, *scope.given("s0 is not negative", "s1 is not negative", "C0 is not negative"))


def mean_nonneg(scope: Scope) -> Step:
    """0 <= G."""
    nonneg = prove(le(0, length(t)), COORDINATES.monotone(prove(le(0, a(t, j, w) ** 2))))
    mean = over.monotone(nonneg, (1, at(scope.the("E|a_t| is finite"), t, given=[le(1, t)])))
    total = prove(le(0, TIMES.of(E(length(t), w))), TIMES.monotone(prove(le(0, E(length(t), w)), mean)))
    return prove(le(0, G), total, prove(lt(0, T), scope.the("T is a horizon")))


def powers_nonneg(scope: Scope) -> Step:
    """0 <= G_p."""
    raw = prove(le(0, length(t)), COORDINATES.monotone(prove(le(0, a(t, j, w) ** 2))))
    powered = instantiate(scope.lemma("real-powers"), dict(zip(reals("x r"), (length(t), p), strict=True)))
    powered = cut(powered, raw, *scope.given("p is not negative"))
    mean = over.monotone(powered, (1, at(scope.the("E|a_t|^p is finite"), t, given=[le(1, t)])))
    each = prove(le(0, E(real_power(length(t), p), w)), mean)
    return prove(le(0, mean_power(p)), TIMES.monotone(each), prove(lt(0, T), scope.the("T is a horizon")))


def corollary(scope: Scope, main: str = "main-theorem") -> Step:
    """From a main theorem: the lemma with this slug."""
    whole = scope.lemma(main)
    scope.step("the main theorem", whole)
    left = scope.step("vbar*C1*G is at most its left side", dense(scope))
    curve = scope.step("Young's inequality for G_q", young_mean(scope))
    level = scope.step("C1 and Young's inequality for G_p", noise_level(scope))
    return _assembled(scope, whole, left, curve, level)


def _assembled(scope: Scope, whole: Step, left: Step, curve: Step, level: Step) -> Step:
    m, v, g, rest, b, gq, n, r, lp, sp, s1p = reals("m v G rest b gq n r lp sp s1p")
    inserted = prove(
        le(v * g, rest + b * (lp + q * L1 * g) + n * (sp + s1p * g)),
        le(v * g, m),
        le(m, rest + b * (L0 + L1 * gq) + n * r),
        prove(le(b * (L0 + L1 * gq), b * (lp + q * L1 * g)), le(L0 + L1 * gq, lp + q * L1 * g), le(0, b)),
        prove(le(n * r, n * (sp + s1p * g)), le(r, sp + s1p * g), le(0, n)),
        degree=1,
    )
    half = prove(
        le(v * g / 2, rest + b * lp + n * sp),
        inserted,
        prove(le((b * q * L1 + n * s1p) * g, v / 2 * g), le(b * q * L1 + n * s1p, v / 2), le(0, g)),
        degree=1,
    )
    final = prove(le(g, 2 / v * (rest + b * lp + n * sp)), half, lt(0, v))
    four = main_theorem.terms(R)
    values = {
        m: MEAN_GAIN,
        v: vbar * C1,
        g: G,
        rest: four["initial gap"] + four["initial momentum"],
        b: CURVE,
        gq: mean_power(q),
        n: NOISE,
        r: sqrt(s0**2 + s1**2 * mean_power(p)),
        lp: L0_prime,
        sp: s0_prime,
        s1p: s1_prime,
    }
    modulus = prove(
        le(L0 + L1 * gq, L0 + (1 - q) * L1 + q * L1 * g),
        prove(le(L1 * gq, L1 * (1 - q + q * g)), le(gq, 1 - q + q * g), le(0, L1)),
        degree=1,
    )
    modulus = cut(instantiate(modulus, values), curve, scope.the("L1 is not negative"))
    level = prove(le(values[r], s0_prime + s1_prime * G), level, degree=1)
    bound = scope.lemma("magnitude-range", "bound")
    size = prove(le(0, R * sqrt(d)), bound, scope.the("d is a dimension"), degree=2)
    below = prove(lt(b1, 1), scope.given("beta1^2 < beta2", "beta2 < 1"))
    ratio = prove(le(0, root), prove(le(0, (1 - b1) / (1 + b1)), below, scope.the("beta1 is not negative")))
    noise_nonneg = prove(le(0, NOISE), prove(le(0, R * sqrt(d) * root), size, ratio), degree=1)
    k_nonneg = prove(le(0, k1), below, scope.the("beta1 is not negative"))
    square = prove(
        le(0, R**2 * d),
        prove(le(0, R**2), scope.lemma("magnitude-range", "square"), squares=[R]),
        scope.the("d is a dimension"),
    )
    curve_nonneg = prove(
        le(0, CURVE), prove(le(0, gamma * (R**2 * d)), square, scope.the("gamma is positive")), k_nonneg
    )
    facts = [left, whole, modulus, level, curve_nonneg, noise_nonneg, mean_nonneg(scope)]
    positive = prove(lt(0, vbar * C1), scope.given("vbar is positive", "C1 is positive"))
    small = scope.the("gamma and 1 - beta1 are small")
    return cut(instantiate(final, values), *facts, small, positive)


BRACKET = GAP / (gamma * T) + main_theorem.terms(R)["initial momentum"] + CURVE * L0_prime + NOISE * s0_prime
BOUND = 2 / (vbar * C1) * BRACKET
GIVEN = main_theorem.lemma.claims[0].given or ()
FURTHER = {  # beside those of the main theorem
    **CONDITIONS,
    **CONSTANTS,
    **SMALL,
    "E|a_t|^p is finite": forall(k, Integrable(E(real_power(length(k), p), w)), RUNNING),
}
ASSUMPTIONS = {**{name: main_theorem.lemma.assumptions[name] for name in GIVEN}, **FURTHER}

# --- p <= 1: Condition 1 holds by itself ---------------------------------------------------------------

NO_C1 = ("C1: mean of E|a_t|^p <= C0^2*G^p", "C0 is not negative", "p <= 2", "gamma and 1 - beta1 are small")
AUTOMATIC = {
    "p <= 1": le(p, 1),
    "gamma and 1 - beta1 are small, with C0 = 1": le(CURVE * q * L1 + NOISE * s1_prime.subs(C0, 1), vbar * C1 / 2),
}


def without_condition_1(scope: Scope) -> Step:
    found = instantiate(scope.lemma("corollary-3-3", "gradient norm"), {C0: Integer(1)})
    facts = [prove(le(0, Integer(1))), prove(le(p, 2), scope.the("p <= 1"))]
    return cut(found, scope.lemma("condition-1-automatic"), *facts, scope.the(list(AUTOMATIC)[1]))


def gentle(rng: Random) -> Iterator[Model]:
    """Runs with p <= 1."""
    return (model for model in models(rng) if model.variables["p"] <= 1)


# --- Case 2: every d cancels ------------------------------------------------------------------------

CASE_2 = {gamma: gamma0 / (sqrt(d) * h), C1: c * sqrt(d)}
START = E(length(1), w)
FREE = (
    2
    / (vbar * c)
    * (
        GAP * h / (gamma0 * T)
        + 2 * R * b1 * START / ((1 - b1) * T)
        + gamma0 * R**2 * k1 * L0_prime / h
        + 2 * R * root * s0_prime
    )
)


def cancelled(scope: Scope) -> Step:
    """The bound at gamma = gamma0/(sqrt(d)*h) and C1 = c*sqrt(d), in plain variables."""
    sd, n, gap, start, over_r, r2, kk, lp, rr, sp, rise = reals("sd n gap start over_r r2 kk lp rr sp rise")
    rate = gamma0 / (sd * h)
    bracket = gap / (rate * n) + 2 * over_r * sd * b1 * start / n + rate * r2 * dd * kk * lp + 2 * rise * sd * rr * sp
    free = gap * h / (gamma0 * n) + 2 * over_r * b1 * start / n + gamma0 * r2 * kk * lp / h + 2 * rise * rr * sp
    positive = [lt(0, x) for x in (sd, n, gamma0, h, c, vbar)]
    parts = [
        prove(eq(gap / (rate * n), sd * (gap * h / (gamma0 * n)), same=True), positive[:4]),
        prove(eq(rate * r2 * dd * kk * lp, sd * (gamma0 * r2 * kk * lp / h)), eq(dd, sd**2), positive[:4]),
    ]
    scaled = prove(eq(bracket, sd * free), parts, degree=1)
    whole = prove(eq(2 / (vbar * (c * sd)) * bracket, 2 / (vbar * c) * free), scaled, positive)
    values = {
        sd: sqrt(d),
        dd: d,
        n: T,
        gap: GAP,
        start: START,
        over_r: R / (1 - b1),
        r2: R**2,
        kk: k1,
        lp: L0_prime,
        rr: root,
        sp: s0_prime,
        rise: R,
    }
    size = scope.the("d is positive")
    facts = [
        prove(lt(0, sqrt(d)), size),
        prove(lt(0, T), scope.the("T is a horizon")),
        prove(eq(product(sqrt(d), sqrt(d)), d), size),
    ]
    whole = cut(instantiate(whole, values), *facts)
    return cut(whole, *scope.given("gamma0 is positive", "h is positive", "c is positive", "vbar is positive"))


dd = reals("dd")
CASE_2_GIVEN = {
    "gamma0 is positive": lt(0, gamma0),
    "h is positive": lt(0, h),
    "c is positive": lt(0, c),
    "d is positive": lt(0, d),
}


# --- models -----------------------------------------------------------------------------------------


def models(rng: Random) -> Iterator[Model]:
    """Runs in which every gradient is felt, with vbar, C1 and C0 as they turn out."""
    return with_conditions(problems.runs(rng))


def with_conditions(runs: Iterator[Model]) -> Iterator[Model]:
    """Those of the runs in which every gradient is felt, with vbar, C1 and C0 as they turn out."""
    for model in runs:
        found = conditions(model)
        if found is not None:
            yield model.extended(variables=found)


def powered_length(time: Any) -> Any:
    return real_power(length(time), p)


@cache
def expected(body: Any, time: int) -> Any:
    """The kernel term of an expectation at a time, made once for all models."""
    return term(E(body(Integer(time)), w))


def conditions(model: Model) -> dict[str, Any] | None:
    """vbar, C1 = 1 and C0 of a run, just on the safe side; None where a gradient or a magnitude vanishes."""
    evaluator = Evaluator(model)
    times = [time for time in model.integers if time >= 1]
    horizon = model.variables["T"]

    def mean(body: Any, time: int) -> Any:
        return evaluator.value(expected(body, time))

    felt = [(mean(gain, time), mean(one_norm, time)) for time in times]
    if any(not size or not magnitude for magnitude, size in felt):
        return None
    with mpmath.workdps(80):
        vbar_value = min(as_mpf(magnitude) / as_mpf(size) for magnitude, size in felt)
        average = sum(as_mpf(mean(length, time)) for time in range(1, horizon + 1)) / horizon
        exponent = as_mpf(model.variables["p"])
        powers = sum(as_mpf(mean(powered_length, time)) for time in range(1, horizon + 1)) / horizon
        ratio = mpmath.sqrt(powers / average**exponent)
    floor = Fraction(int(vbar_value * 10**6), 10**6)
    ceiling = Fraction(int(ratio * 10**6) + 1, 10**6)
    if not floor:
        return None
    extra = {"gamma0": Fraction(1, 2), "h": Fraction(3, 2), "c": Fraction(2, 3)}
    return {"vbar": floor, "C1": 1, "C0": ceiling, "s1": 0, **extra}


def fixed(problem: problems.Problem, **changes: Any) -> Any:
    """One run, with its constants."""

    def generator(rng: Random) -> Iterator[Model]:
        model = problems.run(problem)
        yield model.extended(variables={**(conditions(model) or {}), **changes})

    return generator


def without(name: str) -> Any:
    """The bound with one of its four terms left out."""
    parts = {
        "gap": GAP / (gamma * T),
        "momentum": main_theorem.terms(R)["initial momentum"],
        "drift": CURVE * L0_prime,
        "noise": NOISE * s0_prime,
    }
    return le(G, 2 / (vbar * C1) * sum(part for title, part in parts.items() if title != name))


lemma = Lemma(
    slug="corollary-3-3",
    label="3.3",
    title="A bound on the mean gradient norm under Conditions 1-3, for small gamma and 1 - beta1",
    source=Source.RECONSTRUCTED,
    where="Corollary 3.3 and its Case 2; the summary states the rate and the scaling of gamma, not this bound",
    assumptions={**ASSUMPTIONS, **AUTOMATIC, **CASE_2_GIVEN},
    cited=CITED,
    claims=[
        Claim("gradient norm", le(G, BOUND), corollary, given=tuple(ASSUMPTIONS)),
        Claim(
            "without Condition 1",
            le(G, BOUND.subs(C0, 1)),
            without_condition_1,
            given=(*(name for name in ASSUMPTIONS if name not in NO_C1), *AUTOMATIC),
            models=gentle,
        ),
        Claim(
            "Case 2",
            eq(BOUND.subs(CASE_2, simultaneous=True), FREE),
            cancelled,
            given=("vbar is positive", "T is a horizon", *CASE_2_GIVEN),
        ),
    ],
    models=models,
    mutants=[
        Mutant("without the initial gap", conclusion=without("gap"), models=fixed(problems.FAR)),
        Mutant("without the drift", conclusion=without("drift"), models=fixed(problems.JUMPING)),
        Mutant("inequality reversed", conclusion=le(BOUND, G)),
        Mutant("C2 dropped", drop=(C2_NAME,), models=fixed(problems.FAR, vbar=10**9)),
        Mutant("C3 dropped", drop=(C3_NAME,), models=fixed(problems.FAR, C1=10**9)),
        Mutant(
            "Case 2 with gamma free of d",
            conclusion=eq(BOUND.subs({gamma: gamma0 / h, C1: c * sqrt(d)}, simultaneous=True), FREE),
            claim="Case 2",
        ),
    ],
    constants={"bound": BOUND, "case 2": FREE},
)
