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

from collections.abc import Callable, Sequence
from itertools import product as sequences
from math import prod

from ..vocabulary import *

over = Functional("E", w)
a, delta, x1 = reals("a delta x1")
x, xi = (function(name, "int", "point") for name in ("x", "xi"))
RUNNING = [le(1, t)]

SPIKE = a * (1 - delta) / delta  # the rare value of the noise
SIDE = sign(a - x(t, w))  # S_t
UNIT = a / (2 - 2 * delta)
WEIGHT = delta / (2 - 2 * delta)
STEP_SIGN = sign(x(t, w) + xi(t, w))
BELOW = a + gamma - x1
CLIMB = (BELOW + Abs(BELOW)) / 2  # max(0, a + gamma - x_1)
TWO_VALUES, MOVE, START = "the noise has two values", "x moves by sign descent", "x starts at x_1"
CONSTANTS = {
    "a is positive": lt(0, a),
    "delta is positive": lt(0, delta),
    "delta < 1": lt(delta, 1),
    "gamma is positive": lt(0, gamma),
    "T is a horizon": le(1, T),
}
PATH = {
    START: forall(w, eq(x(1, w), x1)),
    MOVE: forall((w, t), eq(x(t + 1, w), x(t, w) - gamma * STEP_SIGN), RUNNING),
    TWO_VALUES: forall((w, t), eq((xi(t, w) + a) * (xi(t, w) - SPIKE), 0), RUNNING),
}
CENTRED = {
    "the noise has mean 0": forall(t, eq(E(xi(t, w), w), 0), RUNNING),
    "the noise has mean 0 on both sides of a": forall(t, eq(E(SIDE * xi(t, w), w), 0), RUNNING),
}
RUN = (CONSTANTS, PATH, CENTRED)


def total(time: Any) -> Any:
    """The sum of E|x_t|."""
    return Sum(E(Abs(x(t, w)), w), (t, 1, time))


MEAN = total(T) / T
CHANGE = x(t + 1, w) - x(t, w)
STEP = le(UNIT * (1 - 2 * delta - CHANGE / gamma), Abs(x(t, w)) + WEIGHT * (SIDE + 1) * xi(t, w))


def floor(factor: Any = UNIT, share: Any = 1 - 2 * delta, climb: Any = CLIMB) -> Any:
    """a*(1 - 2*delta - max(0, a + gamma - x_1)/(gamma*T))/(2 - 2*delta) <= the mean of E|x_t|."""
    # over 2, as SymPy would halve every term of the maximum
    return le(factor * (share - 2 * climb / (2 * gamma * T)), MEAN)


# --- one step, for every outcome ----------------------------------------------------------------------


def three_cases(proof: Scope, y: Any, z: Any, shown: Callable[[Any], Step]) -> Step:
    """What holds for y < z, y == z and z < y."""
    at_most = lambda: proof.cases(z, y, lambda: shown(eq(y, z)), lambda: shown(lt(y, z)))  # noqa: E731
    return proof.cases(y, z, at_most, lambda: shown(lt(z, y)))


def one_sign(proof: Scope) -> Step:
    """sign(x_t + xi_t) <= delta - (1 - delta)*S_t + delta/a*(S_t + 1)*xi_t, by the value of the noise."""
    goal = le(STEP_SIGN, delta - (1 - delta) * SIDE + delta / a * (SIDE + 1) * xi(t, w))
    positive = proof.have(lt(0, SPIKE))

    def common() -> Step:
        known = proof.have(eq(xi(t, w), -a), TWO_VALUES, positive)
        return three_cases(proof, x(t, w), a, lambda case: proof.have(goal, known, case))

    def rare() -> Step:
        known = proof.have(eq(xi(t, w), SPIKE), TWO_VALUES, positive)
        return proof.have(goal, proof.have(eq(delta / a * xi(t, w), 1 - delta), known))

    return proof.cases(xi(t, w), -a, common, rare)


def one_step(proof: Scope) -> Step:
    """a/(2 - 2*delta)*(1 - 2*delta - (x_{t+1} - x_t)/gamma) <= |x_t| + delta/(2 - 2*delta)*(S_t + 1)*xi_t."""
    far = le(a / 2 * (1 - SIDE), Abs(x(t, w)))
    far = proof.cases(a, x(t, w), lambda: proof.have(far, le(a, x(t, w))), lambda: proof.have(far, lt(x(t, w), a)))
    change = proof.have(eq(CHANGE / gamma, -STEP_SIGN), MOVE)
    return proof.have(STEP, one_sign(proof), far, change)


# --- in expectation -------------------------------------------------------------------------------------


def bounds(proof: Scope) -> list[Step]:
    """|xi_t| and |S_t*xi_t| are at most a + a*(1 - delta)/delta."""
    noise = proof.have(le(absolute(xi(t, w)), a + SPIKE), TWO_VALUES, lt(0, SPIKE))
    one = le(SIDE, 1), le(-1, SIDE)
    sides = [proof.have(le(way * SIDE * xi(t, w), a + SPIKE), noise, *one) for way in (1, -1)]
    return [noise, proof.have(le(absolute(SIDE * xi(t, w)), a + SPIKE), sides)]


def finite(proof: Scope) -> Step:
    """E x_t is finite, by induction: a step has length gamma or 0."""
    goal = Integrable(E(x(t, w), w))
    with proof.assuming(*RUNNING):
        near = proof.have(le(absolute(x(t + 1, w)), absolute(x(t, w)) + gamma), MOVE)
    first = proof.have(le(absolute(x(1, w)), absolute(x1)), START)
    return proof.every(t, goal, proof.induction(goal, t, low=1, base=[first], step=[near]), given=RUNNING)


def expected_step(proof: Scope) -> Step:
    """a/(2 - 2*delta)*(1 - 2*delta - (E x_{t+1} - E x_t)/gamma) <= E|x_t|, for all t."""
    drift = E(x(t + 1, w), w) - E(x(t, w), w)
    goal = le(UNIT * (1 - 2 * delta - drift / gamma), E(Abs(x(t, w)), w))
    with proof.assuming(*RUNNING):
        each = proof.step("one step, for every outcome", one_step(proof))
        average = proof.each(over, each, finite(proof), bounds(proof))
        centred = [proof.at(name, t) for name in CENTRED]
        found = proof.have(goal, average, centred, title="one step, in expectation")
    return proof.every(t, goal, found, given=RUNNING)


def telescoped(proof: Scope) -> Step:
    """a/(2 - 2*delta)*((1 - 2*delta)*T - (E x_{T+1} - x_1)/gamma) <= the sum of E|x_t|."""
    step = expected_step(proof)
    goal = le(UNIT * ((1 - 2 * delta) * T - (E(x(T + 1, w), w) - x1) / gamma), total(T))
    start = proof.each(over, eq(x(1, w), x1), START)
    base, more = proof.at(step, 1), lambda: [proof.at(step, T + 1)]
    return proof.step("the steps, summed", proof.induction(goal, T, low=1, base=[base, start], step=more))


def highest(proof: Scope) -> Step:
    """x_t <= max(x_1, a + gamma), by induction: only from below a does x_t move up."""
    goal = le(x(t, w), x1 + CLIMB)

    def higher() -> list[Step]:
        lowest = proof.have(le(-a, xi(t, w)), TWO_VALUES, lt(0, SPIKE))
        top = le(x(t, w), x1 + CLIMB), le(a + gamma, x1 + CLIMB)
        following = le(x(t + 1, w), x1 + CLIMB)
        return [three_cases(proof, x(t, w), -xi(t, w), lambda case: proof.have(following, MOVE, lowest, *top, case))]

    found = proof.induction(goal, t, low=1, base=[START, le(0, CLIMB)], step=higher)
    return proof.step("x_t <= max(x_1, a + gamma)", proof.every(t, goal, found, given=RUNNING))


def from_any_start(proof: Scope) -> Step:
    summed = telescoped(proof)
    top = proof.each(over, proof.at(highest(proof), T + 1), finite(proof), title="the last iterate")
    return proof.conclude(proof.have(le(UNIT * ((1 - 2 * delta) * T - CLIMB / gamma), total(T)), summed, top))


def from_above(proof: Scope) -> Step:
    floor_ = proof.step("from any start", proof.lemma("no-momentum-sign-descent", "floor"))
    return proof.conclude(floor_, proof.have(eq(CLIMB, 0), "x_1 >= a + gamma"))


def variance(proof: Scope) -> Step:
    """xi_t^2 = a^2*(1 - delta)/delta + (a*(1 - delta)/delta - a)*xi_t."""
    each = proof.each(over, eq(xi(t, w) ** 2, a * SPIKE + (SPIKE - a) * xi(t, w)), TWO_VALUES)
    return proof.conclude(proof.at("the noise has mean 0", t), each)


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


@alone
def fixed(scale: Any, rare: Any, rate: Any, start: Any, steps: int) -> Model:
    """One model, with all noise sequences of so many steps."""
    paths = list(sequences((0, 1), repeat=steps))
    return model(Fraction(scale), Fraction(rare), Fraction(rate), Fraction(start), paths)


@alone
def one_outcome(start: Fraction, rate: Fraction, helpful: bool, steps: int) -> Model:
    """a = 1 and delta = 1/5 with one outcome: no noise at all, or the value that has the sign of the gradient."""
    noise, position = [], start
    for _ in range(steps):
        noise.append((Fraction(4) if position > 0 else Fraction(-1)) if helpful else Fraction(0))
        position = descent(position, rate, noise[-1:])[1]
    variables = {"a": 1, "delta": Fraction(1, 5), "gamma": rate, "x1": start, "T": steps}
    return run(variables, {0: noise}, [(0, Fraction(1))])


ASCENT = fixed(2, Fraction(1, 5), -1, 0, steps=1)  # gamma < 0, from the minimum on

RARE = fixed(1, Fraction(1, 20), 1, Fraction(1, 100), steps=7)
EVEN = fixed(1, Fraction(9, 20), Fraction(1, 2), Fraction(151, 100), steps=5)

lemma = Lemma(
    slug="no-momentum-sign-descent",
    title="An example in which sign descent without momentum stays away from the minimum",
    source=Source.OURS,
    where="an example in which momentum is needed: sign descent, which is Adam with beta1, beta2 and epsilon 0",
    assumptions={**CONSTANTS, "t is a time": le(1, t), "x_1 >= a + gamma": le(a + gamma, x1), **PATH, **CENTRED},
    claims=[
        Claim("floor", floor(), from_any_start, given=RUN),
        Claim("from above", floor(climb=Integer(0)), from_above, given=(*RUN, "x_1 >= a + gamma"), models=starts_above),
        Claim(
            "variance",
            eq(E(xi(t, w) ** 2, w), a * SPIKE),
            variance,
            given=("t is a time", TWO_VALUES, "the noise has mean 0"),
        ),
    ],
    models=models,
    mutants=[
        Mutant("floor times 3/2", floor(Rational(3, 2) * UNIT), models=RARE),
        Mutant("1 - 2*delta replaced by 1", floor(share=Integer(1)), models=EVEN),
        Mutant("floor from any start", floor(climb=Integer(0))),
        Mutant("inequality reversed", le(MEAN, floor().args[0])),
        Mutant("no noise", drop=(TWO_VALUES,), models=one_outcome(Fraction(0), Fraction(1), False, 30)),
        Mutant("noise that helps", drop=tuple(CENTRED), models=one_outcome(Fraction(0), Fraction(1, 4), True, 30)),
        Mutant("sign ascent", drop=("gamma is positive",), models=ASCENT),
        Mutant("x_1 anywhere", drop=("x_1 >= a + gamma",), claim="from above", models=models),
        Mutant("variance a^2", eq(E(xi(t, w) ** 2, w), a**2), claim="variance"),
    ],
    constants={"floor": UNIT * (1 - 2 * delta)},
)
