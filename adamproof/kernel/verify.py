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
from typing import Any

from .rules import RULES, Citation, Theorem, apply
from .terms import Function, Refusal, Term, free, function, make, refuse
from .text import show

FORMAT, VERSION = "adamproof-proof", 1
MAX_BYTES = 64_000_000
MAX_TERMS = 1_000_000
MAX_STEPS = 100_000
MAX_NESTING = 8
FIELDS = {"format", "version", "title", "symbols", "terms", "steps", "states"}
NUMBER = re.compile(r"-?(0|[1-9][0-9]{0,6100})(/[1-9][0-9]{0,6100})?")


@dataclass(frozen=True)
class Verified:
    """What a proof file proves: its last theorem, and how many steps led there."""

    theorem: Theorem
    steps: int

    def hypotheses(self) -> list[str]:
        return [show(prop) for prop in self.theorem.hypotheses]

    def conclusion(self) -> str:
        return show(self.theorem.conclusion)

    def citations(self) -> tuple[Citation, ...]:
        return self.theorem.citations


def verify(text: str | bytes) -> Verified:
    """Check a proof file's text.  Raises Refusal, with the step, on the first thing that is wrong."""
    data = _object(_parse(text), FIELDS, "the proof file")
    if data["format"] != FORMAT or type(data["version"]) is not int or data["version"] != VERSION:
        refuse(f"this is not a proof file of format {FORMAT}, version {VERSION}")
    if type(data["title"]) is not str:
        refuse("the title must be text")
    reader = _Reader(_list(data["symbols"], "symbols"), _list(data["terms"], "terms"))
    stated_steps = _list(data["steps"], "steps")
    if not 0 < len(stated_steps) <= MAX_STEPS:
        refuse(f"a proof has between 1 and {MAX_STEPS} steps, not {len(stated_steps)}")
    theorems: list[Theorem] = []
    for number, step in enumerate(stated_steps):
        theorems.append(_located(f"step {number}", lambda entry: _check_step(entry, theorems, reader), step))
    verified = Verified(theorems[-1], len(theorems))
    _check_statement(verified, data["states"])
    return verified


# --- JSON, strictly ----------------------------------------------------------------------------


def _parse(text: str | bytes) -> Any:
    if len(text) > MAX_BYTES:
        refuse(f"a proof file has at most {MAX_BYTES} bytes")
    try:
        if isinstance(text, bytes):
            text = text.decode("utf-8")
        _check_nesting(text)
        return json.loads(
            text,
            object_pairs_hook=_no_duplicates,
            parse_float=lambda literal: refuse(f"floating point numbers are not allowed: {literal:.40}"),
            parse_constant=lambda literal: refuse(f"{literal} is not a number"),
            parse_int=_small_integer,
        )
    except UnicodeDecodeError:
        refuse("the proof file is not UTF-8 text")
    except json.JSONDecodeError as error:
        refuse(f"the proof file is not complete JSON: {error.msg} at line {error.lineno}")


def _check_nesting(text: str) -> None:
    depth = 0
    for mark in re.findall(r'"(?:[^"\\]|\\.)*+"?|[\[\]{}]', text, re.DOTALL):
        if mark in "[{":
            depth += 1
            if depth > MAX_NESTING:
                refuse(f"a proof file is nested at most {MAX_NESTING} deep")
        elif mark in "]}":
            depth -= 1


def _small_integer(literal: str) -> int:
    if len(literal) > 9:
        refuse(f"an index has at most 9 digits, not {literal:.12}...")
    return int(literal)


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        refuse("an object names a key twice")
    return result


def _object(value: Any, fields: set[str], where: str) -> dict[str, Any]:
    if type(value) is not dict or set(value) != fields:
        refuse(f"{where} must be an object with exactly the fields {', '.join(sorted(fields))}")
    checked: dict[str, Any] = value
    return checked


def _list(value: Any, where: str) -> list[Any]:
    if type(value) is not list:
        refuse(f"{where} must be a list")
    checked: list[Any] = value
    return checked


def _text(value: Any, where: str) -> str:
    if type(value) is not str:
        refuse(f"{where} must be text")
    checked: str = value
    return checked


def _fraction(value: Any) -> Fraction:
    if type(value) is not str or not NUMBER.fullmatch(value):
        refuse(f"{value!r:.40} is not an exact number such as -3 or 1/2")
    numerator, _, denominator = value.partition("/")
    if len(numerator) > 4000 or len(denominator) > 4000:
        refuse("a number has more than 4000 digits")
    result = Fraction(int(numerator), int(denominator or "1"))
    if str(result) != value:
        refuse(f"the number {value:.40} is not in lowest terms")
    return result


# --- terms and arguments -----------------------------------------------------------------------


def _located(where: str, read: Callable[[Any], Any], entry: Any) -> Any:
    try:
        return read(entry)
    except Refusal as refusal:
        raise Refusal(f"{where}: {refusal}") from None


class _Reader:
    """The file's symbols and terms, rebuilt in order; each entry may only point back."""

    def __init__(self, symbols: list[Any], entries: list[Any]) -> None:
        self.functions: list[Function] = []
        self.terms: list[Term] = []
        if len(entries) > MAX_TERMS:
            refuse(f"a proof file has at most {MAX_TERMS} terms")
        for number, symbol in enumerate(symbols):
            self.functions.append(_located(f"symbol {number}", self._function, symbol))
        for number, entry in enumerate(entries):
            self.terms.append(_located(f"term {number}", self._term, entry))

    def _function(self, symbol: Any) -> Function:
        entry = _list(symbol, "a symbol")
        if len(entry) != 2:
            refuse("a symbol is [name, [sorts]]")
        return function(_text(entry[0], "a name"), [_text(s, "a sort") for s in _list(entry[1], "sorts")])

    def _term(self, value: Any) -> Term:
        entry = _list(value, "a term")
        if not entry:
            refuse("a term is [operator, arguments...]")
        op, args = _text(entry[0], "an operator"), entry[1:]
        if op == "rat":
            return make("rat", *(_fraction(arg) for arg in args))
        if op == "int":
            numbers = [_fraction(arg) for arg in args]
            if any(n.denominator != 1 for n in numbers):
                refuse("an integer literal is not an integer")
            return make("int", *(int(n) for n in numbers))
        if op in ("var", "bound"):
            return make(op, *args)
        if op == "app":
            return make("app", *(self.function(arg) for arg in args[:1]), *(self.term(arg) for arg in args[1:]))
        return make(op, *(self.term(arg) for arg in args))

    def term(self, index: Any) -> Term:
        if type(index) is not int or not 0 <= index < len(self.terms):
            refuse(f"{index!r:.40} does not point to an earlier term")
        return self.terms[index]

    def function(self, index: Any) -> Function:
        if type(index) is not int or not 0 <= index < len(self.functions):
            refuse(f"{index!r:.40} does not point to a symbol")
        return self.functions[index]

    def closed_terms(self, value: Any) -> tuple[Term, ...]:
        return tuple(self.term(index) for index in _list(value, "terms"))

    def argument(self, kind: str, value: Any) -> Any:
        """A rule's argument, by the kind that the rule declares for it."""
        if kind in ("prop", "term", "var"):
            return self.term(value)
        if kind == "text":
            return _text(value, "an argument")
        if kind == "terms":
            return self.closed_terms(value)
        rows = [_list(row, f"an entry of {kind}") for row in _list(value, kind)]
        width = 2 if kind in ("substitution", "multipliers") else 3
        if any(len(row) != width for row in rows):
            refuse(f"an entry of {kind} has {width} parts")
        if kind == "substitution":
            return tuple((self.term(variable), self.term(by)) for variable, by in rows)
        if kind == "functions":
            return tuple((self.function(f), self.closed_terms(params), self.term(by)) for f, params, by in rows)
        if kind == "multipliers":
            return tuple((index, self.term(by)) for index, by in rows)
        if kind == "products":
            return tuple((_fraction(c), tuple(_list(facts, "facts")), self.closed_terms(sq)) for c, facts, sq in rows)
        refuse(f"there is no argument of kind {kind}")


# --- steps -------------------------------------------------------------------------------------

STEP_FIELDS = {"rule", "args", "from", "hypotheses", "conclusion", "citations"}


def _check_step(value: Any, theorems: list[Theorem], reader: _Reader) -> Theorem:
    step = _object(value, STEP_FIELDS, "a step")
    name = _text(step["rule"], "a rule")
    if name not in RULES:
        refuse(f"there is no rule {name!r:.40}")
    premises = []
    for index in _list(step["from"], "from"):
        if type(index) is not int or not 0 <= index < len(theorems):
            refuse(f"{index!r:.40} does not point to an earlier step")
        premises.append(theorems[index])
    args, kinds = _list(step["args"], "args"), RULES[name].kinds
    if len(args) != len(kinds):
        refuse(f"{name} takes {len(kinds)} arguments, not {len(args)}")
    theorem = apply(name, premises, [reader.argument(kind, arg) for kind, arg in zip(kinds, args, strict=True)])
    stated = Theorem(
        reader.closed_terms(step["hypotheses"]), reader.term(step["conclusion"]), _citations(step["citations"])
    )
    if stated != theorem:
        refuse(f"{name} gives {_sequent(theorem)}, but the file states {_sequent(stated)}")
    _check_names(theorem)
    return theorem


def _check_names(theorem: Theorem) -> None:
    """Within one theorem a name stands for one symbol: nothing that is printed can be read in two ways."""
    meanings: dict[str, object] = {}
    for symbol in frozenset().union(*map(free, (*theorem.hypotheses, theorem.conclusion))):
        name = symbol.name if type(symbol) is Function else symbol.args[0]
        if meanings.setdefault(name, symbol) is not symbol:
            refuse(f"{name} stands for two different symbols that print alike")


def _citations(value: Any) -> tuple[Citation, ...]:
    rows = [_list(row, "a citation") for row in _list(value, "citations")]
    if any(len(row) != 2 for row in rows):
        refuse("a citation is [name, source]")
    return tuple((_text(name, "a name"), _text(source, "a source")) for name, source in rows)


def _sequent(theorem: Theorem) -> str:
    text = f"{', '.join(show(prop) for prop in theorem.hypotheses)} |- {show(theorem.conclusion)}"
    cited = f" citing {theorem.citations}" if theorem.citations else ""
    return (text if len(text) <= 300 else f"{text[:300]}...") + cited


def _check_statement(verified: Verified, value: Any) -> None:
    """The file says in plain text what it proves; it must say exactly that."""
    states = _object(value, {"hypotheses", "conclusion", "citations"}, "states")
    found = {
        "hypotheses": verified.hypotheses(),
        "conclusion": verified.conclusion(),
        "citations": [list(citation) for citation in verified.citations()],
    }
    for field, text in found.items():
        if states[field] != text:
            refuse(f"the file states the {field} {states[field]!r:.200}, but proves {text!r:.200}")
