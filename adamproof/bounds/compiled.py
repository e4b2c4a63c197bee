"""The lemmas' formulas as plain ones, read from the file `compiled.json` that `adamproof.bounds.compiling` writes.

The file names the sources that it was made from and their digest.  Where these are no longer those sources, or where
there is no such file, the formulas are compiled anew, by SymPy and from the lemmas themselves: never are they stale.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import cache
from typing import Any, NamedTuple

from ..support import package_data
from .plain import Add, Call, Expr, Mul, Pow, Rational
from .sources import digest
from .statement import Relation, Theorem, Trivial, refuse_unknown
from .symbols import SYMBOLS

FILE = "compiled.json"
FORMAT = 1
_KINDS: Mapping[str, Any] = {"+": Add, "*": Mul, "^": Pow}


class LemmaName(NamedTuple):
    """Of a lemma, what is shown."""

    label: str | None
    slug: str


class ClaimName(NamedTuple):
    name: str


def key(name: str, case: int, bias_correction: bool) -> str:
    """Under which a theorem is kept."""
    return f"{name}{' case 2' if case == 2 else ''}{' corrected' if bias_correction else ''}"


@cache
def content() -> Any:
    """What is in the file, or the same made anew."""
    found = stored(FILE)
    if found is None:
        from .compiling import compiled

        found = compiled()
    return found


def stored(file: str) -> Any:
    """The content of a file, if it was made from the sources that are there now, and None otherwise."""
    try:
        found = json.loads(package_data.text(package_data.folder("bounds", file)))
        fits = found["format"] == FORMAT and found["digest"] == digest(found["sources"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return found if fits else None


@cache
def theorem(name: str = "main", case: int = 1, bias_correction: bool = False) -> Theorem:
    """A theorem as `theorems.theorem` has it, in plain formulas.  Raises ValueError."""
    refuse_unknown(name, case, bias_correction)
    found = content()["theorems"][key(name, case, bias_correction)]
    return Theorem(
        name,
        LemmaName(found["label"], found["slug"]),
        ClaimName(found["claim"]),
        found["left"],
        {part: formula(place) for part, place in found["terms"].items()},
        formula(found["bound"]),
        {symbol: formula(place) for symbol, place in found["scale"].items()},
        {title: _relation(*parts) for title, parts in found["hypotheses"].items()},
        tuple(found["assumed"]),
        tuple(Trivial(formula(place), text, why) for place, text, why in found["trivial"]),
        case,
    )


def slug_of(name: str, bias_correction: bool = False) -> str:
    """The lemma of a theorem."""
    slug: str = content()["theorems"][key(name, 1, bias_correction)]["slug"]
    return slug


def magnitude(name: str) -> Expr:
    """One of `magnitude_formulas.MAGNITUDES`."""
    return formula(content()["magnitudes"][name])


@cache
def formula(place: int) -> Expr:
    """The formula at a place of the table.  What formulas share is there once, before them."""
    node = content()["formulas"][place]
    if isinstance(node, str):
        return _SYMBOLS[node] if node in _SYMBOLS else Rational(Fraction(node))
    head, *places = node
    args = [formula(argument) for argument in places]
    found: Expr = _KINDS[head](*args) if head in _KINDS else Call(head, *args)
    return found


_SYMBOLS = {symbol.name: symbol for symbol in SYMBOLS.values()}


def _relation(left: int, right: int, strict: bool, text: str) -> Relation:
    return Relation(formula(left), formula(right), strict, text)


class Table:
    """The table of formulas, while it is made."""

    def __init__(self) -> None:
        self.nodes: list[str | list[Any]] = []
        self._places: dict[str, int] = {}

    def place(self, value: Expr) -> int:
        """The place of a formula, which is added if it is not there."""
        if not value.args:
            return self._put(str(value))
        head = value.head if isinstance(value, Call) else next(h for h, k in _KINDS.items() if type(value) is k)
        return self._put([head, *map(self.place, value.args)])

    def _put(self, node: str | list[Any]) -> int:
        text = json.dumps(node)
        if text not in self._places:
            self._places[text] = len(self.nodes)
            self.nodes.append(node)
        return self._places[text]


def written(found: Mapping[str, Any]) -> str:
    """The text of the file: an entry a line."""
    lines = []
    for name, value in found.items():
        if isinstance(value, Mapping):
            inner = ",\n".join(f"  {json.dumps(key)}: {json.dumps(each)}" for key, each in value.items())
            lines.append(f" {json.dumps(name)}: {{\n{inner}\n }}")
        elif isinstance(value, Sequence) and not isinstance(value, str):
            inner = ",\n".join(f"  {json.dumps(each)}" for each in value)
            lines.append(f" {json.dumps(name)}: [\n{inner}\n ]")
        else:
            lines.append(f" {json.dumps(name)}: {json.dumps(value)}")
    return "{\n" + ",\n".join(lines) + "\n}\n"


__all__ = [
    "FILE",
    "FORMAT",
    "Table",
    "content",
    "formula",
    "key",
    "magnitude",
    "slug_of",
    "stored",
    "theorem",
    "written",
]
