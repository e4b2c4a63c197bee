"""The mean square of the momentum error over time: start, drift and noise in the root mean square.

    sqrt(sum_t E|e_t|^2) <= b1*sqrt(E|a_1|^2)/sqrt(1 - b1^2) + b1/(1 - b1)*sqrt(sum_t E|a_t - a_{t+1}|^2)
                            + sqrt((1 - b1)/(1 + b1))*sqrt(sum_t (s0^2 + s1^2*E|a_t|^p))

The error is the sum of three vectors (momentum-recursion), so Minkowski's inequality (mean-square) leaves three sums
of squares.  The start is geometric.  The drift obeys Q_{t+1} = b1*(Q_t + delta_t), so |Q_{t+1}|^2 is at most
b1*|Q_t|^2 + b1^2/(1 - b1)*|delta_t|^2, and telescopes.  The noise is momentum-noise, averaged over time.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any

from sympy import Abs, Integer, Sum, sqrt

from adamproof.lemmas.foundations import mean_square
from adamproof.lemmas.foundations.mean_square import TIMES, mean, total
from adamproof.lemmas.models import problems
from adamproof.lemmas.momentum import momentum_error, momentum_noise
from adamproof.lemmas.momentum.momentum_error import (
    A2,
    HORIZON,
    MOMENTUM,
    RUNNING,
    START,
    WEIGHTED,
    a,
    drift,
    g,
    i,
    m,
    noise,
    over,
    variance,
    xi,
)
from adamproof.lemmas.notation import COORDINATES, T, b1, j, k, t, w
from adamproof.numeric.models import Model
from adamproof.prover import (
    Functional,
    Integrable,
    Step,
    assume,
    at,
    cut,
    eq,
    forall,
    function,
    generalise,
    induction,
    instantiate,
    le,
    lt,
    power,
    product,
    prove,
    reals,
    rewrite,
    sum_empty,
    sum_last,
)
from adamproof.theory.lemma import Claim, Lemma, Mutant, Scope, Source

Q, delta = (function(name, "int", "int", "point") for name in ("Q", "delta"))
BETA = ("beta1 is not negative", "beta1 < 1")
DRIFT = {
    "Q_1 = 0": forall((j, w), eq(Q(1, j, w), 0)),
    "Q_{t+1} = b1*(Q_t + delta_t)": forall((j, w, k), eq(Q(k + 1, j, w), b1 * (Q(k, j, w) + delta(k, j, w))), RUNNING),
    "E|delta_t|^2 is finite": forall(k, Integrable(mean(delta(k, j, w) ** 2)), RUNNING),
}
FINITE = {
    "E|a_1|^2 is finite": Integrable(mean(a(1, j, w) ** 2)),
    "E|a_t - a_{t+1}|^2 is finite": forall(k, Integrable(mean((a(k, j, w) - a(k + 1, j, w)) ** 2)), RUNNING),
}


def start_part(time: Any) -> Any:
    """Coordinate j of the start."""
    return -power(b1, time) * a(1, j, w)


def change(time: Any) -> Any:
    return a(time, j, w) - a(time + 1, j, w)


def drift_part(time: Any) -> Any:
    """Coordinate j of the drift."""
    return drift(time, change)


def up_to(body: Any, upper: Any) -> Any:
    return Sum(mean(body), (t, 1, upper))


def squares_nonneg(body: Any) -> Step:
    """0 <= the sum of squares over the coordinates."""
    return prove(le(0, COORDINATES.of(body**2)), COORDINATES.monotone(prove(le(0, body**2), squares=[body])))


def mean_nonneg(body: Any, finite: Step) -> Step:
    return prove(le(0, mean(body**2)), over.monotone(squares_nonneg(body), (1, finite)))


def sized(body: Any, bound: Any, below: Step, nonneg: Step) -> Step:
    """|body| <= bound, from 0 <= body <= bound."""
    y, z = reals("y z")
    return cut(instantiate(prove(le(Abs(y), z), le(0, y), le(y, z)), {y: body, z: bound}), nonneg, below)


# --- the drift ----------------------------------------------------------------------------------------


def young(scope: Scope) -> Step:
    """|Q_{t+1}|^2 <= b1*|Q_t|^2 + b1^2/(1 - b1)*|delta_t|^2, for every outcome."""
    x, y, c = reals("x y c")
    move = at(scope.the("Q_{t+1} = b1*(Q_t + delta_t)"), j, w, t, given=[le(1, t)])
    one = cut(instantiate(_convex(), {x: Q(t, j, w), y: delta(t, j, w), c: b1}), *scope.given(*BETA))
    goal = le(Q(t + 1, j, w) ** 2, b1 * Q(t, j, w) ** 2 + b1**2 / (1 - b1) * delta(t, j, w) ** 2)
    whole = COORDINATES.monotone(prove(goal, one, move))
    return prove(scope.goal, whole, degree=1)


def _convex() -> Step:
    """(c*(x + y))^2 <= c*x^2 + c^2/(1 - c)*y^2 for 0 <= c < 1."""
    x, y, c, n = reals("x y c n")
    # with n = 1/(1 - c)
    rest = (1 - c) * x - c * y
    same = prove(eq(c * x**2 + c**2 * n * y**2 - (c * (x + y)) ** 2, c * n * rest**2), eq(n * (1 - c), 1))
    square = prove(le(0, rest**2), squares=[rest])
    f, z = reals("f z")
    positive = instantiate(prove(le(0, f * z), le(0, f), le(0, z)), {f: c * n, z: rest**2})
    positive = cut(positive, prove(le(0, c * n), le(0, c), le(0, n)), square)
    plain = prove(le((c * (x + y)) ** 2, c * x**2 + c**2 * n * y**2), same, positive, degree=1)
    inverse = 1 / (1 - c)
    facts = [prove(eq(product(inverse, 1 - c), 1), lt(c, 1)), prove(le(0, inverse), lt(c, 1))]
    return cut(instantiate(plain, {n: inverse}), *facts)


Q_SQUARE = COORDINATES.of(Q(t, j, w) ** 2)
DELTA_SQUARE = COORDINATES.of(delta(t, j, w) ** 2)
YOUNG = le(COORDINATES.of(Q(t + 1, j, w) ** 2), b1 * Q_SQUARE + b1**2 / (1 - b1) * DELTA_SQUARE)


def first_vanishes(scope: Scope) -> Step:
    return COORDINATES.equal(prove(eq(Q(1, j, w) ** 2, 0), at(scope.the("Q_1 = 0"), j, w)))


def drift_finite(scope: Scope) -> Step:
    goal = Integrable(mean(Q(t, j, w) ** 2))
    first = COORDINATES.of(Q(1, j, w) ** 2)
    y, z = reals("y z")
    alike = instantiate(prove(le(Abs(y), Abs(z)), eq(y, z)), {y: first, z: Integer(0)})
    base = over.dominated(cut(alike, prove(eq(first, 0), first_vanishes(scope))), over.integrable(0, constant=0))
    old = at(scope.the("E|delta_t|^2 is finite"), t, given=[le(1, t)])
    both = over.integrable(YOUNG.rhs, (b1, assume(goal)), (b1**2 / (1 - b1), old))
    size = sized(
        YOUNG.lhs, YOUNG.rhs, scope.lemma("momentum-mean-square", "drift, one step"), squares_nonneg(Q(t + 1, j, w))
    )
    return induction(goal, t, base, over.dominated(size, both), low=1)


def drift_step(scope: Scope) -> Step:
    """The expectation of one step."""
    finite = scope.lemma("momentum-mean-square", "drift is finite")
    following = cut(instantiate(finite, {t: t + 1}), prove(le(1, t + 1), le(1, t)))
    old = at(scope.the("E|delta_t|^2 is finite"), t, given=[le(1, t)])
    average = over.monotone(
        scope.lemma("momentum-mean-square", "drift, one step"), (b1, finite), (b1**2 / (1 - b1), old), (-1, following)
    )
    return prove(scope.goal, average, degree=1)


def drift_sum(scope: Scope) -> Step:
    """(1 - b1)*sum of E|Q_t|^2 + E|Q_{T+1}|^2 <= b1^2/(1 - b1)*sum of E|delta_t|^2."""
    y, z, c = reals("y z c")
    q_body, d_body = Q(t, j, w) ** 2, delta(t, j, w) ** 2
    ratio = b1**2 / (1 - b1)

    def goal(upper: Any) -> Any:
        last = mean(Q(upper + 1, j, w) ** 2)
        return le((1 - b1) * up_to(q_body, upper) + last, ratio * up_to(d_body, upper))

    zero = Integer(0)
    empty = [sum_empty(up_to(body, zero)) for body in (q_body, d_body)]
    base = prove(goal(zero), empty, over.equal(first_vanishes(scope)))
    step = instantiate(scope.lemma("momentum-mean-square", "drift, expected step"), {t: T + 1})
    step = cut(step, prove(le(1, T + 1), le(0, T)))
    longer = [sum_last(up_to(body, T + 1), prove(le(1, T + 1), le(0, T))) for body in (q_body, d_body)]
    parts = reals("s0_ s1_ q0_ q1_ d0_ d1_ f")
    s_old, s_new, q_new, q_next, d_old, d_new, f = parts
    d_last = reals("d_last")
    plain = prove(
        le((1 - c) * s_new + q_next, f * d_new),
        eq(s_new, s_old + q_new),
        eq(d_new, d_old + d_last),
        le((1 - c) * s_old + q_new, f * d_old),
        le(q_next, c * q_new + f * d_last),
    )
    values = {
        s_old: up_to(q_body, T),
        s_new: up_to(q_body, T + 1),
        q_new: mean(Q(T + 1, j, w) ** 2),
        q_next: mean(Q(T + 2, j, w) ** 2),
        d_old: up_to(d_body, T),
        d_new: up_to(d_body, T + 1),
        d_last: mean(delta(T + 1, j, w) ** 2),
        c: b1,
        f: ratio,
    }
    following = cut(instantiate(plain, values), *longer, goal(T), step)
    whole = cut(
        induction(goal(T), T, base, prove(goal(T + 1), following)), prove(le(0, T), scope.the("T is a horizon"))
    )
    later = instantiate(scope.lemma("momentum-mean-square", "drift is finite"), {t: T + 1})
    later = cut(later, prove(le(1, T + 1), scope.the("T is a horizon")))
    rest = mean_nonneg(Q(T + 1, j, w), later)
    inverse = instantiate(_divided(), {y: total(q_body), z: total(d_body), c: b1})
    summed = prove(le((1 - b1) * total(q_body), ratio * total(d_body)), whole, rest, degree=1)
    return cut(inverse, summed, scope.the("beta1 < 1"))


def _divided() -> Step:
    """(1 - c)*y <= c^2/(1 - c)*z gives y <= (c/(1 - c))^2*z."""
    y, z, c = reals("y z c")
    return prove(le(y, (c / (1 - c)) ** 2 * z), le((1 - c) * y, c**2 / (1 - c) * z), lt(c, 1))


# --- the start ----------------------------------------------------------------------------------------


def start_sum(scope: Scope) -> Step:
    """(1 - b1^2)*sum of E|b1^t*a_1|^2 <= b1^2*E|a_1|^2."""
    first = mean(a(1, j, w) ** 2)
    one = prove(
        eq(start_part(t + 1) ** 2, b1**2 * start_part(t) ** 2),
        prove(eq(power(b1, t + 1), b1 * power(b1, t)), le(0, t)),
    )
    step = over.equal(COORDINATES.equal(one))
    step = prove(eq(mean(start_part(t + 1) ** 2), b1**2 * mean(start_part(t) ** 2)), step)

    def goal(upper: Any) -> Any:
        return eq((1 - b1**2) * up_to(start_part(t) ** 2, upper) + b1**2 * mean(start_part(upper) ** 2), b1**2 * first)

    zero = Integer(0)
    nothing = over.equal(COORDINATES.equal(prove(eq(start_part(zero) ** 2, a(1, j, w) ** 2))))
    base = prove(goal(zero), sum_empty(up_to(start_part(t) ** 2, zero)), nothing)
    longer = sum_last(up_to(start_part(t) ** 2, T + 1), prove(le(1, T + 1), le(0, T)))
    following = prove(goal(T + 1), goal(T), longer, instantiate(step, {t: T}))
    count = prove(le(0, T), scope.the("T is a horizon"))
    whole = cut(induction(goal(T), T, base, following), count)
    last = start_finite(scope, T)
    rest = prove(le(0, b1**2 * mean(start_part(T) ** 2)), prove(le(0, b1**2)), mean_nonneg(start_part(T), last))
    return prove(scope.goal, whole, rest, degree=1)


def start_finite(scope: Scope, time: Any) -> Step:
    """E|b1^t*a_1|^2 is finite."""
    return over.integrable(
        COORDINATES.of(start_part(time) ** 2), (power(b1, time) ** 2, scope.the("E|a_1|^2 is finite"))
    )


# --- the noise ----------------------------------------------------------------------------------------


def about_noise(scope: Scope, claim: str) -> Step:
    """A claim of momentum-noise about the average that it unrolls to."""
    found = instantiate(
        scope.lemma("momentum-noise", claim),
        {
            momentum_noise.N: ((t, j, w), noise(t)),
            momentum_noise.xi: ((k, j, w), xi),
            momentum_noise.variance: ((k,), variance(k)),
        },
    )
    zero = Integer(0)
    start = prove(eq(noise(zero), 0), sum_empty(noise(zero).args[1]))
    recursion = instantiate(scope.lemma("averaging", "recursion"), {reals("b"): b1, function("c"): ((k,), xi), t: i})
    lhs, rhs = recursion.conclusion.args
    y, z = reals("y z")
    once = cut(instantiate(prove(eq((1 - b1) * y, (1 - b1) * z), eq(y, z)), {y: lhs, z: rhs}), recursion)
    new = g(i + 1, j, w) - a(i + 1, j, w)
    move = prove(eq(noise(i + 1), b1 * noise(i) + (1 - b1) * new), once)
    found = cut(found, generalise(start, (j, w)), generalise(move, (j, w, i), [le(0, i)]))
    return cut(found, *scope.given(*A2))


def noise_sum(scope: Scope) -> Step:
    """The sum of E|N_t|^2 is at most (1 - b1)/(1 + b1) times the sum of the variances."""
    betas = scope.given(*BETA)
    moment = cut(about_noise(scope, "second moment"), prove(le(0, t), le(1, t)))
    summed = prove(le(total(noise(t) ** 2), (1 - b1) ** 2 * TIMES.of(WEIGHTED)), TIMES.monotone(moment), degree=1)
    nonneg = momentum_error.variance_nonneg(scope)
    whole = scope.cite("averaging", b=b1**2, c=variance, by=[nonneg])
    y, z, v, c = reals("y z v c")
    ends = [le(0, c), lt(c, 1)]
    small = prove(lt(c**2, 1), *ends)
    same = prove(eq((1 - c) ** 2 * (v / (1 - c**2)), (1 - c) / (1 + c) * v), small, *ends)
    scaled = prove(
        le((1 - c) ** 2 * z, (1 - c) ** 2 * (v / (1 - c**2))),
        le(z, v / (1 - c**2)),
        prove(le(0, (1 - c) ** 2), squares=[1 - c]),
    )
    final = prove(le(y, (1 - c) / (1 + c) * v), le(y, (1 - c) ** 2 * z), scaled, same, degree=1)
    values = {y: total(noise(t) ** 2), z: TIMES.of(WEIGHTED), v: TIMES.of(variance(t)), c: b1}
    return cut(instantiate(final, values), summed, whole, *betas)


# --- all three ----------------------------------------------------------------------------------------


def about_drift(scope: Scope, claim: str) -> Step:
    """A claim about Q, for the sum that the drift is."""
    found = scope.lemma("momentum-mean-square", claim)
    found = instantiate(found, {Q: ((t, j, w), drift_part(t)), delta: ((k, j, w), change(k))})
    one = Integer(1)
    empty = prove(eq(drift_part(one), 0), sum_empty(drift_part(one)))
    shifted = prove(eq(power(b1, i + 1 - k) * change(k), b1 * power(b1, i - k) * change(k)), le(k, i))
    longer = Functional("Sum", k, (1, i)).equal(shifted)
    last = sum_last(Sum(power(b1, i - k) * change(k), (k, 1, i)), le(1, i))
    move = prove(eq(drift_part(i + 1), b1 * (drift_part(i) + change(i))), longer, last)
    found = cut(found, generalise(empty, (j, w)), generalise(move, (j, w, i), [le(1, i)]))
    return cut(found, scope.the("E|a_t - a_{t+1}|^2 is finite"))


def three_parts(scope: Scope) -> Step:
    symbols = {function(name): ((k,), of(k, j, w)) for name, of in (("m", m), ("g", g), ("a", a))}
    parts = instantiate(scope.lemma("momentum-recursion"), symbols)
    return cut(parts, *(at(scope.the(name), j, w) for name in MOMENTUM))


def finite_parts(scope: Scope) -> list[Step]:
    """E|start|^2, E|drift|^2 and E|noise|^2 at time k are finite."""
    later = prove(le(0, k), le(1, k))
    noisy = cut(instantiate(about_noise(scope, "finite"), {t: k}), later)
    return [start_finite(scope, k), instantiate(about_drift(scope, "drift is finite"), {t: k}), noisy]


def pair(scope: Scope, claim: str, first: Any, second: Any, finite: list[Step]) -> Step:
    """A claim of mean-square about two vectors."""
    found = instantiate(
        scope.lemma("mean-square", claim),
        {mean_square.x: ((t, j, w), first), mean_square.y: ((t, j, w), second)},
    )
    return cut(found, *(generalise(step, k, RUNNING) for step in finite))


def two(scope: Scope) -> tuple[list[Step], Any, Step]:
    """The finite parts, the first two parts, and that their sum is finite."""
    finite = finite_parts(scope)
    first, second = start_part(t), drift_part(t)
    both = pair(scope, "finite sum", first, second, finite[:2])
    return finite, first + second, both


def error_finite(scope: Scope) -> Step:
    finite, both, finite_both = two(scope)
    whole = pair(scope, "finite sum", both, noise(t), [instantiate(finite_both, {t: k}), finite[2]])
    body = COORDINATES.of((m(t, j, w) - a(t, j, w)) ** 2)
    three = COORDINATES.of((both + noise(t)) ** 2)
    y, z = reals("y z")
    same = COORDINATES.equal(prove(eq((m(t, j, w) - a(t, j, w)) ** 2, (both + noise(t)) ** 2), three_parts(scope)))
    alike = instantiate(prove(le(Abs(y), Abs(z)), eq(y, z)), {y: body, z: three})
    return over.dominated(cut(alike, prove(eq(body, three), same)), whole)


def root_sum(scope: Scope) -> Step:
    finite, both, finite_both = two(scope)
    inner = pair(scope, "minkowski", start_part(t), drift_part(t), finite[:2])
    outer = pair(scope, "minkowski", both, noise(t), [instantiate(finite_both, {t: k}), finite[2]])
    same = prove(eq((m(t, j, w) - a(t, j, w)) ** 2, (both + noise(t)) ** 2), three_parts(scope))
    same = TIMES.equal(over.equal(COORDINATES.equal(same)))
    e, h, p, q, n, pq, hole = reals("e h p q n pq hole")
    right = sqrt(p) + sqrt(q) + sqrt(n)
    split = prove(le(sqrt(h), right), le(sqrt(h), pq + sqrt(n)), le(pq, sqrt(p) + sqrt(q)), degree=1)
    split = rewrite(split, prove(eq(h, e), eq(e, h)), hole, le(sqrt(hole), right))
    values = {
        e: total((m(t, j, w) - a(t, j, w)) ** 2),
        h: total((both + noise(t)) ** 2),
        p: total(start_part(t) ** 2),
        q: total(drift_part(t) ** 2),
        n: total(noise(t) ** 2),
        pq: sqrt(total(both**2)),
    }
    return cut(instantiate(split, values), same, outer, inner)


def on_average(scope: Scope) -> Step:
    parts = scope.step("start, drift and noise", scope.lemma("momentum-mean-square", "three parts"))
    started = scope.step("the start, summed", scope.lemma("momentum-mean-square", "start"))
    drifted = scope.step("the drift, summed", about_drift(scope, "drift"))
    noisy = scope.step("the noise, summed", scope.lemma("momentum-mean-square", "noise"))
    e, p, q, n, one, changes, v, c = reals("e p q n one changes v c")
    ends = [le(0, c), lt(c, 1)]
    starts = _root_of_start()
    final = prove(
        le(
            e,
            c * sqrt(one) / sqrt(1 - c**2) + c / (1 - c) * sqrt(changes) + sqrt((1 - c) / (1 + c)) * sqrt(v),
        ),
        le(e, sqrt(p) + sqrt(q) + sqrt(n)),
        starts,
        _scaled_root(q, changes, c / (1 - c), prove(le(0, c / (1 - c)), *ends)),
        _root_of_noise(),
        degree=1,
    )
    bodies = (start_part(t), drift_part(t), noise(t))
    finite = [instantiate(step, {k: t}) for step in finite_parts(scope)]
    nonneg = [
        prove(le(0, total(body**2)), TIMES.monotone(mean_nonneg(body, step)))
        for body, step in zip(bodies, finite, strict=True)
    ]
    first = mean_nonneg(a(1, j, w), scope.the("E|a_1|^2 is finite"))
    later = at(scope.the("E|a_t - a_{t+1}|^2 is finite"), t, given=[le(1, t)])
    moved = prove(le(0, total(change(t) ** 2)), TIMES.monotone(mean_nonneg(change(t), later)))
    sigma = TIMES.monotone(instantiate(momentum_error.variance_nonneg(scope), {k: t}))
    sigma = prove(le(0, TIMES.of(variance(t))), sigma)
    values = {
        e: ROOT_ERROR,
        p: total(start_part(t) ** 2),
        q: total(drift_part(t) ** 2),
        n: total(noise(t) ** 2),
        one: mean(a(1, j, w) ** 2),
        changes: total(change(t) ** 2),
        v: TIMES.of(variance(t)),
        c: b1,
    }
    facts = [parts, started, drifted, noisy, *nonneg, first, moved, sigma, *scope.given(*BETA)]
    return prove(scope.goal, cut(instantiate(final, values), *facts), degree=1)


def _scaled_root(q: Any, changes: Any, ratio: Any, positive: Step) -> Step:
    """q <= ratio^2*changes gives sqrt(q) <= ratio*sqrt(changes)."""
    x, y, r = reals("x y r")
    above = prove(le(0, r * sqrt(y)), le(0, r), le(0, y))
    root = prove(le(sqrt(x), r * sqrt(y)), le(x, r**2 * y), le(0, x), le(0, y), above)
    return cut(instantiate(root, {x: q, y: changes, r: ratio}), positive)


def _root_of_start() -> Step:
    """(1 - c^2)*p <= c^2*one gives sqrt(p) <= c*sqrt(one)/sqrt(1 - c^2)."""
    p, one, c, f, y, x = reals("p one c f y x")
    scaled = prove(
        le(f * y, c * sqrt(one)),
        prove(le(f**2 * y**2, c**2 * one), le(x * p, c**2 * one), eq(f**2, x), eq(y**2, p)),
        le(0, one),
        prove(le(0, c * sqrt(one)), le(0, c), le(0, one)),
    )
    divided = prove(le(y, c * sqrt(one) / f), scaled, lt(0, f))
    small = prove(lt(0, 1 - c**2), le(0, c), lt(c, 1))
    root = sqrt(1 - c**2)
    facts = [
        prove(lt(0, root), small),
        prove(eq(product(root, root), 1 - c**2), small),
        prove(eq(product(sqrt(p), sqrt(p)), p), le(0, p)),
    ]
    return cut(instantiate(divided, {f: root, y: sqrt(p), x: 1 - c**2}), *facts)


def _root_of_noise() -> Step:
    """n <= (1 - c)/(1 + c)*v gives sqrt(n) <= sqrt((1 - c)/(1 + c))*sqrt(v)."""
    n, v, c, r = reals("n v c r")
    above = prove(le(0, sqrt(r) * sqrt(v)), le(0, r), le(0, v))
    root = prove(le(sqrt(n), sqrt(r) * sqrt(v)), le(n, r * v), le(0, n), le(0, r), le(0, v), above)
    ratio = prove(le(0, (1 - c) / (1 + c)), le(0, c), lt(c, 1))
    return cut(instantiate(root, {r: (1 - c) / (1 + c)}), ratio)


# --- models -------------------------------------------------------------------------------------------


def with_drift(model: Model) -> Model:
    """The model with Q and delta: the drift of its gradients."""
    gradient, beta1 = model.functions["a"], model.variables["b1"]

    def moved(time: int, i: int, point: Any) -> Any:
        return gradient(time, i, point) - gradient(time + 1, i, point)

    def drifted(time: int, i: int, point: Any) -> Any:
        value = 0
        for step in range(1, time):
            value = beta1 * (value + moved(step, i, point))
        return value

    return model.extended(functions={"Q": drifted, "delta": moved})


def models(rng: Random) -> Iterator[Model]:
    return map(with_drift, problems.runs(rng))


def only(problem: problems.Problem) -> Any:
    return lambda rng: map(with_drift, problems.fixed_run(problem)(rng))


ROOT_ERROR = sqrt(total((m(t, j, w) - a(t, j, w)) ** 2))
START_TERM = b1 * sqrt(mean(a(1, j, w) ** 2)) / sqrt(1 - b1**2)
DRIFT_TERM = b1 / (1 - b1) * sqrt(total(change(t) ** 2))
NOISE_TERM = sqrt((1 - b1) / (1 + b1)) * sqrt(TIMES.of(variance(t)))
PARTS = sqrt(total(start_part(t) ** 2)) + sqrt(total(drift_part(t) ** 2)) + sqrt(total(noise(t) ** 2))
ALL = (*MOMENTUM, *A2, *FINITE)
DRIFT_BOUND = (b1 / (1 - b1)) ** 2 * total(delta(t, j, w) ** 2)

lemma = Lemma(
    slug="momentum-mean-square",
    title="A bound on the sum over time of the mean square momentum error, for uncorrelated noise",
    source=Source.OURS,
    where="what the averaged bound on the magnitudes needs of momentum-error: squares instead of norms",
    assumptions={
        **MOMENTUM,
        **A2,
        "beta1 is not negative": le(0, b1),
        "beta1 < 1": lt(b1, 1),
        **FINITE,
        **DRIFT,
        **START,
        **HORIZON,
    },
    claims=[
        Claim(
            "on average",
            le(ROOT_ERROR, START_TERM + DRIFT_TERM + NOISE_TERM),
            on_average,
            given=(*ALL, *BETA, *HORIZON),
        ),
        Claim("finite", Integrable(mean((m(t, j, w) - a(t, j, w)) ** 2)), error_finite, given=(*ALL, *BETA, *START)),
        Claim("three parts", le(ROOT_ERROR, PARTS), root_sum, given=(*ALL, *BETA)),
        Claim(
            "noise",
            le(total(noise(t) ** 2), (1 - b1) / (1 + b1) * TIMES.of(variance(t))),
            noise_sum,
            given=(*A2, *BETA, *HORIZON),
        ),
        Claim(
            "start",
            le((1 - b1**2) * total(start_part(t) ** 2), b1**2 * mean(a(1, j, w) ** 2)),
            start_sum,
            given=("E|a_1|^2 is finite", *HORIZON),
        ),
        Claim("drift", le(total(Q(t, j, w) ** 2), DRIFT_BOUND), drift_sum, given=(*DRIFT, *BETA, *HORIZON)),
        Claim(
            "drift, expected step",
            le(
                mean(Q(t + 1, j, w) ** 2),
                b1 * mean(Q(t, j, w) ** 2) + b1**2 / (1 - b1) * mean(delta(t, j, w) ** 2),
            ),
            drift_step,
            given=(*DRIFT, *BETA, *START),
        ),
        Claim("drift is finite", Integrable(mean(Q(t, j, w) ** 2)), drift_finite, given=(*DRIFT, *BETA, *START)),
        Claim(
            "drift, one step",
            YOUNG,
            young,
            given=("Q_{t+1} = b1*(Q_t + delta_t)", *BETA, *START),
        ),
    ],
    models=models,
    mutants=[
        Mutant("without the start", conclusion=le(ROOT_ERROR, DRIFT_TERM + NOISE_TERM), models=only(problems.FIRST)),
        Mutant("without the drift", conclusion=le(ROOT_ERROR, START_TERM + NOISE_TERM), models=only(problems.TURNING)),
        Mutant("without the noise", conclusion=le(ROOT_ERROR, START_TERM + DRIFT_TERM), models=only(problems.NOISY)),
        Mutant("inequality reversed", conclusion=le(START_TERM + DRIFT_TERM + NOISE_TERM, ROOT_ERROR)),
        Mutant(
            "noise of different times correlated",
            drop=("A2: noises of different times are uncorrelated",),
            models=only(problems.ALIKE),
        ),
        Mutant("drift times b1^4", conclusion=le(total(Q(t, j, w) ** 2), b1**4 * DRIFT_BOUND), claim="drift"),
    ],
)
