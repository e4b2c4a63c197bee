"""Terms, propositions and statements as Coq text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ...kernel.terms import BINDERS, INT, POINT, QUANTIFIERS, REAL, Function, Term, bound_sort_of, free

SORTS = {INT: "Z", REAL: "R", POINT: "Omega"}
RELATIONS = {"==": "=", "<=": "<=", "<": "<", "!=": "<>"}
HEADS = {"sqrt": "sqrt", "abs": "Rabs", "sign": "sign", "ln": "ln", "rpow": "rpow", "pow": "zpow"}
BINDER_HEADS = {"Sum": "Sum", "E": "E P", "Integral01": "Integral01 I"}
INTEGRABLE = {"E": "Integrable P", "Integral01": "Integrable01 I"}
POOLS = {INT: ("k", "i", "n", "l"), POINT: ("w",), REAL: ("s", "y", "z")}
# Words that mean something in the texts written here; a name of the proof that is one of them gets a prime.
TAKEN = frozenset(
    """
    R Z P I Omega IZR Rabs sqrt ln sign zpow rpow Sum E Integral01 Integrable Integrable01 origin alg n0 fun forall
    exists exists2 as at cofix else end fix for if IF in let match mod Prop return Set then Type using where with
    SProp Axiom Definition Fixpoint CoFixpoint Parameter Theorem Variable Hypothesis
    by eq_refl eq_sym eq_trans f_equal f_equal2 f_equal3 f_equal4 f_equal5 ltac exact until plus_IZR mult_IZR True False
    """.split()  # noqa: SIM905 - as a list it would take sixty lines
)
RESERVED = re.compile(
    r"(step|same)(_[0-9]+)+|(any|[aehpqru])[0-9]+|(fact|rule|nonneg|pos|zero|inv|eq|le|lt|ne|zpow|absurd|[A-Z]\w*)_\w+"
)

LARGEST_POWER = 5000  # beyond it Coq does not compute with an exponent of type nat
LARGEST_DECIMAL = 10**60  # Coq reads decimals in cubic time, and Python writes no more than 4300 digits

LOOSE, IMPLIES, RELATION, SUM, PRODUCT, POWER, TIGHT = range(7)
Names = Mapping[Any, str]


def coq_name(name: str) -> str:
    """A name of the proof in Coq; the kernel's names have no primes, so that no two become one."""
    return f"{name}'" if name in TAKEN or RESERVED.fullmatch(name) else name


def symbol_name(symbol: Any) -> str:
    return coq_name(symbol.name if type(symbol) is Function else symbol.args[0])


def type_of(symbol: Any) -> str:
    """The Coq type of a free variable or function symbol."""
    if type(symbol) is Function:
        return " -> ".join([*(SORTS[sort] for sort in symbol.sorts), "R"])
    return SORTS[symbol.sort]


def new_name(sort: str, used: Iterable[str]) -> str:
    """A name for a bound variable, apart from those in use (and no word of Coq's)."""
    used = set(used)
    for number in range(len(used) + 1):
        for name in POOLS[sort]:
            candidate = f"{name}{number}" if number else name
            if candidate not in used and coq_name(candidate) == candidate:
                return candidate
    raise ValueError("no free name is left")


def digits(number: int) -> str:
    """An integer; one that is large in hexadecimal."""
    return str(number) if abs(number) <= LARGEST_DECIMAL else hex(number)


def show(term: Term, names: Names | None = None, least: int = LOOSE) -> str:
    """The Coq text of a term or proposition, in parentheses if it binds less tightly than `least`.

    ``names`` gives the text of free symbols that have another than their own, and of whole subterms.
    """
    names = names or {}
    used = {names.get(symbol) or symbol_name(symbol) for symbol in free(term)} | set(names.values())
    return _show(term, names, (), frozenset(used), least)


def _show(term: Term, names: Names, outer: tuple[str, ...], used: frozenset[str], least: int) -> str:
    text, strength = _parts(term, names, outer, used)
    return text if strength >= least else f"({text})"


def _parts(term: Term, names: Names, outer: tuple[str, ...], used: frozenset[str]) -> tuple[str, int]:
    if term in names and not term.loose:
        return names[term], TIGHT

    def at(part: Term, least: int) -> str:
        return _show(part, names, outer, used, least)

    op, args = term.op, term.args
    if op == "rat":
        top, bottom = args[0].numerator, args[0].denominator
        number = f"({digits(top)})" if top < 0 else digits(top)
        return (number, TIGHT) if bottom == 1 else (f"{number} / {digits(bottom)}", PRODUCT)
    if term.sort == INT:
        return _integer(term, names, outer)
    if op == "var":
        return symbol_name(term), TIGHT
    if op == "bound":
        return outer[args[0]], TIGHT
    if op == "real":
        return f"IZR {at(args[0], TIGHT)}", POWER
    if op == "add":
        return " + ".join([at(args[0], SUM), *(at(arg, PRODUCT) for arg in args[1:])]), SUM
    if op == "mul":
        return " * ".join([at(args[0], PRODUCT), *(at(arg, POWER) for arg in args[1:])]), PRODUCT
    if op == "inv":
        return f"/ {at(args[0], TIGHT)}", POWER
    if is_literal_power(term):
        return f"{at(args[0], TIGHT)} ^ {args[1].args[0]}", POWER
    if op in RELATIONS:
        return f"{at(args[0], SUM)} {RELATIONS[op]} {at(args[1], SUM)}", RELATION
    if op == "implies":
        return f"{at(args[0], RELATION)} -> {at(args[1], IMPLIES)}", IMPLIES
    if op == "Integrable":
        head, body = INTEGRABLE[args[0].op], _lambda(args[0], names, outer, used)
        return f"{head} {body}", POWER
    if op in BINDERS:
        bounds = "".join(f" {at(arg, TIGHT)}" for arg in args[:-1])
        return f"{BINDER_HEADS[op]}{bounds} {_lambda(term, names, outer, used)}", POWER
    if op in QUANTIFIERS:
        name = new_name(QUANTIFIERS[op], used)
        inside = _show(args[-1], names, (name, *outer), used | {name}, IMPLIES)
        return f"forall {name} : {SORTS[QUANTIFIERS[op]]}, {inside}", IMPLIES
    if op == "app":
        head, args = names.get(args[0]) or symbol_name(args[0]), args[1:]
    else:
        head = HEADS[op]
    return " ".join([head, *(at(arg, TIGHT) for arg in args)]), POWER


def _lambda(binder: Term, names: Names, outer: tuple[str, ...], used: frozenset[str]) -> str:
    name = new_name(bound_sort_of(binder.op), used)
    return f"(fun {name} => {_show(binder.args[-1], names, (name, *outer), used | {name}, LOOSE)})"


def _integer(term: Term, names: Names, outer: tuple[str, ...]) -> tuple[str, int]:
    """An integer term, in its own scope where the scope matters."""
    if term.op == "var":
        return names.get(term) or symbol_name(term), TIGHT
    if term.op == "bound":
        return outer[term.args[0]], TIGHT
    if term.op == "int" and term.args[0] >= 0:
        return f"{digits(term.args[0])}%Z", TIGHT
    return f"({_integer_inside(term, names, outer, LOOSE)})%Z", TIGHT


def _integer_inside(term: Term, names: Names, outer: tuple[str, ...], least: int) -> str:
    if term.op == "int":
        return f"({digits(term.args[0])})" if term.args[0] < 0 and least > LOOSE else digits(term.args[0])
    if term.op in ("var", "bound"):
        return _integer(term, names, outer)[0]
    inner = SUM if term.op == "add" else PRODUCT
    parts = [_integer_inside(arg, names, outer, inner + bool(place)) for place, arg in enumerate(term.args)]
    text = (" + " if term.op == "add" else " * ").join(parts)
    return text if inner >= least else f"({text})"


def is_literal_power(term: Term) -> bool:
    """Whether this is x^n for a literal n >= 0 that Coq computes with: its own power."""
    return term.op == "pow" and term.args[1].op == "int" and 0 <= term.args[1].args[0] <= LARGEST_POWER


def function_text(binder_names: Sequence[tuple[str, str]], body: str) -> str:
    """fun (k : Z) (w : Omega) => body."""
    return f"(fun {' '.join(f'({name} : {kind})' for name, kind in binder_names)} => {body})"
