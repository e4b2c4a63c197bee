"""Answering from the cache: the kernel reads the kept proofs anew, and the lemma says what they have to prove."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from ..cache import Cache, Question
from ..kernel.terms import Refusal
from ..verification import FreshVerification

if TYPE_CHECKING:
    from ..check import LemmaReport, Work
    from ..lemma import Lemma

DAMAGED = (Refusal, ArithmeticError, LookupError, TypeError, ValueError)  # somebody has written something else


class Recalled:
    """The kept work on some lemmas, whose proofs the kernel is reading meanwhile, in a few processes."""

    def __init__(self, questions: Sequence[Question], jobs: int) -> None:
        cache = Cache()
        found = {question.lemma: cache.read(question) for question in questions}
        self._work = {slug: data for slug, data in found.items() if _has_proofs(data)}
        self._loaded: dict[str, Work] = {}
        self._answers: dict[str, list[dict[str, Any]]] = {}
        self._running: list[tuple[list[str], FreshVerification]] = []
        for group in _balanced({slug: sum(map(len, data["proofs"])) for slug, data in self._work.items()}, jobs):
            texts = [text for slug in group for text in self._work[slug]["proofs"]]
            self._running.append((group, FreshVerification(texts)))

    def __enter__(self) -> Recalled:
        return self

    def __exit__(self, *error: object) -> None:
        for _, verification in self._running:
            verification.__exit__(*error)

    def __contains__(self, slug: str) -> bool:
        return slug in self._work

    def load(self, lemma: Lemma) -> None:
        """Read a lemma's kept work, all but the kernel's answers: to be done while the kernel is at it."""
        from ..plain import unpacked

        if lemma.slug in self._work:
            try:
                self._loaded[lemma.slug] = unpacked(self._work[lemma.slug])
            except DAMAGED:
                pass

    def report(self, lemma: Lemma) -> LemmaReport | None:
        """What the kept work comes to; None where there is none, or where it does not stand."""
        from ..check import Verdict, report

        if lemma.slug not in self._loaded:
            return None
        try:
            found = report(lemma, self._loaded[lemma.slug], self._said(lemma.slug))
        except DAMAGED:
            return None
        return found if found.verdict is Verdict.PROVED else None

    def _said(self, slug: str) -> list[dict[str, Any]]:
        """The kernel's answers about a lemma's proofs."""
        while slug not in self._answers:
            group, verification = self._running.pop(0)
            with verification:
                answers = iter(verification.answers())
            for name in group:
                self._answers[name] = [next(answers) for _ in self._work[name]["proofs"]]
        return self._answers[slug]


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
    """The names in order, cut into at most `count` groups of about the same size."""
    groups: list[list[str]] = [[]]
    total, share = 0, sum(sizes.values()) / max(count, 1)
    for name, size in sizes.items():
        if groups[-1] and total >= share * len(groups):
            groups.append([])
        groups[-1].append(name)
        total += size
    return groups if groups[0] else []
