"""Enclosures contain the values, and what is decided is so: random terms against the evaluator, and ends of ranges."""

from __future__ import annotations

import itertools
from fractions import Fraction
from random import Random
from typing import Any

import mpmath
import pytest

from adamproof.kernel.terms import Term, make, number
from adamproof.numeric import ranges
from adamproof.numeric.definitions import Definition, Rules
from adamproof.numeric.enclosing import Model
from adamproof.numeric.evaluate import Evaluator
from adamproof.numeric.models import Model as Other
from adamproof.numeric.numbers import Undetermined
from adamproof.numeric.ranges import INFINITE, WHOLE, Range, compared, point
from tests.kernel.generate import INTEGERS, POINTS, REALS, Generator

from .common import read

COIN = ((0, Fraction(1, 3)), (1, Fraction(2, 3)))
INT, REAL, FIRST = make("real", make("bound", 0, "int")), make("bound", 0, "real"), make("bound", 1, "real")
DEFINITIONS = (
    Definition("f", ("int",), (((1,), Fraction(7)),), make("mul", number(Fraction(1, 2)), INT)),
    Definition("g", ("real",), (((Fraction(1),), Fraction(-1)),), make("mul", REAL, REAL)),
    Definition("h", ("int", "real"), (), make("mul", INT, FIRST)),
    Definition("p", ("point",), (((0,), Fraction(2)), ((1,), Fraction(-1))), number(0)),
    Definition("q", ("point", "int"), (), make("real", make("bound", 1, "int"))),
    Definition("r", ("real", "point"), (), make("abs", REAL)),
)
FUNCTIONS: dict[str, Any] = {
    "f": lambda k: Fraction(7) if k == 1 else Fraction(k, 2),
    "g": lambda x: Fraction(-1) if type(x) is Fraction and x == 1 else x * x,
    "h": lambda k, x: k * x,
    "p": lambda w: 2 - 3 * w,
    "q": lambda w, k: k,
    "r": lambda x, w: abs(x),
}


def models(seed: int) -> tuple[Model, Evaluator]:
    rng = Random(seed)
    variables: dict[str, Any] = {x.args[0]: Fraction(rng.randint(-6, 6), rng.randint(1, 4)) for x in REALS}
    variables |= {k.args[0]: rng.randint(-3, 4) for k in INTEGERS} | {w.args[0]: rng.randint(0, 1) for w in POINTS}
    other = Other(variables=variables, functions=FUNCTIONS, space=COIN)
    return Model(variables, DEFINITIONS, Rules([]), COIN), Evaluator(other)


def contains(found: Range, number_: Any) -> bool:
    if type(number_) is Fraction:
        return found.has(number_)
    with mpmath.workdps(60):
        slack = mpmath.mpf(10) ** -30 * max(1, abs(number_))
        low, high = (
            mpmath.mpf(end) if type(end) is float else mpmath.mpf(end.numerator) / end.denominator for end in found[:2]
        )
        return bool(low - slack <= number_ <= high + slack)


@pytest.mark.parametrize("seed", range(5))
def test_enclosures_contain_the_values(seed: int) -> None:
    made = 0
    for turn in range(150):
        model, evaluator = models(1000 * seed + turn)
        term = Generator(1000 * seed + turn).real(4)
        try:
            expected = evaluator.value(term)
            found = model.enclosed(term)
        except (Undetermined, OverflowError):
            continue
        made += 1
        assert contains(found, expected), (term, found, expected)
    assert made > 60


@pytest.mark.parametrize("seed", range(4))
def test_what_is_decided_is_true_at_samples(seed: int) -> None:
    """The evaluator tests quantifiers on samples: it may not find a failure where there is none, or miss all."""
    decided = 0
    for turn in range(150):
        model, evaluator = models(2000 * seed + turn)
        statement = Generator(2000 * seed + turn).proposition(3)
        answer = model.decided(statement)
        try:
            truth = evaluator.truth(statement)
        except (Undetermined, OverflowError):
            continue
        if answer is True:
            decided += 1
            assert truth.holds, statement
        if not truth.holds and truth.exact:
            assert answer is not True, statement
    assert decided > 15


@pytest.mark.parametrize("seed", range(4))
def test_values_in_ranges_are_enclosed(seed: int) -> None:
    """A bound variable in a range: the value at each number of the range is in the enclosure."""
    rng = Random(seed)
    made = 0
    for turn in range(120):
        model, _ = models(3000 * seed + turn)
        term = Generator(3000 * seed + turn).real(4, ("int", "real"))
        low, start = rng.randint(-4, 4), Fraction(rng.randint(-8, 8), 3)
        tail = Range(Fraction(low), INFINITE, True, False) if turn % 2 else Range(-INFINITE, Fraction(low), False, True)
        part = Range(start, start + rng.randint(0, 3), bool(turn % 3), True)
        try:
            found = model.enclosed(term, (tail, part))
        except Undetermined:
            continue
        step = 1 if turn % 2 else -1
        for k, x in itertools.product(range(low, low + 4 * step, step), (start, start + Fraction(1, 2), part.high)):
            if part.has(x):
                try:
                    value = model.enclosed(term, (point(k), point(x)))
                except Undetermined:
                    continue
                made += 1
                assert value.within(found), (term, k, x, value, found)
    assert made > 100


ENDS = [Range(Fraction(a), Fraction(b), p, q) for a, b in ((-2, -1), (-1, 0), (-1, 2), (0, 1), (1, 3)) for p in (0, 1)
        for q in (0, 1)]  # fmt: skip
ENDS += [Range(Fraction(a), INFINITE, bool(p), False) for a in (-1, 0, 2) for p in (0, 1)] + [WHOLE, point(0), point(2)]


def numbers(a: Range) -> list[Fraction]:
    low = (
        a.low if type(a.low) is Fraction else min(a.high, Fraction(0)) - 9 if type(a.high) is Fraction else Fraction(-9)
    )
    high = a.high if type(a.high) is Fraction else max(low, Fraction(0)) + 9
    inside = {low + (high - low) * Fraction(n, 8) for n in range(9)} | {low + Fraction(1, 10**6), Fraction(0)}
    return [x for x in inside if a.has(x)]


def test_arithmetic_on_ranges_contains_that_on_numbers() -> None:
    for a, b in itertools.product(ENDS, ENDS):
        total, product = ranges.added([a, b]), ranges.multiplied([a, b])
        for x, y in itertools.product(numbers(a), numbers(b)):
            assert total.has(x + y) and product.has(x * y), (a, b, x, y)
    for a in ENDS:
        for x in numbers(a):
            assert ranges.absolute(a).has(abs(x)) and ranges.inverse(a).has(1 / x if x else x), (a, x)
            assert ranges.sign(a).has((x > 0) - (x < 0))
            for low, high in itertools.combinations_with_replacement(range(-2, 4), 2):
                power = ranges.power(a, Range(Fraction(low), Fraction(high)))
                late = ranges.power(a, Range(Fraction(low), INFINITE, True, False))
                for n in range(low, high + 1):
                    value = x**n if x or n >= 0 else Fraction(0)
                    assert power.has(value) and late.has(value), (a, x, low, high, n)


def test_ends_that_are_not_attained_stay_so() -> None:
    positive, late = Range(Fraction(0), INFINITE, False, False), Range(Fraction(2), INFINITE, True, False)
    assert ranges.inverse(late) == Range(Fraction(0), Fraction(1, 2), False, True)
    assert ranges.multiplied([positive, late]) == positive
    assert ranges.power(point(Fraction(1, 2)), late) == Range(Fraction(0), Fraction(1, 4), False, True)
    assert ranges.root(positive) == positive
    assert compared("<", point(0), positive) is True and compared("<=", positive, point(0)) is False
    assert compared("!=", positive, point(0)) is True and compared("==", point(1), point(1)) is True
    closed = Range(Fraction(0), Fraction(1))
    assert compared("<", point(0), closed) is None and compared("<=", point(0), closed) is True
    assert compared("==", closed, closed) is None and compared("<=", WHOLE, WHOLE) is None


@pytest.mark.parametrize("function", [ranges.root, ranges.log])
def test_no_value_where_there_is_none(function: Any) -> None:
    for bad in (point(-1), Range(Fraction(-1), Fraction(1)), WHOLE):
        with pytest.raises(Undetermined):
            function(bad)
    with pytest.raises(Undetermined, match="may not be positive"):
        ranges.log(Range(Fraction(0), Fraction(1)))
    with pytest.raises(Undetermined, match="may be 0 or negative"):
        ranges.real_power(Range(Fraction(0), Fraction(1)), Range(Fraction(-1, 2), Fraction(1, 2)))


def test_a_long_computation_ends() -> None:
    recursion = read("forall k: int. 0 <= k -> v(k + 1) == v(k)^2 + v(k)")
    start: Term = read("v(0) == 3")
    model = Model({}, (), Rules([start, recursion]), most=5000)
    assert model.decided(read("v(12) <= 0")) is False  # rounded outward, long since
    assert model.decided(read("v(100000) <= 0")) is None
    assert model.decided(read("Sum(k, 1, 1000000, v(k)) <= 0")) is None


def test_numbers_grow_no_longer_than_can_be_kept() -> None:
    recursion = read("forall k: int. 0 <= k -> v(k + 1) == v(k)^2 + 2")
    model = Model({}, (), Rules([read("v(0) == 1/3"), recursion]))
    assert model.decided(read("4 < v(4)")) is True
    assert model.decided(read("4 < v(60)")) is None  # it has more digits than there is memory for
    assert model.spent < 2_000
