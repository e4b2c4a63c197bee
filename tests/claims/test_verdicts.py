"""Verdicts on the claims come from the evidence, so that what breaks the evidence changes them."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from adamproof.bounds import OrderError, Schedule
from adamproof.checking.flow import Flow
from adamproof.checking.pipeline import check
from adamproof.checking.pool import Workers
from adamproof.checking.report import ClaimReport, Verdict
from adamproof.claims import calculations, exponents
from adamproof.claims import evidence as evidence_of_claims
from adamproof.claims import verdicts as claims
from adamproof.claims.calculations import calculated
from adamproof.claims.evidence import Evidence, Kind, State, failed, kind_of, unrun
from adamproof.claims.exponents import BEST, MEANS, ORDER, OURS, SOURCE, Calculated, Calculation, Store
from adamproof.claims.gathering import JOBS, WORKER, Gathering
from adamproof.claims.verdicts import ROWS, ClaimVerdict, Status, proved, refuted, verdicts
from adamproof.lemmas.main import main_theorem
from adamproof.lemmas.notation import T
from adamproof.prover import le, prop, prove, reals
from adamproof.theory import library
from adamproof.theory.lemma import Claim, Lemma, Source
from tests.cli.test_cli import run_apart
from tests.here import run_here as run
from tests.session import Session


@pytest.fixture(scope="session")
def gathered() -> Gathering:
    with Workers(JOBS, lambda path, line: None, lambda text: None, WORKER) as workers:
        gathering = Gathering(Flow(workers, JOBS, True, lambda text: None), observed=())
        gathering.verdicts()
    return gathering


@pytest.fixture(scope="session")
def found(gathered: Gathering) -> dict[int, ClaimVerdict]:
    return {entry.row.number: entry for entry in verdicts(ROWS, gathered.store)}


@pytest.fixture
def store(gathered: Gathering) -> Store:
    """All the evidence, which a test may change."""
    return replace(gathered.store, reports=dict(gathered.store.reports), known=dict(gathered.store.known))


def judged(store: Store, *numbers: int) -> list[ClaimVerdict]:
    found = verdicts([row for row in ROWS if row.number in numbers], store)
    assert not store.wanted and not store.questions
    return found


def test_there_is_a_row_for_every_claim(found: dict[int, ClaimVerdict]) -> None:
    assert [row.number for row in ROWS] == list(range(1, 18)) == list(found)


@pytest.mark.parametrize("number", [1, 2, 3, 11, 12])
def test_what_is_proved(found: dict[int, ClaimVerdict], number: int) -> None:
    assert str(found[number].verdict) == "PROVED"


@pytest.mark.parametrize(
    ("number", "more"),
    [(5, "one vbar for every T and d"), (6, "one vbar for every T and d"), (7, "one vbar for every epsilon"), (8, "")],
)
def test_what_is_proved_under_the_three_conditions(found: dict[int, ClaimVerdict], number: int, more: str) -> None:
    """A rate needs a vbar that does not fall with T: claim 13 says that there is none for every T."""
    assert str(found[number].verdict) == ", ".join(filter(None, ["PROVED UNDER C1, C2, C3", more]))
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
    assert str(found[13].verdict) == "REFUTED under mean_t E|e_t| <= B/tau"
    bounded = "the noise has mean 0 given the past (within the cited inequality), magnitudes are not negative, "
    bounded += "magnitudes are at most R, the noise is at most s0 surely"
    assert str(found[16].verdict) == f"PROVED UNDER {bounded}"
    assert str(found[17].verdict).startswith("PROVED UNDER the gradient is Lipschitz along the segment")
    assert [found[number].verdict.word for number in (14, 15)] == [Status.NOT_RUN, Status.NOT_RUN]


def test_nothing_that_a_row_rests_on_fails(found: dict[int, ClaimVerdict]) -> None:
    assert [entry.row.number for entry in found.values() if entry.verdict.failed] == []


# --- breaking the evidence ----------------------------------------------------------------------


def spoil(store: Store, change: Callable[[ClaimReport], ClaimReport], *slugs: str) -> None:
    """Change what was found about lemmas: all that there are, if none is named."""
    for (slug, claim), found in store.reports.items():
        assert not isinstance(found, str)
        if not slugs or slug in slugs:
            store.reports[slug, claim] = found[0], change(found[1])


def test_breaking_a_lemma_changes_its_rows(store: Store) -> None:
    spoil(store, lambda report: replace(report, verdict=Verdict.UNDECIDED, reason="so"), "update-magnitude-tight")
    (entry,) = judged(store, 11)
    assert entry.verdict.word is Status.UNDECIDED
    assert entry.verdict.failed
    assert "update-magnitude-tight (unbounded): UNDECIDED, so" in entry.verdict.missing[0]


def test_a_verdict_of_check_changes_the_claims(store: Store) -> None:
    spoil(store, lambda report: replace(report, verdict=Verdict.REJECTED, reason="not so"))
    for entry in judged(store, 1, 9, 12, 17):
        assert entry.verdict.word is Status.UNDECIDED, entry.row.text


def test_a_lemma_that_cannot_be_checked_fails_in_its_row(store: Store) -> None:
    store.reports["sign-form", "sign form"] = "sign-form: it is not to be had"
    (entry,) = judged(store, 2)
    assert entry.verdict.word is Status.UNDECIDED and entry.verdict.failed
    assert entry.verdict.missing == ("sign-form: it is not to be had",)


def test_without_a_lemma_its_rows_say_so(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    there = {slug: "" for slug in evidence_of_claims.chapters() if slug != "unconditional"}
    monkeypatch.setattr(evidence_of_claims, "chapters", lambda: there)
    (entry,) = judged(store, 17)
    assert str(entry.verdict) == "no lemma yet"
    assert not entry.verdict.failed
    assert "unconditional: no lemma yet" in entry.verdict.missing


def test_the_schedule_decides_the_verdict(store: Store) -> None:
    """Were the best rate at the source's betas 1/4, the row would say so."""
    fixed = Calculation(BEST, *exponents.MAIN, (("A", "1/2"), ("B", "3/4")))
    store.known[fixed] = store.known[Calculation(BEST, *exponents.MAIN)]
    (entry,) = judged(store, 9)
    assert entry.verdict.word is Status.PROVED


def declared(slug: str, conclusion: Any, name: str) -> Lemma:
    claim = Claim(name, conclusion, lambda scope: prove(scope.goal, scope.given()))
    return Lemma(slug, "A stand-in", Source.OURS, "a test", {"h": le(0, reals("x"))}, [claim])


@pytest.mark.parametrize(
    ("number", "key", "word"),
    [
        (13, ("condition-2-limits", "T_max"), Status.REFUTED),
        (16, ("high-probability", "probability"), Status.PROVED),
    ],
)
def test_what_a_lemma_comes_to_is_what_its_row_says(
    store: Store, number: int, key: tuple[str, str], word: Status
) -> None:
    for conclusion, expected in (
        (le(0, 2 * reals("x")), word),
        (le(1, 2 * reals("x")), Status.UNDECIDED if number == 13 else Status.REFUTED),  # false, with a counterexample
    ):
        report = check(declared(key[0], conclusion, key[1]), models=0)
        store.reports[key] = report.lemma, report.claims[0]
        (entry,) = judged(store, number)
        assert entry.verdict.word is expected


# --- exponents ----------------------------------------------------------------------------------


def norm_of(store: Store) -> Evidence:
    return store.lemma("corollary-3-3", "gradient norm")


def computed(store: Store, evidence: Callable[[], Evidence]) -> Evidence:
    """Evidence with all calculations that it needs, made here."""
    evidence()
    store.known.update({question: calculated(question) for question in store.questions})
    store.questions.clear()
    return evidence()


def test_exponents_come_from_the_right_side(store: Store) -> None:
    norm, quarter = norm_of(store), Fraction(1, 4)

    def order(schedule: Schedule, d: Fraction | None = None) -> State:
        return computed(store, lambda: exponents.exponent(store, norm, schedule, quarter, d)).state

    def gamma(d: Fraction) -> State:
        return computed(store, lambda: exponents.best_gamma(store, norm, d)).state

    assert order(OURS) is State.COMPUTED
    assert order(SOURCE) is order(OURS, Fraction(0)) is State.FAILED
    assert exponents.free_of(norm, "eps", "epsilon").state is State.COMPUTED
    assert exponents.free_of(norm, "gamma", "gamma").state is State.FAILED
    assert (gamma(Fraction(-1)), gamma(Fraction(-1, 2))) == (State.FAILED, State.COMPUTED)
    assert exponents.best_gamma(store, failed("bad"), Fraction(0)).state is State.FAILED
    assert claims.short("C1 is positive") == "C1 is positive"


def test_what_has_no_exponent_says_why(store: Store) -> None:
    sign = store.lemma("sign-form", "sign form")
    found = computed(store, lambda: exponents.best_gamma(store, sign, Fraction(0)))
    assert found.text == "sign-form: no best gamma, as its bound is not of the form c0 + c1/gamma + c2*gamma"
    question = Calculation.at(ORDER, "high-probability", "on the event", OURS)
    assert calculated(question).problem == "its claim is not a bound"
    unknown = replace(question, slug="no-such-lemma")
    assert calculated(unknown).problem.startswith("there is no lemma named 'no-such-lemma'")
    assert calculated(unknown).of is None
    assert "the lemma has no claim 'it'" in calculated(replace(question, claim="it")).problem


def test_the_rate_of_row_4_is_that_of_the_bound_that_is_proved(store: Store) -> None:
    """A lemma `rate` that proves less, K*sqrt(d) without the 1/tau, is no proof of the claim."""
    (question,) = (one for one in store.known if one.slug == "rate" and one.kind == ORDER)
    values = {"order": "d^(1/2)", "T": Fraction(0), "d": Fraction(1, 2)}
    store.known[question] = replace(store.known[question], values=values)
    (entry,) = judged(store, 4)
    assert entry.verdict.word is Status.UNDECIDED
    assert any("Theta(d^(1/2))" in text and "not T^(-1/4)" in text for text in entry.verdict.missing)


@pytest.mark.parametrize(("kind", "number"), [(ORDER, 4), (MEANS, 4), ("best gamma", 8)])
def test_exponents_of_another_statement_than_the_one_that_is_proved_do_not_count(
    store: Store, kind: str, number: int
) -> None:
    """Whether the lemma's file states something else than it did, or the kernel has read a proof of something else."""
    for question, found in store.known.items():
        if question.kind == kind:
            store.known[question] = replace(found, of=prop(le(0, reals("x"))))
    (entry,) = judged(store, number)
    assert entry.verdict.word is Status.UNDECIDED
    assert f"its {kind} was computed from another statement than the one that is proved" in entry.verdict.missing[0]


def test_the_exponents_of_a_bound_that_is_not_the_proved_one_do_not_count(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file's process computes them from what the file states now."""
    get = library.get
    norm = get("corollary-3-3").claim("gradient norm")
    left, right = norm.conclusion.args
    claim = replace(norm, conclusion=le(left, right / T))
    smaller = replace(get("corollary-3-3"), claims=[claim], mutants=())
    monkeypatch.setattr(calculations.library, "get", lambda slug: smaller)
    store.known.clear()
    found = computed(store, lambda: exponents.exponent(store, norm_of(store), OURS, Fraction(1, 4)))
    assert found.state is State.FAILED
    assert found.text.startswith("corollary-3-3: no exponent, its order was computed from another statement")


def test_terms_that_are_not_those_of_the_proved_bound_are_noticed(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    terms = main_theorem.terms
    monkeypatch.setattr(
        main_theorem, "terms", lambda bound: {name: term for name, term in terms(bound).items() if name != "drift"}
    )
    store.known.update({question: calculated(question) for question in store.known if question.kind == BEST})
    for entry in judged(store, 9, 12):
        assert entry.verdict.word is Status.UNDECIDED
        assert "the terms of main-theorem do not add up to the bound that is proved" in entry.verdict.missing


def test_questions_and_answers_pass_between_processes_unchanged(store: Store) -> None:
    for question, found in store.known.items():
        assert Calculation.read(json.loads(json.dumps(question.data()))) == question
        assert Calculated.read(json.loads(json.dumps(found.data()))) == found
    for data in (None, {"terms": [], "value": ["tuple"]}, found.data() | {"value": ["tuple", None, 1, ""]}):
        with pytest.raises(ValueError, match=r"the data are of another kind|malformed data"):
            Calculated.read(data)


@pytest.mark.parametrize("values", [{}, {"order": "1", "T": "0", "d": Fraction(0)}, {"rate": Fraction(1)}])
def test_an_answer_to_something_else_is_a_failure(store: Store, values: dict[str, Any]) -> None:
    for question in [one for one in store.known if one.kind == ORDER]:
        store.known[question] = replace(store.known[question], values=values)
    (entry,) = judged(store, 17)
    assert entry.verdict.word is Status.UNDECIDED
    assert entry.verdict.missing == ("unconditional: no exponent, what was sent about its order is none",)


def test_an_answer_that_is_missing_is_a_failure() -> None:
    question = Calculation.at(ORDER, "rate", "Adam", OURS)
    with pytest.raises(OrderError, match="it ended"):
        Calculated(None, {}, "it ended").on(question, Evidence("good", State.PROVED))


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


# --- the command line ---------------------------------------------------------------------------


def test_one_claim_in_full() -> None:
    done = run("claims", "2", "-v")
    assert done.returncode == 0, done.stderr
    assert "\n  PROVED\n" in done.stdout
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
        ("nine", "number: 'nine' is not a number: letters are not allowed here; examples: "),
        ("-1", "number must be a whole number from 0 on, not -1\n"),
        ("²", "number: '²' is not a number: '²' is unexpected there; examples: "),
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


def test_the_claims_are_the_same_under_any_hash_seed() -> None:
    assert len({run_apart("claims", "9", "--json", PYTHONHASHSEED=seed).stdout for seed in ("0", "1")}) == 1


@pytest.mark.slow
def test_all_claims_are_the_same_under_any_hash_seed(session: Session) -> None:
    texts = {run_apart("claims", "--json", PYTHONHASHSEED=seed).stdout for seed in ("1", "2")}
    assert texts == {session.claims()}
