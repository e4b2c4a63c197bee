"""Plain text of terms and propositions: what the verifier prints is what it has checked.

The text is exact: it parses back to the same term (tests/kernel holds the parser).  Bound variables
are named here, apart from every free name in sight.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable

from .terms import BINDERS, QUANTIFIERS, RELATIONS, Function, Term, bound_sort_of, free, reset_budget, spend

POOLS = {"int": ("k", "i", "n", "l"), "point": ("w",), "real": ("s", "y", "z")}
# Binding strength, loosest first.
IMPLIES, RELATION, SUM, PRODUCT, POWER, TIGHT = range(6)


def show(term: Term, counted: bool = False) -> str:
    """The text of a term or proposition.  Its steps are limited; they are added to those of the caller if counted."""
    before = reset_budget()
    names = {symbol.name if type(symbol) is Function else symbol.args[0] for symbol in free(term)}
    text, _ = _show(term, (), frozenset(names))
    cost = reset_budget(before)
    if counted:
        spend(cost)
    return text


def _show(term: Term, bound: tuple[str, ...], used: frozenset[str]) -> tuple[str, int]:
    """The text and how tightly it binds; bound holds the names of the open binders, innermost first."""
    text, strength = _parts(term, bound, used)
    spend(1 + len(text) // 64)
    return text, strength


def _parts(term: Term, bound: tuple[str, ...], used: frozenset[str]) -> tuple[str, int]:
    def at(part: Term, least: int) -> str:
        text, strength = _show(part, bound, used)
        return text if strength >= least else f"({text})"

    op, args = term.op, term.args
    if op in ("rat", "int"):
        return str(args[0]), SUM if args[0] < 0 else TIGHT if args[0].denominator == 1 else POWER
    if op == "var":
        return args[0], TIGHT
    if op == "bound":
        return (bound[args[0]] if args[0] < len(bound) else f"?{args[0]}"), TIGHT
    if op == "real":
        return _show(args[0], bound, used)
    if op == "add":
        return _sum([_signed(arg, at) for arg in args]), SUM
    if op == "mul":
        negative, text = _signed(term, at)
        return (f"-{text}", SUM) if negative else (text, PRODUCT)
    if op == "pow":
        return f"{at(args[0], TIGHT)}^{at(args[1], TIGHT)}", POWER
    if op in RELATIONS:
        return f"{at(args[0], SUM)} {op} {at(args[1], SUM)}", RELATION
    if op == "implies":
        return f"{at(args[0], RELATION)} -> {at(args[1], IMPLIES)}", IMPLIES
    if op in BINDERS or op in QUANTIFIERS:
        sort = bound_sort_of(op)
        name = _new_name(sort, used.union(bound))
        inside = _show(args[-1], (name, *bound), used)[0]
        if op in QUANTIFIERS:
            return f"forall {name}: {sort}. {inside}", IMPLIES
        return f"{op}({', '.join([name, *(at(arg, SUM) for arg in args[:-1]), inside])})", TIGHT
    head, rest = (args[0].name, args[1:]) if op == "app" else (op, args)
    return f"{head}({', '.join(at(arg, SUM) for arg in rest)})", TIGHT


def _signed(term: Term, at: Callable[[Term, int], str]) -> tuple[bool, str]:
    """A summand as (negative, text of a product); -3 and -1*b*c are written with a minus sign."""
    if _is_literal(term) and term.args[0] < 0:
        return True, str(-term.args[0])
    if term.op != "mul":
        return False, at(term, PRODUCT)
    factors: tuple[Term, ...] = term.args
    negative = _is_literal(factors[0]) and factors[0].args[0] == -1
    if negative and len(factors) == 2 and _is_literal(factors[1]):
        negative = False  # -3 is the number; (-1)*3 the product
    if negative:
        factors = factors[1:]
    text = at(factors[0], POWER)
    for factor in factors[1:]:
        if factor.op == "inv" and not _is_literal(factor.args[0]):
            text += f"/{at(factor.args[0], POWER)}"
        else:
            text += f"*{at(factor, POWER)}"
    return negative, text


def _is_literal(term: Term) -> bool:
    return term.op in ("rat", "int")


def _new_name(sort: str, used: frozenset[str]) -> str:
    spend(len(used))  # at most so many are tried
    candidates = (f"{name}{number or ''}" for number in itertools.count() for name in POOLS[sort])
    return next(candidate for candidate in candidates if candidate not in used)


def _sum(parts: list[tuple[bool, str]]) -> str:
    text = "".join(f" {'-' if negative else '+'} {part}" for negative, part in parts)
    return f"-{text[3:]}" if parts[0][0] else text[3:]
