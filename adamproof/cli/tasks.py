"""From lemmas to what is printed about them: the processes that run lemma files, the kernel's answers, the words.

This process runs no lemma file.  What it prints follows from data that are sent to it and from the kernel's answers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ..checking.assumptions import matching
from ..checking.flow import WORTH_A_POOL, Checked, Flow
from ..checking.judge import judged, near_misses
from ..checking.pool import Answer, WorkerFailed, Workers
from ..checking.process import PROGRAM
from ..checking.report import AblatedClaim, AblationReport, ClaimFindings, LemmaReport
from ..checking.request import Request
from ..checking.serialize import NotFindings, unpacked_losses, unpacked_near
from ..report.words import shortcomings
from ..support.foreign_text import visible
from ..support.signals import ended_by_signals
from . import json_output, near_output, terminal, text_output
from .errors import USAGE, CliError, from_exception
from .names import Target

if TYPE_CHECKING:
    from ..report.parts import Part

Say = Callable[[str], None]


@dataclass(frozen=True)
class Settings:
    """What is asked about each lemma; `task` is "check", "show" or a key of TASKS."""

    task: str
    style: str = "ascii"
    models: int = 0
    mutants: bool = True
    claim: str | int | None = None
    verbose: bool = False
    without: str = ""  # the assumptions to drop, for the task "without"
    form: str = "all"  # what will be printed: "text", "line", "json", "report", all of them, or "proofs" (nothing)
    report: tuple[str, ...] = ()  # for the task "check": the forms in which a report's part is wanted
    present: tuple[str, ...] = ()  # and the lemmas that the report is about
    short: bool = False  # and whether it is the short edition
    cache: bool = False  # for "check" and "show": whether findings may be taken from the cache, and are kept there
    near: bool | None = None  # whether near misses are made and tested; None: of a user's own file

    def request(self, target: Target) -> Request:
        """The task as the processes that run lemma files know it."""
        if self.task == "check":
            return Request("check", target.slug, target.path, self.claim, self.models, self.mutants)
        task = "check" if self.task == "show" else self.task
        return Request(task, target.slug, target.path, self.claim, without=self.without)

    def makes_near_misses(self, path: str | None) -> bool:
        """Whether near misses are made of a lemma: of this file, or of the library if there is none."""
        return bool(self.near) or (self.near is None and path is not None)


@dataclass(frozen=True)
class Outcome:
    """What a task has to say about a lemma.  With an error, nothing else is known."""

    slug: str
    exit_code: int
    data: json_output.Data
    text: str = ""
    line: str = ""  # the text in one line
    verdict: str = ""
    proofs: tuple[tuple[str, str], ...] = ()  # (claim, proof file)
    seconds: float = 0.0
    error: str = ""
    trace: str = ""
    warning: str = ""
    part: Part | None = None  # of a report
    report: LemmaReport | None = None  # where a part of a report is wanted


@contextmanager
def workers(
    jobs: int, progress: terminal.Progress, program: str = PROGRAM, executor: Executor | None = None
) -> Iterator[Workers]:
    """The processes for lemma files; what a file prints is shown on standard error, as its own.

    Signals that end the command end them, too.  program: the module that they run.  executor: gets the library's.
    """

    def heard(path: str | None, line: str) -> None:
        progress.clear()
        terminal.warn(f"[{visible(path) if path else 'a lemma of the library'} prints] {line}")

    with ended_by_signals(), Workers(jobs, heard, progress, program, executor) as processes:
        yield processes


def run_all(
    targets: Sequence[Target], settings: Settings, processes: Workers, jobs: int, say: Say
) -> Iterator[Outcome]:
    """The outcomes in the order of the targets, each as soon as it and those before it are there."""
    if settings.task in ("check", "show"):
        # Where a report's parts are written, this process has as much to do as one in which the kernel reads.
        readers = max(jobs - 1, 1) if settings.report else jobs
        yield from _checked(targets, settings, Flow(processes, readers, settings.cache, say))
    else:
        yield from _computed(targets, settings, processes)


def _checked(targets: Sequence[Target], settings: Settings, flow: Flow) -> Iterator[Outcome]:
    def presented(checked: Checked) -> Outcome:
        if settings.task == "show":
            outcome = _shown(checked.report, settings)
        else:
            outcome = _presented(checked, settings)
        return replace(outcome, warning=checked.warning)

    def failed(request: Request, error: Exception, seconds: float) -> Outcome:
        return replace(_in_words(Target(request.slug, request.path), error), seconds=seconds)

    return flow.checked([settings.request(target) for target in targets], presented, failed)


def _computed(targets: Sequence[Target], settings: Settings, processes: Workers) -> Iterator[Outcome]:
    requests = [settings.request(target) for target in targets]
    answers = processes.run(requests, None if len(targets) >= WORTH_A_POOL else 1)
    for target, answer in zip(targets, answers, strict=True):
        try:
            outcome = TASKS[settings.task](answer, settings)
        except Exception as error:  # noqa: BLE001 - what a file sends may be made so that it cannot be shown
            outcome = _in_words(target, error)
        yield replace(outcome, seconds=answer.seconds)


def _in_words(target: Target, error: Exception) -> Outcome:
    """What went wrong.  What goes wrong in a lemma's own code is an outcome: others are still looked at."""
    if isinstance(error, WorkerFailed):
        return _failed(target, CliError(str(error), error.trace))
    return _failed(target, from_exception(error, target.path, f"{target.slug} cannot be shown"))


def worst(codes: Sequence[int]) -> int:
    """The exit status of several: an error before refuted or rejected, before undecided, before proved."""
    return next((code for code in (USAGE, 1, 3) if code in codes), 0)


# --- tasks --------------------------------------------------------------------------------------


def _presented(checked: Checked, settings: Settings) -> Outcome:
    report, seconds, recalled = checked.report, checked.seconds, checked.recalled
    data: json_output.Data = {}
    text = ""
    if settings.form in ("json", "all"):
        data = json_output.checked(report, shortcomings(report), settings.mutants, recalled)
    if settings.form in ("text", "all"):
        own = checked.request.path is not None
        text = text_output.checked(
            report, settings.style, settings.verbose, settings.mutants, seconds, settings.claim, recalled, own
        )
    outcome = _with_proofs(report, data, text, report.verdict.exit_code, settings.claim)
    kept = report if settings.report or settings.near is not False else None
    return replace(outcome, seconds=seconds, part=_part(report, settings), report=kept)


def _part(report: LemmaReport, settings: Settings) -> Part | None:
    if not settings.report:
        return None
    from ..report.document import made

    return made(report, settings.report, settings.present, settings.mutants, settings.short)


def _shown(report: LemmaReport, settings: Settings) -> Outcome:
    """Derived and verified, without numbers or mutants; style "latex" gives a document."""
    if settings.form == "proofs":
        return _with_proofs(report, {}, "", report.verdict.exit_code)
    if settings.style == "latex":
        from ..report import latex

        text = latex.document(report)
    else:
        text = text_output.shown(report, settings.style)
    return _with_proofs(report, json_output.shown(report), text, report.verdict.exit_code)


def _mutants(answer: Answer, settings: Settings) -> Outcome:
    found = answer.findings()
    accepted = any(not mutant.is_rejected for mutant in found.mutants)
    data, text = json_output.refuted(found), text_output.mutated(found, settings.style)
    return Outcome(found.about.slug, int(accepted), data, text)


def _without(answer: Answer, settings: Settings) -> Outcome:
    """Checked without some assumptions; no verdict but "undecided" follows from scripts that fail.

    What a proof must prove is the claim as the lemma states it, without the assumptions that the text means: both are
    decided here.
    """
    slug, stated = answer.request.slug, answer.stated()
    dropped = matching(list(stated.about.assumptions), settings.without)
    try:
        said, claims = unpacked_losses(answer.message["without"], len(stated.claims))
        if not dropped or set(said) != set(dropped):
            raise WorkerFailed(f"{slug}: the result is not about the lemma without {settings.without!r}")
        left = answer.findings().of(stated.lacking(dropped))
    except (NotFindings, ValueError) as error:
        raise WorkerFailed(f"{slug}: the data sent are not a result: {error}") from None
    losses = [_loss(claim, lost, dropped) for claim, lost in zip(stated.claims, claims, strict=True)]
    report = judged(left, answer.verified())
    found = AblationReport.of(report, dropped, losses)
    outcome = _with_proofs(report, json_output.lost(found), text_output.lost(found, settings.style), found.exit_code)
    return replace(outcome, line=text_output.lost_in_one_line(found))


def _loss(stated: ClaimFindings, lost: AblatedClaim, dropped: Sequence[str]) -> AblatedClaim:
    """Which of the dropped assumptions a claim states is seen here; its proof can need no others."""
    own = tuple(name for name in dropped if name in stated.hypotheses)
    return replace(lost, stated=own, needed=tuple(name for name in lost.needed if name in own))


def near_request(target: Target, settings: Settings) -> Request:
    """The request for a lemma's near misses, sent after its verdict is printed."""
    return Request("near", target.slug, target.path, settings.claim)


def near_missed(target: Target, report: LemmaReport, settings: Settings, answer: Answer) -> Outcome:
    """The near misses in an answer; they change nothing in the verdict."""
    try:
        if answer.failure is not None:
            raise answer.failure
        made = near_misses(report, unpacked_near(answer.message.get("near"), answer.proofs or []), answer.verified())
    except (NotFindings, WorkerFailed) as error:
        return _in_words(target, error if isinstance(error, WorkerFailed) else WorkerFailed(f"{target.slug}: {error}"))
    text = near_output.listed(made, settings.style, settings.verbose)
    data = {"near_misses": [json_output.near_miss(twin) for twin in made]}
    return Outcome(target.slug, 0, data, text, near_output.tally(made))


TASKS: dict[str, Callable[[Answer, Settings], Outcome]] = {
    "mutants": _mutants,
    "without": _without,
}


def _with_proofs(
    report: LemmaReport, data: json_output.Data, text: str, exit_code: int, only: str | int | None = None
) -> Outcome:
    proofs = tuple((claim.name, claim.proof) for claim in report.claims if claim.proof)
    line, verdict = text_output.in_one_line(report, only), str(report.verdict)
    return Outcome(report.lemma.slug, exit_code, data, text, line, verdict, proofs)


def _failed(target: Target, error: CliError) -> Outcome:
    data = json_output.failed(target.slug, error.message)
    return Outcome(target.slug, USAGE, data, error=error.message, trace=error.trace)
