"""The best schedule of a bound, by exact linear programming over exponents; and witnesses of what a schedule gives.

The exponents of the terms are affine in A, B, C (and in the exponent of the scale, R or S, that depends on A and B
through a maximum); both are computed by `asymptotics`.  The optimum comes with multipliers, and the kernel proves on
request that no exponents do better.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import Any

import sympy

from ...prover import Forall, Step, forall, generalise, le, prove, reals
from .affine import Affine, variables_of
from .asymptotics import ALPHA, BETA, GAMMA0, Order, Rate, order, rate
from .linear_program import Constraint, Optimum, ProgramError, maximise
from .power_law import OrderError, Schedule, UndecidedOrder

MAX_SPLITS = 6  # comparisons of exponents that one expression may leave open
FREE = Schedule("A", "B", "C")  # all exponents open
RATE = Affine.of("r")
X = sympy.Symbol("X", positive=True)


@dataclass(frozen=True)
class Scale:
    """A factor of the terms whose exponent is a maximum: its symbol in them, its formula, the exponent's name."""

    symbol: str
    formula: Any
    exponent: str = "rho"


@dataclass(frozen=True)
class Cell:
    """A range of exponents in which an expression has one order; order is None where it is not defined, for a reason.

    where: the comparisons that were made, as (form, its sign in the cell).

    schedule: the exponents, in the cell.
    """

    where: tuple[tuple[Affine, int], ...]
    schedule: Schedule
    order: Order | None
    reason: str = ""

    def __str__(self) -> str:
        signs = {1: "> 0", 0: "= 0", -1: "< 0"}
        where = ", ".join(f"{form} {signs[sign]}" for form, sign in self.where) or "everywhere"
        return f"{where}: {self.order if self.order is not None else self.reason}"


def cells(expression: Any, schedule: Schedule = FREE) -> tuple[Cell, ...]:
    """The order of an expression in each range of the schedule's variables, found by splitting where it is open.

    expression: positive.  schedule: exponents with variables in them.
    """
    return tuple(_cells(expression, schedule, ()))


def _cells(expression: Any, schedule: Schedule, where: tuple[tuple[Affine, int], ...]) -> list[Cell]:
    try:
        return [Cell(where, schedule, order(expression, schedule))]
    except UndecidedOrder as undecided:
        form = undecided.form
    except OrderError as failure:
        return [Cell(where, schedule, None, str(failure))]
    if len(where) == MAX_SPLITS:
        raise OrderError(
            f"the order of {expression} depends on more than {MAX_SPLITS} comparisons; assume some of them"
        )
    found = []
    for sign, narrower in ((1, schedule.assuming(form)), (0, schedule.on(form)), (-1, schedule.assuming(-form))):
        if not narrower.is_empty():
            found += _cells(expression, narrower, (*where, (form, sign)))
    return found


# --- the program --------------------------------------------------------------------------------


def constraints(terms: Mapping[str, Any], scale: Scale | None = None) -> list[Constraint]:
    """What A, B, C, the scale's exponent and the rate r satisfy: r is at most minus each term's exponent of T.

    terms, scale: as in `best_schedule`.  Raises OrderError for a term that is negative or has no order.
    """
    found = [Constraint(f"0 <= {name}", Affine.of(name)) for name in "ABC"]
    if scale is not None:
        found += _scale_constraints(scale)
    schedule = FREE if scale is None else Schedule("A", "B", "C", scales={scale.symbol: scale.exponent})
    for name, expression in terms.items():
        term = order(expression, schedule)
        if term.sign < 0:
            raise OrderError(f"the term {name}, {expression}, is negative for large T; a bound needs positive terms")
        found.append(Constraint(name, -Affine.of(term.T) - RATE))
    return found


@cache
def _scale_constraints(scale: Scale) -> tuple[Constraint, ...]:
    """The scale's exponent is at least its value in each cell; where the scale is not defined, A, B, C may not be."""
    parts = cells(scale.formula)
    found: dict[Affine, Constraint] = {}
    for cell in parts:
        if cell.order is None:
            form = _excluded(cell)
            found[form] = Constraint(f"0 <= {form}", form)
        else:
            _check_convex(scale, cell, parts)
            form = Affine.of(scale.exponent) - Affine.of(cell.order.T)
            found[form] = Constraint(f"{cell.order.T} <= {scale.exponent}", form)
    return tuple(found.values())


def _excluded(cell: Cell) -> Affine:
    """The constraint that leaves a cell out, which must be a half-space."""
    if len(cell.where) != 1 or cell.where[0][1] == 0:
        raise OrderError(f"the scale is not defined in a range that one inequality does not describe ({cell})")
    form, sign = cell.where[0]
    return form * -sign


def _check_convex(scale: Scale, cell: Cell, parts: Sequence[Cell]) -> None:
    """In its own cell, a cell's exponent is the largest: so the exponent is the maximum of all of them."""
    for other in parts:
        if cell.order is not None and other.order is not None:
            gap = Affine.of(cell.order.T) - Affine.of(other.order.T)
            for form, sign in cell.where:
                if sign == 0:
                    gap = gap.put(form.variables[-1], form.solved_for(form.variables[-1]))
            if cell.schedule.sign(gap) < 0:
                raise OrderError(f"the exponent of {scale.symbol} is not convex: {gap} < 0 where {cell}")


@dataclass(frozen=True)
class Best:
    """The largest rate, a schedule that has it, the range of each exponent among all that do, and why none is better.

    rate = r + the sum of multiplier*constraint, identically; found is the bound's rate at the schedule, computed anew.

    rate: r, exact.  ranges: (least, most) of each exponent.
    multipliers: by the name of a constraint.  constraints: of the linear program.
    """

    rate: Fraction
    schedule: Schedule
    ranges: Mapping[str, tuple[Fraction, Fraction]]
    multipliers: Mapping[str, Fraction]
    constraints: tuple[Constraint, ...]
    found: Rate

    @property
    def is_unique(self) -> bool:
        return all(low == high for low, high in self.ranges.values())

    def statement(self) -> Forall:
        """For all reals, the constraints imply that r is at most the rate."""
        given = [le(0, _real(constraint.form)) for constraint in self.constraints]
        return forall(_variables(self.constraints), le(reals("r"), _real(Affine(self.rate))), given)

    def certificate(self) -> Step:
        """The theorem that the statement is, its multipliers found anew and checked by the kernel."""
        stated = self.statement()
        return generalise(prove(stated.conclusion, list(stated.given)), stated.variables, stated.given)

    def __str__(self) -> str:
        where = ", ".join(f"{name} = {_range(*ends)}" for name, ends in self.ranges.items())
        why = " + ".join(f"{value}*[{name}]" for name, value in self.multipliers.items())
        return f"rate {self.rate} at {where}, by {why}"


def _range(low: Fraction, high: Fraction) -> str:
    return str(low) if low == high else f"{low}..{high}"


def _variables(constraints: Sequence[Constraint]) -> tuple[Any, ...]:
    return tuple(reals(name) for name in variables_of(constraint.form for constraint in constraints))


def _real(form: Affine) -> Any:
    parts = (sympy.Rational(value.numerator, value.denominator) * reals(name) for name, value in form.coefficients)
    return sympy.Rational(form.constant.numerator, form.constant.denominator) + sympy.Add(*parts)


def best_schedule(
    terms: Mapping[str, Any], scale: Scale | None = None, fixed: Mapping[str, Fraction] | None = None
) -> Best:
    """The schedule A, B, C >= 0 of the largest rate of a bound, some of them fixed, as an exact linear program.

    terms: positive expressions by name.  scale: a factor of them whose exponent is a maximum, such as R.
    fixed: exact exponents by name, of A, B and C.
    Raises OrderError for a term without an order, and ProgramError where the rate at the optimum is another.

    Raises Infeasible where no schedule is allowed, Unbounded where every rate is reached.
    """
    limits = constraints(terms, scale)
    for name, value in (fixed or {}).items():
        form = Affine.of(name) - Affine.of(value)
        limits += [Constraint(f"{value} <= {name}, fixed", form), Constraint(f"{name} <= {value}, fixed", -form)]
    optimum = maximise(RATE, limits)
    ranges = {name: _extent(name, optimum, limits) for name in optimum.point if name != "r"}
    schedule = Schedule(optimum.point["A"], optimum.point["B"], optimum.point["C"])
    found = rate(written_out(terms, scale), schedule)
    if found.rate != optimum.value:  # at a point where the constants cancel further, or a mistake in here
        raise ProgramError(f"the program's rate {optimum.value} is not the rate {found.rate} at {schedule}")
    return Best(optimum.value, schedule, ranges, optimum.multipliers, tuple(limits), found)


def _extent(name: str, optimum: Optimum, limits: Sequence[Constraint]) -> tuple[Fraction, Fraction]:
    """The smallest and the largest value of a variable where the rate is optimal."""
    optimal = [*limits, Constraint("optimal", RATE - optimum.value)]
    return -maximise(-Affine.of(name), optimal).value, maximise(Affine.of(name), optimal).value


def written_out(terms: Mapping[str, Any], scale: Scale | None) -> dict[str, Any]:
    """The terms with the scale's formula in place of its symbol.

    terms, scale: as in `best_schedule`.
    """
    if scale is None:
        return dict(terms)
    found = {}
    for name, term in terms.items():
        symbols = [symbol for symbol in term.free_symbols if symbol.name == scale.symbol]
        found[name] = term.subs(dict.fromkeys(symbols, scale.formula))
    return found


# --- witnesses ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class ScalingWitness:
    """A bound along T = X^power, where every exponent is an integer: what each term is, exactly, as X grows.

    A term is coefficient * X^exponent * d^(its own exponent) * (a factor that tends to 1).

    substitution: what each hyperparameter is, by name, in X.  exponents, coefficients: of each term, by its name.
    terms: each term after the substitution, an expression in X, d and constants.  rate: the bound's.
    """

    power: int
    substitution: Mapping[str, Any]
    exponents: Mapping[str, int]
    coefficients: Mapping[str, Any]
    terms: Mapping[str, Any]  # each term after the substitution, an expression in X, d and constants
    rate: Rate

    def failing(self, wanted: Fraction) -> tuple[str, ...]:
        """The terms that are larger than T^-wanted."""
        return tuple(name for name, exponent in self.exponents.items() if exponent > -wanted * self.power)

    def __str__(self) -> str:
        put = ", ".join(f"{name} = {value}" for name, value in self.substitution.items())
        shown = ", ".join(f"{name} ~ X^{_braced(exponent)}" for name, exponent in self.exponents.items())
        return f"{put}: {shown}"


def _braced(exponent: int) -> str:
    return f"({exponent})" if exponent < 0 else str(exponent)


def scaling_witness(terms: Mapping[str, Any], schedule: Schedule, wanted: Fraction | None = None) -> ScalingWitness:
    """What each term of a bound is along T = X^N, for the smallest N that makes all exponents integers.

    With a wanted rate, refuses where the bound has it: there is nothing to witness.

    terms: expressions by name.  schedule: exact exponents.  wanted: a rate.
    Raises OrderError where the bound has the wanted rate, and where a term has a power of ln T.
    """
    found = rate(terms, schedule)
    if wanted is not None and found.rate >= wanted:
        raise OrderError(f"the bound has rate {found.rate} at {schedule}, so there is no witness against rate {wanted}")
    if any(item.log for item in found.orders.values()):
        raise OrderError("a term has a power of ln T, which no substitution T = X^N makes a power of X")
    exact = [schedule.A, schedule.B, schedule.C, *found.exponents.values()]
    power = math.lcm(*(value.denominator for value in exact))
    substitution = _substitution(schedule, power)
    return ScalingWitness(
        power,
        substitution,
        {name: int(exponent * power) for name, exponent in found.exponents.items()},
        {name: item.coefficient for name, item in found.orders.items()},
        {name: _put(term, substitution) for name, term in terms.items()},
        found,
    )


def _substitution(schedule: Schedule, power: int) -> dict[str, Any]:
    size = sympy.Symbol("d", positive=True) ** _rational(schedule.gamma_d)
    return {
        "T": X**power,
        "b1": 1 - ALPHA * X ** -_rational(schedule.A * power),
        "b2": 1 - BETA * X ** -_rational(schedule.B * power),
        "gamma": GAMMA0 * size * X ** -_rational(schedule.C * power),
    }


def _rational(value: Fraction) -> Any:
    return sympy.Rational(value.numerator, value.denominator)


def _put(term: Any, substitution: Mapping[str, Any]) -> Any:
    positive = {symbol: sympy.Symbol(symbol.name, positive=True) for symbol in term.free_symbols}
    return term.xreplace({symbol: substitution.get(symbol.name, positive[symbol]) for symbol in positive})


__all__ = [
    "FREE",
    "Best",
    "Cell",
    "Scale",
    "ScalingWitness",
    "best_schedule",
    "cells",
    "constraints",
    "scaling_witness",
    "written_out",
]
