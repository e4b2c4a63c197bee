"""Formulas of the pages as MathML, made when the site is built: a reader needs no network and no script.

What the converter does not know stops the build.
"""

from __future__ import annotations

from typing import Any

from docutils import nodes
from docutils.utils import get_source_line
from math_core import LatexError, LatexToMathML
from sphinx.errors import ExtensionError
from sphinx.transforms import SphinxTransform

from adamproof.render.legible import plain

CONVERTER = LatexToMathML(fancy_error=False)


class Formula(nodes.General, nodes.Inline, nodes.Element):
    """A formula as MathML; as text (in the titles that the search shows) it is one line."""

    def astext(self) -> str:
        return plain(self["mathml"])


class ToMathML(SphinxTransform):
    """Every formula of a page, before its title is noted."""

    default_priority = 400

    def apply(self, **_: Any) -> None:
        for node in list(self.document.findall(lambda node: isinstance(node, nodes.math | nodes.math_block))):
            block = isinstance(node, nodes.math_block)
            where = ":".join(str(part) for part in get_source_line(node) if part)
            node.replace_self(Formula(mathml=converted(node.astext(), block, where), block=block))


def converted(tex: str, block: bool, where: str) -> str:
    """The <math> element.  Raises ExtensionError, which stops the build."""
    try:
        return CONVERTER.convert_with_local_state(tex, displaystyle=block)
    except LatexError as error:
        raise ExtensionError(f"{where}: no MathML for the formula {tex!r}: {error}") from error


def visit(writer: Any, node: Formula) -> None:
    around = '<div class="math">{}</div>' if node["block"] else "{}"
    writer.body.append(around.format(node["mathml"]))
    raise nodes.SkipNode


def visit_as_text(writer: Any, node: Formula) -> None:
    writer.add_text(node.astext())
    raise nodes.SkipNode


def setup(app: Any) -> dict[str, bool]:
    app.add_node(Formula, html=(visit, None), text=(visit_as_text, None))
    app.add_transform(ToMathML)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
