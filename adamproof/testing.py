"""Assertions about orders of magnitude, for anyone's tests: that a bound has the rate that its text claims.

    from adamproof.testing import assert_rate

    def test_the_rate_of_our_bound():
        assert_rate(D / (gamma0 * T ** Rational(1, 4)) + sqrt(log(T) / T), T, Rational(-1, 4))

Every symbol but T and d is a positive constant; under a schedule b1, b2 and gamma are what it makes of them.  Where
the leading coefficient is a difference of constants, such as 2*alpha - beta, it is taken to be positive.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import sympy

from .bounds.orders.affine import exact
from .bounds.orders.asymptotics import Order, order
from .bounds.orders.power_law import OrderError, Schedule


def assert_rate(expr: Any, T: Any, exponent: Any, schedule: Schedule | None = None) -> None:
    """Fail unless expr = Theta(T^exponent), up to powers of ln T and whatever it depends on besides T.

    expr may be an expression or the terms of a bound by name; T is its symbol for the horizon.

    exponent: as in `assert_order`.  schedule: how the hyperparameters depend on T, or None.
    Raises AssertionError, with the rate that was found, where it is another or there is none; TypeError as
    `assert_order`.
    """
    wanted = exact(exponent)
    found, largest = _found(expr, T, schedule)
    if found.T != wanted:
        also = " (the sign is the other way round)" if found.T == -wanted else ""
        raise AssertionError(
            f"{_short(expr)} is Theta({found}): the exponent of T is {found.T}, not {wanted}{also}{largest}"
        )


def assert_order(expr: Any, T: Any, exponent: Any, d: Any = 0, log: Any = 0, schedule: Schedule | None = None) -> None:
    """Fail unless expr = Theta(T^exponent * d^d * ln(T)^log), exactly these.

    expr: a SymPy expression.  T: its symbol for the number of steps, or the symbol's name.
    exponent, d, log: exact numbers, as int, Fraction, a SymPy Rational or text such as "-1/4"; no floats.
    schedule: how the hyperparameters depend on T and d; None where expr has only T and d.
    Raises AssertionError, with the order that was found, where it is another or there is none; TypeError where expr
    is no
    expression, T no symbol, or a number not exact.
    """
    wanted = Order(exact(exponent), exact(d), exact(log))
    found, largest = _found(expr, T, schedule)
    if found != wanted:
        raise AssertionError(f"{_short(expr)} is Theta({found}), not Theta({wanted}){largest}")


def _found(expr: Any, T: Any, schedule: Schedule | None) -> tuple[Order, str]:
    """The order of an expression or of the sum of some terms, and which of several summands is as large as that."""
    terms = {name: _renamed(term, T) for name, term in _terms(expr).items()}
    try:
        found = order(sympy.Add(*terms.values()), schedule)
    except OrderError as failure:
        raise AssertionError(f"{_short(expr)} has no order of magnitude: {failure}") from failure
    return found, _largest(terms, found, schedule)


def _terms(expr: Any) -> dict[str, Any]:
    parts = expr.values() if isinstance(expr, Mapping) else [expr]
    for part in parts:
        if isinstance(part, bool) or not isinstance(part, (sympy.Expr, int, Fraction)):
            raise TypeError(f"{part!r:.60} ({type(part).__name__}) is not an expression")
    if isinstance(expr, Mapping):
        return {str(name): sympy.sympify(part) for name, part in expr.items()}
    return {str(part): part for part in sympy.Add.make_args(sympy.sympify(expr))}


def _largest(terms: Mapping[str, Any], found: Order, schedule: Schedule | None) -> str:
    names = []
    for name, term in terms.items():
        try:
            if order(term, schedule) == found:
                names.append(name)
        except OrderError:  # a part without an order of its own is not named
            continue
    return f"; because of {', '.join(names)}" if names and len(terms) > 1 else ""


def _renamed(term: Any, T: Any) -> Any:
    """The term with the horizon called T; a symbol that is already called so must be the horizon itself."""
    horizon = sympy.Symbol(T) if isinstance(T, str) else T
    if not isinstance(horizon, sympy.Symbol):
        raise TypeError(f"the horizon must be a symbol or its name, not {T!r:.60}")
    same = {symbol: sympy.Symbol("T", positive=True) for symbol in term.free_symbols if symbol.name == horizon.name}
    return term.xreplace(same)


def _short(expr: Any) -> str:
    text = " + ".join(expr) if isinstance(expr, Mapping) else str(expr)
    return text if len(text) <= 200 else f"{text[:197]}..."


__all__ = ["Schedule", "assert_order", "assert_rate"]
