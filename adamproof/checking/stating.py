"""Makes the digests of what the lemmas state: `python -m adamproof.checking.stating` writes them into stated.json."""

from __future__ import annotations

from pathlib import Path

from ..support import files
from ..theory.library import lemmas
from . import stated
from .pipeline import outline
from .request import FIRST


def computed() -> dict[str, str]:
    """The digests of all lemmas, with and without their near misses, and of each claim alone."""
    found = {}
    for lemma in lemmas():
        for mutants in (False, True):
            found[stated.key(lemma.slug, mutants=mutants)] = stated.digest(outline(lemma, mutants))
        for claim in lemma.claims:
            alone = lemma.narrowed(claim.name)
            found[stated.key(lemma.slug, claim.name)] = stated.digest(outline(alone, False))
        found[stated.key(lemma.slug, FIRST)] = stated.digest(outline(lemma.narrowed(None), False))
    return found


if __name__ == "__main__":
    files.write(Path(__file__).with_name(stated.FILE), stated.written(computed()))
