"""R, R_t, the corrected R_t and S: reference values and what the lemmas say of them."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import mpmath
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from adamproof.bounds.formulas.evaluation import Enclosure
from adamproof.bounds.magnitude import magnitude_map, magnitudes
from adamproof.bounds.ranges import ProblemError

Q = Fraction
PAIRS = [("0.9", "0.999", "7.27029"), ("0.9", "0.95", "1.16496"), ("0.95", "0.95", "1"), ("0.9", "0.85", "1.19024"),
         ("0.5", "0.3", "1.46385")]  # fmt: skip


@pytest.mark.parametrize(("beta1", "beta2", "shown"), PAIRS)
def test_the_reference_values_to_30_digits(beta1: str, beta2: str, shown: str) -> None:
    found = magnitudes(beta1, beta2, digits=30).R
    assert found is not None
    with mpmath.workdps(60):
        b1, b2 = mpmath.mpf(beta1), mpmath.mpf(beta2)
        true = (1 - b1) / (mpmath.sqrt(1 - b2) * mpmath.sqrt(1 - b1**2 / b2))
        ends = [mpmath.mpf(end.numerator) / end.denominator for end in (found.low, found.high)]
        assert ends[0] - mpmath.mpf(10) ** -55 <= true <= ends[1] + mpmath.mpf(10) ** -55
        assert ends[1] - ends[0] <= true * mpmath.mpf(10) ** -30
    assert abs(found.low - Q(shown)) <= Q("0.000005")


def test_r_is_exactly_1_where_the_betas_are_equal() -> None:
    assert magnitudes("0.95", "0.95").R == Enclosure.of(1)
    assert magnitudes("0.95", "0.95").excess == Enclosure.of(0)


def test_at_the_first_step_the_corrected_bound_is_1() -> None:
    found = magnitudes("0.9", "0.999", steps=1, digits=20)
    assert found.corrected is not None and Q(1) in found.corrected
    assert found.R_t is not None and found.R_t.low > 3  # (1 - b1)/sqrt(1 - b2)


betas = st.fractions(Q(1, 100), Q(99, 100), max_denominator=1000)


@settings(max_examples=40, deadline=None)
@given(betas, betas, st.integers(1, 50))
def test_r_t_grows_to_r_and_the_corrected_one_stays_below_it(beta1: Fraction, beta2: Fraction, steps: int) -> None:
    assume(beta1**2 < beta2)
    now, later = magnitudes(beta1, beta2, steps), magnitudes(beta1, beta2, 2 * steps)
    assert now.R is not None and now.R_t is not None and later.R_t is not None and now.corrected is not None
    assert now.R_t.low <= later.R_t.high and later.R_t.low <= now.R.high
    assert now.corrected.low <= now.R.high
    true = (1 - beta1) ** 2 / (1 - beta2) * sum((beta1**2 / beta2) ** k for k in range(steps))
    assert now.R_t.low**2 <= true <= now.R_t.high**2


def test_where_beta1_squared_reaches_beta2_there_is_only_r_t() -> None:
    for beta2 in ("0.81", "0.5"):
        found = magnitudes("0.9", beta2, steps=100)
        assert found.R is None and found.excess is None and found.R_t is not None and found.R_t.low > 2
    assert magnitudes("0.9", "0.5", steps=10**30).R_t is None  # it could not be written down
    assert magnitudes("0.9", "0.999", steps=10**30).R_t is not None


def test_s_stays_where_r_grows() -> None:
    sizes = [magnitudes("1-T^-1/2", "1-T^-3/4", 10**n, "1e-3", 1) for n in (6, 9, 12)]
    r, s = [x.R for x in sizes], [x.S for x in sizes]
    assert all(a is not None and b is not None and a.high < b.low for a, b in pairwise(r))
    assert all(a is not None and b is not None and a.low > b.high > 1 for a, b in pairwise(s))
    assert magnitudes("0.9", "0.999", steps=10).S is None  # V is not given
    assert magnitudes("0.9", "0.9", steps=10, V=1).S is None


def test_the_map_has_a_valley_and_an_edge() -> None:
    found = magnitude_map(digits=5)
    for row, beta2 in enumerate(found.beta2):
        for column, beta1 in enumerate(found.beta1):
            value = found.rows[row][column]
            assert (value is None) == (beta1**2 >= beta2)
            assert value is None or (value == Enclosure.of(1)) == found.valley(row, column)


def test_refusals() -> None:
    with pytest.raises(ProblemError, match="beta1 must satisfy 0 <= beta1 < 1, got 1"):
        magnitudes(1, "0.9")
    with pytest.raises(ProblemError, match="needs beta2"):
        magnitudes("0.9", None)
    with pytest.raises(ProblemError, match="is not rational"):
        magnitude_map(first=["T^-1/2"])


def test_what_is_too_large_to_be_written_down_is_left_out() -> None:
    """Where beta1^2 >= beta2, R_t grows geometrically with t."""
    for steps in (980_245, 20_000_000):
        found = magnitudes("0.93", "0.573", steps=steps)
        assert (found.R, found.R_t, found.corrected) == (None, None, None)
