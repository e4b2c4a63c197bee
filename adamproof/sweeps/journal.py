"""The rows of a sweep on disk, as they come: one line each, appended, never changed.

A line is the checksum of what follows, the key of the run, and its row as JSON.  A process that is killed can leave the
last line unfinished; it is cut off when the file is opened again.  A line that does not agree with its checksum is as
good as none.
"""

from __future__ import annotations

import fcntl
import json
import os
import time
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from .cell import COLUMNS, Row
from .errors import SweepError

SYNC_EVERY = 1.0  # seconds between two times that rows are forced to the disk
WIDTH = 8 + 1 + 32 + 1  # characters before the row
AGAIN = "then run the same command again"


class Journal:
    """The file, open for appending by this process alone.  Use it in a `with` block.

    path: of the file, which is made if it is not there.  Raises SweepError, also where another sweep writes into it.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.broken = 0  # lines that were left out
        self._places: dict[int, int] = {}
        try:
            self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
        except OSError as error:
            raise SweepError(f"cannot write {path}: {error.strerror}") from error
        try:
            self._lock()
            self._end = self._read()
            os.ftruncate(self._file, self._end)
        except OSError as error:
            os.close(self._file)
            raise SweepError(f"cannot read {path}: {error.strerror}") from error
        except SweepError:
            os.close(self._file)
            raise
        self._synced = time.monotonic()

    def __enter__(self) -> Journal:
        return self

    def __exit__(self, *error: object) -> None:
        os.close(self._file)

    def __contains__(self, key: int) -> bool:
        return key in self._places

    def __len__(self) -> int:
        return len(self._places)

    def _lock(self) -> None:
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise SweepError(
                f"another sweep is writing {self.path}: wait for its end, or choose another folder with --save"
            ) from error

    def _read(self) -> int:
        """Note where each row is; where the last whole line ends."""
        end = 0
        with os.fdopen(os.dup(self._file), "rb") as stream:
            for line in stream:
                if not line.endswith(b"\n"):
                    break
                key = _key(line)
                if key is None:
                    self.broken += 1
                else:
                    self._places[key] = end
                end += len(line)
        return end

    def add(self, key: int, row: Row) -> None:
        """Append a row.  Raises SweepError where it cannot be written; then the file ends as before."""
        line = _line(key, row)
        try:
            written = os.pwrite(self._file, line, self._end)
            while written < len(line):  # a disk with little room takes a part
                written += os.pwrite(self._file, line[written:], self._end + written)
            if time.monotonic() >= self._synced + SYNC_EVERY:
                self.sync()
        except OSError as error:
            self._cut()
            raise SweepError(
                f"cannot write {self.path}: {error.strerror}; the {len(self._places):,} rows before are saved: free "
                f"some space, {AGAIN}"
            ) from error
        self._places[key] = self._end
        self._end += len(line)

    def sync(self) -> None:
        """Force what was written to the disk.  Raises OSError."""
        os.fsync(self._file)
        self._synced = time.monotonic()

    def _cut(self) -> None:
        try:
            os.ftruncate(self._file, self._end)
        except OSError:
            pass  # what is left of the line is cut off when the file is opened again

    def row(self, key: int) -> Row:
        """A row that is in it.  Raises SweepError where it cannot be read any more."""
        place, content = self._places[key], b""
        try:
            while not content.endswith(b"\n"):
                part = os.pread(self._file, 4096, place + len(content))
                if not part:
                    break
                content += part[: part.find(b"\n") + 1] or part
        except OSError as error:
            raise SweepError(f"cannot read {self.path}: {error.strerror}") from error
        if _key(content) != key:
            raise SweepError(f"{self.path} has been changed by another program: run the same command again")
        row: Row = json.loads(content[WIDTH:])
        return row

    def rows(self, keys: Iterator[int]) -> Iterator[Row]:
        """The rows of these keys, as far as they are there."""
        return (self.row(key) for key in keys if key in self._places)


def _line(key: int, row: Row) -> bytes:
    said = f"{key:032x} {json.dumps(row, separators=(',', ':'), allow_nan=False)}".encode()
    return b"%08x " % zlib.crc32(said) + said + b"\n"


def _key(line: bytes) -> int | None:
    """The key of a line; None where it is not as it was written."""
    said = line[9:-1]
    if len(line) <= WIDTH or line[:9] != b"%08x " % zlib.crc32(said):
        return None
    try:
        row: Any = json.loads(line[WIDTH:])
        return int(said[:32], 16) if isinstance(row, list) and len(row) == len(COLUMNS) else None
    except ValueError:
        return None
