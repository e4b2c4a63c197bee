"""The orders of the terms of a bound on every schedule, from the file that `compiling` writes.

For each term there is a list of cells: ranges of A, B, C in which it has one order, its exponents affine in these.  The
best schedule comes with a proof that no other is better, which whoever shows it has the kernel verify.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import Any

from ..orders.affine import Affine
from ..orders.order import Order
from .formula_table import stored

FILE = "compiled_schedules.json"


@dataclass(frozen=True)
class BestRate:
    """The largest rate, the range of each exponent among the schedules that have it, and why none has a larger one.

    rate = r + the sum of multiplier*constraint, identically (adamproof.bounds.orders.schedules).
    """

    rate: Fraction
    ranges: Mapping[str, tuple[Fraction, Fraction]]
    multipliers: Mapping[str, Fraction]


@dataclass(frozen=True)
class Table:
    """What is known of a theorem's bound on all schedules."""

    scale: str
    best: BestRate
    proof: str  # a proof file of what `best` says
    growth: list[Any]
    terms: Mapping[str, list[Any]]

    def orders(self, values: Mapping[str, Fraction]) -> tuple[Order, dict[str, Order]] | None:
        """The orders of the scale and of each term at a schedule; None where one has none, or is not positive."""
        growth = _order(self.growth, values)
        found = {name: _order(cells, values) for name, cells in self.terms.items()}
        known = {name: order for name, order in found.items() if order is not None and order.sign > 0}
        return (growth, known) if growth is not None and len(known) == len(found) else None


@cache
def table(theorem: str) -> Table | None:
    """What the file has on a theorem; None where its sources have changed."""
    content = stored(FILE)
    if content is None:
        return None
    found = content["schedules"][theorem]
    best = found["best"]
    return Table(
        found["scale"],
        BestRate(
            Fraction(best["rate"]),
            {name: (Fraction(low), Fraction(high)) for name, (low, high) in best["ranges"].items()},
            {name: Fraction(value) for name, value in best["multipliers"].items()},
        ),
        json.dumps(found["proof"]),
        found["growth"],
        found["terms"],
    )


def _order(cells: list[Any], values: Mapping[str, Fraction]) -> Order | None:
    zero = [name for name in "AB" if not values[name]]
    for cell in cells:
        if cell["zero"] == zero and all(_sign(_affine(form).at(values)) == sign for form, sign in cell["where"]):
            found = cell["order"]
            if found is None:
                return None
            powers = _affine(found["T"]).at(values), Fraction(found["d"]), Fraction(found["log"])
            return Order(*powers, tuple(found["conditions"]), sign=found["sign"])
    return None


def _sign(value: Fraction) -> int:
    return (value > 0) - (value < 0)


def _affine(stored_form: list[Any]) -> Affine:
    constant, coefficients = stored_form
    return Affine.make(Fraction(constant), {name: Fraction(value) for name, value in coefficients.items()})


def stored_form(form: Affine) -> list[Any]:
    """An affine form as it is kept."""
    return [str(form.constant), {name: str(value) for name, value in form.coefficients}]


__all__ = ["FILE", "BestRate", "Table", "stored_form", "table"]
