"""A report's parts and the whole document, in each form."""

from __future__ import annotations

from collections.abc import Sequence

from ..checking.report import LemmaReport
from . import latex
from .content import Content
from .html import lemma as html_lemma
from .html import page as html_page
from .parts import Part, Places, part_of

FORMS = {"html": html_page.document, "latex": latex.book}
LEMMAS = {"html": html_lemma.lemma, "latex": latex.lemma}


def made(report: LemmaReport, forms: Sequence[str], present: Sequence[str], mutants: bool, short: bool = False) -> Part:
    """A lemma's part in these forms, for a document about the lemmas `present`; short: its short edition."""
    places = Places(report, frozenset(present))
    return part_of(report, {form: LEMMAS[form](report, places, mutants, short) for form in forms})


def explorer() -> str:
    """The page of the explorer, alone."""
    from .explorer import page

    return page.document(html_page.style())


def written(content: Content, form: str) -> str:
    """The whole document in one of FORMS."""
    return FORMS[form](content)
