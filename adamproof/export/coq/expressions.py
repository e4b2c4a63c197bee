"""Real terms as data, over numbered variables: what the prelude's `by_polynomials` compares as polynomials.

`ring` would find this form by itself, by looking at the goal, which takes it several times as long as to compute.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ...kernel.terms import Term
from .text import digits, is_literal_power

NOTHING = "X_nil"


class Expressions:
    """Terms of one equation as data.  ``names`` are those of leaves, ``known`` what a leaf is written as instead."""

    def __init__(self, names: Mapping[Term, str], known: Mapping[Term, Term], show: Callable[[Term], str]) -> None:
        self._names, self._known, self._show = names, known, show
        self._numbers: dict[str, int] = {}

    def of(self, term: Term) -> str:
        """The term, as its text has it: every sum, product and literal power in the same order."""
        if term in self._known:
            return self.of(self._known[term])
        if term in self._names:
            return self._variable(self._names[term])
        if term.op == "rat":
            top, bottom = term.args[0].numerator, term.args[0].denominator
            return integer(top) if bottom == 1 else f"(X_rat {_digits(top)} {digits(bottom)})"
        if term.op in ("add", "mul"):
            first, *more = map(self.of, term.args)
            for other in more:
                first = made(term.op, first, other)
            return first
        if is_literal_power(term):
            return f"(X_pow {self.of(term.args[0])} {term.args[1].args[0]})"
        return self._variable(self._show(term))

    def _variable(self, name: str) -> str:
        return f"(X_var {self._numbers.setdefault(name, len(self._numbers) + 1)})"

    def equal(self, left: str, right: str) -> str:
        """What decides that these two are equal; nothing else may have been asked for."""
        variables = " :: ".join([*self._numbers, NOTHING])
        return f"by_polynomials ({variables})%list {left} {right}."


def made(op: str, left: str, right: str) -> str:
    """left op right, for op among add, sub and mul."""
    return f"(X_{op} {left} {right})"


def integer(value: int) -> str:
    return f"(X_int {_digits(value)})"


def _digits(value: int) -> str:
    return f"({digits(value)})" if value < 0 else digits(value)
