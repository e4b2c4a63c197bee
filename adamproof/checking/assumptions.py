"""Which assumptions a text such as "C1" means.  Standard library only."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Sequence


class UnknownAssumption(LookupError):
    """A text that no assumption's name starts with; the message suggests one that there is."""


def matching(names: Sequence[str], text: str) -> tuple[str, ...]:
    """The assumptions meant by a text: of this name; else of this label ("C1: ..."); else whose names start with it."""
    wanted = " ".join(text.lower().split())
    tests: tuple[Callable[[str], bool], ...] = (
        lambda name: name == wanted,
        lambda name: name.startswith(f"{wanted}:"),  # "C1" is Condition 1, not the constant of "C1 is positive"
        lambda name: name.startswith(wanted),
    )
    for test in tests:
        found = tuple(name for name in names if wanted and test(name.lower()))
        if found:
            return found
    return ()


def unknown(names: Iterable[str], text: str, where: str) -> UnknownAssumption:
    """The error about a text that means no assumption."""
    table: dict[str, str] = {}
    for name in names:
        table.setdefault(name.lower(), name)
        table.setdefault(name[: len(text)].lower(), name)  # a short text is compared with the names' beginnings
    close = difflib.get_close_matches(text.lower(), table, n=1, cutoff=0.5)
    hint = f"; did you mean {table[close[0]]!r}?" if close and text else " (`adamproof show NAME` lists them)"
    return UnknownAssumption(f"{where} assumption whose name is or starts with {text!r}{hint}")
