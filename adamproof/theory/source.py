"""Where a statement comes from.  Standard library only."""

from __future__ import annotations

from enum import Enum


class Source(Enum):
    """Where a statement comes from, as far as we know."""

    STATED = "stated in the summary of arXiv 2507.05966"
    RECONSTRUCTED = "reconstructed: implied by the source's summary; wording and proof are ours"
    LITERATURE = "reconstructed: a result of another paper; wording and proof are ours"
    OURS = "ours: beyond the source"
    CLASSICAL = "classical"
