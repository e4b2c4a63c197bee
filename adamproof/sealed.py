"""Records in files: plain data (as JSON has it) with a checksum, and digests of the code that made them.

The checksum is no secret: it shows that a file is not as it was written, which is all that is asked of it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any

MAX_BYTES = 64_000_000
COMMAND, CHECKSUM = "command", "checksum"


class SealError(ValueError):
    """A record that cannot be used: one sentence."""


def text(content: Mapping[str, Any], command: str) -> str:
    """The record as JSON, with the command that repeats it, and its checksum."""
    return json.dumps({**content, COMMAND: command, CHECKSUM: _checksum(content)}, indent=1) + "\n"


def read(path: str | Path, names: Collection[str], schema: int, what: str, again: str) -> dict[str, Any]:
    """The record in a file, with exactly these names.  Raises SealError; `what` it is, and how to make it `again`."""
    try:
        if Path(path).exists() and not Path(path).is_file():
            raise OSError(None, "it is no file")
        with Path(path).open("rb") as stream:
            content = json.loads(stream.read(MAX_BYTES).decode())
    except OSError as error:
        raise SealError(f"cannot read {path}: {error.strerror or error}") from error
    except (ValueError, RecursionError) as error:
        raise SealError(f"{path} is no {what}, as it is not JSON") from error
    if not isinstance(content, dict) or set(content) != {*names, COMMAND, CHECKSUM}:
        raise SealError(f"{path} is no {what}, which has the names {', '.join(sorted(names))}")
    if type(content["schema"]) is not int or content["schema"] != schema:
        raise SealError(f"{path} is a record of schema {content['schema']!r}, but this version reads {schema}")
    said, _ = content.pop(CHECKSUM), content.pop(COMMAND)  # the command follows from the rest
    try:
        expected = _checksum(content)
    except (ValueError, RecursionError) as error:
        raise SealError(f"{path} holds a number that is not finite, or is too deep, which no record is") from error
    if said != expected:
        raise SealError(f"{path} is not as it was written, for its checksum does not fit: {again}")
    return content


def digest_of(paths: Iterable[Path]) -> str:
    """A digest of these files' names and texts."""
    digest = hashlib.sha256()
    for path in paths:
        digest.update(path.name.encode() + b"\0" + path.read_text(encoding="utf-8").encode() + b"\0")
    return digest.hexdigest()


def _checksum(content: Mapping[str, Any]) -> str:
    plain = json.dumps(content, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(plain.encode()).hexdigest()
