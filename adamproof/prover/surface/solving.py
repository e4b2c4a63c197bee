"""A relation from facts: the search of `prove`, over plain variables, with the signs of what they stand for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cached_property, lru_cache
from math import comb
from typing import Any, TypeVar

from ...kernel.normal import key
from ...kernel.terms import Refusal, Term, free, make, reset_budget
from ...kernel.text import show
from ..effort import once, spend
from ..known import Known
from ..proving import REWRITING, ProofFailure, Question, fails_at_hand, is_hopeless, otherwise
from ..record import Step, derive
from ..search import Search
from .congruence import common_factors, factors, product
from .extremes import cases, differences, joined
from .knowledge import ZERO, Knowledge, combined, sign
from .opaque import Opaque, hide_heads

T = TypeVar("T")

NODE = 3  # steps, for a node of a statement that is presented
MAX_CUBES = 600  # products of three facts that are tried
MAX_FACTS = 24  # stated relations that a search takes in beside what it is given

_answers: dict[Any, Any] = {}
_searched: dict[Any, Any] = {}  # what searches found, by what they see: a mutant asks most of it again


def solved(
    known: Knowledge,
    target: Term,
    facts: Sequence[Step],
    hints: Sequence[Term] = (),
    degree: int = 2,
    named: Sequence[Term] = (),
    quick: bool = False,
) -> Step | None:
    """The relation from the facts and, if these do not do, from the relevant relations that are known.

    quick: only the plain search, and None rather than ProofFailure.
    """
    reset_budget()
    for step in facts:
        if key(step.conclusion) == key(target):
            return step if step.conclusion is target else derive("convert", [step], target)
    asked = (target, tuple(facts), tuple(hints), degree, tuple(named))
    answer = once(_answers, (*asked, known.steps, quick), lambda: _answered(known, *asked, quick))
    if isinstance(answer, ProofFailure):
        raise answer.with_traceback(None)  # where it failed before is not where it fails now
    return answer


def _answered(
    known: Knowledge,
    target: Term,
    facts: Sequence[Step],
    hints: Sequence[Term],
    degree: int,
    named: Sequence[Term],
    quick: bool,
) -> Step | ProofFailure | None:
    found = _over_common_factor(known, target, facts, named)
    attempts = Attempts(known, target, facts, hints, degree, named)
    if found is None:
        found = attempts.plain()
    if found is None and (extremes := differences((target, *(step.conclusion for step in facts)))):
        found = _by_cases(known, target, facts, extremes, (hints, degree, named))
    if found is None and not quick:
        found = attempts.longer()
    if found is not None or quick:
        return found
    last = max(attempts.all, key=lambda attempt: len(attempt.given))
    tried = [*(last.tried or REWRITING), *_not_finite(known, [target, *(step.conclusion for step in facts)])]
    return ProofFailure(target, last.given, tried, tuple(hints), degree, known.relations)


def _not_finite(known: Knowledge, props: Sequence[Term]) -> list[str]:
    """Which means have no sign, as they are not known to be finite."""
    means = [term for term in _standing(props, _is_mean) if sign(known, term) is None]
    unknown = [term for term in means if known.integrable(make("Integrable", term)) is None]
    return [f"{show(term)} is not known to be finite" for term in unknown]


def _is_mean(term: Term) -> bool:
    return term.op in ("E", "Integral01")


def proved(known: Knowledge, target: Term, facts: Sequence[Step], *how: Any) -> Step:
    """The relation, as `solved` finds it.  Raises ProofFailure."""
    found = solved(known, target, facts, *how)
    if found is None:
        raise ProofFailure(target, facts, ["nothing"])
    return found


def _over_common_factor(known: Knowledge, target: Term, facts: Sequence[Step], named: Sequence[Term]) -> Step | None:
    """c*a <= c*b from a <= b, where 0 <= c by the form of c."""
    if target.op != "<=":
        return None
    common, rests = common_factors(*target.args)
    if not common or not all(rests):
        return None
    factor = product(common)
    above = sign(known, factor)
    rest = make("<=", *map(product, rests))
    if above is None or rest.args[0].op == rest.args[1].op == "rat":
        return None
    found = solved(known, rest, facts, named=named, quick=True)
    return None if found is None else combined(target, [above, found], ((0, 1), ()))


def _by_cases(
    known: Knowledge, target: Term, facts: Sequence[Step], extremes: Sequence[Term], how: Sequence[Any]
) -> Step | None:
    """The relation where max and min are one of their arguments, in each case."""
    if not extremes:
        return Attempts(known, target, facts, *how).plain()
    below, above = cases(extremes[0])
    first = _by_cases(known, target, [*facts, *below], extremes[1:], how)
    second = first and _by_cases(known, target, [*facts, *above], extremes[1:], how)
    return first and second and joined(first, second, extremes[0])


class Attempts:
    """The presentations of one question, made when they are needed; the cheapest searches first."""

    def __init__(
        self,
        known: Knowledge,
        target: Term,
        facts: Sequence[Step],
        hints: Sequence[Term],
        degree: int,
        named: Sequence[Term],
    ) -> None:
        self.question = known, target, facts, hints, degree, named
        self.made: dict[tuple[bool, ...], Attempt] = {}
        self.all: list[Attempt] = []  # without those that are the same

    def attempt(self, expand: bool, relevant: bool, means: bool = True, deep: bool = False) -> Attempt | None:
        """A presentation; None where it is the same as one before."""
        how = expand, relevant, means, deep
        if how not in self.made:
            made = self.made[how] = Attempt(*self.question, expand, relevant, means=means, deep=deep)
            if all(made.question_key != other.question_key for other in self.all):
                self.all.append(made)
        made = self.made[how]
        return made if made in self.all else None

    def plain(self) -> Step | None:
        """Linear combinations; then with facts times factors; then products.

        What is integrable takes longer to find than the rest: the signs of means come in if these do not do.
        """
        bare = [Attempt(*self.question, expand, False, signs=False) for expand in (False, True)]
        for attempt in bare if bare[0].question_key != bare[1].question_key else bare[:1]:
            if found := attempt.answer("bare", attempt.bare):
                return found
        known, target, facts, *_ = self.question
        if fails_at_hand(target, [*facts, *known.relations]):
            self.all = bare
            bare[-1].tried = ["only combinations of the facts, as it fails in the counterexample"]
            return None
        cheap = (True, Attempt.linear), (True, Attempt.multiplied)
        if any(map(_has_mean, (target, *(step.conclusion for step in facts)))) and (found := self.first(cheap, False)):
            return found
        self.all.clear()
        if (found := self.first(cheap)) or fails_at_hand(target, self.all[0].given):
            return found
        return self.first(((False, Attempt.products), (True, Attempt.products)))

    def first(
        self, searches: Iterable[tuple[bool, Callable[[Attempt], Step | None]]], means: bool = True
    ) -> Step | None:
        for relevant, search in searches:
            for expand in (False, True):
                attempt = self.attempt(expand, relevant, means)
                if attempt and (found := search(attempt)):
                    return found
        return None

    def longer(self) -> Step | None:
        """The longer searches that `prove` makes, for what no model refutes; a combination needs none of them."""
        _, target, _, _, degree, _ = self.question
        if is_hopeless(target, self.all[0].given):
            return None
        before = list(self.all)
        opened = self.attempt(False, True, deep=True)
        if opened and (found := opened.linear() or opened.products()):
            return found
        for attempt in before if degree > 1 else []:
            if found := attempt.longer() or attempt.cubes():
                return found
        return None


class Attempt:
    """One presentation of a question: which facts, and whether they are multiplied out first."""

    def __init__(
        self,
        known: Knowledge,
        target: Term,
        facts: Sequence[Step],
        hints: Sequence[Term],
        degree: int,
        named: Sequence[Term],
        expand: bool,
        relevant: bool,
        means: bool = True,
        signs: bool = True,
        deep: bool = False,
    ) -> None:
        self.known, self.target, self.degree, self.means = known, target, degree, means
        self.multiplies = relevant and not deep  # whether facts times factors come in before products
        candidates = known.relations if relevant else []
        props = [target, *(step.conclusion for step in facts)]
        spend(NODE * sum(prop.size for prop in (*props, *(step.conclusion for step in candidates))))
        opaque = Opaque([*props, *(step.conclusion for step in candidates)], named, expand)
        opaque.heads = hide_heads([*map(opaque.presented, props), *(make("==", hint, ZERO) for hint in hints)], deep)
        self.opaque = opaque
        self.goal = opaque.prop(target)
        self.hints = [opaque.term(hint) for hint in hints]
        self.meant: dict[Any, Step] = {}  # the facts, by the key of what the search sees of them
        self.assumed: list[Step] = []
        self.originals: dict[Step, Step] = {}  # what the assumptions of the search stand for
        for step in facts:
            self.assume(opaque.prop(step.conclusion), step)
        if relevant:
            self.add_relevant(candidates)
        if signs:
            self.add_signs()
        self.given = [*facts, *(step for step in self.meant.values() if step not in facts)]
        self.tried: list[str] = []
        self.question_key = (self.goal, tuple(step.conclusion for step in self.assumed), tuple(self.hints))

    def assume(self, seen: Term, step: Step) -> None:
        mark = key(seen)
        if mark not in self.meant:
            self.meant[mark] = step
            assumed = step if key(step.conclusion) == mark else derive("assume", [], seen)
            self.assumed.append(assumed)
            self.originals[assumed] = step

    def add_relevant(self, candidates: Iterable[Step]) -> None:
        """The relations about nothing but what is in sight."""
        sight = self.sight()
        for step in candidates:
            if len(self.assumed) >= MAX_FACTS:
                return
            before = dict(self.opaque.meaning), dict(self.opaque.variables), self.opaque.count
            seen = self.opaque.prop(step.conclusion)
            if free(seen) <= sight:
                self.assume(seen, step)
            else:
                self.opaque.meaning, self.opaque.variables, self.opaque.count = before

    def sight(self) -> set[Any]:
        return set(free(self.goal)).union(*(free(step.conclusion) for step in self.assumed))

    def add_signs(self) -> None:
        """The signs that the variables have by what they stand for."""
        for variable, term in list(self.opaque.meaning.items()):
            self.add_sign(variable, term)
        for term in _plain_terms([self.goal, *(step.conclusion for step in self.assumed)]):
            if term not in self.opaque.meaning:
                self.add_sign(term, term)
        for term in _denominators([self.target, *(step.conclusion for step in self.meant.values())]):
            self.add_sign(self.opaque.prop(make("==", term, ZERO)).args[0], term, strict=True)
        if self.opaque.expand:
            for term in _large_terms([self.target, *(step.conclusion for step in self.meant.values())]):
                seen = self.opaque.prop(make("==", term, ZERO))
                if seen.args[0].op != "var":
                    self.add_sign(seen.args[0], term)

    def add_sign(self, seen: Term, term: Term, strict: bool = False) -> None:
        found = sign(self.known, term, strict) if self.means or not _has_mean(term) else None
        if found is not None:
            self.assume(make(found.conclusion.op, ZERO, seen), found)

    # --- searches ---

    @cached_property
    def enriched(self) -> Known:
        """The facts, with what is known of the heads in sight."""
        return self.remembered("enriched", lambda: self.asked(1).known(self.assumed)) or Known(self.assumed)

    @cached_property
    def extended(self) -> Known:
        """The same with facts times factors that are not negative."""
        return self.remembered("extended", self._extended) or self.enriched

    def _extended(self) -> Known:
        facts = self.enriched.facts
        more = factors(Knowledge(facts, self.known.lemma), [self.goal], facts)
        return self.enriched.plus(more) if more else self.enriched

    def asked(self, degree: int) -> Question:
        return Question(self.goal, self.hints, degree)

    def answer(self, kind: str, search: Callable[[], Step | None]) -> Step | None:
        """What a search finds, put back; searches are remembered by what they see."""
        found = self.remembered(kind, search)
        return None if found is None else self.put_back(found)

    def remembered(self, kind: str, search: Callable[[], T]) -> T | None:
        """What a search finds; None where it is too large."""

        def made() -> T | None:
            try:
                return search()
            except Refusal:
                return None

        return once(_searched, (kind, self.degree, tuple(self.assumed), self.goal, tuple(self.hints)), made)

    def at_degree(self, kind: str, degree: int, known: Callable[[], Known]) -> Step | None:
        question = self.asked(degree)
        found, tried = self.remembered(kind, lambda: (question.answer(known()), question.tried)) or (None, [])
        self.tried = tried or self.tried
        return None if found is None else self.put_back(found)

    def linear(self) -> Step | None:
        """A combination of the facts."""
        return self.answer("bare", self.bare) or self.at_degree("linear", 1, lambda: self.enriched)

    def bare(self) -> Step | None:
        """The same, without what is known of the heads in them."""
        return Search(self.goal, self.assumed).run((1,))

    def multiplied(self) -> Step | None:
        """A combination of facts and of facts times factors that are not negative."""
        if self.extended is self.enriched:
            return None
        return self.at_degree("multiplied", 1, lambda: self.extended)

    def products(self) -> Step | None:
        """Products of as many facts as asked for."""
        if self.degree <= 1:
            return None
        if self.multiplies:
            return self.at_degree("more products", self.degree, lambda: self.extended)
        return self.at_degree("products", self.degree, lambda: self.enriched)

    def cubes(self) -> Step | None:
        """Products of three facts, where there are few."""
        if self.degree != 2 or comb(len(self.enriched.facts) + 4, 3) > MAX_CUBES:
            return None
        return self.at_degree("cubes", 3, lambda: self.enriched)

    def longer(self) -> Step | None:
        """The longer searches of `prove`."""
        kind, known = ("longer, more", self.extended) if self.multiplies else ("longer", self.enriched)
        return self.answer(kind, lambda: otherwise(self.asked(self.degree), self.assumed, known.plus(())))

    def put_back(self, found: Step) -> Step:
        """What was found, about what the variables stand for, from the facts themselves."""
        result = self.opaque.back(found, self.originals, self.target)
        return result if result.conclusion is self.target else derive("convert", [result], self.target)


@lru_cache(4000)
def _has_mean(term: Term) -> bool:
    """Whether an expectation or an integral stands in it."""
    if _is_mean(term):
        return True
    return any(type(arg) is Term and _has_mean(arg) for arg in term.args)


def _standing(props: Sequence[Term], is_one: Callable[[Term], bool]) -> list[Term]:
    """The terms of a kind that stand in statements, in order, without those inside of another."""
    found: dict[Term, None] = {}

    def walk(term: Term) -> None:
        if is_one(term) and not term.mask:
            found[term] = None
            return
        for arg in term.args:
            if type(arg) is Term:
                walk(arg)

    for prop in props:
        walk(prop)
    return list(found)


def _plain_terms(props: Sequence[Term]) -> list[Term]:
    """The variables and values of functions that stand in statements, in order."""
    return _standing(props, lambda term: term.op in ("var", "real", "app") and term.sort == "real")


def _denominators(props: Sequence[Term]) -> list[Term]:
    """Sums that are divided by."""
    found: dict[Term, None] = {}

    def walk(term: Term) -> None:
        if term.op == "inv" and term.args[0].op == "add" and not term.mask:
            found[term.args[0]] = None
        for arg in term.args if term.op not in ("Sum", "E", "Integral01") else ():
            if type(arg) is Term:
                walk(arg)

    for prop in props:
        walk(prop)
    return list(found)


def _large_terms(props: Sequence[Term]) -> list[Term]:
    """The sums, expectations and integrals that stand in statements, in order."""
    return _standing(props, lambda term: term.op in ("Sum", "E", "Integral01"))
