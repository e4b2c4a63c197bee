"""Runs with what their magnitudes and second moments turn out to be: V and S2, as small as they may be."""

from fractions import Fraction
from typing import Any

import mpmath

from adamproof.numeric.models import Model
from adamproof.numeric.numbers import as_mpf


def above(value: Any) -> Fraction:
    """A rational number just above the value."""
    return Fraction(int(as_mpf(value) * 10**6) + 1, 10**6)


def measured(model: Model) -> Model:
    """The model with V and S2: as small as the run allows."""
    horizon, dimension = model.variables["T"], model.variables["d"]
    with mpmath.workdps(60):
        moments = [
            sum(as_mpf(weight) * as_mpf(model.functions["v"](horizon, i, point)) for point, weight in model.space)
            for i in range(1, dimension + 1)
        ]
        square = sum(
            as_mpf(weight) * as_mpf(model.functions["u"](time, i, point)) ** 2
            for point, weight in model.space
            for i in range(1, dimension + 1)
            for time in range(1, horizon + 1)
        )
        return model.extended(variables={"j": 1, "V": above(max(moments)), "S2": above(square / (horizon * dimension))})
