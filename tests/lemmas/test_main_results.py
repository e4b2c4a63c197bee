"""The main results: what each rests on, and that nothing of it can be left out."""

from __future__ import annotations

import pytest

from adamproof.checking.pipeline import check
from adamproof.checking.report import Verdict
from adamproof.kernel.text import show
from adamproof.lemmas.main.setting import A1, A2, A3
from adamproof.prover import prop
from adamproof.theory.lemma import MissingAssumption, OtherStatement, ProofFailure
from adamproof.theory.library import derivation_of, get

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


@pytest.mark.parametrize(
    "name",
    [
        *A1,
        *A3,
        STABILITY,
        "mhat is m/(1 - beta1^t)",
        "vhat is v/(1 - beta2^t)",
        "u is |mhat|/(sqrt(vhat) + epsilon)",
        "the step is -gamma*mhat/(sqrt(vhat) + epsilon)",
        "epsilon is not negative",
    ],
)
def test_bias_corrected_main_needs_each_of_its_assumptions(name: str) -> None:
    lemma = get("bias-corrected-main").without([name])
    with pytest.raises((MissingAssumption, ProofFailure, OtherStatement)):
        derivation_of(lemma, lemma.claim())


def test_bias_correction_changes_no_bound() -> None:
    """The conclusions are those without it, letter for letter; no Condition is assumed for the first."""
    corrected, plain = get("bias-corrected-main"), get("main-theorem")
    assert show(prop(corrected.claim().conclusion)) == show(prop(plain.claim("Adam").conclusion))
    gradient = corrected.claim("gradient norm").conclusion
    assert show(prop(gradient)) == show(prop(get("3.3").claim("gradient norm").conclusion))
    assert not [name for name in corrected.stated(corrected.claim()) if name[:2] in ("C1", "C2", "C3")]
    assert "the step goes along Sign(m)" not in corrected.assumptions


def test_its_runs_are_adams_with_bias_correction() -> None:
    """The first two steps of a model, computed by hand: every assumption about the run holds there."""
    from dataclasses import replace
    from fractions import Fraction

    from adamproof.lemmas.models import problems

    beta1, beta2 = Fraction(1, 2), Fraction(3, 4)
    problem = problems.Problem((Fraction(1),), (Fraction(1),), (), 2, beta1, beta2, Fraction(0), Fraction(1, 8))
    model = problems.run(replace(problem, divisors=problems.corrected))
    f = model.functions
    assert (f["mhat"](1, 1, 0), f["vhat"](1, 1, 0), f["u"](1, 1, 0)) == (1, 1, 1)
    second = Fraction(7, 8)  # x_2 = 1 - 1/8
    assert f["x"](2, 1, 0) == second
    moment, square = beta1 / 2 + second / 2, beta2 / 4 + second**2 / 4
    assert abs(f["mhat"](2, 1, 0) - moment / (1 - beta1**2)) < 1e-12
    assert abs(f["vhat"](2, 1, 0) - square / (1 - beta2**2)) < 1e-12


def test_condition_1_is_for_p_above_1_only() -> None:
    report = check(get("3.3"), models=0, mutants=False)
    used = {claim.name: claim.used for claim in report.claims}
    assert any(name.startswith("C1:") for name in used["gradient norm"])
    assert not any(name.startswith("C1:") for name in used["without Condition 1"])
    assert "p <= 1" in used["without Condition 1"]
