"""The kernel in a process of its own: what it answers about proof files is the verdict.  Standard library only."""

from __future__ import annotations

import hashlib
import json
import queue
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

from ..support.interpreter import environment

PROVED = "PROVED"  # the kernel's word (adamproof.kernel.__main__)


def start(
    paths: Sequence[str],
    output: int = subprocess.PIPE,
    errors: IO[str] | int = subprocess.PIPE,
    together: bool = False,
    names: int | None = None,
    folder: str | None = None,
) -> subprocess.Popen[str]:
    """A new process in which the kernel, alone, reads these files; it prints one JSON object a file, in order.

    together: it checks a step that several of them have only once.  names: where it reads which files are meant, for
    the path "-".  folder: where it runs.
    """
    # -P keeps the current folder off the import path: a folder named adamproof there must not be taken for ours.
    # -S keeps out what is installed: the kernel needs the standard library alone, and starts sooner without the rest.
    shared = ["--together"] * together
    command = [sys.executable, "-P", "-S", "-m", "adamproof.kernel", "--json", *shared, "--", *paths]
    return subprocess.Popen(
        command, stdin=names, stdout=output, stderr=errors, text=True, env=environment(), cwd=folder
    )


class Kernel:
    """The kernel in a fresh process, which reads the proof files that it is given, one after the other.

    together: for proofs of the library, which have many steps in common: the kernel checks each of these only once.
    """

    def __init__(self, together: bool = False) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="adamproof-")
        self._digests: list[str] = []
        self._errors = Path(self._folder.name) / "errors"
        # A socket, not pipes: another process of this user can open a pipe by its name in /proc and answer first.
        self._channel, theirs = socket.socketpair()
        with theirs, self._errors.open("w", encoding="utf-8") as errors:
            channel = theirs.fileno()
            self._process = start(["-"], channel, errors, together, names=channel, folder=self._folder.name)
        self._lines: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._answers: list[dict[str, Any]] = []
        self._reading = threading.Thread(target=self._read, daemon=True)  # so that the process never waits for us
        self._reading.start()

    def close(self) -> None:
        """End the process and remove its files."""
        self._process.kill()
        self._process.wait()
        self._reading.join()
        self._channel.close()
        self._folder.cleanup()

    def give(self, proofs: Sequence[str], last: bool = False) -> int:
        """Have it read the texts of proof files; the number of the first among all that it is given."""
        first = len(self._digests)
        for number, text in enumerate(proofs, first):
            name = f"{number}.json"
            content = text.encode("utf-8", "surrogatepass")  # the kernel says what is wrong
            (Path(self._folder.name) / name).write_bytes(content)
            self._digests.append(hashlib.sha256(content).hexdigest())
            with suppress(OSError):  # where it has ended, it does not answer
                self._channel.sendall(f"{name}\n".encode())
        if last:
            with suppress(OSError):
                self._channel.shutdown(socket.SHUT_WR)
        return first

    @property
    def has_ended(self) -> bool:
        return self._process.poll() is not None

    def _read(self) -> None:
        # A process that has ended with names before it that it has not read resets the channel.
        with suppress(ConnectionError), self._channel.makefile("r", encoding="utf-8") as output:
            for line in output:
                self._lines.put(line)
        self._lines.put("")  # the end

    def answer(self, number: int) -> dict[str, Any]:
        """What it answers about a file, by its number, as soon as it does.  Raises RuntimeError if it does not."""
        while len(self._answers) <= number:
            line = self._lines.get()
            if not line.endswith("\n"):
                self._lines.put("")  # for whoever asks next
                errors = self._errors.read_text(encoding="utf-8", errors="replace").strip()
                raise RuntimeError(f"the verifier did not answer: {errors[-500:]}")
            self._answers.append(self._about_ours(json.loads(line)))
        return self._answers[number]

    def _about_ours(self, said: dict[str, Any]) -> dict[str, Any]:
        """What the kernel says, if it has read what was written: another program could have changed the file."""
        if said["verdict"] == PROVED and said["sha256"] != self._digests[len(self._answers)]:
            return {"verdict": "REJECTED", "reason": "the proof file changed before the kernel read it"}
        return said


class FreshVerification:
    """The verification of proof files' texts, under way in a process that does nothing else.

    together: as for the kernel.  kernel: the process, which may serve others before and after; else it is a new one.
    """

    def __init__(self, proofs: Sequence[str], together: bool = False, kernel: Kernel | None = None) -> None:
        self.count = len(proofs)
        self._kernel = Kernel(together) if kernel is None else kernel
        self._is_own = kernel is None
        try:
            self._first = self._kernel.give(proofs, last=self._is_own)
        except BaseException:  # a full disk, or a signal
            self.close()
            raise

    def __enter__(self) -> FreshVerification:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the process, if it is this one's own, and remove its files."""
        if self._is_own:
            self._kernel.close()

    def answer(self, number: int) -> dict[str, Any]:
        """What the kernel answers about a file, by its place among the texts, as soon as it does."""
        return self._kernel.answer(self._first + number)

    def answers(self) -> list[dict[str, Any]]:
        """What the kernel answers about all the files, in order."""
        return [self.answer(number) for number in range(self.count)]
