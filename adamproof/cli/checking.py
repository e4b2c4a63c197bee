"""Running the pipeline on lemmas, in this process or in several.

What a lemma comes to is a plain value (Outcome), text and data already made, so that it passes between
processes and so that what is printed does not depend on where it was computed.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ..cache import Question
from ..report.words import shortcomings
from ..stopping import REQUESTS, Ended, Stop
from . import as_json, output
from .errors import USAGE, CliError, from_exception
from .recalling import Recalled, keep
from .targets import Target, narrowed

if TYPE_CHECKING:
    from ..check import LemmaReport
    from ..lemma import Lemma
    from ..report.parts import Part

Say = Callable[[str], None]
WORTH_A_POOL = 4  # lemmas; for fewer, starting processes takes longer than it saves


@dataclass(frozen=True)
class Settings:
    """What is asked about each lemma; `task` is the name of a function in TASKS."""

    task: str
    style: str = "ascii"
    models: int = 0
    mutants: bool = True
    claim: str | None = None
    verbose: bool = False
    without: str = ""  # the assumptions to drop, for the task "without"
    form: str = "all"  # what will be printed: "text", "line", "json", "report" or all of them
    report: tuple[str, ...] = ()  # for the task "check": the forms in which a report's part is wanted
    present: tuple[str, ...] = ()  # and the lemmas that the report is about
    cache: bool = False  # for the task "check": whether work may be taken from the cache, and is kept there


@dataclass(frozen=True)
class Outcome:
    """What a task has to say about a lemma.  With an error, nothing else is known."""

    slug: str
    exit_code: int
    data: as_json.Data
    text: str = ""
    line: str = ""  # the text in one line
    verdict: str = ""
    proofs: tuple[tuple[str, str], ...] = ()  # (claim, proof file)
    seconds: float = 0.0
    error: str = ""
    trace: str = ""
    warning: str = ""
    part: Part | None = None  # of a report


def run_all(targets: Sequence[Target], settings: Settings, jobs: int, say: Say) -> Iterator[Outcome]:
    """The outcomes in the order of the targets, each as soon as it and those before it are there."""
    if settings.cache:
        yield from _with_cache(targets, settings, jobs, say)
    else:
        yield from _compute(targets, settings, jobs, say)


def _with_cache(targets: Sequence[Target], settings: Settings, jobs: int, say: Say) -> Iterator[Outcome]:
    """First what the cache has (as the kernel finds it now), then the rest."""
    _spare_the_collector()
    kept = [target for target in targets if target.path is None]  # a user's file may depend on anything
    with Recalled([_question(target.slug, settings) for target in kept], jobs) as recalled:
        say("verifying what the cache has")
        answers = ((target, _recall(target, recalled, settings)) for target in kept)
        found = {target: outcome for target, outcome in answers if outcome is not None}
    missing = _compute([target for target in targets if target not in found], settings, jobs, say)
    for target in targets:
        yield found[target] if target in found else next(missing)


def _recall(target: Target, recalled: Recalled, settings: Settings) -> Outcome | None:
    """The outcome from what the cache has, if it has something that stands."""
    if target.slug not in recalled:
        return None
    start = time.perf_counter()
    try:
        lemma = narrowed(target.lemma(), settings.claim)
    except CliError:
        return None  # computing it says the same
    try:
        report = recalled.report(lemma)
        return None if report is None else _checked(report, settings, time.perf_counter() - start, recalled=True)
    except Exception:  # noqa: BLE001 - whatever an entry makes go wrong, checking anew does not
        return None


def _spare_the_collector() -> None:
    gc.set_threshold(100_000)  # terms and steps are many, live long and are not cyclic


def _question(slug: str, settings: Settings) -> Question:
    return Question(slug, settings.models, settings.mutants, settings.claim or "")


def _compute(targets: Sequence[Target], settings: Settings, jobs: int, say: Say) -> Iterator[Outcome]:
    if jobs > 1 and len(targets) >= WORTH_A_POOL:
        yield from _in_processes(targets, settings, min(jobs, len(targets)), say)
    else:
        for target in targets:
            yield run(target, settings, say)


def run(target: Target, settings: Settings, say: Say = lambda _: None) -> Outcome:
    """One lemma.  What goes wrong in a lemma's own code is an outcome, so that others are still looked at."""
    start = time.perf_counter()
    _spare_the_collector()
    if target.path is not None:
        settings = replace(settings, cache=False)
    try:
        with redirect_stdout(sys.stderr):  # what a lemma's code prints must not mix with the answer
            lemma = narrowed(target.lemma(), settings.claim)
            outcome = TASKS[settings.task](lemma, settings, say)
    except CliError as error:
        outcome = _failed(target, error)
    except (KeyboardInterrupt, Ended):
        raise
    except BaseException as error:  # noqa: BLE001 - a lemma's proof, models and mutants may fail in any way, even exit
        outcome = _failed(target, from_exception(error, target.path, target.slug))
    return replace(outcome, seconds=time.perf_counter() - start)


def worst(codes: Sequence[int]) -> int:
    """The exit status of several: an error before refuted or rejected, before undecided, before proved."""
    return next((code for code in (USAGE, 1, 3) if code in codes), 0)


# --- tasks --------------------------------------------------------------------------------------


def _check(lemma: Lemma, settings: Settings, say: Say) -> Outcome:
    from ..check import Verdict, worked

    start = time.perf_counter()
    work, report = worked(lemma, settings.models, settings.mutants, say)
    outcome = _checked(report, settings, time.perf_counter() - start)
    if settings.cache and report.verdict is Verdict.PROVED:
        return replace(outcome, warning=keep(_question(lemma.slug, settings), work))
    return outcome


def _checked(report: LemmaReport, settings: Settings, seconds: float, recalled: bool = False) -> Outcome:
    data: as_json.Data = {}
    text = ""
    if settings.form in ("json", "all"):
        data = as_json.checked(report, shortcomings(report), settings.mutants, recalled)
    if settings.form in ("text", "all"):
        text = output.checked(
            report, settings.style, settings.verbose, settings.mutants, seconds, settings.claim, recalled
        )
    outcome = _with_proofs(report, data, text, report.verdict.exit_code, settings.claim)
    return replace(outcome, seconds=seconds, part=_part(report, settings))


def _part(report: LemmaReport, settings: Settings) -> Part | None:
    if not settings.report:
        return None
    from ..report.document import made

    return made(report, settings.report, settings.present, settings.mutants)


def _show(lemma: Lemma, settings: Settings, say: Say) -> Outcome:
    """Derive and verify, without numbers or mutants; style "latex" gives a document."""
    from ..check import check
    from ..prover import prop
    from ..report import latex

    report = check(lemma, models=0, mutants=False, progress=say)
    assumptions = {name: prop(statement) for name, statement in lemma.assumptions.items()}
    text = latex.document(report) if settings.style == "latex" else output.shown(report, settings.style)
    data = as_json.shown(report, assumptions)
    return _with_proofs(report, data=data, text=text, exit_code=report.verdict.exit_code)


def _mutate(lemma: Lemma, settings: Settings, say: Say) -> Outcome:
    from ..check import kill

    mutants = []
    for mutant in lemma.mutants:
        say(f"{lemma.slug}: refuting the mutant {mutant.name}")
        mutants.append(kill(lemma, mutant))
    survived = any(not mutant.killed for mutant in mutants)
    data, text = as_json.refuted(lemma, mutants), output.mutated(lemma, mutants, settings.style)
    return Outcome(lemma.slug, int(survived), data, text)


def _without(lemma: Lemma, settings: Settings, say: Say) -> Outcome:
    """Check without some assumptions; no verdict but "undecided" follows from scripts that fail."""
    from ..without import UnknownAssumption, losses

    try:
        found = losses(lemma, settings.without, say)
    except UnknownAssumption as unknown:
        raise CliError(str(unknown)) from None
    outcome = _with_proofs(
        found.report, data=as_json.lost(found), text=output.lost(found), exit_code=0 if found.holds else 3
    )
    return replace(outcome, line=output.lost_in_one_line(found))


TASKS: dict[str, Callable[[Lemma, Settings, Say], Outcome]] = {
    "check": _check,
    "show": _show,
    "mutate": _mutate,
    "without": _without,
}


def _with_proofs(
    report: LemmaReport, data: as_json.Data, text: str, exit_code: int, only: str | None = None
) -> Outcome:
    proofs = tuple((claim.claim.name, claim.proof) for claim in report.claims if claim.proof)
    line, verdict = output.in_one_line(report, only), str(report.verdict)
    return Outcome(report.lemma.slug, exit_code, data, text, line, verdict, proofs)


def _failed(target: Target, error: CliError) -> Outcome:
    data = as_json.failed(target.slug, error.message)
    return Outcome(target.slug, USAGE, data, error=error.message, trace=error.trace)


# --- several processes --------------------------------------------------------------------------


def _in_processes(targets: Sequence[Target], settings: Settings, jobs: int, say: Say) -> Iterator[Outcome]:
    # If we leave at once, Python's resource tracker puts things away itself, and would say so.
    os.environ["PYTHONWARNINGS"] = ",".join(filter(None, [os.environ.get("PYTHONWARNINGS"), "ignore:resource_tracker"]))
    # A process that is killed leaves its files: they are in a folder of this one's.
    with tempfile.TemporaryDirectory(prefix="adamproof-", ignore_cleanup_errors=True) as folder:
        with _kept(signal.SIGHUP):  # which would end Python's resource tracker, and that be told at length
            pool = ProcessPoolExecutor(jobs, multiprocessing.get_context("spawn"), _use_folder, (folder,))
        try:
            with _kept(*REQUESTS):  # inherited: they are for this process to answer
                # Not pool.map: it cancels what is left, which races with the thread that notices ended processes.
                futures = [pool.submit(run, target, settings) for target in targets]
            for number, (target, future) in enumerate(zip(targets, futures, strict=True), start=1):
                say(f"{target.slug}: being checked ({number} of {len(targets)}, {jobs} processes)")
                yield future.result()
        except BaseException:  # an interrupt, or a reader that has gone: stop at once (see terminal.leave)
            with Stop():  # a second one must not leave anything behind
                for child in multiprocessing.active_children():
                    child.kill()
                    child.join()
            raise
        pool.shutdown(wait=True)


def _use_folder(folder: str) -> None:
    tempfile.tempdir = folder


@contextmanager
def _kept(*numbers: int) -> Iterator[None]:
    """Signals are kept until the end; for processes begun within it, for good."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, numbers)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
