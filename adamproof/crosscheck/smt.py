"""What a solver's answers about the arithmetic steps of a result come to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from .records import verdict_of
from .smt_solvers import Answers

Found = Mapping[str, Sequence[Answers]]  # by claim


def document(name: str, found: Found, seconds: float) -> dict[str, Any]:
    """The answers about a result, as they are printed and recorded."""
    everything = [answers for said in found.values() for answers in said]
    questions = Counter(answers.question for answers in everything)
    return {
        "result": name,
        "verdict": verdict_of(questions),
        "questions": dict(sorted(questions.items())),
        "claims": {claim: dict(sorted(Counter(a.question for a in said).items())) for claim, said in found.items()},
        "premises": dict(sorted(Counter(answers.premises for answers in everything).items())),
        "alarms": [_told(claim, answers) for claim, answers in steps_with(found, "sat")],
        "unknown": [_told(claim, answers) for claim, answers in steps_with(found, "unknown")],
        "seconds": round(seconds, 3),
    }


def steps_with(found: Found, answer: str) -> list[tuple[str, Answers]]:
    """The steps whose question got this answer, each with its claim."""
    return [(claim, answers) for claim, said in found.items() for answers in said if answers.question == answer]


def _told(claim: str, answers: Answers) -> dict[str, Any]:
    ended = {"ended": True} if answers.ended else {}
    return {"claim": claim, "step": answers.obligation.number, "said": answers.obligation.said, **ended}
