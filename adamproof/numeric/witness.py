"""The function symbols of a counterexample, written: what they are, and tables of their values."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from fractions import Fraction
from typing import Any

from ..kernel.terms import INT, POINT, REAL, Term, function, make, opened
from ..kernel.text import show
from .answers import MAX_SHOWN_CALLS, Number
from .definitions import Definition
from .numbers import decimal, shown

FIRST, LAST = 4, 1  # columns of a table of values
TABLE_DIGITS, SHORT = 6, 9
NAMES = {INT: "kjin", REAL: "xyzs", POINT: "w"}
Call = tuple[tuple[str, tuple[Any, ...]], Number]


def described(definition: Definition) -> str:
    """What a function symbol is, in one line."""
    places = [f"{_at(definition.name, arguments)} = {shown(value)}" for arguments, value in definition.table]
    if definition.body is None:
        return ", ".join(places)
    return ", ".join([*places, f"{show(equation(definition))}{' elsewhere' if places else ''}".replace("==", "=")])


def equation(definition: Definition) -> Term:
    """The closed form as an equation, with names for the arguments."""
    bound = [make("bound", index, sort) for index, sort in enumerate(definition.sorts)]
    equation = make("==", make("app", function(definition.name, definition.sorts), *bound), definition.body)
    for sort in definition.sorts:
        equation = make(f"forall_{sort}", equation)
    taken = {definition.name}
    for sort in reversed(definition.sorts):
        name = next(name for name in (*NAMES[sort], *(f"{sort}{n}" for n in range(99))) if name not in taken)
        taken.add(name)
        equation = opened(equation, make("var", name, sort))
    return equation


def _at(name: str, arguments: tuple[Any, ...]) -> str:
    return f"{name}({', '.join(map(shown, arguments))})"


def tables(calls: Sequence[Call], of_points: Collection[str] = ()) -> Iterator[str]:
    """The values of sequences in one table, the first ones and the last; those of other functions one by one.

    of_points: the names of functions of outcomes, whose arguments are no times even if they are integers.
    """
    rows: dict[str, dict[int, Number]] = {}
    others = list[str]()
    for (name, arguments), value in calls:
        if len(arguments) == 1 and type(arguments[0]) is int and name not in of_points:
            rows.setdefault(name, {})[arguments[0]] = value
        else:
            others.append(f"{_at(name, arguments)} = {_short(value)}")
    times = sorted({time for row in rows.values() for time in row})
    if len(times) > FIRST + LAST:
        times = [*times[:FIRST], *times[-LAST:]]
    table = [["k", *map(str, times)]]
    for name, row in rows.items():
        table.append([_at(name, ("k",)), *(_short(row[time]) if time in row else "" for time in times)])
    gap = FIRST if len(times) == FIRST + LAST and times[FIRST] > times[FIRST - 1] + 1 else None
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    for texts in table if rows else ():
        cells = [text.ljust(width) for text, width in zip(texts, widths, strict=True)]
        if gap is not None:
            cells.insert(gap + 1, "...")
        yield "  ".join(cells).rstrip()
    yield from others[:MAX_SHOWN_CALLS]
    if len(others) > MAX_SHOWN_CALLS:
        yield f"... and {len(others) - MAX_SHOWN_CALLS} more function values"


def _short(value: Number) -> str:
    """A value in a table: exact where that is short."""
    exact = str(value) if type(value) is Fraction else ""
    return exact if 0 < len(exact) <= SHORT else f"~{decimal(value, TABLE_DIGITS)}"
