"""Records in files: plain data (as JSON has it) with a checksum, and digests of the code that made them.

The checksum is no secret: it shows that a file is not as it was written, which is all that is asked of it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection, Iterable, Mapping
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, TypeVar

from . import package_data

MAX_BYTES = 64_000_000
COMMAND, CHECKSUM = "command", "checksum"


T = TypeVar("T")


class RecordError(ValueError):
    """A record that cannot be used: one sentence."""


def text(content: Mapping[str, Any], command: str) -> str:
    """The record as JSON, with the command that repeats it, and its checksum."""
    return json.dumps({**content, COMMAND: command, CHECKSUM: _checksum(content)}, indent=1) + "\n"


def read(path: str | Traversable, names: Collection[str], schema: int, what: str, again: str) -> dict[str, Any]:
    """The record in a file, with exactly these names.  Raises RecordError; `what` it is, and how to make it `again`."""
    try:
        content = json.loads(_bytes(_place(path)).decode())
    except OSError as error:
        raise RecordError(f"cannot read {path}: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise RecordError(f"{path} is not a {what}: it is not JSON") from error
    if not isinstance(content, dict) or set(content) != {*names, COMMAND, CHECKSUM}:
        raise RecordError(f"{path} is not a {what}: its names must be {', '.join(sorted(names))}")
    if type(content["schema"]) is not int or content["schema"] != schema:
        raise RecordError(f"{path} is a record of schema {content['schema']!r}, but this version reads {schema}")
    said, _ = content.pop(CHECKSUM), content.pop(COMMAND)  # the command follows from the rest
    try:
        expected = _checksum(content)
    except (ValueError, RecursionError) as error:
        raise RecordError(f"{path} contains NaN or infinity, or is nested too deeply") from error
    if said != expected:
        raise RecordError(f"{path}: checksum mismatch, the file was modified: {again}")
    return content


def read_all(
    folder: str | Traversable, names: Iterable[str], read_of: Callable[[Traversable, str], T]
) -> tuple[list[T], list[str]]:
    """The records NAME.json in a folder, in the order of the names, and a sentence for each that is none.

    `read_of(file, name)` reads one and raises RecordError.  A folder that is not there has none.
    """
    records: list[T] = []
    problems: list[str] = []
    place = _place(folder)
    try:
        there = {entry.name for entry in place.iterdir()}
    except (FileNotFoundError, NotADirectoryError):
        return records, problems
    except OSError as error:
        return records, [f"cannot read the folder {folder}: {error.strerror}"]
    for name in names:
        if f"{name}.json" in there:
            try:
                records.append(read_of(place / f"{name}.json", name))
            except RecordError as error:
                problems.append(str(error))
    return records, problems


def digest_of(files: Iterable[Traversable], text_of: Callable[[Traversable], str] = package_data.text) -> str:
    """A digest of these files' names and texts, or of what counts of these.  Raises OSError."""
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.name.encode() + b"\0" + text_of(file).encode() + b"\0")
    return digest.hexdigest()


def _place(path: str | Traversable) -> Traversable:
    return Path(path) if isinstance(path, str) else path


def _bytes(file: Traversable) -> bytes:
    """The beginning of a file, which is all of a record.  Raises OSError."""
    if isinstance(file, Path) and file.exists() and not file.is_file():  # a pipe would wait for its writer
        raise OSError(None, "it is not a file")
    with file.open("rb") as stream:
        return stream.read(MAX_BYTES)


def _checksum(content: Mapping[str, Any]) -> str:
    plain = json.dumps(content, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(plain.encode()).hexdigest()
