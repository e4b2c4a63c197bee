"""Searches end within counted steps, and what a question takes does not depend on what was asked before."""

from __future__ import annotations

from typing import Any

import pytest
from sympy import Expr

from adamproof.kernel.text import show
from adamproof.lemmas.vocabulary import Claim, Lemma, Source
from adamproof.prover import (
    ProofFailure,
    effort,
    eq,
    forall,
    function,
    integers,
    le,
    lt,
    prove,
    proving,
    reals,
    rewriting,
    search,
)
from adamproof.prover.effort import OutOfEffort, once, question, spend
from adamproof.prover.record import Step
from adamproof.prover.surface import knowledge, solving
from adamproof.theory.lemma import derive_claim
from adamproof.theory.library import get, theorem_of

k, n = integers("k n")
X, Y = function("X"), function("Y")
MEMORY = [
    (proving, "_answers"),
    (solving, "_answers"),
    (solving, "_searched"),
    (knowledge, "_remembered"),
    (search, "_runs"),
    (rewriting, "_equations"),
]
NAMES: tuple[Expr, ...] = reals("x y z u a b c e")

# Each condition leads to two later ones, each of which can be had in three ways: the worst that was found.
CLIMBING = {
    "positive": forall(k, lt(0, X(k)), [lt(X(k + 1), X(k + 2)), le(0, X(k + 3))]),
    "growing": forall(k, lt(X(k), X(k + 1)), [lt(0, X(k + 1)), lt(Y(k), X(k))]),
}


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> list[effort.Question]:
    """The questions that are asked meanwhile, by a process that remembers nothing."""
    asked: list[effort.Question] = []

    class Counted(effort.Question):
        def __init__(self, *args: Any) -> None:
            super().__init__(*args)
            if not isinstance(effort._now, Counted):  # others are asked for one that is counted here
                asked.append(self)

    monkeypatch.setattr(effort, "Question", Counted)
    for module, name in MEMORY:
        monkeypatch.setattr(module, name, {})
    return asked


def derived(lemma: Lemma, claim: Claim) -> Step:
    return derive_claim(lemma, claim, theorem_of).theorem


def of(goal: Any, **assumptions: Any) -> Lemma:
    claim = Claim("it", goal, lambda proof: proof.conclude())
    return Lemma(slug="mine", title="M", source=Source.OURS, where="a test", assumptions=assumptions, claims=[claim])


def test_the_worst_question_ends_within_the_count_and_says_so(counted: list[effort.Question]) -> None:
    lemma = of(lt(0, X(n)), **CLIMBING)
    with pytest.raises(ProofFailure, match=r"stopped after 3,000,000 steps: name fewer facts, or split") as caught:
        derived(lemma, lemma.claims[0])
    assert show(caught.value.goal) == "0 < X(n)"
    assert 3_000_000 < max(asked.steps for asked in counted) < 3_100_000


def test_many_products_end_within_the_count(counted: list[effort.Question]) -> None:
    facts = [le(a * b + 1, b**2 + a**2 + a) for a in NAMES for b in NAMES if a is not b]
    with pytest.raises(ProofFailure, match="no proof of x <= y found"):
        prove(le(NAMES[0], NAMES[1]), *facts, degree=3)
    assert max(asked.steps for asked in counted) < 3_100_000


def test_where_it_stops_is_counted_not_timed(counted: list[effort.Question], monkeypatch: pytest.MonkeyPatch) -> None:
    goal = le(sum(q / (1 + q) for q in NAMES[:5]), sum(NAMES[:5]) / (1 + sum(NAMES[:5])) + 4)
    facts = [le(0, q) for q in NAMES[:5]]
    prove(goal, *facts)
    (needed,) = (asked.steps for asked in counted)
    for most in (needed, needed - 1):
        proving._answers.clear()
        monkeypatch.setattr(effort, "MOST", most)
        if most == needed:
            prove(goal, *facts)
        else:
            with pytest.raises(ProofFailure, match=f"stopped after {most:,.0f} steps"):
                prove(goal, *facts)


def test_equations_that_rewrite_one_another_into_something_large_are_a_failure() -> None:
    chain = [eq(a**2, b**3 + c) for a, b, c in zip(NAMES, NAMES[1:], NAMES[2:], strict=False)]
    with pytest.raises(ProofFailure):
        prove(le(NAMES[0] ** 8, NAMES[1]), *chain, le(0, NAMES[0]))


@pytest.mark.parametrize("slug", ["adamw-box", "muon", "update-magnitude"])
def test_what_a_lemma_takes_is_the_same_after_other_lemmas(slug: str, counted: list[effort.Question]) -> None:
    lemma = get(slug)
    takes: list[list[float]] = []
    for memory in ([], [*MEMORY], MEMORY[:1]):  # what is forgotten before: the first time cited lemmas are proved, too
        counted.clear()
        for module, name in memory:
            getattr(module, name).clear()
        for claim in lemma.claims:
            derived(lemma, claim)
        takes.append([asked.steps for asked in counted])
    assert takes[1] == takes[2]
    assert 0 < max(takes[0]) < effort.MOST / 10


# --- counting -----------------------------------------------------------------------------------


def test_an_answer_counts_once_a_question_with_what_it_rests_on() -> None:
    store: dict[Any, Any] = {}

    def inner() -> int:
        spend(5)
        return 1

    def outer() -> int:
        spend(2)
        return 1 + once(store, "inner", inner)

    for _ in range(2):  # made, then remembered
        with question() as asked:
            assert once(store, "outer", outer) == 2 and once(store, "outer", outer) == 2
            assert once(store, "inner", inner) == 1
        assert asked.steps == 7
    with question() as asked:
        assert once(store, "inner", inner) == 1
    assert asked.steps == 5


def test_what_was_remembered_counts_against_the_limit_too() -> None:
    store: dict[Any, Any] = {}
    with question():
        once(store, "a", lambda: spend(5))
    with question(4), pytest.raises(OutOfEffort):
        once(store, "a", lambda: spend(5))


def test_what_was_not_finished_is_not_remembered() -> None:
    store: dict[Any, Any] = {}
    with question(4), pytest.raises(OutOfEffort):
        once(store, "a", lambda: spend(5), pending=True)
    assert store == {}
    assert once(store, "a", lambda: once(store, "a", lambda: "never", True), pending=True) is None


def test_a_question_within_a_question_counts_for_itself() -> None:
    with question(10) as outside:
        spend(1)
        with question(100):
            spend(50)
        spend(1)
    assert outside.steps == 2
