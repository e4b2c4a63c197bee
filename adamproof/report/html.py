"""A report as one HTML file that needs nothing else: formulas are MathML, styles are in the page.

There is no script but that of the explorer, in a report on its theorem; the rest of the page does without.  The page of
a folder with the kernel in it (kernel_page) has a section more, with a script.

Whatever comes from lemma files, records or the command line goes through `escape`; plots are images, in which
a browser runs no script.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from ..claims import glance
from ..kernel.terms import Term
from ..render import show, side_by_side
from ..support import package_data
from . import words
from .drawing import picture
from .parts import Part, Places, lemma_place

if TYPE_CHECKING:
    from ..checking.proof_steps import NamedStep
    from ..checking.report import ClaimReport, LemmaReport, MutantReport
    from ..claims.evidence import Evidence
    from ..claims.verdicts import ClaimVerdict
    from ..experiments.observed import Observed
    from .content import Content

# Signs from which a formula is printed smaller, to fit on A4 in a wide font.
PRINTED = ((180, "longest"), (145, "longer"), (95, "long"))
EXPLORED = "main-theorem"  # the lemma of the explorer's bound
GOOD, BAD = {"PROVED", "correctly rejected"}, {"REFUTED", "REJECTED", "NOT REJECTED"}


@dataclass(frozen=True)
class Section:
    """A section that not every page has: its place, its title, its HTML, and what it adds to the style sheet."""

    place: str
    title: str
    html: str
    sheet: str


def document(content: Content, more: Sequence[Section] = ()) -> str:
    """The whole page.  more: sections that stand after the lines of evidence."""
    explorer = _explorer() if EXPLORED in content.slugs else ("", "")
    sheet = "".join([style(), explorer[1], *(section.sheet for section in more)])
    body = "\n".join(
        [
            '<a class="skip" href="#main">Skip to the content</a>',
            f"<header><h1>{escape(content.title)}</h1>{_about(content)}</header>",
            f'<nav aria-label="Contents">{_contents(content, more)}</nav>',
            '<main id="main">',
            _how_to_read(content),
            *([_claims(content)] if content.claims else []),
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


def _explorer() -> tuple[str, str]:
    """The section with the explorer, and its style sheet."""
    from .explorer import page  # with the calculator, which other reports do not need

    return page.section(), page.sheet()


# --- around the lemmas --------------------------------------------------------------------------


def _about(content: Content) -> str:
    date = f"{escape(content.date)} · " if content.date else ""
    return f"<p>{date}{escape(content.summary)}</p>"


def _contents(content: Content, more: Sequence[Section]) -> str:
    links = [_entry("how-to-read", "How to read this")]
    links += [_entry("claims", "The claims of the source")] if content.claims else []
    links += [_entry("lines", "Lines of evidence")]
    links += [_entry(section.place, section.title) for section in more]
    links += [_entry("dependencies", "What rests on what")]
    links += [_entry("explorer", "Explorer")] if EXPLORED in content.slugs else []
    for name, parts in content.chapters:
        inner = "".join(
            _entry(lemma_place(part.slug), f"{part.label} {part.slug}".strip(), part.title) for part in parts
        )
        links.append(f"<li>{_link(_chapter_place(name), name)}<ul>{inner}</ul></li>")
    links += [_entry("runs", "Observed in runs")] if content.runs else []
    return f"<b>Contents</b><ul>{''.join(links)}</ul>"


def _entry(place: str, text: str, title: str = "") -> str:
    tip = f' title="{escape(title)}"' if title else ""
    return f'<li><a href="#{place}"{tip}>{escape(text)}</a></li>'


def _how_to_read(content: Content) -> str:
    claims = """<p>The table of the source's claims has a verdict on each of them, computed with this report.</p>"""
    return f"""<section aria-labelledby="how-to-read"><h2 id="how-to-read">How to read this</h2>
<p><b>PROVED</b> means that a small kernel, in a process of its own, has recomputed every step of the proof file when
this report was made, and that what the file proves is the statement printed here, from the assumptions named here.
Numbers (random models at high precision) and runs are evidence, never proof. A <b>mutant</b> is a near miss of
the statement: the prover must refuse it, and a counterexample must show that it is false.</p>
{claims if content.claims else ""}
<p>Every result says where it comes from: stated in the summary of the source (arXiv 2507.05966), reconstructed from
it, ours, or classical. Under each step stand the steps, assumptions and results that it rests on, as links.</p>
</section>"""


def _claims(content: Content) -> str:
    rows = "\n".join(_row(entry, content) for entry in content.claims)
    legend = "<br>".join(escape(line) for line in words.LEGEND.splitlines())
    return f"""<section aria-labelledby="claims"><h2 id="claims">The claims of the source, one by one</h2>
<table class="cards"><thead><tr><th scope="col">No.</th><th scope="col" class="broad">Claim</th>
<th scope="col">Verdict</th><th scope="col">Beyond A1-A3</th><th scope="col">Evidence</th></tr></thead>
<tbody>
{rows}
</tbody></table>
<p class="legend">{legend}</p></section>"""


def _row(entry: ClaimVerdict, content: Content) -> str:
    verdict = entry.verdict
    word, said = glance.word(verdict.word), glance.in_words(verdict)
    evidence = [f"<li>{_evidence(piece, content)}</li>" for piece in words.present(verdict)]
    evidence += [f"<li><b>repair:</b> {escape(verdict.repair)}</li>"] if verdict.repair else []
    evidence += [f"<li><b>missing:</b> {escape(text)}</li>" for text in verdict.missing]
    beyond = f"<ul>{''.join(f'<li>{escape(text)}</li>' for text in verdict.rests_on)}</ul>" if verdict.beyond else "-"
    cells = (
        ("Claim", escape(entry.row.text)),
        ("Verdict", f"{_badge(word)}{escape(said.removeprefix(word))}"),
        ("Beyond A1-A3", beyond),
        ("Evidence", f"<ul>{''.join(evidence)}</ul>"),
    )
    number = entry.row.number
    inner = "".join(f'<td data-label="{name}">{cell}</td>' for name, cell in cells)
    return f'<tr id="claim-{number}"><th scope="row" data-label="No. ">{number}</th>{inner}</tr>'


def _evidence(piece: Evidence, content: Content) -> str:
    text = f"{piece.text} [{piece.state.value}]"
    return _link(lemma_place(piece.lemma), text) if piece.lemma in content.slugs else escape(text)


def _lines(content: Content) -> str:
    lines = "".join(f"<li><b>{escape(name)}</b>: {escape(text)}</li>" for name, text in content.lines)
    names = [name for name, _ in content.lines]
    heads = "".join(f'<th scope="col">{escape(name.capitalize())}</th>' for name in names)
    rows = "\n".join(
        f'<tr><th scope="row">{_link(lemma_place(part.slug), part.slug)}</th>'
        + "".join(
            f'<td data-label="{escape(name.capitalize())}">{escape(said)}</td>'
            for name, said in zip(names, content.said_of(part), strict=True)
        )
        + "</tr>"
        for part in content.parts
    )
    return f"""<section aria-labelledby="lines"><h2 id="lines">Lines of evidence</h2>
<p>{escape(words.OPINIONS)}</p>
<ul>{lines}</ul>
<table class="cards"><thead><tr><th scope="col">Result</th>{heads}</tr></thead>
<tbody>
{rows}
</tbody></table></section>"""


def _dependencies(content: Content) -> str:
    svg = picture(content.parts)
    label = "Graph of the results: an arrow leads from a result to one that it rests on; the table below says the same"
    caption = (
        "An arrow leads from a result to one that it rests on; arrows that follow from others and results that stand "
        "alone are left out, the table has them all."
    )
    drawing = (
        f'<figure><div class="wide" role="group" tabindex="0" aria-label="{label}">{svg}</div>'
        f"<figcaption>{caption}</figcaption></figure>"
    )
    users = {part.slug: [p.slug for p in content.parts if part.slug in p.rests_on] for part in content.parts}
    rows = "\n".join(
        f'<tr><th scope="row">{_link(lemma_place(part.slug), part.slug)}</th>'
        f'<td data-label="Rests on">{_slugs(part.rests_on, content)}</td>'
        f'<td data-label="Used by">{_slugs(users[part.slug], content)}</td>'
        f'<td data-label="Assumptions">{escape(", ".join(part.labels)) or "-"}</td>'
        f'<td data-label="Cited axioms">{escape("; ".join(name for name, _ in part.axioms)) or "-"}</td></tr>'
        for part in content.parts
    )
    return f"""<section aria-labelledby="dependencies"><h2 id="dependencies">What rests on what</h2>
{drawing if svg else ""}
<table class="cards"><thead><tr><th scope="col">Result</th><th scope="col">Rests on</th><th scope="col">Used by</th>
<th scope="col">Assumptions with a label</th><th scope="col">Cited axioms</th></tr></thead>
<tbody>
{rows}
</tbody></table></section>"""


def _slugs(slugs: Iterable[str], content: Content) -> str:
    known = (_link(lemma_place(slug), slug) if slug in content.slugs else escape(slug) for slug in slugs)
    return ", ".join(known) or "-"


def _chapter(content: Content, name: str, parts: Sequence[Part]) -> str:
    place = _chapter_place(name)
    titles = "".join(f"<li>{_link(lemma_place(part.slug), part.slug)}: {escape(part.title)}</li>" for part in parts)
    inner = "\n".join(part.bodies["html"] if not part.error else _broken(part) for part in parts)
    return f"""<section aria-labelledby="{place}"><h2 id="{place}">{escape(name)}</h2>
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
    return f"""<section aria-labelledby="runs"><h2 id="runs">Observed in runs</h2>
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
        f"<li>{_link(f'claim-{number}', f'claim {number}') if number in known else f'claim {number}'}: "
        f"{escape(words)}</li>"
        for number, words in run.beside.items()
    )
    return (
        f"<article><h3>{escape(f'{run.experiment}: {run.title}')}</h3><p>{escape(run.about)}</p><ul>{beside}</ul>"
        f'<pre class="wide">{escape(chr(10).join(run.summary))}</pre>{plot}</article>'
    )


def _versions(versions: Mapping[str, str]) -> str:
    return f"<p>Made with {escape(', '.join(f'{name} {version}' for name, version in versions.items()))}.</p>"


# --- a lemma ------------------------------------------------------------------------------------


def lemma(report: LemmaReport, places: Places, mutants: bool) -> str:
    """A lemma's part: statements, proofs in steps, numbers, constants and mutants."""
    about = report.lemma
    name = f"{about.label} · {about.title}" if about.label else about.title
    parts = [
        f'<section class="lemma" aria-labelledby="{places.lemma}">',
        f'<h3 id="{places.lemma}">{escape(name)} {_badge(str(report.verdict))}</h3>',
        f'<p class="about"><code>{about.slug}</code> · {escape(about.source.value)} ({escape(about.where)})</p>',
    ]
    parts += [f'<p class="because">because {escape(text)}</p>' for text in words.shortcomings(report)]
    parts += [f"<p>{escape(' '.join(about.notes.split()))}</p>"] if about.notes else []
    parts += [_claim(report, number, places) for number in range(len(report.claims))]
    if about.constants:
        entries = "".join(_constant(name, *value) for name, value in about.constants.items())
        parts.append(f"<h4>Constants</h4><dl>{entries}</dl>")
    parts.append(_mutants(report.mutants) if mutants else "<p>Mutants: not tested.</p>")
    return "\n".join([*parts, "</section>"])


def _claim(report: LemmaReport, number: int, places: Places) -> str:
    claim = report.claims[number]
    place = places.claim(number)
    parts = [
        f'<section class="claim" aria-labelledby="{place}">',
        f'<h4 id="{place}">Claim: {escape(claim.name)} {_badge(str(claim.verdict))}</h4>',
    ]
    first = places.stated_at(number)
    if first == number:
        ids = [places.assumption(number, position) for position in range(len(claim.hypotheses))]
        parts.append(_statement(claim.hypotheses, claim.conclusion, ids))
    else:
        parts.append(f"<p>The statement is that of {_link(places.claim(first), 'the claim before')}.</p>")
    if claim.reason:
        parts.append(f"<p>{escape(claim.reason)}</p>")
    if claim.is_proved:
        terms = [*(step.statement for step in claim.steps), *claim.hypotheses.values(), claim.conclusion]
        style = words.usable("mathml", terms)
        steps = "\n".join(_step(entry, places, number, k, style) for k, entry in enumerate(claim.steps))
        parts.append(f"<h5>Proof</h5>\n<ol>\n{steps}\n</ol>")
    parts.append(f"<dl>{''.join(_fact(*fact) for fact in _facts(claim, number, places))}</dl>")
    return "\n".join([*parts, "</section>"])


def _step(step: NamedStep, places: Places, number: int, position: int, style: str) -> str:
    basis = ", ".join(_basis(places, number, name) for name in step.rests_on) or "no earlier step or assumption"
    formula = _formula(show(step.statement, style), style)
    place = places.step(number, position)
    return f'<li id="{place}">{escape(step.title)}{formula}<p class="basis">depends on: {basis}</p></li>'


def _basis(places: Places, number: int, name: str) -> str:
    place = places.of(number, name)
    return _link(place, name) if place else escape(name)


def _facts(claim: ClaimReport, number: int, places: Places) -> list[tuple[str, str]]:
    """What is said below a proof: labels and HTML."""
    found = []
    if claim.is_proved:
        used, unused = (
            ", ".join(_basis(places, number, name) for name in names) or "none" for names in (claim.used, claim.unused)
        )
        found += [("assumptions used", used), ("assumptions NOT used", unused)]
        found += [("cited axioms", "; ".join(escape(": ".join(pair)) for pair in claim.citations) or "none")]
    if claim.proof:
        digest = hashlib.sha256(claim.proof.encode()).hexdigest()
        verified = ", verified in a fresh process" if claim.is_proved else ", not accepted"
        size = f"{words.steps(claim.proof_steps)}, {words.size(claim.proof)}{verified}"
        found.append(("proof file", f'{size}; sha256 <code data-proof="{places.claim(number)}">{digest}</code>'))
    if claim.numbers is not None:
        found.append(("numbers", "<br>".join(escape(line) for line in str(claim.numbers).splitlines())))
    elif claim.is_proved:
        found.append(("numbers", escape(words.untested(claim))))
    if claim.intervals is not None:
        found.append(("intervals", escape(words.box(claim))))
    if claim.witness is not None:
        found.append(("counterexample", escape(words.brief(claim.witness))))
    return found


def _mutants(mutants: Sequence[MutantReport]) -> str:
    if not mutants:
        return "<p>Mutants: none declared.</p>"
    items = "\n".join(map(_mutant, mutants))
    return f'<h4>{escape(words.tally(mutants))}</h4>\n<ul class="mutants">\n{items}\n</ul>'


def _mutant(report: MutantReport) -> str:
    changes = [f"without: {escape(name)}" for name in report.drop]
    said = {new: f"instead of: {escape(name)}" for name, new in report.change.items()}
    terms = {f"{said[name]}": term for name, term in report.hypotheses.items() if name in said}
    if report.replaced:
        terms["the claim instead"] = report.conclusion
    lines = [f"<p>{change}</p>" for change in changes]
    lines += [f"<p>{label}</p>{_fitting(term)}" for label, term in terms.items()]
    facts = [(words.refusal(report), escape(report.reason))]
    shown = words.brief(report.witness) if report.witness else "no counterexample found"
    facts.append(("false", escape(shown)))
    return (
        f"<li><b>{escape(report.name)}</b> {_badge(words.fate(report))}{''.join(lines)}"
        f"<dl>{''.join(_fact(*fact) for fact in facts)}</dl></li>"
    )


# --- pieces -------------------------------------------------------------------------------------


def _statement(hypotheses: Mapping[str, Term], conclusion: Term, ids: Sequence[str]) -> str:
    """Each assumption with its name and its place, and the conclusion."""
    terms = [*hypotheses.values(), conclusion]
    style = words.usable("mathml", terms)
    *conditions, result = side_by_side(terms, style)
    whole = words.integers_of(terms)
    kinds = f"<p>For integers {escape(', '.join(whole))} (everything else is real):</p>" if whole else ""
    rows = "\n".join(
        f'<li id="{place}">{_formula(text, style)}<span class="name">{escape(name)}</span></li>'
        for place, text, name in zip(ids, conditions, hypotheses, strict=True)
    )
    given = f'<p>If</p>\n<ul class="given">\n{rows}\n</ul>\n<p>then</p>\n' if hypotheses else ""
    return f'<div class="statement">{kinds}{given}{_formula(result, style)}</div>'


def _fitting(term: Term) -> str:
    style = words.usable("mathml", [term])
    return _formula(show(term, style), style)


def _formula(text: str, style: str) -> str:
    """A formula that scrolls by itself where it is wider than the page, and is printed smaller."""
    if style == "mathml":
        signs = len(re.findall("<m[ino][ >]", text))
        size = next((f" {name}" for least, name in PRINTED if signs >= least), "")
        return f'<div class="formula{size}"><math display="block">{text}</math></div>'
    return f'<div class="formula"><code>{escape(text)}</code></div>'


def _constant(name: str, text: str, term: Term | None) -> str:
    """A constant's formula, written like the statements where it can be."""
    formula = _formula(text, "ascii") if term is None else _fitting(term)
    return f"<dt>{escape(name)}</dt><dd>{formula}</dd>"


def _fact(label: str, html: str) -> str:
    return f"<dt>{escape(label)}</dt><dd>{html}</dd>"


def _link(place: str, text: str) -> str:
    return f'<a href="#{place}">{escape(text)}</a>'


def _badge(word: str) -> str:
    kind = "good" if word in GOOD else "bad" if word in BAD else "open"
    return f'<span class="badge {kind}">{escape(word)}</span>'
