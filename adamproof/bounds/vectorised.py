"""Bounds for many settings at once, in float64: the lemmas' formulas compiled to NumPy, block by block, on two cores.

What loses digits in floats is replaced before compiling, exactly: 1 - b1^2/b2 by (b2 - b1^2)/b2 with b1^2 as an exact
sum of two floats, 1 - b1/b2 by (b2 - b1)/b2, and ln(1 + V/eps^2) by a form that neither overflows nor cancels.  An
array's elements are the binary fractions that they are; what is left is an error of about 1e-14, relative.  Where the
setting itself is ill-conditioned (beta1^2 next to beta2) the result still belongs to these very floats, but a decimal
such as 0.999 is not one of them: certify() is for that.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy
import sympy
from sympy.core.relational import StrictLessThan

from ..lemmas.main.main_theorem_averaged import V
from ..lemmas.notation import T, b1, b2, d, eps, p, q
from .problem import FIELDS, NAME_OF, Hyperparameters, Problem, ProblemError, checked_array, given, is_array
from .theorems import Theorem, TheoremError, theorem

BLOCK = 1 << 13  # elements: what a block needs stays in the cache
THREADS = 2
Array = numpy.ndarray[Any, numpy.dtype[numpy.float64]]
GAP_2, GAP_1 = sympy.Symbol("b2 - b1^2", positive=True), sympy.Symbol("b2 - b1", positive=True)
FIRST, SECOND = sympy.Symbol("1 - b1", positive=True), sympy.Symbol("1 - b2", positive=True)
LONG = sympy.Symbol("ln(1 + V/eps^2)", nonnegative=True)
SAFE = {
    1 - b1**2 / b2: GAP_2 / b2,
    b2 - b1**2: GAP_2,
    1 - b1 / b2: GAP_1 / b2,
    1 - b1**2: FIRST * (1 + b1),
    1 - b1: FIRST,
    2 - 2 * b1: 2 * FIRST,
    1 - b2: SECOND,
    sympy.log(1 + V / eps**2): LONG,
}
# Differences that floats compute to the last digit, or nearly: q and p/2 are at most 1, and ln b2 is negative.
HARMLESS = (1 - q, 1 - p / 2)


@dataclass(frozen=True)
class Bounds:
    """Arrays of one shape: the terms by name, their total, R or S, and where all hypotheses hold (in floats).

    Where the betas are outside the theorem's range the values are nan and `holds` is false.
    """

    terms: Mapping[str, Array]
    total: Array
    scale: Mapping[str, Array]
    holds: numpy.ndarray[Any, numpy.dtype[numpy.bool_]]


def bound(
    problem: Problem, hyper: Hyperparameters, name: str = "main", case: int = 1, threads: int = THREADS
) -> Bounds:
    """The bound of a theorem for arrays of settings, which are broadcast against one another.

    Scalars and formulas in T and d are taken to float64.  Raises ProblemError as certify() does, but for betas outside
    the theorem's range, which give nan.
    """
    found = theorem(name, case)
    arrays = _arrays(problem, hyper)
    shape = numpy.broadcast_shapes(*(value.shape for value in arrays.values()))
    program = _compiled(name, case)
    inputs = [_flat(arrays, symbol, shape, found) for symbol in program.symbols]
    size = int(numpy.prod(shape, dtype=numpy.int64))
    outputs = numpy.empty((len(program.names), size))
    holds = numpy.empty(size, dtype=numpy.bool_)

    def work(start: int) -> None:
        stop = min(start + BLOCK, size)
        block = [value if value.ndim == 0 else value[start:stop] for value in inputs]
        with numpy.errstate(all="ignore"):
            program.run(block, outputs[:, start:stop], holds[start:stop])

    starts = range(0, size, BLOCK)
    if threads > 1 and len(starts) > 1:
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(work, starts))
    else:
        for start in starts:
            work(start)
    holds &= _vanishing(found, arrays, shape).reshape(-1)
    by_name = {label: row.reshape(shape) for label, row in zip(program.names, outputs, strict=True)}
    return Bounds(
        {part: by_name[part] for part in found.terms},
        by_name["bound"],
        {symbol: by_name[f"scale {symbol}"] for symbol in found.scale},
        holds.reshape(shape),
    )


def _arrays(problem: Problem, hyper: Hyperparameters) -> dict[str, Array]:
    """All inputs as float64 arrays, formulas in T and d evaluated."""
    values = given(problem, hyper)
    found = {name: value if is_array(value) else None for name, value in values.items()}
    for name, value in values.items():
        if found[name] is None and not value.free_symbols:
            found[name] = numpy.float64(value)  # rounded to the nearest
    for name, value in values.items():
        if found[name] is None:
            missing = [NAME_OF[s] for s in sorted(value.free_symbols, key=str) if found.get(NAME_OF[s]) is None]
            if missing:
                raise ProblemError(f"{name} = {value} needs {' and '.join(missing)}")
            formula = sympy.lambdify([T, d], value, "numpy")
            result = formula(*(numpy.asarray(found.get(given_name, 1.0)) for given_name in ("steps", "dim")))
            found[name] = checked_array(name, result, FIELDS[name].rule)
    return {name: numpy.asarray(value, dtype=numpy.float64) for name, value in found.items()}


def _flat(arrays: Mapping[str, Array], symbol: Any, shape: tuple[int, ...], found: Theorem) -> Array:
    name = NAME_OF[symbol]
    if name not in arrays:
        zero = {"Gp": "sigma1", "Gq": "L1", "C0": "sigma1"}.get(name)
        if zero is not None and not numpy.any(arrays[zero]):
            return numpy.zeros(())
        raise ProblemError(f"the theorem {found.name} needs {name}, {FIELDS[name].meaning}")
    value = arrays[name]
    return value if value.ndim == 0 else numpy.ascontiguousarray(numpy.broadcast_to(value, shape)).reshape(-1)


def _vanishing(found: Theorem, arrays: Mapping[str, Array], shape: tuple[int, ...]) -> Any:
    result = numpy.ones(shape, dtype=numpy.bool_)
    for symbol in found.must_vanish:
        result &= arrays[NAME_OF[symbol]] == 0
    return result


# --- compiling ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Program:
    """Compiled formulas: their symbols in order, the names of the values, and what fills the arrays of one block."""

    symbols: tuple[Any, ...]
    names: tuple[str, ...]
    run: Callable[[list[Array], Any, Any], None]


@cache
def _compiled(name: str, case: int) -> Program:
    found = theorem(name, case)
    values = {**found.terms, "bound": found.bound, **{f"scale {s}": f for s, f in found.scale.items()}}
    safe = [_safe(value) for value in values.values()]
    relations = list(found.hypotheses.values())
    sides = [_safe(side) for relation in relations for side in relation.args]
    derived = (FIRST, SECOND, GAP_1, GAP_2, LONG)
    everything = set().union(*(expression.free_symbols for expression in (*safe, *sides)))
    symbols = tuple(sorted((everything - set(derived)) | _behind(everything), key=str))
    # Hypotheses about the betas alone are decided by the exact differences.
    formulas = sympy.lambdify([*symbols, *derived], [*safe, *sides], "numpy", cse=True)
    place = {symbol: index for index, symbol in enumerate(symbols)}
    strict = [isinstance(relation, StrictLessThan) for relation in relations]

    def run(block: list[Array], outputs: Any, holds: Any) -> None:
        first, second = block[place[b1]], block[place[b2]]
        extra = [1 - first, 1 - second, second - first, _minus_square(second, first)]
        extra.append(_long(block[place[V]], block[place[eps]]) if LONG in everything else numpy.zeros(()))
        found_values = formulas(*block, *extra)
        for row, value in zip(outputs, found_values, strict=False):
            row[...] = value
        rest = found_values[len(outputs) :]
        holds[...] = True
        for index, is_strict in enumerate(strict):
            left, right = rest[2 * index], rest[2 * index + 1]
            holds &= (left < right) if is_strict else (left <= right)
        outside = numpy.isnan(outputs).any(axis=0)
        if BETA_RULES[0] in found.hypotheses:
            outside |= extra[3] <= 0
        if BETA_RULES[1] in found.hypotheses:
            outside |= extra[2] <= 0
        outputs[:, outside] = numpy.nan
        holds &= ~outside

    return Program(symbols, tuple(values), run)


BETA_RULES = ("beta1^2 < beta2", "beta1 < beta2")


def _behind(symbols: set[Any]) -> set[Any]:
    """The symbols from which the differences are computed."""
    return {b1, b2} | ({V, eps} if LONG in symbols else set())


def _safe(expression: Any) -> Any:
    """The expression without differences that lose digits.  Raises TheoremError where one is left."""
    found = expression.xreplace(SAFE)
    for total in found.atoms(sympy.Add):
        signs = {part.as_coeff_Mul()[0].is_negative for part in total.args if not part.has(sympy.log)}
        if len(signs) > 1 and total not in HARMLESS:
            raise TheoremError(f"{total} may lose digits in floats; it needs a safe form")
    return found


def _minus_square(y: Array, x: Array) -> Array:
    """y - x^2 for 0 <= x, y < 1: x^2 is the exact sum of two floats (Dekker's product)."""
    scaled = 134217729.0 * x
    high = scaled - (scaled - x)
    low = x - high
    square = x * x
    rest = low * low - ((square - high * high) - 2 * high * low)
    return (y - square) - rest


def _long(second_moment: Array, epsilon: Array) -> Array:
    """ln(1 + V/eps^2)."""
    found: Array = numpy.logaddexp(0.0, numpy.log(second_moment) - 2 * numpy.log(epsilon))
    return found


__all__ = ["BLOCK", "Bounds", "bound"]
