"""Near misses that the tool makes: what is moved, what becomes of it, and that a file cannot make it up."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from adamproof.checking import near_misses as work_on
from adamproof.checking.judge import judged, near_misses
from adamproof.checking.near_misses import near_misses as made_of
from adamproof.checking.pipeline import work
from adamproof.checking.report import LemmaReport, NearMiss, TwinReport
from adamproof.checking.serialize import NotFindings, packed, packed_value, unpacked, unpacked_near
from adamproof.checking.twins import CLOSED, CONSTANT, DROPPED, EXPONENT, MAX_CONSTANTS, STRICT, twins
from adamproof.checking.verifier import FreshVerification
from adamproof.kernel.text import show
from adamproof.prover import eq, forall, function, integers, le, lt, prop, prove, reals
from adamproof.prover.refute import refute
from adamproof.theory.lemma import Claim, Lemma, Source
from tests.here import run_here as run

x, y = reals("x y")
k = integers("k")
g = function("g")
LEMMA = Lemma(
    slug="means",
    title="Means",
    source=Source.OURS,
    where="a test",
    assumptions={"x is positive": lt(0, x), "y is at least x": le(x, y)},
    claims=[
        Claim(
            "means",
            le(2 * x * y, x**2 + y**2 + x),
            lambda scope: prove(scope.goal, scope.given("x is positive"), squares=[x - y]),
        )
    ],
)


def say(text: str) -> None:
    pass


@pytest.fixture(scope="module")
def report() -> LemmaReport:
    found = unpacked(packed(work(LEMMA, 0, False, say, lambda proofs: None)))
    with FreshVerification(found.proofs) as verification:
        return judged(found, verification.answers())


def answered(report: LemmaReport, found: tuple[NearMiss, ...]) -> dict[str, TwinReport]:
    """As the process that prints has them, by name."""
    bare = tuple(replace(each, proof="") for each in found)
    read = unpacked_near(json.loads(json.dumps(packed_value(bare))), [each.proof for each in found])
    with FreshVerification([each.proof for each in read if each.proof]) as verification:
        return {twin.twin.name: twin for twin in near_misses(report, read, verification.answers())}


# --- what is moved ------------------------------------------------------------------------------


def test_each_thing_is_moved_by_itself() -> None:
    made = twins({"x is positive": prop(lt(0, x))}, prop(forall(k, le(2 * g(k) ** 2, 3), [le(0, k)])))
    said = {twin.name: twin for twin in made}
    assert {twin.kind for twin in made} == {STRICT, CONSTANT, EXPONENT, DROPPED, CLOSED}
    shown = {name: "" if twin.conclusion is None else show(twin.conclusion) for name, twin in said.items()}
    assert shown["< for <="] == "forall k: int. 0 <= k -> 2*g(k)^2 < 3"
    assert shown["the constant 3 lowered to 297/100"] == "forall k: int. 0 <= k -> 2*g(k)^2 <= 297/100"
    assert shown["the left side raised by 1 %"] == "forall k: int. 0 <= k -> 101/100*(2*g(k)^2) <= 3"
    assert "the constant 2 raised to 101/50" not in said  # that is the same statement
    assert shown["the exponent 2 moved to 3"] == "forall k: int. 0 <= k -> 2*g(k)^3 <= 3"
    assert said['without "x is positive"'].hypotheses({"x is positive": prop(lt(0, x))}) == {}
    (closed,) = said['<= for < in "x is positive"'].hypotheses({"x is positive": prop(lt(0, x))}).values()
    assert closed is prop(le(0, x))
    stated = [twin.conclusion for twin in made if twin.conclusion is not None]
    assert len(set(stated)) == len(stated)


def test_minus_signs_and_zeros_stay() -> None:
    names = [twin.name for twin in twins({}, prop(le(x - y, 0)))]
    assert names == ["< for <="]  # 0 <= x - y says no more when a side is made larger


def test_of_many_constants_the_first_ones_are_moved() -> None:
    made = twins({}, prop(le(sum(n * x**n for n in range(2, 40)), 0)))
    assert sum(twin.kind == CONSTANT for twin in made) == 2 * MAX_CONSTANTS


# --- what becomes of it ---------------------------------------------------------------------------


def test_what_becomes_of_them(report: LemmaReport) -> None:
    found = answered(report, made_of(LEMMA, say))
    assert {name: twin.status for name, twin in found.items()} == {
        "< for <=": "proved",
        "the left side raised by 1 %": "open",
        "the right side lowered by 1 %": "open",
        "the exponent 2 moved to 1": "rejected",
        "the exponent 2 moved to 3": "open",
        "the exponent 2 moved to 1 (place 2)": "rejected",
        "the exponent 2 moved to 3 (place 2)": "open",
        'without "x is positive"': "rejected",
        '<= for < in "x is positive"': "proved",
        'without "y is at least x"': "proved",
    }
    witness = found['without "x is positive"'].witness
    assert witness is not None and witness.certain


def test_a_weaker_statement_is_no_near_miss(report: LemmaReport) -> None:
    assert "the right side raised by 1 %" not in answered(report, made_of(LEMMA, say))


def test_a_proof_must_be_of_the_near_miss(report: LemmaReport) -> None:
    """A file sends the claim's own proof, one of another near miss, or none; or a counterexample to something else."""
    found = made_of(LEMMA, say)
    names = [twin.name for twin in twins(report.claims[0].hypotheses, report.claims[0].conclusion)]
    place = names.index("the right side lowered by 1 %")
    own = report.claims[0].proof
    (strict,) = (each.proof for each in found if names[each.number] == "< for <=")
    (witness,) = (each.witness for each in found if names[each.number] == 'without "x is positive"')
    for forged in (own, strict, "PROVED", "{}"):
        assert answered(report, (NearMiss("means", place, proof=forged),))[names[place]].status == "open"
    forged_witness = NearMiss("means", place, witness=witness)
    assert answered(report, (forged_witness,))[names[place]].status == "open"
    assert answered(report, (NearMiss("another", place, proof=own), NearMiss("means", 99, proof=own)))
    assert {twin.status for twin in answered(report, ()).values()} == {"open", "proved"}  # not needed is not the file's


@pytest.mark.parametrize("data", [None, {}, {"terms": [], "value": 1}, packed_value((1,))])
def test_data_of_another_kind_are_refused(data: Any) -> None:
    with pytest.raises(NotFindings):
        unpacked_near(data, [])


def test_each_has_its_proof_file() -> None:
    with pytest.raises(NotFindings, match="do not match"):
        unpacked_near(packed_value((NearMiss("means", 0),)), [])


def test_models_that_fail_leave_all_open(report: LemmaReport) -> None:
    heard: list[str] = []

    def broken(rng: Any) -> Any:
        raise ZeroDivisionError("mine")

    assert made_of(replace(LEMMA, models=broken), heard.append) == ()
    assert heard[-1] == "means: near misses of means: ZeroDivisionError: mine"


def test_a_counterexample_serves_other_near_misses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the search would not find it again."""
    searched: list[Any] = []

    def once(hypotheses: Any, goal: Any, tries: int, steps: int) -> Any:
        searched.append(goal)
        return refute(hypotheses, goal, tries, steps) if len(searched) == 1 else None

    monkeypatch.setattr(work_on, "refute", once)
    monkeypatch.setattr(work_on, "counterexamples", lambda hypotheses, goals, *limits: [None for _ in goals])
    claim = Claim("means", le(2 * x * y, x**2 + y**2), lambda scope: prove(scope.goal, squares=[x - y]))
    found = made_of(replace(LEMMA, assumptions={}, claims=[claim]), say)
    witnesses = [twin.witness for twin in found if twin.witness is not None]
    assert len(witnesses) > 2
    assert all(witness.certain and witness.variables == witnesses[0].variables for witness in witnesses)


def test_sequences_are_moved_too() -> None:
    lemma = Lemma(
        slug="bounded",
        title="Bounded",
        source=Source.OURS,
        where="a test",
        assumptions={"g is at most 1": forall(k, le(g(k), 1)), "x is 2": eq(x, 2)},
        claims=[Claim("bound", le(g(3) + x, 3), _script)],
    )
    found = made_of(lemma, say)
    witnesses = [each.witness for each in found if each.witness is not None]
    assert len(witnesses) >= 4 and all(witness.certain for witness in witnesses)


def _script(scope: Any) -> Any:
    from adamproof.prover import at

    return prove(scope.goal, at(scope.the("g is at most 1"), 3), scope.the("x is 2"))


# --- check ----------------------------------------------------------------------------------------

SOURCE = """
from adamproof.prover import le, lt, prove, reals
from adamproof.theory.lemma import Claim, Lemma, Source

x, y = reals("x y")
lemma = Lemma(
    slug="mine", title="Mine", source=Source.OURS, where="a test",
    assumptions={"x is positive": lt(0, x), "y is positive": lt(0, y)},
    claims=[Claim("it", le(x, 2 * x), lambda scope: prove(scope.goal, scope.given("x is positive")))],
)
"""


@pytest.fixture
def mine(tmp_path: Path) -> Callable[..., str]:
    def write(old: str = "", new: str = "") -> str:
        path = tmp_path / "mine.py"
        path.write_text(SOURCE.replace(old, new), encoding="utf-8")
        return str(path)

    return write


def test_a_users_file_has_its_near_misses_tested(mine: Any) -> None:
    done = run("check", mine(), "--ascii")
    assert done.returncode == 0
    verdict, _, near = done.stdout.partition("\n\n")
    assert verdict.startswith("mine: PROVED")
    assert "near misses made" in near
    assert 'without "y is positive": the assumption is not needed' in near
    assert "< for <=: so that the claim can be made stronger, to\n            x < 2*x" in near
    assert 'without "x is positive": in draw' in near


def test_only_where_they_are_wanted(mine: Any) -> None:
    path = mine()
    for words in (["--no-near-misses"], ["-q"]):
        assert "made" not in run("check", path, *words).stdout
    assert "near misses made" in run("check", path, "-q", "--near-misses").stdout
    assert "misses made" not in run("check", "sign-form").stdout
    assert "near misses made" in run("check", "sign-form", "--near-misses").stdout


def test_they_change_no_verdict(mine: Any) -> None:
    done = run("check", mine("le(x, 2 * x)", "le(2 * x, x)"))
    assert done.returncode == 1 and "REFUTED" in done.stdout and "near misses made" not in done.stdout


def test_they_are_data_too(mine: Any) -> None:
    (lemma,) = json.loads(run("check", mine(), "--json").stdout)["lemmas"]
    found = {entry["moved"]: entry for entry in lemma["near_misses"]}
    assert found['without "y is positive"']["status"] == "proved"
    assert found['without "x is positive"']["witness"]["exact"] is True
    assert found["< for <="]["statement"]["conclusion"] == "x < 2*x"
    (without,) = json.loads(run("check", mine(), "--json", "--no-near-misses").stdout)["lemmas"]
    assert "near_misses" not in without


def test_none_is_called_stronger_where_no_model_tells(mine: Any) -> None:
    near = run("check", mine("lt(0, x)", "lt(1000, x)"), "--ascii").stdout
    assert "the left side lowered by 1 %: is true as well:" in near
    assert "the left side raised by 1 %: is true as well:" in near
