"""The command `report`: everything about some lemmas, or all, in files for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from .. import files, report_folder, terminal
from ..errors import DEBUG, CliError
from ..options import (
    AS_JSON,
    DEBUGGING,
    HELP,
    NO_CACHE,
    NO_MUTANTS,
    PROCESSES,
    PROGRESS,
    SOME_NAMES,
    TEST_MODELS,
    complete_file,
    complete_folder,
    examples,
    with_options,
)
from .claims import asked, expect_folder, judged, say_problems, status

if TYPE_CHECKING:
    from ...checking.pool import Workers
    from ...claims.gathering import Recorded
    from ...claims.verdicts import ClaimVerdict
    from ...crosscheck.records import Opinions
    from ...experiments.observed import Observed
    from ...report.content import Content
    from ...report.kernel_page.pyodide import Pyodide
    from ...report.parts import Part
    from ..names import Target
    from ..tasks import Outcome, Settings


@click.command(
    "report",
    context_settings=HELP,
    epilog=examples(
        "report --html report.html",
        "report --html report.html --latex report.tex --date 2026-01-31",
        "report --short --html short.html",
        "report B.2 mine.py --html mine.html",
        "report --html site --with-kernel --pyodide package",
    ),
)
@with_options(
    SOME_NAMES,
    click.option(
        "--html",
        metavar="FILE",
        shell_complete=complete_file,
        help="Write one HTML file (a folder with --with-kernel).",
    ),
    click.option("--latex", metavar="FILE", shell_complete=complete_file, help="Write a LaTeX document."),
    click.option(
        "--with-kernel",
        is_flag=True,
        help="Put the proof files and the kernel beside the HTML, for readers to check in their browser.",
    ),
    click.option(
        "--pyodide",
        metavar="FOLDER",
        shell_complete=complete_folder,
        help="Put Python for browsers there, too: the unpacked npm package pyodide (else the page fetches it).",
    ),
    click.option(
        "--records",
        metavar="DIR",
        shell_complete=complete_folder,
        help="Records of experiments and checkers to show (by default, in a whole report, those that come with it).",
    ),
    click.option("--date", default="", metavar="TEXT", help="A date to print (none if not given)."),
    click.option(
        "--claims/--no-claims", default=None, help="With the source's claims or not; with them if no NAME is given."
    ),
    click.option("--short", is_flag=True, help="A short edition to print: without steps, mutants and single evidence."),
    TEST_MODELS,
    NO_MUTANTS,
    NO_CACHE,
    PROCESSES,
    AS_JSON,
    PROGRESS,
    DEBUGGING,
)
@click.pass_context
def command(
    ctx: click.Context,
    names: tuple[str, ...],
    html: str | None,
    latex: str | None,
    with_kernel: bool,
    pyodide: str | None,
    records: str | None,
    date: str,
    claims: bool | None,
    short: bool,
    models: int,
    no_mutants: bool,
    no_cache: bool,
    jobs: int,
    as_json: bool,
    progress: bool,
) -> None:
    """Check lemmas (all by default) and write everything about them into a document for people.

    The claims of the source, every statement with its proof in steps, assumptions, numbers and mutants, and what
    rests on what, with links. The HTML file needs no network, and can be read without scripts and printed; a report on
    main-theorem has the page of `explore` in it. A picture of what rests on what is drawn if Graphviz's program dot is
    there.

    With --with-kernel the HTML is a folder, for a web server: its page has a button beside each proof file, which runs
    the kernel on it in the reader's browser. It is the same kernel, not a second opinion. The folder must be new or
    empty, or hold such a report, which is replaced.

    Exit status: as for `check`; 3 also if something that a verdict on a claim rests on fails. The files are written in
    any case.
    """
    paths = {form: path for form, path in (("html", html), ("latex", latex)) if path is not None}
    if not paths:
        raise CliError("there is nothing to write; name a file with --html FILE, --latex FILE or both")
    if with_kernel and html is None:
        raise CliError("--with-kernel is about the HTML; name its folder with --html DIR")
    if pyodide is not None and not with_kernel:
        raise CliError("--pyodide is for a report with the kernel in it; add --with-kernel")
    if with_kernel and short:
        raise CliError("--with-kernel is for the proof files, which --short leaves out; use one of them")
    everything = not names or [name.lower() for name in names] == ["all"]
    wanted = Wanted(
        paths,
        report_folder.pyodide(pyodide) if with_kernel else None,
        records,
        date,
        everything if claims is None else claims,
        short,
        models,
        not no_mutants,
        not no_cache,
        jobs,
    )
    debug = bool(ctx.meta.get(DEBUG))
    ctx.exit(report(names or ("all",), wanted, as_json, debug, terminal.Progress(progress)))


@dataclass(frozen=True)
class Wanted:
    """What the report is to be: files by form ("html", "latex"), and what goes into them.

    pyodide: the Python of a report with the kernel, whose HTML is a folder.
    """

    paths: Mapping[str, str]
    pyodide: Pyodide | None
    records: str | None
    date: str
    claims: bool
    short: bool
    models: int
    mutants: bool
    cache: bool
    jobs: int

    def is_folder(self, form: str) -> bool:
        """Whether what is written in this form is a folder."""
        return form == "html" and self.pyodide is not None


def report(names: Sequence[str], wanted: Wanted, as_data: bool, debug: bool, progress: terminal.Progress) -> int:
    """Check, judge and write; the exit status.  Nothing is written before everything is there."""
    from ...claims.gathering import WORKER
    from ..tasks import workers

    for form, path in wanted.paths.items():
        (report_folder if wanted.is_folder(form) else files).expect_writable(path)
    if wanted.claims or wanted.records is not None:
        expect_folder(wanted.records)
    with workers(wanted.jobs, progress, WORKER) as processes:
        return _report(names, wanted, as_data, debug, progress, processes)


def _report(
    names: Sequence[str], wanted: Wanted, as_data: bool, debug: bool, progress: terminal.Progress, processes: Workers
) -> int:
    from ...checking.judge import versions
    from ...report.content import Content
    from ...report.document import written
    from ..names import resolve
    from ..tasks import Settings, worst

    targets = resolve(names, processes)
    settings = Settings(
        "check",
        models=wanted.models,
        mutants=wanted.mutants,
        form="report",
        report=tuple(wanted.paths),
        present=tuple(target.slug for target in targets),
        short=wanted.short,
        cache=wanted.cache,
    )
    try:
        recorded = _recorded(processes, wanted)  # pictures are drawn meanwhile
        outcomes = _outcomes(targets, settings, processes, wanted.jobs, debug, progress)
        opinions = asked(wanted.records, progress)
        runs, problems = recorded()
        say_problems(problems, progress)
        found = _judged(outcomes, wanted, processes, progress, runs, opinions) if wanted.claims else []
    finally:
        progress.clear()
    for warning in dict.fromkeys(outcome.warning for outcome in outcomes if outcome.warning):
        terminal.warn(warning)
    parts = [_part(outcome) for outcome in outcomes]
    content = Content(parts, found, runs, versions(), wanted.date, opinions=opinions, short=wanted.short)
    reports = [outcome.report for outcome in outcomes if outcome.report is not None]
    for form, path in wanted.paths.items():
        if wanted.pyodide is not None and wanted.is_folder(form):
            report_folder.write(path, content, reports, wanted.pyodide)
        else:
            files.write(path, written(content, form))
    code = worst([*(outcome.exit_code for outcome in outcomes), status(found)])
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
    from ..tasks import run_all

    outcomes = []
    for outcome in run_all(targets, settings, processes, jobs, progress):
        outcomes.append(outcome)
        if outcome.error:
            progress.clear()
            CliError(outcome.error, outcome.trace).report(debug)
    return outcomes


def _recorded(processes: Workers, wanted: Wanted) -> Recorded:
    """What the records of experiments show, with pictures; nothing where neither they nor the claims are wanted."""
    from ...claims.gathering import recorded

    if not wanted.claims and wanted.records is None:
        return lambda: ([], [])
    return recorded(processes, wanted.records, drawn=True, cached=wanted.cache)


def _judged(
    outcomes: Sequence[Outcome],
    wanted: Wanted,
    processes: Workers,
    progress: terminal.Progress,
    runs: Sequence[Observed],
    opinions: Sequence[Opinions],
) -> list[ClaimVerdict]:
    """The verdicts on the source's claims; the lemmas that have been checked are not checked again."""
    from ...checking.flow import Flow
    from ...claims.gathering import Gathering

    reports = {outcome.slug: outcome.report or outcome.error for outcome in outcomes}
    flow = Flow(processes, wanted.jobs, wanted.cache, progress)
    return judged(Gathering(flow, (), opinions, runs, reports=reports), progress)


def _part(outcome: Outcome) -> Part:
    from ...report.parts import Part

    if outcome.part is not None:
        return outcome.part
    return Part(outcome.slug, "", outcome.slug, "not checked", {}, error=outcome.error)


def _say(content: Content, wanted: Wanted, code: int, as_data: bool) -> None:
    if as_data:
        from ...claims.glance import in_words
        from .. import json_output

        lemmas = [{"slug": part.slug, "verdict": part.verdict} for part in content.parts]
        verdicts = [
            {"number": entry.row.number, "verdict": str(entry.verdict), "shown": in_words(entry.verdict)}
            for entry in content.claims
        ]
        document = json_output.document("report", code, files=dict(wanted.paths), lemmas=lemmas, claims=verdicts)
        terminal.say(document)
        return
    for form, path in wanted.paths.items():
        inside = Path(path).rglob("*") if wanted.is_folder(form) else [Path(path)]
        size = sum(file.stat().st_size for file in inside if file.is_file())
        terminal.say(f"{click.format_filename(path)}: {content.summary}{f' ({size / 1e6:.1f} MB)' if size else ''}")
        if wanted.is_folder(form):
            terminal.say(report_folder.how_to_open(path))
