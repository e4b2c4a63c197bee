"""The page "Why Adam converges", made from the stored notebooks 1 to 5: their text, outputs and pictures, code folded.

The lead is `_why-adam-converges.md`; nothing else of the page is written by hand, and nothing is run.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

NOTEBOOKS = Path(__file__).resolve().parents[2] / "notebooks"
PARTS = range(1, 6)
PAGE, LEAD, PICTURES = "why-adam-converges.md", "_why-adam-converges.md", "_pictures"
OTHER_PART = re.compile(r"\b([Nn])otebooks? (\d)(?: to (\d))?\b")


def write_story(site: Path) -> None:
    """The page and its pictures, into the folder of the site's sources."""
    (site / PICTURES).mkdir(exist_ok=True)
    parts = [(site / LEAD).read_text(encoding="utf-8"), *(part(site, number) for number in PARTS)]
    (site / PAGE).write_text("\n".join(parts), encoding="utf-8")


def part(site: Path, number: int) -> str:
    """One notebook as Markdown, its headings one level down and its exercises left out."""
    (path,) = NOTEBOOKS.glob(f"{number:02}_*.ipynb")
    lines = [f"(part-{number})=", ""]
    for cell, heading in until_exercises(json.loads(path.read_text(encoding="utf-8"))["cells"]):
        if cell["cell_type"] == "markdown":
            lines += [prose("".join(cell["source"]).partition("\n## Exercises")[0]), ""]
        else:
            lines += code("".join(cell["source"]))
            for place, output in enumerate(cell["outputs"]):
                lines += shown(site, output, f"{path.stem}-{cell['id']}-{place}.png", heading)
    run = f"[`{path.name}`](../notebooks/{path.name})"
    return "\n".join([*lines, f"*To run this part, change it and do its exercises:* {run}.", ""])


def until_exercises(cells: list[Any]) -> Iterator[tuple[Any, str]]:
    """Each cell, with the last heading before its end."""
    heading = ""
    for cell in cells:
        if cell["cell_type"] == "markdown":
            heading = (re.findall(r"^#+ (.*)", "".join(cell["source"]), re.MULTILINE) or [heading])[-1]
        yield cell, heading


def prose(text: str) -> str:
    """A Markdown cell, where other notebooks are other parts of this page."""

    def link(found: re.Match[str]) -> str:
        word, first, last = found.groups()
        name = f"{'P' if word == 'N' else 'p'}art{'s' if last else ''} {first}{f' to {last}' if last else ''}"
        return f"[{name}](#part-{first})" if int(first) in PARTS else found.group()

    text = OTHER_PART.sub(link, text.replace("of this notebook", "of this part"))
    return re.sub(r"^#", "##", text, flags=re.MULTILINE)


def code(source: str) -> list[str]:
    """A code cell, folded; IPython's own commands left out."""
    source = "\n".join(line for line in source.splitlines() if not line.startswith("%")).strip()
    return [*raw('<details class="code"><summary>Code</summary>'), "```python", source, "```", "", *raw("</details>")]


def shown(site: Path, output: Any, picture: str, heading: str) -> list[str]:
    """An output in the richest form that a page has."""
    data = output.get("data", {})
    if "text/html" in data:
        return raw(f'<div class="output">{"".join(data["text/html"])}</div>')
    if "image/png" in data:
        (site / PICTURES / picture).write_bytes(base64.b64decode("".join(data["image/png"])))
        about = re.sub(r"[\\$*`{}\[\]]", "", heading)
        return [f"![Plot for the section: {about}]({PICTURES}/{picture})", ""]
    if "text/latex" in data:
        return [f"$${''.join(data['text/latex']).strip('$')}$$", ""]
    return ["```text", "".join(output.get("text") or data["text/plain"]).rstrip(), "```", ""]


def raw(html: str) -> list[str]:
    return ["```{raw} html", html, "```", ""]


def setup(app: Any) -> dict[str, bool]:
    app.connect("builder-inited", lambda app: write_story(Path(app.srcdir)))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
