"""Models of AdamW for one coordinate: Adam's own recursion, and an iterate that decays."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from random import Random
from typing import Any

import mpmath

from adamproof.lemmas.models import update_runs
from adamproof.lemmas.models.adam import Hyper, adam_model
from adamproof.lemmas.update import average_magnitude, update_magnitude_tight
from adamproof.numeric.models import Model
from adamproof.numeric.numbers import as_mpf

LAST = 11


def decayed(model: Model, variables: Mapping[str, Any], start: Any = 0, bias_corrected: bool = False) -> Model:
    """The model with x_{k+1} = (1 - gamma*lambda)*x_k - gamma*u_k, u_k of Adam's, and X and B as small as they may be.

    variables: gamma and lambda, and what else is to be set.  start: x_1.
    """
    names = model.variables
    beta1, beta2, epsilon = (names[name] for name in ("b1", "b2", "eps"))
    rate, decay = variables["gamma"], variables["lambda"]

    def update(k: int) -> Any:
        first, second = as_mpf(model.functions["m"](k)), as_mpf(model.functions["v"](k))
        if k >= 1 and bias_corrected:
            first, second = first / as_mpf(1 - beta1**k), second / as_mpf(1 - beta2**k)
        below = mpmath.sqrt(second) + as_mpf(epsilon) if second >= 0 else as_mpf(0)
        return first / below if below else mpmath.mpf(0)

    with mpmath.workdps(90):
        updates = {k: update(k) for k in range(1, LAST)}
        position = {1: as_mpf(Fraction(start))}
        for k in range(1, LAST):
            position[k + 1] = (1 - as_mpf(rate) * as_mpf(decay)) * position[k] - as_mpf(rate) * updates[k]
        largest = _above(max(map(abs, updates.values())))
        bound = (
            0 if beta2 <= beta1**2 else (1 - as_mpf(beta1)) / mpmath.sqrt(as_mpf((1 - beta2) * (1 - beta1**2 / beta2)))
        )
        box = _above(max(abs(position[1]), max(as_mpf(largest), bound) / as_mpf(decay)))
    return model.extended(
        variables={"t": model.variables["t"] or 1, "X": box, "B": largest, **variables},
        functions={
            "x": lambda k: position.get(k, mpmath.mpf(0)),
            "u": lambda k: updates.get(k, mpmath.mpf(0)),
        },
        integers=range(-1, LAST),
    )


def _above(value: Any) -> Fraction:
    """A rational number just above."""
    return Fraction(int(value * 10**30) + 1, 10**30)


def _drawn(rng: Random, bias_corrected: bool) -> Iterator[Model]:
    for model in update_runs.models(rng):
        decay, share = Fraction(rng.randint(1, 20), 10), Fraction(rng.randint(0, 5), 5)
        start = Fraction(rng.randint(-9, 9), 9)
        yield decayed(model, {"gamma": share / decay, "lambda": decay}, start, bias_corrected)


def plain(rng: Random) -> Iterator[Model]:
    """beta1^2 < beta2, any gradients, gamma*lambda from 0 to 1."""
    return _drawn(rng, False)


def corrected(rng: Random) -> Iterator[Model]:
    """As plain, with bias correction."""
    return _drawn(rng, True)


def beyond_one(rng: Random) -> Iterator[Model]:
    """beta1 = 1/2, beta2 = 3/4, gradients 3/2 and 9/4: u_2 = sqrt(4/3), and x_3 = -u_2/lambda as gamma*lambda = 1."""
    model = adam_model(rng, 9, Hyper(Fraction(1, 2), Fraction(3, 4), Fraction(0)), "extremal")
    yield decayed(model, {"gamma": 1, "lambda": 1, "t": 3, "X": 1})


def started(rng: Random) -> Iterator[Model]:
    """x_1 = 9, outside of the box for a start in it."""
    for model in plain(rng):
        settings = {"gamma": Fraction(1, 10), "lambda": 1, "t": 1}
        if decayed(model, settings).variables["X"] < 8:
            yield decayed(model, settings, 9)


def outside(rng: Random) -> Iterator[Model]:
    """As started, with an X that is less than x_1."""
    return (model.extended(variables={"X": 8}) for model in started(rng))


def boundary(rng: Random) -> Iterator[Model]:
    """beta2 = beta1^2, where the formula for R is 0."""
    for model in update_runs.boundary(rng):
        yield decayed(model, {"gamma": 1, "lambda": 1, "t": 3, "X": Fraction(1, 100)})


def overshooting(rng: Random) -> Iterator[Model]:
    """gamma*lambda = 2 from x_1 = 1, moved by u_1 = 1: x_2 = -3."""
    for model in plain(rng):
        found = decayed(model, {"gamma": 2, "lambda": 1, "t": 2, "X": 1, "B": 1})
        yield found.extended(functions={"x": lambda k: Fraction(1 if k % 2 else -3), "u": lambda _: Fraction(1)})


def averaged(rng: Random) -> Iterator[Model]:
    """beta1 < beta2 and epsilon > 0, and a horizon."""
    for model in average_magnitude.models(rng):
        decay, share = Fraction(rng.randint(1, 20), 10), Fraction(rng.randint(1, 5), 5)
        yield decayed(model, {"gamma": share / decay, "lambda": decay}, Fraction(rng.randint(-9, 9), 9))


def far(rng: Random) -> Iterator[Model]:
    """x_1 = 999 and a short horizon."""
    for model in average_magnitude.models(rng):
        yield decayed(model, {"gamma": Fraction(1, 2), "lambda": 1, "T": 2}, 999)


def leaping(rng: Random) -> Iterator[Model]:
    """gamma*lambda = 3."""
    for model in average_magnitude.models(rng):
        yield decayed(model, {"gamma": 3, "lambda": 1}, 1)


def first_step(rng: Random) -> Iterator[Model]:
    """epsilon = 0, beta1 = 0 and beta2 = 99/100: u_1 = 10."""
    model = adam_model(rng, 9, Hyper(Fraction(0), Fraction(99, 100), Fraction(0)), "constant")
    yield decayed(model, {"gamma": 1, "lambda": 1, "T": 2})


def pushed(rng: Random) -> Iterator[Model]:
    """The gradients that attain R_t, from x_1 = 0 on."""
    return _pushed(rng, update_magnitude_tight.extremal, Fraction(0))


def pushed_back(rng: Random) -> Iterator[Model]:
    """As pushed, from x_1 > 0 on."""
    return _pushed(rng, update_magnitude_tight.extremal, Fraction(1, 9))


def other_gradients(rng: Random) -> Iterator[Model]:
    """Gradients that attain nothing, epsilon = 0."""
    return _pushed(rng, update_magnitude_tight.other_gradients, Fraction(0))


def _pushed(rng: Random, runs: Callable[[Random], Iterator[Model]], start: Fraction) -> Iterator[Model]:
    for model in runs(rng):
        first, later = rng.randint(1, 4), rng.randint(0, 6)
        settings = {"gamma": Fraction(rng.randint(1, 2), 2), "lambda": Fraction(rng.randint(1, 4), 4)}
        yield decayed(model, {**settings, "s": first, "i": later, "eps": 0}, start)
