"""Asking the kernel about a proof file, in a process of its own.  Standard library only."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from ..checking.verifier import start
from .errors import USAGE, CliError


@dataclass(frozen=True)
class Answer:
    """What the kernel answered about a file: its exit status and its words (see adamproof.kernel.__main__)."""

    path: str
    exit_code: int
    said: dict[str, Any]


def ask(path: str) -> Answer:
    """Verify one file.  Raises CliError when it cannot be read or the verifier does not answer."""
    process = start([path])
    output, errors = process.communicate()
    last = (errors.strip().splitlines() or ["nothing"])[-1]
    if process.returncode == USAGE:
        raise CliError(last.removeprefix("error: "), errors)
    try:
        said = json.loads(output)
    except json.JSONDecodeError:
        raise CliError(f"the verifier gave no answer about {path}; it said: {last}", errors) from None
    return Answer(path, process.returncode, said)
