"""The command `check`."""

from __future__ import annotations

import click

from .. import files, idle, terminal
from ..errors import CliError
from ..options import (
    AS_JSON,
    ASCII,
    CLAIM,
    DEBUGGING,
    HELP,
    NAMES,
    NO_CACHE,
    NO_MUTANTS,
    PROCESSES,
    PROGRESS,
    SCHEDULER,
    TEST_MODELS,
    complete_assumption,
    complete_folder,
    examples,
    with_options,
)


@click.command(
    "check",
    context_settings=HELP,
    epilog=examples(
        "check lemma B.2",
        "check all -q",
        "check mine.py --json",
        "check B.2 --save proofs",
        "check corollary 3.3 --without C2",
    ),
)
@with_options(
    NAMES,
    AS_JSON,
    click.option("-q", "--quiet", is_flag=True, help="Print one line per lemma: its name and verdict."),
    click.option("-v", "--verbose", is_flag=True, help="Print all steps, hypotheses, refusals and counterexamples."),
    TEST_MODELS,
    NO_MUTANTS,
    NO_CACHE,
    click.option(
        "--save",
        metavar="DIR",
        shell_complete=complete_folder,
        help="Write the proof file of each claim into this folder.",
    ),
    CLAIM,
    click.option(
        "--near-misses/--no-near-misses",
        "near",
        default=None,
        help="Move each constant, exponent, < and assumption by itself: is the claim then false, or still proved?  "
        "[default: of a file of your own]",
    ),
    click.option(
        "--without",
        metavar="ASSUMPTION",
        shell_complete=complete_assumption,
        help="Drop each assumption whose name starts with this text, and show which claims are still proved.",
    ),
    ASCII,
    PROCESSES,
    SCHEDULER,
    PROGRESS,
    DEBUGGING,
)
@click.pass_context
def command(
    ctx: click.Context,
    names: tuple[str, ...],
    as_json: bool,
    quiet: bool,
    verbose: bool,
    models: int,
    no_mutants: bool,
    no_cache: bool,
    save: str | None,
    claim: str | None,
    near: bool | None,
    without: str | None,
    ascii_only: bool,
    jobs: int,
    scheduler: str | None,
    progress: bool,
) -> None:
    """Prove lemmas, verify the proofs in a fresh process, test them on numbers, and reject their near misses (mutants).

    A lemma file is a program, and this command runs it. To review the work of others, use `adamproof verify` on their
    proof files instead.

    With --scheduler the processes of a Dask cluster search the library's proofs; the kernel reads them here.

    With --without ASSUMPTION the scripts run without it (no numbers, no mutants), and the answer shows which claims
    are still proved and which need it.

    Exit status: 0 all proved, 1 something refuted or rejected, 2 usage error, 3 undecided; with --without, 0 if
    all claims are still proved, 3 otherwise.
    """
    from ..run import Run
    from ..tasks import Settings

    if save is not None and not save.strip():
        raise CliError("--save needs a folder name")
    folder = None if save is None else files.make_folder(save)
    if without is None:
        style = terminal.style(ascii_only)
        form = "json" if as_json else "line" if quiet else "text"
        settings = Settings(
            "check", style, models, not no_mutants, claim, verbose, form=form, cache=not no_cache, near=near
        )
    else:
        settings = Settings("without", terminal.style(ascii_only), claim=claim, without=without)
    idle.note(
        (
            ("with --without", without is not None, ("models", "no_mutants", "no_cache", "verbose", "near")),
            ("with --json", as_json, ("verbose", "ascii_only")),
            ("with --quiet", quiet, ("verbose", "ascii_only")),
        )
    )
    run = Run(settings, terminal.Progress(progress, quiet), as_json, quiet, folder)
    ctx.exit(run.answer(names, jobs, scheduler))
