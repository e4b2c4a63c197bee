"""Certificate search: from facts (theorems about relations) to an `arith` step, or None.

The goal is negated and a non-negative combination of products of facts is sought that sums to zero
with a positive part (Positivstellensatz refutation, by linear programming over a fixed set of products).
Equations are oriented as rewrite rules; denominators are cleared in a mode of their own.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import combinations_with_replacement
from operator import attrgetter
from typing import NamedTuple

from ..kernel.normal import (
    ONE,
    Monomial,
    Number,
    Poly,
    add_to,
    constant,
    difference,
    join,
    normal,
    power,
    scaled,
    times,
    whole,
)
from ..kernel.rules import NEGATED_GOAL
from ..kernel.terms import Refusal, Term, make, reset_budget
from .arithmetic import degrees, joined, product
from .effort import spend
from .linear import nonnegative_zero_sum
from .polynomials import (
    Cofactors,
    Inverse,
    atom_term,
    atom_text,
    cancelled,
    clear_with_cofactors,
    cleared,
    monomial_key,
    over_monomial,
    poly_term,
    reduce,
)
from .record import Step, derive
from .rewriting import NEGATIONS, Kept, Product, equations, reading, recounted, spread
from .scaling import Ratios

FACT = 10  # steps, for a fact that is read
MAX_COLUMNS = 4000
MAX_ROOTS = 12  # monomials whose squares are guessed
MAX_SHIFTS = 200  # monomials by which an equation that is no rewrite rule is multiplied
MAX_MONOMIALS = 400  # of one product of facts
MAX_RUNS = 20_000  # searches whose result is kept; then all are forgotten

_runs: Kept = {}


class Column(NamedTuple):
    """A product of facts (by index) and squares, its polynomial after rewriting."""

    facts: tuple[int, ...]
    squares: tuple[Term, ...]
    product: Product
    reduced: Poly
    strict: bool


@dataclass
class Search:
    """One goal against a list of facts.

    linear: take base*inv(base) == 1 as one more equation to combine, rather than a rule to cancel and clear by.
    near: guess squares of r*x +- y for ratios r near to 1, too.
    Afterwards `tried` tells what was attempted, and `work` how many monomials were computed for it.
    """

    goal: Term
    facts: Sequence[Step]
    squares: Sequence[Term] = ()
    linear: bool = False
    near: bool = False
    tried: list[str] = field(default_factory=list, init=False)
    work: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        self.props: dict[int, Term] = {}

    # --- preparation ---

    def _prepare(self) -> None:
        """Read the facts, when they are needed: most searches have been run before."""
        if self.props:
            return
        reset_budget()
        self.columns: dict[tuple[tuple[int, ...], tuple[Term, ...], bool], Column | None] = {}
        self.shortened: dict[int, Poly] = {}  # facts after rewriting
        spend(FACT * len(self.facts))
        self.props = {index: step.conclusion for index, step in enumerate(self.facts)}
        if self.goal.op in NEGATIONS:
            self.props[NEGATED_GOAL] = make(NEGATIONS[self.goal.op], *reversed(self.goal.args))
        self.readings = {index: (prop.op, reading(prop)) for index, prop in self.props.items()}
        self.ratios: dict[int, Fraction] = {}  # of facts about denominators to these, by the inverse's equation
        self._orient()

    def _orient(self) -> None:
        """Sort the equations into rewrite rules, inverses and the rest."""
        places = [index for index, (op, _) in self.readings.items() if op == "=="]
        self.equations = equations(tuple([self.props[index] for index in places]))
        self.rules = self.equations.rules
        # A rule's equation in terms of the given ones.
        self.definitions = {name: (places[at], made) for name, (at, made) in self.equations.definitions.items()}
        self.loose_equations = {places[at]: poly for at, poly in self.equations.loose.items()}
        self.inverses = [
            Inverse(places[at], atom, base, scale, *self._sign_of(base), powers)
            for at, atom, base, scale, powers in self.equations.inverses
        ]
        for inverse in self.inverses:
            if self.linear or not inverse.signed:
                self.loose_equations[inverse.equation] = self.readings[inverse.equation][1]
        self.inverses.sort(key=lambda inverse: (-atom_term(inverse.inverse).depth, atom_text(inverse.inverse)))
        signs = [(i.inverse, *(at if at is None else self.props[at] for at in i.signs)) for i in self.inverses]
        self.products = self.equations.products(self.linear, *signs)

    def _sign_of(self, base: Poly) -> tuple[int | None, int | None]:
        """The facts 0 < base and base != 0, if they are there (up to a positive factor)."""
        positive = nonzero = None
        for index, (op, poly) in self.readings.items():
            if op in ("<", "!=") and len(poly) == len(base) and poly:
                monomial = next(iter(poly))
                if monomial in base:
                    ratio = Fraction(base[monomial]) / Fraction(poly[monomial])
                    if scaled(poly, ratio) == base:
                        if op == "!=":
                            nonzero = index
                        elif ratio > 0:
                            positive = index
        return positive, nonzero

    # --- columns ---

    def _column(self, facts: tuple[int, ...], squares: tuple[Term, ...], clear: bool) -> Column | None:
        """The product, or None where it is too large."""
        column = self._kept(facts, squares, clear)
        if column is None:
            spend(1)
        else:
            spend(1 + len(column.reduced))
            self.work += len(column.reduced)
        return column

    def _kept(self, facts: tuple[int, ...], squares: tuple[Term, ...], clear: bool) -> Column | None:
        mark = facts, squares, clear
        if mark not in self.columns:
            self.columns[mark] = self._computed(facts, squares, clear)
        return self.columns[mark]

    def _computed(self, facts: tuple[int, ...], squares: tuple[Term, ...], clear: bool) -> Column | None:
        reset_budget()  # of the kernel's steps: each product has its own, whatever was computed before
        mark = tuple([self.props[i] for i in facts]), squares, clear
        try:
            if not clear:
                factors = [self._reduced(i) for i in facts]
                made = recounted(self.products, mark, lambda: Product(self._product(factors, squares)))
            else:
                plain = self._kept(facts, squares, False)  # with its denominators
                if plain is None:
                    return None
                made, cleared_by = recounted(self.products, mark, lambda: self._cleared(plain.reduced))
                for place, n in cleared_by:
                    facts += tuple(i for i in [self._denominator(self.inverses[place])] if i is not None) * n
        except Refusal:
            return None
        if made.reduced is None:
            return None
        strict = not squares and all(self.readings[i][0] != "<=" for i in facts)
        return Column(facts, squares, made, made.reduced, strict)

    def _product(self, factors: Sequence[Poly], squares: tuple[Term, ...]) -> Poly | None:
        reduced = constant(1)
        for factor in (*factors, *map(_square, squares)):
            # Rules have different leads, each alone in its monomial: what is left at the end does not depend on when.
            reduced = reduce(product(reduced, factor), self.rules) if len(reduced) > 1 or ONE not in reduced else factor
            if len(reduced) > MAX_MONOMIALS:
                return None
        if squares:  # facts have been rewritten, and so have products
            reduced = reduce(reduced, self.rules)
        return self._cancelled(reduced)

    def _cancelled(self, reduced: Poly) -> Poly:
        if not self.linear and self.inverses:
            found = degrees(reduced)
            for inverse in self.inverses:
                if degree := found.get(inverse.inverse, 0):
                    before, reduced = reduced, cancelled(reduced, inverse, degree)
                    found = found if reduced is before else degrees(reduced)
        return reduced

    def rewritten(self, poly: Poly) -> Poly:
        """A polynomial as products of facts are written: by the equations, what cancels cancelled."""
        self._prepare()
        return self._cancelled(reduce(poly, self.rules))

    def _cleared(self, reduced: Poly) -> tuple[Product, list[tuple[int, int]]]:
        """The same with the denominators of known sign multiplied out, and how often each (by its place)."""
        found = degrees(reduced)
        by: list[tuple[int, int]] = []
        for place, inverse in enumerate(self.inverses):
            index = self._denominator(inverse)
            if index is None or inverse.inverse not in found:
                continue
            reduced, n = cleared(reduced, inverse, found[inverse.inverse])
            if inverse.positive is None:
                reduced = product(reduced, inverse.power(n))
            by.append((place, n))
            if inverse.equation not in self.ratios:
                self.ratios[inverse.equation] = _ratio(inverse, self._factor(index))
            if (ratio := self.ratios[inverse.equation]) != 1:
                reduced = scaled(reduced, ratio**n)
            reduced = reduce(reduced, self.rules)
            if len(reduced) > MAX_MONOMIALS:
                return Product(None), []
            found = degrees(reduced)
        return Product(reduced), by

    def _denominator(self, inverse: Inverse) -> int | None:
        """The fact that a denominator is positive, or not 0."""
        return inverse.nonzero if inverse.positive is None else inverse.positive

    def _raw(self, column: Column) -> Poly:
        """The product before rewriting, as the kernel will compute it."""
        return functools.reduce(times, (*map(self._factor, column.facts), *map(_square, column.squares)), constant(1))

    def _reduced(self, index: int) -> Poly:
        if index not in self.shortened:
            kept, mark = self.equations.kept, ("factor", self.props[index])
            self.shortened[index] = recounted(kept, mark, lambda: reduce(self._factor(index), self.rules))
        return self.shortened[index]

    def _factor(self, index: int) -> Poly:
        op, poly = self.readings[index]
        return times(poly, poly) if op == "!=" else poly

    def _relevant(self) -> list[int]:
        """Inequalities within two hops of the goal, hops going through shared atoms after rewriting.

        All of them where the goal is as false as 1 <= 0: then they are to contradict each other.
        """
        negation, goal = self.readings[NEGATED_GOAL]
        shown = self.equations.reduced(self.props[NEGATED_GOAL])
        if _is_false(shown, negation):
            return [i for i, (op, _) in self.readings.items() if i != NEGATED_GOAL and op != "=="]
        spreads = {i: self.equations.spread(self.props[i]) for i, (op, _) in self.readings.items() if op != "=="}
        if negation == "==":  # a rule itself by now, which replaced what the goal shares with the facts
            spreads = {i: atoms | spread(self.readings[i][1]) for i, atoms in spreads.items()}
        near = set(spread(goal) if negation == "==" else spreads[NEGATED_GOAL])
        for poly in self.loose_equations.values():
            near |= spread(poly)
        for _ in range(2):
            for atoms in spreads.values():
                if not near.isdisjoint(atoms):
                    near |= atoms
        return [i for i, atoms in spreads.items() if i != NEGATED_GOAL and (not atoms or not near.isdisjoint(atoms))]

    def column(self, facts: tuple[int, ...], *squares: Term) -> Column | None:
        """The product of facts and squares, without clearing denominators; None where it is too large."""
        self._prepare()
        return self._column(facts, squares, False)

    def direct(self, degree: int) -> list[Column]:
        """The products of facts and squares without the negated goal, and without clearing denominators."""
        self._prepare()
        return [column for column in self._products(degree, False) if NEGATED_GOAL not in column.facts]

    def _products(self, degree: int, clear: bool) -> list[Column]:
        factors = [i for i in self.readings if i == NEGATED_GOAL and self.readings[i][0] != "=="] + self._relevant()
        wanted: list[tuple[tuple[int, ...], tuple[Term, ...]]] = [((), ())]
        for size in range(1, degree + 1):
            wanted += [(facts, ()) for facts in combinations_with_replacement(factors, size)]
        singles = self._columns(wanted[: 1 + len(factors)], clear)
        columns = singles + self._columns(wanted[1 + len(factors) : MAX_COLUMNS], clear)
        pure, mixed = self._guessed_squares(columns, singles if degree > 1 else [])
        pure += [poly_term({frozenset([(r.lead, r.exponent // 2)]): 1}) for r in self.rules if r.exponent % 2 == 0]
        wanted = [((), (square,)) for square in (*self.squares, *pure, *(mixed if degree > 1 else ()))]
        for square in (*self.squares, *(pure if degree > 1 else ())):
            wanted += [((i,), (square,)) for i in factors]
        return _distinct([*columns, *self._columns(wanted[:MAX_COLUMNS], clear)])

    def _columns(self, wanted: Sequence[tuple[tuple[int, ...], tuple[Term, ...]]], clear: bool) -> list[Column]:
        columns = (self._column(facts, squares, clear) for facts, squares in wanted)
        return [column for column in columns if column is not None]

    def _guessed_squares(self, columns: Sequence[Column], singles: Sequence[Column]) -> tuple[list[Term], list[Term]]:
        """Roots x, and r*x +- y, whose squares may help: for the squared and mixed monomials in products of at most
        two facts, with the ratio r (of units) that single facts suggest."""
        sight: dict[Monomial, None] = {}
        for column in columns:
            if len(set(column.facts)) <= 2:
                sight.update(dict.fromkeys(column.product.monomials))
        found = dict.fromkeys(root for monomial in sight if (root := _root(monomial)))
        # The plainest, not the first: a long fact must not crowd out the others.
        roots = sorted(found, key=lambda root: sum(exponent for _, exponent in root))[:MAX_ROOTS]
        pairs = [(a, b) for i, a in enumerate(roots) for b in (ONE, *roots[:i]) if join(a, b) in sight]
        ratios = Ratios([column.reduced for column in singles])
        mixed = [(a, r, b, sign) for a, b in pairs for r in (1, *ratios.between(a, b, self.near)) for sign in (1, -1)]
        return [_sum_of(root, 1, None, 0) for root in roots], [_sum_of(*parts) for parts in mixed]

    # --- solving ---

    def run(self, degrees: Sequence[int] = (1, 2)) -> Step | None:
        """The goal as a theorem, or None.  A search that has been run is not run again, its steps count."""
        mark = self.goal, tuple(self.facts), tuple(self.squares), self.linear, self.near, tuple(degrees)
        if len(_runs) > MAX_RUNS:
            _runs.clear()
        found, tried, work = recounted(_runs, mark, lambda: self._counted(degrees))
        self.tried += tried
        self.work += work
        return found

    def _counted(self, degrees: Sequence[int]) -> tuple[Step | None, list[str], int]:
        before = self.tried, self.work
        self.tried, self.work = [], 0
        try:
            self._prepare()
            return self._found(degrees), self.tried, self.work
        finally:
            self.tried, self.work = before

    def _found(self, degrees: Sequence[int]) -> Step | None:
        if self.goal.op == "==":
            with suppress(Refusal):
                return self._certify([])
            return None
        signed = any(inverse.signed for inverse in self.inverses)
        if self.linear and not signed:
            return None  # those of unknown sign are taken so in any case
        for degree in degrees:
            for clear in (False, True) if signed and not self.linear else (False,):
                columns = self._products(degree, clear)
                found = None
                with suppress(Refusal):  # a certificate too large for the kernel; another one may be smaller
                    found = self._solve(columns, clear)
                kind = ", denominators cleared" if clear else ""
                self.tried.append(f"{len(columns)} products of degree {degree}{kind}")
                if found is not None:
                    return found
        return None

    def _solve(self, columns: list[Column], clear: bool) -> Step | None:
        reset_budget()
        free = list(self._equation_columns(columns, clear)) if self.loose_equations else []
        solution = nonnegative_zero_sum(
            [column.reduced for column in columns],
            [column.strict for column in columns],
            [poly for _, _, poly in free],
            [1 + len(column.facts) + len(column.squares) for column in columns],
        )
        if solution is None:
            return None
        chosen = [(c, column) for c, column in zip(solution[0], columns, strict=True) if c]
        given = [(f, equation, multiplier) for f, (equation, multiplier, _) in zip(solution[1], free, strict=True) if f]
        return self._certify(chosen, given)

    def _equation_columns(self, columns: list[Column], clear: bool) -> Iterator[tuple[int, Poly, Poly]]:
        """Equations that were not oriented, times what could make them meet the columns: (index, multiplier, poly)."""
        support = {monomial for column in columns for monomial in column.reduced}
        for index, poly in sorted(self.loose_equations.items()):
            reduced, denominators = reduce(poly, self.rules), constant(1)
            for inverse in filter(attrgetter("signed"), self.inverses) if clear else ():
                reduced, n = cleared(reduced, inverse)
                denominators = times(denominators, power(inverse.base, n))
                reduced = reduce(reduced, self.rules)
            shifts: set[Monomial] = {frozenset()}
            for monomial in reduced:
                shifts |= {q for target in support if (q := over_monomial(target, monomial)) is not None}
            for shift in sorted(shifts, key=monomial_key)[:MAX_SHIFTS]:
                shifted = reduce({joined(monomial, shift): value for monomial, value in reduced.items()}, self.rules)
                self.work += len(shifted)
                yield index, times(denominators, {shift: 1}), shifted

    def _certify(
        self, chosen: list[tuple[Fraction, Column]], given: Sequence[tuple[Fraction, int, Poly]] = ()
    ) -> Step | None:
        """Turn a solution into an arith step: compute the multipliers of the equations, drop unused facts."""
        cofactors: Cofactors = {}
        total: Poly = {}
        if self.goal.op == "==":
            add_to(total, difference(*self.goal.args), -1)
        for coefficient, column in chosen:
            add_to(total, self._raw(column), whole(coefficient))
        for coefficient, index, multiplier in given:
            part = scaled(multiplier, -coefficient)
            add_to(cofactors.setdefault(index, {}), part)
            add_to(total, times(part, self.readings[index][1]), -1)
        left, factor = reduce(total, self.rules, cofactors), constant(1)
        for inverse in self.inverses:
            left, factor = clear_with_cofactors(left, inverse, cofactors, factor)
            left = reduce(left, self.rules, cofactors, factor)
        if left:
            return None
        multipliers = self._given_cofactors(cofactors)
        used = sorted({i for _, column in chosen for i in column.facts if i >= 0} | {i for i in multipliers if i >= 0})
        place = {index: position for position, index in enumerate(used)} | {NEGATED_GOAL: NEGATED_GOAL}
        products = tuple((c, tuple(place[i] for i in column.facts), column.squares) for c, column in chosen)
        rows = tuple((place[i], poly_term(scaled(q, -1))) for i, q in sorted(multipliers.items()))
        return derive("arith", [self.facts[i] for i in used], self.goal, products, rows)

    def _given_cofactors(self, cofactors: Cofactors) -> Cofactors:
        """Cofactors of rewrite rules unfolded into cofactors of the given equations, zero ones dropped."""
        for name in sorted(self.definitions):  # the last rule first
            index, inner = self.definitions[name]
            cofactor = cofactors.pop(name, {})
            if cofactor:
                add_to(cofactors.setdefault(index, {}), cofactor)
                for other, poly in inner.items():
                    add_to(cofactors.setdefault(other, {}), times(cofactor, poly), -1)
        return {index: poly for index, poly in cofactors.items() if poly}


@functools.lru_cache(10_000)
def _square(root: Term) -> Poly:
    return times(normal(root), normal(root))


def _distinct(columns: Sequence[Column]) -> list[Column]:
    """Columns with different polynomials (a strict one and one that is not are different)."""
    marks = ((column.product.mark, column.strict) for column in reversed(columns))
    return list(dict(zip(marks, reversed(columns), strict=True)).values())[::-1]


def _ratio(inverse: Inverse, factor: Poly) -> Fraction:
    """Of which positive multiple of the inverse's base (or its square) the fact speaks."""
    base = inverse.base if inverse.positive is not None else times(inverse.base, inverse.base)
    monomial = next(iter(base))
    return Fraction(factor[monomial]) / Fraction(base[monomial])


def _is_false(gap: Poly, negation: str) -> bool:
    """Whether a goal is false whatever the values: its left side exceeds its right one by this number."""
    value = gap.get(ONE, 0)
    return not any(gap) and (value > 0 or (not value and negation != "<"))


@functools.lru_cache(10_000)
def _root(monomial: Monomial) -> Monomial | None:
    """The largest monomial whose square divides this one, if it is not 1."""
    return frozenset((atom, exponent // 2) for atom, exponent in monomial if exponent > 1) or None


@functools.lru_cache(10_000)
def _sum_of(a: Monomial, r: Number, b: Monomial | None, sign: int) -> Term:
    """r*a + sign*b, or r*a alone."""
    return poly_term({a: r} if b is None else {a: r, b: sign})
