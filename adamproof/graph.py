"""Which result rests on which, on which of its assumptions, and on which cited axioms.

Nothing is declared: every claim is derived, and what its script cited and which assumptions are hypotheses of the
theorem is read off.  A claim is a node, named "slug (claim)"; an edge leads to a claim whose theorem it used.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from . import registry
from .kernel.terms import Refusal
from .lemma import Claim, Lemma, MissingAssumption, OtherStatement
from .prover import ProofFailure, TranslationError, prop

FAILURES = (ProofFailure, MissingAssumption, OtherStatement, Refusal, TranslationError)
BRANCHES = {"unicode": ("├─ ", "└─ ", "│  "), "ascii": ("|- ", "`- ", "|  ")}
LABEL = re.compile(r"([A-Z]\d)(?=:)|(A\d)\b")


def label_of(assumption: str) -> str:
    """The label of a named assumption ("A3 along the segments": A3, "C2: ...": C2); "" for all others."""
    found = LABEL.match(assumption)
    return found.group() if found else ""


def named(slug: str, claim: str) -> str:
    return f"{slug} ({claim})"


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


def graph(lemmas: Iterable[Lemma], say: Callable[[str], None] = lambda _: None) -> Graph:
    """Derive every claim of these lemmas, and every claim that one of them rests on."""
    asked = [(lemma, claim) for lemma in lemmas for claim in lemma.claims]
    nodes: dict[str, Node] = {}
    todo = list(reversed(asked))
    while todo:
        lemma, claim = todo.pop()
        if named(lemma.slug, claim.name) in nodes:
            continue
        say(f"{lemma.slug}: deriving {claim.name}")
        found = node(lemma, claim)
        nodes[found.name] = found
        todo += [located(name) for name in reversed(found.rests_on) if name not in nodes]
    return Graph(tuple(named(lemma.slug, claim.name) for lemma, claim in asked), nodes)


def node(lemma: Lemma, claim: Claim) -> Node:
    """One claim, derived."""
    try:
        derivation = registry.derivation_of(lemma, claim)
    except FAILURES as failure:
        return Node(lemma.slug, claim.name, lemma.title, lemma.label, problem=str(failure))
    theorem = derivation.theorem.theorem
    used = [name for name, statement in lemma.stated(claim).items() if prop(statement) in theorem.hypotheses]
    return Node(
        lemma.slug,
        claim.name,
        lemma.title,
        lemma.label,
        tuple(name for name in used if name not in lemma.cited),
        tuple((name, source) for name, source in theorem.citations),
        tuple(dict.fromkeys(whole_name(cited) for cited in derivation.cited.values())),
    )


def whole_name(cited: str) -> str:
    """What a script cited, with the claim's name: "triangle" is the first claim of that lemma."""
    lemma, claim = located(cited)
    return named(lemma.slug, claim.name)


def located(cited: str) -> tuple[Lemma, Claim]:
    """The lemma and the claim of a name as scopes record it: "slug" or "slug (claim)"."""
    slug, _, rest = cited.partition(" (")
    lemma = registry.get(slug)
    return lemma, lemma.claim(rest[:-1] if rest else None)


# --- forms --------------------------------------------------------------------------------------


def tree(found: Graph, style: str = "unicode", verbose: bool = False) -> str:
    """Every root with what it rests on below it; what has been shown before is not unfolded again."""
    shown: set[str] = set()
    lines: list[str] = []
    for name in found.roots:
        lines += _branch(found, name, "", "", BRANCHES[style], shown, verbose)
    return "\n".join(lines)


def _branch(
    found: Graph, name: str, head: str, tail: str, marks: tuple[str, str, str], shown: set[str], verbose: bool
) -> Iterator[str]:
    entry = found.nodes[name]
    below: list[str | tuple[str, str]] = [*entry.rests_on, *found.own_axioms(name)]
    again = name in shown and bool(below)
    yield head + _heading(entry) + (" (see above)" if again else "")
    if again:
        return
    shown.add(name)
    bar = tail + (marks[2] if below else "   ")
    if entry.problem:
        yield f"{bar}not derived: {entry.problem}"
    if entry.assumptions and (verbose or not head):
        yield f"{bar}assumes: {'; '.join(entry.assumptions)}"
    for number, inner in enumerate(below, start=1):
        start, rest = (tail + marks[1], tail + "   ") if number == len(below) else (tail + marks[0], tail + marks[2])
        if isinstance(inner, tuple):
            yield f"{start}axiom: {': '.join(inner)}"
        else:
            yield from _branch(found, inner, start, rest, marks, shown, verbose)


def _heading(entry: Node) -> str:
    label = f"{entry.label} " if entry.label else ""
    labels = f" [{', '.join(entry.labels)}]" if entry.labels else ""
    return f"{label}{entry.name}{labels}"


def dot(found: Graph) -> str:
    """The graph for Graphviz: a box a lemma, its claims in it, and what they rest on at the arrows' ends."""
    lines = ["digraph adamproof {", "  rankdir=LR;", "  node [shape=box, fontname=Helvetica];"]
    lemmas: dict[str, list[Node]] = {}
    for entry in found.nodes.values():
        lemmas.setdefault(entry.slug, []).append(entry)
    for number, (slug, entries) in enumerate(lemmas.items()):
        title = f"{entries[0].label} {slug}" if entries[0].label else slug
        lines.append(f"  subgraph cluster_{number} {{")
        lines.append(f"    label={_quoted(title)}; tooltip={_quoted(entries[0].title)};")
        lines += [f"    {_quoted(entry.name)} [{_attributes(entry)}];" for entry in entries]
        lines.append("  }")
    axioms = dict.fromkeys(axiom for entry in found.nodes.values() for axiom in entry.axioms)
    for name, source in axioms:
        attributes = f"label={_quoted(name)}, tooltip={_quoted(source)}, shape=ellipse"
        lines.append(f"  {_quoted(f'axiom: {name}')} [{attributes}];")
    for entry in found.nodes.values():
        ends = [*entry.rests_on, *(f"axiom: {name}" for name, _ in found.own_axioms(entry.name))]
        lines += [f"  {_quoted(entry.name)} -> {_quoted(end)};" for end in ends]
    return "\n".join([*lines, "}"]) + "\n"


def _attributes(entry: Node) -> str:
    label = "\n".join(filter(None, [entry.claim, ", ".join(entry.labels)]))
    tip = "assumes: " + ("; ".join(entry.assumptions) or "nothing")
    return f"label={_quoted(label)}, tooltip={_quoted(tip)}" + (", color=red" if entry.problem else "")


def _quoted(text: str) -> str:
    """A string of the DOT language, in which a line break is written as in JSON."""
    return json.dumps(text, ensure_ascii=False)


__all__ = ["FAILURES", "Graph", "Node", "dot", "graph", "label_of", "located", "named", "node", "tree"]
