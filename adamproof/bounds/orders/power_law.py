"""Schedules that are powers of T, and which of two exponents is larger under their assumptions.

    1 - beta1 = alpha*T^-A,   1 - beta2 = beta*T^-B,   gamma = gamma0*T^-C/sqrt(d)

Exponents are fractions, or affine forms of variables of which some are assumed positive; a sign that these assumptions
settle is found by an exact linear program.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

from .affine import Affine, exact
from .linear_program import Constraint, Infeasible, Unbounded, maximise


class OrderError(ValueError):
    """An expression without an order of magnitude under the schedule; the message names it and says why."""


class UndecidedOrder(OrderError):
    """Two exponents that the schedule's assumptions do not compare: the sign of `form` is open."""

    def __init__(self, form: Affine) -> None:
        self.form = form
        super().__init__(f"the schedule does not decide whether {form} is positive; assume {form} > 0 or {form} < 0")


@dataclass(frozen=True)
class Schedule:
    """1 - beta1 = Theta(T^-A), 1 - beta2 = Theta(T^-B), gamma = Theta(T^-C * d^gamma_d); all exact.

    An exponent may be the name of a variable ("A") or an affine form of variables.  Those of `positive` are assumed
    positive, as are A and B; `scales` gives further symbols the exponent of T that they have.
    """

    A: Any
    B: Any
    C: Any
    gamma_d: Any = Fraction(-1, 2)
    scales: Mapping[str, Any] = field(default_factory=dict)
    positive: Sequence[Any] = ()

    def __post_init__(self) -> None:
        put = object.__setattr__
        for name in ("A", "B", "C"):
            put(self, name, _exponent(getattr(self, name), f"the schedule's {name}").simple())
        put(self, "gamma_d", _fraction(self.gamma_d, "the exponent of d in gamma"))
        scales = {name: _exponent(e, f"the exponent of {name}").simple() for name, e in self.scales.items()}
        put(self, "scales", scales)
        put(self, "positive", tuple(_exponent(form, "an assumption") for form in self.positive))
        for name in ("A", "B"):
            if isinstance(value := getattr(self, name), Fraction) and value < 0:
                raise OrderError(f"{name} = {value} is negative: 1 - beta = Theta(T^-{name}) below 1 needs {name} >= 0")

    def assumed(self) -> tuple[Affine, ...]:
        """The forms that are positive in the interior of the schedule's range."""
        own = (Affine.of(self.A), Affine.of(self.B), *self.positive)
        return tuple(dict.fromkeys(form for form in own if form.coefficients))

    def assuming(self, form: Affine) -> Schedule:
        """The schedule with one assumption more."""
        return replace(self, positive=(*self.positive, form))

    def on(self, form: Affine) -> Schedule:
        """The schedule where the form vanishes: its last variable is replaced."""
        name = form.variables[-1]
        return self.put(name, form.solved_for(name))

    def put(self, name: str, value: Affine) -> Schedule:
        """The schedule with a form in place of a variable.

        name: of the variable.  value: the form.
        """
        return replace(
            self,
            **{which: Affine.of(getattr(self, which)).put(name, value) for which in ("A", "B", "C")},
            scales={scale: Affine.of(exponent).put(name, value) for scale, exponent in self.scales.items()},
            positive=tuple(form.put(name, value) for form in self.positive),
        )

    def is_empty(self) -> bool:
        """Whether no exponents satisfy all assumptions strictly."""
        if any(not form.coefficients and form.constant <= 0 for form in self.positive):
            return True
        slack = Affine.of("slack")
        rooms = [Constraint(str(form), form - slack) for form in self.assumed()]
        return maximise(slack, [*rooms, Constraint("at most 1", 1 - slack)]).value <= 0

    def sign(self, form: Affine) -> int:
        """The sign of a form under the assumptions.  Raises UndecidedOrder if they leave it open."""
        if not form.coefficients:
            return (form.constant > 0) - (form.constant < 0)
        rooms = [Constraint(str(assumed), assumed) for assumed in self.assumed()]
        for sign in (1, -1):
            if _never_positive(form * -sign, rooms):
                return sign
        raise UndecidedOrder(form)

    def __str__(self) -> str:
        shown = {"A": self.A, "B": self.B, "C": self.C, **self.scales}
        equations = [f"{name} = {value}" for name, value in shown.items() if str(value) != name]
        return ", ".join([*equations, *(f"{form} > 0" for form in self.positive if form.coefficients)]) or "A, B, C"


def _never_positive(form: Affine, constraints: Sequence[Constraint]) -> bool:
    try:
        return maximise(form, constraints).value <= 0
    except Unbounded:
        return False
    except Infeasible as failure:
        raise OrderError("the schedule's assumptions contradict each other") from failure


def _exponent(value: Any, what: str) -> Affine:
    try:
        return Affine.of(value)
    except (TypeError, ValueError) as failure:
        raise OrderError(f"{what} must be exact, a variable's name or an affine form: {failure}") from failure


def _fraction(value: Any, what: str) -> Fraction:
    try:
        return exact(value)
    except (TypeError, ValueError) as failure:
        raise OrderError(f"{what} must be exact: {failure}") from failure


__all__ = ["OrderError", "Schedule", "UndecidedOrder"]
