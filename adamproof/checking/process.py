"""One process that runs lemma files, and the channel to it."""

from __future__ import annotations

import json
import os
import queue
import socket
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from typing import Any

from ..support.foreign_text import printed, visible
from ..support.interpreter import command, environment, fate, killed

PROGRAM = "adamproof.checking.worker"
MAX_BYTES = 256_000_000  # of one answer
MAX_SHOWN = 20_000  # bytes of what a file prints, a request: printing without end must not fill the screen
GRACE = 5.0  # seconds in which a process that has sent its last byte may end by itself, for a better message only
Events = queue.Queue[tuple[Any, bytes]]  # from which process, and a line


class LemmaProcess:
    """One process, and what comes from it: messages into a queue, what is printed into a file."""

    elsewhere = False

    def __init__(self, path: str | None, program: str, folder: str, events: Events) -> None:
        self.path, self.name = path, visible(path) if path else "the library's process"
        self._printed = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 - closed by `close`
        self._read_to, self._left = 0, MAX_SHOWN
        # A socket, not pipes: another file's process can open a pipe by its name in /proc, and ask or answer in it.
        self._channel, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                command(program, str(theirs.fileno())),
                stdin=subprocess.DEVNULL,  # a file that asks for input gets none
                stdout=self._printed,
                stderr=subprocess.STDOUT,
                pass_fds=(theirs.fileno(),),
                env={**environment(), "TMPDIR": folder},
                start_new_session=True,  # an interrupt is for us to answer; and a file has no terminal to write to
            )
        threading.Thread(target=self._read, args=(events,), daemon=True).start()

    def _read(self, events: Events) -> None:
        try:
            with self._channel.makefile("rb") as channel:
                while line := channel.readline(MAX_BYTES):
                    events.put((self, line))
                    if not line.endswith(b"\n"):
                        return  # it has ended in the middle of a line, or the line has no end
        except (MemoryError, OSError):
            pass  # no room for such a line, or it has ended: as if it had not been sent
        events.put((self, b""))

    def send(self, request: dict[str, Any]) -> None:
        self._left = MAX_SHOWN
        try:
            self._channel.sendall(json.dumps(request).encode("ascii") + b"\n")
        except OSError:
            pass  # it has ended: reading from it says so

    def printed(self, whole: bool) -> Iterator[str]:
        """The lines printed since the last time, fit to be shown; with `whole` also one that has not ended.

        No more than MAX_SHOWN bytes a request: the rest is counted.
        """
        size = os.fstat(self._printed.fileno()).st_size
        self._read_to = min(self._read_to, size)  # a file may cut what it has printed
        content = os.pread(self._printed.fileno(), min(self._left, size - self._read_to), self._read_to)
        if not whole and len(content) < self._left:
            content = content[: content.rfind(b"\n") + 1]
        self._read_to += len(content)
        self._left -= len(content)
        for line in content.decode("utf-8", "backslashreplace").removesuffix("\n").split("\n") if content else ():
            yield printed(line)
        if whole and size > self._read_to:
            yield f"... and {size - self._read_to} more bytes, not shown"
            self._read_to = size

    def is_dead(self) -> bool:
        return self._process.poll() is not None

    def fate(self) -> str:
        """In words, what has become of it, after the end of what it sends."""
        try:
            code = self._process.wait(GRACE)
        except subprocess.TimeoutExpired:
            return "it closed its channel"
        return fate(code)

    def end(self) -> None:
        """Kill it and whatever it has started."""
        killed(self._process)
        self._process.wait()

    def close(self) -> None:
        try:
            self._channel.shutdown(socket.SHUT_RDWR)  # also for the thread that reads, whoever else holds its end
        except OSError:
            pass  # it has ended
        self._channel.close()
        self._printed.close()
