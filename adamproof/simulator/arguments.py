"""What users hand over, as the numbers that it should be: each refusal is one sentence."""

from __future__ import annotations

import operator
from collections.abc import Callable
from numbers import Real
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..support import arrays
from .errors import SimulationError

Array = NDArray[np.float64]
READ_ONLY = ("array is read-only", "destination is read-only")  # as NumPy says it
LARGEST_COUNTER = 1 << 32  # replicates, coordinates and samples are numbered by words of 32 bits


def written(value: Any) -> str:
    """A value in a sentence: one line of at most 100 characters."""
    try:
        return f"{' '.join(repr(value).split()):.100}"
    except ValueError:  # Python writes no whole number of more than 4,300 digits
        return f"a value of the type {type(value).__name__}, too long to print,"


def whole(what: str, value: Any, least: int, most: int | None = None) -> int:
    """A whole number in a range: Python's and NumPy's integers, but no bool and no float."""
    bounds = f"from {least} on" if most is None else f"from {least} to {most}"
    refusal = SimulationError(f"{what} is {written(value)}, but must be a whole number {bounds}")
    # Of a masked array NumPy would give the hidden number as an index.
    if isinstance(value, bool | np.bool_) or (isinstance(value, np.ndarray) and type(value) is not np.ndarray):
        raise refusal
    try:
        number = operator.index(value)
    except TypeError as error:
        raise refusal from error
    if number < least or (most is not None and number > most):
        raise refusal
    return number


def real(what: str, value: Any) -> float:
    """A number as a float; infinities and nan are left to the caller's own range."""
    if isinstance(value, bool | np.bool_) or not isinstance(value, Real):
        raise SimulationError(f"{what} is {written(value)}, but must be a number")
    try:
        return float(value)
    except OverflowError as error:
        raise SimulationError(f"{what} is too large for a float") from error


def level(value: Any) -> float:
    """The level of a test or of an interval: a number between 0 and 1, both excluded."""
    number = real("the level", value)
    if not 0.0 < number < 1.0:
        raise SimulationError(f"the level is {number}, but must be above 0 and below 1")
    return number


def flag(what: str, value: Any) -> bool:
    """True or False, and nothing that would only count as one."""
    if not isinstance(value, bool | np.bool_):
        raise SimulationError(f"{what} is {written(value)}, but must be True or False")
    return bool(value)


def kind(what: str, value: Any, *wanted: type) -> None:
    """Refuse what is none of such objects."""
    if not isinstance(value, wanted):
        names = " or ".join(one.__name__ for one in wanted)
        raise SimulationError(f"{what} is {written(value)}, but must be of the type {names}")


def function(what: str, value: Any) -> None:
    """Refuse what cannot be called."""
    if not callable(value):
        raise SimulationError(f"{what} is {written(value)}, but must be a function")


def vector(what: str, values: ArrayLike, d: int) -> Array:
    """A vector of d finite numbers of one's own; one number stands for all coordinates."""
    given = numbers(what, values)
    if given.shape not in ((), (1,), (d,)):
        raise SimulationError(f"{what} has shape {given.shape}, but must be one number, or one per coordinate ({d})")
    return finite(what, np.array(np.broadcast_to(given, (d,))))


def point(what: str, values: ArrayLike) -> Array:
    """A vector of finite numbers of one's own, of whatever length from 1 on."""
    given = numbers(what, values)
    if given.ndim != 1 or given.size == 0:
        raise SimulationError(f"{what} has shape {given.shape}, but must be a vector with one number per coordinate")
    return finite(what, given)


def points(x: ArrayLike) -> Array:
    """Points of shape (replicates, d), finite or not: a plain float64 array itself, anything else as a new one."""
    if type(x) is np.ndarray and x.dtype == np.float64:
        return x
    return numbers("the array of points", x)


def finite(what: str, given: Array) -> Array:
    """The array itself.  Raises SimulationError where a number in it is not finite."""
    if not np.isfinite(given).all():
        raise SimulationError(f"{what} contains NaN or infinity")
    return given


def answer(
    what: str, function: Callable[..., Any], x: Array, *more: Any, shape: tuple[int, ...] | None = None
) -> Array:  # fmt: skip
    """What a user's function says of the points x: an array of their shape, or of another one.

    The function sees a copy that it cannot change: what it does with it, or keeps of it, is not the run's.
    """
    try:
        said = function(_shown(x), *(_shown(one) if isinstance(one, np.ndarray) else one for one in more))
    except ValueError as error:
        if not str(error).endswith(READ_ONLY):
            raise
        raise SimulationError(f"{what} modifies its input points: let it work on a copy") from error
    # A copy: two functions may answer in one array of theirs.
    return shaped(what, said, shape or x.shape, "that of the points," if shape is None else "the shape")


def _shown(values: Array) -> Array:
    copy = values.copy()
    copy.flags.writeable = False
    return copy


def shaped(what: str, values: Any, shape: tuple[int, ...], whose: str = "the shape") -> Array:
    """A new float64 array of a shape.  Raises SimulationError."""
    given = numbers(what, values)
    if given.shape != shape:
        raise SimulationError(f"{what} has shape {given.shape}, but must have {whose} {shape}")
    return given


def numbers(what: str, values: Any) -> Array:
    """A new float64 array.  Raises SimulationError for everything that `arrays.real_array` refuses."""
    try:
        return arrays.real_array(values)
    except arrays.ArrayError as error:
        raise SimulationError(f"{what} {error}") from error
