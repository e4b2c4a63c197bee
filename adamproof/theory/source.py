"""Where a statement comes from.  Standard library only."""

from __future__ import annotations

from enum import Enum


class Source(Enum):
    """Where a statement comes from, as far as we know."""

    STATED = "stated in the summary of arXiv 2507.05966"
    RECONSTRUCTED = "reconstructed: the source's summary implies it, the wording and proof are ours"
    OURS = "ours: beyond the source"
    CLASSICAL = "classical"
