"""Polynomial normal forms over the rationals, and when two propositions are the same.

The normal form of a real or integer term is a polynomial whose atoms are variables, applied symbols
and heads, themselves over normal forms.  What it knows, each valid in every model:

* sums, products, numbers, integers seen as reals; pow(x, n) for a literal n >= 0 (so x^0 = 1);
* inv of a number (inv(0) = 0), of a product (inv(x*y) = inv(x)*inv(y)), inv(inv(x)) = x, and rational
  content: inv(2*x + 2*y) = 1/2*inv(x + y);
* linearity of Sum, E and Integral01: sums come apart, factors without the bound variable come out,
  E[1] = 1 and Integral01[1] = 1.

It never cancels x*inv(x): that takes a proof of x != 0.  Nothing here depends on an order, so the
result is the same in every process; bound variables stay nameless (indices) throughout.
"""

from __future__ import annotations

import functools
import itertools
import math
import operator
from collections.abc import Collection, Mapping
from fractions import Fraction
from typing import Any

from . import terms
from .terms import BINDERS, POINT, RELATIONS, Refusal, Term, bits, check_bits, refuse, spend, work

MAX_MONOMIALS = 20_000
MAX_EXPONENT = 10_000
# One text for both: which of them a product meets first depends on an order.
TOO_LARGE = f"a polynomial has more than {MAX_MONOMIALS} monomials, or an exponent larger than {MAX_EXPONENT}"

Number = int | Fraction


class Atom:
    """An indivisible factor: a head over normal forms.  Interned; ``loose`` is a bit mask of loose indices."""

    __slots__ = ("args", "head", "loose")
    head: str
    args: tuple[Any, ...]
    loose: int


Monomial = frozenset[tuple[Atom, int]]
Poly = dict[Monomial, Number]
PolyKey = frozenset[tuple[Monomial, Number]]

ONE: Monomial = frozenset()
_atoms: dict[Any, Atom] = {}
_normal: dict[Term, Poly] = {}
_keys: dict[Term, Atom] = {}


def forget() -> None:
    """Forget what has been computed, here and about terms."""
    terms.forget()
    _normal.clear()
    _keys.clear()


def whole(value: Number) -> Number:
    """The same number, as an int where it is one (ints are much faster)."""
    return value.numerator if value.denominator == 1 else value


# --- polynomials -------------------------------------------------------------------------------


def constant(value: Number) -> Poly:
    return {ONE: value} if value else {}


def add_to(total: Poly, poly: Mapping[Monomial, Number], factor: Number = 1) -> None:
    """total += factor * poly, in place."""
    spend(_weight(poly.items()) + sum(work(factor, value, total.get(m, 0)) for m, value in poly.items()))
    for monomial, coefficient in poly.items():
        value = total.get(monomial, 0) + factor * coefficient
        check_bits(value)
        if value:
            total[monomial] = value
        else:
            total.pop(monomial, None)


def times(*factors: Poly) -> Poly:
    """The product.  Neither what it costs nor a refusal depends on an order, of monomials or of factors."""
    count = math.prod(map(len, factors))
    if not count:
        spend(len(factors))
        return {}
    wholes, denominators = zip(*map(_integral, factors), strict=True)
    spend(len(factors) * sum(_weight(p.items()) * (count // len(p)) for p in wholes))
    if len(factors) > 2 and count > MAX_MONOMIALS:
        refuse(f"a product of three or more factors has more than {MAX_MONOMIALS} monomials before it is simplified")
    result: Poly = functools.reduce(_multiplied, wholes)
    denominator = math.prod(denominators)
    if denominator > 1:
        spend(sum(work(value, denominator) for value in result.values()))
        result = {m: whole(Fraction(value, denominator)) for m, value in result.items()}
    for value in result.values():
        check_bits(value)
    return result


def _integral(p: Poly) -> tuple[Poly, int]:
    """Integer coefficients, and the denominator that they have in common: their sums are no longer than they are."""
    denominator = 1
    for other, _ in itertools.groupby(sorted(value.denominator for value in p.values())):
        spend(work(denominator, other))
        denominator = math.lcm(denominator, other)
        check_bits(denominator)
    if denominator > 1:
        spend(len(p) * work(denominator))
        p = {m: value.numerator * (denominator // value.denominator) for m, value in p.items()}
    return p, denominator


def _multiplied(p: Poly, q: Poly) -> Poly:
    result: Poly = {}
    for m, a in p.items():
        for n, b in q.items():
            product = join(m, n)
            result[product] = result.get(product, 0) + a * b
        if len(result) > MAX_MONOMIALS:
            refuse(TOO_LARGE)
    return {m: value for m, value in result.items() if value}


def _weight(pairs: Collection[tuple[Any, Number]]) -> int:
    """A measure of the work with monomials (or atoms) and their numbers: more for long ones."""
    return sum(1 + (len(m) // 4 if type(m) is frozenset else 0) + work(value) for m, value in pairs)


def join(m: Monomial, n: Monomial) -> Monomial:
    """The product of two monomials."""
    if not m:
        return n
    if not n:
        return m
    powers = dict(m)
    for atom, exponent in n:
        powers[atom] = powers.get(atom, 0) + exponent
    if max(powers.values()) > MAX_EXPONENT:
        refuse(TOO_LARGE)
    return frozenset(powers.items())


def power(p: Poly, exponent: int) -> Poly:
    if exponent > MAX_EXPONENT:
        refuse(f"an exponent is larger than {MAX_EXPONENT}")
    result = constant(1)
    while exponent:
        if exponent & 1:
            result = times(result, p)
        exponent >>= 1
        if exponent:
            p = times(p, p)
    return result


def scaled(p: Poly, factor: Number) -> Poly:
    return times(p, constant(factor))


def poly_key(p: Poly) -> PolyKey:
    spend(_weight(p.items()))
    return frozenset(p.items())


# --- atoms -------------------------------------------------------------------------------------


def _loose_of(part: Any) -> int:
    """The loose indices (a bit mask) of an atom's argument: an atom, a monomial or a polynomial key."""
    if type(part) is Atom:
        return part.loose
    parts = part if type(part) is frozenset else ()
    return functools.reduce(operator.or_, (_loose_of(first) for first, _ in parts), 0)


def _salt(*parts: Any) -> frozenset[Any]:
    """Where polynomial keys have which numbers whose hash is known to anybody, as text: -1 and -2, fractions and long
    numbers can share one; texts cannot."""
    pairs = [pair for part in parts if type(part) is frozenset for pair in part]
    return frozenset((m, str(v)) for m, v in pairs if v == -1 or v.denominator > 1 or bits(v) > 60)


def atom(head: str, *args: Any) -> Atom:
    spend(1 + sum(_weight(arg) for arg in args if type(arg) is frozenset))
    mark = (head, args, _salt(*args))
    found = _atoms.get(mark)
    if found is not None:
        return found
    made = Atom()
    made.head, made.args = head, args
    masks = [_loose_of(arg) for arg in args]
    if head in BINDERS:
        masks[-1] >>= 1
    made.loose = 1 << args[0] if head == "bound" else functools.reduce(operator.or_, masks, 0)
    _atoms[mark] = made
    return made


def _single(made: Atom) -> Poly:
    return {frozenset([(made, 1)]): 1}


def _lower(part: Any, cutoff: int) -> Any:
    """Renumber an atom, monomial or polynomial key that leaves a binder: loose indices above cutoff drop by one."""
    spend(1)
    if type(part) is Atom:
        if not part.loose >> cutoff:
            return part
        if part.head == "bound":
            return atom("bound", part.args[0] - 1, part.args[1])
        body_cutoff = cutoff + (part.head in BINDERS)
        return atom(part.head, *(_lower(arg, cutoff) for arg in part.args[:-1]), _lower(part.args[-1], body_cutoff))
    if type(part) is frozenset:
        return frozenset((_lower(first, cutoff), second) for first, second in part)
    return part


# --- normal forms ------------------------------------------------------------------------------


def normal(term: Term) -> Poly:
    """The normal form of a real or integer term.  The caller must not change it."""
    if term not in _normal:
        _normal[term] = _normalise(term)
    return _normal[term]


def _normalise(term: Term) -> Poly:
    op, args = term.op, term.args
    if op in ("rat", "int"):
        value = args[0]
        return constant(whole(value))
    if op == "var":
        return _single(atom("var", term))
    if op == "bound":
        return _single(atom("bound", *args))
    if op == "real":
        return normal(args[0])
    if op == "add":
        total: Poly = {}
        for arg in args:
            add_to(total, normal(arg))
        return total
    if op == "mul":
        result = normal(args[0])
        for arg in args[1:]:
            result = times(result, normal(arg))
        return result
    if op == "app":
        return _single(atom("app", args[0], *(_argument(arg) for arg in args[1:])))
    if op == "inv":
        return _inverse(normal(args[0]))
    if op == "pow":
        exponent = _constant_of(normal(args[1]))
        if exponent is not None and exponent >= 0:
            return power(normal(args[0]), int(exponent))
    if op in BINDERS:
        return _bound_sum(op, tuple(poly_key(normal(arg)) for arg in args[:-1]), normal(args[-1]))
    return _single(atom(op, *(poly_key(normal(arg)) for arg in args)))


def _argument(arg: Term) -> Any:
    if arg.sort == POINT:
        return atom("var", arg) if arg.op == "var" else atom("bound", *arg.args)
    return poly_key(normal(arg))


def _constant_of(p: Poly) -> Number | None:
    if not p:
        return 0
    return p[ONE] if len(p) == 1 and ONE in p else None


def _inverse(p: Poly) -> Poly:
    if not p:
        return {}
    if len(p) > 1:
        factor = whole(1 / content(p))
        return scaled(_single(atom("inv", poly_key(scaled(p, factor)))), factor)
    ((monomial, coefficient),) = p.items()
    factors = [constant(whole(1 / Fraction(coefficient)))]
    try:
        for base, exponent in monomial:
            inverse = dict(base.args[0]) if base.head == "inv" else _single(atom("inv", poly_key(_single(base))))
            factors.append(power(inverse, exponent))
    except Refusal:  # the monomial has no order: one text, whichever factor and limit it is
        refuse(f"the inverse of a product is too large: it takes too many steps, or {TOO_LARGE}")
    return times(*factors)


def content(p: Poly) -> Fraction:
    """The positive rational c that makes p/c a polynomial with coprime integer coefficients."""
    values, denominator = _integral(p)
    spend(sum(map(work, values.values())))
    return Fraction(math.gcd(*(value.numerator for value in values.values())), denominator)


def _bound_sum(op: str, bounds: tuple[PolyKey, ...], body: Poly) -> Poly:
    """Linearity: the binder over each monomial, with the factors free of the bound variable taken out."""
    result: Poly = {}
    spend(_weight(body.items()))
    values, denominator = _integral(body)
    for monomial, value in values.items():
        inside = frozenset((a, e) for a, e in monomial if a.loose & 1)
        product = frozenset((_lower(a, 0), e) for a, e in monomial if not a.loose & 1)
        if inside or op == "Sum":
            product = join(product, frozenset([(atom(op, *bounds, inside), 1)]))
        result[product] = result.get(product, 0) + value
    return scaled({m: value for m, value in result.items() if value}, Fraction(1, denominator))


# --- propositions ------------------------------------------------------------------------------


def difference(lhs: Term, rhs: Term) -> Poly:
    """The normal form of lhs - rhs."""
    result: Poly = {}
    add_to(result, normal(lhs))
    add_to(result, normal(rhs), -1)
    return result


def key(prop: Term) -> Atom:
    """Two propositions are the same when their keys are equal."""
    spend(1)
    if prop not in _keys:
        parts: list[Any] = [poly_key(difference(*prop.args))] if prop.op in RELATIONS else []
        if prop.op == "Integrable":
            parts = [prop.args[0].op, poly_key(normal(prop.args[0].args[-1]))]
        _keys[prop] = atom(prop.op, *(parts or map(key, prop.args)))
    return _keys[prop]
