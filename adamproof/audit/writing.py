"""The lines of a record: JSON, packed by gzip as they come, and at the end a checksum over all of them.

The file is only appended to.  What was handed to the system can be unpacked whatever happens next: at least every
HELD seconds the packer ends a block, and a kill takes no more than the lines since.
"""

from __future__ import annotations

import hashlib
import json
import time
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

from ..support import files
from .errors import AuditError

FORMAT, VERSION = "adamproof audit", 1
MAGIC = b"\x1f\x8b"  # of gzip
GZIP = 31  # zlib's number for a window of 32 kB with the header and the end of gzip
HELD = 5.0  # seconds that a line may wait: blocks of several lines are a fifth smaller
PIECE = 1 << 20  # bytes that are unpacked at once, whatever they were packed into


class Writer:
    """Lines that go into a file as they come, or are kept until `save`; packed either way."""

    def __init__(self, path: str | Path | None) -> None:
        self.path = None if path is None else Path(path)
        self._kept: list[bytes] = []
        self._packer = zlib.compressobj(wbits=GZIP)
        self._flushed = float("-inf")  # the time of the last block's end
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
        """Append a line, which survives the end of this process once HELD seconds have passed.  Raises OSError."""
        if self._closed:
            raise AuditError("the record is finished")
        self._write(content)
        now = time.monotonic()
        if self._stream is not None and now - self._flushed >= HELD:
            self._flushed = now
            self._put(self._packer.flush(zlib.Z_SYNC_FLUSH))

    def lines(self) -> list[dict[str, Any]]:
        """The lines that are kept, as data."""
        packed = b"".join(self._kept) + (b"" if self._closed else self._packer.copy().flush())
        return [json.loads(line) for line in b"".join(unpacked(iter([packed]))).splitlines()]

    def _write(self, content: dict[str, Any]) -> None:
        line = _text(content)
        self._digest.update(line)
        self._count += 1
        self._put(self._packer.compress(line))

    def _put(self, packed: bytes) -> None:
        if not packed:
            return
        if self._stream is None:
            self._kept.append(packed)
        else:
            self._stream.write(packed)
            self._stream.flush()

    def close(self) -> None:
        """Write the last line, once.  Raises OSError."""
        if self._closed:
            return
        self._write({"end": self._count, "sha256": self._digest.hexdigest()})
        self._put(self._packer.flush())
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


def _text(content: dict[str, Any]) -> bytes:
    return (json.dumps(content, separators=(",", ":"), allow_nan=False) + "\n").encode()


def unpacked(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """The bytes in gzip's members, one behind another, as far as they are there.  Raises zlib.error."""
    unpacker = zlib.decompressobj(GZIP)
    for piece in pieces:
        while piece:
            if unpacker.eof:  # a further member: another program packs each line by itself, say
                unpacker = zlib.decompressobj(GZIP)
            yield unpacker.decompress(piece, PIECE)
            piece = unpacker.unused_data if unpacker.eof else unpacker.unconsumed_tail


__all__ = ["FORMAT", "MAGIC", "PIECE", "VERSION", "Writer", "unpacked"]
