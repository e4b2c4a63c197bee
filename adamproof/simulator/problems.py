"""Objectives and their noise, with the constants that the theorems ask for.

A `Separable` objective is a sum over coordinates of one function f(x_j, h_j), whose derivative is a function of numbers
in the manner of `kernels`: every engine can run it, in blocks.  A `Sampled` objective computes gradients of all
replicates at once with NumPy: data problems, and functions of your own.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from . import arguments, kernels
from .errors import SimulationError
from .noise import Draws

Array = NDArray[np.float64]
Slope = Callable[[Any, Any], Any]
Kind = Literal["none", "gaussian", "two-point", "signs", "sphere"]
FEW = 4  # coordinates of a trial
RESOLUTION = 2.0**-32  # of a probability: the generator's words have 32 bits


@dataclass(frozen=True)
class Noise:
    """Noise of mean 0 with E|xi|^2 = s0^2 + s1^2 |a|^p, independent of the past given the gradient a.

    gaussian   independent normal coordinates (at most 6.77 standard deviations)
    two-point  each coordinate low with probability 1 - delta, high with probability delta; delta is rounded to a
               multiple of 2^-32, for which the values are then exactly of mean 0 and variance 1
    signs      each coordinate plus or minus the same number, so that |xi| is s0 surely where s1 = 0
    sphere     uniform on the sphere of radius sqrt(s0^2 + s1^2 |a|^p)
    none       xi = 0

    kind: one of these.  s0: from 0 to 1e100, in the unit of a gradient, over all coordinates together.
    s1: from 0 to 1e100.  p: from 0 to 2.
    Raises SimulationError out of range.
    """

    kind: Kind = "gaussian"
    s0: float = 1.0
    s1: float = 0.0
    p: float = 0.0
    delta: float = 0.25

    def __post_init__(self) -> None:
        if self.kind not in ("none", "gaussian", "two-point", "signs", "sphere"):
            raise SimulationError(f"the noise is {self.kind!r}, but must be none, gaussian, two-point, signs or sphere")
        for name in ("s0", "s1", "p", "delta"):
            object.__setattr__(self, name, arguments.real(name, getattr(self, name)))
        for name in ("s0", "s1"):
            if not 0.0 <= getattr(self, name) <= 1e100:
                raise SimulationError(f"{name} is {getattr(self, name)}, but must be from 0 to 1e100")
        if not 0.0 <= self.p <= 2.0:
            raise SimulationError(f"p is {self.p}, but affine variance needs 0 <= p <= 2")
        if not RESOLUTION <= self.delta <= 1.0 - RESOLUTION:
            raise SimulationError(f"delta is {self.delta}, but must be a probability from 2^-32 to 1 - 2^-32")

    @property
    def coupled(self) -> bool:
        """Whether a coordinate's noise depends on the others: the size of the gradient, or of the noise itself."""
        return self.kind != "none" and (self.kind == "sphere" or (self.s1 > 0.0 and self.p > 0.0))

    @property
    def variance(self) -> tuple[float, float]:
        """The constant part of E|xi|^2 and the factor of |a|^p (p = 0 counts as constant)."""
        if self.kind == "none":
            return 0.0, 0.0
        if self.p == 0.0:
            return self.s0**2 + self.s1**2, 0.0
        return self.s0**2, self.s1**2

    @property
    def two_values(self) -> tuple[float, float, float]:
        """The probability of the higher of two values, and both, scaled to variance 1 (also for "signs")."""
        delta = round(self.delta / RESOLUTION) * RESOLUTION if self.kind == "two-point" else 0.5
        return delta, -math.sqrt(delta / (1.0 - delta)), math.sqrt((1.0 - delta) / delta)


@dataclass(frozen=True)
class Constants:
    """(L0, L1, q)-smoothness, the lower bound and the noise; None where unknown.  Raises SimulationError.

    L0, L1, q: |grad F(x) - grad F(y)| <= (L0 + L1 |grad F(x)|^q) |x - y|.  lower: F* or below it, in the unit of F.
    s0, s1, p: E|xi|^2 <= s0^2 + s1^2 |a|^p, as in Noise.
    """

    L0: float | None = None
    L1: float | None = None
    q: float = 0.0
    lower: float | None = None
    s0: float | None = None
    s1: float | None = None
    p: float = 0.0

    def __post_init__(self) -> None:
        least = {"lower": -math.inf}
        most = {"q": 1.0, "p": 2.0}
        for name, value in vars(self).items():
            if value is None and name not in most:
                continue
            number = arguments.real(f"the constant {name}", value)
            if not (math.isfinite(number) and least.get(name, 0.0) <= number <= most.get(name, math.inf)):
                bounds = f"from 0 to {most[name]:g}" if name in most else "finite" if name in least else "from 0 on"
                raise SimulationError(f"the constant {name} is {number}, but must be {bounds}")
            object.__setattr__(self, name, number)


class Problem(Protocol):
    """What a run asks of a problem."""

    @property
    def name(self) -> str: ...
    @property
    def start(self) -> Array: ...
    @property
    def constants(self) -> Constants: ...
    def gradient(self, x: Array) -> Array: ...
    def value(self, x: Array) -> Array | None: ...
    def describe(self) -> dict[str, Any]: ...


BUILT_IN = (kernels.slope_quadratic, kernels.slope_cosh)


@dataclass(frozen=True, eq=False)
class Separable:
    """F(x) = sum_j f(x_j, h_j).  `slope(x, h)` is f's derivative, `level(x, h)` is f (or None).

    start: (d,); h: (d,), or one number for all coordinates.  Raises SimulationError where these are not finite numbers.
    """

    name: str
    slope: Slope
    h: Array
    start: Array
    noise: Noise
    constants: Constants
    level: Callable[[Array, Array], Array] | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "start", arguments.point("the start", self.start))
        object.__setattr__(self, "h", arguments.vector("h", self.h, self.start.size))

    def gradient(self, x: Array) -> Array:
        """The exact gradient, for x of shape (replicates, d).  Raises SimulationError for a slope of another shape."""
        return self.part(x, slice(None))

    def part(self, x: Array, columns: slice) -> Array:
        """The exact gradient in some coordinates, x having these alone."""
        x = arguments.points(x)
        if self.slope in BUILT_IN:
            return np.asarray(self.slope(x, self.h[columns]))
        return arguments.answer(f"the slope of {self.name!r}", self.slope, x, self.h[columns])

    def tried(self) -> None:
        """Raise SimulationError for a slope that does not work on arrays, whatever engine is to run it."""
        few = slice(0, FEW)
        try:
            with np.errstate(all="ignore"):
                self.part(np.stack([self.start[few]] * 2), few)
        except ValueError as error:  # such as a truth value of an array
            raise SimulationError(f"the slope of {self.name!r} does not work on arrays ({error})") from error

    def value(self, x: Array) -> Array | None:
        """F at each replicate, or None where it is not known."""
        if self.level is None:
            return None
        values = arguments.answer(f"the objective of {self.name!r}", self.level, arguments.points(x), self.h)
        return np.asarray(np.sum(values, axis=1))

    def describe(self) -> dict[str, Any]:
        return {
            "problem": self.name,
            "d": self.start.size,
            "noise": vars(self.noise),
            "constants": vars(self.constants),
        }


@dataclass(frozen=True, eq=False)
class Sampled:
    """An objective given by a function: `exact(x)` is its gradient for x of shape (replicates, d).

    `stochastic(x, draws)` is the noisy gradient, of the same shape; without it, the noise is added to the exact one.
    `draws` are the random choices of that step (`draws.choices`), the same however a run is cut into pieces.
    level: F, from x to the shape (replicates,); needed for F at the end alone.
    Each row must depend on that row of x only, or else results depend on how replicates are grouped.

    name, details: for what is printed and stored (text and numbers); they tell one problem from another in checkpoints.
    start: (d,), x at step 0.  noise: "none" where `stochastic` is given.  constants: those of F that are known.
    Raises SimulationError where the start does not hold finite numbers.
    """

    name: str
    exact: Callable[[Array], Array]
    start: Array
    noise: Noise = field(default_factory=lambda: Noise("none"))
    constants: Constants = field(default_factory=Constants)
    stochastic: Callable[[Array, Draws], Array] | None = None
    level: Callable[[Array], Array] | None = None
    details: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "start", arguments.point("the start", self.start))

    def gradient(self, x: Array) -> Array:
        """The exact gradient.  Raises SimulationError if the function's answer has another shape than x."""
        return arguments.answer(f"the gradient of {self.name!r}", self.exact, arguments.points(x))

    def noisy(self, x: Array, draws: Draws) -> Array | None:
        """The noisy gradient, or None where noise is to be added to the exact one."""
        if self.stochastic is None:
            return None
        return arguments.answer(f"the noisy gradient of {self.name!r}", self.stochastic, arguments.points(x), draws)

    def value(self, x: Array) -> Array | None:
        """F at each replicate, or None where it is not known."""
        if self.level is None:
            return None
        x = arguments.points(x)
        return arguments.answer(f"the objective of {self.name!r}", self.level, x, shape=x.shape[:1])

    def describe(self) -> dict[str, Any]:
        return {
            "problem": self.name,
            "d": self.start.size,
            "noise": vars(self.noise),
            "constants": vars(self.constants),
            **self.details,
        }


def _dimension(d: int) -> int:
    return arguments.whole("the dimension", d, 1, arguments.LARGEST_COUNTER)


def _noise_of(noise: Noise | None) -> Noise:
    """The noise that is asked for, of variance 1 where none is."""
    noise = Noise() if noise is None else noise
    arguments.kind("the noise", noise, Noise)
    return noise


def _constants_of(constants: Constants | None, noise: Noise) -> Constants:
    """The constants that are given, else those of the noise alone."""
    constants = Constants(**_noise_constants(noise)) if constants is None else constants
    arguments.kind("the argument constants", constants, Constants)
    return constants


def _noise_constants(noise: Noise) -> dict[str, float]:
    constant, factor = noise.variance
    return {"s0": math.sqrt(constant), "s1": math.sqrt(factor), "p": noise.p if factor else 0.0}


def quadratic(d: int, h: ArrayLike = 1.0, start: ArrayLike = 1.0, noise: Noise | None = None) -> Separable:
    """F(x) = sum_j h_j x_j^2 / 2 with h >= 0: L0 = max h, L1 = 0, F >= 0.

    d: coordinates, at least 1.  h: at least 0; one number, or shape (d,).
    start: x at step 0; one number, or shape (d,).  noise: Noise() by default, of variance 1.
    Raises SimulationError for another shape, or a negative h.
    """
    noise, d = _noise_of(noise), _dimension(d)
    weights = arguments.vector("the curvature h", h, d)
    if (weights < 0.0).any():
        raise SimulationError("a curvature h is negative, but the quadratic must be bounded below")
    constants = Constants(L0=float(weights.max()), L1=0.0, lower=0.0, **_noise_constants(noise))
    point = arguments.vector("the start", start, d)
    return Separable(
        "quadratic", kernels.slope_quadratic, weights, point, noise, constants, lambda x, h: 0.5 * h * x * x
    )


def cosh(d: int, start: ArrayLike = 1.0, noise: Noise | None = None) -> Separable:
    """F(x) = sum_j (cosh x_j - 1): L0 = L1 = 2, q = 1, F >= 0.

    d: coordinates, at least 1.  start: x at step 0; one number, or shape (d,).  noise: Noise() by default, of
    variance 1.
    Raises SimulationError for another shape.
    """
    noise, d = _noise_of(noise), _dimension(d)
    constants = Constants(L0=2.0, L1=2.0, q=1.0, lower=0.0, **_noise_constants(noise))
    point = arguments.vector("the start", start, d)
    return Separable(
        "cosh", kernels.slope_cosh, np.ones(d), point, noise, constants, lambda x, h: 2.0 * h * np.sinh(0.5 * x) ** 2
    )


def separable(
    slope: Slope,
    d: int,
    h: ArrayLike = 1.0,
    start: ArrayLike = 1.0,
    noise: Noise | None = None,
    constants: Constants | None = None,
    name: str = "separable",
) -> Separable:
    """An objective of your own, by the derivative slope(x, h) in each coordinate.

    The slope must work on NumPy arrays, and compile on two numbers to run under Numba.  The two agree to the last bit
    where it has arithmetic and square roots alone: for powers, logarithms and the like their libraries differ.

    slope: a function of two arrays of one shape.  d: coordinates, at least 1.  h: one number, or shape (d,).
    start: x at step 0; one number, or shape (d,).  noise: Noise() by default, of variance 1.
    constants: those of F that are known.  name: for what is printed and stored.
    Raises SimulationError for another shape, and a slope that does not work on arrays.
    """
    noise, d = _noise_of(noise), _dimension(d)
    arguments.function("the slope", slope)
    point, weights = arguments.vector("the start", start, d), arguments.vector("h", h, d)
    return Separable(name, slope, weights, point, noise, _constants_of(constants, noise))


def function(
    gradient: Callable[[Array], Array],
    d: int,
    start: ArrayLike = 1.0,
    noise: Noise | None = None,
    constants: Constants | None = None,
    name: str = "function",
) -> Sampled:
    """An objective of your own, by its gradient for points of shape (replicates, d), one row a replicate.

    gradient: a function from (replicates, d) to (replicates, d).  d: coordinates, at least 1.
    start: x at step 0; one number, or shape (d,).  noise: Noise() by default, of variance 1.
    constants: those of F that are known.  name: for what is printed and stored.
    Raises SimulationError for another shape.
    """
    noise, d = _noise_of(noise), _dimension(d)
    arguments.function("the gradient", gradient)
    return Sampled(name, gradient, arguments.vector("the start", start, d), noise, _constants_of(constants, noise))
