"""The goal view of what is not proved; what it says closes a goal does so when the file is changed accordingly."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from adamproof.checking import goals, pipeline
from adamproof.checking.goal_view import GoalView
from adamproof.cli import terminal
from adamproof.cli.failure_output import goal_view
from adamproof.prover import le, prop, reals
from adamproof.theory.lemma import Mutant
from tests.here import run_here as run

ROOT = Path(__file__).resolve().parents[2]
HEAD = """
from adamproof.theory.lemma import Claim, Lemma, Source
from adamproof.prover import absolute, by_cases, cut, le, lt, prove, reals
x, y, z, a = reals("x y z a")
def lemma_of(goal, script, slug="mine", **assumptions):
    return Lemma(slug=slug, title="Mine", source=Source.OURS, where="a test", assumptions=assumptions,
                 claims=[Claim("it", goal, script)])
def plain(scope):
    return prove(scope.goal, scope.given())
"""
FIRST = HEAD.count("\n") + 2  # the line behind the head, and behind the line break that a body begins with

Write = Callable[[str], str]


@pytest.fixture
def mine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")

    def write(body: str) -> str:
        (tmp_path / "mine.py").write_text(HEAD + body, encoding="utf-8")
        return "mine.py"

    return write


def view(printed: str) -> str:
    """What is printed of the claim, from its verdict to the mutants."""
    return printed.partition('Claim "it": ')[2].partition("\n\nMutants")[0]


def checked(file: str, *more: str) -> str:
    return view(run("check", file, "--no-cache", *more).stdout)


def goal(file: str) -> dict[str, Any]:
    data = json.loads(run("check", file, "--no-cache", "--json").stdout)
    found: dict[str, Any] = data["lemmas"][-1]["claims"][0]["goal"]
    return found


def flat(text: str) -> str:
    return " ".join(text.split())


def is_proved(file: str) -> bool:
    return "mine: PROVED" in run("check", file, "--no-cache", "-q").stdout


# --- each kind of failure, in full, and what closes it ------------------------------------------


def test_a_missing_hypothesis_is_named(mine: Write) -> None:
    body = "lemma = lemma_of(le(x*y, x), plain, pos=le(0, x){})"
    assert checked(mine(body.format(""))) == (
        """REFUTED
  stopped     mine.py, line 9
  goal left   x·y ≤ x
  from        0 ≤ x [pos]
  nearest     all of the goal but a rest that would have to be >= 0:
              −x·y
  tried       3 products of degree 1; 17 products of degree 2; 12 possible
              assumptions
  closes it   y ≤ 1 as one more fact: the search then finds a proof (tried);
              prove it, or state it as an assumption
  counterexample: in draw 3: x = 81/100, y = 9; 729/100 <= 81/100 is false"""
    )
    assert is_proved(mine(body.format(", small=le(y, 1)")))


def test_a_wrong_constant_is_measured(mine: Write) -> None:
    body = "lemma = lemma_of(le(2*x + 2*y, {}), plain, one=le(x, 1), two=le(y, 1))"
    assert checked(mine(body.format(3))) == (
        """REFUTED
  stopped     mine.py, line 9
  goal left   2·x + 2·y ≤ 3
  from        x ≤ 1 [one]
              y ≤ 1 [two]
  nearest     2·x + 2·y ≤ 4
              so the goal is short by 1
  tried       4 products of degree 1; 30 products of degree 2
  next        weaken the goal to the nearest statement, or give the step a fact
              that excludes this case
  counterexample: in draw 5: x = 3/4, y = 99/100; 87/25 <= 3 is false"""
    )
    assert is_proved(mine(body.format(4)))


def test_a_wrong_factor_is_measured(mine: Write) -> None:
    body = "lemma = lemma_of(le(3*x*y, {}*x), plain, pos=le(0, x), small=le(y, 1))"
    file = mine(body.format(2))
    text = checked(file)
    assert "  nearest     3·x·y ≤ 3/2·2·x\n" in text or "so the goal is short by a factor of 3/2\n" in text
    short = goal(file)["short"]
    assert (short["kind"], short["missing"], short["used"]) == ("factor", "3/2", 2)
    assert is_proved(mine(body.format(3)))


def test_a_strict_goal_is_told_from_the_weak_one(mine: Write) -> None:
    file = mine("lemma = lemma_of(lt(x, 1), plain, one=le(x, 1))")
    assert goal(file)["short"] == {"kind": "strict", "statement": "x <= 1", "missing": "0", "used": 1}
    assert "so only that it is strict is missing" in checked(file)


def test_a_missing_square_is_found_by_the_dual_solution(mine: Write) -> None:
    body = """
def script(scope):
    return prove(scope.goal{})
lemma = lemma_of(le(4*x*y + 4*y*z, x**2 + 4*y**2 + z**2 + 2*x*z), script)"""
    file = mine(body.format(""))
    assert "  closes it   squares=[x - 2*y + z]: the search then finds a proof (tried)" in checked(file)
    assert goal(file)["ways"] == [{"kind": "squares", "terms": ["x + (-2)*y + z"], "degree": 0, "names": []}]
    assert is_proved(mine(body.format(", squares=[x - 2*y + z]")))


def test_missing_products_of_facts_are_found(mine: Write) -> None:
    body = """
def script(scope):
    return prove(scope.goal, scope.given(){})
lemma = lemma_of(le(0, x*y*z), script, x=le(0, x), y=le(0, y), z=le(0, z))"""
    file = mine(body.format(""))
    assert "closes it degree=3, for the product x·y·z: the search then finds a proof (tried)" in flat(checked(file))
    assert is_proved(mine(body.format(", degree=3")))


MANY = """
many = reals("q1 q2 q3 q4 q5 q6 q7 q8 q9 q10 q11 q12 q13 q14")
def script(scope):
    more = {}
    return prove(scope.goal, scope.given(), more)
lemma = lemma_of(le(0, many[1]*many[4]*many[6] + x), script, x=le(0, x), **{{str(q): le(0, q) for q in many}})"""


def test_a_product_of_many_facts_is_asked_for_by_the_dual_solution(mine: Write) -> None:
    file = mine(MANY.format("[]"))
    assert "prove 0 ≤ q₂·q₅·q₇ first, with degree=3, and give it to the step:" in flat(checked(file))
    first = "prove(le(0, many[1]*many[4]*many[6]), scope.given('q2', 'q5', 'q7'), degree=3)"
    assert is_proved(mine(MANY.format(first)))


def test_a_split_that_helps_is_found(mine: Write) -> None:
    body = """
def script(scope):
    large = scope.given("large")
    return {}
lemma = lemma_of(le(absolute(x)*y, absolute(x*y)*absolute(z)), script, large=le(1, absolute(z)))"""
    file = mine(body.format("prove(scope.goal, large)"))
    assert "  closes it   two cases, by_cases(0, x, ...): the search proves each (tried)" in checked(file)
    cases = "prove(scope.goal, large, le(0, x)), prove(scope.goal, large, lt(x, 0))"
    assert is_proved(mine(body.format(f"by_cases(0, x, {cases})")))


FALSE_STEP = """
def script(scope):
    first = scope.step("the product is bounded", prove(le(x*y, 1), scope.given()))
    second = scope.step("twice as much", prove(le({}*x*y, 1), first))
    return prove(scope.goal, second)
lemma = lemma_of(le(x*y, 1), script, a=le(0, x), b=le(0, y), c=le(x, 1), d=le(y, 1))"""


def test_a_false_step_in_the_middle_is_shown_to_be_false(mine: Write) -> None:
    file = mine(FALSE_STEP.format(2))
    assert checked(file) == (
        f"""UNDECIDED
  stopped     in the step "twice as much", mine.py, line {FIRST + 2}, after the step "the
              product is bounded"
  goal left   2·x·y ≤ 1
  from        x·y ≤ 1 [the product is bounded]
  false       in draw 5: x = 3/4, y = 99/100; 297/200 <= 1 is false
  nearest     2·x·y ≤ 2
              so the goal is short by 1
  tried       3 products of degree 1; 12 products of degree 2; 4 other stated
              facts
  next        weaken the goal to the nearest statement, or give the step a fact
              that excludes this case"""
    )
    assert goal(file)["witness"]["variables"] == {"x": "3/4", "y": "99/100"}
    assert is_proved(mine(FALSE_STEP.format(1)))


def test_a_stated_fact_that_the_step_was_not_given_is_found(mine: Write) -> None:
    body = """
def script(scope):
    return prove(scope.goal, scope.given("first"){})
lemma = lemma_of(le(x, 2), script, first=le(x, y), positive=le(0, x), second=le(y, z), third=le(z, 2))"""
    file = mine(body.format(""))
    said = "give the step also y ≤ z [second] and z ≤ 2 [third]: the search then finds a proof (tried)"
    assert f"closes it {said}" in flat(checked(file))
    assert is_proved(mine(body.format(', scope.given("second", "third")')))


CITES = """
small = lemma_of(le(x**2, x), plain, slug="small-square", pos=le(0, x), small=le(x, 1))
def script(scope):
    return scope.step("the square", scope.lemma("small-square"))
lemmas = [small, lemma_of(le(x**2, x), script, pos=le(0, x){})]"""


def test_a_cited_hypothesis_that_is_not_stated_is_traced_to_its_lemma(mine: Write) -> None:
    file = mine(CITES.format(""))
    assert view(run("check", file, "--no-cache").stdout.partition("\nmine: Mine")[2]) == (
        f"""REFUTED
  stopped     at the end of the script (mine.py, line {FIRST + 1}): the step "the square"
              from the lemma "small-square" assumes what is not stated
  not stated  x ≤ 1
  from        0 ≤ x [pos]
  next        state x ≤ 1 as an assumption, or prove it from what is stated
  counterexample: in draw 1: x = 2; 4 <= 2 is false"""
    )
    assert is_proved(mine(CITES.format(", small=le(x, 1)")))


def test_a_hypothesis_that_follows_from_what_is_stated_is_to_be_cut(mine: Write) -> None:
    body = """
def script(scope):
    found = prove(scope.goal, le(1, a), scope.given("pos"))
    return {}
lemma = lemma_of(le(x, a*x), script, pos=le(0, x), large=le(2, a))"""
    file = mine(body.format("found"))
    assert "  closes it   1 ≤ a follows from what is stated (tried): prove it, and" in checked(file)
    assert is_proved(mine(body.format('cut(found, prove(le(1, a), scope.given("large")))')))


def test_an_assumption_that_the_script_wants_is_told_with_its_place(mine: Write) -> None:
    body = """
from dataclasses import replace
def script(scope):
    return prove(scope.goal, scope.the("b"))
lemma = lemma_of(le(0, x), script, a=le(0, x), b=le(0, y))
lemma = replace(lemma, claims=[replace(lemma.claims[0], given=("a",))])"""
    text = checked(mine(body))
    assert "reason: the proof needs the assumption b, which is missing" in text
    assert f"  stopped     mine.py, line {FIRST + 2}" in text


def test_a_script_that_falls_short_of_the_claim_stops_at_its_end(mine: Write) -> None:
    body = "lemma = lemma_of(le(x, 1), lambda scope: prove(le(x, 2), scope.given()), one=le(x, 2))"
    text = flat(checked(mine(body)))
    assert f"at the end of the script (mine.py, line {FIRST - 1}): what it returns does not give the claim" in text


# --- what is long, hostile or repeated ----------------------------------------------------------


LONG = """
many = reals(" ".join(f"variable_{k}" for k in range(14)))
lemma = lemma_of(le(sum(many), 0), plain, **{f"bound {k}": le(q, 1) for k, q in enumerate(many)})"""


@pytest.mark.parametrize("columns", [80, 120])
@pytest.mark.parametrize("words", [[], ["-v"], ["--without", "bound 1"], ["--ascii"]])
def test_every_line_of_a_failure_fits(columns: int, words: list[str], mine: Write, monkeypatch: Any) -> None:
    file = mine(LONG)
    monkeypatch.setenv("COLUMNS", str(columns))
    done = run("check", file, "--no-cache", *words)
    assert done.returncode in (1, 3) and "variable_13" in done.stdout
    assert [line for line in done.stdout.splitlines() if len(line) > columns] == []


def test_the_same_bytes_under_any_hash_seed(mine: Write) -> None:
    file, found = mine(MANY.format("[]")), set()
    for seed in ("0", "1", "77"):
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONHASHSEED": seed}
        command = [sys.executable, "-m", "adamproof", "check", file, "--no-cache", "--json"]
        done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False, encoding="utf-8")
        found.add(json.dumps(json.loads(done.stdout)["lemmas"][0]["claims"]))
    assert len(found) == 1


def test_titles_cannot_look_like_a_verdict(mine: Write) -> None:
    body = FALSE_STEP.format(2).replace("twice as much", "PROVED").replace("the product is bounded", "it: PROVED (0 s)")
    text = checked(mine(body))
    assert 'in the step "proved"' in text and "PROVED" not in text


def test_mutants_have_no_goal_view(mine: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: object) -> None:
        raise AssertionError("a goal view is made")

    monkeypatch.setattr(goals, "goal_view", never)
    names: dict[str, Any] = {}
    exec(HEAD, names)
    lemma = names["lemma_of"](names["le"](0, names["x"]), names["plain"], pos=names["le"](0, names["x"]))
    mutant = Mutant("dropped", drop=("pos",))
    assert pipeline.mutant_report(lemma, mutant).is_rejected
    pipeline.work(replace(lemma, mutants=(mutant,)), 0, True, lambda _: None, lambda _: None)
    with pytest.raises(AssertionError, match="a goal view is made"):
        pipeline.work(lemma.mutated(mutant), 0, True, lambda _: None, lambda _: None)
    pipeline.work(lemma.mutated(mutant), 0, True, lambda _: None, lambda _: None, views=False)


# --- other pages that are long ------------------------------------------------------------------


@pytest.mark.parametrize("columns", [80, 120])
def test_every_line_of_the_list_fits(columns: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    lines = run("list").stdout.splitlines()
    assert [line for line in lines if len(line) > columns] == []
    head = next(i for i, line in enumerate(lines) if " update-magnitude " in line)
    title = "The update magnitude u_t is at most R if beta1^2 < beta2"
    if columns == 80:
        assert lines[0].split() == ["LABEL", "SLUG", "SOURCE", "CLAIMS"] and lines[1] == "       TITLE"
        assert lines[head].split() == ["B.2", "update-magnitude", "stated", "2"]
        assert lines[head + 1] == f"       {title}"
    else:
        assert lines[0].split() == ["LABEL", "SLUG", "SOURCE", "CLAIMS", "TITLE"]
        assert lines[head].split() == ["B.2", "update-magnitude", "stated", "2", *title.split()]
        assert lines[head].index(title) == lines[0].index("TITLE")


@pytest.mark.parametrize("columns", [80, 120])
@pytest.mark.parametrize(
    "words", [["check", "corollary", "3.3", "--without", "C2"], ["show", "B.2"], ["show", "corollary", "3.3"]]
)
def test_every_line_of_a_long_statement_fits(columns: int, words: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    done = run(*words)
    assert [line for line in done.stdout.splitlines() if len(line) > columns] == []


def test_a_formula_is_broken_inside_as_few_brackets_as_can_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "50")
    inner = "(first + second*(one - two) - third*(one - two))"
    assert terminal.formula("  ", f"f(a + b) + {inner}*x <= g(a - b) + another", 2).splitlines() == [
        "  f(a + b) + (first + second*(one - two)",
        "    - third*(one - two))*x <= g(a - b) + another",
    ]
    assert terminal.formula("  ", "f(a + b) + g(first + second) <= g(a - b) + another", 2).splitlines() == [
        "  f(a + b) + g(first + second) <= g(a - b)",
        "    + another",
    ]


# --- what is proved from assumptions that contradict each other -----------------------------------


def test_a_proof_from_assumptions_that_contradict_each_other_says_nothing(mine: Write) -> None:
    body = """
lemma = lemma_of(le(z, -5), plain, low=lt(z, 0), other=le(0, y){})"""
    said = 'but its assumptions contradict each other ("low", "high"): it says nothing'
    file = mine(body.format(", high=lt(1, z)"))
    alone = "check", file, "--no-cache", "--no-near-misses"
    assert run(*alone, "-q").stdout == f"mine: PROVED, {said}\n"
    text = flat(run("check", file, "--no-cache").stdout)
    assert f") {said} Mine" in text and "stronger" not in text
    verbose = flat(run(*alone, "-v").stdout)
    assert f'Claim "it": PROVED {said} ' in verbose and f"mine: PROVED, {said}" in verbose
    data = json.loads(run(*alone, "--json").stdout)
    assert data["lemmas"][0]["claims"][0]["contradicting"] == ["low", "high"]
    file = mine(body.replace("le(z, -5)", "le(z, 5)").format(", high=lt(-1, z)"))
    assert run("check", file, "--no-cache", "--no-near-misses", "-q").stdout == "mine: PROVED\n"


def test_a_claim_that_its_own_proof_shows_to_be_about_nothing(mine: Write) -> None:
    """Induction is needed to see that the assumptions contradict each other; the claim's proof has it."""
    body = """
from adamproof.lemmas.vocabulary import *
x = function("x")
lemma = Lemma(slug="mine", title="Mine", source=Source.OURS, where="a test",
    assumptions={"falls": forall(k, le(x(k + 1), x(k) - 1), [le(0, k)]), "n": le(0, n), "high": le(n, x(n))},
    claims=[Claim("it", CLAIM, lambda p: p.conclude(p.induction(le(x(n), x(0) - n), n, step=["falls"]), "n", "high"))])
"""
    said = "PROVED, but its assumptions contradict each other"
    for claim, absurd in (("le(2*n, x(0))", False), ("le(2*n, x(0) + 1)", False)):
        assert (said in run("check", mine(body.replace("CLAIM", claim)), "--no-near-misses", "-q").stdout) == absurd
    body = body.replace('"high": le(n, x(n))', '"high": lt(x(0), n), "low": forall(k, le(0, x(k)), [le(0, k)])')
    body = body.replace('"high"))', '"high", "low"))').replace("CLAIM", "le(n, x(0) - 1)")
    assert run("check", mine(body), "--no-near-misses", "-q").stdout.startswith(f'mine: {said} ("falls", ')


def test_a_reason_for_all_values_that_was_of_no_use_is_to_be_given_at_one() -> None:
    view = GoalView("unproved", prop(le(reals("z"), 0)), tried=("4 products of degree 1",))
    useless = replace(view, tried=(*view.tried, "no instance of forall k: int. f(k) <= 0: its terms are not in sight"))
    advice = "give what holds for all values at the value that the step is about, proof.at(NAME, value); or name"
    assert advice not in flat("\n".join(goal_view(view, "unicode")))
    assert advice in flat("\n".join(goal_view(useless, "unicode")))


# --- a counterexample that models of the file give ------------------------------------------------

OWN = """
from adamproof.prover import Sum, eq, forall, function, integers
from adamproof.numeric.models import Model
k, t = integers("k t")
e, g = function("e"), function("g")
def models(rng):
    yield Model(variables={"t": LAST}, functions={"g": lambda i: SIZE, "e": lambda i: SIZE * max(i, 0)})
lemma = Lemma(slug="mine", title="Mine", source=Source.OURS, where="a test", models=models,
    assumptions={"start": eq(e(0), 0), "run": forall(k, eq(e(k + 1), e(k) + g(k)), [le(0, k)]), "size": MORE},
    claims=[Claim("it", le(e(t)**2, 30), lambda scope: prove(scope.goal))])
"""


@pytest.mark.parametrize("last", [6, 9, 13, 27, 60])
def test_a_counterexample_is_read_as_far_as_it_reaches(mine: Write, last: int) -> None:
    body = OWN.replace("LAST", str(last)).replace("SIZE", "1")
    file = mine(body.replace("MORE", "forall(k, le(absolute(g(k)), 1))"))
    found = json.loads(run("check", file, "--no-cache", "--json").stdout)["lemmas"][0]["claims"][0]
    assert found["verdict"] == "REFUTED" and found["witness"]["variables"] == {"t": str(last)}
    assert found["witness"]["left"] == str(last**2) and found["witness"]["computed"] == ["e"]


def test_the_assumption_in_doubt_is_named(mine: Write) -> None:
    body = OWN.replace("LAST", "9").replace("SIZE", "7").replace("MORE", "forall(k, eq(g(k)**2, 49))")
    text = flat(checked(mine(body)))
    assert text.startswith("UNDECIDED")
    assert 'leave a doubt: the assumption "size" fails at -2 (sequences are 0 where nothing is read of them)' in text
