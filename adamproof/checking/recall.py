"""Answering from the cache: the kernel reads the kept proofs anew, and the lemma file says anew what it states."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

from ..support.signals import DeferredSignals
from .cache import Cache, Question
from .judge import judged
from .pool import WorkerFailed, Workers
from .report import Findings, LemmaReport, Verdict
from .request import Request
from .serialize import MAX_CLAIMS, NotFindings, packed, unpacked
from .verifier import FreshVerification


class Recalled:
    """The kept findings on some lemmas, whose proofs the kernel is reading meanwhile, in a few processes."""

    def __init__(self, questions: Sequence[Question], jobs: int) -> None:
        cache = Cache()
        self._asked = {question.lemma: question for question in questions}
        found = {slug: cache.read(question) for slug, question in self._asked.items()}
        self._kept = {slug: data for slug, data in found.items() if _has_proofs(data)}
        self._answers: dict[str, list[Callable[[], dict[str, Any]]]] = {}  # the kernel's, about a lemma's proofs
        self._verifications: list[FreshVerification] = []
        sizes = {slug: sum(map(len, data["proofs"])) for slug, data in self._kept.items()}
        try:
            for group in _balanced(sizes, jobs):
                self._verify(group)
        except BaseException:  # a signal: nobody else ends those that have begun
            self.__exit__()
            raise

    def _verify(self, group: Sequence[str]) -> None:
        """Have the kernel read the kept proofs of these lemmas, in one process."""
        proofs = [(slug, text) for slug in group for text in self._kept[slug]["proofs"]]
        try:
            with DeferredSignals(every=True):  # a signal must find it among those to be ended
                verification = FreshVerification([text for _, text in proofs])
                self._verifications.append(verification)
        except OSError:  # too many of them, or no room on the disk: all is found anew
            for slug in group:
                del self._kept[slug]
            return
        for number, (slug, _) in enumerate(proofs):
            self._answers.setdefault(slug, []).append(partial(verification.answer, number))

    def __enter__(self) -> Recalled:
        return self

    def __exit__(self, *_: object) -> None:
        for verification in self._verifications:
            verification.close()

    def reports(self, workers: Workers) -> Iterator[tuple[str, LemmaReport, float]]:
        """What the kept findings come to, where they stand: slug, report, and the seconds that it took.

        A process that runs the lemma files says what each states now: findings about anything else do not stand.
        """
        requests = [
            Request("outline", slug, claim=self._asked[slug].claim or None, mutants=self._asked[slug].mutants)
            for slug in self._kept
        ]
        for answer in workers.run(requests, jobs=1):
            start = time.perf_counter()
            report = self._report(answer.request.slug, answer.findings)
            if report is not None:
                yield answer.request.slug, report, answer.seconds + time.perf_counter() - start

    def _report(self, slug: str, outline: Callable[[], Findings]) -> LemmaReport | None:
        asked = self._asked[slug]
        try:
            found = unpacked(self._kept[slug])
            if found.outline != outline() or not found.is_complete(asked.models):
                return None
        except (NotFindings, WorkerFailed):
            return None  # finding it anew says what is wrong
        try:
            report = judged(found, [answer() for answer in self._answers.get(slug, [])])
        except RuntimeError:  # the verifier has ended: perhaps at this entry
            return None
        return report if report.verdict is Verdict.PROVED else None


def _has_proofs(data: Any) -> bool:
    proofs = data.get("proofs") if isinstance(data, dict) else None
    if not isinstance(proofs, list) or len(proofs) > MAX_CLAIMS:
        return False
    return all(isinstance(text, str) and text for text in proofs)


def keep(question: Question, found: Findings) -> str:
    """Put finished work into the cache; what went wrong, if anything."""
    cache = Cache()
    try:
        cache.write(question, packed(found))
    except OSError as error:
        return f"the cache {cache.folder} cannot be written ({error.strerror}); results are not affected"
    return ""


def _balanced(sizes: dict[str, int], count: int) -> list[list[str]]:
    """The names in at most `count` groups of about the same size, each of which begins with early names."""
    groups: list[list[str]] = [[] for _ in range(min(count, len(sizes)))]
    totals = [0] * len(groups)
    for name, size in sizes.items():
        least = totals.index(min(totals))
        groups[least].append(name)
        totals[least] += size
    return groups
