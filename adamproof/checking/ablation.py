"""What a lemma loses without some of its assumptions: they are dropped, and the scripts run as they are.

That a script fails without an assumption shows that this proof needs it, not that the statement is false without it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from ..kernel.normal import key
from ..kernel.terms import Term
from ..prover import prop
from ..theory import library
from ..theory.dependencies import FAILURES, located, whole_name
from ..theory.lemma import Claim, Lemma
from . import pipeline
from .assumptions import matching, unknown
from .judge import judged
from .report import AblatedClaim, AblationFindings, AblationReport
from .serialize import packed, unpacked
from .verifier import FreshVerification


def losses(lemma: Lemma, text: str, say: Callable[[str], None] = lambda _: None) -> AblationReport:
    """Check a lemma of your own process without the assumptions that the text means.

    Raises UnknownAssumption if it means none.
    """
    found = lost(lemma, text, say)
    with FreshVerification(found.found.proofs) as verification:
        left = unpacked(packed(found.found)).of(unpacked(packed(found.stated)).lacking(found.dropped))
        return AblationReport.of(judged(left, verification.answers()), found.dropped, found.claims)


def lost(lemma: Lemma, text: str, say: Callable[[str], None]) -> AblationFindings:
    """The work on a lemma without the assumptions that the text means.  Raises UnknownAssumption if it means none."""
    dropped = matching(list(lemma.assumptions), text)
    if not dropped:
        raise unknown(lemma.assumptions, text, f"{lemma.slug} has no")
    found = pipeline.work(_bare(lemma.without(dropped)), 0, False, say, lambda _: None, views=False)
    claims = []
    for claim, answer in zip(lemma.claims, found.claims, strict=True):
        stated = tuple(name for name in dropped if name in lemma.stated(claim))
        if answer.proof:
            claims.append(AblatedClaim(stated))
        else:
            mutant = _refuted_mutant(lemma, claim, dropped, say)
            claims.append(AblatedClaim(stated, *_needed(lemma, claim, stated), mutant))
    return AblationFindings(pipeline.outline(lemma, False), found, dropped, tuple(claims))


def _bare(lemma: Lemma) -> Lemma:
    """Without models: they satisfy the dropped assumptions too, so that none of them would be a counterexample."""
    return replace(lemma, models=None, claims=[replace(claim, models=None) for claim in lemma.claims])


def _refuted_mutant(lemma: Lemma, claim: Claim, dropped: Sequence[str], say: Callable[[str], None]) -> str:
    """A mutant that does nothing but drop some of these assumptions, and that a model refutes."""
    for mutant in lemma.mutants:
        only_drops = mutant.conclusion is None and not mutant.change and set(mutant.drop) <= set(dropped)
        if only_drops and mutant.drop and lemma.claim(mutant.claim) is claim:
            say(f"{lemma.slug}: testing the near miss {mutant.name}")
            if pipeline.mutant_report(lemma, mutant).is_rejected:
                return mutant.name
    return ""


def _needed(lemma: Lemma, claim: Claim, stated: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Which of the assumptions the intact proof uses, and where each enters."""
    try:
        hypotheses = library.derivation_of(lemma, claim).theorem.hypotheses
    except FAILURES:
        return (), ()  # there is no intact proof to look at
    marks = {name: key(prop(lemma.assumptions[name])) for name in stated}
    kept = set(map(key, hypotheses))
    needed = tuple(name for name, mark in marks.items() if mark in kept)
    return needed, tuple(dict.fromkeys(_entry(lemma, claim, marks[name]) for name in needed))


def _entry(lemma: Lemma, claim: Claim, mark: object) -> str:
    """Where an assumption enters: the chain of lemmas that pass it on, and the first step of the last that has it."""
    chain: list[str] = []
    while True:
        derivation = library.derivation_of(lemma, claim)
        name = next((n for theorem, n in derivation.cited.items() if _has(theorem.hypotheses, mark)), None)
        if name is None:
            break
        chain.append(whole_name(name))
        lemma, claim = located(name)
    titles = [title for title, step in derivation.steps if _has(step.hypotheses, mark)]
    step = f'in the step "{titles[0]}"' if titles else "in the last step"
    return f"through {', '.join(chain)}, {step}" if chain else f"it is used {step}"


def _has(hypotheses: Iterable[Term], mark: object) -> bool:
    return any(key(hypothesis) == mark for hypothesis in hypotheses)
