"""The three binders behind one face: finite sums, expectations and integrals over [0, 1].

A script written against :class:`Functional` proves its theorem for all three; the side conditions on
integrability, which sums do not have, are assembled here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sympy

from ..kernel.terms import BINDERS, INT, Term, make, minus
from .language import E, Integral01
from .proving import prove
from .record import Step, derive
from .translation import term

Part = tuple[Any, Step | None]  # a coefficient and the integrability of what it multiplies


@dataclass(frozen=True)
class Functional:
    """A binder with its variable and, for a sum, its two bounds."""

    op: str  # "Sum", "E" or "Integral01"
    variable: Any
    bounds: tuple[Any, ...] = ()

    @property
    def is_sum(self) -> bool:
        return self.op == "Sum"

    def of(self, body: Any) -> Any:
        """The functional of a SymPy expression."""
        if self.is_sum:
            return sympy.Sum(body, (self.variable, *self.bounds))
        return (E if self.op == "E" else Integral01)(body, self.variable)

    def _variable(self) -> Term:
        return term(self.variable, BINDERS[self.op][1])

    def equal(self, inner: Step) -> Step:
        """f == g for every value of the variable gives equal functionals."""
        return derive("binder", [inner], self.op, self._variable(), tuple(term(b, INT) for b in self.bounds))

    def monotone(self, inner: Step, *parts: Part, constant: Any = 0) -> Step:
        """f <= g gives L[f] <= L[g]; unless L is a sum, g - f is the combination of the parts and a constant."""
        if self.is_sum:
            return self.equal(inner)
        lhs, rhs = inner.conclusion.args
        gap = self.integrable(minus(rhs, lhs), *parts, constant=constant)
        return derive("binder", [inner, gap], self.op, self._variable(), ())

    def integrable(self, body: Any, *parts: Part, constant: Any = 0) -> Step:
        """Integrability of body = constant + sum of coefficient * integrable part."""
        present = [(term(coefficient), step) for coefficient, step in parts if step is not None]
        coefficients = (term(constant), *(coefficient for coefficient, _ in present))
        premises = [step for _, step in present]
        return derive("combination", premises, self.op, self._variable(), term(body), coefficients)

    def dominated(self, bound: Step, integrable: Step | None) -> Any:
        """Integrability of f from |f| <= g and that of g; nothing to do for a sum."""
        if self.is_sum or integrable is None:
            return None
        return derive("dominated", [bound, integrable], self.op, self._variable())

    def absolute(self, body: Any, integrable: Step | None) -> Any:
        """Integrability of |body| from that of body; nothing to do for a sum."""
        size = make("abs", term(body))
        return self.dominated(prove(make("<=", make("abs", size), size)), integrable)
