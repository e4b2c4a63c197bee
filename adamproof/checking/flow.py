"""From requests to reports, for every command that prints a verdict: the cache first, then processes that find anew.

The kernel reads every proof in a fresh process, whether it was kept or has just been found; whoever calls this has run
no lemma file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from .cache import Question
from .judge import judged
from .pool import Answer, Workers
from .recall import Recalled, keep
from .report import LemmaReport, Verdict
from .request import Request

T = TypeVar("T")
WORTH_A_POOL = 4  # requests; for fewer, starting processes takes longer than it saves


@dataclass(frozen=True)
class Checked:
    """The report on a request; recalled: whether findings came from the cache; warning: why nothing could be kept."""

    request: Request
    report: LemmaReport
    seconds: float
    recalled: bool = False
    warning: str = ""


@dataclass(frozen=True)
class Flow:
    """The processes that run lemma files, how many the kernel may have, whether the cache is used, who hears of it."""

    workers: Workers
    jobs: int
    cached: bool
    say: Callable[[str], None]

    def checked(
        self,
        requests: Sequence[Request],
        made: Callable[[Checked], T],
        failed: Callable[[Request, Exception, float], T],
        meanwhile: Callable[[], None] = lambda: None,
    ) -> Iterator[T]:
        """What is made of each report, in the order of the requests (of the task "check"), as soon as it is there.

        failed(request, error, seconds) gets the WorkerFailed of a request that has no report, and whatever `made`
        raises.  `meanwhile` is called once, before anything is found anew, while the kernel reads what was kept.
        """
        found = self._recalled(requests, made, meanwhile)
        missing = [request for request in requests if request not in found]
        answers = self.workers.run(missing, None if len(missing) >= WORTH_A_POOL else 1)
        for request in requests:
            if request in found:
                yield found[request]
            else:
                answer = next(answers)
                try:
                    done = made(self._judged(answer))
                except Exception as error:  # noqa: BLE001 - what a file sends may be made so that it cannot be shown
                    done = failed(request, error, answer.seconds)
                yield done

    def _recalled(
        self, requests: Sequence[Request], made: Callable[[Checked], T], meanwhile: Callable[[], None]
    ) -> dict[Request, T]:
        """What is made of what the cache has, as the kernel finds it now."""
        # A user's file may depend on anything.
        kept = {question(request): request for request in requests if self.cached and request.path is None}
        if not kept:
            meanwhile()
            return {}
        found = {}
        with Recalled(list(kept), self.jobs) as recalled:
            self.say("verifying the cached proofs")
            for asked, report, seconds in recalled.reports(self.workers, meanwhile):
                try:
                    found[kept[asked]] = made(Checked(kept[asked], report, seconds, recalled=True))
                except Exception:  # noqa: BLE001 - whatever an edited entry makes go wrong, finding anew does not
                    pass
        return found

    def _judged(self, answer: Answer) -> Checked:
        """The report on what has been found anew; what is proved is kept.  Raises WorkerFailed."""
        found = answer.findings()
        report = judged(found, answer.verified())
        warning = ""
        if self.cached and answer.request.path is None and report.verdict is Verdict.PROVED:
            warning = keep(question(answer.request), found)
        return Checked(answer.request, report, answer.seconds, warning=warning)


def question(request: Request) -> Question:
    """A request about a lemma of the library as the cache knows it."""
    return Question(request.slug, request.models, request.mutants, "" if request.claim is None else request.claim)
