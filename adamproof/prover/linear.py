"""The linear programme behind certificate search: floating point finds the support, exact rationals decide.

Coefficients may be of any size.  A programme whose coefficients are far apart is scaled by powers of two first, and
what floating point still does not settle is solved by an exact simplex method.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cache
from typing import Any

from ..kernel.normal import Monomial, Number, Poly
from .effort import left, spend
from .elimination import solved
from .polynomials import monomial_key, ordered
from .scaling import scales, size, spread

TOLERANCE = 1e-9  # below this a floating value is taken to be outside the support; the exact solve decides
TAME = 13  # coefficients within a factor of 2^13 need no scaling (the solver scales such ones itself)
SETTLED = 20  # within a factor of 2^20 after scaling, the solver is believed when it finds no solution
FINE = 26  # bits of a numerator or denominator, from which the solver's answer that there is none is not believed
FLOATS = 900  # sizes of floats, with a margin; other coefficients are left to the exact simplex method
MAX_WORK = 100_000  # entries that the exact simplex method changes, at most
MOST_PIVOTS = 2**31 - 1  # that the solver can be told of
PIVOT = 0.1  # steps for an entry and a pivot of the solver, which is compiled


@dataclass(frozen=True)
class Programme:
    """Values, the first `nonneg` of them >= 0, the rest free, with sum value*poly == 0 and strict values summing to 1.

    weights: what a value costs; rows: a number for every monomial.
    """

    polys: Sequence[Poly]
    strict: Sequence[bool]
    nonneg: int
    weights: Sequence[int]
    rows: dict[Monomial, int]

    def ordered(self) -> Programme:
        """The same with monomials in an order that is the same in every process."""
        rows = {monomial: row for row, monomial in enumerate(sorted(self.rows, key=monomial_key))}
        return replace(self, polys=[dict(ordered(poly)) for poly in self.polys], rows=rows)


def nonnegative_zero_sum(
    columns: Sequence[Poly], strict: Sequence[bool], free: Sequence[Poly], weights: Sequence[int]
) -> tuple[list[Fraction], list[Fraction]] | None:
    """Coefficients c >= 0 and free f with sum c*columns + sum f*free == 0 and the strict c summing to 1, or None."""
    alive = _alive(columns, free)
    if not any(strict[i] for i in alive):
        return None
    chosen = [columns[i] for i in alive], [strict[i] for i in alive], free, [weights[i] for i in alive]
    found = _values(_programme(*chosen))
    if found is None:
        return None
    coefficients = {column: found.get(i, Fraction(0)) for i, column in enumerate(alive)}
    return (
        [coefficients.get(i, Fraction(0)) for i in range(len(columns))],
        [found.get(len(alive) + i, Fraction(0)) for i in range(len(free))],
    )


def prices(columns: Sequence[Poly], strict: Sequence[bool], weights: Sequence[int]) -> dict[Monomial, float]:
    """The dual solution: the value of a monomial, so that every column has at least minus its weight.

    A column that would make the combination cheaper has less.  Floating point: a guide to what may be missing, no more.
    """
    programme = _programme(columns, strict, [], weights).ordered()
    solver = _solver(programme, _by_column(programme))
    if solver is None:
        return {}
    duals = solver.getSolution().row_dual
    return {monomial: -float(duals[row]) for monomial, row in programme.rows.items()}


def _programme(
    columns: Sequence[Poly], strict: Sequence[bool], free: Sequence[Poly], weights: Sequence[int]
) -> Programme:
    polys = [*columns, *free]
    rows: dict[Monomial, int] = {}
    for poly in polys:
        for monomial in poly:
            rows.setdefault(monomial, len(rows))
    marks, costs = [*strict, *(False for _ in free)], [*weights, *(0 for _ in free)]
    return Programme(polys, marks, len(columns), costs, rows)


def _alive(columns: Sequence[Poly], free: Sequence[Poly]) -> list[int]:
    """The columns that can have a positive coefficient: a monomial of one sign only forces its columns to zero."""
    alive = list(range(len(columns)))
    flexible = {monomial for poly in free for monomial in poly}
    above = [{monomial for monomial, value in column.items() if value.numerator > 0} for column in columns]
    below = [column.keys() - theirs for column, theirs in zip(columns, above, strict=True)]
    while True:
        spend(sum(len(columns[i]) for i in alive))
        up, down = set[Monomial]().union(*(above[i] for i in alive)), set[Monomial]().union(*(below[i] for i in alive))
        stuck = (up ^ down) - flexible
        kept = [i for i in alive if stuck.isdisjoint(columns[i])]
        if len(kept) == len(alive):
            return alive
        alive = kept


def _values(programme: Programme) -> dict[int, Fraction] | None:
    """A solution by index, zeros left out, or None: each way of scaling in turn, then exactly."""
    support: list[int] | None = []
    if spread(programme.polys) <= TAME:
        support = _support(programme, _by_column(programme))
        if support is None:
            return _simplex(programme.ordered(), ()) if _is_fine(programme) else None
        if (found := _on(programme, support)) is not None:
            return found
    programme = programme.ordered()
    scaled, apart = _equilibrated(programme)
    support = _support(programme, scaled, basic=True)
    if support is None and apart <= SETTLED and not _is_fine(programme):
        return None
    found = _on(programme, support) if support else None
    return found or _simplex(programme, support or ())


def _is_fine(programme: Programme) -> bool:
    """Whether coefficients have so many digits that they may differ by less than the solver's tolerances."""
    numbers = (value for poly in programme.polys for value in poly.values())
    return any(max(n.numerator.bit_length(), n.denominator.bit_length()) > FINE for n in numbers)


def _on(programme: Programme, support: Sequence[int]) -> dict[int, Fraction] | None:
    """The exact solution on a support, if it has the signs that it must have."""
    polys, strict = [programme.polys[i] for i in support], [programme.strict[i] for i in support]
    exact = _exact(polys, strict, programme.rows)
    if exact is None or any(value < 0 for i, value in zip(support, exact, strict=True) if i < programme.nonneg):
        return None
    return dict(zip(support, exact, strict=True))


# --- scaling ------------------------------------------------------------------------------------


def _by_column(programme: Programme) -> list[list[float]]:
    """The coefficients as floats, each column scaled to the largest one 1; the strict mark comes first."""
    scaled = []
    for poly, strict in zip(programme.polys, programme.strict, strict=True):
        scale = max((abs(float(c)) for c in poly.values()), default=1.0)
        scaled.append([*([1 / scale] if strict else []), *(float(c) / scale for c in poly.values())])
    return scaled


def _equilibrated(programme: Programme) -> tuple[list[list[float]], float]:
    """The coefficients as floats, rows and columns scaled by powers of two towards 1, and how far apart they stay.

    Rows are monomials, so this undoes any change of the variables' units.
    """
    down, across = scales(programme.polys, programme.rows)
    scaled, sizes = [], []
    for poly, strict, shift in zip(programme.polys, programme.strict, across, strict=True):
        column = [1.0] if strict else []
        for monomial, coefficient in poly.items():
            exponent = round(down[programme.rows[monomial]]) + round(shift)
            sizes.append(size(coefficient) + exponent)
            fits = abs(sizes[-1]) < FLOATS
            column.append(float(coefficient * Fraction(2) ** exponent) if fits else 0.0)
        scaled.append(column)
    return scaled, max(sizes, default=0.0) - min(sizes, default=0.0)


# --- solving ------------------------------------------------------------------------------------


def _support(programme: Programme, scaled: Sequence[Sequence[float]], basic: bool = False) -> list[int] | None:
    """The indices with a value of the cheapest solution (all basic ones if asked for), or None if there is none."""
    solver = _solver(programme, scaled, basic)
    if solver is None:
        return None
    if basic and (basis := solver.getBasis()).valid:
        from highspy import HighsBasisStatus

        return [i for i, status in enumerate(basis.col_status) if status == HighsBasisStatus.kBasic]
    return [i for i, x in enumerate(solver.getSolution().col_value) if abs(x) > TOLERANCE]


def _solver(programme: Programme, scaled: Sequence[Sequence[float]], basic: bool = False) -> Any:
    """The solver with the cheapest solution, or None if there is none."""
    import highspy
    import numpy as np

    polys, rows, nonneg = programme.polys, programme.rows, programme.nonneg
    entries = sum(map(len, polys))
    spend(entries)
    start, index, value = [0], list[int](), list[float]()
    for poly, strict, column in zip(polys, programme.strict, scaled, strict=True):
        index += [*([len(rows)] if strict else []), *(rows[monomial] for monomial in poly)]
        value += column
        start.append(len(index))
    bounds = np.zeros(len(rows) + 1)
    bounds[-1] = 1.0
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = len(polys), len(rows) + 1
    lp.col_cost_ = np.array(programme.weights, dtype=float)
    lp.col_lower_ = np.array([0.0] * nonneg + [-highspy.kHighsInf] * (len(polys) - nonneg))
    lp.col_upper_ = np.full(len(polys), highspy.kHighsInf)
    lp.row_lower_, lp.row_upper_ = bounds, bounds.copy()
    lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    lp.a_matrix_.start_, lp.a_matrix_.index_, lp.a_matrix_.value_ = np.array(start), np.array(index), np.array(value)
    solver = _highs()
    solver.clear()  # of the programme before, its solution and its options
    solver.silent()
    solver.setOptionValue("threads", 1)
    if basic:
        solver.setOptionValue("small_matrix_value", 1e-12)
    pivot = PIVOT * (entries + len(rows) + 1)
    if (most := left() / pivot) < MOST_PIVOTS:
        solver.setOptionValue("simplex_iteration_limit", int(most) + 1)
    solver.passModel(lp)
    solver.run()
    spend(math.ceil(pivot * solver.getInfo().simplex_iteration_count))
    return solver if solver.getModelStatus() == highspy.HighsModelStatus.kOptimal else None


@cache
def _highs() -> Any:
    """The solver of this process: to make one takes as long as to solve a small programme."""
    import highspy

    return highspy.Highs()


def _exact(polys: Sequence[Poly], strict: Sequence[bool], rows: dict[Monomial, int]) -> list[Fraction] | None:
    """The exact solution on the support; variables left free are set to zero."""
    equations: list[dict[int, Number]] = [{} for _ in range(len(rows) + 1)]
    for column, poly in enumerate(polys):
        for monomial, coefficient in poly.items():
            equations[rows[monomial]][column] = coefficient
        if strict[column]:
            equations[-1][column] = 1
    equations[-1][len(polys)] = 1
    spend(len(polys) * sum(map(len, equations)))
    return solved(equations, len(polys))


# --- the exact simplex method -------------------------------------------------------------------


class _OutOfWork(Exception):
    """More entries were changed than MAX_WORK."""


class _Tableau:
    """Equations solved for a basis, exactly.  Their right-hand sides stand at the index `last`."""

    def __init__(self, programme: Programme) -> None:
        self.last = len(programme.polys)
        self.rows: list[dict[int, Fraction]] = [{} for _ in programme.rows]
        length = {self.last: Fraction(1)}
        for column, poly in enumerate(programme.polys):
            for monomial, coefficient in poly.items():
                self.rows[programme.rows[monomial]][column] = Fraction(coefficient)
            if programme.strict[column]:
                length[column] = Fraction(1)
        self.rows.append(length)
        self.basis: dict[int, int] = {}  # column by row
        self.work = 0

    def pivot(self, at: int, column: int) -> None:
        """Solve a row for a column, and put it into the other rows."""
        pivot = self.rows[at]
        scale = pivot[column]
        for index in pivot:
            pivot[index] /= scale
        for number, row in enumerate(self.rows):
            if number != at and (factor := row.get(column)):
                self._subtract(row, factor, pivot)
        self.basis[at] = column

    def _subtract(self, row: dict[int, Fraction], factor: Fraction, pivot: dict[int, Fraction]) -> None:
        self.work += len(pivot)
        if self.work > MAX_WORK:
            raise _OutOfWork
        for index, value in pivot.items():
            left = row.get(index, 0) - factor * value
            if left:
                row[index] = left
            else:
                row.pop(index, None)

    def begin(self, order: Iterable[int]) -> bool:
        """A basis of the columns that come first; False where the equations contradict one another."""
        for column in order:
            at = [i for i, row in enumerate(self.rows) if i not in self.basis and column in row]
            if at:
                self.pivot(min(at, key=lambda i: len(self.rows[i])), column)
        return all(i in self.basis or self.last not in row for i, row in enumerate(self.rows))

    def repair(self, nonneg: int) -> bool:
        """Make the first `nonneg` values non-negative, if they can be: the dual simplex method with Bland's rule."""
        while True:
            broken = [
                (column, i)
                for i, column in self.basis.items()
                if column < nonneg and self.rows[i].get(self.last, 0) < 0
            ]
            if not broken:
                return True
            _, at = min(broken)
            enters = [j for j, value in self.rows[at].items() if value < 0 and j < nonneg]
            if not enters:
                return False
            self.pivot(at, min(enters))


def _simplex(programme: Programme, preferred: Iterable[int]) -> dict[int, Fraction] | None:
    """A solution found in exact arithmetic, from a basis of the preferred values; None if there is none, or no work
    left."""
    tableau, size = _Tableau(programme), len(programme.polys)
    order = dict.fromkeys([*range(programme.nonneg, size), *preferred, *range(size)])
    try:
        if not tableau.begin(order) or not tableau.repair(programme.nonneg):
            return None
    except _OutOfWork:
        return None
    return {c: value for i, c in tableau.basis.items() if (value := tableau.rows[i].get(tableau.last))}
