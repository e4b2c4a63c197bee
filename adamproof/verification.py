"""The kernel in a process of its own: what it answers about proof files is the verdict.  Standard library only."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent  # the folder that holds the package


def start(paths: Sequence[str]) -> subprocess.Popen[str]:
    """A new process in which the kernel, alone, reads these files; it prints one JSON object a file, in order."""
    # -P keeps the current folder off the import path: a folder named adamproof there must not be taken for ours.
    command = [sys.executable, "-P", "-m", "adamproof.kernel", "--json", "--", *paths]
    places = os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
    environment = {**os.environ, "PYTHONPATH": places}
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment)


class FreshVerification:
    """The verification of proof files' texts, under way in a fresh process; `answers` waits for it."""

    def __init__(self, proofs: Sequence[str]) -> None:
        self.count = len(proofs)
        self.folder = tempfile.TemporaryDirectory(prefix="adamproof-")
        paths = []
        for number, text in enumerate(proofs):
            path = Path(self.folder.name) / f"{number}.json"
            path.write_text(text, encoding="utf-8")
            paths.append(str(path))
        self.process = start(paths) if proofs else None

    def __enter__(self) -> FreshVerification:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.communicate()
        self.folder.cleanup()

    def answers(self) -> list[dict[str, Any]]:
        """What the kernel answered about each file, in order."""
        if self.process is None:
            return []
        output, errors = self.process.communicate()
        lines = output.splitlines()
        if len(lines) != self.count:
            raise RuntimeError(f"the verifier did not answer: {errors.strip()[-500:]}")
        return [json.loads(line) for line in lines]
