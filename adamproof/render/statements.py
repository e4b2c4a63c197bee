"""Terms and whole statements in a style chosen by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ..kernel import text
from ..kernel.terms import Term
from . import latex, mathml, unicode
from .layout import layout

NOTATIONS = {"unicode": unicode.STYLE, "latex": latex.STYLE, "mathml": mathml.STYLE}
STYLES = ("ascii", *NOTATIONS)


def show(term: Term, style: str = "unicode", names: Mapping[str, str] | None = None) -> str:
    """A term or proposition in one of STYLES.

    names replaces the style's table of names; "ascii" is the kernel's own exact text and takes none.
    Raises ValueError for an unknown style, for names with "ascii", and when two names would look alike.
    """
    return side_by_side([term], style, names)[0]


def statement(
    hypotheses: Sequence[Term], conclusion: Term, style: str = "unicode", names: Mapping[str, str] | None = None
) -> str:
    """A sequent in one of STYLES: "If", one hypothesis a line, "then", the conclusion; several lines of text.

    Without hypotheses it is the conclusion alone.  In LaTeX it is an ``aligned`` block for math mode, in MathML a
    table.
    Raises ValueError as `show` does; names are compared across the whole statement.
    """
    *conditions, result = side_by_side([*hypotheses, conclusion], style, names)
    if not conditions:
        return result
    if style == "latex":
        rows = [rf"\text{{If}} \quad & {conditions[0]},", *(rf"& {condition}," for condition in conditions[1:])]
        body = " \\\\\n".join([*rows, rf"\text{{then}} \quad & {result}."])
        return f"\\begin{{aligned}}\n{body}\n\\end{{aligned}}"
    if style == "mathml":
        return mathml.table([("If", conditions[0]), *(("", entry) for entry in conditions[1:]), ("then", result)])
    return "\n".join(["If", *(f"  {condition}" for condition in conditions), "then", f"  {result}"])


def side_by_side(terms: Sequence[Term], style: str, names: Mapping[str, str] | None = None) -> list[str]:
    """Each of several terms that are read together, in one of STYLES.

    Raises ValueError as `show` does; names are compared across all of them.
    """
    if style in NOTATIONS:
        return layout(terms, NOTATIONS[style], names)
    if style != "ascii":
        raise ValueError(f"there is no style {style!r}; choose from {', '.join(STYLES)}")
    if names is not None:
        raise ValueError("the style ascii is the kernel's exact text and takes no names")
    return [text.show(term) for term in terms]
