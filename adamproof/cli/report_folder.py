"""A report as a folder with the kernel in it: its errors in a sentence, and what to do with it."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from . import terminal
from .errors import CliError

if TYPE_CHECKING:
    from ..checking.report import LemmaReport
    from ..report.content import Content
    from ..report.kernel_page.pyodide import Pyodide


def pyodide(path: str | None) -> Pyodide:
    """The Python for browsers in a folder, or the one that the page fetches.  Raises CliError."""
    from ..report.kernel_page import Unusable
    from ..report.kernel_page.pyodide import VERSION, Pyodide, in_folder

    if path is None:
        return Pyodide()
    try:
        found = in_folder(path)
    except Unusable as error:
        raise CliError(str(error)) from error
    if not found.is_tried:
        terminal.warn(
            terminal.labelled(
                "Note: ",
                f"pyodide {found.version} has not been tried with these pages, as {VERSION} has; open the page and "
                "check a proof before you give it away.",
            )
        )
    return found


def expect_writable(path: str) -> None:
    """Say before long work that the folder cannot be written, where that can be seen.  Raises CliError."""
    from ..report.kernel_page import folder

    with _in_words(path):
        folder.expect_writable(path)


def write(path: str, content: Content, reports: Sequence[LemmaReport], found: Pyodide) -> None:
    """Write the folder.  Raises CliError; then what was there is there still."""
    from ..report.kernel_page import folder

    files = folder.contents(content, reports, found)
    with _in_words(path):
        folder.write(path, files)


def how_to_open(path: str) -> str:
    """What to do with the folder."""
    command = f"python -m http.server --bind 127.0.0.1 --directory {shlex.quote(path)}"
    return f"Run `{command}` and open http://127.0.0.1:8000/"


@contextmanager
def _in_words(path: str) -> Iterator[None]:
    from ..report.kernel_page import Unusable

    try:
        yield
    except Unusable as error:
        raise CliError(str(error)) from error
    except (OSError, ValueError) as error:
        raise CliError(f"cannot write {path}: {getattr(error, 'strerror', None) or error}") from error
