"""What `check` says of the near misses that the tool makes of a claim, after the verdict."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from ..checking.twins import CLOSED, DROPPED, STRICT
from ..render import show
from ..report.words import brief, usable
from .terminal import formula, labelled

if TYPE_CHECKING:
    from ..checking.report import TwinReport

LABEL = 12  # columns of the words before each line
ORDER = ("proved", "open", "rejected")
MOST = 6  # lines of rejected ones, without --verbose
NOT_NEEDED = "the assumption is not needed"


def tally(found: Sequence[TwinReport]) -> str:
    """How many came to which status."""
    counts = {status: sum(twin.status == status for twin in found) for status in ("rejected", "proved", "open")}
    return (
        f"{len(found)} near misses made: {counts['rejected']} rejected with a counterexample, "
        f"{counts['proved']} still proved, {counts['open']} open"
    )


def listed(found: Sequence[TwinReport], style: str, verbose: bool) -> str:
    """Those that are still proved or open, and what some of the others are refuted by; nothing if there are none."""
    if not found:
        return ""
    lines = [labelled("", tally(found))]
    several = len({twin.claim for twin in found}) > 1
    for status in ORDER:
        twins = [twin for twin in found if twin.status == status]
        shown = twins if verbose or status != "rejected" else twins[:MOST]
        for place, twin in enumerate(shown):
            name = f'{twin.twin.name} (claim "{twin.claim}")' if several else twin.twin.name
            lines += _line("" if place else status, name, twin, style)
        if len(shown) < len(twins):
            lines.append(labelled(" " * LABEL, f"and {len(twins) - len(shown)} more (-v)"))
    return "\n".join(lines)


def _line(label: str, name: str, twin: TwinReport, style: str) -> Iterator[str]:
    head = f"  {label}".ljust(LABEL)
    if twin.status == "rejected" and twin.witness is not None:
        yield labelled(head, f"{name}: {brief(twin.witness)}")
    elif twin.status == "proved":
        yield labelled(head, f"{name}: {_said(twin)}")
        if twin.twin.conclusion is not None:
            fitting = usable(style, [*twin.hypotheses.values(), twin.conclusion])
            yield formula(" " * LABEL, show(twin.conclusion, fitting))
    else:
        yield labelled(head, name)


def _said(twin: TwinReport) -> str:
    """What follows from a near miss that is still proved."""
    if twin.twin.kind == DROPPED:
        return NOT_NEEDED
    if twin.twin.kind == CLOSED:
        return "so that it can be assumed with <="
    if twin.twin.kind == STRICT or twin.stronger:
        return "so that the claim can be made stronger, to"
    return "is true as well:"
