"""Models of methods that move along the least linear form on a ball: single steps, and whole runs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import product
from random import Random
from typing import Any

import mpmath

from adamproof.lemmas.foundations.functionals import rational, uniform
from adamproof.lemmas.models.problems import quadratic
from adamproof.numeric.models import Model
from adamproof.numeric.numbers import as_mpf

Models = Callable[[Random], Iterator[Model]]
ONE, HALF, MOST = [Fraction(1)], Fraction(1, 2), Fraction(9, 10)


def sign(value: Fraction) -> int:
    return (value > 0) - (value < 0)


def one(make: Callable[[Random], Model]) -> Models:
    """A single model."""
    return lambda rng: iter([make(rng)])


# --- one step, the norm being the largest coordinate --------------------------------------------------


def step(a: list[Fraction], c: list[Fraction], **variables: Any) -> Model:
    """From F(x) = 0, as far up as smoothness allows; h = -Sign(c), the dual norm is the sum of sizes."""
    h = [Fraction(-sign(value)) for value in c]
    rate, smoothness, size = (variables.get(name, default) for name, default in (("gamma", 1), ("L", 0), ("H", 1)))
    rise = rate * sum(x * y for x, y in zip(a, h, strict=True)) + Fraction(smoothness) / 2 * (rate * size) ** 2
    norms = {"A": sum(map(abs, a)), "C": sum(map(abs, c)), "G": sum(abs(x - y) for x, y in zip(a, c, strict=True))}
    sizes = {"Fx": 0, "Fy": rise, "d": len(a), "L": smoothness, "gamma": rate, "H": size}
    return Model(
        variables={**sizes, **norms, **variables},
        functions={name: coordinate(values) for name, values in (("a", a), ("c", c), ("h", h))},
    )


def coordinate(values: list[Fraction]) -> Callable[[int], Fraction]:
    return lambda k: values[k - 1] if 1 <= k <= len(values) else Fraction(0)


def steps(rng: Random) -> Iterator[Model]:
    """One to three coordinates; the direction is the gradient, or any."""
    while True:
        a = [rational(rng) for _ in range(rng.randint(1, 3))]
        c = [x + rng.choice([Fraction(0), rational(rng)]) for x in a]
        yield step(a, c, gamma=abs(rational(rng)), L=abs(rational(rng)))


def mistaken(name: str) -> Models:
    """a = 1, c = -1, and one of the norms A, G is not that."""
    return one(lambda _: step(ONE, [Fraction(-1)], **{name: {"A": 9, "G": Fraction(1, 10)}[name]}))


against = one(lambda _: step(ONE, [Fraction(-1, 10)]))  # up by gamma where the bound allows no more
long = one(lambda _: step(ONE, ONE, L=4, H=2))  # |h| = 2 in the quadratic term alone
curved = one(lambda _: step([Fraction(0)], [Fraction(1, 100)], L=4))  # a minimum that is left by a full step


# --- descent over time ---------------------------------------------------------------------------------


def descents(rng: Random) -> Iterator[Model]:
    """Two outcomes; F falls as every step says, or more."""
    while True:
        rate, smoothness, horizon = Fraction(rng.randint(1, 9), 9), abs(rational(rng)), rng.randint(1, 4)
        draw, less = lambda: abs(rational(rng)), lambda: rng.choice([0, abs(rational(rng))])
        yield descent(rate, smoothness, horizon, draw, less)


def descent(rate: Fraction, smoothness: Any, horizon: int, draw: Callable[[], Any], less: Callable[[], Any]) -> Model:
    paths: list[dict[str, list[Any]]] = []
    for _ in range(2):
        sizes, errors = ([Fraction(draw()) for _ in range(9)] for _ in range(2))
        heights = [Fraction(0), Fraction(0)]
        for k in range(1, 9):
            change = -rate * sizes[k] + 2 * rate * errors[k] + smoothness * rate**2 / 2
            heights.append(heights[-1] + change - less())
        paths.append({"A": sizes, "G": errors, "F": heights})

    def value(name: str) -> Callable[[int, int], Fraction]:
        return lambda k, point: paths[point][name][k] if 1 <= k < len(paths[point][name]) else Fraction(0)

    least = min(height for path in paths for height in path["F"])
    return Model(
        variables={"gamma": rate, "L": smoothness, "T": horizon, "Fmin": least, "t": 1, "w": 0},
        functions={name: value(name) for name in "AGF"},
        space=[(0, Fraction(1, 3)), (1, Fraction(2, 3))],
        integers=range(0, 7),
    )


def level(smoothness: Any, errors: Any, heights: Callable[..., Fraction], **variables: Any) -> Models:
    """Sizes 1, the same errors at all times, and these heights of F."""
    functions = {"G": lambda *_: Fraction(errors), "F": heights}

    def make(_: Random) -> Model:
        flat = descent(Fraction(1), smoothness, 4, lambda: 1, lambda: 0)
        return flat.extended(variables=variables, functions=functions)

    return one(make)


steady = level(0, Fraction(3, 4), lambda k, _: Fraction(k - 1, 2), Fmin=0)  # F rises by gamma/2 in every step
falling = level(0, 0, lambda k, _: Fraction(1 - k), Fmin=-7)  # no errors: F falls by the size
bouncing = level(2, 0, lambda *_: Fraction(0))  # F stays, its falls and L*gamma^2/2 in balance


# --- noise ---------------------------------------------------------------------------------------------


def noise_model(rng: Random, values: list[list[Fraction]], alike: bool = False, **variables: Any) -> Model:
    """Noise of random sign at the times 1, 2, ..., one sign for all times if alike; s is the sum of sizes."""
    outcomes = list(product((1, -1), repeat=1 if alike else len(values)))
    dimension = len(values[0])

    def value(time: int, i: int, point: int) -> Fraction:
        if not (1 <= time <= len(values) and 1 <= i <= dimension):
            return Fraction(0)
        return values[time - 1][i - 1] * outcomes[point][0 if alike else time - 1]

    other = {name: [[rational(rng) for _ in outcomes] for _ in range(dimension)] for name in "yz"}

    def vector(name: str) -> Callable[[int, int], Fraction]:
        return lambda i, point: other[name][i - 1][point] if 1 <= i <= dimension else Fraction(0)

    beta1, beta2, time = Fraction(rng.randint(0, 9), 10), Fraction(rng.randint(0, 9), 10), rng.randint(1, len(values))
    largest = max(sum(map(abs, row)) for row in values)
    return Model(
        variables={"d": dimension, "s": largest, "b1": beta1, "b2": beta2, "t": time, "w": 0, **variables},
        functions={"xi": value, "y": vector("y"), "z": vector("z")},
        space=uniform(len(outcomes)),
        integers=range(0, len(values) + 2),
    )


def noises(rng: Random) -> Iterator[Model]:
    """One or two coordinates, up to three times."""
    while True:
        dimension = rng.randint(1, 2)
        yield noise_model(rng, [[rational(rng) for _ in range(dimension)] for _ in range(rng.randint(1, 3))])


def noise_of_one(times: int, beta1: Any, beta2: Any, alike: bool = False, **variables: Any) -> Models:
    """Noise of variance 1."""
    betas = {"b1": beta1, "b2": beta2}
    return one(lambda rng: noise_model(rng, [ONE] * times, alike, t=times, **betas, **variables))


alike = noise_of_one(4, MOST, MOST, alike=True)
loud = noise_of_one(2, HALF, HALF, s=HALF)
fresh = noise_of_one(1, 0, 0)  # the direction has the noise of one gradient
kept = noise_of_one(2, MOST, 0)  # the direction has the noise of the step before


# --- whole runs on F = sum of curvature_j*x_j^2/2 -------------------------------------------------------


@dataclass(frozen=True)
class Ball:
    """A norm: the dual norm of a vector, the vector of the unit ball for it, L of a quadratic, and rho."""

    dual: Callable[[list[Any]], Any]
    largest: Callable[[list[Any]], list[Any]]
    smoothness: Callable[[list[Fraction]], Fraction]
    rho: Callable[[int], Fraction]


def _length(vector: list[Any]) -> Any:
    return mpmath.sqrt(sum((as_mpf(value) ** 2 for value in vector), mpmath.mpf(0)))


def _unit(vector: list[Any]) -> list[Any]:
    length = _length(vector)
    return [as_mpf(value) / length if length else Fraction(0) for value in vector]


SIGNS = Ball(
    lambda v: sum(map(abs, v), Fraction(0)),
    lambda v: [Fraction(sign(value)) for value in v],
    lambda curvature: sum(curvature, Fraction(0)),
    lambda dimension: Fraction(dimension),
)
EUCLIDEAN = Ball(_length, _unit, max, lambda _: Fraction(1))


@dataclass(frozen=True)
class Problem:
    """From start on, the noise of step t is +-noise_t; c_t = beta1*m_{t-1} + (1 - beta1)*g_t, m_t with beta2."""

    curvature: list[Fraction]
    start: list[Fraction]
    noise: list[list[Fraction]]
    horizon: int
    beta1: Fraction
    beta2: Fraction
    rate: Fraction
    ball: Ball = SIGNS
    alike: bool = False  # one sign for all times


def run(problem: Problem, **variables: Any) -> Model:
    last = problem.horizon + 3
    outcomes = list(product((1, -1), repeat=1 if problem.alike and problem.noise else len(problem.noise)))
    with mpmath.workdps(90):
        paths = [_path(problem, signs, last) for signs in outcomes]
    dimension = len(problem.start)

    def vector(name: str) -> Callable[[int, int, int], Any]:
        def value(time: int, i: int, point: int) -> Any:
            row = paths[point].get(time, {}).get(name, [])
            return row[i - 1] if 1 <= i <= len(row) else Fraction(0)

        return value

    def number(name: str) -> Callable[[int, int], Any]:
        return lambda time, point: paths[point].get(time, {}).get(name, Fraction(0))

    ball, loudest = problem.ball, max((sum(map(abs, row)) for row in problem.noise), default=Fraction(0))
    settings = {"b1": problem.beta1, "b2": problem.beta2, "gamma": problem.rate, "T": problem.horizon}
    sizes = {"d": dimension, "L": ball.smoothness(problem.curvature), "rho": ball.rho(dimension), "s": loudest}
    return Model(
        variables={**settings, **sizes, "Fmin": 0, "t": 1, "w": 0, **variables},
        functions={name: vector(name) for name in "agmchxy"} | {name: number(name) for name in "FACG"},
        space=uniform(len(outcomes)),
        integers=range(0, last - 1),
    )


def _path(problem: Problem, signs: tuple[int, ...], last: int) -> dict[int, dict[str, Any]]:
    """x, a, g, c, m, h, y, F, A, C, G by time; m from 0 on."""
    ball, zero = problem.ball, [Fraction(0)] * len(problem.start)
    path: dict[int, dict[str, Any]] = {0: {"m": zero}}
    x: list[Any] = problem.start
    for time in range(1, last + 1):
        a = [curvature * value for curvature, value in zip(problem.curvature, x, strict=True)]
        row = problem.noise[time - 1] if time <= len(problem.noise) else zero
        turn = signs[0 if problem.alike else time - 1] if time <= len(problem.noise) else 1
        g = [value + turn * z for value, z in zip(a, row, strict=True)]
        c, m = (_mixed(beta, path[time - 1]["m"], g) for beta in (problem.beta1, problem.beta2))
        error, h = [value - z for value, z in zip(c, a, strict=True)], [-value for value in ball.largest(c)]
        height = sum((k * z * z / 2 for k, z in zip(problem.curvature, x, strict=True)), Fraction(0))
        path[time] = {"x": x, "a": a, "g": g, "c": c, "m": m, "h": h, "y": ball.largest(error), "F": height}
        path[time] |= {"A": ball.dual(a), "C": ball.dual(c), "G": ball.dual(error)}
        x = [value + problem.rate * z for value, z in zip(x, h, strict=True)]
    return path


def _mixed(weight: Fraction, old: list[Any], new: list[Any]) -> list[Any]:
    rest = 1 - weight
    return [weight * x + rest * z for x, z in zip(old, new, strict=True)]


def drawn(ball: Ball = SIGNS, momentum: bool = False) -> Models:
    """One or two coordinates, up to three steps.  momentum: beta1 = beta2."""

    def models(rng: Random) -> Iterator[Model]:
        while True:
            dimension, horizon = rng.randint(1, 2), rng.randint(1, 3)
            beta1, beta2 = Fraction(rng.randint(0, 9), 10), Fraction(rng.randint(0, 9), 10)
            what = quadratic(rng, dimension, horizon)
            rate = Fraction(rng.randint(1, 9), rng.choice([9, 90]))
            yield run(Problem(**what, beta1=beta2 if momentum else beta1, beta2=beta2, rate=rate, ball=ball))

    return models


def fixed(problem: Problem, **variables: Any) -> Models:
    """One run."""
    return one(lambda _: run(problem, **variables))


def euclidean(problem: Problem) -> Models:
    """The same run in the Euclidean norm."""
    return fixed(replace(problem, ball=EUCLIDEAN))


STARTED = Problem(ONE, [Fraction(10)], [], 3, MOST, MOST, Fraction(1, 100))  # m lags far behind
TURNING = Problem(ONE, [Fraction(1, 100)], [], 7, MOST, MOST, Fraction(1))  # past the minimum
SHAKEN = Problem(ONE, [Fraction(0)], [ONE] * 3, 3, Fraction(0), Fraction(0), Fraction(1, 100))
PUSHED = Problem(ONE, [Fraction(0)], [ONE] * 6, 6, MOST, MOST, Fraction(1, 1000), alike=True)
RESTING = Problem(ONE, [HALF], [], 6, Fraction(0), Fraction(0), Fraction(1))  # from 1/2 to -1/2 and back
WALKING = Problem(ONE, [Fraction(10)], [], 3, Fraction(0), Fraction(0), Fraction(1))  # far from the minimum


def along(problem: Problem | None, early: bool = False, **variables: Any) -> Models:
    """One outcome of a run (a drawn one if None) at one time, with the vector y of that time.

    early: m_0 is -99 instead.
    """

    def models(rng: Random) -> Iterator[Model]:
        for whole in fixed(problem)(rng) if problem else drawn()(rng):
            yield _along(whole, early).extended(variables=variables)

    return models


def _along(whole: Model, early: bool) -> Model:
    names, time, decay = whole.functions, whole.variables["T"], whole.variables["b2"]

    def path(name: str) -> Callable[[int, int], Any]:
        return lambda k, i: names[name](k, i, 0)

    def lower(k: int, i: int) -> Any:
        return names["m"](k, i, 0) - 99 * decay**k if k >= 0 and i == 1 else Fraction(0)

    symbols: dict[str, Any] = {name: path(name) for name in "agm"}
    if early:
        symbols["m"] = lower
    symbols["y"] = lambda i: names["y"](time, i, 0)
    return whole.extended(variables={"A": names["A"](1, 0), "t": time, "n": time}, functions=symbols)


def mismeasured(rng: Random) -> Iterator[Model]:
    """As drawn with momentum, |a_t|_* said to be 999 from t = 2 on."""
    for model in drawn(momentum=True)(rng):
        if model.variables["T"] > 1:
            sizes = model.functions["A"]
            wrong = {"A": lambda k, point, sizes=sizes: Fraction(999) if k > 1 else sizes(k, point)}
            yield model.extended(functions=wrong)


# --- signSGD -------------------------------------------------------------------------------------------


def batches(problem: Problem, root: int = 1, **variables: Any) -> Model:
    """A run without momentum; L_j the curvatures, batches of n = root^2, sigma_j the largest noise times root."""
    largest = [max((abs(row[i]) for row in problem.noise), default=Fraction(0)) for i in range(len(problem.start))]
    functions = {"Lj": coordinate(problem.curvature), "sigma": coordinate([root * value for value in largest])}
    return run(problem, n=root**2, **variables).extended(functions=functions)


def mini_batches(rng: Random) -> Iterator[Model]:
    for model in drawn()(rng):
        names = model.functions
        dimension, horizon = model.variables["d"], rng.randint(1, 3)
        noise = [[rational(rng) for _ in range(dimension)] for _ in range(rng.randint(0, horizon))]
        start = [names["x"](1, i, 0) for i in range(1, dimension + 1)]
        curvature = [abs(rational(rng)) + Fraction(1, 9) for _ in range(dimension)]
        rate = model.variables["gamma"]
        yield batches(Problem(curvature, start, noise, horizon, Fraction(0), Fraction(0), rate), rng.randint(1, 3))


def tuned_batches(rng: Random) -> Iterator[Model]:
    """One coordinate of curvature x^2, T = n = root^2 and gamma = 1/(x*root)."""
    while True:
        x, root = abs(rational(rng)) + Fraction(1, 9), rng.randint(1, 2)
        noise = [[rational(rng)] for _ in range(rng.randint(0, root**2))]
        problem = Problem([x**2], [rational(rng)], noise, root**2, Fraction(0), Fraction(0), 1 / (x * root))
        yield batches(problem, root)


# Noise that is larger than any gradient on the way: a walk that goes nowhere.
LOST = Problem(ONE, ONE, [[Fraction(2)]] * 6, 6, Fraction(0), Fraction(0), Fraction(1, 8))
# T = 64: noise -1 at every second time turns the step around, in one of two outcomes.
STUCK = Problem(
    ONE, ONE, [[Fraction(-(k % 2))] for k in range(64)], 64, Fraction(0), Fraction(0), Fraction(1, 8), alike=True
)


def one_batch(problem: Problem) -> Models:
    return one(lambda _: batches(problem))


# --- Muon: diagonal matrices, whose singular values are the sizes of the entries -------------------------


def matrices(rng: Random) -> Iterator[Model]:
    for model in drawn(momentum=True)(rng):
        yield model.extended(variables={"r": model.variables["d"]})


def matrix(problem: Problem) -> Models:
    return fixed(problem, r=len(problem.start))
