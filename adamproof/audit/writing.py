"""The lines of a record: JSON, appended as they come, and at the end a checksum over all of them.

After a kill the file has all lines but perhaps half of the last one.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any, BinaryIO

from ..support import files
from .errors import AuditError

FORMAT, VERSION = "adamproof audit", 1


class Writer:
    """Lines that go into a file at once, or are kept until `save`."""

    def __init__(self, path: str | Path | None) -> None:
        self.path = None if path is None else Path(path)
        self._kept: list[bytes] = []
        self._digest = hashlib.sha256()
        self._count = 0
        self._closed = False
        self._stream: BinaryIO | None = None
        if self.path is not None:
            try:
                self._stream = self.path.open("xb")
            except FileExistsError as error:
                raise AuditError(f"{path} is there already, and a record is not overwritten: name another") from error
            except OSError as error:
                raise AuditError(f"cannot write {path}: {error.strerror or error}") from error

    def line(self, content: dict[str, Any]) -> None:
        """Append a line, and hand it to the system: it survives the end of this process.  Raises OSError."""
        if self._closed:
            raise AuditError("the record is finished")
        self._write((json.dumps(content, separators=(",", ":"), allow_nan=False) + "\n").encode())

    def lines(self) -> list[dict[str, Any]]:
        """The lines that are kept, as data."""
        return [json.loads(line) for line in self._kept]

    def _write(self, line: bytes) -> None:
        self._digest.update(line)
        self._count += 1
        if self._stream is None:
            self._kept.append(line)
        else:
            self._stream.write(line)
            self._stream.flush()

    def close(self) -> None:
        """Write the last line, once.  Raises OSError."""
        if self._closed:
            return
        self._write(_end(self._count, self._digest.hexdigest()))
        self._closed = True
        if self._stream is not None:
            self._stream.close()

    def save(self, path: str | Path) -> None:
        """The whole record in a file, which it replaces.  Raises AuditError."""
        target = Path(path)
        try:
            self.close()
            if self._stream is not None and self.path is not None:
                if target.resolve() == self.path.resolve():
                    return
                self._kept, self._stream = [self.path.read_bytes()], None
            with files.replacing(target) as stream:
                stream.writelines(self._kept)
        except OSError as error:
            raise AuditError(f"cannot write {path}: {error.strerror or error}") from error


def _end(lines: int, digest: str) -> bytes:
    return (json.dumps({"end": lines, "sha256": digest}, separators=(",", ":")) + "\n").encode()


__all__ = ["FORMAT", "VERSION", "Writer"]
