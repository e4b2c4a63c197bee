"""Which lemma files there are, without importing them (or SymPy)."""

from __future__ import annotations

import importlib
import pkgutil
import re
from functools import cache

from ..support import package_data

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


def labels() -> dict[str, str]:
    """The slugs of the lemmas that have a label in the source, by label in lower case."""
    found: dict[str, str] = importlib.import_module("adamproof.lemmas").LABELS
    return found


def names() -> list[str]:
    """What a lemma may be called on the command line: every slug, and the labels of the source."""
    return [*chapters(), *map(str.upper, labels())]


def _slug(module: str) -> str:
    return module.rpartition(".")[2].replace("_", "-")


def _declares(module: str) -> bool:
    return bool(DECLARES.search(package_data.source_of(module)))
