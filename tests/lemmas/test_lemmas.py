"""Every lemma of the folder: proved, borne out by numbers, not vacuous, with mutants that are refused and false."""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
from dataclasses import replace

import mpmath
import pytest

from adamproof import lemmas as package
from adamproof.checking.cache import Question
from adamproof.checking.pipeline import MODELS, check, numbers_of
from adamproof.checking.pool import Workers
from adamproof.checking.recall import Recalled
from adamproof.checking.report import LemmaReport, Verdict, speaks_of_integrability
from adamproof.kernel.text import show
from adamproof.kernel.verify import verify
from adamproof.numeric.evaluate import value
from adamproof.prover import prop, term
from adamproof.theory.index import chapters
from adamproof.theory.lemma import Lemma, LemmaError, Source
from adamproof.theory.library import UnknownLemma, get, lemmas, theorem_of

ALL = {lemma.slug: lemma for lemma in lemmas()}
FOUNDATIONS = {"cauchy-schwarz", "jensen-sqrt", "triangle", "triangle-norm", "geometric-sum", "averaging"}
UPDATE = {
    "update-magnitude",
    "update-magnitude-finite",
    "update-magnitude-tight",
    "magnitude-identity",
    "bias-corrected",
    "average-magnitude",
    "average-magnitude-expected",
    "sign-form",
    "sign-alignment",
}


# What may be cited from the literature.
AXIOMS = {"fundamental theorem of calculus", "Pinelis' inequality for martingales in Hilbert space"}


@pytest.fixture(scope="session")
def searched() -> dict[str, LemmaReport]:
    """What this session has searched already; the kernel reads the proofs now, and the files say what they state."""
    questions = [Question(slug, MODELS, True) for slug in ALL]
    with Workers(1, lambda path, line: None, lambda text: None) as workers, Recalled(questions, 1) as kept:
        return {question.lemma: report for question, report, _ in kept.reports(workers)}


@pytest.mark.parametrize("lemma", ALL.values(), ids=ALL)
def test_is_proved_tested_and_its_mutants_are_rejected(lemma: Lemma, searched: dict[str, LemmaReport]) -> None:
    report = searched.get(lemma.slug) or check(lemma)
    for claim in report.claims:
        assert claim.verdict is Verdict.PROVED, claim.reason
        assert claim.steps[-1].title == "the claim"
        if speaks_of_integrability(claim.conclusion):
            assert claim.numbers is None
        else:
            assert claim.numbers is not None
            assert claim.numbers.holds, str(claim.numbers)
        assert claim.intervals is None or claim.intervals.verdict == "proved"
        assert {name for name, _ in claim.citations} <= AXIOMS
        verified = verify(claim.proof)
        assert verified.states["conclusion"] == show(claim.conclusion)
    assert len(report.mutants) >= 4
    for mutant in report.mutants:
        assert mutant.refused, mutant.name
        assert mutant.witness is not None, mutant.name
    assert report.verdict is Verdict.PROVED


# The rate 1/4 leaves one choice of the exponents.
ONLY_ONE_MODEL = {("schedule-exponents", f"only {what}") for what in ("A = 1/2", "C = 3/4", "rho = 0", "B = A")}


@pytest.mark.slow
@pytest.mark.parametrize("lemma", ALL.values(), ids=ALL)
def test_holds_in_two_hundred_random_models(lemma: Lemma) -> None:
    """At 50 digits, up to the tolerance of adamproof.numeric.numbers; statements of integrability have no numbers."""
    expected = {claim.name for claim in lemma.claims if not speaks_of_integrability(prop(claim.conclusion))}
    reports = numbers_of(lemma, lemma.claims, models=200)
    assert set(reports) == expected
    for name, report in reports.items():
        assert report.holds, f"{name}: {report}"
        assert report.models == (1 if (lemma.slug, name) in ONLY_ONE_MODEL else 200)
        assert report.digits == 50


def test_the_folder_holds_what_was_promised() -> None:
    assert set(ALL) >= FOUNDATIONS | UPDATE


def test_b2_notices_what_it_does_not_need() -> None:
    """Neither proof uses beta1 >= 0, and what both need of beta2 follows from beta1^2 < beta2 < 1."""
    lemma = get("B.2")
    report = check(lemma, models=0, mutants=False)
    by_name = {claim.name: claim for claim in report.claims}
    assert by_name["by an invariant"].unused == ("beta1 is not negative", "beta1 < 1", "beta2 is positive")
    assert by_name["by Cauchy-Schwarz"].unused == ("beta1 is not negative", "beta1 < 1", "beta2 is positive")


def test_b2_is_stated_in_full() -> None:
    theorem = theorem_of("update-magnitude")
    assert show(theorem.conclusion) == "abs(m(t))/(eps + sqrt(v(t))) <= (1 - b1)/sqrt(1 - b2)/sqrt(1 - b1^2/b2)"
    assert {show(hypothesis) for hypothesis in theorem.hypotheses} == {
        "m(0) == 0",
        "v(0) == 0",
        "forall k: int. 0 <= k -> m(k + 1) == b1*m(k) + (1 - b1)*g(k + 1)",
        "forall k: int. 0 <= k -> v(k + 1) == b2*v(k) + (1 - b2)*g(k + 1)^2",
        "b1^2 < b2",
        "b2 < 1",
        "0 <= eps",
        "0 <= t",
    }


@pytest.mark.parametrize(
    ("beta1", "beta2", "expected"),
    [
        ("0.9", "0.999", "7.27029"),
        ("0.9", "0.95", "1.16496"),
        ("0.95", "0.95", "1.00000"),
        ("0.9", "0.85", "1.19024"),
        ("0.5", "0.3", "1.46385"),
    ],
)
def test_reference_values_of_r(beta1: str, beta2: str, expected: str) -> None:
    from fractions import Fraction

    from adamproof.numeric.models import Model

    model = Model(variables={"b1": Fraction(beta1), "b2": Fraction(beta2)})
    found = value(term(get("B.2").constants["R"]), model)
    assert abs(mpmath.mpf(str(found) if isinstance(found, int) else found) - mpmath.mpf(expected)) < 5e-6


def test_names() -> None:
    assert get("b.2") is get("update_magnitude") is get("update-magnitude")
    with pytest.raises(UnknownLemma, match="did you mean sign-form"):
        get("sign-from")


def test_files_are_called_like_their_lemmas_and_labels_are_listed() -> None:
    from adamproof.lemmas import LABELS
    from adamproof.theory.library import modules

    files = {module.rpartition(".")[2] for module in modules()}
    assert {lemma.slug.replace("-", "_") for lemma in ALL.values()} <= files
    assert LABELS == {lemma.label.lower(): lemma.slug for lemma in ALL.values() if lemma.label}


def test_only_the_labels_that_are_known_are_used() -> None:
    assert {lemma.label for lemma in ALL.values() if lemma.label} == {"B.2", "3.3"}
    assert all(isinstance(lemma.source, Source) and lemma.where for lemma in ALL.values())


def test_titles_fit_a_table_and_say_what_is_bounded() -> None:
    titles = [lemma.title for lemma in ALL.values()]
    assert len(set(titles)) == len(titles)
    for title in titles:
        assert len(title) <= 105 and not title.endswith("."), title  # with what is assumed, beside "what is bounded"
        assert "convergence" not in title.lower(), f"{title}: say what is bounded"
    # These bound E|u_t o a_t|_1, not the gradient norm, and their steps are short: gamma*R*sqrt(d)*L1 <= 1.
    for slug in ("main-theorem", "rate"):
        assert "weighted gradient norm" in ALL[slug].title and "short steps" in ALL[slug].title


def test_assumptions_are_statements() -> None:
    for lemma in ALL.values():
        for statement in lemma.assumptions.values():
            assert prop(statement).sort == "prop"


UNSEEN = ["", " ", "\u3164", "\u115f", "\uffa0", "\u2800", "\u0301", "\u202e", "...", "x\ny"]


@pytest.mark.parametrize("text", UNSEEN, ids=ascii)
def test_titles_and_names_can_be_seen(text: str) -> None:
    lemma = get("sign-form")
    for change in ({"title": text}, {"where": text}, {"assumptions": {text: True}}):
        with pytest.raises(LemmaError, match="must be one line with a letter or digit"):
            replace(lemma, **change)
    with pytest.raises(LemmaError, match="must be one line with a letter or digit"):
        replace(lemma, claims=[replace(lemma.claims[0], name=text)], mutants=())
    assert replace(lemma, title="Ποσότητα 1").title == "Ποσότητα 1"


def test_an_import_of_the_vocabulary_puts_no_other_name_out() -> None:
    """`from ..vocabulary import *` below another import would quietly replace what that has brought."""
    for info in pkgutil.walk_packages(package.__path__, "adamproof.lemmas."):
        module = importlib.import_module(info.name)
        for node in ast.parse(inspect.getsource(module)).body:
            if isinstance(node, ast.ImportFrom) and node.names[0].name != "*":
                source = importlib.import_module("." * node.level + (node.module or ""), module.__package__)
                for name in node.names:
                    if hasattr(source, name.name):  # else it is a module
                        assert getattr(module, name.asname or name.name) is getattr(source, name.name), info.name


def test_models_are_not_results() -> None:
    """The folder of models is no chapter, and no file in it is taken for a lemma."""
    assert set(chapters().values()) == set(package.CHAPTERS)
    assert {lemma.slug for lemma in lemmas()} == set(chapters())
