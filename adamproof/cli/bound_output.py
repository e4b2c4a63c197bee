"""What the command `bound` says: as text for people, and as data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from ..bounds import verdict_words as words
from . import terminal
from .calculator import enclosed, upper
from .terminal import FIXED, formula, highlighted, labelled, whole

if TYPE_CHECKING:
    from ..bounds.certified import Bound, Check
    from ..bounds.formulas.evaluation import Enclosure
    from ..bounds.learning_rates import Rates
    from ..bounds.magnitude import Magnitudes
    from ..bounds.target import Target
    from ..bounds.training import Training
    from ..bounds.tuning import Optimised

BAR = 24
# What the symbols of the left sides stand for.
GRADIENT = "a_t is the gradient at step t"
STEP = f"{GRADIENT}, u_t the size of the step over lr; o multiplies by coordinate"
SCALES = {"R": "bounds every step over lr, by coordinate", "S": "bounds the root mean square of u_t over t"}
NONE_KNOWN = "none that is known"
OTHER_BETAS = "m and v are Adam's with these betas"  # if a record contradicts them


def bound_text(
    found: Bound,
    magnitudes: Magnitudes,
    rates: Rates | None,
    assumed: Sequence[str],
    style: str,
    verbose: bool,
    another: bool = False,
) -> str:
    """The verdict, the terms, what is covered, and the hypotheses in groups; in full if verbose.

    another: whether the optimiser is known to be another one than Adam with these betas.
    """
    lines = [*verdict(found, rates), "", labelled("", f"{found.theorem.left} is at most")]
    lines += [*_terms(found, style), "", *_legend(found), *_settings(found, assumed), ""]
    lines += coverage_lines(found.theorem.name, found.training)
    lines += [] if another else _in_any_case(magnitudes, found)
    lines += ["", *_hypotheses(found, verbose, another)]
    lines += ["", *_details(found, magnitudes)] if verbose else []
    return "\n".join(lines)


# --- the verdict --------------------------------------------------------------------------------


def verdict(found: Bound, rates: Rates | None = None) -> list[str]:
    """Whether the theorem says something about the training, in words; which lr would do; what binds; the notes."""
    lines = [highlighted(labelled("", in_words(found, rates)), *_head(found))]
    return [*lines, *(labelled("Note: ", note) for note in found.notes)]


def in_words(found: Bound, rates: Rates | None = None) -> str:
    """The verdict as one line of text, with spaces at which it is not broken."""
    head, _ = _head(found)
    share = _percent(float(found.shares[found.binding].high)).strip()
    said = [f"{head}{_why(found)}."]
    if found.holds and found.uncovered:
        them = "it" if len(found.uncovered) == 1 else "them"
        said.append(f"About the same run without {them} the theorem {_says(found)}.")
    if rates is not None:
        said.append(_other_rates(rates))
    return " ".join([*said, words.LARGEST.format(found.binding, whole(share))])


def _head(found: Bound) -> tuple[str, str]:
    """The first words, and their colour."""
    if not found.holds:
        return words.FAILS, "red"
    if found.uncovered:
        return words.UNCOVERED, "red"
    if found.vacuous is None:
        return words.OPEN, "yellow"
    if found.vacuous:
        return words.NOTHING, "yellow"
    return words.SOMETHING, "green"


def _why(found: Bound) -> str:
    if not found.holds:
        failing = [words.FAILING.format(check.name) for check in found.checks if not check.holds]
        also = f". Nor does it cover {_listed(found.uncovered)}" if found.uncovered else ""
        return f": {' and '.join(failing)}, {words.NO_BOUND}{also}"
    if found.uncovered:
        return f", which has {_listed(found.uncovered)}"
    if found.vacuous is None:
        return f", but {words.INCOMPARABLE}"
    return f": {words.BOUND_IS.format(_compared(found))}"


def _says(found: Bound) -> str:
    if found.vacuous is None:
        return f"applies, but {words.INCOMPARABLE}"
    return f"says {'nothing' if found.vacuous else 'something'}: {words.BOUND_IS.format(_compared(found))}"


def _listed(traits: Sequence[str]) -> str:
    words = [f"a {trait}" if trait == "schedule or warm-up" else trait for trait in traits]
    return " and ".join(filter(None, (", ".join(words[:-1]), words[-1])))


def _compared(found: Bound) -> str:
    """The bound as a multiple of what it is compared with: "1,500 times what ... could give"."""
    known = [each for each in found.compared if each.ratio is not None]
    reached = [each for each in known if each.value.high <= found.total.high]
    shown = [f"{_multiple(each.ratio)} {each.why}" for each in reached if each.ratio is not None]
    shown += [f"{_part(each.ratio)} {each.why}" for each in known if each not in reached and each.ratio is not None]
    return ", and ".join(shown)


def _other_rates(rates: Rates) -> str:
    """The learning rates at which the theorem would say something."""
    if rates.none:
        return "No learning rate would change that, all else equal."
    if rates.least is None and rates.most is None:
        return "It would say something at any other lr, all else equal."
    if rates.least == rates.most:
        where = f"at lr {rates.least}"
    elif rates.least is None:
        where = f"from lr {rates.most} down"
    elif rates.most is None:
        where = f"from lr {rates.least} up"
    else:
        where = f"for lr from {rates.least} to {rates.most}"
    return f"It would say something {where}, all else equal."


def _multiple(ratio: Enclosure) -> str:
    """A ratio of at least 1: "1.5 times"; what 3 digits do not tell from 1 is not called 1 times."""
    if ratio.exact and ratio.low == 1:
        return words.EQUAL
    if ratio.low <= 1:
        return words.ABOUT
    return words.JUST_ABOVE if ratio.high < words.NEAR_ABOVE else words.TIMES.format(_rounded(ratio.high))


def _part(ratio: Enclosure) -> str:
    """A ratio below 1: "0.15 of", or "just below" where 3 digits round it up to 1."""
    shown = _rounded(ratio.high)
    return words.PART.format(shown) if shown != "1" else words.JUST_BELOW if ratio.high < 1 else words.ABOUT


def _rounded(value: Fraction, digits: int = words.DIGITS) -> str:
    """For people: rounded up, with commas between thousands."""
    from ..bounds.formulas.evaluation import decimal

    text = decimal(value, digits, up=True)
    return f"{int(text):,}" if text.isdigit() else text


# --- the terms ----------------------------------------------------------------------------------


def _terms(found: Bound, style: str) -> list[str]:
    """A line for each term, the total, and what it is compared with: name, value (rounded up), share, bar."""
    compared = [each for each in found.compared if each.ratio is not None]  # with 0 nothing is compared
    names = [*found.terms, "total", *(each.text for each in compared)]
    enclosures = [*found.terms.values(), found.total, *(each.value for each in compared)]
    values = [upper(value, found.digits) for value in enclosures]
    columns = max(map(len, names)), max(map(len, values))
    bar = max(0, min(BAR, terminal.width() - sum(columns) - 13))
    parts = [float(share.high) for share in found.shares.values()]
    ends = [f"{_percent(part)}  {_bar(part, bar, style)}" for part in parts]
    ends += ["rounded up", *("compared with this" for _ in compared)]
    rows = zip(names, values, ends, strict=True)
    return [f"  {name:<{columns[0]}}  {value:>{columns[1]}}  {end}".rstrip() for name, value, end in rows]


def _percent(part: float) -> str:
    return f" {words.SMALL}" if 0 < part < words.SMALL_SHARE else f"{100 * part:3.0f} %"


def _bar(part: float, width: int, style: str) -> str:
    return ("#" if style == "ascii" else "█") * round(width * part)


def _legend(found: Bound) -> list[str]:
    """What the symbols stand for, each once."""
    of_steps = "u_t" in found.theorem.left
    parts = [STEP if of_steps else GRADIENT]
    for symbol, value in found.scale.items():
        meaning = "bounds u_t" if of_steps and symbol == "R" else SCALES[symbol]
        parts.append(f"{whole(f'{symbol} = {upper(value, found.digits)}')} {meaning}")
    return [labelled("  where    ", "; ".join(parts))]


def _settings(found: Bound, assumed: Sequence[str]) -> list[str]:
    """The inputs: those that are given or known, and those that a preset only assumes."""
    from ..bounds.ranges import shown

    groups: dict[str, list[str]] = {"  with     ": [], "  assumed  ": []}
    for name, value in found.settings.items():
        groups["  assumed  " if name in assumed else "  with     "].append(whole(f"{name} = {shown(value)}"))
    return [labelled(label, ", ".join(texts)) for label, texts in groups.items() if texts]


# --- what is covered, and what is assumed -------------------------------------------------------


def coverage_lines(name: str, training: Training) -> list[str]:
    """What the theorem of this name covers of a training, a line for each trait, and where epsilon stands."""
    from ..bounds.training import coverage, place_of_epsilon

    rows = [(one.trait, one.text) for one in coverage(name, training)]
    rows.insert(1, ("epsilon", place_of_epsilon(name, training)))
    width = max(len(trait) for trait, _ in rows)
    return ["What the theorem covers of the training:", *(labelled(f"  {t:<{width}}  ", text) for t, text in rows)]


def _in_any_case(magnitudes: Magnitudes, found: Bound) -> list[str]:
    """What Lemma B.2 says of a step, which is about every sequence of gradients."""
    if magnitudes.R is None:
        return []
    most = whole(f"R = {upper(magnitudes.R, found.digits)}")
    decay, decoupled = found.training.weight_decay, found.training.decoupled
    beside = "" if decoupled is False or decay == 0 else ", and decay" if decay is not None else ", and decay if any"
    return [labelled("  ", f"In any case u_t <= {most}: a step is at most R*lr{beside}")]


def coverage_data(name: str, training: Training) -> dict[str, Any]:
    from ..bounds.training import coverage, place_of_epsilon

    return {
        "training": training.data(),
        "coverage": [one.data() for one in coverage(name, training)],
        "epsilon": place_of_epsilon(name, training),
    }


def not_covered(traits: Sequence[str]) -> list[str]:
    """The verdict where there is no bound: on a training that has these traits, which are not covered."""
    head = words.UNCOVERED
    return [highlighted(labelled("", f"{head}, which has {_listed(traits)}."), head, "red")] if traits else []


def _hypotheses(found: Bound, verbose: bool, another: bool) -> list[str]:
    """How many hold of those that numbers decide, and the others in groups."""
    from ..bounds.hypotheses import REGULARITY, grouped

    groups, failing = grouped(found), [check for check in found.checks if not check.holds]
    count, finer = len(found.checks), [name for name in groups.loss if name in REGULARITY]
    adam, loss = "; ".join(groups.adam), "; ".join(groups.loss)
    if not verbose:
        adam = f"{len(groups.adam)} on how m, v and the steps are made"
        rest = [f"{len(finer)} of regularity"] if finer else []
        loss = "; ".join([*(name for name in groups.loss if name not in finer), *rest])
    more = "" if verbose else " (all: -v)"
    lines = [formula("  FAILS: ", f"{check.name}; {_by_how_much(check)}") for check in failing]
    head = f"Hypotheses{more}: {count - len(failing)} of {count} on the numbers hold."
    lines = [labelled("", head), *lines, "Not checked:"] if failing else [labelled("", f"{head} Not checked:")]
    lines += [labelled("  true of every Adam          ", adam), labelled("  about your loss and noise   ", loss)]
    violated = "; ".join([*groups.violated, *([OTHER_BETAS] if another else [])])
    return [*lines, labelled("  not true of your optimiser  ", violated or NONE_KNOWN)]


def _by_how_much(check: Check) -> str:
    left, right = upper(check.left, 6), upper(check.right, 6)
    if check.holds is None:
        return f"{check.formula}: the two sides cannot be distinguished at {left}"
    if check.right.low > 0:
        return f"{check.formula}: {left} is {_rounded(check.left.high / check.right.low, 4)} times {right}"
    return f"{check.formula}: {left} against {right}"


def _details(found: Bound, magnitudes: Magnitudes) -> list[str]:
    """With -v: the theorem, what is compared, the magnitudes, and the hypotheses on the numbers."""
    case = " (case 2)" if found.theorem.case == 2 else ""
    lines = [labelled("The theorem: ", found.theorem.title + case), labelled("", _scale_line(magnitudes, found.digits))]
    lines += [
        labelled("", f"{each.text} = {upper(each.value, found.digits)} is {each.why}; a bound as large is vacuous")
        for each in found.compared
    ]
    lines.append("Hypotheses on the numbers:")
    for check in found.checks:
        holds = "holds" if check.holds else "FAILS"
        lines.append(formula(f"  {holds}  ", check.name if check.holds else f"{check.name}; {_by_how_much(check)}"))
    return lines


def _scale_line(found: Magnitudes, digits: int) -> str:
    parts = {"R": found.R, "R_T": found.R_t, "R_T with bias correction": found.corrected, "S": found.S}
    known = [whole(f"{name} = {upper(value, digits)}") for name, value in parts.items() if value is not None]
    if found.R is None:
        known.insert(0, "R: none, because beta1^2 >= beta2")
    return f"Magnitudes, rounded up: {', '.join(known)}"


# --- as data, and other questions ---------------------------------------------------------------


def bound_data(found: Bound, rates: Rates | None = None, another: bool = False) -> dict[str, Any]:
    """The whole answer.  another: whether the optimiser is known to be another one than Adam with these betas."""
    from ..bounds.hypotheses import grouped

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
        **coverage_data(found.theorem.name, found.training),
        "applies": found.applies and not another,
        "verdict": in_words(found, rates).replace(FIXED, " "),
        "informative_lr": rates and asdict(rates),
        "groups": {name: list(names) for name, names in asdict(grouped(found)).items()},
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
    lines += [labelled("  ", note) for note in found.notes]
    if found.bound.vacuous:
        lines += ["Even the best setting found leaves the bound vacuous."]
    return "\n".join(lines)


def _left_of(best: Enclosure, given: Enclosure) -> str:
    """What is left of the bound as it was given; the two are the same if nothing could be gained."""
    if best == given or not given.low:
        return "the same"
    ratio = best.high / given.low
    return "almost no improvement" if _rounded(ratio) == "1" else f"reduced to {_rounded(ratio)} of it"


def optimised_data(found: Optimised, another: bool = False) -> dict[str, Any]:
    """The whole answer.  another: as for `bound_data`."""
    return {
        "chosen": dict(found.chosen),
        "given": found.given and enclosed(found.given.total, found.bound.digits),
        "given_holds": found.given and found.given.holds,
        "lower_bound": found.lower and enclosed(found.lower, found.bound.digits),
        "notes": list(found.notes),
        "bound": bound_data(found.bound, another=another),
    }
