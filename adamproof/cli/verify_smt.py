"""SMT solvers, asked about every arithmetic step of stored proofs."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ..crosscheck import records, smt, smt_solvers
from ..crosscheck.coq import Stored
from ..crosscheck.smt_solvers import Answers, NoSolver, SolverFailed, asker
from ..crosscheck.solver_process import SECONDS
from ..export.smt import Obligation, obligations
from ..kernel.terms import Refusal
from ..support.tally import Tally
from . import json_output, terminal
from .errors import CliError
from .tasks import worst
from .verify_coq import not_read, record, stored


@dataclass
class Solver:
    """A solver, asked about files and results: "sat" on a step that the kernel accepts would be an alarm.

    It sees arithmetic steps alone, so that the kernel is asked about files first.
    """

    name: str
    as_json: bool
    quiet: bool
    jobs: int
    progress: terminal.Progress
    save: Path | None = None  # the folder for a record
    cache: bool = True  # whether proofs may come from it
    codes: list[int] = field(default_factory=list)
    documents: list[dict[str, Any]] = field(default_factory=list)

    def ask(self, words: Sequence[str]) -> int:
        """Print each result's answers as they come, or all of them as one document; the exit status."""
        try:
            ask = asker(self.name)
        except NoSolver as missing:
            raise CliError(str(missing)) from None
        proofs: dict[str, dict[str, str]] = {}
        ready = list(stored(words, self.jobs, self.progress, self.cache, self.codes, self.documents))
        tally = Tally({one.name: sum(len(text) for _, text in one.proofs) for one in ready})
        for one in ready:
            began = time.perf_counter()
            tally.begin(one.name)
            try:
                found = {
                    claim: [ask(step) for step in self._steps(one, claim, text, tally)] for claim, text in one.proofs
                }
            except (Refusal, SolverFailed) as error:
                failed = CliError(f"{one.name}: {error}")
                not_read(one.name, failed, self.codes, self.documents)
                continue
            finally:
                tally.end(one.name)
            proofs[one.name] = dict(one.proofs)
            self._take(one.name, found, time.perf_counter() - began)
        code = worst(self.codes)
        if self.save is not None:
            results = records.of_results(self.documents, proofs)
            record(self.save, records.made(self.name, smt_solvers.version(self.name), results))
        if self.as_json:
            terminal.say(json_output.document("verify", code, checker={"solver": self.name}, results=self.documents))
        elif len(self.documents) > 1 and not self.quiet:
            asked = [document["questions"] for document in self.documents if "questions" in document]
            total = sum(map(Counter, asked), Counter[str]())
            terminal.say(f"\n{records.number_of(len(asked), 'result')}: {records.counted(total)}")
        return code

    def _steps(self, one: Stored, claim: str, proof: str, tally: Tally) -> Iterator[Obligation]:
        self.progress(f"{one.name}: {self.name} checks {claim}; {tally}")
        return obligations(proof)

    def _take(self, name: str, found: Mapping[str, Sequence[Answers]], seconds: float) -> None:
        """Print what was said about each claim's steps, and keep it for the record."""
        self.progress.clear()
        document = smt.document(name, found, seconds)
        alarms, unknown = smt.steps_with(found, "sat"), smt.steps_with(found, "unknown")
        self.codes.append(1 if alarms else 0)
        self.documents.append(document)
        if self.as_json:
            return
        word, questions = terminal.coloured(document["verdict"]), document["questions"]
        terminal.say(f"{name}: {word} by {self.name}: {records.counted(questions)} ({seconds:.1f} s)")
        several = len(found) > 1
        for claim, answers in alarms:
            terminal.say(f"  {_step(claim, answers, several)} fails for some values: {answers.obligation.said}")
        for claim, answers in () if self.quiet else unknown:
            after = f" after {SECONDS} s of processor time" if answers.ended else ""
            terminal.say(f"  {_step(claim, answers, several)} is open{after}: {answers.obligation.said}")
        vacuous = sum(answers.vacuous for said in found.values() for answers in said)
        if vacuous and not self.quiet:
            of = "a step has" if vacuous == 1 else f"{vacuous} steps have"
            terminal.say(f"  {of} contradictory premises, as a case in a proof by cases may have")


def _step(claim: str, answers: Answers, several: bool) -> str:
    """A step in words, with its claim where there are several."""
    return f"step {answers.obligation.number}{f' of {claim}' if several else ''}"
