"""Names in a user's own file by which a page would be read as saying what it does not say."""

from __future__ import annotations

import re
from collections.abc import Iterable

from ..kernel.terms import Function, Term, free
from ..support.foreign_text import latin

FUNCTIONS = frozenset({"max", "min", "clip", "norm", "exp", "ln", "log", "sqrt", "abs", "sign"})
NUMBERS = frozenset({"pi", "π", "inf", "infinity", "oo", "∞", "nan"})
NOTHING = re.compile(r"nothing\b.*|none|no (other )?(assumption|hypothes[ei]|axiom|condition)s?\b.*")


def nothing(name: str) -> bool:
    """Whether the name of an assumption says that there is none."""
    return NOTHING.fullmatch(" ".join(latin(name).split()).rstrip(".")) is not None


def usual(terms: Iterable[Term]) -> str:
    """The first free function or variable that has the name of a usual function or number; "" if there is none."""
    symbols = frozenset().union(*map(free, terms))
    return min(filter(None, map(_usual, symbols)), default="")


def _usual(symbol: Function | Term) -> str:
    if type(symbol) is Function:
        return f"function {symbol.name}" if latin(symbol.name) in FUNCTIONS | NUMBERS else ""
    name = str(symbol.args[0])
    return f"variable {name}" if latin(name) in NUMBERS else ""
