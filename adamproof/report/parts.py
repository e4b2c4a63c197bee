"""A lemma's part of a report: plain text made where the lemma was checked, so that it passes between processes.

A document is put together from parts (adamproof.report.html, adamproof.report.latex).  Its places are named by
`Places`, the same in every form: lemma-SLUG, lemma-SLUG.N for the Nth claim, .N.K for its Kth step, .N.aK for its
Kth assumption; in a slug there is no dot, so that no two places share a name.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from ..checking.report import ClaimReport, LemmaReport, Verdict
from ..crosscheck.records import CheckedProof, digest
from ..theory.graph import label_of

STEP = re.compile(r"step (\d+)")


@dataclass(frozen=True)
class Part:
    """What a report says about one lemma.

    bodies: the finished text, by form ("html", "latex").
    rests_on: slugs of the lemmas that its proofs cite; labels: A1, ..., C3 among the assumptions that they use;
    axioms: the cited ones, by name and source; proofs: those that the kernel accepted.
    """

    slug: str
    label: str
    title: str
    verdict: str
    bodies: Mapping[str, str]
    rests_on: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    axioms: tuple[tuple[str, str], ...] = ()
    proofs: tuple[CheckedProof, ...] = ()
    error: str = ""  # why it could not be checked at all


class Places:
    """Where the pieces of one lemma's part are, and what the words "rests on" of its proofs point to."""

    def __init__(self, report: LemmaReport, present: Collection[str]) -> None:
        self.report, self.present = report, present
        self.lemma = lemma_place(report.lemma.slug)

    def claim(self, number: int) -> str:
        return f"{self.lemma}.{number + 1}"

    def step(self, number: int, step: int) -> str:
        return f"{self.claim(number)}.{step + 1}"

    def assumption(self, number: int, position: int) -> str:
        """An assumption of a claim; it stands where the statement is printed."""
        return f"{self.claim(self.stated_at(number))}.a{position + 1}"

    def stated_at(self, number: int) -> int:
        """The claim at which this one's statement is printed: of equal statements in a row, only the first is."""
        claims = self.report.claims
        while number and _sequent(claims[number - 1]) == _sequent(claims[number]):
            number -= 1
        return number

    def of(self, number: int, basis: str) -> str | None:
        """The place of something that a step of this claim rests on; None if it is not in the document."""
        names = list(self.report.claims[number].hypotheses)
        if basis in names:
            return self.assumption(number, names.index(basis))
        step = STEP.fullmatch(basis)
        if step:
            return self.step(number, int(step.group(1)) - 1)
        cited = _places(self.report.claims[number]).get(basis)
        return f"{lemma_place(cited[0])}.{cited[1] + 1}" if cited and cited[0] in self.present else None


def lemma_place(slug: str) -> str:
    return f"lemma-{slug}"


def _places(claim: ClaimReport) -> dict[str, tuple[str, int]]:
    """The lemma and the number of the claim that a name such as "norms" or "rate (Adam)" cites."""
    return {name: (slug, number) for name, slug, number in claim.places}


def part_of(report: LemmaReport, bodies: Mapping[str, str]) -> Part:
    """The part of a lemma that has been checked."""
    lemma = report.lemma
    cited = {_places(claim)[basis][0] for claim in report.claims for basis in _cited(claim) if basis in _places(claim)}
    used = {label_of(name) for claim in report.claims for name in claim.used if name not in lemma.axioms}
    return Part(
        lemma.slug,
        lemma.label or "",
        lemma.title,
        str(report.verdict),
        bodies,
        tuple(sorted(cited - {lemma.slug})),
        tuple(sorted(used - {""})),
        tuple(dict.fromkeys(axiom for claim in report.claims for axiom in claim.citations)),
        tuple(
            CheckedProof(lemma.slug, claim.name, digest(claim.proof))
            for claim in report.claims
            if claim.verdict is Verdict.PROVED
        ),
    )


def _cited(claim: ClaimReport) -> list[str]:
    bases = (basis for step in claim.steps for basis in step.rests_on)
    return [basis for basis in bases if basis not in claim.hypotheses and not STEP.fullmatch(basis)]


def _sequent(claim: ClaimReport) -> tuple[object, object]:
    return claim.hypotheses, claim.conclusion
