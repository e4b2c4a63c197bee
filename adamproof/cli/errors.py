"""Errors that users see: one sentence, exit status 2; the traceback only with --debug."""

from __future__ import annotations

import errno
import os
import tempfile
import traceback
from collections.abc import Callable
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

import click

from ..checking.failures import described
from . import terminal

USAGE = 2
INTERRUPTED = 130
DEBUG = "adamproof.debug"  # where a context keeps whether --debug was given
# What to do about a failure of the system, by its number.
ADVICE = {
    errno.EMFILE: "raise the limit with `ulimit -n`",
    errno.ENFILE: "close some programs",
    errno.EAGAIN: "close some programs, or use fewer processes with -j",
    errno.ENOMEM: "close some programs, or use fewer processes with -j",
    errno.ENOSPC: "free some space",
}
OF_WRITING = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EFBIG}  # no reading fails with these


class CliError(click.ClickException):
    """Something that the user can put right.  `trace` is the traceback behind it, if there is one."""

    exit_code = USAGE

    def __init__(self, message: str, trace: str = "") -> None:
        super().__init__(message)
        self.trace = trace

    def show(self, file: Any = None) -> None:
        """Print the sentence: on a terminal broken at its width, elsewhere on one line."""
        terminal.complain(self.format_message())

    def report(self, debug: bool) -> None:
        """Print the sentence, after the traceback when debugging."""
        if debug and self.trace:
            click.echo(self.trace.rstrip(), err=True)
        self.show()


def of_system(error: OSError) -> CliError:
    """A failure that nobody expected: what could not be done, with which file, why, and what to do."""
    return CliError(sentence(error), "".join(traceback.format_exception(error)))


def sentence(error: OSError) -> str:
    """The same as text: "cannot read x.json: Permission denied"."""
    action, place = _known_action(error) or ("write" if error.errno in OF_WRITING else "read", "")
    if not place and error.filename is not None:
        place = os.fsdecode(error.filename) if isinstance(error.filename, str | bytes) else str(error.filename)
    why = error.strerror or " ".join(str(error).split()) or type(error).__name__
    advice = ADVICE.get(error.errno or 0, "")
    done = f"cannot {action} {place}: " if place else ""
    return f"{done}{why}{f' ({advice})' if advice else ''}"


def _known_action(error: OSError) -> tuple[str, str] | None:
    """What was being done, and to what if the error does not know it: as a function that was running tells.

    An OSError has the name of a file, if that, but not whether it was read or written.
    """
    import subprocess

    known: dict[CodeType, Callable[[FrameType], tuple[str, str]]] = {
        click.echo.__code__: lambda frame: ("write", "the messages" if frame.f_locals.get("err") else "the output"),
        subprocess.Popen.__init__.__code__: lambda frame: ("start", _program(frame.f_locals.get("args"))),
        tempfile.mkdtemp.__code__: lambda frame: ("make", ""),
        Path.mkdir.__code__: lambda frame: ("make", ""),
        Path.unlink.__code__: lambda frame: ("delete", ""),
        Path.write_text.__code__: lambda frame: ("write", ""),
        Path.open.__code__: lambda frame: ("read" if "r" in str(frame.f_locals.get("mode")) else "write", ""),
    }
    frames = [frame for frame, _ in traceback.walk_tb(error.__traceback__) if frame.f_code in known]
    return known[frames[0].f_code](frames[0]) if frames else None


def _program(command: object) -> str:
    """The program of a command as subprocess takes it."""
    return str(command[0]) if isinstance(command, list | tuple) and command else str(command)


def from_exception(error: BaseException, path: str | None, subject: str = "") -> CliError:
    """An exception as one sentence that names the file, the line in it (where known) and the error."""
    failure = described(error, path, subject)
    return CliError(failure.message, failure.trace)
