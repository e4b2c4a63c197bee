"""Models of what regret is bounded with: sequences of gradients, and AMSGrad on linear losses over a box."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from random import Random
from typing import Any

import mpmath

from adamproof.lemmas.foundations.functionals import rational, table
from adamproof.numeric.models import Model
from adamproof.numeric.numbers import as_mpf

Rows = Sequence[Sequence[Fraction]]


def amsgrad(
    gradients: Rows, beta2: Fraction, rate: Fraction, size: Fraction, point: Sequence[Fraction], **variables: Any
) -> Model:
    """From the corner x_1 = size on, over the box [-size, size]^d; z is the point, the losses are <g_t, .>."""
    dimension, horizon = len(point), len(gradients)
    zero = [Fraction(0)] * dimension
    rows: dict[str, dict[int, list[Any]]] = {name: {0: zero} for name in ("g", "v", "vhat", "x")}
    position: list[Any] = [size] * dimension
    with mpmath.workdps(90):
        for time in range(1, horizon + 3):
            gradient = list(gradients[time - 1]) if time <= horizon else zero
            second = [beta2 * y + (1 - beta2) * c * c for y, c in zip(rows["v"][time - 1], gradient, strict=True)]
            largest = [max(pair) for pair in zip(rows["vhat"][time - 1], second, strict=True)]
            for name, row in (("g", gradient), ("v", second), ("vhat", largest), ("x", position)):
                rows[name][time] = row
            position = [
                clipped(y - step(rate, time, c, most), size)
                for y, c, most in zip(position, gradient, largest, strict=True)
            ]

    def value(name: str) -> Callable[[int, int], Any]:
        return lambda k, i: rows[name][k][i - 1] if k in rows[name] and 1 <= i <= dimension else Fraction(0)

    def loss(of: Callable[[int, int], Any]) -> Callable[[int], Any]:
        return lambda k: sum((value("g")(k, i) * of(k, i) for i in range(1, dimension + 1)), Fraction(0))

    where = {i: point[i - 1] for i in range(1, dimension + 1)}
    return Model(
        variables={
            "b2": beta2,
            "alpha": rate,
            "D": 2 * size,
            "T": horizon,
            "d": dimension,
            "k": horizon,
            "j": 1,
            **variables,
        },
        functions={
            **{name: value(name) for name in rows},
            "z": lambda i: where.get(i, Fraction(0)),
            "f": loss(value("x")),
            "fz": loss(lambda k, i: where[i]),
        },
        integers=range(0, horizon + 2),
    )


def step(rate: Fraction, time: int, gradient: Fraction, moment: Fraction) -> Any:
    return as_mpf(rate * gradient) / mpmath.sqrt(as_mpf(time * moment)) if moment else Fraction(0)


def clipped(value: Any, size: Fraction) -> Any:
    return size if value >= as_mpf(size) else -size if value <= -as_mpf(size) else value


def models(rng: Random) -> Iterator[Model]:
    while True:
        dimension, size = rng.randint(1, 2), abs(rational(rng)) + Fraction(1, 9)
        yield amsgrad(
            [[rational(rng) for _ in range(dimension)] for _ in range(rng.randint(1, 5))],
            Fraction(rng.randint(0, 9), 10),
            abs(rational(rng)) + Fraction(1, 9),
            size,
            [size * Fraction(rng.randint(-9, 9), 9) for _ in range(dimension)],
        )


def fixed(gradients: Sequence[Any], beta2: Any, rate: Any, **variables: Any) -> Callable[[Random], Iterator[Model]]:
    """One coordinate over [-1, 1], from 1 on, against -1."""

    def one(rng: Random) -> Iterator[Model]:
        rows = [[Fraction(value)] for value in gradients]
        yield amsgrad(rows, Fraction(beta2), Fraction(rate), Fraction(1), [Fraction(-1)], **variables)

    return one


# --- sums over gradients ------------------------------------------------------------------------------


def gradients(rng: Random) -> Iterator[Model]:
    """Gradients in [-G, G], vhat that does not decrease."""
    while True:
        bound, horizon = abs(rational(rng)) + Fraction(1, 9), rng.randint(1, 9)
        values = table(rng, range(-1, 12), lambda r, bound=bound: bound * Fraction(r.randint(-9, 9), 9))
        rises = [abs(rational(rng)) for _ in range(12)]
        yield Model(
            variables={"G": bound, "T": horizon, "t": rng.randint(1, 9), "alpha": abs(rational(rng)) + Fraction(1, 9)},
            functions={"g": values, "vhat": lambda k, rises=rises: sum(rises[: max(k, 0)], Fraction(0))},
            integers=range(1, 11),
        )


def sequence(bound: Any, horizon: int, values: Callable[[int], Any]) -> Callable[[Random], Iterator[Model]]:
    """One sequence of gradients, and vhat of Adam with beta2 = 1/7 and g = 1, 0: vhat = 1, 1/8."""

    def one(rng: Random) -> Iterator[Model]:
        yield Model(
            variables={"G": bound, "T": horizon, "t": 1, "alpha": 1},
            functions={"g": values, "vhat": lambda k: Fraction(1) if k <= 1 else Fraction(1, 8)},
            integers=range(1, horizon + 1),
        )

    return one


SMALL = sequence(Fraction(1, 4), 1, lambda k: Fraction(1, 4))
BEYOND = sequence(Fraction(1, 100), 1, lambda k: Fraction(1, 4))
SLOW = sequence(1, 31, lambda k: 1 / mpmath.sqrt(k) if k > 0 else mpmath.mpf(0))
