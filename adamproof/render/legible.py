"""MathML that can still be read where its tags are taken away, as JupyterLab does in a notebook that is not trusted.

Without tags a fraction is its two parts run together.  So the signs that a line of text needs ("/", "^", brackets)
stand in the formula as well, hidden where MathML is shown.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from xml.etree import ElementTree

if TYPE_CHECKING:
    from collections.abc import Sequence
    from xml.etree.ElementTree import Element

FORMULA = re.compile(r"<math[ >].*?</math>", re.DOTALL)
SCRIPTS = {"msub": "_", "munder": "_", "msup": "^", "mover": "^", "msubsup": "_^", "munderover": "_^"}
SPACED = frozenset("=≤<≥>≠⇒+−-±∈∼≈→")
OPENING, CLOSING = frozenset("(|["), frozenset(")|]")


def legible(html: str) -> str:
    """The HTML, its formulas with hidden signs."""
    return FORMULA.sub(lambda found: _written(_marked(ElementTree.fromstring(found.group()))), html)


def plain(formula: str) -> str:
    """A formula, a <math> element, as one line of text."""
    text = "".join(_marked(ElementTree.fromstring(formula)).itertext())
    return " ".join(re.sub("[\u2061\u2062]", " ", text).split())


def _written(element: Element) -> str:
    return ElementTree.tostring(element, encoding="unicode", short_empty_elements=False)


def _marked(element: Element) -> Element:
    for child in element:
        _marked(child)
    parts = list(element)
    if element.tag in SCRIPTS and element.get("accent") is None:
        for place, sign in enumerate(SCRIPTS[element.tag], start=1):
            _enclose(element, place, sign)
        if element.tag.startswith("munder"):  # a sum, and its summand
            element.tail = " "
    elif element.tag == "mfrac":
        _enclose(element, 0)
        _enclose(element, 1, "/")
    elif element.tag == "msqrt":
        _spaced(parts)
        brackets = not _closed(parts)
        element.insert(0, _hidden("√(" if brackets else "√"))
        if brackets:
            element.append(_hidden(")"))
    elif element.tag in ("mtr", "mtd"):
        element.tail = "\n" if element.tag == "mtr" else " "
    else:
        _spaced(parts)
    return element


def _enclose(element: Element, place: int, before: str = "") -> None:
    """The sign before a part, and brackets around it where a line of text needs them."""
    part = element[place]
    brackets = not _closed([part])
    marks = (f"{before}(", ")") if brackets else (before, "")
    row = ElementTree.Element("mrow")
    row.extend([*([_hidden(marks[0])] if marks[0] else []), part, *([_hidden(")")] if brackets else [])])
    element[place] = row


def _hidden(text: str) -> Element:
    found = ElementTree.Element("mtext", {"style": "display:none"})
    found.text = text
    return found


def _closed(parts: Sequence[Element]) -> bool:
    """Whether the parts read as one: a single sign, or a row in brackets."""
    if len(parts) == 1:
        return parts[0].tag not in ("mrow", "mfrac") or _closed(list(parts[0]))
    ends = [(part.text or "").strip() for part in (*parts[:1], *parts[-1:])]
    return len(ends) == 2 and ends[0] in OPENING and ends[1] in CLOSING


def _spaced(parts: Sequence[Element]) -> None:
    """Space around relations and sums; between the elements it is text without a width."""
    for before, part in zip([None, *parts], parts, strict=False):
        if part.tag == "mo" and (part.text or "").strip() in SPACED and before is not None:
            before.tail = part.tail = " "


__all__ = ["legible", "plain"]
