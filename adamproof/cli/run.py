"""A task on several lemmas: each answer is printed as it comes, or all are one document."""

from __future__ import annotations

import signal
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import click

from ..checking.pool import Workers
from ..support.files import free_name, plain_name
from . import files, json_output, terminal
from .errors import DEBUG, INTERRUPTED, CliError
from .executor import relayed
from .names import Target, concerned, resolve
from .tasks import Outcome, Settings, near_missed, near_request, run_all, workers, worst


@dataclass
class Run:
    """A task over lemmas: prints each outcome as it comes, or all of them as one document."""

    settings: Settings
    progress: terminal.Progress
    as_json: bool
    quiet: bool = False
    folder: Path | None = None  # where proof files go
    outcomes: list[Outcome] = field(default_factory=list)
    saved: set[str] = field(default_factory=set)  # the names of files written, which the next must not take
    warned: bool = False

    def answer(self, names: Sequence[str], jobs: int = 1, scheduler: str | None = None) -> int:
        """Answer for all these names; the exit status.  scheduler: of a cluster that gets the library's lemmas."""
        start = time.perf_counter()
        code, expected = INTERRUPTED, -1
        try:
            with relayed(scheduler) as cluster, workers(jobs, self.progress, executor=cluster) as processes:
                targets = resolve(names, processes)
                if self.settings.task == "without":
                    targets = concerned(targets, self.settings.without, processes)
                expected = len(targets)
                for outcome in run_all(targets, self.settings, processes, jobs, self.progress):
                    self._take(outcome)
                self._near_misses(targets, processes)
            code = worst([outcome.exit_code for outcome in self.outcomes])
        except KeyboardInterrupt:
            signal.signal(signal.SIGINT, signal.SIG_IGN)  # a second one must not disturb the end
            self.progress.clear()
            of = f" of {expected} lemmas" if expected >= 0 else ""
            terminal.warn(f"Interrupted after {len(self.outcomes)}{of}.")
        self._finish(code, time.perf_counter() - start)
        return code

    def _take(self, outcome: Outcome) -> None:
        self.progress.clear()
        if self.folder is not None:
            save(outcome, self.folder, self.saved)
        if outcome.error:
            debug = bool(click.get_current_context().meta.get(DEBUG))
            CliError(outcome.error, outcome.trace).report(debug)
        elif not self.as_json:
            spaced = self.outcomes and not self.quiet and self.settings.style != "latex"
            terminal.say(("\n" if spaced else "") + (outcome.line if self.quiet else outcome.text))
        if outcome.warning and not self.warned:
            terminal.warn(outcome.warning)
        self.warned = self.warned or bool(outcome.warning)
        self.outcomes.append(outcome)

    def _near_misses(self, targets: Sequence[Target], processes: Workers) -> None:
        """Once all verdicts are said: the near misses that the tool makes."""
        if self.settings.task != "check" or (self.quiet and not self.settings.near):
            return
        looked = {
            number: (target, outcome, outcome.report)
            for number, (target, outcome) in enumerate(zip(targets, self.outcomes, strict=True))
            if outcome.report is not None and self.settings.makes_near_misses(target.path)
        }
        answers = processes.run([near_request(target, self.settings) for target, _, _ in looked.values()])
        for (number, (target, outcome, report)), answer in zip(looked.items(), answers, strict=True):
            found = near_missed(target, report, self.settings, answer)
            self.progress.clear()
            self.outcomes[number] = replace(outcome, data={**outcome.data, **found.data})
            if found.error:
                terminal.warn(f"near misses: {found.error}")
            elif not self.as_json and found.text:
                terminal.say(f"{outcome.slug}: {found.line}" if self.quiet else "\n" + found.text)

    def _finish(self, code: int, seconds: float) -> None:
        if self.as_json:
            self._document(code, seconds)
        elif self.settings.task == "check" and len(self.outcomes) > 1 and not self.quiet:
            terminal.say(f"\n{summary(self.outcomes)} ({seconds:.1f} s)")

    def _document(self, code: int, seconds: float) -> None:
        lemmas = [{**outcome.data, "seconds": round(outcome.seconds, 3)} for outcome in self.outcomes]
        complete = {"complete": code != INTERRUPTED} if self.settings.task == "check" else {}
        content = {**complete, "lemmas": lemmas, "seconds": round(seconds, 3)}
        terminal.say(json_output.document(self.settings.task, code, **content))


def summary(outcomes: Sequence[Outcome]) -> str:
    """How many lemmas came to which verdict."""
    verdicts = [outcome.verdict for outcome in outcomes if outcome.verdict]
    counts = [f"{verdicts.count(verdict)} {terminal.coloured(verdict)}" for verdict in dict.fromkeys(verdicts)]
    errors = len(outcomes) - len(verdicts)
    return f"{len(outcomes)} lemmas: {', '.join(counts + ([f'{errors} with errors'] if errors else []))}"


def save(outcome: Outcome, folder: Path, taken: set[str]) -> None:
    """Write a lemma's proof files, named after lemma and claim; names that are taken get a number."""
    for claim, proof in outcome.proofs:
        name = free_name(f"{plain_name(outcome.slug)}.{plain_name(claim)}", taken)
        files.write(folder / f"{name}.json", proof)
