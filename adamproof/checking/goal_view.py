"""What was left to prove where a script stopped, as plain data: said by the process that ran the lemma file."""

from __future__ import annotations

from dataclasses import dataclass

from ..kernel.terms import Term
from ..numeric.answers import Witness

PROBLEMS = ("unproved", "unstated", "missing", "refused")
SHORT = ("shift", "factor", "rest", "strict", "sides")  # kinds of what a goal is short by
WAYS = ("fact", "degree", "product", "squares", "split", "reversed", "assume", "prove", "state")
MAX_FACTS = 40  # that are sent
MAX_WAYS = 10


@dataclass(frozen=True)
class Shortfall:
    """The nearest statement to the goal that the products tried give; see `prover.nearest.Nearest`.

    kind: in which way the statement is near; statement: that statement, if there is one; missing: what is not covered.
    used: how many of the step's facts, the first ones, are in the combination.
    """

    kind: str
    statement: Term | None
    missing: Term
    used: int = 0


@dataclass(frozen=True)
class Way:
    """A change that closes the goal; see `prover.ideas.Idea`.  names: of the facts, where they have one.

    Two kinds are about what a script assumes and the lemma does not state: "prove" it, since it follows from what is
    stated, or "state" it.  All but "state" were tried.

    kind: what to change; terms: squares, facts or assumptions, as the kind has it; degree: of the products it takes.
    """

    kind: str
    terms: tuple[Term, ...] = ()
    degree: int = 0
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class GoalView:
    """Where a script stopped and what was left.

    problem: the goal is "unproved"; or it is a hypothesis that the lemma does not state ("unstated"); or the script
    asked for an assumption that is not there ("missing"), or did what the rules refuse ("refused"): then there is none.
    file, line: where the script stood, or begins if it had come to its end (`ended`); line 0: not known.
    step: the title of the step that it was making, or that first has the hypothesis; after: of the last that was made.
    source: the cited lemma whose script it is, or whose theorem brought the hypothesis in.
    facts: (name or "", statement) of what the step was given, those in the nearest combination first.
    left_out: how many facts more there are.  short: what the facts give instead; ways: what closes the goal.
    witness: a model of the facts in which the goal fails.  tried: with the facts as they are; looked: for changes.
    """

    problem: str
    goal: Term | None = None
    file: str = ""
    line: int = 0
    ended: bool = False
    step: str = ""
    after: str = ""
    source: str = ""
    facts: tuple[tuple[str, Term], ...] = ()
    left_out: int = 0
    short: Shortfall | None = None
    witness: Witness | None = None
    tried: tuple[str, ...] = ()
    looked: tuple[str, ...] = ()
    ways: tuple[Way, ...] = ()
