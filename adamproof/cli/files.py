"""Writing files whole or not at all."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING

from ..support import files
from .errors import CliError

if TYPE_CHECKING:
    from ..support.figures import Drawn


def write(path: str | Path, text: str) -> None:
    """Put the text into the file.  Raises CliError, and leaves no partial file behind, when that fails."""
    try:
        _write(Path(path), text)
    except (OSError, ValueError) as error:
        raise CliError(f"cannot write {path}: {getattr(error, 'strerror', None) or error}") from error


def write_drawing(found: Drawn, plot: str | None, data: str | None) -> None:
    """Write what is drawn as a picture and as data, if the user asks for them.  Raises CliError."""
    from ..support.figures import PlotError

    try:
        if data:
            write(data, found.text(data))
        if plot:
            found.draw(plot)
    except PlotError as error:
        raise CliError(" ".join(str(error).split())) from error


def expect_writable(path: str) -> None:
    """Say before long work that a file cannot be written, where that can be seen.  Raises CliError."""
    if not path.strip():
        raise CliError("the name of the output file must not be empty")
    if os.path.isdir(path):
        raise CliError(f"cannot write {path}: it is a folder")
    folder = os.path.dirname(path) or "."
    if not os.path.isdir(folder):
        raise CliError(f"cannot write {path}: there is no folder {folder}; make it first")
    try:
        target = Path(path).resolve()
        if target.exists() and not stat.S_ISREG(target.stat().st_mode):
            return  # a device or a pipe, which is not opened before there is something to write
        files.try_folder(target.parent)
    except (OSError, ValueError) as error:
        raise CliError(f"cannot write {path}: {getattr(error, 'strerror', None) or error}") from error


def expect_drawable(picture: str | None, data: str | None) -> None:
    """The same of a picture and of its data, whose names also say their formats.  Raises CliError."""
    if picture is None and data is None:
        return
    from ..support.figures import PlotError, expect_names

    try:
        expect_names(picture or None, data or None)
    except PlotError as error:
        raise CliError(str(error)) from error
    for path in (picture, data):
        if path is not None:
            expect_writable(path)


def _write(path: Path, text: str) -> None:
    if path.is_dir():
        raise ValueError("it is a folder")
    target = path.resolve()  # so that a link stays a link
    if target.exists() and not stat.S_ISREG(target.stat().st_mode):
        target.write_text(text, encoding="utf-8", newline="\n")  # a device or a pipe must not be replaced by a file
        return
    files.write(target, text)


def make_folder(path: str) -> Path:
    """The folder, made if it is not there.  Raises CliError."""
    if not path.strip():
        raise CliError("the name of a folder must not be empty")
    folder = Path(path)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CliError(f"cannot make the folder {path}: {error.strerror}") from error
    try:
        files.try_folder(folder)
    except OSError as error:
        raise CliError(f"cannot write into the folder {path}: {error.strerror}") from error
    return folder
