"""The built site of the documentation: no warning, no network, no TeX; the story is that of the notebooks."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from tests.session import Session

ROOT = Path(__file__).resolve().parents[2]
TEX = re.compile(r"\\[A-Za-z]+|\\[()\[\],;!]|\$\$|\$(?![A-Z_]{2})[^\s$][^$]*\$|\^\{")
MARKUP = re.compile(r"\.\. [a-z-]+::|:[a-z]+:`|^```|\]\(")
LOADS = {"script": "src", "img": "src", "iframe": "src", "link": "href", "source": "src", "object": "data"}
VERBATIM = {"script", "style", "pre", "code"}
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}


class Page(HTMLParser):
    """What a page loads, its text outside code, its headings, and how often each element occurs."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.loaded: list[str] = []
        self.text: list[str] = []
        self.count: dict[str, int] = {}
        self._open: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.count[tag] = self.count.get(tag, 0) + 1
        values = dict(attrs)
        self.loaded += [values[LOADS[tag]] or ""] if values.get(LOADS.get(tag, "")) else []
        self.text += [value for name in ("title", "alt", "aria-label") if (value := values.get(name))]
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if not VERBATIM & set(self._open):
            self.text.append(data)


def build(source: Path, place: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "sphinx", "-q", "-W", "-b", "html", str(source), str(place)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture
def site(session: Session) -> Path:
    """The site, built once for all processes of these tests."""
    pytest.importorskip("sphinx")
    place = session.folder / "site"

    def make() -> str:
        done = build(ROOT / "docs", place)
        assert done.returncode == 0, done.stderr
        return "built"

    session.once("site.txt", make)
    return place


def pages(site: Path) -> Iterator[tuple[str, Page]]:
    for path in sorted(site.rglob("*.html")):
        yield str(path.relative_to(site)), parsed(path)


@cache
def parsed(path: Path) -> Page:
    return Page(path.read_text(encoding="utf-8"))


@pytest.mark.slow
def test_the_site_is_built_without_a_warning(site: Path) -> None:
    results = (site / "results.html").read_text(encoding="utf-8")
    assert "B.2 update-magnitude" in results and "main-theorem-averaged" in results
    assert "adamproof check" in (site / "reference" / "cli.html").read_text(encoding="utf-8")


@pytest.mark.slow
def test_no_page_shows_tex(site: Path) -> None:
    found = {name: [text for text in page.text if TEX.search(text)] for name, page in pages(site)}
    assert {name: texts for name, texts in found.items() if texts} == {}
    index = (site / "searchindex.js").read_text(encoding="utf-8")
    titles = json.loads(index[index.index("{") : index.rindex("}") + 1])["titles"]
    assert [title for title in titles if TEX.search(title)] == []
    assert not (site / "_sources").exists() or list((site / "_sources").iterdir()) == []  # formulas there are TeX


@pytest.mark.slow
def test_no_page_shows_markup(site: Path) -> None:
    """Such as `.. option::`, which a page shows where a directive's content is read in the other notation."""
    shown = {name: [text for text in page.text if MARKUP.search(text)] for name, page in pages(site)}
    assert {name: texts for name, texts in shown.items() if texts} == {}
    commands = (site / "reference" / "cli.html").read_text(encoding="utf-8")
    assert 'id="cmdoption-adamproof-bound-sigma0"' in commands and "|a_1|_2" in commands


@pytest.mark.slow
def test_every_formula_is_mathml(site: Path) -> None:
    maths = {name: page.count.get("math", 0) for name, page in pages(site)}
    assert min(maths[name] for name in ("index.html", "tutorial.html")) > 0
    assert maths["results.html"] > 100 and maths["why-adam-converges.html"] > 100


@pytest.mark.slow
def test_the_site_needs_no_network(site: Path) -> None:
    for name, page in pages(site):
        assert [place for place in page.loaded if re.match(r"(\w+:)?//", place)] == [], name
        assert "mathjax" not in " ".join(page.loaded).lower(), name
    for path in site.rglob("*.css"):
        text = path.read_text(encoding="utf-8")
        assert re.findall(r"(?:url\(|@import)\s*[\"']?(?:https?:)?//[^\"')]*", text) == [], path.name


def cells(path: Path) -> list[Any]:
    return list(json.loads(path.read_text(encoding="utf-8"))["cells"])


def words(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", html)).split())


@pytest.mark.slow
def test_the_story_is_that_of_the_notebooks(site: Path) -> None:
    html = (site / "why-adam-converges.html").read_text(encoding="utf-8")
    said, code, pictures = words(html), 0, 0
    for path in sorted((ROOT / "notebooks").glob("0[1-5]_*.ipynb")):
        for cell in cells(path):
            code += cell["cell_type"] == "code"
            for output in cell.get("outputs", []):
                data = output.get("data", {})
                pictures += "image/png" in data
                assert words("".join(data.get("text/html", ""))) in said, path.name
                assert words("".join(output.get("text", ""))) in said, path.name
        title = re.sub(r"\$.*?\$", "$", "".join(cells(path)[0]["source"]).splitlines()[0].lstrip("# "))
        assert all(piece.strip() in said for piece in title.split("$")), title
    assert html.count('<details class="code">') == code
    assert html.count('src="_images/') == pictures
    assert "Exercises" not in said and "this notebook" not in said
    assert len(re.findall(r"<h2>", html)) == 5


def test_a_formula_without_mathml_stops_the_build(tmp_path: Path) -> None:
    pytest.importorskip("sphinx")
    extension = ROOT / "docs" / "_ext"
    (tmp_path / "conf.py").write_text(
        f"import sys\nsys.path.insert(0, {str(extension)!r})\n"
        "extensions = ['myst_parser', 'formulas']\nmyst_enable_extensions = ['dollarmath']\n",
        encoding="utf-8",
    )
    page = tmp_path / "index.md"
    page.write_text("# Title with $T^{-1/4}$\n\n$\\frac12$\n", encoding="utf-8")
    done = build(tmp_path, tmp_path / "built")
    assert done.returncode == 0, done.stderr
    assert "<msup><mi>T</mi>" in (tmp_path / "built" / "index.html").read_text(encoding="utf-8")
    assert "Title with T^(\\u22121/4)" in (tmp_path / "built" / "searchindex.js").read_text(encoding="utf-8")
    page.write_text("# Title\n\nThat is $\\unheard x$.\n", encoding="utf-8")
    done = build(tmp_path, tmp_path / "again")
    assert done.returncode != 0
    assert "index.md" in done.stderr and r"no MathML for the formula '\\unheard x'" in done.stderr
