"""A lemma as text, LaTeX and HTML, for notebooks: what it states, not whether that is proved."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from html import escape

from ..kernel.terms import Term
from .legible import legible
from .statements import statement

Sequent = tuple[str, Sequence[Term], Term]  # a claim's name, hypotheses and conclusion

LONGEST = 3000  # characters in one display: MathJax, in Markdown cells, refuses more than 5 * 1024, macros expanded


def text(sequents: Iterable[Sequent]) -> str:
    """The statement of every claim, as Unicode text; claims that state the same are shown once."""
    parts = [(claims, _one(given, goal, "unicode")) for claims, given, goal in _statements(sequents)]
    if len(parts) == 1:
        return parts[0][1]
    return "\n\n".join(f"{', '.join(claims)}:\n{body}" for claims, body in parts)


def latex(sequents: Iterable[Sequent]) -> str:
    """The statements as LaTeX in display mode, long ones in several displays."""
    formulas = (piece for _, given, goal in _statements(sequents) for piece in _displays(_one(given, goal, "latex")))
    return "\n".join(f"$$\n{formula}\n$$" for formula in formulas)


def html(name: str, title: str, source: str, sequents: Iterable[Sequent]) -> str:
    """For notebooks: a heading, the source and the statements."""
    name, title, source = (escape(text, quote=False) for text in (name, title, source))
    heading = f"<p><b>{name}</b>: {title}<br><small>{source}</small></p>"
    return legible(f"<div>{heading}{formulas(sequents)}</div>")


def formulas(sequents: Iterable[Sequent]) -> str:
    """The statements as HTML, formulas as MathML; each with the names of its claims where there are several."""
    parts = []
    statements = list(_statements(sequents))
    for claims, given, goal in statements:
        heading = f"<p>{escape(', '.join(claims), quote=False)}</p>" if len(statements) > 1 else ""
        parts.append(heading + _as_html(given, goal))
    return "".join(parts)


def _as_html(hypotheses: list[Term], conclusion: Term) -> str:
    """A formula that scrolls where it is wider than the page, or the exact text as it stands."""
    try:
        formula = statement(hypotheses, conclusion, "mathml")
    except ValueError:
        return f"<pre>{escape(statement(hypotheses, conclusion, 'ascii'), quote=False)}</pre>"
    return f'<div style="overflow-x:auto"><math display="block">{formula}</math></div>'


def _displays(formula: str) -> list[str]:
    """The formula, its rows shared out among several displays if it is too long for one."""
    head, foot = "\\begin{aligned}\n", "\n\\end{aligned}"
    if len(formula) <= LONGEST or not (formula.startswith(head) and formula.endswith(foot)):
        return [formula]
    parts: list[list[str]] = [[]]
    for row in formula.removeprefix(head).removesuffix(foot).split(" \\\\\n"):
        if parts[-1] and sum(map(len, parts[-1])) + len(row) > LONGEST:
            parts.append([])
        parts[-1].append(row)
    return [head + " \\\\\n".join(part) + foot for part in parts]


def _statements(sequents: Iterable[Sequent]) -> Iterator[tuple[list[str], list[Term], Term]]:
    """The different statements, each with the names of the claims that make it."""
    found: dict[tuple[tuple[Term, ...], Term], list[str]] = {}
    for claim, stated, goal in sequents:
        found.setdefault((tuple(stated), goal), []).append(claim)
    for (hypotheses, conclusion), claims in found.items():
        yield claims, list(hypotheses), conclusion


def _one(hypotheses: list[Term], conclusion: Term, style: str) -> str:
    """The statement in a style; the kernel's own text where two names would be written alike in it."""
    try:
        return statement(hypotheses, conclusion, style)
    except ValueError:
        plain = statement(hypotheses, conclusion, "ascii")
    if style != "latex":
        return plain
    rows = " \\\\\n".join(rf"& \texttt{{{_verbatim(line)}}}" for line in plain.splitlines())
    return f"\\begin{{aligned}}\n{rows}\n\\end{{aligned}}"


def _verbatim(line: str) -> str:
    """Plain text inside \\texttt."""
    marks = {"\\": r"\textbackslash{}", "^": r"\textasciicircum{}", **{mark: f"\\{mark}" for mark in "&%$#_{}"}}
    return "".join(marks.get(mark, mark) for mark in line)


__all__ = ["Sequent", "formulas", "html", "latex", "text"]
