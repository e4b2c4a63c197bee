"""The claims on the terminal: a line each, one at a glance, and everything about one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from ..claims import glance
from ..claims.evidence import Evidence, State
from ..claims.shortfall import OK, Shortfall
from ..claims.verdicts import ClaimVerdict, Verdict, proofs_of
from ..crosscheck.records import CHECKERS, number_of
from ..render import show
from ..render.prose import in_unicode
from ..report.words import LEGEND, carrying
from .terminal import coloured, labelled

if TYPE_CHECKING:
    from ..crosscheck.records import CheckedProof, Opinions
    from ..kernel.terms import Term

LABEL = 14  # columns of a label on the page of a claim
TELLS = 12  # a formula as short as "r <= 1/4" says no more than the name of its claim


def written(style: str) -> Callable[[str], str]:
    """How a sentence with formulas is written."""
    return in_unicode if style == "unicode" else str


# --- a line a claim -----------------------------------------------------------------------------


def table(found: Sequence[ClaimVerdict], style: str, columns: int) -> str:
    """Exceptions first, a line each, then how many there are."""
    ordered = glance.in_order(found)
    example = ordered[0].row.number if ordered else 1
    broad = max((len(written(style)(entry.row.short or entry.row.text)) for entry in ordered), default=0)
    claims = f"{number_of(len(found), 'claim')} of {glance.SOURCE}"
    heading = _apart(claims, f"adamproof claims {example} tells why", columns)
    rows = [_line(entry, style, broad, columns) for entry in ordered]
    return "\n".join([heading, "", *rows, "", labelled("", glance.count(found), columns)])


def _apart(left: str, right: str, columns: int) -> str:
    """Two texts at the two ends of a line; the left one alone where they do not fit."""
    gap = columns - len(left) - len(right)
    return f"{left}{' ' * gap}{right}" if gap >= 2 else left


def _line(entry: ClaimVerdict, style: str, broad: int, columns: int) -> str:
    write = written(style)
    mark = glance.mark(entry.verdict)[style != "unicode"]
    text = f"{write(entry.row.short or entry.row.text):<{broad}}"
    word = glance.word(entry.verdict.word)
    room = columns - len(f"{mark} {entry.row.number:>2}  {text}  {word}")
    more = next((said for text in glance.choices(entry) if len(said := write(text)) <= room), " ...")
    return f"{coloured(mark, word)} {entry.row.number:>2}  {text}  {coloured(word)}{more}"


# --- a claim at a glance ------------------------------------------------------------------------


def page(entry: ClaimVerdict, opinions: Sequence[Opinions], style: str, columns: int) -> str:
    """A claim in about ten lines: the verdict in words, why, what it needs, what runs show, who has checked it."""
    write, verdict = written(style), entry.verdict
    lines = [labelled(f"Claim {entry.row.number}: ", write(entry.row.text), columns)]
    lines += [verdict_line(verdict, write, columns), ""]
    for label, text in _parts(entry, opinions, style, columns - LABEL):
        lines.append(labelled(f"  {label:<{LABEL - 2}}", write(text), columns))
    return "\n".join(lines)


def verdict_line(verdict: Verdict, write: Callable[[str], str], columns: int) -> str:
    """The verdict in words, coloured."""
    word = glance.word(verdict.word)
    said = glance.in_words(verdict)
    if verdict.shortfall is not None:
        said = f"{word}: {glance.why_not(verdict.shortfall)}"
    return labelled("  ", write(said), columns).replace(word, coloured(word), 1)


def _parts(entry: ClaimVerdict, opinions: Sequence[Opinions], style: str, room: int) -> Iterator[tuple[str, str]]:
    """Labels and texts."""
    verdict = entry.verdict
    if verdict.shortfall is not None:
        yield from _terms(verdict.shortfall)
        yield "At best", verdict.shortfall.best
        yield from _ways(verdict.shortfall)
    else:
        yield from _needs(verdict)
        yield from _proved(verdict, style, room)
    yield from _listed("Missing", verdict.missing)
    yield from _listed("In runs", glance.observed(verdict))
    if proofs := proofs_of([entry]):
        yield "Checked", checked(proofs, opinions)
    yield "More", f"adamproof claims {entry.row.number} -v shows all assumptions, commands, records"


def _listed(label: str, texts: Sequence[str]) -> Iterator[tuple[str, str]]:
    """A line each, the label on the first."""
    for place, text in enumerate(texts):
        yield ("" if place else label), text


def _terms(found: Shortfall) -> Iterator[tuple[str, str]]:
    """The terms that are too large in one line each, then the others in one."""
    large = sorted((term for term in found.terms if term.fate != OK), key=lambda term: -term.power)
    small = [f"{term.name} {glance.power(term.power)}" for term in found.terms if term.fate == OK]
    lines = [f"{term.name}: of order {glance.power(term.power)}, {term.fate}" for term in large]
    lines += [f"{', '.join(small)}: {OK}"] if small else []
    if lines:
        lines[0] += f" (with gamma like {found.gamma})"
    return _listed("Its terms", lines)


def _ways(found: Shortfall) -> Iterator[tuple[str, str]]:
    """What gives the rate that is claimed: bounds that are proved, whose exponents are computed."""
    lines = [glance.way_out(way) for way in found.ways]
    if len(lines) == 1:
        lines = [f"{lines[0]} (computed)"]
    return zip(["Ways out", "(computed)", *[""] * len(lines)], lines, strict=False)


def _needs(verdict: Verdict) -> Iterator[tuple[str, str]]:
    run, constants = glance.about_run(verdict), glance.about_constants(verdict)
    if run:
        yield "Needs", "; ".join(run)
    if constants:
        yield "Constants", "; ".join(constants)


def _proved(verdict: Verdict, style: str, room: int) -> Iterator[tuple[str, str]]:
    proofs = [piece for piece in verdict.evidence if piece.state is State.PROVED]
    yield from _listed("Proved", _statements(proofs, style, room))
    yield from _listed("Computed", glance.computed(verdict))
    cited = [line.split(": ")[1] for piece in proofs for line in piece.details if line.startswith("cites: ")]
    if cited:
        yield "Citing", "; ".join(dict.fromkeys(cited))


def _statements(proofs: Sequence[Evidence], style: str, room: int) -> list[str]:
    """Lemmas by name, and what is proved: beside it, or below it, or not at all where it takes more than a line."""
    lines: list[str] = []
    for piece in proofs:
        name = f"{f'{piece.part}: ' if piece.part else ''}{piece.text.partition(', citing')[0]}"
        formula = "" if piece.term is None else _formula(piece.term, style)
        lemma = name.removesuffix(f"{piece.claim})")
        if not TELLS <= len(formula) <= room:
            if lines and lines[-1].startswith(lemma):  # another claim of the same lemma
                name = f"{lines.pop().removesuffix(')')}; {piece.claim})"
            lines.append(name)
        elif len(name) + len(formula) + 2 <= room:
            lines.append(f"{name}: {formula}")
        else:
            lines += [name, formula]
    return lines


def _formula(term: Term, style: str) -> str:
    try:
        return show(term, style)
    except ValueError:  # two names that would look alike
        return show(term, "ascii")


def checked(proofs: Sequence[CheckedProof], opinions: Sequence[Opinions]) -> str:
    """Who has checked the proofs, and with what result."""
    recorded = [f"{CHECKERS[opinion.checker]} {opinion.verdicts(proofs)}" for opinion in opinions]
    said = f"kernel: {len(proofs)} PROVED now"
    return f"{said}; recorded: {', '.join(recorded)}" if recorded else said


# --- everything ---------------------------------------------------------------------------------


def in_short(entry: ClaimVerdict, columns: int) -> str:
    """One claim: its text, the verdict, what it rests on, the evidence, what is missing."""
    verdict = entry.verdict
    lines = [
        labelled(f"{entry.row.number:>2}  ", entry.row.text, columns),
        "  " + verdict_line(verdict, str, columns - 2).replace("\n", "\n  "),
    ]
    parts = {
        "beyond A1-A3": "; ".join(verdict.rests_on),
        "evidence": "; ".join(carrying(verdict)),
        "repair": verdict.repair,
        "missing": "; ".join(verdict.missing),
    }
    lines += [labelled(f"    {name}: ", text, columns) for name, text in parts.items() if text]
    return "\n".join(lines)


def in_full(entry: ClaimVerdict, columns: int) -> str:
    """One claim with each piece of evidence, how far it carries and what it assumes."""
    verdict = entry.verdict
    lines = [labelled(f"Claim {entry.row.number}: ", entry.row.text, columns), verdict_line(verdict, str, columns)]
    for title, texts in (
        ("Beyond A1-A3 it rests on", verdict.rests_on),
        ("Terms of the bound that are too large", verdict.by if verdict.shortfall else ()),
        ("Repair", (verdict.repair,) if verdict.repair else ()),
        ("Missing", verdict.missing),
    ):
        lines += ["", f"{title}:", *(labelled("  - ", text, columns) for text in texts)] if texts else []
    lines += ["", "Evidence:"]
    for piece in verdict.evidence:
        lines.append(labelled("  - ", f"{piece.text} [{piece.state.value}]", columns))
        lines += [labelled("      ", detail, columns) for detail in piece.details]
    return "\n".join(lines)


def everything(found: Sequence[ClaimVerdict], lines: Sequence[tuple[str, str]], columns: int) -> str:
    """All claims, with what other checkers said, and what the words mean."""
    if len(found) == 1:
        parts = [in_full(found[0], columns)]
    else:
        said = [labelled(f"    {name}: ", text, columns) for name, text in lines]
        parts = [*(in_short(entry, columns) for entry in found), "\n".join(["Lines of evidence", *said])]
    return "\n\n".join([*parts, legend(columns)])


def legend(columns: int) -> str:
    return "\n".join(labelled("", line, columns) for line in LEGEND.splitlines())
