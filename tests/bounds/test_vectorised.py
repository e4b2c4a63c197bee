"""Sweeps: shapes, agreement with the certified path, where hypotheses fail, refusals."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy
import pytest

from adamproof.bounds.certified import certify
from adamproof.bounds.problem import Hyperparameters, Problem
from adamproof.bounds.ranges import ProblemError
from adamproof.bounds.theorems.from_lemmas import NAMES, TheoremError
from adamproof.bounds.vectorised import BLOCK, _safe, bound
from adamproof.lemmas.notation import b1, b2

Q = Fraction
HYPER = Hyperparameters(0.9, 0.999, "1e-4", steps=100)
PROBLEM = Problem(gap=8, grad1=4, L0=1, sigma0=1, dim=16, vbar="1/2", V="0.07", B=3, delta="0.05", C0=1, density="1/2")


def test_arrays_are_broadcast() -> None:
    found = bound(PROBLEM, Hyperparameters(numpy.array([0.5, 0.9])[:, None], [0.95, 0.99, 0.999], "1e-3", steps=100))
    assert found.total.shape == (2, 3) == found.holds.shape == found.terms["drift"].shape
    assert found.holds.all()
    assert numpy.allclose(sum(found.terms.values()), found.total, rtol=1e-14)
    assert bound(PROBLEM, Hyperparameters("0.9", "0.99", "1e-3", steps=100)).total.shape == ()


@pytest.mark.parametrize("name", NAMES)
def test_a_sweep_over_several_blocks_agrees_with_the_certified_path(name: str) -> None:
    rng = numpy.random.default_rng(3)
    size = 2 * BLOCK + 17
    beta1 = 1 - 10 ** rng.uniform(-6, -0.3, size)
    beta2 = 1 - (1 - beta1) * rng.uniform(1e-3, 0.9, size)
    rates, steps = 10 ** rng.uniform(-9, -1, size), numpy.floor(10 ** rng.uniform(0, 12, size))
    epsilon = 10 ** rng.uniform(-300, 0, size)
    found = bound(PROBLEM, Hyperparameters(beta1, beta2, rates, epsilon, steps), name)
    again = bound(PROBLEM, Hyperparameters(beta1, beta2, rates, epsilon, steps), name, threads=1)
    assert (found.total == again.total).all() and (found.holds == again.holds).all()
    problem = replace(PROBLEM, V=Q(0.07), vbar=Q(0.5), delta=Q(0.05))  # as the floats are
    for index in (0, 1, 2, BLOCK - 1, BLOCK, 2 * BLOCK, size - 1):
        values = (Q(float(array[index])) for array in (beta1, beta2, rates, epsilon, steps))
        exact = certify(problem, Hyperparameters(*values), name, digits=15)
        assert abs(Q(float(found.total[index])) - exact.total.low) <= exact.total.low / 10**12
        assert bool(found.holds[index]) == exact.holds
        for part, term in exact.terms.items():
            assert abs(Q(float(found.terms[part][index])) - term.low) <= term.low / 10**12


def test_next_to_the_boundary_the_value_belongs_to_the_floats() -> None:
    beta1 = numpy.array([0.9, 0.99, 0.999, 0.3])
    beta2 = numpy.nextafter(beta1**2, 1)
    found = bound(PROBLEM, Hyperparameters(beta1, beta2, "1e-3", steps=100))
    for index in range(4):
        first, second = Q(float(beta1[index])), Q(float(beta2[index]))
        if first**2 < second:
            exact = certify(replace(PROBLEM), Hyperparameters(first, second, Q(0.001), steps=100), digits=15)
            R = exact.scale["R"].low
            assert abs(Q(float(found.scale["R"][index])) - R) <= R / 10**12
        else:
            assert numpy.isnan(found.total[index])


def test_outside_the_range_there_is_no_value() -> None:
    found = bound(PROBLEM, Hyperparameters([0.9, 0.95], [0.5, 0.95], "1e-3", steps=100))
    assert numpy.isnan(found.total[0]) and not found.holds[0] and found.holds[1]
    averaged = bound(PROBLEM, Hyperparameters([0.9, 0.95], [0.85, 0.95], "1e-3", steps=100), "averaged")
    assert numpy.isnan(averaged.total).all() and not averaged.holds.any()


def test_formulas_follow_the_array() -> None:
    steps = numpy.array([1e2, 1e4, 1e6])
    found = bound(PROBLEM, Hyperparameters("1-T^-1/2", "1-T^-1/2", "T^-3/4/sqrt(d)", steps=steps))
    assert numpy.allclose(found.scale["R"], 1)
    assert (numpy.diff(found.total) < 0).all()


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"beta1": [0.5, 1.0]}, r"beta1\[1\] must satisfy 0 <= beta1 < 1, got 1\.0"),
        ({"lr": [[1e-3, numpy.nan]]}, r"lr\[0, 1\] must be positive, got nan"),
        ({"steps": [1.5]}, r"steps\[0\] must be a whole number, at least 1, got 1\.5"),
        ({"lr": ["x"]}, "lr is an array of <U1, but must be an array of real numbers"),
        ({"lr": None}, "the theorem main needs lr, gamma"),
        ({"beta1": "1-T^-1/2", "steps": None}, "needs steps"),
        ({"lr": "1-T", "steps": [1.0, 2.0]}, r"lr\[0\] must be positive, got 0\.0"),
    ],
)
def test_refusals(changes: dict[str, Any], sentence: str) -> None:
    values: dict[str, Any] = {"beta1": 0.9, "beta2": 0.999, "lr": 1e-3, "steps": 100}
    with pytest.raises(ProblemError, match=sentence):
        bound(PROBLEM, Hyperparameters(**(values | changes)))


def test_a_difference_that_loses_digits_is_refused() -> None:
    with pytest.raises(TheoremError, match="without cancellation"):
        _safe(b2**2 - b1)


def test_an_array_has_no_certificate() -> None:
    with pytest.raises(ProblemError, match="lr is an array"):
        certify(PROBLEM, Hyperparameters(0.9, 0.999, [1e-3], steps=100))


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        (numpy.array([1 + 0j]), "lr is an array of complex128, but must be an array of real numbers"),
        (numpy.array([True]), "lr is an array of bool, but must be an array of real numbers"),
        (numpy.ma.masked_array([1e-3, 1e-4], [False, True]), "lr is a masked array: replace or drop"),
        (numpy.ma.masked, "lr: the value is a masked array"),
        (numpy.array(["2020-01-01"], dtype="datetime64[D]"), r"lr is an array of datetime64\[D\]"),
        ([[1e-3], [1e-3, 1e-4]], "lr is not an array of real numbers .*inhomogeneous"),
        ([10**400], "lr is not an array of real numbers .*too large"),
        ([Fraction(1, 10**400)], "lr contains 1/1000.*, which is outside the range of float64"),
    ],
)
def test_arrays_of_something_else(value: Any, sentence: str) -> None:
    with pytest.raises(ProblemError, match=sentence):
        Hyperparameters(0.9, 0.999, value)


def test_arrays_that_do_not_fit_together() -> None:
    with pytest.raises(ProblemError, match=r"cannot be broadcast against one another: lr \(2,\), steps \(3,\)"):
        bound(PROBLEM, Hyperparameters(0.9, 0.999, [1e-3, 1e-4], steps=[1, 2, 3]))


def test_a_beta_that_is_no_array_keeps_its_distance_from_1() -> None:
    hyper = Hyperparameters("1-1e-20", "1-1e-21", "1e-40", steps=[100, 200])
    found = bound(PROBLEM, hyper)
    exact = certify(PROBLEM, replace(hyper, steps=200), digits=15).total
    assert abs(Q(float(found.total[1])) - exact.low) <= exact.low / 10**13
    late = bound(PROBLEM, Hyperparameters("1-T^-1/2", "1-T^-1/2", "T^-3/4/sqrt(d)", steps=[1e40]))
    assert late.holds.all() and numpy.allclose(late.scale["R"], 1, rtol=1e-15)


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("main", {"sigma0": [1e-170]}),
        ("main", {"sigma0": [1e200]}),
        ("corollary", {"vbar": [1e-170]}),
    ],
)
def test_what_floats_cannot_hold_has_no_value(name: str, changes: dict[str, Any]) -> None:
    found = bound(replace(PROBLEM, **changes), HYPER, name)
    assert numpy.isnan(found.total).all() and not found.holds.any()


def test_a_hypothesis_whose_squares_are_no_floats_does_not_hold() -> None:
    found = bound(PROBLEM, replace(HYPER, epsilon=[1e-300], lr=1e-300), "unconditional")
    assert not found.holds.any()
    with pytest.raises(ProblemError, match=r"V = 1e-400 is too large or too small for floats; use certify\(\)"):
        bound(replace(PROBLEM, V="1e-400"), HYPER, "averaged")


@pytest.mark.parametrize(
    ("name", "changes", "holds"),
    [
        ("main", {"q": 0, "L1": "1/1000", "Gq": 1}, True),
        ("main", {"q": 0, "L1": "1/1000", "Gq": 3}, False),
        ("main", {"q": 0, "L1": 0, "Gq": 3}, True),
        ("main", {"p": 0, "sigma1": 1, "Gp": 2}, False),
        ("main", {"p": 1, "q": 1, "sigma1": 1, "Gp": 2, "L1": "1/1000", "Gq": 2}, True),
        ("main", {"p": 1, "q": 1, "sigma1": 1, "Gp": 2, "L1": "1/1000", "Gq": 3}, False),
        ("corollary", {"vbar": 1, "C1": 4}, True),
        ("corollary", {"vbar": 8}, False),
        ("corollary", {"C1": 5}, False),
    ],
)
def test_what_contradicts_itself_does_not_apply(name: str, changes: dict[str, Any], holds: bool) -> None:
    problem = replace(PROBLEM, **changes)
    assert bool(bound(problem, HYPER, name).holds) is certify(problem, HYPER, name).holds is holds
