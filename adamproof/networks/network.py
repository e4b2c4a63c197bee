"""A network as a function of one vector: the parameters of all layers one after another."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..simulator import kernels
from ..simulator.noise import STARTS, words
from .layers import Array, Layer, Spec, Tree
from .scratch import empty, one_pass


@dataclass(frozen=True)
class Part:
    """One array of parameters, and where it lies in the vector."""

    name: str
    place: slice
    spec: Spec


@dataclass(frozen=True)
class Network:
    """A layer from inputs to one number for each class, and the mean of -ln(share of the right class) as its loss.

    name: for what is printed and stored.  layer: usually a Chain.
    """

    name: str
    layer: Layer

    @cached_property
    def parts(self) -> tuple[Part, ...]:
        """The arrays of parameters, in their order in the vector; names of layers are joined by dots."""
        found, first = [], 0
        for name, spec in _leaves(self.layer.specs()):
            found.append(Part(name, slice(first, first + math.prod(spec.shape)), spec))
            first = found[-1].place.stop
        return tuple(found)

    @property
    def d(self) -> int:
        """How many parameters there are."""
        return sum(math.prod(part.spec.shape) for part in self.parts)

    def views(self, vector: Array) -> Tree:
        """The arrays of parameters in a vector of shape (d,), as a tree by name; they share its memory."""
        tree: Tree = {}
        for part in self.parts:
            *path, last = part.name.split(".")
            inner = tree
            for name in path:
                inner = inner.setdefault(name, {})
            inner[last] = vector[part.place].reshape(part.spec.shape)
        return tree

    def split(self, values: NDArray[np.float64]) -> dict[str, NDArray[np.float64]]:
        """Numbers of all parameters, (..., d), by name: such as a run's u or gradient, (replicates, d).

        values: their last axis is that of the parameters.
        """
        return {part.name: values[..., part.place] for part in self.parts}

    def initial(self, seed: int) -> NDArray[np.float64]:
        """A start, (d,): the same bits for a seed on every machine.

        seed: a whole number from 0 to 2^64 - 1.
        """
        one, coordinates = np.zeros(1, np.uint64), np.arange(self.d, dtype=np.uint64)
        found: NDArray[np.float64] = 2.0 * kernels.uniform(words(seed, STARTS, one, coordinates, 0)[0][0]) - 1.0
        for part in self.parts:
            found[part.place] = part.spec.centre + part.spec.half * found[part.place]
        return found

    def loss(self, vector: Array, inputs: Array, targets: Array) -> float:
        """The mean loss over samples (and places of a text).

        vector: (d,).  inputs: (n, ...).  targets: the classes, whole numbers: (n,), or (n, length).
        """
        with one_thread(), one_pass():
            outputs, _ = self.layer.forward(self.views(vector), inputs)
            return float(cross_entropy(outputs, targets)[0])

    def gradient(self, vector: Array, inputs: Array, targets: Array, out: Array | None = None) -> tuple[float, Array]:
        """The loss, and its derivatives by the parameters, (d,).

        vector, inputs, targets: as for `loss`.  out: an array for the derivatives; a new one by default.
        """
        found = np.empty_like(vector) if out is None else out
        with one_thread(), one_pass():
            outputs, back = self.layer.forward(self.views(vector), inputs)
            value, by_output = cross_entropy(outputs, targets)
            back(by_output, self.views(found))
            return float(value), found


def one_thread() -> AbstractContextManager[Any]:
    """BLAS on one thread, where threadpoolctl is there to say so (scikit-learn brings it).

    The products are so small that threads wait for one another: on two busy cores they took 16 times as long.
    """
    found = _threads()
    return nullcontext() if found is None else found.limit(limits=1, user_api="blas")


@cache
def _threads() -> Any:
    try:
        from threadpoolctl import ThreadpoolController
    except ImportError:
        return None
    return ThreadpoolController()


def _leaves(tree: Tree, before: str = "") -> Iterator[tuple[str, Spec]]:
    for name, inner in tree.items():
        if isinstance(inner, Spec):
            yield before + name, inner
        else:
            yield from _leaves(inner, f"{before}{name}.")


def cross_entropy(outputs: Array, targets: Array) -> tuple[Any, Array]:
    """The mean of -ln(share of the target), shares being exp(output) over their sum, and its derivatives.

    outputs: (..., classes).  targets: whole numbers, (...).
    """
    rows, right = outputs.reshape(-1, outputs.shape[-1]), targets.reshape(-1)
    shifted = np.subtract(rows, rows.max(axis=1, keepdims=True), out=empty(rows))
    shares = np.exp(shifted, out=empty(rows))
    sums = shares.sum(axis=1, keepdims=True)
    at = np.arange(right.shape[0], like=right), right
    value = (np.log(sums[:, 0]) - shifted[at]).mean()
    shares /= sums
    shares[at] -= 1.0
    shares /= rows.shape[0]
    return value, shares.reshape(outputs.shape)
