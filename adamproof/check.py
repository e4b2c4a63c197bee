"""Checking a lemma: derive, serialise, verify in a fresh process, test on numbers, and kill its false twins.

Nothing here decides that a statement is proved: the verdict is what `python -m adamproof.kernel` answers
about the proof file, read in a process of its own.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from importlib.metadata import PackageNotFoundError, version
from itertools import islice
from pathlib import Path
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

    mutant: Mutant
    hypotheses: Mapping[str, Term]
    conclusion: Term
    refused: bool
    reason: str
    witness: Witness | None

    @property
    def killed(self) -> bool:
        return self.refused and self.witness is not None


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


def check(
    lemma: Lemma, models: int = MODELS, mutants: bool = True, progress: Callable[[str], None] = lambda _: None
) -> LemmaReport:
    """Check a lemma: prove and verify every claim, test it on random models, and kill its mutants."""
    attempts = []
    for claim in lemma.claims:
        progress(f"{lemma.slug}: proving {claim.name}")
        attempts.append((claim, _attempt(lemma, claim)))
    proofs = {
        claim.name: dump(made.theorem, f"{lemma.slug}: {claim.name}")
        for claim, made in attempts
        if isinstance(made, Derivation)
    }
    with FreshVerification(list(proofs.values())) as verification:  # runs while numbers and mutants are seen to
        progress(f"{lemma.slug}: numbers")
        numbers = numbers_of(lemma, [claim for claim, _ in attempts if claim.name in proofs], models)
        killed = []
        for mutant in lemma.mutants if mutants else ():
            progress(f"{lemma.slug}: refuting the mutant {mutant.name}")
            killed.append(kill(lemma, mutant))
        progress(f"{lemma.slug}: verifying")
        answers = dict(zip(proofs, verification.answers(), strict=True))
    reports = []
    for claim, made in attempts:
        if isinstance(made, Derivation):
            name = claim.name
            reports.append(_proved(lemma, claim, made, proofs[name], answers[name], numbers.get(name)))
        else:
            reports.append(_failed(lemma, claim, made))
    return LemmaReport(lemma, tuple(reports), tuple(killed), versions())


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


class FreshVerification:
    """The kernel, alone in a new process, reading proof files; `answers` waits for it."""

    def __init__(self, proofs: Sequence[str]) -> None:
        self.count = len(proofs)
        self.folder = tempfile.TemporaryDirectory(prefix="adamproof-")
        paths = []
        for number, text in enumerate(proofs):
            path = Path(self.folder.name) / f"{number}.json"
            path.write_text(text, encoding="utf-8")
            paths.append(str(path))
        root = str(Path(__file__).resolve().parent.parent)
        places = os.pathsep.join([root, *filter(None, [os.environ.get("PYTHONPATH")])])
        # -P keeps the current folder off the import path: a folder named adamproof there must not be taken for ours.
        command = [sys.executable, "-P", "-m", "adamproof.kernel", "--json", "--", *paths]
        self.process = (
            subprocess.Popen(
                command,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                env={**os.environ, "PYTHONPATH": places},
            )
            if proofs
            else None
        )

    def __enter__(self) -> FreshVerification:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.communicate()
        self.folder.cleanup()

    def answers(self) -> list[dict[str, Any]]:
        """What the kernel answered about each file, in order."""
        if self.process is None:
            return []
        output, errors = self.process.communicate()
        lines = output.splitlines()
        if len(lines) != self.count:
            raise RuntimeError(f"the verifier did not answer: {errors.strip()[-500:]}")
        return [json.loads(line) for line in lines]


def _proved(
    lemma: Lemma, claim: Claim, made: Derivation, proof: str, answer: dict[str, Any], numbers: Report | None
) -> ClaimReport:
    """Read the verifier's answer against the claim as it is stated."""
    stated = {name: prop(statement) for name, statement in lemma.stated(claim).items()}
    conclusion = prop(claim.conclusion)
    verdict, reason = _read(answer, stated, conclusion)
    if verdict is not Verdict.PROVED:
        return ClaimReport(claim, stated, conclusion, verdict, reason, proof=proof)
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
        steps=named_steps(made, stated),
        proof=proof,
        proof_steps=answer["steps"],
        numbers=numbers,
        intervals=_intervals(stated, conclusion, claim.box),
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
    return islice(source(Random(SEED)), count) if source else iter(())


def numbers_of(lemma: Lemma, claims: Sequence[Claim], models: int) -> dict[str, Report]:
    """The claims on random models, by name; those with the same source of models are tested on the same ones."""
    sequents: dict[Models, dict[str, Sequent]] = {}
    for claim in claims:
        source = claim.models or lemma.models
        conclusion = prop(claim.conclusion)
        if models and source and not speaks_of_integrability(conclusion):
            hypotheses = [prop(statement) for statement in lemma.stated(claim).values()]
            sequents.setdefault(source, {})[claim.name] = hypotheses, conclusion
    found: dict[str, Report] = {}
    for source, tests in sequents.items():
        reports = check_sequents(list(tests.values()), _models([source], models))
        found.update(zip(tests, reports, strict=True))
    return found


def speaks_of_integrability(prop: Term) -> bool:
    """Whether a statement says that something is integrable, which everything is in a finite model."""
    while prop.op in QUANTIFIERS or prop.op == "implies":
        prop = prop.args[-1]
    return prop.op == "Integrable"


def _intervals(stated: Mapping[str, Term], conclusion: Term, box: Mapping[str, Any] | None) -> BoxAnswer | None:
    """A closed statement on a box of its variables, by outward-rounded intervals; None if the claim names no box."""
    if box is None:
        return None
    conditions = [statement for statement in stated.values() if statement.op in RELATIONS]
    return check_box(conclusion, box, conditions)


def kill(lemma: Lemma, mutant: Mutant) -> MutantReport:
    """Run the lemma's own script on a false twin (it must fail) and find a model that shows the twin false."""
    twin = lemma.mutated(mutant)
    claim = twin.claims[0]
    stated = {
        f"{name}, changed" if name in mutant.change else name: prop(statement)
        for name, statement in twin.stated(claim).items()
    }
    conclusion = prop(claim.conclusion)
    outcome = _attempt(twin, claim)
    models = _models((mutant.models, claim.models, lemma.models), WITNESS_TRIES)
    hypotheses = list(stated.values())
    witness = counterexample(hypotheses, conclusion, models) or refute(hypotheses, conclusion)
    why = reason(outcome) if isinstance(outcome, Exception) else "the script proved it"
    return MutantReport(mutant, stated, conclusion, isinstance(outcome, Exception), why, witness)
