"""A proof as it stands on paper: what is assumed, what each step says, and what it follows from.

An author writes statements and names reasons.  Large terms, signs, renaming, the hypotheses of cited lemmas and
integrability are found here; the kernel checks every step as before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any

import sympy

from ...kernel.facts import FACTS
from ...kernel.terms import BINDERS, INT, QUANTIFIERS, RELATIONS, Term, as_real, bind, free, make, minus, number
from ...kernel.text import show
from .. import effort
from ..functionals import Functional
from ..proving import ProofFailure, assume, prove, theorems
from ..record import Step, derive
from ..translation import TranslationError, prop, put, sort_of, term
from .chains import Chain
from .citing import cited
from .discharge import establish
from .integrability import integrable
from .knowledge import ONE, ZERO, Knowledge, ranges
from .matching import in_sight, instances, same, specialised
from .solving import proved
from .unrolling import sum_steps, weight_steps, without_empty

# An assumption's name, a context, a theorem, a statement (proved first), a sum (split), a function that gives one of
# these when it is needed (inside of `each`), or several.
Reason = Any
HOW = ("title", "squares", "degree")  # keywords of `have`, which other steps hand on to it
NO_INSTANCE = "its terms are not in sight, or its conditions not known"
INTEGRABILITY = ["integrability by search: sums, multiples, domination"]


class Context:
    """What a proof script writes with.  A subclass says what is assumed (`assumed`), and cites lemmas (`lemma`)."""

    goal: Any

    def __init__(self) -> None:
        self._local: list[Step] = []
        self._moving: list[Term] = []  # the variables of inductions under way: nothing else is assumed about them
        self._named: dict[Any, Term] = {}
        self._using: Sequence[Step] | None = None  # the assumptions that are looked at, None for all
        self._known: tuple[tuple[Step, ...], Knowledge] | None = None

    # --- what a subclass provides ---

    def assumed(self) -> Sequence[Step]:
        """The stated assumptions, as theorems."""
        raise NotImplementedError

    def given(self, *names: str) -> Any:
        """Assumptions by name."""
        raise NotImplementedError

    def lemma(self, slug: str, claim: str | None = None) -> Step:
        """The theorem of another lemma."""
        raise NotImplementedError

    def step(self, title: str, theorem: Step) -> Step:
        """Name a theorem for readers."""
        raise NotImplementedError

    # --- steps ---

    def have(self, statement: Any, *by: Reason, title: str = "", squares: Iterable[Any] = (), degree: int = 2) -> Step:
        """The statement, from its reasons and what is assumed about the same terms.

        statement: a relation, a forall or an Integrable.  by: names of assumptions, theorems, or statements that are
        established first.  title: names the step for readers.  squares: terms whose squares may help.  degree: how many
        facts are multiplied at most.
        Raises ProofFailure, which says what is short.
        """
        target = prop(statement)
        facts = self.reasons(by)
        found = self._from(target, facts, [term(square) for square in squares], degree)
        if found.conclusion is not target:  # equal to it, but written otherwise
            found = derive("convert", [found], target)
        return self.step(title, found) if title else found

    def by_squares(self, statement: Any, *by: Reason, title: str = "", **how: Any) -> Step:
        """a <= b, as 0 <= b and a^2 <= b^2; the same with <.

        statement: a <= b or a < b, b not negative by its form.  by: reasons for the squares.
        """
        _expect(how, "by_squares")
        target = prop(statement)
        if target.op not in ("<=", "<"):
            raise TranslationError(f"by_squares needs a <= b or a < b, not {show(target)}")
        low, high = target.args
        squares = self.have(make(target.op, *(make("mul", side, side) for side in (low, high))), *by, **how)
        above = self.have(make("<=", ZERO, high), *by)
        a, b = (make("var", name, "real") for name in "ab")
        pairs = make(target.op, make("mul", a, a), make("mul", b, b)), make("<=", ZERO, b)
        plain = prove(make(target.op, a, b), *pairs)
        found = derive("instantiate", [plain], ((a, low), (b, high)), ())
        for step in (squares, above):
            found = derive("cut", [step, found])
        return self.step(title, found) if title else found

    def conclude(self, *by: Reason, squares: Iterable[Any] = (), degree: int = 2) -> Step:
        """The claim itself, as `have` proves it."""
        return self.have(self.goal, *by, squares=squares, degree=degree)

    @contextmanager
    def _counted(self, goal: Term, facts: Sequence[Step] = ()) -> Iterator[None]:
        """What is looked for meanwhile is one question; ProofFailure where it takes too long."""
        try:
            with effort.question():
                yield
        except effort.OutOfEffort:
            raise ProofFailure(goal, facts, [effort.stopped()]) from None

    def _from(self, target: Term, facts: Sequence[Step], hints: Sequence[Term], degree: int) -> Step:
        with self._counted(target, facts):
            return self._sought(target, facts, hints, degree)

    def _sought(self, target: Term, facts: Sequence[Step], hints: Sequence[Term], degree: int) -> Step:
        known = self.known(facts)
        if target.op not in RELATIONS:
            found = establish(known, target)
            if found is None:
                raise ProofFailure(target, facts, ["the facts, their instances, and integrability by search"])
            return found
        if found := known.find(target):
            return found
        if target.op in ("<=", "<") and target.args[0] is ZERO and (found := establish(known, target, quick=True)):
            return found
        plain = [fact for fact in facts if fact.conclusion.op in RELATIONS]
        sight, idle = in_sight([target, *(fact.conclusion for fact in plain)]), []
        for fact in facts:
            if fact.conclusion.op in QUANTIFIERS or fact.conclusion.op == "implies":
                made = instances(known, fact, sight)
                plain += made
                sight += in_sight([step.conclusion for step in made])
                idle += [] if made else [show(fact.conclusion)]
        how = hints, degree, list(self._named.values())
        try:
            return proved(known, target, plain, *how)
        except ProofFailure as failure:
            if empty := without_empty(known, [target, *(fact.conclusion for fact in plain)]):
                with suppress(ProofFailure):
                    return proved(known, target, [*plain, *empty], *how)
            raise failure.also([f"no instance of {' or '.join(idle)}: {NO_INSTANCE}"] if idle else []) from None

    def reasons(self, by: Iterable[Reason]) -> list[Step]:
        """Reasons as theorems; names are looked up, and statements established."""
        found: list[Step] = []
        for reason in by:
            if reason is None:
                continue
            if isinstance(reason, str):
                found += self.given(reason)
            elif isinstance(reason, Step):
                found.append(reason)
            elif isinstance(reason, Mapping):
                found += self.given(*reason)
            elif isinstance(reason, (list, tuple)):
                found += self.reasons(reason)
            elif isinstance(reason, sympy.Sum):
                found += self._splits(term(reason))
            elif callable(reason):
                found += self.reasons([reason()])
            else:
                found.append(self.have(reason))
        return found

    def _one(self, reason: Reason) -> Step:
        """The theorem of a reason that is one; ProofFailure for an assumption that a near miss has dropped."""
        found = self.reasons([reason])
        if len(found) != 1:
            raise ProofFailure(prop(self.goal), found, [f"{reason!s:.60} is {len(found)} theorems here, not one"])
        return found[0]

    def known(self, more: Sequence[Step] = ()) -> Knowledge:
        """What is known here: the assumptions, what is assumed locally, and more."""
        stated = self.assumed() if self._using is None else self._using
        if self._moving:
            stated = [step for step in stated if not free(step.conclusion) & set(self._moving)]
        steps = (*self._local, *stated)
        if self._known is None or self._known[0] != steps:
            self._known = steps, Knowledge(steps, self.lemma)
        return self._known[1].plus(*more, named=True)

    # --- quantifiers and binders ---

    def at(self, statement: Reason, *values: Any, by: Sequence[Reason] = ()) -> Step:
        """A statement for all at values; its conditions are established.

        statement: the name of an assumption, or a theorem.  values: one for each variable, in order.
        """
        step = self._one(statement)
        sorts = _quantified(step.conclusion)
        if len(values) > len(sorts):
            raise TranslationError(
                f"{show(step.conclusion)} is for all of {len(sorts)} variables and cannot be taken at {len(values)}"
            )
        made = [term(value, sort) for value, sort in zip(values, sorts, strict=False)]
        known = self.known(self.reasons(by))
        with self._counted(step.conclusion, [step]):
            found = specialised(known, step, made)
        if found is None:
            raise ProofFailure(step.conclusion, [step], ["its conditions could not be established"])
        return found

    @contextmanager
    def assuming(self, *statements: Any) -> Iterator[list[Step]]:
        """Meanwhile these are assumed, too; what is proved has them as hypotheses."""
        with self.knowing(*theorems([assume(statement) for statement in statements])) as made:
            yield made

    @contextmanager
    def knowing(self, *by: Reason) -> Iterator[list[Step]]:
        """Meanwhile these are at hand like assumptions: signs, say, that many steps need.

        by: reasons; theorems about no variable of an induction to come.
        """
        made, before = self.reasons(by), list(self._local)
        self._local[:0] = made
        try:
            yield made
        finally:
            self._local[:] = before

    @contextmanager
    def using(self, *names: Any) -> Iterator[None]:
        """Meanwhile the search looks at no other assumptions, so that what is proved depends on no others.

        names: of assumptions, and contexts of them.
        """
        before, self._using = self._using, self.reasons(names)
        try:
            yield
        finally:
            self._using = before

    def each(self, over: Functional, statement: Any, *by: Reason, title: str = "", **how: Any) -> Step:
        """The sum, expectation or integral of both sides of a statement, == or <=, that holds for every value.

        over: of what.  statement: about its variable, proved in the variable's range; or a theorem.
        by: reasons for it, functions where they need the range; under an expectation also what is integrable.
        """
        _expect(how, "each")
        variable = term(over.variable, BINDERS[over.op][1])
        bounds = tuple(term(bound, INT) for bound in over.bounds)
        inside = ranges(over.op, variable, bounds)
        with self.knowing(*inside):
            inner = statement if isinstance(statement, Step) else self.have(statement, *by, **how)
        premises = [inner]
        if over.op != "Sum" and inner.conclusion.op == "<=":
            premises.append(self._integrable_gap(over, variable, inner, by))
        found = derive("binder", premises, over.op, variable, bounds)
        return self.step(title, found) if title else found

    def _integrable_gap(self, over: Functional, variable: Term, inner: Step, by: Sequence[Reason]) -> Step:
        low, high = inner.conclusion.args
        known = self.known([inner, *self.reasons(by)])
        wanted = make("Integrable", bind(over.op, variable, minus(high, low)))
        found = self._integrable(known, wanted)
        if found is not None:
            return found
        sides = []
        for side in (low, high):
            part = make("Integrable", bind(over.op, variable, side))
            if (step := self._integrable(known, part)) is None:
                raise ProofFailure(part, known.finite, INTEGRABILITY)
            sides.append(step)
        return derive("combination", sides, over.op, variable, minus(high, low), (ZERO, number(-1), ONE))

    def _integrable(self, known: Knowledge, wanted: Term) -> Step | None:
        with self._counted(wanted, known.finite):
            return integrable(known, wanted)

    def integrable(self, functional: Any, *by: Reason) -> Step:
        """That an expectation or integral is finite, found by search.

        functional: E(...) or Integral01(...).  by: what is integrable, or bounds f <= g that dominate.
        """
        wanted = make("Integrable", term(functional))
        found = self._integrable(self.known(self.reasons(by)), wanted)
        if found is None:
            raise ProofFailure(wanted, self.known().finite, INTEGRABILITY)
        return found

    def every(self, variables: Any, statement: Any, *by: Reason, given: Sequence[Any] = (), **how: Any) -> Step:
        """forall variables. given -> statement.

        variables: a symbol or several, which stand in no assumption.
        """
        _expect(how, "every", "given")
        with self.assuming(*given):
            found = self.have(statement, *by, **how)
        for condition in reversed(given):
            found = derive("discharge", [found], prop(condition))
        for variable in reversed(variables if isinstance(variables, (list, tuple)) else [variables]):
            found = derive("generalise", [found], term(variable, sort_of(variable)))
        return found

    # --- lemmas, names, chains, cases, induction ---

    def cite(
        self, slug: str, claim: str | None = None, *, shows: Any = None, by: Sequence[Reason] = (), **symbols: Any
    ) -> Step:
        """A lemma, its hypotheses discharged from what is known.

        symbols: what its variables and functions are here, by name; a function as a lambda.  Others that nothing here
        has are matched, in `shows` (a statement that the lemma is to conclude) and in its hypotheses.
        Raises ProofFailure naming a hypothesis that could not be established.
        """
        name = slug if claim is None else f"{slug} ({claim})"
        shown = None if shows is None else prop(shows)
        theorem = self.lemma(slug, claim)
        known = self.known(self.reasons(by))
        with self._counted(theorem.conclusion if shown is None else shown):
            return cited(known, theorem, name, symbols, shown, prop(self.goal))

    def fact(self, name: str, *values: Any, by: Sequence[Reason] = ()) -> Step:
        """A law of roots, sizes, powers and logarithms (docs/kernel.md lists them), its conditions established.

        name: of the law, such as "ln_mul".  values: expressions for its variables, in order.
        Raises ProofFailure naming a condition that could not be established.
        """
        if name not in FACTS:
            raise TranslationError(f"there is no law {name!r}; there are {', '.join(FACTS)}")
        if len(values) != len(FACTS[name].sorts):
            raise TranslationError(f"the law {name} is about {len(FACTS[name].sorts)} terms, not {len(values)}")
        made = tuple(term(value, sort) for value, sort in zip(values, FACTS[name].sorts, strict=True))
        known, conditions = self.known(self.reasons(by)), []
        for condition in FACTS[name].schema(*made)[0]:
            if (found := establish(known, condition)) is None:
                raise ProofFailure(condition, known.steps, [f"this condition of {name} is not known"])
            conditions.append(found)
        return derive("fact", conditions, name, made)

    def let(self, **terms: Any) -> Any:
        """Name terms: steps that follow treat each as one variable.

        terms: expressions by name.  Returns them, in order; one alone as it is.
        """
        for name, value in terms.items():
            if name in self._named:
                raise TranslationError(f"let: {name} is already {show(self._named[name])}; choose a different name")
            self._named[name] = term(value)
        values = list(terms.values())
        return values[0] if len(values) == 1 else values

    def calc(self, start: Any) -> Chain:
        """A chain a == b <= c < d: `p.calc(a).eq(b, by).le(c, by).lt(d, by).done()`."""
        return Chain(self, start)

    def cases(self, a: Any, b: Any, if_le: Callable[[], Step], if_gt: Callable[[], Step]) -> Step:
        """A statement from a <= b and from b < a.

        if_le, if_gt: functions that prove it, each called with its case assumed.
        """
        low, high = term(a), term(b)
        with self.assuming(make("<=", low, high)):
            first = if_le()
        with self.assuming(make("<", high, low)):
            second = if_gt()
        return derive("cases", [first, second], low, high)

    def induction(
        self,
        goal: Any,
        variable: Any,
        *,
        base: Sequence[Reason] = (),
        step: Sequence[Reason] | Callable[[], Reason] = (),
        low: Any = 0,
        **how: Any,
    ) -> Step:
        """The goal for all variable >= low.  Sums whose upper end moves are split by themselves.

        goal: a statement about variable.  base: reasons for it at low.  step: reasons for it at variable + 1, from
        the goal at variable; or a function that gives them, called with both assumed.
        """
        _expect(how, "induction", "base", "step", "low")
        start, following = put(goal, variable, low), put(goal, variable, variable + 1)
        first = self.have(start, *base, self._sums(start), **how)
        self._moving.append(term(variable, INT))
        try:
            with self.assuming(le_term(low, variable), prop(goal)) as (_, hypothesis):
                reasons = [step()] if callable(step) else step
                then = self.have(following, hypothesis, *reasons, self._sums(following, variable), **how)
        finally:
            self._moving.pop()
        found = derive("induction", [first, then], term(variable, INT), term(low, INT), prop(goal))
        return self._without_start(found, low, variable)

    def _without_start(self, found: Step, low: Any, variable: Any) -> Step:
        """Discharge low <= variable if it is known."""
        goal = le_term(low, variable)
        with self._counted(goal):
            start = establish(self.known(), goal)
        return found if start is None or start.rule == "assume" else derive("cut", [start, found])

    def _sums(self, statement: Term, variable: Any = None) -> list[Step]:
        with self._counted(statement):
            return sum_steps(self.known(), statement, None if variable is None else term(variable, INT))

    def split(self, total: Any) -> Step:
        """A sum as the rest and its last term; or that it is empty, and 0.

        total: the Sum.  Raises ProofFailure where neither is known.
        """
        return self._splits(term(total))[0]

    def _splits(self, total: Term) -> list[Step]:
        """The same, and how the weights b^(t + 1 - k) of the rest come from those of b^(t - k)."""
        if total.op != "Sum":
            raise TranslationError(f"{show(total)} is not a sum and cannot be split")
        known, statement = self.known(), make("==", total, total)
        ends = make("<=", *(as_real(end) for end in total.args[:2]))
        moving = [item for item in sorted(free(total.args[1]), key=repr) if type(item) is Term]
        with self._counted(ends):
            if not (found := sum_steps(known, statement, None)):
                raise ProofFailure(ends, (), ["neither that the sum is empty nor that it is not is known"])
            return found + [step for variable in moving for step in weight_steps(known, found[0], variable)]

    def rewrite(self, theorem: Reason, equation: Reason) -> Step:
        """The theorem with the right side of an equation in place of the left, wherever it stands.

        theorem, equation: theorems, or statements that are established.
        """
        target, equal = self._one(theorem), self._one(equation)
        if equal.conclusion.op != "==":
            raise TranslationError(f"rewrite needs an equation, not {show(equal.conclusion)}")
        old = equal.conclusion.args[0]
        hole = self.known([target, equal]).fresh(old.sort, target.conclusion, equal.conclusion)
        pattern = _replaced(target.conclusion, old, hole)
        if pattern is target.conclusion:
            raise TranslationError(f"rewrite: {show(old)} does not stand in {show(target.conclusion)}")
        return derive("rewrite", [equal, target], hole, pattern)


def _expect(how: Mapping[str, Any], method: str, *own: str) -> None:
    """Refuse a keyword that neither a step nor `have`, to which it hands the others on, knows.  Raises TypeError."""
    if unknown := sorted(how.keys() - set(HOW)):
        has = ", ".join(f"{name}=" for name in (*own, *HOW))
        raise TypeError(f"proof.{method} has no keyword {unknown[0]}=; it has {has}")


def le_term(a: Any, b: Any) -> Term:
    """a <= b, not evaluated."""
    return make("<=", term(sympy.sympify(a)), term(sympy.sympify(b)))


def _quantified(statement: Term) -> list[str]:
    sorts = []
    while statement.op in QUANTIFIERS or statement.op == "implies":
        if statement.op in QUANTIFIERS:
            sorts.append(QUANTIFIERS[statement.op])
        statement = statement.args[-1]
    return sorts


def _replaced(statement: Term, old: Term, new: Term) -> Term:
    if statement.sort == old.sort and not statement.mask and same(statement, old):
        return new
    if statement.op in ("rat", "int", "var", "bound", "real"):
        return statement
    args = [_replaced(arg, old, new) if type(arg) is Term else arg for arg in statement.args]
    return statement if all(a is b for a, b in zip(args, statement.args, strict=True)) else make(statement.op, *args)


__all__ = ["Context", "Reason"]
