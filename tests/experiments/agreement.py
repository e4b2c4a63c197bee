"""Whether the numbers of a run are those of a record: all of them, or on another text what does not depend on it.

Python's help texts differ between its releases, and with them the numbers of networks that learn them.  A record names
the text by a digest.
"""

from __future__ import annotations

import math
import re
from typing import Any

import pytest

ON_TEXT = re.compile(r"(\d+ samples of help texts of Python) \([0-9a-f]{12}\)")
COUNTED = {"moving", "rejected"}  # coordinates that batches reached, and pairs that differ: what the text makes of them


def assert_close(one: Any, other: Any) -> None:
    """Up to what libraries for statistics and logarithms may change in the last digits.

    A part that was run on the text of another release of Python is compared as `assert_alike` does.
    """
    if isinstance(other, dict) and _of_another_text(one, other):
        assert_alike(one, other)
    elif isinstance(other, dict):
        assert one.keys() == other.keys()
        for key, value in other.items():
            assert_close(one[key], value)
    elif isinstance(other, list):
        assert len(one) == len(other)
        for left, right in zip(one, other, strict=True):
            assert_close(left, right)
    elif isinstance(other, float):
        assert one == pytest.approx(other, rel=1e-6, abs=1e-9)
    else:
        assert one == other


def _of_another_text(one: dict[str, Any], other: dict[str, Any]) -> bool:
    found = [ON_TEXT.fullmatch(str(part.get("data"))) for part in (one, other)]
    return all(found) and one["data"] != other["data"]


def assert_alike(one: Any, other: Any) -> None:
    """The same structure, words and whole numbers (but for counts of what the text does), and finite numbers.

    An experiment says of its numbers how much they vary with the batches, or with the seeds.  Seeds draw a start, too:
    that is what the exponents and the best learning rates are claimed for, and there the intervals must overlap.
    """
    assert type(one) is type(other)
    if isinstance(other, dict):
        assert one.keys() == other.keys()
        for key, value in other.items():
            if key not in COUNTED:
                assert_alike(one[key], value)
            else:
                assert type(one[key]) is type(value) and one[key] >= 0
            if key in ("best", "fitted"):
                assert_overlapping(one[key], value)
    elif isinstance(other, list):
        assert len(one) == len(other)
        for left, right in zip(one, other, strict=True):
            assert_alike(left, right)
    elif isinstance(other, float):
        assert math.isfinite(one) == math.isfinite(other)
    elif isinstance(other, str):
        assert ON_TEXT.sub(r"\1", one) == ON_TEXT.sub(r"\1", other)
    else:
        assert one == other


def assert_overlapping(one: dict[str, Any], other: dict[str, Any]) -> None:
    """Of an estimate, or of a column of them."""
    (means, halves), (others, their_halves) = ([part[name] for name in part] for part in (one, other))
    columns = [column if isinstance(column, list) else [column] for column in (means, halves, others, their_halves)]
    for mean, half, its_mean, its_half in zip(*columns, strict=True):
        assert abs(mean - its_mean) <= half + its_half
