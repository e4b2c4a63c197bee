"""Sums whose order is fixed, so that every engine, thread count and block size gives the same bits.

A vector is cut into tiles of 256 numbers, the last one filled with zeros; a vector of at most 256 is one tile of the
next power of two, at least 4.  A tile is folded: its upper half is added to its lower half until one number is left.
The tiles of a span (64 tiles) are added one after another, then the spans.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

LANES = 256
SPAN = 64  # tiles
SMALLEST = 4
Array = NDArray[np.float64]


def lanes(d: int) -> int:
    """How many numbers the tile of a vector of d <= 256 numbers has; 256 for longer ones."""
    return min(LANES, max(SMALLEST, 1 << (d - 1).bit_length()))


def tiles(d: int) -> int:
    return -(-d // LANES)


def spans(d: int) -> int:
    return -(-tiles(d) // SPAN)


def folded(values: Array) -> Array:
    """The sums over the last axis."""
    d = values.shape[-1]
    width = lanes(d)
    if d == width:
        cut = values[..., None, :]
    else:
        padded = np.zeros((*values.shape[:-1], tiles(d) * width))
        padded[..., :d] = values
        cut = padded.reshape(*values.shape[:-1], tiles(d), width)
    while width > 1:
        width //= 2
        cut = cut[..., :width] + cut[..., width:]
    return in_order(cut[..., 0])


def in_order(sums: Array) -> Array:
    """The sums of tiles (on the last axis): within each span, then over the spans."""
    total: Array | None = None
    for first in range(0, sums.shape[-1], SPAN):
        span = sums[..., first].copy()
        for tile in range(first + 1, min(first + SPAN, sums.shape[-1])):
            span += sums[..., tile]
        total = span if total is None else total + span
    if total is None:
        raise ValueError("no tiles to add")
    return total
