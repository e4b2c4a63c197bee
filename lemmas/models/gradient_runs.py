"""Models of gradient descent on quadratics, in exact rationals."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from random import Random
from typing import Any

from adamproof.numeric.models import Model

from ..foundations.functionals import alone, rational


def quadratic(
    curvature: list[Fraction], start: list[Fraction], rate: Fraction, horizon: int, **variables: Any
) -> Model:
    """F = sum of curvature_j*x_j^2/2 from start on, L the largest curvature, z = 0, which is the minimum."""
    path = [start]
    for _ in range(horizon + 2):
        path.append([(1 - rate * c) * y for c, y in zip(curvature, path[-1], strict=True)])

    def position(time: int, i: int) -> Fraction:
        return path[time - 1][i - 1] if 1 <= time <= len(path) and 1 <= i <= len(start) else Fraction(0)

    def slope(time: int, i: int) -> Fraction:
        return curvature[i - 1] * position(time, i) if 1 <= i <= len(start) else Fraction(0)

    def height(time: int) -> Fraction:
        return sum((c * position(time, i) ** 2 / 2 for i, c in enumerate(curvature, start=1)), Fraction(0))

    sizes = [sum(slope(time, i) ** 2 for i in range(1, len(start) + 1)) for time in range(1, horizon + 1)]
    values = {"gamma": rate, "L": max(curvature), "Fz": 0, "Fmin": 0, "M": min(sizes), "T": horizon, "d": len(start)}
    return Model(
        variables={**values, **variables},
        functions={"a": slope, "x": position, "F": height, "z": lambda i: Fraction(0)},
        integers=range(1, horizon + 3),
    )


def models(rng: Random) -> Iterator[Model]:
    """One or two coordinates; z anywhere."""
    while True:
        curvature, start, point = ([rational(rng) for _ in range(rng.choice([2]))] for _ in range(3))
        curvature = [abs(c) + Fraction(1, 9) for c in curvature]
        rate = Fraction(rng.randint(1, 4), 4) / max(curvature)
        height = sum(c * y**2 / 2 for c, y in zip(curvature, point, strict=True))
        model = quadratic(curvature, start, rate, rng.randint(1, 5), Fz=height)
        yield model.extended(functions={"z": lambda i, point=point: point[i - 1] if i in (1, 2) else Fraction(0)})


@alone
def fixed(curvature: Any, rate: Any, horizon: int, **variables: Any) -> Model:
    """One coordinate from 1 on."""
    return quadratic([Fraction(curvature)], [Fraction(1)], Fraction(rate), horizon, **variables)


CREEPING = fixed(Fraction(1, 41), 1, 20, L=1)  # a curvature for which 20 steps of 1/L do least
