"""Models: what the free names of a statement stand for when it is evaluated.

A model is finite: it gives exact values (or mpf) to variables, Python callables to function symbols, a
finite probability space to E, and the samples on which ``forall`` over integers and reals is tested.
"""

from __future__ import annotations

import copy
import functools
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from types import MappingProxyType
from typing import Any, TypeAlias

import mpmath

from ..kernel.terms import INT, POINT, REAL
from .answers import Number

Point: TypeAlias = Hashable
Quadrature: TypeAlias = tuple[tuple[Any, Any], ...]  # (node, weight) on [0, 1], mpf

ONE_POINT: tuple[tuple[Point, Fraction], ...] = ((0, Fraction(1)),)


class ModelError(ValueError):
    """A model that is malformed, or that lacks something a statement mentions; the message says what."""


def as_number(value: object, what: str) -> Number:
    """A real value: int and Fraction become an exact Fraction, mpf stays.  ModelError for anything else.

    Floats are refused: their decimal text is not their value, and a rounded input would quietly turn an
    exact check into an approximate one.
    """
    if type(value) is Fraction or type(value) is int:
        return value if type(value) is Fraction else Fraction(value)
    if isinstance(value, mpmath.mpf):
        if not mpmath.isfinite(value):
            raise ModelError(f"{what} is {value}, which is not a real number")
        return value
    raise ModelError(f"{what} must be an int, a Fraction or an mpf, not {type(value).__name__} ({value!r:.60})")


@dataclass(frozen=True, eq=False)
class Model:
    """Values for the free names of a statement.

    variables: by name; int for integer variables, int, Fraction or mpf for real ones, a point of `space`
        for sample points.
    functions: by name; each is called with the values of its arguments (int for integers, Fraction or mpf
        for reals, points of `space`) at the working precision of mpmath, and must return int, Fraction or
        mpf.  It must be a function of its arguments: results are remembered.
        (mpmath adds and multiplies a Fraction with an mpf, but raises TypeError for Fraction - mpf and
        Fraction / mpf; a function of a real variable, which may be an mpf, avoids these two.)
    space: (point, weight) pairs; the weights are Fractions or ints, positive, and sum to exactly 1.
    integers, reals: the samples over which ``forall k: int`` and ``forall x: real`` are tested.  A universal
        statement that holds on samples is not thereby known to hold; one that fails on a sample is false.
    nodes: the size of the Gauss-Legendre rule for Integral01 (exact to working precision for polynomials of
        degree < 2 * nodes - 16; see compiling.py for the check on other integrands).
    label: how messages name this model.

    Raises ModelError when it is malformed.
    """

    variables: Mapping[str, Any] = field(default_factory=dict)
    functions: Mapping[str, Callable[..., Any]] = field(default_factory=dict)
    space: Sequence[tuple[Point, Fraction]] = ONE_POINT
    integers: Sequence[int] = range(-1, 8)
    reals: Sequence[Any] = tuple(Fraction(n, 2) for n in range(-4, 5))
    nodes: int = 40
    label: str = "model"

    def __post_init__(self) -> None:
        frozen = object.__setattr__
        self._give(dict(self.variables), dict(self.functions))
        frozen(self, "space", tuple((point, _weight(point, weight)) for point, weight in self.space))
        frozen(self, "reals", tuple(as_number(value, "a sample of the reals") for value in self.reals))
        if sum(weight for _, weight in self.space) != 1:
            raise ModelError(f"{self.label}: the weights of the probability space do not sum to 1")
        if len({point for point, _ in self.space}) != len(self.space):
            raise ModelError(f"{self.label}: the probability space lists a point twice")
        if any(type(k) is not int for k in self.integers):
            raise ModelError(f"{self.label}: the samples of the integers must be ints")
        if type(self.nodes) is not int or self.nodes < 16:
            raise ModelError(f"{self.label}: quadrature needs at least 16 nodes")

    def _give(self, variables: dict[str, Any], functions: dict[str, Callable[..., Any]]) -> None:
        object.__setattr__(self, "variables", MappingProxyType(variables))
        object.__setattr__(self, "functions", MappingProxyType(functions))
        for name, symbol in functions.items():
            if not callable(symbol):
                raise ModelError(f"{self.label}: the function {name} is not callable")

    def variable(self, name: str, sort: str) -> Any:
        """The value of a free variable of this sort.  ModelError when it is missing or of another sort."""
        if name not in self.variables:
            raise ModelError(f"{self.label} has no value for the variable {name} ({sort})")
        value = self.variables[name]
        if sort == REAL:
            return as_number(value, f"{self.label}: the variable {name}")
        if sort == INT and type(value) is not int:
            raise ModelError(f"{self.label}: the integer variable {name} must be an int, not {value!r:.60}")
        if sort == POINT and not any(value == point for point, _ in self.space):
            raise ModelError(f"{self.label}: {name} = {value!r:.60} is not a point of the probability space")
        return value

    def call(self, name: str, arguments: tuple[Any, ...]) -> Number:
        """The value of a function symbol.  ModelError when it is missing or returns something else than a number."""
        if name not in self.functions:
            raise ModelError(f"{self.label} has no definition of the function {name}")
        value = self.functions[name](*arguments)
        if type(value) is Fraction or (type(value) is mpmath.mpf and value._mpf_[1]):
            return value
        return as_number(value, f"{self.label}: the value of {name}")

    def extended(
        self,
        variables: Mapping[str, Any] | None = None,
        functions: Mapping[str, Callable[..., Any]] | None = None,
        **changes: Any,
    ) -> Model:
        """A copy with more (or other) variables and functions, and other fields replaced by name.

        changes: of the fields but those two, by name.
        """
        values = {**self.variables, **(variables or {})}
        symbols = {**self.functions, **(functions or {})}
        if changes:
            return replace(self, variables=values, functions=symbols, **changes)
        made = copy.copy(self)  # what does not change is not examined again
        made._give(values, symbols)
        return made


def _weight(point: Point, weight: Any) -> Fraction:
    if type(weight) not in (int, Fraction) or weight <= 0:
        raise ModelError(f"the weight of the point {point!r:.40} must be a positive Fraction, not {weight!r:.40}")
    return Fraction(weight)


class _Node(mpmath.mpf):  # type: ignore[misc]
    """A node of a rule, by which many values are looked up: its hash is computed once."""

    @functools.cached_property
    def _hash(self) -> int:
        return int(super().__hash__())

    def __hash__(self) -> int:
        return self._hash


@functools.cache
def gauss_legendre(nodes: int, digits: int) -> Quadrature:
    """The Gauss-Legendre rule on [0, 1], to this many digits; exact for polynomials of degree < 2 * nodes."""
    with mpmath.workdps(digits + 10):
        return tuple(_node(nodes, index) for index in range(nodes))


def _node(nodes: int, index: int) -> tuple[mpmath.mpf, mpmath.mpf]:
    """One root of the Legendre polynomial by Newton's method, with its weight, moved to [0, 1]."""
    x = mpmath.cos(mpmath.pi * (4 * index + 3) / (4 * nodes + 2))  # close enough for Newton to converge
    step = mpmath.mpf(1)
    while abs(step) > mpmath.eps * 16:
        value, slope = _legendre(nodes, x)
        step = value / slope
        x -= step
    _, slope = _legendre(nodes, x)
    return _Node((1 - x) / 2), 1 / ((1 - x * x) * slope * slope)


def _legendre(degree: int, x: mpmath.mpf) -> tuple[mpmath.mpf, mpmath.mpf]:
    """The Legendre polynomial of this degree and its derivative, by the three-term recurrence."""
    before, value = mpmath.mpf(1), x
    for n in range(2, degree + 1):
        before, value = value, ((2 * n - 1) * x * value - (n - 1) * before) / n
    return value, degree * (x * value - before) / (x * x - 1)
