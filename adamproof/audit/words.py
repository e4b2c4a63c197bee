"""A verdict: one of a few words, and its sentence; how its numbers and names are written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

HOLDS, SEEN, REJECTED, NOT_REJECTED = "HOLDS", "SEEN", "REJECTED", "NOT REJECTED"
UNIDENTIFIED, CANNOT_TELL = "UNIDENTIFIED", "CANNOT TELL FROM ONE RUN"
NOT_RECORDED = "NOT RECORDED"
NAMED = 3  # layers that a sentence names


@dataclass(frozen=True)
class Verdict:
    """subject: what it is about.  word: one of those above.  text: the rest of the sentence.  data: its numbers."""

    subject: str
    word: str
    text: str
    data: dict[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def range_of(low: float, high: float) -> str:
    """a..b, or one number if both look the same."""
    ends = short(low), short(high)
    return ends[0] if ends[0] == ends[1] else f"{ends[0]}..{ends[1]}"


def short(value: float) -> str:
    return f"{value:.3g}"


def percent(part: float) -> str:
    return "0 %" if not part else "less than 1 %" if part < 0.01 else f"{100 * part:.0f} %"


def listed(names: Sequence[str]) -> str:
    rest = len(names) - NAMED
    return ", ".join(names[:NAMED]) + (f" and {rest} more" if rest > 0 else "")


__all__ = [
    "CANNOT_TELL",
    "HOLDS",
    "NAMED",
    "NOT_RECORDED",
    "NOT_REJECTED",
    "REJECTED",
    "SEEN",
    "UNIDENTIFIED",
    "Verdict",
    "listed",
    "percent",
    "range_of",
    "short",
]
