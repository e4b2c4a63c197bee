"""The command `completion`: a script for a shell.  Options and arguments name what completes them."""

from __future__ import annotations

import click
from click.shell_completion import BashComplete, FishComplete, ShellComplete, ZshComplete

from .. import terminal
from ..options import HELP, examples

PROGRAM = "adamproof"
CLASSES: dict[str, type[ShellComplete]] = {"bash": BashComplete, "zsh": ZshComplete, "fish": FishComplete}
SHELLS = tuple(CLASSES)


@click.command(
    "completion",
    context_settings=HELP,
    epilog=examples(
        "completion bash > ~/.local/share/bash-completion/completions/adamproof",
        "completion zsh > ~/.zfunc/_adamproof",
        "completion fish > ~/.config/fish/completions/adamproof.fish",
    ),
)
@click.argument("shell", type=click.Choice(SHELLS))
@click.pass_context
def command(ctx: click.Context, shell: str) -> None:
    """Print a script that completes commands, options and names of lemmas in your shell.

    The examples show where to save it. bash (4.4 or later) and fish load it from there in each new shell; zsh loads it
    from any folder in $fpath before compinit (`fpath+=~/.zfunc` in ~/.zshrc).
    """
    terminal.say(script(ctx.find_root().command, shell), newline=False)


def script(program: click.Command, shell: str) -> str:
    """What the shell has to read."""
    made = CLASSES[shell](program, {}, PROGRAM, f"_{PROGRAM.upper()}_COMPLETE")
    return ShellComplete.source(made)  # bash's own looks for a bash first, which may be on another machine
