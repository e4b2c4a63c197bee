"""Arrays that the passes of a network use again and again.

A pass makes dozens of arrays of the size of a batch.  Where each is new, the system finds memory for it, fills it with
zeros and takes it back after the pass: half of the time of a step.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

MOST = 1 << 28  # bytes that are kept; a pass that needs more has new arrays for the rest, and keeps none
_own = threading.local()


class _Kept:
    """Arrays of each shape and precision, and how many of them the present pass has."""

    def __init__(self) -> None:
        self.arrays: dict[Any, list[Any]] = defaultdict(list)
        self.given: dict[Any, int] = defaultdict(int)
        self.left = MOST

    def take(self, shape: tuple[int, ...], dtype: Any) -> Any:
        mark = shape, dtype
        arrays, number = self.arrays[mark], self.given[mark]
        self.given[mark] += 1
        if number < len(arrays):
            return arrays[number]
        new = np.empty(shape, dtype)
        self.left -= new.nbytes
        if self.left >= 0:
            arrays.append(new)
        return new


@contextmanager
def one_pass() -> Iterator[None]:
    """Meanwhile `empty` gives the arrays of the passes before in this thread: what is in them now is gone then.

    A pass within another one has arrays of its own.
    """
    kept, before = _own.__dict__.pop("kept", None) or _Kept(), getattr(_own, "passing", None)
    _own.passing = kept
    kept.given.clear()
    try:
        yield
    finally:
        _own.passing = before
        if kept.left >= 0:
            _own.kept = kept


def empty(like: Any, shape: tuple[int, ...] | None = None) -> Any:
    """An array of this shape, by default that of `like`, and of its precision and library; its numbers are any."""
    passing = getattr(_own, "passing", None)
    if passing is None or type(like) is not np.ndarray:
        return np.empty_like(like, shape=shape, order="C")
    return passing.take(like.shape if shape is None else shape, like.dtype)
