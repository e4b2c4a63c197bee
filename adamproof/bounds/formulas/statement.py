"""What the calculator knows of a theorem, in SymPy's expressions or in plain formulas."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .parameters import THEOREMS
from .plain import Expr, Symbol, made
from .symbols import SYMBOLS

CORRECTED = ("main", "corollary", "high-probability")  # proved for Adam with bias correction as well


class TheoremError(ValueError):
    """A lemma that no longer has the form that the calculator reads; the message says what is left over."""


class Relation:
    """left <= right, or left < right, neither evaluated; text: the relation in the names of the inputs."""

    def __init__(self, left: Expr | int, right: Expr | int, strict: bool, text: str) -> None:
        self.args, self.strict, self.text = (made(left), made(right)), strict, text

    @property
    def free_symbols(self) -> frozenset[Symbol]:
        left, right = self.args
        found: frozenset[Symbol] = left.free_symbols | right.free_symbols
        return found


@dataclass(frozen=True)
class Trivial:
    """What the left side is at most anyway, or for gradients that never shrink: a larger bound is vacuous."""

    value: Any
    text: str  # the value as a formula
    why: str


@dataclass(frozen=True)
class Theorem:
    """One theorem in the symbols of the inputs (`symbols`), as SymPy's expressions or plain formulas.

    terms: the parts of the bound by name; bound: the right side of the claim, their sum; scale: the magnitude in it (R
    or S) by name; hypotheses: the claim's assumptions that are relations of these symbols; assumed: the others' names.
    lemma and claim are the lemma's own, or have their names alone (lemma.label, lemma.slug, claim.name).
    """

    name: str
    lemma: Any
    claim: Any
    left: str
    terms: Mapping[str, Any]
    bound: Any
    scale: Mapping[str, Any]
    hypotheses: Mapping[str, Any]
    assumed: tuple[str, ...]
    trivial: tuple[Trivial, ...]
    case: int = 1

    @property
    def title(self) -> str:
        name = f"{self.lemma.label} {self.lemma.slug}" if self.lemma.label else self.lemma.slug
        return f'{name}, claim "{self.claim.name}"'

    @property
    def must_vanish(self) -> tuple[str, ...]:
        """Of L1 and sigma1, those that the theorem does not know: it is for the value 0 of them."""
        known = {symbol.name for symbol in self.bound.free_symbols}
        return tuple(name for name in ("L1", "sigma1") if SYMBOLS[name].name not in known)


def refuse_unknown(name: str, case: int, bias_correction: bool) -> None:
    """Raise ValueError where there is no such theorem."""
    if name not in THEOREMS:
        raise ValueError(f"there is no theorem {name!r}; choose from {', '.join(THEOREMS)}")
    if case not in (1, 2) or (case == 2 and name != "corollary"):
        raise ValueError(f"there is no case {case} of the theorem {name}; only the corollary has a case 2")
    if bias_correction and name not in CORRECTED:
        raise ValueError(f"the theorem {name} is not proved here for Adam with bias correction")


__all__ = ["CORRECTED", "Relation", "Theorem", "TheoremError", "Trivial", "refuse_unknown"]
