"""Asking the kernel about a proof file, in a process of its own.  Standard library only."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .errors import USAGE, CliError

ROOT = Path(__file__).resolve().parent.parent.parent  # the folder that holds the package


@dataclass(frozen=True)
class Answer:
    """What the kernel answered about a file: its exit status and its words (see adamproof.kernel.__main__)."""

    path: str
    exit_code: int
    said: dict[str, Any]


def ask(path: str) -> Answer:
    """Verify one file.  Raises CliError when it cannot be read or the verifier does not answer."""
    # -P keeps the current folder off the import path: a folder named adamproof there must not be taken for ours.
    command = [sys.executable, "-P", "-m", "adamproof.kernel", "--json", "--", path]
    places = os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
    done = subprocess.run(
        command, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": places}, check=False
    )
    last = (done.stderr.strip().splitlines() or ["nothing"])[-1]
    if done.returncode == USAGE:
        raise CliError(last.removeprefix("error: "), done.stderr)
    try:
        said = json.loads(done.stdout)
    except json.JSONDecodeError:
        raise CliError(f"the verifier gave no answer about {path}; it said: {last}", done.stderr) from None
    return Answer(path, done.returncode, said)
