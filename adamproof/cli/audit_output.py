"""What the command `audit` says: as text for people, and as data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from . import terminal
from .terminal import labelled, whole

if TYPE_CHECKING:
    from ..audit.constants import Found
    from ..audit.record import Run
    from ..audit.verdicts import Verdict

COLOURS = {"HOLDS": "green", "SEEN": "cyan", "REJECTED": "red"}  # of other words: yellow
SHORT = 12  # letters of a word that stands beside its sentence
UNSAID = "nobody has said: {0} = 0 tells the recorder (--{1} 0 here) that there is none"
CONTRADICTED = "The record contradicts its betas: the theorem is not about this optimiser"
OBSERVED = "Observed in this run, which proves nothing about others."


def run_text(run: Run, found: Sequence[Verdict]) -> str:
    """The record in a line, and its verdicts."""
    return "\n".join([labelled("", about(run)), "", *verdict_lines(found), "", OBSERVED])


def about(run: Run) -> str:
    """Which training this is."""
    from ..audit.heading import about as heading

    return f"{run.path}: {heading(run)}"


def verdict_lines(found: Sequence[Verdict]) -> list[str]:
    """One paragraph each, its word first."""
    lines = []
    for verdict in found:
        line = labelled(f"  {verdict.word:<{SHORT}}  ", f"{verdict.subject}: {verdict.text}")
        if len(verdict.word) > SHORT:
            line = labelled(" " * (SHORT + 4), f"{verdict.subject}: {verdict.text}")
            line = f"  {verdict.word}\n{line}"
        colour = COLOURS.get(verdict.word, "yellow")
        lines.append(terminal.highlighted(line, verdict.word, colour))
    return lines


def recorded_lines(path: str | None, recorded: Mapping[str, Found]) -> list[str]:
    """For `bound --from`: each value that the record gave, and how it was found."""
    if path is None:
        return []
    from ..audit.constants import IF

    unsaid = [name for name in ("weight_decay", "clipping") if name not in recorded]
    width = max(map(len, (*recorded, *unsaid)), default=0)
    lines = [
        labelled(f"  {name:<{width}}  ", f"{whole(_said(found.value))}  ({found.how})")
        for name, found in recorded.items()
    ]
    lines += [labelled(f"  {name:<{width}}  ", UNSAID.format(name, name.replace("_", "-"))) for name in unsaid]
    return ["", labelled("", f"From {path}, {IF}:"), *lines]


def standing_lines(contradicted: Sequence[str], diverged: str) -> list[str]:
    """For `bound --from`, before all else: that the record is not one of this Adam, or that the training diverged."""
    lines = []
    if contradicted:
        lines.append(terminal.highlighted(labelled("", f"{CONTRADICTED}."), CONTRADICTED, "red"))
        lines += [labelled("  ", each) for each in contradicted]
        lines.append(labelled("", "What follows is about another Adam, with the betas that the record states."))
    if diverged:
        lines.append(labelled("", diverged))
    return [*lines, ""] if lines else []


def _said(value: Any) -> str:
    return ("yes" if value else "no") if isinstance(value, bool) else str(value)


def run_data(run: Run, found: Sequence[Verdict]) -> dict[str, Any]:
    return {
        "file": run.path,
        "optimizer": run.header.get("optimizer"),
        "groups": run.groups,
        "d": run.d,
        "records": len(run.at),
        "probes": len(run.probes),
        "complete": run.complete,
        "verdicts": verdict_data(found),
    }


def verdict_data(found: Sequence[Verdict]) -> list[dict[str, Any]]:
    return [_plain(verdict.to_json()) for verdict in found]


def _plain(value: Any) -> Any:
    """Data without what JSON does not have."""
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, float):
        return value if value - value == 0.0 else None
    return value
