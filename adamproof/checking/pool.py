"""The processes that run lemma files, seen from the one that does not.

Each process runs the library's lemmas or one user's file, never both: no file can touch what is said of another.
What a file prints is kept apart from the answers and handed to `heard`; an answer is data of unknown origin until
`serialize` has read it.
"""

from __future__ import annotations

import json
import queue
import re
import tempfile
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from typing import Any

from ..support.foreign_text import foreign, printed
from ..support.signals import DeferredSignals
from ..support.tally import Tally
from ..theory.index import labels, lengths, read_as, taken
from . import stated
from .elsewhere import Elsewhere
from .misread import nothing, usual
from .process import MAX_BYTES, MAX_SHOWN, PROGRAM, Events, LemmaProcess
from .report import About, Findings
from .request import FIRST, Request
from .serialize import MAX_CLAIMS, NotFindings, unpacked
from .verifier import FreshVerification, Kernel

Heard = Callable[[str | None, str], None]
Say = Callable[[str], None]
QUEUED = 100  # messages that wait to be read; a process that sends more has to wait, too
PATIENCE = 0.5  # seconds between two looks at whether a silent process still lives
GOING = ("check", "mutants", "near")  # tasks about one lemma, which an executor may get
Worker = LemmaProcess | Elsewhere


class WorkerFailed(Exception):
    """What a process says went wrong, or how it ended; `trace` is the traceback behind it, if there is one."""

    def __init__(self, message: str, trace: str = "") -> None:
        super().__init__(message)
        self.trace = trace


@dataclass
class Answer:
    """The answer to a request: its last message, or why there is none; and the kernel, reading the proof files."""

    request: Request
    seconds: float = 0.0
    message: dict[str, Any] = field(default_factory=dict)
    proofs: list[str] | None = None  # as they were sent to the kernel: one a claim, "" where there is none
    failure: WorkerFailed | None = None
    verification: FreshVerification | None = None
    elsewhere: bool = False  # whether a process of an executor has answered

    def findings(self) -> Findings:
        """What was found.  Raises WorkerFailed when that is nothing that can be."""
        found = self._read("found", self.proofs)
        if self.elsewhere and stated.digest(found.outline) != _stated(self.request):
            raise WorkerFailed(f"{self.request.slug}: the executor sent results about something else than it states")
        return found

    def stated(self) -> Findings:
        """For the task "without": the lemma with all that it assumes.  Raises WorkerFailed as `findings` does."""
        data = self.message.get("stated")
        claims = data.get("proofs") if isinstance(data, dict) else None
        return self._read("stated", claims).outline

    def _read(self, part: str, proofs: Any) -> Findings:
        if self.failure is not None:
            raise self.failure
        data = self.message.get(part)
        try:
            found = unpacked({**data, "proofs": proofs} if isinstance(data, dict) else data)
        except NotFindings as error:
            raise WorkerFailed(f"{_of(self.request)} sent data that are not a result: {error}") from None
        if found.about.slug != self.request.slug:
            raise WorkerFailed(f"{_of(self.request)} sent the results of another lemma, {found.about.slug}")
        wanted = self.request.claim
        if wanted is not None and (len(found.claims) != 1 or not _is(found.claims[0].name, wanted)):
            raise WorkerFailed(f"{_of(self.request)} sent the results of another claim")
        if self.request.path is not None:
            refuse_names_of_the_library(self.request.path, found.about)
            refuse_names(self.request.path, found.about.slug, None, others=[mutant.name for mutant in found.mutants])
            terms = (term for claim in found.claims for term in (*claim.hypotheses.values(), claim.conclusion))
            if symbol := usual(terms):
                like = symbol.split()[1]
                raise WorkerFailed(
                    f"{self.request.path}: the {symbol} reads like the usual {like}, which it is not; rename it"
                )
        return found

    def verified(self) -> list[dict[str, Any]]:
        """What the kernel answers about the proof files, in order."""
        return self.verification.answers() if self.verification is not None else []


def refuse_names_of_the_library(path: str, about: About) -> None:
    """Raise WorkerFailed if a user's lemma, whatever its process says of that, has a name of the library's.

    No assumption may be called like a lemma: a proof that rests on it would seem to cite the lemma.  Nor may a claim
    bear a label of the source, as if the claim were that.
    """
    refuse_names(path, about.slug, about.label, about.assumptions, about.claims)


def refuse_names(
    path: str, slug: str, label: str | None, assumptions: Iterable[str] = (), others: Iterable[str] = ()
) -> None:
    """The same about names alone; others: of claims and mutants."""
    for name in filter(None, (slug, label)):
        if why := taken(name):
            raise WorkerFailed(f"{path}: {name} {why}; choose a different one")
    for name in assumptions:
        if nothing(name):
            said = f"the assumption {name!r} is named as if there were none"
            raise WorkerFailed(f"{path}: {said}; choose a different name")
        for part in re.split("[,;]", name):
            if why := taken(part, words=False):
                raise WorkerFailed(f"{path}: the assumption {name!r} {why}; choose a different name")
    for name in others:
        if (known := read_as(name)).lower() in labels():
            raise WorkerFailed(f"{path}: {name!r} reads like {known} of the source; choose a different name")


class Workers:
    """Processes that run lemma files, begun when they are needed and ended with this.

    jobs: how many may run at a time.  heard(path, line) gets what a file prints; path is None for the library's.
    program: the module that each of them runs; another than PROGRAM knows more tasks.
    executor: gets requests about single lemmas of the library, as many as there are; see `elsewhere`.
    """

    def __init__(
        self, jobs: int, heard: Heard, say: Say, program: str = PROGRAM, executor: Executor | None = None
    ) -> None:
        self._jobs, self._heard, self._say, self._program = jobs, heard, say, program
        self._executor = executor
        self._events: Events = queue.Queue(QUEUED)
        self._alive: list[Worker] = []
        self._asked: dict[Worker, deque[bytes]] = {}  # about a whole file: what has come meanwhile
        self._verifications: list[FreshVerification] = []
        self._kernels: list[Kernel] = []  # for the library's proofs; the last one reads what comes
        # A process that is killed leaves its files: they are in a folder of this one's.
        with DeferredSignals(every=True):  # a signal must find the folder among what is to be removed
            self._folder = tempfile.TemporaryDirectory(prefix="adamproof-", ignore_cleanup_errors=True)

    def __enter__(self) -> Workers:
        return self

    def __exit__(self, *error: object) -> None:
        with DeferredSignals(every=True):  # a signal now must not leave anything behind
            for worker in list(self._alive):
                self._end(worker)
            for verification in self._verifications:
                verification.close()
            for kernel in self._kernels:
                kernel.close()
            try:
                self._folder.cleanup()
            except RecursionError:
                pass  # a file has nested folders in it without end

    def ask(self, path: str | None, task: str, **more: Any) -> dict[str, Any]:
        """The last message of the answer to a task about a whole file, or the library.  Raises WorkerFailed."""
        return self.begin(path, task, **more)()

    def begin(self, path: str | None, task: str, **more: Any) -> Callable[[], dict[str, Any]]:
        """As `ask`, but a process works on the task from now on: what is returned waits for the answer."""
        worker = self._worker(path)
        self._asked[worker] = deque()
        worker.send({"task": task, "path": path, **more})
        return lambda: self._answer(worker)

    def _answer(self, worker: Worker) -> dict[str, Any]:
        try:
            while True:
                message = self._next(worker)
                if "say" not in message:
                    return message
                self._report(worker, message["say"])
        finally:
            self._asked.pop(worker)

    def run(self, requests: Sequence[Request], jobs: int | None = None) -> Iterator[Answer]:
        """The answers in the order of the requests, each as soon as it and those before it are there.

        One process works in that order, so that there is something to show; the others take the longest first, so that
        none is left with a long one in the end.
        """
        jobs = len(requests) if all(map(self._goes, requests)) else min(jobs or self._jobs, len(requests))
        waiting = dict(enumerate(requests))
        running: dict[Worker, tuple[int, float, Answer]] = {}
        leader = -1  # the request that was begun because it comes first; beside it, the longest are begun
        done: dict[int, Answer] = {}
        tally = Tally({_piece(request): _length(request) for request in requests})
        for number in range(len(requests)):
            while number not in done:
                while waiting and len(running) < jobs:
                    if all(index != leader for index, _, _ in running.values()):
                        index = leader = next(iter(waiting))
                    else:
                        index = _longest(waiting)
                    request = waiting.pop(index)
                    tally.begin(_piece(request))
                    if jobs > 1:
                        self._say(f"{request.slug}: checking; {tally}")
                    worker = self._begin(request, running)
                    running[worker] = index, time.perf_counter(), Answer(request, elsewhere=worker.elsewhere)
                worker, line = self._event()
                if worker not in running:
                    self._note(worker, line)
                else:
                    index, start, answer = running[worker]
                    if self._take(worker, line, answer, jobs):
                        answer.seconds = time.perf_counter() - start
                        done[index] = running.pop(worker)[2]
                        tally.end(_piece(answer.request))
                        if answer.elsewhere:  # where all of them have begun, nothing else says how far they are
                            self._say(f"{answer.request.slug}: found; {tally}")
            yield done.pop(number)

    def _report(self, worker: Worker, text: Any) -> None:
        """Progress; what a user's file calls progress is marked as its own."""
        self._say(_shown(text) if worker.path is None else f"[{worker.name}] {_shown(text)}")

    def _event(self) -> tuple[Worker, bytes]:
        """The next line from any process; an empty one from a process that is dead, though its channel is open."""
        dead: set[Worker] = set()
        while True:
            try:
                return self._events.get(timeout=PATIENCE)
            except queue.Empty:
                found = {worker for worker in self._alive if worker.is_dead()}
                for worker in found & dead:  # for the second time: all that it has sent has been read
                    return worker, b""
                dead = found

    def _goes(self, request: Request) -> bool:
        """Whether the executor gets a request.  What the lemma states must be known here."""
        mine = self._executor is None or request.path is not None or request.task not in GOING
        return not mine and _stated(request) is not None

    def _begin(self, request: Request, busy: dict[Worker, Any]) -> Worker:
        worker: Worker
        if self._executor is not None and self._goes(request):
            worker = Elsewhere(self._executor, self._program, self._events)
            self._alive.append(worker)
        else:
            worker = self._worker(request.path, busy)
        worker.send(request.data())
        return worker

    def _worker(self, path: str | None, busy: dict[Worker, Any] | None = None) -> LemmaProcess:
        """An idle process for this file; a new one if there is none, in place of an idle one for another file."""
        here = [worker for worker in self._alive if isinstance(worker, LemmaProcess)]
        idle = [worker for worker in here if worker not in (busy or {}) and worker not in self._asked]
        for worker in idle:
            if worker.path == path:
                return worker
        if idle and len(here) >= self._jobs:
            self._end(idle[0])
        with DeferredSignals(every=True):  # a signal must find the process among those to be ended
            worker = LemmaProcess(path, self._program, self._folder.name, self._events)
            self._alive.append(worker)
        return worker

    def _end(self, worker: Worker) -> None:
        self._alive.remove(worker)
        worker.end()
        self._listen(worker, whole=True)
        worker.close()

    def _listen(self, worker: Worker, whole: bool) -> None:
        for line in worker.printed(whole):
            self._heard(worker.path, line)

    def _next(self, worker: Worker) -> dict[str, Any]:
        """The next message of this process.  Raises WorkerFailed on an error, and when it has ended."""
        waiting = self._asked[worker]
        while not waiting:
            self._note(*self._event())
        return self._message(worker, waiting.popleft())

    def _note(self, worker: Worker, line: bytes) -> None:
        """Something from a process that nobody waits for: kept if it was asked; one that has ended is no more."""
        if worker in self._asked:
            self._asked[worker].append(line)
        elif not line.endswith(b"\n") and worker in self._alive:
            self._end(worker)

    def _message(self, worker: Worker, line: bytes) -> dict[str, Any]:
        if not line.endswith(b"\n"):
            how = "its answer is too long" if len(line) >= MAX_BYTES else worker.fate()
            self._end(worker)
            raise WorkerFailed(f"{worker.name}: its process ended without an answer ({how})")
        try:
            message = json.loads(line)
        except (ValueError, RecursionError):
            message = None
        if not isinstance(message, dict):
            raise WorkerFailed(f"{worker.name} sent an invalid message")
        self._listen(worker, whole="say" not in message and "proofs" not in message)
        if "error" in message:
            trace = "\n".join(map(printed, str(message.get("trace", ""))[:MAX_SHOWN].split("\n")))
            raise WorkerFailed(_shown(message["error"]), trace)
        return message

    def _take(self, worker: Worker, line: bytes, answer: Answer, jobs: int) -> bool:
        """A message about a request that is under way; whether it is the last one."""
        try:
            message = self._message(worker, line)
            if "say" in message:
                if jobs == 1:
                    self._report(worker, message["say"])
                return False
            if "proofs" in message:
                self._verify(message["proofs"], answer)
                return False
            answer.message = message
        except WorkerFailed as failure:
            answer.failure = failure
        return True

    def _kernel(self) -> Kernel:
        """The process that reads the library's proofs: a new one if none lives."""
        if not self._kernels or self._kernels[-1].has_ended:
            self._kernels.append(Kernel(together=True))
        return self._kernels[-1]

    def _verify(self, proofs: Any, answer: Answer) -> None:
        """Have the kernel read the proof files, in a process that runs no lemma, while the rest is being found."""
        if type(proofs) is not list or not all(type(proof) is str for proof in proofs) or answer.proofs is not None:
            raise WorkerFailed(f"{_of(answer.request)} sent proof files that are not text, or sent them twice")
        if len(proofs) > MAX_CLAIMS:
            raise WorkerFailed(f"{_of(answer.request)} sent more than {MAX_CLAIMS} proof files")
        answer.proofs = proofs
        if not any(proofs):
            return
        try:
            with DeferredSignals(every=True):  # a signal must find it among those to be ended
                kernel = self._kernel() if answer.request.path is None else None
                answer.verification = FreshVerification(list(filter(None, proofs)), kernel=kernel)
                self._verifications.append(answer.verification)
        except OSError as error:
            slug = answer.request.slug
            raise WorkerFailed(f"the proof files of {slug} cannot be written: {error.strerror}") from None


def _longest(waiting: Mapping[int, Request]) -> int:
    """The request that will probably take longest: the library's lemma with the longest file, else the first one."""
    return max(waiting, key=lambda number: _length(waiting[number]))


def _length(request: Request) -> int:
    """About how long a request takes: the length of the lemma's file, if it is one of the library."""
    return 1 if request.path else lengths().get(request.slug, 1)


def _stated(request: Request) -> str | None:
    """The digest of what a lemma of the library states, as the package knows it."""
    claim = "" if request.claim is None else request.claim
    return stated.digests().get(stated.key(request.slug, claim, request.mutants))


def _is(name: str, wanted: str | int) -> bool:
    """Whether a claim is the one that was asked for; names come as they are shown."""
    return wanted == FIRST or (isinstance(wanted, str) and name == foreign(wanted))


def _of(request: Request) -> str:
    return request.path or request.slug


def _piece(request: Request) -> str:
    """What progress calls a lemma."""
    return f"{request.path}: {request.slug}" if request.path else request.slug


def _shown(text: Any) -> str:
    return foreign(" ".join(str(text)[:MAX_SHOWN].split()))
