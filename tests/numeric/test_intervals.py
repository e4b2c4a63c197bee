"""Intervals prove, refute, or say that they cannot tell."""

from __future__ import annotations

from fractions import Fraction
from random import Random

import mpmath
import pytest

from adamproof.kernel.terms import Term, make, number
from adamproof.numeric.evaluate import value
from adamproof.numeric.intervals import NotInterval, check_box
from adamproof.numeric.models import Model
from adamproof.numeric.numbers import Undetermined, subtract

from .common import SQUARE, read

Ends = tuple[Fraction | int, Fraction | int]

BETAS: dict[str, Ends] = {"b1": (0, Fraction(9, 10)), "b2": (Fraction(95, 100), Fraction(999, 1000))}
UNIT: dict[str, Ends] = {"x": (0, 1), "y": (0, 1)}


def test_the_constant_of_lemma_b2_is_at_least_one() -> None:
    answer = check_box(read(f"0 <= {SQUARE} - 1"), BETAS)
    assert answer.verdict == "proved" and answer.box is None
    assert answer.lower is not None and 0 <= answer.lower < Fraction(36, 100)  # the true minimum is 0.357...
    assert str(answer) == f"proved on the whole box ({answer.boxes} boxes)"


def test_a_false_bound_is_refuted_by_a_box() -> None:
    answer = check_box(read(f"{SQUARE} <= 50"), BETAS)
    assert answer.verdict == "refuted" and answer.box is not None and str(answer).startswith("fails for b1 in [")
    for b1 in answer.box["b1"]:
        for b2 in answer.box["b2"]:
            assert value(read(SQUARE), Model(variables={"b1": b1, "b2": b2})) > 50


def test_an_equality_in_the_interior_stays_undecided() -> None:
    answer = check_box(read("0 <= (x - y)^2 + x*y - y*x"), UNIT, budget=200)
    assert answer.verdict == "undecided" and answer.box is not None and answer.boxes <= 200
    assert "undecided, worst for" in str(answer)


@pytest.mark.parametrize(
    ("source", "verdict"),
    [
        ("x*x <= x + 1/100", "proved"),
        ("0 <= x*x", "proved"),
        ("x^2 <= 1", "proved"),
        ("x < 1", "undecided"),  # false on one side only, which subdividing never singles out
        ("x < 1 + y/1000 + 1/1000", "proved"),
        ("1 < x", "refuted"),
        ("abs(x - y) <= 1", "proved"),
        ("sqrt(x + 1) < 3/2", "proved"),
        ("ln(1 + x) <= 7/10", "proved"),
        ("ln(1 + x) <= 69/100", "refuted"),
        ("x + 2 != y", "proved"),
        ("x + 2 == y", "refuted"),
        ("2*3 == 6", "proved"),
        ("2*3 != 6", "refuted"),
        ("2*3 < 6", "refuted"),
        ("1 <= inv(x)", "undecided"),  # false at 0, where the enclosure is unbounded
        ("inv(x - x) == 0", "undecided"),
        ("inv(0) == 0", "proved"),
        ("sqrt(x - 2) == 0", "undecided"),
        ("(1 + x)^(-2) <= 1", "proved"),
        ("(x - 1/2)^3 <= 1/8", "proved"),
        ("0 <= (x - y)^4", "proved"),
    ],
)
def test_verdicts(source: str, verdict: str) -> None:
    assert check_box(read(source), UNIT, budget=3_000).verdict == verdict


def test_conditions_cut_the_box() -> None:
    assert check_box(read("x <= y"), UNIT, [read("x + 1/10 <= y")]).verdict == "proved"
    assert check_box(read("x < y + 1/50"), UNIT, [read("x <= y")]).verdict == "proved"
    answer = check_box(read("x < y"), UNIT, [read("y + 1/10 <= x")])
    assert answer.verdict == "refuted" and answer.box is not None
    assert answer.box["y"][1] + Fraction(1, 10) <= answer.box["x"][0]
    assert check_box(read("1 == 0"), UNIT, [read("2 <= x")]).verdict == "vacuous"


def test_a_refutation_lies_where_the_conditions_hold_for_certain() -> None:
    answer = check_box(read("x <= -1"), UNIT, [read("x <= y")])
    assert answer.verdict == "refuted" and answer.box is not None
    assert answer.box["x"][1] <= answer.box["y"][0]


@pytest.mark.parametrize("source", ["0 <= x*x", "0 <= x^2", "0 <= x^6", "0 <= x*y*x + 1", "-1 <= x*x*x", "x*x <= 1"])
def test_powers_are_no_wider_than_they_are(source: str) -> None:
    answer = check_box(read(source), {"x": (-1, 1), "y": (-1, 1)})
    assert (answer.verdict, answer.boxes) == ("proved", 1)


def test_a_degenerate_box_is_a_point() -> None:
    assert check_box(read("x^2 == 4"), {"x": (2, 2)}).verdict == "proved"
    assert check_box(read("sqrt(x)^2 == 2"), {"x": (2, 2)}).verdict == "undecided"
    assert check_box(read("3^2 == 9"), {}).verdict == "proved"


@pytest.mark.parametrize(
    ("source", "box", "message"),
    [
        ("x <= y -> x <= y", UNIT, "interval arithmetic decides relations"),
        ("x <= m(1)", UNIT, "not app"),
        ("x <= Sum(k, 1, 3, k)", UNIT, "not Sum"),
        ("x <= sign(y)", UNIT, "not sign"),
        ("x^n <= 1", UNIT, "literal exponent"),
        ("x <= n", UNIT, "interval arithmetic supports"),
        ("x <= z", UNIT, "no range for z"),
        ("x <= 1", {"x": (1, 0)}, "range of x is empty"),
        ("x <= 1", {"x": (0.0, 1.0)}, "two exact ends"),
    ],
)
def test_refusals(source: str, box: dict[str, tuple[Fraction, Fraction]], message: str) -> None:
    with pytest.raises(NotInterval, match=message):
        check_box(read(source), box)


def test_enclosures_contain_the_values_at_random_points() -> None:
    """A proved bound may not be contradicted anywhere: lower is compared with values inside the box."""
    rng = Random(11)
    box = {"x": (Fraction(1, 3), Fraction(7, 3)), "y": (Fraction(-5, 7), Fraction(2, 7))}
    checked = 0
    for _ in range(300):
        term = _random_term(rng, 3)
        answer = check_box(make("<=", number(-(10**6)), term), box, budget=60)
        if answer.lower is None:
            continue
        for _ in range(10):
            point = {name: low + (high - low) * Fraction(rng.randint(0, 64), 64) for name, (low, high) in box.items()}
            try:
                found = value(term, Model(variables=point))
            except Undetermined:
                continue
            with mpmath.workdps(60):
                assert subtract(found, answer.lower - 10**6) >= 0
            checked += 1
    assert checked > 1_000


def _random_term(rng: Random, depth: int) -> Term:
    if depth == 0:
        return rng.choice([make("var", "x", "real"), make("var", "y", "real"), number(Fraction(rng.randint(-3, 3), 2))])
    parts = [_random_term(rng, depth - 1) for _ in range(2)]
    shape = rng.choice(["add", "mul", "inv", "pow", "abs", "sqrt", "ln"])
    if shape in ("add", "mul"):
        return make(shape, *parts)
    return make(shape, parts[0], *([make("int", rng.choice([-2, 2, 3]))] if shape == "pow" else []))


def test_a_small_slack_is_not_shown_as_none() -> None:
    from adamproof.report.words import _below

    assert [_below(Fraction(*parts)) for parts in ((0, 1), (1, 3), (-1, 10**9))] == ["0", "0.333333", "-0.000001"]
    assert _below(Fraction(2, 3 * 10**9)) == "6E-10"


def test_the_ends_of_a_narrow_box_are_told_apart() -> None:
    low = Fraction(10**30 + 1, 10**30)
    answer = check_box(read("x < 1"), {"x": (low, low + Fraction(1, 10**30))})
    assert str(answer) == (
        "fails for x in [~1.000000000000000000000000000001, ~1.000000000000000000000000000002] (1 boxes)"
    )
