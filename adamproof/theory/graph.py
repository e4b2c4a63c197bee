"""Which result rests on which, as plain data: claims as nodes, named "slug (claim)".  Standard library only."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

LABEL = re.compile(r"([A-Z]\d)(?=:)|(A\d)\b", re.ASCII)


def label_of(assumption: str) -> str:
    """The label of a named assumption ("A3 along the segments": A3, "C2: ...": C2); "" for all others."""
    found = LABEL.match(assumption)
    return found.group() if found else ""


def named(slug: str, claim: str) -> str:
    return f"{slug} ({claim})"


def reached(names: Iterable[str], edges: Mapping[str, Iterable[str]]) -> set[str]:
    """These names and all that arrows lead to from them.  A chain may be longer than Python nests calls."""
    found: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += edges.get(name, ())
    return found


@dataclass(frozen=True)
class Node:
    """A claim: the assumptions that its theorem still has, axioms (name, source), the claims it rests on."""

    slug: str
    claim: str
    title: str
    label: str | None
    assumptions: tuple[str, ...] = ()
    axioms: tuple[tuple[str, str], ...] = ()
    rests_on: tuple[str, ...] = ()
    problem: str = ""  # why there is no theorem, if there is none

    @property
    def name(self) -> str:
        return named(self.slug, self.claim)

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels among its assumptions: A1, A2, ..., C3."""
        return tuple(sorted({label_of(name) for name in self.assumptions} - {""}))


@dataclass(frozen=True)
class Graph:
    """The claims that were asked about and all that they rest on, by name."""

    asked: tuple[str, ...]
    nodes: Mapping[str, Node]

    @property
    def roots(self) -> list[str]:
        """What was asked about and nothing else that was asked about rests on."""
        below = {name for node in self.nodes.values() for name in node.rests_on}
        return [name for name in self.asked if name not in below]

    def own_axioms(self, name: str) -> list[tuple[str, str]]:
        """The axioms that a claim cites itself: what it rests on does not cite them already."""
        node = self.nodes[name]
        inherited = {axiom for inner in node.rests_on for axiom in self.nodes[inner].axioms}
        return [axiom for axiom in node.axioms if axiom not in inherited]

    @property
    def problems(self) -> list[Node]:
        return [node for node in self.nodes.values() if node.problem]
