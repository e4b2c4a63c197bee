"""The commands `bound`, `schedule`, `magnitude`, `rate`: the calculator.  SymPy is imported when they run."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Any

import click

from ..bounds.parameters import (
    DEFAULTS,
    EXAMPLES,
    MEANINGS,
    THEOREMS,
    TRAINING,
    constants_for_exponents,
    constants_for_factors,
    doubts,
)
from ..support.parsing import rational
from . import files, idle, terminal
from .errors import CliError
from .number_types import Exponent, Formula, Steps, Whole
from .text_output import labelled

if TYPE_CHECKING:
    from ..bounds.certified import Bound, Check
    from ..bounds.constant import RateConstant
    from ..bounds.evaluation import Enclosure
    from ..bounds.magnitude import Magnitudes, Map
    from ..bounds.target import Target
    from ..bounds.training import Covered, Training
    from ..bounds.tuning import Optimised

BAR = 24
HELP = {"help_option_names": ["-h", "--help"]}
VIOLATED = 1
NEAR_ABOVE = Fraction(1001, 1000)  # a ratio below this, rounded up to 3 digits, would be called 1.01
RATE_INPUTS = ("gap", "grad1", "L0", "L1", "q", "sigma0", "sigma1", "p", "dim", "Gp", "Gq")
TRAITS = {
    "bias_correction": "--bias-correction/--no-bias-correction",
    "weight_decay": "--weight-decay",
    "decoupled": "--decoupled/--coupled",
    "clipping": "--clipping",
    "lr_schedule": "--lr-schedule",
}
SHORTER = {"gap": ("--D",), "epsilon": ("--eps",), "steps": ("--T",)}
FACTOR = Formula("1/2, 0.5 or 2/3", lambda hint: 0 < rational(hint) <= 1)
Command = Callable[..., Any]


def examples(*lines: str) -> str:
    return "\n".join(["\b", "Examples:", *(f"  adamproof {line}" for line in lines)])


def input_options(names: Iterable[str]) -> Callable[[Command], Command]:
    """An option for each input, with its meaning and default."""

    def decorate(command: Command) -> Command:
        for name in reversed(list(names)):
            default = f" [default: {DEFAULTS[name]}]" if name in DEFAULTS else ""
            flags = [f"--{name}", *SHORTER.get(name, ())]
            command = click.option(*flags, name, type=_formula(name), help=MEANINGS[name] + default)(command)
        return command

    return decorate


def _formula(name: str) -> Formula:
    """The type of an option for an input or a trait, whose hints keep its rule."""

    def fits(hint: str) -> bool:
        from ..bounds.problem import FIELDS, NONNEGATIVE, ProblemError, checked

        try:
            checked(name, hint, FIELDS[name].rule if name in FIELDS else NONNEGATIVE)
        except ProblemError:
            return False
        return True

    return Formula(EXAMPLES.get(name, Formula().examples), fits)


def training_options(command: Command) -> Command:
    """An option for each trait of a training that a theorem may or may not cover."""
    for name, flags in reversed(TRAITS.items()):
        kind: Any = {"type": _formula(name)} if name in ("weight_decay", "clipping") else {"default": None}
        command = click.option(flags, name, help=f"Of the training: {TRAINING[name]}.", **kind)(command)
    return command


AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
ASCII = click.option("--ascii", "ascii_only", is_flag=True, help="Draw bars and maps in ASCII.")
DIGITS = click.option(
    "--digits", type=Whole(1, 1000), default=6, show_default=True, help="Digits to which values are certified."
)


def refusing(error: Exception) -> CliError:
    return CliError(" ".join(str(error).split()))


# --- bound --------------------------------------------------------------------------------------


@click.command(
    context_settings=HELP,
    short_help="What a theorem says for one setting.",
    epilog=examples(
        "bound --preset gpt2-small",
        "bound --beta1 0.9 --beta2 0.999 --lr 1e-3 --dim 1.24e8 --steps 1e5 --gap 8 --grad1 1 --L0 1 --sigma0 1",
        "bound --file problem.toml --theorem averaged --digits 20",
        "bound --preset gpt2-small --beta1 1-T^-1/2 --beta2 1-T^-1/2 --lr T^-3/4/sqrt(d) --target 1e4",
        "bound --preset gpt3-small --optimise lr,beta1,beta2",
    ),
)
@click.option("--theorem", type=click.Choice(THEOREMS), default="main", show_default=True, help="Which bound.")
@click.option("--case", type=Whole(1, 2), default=1, show_default=True, help="Case of the corollary.")
@click.option("--preset", metavar="NAME", help="Start from a well-known training (`--preset list` shows all).")
@click.option("--file", "path", metavar="FILE", help="Start from a TOML or JSON file of inputs, after any preset.")
@input_options(MEANINGS)
@training_options
@DIGITS
@click.option(
    "--target",
    type=Formula(fits=lambda hint: rational(hint) > 0),
    help="Find the smallest T at which the bound is at most this.",
)
@click.option("--optimise", metavar="NAMES", help="Choose lr, beta1, beta2 (any, by commas) to make the bound least.")
@click.option("--plot", metavar="FILE", help="Draw the terms against T (PNG or SVG; needs the extra `plots`).")
@click.option("--heat-map", metavar="FILE", help="Draw the bound over (beta1, beta2) instead.")
@click.option("--data", metavar="FILE", help="Write what is drawn (by default the terms against T) as CSV or JSON.")
@AS_JSON
@ASCII
@click.pass_context
def bound(
    ctx: click.Context,
    /,
    theorem: str,
    case: int,
    preset: str | None,
    path: str | None,
    digits: int,
    target: str | None,
    optimise: str | None,
    plot: str | None,
    heat_map: str | None,
    data: str | None,
    as_json: bool,
    ascii_only: bool,
    **inputs: Any,
) -> None:
    """What a theorem says for one setting: its bound term by term, certified, and whether it says anything.

    A NUMBER (see `adamproof --help`) is exact, and may be a formula: T^-1/2 (the power -1/2 of T), 0.5/sqrt(d),
    1-T^-1/2.  Lengths are Euclidean over all coordinates; the loss has any unit, and gradients have that unit divided
    by that of the parameters.

    The last lines say what the theorem covers of the training: bias correction, weight decay, schedule, clipping.

    Exit status: 0 the theorem applies, 1 a hypothesis fails on these numbers, the training has what the theorem does
    not cover, or --target is out of reach, 2 usage error.
    """
    from ..bounds.problem import MissingError, ProblemError

    if preset == "list":
        terminal.say(presets())
        idle.note((("with --preset list", True, [name for name in ctx.params if name != "preset"]),))
        return
    try:
        values = collected(preset, path, inputs)
        question = Question(theorem, case, digits, values, preset)
        files.expect_drawable(plot or heat_map, data)
        if plot and heat_map:
            raise ProblemError("--plot and --heat-map draw different pictures; ask for one at a time")
        if target is not None and optimise is not None:
            raise ProblemError("--target solves for T and --optimise keeps it; ask for one at a time")
        if optimise is not None and not optimise.strip():
            raise ProblemError("--optimise names nothing; choose from lr, beta1, beta2")
        if target is not None:
            answer, code = question.reach(target, as_json)
        elif optimise is not None:
            answer, code = question.improve(optimise, as_json)
        else:
            answer, code = question.state(as_json, terminal.style(ascii_only))
        if plot or heat_map or data:  # last, so that no file is left behind a mistake
            question.draw(plot, heat_map, data)
    except MissingError as error:
        elsewhere = "--preset or --file gives what is missing; for R alone there is `adamproof magnitude`"
        raise CliError(f"{error}; {elsewhere}") from error
    except ProblemError as error:
        raise refusing(error) from error
    terminal.say(answer)
    remark(values)
    question.note_idle(target is not None, optimise is not None, as_json)
    ctx.exit(code)


def remark(values: Mapping[str, Any]) -> None:
    """Say on standard error what looks as if something else was meant; the answer stands as it is."""
    from ..bounds.exponents import doubts_of_formulas

    for doubt in [*doubts(values), *doubts_of_formulas(values)]:
        terminal.warn(labelled("Note: ", f"{doubt}."))


def collected(preset: str | None, path: str | None, inputs: Mapping[str, Any]) -> dict[str, Any]:
    """The inputs and traits by name: those of the preset, then of the file, then of the options."""
    from ..bounds.presets import PRESETS
    from ..bounds.problem import read

    values: dict[str, Any] = {}
    if preset is not None:
        if preset not in PRESETS:
            raise CliError(f"there is no preset {preset!r}; the presets are {', '.join(PRESETS)}")
        values |= PRESETS[preset].values | PRESETS[preset].traits
    if path is not None:
        values |= read(path)
    return values | {name: value for name, value in inputs.items() if value is not None}


def presets() -> str:
    """All presets, with the sources of what is of public record."""
    from ..bounds.presets import PRESETS

    lines = []
    for preset in PRESETS.values():
        for title, entries in (("of public record", preset.recorded), ("assumed, not measured", preset.assumed)):
            text = ", ".join(f"{name} = {value}" for name, value in entries.items())
            lines.append(labelled(f"  {title}: ", text))
        lines[-2:-2] = [preset.name, labelled("  source: ", preset.source)]
        traits = ", ".join(f"{name} = {str(value).lower()}" for name, value in preset.traits.items())
        lines.append(labelled("  beside Adam's recursions: ", f"{traits}; the rest is not stated"))
    return "\n".join(lines)


class Question:
    """One call of `bound`: the theorem, the inputs, and how its answers are written."""

    def __init__(self, theorem: str, case: int, digits: int, values: Mapping[str, Any], preset: str | None) -> None:
        from ..bounds.problem import ProblemError, from_mapping
        from ..bounds.training import training_of

        if case == 2 and theorem != "corollary":
            raise ProblemError(f"--case 2 is for --theorem corollary, not for {theorem}")
        self.theorem, self.case, self.digits = theorem, case, digits
        self.values, self.preset = values, preset
        self.training = training_of(values)
        self.problem, self.hyper = from_mapping(values)

    def note_idle(self, solves: bool, improves: bool, as_json: bool) -> None:
        """Note the options that had no effect on the answer."""
        from ..bounds.certified import effective

        h = self.hyper
        unused = set(MEANINGS) - effective(self.problem, h, self.theorem, self.case)
        if not solves and not improves:  # beside the bound stand the magnitudes, which have these in S
            unused -= {"V", "epsilon"} if self._magnitudes.S is not None else set()
        plain = self.training.weight_decay in (None, 0)
        idle.note(
            (
                ("with --target", solves, ("steps",)),
                (f"on {theorem_slug(self.theorem)} with these inputs", True, sorted(unused)),
                ("without --weight-decay", plain, ("decoupled",)),
                ("with --json", as_json, ("ascii_only",)),
                ("with --target" if solves else "with --optimise", solves or improves, ("ascii_only",)),
            )
        )

    def assumed(self) -> tuple[str, ...]:
        """The names of the inputs that a preset only assumes, as they are."""
        from ..bounds.presets import PRESETS

        own = PRESETS[self.preset].assumed if self.preset else {}
        return tuple(name for name, value in own.items() if self.values.get(name) == value)

    def state(self, as_json: bool, style: str) -> tuple[str, int]:
        from ..bounds.certified import certify

        found = certify(self.problem, self.hyper, self.theorem, self.case, self.digits, self.training)
        extra = self._magnitudes
        code = 0 if found.applies else VIOLATED
        if as_json:
            return _document("bound", code, **bound_data(found), magnitudes=magnitude_data(extra)), code
        return bound_text(found, extra, self.assumed(), style), code

    @cached_property
    def _magnitudes(self) -> Magnitudes:
        from ..bounds.magnitude import magnitudes

        h = self.hyper
        return magnitudes(h.beta1, h.beta2, h.steps, h.epsilon, self.problem.V, self.digits, self.problem.dim)

    def reach(self, target: str, as_json: bool) -> tuple[str, int]:
        from ..bounds.target import smallest_steps
        from ..bounds.training import coverage, uncovered

        found = smallest_steps(self.problem, self.hyper, target, self.theorem, self.case, self.digits)
        covered = coverage(self.theorem, self.training)
        code = 0 if found.steps is not None and not uncovered(covered) else VIOLATED
        there = None if found.steps is None else self._at(found.steps, found.digits)
        if as_json:
            judged = {"compared": there and compared_data(there), "vacuous": there and there.vacuous}
            content = {**target_data(found), **judged, **coverage_data(self.training, covered)}
            return _document("bound", code, **content), code
        verdict = [] if there is None else ["", *_verdict(there)]
        if there is None:
            verdict = _no_theorem(covered)
        return "\n".join([target_text(found), "", *coverage_lines(covered), *verdict]), code

    def _at(self, steps: int, digits: int) -> Bound:
        """The bound at this T."""
        from ..bounds.certified import certify

        hyper = replace(self.hyper, steps=steps)
        return certify(self.problem, hyper, self.theorem, self.case, digits, self.training)

    def improve(self, names: str, as_json: bool) -> tuple[str, int]:
        from ..bounds.tuning import NoSetting, optimise

        wanted = [name.strip() for name in names.split(",")]
        progress = terminal.Progress(False)
        try:
            found = optimise(self.problem, self.hyper, wanted, self.theorem, self.case, self.digits, progress)
        except NoSetting as error:
            text = f"Found no setting: {error}."
            none = {"chosen": None, "given": None, "lower_bound": None, "notes": [text], "bound": None}
            return (_document("bound", VIOLATED, **none) if as_json else labelled("", text)), VIOLATED
        finally:
            progress.clear()
        found = replace(found, bound=found.bound.of(self.training))
        code = 0 if found.bound.applies else VIOLATED
        if as_json:
            return _document("bound", code, **optimised_data(found)), code
        covered = found.bound.coverage
        return "\n".join([optimised_text(found), "", *coverage_lines(covered), *_no_theorem(covered)]), code

    def draw(self, plot: str | None, heat_map: str | None, data: str | None) -> None:
        from ..bounds import plots

        drawn = plots.map_of_bound if heat_map else plots.against_steps
        _written(drawn(self.problem, self.hyper, self.theorem, self.case), plot or heat_map, data)


def theorem_slug(name: str) -> str:
    from ..bounds.theorems import theorem

    return theorem(name).lemma.slug


def _written(found: Any, plot: str | None, data: str | None) -> None:
    from ..bounds.plots import PlotError

    try:
        if data:
            files.write(data, found.text(data))
        if plot:
            found.draw(plot)
    except PlotError as error:
        raise refusing(error) from error


# --- what `bound` says --------------------------------------------------------------------------


def bound_text(found: Bound, magnitudes: Magnitudes, assumed: Sequence[str], style: str) -> str:
    """The table of terms, the magnitudes, the hypotheses and the verdict."""
    from ..bounds.problem import shown

    settings = ", ".join(
        f"{name} = {shown(value)}{' (assumed)' if name in assumed else ''}" for name, value in found.settings.items()
    )
    lines = [f"The theorem: {found.theorem.title}{' (case 2)' if found.theorem.case == 2 else ''}"]
    lines += [labelled("  with ", settings), "", f"{found.theorem.left} is at most", ""]
    lines += [*_terms(found, style), "", labelled("  ", _scale_line(magnitudes, found.digits))]
    lines += ["", *_hypotheses(found), *coverage_lines(found.coverage), "", *_verdict(found)]
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


def _no_theorem(found: Sequence[Covered]) -> list[str]:
    """The verdict on a training that has what is not covered; nothing for others."""
    text = _uncovered(found)
    return [labelled("", f"DOES NOT APPLY: {text}; the bound is for the same run without it.")] if text else []


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
        known.insert(0, "R: none, as beta1^2 >= beta2")
    return f"magnitudes, rounded up: {', '.join(known)}"


def _hypotheses(found: Bound) -> list[str]:
    failing = [check for check in found.checks if not check.holds]
    count = len(found.checks)
    text = _uncovered(found.coverage)
    but = f", but {text}" if text else ""
    lines = [labelled("", f"Hypotheses on the numbers: {count - len(failing)} of {count} hold{but}")]
    lines += [labelled("  FAILS: ", f"{check.name}; {_by_how_much(check)}") for check in failing]
    lines += ["  About the run, for you to judge:", labelled("    ", "; ".join(found.theorem.assumed))]
    return lines


def _by_how_much(check: Check) -> str:
    left, right = check.left.decimals(6), check.right.decimals(6)
    if check.holds is None:
        return f"{check.formula}: the sides cannot be told apart at {left[0]}"
    if check.right.low > 0:
        return f"{check.formula}: {left[1]} is {_rounded(check.left.high / check.right.low, 4)} times {right[1]}"
    return f"{check.formula}: {left[1]} against {right[1]}"


def _rounded(value: Fraction, digits: int = 3) -> str:
    """For people: rounded up, with commas between thousands."""
    from ..bounds.evaluation import decimal

    text = decimal(value, digits, up=True)
    return f"{int(text):,}" if text.isdigit() else text


def _verdict(found: Bound) -> list[str]:
    """Whether the theorem applies; what the bound is compared with; what binds."""
    share = _percent(float(found.shares[found.binding].high)).strip()
    lines = [] if found.holds else ["DOES NOT APPLY: a hypothesis fails, so the number above bounds nothing."]
    lines += _no_theorem(found.coverage)
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
        lines.append("There is nothing to compare it with, as |a_1| is 0 or not given.")
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


def enclosed(value: Enclosure, digits: int) -> dict[str, Any]:
    """Both ends, rounded outward; the exact fraction where it is known and short."""
    low, high = value.decimals(digits)
    fraction = str(value.low) if value.exact else None
    return {"low": low, "high": high, "exact": fraction if fraction and len(fraction) <= 200 else None}


def target_text(found: Target) -> str:
    if found.steps is None or found.at is None:
        none = "No T" if found.monotone else "Found no T, among those tried,"
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
        lines.append(labelled("", f"DOES NOT APPLY: {failing} fails, so the number above bounds nothing."))
    lines += [labelled("  ", note) for note in found.notes]
    if found.bound.vacuous:
        lines.append("Even the best setting that was found leaves the bound vacuous:")
    return "\n".join([*lines, *(_comparisons(found.bound) if found.bound.holds else ())])


def _left_of(best: Enclosure, given: Enclosure) -> str:
    """What is left of the bound as it was given; the two are the same if nothing could be gained."""
    if best == given or not given.low:
        return "the same"
    ratio = best.high / given.low
    return "almost all of that is left" if _rounded(ratio) == "1" else f"{_rounded(ratio)} of that is left"


def optimised_data(found: Optimised) -> dict[str, Any]:
    return {
        "chosen": dict(found.chosen),
        "given": found.given and enclosed(found.given.total, found.bound.digits),
        "given_holds": found.given and found.given.holds,
        "lower_bound": found.lower and enclosed(found.lower, found.bound.digits),
        "notes": list(found.notes),
        "bound": bound_data(found.bound),
    }


# --- magnitude ----------------------------------------------------------------------------------


@click.command(
    context_settings=HELP,
    short_help="How large an update can be: R, R_t, S.",
    epilog=examples(
        "magnitude --beta1 0.9 --beta2 0.999 --steps 1000 --digits 30",
        "magnitude --beta1 1-T^-1/2 --beta2 1-T^-3/4 --steps 131072 --eps 1e-3 --V 1",
        "magnitude --map",
        "magnitude --plot r.svg --data r.csv",
    ),
)
@input_options(["beta1", "beta2", "steps", "epsilon", "V", "dim"])
@DIGITS
@click.option("--map", "as_map", is_flag=True, help="A table of R over (beta1, beta2).")
@click.option("--plot", metavar="FILE", help="Draw a heat map of R (PNG or SVG; needs the extra `plots`).")
@click.option("--data", metavar="FILE", help="Write that map as CSV or JSON.")
@AS_JSON
@ASCII
def magnitude(
    digits: int, as_map: bool, plot: str | None, data: str | None, as_json: bool, ascii_only: bool, **inputs: Any
) -> None:
    """How large an update |m_t|/(sqrt(v_t) + epsilon) can be: R for all t, R_t at a time, S on average.

    R exists if beta1^2 < beta2, is at least 1, and is 1 exactly at beta1 = beta2.  A NUMBER may be a formula in T and
    d, as for `bound`.

    Exit status: 0, or 2 for a usage error.
    """
    from ..bounds.magnitude import magnitude_map, magnitudes
    from ..bounds.problem import ProblemError

    files.expect_drawable(plot, data)
    try:
        if plot or data:
            from ..bounds import plots

            _written(plots.map_of_R(), plot, data)
        if as_map:
            found_map = magnitude_map(digits=digits)
            terminal.say(_document("magnitude", 0, map=map_data(found_map, digits)) if as_json else map_text(found_map))
            idle.note((("with --map", True, inputs), ("with --map but without --json", not as_json, ("digits",))))
            return
        if inputs["beta1"] is None and inputs["beta2"] is None and (plot or data):
            return
        found = magnitudes(**inputs, digits=digits)
    except ProblemError as error:
        raise refusing(error) from error
    terminal.say(_document("magnitude", 0, **magnitude_data(found)) if as_json else magnitude_text(found))
    remark(inputs)
    idle.note(
        (
            ("here: S needs V, steps, epsilon > 0 and beta1 < beta2", found.S is None, ("V", "epsilon")),
            ("without a formula in d", all("d" not in str(value) for value in inputs.values()), ("dim",)),
        )
    )


def magnitude_text(found: Magnitudes) -> str:
    from ..bounds.problem import shown

    rows = [
        ("R", found.R, "u_t <= R for every t (Lemma B.2); also with bias correction"),
        ("R^2 - 1", found.excess, "0 exactly at beta1 = beta2"),
        ("R_t", found.R_t, f"the largest u_t at t = {shown(found.settings.get('steps', found.settings['beta1']))}"),
        ("R_t, corrected", found.corrected, "the largest bias-corrected magnitude then"),
        ("S", found.S, "root of the mean square over t = 1..T, where E[v_T] <= V"),
    ]
    lines = [", ".join(f"{name} = {shown(value)}" for name, value in found.settings.items()), ""]
    if found.R is None:
        lines.append("  R               none: beta1^2 >= beta2, so u_t is not bounded as t grows")
    for name, value, meaning in rows:
        if value is not None:
            low, high = value.decimals(found.digits)
            text = low if low == high else f"{low} .. {high}"
            lines.append(f"  {name:<14}  {text:<{2 * found.digits + 10}}  {meaning}".rstrip())
    return "\n".join(lines)


def magnitude_data(found: Magnitudes) -> dict[str, Any]:
    parts = {"R": found.R, "R^2 - 1": found.excess, "R_t": found.R_t, "R_t corrected": found.corrected, "S": found.S}
    return {
        "settings": {name: str(value).replace("**", "^") for name, value in found.settings.items()},
        **{name: value and enclosed(value, found.digits) for name, value in parts.items()},
    }


def map_text(found: Map) -> str:
    """R rounded up to 4 digits; "." where there is none, and brackets in the valley beta1 = beta2."""
    head = ["beta2 \\ beta1", *(str(float(x)) for x in found.beta1)]
    lines = [head]
    for number, (beta2, row) in enumerate(zip(found.beta2, found.rows, strict=True)):
        cells = [str(float(beta2))]
        for column, value in enumerate(row):
            text = "." if value is None else value.decimals(4)[1]
            cells.append(f"[{text}]" if found.valley(number, column) else text)
        lines.append(cells)
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    table = ["  ".join(cell.rjust(width) for cell, width in zip(line, widths, strict=True)) for line in lines]
    legend = (
        'R, rounded up. ".": beta1^2 >= beta2, no bound for all t. [1]: the valley beta1 = beta2, where R is least.'
    )
    return "\n".join([*table, "", legend])


def map_data(found: Map, digits: int) -> list[dict[str, Any]]:
    return [
        {"beta1": str(x), "beta2": str(y), "R": value and enclosed(value, digits)}
        for y, row in zip(found.beta2, found.rows, strict=True)
        for x, value in zip(found.beta1, row, strict=True)
    ]


# --- schedule -----------------------------------------------------------------------------------


@click.command(
    context_settings=HELP,
    short_help="How a bound falls with T: exponents.",
    epilog=examples(
        "schedule --beta1 1/2 --beta2 3/4 --lr 3/4",
        "schedule --beta1 1-T^-1/2 --beta2 1-T^-3/4 --lr T^-3/4 --theorem averaged",
        "schedule --best",
    ),
)
@click.option("--beta1", "A", type=Exponent("beta1"), help="A of 1 - beta1 = Theta(T^-A): 1/2, or 1-T^-1/2.")
@click.option("--beta2", "B", type=Exponent("beta2"), help="B of 1 - beta2 = Theta(T^-B).")
@click.option("--lr", "C", type=Exponent("lr"), help="C of lr = Theta(T^-C/sqrt(d)): 3/4, or T^-3/4.")
@click.option("--theorem", type=click.Choice(THEOREMS[:2]), default="main", show_default=True, help="Which bound.")
@click.option("--best", is_flag=True, help="The exponents of the best rate alone; those given are kept.")
@AS_JSON
def schedule(A: str | None, B: str | None, C: str | None, theorem: str, best: bool, as_json: bool) -> None:
    """How the bound falls with T when 1 - beta1, 1 - beta2 and lr are powers of T: exponents, exact.

    The options take exponents; for betas and learning rates that are constants there are `bound` and `magnitude`.

    Shows the growth of R (or S), the exponent of each term, the rate, what binds, and the best exponents, with a
    certificate that the kernel checks.

    Exit status: 0, or 2 for a usage error.
    """
    from ..bounds.exponents import report
    from ..bounds.linear_program import ProgramError
    from ..bounds.power_law import OrderError

    given = {"A": A, "B": B, "C": C}
    if not best and None in given.values():
        missing = [
            f"--{name}" for name, value in zip(("beta1", "beta2", "lr"), given.values(), strict=True) if not value
        ]
        raise CliError(
            f"schedule needs the exponents --beta1, --beta2 and --lr ({', '.join(missing)} missing), or --best"
        )
    texts = {name: value for name, value in zip(("beta1", "beta2", "lr"), (A, B, C), strict=True) if value is not None}
    if mistaken := constants_for_exponents("bound", texts):
        raise CliError(mistaken)
    try:
        found = report({name: value for name, value in given.items() if value is not None}, theorem, best)
    except (OrderError, ProgramError) as error:
        raise refusing(error) from error
    terminal.say(_document("schedule", 0, **found.data()) if as_json else found.text())


# --- rate ---------------------------------------------------------------------------------------


@click.command(
    context_settings=HELP,
    short_help="The rate T^(-1/4) and its constant K.",
    epilog=examples(
        "rate --gap 1 --grad1 4 --L0 1 --sigma0 1 --dim 16",
        "rate --gap 1 --grad1 4 --L0 1 --sigma0 1 --dim 16 --alpha 1/2 --beta 1/2 --at 1,10,1e6 --digits 20",
    ),
)
@input_options([name for name in MEANINGS if name in RATE_INPUTS])
@click.option("--alpha", type=FACTOR, default="1/2", show_default=True, help="1 - beta1 = alpha*T^-1/2.")
@click.option("--beta", type=FACTOR, default="1/2", show_default=True, help="1 - beta2 = beta*T^-1/2.")
@click.option("--gamma0", type=FACTOR, default="1", show_default=True, help="lr = gamma0*T^-3/4/sqrt(d).")
@click.option("--at", type=Steps(), help="The T of the table, by commas.  [default: 1,2,10,1e3,1e6,1e12]")
@DIGITS
@AS_JSON
@click.pass_context
def rate(
    ctx: click.Context,
    /,
    alpha: str,
    beta: str,
    gamma0: str,
    at: tuple[int, ...] | None,
    digits: int,
    as_json: bool,
    **inputs: Any,
) -> None:
    """The rate T^(-1/4) with its explicit constant: the bound is at most K*sqrt(d)/T^(1/4) for every T.

    Prints K as a formula and in numbers, and beside K*sqrt(d)/T^(1/4) the main theorem's bound on that schedule.
    With L1 > 0 the theorem applies from some T on: lr must be small beside 1/L1.

    Exit status: 0 the theorem applies at every T of the table, 1 it does not at some T, 2 usage error.
    """
    from ..bounds.constant import STEPS, rate_constant
    from ..bounds.problem import Problem, ProblemError

    try:
        problem = Problem(**{name: value for name, value in inputs.items() if value is not None})
        found = rate_constant(problem, alpha, beta, gamma0, STEPS if at is None else at, digits)
    except ProblemError as error:
        raise refusing(error) from error
    code = 0 if found.holds else VIOLATED
    terminal.say(_document("rate", code, **rate_data(found)) if as_json else rate_text(found))
    for doubt in constants_for_factors({"alpha": alpha, "beta": beta}):
        terminal.warn(labelled("Note: ", f"{doubt}."))
    idle.note(
        (
            ("without --L1 above 0", problem.L1 == 0, ("q", "Gq")),
            ("without --sigma1 above 0", problem.sigma1 == 0, ("p", "Gp")),
        )
    )
    ctx.exit(code)


def rate_text(found: RateConstant) -> str:
    from ..bounds.problem import shown

    digits = found.digits
    settings = ", ".join(f"{name} = {shown(value)}" for name, value in found.settings.items())
    lines = [labelled("with ", settings), "", f"K = {found.K.decimals(digits)[1]} (rounded up), the sum of"]
    lines += [
        labelled(f"  {name:<17} {share.decimals(digits)[1]:>{digits + 6}}  = ", found.formulas[name])
        for name, share in found.shares.items()
    ]
    rows = [("T", "bound", "K*sqrt(d)/T^(1/4)")]
    rows += [(_steps(row.steps), row.bound.decimals(digits)[1], row.limit.decimals(digits)[1]) for row in found.rows]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    marks = ["", *("" if row.holds else "  does not apply" for row in found.rows)]
    table = [
        "  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)) + mark
        for row, mark in zip(rows, marks, strict=True)
    ]
    return "\n".join([*lines, "", *(f"  {line}" for line in table), *_where_it_fails(found)])


def _where_it_fails(found: RateConstant) -> list[str]:
    if found.holds:
        return []
    failing = dict.fromkeys(formula for row in found.rows for formula in row.failing)
    text = f"DOES NOT APPLY at the T that are marked: {'; '.join(failing)} fails there, so those numbers bound nothing."
    return ["", labelled("", text)]


def _steps(count: int) -> str:
    from ..bounds.evaluation import decimal

    return str(count) if count < 10**6 else decimal(Fraction(count), 6, up=False)


def rate_data(found: RateConstant) -> dict[str, Any]:
    digits = found.digits
    return {
        "settings": {name: str(value) for name, value in found.settings.items()},
        "K": enclosed(found.K, digits),
        "shares": [
            {"name": name, "formula": found.formulas[name], **enclosed(share, digits)}
            for name, share in found.shares.items()
        ],
        "rows": [
            {
                "steps": str(row.steps),
                "bound": enclosed(row.bound, digits),
                "limit": enclosed(row.limit, digits),
                "holds": row.holds,
            }
            for row in found.rows
        ],
        "holds": found.holds,
    }


# --- layout -------------------------------------------------------------------------------------


def _document(command: str, code: int, **content: Any) -> str:
    from . import json_output as as_json

    return as_json.document(command, code, **content)



__all__ = ["bound", "magnitude", "rate", "schedule"]
