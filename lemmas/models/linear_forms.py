"""Models of methods that move along the least linear form on a ball: single steps, and whole runs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from itertools import product
from random import Random
from typing import Any

from adamproof.lemmas.foundations.functionals import rational
from adamproof.numeric.models import Model


def sign(value: Fraction) -> int:
    return (value > 0) - (value < 0)


# --- one step, the norm being the largest coordinate --------------------------------------------------


def step(a: list[Fraction], c: list[Fraction], **variables: Any) -> Model:
    """From F(x) = 0, as far up as smoothness allows; h = -Sign(c), the dual norm is the sum of sizes."""
    h = [Fraction(-sign(value)) for value in c]
    rate, smoothness, size = (variables.get(name, default) for name, default in (("gamma", 1), ("L", 0), ("H", 1)))
    rise = rate * sum(x * y for x, y in zip(a, h, strict=True)) + Fraction(smoothness) / 2 * (rate * size) ** 2
    return Model(
        variables={
            "Fx": 0,
            "Fy": rise,
            "d": len(a),
            "L": smoothness,
            "gamma": rate,
            "H": size,
            "A": sum(map(abs, a)),
            "C": sum(map(abs, c)),
            "G": sum(abs(x - y) for x, y in zip(a, c, strict=True)),
            **variables,
        },
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


def against(rng: Random) -> Iterator[Model]:
    """a = 1, c = -1/10: up by gamma where the bound allows no more."""
    yield step([Fraction(1)], [Fraction(-1, 10)])


def long(rng: Random) -> Iterator[Model]:
    """|h| = 2 in the quadratic term alone."""
    yield step([Fraction(1)], [Fraction(1)], L=4, H=2)


def curved(rng: Random) -> Iterator[Model]:
    """A minimum that is left by a full step."""
    yield step([Fraction(0)], [Fraction(1, 100)], L=4)


def mistaken(name: str) -> Callable[[Random], Iterator[Model]]:
    """a = 1, c = -1, and one of the norms A, G is not that."""

    def models(rng: Random) -> Iterator[Model]:
        yield step([Fraction(1)], [Fraction(-1)], **{name: {"A": 9, "G": Fraction(1, 10)}[name]})

    return models


# --- descent over time ---------------------------------------------------------------------------------


def descents(rng: Random) -> Iterator[Model]:
    """Two outcomes; F falls as every step says, or more."""
    while True:
        rate, smoothness, horizon = Fraction(rng.randint(1, 9), 9), abs(rational(rng)), rng.randint(1, 4)
        yield descent(rate, smoothness, horizon, lambda: abs(rational(rng)), lambda: rng.choice([0, abs(rational(rng))]))


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


def steady(rng: Random) -> Iterator[Model]:
    """Sizes 1 and errors 3/4, no curvature: F rises by gamma/2 in every step."""
    model = descent(Fraction(1), 0, 4, lambda: 1, lambda: 0)
    errors_and_heights = {"G": lambda *_: Fraction(3, 4), "F": lambda k, _: Fraction(k - 1, 2)}
    yield model.extended(variables={"Fmin": 0}, functions=errors_and_heights)


def falling(rng: Random) -> Iterator[Model]:
    """No errors: F falls by the size."""
    model = descent(Fraction(1), 0, 4, lambda: 1, lambda: 0)
    yield model.extended(variables={"Fmin": -7}, functions={"G": lambda *_: Fraction(0), "F": lambda k, _: Fraction(1 - k)})


def bouncing(rng: Random) -> Iterator[Model]:
    """Curvature alone: F stays, its falls and L*gamma^2/2 in balance."""
    model = descent(Fraction(1), 2, 4, lambda: 1, lambda: 0)
    yield model.extended(functions={"G": lambda *_: Fraction(0), "F": lambda *_: Fraction(0)})


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

    return Model(
        variables={
            "d": dimension,
            "s": max(sum(map(abs, row)) for row in values),
            "b1": Fraction(rng.randint(0, 9), 10),
            "b2": Fraction(rng.randint(0, 9), 10),
            "t": rng.randint(1, len(values)),
            "w": 0,
            **variables,
        },
        functions={"xi": value, "y": vector("y"), "z": vector("z")},
        space=[(point, Fraction(1, len(outcomes))) for point in range(len(outcomes))],
        integers=range(0, len(values) + 2),
    )


def noises(rng: Random) -> Iterator[Model]:
    """One or two coordinates, up to three times."""
    while True:
        dimension = rng.randint(1, 2)
        yield noise_model(rng, [[rational(rng) for _ in range(dimension)] for _ in range(rng.randint(1, 3))])


ONE = [Fraction(1)]


def alike(rng: Random) -> Iterator[Model]:
    """The same noise at all times."""
    yield noise_model(rng, [ONE] * 4, alike=True, b1=Fraction(9, 10), b2=Fraction(9, 10), t=4)


def loud(rng: Random) -> Iterator[Model]:
    """Noise of variance 1, and s = 1/2."""
    yield noise_model(rng, [ONE] * 2, b1=Fraction(1, 2), b2=Fraction(1, 2), t=2, s=Fraction(1, 2))


def fresh(rng: Random) -> Iterator[Model]:
    """beta1 = 0: the direction has the noise of one gradient."""
    yield noise_model(rng, [ONE], b1=0, b2=0, t=1)


def kept(rng: Random) -> Iterator[Model]:
    """beta1 = 9/10 and beta2 = 0: the direction has the noise of the step before."""
    yield noise_model(rng, [ONE] * 2, b1=Fraction(9, 10), b2=0, t=2)
