"""The command `audit`: what the record of a training says beside the theory."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from ...support.signals import ended_by_signals
from .. import executor, files, idle, kinds, terminal
from ..audit_output import about, run_data, run_text, verdict_data, verdict_lines
from ..errors import CliError
from ..json_output import document
from ..number_types import Real
from ..options import AS_JSON, HELP, PROCESSES, SCHEDULER, complete_file, examples, with_options
from ..terminal import labelled

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from ...audit.record import Run
    from ...audit.verdicts import Verdict

COMPARE = "compare"
VIOLATED = 1
WORTH_A_POOL = 4  # records; fewer are read sooner than processes begin


def complete(ctx: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Files, and the word `compare` before the first."""
    from click.shell_completion import CompletionItem

    first = not (ctx.params.get("paths") or ctx.args)
    if first and incomplete and COMPARE.startswith(incomplete):
        return [CompletionItem(COMPARE)]
    return complete_file(ctx, parameter, incomplete)


class Audit(click.Command):
    """The command; `audit compare --help` is about comparisons."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if args[:1] == [COMPARE] and not {"-h", "--help"}.isdisjoint(args):
            with click.Context(comparison, info_name=f"audit {COMPARE}", parent=ctx.parent) as inner:
                click.echo(comparison.get_help(inner))
            ctx.exit()
        return super().parse_args(ctx, args)


@click.command(
    "audit",
    cls=Audit,
    context_settings=HELP,
    epilog=examples(
        "audit run.audit",
        "audit run.audit --html run.html",
        "audit compare seed1.audit seed2.audit seed3.audit",
        "audit state.npz --beta1 0.9 --beta2 0.999",
    ),
)
@click.argument("paths", nargs=-1, required=True, metavar="FILE...", shell_complete=complete)
@click.option("--html", metavar="FILE", shell_complete=complete_file, help="Write a page about one record.")
@click.option("--data", "--csv", metavar="FILE", help="Write one record's numbers by layer as CSV (or JSON).")
@click.option("--tensorboard", metavar="DIR", help="Put one record's scalars into a folder for TensorBoard.")
@click.option("--beta1", type=Real(0.0, 1.0), help="Momentum, for a state of arrays.")
@click.option("--beta2", type=Real(0.0, 1.0), help="Decay rate of the second moment, for a state of arrays.")
@click.option("--epsilon", "--eps", type=Real(0.0), help="Epsilon, for a state of arrays. [default: 1e-8]")
@with_options(PROCESSES, SCHEDULER, AS_JSON)
@click.pass_context
def command(
    ctx: click.Context,
    paths: tuple[str, ...],
    html: str | None,
    data: str | None,
    tensorboard: str | None,
    beta1: float | None,
    beta2: float | None,
    epsilon: float | None,
    jobs: int,
    scheduler: str | None,
    as_json: bool,
) -> None:
    """Say what records of real trainings show beside the theory: is u <= R_t, is epsilon small, what is noise?

    A record is written by adamproof.audit.watch(optimizer), in two lines of your training script.  FILE may also be a
    state: .npz or .safetensors with NAME.exp_avg, NAME.exp_avg_sq and NAME.step, or a torch checkpoint.  `audit compare
    FILE...` compares runs that differ in their seeds, which one run cannot tell (`audit compare --help`).

    Exit status: 0, or 1 if u is above R_t by more than the rounding of its type or step 1 is not Adam's with these
    betas, or 2 for a usage error.
    """
    from ...audit.errors import AuditError
    from ...audit.many import each

    together = paths[0] == COMPARE
    names = paths[1:] if together else paths
    if not names:
        raise CliError("`audit compare` needs the records of at least two runs")
    if (html or data or tensorboard) and (together or len(names) > 1):
        raise CliError("--html, --data and --tensorboard are about one record; name one file")
    for path in filter(None, (html, data)):
        files.expect_writable(path)
    files.expect_drawable(None, data)
    for name in names:
        kinds.refuse_pipe(name)
    few = len(names) < WORTH_A_POOL and scheduler is None
    places = names if scheduler is None else tuple(map(os.path.abspath, names))  # others have other current folders
    try:
        with ended_by_signals(), executor.opened(1 if few else jobs, scheduler) as given:
            found = list(each(places, (beta1, beta2, epsilon), given, judging=not together))
        runs = [run.called(name) for name, (run, _) in zip(names, found, strict=True)]
        verdicts = [judged for _, judged in found]
        code = compare(runs, as_json) if together else single(runs, verdicts, html, data, tensorboard, as_json)
    except AuditError as error:
        raise CliError(" ".join(str(error).split())) from error
    records = not any(name.endswith((".npz", ".safetensors")) for name in names)
    idle.note((("on records, which have their own settings", records, ("beta1", "beta2", "epsilon")),))
    if beta1 is not None and beta2 is not None and not records:
        from ..calculator import remark

        remark({"beta1": beta1, "beta2": beta2})
    ctx.exit(code)


@click.command(
    COMPARE,
    context_settings=HELP,
    epilog=examples("audit compare seed*.audit", "audit compare seed*.audit --json"),
    help="""Compare runs of one training that differ in their seeds: are the coordinates of u alike, and independent?

    10 runs are the least for "alike", 6 for "independent"; 21 compare 40 coordinates, the most that are taken.  Record
    all with the same weights at the start, the same `every`, keep=8 and budget=None, and another order of the batches.
    It needs the extra `experiments`.

    Exit status: 0 whatever the answers are, or 2 for a usage error.
    """,
)
@click.argument("paths", nargs=-1, required=True, metavar="FILE...")
@AS_JSON
def comparison(paths: tuple[str, ...], as_json: bool) -> None:  # its help alone: `command` does the work
    pass


def single(
    runs: Sequence[Run],
    found: Sequence[list[Verdict]],
    html: str | None,
    data: str | None,
    folder: str | None,
    as_json: bool,
) -> int:
    """Each record by itself."""
    from ...audit.verdicts import REJECTED

    rejected = any(verdict.word == REJECTED for each in found for verdict in each)
    code = VIOLATED if rejected else 0
    if html:
        from ...report.audit_page import page

        files.write(html, page(runs[0], found[0]))
    if data:
        from ...audit.table import text

        files.write(data, text(runs[0], data))
    if folder:
        from ...audit.tensorboard import write

        write(runs[0], files.make_folder(folder))
    if as_json:
        records = [run_data(run, each) for run, each in zip(runs, found, strict=True)]
        written = {"html": html, "data": data, "tensorboard": folder}
        terminal.say(document("audit", code, records=records, files=written))
    else:
        terminal.say("\n\n".join(run_text(run, each) for run, each in zip(runs, found, strict=True)))
    return code


def compare(runs: Sequence[Run], as_json: bool) -> int:
    """Replicates."""
    from ...audit.replicates import Questions, compared
    from ...experiments.statistics import identical, independent
    from ...simulator import SimulationError

    try:
        found = compared(runs, Questions(identical, independent, SimulationError))
    except SimulationError as error:  # SciPy is missing
        raise CliError(str(error)) from error
    if as_json:
        terminal.say(document("audit", 0, compared=[run.path for run in runs], verdicts=verdict_data(found)))
    else:
        lines = [labelled("", about(run)) for run in runs]
        terminal.say("\n".join([*lines, "", *verdict_lines(found)]))
    return 0
