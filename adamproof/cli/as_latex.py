"""A lemma as a LaTeX document: statement, assumptions, constants and the proof in steps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..render import show, statement
from ..render.names import GREEK
from .output import integers_of

if TYPE_CHECKING:
    from ..check import ClaimReport, LemmaReport, NamedStep

ESCAPES = {
    "\\": r"\textbackslash{}",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    **{mark: f"\\{mark}" for mark in "&%$#_{}"},
    **{letter: rf"\ensuremath{{\{name}}}" for name, letter in GREEK.items()},
}
PREAMBLE = r"""\documentclass{article}
\usepackage[T1]{fontenc}
\usepackage{amsmath,amssymb}
\allowdisplaybreaks
\begin{document}"""


def document(report: LemmaReport) -> str:
    """A standalone document about all claims of the report."""
    lemma = report.lemma
    name = f"{lemma.label}. {lemma.title}" if lemma.label else lemma.title
    parts = [PREAMBLE, rf"\section*{{{escape(name)}}}"]
    parts.append(escape(f"Source: {lemma.source.value} ({lemma.where})."))
    for claim in report.claims:
        parts += _claim(claim)
    if lemma.constants:
        parts += [r"\subsection*{Constants}", *(_constant(name, value) for name, value in lemma.constants.items())]
    if lemma.notes:
        parts += [r"\subsection*{Notes}", escape(" ".join(lemma.notes.split()))]
    return "\n\n".join([*parts, r"\end{document}"]) + "\n"


def escape(text: str) -> str:
    """Plain text for LaTeX."""
    return "".join(ESCAPES.get(mark, mark) for mark in text)


def _claim(claim: ClaimReport) -> list[str]:
    parts = [rf"\subsection*{{Claim: {escape(claim.claim.name)}}}"]
    parts.append(_display(statement(list(claim.hypotheses.values()), claim.conclusion, "latex")))
    named = [rf"\item {escape(name)}: $\displaystyle {show(term, 'latex')}$" for name, term in claim.hypotheses.items()]
    if named:
        parts += [r"\paragraph{Assumptions, by name.}", _list("itemize", named)]
    cited = "; ".join(": ".join(pair) for pair in claim.citations)
    parts.append(rf"\paragraph{{Cited axioms.}} {escape(cited or 'none')}.")
    if not claim.steps:
        why = escape(f"{claim.verdict}: {claim.reason}.")
        return [*parts, rf"\paragraph{{No proof.}} {why}"]
    whole = integers_of([*claim.hypotheses.values(), claim.conclusion])
    if whole:
        parts.append(escape(f"Integers: {', '.join(whole)}; everything else is real."))
    parts += [r"\paragraph{Proof.}", _list("enumerate", [_step(step) for step in claim.steps])]
    unused = ", ".join(claim.unused)
    parts += [escape(f"Assumptions that the proof does not use: {unused}.")] if unused else []
    return parts


def _step(step: NamedStep) -> str:
    basis = f"from {', '.join(step.rests_on) or 'nothing but the rules'}."
    return "\n".join([rf"\item {escape(step.title)}", _display(show(step.statement, "latex")), escape(basis)])


def _list(environment: str, items: list[str]) -> str:
    return "\n".join([rf"\begin{{{environment}}}", *items, rf"\end{{{environment}}}"])


def _display(formula: str) -> str:
    return f"\\[\n{formula}\n\\]"


def _constant(name: str, value: Any) -> str:
    """A constant's formula, written like the statements where it can be."""
    import sympy

    from ..prover import TranslationError, term

    try:
        formula = show(term(value), "latex")
    except TranslationError:
        formula = sympy.latex(value)
    return rf"\noindent\texttt{{{escape(name)}}}: $\displaystyle {formula}$"
