"""Names of files."""

from __future__ import annotations

import tracemalloc

from adamproof.support.files import free_name


def test_the_first_free_name_is_taken() -> None:
    taken = {"a", "a-2"}
    assert [free_name(stem, taken) for stem in ("a", "b", "b", "a")] == ["a-3", "b", "b-2", "a-4"]
    assert taken == {"a", "a-2", "a-3", "a-4", "b", "b-2"}


def test_no_more_names_are_made_than_are_looked_at() -> None:
    tracemalloc.start()
    try:
        free_name("a", {"a"})
        assert tracemalloc.get_traced_memory()[1] < 100_000  # bytes; a million names took a hundred million
    finally:
        tracemalloc.stop()
