"""Models of whole runs: Adam on quadratics, one outcome for each sequence of signs of the noise."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from itertools import product
from random import Random
from typing import Any

import mpmath

from adamproof.numeric.models import Model
from adamproof.numeric.numbers import as_mpf

from ..foundations.functionals import alone, rational, uniform


@dataclass(frozen=True)
class Problem:
    """F = sum of curvature_j*x_j^2/2 from x_1 on; the noise of step t is signs_t*noise_t, every sign sequence alike."""

    curvature: Sequence[Fraction]
    start: Sequence[Fraction]
    noise: Sequence[Sequence[Fraction]]  # for t = 1, 2, ...; no noise later
    horizon: int
    beta1: Fraction = Fraction(0)
    beta2: Fraction = Fraction(1, 2)
    epsilon: Fraction = Fraction(1)
    rate: Fraction | None = None  # the largest if None
    signs: Sequence[int] = (1, -1)
    divisors: Callable[[Problem, int], tuple[Fraction, Fraction]] | None = None  # of m_t and v_t: bias correction


def corrected(problem: Problem, time: int) -> tuple[Fraction, Fraction]:
    """What bias correction divides m_t and v_t by: 1 - beta1^t and 1 - beta2^t."""
    return 1 - problem.beta1**time, 1 - problem.beta2**time


def model(problem: Problem, **variables: Any) -> Model:
    """The runs of Adam on the problem, one outcome for each sign sequence."""
    dimension, smoothness = len(problem.start), max(problem.curvature)
    rate = problem.rate
    if rate is None:
        rate = problem.epsilon / (2 * smoothness)
        if problem.beta1:
            limit = Fraction(7071, 10000) * (1 - problem.beta1) * problem.epsilon / (smoothness * problem.beta1)
            rate = min(rate, limit)
    last = max(problem.horizon, dimension) + 1
    outcomes = list(product(problem.signs, repeat=len(problem.noise)))
    with mpmath.workdps(80):
        runs = [simulated(problem, rate, signs, last) for signs in outcomes]
        largest = max(abs(value) for run in runs for row in run["g"].values() for value in row)
        bound_on_g = Fraction(int(mpmath.ceil(largest * 16)), 16)

    def value(name: str) -> Callable[..., Any]:
        return lambda time, i, point: runs[point][name][time][i - 1] if time in runs[point][name] else Fraction(0)

    @cache
    def segment(time: int, i: int, point: int, bits: int) -> tuple[Any, Any, Any]:
        here, there = (runs[point]["x"][when][i - 1] for when in (time, time + 1))
        return mpmath.mpmathify(problem.curvature[i - 1]), here, there - here

    def between(time: int, i: int, at_: Any, point: int) -> Any:
        if not 1 <= time < last:
            return Fraction(0)
        curvature, here, step = segment(time, i, point, mpmath.mp.prec)
        return curvature * (here + at_ * step)

    def height(time: int, point: int) -> Any:
        terms = zip(problem.curvature, runs[point]["x"].get(time, ()), strict=False)
        return sum((c * y * y / 2 for c, y in terms), mpmath.mpf(0))

    return Model(
        variables={
            "b1": problem.beta1,
            "b2": problem.beta2,
            "eps": problem.epsilon,
            "gamma": rate,
            "L0": smoothness,
            "B": bound_on_g,
            "s0": max((sum(abs(z) for z in vector) for vector in problem.noise), default=Fraction(0)),
            "Fmin": 0,
            "T": problem.horizon,
            "d": dimension,
            **variables,
        },
        functions={"F": height, "ga": between, **{name: value(name) for name in recorded(problem)}},
        space=uniform(len(outcomes)),
        integers=range(0, last),
        reals=[Fraction(i, 2) for i in range(3)],
        nodes=16,
    )


def recorded(problem: Problem) -> tuple[str, ...]:
    """The names of the functions of time, coordinate and outcome that a run records."""
    return ("a", "g", "m", "v", "x", *(("mhat", "vhat") if problem.divisors else ()))


def simulated(problem: Problem, rate: Fraction, signs: Sequence[int], last: int) -> dict[str, dict[int, list[Any]]]:
    """x, a, g, m, v (mhat, vhat with bias correction) at the times 0 (m and v only), 1, ..., last."""
    curvature, (beta1, other1, beta2, other2) = _rounded(problem.curvature), _rounded(_betas(problem))
    epsilon, rate = as_mpf(problem.epsilon), as_mpf(rate)
    zero = [mpmath.mpf(0)] * len(problem.start)
    run: dict[str, dict[int, list[Any]]] = {name: {} for name in recorded(problem)} | {"m": {0: zero}, "v": {0: zero}}
    position = [as_mpf(value) for value in problem.start]
    for time in range(1, last + 1):
        slope = [c * y for c, y in zip(curvature, position, strict=True)]
        kick = [signs[time - 1] * z for z in problem.noise[time - 1]] if time <= len(signs) else zero
        sample = [y + z for y, z in zip(slope, kick, strict=True)]
        mean = [beta1 * y + other1 * z for y, z in zip(run["m"][time - 1], sample, strict=True)]
        square = [beta2 * y + other2 * z * z for y, z in zip(run["v"][time - 1], sample, strict=True)]
        for name, row in (("x", position), ("a", slope), ("g", sample), ("m", mean), ("v", square)):
            run[name][time] = row
        if problem.divisors:
            divisors = [as_mpf(divisor) for divisor in problem.divisors(problem, time)]
            mean, square = ([y / z for y in row] for row, z in zip((mean, square), divisors, strict=True))
            run["mhat"][time], run["vhat"][time] = mean, square
        scale = [rate / (mpmath.sqrt(z) + epsilon) for z in square]
        position = [y - h * z for y, h, z in zip(position, scale, mean, strict=True)]
    return run


def _rounded(values: Iterable[Fraction]) -> list[Any]:
    """The numbers as mpmath rounds them in a product, once for all products."""
    return [mpmath.mpmathify(value) for value in values]


def _betas(problem: Problem) -> tuple[Fraction, ...]:
    return problem.beta1, 1 - problem.beta1, problem.beta2, 1 - problem.beta2


def quadratic(rng: Random, dimension: int, horizon: int) -> dict[str, Any]:
    """Curvatures, a start and up to as many noises as steps, for a Problem."""
    return {
        "curvature": [abs(rational(rng)) + Fraction(1, 9) for _ in range(dimension)],
        "start": [rational(rng) for _ in range(dimension)],
        "noise": [[rational(rng) for _ in range(dimension)] for _ in range(rng.randint(0, horizon))],
        "horizon": horizon,
    }


def models(rng: Random) -> Iterator[Model]:
    """One or two coordinates and up to three steps, with noise in some of them; the rate as large as it may be."""
    while True:
        dimension, horizon = rng.randint(1, 2), rng.randint(1, 3)
        problem = Problem(
            **quadratic(rng, dimension, horizon),
            beta1=rng.choice([Fraction(0), Fraction(rng.randint(1, 9), 10), Fraction(99, 100)]),
            beta2=rng.choice([Fraction(rng.randint(1, 9), 10), Fraction(999, 1000)]),
            epsilon=Fraction(rng.randint(1, 30), 10),
        )
        yield model(problem)


@alone
def fixed(problem: Problem, **variables: Any) -> Model:
    """One model, as a generator."""
    return model(problem, **variables)


ONE = (Fraction(1),)
CREEPING = Problem(ONE, (Fraction(1, 1000),), (), 3)  # gradients far below epsilon: halved in every step
STEEP = Problem(ONE, (Fraction(100),), (), 3)  # gradients far beyond epsilon: steps of at most gamma
SHAKEN = Problem(ONE, (Fraction(0),), [ONE], 2)  # started at the minimum, which the noise makes it leave
LEAPING = Problem(ONE, ONE, (), 2, rate=Fraction(100))  # much too far
# The noise takes the gradient away: g = 0, and nothing moves.
STUCK = Problem(ONE, ONE, [(Fraction(-1),)] * 9, 8, beta1=Fraction(1, 2), signs=(1,))
# Noise in a new coordinate at each time, orthogonal to the past without any randomness: slow momentum adds it all up.
LATE = 16
SLOW = Problem(
    ONE * LATE,
    (Fraction(0),) * LATE,
    [[Fraction(int(i == time), 1000) for i in range(LATE)] for time in range(LATE)],
    LATE,
    beta1=Fraction(93, 100),
    rate=Fraction(1, 2),
    signs=(1,),
)


# --- with the magnitudes u, for the main results ------------------------------------------------------


def run(problem: Problem, **variables: Any) -> Model:
    """The model of a whole run, its functions total (coordinates outside 1..d repeat those inside), with u and R.

    R is a rational number just above the largest magnitude; L1 = 0, q = 1, p = 1, s1 = 0 unless given.
    """
    base = model(problem)
    dimension = len(problem.start)

    def total(name: str) -> Callable[..., Any]:
        return lambda time, i, point: base.functions[name](time, (i - 1) % dimension + 1, point)

    symbols = {name: total(name) for name in recorded(problem)}
    first, second = ("mhat", "vhat") if problem.divisors else ("m", "v")

    def magnitude(time: int, i: int, point: Any) -> Any:
        momentum, moment = symbols[first](time, i, point), symbols[second](time, i, point)
        if not momentum:
            return Fraction(0)
        return abs(momentum) / (mpmath.sqrt(as_mpf(moment)) + as_mpf(problem.epsilon))

    def between(time: int, i: int, at_: Any, point: int) -> Any:
        return base.functions["ga"](time, (i - 1) % dimension + 1, at_, point)

    last = max(base.integers)
    with mpmath.workdps(80):
        largest = max(
            as_mpf(magnitude(time, i, point))
            for time in range(1, last + 1)
            for i in range(1, dimension + 1)
            for point, _ in base.space
        )
        above = Fraction(int(largest * 1000) + 1, 1000)
    settings = {"R": above, "L1": 0, "q": 1, "p": 1, "s1": 0, "t": problem.horizon, "w": 0}
    return base.extended(variables={**settings, **variables}, functions={**symbols, "u": magnitude, "ga": between})


def corrected_runs(rng: Random) -> Iterator[Model]:
    """As runs, with bias correction."""
    return runs(rng, corrected)


def runs(rng: Random, divisors: Callable[[Problem, int], tuple[Fraction, Fraction]] | None = None) -> Iterator[Model]:
    """One or two coordinates and up to three steps; beta1^2 < beta2, every rate from creeping to leaping."""
    while True:
        dimension, horizon = rng.randint(1, 2), rng.randint(1, 3)
        beta1 = rng.choice([Fraction(0), Fraction(rng.randint(1, 9), 10)])
        beta2 = beta1**2 + (1 - beta1**2) * Fraction(rng.randint(1, 99), 100)
        problem = Problem(
            **quadratic(rng, dimension, horizon),
            beta1=beta1,
            beta2=beta2,
            epsilon=Fraction(rng.randint(1, 30), 10),
            rate=Fraction(1, rng.choice([1, 10, 100])),
            divisors=divisors,
        )
        found = run(
            problem,
            q=Fraction(rng.randint(0, 4), 4),
            p=Fraction(rng.randint(0, 8), 4),
            s1=Fraction(rng.randint(0, 2)),
            t=rng.randint(1, horizon),
        )
        if decided(found):
            yield found


def decided(model: Model) -> bool:
    """Whether no momentum is so close to 0 that its sign hangs on rounding."""
    steps = max(model.integers)
    places = [
        (time, i, point)
        for time in range(1, steps + 1)
        for i in range(1, model.variables["d"] + 1)
        for point, _ in model.space
    ]
    return all(abs(as_mpf(model.functions["m"](*place))) > 10**-20 for place in places)


@alone
def fixed_run(problem: Problem, **variables: Any) -> Model:
    """One run, as a generator."""
    return run(problem, **variables)


TINY = Fraction(1, 1000)
# Half of the noise's signs send the first step the wrong way: T = 2, steps as long as the way to the minimum.
MISLED = Problem(ONE, ONE, [(Fraction(2),)], 2, beta2=TINY, epsilon=TINY, rate=Fraction(1))
FAR = Problem(ONE, (Fraction(100),), (), 2, epsilon=TINY, rate=TINY)  # far from the minimum, and creeping
JUMPING = Problem(ONE, ONE, (), 2, epsilon=TINY, rate=Fraction(100))  # far beyond the minimum
FIRST = Problem(ONE, ONE, (), 1, beta1=Fraction(9, 10), beta2=Fraction(9, 10), rate=TINY)  # m_1 is a tenth of a_1
NOISY = Problem(ONE, (Fraction(0),), [ONE], 1, beta1=Fraction(1, 2), rate=TINY)  # nothing but noise
TURNING = Problem(ONE, ONE, (), 3, beta1=Fraction(9, 10), beta2=Fraction(9, 10), epsilon=TINY, rate=Fraction(100))
ALIKE = Problem(ONE, (Fraction(0),), [ONE] * 8, 8, beta1=Fraction(9, 10), beta2=Fraction(9, 10), rate=TINY, signs=(1,))
EDGE = Problem(ONE, ONE, (), 2, beta1=Fraction(1, 2), beta2=Fraction(1, 4), epsilon=TINY, rate=Fraction(100))
