"""The dependency graph of a report as SVG to stand inside HTML, drawn by Graphviz where that is installed."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from ..theory.graph import reached
from . import graphviz
from .graphviz import quoted
from .parts import Part, lemma_place


def picture(parts: Sequence[Part]) -> str:
    """An <svg> element in which each lemma that is joined to another links to its part.

    "" without Graphviz's program dot, and where there is nothing to draw.
    """
    program, text = graphviz.program(), _dot(parts)
    if program is None or " -> " not in text:
        return ""
    try:
        svg = re.search(r"<svg.*</svg>", graphviz.drawn(program, text), re.DOTALL)
    except graphviz.GraphvizFailed:
        return ""
    if svg is None:
        return ""
    # Titles would be shown as tooltips with Graphviz's own names; comments repeat them.
    return re.sub(r"<!--.*?-->\n?|<title>.*?</title>\n?", "", svg.group(), flags=re.DOTALL)


def implied_left_out(edges: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """The same order with as few arrows as possible: one that a longer way makes superfluous is left out."""
    below = {name: reached(edges.get(name, ()), edges) for name in edges}
    return {
        name: [end for end in ends if not any(end in below.get(other, ()) for other in ends if other != end)]
        for name, ends in edges.items()
    }


def _dot(parts: Sequence[Part]) -> str:
    present = {part.slug for part in parts}
    edges = implied_left_out({part.slug: [name for name in part.rests_on if name in present] for part in parts})
    lines = [
        "digraph {",
        '  graph [rankdir=LR, bgcolor="transparent", nodesep=0.1, ranksep=0.3];',
        '  node [shape=box, style=rounded, fontname=Helvetica, fontsize=11, height=0.28, margin="0.1,0.04"];',
        "  edge [arrowsize=0.6];",
    ]
    joined = {name for start, ends in edges.items() for name in ([start, *ends] if ends else [])}
    for part in (part for part in parts if part.slug in joined):
        title = f"{part.label} {part.slug}".strip()
        attributes = {"label": title, "URL": f"#{lemma_place(part.slug)}", "tooltip": f"{part.title}: {part.verdict}"}
        written = ", ".join(f"{name}={quoted(text)}" for name, text in attributes.items())
        lines.append(f"  {quoted(part.slug)} [{written}];")
    lines += [f"  {quoted(start)} -> {quoted(end)};" for start, ends in edges.items() for end in ends]
    return "\n".join([*lines, "}"]) + "\n"
