"""What the tests of networks share: finite differences, and arrays of a library that is not NumPy."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin

from adamproof.networks.layers import Layer, Tree
from adamproof.networks.network import Network

STEP = 1e-5


def differences(layer: Layer, x: Any, seed: int = 0) -> float:
    """The largest error of a layer's derivatives against central differences, relative to the largest derivative.

    Of the sum of the outputs times random weights, by every input (if these are no symbols) and every parameter.
    """
    random = np.random.default_rng(seed)
    network = Network("one", layer)
    vector = random.normal(size=network.d if layer.specs() else 0)
    views: Tree = network.views(vector) if layer.specs() else {}
    y, back = layer.forward(views, x)
    weights = random.normal(size=y.shape)
    found = np.full_like(vector, np.nan)
    by_input = back(weights, network.views(found) if layer.specs() else {})

    def value() -> float:
        return float((weights * layer.forward(views, x)[0]).sum())

    errors = [_error(vector, found, value)] if vector.size else []
    return max([*errors, *([_error(x, by_input, value)] if x.dtype.kind == "f" else [])])


def _error(at: Any, derivative: Any, value: Any) -> float:
    """The largest difference, relative to the largest derivative; `at` is changed and put back."""
    flat, expected = at.reshape(-1), np.empty(at.size)
    for j in range(at.size):
        kept, ends = flat[j], []
        for shift in (STEP, -STEP):
            flat[j] = kept + shift
            ends.append(value())
        flat[j] = kept
        expected[j] = (ends[0] - ends[1]) / (2 * STEP)
    return float(np.abs(np.asarray(derivative).reshape(-1) - expected).max() / np.abs(expected).max())


class Boxed(NDArrayOperatorsMixin):
    """An array of another library: whatever NumPy would have to turn into an array of its own is an error."""

    def __init__(self, inside: Any) -> None:
        self.inside = inside

    def __array__(self, *_: Any, **__: Any) -> Any:
        raise TypeError("this array is not NumPy's")

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, out: Any = None, **rest: Any) -> Any:
        if any(isinstance(one, np.ndarray) and one.ndim for one in inputs):
            raise TypeError("NumPy's arrays beside those of another library")
        if out is not None:
            rest["out"] = tuple(unboxed(one) for one in out)
        answer = getattr(ufunc, method)(*map(unboxed, inputs), **rest)
        return out[0] if out is not None else boxed(answer)

    def __array_function__(self, function: Any, _: Any, args: Any, kwargs: Any) -> Any:
        out = kwargs.get("out")
        answer = function(*unboxed(args), **{name: unboxed(one) for name, one in kwargs.items() if name != "like"})
        return out if out is not None else boxed(answer)

    def __getitem__(self, place: Any) -> Any:
        return boxed(self.inside[unboxed(place)])

    def __setitem__(self, place: Any, value: Any) -> None:
        self.inside[unboxed(place)] = unboxed(value)

    def __float__(self) -> float:
        return float(self.inside)

    def __getattr__(self, name: str) -> Any:
        found = getattr(self.inside, name)
        if name in ("shape", "dtype", "ndim", "size"):
            return found
        if callable(found):
            return lambda *args, **kwargs: boxed(found(*unboxed(args), **kwargs))
        return boxed(found)


def boxed(value: Any) -> Any:
    if isinstance(value, tuple):
        return tuple(map(boxed, value))
    return Boxed(value) if isinstance(value, np.ndarray | np.generic) else value


def unboxed(value: Any) -> Any:
    if isinstance(value, tuple | list):
        return type(value)(map(unboxed, value))
    return value.inside if isinstance(value, Boxed) else value
