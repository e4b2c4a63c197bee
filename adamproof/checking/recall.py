"""Answering from the cache: the kernel reads the kept proofs anew, for what the lemma states now.

What it states is known by digest (`stated`); else the lemma file says it anew, in a process of its own.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from ..support.signals import DeferredSignals
from . import stated
from .cache import Cache, Entry, Question
from .judge import judged, versions
from .pool import Answer, WorkerFailed, Workers
from .report import Findings, LemmaReport, Verdict
from .request import FIRST, MODELS, Request
from .serialize import MAX_CLAIMS, NotFindings, packed, proofs_alone, unpacked
from .verifier import FreshVerification


@dataclass(frozen=True)
class _Kept:
    """What the cache has for a question: an entry, and the proof files that the kernel is to read.

    alone: the claim that is wanted of an entry on a whole lemma, or all of them (""), as proving alone finds them; None
    where the entry is on the question itself.
    """

    entry: Entry
    proofs: Sequence[str]
    alone: str | int | None = None

    def findings(self) -> Findings:
        """What was found.  Raises NotFindings, also where its proof files are not those that the kernel reads."""
        data = self.entry.content
        found = unpacked(data if self.alone is None else proofs_alone(data, self.alone))
        if found.proofs != list(self.proofs):
            raise NotFindings("the proof files are not those of the claims")
        return found


class Recalled:
    """The kept findings for some questions, whose proofs the kernel is reading meanwhile, in a few processes."""

    def __init__(self, questions: Sequence[Question], jobs: int) -> None:
        self._kept = _read(questions)
        self._answers: dict[Question, list[Callable[[], dict[str, Any]]]] = {}  # the kernel's, about their proofs
        self._verifications: list[FreshVerification] = []
        sizes = {question: sum(map(len, kept.proofs)) for question, kept in self._kept.items()}
        try:
            for group in _balanced(sizes, jobs):
                self._verify(group)
        except BaseException:  # a signal: nobody else ends those that have begun
            self.__exit__()
            raise

    def _verify(self, group: Sequence[Question]) -> None:
        """Have the kernel read the kept proofs for these questions, in one process."""
        proofs = [(question, text) for question in group for text in self._kept[question].proofs]
        try:
            with DeferredSignals(every=True):  # a signal must find it among those to be ended
                verification = FreshVerification([text for _, text in proofs], together=True)
                self._verifications.append(verification)
        except OSError:  # too many of them, or no room on the disk: all is found anew
            for question in group:
                del self._kept[question]
            return
        for number, (question, _) in enumerate(proofs):
            self._answers.setdefault(question, []).append(partial(verification.answer, number))

    def __enter__(self) -> Recalled:
        return self

    def __exit__(self, *_: object) -> None:
        for verification in self._verifications:
            verification.close()

    def reports(
        self, workers: Workers, meanwhile: Callable[[], None] = lambda: None
    ) -> Iterator[tuple[Question, LemmaReport, float]]:
        """What the kept findings come to, where they stand: question, report, and the seconds that it took.

        Findings about anything else than what the lemma states now do not stand.  `meanwhile` is called while the
        kernel may still be reading.
        """
        said = {question: found for question, kept in self._kept.items() if (found := _said(kept)) is not None}
        meanwhile()
        versions()  # remembered: a report names them
        asked = [question for question, found in said.items() if not _is_stated(question, found)]
        outlines = _outlines(workers, asked)
        for question, found in said.items():
            start = time.perf_counter()
            if question in outlines and outlines[question] != found.outline:
                continue  # finding it anew says what is wrong
            report = self._report(question, found)
            if report is not None:
                yield question, report, time.perf_counter() - start

    def _report(self, question: Question, found: Findings) -> LemmaReport | None:
        if not found.is_complete(question.models):
            return None
        try:
            report = judged(found, [answer() for answer in self._answers.get(question, [])])
        except RuntimeError:  # the verifier has ended: perhaps at this entry
            return None
        return report if report.verdict is Verdict.PROVED else None


def _is_stated(question: Question, found: Findings) -> bool:
    """Whether what was found is about what the lemma states, as the package knows it."""
    known = stated.digests().get(stated.key(question.lemma, question.claim, question.mutants))
    return known == stated.digest(found.outline)


def _outlines(workers: Workers, questions: Sequence[Question]) -> dict[Question, Findings | None]:
    """What lemmas state now, as their files say; None where one does not."""
    requests = [
        Request("outline", each.lemma, claim=None if each.claim == "" else each.claim, mutants=each.mutants)
        for each in questions
    ]
    return dict(zip(questions, map(_outline, workers.run(requests, jobs=1)), strict=True))


def _outline(answer: Answer) -> Findings | None:
    try:
        return answer.findings()
    except WorkerFailed:
        return None


def _said(kept: _Kept) -> Findings | None:
    """What was found, where what is kept says so."""
    try:
        return kept.findings()
    except NotFindings:
        return None


def _read(questions: Sequence[Question]) -> dict[Question, _Kept]:
    """What the cache has for each of these questions, as far as it has anything."""
    cache, wholes = Cache(), dict[str, Entry | None]()
    found: dict[Question, _Kept] = {}
    for question in questions:
        kept = None
        if not question.models and not question.mutants:
            if question.lemma not in wholes:
                wholes[question.lemma] = cache.entry(Question(question.lemma, MODELS, True))
            kept = _kept(wholes[question.lemma], question.claim)
        kept = kept or _kept(cache.entry(question))
        if kept is not None:
            found[question] = kept
    return found


def _kept(entry: Entry | None, alone: str | int | None = None) -> _Kept | None:
    """What an entry holds; None where it has no proofs."""
    if entry is None or not entry.proofs or len(entry.proofs) > MAX_CLAIMS:
        return None
    proofs = entry.proofs
    if alone is not None and alone != "":
        try:
            proofs = [proofs[0 if alone == FIRST else entry.names.index(str(alone))]]
        except (LookupError, ValueError):
            return None
    return _Kept(entry, proofs, alone) if all(proofs) else None


def keep(question: Question, found: Findings) -> str:
    """Put finished work into the cache; what went wrong, if anything."""
    cache = Cache()
    try:
        cache.write(question, {"names": list(found.about.claims), **packed(found)})
    except OSError as error:
        return f"the cache {cache.folder} cannot be written ({error.strerror}); results are not affected"
    return ""


def _balanced(sizes: Mapping[Question, int], count: int) -> list[list[Question]]:
    """The questions in at most `count` groups of about the same size, in each in the order in which they came."""
    groups: list[list[Question]] = [[] for _ in range(min(count, len(sizes)))]
    totals = [0] * len(groups)
    for question in sorted(sizes, key=lambda each: -sizes[each]):  # the largest first: what is small evens it out
        least = totals.index(min(totals))
        groups[least].append(question)
        totals[least] += sizes[question]
    places = {question: place for place, question in enumerate(sizes)}
    return [sorted(group, key=places.__getitem__) for group in groups]
