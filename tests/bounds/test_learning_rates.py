"""The learning rates at which a bound would say something: certified there, and vacuous elsewhere."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest

from adamproof.bounds.certified import certify
from adamproof.bounds.formulas.parameters import THEOREMS
from adamproof.bounds.formulas.statement import CORRECTED
from adamproof.bounds.hypotheses import ADAM, FORM, REGULARITY
from adamproof.bounds.learning_rates import Rates, informative_rates
from adamproof.bounds.problem import from_mapping
from adamproof.bounds.theorems.compiled import theorem

BASE = {
    "beta1": "0.9", "beta2": "0.999", "lr": "1e-3", "steps": "1e5", "dim": "1e6", "gap": "8", "grad1": "1",
    "L0": "1", "sigma0": "1e-4", "V": "1", "B": "1/10", "vbar": "1", "delta": "1/10", "density": "1/2",
}  # fmt: skip


def rates(name: str = "main", case: int = 1, **changed: str) -> tuple[Any, Any, Rates | None]:
    problem, hyper = from_mapping({**BASE, **changed})
    found = certify(problem, hyper, name, case)
    return problem, hyper, informative_rates(problem, hyper, found)


def vacuous(problem: Any, hyper: Any, lr: Fraction, name: str, case: int) -> bool:
    found = certify(problem, replace(hyper, lr=lr), name, case, 20)
    return bool(found.vacuous) or not found.holds


@pytest.mark.parametrize(
    ("name", "case", "changed"),
    [
        ("main", 1, {}),
        ("main", 1, {"lr": "1e-12"}),
        ("main", 1, {"lr": "T^-1/4/sqrt(d)", "beta1": "1-T^-1/2", "beta2": "1-T^-1/2"}),
        ("main", 1, {"L1": "1", "Gq": "1", "lr": "1e-4"}),
        ("averaged", 1, {}),
        ("corollary", 1, {"sigma0": "1e-8", "grad1": "10", "steps": "1e10"}),
        ("corollary", 2, {"sigma0": "1e-8", "grad1": "10"}),
        ("high-probability", 1, {}),
    ],
)
def test_the_bound_says_something_between_the_ends_and_nothing_beyond(
    name: str, case: int, changed: dict[str, str]
) -> None:
    problem, hyper, found = rates(name, case, **changed)
    assert found is not None and found.least is not None and found.most is not None
    least, most = Fraction(found.least), Fraction(found.most)
    inside = [least, most, *((least * (9 - k) + most * k) / 9 for k in range(1, 9)), least * 2, most / 2]
    assert not any(vacuous(problem, hyper, lr, name, case) for lr in inside if least <= lr <= most)
    outside = [least * Fraction(8, 10), least / 100, most * Fraction(12, 10), most * 100]
    assert all(vacuous(problem, hyper, lr, name, case) for lr in outside)


def test_what_does_not_fall_or_grow_with_lr_leaves_an_end_open() -> None:
    _, _, falling = rates(gap="0")
    assert falling is not None and falling.least is None and falling.most is not None
    _, _, rising = rates(L0="0", lr="1e-12")
    assert rising is not None and rising.least is not None and rising.most is None


def test_it_is_said_where_no_lr_would_do() -> None:
    assert rates(sigma0="3")[2] == Rates(none=True)  # the noise alone is too large
    assert rates(gap="1e9")[2] == Rates(none=True)  # no lr is right for both the gap and the drift
    assert rates(L1="1e9", Gq="0", lr="1e-15")[2] == Rates(none=True)  # a hypothesis forbids them


def test_a_rate_that_the_hypotheses_allow_is_named_alone() -> None:
    problem, hyper, found = rates(L1="1e4", Gq="0", lr="1e-12")
    assert found is not None and found.least is not None and found.least == found.most
    assert not vacuous(problem, hyper, Fraction(found.least), "main", 1)


def test_only_vacuous_bounds_that_apply_are_asked() -> None:
    assert rates(dim="16")[2] is None
    assert rates("unconditional")[2] is None


def test_the_assumptions_are_in_groups_by_their_names() -> None:
    """Every name is that of an assumption; what is neither of Adam nor of regularity is listed here by hand."""
    names = {name for key in THEOREMS for name in theorem(key).assumed}
    names |= {name for key in CORRECTED for name in theorem(key, 1, True).assumed}
    assert {*ADAM, *FORM, *REGULARITY} <= names
    assert names - {*ADAM, *REGULARITY} == {
        "A1: F is at least F*",
        "A2: noises of different times are uncorrelated",
        "A2: the variance of the noise",
        "A3 along the segments",
        "the gradient is Lipschitz along the segments",
        "E[v_T] is at most V",
        "C1: mean of E|a_t|^p <= C0^2*G^p",
        "C2: E|u_t o a_t|_1 >= vbar*E|a_t|_1",
        "C3: |a_t|_1 >= C1*|a_t|_2",
        "the gradient is Lipschitz along the segment",
        "F is at least F*",
        "gradients are at most B",
        "the noise is centred",
        "the noise has variance at most s0^2",
        "averaged noises that are not long are short",
        "the noise is at most s0 surely",
        "each averaged noise is long with probability at most delta/T",
    }
