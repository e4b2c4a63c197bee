"""Layers with their derivatives, by hand.

A layer says which parameters it has (`specs`).  `forward(w, x)` gives its output and a function `back(dy, g)`.  `w` and
`g` are trees of arrays by name: the parameters, and the places for the loss's derivatives by them, which `back` fills;
from the derivative by the output it gives that by the input.  In shapes, n counts the samples of a batch.

Arrays are made by methods and by functions that NumPy hands on to the arrays' own library, so that CuPy's stay CuPy's,
and of the parameters' precision.  Products of matrices are BLAS's: their last bits depend on its kernel.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

import numpy as np

Array: TypeAlias = Any  # of NumPy, or of a library that takes part in its protocols
Tree: TypeAlias = dict[str, Any]  # arrays, or such trees, by name
Back: TypeAlias = Callable[[Array, Tree], Array]
GELU = math.sqrt(2.0 / math.pi)
CUBE = 0.044715  # of the usual approximation of GELU by tanh
SMALL = 1e-5  # added to a variance


@dataclass(frozen=True)
class Spec:
    """One array of parameters: its shape, and where it starts, uniform on centre - half to centre + half."""

    shape: tuple[int, ...]
    half: float = 0.0
    centre: float = 0.0


class Layer(Protocol):
    """See above."""

    def specs(self) -> Tree: ...
    def forward(self, w: Tree, x: Array) -> tuple[Array, Back]: ...


@dataclass(frozen=True)
class Dense:
    """y = x W + b on the last axis: (..., inputs) -> (..., outputs)."""

    inputs: int
    outputs: int

    def specs(self) -> Tree:
        weight = Spec((self.inputs, self.outputs), half=1.0 / math.sqrt(self.inputs))
        return {"weight": weight, "bias": Spec((self.outputs,))}

    def forward(self, w: Tree, x: Array) -> tuple[Array, Back]:
        rows = x.reshape(-1, self.inputs)

        def back(dy: Array, g: Tree) -> Array:
            flat = dy.reshape(-1, self.outputs)
            np.matmul(rows.T, flat, out=g["weight"])
            np.sum(flat, axis=0, out=g["bias"])
            return (flat @ w["weight"].T).reshape(x.shape)

        return (rows @ w["weight"] + w["bias"]).reshape(*x.shape[:-1], self.outputs), back


@dataclass(frozen=True)
class Convolution:
    """Filters of 3 x 3, with zeros around the image: (n, height, width, channels) -> (n, height, width, filters)."""

    channels: int
    filters: int

    @property
    def dense(self) -> Dense:
        """The same filters on the 9 neighbours of a pixel side by side."""
        return Dense(9 * self.channels, self.filters)

    def specs(self) -> Tree:
        return self.dense.specs()

    def forward(self, w: Tree, x: Array) -> tuple[Array, Back]:
        n, height, width, channels = x.shape
        padded = np.zeros_like(x, shape=(n, height + 2, width + 2, channels))
        padded[:, 1:-1, 1:-1] = x
        places = [(slice(None), slice(i, i + height), slice(j, j + width)) for i in range(3) for j in range(3)]
        y, dense_back = self.dense.forward(w, np.concatenate([padded[place] for place in places], axis=-1))

        def back(dy: Array, g: Tree) -> Array:
            neighbours, dx = dense_back(dy, g), np.zeros_like(padded)
            for number, place in enumerate(places):
                dx[place] += neighbours[..., number * channels : (number + 1) * channels]
            return dx[:, 1:-1, 1:-1]

        return y, back


@dataclass(frozen=True)
class MaxPool:
    """The largest of each square of 2 x 2 pixels: (n, 2 height, 2 width, channels) -> (n, height, width, channels).

    Equal pixels share the derivative.
    """

    def specs(self) -> Tree:
        return {}

    def forward(self, w: Tree, x: Array) -> tuple[Array, Back]:
        n, height, width, channels = x.shape
        squares = x.reshape(n, height // 2, 2, width // 2, 2, channels)
        top = squares.max(axis=(2, 4), keepdims=True)

        def back(dy: Array, g: Tree) -> Array:
            largest = squares == top
            shares = dy[:, :, None, :, None] / largest.sum(axis=(2, 4), keepdims=True)
            return (largest * shares).astype(dy.dtype).reshape(x.shape)

        return top[:, :, 0, :, 0], back


@dataclass(frozen=True)
class Flatten:
    """(n, ...) -> (n, numbers of a sample)."""

    def specs(self) -> Tree:
        return {}

    def forward(self, w: Tree, x: Array) -> tuple[Array, Back]:
        return x.reshape(x.shape[0], -1), lambda dy, g: dy.reshape(x.shape)


@dataclass(frozen=True)
class Relu:
    """max(x, 0), of any shape; the derivative at 0 counts as 0."""

    def specs(self) -> Tree:
        return {}

    def forward(self, w: Tree, x: Array) -> tuple[Array, Back]:
        return np.maximum(x, 0.0), lambda dy, g: dy * (x > 0.0)


@dataclass(frozen=True)
class Gelu:
    """x (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3)))/2, of any shape."""

    def specs(self) -> Tree:
        return {}

    def forward(self, w: Tree, x: Array) -> tuple[Array, Back]:
        square = x * x
        bent = np.tanh(GELU * x * (1.0 + CUBE * square))

        def back(dy: Array, g: Tree) -> Array:
            slope = GELU * (1.0 + 3.0 * CUBE * square)
            return dy * (0.5 * (1.0 + bent) + 0.5 * x * (1.0 - bent * bent) * slope)

        return 0.5 * x * (1.0 + bent), back


@dataclass(frozen=True)
class Norm:
    """The last axis brought to mean 0 and variance 1, then scaled and shifted: (..., width) -> (..., width)."""

    width: int

    def specs(self) -> Tree:
        return {"scale": Spec((self.width,), centre=1.0), "shift": Spec((self.width,))}

    def forward(self, w: Tree, x: Array) -> tuple[Array, Back]:
        centred = x - x.mean(axis=-1, keepdims=True)
        inverse = 1.0 / np.sqrt((centred * centred).mean(axis=-1, keepdims=True) + SMALL)
        normal = centred * inverse

        def back(dy: Array, g: Tree) -> Array:
            np.sum((dy * normal).reshape(-1, self.width), axis=0, out=g["scale"])
            np.sum(dy.reshape(-1, self.width), axis=0, out=g["shift"])
            dz = dy * w["scale"]
            along = (dz * normal).mean(axis=-1, keepdims=True)
            return inverse * (dz - dz.mean(axis=-1, keepdims=True) - normal * along)

        return normal * w["scale"] + w["shift"], back


@dataclass(frozen=True)
class Chain:
    """Layers one after another, by name."""

    layers: Mapping[str, Layer]

    def specs(self) -> Tree:
        found = {name: layer.specs() for name, layer in self.layers.items()}
        return {name: specs for name, specs in found.items() if specs}

    def forward(self, w: Tree, x: Array) -> tuple[Array, Back]:
        backs: list[tuple[str, Back]] = []
        for name, layer in self.layers.items():
            x, one = layer.forward(w.get(name, {}), x)
            backs.append((name, one))

        def back(dy: Array, g: Tree) -> Array:
            for name, one in reversed(backs):
                dy = one(dy, g.get(name, {}))
            return dy

        return x, back


@dataclass(frozen=True)
class Residual:
    """x + f(x), where f keeps the shape."""

    layer: Layer

    def specs(self) -> Tree:
        return self.layer.specs()

    def forward(self, w: Tree, x: Array) -> tuple[Array, Back]:
        y, inner = self.layer.forward(w, x)
        return x + y, lambda dy, g: dy + inner(dy, g)
