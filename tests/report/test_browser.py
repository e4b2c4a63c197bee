"""A real browser opens a report: formulas fit, links lead somewhere, nothing scrolls sideways, print has it all."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from html import escape, unescape
from pathlib import Path
from typing import Any

import pytest

from tests.cli.test_cli import run_apart as run
from tests.report.page import assert_sound
from tests.session import Session

BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
needs_browser = pytest.mark.skipif(BROWSER is None, reason="needs Chromium")
needs_poppler = pytest.mark.skipif(not all(map(shutil.which, ("pdfinfo", "pdftotext"))), reason="needs Poppler")
WIDTHS = (360, 400, 1400)  # phones, and a window in which the contents stand beside the text

LINK = "#explore?steps=10000&dim=16&grad1=4"  # a setting of the explorer of which the theorem says something
LOOK_INTO_FRAMES = "--allow-file-access-from-files"
# The report in a frame (a window may not be that narrow), all of it open, at one width after another; what is measured
# becomes the title.  cut: what is wider than its place, so that it would scroll, and what ends beyond the page.
PROBE = """<!DOCTYPE html><meta charset="utf-8"><title></title>
<iframe width="{widths[0]}" height="900" src="{page}"></iframe>
<script>
document.querySelector("iframe").onload = (event) => {{
  const frame = event.target, page = frame.contentDocument, all = (what) => [...page.querySelectorAll(what)];
  for (const part of all(".lemma")) part.style.contentVisibility = "visible";
  for (const part of all("details")) part.open = true;
  const measured = (width) => {{
    frame.width = width;
    const wide = (one) => one.scrollWidth > one.clientWidth && !one.closest("svg, math");
    const outside = (one) => one.getBoundingClientRect().right > page.documentElement.clientWidth + 0.5;
    const cut = all(".formula, pre, table, dd").filter(wide);
    cut.push(...all(".formula, .formula math, figure").filter(outside));
    const sizes = all("math").map((math) => math.getBoundingClientRect());
    const lost = all("a[href]").filter((a) => !page.getElementById(a.getAttribute("href").slice(1)));
    const shown = all("h1, h2, h3, h4, .badge, #claims").filter((one) => one.getBoundingClientRect().height > 0);
    return {{
      width: page.documentElement.clientWidth, scrolls: page.documentElement.scrollWidth,
      formulas: sizes.length, empty: sizes.filter((box) => box.width < 4 || box.height < 8).length,
      beyond: sizes.filter((box) => box.right > page.documentElement.clientWidth).length, cut: cut.length,
      signs: Math.min(...all(".formula math").map((one) => parseFloat(getComputedStyle(one).fontSize))),
      lost: lost.length, links: all("a[href]").length, table: all("#claims").length,
      claims: all(".entry[id^='claim-']").length, lemmas: all(".lemma").length, shown: shown.length,
    }};
  }};
  document.title = JSON.stringify({widths}.map(measured));
}};
</script>"""
# A page in several frames, each at an address of its own; the titles that its scripts give it become the title.
FRAMES = """<!DOCTYPE html><meta charset="utf-8"><title></title>
{frames}
<script>
onload = () => {{
  const titles = [...document.querySelectorAll("iframe")].map((one) => one.contentDocument.title);
  document.title = JSON.stringify(titles.map(JSON.parse));
}};
</script>"""


def measured(text: str, folder: Path, widths: Sequence[int] = WIDTHS) -> dict[int, dict[str, Any]]:
    """What the browser finds in the page at each width."""
    found = title(PROBE.format(widths=list(widths), page=_framed(text, folder)), folder, LOOK_INTO_FRAMES)
    return dict(zip(widths, found, strict=True))


def titles(text: str, folder: Path, addresses: Sequence[str]) -> list[Any]:
    """The titles of a page that is opened at several addresses, as data: the browser begins once for all."""
    file = _framed(text, folder)
    frames = "\n".join(f'<iframe width="1200" height="800" src="{escape(file + one)}"></iframe>' for one in addresses)
    found = title(FRAMES.format(frames=frames), folder, LOOK_INTO_FRAMES)
    assert len(found) == len(addresses)
    return list(found)


def _framed(text: str, folder: Path) -> str:
    """The address of the page's file."""
    (folder / "page.html").write_text(text, encoding="utf-8")
    return (folder / "page.html").as_uri()


def title(text: str, folder: Path, *more: str) -> Any:
    """The title of a page as data, when the browser has run its scripts; more: the browser's options."""
    probe = folder / "probe.html"
    probe.write_text(text, encoding="utf-8")
    command = [str(BROWSER), "--headless", "--disable-gpu", f"--user-data-dir={folder / 'profile'}"]
    command += ["--no-sandbox"] if getattr(os, "geteuid", lambda: 1)() == 0 else []
    command += [*more, "--virtual-time-budget=60000", "--dump-dom", probe.as_uri()]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=1800, encoding="utf-8")
    found = re.search(r"<title>([\[{].*?[\]}])</title>", done.stdout, re.DOTALL)
    assert found is not None, done.stderr[-2000:]
    return json.loads(unescape(found.group(1)))


def printed(text: str, folder: Path) -> str:
    """The page as a PDF: its file."""
    command = [str(BROWSER), "--headless", "--disable-gpu", f"--user-data-dir={folder / 'profile'}"]
    command += ["--no-sandbox"] if getattr(os, "geteuid", lambda: 1)() == 0 else []
    command += [f"--print-to-pdf={folder / 'page.pdf'}", "--no-pdf-header-footer", _framed(text, folder)]
    subprocess.run(command, capture_output=True, check=True, timeout=600)
    return str(folder / "page.pdf")


def pages(file: str) -> int:
    done = subprocess.run(["pdfinfo", file], capture_output=True, text=True, check=True, encoding="utf-8")
    found = re.search(r"Pages: +(\d+)", done.stdout)
    assert found is not None, done.stdout
    return int(found.group(1))


@pytest.fixture(scope="session")
def page(session: Session, tmp_path_factory: pytest.TempPathFactory) -> str:
    def make() -> str:
        folder = tmp_path_factory.mktemp("report")
        words = ("report", "B.2", "ratio-bound", "main-theorem", "--models", "1", "--no-mutants", "--html", "r.html")
        assert run(*words, cwd=folder).returncode == 0
        return (folder / "r.html").read_text(encoding="utf-8")

    return session.once("three lemmas.html", make)


@pytest.fixture(scope="session")
def at_widths(
    page: str, session: Session, tmp_path_factory: pytest.TempPathFactory
) -> dict[int, dict[str, Any]]:  # fmt: skip
    def make() -> str:
        return json.dumps(measured(page, tmp_path_factory.mktemp("widths")))

    return {int(width): found for width, found in json.loads(session.once("widths.json", make)).items()}


@needs_browser
@pytest.mark.parametrize("width", WIDTHS)
def test_a_browser_shows_it(page: str, width: int, at_widths: dict[int, dict[str, Any]]) -> None:
    found = at_widths[width]
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
    for_place, for_link = titles(probe, tmp_path, ["#lemma-update-magnitude", LINK])
    verdict, address, _ = for_place
    assert verdict.startswith("The theorem says nothing about this training: its bound is ")
    assert address == "#lemma-update-magnitude"
    verdict, address, scrolled = for_link
    assert verdict.startswith("The theorem says something about this training: its bound is ")
    assert (address, scrolled) == (LINK, True)


@needs_browser
def test_every_formula_fits_on_a_printed_page(page: str, tmp_path: Path) -> None:
    paper = page.replace("@media print", "@media all")
    assert paper != page
    (found,) = measured(paper, tmp_path, [695]).values()  # A4 less the margins
    assert found["beyond"] == found["cut"] == 0
    assert found["signs"] > 4 * 96 / 72  # points


PLACES = ("lemma-update-magnitude", "lemma-update-magnitude.1", "lemma-update-magnitude.1.2")


@pytest.fixture(scope="session")
def at_places(page: str, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Of each place: whether it is shown, and how."""
    look = """(() => {
      const place = document.querySelector(":target"), style = getComputedStyle(place);
      const badges = [...place.querySelectorAll(".badge")].map((one) => getComputedStyle(one).backgroundColor);
      return [place.getBoundingClientRect().height > 0, style.outlineStyle, style.backgroundColor, badges];
    })()"""
    asked = f"<script>onload = () => {{ document.title = JSON.stringify({look}); }}</script></body>"
    folder, addresses = tmp_path_factory.mktemp("places"), [f"#{place}" for place in PLACES]
    return dict(zip(PLACES, titles(page.replace("</body>", asked), folder, addresses), strict=True))


@needs_browser
@pytest.mark.parametrize("place", PLACES)
def test_where_a_link_leads_is_open_and_its_badges_are_legible(place: str, at_places: dict[str, Any]) -> None:
    """The proof in which a step stands opens by itself; what marks a place is no background."""
    shown, outline, behind, badges = at_places[place]
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
def test_a_browser_shows_the_whole_report(session: Session, tmp_path: Path) -> None:
    text = (session.report()[0] / "r.html").read_text(encoding="utf-8")
    for width, found in measured(text, tmp_path).items():
        assert found["scrolls"] == found["width"] <= width
        assert found["formulas"] == text.count("<math ") > 1000
        assert found["empty"] == found["lost"] == found["cut"] == 0
        assert found["table"] == 1
        assert found["claims"] == text.count('<article class="entry" id="claim-') > 10
        assert found["lemmas"] == text.count('<section class="lemma"') > 40


@needs_browser
@needs_poppler
@pytest.mark.slow
def test_the_short_edition_has_about_sixty_pages(tmp_path: Path) -> None:
    assert run("report", "--short", "--html", "r.html", cwd=tmp_path).returncode == 0
    text = (tmp_path / "r.html").read_text(encoding="utf-8")
    assert_sound(text)
    assert 45 <= pages(printed(text, tmp_path)) <= 65
    for width, found in measured(text, tmp_path).items():
        assert found["scrolls"] == found["width"] <= width
        assert found["empty"] == found["lost"] == found["cut"] == 0
