"""What a theorem covers of a training: bias correction, weight decay, schedule or warm-up, clipping."""

from __future__ import annotations

from typing import Any

import pytest

from adamproof.bounds import Hyperparameters, Problem, ProblemError, Training, certify
from adamproof.bounds.presets import PRESETS
from adamproof.bounds.theorems.from_lemmas import CORRECTED, NAMES, theorem
from adamproof.bounds.training import coverage, training_of, uncovered

PROBLEM = Problem(gap=8, grad1=4, L0=1, sigma0=1, dim=16, V=1, vbar="1/2", B=1, delta="0.05")
HYPER = Hyperparameters("0.9", "0.999", "1e-3", "1e-8", 10_000)
BARE = Training(True, 0, None, 0, "constant")


def test_the_bound_is_the_same_and_the_theorem_another() -> None:
    with_it, without = (certify(PROBLEM, HYPER, training=Training(bias_correction=on)) for on in (True, False))
    assert with_it.total == without.total and with_it.terms == without.terms
    assert with_it.theorem.lemma.slug == "bias-corrected-main"
    assert without.theorem.lemma.slug == "main-theorem"
    assert [check.name for check in with_it.checks] == [check.name for check in without.checks]
    assert list(with_it.theorem.hypotheses) == list(without.theorem.hypotheses)
    assert "mhat is m/(1 - beta1^t)" in with_it.theorem.assumed
    assert "mhat is m/(1 - beta1^t)" not in without.theorem.assumed


@pytest.mark.parametrize("case", [1, 2])
def test_the_corollary_is_proved_with_bias_correction_too(case: int) -> None:
    corrected, plain = theorem("corollary", case, True), theorem("corollary", case)
    assert (corrected.bound, corrected.terms, corrected.hypotheses) == (plain.bound, plain.terms, plain.hypotheses)
    assert corrected.title == 'bias-corrected-main, claim "gradient norm"'


@pytest.mark.parametrize("name", NAMES)
def test_bias_correction_is_covered_only_by_a_lemma_that_says_so(name: str) -> None:
    correction = coverage(name, BARE)[0]
    assert correction.covered is (name in CORRECTED)
    if correction.covered:
        assert correction.by == ("high-probability" if name == "high-probability" else "bias-corrected-main")
        assert "vhat is v/(1 - beta2^t)" in theorem(name, bias_correction=True).assumed
    else:
        assert uncovered(coverage(name, BARE)) == ("bias correction",)
        with pytest.raises(ValueError, match="is not proved here for Adam with bias correction"):
            theorem(name, bias_correction=True)


def test_nobody_said_is_not_absent() -> None:
    found = coverage("main", Training())
    assert [one.present for one in found] == [None] * 4
    assert [one.covered for one in found] == [True, False, False, False]
    assert uncovered(found) == ()
    assert [one.covered for one in coverage("main", BARE)] == [True] * 4
    assert {one.trait: one.text for one in coverage("main", BARE)} == {
        "bias correction": "covered (bias-corrected-main)",
        "weight decay": "none",
        "schedule or warm-up": "none, the learning rate is constant",
        "gradient clipping": "none",
    }


@pytest.mark.parametrize(
    ("training", "trait"),
    [
        (Training(weight_decay="0.1"), "weight decay"),
        (Training(weight_decay="0.1", decoupled=True), "weight decay"),
        (Training(weight_decay="0.1", decoupled=False), "weight decay"),
        (Training(clipping=1), "gradient clipping"),
        (Training(lr_schedule="cosine"), "schedule or warm-up"),
    ],
)
def test_what_is_not_covered_keeps_the_theorem_from_applying(training: Training, trait: str) -> None:
    for name in ("main", "corollary"):
        found = certify(PROBLEM, HYPER, name, training=training)
        assert found.holds and not found.applies
        assert found.uncovered == (trait,)
    assert certify(PROBLEM, HYPER, training=BARE).applies


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"weight_decay": "-1"}, "weight_decay must be at least 0, got -1"),
        ({"weight_decay": "T^-1"}, "weight_decay must be one number"),
        ({"weight_decay": [0.1, 0.2]}, "weight_decay must be one number"),
        ({"clipping": "much"}, "clipping"),
        ({"bias_correction": "yes"}, "bias_correction must be true or false, not 'yes'"),
        ({"lr_schedule": ""}, "lr_schedule must be one line"),
        ({"lr_schedule": "a\nb"}, "lr_schedule must be one line"),
    ],
)
def test_traits_that_cannot_be_meant(values: dict[str, Any], message: str) -> None:
    with pytest.raises(ProblemError, match=message):
        training_of(values)


def test_presets_state_their_traits_and_unknown_ones_stay_unknown() -> None:
    assert PRESETS["gpt2-small"].training == Training(bias_correction=True)
    assert PRESETS["bert-base"].training.bias_correction is None
    assert training_of(PRESETS["gpt3-small"].traits) == PRESETS["gpt3-small"].training
    assert uncovered(coverage("main", PRESETS["gpt3-small"].training)) == (
        "weight decay",
        "schedule or warm-up",
        "gradient clipping",
    )
