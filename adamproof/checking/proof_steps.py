"""The steps of a proof that readers see, read from the proof file that the kernel has accepted.

Whoever made the file says which of its steps have titles.  What a step states, and what it rests on, is read from the
file: a title cannot stand over a formula that the proof does not contain.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..kernel.normal import key
from ..kernel.terms import Function, Term, free, reset_budget
from ..kernel.verify import Reader
from ..support.foreign_text import foreign

ASSUMING = ("assume", "cite")  # the rules whose theorems are what they assume
LEAVES = ("rat", "int", "var", "bound")


@dataclass(frozen=True)
class NamedStep:
    """A step that readers see: its title, what it states, and what it rests on (earlier steps, lemmas, assumptions)."""

    title: str
    statement: Term
    rests_on: tuple[str, ...]


def named(
    proof: str, titles: Sequence[tuple[str, int]], cited: Mapping[int, str], stated: Mapping[str, Term]
) -> tuple[NamedStep, ...]:
    """The titled steps of a proof file that the kernel has accepted.

    titles: (title, number of the step).  cited: by number, what the theorems of other lemmas are called.
    stated: the assumptions by name.  Raises LookupError or TypeError when the file has no such step, ValueError when a
    name in one is the word of a verdict.
    """
    steps = _Steps(proof, stated, [*(step for _, step in titles), *cited])
    names = {number: name for number, name in cited.items() if not steps.assumption(number)}  # nor may it hide one
    found = []
    for number, (title, step) in enumerate(titles, start=1):
        if words := verdicts_in(steps.conclusion(step)):
            raise ValueError(f"a step has the name {foreign(words[0])}, a verdict's word")
        found.append(NamedStep(title, steps.conclusion(step), steps.rests_on(step, names)))
        names.setdefault(step, f"step {number}")
    return tuple(found)


def verdicts_in(term: Term) -> list[str]:
    """The free names of a term, sorted, that seem to be verdicts where the term is printed."""
    names = {symbol.name if type(symbol) is Function else symbol.args[0] for symbol in free(term)}
    return sorted(name for name in names if foreign(name) != name)


class _Steps:
    """An accepted proof file's steps by number, with the assumptions that they may be."""

    def __init__(self, proof: str, stated: Mapping[str, Term], wanted: Sequence[int]) -> None:
        """wanted: the steps that will be asked for, beside those that introduce an assumption."""
        data = json.loads(proof)
        self._steps: list[dict[str, Any]] = data["steps"]
        asked = [self._steps[number] for number in wanted]
        assumed = [step for step in self._steps if step["rule"] in ASSUMING]
        terms = {term for step in asked for term in step["hypotheses"]}
        reset_budget()
        self._terms = _read(data["symbols"], data["terms"], terms | {step["conclusion"] for step in (*asked, *assumed)})
        self._assumed = {key(statement): name for name, statement in stated.items()}

    def conclusion(self, step: int) -> Term:
        term: int = self._steps[step]["conclusion"]
        return self._terms[term]

    def assumption(self, step: int) -> str:
        """The name of the stated assumption that a step is, or ""."""
        assumed = self._steps[step]["rule"] in ASSUMING
        return self._assumed.get(key(self.conclusion(step)), "") if assumed else ""

    def rests_on(self, last: int, names: Mapping[int, str]) -> tuple[str, ...]:
        """Walk back to the nearest named steps and the assumptions that are still hypotheses of the last one."""
        found: dict[str, None] = {}
        left = {key(self._terms[index]) for index in self._steps[last]["hypotheses"]}
        stack, seen = [last], set[int]()
        while stack:
            number = stack.pop()
            if number in seen:
                continue
            seen.add(number)
            step = self._steps[number]
            if number in names:
                found[names[number]] = None
            elif step["rule"] in ASSUMING:
                if key(self.conclusion(number)) in left and (name := self.assumption(number)):
                    found[name] = None
            else:
                stack.extend(reversed(step["from"]))
        return tuple(found)


def _read(symbols: list[Any], rows: list[Any], wanted: Iterable[int]) -> dict[int, Term]:
    """These terms of a proof file, by number, read by the kernel; most of them are in no step that has a title."""
    needed, waiting = set[int](), list(wanted)
    while waiting:
        number = waiting.pop()
        if number not in needed:
            needed.add(number)
            waiting += _parts(rows[number])
    numbers = sorted(needed)
    places = {number: place for place, number in enumerate(numbers)}
    reader = Reader(symbols, [_renumbered(rows[number], places) for number in numbers])
    return dict(zip(numbers, reader.terms, strict=True))


def _parts(row: list[Any]) -> list[int]:
    """The numbers of the terms that a term of a proof file is made of: all after its operator, or its symbol."""
    return [] if row[0] in LEAVES else row[2:] if row[0] == "app" else row[1:]


def _renumbered(row: list[Any], places: Mapping[int, int]) -> list[Any]:
    parts = _parts(row)
    return [*row[: len(row) - len(parts)], *(places[part] for part in parts)]
