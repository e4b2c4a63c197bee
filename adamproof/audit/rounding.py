"""The few digits that the numbers of a record have."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

DIGITS, OF_SAMPLE, EXACT = 3, 4, 9  # significant ones: of a number, of a kept u, of what a probe found or a setting


def rounded(value: float, digits: int) -> float | int | None:
    """A number with few digits; None for one that is not finite."""
    if not math.isfinite(value):
        return None
    short = float(f"{value:.{digits}g}")
    return int(short) if short.is_integer() and abs(short) < 1e6 else short


def rounded_list(values: Iterable[float]) -> list[float | int | None]:
    return [rounded(float(value), OF_SAMPLE) for value in values]


def rounded_all(value: Any) -> Any:
    if isinstance(value, float):
        return rounded(value, EXACT)
    if isinstance(value, Mapping):
        return {name: rounded_all(each) for name, each in value.items()}
    return [rounded_all(each) for each in value] if isinstance(value, list | tuple) else value


__all__ = ["DIGITS", "EXACT", "OF_SAMPLE", "rounded", "rounded_all", "rounded_list"]
