"""Proving a relation from facts, by certificate search over what is known of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import combinations
from typing import TYPE_CHECKING, Any

from ..kernel.normal import difference, key
from ..kernel.terms import BINDERS, QUANTIFIERS, RELATIONS, Refusal, Term, make, number, reset_budget
from ..kernel.text import show
from . import effort, head_theorems
from .known import Known
from .record import Step, derive
from .search import Search
from .translation import TranslationError, prop, term

if TYPE_CHECKING:
    from ..numeric.answers import Witness
    from ..numeric.evaluate import Evaluator
    from ..numeric.models import Model

MAX_AGAIN = 8_000  # monomials to compute when a search without a result is made again without an inequality
A_LOOK = 100  # random models among which a counterexample is looked for before a search is made again

REWRITING = ["rewriting by the equations"]

Fact = Any  # a Step, or a SymPy statement that becomes a hypothesis


class ProofFailure(Exception):
    """A goal that was not proved: what was tried, with which facts; `refute` looks for a counterexample.

    hints, degree: the squares that were named, and how many facts were multiplied at most.  known: what else is known
    where it failed, which no counterexample may violate.
    """

    def __init__(
        self,
        goal: Term,
        facts: Sequence[Step],
        tried: Sequence[str],
        hints: Sequence[Term] = (),
        degree: int = 0,
        known: Sequence[Step] = (),
    ) -> None:
        self.goal, self.facts, self.tried = goal, tuple(facts), tuple(tried)
        self.hints, self.degree, self.known = tuple(hints), degree, tuple(known)
        super().__init__(f"no proof of {show(goal)} found (tried {'; '.join(tried) or 'nothing'})")

    def also(self, tried: Sequence[str]) -> ProofFailure:
        """The same failure, where these have been tried, too."""
        return ProofFailure(self.goal, self.facts, [*self.tried, *tried], self.hints, self.degree, self.known)

    def refute(self) -> Witness | None:
        """A model of the facts (and of what they assume) in which the goal fails, or None."""
        from .refute import refute

        steps = (*self.facts, *self.known)
        props = {key(prop): prop for step in steps for prop in (*step.hypotheses, step.conclusion)}
        return refute([prop for prop in props.values() if prop.op in RELATIONS], self.goal)


def assume(statement: Any) -> Step:
    """P |- P.

    statement: P, as SymPy or the kernel writes it.
    """
    return derive("assume", [], prop(statement))


def cite(name: str, source: str, statement: Any) -> Step:
    """A named axiom from the literature: it stays a hypothesis and every verdict lists it.

    name, source: of the axiom, and where it is proved; printable Latin text.  statement: what it says.
    """
    return derive("cite", [], name, source, prop(statement))


def theorems(facts: Iterable[Fact]) -> list[Step]:
    """Facts as theorems: lists are flattened, statements assumed, absent ones (None) skipped.

    facts: theorems, statements, None, and sequences of these.
    """
    found: list[Step] = []
    for item in facts:
        if item is None:
            continue
        if isinstance(item, (list, tuple)):
            found += theorems(item)
        else:
            found.append(item if isinstance(item, Step) else assume(item))
    return found


# --- proving a relation -------------------------------------------------------------------------


def prove(
    goal: Any,
    *facts: Fact,
    squares: Iterable[Any] = (),
    degree: int = 2,
) -> Step:
    """The goal from the facts, by certificate search.

    squares: terms whose squares may be used; degree: how many facts are multiplied at most.  Raises ProofFailure,
    saying what was tried.

    goal: a statement.  facts: theorems, statements (which become hypotheses), or sequences of these.
    Raises TranslationError for a goal or a fact that the kernel has no words for.
    """
    reset_budget()  # of the kernel's steps, which a search that found nothing may have spent
    target = prop(goal)
    given = theorems(facts)
    if target.op not in RELATIONS:
        return _by_logic(target, given)
    for step in given:
        if step.conclusion.op in QUANTIFIERS or step.conclusion.op == "implies":
            raise TranslationError(f"specialise the fact {show(step.conclusion)} before using it")
    given = [step for step in given if step.conclusion.op in RELATIONS]
    for step in given:
        if key(step.conclusion) == key(target):
            return step if step.conclusion is target else derive("convert", [step], target)
    hints = tuple(term(square) for square in squares)
    question = (target, tuple(given), hints, degree)
    if question not in _answers:
        try:
            _answers[question] = _searched(target, given, hints, degree)
        except ProofFailure as failure:
            _answers[question] = failure
    answer = _answers[question]
    if isinstance(answer, ProofFailure):
        raise answer.with_traceback(None)  # where it failed before is not where it fails now
    return answer


# Searching is deterministic: a question asked before (a mutant repeats most of a script) is not searched again.
_answers: dict[Any, Step | ProofFailure] = {}


def _searched(target: Term, given: Sequence[Step], hints: Sequence[Term], degree: int) -> Step:
    question = Question(target, hints, degree)
    stopped: list[str] = []
    try:
        with effort.question():
            known = question.known(given)
            if found := question.answer(known):
                return found
            if not is_hopeless(target, given):
                if found := question.from_nothing(known) or otherwise(question, given, known):
                    return found
    except effort.OutOfEffort:
        stopped = [effort.stopped()]
    except Refusal as refusal:  # equations that rewrite one another into something too large
        stopped = [str(refusal)]
    raise ProofFailure(target, given, [*(question.tried or REWRITING), *stopped], hints, degree)


_at_hand: list[Evaluator] = []  # models in which a step that is false may well fail


@contextmanager
def at_hand(*models: Model) -> Iterator[None]:
    """Meanwhile no search goes on for a goal that fails in one of these models, where all its facts hold.

    What is proved, and what failures say, are the same without them; only failures take longer.
    """
    from ..numeric.check import MAX_SEARCH
    from ..numeric.evaluate import Evaluator

    before = list(_at_hand)
    _at_hand[:] = [Evaluator(model, most=MAX_SEARCH) for model in models]
    try:
        yield
    finally:
        _at_hand[:] = before


def is_hopeless(target: Term, given: Sequence[Step]) -> bool:
    """Whether the goal fails where the facts hold, so that no search can find anything.

    target: the goal.  given: the facts.
    """
    return fails_at_hand(target, given) or _refuted(target, given)


def fails_at_hand(target: Term, given: Sequence[Step]) -> bool:
    """Whether the goal fails, and the facts hold, in one of the models that are at hand.

    target: the goal.  given: the facts.
    """
    from ..numeric.check import fails

    facts = [step.conclusion for step in given]
    return any(fails(evaluator, facts, target) for evaluator in _at_hand)


def _refuted(target: Term, given: Sequence[Step]) -> bool:
    """Whether a short look finds a counterexample, exact or by a margin, so that no search can find anything."""
    from .refute import refute

    facts = [step.conclusion for step in given]
    if any(map(has_binder, (target, *facts))):
        return False  # sums and integrals take longer to evaluate than another search
    return refute(facts, target, A_LOOK) is not None


def has_binder(term: Term) -> bool:
    """Whether a term has a sum, an expectation or an integral in it."""
    return term.op in BINDERS or any(type(arg) is Term and has_binder(arg) for arg in term.args)


def otherwise(question: Question, given: Sequence[Step], known: Known) -> Step | None:
    """The answer with squares of more sums, with equations about denominators as linear facts, or without one of the
    facts, equations first; then without two or three of them.

    A fact can be in the way, as what rewrites or clears the others, or takes their place; without it, the search is
    what it would have been had it not been given.  So a proof that was found is found with one more equation, too;
    inequalities, and several facts, are left out while MAX_AGAIN allows.

    question: what is asked.  given: its facts.  known: these, with what is known of the heads in sight.
    """
    if known.work <= MAX_AGAIN:
        if found := question.answer(known, near=True) or question.answer(known, linear=True):
            return found
    left = MAX_AGAIN
    # Equations rewrite and clear the others; of the inequalities, long ones take the place of others.
    order = sorted(given, key=lambda step: (step.conclusion.op != "==", -len(difference(*step.conclusion.args))))
    for count in (1, 2, 3):
        for outs in combinations(order, count):
            if left <= 0 and (count > 1 or outs[0].conclusion.op != "=="):
                return None
            fewer = question.known([step for step in given if step not in outs])
            if found := question.answer(fewer):
                return found
            left -= fewer.work
    return None


def _by_logic(target: Term, given: Sequence[Step]) -> Step:
    for step in given:
        if key(step.conclusion) == key(target):
            return derive("convert", [step], target)
    raise ProofFailure(target, given, ["the facts themselves"])


def contradiction(known: Known) -> Step | None:
    """1 <= 0 from what is known, by the bare search; None where it does not find it.

    known: the facts, with what is known of the heads in sight.
    """
    return known.side("<=", number(1), number(0))


@dataclass
class Question:
    """A goal with its hints.

    target: the goal; hints: terms that may be squared; degree: of products of facts; tried: what was attempted with
    all facts.
    """

    target: Term
    hints: Sequence[Term]
    degree: int
    tried: list[str] = field(default_factory=list)

    def known(self, facts: Sequence[Step]) -> Known:
        """Facts, and what is known of the heads in sight."""
        known = Known(facts)
        hints = (difference(hint, number(0)) for hint in self.hints)
        known.enrich([difference(*self.target.args), *hints])
        return known

    def answer(self, known: Known, **how: bool) -> Step | None:
        """The goal from what is known, or None; how: options of Search."""
        (low, high), op = self.target.args, self.target.op
        search = Search(self.target, known.facts, self.hints, **how)
        found = known.run(search, self.degree)
        self.tried = self.tried or search.tried
        if found is None and op == "==":
            if sides := self._both([make("<=", low, high), make("<=", high, low)], known, **how):
                found = derive("antisymmetry", sides)
        if found is None and op == "<=" and low.op == "abs":
            (x,) = low.args
            if sides := self._both([make("<=", x, high), make("<=", make("mul", number(-1), x), high)], known, **how):
                found = head_theorems.apply_to("abs_le", [x, high], sides)
        return found

    def from_nothing(self, known: Known) -> Step | None:
        """The goal where the facts contradict each other, if they speak of other things than it.

        known: the facts.
        """
        absurd = contradiction(known)
        return None if absurd is None else self.answer(Known([absurd]))

    def _both(self, goals: Iterable[Term], known: Known, **how: bool) -> list[Step]:
        """The goals as theorems, or nothing: an equation from two inequalities, abs(x) <= y from x <= y and -x <= y."""
        sides: list[Step] = []
        for goal in goals:
            side = known.run(Search(goal, known.facts, self.hints, **how), self.degree)
            if side is None:
                return []
            sides.append(side)
        return sides
