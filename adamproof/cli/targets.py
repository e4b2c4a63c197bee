"""From the words on the command line to lemmas."""

from __future__ import annotations

import difflib
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

from .errors import CliError, from_exception

if TYPE_CHECKING:
    from ..lemma import Lemma

WORDS = ("lemma", "theorem", "corollary", "result")  # "check lemma B.2" is "check B.2"
ALL = "all"
Found = TypeVar("Found")


@dataclass(frozen=True)
class Target:
    """A lemma by slug, of the registry or of a user's file: small enough to hand to another process."""

    slug: str
    path: str | None = None

    def lemma(self) -> Lemma:
        if self.path is not None:
            from .user_files import load

            return next(lemma for lemma in load(self.path) if lemma.slug == self.slug)
        from ..registry import get

        return _readable(get, self.slug)


def resolve(words: Sequence[str]) -> list[Target]:
    """The lemmas that were named, in order, each once.  Raises CliError on a name that none has."""
    found = dict.fromkeys(target for name in _names(words) for target in _named(name))
    places: dict[str, Target] = {}
    for target in found:
        if places.setdefault(target.slug, target) is not target:
            raise CliError(f"two different lemmas are named {target.slug}; check them one at a time")
    return list(found)


def _names(words: Sequence[str]) -> list[str]:
    """The words without "lemma", "theorem", ..., which only introduce a name."""
    names = []
    for word in words:
        first, _, rest = word.strip().partition(" ")
        if first.lower() in WORDS:
            word = rest.strip()
        if word.strip():
            names.append(word)
    if not names or words[-1].lower() in WORDS:
        raise CliError(f"a name is missing after {words[-1]!r} (`adamproof list` shows all)")
    return names


def _named(name: str) -> list[Target]:
    if name.endswith(".py") or os.sep in name:
        from .user_files import load

        if not name.endswith(".py"):
            _refuse_other_files(name)

        return [Target(lemma.slug, name) for lemma in load(name)]
    if name.lower() == ALL:
        from ..catalogue import chapters  # without importing the lemmas: the cache may have what is asked

        return [Target(slug) for slug in chapters()]
    from ..registry import UnknownLemma, get

    try:
        return [Target(_readable(get, name).slug)]
    except UnknownLemma as unknown:
        _refuse_other_files(name)
        if os.path.exists(name):
            raise CliError(f"{name} is a file; a file of lemmas has a name that ends in .py") from None
        raise CliError(str(unknown.args[0])) from None


def _refuse_other_files(name: str) -> None:
    from . import kinds

    kinds.refuse_other(name, "a file of lemmas (NAME.py)")
    if name.endswith(".json") and os.path.exists(name):  # damaged, perhaps; it must not run as Python
        raise CliError(f"{name} is not a file of lemmas (NAME.py); `adamproof verify {name}` reads proof files")


def concerned(targets: Sequence[Target], without: str) -> list[Target]:
    """Those of several lemmas that have an assumption of this name.  Raises CliError if none has."""
    from ..without import matching, unknown

    if len(targets) == 1:
        return list(targets)  # the lemma says itself what it has
    found = [target for target in targets if matching(list(target.lemma().assumptions), without)]
    if not found:
        names = dict.fromkeys(name for target in targets for name in target.lemma().assumptions)
        raise CliError(str(unknown(names, without, f"none of the {len(targets)} lemmas has an")))
    return found


def registered() -> tuple[Lemma, ...]:
    """All lemmas of the registry.  Raises CliError when one of their files cannot be imported."""
    from ..registry import lemmas

    return _readable(lemmas)


def _readable(look: Callable[..., Found], *args: str) -> Found:
    """Look something up in the registry; what goes wrong in a lemma's file becomes one sentence."""
    from ..registry import UnknownLemma

    try:
        return look(*args)
    except UnknownLemma:
        raise
    except Exception as error:
        raise from_exception(error, None, "the lemma files cannot be imported") from error


def narrowed(lemma: Lemma, name: str | None) -> Lemma:
    """The lemma with the one claim of this name and its mutants; all of it if there is no name."""
    if name is None:
        return lemma
    names = [claim.name for claim in lemma.claims]
    if name not in names:
        close = difflib.get_close_matches(name, names, n=1, cutoff=0.4)
        hint = f"; did you mean {close[0]!r}?" if close else ""
        raise CliError(f"{lemma.slug} has no claim {name!r}{hint} (it has {', '.join(map(repr, names))})")
    # A mutant that names no claim is one of the first claim: decided here, while the first claim is still there.
    mutants = [mutant for mutant in lemma.mutants if lemma.claim(mutant.claim).name == name]
    return replace(lemma, claims=[lemma.claim(name)], mutants=mutants)
