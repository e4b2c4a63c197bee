"""The steps of a proof that readers see, read from the proof file that the kernel has accepted.

Whoever made the file says which of its steps have titles.  What a step states, and what it rests on, is read from the
file: a title cannot stand over a formula that the proof does not contain.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..kernel.normal import key
from ..kernel.terms import Function, Term, free, reset_budget
from ..kernel.verify import Reader
from ..support.foreign_text import foreign


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
    steps = _Steps(proof, stated)
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

    def __init__(self, proof: str, stated: Mapping[str, Term]) -> None:
        data = json.loads(proof)
        self._steps: list[dict[str, Any]] = data["steps"]
        reset_budget()
        self._terms: list[Term] = Reader(data["symbols"], data["terms"]).terms
        self._assumed = {key(statement): name for name, statement in stated.items()}

    def conclusion(self, step: int) -> Term:
        term: int = self._steps[step]["conclusion"]
        return self._terms[term]

    def assumption(self, step: int) -> str:
        """The name of the stated assumption that a step is, or ""."""
        assumed = self._steps[step]["rule"] in ("assume", "cite")
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
            elif step["rule"] in ("assume", "cite"):
                if key(self.conclusion(number)) in left and (name := self.assumption(number)):
                    found[name] = None
            else:
                stack.extend(reversed(step["from"]))
        return tuple(found)
