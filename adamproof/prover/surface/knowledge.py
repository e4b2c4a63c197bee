"""What is known at one point of a proof, and the sign of a term by its form.

The sign of a product is that of its factors; even powers, sizes, roots, sums, expectations and integrals of what is
not negative are not negative.  Each is one small step of the kernel: no search is needed, and nothing is multiplied
out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from ...kernel.normal import key, normal
from ...kernel.terms import (
    BINDERS,
    INT,
    QUANTIFIERS,
    REAL,
    RELATIONS,
    Refusal,
    Term,
    as_real,
    free,
    make,
    minus,
    number,
    opened,
)
from .. import head_theorems
from ..effort import once
from ..polynomials import all_atoms
from ..record import Step, derive
from ..rewriting import atoms_in
from ..search import Search

ZERO, ONE = number(0), number(1)
MAX_RELEVANT = 12  # stated relations that a small search for one sign looks at
DEPTH = 40  # of nested questions, at most

CiteLemma = Callable[[str, str | None], Step]


@dataclass
class Answering:
    """The questions that are answered by what comes after this module, which `discharge` fills in."""

    establish: Callable[..., Step | None] = lambda known, statement, quick=False: None
    integrable: Callable[..., Step | None] = lambda known, statement: None
    instance: Callable[..., Step | None] = lambda known, statement: None


answering = Answering()

# Answers by what is known, and the lemmas cited for them: a mutant asks again most of what its lemma asked.
_remembered: dict[Any, tuple[dict[Any, Any], dict[tuple[str, str | None], None]]] = {}


class Knowledge:
    """Theorems at hand: by their statement, and by their kind.

    steps: theorems.  lemma: gives the theorem of a library lemma, by slug and claim.  general, reasons: see `plus`.
    """

    def __init__(
        self, steps: Iterable[Step], lemma: CiteLemma, general: tuple[Step, ...] = (), reasons: tuple[Step, ...] = ()
    ) -> None:
        self.steps = tuple(steps)
        self._lemma = lemma
        self.by_key: dict[Any, Step] = {}
        for step in self.steps:
            self.by_key.setdefault(key(step.conclusion), step)
        self.relations = [step for step in self.steps if step.conclusion.op in RELATIONS]
        self.quantified = [*general, *(step for step in self.steps if step.conclusion.op in QUANTIFIERS)]
        self.finite = [step for step in self.steps if step.conclusion.op == "Integrable"]
        self.answers, self._cited = _remembered.setdefault((self.steps, general, reasons), ({}, {}))
        for slug, claim in list(self._cited):  # what another script cited for the answers that are remembered
            lemma(slug, claim)
        self.depth = 0
        self.reasons = reasons  # relations that an author named, which a search takes in whatever they say
        self.general = general  # theorems for all values of what no assumption holds

    def lemma(self, slug: str, claim: str | None) -> Step:
        """The theorem of a library lemma.

        slug, claim: its names.
        """
        found = self._lemma(slug, claim)
        self._cited[slug, claim] = None  # not before: its own script may know the same, and would cite itself
        return found

    def plus(self, *steps: Step, named: bool = False) -> Knowledge:
        """The same with more theorems, which come first.

        named: that an author named them as reasons.
        """
        if not steps:
            return self
        general, reasons = self.general, self.reasons
        if named:
            reasons = (*(step for step in steps if step.conclusion.op in RELATIONS), *reasons)
            made = [self.generalised(step) for step in steps if step.conclusion.op in (*RELATIONS, "Integrable")]
            general = (*(step for step in made if step is not None), *general)
        more = Knowledge((*steps, *self.steps), self.lemma, general, reasons)
        more.depth = self.depth
        return more

    # --- questions ---

    def establish(self, statement: Term, quick: bool = False) -> Step | None:
        """The theorem of a statement, or None.

        quick: of a relation only as it stands, as an instance, or by its form.
        """
        return answering.establish(self, statement, quick)

    def integrable(self, statement: Term) -> Step | None:
        """The theorem of Integrable(...), or None."""
        return answering.integrable(self, statement)

    def instance(self, statement: Term) -> Step | None:
        """The statement as an instance of one for all, or None."""
        return answering.instance(self, statement)

    # --- bookkeeping ---

    def deeper(self, most: int, search: Callable[[], Step | None]) -> Step | None:
        """What a search finds, one level deeper; None where it is too deep or too large."""
        if self.depth >= most:
            return None
        self.depth += 1
        try:
            return search()
        except Refusal:
            return None
        finally:
            self.depth -= 1

    def generalised(self, step: Step) -> Step | None:
        """A theorem for all values of the variables that no assumption holds, under what it assumes of them."""
        local = [prop for prop in step.hypotheses if key(prop) not in self.by_key]
        stay = {item for prop in step.hypotheses if key(prop) in self.by_key for item in free(prop)}
        fixed = {item for other in self.steps if other.rule == "assume" for item in free(other.conclusion)}
        inside = {item for prop in (step.conclusion, *local) for item in free(prop) if type(item) is Term}
        variables = sorted((item for item in inside - stay - fixed if item.op == "var"), key=lambda item: item.args[0])
        if not variables or step.rule == "assume":
            return None
        for prop in reversed(local):
            step = derive("discharge", [step], prop)
        for variable in reversed(variables):
            step = derive("generalise", [step], variable)
        return step

    def find(self, statement: Term) -> Step | None:
        """The theorem of a statement if it is at hand, as it is written here."""
        found = self.by_key.get(key(statement))
        if found is None or found.conclusion is statement:
            return found
        return derive("convert", [found], statement)

    def fresh(self, sort: str, *apart: Term) -> Term:
        """A variable of a name that nothing here has."""
        props = [*apart, *(prop for step in self.steps for prop in (step.conclusion, *step.hypotheses))]
        names = {item.args[0] if type(item) is Term else item.name for prop in props for item in free(prop)}
        stem = {INT: "i", REAL: "s"}.get(sort, "o")
        return next(
            make("var", name, sort) for count in range(len(names) + 1) if (name := f"{stem}{count}") not in names
        )


# --- certificates that need no search -----------------------------------------------------------


def combined(goal: Term, facts: Sequence[Step], *products: tuple[tuple[int, ...], tuple[Term, ...]]) -> Step:
    """0 <= x or 0 < x, as x is the sum of these products of facts and squares."""
    parts = [(Fraction(1), indices, squares) for indices, squares in products]
    return derive("arith", list(facts), goal, (*parts, (Fraction(1), (-1,), ())), ())


def at_least(step: Step) -> Step:
    """0 < x as 0 <= x; 0 <= x stays."""
    if step.conclusion.op == "<=":
        return step
    return combined(make("<=", *step.conclusion.args), [step], ((0,), ()))


# --- signs by form ------------------------------------------------------------------------------


def sign(known: Knowledge, x: Term, strict: bool = False) -> Step | None:
    """0 < x, or else (unless it must be strict) 0 <= x; None where the form and the facts do not say so."""
    return once(known.answers, ("sign", x, strict), lambda: known.deeper(DEPTH, lambda: _sign(known, x, strict)), True)


def nonneg(known: Knowledge, x: Term) -> Step | None:
    """0 <= x."""
    found = sign(known, x)
    return found and at_least(found)


def _sign(known: Knowledge, x: Term, strict: bool) -> Step | None:
    for op in ("<",) if strict else ("<", "<="):
        if found := known.find(make(op, ZERO, x)):
            return found
    found = _by_form(known, x, strict) or _by_instance(known, x, strict)
    return found or _by_small_search(known, x, strict)


def _by_form(known: Knowledge, x: Term, strict: bool) -> Step | None:
    op, args = x.op, x.args
    if op == "rat":
        return _of_number(x, strict)
    if op == "add":
        return _of_sum(known, x, strict)
    if op == "mul":
        return _of_product(known, x, strict)
    if op == "pow":
        return _of_power(known, x, strict)
    if op == "inv":
        if base := sign(known, args[0], strict):
            name = "inverse_positive" if base.conclusion.op == "<" else "inverse_nonneg"
            return head_theorems.apply_to(name, [args[0]], [base])
    elif op == "sqrt":
        if base := sign(known, args[0], strict):
            if base.conclusion.op == "<":
                return head_theorems.apply_to("sqrt_positive", [args[0]], [base])
            return derive("fact", [base], "sqrt_nonneg", (args[0],))
    elif op == "abs" and not strict:
        return next(head_theorems.about("abs", args[0]))
    elif op == "rpow":
        return _of_real_power(known, x, strict)
    elif op in BINDERS and not strict:
        return _of_binder(known, x)
    return None


def _of_number(x: Term, strict: bool) -> Step | None:
    value = x.args[0]
    if value < 0 or (strict and not value):
        return None
    return Search(make("<" if value else "<=", ZERO, x), ()).run()


def _of_sum(known: Knowledge, x: Term, strict: bool) -> Step | None:
    parts = [sign(known, part) for part in x.args]
    found = [part for part in parts if part is not None]
    if len(found) < len(parts):
        return None
    positive = any(part.conclusion.op == "<" for part in found)
    if strict and not positive:
        return None
    return combined(make("<" if positive else "<=", ZERO, x), found, *(((i,), ()) for i in range(len(found))))


def _of_product(known: Knowledge, x: Term, strict: bool) -> Step | None:
    facts, squares = [], []
    left: dict[Term, int] = {}
    for factor in x.args:
        left[factor] = left.get(factor, 0) + 1
    for factor, count in left.items():
        if count % 2 == 0 and not strict:
            squares += [factor] * (count // 2)
            continue
        if (found := sign(known, factor, strict)) is None:
            return None
        facts += [found] * count
    positive = not squares and all(fact.conclusion.op == "<" for fact in facts)
    return combined(make("<" if positive else "<=", ZERO, x), facts, (tuple(range(len(facts))), tuple(squares)))


def _of_power(known: Knowledge, x: Term, strict: bool) -> Step | None:
    base, exponent = x.args
    if exponent.op == "int":
        count = exponent.args[0]
        if count < 0:
            return None
        if count % 2 == 0 and not strict:
            return combined(make("<=", ZERO, x), [], ((), (base,) * (count // 2)))
        found = sign(known, base, strict)
        if found is None:
            return None
        return combined(make(found.conclusion.op, ZERO, x), [found], ((0,) * count, ()))
    found = sign(known, base, strict)
    natural = nonneg(known, as_real(exponent))
    if found is None or natural is None:
        return None
    name = "power_positive" if found.conclusion.op == "<" else "power_nonneg"
    return head_theorems.apply_to(name, [base, exponent], [found, natural])


def _of_real_power(known: Knowledge, x: Term, strict: bool) -> Step | None:
    base, exponent = x.args
    found = sign(known, base, strict)
    if found is None:
        return None
    if found.conclusion.op == "<":
        return derive("fact", [found], "rpow_pos", (base, exponent))
    natural = nonneg(known, exponent)
    if natural is None:
        return None
    step = known.lemma("real-powers", None)
    variables = tuple((make("var", name, REAL), value) for name, value in (("x", base), ("r", exponent)))
    step = derive("instantiate", [step], variables, ())
    return derive("cut", [natural, derive("cut", [found, step])])


def ranges(op: str, variable: Term, bounds: Sequence[Term]) -> list[Step]:
    """What may be assumed of the variable of a binder."""
    value = as_real(variable) if variable.sort == INT else variable
    ends = {"Sum": [as_real(end) for end in bounds], "Integral01": [ZERO, ONE]}.get(op)
    if ends is None:
        return []
    return [derive("assume", [], prop) for prop in (make("<=", ends[0], value), make("<=", value, ends[1]))]


def _of_binder(known: Knowledge, x: Term) -> Step | None:
    variable = known.fresh(BINDERS[x.op][1], x)
    body, bounds = opened(x, variable), tuple(x.args[:-1])
    inside = nonneg(known.plus(*ranges(x.op, variable, bounds)), body)
    if inside is None:
        return None
    premises = [inside]
    if x.op != "Sum":
        whole = known.integrable(make("Integrable", x))
        if whole is None:
            return None
        gap = minus(*reversed(inside.conclusion.args))
        premises.append(derive("combination", [whole], x.op, variable, gap, (ZERO, ONE)))
    return derive("binder", premises, x.op, variable, bounds)  # a sum of zeros on the left, which is 0 to the kernel


def _by_instance(known: Knowledge, x: Term, strict: bool) -> Step | None:
    """0 < x or 0 <= x as an instance of a statement for all."""
    if x.op in ("rat", "mul"):
        return None
    for op in ("<",) if strict else ("<", "<="):
        if found := known.instance(make(op, ZERO, x)):
            return found
    return None


def _by_small_search(known: Knowledge, x: Term, strict: bool) -> Step | None:
    """From the stated relations about nothing else than what stands in x."""
    if x.op in BINDERS or x.op == "rat":
        return None
    atoms = set(all_atoms([normal(x)]))
    about = [(step, atoms_in(step.conclusion)) for step in known.relations]
    within = [step for step, theirs in about if theirs <= atoms]
    touching = [step for step, theirs in about if theirs & atoms and all(atom.head == "var" for atom in theirs)]
    for facts in (within, touching if len(touching) > len(within) else []):
        if not facts or len(facts) > MAX_RELEVANT:
            continue
        small = len(facts) <= 4 and (facts is touching or x.op not in ("var", "real", "app"))
        for op in ("<",) if strict else ("<", "<="):
            if found := Search(make(op, ZERO, x), facts).run((1, 2) if small else (1,)):
                return found
    return None


__all__ = ["Knowledge", "answering", "at_least", "combined", "nonneg", "ranges", "sign"]
