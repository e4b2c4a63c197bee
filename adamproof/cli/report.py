"""The command `report`: everything about some lemmas, or all, in files for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from ..checking.judge import versions
from ..checking.pool import Workers
from ..claims.table import ClaimVerdict
from ..crosscheck.records import Opinions
from ..experiments.records import Record
from ..report.content import Content
from ..report.document import written
from ..report.parts import Part
from ..report.runs import run_of
from . import claims as ledger
from . import files, terminal
from . import json_output as as_json
from .errors import CliError
from .names import Target, resolve
from .tasks import Outcome, Settings, run_all, workers, worst


@dataclass(frozen=True)
class Wanted:
    """What the report is to be: files by form ("html", "latex"), and what goes into them."""

    paths: Mapping[str, str]
    records: str | None
    date: str
    ledger: bool
    models: int
    mutants: bool
    cache: bool
    jobs: int


def report(names: Sequence[str], wanted: Wanted, as_data: bool, debug: bool, progress: terminal.Progress) -> int:
    """Check, judge and write; the exit status.  Nothing is written before everything is there."""
    for path in wanted.paths.values():
        files.expect_writable(path)
    with workers(wanted.jobs, progress) as processes:
        return _report(names, wanted, as_data, debug, progress, processes)


def _report(
    names: Sequence[str], wanted: Wanted, as_data: bool, debug: bool, progress: terminal.Progress, processes: Workers
) -> int:
    targets = resolve(names, processes)
    settings = Settings(
        "check",
        models=wanted.models,
        mutants=wanted.mutants,
        form="report",
        report=tuple(wanted.paths),
        present=tuple(target.slug for target in targets),
        cache=wanted.cache,
    )
    try:
        outcomes = _outcomes(targets, settings, processes, wanted.jobs, debug, progress)
        whole = wanted.ledger or wanted.records is not None
        records = ledger.recorded(wanted.records, progress) if whole else []
        opinions = ledger.asked(wanted.records, progress)
        found = _judged(progress, records, opinions) if wanted.ledger else []
    finally:
        progress.clear()
    for warning in dict.fromkeys(outcome.warning for outcome in outcomes if outcome.warning):
        terminal.warn(warning)
    parts, runs = [_part(outcome) for outcome in outcomes], [run_of(record) for record in records]
    content = Content(parts, found, runs, versions(), wanted.date, opinions=opinions)
    for form, path in wanted.paths.items():
        files.write(path, written(content, form))
    code = worst([*(outcome.exit_code for outcome in outcomes), ledger.status(found)])
    _say(content, wanted, code, as_data)
    return code


def _outcomes(
    targets: Sequence[Target],
    settings: Settings,
    processes: Workers,
    jobs: int,
    debug: bool,
    progress: terminal.Progress,
) -> list[Outcome]:
    """All of them; what went wrong in a lemma's own code is said at once."""
    outcomes = []
    for outcome in run_all(targets, settings, processes, jobs, progress):
        outcomes.append(outcome)
        if outcome.error:
            progress.clear()
            CliError(outcome.error, outcome.trace).report(debug)
    return outcomes


def _judged(
    progress: terminal.Progress, records: Sequence[Record], opinions: Sequence[Opinions]
) -> list[ClaimVerdict]:
    ledger.registered()  # says in one sentence what is wrong with a lemma file
    return ledger.judged(None, progress, records, opinions)


def _part(outcome: Outcome) -> Part:
    if outcome.part is not None:
        return outcome.part
    return Part(outcome.slug, "", outcome.slug, "not checked", {}, error=outcome.error)


def _say(content: Content, wanted: Wanted, code: int, as_data: bool) -> None:
    if as_data:
        lemmas = [{"slug": part.slug, "verdict": part.verdict} for part in content.parts]
        judged = [{"number": entry.row.number, "verdict": str(entry.verdict)} for entry in content.ledger]
        document = as_json.document("report", code, files=dict(wanted.paths), lemmas=lemmas, claims=judged)
        terminal.say(document)
        return
    for path in wanted.paths.values():
        size = Path(path).stat().st_size if Path(path).is_file() else 0
        terminal.say(f"{click.format_filename(path)}: {content.summary}{f' ({size / 1e6:.1f} MB)' if size else ''}")
