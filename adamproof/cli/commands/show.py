"""The command `show`."""

from __future__ import annotations

import click

from .. import idle, terminal
from ..options import AS_JSON, ASCII, CLAIM, DEBUGGING, HELP, NAMES, NO_CACHE, PROGRESS, examples, with_options


@click.command(
    "show",
    context_settings=HELP,
    epilog=examples("show B.2", "show B.2 --latex", "show cauchy-schwarz --ascii"),
)
@with_options(
    NAMES,
    click.option("--latex", is_flag=True, help="Print a LaTeX document."),
    ASCII,
    AS_JSON,
    CLAIM,
    NO_CACHE,
    PROGRESS,
    DEBUGGING,
)
@click.pass_context
def command(
    ctx: click.Context,
    names: tuple[str, ...],
    latex: bool,
    ascii_only: bool,
    as_json: bool,
    claim: str | None,
    no_cache: bool,
    progress: bool,
) -> None:
    """Print a lemma: its statement, source and constants, and its proof in steps."""
    from ..run import Run
    from ..tasks import Settings

    settings = Settings("show", "latex" if latex else terminal.style(ascii_only), claim=claim, cache=not no_cache)
    idle.note((("with --json", as_json, ("latex", "ascii_only")), ("with --latex", latex, ("ascii_only",))))
    run = Run(settings, terminal.Progress(progress), as_json)
    ctx.exit(run.answer(names))
