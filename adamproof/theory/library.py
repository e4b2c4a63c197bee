"""Finding lemmas: every module of the package adamproof.lemmas that declares one."""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Sequence
from functools import cache

from ..prover.record import Step
from .index import labels, modules, names, unknown_lemma
from .lemma import Claim, Derivation, Lemma, LemmaError, derive_claim


class UnknownLemma(LookupError):
    """A name that no lemma has; the message suggests one that exists."""


@cache
def lemmas() -> tuple[Lemma, ...]:
    """All lemmas: chapter by chapter, then by each lemma's module name."""
    declared = (getattr(importlib.import_module(module), "lemma", None) for module in modules())
    return tuple(lemma for lemma in declared if isinstance(lemma, Lemma))


@cache
def _by_file(slug: str) -> Lemma | None:
    """The lemma of the file that is called like it; only that file and what it needs are imported."""
    for module in modules():
        if module.rpartition(".")[2] == slug.replace("-", "_"):
            lemma = getattr(importlib.import_module(module), "lemma", None)
            if isinstance(lemma, Lemma) and lemma.slug == slug:
                return lemma
    return None


_declared: dict[str, Lemma] = {}


def declare(found: Iterable[Lemma]) -> None:
    """Let the lemmas of a user's file be cited by one another.  Raises LemmaError where one takes another's name."""
    for lemma in found:
        for name in filter(None, (lemma.slug, lemma.label)):
            other = _named(name)
            if other is not None and other is not lemma:
                raise LemmaError(f"{name} is the name of another lemma ({other.title}); choose a different one")
        _declared[lemma.slug] = lemma


def _named(name: str) -> Lemma | None:
    """The lemma of this slug or label; of the library's files, only its own is imported."""
    wanted = name.lower()
    own = (lemma for lemma in _declared.values() if wanted in (lemma.slug.lower(), (lemma.label or "").lower()))
    return _by_file(labels().get(wanted, wanted)) or next(own, None)


def get(name: str) -> Lemma:
    """The lemma of this slug or label.  Raises UnknownLemma with a suggestion.

    name: in letters of any case.
    """
    wanted = name.strip().lower().replace("_", "-")
    found = _named(wanted)
    if found is not None:
        return found
    declared = [own for lemma in _declared.values() for own in (lemma.slug, lemma.label) if own]
    raise UnknownLemma(unknown_lemma(name, [*names(), *declared]))


def theorem_of(slug: str, claim: str | None = None) -> Step:
    """The theorem of a lemma's claim, derived once in this process (the verdict still comes from verifying)."""
    return _derivation(slug, get(slug).claim(claim).name).theorem


def derivation_of(lemma: Lemma, claim: Claim) -> Derivation:
    """The claim's derivation; for a lemma that can be cited it is made once in this process, cited or checked."""
    citable = _declared.get(lemma.slug) or _by_file(lemma.slug)
    if citable is lemma and lemma.claim(claim.name) is claim:
        return _derivation(lemma.slug, claim.name)
    return derive_claim(lemma, claim, theorem_of)


_under_way: list[tuple[str, str]] = []  # claims, each cited for the one before it


@cache
def _derivation(slug: str, claim: str) -> Derivation:
    if (slug, claim) in _under_way:
        raise LemmaError(_circle([*_under_way[_under_way.index((slug, claim)) :], (slug, claim)]))
    lemma = get(slug)
    _under_way.append((slug, claim))
    try:
        return derive_claim(lemma, lemma.claim(claim), theorem_of)
    finally:
        _under_way.pop()


def _circle(claims: Sequence[tuple[str, str]]) -> str:
    """What is wrong with citations that come back to the first claim."""
    names = [f"{slug} ({claim})" for slug, claim in claims]
    if len(names) == 2:
        return f"{names[0]} cites itself: that proves nothing"
    return f"{', which cites '.join(names).replace(', which', '', 1)}: citations in a circle prove nothing"
