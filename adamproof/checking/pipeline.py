"""The work on a lemma: derive its claims, test them on numbers, and kill its mutants.

This runs the lemma file's code.  Nothing here decides that a statement is proved: see `judge`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import islice
from random import Random
from typing import Any

from ..kernel.terms import RELATIONS, Term
from ..numeric.answers import BoxAnswer, Report, Witness
from ..numeric.certifying import Doubt
from ..numeric.check import Sequent, check_sequents, refuting
from ..numeric.intervals import check_box
from ..numeric.models import Model
from ..numeric.numbers import told_apart
from ..prover import ProofFailure, TranslationError, prop, term
from ..prover.contradiction import contradicting
from ..prover.proving import at_hand
from ..prover.record import write
from ..prover.refute import STEPS, certified, refute
from ..theory.dependencies import FAILURES, located
from ..theory.lemma import Claim, Derivation, Lemma, LemmaError, MissingAssumption, Models, Mutant
from ..theory.library import derivation_of, get
from .judge import judged
from .report import About, ClaimFindings, Findings, LemmaReport, MutantReport, speaks_of_integrability
from .request import MODELS
from .serialize import packed, unpacked
from .verifier import FreshVerification

SEED = 20250706  # of the random models; any other does as well, a fixed one makes runs repeatable
A_MODEL = "models, such as Model(variables={'x': 1})"
WITNESS_TRIES = 300  # random models searched for a counterexample

Say = Callable[[str], None]
Send = Callable[[list[str]], None]


def check(
    lemma: Lemma | str, models: int = MODELS, mutants: bool = True, progress: Say = lambda _: None
) -> LemmaReport:
    """Check a lemma: prove and verify every claim, test it on models, and kill its mutants.

    lemma: of your own process, or the label or slug of one of the library; raises UnknownLemma.

    The proofs are verified in a fresh process, but this one runs the lemma's code: it is for lemmas that you trust.
    `adamproof check` runs a file in another process than the one that prints the verdict.
    """
    if isinstance(lemma, str):
        lemma = get(lemma)
    verifications: list[FreshVerification] = []

    def send(proofs: list[str]) -> None:
        verifications.append(FreshVerification(list(filter(None, proofs))))  # runs meanwhile

    try:
        found = work(lemma, models, mutants, progress, send)
        progress(f"{lemma.slug}: verifying")
        return judged(unpacked(packed(found)), verifications[0].answers())  # text as `adamproof check` shows it
    finally:
        for verification in verifications:
            verification.close()


def work(lemma: Lemma, models: int, mutants: bool, progress: Say, send: Send, views: bool = True) -> Findings:
    """All the work on a lemma.  `send` gets the proof files as soon as they are there: one a claim, "" if it failed.

    views: whether to look for what would help a script that failed.
    """
    found = outline(lemma, mutants)
    claims = []
    for claim, stated in zip(lemma.claims, found.claims, strict=True):
        progress(f"{lemma.slug}: proving {claim.name}")
        claims.append(_derived(lemma, claim, stated, views))
    send([claim.proof for claim in claims])
    progress(f"{lemma.slug}: testing numbers")
    proved = [claim for claim, done in zip(lemma.claims, claims, strict=True) if done.proof]
    numbers = numbers_of(lemma, proved, models)
    claims = [
        replace(done, numbers=numbers.get(done.name), intervals=_intervals(lemma, claim)) if done.proof else done
        for claim, done in zip(lemma.claims, claims, strict=True)
    ]
    reports = []
    for mutant in lemma.mutants if mutants else ():
        progress(f"{lemma.slug}: testing the near miss {mutant.name}")
        reports.append(mutant_report(lemma, mutant))
    return Findings(found.about, tuple(claims), tuple(reports))


# --- statements ---------------------------------------------------------------------------------


def about(lemma: Lemma) -> About:
    """Which lemma it is, as plain data."""
    return About(
        lemma.slug,
        lemma.label,
        lemma.title,
        lemma.source,
        lemma.where,
        tuple(claim.name for claim in lemma.claims),
        " ".join(lemma.notes.split()),
        {name: _constant(value) for name, value in lemma.constants.items()},
        {name: prop(statement) for name, statement in lemma.assumptions.items()},
        tuple(lemma.cited),
    )


def _constant(value: Any) -> tuple[str, Term | None]:
    """A constant's expression as text, and as a term where it can be written so."""
    try:
        return str(value), term(value)
    except TranslationError:
        return str(value), None


def outline(lemma: Lemma, mutants: bool) -> Findings:
    """The lemma as it is stated, as plain data: nothing is derived."""
    return Findings(
        about(lemma),
        tuple(_outline(lemma, claim) for claim in lemma.claims),
        tuple(_mutant_outline(lemma, mutant) for mutant in lemma.mutants if mutants),
    )


def _outline(lemma: Lemma, claim: Claim) -> ClaimFindings:
    return ClaimFindings(
        claim.name,
        {name: prop(statement) for name, statement in lemma.stated(claim).items()},
        prop(claim.conclusion),
        None if claim.box is None else {name: _range(*ends) for name, ends in claim.box.items()},
        (claim.models or lemma.models) is not None,
    )


def _range(low: Fraction | int, high: Fraction | int) -> tuple[Fraction, Fraction]:
    return Fraction(low), Fraction(high)


def _mutant_outline(lemma: Lemma, mutant: Mutant) -> MutantReport:
    changed = lemma.mutated(mutant)
    change = {name: f"{name}, changed" for name in mutant.change}
    stated = {change.get(name, name): prop(statement) for name, statement in changed.stated(changed.claims[0]).items()}
    conclusion = prop(changed.claims[0].conclusion)
    return MutantReport(mutant.name, stated, conclusion, mutant.drop, change, mutant.conclusion is not None)


# --- proving ------------------------------------------------------------------------------------


def attempt(lemma: Lemma, claim: Claim) -> Derivation | Exception:
    """Run the script of a claim: its theorem, or why there is none."""
    try:
        return derivation_of(lemma, claim)
    except FAILURES as failure:
        return failure


def _derived(lemma: Lemma, claim: Claim, stated: ClaimFindings, views: bool) -> ClaimFindings:
    """The claim with its proof file; or with why there is none, and a counterexample if one is found."""
    made = attempt(lemma, claim)
    if isinstance(made, Exception):
        return _failed(lemma, claim, stated, made, views)
    proof, numbers = write(made.theorem, f"{lemma.slug}: {claim.name}")
    titled = [*made.steps, ("the claim", made.theorem)]
    cited = tuple((numbers[theorem], name) for theorem, name in made.cited.items() if theorem in numbers)
    titles = tuple((title, numbers[step.theorem]) for title, step in titled if step.theorem in numbers)
    places = tuple(_place(name) for name in dict.fromkeys(name for _, name in cited))
    absurd = contradicting(stated.hypotheses, made.theorem)
    return replace(stated, proof=proof, titles=titles, cited=cited, places=places, contradicting=absurd)


def _place(cited: str) -> tuple[str, str, int]:
    """What a scope calls a cited claim, the slug of its lemma, and its number there."""
    lemma, claim = located(cited)
    return cited, lemma.slug, [entry.name for entry in lemma.claims].index(claim.name)


def _failed(lemma: Lemma, claim: Claim, stated: ClaimFindings, failure: Exception, views: bool) -> ClaimFindings:
    """No proof: refute the claim if a model does; say which step is missing (and if it is false)."""
    from .goals import goal_view  # most claims never need it

    hypotheses = list(stated.hypotheses.values())
    models = drawn_models((claim.models, lemma.models), WITNESS_TRIES)
    witness = _refuted(stated.hypotheses, stated.conclusion, refuting(hypotheses, stated.conclusion, models))
    view = goal_view(lemma, claim, failure) if views else None
    why = reason(failure)
    if witness is None and isinstance(failure, ProofFailure):
        false = view.witness if view is not None else failure.refute()
        why += f"; that step is false in {false.label}" if false is not None else ""
    return replace(stated, failure=why, witness=witness, view=view)


def _refuted(
    stated: Mapping[str, Term], conclusion: Term, found: tuple[Witness, Model] | None
) -> Witness | None:
    """A counterexample, one that leaves no doubt if there is one; found: one in a model of the lemma."""
    hypotheses, known = list(stated.values()), found[0] if found else None
    if found is not None and known is not None:
        if known.certain:
            return known
        sure, doubt = certified(known, hypotheses, conclusion, found[1])
        if sure is not None:
            return sure
        known = replace(known, doubt="" if doubt is None else _doubtful(stated, doubt, bool(known.calls)))
    other = refute(hypotheses, conclusion, steps=STEPS)
    return other if other is not None and (known is None or other.certain) else known


def _doubtful(stated: Mapping[str, Term], doubt: Doubt, sequences: bool) -> str:
    """What is in doubt about a counterexample, read as data."""
    read = " (sequences are 0 where nothing is read of them)" if sequences else ""
    if doubt.number < 0:
        return f"the claim is not known to fail{read}"
    where = f" at {', '.join(told_apart(doubt.at))}" if doubt.at else ""
    what = "fails" if doubt.fails else "is not decided"
    return f'the assumption "{list(stated)[doubt.number]}" {what}{where}{read}'


def reason(failure: Exception) -> str:
    """Why a script failed, in one sentence."""
    if isinstance(failure, MissingAssumption):
        return f"the proof needs the assumption {failure}, which is missing"
    return " ".join(str(failure).split())


# --- numbers and mutants ------------------------------------------------------------------------


def drawn_models(sources: Sequence[Models | None], count: int) -> Iterator[Model]:
    """Random models from the first source that there is."""
    source = next((source for source in sources if source is not None), None)
    return islice(_drawn(source), count) if source else iter(())


def _drawn(source: Models) -> Iterator[Model]:
    """The models of a source, which is called when the first is asked for: then mpmath has the tests' precision.

    Raises LemmaError for what is not a model.
    """
    drawn = source(Random(SEED))
    if not isinstance(drawn, Iterable):
        raise LemmaError(f"{_named(source)} must yield {A_MODEL}, but returned {_kind(drawn)}")
    for model in drawn:
        if not isinstance(model, Model):
            raise LemmaError(f"{_named(source)} must yield {A_MODEL}, not {_kind(model)}")
        yield model


def _some(source: Models, count: int) -> Iterator[Model]:
    """So many models of a source, and at least one: raises LemmaError if it yields none."""
    model = None
    for model in islice(_drawn(source), count):
        yield model
    if model is None:
        raise LemmaError(f"{_named(source)} yields no model, but must yield {A_MODEL}")


def _named(source: Models) -> str:
    """A function that draws models, by its name and line."""
    code = getattr(source, "__code__", None)
    return f"{getattr(source, '__name__', 'models')}{f' (line {code.co_firstlineno})' if code else ''}"


def _kind(value: object) -> str:
    name = type(value).__name__
    return "None" if value is None else f"{'an' if name[0].lower() in 'aeiou' else 'a'} {name}"


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
        reports = check_sequents(list(tests.values()), _some(source, models))
        found.update(zip(tests, reports, strict=True))
    return found


def _source(lemma: Lemma, claim: Claim) -> Models | None:
    """Where the random models for a claim come from; None if it is not tested on any."""
    return None if speaks_of_integrability(prop(claim.conclusion)) else claim.models or lemma.models


def _intervals(lemma: Lemma, claim: Claim) -> BoxAnswer | None:
    """A closed statement on a box of its variables, by outward-rounded intervals; None if the claim names no box."""
    if claim.box is None:
        return None
    stated = (prop(statement) for statement in lemma.stated(claim).values())
    return check_box(prop(claim.conclusion), claim.box, [entry for entry in stated if entry.op in RELATIONS])


def mutant_report(lemma: Lemma, mutant: Mutant) -> MutantReport:
    """Run the lemma's own script on a mutant (it must fail) and find a model that shows it false."""
    stated = _mutant_outline(lemma, mutant)
    changed = lemma.mutated(mutant)
    claim = changed.claims[0]
    hypotheses = list(stated.hypotheses.values())
    models = drawn_models((mutant.models, claim.models, lemma.models), WITNESS_TRIES)
    found = refuting(hypotheses, stated.conclusion, models)
    with at_hand(*([found[1]] if found else [])):  # where the script's first false step may well fail
        outcome = attempt(changed, claim)
    witness = found[0] if found else refute(hypotheses, stated.conclusion, steps=STEPS)
    refused = isinstance(outcome, Exception)
    why = reason(outcome) if isinstance(outcome, Exception) else "the script proved it"
    return replace(stated, refused=refused, reason=why, witness=witness)
