"""What statements are written with, in SymPy: variables, sequences, powers, binders, forall.

A binder's variable is replaced by one that no free variable is equal to, so that SymPy's substitution captures nothing.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import sympy
from sympy.core.function import UndefinedFunction

from ..kernel.terms import INT


class Point(sympy.Symbol):  # type: ignore[misc]
    """A sample point: what random quantities depend on, and what E binds.

    name: of the point, one word.  assumptions: for SymPy, none by default.
    """


def reals(names: str) -> Any:
    """Real variables, as SymPy symbols: ``b1, b2 = reals("b1 b2")``.

    names: separated by spaces.  One name gives one symbol, several give a tuple.
    """
    return sympy.symbols(names, real=True)


def integers(names: str) -> Any:
    """Integer variables, as SymPy symbols.

    names: separated by spaces.  One name gives one symbol, several give a tuple.
    """
    return sympy.symbols(names, integer=True)


def function(name: str, *sorts: str) -> Any:
    """A function symbol with declared argument sorts (default: one integer), real valued: a sequence m(k).

    name: one word.  sorts: of the arguments in order, "int", "real" or "point".
    """
    # The sorts are part of what SymPy compares: it keeps f(x), and would hand it to another f of the same name.
    return UndefinedFunction(name, argument_sorts=sorts or (INT,), real=True)


class power(sympy.Function):  # type: ignore[misc]  # noqa: N801 - written like a function
    """x^n for an integer n, kept as written: SymPy's own b**t is rearranged on sight, this never is.

    args: x, a real, and n, an integer.
    """

    nargs = 2
    is_real = True

    def _latex(self, printer: Any, exp: Any = None) -> str:
        base = printer.parenthesize(self.args[0], 1000)
        text = f"{base}^{{{printer._print(self.args[1])}}}"
        return rf"\left({text}\right)^{{{exp}}}" if exp else text


class real_power(sympy.Function):  # type: ignore[misc]  # noqa: N801 - written like a function
    """x^r for a real exponent, kept as written: SymPy turns sqrt(y)**r into y**(r/2) on sight.

    args: x and r, two reals.
    """

    nargs = 2
    is_real = True
    _latex = power._latex


class _Bound(sympy.Symbol):  # type: ignore[misc]
    """The variable of a binder, inside of it: no free variable is equal to it, so that no substitution is captured.

    It prints and sorts like the symbol that it stands for.  `depth` tells nested binders apart.
    """

    def __new__(cls, symbol: Any, depth: int) -> Any:
        made = sympy.Symbol.__xnew__(cls, symbol.name, **symbol._assumptions_orig)
        made.symbol, made.depth = symbol, depth
        return made

    def __getnewargs_ex__(self) -> Any:
        return (self.symbol, self.depth), {}

    def _hashable_content(self) -> Any:
        return (*super()._hashable_content(), type(self.symbol).__name__, self.depth)

    def sort_key(self, order: Any = None) -> Any:
        return self.symbol.sort_key(order)


def stands_for(expression: Any) -> Any:
    """The symbol that the variable of a binder stands for; any other expression as it is."""
    return expression.symbol if isinstance(expression, _Bound) else expression


def _made_bound(symbol: Any, body: Any) -> tuple[Any, Any]:
    """The variable for a binder over this body, and the body with it in place of the symbol."""
    if not isinstance(symbol, sympy.Symbol) or isinstance(symbol, _Bound):
        return symbol, body  # refused by the translation; or SymPy builds a binder anew from its parts
    depth = max((found.depth + 1 for found in body.atoms(_Bound)), default=0)
    variable = _Bound(symbol, depth)
    return variable, _renamed(body, symbol, variable)


def _renamed(expression: Any, old: Any, new: Any) -> Any:
    """One symbol for another, everything else kept as it is: SymPy's own replacements evaluate what they touch."""
    if expression == old:
        return new
    if old not in expression.free_symbols:
        return expression
    args = [_renamed(arg, old, new) for arg in expression.args]
    if isinstance(expression, (sympy.Add, sympy.Mul, sympy.Pow, sympy.Function)):
        return expression.func(*args, evaluate=False)
    return expression.func(*args)


def _apart(variable: Any, parts: Iterable[Any]) -> Any:
    """How to print a binder's variable: by another name if another symbol in these parts has the same."""
    taken = {symbol.name for part in parts for symbol in part.free_symbols if symbol != variable}
    if variable.name not in taken:
        return variable
    return sympy.Symbol(next(name for n in itertools.count(1) if (name := f"{variable.name}_{n}") not in taken))


class _Functional(sympy.Expr):  # type: ignore[misc]
    """A linear functional over a bound variable: E(body, w), Integral01(body, s)."""

    is_commutative = True
    is_real = True

    def __new__(cls, body: Any, variable: Any) -> Any:
        variable, body = _made_bound(sympy.sympify(variable), sympy.sympify(body))
        return super().__new__(cls, body, variable)

    @property
    def bound_symbols(self) -> list[Any]:
        return [self.args[1]]

    @property
    def free_symbols(self) -> set[Any]:
        free: set[Any] = self.args[0].free_symbols - {self.args[1]}
        return free

    def _sympystr(self, printer: Any) -> str:
        body, variable = self.args
        shown = _apart(variable, [body])
        return f"{type(self).__name__}({printer._print(_renamed(body, variable, shown))}, {printer._print(shown)})"


class E(_Functional):
    """Expectation over a sample point: E(body, w).

    body: a real expression that may depend on the point.  variable: the Point that is bound.
    """


class Integral01(_Functional):
    """Integral over 0 <= s <= 1: Integral01(body, s).

    body: a real expression that may depend on the variable.  variable: the real symbol that is bound.
    """


class Sum(sympy.Sum):  # type: ignore[misc]
    """A finite sum, Sum(body, (k, low, high)).  SymPy's own captures what is substituted into it, this does not.

    body: a real expression.  limits: one (k, low, high), an integer symbol and integer expressions, low and high
    included.
    assumptions: for SymPy, none by default.
    """

    def __new__(cls, body: Any, *limits: Any, **assumptions: Any) -> Any:
        made = sympy.sympify(body)
        for limit in limits:
            symbol, *ends = limit if isinstance(limit, (tuple, list, sympy.Tuple)) else (limit,)
            variable, made = _made_bound(sympy.sympify(symbol), made)
            made = super().__new__(cls, made, (variable, *ends), **assumptions)
        return made

    def _sympystr(self, printer: Any) -> str:
        """As SymPy prints it, but that no free symbol looks as if it were bound."""
        body, limits = self.function, [list(limit) for limit in self.limits]
        for place, (variable, *_) in enumerate(limits):
            parts = [body, *(part for limit in limits for part in limit)]
            shown = _apart(variable, parts)
            body = _renamed(body, variable, shown)
            limits[place][0] = shown
            for inner in limits[:place]:  # the ranges in which the variable may occur
                inner[1:] = [_renamed(end, variable, shown) for end in inner[1:]]
        ranges = ", ".join(f"({', '.join(map(printer._print, limit))})" for limit in limits)
        return f"Sum({printer._print(body)}, {ranges})"


@dataclass(frozen=True)
class Forall:
    """For all variables under the conditions, the conclusion: Forall(t, m(t + 1) == ..., given=[0 <= t]).

    variables: a tuple of symbols.  conclusion: a statement.  given: statements.
    """

    variables: tuple[Any, ...]
    conclusion: Any
    given: tuple[Any, ...] = ()


@dataclass(frozen=True)
class Integrable:
    """That an expectation or integral has an integrable integrand: Integrable(E(body, w)).

    functional: E(...) or Integral01(...).
    """

    functional: Any


def forall(variables: Any, conclusion: Any, given: Iterable[Any] = ()) -> Forall:
    """Forall with one variable or several.

    variables: a symbol or several.  conclusion: a statement.  given: statements, the conditions.
    """
    if not isinstance(variables, (tuple, list)):
        variables = (variables,)
    return Forall(tuple(variables), conclusion, tuple(given))
