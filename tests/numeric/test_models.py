"""Models refuse what they cannot evaluate, in words."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import mpmath
import pytest

from adamproof.numeric.evaluate import value
from adamproof.numeric.models import Model, ModelError, gauss_legendre

from .common import read

HALF = Fraction(1, 2)


@pytest.mark.parametrize(
    ("source", "model", "message"),
    [
        ("x + 1", Model(), "model has no value for the variable x"),
        ("m(1)", Model(label="the third"), "the third has no definition of the function m"),
        ("x + 1", Model(variables={"x": 0.5}), "variable x must be an int, a Fraction or an mpf, not float"),
        ("x + 1", Model(variables={"x": True}), "not bool"),
        ("x + 1", Model(variables={"x": mpmath.mpf("nan")}), "not a real number"),
        ("m(n)", Model(variables={"n": HALF}, functions={"m": Fraction}), "integer variable n must be an int"),
        ("X(u)", Model(variables={"u": 5}, functions={"X": Fraction}), "u = 5 is not a point"),
        ("m(1)", Model(functions={"m": lambda k: k / 2}), "the value of m must be an int"),
        ("m(1)", Model(functions={"m": lambda k: None}), "not NoneType"),
    ],
)
def test_evaluation_names_what_is_missing_or_wrong(source: str, model: Model, message: str) -> None:
    with pytest.raises(ModelError, match=message):
        value(read(source), model)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"space": [(0, HALF)]}, "do not sum to 1"),
        ({"space": [(0, HALF), (0, HALF)]}, "lists a point twice"),
        ({"space": [(0, 0.5), (1, 0.5)]}, "must be a positive Fraction"),
        ({"space": [(0, Fraction(-1)), (1, Fraction(2))]}, "must be a positive Fraction"),
        ({"reals": [0.1]}, "a sample of the reals must be"),
        ({"integers": [HALF]}, "samples of the integers must be ints"),
        ({"functions": {"m": 3}}, "the function m is not callable"),
        ({"nodes": 3}, "at least 16 nodes"),
    ],
)
def test_malformed_models_are_refused(fields: dict[str, Any], message: str) -> None:
    with pytest.raises(ModelError, match=message):
        Model(**fields)


def test_a_model_cannot_be_changed_but_extended() -> None:
    model = Model(variables={"x": 1}, functions={"m": Fraction})
    with pytest.raises(TypeError):
        model.variables["x"] = 2  # type: ignore[index]
    with pytest.raises(AttributeError):
        model.label = "other"  # type: ignore[misc]
    larger = model.extended({"y": 2}, label="larger")
    assert value(read("x + y + m(3)"), larger) == 6
    assert "y" not in model.variables and larger.label == "larger"


def test_quadrature_is_exact_for_polynomials_and_computed_once() -> None:
    rule = gauss_legendre(20, 60)
    assert rule is gauss_legendre(20, 60)
    with mpmath.workdps(60):
        for degree in range(40):
            integral = mpmath.fsum(weight * node**degree for node, weight in rule)
            assert abs(integral - mpmath.mpf(1) / (degree + 1)) < mpmath.mpf(10) ** -58
        assert abs(mpmath.fsum(weight * node**40 for node, weight in rule) - mpmath.mpf(1) / 41) > mpmath.mpf(10) ** -40
