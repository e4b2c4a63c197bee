"""What would close a goal that was not proved: a few changes, each tried by the search itself.

An idea says that the search found a proof with the change, so following it leads there.  It is looked for only when a
failure is shown: the work is counted, and there is no clock.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import combinations, permutations
from math import comb

from ..kernel.normal import Poly, difference, key, normal
from ..kernel.terms import RELATIONS, Refusal, Term, make, number
from . import effort
from .nearest import missing_products, missing_squares
from .polynomials import all_atoms, atom_term, poly_term
from .proving import ProofFailure, Question, assume, has_binder
from .record import Step, in_order
from .refute import refute
from .search import Search

MAX_WORK = 1_000_000  # steps for all ideas of a failure
MAX_DEGREE = 4  # facts multiplied, at most
MAX_PRODUCTS = 600  # of facts, in one search of a higher degree
MAX_OTHERS = 24  # stated facts that a step was not given
MAX_SIGNS = 6  # terms whose sign is guessed or split on
MAX_ASSUMED = 3  # possible assumptions that are named
A_LOOK = 400  # random models among which one is looked for in which a possible assumption holds


@dataclass(frozen=True)
class Idea:
    """A change with which the search finds a proof.

    kind: "fact" (give it these statements, too), "degree" (multiply so many facts; terms: the products used), "product"
    (prove these statements, each from that many facts, and give them), "squares" (of these terms), "split" (into
    terms[0] <= terms[1] and the other case), "reversed" (the facts give this, the other direction), "assume" (this
    statement).
    """

    kind: str
    terms: tuple[Term, ...] = ()
    degree: int = 0
    others: tuple[Step, ...] = ()


@dataclass
class Looking:
    """The ideas for one failure; `tried` tells what was looked at, also without success.

    others: facts that were at hand and that the step was not given.  false: whether the goal is known to fail where the
    facts hold, so that nothing but another fact can help.  near: whether it then fails by no more than a constant, so
    that it is the goal that wants a change.
    """

    failure: ProofFailure
    others: Sequence[Step] = ()
    false: bool = False
    near: bool = False
    tried: list[str] = field(default_factory=list)
    work: float = 0

    def ideas(self) -> list[Idea]:
        """The first kind of change that closes the goal; possible assumptions only where no other does."""
        if self.failure.goal.op not in RELATIONS:
            return []
        looks = [self._facts, self._reversed]
        looks += [] if self.false else [self._degrees, self._longer, self._squares, self._splits]
        looks += [] if self.false and self.near else [self._assumptions]
        for look in looks:
            if found := list(look()):
                return found
        return []

    # --- each kind ---

    def _facts(self) -> Iterator[Idea]:
        """Stated facts that the step was not given: one alone, or what a proof with all of them uses."""
        given = {key(step.conclusion) for step in self.failure.facts}
        others = [step for step in self.others if step.conclusion.op in RELATIONS and key(step.conclusion) not in given]
        others = others[:MAX_OTHERS]
        if not others:
            return
        self.tried.append(f"{_count(len(others), 'other stated fact')}")
        for step in others:
            if self.closes(step):
                yield Idea("fact", (step.conclusion,), others=(step,))
                return
        if len(others) > 1 and (found := self.closes(*others)):
            steps = set(in_order(found))
            used = tuple(step for step in others if step in steps)
            yield Idea("fact", tuple(step.conclusion for step in used), others=used)

    def _reversed(self) -> Iterator[Idea]:
        """The other direction, where that is what the facts give."""
        low, high = self.failure.goal.args
        other = make("<=", high, low)
        if self.failure.goal.op in ("<=", "<") and self.closes(goal=other):
            yield Idea("reversed", (other,))

    def _degrees(self) -> Iterator[Idea]:
        for degree in range(self._top + 1, MAX_DEGREE + 1):
            if self.work > MAX_WORK or self._is_too_many(degree):
                return
            self.tried.append(f"degree {degree}")
            if found := self.closes(degree=degree):
                yield Idea("degree", tuple(_products(found, self._top)), degree)
                return

    def _is_too_many(self, degree: int) -> bool:
        facts = MAX_PRODUCTS
        with self._counted():
            facts = 1 + len(self._question().known(self.facts).facts)
        return comb(facts + degree, degree) > MAX_PRODUCTS

    def _longer(self) -> Iterator[Idea]:
        """A product of more facts, where there are too many to try them all: proved from its facts, then given."""
        if self.failure.goal.op not in ("<=", "<") or not self._is_too_many(self._top + 1):
            return
        self.tried.append(f"products of {self._top + 1} facts")
        proved: list[Step | None] = []
        with self._counted():
            search = Search(self.failure.goal, self._question().known(self.facts).facts, self.failure.hints)
            products = missing_products(search, self._top)
            proved += [_product_of([search.facts[i] for i in numbers]) for numbers in products]
        found = [step for step in proved if step is not None]
        if found and len(found) == len(proved) and self.closes(*found):
            yield Idea("product", tuple(step.conclusion for step in found), self._top + 1)

    def _squares(self) -> Iterator[Idea]:
        if self.failure.goal.op not in ("<=", "<"):
            return
        self.tried.append("squares of sums and differences")
        squares: tuple[Term, ...] = ()
        with self._counted():
            known = self._question().known(self.facts)
            squares = tuple(missing_squares(Search(self.failure.goal, known.facts, self.failure.hints), self._top))
        while squares and (found := self.closes(squares=squares)):
            used = [square for square in squares if square in _squares_in(found)]
            if len(used) == len(squares):
                yield Idea("squares", squares)
                return
            squares = tuple(used)

    def _splits(self) -> Iterator[Idea]:
        """Two cases: a term is at most 0 or not, or one of two is the smaller."""
        terms = self._terms()[:MAX_SIGNS]
        pairs = [*((number(0), term) for term in terms), *combinations(terms, 2)]
        if pairs:
            self.tried.append(_count(len(pairs), "case split"))
        for low, high in pairs:
            if self.closes(assume(make("<=", low, high))) and self.closes(assume(make("<", high, low))):
                yield Idea("split", (low, high))
                return

    def _assumptions(self) -> Iterator[Idea]:
        """Simple statements about what is in sight that close the goal, and can hold together with the facts."""
        tried = 0
        found: list[Term] = []
        for statement, *weaker in self._candidates():
            if len(found) >= MAX_ASSUMED or self.work > MAX_WORK:
                break
            tried += 1
            if _is(statement, self.failure.goal) or any(other in found for other in weaker):
                continue
            if self.closes(assume(statement)) and self._can_hold(statement):
                found.append(statement)
                yield Idea("assume", (statement,))
        if tried:
            self.tried.append(_count(tried, "possible assumption"))

    def _candidates(self) -> Iterator[tuple[Term, ...]]:
        """Statements, each with weaker ones after which it says nothing new."""
        terms, zero, one = self._terms()[:MAX_SIGNS], number(0), number(1)
        yield from ((_apart("<=", term),) for term in terms)
        yield from ((_apart("<", term), _apart("<=", term)) for term in terms)
        yield from ((make("<=", term, one),) for term in terms)
        yield from ((make("<=", one, term), _apart("<=", term), _apart("<", term)) for term in terms)
        yield from ((make("<=", term, zero), make("<=", term, one)) for term in terms)
        yield from ((make("<=", *pair),) for pair in permutations(terms, 2))

    # --- trying ---

    @property
    def facts(self) -> list[Step]:
        """The facts that a search takes in: relations."""
        return [step for step in self.failure.facts if step.conclusion.op in RELATIONS]

    @contextmanager
    def _counted(self) -> Iterator[None]:
        """What is done meanwhile takes steps, and ends where there are no more."""
        with suppress(Refusal, effort.OutOfEffort), effort.question(MAX_WORK) as asked:
            try:
                yield
            finally:
                self.work += asked.steps

    @property
    def _top(self) -> int:
        return self.failure.degree or 2

    def _question(self, squares: Sequence[Term] = (), degree: int = 0, goal: Term | None = None) -> Question:
        return Question(
            self.failure.goal if goal is None else goal, (*self.failure.hints, *squares), degree or self._top
        )

    def closes(
        self, *more: Step, squares: Sequence[Term] = (), degree: int = 0, goal: Term | None = None
    ) -> Step | None:
        """The proof that is found with these facts, squares and degree, or None; of another goal, if there is one."""
        if self.work > MAX_WORK:
            return None
        question = self._question(squares, degree, goal)
        found = None
        with effort.question(MAX_WORK) as asked, suppress(Refusal, effort.OutOfEffort):
            found = question.answer(question.known([*self.facts, *more]))
        self.work += asked.steps
        return found

    def _can_hold(self, statement: Term) -> bool:
        """Whether there is a model in which the facts and a statement hold, no inequality among them being an equation.

        Without one it may close the goal only because it contradicts the facts, or all but fixes a value.  It must not
        contradict what is stated and was not given, either.
        """
        if self._contradicts(statement):
            return False
        facts, never = [step.conclusion for step in self.facts], make("<", number(0), number(0))
        if any(map(has_binder, (*facts, statement))):  # models take too long: that no contradiction is found must do
            return True
        return refute([_strictly(prop) for prop in (*facts, statement)], never, A_LOOK) is not None

    def _contradicts(self, statement: Term) -> bool:
        """Whether a statement contradicts the facts (where the steps end before that is known, it may), or what else
        is stated."""
        stated = [step for step in self.others if step.conclusion.op in RELATIONS][:MAX_OTHERS]
        absurd = True
        with self._counted():
            question = Question(make("<=", number(1), number(0)), (), self._top)
            for more in ([], stated):
                absurd = question.answer(question.known([*self.facts, *more, assume(statement)])) is not None
                if absurd:
                    break
        return absurd

    def _terms(self) -> list[Term]:
        """What a sign or an order may be guessed of: what divides, what stands in a root or a size, then names."""
        atoms = all_atoms([self._gap(), *(difference(*step.conclusion.args) for step in self.facts)])
        made = [atom_term(atom) for atom in atoms if not atom.loose]
        inside = [term.args[0] for term in made if term.op in ("inv", "sqrt", "abs", "sign")]
        plain = [term for term in made if term.op in ("var", "app", "real", "pow", "rpow")]
        return list(dict.fromkeys(term for term in (*inside, *plain) if term.op not in ("rat", "int")))

    def _gap(self) -> Poly:
        low, high = self.failure.goal.args
        return difference(low, high)


def _strictly(prop: Term) -> Term:
    return make("<", *prop.args) if prop.op == "<=" else prop


def _apart(op: str, term: Term) -> Term:
    """0 <= x or 0 < x, what is subtracted in x on the left."""
    poly = normal(term)
    low = {monomial: -value for monomial, value in poly.items() if value < 0}
    high = {monomial: value for monomial, value in poly.items() if value > 0}
    return make(op, poly_term(low), poly_term(high)) if low and high else make(op, number(0), term)


def _is(statement: Term, goal: Term) -> bool:
    return key(statement) == key(goal) or key(_strictly(statement)) == key(goal)


def _product_of(facts: Sequence[Step]) -> Step | None:
    """That the product of what facts say to be >= 0 is so."""
    goal = make("<=", number(0), make("mul", *(_positive_part(step.conclusion) for step in facts)))
    question = Question(goal, (), len(facts))
    return question.answer(question.known(facts))


def _count(number_: int, what: str) -> str:
    return f"{number_} {what}{'' if number_ == 1 else 's'}"


def _products(found: Step, degree: int) -> Iterator[Term]:
    """The products of more than so many facts that the last step of a proof combines: both sides' differences."""
    if found.rule != "arith":
        return
    for _, facts, _ in found.args[1]:
        given = [found.premises[i].conclusion for i in facts if i >= 0]
        if len(facts) > degree and given:
            yield make("mul", *map(_positive_part, given)) if len(given) > 1 else _positive_part(given[0])


def _positive_part(prop: Term) -> Term:
    """The term that a relation says to be >= 0, > 0 or 0."""
    low, high = prop.args
    return high if not normal(low) else make("add", high, make("mul", number(-1), low))


def _squares_in(found: Step) -> set[Term]:
    combined = [step.args[1] for step in in_order(found) if step.rule == "arith"]
    return {square for products in combined for _, _, squares in products for square in squares}
