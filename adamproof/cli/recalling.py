"""Answering from the cache: the kernel reads the kept proofs anew, and the lemma says what they have to prove."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from ..cache import Cache, Question
from ..verification import FreshVerification

if TYPE_CHECKING:
    from ..check import LemmaReport, Work
    from ..lemma import Lemma


class Recalled:
    """The kept work on some lemmas, whose proofs the kernel is reading meanwhile, in a few processes."""

    def __init__(self, questions: Sequence[Question], jobs: int) -> None:
        cache = Cache()
        self._asked = {question.lemma: question for question in questions}
        found = {slug: cache.read(question) for slug, question in self._asked.items()}
        self._work = {slug: data for slug, data in found.items() if _has_proofs(data)}
        self._answers: dict[str, list[Callable[[], dict[str, Any]]]] = {}  # the kernel's, about a lemma's proofs
        self._verifications: list[FreshVerification] = []
        for group in _balanced({slug: sum(map(len, data["proofs"])) for slug, data in self._work.items()}, jobs):
            proofs = [(slug, text) for slug in group for text in self._work[slug]["proofs"]]
            verification = FreshVerification([text for _, text in proofs])
            self._verifications.append(verification)
            for number, (slug, _) in enumerate(proofs):
                self._answers.setdefault(slug, []).append(partial(verification.answer, number))

    def __enter__(self) -> Recalled:
        return self

    def __exit__(self, *error: object) -> None:
        for verification in self._verifications:
            verification.__exit__(*error)

    def __contains__(self, slug: str) -> bool:
        return slug in self._work

    def report(self, lemma: Lemma) -> LemmaReport | None:
        """What the kept work comes to; None where there is none, or where it does not stand.

        Best asked in the order of the questions: the kernel is reading in that order meanwhile.  Work that somebody
        has made up may raise anything, here and where the report is used.
        """
        from ..check import Verdict, is_complete, report
        from ..plain import unpacked

        asked = self._asked.get(lemma.slug)
        if asked is None or lemma.slug not in self._work:
            return None
        work = unpacked(self._work[lemma.slug])
        if not is_complete(lemma, work, asked.models, asked.mutants):
            return None
        found = report(lemma, work, [answer() for answer in self._answers.get(lemma.slug, [])])
        return found if found.verdict is Verdict.PROVED else None


def _has_proofs(data: Any) -> bool:
    proofs = data.get("proofs") if isinstance(data, dict) else None
    return isinstance(proofs, list) and all(isinstance(text, str) for text in proofs)


def keep(question: Question, work: Work) -> str:
    """Put finished work into the cache; what went wrong, if anything."""
    from ..plain import packed

    cache = Cache()
    try:
        cache.write(question, packed(work))
    except OSError as error:
        return f"the cache {cache.folder} cannot be written ({error.strerror}); nothing else depends on it"
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
