"""Makes the lemmas' formulas plain: `python -m adamproof.bounds.theorems.compiling` writes them into compiled.json.

It writes what `compiling_schedules` makes as well.

Everything is read from `from_lemmas` and `magnitude_formulas`, hence from the lemmas.  The digest is that of every
lemma file that these import, directly or not, and of the modules here that read them.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ...support import files
from ..formulas.parameters import THEOREMS
from ..formulas.statement import CORRECTED, Theorem
from ..formulas.symbolic import plain_form, plain_relation
from . import magnitude_formulas
from .formula_table import FILE, FORMAT, Table, key, written
from .from_lemmas import theorem
from .sources import digest, with_lemmas

READERS = (
    "bounds/formulas/symbolic.py",
    *(f"bounds/theorems/{name}.py" for name in ("compiling", "from_lemmas", "magnitude_formulas")),
)


def compiled() -> dict[str, Any]:
    """The content of the file, from the lemmas as they are."""
    table = Table()
    theorems = {key(*each): _theorem(theorem(*each), table) for each in _all()}
    magnitudes = {name: table.place(plain_form(each)) for name, each in magnitude_formulas.MAGNITUDES.items()}
    sources = with_lemmas(READERS)
    return {
        "format": FORMAT,
        "digest": digest(sources),
        "sources": sources,
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


def main() -> None:
    """Write the file, and that of the schedules, beside this module."""
    from . import compiling_schedules, schedule_table

    files.write(Path(__file__).with_name(FILE), written(compiled()))
    files.write(Path(__file__).with_name(schedule_table.FILE), written(compiling_schedules.compiled()))


if __name__ == "__main__":
    main()
