"""Random numbers as a pure function of (seed, replicate, step, coordinate), on arrays."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from . import kernels

NOISE, BATCHES, STARTS = np.uint64(0), np.uint64(1), np.uint64(2)  # streams: the second word of the counter
Words = NDArray[np.uint64]
Array = NDArray[np.float64]


def key(seed: int) -> tuple[np.uint64, np.uint64]:
    """The two words of a seed from 0 to 2^64 - 1."""
    return np.uint64(seed & 0xFFFFFFFF), np.uint64(seed >> 32)


def words(seed: int, stream: np.uint64, replicates: Words, coordinates: Words, quad: int) -> tuple[Words, ...]:
    """Four arrays (replicates, coordinates) of words of 32 bits, for the steps 4 quad, ..., 4 quad + 3."""
    shape = (replicates.size, coordinates.size)
    rows = np.ascontiguousarray(np.broadcast_to(replicates[:, None], shape))
    columns = np.ascontiguousarray(np.broadcast_to(coordinates[None, :], shape))
    counter = np.full(shape, stream), columns, np.full(shape, np.uint64(quad))
    return kernels.philox(rows, *counter, *key(seed))


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
    quad: int = -1  # of `kept`
    kept: list[Array] = field(default_factory=list)

    def steps(self, first: int, count: int) -> Iterator[Array]:
        """The noise of the steps first, ..., first + count - 1, each of shape (replicates, coordinates)."""
        for step in range(first, first + count):
            if step // 4 != self.quad:
                self.quad, self.kept = step // 4, self.four(step // 4)
            yield self.kept[step % 4]

    def four(self, quad: int) -> list[Array]:
        drawn = words(self.seed, NOISE, self.replicates, self.coordinates, quad)
        if self.two_values is not None:
            return [kernels.two_point(word, *self.two_values) for word in drawn]
        return [*kernels.normals(drawn[0], drawn[1]), *kernels.normals(drawn[2], drawn[3])]
