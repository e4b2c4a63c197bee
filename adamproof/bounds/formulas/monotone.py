"""Whether an expression can grow, or fall, with one of its symbols, judged by its form."""

from __future__ import annotations

from typing import Any


def never_grows(part: Any, symbol: Any) -> bool:
    """Whether an expression of non-negative parts surely does not grow with a symbol, judged by its form."""
    if symbol not in part.free_symbols:
        return True
    if part.is_Add or part.is_Mul:
        return all(never_grows(argument, symbol) for argument in part.args)
    if part.is_Pow and part.exp.is_Rational:
        return never_grows(part.base, symbol) if part.exp > 0 else never_shrinks(part.base, symbol)
    return False


def never_shrinks(part: Any, symbol: Any) -> bool:
    if symbol not in part.free_symbols or part == symbol:
        return True
    if part.is_Add or part.is_Mul:
        return all(never_shrinks(argument, symbol) for argument in part.args)
    if part.is_Pow and part.exp.is_Rational:
        return never_shrinks(part.base, symbol) if part.exp > 0 else never_grows(part.base, symbol)
    return False


__all__ = ["never_grows", "never_shrinks"]
