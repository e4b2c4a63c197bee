"""Models of what regret is bounded with: sequences of gradients, and AMSGrad on linear losses over a box."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from random import Random
from typing import Any

import mpmath

from adamproof.numeric.models import Model
from adamproof.numeric.numbers import as_mpf

from ..foundations.functionals import alone, rational

Rows = Sequence[Sequence[Fraction]]


def amsgrad(
    gradients: Rows,
    beta2: Fraction,
    rate: Fraction,
    size: Fraction,
    point: Sequence[Fraction],
    largest: bool = True,
    betas: Sequence[Fraction] = (),
    **variables: Any,
) -> Model:
    """From the corner x_1 = size on, over the box [-size, size]^d; z is the point, the losses are <g_t, .>.

    largest: vhat is the largest v so far, otherwise v itself.  betas: beta1_t at the first times; 0 afterwards.
    """
    dimension, horizon = len(point), len(gradients)
    zero = [Fraction(0)] * dimension
    rows: dict[str, dict[int, list[Any]]] = {name: {0: zero} for name in ("g", "m", "v", "vhat", "x")}
    position: list[Any] = [as_mpf(size)] * dimension
    with mpmath.workdps(90):
        for time in range(1, horizon + 3):
            gradient = list(gradients[time - 1]) if time <= horizon else zero
            beta = betas[time - 1] if time <= len(betas) else Fraction(0)
            first = [beta * y + (1 - beta) * c for y, c in zip(rows["m"][time - 1], gradient, strict=True)]
            second = [beta2 * y + (1 - beta2) * c * c for y, c in zip(rows["v"][time - 1], gradient, strict=True)]
            pairs = zip(rows["vhat"][time - 1], second, strict=True)
            most = [max(pair) for pair in pairs] if largest else second
            for name, row in (("g", gradient), ("m", first), ("v", second), ("vhat", most), ("x", position)):
                rows[name][time] = row
            position = [
                clipped(as_mpf(y) - step(rate, time, c, moment), size)
                for y, c, moment in zip(position, first, most, strict=True)
            ]

    where = dict(enumerate(point, start=1))

    def value(name: str) -> Callable[[int, int], Any]:
        return lambda k, i: rows[name][k][i - 1] if k in rows[name] and 1 <= i <= dimension else Fraction(0)

    def loss(of: Callable[[int, int], Any]) -> Callable[[int], Any]:
        terms = lambda k: [as_mpf(value("g")(k, i)) * as_mpf(of(k, i)) for i in where]  # noqa: E731
        return lambda k: sum(terms(k), mpmath.mpf(0))

    return Model(
        variables={
            "b1": max(betas, default=Fraction(0)),
            "b2": beta2,
            "alpha": rate,
            "D": 2 * size,
            "low": -size,
            "high": size,
            "T": horizon,
            "d": dimension,
            "k": horizon,
            "t": horizon,
            "j": 1,
            **variables,
        },
        functions={
            **{name: value(name) for name in rows},
            "beta": lambda k: betas[k - 1] if 1 <= k <= len(betas) else Fraction(0),
            "z": lambda i: where.get(i, Fraction(0)),
            "f": loss(value("x")),
            "fz": loss(lambda k, i: where[i]),
        },
        integers=range(0, horizon + 2),
    )


def step(rate: Fraction, time: int, gradient: Fraction, moment: Fraction) -> Any:
    return as_mpf(rate * gradient) / mpmath.sqrt(as_mpf(time * moment)) if moment else mpmath.mpf(0)


def clipped(value: Any, size: Fraction) -> Any:
    return max(-as_mpf(size), min(as_mpf(size), value))


def models(rng: Random) -> Iterator[Model]:
    return drawn(rng, lambda time: Fraction(0))


def with_momentum(rng: Random) -> Iterator[Model]:
    return drawn(rng, lambda time: Fraction(rng.randint(0, 9), 10))


def drawn(rng: Random, beta: Callable[[int], Fraction]) -> Iterator[Model]:
    while True:
        dimension, size = rng.randint(1, 2), abs(rational(rng)) + Fraction(1, 9)
        rows = [[rational(rng) for _ in range(dimension)] for _ in range(rng.randint(1, 5))]
        yield amsgrad(
            rows,
            Fraction(rng.randint(0, 9), 10),
            abs(rational(rng)) + Fraction(1, 9),
            size,
            [size * Fraction(rng.randint(-9, 9), 9) for _ in range(dimension)],
            betas=[beta(time) for time in range(len(rows))],
        )


@alone
def fixed(gradients: Sequence[Any], beta2: Any, rate: Any, **variables: Any) -> Model:
    """One coordinate over [-1, 1], from 1 on, against -1."""
    rows = [[Fraction(value)] for value in gradients]
    return amsgrad(rows, Fraction(beta2), Fraction(rate), Fraction(1), [Fraction(-1)], **variables)


NEGATIVE = fixed([1], 0, 1, betas=[Fraction(-5)], b1=0)
LESS_AND_LESS = fixed([1, 0], 0, 1, betas=[Fraction(1, 2)], t=1)  # beta1_t = 1/2, 0
FORGETFUL = fixed([10, Fraction(1, 10)], 0, 1, largest=False)  # a large weight at first, a small one at the end


def still(weight: Fraction) -> Callable[[Random], Iterator[Model]]:
    """As fixed with nine gradients 1, x_t = 1 at all times, and vhat given by the square of the weight."""

    def one(rng: Random) -> Iterator[Model]:
        for model in fixed([1] * 9, 0, 1)(rng):
            stopped: dict[str, Callable[..., Any]] = {
                "x": lambda k, i: Fraction(1),
                "vhat": lambda k, i: weight**2,
                "f": lambda k: Fraction(1 <= k <= 9),
            }
            yield model.extended(functions=stopped)

    return one


def regretted(rng: Random) -> Iterator[Model]:
    """A loss of 99 more than that of z, without any slope."""
    for model in fixed([0], 0, 1)(rng):
        yield model.extended(functions={"f": lambda k: Fraction(99), "fz": lambda k: Fraction(0)})


def outside(rng: Random) -> Iterator[Model]:
    """A step to -2, clipped at -1, and z = -3."""
    for model in fixed([1], 0, 3)(rng):
        yield model.extended(functions={"z": lambda i: Fraction(-3)})


# --- sums over gradients ------------------------------------------------------------------------------


def gradients(rng: Random) -> Iterator[Model]:
    """Gradients in [-G, G], vhat that does not decrease."""
    while True:
        bound, horizon = abs(rational(rng)) + Fraction(1, 9), rng.randint(1, 9)
        values = [bound * Fraction(rng.randint(-9, 9), 9) for _ in range(13)]
        rises = [abs(rational(rng)) for _ in range(12)]
        yield Model(
            variables={"G": bound, "T": horizon, "t": rng.randint(1, 9), "alpha": abs(rational(rng)) + Fraction(1, 9)},
            functions={
                "g": lambda k, values=values: values[k + 1] if -1 <= k < 12 else Fraction(0),
                "vhat": lambda k, rises=rises: sum(rises[: max(k, 0)], Fraction(0)),
            },
            integers=range(1, 11),
        )


@alone
def sequence(bound: Any, horizon: int, values: Any) -> Model:
    """One sequence of gradients, and vhat of Adam with beta2 = 1/7 and g = 1, 0: vhat = 1, 1/8."""
    return Model(
        variables={"G": bound, "T": horizon, "t": 1, "alpha": 1},
        functions={"g": values, "vhat": lambda k: Fraction(1) if k <= 1 else Fraction(1, 8)},
        integers=range(1, horizon + 1),
    )


SMALL = sequence(Fraction(1, 4), 1, lambda k: Fraction(1, 4))
BEYOND = sequence(Fraction(1, 100), 1, lambda k: Fraction(1, 4))
SLOW = sequence(1, 31, lambda k: 1 / mpmath.sqrt(k) if k > 0 else mpmath.mpf(0))


# --- Reddi, Kale and Kumar's example --------------------------------------------------------------------


def reddi(
    large: Any,
    rate: Any,
    beta2: Any = None,
    blocks: int = 2,
    start: int = 1,
    v_0: int = 0,
    first: int | None = None,
    projected: bool = True,
) -> Callable[[Random], Iterator[Model]]:
    """The gradients C (or first), -1, -1, C, ...; beta2 = 1/(1 + C^2) if None."""
    C, alpha = Fraction(large), Fraction(rate)
    decay = 1 / (1 + C**2) if beta2 is None else Fraction(beta2)
    last = 3 * blocks + 7
    gradients = {k: Fraction(first or C) if k % 3 == 1 else Fraction(-1) for k in range(1, last + 1)}
    moments, places = {0: Fraction(v_0)}, {1: mpmath.mpf(start)}
    with mpmath.workdps(90):
        for k in range(1, last):
            moments[k] = decay * moments[k - 1] + (1 - decay) * gradients[k] ** 2
            moved = places[k] - step(alpha, k, gradients[k], moments[k])
            places[k + 1] = clipped(moved, Fraction(1)) if projected else moved

    def one(rng: Random) -> Iterator[Model]:
        yield Model(
            variables={"C": C, "alpha": alpha, "b2": decay, "n": blocks, "i": 0, "k": 1},
            functions={
                "g": lambda k: gradients.get(k, Fraction(0)),
                "v": lambda k: moments.get(k, Fraction(0)),
                "x": lambda k: places.get(k, mpmath.mpf(0)),
            },
            integers=range(0, blocks + 2),
        )

    return one


def reddi_runs(rng: Random) -> Iterator[Model]:
    """C from 2 up, alpha^2 < 1 - beta2."""
    while True:
        C = 2 + rng.choice([Fraction(0), abs(rational(rng))])
        yield from reddi(C, C / (C + 1) * Fraction(rng.randint(1, 9), 9), blocks=rng.randint(0, 4))(rng)


SLOW_AVERAGE = reddi(3, Fraction(3, 10), Fraction(9, 10), blocks=1)
LONGEST = reddi(2, Fraction(8, 9), blocks=0)
TOO_LONG = reddi(2, 2, blocks=0)
CREEPING = reddi(2, Fraction(1, 100))
UNBOUNDED = reddi(2, Fraction(1, 2), projected=False)
LARGER = reddi(2, Fraction(1, 2), first=99)
STARTED = reddi(2, Fraction(1, 2), v_0=9, blocks=0)
FROM_0 = reddi(2, Fraction(1, 100), start=0)
