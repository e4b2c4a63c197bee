"""What checking a lemma took time to find, kept on disk between runs: proof files and evidence, never a verdict.

An entry is found by everything that it depends on: the lemma and what was asked about it, all of the project's
code, and the versions of Python and the libraries.  Whoever uses one has the kernel read its proofs again, and
compares what they prove with what the lemma states now.  The folder may be deleted at any time.

Only the standard library is imported here, so that the kernel can start reading at once.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from ..support import files, package_data

LIBRARIES = ("sympy", "mpmath", "numpy", "highspy", "gmpy2", "python-flint")
PLACE = "ADAMPROOF_CACHE"
MAX_BYTES = 256_000_000  # of an entry; the largest has 3 MB
ENTRY = r"[a-z0-9-]+-[0-9a-f]{12}-[0-9a-f]{16}\.json"
OURS = re.compile(ENTRY)  # the names of entries: nothing else in the folder is ever deleted,
UNFINISHED = re.compile(rf"\.{ENTRY}\.[0-9]+\.tmp")  # but what a process that was killed has left


@dataclass(frozen=True)
class Question:
    """What was asked: a lemma of the project, random models a claim, mutants or not, a claim, FIRST, or all ("")."""

    lemma: str
    models: int
    mutants: bool
    claim: str | int = ""

    @property
    def stem(self) -> str:
        """The part of a file's name that says what was asked, whatever the code was then."""
        return f"{self.lemma}-{_digest(json.dumps(asdict(self)))[:12]}"


class Cache:
    """Entries in a folder, one file each.  The newest entry of a question replaces the others."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = default_folder() if folder is None else folder

    def read(self, question: Question) -> Any:
        """The content kept for a question; None where there is none, or it is damaged."""
        path = self._path(question)
        try:
            if not path.is_file() or path.stat().st_size > MAX_BYTES:  # reading a device or a pipe might never end
                return None
            seal, _, content = path.read_text(encoding="utf-8").partition("\n")
            return json.loads(content) if seal == _seal(question, content) else None
        except (OSError, ValueError, RecursionError):
            return None

    def write(self, question: Question, content: Any) -> None:
        """Keep plain data (as JSON has it) for a question.  Raises OSError; then nothing has changed."""
        self.folder.mkdir(parents=True, exist_ok=True)
        path, text = self._path(question), json.dumps(content, separators=(",", ":"))
        files.write(path, f"{_seal(question, text)}\n{text}")
        for other in self.folder.glob(f"{question.stem}-*.json"):
            if other != path:
                other.unlink(missing_ok=True)

    def files(self) -> Iterator[Path]:
        """The entries' files; other files in the folder are not ours."""
        return (path for path in self.folder.glob("*.json") if OURS.fullmatch(path.name))

    def clear(self) -> int:
        """Delete all entries; how many there were.  Raises OSError."""
        files = list(self.files())
        for file in [*files, *(path for path in self.folder.glob(".*.tmp") if UNFINISHED.fullmatch(path.name))]:
            file.unlink(missing_ok=True)
        return len(files)

    def _path(self, question: Question) -> Path:
        return self.folder / f"{question.stem}-{fingerprint()[:16]}.json"


def default_folder() -> Path:
    """$ADAMPROOF_CACHE if set, else adamproof in $XDG_CACHE_HOME (if absolute, as its rules say) or in ~/.cache."""
    named = os.environ.get(PLACE)
    if named:
        return Path(named)
    shared = Path(os.environ.get("XDG_CACHE_HOME", ""))
    return (shared if shared.is_absolute() else _home() / ".cache") / "adamproof"


def _home() -> Path:
    try:
        return Path.home()
    except RuntimeError:  # a user without one: nothing is found there, and nothing can be kept there
        return Path(os.devnull)


@cache
def fingerprint() -> str:
    """A digest of the code of the project and its lemmas, and of the versions that it runs with."""
    found = hashlib.sha256()
    for name in LIBRARIES:
        found.update(f"{name} {_version(name)}\n".encode())
    found.update(f"python {platform.python_implementation()} {platform.python_version()}\n".encode())
    found.update(package_data.digest_of("").encode())
    return found.hexdigest()


def _version(library: str) -> str:
    try:
        return version(library)
    except PackageNotFoundError:
        return "absent"


def _seal(question: Question, content: str) -> str:
    """A digest of an entry with all that it depends on, so that an entry under another name is none."""
    return _digest("\n".join([json.dumps(asdict(question)), fingerprint(), content]))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
