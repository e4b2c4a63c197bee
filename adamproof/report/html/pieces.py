"""What a page is made of: formulas in pieces that fit every width, badges, links, disclosure elements.

Whatever comes from lemma files, records or the command line goes through `escape`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from ...kernel.terms import Term
from ...render import show
from ...render.layout import Style, told_apart
from ...render.mathml import STYLE
from ...render.pieces import Piece, in_pieces

NARROWEST = 10.0  # em: what is no wider fits on every page
GOOD, BAD = {"PROVED", "PROVED IF", "correctly rejected"}, {"REFUTED", "REJECTED", "NOT REJECTED"}


@dataclass(frozen=True)
class Section:
    """A section that not every page has: its place, its title, its HTML, and what it adds to the style sheet."""

    place: str
    title: str
    html: str
    sheet: str


def formula(term: Term, style: Style = STYLE) -> str:
    """One formula by itself."""
    return formulas([term], style)[0]


def formulas(terms: Sequence[Term], style: Style = STYLE) -> list[str]:
    """Formulas that are read together; in the kernel's own text where two names would be written alike."""
    return [_typeset(rows) for rows in in_pieces(terms, style)] if told_apart(terms, style) else list(map(plain, terms))


def plain(term: Term) -> str:
    """A formula in the kernel's own text."""
    return f'<div class="formula"><code>{escape(show(term, "ascii"))}</code></div>'


def _typeset(rows: Sequence[Sequence[Piece]]) -> str:
    if len(rows) == len(rows[0]) == 1:
        return f'<div class="formula">{_math(rows[0][0], "block")}</div>'
    inner = ["\n".join(_math(piece) for piece in row) for row in rows]
    body = inner[0] if len(inner) == 1 else "".join(f"<div>{row}</div>" for row in inner)
    return f'<div class="formula parted">{body}</div>'


def _math(piece: Piece, display: str = "inline") -> str:
    """The width in em, where it may be too much for a narrow page: the style sheet makes the piece smaller then."""
    kind = 'display="block"' if display == "block" else 'displaystyle="true"'
    style = f' style="--w: {math.ceil(piece.width)}"' if piece.is_wider(NARROWEST) else ""
    return f"<math {kind}{style}>{piece.text}</math>"


def link(place: str, text: str) -> str:
    return f'<a href="#{place}">{escape(text)}</a>'


def badge(word: str) -> str:
    return f'<span class="badge {kind_of(word)}">{escape(word)}</span>'


def kind_of(word: str) -> str:
    """The class with the colour of a verdict."""
    return "good" if word in GOOD else "bad" if word in BAD else "open"


def fact(label: str, html: str) -> str:
    return f"<dt>{escape(label)}</dt><dd>{html}</dd>"


def disclosure(summary: str, html: str, is_open: bool = False) -> str:
    """What is shown on demand, and always in print; the summary is plain text."""
    return f"<details{' open' if is_open else ''}><summary>{escape(summary)}</summary>\n{html}\n</details>"


__all__ = ["Section", "badge", "disclosure", "fact", "formula", "formulas", "kind_of", "link", "plain"]
