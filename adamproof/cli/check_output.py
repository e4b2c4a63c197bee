"""What `check` says of a lemma that is proved, at a glance; `text_output` has the whole page."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import groupby
from typing import TYPE_CHECKING, Any

from ..checking.division import divisors
from ..render import show
from ..report.words import box, called, integers_of, untested, usable, vacuous_claims
from ..theory.graph import label_of
from .terminal import coloured, formula, labelled

if TYPE_CHECKING:
    from ..checking.report import ClaimReport, LemmaReport
    from ..numeric.answers import Number

COUNTS = ("no", "one", "two", "three", "four", "five", "six")
HANG = 2  # columns by which the later lines of a formula stand further right
LABEL = 15  # columns of the words before each line
MOST = 200  # characters of a list of assumptions
DIVISORS = 3  # that are named
RELATION = re.compile(r"[<>]|==|!=")
RECALLED = "verified now; all else from the cache"
MORE = "-v: steps, hypotheses, counterexamples; --without: what fails"


def at_a_glance(
    report: LemmaReport,
    style: str,
    mutants: bool,
    seconds: float,
    only: str | int | None,
    recalled: bool,
    own: bool = False,
) -> str:
    """Verdict, statements, what the proofs do not need, how tight, near misses, what is cited, where there is more.

    own: whether the lemma is of a user's file: what its proofs assume is then written out, as a name may mislead.
    """
    part = f" (only the claim {only!r})" if only else ""
    time = RECALLED if recalled else f"{seconds:.1f} s"
    lines = [f"{called(report.lemma)}{part}: {coloured(report.verdict)} ({time})"]
    lines += [labelled("  ", text) for text in [vacuous_claims(report)] if text]
    lines += [labelled("", report.lemma.title)]
    first, *others = (list(group) for _, group in groupby(report.claims, _stated))
    lines += [*_statement(first, style, own), _line("proved", _proofs(first)), _line("in numbers", _tested(first))]
    lines += [_line("by intervals", box(claim)) for claim in first if claim.intervals is not None]
    if others and own:
        lines += [line for group in others for line in _also(group, first, style)]
    elif others:
        names = ", ".join(f'"{claim.name}"' for group in others for claim in group)
        lines.append(_line("also proved", f"{names}; all claims hold in numbers, too, where these are tested"))
    lines.append(_line("near misses", _near_misses(report) if mutants else "not tested"))
    lines += [_line("depends on", _depends_on(report, own)), _line("more", MORE)]
    return "\n".join(lines)


def _stated(claim: ClaimReport) -> Any:
    """What a claim states: claims with the same are proofs of one thing."""
    return tuple(claim.hypotheses.values()), claim.conclusion


def _line(label: str, text: str) -> str:
    return labelled(f"  {label}".ljust(LABEL), text)


def _statement(proofs: Sequence[ClaimReport], style: str, own: bool) -> Iterator[str]:
    """A statement, what the proof of it uses that needs least, and what that does not need."""
    claim = min(proofs, key=lambda proof: len(proof.used))
    fitting = usable(style, [*claim.hypotheses.values(), claim.conclusion])
    yield from ("", formula("    ", show(claim.conclusion, fitting)), "")
    yield from _kinds("where", claim)
    if own and claim.used:
        yield from _assumed("if", claim, claim.used, fitting)
    else:
        yield _line("if", _shortened(claim.used) or "nothing is assumed")
    if claim.unused:
        yield _line("not needed", _shortened(claim.unused))
    if own and (zeros := divisors(claim.hypotheses.values(), claim.conclusion)):
        named = ", ".join(show(term, fitting) for term in zeros[:DIVISORS])
        yield _line("division", f"by {named}: no assumption alone says that this is not 0, and 1/0 counts as 0")


def _also(proofs: Sequence[ClaimReport], first: Sequence[ClaimReport], style: str) -> Iterator[str]:
    """Another statement of a user's file, and what its proof uses beyond what the page has written out above."""
    claim = min(proofs, key=lambda proof: len(proof.used))
    fitting = usable(style, [*claim.hypotheses.values(), claim.conclusion])
    names = ", ".join(f'"{proof.name}"' for proof in proofs)
    yield formula("  also proved".ljust(LABEL), f"{show(claim.conclusion, fitting)}  [{names}]", HANG)
    yield from _kinds("  where", claim)
    above = min(first, key=lambda proof: len(proof.used)).used
    yield from _assumed("  if", claim, [name for name in claim.used if name not in above], fitting)
    if proofs[0].numbers is not None:
        yield _line("  in numbers", _tested(proofs))


def _kinds(label: str, claim: ClaimReport) -> Iterator[str]:
    """Which variables are integers."""
    if whole := integers_of([*claim.hypotheses.values(), claim.conclusion]):
        yield _line(label, f"{', '.join(whole)} {'is an integer' if len(whole) == 1 else 'are integers'}")


def _assumed(label: str, claim: ClaimReport, names: Sequence[str], style: str) -> Iterator[str]:
    """Assumptions, each with its name; once where that is the formula."""
    label = f"  {label}".ljust(LABEL)
    for name in names:
        stated = claim.hypotheses[name]
        said = show(stated, style)
        same = _plain(name) in (_plain(said), _plain(show(stated, "ascii")))
        yield formula(label, said if same else f"{said}  [{name}]", HANG)
        label = " " * LABEL


def _plain(text: str) -> str:
    return text.replace(" ", "").replace("==", "=")


def _shortened(names: Sequence[str]) -> str:
    """The first names, those first that compare numbers, then those with a label: what is most often asked about."""
    ordered = sorted(names, key=lambda name: (not RELATION.search(name), not label_of(name)))
    shown = list(ordered)
    while len("; ".join(shown)) > MOST and len(shown) > 1:
        shown.pop()
    left = len(ordered) - len(shown)
    return "; ".join(shown) + (f"; and {left} more (-v)" if left else "")


def _proofs(claims: Sequence[ClaimReport]) -> str:
    steps = [f"{claim.proof_steps:,}" for claim in claims]
    count = f"{_count(len(claims))} proof{'s' if len(claims) > 1 else ''}"
    listed = " and ".join(filter(None, (", ".join(steps[:-1]), steps[-1])))
    several = len(claims) > 1 or claims[0].proof_steps != 1
    return f"{count}, {listed} kernel step{'s' if several else ''}, verified in a fresh process"


def _count(number: int) -> str:
    return COUNTS[number] if number < len(COUNTS) else str(number)


def _tested(proofs: Sequence[ClaimReport]) -> str:
    """In how many models the statement holds, and how close to equality it comes there."""
    numbers = proofs[0].numbers
    if numbers is None:
        return untested(proofs[0])
    manner = "exactly" if numbers.exact else f"{numbers.digits} digits"
    text = f"holds in {numbers.models} random model{'s' if numbers.models > 1 else ''}, {manner}"
    return text if numbers.largest_tightness is None else f"{text}; {_tightness(numbers.largest_tightness)}"


def _tightness(largest: Number) -> str:
    """How near the left side has come to the right one."""
    if type(largest) is Fraction and largest == 1:
        return "with equality in one of them"
    gap = 1 - float(largest)
    if gap <= 0:
        return "with equality, as far as these digits go"
    near = f"within {gap:.1e} of equality"
    return near if gap < 0.01 else f"the left side at most {float(largest):.2f} times the right"


def _near_misses(report: LemmaReport) -> str:
    if not report.mutants:
        return "none declared"
    return f'{len(report.mutants)} of {len(report.mutants)} correctly rejected, such as "{report.mutants[0].name}"'


def _depends_on(report: LemmaReport, own: bool) -> str:
    slugs = dict.fromkeys(slug for claim in report.claims for _, slug, _ in claim.places)
    slugs.pop(report.lemma.slug, None)
    axioms = dict.fromkeys(name for claim in report.claims for name, _ in claim.citations)
    cited = ", ".join(f'"{name}"' if own else name for name in axioms)
    return f"{', '.join(slugs) or 'no other lemma'}; cited axioms: {cited or 'none'}"
