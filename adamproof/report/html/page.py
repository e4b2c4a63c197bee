"""A report as one HTML file that needs nothing else: formulas are MathML, styles are in the page.

There is no script but that of the explorer, in a report on its theorem; the rest of the page does without.  The page of
a folder with the kernel in it (kernel_page) has a section more, with a script.

Whatever comes from lemma files, records or the command line goes through `escape`; plots are images, in which
a browser runs no script.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING

from ...render.prose import in_html
from ...support import package_data
from .. import words
from ..drawing import picture
from ..parts import Part, lemma_place
from .pieces import Section, disclosure, link

if TYPE_CHECKING:
    from ...experiments.observed import Observed
    from ..content import Content

EXPLORED = "main-theorem"  # the lemma of the explorer's bound


def document(content: Content, more: Sequence[Section] = ()) -> str:
    """The whole page.  more: sections that stand after the lines of evidence."""
    explorer = _explorer() if _has_explorer(content) else ("", "")
    opening, claims = _of_claims(content) if content.claims else ("", "")
    sheet = "".join([style(), explorer[1], *(section.sheet for section in more)])
    body = "\n".join(
        [
            '<a class="skip" href="#main">Skip to the content</a>',
            f"<header><h1>{escape(content.title)}</h1>{_about(content)}</header>",
            f'<nav aria-label="Contents">{_contents(content, more)}</nav>',
            '<main id="main">',
            opening,
            _how_to_read(content),
            claims,
            _lines(content),
            *(section.html for section in more),
            _dependencies(content),
            explorer[0],
            *(_chapter(content, name, parts) for name, parts in content.chapters),
            *([_runs(content)] if content.runs else []),
            "</main>",
            f"<footer>{_versions(content.versions)}</footer>",
        ]
    )
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        f"<title>{escape(content.title)}</title>\n<style>\n{sheet}</style>\n</head>\n"
        f"<body>\n{body}\n</body>\n</html>\n"
    )


def style() -> str:
    """The style sheet."""
    return package_data.text(package_data.folder("report", "style.css"))


def _of_claims(content: Content) -> tuple[str, str]:
    """The first screen, and the section about the claims."""
    from ..abbreviations import Abbreviations  # with what judges claims, which other reports do not need
    from . import claims, opening

    abbreviations = Abbreviations.of(content.claims)
    return opening.section(content, abbreviations), claims.section(content, abbreviations)


def _has_explorer(content: Content) -> bool:
    return EXPLORED in content.slugs and not content.short


def _explorer() -> tuple[str, str]:
    """The section with the explorer, and its style sheet."""
    from ..explorer import page  # with the calculator, which other reports do not need

    return page.section(), page.sheet()


# --- around the lemmas --------------------------------------------------------------------------


def _about(content: Content) -> str:
    date = f"{escape(content.date)} · " if content.date else ""
    return f"<p>{date}{escape(content.summary)}</p>"


def _contents(content: Content, more: Sequence[Section]) -> str:
    links = [_entry("result", "The result")] if content.claims else []
    links += [_entry("how-to-read", "How to read this")]
    links += [_entry("claims", "The claims of the source")] if content.claims else []
    links += [_entry("lines", "Lines of evidence")]
    links += [_entry(section.place, section.title) for section in more]
    links += [_entry("dependencies", "What rests on what")]
    links += [_entry("explorer", "Explorer")] if _has_explorer(content) else []
    for name, parts in content.chapters:
        inner = "".join(
            _entry(lemma_place(part.slug), f"{part.label} {part.slug}".strip(), part.title) for part in parts
        )
        links.append(f"<li>{link(_chapter_place(name), name)}<ul>{inner}</ul></li>")
    links += [_entry("runs", "Observed in runs")] if content.runs else []
    return f"<b>Contents</b><ul>{''.join(links)}</ul>"


def _entry(place: str, text: str, title: str = "") -> str:
    tip = f' title="{escape(title)}"' if title else ""
    return f'<li><a href="#{place}"{tip}>{escape(text)}</a></li>'


def _how_to_read(content: Content) -> str:
    claims = "<p>Each of the source's claims has a verdict, computed with this report.</p>"
    steps = (
        "This is the short edition: the whole one has the proofs in steps, the mutants and all evidence."
        if content.short
        else "Under each step of a proof stand the steps, assumptions and results that it rests on, as links."
    )
    return f"""<section aria-labelledby="how-to-read"><h2 id="how-to-read">How to read this</h2>
<p><b>PROVED</b> means that a small kernel, in a process of its own, has recomputed every step of the proof file when
this report was made, and that what the file proves is the statement printed here, from the assumptions named here.
Numbers (random models at high precision) and runs are evidence, never proof. A <b>mutant</b> is a near miss of
the statement: the prover must refuse it, and a counterexample must show that it is false.</p>
{claims if content.claims else ""}
<p>Every result says where it comes from: stated in the summary of the source (arXiv 2507.05966), reconstructed from
it, ours, or classical. {steps}</p>
</section>"""


def _lines(content: Content) -> str:
    lines = "".join(f"<li><b>{escape(name)}</b>: {escape(text)}</li>" for name, text in content.lines)
    names = [name for name, _ in content.checked]
    heads = "".join(f'<th scope="col">{escape(name.capitalize())}</th>' for name in names)
    rows = "\n".join(
        f'<tr><th scope="row">{link(lemma_place(part.slug), part.slug)}</th>'
        + "".join(
            f'<td data-label="{escape(name.capitalize())}">{escape(said)}</td>'
            for name, said in zip(names, content.said_of(part), strict=True)
        )
        + "</tr>"
        for part in content.parts
    )
    table = f"""<table class="cards"><thead><tr><th scope="col">Result</th>{heads}</tr></thead>
<tbody>
{rows}
</tbody></table>"""
    return f"""<section aria-labelledby="lines"><h2 id="lines">Lines of evidence</h2>
<p>{escape(words.OPINIONS)}</p>
<ul>{lines}</ul>
{"" if content.short else disclosure("The same for each result", table)}</section>"""


def _dependencies(content: Content) -> str:
    svg = picture(content.parts)
    label = "Graph of the results: an arrow leads from a result to one that it rests on; the table below says the same"
    caption = (
        "An arrow leads from a result to one that it rests on; arrows that follow from others and results that stand "
        "alone are left out, the table has them all."
    )
    drawing = (
        f'<figure class="graph"><div role="group" aria-label="{label}">{svg}</div>'
        f"<figcaption>{caption}</figcaption></figure>"
    )
    users = {part.slug: [p.slug for p in content.parts if part.slug in p.rests_on] for part in content.parts}
    rows = "\n".join(
        f'<tr><th scope="row">{link(lemma_place(part.slug), part.slug)}</th>'
        f'<td data-label="Rests on">{_slugs(part.rests_on, content)}</td>'
        f'<td data-label="Used by">{_slugs(users[part.slug], content)}</td>'
        f'<td data-label="Assumptions">{escape(", ".join(part.labels)) or "-"}</td>'
        f'<td data-label="Cited axioms">{escape("; ".join(name for name, _ in part.axioms)) or "-"}</td></tr>'
        for part in content.parts
    )
    table = f"""<table class="cards"><thead><tr><th scope="col">Result</th><th scope="col">Rests on</th>
<th scope="col">Used by</th><th scope="col">Assumptions with a label</th><th scope="col">Cited axioms</th></tr></thead>
<tbody>
{rows}
</tbody></table>"""
    return f"""<section aria-labelledby="dependencies"><h2 id="dependencies">What rests on what</h2>
{drawing if svg else ""}
{"" if content.short else disclosure("The same as a table, with assumptions and cited axioms", table)}</section>"""


def _slugs(slugs: Iterable[str], content: Content) -> str:
    known = (link(lemma_place(slug), slug) if slug in content.slugs else escape(slug) for slug in slugs)
    return ", ".join(known) or "-"


def _chapter(content: Content, name: str, parts: Sequence[Part]) -> str:
    place = _chapter_place(name)
    titles = "".join(f"<li>{link(lemma_place(part.slug), part.slug)}: {escape(part.title)}</li>" for part in parts)
    inner = "\n".join(part.bodies["html"] if not part.error else _broken(part) for part in parts)
    return f"""<section class="columns" aria-labelledby="{place}"><h2 id="{place}">{escape(name)}</h2>
<ul class="titles">{titles}</ul>
{inner}</section>"""


def _chapter_place(name: str) -> str:
    return f"chapter-{hashlib.sha256(name.encode()).hexdigest()[:8]}"


def _broken(part: Part) -> str:
    place = lemma_place(part.slug)
    return (
        f'<section class="lemma" aria-labelledby="{place}"><h3 id="{place}">{escape(part.slug)}</h3>'
        f"<p>It could not be checked: {escape(part.error)}</p></section>"
    )


def _runs(content: Content) -> str:
    return f"""<section class="columns" aria-labelledby="runs"><h2 id="runs">Observed in runs</h2>
<p>What follows was observed in simulations; it proves nothing.</p>
{"".join(_run(run, content) for run in content.runs)}</section>"""


def _run(run: Observed, content: Content) -> str:
    plot = ""
    if run.plot:
        data = base64.b64encode(run.plot.encode()).decode()
        alt = escape(f"Plot of {run.experiment}; what it shows is in the text above")
        plot = f'<figure><img src="data:image/svg+xml;base64,{data}" alt="{alt}"></figure>'
    known = {entry.row.number for entry in content.claims}
    beside = "".join(
        f"<li>{link(f'claim-{number}', f'claim {number}') if number in known else f'claim {number}'}: "
        f"{in_html(words)}</li>"
        for number, words in run.beside.items()
    )
    numbers = disclosure("Numbers", f'<pre class="wide">{escape(chr(10).join(run.summary))}</pre>')
    return (
        f"<article><h3>{escape(f'{run.experiment}: {run.title}')}</h3><p>{escape(run.about)}</p><ul>{beside}</ul>"
        f"{plot}{'' if content.short else numbers}</article>"
    )


def _versions(versions: Mapping[str, str]) -> str:
    return f"<p>Made with {escape(', '.join(f'{name} {version}' for name, version in versions.items()))}.</p>"
