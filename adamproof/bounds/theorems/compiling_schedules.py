"""Makes the table of orders that `schedule_table` reads, by `schedules.cells` and `best_schedule`, from the lemmas."""

from __future__ import annotations

import json
from fractions import Fraction
from typing import Any

from ...prover import dump
from ..formulas.parameters import THEOREMS
from ..orders.affine import Affine
from ..orders.power_law import Schedule
from ..orders.schedules import Cell, best_schedule, cells, written_out
from .formula_table import FORMAT
from .from_lemmas import with_scale
from .schedule_table import stored_form
from .sources import digest, with_lemmas

ORDERS = ("affine", "asymptotics", "linear_program", "order", "power_law", "schedules")
READERS = (
    "bounds/formulas/symbolic.py",
    *(f"bounds/orders/{name}.py" for name in ORDERS),
    *(f"bounds/theorems/{name}.py" for name in ("compiling_schedules", "from_lemmas")),
)


def compiled() -> dict[str, Any]:
    """The content of the file, from the lemmas as they are."""
    sources = with_lemmas(READERS)
    found = {name: _table(name) for name in THEOREMS[:2]}
    return {"format": FORMAT, "digest": digest(sources), "sources": sources, "schedules": found}


def _table(theorem: str) -> dict[str, Any]:
    terms, scale = with_scale(theorem)
    best = best_schedule(terms, scale)
    return {
        "scale": scale.symbol,
        "best": {
            "rate": str(best.rate),
            "ranges": {name: [str(end) for end in ends] for name, ends in best.ranges.items()},
            "multipliers": {name: str(value) for name, value in best.multipliers.items()},
        },
        "growth": _everywhere(scale.formula),
        "terms": {name: _everywhere(term) for name, term in written_out(terms, scale).items()},
        "proof": json.loads(dump(best.certificate())),
    }


def _everywhere(expression: Any) -> list[Any]:
    """The cells of an expression for A, B > 0 and where one or both are 0; C is free."""
    found = []
    for zero in ([], ["A"], ["B"], ["A", "B"]):
        first, second = (Fraction(0) if name in zero else name for name in "AB")
        found += [_cell(zero, cell) for cell in cells(expression, Schedule(first, second, "C"))]
    return found


def _cell(zero: list[str], cell: Cell) -> dict[str, Any]:
    order = cell.order and {
        "T": stored_form(Affine.of(cell.order.T)),
        "d": str(cell.order.d),
        "log": str(cell.order.log),
        "conditions": list(cell.order.conditions),
        "sign": cell.order.sign,
    }
    return {"zero": zero, "where": [[stored_form(form), sign] for form, sign in cell.where], "order": order}


__all__ = ["compiled"]
