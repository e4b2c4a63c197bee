"""The lemmas' formulas as mathematics: plain ones become the kernel's terms, which the rest of a report shows."""

from __future__ import annotations

from dataclasses import replace
from functools import reduce
from typing import Any

from ...bounds.formulas.plain import Call, Expr, multiplied, powered
from ...kernel.terms import Term, make, number
from ...render import mathml

LARGEST_POWER = 4  # of the scale, that is looked for in a term
STYLE = replace(
    mathml.STYLE,
    names={
        **mathml.NAMES,
        "grad1": '<mrow><mo stretchy="false">|</mo><msub><mi>a</mi><mn>1</mn></msub><mo stretchy="false">|</mo></mrow>',
        "s0": "<msub><mi>σ</mi><mn>0</mn></msub>",
    },
)


def by_scale(formula: Expr, symbol: str, scale: Expr, mark: Any) -> Term:
    """A formula with the symbol of a scale (R) for its formula, where a power of that divides the term.

    mark is a symbol that only the scale's formula brings in: a power of the scale divides the term if it has gone.
    """
    for power in range(1, LARGEST_POWER) if mark in formula.free_symbols else ():
        rest = multiplied(formula, powered(scale, -power))
        if mark not in rest.free_symbols:
            factor = make("var", symbol, "real")
            factor = factor if power == 1 else make("pow", factor, make("int", power))
            parts = list(rest.args) if rest.is_Mul else [rest]
            numbers = [part for part in parts if part.is_Rational]  # which stand before all else
            others = [part for part in parts if not part.is_Rational]
            return _product([*map(term_of, numbers), factor, *map(term_of, others)])
    return term_of(formula)


def term_of(formula: Any) -> Term:
    """A plain formula as a real term of the kernel.  Raises ValueError on what has none."""
    if formula.is_Rational:
        return number(formula.value)
    if formula.is_Symbol:
        return make("var", formula.name, "real")
    if formula.is_Add:
        return reduce(lambda left, right: make("add", left, right), map(term_of, formula.args))
    if formula.is_Mul:
        return _product([term_of(factor) for factor in formula.args])
    if isinstance(formula, Call) and formula.head == "Abs":
        return make("abs", term_of(formula.args[0]))
    if formula.is_Pow and formula.exp.is_Rational and formula.exp.denominator <= 2:
        base = term_of(formula.base)
        top, bottom = formula.exp.numerator, formula.exp.denominator
        base = make("sqrt", base) if bottom == 2 else base
        base = base if abs(top) == 1 else make("pow", base, make("int", abs(top)))
        return make("inv", base) if top < 0 else base
    raise ValueError(f"{formula.key:.80} is not shown in the explorer")


def _product(factors: list[Term]) -> Term:
    return reduce(lambda left, right: make("mul", left, right), factors)


__all__ = ["STYLE", "by_scale", "term_of"]
