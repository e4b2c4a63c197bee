"""A layer's moments, gradient and weights in a few numbers, computed where the arrays are."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .arrays import Library

Array = NDArray[np.float64]
# What a record says of each layer, in this order; u is |mhat|/(sqrt(vhat) + epsilon).
NUMBERS: Mapping[str, str] = {
    "max": "the largest u, over coordinates whose v underflow has not reached",
    "sum": "the sum of u",
    "sum2": "the sum of u^2",
    "zero": "the number of coordinates with m = 0",
    "low": "the number of coordinates whose v is 0 or so small that underflow matters",
    "eps": "the number of coordinates with sqrt(vhat) < 10 epsilon, v = 0 aside",
    "m2": "|m|_2^2",
    "v1": "the sum of v",
    "vmax": "the largest v",
    "g1": "|g|_1",
    "g2": "|g|_2^2",
    "ug": "|u o g|_1",
    "mg2": "|m - g|_2^2",
    "w2": "|w|_2^2",
    "moved2": "|w - w'|_2^2, w' at the full record before, estimated from the sampled coordinates",
}
OFTEN = ("max", "sum")  # in every record; the others in full ones alone, and so are histograms
COUNTS = ("zero", "low", "eps")
OF_GRADIENT, OF_WEIGHTS = ("g1", "g2", "ug", "mg2"), ("w2", "moved2")
NEAR_EPSILON = 10.0
SMALL = 1 << 16  # coordinates of a layer that is joined with others: more take longer than the calls do
BINS, PER_OCTAVE, LOWEST = 64, 2, -28  # of the histogram of log2(u): bin 0 has all that is below, the last all above


@dataclass(frozen=True)
class Moments:
    """What is known of a layer after a step.

    m, v: the moving averages, not corrected.  t: the layer's step.  gradient, weights: None where they are not known.
    sign: -1 where the optimizer maximizes.  pure: whether m averages the gradient alone (no coupled decay).
    lr: the learning rate of the step, 0 where it is not known.
    """

    m: Any
    v: Any
    t: int
    beta1: float
    beta2: float
    epsilon: float
    gradient: Any = None
    weights: Any = None
    sign: float = 1.0
    pure: bool = True
    lr: float = 0.0


@dataclass(frozen=True)
class Layer:
    """A parameter of the model: its name, what is known of it after the step, and its group of settings."""

    name: str
    moments: Moments | None  # None: it has had no step
    shape: tuple[int, ...]
    group: int = 0
    shard: bool = False


def magnitudes(library: Library, m: Any, v: Any, layer: Moments) -> tuple[Any, Any]:
    """u, and sqrt(vhat), of flat moments."""
    first, second = 1.0 - layer.beta1**layer.t, 1.0 - layer.beta2**layer.t
    root = library.root(v) * second**-0.5
    return abs(m) * (1.0 / first) / (root + layer.epsilon), root


@dataclass(frozen=True)
class Reduced:
    """numbers: in the order of NUMBERS (or OFTEN), without what is not known.  u, weights: at the sampled coordinates,
    None where they are not asked for or not known."""

    numbers: list[Any]
    u: Any = None
    weights: Any = None

    def values(self) -> list[Any]:
        """All of them, in their order."""
        return [*self.numbers, *(array for array in (self.u, self.weights) if array is not None)]


def reduced(library: Library, layers: Sequence[Moments], least: float, places: Sequence[Any]) -> list[Reduced]:
    """The numbers of OFTEN of layers that are alike (`alike`), on their device.

    least: the v below which underflow matters.  places: for each layer, those at which u is wanted; None for none.
    """
    m, v = ([library.flat(getattr(layer, name)) for layer in layers] for name in ("m", "v"))
    one = len(layers) == 1
    second = v[0] if one else library.join(v)
    u, _ = magnitudes(library, m[0] if one else library.join(m), second, layers[0])
    kept = library.without(u, second < least)
    sizes = [math.prod(each.shape) for each in m]
    cut = [[u], [kept]] if one else [library.cut(whole, sizes) for whole in (u, kept)]
    return [
        Reduced([library.largest(low), mine.sum()], None if at is None else mine[at])
        for mine, low, at in zip(*cut, places, strict=True)
    ]


def alike(layer: Moments, dtypes: tuple[str, str], size: int) -> Any:
    """What layers have in common whose moments may be joined: many small ones then cost little more than one."""
    if size > SMALL:
        return id(layer)
    return layer.t, layer.beta1, layer.beta2, layer.epsilon, dtypes, getattr(layer.m, "device", None)


def reduced_fully(library: Library, layer: Moments, least: float, places: Any) -> Reduced:
    """All numbers of a layer, u and the weights at these places, on its device."""
    m, v = library.flat(layer.m), library.flat(layer.v)
    u, root = magnitudes(library, m, v, layer)
    low = v < least
    near = (root < NEAR_EPSILON * layer.epsilon) & (v > 0.0)
    found = [library.largest(library.without(u, low)), u.sum(), (u * u).sum()]
    found += [library.count(m == 0.0, u), library.count(low, u), library.count(near, u)]
    found += [(m * m).sum(), v.sum(), library.largest(v)]
    if layer.gradient is not None:
        g = library.flat(layer.gradient) * layer.sign
        size, gap = abs(g), m - g
        found += [size.sum(), (g * g).sum(), (u * size).sum(), (gap * gap).sum()]
    if layer.weights is None:
        return Reduced(found, u[places])
    w = library.flat(layer.weights)
    return Reduced([*found, (w * w).sum()], u[places], w[places])


def named(values: Sequence[float], layer: Moments, moved: float | None) -> dict[str, float | None]:
    """The numbers of a full record by name; None for what is not known."""
    rest = iter(values)
    found: dict[str, float | None] = {}
    for name in NUMBERS:
        if name == "moved2":
            found[name] = moved
        elif (name in OF_GRADIENT and layer.gradient is None) or (name in OF_WEIGHTS and layer.weights is None):
            found[name] = None
        else:
            found[name] = next(rest)
    if not layer.pure:
        found["mg2"] = None
    return found


def histogram(u: Array) -> list[int]:
    """The first bin that is not empty, and the counts from there to the last such bin; empty for no finite value."""
    kept = u[np.isfinite(u)]
    if not kept.size:
        return []
    with np.errstate(divide="ignore"):
        places = np.floor((np.log2(kept) - LOWEST) * PER_OCTAVE)
    places = np.minimum(np.maximum(places, 0), BINS - 1).astype(np.int64)
    first = int(places.min())
    return [first, *np.bincount(places - first).tolist()]


@lru_cache(maxsize=4096)
def spread(size: int, count: int) -> NDArray[np.int64]:
    """So many places from everywhere in a row of this size, or all of them."""
    found = np.linspace(0, size - 1, min(count, size)).astype(np.int64)
    found.flags.writeable = False
    return found


def sampled(size: int, sample: int, seed: int, number: int) -> NDArray[np.int64]:
    """The coordinates that are sampled in the layer of this number: at random, the same in every run of one seed."""
    if size <= sample:
        return np.arange(size, dtype=np.int64)
    return np.sort(np.random.default_rng([seed, number]).choice(size, sample, replace=False)).astype(np.int64)


__all__ = [
    "BINS",
    "COUNTS",
    "LOWEST",
    "NUMBERS",
    "OFTEN",
    "PER_OCTAVE",
    "Layer",
    "Moments",
    "Reduced",
    "alike",
    "histogram",
    "magnitudes",
    "named",
    "reduced",
    "reduced_fully",
    "sampled",
    "spread",
]
