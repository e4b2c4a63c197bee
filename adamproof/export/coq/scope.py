"""What is in sight in a Coq proof: names of symbols, and hypotheses."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from ...kernel.terms import Term, free
from .text import TIGHT, show, symbol_name, type_of


@dataclass
class Scope:
    """What is in sight in a proof: the Coq names of free symbols, and the hypotheses.

    ``lost`` names the symbols that the statement does not mention, though the step does: what is proved holds for all
    of their values, so that any will do.  It is one for all scopes of a proof.  ``hidden`` are names that are out
    of sight, but in use: a proof that was written outside of a binder may mention them.
    """

    names: dict[Any, str]
    hypotheses: list[tuple[Term, str]] = field(default_factory=list)
    lost: dict[Any, str] = field(default_factory=dict)
    hidden: frozenset[str] = frozenset()

    def with_variable(self, variable: Term) -> tuple[Scope, str]:
        """The scope inside a binder of this variable, and the variable's name there.

        A hypothesis about a free variable of the same name says nothing of the bound one.
        """
        name = symbol_name(variable)
        while name in self.taken:
            name += "'"
        hypotheses = [(prop, text) for prop, text in self.hypotheses if variable not in free(prop)]
        return Scope({**self.names, variable: name}, hypotheses, self.lost, self.taken), name

    def with_hypotheses(self, *more: tuple[Term, str]) -> Scope:
        """These first: what a rule discharges is preferred to a hypothesis that says the same."""
        return replace(self, hypotheses=[*more, *self.hypotheses])

    @property
    def taken(self) -> frozenset[str]:
        """The names in use."""
        return self.hidden.union(self.names.values(), (text for _, text in self.hypotheses))

    def new(self, letter: str) -> str:
        """A name for a hypothesis that is not in use."""
        taken = self.taken
        return next(name for name in (f"{letter}{n}" for n in range(len(taken) + 1)) if name not in taken)

    def name(self, symbol: Any) -> str:
        """The name of a symbol; one that is not in sight is lost."""
        return self.names.get(symbol) or self.lost.setdefault(symbol, f"any{len(self.lost)}")

    def named(self, term: Term) -> dict[Any, str]:
        """The names for a text of this term."""
        for symbol in sorted(free(term) - self.names.keys(), key=symbol_key):
            self.name(symbol)
        return {**self.lost, **self.names}

    def show(self, term: Term, least: int = TIGHT) -> str:
        return show(term, self.named(term), least)


def names_of(symbols: Iterable[Any]) -> dict[Any, str]:
    """Coq names for the free symbols of a lemma; two of one name, but of different sorts, are told apart."""
    names: dict[Any, str] = {}
    for symbol in symbols:
        name = symbol_name(symbol)
        while name in names.values():
            name += "'"
        names[symbol] = name
    return names


def symbol_key(symbol: Any) -> tuple[str, str]:
    return symbol_name(symbol), type_of(symbol)
