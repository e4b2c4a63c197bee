"""A report's parts and the whole document, in each form."""

from __future__ import annotations

from collections.abc import Sequence

from ..checking.report import LemmaReport
from . import html, latex
from .content import Content
from .parts import Part, Places, part_of

FORMS = {"html": html.document, "latex": latex.book}
LEMMAS = {"html": html.lemma, "latex": latex.lemma}


def made(report: LemmaReport, forms: Sequence[str], present: Sequence[str], mutants: bool) -> Part:
    """A lemma's part in these forms, for a document about the lemmas `present`."""
    places = Places(report, frozenset(present))
    return part_of(report, {form: LEMMAS[form](report, places, mutants) for form in forms})


def explorer() -> str:
    """The page of the explorer, alone."""
    from .explorer import page

    return page.document(html.style())


def written(content: Content, form: str) -> str:
    """The whole document in one of FORMS."""
    return FORMS[form](content)
