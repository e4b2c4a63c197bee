"""What a page says about a lemma: the statements; behind disclosure elements proofs in steps, numbers, mutants.

The short edition leaves out what stands behind these, where everything is as it should be.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING

from ...kernel.terms import Term
from .. import words
from .pieces import badge, disclosure, fact, formula, formulas, link, plain

if TYPE_CHECKING:
    from ...checking.proof_steps import NamedStep
    from ...checking.report import ClaimReport, LemmaReport, MutantReport
    from ..parts import Places


Known = dict[tuple[str, Term], str]  # where an assumption is printed


def lemma(report: LemmaReport, places: Places, mutants: bool, short: bool = False) -> str:
    """A lemma's part: statements, proofs in steps, numbers, constants and mutants."""
    about = report.lemma
    name = f"{about.label} · {about.title}" if about.label else about.title
    parts = [
        f'<section class="lemma" aria-labelledby="{places.lemma}">',
        f'<h3 id="{places.lemma}">{escape(name)} {badge(str(report.verdict))}</h3>',
        f'<p class="about"><code>{about.slug}</code> · {escape(about.source.value)} ({escape(about.where)})</p>',
    ]
    parts += [f'<p class="because">because {escape(text)}</p>' for text in words.shortcomings(report)]
    parts += [f"<p>{escape(' '.join(about.notes.split()))}</p>"] if about.notes else []
    known: Known | None = {} if short else None
    parts += [_claim(report, number, places, known) for number in range(len(report.claims))]
    if about.constants and not short:
        entries = "".join(_constant(name, *value) for name, value in about.constants.items())
        parts.append(disclosure("Constants", f"<dl>{entries}</dl>"))
    parts.append(_mutants(report.mutants, short) if mutants else "<p>Mutants: not tested.</p>")
    return "\n".join([*parts, "</section>"])


def _claim(report: LemmaReport, number: int, places: Places, known: Known | None) -> str:
    """known: in the short edition, the assumptions that are printed already."""
    claim = report.claims[number]
    place = places.claim(number)
    parts = [
        f'<section class="claim" aria-labelledby="{place}">',
        f'<h4 id="{place}">Claim: {escape(claim.name)} {badge(str(claim.verdict))}</h4>',
    ]
    first = places.stated_at(number)
    if first == number:
        ids = [places.assumption(number, position) for position in range(len(claim.hypotheses))]
        parts.append(_statement(claim.hypotheses, claim.conclusion, ids, known))
    else:
        parts.append(f"<p>The statement is that of {link(places.claim(first), 'the claim before')}.</p>")
    if claim.reason:
        parts.append(f"<p>{escape(claim.reason)}</p>")
    if said := words.vacuous(claim):
        parts.append(f"<p><strong>{escape(said)}</strong></p>")
    if not claim.is_proved:
        parts.append(_facts(claim, number, places))
    elif known is not None:
        parts.append(f'<p class="about">{escape(words.proof_in_short(claim))}</p>')
    else:
        terms = [*(step.statement for step in claim.steps), *claim.hypotheses.values(), claim.conclusion]
        write = formula if words.usable("mathml", terms) == "mathml" else plain
        steps = "\n".join(_step(step, write(step.statement), places, number, k) for k, step in enumerate(claim.steps))
        proof = f"<ol>\n{steps}\n</ol>\n{_facts(claim, number, places)}"
        parts.append(disclosure(words.proof_in_short(claim), proof))
    return "\n".join([*parts, "</section>"])


def _step(step: NamedStep, shown: str, places: Places, number: int, position: int) -> str:
    basis = ", ".join(_basis(places, number, name) for name in step.rests_on) or "no earlier step or assumption"
    place = places.step(number, position)
    return f'<li id="{place}">{escape(step.title)}{shown}<p class="basis">depends on: {basis}</p></li>'


def _basis(places: Places, number: int, name: str) -> str:
    place = places.of(number, name)
    return link(place, name) if place else escape(name)


def _facts(claim: ClaimReport, number: int, places: Places) -> str:
    """What is said below a proof."""
    found = []
    if claim.is_proved:
        used, unused = (
            ", ".join(_basis(places, number, name) for name in names) or "none" for names in (claim.used, claim.unused)
        )
        found += [("assumptions used", used), ("assumptions NOT used", unused)]
        found += [("cited axioms", "; ".join(escape(": ".join(pair)) for pair in claim.citations) or "none")]
    if claim.proof:
        digest = hashlib.sha256(claim.proof.encode()).hexdigest()
        size = f"{words.kernel_steps(claim)}, {words.size(claim.proof)}"
        found.append(("proof file", f'{size}; sha256 <code data-proof="{places.claim(number)}">{digest}</code>'))
    if claim.numbers is not None:
        found.append(("numbers", "<br>".join(escape(line) for line in str(claim.numbers).splitlines())))
    elif claim.is_proved:
        found.append(("numbers", escape(words.untested(claim))))
    if claim.intervals is not None:
        found.append(("intervals", escape(words.box(claim))))
    if claim.witness is not None:
        found.append(("counterexample", escape(words.brief(claim.witness))))
    return f"<dl>{''.join(fact(*entry) for entry in found)}</dl>"


def _mutants(mutants: Sequence[MutantReport], short: bool) -> str:
    """All of them; those that are not correctly rejected stand open, and in the short edition alone."""
    tally = words.tally(mutants)
    alive = [mutant for mutant in mutants if not mutant.is_rejected]
    if not mutants or (short and not alive):
        return f'<p class="about">{escape(tally)}.</p>'
    items = "\n".join(map(_mutant, alive if short else mutants))
    return disclosure(tally, f'<ul class="mutants">\n{items}\n</ul>', bool(alive))


def _mutant(report: MutantReport) -> str:
    changes = [f"without: {escape(name)}" for name in report.drop]
    said = {new: f"instead of: {escape(name)}" for name, new in report.change.items()}
    terms = {f"{said[name]}": term for name, term in report.hypotheses.items() if name in said}
    if report.replaced:
        terms["the claim instead"] = report.conclusion
    lines = [f"<p>{change}</p>" for change in changes]
    lines += [f"<p>{label}</p>{formula(term)}" for label, term in terms.items()]
    facts = [(words.refusal(report), escape(report.reason))]
    shown = words.brief(report.witness) if report.witness else "no counterexample found"
    facts.append(("false", escape(shown)))
    return (
        f"<li><b>{escape(report.name)}</b> {badge(words.fate(report))}{''.join(lines)}"
        f"<dl>{''.join(fact(*entry) for entry in facts)}</dl></li>"
    )


def _statement(hypotheses: Mapping[str, Term], conclusion: Term, ids: Sequence[str], known: Known | None) -> str:
    """Each assumption with its name and its place, and the conclusion; what is known is given by name."""
    terms = [*hypotheses.values(), conclusion]
    *conditions, result = formulas(terms)
    whole = words.integers_of(terms)
    kinds = f"<p>For integers {escape(', '.join(whole))} (everything else is real):</p>" if whole else ""
    rows, named = [], []
    for (name, term), place, shown in zip(hypotheses.items(), ids, conditions, strict=True):
        first = place if known is None else known.setdefault((name, term), place)
        if first != place:
            named.append(link(first, name))
        else:
            rows.append(f'<li id="{place}">{shown}<span class="name">{escape(name)}</span></li>')
    given = f"<p>{'; '.join(named)};</p>" if named else ""
    given += f'<ul class="given">\n{chr(10).join(rows)}\n</ul>' if rows else ""
    given = f"<p>If</p>\n{given}\n<p>then</p>\n" if hypotheses else ""
    return f'<div class="statement">{kinds}{given}{result}</div>'


def _constant(name: str, text: str, term: Term | None) -> str:
    """A constant's formula, written like the statements where it can be."""
    shown = f'<div class="formula"><code>{escape(text)}</code></div>' if term is None else formula(term)
    return fact(name, shown)
