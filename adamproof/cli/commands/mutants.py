"""The command `mutants`."""

from __future__ import annotations

import click

from .. import idle, terminal
from ..options import AS_JSON, ASCII, DEBUGGING, HELP, NAMES, PROGRESS, examples, with_options


@click.command(
    "mutants",
    context_settings=HELP,
    epilog=examples("mutants B.2", "mutants cauchy-schwarz --json"),
)
@with_options(NAMES, AS_JSON, ASCII, PROGRESS, DEBUGGING)
@click.pass_context
def command(ctx: click.Context, names: tuple[str, ...], as_json: bool, ascii_only: bool, progress: bool) -> None:
    """Test that a lemma's near misses (mutants) are rejected: the prover must fail, and a counterexample must exist.

    Exit status: 0 if all are correctly rejected, 1 if one is not.
    """
    from ..run import Run
    from ..tasks import Settings

    idle.note((("with --json", as_json, ("ascii_only",)),))
    run = Run(Settings("mutants", terminal.style(ascii_only)), terminal.Progress(progress), as_json)
    ctx.exit(run.answer(names))
