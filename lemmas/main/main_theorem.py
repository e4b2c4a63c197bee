"""The convergence theorem: Adam's magnitude-weighted gradient norm on average over time, without Conditions 1-3.

    mean_t E|u_t o a_t|_1 <= D/(gamma*T) + 2*R*sqrt(d)*b1*E|a_1|/((1 - b1)*T)
                             + gamma*R^2*d*(1/2 + 2*b1/(1 - b1))*(L0 + L1*G_q)
                             + 2*R*sqrt(d)*sqrt((1 - b1)/(1 + b1))*sqrt(s0^2 + s1^2*G_p)

The descent inequality is summed over time (the values telescope, and F is at least F*), its expectation taken, and the
mean momentum error inserted.  R enters only as a bound on the magnitudes: the claim "any magnitudes" is for every
method that moves along Sign(m) with magnitudes in [0, R]; Lemma B.2 makes it Adam's.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from sympy import Abs, Integer, Rational, Sum, sign, sqrt

from adamproof.lemmas.descent import descent, smooth_descent
from adamproof.lemmas.main.setting import (
    A1,
    ADAM,
    ANY_MAGNITUDE,
    CITED,
    COORDINATES,
    FIRST,
    GAP,
    INSIDE,
    MEAN_GAIN,
    RUN,
    RUNNING,
    SHORT,
    TIMES,
    F,
    Fmin,
    R,
    a,
    error,
    ga,
    gain,
    length,
    m,
    mean_power,
    modulus,
    over,
    p,
    q,
    s,
    s0,
    s1,
    u,
    x,
)
from adamproof.lemmas.models import problems
from adamproof.lemmas.momentum import momentum_error
from adamproof.lemmas.notation import L0, L1, T, b1, b2, d, gamma, j, k, norm, t, w
from adamproof.lemmas.notation import R as BOUND
from adamproof.prover import (
    E,
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
    product,
    prove,
    reals,
    rewrite,
    sum_empty,
    sum_last,
)
from adamproof.theory.lemma import Claim, Lemma, Mutant, Scope, Source

START = [le(1, t)]
RANGE = descent.RANGE
LENGTH = gamma * R * sqrt(d)


def at_time(scope: Scope, name: str, *rest: Any, given: Any = ()) -> Step:
    """An assumption about the run, at time t (1 <= t)."""
    return at(scope.the(name), t, *rest, given=[*START, *given])


def step_symbols() -> dict[Any, Any]:
    """The one-step lemmas' symbols, at time t and for the outcome w."""
    return {
        smooth_descent.Fx: F(t, w),
        smooth_descent.Fy: F(t + 1, w),
        smooth_descent.a: ((j,), a(t, j, w)),
        smooth_descent.h: ((j,), x(t + 1, j, w) - x(t, j, w)),
        smooth_descent.ga: ((j, s), ga(t, j, s, w)),
        descent.m: ((j,), m(t, j, w)),
        descent.u: ((j,), u(t, j, w)),
    }


def step_facts(scope: Scope) -> list[Step]:
    """What the one-step lemmas assume about a step, at time t."""
    moves = at_time(scope, "the step goes along Sign(m)", j, w)
    moved = prove(eq(x(t + 1, j, w) - x(t, j, w), -gamma * u(t, j, w) * sign(m(t, j, w))), moves)
    small = [at_time(scope, name, j, w) for name in ("magnitudes are not negative", "magnitudes are at most R")]
    return [
        generalise(moved, j, RANGE),
        *(generalise(fact, j, RANGE) for fact in small),
        prove(le(0, gamma), scope.the("gamma is positive")),
        *scope.given("R is not negative", "d is a dimension"),
    ]


def one_step(scope: Scope) -> Step:
    """The descent inequality at time t."""
    found = instantiate(scope.lemma("descent", "magnitudes at most R"), step_symbols())
    close = [*INSIDE, le(L1 * (s * norm(x(t + 1, j, w) - x(t, j, w))), 1)]
    segment = generalise(at_time(scope, "A3 along the segments", w, s, given=close), s, close)
    slope = [at_time(scope, name, w) for name in CITED]
    return cut(found, *step_facts(scope), segment, *slope, *scope.given("gamma*R*sqrt(d)*L1 <= 1"))


def gradients_change(scope: Scope) -> Step:
    """|a_t - a_{t+1}| <= gamma*R*sqrt(d)*(L0 + L1*|a_t|^q): A3 at the end of the segment, and the step's length."""
    moved = norm(x(t + 1, j, w) - x(t, j, w))
    short = cut(instantiate(scope.lemma("descent", "step length"), step_symbols()), *step_facts(scope))
    scope.step("|x_{t+1} - x_t| <= gamma*R*sqrt(d)", short)
    y, z, f = reals("y z f")
    close = prove(le(L1 * y, 1), prove(le(L1 * y, L1 * z), le(y, z), le(0, L1)), le(L1 * z, 1))
    close = cut(
        instantiate(close, {y: moved, z: LENGTH}),
        short,
        prove(le(L1 * LENGTH, 1), scope.the("gamma*R*sqrt(d)*L1 <= 1")),
        scope.the("L1 is not negative"),
    )
    one = Integer(1)
    ends = [prove(le(0, one)), prove(le(one, one)), prove(le(L1 * (one * moved), 1), close)]
    smooth = at(scope.the("A3 along the segments"), t, w, one, given=[*START, *ends])
    end = at_time(scope, "segments end at the next gradient", j, w)
    same = COORDINATES.equal(prove(eq((ga(t, j, 1, w) - a(t, j, w)) ** 2, (a(t, j, w) - a(t + 1, j, w)) ** 2), end))
    hole = reals("hole")
    smooth = rewrite(smooth, same, hole, le(sqrt(hole), modulus(length(t)) * (one * moved)))
    scaled = prove(le(f * y, z * f), le(y, z), le(0, f))
    scaled = instantiate(scaled, {f: modulus(length(t)), y: moved, z: LENGTH})
    change = norm(a(t, j, w) - a(t + 1, j, w))
    return prove(le(change, LENGTH * modulus(length(t))), smooth, cut(scaled, short, modulus_nonneg(scope)), degree=1)


def modulus_nonneg(scope: Scope) -> Step:
    """0 <= L0 + L1*|a_t|^q."""
    raw = prove(le(0, length(t)), COORDINATES.monotone(prove(le(0, a(t, j, w) ** 2))))
    powered = instantiate(scope.lemma("real-powers"), dict(zip(reals("x r"), (length(t), q), strict=True)))
    powered = cut(powered, raw, scope.the("q is not negative"))
    return prove(le(0, modulus(length(t))), powered, scope.given("L0 is not negative", "L1 is not negative"))


# --- summed over time -------------------------------------------------------------------------------


def total(of: Any, upper: Any) -> Any:
    return Sum(of(t), (t, 1, upper))


def lengthened(time: Any) -> Any:
    return modulus(length(time))


def summed_right(upper: Any) -> Any:
    curved = Rational(1, 2) * gamma**2 * R**2 * d * total(lengthened, upper)
    return 2 * LENGTH * total(error, upper) + curved


def telescoped(scope: Scope) -> Step:
    """gamma*sum of |u_t o a_t|_1 <= F(x_1) - F* + the errors and the curvature, for every outcome."""

    def goal(upper: Any) -> Any:
        return le(gamma * total(gain, upper), F(1, w) - F(upper + 1, w) + summed_right(upper))

    zero = Integer(0)
    empty = [sum_empty(total(of, zero)) for of in (gain, error, lengthened)]
    base = prove(goal(zero), empty)
    step = instantiate(scope.lemma("main-theorem", "one step"), {t: T + 1})
    step = cut(step, prove(le(1, T + 1), le(0, T)))
    longer = [sum_last(total(of, T + 1), prove(le(1, T + 1), le(0, T))) for of in (gain, error, lengthened)]
    following = prove(goal(T + 1), goal(T), step, *longer, degree=1)
    whole = induction(goal(T), T, base, following)
    horizon = prove(le(0, T), scope.the("T is a horizon"))
    lowest = at(scope.the("A1: F is at least F*"), T + 1, w, given=[prove(le(1, T + 1), horizon)])
    return prove(scope.goal, cut(whole, horizon), lowest, degree=1)


def sum_facts(scope: Scope, of: Any, finite: Step | None) -> tuple[Step | None, Step]:
    """The integrability of the sum over time (if that of each term is given), and its expectation term by term."""
    names = {function("X", "int", "point"): ((k, w), of(k)), integers("n"): T}
    count = prove(le(0, T), scope.the("T is a horizon"))
    interchange = cut(instantiate(scope.lemma("expectation-of-sum", "interchange"), names), count)
    if finite is None:
        return None, interchange
    each = generalise(finite, k, RUNNING)
    return cut(instantiate(scope.lemma("expectation-of-sum", "finite"), names), each, count), interchange


def errors_of(scope: Scope, claim: str) -> Step:
    """A claim of momentum-error, its smoothness assumption discharged by the steps taken here."""
    change = generalise(instantiate(scope.lemma("main-theorem", "gradients change"), {t: k}), (k, w), RUNNING)
    size = prove(le(0, R * sqrt(d)), scope.given("R is not negative", "d is a dimension"))
    nonneg = prove(le(0, LENGTH), size, scope.the("gamma is positive"))
    return cut(scope.lemma("momentum-error", claim), change, nonneg)


def expected(scope: Scope) -> Step:
    """The expectation of the telescoped inequality, its sums taken out of E."""
    pathwise = scope.lemma("main-theorem", "for every outcome")
    error_finite = instantiate(errors_of(scope, "finite"), {t: k})
    power_finite = at(scope.lemma("momentum-error", "powers are finite"), k, given=RUNNING)
    modulus_finite = over.integrable(modulus(length(k)), (L1, power_finite), constant=L0)
    errors, errors_out = sum_facts(scope, error, error_finite)
    moduli, moduli_out = sum_facts(scope, lengthened, modulus_finite)
    _, gains_out = sum_facts(scope, gain, None)
    curvature = Rational(1, 2) * gamma**2 * R**2 * d
    right = F(1, w) - Fmin + 2 * LENGTH * total(error, T) + curvature * total(lengthened, T)
    first = scope.the("E F(x_1) is finite")
    whole = over.integrable(right, (1, first), (2 * LENGTH, errors), (curvature, moduli), constant=-Fmin)
    y, z = reals("y z")
    size = instantiate(prove(le(Abs(y), z), le(0, y), le(y, z)), {y: gamma * total(gain, T), z: right})
    size = cut(size, gains_nonneg(scope), pathwise)
    average = over.monotone(pathwise, (1, whole), (-1, over.dominated(size, whole)))
    scope.step("its expectation", average)
    scaled = [
        times(2 * LENGTH, errors_out),
        times(curvature, moduli_out),
        times(gamma, gains_out),
    ]
    return prove(scope.goal, average, *scaled, degree=1)


def times(factor: Any, equation: Step) -> Step:
    """An equation, both sides multiplied."""
    f, y, z = reals("f y z")
    lhs, rhs = equation.conclusion.args
    return cut(instantiate(prove(eq(f * y, f * z), eq(y, z)), {f: factor, y: lhs, z: rhs}), equation)


def gains_nonneg(scope: Scope) -> Step:
    """0 <= gamma*sum of |u_t o a_t|_1."""
    one = at_time(scope, "magnitudes are not negative", j, w)
    each = COORDINATES.monotone(prove(le(0, u(t, j, w) * Abs(a(t, j, w))), one))
    summed = TIMES.monotone(prove(le(0, gain(t)), each))
    return prove(le(0, gamma * total(gain, T)), prove(le(0, total(gain, T)), summed), scope.the("gamma is positive"))


# --- the theorem ------------------------------------------------------------------------------------


def any_magnitudes(scope: Scope) -> Step:
    average = scope.lemma("main-theorem", "in expectation")
    scope.step("the descent inequality, summed and in expectation", average)
    errors = scope.step("the momentum error on average", errors_of(scope, "on average"))
    horizon = prove(lt(0, T), scope.the("T is a horizon"))
    count = instantiate(scope.lemma("constant-sum"), {integers("n"): T})
    count = cut(count, prove(le(0, T), horizon))
    moduli = prove(eq(TIMES.of(momentum_error.expected_modulus(t)) / T, L0 + L1 * mean_power(q)), count, horizon)
    return _assembled(scope, average, errors, moduli, horizon)


def _assembled(scope: Scope, average: Step, errors: Step, moduli: Step, horizon: Step) -> Step:
    whole = over_the_horizon(
        gains=TIMES.of(E(gain(t), w)),
        gap=GAP,
        errors=TIMES.of(E(error(t), w)),
        moduli=TIMES.of(momentum_error.expected_modulus(t)),
        modulus=L0 + L1 * mean_power(q),
        start=momentum_error.START_TERM,
        noise=momentum_error.NOISE_TERM,
    )
    result = cut(whole, average, errors, moduli, horizon, *sizes(scope))
    return prove(scope.goal, result, degree=1)


def over_the_horizon(**values: Any) -> Step:
    """gains/T, from the summed descent inequality and the averages of the errors and of the moduli of smoothness.

    gamma*gains <= gap + 2*gamma*r*errors + gamma^2*r^2*moduli/2, divided by gamma*T, where r = R*sqrt(d),
    errors/T <= start + gamma*r*b1/(1 - b1)*modulus + noise and moduli/T = modulus; `values` gives all of these.
    """
    y, dd, r, e, z, c, n, f, gq, start, noise, ratio = reals("y D r e z c n f gq start noise ratio")
    divided = prove(
        le(y / n, dd / (f * n) + 2 * r * (e / n) + Rational(1, 2) * f * c * (z / n)),
        prove(
            le(y, dd / f + 2 * r * e + Rational(1, 2) * f * c * z),
            le(f * y, dd + 2 * f * r * e + Rational(1, 2) * f**2 * c * z),
            lt(0, f),
        ),
        lt(0, f),
        lt(0, n),
    )
    inserted = prove(
        le(2 * r * (e / n), 2 * r * start + 2 * f * c * ratio * gq + 2 * r * noise),
        prove(
            le(2 * r * (e / n), 2 * r * (start + f * r * ratio * gq + noise)),
            le(e / n, start + f * r * ratio * gq + noise),
            le(0, r),
        ),
        prove(eq(2 * r * f * r * ratio * gq, 2 * f * c * ratio * gq), eq(r**2, c)),
        degree=1,
    )
    whole = prove(
        le(y / n, dd / (f * n) + 2 * r * start + f * c * (Rational(1, 2) + 2 * ratio) * gq + 2 * r * noise),
        divided,
        inserted,
        prove(eq(f * c * (z / n), f * c * gq), eq(z / n, gq)),
        degree=1,
    )
    names = {"gains": y, "gap": dd, "errors": e, "moduli": z, "modulus": gq, "start": start, "noise": noise}
    common = {r: R * sqrt(d), c: R**2 * d, n: T, f: gamma, ratio: b1 / (1 - b1)}
    return instantiate(whole, common | {names[name]: value for name, value in values.items()})


def sizes(scope: Scope) -> list[Step]:
    """What `over_the_horizon` needs of R*sqrt(d) and gamma."""
    root = prove(eq(product(R * sqrt(d), R * sqrt(d)), R**2 * d), scope.the("d is a dimension"))
    size = prove(le(0, R * sqrt(d)), scope.given("R is not negative", "d is a dimension"))
    return [root, size, scope.the("gamma is positive")]


def terms(bound: Any) -> dict[str, Any]:
    """The four terms of the theorem's right side, for magnitudes of at most `bound`."""
    return {
        "initial gap": GAP / (gamma * T),
        "initial momentum": 2 * bound * sqrt(d) * b1 * E(length(1), w) / ((1 - b1) * T),
        "drift": gamma * bound**2 * d * (Rational(1, 2) + 2 * b1 / (1 - b1)) * (L0 + L1 * mean_power(q)),
        "noise": 2 * bound * sqrt(d) * sqrt((1 - b1) / (1 + b1)) * sqrt(s0**2 + s1**2 * mean_power(p)),
    }


def adam(scope: Scope) -> Step:
    """Lemma B.2 puts Adam's magnitudes into [0, R]."""
    symbols = {function(name): ((k,), function(name, "int", "int", "point")(k, j, w)) for name in ("m", "v", "g")}
    recursion = [
        at(scope.the(name), j, w)
        for name in ("m starts at 0", "m is a moving average of g", "v starts at 0", "v is a moving average of g^2")
    ]
    definition = at_time(scope, "u is |m|/(sqrt(v) + epsilon)", j, w)
    time = prove(le(0, t), START)
    at_most = cut(instantiate(scope.lemma("update-magnitude"), symbols), *recursion, time)
    at_least = cut(instantiate(scope.lemma("magnitude-range", "magnitude"), symbols), *recursion, time)
    at_least = cut(at_least, prove(lt(0, b2), scope.given("beta1^2 < beta2")))
    at_most = prove(le(u(t, j, w), BOUND), at_most, definition, degree=1)
    at_least = prove(le(0, u(t, j, w)), at_least, definition, degree=1)
    scope.step("u <= R, by Lemma B.2", at_most)
    general = instantiate(scope.lemma("main-theorem", "any magnitudes"), {R: BOUND})
    ranges = [generalise(fact, (t, j, w), START) for fact in (at_least, at_most)]
    general = cut(general, *ranges, scope.lemma("magnitude-range", "bound"))
    general = cut(general, prove(lt(b1, 1), scope.given("beta1^2 < beta2", "beta2 < 1")))
    return cut(simplified(scope), general, scope.lemma("magnitude-range", "square"))


def simplified(scope: Scope) -> Step:
    """The right side as SymPy writes it: R^2 without roots, R/(1 - b1) cancelled."""
    y, gap, r, sd, c, e, n, f, square, z, r_over = reals("y gap r sd c e n f square z r_over")
    below, positive = lt(c, 1), lt(0, n)
    start = prove(
        eq(2 * r * sd * c * e / ((1 - c) * n), 2 * r_over * sd * c * e / n), eq(r, (1 - c) * r_over), below, positive
    )
    start = prove(
        le(y, gap + 2 * r_over * sd * c * e / n + f * square + 2 * r * sd * z),
        le(y, gap + 2 * r * sd * c * e / ((1 - c) * n) + f * r**2 + 2 * r * sd * z),
        start,
        prove(eq(f * r**2, f * square), eq(r**2, square)),
        degree=1,
    )
    over_r = 1 / (sqrt(1 - b2) * sqrt(1 - b1**2 / b2))
    values = {
        y: MEAN_GAIN,
        gap: GAP / (gamma * T),
        r: BOUND,
        sd: sqrt(d),
        c: b1,
        e: E(length(1), w),
        n: T,
        f: gamma * d * (Rational(1, 2) + 2 * b1 / (1 - b1)) * (L0 + L1 * mean_power(q)),
        square: BOUND**2,
        z: sqrt((1 - b1) / (1 + b1)) * sqrt(s0**2 + s1**2 * mean_power(p)),
        r_over: over_r,
    }
    below_one = prove(lt(b1, 1), scope.given("beta1^2 < beta2", "beta2 < 1"))
    horizon = prove(lt(0, T), scope.the("T is a horizon"))
    return cut(instantiate(start, values), prove(eq(BOUND, (1 - b1) * over_r, same=True)), below_one, horizon)


PATHWISE = le(gamma * total(gain, T), F(1, w) - Fmin + summed_right(T))
EXPECTED = le(
    gamma * TIMES.of(E(gain(t), w)),
    GAP
    + 2 * LENGTH * TIMES.of(E(error(t), w))
    + Rational(1, 2) * gamma**2 * R**2 * d * TIMES.of(momentum_error.expected_modulus(t)),
)
ONE_STEP = le(
    F(t + 1, w),
    F(t, w)
    - gamma * gain(t)
    + 2 * gamma * R * sqrt(d) * norm(a(t, j, w) - m(t, j, w))
    + Rational(1, 2) * gamma**2 * R**2 * d * modulus(length(t)),
)


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
    assumptions={
        **RUN,
        **ADAM,
        **ADAM_SHORT,
        **ANY_MAGNITUDE,
        **SHORT,
        "t is from 1 on": le(1, t),
    },
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
            momentum_error.ON_AVERAGE,
            lambda scope: errors_of(scope, "on average"),
            given=tuple(name for name in ANY if name not in FALLING),
        ),
        Claim("one step", ONE_STEP, one_step, given=(*STEPPING, "t is from 1 on")),
        Claim(
            "gradients change",
            le(norm(a(t, j, w) - a(t + 1, j, w)), LENGTH * modulus(length(t))),
            gradients_change,
            given=(*STEPPING, "t is from 1 on"),
        ),
    ],
    models=problems.runs,
    mutants=[
        Mutant("without the initial gap", conclusion=without("initial gap"), models=problems.fixed_run(problems.FAR)),
        Mutant("without the drift", conclusion=without("drift"), models=problems.fixed_run(problems.JUMPING)),
        Mutant("without the noise", conclusion=without("noise"), models=problems.fixed_run(problems.MISLED)),
        Mutant("inequality reversed", conclusion=le(sum(terms(BOUND).values()), MEAN_GAIN)),
        Mutant(
            "beta1^2 < beta2 dropped (R is 0 at the boundary)",
            drop=("beta1^2 < beta2",),
            models=problems.fixed_run(problems.EDGE),
        ),
        Mutant("F below F*", drop=("A1: F is at least F*",), models=problems.fixed_run(problems.FAR, Fmin=10**9)),
        Mutant(
            "momentum error, without the drift",
            conclusion=le(momentum_error.MEAN_ERROR, momentum_error.START_TERM + momentum_error.NOISE_TERM),
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
