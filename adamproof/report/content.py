"""What a whole report consists of, whatever its form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from ..checking import near_record
from ..claims import glance
from ..claims.verdicts import ClaimVerdict
from ..crosscheck.records import Opinions, lines
from ..experiments.observed import Observed
from ..theory.index import chapters
from .parts import Part

TITLE = "adamproof: a convergence proof of Adam, checked by machine"
OWN = "Your lemmas"


@dataclass(frozen=True)
class Content:
    """The parts of the lemmas in order, the claims of the source (if asked for), runs, versions, a date if given.

    opinions: what other checkers have said about the proofs.  short: without what stands behind disclosure elements.
    """

    parts: Sequence[Part]
    claims: Sequence[ClaimVerdict]
    runs: Sequence[Observed]
    versions: Mapping[str, str]
    date: str = ""
    title: str = TITLE
    opinions: Sequence[Opinions] = ()
    short: bool = False

    @cached_property
    def slugs(self) -> frozenset[str]:
        return frozenset(part.slug for part in self.parts)

    @cached_property
    def checked(self) -> list[tuple[str, str]]:
        """For all proofs: who checked them, with what result; the kernel first."""
        return lines([proof for part in self.parts for proof in part.proofs], self.opinions)

    @property
    def lines(self) -> list[tuple[str, str]]:
        """The lines of evidence: who checked the proofs, and the near misses of the library."""
        return [*self.checked, near_record.line()]

    def said_of(self, part: Part) -> list[str]:
        """What the kernel and each other checker say of a lemma's proofs."""
        return [part.verdict, *(opinion.verdicts(part.proofs) for opinion in self.opinions)]

    @cached_property
    def chapters(self) -> list[tuple[str, list[Part]]]:
        """The parts by chapter, in the order in which the chapters come up."""
        place = chapters()
        found: dict[str, list[Part]] = {}
        for part in self.parts:
            name = place[part.slug].capitalize() if part.slug in place else OWN
            found.setdefault(name, []).append(part)
        return list(found.items())

    @property
    def summary(self) -> str:
        """How many lemmas came to which verdict, and the same for the claims of the source."""
        text = _counted("lemma", "lemmas", [part.verdict for part in self.parts])
        if self.claims:
            verdicts = [glance.word(entry.verdict.word) for entry in self.claims]
            text += f"; {_counted('claim', 'claims', verdicts)} of the source"
        return text


def _counted(one: str, many: str, verdicts: Sequence[str]) -> str:
    counts = [f"{verdicts.count(verdict)} {verdict}" for verdict in dict.fromkeys(verdicts)]
    return f"{len(verdicts)} {one if len(verdicts) == 1 else many} ({', '.join(counts)})"
