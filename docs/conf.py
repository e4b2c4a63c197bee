"""The documentation site: `make docs` builds it into build/docs from these pages, the docstrings and the lemmas."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import adamproof
from adamproof.render.prose import in_unicode
from adamproof.theory.library import modules

SITE = Path(__file__).parent
sys.path.insert(0, str(SITE / "_ext"))

project = "adamproof"
author = "the adamproof authors"
release = version = adamproof.__version__
html_theme = "furo"
html_title = "adamproof"
extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.viewcode",
    "commands",
    "docstrings",
    "formulas",
    "story",
]
html_copy_source = False
html_static_path = ["_static"]
html_css_files = ["site.css"]
myst_enable_extensions = ["dollarmath"]
myst_heading_anchors = 3
autodoc_member_order = "bysource"
autodoc_typehints = "description"
exclude_patterns = ["_*"]
nitpicky = False
suppress_warnings = ["myst.xref_missing"]  # links to files of the repository that are no pages


def write_results(_: Any) -> None:
    """docs/results.md: every lemma, chapter by chapter, as the lemma files state it."""
    from adamproof.theory.library import lemmas

    lines = [
        "# The results",
        "",
        "Generated from the lemma files; `adamproof check NAME` says whether one is proved.",
        "",
    ]
    chapter = ""
    for lemma in lemmas():
        if chapter_of(lemma) != chapter:
            chapter = chapter_of(lemma)
            lines += [f"## {chapter.capitalize()}", ""]
        name = f"{lemma.label} {lemma.slug}" if lemma.label else lemma.slug
        about = [f"*{lemma.source.value}*: {in_unicode(lemma.where)}.", "", "```{raw} html", lemma.formulas, "```", ""]
        lines += [f"### {name}: {in_unicode(lemma.title)}", "", *about]
    (SITE / "results.md").write_text("\n".join(lines), encoding="utf-8")


def chapter_of(lemma: Any) -> str:
    """The folder of the lemma's file."""
    name = lemma.slug.replace("-", "_")
    return next(parts[2] for module in modules() if (parts := module.split("."))[-1] == name)


def setup(app: Any) -> None:
    app.connect("builder-inited", write_results)
