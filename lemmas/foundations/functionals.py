"""What the foundations speak of: a pair of functions under each functional, and random models of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from functools import cache
from random import Random
from typing import Any, NamedTuple, ParamSpec

import mpmath

from adamproof.numeric.models import Model
from adamproof.prover import Functional, Integrable, Point, function, integers, reals

P = ParamSpec("P")
Models = Callable[[Random], Iterator[Model]]
k, lo, hi = integers("k lo hi")
w = Point("w")
s = reals("s")


class Pair(NamedTuple):
    """A functional L with two functions a, b under it, and a third that is non-negative."""

    name: str
    over: Functional
    a: Any
    b: Any
    nonneg: Any

    def finite(self, body: Any, text: str) -> dict[str, Any]:
        """The assumption that L[body] is finite, by name; sums need none."""
        return {} if self.over.is_sum else {f"{self.over.op}[{text}] is finite": Integrable(self.over.of(body))}


SUM = Pair("finite sums", Functional("Sum", k, (lo, hi)), function("a")(k), function("b")(k), function("c")(k))
EXPECTATION = Pair("expectations", Functional("E", w), *(function(name, "point")(w) for name in ("X", "Y", "Z")))
INTEGRAL = Pair("integrals over [0, 1]", Functional("Integral01", s), *(function(f, "real")(s) for f in "fhq"))
PAIRS = (SUM, EXPECTATION, INTEGRAL)


def rational(rng: Random, size: int = 9) -> Fraction:
    """A small random rational, zero now and then."""
    return Fraction(rng.randint(-size, size), rng.randint(1, size))


def table(rng: Random, keys: range, draw: Callable[[Random], Fraction] = rational) -> Callable[[Any], Fraction]:
    """A random function on the keys, zero elsewhere."""
    values = {key: draw(rng) for key in keys}
    return lambda key: values.get(key, Fraction(0))


def changed(models: Models, **variables: Any) -> Models:
    """The models with other values.

    models: a generator of models.  variables: the values, by name.
    """
    return lambda rng: (model.extended(variables=variables) for model in models(rng))


def alone(make: Callable[P, Model]) -> Callable[P, Models]:
    """A function that makes a model, as one that makes the generator of this model alone."""

    def generator(*args: P.args, **kwargs: P.kwargs) -> Models:
        return lambda rng: iter([make(*args, **kwargs)])

    return generator


def polynomial(rng: Random) -> Callable[[Any], Any]:
    """A random cubic with rational coefficients."""
    coefficients = beside([rational(rng) for _ in range(4)])
    return lambda x: sum((c * x**i for i, c in enumerate(coefficients(x))), Fraction(0))


def beside(values: Sequence[Fraction]) -> Callable[[Any], Sequence[Any]]:
    """The numbers as a number stands beside them: beside one of mpmath's, as it rounds them itself, but only once."""

    @cache
    def rounded(bits: int) -> Sequence[Any]:
        return [mpmath.mpmathify(value) for value in values]

    return lambda x: rounded(mpmath.mp.prec) if isinstance(x, mpmath.mpf) else values


def smooth_models(rng: Random) -> Iterator[Model]:
    """As models, with f of one sign and sqrt(q) a polynomial: what quadrature integrates to the last digit."""
    for model in models(rng):
        up, root = positive_polynomial(rng), positive_polynomial(rng)
        sign = rng.choice([-1, 1])
        yield model.extended(
            functions={"f": lambda x, up=up, sign=sign: sign * up(x), "q": lambda x, root=root: root(x) ** 2}
        )


def positive_polynomial(rng: Random) -> Callable[[Any], Any]:
    """A random cubic that is positive on [0, 1]."""
    coefficients = beside([abs(rational(rng)) for _ in range(4)])
    return lambda x: sum((c * x**i for i, c in enumerate(coefficients(x))), Fraction(1, 9))


def space(rng: Random) -> list[tuple[int, Fraction]]:
    """A probability space with one to five points and rational weights."""
    weights = [rng.randint(1, 9) for _ in range(rng.randint(1, 5))]
    return [(point, Fraction(weight, sum(weights))) for point, weight in enumerate(weights)]


def uniform(points: int) -> list[tuple[int, Fraction]]:
    """A probability space of points with equal weights."""
    return [(point, Fraction(1, points)) for point in range(points)]


def models(rng: Random) -> Iterator[Model]:
    """Random models of all three pairs at once; the range of the sum is empty now and then."""
    while True:
        low = rng.randint(-3, 3)
        high = low + rng.randint(-2, 7)
        points = space(rng)
        square = polynomial(rng)
        yield Model(
            variables={"lo": low, "hi": high, "n": rng.randint(1, 8)},
            functions={
                "a": table(rng, range(low, high + 1)),
                "b": table(rng, range(low, high + 1)),
                "c": table(rng, range(low, high + 1), lambda r: abs(rational(r))),
                "X": table(rng, range(len(points))),
                "Y": table(rng, range(len(points))),
                "Z": table(rng, range(len(points)), lambda r: abs(rational(r))),
                "f": polynomial(rng),
                "h": polynomial(rng),
                "q": lambda x, p=square: p(x) ** 2,
            },
            space=points,
            integers=range(low - 2, high + 3),
            reals=[Fraction(i, 8) for i in range(-4, 13)],
        )
