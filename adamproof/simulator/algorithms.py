"""The algorithms of a run: Adam and what it contains, with constants or with powers of the number of steps."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from . import arguments
from .errors import SimulationError

Form = Literal["sign", "textbook", "signum"]
COEFFICIENTS = 7  # beta1, 1 - beta1, beta2, 1 - beta2, learning rate, the two bias corrections


@dataclass(frozen=True)
class Algorithm:
    """m = beta1 m + (1-beta1) g, v = beta2 v + (1-beta2) g^2, u = |m|/(sqrt(v)+epsilon), x = x - rate u Sign(m).

    `form` is "sign" (as written), "textbook" (x - rate m/(sqrt(v)+epsilon)) or "signum" (u = 1 where m != 0).
    With `bias_correction`, m/(1-beta1^t) and v/(1-beta2^t) take the places of m and v in u.
    u = 0 where m = 0.  Raises SimulationError for a value out of range.

    learning_rate: finite, at least 0, in the unit of x.
    beta1, beta2: at least 0 and below 1.  epsilon: finite, at least 0, in the unit of a gradient.
    """

    learning_rate: float
    beta1: float
    beta2: float
    epsilon: float = 0.0
    bias_correction: bool = False
    form: Form = "sign"

    def __post_init__(self) -> None:
        for name in ("learning_rate", "beta1", "beta2", "epsilon"):
            what = "the learning rate" if name == "learning_rate" else name
            object.__setattr__(self, name, arguments.real(what, getattr(self, name)))
        for name in ("beta1", "beta2"):
            if not 0.0 <= getattr(self, name) < 1.0:
                raise SimulationError(f"{name} is {getattr(self, name)}, but must be at least 0 and below 1")
        if not (math.isfinite(self.learning_rate) and self.learning_rate >= 0.0):
            raise SimulationError(f"the learning rate is {self.learning_rate}, but must be finite and not negative")
        if not (math.isfinite(self.epsilon) and self.epsilon >= 0.0):
            raise SimulationError(f"epsilon is {self.epsilon}, but must be finite and not negative")
        object.__setattr__(self, "bias_correction", arguments.flag("bias_correction", self.bias_correction))
        if self.form not in ("sign", "textbook", "signum"):
            raise SimulationError(f"the form is {self.form!r}, but must be sign, textbook or signum")

    def coefficients(self, first: int, count: int) -> NDArray[np.float64]:
        """The coefficients of the steps first + 1, ..., first + count, one row a step.

        first: steps done before.  count: rows of the array, of shape (count, 7).
        """
        rows = np.empty((count, COEFFICIENTS))
        rows[:] = (self.beta1, 1.0 - self.beta1, self.beta2, 1.0 - self.beta2, self.learning_rate, 1.0, 1.0)
        if self.bias_correction:
            for row, step in zip(rows, range(first + 1, first + count + 1), strict=True):
                row[5] = 1.0 / (1.0 - self.beta1**step)
                row[6] = 1.0 / (1.0 - self.beta2**step)
        return rows

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def adam(
    learning_rate: float, beta1: float = 0.9, beta2: float = 0.999, epsilon: float = 0.0, bias_correction: bool = False
) -> Algorithm:
    """Adam in sign form, by default without bias correction.

    learning_rate, beta1, beta2, epsilon, bias_correction: as in Algorithm.  Raises SimulationError out of range.
    """
    return Algorithm(learning_rate, beta1, beta2, epsilon, bias_correction)


def rmsprop(learning_rate: float, beta2: float = 0.99, epsilon: float = 0.0) -> Algorithm:
    """RMSProp: Adam without momentum.

    learning_rate, beta2, epsilon: as in Algorithm.  Raises SimulationError out of range.
    """
    return Algorithm(learning_rate, 0.0, beta2, epsilon)


def signum(learning_rate: float, beta1: float = 0.9) -> Algorithm:
    """Signum: the sign of the moving average.

    learning_rate, beta1: as in Algorithm.  Raises SimulationError out of range.
    """
    return Algorithm(learning_rate, beta1, 0.0, form="signum")


def sign_descent(learning_rate: float) -> Algorithm:
    """Sign descent: beta1 = beta2 = epsilon = 0, so that u = 1 where the gradient is not 0.

    learning_rate: the length of a step in each coordinate.  Raises SimulationError out of range.
    """
    return Algorithm(learning_rate, 0.0, 0.0)


@dataclass(frozen=True)
class Schedule:
    """1 - beta1 = alpha T^-A, 1 - beta2 = beta T^-B, learning rate = gamma d^-dimension T^-C for a run of T steps.

    A, B, C, dimension: exponents.  alpha, beta, gamma: factors.  epsilon, bias_correction: as in Algorithm.
    Raises SimulationError for what is no number; a beta or rate out of range is noticed at a T.
    """

    A: float
    B: float
    C: float
    alpha: float = 1.0
    beta: float = 1.0
    gamma: float = 1.0
    dimension: float = 0.5
    epsilon: float = 0.0
    bias_correction: bool = False

    def __post_init__(self) -> None:
        for name in ("A", "B", "C", "alpha", "beta", "gamma", "dimension"):
            object.__setattr__(self, name, arguments.real(name, getattr(self, name)))

    def at(self, steps: int, coordinates: int) -> Algorithm:
        """The algorithm for a run of this many steps in this dimension.  Raises SimulationError out of range.

        steps: T, at least 1.  coordinates: d, at least 1.
        """
        steps = arguments.whole("the number of steps", steps, 1)
        try:
            rate = self.gamma * steps**-self.C * coordinates**-self.dimension
            rest1, rest2 = self.alpha * steps**-self.A, self.beta * steps**-self.B
        except OverflowError as error:
            where = f"T = {steps}, A = {self.A!r}, B = {self.B!r}, C = {self.C!r}"
            raise SimulationError(f"T^-A, T^-B or T^-C overflows a float at {where}") from error
        return Algorithm(rate, 1.0 - rest1, 1.0 - rest2, self.epsilon, self.bias_correction)
