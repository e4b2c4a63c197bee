"""The smallest T and the best hyperparameters."""

from __future__ import annotations

import itertools
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
import sympy
from hypothesis import given, settings
from hypothesis import strategies as st

from adamproof.bounds.certified import certify
from adamproof.bounds.formulas.monotone import never_grows
from adamproof.bounds.problem import Hyperparameters, Problem
from adamproof.bounds.ranges import ProblemError
from adamproof.bounds.target import smallest_steps
from adamproof.bounds.theorems.from_lemmas import NAMES, theorem
from adamproof.bounds.tuning import NoSetting, Optimised, best_learning_rate, optimise
from adamproof.lemmas.notation import T, d
from adamproof.prover import reals

Q = Fraction
PROBLEM = Problem(gap=8, grad1=4, L0=1, sigma0="1/10", dim=16, vbar=1, V="0.07", B=3, delta="0.05", C0=1)
HYPER = Hyperparameters("0.9", "0.95", "1e-4", steps=1000)
SCHEDULE = Hyperparameters("1-T^-1/2", "1-T^-1/2", "T^-3/4/sqrt(d)")


# --- T ------------------------------------------------------------------------------------------


@settings(max_examples=8, deadline=None)
@given(st.fractions(Q(1, 2), 10**6))
def test_the_smallest_t_and_not_one_less(target: Fraction) -> None:
    found = smallest_steps(PROBLEM, HYPER, target)
    assert found.steps is not None and found.smallest
    assert certify(PROBLEM, replace(HYPER, steps=found.steps), digits=30).total.high <= target
    if found.steps > 1:
        assert certify(PROBLEM, replace(HYPER, steps=found.steps - 1), digits=30).total.low > target


def test_the_digits_that_are_shown_lie_on_their_sides_of_the_target() -> None:
    """At T near 2e15 the bounds at T and T - 1 differ in the 18th digit."""
    problem = Problem(gap=8, grad1=4, L0=1, sigma0=1, dim=16, V="0.07")
    hyper = Hyperparameters("1-T^-1/2", "1-T^-3/4", "T^-3/4/sqrt(d)", "1e-3")
    found = smallest_steps(problem, hyper, "1e-2", "averaged")
    assert found.steps == 2179136914928825
    assert found.at is not None and found.before is not None
    at, before = found.at.decimals(found.digits)[1], found.before.decimals(found.digits)[0]
    assert Fraction(at) <= Fraction(1, 100) < Fraction(before)


def test_a_target_that_is_met_exactly() -> None:
    """Rational all the way: no momentum, R = 1 is not needed as sigma0 = 0 and the drift has R^2."""
    problem = Problem(gap=1, grad1=0, L0=0, sigma0=0, dim=1)
    found = smallest_steps(problem, Hyperparameters(0, "1/2", "1/10"), "1/7")
    assert found.steps == 70 and found.smallest and found.at is not None and found.at.exact


def test_with_a_schedule_t_is_not_said_to_be_smallest() -> None:
    found = smallest_steps(PROBLEM, SCHEDULE, 2)
    assert found.steps is not None and not found.smallest and "minimality is not certified" in found.why
    assert found.at is not None and found.before is not None and found.at.high <= 2 < found.before.low


def test_out_of_reach() -> None:
    found = smallest_steps(PROBLEM, HYPER, "1e-3")
    assert found.steps is None and "still at least" in found.why
    steep = replace(PROBLEM, L1=10**9, Gq=1)
    assert "does not apply at any T" in smallest_steps(steep, HYPER, 1).why


def test_refusals_of_targets() -> None:
    for target in (0, -1, "T", "x", "nan"):
        with pytest.raises(ProblemError, match="target"):
            smallest_steps(PROBLEM, HYPER, target)
    with pytest.raises(ProblemError, match=r"beta1 = 0\.99, beta2 = 0\.9"):
        smallest_steps(PROBLEM, Hyperparameters("0.99", "0.9", "1e-3"), 1)


def test_monotone_by_form() -> None:
    x = reals("x")
    assert never_grows(x / T + sympy.sqrt(x / (T * d)), T)
    assert not never_grows(sympy.sqrt(T), T) and not never_grows(sympy.log(T) / T, T)
    assert all(never_grows(term, T) for term in theorem("averaged").terms.values())
    assert not never_grows(theorem("high-probability").terms["noise"], T)


# --- lr -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["main", "corollary", "high-probability"])
def test_the_best_lr_is_exactly_proportional_to_one_over_sqrt_d(name: str) -> None:
    best = best_learning_rate(theorem(name))[0]
    positive = best.xreplace({symbol: sympy.Symbol(symbol.name, positive=True) for symbol in best.free_symbols})
    assert (
        sympy.Symbol("d", positive=True)
        not in sympy.powsimp(positive * sympy.sqrt(sympy.Symbol("d", positive=True))).free_symbols
    )


@pytest.mark.parametrize("name", ["main", "averaged", "corollary", "high-probability"])
def test_no_other_lr_is_better(name: str) -> None:
    found = optimise(PROBLEM, HYPER, ["lr"], name)
    best = Q(found.chosen["lr"])
    for factor in (Q(1, 2), Q(99, 100), Q(101, 100), Q(2)):
        other = certify(PROBLEM, replace(HYPER, lr=best * factor), name, digits=20)
        assert other.total.low > found.bound.total.low
    assert found.given is not None and found.bound.total.high <= found.given.total.low


def test_lr_stays_within_the_hypotheses() -> None:
    found = optimise(PROBLEM, HYPER, ["lr"], "unconditional")
    assert found.bound.holds and any("the largest value" in note for note in found.notes)
    assert not certify(PROBLEM, replace(HYPER, lr=Q(found.chosen["lr"]) * Q(101, 100)), "unconditional").holds


# --- betas --------------------------------------------------------------------------------------


def test_the_best_betas_are_equal_and_certified_to_one_percent() -> None:
    noisy = replace(PROBLEM, sigma0=10)
    found = optimise(noisy, HYPER, ["lr", "beta1", "beta2"])
    assert found.chosen["beta1"] == found.chosen["beta2"]
    assert found.lower is not None and found.lower.low * Q(101, 99) >= found.bound.total.high
    beta = Q(found.chosen["beta1"])
    for other in (1 - (1 - beta) * 2, 1 - (1 - beta) / 2):
        there = optimise(noisy, replace(HYPER, beta1=other, beta2=other), ["lr"])
        assert there.bound.total.low > found.bound.total.low


def test_beta2_alone_is_beta1() -> None:
    found = optimise(PROBLEM, HYPER, ["beta2"])
    assert found.chosen == {"beta2": "0.9"} and found.lower is None
    assert found.bound.scale["R"].high < Q(1) + Q(1, 10**6)


def test_beta1_beside_a_given_beta2() -> None:
    found = optimise(PROBLEM, replace(HYPER, beta2="0.99"), ["beta1"])
    beta = Q(found.chosen["beta1"])
    for other in (beta - Q(1, 50), beta + Q(1, 500)):
        assert certify(PROBLEM, replace(HYPER, beta1=other, beta2="0.99")).total.low > found.bound.total.low
    assert found.lower is not None and found.bound.total.low * Q(98, 100) <= found.lower.low <= found.bound.total.low


@pytest.mark.parametrize(
    ("choose", "hyper", "sentence"),
    [
        (["epsilon"], HYPER, "'epsilon' cannot be optimised; choose from lr, beta1, beta2"),
        (["lr"], Hyperparameters(beta1="0.9", steps=10), "beta2 is missing; give it, or optimise it"),
    ],
)
def test_refusals(choose: list[str], hyper: Any, sentence: str) -> None:
    with pytest.raises(ProblemError, match=sentence):
        optimise(PROBLEM, hyper, choose)


def test_what_cannot_be_improved() -> None:
    with pytest.raises(ProblemError, match="beta2 does not occur"):
        optimise(PROBLEM, HYPER, ["beta2"], "unconditional")
    with pytest.raises(ProblemError, match="there is no best lr"):
        optimise(replace(PROBLEM, L0=0), HYPER, ["lr"])
    assert set(NAMES) >= {"main"}


@pytest.mark.parametrize("name", ["main", "corollary", "high-probability", "unconditional"])
def test_no_setting_is_below_the_lower_bound(name: str) -> None:
    problem = replace(PROBLEM, sigma0=3)
    found = optimise(problem, replace(HYPER, beta2="0.99"), ["beta1"], name)
    assert found.lower is not None
    for number in range(1, 40):
        beta1 = 1 - Q(9, 10) ** number
        if beta1**2 < Q(99, 100):
            other = certify(problem, replace(HYPER, beta1=beta1, beta2="0.99"), name)
            assert other.total.high >= found.lower.low
            assert not other.holds or other.total.high >= found.bound.total.low * Q(999, 1000)


@pytest.mark.parametrize("choose", [["beta2"], ["beta1"], ["beta1", "lr"]])
def test_one_beta_of_the_averaged_theorem_is_certified(choose: list[str]) -> None:
    found = optimise(PROBLEM, HYPER, choose, "averaged")
    assert found.lower is not None and found.given is not None
    assert found.lower.low <= found.bound.total.high <= found.given.total.high
    assert found.lower.low >= found.bound.total.high * Fraction(98, 100)


@pytest.mark.slow
def test_both_betas_of_the_averaged_theorem_are_certified() -> None:
    heard: list[str] = []
    found = optimise(PROBLEM, HYPER, ["beta1", "beta2", "lr"], "averaged", say=heard.append)
    assert found.lower is not None
    assert found.lower.low >= found.bound.total.high * Fraction(9, 10)
    assert any("certified by intervals" in note for note in found.notes)
    assert heard[:2] == ["searching for the best setting", "certifying: 0 boxes subdivided"]
    # The lower bound is below the bound at settings of a grid, the best of which the search has found.
    for gap1, gap2 in itertools.product(("0.5", "0.1", "0.01", "0.001"), ("0.3", "0.05", "0.002", "0.0001")):
        hyper = replace(found_hyper(found), beta1=1 - Fraction(gap1), beta2=1 - Fraction(gap2))
        if Fraction(gap2) < Fraction(gap1):
            assert certify(PROBLEM, hyper, "averaged").total.high >= found.lower.low


def found_hyper(found: Optimised) -> Hyperparameters:
    return replace(HYPER, **found.chosen)


# --- hypotheses ---------------------------------------------------------------------------------

STEEP = Problem(gap=8, grad1=1, L0=1, sigma0=1, dim=100, L1=1, Gq=1, B=1)
USUAL = Hyperparameters("0.9", "0.999", "2e-2", steps=100_000)


def test_the_chosen_beta_keeps_all_hypotheses() -> None:
    found = optimise(STEEP, USUAL, ["beta1"])
    assert found.bound.holds and found.given is not None and not found.given.holds
    for number in range(1, 60):
        other = certify(STEEP, replace(USUAL, beta1=1 - Q(9, 10) ** number / 2))
        assert not other.holds or other.total.high >= found.bound.total.low
        assert found.lower is not None and other.total.high >= found.lower.low


def test_no_setting_is_said() -> None:
    with pytest.raises(NoSetting, match="no beta1 tried satisfies all hypotheses of the theorem main"):
        optimise(STEEP, replace(USUAL, lr=10), ["beta1"])


def test_betas_are_chosen_within_the_limit_of_lr() -> None:
    gentle = replace(STEEP, L1=0)
    found = optimise(gentle, replace(USUAL, lr="1e-3"), ["lr", "beta1"], "unconditional")
    assert found.bound.holds and found.bound.total.high <= Q("3.05e6")


def test_beta1_may_be_zero() -> None:
    quiet = replace(PROBLEM, sigma0=0)
    found = optimise(quiet, replace(HYPER, beta2="1e-3"), ["beta1"])
    assert found.lower is not None and found.bound.total.high <= certify(quiet, replace(HYPER, beta1=0)).total.high * 2
    with pytest.raises(ProblemError, match="there is no best beta2 if beta1 = 0"):
        optimise(quiet, replace(HYPER, beta1=0), ["beta2"])


# --- targets that are easily missed -------------------------------------------------------------


def test_a_target_near_the_least_of_a_bound_that_grows() -> None:
    problem = Problem(gap=10, grad1=0, L0=0, sigma0="1/2", dim=4, delta="0.05")
    hyper = Hyperparameters("0.9", "0.9", "0.0717")
    found = smallest_steps(problem, hyper, "2.2474", "high-probability")
    assert found.steps is not None and found.steps <= 1422 and not found.monotone
    assert found.at is not None and found.before is not None and found.at.high <= Q("2.2474") < found.before.low
    missed = smallest_steps(problem, hyper, "2", "high-probability")
    assert missed.steps is None and not missed.monotone and "the smallest bound found" in missed.why


def test_the_last_t_is_tried_and_digits_separate() -> None:
    problem = Problem(gap=8 * 10**39, grad1=0, L0=0, sigma0=0, dim=1)
    found = smallest_steps(problem, Hyperparameters(0, "1/2", 1), 1)
    assert found.steps == 8 * 10**39 and found.digits >= 41
    assert found.before is not None and Q(found.before.decimals(found.digits)[0]) > 1
    last = smallest_steps(replace(problem, gap=10**40), Hyperparameters(0, "1/2", 1), 1)
    assert last.steps == 10**40
