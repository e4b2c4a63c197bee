"""Reading a stored proof as it states itself, without judging it: the steps, their arguments and their theorems."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..kernel.rules import RULES, Theorem
from ..kernel.terms import Refusal, reset_budget
from ..kernel.text import show
from ..kernel.verify import FIELDS, FORMAT, STEP_FIELDS, VERSION, Reader, list_of, object_of, parse, text_of

UNLIMITED = 10**18  # steps


def unlimited() -> None:
    """Let the kernel's functions take any number of steps: writing a step may cost more than checking it did."""
    reset_budget(-UNLIMITED)


@dataclass(frozen=True)
class Step:
    """One step as the file states it; ``premises`` are numbers of earlier steps."""

    number: int
    rule: str
    args: tuple[Any, ...]
    premises: tuple[int, ...]
    theorem: Theorem


@dataclass(frozen=True)
class Proof:
    """A stored proof: its title and its steps, those that the last one rests on, in order."""

    title: str
    steps: tuple[Step, ...]

    @property
    def cited(self) -> tuple[str, ...]:
        """The axioms that its steps cite, with their sources; what the file says of itself does not count."""
        cited = (step.args for step in self.steps if step.rule == "cite")
        return tuple(dict.fromkeys(f"{name} ({source})" for name, source, _ in cited))


def read(content: str | bytes) -> Proof:
    """A proof file's text as it states itself.  Raises Refusal when it is malformed."""
    data = object_of(parse(content), FIELDS, "the proof file")
    if (data["format"], data["version"]) != (FORMAT, VERSION):
        raise Refusal(f"this is not a proof file of format {FORMAT}, version {VERSION}")
    unlimited()
    reader = Reader(list_of(data["symbols"], "symbols"), list_of(data["terms"], "terms"))
    entries = list_of(data["steps"], "steps")
    if not entries:
        raise Refusal("a proof must have at least one step")
    wanted = {len(entries) - 1}
    for number in range(len(entries) - 1, -1, -1):
        if number in wanted:
            wanted.update(_premises(entries[number], number))
    steps = tuple(_step(number, entries[number], reader) for number in sorted(wanted))
    _expect_stated(data["states"], steps[-1].theorem)
    return Proof(line(text_of(data["title"], "the title")), steps)


def _expect_stated(states: Any, last: Theorem) -> None:
    """Refuse a file that says in plain text that it proves something else than its last step."""
    said = object_of(states, {"hypotheses", "conclusion", "citations"}, "states")
    hypotheses = {text_of(one, "a hypothesis") for one in list_of(said["hypotheses"], "hypotheses")}
    if said["conclusion"] != show(last.conclusion) or hypotheses != set(map(show, last.hypotheses)):
        raise Refusal("the stated theorem is not that of the last step")


def line(text: str) -> str:
    """A text that is shown: what cannot be (a line break would begin a line of its own) is written as an escape."""
    return text if text.isprintable() else repr(text)


def _premises(entry: Any, number: int) -> tuple[int, ...]:
    indices = list_of(object_of(entry, STEP_FIELDS, f"step {number}")["from"], "from")
    if any(type(index) is not int or not 0 <= index < number for index in indices):
        raise Refusal(f"step {number} has a premise that is not an earlier step")
    return tuple(indices)


def _citation(entry: Any) -> tuple[str, str]:
    parts = list_of(entry, "a citation")
    if len(parts) != 2:
        raise Refusal("a citation must have a name and a source")
    return text_of(parts[0], "a name"), text_of(parts[1], "a source")


def _step(number: int, entry: Any, reader: Reader) -> Step:
    unlimited()
    rule = text_of(entry["rule"], "a rule")
    if rule not in RULES or len(list_of(entry["args"], "args")) != len(RULES[rule].kinds):
        raise Refusal(f"step {number}: there is no rule {rule!r:.40} with {len(entry['args'])} arguments")
    args = tuple(reader.argument(kind, arg) for kind, arg in zip(RULES[rule].kinds, entry["args"], strict=True))
    if rule == "cite" and not (args[0].isprintable() and args[1].isprintable()):
        raise Refusal(f"step {number} cites text with unprintable characters")
    citations = tuple(map(_citation, list_of(entry["citations"], "citations")))
    theorem = Theorem(reader.closed_terms(entry["hypotheses"]), reader.term(entry["conclusion"]), citations)
    return Step(number, rule, args, _premises(entry, number), theorem)
