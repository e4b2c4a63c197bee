"""What became of the near misses that the tool makes of the library's claims, as `near_misses.json` has it.

`near_recording` writes the file.  Making it takes minutes, so that it comes with the package.  What it says of a lemma
counts while the lemma's file, what it states, and the code that decides counterexamples are as they were; "open" may
since have become a proof by a better search.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from ..support import package_data
from ..theory.index import chapters
from . import stated
from .twins import DROPPED

FILE, FORMAT = "near_misses.json", 1
SOURCES = ("checking/near_misses.py", "checking/twins.py", "kernel/", "numeric/", "prover/refute.py")
STATUSES = ("rejected", "proved", "open")
NAME = "near misses"


@dataclass(frozen=True)
class Kept:
    """What became of a near miss; see `twins` and `report.TwinReport`."""

    claim: str
    kind: str
    name: str
    assumption: str
    status: str
    stronger: bool

    def row(self) -> list[Any]:
        return [self.claim, self.kind, self.name, self.assumption, self.status, self.stronger]


def sources() -> str:
    """The digest of the code that makes near misses and decides counterexamples.  Raises OSError."""
    return package_data.digest_of(*SOURCES)


def digest(slug: str) -> str:
    """Of a lemma's file and what it states; empty where that is not known.  Raises OSError."""
    outline = stated.digests().get(stated.key(slug, mutants=True), "")
    file = package_data.source_digests().get(f"lemmas/{chapters().get(slug)}/{slug.replace('-', '_')}.py", "")
    return hashlib.sha256(f"{outline} {file}".encode()).hexdigest() if outline and file else ""


@cache
def kept() -> Mapping[str, tuple[Kept, ...]]:
    """The near misses of each lemma, by slug; without those whose entry is old, and empty where the file is."""
    try:
        content = json.loads(package_data.text(package_data.folder("checking", FILE)))
        if (content["format"], content["sources"]) != (FORMAT, sources()):
            return {}
        entries = {slug: entry for slug, entry in content["lemmas"].items() if entry["digest"] == digest(slug) != ""}
        return {slug: tuple(Kept(*row) for row in entry["near misses"]) for slug, entry in entries.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def written(found: Mapping[str, Iterable[Kept]]) -> str:
    """The content of the file for these near misses."""
    rows = {slug: [each.row() for each in entries] for slug, entries in sorted(found.items())}
    lemmas = {slug: {"digest": digest(slug), "near misses": entries} for slug, entries in rows.items()}
    content = {"format": FORMAT, "sources": sources(), "lemmas": lemmas}
    return json.dumps(content, indent=0) + "\n"


@dataclass(frozen=True)
class Summary:
    """Counts over the library.  lemmas: (with an entry that counts, all).

    claims: with a near miss at all, and with one that is rejected.  assumptions: of all claims, by what the claim is
    without them: "rejected" (false), "proved" (not needed) or "open".
    """

    lemmas: tuple[int, int]
    claims: tuple[int, int]
    statuses: Mapping[str, int]
    assumptions: Mapping[str, int]

    def __str__(self) -> str:
        """In one line."""
        if not self.lemmas[0]:
            return "none recorded for the lemmas as they are"
        count, all_ = self.lemmas
        of = "" if count == all_ else f" (of {count} of {all_} lemmas; the others have changed since)"
        made, assumed = sum(self.statuses.values()), sum(self.assumptions.values())
        return (
            f"{made} made of {self.claims[0]} claims{of}: {_counts(self.statuses)}; {self.claims[1]} claims have a "
            f"rejected one. Of {assumed} assumptions, {self.assumptions['rejected']} cannot be dropped (the claim is "
            f"then false), {self.assumptions['proved']} are not needed, {self.assumptions['open']} are open (recorded)"
        )


def _counts(statuses: Mapping[str, int]) -> str:
    words = {"rejected": "rejected with a counterexample", "proved": "still proved", "open": "open"}
    return ", ".join(f"{statuses[status]} {words[status]}" for status in STATUSES)


def summary(found: Mapping[str, Sequence[Kept]] | None = None) -> Summary:
    """Over these near misses, by slug; by default those that come with the package."""
    entries = kept() if found is None else found
    each = [(slug, one) for slug, rows in entries.items() for one in rows]
    claims = {(slug, one.claim) for slug, one in each}
    rejected = {(slug, one.claim) for slug, one in each if one.status == "rejected"}
    statuses = {status: sum(one.status == status for _, one in each) for status in STATUSES}
    dropped = [one for _, one in each if one.kind == DROPPED]
    assumptions = {status: sum(one.status == status for one in dropped) for status in STATUSES}
    return Summary((len(entries), len(chapters())), (len(claims), len(rejected)), statuses, assumptions)


def line() -> tuple[str, str]:
    """A line of evidence: its name, and the summary of what comes with the package."""
    return NAME, str(summary())

