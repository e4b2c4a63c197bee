"""The linear programme behind certificate search: floating point finds the support, exact rationals decide."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from ..kernel.normal import Monomial, Poly

TOLERANCE = 1e-9  # below this a floating value is taken to be outside the support; the exact solve decides


def nonnegative_zero_sum(
    columns: Sequence[Poly], strict: Sequence[bool], free: Sequence[Poly], weights: Sequence[int]
) -> tuple[list[Fraction], list[Fraction]] | None:
    """Coefficients c >= 0 and free f with sum c*columns + sum f*free == 0 and the strict c summing to 1, or None."""
    alive = _alive(columns, free)
    if not any(strict[i] for i in alive):
        return None
    polys = [*(columns[i] for i in alive), *free]
    marks = [*(strict[i] for i in alive), *(False for _ in free)]
    rows: dict[Monomial, int] = {}
    for poly in polys:
        for monomial in poly:
            rows.setdefault(monomial, len(rows))
    support = _support(polys, marks, len(alive), [*(weights[i] for i in alive), *(0 for _ in free)], rows)
    if support is None:
        return None
    exact = _exact([polys[i] for i in support], [marks[i] for i in support], rows)
    if exact is None or any(value < 0 for i, value in zip(support, exact, strict=True) if i < len(alive)):
        return None
    found = dict(zip(support, exact, strict=True))
    coefficients = {column: found.get(i, Fraction(0)) for i, column in enumerate(alive)}
    return (
        [coefficients.get(i, Fraction(0)) for i in range(len(columns))],
        [found.get(len(alive) + i, Fraction(0)) for i in range(len(free))],
    )


def _alive(columns: Sequence[Poly], free: Sequence[Poly]) -> list[int]:
    """The columns that can have a positive coefficient: a monomial of one sign only forces its columns to zero."""
    alive = list(range(len(columns)))
    flexible = {monomial for poly in free for monomial in poly}
    while True:
        signs: dict[Monomial, set[bool]] = {}
        for i in alive:
            for monomial, coefficient in columns[i].items():
                signs.setdefault(monomial, set()).add(coefficient > 0)
        stuck = {monomial for monomial, found in signs.items() if len(found) == 1 and monomial not in flexible}
        kept = [i for i in alive if stuck.isdisjoint(columns[i])]
        if len(kept) == len(alive):
            return alive
        alive = kept


def _support(
    polys: Sequence[Poly], strict: Sequence[bool], nonneg: int, weights: Sequence[int], rows: dict[Monomial, int]
) -> list[int] | None:
    """The indices with a value of the cheapest solution; the first `nonneg` values are not negative, the rest free."""
    import highspy
    import numpy as np

    start, index, value = [0], [], []
    for i, poly in enumerate(polys):
        scale = max((abs(float(c)) for c in poly.values()), default=1.0)
        if strict[i]:
            index.append(len(rows))
            value.append(1 / scale)
        for monomial, coefficient in poly.items():
            index.append(rows[monomial])
            value.append(float(coefficient) / scale)
        start.append(len(index))
    bounds = np.zeros(len(rows) + 1)
    bounds[-1] = 1.0
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = len(polys), len(rows) + 1
    lp.col_cost_ = np.array(weights, dtype=float)
    lp.col_lower_ = np.array([0.0] * nonneg + [-highspy.kHighsInf] * (len(polys) - nonneg))
    lp.col_upper_ = np.full(len(polys), highspy.kHighsInf)
    lp.row_lower_, lp.row_upper_ = bounds, bounds.copy()
    lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    lp.a_matrix_.start_, lp.a_matrix_.index_, lp.a_matrix_.value_ = np.array(start), np.array(index), np.array(value)
    solver = highspy.Highs()
    solver.silent()
    solver.setOptionValue("threads", 1)
    solver.passModel(lp)
    solver.run()
    if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        return None
    return [i for i, x in enumerate(solver.getSolution().col_value) if abs(x) > TOLERANCE]


def _exact(polys: Sequence[Poly], strict: Sequence[bool], rows: dict[Monomial, int]) -> list[Fraction] | None:
    """The exact solution on the support, by rational elimination; variables left free are set to zero."""
    from sympy import QQ
    from sympy.polys.matrices import DomainMatrix

    entries: dict[int, dict[int, object]] = {}
    for column, poly in enumerate(polys):
        for monomial, coefficient in poly.items():
            entries.setdefault(rows[monomial], {})[column] = QQ(coefficient.numerator, coefficient.denominator)
        if strict[column]:
            entries.setdefault(len(rows), {})[column] = QQ(1)
    entries.setdefault(len(rows), {})[len(polys)] = QQ(1)
    shape = (len(rows) + 1, len(polys) + 1)
    reduced, pivots = DomainMatrix(entries, shape, QQ).rref()
    if len(polys) in pivots:
        return None
    values = [Fraction(0)] * len(polys)
    dense = reduced.to_sdm()
    for row, pivot in enumerate(pivots):
        value = dense.get(row, {}).get(len(polys), QQ(0))
        values[pivot] = Fraction(int(value.numerator), int(value.denominator))
    return values
