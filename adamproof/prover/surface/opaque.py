"""Large terms as plain variables: what a search sees, and how what it finds is put back.

Sums, expectations, integrals, logarithms and real powers become variables X1, X2, ...; equal ones become one.
Roots, sizes and signs do, too, unless what is inside of them is in sight elsewhere, so that the search may need it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ...kernel.normal import normal, poly_key
from ...kernel.terms import BINDERS, REAL, Term, free, make, substitute
from ..polynomials import poly_term
from ..record import Step, derive, in_order

HIDDEN = (*BINDERS, "rpow", "ln")
HEADS = ("sqrt", "abs", "sign")


class Opaque:
    """A translation of statements into ones over plain variables.

    named: terms that an author has given a name (`let`), which become variables, too.
    expand: whether a statement is multiplied out first, so that linear sums come apart.
    """

    def __init__(self, taken: Iterable[Term], named: Sequence[Term] = (), expand: bool = False) -> None:
        self.taken = {item.args[0] if type(item) is Term else item.name for prop in taken for item in free(prop)}
        self.named = {id(term): term for term in named}
        self.expand = expand
        self.variables: dict[Any, Term] = {}  # by what they stand for
        self.meaning: dict[Term, Term] = {}
        self.heads: set[Term] = set()  # roots, sizes and signs that are hidden
        self.count = 0

    def variable(self, term: Term) -> Term:
        mark = poly_key(normal(term))
        if mark not in self.variables:
            while True:
                self.count += 1
                if (name := f"X{self.count}") not in self.taken:
                    break
            self.variables[mark] = make("var", name, REAL)
            self.meaning[self.variables[mark]] = term
        return self.variables[mark]

    def term(self, term: Term) -> Term:
        """The term with variables for what is large."""
        if id(term) in self.named:
            return self.variable(term)
        op = term.op
        if op in HIDDEN and not term.mask:
            return self.variable(term)
        if op in HEADS and term in self.heads:
            return self.variable(term)
        if op in ("rat", "int", "var", "bound", "real"):
            return term
        return make(op, *(self.term(arg) if type(arg) is Term else arg for arg in term.args))

    def prop(self, prop: Term) -> Term:
        """The relation with variables for what is large."""
        shown = self.presented(prop)
        return make(shown.op, *map(self.term, shown.args))

    def presented(self, prop: Term) -> Term:
        """The relation as it is taken apart: as it stands, or multiplied out."""
        if not self.expand:
            return prop
        return make(prop.op, *(poly_term(normal(side)) for side in prop.args))

    def back(self, found: Step, originals: Mapping[Step, Step], target: Term) -> Step:
        """A theorem about the variables as one about what they stand for: the same steps, from the original facts.

        originals: by the assumptions about the variables.  target: what is to be concluded, as it is written.
        """
        made: dict[Step, Step] = dict(originals)
        for step in in_order(found):
            if step in made:
                continue
            premises = [made[premise] for premise in step.premises]
            args = tuple(map(self.meant, step.args))
            if step is found and step.rule == "arith":
                args = (target, *args[1:])
            changed = args != step.args or any(a is not b for a, b in zip(premises, step.premises, strict=True))
            made[step] = derive(step.rule, premises, *args) if changed else step
        return made[found]

    def meant(self, arg: Any) -> Any:
        """An argument of a rule, with what the variables stand for."""
        if type(arg) is Term:
            return substitute(arg, self.meaning) if self.meaning else arg
        return tuple(map(self.meant, arg)) if isinstance(arg, tuple) else arg


def hide_heads(props: Sequence[Term], deep: bool = False) -> set[Term]:
    """The roots, sizes and signs in these statements whose insides stand nowhere else in them.

    deep: what stands inside another one counts, too.
    """
    found: dict[Term, None] = {}
    for prop in props:
        _collect(prop, found)
    opened = _opened(props, list(found))
    if deep:
        insides = {head: set(_large(head.args[0], frozenset())) for head in found}
        for head, inside in insides.items():
            if any(inside & other for at, other in insides.items() if at is not head):
                opened.add(head)
    return {head for head in found if head.op != "sign"} - opened


def _collect(term: Term, found: dict[Term, None]) -> None:
    if term.op in HEADS and not term.mask:
        found[term] = None
    if term.op in HIDDEN:
        return
    for arg in term.args:
        if type(arg) is Term:
            _collect(arg, found)


def _opened(props: Sequence[Term], heads: Sequence[Term]) -> set[Term]:
    """The heads that a search may have to look into."""
    opened: set[Term] = set()
    seen: dict[Term, int] = {}
    for prop in props:
        for atom in _large(prop, frozenset(heads)):
            seen[atom] = seen.get(atom, 0) + 1
    for head in heads:
        inside = set(_large(head.args[0], frozenset(heads)))
        if any(atom in seen for atom in inside) or _is_squared(props, head):
            opened.add(head)
    return opened


def _large(term: Term, heads: frozenset[Term]) -> Iterable[Term]:
    """The variables, large terms and heads in a term, outside of its heads."""
    if term in heads:
        return
    if term.op in ("var", "real", "app", *HIDDEN) and not term.mask:
        yield term
        return
    for arg in term.args:
        if type(arg) is Term:
            yield from _large(arg, heads)


def _is_squared(props: Sequence[Term], head: Term) -> bool:
    """Whether a head is multiplied by itself somewhere."""
    for prop in props:
        for side in prop.args:
            for monomial in normal(side):
                for atom, exponent in monomial:
                    if exponent > 1 and atom.head == head.op and atom.args == (poly_key(normal(head.args[0])),):
                        return True
    return False
