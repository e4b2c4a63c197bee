"""The command `experiment`."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import Executor
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ...experiments.index import EXPERIMENTS, SECONDS, chosen, groups
from ...support import memory
from ...support.signals import ended_by_signals
from ...support.tally import Tally
from .. import executor, files, idle, terminal
from ..errors import CliError
from ..number_types import Whole
from ..options import (
    AS_JSON,
    DEBUGGING,
    ENGINE,
    HELP,
    PROGRESS,
    SCHEDULER,
    SEED,
    THREADS,
    examples,
    filled_by,
    option,
    options_of,
    with_options,
)

if TYPE_CHECKING:
    from ...experiments.pictures import Picture
    from ...experiments.records import Record

STOPPED = 1


@dataclass(frozen=True)
class Request:
    """What is asked: a field for each option, which is declared here alone."""

    name: str = filled_by(click.argument("name", metavar="NAME", type=click.Choice([*EXPERIMENTS, *groups()])))
    full: bool = option("Use more steps and replicates: minutes instead of seconds.", is_flag=True)
    seed: int = filled_by(SEED)
    engine: str = filled_by(ENGINE)
    threads: int | None = filled_by(THREADS)
    jobs: int = filled_by(
        click.option("-j", "--jobs", type=Whole(1), default=1, show_default=True, help="Processes that share the runs.")
    )
    scheduler: str | None = filled_by(SCHEDULER)
    checkpoints: str | None = option(
        "Save each run under way in this folder every minute, and continue those that are there.", metavar="DIR"
    )
    save: str | None = option("Write NAME.json (the record), NAME.csv and NAME.svg into this folder.", metavar="DIR")
    plot: str | None = option("Plot it (PNG or SVG; needs the extra `experiments`).", metavar="FILE")
    data: str | None = option("Write the plotted data as CSV or JSON.", metavar="FILE")


@click.command(
    "experiment",
    context_settings=HELP,
    epilog=examples("experiment rate", "experiment all --save experiments", "experiment momentum --plot momentum.svg"),
)
@with_options(*options_of(Request), AS_JSON, PROGRESS, DEBUGGING)
@click.pass_context
def command(ctx: click.Context, /, as_json: bool, progress: bool, **options: Any) -> None:
    """Run experiments on what the theorems bound and on what the source claims.

    NAME is conditions, lr-dimension, beta-boundary, momentum, rate, architectures-conditions, architectures-lr,
    architectures-betas, architectures (these three), or all.  The results are observations and prove nothing.
    `adamproof claims` shows the records that --save writes as observed.

    Exit status: 0, or 1 if a run stopped because a number is no longer finite, or 2 for a usage error.
    """
    idle.note((("with --engine numpy", options["engine"] == "numpy", ("threads",)),))
    request, told = Request(**options), terminal.Progress(progress)
    alone = request.jobs == 1 and request.scheduler is None  # then each run may use all processors
    with ended_by_signals(), nullcontext() if alone else executor.opened(request.jobs, request.scheduler) as given:
        ctx.exit(experiment(request, "json" if as_json else "text", told, given))


def experiment(request: Request, form: str, progress: terminal.Progress, given: Executor | None = None) -> int:
    """Run one experiment, or all, and print what came out; the exit status.  Raises CliError.

    given: the executor for the runs of an experiment that do not need one another.
    """
    from ...simulator import NotFinite

    memory.keep()  # many runs with arrays of the same sizes
    names = chosen(request.name)
    if len(names) > 1 and (request.plot or request.data):
        raise CliError(
            f"--plot and --data take one experiment; with {request.name}, use --save DIR to write the files of each"
        )
    files.expect_drawable(request.plot, request.data)
    folder = None if request.save is None else files.make_folder(request.save)
    records = []
    tally = Tally({name: SECONDS[name] for name in names})

    def tell(text: str) -> None:
        progress(f"{text}; {tally}" if len(names) > 1 else text)

    for name in names:
        tally.begin(name)
        try:
            record = run(request, name, tell, progress.clear, given)
        except NotFinite as error:
            progress.clear()
            terminal.warn(f"Stopped: {error}.")
            return STOPPED
        progress.clear()
        tally.end(name)
        records.append(record)
        if folder is not None:
            _write(record, folder)
        if request.plot or request.data:
            files.write_drawing(_picture(record), request.plot, request.data)
        if form != "json":
            terminal.say(("\n" if len(records) > 1 else "") + text(record))
    if form == "json":
        from .. import json_output

        terminal.say(json_output.document("experiment", 0, records=[json.loads(record.text()) for record in records]))
    return 0


def run(
    request: Request,
    name: str,
    progress: Callable[[str], None],
    clear: Callable[[], None],
    given: Executor | None = None,
) -> Record:
    """One experiment, which tells its progress.  Raises CliError for what cannot be run."""
    from ...experiments import index, records
    from ...experiments.runner import Runner
    from ...simulator import NotFinite, SimulationError

    def say(text: str) -> None:
        clear()
        terminal.warn(text)

    lab = Runner(request.seed, request.engine, request.threads, lambda text: progress(f"{name}: {text}"), say)
    lab.executor = given
    if request.checkpoints is not None:  # of this code: what another version has begun is not this experiment
        lab.folder = files.make_folder(str(Path(request.checkpoints) / f"{name}-{records.fingerprint(name)[:12]}"))
    module = index.module(name)
    parameters = module.FULL if request.full else module.DEFAULT
    try:
        result = module.run(lab, parameters)
    except NotFinite:
        raise
    except SimulationError as error:
        clear()
        raise CliError(str(error)) from error
    return records.made(name, request.seed, request.full, ", ".join(lab.engines), parameters, result)


def text(record: Record) -> str:
    """What came out, for people."""
    from ...experiments.index import module

    experiment = module(record.experiment)
    lines = [f"{record.experiment}: {experiment.TITLE}", f"seed {record.seed}, run by {record.engine}", ""]
    lines += [
        *experiment.summary(record.result),
        "",
        "observed in runs, which prove nothing; claims of the source that it concerns:",
    ]
    lines += [f"  {number}: {words}" for number, words in record.observed().items()]
    return "\n".join(lines)


def _write(record: Record, folder: Path) -> None:
    """The record, its data and its picture.  Without matplotlib a warning takes the place of the picture."""
    from ...support.figures import PlotError

    stem = folder / record.experiment
    files.write(f"{stem}.json", record.text())
    picture = _picture(record)
    files.write(f"{stem}.csv", picture.text(f"{stem}.csv"))
    try:
        picture.draw(f"{stem}.svg")
    except PlotError as error:
        terminal.warn(f"no picture: {error}")


def _picture(record: Record) -> Picture:
    from ...experiments.index import module

    picture: Picture = module(record.experiment).picture(record.result)
    return picture
