"""How large coefficients are, and the units in which they are all of about the same size.

Sizes are logarithms (to base 2), so that numbers may be larger or smaller than any float.  Nothing here is trusted:
a poor scale makes the search miss a proof, and no more.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Any

from ..kernel.normal import ONE, Monomial, Number, Poly, join, whole
from .effort import spend
from .polynomials import ordered

if TYPE_CHECKING:
    import numpy as np

    Floats = np.ndarray[Any, np.dtype[np.float64]]

SWEEPS = 300  # at most
MIXED = 6  # coefficients within a factor of 2^6 have units near enough to 1
FAR = 8  # a ratio of units between 1/8 and 8 is near to 1


def size(number: Number) -> float:
    """log2 of the absolute value."""
    return math.log2(abs(number.numerator)) - math.log2(number.denominator)


def spread(polys: Iterable[Poly]) -> int:
    """How far apart the coefficients and 1 are, about: log2 of the largest quotient of two."""
    sizes = {0} | {abs(c.numerator).bit_length() - c.denominator.bit_length() for poly in polys for c in poly.values()}
    return max(sizes) - min(sizes)


def scales(polys: Sequence[Poly], rows: Mapping[Monomial, int]) -> tuple[Floats, Floats]:
    """Sizes to add to those of each monomial (by its row) and of each polynomial, so that all come near to 0.

    Least squares, by alternating means.  Whatever the units of the variables are, the result is the same.
    """
    import numpy as np

    entries = [(rows[m], j, size(c)) for j, poly in enumerate(polys) for m, c in ordered(poly)]
    row, column = (np.array([entry[i] for entry in entries], dtype=int) for i in (0, 1))
    sizes = np.array([entry[2] for entry in entries])
    in_row = np.maximum(np.bincount(row, minlength=len(rows)), 1)
    in_column = np.maximum(np.bincount(column, minlength=len(polys)), 1)
    down, across = np.zeros(len(rows)), np.zeros(len(polys))
    for _ in range(SWEEPS):
        spend(len(entries) // 10)
        down = -np.bincount(row, sizes + across[column], len(rows)) / in_row
        before, across = across, -np.bincount(column, sizes + down[row], len(polys)) / in_column
        if np.abs(across - before).max(initial=0.0) < 0.01:
            break
    return down, across


class Ratios:
    """Ratios of units between monomials, as polynomials (facts and the goal) suggest them."""

    def __init__(self, polys: Sequence[Poly]) -> None:
        self.polys = polys
        self.rows = {m: i for i, m in enumerate(dict.fromkeys(m for poly in polys for m in poly))}

    @cached_property
    def units(self) -> Floats | None:
        return scales(self.polys, self.rows)[0] if spread(self.polys) > MIXED else None

    def between(self, a: Monomial, b: Monomial, near: bool) -> list[Number]:
        """Every r but 1 for which the square of r*a + b or r*a - b might help; near: those near to 1, too."""
        aa, bb, ab = join(a, a), join(b, b), join(a, b)
        found = dict.fromkeys(self._of_units(aa, bb))
        for poly in self.polys:
            first, second, both = poly.get(aa, 0), poly.get(bb, 0), poly.get(ab, 0)
            if first * second > 0 and (root := _rational_root(Fraction(first) / Fraction(second))):
                found[root] = None
            if both and first:
                found[abs(2 * Fraction(first) / both)] = None
            if both and second:
                found[abs(Fraction(both) / (2 * second))] = None
        return [whole(ratio) for ratio in found if ratio != 1 and (near or b == ONE or not 1 < FAR * ratio < FAR**2)]

    def _of_units(self, aa: Monomial, bb: Monomial) -> list[Fraction]:
        """The power of ten that is nearest to the ratio of two squared units."""
        if self.units is None or aa not in self.rows or bb not in self.rows:
            return []
        return [Fraction(10) ** round((self.units[self.rows[bb]] - self.units[self.rows[aa]]) / 2 * math.log10(2))]


def _rational_root(number: Fraction) -> Fraction | None:
    root = Fraction(math.isqrt(number.numerator), math.isqrt(number.denominator))
    return root if root * root == number else None
