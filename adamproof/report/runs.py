"""Experiments in a report: what was observed in runs, to stand beside what is proved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ..experiments.index import module
from ..experiments.records import Record


@dataclass(frozen=True)
class Run:
    """One experiment's record in words and, where matplotlib is there, as a picture (an SVG document).

    about: what repeats it and what it was made with; beside: what it observed about claims of the source, by number.
    """

    experiment: str
    title: str
    about: str
    beside: Mapping[int, str]
    summary: Sequence[str]
    plot: str = ""


def run_of(record: Record) -> Run:
    """What a report shows of a record: words made from its numbers now."""
    experiment = module(record.experiment)
    versions = ", ".join(" ".join(pair) for pair in record.versions.items())
    stale = "" if record.made_by_this_code else "; recorded with other code"
    about = f"{record.command}: seed {record.seed}, {record.engine}, {versions}{stale}"
    plot = experiment.picture(record.result).svg()
    return Run(record.experiment, experiment.TITLE, about, record.observed(), experiment.summary(record.result), plot)
