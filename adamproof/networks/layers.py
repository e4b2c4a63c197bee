"""Layers with their derivatives, by hand.

A layer says which parameters it has (`specs`).  `forward(w, x)` gives its output and a function `back(dy, g)`.  `w` and
`g` are trees of arrays by name: the parameters, and the places for the loss's derivatives by them, which `back` fills;
from the derivative by the output it gives that by the input.  In shapes, n counts the samples of a batch.

Arrays are made by methods and by functions that NumPy hands on to the arrays' own library, so that CuPy's stay CuPy's,
and of the parameters' precision.  Arithmetic is in place where it can be, in arrays of `scratch`.  Products of matrices
are BLAS's: their last bits depend on its kernel.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

import numpy as np

from .scratch import empty

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
    """y = x W + b on the last axis: (..., inputs) -> (..., outputs).

    first: nothing comes before it, so that nobody wants the derivative by the input; zeros take its place.
    """

    inputs: int
    outputs: int
    first: bool = False

    def specs(self) -> Tree:
        weight = Spec((self.inputs, self.outputs), half=1.0 / math.sqrt(self.inputs))
        return {"weight": weight, "bias": Spec((self.outputs,))}

    def forward(self, w: Tree, x: Array) -> tuple[Array, Back]:
        rows = x.reshape(-1, self.inputs)

        def back(dy: Array, g: Tree) -> Array:
            flat = dy.reshape(-1, self.outputs)
            np.matmul(rows.T, flat, out=g["weight"])
            np.sum(flat, axis=0, out=g["bias"])
            if self.first:
                nothing = empty(x)
                nothing[...] = 0.0
                return nothing
            return np.matmul(flat, w["weight"].T, out=empty(rows)).reshape(x.shape)

        y = np.matmul(rows, w["weight"], out=empty(rows, (rows.shape[0], self.outputs)))
        y += w["bias"]
        return y.reshape(*x.shape[:-1], self.outputs), back


@dataclass(frozen=True)
class Convolution:
    """Filters of 3 x 3, with zeros around the image: (n, height, width, channels) -> (n, height, width, filters).

    first: as for Dense.
    """

    channels: int
    filters: int
    first: bool = False

    @property
    def dense(self) -> Dense:
        """The same filters on the 9 neighbours of a pixel side by side."""
        return Dense(9 * self.channels, self.filters, self.first)

    def specs(self) -> Tree:
        return self.dense.specs()

    def forward(self, w: Tree, x: Array) -> tuple[Array, Back]:
        n, height, width, channels = x.shape
        padded = empty(x, (n, height + 2, width + 2, channels))
        padded[...] = 0.0
        padded[:, 1:-1, 1:-1] = x
        places = [(slice(None), slice(i, i + height), slice(j, j + width)) for i in range(3) for j in range(3)]
        around = empty(x, (n, height, width, 9 * channels))
        y, dense_back = self.dense.forward(w, np.concatenate([padded[place] for place in places], axis=-1, out=around))

        def back(dy: Array, g: Tree) -> Array:
            neighbours, dx = dense_back(dy, g), empty(padded)
            dx[...] = 0.0
            for number, place in enumerate(places if not self.first else ()):
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
        return np.maximum(x, 0.0, out=empty(x)), lambda dy, g: np.multiply(dy, x > 0.0, out=empty(x))


@dataclass(frozen=True)
class Gelu:
    """x (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3)))/2, of any shape."""

    def specs(self) -> Tree:
        return {}

    def forward(self, w: Tree, x: Array) -> tuple[Array, Back]:
        square = np.multiply(x, x, out=empty(x))
        bent = np.multiply(square, CUBE, out=empty(x))
        bent += 1.0
        y = np.multiply(x, GELU, out=empty(x))
        bent *= y
        np.tanh(bent, out=bent)
        half = np.multiply(x, 0.5, out=empty(x))
        np.add(bent, 1.0, out=y)
        y *= half

        def back(dy: Array, g: Tree) -> Array:
            slope = np.multiply(square, 3.0 * CUBE, out=empty(x))
            slope += 1.0
            slope *= GELU
            inner = np.multiply(bent, bent, out=empty(x))
            np.subtract(1.0, inner, out=inner)
            inner *= half
            inner *= slope
            dx = np.add(bent, 1.0, out=slope)
            dx *= 0.5
            dx += inner
            dx *= dy
            return dx

        return y, back


@dataclass(frozen=True)
class Norm:
    """The last axis brought to mean 0 and variance 1, then scaled and shifted: (..., width) -> (..., width)."""

    width: int

    def specs(self) -> Tree:
        return {"scale": Spec((self.width,), centre=1.0), "shift": Spec((self.width,))}

    def forward(self, w: Tree, x: Array) -> tuple[Array, Back]:
        normal = np.subtract(x, x.mean(axis=-1, keepdims=True), out=empty(x))
        y = np.multiply(normal, normal, out=empty(x))
        inverse = 1.0 / np.sqrt(y.mean(axis=-1, keepdims=True) + SMALL)
        normal *= inverse
        np.multiply(normal, w["scale"], out=y)
        y += w["shift"]

        def back(dy: Array, g: Tree) -> Array:
            along = np.multiply(dy, normal, out=empty(x))
            np.sum(along.reshape(-1, self.width), axis=0, out=g["scale"])
            np.sum(dy.reshape(-1, self.width), axis=0, out=g["shift"])
            dx = np.multiply(dy, w["scale"], out=empty(x))
            np.multiply(dx, normal, out=along)
            np.multiply(normal, along.mean(axis=-1, keepdims=True), out=along)
            dx -= dx.mean(axis=-1, keepdims=True)
            dx -= along
            dx *= inverse
            return dx

        return y, back


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

        def back(dy: Array, g: Tree) -> Array:
            return np.add(dy, inner(dy, g), out=empty(x))

        return np.add(x, y, out=empty(x)), back
