"""What a statement divides by that no assumption alone keeps from 0: there 1/0 = 0 by convention, which a page says.

Signs are read off the form of a term and the assumptions as they stand, without a search.  An assumption for all
values counts at every place, so that nothing is named that is 0 only where the assumption says nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction

from ..kernel.normal import ONE, difference, normal
from ..kernel.terms import (
    BINDERS,
    INT,
    QUANTIFIERS,
    RELATIONS,
    Refusal,
    Term,
    as_real,
    free,
    make,
    opened,
    reset_budget,
)

Facts = Sequence[Term]  # relations
ANY = "any_"  # how names begin that stand for all values of an assumption


def divisors(assumptions: Iterable[Term], conclusion: Term) -> list[Term]:
    """The terms X of 1/X in a conclusion that may be 0 as far as this looks, each once.  Bound variables have names."""
    reset_budget()
    try:
        facts = [fact for prop in assumptions for fact in _relations(prop)]
        return list(dict.fromkeys(_found(conclusion, facts)))
    except Refusal:  # too large to be looked at
        return []


def _relations(prop: Term) -> Iterator[Term]:
    """The relation that a statement comes to, with variables for those of its quantifiers."""
    while prop.op in QUANTIFIERS or prop.op == "implies":
        prop = prop.args[-1] if prop.op == "implies" else opened(prop, _fresh(prop, QUANTIFIERS[prop.op], ANY))
    if prop.op in RELATIONS:
        yield prop


def _fresh(binder: Term, sort: str, prefix: str = "") -> Term:
    taken = {symbol.args[0] if type(symbol) is Term else symbol.name for symbol in free(binder)}
    stems = {INT: "kiln"}.get(sort, "wxyz")
    names = (f"{prefix}{stem}{number}" for number in ("", *range(99)) for stem in stems)
    return make("var", next(name for name in names if name not in taken), sort)


def _found(term: Term, facts: Facts) -> Iterator[Term]:
    if term.op in QUANTIFIERS:
        yield from _found(opened(term, _fresh(term, QUANTIFIERS[term.op])), facts)
    elif term.op == "implies":
        yield from _found(term.args[-1], [*facts, *_relations(term.args[0])])
    elif term.op in BINDERS:
        variable = _fresh(term, BINDERS[term.op][1])
        ends = [as_real(end) for end in term.args[:-1]] if term.op == "Sum" else []
        value = as_real(variable) if variable.sort == INT else variable
        within = [make("<=", ends[0], value), make("<=", value, ends[1])] if ends else []
        yield from _found(opened(term, variable), [*facts, *within])
    else:
        if term.op == "inv" and not _is_nonzero(term.args[0], facts):
            yield term.args[0]
        for part in term.args:
            if type(part) is Term:
                yield from _found(part, facts)


def _is_nonzero(term: Term, facts: Facts) -> bool:
    op, args = term.op, term.args
    if op == "mul":
        return all(_is_nonzero(part, facts) for part in args)
    if op in ("pow", "inv", "abs"):
        return _is_nonzero(args[0], facts)
    if op == "rpow":
        return _sign(args[0], facts) > 0
    opposite = make("mul", make("rat", Fraction(-1)), term)
    if _sign(term, facts) > 0 or max((_by_fact(opposite, fact) for fact in facts), default=-1) > 0:
        return True
    return any(fact.op == "!=" and _is_multiple(term, fact) for fact in facts)


def _is_multiple(term: Term, fact: Term) -> bool:
    gap, poly = difference(*fact.args), normal(term)
    return gap == poly or gap == {monomial: -value for monomial, value in poly.items()}


def _sign(term: Term, facts: Facts) -> int:
    """1 for 0 < term, 0 for 0 <= term, -1 where neither is known."""
    op, args = term.op, term.args
    if op == "rat":
        return int(args[0] > 0) - int(args[0] < 0)
    by_form = -1
    if op == "mul":
        by_form = min(_sign(part, facts) for part in args)
    elif op == "add":
        signs = [_sign(part, facts) for part in args]
        by_form = -1 if min(signs) < 0 else max(signs)
    elif op == "pow" and args[1].op == "int" and args[1].args[0] % 2 == 0:
        by_form = int(_is_nonzero(args[0], facts))
    elif op in ("pow", "rpow", "inv"):
        by_form = _sign(args[0], facts)
    elif op in ("sqrt", "abs"):
        by_form = int(_sign(args[0], facts) > 0 if op == "sqrt" else _is_nonzero(args[0], facts))
    elif op in BINDERS:
        by_form = 0 if _sign(opened(term, _fresh(term, BINDERS[op][1])), facts) >= 0 else -1
    return max(by_form, max((_by_fact(term, fact) for fact in facts), default=-1))


def _by_fact(term: Term, fact: Term) -> int:
    """What a stated relation says of a sign: a <= b of b - a plus a number that is not negative."""
    low, high = (term if _is_anywhere(side, term) else side for side in fact.args)
    found = -1
    for a, b in ((low, high), (high, low)) if fact.op == "==" else ((low, high),):
        rest = {m: v for m, v in difference(make("add", term, a), b).items() if v}
        if fact.op in ("<=", "<", "==") and set(rest) <= {ONE}:
            slack = rest.get(ONE, 0)
            found = max(found, int(slack > 0 or (slack == 0 and fact.op == "<")) if slack >= 0 else -1)
    return found


def _is_anywhere(side: Term, term: Term) -> bool:
    """Whether a side of an assumption for all values is the term's function, at any place."""
    if side.op != "app" or term.op != "app" or side.args[0] is not term.args[0]:
        return False
    names = [symbol.args[0] for arg in side.args[1:] for symbol in free(arg) if type(symbol) is Term]
    return bool(names) and all(name.startswith(ANY) for name in names)
