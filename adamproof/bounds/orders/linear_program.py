"""Linear programs solved exactly: floating point finds the support, exact rationals decide."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from .affine import Affine, variables_of

TOLERANCE = 1e-7  # below this a slack or multiplier is taken to be 0; the exact solve decides


class ProgramError(ValueError):
    """A linear program without an optimum, or one whose optimum could not be made exact."""


class Infeasible(ProgramError):
    """No point satisfies all constraints."""


class Unbounded(ProgramError):
    """The objective has no largest value."""


@dataclass(frozen=True)
class Constraint:
    """form >= 0, under a name."""

    name: str
    form: Affine


@dataclass(frozen=True)
class Optimum:
    """The largest value, a point where it is reached, and multipliers that show that nothing exceeds it.

    objective + sum of multiplier*form is the constant `value`, every multiplier is positive: so where all
    forms are >= 0, the objective is at most `value`.
    """

    value: Fraction
    point: Mapping[str, Fraction]
    multipliers: Mapping[str, Fraction]


def maximise(objective: Affine, constraints: Sequence[Constraint]) -> Optimum:
    """The exact maximum under the constraints.  Raises Infeasible or Unbounded if there is none."""
    names = [constraint.name for constraint in constraints]
    if len(set(names)) != len(names):
        raise ProgramError(f"two constraints have the same name: {max(names, key=names.count)}")
    variables = variables_of([objective, *(constraint.form for constraint in constraints)])
    if not variables:
        return _of_constants(objective, constraints)
    tight, active = _support(objective, constraints, variables)
    point = dict(zip(variables, _point(tight, constraints, variables), strict=True))
    multipliers = _multipliers(objective, active, constraints, variables)
    return checked(objective, constraints, Optimum(objective.at(point), point, multipliers))


def checked(objective: Affine, constraints: Sequence[Constraint], found: Optimum) -> Optimum:
    """The optimum, after exact recomputation: the point is feasible and the multipliers prove its value."""
    total = objective
    for constraint in constraints:
        if constraint.form.at(found.point) < 0:
            raise ProgramError(f"the point found violates {constraint.name} >= 0; the program is too degenerate")
        total += constraint.form * found.multipliers.get(constraint.name, 0)
    if total != Affine(found.value) or any(value < 0 for value in found.multipliers.values()):
        raise ProgramError(f"the multipliers found do not prove the value {found.value}; the program is too degenerate")
    return found


def _of_constants(objective: Affine, constraints: Sequence[Constraint]) -> Optimum:
    if any(constraint.form.constant < 0 for constraint in constraints):
        raise Infeasible("no point satisfies all constraints")
    return Optimum(objective.constant, {}, {})


def _support(
    objective: Affine, constraints: Sequence[Constraint], variables: Sequence[str]
) -> tuple[list[int], list[int]]:
    """The constraints without slack at the optimum, and those with a positive multiplier."""
    import highspy

    solver = highspy.Highs()
    solver.silent()
    solver.setOptionValue("threads", 1)
    solver.setOptionValue("presolve", "off")  # it would not tell unbounded from infeasible
    solver.passModel(_model(objective, constraints, variables))
    solver.run()
    status = solver.getModelStatus()
    if status == highspy.HighsModelStatus.kInfeasible:
        raise Infeasible("no point satisfies all constraints")
    if status == highspy.HighsModelStatus.kUnbounded:
        raise Unbounded(f"{objective} has no largest value under the constraints")
    if status != highspy.HighsModelStatus.kOptimal:
        raise ProgramError(f"the solver stopped: {status}")
    solution = solver.getSolution()
    slacks = [value + float(c.form.constant) for value, c in zip(solution.row_value, constraints, strict=True)]
    return (
        [i for i, slack in enumerate(slacks) if abs(slack) <= TOLERANCE],
        [i for i, value in enumerate(solution.row_dual) if abs(value) > TOLERANCE],
    )


def _model(objective: Affine, constraints: Sequence[Constraint], variables: Sequence[str]) -> Any:
    """The program for HiGHS: free columns, one row a constraint, the objective negated (it minimises)."""
    import highspy
    import numpy as np

    start, index, value = [0], [], []
    for constraint in constraints:
        for name, coefficient in constraint.form.coefficients:
            index.append(variables.index(name))
            value.append(float(coefficient))
        start.append(len(index))
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = len(variables), len(constraints)
    lp.col_cost_ = np.array([-float(objective.coefficient(name)) for name in variables])
    lp.col_lower_ = np.full(len(variables), -highspy.kHighsInf)
    lp.col_upper_ = np.full(len(variables), highspy.kHighsInf)
    lp.row_lower_ = np.array([-float(constraint.form.constant) for constraint in constraints])
    lp.row_upper_ = np.full(len(constraints), highspy.kHighsInf)
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_, lp.a_matrix_.index_, lp.a_matrix_.value_ = np.array(start), np.array(index), np.array(value)
    return lp


def _point(tight: Sequence[int], constraints: Sequence[Constraint], variables: Sequence[str]) -> list[Fraction]:
    """Where all tight forms vanish."""
    forms = [constraints[i].form for i in tight]
    return _solved(
        [[*(form.coefficient(name) for name in variables), -form.constant] for form in forms], len(variables)
    )


def _multipliers(
    objective: Affine, active: Sequence[int], constraints: Sequence[Constraint], variables: Sequence[str]
) -> dict[str, Fraction]:
    """Weights of the active forms that cancel the objective."""
    forms = [constraints[i].form for i in active]
    rows = [[*(form.coefficient(name) for form in forms), -objective.coefficient(name)] for name in variables]
    values = _solved(rows, len(forms))
    return {constraints[i].name: value for i, value in zip(active, values, strict=True) if value}


def _solved(rows: Sequence[Sequence[Fraction]], unknowns: int) -> list[Fraction]:
    """A solution of linear equations (coefficients and right side a row); unknowns left free are 0."""
    from ...prover.elimination import solved  # the prover is SymPy's

    found = solved([dict(enumerate(row)) for row in rows], unknowns)
    if found is None:
        raise ProgramError("the support found has no exact solution; the program is too degenerate")
    return found
