"""The verdicts: what was found, and what the kernel answers about the proof files, read against the statements.

This is all that stands between the kernel's word PROVED and the one that is printed.  The process that runs it has not
run the lemma file.
"""

from __future__ import annotations

import platform
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from .._version import __version__
from ..kernel.rules import Theorem
from ..kernel.terms import Refusal, Term
from ..kernel.text import show
from ..kernel.verify import VERSION as PROOF_FORMAT
from ..kernel.verify import sorts_of
from ..numeric.answers import Witness
from ..support.foreign_text import foreign
from .goal_view import GoalView
from .report import ClaimFindings, ClaimReport, Findings, LemmaReport, NearMiss, TwinReport, Verdict
from .twins import CONSTANT, DROPPED, EXPONENT, Twin, twins


def judged(found: Findings, answers: Sequence[Mapping[str, Any]]) -> LemmaReport:
    """The report on a lemma, given what the kernel answered about its proof files (in the order of `found.proofs`)."""
    proved = iter(answers)
    claims = tuple(_proved(claim, next(proved)) if claim.proof else _failed(claim) for claim in found.claims)
    return LemmaReport(found.about, claims, found.mutants, versions())


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


def _proved(found: ClaimFindings, answer: Mapping[str, Any]) -> ClaimReport:
    """Read the kernel's answer against the claim as it is stated."""
    verdict, said = _read(answer, found.hypotheses, found.conclusion)
    reason = foreign(said)  # it may repeat what the proof file says
    if verdict is Verdict.PROVED:
        named = _steps_named(found)
        if not all(0 <= step < answer["steps"] for step in named):
            verdict, reason = Verdict.REJECTED, "a named step is not in the proof file"
        elif not found.titles or found.titles[-1][1] != answer["steps"] - 1:
            verdict, reason = Verdict.REJECTED, "the last step of the proof file has no name"
    if verdict is not Verdict.PROVED:
        return ClaimReport.of(found, verdict, reason=reason)
    hypotheses = set(answer["hypotheses"])
    used = tuple(name for name, statement in found.hypotheses.items() if show(statement) in hypotheses)
    return ClaimReport.of(
        found,
        verdict,
        used=used,
        unused=tuple(name for name in found.hypotheses if name not in used),
        citations=tuple((foreign(name), foreign(source)) for name, source in answer["citations"]),
        proof_steps=answer["steps"],
    )


def _steps_named(found: ClaimFindings) -> list[int]:
    return [*(step for _, step in found.titles), *(step for step, _ in found.cited)]


def _read(answer: Mapping[str, Any], stated: Mapping[str, Term], conclusion: Term) -> tuple[Verdict, str]:
    """The kernel's verdict, if what it proved is what the claim says, from stated assumptions alone."""
    verdict = Verdict.PROVED if answer["verdict"] == str(Verdict.PROVED) else Verdict.REJECTED
    if verdict is Verdict.REJECTED:
        return verdict, str(answer["reason"])
    if answer["conclusion"] != show(conclusion):
        return Verdict.REJECTED, f"the proof file proves another statement: {answer['conclusion']}"
    try:
        sorts_of(Theorem(tuple(stated.values()), conclusion))
    except Refusal as clash:  # also between assumptions that the proof does not use: the reader sees them all
        return Verdict.REJECTED, str(clash)
    used = [statement for statement in stated.values() if show(statement) in answer["hypotheses"]]
    if answer["sorts"] != sorts_of(Theorem(tuple(used), conclusion)):
        return Verdict.REJECTED, f"the names in the proof file have other sorts: {answer['sorts']}"
    extra = set(answer["hypotheses"]) - {show(statement) for statement in stated.values()}
    if extra:
        return Verdict.REJECTED, f"the proof file also assumes {sorted(extra)[0]}"
    return verdict, ""


def recomputed(witness: Witness, hypotheses: Sequence[Term], conclusion: Term) -> Witness | None:
    """A counterexample as it is when computed here, if it is one.  Few answers have any, and mpmath takes a while."""
    from ..numeric import certifying

    return certifying.recomputed(witness, hypotheses, conclusion)


def _recomputed(view: GoalView | None) -> GoalView | None:
    """A goal view whose counterexample, where it is said to leave no doubt, is one when computed here."""
    if view is None or view.goal is None or view.witness is None or not view.witness.certain:
        return view
    return replace(view, witness=recomputed(view.witness, [statement for _, statement in view.facts], view.goal))


def _failed(found: ClaimFindings) -> ClaimReport:
    """No proof: refuted by a counterexample that leaves no doubt and is one when computed here; otherwise undecided."""
    reason = found.failure
    found = replace(found, view=_recomputed(found.view))
    witness = found.witness
    if witness is None:
        return ClaimReport.of(found, Verdict.UNDECIDED, reason=reason)
    if not witness.certain:
        said = f": {witness.doubt}" if witness.doubt else ""
        reason += f"; it fails in a model, but rounding or sampled quantifiers leave a doubt{said}"
        return ClaimReport.of(found, Verdict.UNDECIDED, reason=reason)
    own = recomputed(witness, list(found.hypotheses.values()), found.conclusion)
    if own is None:
        reason += "; the counterexample sent by the lemma file does not hold when recomputed"
        return ClaimReport.of(replace(found, witness=None), Verdict.UNDECIDED, reason=reason)
    return ClaimReport.of(replace(found, witness=own), Verdict.REFUTED, reason=reason)


# --- near misses that the tool makes ----------------------------------------------------------------


def near_misses(
    report: LemmaReport, found: Sequence[NearMiss], answers: Sequence[Mapping[str, Any]]
) -> tuple[TwinReport, ...]:
    """The near misses of a lemma's proved claims, given what was found, and what the kernel says of the proof files.

    What each of them states follows from the claim as it is stated in the report.
    """
    proved = iter(answers)
    said = {(each.claim, each.number): (each, next(proved) if each.proof else None) for each in found}
    claims = [claim for claim in report.claims if claim.is_proved and not claim.contradicting]
    return tuple(twin for claim in claims for twin in _near_misses(claim, said))


Said = Mapping[tuple[str, int], tuple[NearMiss, Mapping[str, Any] | None]]


def _near_misses(claim: ClaimReport, said: Said) -> Iterator[TwinReport]:
    for number, twin in enumerate(twins(claim.hypotheses, claim.conclusion)):
        each, answer = said.get((claim.name, number), (None, None))
        if twin.assumption in claim.unused:
            if twin.kind == DROPPED:
                yield _twin(claim, twin, "proved")
        elif each is not None:
            yield _judged_twin(claim, twin, each, answer)
        elif twin.kind not in (CONSTANT, EXPONENT):  # of these only what is stronger is looked at
            yield _twin(claim, twin, "open")


def _twin(claim: ClaimReport, twin: Twin, status: str) -> TwinReport:
    conclusion = claim.conclusion if twin.conclusion is None else twin.conclusion
    return TwinReport(claim.name, twin, twin.hypotheses(claim.hypotheses), conclusion, status)


def _judged_twin(claim: ClaimReport, twin: Twin, found: NearMiss, answer: Mapping[str, Any] | None) -> TwinReport:
    """A counterexample that leaves no doubt is computed again here; a proof must be one of this very statement."""
    report = replace(_twin(claim, twin, "open"), stronger=found.stronger)
    witness = found.witness
    if witness is not None and witness.certain:
        witness = recomputed(witness, list(report.hypotheses.values()), report.conclusion)
    if witness is not None and witness.conclusion is report.conclusion:
        return replace(report, status="rejected", witness=witness)
    if answer is not None and _read(answer, report.hypotheses, report.conclusion)[0] is Verdict.PROVED:
        return replace(report, status="proved")
    return report
