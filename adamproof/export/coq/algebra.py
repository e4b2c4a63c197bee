"""Statements about real terms as statements about real variables in place of their leaves: equations of polynomials.

A real term is a polynomial over *leaves* (variables, function values, roots, sums, means ...).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from ...kernel.normal import Atom, Poly, normal
from ...kernel.terms import REAL, Term
from ..proof import unlimited
from .expressions import Expressions
from .expressions import made as combined
from .normal_terms import term_of
from .scope import Scope
from .text import TIGHT, is_literal_power, show


class Algebra:
    """Real terms with variables in place of their leaves.

    ``names`` has a variable for each leaf.  A leaf that stands for itself is arbitrary; one that is the same as a
    polynomial in others comes with the equation that says so.
    """

    def __init__(self, to_normal: Callable[[Scope, Term], str], scope: Scope, terms: Iterable[Term]) -> None:
        """`to_normal` gives a proof that a leaf equals its normal form."""
        unlimited()
        self.names: dict[Term, str] = {}
        self.equations: list[tuple[Term, Term, str]] = []  # leaf, its normal form, the proof
        self.scope = scope
        leaves: dict[Term, None] = {}
        for term in terms:
            self._collect(term, leaves)
        users: dict[Atom, set[Term]] = {}
        for leaf in leaves:
            for monomial in normal(leaf):
                for atom, _ in monomial:
                    users.setdefault(atom, set()).add(leaf)
        found: dict[Term, None] = {}  # leaves that stand for themselves, as they appear
        for leaf in leaves:
            poly = normal(leaf)
            if _is_atom(poly) and users[next(iter(next(iter(poly))))[0]] == {leaf}:
                found[leaf] = None
                continue
            target = term_of(poly)
            self._collect(target, found)
            if leaf is not target:
                self.equations.append((leaf, target, to_normal(scope, leaf)))
        for letter, group in (("a", found), ("u", [leaf for leaf, _, _ in self.equations])):
            self.names.update({leaf: f"{letter}{number}" for number, leaf in enumerate(group)})

    def _collect(self, term: Term, leaves: dict[Term, None]) -> None:
        if term.op in ("add", "mul") or is_literal_power(term):
            for arg in term.args:
                if arg.sort == REAL:
                    self._collect(arg, leaves)
        elif term.op not in ("rat", "var") and not (term.op == "real" and term.args[0].op == "var"):
            leaves[term] = None

    def expressions(self) -> Expressions:
        """For the two sides of one equation: terms as data, in which a leaf that is known is its normal form."""
        return Expressions(self.names, {leaf: target for leaf, target, _ in self.equations}, self.show)

    def equal(self, made: Expressions, left: str, right: str) -> str:
        """What decides the equation of two expressions, which must be the goal's."""
        known = f"subst {' '.join(self.names[leaf] for leaf, _, _ in self.equations)}; " if self.equations else ""
        return known + made.equal(left, right)

    def difference(self, made: Expressions, prop: Term) -> str:
        """b - a, where the proposition relates a and b."""
        left, right = prop.args
        return combined("sub", made.of(right), made.of(left))

    def show(self, term: Term, least: int = TIGHT) -> str:
        return show(term, {**self.scope.named(term), **self.names}, least)

    def script(self, facts: Sequence[tuple[Term, str]], goal: Term, steps: Sequence[str]) -> str:
        """A proof of the goal from facts (with their proofs, called p0, p1, ... in the steps)."""
        variables = [*(self.names[leaf] for leaf in self.names)]
        equations = [f"{self.names[leaf]} = {self.show(target, 3)}" for leaf, target, _ in self.equations]
        props = [*equations, *(self.show(prop, 2) for prop, _ in facts), self.show(goal, 2)]
        head = f"forall {' '.join(variables)} : R, " if variables else ""
        introduced = [*variables, *(f"e{n}" for n in range(len(equations))), *(f"p{n}" for n in range(len(facts)))]
        lines = [f"assert (alg : {head}{' -> '.join(props)})."]
        start = [f"intros {' '.join(introduced)}."] if introduced else []
        lines.append("{ " + "\n    ".join([*start, *steps]) + " }")
        values = [self.scope.show(leaf) for leaf in self.names]
        proofs = [*(proof for _, _, proof in self.equations), *(proof for _, proof in facts)]
        lines.append(f"exact ({' '.join(['alg', *values, *proofs])}).")
        return "\n  ".join(lines)


def _is_atom(poly: Poly) -> bool:
    """Whether a polynomial is one atom that is no variable."""
    if len(poly) != 1:
        return False
    ((monomial, coefficient),) = poly.items()
    return coefficient == 1 and len(monomial) == 1 and all(a.head != "var" and e == 1 for a, e in monomial)
