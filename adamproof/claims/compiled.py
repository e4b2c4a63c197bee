"""Answers to the claims' calculations, read from `compiled.json`, which `python -m adamproof.claims.compiling` writes.

The file names the digest of what they were made from: where that has changed, nothing is taken from it, and the answers
are computed anew.  An answer counts, as ever, only for the statement that it was computed from (`exponents`).
"""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from ..checking.serialize import NotFindings
from ..support import package_data
from .exponents import Calculated, Calculation

FILE, FORMAT = "compiled.json", 1
SOURCES = ("bounds/formulas/", "bounds/orders/", "claims/calculations.py", "lemmas/", "prover/")  # of the answers


def digest() -> str:
    """Of the lemma files and of what computes exponents.  Raises OSError."""
    return package_data.digest_of(*SOURCES)


@cache
def answers() -> dict[Calculation, Calculated]:
    """What the file has; nothing where there is no such file, or where it is old."""
    try:
        kept = json.loads(package_data.text(package_data.folder("claims", FILE)))
        if (kept["format"], kept["digest"]) != (FORMAT, digest()):
            return {}
        return {Calculation.read(asked): Calculated.read(said) for asked, said in kept["answers"]}
    except (OSError, ValueError, KeyError, TypeError, NotFindings):
        return {}


def written(found: dict[Calculation, Calculated]) -> str:
    """The content of the file for these answers."""
    rows: list[Any] = sorted(([asked.data(), said.data()] for asked, said in found.items()), key=json.dumps)
    return json.dumps({"format": FORMAT, "digest": digest(), "answers": rows}, indent=0) + "\n"
