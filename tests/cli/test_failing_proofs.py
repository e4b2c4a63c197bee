"""What is said of proofs that fail as people's do: a wrong constant or direction, a hypothesis forgotten, ..."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.here import run_here as run

HEAD = """
from adamproof.lemmas.vocabulary import *
x, y, z, G = reals("x y z G")
a, X, Y = function("a"), function("X", "point"), function("Y", "point")
def lemma_of(goal, script, **assumptions):
    return Lemma(slug="mine", title="Mine", source=Source.OURS, where="a test", assumptions=assumptions,
                 claims=[Claim("it", goal, script)])
"""

Said = Callable[[str], str]


@pytest.fixture
def said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Said:
    """What is printed of a lemma whose file ends so, on one line."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "110")

    def check(body: str) -> str:
        (tmp_path / "mine.py").write_text(HEAD + body, encoding="utf-8")
        return " ".join(run("check", "mine.py", "--no-cache", "--no-near-misses").stdout.split())

    return check


def test_a_wrong_direction_is_told(said: Said) -> None:
    text = said("""
def proof(p):
    return p.conclude(p.calc(x**2 + y**2).ge(2*x*y).ge(2*x*z, "order").done())
lemma = lemma_of(le(2*x*z, x**2 + y**2), proof, order=le(y, z), pos=le(0, x))""")
    assert "goal left 2·x·z ≤ 2·x·y" in text
    assert "next the facts give the other direction (proved): 2·x·y ≤ 2·x·z" in text


def test_signs_that_the_search_has_found_itself_are_left_out(said: Said) -> None:
    text = said("""
def proof(p):
    total = p.each(Functional("Sum", k, (1, n)), le(a(k)**2, G**2), "bounded", title="each term")
    return p.conclude(total, p.cite("constant-sum", n=n))
lemma = lemma_of(le(Sum(a(k)**2, (k, 1, n)), G**2*n/2), proof,
                 bounded=forall(k, le(absolute(a(k)), G), [le(1, k)]), horizon=le(1, n))""")
    assert "Σ_{k=1}^{n} 1 = n [constant-sum] 1 ≤ n [horizon]" in text and "Σ_{k=1}^{n} 0 ≤" not in text
    assert "so the goal is short by a factor of 2" in text


def test_what_is_not_known_to_be_integrable_is_named(said: Said) -> None:
    text = said("""
def proof(p):
    return p.conclude(p.each(Functional("E", w), le(X(w), Y(w)), "order"))
lemma = lemma_of(le(E(X(w), w), E(Y(w), w)), proof, order=forall(w, le(X(w), Y(w))))""")
    assert "goal left E_w[X(w)] is integrable" in text
    assert "next state that it is finite, or give what it follows from" in text


def test_where_roots_are_compared_their_squares_are_named(said: Said) -> None:
    text = said("""
goal = le(root(3*n + 2)*root(x), 2*root(3*n + 1)*root(1 - y))
lemma = lemma_of(goal, lambda p: p.conclude("bound"), bound=le(x, 2*(1 - y)), one=le(1, n), small=lt(y, 1))""")
    assert "next prove first what the squares of both sides say, and give it to proof.by_squares(...)" in text


def test_a_reason_for_all_that_is_of_no_use_is_named(said: Said) -> None:
    text = said("""
lemma = lemma_of(le(0, x), lambda p: p.conclude("far"), far=forall(k, le(1, a(k)), [le(0, k)]))""")
    assert "no instance of forall k: int. 0 <= k -> 1 <= a(k): its terms are not in sight, or" in text


def test_a_mean_without_a_sign_as_it_may_not_be_finite_is_named(said: Said) -> None:
    text = said("""
lemma = lemma_of(le(0, E(X(w)**2, w)), lambda p: p.conclude())""")
    assert "E(w, X(w)^2) is not known to be finite" in text


def test_a_hypothesis_for_all_of_a_cited_lemma_is_named(said: Said) -> None:
    """Also where facts for all values are known: they are not searched from."""
    text = said("""
total = Sum(Sum(power(b1, t - k)*a(k), (k, 1, t)), (t, 1, T))
lemma = lemma_of(le(total, Sum(a(t), (t, 1, T))/(1 - b1)), lambda p: p.conclude(p.cite("averaging", b=b1, c=(k, a(k)))),
                 low=le(0, b1), high=lt(b1, 1), horizon=le(1, T), other=forall(k, le(a(k), G)))""")
    assert "goal left ∀ k ∈ ℤ: 1 ≤ k ⇒ 0 ≤ a_k" in text
    assert "this hypothesis of averaging is neither assumed nor follows from what is known" in text
    assert "next state it as an assumption, or prove it first (proof.every)" in text


def test_a_relation_that_a_cited_lemma_needs_is_looked_for(said: Said) -> None:
    """The facts at hand have statements for all values among them, from which no difference can be taken."""
    text = said("""
total = Sum(Sum(power(b1, t - k)*a(k), (k, 1, t)), (t, 1, T))
lemma = lemma_of(le(total, Sum(a(t), (t, 1, T))/(1 - b1)), lambda p: p.conclude(p.cite("averaging", b=b1, c=(k, a(k)))),
                 low=le(0, b1), horizon=le(1, T), other=forall(k, le(0, a(k))))""")
    assert "goal left β₁ < 1" in text and "TypeError" not in text


def test_a_forgotten_bound_is_written_as_people_write_it(said: Said) -> None:
    text = said("""
lemma = lemma_of(le(0, gamma*b1/(1 - b1)), lambda p: p.conclude(), low=le(0, b1), step=le(0, gamma))""")
    assert "closes it β₁ < 1 as one more fact" in text


def test_what_is_assumed_about_the_same_terms_is_shown_and_never_violated(said: Said) -> None:
    text = said("""
lemma = lemma_of(le(power(b1, t)*x, x), lambda p: p.conclude("positive"),
                 positive=le(0, x), low=le(0, b1), high=lt(b1, 1), time=le(0, t))""")
    assert "from 0 ≤ x [positive] 0 ≤ β₁ [low] β₁ < 1 [high] 0 ≤ t [time]" in text
    assert " false " not in text and "closes it β₁^t ≤ 1 as one more fact" in text


def test_a_product_of_three_bounds_needs_no_hint(said: Said) -> None:
    text = said("""
lemma = lemma_of(le(x*y*z, G**2*gamma), lambda p: p.conclude("one", "two", "three"), one=le(x, G), two=le(y, G),
                 three=le(z, gamma), x0=le(0, x), y0=le(0, y), z0=le(0, z))""")
    assert text.startswith("mine: PROVED")
