"""Errors that users see: one sentence, exit status 2; the traceback only with --debug."""

from __future__ import annotations

import traceback
from pathlib import Path

import click

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
    line = _line(error, path)
    place = f"{path}, line {line}" if line else path or ""
    text = " ".join(str(error).split())
    kind = type(error).__name__
    own = type(error).__module__.partition(".")[0] == "adamproof"  # our messages are sentences: the class adds nothing
    parts = [place, subject, text if own and text else f"{kind}: {text}" if text else kind]
    trace = "".join(traceback.format_exception(error))
    return CliError(": ".join(filter(None, parts)), trace)


def _line(error: BaseException, path: str | None) -> int | None:
    """The last line of the file that was running, or the line that does not parse."""
    if path is None:
        return None
    if isinstance(error, SyntaxError) and error.filename == path:
        return error.lineno
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if _same(frame.filename, path)]
    return lines[-1] if lines else None


def _same(filename: str, path: str) -> bool:
    return filename == path or Path(filename) == Path(path).absolute()
