"""What a verdict about a claim of the source may rest on: checked lemmas, computed exponents, and what is missing.

Lemmas are checked by adamproof.checking, each claim of them that is asked for (`gathering`).  Nothing here knows which
claims there are (`verdicts` does), and nothing imports SymPy or a lemma file.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum

from ..checking.report import About, ClaimReport, Verdict, speaks_of_integrability
from ..crosscheck.records import CheckedProof, Opinions, digest
from ..experiments.observed import Observed
from ..kernel.terms import QUANTIFIERS, Function, Term, free
from ..theory.graph import label_of
from ..theory.index import chapters

BASIC = ("A1", "A2", "A3")
A1_NAME = "F is at least F*"  # A1 in lemmas without labels


class State(Enum):
    """How far a piece of evidence carries."""

    PROVED = "proved"  # by the kernel, in a fresh process
    COMPUTED = "computed"  # exactly, but not by the kernel
    FAILED = "failed"  # a lemma that is not proved, or a calculation that does not come out as claimed
    ABSENT = "no lemma yet"
    UNRUN = "not run"
    OBSERVED = "observed in a run"  # recorded by an experiment: evidence, never proof
    REJECTED = "rejected in runs"  # by an experiment's tests, at the level that they state: evidence, too
    ASKED = "asked for"  # not known yet: no verdict that rests on it is ever shown

    @property
    def carries(self) -> bool:
        return self in (State.PROVED, State.COMPUTED, State.ASKED)

    @property
    def of_runs(self) -> bool:
        return self in (State.OBSERVED, State.REJECTED)


@dataclass(frozen=True)
class Evidence:
    """One piece of evidence: in short, how far it carries, and what it rests on.

    conditions: named assumptions about the run beyond A1-A3; settings: conditions on the constants alone.
    part: the half of the claim that it is about, where the claim has several; order: of the bound, as computed.
    elsewhere: whether it is about another algorithm than Adam.
    brief: what runs showed, in one line.
    """

    text: str
    state: State
    conditions: tuple[str, ...] = ()
    settings: tuple[str, ...] = ()
    details: tuple[str, ...] = ()
    lemma: str = ""
    claim: str = ""  # of the lemma
    verdict: str = ""  # of the lemma, if it was checked
    term: Term | None = field(default=None, compare=False)  # what was proved
    proof: CheckedProof | None = None  # what the kernel accepted
    part: str = ""
    order: str = ""
    brief: str = ""
    elsewhere: bool = False

    def within(self, *names: str) -> Evidence:
        """Without the assumptions that the claim of the source itself makes."""
        return replace(
            self,
            conditions=tuple(name for name in self.conditions if name not in names),
            settings=tuple(name for name in self.settings if name not in names),
        )

    def only_for(self, name: str) -> Evidence:
        """With an assumption among the conditions that would not be (a definition, a range), if the proof uses it."""
        used = any(line == f"assumes: {name}" for line in self.details)
        return replace(self, conditions=(*self.conditions, name)) if used else self

    def of_another(self, name: str) -> Evidence:
        """As evidence about the algorithm that the definition of this name describes, if the proof uses it."""
        found = self.only_for(name)
        return replace(found, elsewhere=name in found.conditions)

    def about(self, part: str) -> Evidence:
        """As evidence for one half of the claim."""
        return replace(self, part=part)


class Kind(Enum):
    """What an assumption is about."""

    BASIC = 1  # A1, A2, A3
    AXIOM = 2  # cited from the literature
    DEFINITION = 3  # says what a symbol of the algorithm is
    FINITE = 4  # an expectation or integral is finite
    RANGE = 5  # of one constant
    SETTING = 6  # of several constants, or a value of one
    CONDITION = 7  # anything else: about gradients, noises, magnitudes


def kind_of(name: str, statement: Term, cited: Collection[str]) -> Kind:
    """By its label, and otherwise by its form."""
    if name in cited:
        return Kind.AXIOM
    if label_of(name) in BASIC or name == A1_NAME:
        return Kind.BASIC
    if speaks_of_integrability(statement):
        return Kind.FINITE
    core = statement
    while core.op in QUANTIFIERS or core.op == "implies":
        core = core.args[-1]
    if core.op == "==" and core.args[0].op == "app":
        return Kind.DEFINITION
    names = free(statement)
    if any(type(symbol) is Function for symbol in names):
        return Kind.CONDITION
    return Kind.RANGE if len(names) == 1 and core.op in ("<", "<=") else Kind.SETTING


def unrun(what: str) -> Evidence:
    """Evidence that only a run of the simulator gives."""
    return Evidence(f"{what}: not run", State.UNRUN, details=("needs the simulator",))


def seen(record: Observed, number: int) -> Evidence:
    """What a record of an experiment has observed about a claim, with what repeats it."""
    stale = " (recorded with other code)" if record.stale else ""
    versions = ", ".join(f"{name} {version}" for name, version in record.versions.items())
    details = (f"repeat with: {record.command}", f"recorded with seed {record.seed}, {record.engine}, {versions}")
    state = State.REJECTED if number in record.rejected else State.OBSERVED
    return Evidence(f"{record.beside[number]}{stale}", state, details=details, brief=f"{record.brief[number]}{stale}")


def failed(text: str) -> Evidence:
    return Evidence(text, State.FAILED)


# --- lemmas -------------------------------------------------------------------------------------

Key = tuple[str, str]  # the slug of a lemma, and a claim's name


@dataclass
class EvidenceStore:
    """Evidence about claims of lemmas, which are checked by others: those that are not yet are noted in `wanted`.

    reports: on the claims that were checked, or a sentence that says why one could not be.
    """

    observed: Sequence[Observed] = ()
    opinions: Sequence[Opinions] = ()
    reports: dict[Key, tuple[About, ClaimReport] | str] = field(default_factory=dict)
    wanted: dict[Key, None] = field(default_factory=dict)

    def lemma(self, slug: str, claim: str) -> Evidence:
        """A claim of a lemma: proved, not proved, not there; or asked for, where it has not been checked yet."""
        if slug not in chapters():
            return Evidence(f"{slug}: no lemma yet", State.ABSENT, lemma=slug)
        found = self.reports.get((slug, claim))
        if found is None:
            self.wanted[slug, claim] = None
            return Evidence("asked", State.ASKED, lemma=slug, claim=claim)
        if isinstance(found, str):
            return replace(failed(found), lemma=slug, claim=claim)
        return on_claim(*found, self.opinions)

    def runs(self, number: int, what: str = "") -> tuple[Evidence, ...]:
        """What was recorded about a claim; else that `what` was not run (nothing, if it is not named)."""
        found = tuple(seen(one, number) for one in self.observed if number in one.beside)
        return found or ((unrun(what),) if what else ())


def on_claim(lemma: About, report: ClaimReport, opinions: Sequence[Opinions] = ()) -> Evidence:
    """The evidence that the report on a claim is."""
    name = f"{lemma.label} {lemma.slug}" if lemma.label else lemma.slug
    verdict = str(report.verdict)
    if report.verdict is not Verdict.PROVED:
        text = f"{name} ({report.name}): {verdict}, {report.reason}"
        return Evidence(text, State.FAILED, lemma=lemma.slug, claim=report.name, verdict=verdict)
    kinds = {used: kind_of(used, report.hypotheses[used], lemma.axioms) for used in report.used}
    axioms = [axiom for axiom, _ in report.citations]
    cited = f", citing {', '.join(map(_with_article, axioms))}" if axioms else ""
    proof = CheckedProof(lemma.slug, report.name, digest(report.proof))
    assumes = (f"assumes: {used}" for used in report.used)
    cites = (f"cites: {': '.join(pair)}" for pair in report.citations)
    said = (f"also {opinion.in_short(proof)}" for opinion in opinions)
    return Evidence(
        f"{name} ({report.name}){cited}",
        State.PROVED,
        tuple(used for used, kind in kinds.items() if kind is Kind.CONDITION),
        tuple(used for used, kind in kinds.items() if kind is Kind.SETTING),
        (*assumes, *cites, *said),
        lemma.slug,
        report.name,
        verdict,
        report.conclusion,
        proof,
    )


def _with_article(axiom: str) -> str:
    """A theorem of the literature in a sentence: one that bears a name has no article."""
    return axiom if "'" in axiom else f"the {axiom}"


def occurs(proof: Evidence, name: str) -> bool:
    """Whether a variable occurs in the right side of what was proved."""
    return proof.term is not None and name in {
        symbol.args[0] for symbol in free(proof.term.args[1]) if type(symbol) is Term
    }
