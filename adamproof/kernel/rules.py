"""Theorems and the rules that make them.

A theorem is a sequent ``hypotheses |- conclusion`` with the axioms it cites; its free variables and
function symbols are universally quantified.  A rule is a function of premises (theorems) and arguments
that recomputes the conclusion and raises Refusal when it does not follow.  Every rule carries the
hypotheses and citations of its premises onward, except a hypothesis that it discharges by name.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, cast

from .facts import FACTS, UNIT, ZERO
from .normal import Poly, add_to, constant, difference, key, normal, scaled, times
from .terms import (
    BINDERS,
    INT,
    PROP,
    QUANTIFIERS,
    REAL,
    RELATIONS,
    VARIABLE_SORTS,
    Function,
    Term,
    as_real,
    bind,
    free,
    is_term,
    make,
    minus,
    opened,
    refuse,
    reset_budget,
    spend,
    substitute,
    work,
)
from .text import show

Citation = tuple[str, str]  # (name of the axiom, where it is proved)
LATIN = "A-Za-zÀ-ÖØ-öø-ſ"  # listed: what Unicode calls a letter changes, and some of its letters cannot be seen
CITED = f"(?!.{{201}})[!-~{LATIN}]+( [!-~{LATIN}]+)*"  # no run of spaces, which could fill up a terminal's line


@dataclass(frozen=True)
class Theorem:
    """hypotheses |- conclusion, resting on the cited axioms.  Only a verifier's own theorems count."""

    hypotheses: tuple[Term, ...]
    conclusion: Term
    citations: tuple[Citation, ...] = ()


Product = tuple[Fraction, tuple[int, ...], tuple[Term, ...]]  # coefficient, facts, squares
Multiplier = tuple[int, Term]  # equation, multiplier
NEGATED_GOAL = -1


@dataclass(frozen=True)
class Rule:
    """A rule's function, its number of premises (None: it varies) and the kinds of its arguments."""

    function: Callable[..., Theorem]
    premises: int | None
    kinds: tuple[str, ...]


RULES: dict[str, Rule] = {}


def rule(premises: int | None, *kinds: str) -> Callable[[Callable[..., Theorem]], Callable[..., Theorem]]:
    """Register a rule.  Its function gets the premises one by one (as one sequence if their number varies)."""

    def register(function: Callable[..., Theorem]) -> Callable[..., Theorem]:
        RULES[function.__name__] = Rule(function, premises, kinds)
        return function

    return register


def apply(name: str, premises: Sequence[Theorem], args: Sequence[Any]) -> Theorem:
    """Apply a rule by name to premises and arguments of the kinds it declares.  The only way to call one."""
    if name not in RULES:
        refuse(f"there is no rule {name!r:.40}")
    found = RULES[name]
    if len(args) != len(found.kinds):
        refuse(f"{name} takes {len(found.kinds)} arguments, not {len(args)}")
    if found.premises is not None:
        _count(premises, found.premises, name)
    for kind, arg in zip(found.kinds, args, strict=True):
        if kind in (PROP, REAL, INT):
            _closed(arg, kind, name)
        elif kind == "var":
            _variable(arg, name, *VARIABLE_SORTS)
        elif kind == "text" and type(arg) is not str:
            refuse(f"{name} needs text, not {type(arg).__name__}")
    reset_budget()
    spend(len(premises))
    return found.function(*([premises] if found.premises is None else premises), *args)


# --- helpers -----------------------------------------------------------------------------------


def _count(premises: Sequence[Theorem], count: int, name: str) -> None:
    if len(premises) != count:
        refuse(f"{name} takes {count} premises, not {len(premises)}")


def _closed(term: Any, sort: str, name: str) -> Term:
    if not is_term(term, sort) or term.mask:
        refuse(f"{name} needs a closed argument of sort {sort}")
    return cast(Term, term)


def _variable(term: Any, name: str, *sorts: str) -> None:
    if not is_term(term) or term.op != "var" or term.sort not in sorts:
        refuse(f"{name} needs a variable of sort {' or '.join(sorts)}")


def _theorem(premises: Sequence[Theorem], hypotheses: Sequence[Term], conclusion: Term) -> Theorem:
    """Assemble a theorem: hypotheses without repetition, the citations of all premises."""
    spend(sum(len(premise.citations) for premise in premises))
    distinct: dict[Any, Term] = {}
    for hypothesis in hypotheses:
        distinct.setdefault(key(hypothesis), hypothesis)
    citations = sorted({citation for premise in premises for citation in premise.citations})
    return Theorem(tuple(distinct.values()), conclusion, tuple(citations))


def _hypotheses(premises: Sequence[Theorem]) -> list[Term]:
    spend(sum(1 + len(premise.hypotheses) for premise in premises))
    return [hypothesis for premise in premises for hypothesis in premise.hypotheses]


def _without(premise: Theorem, *discharged: Term) -> list[Term]:
    keys = [key(prop) for prop in discharged]
    return [hypothesis for hypothesis in premise.hypotheses if key(hypothesis) not in keys]


def _not_free(variable: Term, props: Sequence[Term], name: str) -> None:
    spend(len(props))
    for prop in props:
        if variable in free(prop):
            refuse(f"{name}: the variable {variable.args[0]} is free in {show(prop)}")


def _same(found: Term, wanted: Term, name: str) -> None:
    if found is not wanted and key(found) != key(wanted):
        refuse(f"{name}: expected {show(wanted)}, found {show(found)}")


def _relation(prop: Term, name: str, *ops: str) -> Term:
    if prop.op not in (ops or RELATIONS):
        refuse(f"{name} needs a statement with {' or '.join(ops or RELATIONS)}, found {show(prop)}")
    return prop


# --- logic -------------------------------------------------------------------------------------


@rule(0, PROP)
def assume(prop: Term) -> Theorem:
    """P |- P."""
    return Theorem((prop,), prop)


@rule(0, "text", "text", PROP)
def cite(name: str, source: str, prop: Term) -> Theorem:
    """P |- P, recorded as an axiom from the literature: it stays a hypothesis, under a name."""
    for text in (name, source):
        if not re.fullmatch(CITED, text) or re.sub(f"[^{LATIN}]", "", text).lower() in ("", "none"):
            refuse(f"cite needs an axiom's name and source in Latin letters, not \"none\"; found {text!a:.60}")
    return Theorem((prop,), prop, ((name, source),))


@rule(2)
def cut(lemma: Theorem, target: Theorem) -> Theorem:
    """H1 |- A and H2 |- B give H1, H2 - A |- B."""
    left = [*lemma.hypotheses, *_without(target, lemma.conclusion)]
    return _theorem([lemma, target], left, target.conclusion)


@rule(1, PROP)
def convert(premise: Theorem, prop: Term) -> Theorem:
    """H |- A gives H |- B when A and B have the same normal form."""
    _same(premise.conclusion, prop, "convert")
    return Theorem(premise.hypotheses, prop, premise.citations)


@rule(1, PROP)
def discharge(premise: Theorem, prop: Term) -> Theorem:
    """H |- B gives H - A |- A implies B."""
    return _theorem([premise], _without(premise, prop), make("implies", prop, premise.conclusion))


@rule(2)
def detach(implication: Theorem, condition: Theorem) -> Theorem:
    """H1 |- A implies B and H2 |- A give H1, H2 |- B."""
    if implication.conclusion.op != "implies":
        refuse(f"detach needs an implication, found {show(implication.conclusion)}")
    _same(condition.conclusion, implication.conclusion.args[0], "detach")
    both = [implication, condition]
    return _theorem(both, _hypotheses(both), implication.conclusion.args[1])


@rule(1, "var")
def generalise(premise: Theorem, variable: Term) -> Theorem:
    """H |- A gives H |- forall x. A, when x is not free in H."""
    _not_free(variable, premise.hypotheses, "generalise")
    quantified = bind(f"forall_{variable.sort}", variable, premise.conclusion)
    return Theorem(premise.hypotheses, quantified, premise.citations)


@rule(1, "term")
def specialise(premise: Theorem, value: Term) -> Theorem:
    """H |- forall x. A gives H |- A at a value."""
    if premise.conclusion.op not in QUANTIFIERS:
        refuse(f"specialise needs a statement with forall, found {show(premise.conclusion)}")
    _closed(value, QUANTIFIERS[premise.conclusion.op], "specialise")
    return Theorem(premise.hypotheses, opened(premise.conclusion, value), premise.citations)


@rule(1, "substitution", "functions")
def instantiate(
    premise: Theorem,
    variables: Sequence[tuple[Term, Term]],
    functions: Sequence[tuple[Function, tuple[Term, ...], Term]],
) -> Theorem:
    """Replace free variables by terms and function symbols by bodies, everywhere at once."""
    replaced: dict[Term, Term] = {}
    for variable, value in variables:
        _variable(variable, "instantiate", *VARIABLE_SORTS)
        if variable in replaced:
            refuse(f"instantiate: {show(variable)} is replaced twice")
        replaced[variable] = _closed(value, variable.sort, "instantiate")
    bodies: dict[Function, tuple[tuple[Term, ...], Term]] = {}
    for symbol, parameters, body in functions:
        if type(symbol) is not Function or tuple(p.sort for p in parameters) != symbol.sorts:
            refuse("instantiate: a function needs one parameter of each declared sort")
        for var in parameters:
            _variable(var, "instantiate", *VARIABLE_SORTS)
            if var.sort != INT and _under_integral(body, var):
                refuse(f"instantiate: {symbol} becomes an integral in the parameter {show(var)}, maybe not measurable")
        if len(set(parameters)) != len(parameters) or symbol in bodies:
            refuse(f"instantiate: {symbol} is replaced twice, or has the same parameter twice")
        bodies[symbol] = (parameters, _closed(body, REAL, "instantiate"))
    hypotheses = [substitute(prop, replaced, bodies) for prop in premise.hypotheses]
    return _theorem([premise], hypotheses, substitute(premise.conclusion, replaced, bodies))


def _under_integral(term: Term, variable: Term) -> bool:
    """Whether the variable is free inside an E or Integral01 within term."""
    spend(1)
    if variable not in free(term):
        return False
    if term.op in ("E", "Integral01"):
        return True
    return any(type(arg) is Term and _under_integral(arg, variable) for arg in term.args)


@rule(2, "var", INT, PROP)
def induction(base: Theorem, step: Theorem, variable: Term, low: Term, prop: Term) -> Theorem:
    """H |- P(lo) and H', lo <= k, P(k) |- P(k+1) give H, H', lo <= k |- P(k)."""
    _variable(variable, "induction", INT)
    if variable in free(low):
        refuse("induction: the lower end contains the variable")
    above = make("<=", as_real(low), as_real(variable))
    _same(base.conclusion, substitute(prop, {variable: low}), "induction base")
    successor = make("add", variable, make("int", 1))
    _same(step.conclusion, substitute(prop, {variable: successor}), "induction step")
    left = [*base.hypotheses, *_without(step, above, prop)]
    _not_free(variable, left, "induction")
    return _theorem([base, step], [*left, above], prop)


@rule(2, REAL, REAL)
def cases(first: Theorem, second: Theorem, a: Term, b: Term) -> Theorem:
    """H1, a <= b |- C and H2, b < a |- C give H1, H2 |- C."""
    _same(second.conclusion, first.conclusion, "cases")
    left = [*_without(first, make("<=", a, b)), *_without(second, make("<", b, a))]
    return _theorem([first, second], left, first.conclusion)


@rule(2, "var", PROP)
def rewrite(equation: Theorem, target: Theorem, hole: Term, pattern: Term) -> Theorem:
    """a == b and P(a) give P(b), for a pattern P with a variable as its hole."""
    _variable(hole, "rewrite", INT, REAL)
    lhs, rhs = _relation(equation.conclusion, "rewrite", "==").args
    if hole.sort == INT:
        lhs, rhs = _as_integer(lhs), _as_integer(rhs)
    _same(target.conclusion, substitute(pattern, {hole: lhs}), "rewrite")
    both = [equation, target]
    return _theorem(both, _hypotheses(both), substitute(pattern, {hole: rhs}))


def _as_integer(term: Term) -> Term:
    """The integer term whose coercion this real term is."""
    spend(1 + (work(term.args[0]) if term.op == "rat" else 0))
    if term.op == "real":
        return cast(Term, term.args[0])
    if term.op == "rat" and term.args[0].denominator == 1:
        return make("int", int(term.args[0]))
    if term.op in ("add", "mul"):
        return make(term.op, *(_as_integer(arg) for arg in term.args))
    refuse(f"{show(term)} is not an integer term")


# --- arithmetic --------------------------------------------------------------------------------


@rule(None, PROP, "products", "multipliers")
def arith(
    premises: Sequence[Theorem], goal: Term, products: Sequence[Product], multipliers: Sequence[Multiplier]
) -> Theorem:
    """The goal follows from the premises by a certificate, checked exactly.

    Equality: lhs - rhs is the sum of multiplier * equation.  Otherwise the goal is negated (index -1) and
    0 = sum of coefficient * product of facts * squares + sum of multiplier * equation, where every product
    is non-negative and one at least is positive: a contradiction.
    """
    _relation(goal, "arith")
    facts = dict(enumerate(_reading(premise.conclusion) for premise in premises))
    lhs, rhs = goal.args
    negations = {"<=": ("<", (lhs, rhs)), "<": ("<=", (lhs, rhs)), "!=": ("==", (lhs, rhs)), "==": None}
    negation = negations[goal.op]
    total: Poly = {}
    positive = False
    if negation is None:
        add_to(total, difference(lhs, rhs), -1)
        positive = True
    else:
        facts[NEGATED_GOAL] = (negation[0], difference(lhs, rhs))
    for coefficient, indices, squares in products:
        if negation is None:
            refuse("arith: an equality is proved from equations alone, without products")
        if type(coefficient) is not Fraction or coefficient <= 0:
            refuse("arith: a coefficient is not a positive fraction")
        product, is_positive = _product(facts, indices, squares)
        add_to(total, product, coefficient)
        positive = positive or is_positive
    for index, multiplier in multipliers:
        op, poly = _fact(facts, index)
        if op != "==":
            refuse("arith: only an equation takes a multiplier")
        add_to(total, times(normal(_closed(multiplier, REAL, "arith")), poly))
    if total:
        refuse(f"arith: the certificate for {show(goal)} leaves {len(total)} monomials over")
    if not positive:
        refuse(f"arith: the certificate for {show(goal)} has no strictly positive part")
    return _theorem(premises, _hypotheses(premises), goal)


def _reading(prop: Term) -> tuple[str, Poly]:
    """A relation as (op, p): p >= 0 for <=, p > 0 for <, p == 0 or p != 0."""
    lhs, rhs = _relation(prop, "arith").args
    return (prop.op, difference(rhs, lhs))


def _fact(facts: dict[int, tuple[str, Poly]], index: int) -> tuple[str, Poly]:
    if type(index) is not int or index not in facts:
        refuse(f"arith: there is no fact {index!r:.20}")
    return facts[index]


def _product(facts: dict[int, tuple[str, Poly]], indices: Sequence[int], squares: Sequence[Term]) -> tuple[Poly, bool]:
    """A product of facts and squares, and whether it is surely positive (p != 0 counts as p*p > 0)."""
    result, positive = constant(1), True
    for index in indices:
        op, poly = _fact(facts, index)
        if op == "==":
            refuse("arith: an equation takes a multiplier and cannot be a factor")
        result = times(result, times(poly, poly) if op == "!=" else poly)
        positive = positive and op != "<="
    for square in squares:
        poly = normal(_closed(square, REAL, "arith"))
        result, positive = times(result, times(poly, poly)), False
    return result, positive


@rule(2)
def antisymmetry(first: Theorem, second: Theorem) -> Theorem:
    """a <= b and b <= a give a == b."""
    a, b = _relation(first.conclusion, "antisymmetry", "<=").args
    _same(second.conclusion, make("<=", b, a), "antisymmetry")
    return _theorem([first, second], _hypotheses([first, second]), make("==", a, b))


@rule(1)
def integer_gap(premise: Theorem) -> Theorem:
    """a < b gives a + 1 <= b when both are integer valued."""
    a, b = _relation(premise.conclusion, "integer_gap", "<").args
    for monomial, coefficient in difference(b, a).items():
        integral = all(atom.head == "var" and atom.args[0].sort == INT for atom, _ in monomial)
        if not integral or coefficient.denominator != 1:
            refuse(f"integer_gap: {show(premise.conclusion)} does not compare integers")
    return Theorem(premise.hypotheses, make("<=", make("add", a, UNIT), b), premise.citations)


@rule(None, "text", "terms")
def fact(premises: Sequence[Theorem], name: str, terms: Sequence[Term]) -> Theorem:
    """A fact about a head (facts.py), its conditions given as premises in order."""
    if name not in FACTS:
        refuse(f"there is no fact {name!r:.40}")
    found = FACTS[name]
    if len(terms) != len(found.sorts):
        refuse(f"the fact {name} takes {len(found.sorts)} terms, not {len(terms)}")
    checked = [_closed(term, sort, f"the fact {name}") for term, sort in zip(terms, found.sorts, strict=True)]
    conditions, conclusion = found.schema(*checked)
    _count(premises, len(conditions), f"the fact {name}")
    for premise, condition in zip(premises, conditions, strict=True):
        _same(premise.conclusion, condition, f"the fact {name}")
    return _theorem(premises, _hypotheses(premises), conclusion)


# --- binders -----------------------------------------------------------------------------------


def _range(op: str, variable: Term, bounds: Sequence[Term], name: str) -> list[Term]:
    """What may be assumed of the bound variable, checking the shape of the binder."""
    if op not in BINDERS or len(bounds) != len(BINDERS[op][0]):
        refuse(f"{name}: {op!r:.40} is not a binder with {len(bounds)} bounds")
    _variable(variable, name, BINDERS[op][1])
    if op == "Sum":
        low, high = (_closed(bound, INT, name) for bound in bounds)
        _not_free(variable, [low, high], name)
        return [make("<=", as_real(low), as_real(variable)), make("<=", as_real(variable), as_real(high))]
    return [make("<=", ZERO, variable), make("<=", variable, UNIT)] if op == "Integral01" else []


@rule(None, "text", "var", "terms")
def binder(premises: Sequence[Theorem], op: str, variable: Term, bounds: Sequence[Term]) -> Theorem:
    """H |- f == g gives B f == B g; H |- f <= g gives B f <= B g, for E and Integral01 when g - f is integrable.

    The range of the bound variable may be assumed (lo <= k, k <= hi; 0 <= s, s <= 1); nothing else may mention it.
    """
    if not premises:
        refuse("binder needs a premise")
    inner = premises[0]
    lhs, rhs = _relation(inner.conclusion, "binder", "==", "<=").args
    left = _without(inner, *_range(op, variable, bounds, "binder"))
    _not_free(variable, left, "binder")
    monotone = inner.conclusion.op == "<=" and op != "Sum"
    _count(premises, 2 if monotone else 1, f"binder {op} of {inner.conclusion.op}")
    if monotone:
        gap = make("Integrable", bind(op, variable, minus(rhs, lhs)))
        _same(premises[1].conclusion, gap, "binder")
    bound = (bind(op, variable, *bounds, side) for side in (lhs, rhs))
    return _theorem(premises, [*left, *_hypotheses(premises[1:])], make(inner.conclusion.op, *bound))


@rule(2, "text", "var")
def dominated(inner: Theorem, integrable: Theorem, op: str, variable: Term) -> Theorem:
    """H |- abs(f) <= g and Integrable(B g) give Integrable(B f); so does H |- abs(f) <= abs(g)."""
    a, b = _relation(inner.conclusion, "dominated", "<=").args
    if op == "Sum" or a.op != "abs":
        refuse(f"dominated needs E or Integral01 and a statement abs(f) <= g, found {op} and {show(inner.conclusion)}")
    left = _without(inner, *_range(op, variable, (), "dominated"))
    _not_free(variable, left, "dominated")
    if _under_integral(a, variable):
        refuse(f"dominated: {show(a)} contains an integral in the parameter {show(variable)}, maybe not measurable")
    bound = b.args[0] if b.op == "abs" else b
    _same(integrable.conclusion, make("Integrable", bind(op, variable, bound)), "dominated")
    conclusion = make("Integrable", bind(op, variable, a.args[0]))
    return _theorem([inner, integrable], [*left, *integrable.hypotheses], conclusion)


@rule(None, "text", "var", REAL, "terms")
def combination(
    premises: Sequence[Theorem], op: str, variable: Term, body: Term, coefficients: Sequence[Term]
) -> Theorem:
    """Integrable(B g_i) give Integrable(B f) when f == c_0 + sum c_i*g_i with coefficients free of the variable."""
    _range(op, variable, (), "combination")
    if len(coefficients) != len(premises) + 1:
        refuse("combination needs a constant and one coefficient for each premise")
    integrands = [UNIT]
    for premise in premises:
        if premise.conclusion.op != "Integrable" or premise.conclusion.args[0].op != op:
            refuse(f"combination needs integrability under {op}, found {show(premise.conclusion)}")
        integrands.append(opened(premise.conclusion.args[0], variable))
    conclusions = [premise.conclusion for premise in premises]
    coefficients = [_closed(coefficient, REAL, "combination") for coefficient in coefficients]
    _not_free(variable, [*_hypotheses(premises), *conclusions, *coefficients], "combination")
    total = scaled(normal(body), -1)
    for coefficient, integrand in zip(coefficients, integrands, strict=True):
        add_to(total, times(normal(coefficient), normal(integrand)))
    if total:
        refuse(f"combination: {show(body)} is not the stated linear combination")
    return _theorem(premises, _hypotheses(premises), make("Integrable", bind(op, variable, body)))
