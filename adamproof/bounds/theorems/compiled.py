"""The lemmas' formulas as plain ones, read from the file `compiled.json` that `compiling` writes.

The file names the sources that it was made from and their digest.  Where the sources have changed, or where there is no
such file, the formulas are compiled anew, by SymPy and from the lemmas themselves: they are never stale.
"""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from typing import Any, NamedTuple

from ..formulas.plain import Call, Expr, Rational
from ..formulas.statement import Relation, Theorem, Trivial, refuse_unknown
from ..formulas.symbols import SYMBOLS, WEIGHT_DECAY
from .formula_table import FILE, KINDS, key, stored


class LemmaName(NamedTuple):
    """Of a lemma, what is shown."""

    label: str | None
    slug: str


class ClaimName(NamedTuple):
    name: str


@cache
def content() -> Any:
    """What is in the file, or the same made anew."""
    found = stored(FILE)
    if found is None:
        from .compiling import compiled

        found = compiled()
    return found


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
    found: Expr = KINDS[head](*args) if head in KINDS else Call(head, *args)
    return found


_SYMBOLS = {symbol.name: symbol for symbol in (*SYMBOLS.values(), WEIGHT_DECAY)}


def _relation(left: int, right: int, strict: bool, text: str) -> Relation:
    return Relation(formula(left), formula(right), strict, text)


__all__ = ["content", "formula", "magnitude", "slug_of", "theorem"]
