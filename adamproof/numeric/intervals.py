"""A closed statement about real variables, decided on a box by interval arithmetic.

Enclosures are computed with outward rounding (the interval functions beneath ``mpmath.iv``), and a box is cut
in half until every piece is decided or the budget is spent.  "proved" is therefore rigorous up to the
correctness of mpmath; it is a second opinion beside the kernel, never a replacement for it.
"""

from __future__ import annotations

import functools
import heapq
import itertools
from collections import Counter
from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from mpmath import libmp

from ..kernel.terms import RELATIONS, Term, free
from ..kernel.text import show
from .answers import Box, BoxAnswer

Interval = tuple[Any, Any]  # mpmath's raw floating-point pairs: lower, upper

PRECISION = 120  # bits; cutting boxes, not rounding, limits the width of an enclosure
BUDGET = 10_000  # boxes
OPERATORS = "+ * inv sqrt abs pow (literal exponent) ln"


class NotInterval(ValueError):
    """A statement or a box that intervals do not treat; the message says what."""


class _Open(Exception):
    """On this box a subterm has no bounded enclosure (a denominator or an argument of ln or sqrt touches its limit)."""


def check_box(
    statement: Term,
    box: Mapping[str, tuple[Fraction | int, Fraction | int]],
    conditions: Sequence[Term] = (),
    budget: int = BUDGET,
    precision: int = PRECISION,
) -> BoxAnswer:
    """Decide a relation over real variables on a box with exact rational ends (ends included).

    conditions: relations that may be assumed; pieces on which one fails for certain are dropped, and a
    refutation lies where all of them hold for certain.  budget counts boxes, precision bits.
    Raises NotInterval for binders, function symbols, integer variables or other heads, and for a bad box.
    """
    ranges = _checked_box(box)
    for prop in (statement, *conditions):
        if prop.op not in RELATIONS:
            raise NotInterval(f"interval arithmetic decides relations, not {show(prop)}")
        _check_term(prop)
        for name in sorted(variable.args[0] for variable in free(prop)):
            if name not in ranges:
                raise NotInterval(f"the box has no range for {name}")
    return _Search(statement, tuple(conditions), precision).run(ranges, budget)


class _Search:
    """Best-first subdivision: the box with the smallest lower bound is cut next."""

    def __init__(self, statement: Term, conditions: tuple[Term, ...], precision: int) -> None:
        self.statement = statement
        self.conditions = conditions
        self.precision = precision

    def run(self, start: Box, budget: int) -> BoxAnswer:
        pending: list[tuple[Fraction, int, Box]] = []
        ticket = itertools.count()  # decides between equal bounds: the older box first
        proved: list[Fraction] = []
        fresh = [start]
        boxes = 0
        while fresh:
            for box in fresh:
                boxes += 1
                verdict, lower = self._judge(box)
                if verdict is False:
                    return BoxAnswer("refuted", boxes, box, None)
                if verdict is None:
                    heapq.heappush(pending, (lower, next(ticket), box))
                elif lower != _VACUOUS:
                    proved.append(lower)
            if not pending:
                break
            _, _, worst = heapq.heappop(pending)
            middle = {name: ((low + high) / 2,) * 2 for name, (low, high) in worst.items()}
            if self._judge(middle)[0] is False:  # a single point refutes as well as a box
                return BoxAnswer("refuted", boxes, middle, None)
            if boxes + 2 > budget or worst == middle:
                return BoxAnswer("undecided", boxes, worst, None)
            fresh = _halves(worst, start)
        if not proved:
            return BoxAnswer("vacuous", boxes, None, None)
        return BoxAnswer("proved", boxes, None, min(proved) if self.statement.op in ("<=", "<") else None)

    def _judge(self, box: Box) -> tuple[bool | None, Fraction]:
        """Whether the statement holds on the whole box (False: at no point of it), and a lower bound of its slack."""
        certain = True
        for condition in self.conditions:
            verdict = self._decide(condition, box)[0]
            if verdict is False:
                return True, _VACUOUS
            certain = certain and verdict is True
        verdict, lower = self._decide(self.statement, box)
        return (None if verdict is False and not certain else verdict), lower

    def _decide(self, prop: Term, box: Box) -> tuple[bool | None, Fraction]:
        try:
            memo: dict[Term, Interval] = {}
            lhs, rhs = (self._enclose(side, box, memo) for side in prop.args)
            low, high = (_exact(end) for end in libmp.libmpi.mpi_sub(rhs, lhs, self.precision))
        except _Open:
            return None, _UNBOUNDED
        if prop.op == "<=":
            return (True if low >= 0 else False if high < 0 else None), low
        if prop.op == "<":
            return (True if low > 0 else False if high <= 0 else None), low
        apart, equal = low > 0 or high < 0, low == high == 0
        if prop.op == "==":
            return (True if equal else False if apart else None), -max(abs(low), abs(high))
        return (True if apart else False if equal else None), low

    def _enclose(self, term: Term, box: Box, memo: dict[Term, Interval]) -> Interval:
        if term not in memo:
            memo[term] = self._computed(term, box, memo)
        return memo[term]

    def _computed(self, term: Term, box: Box, memo: dict[Term, Interval]) -> Interval:
        if term.op == "rat":
            return _rational(term.args[0], term.args[0], self.precision)
        if term.op == "var":
            return _rational(*box[term.args[0]], self.precision)
        if term.op == "pow":
            return self._power(self._enclose(term.args[0], box, memo), term.args[1].args[0])
        if term.op == "add":
            parts = [self._enclose(arg, box, memo) for arg in term.args]
            return functools.reduce(lambda x, y: libmp.libmpi.mpi_add(x, y, self.precision), parts)
        if term.op == "mul":  # a repeated factor is a power: x*x is never negative
            factors = Counter(term.args).items()
            parts = [self._power(self._enclose(factor, box, memo), count) for factor, count in factors]
            return functools.reduce(lambda x, y: libmp.libmpi.mpi_mul(x, y, self.precision), parts)
        heads = {"inv": self._inverse, "sqrt": self._sqrt, "abs": self._abs, "ln": self._ln}
        return heads[term.op](self._enclose(term.args[0], box, memo))

    def _inverse(self, x: Interval) -> Interval:
        if x == (libmp.fzero, libmp.fzero):
            return x  # inv(0) = 0
        if libmp.mpf_sign(x[0]) * libmp.mpf_sign(x[1]) <= 0:
            raise _Open
        return libmp.libmpi.mpi_div((libmp.fone, libmp.fone), x, self.precision)  # type: ignore[no-any-return]

    def _sqrt(self, x: Interval) -> Interval:
        if libmp.mpf_sign(x[0]) < 0:
            raise _Open
        return libmp.libmpi.mpi_sqrt(x, self.precision)  # type: ignore[no-any-return]

    def _abs(self, x: Interval) -> Interval:
        return libmp.libmpi.mpi_abs(x, self.precision)  # type: ignore[no-any-return]

    def _ln(self, x: Interval) -> Interval:
        if libmp.mpf_sign(x[0]) <= 0:
            raise _Open
        return _widened(libmp.libmpi.mpi_log(x, self.precision), self.precision)

    def _power(self, x: Interval, exponent: int) -> Interval:
        if exponent < 0:
            return self._power(self._inverse(x), -exponent)
        result = (libmp.fone, libmp.fone)
        while exponent:  # squares first, so an even power is never negative
            if exponent & 1:
                result = libmp.libmpi.mpi_mul(result, x, self.precision)
            exponent >>= 1
            if exponent:
                x = libmp.libmpi.mpi_square(x, self.precision)
        return result


def _widened(x: Interval, precision: int) -> Interval:
    """An interval of mpmath's for a logarithm or exponential: it rounds an approximation, so widen by far more."""
    low, high = x
    margin = libmp.mpf_shift(libmp.fone, 8 - precision)
    largest = libmp.libmpf.mpf_min_max([libmp.mpf_abs(low), libmp.mpf_abs(high)])[1]
    spread = libmp.mpf_mul(margin, largest)
    return (
        libmp.mpf_sub(low, spread, precision, libmp.round_floor),
        libmp.mpf_add(high, spread, precision, libmp.round_ceiling),
    )


def logarithm(x: Fraction, precision: int) -> tuple[Fraction, Fraction]:
    """Two exact numbers, the logarithm of x > 0 between them."""
    low, high = _widened(libmp.libmpi.mpi_log(_rational(x, x, precision), precision), precision)
    return _exact(low), _exact(high)


def exponential(x: Fraction, precision: int) -> tuple[Fraction, Fraction]:
    """Two exact numbers, both positive, exp(x) between them."""
    low, high = _widened(libmp.libmpi.mpi_exp(_rational(x, x, precision), precision), precision)
    return _exact(low), _exact(high)


def _rational(low: Fraction, high: Fraction, precision: int) -> Interval:
    down = libmp.from_rational(low.numerator, low.denominator, precision, libmp.round_floor)
    up = libmp.from_rational(high.numerator, high.denominator, precision, libmp.round_ceiling)
    return down, up


_UNBOUNDED = Fraction(-(10**1000))  # orders boxes without an enclosure before all others
_VACUOUS = Fraction(10**1000)


def _halves(box: Box, start: Box) -> list[Box]:
    """The box cut across its widest side, relative to the box that the search started from."""

    def width(name: str) -> Fraction:
        (low, high), (first, last) = box[name], start[name]
        return (high - low) / (last - first) if last > first else Fraction(0)

    name = max(box, key=width)
    low, high = box[name]
    middle = (low + high) / 2
    return [{**box, name: (low, middle)}, {**box, name: (middle, high)}]


def _exact(end: Any) -> Fraction:
    return Fraction(*libmp.to_rational(end))


def _checked_box(box: Mapping[str, tuple[Fraction | int, Fraction | int]]) -> Box:
    ranges: Box = {}
    for name, ends in box.items():
        if len(ends) != 2 or any(type(end) not in (int, Fraction) for end in ends):
            raise NotInterval(f"the range of {name} must have two exact ends, not {ends!r:.80}")
        if ends[0] > ends[1]:
            raise NotInterval(f"the range of {name} is empty")
        ranges[name] = (Fraction(ends[0]), Fraction(ends[1]))
    return ranges


def _check_term(term: Term) -> None:
    if term.op == "var" and term.sort != "real":
        raise NotInterval(f"{term.args[0]} is not a real variable")
    if term.op == "pow" and term.args[1].op != "int":
        raise NotInterval(f"interval arithmetic needs a literal exponent, not {show(term.args[1])}")
    if term.op not in (*RELATIONS, "rat", "int", "var", "add", "mul", "inv", "sqrt", "abs", "pow", "ln"):
        raise NotInterval(f"interval arithmetic supports {OPERATORS}, not {term.op} as in {show(term)}")
    for arg in term.args:
        if type(arg) is Term:
            _check_term(arg)
