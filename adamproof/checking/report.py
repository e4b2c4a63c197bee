"""What checking a lemma finds, and the answer that it leads to: plain data, which passes between processes.

Findings are what the process that ran the lemma file says: no verdict is part of them.  A report adds the kernel's
answers about the proof files (see `judge`).  Nothing here imports SymPy.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from enum import Enum
from fractions import Fraction
from functools import cached_property
from typing import Any

from ..kernel.terms import QUANTIFIERS, Term
from ..numeric.answers import BoxAnswer, Report, Witness
from ..theory.source import Source
from . import proof_steps
from .goal_view import GoalView
from .proof_steps import NamedStep
from .twins import Twin


class Verdict(Enum):
    """The answers; the exit code of each is its value's second part."""

    PROVED = ("PROVED", 0)
    REFUTED = ("REFUTED", 1)
    REJECTED = ("REJECTED", 1)
    UNDECIDED = ("UNDECIDED", 3)

    def __str__(self) -> str:
        return self.value[0]

    @property
    def exit_code(self) -> int:
        return self.value[1]


# --- what the process that ran the file says ----------------------------------------------------


@dataclass(frozen=True)
class About:
    """Which lemma it is.

    claims: their names.  assumptions: all that the lemma states, by name; axioms: the names of those that are cited
    from the literature.
    constants: by name, as SymPy prints them, and as terms where they can be written so.
    """

    slug: str
    label: str | None
    title: str
    source: Source
    where: str
    claims: tuple[str, ...] = ()
    notes: str = ""
    constants: Mapping[str, tuple[str, Term | None]] = field(default_factory=dict)
    assumptions: Mapping[str, Term] = field(default_factory=dict)
    axioms: tuple[str, ...] = ()


@dataclass(frozen=True)
class ClaimFindings:
    """A claim as it is stated, and what was found about it.

    hypotheses: by name.  box: exact ranges for the check by intervals.  has_models: whether it comes with models.
    proof: the proof file ("" if the script failed).  titles: (title, step of the proof file) for readers.
    cited: (step of the proof file, what it is called) of the theorems of other lemmas.
    places: what each of them is: (name, slug, number of the claim in that lemma).
    contradicting: names of hypotheses that contradict each other, if that has been proved: then the claim says nothing.
    failure: why the script failed, in one sentence.  witness: a counterexample, looked for after a failure.
    view: where the script stopped, and what was left.
    """

    name: str
    hypotheses: Mapping[str, Term]
    conclusion: Term
    box: Mapping[str, tuple[Fraction, Fraction]] | None = None
    has_models: bool = False
    proof: str = ""
    titles: tuple[tuple[str, int], ...] = ()
    cited: tuple[tuple[int, str], ...] = ()
    places: tuple[tuple[str, str, int], ...] = ()
    numbers: Report | None = None
    intervals: BoxAnswer | None = None
    contradicting: tuple[str, ...] = ()
    failure: str = ""
    witness: Witness | None = None
    view: GoalView | None = None

    @property
    def outline(self) -> ClaimFindings:
        """The claim as it is stated, without what was found."""
        return ClaimFindings(self.name, self.hypotheses, self.conclusion, self.box, self.has_models)


@dataclass(frozen=True)
class MutantReport:
    """A near miss: what it states, whether the script failed on it, and the counterexample that shows it false.

    drop: the assumptions that it lacks; change: the new names of those that differ, by name; replaced: whether its
    conclusion differs.
    """

    name: str
    hypotheses: Mapping[str, Term]
    conclusion: Term
    drop: tuple[str, ...] = ()
    change: Mapping[str, str] = field(default_factory=dict)
    replaced: bool = False
    refused: bool = False
    reason: str = ""
    witness: Witness | None = None

    @property
    def is_rejected(self) -> bool:
        """Whether it is correctly rejected: the prover refused it, and a counterexample shows that it is false."""
        return self.refused and self.witness is not None

    @property
    def outline(self) -> MutantReport:
        """The mutant as it is stated, without what was found."""
        return replace(self, refused=False, reason="", witness=None)


@dataclass(frozen=True)
class Findings:
    """All that was found about a lemma: what takes time in checking it.  No verdict is part of it."""

    about: About
    claims: tuple[ClaimFindings, ...]
    mutants: tuple[MutantReport, ...] = ()

    @property
    def proofs(self) -> list[str]:
        """The proof files, in the order of the claims that have one."""
        return [claim.proof for claim in self.claims if claim.proof]

    @property
    def outline(self) -> Findings:
        """The lemma as it is stated, without what was found."""
        return Findings(
            self.about, tuple(claim.outline for claim in self.claims), tuple(mutant.outline for mutant in self.mutants)
        )

    def lacking(self, dropped: Collection[str]) -> Findings:
        """The lemma as it is stated, without these assumptions and without what was found."""
        kept = {name: stated for name, stated in self.about.assumptions.items() if name not in dropped}
        axioms = tuple(name for name in self.about.axioms if name in kept)
        claims = (replace(claim.outline, hypotheses=_among(claim.hypotheses, kept)) for claim in self.claims)
        return Findings(replace(self.about, assumptions=kept, axioms=axioms), tuple(claims))

    def of(self, stated: Findings) -> Findings:
        """What was found, as being about what is stated there.  Raises ValueError where the claims have other names."""
        if [claim.name for claim in self.claims] != [claim.name for claim in stated.claims]:
            raise ValueError("the claims are not those of the lemma")
        pairs = zip(self.claims, stated.claims, strict=True)
        claims = (replace(found, hypotheses=claim.hypotheses, conclusion=claim.conclusion) for found, claim in pairs)
        return Findings(stated.about, tuple(claims))

    def is_complete(self, models: int) -> bool:
        """Whether every claim has a proof, and the numbers and intervals that checking it finds."""
        return all(claim_is_complete(claim, models) for claim in self.claims)


def _among(hypotheses: Mapping[str, Term], kept: Collection[str]) -> dict[str, Term]:
    return {name: stated for name, stated in hypotheses.items() if name in kept}


def claim_is_complete(claim: ClaimFindings, models: int) -> bool:
    """Whether a claim has a proof with its last step named, and the numbers and intervals that are wanted."""
    if not claim.proof or not claim.titles or (claim.intervals is None) != (claim.box is None):
        return False
    if not models or not is_tested(claim):
        return claim.numbers is None
    return claim.numbers is not None and claim.numbers.models <= models


def is_tested(claim: ClaimFindings) -> bool:
    """Whether there are random models that a claim can be tested on."""
    return claim.has_models and not speaks_of_integrability(claim.conclusion)


def speaks_of_integrability(prop: Term) -> bool:
    """Whether a statement says that something is integrable, which everything is in a finite model."""
    while prop.op in QUANTIFIERS or prop.op == "implies":
        prop = prop.args[-1]
    return prop.op == "Integrable"


@dataclass(frozen=True)
class AblatedClaim:
    """What was found about a claim without the dropped assumptions.

    stated: those that the claim states; needed: those that its proof uses; where: for each of them, how it enters the
    proof; mutant: the one that drops no more and is refuted, so that the claim is false without them ("": none).
    """

    stated: tuple[str, ...]
    needed: tuple[str, ...] = ()
    where: tuple[str, ...] = ()
    mutant: str = ""


@dataclass(frozen=True)
class NearMiss:
    """What was found about a near miss that the tool made (see `twins`): a counterexample, or a proof file.

    claim: of which claim it is one; number: its place among the claim's.  stronger: whether it says more than the claim
    in all models looked at.
    """

    claim: str
    number: int
    stronger: bool = True
    witness: Witness | None = None
    proof: str = ""


@dataclass(frozen=True)
class AblationFindings:
    """What was found without the assumptions `dropped`: the lemma as it is stated, what is left of it, its claims."""

    stated: Findings
    found: Findings
    dropped: tuple[str, ...]
    claims: tuple[AblatedClaim, ...]


# --- the answer ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class ClaimReport(ClaimFindings):
    """The answer to one claim.  `reason` says what is missing or wrong when it is not proved."""

    verdict: Verdict = Verdict.UNDECIDED
    reason: str = ""
    used: tuple[str, ...] = ()
    unused: tuple[str, ...] = ()
    citations: tuple[tuple[str, str], ...] = ()
    proof_steps: int = 0

    @classmethod
    def of(cls, found: ClaimFindings, verdict: Verdict, **answer: Any) -> ClaimReport:
        return cls(**{entry.name: getattr(found, entry.name) for entry in fields(found)}, verdict=verdict, **answer)

    @property
    def is_proved(self) -> bool:
        return self.verdict is Verdict.PROVED

    @cached_property
    def steps(self) -> tuple[NamedStep, ...]:
        """The steps that readers see, as the proof file has them; none if it is not proved."""
        if not self.is_proved:
            return ()
        return proof_steps.named(self.proof, self.titles, dict(self.cited), self.hypotheses)


@dataclass(frozen=True)
class LemmaReport:
    """The answer to a lemma: all of its claims and mutants."""

    lemma: About
    claims: tuple[ClaimReport, ...]
    mutants: tuple[MutantReport, ...]
    versions: Mapping[str, str] = field(default_factory=dict)

    @property
    def verdict(self) -> Verdict:
        """The worst verdict among the claims; a lemma with a surviving mutant or failing numbers is rejected."""
        verdicts = [claim.verdict for claim in self.claims]
        for worst in (Verdict.REJECTED, Verdict.REFUTED, Verdict.UNDECIDED):
            if worst in verdicts:
                return worst
        sound = all(mutant.is_rejected for mutant in self.mutants) and all(
            (c.numbers is None or c.numbers.holds) and (c.intervals is None or c.intervals.verdict == "proved")
            for c in self.claims
        )
        return verdicts[0] if sound else Verdict.REJECTED

    def __repr__(self) -> str:
        """The verdict in one line, and why it is not PROVED; `adamproof.report.notebook.report` makes a page."""
        name = f"{self.lemma.label} ({self.lemma.slug})" if self.lemma.label else self.lemma.slug
        reasons = [f"{claim.name}: {claim.reason}" for claim in self.claims if claim.reason]
        absurd = [claim.name for claim in self.claims if claim.is_proved and claim.contradicting]
        reasons += [f"{claim}: its assumptions contradict each other, so that it says nothing" for claim in absurd]
        accepted = [mutant.name for mutant in self.mutants if not mutant.is_rejected]
        reasons += [f'the near miss "{name}" is not rejected' for name in accepted]
        return f"{name}: {'; '.join([str(self.verdict), *reasons])}"


@dataclass(frozen=True)
class TwinReport:
    """The answer to a near miss that the tool made: "rejected" (with a counterexample), "proved" or "open"."""

    claim: str
    twin: Twin
    hypotheses: Mapping[str, Term]
    conclusion: Term
    status: str
    stronger: bool = True
    witness: Witness | None = None


@dataclass(frozen=True)
class AblationResult:
    """What becomes of a claim: the answer without the dropped assumptions, and what was found about it."""

    report: ClaimReport
    found: AblatedClaim

    @property
    def holds(self) -> bool:
        return self.report.verdict is Verdict.PROVED

    @property
    def rejected(self) -> bool:
        return self.report.verdict is Verdict.REJECTED

    @property
    def word(self) -> Verdict:
        """The answer without the assumptions, a refuted mutant taken into account."""
        return Verdict.REFUTED if self.mutant else self.report.verdict

    @property
    def stated(self) -> tuple[str, ...]:
        return self.found.stated

    @property
    def needed(self) -> tuple[str, ...]:
        return () if self.holds or self.rejected else self.found.needed

    @property
    def mutant(self) -> str:
        return "" if self.holds or self.rejected else self.found.mutant

    @property
    def text(self) -> str:
        """What there is to say, in one sentence or a few parts of one."""
        if self.holds:
            return "is proved without it" if self.stated else "does not assume it"
        if self.rejected:
            return self.report.reason
        needs = " and ".join(f'"{name}"' for name in self.needed)
        said = f"needs the assumption {needs}" if needs else self.report.reason
        shown = f'the near miss "{self.mutant}" has a counterexample'
        false = f"without it the claim is false ({shown})" if self.mutant else ""
        return "; ".join(filter(None, [said, *self.found.where, false]))


@dataclass(frozen=True)
class AblationReport:
    """What a lemma loses without the assumptions `dropped`."""

    report: LemmaReport
    dropped: tuple[str, ...]
    claims: tuple[AblationResult, ...]

    @classmethod
    def of(cls, report: LemmaReport, dropped: tuple[str, ...], claims: Sequence[AblatedClaim]) -> AblationReport:
        return cls(report, dropped, tuple(map(AblationResult, report.claims, claims)))

    @property
    def exit_code(self) -> int:
        """A script that fails refutes nothing."""
        if any(claim.rejected for claim in self.claims):
            return Verdict.REJECTED.exit_code
        return (Verdict.PROVED if self.holds else Verdict.UNDECIDED).exit_code

    @property
    def lemma(self) -> About:
        return self.report.lemma

    @property
    def holds(self) -> bool:
        return all(claim.holds for claim in self.claims)
