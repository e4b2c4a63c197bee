"""What the lemmas of the library state, by digest, as `stated.json` has it (`stating` writes it).

An answer from the cache counts only for what its lemma states.  Without this file a process has to import SymPy and the
lemma to say that.  The file names the digest of the sources that say it: where one of them has changed, it is not used.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from functools import cache

from ..support import package_data
from .report import Findings
from .serialize import packed

FILE, FORMAT = "stated.json", 1
SOURCES = (
    "checking/pipeline.py", "checking/report.py", "checking/serialize.py", "kernel/", "lemmas/", "prover/",
    "support/foreign_text.py", "theory/",
)  # fmt: skip


def key(slug: str, claim: str | int = "", mutants: bool = False) -> str:
    """What an outline is kept under: of a whole lemma, or of one claim alone (by name, or FIRST)."""
    return "/".join([slug, str(claim), "with near misses" if mutants else ""])


def digest(outline: Findings) -> str:
    """Of a lemma as it is stated."""
    return hashlib.sha256(json.dumps(packed(outline)).encode()).hexdigest()


def sources() -> str:
    """The digest of what says what a lemma states.  Raises OSError."""
    return package_data.digest_of(*SOURCES)


@cache
def digests() -> Mapping[str, str]:
    """What the file has; nothing where there is no such file, or where it is old."""
    try:
        kept = json.loads(package_data.text(package_data.folder("checking", FILE)))
        return dict(kept["stated"]) if (kept["format"], kept["sources"]) == (FORMAT, sources()) else {}
    except (OSError, ValueError, KeyError, TypeError):
        return {}


def written(found: Mapping[str, str]) -> str:
    """The content of the file for these digests."""
    return json.dumps({"format": FORMAT, "sources": sources(), "stated": found}, indent=0, sort_keys=True) + "\n"
