"""Completion in the shell: of lemmas (by their files' names, so that nothing heavy is imported) and of files."""

from __future__ import annotations

import click
from click.shell_completion import BashComplete, CompletionItem, FishComplete, ShellComplete, ZshComplete

from ..theory.index import names

PROGRAM = "adamproof"
CLASSES: dict[str, type[ShellComplete]] = {"bash": BashComplete, "zsh": ZshComplete, "fish": FishComplete}
SHELLS = tuple(CLASSES)


def script(program: click.Command, shell: str) -> str:
    """What the shell has to read."""
    made = CLASSES[shell](program, {}, PROGRAM, f"_{PROGRAM.upper()}_COMPLETE")
    return ShellComplete.source(made)  # bash's own looks for a bash first, which may be on another machine


def lemma(_: click.Context, __: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Slugs and labels, in whatever case, and a user's files."""
    found = [name for name in [*names(), "all"] if name.lower().startswith(incomplete.lower())]
    return [CompletionItem(name) for name in found] or [CompletionItem(incomplete, type="file")]


def file(_: click.Context, __: click.Parameter, incomplete: str) -> list[CompletionItem]:
    return [CompletionItem(incomplete, type="file")]


def folder(_: click.Context, __: click.Parameter, incomplete: str) -> list[CompletionItem]:
    return [CompletionItem(incomplete, type="dir")]
