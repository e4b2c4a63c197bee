"""Random numbers as a pure function of (seed, replicate, step, coordinate), on arrays."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from . import kernels

NOISE, BATCHES, STARTS = np.uint64(0), np.uint64(1), np.uint64(2)  # streams: the second word of the counter
TOGETHER = 1 << 13  # numbers of noise drawn at once where a step has fewer: what NumPy asks for each call is shared
Words = NDArray[np.uint64]
Array = NDArray[np.float64]


def key(seed: int) -> tuple[np.uint64, np.uint64]:
    """The two words of a seed from 0 to 2^64 - 1."""
    return np.uint64(seed & 0xFFFFFFFF), np.uint64(seed >> 32)


def words(seed: int, stream: np.uint64, replicates: Words, coordinates: Words, quad: int | Words) -> tuple[Words, ...]:
    """Four arrays (replicates, coordinates) of words of 32 bits, for the steps 4 quad, ..., 4 quad + 3.

    quad: or several; the arrays then are (quads, replicates, coordinates).
    """
    quads = np.asarray(quad, dtype=np.uint64)[..., None, None]
    shape = (*quads.shape[:-2], replicates.size, coordinates.size)
    rows, columns, steps = (
        np.ascontiguousarray(np.broadcast_to(one, shape)) for one in (replicates[:, None], coordinates[None, :], quads)
    )
    return kernels.philox(rows, np.full(shape, stream), columns, steps, *key(seed))


@dataclass(frozen=True)
class Draws:
    """Random choices of one step for some replicates, a pure function of the three.

    seed: of the run.  replicates: their numbers, of shape (replicates,).  step: its number, from 0.
    """

    seed: int
    replicates: Words
    step: int

    def choices(self, count: int, below: int) -> NDArray[np.int64]:
        """Numbers from 0 to below - 1 of shape (replicates, count), uniform up to below / 2^32.

        Asked again in the same step, it gives the same numbers.

        count: numbers for each replicate, at least 1.  below: from 1 to 2^32.
        """
        four = words(self.seed, BATCHES, self.replicates, np.arange(count, dtype=np.uint64), self.step // 4)
        return ((four[self.step % 4] * np.uint64(below)) >> np.uint64(32)).astype(np.int64)


@dataclass
class Standard:
    """Noise of variance 1 for consecutive steps: normal, or of two values.  It keeps what it has drawn last."""

    seed: int
    replicates: Words
    coordinates: Words
    two_values: tuple[float, float, float] | None
    quad: int = -1  # the first of `kept`
    kept: list[Array] = field(default_factory=list)  # of consecutive steps

    def steps(self, first: int, count: int) -> Iterator[Array]:
        """The noise of the steps first, ..., first + count - 1, each of shape (replicates, coordinates)."""
        at_once = max(1, TOGETHER // (4 * self.replicates.size * self.coordinates.size))
        for step in range(first, first + count):
            if not 0 <= step - 4 * self.quad < len(self.kept):
                quads = min(at_once, (first + count - 1) // 4 - step // 4 + 1)
                self.quad, self.kept = step // 4, self.drawn(step // 4, quads)
            yield self.kept[step - 4 * self.quad]

    def drawn(self, quad: int, count: int) -> list[Array]:
        """The noise of 4*count steps from 4*quad on."""
        quads = np.arange(quad, quad + count, dtype=np.uint64)
        four = words(self.seed, NOISE, self.replicates, self.coordinates, quads)
        if self.two_values is not None:
            four = tuple(kernels.two_point(word, *self.two_values) for word in four)
        else:
            four = (*kernels.normals(four[0], four[1]), *kernels.normals(four[2], four[3]))
        return [values[number] for number in range(count) for values in four]
