"""Checking a lemma: derive, serialise, verify in a fresh process, test on numbers, and kill its false twins.

Nothing here decides that a statement is proved: the verdict is what `python -m adamproof.kernel` answers
about the proof file, read in a process of its own.
"""

from __future__ import annotations

import platform
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from functools import cache, cached_property
from importlib.metadata import PackageNotFoundError, version
from itertools import islice
from random import Random
from typing import Any

from . import __version__
from .kernel.normal import key
from .kernel.rules import Theorem
from .kernel.terms import QUANTIFIERS, RELATIONS, Refusal, Term
from .kernel.text import show
from .kernel.verify import VERSION as PROOF_FORMAT
from .kernel.verify import sorts_of
from .lemma import Claim, Derivation, Lemma, MissingAssumption, Models, Mutant, OtherStatement
from .numeric.check import Report, Sequent, Witness, check_sequents, counterexample
from .numeric.intervals import BoxAnswer, check_box
from .numeric.models import Model
from .prover import ProofFailure, Step, TranslationError, dump, prop
from .prover.refute import refute
from .registry import derivation_of
from .verification import FreshVerification

SEED = 20250706  # of the random models; any other does as well, a fixed one makes runs repeatable
MODELS = 40  # random models per claim
WITNESS_TRIES = 300  # random models searched for a counterexample


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


@dataclass(frozen=True)
class NamedStep:
    """A step that readers see: its title, what it states, and what it rests on (earlier steps, lemmas, assumptions)."""

    title: str
    statement: Term
    rests_on: tuple[str, ...]


@dataclass(frozen=True)
class ClaimReport:
    """The answer to one claim.  `reason` says what is missing or wrong when it is not proved."""

    claim: Claim
    hypotheses: Mapping[str, Term]  # stated, by name
    conclusion: Term
    verdict: Verdict
    reason: str = ""
    used: tuple[str, ...] = ()
    unused: tuple[str, ...] = ()
    citations: tuple[tuple[str, str], ...] = ()
    steps: tuple[NamedStep, ...] = ()
    proof: str = ""  # the proof file
    proof_steps: int = 0
    numbers: Report | None = None
    intervals: BoxAnswer | None = None
    witness: Witness | None = None


@dataclass(frozen=True)
class MutantReport:
    """A false twin: whether the prover refused it, and the counterexample that shows it false."""

    lemma: Lemma  # that it is a twin of
    mutant: Mutant
    refused: bool
    reason: str
    witness: Witness | None

    @property
    def killed(self) -> bool:
        return self.refused and self.witness is not None

    @cached_property
    def hypotheses(self) -> Mapping[str, Term]:
        """What the twin assumes, by name."""
        twin = self.lemma.mutated(self.mutant)
        return {
            f"{name}, changed" if name in self.mutant.change else name: prop(statement)
            for name, statement in twin.stated(twin.claims[0]).items()
        }

    @cached_property
    def conclusion(self) -> Term:
        """What the twin says."""
        return prop(self.lemma.mutated(self.mutant).claims[0].conclusion)


@dataclass(frozen=True)
class LemmaReport:
    """The answer to a lemma: all of its claims and mutants."""

    lemma: Lemma
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
        sound = all(mutant.killed for mutant in self.mutants) and all(
            (c.numbers is None or c.numbers.holds) and (c.intervals is None or c.intervals.verdict == "proved")
            for c in self.claims
        )
        return verdicts[0] if sound else Verdict.REJECTED

    def __str__(self) -> str:
        from .notebook import report

        return report(self).text

    def _repr_html_(self) -> str:
        from .notebook import report

        return report(self).html

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(str(self))


@dataclass(frozen=True)
class ClaimWork:
    """What there is to say for a claim, once derived: its proof file, its steps for readers, numbers, intervals."""

    proof: str
    steps: tuple[NamedStep, ...]
    numbers: Report | None
    intervals: BoxAnswer | None


@dataclass(frozen=True)
class MutantWork:
    """What became of a false twin: whether the script failed on it, and the counterexample."""

    refused: bool
    reason: str
    witness: Witness | None


@dataclass(frozen=True)
class Work:
    """What takes time in checking a lemma.  No verdict is part of it: that is the kernel's, about these proofs."""

    claims: Mapping[str, ClaimWork]
    failures: Mapping[str, Exception]  # of the claims that could not be derived
    mutants: Mapping[str, MutantWork]

    @property
    def proofs(self) -> list[str]:
        return [work.proof for work in self.claims.values()]


def check(
    lemma: Lemma, models: int = MODELS, mutants: bool = True, progress: Callable[[str], None] = lambda _: None
) -> LemmaReport:
    """Check a lemma: prove and verify every claim, test it on random models, and kill its mutants."""
    return worked(lemma, models, mutants, progress)[1]


def worked(lemma: Lemma, models: int, mutants: bool, progress: Callable[[str], None]) -> tuple[Work, LemmaReport]:
    """The work on a lemma, and the report that it leads to."""
    derived: dict[str, Derivation] = {}
    failures: dict[str, Exception] = {}
    for claim in lemma.claims:
        progress(f"{lemma.slug}: proving {claim.name}")
        made = _attempt(lemma, claim)
        if isinstance(made, Derivation):
            derived[claim.name] = made
        else:
            failures[claim.name] = made
    proofs = {name: dump(made.theorem, f"{lemma.slug}: {name}") for name, made in derived.items()}
    with FreshVerification(list(proofs.values())) as verification:  # runs while numbers and mutants are seen to
        progress(f"{lemma.slug}: numbers")
        numbers = numbers_of(lemma, [claim for claim in lemma.claims if claim.name in proofs], models)
        claims = {
            name: ClaimWork(proof, _steps(lemma, name, derived[name]), numbers.get(name), _intervals(lemma, name))
            for name, proof in proofs.items()
        }
        twins = {}
        for mutant in lemma.mutants if mutants else ():
            progress(f"{lemma.slug}: refuting the mutant {mutant.name}")
            twins[mutant.name] = _twin(lemma, mutant)
        work = Work(claims, failures, twins)
        progress(f"{lemma.slug}: verifying")
        return work, report(lemma, work, verification.answers())


def report(lemma: Lemma, work: Work, answers: Sequence[dict[str, Any]]) -> LemmaReport:
    """What the work comes to, given what the kernel answered about its proofs (in the order of `work.proofs`)."""
    answered = dict(zip(work.claims, answers, strict=True))
    claims = [
        _proved(lemma, claim, work.claims[claim.name], answered[claim.name])
        if claim.name in work.claims
        else _failed(lemma, claim, work.failures[claim.name])
        for claim in lemma.claims
    ]
    mutants = [_mutant_report(lemma, mutant, work.mutants[mutant.name]) for mutant in lemma.mutants if work.mutants]
    return LemmaReport(lemma, tuple(claims), tuple(mutants), versions())


def is_complete(lemma: Lemma, work: Work, models: int, mutants: bool) -> bool:
    """Whether some work is all that checking the lemma so would do: no numbers, intervals or false twins left out."""
    if list(work.mutants) != ([mutant.name for mutant in lemma.mutants] if mutants else []):
        return False
    return list(work.claims) == [claim.name for claim in lemma.claims] and all(
        isinstance(done, ClaimWork) and _is_whole(lemma, lemma.claim(name), done, models)
        for name, done in work.claims.items()
    )


def _is_whole(lemma: Lemma, claim: Claim, done: ClaimWork, models: int) -> bool:
    if not done.steps or (done.intervals is None) != (claim.box is None):
        return False
    if not models or _source(lemma, claim) is None:
        return done.numbers is None
    return done.numbers is not None and done.numbers.models <= models


@cache
def versions() -> dict[str, str]:
    """What the answer was computed with."""
    found = {"adamproof": __version__, "proof format": str(PROOF_FORMAT), "python": platform.python_version()}
    for name in ("sympy", "mpmath", "numpy", "highspy"):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "not installed"
    return found


# --- proving and verifying ----------------------------------------------------------------------


def _attempt(lemma: Lemma, claim: Claim) -> Derivation | Exception:
    try:
        return derivation_of(lemma, claim)
    except (ProofFailure, MissingAssumption, OtherStatement, Refusal, TranslationError) as failure:
        return failure


def _proved(lemma: Lemma, claim: Claim, work: ClaimWork, answer: dict[str, Any]) -> ClaimReport:
    """Read the verifier's answer against the claim as it is stated."""
    stated = {name: prop(statement) for name, statement in lemma.stated(claim).items()}
    conclusion = prop(claim.conclusion)
    verdict, reason = _read(answer, stated, conclusion)
    if verdict is not Verdict.PROVED:
        return ClaimReport(claim, stated, conclusion, verdict, reason, proof=work.proof)
    hypotheses = set(answer["hypotheses"])
    used = tuple(name for name, statement in stated.items() if show(statement) in hypotheses)
    return ClaimReport(
        claim,
        stated,
        conclusion,
        verdict,
        used=used,
        unused=tuple(name for name in stated if name not in used),
        citations=tuple((name, source) for name, source in answer["citations"]),
        steps=work.steps,
        proof=work.proof,
        proof_steps=answer["steps"],
        numbers=work.numbers,
        intervals=work.intervals,
    )


def _read(answer: dict[str, Any], stated: Mapping[str, Term], conclusion: Term) -> tuple[Verdict, str]:
    """The verifier's verdict, if what it proved is what the claim says, from stated assumptions alone."""
    verdict = Verdict.PROVED if answer["verdict"] == str(Verdict.PROVED) else Verdict.REJECTED
    if verdict is Verdict.REJECTED:
        return verdict, str(answer["reason"])
    if answer["conclusion"] != show(conclusion):
        return Verdict.REJECTED, f"the proof file proves another statement: {answer['conclusion']}"
    used = [statement for statement in stated.values() if show(statement) in answer["hypotheses"]]
    if answer["sorts"] != sorts_of(Theorem(tuple(used), conclusion)):
        return Verdict.REJECTED, f"the proof file means other names: {answer['sorts']}"
    extra = set(answer["hypotheses"]) - {show(statement) for statement in stated.values()}
    if extra:
        return Verdict.REJECTED, f"the proof file also assumes {sorted(extra)[0]}"
    return verdict, ""


def _steps(lemma: Lemma, claim: str, made: Derivation) -> tuple[NamedStep, ...]:
    stated = lemma.stated(lemma.claim(claim))
    return named_steps(made, {name: prop(statement) for name, statement in stated.items()})


def named_steps(made: Derivation, stated: Mapping[str, Term]) -> tuple[NamedStep, ...]:
    """The steps that readers see, with what each rests on."""
    names: dict[Theorem, str] = dict(made.cited)
    assumed = {key(statement): name for name, statement in stated.items()}
    found = []
    titled = [*made.steps, ("the claim", made.theorem)]
    for number, (title, theorem) in enumerate(titled, start=1):
        found.append(NamedStep(title, theorem.conclusion, _rests_on(theorem, names, assumed)))
        names.setdefault(theorem.theorem, f"step {number}")
    return tuple(found)


def _rests_on(theorem: Step, names: Mapping[Theorem, str], assumed: Mapping[Any, str]) -> tuple[str, ...]:
    """Walk back to the nearest named theorems and the assumptions that are still hypotheses."""
    found: dict[str, None] = {}
    left = {key(hypothesis) for hypothesis in theorem.hypotheses}
    stack, seen = [theorem], set()
    while stack:
        step = stack.pop()
        if step in seen:
            continue
        seen.add(step)
        if step.theorem in names:
            found[names[step.theorem]] = None
        elif step.rule in ("assume", "cite"):
            found.update({assumed[mark]: None for mark in [key(step.conclusion)] if mark in assumed and mark in left})
        else:
            stack.extend(reversed(step.premises))
    return tuple(found)


def _failed(lemma: Lemma, claim: Claim, failure: Exception) -> ClaimReport:
    """No proof: refute the claim if a model does, otherwise say which step is missing (and if it is false)."""
    stated = {name: prop(statement) for name, statement in lemma.stated(claim).items()}
    conclusion = prop(claim.conclusion)
    hypotheses = list(stated.values())
    models = _models((claim.models, lemma.models), WITNESS_TRIES)
    witness = counterexample(hypotheses, conclusion, models) or refute(hypotheses, conclusion)
    why = reason(failure)
    if witness is None and isinstance(failure, ProofFailure) and (missing := failure.refute()):
        why += f"; that step is false: {missing}"
    if witness is not None and not witness.certain:
        why += "; it fails in a model, but there rounding or samples of a quantifier leave a doubt"
    verdict = Verdict.REFUTED if witness is not None and witness.certain else Verdict.UNDECIDED
    return ClaimReport(claim, stated, conclusion, verdict, why, witness=witness)


def reason(failure: Exception) -> str:
    """Why a script failed, in one sentence."""
    if isinstance(failure, MissingAssumption):
        return f"the proof needs the assumption {failure}, which is not there"
    return str(failure)


# --- numbers and mutants ------------------------------------------------------------------------


def _models(sources: Sequence[Models | None], count: int) -> Iterator[Model]:
    """Random models from the first source that there is."""
    source = next((source for source in sources if source is not None), None)
    return islice(_drawn(source), count) if source else iter(())


def _drawn(source: Models) -> Iterator[Model]:
    """The models of a source, which is called when the first is asked for: then mpmath has the tests' precision."""
    yield from source(Random(SEED))


def numbers_of(lemma: Lemma, claims: Sequence[Claim], models: int) -> dict[str, Report]:
    """The claims on random models, by name; those with the same source of models are tested on the same ones."""
    sequents: dict[Models, dict[str, Sequent]] = {}
    for claim in claims:
        source = _source(lemma, claim)
        if models and source is not None:
            hypotheses = [prop(statement) for statement in lemma.stated(claim).values()]
            sequents.setdefault(source, {})[claim.name] = hypotheses, prop(claim.conclusion)
    found: dict[str, Report] = {}
    for source, tests in sequents.items():
        reports = check_sequents(list(tests.values()), _models([source], models))
        found.update(zip(tests, reports, strict=True))
    return found


def _source(lemma: Lemma, claim: Claim) -> Models | None:
    """Where the random models for a claim come from; None if it is not tested on any."""
    return None if speaks_of_integrability(prop(claim.conclusion)) else claim.models or lemma.models


def speaks_of_integrability(prop: Term) -> bool:
    """Whether a statement says that something is integrable, which everything is in a finite model."""
    while prop.op in QUANTIFIERS or prop.op == "implies":
        prop = prop.args[-1]
    return prop.op == "Integrable"


def _intervals(lemma: Lemma, name: str) -> BoxAnswer | None:
    """A closed statement on a box of its variables, by outward-rounded intervals; None if the claim names no box."""
    claim = lemma.claim(name)
    if claim.box is None:
        return None
    stated = (prop(statement) for statement in lemma.stated(claim).values())
    return check_box(prop(claim.conclusion), claim.box, [entry for entry in stated if entry.op in RELATIONS])


def kill(lemma: Lemma, mutant: Mutant) -> MutantReport:
    """Run the lemma's own script on a false twin (it must fail) and find a model that shows the twin false."""
    return _mutant_report(lemma, mutant, _twin(lemma, mutant))


def _twin(lemma: Lemma, mutant: Mutant) -> MutantWork:
    twin = lemma.mutated(mutant)
    claim = twin.claims[0]
    hypotheses = [prop(statement) for statement in twin.stated(claim).values()]
    conclusion = prop(claim.conclusion)
    outcome = _attempt(twin, claim)
    models = _models((mutant.models, claim.models, lemma.models), WITNESS_TRIES)
    witness = counterexample(hypotheses, conclusion, models) or refute(hypotheses, conclusion)
    refused = isinstance(outcome, Exception)
    return MutantWork(refused, reason(outcome) if isinstance(outcome, Exception) else "the script proved it", witness)


def _mutant_report(lemma: Lemma, mutant: Mutant, work: MutantWork) -> MutantReport:
    return MutantReport(lemma, mutant, work.refused, work.reason, work.witness)
