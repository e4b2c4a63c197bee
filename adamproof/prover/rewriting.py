"""Equations as rewrite rules, and products of facts rewritten by them: what searches have in common.

Most searches of a process have the same equations as one before, and most of their products are of the same facts.
Both are kept for the next search, with the steps that they took: a search that finds them here counts these as if it
had computed them, so what it takes, and what it answers, does not depend on what was searched before.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache
from typing import Any, NamedTuple, TypeVar

from ..kernel.normal import Atom, Monomial, Poly, add_to, constant, difference, scaled, times, whole
from ..kernel.terms import Refusal, Term, reset_budget
from .effort import spend, taken
from .polynomials import Cofactors, Rule, atom_term, atom_text, atoms_of, ordered, reduce

T = TypeVar("T")
Kept = dict[Any, tuple[Any, float]]  # by a mark: what was computed, and its steps

MAX_EQUATIONS = 200  # lists of them that are kept; then all are forgotten
NEGATIONS = {"<=": "<", "<": "<=", "!=": "=="}  # of a goal, its sides exchanged


class Product:
    """A product of facts and squares after rewriting (None where it is too large); nobody changes the polynomial."""

    __slots__ = ("_mark", "_monomials", "reduced")  # there are many of them

    def __init__(self, reduced: Poly | None) -> None:
        self.reduced = reduced
        self._mark: frozenset[Any] | None = None
        self._monomials: tuple[Monomial, ...] | None = None

    @property
    def mark(self) -> frozenset[Any]:
        """By which equal polynomials are found."""
        if self._mark is None:
            self._mark = frozenset((self.reduced or {}).items())
        return self._mark

    @property
    def monomials(self) -> tuple[Monomial, ...]:
        """In an order that is the same in every process."""
        if self._monomials is None:
            self._monomials = tuple([monomial for monomial, _ in ordered(self.reduced or {})])
        return self._monomials


class Solved(NamedTuple):
    """base*atom == 1, as the equation at this place says: scale*(base*atom - 1) == 0."""

    place: int
    atom: Atom
    base: Poly
    scale: int
    powers: dict[int, Poly]  # of the base, as far as they have been computed


@dataclass(eq=False)
class Equations:
    """Equations sorted into rewrite rules, those about an inverse, and the rest; places are those among them.

    rules: each of an equation with a negative number.  definitions: what that is made of: a place, and cofactors of
    other rules' equations.  loose: equations that are neither, by place.
    """

    rules: list[Rule] = field(default_factory=list)
    inverses: list[Solved] = field(default_factory=list)
    definitions: dict[int, tuple[int, Cofactors]] = field(default_factory=dict)
    loose: dict[int, Poly] = field(default_factory=dict)
    kept: Kept = field(default_factory=dict)
    _products: dict[Any, Kept] = field(default_factory=dict)

    def reduced(self, prop: Term) -> Poly:
        """The polynomial of a relation, rewritten."""
        return recounted(self.kept, prop, lambda: reduce(reading(prop), self.rules))

    def spread(self, prop: Term) -> frozenset[Atom]:
        """Its atoms, seen through inverses and roots."""
        return recounted(self.kept, ("spread", prop), lambda: frozenset(spread(self.reduced(prop))))

    def products(self, *how: Any) -> Kept:
        """Where products are kept that are the same but for their factors: by how denominators are treated."""
        return self._products.setdefault(how, {})


_equations: Kept = {}


def recounted(store: Kept, mark: Any, compute: Callable[[], T]) -> T:
    """What is computed under a mark.  Its steps count at every use, other than with `effort.once`: once a question."""
    kept = store.get(mark)
    if kept is not None:
        spend(kept[1])
        found: T = kept[0]
        return found
    before = taken()
    value = compute()
    store[mark] = value, taken() - before
    return value


def equations(props: tuple[Term, ...]) -> Equations:
    """Equations, sorted.

    props: relations a == b, read as b - a == 0.
    """
    if len(_equations) > MAX_EQUATIONS:
        _equations.clear()
    return recounted(_equations, props, lambda: _sorted([reading(prop) for prop in props]))


@lru_cache(20_000)
def reading(prop: Term) -> Poly:
    """The right side of a relation minus the left one; nobody changes it."""
    lhs, rhs = prop.args
    return difference(rhs, lhs)


@lru_cache(20_000)
def atoms_in(prop: Term) -> frozenset[Atom]:
    """The atoms of a relation."""
    return frozenset(atoms_of(reading(prop)))


def _sorted(polys: Sequence[Poly]) -> Equations:
    reset_budget()
    found = Equations()
    plain = []
    for place, poly in enumerate(polys):
        if inverse := _inverse(place, poly):
            found.inverses.append(inverse)
        else:
            plain.append((place, poly))
    for place, poly in sorted(plain, key=lambda item: (len(item[1]), item[0])):
        cofactors: Cofactors = {}
        try:
            reduced = reduce(poly, found.rules, cofactors)
        except Refusal:  # too large when rewritten
            reset_budget()
            found.loose[place] = poly
            continue
        if not reduced:
            continue
        lead = _leading(reduced)
        if lead is None:
            found.loose[place] = poly
            continue
        atom, exponent, scale = lead
        rest = {m: whole(-c / Fraction(scale)) for m, c in reduced.items() if m != frozenset([(atom, exponent)])}
        name = -2 - len(found.definitions)
        found.definitions[name] = (place, cofactors)
        found.rules.append(Rule(name, atom, exponent, rest, scale))
    return found


def _inverse(place: int, poly: Poly) -> Solved | None:
    for atom in sorted((atom for atom in atoms_of(poly) if atom.head == "inv"), key=atom_text):
        base = dict(atom.args[0])
        product = times(base, {frozenset([(atom, 1)]): 1})
        add_to(product, constant(-1))
        for sign in (1, -1):
            if scaled(product, sign) == poly:
                return Solved(place, atom, base, sign, {})
    return None


def _leading(poly: Poly) -> tuple[Atom, int, Fraction] | None:
    """An atom by whose pure power the equation can be solved: it stands alone there and nowhere else."""
    best: tuple[tuple[object, ...], Atom, int, Fraction] | None = None
    for monomial, coefficient in poly.items():
        if len(monomial) != 1:
            continue
        ((atom, exponent),) = monomial
        if sum(1 for other in poly if any(a is atom for a, _ in other)) > 1:
            continue
        rank = (
            -exponent,
            atom.head not in ("var", "inv"),
            atom_term(atom).depth,
            len(atom_text(atom)),
            atom_text(atom),
        )
        if best is None or rank > best[0]:
            best = (rank, atom, exponent, Fraction(coefficient))
    return best[1:] if best else None


def spread(poly: Poly) -> set[Atom]:
    """The atoms of a polynomial, seen through inverses and roots."""
    found = set()
    for atom in atoms_of(poly):
        found.add(atom)
        if atom.head in ("inv", "sqrt", "abs", "sign"):
            found |= spread(dict(atom.args[0]))
    return found
