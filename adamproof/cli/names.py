"""From the words on the command line to lemmas."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..checking.assumptions import matching, unknown
from ..theory.index import chapters, labels, names, unknown_lemma
from . import kinds
from .errors import CliError

if TYPE_CHECKING:
    from ..checking.pool import Workers
    from ..checking.report import About

WORDS = ("lemma", "theorem", "corollary", "result")  # "check lemma B.2" is "check B.2"
ALL = "all"
LIKE_A_FILE = re.compile(r"\.[A-Za-z][A-Za-z0-9_]+$")  # B.2 and 3.3 are labels


@dataclass(frozen=True)
class Target:
    """A lemma by slug, of the library or of a user's file."""

    slug: str
    path: str | None = None


def resolve(words: Sequence[str], workers: Workers) -> list[Target]:
    """The lemmas that were named, in order, each once.  Raises CliError on a name that none has."""
    found = dict.fromkeys(target for name in _names(words) for target in _named(name, workers))
    places: dict[str, Target] = {}
    for target in found:
        if places.setdefault(target.slug.casefold(), target) is not target:
            raise CliError(f"two different lemmas are named {target.slug}; check one at a time")
    return list(found)


def _names(words: Sequence[str]) -> list[str]:
    """The words without "lemma", "theorem", ..., which only introduce a name."""
    _refuse_parts(words)
    found = []
    for word in words:
        if not word.strip():
            raise CliError("the name of a lemma must not be empty (`adamproof list` shows all)")
        first, _, rest = word.strip().partition(" ")
        if first.lower() in WORDS:
            word = rest.strip()
        if word.strip():
            found.append(word)
    if not found or words[-1].lower() in WORDS:
        raise CliError(f"a name is missing after {words[-1]!r} (`adamproof list` shows all)")
    return found


def _refuse_parts(words: Sequence[str]) -> None:
    """Refuse words that are a lemma's name with spaces for hyphens: `check main theorem`.  Raises CliError."""
    name = "-".join(word.strip().lower() for word in words)
    if len(words) > 1 and name in chapters():
        raise CliError(f"{' '.join(words)!r} is read as {len(words)} names; did you mean {name}?")


def _named(name: str, workers: Workers) -> list[Target]:
    if name.endswith(".py"):
        kinds.refuse_pipe(name)
        if not os.path.lexists(name):
            raise CliError(kinds.missing(name))
        return [Target(about.slug, name) for about in declared(name, workers)]
    if os.sep in name:
        _refuse_other_files(name)
        raise CliError(_no_lemma_file(name) if os.path.lexists(name) else kinds.missing(name))
    if name.lower() == ALL:
        return [Target(slug) for slug in chapters()]
    return [Target(_slug(name))]


def _slug(name: str) -> str:
    """The slug of a lemma of the library, named by its slug or its label.  Raises CliError with a suggestion."""
    wanted = name.strip().lower().replace("_", "-")
    slug = labels().get(wanted, wanted)
    if slug in chapters():
        return slug
    _refuse_other_files(name)
    if os.path.exists(name):
        raise CliError(_no_lemma_file(name))
    if LIKE_A_FILE.search(name):
        raise CliError(kinds.missing(name))
    raise CliError(unknown_lemma(name, names()))


def _no_lemma_file(name: str) -> str:
    return f"{name} is a file; a file of lemmas has a name that ends in .py"


def _refuse_other_files(name: str) -> None:
    kinds.refuse_other(name, "a file of lemmas (NAME.py)")
    if name.endswith(".json") and os.path.exists(name):  # damaged, perhaps; it must not run as Python
        raise CliError(f"{name} is not a file of lemmas (NAME.py); `adamproof verify {name}` reads proof files")


def declared(path: str, workers: Workers) -> list[About]:
    """The lemmas that a user's file says it declares.  Raises CliError."""
    from ..checking.pool import WorkerFailed, refuse_names_of_the_library

    if not path.isprintable():  # a line break in a name would write lines of its own
        raise CliError(f"the name {path!r} has unprintable characters: rename the file")
    found = abouts(workers, path)
    try:
        for about in found:
            refuse_names_of_the_library(path, about)
    except WorkerFailed as failed:
        raise CliError(str(failed)) from None
    return found


def abouts(workers: Workers, path: str | None = None, slugs: Sequence[str] = ()) -> list[About]:
    """The lemmas of a file or of the library, described; those with these slugs, if any are named.  Raises CliError."""
    from ..checking.serialize import NotFindings, unpacked_about

    data = answered(workers, path, "about", slugs=list(slugs))
    try:
        found = [unpacked_about(entry) for entry in data.get("about", ())]
    except (NotFindings, TypeError) as error:
        raise CliError(f"{path or 'the library'} sent data that do not describe a lemma: {error}") from None
    if not found or len({about.slug.casefold() for about in found}) < len(found):
        raise CliError(f"{path or 'the library'} sent no lemma, or one twice")
    return found


def answered(workers: Workers, path: str | None, task: str, **more: Any) -> dict[str, Any]:
    """The answer to a task about a whole file or the library.  Raises CliError when there is none."""
    from ..checking.pool import WorkerFailed

    try:
        return workers.ask(path, task, **more)
    except WorkerFailed as failed:
        raise CliError(str(failed), failed.trace) from None


def concerned(targets: Sequence[Target], without: str, workers: Workers) -> list[Target]:
    """Those of several lemmas that have an assumption of this name.  Raises CliError if none has."""
    if len(targets) == 1:
        return list(targets)  # the lemma says itself what it has
    paths = dict.fromkeys(target.path for target in targets)
    slugs = {path: [target.slug for target in targets if target.path == path] for path in paths}
    described = [about for path in paths for about in abouts(workers, path, slugs[path])]
    found = {about.slug: list(about.assumptions) for about in described}  # no two of the targets share a slug
    kept = [target for target in targets if matching(found.get(target.slug, ()), without)]
    if not kept:
        known = dict.fromkeys(name for assumptions in found.values() for name in assumptions)
        raise CliError(str(unknown(known, without, f"none of the {len(targets)} lemmas has an")))
    return kept
