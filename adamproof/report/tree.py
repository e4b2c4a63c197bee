"""Which result rests on which, as a tree of text and for Graphviz."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from ..theory.graph import Graph, Node
from .graphviz import quoted

BRANCHES = {"unicode": ("├─ ", "└─ ", "│  "), "ascii": ("|- ", "`- ", "|  ")}


LEAST = 30  # columns of a text that is wrapped, however deep it stands


def tree(found: Graph, style: str = "unicode", verbose: bool = False, columns: int | None = None) -> str:
    """Every root with what it rests on below it; what has been shown before is not unfolded again.

    columns: at which assumptions, axioms and problems are wrapped; if None, they are not.
    """
    shown: set[str] = set()
    lines: list[str] = []
    for name in found.roots:
        for head, rest, text in _branch(found, name, "", "", BRANCHES[style], shown, verbose):
            lines += [f"{head}{text}"] if rest is None or columns is None else _wrapped(head, rest, text, columns)
    return "\n".join(lines)


def _wrapped(head: str, rest: str, text: str, columns: int) -> list[str]:
    """A text after a head, its further lines after the rest."""
    parts = textwrap.wrap(text, max(LEAST, columns - len(rest)), break_long_words=False, break_on_hyphens=False)
    return [f"{rest if number else head}{part}" for number, part in enumerate(parts)]


Line = tuple[str, str | None, str]  # what stands before a text, and before its further lines (None: none); the text


def _branch(
    found: Graph, name: str, head: str, tail: str, marks: tuple[str, str, str], shown: set[str], verbose: bool
) -> Iterator[Line]:
    entry = found.nodes[name]
    below: list[str | tuple[str, str]] = [*entry.rests_on, *found.own_axioms(name)]
    again = name in shown and bool(below)
    yield head, None, _heading(entry) + (" (see above)" if again else "")
    if again:
        return
    shown.add(name)
    bar = tail + (marks[2] if below else "   ")
    if entry.problem:
        yield bar, f"{bar}  ", f"not derived: {entry.problem}"
    if entry.assumptions and (verbose or not head):
        yield bar, f"{bar}  ", f"assumes: {'; '.join(entry.assumptions)}"
    for number, inner in enumerate(below, start=1):
        start, rest = (tail + marks[1], tail + "   ") if number == len(below) else (tail + marks[0], tail + marks[2])
        if isinstance(inner, tuple):
            yield start, f"{rest}  ", f"axiom: {': '.join(inner)}"
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
        lines.append(f"    label={quoted(title)}; tooltip={quoted(entries[0].title)};")
        lines += [f"    {quoted(entry.name)} [{_attributes(entry)}];" for entry in entries]
        lines.append("  }")
    axioms = dict.fromkeys(axiom for entry in found.nodes.values() for axiom in entry.axioms)
    for name, source in axioms:
        attributes = f"label={quoted(name)}, tooltip={quoted(source)}, shape=ellipse"
        lines.append(f"  {quoted(f'axiom: {name}')} [{attributes}];")
    for entry in found.nodes.values():
        ends = [*entry.rests_on, *(f"axiom: {name}" for name, _ in found.own_axioms(entry.name))]
        lines += [f"  {quoted(entry.name)} -> {quoted(end)};" for end in ends]
    return "\n".join([*lines, "}"]) + "\n"


def _attributes(entry: Node) -> str:
    label = "\n".join(filter(None, [entry.claim, ", ".join(entry.labels)]))
    tip = "assumes: " + ("; ".join(entry.assumptions) or "nothing")
    return f"label={quoted(label)}, tooltip={quoted(tip)}" + (", color=red" if entry.problem else "")
