"""What the command `bound` says: as text for people, and as data."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from .calculator import enclosed
from .terminal import labelled

if TYPE_CHECKING:
    from ..bounds.certified import Bound, Check
    from ..bounds.formulas.evaluation import Enclosure
    from ..bounds.magnitude import Magnitudes
    from ..bounds.target import Target
    from ..bounds.training import Covered, Training
    from ..bounds.tuning import Optimised

BAR = 24
NEAR_ABOVE = Fraction(1001, 1000)  # a ratio below this, rounded up to 3 digits, would be called 1.01


def bound_text(found: Bound, magnitudes: Magnitudes, assumed: Sequence[str], style: str) -> str:
    """The table of terms, the magnitudes, the hypotheses and the verdict."""
    from ..bounds.problem import shown

    settings = ", ".join(
        f"{name} = {shown(value)}{' (assumed)' if name in assumed else ''}" for name, value in found.settings.items()
    )
    lines = [f"The theorem: {found.theorem.title}{' (case 2)' if found.theorem.case == 2 else ''}"]
    lines += [labelled("  with ", settings), "", f"{found.theorem.left} is at most", ""]
    lines += [*_terms(found, style), "", labelled("  ", _scale_line(magnitudes, found.digits))]
    lines += ["", *_hypotheses(found), *coverage_lines(found.coverage), "", *verdict(found)]
    return "\n".join(lines)


def coverage_lines(found: Sequence[Covered]) -> list[str]:
    """What the theorem covers of the training, one line a trait."""
    return ["What the theorem covers of the training:", *(labelled("  ", one.text) for one in found)]


def _uncovered(found: Sequence[Covered]) -> str:
    """That the training has what is not covered, as half a sentence; empty if it has no such thing."""
    from ..bounds.training import BIAS_CORRECTION, SCHEDULE, uncovered

    traits = [f"a {trait}" if trait == SCHEDULE else trait for trait in uncovered(found)]
    if not traits:
        return ""
    listed = " and ".join(filter(None, (", ".join(traits[:-1]), traits[-1])))
    whose = "this theorem does not cover" if BIAS_CORRECTION in traits else "no theorem here covers"
    return f"this training has {listed}, which {whose}"


def no_theorem(found: Sequence[Covered]) -> list[str]:
    """The verdict on a training that has what is not covered; nothing for others."""
    text = _uncovered(found)
    return [labelled("", f"DOES NOT APPLY: {text}; the bound holds for the same run without it.")] if text else []


def coverage_data(training: Training, found: Sequence[Covered]) -> dict[str, Any]:
    return {"training": training.data(), "coverage": [one.data() for one in found]}


def _terms(found: Bound, style: str) -> list[str]:
    rows = [(name, term, found.shares[name]) for name, term in found.terms.items()]
    values = {name: term.decimals(found.digits)[1] for name, term in found.terms.items()}
    total = found.total.decimals(found.digits)[1]
    width = max(len(value) for value in (*values.values(), total, "rounded up"))
    names = max(len(name) for name in (*values, "total"))
    lines = [f"  {'term':<{names}}  {'rounded up':>{width}}   share"]
    for name, _, share in rows:
        part = float(share.high)
        lines.append(f"  {name:<{names}}  {values[name]:>{width}}  {_percent(part)}  {_bar(part, style)}")
    return [line.rstrip() for line in (*lines, f"  {'total':<{names}}  {total:>{width}}  100 %")]


def _percent(part: float) -> str:
    return "  <1 %" if 0 < part < 0.005 else f"{100 * part:4.0f} %"


def _bar(part: float, style: str) -> str:
    return ("#" if style == "ascii" else "█") * round(BAR * part)


def _scale_line(found: Magnitudes, digits: int) -> str:
    parts = {"R": found.R, "R_T": found.R_t, "R_T with bias correction": found.corrected, "S": found.S}
    known = [f"{name} = {value.decimals(digits)[1]}" for name, value in parts.items() if value is not None]
    if found.R is None:
        known.insert(0, "R: none, because beta1^2 >= beta2")
    return f"magnitudes, rounded up: {', '.join(known)}"


def _hypotheses(found: Bound) -> list[str]:
    failing = [check for check in found.checks if not check.holds]
    count = len(found.checks)
    text = _uncovered(found.coverage)
    but = f", but {text}" if text else ""
    lines = [labelled("", f"Hypotheses on the numbers: {count - len(failing)} of {count} hold{but}")]
    lines += [labelled("  FAILS: ", f"{check.name}; {_by_how_much(check)}") for check in failing]
    lines += ["  Assumptions about the run, not checked here:", labelled("    ", "; ".join(found.theorem.assumed))]
    return lines


def _by_how_much(check: Check) -> str:
    left, right = check.left.decimals(6), check.right.decimals(6)
    if check.holds is None:
        return f"{check.formula}: the two sides cannot be distinguished at {left[0]}"
    if check.right.low > 0:
        return f"{check.formula}: {left[1]} is {_rounded(check.left.high / check.right.low, 4)} times {right[1]}"
    return f"{check.formula}: {left[1]} against {right[1]}"


def _rounded(value: Fraction, digits: int = 3) -> str:
    """For people: rounded up, with commas between thousands."""
    from ..bounds.formulas.evaluation import decimal

    text = decimal(value, digits, up=True)
    return f"{int(text):,}" if text.isdigit() else text


def verdict(found: Bound) -> list[str]:
    """Whether the theorem applies; what the bound is compared with; what binds."""
    share = _percent(float(found.shares[found.binding].high)).strip()
    lines = [] if found.holds else ["DOES NOT APPLY: a hypothesis fails, so the number above is not a bound."]
    lines += no_theorem(found.coverage)
    lines += _comparisons(found) if found.holds else []
    lines += [labelled("Note: ", note) for note in found.notes]
    return [*lines, f"The binding term is the {found.binding} ({share} of the bound)."]


def _comparisons(found: Bound) -> list[str]:
    """Whether a bound that applies is vacuous, against each quantity that it is compared with."""
    total = found.total.decimals(found.digits)[1]
    lines = []
    for each in found.compared:
        if each.ratio is None:
            continue
        value = each.value.decimals(found.digits)[1]
        if each.value.high <= found.total.high:
            text = f"VACUOUS: {total} is {_multiple(each.ratio)} {each.text} = {value}, {each.why}."
        else:
            text = f"NOT VACUOUS against {each.text} = {value}, {each.why}: the bound is {_part(each.ratio)} it."
        lines.append(labelled("", text))
    if found.vacuous is None:
        lines.append("There is no comparison, because |a_1| is 0 or not given.")
    return lines


def _multiple(ratio: Enclosure) -> str:
    """A ratio of at least 1: "1.5 times"; what 3 digits do not tell from 1 is not called 1 times."""
    if ratio.exact and ratio.low == 1:
        return "equal to"
    if ratio.low <= 1:
        return "about equal to"
    return "just above" if ratio.high < NEAR_ABOVE else f"{_rounded(ratio.high)} times"


def _part(ratio: Enclosure) -> str:
    """A ratio below 1: "0.15 of", or "just below" where 3 digits round it up to 1."""
    shown = _rounded(ratio.high)
    return f"{shown} of" if shown != "1" else "just below" if ratio.high < 1 else "about equal to"


def bound_data(found: Bound) -> dict[str, Any]:
    digits = found.digits
    return {
        "theorem": found.theorem.name,
        "case": found.theorem.case,
        "claim": found.theorem.title,
        "left": found.theorem.left,
        "settings": {name: str(value).replace("**", "^") for name, value in found.settings.items()},
        "digits": digits,
        "terms": [
            {"name": name, **enclosed(term, digits), "share": enclosed(found.shares[name], digits)}
            for name, term in found.terms.items()
        ],
        "total": enclosed(found.total, digits),
        "binding": found.binding,
        "hypotheses": [
            {
                "name": check.name,
                "formula": check.formula,
                "left": enclosed(check.left, digits),
                "right": enclosed(check.right, digits),
                "holds": check.holds,
            }
            for check in found.checks
        ],
        "assumed": list(found.theorem.assumed),
        "holds": found.holds,
        "compared": compared_data(found),
        "notes": list(found.notes),
        "vacuous": found.vacuous,
        **coverage_data(found.training, found.coverage),
        "applies": found.applies,
    }


def compared_data(found: Bound) -> list[dict[str, Any]]:
    return [
        {
            "with": each.text,
            "why": each.why,
            "value": enclosed(each.value, found.digits),
            "ratio": each.ratio and enclosed(each.ratio, found.digits),
        }
        for each in found.compared
    ]


def target_text(found: Target) -> str:
    if found.steps is None or found.at is None:
        none = "No T" if found.monotone else "Among the T tried, none"
        return labelled("", f"{none} up to 10^{found.limit} makes the bound at most {found.target}: {found.why}.")
    lines = [f"T = {found.steps} is the smallest number of steps found with a bound of at most {found.target}"]
    lines += [f"  at T      {found.at.decimals(found.digits)[1]} (rounded up)"]
    if found.before is not None:
        lines += [f"  at T - 1  {found.before.decimals(found.digits)[0]} (rounded down)"]
    elif found.steps > 1:
        lines += ["  at T - 1  the theorem does not apply"]
    return "\n".join([*lines, labelled("  ", found.why)])


def target_data(found: Target) -> dict[str, Any]:
    return {
        "target": found.target,
        "steps": None if found.steps is None else str(found.steps),
        "smallest": found.smallest,
        "monotone": found.monotone,
        "why": found.why,
        "at": found.at and enclosed(found.at, found.digits),
        "before": found.before and enclosed(found.before, found.digits),
    }


def optimised_text(found: Optimised) -> str:
    digits = found.bound.digits
    lines = [f"{name} = {value}" for name, value in found.chosen.items()]
    lines += [f"  bound      {found.bound.total.decimals(digits)[1]} (rounded up)"]
    if found.given is not None:
        left = _left_of(found.bound.total, found.given.total)
        rest = left if found.given.holds else "the theorem does not apply there"
        lines += [f"  as given   {found.given.total.decimals(digits)[1]} (rounded up); {rest}"]
    if not found.bound.holds:
        failing = "; ".join(check.name for check in found.bound.checks if not check.holds)
        lines.append(labelled("", f"DOES NOT APPLY: {failing} fails, so the number above is not a bound."))
    lines += [labelled("  ", note) for note in found.notes]
    if found.bound.vacuous:
        lines.append("Even the best setting found leaves the bound vacuous:")
    return "\n".join([*lines, *(_comparisons(found.bound) if found.bound.holds else ())])


def _left_of(best: Enclosure, given: Enclosure) -> str:
    """What is left of the bound as it was given; the two are the same if nothing could be gained."""
    if best == given or not given.low:
        return "the same"
    ratio = best.high / given.low
    return "almost no improvement" if _rounded(ratio) == "1" else f"reduced to {_rounded(ratio)} of it"


def optimised_data(found: Optimised) -> dict[str, Any]:
    return {
        "chosen": dict(found.chosen),
        "given": found.given and enclosed(found.given.total, found.bound.digits),
        "given_holds": found.given and found.given.holds,
        "lower_bound": found.lower and enclosed(found.lower, found.bound.digits),
        "notes": list(found.notes),
        "bound": bound_data(found.bound),
    }
