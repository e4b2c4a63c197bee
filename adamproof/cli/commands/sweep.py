"""The command `sweep`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from ...support.signals import ended_by_signals
from .. import executor, files, kinds, terminal
from ..errors import CliError
from ..json_output import document
from ..options import (
    AS_JSON,
    DEBUGGING,
    ENGINE,
    HELP,
    PROCESSES,
    PROGRESS,
    SCHEDULER,
    complete_file,
    complete_folder,
    examples,
    with_options,
)

if TYPE_CHECKING:
    from ...sweeps.running import Result

PACE = 0.5  # seconds between two lines of progress


@click.command(
    "sweep",
    context_settings=HELP,
    epilog=examples(
        "sweep sweep.toml",
        "sweep sweep.toml --save results -j 8",
        "sweep sweep.toml --scheduler tcp://10.0.0.1:8786",
        "sweep sweep.toml --collect",
    ),
)
@click.argument("path", metavar="FILE", shell_complete=complete_file)
@with_options(
    click.option(
        "--save", metavar="DIR", shell_complete=complete_folder, help="Folder for all files.  [default: FILE's name]"
    ),
    click.option("--collect", is_flag=True, help="Run nothing; write the table of what is done."),
    PROCESSES,
    SCHEDULER,
    ENGINE,
    AS_JSON,
    PROGRESS,
    DEBUGGING,
)
def command(
    path: str, save: str | None, collect: bool, jobs: int, scheduler: str | None, engine: str, as_json: bool,
    progress: bool,
) -> None:  # fmt: skip
    """Run Adam on test problems over a grid of settings, and write one table: a row for each run.

    FILE is TOML: keys are the options of `simulate` (beta1, lr, dim, steps, seed, problem, ...), each with one value or
    a list, and all combinations are run.  Rows are written to DIR/rows.jsonl as they come; the same command goes on
    where it was stopped.  In the end DIR has table.csv, table.parquet (with pyarrow) and picture.svg (with matplotlib).

    The table has the same bytes wherever it is run, and however often that is interrupted.

    Exit status: 0 the table is written, 2 usage error or a run failed, 130 interrupted.
    """
    from ...sweeps.errors import SweepError
    from ...sweeps.grid import read
    from ...sweeps.running import sweep

    kinds.refuse_pipe(path)
    told = terminal.Progress(progress)
    try:
        wanted = read(path)
    except SweepError as error:
        raise CliError(str(error)) from error
    folder = files.make_folder(save if save is not None else Path(path).stem)
    try:
        with ended_by_signals(), executor.opened(1 if collect else jobs, None if collect else scheduler) as given:
            found = sweep(wanted, folder, given, engine=engine, collect=collect, progress=terminal.paced(told, PACE))
    except SweepError as error:
        told.clear()
        raise CliError(str(error)) from error
    except (KeyboardInterrupt, SystemExit):
        told.clear()
        terminal.warn(f"What is done is saved in {folder}: the same command goes on from there.")
        raise
    told.clear()
    for note in found.notes:
        terminal.warn(terminal.labelled("Note: ", f"{note}."))
    terminal.say(document("sweep", 0, **data(found, path)) if as_json else text(found, path))


def text(found: Result, path: str) -> str:
    """What became of it, for people."""
    done = found.runs - found.missing
    lines = [f"{path}: {found.runs:,} runs, {found.kept:,} of them done before"]
    if found.missing:
        lines.append(f"{found.missing:,} are not done yet: they are not in the table")
    lines.append(f"{done - found.stopped:,} complete, {found.stopped:,} stopped because a number was no longer finite")
    return "\n".join([*lines, *map(str, found.files)])


def data(found: Result, path: str) -> dict[str, object]:
    """The same as data."""
    counts = {name: getattr(found, name) for name in ("runs", "kept", "missing", "stopped")}
    return {"file": path, **counts, "files": list(map(str, found.files)), "notes": list(found.notes)}

