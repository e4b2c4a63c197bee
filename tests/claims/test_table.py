"""The ledger: verdicts come from the evidence, so that what breaks the evidence changes them."""

from __future__ import annotations

import json
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from adamproof.checking.report import LemmaReport, Verdict
from adamproof.claims import evidence
from adamproof.claims import evidence as evidence_of_claims
from adamproof.claims import table as claims
from adamproof.claims.evidence import Evidence, EvidenceStore, Kind, State, failed, kind_of, unrun
from adamproof.claims.table import ROWS, ClaimVerdict, Status, ledger, proved, refuted
from adamproof.prover import le, prop, prove, reals
from adamproof.theory import library
from adamproof.theory.lemma import Claim, Lemma, Source
from tests.cli.test_cli import run
from tests.session import Session

PRESENT = {lemma.slug for lemma in library.lemmas()}


@pytest.fixture(scope="module")
def found() -> dict[int, ClaimVerdict]:
    return {entry.row.number: entry for entry in ledger()}


def test_there_is_a_row_for_every_claim(found: dict[int, ClaimVerdict]) -> None:
    assert [row.number for row in ROWS] == list(range(1, 18)) == list(found)


@pytest.mark.parametrize("number", [1, 2, 3, 11, 12])
def test_what_is_proved(found: dict[int, ClaimVerdict], number: int) -> None:
    assert str(found[number].verdict) == "PROVED"


@pytest.mark.parametrize(
    ("number", "more"), [(5, ", one vbar for every T and d"), (6, ", one vbar for every T and d"), (7, ""), (8, "")]
)
def test_what_is_proved_under_the_three_conditions(found: dict[int, ClaimVerdict], number: int, more: str) -> None:
    """A rate needs a vbar that does not fall with T: claim 13 says that there is none for every T."""
    assert str(found[number].verdict) == f"PROVED UNDER C1, C2, C3{more}"
    assert "beta1^2 < beta2" in found[number].verdict.beyond


def test_the_schedule_is_not_derivable(found: dict[int, ClaimVerdict]) -> None:
    verdict = found[9].verdict
    assert str(verdict) == "NOT DERIVABLE: the drift is Theta(1), the noise is Theta(T^(-1/8))"
    assert verdict.repair.startswith("A = 1/2, B = 1/2, C = 3/4 has rate 1/4")
    assert "at best rate 1/8, with C = 7/8" in [entry.text for entry in verdict.evidence]


def test_the_other_verdicts(found: dict[int, ClaimVerdict]) -> None:
    assert str(found[4].verdict) == "PROVED UNDER bounded means over t in the bound (or L1 = s1 = 0)"
    assert str(found[10].verdict) == "PROVED UNDER x moves by sign descent"
    assert "Adam with beta1 = 0: not run" in found[10].verdict.missing
    assert str(found[17].verdict).startswith("PROVED UNDER the gradient is Lipschitz along the segment")
    assert [found[number].verdict.word for number in (14, 15)] == [Status.NOT_RUN, Status.NOT_RUN]


@pytest.mark.parametrize(("number", "slug"), [(13, "condition-2-limits"), (16, "high-probability")])
def test_a_lemma_that_is_not_there_is_named(found: dict[int, ClaimVerdict], number: int, slug: str) -> None:
    verdict = found[number].verdict
    if slug in PRESENT:
        assert verdict.word is not Status.NO_LEMMA
    else:
        assert verdict.word is Status.NO_LEMMA
        assert f"{slug}: no lemma yet" in verdict.missing


def test_nothing_that_a_row_rests_on_fails(found: dict[int, ClaimVerdict]) -> None:
    assert [entry.row.number for entry in found.values() if entry.verdict.failed] == []


# --- breaking the evidence ----------------------------------------------------------------------


def broken(lemma: Lemma) -> Lemma:
    """The lemma with scripts that prove nothing, and without models, which would only be searched in vain."""
    claims_ = [replace(claim, proof=lambda scope: prove(le(0, 1)), models=None) for claim in lemma.claims]
    return replace(lemma, claims=claims_, models=None)


def test_breaking_a_lemma_changes_the_ledger(monkeypatch: pytest.MonkeyPatch) -> None:
    get = library.get
    slug = "update-magnitude-tight"
    monkeypatch.setattr(library, "get", lambda name: broken(get(name)) if name == slug else get(name))
    (entry,) = ledger([11])
    assert entry.verdict.word is Status.UNDECIDED
    assert entry.verdict.failed
    assert "update-magnitude-tight (unbounded): UNDECIDED" in entry.verdict.missing[0]


def test_a_verdict_of_check_changes_the_ledger(monkeypatch: pytest.MonkeyPatch) -> None:
    check = evidence_of_claims.check

    def harsh(lemma: Lemma, *args: Any, **options: Any) -> LemmaReport:
        report = check(lemma, *args, **options)
        answers = [replace(claim, verdict=Verdict.REJECTED, reason="not so") for claim in report.claims]
        return replace(report, claims=tuple(answers))

    monkeypatch.setattr(evidence_of_claims, "check", harsh)
    for entry in ledger([1, 9, 12, 17]):
        assert entry.verdict.word is Status.UNDECIDED, entry.row.text


def test_the_rate_of_row_4_is_that_of_the_bound_that_is_proved(monkeypatch: pytest.MonkeyPatch) -> None:
    """A lemma `rate` that proves less, K*sqrt(d) without the 1/tau, is no proof of the claim."""
    lemma = EvidenceStore.lemma

    def weaker(desk: EvidenceStore, slug: str, claim: str | None = None) -> Evidence:
        found = lemma(desk, slug, claim)
        if slug != "rate":
            return found
        left, right = found.statement.args
        return replace(found, statement=le(left, right * reals("tau")))

    monkeypatch.setattr(EvidenceStore, "lemma", weaker)
    (entry,) = ledger([4])
    assert entry.verdict.word is Status.UNDECIDED
    assert any("Theta(d^(1/2))" in text and "not T^(-1/4)" in text for text in entry.verdict.missing)


def test_without_a_lemma_its_rows_say_so(monkeypatch: pytest.MonkeyPatch) -> None:
    get = library.get

    def forgetful(name: str) -> Lemma:
        if name == "unconditional":
            raise library.UnknownLemma(name)
        return get(name)

    monkeypatch.setattr(library, "get", forgetful)
    (entry,) = ledger([17])
    assert str(entry.verdict) == "no lemma yet"
    assert not entry.verdict.failed


def test_terms_that_are_not_those_of_the_proved_bound_are_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    from adamproof.lemmas.main import main_theorem

    terms = main_theorem.terms
    monkeypatch.setattr(
        main_theorem, "terms", lambda bound: {name: term for name, term in terms(bound).items() if name != "drift"}
    )
    for entry in ledger([9, 12]):
        assert entry.verdict.word is Status.UNDECIDED
        assert "do not add up" in " ".join(entry.verdict.missing)


def test_the_schedule_decides_the_verdict(monkeypatch: pytest.MonkeyPatch) -> None:
    """Were the best rate at the source's betas 1/4, the row would say so."""
    from adamproof.claims.evidence import MainTerms

    best = MainTerms.best
    monkeypatch.setattr(MainTerms, "best", lambda self, fixed=None: best(self))
    (entry,) = ledger([9])
    assert entry.verdict.word is Status.PROVED


def declared(slug: str, conclusion: Any, name: str) -> Lemma:
    claim = Claim(name, conclusion, lambda scope: prove(scope.goal, scope.given()))
    return Lemma(slug, "A stand-in", Source.OURS, "a test", {"h": le(0, reals("x"))}, [claim])


@pytest.mark.parametrize(
    ("number", "slug", "word"),
    [(13, "condition-2-limits", Status.REFUTED), (16, "high-probability", Status.PROVED)],
)
def test_a_lemma_that_appears_is_picked_up(
    monkeypatch: pytest.MonkeyPatch, number: int, slug: str, word: Status
) -> None:
    get = library.get
    name = "T_max" if number == 13 else "it"
    stand_in = declared(slug, le(0, 2 * reals("x")), name)
    monkeypatch.setattr(library, "get", lambda name: stand_in if name == slug else get(name))
    (entry,) = ledger([number])
    assert entry.verdict.word is word
    stand_in = declared(slug, le(1, 2 * reals("x")), name)  # false, with a counterexample
    (entry,) = ledger([number])
    assert entry.verdict.word is (Status.UNDECIDED if number == 13 else Status.REFUTED)


# --- from evidence to verdicts ------------------------------------------------------------------

GOOD = Evidence("good", State.PROVED)


def test_what_fails_counts_before_what_is_absent_and_that_before_runs() -> None:
    absent, run_ = Evidence("absent", State.ABSENT), unrun("a run")
    assert proved([GOOD]).word is Status.PROVED
    assert proved([replace(GOOD, conditions=("C2: so", "odd"))]).by == ("C2", "odd")
    assert proved([GOOD, run_]).word is Status.NOT_RUN
    assert proved([GOOD, run_, absent]).word is Status.NO_LEMMA
    assert proved([GOOD, run_, absent, failed("bad")]).word is Status.UNDECIDED
    assert proved([replace(failed("bad"), verdict="REFUTED")]).word is Status.REFUTED
    assert proved([GOOD], beside=[run_, absent]).missing == ("a run: not run", "absent")
    assert proved([GOOD], beside=[failed("bad")]).failed
    assert refuted([GOOD]).word is Status.REFUTED
    assert refuted([replace(failed("bad"), verdict="REFUTED")]).word is Status.UNDECIDED


def test_assumptions_are_sorted_by_what_they_are_about() -> None:
    lemma = library.get("3.3")
    kinds = {name: kind_of(name, prop(statement), lemma.cited) for name, statement in lemma.assumptions.items()}
    assert kinds["A3 along the segments"] is kinds["A1: F is at least F*"] is Kind.BASIC
    assert kinds["F(x_{t+1}) - F(x_t) is the integral of the slope"] is Kind.AXIOM
    assert kinds["m starts at 0"] is kinds["u is |m|/(sqrt(v) + epsilon)"] is Kind.DEFINITION
    assert kinds["E|a_t|^p is finite"] is Kind.FINITE
    assert kinds["vbar is positive"] is kinds["C1 is positive"] is kinds["p <= 2"] is Kind.RANGE
    assert kinds["beta1^2 < beta2"] is kinds["gamma and 1 - beta1 are small"] is Kind.SETTING
    assert [name[:2] for name, kind in kinds.items() if kind is Kind.CONDITION] == ["C1", "C2", "C3"]


def test_exponents_come_from_the_right_side() -> None:
    norm = EvidenceStore().lemma("corollary-3-3", "gradient norm")
    quarter = Fraction(1, 4)
    assert evidence.exponent(norm, evidence.OURS, quarter).state is State.COMPUTED
    assert evidence.exponent(norm, evidence.SOURCE, quarter).state is State.FAILED
    assert evidence.exponent(norm, evidence.OURS, quarter, Fraction(0)).state is State.FAILED
    assert evidence.free_of(norm, "eps", "epsilon").state is State.COMPUTED
    assert evidence.free_of(norm, "gamma", "gamma").state is State.FAILED
    assert evidence.best_gamma(norm, Fraction(-1)).state is State.FAILED
    assert evidence.best_gamma(norm, Fraction(-1, 2)).state is State.COMPUTED
    assert evidence.best_gamma(failed("bad"), Fraction(0)).state is State.FAILED
    assert claims.short("C1 is positive") == "C1 is positive"


# --- the command line ---------------------------------------------------------------------------


def test_one_claim_in_full() -> None:
    done = run("claims", "2")
    assert done.returncode == 0, done.stderr
    assert "Verdict: PROVED" in done.stdout
    assert "sign-form (sign form) [proved]" in done.stdout
    assert done.stderr == ""


def test_progress_goes_to_standard_error() -> None:
    done = run("claims", "2", "--progress")
    assert "claim 2: Adam's step" in done.stderr
    assert "claim 2: Adam's step" not in done.stdout


@pytest.mark.parametrize(
    ("number", "sentence"),
    [
        ("0", "there is no claim 0; the claims are numbered 1 to 17\n"),
        ("18", "there is no claim 18; the claims are numbered 1 to 17\n"),
        ("nine", "number: 'nine' is not a number: letters are not allowed here (such as "),
        ("-1", "number must be a whole number from 0 on, not -1\n"),
        ("²", "number: '²' is not a number: '²' is unexpected there (such as "),
    ],
)
def test_a_claim_that_there_is_not(number: str, sentence: str) -> None:
    done = run("claims", "--", number)
    assert done.returncode == 2
    assert done.stderr.startswith(f"Error: {sentence}") and done.stderr.count("\n") == 1


def test_forms(tmp_path: Path) -> None:
    (entry,) = json.loads(run("claims", "14", "--json").stdout)["claims"]
    assert entry["word"] == entry["verdict"] == "rejected in runs"
    (entry,) = json.loads(run("claims", "14", "--json", "--records", str(tmp_path)).stdout)["claims"]
    assert entry["word"] == entry["verdict"] == "not run"
    table = run("claims", "15", "--markdown", "--records", str(tmp_path)).stdout.splitlines()
    assert table[1] == "| ---: | --- | --- | --- | --- |"
    assert table[2].startswith(r"| 15 | the ratio of \|a\_t\|\_1 to \|a\_t\|\_2 is stable | **not run** | - |")


def test_the_ledger_is_the_same_under_any_hash_seed() -> None:
    assert len({run("claims", "9", "--json", PYTHONHASHSEED=seed).stdout for seed in ("0", "1")}) == 1


@pytest.mark.slow
def test_the_whole_ledger_is_the_same_under_any_hash_seed(session: Session) -> None:
    texts = {run("claims", "--json", PYTHONHASHSEED=seed).stdout for seed in ("1", "2")}
    assert texts == {session.claims()}
