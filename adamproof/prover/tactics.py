"""What proofs are written with beside `prove`: specialisation, induction, cases, sums, binders.

Every function takes SymPy statements or theorems (:class:`Step`) and returns a theorem; a SymPy
statement given as a fact becomes a hypothesis.  All of it is search and bookkeeping: the kernel
computes every step, and the verdict comes from verifying the proof file.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ..kernel.facts import FACTS
from ..kernel.normal import key
from ..kernel.terms import BINDERS, INT, QUANTIFIERS, RELATIONS, Term, function
from ..kernel.terms import Function as KernelFunction
from ..kernel.text import show
from .proving import Fact, ProofFailure, prove, theorems
from .record import Step, derive
from .translation import TranslationError, prop, sort_of, term

# --- logic --------------------------------------------------------------------------------------


def at(theorem: Fact, *values: Any, given: Iterable[Fact] = ()) -> Step:
    """A forall at values; its conditions are proved from `given`, or become hypotheses.

    theorem: a theorem, or a statement that is assumed.  values: one for each variable, in order, of its sort.
    Raises TranslationError where it is no forall, or where there are too many values, and ProofFailure for a
    condition.
    """
    (step,) = theorems([theorem])
    facts = theorems(given)
    for value in values:
        step = _detach_all(step, facts)
        if step.conclusion.op not in QUANTIFIERS:
            place = show(value) if type(value) is Term else value
            statement = show(step.conclusion)
            raise TranslationError(f"cannot specialise {statement} at {place}: it is not universally quantified")
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
    """H, given |- A as H |- forall variables. given -> A.

    theorem: H, given |- A.  variables: a symbol or several, which are in no hypothesis that stays.  given:
    statements.
    """
    step = theorem
    for condition in reversed(list(given)):
        step = derive("discharge", [step], prop(condition))
    for variable in reversed(variables if isinstance(variables, (list, tuple)) else [variables]):
        step = derive("generalise", [step], term(variable, sort_of(variable)))
    return step


def cut(theorem: Step, *lemmas: Fact) -> Step:
    """Discharge hypotheses by theorems that conclude them.

    theorem: a theorem.  lemmas: theorems, or statements that are assumed.
    """
    step = theorem
    for lemma in theorems(lemmas):
        step = derive("cut", [lemma, step])
    return step


def settle(theorem: Step, *facts: Fact) -> Step:
    """Discharge every hypothesis that the facts prove (a fact that is assumed may stay as a hypothesis).

    theorem: a theorem.  facts: theorems, or statements that are assumed.
    """
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


def instantiate(theorem: Step, values: Mapping[Any, Any]) -> Step:
    """Replace free variables (by terms) and function symbols (by (parameters, body)) in a theorem.

    theorem: a theorem.  values: by symbol or function symbol.
    """
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
    """The goal for all variable >= low; step concludes it at variable + 1 and may assume it at variable.

    goal: a statement about variable, an integer symbol.  base: a theorem of the goal at low.
    """
    return derive("induction", [base, step], term(variable, INT), term(low, INT), prop(goal))


def by_cases(a: Any, b: Any, if_le: Step, if_gt: Step) -> Step:
    """From a proof under a <= b and one under b < a.

    a, b: expressions.  if_le, if_gt: theorems with the same conclusion, of which a hypothesis is the case.
    """
    return derive("cases", [if_le, if_gt], term(a), term(b))


def rewrite(theorem: Step, equation: Fact, hole: Any, pattern: Any) -> Step:
    """P(a) and a == b give P(b), the pattern P holding the variable `hole`.

    theorem: of P(a).  equation: of a == b.  hole: a symbol.  pattern: P, a statement with the hole.
    """
    (equality,) = theorems([equation])
    return derive("rewrite", [equality, theorem], term(hole, sort_of(hole)), prop(pattern))


def convert(theorem: Step, statement: Any) -> Step:
    """The same statement, written differently.

    theorem: a theorem.  statement: equal to its conclusion as polynomials are; the kernel refuses any other.
    """
    return derive("convert", [theorem], prop(statement))


# --- sums and functionals -----------------------------------------------------------------------


def sum_last(total: Any, *facts: Fact) -> Step:
    """Sum(lo..hi) == Sum(lo..hi-1) + last term; lo <= hi from the facts.

    total: the Sum.  Raises ProofFailure where the facts do not say that it has a term.
    """
    return _sum_fact("sum_last", total, facts)


def sum_first(total: Any, *facts: Fact) -> Step:
    """Sum(lo..hi) == first term + Sum(lo+1..hi); lo <= hi from the facts.

    total: the Sum.  Raises ProofFailure where the facts do not say that it has a term.
    """
    return _sum_fact("sum_first", total, facts)


def sum_empty(total: Any, *facts: Fact) -> Step:
    """Sum(lo..hi) == 0; hi < lo from the facts.

    total: the Sum.  Raises ProofFailure where the facts do not say that it is empty.
    """
    return _sum_fact("sum_empty", total, facts)


def _sum_fact(name: str, total: Any, facts: Iterable[Fact]) -> Step:
    made = term(total)
    if made.op != "Sum":
        raise TranslationError(f"{show(made)} is not a sum")
    (condition,), _ = FACTS[name].schema(made)
    return derive("fact", [prove(condition, *facts)], name, (made,))


def over(op: str, variable: Any, inner: Step, *bounds: Any, integrable: Step | None = None) -> Step:
    """f == g or f <= g under a binder: Sum (with its two bounds), E or Integral01 (with integrability for <=).

    op: "Sum", "E" or "Integral01".  variable: the one that is bound.  inner: a theorem for every value of it.
    bounds: low and high, for a sum only.  integrable: that the difference is, needed for <= under E and Integral01.
    """
    sort = BINDERS[op][1]
    premises = [inner] if integrable is None else [inner, integrable]
    return derive("binder", premises, op, term(variable, sort), tuple(term(b, INT) for b in bounds))


def head_fact(name: str, *args: Any, given: Iterable[Fact] = ()) -> Step:
    """A fact about a head (adamproof.kernel.facts), its conditions proved from `given`.

    name: of the fact.  args: expressions for its variables, in order.
    """
    found = FACTS[name]
    made = tuple(term(arg, sort) for arg, sort in zip(args, found.sorts, strict=True))
    conditions, _ = found.schema(*made)
    return derive("fact", [prove(condition, *given) for condition in conditions], name, made)


__all__ = [
    "at",
    "by_cases",
    "convert",
    "cut",
    "generalise",
    "head_fact",
    "induction",
    "instantiate",
    "over",
    "rewrite",
    "settle",
    "sum_empty",
    "sum_first",
    "sum_last",
]
