"""Errors that users see: one sentence, exit status 2; the traceback only with --debug."""

from __future__ import annotations

import click

from ..checking.failures import described

USAGE = 2


class CliError(click.ClickException):
    """Something that the user can put right.  `trace` is the traceback behind it, if there is one."""

    exit_code = USAGE

    def __init__(self, message: str, trace: str = "") -> None:
        super().__init__(message)
        self.trace = trace

    def report(self, debug: bool) -> None:
        """Print the sentence, after the traceback when debugging."""
        if debug and self.trace:
            click.echo(self.trace.rstrip(), err=True)
        self.show()


def from_exception(error: BaseException, path: str | None, subject: str = "") -> CliError:
    """An exception as one sentence that names the file, the line in it (where known) and the error."""
    failure = described(error, path, subject)
    return CliError(failure.message, failure.trace)
