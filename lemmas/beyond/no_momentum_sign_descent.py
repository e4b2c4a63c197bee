"""Sign descent without momentum stays, in the mean, a constant times the noise level away from the minimum.

On F(x) = x^2/2, where the gradient is x, let x_{t+1} = x_t - gamma*sign(x_t + xi_t), which is Adam with beta1, beta2
and epsilon 0.  The noise xi_t is -a or a*(1 - delta)/delta and has mean 0 given the past; so the second value has
probability delta, and E[xi_t^2] = a^2*(1 - delta)/delta.  Then

    mean of E|x_t| >= a*(1 - 2*delta - max(0, a + gamma - x_1)/(gamma*T))/(2 - 2*delta).

For delta = 1/5 the noise has variance s0^2 = 4*a^2, and if x_1 >= a + gamma, the mean is at least 3/16*s0 for every T.

Proof.  Let S_t = sign(a - x_t).  If xi_t = -a, then sign(x_t + xi_t) = -S_t; otherwise it is at most 1.  In one line,

    sign(x_t + xi_t) <= delta - (1 - delta)*S_t + delta/a*(S_t + 1)*xi_t.

Moreover |x_t| >= a/2*(1 - S_t), so that

    a/(2 - 2*delta)*(1 - 2*delta - (x_{t+1} - x_t)/gamma) <= |x_t| + delta/(2 - 2*delta)*(S_t + 1)*xi_t.

In expectation the last term is 0, and the differences telescope.  Finally x_{T+1} <= max(x_1, a + gamma), as only from
below a does x_t move up.

Of the noise having mean 0 given the past only E[xi_t] = 0 and E[S_t*xi_t] = 0 are used, so that is what is assumed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from itertools import product as sequences
from math import prod
from random import Random
from typing import Any

from sympy import Abs, Integer, Rational, Sum, sign

from adamproof.lemmas.foundations.functionals import rational
from adamproof.lemmas.notation import T, gamma, t
from adamproof.numeric.models import Model
from adamproof.prover import (
    E,
    Functional,
    Point,
    Step,
    at,
    by_cases,
    cut,
    eq,
    forall,
    function,
    induction,
    instantiate,
    le,
    lt,
    product,
    prove,
    put,
    reals,
    rewrite,
    settle,
    sum_empty,
    sum_last,
)
from adamproof.theory.lemma import Claim, Lemma, Mutant, Scope, Source

w = Point("w")
over = Functional("E", w)
a, delta, x1 = reals("a delta x1")
x, xi = (function(name, "int", "point") for name in ("x", "xi"))
RUNNING = [le(1, t)]

SPIKE = a * (1 - delta) / delta  # the rare value of the noise
SIDE = sign(a - x(t, w))  # S_t
UNIT = a / (2 - 2 * delta)
WEIGHT = delta / (2 - 2 * delta)
STEP_SIGN = sign(x(t, w) + xi(t, w))
CONSTANTS = ("a is positive", "delta is positive", "delta < 1", "gamma is positive")
CENTRED = ("the noise has mean 0", "the noise has mean 0 on both sides of a")
NOISE = ("the noise has two values", "the noise has mean 0")
RUN = (*CONSTANTS, "T is a horizon", "x starts at x_1", "x moves by sign descent", "the noise has two values", *CENTRED)


BELOW = a + gamma - x1
CLIMB = (BELOW + Abs(BELOW)) / 2  # max(0, a + gamma - x_1)


# --- one step, over plain variables: y = x_t, z = xi_t, u = sign(x_t + xi_t) -------------------------

y, z, u = reals("y z u")
AT_Y = sign(a - y)
CONSTANTS_ALONE = [lt(0, a), lt(0, delta), lt(delta, 1)]
TWO_VALUES = eq((z + a) * (z - SPIKE), 0)


def odd() -> Step:
    """sign(-z) = -sign(z)."""
    goal = eq(sign(-z, evaluate=False), -sign(z))
    zero = prove(eq(z, 0), le(z, 0), le(0, z))
    return by_cases(z, 0, by_cases(0, z, prove(goal, zero), prove(goal, lt(z, 0))), prove(goal, lt(0, z)))


def two_values() -> tuple[Step, Step]:
    """z = -a if z <= -a, and otherwise z = a*(1 - delta)/delta."""
    value = reals("value")
    split = [eq((z + a) * (z - value), 0), lt(0, a), lt(0, value)]
    found = prove(eq(z, -a), split, le(z, -a)), prove(eq(z, value), split, lt(-a, z))
    positive = prove(lt(0, SPIKE), CONSTANTS_ALONE)
    common, rare = (cut(instantiate(case, {value: SPIKE}), positive) for case in found)
    return common, rare


def one_sign() -> Step:
    """sign(y + z) <= delta - (1 - delta)*S + delta/a*(S + 1)*z, by the value of the noise z."""
    goal = le(sign(y + z), delta - (1 - delta) * AT_Y + delta / a * (AT_Y + 1) * z)
    common, rare = two_values()
    mirrored = instantiate(odd(), {z: a - y})
    at_common = prove(put(goal, z, -a), mirrored, CONSTANTS_ALONE)
    share = prove(eq(product(delta / a, SPIKE), 1 - delta), CONSTANTS_ALONE)
    s, f, v = reals("s f v")
    at_rare = prove(le(u, delta - (1 - delta) * s + f * (s + 1) * v), le(u, 1), eq(f * v, 1 - delta))
    at_rare = instantiate(at_rare, {u: sign(y + SPIKE), s: AT_Y, f: delta / a, v: SPIKE})
    at_rare = cut(at_rare, prove(le(sign(y + SPIKE), 1)), share)
    cases = [
        rewrite(found, prove(eq(value, z), equal), z, goal)
        for found, equal, value in ((at_common, common, -a), (at_rare, rare, SPIKE))
    ]
    return by_cases(z, -a, *cases)


def one_step() -> Step:
    """a/(2 - 2*delta)*(1 - 2*delta + sign(y + z)) <= |y| + delta/(2 - 2*delta)*(S + 1)*z."""
    s, f, r = reals("s f r")
    far = prove(le(a / 2 * (1 - AT_Y), Abs(y)), le(a, y), lt(0, a))
    near = prove(le(a / 2 * (1 - AT_Y), Abs(y)), lt(y, a))
    size = by_cases(a, y, far, near)
    scaled = prove(le(f * (1 - 2 * delta + u), f * (1 - 2 * delta + r)), le(u, r), le(0, f))
    right = delta - (1 - delta) * s + delta / a * (s + 1) * z
    simple = prove(
        eq(UNIT * (1 - 2 * delta + right), a / 2 * (1 - s) + WEIGHT * (s + 1) * z), CONSTANTS_ALONE, lt(0, 1 - delta)
    )
    scaled = cut(instantiate(scaled, {f: UNIT, r: right}), prove(le(0, UNIT), CONSTANTS_ALONE))
    found = prove(le(UNIT * (1 - 2 * delta + u), a / 2 * (1 - s) + WEIGHT * (s + 1) * z), scaled, simple, degree=1)
    found = cut(instantiate(found, {u: sign(y + z), s: AT_Y}), one_sign(), prove(lt(0, 1 - delta), lt(delta, 1)))
    return prove(le(UNIT * (1 - 2 * delta + sign(y + z)), Abs(y) + WEIGHT * (AT_Y + 1) * z), found, size, degree=1)


# --- for random iterates -----------------------------------------------------------------------------


def noise_is_small(scope: Scope) -> Step:
    """|xi_t| <= a + a*(1 - delta)/delta."""
    value = reals("value")
    split = [eq((z + a) * (z - value), 0), lt(0, a), lt(0, value)]
    size = prove(le(Abs(z), a + value), prove(le(z, value), split), prove(le(-a, z), split), split[1:], degree=1)
    constants = scope.given("a is positive")
    size = cut(instantiate(size, {value: SPIKE, z: xi(t, w)}), spike_is_positive(scope), constants)
    return cut(size, at(scope.the("the noise has two values"), w, t))


def spike_is_positive(scope: Scope) -> Step:
    return prove(lt(0, SPIKE), scope.given("a is positive", "delta is positive", "delta < 1"))


class Finite:
    """The expectations of xi_t, S_t*xi_t, x_t and |x_t| are finite, as these are bounded."""

    def __init__(self, scope: Scope) -> None:
        size = noise_is_small(scope)
        most = a + SPIKE
        unit = over.integrable(most, constant=most)
        self.noise = bounded(size, unit)
        m, s = reals("m s")
        smaller = prove(le(Abs(s * z), m), le(Abs(z), m), le(s, 1), le(-1, s))
        smaller = instantiate(smaller, {m: most, s: SIDE, z: xi(t, w)})
        self.aligned = bounded(cut(smaller, size, prove(le(SIDE, 1)), prove(le(-1, SIDE))), unit)
        reach = self._reach(scope)
        self.iterate = bounded(reach, over.integrable(reach.conclusion.args[1], constant=reach.conclusion.args[1]))
        self.size = over.absolute(x(t, w), self.iterate)
        self.following = settle(instantiate(self.iterate, {t: t + 1}), prove(le(1, t + 1), RUNNING))

    @staticmethod
    def _reach(scope: Scope) -> Step:
        """|x_t| <= |x_1| + gamma*(t - 1)."""
        goal = le(Abs(x(t, w)), Abs(x1) + gamma * (t - 1))
        start = rewrite(prove(le(Abs(x1), Abs(x1))), prove(eq(x1, x(1, w)), start_at(scope)), y, le(Abs(y), Abs(x1)))
        n, r = reals("n r")
        longer = prove(le(Abs(n), r + gamma), eq(n, y - gamma * u), le(Abs(y), r), le(u, 1), le(-1, u), lt(0, gamma))
        longer = instantiate(longer, {n: x(t + 1, w), y: x(t, w), u: STEP_SIGN, r: goal.args[1]})
        signs = prove(le(STEP_SIGN, 1)), prove(le(-1, STEP_SIGN))
        step = cut(longer, move(scope), scope.given("gamma is positive"), *signs)
        return induction(goal, t, prove(put(goal, t, 1), start), prove(put(goal, t, t + 1), step, degree=1), 1)


def bounded(size: Step, whole: Step) -> Step:
    """E X is finite, from |X| <= Y and the same of Y."""
    return over.dominated(size, whole) or size


def start_at(scope: Scope) -> Step:
    return at(scope.the("x starts at x_1"), w)


def move(scope: Scope) -> Step:
    return at(scope.the("x moves by sign descent"), w, t)


def expected_step(scope: Scope) -> Step:
    """a/(2 - 2*delta)*(1 - 2*delta - (E x_{t+1} - E x_t)/gamma) <= E|x_t|."""
    finite = Finite(scope)
    positive = scope.given("gamma is positive")
    each = instantiate(one_step(), {y: x(t, w), z: xi(t, w)})
    each = cut(each, scope.given(*CONSTANTS), at(scope.the("the noise has two values"), w, t))
    f, r = reals("f r")
    swap = prove(
        le(f * (1 - 2 * delta - y / gamma), r), le(f * (1 - 2 * delta + u), r), eq(y, -gamma * u), lt(0, gamma)
    )
    change = x(t + 1, w) - x(t, w)
    swap = instantiate(swap, {f: UNIT, y: change, u: STEP_SIGN, r: each.conclusion.args[1]})
    each = cut(swap, each, prove(eq(change, -gamma * STEP_SIGN), move(scope)), positive)
    scope.step("one step, for every outcome", each)
    average = over.monotone(
        each,
        (1, finite.size),
        (WEIGHT, finite.aligned),
        (WEIGHT, finite.noise),
        (UNIT / gamma, finite.following),
        (-UNIT / gamma, finite.iterate),
        constant=-UNIT * (1 - 2 * delta),
    )
    centred = [at(scope.the(name), t) for name in CENTRED]
    drift = E(x(t + 1, w), w) - E(x(t, w), w)
    goal = le(UNIT * (1 - 2 * delta - drift / gamma), E(Abs(x(t, w)), w))
    return scope.step("one step, in expectation", prove(goal, average, centred, degree=1))


def total(time: Any) -> Any:
    """The sum of E|x_t|."""
    return Sum(E(Abs(x(t, w)), w), (t, 1, time))


def telescoped(scope: Scope) -> Step:
    """a/(2 - 2*delta)*((1 - 2*delta)*T - (E x_{T+1} - x_1)/gamma) <= the sum of E|x_t|."""
    step = expected_step(scope)

    def goal(time: Any) -> Any:
        drift = E(x(time + 1, w), w) - x1
        return le(UNIT * ((1 - 2 * delta) * time - drift / gamma), total(time))

    one = prove(le(1, Integer(1)))
    start = over.equal(start_at(scope))
    first = settle(instantiate(step, {t: Integer(1)}), one)
    split = sum_last(total(Integer(1)), one), sum_empty(total(Integer(0)))
    base = prove(goal(Integer(1)), first, start, split, degree=1)
    later = prove(le(1, T + 1), le(1, T))
    following = settle(instantiate(step, {t: T + 1}), later)
    more = prove(goal(T + 1), following, goal(T), sum_last(total(T + 1), later), degree=1)
    return scope.step("the steps, summed", induction(goal(T), T, base, more, 1))


def highest(scope: Scope) -> Step:
    """x_t <= max(x_1, a + gamma)."""
    top = reals("top")
    goal = le(x(t, w), x1 + CLIMB)
    kept = le(y - gamma * sign(y + z), top)
    given = [le(y, top), le(a + gamma, top), le(-a, z), lt(0, gamma)]
    zero = prove(eq(y + z, 0), le(0, y + z), le(y + z, 0))
    down = by_cases(y + z, 0, prove(kept, zero, given), prove(kept, lt(0, y + z), given))
    kept = by_cases(0, y + z, down, prove(kept, lt(y + z, 0), given))
    kept = instantiate(kept, {y: x(t, w), z: xi(t, w), top: x1 + CLIMB})
    value = reals("value")
    lowest = prove(le(-a, z), eq((z + a) * (z - value), 0), lt(0, a), lt(0, value))
    lowest = cut(
        instantiate(lowest, {value: SPIKE, z: xi(t, w)}), spike_is_positive(scope), scope.given("a is positive")
    )
    lowest = cut(lowest, at(scope.the("the noise has two values"), w, t))
    kept = cut(kept, lowest, scope.given("gamma is positive"), prove(le(a + gamma, x1 + CLIMB)))
    step = prove(put(goal, t, t + 1), kept, move(scope), degree=1)
    start = prove(put(goal, t, 1), start_at(scope), prove(le(0, CLIMB)), degree=1)
    return scope.step("x_t <= max(x_1, a + gamma)", induction(goal, t, start, step, 1))


MEAN = total(T) / T


def floor(factor: Any = UNIT, share: Any = 1 - 2 * delta, climb: Any = CLIMB) -> Any:
    """a*(1 - 2*delta - max(0, a + gamma - x_1)/(gamma*T))/(2 - 2*delta) <= the mean of E|x_t|."""
    # over 2, as SymPy would halve every term of the maximum
    return le(factor * (share - 2 * climb / (2 * gamma * T)), MEAN)


def proof(scope: Scope) -> Step:
    horizon, positive = scope.given("T is a horizon"), scope.given("gamma is positive")
    summed = telescoped(scope)
    ahead = prove(le(1, T + 1), horizon)
    top = settle(instantiate(highest(scope), {t: T + 1}), ahead)
    finite = settle(instantiate(Finite(scope).iterate, {t: T + 1}), ahead)
    top = scope.step("the last iterate", over.monotone(top, (-1, finite), constant=x1 + CLIMB))
    f, r, m, d, n, s = reals("f r m d n s")
    higher = prove(le(d / gamma, r / gamma), le(d, r), lt(0, gamma))
    scaled = prove(le(f * (s * n - r / gamma), f * (s * n - d / gamma)), le(d / gamma, r / gamma), le(0, f))
    scaled = prove(le(f * (s * n - r / gamma), m), cut(scaled, higher), le(f * (s * n - d / gamma), m), degree=1)
    mean = prove(le(f * (s - r / (gamma * n)), m / n), scaled, lt(0, n), lt(0, gamma))
    drift = E(x(T + 1, w), w) - x1
    mean = instantiate(mean, {f: UNIT, r: CLIMB, m: total(T), d: drift, n: T, s: 1 - 2 * delta})
    unit = prove(le(0, UNIT), scope.given(*CONSTANTS))
    counted = prove(lt(0, T), horizon)
    return cut(mean, summed, prove(le(drift, CLIMB), top, degree=1), unit, counted, positive)


def from_above(scope: Scope) -> Step:
    floor_ = scope.step("from any start", scope.lemma("no-momentum-sign-descent", "floor"))
    none = prove(eq(CLIMB, 0), scope.given("x_1 >= a + gamma"))
    return prove(scope.goal, floor_, none)


def variance(scope: Scope) -> Step:
    """xi_t^2 = a^2*(1 - delta)/delta + (a*(1 - delta)/delta - a)*xi_t."""
    each = prove(eq(xi(t, w) ** 2, a * SPIKE + (SPIKE - a) * xi(t, w)), at(scope.the("the noise has two values"), w, t))
    return prove(scope.goal, over.equal(each), at(scope.the("the noise has mean 0"), t))


# --- runs ---------------------------------------------------------------------------------------------


def model(scale: Fraction, rare: Fraction, rate: Fraction, start: Fraction, paths: Sequence[Sequence[int]]) -> Model:
    """Sign descent for each path, a sequence of 0 (the noise is -a) and 1, with the weights of independent noise."""
    horizon = len(paths[0])
    values = (-scale, scale * (1 - rare) / rare)
    space = [(path, prod((rare if bit else 1 - rare for bit in path), start=Fraction(1))) for path in paths]
    return run(
        {"a": scale, "delta": rare, "gamma": rate, "x1": start, "T": horizon},
        {path: [values[bit] for bit in path] for path in paths},
        space,
    )


def run(variables: dict[str, Any], noise: dict[Any, Sequence[Fraction]], space: Sequence[Any]) -> Model:
    positions = {path: descent(variables["x1"], variables["gamma"], values) for path, values in noise.items()}
    horizon = variables["T"]

    def x_value(time: int, path: Any) -> Fraction:
        return positions[path][time - 1] if 1 <= time <= horizon + 1 else Fraction(0)

    def xi_value(time: int, path: Any) -> Fraction:
        return noise[path][time - 1] if 1 <= time <= horizon else Fraction(0)

    return Model(
        variables={**variables, "t": horizon},
        functions={"x": x_value, "xi": xi_value},
        space=space,
        integers=range(0, horizon + 1),
    )


def descent(start: Fraction, rate: Fraction, noise: Sequence[Fraction]) -> list[Fraction]:
    """x_1, ..., x_{T+1}."""
    positions = [start]
    for value in noise:
        slope = positions[-1] + value
        positions.append(positions[-1] - rate * ((slope > 0) - (slope < 0)))
    return positions


def models(rng: Random) -> Iterator[Model]:
    """All noise sequences of up to five steps, from starts below and above a."""
    while True:
        scale, rate = (abs(rational(rng)) + Fraction(1, 9) for _ in range(2))
        start = rng.choice([rational(rng), scale, scale + rate, scale + rate + abs(rational(rng)), Fraction(0)])
        paths = list(sequences((0, 1), repeat=rng.randint(1, 5)))
        yield model(scale, Fraction(rng.randint(1, 9), 10), rate, start, paths)


def starts_above(rng: Random) -> Iterator[Model]:
    """As models, from x_1 >= a + gamma on."""
    return (found for found in models(rng) if found.variables["x1"] >= found.variables["a"] + found.variables["gamma"])


def fixed(scale: Any, rare: Any, rate: Any, start: Any, steps: int) -> Callable[[Random], Iterator[Model]]:
    """One model, with all noise sequences of so many steps."""

    def generator(rng: Random) -> Iterator[Model]:
        paths = list(sequences((0, 1), repeat=steps))
        yield model(Fraction(scale), Fraction(rare), Fraction(rate), Fraction(start), paths)

    return generator


def one_outcome(start: Fraction, rate: Fraction, helpful: bool, steps: int) -> Callable[[Random], Iterator[Model]]:
    """a = 1 and delta = 1/5 with one outcome: no noise at all, or the value that has the sign of the gradient."""

    def generator(rng: Random) -> Iterator[Model]:
        noise, position = [], start
        for _ in range(steps):
            noise.append((Fraction(4) if position > 0 else Fraction(-1)) if helpful else Fraction(0))
            position = descent(position, rate, noise[-1:])[1]
        variables = {"a": 1, "delta": Fraction(1, 5), "gamma": rate, "x1": start, "T": steps}
        yield run(variables, {0: noise}, [(0, Fraction(1))])

    return generator


def ascent(rng: Random) -> Iterator[Model]:
    """gamma < 0, from the minimum on."""
    return (found for found in fixed(2, Fraction(1, 5), -1, 0, steps=1)(rng))


lemma = Lemma(
    slug="no-momentum-sign-descent",
    title="An example in which sign descent without momentum stays away from the minimum",
    source=Source.OURS,
    where="an example in which momentum is needed: sign descent, which is Adam with beta1, beta2 and epsilon 0",
    assumptions={
        "a is positive": lt(0, a),
        "delta is positive": lt(0, delta),
        "delta < 1": lt(delta, 1),
        "gamma is positive": lt(0, gamma),
        "T is a horizon": le(1, T),
        "t is a time": le(1, t),
        "x_1 >= a + gamma": le(a + gamma, x1),
        "x starts at x_1": forall(w, eq(x(1, w), x1)),
        "x moves by sign descent": forall((w, t), eq(x(t + 1, w), x(t, w) - gamma * STEP_SIGN), RUNNING),
        "the noise has two values": forall((w, t), eq((xi(t, w) + a) * (xi(t, w) - SPIKE), 0), RUNNING),
        "the noise has mean 0": forall(t, eq(E(xi(t, w), w), 0), RUNNING),
        "the noise has mean 0 on both sides of a": forall(t, eq(E(SIDE * xi(t, w), w), 0), RUNNING),
    },
    claims=[
        Claim("floor", floor(), proof, given=RUN),
        Claim("from above", floor(climb=Integer(0)), from_above, given=(*RUN, "x_1 >= a + gamma"), models=starts_above),
        Claim("variance", eq(E(xi(t, w) ** 2, w), a * SPIKE), variance, given=("t is a time", *NOISE)),
    ],
    models=models,
    mutants=[
        Mutant(
            "floor times 3/2",
            conclusion=floor(Rational(3, 2) * UNIT),
            models=fixed(1, Fraction(1, 20), 1, Fraction(1, 100), steps=7),
        ),
        Mutant(
            "1 - 2*delta replaced by 1",
            conclusion=floor(share=Integer(1)),
            models=fixed(1, Fraction(9, 20), Fraction(1, 2), Fraction(151, 100), steps=5),
        ),
        Mutant("floor from any start", conclusion=floor(climb=Integer(0))),
        Mutant("inequality reversed", conclusion=le(MEAN, floor().args[0])),
        Mutant("no noise", drop=("the noise has two values",), models=one_outcome(Fraction(0), Fraction(1), False, 30)),
        Mutant("noise that helps", drop=CENTRED, models=one_outcome(Fraction(0), Fraction(1, 4), True, 30)),
        Mutant("sign ascent", drop=("gamma is positive",), models=ascent),
        Mutant("x_1 anywhere", drop=("x_1 >= a + gamma",), claim="from above", models=models),
        Mutant("variance a^2", conclusion=eq(E(xi(t, w) ** 2, w), a**2), claim="variance"),
    ],
    constants={"floor": UNIT * (1 - 2 * delta)},
)
