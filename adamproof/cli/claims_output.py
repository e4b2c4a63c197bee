"""The claims on the terminal: a line each, one at a glance, and everything about one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from ..claims import glance
from ..claims.evidence import Evidence, State
from ..claims.shortfall import OK, Shortfall, WayOut
from ..claims.verdicts import ClaimVerdict, Status, Verdict, proofs_of
from ..crosscheck.records import CHECKERS, number_of
from ..render import show
from ..render.prose import in_unicode
from ..report.words import LEGEND, carrying
from .terminal import coloured, labelled

if TYPE_CHECKING:
    from ..crosscheck.records import Opinions

SOURCE = "arXiv 2507.05966 (public summary)"
MARKS = {  # in Unicode, in ASCII
    **dict.fromkeys((Status.PROVED, Status.PROVED_UNDER), ("\u2713", "v")),
    **dict.fromkeys((Status.REFUTED, Status.REJECTED), ("\u2717", "x")),
    **dict.fromkeys((Status.NOT_DERIVABLE, Status.UNDECIDED), ("!", "!")),
    Status.OBSERVED: ("~", "~"),
    **dict.fromkeys((Status.NOT_RUN, Status.NO_LEMMA), ("?", "?")),
}
LABEL = 14  # columns of a label on the page of a claim


def written(style: str) -> Callable[[str], str]:
    """How a sentence with formulas is written."""
    return in_unicode if style == "unicode" else str


# --- a line a claim -----------------------------------------------------------------------------


def table(found: Sequence[ClaimVerdict], style: str, columns: int) -> str:
    """Exceptions first, a line each, then how many there are."""
    ordered = glance.in_order(found)
    example = ordered[0].row.number if ordered else 1
    broad = max((len(written(style)(entry.row.short or entry.row.text)) for entry in ordered), default=0)
    heading = _apart(f"{number_of(len(found), 'claim')} of {SOURCE}", f"adamproof claims {example} tells why", columns)
    rows = [_line(entry, style, broad, columns) for entry in ordered]
    return "\n".join([heading, "", *rows, "", labelled("", glance.count(found), columns)])


def _apart(left: str, right: str, columns: int) -> str:
    """Two texts at the two ends of a line; the left one alone where they do not fit."""
    gap = columns - len(left) - len(right)
    return f"{left}{' ' * gap}{right}" if gap >= 2 else left


def _line(entry: ClaimVerdict, style: str, broad: int, columns: int) -> str:
    write = written(style)
    mark = MARKS[entry.verdict.word][style != "unicode"]
    text = f"{write(entry.row.short or entry.row.text):<{broad}}"
    word = glance.word(entry.verdict.word)
    room = columns - len(f"{mark} {entry.row.number:>2}  {text}  {word}")
    more = next((said for text in glance.choices(entry) if len(said := write(text)) <= room), " ...")
    line = f"{coloured(mark, word)} {entry.row.number:>2}  {text}  {coloured(word)}{more}"
    return line


# --- a claim at a glance ------------------------------------------------------------------------


def page(entry: ClaimVerdict, opinions: Sequence[Opinions], style: str, columns: int) -> str:
    """A claim in about ten lines: the verdict in words, why, what it needs, what runs show, who has checked it."""
    write, verdict = written(style), entry.verdict
    lines = [labelled(f"Claim {entry.row.number}: ", write(entry.row.text), columns)]
    lines += [verdict_line(verdict, write, columns), ""]
    if verdict.shortfall is not None:
        lines += [_named(label, write(text)) for label, text in _terms(verdict.shortfall)]
    for label, text in _parts(entry, opinions, style, columns - LABEL):
        lines.append(labelled(_named(label), write(text), columns))
    return "\n".join(lines)


def _named(label: str, text: str = "") -> str:
    return f"  {label:<{LABEL - 2}}{text}"


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
        yield "At best", verdict.shortfall.best
        yield from _listed("Ways out", [_way(way) for way in verdict.shortfall.ways])
    else:
        yield from _needs(verdict)
        yield from _proved(verdict, style, room)
    yield from _listed("Missing", verdict.missing)
    yield from _listed("In runs", glance.observed(verdict))
    yield "Checked", checked(entry, opinions)
    yield "More", f"adamproof claims {entry.row.number} -v shows all assumptions, commands, records"


def _listed(label: str, texts: Sequence[str]) -> Iterator[tuple[str, str]]:
    """A line each, the label on the first."""
    for place, text in enumerate(texts):
        yield ("" if place else label), text


def _terms(found: Shortfall) -> Iterator[tuple[str, str]]:
    """The terms that are small enough in one line, the others in one each."""
    small = [f"{term.name} {glance.power(term.power)}" for term in found.terms if term.fate == OK]
    lines = [f"{', '.join(small)}: {OK}"] if small else []
    lines += [f"{term.name} {glance.power(term.power)}: {term.fate}" for term in found.terms if term.fate != OK]
    return _listed("Its terms", lines)


def _way(way: WayOut) -> str:
    conditions = ", ".join(glance.grouped(way.conditions))
    by = f"by {way.what} (proved)" if way.same_schedule else f"with {way.what} instead"
    return f"{way.order} (computed) {by}{f', if {conditions}' if conditions else ''}"


def _needs(verdict: Verdict) -> Iterator[tuple[str, str]]:
    run, constants = glance.about_run(verdict), glance.about_constants(verdict)
    if run:
        yield "Needs", "; ".join(run)
    if constants:
        yield "Constants", "; ".join(constants)


def _proved(verdict: Verdict, style: str, room: int) -> Iterator[tuple[str, str]]:
    yield from _listed("Proved", [_statement(piece, style, room) for piece in _proofs(verdict)])
    yield from _listed("Computed", glance.computed(verdict))
    cited = [line.removeprefix("cites: ") for piece in _proofs(verdict) for line in piece.details if _cites(line)]
    yield from _listed("Citing", [name.partition(": ")[0] for name in dict.fromkeys(cited)])


def _cites(line: str) -> bool:
    return line.startswith("cites: ")


def _proofs(verdict: Verdict) -> list[Evidence]:
    return [piece for piece in verdict.evidence if piece.state is State.PROVED]


def _statement(piece: Evidence, style: str, room: int) -> str:
    """A lemma by name, with what is proved where it fits into the line."""
    name = piece.text.partition(", citing")[0]
    name += f", {piece.part}" if piece.part else ""
    if piece.term is None:
        return name
    try:
        formula = show(piece.term, style)
    except ValueError:  # two names that would look alike
        formula = show(piece.term, "ascii")
    said = f"{name}: {formula}"
    return said if len(said) <= room else name


def checked(entry: ClaimVerdict, opinions: Sequence[Opinions]) -> str:
    """Who has checked the proofs, and with what result."""
    proofs = proofs_of([entry])
    if not proofs:
        return "nothing to check: no proof belongs to this verdict"
    recorded = [f"{CHECKERS[opinion.checker]}: {opinion.verdicts(proofs)}" for opinion in opinions]
    said = f"{number_of(len(proofs), 'proof')}, all read by the kernel now"
    return f"{said}; recorded: {'; '.join(recorded)}" if recorded else said


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
