"""Makes the lemmas' formulas into plain ones: `python -m adamproof.bounds.compiling` writes them into compiled.json.

Everything is read from `theorems` and `magnitude_formulas`, hence from the lemmas.  The digest is that of every lemma
file that these import, directly or not, and of the modules here that read them.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ..support import files, package_data
from . import magnitude_formulas
from .compiled import FILE, FORMAT, Table, digest, key, written
from .parameters import THEOREMS
from .statement import CORRECTED, Theorem
from .symbolic import plain_form, plain_relation
from .theorems import theorem

READERS = ("bounds/compiling.py", "bounds/magnitude_formulas.py", "bounds/symbolic.py", "bounds/theorems.py")


def compiled() -> dict[str, Any]:
    """The content of the file, from the lemmas as they are."""
    table = Table()
    theorems = {key(*each): _theorem(theorem(*each), table) for each in _all()}
    magnitudes = {name: table.place(plain_form(each)) for name, each in magnitude_formulas.MAGNITUDES.items()}
    found = sources()
    return {
        "format": FORMAT,
        "digest": digest(found),
        "sources": found,
        "theorems": theorems,
        "magnitudes": magnitudes,
        "formulas": table.nodes,
    }


def _all() -> Iterator[tuple[str, int, bool]]:
    for name in THEOREMS:
        for case in (1, 2) if name == "corollary" else (1,):
            yield from ((name, case, corrected) for corrected in ((False, True) if name in CORRECTED else (False,)))


def _theorem(found: Theorem, table: Table) -> dict[str, Any]:
    relations = {title: plain_relation(relation) for title, relation in found.hypotheses.items()}
    return {
        "label": found.lemma.label,
        "slug": found.lemma.slug,
        "claim": found.claim.name,
        "left": found.left,
        "terms": {part: table.place(plain_form(term)) for part, term in found.terms.items()},
        "bound": table.place(plain_form(found.bound)),
        "scale": {symbol: table.place(plain_form(each)) for symbol, each in found.scale.items()},
        "hypotheses": {
            title: [*map(table.place, relation.args), relation.strict, relation.text]
            for title, relation in relations.items()
        },
        "assumed": list(found.assumed),
        "trivial": [[table.place(plain_form(each.value)), each.text, each.why] for each in found.trivial],
    }


# --- what it is made from -----------------------------------------------------------------------


def sources() -> list[str]:
    """The files that the formulas are made from, named from the package's folder."""
    found: dict[str, None] = dict.fromkeys(READERS)
    left = list(READERS)
    while left:
        for name in _imported(left.pop()):
            if name not in found:
                found[name] = None
                left.append(name)
    return sorted(found)


def _imported(source: str) -> Iterator[str]:
    """The lemma files that a source imports, and the packages that they are in."""
    room, *names = source.split("/")
    tree = ast.parse(package_data.text(package_data.folder(*names, package=f"adamproof.{room}")))
    here = [room, *names[:-1]]
    for node in ast.walk(tree):
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


def main() -> None:
    """Write the file beside this module."""
    files.write(Path(__file__).with_name(FILE), written(compiled()))


if __name__ == "__main__":
    main()
