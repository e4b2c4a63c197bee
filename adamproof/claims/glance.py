"""Verdicts at a glance: in words, with the condition that matters first, exceptions before the rest.

Only what a verdict holds is said here.  Names of assumptions may be shortened; none is left out without saying so.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from fractions import Fraction

from .evidence import State
from .shortfall import STAYS, TOO_SLOW, Shortfall, WayOut
from .verdicts import ClaimVerdict, Status, Verdict, short

SOURCE = "arXiv 2507.05966 (public summary)"
MARKS = {  # in Unicode, in ASCII
    **dict.fromkeys((Status.PROVED, Status.PROVED_UNDER), ("\u2713", "v")),
    **dict.fromkeys((Status.REFUTED, Status.REJECTED), ("\u2717", "x")),
    **dict.fromkeys((Status.NOT_DERIVABLE, Status.UNDECIDED), ("!", "!")),
    Status.OBSERVED: ("~", "~"),
    **dict.fromkeys((Status.NOT_RUN, Status.NO_LEMMA), ("?", "?")),
}
WORDS = {Status.PROVED_UNDER: "PROVED IF", Status.NOT_DERIVABLE: "NOT BY THIS PROOF"}
# In the order of a table: what needs attention comes first.
EXCEPTIONS = (
    Status.UNDECIDED,
    Status.NOT_DERIVABLE,
    Status.REFUTED,
    Status.REJECTED,
    Status.OBSERVED,
    Status.NOT_RUN,
    Status.NO_LEMMA,
)
PROVED = (Status.PROVED, Status.PROVED_UNDER)
COUNTED = {
    Status.UNDECIDED: "undecided",
    Status.NOT_DERIVABLE: "not by this proof",
    Status.REFUTED: "refuted",
    Status.REJECTED: "by runs alone",
    Status.OBSERVED: "by runs alone",
    Status.NOT_RUN: "not run",
    Status.NO_LEMMA: "without a lemma yet",
}
BRIEF = {
    "bounded means over t in the bound (or L1 = s1 = 0)": "bounded means, or L1 = s1 = 0",
    "bounded means over t in the bound (or s1 = 0)": "bounded means or s1 = 0",
    "bounded means over t in the bound": "bounded means",
    "one vbar for every T and d": "one vbar",
    "one vbar for every epsilon": "one vbar",
    "the noise has mean 0 given the past (within the cited inequality)": "martingale noise",
    "the gradient is Lipschitz along the segments": "L1 = 0",
    "the gradient is Lipschitz along the segment": "L1 = 0",
    "E[v_T] is at most V": "E[v_T] <= V",
    "epsilon is positive": "epsilon > 0",
    "epsilon is 0": "epsilon = 0",
    "the noise is at most s0 surely": "bounded noise",
    "gradients are at most B": "bounded gradients",
    "magnitudes are not negative": "u >= 0",
    "magnitudes are at most R": "u <= R",
    "mean_t E|e_t| <= B/tau": "the momentum error is O(T^(-1/4))",
}
LIKE = {"A": "1 - beta1", "B": "1 - beta2", "C": "gamma"}  # the exponents of a schedule
SCHEDULE = re.compile(r"\b(A|B|C|tau|h) = (\d+(?:/\d+)?)")
CONDITIONS = ("C1", "C2", "C3")  # the labels of the source's Conditions 1 to 3


def word(status: Status) -> str:
    """A verdict in words."""
    return WORDS.get(status, str(status))


def mark(verdict: Verdict) -> tuple[str, str]:
    """The mark of a verdict; a proof about another algorithm is, for Adam, no more than an observation."""
    another = any(piece.elsewhere for piece in verdict.evidence if piece.state is State.PROVED)
    return MARKS[Status.OBSERVED if another else verdict.word]


def in_words(verdict: Verdict) -> str:
    """A verdict with what it is qualified by, in full."""
    if verdict.word is Status.NOT_DERIVABLE:
        return f"{word(verdict.word)}: {', '.join(verdict.by)}"
    if verdict.word is Status.PROVED_UNDER:
        return f"{word(verdict.word)} {', '.join(grouped(verdict.by, as_brief=False))}"
    if verdict.by:
        return f"{word(verdict.word)} if {', '.join(grouped(verdict.by))}"
    return word(verdict.word)


def in_order(found: Iterable[ClaimVerdict]) -> list[ClaimVerdict]:
    """What is not simply proved first, then by number."""
    rank = {status: place for place, status in enumerate(EXCEPTIONS)}
    return sorted(found, key=lambda entry: (rank.get(entry.verdict.word, len(rank)), entry.row.number))


def brief(condition: str) -> str:
    """A condition in a few words."""
    return BRIEF.get(condition, condition)


def grouped(names: Iterable[str], as_brief: bool = True) -> list[str]:
    """Conditions by label or in a few words; the source's three as one."""
    found = [short(name) for name in names]
    if set(CONDITIONS) <= set(found):
        found = ["Conditions 1-3", *(name for name in found if name not in CONDITIONS)]
    return list(dict.fromkeys(brief(name) if as_brief else name for name in found))


def choices(entry: ClaimVerdict) -> list[str]:
    """What follows a verdict, from all that qualifies it to the least that may be said."""
    verdict, matters = entry.verdict, entry.row.matters
    if verdict.shortfall is not None:
        others = [way for way in verdict.shortfall.ways if way.same_schedule]
        if not others:
            return [""]
        ways = _fewer(" if ", _first(others[0].conditions, matters))
        return [*(f"; by another{text}" for text in ways), "; by another, ..."]
    if verdict.by:
        return _fewer(" " if verdict.word is Status.PROVED_UNDER else " if ", _first(verdict.by, matters))
    halves = {name: verdict.halves(name) for name in verdict.beyond}
    said = [f"{brief(name)} only in {' and '.join(needing)}" for name, (needing, others) in halves.items() if others]
    return [f" ({', '.join(said)})"] if said else [""]


def _first(names: Iterable[str], matters: str) -> list[str]:
    """Conditions in a few words each, the one that matters first."""
    return grouped(sorted(names, key=lambda name: name != matters))


def _fewer(lead: str, names: Sequence[str]) -> list[str]:
    """All of them, then fewer and how many more there are."""
    if not names:
        return [""]
    kept = range(len(names) - 1, 0, -1)
    return [
        f"{lead}{', '.join(names)}",
        *(f"{lead}{', '.join(names[:number])}, + {len(names) - number} more" for number in kept),
        f"{lead}{names[0]}, ...",
    ]


def count(found: Sequence[ClaimVerdict]) -> str:
    """How many claims have which verdict."""
    words = Counter(entry.verdict.word for entry in found)
    proved = sum(words[status] for status in PROVED)
    under = words[Status.PROVED_UNDER]
    parts = [f"{proved} proved{f' ({under} under conditions)' if under else ''}"]
    others: Counter[str] = Counter()
    for status, text in COUNTED.items():
        others[text] += words[status]
    parts += [f"{number} {text}" for text, number in others.items() if number]
    return ", ".join(parts)


def why_not(found: Shortfall) -> str:
    """Why a bound falls short, in one sentence: what grows, and which terms are the worst."""
    worst = next((fate for fate in (STAYS, TOO_SLOW) if any(term.fate == fate for term in found.terms)), "")
    names = [term.name for term in found.terms if term.fate == worst]
    verb = {STAYS: ("does not shrink", "do not shrink"), TOO_SLOW: ("is too slow", "are too slow")}.get(worst)
    said = f"the {' and the '.join(names)} {verb[len(names) > 1]}" if verb else ""
    return "; ".join(filter(None, (found.cause, said)))


def way_out(way: WayOut) -> str:
    """What gives the rate that is claimed, and under which conditions."""
    conditions = ", ".join(grouped(way.conditions))
    return f"{way.order} {'by' if way.same_schedule else 'at'} {way.what}{f', if {conditions}' if conditions else ''}"


def power(exponent: Fraction) -> str:
    """A power of T, in text."""
    return f"T^({exponent})" if exponent else "1"


def observed(verdict: Verdict) -> list[str]:
    """What runs showed, in a line each."""
    return [piece.brief for piece in verdict.evidence if piece.state.of_runs and piece.brief]


def about_run(verdict: Verdict) -> list[str]:
    """The conditions about the run, where the verdict in words has them only by label or in short."""
    found = [text for text, of_run in _assumed(verdict) if of_run]
    said = in_words(verdict)
    return [] if all(text in said for text in found) else found


def about_constants(verdict: Verdict) -> list[str]:
    """The conditions on the constants alone."""
    return [text for text, of_run in _assumed(verdict) if not of_run]


def _assumed(verdict: Verdict) -> list[tuple[str, bool]]:
    """What a verdict rests on beyond A1-A3, and whether it is about the run."""
    of_run = {name for piece in verdict.evidence for name in piece.conditions}
    return [(text, name in of_run) for name, text in zip(verdict.beyond, verdict.rests_on, strict=True)]


def computed(verdict: Verdict) -> list[str]:
    """What was computed, without the kernel: of which lemma, schedules as powers of T, and an order just once."""
    found = (piece for piece in verdict.evidence if piece.state is State.COMPUTED)
    pieces = {piece.order or piece.text: piece for piece in reversed(list(found))}
    texts = [piece.text.replace("its bound", f"the bound of {piece.lemma}") for piece in reversed(pieces.values())]
    return [SCHEDULE.sub(_along, text) for text in texts]


def _along(found: re.Match[str]) -> str:
    name, exponent = found.groups()
    return f"{LIKE[name]} like T^(-{exponent})" if name in LIKE else f"{name} like T^({exponent})"
