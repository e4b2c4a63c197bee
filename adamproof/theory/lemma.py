"""What a lemma file declares: a statement, its assumptions, a proof, a model and mutants.

A lemma has one or more claims (statements proved under the same assumptions).  The proof of a claim is a
function of a `Scope`, so that the same script runs on the true statement and on each mutant.
"""

from __future__ import annotations

import difflib
import inspect
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from ..kernel.normal import key
from ..kernel.rules import Theorem
from ..kernel.terms import RELATIONS, Term
from ..kernel.text import show
from ..prover.proving import ProofFailure, assume, cite, prove
from ..prover.record import Step, derive
from ..prover.surface import Context
from ..prover.translation import prop
from ..render import lemma_page
from ..support.foreign_text import foreign, label_problem, label_within, visible
from .source import Source

if TYPE_CHECKING:
    from random import Random

    from ..numeric.models import Model


Models = Callable[["Random"], "Iterator[Model]"]
Proof = Callable[["Scope"], Step]


Given = Iterable["str | Mapping[str, Any]"]


def _names(given: Given) -> Iterator[str]:
    for entry in (given,) if isinstance(given, (str, Mapping)) else given:
        if isinstance(entry, Mapping):
            yield from entry
        else:
            yield entry


@dataclass(frozen=True)
class Claim:
    """One statement of a lemma and its proof script, under the assumptions named in `given` (all by default).

    given: names, and mappings from names to statements (such as a chapter's assumptions), of which the names count.

    name: what it is called in this lemma.  conclusion: a SymPy statement (`le`, `lt`, `eq`, `ne`, `forall`).
    proof: a function of a Scope that returns a theorem of the conclusion.
    models: as in Lemma, where the lemma's own models do not fit.
    box: exact (low, high) of each variable by name, for a check by intervals of a claim about reals.
    """

    name: str
    conclusion: Any
    proof: Proof
    given: Given | None = None
    models: Models | None = None  # when the lemma's own models do not fit
    box: Mapping[str, tuple[Any, Any]] | None = None  # exact ranges of the variables, for a check by intervals

    def __post_init__(self) -> None:
        """Names of assumptions, where whole contexts of them are given."""
        if self.given is not None:
            object.__setattr__(self, "given", tuple(_names(self.given)))


@dataclass(frozen=True)
class Mutant:
    """A near miss: the claim with its conclusion replaced, or assumptions dropped or replaced.

    models yields models among which one satisfies every remaining assumption and violates the conclusion
    (the lemma's own models if None).

    name: what is wrong with it, in a few words.  conclusion: the statement instead, None if it stays.
    drop: the names of assumptions that are left out.  change: statements by the names of the assumptions that they
    replace.
    claim: the name of the claim that it is a mutant of, the first by default.
    """

    name: str
    conclusion: Any = None
    drop: tuple[str, ...] = ()
    change: Mapping[str, Any] = field(default_factory=dict)
    models: Models | None = None
    claim: str | None = None  # the claim it is a mutant of; the first one by default


class LemmaError(ValueError):
    """A lemma file that says something that cannot be meant; the message says what and where."""


def _readable(text: object) -> bool:
    """Whether this is one line of printable text with a letter or a digit that can be seen."""
    return type(text) is str and text.isprintable() and any(c.isalnum() and visible(c) == c for c in text)


def _draws(models: object) -> bool:
    """Whether models can be called with a generator of random numbers."""
    if not callable(models):
        return False
    try:
        inspect.signature(models).bind(None)
    except TypeError:
        return False
    except ValueError:  # nothing is known of its arguments
        return True
    return True


def _a(kind: str) -> str:
    """A type with its article; a function is one with other parameters."""
    if kind == "function":
        return "one with other parameters"
    return f"{'an' if kind[0].lower() in 'aeiou' else 'a'} {kind}"


def unknown_name(what: str, name: object, known: Iterable[str]) -> str:
    """That there is no such name, with the nearest one there is."""
    names = list(known)
    close = difflib.get_close_matches(str(name), names, n=1, cutoff=0.6)
    hint = f"; did you mean {close[0]!r}?" if close else f" (it has {', '.join(map(repr, names)) or 'none'})"
    return f"the lemma has no {what} {name!r}{hint}"


class Scope(Context):
    """What a proof script works with: the goal, the assumptions by name, other lemmas, and named steps.

    Its steps (`have`, `each`, `cite`, `calc`, ...) are those of `prover.surface.Context`.

    goal: the statement to be proved.  assumptions: SymPy statements by name.
    theorem_of: gives the theorem of another lemma, by slug and claim.
    cited: (name, where it is proved) of the assumptions that are axioms.
    known: names that a script may ask for although they are no assumptions here, as a mutant has dropped them.
    """

    def __init__(
        self,
        goal: Any,
        assumptions: Mapping[str, Any],
        theorem_of: Callable[[str, str | None], Step],
        cited: Mapping[str, tuple[str, str]] | None = None,
        known: Iterable[str] = (),
    ) -> None:
        super().__init__()
        self.goal = goal
        self._names = {*assumptions, *known}
        axioms = cited or {}
        self._assumed = {
            name: cite(*axioms[name], statement) if name in axioms else assume(statement)
            for name, statement in assumptions.items()
        }
        self._theorem_of = theorem_of
        self.steps: list[tuple[str, Step]] = []
        self.cited: dict[Theorem, str] = {}

    def given(self, *names: str) -> Any:
        """Assumptions by name (all of them without a name), as a list; one that a mutant dropped is left out.

        names: as in the lemma's `assumptions`.  Raises LemmaError for a name that it does not have.
        """
        self._check(names)
        return [self._assumed[name] for name in names or self._assumed if name in self._assumed]

    def the(self, name: str) -> Step:
        """One assumption by name; a script cannot go on without it.

        name: as in the lemma's `assumptions`.
        Raises MissingAssumption where a mutant has dropped it, and LemmaError for a name that the lemma does not
        have.
        """
        self._check([name])
        if name not in self._assumed:
            raise MissingAssumption(name)
        return self._assumed[name]

    def assumed(self) -> Sequence[Step]:
        """The assumptions, as theorems."""
        return tuple(self._assumed.values())

    def _check(self, names: Iterable[str]) -> None:
        for name in names:
            if name not in self._names:
                raise LemmaError(unknown_name("assumption", name, sorted(self._names)))

    def relations(self) -> list[Step]:
        """The assumptions that are relations: what any step may use as it stands."""
        return [step for step in self._assumed.values() if step.conclusion.op in RELATIONS]

    def lemma(self, slug: str, claim: str | None = None) -> Step:
        """The theorem of another lemma, proved anew by its own script.

        slug: of the other lemma, or its label.  claim: a name, the first claim by default.
        Raises UnknownLemma, or LemmaError for a claim.
        """
        theorem = self._theorem_of(slug, claim)
        self.cited[theorem.theorem] = slug if claim is None else f"{slug} ({claim})"
        return theorem

    def step(self, title: str, theorem: Step) -> Step:
        """Name a theorem as a step of the proof that readers see.

        title: one line for readers.  theorem: what the step proves; it is returned.
        Raises LemmaError for what is no theorem.
        """
        if not isinstance(theorem, Step):
            raise LemmaError(f"the step {title!r} must be a theorem, not {type(theorem).__name__}")
        self.steps.append((title, theorem))
        return theorem


class MissingAssumption(Exception):
    """A proof script asked for an assumption that is not among the stated ones."""


@dataclass(frozen=True)
class Lemma:
    """One result: slug, label in the source if it has one, statement, proof, constants, model and mutants.

    slug: what it is called, words joined by hyphens.  label: its number in the source, such as "B.2", or None.
    title: one line.  source: where the statement comes from.  where: the place, in words.
    assumptions: SymPy statements by name, in force for every claim that does not choose among them.
    claims: at least one.  mutants: near misses of them.
    models: a function of a random.Random that yields models in which every assumption holds, without end.
    constants: SymPy expressions by name, for other lemmas and the calculator.
    cited: for the name of an assumption that is an axiom of the literature, its (name, where it is proved).
    notes: remarks for readers.  dropped: names of assumptions that `without` and `mutated` have removed.
    Raises LemmaError, saying what and where, for a file that says what cannot be meant.
    """

    slug: str
    title: str
    source: Source
    where: str  # where in the source, or what the reconstruction rests on
    assumptions: Mapping[str, Any]
    claims: Sequence[Claim]
    models: Models | None = None  # models of the assumptions; without them there is no evidence from numbers
    mutants: Sequence[Mutant] = ()
    label: str | None = None
    constants: Mapping[str, Any] = field(default_factory=dict)  # SymPy expressions, used by the calculator
    # Assumptions that are facts from the literature: name -> (what the axiom is called, where it is proved).
    cited: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    notes: str = ""
    dropped: tuple[str, ...] = ()  # assumptions of the lemma that this mutant of it lacks

    def __post_init__(self) -> None:
        """Refuse what cannot be meant.  Raises LemmaError."""
        if type(self.slug) is not str or not re.fullmatch(r"[A-Za-z0-9]+(-[A-Za-z0-9]+)*", self.slug):
            raise LemmaError(f"the slug {self.slug!r:.60} must be letters and digits, joined by hyphens")
        if foreign(self.slug) != self.slug:
            raise LemmaError(f"the slug {self.slug} contains a verdict's word; choose a different one")
        for field_name, text in (("title", self.title), ("where", self.where), ("label", self.label or "none")):
            if not _readable(text):
                found = f"{text!a:.60}"
                raise LemmaError(f"{self.slug}: the {field_name} must be one line with a letter or digit, not {found}")
        if problem := label_problem(self.label or ""):
            raise LemmaError(f"{self.slug}: the label {problem}")
        if not isinstance(self.source, Source):
            raise LemmaError(f"{self.slug}: the source must be one of {', '.join(map(str, Source))}")
        if not isinstance(self.assumptions, Mapping):
            raise LemmaError(f"{self.slug}: assumptions must be a mapping from names to statements")
        for what, entries, kind in (("claims", self.claims, Claim), ("mutants", self.mutants, Mutant)):
            if not isinstance(entries, (list, tuple)) or any(not isinstance(entry, kind) for entry in entries):
                raise LemmaError(f"{self.slug}: {what} must be a list of {kind.__name__}")
        for models in (self.models, *(c.models for c in self.claims), *(m.models for m in self.mutants)):
            if models is not None and not _draws(models):
                found = _a(type(models).__name__)
                raise LemmaError(f"{self.slug}: models must be a function that takes a random.Random, not {found}")
        for claim in self.claims:
            proof: object = claim.proof
            if not callable(proof):
                found = _a(type(proof).__name__)
                meant = "a function of the scope, such as lambda scope: prove(scope.goal)"
                raise LemmaError(f"{self.slug}: the proof of {claim.name!r:.60} must be {meant}, not {found}")
        names = [*self.assumptions, *(c.name for c in self.claims), *(m.name for m in self.mutants)]
        for name in names:
            if not _readable(name):
                raise LemmaError(f"{self.slug}: a name must be one line with a letter or digit, not {name!a:.60}")
        for name in self.assumptions:
            if problem := label_problem(label_within(name)):
                raise LemmaError(f"{self.slug}: the label of the assumption {name!a:.60} {problem}")
        self._check_references()

    def _check_references(self) -> None:
        """Every assumption and claim that is referred to by name is there."""
        example = next(iter(self.assumptions), "an assumption")
        for mutant in self.mutants:
            meant = f"a tuple of names, such as ({example!r},)", "a mapping from names to statements"
            parts: tuple[tuple[str, Any, type], ...] = ("drop", mutant.drop, tuple), ("change", mutant.change, Mapping)
            for (what, given, kind), instead in zip(parts, meant, strict=True):
                if not isinstance(given, kind):
                    found = f"{instead}, not {_a(type(given).__name__)}"
                    raise LemmaError(f"{self.slug}: the mutant {mutant.name!r:.60}: {what} must be {found}")
        known = [*self.assumptions, *self.dropped]
        references = [*self.cited, *(name for claim in self.claims for name in claim.given or ())]
        references += [name for mutant in self.mutants for name in (*mutant.drop, *mutant.change)]
        for name in references:
            if name not in known:
                raise LemmaError(f"{self.slug}: {unknown_name('assumption', name, known)}")
        for mutant in self.mutants:
            self.claim(mutant.claim)

    def claim(self, name: str | None = None) -> Claim:
        """A claim by name; the first one by default.  Raises LemmaError when there is none of that name."""
        for claim in self.claims:
            if name is None or claim.name == name:
                return claim
        raise LemmaError(f"{self.slug}: {unknown_name('claim', name, [claim.name for claim in self.claims])}")

    def stated(self, claim: Claim) -> dict[str, Any]:
        """The assumptions of a claim, by name."""
        return {n: s for n, s in self.assumptions.items() if claim.given is None or n in claim.given}

    def mutated(self, mutant: Mutant) -> Lemma:
        """The lemma with the mutant's assumptions and only the mutated claim."""
        assumptions = {n: mutant.change.get(n, s) for n, s in self.assumptions.items() if n not in mutant.drop}
        claim = self.claim(mutant.claim)
        if mutant.conclusion is not None:
            claim = replace(claim, conclusion=mutant.conclusion)
        return replace(self, assumptions=assumptions, claims=[claim], mutants=(), dropped=mutant.drop)

    def narrowed(self, name: str | None) -> Lemma:
        """The lemma with the one claim of this name (the first one if None) and its mutants.  Raises LemmaError."""
        claim = self.claim(name)
        # A mutant that names no claim is one of the first claim: decided here, while the first claim is still there.
        mutants = [mutant for mutant in self.mutants if self.claim(mutant.claim).name == claim.name]
        return replace(self, claims=[claim], mutants=mutants)

    def without(self, names: Iterable[str]) -> Lemma:
        """The lemma with all its claims, but without these assumptions; its scripts then fail where they need one.

        names: of assumptions, as in `assumptions`; one that is not there is passed over.
        """
        dropped = tuple(names)
        assumptions = {n: s for n, s in self.assumptions.items() if n not in dropped}
        return replace(self, assumptions=assumptions, mutants=(), dropped=(*self.dropped, *dropped))

    # --- for people at a prompt or in a notebook ---

    @property
    def _sequents(self) -> list[lemma_page.Sequent]:
        """What each claim states, in kernel terms."""
        return [
            (foreign(claim.name), [*map(prop, self.stated(claim).values())], prop(claim.conclusion))
            for claim in self.claims
        ]

    @property
    def statement(self) -> str:
        """What the lemma states, as text."""
        return lemma_page.text(self._sequents)

    @property
    def formulas(self) -> str:
        """What the lemma states, as HTML with MathML."""
        return lemma_page.formulas(self._sequents)

    def _repr_latex_(self) -> str:
        return lemma_page.latex(self._sequents)

    def _repr_html_(self) -> str:
        name = f"{self.label} ({self.slug})" if self.label else self.slug
        return lemma_page.html(foreign(name), foreign(self.title), self.source.value, self._sequents)

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        """At IPython's prompt the statement, not the fields."""
        printer.text(self.statement)


@dataclass(frozen=True)
class Derivation:
    """A claim's theorem as derived in memory (not yet a verdict), with the named steps leading to it."""

    theorem: Step
    steps: Sequence[tuple[str, Step]]
    cited: Mapping[Theorem, str]  # theorems of other lemmas, by what they are called


class OtherStatement(Exception):
    """A script that proved something else than its claim says: its theorem has hypotheses that are not stated."""

    def __init__(self, theorem: Step, unstated: Sequence[Term]) -> None:
        self.theorem, self.unstated = theorem, tuple(unstated)
        super().__init__(f"the script also assumes {show(unstated[0])}, which is not a stated assumption")


def derive_claim(lemma: Lemma, claim: Claim, theorem_of: Callable[[str, str | None], Step]) -> Derivation:
    """Run a proof script and make sure that it ends in the claim, from the stated assumptions alone."""
    known = [*lemma.assumptions, *lemma.dropped]
    scope = Scope(claim.conclusion, lemma.stated(claim), theorem_of, lemma.cited, known)
    theorem = claim.proof(scope)
    if not isinstance(theorem, Step):
        raise LemmaError(f"the script of the claim {claim.name!r} must return a theorem, not {type(theorem).__name__}")
    wanted = prop(claim.conclusion)
    if theorem.conclusion is not wanted:  # a script may stop short of the claim (on a mutant it must)
        theorem = prove(wanted, theorem, scope.relations())
    stated = {key(statement): statement for statement in map(prop, lemma.stated(claim).values())}
    if unstated := [hypothesis for hypothesis in theorem.hypotheses if key(hypothesis) not in stated]:
        raise OtherStatement(theorem, unstated)
    for hypothesis in theorem.hypotheses:
        as_stated = stated[key(hypothesis)]
        if as_stated is not hypothesis:  # the same statement, written differently: take the stated form
            theorem = derive("cut", [derive("convert", [assume(as_stated)], hypothesis), theorem])
    return Derivation(theorem, tuple(scope.steps), scope.cited)


__all__ = [
    "Claim",
    "Derivation",
    "Lemma",
    "LemmaError",
    "MissingAssumption",
    "Mutant",
    "OtherStatement",
    "ProofFailure",
    "Scope",
    "Source",
    "derive_claim",
]
