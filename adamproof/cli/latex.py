"""A checked lemma as a LaTeX document: statement, assumptions and the steps of each proof."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..render import show, statement

if TYPE_CHECKING:
    from ..check import ClaimReport, LemmaReport

PREAMBLE = r"""\documentclass{article}
\usepackage{amsmath,amssymb}
\usepackage[margin=2.5cm]{geometry}
\begin{document}
"""
SPECIAL = {"&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_", "{": r"\{", "}": r"\}"}
SPECIAL |= {"\\": r"\textbackslash{}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"}
SPECIAL |= {"<": r"\textless{}", ">": r"\textgreater{}", "|": r"\textbar{}"}


def document(report: LemmaReport) -> str:
    """A document that compiles with any LaTeX."""
    lemma = report.lemma
    lines = [rf"\section*{{{plain(lemma.title)}}}", plain(f"Source: {lemma.source.value}."), ""]
    for claim in report.claims:
        lines += _claim(claim)
    return PREAMBLE + "\n".join(lines) + "\n\\end{document}\n"


def _claim(claim: ClaimReport) -> list[str]:
    body = statement(list(claim.hypotheses.values()), claim.conclusion, "latex")
    lines = [rf"\subsection*{{{plain(claim.claim.name)}}}", r"\[", body, r"\]"]
    verdict = f"{claim.verdict}: verified by the kernel, {claim.proof_steps} steps." if claim.steps else claim.reason
    lines += [plain(verdict), r"\begin{enumerate}"]
    for step in claim.steps:
        basis = plain(", ".join(step.rests_on) or "nothing but the rules")
        lines += [rf"\item {plain(step.title)}:", r"\[", show(step.statement, "latex"), r"\]", f"from {basis}."]
    if not claim.steps:
        lines.append(r"\item[] no proof")
    return [*lines, r"\end{enumerate}", ""]


def plain(text: str) -> str:
    """Text outside mathematics, its special characters escaped."""
    return "".join(SPECIAL.get(character, character) for character in text)
