"""The largest correlation of two columns, as it is and by chance: of many permutations at once."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
TOGETHER = 1 << 14  # numbers of permutations that are made at once: more leave the cache


def absolute(columns: Array) -> Array:
    """|correlation| of each column with each other one, and 0 with itself: (..., n, d) -> (..., d, d).

    columns: of mean 0 and length 1.
    """
    found = np.abs(np.swapaxes(columns, -1, -2) @ columns)
    own = np.arange(columns.shape[-1])
    found[..., own, own] = 0.0
    return np.asarray(found)


def by_chance(columns: Array, count: int, seed: int) -> Array:
    """The largest |correlation| of two columns in so many permutations, (count,): each column is permuted by itself.

    columns: as for `absolute`, (n, d).
    """
    random, at_once = np.random.default_rng(seed), max(1, TOGETHER // columns.size)
    found = np.empty(count)
    for first in range(0, count, at_once):
        part = found[first : first + at_once]
        copies = np.broadcast_to(columns, (part.size, *columns.shape))
        part[:] = absolute(random.permuted(copies, axis=1)).max(axis=(1, 2))
    return found
