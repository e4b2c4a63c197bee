"""Substitution as Coq does it: an integer put in place of a variable stays under IZR.

The kernel pushes the coercion to the leaves, so that real(k) at k := n + 1 is real(n) + 1; in Coq it is
IZR (n + 1), which equals but is not that.  Terms here may hold such a `real` of a compound integer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

from ...kernel.terms import REAL, Function, FunctionBody, Term, bound_sort_of, free, fresh, is_binder, make, unchecked

_coerced: dict[Term, Term] = {}


def coerced(integer: Term) -> Term:
    """IZR of an integer term, whatever it is."""
    if integer.op == "int":
        return make("rat", Fraction(integer.args[0]))
    if integer.op in ("var", "bound"):
        return make("real", integer)
    if integer not in _coerced:
        _coerced[integer] = unchecked("real", (integer,), REAL)
    return _coerced[integer]


def rebuilt(term: Term, change: Callable[[Term, int], Term], level: int = 0) -> Term:
    """The term with its variables changed; level counts the binders above them."""
    if term.op in ("var", "bound"):
        return change(term, level)
    args = [
        rebuilt(arg, change, level + (is_binder(term.op) and position == len(term.args) - 1))
        if type(arg) is Term
        else arg
        for position, arg in enumerate(term.args)
    ]
    return coerced(args[0]) if term.op == "real" else make(term.op, *args)


def opened(binder: Term, value: Term) -> Term:
    """The body of a binder at a closed value."""
    return rebuilt(binder.args[-1], lambda leaf, level: value if leaf.op == "bound" and leaf.args[0] == level else leaf)


def bound(op: str, variable: Term, *args: Term) -> Term:
    """The binder op over the last argument, with the variable made nameless in it."""
    body = rebuilt(args[-1], lambda leaf, level: make("bound", level, variable.sort) if leaf is variable else leaf)
    return make(op, *args[:-1], body)


def substituted(
    term: Term, variables: Mapping[Term, Term], functions: Mapping[Function, FunctionBody] | None = None
) -> Term:
    """Free variables and function symbols replaced, all at once and without capture."""
    functions = functions or {}
    touched = {*variables, *functions}

    def go(node: Term) -> Term:
        if touched.isdisjoint(free(node)):
            return node
        if node.op == "var":
            return variables[node]
        if is_binder(node.op):
            variable = fresh(bound_sort_of(node.op))
            return bound(node.op, variable, *(go(arg) for arg in node.args[:-1]), go(opened(node, variable)))
        args: list[Any] = [go(arg) if type(arg) is Term else arg for arg in node.args]
        if node.op == "app" and node.args[0] in functions:
            parameters, body = functions[node.args[0]]
            return substituted(body, dict(zip(parameters, args[1:], strict=True)))
        return coerced(args[0]) if node.op == "real" else make(node.op, *args)

    return go(term)
