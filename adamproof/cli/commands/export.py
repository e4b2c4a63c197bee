"""The command `export`."""

from __future__ import annotations

import click

from ...checking.request import FIRST
from .. import files, terminal
from ..errors import CliError
from ..options import DEBUGGING, HELP, NAMES, NO_CACHE, complete_file, examples, with_options


@click.command(
    "export",
    context_settings=HELP,
    epilog=examples(
        "export B.2 --to json -o proof.json", "export B.2 --to latex > b2.tex", "export B.2 --to coq -o b2.v"
    ),
)
@with_options(
    NAMES,
    click.option(
        "--to",
        "form",
        type=click.Choice(["json", "latex", "coq", "smt2"]),
        default="json",
        show_default=True,
        help="Format: proof file, LaTeX document, self-contained Coq file, or arithmetic steps for SMT solvers.",
    ),
    click.option("--claim", metavar="CLAIM", help="The claim's name (by default the first claim)."),
    click.option(
        "-o",
        "--output",
        "path",
        metavar="FILE",
        shell_complete=complete_file,
        help="Output file (by default standard output).",
    ),
    NO_CACHE,
    DEBUGGING,
)
@click.pass_context
def command(
    ctx: click.Context, names: tuple[str, ...], form: str, claim: str | None, path: str | None, no_cache: bool
) -> None:
    """Export a claim as a proof file, a LaTeX document, a Coq file, or questions for SMT solvers."""
    from ..names import resolve
    from ..tasks import Settings, run_all, workers

    if path not in (None, "-"):
        files.expect_writable(str(path))
    progress = terminal.Progress(False)
    with workers(1, progress) as processes:
        targets = resolve(names, processes)
        if len(targets) != 1:
            slugs = ", ".join(target.slug for target in targets)
            raise CliError(f"export takes one lemma, got {len(targets)}: {slugs}")
        style, chosen = "latex" if form == "latex" else "ascii", FIRST if claim is None else claim
        settings = Settings("show", style, claim=chosen, cache=not no_cache)
        (outcome,) = run_all(targets, settings, processes, 1, progress)
    if outcome.error:
        raise CliError(outcome.error, outcome.trace)
    name = outcome.data["claims"][0]["name"]
    if outcome.exit_code:
        reason = outcome.data["claims"][0]["reason"]
        terminal.warn(f"{outcome.slug} ({name}) is not exported because it is {outcome.verdict}: {reason}")
        ctx.exit(outcome.exit_code)
    text = outcome.text if form == "latex" else outcome.proofs[0][1]
    if form == "coq":
        from ..verify_coq import written

        text = written(outcome.slug, outcome.proofs)
    elif form == "smt2":
        from ...export.smt import document
        from ...kernel.terms import Refusal

        try:
            text = document(f"{outcome.slug} ({name})", outcome.proofs[0][1])
        except Refusal as refusal:
            raise CliError(f"{outcome.slug} ({name}) cannot be written for SMT solvers: {refusal}") from None
    if path is None or path == "-":
        terminal.say(text, newline=False)
    else:
        files.write(path, text)
