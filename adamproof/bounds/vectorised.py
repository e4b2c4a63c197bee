"""Bounds for many settings at once, in float64: the lemmas' formulas compiled to NumPy, block by block, on two cores.

What loses digits in floats is replaced before compiling, exactly: 1 - b1^2/b2 by (b2 - b1^2)/b2 with b1^2 as an exact
sum of two floats, 1 - b1/b2 by (b2 - b1)/b2, and ln(1 + V/eps^2) by a form that neither overflows nor cancels.  An
array's elements are the binary fractions that they are; what is left is an error of about 1e-14, relative.  Where the
setting itself is ill-conditioned (beta1^2 next to beta2) the result still belongs to these very floats, but a decimal
such as 0.999 is not one of them: certify() is for that.  A beta that is no array is exact, and so are its differences.
Products and squares of inputs must not leave the floats: certify() is for inputs beyond 1e-100 to 1e100, too.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import numpy
import sympy
from sympy.core.relational import StrictLessThan

from ..lemmas.main.main_theorem_averaged import V
from ..lemmas.notation import T, b1, b2, d, eps, p, q
from .formulas.symbolic import NAME_OF, SYMBOLS
from .problem import Hyperparameters, Problem, given
from .ranges import FIELDS, ProblemError, checked_array, is_array, shown
from .theorems.from_lemmas import Theorem, TheoremError, theorem

BLOCK = 1 << 13  # elements: what a block needs stays in the cache
THREADS = 2
SMALLEST, LARGEST = 1e-100, 1e100  # of an input that is not 0: a product of three is then a float with all its digits
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

    Where the betas are outside the theorem's range, or an input is too large or small for floats (SMALLEST, LARGEST),
    the values are nan and `holds` is false.

    scale: R or S by name.
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

    problem, hyper: values may be arrays, whose shapes NumPy can broadcast.  name, case: as in `certify`.
    threads: how many, at least 1.
    """
    found = theorem(name, case)
    arrays = _arrays(problem, hyper)
    differences = _differences(_given(problem, hyper), arrays)
    try:
        shape = numpy.broadcast_shapes(*(value.shape for value in arrays.values()))
    except ValueError as error:
        shapes = ", ".join(f"{key} {value.shape}" for key, value in arrays.items() if value.ndim)
        raise ProblemError(f"the arrays cannot be broadcast against one another: {shapes}") from error
    program = _compiled(name, case)
    inputs = [_flat(arrays, symbol, shape, found) for symbol in program.symbols]
    inputs += [_spread(differences[symbol], shape) for symbol in DIFFERENCES]
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
    holds &= _possible(found, arrays, shape).reshape(-1)
    by_name = {label: row.reshape(shape) for label, row in zip(program.names, outputs, strict=True)}
    return Bounds(
        {part: by_name[part] for part in found.terms},
        by_name["bound"],
        {symbol: by_name[f"scale {symbol}"] for symbol in found.scale},
        holds.reshape(shape),
    )


def _given(problem: Problem, hyper: Hyperparameters) -> dict[str, Any]:
    """All values that there are, by name: SymPy's expressions and arrays."""
    return {name: v if is_array(v) else sympy.sympify(v) for name, v in given(problem, hyper).items()}


def _arrays(problem: Problem, hyper: Hyperparameters) -> dict[str, Array]:
    """All inputs as float64 arrays, formulas in T and d evaluated."""
    values = _given(problem, hyper)
    found = {name: value if is_array(value) else None for name, value in values.items()}
    for name, value in values.items():
        if found[name] is None and not value.free_symbols:
            found[name] = numpy.asarray(_rounded(name, value))
    for name, value in values.items():
        if found[name] is None:
            missing = [NAME_OF[s] for s in sorted(value.free_symbols, key=str) if found.get(NAME_OF[s]) is None]
            if missing:
                raise ProblemError(f"{name} = {value} needs {' and '.join(missing)}")
            known = {key: array for key, array in found.items() if array is not None}
            rule = FIELDS[name].rule
            # That 1 - T^-1/2 is below 1 its difference from 1 says; where it is rounded to 1 the difference counts.
            found[name] = checked_array(name, _in_floats(value, known), replace(rule, below=False))
    return {name: numpy.asarray(value, dtype=numpy.float64) for name, value in found.items()}


def _rounded(name: str, value: Any) -> numpy.float64:
    """To the nearest float.  Raises ProblemError where that is 0 or infinite, and the value is not."""
    found = numpy.float64(value)
    if not numpy.isfinite(found) or (found == 0) != (value == 0):
        raise ProblemError(f"{name} = {shown(value)} is too large or too small for floats; use certify()")
    return found


def _flat(arrays: Mapping[str, Array], symbol: Any, shape: tuple[int, ...], found: Theorem) -> Array:
    name = NAME_OF[symbol]
    if name not in arrays:
        zero = {"Gp": "sigma1", "Gq": "L1", "C0": "sigma1"}.get(name)
        if zero is not None and not numpy.any(arrays[zero]):
            return numpy.zeros(())
        raise ProblemError(f"the theorem {found.name} needs {name}, {FIELDS[name].meaning}")
    return _spread(arrays[name], shape)


def _spread(value: Array, shape: tuple[int, ...]) -> Array:
    return value if value.ndim == 0 else numpy.ascontiguousarray(numpy.broadcast_to(value, shape)).reshape(-1)


def _possible(found: Theorem, arrays: Mapping[str, Array], shape: tuple[int, ...]) -> Any:
    """Where the constants that the theorem does not know are 0, and the means can be what they are said to be."""
    result = numpy.ones(shape, dtype=numpy.bool_)
    for name in found.must_vanish:
        result &= arrays[name] == 0
    used = [
        (arrays[mean], arrays[exponent], arrays[factor] > 0)
        for mean, exponent, factor in (("Gp", "p", "sigma1"), ("Gq", "q", "L1"))
        if mean in arrays and SYMBOLS[mean] in found.bound.free_symbols
    ]
    for mean_power, power, counts in used:
        result &= ~counts | (power != 0) | (mean_power == 1)
    if len(used) == 2:
        (first, p_value, counts_p), (second, q_value, counts_q) = used
        result &= ~(counts_p & counts_q) | (p_value != q_value) | (first == second)
    return result


def _differences(values: Mapping[str, Any], arrays: Mapping[str, Array]) -> dict[Any, Array]:
    """What lies between the betas and 1 or one another: exact where no array is in it, before it is rounded."""
    found = {}
    for symbol, (formula, in_floats) in DIFFERENCES.items():
        names = [name for name in ("beta1", "beta2") if SYMBOLS[name] in formula.free_symbols]
        if any(name not in values for name in names):
            found[symbol] = numpy.zeros(())  # the theorem says which is missing
        elif any(is_array(values[name]) for name in names):
            with numpy.errstate(all="ignore"):
                found[symbol] = in_floats(*(arrays[name] for name in names))
        else:
            exact = sympy.expand(formula.xreplace({SYMBOLS[name]: values[name] for name in names}))
            found[symbol] = _in_floats(exact, arrays)
    return found


def _in_floats(formula: Any, arrays: Mapping[str, Array]) -> Array:
    """A formula in T and d at the steps and dimensions given, rounded."""
    if not formula.free_symbols:
        return numpy.asarray(numpy.float64(formula))
    compiled = sympy.lambdify([T, d], formula, "numpy")
    with numpy.errstate(all="ignore"):
        return numpy.asarray(compiled(*(arrays.get(name, numpy.ones(())) for name in ("steps", "dim"))))


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
    sides = [_safe(side) for relation in relations for side in EXACT.get(relation.args, relation.args)]
    derived = (*DIFFERENCES, LONG)
    everything = set().union(*(expression.free_symbols for expression in (*safe, *sides)))
    written = everything - set(derived)
    symbols = tuple(sorted(written | _behind(everything), key=str))
    formulas = sympy.lambdify([*symbols, *derived], [*safe, *sides], "numpy", cse=True)
    place = {symbol: index for index, symbol in enumerate((*symbols, *DIFFERENCES))}
    # An epsilon may be as small as a float can be where it is not squared (the logarithm does without its square),
    # and so may an exponent or beta1, which stand beside a 1.
    sized = [place[symbol] for symbol in symbols if symbol in written and symbol not in (eps, p, q, b1)]
    squared = any(eps**2 in side.atoms(sympy.Pow) for side in sides)
    strict = [isinstance(relation, StrictLessThan) for relation in relations]

    def run(block: list[Array], outputs: Any, holds: Any) -> None:
        long = _long(block[place[V]], block[place[eps]]) if LONG in everything else numpy.zeros(())
        found_values = formulas(*block, long)
        for row, value in zip(outputs, found_values, strict=False):
            row[...] = value
        rest = found_values[len(outputs) :]
        holds[...] = True
        for index, is_strict in enumerate(strict):
            left, right = rest[2 * index], rest[2 * index + 1]
            holds &= (left < right) if is_strict else (left <= right)
        outside = ~numpy.isfinite(outputs).all(axis=0)
        for index in sized:
            outside |= _extreme(block[index])
        if squared:
            holds &= ~_extreme(block[place[eps]])
        for symbol, rule in ((FIRST, None), (SECOND, None), (GAP_2, BETA_RULES[0]), (GAP_1, BETA_RULES[1])):
            if rule is None or rule in found.hypotheses:
                outside |= block[place[symbol]] <= 0
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
            raise TheoremError(f"{total} may lose digits in floats; write it in a form without cancellation")
    return found


def _minus_square(y: Array, x: Array) -> Array:
    """y - x^2 for 0 <= x, y < 1: x^2 is the exact sum of two floats (Dekker's product)."""
    scaled = 134217729.0 * x
    high = scaled - (scaled - x)
    low = x - high
    square = x * x
    rest = low * low - ((square - high * high) - 2 * high * low)
    return (y - square) - rest


# Hypotheses about the betas alone are decided by the differences.
EXACT = {
    (b1, sympy.Integer(1)): (sympy.Integer(0), FIRST),
    (b2, sympy.Integer(1)): (sympy.Integer(0), SECOND),
    (b1, b2): (sympy.Integer(0), GAP_1),
    (b1**2, b2): (sympy.Integer(0), GAP_2),
}


def _extreme(value: Array) -> Any:
    return (value != 0) & ((value < SMALLEST) | (value > LARGEST))


# Each difference as a formula, and how it is computed from floats.
DIFFERENCES: Mapping[Any, tuple[Any, Callable[..., Array]]] = {
    FIRST: (1 - b1, lambda x: 1 - x),
    SECOND: (1 - b2, lambda y: 1 - y),
    GAP_1: (b2 - b1, lambda x, y: y - x),
    GAP_2: (b2 - b1**2, lambda x, y: _minus_square(y, x)),
}


def _long(second_moment: Array, epsilon: Array) -> Array:
    """ln(1 + V/eps^2)."""
    found: Array = numpy.logaddexp(0.0, numpy.log(second_moment) - 2 * numpy.log(epsilon))
    return found


__all__ = ["BLOCK", "Bounds", "bound"]
