"""Between the calculator's plain formulas and SymPy's expressions, and what only SymPy can do with the former.

A plain formula becomes SymPy's by its own `_sympy_`.  The other way every argument keeps its place, so that both are
evaluated in the same order.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from functools import lru_cache
from typing import Any

import sympy
from sympy.core.relational import LessThan, Relational, StrictLessThan

from ...prover import power, real_power
from ...support.parsing import Parser
from . import symbols
from .plain import INTEGER, NONNEGATIVE, POSITIVE, REAL, Add, Call, Expr, Mul, Opaque, Pow, Rational, Symbol
from .statement import Relation

SYMBOLS: Mapping[str, Any] = {name: symbol._sympy_() for name, symbol in symbols.SYMBOLS.items()}
NAME_OF: Mapping[Any, str] = {symbol: name for name, symbol in SYMBOLS.items()}
_HEADS = {sympy.log: "log", sympy.Abs: "Abs", power: "power", real_power: "real_power"}


class NotPlain(ValueError):
    """An expression that no plain formula is; the message shows it."""


@lru_cache(maxsize=4096)
def plain_form(expression: Any) -> Expr:
    """A SymPy expression as a plain formula.  Raises NotPlain."""
    if expression.is_Rational:
        return Rational(Fraction(int(expression.p), int(expression.q)))
    if expression.is_Symbol:
        return _symbol(expression)
    if isinstance(expression, sympy.Sum):
        return _sum(expression)
    if expression.is_Add or expression.is_Mul or expression.is_Pow:
        kind = Add if expression.is_Add else Mul if expression.is_Mul else Pow
        return kind(*map(plain_form, expression.args))
    if expression.is_number and not expression.args:
        return Opaque(str(expression), type(expression).__name__)
    if expression.func in _HEADS:
        return Call(_HEADS[expression.func], *map(plain_form, expression.args))
    raise NotPlain(f"{expression} ({type(expression).__name__})")


def _symbol(symbol: Any) -> Symbol:
    for assumed in (REAL, INTEGER, NONNEGATIVE, POSITIVE):
        found = Symbol(symbol.name, assumed)
        if found._sympy_() == symbol:
            return found
    raise NotPlain(f"the symbol {symbol}")


def _sum(total: Any) -> Call:
    """1 + x + ... + x^(t-1), the only sum that formulas of magnitudes have (the lemma `geometric-sum`)."""
    (index, lower, upper), *others = total.limits
    body = total.function
    if others or lower != 0 or not isinstance(body, power) or body.args[1] != index or body.args[0].has(index):
        raise NotPlain(f"{total} is not a geometric sum")
    return Call("Sum", plain_form(body.args[0]), plain_form(upper + 1))


@lru_cache(maxsize=256)
def plain_relation(relation: Relational) -> Relation:
    """A relation <= or < of SymPy's as a plain one.  Raises NotPlain."""
    if not isinstance(relation, LessThan | StrictLessThan):
        raise NotPlain(str(relation))
    left, right = map(plain_form, relation.args)
    return Relation(left, right, isinstance(relation, StrictLessThan), written(relation))


def by_sympy(expression: Expr, values: Mapping[Symbol, Expr]) -> Expr:
    """The formula with values in place of symbols, combined by SymPy."""
    return plain_form(expression._sympy_().xreplace({s._sympy_(): value._sympy_() for s, value in values.items()}))


def written(relation: Relational) -> str:
    """A relation in the names of the inputs."""
    sign = "<" if isinstance(relation, StrictLessThan) else "<="
    names = {symbol: sympy.Symbol(name) for symbol, name in NAME_OF.items()}
    left, right = (str(side.xreplace(names)).replace("**", "^") for side in relation.args)
    return f"{left} {sign} {right}"


class SymbolicFormula(Parser):
    """A number or a formula in T and d, as a SymPy expression: for what plain formulas cannot combine."""

    accepted = "1e-3, 1/2, T^-1/2 or 0.5/sqrt(d)"
    known = "only T and d stand for numbers"

    def constant(self, value: Fraction) -> Any:
        return sympy.Rational(value.numerator, value.denominator)

    def named(self, name: str) -> Any:
        return {"T": SYMBOLS["steps"], "d": SYMBOLS["dim"]}.get(name)

    def fixed(self, value: Any) -> bool:
        return bool(value.is_Rational)

    def power(self, value: Any, exponent: Fraction) -> Any:
        found = value ** self.constant(exponent)
        if found.is_real is False:
            raise self.refused("a root of a negative number is not real")
        return found

    def root(self, value: Any, degree: int) -> Any:
        if value.is_negative:
            raise self.refused("a root of a negative number is not real")
        return value ** sympy.Rational(1, degree)


__all__ = [
    "NAME_OF",
    "SYMBOLS",
    "NotPlain",
    "SymbolicFormula",
    "by_sympy",
    "plain_form",
    "plain_relation",
    "written",
]
