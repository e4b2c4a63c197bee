"""Writing files whole or not at all."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from .errors import CliError


def write(path: str | Path, text: str) -> None:
    """Put the text into the file.  Raises CliError, and leaves no partial file behind, when that fails."""
    try:
        _write(Path(path), text)
    except (OSError, ValueError) as error:
        raise CliError(f"cannot write {path}: {getattr(error, 'strerror', None) or error}") from error


def _write(path: Path, text: str) -> None:
    if path.is_dir():
        raise ValueError("it is a folder")
    target = path.resolve()  # so that a link stays a link
    if target.exists() and not stat.S_ISREG(target.stat().st_mode):
        target.write_text(text, encoding="utf-8", newline="\n")  # a device or a pipe must not be replaced by a file
        return
    beside = target.with_name(f".{target.name[:100]}.{os.getpid()}.tmp")  # the same folder: replacing is atomic
    try:
        with beside.open("x", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())  # a full disk may answer only now
        beside.replace(target)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


def make_folder(path: str) -> Path:
    """The folder, made if it is not there."""
    folder = Path(path)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CliError(f"cannot make the folder {path}: {error.strerror}") from error
    return folder
