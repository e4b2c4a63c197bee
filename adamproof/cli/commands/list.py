"""The command `list`."""

from __future__ import annotations

import click

from .. import terminal
from ..options import AS_JSON, DEBUGGING, HELP, examples, with_options


@click.command("list", context_settings=HELP, epilog=examples("list", "list --json"))
@with_options(AS_JSON, DEBUGGING)
def command(as_json: bool) -> None:
    """List all lemmas."""
    from .. import json_output, text_output
    from ..names import abouts
    from ..tasks import workers

    with workers(1, terminal.Progress(False)) as processes:
        lemmas = abouts(processes)
    if as_json:
        terminal.say(json_output.document("list", 0, lemmas=[json_output.listed(lemma) for lemma in lemmas]))
        return
    terminal.say(text_output.listed(lemmas))
