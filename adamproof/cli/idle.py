"""Options that were given and have no effect beside others: a note names each of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import click
from click.core import ParameterSource

from . import terminal
from .terminal import labelled

# With what options have no effect ("with --json"), whether that is so here, and the options, by their parameters.
Row = tuple[str, bool, Iterable[str]]


def note(rows: Sequence[Row]) -> None:
    """Say on standard error which options of the running command were given without effect, each once."""
    context = click.get_current_context()
    options = {option.name: option for option in context.command.params}
    said = set()
    for what, applies, names in rows:
        for name in names:
            option = options[name]  # a row that names no option of this command is a mistake
            given = context.get_parameter_source(name) is ParameterSource.COMMANDLINE
            if applies and given and name not in said:
                said.add(name)
                terminal.warn(labelled("Note: ", f"{_written(option, context.params[name])} has no effect {what}."))


def _written(option: click.Parameter, value: object) -> str:
    """An option as it was given: --coupled where --decoupled/--coupled is false."""
    flags = option.secondary_opts if value is False and option.secondary_opts else option.opts
    return next((flag for flag in flags if flag.startswith("--")), flags[0])
