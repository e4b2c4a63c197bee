"""Coefficients of any size: what is found in one unit is found in every other, with as many attempts."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from random import Random
from typing import Any

import pytest
from sympy import Abs, Rational, sqrt

from adamproof.kernel import verify
from adamproof.kernel.normal import Poly, add_to, normal, scaled
from adamproof.prover import ProofFailure, dump, eq, inverse, le, lt, product, prove, proving, reals, term
from adamproof.prover.linear import Programme, _simplex, _Tableau
from adamproof.prover.search import Search

x, y, z, w = VARIABLES = reals("x y z w")
Shape = Callable[..., tuple[Any, list[Any]]]

# Statements about a, b, c, d, which the tests replace by multiples of x, y, z, w.
SHAPES: dict[str, Shape] = {
    "sum": lambda a, b, c, d: (le(0, 3 * a + b + c / 7), [le(0, a), le(0, b), le(0, c)]),
    "chain": lambda a, b, c, d: (lt(a, d), [le(a, b), lt(b, c), le(c, d)]),
    "long chain": lambda a, b, c, d: (le(a, 27 * d), [le(a, 3 * b), le(b, 3 * c), le(c, 3 * d)]),
    "between": lambda a, b, c, d: (lt(a, b + c), [le(2 * a, b), lt(0, c), le(0, b)]),
    "product": lambda a, b, c, d: (le(0, a * b), [le(0, a), le(0, b)]),
    "products": lambda a, b, c, d: (le(a * b, c * d), [le(0, a), le(a, c), le(0, b), le(b, d)]),
    "powers": lambda a, b, c, d: (lt(a**2, b**2), [le(0, a), lt(a, b)]),
    "square": lambda a, b, c, d: (le(2 * a * b, a**2 + b**2), []),
    "squares": lambda a, b, c, d: (le(2 * a * b, c + d), [le(a**2, c), le(b**2, d)]),
    "three squares": lambda a, b, c, d: (le(a * b + b * c + c * a, a**2 + b**2 + c**2), []),
    "loose square": lambda a, b, c, d: (le(2 * a * b, 3 * a**2 + 5 * b**2), []),
    "equation": lambda a, b, c, d: (le(a, 2 * c), [eq(a, b + c), le(b, c)]),
    "equations": lambda a, b, c, d: (eq(a, 3 * d), [eq(a, b + c), eq(b, 2 * d), eq(c, d)]),
    "loose equation": lambda a, b, c, d: (le(c**2, a * c), [eq(a * b + a * c, c * b + c**2), le(a * b, c * b)]),
    "denominator": lambda a, b, c, d: (le(a / b, c / b), [lt(0, b), le(a, c)]),
    "quotient": lambda a, b, c, d: (lt(a / (a + b), c / c), [lt(0, a), lt(0, b), lt(0, c)]),
    "two denominators": lambda a, b, c, d: (eq(product(a, inverse(a * (a + b))), inverse(a + b)), [lt(0, a), lt(0, b)]),
    "root": lambda a, b, c, d: (le(sqrt(a) * sqrt(b), (a + b) / 2), [le(0, a), le(0, b)]),
    "roots": lambda a, b, c, d: (le(0, sqrt(a) + b), [le(0, a), le(0, b)]),
    "abs": lambda a, b, c, d: (le(Abs(a + b), Abs(a) + Abs(b)), []),
    "abs bound": lambda a, b, c, d: (le(Abs(a), b), [le(a, b), le(-b, a)]),
}
UNITS = (-20, -13, -10, -7, -3, -1, 1, 4, 8, 10, 15, 20)


def attempts(goal: Any, facts: list[Any]) -> tuple[int, int]:
    """How many programmes the search that finds the proof sets up, and the work of all; the proof is verified."""
    proving._answers.clear()
    before = Search.run
    done: list[Search] = []

    def counted(self: Search, *args: Any) -> Any:
        done.append(self)
        return before(self, *args)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Search, "run", counted)
        theorem = prove(goal, *facts)
    assert verify(dump(theorem)).theorem == theorem.theorem
    return len(done[-1].tried), sum(search.work for search in done)


def ten(k: int) -> Rational:
    return Rational(10) ** k


@pytest.mark.parametrize("name", SHAPES)
def test_a_change_of_units_loses_no_proof(name: str) -> None:
    """x -> 10^k*x: the same proof up to factors, in as many attempts; k is mixed, or the same for all."""
    rng = Random(name)
    plain, work = attempts(*SHAPES[name](*VARIABLES))
    mixed = [[rng.choice(UNITS) for _ in VARIABLES] for _ in range(3)]
    for units in [*mixed, [20] * 4, [-20] * 4, [20, -20, 20, -20], [1, -1, 2, 0], [3, 0, 0, 0]]:
        factors = [ten(2 * k if "root" in name else k) for k in units]
        changed = SHAPES[name](*(factor * v for factor, v in zip(factors, VARIABLES, strict=True)))
        found, more = attempts(*changed)
        assert (found, more <= 3 * work) == (plain, True), (units, found, more)


def wild(rng: Random) -> Rational:
    return rng.choice((-3, -1, 1, 2, 7)) * ten(rng.randint(-20, 20))


@pytest.mark.parametrize("seed", range(20))
def test_coefficients_that_no_units_make_alike(seed: int) -> None:
    """A positive combination of random facts follows from them, however its coefficients are mixed."""
    rng = Random(seed)
    forms = [sum(wild(rng) * v for v in rng.sample(VARIABLES, 2)) + wild(rng) for _ in range(rng.randint(2, 4))]
    total = sum(abs(wild(rng)) * form for form in forms)
    attempts(le(0, total), [le(0, form) for form in forms])
    attempts(lt(0, total + ten(-20)), [le(0, form) for form in forms])


@pytest.mark.parametrize("seed", range(10))
def test_products_of_wild_facts(seed: int) -> None:
    rng = Random(seed)
    first, second = ([wild(rng) * x + wild(rng) * y + wild(rng) * z for _ in range(2)] for _ in range(2))
    product = sum(abs(wild(rng)) * a * b for a, b in zip(first, second, strict=True))
    attempts(le(0, product.expand()), [le(0, form) for form in (*first, *second)])


def test_numbers_beyond_the_floats() -> None:
    attempts(le(0, ten(400) * x + ten(-400) * y), [le(0, x), le(0, y)])
    attempts(lt(0, sqrt(x) + ten(-400)), [le(0, x)])
    attempts(le(2 * ten(350) * x * y, ten(700) * x**2 + y**2), [])


@pytest.mark.parametrize(
    "shape",
    [
        lambda a, b, c, d: (lt(0, a + b), [le(0, a), le(0, b)]),
        lambda a, b, c, d: (le(2 * a * b, (a**2 + b**2) * Rational(99, 100)), []),
        lambda a, b, c, d: (le(a * d, b * c), [le(0, a), le(a, b), lt(0, c), le(c, d)]),
        lambda a, b, c, d: (le(a / b, c / d), [lt(0, b), le(a, c), lt(0, d)]),
    ],
)
def test_what_is_false_is_refused_with_as_little_work(shape: Shape) -> None:
    """In every unit: monomials computed and entries changed by the exact simplex method are counted, not seconds."""
    plain = refused(*shape(*VARIABLES))
    for units in ([20, -20, 7, 0], [-10, 3, 15, -20], [20] * 4):
        monomials, entries = refused(*shape(*(ten(k) * v for k, v in zip(units, VARIABLES, strict=True))))
        assert monomials <= 3 * plain[0] and entries <= plain[1] + 100_000


def refused(goal: Any, facts: list[Any]) -> tuple[int, int]:
    """How much searches computed for a goal that is not proved (a counterexample ends them early in some units)."""
    proving._answers.clear()
    searches, tableaus = [], []
    run, simplex = Search.run, _Tableau.__init__
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Search, "run", lambda self, *args: (searches.append(self), run(self, *args))[1])
        patch.setattr(_Tableau, "__init__", lambda self, *args: (tableaus.append(self), simplex(self, *args))[1])
        patch.setattr(proving, "_refuted", lambda *_: False)
        with pytest.raises(ProofFailure):
            prove(goal, *facts)
    return sum(search.work for search in searches), sum(tableau.work for tableau in tableaus)


@pytest.mark.parametrize("seed", range(20))
def test_the_exact_simplex_method_decides(seed: int) -> None:
    """A programme with a solution, far from any scale, and the same with one column turned, which has none."""
    rng = Random(seed)
    forms = [normal(term(sum(wild(rng) * v for v in VARIABLES))) for _ in range(3)]
    last: Poly = {}
    for form in forms:
        add_to(last, form, -Fraction(str(abs(wild(rng)))))
    columns = [*forms, last]
    rows = {monomial: i for i, monomial in enumerate(forms[0])}
    found = _simplex(Programme(columns, [True] * 4, 4, [1] * 4, rows), ())
    assert found is not None and sum(found.values()) == 1 and min(found.values()) > 0
    total: Poly = {}
    for i, value in found.items():
        add_to(total, columns[i], value)
    assert total == {}
    columns[-1] = scaled(last, -1)
    assert _simplex(Programme(columns, [True] * 4, 4, [1] * 4, rows), ()) is None


NARROW: dict[str, Callable[[Any], tuple[Any, list[Any]]]] = {
    "below 1": lambda e: (lt(x, 1), [le(x, 1 - e)]),
    "beside a large number": lambda e: (lt(x, 1 / e + 1), [le(x, 1 / e)]),
    "a root": lambda e: (lt(sqrt(x), 1 + e), [le(0, x), le(x, 1)]),
    "a square": lambda e: (lt(0, x**2 - 2 * x + 1 + e), []),
    "a quotient": lambda e: (lt(x / (1 + e), 1), [le(x, 1)]),
    "a sum": lambda e: (lt(x + y, 2), [le(x, 1), le(y, 1 - e)]),
}


@pytest.mark.parametrize("places", [1, 8, 9, 10, 11, 12, 15, 20])
@pytest.mark.parametrize("statement", NARROW.values(), ids=NARROW)
def test_strict_margins_below_what_floats_tell_apart(statement: Callable[[Any], Any], places: int) -> None:
    goal, facts = statement(Rational(1, 10**places))
    prove(goal, *facts)


@pytest.mark.parametrize("places", [1, 10, 20])
def test_a_narrow_margin_on_the_wrong_side(places: int) -> None:
    with pytest.raises(ProofFailure):
        prove(lt(x, 1), le(x, 1 + Rational(1, 10**places)))


@pytest.mark.parametrize("factor", [Rational(2), Rational(3), Rational(5), Rational(7), Rational(2, 3), Rational(5, 2)])
def test_squares_in_units_near_to_1(factor: Rational) -> None:
    for one, other in ((x, y), (x * y, z), (x, 1 / y)):
        prove(le(2 * factor * product(one, other), factor**2 * one**2 + other**2), lt(0, y))
        prove(le(0, factor**2 * one**2 - 2 * factor * product(one, other) + other**2), lt(0, y))
