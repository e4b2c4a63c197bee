"""Requests about the library's lemmas, answered by a process of an executor instead of one of this machine.

Isolation stays as it is.  The executor's process starts the same kind of child that `process` starts here, which alone
runs lemma files, and sends home the lines that this child writes, as bytes.  They are read here as an answer of unknown
origin; what the lemma states must be what the package says (`stated`), and the kernel reads every proof here.
"""

from __future__ import annotations

import json
import queue
import tempfile
import threading
from collections.abc import Iterator
from concurrent.futures import Executor
from functools import cache
from typing import Any

from ..executors.errors import RemoteError, other_code
from ..support import package_data
from .process import Events, LemmaProcess

PATIENCE = 0.5  # seconds between two looks at whether a silent process still lives
END = b""  # in place of a line: the process has ended
Lines = tuple[list[bytes], list[str]]


class Elsewhere:
    """In place of a `LemmaProcess` of the library: an executor answers."""

    path, name, elsewhere = None, "the library's process", True

    def __init__(self, executor: Executor, program: str, events: Events) -> None:
        self._executor, self._program, self._events = executor, program, events
        self._printed: list[str] = []

    def send(self, request: dict[str, Any]) -> None:
        self._future = self._executor.submit(answered, self._program, request, code())
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        try:
            lines, self._printed = self._future.result()
        except BaseException as error:  # noqa: BLE001 - an executor may fail in any way, and a cancelled task raises
            kind = "" if isinstance(error, RemoteError) else f"{type(error).__name__}: "  # which says its own
            said = f"the executor has not answered ({kind}{error})"
            lines = [json.dumps({"error": said}).encode() + b"\n"]
        for line in lines:
            self._events.put((self, line))
        self._events.put((self, END))  # one answer is all that it gives

    def printed(self, whole: bool) -> Iterator[str]:
        said, self._printed = self._printed, []
        return iter(said)

    def is_dead(self) -> bool:
        return False

    def fate(self) -> str:
        return "the executor's process did not finish"

    def end(self) -> None:
        self._future.cancel()

    def close(self) -> None:
        pass


# --- in the executor's process ------------------------------------------------------------------


@cache
def code() -> str:
    """The digest of the whole project.  Raises OSError."""
    return package_data.digest_of("")


_idle: dict[str, list[tuple[LemmaProcess, Events]]] = {}  # by program: those that have answered, and may again
_folders: list[tempfile.TemporaryDirectory[str]] = []


def answered(program: str, request: dict[str, Any], wanted: str) -> Lines:
    """The lines that a process of the library answers a request with, and what it prints.

    program: the module that it runs.  wanted: the digest of the code of whoever asks.  Raises OtherCode.
    """
    if wanted != code():
        raise other_code()
    if request["path"] is not None:
        raise ValueError("a file of one's own is run on one's own machine alone")
    process, events = _taken(program)
    process.send(request)
    lines: list[bytes] = []
    fine = False
    try:
        while not fine:
            try:
                _, line = events.get(timeout=PATIENCE)
            except queue.Empty:
                if not process.is_dead():
                    continue
                line = END
            lines.append(line)
            if not line.endswith(b"\n"):
                break
            fine = not {"say", "proofs"} & json.loads(line).keys()
        printed = list(process.printed(whole=True))
    finally:
        if fine:
            _idle.setdefault(program, []).append((process, events))
        else:
            process.end()
            process.close()
    return lines, printed


def _taken(program: str) -> tuple[LemmaProcess, Events]:
    """A process that is idle, or a new one.  It ends with this one, whose channel it reads."""
    try:
        return _idle[program].pop()  # one step, also where threads share this process
    except (KeyError, IndexError):
        pass
    if not _folders:
        _folders.append(tempfile.TemporaryDirectory(prefix="adamproof-", ignore_cleanup_errors=True))
    events: Events = queue.Queue()
    return LemmaProcess(None, program, _folders[0].name, events), events
