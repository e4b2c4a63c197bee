"""Linear equations solved exactly, by rational elimination."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from ..kernel.normal import Number


def solved(equations: Sequence[Mapping[int, Number]], unknowns: int) -> list[Fraction] | None:
    """A solution in which the unknowns that are left free are 0, or None if the equations contradict one another.

    An equation maps the unknowns 0, 1, ... to their coefficients, and the number of unknowns to the right side.
    """
    from sympy import QQ
    from sympy.polys.matrices import DomainMatrix

    entries = {
        row: {column: QQ(value.numerator, value.denominator) for column, value in equation.items() if value}
        for row, equation in enumerate(equations)
        if any(equation.values())
    }
    reduced, pivots = DomainMatrix(entries, (len(equations), unknowns + 1), QQ).rref()
    if unknowns in pivots:
        return None
    values = [Fraction(0)] * unknowns
    sparse = reduced.to_sdm()
    for row, pivot in enumerate(pivots):
        value = sparse.get(row, {}).get(unknowns, QQ(0))
        values[pivot] = Fraction(int(value.numerator), int(value.denominator))
    return values
