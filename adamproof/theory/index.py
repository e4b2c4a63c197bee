"""Which lemma files there are, without importing them (or SymPy)."""

from __future__ import annotations

import difflib
import importlib
import pkgutil
import re
from collections.abc import Iterable
from functools import cache

from ..support import package_data
from ..support.foreign_text import latin

WORDS = (  # that stand where names of lemmas do, and the commands
    *("all", "lemma", "theorem", "corollary", "result"),
    *("audit", "bound", "cache", "check", "claims", "completion", "experiment", "explore", "export", "graph", "list"),
    *("magnitude", "mutants", "rate", "report", "schedule", "show", "simulate", "sweep", "verify"),
)
# What may stand before a name, and after one, without making it another.
BEFORE = (
    "by|see|the|this|is|no|number|appendix|lemma|lem|theorem|thm|corollary|cor|proposition|prop|equation|eq|result"
)
AFTER = "lemma|theorem|corollary|proposition|result|bound|claim"
SEPARATORS = re.compile(r"""[\s._()\[\]:;,'"#!*/\u2010-\u2015\u2212-]+""")
DECLARES = re.compile(r"^lemma\s*(:[^=\n]*)?=", re.MULTILINE)


@cache
def modules() -> tuple[str, ...]:
    """The modules below adamproof.lemmas, chapter by chapter, then by name; none of them is imported."""
    package = importlib.import_module("adamproof.lemmas")
    found = [info.name for info in pkgutil.walk_packages(package.__path__, "adamproof.lemmas.")]
    chapters = {chapter: number for number, chapter in enumerate(package.CHAPTERS)}
    return tuple(sorted(found, key=lambda name: (chapters.get(name.split(".")[2], len(chapters)), name)))


@cache
def chapters() -> dict[str, str]:
    """The chapter of each lemma, by slug, in order: a file that declares a lemma is called like its slug."""
    return {_slug(module): module.split(".")[2] for module in modules() if _declares(module)}


@cache
def lengths() -> dict[str, int]:
    """How long the file of each lemma is, by slug, in characters."""
    return {_slug(module): len(package_data.source_of(module)) for module in modules()}


def labels() -> dict[str, str]:
    """The slugs of the lemmas that have a label in the source, by label in lower case."""
    found: dict[str, str] = importlib.import_module("adamproof.lemmas").LABELS
    return found


def names() -> list[str]:
    """What a lemma may be called on the command line: every slug, and the labels of the source."""
    return [*chapters(), *map(str.upper, labels())]


def taken(name: str, words: bool = True) -> str:
    """Why a user's lemma or assumption must not have this name: it is, or reads like, one of the library's; else "".

    words: whether it must not be a word of the command line either.
    """
    if latin(name).strip() in (known.lower() for known in names()):
        return "is the name of another lemma"
    if words and _folded(name) in _reserved():
        return "is a keyword of the command line"
    like = read_as(name)
    return f"reads like {like}, which is the name of another lemma" if like else ""


def read_as(name: str) -> str:
    """The lemma of the library for which a reader may take this name; "" if none."""
    plain = latin(name).strip()
    for text in (name, re.sub(rf"\W+({AFTER})\W*$", "", plain)):
        if like := _known().get(_folded(text)):
            return like
    return next((known for known in names() if _beginning(known).match(plain)), "")


@cache
def _reserved() -> frozenset[str]:
    return frozenset(map(_folded, WORDS))


@cache
def _known() -> dict[str, str]:
    """The names of the library's lemmas, by what is left of each when it is folded."""
    return {_folded(known): known for known in names()}


def _folded(name: str) -> str:
    """A name where case, punctuation, introductory words and letters that look alike make no difference."""
    plain = SEPARATORS.sub(" ", re.sub(r"^\W+|\W+$", "", latin(name))).strip()
    plain = re.sub(rf"^(({BEFORE}) )+", "", plain).replace(" ", "")
    return plain.translate(str.maketrans("01i", "oll")).replace("rn", "m").replace("vv", "w")


@cache
def _beginning(known: str) -> re.Pattern[str]:
    """How a name begins that seems to be a label of the source and more (no formula), or a claim: "norms (p = 2)"."""
    label = known.lower() in labels()
    end = r"(?![\w.]|\s*[<=>!+*/^\u2260-\u2265])" if label else r"\s*[(:]"
    text = known.lower().replace("b", "[b8]").replace(".", r"\W") if label else re.escape(known.lower())
    between = r"\W*" if label else r"\W+"
    return re.compile(rf"\W*(({BEFORE}){between})*{text}{end}")


def _slug(module: str) -> str:
    return module.rpartition(".")[2].replace("_", "-")


def _declares(module: str) -> bool:
    return bool(DECLARES.search(package_data.source_of(module)))


def unknown_lemma(name: str, known: Iterable[str]) -> str:
    """What is said of a name that no lemma has, with the one of these that is most like it."""
    wanted, written = name.strip().lower().replace("_", "-"), {other.lower(): other for other in known}
    close = difflib.get_close_matches(wanted, written, n=1, cutoff=0.4)
    hint = f"; did you mean {written[close[0]]}?" if close else ""
    return f"there is no lemma named {name!r}{hint} (`adamproof list` shows all)"
