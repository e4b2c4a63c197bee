"""LaTeX documents: one lemma with its proof, or a whole report."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Sequence
from textwrap import wrap
from typing import TYPE_CHECKING

from ..claims import glance
from ..kernel.terms import Term
from ..render import show, statement
from ..render.names import GREEK
from . import words
from .parts import Part, Places, lemma_place

if TYPE_CHECKING:
    from ..checking.proof_steps import NamedStep
    from ..checking.report import ClaimReport, LemmaReport, MutantReport
    from ..claims.verdicts import ClaimVerdict
    from ..experiments.observed import Observed
    from .content import Content

ESCAPES = {
    "\\": r"\textbackslash{}",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    '"': r"\textquotedbl{}",
    **{mark: f"\\{mark}" for mark in "&%$#_{}"},
    **{mark: f"{{{mark}}}" for mark in "[]"},  # else an \\item before them takes them for its label
    **{letter: rf"\ensuremath{{\{name}}}" for name, letter in GREEK.items()},
}
# \fit shrinks a formula that is wider than the line.
PREAMBLE = r"""\documentclass{article}
\usepackage[T1]{fontenc}
\usepackage{lmodern}
\usepackage{amsmath,amssymb,graphicx,longtable}
\usepackage[hidelinks]{hyperref}
\allowdisplaybreaks
\setcounter{secnumdepth}{-1}
\setcounter{tocdepth}{1}
\emergencystretch=3em
\newsavebox{\formula}
\newcommand{\fit}[1]{\sbox{\formula}{$\displaystyle #1$}%
  \ifdim\wd\formula>\linewidth\resizebox{\linewidth}{!}{\usebox{\formula}}\else\usebox{\formula}\fi}
\begin{document}"""
END = r"\end{document}"


def document(report: LemmaReport) -> str:
    """A standalone document about all claims of one lemma, without mutants."""
    places = Places(report, frozenset([report.lemma.slug]))
    return f"{PREAMBLE}\n\n{lemma(report, places, mutants=None)}\n\n{END}\n"


def book(content: Content) -> str:
    """The whole report."""
    date = escape(content.date) if content.date else ""
    parts = [
        PREAMBLE,
        rf"\title{{{escape(content.title)}}}",
        rf"\author{{}}\date{{{date}}}",
        r"\maketitle",
        escape(f"{content.summary}."),
        r"\tableofcontents",
    ]
    parts += _claims(content) if content.claims else []
    parts += _lines(content)
    parts += [r"\section{What rests on what}", _list("itemize", [_dependency(part, content) for part in content.parts])]
    for name, chapter in content.chapters:
        parts += [rf"\part*{{{escape(name)}}}", *(_part(part) for part in chapter)]
    if content.runs:
        parts += [r"\section{Observed in runs}", "What follows was observed in simulations; it proves nothing."]
        parts += [_run(run) for run in content.runs]
    versions = ", ".join(" ".join(pair) for pair in content.versions.items())
    return "\n\n".join([*parts, escape(f"Made with {versions}."), END]) + "\n"


def escape(text: str) -> str:
    """Plain text for LaTeX; a character beyond Latin letters and Greek is named by its code point."""
    return "".join(_escaped(mark) for mark in text).replace("--", "-{}-")  # not joined to a dash


def _escaped(mark: str) -> str:
    if mark in ESCAPES:
        return ESCAPES[mark]
    if mark.isascii() or (ord(mark) < 0x180 and unicodedata.category(mark)[0] == "L"):
        return mark
    return rf"\texttt{{U+{ord(mark):04X}}}"


# --- around the lemmas --------------------------------------------------------------------------


def _claims(content: Content) -> list[str]:
    legend = (escape(line) for line in words.LEGEND.splitlines())
    return [
        r"\section{The claims of the source, one by one}",
        _list("description", [_row(entry, content) for entry in content.claims]),
        r"\noindent " + r"\\ ".join(legend),
    ]


def _row(entry: ClaimVerdict, content: Content) -> str:
    verdict = entry.verdict
    said = glance.in_words(verdict)
    parts = [rf"\item[{entry.row.number}] {escape(entry.row.text)}: \textbf{{{escape(said)}}}."]
    parts += [escape(f"Beyond A1-A3 it rests on: {'; '.join(verdict.rests_on)}.")] if verdict.beyond else []
    evidence = (
        _link(lemma_place(piece.lemma) if piece.lemma in content.slugs else None, f"{piece.text} [{piece.state.value}]")
        for piece in words.present(verdict)
    )
    parts += [] if content.short else [f"Evidence: {'; '.join(evidence) or 'none'}."]
    parts += [escape(f"Repair: {verdict.repair}.")] if verdict.repair else []
    parts += [escape(f"Missing: {'; '.join(verdict.missing)}.")] if verdict.missing else []
    return "\n\n".join(parts)


def _lines(content: Content) -> list[str]:
    lines = [rf"\item {escape(name)}: {escape(text)}" for name, text in content.lines]
    return [r"\section{Lines of evidence}", escape(words.OPINIONS), _list("itemize", lines)]


def _dependency(part: Part, content: Content) -> str:
    below = (_link(lemma_place(slug) if slug in content.slugs else None, slug) for slug in part.rests_on)
    axioms = "; ".join(name for name, _ in part.axioms)
    text = rf"\item {_link(lemma_place(part.slug), part.slug)} rests on: {', '.join(below) or 'nothing here'}."
    text += escape(f" Assumptions with a label: {', '.join(part.labels)}.") if part.labels else ""
    return text + (escape(f" Cited axioms: {axioms}.") if axioms else "")


def _part(part: Part) -> str:
    if not part.error:
        return part.bodies["latex"]
    return "\n\n".join([_section("section", lemma_place(part.slug), part.slug), escape(f"Not checked: {part.error}")])


def _run(run: Observed) -> str:
    beside = [rf"\item claim {number}: {escape(words)}" for number, words in run.beside.items()]
    lines = (part for line in run.summary for part in wrap(line, 100, subsequent_indent="    ") or [""])
    shown = "\\\\\n".join(r"\mbox{}" + escape(line).replace(" ", r"\ ") for line in lines)
    head = rf"\subsection{{{escape(f'{run.experiment}: {run.title}')}}}"
    listed = [_list("itemize", beside)] if beside else []
    return "\n\n".join([head, escape(f"{run.about}."), *listed, rf"{{\noindent\ttfamily\scriptsize {shown}\par}}"])


# --- a lemma ------------------------------------------------------------------------------------


def lemma(report: LemmaReport, places: Places, mutants: bool | None, short: bool = False) -> str:
    """A lemma's section; mutants: whether mutants were tried, None where that is not a question.

    short: without steps and mutants where all is as it should be.
    """
    about = report.lemma
    name = f"{about.label}. {about.title}" if about.label else about.title
    parts = [_section("section", places.lemma, name)]
    parts.append(escape(f"Source: {about.source.value} ({about.where})."))
    if mutants is not None:
        parts.append(escape(f"{about.slug}: {report.verdict}."))
        parts += [escape(f"Because {text}.") for text in words.shortcomings(report)]
    for number in range(len(report.claims)):
        parts += _claim(report, number, places, short)
    if about.constants and not short:
        parts += [r"\subsection{Constants}", *(_constant(name, *value) for name, value in about.constants.items())]
    if about.notes:
        parts += [r"\subsection{Notes}", escape(" ".join(about.notes.split()))]
    if mutants and short:
        parts.append(escape(f"{words.tally(report.mutants)}."))
    elif mutants:
        parts += _mutants(report.mutants)
    return "\n\n".join(parts)


def _claim(report: LemmaReport, number: int, places: Places, short: bool) -> list[str]:
    claim = report.claims[number]
    parts = [_section("subsection", places.claim(number), f"Claim: {claim.name}")]
    first = places.stated_at(number)
    if first == number:
        parts += _stated(claim, number, places)
    else:
        parts.append(f"The statement is that of {_link(places.claim(first), 'the claim before')}.")
    if claim.is_proved and short:
        return [*parts, escape(f"{words.proof_in_short(claim)}.")]
    cited = "; ".join(": ".join(pair) for pair in claim.citations)
    parts.append(rf"\paragraph{{Cited axioms.}} {escape(cited or 'none')}.")
    if not claim.is_proved:
        why = escape(f"{claim.verdict}: {claim.reason}.")
        parts.append(rf"\paragraph{{No proof.}} {why}")
    else:
        whole = words.integers_of([*claim.hypotheses.values(), claim.conclusion])
        if whole:
            parts.append(escape(f"Integers: {', '.join(whole)}; everything else is real."))
        steps = [_step(step, places, number, position) for position, step in enumerate(claim.steps)]
        parts += [r"\paragraph{Proof.}", _list("enumerate", steps)]
        unused = ", ".join(claim.unused)
        parts += [escape(f"Assumptions that the proof does not use: {unused}.")] if unused else []
    return [*parts, *_evidence(claim)]


def _stated(claim: ClaimReport, number: int, places: Places) -> list[str]:
    terms = [*claim.hypotheses.values(), claim.conclusion]
    if words.usable("latex", terms) == "latex":
        parts = [_display(statement(terms[:-1], terms[-1], "latex"))]
    else:
        plain = statement(terms[:-1], terms[-1], "ascii").splitlines()
        parts = ["\\\\\n".join(rf"\noindent\texttt{{{escape(line)}}}" for line in plain)]
    named = [
        rf"\item {_target(places.assumption(number, position))}{escape(name)}:\newline {_inline(term)}"
        for position, (name, term) in enumerate(claim.hypotheses.items())
    ]
    return [*parts, *([r"\paragraph{Assumptions, by name.}", _list("itemize", named)] if named else [])]


def _step(step: NamedStep, places: Places, number: int, position: int) -> str:
    basis = ", ".join(_link(places.of(number, name), name) for name in step.rests_on) or "no earlier step or assumption"
    target = _target(places.step(number, position))
    return "\n".join([rf"\item {target}{escape(step.title)}", _shown(step.statement), f"from {basis}."])


def _evidence(claim: ClaimReport) -> list[str]:
    """The proof file, numbers, intervals and the counterexample."""
    found = []
    if claim.proof:
        digest = hashlib.sha256(claim.proof.encode()).hexdigest()
        size = f"{words.steps(claim.proof_steps)}, {words.size(claim.proof)}"
        # In pieces, between which a line may end.
        pieces = r"\allowbreak ".join(digest[start : start + 8] for start in range(0, len(digest), 8))
        found.append(rf"Proof file: {escape(size)}; sha256 \texttt{{{pieces}}}.")
    if claim.numbers is not None:
        found.append(escape(f"Numbers: {'; '.join(str(claim.numbers).splitlines())}."))
    if claim.intervals is not None:
        found.append(escape(f"Intervals: {words.box(claim)}."))
    if claim.witness is not None:
        found.append(escape(f"Counterexample: {words.brief(claim.witness)}."))
    return found


def _mutants(mutants: Sequence[MutantReport]) -> list[str]:
    items = "\n".join(map(_mutant, mutants))
    parts = [rf"\subsection{{{escape(words.tally(mutants))}}}"]
    return [*parts, _list("itemize", [items])] if mutants else parts


def _mutant(report: MutantReport) -> str:
    parts = [rf"\item {escape(report.name)}: {words.fate(report)}."]
    parts += [escape(f"Without: {name}.") for name in report.drop]
    changed = {new: name for name, new in report.change.items()}
    for name, term in report.hypotheses.items():
        parts += [escape(f"Instead of {changed[name]}:"), _shown(term)] if name in changed else []
    parts += ["The claim instead:", _shown(report.conclusion)] if report.replaced else []
    shown = words.brief(report.witness) if report.witness else "no counterexample found"
    return "\n".join([*parts, escape(f"{words.refusal(report)}: {report.reason}."), "", escape(f"False: {shown}.")])


# --- pieces -------------------------------------------------------------------------------------


def _section(kind: str, place: str, title: str) -> str:
    return rf"\{kind}{{{escape(title)}}}{_target(place)}"


def _target(place: str) -> str:
    return rf"\hypertarget{{{place}}}{{}}"


def _link(place: str | None, text: str) -> str:
    return rf"\hyperlink{{{place}}}{{{escape(text)}}}" if place else escape(text)


def _list(environment: str, items: list[str]) -> str:
    return "\n".join([rf"\begin{{{environment}}}", *items, rf"\end{{{environment}}}"])


def _display(formula: str) -> str:
    return f"\\[\n\\fit{{{formula}}}\n\\]"


def _shown(term: Term) -> str:
    """A formula in a line of its own; the kernel's own text where two names would be written alike."""
    if words.usable("latex", [term]) == "latex":
        return _display(show(term, "latex"))
    return rf"\par\texttt{{{escape(show(term, 'ascii'))}}}\par"


def _inline(term: Term) -> str:
    if words.usable("latex", [term]) == "latex":
        return rf"\fit{{{show(term, 'latex')}}}"
    return rf"\texttt{{{escape(show(term, 'ascii'))}}}"


def _constant(name: str, text: str, term: Term | None) -> str:
    """A constant's formula, written like the statements where it can be."""
    formula = rf"\text{{{escape(text)}}}" if term is None else show(term, "latex")
    return rf"\noindent\texttt{{{escape(name)}}}: \fit{{{formula}}}"
