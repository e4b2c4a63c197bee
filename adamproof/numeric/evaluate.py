"""The value of a kernel term, and the truth of a proposition, in a model.

How values are computed: `compiling`; what is asked of propositions: `judging`.
"""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

from ..kernel.terms import RELATIONS, Term
from ..kernel.text import show
from .answers import Slack
from .compiling import Call as Call
from .compiling import State, compile_term
from .judging import Truth as Truth
from .judging import judged
from .models import Model
from .numbers import DIGITS, GUARD, TOLERANCE, precision
from .slack import measured


class Evaluator(State):
    """Evaluates terms in one model, remembering closed subterms, binders and function values; see State."""

    def __init__(self, model: Model, digits: int = DIGITS, most: float = math.inf) -> None:
        if digits < DIGITS:
            raise ValueError(f"digits must be at least {DIGITS}, because of the tolerances, not {digits}")
        super().__init__(model, digits, most)

    def value(self, term: Term) -> Any:
        """The value of a closed real term (Fraction if exact, else mpf) or integer term (int).

        Raises Undetermined, or ModelError when the model lacks a name.
        """
        with precision(self.digits + GUARD):
            return compile_term(term)(self, ())

    def truth(self, prop: Term, tolerance: Fraction = TOLERANCE, slacks: bool = True) -> Truth:
        """Whether a closed proposition holds; at 50 digits, up to the tolerance.  Raises Undetermined, ModelError.

        slacks: measure how far each instance is from failing, not only one that fails.
        """
        with precision(self.digits + GUARD):
            return judged(prop, self, (), tolerance, slacks)


def value(term: Term, model: Model, digits: int = DIGITS) -> Any:
    """The value of a closed term in a model: Fraction if exact, mpf otherwise, int for an integer term.

    Raises Undetermined where the logic leaves it open, ModelError where the model lacks a name.
    """
    return Evaluator(model, digits).value(term)


def slack(prop: Term, model: Model, digits: int = DIGITS) -> Slack:
    """Both sides of a relation in a model.  Raises TypeError when prop is not a relation; else as `value`."""
    if prop.op not in RELATIONS:
        raise TypeError(f"only a relation has a slack, not {show(prop)}")
    evaluator = Evaluator(model, digits)
    with precision(digits + GUARD):
        return measured(prop.op, *(evaluator.value(side) for side in prop.args))


def holds(prop: Term, model: Model, tolerance: Fraction = TOLERANCE, digits: int = DIGITS) -> Truth:
    """Whether a closed proposition holds in a model.  Raises Undetermined and ModelError as `value` does."""
    return Evaluator(model, digits).truth(prop, tolerance)
