"""Vectors with norm and inner product: a body that depends on a coordinate, summed over the coordinates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sympy

from ..functionals import Functional
from ..translation import TranslationError


@dataclass(frozen=True)
class Vector:
    """A vector by its coordinate.

    body: the coordinate, in the variable of `over`.  over: the sum over the coordinates.
    """

    body: Any
    over: Functional

    def _same(self, other: Vector) -> Vector:
        if not isinstance(other, Vector):
            raise TranslationError(f"{other} is a number; a vector and a number have no sum or inner product")
        if other.over != self.over:
            raise TranslationError("these vectors have different coordinates")
        return other

    def __add__(self, other: Vector) -> Vector:
        return Vector(self.body + self._same(other).body, self.over)

    def __sub__(self, other: Vector) -> Vector:
        return Vector(self.body - self._same(other).body, self.over)

    def __neg__(self) -> Vector:
        return Vector(-self.body, self.over)

    def __rmul__(self, factor: Any) -> Vector:
        """A number times the vector."""
        if self.over.variable in getattr(factor, "free_symbols", ()):
            raise TranslationError(f"{factor} depends on the coordinate {self.over.variable} and is not a number")
        return Vector(factor * self.body, self.over)

    def dot(self, other: Vector) -> Any:
        """The inner product.

        other: a vector with the same coordinates.
        """
        return self.over.of(self.body * self._same(other).body)

    @property
    def square(self) -> Any:
        """|x|^2."""
        return self.over.of(self.body**2)

    @property
    def norm(self) -> Any:
        """|x|."""
        return sympy.sqrt(self.square)
