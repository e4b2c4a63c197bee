"""The verifier: reads a serialised proof, recomputes every step and compares it with what is stated.

The format is described in docs/proof-format.md.  Nothing in a file is trusted: terms are rebuilt
through `terms.make`, steps through `rules.apply`, and the printed statement must match to the letter.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from typing import Any, TypeVar

from .normal import forget
from .rules import RULES, Theorem, apply
from .terms import INT, PROP, REAL, Function, Refusal, Term, free, function, make, refuse, reset_budget, spend
from .text import show

FORMAT, VERSION = "adamproof-proof", 1
MAX_BYTES = 16_000_000
MAX_TERMS = 1_000_000
MAX_STEPS = 100_000
MAX_TOTAL = 3_000_000  # elementary steps, over all rule applications
FIELDS = {"format", "version", "title", "symbols", "terms", "steps", "states"}
T = TypeVar("T")
NUMBER = re.compile(r"-?(0|[1-9][0-9]{0,3999})(/[1-9][0-9]{0,3999})?")  # at most 4000 digits each


@dataclass(frozen=True)
class Verified:
    """What a proof file proves: its last theorem, as text too, the sorts of its free names, how many steps."""

    theorem: Theorem
    states: dict[str, Any]  # hypotheses, conclusion, citations
    sorts: dict[str, str]
    steps: int


Made = tuple[Theorem, dict[str, str], int]  # a step's theorem, the sorts of its names, what it cost
Known = dict[tuple[Any, ...], Made]  # by rule, premises and arguments


def verify(text: str | bytes, known: Known | None = None) -> Verified:
    """Check a proof file's text.  Raises Refusal, with the step, on the first thing that is wrong.

    known: the steps that this process has checked in other files; no rule is applied again to the same premises and
    arguments.  Without it, what the file costs, hence what is too much, does not depend on other files.
    """
    if known is None:
        forget()
    reset_budget()  # what an earlier file has spent, or was refused for, is no part of this one
    data = object_of(parse(text), FIELDS, "the proof file")
    if data["format"] != FORMAT or type(data["version"]) is not int or data["version"] != VERSION:
        refuse(f"this is not a proof file of format {FORMAT}, version {VERSION}")
    if re.search("[\ud800-\udfff]", text_of(data["title"], "the title")):
        refuse("the title contains an unpaired surrogate, which is not a character")
    reader = Reader(list_of(data["symbols"], "symbols"), list_of(data["terms"], "terms"))
    stated_steps = list_of(data["steps"], "steps")
    if not 0 < len(stated_steps) <= MAX_STEPS:
        refuse(f"a proof must have 1 to {MAX_STEPS} steps, not {len(stated_steps)}")
    theorems: list[Theorem] = []
    spent = 0
    sorts: dict[str, str] = {}
    for number, step in enumerate(stated_steps):
        read = partial(_check_step, theorems=theorems, reader=reader, known={} if known is None else known)
        theorem, sorts, cost = _located(f"step {number}", read, step)
        theorems.append(theorem)
        spent += cost
        if spent > MAX_TOTAL:
            refuse(f"the proof takes more than {MAX_TOTAL} elementary steps")
    last = theorems[-1]
    states = object_of(data["states"], {"hypotheses", "conclusion", "citations"}, "states")
    found = {
        "hypotheses": [show(prop, counted=True) for prop in last.hypotheses],
        "conclusion": show(last.conclusion, counted=True),
        "citations": [list(citation) for citation in last.citations],
    }
    for field, proved in found.items():  # the file says in plain text what it proves; it must say exactly that
        if states[field] != proved:
            refuse(f"the file misstates the {field}: the proof gives {proved!r:.200}")
    return Verified(last, found, sorts, len(theorems))


# --- JSON, strictly ----------------------------------------------------------------------------


def parse(text: str | bytes) -> Any:
    if len(text) > MAX_BYTES:
        refuse(f"a proof file must have at most {MAX_BYTES} bytes")
    try:
        return json.loads(
            text.decode("utf-8") if isinstance(text, bytes) else text,
            object_pairs_hook=_no_duplicates,
            parse_float=lambda literal: refuse(f"floating point numbers are not allowed: {literal:.40}"),
            parse_constant=lambda literal: refuse(f"{literal} is not a number"),
            parse_int=_small_integer,
        )
    except UnicodeDecodeError:
        refuse("the proof file is not UTF-8 text")
    except json.JSONDecodeError as error:
        refuse(f"the proof file is not complete JSON: {error.msg} at line {error.lineno}")
    except RecursionError:
        refuse("the proof file is nested too deeply")


def _small_integer(literal: str) -> int:
    if len(literal) > 9 or literal == "-0":
        refuse(f"an index must have at most 9 digits and must not be -0, got {literal:.12}")
    return int(literal)


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        refuse("an object has the same key twice")
    return result


def object_of(value: object, fields: set[str], where: str) -> dict[str, Any]:
    if type(value) is not dict or set(value) != fields:
        refuse(f"{where} must be an object with exactly the fields {', '.join(sorted(fields))}")
    return value


def list_of(value: object, where: str) -> list[Any]:
    if type(value) is not list:
        refuse(f"{where} must be a list")
    return value


def text_of(value: object, where: str) -> str:
    if type(value) is not str:
        refuse(f"{where} must be text")
    return value


def _fraction(value: Any) -> Fraction:
    if type(value) is not str or not NUMBER.fullmatch(value):
        refuse(f"{value!r:.40} is not an exact number such as -3 or 1/2, of at most 4000 digits")
    result = Fraction(value)
    if str(result) != value:
        refuse(f"the number {value:.40} is not in lowest terms")
    return result


# --- terms and arguments -----------------------------------------------------------------------


def _located(where: str, read: Callable[[Any], Any], entry: Any) -> Any:
    try:
        return read(entry)
    except Refusal as refusal:
        raise Refusal(f"{where}: {refusal}") from None


def _index(value: Any) -> int:
    return value if type(value) is int else refuse(f"{value!r:.40} is not an index")


def _at(entries: list[T], index: Any, what: str) -> T:
    if type(index) is not int or not 0 <= index < len(entries):
        refuse(f"{index!r:.40} does not point to an earlier {what}")
    return entries[index]


class Reader:
    """The file's symbols and terms, rebuilt in order; each entry may only point back."""

    def __init__(self, symbols: list[Any], entries: list[Any]) -> None:
        self.functions: list[Function] = []
        self.terms: list[Term] = []
        if len(entries) > MAX_TERMS:
            refuse(f"a proof file must have at most {MAX_TERMS} terms")
        for number, symbol in enumerate(symbols):
            self.functions.append(_located(f"symbol {number}", self._function, symbol))
        for number, entry in enumerate(entries):
            self.terms.append(_located(f"term {number}", self._term, entry))

    def _function(self, symbol: Any) -> Function:
        entry = list_of(symbol, "a symbol")
        if len(entry) != 2:
            refuse("a symbol must be [name, [sorts]]")
        return function(text_of(entry[0], "a name"), [text_of(s, "a sort") for s in list_of(entry[1], "sorts")])

    def _term(self, value: Any) -> Term:
        entry = list_of(value, "a term")
        if not entry:
            refuse("a term must be [operator, arguments...]")
        op, args = text_of(entry[0], "an operator"), entry[1:]
        if op in ("rat", "int"):
            numbers = map(_fraction, args)
            return make(op, *(n.numerator if op == "int" and n.denominator == 1 else n for n in numbers))
        if op in ("var", "bound"):
            return make(op, *args)
        if op == "app":
            return make("app", *(self.function(arg) for arg in args[:1]), *(self.term(arg) for arg in args[1:]))
        return make(op, *(self.term(arg) for arg in args))

    def term(self, index: Any) -> Term:
        return _at(self.terms, index, "term")

    def function(self, index: Any) -> Function:
        return _at(self.functions, index, "symbol")

    def closed_terms(self, value: Any) -> tuple[Term, ...]:
        return tuple(self.term(index) for index in list_of(value, "terms"))

    def argument(self, kind: str, value: Any) -> Any:
        """A rule's argument, by the kind that the rule declares for it."""
        if kind in (PROP, REAL, INT, "term", "var"):
            return self.term(value)
        if kind == "text":
            return text_of(value, "an argument")
        if kind == "terms":
            return self.closed_terms(value)
        rows = [list_of(row, f"an entry of {kind}") for row in list_of(value, kind)]
        width = 2 if kind in ("substitution", "multipliers") else 3
        if any(len(row) != width for row in rows):
            refuse(f"an entry of {kind} must have {width} parts")
        if kind == "substitution":
            return tuple((self.term(variable), self.term(by)) for variable, by in rows)
        if kind == "functions":
            return tuple((self.function(f), self.closed_terms(params), self.term(by)) for f, params, by in rows)
        if kind == "multipliers":
            return tuple((_index(index), self.term(by)) for index, by in rows)
        indices = [tuple(map(_index, list_of(facts, "facts"))) for _, facts, _ in rows]
        return tuple((_fraction(c), f, self.closed_terms(sq)) for (c, _, sq), f in zip(rows, indices, strict=True))


# --- steps -------------------------------------------------------------------------------------

STEP_FIELDS = {"rule", "args", "from", "hypotheses", "conclusion", "citations"}


def _check_step(value: Any, theorems: list[Theorem], reader: Reader, known: Known) -> Made:
    step = object_of(value, STEP_FIELDS, "a step")
    name = text_of(step["rule"], "a rule")
    if name not in RULES:
        refuse(f"there is no rule {name!r:.40}")
    premises = [_at(theorems, index, "step") for index in list_of(step["from"], "from")]
    args, kinds = list_of(step["args"], "args"), RULES[name].kinds
    if len(args) != len(kinds):
        refuse(f"{name} takes {len(kinds)} arguments, not {len(args)}")
    given = tuple(reader.argument(kind, arg) for kind, arg in zip(kinds, args, strict=True))
    question = (name, *premises, *map(_unforeseen, kinds, given))
    if question not in known:
        theorem = apply(name, premises, given)
        known[question] = theorem, sorts_of(theorem), reset_budget()
    theorem = known[question][0]
    citations = tuple(tuple(list_of(row, "a citation")) for row in list_of(step["citations"], "citations"))
    stated = Theorem(reader.closed_terms(step["hypotheses"]), reader.term(step["conclusion"]), citations)
    if stated != theorem:
        refuse(f"{name} gives {_sequent(theorem)}, but the file states {_sequent(stated)}")
    return known[question]


def _unforeseen(kind: str, arg: Any) -> Any:
    """An argument with its numbers as text: numbers can be made to share a hash, texts cannot."""
    return tuple((str(row[:-1]), row[-1]) for row in arg) if kind == "products" else arg


def sorts_of(theorem: Theorem) -> dict[str, str]:
    """The sort of every free name of a theorem, by name: one name must stand for one symbol, or text is ambiguous."""
    meanings: dict[str, str] = {}
    names = [free(prop) for prop in (*theorem.hypotheses, theorem.conclusion)]
    spend(sum(map(len, names)))
    symbols = frozenset().union(*names)
    for name, sort in sorted((s.name, str(s)) if type(s) is Function else s.args for s in symbols):
        spend(len(sort) // 64)
        if meanings.setdefault(name, sort) != sort:
            refuse(f"{name} names two different symbols")
    return dict(sorted(meanings.items()))


def _sequent(theorem: Theorem) -> str:
    text = f"{', '.join(show(prop, True) for prop in theorem.hypotheses)} |- {show(theorem.conclusion, True)}"
    cited = f" citing {theorem.citations!r:.300}" if theorem.citations else ""
    return (text if len(text) <= 300 else f"{text[:300]}...") + cited

