"""What the engines compiled by Numba share: the functions of `kernels` on numbers, and kernels kept on disk."""

from __future__ import annotations

import hashlib
import math
import os
import types
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any

import numba
import numpy as np
from numba.core import types as numba_types
from numba.extending import intrinsic

from ..support import package_data
from . import kernels
from .precision import single

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


def _compiled(alike: Callable[..., Any]) -> dict[str, Any]:
    """The functions by name.  Only what does the work of NumPy's functions on arrays is not the text of `kernels`.

    alike: a function with the same text, given it and what the names in it stand for.
    """
    compile = numba.njit(**OPTIONS)
    names: dict[str, Any] = {
        **{name: value for name, value in vars(kernels).items() if isinstance(value, np.uint64 | float)},
        "bits_of": compile(lambda number: _bits_of(number)),
        "number_of": compile(lambda bits: _number_of(bits)),
        "where": compile(lambda condition, yes, no: yes if condition else no),
        "sqrt": math.sqrt,
        "absolute": abs,
        "copysign": math.copysign,
        "maximum": np.maximum,
        "minimum": np.minimum,
    }
    for name, function in vars(kernels).items():
        if isinstance(function, types.FunctionType) and function.__module__ == kernels.__name__ and name not in names:
            names[name] = compile(alike(function, names))
    return names


def rebound(function: Callable[..., Any], names: dict[str, Any]) -> Callable[..., Any]:
    """The function, with the names in its text standing for others."""
    code: Any = getattr(function, "__code__", None)
    return types.FunctionType(code, names, function.__name__, getattr(function, "__defaults__", None))


NAMES = _compiled(rebound)
_moments, _magnitude, _sign, _moved = (NAMES[name] for name in ("moments", "magnitude", "sign", "moved"))


def _stepped(x, m, v, g, signum, epsilon, step):
    """One coordinate after a step, and its u, given the noisy gradient; step: a row of coefficients."""
    beta1, rest1, beta2, rest2, rate, correction1, correction2 = step
    m, v = _moments(m, v, g, beta1, rest1, beta2, rest2)
    u = _magnitude(m, v, epsilon, correction1, correction2)
    if signum:
        u = abs(_sign(m))
    return _moved(x, m, u, rate), m, v, u


def _stepped_in_single(x, m, v, g, signum, epsilon, step):
    """The same in single precision, of numbers that are float32 but for g, and are handed over as float64."""
    beta1, rest1, beta2, rest2, rate, correction1, correction2 = step
    coefficients = (
        np.float32(beta1), np.float32(rest1), np.float32(beta2), np.float32(rest2), np.float32(rate),
        np.float32(correction1), np.float32(correction2),
    )  # fmt: skip
    x, m, v, u = _single(  # noqa: F821 - see `stepped`
        np.float32(x), np.float32(m), np.float32(v), np.float32(g), signum, np.float32(epsilon), coefficients
    )
    return np.float64(x), np.float64(m), np.float64(v), np.float64(u)


@cache
def stepped(dtype: str) -> Any:
    """The update of one coordinate in a type, compiled."""
    compile: Any = numba.njit(**OPTIONS)
    if dtype == "float64":
        return compile(_stepped)
    names = _compiled(single)
    own = {f"_{name}": names[name] for name in ("moments", "magnitude", "sign", "moved")}
    return compile(rebound(_stepped_in_single, {"np": np, "_single": compile(rebound(_stepped, own))}))


@numba.njit(**OPTIONS)
def row(coefficients, step):
    """The coefficients of a step, as `Algorithm.coefficients` has them, apart."""
    c = coefficients[step]
    return c[0], c[1], c[2], c[3], c[4], c[5], c[6]


@numba.njit(**OPTIONS)
def larger(one, other):
    """The larger number, in one instruction.  A NaN may be lost: it is seen in a sum beside it."""
    return one if one > other else other


def part(function: Callable[..., Any], names: dict[str, Any], label: str, options: dict[str, Any] = PART) -> Any:
    """A function that kernels of this label call, compiled with these names.

    It bears the label: Numba tells functions of one name apart by numbers that begin anew in each process, and where
    kernels that two processes have kept are loaded into a third one, the parts of one would run in the other.
    """
    named: Any = rebound(function, names)
    named.__name__ = named.__qualname__ = f"{function.__name__}_{label}"
    return numba.njit(**options)(named)


def kernel(
    function: Callable[..., Any], names: dict[str, Any], modules: Iterable[str], keep: bool, label: str
) -> Any:  # fmt: skip
    """A function compiled with these names; `keep`: on disk, under the hash of the modules that it is made from.

    label: tells apart what is made of one function with other names.
    """
    source = "".join(package_data.source_of(module) for module in modules)
    digest = hashlib.sha256(source.encode()).hexdigest()[:16]
    named: Any = rebound(function, names)
    # What Numba names the file by: else it would not notice a change of another module.
    named.__name__ = named.__qualname__ = f"{function.__name__.strip('_')}_{label}_{digest}"
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
