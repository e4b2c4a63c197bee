"""Writing a file whole or not at all.  Standard library only."""

from __future__ import annotations

import itertools
import os
import re
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO


def write(path: Path, text: str) -> None:
    """Put the text into the file, which is replaced in one move.  Raises OSError; then nothing has changed."""
    with replacing(path) as stream:
        stream.write(text.encode())


@contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """A stream whose content replaces the file in one move at the end.  After an exception nothing has changed."""
    new = beside(path)
    try:
        with new.open("xb") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())  # a full disk may answer only now
        new.replace(path)
    except BaseException:
        with suppress(OSError):  # the first error is the one that counts
            new.unlink(missing_ok=True)
        raise


def beside(path: Path) -> Path:
    """A name that no other process or thread takes, in the same folder: replacing is atomic."""
    return path.with_name(f".{path.name[:40]}.{uuid.uuid4().hex[:12]}.tmp")


def try_folder(folder: Path) -> None:
    """Make a file in a folder, which is gone at once.  Raises OSError: permissions alone do not say what will work."""
    with tempfile.NamedTemporaryFile(dir=folder, prefix=".adamproof-"):
        pass


def plain_name(text: str) -> str:
    """A name as part of a file name: nothing in it can lead to another folder."""
    return re.sub(r"[^A-Za-z0-9]+", "-", text).strip("-")[:80].lower() or "unnamed"


def free_name(stem: str, taken: set[str]) -> str:
    """The first of the names stem, stem-2, stem-3, ... that is not taken; from now on it is."""
    names = itertools.chain([stem], (f"{stem}-{number}" for number in itertools.count(2)))
    name = next(name for name in names if name not in taken)
    taken.add(name)
    return name
