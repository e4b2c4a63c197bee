"""The facts in sight of one goal, growing by what is known of the heads that occur in them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Any

from ..kernel.normal import Atom, Poly, key
from ..kernel.terms import Refusal, Term, as_real, make, number
from . import head_theorems
from .polynomials import all_atoms, atom_term
from .record import Step, derive
from .rewriting import reading
from .search import Search

MAX_SIDE_FACTS = 8  # up to this many, side conditions may multiply two facts


class Known:
    """The facts in sight of one goal, growing by what is known of the heads that occur in them."""

    def __init__(self, facts: Sequence[Step]) -> None:
        self.facts: list[Step] = []
        self.keys: set[Any] = set()
        self.sides: dict[Any, Step | None] = {}
        self.work = 0  # of all searches from these facts: monomials
        self.enriching = 0  # of those for what is known of heads
        for step in facts:
            self.add(step)

    def add(self, step: Step) -> None:
        mark = key(step.conclusion)
        if mark in self.keys:
            return
        self.keys.add(mark)
        self.facts.append(step)
        if step.conclusion.op == "<" and (gap := _integer_gap(step)):
            self.add(gap)

    def enrich(self, polys: Iterable[Poly]) -> None:
        """Add what is known of every sqrt, abs, sign, inverse and power in sight, inner ones first."""
        in_sight = [*polys, *(reading(step.conclusion) for step in self.facts)]
        atoms = all_atoms(in_sight)
        for atom in atoms:
            for step in self._about(atom):
                self.add(step)
        for step in self._successors(atoms):
            self.add(step)
        self.enriching = self.work

    def plus(self, steps: Iterable[Step]) -> Known:
        """The same with more facts, from which nothing has been searched."""
        more = Known([*self.facts, *steps])
        more.work = more.enriching = self.enriching
        return more

    def _about(self, atom: Atom) -> Iterator[Step]:
        made = atom_term(atom)
        if atom.head in ("abs", "sign"):
            yield from self._by_sign(atom.head, made.args[0])
        elif atom.head == "sqrt":
            if nonneg := self.side("<=", number(0), made.args[0]):
                yield derive("fact", [nonneg], "sqrt_nonneg", (made.args[0],))
                yield derive("fact", [nonneg], "sqrt_square", (made.args[0],))
                if positive := self.side("<", number(0), made.args[0]):
                    yield head_theorems.apply_to("sqrt_positive", [made.args[0]], [positive])
        elif atom.head == "inv":
            yield from self._inverse(made.args[0])
        elif atom.head == "pow":
            base, exponent = made.args
            if natural := self.side("<=", number(0), as_real(exponent)):
                if base is number(1):
                    yield head_theorems.apply_to("power_of_one", [base, exponent], [natural])
                elif positive := self.side("<", number(0), base):
                    yield head_theorems.apply_to("power_positive", [base, exponent], [positive, natural])
                elif nonneg := self.side("<=", number(0), base):
                    yield head_theorems.apply_to("power_nonneg", [base, exponent], [nonneg, natural])
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
        yield from head_theorems.about(head, x)

    def _inverse(self, base: Term) -> Iterator[Step]:
        if positive := self.side("<", number(0), base):
            yield positive
            yield head_theorems.apply_to("inverse_positive", [base], [positive])
            yield head_theorems.apply_to("inverse_times", [base], [positive])
        elif nonzero := self.side("!=", base, number(0), degree=0):
            yield nonzero
            yield derive("fact", [nonzero], "inv", (base,))
        elif zero := self.side("==", base, number(0)):
            yield head_theorems.apply_to("inverse_of_zero", [base], [zero])
        elif nonneg := self.side("<=", number(0), base, degree=1):
            yield head_theorems.apply_to("inverse_nonneg", [base], [nonneg])

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


@lru_cache(20_000)
def _integer_gap(step: Step) -> Step | None:
    """a + 1 <= b from a < b between integers; None between others."""
    try:
        return derive("integer_gap", [step])
    except Refusal:
        return None
