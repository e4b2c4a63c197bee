"""The command `bound`: what a theorem says for one setting."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import click

from ...bounds.formulas.parameters import MEANINGS, THEOREMS
from ...support.parsing import rational
from .. import files, idle, kinds, terminal
from ..audit_output import recorded_lines, standing_lines
from ..bound_output import (
    bound_data,
    bound_text,
    compared_data,
    coverage_data,
    coverage_lines,
    not_covered,
    optimised_data,
    optimised_text,
    target_data,
    target_text,
    verdict,
)
from ..calculator import ASCII_PICTURES, DIGITS, VIOLATED, input_options, refusing, remark, training_options
from ..errors import CliError
from ..json_output import document
from ..number_types import Formula, Whole
from ..options import AS_JSON, HELP, complete_file, examples
from ..terminal import labelled

DASHES = "\u2010\u2011\u2012\u2013\u2014\u2212"  # that a page may show in place of the hyphens of an option

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from ...audit.constants import Found
    from ...bounds.certified import Bound
    from ...bounds.magnitude import Magnitudes


def complete_preset(_: click.Context, __: click.Parameter, incomplete: str) -> list[CompletionItem]:
    from click.shell_completion import CompletionItem

    from ...bounds.presets import PRESETS

    names = [*PRESETS, "list"]
    return [CompletionItem(name) for name in names if name.startswith(incomplete)]


@click.command(
    "bound",
    context_settings={**HELP, "allow_extra_args": True},  # which are refused with what to write instead
    epilog=examples(
        "bound --preset gpt2-small",
        "bound --beta1 0.9 --beta2 0.999 --lr 1e-3 --dim 1.24e8 --steps 1e5 --gap 8 --grad1 1 --L0 1 --sigma0 1",
        "bound --file problem.toml --theorem averaged --digits 20",
        "bound --preset gpt2-small --beta1 1-T^-1/2 --beta2 1-T^-1/2 --lr T^-3/4/sqrt(d) --target 1e4",
        "bound --preset gpt3-small --optimise lr,beta1,beta2",
        "bound --from run.audit",
    ),
)
@click.option("--theorem", type=click.Choice(THEOREMS), default="main", show_default=True, help="The theorem.")
@click.option("--case", type=Whole(1, 2), default=1, show_default=True, help="Case of the corollary.")
@click.option(
    "--preset",
    metavar="NAME",
    shell_complete=complete_preset,
    help="Use the values of a known training run (`--preset list` shows all).",
)
@click.option(
    "--from",
    "record",
    metavar="FILE",
    shell_complete=complete_file,
    help="Take what the record of a training has (see `adamproof audit`); other options override it.",
)
@click.option("--file", "path", metavar="FILE", help="Read values from a TOML or JSON file; they override the preset.")
@input_options(MEANINGS)
@training_options
@DIGITS
@click.option(
    "--target",
    type=Formula(fits=lambda hint: rational(hint) > 0),
    help="Find the smallest T with a bound of at most this.",
)
@click.option("--optimise", metavar="NAMES", help="Minimise the bound over lr, beta1, beta2 (comma-separated).")
@click.option("--plot", metavar="FILE", help="Plot the terms against T (PNG or SVG; needs the extra `plots`).")
@click.option("--heat-map", metavar="FILE", help="Plot the bound over (beta1, beta2) instead.")
@click.option("--data", metavar="FILE", help="Write the plotted data (by default the terms against T) as CSV or JSON.")
@AS_JSON
@ASCII_PICTURES
@click.option("-v", "--verbose", is_flag=True, help="Also print all hypotheses, the magnitudes and the theorem's name.")
@click.pass_context
def command(
    ctx: click.Context,
    /,
    theorem: str,
    case: int,
    preset: str | None,
    record: str | None,
    path: str | None,
    digits: int,
    target: str | None,
    optimise: str | None,
    plot: str | None,
    heat_map: str | None,
    data: str | None,
    as_json: bool,
    ascii_only: bool,
    verbose: bool,
    **inputs: Any,
) -> None:
    """Evaluate a theorem's bound for one setting, term by term, with certified digits, and say what it is worth.

    A NUMBER (see `adamproof --help`) is exact, and may be a formula: T^-1/2 (the power -1/2 of T), 0.5/sqrt(d),
    1-T^-1/2.  Norms are Euclidean over all coordinates.  The loss may have any unit; a gradient has the unit of the
    loss divided by that of the parameters.

    The first line is the verdict; with --from, what speaks against the record stands before it. Then come the terms,
    what the theorem covers of the training (bias correction, weight decay, schedule, clipping), and its hypotheses.

    Exit status: 0 the theorem applies, 1 a hypothesis fails on these numbers, the theorem does not cover the training,
    the record contradicts its betas, or --target is out of reach, 2 usage error.
    """
    from ...bounds.ranges import MissingError, ProblemError

    refuse_words(ctx)
    if preset == "list":
        terminal.say(presets())
        idle.note((("with --preset list", True, [name for name in ctx.params if name != "preset"]),))
        return
    try:
        recorded = Recorded() if record is None else from_record(record)
        values = collected(preset, path, inputs, recorded.inputs)
        question = Question(theorem, case, digits, values, preset, recorded.used(values))
        files.expect_drawable(plot or heat_map, data)
        if plot and heat_map:
            raise ProblemError("--plot and --heat-map draw different pictures; give only one of them")
        if target is not None and optimise is not None:
            raise ProblemError("--target solves for T and --optimise keeps T fixed; give only one of them")
        if optimise is not None and not optimise.strip():
            raise ProblemError("--optimise is empty; choose from lr, beta1, beta2")
        if target is not None:
            answer, code = question.reach(target, as_json)
        elif optimise is not None:
            answer, code = question.improve(optimise, as_json)
        else:
            answer, code = question.state(as_json, terminal.style(ascii_only), verbose)
        if plot or heat_map or data:  # last, so that no file is left behind a mistake
            question.draw(plot, heat_map, data)
    except MissingError as error:
        elsewhere = "--preset, --file or --from supplies missing values; for R alone use `adamproof magnitude`"
        raise CliError(f"{error}; {elsewhere}{_without_probes(record)}") from error
    except ProblemError as error:
        raise refusing(error) from error
    used = question.recorded
    if not as_json:
        before = standing_lines(used.contradicted, used.diverged)
        answer = "\n".join([*before, answer, *recorded_lines(record, used.inputs)])
    terminal.say(answer)
    if recorded.contradicted and not used.contradicted:
        terminal.warn(labelled("Note: ", "the record contradicts the betas that it states; yours are not checked."))
    remark(values)
    question.note_idle(target is not None, optimise is not None, as_json)
    ctx.exit(code)


def refuse_words(ctx: click.Context) -> None:
    """Refuse what is no option: a preset's name, betas, or whatever.  Raises CliError with the options to write."""
    from ...bounds.presets import PRESETS

    words = ctx.args
    if not words:
        return
    shown = " ".join(words)
    if words[0][:1] in DASHES:
        raise CliError(f"{words[0]!r:.60} begins with a dash that is no hyphen; write --{words[0].lstrip(DASHES):.40}")
    close = difflib.get_close_matches(words[0].lower(), PRESETS, n=1, cutoff=0.5)
    if close:
        hint = f"--preset {close[0]}"
    elif len(words) == 2 and all(word[:1].isdigit() or word[:1] == "." for word in words):
        hint = f"--beta1 {words[0]} --beta2 {words[1]}"
    else:
        hint = "--beta1 0.9 --beta2 0.999 or --preset gpt2-small"
    raise CliError(f"`bound` takes all values by options, not {shown!r:.60}; write them like {hint}")


@dataclass(frozen=True)
class Recorded:
    """What the record of a training gives.

    inputs: by name.  contradicted: why it is not the record of Adam with these betas.  diverged: that it did, or "".
    """

    inputs: Mapping[str, Found] = field(default_factory=dict)
    contradicted: Sequence[str] = ()
    diverged: str = ""

    def used(self, values: Mapping[str, Any]) -> Recorded:
        """What is used of it: nothing overrides it.  With other betas than the record's nothing contradicts them."""
        kept = {name: found for name, found in self.inputs.items() if values[name] is found.value}
        return Recorded(kept, self.contradicted if {"beta1", "beta2"} <= set(kept) else (), self.diverged)

    def data(self) -> dict[str, Any]:
        """As JSON has it; nothing where there is no record."""
        if not self.inputs:
            return {}
        measured = {name: {"value": found.value, "how": found.how} for name, found in self.inputs.items()}
        return {"from": measured, "contradicted": list(self.contradicted), "diverged": self.diverged or None}


def from_record(path: str) -> Recorded:
    """What the record of a training gives.  Raises CliError."""
    from ...audit.constants import constants, contradictions, divergence
    from ...audit.errors import AuditError
    from ...audit.states import read_either

    kinds.refuse_pipe(path)
    if path.lower().endswith((".npz", ".safetensors")):
        raise CliError(f"{path} is a state of arrays, which has no settings; a record or a torch checkpoint has some")
    try:
        run = read_either(path)
        return Recorded(constants(run), contradictions(run), divergence(run))
    except AuditError as error:
        raise refusing(error) from error


def _without_probes(record: str | None) -> str:
    """Why a record leaves values out, if it has no probe."""
    if record is None:
        return ""
    from ...audit.constants import missing
    from ...audit.states import read_either

    why = missing(read_either(record))
    return f"; {why}" if why else ""


def collected(
    preset: str | None, path: str | None, inputs: Mapping[str, Any], recorded: Mapping[str, Found]
) -> dict[str, Any]:
    """The inputs and traits by name: those of the preset, of the record, of the file, then of the options."""
    from ...bounds.presets import PRESETS
    from ...bounds.problem import read

    values: dict[str, Any] = {}
    if preset is not None:
        if preset not in PRESETS:
            raise CliError(no_preset(preset))
        values |= PRESETS[preset].values | PRESETS[preset].traits
    values |= {name: found.value for name, found in recorded.items()}
    if path is not None:
        values |= read(path)
    return values | {name: value for name, value in inputs.items() if value is not None}


def no_preset(name: str) -> str:
    """That there is no such preset, with the one whose name is close, or else all."""
    from ...bounds.presets import PRESETS

    close = difflib.get_close_matches(name.lower(), PRESETS, n=1, cutoff=0.5)
    hint = f"did you mean {close[0]}?" if close else f"choose from {', '.join(PRESETS)}"
    return f"there is no preset {name!r:.60}; {hint}"


def presets() -> str:
    """All presets, with the sources of what is published."""
    from ...bounds.presets import PRESETS

    lines = []
    for preset in PRESETS.values():
        for title, entries in (("published", preset.recorded), ("assumed, not measured", preset.assumed)):
            text = ", ".join(f"{name} = {value}" for name, value in entries.items())
            lines.append(labelled(f"  {title}: ", text))
        lines[-2:-2] = [preset.name, labelled("  source: ", preset.source)]
        traits = ", ".join(f"{name} = {str(value).lower()}" for name, value in preset.traits.items())
        lines.append(labelled("  in addition to Adam's recursions: ", f"{traits}; the rest is unknown"))
    return "\n".join(lines)


class Question:
    """One call of `bound`: the theorem, the inputs, and how its answers are written."""

    def __init__(
        self,
        theorem: str,
        case: int,
        digits: int,
        values: Mapping[str, Any],
        preset: str | None,
        recorded: Recorded,
    ) -> None:
        from ...bounds.problem import from_mapping
        from ...bounds.ranges import ProblemError
        from ...bounds.training import training_of

        if case == 2 and theorem != "corollary":
            raise ProblemError(f"--case 2 needs --theorem corollary, not {theorem}")
        self.theorem, self.case, self.digits = theorem, case, digits
        self.values, self.preset, self.recorded = values, preset, recorded
        self.training = training_of(values)
        self.problem, self.hyper = from_mapping(values)

    def note_idle(self, solves: bool, improves: bool, as_json: bool) -> None:
        """Note the options that had no effect on the answer."""
        from ...bounds.certified import effective

        h = self.hyper
        unused = set(MEANINGS) - effective(self.problem, h, self.theorem, self.case)
        if not solves and not improves:  # beside the bound stand the magnitudes, which have these in S
            unused -= {"V", "epsilon"} if self._magnitudes.S is not None else set()
        plain = self.training.weight_decay in (None, 0)
        idle.note(
            (
                ("with --target", solves, ("steps",)),
                (f"on {theorem_slug(self.theorem)} with these parameters", True, sorted(unused)),
                ("without --weight-decay", plain, ("decoupled",)),
                ("with --json", as_json, ("ascii_only", "verbose")),
                ("with --target" if solves else "with --optimise", solves or improves, ("ascii_only", "verbose")),
            )
        )

    def _document(self, code: int, **content: Any) -> str:
        return document("bound", code, **content, **self.recorded.data())

    def assumed(self) -> tuple[str, ...]:
        """The names of the inputs that a preset only assumes, as they are."""
        from ...bounds.presets import PRESETS

        own = PRESETS[self.preset].assumed if self.preset else {}
        return tuple(name for name, value in own.items() if self.values.get(name) == value)

    def state(self, as_json: bool, style: str, verbose: bool) -> tuple[str, int]:
        from ...bounds.certified import certify
        from ...bounds.learning_rates import informative_rates
        from .magnitude import magnitude_data

        found = certify(self.problem, self.hyper, self.theorem, self.case, self.digits, self.training)
        extra = self._magnitudes
        rates = informative_rates(self.problem, self.hyper, found)
        code = self._code(found.applies)
        another = bool(self.recorded.contradicted)
        if as_json:
            return self._document(code, **bound_data(found, rates, another), magnitudes=magnitude_data(extra)), code
        return bound_text(found, extra, rates, self.assumed(), style, verbose, another), code

    def _code(self, applies: bool) -> int:
        """The exit status; a theorem does not apply to an optimiser that is another one."""
        return 0 if applies and not self.recorded.contradicted else VIOLATED

    @cached_property
    def _magnitudes(self) -> Magnitudes:
        from ...bounds.magnitude import magnitudes

        h = self.hyper
        return magnitudes(h.beta1, h.beta2, h.steps, h.epsilon, self.problem.V, self.digits, self.problem.dim)

    def reach(self, target: str, as_json: bool) -> tuple[str, int]:
        from ...bounds.target import smallest_steps
        from ...bounds.training import coverage, uncovered

        found = smallest_steps(self.problem, self.hyper, target, self.theorem, self.case, self.digits)
        traits = uncovered(coverage(self.theorem, self.training))
        code = self._code(found.steps is not None and not traits)
        there = None if found.steps is None else self._at(found.steps, found.digits)
        if as_json:
            judged = {"compared": there and compared_data(there), "vacuous": there and there.vacuous}
            content = {**target_data(found), **judged, **coverage_data(self.theorem, self.training)}
            return self._document(code, **content), code
        said = not_covered(traits) if there is None else verdict(there)
        covers = coverage_lines(self.theorem, self.training)
        return "\n".join([target_text(found), "", *said, *([""] if said else []), *covers]), code

    def _at(self, steps: int, digits: int) -> Bound:
        """The bound at this T."""
        from ...bounds.certified import certify

        hyper = replace(self.hyper, steps=steps)
        return certify(self.problem, hyper, self.theorem, self.case, digits, self.training)

    def improve(self, names: str, as_json: bool) -> tuple[str, int]:
        from ...bounds.tuning import NoSetting, optimise

        wanted = [name.strip() for name in names.split(",")]
        progress = terminal.Progress(False)
        try:
            found = optimise(self.problem, self.hyper, wanted, self.theorem, self.case, self.digits, progress)
        except NoSetting as error:
            text = f"No setting found: {error}."
            none = {"chosen": None, "given": None, "lower_bound": None, "notes": [text], "bound": None}
            return (self._document(VIOLATED, **none) if as_json else labelled("", text)), VIOLATED
        finally:
            progress.clear()
        found = replace(found, bound=found.bound.of(self.training))
        code = self._code(found.bound.applies)
        if as_json:
            return self._document(code, **optimised_data(found, bool(self.recorded.contradicted))), code
        covers = coverage_lines(self.theorem, self.training)
        return "\n".join([optimised_text(found), *verdict(found.bound), "", *covers]), code

    def draw(self, plot: str | None, heat_map: str | None, data: str | None) -> None:
        from ...bounds import plots

        drawn = plots.map_of_bound if heat_map else plots.against_steps
        files.write_drawing(drawn(self.problem, self.hyper, self.theorem, self.case), plot or heat_map, data)


def theorem_slug(name: str) -> str:
    from ...bounds.theorems.compiled import slug_of

    return slug_of(name)
