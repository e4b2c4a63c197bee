"""Rows of texts in columns."""

from __future__ import annotations

from adamproof.support.columns import aligned


def test_columns_are_as_wide_as_their_longest_cell() -> None:
    rows = [("T", "bound"), ("1000", "0.5")]
    assert aligned(rows) == ["   T  bound", "1000    0.5"]
    assert aligned(rows, right=False) == ["T     bound", "1000  0.5"]
    assert aligned([("a", "")]) == ["a"]
