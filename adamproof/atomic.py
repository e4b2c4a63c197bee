"""Writing a file whole or not at all.  Standard library only."""

from __future__ import annotations

import os
from pathlib import Path


def write(path: Path, text: str) -> None:
    """Put the text into the file, which is replaced in one move.  Raises OSError; then nothing has changed."""
    beside = path.with_name(f".{path.name[:100]}.{os.getpid()}.tmp")  # the same folder: replacing is atomic
    try:
        with beside.open("x", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())  # a full disk may answer only now
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
