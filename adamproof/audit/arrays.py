"""The arrays of several libraries behind one interface: what the recorder does with moments, gradients and weights.

No library is imported: the one whose arrays are handed over is loaded already.  Everything stays on the array's device
until `collect`, which brings many numbers to the host at once: each number alone would wait for the device.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence
from functools import cache
from itertools import accumulate, pairwise
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from .errors import AuditError

Array = NDArray[np.float64]
HALVES = ("float16", "bfloat16")  # computed with in single precision


@cache
def is_half(dtype: Any) -> bool:
    return _name(dtype) in HALVES


class Library(Protocol):
    """Operations on flat arrays of one library."""

    name: str

    def flat(self, value: Any) -> Any:
        """All numbers of an array in one row, in single precision or better; the array's own memory where possible."""

    def copy(self, value: Any) -> Any:
        """A copy of a flat array."""

    def put(self, target: Any, value: Any) -> None:
        """Overwrite an array with the numbers of a flat one."""

    def join(self, values: Sequence[Any]) -> Any:
        """Flat arrays, one behind another."""

    def cut(self, value: Any, sizes: Sequence[int]) -> Sequence[Any]:
        """The parts of a flat array, of these sizes."""

    def root(self, value: Any) -> Any: ...

    def sign(self, value: Any) -> Any: ...

    def largest(self, value: Any) -> Any: ...

    def count(self, mask: Any, like: Any) -> Any:
        """How many are true, as a number of the type of the numbers in `like`."""

    def without(self, value: Any, mask: Any) -> Any:
        """The values, 0 where the mask is true."""

    def index(self, places: NDArray[np.int64], like: Any) -> Any:
        """Places as the library wants them, on the device of `like`."""

    def collect(self, values: Sequence[Any]) -> Array:
        """Numbers and flat arrays, one behind the other, on the host."""


class Numeric:
    """NumPy, and libraries with its functions (CuPy, JAX)."""

    def __init__(self, module: Any) -> None:
        self.module, self.name = module, str(module.__name__).partition(".")[0]

    def flat(self, value: Any) -> Any:
        flat = value.reshape(-1)
        return flat.astype(self.module.float32) if is_half(value.dtype) else flat

    def copy(self, value: Any) -> Any:
        return self.module.array(value)

    def put(self, target: Any, value: Any) -> None:
        target[...] = value.reshape(target.shape)

    def join(self, values: Sequence[Any]) -> Any:
        return self.module.concatenate(values)

    def cut(self, value: Any, sizes: Sequence[int]) -> Sequence[Any]:
        ends = [0, *accumulate(sizes)]
        return [value[first:last] for first, last in pairwise(ends)]

    def root(self, value: Any) -> Any:
        return self.module.sqrt(value)

    def sign(self, value: Any) -> Any:
        return self.module.sign(value)

    def largest(self, value: Any) -> Any:
        return value.max()

    def count(self, mask: Any, like: Any) -> Any:
        return mask.sum()

    def without(self, value: Any, mask: Any) -> Any:
        return self.module.where(mask, value.dtype.type(0), value)

    def index(self, places: NDArray[np.int64], like: Any) -> Any:
        return places if self.name == "numpy" else self.module.asarray(places)

    def collect(self, values: Sequence[Any]) -> Array:
        if self.name == "numpy":
            return np.concatenate([np.asarray(value).reshape(-1) for value in values]).astype(np.float64)
        joined = self.module.concatenate([self.module.atleast_1d(value).astype(np.float32) for value in values])
        return np.asarray(joined.get() if hasattr(joined, "get") else joined, dtype=np.float64)


class Tensors:
    """PyTorch, and what has its methods."""

    def __init__(self, module: Any) -> None:
        self.module, self.name = module, str(module.__name__)

    def flat(self, value: Any) -> Any:
        own = value.detach()
        if hasattr(own, "to_local"):  # a shard of a distributed tensor
            own = own.to_local()
        if is_half(own.dtype):
            own = own.float()
        return own.reshape(-1)

    def copy(self, value: Any) -> Any:
        return value.clone()

    def put(self, target: Any, value: Any) -> None:
        own = target.detach()
        own = own.to_local() if hasattr(own, "to_local") else own
        own.copy_(value.reshape(own.shape))

    def join(self, values: Sequence[Any]) -> Any:
        return self.module.cat(values)

    def cut(self, value: Any, sizes: Sequence[int]) -> Sequence[Any]:
        return list(value.split(sizes))

    def root(self, value: Any) -> Any:
        return value.sqrt()

    def sign(self, value: Any) -> Any:
        return value.sign()

    def largest(self, value: Any) -> Any:
        return value.max()

    def count(self, mask: Any, like: Any) -> Any:
        return mask.sum().to(like.dtype)

    def without(self, value: Any, mask: Any) -> Any:
        return value.masked_fill(mask, 0.0)

    def index(self, places: NDArray[np.int64], like: Any) -> Any:
        return self.module.as_tensor(places, device=like.device)

    def collect(self, values: Sequence[Any]) -> Array:
        """One transfer for each device that the values are on."""
        devices: dict[Any, list[int]] = {}
        for number, value in enumerate(values):
            devices.setdefault(value.device, []).append(number)
        if len(devices) == 1:
            return self._together(values)
        pieces: list[Any] = [None] * len(values)
        for numbers in devices.values():
            rows = [values[number] for number in numbers]
            ends = np.cumsum([int(row.numel()) for row in rows])[:-1]
            for number, piece in zip(numbers, np.split(self._together(rows), ends), strict=True):
                pieces[number] = piece
        return np.concatenate(pieces) if pieces else np.empty(0)

    def _together(self, values: Sequence[Any]) -> Array:
        """Values on one device."""
        rows = [value.reshape(-1) for value in values]
        if len({row.dtype for row in rows}) > 1:
            rows = [row.double() for row in rows]
        return np.asarray(self.module.cat(rows).cpu().numpy(), dtype=np.float64)


def library(value: Any) -> Library:
    """The library of an array.  Raises AuditError for what is none that is known."""
    if isinstance(value, np.ndarray | np.generic):
        return Numeric(np)
    root = type(value).__module__.partition(".")[0]
    if root in ("jaxlib", "jax"):
        return Numeric(sys.modules["jax.numpy"])
    module = sys.modules.get(root)
    if root == "cupy":
        return Numeric(module)
    if module is not None and hasattr(value, "detach") and hasattr(module, "cat"):
        return Tensors(module)
    raise AuditError(f"arrays of the type {type(value).__name__} are not known; PyTorch, JAX, NumPy and CuPy have some")


def size(value: Any) -> int:
    """How many numbers an array holds here: of a distributed tensor, those of its shard."""
    own = value.to_local() if hasattr(value, "to_local") else value
    return math.prod(own.shape)


def dtype(value: Any) -> str:
    """The name of an array's type: float32, bfloat16."""
    return _name(value.dtype)


@cache
def _name(dtype: Any) -> str:
    return str(dtype).rpartition(".")[2]


__all__ = ["Library", "Numeric", "Tensors", "dtype", "library", "size"]
