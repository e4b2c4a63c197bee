"""Sequents against models: check that they hold, and search for counterexamples.

A sequent ``hypotheses |- conclusion`` is tested in models that satisfy its hypotheses.  That it holds in all
of them is evidence; a model in which the hypotheses hold and the conclusion fails refutes it, and is
reported as a Witness that a reader can recompute.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import accumulate
from typing import Any

import mpmath

from ..kernel.terms import INT, POINT, QUANTIFIERS, REAL, Function, Term, free
from ..kernel.text import show
from .answers import Number, Report, Slack
from .answers import Witness as Witness
from .evaluate import Call, Evaluator, Truth
from .judging import is_sampled
from .models import ONE_POINT, Model
from .numbers import DIGITS, GUARD, MARGIN, TOLERANCE, Undetermined, as_mpf, exceeds, precision, told_apart

ROUNDED = Fraction(1, 10**12)  # a hypothesis that is off by less (relative) was probably computed with too few digits
MAX_SEARCH = 2_000_000  # summands evaluated in the search for one counterexample


class HypothesisViolated(ValueError):
    """A model that was meant to satisfy the hypotheses does not: whoever made the models is wrong."""


Sequent = tuple[Sequence[Term], Term]  # (hypotheses, conclusion)


def check_sequent(
    hypotheses: Sequence[Term], conclusion: Term, models: Iterable[Model], digits: int = DIGITS
) -> Report:
    """Test a sequent in models that are meant to satisfy its hypotheses; see check_sequents."""
    return check_sequents([(hypotheses, conclusion)], models, digits)[0]


def check_sequents(sequents: Sequence[Sequent], models: Iterable[Model], digits: int = DIGITS) -> list[Report]:
    """Test sequents in the same models, which are meant to satisfy all their hypotheses: one report a sequent.

    A generator of models runs at the precision of the test, whatever mpmath's own is at the time.

    Raises HypothesisViolated, naming model and hypothesis, when one does not (or when a hypothesis has no
    value in it); ValueError when there is no model; ModelError when a model lacks a name.
    """
    tests = [_Test(hypotheses, conclusion, digits) for hypotheses, conclusion in sequents]
    shared = list(accumulate((set(test.hypotheses) for test in tests), set.union, initial=set[Term]()))
    new = [[prop for prop in test.hypotheses if prop not in seen] for test, seen in zip(tests, shared, strict=False)]
    for model in _at_precision(models, digits):
        evaluator = Evaluator(model, digits)
        exact: dict[Term, bool] = {}
        with precision(digits + GUARD):
            for test, hypotheses in zip(tests, new, strict=True):  # the sequents share most of their hypotheses
                exact |= {hypothesis: _required(evaluator, hypothesis).exact for hypothesis in hypotheses}
                test.see(evaluator, exact)
    return [test.report() for test in tests]


def _at_precision(models: Iterable[Model], digits: int) -> Iterator[Model]:
    """The models, each made (by a generator, say) at the precision at which it is then evaluated."""
    made = iter(models)
    while True:
        with mpmath.workdps(digits + GUARD):
            model = next(made, None)
        if model is None:
            return
        yield model


class _Test:
    """One sequent, and what the models seen so far say about it."""

    def __init__(self, hypotheses: Sequence[Term], conclusion: Term, digits: int) -> None:
        refuse_clashes([*hypotheses, conclusion])
        self.hypotheses, self.conclusion, self.digits = hypotheses, conclusion, digits
        self.exact = True  # as far as hypotheses go
        self.answers: list[Truth] = []
        self.undetermined: list[tuple[str, str]] = []
        self.violation: Witness | None = None

    def see(self, evaluator: Evaluator, exact: Mapping[Term, bool]) -> None:
        """The conclusion in a model in which the hypotheses hold.  exact: whether each of them does exactly."""
        model = evaluator.model
        self.exact = self.exact and all(map(exact.__getitem__, self.hypotheses))
        try:
            answer = evaluator.truth(self.conclusion)
        except Undetermined as reason:
            self.undetermined.append((model.label, str(reason)))
            return
        self.answers.append(answer)
        if not answer.holds and self.violation is None:
            self.violation = _witness(self.hypotheses, self.conclusion, model, answer, self.digits)

    def report(self) -> Report:
        if not self.answers and not self.undetermined:
            raise ValueError("a sequent needs at least one model to be tested in")
        judged = (*self.hypotheses, self.conclusion) if self.answers else self.hypotheses
        sampled = any(map(is_sampled, judged))
        return _report(self.answers, self.exact, sampled, self.undetermined, self.violation, self.digits)


def counterexample(
    hypotheses: Sequence[Term], conclusion: Term, models: Iterable[Model], digits: int = DIGITS
) -> Witness | None:
    """The first model in which all hypotheses hold and the conclusion fails by a margin, if any.

    The margin: exactly false, or false by more than MARGIN (relative) at 50 digits.  Models in which a
    hypothesis fails, or anything is undetermined, are passed over.  Raises ModelError when a model lacks a name.
    """
    found = refuting(hypotheses, conclusion, models, digits)
    return found[0] if found is not None else None


def refuting(
    hypotheses: Sequence[Term], conclusion: Term, models: Iterable[Model], digits: int = DIGITS
) -> tuple[Witness, Model] | None:
    """The same with the model that the counterexample was found in."""
    refuse_clashes([*hypotheses, conclusion])
    spent = 0
    for model in _at_precision(models, digits):
        if spent > MAX_SEARCH:
            break
        evaluator = Evaluator(model, digits)
        try:
            held = _held(evaluator, hypotheses)
            if held is None:
                continue
            answer = evaluator.truth(conclusion, tolerance=MARGIN)
        except Undetermined:
            continue
        finally:
            spent += evaluator.summands
        if not answer.holds:
            return _witness(hypotheses, conclusion, model, answer, digits, (held, evaluator.calls)), model
    return None


def counterexamples(
    hypotheses: Sequence[Term], conclusions: Sequence[Term], models: Iterable[Model], most: int, digits: int = DIGITS
) -> list[Witness | None]:
    """As `counterexample` for several conclusions of the same hypotheses, which are evaluated once a model.

    most: summands that are evaluated in all.
    """
    refuse_clashes([*hypotheses, *conclusions])
    found: list[Witness | None] = [None] * len(conclusions)
    spent = 0
    for model in _at_precision(models, digits):
        if spent > most or None not in found:
            break
        evaluator = Evaluator(model, digits)
        try:
            held = _held(evaluator, hypotheses)
        except Undetermined:
            continue
        calls = dict(evaluator.calls)
        for number, conclusion in enumerate(conclusions):
            if held is None or found[number] is not None:
                continue
            try:
                answer = evaluator.truth(conclusion, tolerance=MARGIN)
            except Undetermined:
                continue
            if not answer.holds:
                found[number] = _witness(hypotheses, conclusion, model, answer, digits, (held, calls))
        spent += evaluator.summands
    return found


def fails(evaluator: Evaluator, facts: Sequence[Term], goal: Term) -> bool:
    """Whether relations all hold in a model in which the goal, a relation, fails by a margin, as for `counterexample`.

    False where a name or a value is missing, or the model cannot be computed there.
    """
    try:
        refuse_clashes([*facts, goal])
        if evaluator.truth(goal, MARGIN, slacks=False).holds:
            return False
        return _held(evaluator, facts) is not None
    except Exception:  # noqa: BLE001 - a model's functions may fail in any way where no hypothesis speaks of them
        return False


def _held(evaluator: Evaluator, hypotheses: Sequence[Term]) -> list[Truth] | None:
    """How the hypotheses hold, or None where one fails.  Raises Undetermined."""
    held = []
    for hypothesis in hypotheses:
        held.append(evaluator.truth(hypothesis, slacks=False))
        if not held[-1].holds:
            return None
    return held


def _required(evaluator: Evaluator, hypothesis: Term) -> Truth:
    label = evaluator.model.label
    try:
        answer = evaluator.truth(hypothesis, slacks=False)
    except Undetermined as reason:
        raise HypothesisViolated(f"{label}: the hypothesis {show(hypothesis)} is undetermined: {reason}") from reason
    failed = answer.failed
    if failed is not None and failed.slack is not None:
        where = f" at {', '.join(told_apart(failed.instance))}" if failed.instance else ""
        said = f"{failed.slack} is false{failed.slack.closeness}{_rounded(failed.slack)}"
        raise HypothesisViolated(f"{label} violates the hypothesis {show(hypothesis)}{where}: {said}")
    return answer


def _rounded(slack: Slack) -> str:
    """A hint where numbers look as if they had been computed with fewer digits than the tool's."""
    if slack.exact or abs(slack.relative) > as_mpf(ROUNDED):
        return ""
    return f"; compute the model's numbers inside `models`, where they have {DIGITS + GUARD} digits"


def _witness(
    hypotheses: Sequence[Term],
    conclusion: Term,
    model: Model,
    answer: Truth,
    digits: int,
    seen: tuple[Sequence[Truth], Mapping[Call, Number]] | None = None,
) -> Witness:
    """The counterexample that a model is; seen: how its hypotheses hold, and the calls that this took."""
    # Evaluated afresh, the conclusion first, so that the calls are listed in the order that explains the failure.
    evaluator = Evaluator(model, digits)
    evaluator.truth(conclusion, MARGIN if not answer.exact else TOLERANCE)
    conditions = seen[0] if seen else [evaluator.truth(hypothesis) for hypothesis in hypotheses]
    calls = {**evaluator.calls, **(seen[1] if seen else {})}
    failed = answer.failed
    if failed is None or failed.slack is None:
        raise ValueError(f"{show(conclusion)} does not fail in {model.label}")
    names = {symbol for prop in (*hypotheses, conclusion) for symbol in free(prop) if type(symbol) is Term}
    return Witness(
        label=model.label,
        conclusion=conclusion,
        variables=tuple(sorted((name.args[0], model.variables[name.args[0]]) for name in names)),
        calls=tuple(calls.items()),
        instance=failed.instance,
        slack=failed.slack,
        exact=failed.exact,
        hypotheses_exact=all(condition.exact for condition in conditions),
        hypotheses_sampled=any(condition.sampled for condition in conditions),
        digits=digits,
        space=tuple(model.space) if any(map(has_points, (*hypotheses, conclusion))) else (),
    )


def has_points(term: Term) -> bool:
    """Whether a statement has expectations, or variables that are points."""
    own = term.op in ("E", "forall_point") or (term.op == "var" and term.sort == POINT)
    return own or any(type(arg) is Term and has_points(arg) for arg in term.args)


def refuted(witness: Witness, hypotheses: Sequence[Term], conclusion: Term) -> Witness | None:
    """The counterexample that a witness is, beyond doubt, computed again from its values, of unknown origin; or None.

    Where a function's value is missing, or the sums are too long, nothing follows.
    """
    values = dict(witness.calls)
    sorts = quantified(conclusion)
    if len(sorts) != len(witness.instance):
        return None
    at = {sort: [v for s, v in zip(sorts, witness.instance, strict=True) if s == sort] for sort in (INT, REAL)}

    def of(name: str) -> Callable[..., Any]:
        def call(*arguments: Any) -> Any:
            if (name, arguments) not in values:
                raise Undetermined(f"{name} has no value there")
            return values[name, arguments]

        return call

    try:
        refuse_clashes([*hypotheses, conclusion])
        functions = {name: of(name) for name, _ in values}
        model = Model(dict(witness.variables), functions, witness.space or ONE_POINT, at[INT], at[REAL])
        evaluator = Evaluator(model, most=MAX_SEARCH)
        conditions = [evaluator.truth(hypothesis) for hypothesis in hypotheses]
        answer = evaluator.truth(conclusion)
    except (ArithmeticError, LookupError, TypeError, ValueError):
        return None
    given = all(condition.holds and condition.exact and not condition.sampled for condition in conditions)
    failed = answer.failed if given and answer.exact else None
    if failed is None or failed.slack is None:
        return None
    return replace(witness, conclusion=conclusion, instance=failed.instance, slack=failed.slack, definitions=())


def quantified(prop: Term) -> list[str]:
    """The sorts of the quantified variables of a statement, outermost first."""
    found = []
    while prop.op in QUANTIFIERS or prop.op == "implies":
        found += [QUANTIFIERS[prop.op]] if prop.op in QUANTIFIERS else []
        prop = prop.args[-1]
    return found


def _report(
    answers: list[Truth],
    hypotheses_exact: bool,
    sampled: bool,
    undetermined: list[tuple[str, str]],
    violation: Witness | None,
    digits: int,
) -> Report:
    slacks = [leaf.slack for answer in answers for leaf in answer.leaves if leaf.slack is not None]
    tightness = [slack.tightness for slack in slacks if slack.tightness is not None]
    with mpmath.workdps(digits + GUARD):
        return Report(
            models=len(answers),
            instances=len(slacks),
            exact=hypotheses_exact and all(answer.exact for answer in answers),
            sampled=sampled,
            digits=digits,
            smallest_absolute=_extreme([slack.absolute for slack in slacks], -1),
            smallest_relative=_extreme([slack.relative for slack in slacks], -1),
            largest_tightness=_extreme(tightness, 1),
            undetermined=tuple(undetermined),
            violation=violation,
        )


def _extreme(numbers: list[Number], direction: int) -> Number | None:
    """The largest (direction 1) or smallest (-1) number; the first of those that are equal."""
    best: Number | None = None
    for number in numbers:
        if best is None or exceeds(*((number, best) if direction > 0 else (best, number))):
            best = number
    return best


def refuse_clashes(props: Sequence[Term]) -> None:
    """Models speak of names: two symbols with one name would be given one meaning."""
    found: dict[str, Any] = {}
    for prop in props:
        for symbol in free(prop):
            name = symbol.name if type(symbol) is Function else symbol.args[0]
            if found.setdefault(name, symbol) is not symbol:
                raise ValueError(f"the statement has two different symbols called {name}")
