"""What proofs are written with: prove, calc, induction, sums, specialisation.

Every function takes SymPy statements or theorems (:class:`Step`) and returns a theorem; a SymPy
statement given as a fact becomes a hypothesis.  All of it is search and bookkeeping: the kernel
computes every step, and the verdict comes from verifying the proof file.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import TYPE_CHECKING, Any

from ..kernel.facts import FACTS
from ..kernel.normal import Atom, Poly, difference, key
from ..kernel.terms import (
    BINDERS,
    INT,
    QUANTIFIERS,
    RELATIONS,
    Refusal,
    Term,
    as_real,
    function,
    make,
    number,
    reset_budget,
)
from ..kernel.terms import Function as KernelFunction
from ..kernel.text import show
from . import library
from .language import TranslationError, eq, le, lt, prop, sort_of, term
from .polynomials import all_atoms, atom_term
from .record import Step, derive
from .search import Search

if TYPE_CHECKING:
    from ..numeric.check import Witness

MAX_SIDE_FACTS = 8  # up to this many, side conditions may multiply two facts
MAX_AGAIN = 20_000  # monomials to compute when a search without a result is made again without an inequality

Fact = Any  # a Step, or a SymPy statement that becomes a hypothesis


class ProofFailure(Exception):
    """A goal that was not proved: what was tried, with which facts; `refute` looks for a counterexample."""

    def __init__(self, goal: Term, facts: Sequence[Step], tried: Sequence[str]) -> None:
        self.goal, self.facts, self.tried = goal, tuple(facts), tuple(tried)
        super().__init__(f"no proof found of {show(goal)} (tried {'; '.join(tried) or 'nothing'})")

    def refute(self) -> Witness | None:
        """A model of the facts (and of what they assume) in which the goal fails, or None."""
        from .refute import refute

        props = {key(prop): prop for step in self.facts for prop in (*step.hypotheses, step.conclusion)}
        return refute([prop for prop in props.values() if prop.op in RELATIONS], self.goal)


def assume(statement: Any) -> Step:
    """P |- P."""
    return derive("assume", [], prop(statement))


def cite(name: str, source: str, statement: Any) -> Step:
    """A named axiom from the literature: it stays a hypothesis and every verdict lists it."""
    return derive("cite", [], name, source, prop(statement))


def theorems(facts: Iterable[Fact]) -> list[Step]:
    """Facts as theorems: lists are flattened, statements assumed, absent ones (None) skipped."""
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
    products: Iterable[Iterable[Fact]] = (),
    degree: int = 2,
) -> Step:
    """The goal from the facts, by certificate search.

    squares: terms whose squares may be used; products: further products of facts; degree: how many facts
    are multiplied at most.  Raises ProofFailure, saying what was tried.
    """
    reset_budget()  # of the kernel's steps, which a search that found nothing may have spent
    target = prop(goal)
    given = theorems(facts)
    if target.op not in RELATIONS:
        return _by_logic(target, given)
    extra = [theorems(group) for group in products]
    for group in extra:
        given += [step for step in group if step not in given]
    for step in given:
        if step.conclusion.op in QUANTIFIERS or step.conclusion.op == "implies":
            raise TranslationError(f"the fact {show(step.conclusion)} must be specialised before it is used")
    given = [step for step in given if step.conclusion.op in RELATIONS]
    for step in given:
        if key(step.conclusion) == key(target):
            return step if step.conclusion is target else derive("convert", [step], target)
    hints = tuple(term(square) for square in squares)
    question = (target, tuple(given), hints, tuple(map(tuple, extra)), degree)
    if question not in _answers:
        try:
            _answers[question] = _searched(target, given, extra, hints, degree)
        except ProofFailure as failure:
            _answers[question] = failure
    answer = _answers[question]
    if isinstance(answer, ProofFailure):
        raise answer
    return answer


# Searching is deterministic: a question asked before (a mutant repeats most of a script) is not searched again.
_answers: dict[Any, Step | ProofFailure] = {}


def _searched(
    target: Term, given: Sequence[Step], extra: Sequence[Sequence[Step]], hints: Sequence[Term], degree: int
) -> Step:
    question = _Question(target, extra, hints, degree)
    known = question.known(given)
    found = question.answer(known) or _otherwise(question, given, known)
    if found is None:
        raise ProofFailure(target, given, question.tried or ["rewriting by the equations"])
    return found


def _otherwise(question: _Question, given: Sequence[Step], known: _Known) -> Step | None:
    """The answer with equations about denominators as linear facts, or without one of the facts, equations first; then
    without two or three of them.

    A fact can be in the way, as what rewrites or clears the others; without it, the search is what it would have been
    had it not been given.  So a proof that was found is found with one more equation, too.  An inequality is left out
    if it changes what else is known (otherwise it only adds columns), and while MAX_AGAIN allows.
    """
    first = known.work
    if first <= MAX_AGAIN and (found := question.answer(known, linear=True)):
        return found
    left = MAX_AGAIN
    for out in sorted(given, key=lambda step: step.conclusion.op != "=="):
        equation = out.conclusion.op == "=="
        if not equation and left < first:
            break
        fewer = question.known([step for step in given if step is not out])
        if equation or fewer.facts != known.facts_without(out):
            if found := question.answer(fewer):
                return found
        left -= fewer.work
    for count in (2, 3):
        for outs in combinations(given, count):
            if left < first:
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


@dataclass
class _Question:
    """A goal with its hints; `tried` tells what was attempted with all facts."""

    target: Term
    extra: Sequence[Sequence[Step]]
    hints: Sequence[Term]
    degree: int
    tried: list[str] = field(default_factory=list)

    def known(self, facts: Sequence[Step]) -> _Known:
        """Facts, and what is known of the heads in sight."""
        known = _Known(facts)
        hints = (difference(hint, number(0)) for hint in self.hints)
        known.enrich([difference(*self.target.args), *hints])
        return known

    def answer(self, known: _Known, linear: bool = False) -> Step | None:
        """The goal from what is known, or None."""
        (low, high), op = self.target.args, self.target.op
        search = Search(self.target, known.facts, self.hints, known.places(self.extra), linear)
        found = known.run(search, self.degree)
        self.tried = self.tried or search.tried
        if found is None and op == "==":
            if sides := self._both([make("<=", low, high), make("<=", high, low)], known, linear):
                found = derive("antisymmetry", sides)
        if found is None and op == "<=" and low.op == "abs":
            (x,) = low.args
            if sides := self._both([make("<=", x, high), make("<=", make("mul", number(-1), x), high)], known, linear):
                found = library.apply_to("abs_le", [x, high], sides)
        return found

    def _both(self, goals: Iterable[Term], known: _Known, linear: bool) -> list[Step]:
        """The goals as theorems, or nothing: an equation from two inequalities, abs(x) <= y from x <= y and -x <= y."""
        sides: list[Step] = []
        for goal in goals:
            side = known.run(Search(goal, known.facts, self.hints, linear=linear), self.degree)
            if side is None:
                return []
            sides.append(side)
        return sides


class _Known:
    """The facts in sight of one goal, growing by what is known of the heads that occur in them."""

    def __init__(self, facts: Sequence[Step]) -> None:
        self.facts: list[Step] = []
        self.keys: set[Any] = set()
        self.sides: dict[Any, Step | None] = {}
        self.work = 0  # of all searches from these facts: monomials
        for step in facts:
            self.add(step)

    def add(self, step: Step) -> None:
        mark = key(step.conclusion)
        if mark in self.keys:
            return
        self.keys.add(mark)
        self.facts.append(step)
        if step.conclusion.op == "<":
            try:
                self.add(derive("integer_gap", [step]))
            except Refusal:
                pass  # not between integers

    def facts_without(self, out: Step) -> list[Step]:
        """The facts without one, and without what it says of integers."""
        gap = ("integer_gap", (out,))
        return [step for step in self.facts if step is not out and (step.rule, step.premises) != gap]

    def places(self, groups: Iterable[Iterable[Step]]) -> list[tuple[int, ...]]:
        """Groups of facts by index; those are left out of which a fact is not there."""
        index = {key(step.conclusion): i for i, step in enumerate(self.facts)}
        marks = [[key(step.conclusion) for step in group] for group in groups]
        return [tuple(index[mark] for mark in group) for group in marks if index.keys() >= set(group)]

    def enrich(self, polys: Iterable[Poly]) -> None:
        """Add what is known of every sqrt, abs, sign, inverse and power in sight, inner ones first."""
        in_sight = [*polys, *(difference(*step.conclusion.args) for step in self.facts)]
        atoms = all_atoms(in_sight)
        for atom in atoms:
            for step in self._about(atom):
                self.add(step)
        for step in self._successors(atoms):
            self.add(step)

    def _about(self, atom: Atom) -> Iterator[Step]:
        made = atom_term(atom)
        if atom.head in ("abs", "sign"):
            yield from self._by_sign(atom.head, made.args[0])
        elif atom.head == "sqrt":
            if nonneg := self.side("<=", number(0), made.args[0]):
                yield derive("fact", [nonneg], "sqrt_nonneg", (made.args[0],))
                yield derive("fact", [nonneg], "sqrt_square", (made.args[0],))
                if positive := self.side("<", number(0), made.args[0]):
                    yield library.apply_to("sqrt_positive", [made.args[0]], [positive])
        elif atom.head == "inv":
            yield from self._inverse(made.args[0])
        elif atom.head == "pow":
            base, exponent = made.args
            if natural := self.side("<=", number(0), as_real(exponent)):
                if positive := self.side("<", number(0), base):
                    yield library.apply_to("power_positive", [base, exponent], [positive, natural])
                elif nonneg := self.side("<=", number(0), base):
                    yield library.apply_to("power_nonneg", [base, exponent], [nonneg, natural])
        elif atom.head == "rpow" and (positive := self.side("<", number(0), made.args[0])):
            yield derive("fact", [positive], "rpow_pos", made.args)

    def _by_sign(self, head: str, x: Term) -> Iterator[Step]:
        """The value of abs(x) or sign(x) if the sign of x is known, otherwise what holds in any case."""
        zero = number(0)
        for op, a, b, abs_fact, sign_fact in (
            ("<", zero, x, "abs_nonneg", "sign_pos"),
            ("<", x, zero, "abs_nonpos", "sign_neg"),
            ("==", x, zero, "abs_nonneg", "sign_zero"),
        ):
            if head == "sign" and (known := self.side(op, a, b, degree=1)):
                yield derive("fact", [known], sign_fact, (x,))
                return
            if head == "abs" and (known := self.side("<=", a, b, degree=1) if op == "<" else None):
                yield derive("fact", [known], abs_fact, (x,))
                return
        yield from library.about(head, x)

    def _inverse(self, base: Term) -> Iterator[Step]:
        if positive := self.side("<", number(0), base):
            yield positive
            yield library.apply_to("inverse_positive", [base], [positive])
            yield library.apply_to("inverse_times", [base], [positive])
        elif nonzero := self.side("!=", base, number(0), degree=0):
            yield nonzero
            yield derive("fact", [nonzero], "inv", (base,))
        elif zero := self.side("==", base, number(0)):
            yield library.apply_to("inverse_of_zero", [base], [zero])
        elif nonneg := self.side("<=", number(0), base, degree=1):
            yield library.apply_to("inverse_nonneg", [base], [nonneg])

    def _successors(self, atoms: Sequence[Atom]) -> Iterator[Step]:
        """x^(n+1) == x*x^n wherever both powers are in sight."""
        powers = [atom_term(atom) for atom in atoms if atom.head == "pow"]
        for base, exponent in (power.args for power in powers):
            successor = make("add", exponent, make("int", 1))
            mark = key(make("==", make("pow", base, successor), number(0)))
            if any(key(make("==", other, number(0))) == mark for other in powers):
                if natural := self.side("<=", number(0), as_real(exponent)):
                    yield derive("fact", [natural], "pow_succ", (base, exponent))

    def side(self, op: str, a: Term, b: Term, degree: int = 2) -> Step | None:
        """A side condition by the bare search over the facts so far, or None; degree 0 looks for the fact itself."""
        goal = make(op, a, b)
        mark = key(goal)
        if (mark, degree) not in self.sides:
            direct = next((step for step in self.facts if key(step.conclusion) == mark), None)
            if direct is not None and direct.conclusion is not goal:
                direct = derive("convert", [direct], goal)
            top = degree if len(self.facts) <= MAX_SIDE_FACTS else min(degree, 1)
            self.sides[mark, degree] = direct or (self.run(Search(goal, self.facts), top) if degree else None)
        return self.sides[mark, degree]

    def run(self, search: Search, degree: int) -> Step | None:
        """What a search from these facts finds up to a degree."""
        found = search.run(range(1, degree + 1))
        self.work += search.work
        return found


# --- chains -------------------------------------------------------------------------------------


class Calc:
    """A chain a == b <= c < d whose direction is tracked by its relations: only ==, <= and < can be added."""

    def __init__(self, start: Any) -> None:
        self.start = self.last = term(start)
        self.steps: list[Step] = []

    def _link(self, op: str, expression: Any, by: Sequence[Fact], hints: Mapping[str, Any]) -> Calc:
        target = term(expression)
        self.steps.append(prove(make(op, self.last, target), *by, **hints))
        self.last = target
        return self

    def eq(self, expression: Any, *by: Fact, **hints: Any) -> Calc:
        return self._link("==", expression, by, hints)

    def le(self, expression: Any, *by: Fact, **hints: Any) -> Calc:
        return self._link("<=", expression, by, hints)

    def lt(self, expression: Any, *by: Fact, **hints: Any) -> Calc:
        return self._link("<", expression, by, hints)

    def qed(self) -> Step:
        """The relation between the first and the last expression."""
        ops = {step.conclusion.op for step in self.steps}
        op = "<" if "<" in ops else "<=" if "<=" in ops else "=="
        return prove(make(op, self.start, self.last), *self.steps, degree=1)


def calc(start: Any) -> Calc:
    """Begin a chain at an expression."""
    return Calc(start)


# --- logic --------------------------------------------------------------------------------------


def at(theorem: Fact, *values: Any, given: Iterable[Fact] = ()) -> Step:
    """A forall at values; its conditions are proved from `given`, or become hypotheses."""
    (step,) = theorems([theorem])
    facts = theorems(given)
    for value in values:
        step = _detach_all(step, facts)
        if step.conclusion.op not in QUANTIFIERS:
            raise TranslationError(f"{show(step.conclusion)} is no forall and cannot be taken at {value}")
        step = derive("specialise", [step], term(value, QUANTIFIERS[step.conclusion.op]))
    return _detach_all(step, facts)


def _detach_all(step: Step, facts: Sequence[Step]) -> Step:
    while step.conclusion.op == "implies":
        condition = step.conclusion.args[0]
        step = derive("detach", [step, _established(condition, facts)])
    return step


def _established(condition: Term, facts: Sequence[Step]) -> Step:
    if not facts or condition.op not in RELATIONS:
        mark = key(condition)
        return next((f for f in facts if key(f.conclusion) == mark), None) or derive("assume", [], condition)
    return prove(condition, *facts)


def generalise(theorem: Step, variables: Any, given: Iterable[Any] = ()) -> Step:
    """H, given |- A as H |- forall variables. given -> A."""
    step = theorem
    for condition in reversed(list(given)):
        step = derive("discharge", [step], prop(condition))
    for variable in reversed(variables if isinstance(variables, (list, tuple)) else [variables]):
        step = derive("generalise", [step], term(variable, sort_of(variable)))
    return step


def cut(theorem: Step, *lemmas: Fact) -> Step:
    """Discharge hypotheses by theorems that conclude them."""
    step = theorem
    for lemma in theorems(lemmas):
        step = derive("cut", [lemma, step])
    return step


def settle(theorem: Step, *facts: Fact) -> Step:
    """Discharge every hypothesis that the facts prove (a fact that is assumed may stay as a hypothesis)."""
    given = theorems(facts)
    marks = {key(step.conclusion) for step in given if step.hypotheses == (step.conclusion,)}
    step = theorem
    for hypothesis in theorem.hypotheses:
        if key(hypothesis) in marks:
            continue
        try:
            step = derive("cut", [prove(hypothesis, *given), step])
        except ProofFailure:
            continue
    return step


def instantiate(theorem: Step, values: Mapping[Any, Any], **options: Any) -> Step:
    """Replace free variables (by terms) and function symbols (by (parameters, body)) in a theorem."""
    variables, functions = [], []
    for symbol, value in values.items():
        if isinstance(value, tuple):
            parameters, body = value
            head = _function_symbol(symbol)
            functions.append((head, tuple(term(p, s) for p, s in zip(parameters, head.sorts, strict=True)), term(body)))
        else:
            variable = term(symbol, sort_of(symbol))
            variables.append((variable, term(value, variable.sort)))
    return derive("instantiate", [theorem], tuple(variables), tuple(functions))


def _function_symbol(symbol: Any) -> KernelFunction:
    return symbol if type(symbol) is KernelFunction else function(symbol.__name__, symbol.argument_sorts)


def induction(goal: Any, variable: Any, base: Step, step: Step, low: Any = 0) -> Step:
    """The goal for all variable >= low; step concludes it at variable + 1 and may assume it at variable."""
    return derive("induction", [base, step], term(variable, INT), term(low, INT), prop(goal))


def by_cases(a: Any, b: Any, if_le: Step, if_gt: Step) -> Step:
    """From a proof under a <= b and one under b < a."""
    return derive("cases", [if_le, if_gt], term(a), term(b))


def rewrite(theorem: Step, equation: Fact, hole: Any, pattern: Any) -> Step:
    """P(a) and a == b give P(b), the pattern P holding the variable `hole`."""
    (equality,) = theorems([equation])
    return derive("rewrite", [equality, theorem], term(hole, sort_of(hole)), prop(pattern))


def convert(theorem: Step, statement: Any) -> Step:
    """The same statement, written differently."""
    return derive("convert", [theorem], prop(statement))


# --- sums and functionals -----------------------------------------------------------------------


def sum_last(total: Any, *facts: Fact) -> Step:
    """Sum(lo..hi) == Sum(lo..hi-1) + last term; lo <= hi from the facts."""
    return _sum_fact("sum_last", total, facts)


def sum_first(total: Any, *facts: Fact) -> Step:
    """Sum(lo..hi) == first term + Sum(lo+1..hi); lo <= hi from the facts."""
    return _sum_fact("sum_first", total, facts)


def sum_empty(total: Any, *facts: Fact) -> Step:
    """Sum(lo..hi) == 0; hi < lo from the facts."""
    return _sum_fact("sum_empty", total, facts)


def _sum_fact(name: str, total: Any, facts: Iterable[Fact]) -> Step:
    made = term(total)
    if made.op != "Sum":
        raise TranslationError(f"{show(made)} is not a sum")
    (condition,), _ = FACTS[name].schema(made)
    return derive("fact", [prove(condition, *facts)], name, (made,))


def over(op: str, variable: Any, inner: Step, *bounds: Any, integrable: Step | None = None) -> Step:
    """f == g or f <= g under a binder: Sum (with its two bounds), E or Integral01 (with integrability for <=)."""
    sort = BINDERS[op][1]
    premises = [inner] if integrable is None else [inner, integrable]
    return derive("binder", premises, op, term(variable, sort), tuple(term(b, INT) for b in bounds))


def head_fact(name: str, *args: Any, given: Iterable[Fact] = ()) -> Step:
    """A fact about a head (adamproof.kernel.facts), its conditions proved from `given`."""
    found = FACTS[name]
    made = tuple(term(arg, sort) for arg, sort in zip(args, found.sorts, strict=True))
    conditions, _ = found.schema(*made)
    return derive("fact", [prove(condition, *given) for condition in conditions], name, made)


__all__ = [
    "Calc",
    "ProofFailure",
    "Step",
    "assume",
    "at",
    "by_cases",
    "calc",
    "cite",
    "convert",
    "cut",
    "eq",
    "generalise",
    "head_fact",
    "induction",
    "instantiate",
    "le",
    "lt",
    "over",
    "prove",
    "rewrite",
    "settle",
    "sum_empty",
    "sum_first",
    "sum_last",
]
