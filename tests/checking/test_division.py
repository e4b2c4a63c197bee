"""What a statement divides by that may be 0: named where no assumption alone, nor its form, says that it is not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from adamproof.checking.division import divisors
from adamproof.kernel.text import show
from adamproof.prover import E, Point, Sum, absolute, eq, forall, function, integers, le, lt, ne, prop, reals, root
from tests.here import run_here as run

k, n = integers("k n")
x, y, z = reals("x y z")
w = Point("w")
a, X = function("a"), function("X", "point")


@pytest.mark.parametrize(
    ("assumptions", "divisor", "named"),
    [
        ([], y, True),
        ([le(0, y)], y, True),
        ([lt(0, y)], y, False),
        ([lt(y, 0)], y, False),
        ([ne(y, 0)], y, False),
        ([ne(y, x)], x - y, False),
        ([eq(y, 2)], y, False),
        ([le(2, y)], y - 1, False),
        ([le(2, y)], y - 2, True),
        ([lt(x, y)], y - x, False),
        ([lt(0, x), le(0, y)], root(x) + y, False),
        ([le(0, x), le(0, y)], root(x) + y, True),
        ([le(0, x)], 1 + x**2 + absolute(y), False),
        ([lt(0, x), ne(y, 0)], x * y**2, False),
        ([le(1, n)], root(n), False),
        ([forall(k, lt(0, a(k)))], a(n), False),
        ([forall(k, le(0, a(k)))], a(n), True),
        ([forall(k, le(0, a(k)))], 1 + Sum(a(k), (k, 1, n)), False),
        ([forall(w, le(0, X(w)))], 1 + E(X(w), w), False),
    ],
)
def test_what_may_be_0_is_named(assumptions: list[Any], divisor: Any, named: bool) -> None:
    found = divisors(map(prop, assumptions), prop(le(z, 1 / divisor)))
    assert bool(found) == named, list(map(show, found))


def test_within_a_sum_the_range_counts() -> None:
    assert not divisors([], prop(le(0, Sum(1 / root(k), (k, 1, n)))))
    (found,) = divisors([], prop(le(0, Sum(1 / root(k), (k, 0, n)))))
    assert show(found) == "sqrt(k)"
    assert not divisors([], prop(forall(k, le(0, 1 / k), [le(1, k)])))


def test_the_page_of_a_users_lemma_says_so(tmp_path: Path) -> None:
    path = tmp_path / "mine.py"
    path.write_text("""
from adamproof.lemmas.vocabulary import *
x, y = reals("x y")
lemma = Lemma(slug="mine", title="Mine", source=Source.OURS, where="a test", assumptions={"x": le(0, x), "y": le(0, y)},
              claims=[Claim("it", le(0, x/y + x/(1 + y)), lambda p: p.conclude("x", "y"))])
""", encoding="utf-8")  # fmt: skip
    said = " ".join(run("check", str(path), "--no-cache", "--no-near-misses").stdout.split())
    assert "division by y: no assumption alone says that this is not 0, and 1/0 counts as 0" in said
