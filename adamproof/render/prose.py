"""Formulas inside a sentence, which is in ASCII, in the Unicode of `unicode`."""

from __future__ import annotations

import re
from html import escape

from .names import GREEK

DIGITS = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
SQUARES = str.maketrans("23", "²³")
NAMES = {**GREEK, "epsilon": "ε", "sqrt": "√"}
SIGNS = {"<=": "≤", ">=": "≥", " o ": " ∘ ", "+-": "±", "Theta": "Θ"}
NAMED = re.compile(rf"(?<![A-Za-z])({'|'.join(sorted(NAMES, key=len, reverse=True))})(\d*)(?![A-Za-z-])")


def in_unicode(text: str) -> str:
    """A sentence with its formulas in Unicode: Greek letters, indices, squares, signs."""
    for sign, written in SIGNS.items():
        text = text.replace(sign, written)
    text = NAMED.sub(lambda found: NAMES[found[1]] + found[2].translate(DIGITS), text)
    text = re.sub(r"\bb([12])\b", lambda found: "β" + found[1].translate(DIGITS), text)
    text = re.sub(r"(?<=[\w)₀-₉])\*(?=[\w(√|])", "·", text)
    text = re.sub(r"\|_(\d)", lambda found: "|" + found[1].translate(DIGITS), text)
    text = re.sub(r"\b([CGLs])(\d)\b(?!:)", lambda found: found[1] + found[2].translate(DIGITS), text)
    text = re.sub(r"\^([23])(?![\d/])", lambda found: found[1].translate(SQUARES), text)
    return re.sub(r"(?<=[\s(^])-(?=[\s\d])|(?<=\d)-(?=β)", "−", text)


def in_html(text: str) -> str:
    """A sentence with its formulas in Unicode, exponents above and indices below the line; everything is escaped."""
    found = escape(in_unicode(text))
    found = re.sub(r"\^\(([^()]+)\)", r"<sup>\1</sup>", found)
    found = re.sub(r"(?<=\w)\^([\w/]+)", r"<sup>\1</sup>", found)
    return re.sub(r"(?<=[A-Za-z|])_([A-Za-z0-9])(?![A-Za-z0-9_])", r"<sub>\1</sub>", found)
