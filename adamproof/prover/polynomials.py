"""Working with the kernel's polynomials outside the kernel: back to terms, rewriting, denominators.

Nothing here is trusted: what it computes becomes the arguments of `arith`, which checks them exactly.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache, lru_cache
from typing import Any

from ..kernel.normal import ONE, Atom, Monomial, Number, Poly, add_to, constant, join, power, scaled, times, whole
from ..kernel.terms import BINDERS, INT, REAL, Term, make, number
from ..kernel.text import show
from .arithmetic import accumulate, degrees, joined, product, split
from .effort import spend

# --- back to terms ------------------------------------------------------------------------------


@cache
def atom_term(atom: Atom) -> Term:
    """The kernel term whose normal form is this one atom."""
    head, args = atom.head, atom.args
    if head == "var":
        variable: Term = args[0]
        return make("real", variable) if variable.sort == INT else variable
    if head == "bound":
        bound = make("bound", *args)
        return make("real", bound) if args[1] == INT else bound
    if head == "app":
        values = (_argument(arg, sort) for arg, sort in zip(args[1:], args[0].sorts, strict=True))
        return make("app", args[0], *values)
    if head in BINDERS:
        bounds = (_argument(arg, INT) for arg in args[:-1])
        return make(head, *bounds, poly_term({args[-1]: 1}))
    sorts = (REAL, INT) if head == "pow" else (REAL,) * len(args)
    return make(head, *(_argument(arg, sort) for arg, sort in zip(args, sorts, strict=True)))


def _argument(arg: Any, sort: str) -> Term:
    if type(arg) is Atom:  # a sample point
        return make("bound", *arg.args) if arg.head == "bound" else arg.args[0]
    return poly_term(dict(arg), sort)


@cache
def atom_text(atom: Atom) -> str:
    """What atoms are ordered by: their printed text, the same in every process."""
    return show(atom_term(atom))


@lru_cache(100_000)
def monomial_key(monomial: Monomial) -> tuple[int, list[tuple[str, int]]]:
    """Degree first, then text: a deterministic order of monomials."""
    return sum(e for _, e in monomial), sorted((atom_text(a), e) for a, e in monomial)


def ordered(poly: Poly) -> list[tuple[Monomial, Number]]:
    return sorted(poly.items(), key=lambda item: monomial_key(item[0]))


def poly_term(poly: Poly, sort: str = REAL) -> Term:
    """A kernel term with this normal form."""
    parts = [_monomial_term(monomial, coefficient, sort) for monomial, coefficient in ordered(poly)]
    if not parts:
        return make("int", 0) if sort == INT else number(0)
    return parts[0] if len(parts) == 1 else make("add", *parts)


def _monomial_term(monomial: Monomial, coefficient: Number, sort: str) -> Term:
    factors = []
    for atom, exponent in sorted(monomial, key=_factor_key):
        base = atom_term(atom)
        if sort == INT:
            factors += [_integer_atom(base)] * exponent
        else:
            factors.append(base if exponent == 1 else make("pow", base, make("int", exponent)))
    if coefficient != 1 or not factors:
        factors.insert(0, make("int", int(coefficient)) if sort == INT else number(coefficient))
    return factors[0] if len(factors) == 1 else make("mul", *factors)


def _factor_key(factor: tuple[Atom, int]) -> tuple[bool, str]:
    """Divisors come last, otherwise by text."""
    return factor[0].head == "inv", atom_text(factor[0])


def _integer_atom(base: Term) -> Term:
    integer: Term = base.args[0]
    return integer


def atoms_of(poly: Poly) -> set[Atom]:
    return {atom for monomial in poly for atom, _ in monomial}


@lru_cache(50_000)
def inner_atoms(atom: Atom) -> frozenset[Atom]:
    """The closed atoms inside an atom's arguments."""
    return frozenset(_inner_atoms(atom))


def _inner_atoms(atom: Atom) -> Iterator[Atom]:
    for arg in atom.args:
        if type(arg) is frozenset:
            parts = [monomial for monomial, _ in arg] if atom.head not in BINDERS else _monomials(arg)
            for monomial in parts:
                for inner, _ in monomial:
                    if not inner.loose:
                        yield inner
                    yield from (deeper for deeper in inner_atoms(inner) if not deeper.loose)


def _monomials(arg: frozenset[Any]) -> list[Monomial]:
    """The monomials of a binder's argument: a bound (a polynomial) or the body (one monomial)."""
    if all(type(first) is Atom for first, _ in arg):
        return [arg]
    return [first for first, _ in arg]


def all_atoms(polys: Iterable[Poly]) -> list[Atom]:
    """Every closed atom in sight, inner ones too, in a deterministic order (inner first)."""
    found: set[Atom] = set()
    for poly in polys:
        for atom in atoms_of(poly):
            if atom not in found:
                found.add(atom)
                found.update(inner_atoms(atom))
    return sorted(found, key=lambda a: (atom_term(a).depth, atom_text(a)))


# --- rewriting with cofactors -------------------------------------------------------------------


@dataclass(frozen=True)
class Rule:
    """An equation e (of index `equation`) read as scale * (lead^exponent - rest)."""

    equation: int
    lead: Atom
    exponent: int
    rest: Poly
    scale: Number


@dataclass(frozen=True)
class Inverse:
    """An equation scale * (base * inverse - 1) == 0 (of index `equation`), and the base's sign."""

    equation: int
    inverse: Atom
    base: Poly
    scale: int
    positive: int | None  # the fact 0 < base
    nonzero: int | None  # the fact base != 0
    _powers: dict[int, Poly] = field(default_factory=dict, compare=False)

    @property
    def signed(self) -> bool:
        """Whether products may be multiplied by the base."""
        return self.positive is not None or self.nonzero is not None

    @property
    def signs(self) -> tuple[int | None, int | None]:
        """The facts about the base's sign."""
        return self.positive, self.nonzero

    def power(self, n: int) -> Poly:
        """base^n."""
        if n not in self._powers:
            self._powers[n] = power(self.base, n)
        return self._powers[n]


Cofactors = dict[int, Poly]


def reduce_once(poly: Poly, rule: Rule) -> tuple[Poly, Poly]:
    """poly == reduced + cofactor * equation."""
    parts = split(poly, rule.lead, degree_in(poly, rule.lead))
    if max(parts, default=0) < rule.exponent:
        return poly, {}
    reduced: Poly = {}
    cofactor: Poly = {}
    powers: list[Poly] = [constant(1)]  # of rest
    for exponent, coefficient in parts.items():
        full, left = divmod(exponent, rule.exponent)
        while len(powers) <= full:
            powers.append(times(powers[-1], rule.rest))
        tail: Monomial = frozenset([(rule.lead, left)]) if left else ONE
        shifted = {join(monomial, tail): c for monomial, c in coefficient.items()}
        add_to(reduced, times(shifted, powers[full]))
        for i in range(full):  # L^n - r^n == (L - r) * sum L^i r^(n-1-i)
            lead_power: Monomial = frozenset([(rule.lead, i * rule.exponent)]) if i else ONE
            factor = {join(monomial, lead_power): c for monomial, c in powers[full - 1 - i].items()}
            add_to(cofactor, times(shifted, factor))
    return reduced, cofactor if rule.scale == 1 else scaled(cofactor, 1 / Fraction(rule.scale))


def reduce(poly: Poly, rules: Iterable[Rule], cofactors: Cofactors | None = None, factor: Poly | None = None) -> Poly:
    """Rewrite poly to the end, adding factor * cofactor of each equation to `cofactors`."""
    rules = list(rules)
    if cofactors is None:
        return _rewritten(poly, rules)
    changed = True
    while changed:
        changed = False
        for rule in rules:
            reduced, cofactor = reduce_once(poly, rule)
            if cofactor:
                changed = True
                poly = reduced
                _note(cofactors, rule.equation, cofactor if factor is None else times(factor, cofactor))
    return poly


def _rewritten(poly: Poly, rules: Sequence[Rule]) -> Poly:
    """The same without cofactors, which take longer than the rest."""
    if not rules:
        return poly
    found = degrees(poly)
    changed = True
    while changed:
        changed = False
        for rule in rules:
            degree = found.get(rule.lead, 0)
            if degree >= rule.exponent:
                poly, changed = _rewritten_once(poly, rule, degree), True
                found = degrees(poly)
    return poly


def _rewritten_once(poly: Poly, rule: Rule, degree: int) -> Poly:
    powers: list[Poly] = [constant(1)]  # of rest
    reduced: Poly = {}
    for exponent, coefficient in split(poly, rule.lead, degree).items():
        full, left = divmod(exponent, rule.exponent)
        while len(powers) <= full:
            powers.append(product(powers[-1], rule.rest))
        if left:
            tail: Monomial = frozenset([(rule.lead, left)])
            coefficient = {joined(monomial, tail): c for monomial, c in coefficient.items()}
        accumulate(reduced, product(coefficient, powers[full]) if full else coefficient)
    return reduced


def _note(cofactors: Cofactors, equation: int, cofactor: Poly) -> None:
    add_to(cofactors.setdefault(equation, {}), cofactor)


def degree_in(poly: Poly, atom: Atom) -> int:
    return degrees(poly).get(atom, 0)


def cleared(poly: Poly, inverse: Inverse, degree: int | None = None) -> tuple[Poly, int]:
    """base^n * poly without the inverse, and the n used: its degree in the inverse (counted anew if not given)."""
    n = degree_in(poly, inverse.inverse) if degree is None else degree
    if n == 0:
        return poly, 0
    result: Poly = {}
    for exponent, coefficient in split(poly, inverse.inverse, n).items():
        accumulate(result, product(coefficient, inverse.power(n - exponent)))
    return result, n


def cancelled(poly: Poly, inverse: Inverse, degree: int) -> Poly:
    """poly with base*inverse replaced by 1 wherever the whole coefficient of a power of the inverse is divisible.

    degree: that of poly in the inverse.
    """
    for exponent in range(degree, 0, -1):
        coefficient = split(poly, inverse.inverse, degree).get(exponent)
        quotient = divided(coefficient, inverse.base) if coefficient else None
        if coefficient and quotient is not None:
            poly = dict(poly)
            accumulate(poly, product(coefficient, {frozenset([(inverse.inverse, exponent)]): 1}), -1)
            below: Monomial = frozenset([(inverse.inverse, exponent - 1)]) if exponent > 1 else ONE
            accumulate(poly, product(quotient, {below: 1}))
    return poly


def divided(poly: Poly, divisor: Poly) -> Poly | None:
    """The exact quotient of two polynomials, or None."""
    found, wanted = degrees(poly), degrees(divisor)
    if any(degree > found.get(atom, 0) for atom, degree in wanted.items()):
        return None  # most are told apart by this
    order = sorted(found, key=atom_text)
    top = _lead(divisor, order)
    quotient: Poly = {}
    rest = dict(poly)
    while rest:
        monomial = _lead(rest, order)
        left = over_monomial(monomial, top)
        if left is None:
            return None
        term: Poly = {left: _quotient(rest[monomial], divisor[top])}
        accumulate(quotient, term)
        accumulate(rest, product(term, divisor), -1)
    return quotient


def _quotient(a: Number, b: Number) -> Number:
    return a // b if type(a) is type(b) is int and not a % b else whole(a / Fraction(b))


def _lead(poly: Poly, order: Sequence[Atom]) -> Monomial:
    """The monomial with the largest exponents, of the first atom first."""
    spend(len(poly))
    left = [(dict(monomial), monomial) for monomial in poly]
    for atom in order:
        if len(left) == 1:
            break
        top = max(powers.get(atom, 0) for powers, _ in left)
        left = [entry for entry in left if entry[0].get(atom, 0) == top]
    return left[0][1]


def over_monomial(target: Monomial, monomial: Monomial) -> Monomial | None:
    """target / monomial, or None."""
    powers = dict(target)
    for atom, exponent in monomial:
        left = powers.get(atom, 0) - exponent
        if left < 0:
            return None
        powers[atom] = left
    return frozenset((a, e) for a, e in powers.items() if e)


def clear_with_cofactors(poly: Poly, inverse: Inverse, cofactors: Cofactors, factor: Poly) -> tuple[Poly, Poly]:
    """factor*poly == cofactor * (base*inverse - 1) + new factor * cleared; returns (cleared, new factor)."""
    numerator, n = cleared(poly, inverse)
    if n == 0:
        return poly, factor
    single: Poly = {frozenset([(inverse.inverse, 1)]): 1}
    both = times(inverse.base, single)
    ladder = [constant(1)]  # 1, 1 + bJ, 1 + bJ + (bJ)^2, ...: the quotients of ((bJ)^k - 1) by (bJ - 1)
    for _ in range(n - 1):
        step = times(ladder[-1], both)
        add_to(step, constant(1))
        ladder.append(step)
    inverse_power = power(single, n)
    cofactor = scaled(times(poly, ladder[n - 1]), -1)
    for exponent, coefficient in split(poly, inverse.inverse, n).items():
        if exponent:
            part = times(times(coefficient, inverse.power(n - exponent)), ladder[exponent - 1])
            add_to(cofactor, times(inverse_power, part))
    _note(cofactors, inverse.equation, scaled(times(factor, cofactor), inverse.scale))
    return numerator, times(factor, inverse_power)
