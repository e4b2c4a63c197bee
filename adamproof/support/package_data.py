"""Files that come with the package, read where it is: in a folder, or in a zip file such as a wheel on sys.path.

Standard library only.  What cannot be read is an OSError that names the file.
"""

from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from importlib.util import find_spec
from typing import TypeVar

T = TypeVar("T")
INCOMPLETE = "the installation is incomplete; reinstall adamproof"


def folder(*names: str, package: str = "adamproof") -> Traversable:
    """The folder of a package, or a file or folder in it."""
    return files(package).joinpath(*names)


def text(file: Traversable) -> str:
    """The text of a file, with line ends as Python reads them.  Raises OSError."""
    return _named(file, lambda: file.read_text(encoding="utf-8"))


def content(file: Traversable) -> bytes:
    """The bytes of a file.  Raises OSError."""
    return _named(file, file.read_bytes)


def entries(place: Traversable, *suffixes: str) -> list[Traversable]:
    """What is in a folder, sorted by name; with suffixes, only what ends in one of them.  Raises OSError."""
    found = _named(place, lambda: list(place.iterdir()))
    return sorted((entry for entry in found if entry.name.endswith(suffixes or "")), key=lambda entry: entry.name)


def sources(place: Traversable) -> Iterator[tuple[str, Traversable]]:
    """The Python files in a folder and below it, with their names from there ("update/sign_form.py"), sorted."""
    for entry in entries(place):
        if entry.name.endswith(".py"):
            yield entry.name, entry
        elif entry.is_dir() and entry.name != "__pycache__":
            yield from ((f"{entry.name}/{name}", file) for name, file in sources(entry))


@cache
def source_digests() -> Mapping[str, str]:
    """The SHA-256 of each of the project's Python files, by name ("kernel/rules.py", "lemmas/main/setting.py").

    They are read once in a process.  Raises OSError.
    """
    found = {}
    for package, room in (("adamproof", ""), ("adamproof.lemmas", "lemmas/")):
        for name, file in sources(folder(package=package)):
            if room or not name.startswith("lemmas/"):  # the lemmas have a folder of their own in a checkout
                found[room + name] = hashlib.sha256(text(file).encode()).hexdigest()
    return found


def digest_of(*beginnings: str) -> str:
    """One SHA-256 of the project's Python files whose names begin so ("kernel/", "checking/report.py").

    Raises OSError.
    """
    files = (f"{name} {digest}\n" for name, digest in source_digests().items() if name.startswith(beginnings))
    return hashlib.sha256("".join(files).encode()).hexdigest()


def source_of(module: str) -> str:
    """The source of a module, which is not imported (its packages are); empty if it has none.  Raises OSError."""
    spec = find_spec(module)
    if spec is None or spec.origin is None or not spec.has_location:
        return ""
    read: Callable[[str], bytes] = getattr(spec.loader, "get_data")  # noqa: B009 - mypy knows no loader of files
    origin = spec.origin
    return _named(origin, lambda: read(origin).decode("utf-8"))


def _named(place: object, read: Callable[[], T]) -> T:
    try:
        return read()
    except Exception as error:  # zip files: KeyError, BadZipFile, zlib.error, and FileNotFoundError without a number
        missing = isinstance(error, FileNotFoundError)
        number = getattr(error, "errno", None) or (errno.ENOENT if missing else errno.EIO)
        why = os.strerror(number) if isinstance(error, OSError) else f"{type(error).__name__}: {error}"
        raise OSError(number, f"{why} ({INCOMPLETE})" if missing else why, str(place)) from error
