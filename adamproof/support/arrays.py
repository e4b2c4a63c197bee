"""Arrays as users hand them over: which values stand for an array of real numbers, and why the others do not.

NumPy converts almost everything: a masked array to its hidden values, a quantity to its number without the unit, truth
values and objects with text to numbers.  Here every array is either what its plain float64 copy is, or refused.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from decimal import Decimal
from numbers import Number, Real
from typing import Any

import numpy as np
from numpy.typing import NDArray

# Subclasses of NumPy's arrays whose numbers are all that they hold.
PLAIN = (np.ndarray, np.matrix, np.memmap, np.recarray)
PROTOCOLS = ("__array__", "__array_interface__", "__array_struct__", "__dlpack__")
DEEPEST = 32  # lists within lists, as NumPy allows in all its versions


class ArrayError(ValueError):
    """Values that are not an array of real numbers.  The text is a predicate, such as "is a masked array: ..."."""


def real_array(values: Any) -> NDArray[np.float64]:
    """The values as a new float64 array, C-ordered and in the machine's byte order.

    values: a real number, a NumPy array, a memoryview, or a sequence of these (also nested).  Each number is rounded to
    the nearest float64; nan and infinities stay.  Raises ArrayError for masked arrays, arrays of other libraries,
    subclasses that may hold more than numbers (such as units), truth values, text, complex numbers, dates, records,
    rows of unequal length, and numbers that float64 would turn into 0 or infinity.
    """
    refuse_other_types(values)
    try:
        given = np.asarray(values)
        if given.dtype.kind not in "iufO":
            raise ArrayError(f"is an array of {given.dtype}, but must be an array of real numbers")
        if given.dtype == object:
            _refuse_objects(given)
        with np.errstate(all="ignore"):  # of what is too large for a float64: refused below
            found = np.array(given, dtype=np.float64, order="C")
    except ArrayError:
        raise
    except (ValueError, TypeError, OverflowError) as error:
        raise ArrayError(f"is not an array of real numbers ({error})") from error
    if given.dtype.char in "gO":
        _refuse_lost(given, found)
    return found


def refuse_other_types(values: Any, verb: str = "is", depth: int = 0) -> None:
    """Raise ArrayError for what is not a number, a plain NumPy array, a memoryview, or a sequence of such values.

    Text passes: NumPy then finds an array of text, and says which.
    """
    if isinstance(values, np.ma.MaskedArray):
        raise ArrayError(f"{verb} a masked array: replace or drop the masked entries, and use a plain array")
    if isinstance(values, bool | np.bool_):
        raise ArrayError(f"{verb} {bool(values)}, which is a truth value, not a number")
    if isinstance(values, np.ndarray) and values.dtype.kind == "b":  # in a list it would become an array of numbers
        raise ArrayError(f"{verb} an array of bool, but must be an array of real numbers")
    if type(values) in PLAIN or isinstance(values, np.generic | str | bytes | memoryview | array | range):
        return
    of_type = f"{verb} {'' if verb == 'is' else 'a value '}of the type {type(values).__name__}"
    if isinstance(values, np.ndarray) or any(hasattr(type(values), name) for name in PROTOCOLS):
        raise ArrayError(f"{of_type}, not a plain NumPy array: convert it if you mean its plain numbers")
    if isinstance(values, Number):
        return
    if not isinstance(values, Sequence):
        raise ArrayError(f"{of_type}, but must be a real number, a NumPy array or a list of real numbers")
    if depth == DEEPEST:
        raise ArrayError(f"contains lists nested more than {DEEPEST} levels deep")
    for value in values:
        if type(value) is not float and type(value) is not int:  # the two that fill long lists
            refuse_other_types(value, "contains", depth + 1)


def _refuse_objects(given: NDArray[Any]) -> None:
    """Raise ArrayError unless all objects are real numbers, such as fractions and decimals."""
    for value in given.flat:
        if isinstance(value, bool | np.bool_) or not isinstance(value, Real | Decimal):
            raise ArrayError(f"contains {value!r:.60} of the type {type(value).__name__}, which is not a real number")


def _refuse_lost(given: NDArray[Any], found: NDArray[np.float64]) -> None:
    """Raise ArrayError where a number other than 0 became 0, or one that is not infinite became so."""
    lost = ((found == 0.0) & (given != 0)) | (np.isinf(found) & (given != found))
    if lost.any():
        value = given[lost].flat[0]
        raise ArrayError(f"contains {value!s:.60}, which is outside the range of float64")


__all__ = ["ArrayError", "real_array", "refuse_other_types"]
