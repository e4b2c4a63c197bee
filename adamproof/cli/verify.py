"""Asking the kernel about a proof file, in a process of its own.  Standard library only."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from typing import Any

from ..checking.verifier import start
from ..support.foreign_text import foreign
from . import kinds
from .errors import USAGE, CliError


@dataclass(frozen=True)
class Answer:
    """What the kernel answered about a file: its exit status and its words (see adamproof.kernel.__main__)."""

    path: str
    exit_code: int
    said: dict[str, Any]


def ask(path: str) -> Answer:
    """Verify one file.  Raises CliError when it cannot be read, is of another kind, or the verifier does not answer."""
    if not path.strip():
        raise CliError("the name of a proof file must not be empty")
    kinds.refuse_pipe(path)
    process = start([path])
    output, errors = process.communicate()
    last = (errors.strip().splitlines() or ["nothing"])[-1]
    if process.returncode == USAGE:
        raise _not_read(path, last.removeprefix("error: "), errors)
    try:
        said = json.loads(output)
    except json.JSONDecodeError:
        raise CliError(f"the verifier gave no answer about {path}; it said: {last}", errors) from None
    if process.returncode:  # only now: a proof is a proof whatever its file is called
        kinds.refuse_other(path, kinds.PROOF.name)
    if "reason" in said:
        said["reason"] = foreign(said["reason"])  # it may repeat what the file says
    return Answer(path, process.returncode, said)


def _not_read(path: str, said: str, errors: str) -> CliError:
    """What is wrong with a file that the verifier cannot read; a name that may be a result's gets a hint."""
    if os.path.isdir(path):
        kinds.refuse_other(path, kinds.PROOF.name)
    if path.endswith(".json") or os.path.lexists(path):
        return CliError(said, errors)
    if path.endswith(".py") or os.sep in path:
        return CliError(kinds.missing(path))
    return CliError(f"there is no file {path}; of a result, say `adamproof check {path}` or verify it --with coq or z3")
