"""A real browser opens a report: formulas fit, links lead somewhere, nothing scrolls sideways, print has it all."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from html import escape, unescape
from pathlib import Path
from typing import Any

import pytest

from tests.cli.test_cli import run_apart as run
from tests.report.page import assert_sound

BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
needs_browser = pytest.mark.skipif(BROWSER is None, reason="needs Chromium")
needs_poppler = pytest.mark.skipif(not all(map(shutil.which, ("pdfinfo", "pdftotext"))), reason="needs Poppler")
WIDTHS = (360, 400, 1400)  # phones, and a window in which the contents stand beside the text

LINK = "#explore?steps=10000&dim=16&grad1=4"  # a setting of the explorer of which the theorem says something
# The report in a frame of a given width (a window may not be that narrow), all of it open; what is measured becomes the
# title.  cut: what is wider than its place, so that it would scroll, and what ends beyond the page.
PROBE = """<!DOCTYPE html><meta charset="utf-8"><title></title>
<iframe width="{width}" height="900" srcdoc="{page}"></iframe>
<script>
document.querySelector("iframe").onload = (event) => {{
  const page = event.target.contentDocument, all = (what) => [...page.querySelectorAll(what)];
  for (const part of all(".lemma")) part.style.contentVisibility = "visible";
  for (const part of all("details")) part.open = true;
  const wide = (one) => one.scrollWidth > one.clientWidth && !one.closest("svg, math");
  const outside = (one) => one.getBoundingClientRect().right > page.documentElement.clientWidth + 0.5;
  const cut = all(".formula, pre, table, dd").filter(wide);
  cut.push(...all(".formula, .formula math, figure").filter(outside));
  const sizes = all("math").map((math) => math.getBoundingClientRect());
  const lost = all("a[href]").filter((a) => !page.getElementById(a.getAttribute("href").slice(1)));
  const shown = all("h1, h2, h3, h4, .badge, #claims").filter((one) => one.getBoundingClientRect().height > 0);
  document.title = JSON.stringify({{
    width: page.documentElement.clientWidth, scrolls: page.documentElement.scrollWidth,
    formulas: sizes.length, empty: sizes.filter((box) => box.width < 4 || box.height < 8).length,
    beyond: sizes.filter((box) => box.right > page.documentElement.clientWidth).length, cut: cut.length,
    signs: Math.min(...all(".formula math").map((one) => parseFloat(getComputedStyle(one).fontSize))),
    lost: lost.length, links: all("a[href]").length, table: all("#claims").length,
    claims: all(".entry[id^='claim-']").length, lemmas: all(".lemma").length, shown: shown.length,
  }});
}};
</script>"""


def measured(text: str, width: int, folder: Path) -> dict[str, Any]:
    """What the browser finds in the page at this width."""
    return dict(title(PROBE.format(width=width, page=escape(text)), folder))


def title(text: str, folder: Path, address: str = "") -> Any:
    """The title of a page as data, when the browser has run its scripts; address: what stands behind its file."""
    probe = folder / "probe.html"
    probe.write_text(text, encoding="utf-8")
    command = [str(BROWSER), "--headless", "--disable-gpu", f"--user-data-dir={folder / 'profile'}"]
    command += ["--no-sandbox"] if getattr(os, "geteuid", lambda: 1)() == 0 else []
    command += ["--virtual-time-budget=60000", "--dump-dom", probe.as_uri() + address]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=1800, encoding="utf-8")
    found = re.search(r"<title>([\[{].*?[\]}])</title>", done.stdout, re.DOTALL)
    assert found is not None, done.stderr[-2000:]
    return json.loads(unescape(found.group(1)))


def printed(text: str, folder: Path) -> str:
    """The page as a PDF: its file."""
    (folder / "page.html").write_text(text, encoding="utf-8")
    command = [str(BROWSER), "--headless", "--disable-gpu", f"--user-data-dir={folder / 'profile'}"]
    command += ["--no-sandbox"] if getattr(os, "geteuid", lambda: 1)() == 0 else []
    command += [f"--print-to-pdf={folder / 'page.pdf'}", "--no-pdf-header-footer", (folder / "page.html").as_uri()]
    subprocess.run(command, capture_output=True, check=True, timeout=600)
    return str(folder / "page.pdf")


def pages(file: str) -> int:
    done = subprocess.run(["pdfinfo", file], capture_output=True, text=True, check=True, encoding="utf-8")
    found = re.search(r"Pages: +(\d+)", done.stdout)
    assert found is not None, done.stdout
    return int(found.group(1))


@pytest.fixture(scope="session")
def page(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("report")
    words = ("report", "B.2", "ratio-bound", "main-theorem", "--models", "1", "--no-mutants", "--html", "r.html")
    assert run(*words, cwd=folder).returncode == 0
    return (folder / "r.html").read_text(encoding="utf-8")


@needs_browser
@pytest.mark.parametrize("width", WIDTHS)
def test_a_browser_shows_it(page: str, width: int, tmp_path: Path) -> None:
    found = measured(page, width, tmp_path)
    assert found["scrolls"] == found["width"] <= width
    assert found["formulas"] == page.count("<math ") > 50
    assert found["empty"] == found["cut"] == 0
    assert found["signs"] > (15 if width == 1400 else 6)
    assert found["lost"] == 0 < found["links"]
    assert found["lemmas"] == 3
    assert found["shown"] > 10


@needs_browser
def test_the_explorer_runs_in_it(page: str, tmp_path: Path) -> None:
    """With its own state in the address; the address of a place in the report is left alone."""
    assert_sound(page, scripts=1)
    found = "[document.getElementById('explore-verdict').textContent, location.hash, scrollY > 500]"
    asked = f"<script>onload = () => {{ document.title = JSON.stringify({found}); }}</script></body>"
    probe = page.replace("</body>", asked)
    verdict, address, _ = title(probe, tmp_path, "#lemma-update-magnitude")
    assert verdict.startswith("The theorem says nothing about this training: its bound is ")
    assert address == "#lemma-update-magnitude"
    verdict, address, scrolled = title(probe, tmp_path, LINK)
    assert verdict.startswith("The theorem says something about this training: its bound is ")
    assert (address, scrolled) == (LINK, True)


@needs_browser
def test_every_formula_fits_on_a_printed_page(page: str, tmp_path: Path) -> None:
    paper = page.replace("@media print", "@media all")
    assert paper != page
    found = measured(paper, 695, tmp_path)  # A4 less the margins
    assert found["beyond"] == found["cut"] == 0
    assert found["signs"] > 4 * 96 / 72  # points


@needs_browser
@pytest.mark.parametrize("place", ["lemma-update-magnitude", "lemma-update-magnitude.1", "lemma-update-magnitude.1.2"])
def test_where_a_link_leads_is_open_and_its_badges_are_legible(page: str, place: str, tmp_path: Path) -> None:
    """The proof in which a step stands opens by itself; what marks a place is no background."""
    look = """(() => {
      const place = document.querySelector(":target"), style = getComputedStyle(place);
      const badges = [...place.querySelectorAll(".badge")].map((one) => getComputedStyle(one).backgroundColor);
      return [place.getBoundingClientRect().height > 0, style.outlineStyle, style.backgroundColor, badges];
    })()"""
    asked = f"<script>onload = () => {{ document.title = JSON.stringify({look}); }}</script></body>"
    shown, outline, behind, badges = title(page.replace("</body>", asked), tmp_path, f"#{place}")
    assert (shown, outline, behind) == (True, "solid", "rgba(0, 0, 0, 0)")
    assert behind not in badges


@needs_browser
@needs_poppler
def test_print_has_what_is_closed_on_the_screen(page: str, tmp_path: Path) -> None:
    assert "<details open" not in page
    text = subprocess.run(
        ["pdftotext", printed(page, tmp_path), "-"], capture_output=True, text=True, check=True, encoding="utf-8"
    ).stdout
    assert text.count("assumptions NOT used") == page.count("assumptions NOT used") > 3
    assert "Check this proof" not in text


@needs_browser
@pytest.mark.slow
def test_a_browser_shows_the_whole_report(tmp_path: Path) -> None:
    assert run("report", "--html", "r.html", cwd=tmp_path).returncode == 0
    text = (tmp_path / "r.html").read_text(encoding="utf-8")
    for width in WIDTHS:
        found = measured(text, width, tmp_path)
        assert found["scrolls"] == found["width"] <= width
        assert found["formulas"] == text.count("<math ") > 1000
        assert found["empty"] == found["lost"] == found["cut"] == 0
        assert found["table"] == 1
        assert found["claims"] == text.count('<article class="entry" id="claim-') > 10
        assert found["lemmas"] == text.count('<section class="lemma"') > 40


@needs_browser
@needs_poppler
@pytest.mark.slow
def test_the_short_edition_has_about_fifty_pages(tmp_path: Path) -> None:
    assert run("report", "--short", "--html", "r.html", cwd=tmp_path).returncode == 0
    text = (tmp_path / "r.html").read_text(encoding="utf-8")
    assert_sound(text)
    assert 40 <= pages(printed(text, tmp_path)) <= 55
    for width in WIDTHS:
        found = measured(text, width, tmp_path)
        assert found["scrolls"] == found["width"] <= width
        assert found["empty"] == found["lost"] == found["cut"] == 0
