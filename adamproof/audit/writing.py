"""The lines of a record: JSON, packed by gzip as they come, and at the end a checksum over all of them.

The file is only appended to.  What was handed to the system can be unpacked whatever happens next: at least every
HELD seconds the packer ends a block, and a kill takes no more than the lines since.
"""

from __future__ import annotations

import atexit
import hashlib
import json
import os
import tempfile
import time
import zlib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO

from .errors import AuditError

FORMAT, VERSION = "adamproof audit", 1
MAGIC = b"\x1f\x8b"  # of gzip
GZIP = 31  # zlib's number for a window of 32 kB with the header and the end of gzip
HELD = 5.0  # seconds that a line may wait: blocks of several lines are a fifth smaller
MOST_RUNS = 10_000  # records whose names differ by a number
PIECE = 1 << 20  # bytes that are unpacked at once, whatever they were packed into
ENCODER = json.JSONEncoder(separators=(",", ":"), allow_nan=False)


_OPEN: set[Writer] = set()  # those that have a file and are not closed


@atexit.register
def _at_exit() -> None:
    """What Python's end, by an exception or Ctrl-C, say, would take is handed to the system.  Never raises."""
    for writer in list(_OPEN):
        with suppress(Exception):
            writer.hand_over()


class Writer:
    """Lines that go into a file as they come, or are kept until `save`; packed either way."""

    def __init__(self, path: str | Path | None) -> None:
        self.path = None if path is None else Path(path)
        self._kept: list[bytes] = []
        self._packer = zlib.compressobj(wbits=GZIP)
        self._flushed = float("-inf")  # the time of the last block's end
        self._digest = hashlib.sha256()
        self._count = 0
        self.closed = False
        self._cut = False  # whether a line was begun and not packed to its end
        self._lost = False  # whether something packed may not have reached the file: what follows would make no sense
        self._stream: BinaryIO | None = None
        self._saved: dict[Path, Path] = {}  # where `save` was asked to write, and the file that it wrote
        self._process = os.getpid()
        if self.path is not None:
            try:
                self._stream, self.path = _new_file(self.path)
            except OSError as error:
                raise AuditError(f"cannot write {path}: {error.strerror or error}") from error
            self._saved[Path(path or "").absolute()] = self.path
            _OPEN.add(self)

    def line(self, content: dict[str, Any]) -> None:
        """Append a line, which survives the end of this process once HELD seconds have passed.  Raises OSError."""
        if self.closed:
            raise AuditError("the record is finished")
        if not self.whole:
            raise AuditError("a line of the record is cut: nothing can follow it")
        self._write(content)
        now = time.monotonic()
        if self._stream is not None and now - self._flushed >= HELD:
            self._flushed = now
            self._put(self._packer.flush(zlib.Z_SYNC_FLUSH))

    def hand_over(self) -> None:
        """Hand all lines to the system.  Raises OSError.  A forked process leaves that to the one that has the file."""
        if self._stream is not None and not self.closed and self.whole and os.getpid() == self._process:
            self._put(self._packer.flush(zlib.Z_SYNC_FLUSH))

    @property
    def begun(self) -> bool:
        """Whether there is a line."""
        return self._count > 0

    @property
    def whole(self) -> bool:
        """Whether a line can follow what there is: no full disk and no interruption has cut the one before."""
        return not (self._cut or self._lost)

    def lines(self) -> list[dict[str, Any]]:
        """The lines that are kept, as data."""
        packed = b"".join(self._kept) + (b"" if self.closed else self._packer.copy().flush())
        return [json.loads(line) for line in b"".join(unpacked(iter([packed]))).splitlines()]

    def _write(self, content: dict[str, Any]) -> None:
        line = _text(content)
        self._cut = True
        self._digest.update(line)
        self._count += 1
        self._put(self._packer.compress(line))
        self._cut = False

    def _put(self, packed: bytes) -> None:
        if not packed:
            return
        if self._stream is None:
            self._kept.append(packed)
        else:
            self._lost = True
            self._stream.write(packed)
            self._stream.flush()
            self._lost = False

    def close(self) -> None:
        """Write the last line, once.  Raises OSError; it is closed all the same."""
        if self.closed:
            return
        self.closed = True
        _OPEN.discard(self)
        try:
            if self.whole:
                self._write({"end": self._count, "sha256": self._digest.hexdigest()})
            if not self._lost:
                self._put(self._packer.flush())
        finally:
            if self._stream is not None:
                self._stream.close()

    def save(self, path: str | Path) -> Path:
        """The whole record in a file, which is given back: a new one, or the one of an earlier call with this path.

        Raises OSError.
        """
        wanted = Path(path).absolute()
        with suppress(OSError):  # of a full disk; what is written by then is saved
            self.close()
        if self._stream is not None and self.path is not None:
            self._saved[self.path.absolute()] = self.path
            self._kept, self._stream = [self.path.read_bytes()], None
        if wanted in self._saved and self._saved[wanted].exists():  # with these very lines: they have ended
            target = self._saved[wanted]
        else:
            stream, target = _new_file(Path(path))
            with stream:
                stream.writelines(self._kept)
            self._saved[wanted] = target
        return target

    def save_elsewhere(self, path: str | Path) -> Path:
        """The whole record in a new folder for temporary files.  Raises OSError."""
        return self.save(Path(tempfile.mkdtemp(prefix="adamproof-audit-")) / (Path(path).name or "run.audit"))


def _new_file(path: Path) -> tuple[BinaryIO, Path]:
    """A new file under this name, or, since a record is not overwritten, name-2, name-3, ...  Raises OSError."""
    if path.is_dir():
        raise IsADirectoryError(f"{path} is a folder")
    for number in range(1, MOST_RUNS):
        free = path if number == 1 else path.with_name(f"{path.stem}-{number}{path.suffix}")
        with suppress(FileExistsError):
            return free.open("xb"), free
    raise FileExistsError(f"there are {MOST_RUNS - 1} files of this name already")


def _text(content: dict[str, Any]) -> bytes:
    return (ENCODER.encode(content) + "\n").encode()


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
