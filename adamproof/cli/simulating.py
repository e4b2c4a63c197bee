"""The command `simulate`."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from . import as_json, files, terminal
from .errors import CliError

if TYPE_CHECKING:
    from ..experiments.sandwich import Sandwich
    from ..simulator import Algorithm, Noise, Run, Sampled, Schedule, Separable

STOPPED = 1
VIOLATED = 1


@dataclass(frozen=True)
class Request:
    """The options of the command, by their names."""

    problem: str
    dim: int
    start: float
    batch: int
    algorithm: str
    beta1: float
    beta2: float
    lr: float
    epsilon: float
    bias_correction: bool
    exponents: tuple[float, float, float] | None
    factors: tuple[float, float, float]
    noise: str
    s0: float
    s1: float
    p: float
    delta: float
    steps: int
    replicates: int
    seed: int
    engine: str
    threads: int | None
    checkpoint: str | None
    resume: bool
    against: str | None = None
    reproducer: str | None = None


def simulate(request: Request, form: str, progress: terminal.Progress) -> int:
    """Run, and print what came out; the exit status.  Raises CliError for what cannot be run."""
    from .. import simulator

    try:
        problem, algorithm = _problem(request), _algorithm(request)
        if request.against is not None:
            _refuse(request, problem, algorithm)
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
            progress=lambda done, steps: progress(f"step {done} of {steps}"),
            say=lambda text: _say(text, progress),
        )
    except simulator.NotFinite as error:
        progress.clear()
        terminal.warn(f"Stopped: {error}.")
        return STOPPED
    except simulator.SimulationError as error:
        progress.clear()
        raise CliError(str(error)) from error
    except MemoryError as error:
        progress.clear()
        raise CliError(
            f"{request.replicates} replicates in dimension {request.dim} do not fit into the memory: ask for fewer"
        ) from error
    progress.clear()
    if request.against is not None:
        return _compared(request, run, form)
    terminal.say(as_json.document("simulate", 0, **run.to_json()) if form == "json" else text(run))
    return 0


def _refuse(request: Request, problem: Separable | Sampled, algorithm: Algorithm | Schedule) -> None:
    """Say, before anything is run, that the theorem is about something else."""
    from ..experiments import sandwich
    from ..simulator import Schedule

    try:
        if isinstance(algorithm, Schedule):
            algorithm = algorithm.at(request.steps, int(problem.start.size))
        sandwich.refuse(problem, algorithm, request.steps, request.replicates, request.against or "")
    except sandwich.NotApplicable as error:
        raise CliError(str(error)) from error


def _compared(request: Request, run: Run, form: str) -> int:
    """The run beside the theorem; a violation is saved with all that is needed to see it again."""
    from ..experiments import sandwich

    found = sandwich.compare(run, request.against or "")
    code, path = 0, None
    if found.violated:
        code = VIOLATED
        content = json.dumps(sandwich.reproducer(run, found, command(request)), indent=1)
        path = request.reproducer or f"violation-{hashlib.sha256(content.encode()).hexdigest()[:12]}.json"
        files.write(path, content + "\n")
    if form == "json":
        extra = {"against": found.to_json(), "reproducer": path}
        terminal.say(as_json.document("simulate", code, **run.to_json(), **extra))
    else:
        terminal.say(f"{text(run)}\n\n{sandwich_text(found)}")
    if path is not None:
        names = "; ".join(line.name for line in found.violated)
        terminal.warn(f"VIOLATED: {names}. The reproducer is {path}.")
    return code


def command(request: Request) -> str:
    """The command line that repeats a request."""
    words = ["adamproof simulate"]
    for name, value in vars(request).items():
        if name in ("checkpoint", "resume", "threads", "reproducer") or value is None or value is False:
            continue
        values = value if isinstance(value, tuple) else () if value is True else (value,)
        words.append(" ".join([f"--{name.replace('_', '-')}", *map(str, values)]))
    return " ".join(words)


def sandwich_text(found: Sandwich) -> str:
    """Observed, proved and slack, line by line, with the terms of the sums."""
    lines = [
        f"beside the theorem: {found.title}",
        "observed <= proved; the bound has the run's own means over time in it, at the upper ends of their intervals",
        "",
    ]
    rows = [("", "observed", "proved", "slack", "")]
    for line in found.lines:
        slack = "" if line.slack is None else f"{line.slack:.3g}"
        rows.append((line.name, str(line.observed), line.high.decimals(6)[1], slack, line.said))
        rows += [(f"  {name}", "", term.decimals(4)[1], "", "") for name, term in line.terms.items()]
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    lines += ["  ".join(f"{cell:{width}}" for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    lines += [f"left out: {text}" for text in found.left_out]
    return "\n".join(lines)


def _say(text: str, progress: terminal.Progress) -> None:
    progress.clear()
    terminal.warn(text)


def _problem(request: Request) -> Separable | Sampled:
    from .. import simulator

    if request.problem == "digits":
        return simulator.digits(request.batch)
    make: Any = {"quadratic": simulator.quadratic, "cosh": simulator.cosh}[request.problem]
    problem: Separable = make(request.dim, start=request.start, noise=_noise(request))
    return problem


def _noise(request: Request) -> Noise:
    from .. import simulator

    kind: Any = request.noise
    return simulator.Noise(kind, request.s0, request.s1, request.p, request.delta)


def _algorithm(request: Request) -> Algorithm | Schedule:
    """The algorithm, by constants or by exponents of the number of steps."""
    from .. import simulator

    if request.exponents is not None:
        if request.algorithm != "adam":
            raise CliError(f"--exponents is a schedule for adam, not for {request.algorithm}")
        return simulator.Schedule(
            *request.exponents, *request.factors, epsilon=request.epsilon, bias_correction=request.bias_correction
        )
    match request.algorithm:
        case "rmsprop":
            return simulator.rmsprop(request.lr, request.beta2, request.epsilon)
        case "signum":
            return simulator.signum(request.lr, request.beta1)
        case "sign-descent":
            return simulator.sign_descent(request.lr)
    form: Any = "textbook" if request.algorithm == "textbook" else "sign"
    return simulator.Algorithm(
        request.lr, request.beta1, request.beta2, request.epsilon, request.bias_correction, form
    )  # fmt: skip


def text(run: Run) -> str:
    """What came out, for people."""
    from ..simulator import QUANTITIES

    task, statistics = run.task, run.statistics
    algorithm = task.algorithm
    lines = [
        f"{task.problem.name}, d = {task.d}, {task.steps} steps, {task.replicates} replicates, seed {task.seed}",
        f"beta1 = {algorithm.beta1!r}, beta2 = {algorithm.beta2!r}, learning rate = {algorithm.learning_rate!r}, "
        f"epsilon = {algorithm.epsilon!r}",
        f"run by {run.engine}",
        "",
        "observed: means over steps and replicates, with 95% confidence intervals over replicates",
    ]
    rows = [(meaning, str(statistics.mean(name))) for name, meaning in QUANTITIES.items()]
    rows += [(f"vbar, by {name}", str(one)) for name, one in statistics.vbar().items() if one is not None]
    rows.append(("the largest u", f"{statistics.maximum:.6g}"))
    if run.value is not None:
        rows.append(("F at the end", str(run.value)))
    width = max(len(name) for name, _ in rows)
    return "\n".join([*lines, *(f"  {name:{width}}  {value}" for name, value in rows)])
