"""Momentum averages the noise.

    E|(1 - b1)*sum of b1^(t-k)*xi_k| <= (1 - b1)*sqrt(sum of b1^(2(t-k))*(s0^2 + s1^2*E|a_k|^p))

The average N_t obeys N_{t+1} = b1*N_t + (1 - b1)*xi_{t+1}.  New noise is uncorrelated with old noise, hence with N_t,
so E|N_{t+1}|^2 = b1^2*E|N_t|^2 + (1 - b1)^2*E|xi_{t+1}|^2; Jensen's inequality for the square root takes the root.

A2 enters through two consequences of the tower property: noises of different times are uncorrelated, and
E|xi_k|^2 <= s0^2 + s1^2*E|a_k|^p.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from itertools import product as tuples
from random import Random
from typing import Any

from sympy import Abs, Integer, Rational, Sum, sqrt

from adamproof.lemmas.foundations.functionals import rational
from adamproof.lemmas.notation import COORDINATES, b1, j, k, n, norm, p, s0, s1, t, w
from adamproof.numeric.models import Model
from adamproof.prover import (
    E,
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
    integers,
    le,
    lt,
    power,
    prove,
    put,
    real_power,
    reals,
    sum_empty,
)
from adamproof.theory.lemma import Claim, Lemma, Mutant, Scope, Source

xi, a, N = (function(name, "int", "int", "point") for name in ("xi", "a", "N"))  # time, coordinate, outcome
variance = function("variance")
over = Functional("E", w)
i = integers("i")


def unrolled(time: Any) -> Any:
    """Coordinate j of the averaged noise."""
    return (1 - b1) * Sum(power(b1, time - k) * xi(k, j, w), (k, 1, time))


def a2_variance(time: Any) -> Any:
    return s0**2 + s1**2 * E(real_power(norm(a(time, j, w)), p), w)


def weights(of: Any, time: Any) -> Any:
    """The sum of b1^(2(t-k))*of(k)."""
    return Sum(power(b1**2, time - k) * of(k), (k, 1, time))


def dot(x: Any, y: Any) -> Any:
    return COORDINATES.of(x * y)


RECURSION = {
    "N starts at 0": forall((j, w), eq(N(0, j, w), 0)),
    "N is a moving average of the noise": forall(
        (j, w, k), eq(N(k + 1, j, w), b1 * N(k, j, w) + (1 - b1) * xi(k + 1, j, w)), [le(0, k)]
    ),
}


def a2(noise: Callable[[Any], Any]) -> dict[str, Any]:
    """A2 for a noise given by its coordinate j at a time: what it gives without conditioning on the past."""
    square = COORDINATES.of(noise(k) ** 2)
    return {
        "A2: noises of different times are uncorrelated": forall(
            (i, k), eq(E(dot(noise(i), noise(k)), w), 0), [le(1, i), lt(i, k)]
        ),
        "A2: the variance of the noise": forall(k, le(E(square, w), a2_variance(k)), [le(1, k)]),
        "A2: the noise has finite variance": forall(k, Integrable(E(square, w)), [le(1, k)]),
    }


A2 = a2(lambda time: xi(time, j, w))
ANY_VARIANCE = {
    "the variance of the noise": forall(k, le(E(COORDINATES.of(xi(k, j, w) ** 2), w), variance(k)), [le(1, k)]),
}
TIME = le(0, t)
UNCORRELATED, _, FINITE = A2


def following(scope: Scope) -> Step:
    """N_{t+1} in terms of N_t, for every coordinate and outcome."""
    return at(scope.the("N is a moving average of the noise"), j, w, t)


def finite(scope: Scope) -> Step:
    """E|N_t|^2 is finite: |N_{t+1}|^2 <= 2*b1^2*|N_t|^2 + 2*(1 - b1)^2*|xi_{t+1}|^2."""
    body = COORDINATES.of(N(t, j, w) ** 2)
    goal = Integrable(E(body, w))
    start = COORDINATES.equal(prove(eq(N(0, j, w) ** 2, 0), at(scope.the("N starts at 0"), j, w)))
    zero = over.dominated(_equal_sizes(COORDINATES.of(N(0, j, w) ** 2), 0, start), over.integrable(0, constant=0))
    new = COORDINATES.of(xi(t + 1, j, w) ** 2)
    x, y, c = reals("x y c")
    young = prove(
        le((c * x + (1 - c) * y) ** 2, 2 * c**2 * x**2 + 2 * (1 - c) ** 2 * y**2), squares=[c * x - (1 - c) * y]
    )
    young = instantiate(young, {x: N(t, j, w), y: xi(t + 1, j, w), c: b1})
    next_body = COORDINATES.of(N(t + 1, j, w) ** 2)
    goal_one = le(N(t + 1, j, w) ** 2, 2 * b1**2 * N(t, j, w) ** 2 + 2 * (1 - b1) ** 2 * xi(t + 1, j, w) ** 2)
    bound = 2 * b1**2 * body + 2 * (1 - b1) ** 2 * new
    summed = prove(le(next_body, bound), COORDINATES.monotone(prove(goal_one, young, following(scope))), degree=1)
    nonneg = COORDINATES.monotone(prove(le(0, N(t + 1, j, w) ** 2)))
    size = cut(
        instantiate(prove(le(Abs(x), y), le(0, x), le(x, y)), {x: next_body, y: bound}),
        prove(le(0, next_body), nonneg),
        summed,
    )
    latest = at(scope.the(FINITE), t + 1, given=[prove(le(1, t + 1), TIME)])
    both = over.integrable(bound, (2 * b1**2, assume(goal)), (2 * (1 - b1) ** 2, latest))
    return induction(goal, t, zero, over.dominated(size, both))


def _equal_sizes(x_body: Any, y_body: Any, same: Step) -> Step:
    x, y = reals("x y")
    return cut(
        instantiate(prove(le(Abs(x), Abs(y)), eq(x, y)), {x: x_body, y: y_body}), prove(eq(x_body, y_body), same)
    )


def uncorrelated(scope: Scope) -> Step:
    """E<N_t, xi_n> = 0 for every n > t."""
    product = E(dot(N(t, j, w), xi(n, j, w)), w)
    goal = forall(n, eq(product, 0), [lt(t, n)])
    start = prove(eq(N(0, j, w) * xi(n, j, w), 0), at(scope.the("N starts at 0"), j, w))
    base = prove(eq(E(dot(N(0, j, w), xi(n, j, w)), w), 0), over.equal(COORDINATES.equal(start)))
    base = generalise(base, n, [lt(0, n)])
    old = at(assume(goal), n, given=[lt(t, n)])
    late = prove(lt(t, n), lt(t + 1, n))
    new = at(scope.the(UNCORRELATED), t + 1, n, given=[prove(le(1, t + 1), TIME), lt(t + 1, n)])
    one = prove(
        eq(N(t + 1, j, w) * xi(n, j, w), b1 * (N(t, j, w) * xi(n, j, w)) + (1 - b1) * (xi(t + 1, j, w) * xi(n, j, w))),
        following(scope),
    )
    mean = over.equal(COORDINATES.equal(one))
    step = prove(eq(E(dot(N(t + 1, j, w), xi(n, j, w)), w), 0), mean, cut(old, late), new)
    return induction(goal, t, base, generalise(step, n, [lt(t + 1, n)]))


def second_moment(scope: Scope) -> Step:
    """E|N_t|^2 <= (1 - b1)^2*sum of b1^(2(t-k))*variance_k."""
    square = E(COORDINATES.of(N(t, j, w) ** 2), w)
    goal = le(square, (1 - b1) ** 2 * weights(variance, t))
    zero = COORDINATES.equal(prove(eq(N(0, j, w) ** 2, 0), at(scope.the("N starts at 0"), j, w)))
    empty = scope.lemma("averaging", "recursion")
    base = prove(put(goal, t, 0), over.equal(zero), sum_empty(weights(variance, Integer(0))))
    recursion = instantiate(empty, {reals("b"): b1**2, function("c"): ((k,), variance(k))})
    old, new = N(t, j, w), xi(t + 1, j, w)
    one = prove(
        eq(N(t + 1, j, w) ** 2, b1**2 * old**2 + 2 * b1 * (1 - b1) * (old * new) + (1 - b1) ** 2 * new**2),
        following(scope),
    )
    mean = over.equal(COORDINATES.equal(one))
    cross = at(scope.lemma("momentum-noise", "uncorrelated"), t + 1, given=[prove(lt(t, t + 1))])
    moment = prove(
        eq(
            E(COORDINATES.of(N(t + 1, j, w) ** 2), w),
            b1**2 * square + (1 - b1) ** 2 * E(COORDINATES.of(new**2), w),
        ),
        mean,
        cross,
    )
    scope.step("E|N_{t+1}|^2 = b1^2*E|N_t|^2 + (1 - b1)^2*E|xi_{t+1}|^2", moment)
    fresh_variance = at(scope.the("the variance of the noise"), t + 1, given=[prove(le(1, t + 1), TIME)])
    x, y, z, v = reals("x y z v")
    combined = prove(
        le(b1**2 * x + (1 - b1) ** 2 * y, (1 - b1) ** 2 * (b1**2 * z + v)),
        prove(le(b1**2 * x, b1**2 * ((1 - b1) ** 2 * z)), le(x, (1 - b1) ** 2 * z), prove(le(0, b1**2))),
        prove(le((1 - b1) ** 2 * y, (1 - b1) ** 2 * v), le(y, v), prove(le(0, (1 - b1) ** 2), squares=[1 - b1])),
    )
    combined = instantiate(
        combined,
        {x: square, y: E(COORDINATES.of(new**2), w), z: weights(variance, t), v: variance(t + 1)},
    )
    combined = cut(combined, fresh_variance)
    step = prove(put(goal, t, t + 1), moment, combined, _scaled(recursion), degree=1)
    return induction(goal, t, base, step)


def _scaled(recursion: Step) -> Step:
    """(1 - b1)^2 times the recursion of the weights."""
    lhs, rhs = recursion.conclusion.args
    x, y = reals("x y")
    return cut(instantiate(prove(eq((1 - b1) ** 2 * x, (1 - b1) ** 2 * y), eq(x, y)), {x: lhs, y: rhs}), recursion)


def root(scope: Scope) -> Step:
    """Jensen's inequality for the square root."""
    body = COORDINATES.of(N(t, j, w) ** 2)
    moment = scope.step("E|N_t|^2", scope.lemma("momentum-noise", "second moment"))
    nonneg = COORDINATES.monotone(prove(le(0, N(t, j, w) ** 2)))
    nonneg = prove(le(0, body), nonneg)
    bounded = scope.lemma("momentum-noise", "finite")
    jensen = instantiate(scope.lemma("jensen-sqrt", "expectations"), {function("Z", "point"): ((w,), body)})
    jensen = cut(jensen, generalise(nonneg, w), bounded)
    mean = prove(le(0, E(body, w)), over.monotone(nonneg, (1, bounded)))
    x, y, c, m = reals("x y c m")
    above = prove(le(0, c * sqrt(y)), le(0, c), le(0, y))
    top = prove(le(sqrt(x), c * sqrt(y)), le(x, c**2 * y), le(0, x), le(0, y), above)
    final = prove(le(m, c * sqrt(y)), le(m, sqrt(x)), top, degree=1)
    values = {m: E(norm(N(t, j, w)), w), x: E(body, w), y: weights(variance, t), c: 1 - b1}
    below = prove(le(0, 1 - b1), scope.given("beta1 <= 1"))
    return cut(instantiate(final, values), jensen, moment, mean, below, _weights_nonneg(scope))


def _weights_nonneg(scope: Scope) -> Step:
    """The bound is not negative, as variances are not."""
    summand = xi(k, j, w)
    square = prove(le(0, COORDINATES.of(summand**2)), COORDINATES.monotone(prove(le(0, summand**2))))
    bounded = at(scope.the(FINITE), k, given=[le(1, k)])
    mean = over.monotone(square, (1, bounded))
    size = prove(le(0, variance(k)), mean, at(scope.the("the variance of the noise"), k, given=[le(1, k)]))
    weight = prove(le(0, power(b1**2, t - k)), le(k, t), prove(le(0, b1**2)))
    one = prove(le(0, power(b1**2, t - k) * variance(k)), weight, size)
    return prove(le(0, weights(variance, t)), Functional("Sum", k, (1, t)).monotone(one))


def with_a2(scope: Scope) -> Step:
    """N unrolled, and the variance that A2 allows."""
    general = instantiate(scope.lemma("momentum-noise", "any variance"), {variance: ((k,), a2_variance(k))})
    return _unrolled(scope, general)


def finite_norm(scope: Scope) -> Step:
    """|N_t| <= 1 + |N_t|^2 is finite."""
    square = _unrolled(scope, scope.lemma("momentum-noise", "finite"))
    body = COORDINATES.of(unrolled(t) ** 2)
    y = reals("y")
    size = instantiate(prove(le(Abs(sqrt(y)), 1 + y), le(0, y), squares=[sqrt(y) - Rational(1, 2)]), {y: body})
    size = cut(size, prove(le(0, body), COORDINATES.monotone(prove(le(0, unrolled(t) ** 2)))))
    return over.dominated(size, over.integrable(1 + body, (1, square), constant=1))


def _unrolled(scope: Scope, theorem: Step) -> Step:
    """A theorem about N, for the sum that N is."""
    general = instantiate(theorem, {N: ((t, j, w), unrolled(t))})
    zero = Integer(0)
    start = prove(eq(unrolled(zero), 0), sum_empty(unrolled(zero).args[1]))
    recursion = instantiate(
        scope.lemma("averaging", "recursion"), {reals("b"): b1, function("c"): ((k,), xi(k, j, w)), t: i}
    )
    move = prove(eq(unrolled(i + 1), b1 * unrolled(i) + (1 - b1) * xi(i + 1, j, w)), _once(recursion))
    return cut(general, generalise(start, (j, w)), generalise(move, (j, w, i), [le(0, i)]))


def _once(recursion: Step) -> Step:
    lhs, rhs = recursion.conclusion.args
    x, y = reals("x y")
    return cut(instantiate(prove(eq((1 - b1) * x, (1 - b1) * y), eq(x, y)), {x: lhs, y: rhs}), recursion)


# --- models ----------------------------------------------------------------------------------------


def models(rng: Random) -> Iterator[Model]:
    """Independent signs: the outcomes are the sequences of signs, and noise k is its sign times a fixed vector."""
    while True:
        steps, dimension = rng.randint(1, 4), rng.randint(1, 2)
        vectors = {(i, j): rational(rng, 4) for i in range(8) for j in range(4)}
        if rng.random() < 0.3:
            vectors = {place: Fraction(1) for place in vectors}
        yield signs(steps, dimension, vectors, Fraction(rng.randint(0, 9), 10), rng.randint(0, steps))


def signs(steps: int, dimension: int, vectors: dict[tuple[int, int], Fraction], beta1: Fraction, time: int) -> Model:
    outcomes = list(tuples((-1, 1), repeat=steps))

    def noise(i: int, j: int, outcome: tuple[int, ...]) -> Fraction:
        return outcome[i - 1] * vectors[i % 8, j % 4] if 1 <= i <= steps else Fraction(0)

    def average(i: int, j: int, outcome: tuple[int, ...]) -> Fraction:
        value = Fraction(0)
        for step in range(1, i + 1):
            value = beta1 * value + (1 - beta1) * noise(step, j, outcome)
        return value

    largest = max(
        sum((vectors[i % 8, j % 4] ** 2 for j in range(1, dimension + 1)), Fraction(0)) for i in range(1, steps + 1)
    )
    return Model(
        variables={"b1": beta1, "t": time, "d": dimension, "s0": 1 + largest, "s1": 0, "p": 1, "n": steps},
        functions={"xi": noise, "N": average, "a": noise, "variance": lambda i: largest},
        space=[(outcome, Fraction(1, len(outcomes))) for outcome in outcomes],
        integers=range(0, steps + 1),
    )


def one_step(rng: Random) -> Iterator[Model]:
    """One noise of size 1, seen at once: equality."""
    while True:
        ones = {(i, j): Fraction(1) for i in range(8) for j in range(4)}
        yield signs(1, 1, ones, Fraction(0), 1).extended(variables={"s0": 1})


def correlated(rng: Random) -> Iterator[Model]:
    """The same noise again and again: nothing is averaged away."""
    while True:
        yield one_fixed(4)


def one_fixed(steps: int) -> Model:
    beta1 = Fraction(1, 2)
    return Model(
        variables={"b1": beta1, "t": steps, "d": 1, "s0": 1, "s1": 0, "p": 1, "n": steps},
        functions={
            "xi": lambda i, j, outcome: Fraction(outcome),
            "N": lambda i, j, outcome: (1 - beta1**i) * outcome if i >= 0 else Fraction(0),
            "a": lambda i, j, outcome: Fraction(0),
            "variance": lambda i: Fraction(1),
        },
        space=[(-1, Fraction(1, 2)), (1, Fraction(1, 2))],
        integers=range(0, steps + 1),
    )


AVERAGE = E(norm(N(t, j, w)), w)
GIVEN = (*RECURSION, UNCORRELATED, FINITE)
LEFT, RIGHT = E(norm(unrolled(t)), w), (1 - b1) * sqrt(weights(a2_variance, t))

lemma = Lemma(
    slug="momentum-noise",
    title="A bound on the expected norm of the noise in the momentum, for uncorrelated noise",
    source=Source.RECONSTRUCTED,
    where="the summary says that noise averaging lets the gradient norm shrink",
    assumptions={
        **RECURSION,
        **A2,
        **ANY_VARIANCE,
        "beta1 <= 1": le(b1, 1),
        "t is a time": TIME,
    },
    claims=[
        Claim("A2", le(LEFT, RIGHT), with_a2, given=(*A2, "beta1 <= 1", "t is a time")),
        Claim("A2, finite", Integrable(LEFT), finite_norm, given=(FINITE, "t is a time")),
        Claim(
            "any variance",
            le(AVERAGE, (1 - b1) * sqrt(weights(variance, t))),
            root,
            given=(*GIVEN, "the variance of the noise", "beta1 <= 1", "t is a time"),
        ),
        Claim(
            "second moment",
            le(E(COORDINATES.of(N(t, j, w) ** 2), w), (1 - b1) ** 2 * weights(variance, t)),
            second_moment,
            given=(*RECURSION, UNCORRELATED, "the variance of the noise", "t is a time"),
        ),
        Claim(
            "uncorrelated",
            forall(n, eq(E(dot(N(t, j, w), xi(n, j, w)), w), 0), [lt(t, n)]),
            uncorrelated,
            given=(*RECURSION, UNCORRELATED, "t is a time"),
        ),
        Claim(
            "finite",
            Integrable(E(COORDINATES.of(N(t, j, w) ** 2), w)),
            finite,
            given=(*RECURSION, FINITE, "t is a time"),
        ),
    ],
    models=models,
    mutants=[
        Mutant("right side times 0.99", conclusion=le(LEFT, Rational(99, 100) * RIGHT), models=one_step),
        Mutant("1 - b1 twice", conclusion=le(LEFT, (1 - b1) * RIGHT), models=correlated, drop=(UNCORRELATED,)),
        Mutant("correlated noise", drop=(UNCORRELATED,), models=correlated),
        Mutant("correlated noise, second moment", drop=(UNCORRELATED,), claim="second moment", models=correlated),
        Mutant("inequality reversed", conclusion=le(RIGHT, LEFT)),
    ],
)
