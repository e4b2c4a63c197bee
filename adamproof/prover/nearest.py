"""What a goal that was not proved falls short of: the nearest combination of the products that the search tried.

The combination is exact.  What is short is least in the sum of its coefficients, so it depends on units.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations, combinations_with_replacement
from math import comb
from typing import TYPE_CHECKING

from ..kernel.normal import ONE, Monomial, Poly, add_to, constant, difference, join, normal, scaled, times, whole
from ..kernel.terms import Refusal, Term, make, number, reset_budget
from .linear import nonnegative_zero_sum, prices
from .polynomials import atoms_of, monomial_key, poly_term
from .search import Column, Search

if TYPE_CHECKING:
    from .scaling import Floats

MAX_ENTRIES = 40_000  # coefficients of a programme
MAX_BASIS = 12  # monomials whose combinations are squared
MAX_SQUARES = 600  # squares times facts
MAX_CANDIDATES = 4_000  # products of more facts
MAX_ROUNDS = 12  # times that the dual solution is asked
MAX_ASKED = 8  # products that are added each time
MAX_DENOMINATOR = 6  # of the coefficients of such a square
CUT = 1e-7  # a square has less than minus this where it is missing


@dataclass(frozen=True)
class Nearest:
    """What the facts give instead of the goal.

    kind, and what `missing` is: "shift": a number that the right side of the goal is short by; "factor": one that it
    has to be multiplied by; "rest": a term that would have to be >= 0; "strict": nothing but that the sides differ;
    "sides": what the two sides of an equation differ by.
    statement: what the facts give, like the goal.  used: what the facts in the combination say.
    """

    kind: str
    statement: Term | None
    missing: Term
    used: tuple[Term, ...] = ()


def nearest(search: Search, degree: int) -> Nearest | None:
    """The nearest statement that products of so many facts give, or None where they bring nothing nearer."""
    reset_budget()
    if search.goal.op == "==":
        return _sides(search)
    if search.goal.op not in ("<=", "<"):
        return None
    with suppress(Refusal):
        return _Short(search, degree).found()
    return None


def _sides(search: Search) -> Nearest | None:
    low, high = search.goal.args
    with suppress(Refusal):
        left = search.rewritten(difference(low, high))
        if left and left != difference(low, high):
            return Nearest("sides", make("==", low, make("add", high, poly_term(left))), poly_term(left))
    return None


class _Short:
    """The goal low <= high against the products of facts: what has to be added to high - low."""

    def __init__(self, search: Search, degree: int) -> None:
        self.search = search
        self.low, self.high = search.goal.args
        self.columns = [column for column in search.direct(degree) if column.reduced]
        self.polys = [column.reduced for column in self.columns]
        self.goal = search.rewritten(difference(self.low, self.high))  # low - high

    def found(self) -> Nearest | None:
        if sum(map(len, self.polys)) > MAX_ENTRIES:
            return None
        high = normal(self.high)
        if not _is_constant(high) and (nearest := self._factor(high)):
            return nearest
        return self._shift(high) or self._rest()

    def _factor(self, high: Poly) -> Nearest | None:
        """low <= factor*high."""
        low, down = self.search.rewritten(normal(self.low)), scaled(self.search.rewritten(high), -1)
        if not low or not down:
            return None
        solution = self._solved(low, [down], [1])
        if solution is None or not solution[1][0] or solution[1][0] == 1:
            return None
        used, (factor,) = solution
        right = make("mul", number(factor), self.high)
        return Nearest("factor", make("<=", self.low, right), number(factor), used)

    def _shift(self, high: Poly) -> Nearest | None:
        """low <= high + shift."""
        solution = self._solved(self.goal, [constant(-1)], [1])
        if solution is None:
            return None
        used, (shift,) = solution
        if not shift:
            return Nearest("strict", make("<=", self.low, self.high), number(0), used)
        right = number(high.get(ONE, 0) + shift) if _is_constant(high) else make("add", self.high, number(shift))
        return Nearest("shift", make("<=", self.low, right), number(shift), used)

    def _rest(self) -> Nearest | None:
        """high - low is a combination and a rest."""
        monomials = sorted({m for poly in (*self.polys, self.goal) for m in poly}, key=monomial_key)
        signed: list[Poly] = [{monomial: sign} for monomial in monomials for sign in (1, -1)]
        weights = [1 if monomial in self.goal else 2 for monomial in monomials for _ in (1, -1)]
        solution = self._solved(self.goal, signed, weights)
        if solution is None:
            return None
        used, values = solution
        rest: Poly = {}
        for poly, value in zip(signed, values, strict=True):
            add_to(rest, poly, whole(value))
        if not used or not rest or rest == scaled(self.goal, -1):
            return None
        return Nearest("rest", None, poly_term(rest), used)

    def _solved(
        self, goal: Poly, short: Sequence[Poly], weights: Sequence[int]
    ) -> tuple[tuple[Term, ...], list[Fraction]] | None:
        """Products + goal + short == 0 with what is short as cheap as possible: the facts used, and what is short."""
        columns = [*self.polys, goal, *short]
        strict = [False] * len(self.polys) + [True] + [False] * len(short)
        costs = [0] * (len(self.polys) + 1) + list(weights)
        solution = nonnegative_zero_sum(columns, strict, list(self.search.loose_equations.values()), costs)
        if solution is None:
            return None
        chosen = [column for c, column in zip(solution[0], self.columns, strict=False) if c]
        used = dict.fromkeys(i for column in chosen for i in column.facts)
        said = tuple(self.search.facts[i].conclusion for i in used)
        return said, solution[0][len(self.polys) + 1 :]


def _is_constant(poly: Poly) -> bool:
    return set(poly) <= {ONE}


# --- products -----------------------------------------------------------------------------------


def missing_products(search: Search, degree: int) -> list[tuple[int, ...]]:
    """Products of one fact more than were tried that bring the others to the goal, as the numbers of their facts.

    The dual solution asks for them: at it all products that were tried are >= 0 and the goal is not, and so one that
    is < 0 there is missing.
    """
    reset_budget()
    with suppress(Refusal):
        return _asked_for(search, degree)
    return []


def _asked_for(search: Search, degree: int) -> list[tuple[int, ...]]:
    low, high = search.goal.args
    goal = search.rewritten(difference(low, high))
    columns = [(column.facts, column.reduced) for column in search.direct(degree) if column.reduced]
    singles = list(dict.fromkeys(facts[0] for facts, _ in columns if len(facts) == 1))
    if comb(len(singles) + degree, degree + 1) > MAX_CANDIDATES or sum(len(p) for _, p in columns) > MAX_ENTRIES:
        return []
    longer = (search.column(facts) for facts in combinations_with_replacement(singles, degree + 1))
    left = [(column.facts, column.reduced) for column in longer if column is not None and column.reduced]
    for _ in range(MAX_ROUNDS):
        polys = [poly for _, poly in columns]
        strict, weights = [False] * len(polys) + [True], [int(len(facts) > degree) for facts, _ in columns] + [0]
        if solution := nonnegative_zero_sum([*polys, goal], strict, [], weights):
            chosen = (facts for c, (facts, _) in zip(solution[0], columns, strict=False) if c)
            return [facts for facts in chosen if len(facts) > degree]
        value = _prices([*polys, goal], goal)
        worth = [sum(float(c) * value.get(m, 0.0) for m, c in poly.items()) for _, poly in left]
        asked = sorted((at, i) for i, at in enumerate(worth) if at < -CUT)[:MAX_ASKED]
        if not asked:
            return []
        columns += [left[i] for _, i in asked]
        left = [entry for i, entry in enumerate(left) if i not in {i for _, i in asked}]
    return []


def _prices(polys: Sequence[Poly], goal: Poly, more: Iterable[Poly] = ()) -> dict[Monomial, float]:
    """The dual solution where all monomials of these polynomials, and more, may be left over at the same price."""
    monomials = sorted({m for poly in (*polys, *more) for m in poly}, key=monomial_key)
    rest: list[Poly] = [{monomial: sign} for monomial in monomials for sign in (1, -1)]
    strict = [poly is goal for poly in polys] + [False] * len(rest)
    return prices([*polys, *rest], strict, [0] * len(polys) + [1] * len(rest))


# --- squares ------------------------------------------------------------------------------------


def missing_squares(search: Search, degree: int) -> Iterator[Term]:
    """Terms whose squares, alone or times a fact, bring the products of facts to the goal; none where they do not.

    First sums and differences of two monomials; then, square after square, those that the dual solution asks for: at
    it all products are >= 0 and the goal is not, and so a square that is < 0 there is missing.
    """
    reset_budget()
    with suppress(Refusal):
        yield from _Squares(search, degree).found()


class _Squares:
    def __init__(self, search: Search, degree: int) -> None:
        self.search = search
        low, high = search.goal.args
        self.goal = search.rewritten(difference(low, high))
        self.columns: list[tuple[Term | None, Poly]] = [(None, c.reduced) for c in search.direct(degree) if c.reduced]
        self.basis = _basis(self.goal)
        # What a square is multiplied by: nothing, or one of the facts.
        singles = list(dict.fromkeys(column.facts for column in search.direct(1) if len(column.facts) == 1))
        few = degree > 1 and len(self.basis) ** 2 * len(singles) <= MAX_SQUARES
        self.factors: list[tuple[int, ...]] = [(), *singles] if few else [()]
        self.known: set[Term] = set()

    def found(self) -> Iterator[Term]:
        if not self.basis or sum(len(p) for _, p in self.columns) > MAX_ENTRIES:
            return
        for a, b in combinations(self.basis, 2):
            for sign in (1, -1):
                self._add({a: 1, b: sign})
        for monomial in self.basis:
            self._add({monomial: 1})
        for _ in range(MAX_ROUNDS):
            if (squares := self._solution()) is not None:
                yield from squares
                return
            if not self._ask():
                return

    def _add(self, root: Poly) -> bool:
        """One more square, times nothing and times each fact; whether it is new."""
        square = poly_term(root)
        if square in self.known:
            return False
        self.known.add(square)
        for facts in self.factors:
            column = self.search.column(facts, square)
            if column is not None and column.reduced:
                self.columns.append((square, column.reduced))
        return True

    def _solution(self) -> list[Term] | None:
        """The squares of an exact combination that is the goal."""
        polys = [poly for _, poly in self.columns]
        strict = [False] * len(polys) + [True]
        weights = [0 if square is None else 1 for square, _ in self.columns] + [0]
        solution = nonnegative_zero_sum([*polys, self.goal], strict, [], weights)
        if solution is None:
            return None
        chosen = (square for c, (square, _) in zip(solution[0], self.columns, strict=False) if c)
        return list(dict.fromkeys(square for square in chosen if square is not None))

    def _ask(self) -> bool:
        """Add the squares that are most negative at the dual solution; whether there was one."""
        import numpy as np

        products = {pair: self._moments(pair) for pair in self._pairs()}
        polys = [*(poly for _, poly in self.columns), self.goal]
        moments = (poly for entry in products.values() for poly in entry)
        value = _prices(polys, self.goal, moments)
        added = False
        for number_, _ in enumerate(self.factors):
            matrix = np.zeros((len(self.basis), len(self.basis)))
            for (i, j), entry in products.items():
                at = sum(float(c) * value.get(m, 0.0) for m, c in entry[number_].items())
                matrix[i, j] = matrix[j, i] = at
            least, vectors = np.linalg.eigh(matrix)
            if least[0] < -CUT and (root := self._rounded(vectors[:, 0], matrix)):
                added = self._add(root) or added
        return added

    def _pairs(self) -> list[tuple[int, int]]:
        return [(i, j) for i in range(len(self.basis)) for j in range(i + 1)]

    def _moments(self, pair: tuple[int, int]) -> list[Poly]:
        """The product of two monomials, times each factor."""
        monomial = join(self.basis[pair[0]], self.basis[pair[1]])
        return [self._times(facts, {monomial: 1}) for facts in self.factors]

    def _times(self, facts: tuple[int, ...], poly: Poly) -> Poly:
        column: Column | None = self.search.column(facts) if facts else None
        return self.search.rewritten(times(column.reduced, poly) if column is not None else poly)

    def _rounded(self, vector: Floats, matrix: Floats) -> Poly | None:
        """The plainest whole numbers in nearly the proportions of a vector at which the form is negative, too."""
        import numpy as np

        found: list[tuple[int, int, list[int]]] = []
        units = [i for i, x in enumerate(vector) if abs(x) > abs(vector).max() / MAX_DENOMINATOR]
        for unit in units:
            for denominator in range(1, MAX_DENOMINATOR + 1):
                near = [Fraction(float(x / vector[unit])).limit_denominator(denominator) for x in vector]
                at = np.array([float(x) for x in near])
                if float(at @ matrix @ at) < -CUT * float(at @ at):
                    common = math.lcm(*(x.denominator for x in near))
                    numbers = [int(x * common) for x in near]
                    found.append((sum(map(abs, numbers)), unit, numbers))
                    break
        if not found:
            return None
        _, _, numbers = min(found)
        sign = 1 if next(x for x in numbers if x) > 0 else -1
        return {monomial: sign * x for monomial, x in zip(self.basis, numbers, strict=True) if x}


def _basis(goal: Poly) -> list[Monomial]:
    """Monomials whose products two by two may be in the goal: of at most half its degree, in all and in each atom."""
    atoms = sorted(atoms_of(goal), key=lambda atom: monomial_key(frozenset([(atom, 1)])))
    half = {atom: max(dict(m).get(atom, 0) for m in goal) // 2 for atom in atoms}
    degree = max((sum(e for _, e in m) for m in goal), default=0) // 2
    found: list[Monomial] = [ONE]
    for atom in atoms:
        powers = [ONE, *(frozenset([(atom, e)]) for e in range(1, half[atom] + 1))]
        found = [join(m, p) for m in found for p in powers if sum(e for _, e in join(m, p)) <= degree]
        if len(found) > 4 * MAX_BASIS:
            return []
    return sorted(found, key=monomial_key)[-MAX_BASIS:]
