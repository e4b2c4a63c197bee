"""The arithmetic steps of a stored proof as questions for SMT solvers, in SMT-LIB 2.

A step says that its premises imply its conclusion by a certificate.  The question leaves the certificate out: can
the premises hold and the conclusion fail, for real numbers in place of the atoms (variables, function values,
roots, inverses, sums, expectations)?  The answer must be "unsat"; "sat" would be an error of the kernel.  The
premises are asked about alone, too: where they cannot hold together, the step says nothing (as in a proof by
cases, where one case may be impossible).

Statements are read in the kernel's polynomial normal form, multiplied by a common denominator: no division is
left.  Nothing else of the kernel is used, its certificates least of all.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from ..kernel.normal import Atom, Monomial, Poly, difference
from ..kernel.terms import INT, RELATIONS, Function, Refusal, Term
from ..kernel.text import show
from .proof import Step, line, read, unlimited

STEPS = 3_000_000  # a solver's own measure of work, for one question; then its answer is "unknown"
CHUNK_DIGITS = 4000
CHUNK = 10**CHUNK_DIGITS
LIMIT = ":reproducible-resource-limit"  # SMT-LIB's name for it
RULES = ("arith", "antisymmetry", "integer_gap")
NEGATED = {"==": "distinct", "!=": "=", "<=": "<", "<": "<="}  # not (0 op p), with the sides swapped for an order
COMPARED = {"==": "=", "!=": "distinct", "<=": "<=", "<": "<"}
_described: dict[Atom, str] = {}

Product = Callable[[list[str]], list[str]]  # how the factors of a product are written


@dataclass(frozen=True)
class Obligation:
    """One step's question.  number: of the step in the proof file; premises and goal: what they say, as polynomials.

    A statement is (op, p), read as 0 op p.
    """

    number: int
    rule: str
    premises: tuple[tuple[str, Poly], ...]
    goal: tuple[str, Poly]
    said: str  # the step's conclusion, in the kernel's text

    @cached_property
    def names(self) -> dict[Atom, str]:
        """The atoms as SMT variables, in an order that depends on what they say alone."""
        atoms = {atom for _, poly in (*self.premises, self.goal) for monomial in poly for atom, _ in monomial}
        return {atom: f"a{number}" for number, atom in enumerate(sorted(atoms, key=described))}

    @property
    def declarations(self) -> list[str]:
        return [
            f"(declare-const {name} {'Int' if self.rule == 'integer_gap' and is_integer(atom) else 'Real'})"
            for atom, name in self.names.items()
        ]

    @property
    def question(self) -> str:
        """Declarations, premises and negated goal: to be found unsatisfiable."""
        return "\n".join([*self.declarations, *self._assumed(), self._denied()])

    @property
    def premises_alone(self) -> str:
        """The same without the negated goal: whether the premises can hold together."""
        return "\n".join([*self.declarations, *self._assumed()])

    @property
    def linear(self) -> str:
        """The question with a variable of its own for each product, of which nothing is known.

        It assumes less than the question: where it is unsatisfiable, so is the question, and that is found in no time.
        """
        monomials = {monomial for _, poly in (*self.premises, self.goal) for monomial in poly}
        used = sorted({name for monomial in monomials for name in _as_one(self._factors(monomial))})
        lines = [f"(declare-const {name} Real)" for name in used]
        return "\n".join([*lines, *self._assumed(_as_one), self._denied(_as_one)])

    def _assumed(self, product: Product = list) -> list[str]:
        """The premises."""
        return [f"(assert {self._relation(COMPARED[op], poly, product)})" for op, poly in self.premises]

    def _denied(self, product: Product = list) -> str:
        """The negation of the goal."""
        op, poly = self.goal
        if op in ("<=", "<"):
            return f"(assert ({NEGATED[op]} {self._polynomial(poly, product)} 0))"
        return f"(assert {self._relation(NEGATED[op], poly, product)})"

    def _relation(self, op: str, poly: Poly, product: Product) -> str:
        return f"({op} 0 {self._polynomial(poly, product)})"

    def _polynomial(self, poly: Poly, product: Product) -> str:
        """The polynomial times a positive integer that makes its coefficients integers."""
        scale = math.lcm(*(coefficient.denominator for coefficient in poly.values())) if poly else 1
        summands = sorted(
            _summand(int(coefficient * scale), product(self._factors(monomial)))
            for monomial, coefficient in poly.items()
        )
        return _applied("+", summands) if summands else "0"

    def _factors(self, monomial: Monomial) -> list[str]:
        return sorted(self.names[atom] for atom, exponent in monomial for _ in range(exponent))


def _summand(coefficient: int, factors: Sequence[str]) -> str:
    number = decimal(coefficient) if coefficient >= 0 else f"(- {decimal(-coefficient)})"
    return _applied("*", [number, *factors])


def _as_one(factors: list[str]) -> list[str]:
    """A product as one variable, which is named after its factors."""
    return [f"|{' '.join(factors)}|"] if len(factors) > 1 else factors


def obligations(proof: str | bytes) -> Iterator[Obligation]:
    """The questions of a proof file, each once.  Raises the kernel's Refusal when the file is malformed."""
    steps = {step.number: step for step in read(proof).steps}
    seen: set[Any] = set()
    for step in steps.values():
        if step.rule in RULES:
            unlimited()
            found = _obligation(step, steps)
            # The same question among integers and among reals is two questions.
            mark = (step.rule == "integer_gap", frozenset(map(_key, found.premises)), _key(found.goal))
            if mark not in seen:
                seen.add(mark)
                yield found


def _obligation(step: Step, steps: Mapping[int, Step]) -> Obligation:
    premises = [steps[number].theorem.conclusion for number in step.premises]
    conclusion = step.theorem.conclusion
    if conclusion.op not in RELATIONS:
        raise Refusal(f"step {step.number} is of the rule {step.rule}, but its conclusion is not a relation")
    facts = tuple(_reading(premise) for premise in premises if premise.op in RELATIONS)
    return Obligation(step.number, step.rule, facts, _reading(conclusion), show(conclusion))


def _reading(prop: Term) -> tuple[str, Poly]:
    """A relation as 0 op rhs - lhs."""
    lhs, rhs = prop.args
    return prop.op, difference(rhs, lhs)


def _key(statement: tuple[str, Poly]) -> Any:
    op, poly = statement
    return op, frozenset(poly.items())


def logic(question: str) -> str:
    """The smallest SMT-LIB logic that has the question."""
    return "QF_NIRA" if " Int)" in question else "QF_NRA"


def is_integer(atom: Atom) -> bool:
    """Whether an atom is an integer variable."""
    return atom.head == "var" and atom.args[0].sort == INT


def described(value: Any) -> str:
    """What an atom, or a part of one, says, independent of the order in which anything was made."""
    if type(value) is Atom:
        if value not in _described:
            _described[value] = f"{value.head}({', '.join(map(described, value.args))})"
        return _described[value]
    if type(value) is frozenset:
        return "{" + ", ".join(sorted(map(described, value))) + "}"
    if type(value) is tuple:
        return "(" + ", ".join(map(described, value)) + ")"
    if type(value) is Function:
        return f"{value.name}/{'/'.join(value.sorts)}"
    return show(value) if type(value) is Term else str(value)


def decimal(number: int) -> str:
    """The digits of a number that is not negative; Python writes at most 4300 at once."""
    rest, low = divmod(number, CHUNK)
    return f"{decimal(rest)}{low:0{CHUNK_DIGITS}}" if rest else str(low)


def _applied(op: str, parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"({op} {' '.join(parts)})"


def document(title: str, proof: str | bytes) -> str:
    """The questions of a proof file, each and its premises alone, as one SMT-LIB script that says what is expected."""
    lines = [f"; {line(title)}: the arithmetic steps of its proof"]
    for found in obligations(proof):
        lines += ["", f"; step {found.number} ({found.rule}): {found.said}"]
        lines += [f";   {name} = {described(atom)}" for atom, name in found.names.items()]
        for expected, text in (("unsat", found.question), ("premises alone", found.premises_alone)):
            # Anew each time: solvers are weaker where they keep what was asked before (push, pop).
            begin = ["(reset)", f"(set-option {LIMIT} {STEPS})", f"(set-logic {logic(text)})"]
            lines += [f"; expected: {expected}", *begin, text, "(check-sat)"]
    return "\n".join([*lines, ""])
