"""What compiled formulas are made from: source files of the package, named from its folder, and their digest."""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterable, Iterator

from ...support import package_data


def digest(sources: Iterable[str]) -> str:
    """The SHA-256 of source files, named like "lemmas/notation.py".  Raises OSError."""
    found = hashlib.sha256()
    for source in sources:
        text = _text(source)
        found.update(f"{source} {len(text)}\n{text}".encode())
    return found.hexdigest()


def _text(source: str) -> str:
    room, *names = source.split("/")
    return package_data.text(package_data.folder(*names, package=f"adamproof.{room}"))


def with_lemmas(readers: Iterable[str]) -> list[str]:
    """These modules and every lemma file that they import, directly or not, sorted."""
    found: dict[str, None] = dict.fromkeys(readers)
    left = list(found)
    while left:
        for name in _imported(left.pop()):
            if name not in found:
                found[name] = None
                left.append(name)
    return sorted(found)


def _imported(source: str) -> Iterator[str]:
    """The lemma files that a source imports, and the packages that they are in."""
    here = source.split("/")[:-1]
    for node in ast.walk(ast.parse(_text(source))):
        if isinstance(node, ast.ImportFrom):
            start = here[: len(here) - node.level + 1] if node.level else []
            parts = [*start, *(node.module.split(".") if node.module else [])]
            parts = parts[1:] if parts[:1] == ["adamproof"] else parts
            if parts[:1] == ["lemmas"]:
                yield from (f for alias in node.names for f in _files(parts[1:], alias.name))


def _files(folders: list[str], name: str) -> Iterator[str]:
    for names in (*(folders[:end] for end in range(len(folders) + 1)), [*folders, name]):
        for file in ([*names, "__init__.py"], [*names[:-1], f"{names[-1]}.py"] if names else []):
            if file and package_data.folder(*file, package="adamproof.lemmas").is_file():
                yield "/".join(["lemmas", *file])


__all__ = ["digest", "with_lemmas"]
