"""The goal view of a failure: where the script stopped, what it had, what is short, and what was tried to close it.

It is made for claims that are reported; mutants fail on purpose and have none.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace

from ..kernel.normal import key, normal
from ..kernel.terms import RELATIONS, Refusal, Term
from ..prover import ProofFailure, effort, prop
from ..prover.effort import OutOfEffort
from ..prover.ideas import Idea, Looking
from ..prover.nearest import Nearest, nearest
from ..prover.proving import Question, assume
from ..prover.record import Step
from ..prover.search import Search
from ..theory.lemma import Claim, Lemma, MissingAssumption, OtherStatement
from ..theory.stops import Stop, stop_of
from .goal_view import MAX_FACTS, MAX_WAYS, GoalView, Shortfall, Way

DEGREE = 2  # of the search for a hypothesis that is not stated


def goal_view(lemma: Lemma, claim: Claim, failure: Exception) -> GoalView | None:
    """What was left where a script stopped; None where nothing is known of that."""
    stop = stop_of(failure)
    if stop is None:
        return None
    made = stop.scope.steps
    after = made[-1][0] if made else ""
    source = "" if stop.lemma.slug == lemma.slug else stop.lemma.slug
    place = GoalView("refused", None, stop.file, stop.line, stop.ended, stop.step, after, source)
    if isinstance(failure, ProofFailure):
        return _unproved(place, stop, failure)
    if isinstance(failure, OtherStatement):
        return _unstated(place, stop, failure)
    return replace(place, problem="missing" if isinstance(failure, MissingAssumption) else "refused")


def _unproved(place: GoalView, stop: Stop, failure: ProofFailure) -> GoalView:
    names = _names(stop)
    witness = failure.refute()
    short = _nearest(failure)
    stated = {prop(statement): None for statement in stop.lemma.stated(stop.claim).values()}
    made = [step for _, step in stop.scope.steps if stated.keys() >= set(step.hypotheses)]
    others = [*made, *map(assume, stated)]
    looking = Looking(failure, others, witness is not None, short is not None and short.kind in CONSTANTS)
    ways = tuple(_way(idea, names) for idea in looking.ideas())
    view = replace(
        place,
        problem="unproved",
        goal=failure.goal,
        witness=witness,
        tried=failure.tried,
        looked=tuple(looking.tried),
        ways=ways[:MAX_WAYS],
    )
    return _with_facts(view, failure.facts, names, short)


def _unstated(place: GoalView, stop: Stop, failure: OtherStatement) -> GoalView:
    """The hypotheses that are not stated: what brought the first one in, and which follow from what is stated."""
    goal = failure.unstated[0]
    steps = [title for title, step in stop.scope.steps if goal in step.hypotheses]
    cited = [name for theorem, name in stop.scope.cited.items() if goal in theorem.hypotheses]
    facts = stop.scope.relations()
    failures = {goal: ProofFailure(goal, facts, (), (), DEGREE) for goal in failure.unstated[:MAX_WAYS]}
    proved = tuple(goal for goal, open_ in failures.items() if goal.op in RELATIONS and Looking(open_).closes())
    left = tuple(goal for goal in failures if goal not in proved)
    found = (Way("prove", proved), Way("state", left))
    view = replace(
        place,
        problem="unstated",
        goal=goal,
        step=next(iter(steps), ""),
        source=next(iter(cited), ""),
        ways=tuple(way for way in found if way.terms),
    )
    return _with_facts(view, facts, _names(stop), None if goal in proved else _nearest(failures[goal]))


CONSTANTS = ("shift", "factor", "strict")  # where a constant is short, not a fact


def _nearest(failure: ProofFailure) -> Nearest | None:
    if failure.goal.op not in RELATIONS:
        return None
    facts = [step for step in failure.facts if step.conclusion.op in RELATIONS]
    with suppress(Refusal, OutOfEffort), effort.question():  # else too large
        known = Question(failure.goal, failure.hints, failure.degree).known(facts)
        return nearest(Search(failure.goal, known.facts, failure.hints), failure.degree)
    return None


def _with_facts(view: GoalView, facts: Sequence[Step], names: Callable[[Step], str], short: Nearest | None) -> GoalView:
    """The view with its facts, those of the nearest combination first."""
    used = {key(prop) for prop in short.used} if short else set()
    ordered = sorted(facts, key=lambda step: key(step.conclusion) not in used)
    shown = [(names(step), step.conclusion) for step in ordered]
    kept = [(name, said) for name, said in shown if name or key(said) in used or not _is_sign(said)][:MAX_FACTS]
    count = sum(key(statement) in used for _, statement in kept)
    nearest_ = Shortfall(short.kind, short.statement, short.missing, count) if short else None
    return replace(view, facts=tuple(kept), left_out=len(shown) - len(kept), short=nearest_)


def _is_sign(statement: Term) -> bool:
    """Whether a statement says no more than a sign, which the search has found by the form of a term."""
    return statement.op in ("<=", "<") and not normal(statement.args[0])


def _way(idea: Idea, names: Callable[[Step], str]) -> Way:
    return Way(idea.kind, idea.terms, idea.degree, tuple(names(step) for step in idea.others))


def _names(stop: Stop) -> Callable[[Step], str]:
    """What readers know a fact by: an assumption, a step or a cited lemma; else the assumptions that it rests on."""
    assumed = {key(prop(statement)): name for name, statement in stop.lemma.stated(stop.claim).items()}
    titles = {key(step.conclusion): title for title, step in stop.scope.steps}
    cited: Mapping[object, str] = {key(theorem.conclusion): name for theorem, name in stop.scope.cited.items()}

    def name(step: Step) -> str:
        mark = key(step.conclusion)
        found = assumed.get(mark) or titles.get(mark) or cited.get(mark)
        rests = [assumed[key(h)] for h in step.hypotheses if key(h) in assumed]
        return found or (f"from {' and '.join(rests)}" if 0 < len(rests) <= 2 else "")

    return name
