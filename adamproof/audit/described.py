"""Layers, and the process, as the lines of a record describe them."""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from typing import Any

from . import arrays
from .reduction import Layer

RANKS = (("RANK", "WORLD_SIZE"), ("SLURM_PROCID", "SLURM_NTASKS"), ("OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE"))
LONGEST_NAME = 200


def described(layer: Layer) -> dict[str, Any]:
    moments = layer.moments
    said: dict[str, Any] = {"name": layer.name[:LONGEST_NAME], "shape": list(layer.shape), "group": layer.group}
    if moments is None:
        return {**said, "n": math.prod(layer.shape), "m": None, "v": None}
    said |= {"n": arrays.size(moments.m), "m": arrays.dtype(moments.m), "v": arrays.dtype(moments.v)}
    if not moments.pure:
        said["coupled"] = True
    return said | ({"shard": True} if layer.shard else {})


def common(values: Sequence[Any]) -> Any:
    """One value where all are equal, else the list of them."""
    return values[0] if values and all(value == values[0] for value in values) else list(values)


def size_of(value: Any) -> int:
    return 0 if value is None else math.prod(value.shape)


def rank() -> list[int] | None:
    """Which of how many processes this is, where a launcher says so."""
    for own, size in RANKS:
        if os.environ.get(size, "1").isdigit() and int(os.environ.get(size, "1")) > 1:
            return [int(os.environ.get(own, "0")), int(os.environ[size])]
    return None


__all__ = ["common", "described", "rank", "size_of"]
