"""The first screen of a whole report: the result in a sentence, all claims as cells, the theorem in terms, the chain.

It is there where the claims of the source were judged; each part of it only where the lemmas that it names are proved.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import TYPE_CHECKING

from ...claims import glance
from ...claims.verdicts import Status
from ...crosscheck.records import number_of
from ...kernel.terms import make
from ...render.prose import in_html
from ...theory.graph import reached
from ..abbreviations import NORM, SHORT, THEOREM, Abbreviations
from ..drawing import implied_left_out
from ..parts import lemma_place
from .pieces import badge, formulas, kind_of, link

if TYPE_CHECKING:
    from ...claims.verdicts import ClaimVerdict
    from ..content import Content
    from ..parts import Part

CHAIN = ("update-magnitude", "descent", "momentum-error", "main-theorem", "rate")  # in the order of the proof


def section(content: Content, abbreviations: Abbreviations) -> str:
    """The first screen; "" where no claims were judged."""
    if not content.claims:
        return ""
    parts = [_result(content), _strip(content), _exceptions(content), _theorem(content, abbreviations), _chain(content)]
    inner = "\n".join(filter(None, parts))
    return f'<section class="opening" aria-labelledby="result"><h2 id="result">The result</h2>\n{inner}\n</section>'


# --- the claims ---------------------------------------------------------------------------------


def _result(content: Content) -> str:
    """The verdict on the claim that the end of the chain proves, and how many claims have which."""
    found = content.claims
    last = next((entry for entry in found if any(p.lemma == CHAIN[-1] for p in entry.verdict.evidence)), None)
    said = []
    if last is not None:
        word = glance.word(last.verdict.word)
        rest = glance.in_words(last.verdict).removeprefix(word)
        text = in_html(last.row.text)
        said.append(f"{text[0].upper()}{text[1:]}: {badge(word)}{in_html(rest)}.")
    claims = f"{number_of(len(found), 'claim')} of {glance.SOURCE}"
    said.append(f"{escape(claims)}: {in_html(glance.count(found))}.")
    return f'<p class="lead">{" ".join(said)}</p>'


def _strip(content: Content) -> str:
    cells = "".join(map(_cell, content.claims))
    return f'<ol class="strip" aria-label="The claims">{cells}</ol>'


def _cell(entry: ClaimVerdict) -> str:
    """A claim's number and mark; its words are for who points at it, and for who hears it."""
    status, number = entry.verdict.word, entry.row.number
    mark = glance.mark(entry.verdict)
    shown = mark[0] + (" if" if status is Status.PROVED_UNDER else "")
    said = escape(f"Claim {number}, {entry.row.short or entry.row.text}: {glance.word(status)}")
    inner = f'<b>{number}</b><span aria-hidden="true">{shown}</span>'
    kind = kind_of(glance.word(status)) if mark == glance.MARKS[status] else "open"
    return f'<li><a class="{kind}" href="#claim-{number}" title="{said}" aria-label="{said}">{inner}</a></li>'


def _exceptions(content: Content) -> str:
    """The claims that are not simply proved, a line each."""
    found = [entry for entry in glance.in_order(content.claims) if entry.verdict.word in glance.EXCEPTIONS]
    lines = "".join(f"<li>{_exception(entry)}</li>" for entry in found)
    return f'<ul class="exceptions">{lines}</ul>' if lines else ""


def _exception(entry: ClaimVerdict) -> str:
    number, word = entry.row.number, glance.word(entry.verdict.word)
    text = in_html(entry.row.short or entry.row.text)
    return f"{link(f'claim-{number}', f'Claim {number}')}, {text}: {badge(word)}{in_html(glance.choices(entry)[0])}"


# --- the theorem --------------------------------------------------------------------------------


def _theorem(content: Content, abbreviations: Abbreviations) -> str:
    """The statement that the kernel has verified, its terms by name."""
    found = abbreviations.theorem
    if found is None:
        return ""
    left, terms = found
    letters = abbreviations.letters
    shown = formulas([left, *map(abbreviations.shortened, terms.values())], SHORT)
    rows = "".join(
        f'<tr><th scope="row">{escape(name)}</th><td>{text}</td></tr>'
        for name, text in zip(terms, shown[1:], strict=True)
    )
    values = [make("==", make("var", letter, "real"), value) for letter, value in letters.items()]
    named = "".join(f"<li>{text}</li>" for text in formulas(values, SHORT))
    slug, claim = THEOREM
    title = f"{slug} ({claim})"
    where = link(lemma_place(slug), title) if slug in content.slugs else escape(title)
    return f"""<section aria-labelledby="theorem"><h3 id="theorem">The theorem: {where} {badge(str(Status.PROVED))}</h3>
<div class="theorem"><div>{shown[0]}<p>is at most the sum of {len(terms)} terms:</p></div>
<table>{rows}</table></div>
<ul class="letters" aria-label="where">{named}</ul>
<p class="about">{in_html(NORM)}. {_assumed(content, where)}</p></section>"""


def _assumed(content: Content, where: str) -> str:
    """What the theorem assumes, by label; the lemma's own part lists all of it."""
    parts = [part for part in content.parts if part.slug == THEOREM[0]]
    labels = ", ".join(label for part in parts for label in part.labels)
    cited = "; ".join(name for part in parts for name, _ in part.axioms)
    also = f"; cited: {escape(cited)}" if cited else ""
    listed = f"{escape(labels)} and what else {where} lists" if labels else f"what {where} lists"
    return f"It assumes {listed}{also}."


# --- the chain ----------------------------------------------------------------------------------


def _chain(content: Content) -> str:
    """The lemmas of the proof in order: an arrow where the next rests on one, and in each box on which it rests."""
    parts = [part for slug in CHAIN for part in content.parts if part.slug == slug and not part.error]
    if len(parts) < 2:
        return ""
    below = {part.slug: part.rests_on for part in content.parts}
    all_below = {part.slug: reached(part.rests_on, below) for part in parts}
    edges = implied_left_out({slug: [p.slug for p in parts if p.slug in found] for slug, found in all_below.items()})
    items = "".join(_box(part, parts, edges[part.slug], place) for place, part in enumerate(parts))
    return f"""<section aria-labelledby="chain"><h3 id="chain">The chain of the proof</h3>
<ol class="chain">{items}</ol></section>"""


def _box(part: Part, parts: Sequence[Part], rests_on: Sequence[str], place: int) -> str:
    names = [_short_name(other) for other in parts if other.slug in rests_on]
    sign = "" if not place else "\u2192" if parts[place - 1].slug in rests_on else "+"
    joint = f'<span class="joint" aria-hidden="true">{sign}</span>' if sign else ""
    said = f"rests on {', '.join(names)}" if names else "rests on none of these"
    return (
        f'<li>{joint}<a href="#{lemma_place(part.slug)}"><b>{escape(_short_name(part))}</b>'
        f"{badge(part.verdict)}<small>{escape(said)}</small></a></li>"
    )


def _short_name(part: Part) -> str:
    return part.label or part.slug


__all__ = ["CHAIN", "section"]
