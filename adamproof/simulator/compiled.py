"""What the engines compiled by Numba share: the functions of `kernels` on numbers, and kernels kept on disk."""

from __future__ import annotations

import hashlib
import math
import os
import types
from collections.abc import Callable, Iterable
from typing import Any

import numba
import numpy as np
from numba.core import types as numba_types
from numba.extending import intrinsic

from ..support import package_data
from . import kernels

KERNEL: dict[str, Any] = {"error_model": "numpy", "nogil": True}
PART = {**KERNEL, "no_cpython_wrapper": True, "no_cfunc_wrapper": True}  # called by compiled functions only
OPTIONS = {**PART, "forceinline": True}


@intrinsic
def _bits_of(_: Any, number: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.bitcast(arguments[0], context.get_value_type(numba_types.uint64))

    return numba_types.uint64(numba_types.float64), generate


@intrinsic
def _number_of(_: Any, bits: Any) -> Any:
    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.bitcast(arguments[0], context.get_value_type(numba_types.float64))

    return numba_types.float64(numba_types.uint64), generate


def _compiled() -> dict[str, Any]:
    """The functions by name.  Only what does the work of NumPy's functions on arrays is not the text of `kernels`."""
    compile = numba.njit(**OPTIONS)
    names: dict[str, Any] = {
        **{name: value for name, value in vars(kernels).items() if isinstance(value, np.uint64 | float)},
        "bits_of": compile(lambda number: _bits_of(number)),
        "number_of": compile(lambda bits: _number_of(bits)),
        "where": compile(lambda condition, yes, no: yes if condition else no),
        "sqrt": math.sqrt,
        "absolute": abs,
        "maximum": np.maximum,
        "minimum": np.minimum,
    }
    for name, function in vars(kernels).items():
        if isinstance(function, types.FunctionType) and function.__module__ == kernels.__name__ and name not in names:
            names[name] = compile(types.FunctionType(function.__code__, names, name))
    return names


NAMES = _compiled()


def rebound(function: Callable[..., Any], names: dict[str, Any]) -> Callable[..., Any]:
    """The function, with the names in its text standing for others."""
    code: Any = getattr(function, "__code__", None)
    return types.FunctionType(code, names, function.__name__, getattr(function, "__defaults__", None))


def kernel(
    function: Callable[..., Any], names: dict[str, Any], modules: Iterable[str], keep: bool, label: str = ""
) -> Any:  # fmt: skip
    """A function compiled with these names; `keep`: on disk, under the hash of the modules that it is made from.

    label: tells apart what is made of one function with other names.
    """
    source = "".join(package_data.source_of(module) for module in modules)
    digest = hashlib.sha256(source.encode()).hexdigest()[:16]
    named: Any = rebound(function, names)
    named.__name__ = f"{function.__name__.strip('_')}_{label}{digest}"
    # What Numba names the file by: else it would not notice a change of another module.
    named.__qualname__ = named.__name__
    if keep:
        try:
            return numba.njit(cache=True, **KERNEL)(named)
        except (RuntimeError, OSError):  # no folder to keep it in
            pass
    return numba.njit(**KERNEL)(named)


def cores() -> int:
    """The processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def first_line(error: Exception) -> str:
    return next(iter(str(error).splitlines()), type(error).__name__)
