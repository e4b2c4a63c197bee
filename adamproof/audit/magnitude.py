"""R_t of the lemma bias-corrected for many t at once, in floats, and how far rounding may lead above it.

The formula is the lemma's own, compiled.  Of exact moving averages u_t <= R_t whatever the gradients are.  A
training rounds its averages in every step, so that u_t may be slightly above R_t.  That is no counterexample; how far
above it can be follows from the proof of the bound.

Let e be the unit roundoff of m's type, and f that of v's.  After k + 1 steps of
at most ROUNDINGS roundings each, the weight of |g_(t-k)| in m is at most (1+e)^(ROUNDINGS*(k+1)) times the exact one,
and the weight of its square in v at least (1-f)^(ROUNDINGS*(k+1)) times.  Cauchy's inequality with these weights gives
the sum over k < t of rho*(r*rho)^k in place of that of r^k, where r = beta1^2/beta2 and
rho = ((1+e)^2/(1-f))^ROUNDINGS.  `tolerance` is the root of the ratio of these sums, and a little for u itself, which
is computed in single precision or better.

Underflow is no relative error: a v below `least_second_moment` is too small for the argument, and is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache, lru_cache, reduce
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .errors import AuditError

Array = NDArray[np.float64]
Formula = Callable[[Mapping[str, Any]], Any]
ROUNDINGS = 4  # of m or v in one step: two products, their sum, and the coefficient (or, for lerp, a difference)
OF_U = 16  # roundings of u, of the powers of the betas and of R_t itself
NEAR = 1e-9  # |ratio - 1| below which a geometric sum is its number of terms


class Precision(NamedTuple):
    """A floating-point type: its unit roundoff, and the smallest positive number that is sure to be kept."""

    roundoff: float
    least: float


# Processors and compilers (XLA on a CPU) may replace subnormal numbers by 0: the smallest number is then the smallest
# normal one.  float16 is left as it is: its range is so small that no v would be compared.
PRECISIONS: Mapping[str, Precision] = {
    "float64": Precision(2.0**-53, 2.0**-1022),
    "float32": Precision(2.0**-24, 2.0**-126),
    "bfloat16": Precision(2.0**-8, 2.0**-126),
    "float16": Precision(2.0**-11, 2.0**-24),
}


def precision(dtype: str) -> Precision:
    """The precision of a type by its name ("torch.bfloat16" and "bfloat16" are one).  Raises AuditError."""
    name = dtype.rpartition(".")[2]
    if name not in PRECISIONS:
        known = ", ".join(PRECISIONS)
        raise AuditError(f"moments of the type {dtype:.40} are not audited, only {known}: quantised ones are others")
    return PRECISIONS[name]


def coarsest(one: str, other: str) -> str:
    """Of two types the one that rounds more."""
    return one if precision(one).roundoff >= precision(other).roundoff else other


@cache
def _formula() -> Formula:
    from ..bounds.theorems.compiled import magnitude

    return _compiled(magnitude("R_HAT_T"))


def largest(beta1: float, beta2: float, steps: ArrayLike) -> Array:
    """R_t with bias correction at these t (at least 1), of the shape of `steps`."""
    from ..bounds.formulas.symbols import SYMBOLS

    values: dict[str, Any] = {
        SYMBOLS["beta1"].key: np.float64(beta1),
        SYMBOLS["beta2"].key: np.float64(beta2),
        SYMBOLS["steps"].key: np.asarray(steps, dtype=np.float64),
    }
    with np.errstate(all="ignore"):  # of betas at the ends of their range
        return np.asarray(_formula()(values) + 0.0 * values[SYMBOLS["steps"].key])


@lru_cache(maxsize=1024)
def largest_at(beta1: float, beta2: float, step: int) -> float:
    """`largest` at one t: runs of one training ask for the same ones."""
    return float(largest(beta1, beta2, step))


def _compiled(part: Any) -> Formula:
    """A plain formula as a function of its symbols' values, in floats."""
    if part.is_Symbol:
        key = part.key
        return lambda values: values[key]
    if part.is_Rational:
        number = np.float64(float(part))
        return lambda values: number
    inner = [_compiled(argument) for argument in part.args]
    head = "+" if part.is_Add else "*" if part.is_Mul else "power" if part.is_Pow else part.head
    if head not in OPERATIONS:
        raise AuditError(f"the formula of R_t contains {head}, which is not evaluated here")
    operation = OPERATIONS[head]
    if len(inner) == 1:
        (only,) = inner
        return lambda values: operation(only(values))
    return lambda values: reduce(operation, [one(values) for one in inner])


def geometric(ratio: ArrayLike, terms: ArrayLike) -> Array:
    """1 + x + ... + x^(t-1)."""
    x, t = np.asarray(ratio, dtype=np.float64), np.asarray(terms, dtype=np.float64)
    with np.errstate(all="ignore"):
        closed = -np.expm1(t * np.log(x)) / (1.0 - x)
    return np.where(np.abs(1.0 - x) < NEAR, t, closed)


OPERATIONS: Mapping[str, Callable[..., Any]] = {
    "+": np.add, "*": np.multiply, "power": np.power, "Abs": np.abs, "Sum": geometric,
}  # fmt: skip


def tolerance(beta1: float, beta2: float, steps: ArrayLike, first: str, second: str) -> Array:
    """How many times R_t rounding can reach at these t, for m of the type `first` and v of the type `second`."""
    e, f = precision(first).roundoff, precision(second).roundoff
    rho = ((1.0 + e) ** 2 / (1.0 - f)) ** ROUNDINGS
    ratio = beta1 * beta1 / beta2
    with np.errstate(all="ignore"):
        longer = np.sqrt(rho * geometric(ratio * rho, steps) / geometric(ratio, steps))
    return np.asarray(longer * (1.0 + OF_U * PRECISIONS["float32"].roundoff))


def least_second_moment(beta2: float, dtype: str) -> float:
    """A v (before the correction) from which underflow counts no more than a rounding.

    In each step at most ROUNDINGS numbers lose at most the smallest one; what was lost decays as v does.
    """
    kind = precision(dtype)
    return ROUNDINGS * kind.least / (1.0 - beta2) / kind.roundoff


__all__ = [
    "PRECISIONS",
    "coarsest",
    "geometric",
    "largest",
    "largest_at",
    "least_second_moment",
    "precision",
    "tolerance",
]
