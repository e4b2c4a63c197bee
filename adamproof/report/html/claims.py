"""The claims of the source: each with its verdict, what is proved as mathematics, and the evidence on demand."""

from __future__ import annotations

from collections import Counter
from html import escape
from typing import TYPE_CHECKING

from ...claims import glance
from ...claims.evidence import State
from ...render.prose import in_html
from .. import words
from ..abbreviations import NORM, SHORT, Abbreviations
from ..parts import lemma_place
from .pieces import badge, disclosure, fact, formula, link

if TYPE_CHECKING:
    from ...claims.evidence import Evidence
    from ...claims.shortfall import Shortfall
    from ...claims.verdicts import ClaimVerdict, Verdict
    from ..content import Content


def section(content: Content, abbreviations: Abbreviations) -> str:
    """All claims, by number."""
    shown: dict[tuple[str, str], int] = {}  # the claim of the source at which a statement is printed
    entries = "\n".join(_entry(entry, content, abbreviations, shown) for entry in content.claims)
    legend = "<br>".join(escape(line) for line in words.LEGEND.splitlines())
    return f"""<section class="columns" aria-labelledby="claims">
<h2 id="claims">The claims of the source, one by one</h2>
<p class="about">{_notation(abbreviations)}</p>
{entries}
<p class="legend">{legend}</p></section>"""


def _notation(abbreviations: Abbreviations) -> str:
    letters = ", ".join(abbreviations.letters)
    named = f"{in_html(letters)} are those of {link('theorem', 'the theorem')}; " if letters else ""
    return f"In the formulas {named}{in_html(NORM)}. Each is printed in full where its lemma is."


def _entry(
    entry: ClaimVerdict, content: Content, abbreviations: Abbreviations, shown: dict[tuple[str, str], int]
) -> str:
    verdict, number = entry.verdict, entry.row.number
    word = glance.word(verdict.word)
    parts = [
        f'<article class="entry" id="claim-{number}" aria-labelledby="claim-{number}-title">',
        f'<h3 id="claim-{number}-title"><span class="number">{number}</span> {in_html(entry.row.text)}</h3>',
        f"<p>{badge(word)}{_said(verdict, word)}</p>",
    ]
    parts += [_shortfall(verdict, verdict.shortfall)] if verdict.shortfall is not None else []
    parts += [_statement(piece, number, content, abbreviations, shown) for piece in verdict.evidence]
    parts += [] if content.short else [_evidence(verdict, content)]
    return "\n".join([*filter(None, parts), "</article>"])


def _said(verdict: Verdict, word: str) -> str:
    """What follows the word of a verdict."""
    if verdict.shortfall is not None:
        return f": {in_html(glance.why_not(verdict.shortfall))}"
    return in_html(glance.in_words(verdict).removeprefix(word))


def _shortfall(verdict: Verdict, found: Shortfall) -> str:
    """The terms that are too large, the best that the bound gives, and the ways out."""
    rows = [("too large", ", ".join(verdict.by)), ("at best", found.best)]
    rows += [("way out (computed)", glance.way_out(way)) for way in found.ways]
    return f"<dl>{''.join(fact(label, in_html(text)) for label, text in rows if text)}</dl>"


def _statement(
    piece: Evidence, number: int, content: Content, abbreviations: Abbreviations, shown: dict[tuple[str, str], int]
) -> str:
    """What a lemma proves about the claim: the formula, printed once."""
    if piece.state is not State.PROVED or piece.term is None:
        return ""
    name = f"{piece.lemma} ({piece.claim})"
    where = link(lemma_place(piece.lemma), name) if piece.lemma in content.slugs else escape(name)
    where = f"{escape(piece.part)}: {where}" if piece.part else where
    first = shown.setdefault((piece.lemma, piece.claim), number)
    if first != number:
        return f'<p class="proves">{where}, printed at {link(f"claim-{first}", f"claim {first}")}</p>'
    return f'<p class="proves">{where}</p>{formula(abbreviations.shortened(piece.term), SHORT)}'


def _evidence(verdict: Verdict, content: Content) -> str:
    """Everything that the verdict rests on."""
    found = words.present(verdict)
    lines = [f"<li>{_piece(piece, content)}</li>" for piece in found]
    lines += [f"<li><b>beyond A1-A3:</b> {in_html(text)}</li>" for text in verdict.rests_on]
    lines += [f"<li><b>repair:</b> {in_html(verdict.repair)}</li>"] if verdict.repair else []
    lines += [f"<li><b>missing:</b> {in_html(text)}</li>" for text in verdict.missing]
    counts = Counter(piece.state.value for piece in found)
    summary = ", ".join(f"{count} {state}" for state, count in counts.items()) or "none"
    return disclosure(f"Evidence: {summary}", f"<ul>{''.join(lines)}</ul>") if lines else ""


def _piece(piece: Evidence, content: Content) -> str:
    text = in_html(f"{piece.text} [{piece.state.value}]")
    return f'<a href="#{lemma_place(piece.lemma)}">{text}</a>' if piece.lemma in content.slugs else text


__all__ = ["section"]
