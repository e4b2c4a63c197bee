"""Products and sums of the kernel's polynomials, quickly: what a search computes is checked by `arith` in any case.

Results are the kernel's, monomials in the same order; only what they cost is not counted step by step.
"""

from __future__ import annotations

import math
from fractions import Fraction
from functools import lru_cache
from typing import cast

from ..kernel.normal import MAX_MONOMIALS, Atom, Monomial, Poly, join, whole
from ..kernel.terms import refuse
from .effort import spend

MAX_PRODUCTS = 125_000  # of monomials, in one product of polynomials

joined = lru_cache(100_000)(join)  # the product of two monomials: a search meets the same ones again and again


def product(p: Poly, q: Poly) -> Poly:
    """p*q.  Raises Refusal when it is too large for a search."""
    if len(p) * len(q) > MAX_PRODUCTS:
        refuse(f"a product in a search has more than {MAX_PRODUCTS} monomials before like ones meet")
    spend(len(p) * len(q))
    left, below = _integral(p)
    right, under = _integral(q)
    result: dict[Monomial, int] = {}
    for m, a in left.items():
        for n, b in right.items():
            monomial = joined(m, n)
            result[monomial] = result.get(monomial, 0) + a * b
    if len(result) > MAX_MONOMIALS:
        refuse(f"a product in a search has more than {MAX_MONOMIALS} monomials")
    denominator = below * under
    if denominator == 1:
        return {m: value for m, value in result.items() if value}
    return {m: whole(Fraction(value, denominator)) for m, value in result.items() if value}


def _integral(p: Poly) -> tuple[dict[Monomial, int], int]:
    """Integer coefficients, and the denominator that they have in common."""
    denominator = math.lcm(*[value.denominator for value in p.values() if type(value) is not int])
    if denominator == 1 and all(type(value) is int for value in p.values()):
        return cast("dict[Monomial, int]", p), 1
    return {m: value.numerator * (denominator // value.denominator) for m, value in p.items()}, denominator


def accumulate(total: Poly, poly: Poly, factor: int = 1) -> None:
    """total += factor * poly, in place."""
    spend(len(poly))
    for monomial, coefficient in poly.items():
        value = total.get(monomial, 0) + (coefficient if factor == 1 else factor * coefficient)
        if value:
            total[monomial] = value
        else:
            total.pop(monomial, None)


def degrees(poly: Poly) -> dict[Atom, int]:
    """The largest exponent of every atom."""
    found: dict[Atom, int] = {}
    for monomial in poly:
        for atom, exponent in monomial:
            if exponent > found.get(atom, 0):
                found[atom] = exponent
    return found


def split(poly: Poly, atom: Atom, degree: int) -> dict[int, Poly]:
    """The coefficients of poly by powers of an atom, which has this degree there at most."""
    spend(len(poly))
    parts: dict[int, Poly] = {}
    factors = [(atom, exponent) for exponent in range(1, degree + 1)]
    for monomial, coefficient in poly.items():
        for factor in factors:
            if factor in monomial:
                parts.setdefault(factor[1], {})[monomial - {factor}] = coefficient
                break
        else:
            parts.setdefault(0, {})[monomial] = coefficient
    return parts
