"""Derivations in memory and proof files on disk.

A :class:`Step` is one application of a kernel rule.  The theorem that it carries is what the kernel
computed just now; the verdict comes only from `adamproof.kernel.verify` reading what `dump` wrote.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any

from ..kernel import rules
from ..kernel.rules import RULES, Theorem
from ..kernel.terms import INT, PROP, REAL, Function, Term
from ..kernel.text import show
from ..kernel.verify import FORMAT, VERSION


class Step:
    """A rule, its arguments, its premises (steps) and the theorem that the kernel computed."""

    __slots__ = ("args", "premises", "rule", "theorem")

    def __init__(self, rule: str, premises: Sequence[Step], args: Sequence[Any]) -> None:
        self.rule = rule
        self.premises = tuple(premises)
        self.args = tuple(args)
        self.theorem: Theorem = rules.apply(rule, [step.theorem for step in premises], args)

    @property
    def conclusion(self) -> Term:
        return self.theorem.conclusion

    @property
    def hypotheses(self) -> tuple[Term, ...]:
        return self.theorem.hypotheses

    def __repr__(self) -> str:
        return f"{', '.join(map(show, self.hypotheses))} |- {show(self.conclusion)}"


# Equal derivations are one object: what is remembered about a step then depends on how it was derived, and not on
# what else this process has derived before.
_steps: dict[Any, Step] = {}


def derive(rule: str, premises: Sequence[Step] = (), *args: Any) -> Step:
    """Apply a kernel rule to premises and arguments.  Raises the kernel's Refusal."""
    mark = (rule, tuple(premises), args)
    try:
        found = _steps.get(mark)
    except TypeError:  # arguments that are lists: the same rule, not remembered
        return Step(rule, premises, args)
    if found is None:
        found = _steps[mark] = Step(rule, premises, args)
    return found


def in_order(last: Step) -> Iterator[Step]:
    """Every step that `last` rests on, premises first, each once."""
    done: set[Step] = set()
    stack = [(last, False)]
    while stack:
        step, ready = stack.pop()
        if step in done:
            continue
        if ready:
            done.add(step)
            yield step
        else:
            stack.append((step, True))
            stack.extend((premise, False) for premise in reversed(step.premises))


class _Writer:
    """Numbers symbols, terms and steps; equal ones are written once."""

    def __init__(self) -> None:
        self.symbols: dict[Function, int] = {}
        self.terms: dict[Term, int] = {}
        self.term_rows: list[list[Any]] = []
        self.steps: dict[Step, int] = {}
        self.step_rows: list[dict[str, Any]] = []
        self.known: dict[Theorem, int] = {}

    def symbol(self, symbol: Function) -> int:
        return self.symbols.setdefault(symbol, len(self.symbols))

    def term(self, term: Term) -> int:
        if term not in self.terms:
            row: list[Any]
            if term.op in ("rat", "int"):
                row = [term.op, str(term.args[0])]
            elif term.op in ("var", "bound"):
                row = [term.op, *term.args]
            elif term.op == "app":
                row = ["app", self.symbol(term.args[0]), *(self.term(arg) for arg in term.args[1:])]
            else:
                row = [term.op, *(self.term(arg) for arg in term.args)]
            self.terms[term] = len(self.term_rows)
            self.term_rows.append(row)
        return self.terms[term]

    def argument(self, kind: str, value: Any) -> Any:
        if kind in (PROP, REAL, INT, "term", "var"):
            return self.term(value)
        if kind == "text":
            return value
        if kind == "terms":
            return [self.term(term) for term in value]
        if kind == "substitution":
            return [[self.term(variable), self.term(by)] for variable, by in value]
        if kind == "functions":
            return [[self.symbol(f), [self.term(p) for p in params], self.term(by)] for f, params, by in value]
        if kind == "multipliers":
            return [[index, self.term(by)] for index, by in value]
        if kind == "products":
            return [[str(Fraction(c)), list(facts), [self.term(s) for s in squares]] for c, facts, squares in value]
        raise ValueError(f"no argument kind {kind}")

    def step(self, step: Step) -> None:
        """Write a step; one whose theorem is there already is not written again."""
        if step.theorem in self.known:
            self.steps[step] = self.known[step.theorem]
            return
        theorem = step.theorem
        row = {
            "rule": step.rule,
            "args": [self.argument(kind, arg) for kind, arg in zip(RULES[step.rule].kinds, step.args, strict=True)],
            "from": [self.steps[premise] for premise in step.premises],
            "hypotheses": [self.term(prop) for prop in theorem.hypotheses],
            "conclusion": self.term(theorem.conclusion),
            "citations": [list(citation) for citation in theorem.citations],
        }
        self.steps[step] = self.known[theorem] = len(self.step_rows)
        self.step_rows.append(row)


def dump(last: Step, title: str = "") -> str:
    """The proof file (JSON text) of a step and all that it rests on.  Deterministic."""
    return write(last, title)[0]


def write(last: Step, title: str = "") -> tuple[str, dict[Theorem, int]]:
    """The proof file of a step, and the number that the step of each theorem has there."""
    writer = _Writer()
    steps = list(in_order(last))
    for step in steps:
        writer.step(step)
    if writer.steps[last] != len(writer.step_rows) - 1:  # the same theorem was reached earlier: end there
        del writer.step_rows[writer.steps[last] + 1 :]
    numbers = {theorem: number for theorem, number in writer.known.items() if number < len(writer.step_rows)}
    theorem = last.theorem
    data = {
        "format": FORMAT,
        "version": VERSION,
        "title": title,
        "states": {
            "hypotheses": [show(prop) for prop in theorem.hypotheses],
            "conclusion": show(theorem.conclusion),
            "citations": [list(citation) for citation in theorem.citations],
        },
        "symbols": [[symbol.name, list(symbol.sorts)] for symbol in writer.symbols],
        "terms": writer.term_rows,
        "steps": writer.step_rows,
    }
    return _layout(data), numbers


def _layout(data: dict[str, Any]) -> str:
    """One term or step a line, so that proof files can be read and compared."""
    lines = []
    encode = json.JSONEncoder(separators=(", ", ":")).encode
    for field, value in data.items():
        if isinstance(value, list) and value:
            rows = ",\n".join("  " + encode(row) for row in value)
            lines.append(f"{json.dumps(field)}: [\n{rows}\n]")
        else:
            lines.append(f"{json.dumps(field)}: {json.dumps(value)}")
    return "{\n" + ",\n".join(lines) + "\n}\n"
