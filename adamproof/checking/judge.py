"""The verdicts: what was found, and what the kernel answers about the proof files, read against the statements.

This is all that stands between the kernel's word PROVED and the one that is printed.  The process that runs it has not
run the lemma file.
"""

from __future__ import annotations

import platform
from collections.abc import Mapping, Sequence
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
from .report import ClaimFindings, ClaimReport, Findings, LemmaReport, Verdict


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


def refutes(witness: Witness, hypotheses: Sequence[Term], conclusion: Term) -> bool:
    """Whether a counterexample is one when it is computed here.  Few answers have any, and mpmath takes a while."""
    from ..numeric import check

    return check.refutes(witness, hypotheses, conclusion)


def _recomputed(view: GoalView | None) -> GoalView | None:
    """A goal view whose counterexample, where it is said to leave no doubt, is one when computed here."""
    if view is None or view.goal is None or view.witness is None or not view.witness.certain:
        return view
    holds = refutes(view.witness, [statement for _, statement in view.facts], view.goal)
    return view if holds else replace(view, witness=None)


def _failed(found: ClaimFindings) -> ClaimReport:
    """No proof: refuted by a counterexample that leaves no doubt and is one when computed here; otherwise undecided."""
    reason = found.failure
    found = replace(found, view=_recomputed(found.view))
    witness = found.witness
    if witness is None:
        return ClaimReport.of(found, Verdict.UNDECIDED, reason=reason)
    if not witness.certain:
        reason += "; it fails in a model, but rounding or sampled quantifiers leave a doubt"
    elif not refutes(witness, list(found.hypotheses.values()), found.conclusion):
        reason += "; the counterexample sent by the lemma file does not hold when recomputed"
        return ClaimReport.of(replace(found, witness=None), Verdict.UNDECIDED, reason=reason)
    return ClaimReport.of(found, Verdict.REFUTED if witness.certain else Verdict.UNDECIDED, reason=reason)
