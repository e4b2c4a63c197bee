"""A lemma as text, LaTeX and HTML, for notebooks: what it states, not whether that is proved."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from ..kernel.terms import Term
from ..prover import prop
from ..theory.lemma import Claim, Lemma
from . import statement

LONGEST = 3000  # characters in one display: MathJax refuses formulas of more than 5 * 1024, macros expanded


def text(lemma: Lemma) -> str:
    """The statement of every claim, as Unicode text; claims that state the same are shown once."""
    parts = [(claims, _one(given, goal, "unicode")) for claims, given, goal in _statements(lemma)]
    if len(parts) == 1:
        return parts[0][1]
    return "\n\n".join(f"{', '.join(claims)}:\n{body}" for claims, body in parts)


def latex(lemma: Lemma) -> str:
    """The statements as LaTeX in display mode, long ones in several displays."""
    formulas = (piece for _, given, goal in _statements(lemma) for piece in _displays(_one(given, goal, "latex")))
    return "\n".join(f"$$\n{formula}\n$$" for formula in formulas)


def html(lemma: Lemma) -> str:
    """A heading, the source and the statements; notebooks typeset the formulas."""
    name = f"{lemma.label} ({lemma.slug})" if lemma.label else lemma.slug
    title, source = (escape(text, quote=False) for text in (lemma.title, lemma.source.value))
    parts = [f"<p><b>{name}</b>: {title}<br><small>{source}</small></p>"]
    statements = list(_statements(lemma))
    for claims, given, goal in statements:
        heading = f"<p>{escape(', '.join(claims), quote=False)}</p>" if len(statements) > 1 else ""
        parts.append(heading + _as_html(given, goal))
    return f"<div>{''.join(parts)}</div>"


def _as_html(hypotheses: list[Term], conclusion: Term) -> str:
    """A formula for notebooks to typeset, or the exact text as it stands."""
    try:
        formula = statement(hypotheses, conclusion, "latex")
    except ValueError:
        return f"<pre>{escape(statement(hypotheses, conclusion, 'ascii'), quote=False)}</pre>"
    return "".join(f"<div>$$\n{escape(piece, quote=False)}\n$$</div>" for piece in _displays(formula))


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


def _statements(lemma: Lemma) -> Iterator[tuple[list[str], list[Term], Term]]:
    """The different statements, each with the names of the claims that make it."""
    found: dict[tuple[tuple[Term, ...], Term], list[str]] = {}
    for claim in lemma.claims:
        found.setdefault(_sequent(lemma, claim), []).append(claim.name)
    for (hypotheses, conclusion), claims in found.items():
        yield claims, list(hypotheses), conclusion


def _sequent(lemma: Lemma, claim: Claim) -> tuple[tuple[Term, ...], Term]:
    return tuple(map(prop, lemma.stated(claim).values())), prop(claim.conclusion)


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


__all__ = ["html", "latex", "text"]
