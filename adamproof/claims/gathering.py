"""The evidence for the claims: what the rows ask for is collected, found in processes, and then the rows are judged.

A row runs first without evidence: what it asks for is noted.  All of it is found at once, as `adamproof check` finds it
(`checking.flow`): what the cache has is read again by the kernel, the rest is proved anew.  Rows run until nothing
is asked for any more, so that a row which asks for more once it knows something gets it, too.

Of a lemma just the claims are checked that are asked for, each with an entry of its own in the cache: to prove and to
read all claims of these lemmas takes more than twice as long, and `claims 9` shares entries with `claims` in this way.
An entry of `adamproof check` on the whole lemma serves as well, and is preferred.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..checking.flow import Checked, Flow
from ..checking.pool import WorkerFailed, Workers
from ..checking.report import LemmaReport
from ..checking.request import Request
from ..crosscheck.records import Opinions
from ..experiments.observed import Observed, read
from ..experiments.observed import observed as words_of
from ..experiments.records import Record, RecordError
from .compiled import answers
from .evidence import State
from .exponents import Calculated, Calculation, Store
from .verdicts import ROWS, ClaimVerdict, verdicts

Say = Callable[[str], None]
Recorded = Callable[[], tuple[list[Observed], list[str]]]
WORKER = "adamproof.claims.worker"  # the program that `Workers` are to run
JOBS = 2  # processes that prove, and in which the kernel reads


@dataclass
class Gathering:
    """Verdicts on the claims with these numbers (all if there are none), and what there was to say on the way.

    reports: those that are there already, by slug, or a sentence that says why there is none: those lemmas are not
    checked again.  observed: what records show; if None, it is read: in `folder`, else where `worker` says.
    problems: what is wrong with records.  warnings: about the cache.  compiled: answers about exponents that come with
    the package; others are computed.
    """

    flow: Flow
    numbers: Sequence[int] = ()
    opinions: Sequence[Opinions] = ()
    observed: Sequence[Observed] | None = None
    folder: str | None = None
    reports: Mapping[str, LemmaReport | str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    store: Store = field(default_factory=Store)
    compiled: Mapping[Calculation, Calculated] = field(default_factory=answers)
    awaited: Recorded | None = field(default=None, init=False)  # what records show, once they have been read

    def verdicts(self) -> list[ClaimVerdict]:
        """The verdicts, computed now."""
        rows = [row for row in ROWS if not self.numbers or row.number in self.numbers]
        for row in rows:
            self.flow.say(f"claim {row.number}: {row.text}")
        store = self.store
        store.opinions = self.opinions
        if self.observed is None:
            self.awaited = recorded(self.flow.workers, self.folder, drawn=False)
        verdicts(rows, store)
        self._fill(store)
        while True:
            found = verdicts(rows, store)
            if not store.wanted and not store.questions:
                return _settled(found)
            self._fill(store)

    def _fill(self, store: Store) -> None:
        """Find all that is wanted."""
        keys = [(slug, claim) for slug, claim in store.wanted if not self._has(store, slug, claim)]
        requests = [Request("check", slug, claim=claim) for slug, claim in keys]

        def failed(request: Request, error: Exception, _: float) -> str:
            return str(error) if isinstance(error, WorkerFailed) else f"{request.slug}: {error}"

        def made(checked: Checked) -> Checked | str:
            return checked

        answers = list(self.flow.checked(requests, made, failed, lambda: self._meanwhile(store)))
        for key, answer in zip(keys, answers, strict=True):
            if isinstance(answer, Checked):
                self.warnings += [answer.warning] if answer.warning else []
                store.reports[key] = answer.report.lemma, answer.report.claims[0]
            else:
                store.reports[key] = answer
        store.wanted.clear()

    def _has(self, store: Store, slug: str, claim: str) -> bool:
        """Whether a report that is there already says what becomes of a claim; the store gets it."""
        report = self.reports.get(slug)
        if report is None:
            return False
        if isinstance(report, str):
            store.reports[slug, claim] = report
            return True
        for entry in report.claims:
            if entry.name == claim:
                store.reports[slug, claim] = report.lemma, entry
                return True
        return False

    def _meanwhile(self, store: Store) -> None:
        """What the kernel has no part in."""
        asked = list(store.questions)
        store.known |= {question: self.compiled[question] for question in asked if question in self.compiled}
        store.known |= calculated(self.flow.workers, [question for question in asked if question not in store.known])
        store.questions.clear()
        if self.awaited is not None and self.observed is None:
            self.observed, problems = self.awaited()
            self.problems += problems
        store.observed = self.observed or ()


def _settled(found: Sequence[ClaimVerdict]) -> list[ClaimVerdict]:
    """The verdicts.  Raises RuntimeError if one rests on what has only been asked for: there is a mistake in here."""
    for entry in found:
        if any(piece.state is State.ASKED for piece in entry.verdict.evidence):
            raise RuntimeError(f"the verdict on claim {entry.row.number} rests on what has not been found")
    return list(found)


def calculated(workers: Workers, questions: Sequence[Calculation]) -> dict[Calculation, Calculated]:
    """The answers to these questions, from a process that imports the lemmas; what goes wrong is one, too."""
    if not questions:
        return {}
    try:
        said = workers.ask(None, "calculate", asked=[question.data() for question in questions])["calculated"]
        return dict(zip(questions, map(Calculated.read, said), strict=True))
    except WorkerFailed as error:
        problem = str(error)
    except (KeyError, TypeError, ValueError) as error:  # NotFindings is a ValueError
        problem = f"what was sent about exponents is none ({error!s:.200})"
    return {question: Calculated(None, {}, problem) for question in questions}


def recorded(workers: Workers, folder: str | None, drawn: bool, cached: bool = True) -> Recorded:
    """What the records of experiments in a folder show (see `worker` for the default), and what is wrong with them.

    drawn: with pictures; cached: whether these may come from the cache.  A process begins to read the records now; it
    is waited for when what is returned is called.
    """
    answer = workers.begin(None, "records", folder=folder, drawn=drawn, cached=cached)
    return lambda: _read_records(answer)


def _read_records(answer: Callable[[], dict[str, Any]]) -> tuple[list[Observed], list[str]]:
    try:
        said = answer()
        return [read(entry) for entry in said["records"]], [str(problem) for problem in said["problems"]]
    except WorkerFailed as error:
        return [], [f"the records of experiments: {error}"]
    except (KeyError, TypeError, RecordError) as error:
        return [], [f"what was sent about records is none ({error!s:.200})"]


def claim_table(
    numbers: Sequence[int] = (),
    say: Say = lambda _: None,
    records: Iterable[Record] = (),
    opinions: Sequence[Opinions] = (),
) -> list[ClaimVerdict]:
    """The verdicts on the claims of the source with these numbers (all by default), for Python and notebooks.

    Processes are started that import the lemmas, and the cache is used, as by `adamproof claims`.  What was observed in
    runs, and what other checkers have said about the proofs, comes from records.
    """
    with Workers(JOBS, lambda path, line: say(line), say, WORKER) as workers:
        flow = Flow(workers, JOBS, True, say)
        return Gathering(flow, numbers, opinions, [words_of(record) for record in records]).verdicts()
