"""Normal forms as terms again, in an order that is the same in every process."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ...kernel.normal import Atom, Monomial, Number, Poly, normal
from ...kernel.terms import BINDERS, INT, POINT, REAL, Term, free, make, number
from ...kernel.text import show as kernel_text
from . import raw
from .text import LARGEST_POWER, is_literal_power

ZERO, UNIT = number(0), number(1)

_keys: dict[Atom, str] = {}


def atom_key(atom: Atom) -> str:
    """A text that orders atoms, the same in every process."""
    if atom not in _keys:
        _keys[atom] = f"{atom.head}({', '.join(_part_key(arg) for arg in atom.args)})"
    return _keys[atom]


def _part_key(part: Any) -> str:
    if type(part) is Atom:
        return atom_key(part)
    if type(part) is frozenset:
        return "{" + "; ".join(sorted(f"{_part_key(first)}^{second}" for first, second in part)) + "}"
    return f"{kernel_text(part)}: {part.sort}" if type(part) is Term else repr(part)


def ordered(poly: Poly) -> list[tuple[Monomial, Number]]:
    """The monomials of a polynomial, in an order that is the same in every process."""
    return sorted(poly.items(), key=lambda item: (len(item[0]) == 0, _part_key(item[0])))


def term_of(poly: Poly, sort: str = REAL) -> Term:
    """The normal form as a term again."""
    parts = [monomial_term(monomial, coefficient, sort) for monomial, coefficient in ordered(poly)]
    if not parts:
        return _literal(0, sort)
    return parts[0] if len(parts) == 1 else make("add", *parts)


def _literal(value: Number, sort: str) -> Term:
    return number(value) if sort == REAL else make("int", int(value))


def monomial_term(monomial: Monomial, coefficient: Number, sort: str = REAL) -> Term:
    factors = [] if coefficient == 1 and monomial else [_literal(coefficient, sort)]
    for atom, exponent in sorted(monomial, key=lambda factor: atom_key(factor[0])):
        base = atom_term(atom, sort)
        if sort == INT:
            factors += [base] * exponent
        else:
            factors += [base] if exponent == 1 else powers(base, exponent)
    return factors[0] if len(factors) == 1 else make("mul", *factors)


def parts_of(exponent: int) -> list[int]:
    """An exponent as a sum of such that Coq computes with: two at most, for the kernel's are below 10,000."""
    return [LARGEST_POWER, exponent - LARGEST_POWER] if exponent > LARGEST_POWER else [exponent]


def powers(base: Term, exponent: int) -> list[Term]:
    """The factors of a power, each of which is Coq's own."""
    return [make("pow", base, make("int", part)) for part in parts_of(exponent)]


def atom_term(atom: Atom, sort: str = REAL) -> Term:
    head, args = atom.head, atom.args
    if head in ("var", "bound"):
        leaf = args[0] if head == "var" else make("bound", *args)
        return make("real", leaf) if sort == REAL and leaf.sort == INT else leaf
    if head == "app":
        return make("app", args[0], *(_argument_term(arg, s) for arg, s in zip(args[1:], args[0].sorts, strict=True)))
    if head in BINDERS:
        body = monomial_term(args[-1], 1)
        return make(head, *(term_of(dict(arg), INT) for arg in args[:-1]), body)
    if head == "pow":
        return make("pow", term_of(dict(args[0])), term_of(dict(args[1]), INT))
    return make(head, *(term_of(dict(arg)) for arg in args))


def _argument_term(arg: Any, sort: str) -> Term:
    if sort == POINT:
        return atom_term(arg)
    return term_of(dict(arg), sort)


def split(monomial: Monomial, coefficient: Number, variable: Term) -> tuple[Term, Term]:
    """(the coefficient and the factors without the variable, the factors with it)."""
    inside = frozenset(factor for factor in monomial if variable in free(atom_term(factor[0])))
    return monomial_term(monomial - inside, coefficient), monomial_term(inside, 1)


def canonical(op: str, variable: Term, bounds: Sequence[Term], inside: Term) -> Term:
    """The binder over a monomial, in normal form."""
    return term_of(normal(raw.bound(op, variable, *bounds, inside)))


def is_leaf(term: Term) -> bool:
    """Whether a real term is no sum, product, literal or literal power."""
    return term.op not in ("rat", "add", "mul") and not is_literal_power(term)
