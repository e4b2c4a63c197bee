"""What a failed goal falls short of, and what closes it: said exactly, and true when it is tried again."""

from __future__ import annotations

from typing import Any

import pytest
from sympy import Rational

from adamproof.kernel.terms import make, number
from adamproof.kernel.text import show
from adamproof.prover import (
    ProofFailure,
    absolute,
    assume,
    eq,
    forall,
    function,
    ideas,
    integers,
    le,
    lt,
    prove,
    reals,
)
from adamproof.prover import (
    prop as term_of,
)
from adamproof.prover.ideas import Looking
from adamproof.prover.nearest import Nearest, nearest
from adamproof.prover.proving import Question
from adamproof.prover.search import Search

x, y, z, u = reals("x y z u")


def failure(goal: Any, *facts: Any, **options: Any) -> ProofFailure:
    with pytest.raises(ProofFailure) as caught:
        prove(goal, *facts, **options)
    return caught.value


def short(goal: Any, *facts: Any) -> Nearest | None:
    failed = failure(goal, *facts)
    known = Question(failed.goal, failed.hints, failed.degree).known(failed.facts)
    return nearest(Search(failed.goal, known.facts, failed.hints), failed.degree)


def said(goal: Any, *facts: Any, others: Any = (), **options: Any) -> list[tuple[str, list[str]]]:
    failed = failure(goal, *facts, **options)
    found = Looking(failed, [assume(other) for other in others], failed.refute() is not None).ideas()
    return [(idea.kind, [show(term) for term in idea.terms]) for idea in found]


@pytest.mark.parametrize(
    ("goal", "facts", "kind", "statement"),
    [
        (le(2 * x + 2 * y, 3), [le(x, 1), le(y, 1)], "shift", "2*x + 2*y <= 4"),
        (le(x * y, x - Rational(1, 3)), [le(0, x), le(y, 1)], "shift", "x*y <= (x - 1/3) + 1/3"),
        (le(3 * x * y, x), [le(0, x), le(y, 1)], "factor", "3*x*y <= 3*x"),
        (lt(x, 1), [le(x, 1)], "strict", "x <= 1"),
        (lt(x, y), [eq(x, y)], "strict", "x <= y"),
        (le(4 * x * y, x**2 + y**2), [], "factor", "4*x*y <= 2*(x^2 + y^2)"),
    ],
)
def test_the_nearest_statement_is_one_that_is_proved(goal: Any, facts: list[Any], kind: str, statement: str) -> None:
    found = short(goal, *facts)
    assert found is not None and found.statement is not None
    assert (found.kind, show(found.statement)) == (kind, statement)
    assert prove(found.statement, *facts).conclusion is found.statement


def test_a_rest_is_what_would_have_to_be_proved() -> None:
    found = short(le(0, x * y * z + x), le(0, x), le(0, y), le(0, z))
    assert found is not None and (found.kind, show(found.missing)) == ("rest", "x*y*z")
    assert prove(le(0, x * y * z + x), le(0, x), make("<=", number(0), found.missing))


def test_an_equation_says_what_its_sides_differ_by() -> None:
    found = short(eq(x * z, y + 1), eq(x, y + 1))
    assert found is not None and found.statement is not None
    assert (found.kind, show(found.missing)) == ("sides", "-x + x*z")
    assert prove(found.statement, eq(x, y + 1))


@pytest.mark.parametrize("goal", [le(0, x * y), eq(x, y), le(x, y)])
def test_nothing_is_said_where_nothing_is_nearer(goal: Any) -> None:
    assert short(goal) is None


def test_the_first_kind_that_closes_it_is_named() -> None:
    assert said(le(x, 2), le(x, y), others=[le(0, x), le(y, 2)]) == [("fact", ["y <= 2"])]
    assert said(le(0, x * y), le(0, x), le(0, y), degree=1) == [("degree", ["x*y"])]
    assert said(le(x * y, x), le(0, x)) == [("assume", ["y <= 1"])]
    assert said(le(x / y, 1), le(x, y)) == [("assume", ["0 < y"]), ("assume", ["0 < x"])]


def test_a_fact_that_contradicts_the_others_is_no_idea() -> None:
    """x <= 0 with 0 < x closes everything, and x <= 0 with 0 <= x all but says what x is."""
    for facts in ([lt(0, x)], [le(0, x)]):
        assert ("assume", ["x <= 0"]) not in said(le(x * y, x), *facts)
        assert ("assume", ["x <= 0"]) not in said(le(x, u), *facts)


def test_a_step_that_is_false_is_closed_by_facts_only() -> None:
    failed = failure(le(x * y, 1), le(0, x))
    looking = Looking(failed, false=True)
    looking.ideas()
    assert all("square" not in text and "degree" not in text for text in looking.tried)


def test_work_is_counted_and_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    failed = failure(le(absolute(x + y), absolute(x) + absolute(y) - absolute(z)))
    whole = Looking(failed)
    assert whole.ideas() == [] and whole.work > 2000
    monkeypatch.setattr(ideas, "MAX_WORK", 2000)
    part = Looking(failed)
    assert part.ideas() == [] and part.work < whole.work


def test_a_remembered_failure_is_traced_to_where_it_is_raised_now() -> None:
    def first() -> None:
        prove(le(x, u), le(0, x))

    def second() -> None:
        prove(le(x, u), le(0, x))

    for place in (first, second):
        with pytest.raises(ProofFailure) as caught:
            place()
        names = [entry.name for entry in caught.traceback]
        assert ("first" in names, "second" in names) == (place is first, place is second)


def test_facts_for_all_values_are_no_difference() -> None:
    k = integers("k")
    a = function("a")
    failed = ProofFailure(term_of(le(x, 1)), [assume(le(x, y)), assume(forall(k, le(0, a(k))))], ["nothing"])
    found = Looking(failed, [assume(le(y, 1))]).ideas()
    assert [(idea.kind, [show(term) for term in idea.terms]) for idea in found] == [("fact", ["y <= 1"])]


def test_the_other_direction_is_named_only_where_it_is_proved() -> None:
    assert said(le(y, x), le(x, y)) == [("reversed", ["x <= y"])]
    assert all(kind != "reversed" for kind, _ in said(le(x, u), le(x, y)))


def test_what_is_subtracted_stands_on_the_other_side() -> None:
    assert said(le(x / (1 - y), z), le(x, z * (1 - y)))[0] == ("assume", ["y < 1"])


def test_no_assumption_is_named_that_contradicts_what_is_stated() -> None:
    goal = le(x * y, 0)
    assert ("assume", ["x <= 0"]) in said(goal, le(0, y))
    assert ("assume", ["x <= 0"]) not in said(goal, le(0, y), others=[lt(0, x)])
    assert ("assume", ["x <= 0"]) in said(goal, le(0, y), others=[lt(0, z)])
