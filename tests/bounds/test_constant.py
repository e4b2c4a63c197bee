"""The explicit constant K of the rate: its value, and that K*sqrt(d)/T^(1/4) is above the main theorem's bound."""

from __future__ import annotations

import json
from fractions import Fraction
from typing import Any

import mpmath
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from adamproof.bounds import Problem, ProblemError, rate_constant
from adamproof.bounds.constant import STEPS
from adamproof.cli.app import main

SMALL = {"gap": 1, "grad1": 4, "L0": 1, "sigma0": 1, "dim": 16}


def test_k_by_hand() -> None:
    """alpha = beta = 1/2: Rbar = (1/2)/sqrt((1/2)*(1/4)) = sqrt(2); K = D + 8*sqrt(2)*|a_1| ... in closed form."""
    found = rate_constant(Problem(**SMALL), digits=30)
    with mpmath.workdps(60):
        bar = mpmath.sqrt(2)
        shares = {
            "initial gap": mpmath.mpf(1),
            "initial momentum": 2 * bar * 4 / mpmath.mpf("0.5"),
            "drift": bar**2 * mpmath.mpf("4.5"),
            "noise": 2 * bar * mpmath.sqrt(mpmath.mpf("0.5")),
        }
        for name, value in {**shares, "K": sum(shares.values())}.items():
            enclosure = found.K if name == "K" else found.shares[name]
            low, high = (mpmath.mpf(end.numerator) / end.denominator for end in (enclosure.low, enclosure.high))
            assert low - mpmath.mpf(10) ** -55 <= value <= high + mpmath.mpf(10) ** -55
            assert high - low <= value / 10**30


def test_the_bound_is_below_for_every_t() -> None:
    """By intervals: the upper end of the bound against the lower end of K*sqrt(d)/T^(1/4)."""
    found = rate_constant(Problem(**SMALL))
    assert tuple(row.steps for row in found.rows) == STEPS == (1, 2, 10, 10**3, 10**6, 10**12)
    for row in found.rows:
        assert 0 < row.bound.high <= row.limit.low


@settings(max_examples=30)
@given(
    alpha=st.fractions(Fraction(1, 50), 1, max_denominator=50),
    part=st.fractions(Fraction(1, 50), Fraction(49, 50), max_denominator=50),
    gamma0=st.fractions(Fraction(1, 100), 10, max_denominator=100),
    values=st.lists(st.fractions(0, 20, max_denominator=20), min_size=6, max_size=6),
    dim=st.integers(1, 10**9),
)
def test_it_is_below_for_any_setting(
    alpha: Fraction, part: Fraction, gamma0: Fraction, values: list[Fraction], dim: int
) -> None:
    beta = part * (2 * alpha - alpha**2)
    names = ("gap", "grad1", "L0", "L1", "sigma0", "sigma1")
    problem = Problem(**dict(zip(names, values, strict=True)), dim=dim, Gp=2, Gq=3)
    if beta > 1:
        return
    for row in rate_constant(problem, alpha, beta, gamma0, (1, 2, 10, 10**6)).rows:
        assert row.bound.high <= row.limit.low or row.limit.high == 0


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"alpha": 1, "beta": 1}, "must satisfy 0 < -alpha\\^2 \\+ 2\\*alpha - beta, got alpha = 1, beta = 1"),
        ({"alpha": 0}, "must satisfy 0 < alpha, got alpha = 0"),
        ({"gamma0": -1}, "must satisfy 0 < gamma0, got gamma0 = -1"),
        ({"alpha": "nan"}, "alpha: "),
        ({"gamma0": "T^-1"}, "gamma0 = 1/T must be a rational number"),
    ],
)
def test_schedules_outside_the_lemma_are_refused(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ProblemError, match=message):
        rate_constant(Problem(**SMALL), **changes)


def test_what_is_missing_is_named() -> None:
    with pytest.raises(ProblemError, match="the constant K needs grad1, "):
        rate_constant(Problem(gap=1, L0=1, sigma0=1, dim=16))


def run(*words: str) -> Any:
    return CliRunner().invoke(main, ["rate", *words])


def test_the_command() -> None:
    options = [word for name, value in SMALL.items() for word in (f"--{name}", str(value))]
    done = run(*options)
    assert done.exit_code == 0
    assert "K = 34.6275 (rounded up), the sum of" in done.output
    assert "initial gap                  1  = gap/gamma0" in done.output
    document = json.loads(run(*options, "--json", "--at", "1,1e3").output)
    assert [row["steps"] for row in document["rows"]] == ["1", "1000"]
    assert document["K"]["low"] == "34.6274"
    failed = run(*options, "--at", "1,x")
    assert failed.exit_code == 2
    failed = run(*options, "--alpha", "1", "--beta", "1")
    assert failed.exit_code == 2
    assert "the factors must satisfy" in failed.output


def test_where_the_theorem_does_not_apply_is_said() -> None:
    """lr*R*sqrt(d)*L1 = 10*sqrt(2)*T^(-3/4)/... is above 1 at T = 1, and below it from some T on."""
    options = [word for name, value in {**SMALL, "L1": 10, "Gq": 1}.items() for word in (f"--{name}", str(value))]
    done = run(*options, "--at", "1,1e6")
    assert done.exit_code == 1
    marked = [line.split()[0] for line in done.output.splitlines() if line.endswith("  does not apply")]
    assert marked == ["1"] and "DOES NOT APPLY at the marked T: L1*sqrt(dim)*lr" in done.output
    document = json.loads(run(*options, "--at", "1,1e6", "--json").output)
    assert [row["holds"] for row in document["rows"]] == [False, True] and document["holds"] is False
    assert run(*options, "--at", "1e6").exit_code == 0
    empty = run(*options, "--at", "")
    assert empty.exit_code == 2 and "--at: a number is missing" in empty.output
