"""The main results: what each rests on, and that nothing of it can be left out."""

from __future__ import annotations

import pytest

from adamproof.checking.pipeline import check
from adamproof.checking.report import Verdict
from adamproof.kernel.text import show
from adamproof.lemma import MissingAssumption, OtherStatement, ProofFailure
from adamproof.lemmas.main.setting import A1, A2, A3
from adamproof.prover import prop
from adamproof.registry import derivation_of, get

STABILITY = "beta1^2 < beta2"


@pytest.mark.parametrize("name", [*A1, *A2, *A3, STABILITY])
def test_the_main_theorem_needs_each_of_its_assumptions(name: str) -> None:
    """Its script fails without it: it asks for it, or a step is not proved, or the result is not the stated one."""
    lemma = get("main-theorem").without([name])
    with pytest.raises((MissingAssumption, ProofFailure, OtherStatement)) as failure:
        derivation_of(lemma, lemma.claim("Adam"))
    if isinstance(failure.value, OtherStatement):
        assert show(prop(get("main-theorem").assumptions[name])) in str(failure.value)


@pytest.mark.parametrize("slug", ["main-theorem", "main-theorem-averaged", "rate"])
def test_no_condition_is_assumed(slug: str) -> None:
    """Conditions 1-3 are for corollary 3.3 alone."""
    lemma = get(slug)
    for claim in lemma.claims:
        assert not [name for name in lemma.stated(claim) if name[:2] in ("C1", "C2", "C3")]


def test_everything_stated_for_the_main_theorem_is_used() -> None:
    report = check(get("main-theorem"), models=0, mutants=False)
    assert report.verdict is Verdict.PROVED
    unused = {claim.name: claim.unused for claim in report.claims}
    assert unused["Adam"] == unused["any magnitudes"] == ()


def test_condition_1_is_for_p_above_1_only() -> None:
    report = check(get("3.3"), models=0, mutants=False)
    used = {claim.name: claim.used for claim in report.claims}
    assert any(name.startswith("C1:") for name in used["gradient norm"])
    assert not any(name.startswith("C1:") for name in used["without Condition 1"])
    assert "p <= 1" in used["without Condition 1"]
