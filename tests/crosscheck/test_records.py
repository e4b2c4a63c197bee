"""Records of what other checkers said: they count for the very proofs that were checked, by the code at hand."""

from __future__ import annotations

import json
import os
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from adamproof.checking.pipeline import check
from adamproof.claims.gathering import claim_table
from adamproof.claims.verdicts import proofs_of
from adamproof.cli.app import main
from adamproof.cli.terminal import Progress
from adamproof.cli.verify_coq import stored
from adamproof.crosscheck import records as crosscheck_records
from adamproof.crosscheck.records import (
    CheckedProof,
    Opinions,
    digest,
    fingerprint,
    found_in,
    lines,
    made,
    of_results,
    read,
    shipped,
    sources,
    with_earlier,
)
from adamproof.support.records import RecordError, text
from adamproof.theory.library import get, lemmas
from tests.session import Session

ZEROS = "0" * 64
PROOF = CheckedProof("some-lemma", "it", digest("the proof"))
SAID = {
    "result": "some-lemma", "verdict": "OPEN", "questions": {"unsat": 7, "unknown": 1},
    "claims": {"it": {"unknown": 1, "unsat": 4}, "more": {"unsat": 3}}, "seconds": 2.0,
}  # fmt: skip


@pytest.fixture
def opinions() -> Opinions:
    return made("z3", "5.0", of_results([SAID], {"some-lemma": {"it": "the proof", "more": "its proof"}}))


def test_an_opinion_is_on_one_proof_and_on_no_other(opinions: Opinions) -> None:
    assert opinions.in_short(PROOF) == "z3 5.0: OPEN (5 arithmetic steps: 1 unknown, 4 unsat), recorded"
    # another proof of the same lemma, with steps of its own
    more = CheckedProof("some-lemma", "more", digest("its proof"))
    assert opinions.in_short(more) == "z3 5.0: NO ALARM (3 arithmetic steps: 3 unsat), recorded"
    assert "of 2 proofs: 1 NO ALARM, 1 OPEN; 8 arithmetic steps: 1 unknown, 7 unsat" in opinions.in_sum([PROOF, more])
    for other in (replace(PROOF, digest=digest("another")), replace(PROOF, claim="that"), replace(PROOF, lemma="b")):
        assert opinions.in_short(other) == "z3 5.0: no record for this proof"
        assert lines([PROOF, other], [opinions]) == [
            ("the kernel", "of 2 proofs: 2 PROVED now, in fresh processes"),
            (
                "z3 5.0",
                "of 2 proofs: 1 OPEN, 1 without a record; 5 arithmetic steps: 1 unknown, 4 unsat "
                "(recorded; repeat with: adamproof verify all --with z3)",
            ),
        ]


def test_an_opinion_on_what_other_code_has_written_does_not_count(opinions: Opinions) -> None:
    assert replace(opinions, code="0" * 64).on(PROOF) is None


def test_a_record_comes_back_as_it_was_written(opinions: Opinions, tmp_path: Path) -> None:
    path = tmp_path / "z3.json"
    path.write_text(opinions.text(), encoding="utf-8")
    assert read(path) == opinions
    assert found_in(tmp_path) == ([opinions], [])


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"unsat": 7', '"unsat": 5', "checksum mismatch"),
        ('"OPEN"', '"ALARM"', "checksum mismatch"),
        ('"schema": 2', '"schema": 1', "is a record of schema 1, but this version reads 2"),
        ('"version"', '"versions"', "is not a record of a checker: its names must be"),
        ("{", "", "is not JSON"),
    ],
)
def test_an_edited_record_is_refused(opinions: Opinions, tmp_path: Path, old: str, new: str, message: str) -> None:
    path = tmp_path / "z3.json"
    path.write_text(opinions.text().replace(old, new, 1), encoding="utf-8")
    with pytest.raises(RecordError, match=message):
        read(path)
    found, (problem,) = found_in(tmp_path)
    assert found == [] and message in problem


def of_a_solver(verdict: object, questions: object, total: object = None, claim: str = "it") -> dict[str, object]:
    """The one result of a record, and its one claim."""
    return {"results": {"a": of_a_solver_(verdict, questions, total, claim)}}


def of_a_solver_(verdict: object, questions: object, total: object = None, claim: str = "it") -> dict[str, object]:
    return {
        "proofs": {"it": ZEROS}, "verdict": verdict, "questions": total or questions, "claims": {claim: questions},
    }  # fmt: skip


def of_coq(**change: object) -> dict[str, object]:
    said = {
        "proofs": {"it": ZEROS},
        "verdict": "ACCEPTED",
        "reason": "",
        "axioms": ["Classical_Prop.classic"],
        **change,
    }
    return {"checker": "coq", "results": {"a": said}}


def test_what_the_records_of_both_kinds_are(opinions: Opinions, tmp_path: Path) -> None:
    """Those that are changed below, as they are."""
    for content in (of_a_solver("NO ALARM", {"unsat": 5}), of_coq(), of_coq(verdict="REFUSED", reason="so")):
        sealed_record(opinions, tmp_path / "x.json", content)
        assert read(tmp_path / "x.json").results["a"]["proofs"] == {"it": ZEROS}


def test_a_coqs_opinion_has_no_counts(opinions: Opinions, tmp_path: Path) -> None:
    """Words that nobody checks would be shown."""
    content = of_coq(questions={"proved true": 99999})
    sealed_record(opinions, tmp_path / "x.json", {**content, "code": fingerprint()})
    assert read(tmp_path / "x.json").in_short(CheckedProof("a", "it", ZEROS)) == "Coq 5.0: ACCEPTED, recorded"


def test_what_is_no_file_is_no_record(tmp_path: Path) -> None:
    """A pipe would wait for its writer, a device might have no end."""
    os.mkfifo(tmp_path / "coq.json")
    (tmp_path / "z3.json").symlink_to("/dev/zero")
    found, problems = found_in(tmp_path)
    assert found == []
    assert [problem.endswith("it is not a file") for problem in problems] == [True, True]


def sealed_record(opinions: Opinions, path: Path, change: dict[str, object]) -> None:
    """The record with something changed, and its checksum with it."""
    content = {**json.loads(opinions.text()), **change}
    sealed = {name: value for name, value in content.items() if name not in ("checksum", "command")}
    path.write_text(text(sealed, "none"), encoding="utf-8")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"checker": "me"}, "is a record of 'me', not of coq, z3, cvc5"),
        ({"version": ""}, "its versions or results are malformed"),
        ({"version": "5: of 471 proofs: 471 PROVED"}, "its versions or results are malformed"),
        ({"code": "0"}, "its versions or results are malformed"),
        (of_a_solver("NO ALARM", {"unsat": 10**10}), "its versions or results are malformed"),
        ({"results": {"a": {**of_a_solver_("NO ALARM", {"unsat": 1}), "proofs": {"it": ["0"]}}}}, "malformed"),
        ({"version": "5\x1b[2J"}, "its versions or results are malformed"),
        ({"results": []}, "its versions or results are malformed"),
        ({"results": {"a": {"proofs": {}, "verdict": 7}}}, "its versions or results are malformed"),
        ({"results": {"a": {"proofs": {}, "verdict": "ACCEPTED"}}}, "malformed"),  # Coq's word
        ({"results": {"a": {"proofs": {}, "verdict": "NO ALARM, PROVED"}}}, "its versions or results are malformed"),
        (of_a_solver("NO ALARM", {"unsat": "1"}), "its versions or results are malformed"),
        (of_a_solver("NO ALARM", {"unsat": -1}), "its versions or results are malformed"),
        (of_a_solver("NO ALARM", {"unsat": True}), "its versions or results are malformed"),
        (of_a_solver("NO ALARM", {"sat": 5}), "its versions or results are malformed"),
        (of_a_solver("OPEN", {"all": 5}), "its versions or results are malformed"),
        (of_a_solver(None, {"all": 5}), "its versions or results are malformed"),
        (of_a_solver("NO ALARM", {"unsat": 5}, total={"unsat": 6}), "its versions or results are malformed"),
        (of_a_solver("NO ALARM", {"unsat": 5}, claim="another"), "its versions or results are malformed"),
        (of_coq(verdict="PROVED"), "its versions or results are malformed"),
        (of_coq(reason="it uses steps that are refused"), "its versions or results are malformed"),
        (of_coq(axioms=["False_axiom"]), "its versions or results are malformed"),
        (of_coq(axioms=[["Classical_Prop.classic"]]), "its versions or results are malformed"),
        (of_coq(axioms=None), "its versions or results are malformed"),
        ({"checker": []}, r"is a record of \[\], not of"),
        ({"schema": True}, "is a record of schema True, but this version reads 2"),
    ],
)
def test_a_sealed_record_of_something_else_is_refused(
    opinions: Opinions, tmp_path: Path, change: dict[str, object], message: str
) -> None:
    path = tmp_path / "z3.json"
    sealed_record(opinions, path, change)
    with pytest.raises(RecordError, match=message):
        read(path)


def test_a_record_under_another_checkers_name_is_refused(opinions: Opinions, tmp_path: Path) -> None:
    (tmp_path / "cvc5.json").write_text(opinions.text(), encoding="utf-8")
    found, (problem,) = found_in(tmp_path)
    assert found == []
    assert "is a record of z3, not of cvc5" in problem


def test_a_record_keeps_what_the_same_checker_has_said_before(opinions: Opinions, tmp_path: Path) -> None:
    path = tmp_path / "z3.json"
    assert with_earlier(opinions, path) == opinions  # nothing is there
    path.write_text(opinions.text(), encoding="utf-8")
    other = replace(opinions, results=of_results([{**SAID, "result": "b"}], {"b": {"it": "that", "more": "those"}}))
    assert set(with_earlier(other, path).results) == {"some-lemma", "b"}
    assert set(with_earlier(replace(other, version="6.0"), path).results) == {"b"}
    assert set(with_earlier(replace(other, code="0" * 64), path).results) == {"b"}


def test_the_verdicts_code_is_part_of_a_record() -> None:
    """What turns a checker's words into a verdict is not the exporter alone."""
    folder = Path(crosscheck_records.__file__).parents[1]
    named = {path.name for path in sources()}
    assert {"coq.py", "smt.py", "smt_solvers.py", "coqc.py", "Prelude.v", "Statements.v", "terms.py"} <= named
    assert all(path.is_relative_to(folder) for path in sources())


def test_what_a_solver_says_is_saved_and_claims_shows_it(tmp_path: Path) -> None:
    pytest.importorskip("z3")
    done = CliRunner().invoke(main, ["verify", "sign-form", "--with", "z3", "--save", str(tmp_path), "-q"])
    assert done.exit_code == 0, done.output
    opinions = read(tmp_path / "z3.json")
    (found,) = claim_table([2], opinions=[opinions])
    (proof,) = proofs_of([found])
    assert proof == CheckedProof("sign-form", "sign form", digest(check(get("sign-form"), models=0).claims[0].proof))
    assert f"also {opinions.in_short(proof)}" in found.verdict.evidence[0].details
    assert "NO ALARM" in opinions.in_short(proof)


def test_the_kernel_leaves_no_record(tmp_path: Path) -> None:
    done = CliRunner().invoke(main, ["verify", "proof.json", "--save", str(tmp_path / "new")])
    assert done.exit_code == 2
    assert "--save needs --with coq, all, z3 or cvc5" in done.output
    assert not (tmp_path / "new").exists()


def test_what_was_rejected_or_not_read_is_not_recorded() -> None:
    """Even where a file of the same name was asked about, too."""
    others = [{**SAID, "verdict": "REJECTED"}, {**SAID, "result": "b", "verdict": "NOT READ"}]
    assert of_results(others, {"some-lemma": {"it": "the proof"}}) == {}


def test_the_figures_of_the_page_are_those_of_the_record() -> None:
    results = read(shipped() / "z3.json").results.values()
    total = sum((Counter(said["questions"]) for said in results), Counter[str]())
    page = " ".join((Path(__file__).resolve().parents[2] / "docs" / "smt.md").read_text(encoding="utf-8").split())
    assert total["sat"] == 0
    assert f"Of the project's {total.total():,} steps z3 leaves {total['unknown']} open, and finds none false" in page


def test_the_records_of_the_package_are_of_the_code_at_hand() -> None:
    opinions, problems = found_in(shipped())
    assert ([opinion.checker for opinion in opinions], problems) == (["coq", "z3"], [])
    for opinion in opinions:
        assert opinion.code == fingerprint(), f"{opinion.command} --save adamproof/crosscheck/records"
        assert {lemma.slug for lemma in lemmas()} <= set(opinion.results)
        assert {said["verdict"] for said in opinion.results.values()} <= {"ACCEPTED", "NO ALARM", "OPEN"}


@pytest.mark.slow
def test_the_records_of_the_package_are_about_the_proofs_at_hand(session: Session) -> None:
    """Those that this session has found, and that the kernel verifies once more."""
    session.library()  # or the proofs are found twice
    opinions, _ = found_in(shipped())
    proofs = {one.name: dict(one.proofs) for one in stored(["all"], 1, Progress(False), True, [], [])}
    assert {slug: [*texts] for slug, texts in proofs.items()} == {
        lemma.slug: [claim.name for claim in lemma.claims] for lemma in lemmas()
    }
    for slug, texts in proofs.items():
        for claim, written in texts.items():
            proof = CheckedProof(slug, claim, digest(written))
            assert len([opinion for opinion in opinions if opinion.on(proof) is not None]) == 2, proof
