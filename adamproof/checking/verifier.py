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
from pathlib import Path
from typing import IO, Any

from ..support.interpreter import environment

PROVED = "PROVED"  # the kernel's word (adamproof.kernel.__main__)


def start(
    paths: Sequence[str],
    output: int = subprocess.PIPE,
    errors: IO[str] | int = subprocess.PIPE,
    together: bool = False,
) -> subprocess.Popen[str]:
    """A new process in which the kernel, alone, reads these files; it prints one JSON object a file, in order.

    together: it checks a step that several of them have only once.
    """
    # -P keeps the current folder off the import path: a folder named adamproof there must not be taken for ours.
    # -S keeps out what is installed: the kernel needs the standard library alone, and starts sooner without the rest.
    shared = ["--together"] * together
    command = [sys.executable, "-P", "-S", "-m", "adamproof.kernel", "--json", *shared, "--", *paths]
    return subprocess.Popen(command, stdout=output, stderr=errors, text=True, env=environment())


class FreshVerification:
    """The verification of proof files' texts, under way in a fresh process.

    together: for proofs of the library, which have many steps in common: the kernel checks each of these only once.
    """

    def __init__(self, proofs: Sequence[str], together: bool = False) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="adamproof-")
        paths, self._digests = [], list[str]()
        for number, text in enumerate(proofs):
            path = Path(self._folder.name) / f"{number}.json"
            content = text.encode("utf-8", "surrogatepass")  # the kernel says what is wrong
            path.write_bytes(content)
            paths.append(str(path))
            self._digests.append(hashlib.sha256(content).hexdigest())
        self.count = len(paths)
        self._errors = Path(self._folder.name) / "errors"
        # A socket, not a pipe: another process of this user can open a pipe by its name in /proc and answer first.
        self._answered, theirs = socket.socketpair()
        with theirs, self._errors.open("w", encoding="utf-8") as errors:
            self._process = start(paths, theirs.fileno(), errors, together) if proofs else None
        self._lines: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._answers: list[dict[str, Any]] = []
        self._reading = threading.Thread(target=self._read, daemon=True)  # so that the process never waits for us
        self._reading.start()

    def __enter__(self) -> FreshVerification:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the process and remove its files."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        self._reading.join()
        self._folder.cleanup()

    def _read(self) -> None:
        with self._answered, self._answered.makefile("r", encoding="utf-8") as output:
            for line in output:
                self._lines.put(line)
        self._lines.put("")  # the end

    def answer(self, number: int) -> dict[str, Any]:
        """What the kernel answers about a file, by its place among the texts, as soon as it does."""
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

    def answers(self) -> list[dict[str, Any]]:
        """What the kernel answers about all the files, in order."""
        return [self.answer(number) for number in range(self.count)]
