"""What took time, kept on disk between runs: proof files, evidence and pictures, never a verdict.

An entry is found by everything that it depends on: the lemma and what was asked about it (or the numbers in a picture),
all of the project's code, and the versions of Python and the libraries.  Whoever uses one has the kernel read its
proofs again, and compares what they prove with what the lemma states now.  The folder may be deleted at any time.

Only the standard library is imported here, so that the kernel can start reading at once.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import cache, cached_property
from itertools import accumulate
from pathlib import Path
from typing import Any

from ..support import files, package_data

LIBRARY = re.compile(r"(sympy|mpmath|numpy|highspy|gmpy2|python[-_.]flint)-.*\.(dist|egg)-info", re.IGNORECASE)
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


@dataclass(frozen=True)
class Drawing:
    """A picture of an experiment: of numbers with this digest, drawn with this version of matplotlib."""

    experiment: str
    numbers: str
    matplotlib: str

    @property
    def stem(self) -> str:
        """The same for all pictures of the experiment, so that a new one replaces the one before."""
        return f"picture-{self.experiment}-{_digest(self.experiment)[:12]}"


@dataclass(frozen=True)
class Entry:
    """What is kept for a question.  The proof files stand beside all else, which is read when it is asked for.

    names: of the claims, in the order of the proof files.  Whoever uses them or `proofs` compares both with `content`.
    """

    names: Sequence[str]
    proofs: Sequence[str] | None  # None where the content has no list of texts under that name
    rest: bytes

    @cached_property
    def content(self) -> Any:
        """All of it, as it was written; None where it cannot be read."""
        try:
            rest = json.loads(self.rest)
            return rest if self.proofs is None else {**rest, "proofs": list(self.proofs)}
        except (ValueError, TypeError, RecursionError):
            return None


class Cache:
    """Entries in a folder, one file each.  The newest entry of a question replaces the others."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = default_folder() if folder is None else folder

    def read(self, question: Question | Drawing) -> Any:
        """The content kept for a question; None where there is none, or it is damaged."""
        entry = self.entry(question)
        return None if entry is None else entry.content

    def entry(self, question: Question | Drawing) -> Entry | None:
        """What is kept for a question, not read any further than its proof files; None as for `read`."""
        path = self._path(question)
        try:
            if not path.is_file() or path.stat().st_size > MAX_BYTES:  # reading a device or a pipe might never end
                return None
            seal, _, content = path.read_bytes().partition(b"\n")
            return _parts(content) if seal == _seal(question, content).encode() else None
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            return None

    def write(self, question: Question | Drawing, content: Any) -> None:
        """Keep plain data (as JSON has it) for a question.  Raises OSError; then nothing has changed."""
        self.folder.mkdir(parents=True, exist_ok=True)
        path, kept = self._path(question), _written(content)
        with files.replacing(path) as stream:
            stream.write(b"%s\n%s" % (_seal(question, kept).encode(), kept))
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

    def _path(self, question: Question | Drawing) -> Path:
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
    found = hashlib.sha256("".join(f"{line}\n" for line in _installed()).encode())
    found.update(f"python {platform.python_implementation()} {platform.python_version()}\n".encode())
    found.update(package_data.digest_of("").encode())
    return found.hexdigest()


def _installed() -> list[str]:
    """The libraries as they are installed: folders such as numpy-2.1.0.dist-info; files to import from by their time.

    `importlib.metadata` says the same, but takes longer than all else that has to be imported here.
    """
    found = []
    for place in sys.path:
        try:
            found += sorted(name for name in os.listdir(place or os.curdir) if LIBRARY.match(name))
        except NotADirectoryError:  # a zip file
            state = os.stat(place)
            found.append(f"{place} {state.st_size} {state.st_mtime_ns}")
        except OSError:  # nothing is imported from there
            pass
    return found


def _written(content: Any) -> bytes:
    """Content in three parts: the names of claims and the sizes of the proof files, all else as JSON, these files."""
    proofs, rest = None, content
    if isinstance(content, dict) and _are_texts(content.get("proofs")):
        rest = dict(content)
        proofs = [text.encode("utf-8", "surrogatepass") for text in rest.pop("proofs")]
    names = content.get("names") if isinstance(content, dict) else None
    head = {"names": names or [], "sizes": None if proofs is None else list(map(len, proofs))}
    return b"\n".join([*(json.dumps(each, separators=(",", ":")).encode() for each in (head, rest)), *(proofs or [])])


def _parts(kept: bytes) -> Entry:
    """What `_written` made.  Raises ValueError, KeyError or TypeError on anything else."""
    first, _, more = kept.partition(b"\n")
    head, (rest, _, texts) = json.loads(first), more.partition(b"\n")
    if not _are_texts(head["names"]):
        raise ValueError("a name is no text")
    if head["sizes"] is None:
        return Entry(head["names"], None, rest)
    ends = list(accumulate(size + 1 for size in head["sizes"]))
    proofs = [texts[end - size - 1 : end - 1] for size, end in zip(head["sizes"], ends, strict=True)]
    return Entry(head["names"], [text.decode("utf-8", "surrogatepass") for text in proofs], rest)


def _are_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(text, str) for text in value)


def _seal(question: Question | Drawing, content: bytes) -> str:
    """A digest of an entry with all that it depends on, so that an entry under another name is none."""
    about = "\n".join([json.dumps(asdict(question)), fingerprint(), ""]).encode()
    return hashlib.sha256(about + content).hexdigest()


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
