"""The command `explore`: a page with sliders for the bound and for the exponents."""

from __future__ import annotations

import click

from .. import files, terminal
from ..errors import CliError
from ..json_output import document
from ..options import AS_JSON, HELP, complete_file, examples


@click.command("explore", context_settings=HELP, epilog=examples("explore --html explore.html"))
@click.option("--html", metavar="FILE", shell_complete=complete_file, help="Write the page into this file.")
@AS_JSON
def command(html: str | None, as_json: bool) -> None:
    """Write a page with sliders for the main theorem's bound and for the exponents of a schedule.

    The page shows terms, the bound against T, and R over the betas, with the verdict that `bound` gives if the
    learning rate is constant and there is neither weight decay nor clipping. It needs no network, and its address
    keeps the setting. Its numbers are not certified; beside them stands the command that certifies them. Without
    scripts it shows one setting. A whole `report` has the same page as a section.

    Exit status: 0, or 2 for a usage error.
    """
    if html is None:
        raise CliError("there is nothing to write; name a file with --html FILE")
    files.expect_writable(html)
    from ...report.document import explorer

    files.write(html, explorer())
    if as_json:
        terminal.say(document("explore", 0, files={"html": html}))
    else:
        terminal.say(f"{click.format_filename(html)}: open it in a browser")
