"""Every layer's derivatives against finite differences."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest

from adamproof.networks import layers, sequences
from adamproof.networks.layers import (
    Array,
    Back,
    Chain,
    Convolution,
    Dense,
    Flatten,
    Gelu,
    MaxPool,
    Norm,
    Relu,
    Residual,
    Tree,
)  # fmt: skip
from adamproof.networks.sequences import Attention, Embedding, Lstm
from tests.networks.common import differences

RANDOM = np.random.default_rng(5)
SYMBOLS = np.array([[0, 2, 2, 4], [1, 1, 0, 3]])
CASES: dict[str, tuple[Any, Any]] = {
    "dense": (Dense(3, 4), RANDOM.normal(size=(5, 3))),
    "dense on a text": (Dense(3, 4), RANDOM.normal(size=(2, 5, 3))),
    "convolution": (Convolution(2, 3), RANDOM.normal(size=(2, 4, 6, 2))),
    "pool": (MaxPool(), RANDOM.normal(size=(2, 4, 6, 3))),
    "flatten": (Flatten(), RANDOM.normal(size=(2, 4, 6, 3))),
    "relu": (Relu(), RANDOM.normal(size=(2, 7))),
    "gelu": (Gelu(), 2.0 * RANDOM.normal(size=(3, 7))),
    "norm": (Norm(6), RANDOM.normal(size=(2, 3, 6))),
    "embedding": (Embedding(5, 3), SYMBOLS),
    "embedding with places": (Embedding(5, 3, 6), SYMBOLS),
    "attention": (Attention(2), RANDOM.normal(size=(2, 4, 12))),
    "lstm": (Lstm(3, 4), RANDOM.normal(size=(2, 5, 3))),
    "residual": (Residual(Chain({"one": Dense(4, 4), "bent": Gelu()})), RANDOM.normal(size=(3, 4))),
    "chain": (Chain({"in": Dense(4, 6), "relu": Relu(), "out": Dense(6, 2)}), RANDOM.normal(size=(3, 4))),
}


@pytest.mark.parametrize("name", CASES)
def test_derivatives_are_those_of_finite_differences(name: str) -> None:
    layer, x = CASES[name]
    assert differences(layer, x.copy()) < 1e-8


def test_every_layer_has_a_case() -> None:
    found = {
        name
        for module in (layers, sequences)
        for name, one in vars(module).items()
        if getattr(one, "__module__", "") == module.__name__ and hasattr(one, "forward") and name != "Layer"
    }
    assert found == {type(layer).__name__ for layer, _ in CASES.values()}


@dataclass(frozen=True)
class Wrong:
    """A layer whose derivative is wrong by a part in a hundred thousand: by its input, or by a parameter."""

    inside: Dense
    by_input: bool

    def specs(self) -> Tree:
        return self.inside.specs()

    def forward(self, w: Tree, x: Array) -> tuple[Array, Back]:
        y, inner = self.inside.forward(w, x)

        def back(dy: Array, g: Tree) -> Array:
            dx = inner(dy, g)
            (dx if self.by_input else g["bias"])[...] *= 1.0 + 1e-5
            return dx

        return y, back


@pytest.mark.parametrize("by_input", [False, True])
def test_a_wrong_derivative_is_noticed(by_input: bool) -> None:
    """Of the bias: its derivatives are the largest of the parameters."""
    assert differences(Wrong(Dense(2, 3), by_input), 0.01 * np.ones((50, 2))) > 1e-6


@pytest.mark.parametrize("layer", [Dense(3, 4), Convolution(3, 2)])
def test_the_first_layer_has_the_same_derivatives_by_its_parameters_and_none_by_its_input(layer: Any) -> None:
    x = RANDOM.normal(size=(2, 4, 6, 3))
    w = {name: RANDOM.normal(size=spec.shape) for name, spec in layer.specs().items()}
    found = []
    for one in (layer, replace(layer, first=True)):
        y, back = one.forward(w, x)
        g = {name: np.empty(spec.shape) for name, spec in one.specs().items()}
        found.append((y, g, back(np.cos(y), g)))
    (y, g, dx), (again, first, none) = found
    assert np.array_equal(y, again) and all(np.array_equal(g[name], first[name]) for name in g)
    assert dx.all() and none.shape == dx.shape and not none.any()


def test_equal_pixels_share_the_derivative() -> None:
    _, back = MaxPool().forward({}, np.array([1.0, 1.0, 0.0, 1.0]).reshape(1, 2, 2, 1))
    assert back(np.full((1, 1, 1, 1), 3.0), {}).reshape(-1).tolist() == [1.0, 1.0, 0.0, 1.0]


def test_attention_does_not_look_ahead() -> None:
    x = RANDOM.normal(size=(1, 5, 6))
    before = Attention(1).forward({}, x)[0]
    x[0, 3:] += 1.0
    after = Attention(1).forward({}, x)[0]
    assert np.array_equal(before[0, :3], after[0, :3]) and not np.allclose(before[0, 3:], after[0, 3:])


def test_a_convolution_is_a_sum_over_neighbours() -> None:
    layer, x = Convolution(1, 1), RANDOM.normal(size=(1, 3, 3, 1))
    weight = RANDOM.normal(size=(9, 1))
    y, _ = layer.forward({"weight": weight, "bias": np.array([0.5])}, x)
    assert y[0, 1, 1, 0] == pytest.approx((weight[:, 0] * x.reshape(-1)).sum() + 0.5)
    corner = weight[:, 0].reshape(3, 3)[1:, 1:] * x[0, :2, :2, 0]  # the others lie outside the image
    assert y[0, 0, 0, 0] == pytest.approx(corner.sum() + 0.5)
