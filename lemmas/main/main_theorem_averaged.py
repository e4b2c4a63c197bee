"""Convergence of Adam on average with the mean square S^2 of the magnitudes in place of their bound R.

    mean_t E|u_t o a_t|_1 <= D/(gamma*T) + gamma*L0*d*S^2/2
        + 2*sqrt(d)*S*(b1*sqrt(E|a_1|^2)/sqrt((1 - b1^2)*T) + b1/(1 - b1)*L0*gamma*sqrt(d)*S
                       + sqrt((1 - b1)/(1 + b1))*sqrt(s0^2 + s1^2*G_p))

    S^2 = (1 - b1)/((1 - b1/b2)*(1 - b2))*(ln(1 + V/eps^2)/T - ln b2),    E v_{T,j} <= V for every coordinate j

R grows without bound where beta2 tends to 1 much faster than beta1; S does not.  The descent inequality for L-smooth F
is summed over time; by Cauchy-Schwarz over time, outcomes and coordinates (mean-square) the magnitudes and the momentum
error enter through their mean squares only.  The claim "any magnitudes" is for every method that moves along Sign(m)
with magnitudes whose mean square is at most S^2 a coordinate; average-magnitude-expected makes it Adam's.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from random import Random
from typing import Any

import mpmath
from sympy import Abs, Integer, Rational, Sum, log, sign, sqrt

from adamproof.lemmas.descent import descent
from adamproof.lemmas.foundations import mean_square
from adamproof.lemmas.foundations.mean_square import mean, total
from adamproof.lemmas.main.main_theorem import at_time, gains_nonneg, step_symbols, sum_facts, times
from adamproof.lemmas.main.main_theorem import total as summed
from adamproof.lemmas.main.setting import (
    A1,
    A2,
    A3,
    ADAM,
    ANY_MAGNITUDE,
    CITED,
    COORDINATES,
    FIRST,
    GAP,
    HORIZON,
    INSIDE,
    MEAN_GAIN,
    MOMENTUM,
    MOVE,
    RATE,
    RUNNING,
    SIGN_STEP,
    TIMES,
    F,
    Fmin,
    R,
    a,
    ga,
    gain,
    m,
    mean_power,
    over,
    p,
    s,
    s0,
    s1,
    u,
    v,
    x,
)
from adamproof.lemmas.models import problems
from adamproof.lemmas.momentum import momentum_error
from adamproof.lemmas.momentum.momentum_error import variance
from adamproof.lemmas.notation import L0, T, b1, b2, d, eps, gamma, j, k, norm, t, w
from adamproof.lemmas.notation import R as BOUND
from adamproof.lemmas.update.average_magnitude import FACTOR
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
    head_fact,
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

S2, V = reals("S2 V")
S_squared = FACTOR * (log(1 + V / eps**2) / T - log(b2))
START = [le(1, t)]
HALF = Rational(1, 2)
LIPSCHITZ = "the gradient is Lipschitz along the segments"
SMOOTH = {
    LIPSCHITZ: forall((k, w, s), le(norm(ga(k, j, s, w) - a(k, j, w)), L0 * (s * norm(MOVE))), [*RUNNING, *INSIDE]),
    **{name: A3[name] for name in ("segments end at the next gradient", *CITED, "L0 is not negative")},
}
BETAS = {"beta1 is not negative": le(0, b1), "beta1 < beta2": lt(b1, b2), "beta2 < 1": lt(b2, 1)}
BELOW = {"beta1 < 1": lt(b1, 1)}
MEAN_SQUARES = {
    "E|u_t|^2 is finite": forall(k, Integrable(mean(u(k, j, w) ** 2)), RUNNING),
    "S^2 is not negative": le(0, S2),
    "the mean square of the magnitudes is at most d*S^2": le(total(u(t, j, w) ** 2), T * d * S2),
}
SECOND_MOMENT = {
    "E[v_T] is finite": forall(j, Integrable(E(v(T, j, w), w))),
    "E[v_T] is at most V": forall(j, le(E(v(T, j, w), w), V)),
}
FINITE = {"E|a_1|^2 is finite": Integrable(mean(a(1, j, w) ** 2))}


def loss(time: Any) -> Any:
    return COORDINATES.of(u(time, j, w) * Abs(a(time, j, w) - m(time, j, w)))


def squares(time: Any) -> Any:
    """|u_t|^2."""
    return COORDINATES.of(u(time, j, w) ** 2)


def change(time: Any) -> Any:
    return a(time, j, w) - a(time + 1, j, w)


# --- one step ---------------------------------------------------------------------------------------


def moved(scope: Scope) -> Step:
    """x_{t+1} - x_t, coordinate j."""
    moves = at_time(scope, "the step goes along Sign(m)", j, w)
    return prove(eq(x(t + 1, j, w) - x(t, j, w), -gamma * u(t, j, w) * sign(m(t, j, w))), moves)


def one_step(scope: Scope) -> Step:
    found = instantiate(scope.lemma("descent", "L-smooth"), step_symbols())
    segment = generalise(at_time(scope, LIPSCHITZ, w, s, given=INSIDE), s, INSIDE)
    slope = [at_time(scope, name, w) for name in CITED]
    sizes = at_time(scope, "magnitudes are not negative", j, w)
    facts = [generalise(moved(scope), j, descent.RANGE), generalise(sizes, j, descent.RANGE), segment, *slope]
    return cut(found, *facts, prove(le(0, gamma), scope.the("gamma is positive")), scope.the("L0 is not negative"))


def gradients_change(scope: Scope) -> Step:
    """|a_t - a_{t+1}| <= L0*|x_{t+1} - x_t| at the segment's end, and |x_{t+1} - x_t| <= gamma*|u_t|."""
    one, step = Integer(1), x(t + 1, j, w) - x(t, j, w)
    ends = [prove(le(0, one)), prove(le(one, one))]
    smooth = at(scope.the(LIPSCHITZ), t, w, one, given=[*START, *ends])
    end = at_time(scope, "segments end at the next gradient", j, w)
    same = COORDINATES.equal(prove(eq((ga(t, j, 1, w) - a(t, j, w)) ** 2, change(t) ** 2), end))
    hole = reals("hole")
    smooth = rewrite(smooth, same, hole, le(sqrt(hole), L0 * (one * norm(step))))
    y, z = reals("y z")
    small = prove(le((y * sign(z)) ** 2, y**2), prove(le(Abs(sign(z)), 1)), prove(le(sign(z) ** 2, 1)))
    small = instantiate(small, {y: gamma * u(t, j, w), z: m(t, j, w)})
    short = COORDINATES.monotone(prove(le(step**2, gamma**2 * u(t, j, w) ** 2), small, moved(scope)))
    short = prove(le(COORDINATES.of(step**2), gamma**2 * squares(t)), short, degree=1)
    far, near, c, f, size = reals("far near c f size")
    root = prove(
        le(far, c**2 * near),
        le(sqrt(far), c * sqrt(near)),
        le(0, far),
        le(0, near),
        prove(le(0, sqrt(far)), le(0, far)),
    )
    whole = prove(
        le(far, c**2 * f**2 * size),
        root,
        prove(le(c**2 * near, c**2 * (f**2 * size)), le(near, f**2 * size), prove(le(0, c**2))),
        degree=1,
    )
    values = {far: COORDINATES.of(change(t) ** 2), near: COORDINATES.of(step**2), c: L0, f: gamma, size: squares(t)}
    nonneg = [COORDINATES.monotone(prove(le(0, body**2), squares=[body])) for body in (change(t), step)]
    nonneg = [prove(le(0, values[name]), fact) for name, fact in zip((far, near), nonneg, strict=True)]
    return cut(instantiate(whole, values), smooth, short, *nonneg)


# --- summed over time -------------------------------------------------------------------------------


def right(upper: Any) -> Any:
    return 2 * gamma * summed(loss, upper) + HALF * gamma**2 * L0 * summed(squares, upper)


def telescoped(scope: Scope) -> Step:
    """gamma*sum of |u_t o a_t|_1 <= F(x_1) - F* + the losses and the curvature, for every outcome."""

    def goal(upper: Any) -> Any:
        return le(gamma * summed(gain, upper), F(1, w) - F(upper + 1, w) + right(upper))

    zero, parts = Integer(0), (gain, loss, squares)
    base = prove(goal(zero), [sum_empty(summed(of, zero)) for of in parts])
    step = instantiate(scope.lemma("main-theorem-averaged", "one step"), {t: T + 1})
    step = cut(step, prove(le(1, T + 1), le(0, T)))
    longer = [sum_last(summed(of, T + 1), prove(le(1, T + 1), le(0, T))) for of in parts]
    whole = induction(goal(T), T, base, prove(goal(T + 1), goal(T), step, *longer, degree=1))
    horizon = prove(le(0, T), scope.the("T is a horizon"))
    lowest = at(scope.the("A1: F is at least F*"), T + 1, w, given=[prove(le(1, T + 1), horizon)])
    return prove(scope.goal, cut(whole, horizon), lowest, degree=1)


def changes_finite(scope: Scope) -> Step:
    """E|a_k - a_{k+1}|^2 is finite, as it is at most L0^2*gamma^2*E|u_k|^2."""
    step = instantiate(scope.lemma("main-theorem-averaged", "gradients change"), {t: k})
    finite = at(scope.the("E|u_t|^2 is finite"), k, given=RUNNING)
    whole = over.integrable(L0**2 * gamma**2 * squares(k), (L0**2 * gamma**2, finite))
    nonneg = prove(le(0, COORDINATES.of(change(k) ** 2)), COORDINATES.monotone(prove(le(0, change(k) ** 2))))
    y, z = reals("y z")
    size = instantiate(
        prove(le(Abs(y), z), le(0, y), le(y, z)), {y: step.conclusion.args[0], z: step.conclusion.args[1]}
    )
    return generalise(over.dominated(cut(size, nonneg, step), whole), k, RUNNING)


def errors_of(scope: Scope, claim: str) -> Step:
    """A claim of momentum-mean-square."""
    return cut(scope.lemma("momentum-mean-square", claim), scope.lemma("main-theorem-averaged", "changes are finite"))


def products(scope: Scope, claim: str) -> Step:
    """A claim of mean-square about the magnitudes and the momentum error."""
    symbols = {mean_square.x: ((t, j, w), u(t, j, w)), mean_square.y: ((t, j, w), a(t, j, w) - m(t, j, w))}
    finite = generalise(instantiate(errors_of(scope, "finite"), {t: k}), k, RUNNING)
    return cut(instantiate(scope.lemma("mean-square", claim), symbols), scope.the("E|u_t|^2 is finite"), finite)


def expected(scope: Scope) -> Step:
    """The expectation of the telescoped inequality, its sums taken out of E."""
    pathwise = scope.lemma("main-theorem-averaged", "for every outcome")
    loss_finite = instantiate(products(scope, "finite product of sizes"), {t: k})
    losses, losses_out = sum_facts(scope, loss, loss_finite)
    moments, moments_out = sum_facts(scope, squares, at(scope.the("E|u_t|^2 is finite"), k, given=RUNNING))
    _, gains_out = sum_facts(scope, gain, None)
    curvature = HALF * gamma**2 * L0
    most = F(1, w) - Fmin + right(T)
    first = scope.the("E F(x_1) is finite")
    whole = over.integrable(most, (1, first), (2 * gamma, losses), (curvature, moments), constant=-Fmin)
    y, z = reals("y z")
    size = instantiate(prove(le(Abs(y), z), le(0, y), le(y, z)), {y: gamma * summed(gain, T), z: most})
    size = cut(size, gains_nonneg(scope), pathwise)
    average = over.monotone(pathwise, (1, whole), (-1, over.dominated(size, whole)))
    scope.step("its expectation", average)
    scaled = [times(2 * gamma, losses_out), times(curvature, moments_out), times(gamma, gains_out)]
    return prove(scope.goal, average, *scaled, degree=1)


# --- the theorem ------------------------------------------------------------------------------------


def changes(scope: Scope) -> Step:
    """The sum of E|a_t - a_{t+1}|^2 is at most L0^2*gamma^2 times that of E|u_t|^2."""
    step = scope.lemma("main-theorem-averaged", "gradients change")
    finite = at(scope.the("E|u_t|^2 is finite"), t, given=START)
    moved_finite = at(scope.lemma("main-theorem-averaged", "changes are finite"), t, given=START)
    each = over.monotone(step, (L0**2 * gamma**2, finite), (-1, moved_finite))
    each = prove(le(mean(change(t) ** 2), L0**2 * gamma**2 * mean(u(t, j, w) ** 2)), each, degree=1)
    return prove(scope.goal, TIMES.monotone(each), degree=1)


def mean_nonneg(body: Any, finite: Step) -> Step:
    """0 <= the sum of E|body|^2 over time."""
    inside = prove(le(0, COORDINATES.of(body**2)), COORDINATES.monotone(prove(le(0, body**2), squares=[body])))
    each = prove(le(0, mean(body**2)), over.monotone(inside, (1, finite)))
    return prove(le(0, total(body**2)), TIMES.monotone(each))


def root_of(value: Any, first: Any, second: Any) -> Step:
    """x <= y*z gives sqrt(x) <= sqrt(y)*sqrt(z)."""
    y, z, r = reals("y z r")
    above = prove(le(0, sqrt(y) * sqrt(z)), le(0, y), le(0, z))
    root = prove(le(sqrt(r), sqrt(y) * sqrt(z)), le(r, y * z), le(0, r), le(0, y), le(0, z), above)
    return instantiate(root, {r: value, y: first, z: second})


def root_of_product(first: Any, second: Any) -> Step:
    """sqrt(y*z) == sqrt(y)*sqrt(z), for y and z that are not negative."""
    y, z, f, g, h, q = reals("y z f g h q")
    smaller = prove(le(f, q), le(f**2, q**2), le(0, f), le(0, q))
    larger = prove(le(q, f), le(q**2, f**2), le(0, f), le(0, q))
    equal = instantiate(prove(eq(f, q), smaller, larger, degree=1), {q: g * h})
    same = prove(eq(f**2, (g * h) ** 2), eq(f**2, y * z), eq(g**2, y), eq(h**2, z))
    squares_agree = [prove(le(f**2, (g * h) ** 2), same), prove(le((g * h) ** 2, f**2), same)]
    equal = cut(equal, *squares_agree, prove(le(0, g * h), le(0, g), le(0, h)))
    whole = prove(le(0, y * z), le(0, y), le(0, z))
    root = prove(eq(product(sqrt(q), sqrt(q)), q), le(0, q))
    squared = [instantiate(root, {q: y}), instantiate(root, {q: z}), cut(instantiate(root, {q: y * z}), whole)]
    signs = [prove(le(0, sqrt(y)), le(0, y)), prove(le(0, sqrt(z)), le(0, z)), prove(le(0, sqrt(y * z)), whole)]
    equal = cut(instantiate(equal, {f: sqrt(y * z), g: sqrt(y), h: sqrt(z)}), *squared, *signs)
    return instantiate(equal, {y: first, z: second})


def assembled() -> Step:
    """The four parts, in plain variables: n is T, h and sd are the roots of n and d, r that of S^2."""
    y, dd, f, smooth, n, h, dim, sd, square, r = reals("y dd f smooth n h dim sd square r")
    loss_, moments, root_u, root_w = reals("loss_ moments root_u root_w")
    begin, ratio, root_change, kappa, root_v, vbar = reals("begin ratio root_change kappa root_v vbar")
    positive = [lt(0, f), lt(0, n)]
    divided = prove(
        le(y / n, dd / (f * n) + 2 * (loss_ / n) + HALF * f * smooth * (moments / n)),
        prove(
            le(y, dd / f + 2 * loss_ + HALF * f * smooth * moments),
            le(f * y, dd + 2 * f * loss_ + HALF * f**2 * smooth * moments),
            lt(0, f),
        ),
        *positive,
    )
    curved = prove(le(moments / n, dim * square), le(moments, n * dim * square), lt(0, n))
    weight = prove(le(0, HALF * f * smooth), lt(0, f), le(0, smooth))
    curved = prove(
        le(HALF * f * smooth * (moments / n), HALF * f * smooth * dim * square),
        _scaled(moments / n, dim * square, HALF * f * smooth, curved, weight),
        degree=1,
    )
    # root_u <= h*sd*r and root_w <= begin + ratio*root_change + kappa*root_v
    size = prove(le(0, h * sd * r), prove(le(0, sd * r), le(0, sd), le(0, r)), lt(0, h))
    drift = prove(
        le(ratio * root_change, ratio * smooth * f * h * sd * r),
        _scaled(root_change, smooth * f * h * sd * r, ratio, le(root_change, smooth * f * h * sd * r), le(0, ratio)),
        degree=1,
    )
    error = prove(
        le(root_w, begin + ratio * smooth * f * h * sd * r + kappa * h * vbar),
        le(root_w, begin + ratio * root_change + kappa * root_v),
        drift,
        prove(eq(kappa * root_v, kappa * h * vbar), eq(root_v, h * vbar)),
        degree=1,
    )
    inner = begin + ratio * smooth * f * h * sd * r + kappa * h * vbar
    cauchy = prove(
        le(loss_, h * sd * r * inner),
        le(loss_, root_u * root_w),
        _scaled(root_u, h * sd * r, root_w, le(root_u, h * sd * r), le(0, root_w)),
        _scaled(root_w, inner, h * sd * r, error, size),
        degree=1,
    )
    over_h, over_n = reals("over_h over_n")
    shares = [eq(over_n, over_h**2), eq(h * over_h, 1)]
    most = sd * r * (begin * over_h + ratio * smooth * f * sd * r + kappa * vbar)
    same = prove(eq(h * sd * r * inner * over_n, most), shares)
    mean_loss = prove(
        le(loss_ * over_n, most), _scaled(loss_, h * sd * r * inner, over_n, cauchy, le(0, over_n)), same, degree=1
    )
    mean_loss = instantiate(mean_loss, {over_h: 1 / h, over_n: 1 / n})
    mean_loss = cut(
        mean_loss,
        prove(eq(product(h, 1 / h), 1), lt(0, h)),
        prove(eq(1 / n, (1 / h) ** 2), eq(n, h**2), lt(0, h), lt(0, n)),
        prove(le(0, 1 / n), lt(0, n)),
    )
    return prove(
        le(
            y / n,
            dd / (f * n)
            + HALF * f * smooth * dim * square
            + 2 * sd * r * (begin / h + ratio * smooth * f * sd * r + kappa * vbar),
        ),
        divided,
        curved,
        mean_loss,
        degree=1,
    )


def _scaled(small: Any, large: Any, factor: Any, compared: Any, positive: Any) -> Step:
    """factor*small <= factor*large."""
    y, z, f = reals("scaled_y scaled_z scaled_f")
    step = instantiate(prove(le(f * y, f * z), le(y, z), le(0, f)), {y: small, z: large, f: factor})
    return cut(step, *(fact for fact in (compared, positive) if isinstance(fact, Step)))


def any_magnitudes(scope: Scope) -> Step:
    average = scope.step(
        "the descent inequality, summed and in expectation", scope.lemma("main-theorem-averaged", "in expectation")
    )
    cauchy = scope.step("Cauchy-Schwarz for magnitudes and errors", products(scope, "sizes"))
    errors = scope.step("the mean square of the momentum error", errors_of(scope, "on average"))
    moved_far = scope.step("gradients change", scope.lemma("main-theorem-averaged", "changes"))
    horizon = scope.the("T is a horizon")
    positive_T = prove(lt(0, T), horizon)
    moments, moves, sigma = total(u(t, j, w) ** 2), total(change(t) ** 2), TIMES.of(variance(t))
    u_nonneg = mean_nonneg(u(t, j, w), at(scope.the("E|u_t|^2 is finite"), t, given=START))
    changes_nonneg = mean_nonneg(
        change(t), at(scope.lemma("main-theorem-averaged", "changes are finite"), t, given=START)
    )
    count = cut(instantiate(scope.lemma("constant-sum"), {integers("n"): T}), prove(le(0, T), horizon))
    vbar = s0**2 + s1**2 * mean_power(p)
    sigma_mean = prove(eq(sigma, T * vbar), count, positive_T)
    names = reals(
        "y dd f smooth n h dim sd square r loss_ moments root_u root_w begin ratio root_change kappa root_v vbar"
    )
    given = scope.given("d is a dimension", "S^2 is not negative")
    gamma_positive, l0 = scope.the("gamma is positive"), scope.the("L0 is not negative")
    # roots
    n, dim, square, size = reals("n dim square size")
    root_u = _three_roots()
    root_u = cut(
        instantiate(root_u, {size: moments, n: T, dim: d, square: S2}),
        scope.the("the mean square of the magnitudes is at most d*S^2"),
        u_nonneg,
        *given,
        prove(le(0, T), horizon),
    )
    far, c = reals("far c")
    scaled = prove(
        le(sqrt(far), c * sqrt(size)),
        le(far, c**2 * size),
        le(0, far),
        le(0, size),
        prove(le(0, c * sqrt(size)), le(0, c), le(0, size)),
    )
    step = prove(le(0, L0 * gamma), l0, gamma_positive)
    root_change = cut(
        instantiate(scaled, {far: moves, size: moments, c: L0 * gamma}),
        prove(le(moves, (L0 * gamma) ** 2 * moments), moved_far),
        changes_nonneg,
        u_nonneg,
        step,
    )
    chained = _scaled(sqrt(moments), sqrt(T) * sqrt(d) * sqrt(S2), L0 * gamma, root_u, step)
    root_change = prove(le(sqrt(moves), L0 * gamma * sqrt(T) * sqrt(d) * sqrt(S2)), root_change, chained, degree=1)
    sigma_nonneg = TIMES.monotone(variance_nonneg(scope))
    sigma_nonneg = prove(le(0, sigma), sigma_nonneg)
    mean_sigma = prove(le(0, vbar), *_divided(sigma, vbar, sigma_mean, sigma_nonneg, positive_T))
    hole = reals("hole")
    root_v = cut(root_of_product(T, vbar), prove(le(0, T), horizon), mean_sigma)
    root_v = rewrite(root_v, prove(eq(T * vbar, sigma), sigma_mean), hole, eq(sqrt(hole), sqrt(T) * sqrt(vbar)))
    start = b1 * sqrt(mean(a(1, j, w) ** 2)) / sqrt(1 - b1**2)
    values = dict(
        zip(
            names,
            (
                TIMES.of(E(gain(t), w)),
                GAP,
                gamma,
                L0,
                T,
                sqrt(T),
                d,
                sqrt(d),
                S2,
                sqrt(S2),
                TIMES.of(E(loss(t), w)),
                moments,
                sqrt(moments),
                sqrt(total((a(t, j, w) - m(t, j, w)) ** 2)),
                start,
                b1 / (1 - b1),
                sqrt(moves),
                sqrt((1 - b1) / (1 + b1)),
                sqrt(sigma),
                sqrt(vbar),
            ),
            strict=True,
        )
    )
    betas = scope.given("beta1 is not negative", "beta1 < 1")
    error_nonneg = mean_nonneg(a(t, j, w) - m(t, j, w), errors_of(scope, "finite"))
    facts = [
        average,
        cauchy,
        errors,
        root_u,
        root_change,
        root_v,
        positive_T,
        gamma_positive,
        l0,
        scope.the("the mean square of the magnitudes is at most d*S^2"),
        prove(le(0, b1 / (1 - b1)), betas),
        prove(le(0, sqrt(total((a(t, j, w) - m(t, j, w)) ** 2))), error_nonneg),
        prove(lt(0, sqrt(T)), positive_T),
        prove(eq(T, product(sqrt(T), sqrt(T))), positive_T),
        prove(le(0, sqrt(d)), given),
        prove(le(0, sqrt(S2)), given),
    ]
    result = scope.step("all together", cut(instantiate(assembled(), values), *facts))
    small = prove(lt(0, 1 - b1**2), betas)
    roots = cut(root_of_product(1 - b1**2, T), prove(le(0, 1 - b1**2), small), prove(le(0, T), horizon))
    f, g, h, q = reals("f g h q")
    split = prove(eq(f / g / h, f / q), eq(q, g * h), lt(0, g), lt(0, h))
    split = instantiate(
        split, {f: b1 * sqrt(mean(a(1, j, w) ** 2)), g: sqrt(1 - b1**2), h: sqrt(T), q: sqrt((1 - b1**2) * T)}
    )
    split = cut(split, roots, prove(lt(0, sqrt(1 - b1**2)), small), prove(lt(0, sqrt(T)), positive_T))
    scaled = times(2 * sqrt(d) * sqrt(S2), split)
    return prove(scope.goal, result, scaled, degree=1)


def _divided(sigma: Any, vbar: Any, equal: Step, nonneg: Step, positive: Step) -> list[Step]:
    """0 <= vbar, as T*vbar == sigma."""
    y, z, n = reals("y z n")
    step = prove(le(0, z), prove(le(0, y / n), le(0, y), lt(0, n)), prove(eq(y / n, z), eq(y, n * z), lt(0, n)))
    return [cut(instantiate(step, {y: sigma, z: vbar, n: T}), equal, nonneg, positive)]


def _three_roots() -> Step:
    """size <= n*dim*square gives sqrt(size) <= sqrt(n)*sqrt(dim)*sqrt(square)."""
    n, dim, square, size = reals("n dim square size")
    above = [le(0, n), le(0, dim), le(0, square)]
    inner = prove(le(0, n * dim), above[:2])
    first = cut(
        root_of(size, n * dim, square), prove(le(size, product(n * dim, square)), le(size, n * dim * square)), inner
    )
    split = root_of_product(n, dim)
    y, z, f, q = reals("y z f q")
    joined = prove(le(q, y * f), le(q, z * f), eq(z, y))
    joined = instantiate(joined, {q: sqrt(size), z: sqrt(n * dim), y: sqrt(n) * sqrt(dim), f: sqrt(square)})
    return cut(joined, first, split)


def variance_nonneg(scope: Scope) -> Step:
    """0 <= E|xi_t|^2 <= s0^2 + s1^2*E|a_t|^p."""
    return instantiate(momentum_error.variance_nonneg(scope), {k: t})


# --- Adam ---------------------------------------------------------------------------------------------


def bounded(scope: Scope) -> Step:
    """Magnitudes in [0, R] have |u_t|^2 <= R^2*d."""
    inside = [at_time(scope, name, j, w) for name in ("magnitudes are not negative", "magnitudes are at most R")]
    one = COORDINATES.monotone(prove(le(u(t, j, w) ** 2, R**2), inside))
    count = cut(instantiate(scope.lemma("constant-sum"), {integers("n"): d}), *scope.given("d is a dimension"))
    below = prove(le(squares(t), R**2 * d), one, count)
    nonneg = prove(le(0, squares(t)), COORDINATES.monotone(prove(le(0, u(t, j, w) ** 2))))
    y, z = reals("y z")
    size = instantiate(prove(le(Abs(y), z), le(0, y), le(y, z)), {y: squares(t), z: R**2 * d})
    return over.dominated(cut(size, below, nonneg), over.integrable(R**2 * d, constant=R**2 * d))


def coordinate_symbols() -> dict[Any, Any]:
    return {
        function(name, "int", "point"): ((k, w), function(name, "int", "int", "point")(k, j, w))
        for name in ("m", "v", "g")
    }


RECURSIONS = ("m starts at 0", "m is a moving average of g", "v starts at 0", "v is a moving average of g^2")


def recursion(scope: Scope) -> list[Step]:
    """Adam's recursion for coordinate j and the outcome w."""
    return [at(scope.the(name), j, w) for name in RECURSIONS]


def second_moment(scope: Scope, time: Any) -> Step:
    """0 <= v_time."""
    symbols = {function(name): ((k,), function(name, "int", "int", "point")(k, j, w)) for name in ("v", "g")}
    moving = [at(scope.the(name), j, w) for name in RECURSIONS[2:]]
    found = cut(instantiate(scope.lemma("magnitude-range", "second moment"), symbols), *moving)
    found = cut(found, prove(lt(0, b2), scope.given(*BETAS)))
    return instantiate(found, {t: time})


def second_moment_mean(scope: Scope) -> Step:
    """0 <= E[v_T] for coordinate j."""
    nonneg = cut(second_moment(scope, T), prove(le(0, T), scope.the("T is a horizon")))
    return over.monotone(nonneg, (1, at(scope.the("E[v_T] is finite"), j)))


def factor_nonneg(scope: Scope) -> Step:
    betas = scope.given(*BETAS)
    return prove(le(0, FACTOR), betas, prove(lt(0, b2), betas), prove(lt(b1 / b2, 1), betas), prove(lt(b1, 1), betas))


def one_coordinate(scope: Scope) -> Step:
    """The sum over time of E[u_{t,j}^2] is at most T*S^2."""
    bound = instantiate(scope.lemma("average-magnitude-expected"), coordinate_symbols())
    bound = cut(bound, *(generalise(fact, w) for fact in recursion(scope)), at(scope.the("E[v_T] is finite"), j))
    horizon = scope.the("T is a horizon")
    positive_T = prove(lt(0, T), horizon)
    y, z, c, n, f = reals("y z c n f")
    # ln(1 + y) <= ln(1 + z) for 0 <= y <= z
    tangent = instantiate(scope.lemma("jensen-ln", "tangent"), {y: 1 + y, c: 1 + z})
    tangent = cut(tangent, prove(lt(0, 1 + y), le(0, y)), prove(lt(0, 1 + z), prove(le(0, z), le(0, y), le(y, z))))
    fraction = prove(le((1 + y) / (1 + z), 1), le(y, z), prove(lt(0, 1 + z), prove(le(0, z), le(0, y), le(y, z))))
    longer = prove(le(log(1 + y), log(1 + z)), tangent, fraction, degree=1)
    mean_v = E(v(T, j, w), w)
    epsilon = scope.the("epsilon is positive")
    share = prove(le(0, 1 / eps**2), epsilon)
    scaled = prove(le(y * f, z * f), le(y, z), le(0, f))
    scaled = cut(instantiate(scaled, {y: mean_v, z: V, f: 1 / eps**2}), at(scope.the("E[v_T] is at most V"), j), share)
    above = prove(le(0, mean_v / eps**2), second_moment_mean(scope), share)
    longer = cut(instantiate(longer, {y: mean_v / eps**2, z: V / eps**2}), above, scaled)
    weight = prove(le(0, FACTOR / T), factor_nonneg(scope), positive_T)
    longer = _scaled(log(1 + mean_v / eps**2), log(1 + V / eps**2), FACTOR / T, longer, weight)
    body = (Abs(m(t, j, w)) / (sqrt(v(t, j, w)) + eps)) ** 2
    below = prove(le(E(TIMES.of(body) / T, w), S_squared), bound, longer, degree=1)
    # u is this magnitude, and the sum comes out of E
    definition = at_time(scope, "u is |m|/(sqrt(v) + epsilon)", j, w)
    same = over.equal(TIMES.equal(prove(eq(u(t, j, w) ** 2, body), definition)))
    names = {function("X", "int", "point"): ((k, w), u(k, j, w) ** 2), integers("n"): T}
    count = prove(le(0, T), horizon)
    interchange = cut(instantiate(scope.lemma("expectation-of-sum", "interchange"), names), count)
    total_u, total_body = E(TIMES.of(u(t, j, w) ** 2), w), E(TIMES.of(body), w)
    q, r = reals("q r")
    final = prove(le(q, n * c), prove(le(r, n * c), le(r / n, c), lt(0, n)), eq(q, y), eq(y, r))
    values = {q: TIMES.of(E(u(t, j, w) ** 2, w)), y: total_u, r: total_body, n: T, c: S_squared}
    divided = prove(le(total_body / T, S_squared), below, degree=1)
    final = cut(instantiate(final, values), divided, positive_T, prove(eq(values[q], total_u), interchange))
    return cut(final, prove(eq(total_u, total_body), same))


def magnitudes(scope: Scope) -> Step:
    """The sum over the coordinates, by induction on their number."""
    n = integers("n")

    def mean_of(upper: Any) -> Any:
        return E(Sum(u(t, j, w) ** 2, (j, 1, upper)), w)

    one = scope.lemma("main-theorem-averaged", "one coordinate")

    def goal(upper: Any) -> Any:
        return le(TIMES.of(mean_of(upper)), T * upper * S_squared)

    zero = Integer(0)
    nothing = prove(eq(Sum(u(t, j, w) ** 2, (j, 1, zero)), 0), sum_empty(Sum(u(t, j, w) ** 2, (j, 1, zero))))
    base = prove(goal(zero), TIMES.equal(over.equal(nothing)))
    last = sum_last(Sum(u(t, j, w) ** 2, (j, 1, n + 1)), prove(le(1, n + 1), le(0, n)))
    split = over.equal(last)
    split = prove(eq(mean_of(n + 1), mean_of(n) + E(u(t, n + 1, w) ** 2, w)), split)
    following = prove(goal(n + 1), goal(n), TIMES.equal(split), instantiate(one, {j: n + 1}), degree=1)
    whole = instantiate(induction(goal(n), n, base, following), {n: d})
    return prove(scope.goal, cut(whole, scope.the("d is a dimension")))


def square_nonneg(scope: Scope) -> Step:
    """0 <= S^2."""
    betas = scope.given(*BETAS)
    above = prove(le(0, V), second_moment_mean(scope), at(scope.the("E[v_T] is at most V"), j))
    above = prove(le(0, V / eps**2), above, prove(le(0, 1 / eps**2)))
    longer = cut(instantiate(scope.lemma("jensen-ln", "not negative"), {reals("y"): V / eps**2}), above)
    positive = prove(lt(0, b2), betas)
    small = prove(le(log(b2), 0), head_fact("ln_le", b2, given=[positive]), betas)
    y, z, n, f = reals("y z n f")
    inner = prove(le(0, y / n - z), prove(le(0, y / n), le(0, y), lt(0, n)), le(z, 0), degree=1)
    whole = prove(le(0, f * n), le(0, f), le(0, n))
    inner = cut(
        instantiate(inner, {y: log(1 + V / eps**2), z: log(b2), n: T}),
        longer,
        small,
        prove(lt(0, T), scope.the("T is a horizon")),
    )
    whole = instantiate(whole, {f: FACTOR, n: log(1 + V / eps**2) / T - log(b2)})
    return cut(whole, factor_nonneg(scope), inner)


def adam(scope: Scope) -> Step:
    betas = scope.given(*BETAS)
    stable = prove(lt(b1**2, b2), betas)
    epsilon = prove(le(0, eps), scope.the("epsilon is positive"))
    symbols = {function(name): ((k,), function(name, "int", "int", "point")(k, j, w)) for name in ("m", "v", "g")}
    definition = at_time(scope, "u is |m|/(sqrt(v) + epsilon)", j, w)
    facts = [*recursion(scope), prove(le(0, t), START), epsilon, prove(lt(0, b2), betas), stable]
    at_most = cut(instantiate(scope.lemma("update-magnitude"), symbols), *facts)
    at_least = cut(instantiate(scope.lemma("magnitude-range", "magnitude"), symbols), *facts)
    at_most = prove(le(u(t, j, w), BOUND), at_most, definition, degree=1)
    at_least = prove(le(0, u(t, j, w)), at_least, definition, degree=1)
    ranges = [generalise(fact, (t, j, w), START) for fact in (at_least, at_most)]
    finite = instantiate(scope.lemma("main-theorem-averaged", "bounded"), {R: BOUND})
    finite = generalise(instantiate(cut(finite, *ranges), {t: k}), k, RUNNING)
    general = instantiate(scope.lemma("main-theorem-averaged", "any magnitudes"), {S2: S_squared})
    moments = scope.step("the mean square of the magnitudes", scope.lemma("main-theorem-averaged", "magnitudes"))
    general = cut(general, ranges[0], finite, moments, scope.lemma("main-theorem-averaged", "S^2"))
    return prove(scope.goal, cut(general, prove(lt(b1, 1), betas)), degree=1)


# --- models -------------------------------------------------------------------------------------------


def above(value: Any) -> Fraction:
    """A rational number just above the value."""
    return Fraction(int(as_mpf(value) * 10**6) + 1, 10**6)


def measured(model: Model) -> Model:
    """The model with V and S2: as small as the run allows."""
    horizon, dimension = model.variables["T"], model.variables["d"]
    with mpmath.workdps(60):
        moments = [
            sum(as_mpf(weight) * as_mpf(model.functions["v"](horizon, i, point)) for point, weight in model.space)
            for i in range(1, dimension + 1)
        ]
        square = sum(
            as_mpf(weight) * as_mpf(model.functions["u"](time, i, point)) ** 2
            for point, weight in model.space
            for i in range(1, dimension + 1)
            for time in range(1, horizon + 1)
        )
        return model.extended(variables={"j": 1, "V": above(max(moments)), "S2": above(square / (horizon * dimension))})


def models(rng: Random) -> Iterator[Model]:
    """Runs with beta1 < beta2."""
    return (measured(model) for model in problems.runs(rng) if model.variables["b1"] < model.variables["b2"])


def only(problem: problems.Problem, **variables: Any) -> Any:
    return lambda rng: (
        model.extended(variables=variables) for model in map(measured, problems.fixed_run(problem)(rng))
    )


# Noise far beyond the gradients, of either sign in every step: what is gained in one is lost in another.
LOUD = problems.Problem(
    problems.ONE,
    problems.ONE,
    [(Fraction(9),)] * 3,
    3,
    beta2=Fraction(999, 1000),
    epsilon=Fraction(3),
    rate=Fraction(1, 5),
)


def terms(square: Any) -> dict[str, Any]:
    """The parts of the right side: two terms, and the three that are multiplied by 2*sqrt(d)*S."""
    return {
        "initial gap": GAP / (gamma * T),
        "curvature": HALF * gamma * L0 * d * square,
        "initial momentum": b1 * sqrt(mean(a(1, j, w) ** 2)) / sqrt((1 - b1**2) * T),
        "drift": b1 / (1 - b1) * L0 * gamma * sqrt(d) * sqrt(square),
        "noise": sqrt((1 - b1) / (1 + b1)) * sqrt(s0**2 + s1**2 * mean_power(p)),
    }


def bound(square: Any, left_out: str | None = None) -> Any:
    """The right side, one of its parts left out if named."""
    gap, curvature, *errors = (0 if name == left_out else term for name, term in terms(square).items())
    return gap + curvature + 2 * sqrt(d) * sqrt(square) * sum(errors)


MAGNITUDE = {"magnitudes are not negative": ANY_MAGNITUDE["magnitudes are not negative"]}
STEPPING = {**SIGN_STEP, **SMOOTH, "gamma is positive": RATE["gamma is positive"], **MAGNITUDE}
CHANGING = (*SIGN_STEP, LIPSCHITZ, "segments end at the next gradient")
DESCENDING = tuple(name for name in STEPPING if name != "segments end at the next gradient")
U_FINITE = ("E|u_t|^2 is finite",)
RUN = (*STEPPING, *MOMENTUM, *A1, *A2, *BELOW, "beta1 is not negative", *FIRST, *FINITE, *HORIZON)
MADE = {name: ADAM[name] for name in ("v starts at 0", "v is a moving average of g^2", "u is |m|/(sqrt(v) + epsilon)")}
EPSILON = {"epsilon is positive": lt(0, eps)}
ADAM_RUN = (*MOMENTUM, *MADE, *BETAS, *EPSILON, *SECOND_MOMENT, *HORIZON)
TIME = {"t is from 1 on": le(1, t)}
ONE_STEP = le(F(t + 1, w), F(t, w) - gamma * gain(t) + 2 * gamma * loss(t) + HALF * gamma**2 * L0 * squares(t))
PATHWISE = le(gamma * summed(gain, T), F(1, w) - Fmin + right(T))
EXPECTED = le(
    gamma * TIMES.of(E(gain(t), w)),
    GAP + 2 * gamma * TIMES.of(E(loss(t), w)) + HALF * gamma**2 * L0 * total(u(t, j, w) ** 2),
)

lemma = Lemma(
    slug="main-theorem-averaged",
    title="A bound on the mean weighted gradient norm through S^2, for L-smooth F, beta1 < beta2 and epsilon > 0",
    source=Source.OURS,
    where="the repair: the summary's own schedule makes R grow, but not S",
    assumptions={
        **STEPPING,
        **MOMENTUM,
        **A1,
        **A2,
        **BETAS,
        **BELOW,
        **RATE,
        **FIRST,
        **FINITE,
        **HORIZON,
        **MADE,
        **EPSILON,
        **SECOND_MOMENT,
        **MEAN_SQUARES,
        **ANY_MAGNITUDE,
        **TIME,
    },
    cited=CITED,
    claims=[
        Claim(
            "Adam",
            le(MEAN_GAIN, bound(S_squared)),
            adam,
            given=tuple(
                name
                for name in (*RUN, *ADAM_RUN, "d is a dimension")
                if name not in ("beta1 < 1", "magnitudes are not negative")
            ),
        ),
        Claim(
            "any magnitudes",
            le(MEAN_GAIN, bound(S2)),
            any_magnitudes,
            given=(*RUN, *MEAN_SQUARES, "d is a dimension"),
        ),
        Claim(
            "magnitudes",
            le(total(u(t, j, w) ** 2), T * d * S_squared),
            magnitudes,
            given=(*ADAM_RUN, "d is a dimension"),
        ),
        Claim("one coordinate", le(TIMES.of(E(u(t, j, w) ** 2, w)), T * S_squared), one_coordinate, given=ADAM_RUN),
        Claim(
            "S^2",
            le(0, S_squared),
            square_nonneg,
            given=(*RECURSIONS[2:], *BETAS, *SECOND_MOMENT, *HORIZON),
        ),
        Claim(
            "bounded",
            Integrable(mean(u(t, j, w) ** 2)),
            bounded,
            given=("magnitudes are not negative", "magnitudes are at most R", "d is a dimension", *TIME),
        ),
        Claim("in expectation", EXPECTED, expected, given=(*RUN, *U_FINITE)),
        Claim(
            "changes",
            le(total(change(t) ** 2), L0**2 * gamma**2 * total(u(t, j, w) ** 2)),
            changes,
            given=(*CHANGING, *U_FINITE),
        ),
        Claim(
            "changes are finite",
            forall(k, Integrable(mean(change(k) ** 2)), RUNNING),
            changes_finite,
            given=(*CHANGING, *U_FINITE),
        ),
        Claim("for every outcome", PATHWISE, telescoped, given=(*DESCENDING, *A1, *HORIZON)),
        Claim(
            "gradients change",
            le(COORDINATES.of(change(t) ** 2), L0**2 * gamma**2 * squares(t)),
            gradients_change,
            given=(*CHANGING, *TIME),
        ),
        Claim("one step", ONE_STEP, one_step, given=(*DESCENDING, *TIME)),
    ],
    models=models,
    mutants=[
        Mutant(
            "without the initial gap",
            conclusion=le(MEAN_GAIN, bound(S_squared, "initial gap")),
            models=only(problems.FAR),
        ),
        Mutant(
            "without the curvature",
            conclusion=le(MEAN_GAIN, bound(S_squared, "curvature")),
            models=only(problems.JUMPING),
        ),
        Mutant("without the noise", conclusion=le(MEAN_GAIN, bound(S_squared, "noise")), models=only(LOUD)),
        Mutant("inequality reversed", conclusion=le(bound(S_squared), MEAN_GAIN)),
        Mutant(
            "beta1 < beta2 dropped (S is 0 at the boundary)",
            drop=("beta1 < beta2",),
            models=only(replace(problems.JUMPING, beta1=Fraction(1, 2))),
        ),
        Mutant("F below F*", drop=("A1: F is at least F*",), models=only(problems.FAR, Fmin=10**9)),
        Mutant(
            "any magnitudes: S^2 ten thousand times too small",
            change={
                "the mean square of the magnitudes is at most d*S^2": le(total(u(t, j, w) ** 2), 10**4 * T * d * S2)
            },
            claim="any magnitudes",
            models=only(problems.JUMPING, S2=Fraction(1, 1000)),
        ),
    ],
    constants={"S_squared": S_squared, **{f"part: {name}": value for name, value in terms(S_squared).items()}},
)
