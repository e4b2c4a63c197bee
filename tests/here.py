"""Commands run in the process of the tests, for tests of what is printed: starting Python and SymPy takes longer.

What keeps processes apart (signals, closed pipes, hash seeds, what a file can touch) is tested with real ones.
"""

from __future__ import annotations

import json
import queue
import subprocess
import threading
from collections.abc import Iterator
from contextlib import chdir, suppress
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from adamproof.checking import pool
from adamproof.checking.worker import _answered
from adamproof.cli import main
from adamproof.prover.surface import knowledge
from adamproof.support.foreign_text import visible
from adamproof.theory import library, user_files

ONE_AT_A_TIME = threading.Lock()  # mpmath's precision is the whole process's


class WorkerHere:
    """In place of a process that runs lemma files: answers the same requests with the same messages, in a thread."""

    elsewhere = False

    def __init__(self, path: str | None, program: str, folder: str, events: pool.Events) -> None:
        self.path, self.name, self._events = path, visible(path) if path else "the library's process", events
        self._tasks = import_module(program).TASKS
        self._thread: threading.Thread | None = None
        if path is not None:  # as a new process would, this one knows no user's file
            library._declared.clear()
            library._derivation.cache_clear()
            knowledge._remembered.clear()  # it holds what was cited for its answers, as theorems of that library
            user_files.load.cache_clear()

    def send(self, request: dict[str, Any]) -> None:
        self._thread = threading.Thread(target=self._answer, args=(request,), daemon=True)
        self._thread.start()

    def _answer(self, request: dict[str, Any]) -> None:
        with ONE_AT_A_TIME:
            self._put(_answered(self._tasks, request, self._put))

    def _put(self, message: dict[str, Any]) -> None:
        self._events.put((self, json.dumps(message, allow_nan=False).encode() + b"\n"))  # type: ignore[arg-type]

    def printed(self, whole: bool) -> Iterator[str]:
        return iter(())

    def is_dead(self) -> bool:
        return False

    def end(self) -> None:
        """Wait for what it does, which the next test must not share a process with."""
        while self._thread is not None and self._thread.is_alive():
            with suppress(queue.Empty):
                self._events.get(timeout=0.01)  # nobody reads any more, and it must not wait for that

    def close(self) -> None:
        pass


def run_here(*words: str, cwd: Path | None = None, **variables: str) -> subprocess.CompletedProcess[str]:
    """The command's answer, as if it had been run in a process of its own."""
    with pytest.MonkeyPatch.context() as patch, chdir(cwd or Path.cwd()):
        patch.setattr(pool, "LemmaProcess", WorkerHere)
        result = CliRunner().invoke(main, list(words), env=variables, prog_name="adamproof")
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return subprocess.CompletedProcess(words, result.exit_code, result.stdout, result.stderr)
