"""Chains of relations, each link with its reason: a == b <= c < d."""

from __future__ import annotations

from fractions import Fraction
from typing import Any, Protocol

from ...kernel.terms import Term, make, number
from ...kernel.text import show
from ..record import Step, derive
from ..translation import TranslationError, term


class Proving(Protocol):
    """What proves a link and names the whole chain."""

    def have(self, statement: Any, *by: Any) -> Step:
        """The statement, from its reasons."""

    def step(self, title: str, theorem: Step) -> Step:
        """Name a theorem for readers."""


UP, DOWN = {"<=", "<"}, {">=", ">"}


class Chain:
    """Links from a first term on; all of them go one way.

    context: proves the links.  start: the first term.
    """

    def __init__(self, context: Proving, start: Any) -> None:
        self.context, self.start = context, term(start)
        self.last = self.start
        self.links: list[tuple[str, Step]] = []

    def eq(self, other: Any, *by: Any, **how: Any) -> Chain:
        """last == other."""
        return self._link("==", other, by, how)

    def le(self, other: Any, *by: Any, **how: Any) -> Chain:
        """last <= other."""
        return self._link("<=", other, by, how)

    def lt(self, other: Any, *by: Any, **how: Any) -> Chain:
        """last < other."""
        return self._link("<", other, by, how)

    def ge(self, other: Any, *by: Any, **how: Any) -> Chain:
        """last >= other."""
        return self._link(">=", other, by, how)

    def gt(self, other: Any, *by: Any, **how: Any) -> Chain:
        """last > other."""
        return self._link(">", other, by, how)

    def _link(self, op: str, other: Any, by: Any, how: Any) -> Chain:
        following = term(other)
        used = {used for used, _ in self.links} | {op}
        if used & UP and used & DOWN:
            before = next(old for old, _ in self.links if old in (UP | DOWN))
            raise TranslationError(f"a chain that has {before} cannot go on with {op}: it would prove nothing")
        statement = make(op, self.last, following) if op not in DOWN else make(_turned(op), following, self.last)
        self.links.append((op, self.context.have(statement, *by, **how)))
        self.last = following
        return self

    @property
    def statement(self) -> Term:
        """What the links say of the first and the last term."""
        ops = {op for op, _ in self.links}
        strict = bool(ops & {"<", ">"})
        if ops & DOWN:
            return make("<" if strict else "<=", self.last, self.start)
        return make("<" if strict else "<=" if ops & UP else "==", self.start, self.last)

    def done(self, title: str = "") -> Step:
        """The first term against the last one.

        title: names the step for readers.
        """
        if not self.links:
            raise TranslationError(f"a chain needs a link after {show(self.start)}")
        goal, steps = self.statement, [step for _, step in self.links]
        products, multipliers = [], []
        for index, (op, _) in enumerate(self.links):
            if op == "==":
                # an equation l == r reads r - l == 0; going up it adds r - l, going down l - r
                down = any(other in DOWN for other, _ in self.links)
                sign = -1 if goal.op == "==" or down else 1
                multipliers.append((index, number(sign)))
            else:
                products.append((Fraction(1), (index,), ()))
        if goal.op != "==":
            products.append((Fraction(1), (-1,), ()))
        found = derive("arith", steps, goal, tuple(products), tuple(multipliers))
        return self.context.step(title, found) if title else found


def _turned(op: str) -> str:
    return "<=" if op == ">=" else "<"
