"""The command `simulate`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from . import as_json, terminal
from .errors import CliError

if TYPE_CHECKING:
    from ..simulator import Algorithm, Noise, Run, Sampled, Schedule, Separable

STOPPED = 1


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


def simulate(request: Request, form: str, progress: terminal.Progress) -> int:
    """Run, and print what came out; the exit status.  Raises CliError for what cannot be run."""
    from .. import simulator

    try:
        run = simulator.simulate(
            _problem(request),
            _algorithm(request),
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
    terminal.say(as_json.document("simulate", 0, **run.to_json()) if form == "json" else text(run))
    return 0


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
