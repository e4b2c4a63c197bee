"""The command `simulate`."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from textwrap import wrap
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from ...bounds.formulas.parameters import constants_for_exponents, doubts
from ...sweeps.setting import ALGORITHMS, DTYPES, NETWORKS, NOISES, PROBLEMS, Setting, algorithm_of, idle, problem_of
from .. import files, json_output, terminal
from ..errors import CliError
from ..number_types import Exponent, Real, Whole, exponent
from ..options import (
    AS_JSON,
    DEBUGGING,
    ENGINE,
    HELP,
    PROGRESS,
    SEED,
    THREADS,
    examples,
    filled_by,
    option,
    options_of,
    with_options,
)
from ..terminal import labelled

if TYPE_CHECKING:
    from ...experiments.against_bound import AgainstBound
    from ...simulator import Algorithm, Run, Sampled, Schedule, Separable, Statistics

VBAR = {"smallest u": "the least mean of u in a window (biased low)", "|u o a| / |a|": "|u o a| / |a|"}
FORMS = {"sign": "the sign form", "textbook": "the textbook form", "signum": "the form signum (u = 1)"}
LARGEST_COUNTER = 1 << 32  # of coordinates, samples, replicates; the simulator says the same, but brings in NumPy
PACE = 0.5  # seconds between two lines of progress
STOPPED = 1
VIOLATED = 1


@dataclass(frozen=True)
class Request:
    """What is asked: a field for each option, which is declared here alone."""

    problem: str = option("Objective.", type=click.Choice(PROBLEMS), default=Setting.problem)
    dim: int = option("Coordinates.", type=Whole(1, LARGEST_COUNTER), default=Setting.dim)
    start: float = option("Value of every coordinate of x_1.", type=Real(), default=Setting.start)
    batch: int = option("Batch size (digits and networks).", type=Whole(1, LARGEST_COUNTER), default=Setting.batch)
    algorithm: str = option("Update rule.", type=click.Choice(ALGORITHMS), default=Setting.algorithm)
    beta1: float = option("Momentum.", type=Real(0, 1), default=Setting.beta1)
    beta2: float = option("Decay rate of the second moment.", type=Real(0, 1), default=Setting.beta2)
    lr: float = option("Learning rate.", type=Real(0), default=Setting.lr)
    epsilon: float = option("Added to the square root of the second moment.", type=Real(0), default=Setting.epsilon)
    bias_correction: bool = option("Divide m and v by 1 - beta^t.", is_flag=True)
    exponents: tuple[str, str, str] | None = option(
        "Schedule instead of constants: 1-beta1 = T^-A, 1-beta2 = T^-B, learning rate T^-C/sqrt(d), as in `schedule`.",
        type=(Exponent("beta1"), Exponent("beta2"), Exponent("lr")),
        metavar="A B C",
    )
    factors: tuple[float, float, float] = option(
        "Constant factors alpha, beta, gamma of the three powers.",
        type=(Real(0), Real(0), Real(0)),
        default=Setting.factors,
        metavar="ALPHA BETA GAMMA",
    )
    noise: str = option(
        "Noise distribution, with variance s0^2 + s1^2 |a|^p.", type=click.Choice(NOISES), default=Setting.noise
    )
    s0: float = option("Noise coefficient s0.", type=Real(0), default=Setting.s0)
    s1: float = option("Noise coefficient s1.", type=Real(0), default=Setting.s1)
    p: float = option("Noise exponent p.", type=Real(0), default=Setting.p)
    delta: float = option(
        "Probability of the larger value of two-point noise.", type=Real(0, 1), default=Setting.delta
    )
    steps: int = option("Number of steps T.", type=Whole(1), default=Setting.steps)
    replicates: int = option("Number of replicates.", type=Whole(1, LARGEST_COUNTER), default=Setting.replicates)
    exact_every: int = option(
        "Compute the exact gradient, which only the statistics need, every so many steps (digits and networks).",
        type=Whole(1),
        default=Setting.exact_every,
    )
    seed: int = filled_by(SEED)
    dtype: str = option(
        "Type of x, m, v and of the update's arithmetic (gradient, noise and statistics are float64).",
        type=click.Choice(DTYPES),
        default=Setting.dtype,
    )
    engine: str = filled_by(ENGINE)
    threads: int | None = filled_by(THREADS)
    checkpoint: str | None = option("Save the state to this file every minute and at the end.", metavar="FILE")
    resume: bool = option("Continue from the checkpoint.", is_flag=True)
    against: str | None = option("Compare the run with this theorem's bound.", type=click.Choice(["main", "averaged"]))
    reproducer: str | None = option(
        "File for a violation (by default violation-*.json in this folder).", metavar="FILE"
    )
    given: frozenset[str] = frozenset()  # the options that were on the command line


@click.command(
    "simulate",
    context_settings=HELP,
    epilog=examples(
        "simulate --dim 16 --steps 10000 --replicates 64 --exponents 0.5 0.5 0.75",
        "simulate --problem cosh --s1 0.5 --p 1 --json",
        "simulate --steps 1000000 --checkpoint run.npz",
        "simulate --steps 10000 --exponents 0.5 0.5 0.75 --against main",
    ),
)
@with_options(*options_of(Request), AS_JSON, PROGRESS, DEBUGGING)
@click.pass_context
def command(ctx: click.Context, /, as_json: bool, progress: bool, **options: Any) -> None:
    """Run Adam in sign form on a test problem, and report the quantities of the theorems as observed in the run.

    The same options give the same numbers to the last bit, with any number of threads and with NumPy or Numba.

    --against compares the observations with the proved bound, which uses the problem's constants and the means over
    time measured in the run, each with its confidence interval.

    Exit status: 0 the run is complete, 1 it stopped because a number is no longer finite, or an observation exceeds
    its bound beyond the intervals (VIOLATED: a reproducer is saved), 2 usage error, 130 interrupted (with a checkpoint
    the state is saved first).
    """
    given = frozenset(name for name in options if ctx.get_parameter_source(name) is ParameterSource.COMMANDLINE)
    ctx.exit(simulate(Request(**options, given=given), "json" if as_json else "text", terminal.Progress(progress)))


def simulate(request: Request, form: str, progress: terminal.Progress) -> int:
    """Run, and print what came out; the exit status.  Raises CliError for what cannot be run."""
    from ... import simulator

    _refuse_idle(request)
    _remark(request, progress)
    try:
        problem, algorithm = _made(request)
        if request.against is not None:
            _refuse(request, problem, algorithm)
            _refuse_place(request)
        run = simulator.simulate(
            problem,
            algorithm,
            request.steps,
            request.replicates,
            request.seed,
            engine=request.engine,
            threads=request.threads,
            checkpoint=request.checkpoint,
            resume=request.resume,
            exact_every=request.exact_every,
            dtype=request.dtype,
            progress=_paced(progress),
            say=lambda text: _say(text, progress),
        )
    except simulator.NotFinite as error:
        progress.clear()
        terminal.warn(f"Stopped: {error}.")
        if form == "json":
            terminal.say(json_output.document("simulate", STOPPED, repeat=repeated(request), stopped=error.to_json()))
        return STOPPED
    except simulator.SimulationError as error:
        progress.clear()
        raise CliError(str(error)) from error
    except MemoryError as error:
        progress.clear()
        raise CliError(
            "the run does not fit into memory: use fewer replicates, coordinates or samples per batch"
        ) from error
    progress.clear()
    if request.against is not None:
        return _compared(request, run, form)
    if form == "json":
        terminal.say(json_output.document("simulate", 0, repeat=repeated(request), **run.to_json()))
    else:
        terminal.say(text(run))
    return 0


def _paced(progress: terminal.Progress) -> Callable[[int, int], None]:
    """Progress in steps, not more often than can be read."""
    told = 0.0

    def tell(done: int, steps: int) -> None:
        nonlocal told
        now = time.monotonic()
        if now - told >= PACE or done == steps:
            told = now
            progress(f"step {done} of {steps}")

    return tell


def _idle(request: Request) -> dict[str, str]:
    """The options without effect, by name, and with what they have none."""
    setting = _setting(request, None if request.exponents is None else (0.0, 0.0, 0.0))
    found: list[tuple[str, bool, str]] = [
        ("the textbook form, which NumPy runs", request.algorithm == "textbook", "threads"),
        (f"the network {request.problem}", request.problem in NETWORKS, "threads"),
        (f"the engine {request.engine}", request.engine == "numpy", "threads"),
        ("--against, which needs the exact gradient in every step", request.against is not None, "exact_every"),
        ("a run without --against", request.against is None, "reproducer"),
    ]
    said = idle(setting, lambda name: f"--{name}")
    return {**said, **{name: what for what, applies, name in found if applies}}


def _setting(request: Request, exponents: tuple[float, float, float] | None) -> Setting:
    """What is run, with these numbers for the exponents."""
    found = {name: getattr(request, name) for name in vars(Setting())}
    return Setting(**{**found, "exponents": exponents})


def _refuse_idle(request: Request) -> None:
    """Refuse options that would have no effect: who gives them expects one."""
    for name, what in _idle(request).items():
        if name in request.given:
            raise CliError(f"--{name.replace('_', '-')} has no effect with {what}: omit it")


def _remark(request: Request, progress: terminal.Progress) -> None:
    """Say what looks as if something else was meant: of the hyperparameters that are used, where one was given."""
    names = {"beta1", "beta2", "lr", "epsilon"} - set(_idle(request))
    if names & request.given:
        for doubt in doubts({name: getattr(request, name) for name in sorted(names)}):
            _say(labelled("Note: ", f"{doubt}."), progress)


def _exponents(texts: tuple[str, str, str]) -> tuple[float, float, float]:
    """The three exponents as floats.  Raises CliError if they look like constants."""
    named = dict(zip(("beta1", "beta2", "lr"), texts, strict=True))
    if mistaken := constants_for_exponents("simulate", named):
        raise CliError(f"--exponents: {mistaken}")
    for name in ("beta1", "beta2"):
        found = exponent(name, named[name])
        if found < 0:
            rule = f"the exponent of {name} is {named[name].strip()}, but must not be negative"
            raise CliError(f"--exponents: {rule}; the exponent of 1-T^-{-found} is {-found}")
    A, B, C = (float(exponent(name, text)) for name, text in named.items())
    return A, B, C


def _refuse(request: Request, problem: Separable | Sampled, algorithm: Algorithm | Schedule) -> None:
    """Say, before anything is run, that the theorem is about something else."""
    from ...experiments import against_bound
    from ...simulator import Schedule

    try:
        if isinstance(algorithm, Schedule):
            algorithm = algorithm.at(request.steps, int(problem.start.size))
        against_bound.refuse(
            problem, algorithm, request.steps, request.replicates, request.against or "", request.dtype
        )
    except against_bound.NotApplicable as error:
        raise CliError(str(error)) from error


def _refuse_place(request: Request) -> None:
    """Say, before anything is run, that a reproducer could not be written, or would replace a file."""
    if request.reproducer is not None:
        files.expect_writable(request.reproducer)
        if Path(request.reproducer).exists():
            raise CliError(f"the file {request.reproducer} already exists: choose another file for the reproducer")
        if request.checkpoint and Path(request.reproducer).resolve() == Path(request.checkpoint).resolve():
            raise CliError("the checkpoint and the reproducer must be different files: choose another reproducer")


def _compared(request: Request, run: Run, form: str) -> int:
    """The run beside the theorem; a violation is saved with all that is needed to see it again."""
    from ...experiments import against_bound

    try:
        found = against_bound.compare(run, request.against or "")
    except against_bound.NotApplicable as error:  # what was run is shown all the same
        if form == "text":
            terminal.say(text(run))
        else:
            said = {**run.to_json(), "against": None, "reason": str(error)}
            terminal.say(json_output.document("simulate", CliError.exit_code, repeat=repeated(request), **said))
        raise CliError(str(error)) from error
    code = VIOLATED if found.violated else 0
    path, saved = _reproducer(request, run, found) if found.violated else (None, "")
    if form == "json":
        extra = {"against": found.to_json(), "reproducer": path}
        terminal.say(json_output.document("simulate", code, repeat=repeated(request), **run.to_json(), **extra))
    else:
        terminal.say(f"{text(run)}\n\n{against_bound_text(found)}")
    if found.violated:
        terminal.warn(f"VIOLATED: {'; '.join(line.name for line in found.violated)}. {saved}")
    return code


def _reproducer(request: Request, run: Run, found: AgainstBound) -> tuple[str | None, str]:
    """Save what is needed to see a violation again: where, if it could be written, and a sentence about it."""
    from ...experiments import against_bound

    said = repeated(request)
    content = json.dumps(against_bound.reproducer(run, found, said), indent=1, allow_nan=False)
    path = request.reproducer
    if path is None or Path(path).exists():  # somebody else has made it during the run
        path = f"violation-{hashlib.sha256(content.encode()).hexdigest()[:12]}.json"
    try:
        files.write(path, content + "\n")
    except CliError as error:  # the violation itself must not be lost
        return None, f"No reproducer: {error}; run this again: {said}"
    return path, f"The reproducer is {path}."


def repeated(request: Request) -> str:
    """The command line that repeats a request."""
    words = ["adamproof simulate"]
    left_out = {"checkpoint", "resume", "threads", "reproducer", "given", *_idle(request)}
    for name, value in vars(request).items():
        if name in left_out or value is None or value is False:
            continue
        values = value if isinstance(value, tuple) else () if value is True else (value,)
        words.append(" ".join([f"--{name.replace('_', '-')}", *map(str, values)]))
    return " ".join(words)


def against_bound_text(found: AgainstBound) -> str:
    """Observed, proved and slack, line by line, with the terms of the sums."""
    lines = [
        f"compared with the theorem: {found.title}",
        "observed <= proved; the bound uses the run's own means over time, at the upper ends of their intervals",
        "",
    ]
    rows = [("", "observed", "proved", "slack", "")]
    for line in found.lines:
        slack = "" if line.slack is None else f"{line.slack:.3g}"
        rows.append((line.name, str(line.observed), line.high.decimals(6)[1], slack, line.said))
        rows += [(f"  {name}", "", term.decimals(4)[1], "", "") for name, term in line.terms.items()]
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    lines += ["  ".join(f"{cell:{width}}" for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    lines += [f"omitted: {text}" for text in found.left_out]
    return "\n".join(lines)


def _say(text: str, progress: terminal.Progress) -> None:
    progress.clear()
    terminal.warn(text)


def _made(request: Request) -> tuple[Separable | Sampled, Algorithm | Schedule]:
    """The problem, and the algorithm by constants or by exponents of the number of steps.

    Raises SimulationError, and CliError for exponents.
    """
    if request.exponents is not None and request.algorithm != "adam":
        raise CliError(f"--exponents needs --algorithm adam, not {request.algorithm}")
    setting = _setting(request, None if request.exponents is None else _exponents(request.exponents))
    return problem_of(setting), algorithm_of(setting)


def _start_and_noise(problem: Separable | Sampled) -> str:
    """What else makes the problem: where it starts, its noise, and the details of one that is given by data."""
    first, noise = problem.start[0], problem.noise
    where = f"x_1 = {float(first)!r} in every coordinate" if (problem.start == first).all() else "x_1 as given"
    if getattr(problem, "stochastic", None) is not None:  # its noise is its own
        details = getattr(problem, "details", {}).items()
        short = (f"{name} {value}" for name, value in details if isinstance(value, int | float | str))
        return ", ".join([where, *short])
    names = [] if noise.kind == "none" else ["s0", "s1", "p"] if noise.s1 else ["s0", "s1"]
    names += ["delta"] if noise.kind == "two-point" else []
    values = [f"{name} = {getattr(noise, name)!r}" for name in names]
    return ", ".join([where, f"noise {noise.kind}", *values])


def _in_single(dtype: str) -> list[str]:
    """That the run is not one in float64, where that is so."""
    said = f"x, m, v and the update in {dtype}; gradient, noise and statistics in float64"
    return [] if dtype == "float64" else [said]


def _sparse(statistics: Statistics) -> list[str]:
    """That not every step has an exact gradient, where that is so."""
    if statistics.exact_every == 1:
        return []
    return [f"(of what needs the exact gradient a: over {statistics.exact_steps} of the {statistics.done} steps)"]


def text(run: Run) -> str:
    """What came out, for people."""
    from ...simulator import QUANTITIES

    task, statistics = run.task, run.statistics
    algorithm = task.algorithm
    lines = [
        f"{task.problem.name}, d = {task.d}, {task.steps} steps, {task.replicates} replicates, seed {task.seed}",
        _start_and_noise(task.problem),
        f"beta1 = {algorithm.beta1!r}, beta2 = {algorithm.beta2!r}, learning rate = {algorithm.learning_rate!r}, "
        f"epsilon = {algorithm.epsilon!r}",
        f"{FORMS[algorithm.form]}, {'with' if algorithm.bias_correction else 'without'} bias correction",
        *_in_single(task.dtype),
        f"run by {run.engine}",
        "",
        "observed: means over steps and replicates, 95% confidence intervals over these",
        *_sparse(statistics),
    ]
    rows = [(meaning, str(statistics.mean(name))) for name, meaning in QUANTITIES.items()]
    rows += [(f"vbar, by {VBAR[name]}", str(one)) for name, one in statistics.vbar().items() if one is not None]
    rows.append(("the largest u", f"{statistics.maximum:.6g}"))
    if run.value is not None:
        rows.append(("F at the end", str(run.value)))
    return "\n".join([*lines, *_table(rows)])


def _table(rows: Sequence[tuple[str, str]]) -> Iterator[str]:
    """Names and values in two columns; a long name goes on below itself."""
    room = terminal.width() - 4 - max(len(value) for _, value in rows)
    width = min(room, max(len(name) for name, _ in rows))
    for name, value in rows:
        first, *more = wrap(name, width)
        yield f"  {first:{width}}  {value}"
        yield from (f"    {part}" for part in more)
