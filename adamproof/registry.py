"""Finding lemmas: every module of the package adamproof.lemmas that declares one."""

from __future__ import annotations

import difflib
import importlib
import pkgutil
from functools import cache

from .lemma import Lemma, derive_claim
from .prover.record import Step


class UnknownLemma(LookupError):
    """A name that no lemma has; the message suggests one that exists."""


@cache
def lemmas() -> tuple[Lemma, ...]:
    """All lemmas, in the order of the folder: by package, then by each lemma's module name."""
    package = importlib.import_module("adamproof.lemmas")
    found = []
    for module in sorted(info.name for info in pkgutil.walk_packages(package.__path__, "adamproof.lemmas.")):
        declared = getattr(importlib.import_module(module), "lemma", None)
        if isinstance(declared, Lemma):
            found.append(declared)
    return tuple(found)


def names() -> dict[str, Lemma]:
    """Every way to name a lemma: slug and label, in lower case."""
    table = {lemma.slug: lemma for lemma in lemmas()}
    table |= {lemma.label.lower(): lemma for lemma in lemmas() if lemma.label}
    return table


def get(name: str) -> Lemma:
    """The lemma of this slug or label.  Raises UnknownLemma with a suggestion."""
    table = names()
    wanted = name.strip().lower().replace("_", "-")
    if wanted in table:
        return table[wanted]
    close = difflib.get_close_matches(wanted, table, n=1, cutoff=0.4)
    hint = (
        f"; did you mean {close[0] if close[0] in (x.slug for x in lemmas()) else close[0].upper()}?" if close else ""
    )
    raise UnknownLemma(f"there is no lemma named {name!r}{hint} (`adamproof list` shows all)")


@cache
def theorem_of(slug: str, claim: str | None = None) -> Step:
    """The theorem of a lemma's claim, derived once in this process (the verdict still comes from verifying)."""
    lemma = get(slug)
    return derive_claim(lemma, lemma.claim(claim), theorem_of).theorem
