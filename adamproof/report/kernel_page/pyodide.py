"""Python for browsers, Pyodide: what is needed of its npm package, and that it is what it was when it was tried."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from . import Unusable

VERSION = "314.0.7"  # the one that was tried
SOURCE = f"https://cdn.jsdelivr.net/npm/pyodide@{VERSION}/"  # where a page fetches it that does not bring its own
HERE = "pyodide/"  # where it is in the folder of a report that does
DIGESTS = {  # SHA-256 of each file that is fetched or copied
    "pyodide-lock.json": "5dc2fc119108bc148c7457dc86e7675b5c87e1cafd420b9c34c1eaef7b36c010",
    "pyodide.asm.mjs": "f7cdc8ece80678ceb712f8e65ebe6d3a83203a180c399865f49612a051693635",
    "pyodide.asm.wasm": "cc36e3cab04fdfc9a63ff13eb52eae2b911bf46c025cc7b281f394bd3de1d5e6",
    "pyodide.mjs": "6f1d60f7bf529beb300f0f47983c921d3982363640ba20af0e38efdddbc66109",
    "python_stdlib.zip": "fa1957e5777068fc4f7437f96d860ae2fbe9c19732ba06c84e004ec16dd7dd7a",
}
VERSIONS = re.compile(r"[0-9A-Za-z.+-]{1,40}")
ABOUT = "package.json"  # copied as well: it names the version and the licence
HOW = f"unpack what `npm pack pyodide@{VERSION}` fetches, and name the folder `package` in it"


@dataclass(frozen=True)
class Pyodide:
    """A version: the SHA-256 of each file, and the files themselves, by name, where the report brings them."""

    version: str = VERSION
    digests: Mapping[str, str] = field(default_factory=DIGESTS.copy)
    files: Mapping[str, bytes] = field(default_factory=dict)

    @property
    def base(self) -> str:
        """Where the page fetches the files."""
        return HERE if self.files else SOURCE

    @property
    def is_tried(self) -> bool:
        return self.version == VERSION


def in_folder(path: str) -> Pyodide:
    """The unpacked npm package in a folder.  Raises Unusable, with what is missing or is not what it should be."""
    folder = Path(path)
    if not folder.is_dir():
        raise Unusable(f"{path} is not a folder; {HOW}")
    about = _read(folder, ABOUT)
    version = _version(about)
    if version is None:
        raise Unusable(f"{path} is not the npm package pyodide, as its {ABOUT} says; {HOW}")
    files = {name: _read(folder, name) for name in DIGESTS}
    digests = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
    changed = [name for name in DIGESTS if digests[name] != DIGESTS[name]]
    if version == VERSION and changed:
        raise Unusable(f"{folder / changed[0]} is not the file of pyodide {VERSION}: its SHA-256 differs; {HOW}")
    return Pyodide(version, digests, {ABOUT: about, **files})


def _read(folder: Path, name: str) -> bytes:
    try:
        return (folder / name).read_bytes()
    except FileNotFoundError:
        raise Unusable(f"{folder} has no {name}, which the npm package pyodide has; {HOW}") from None
    except OSError as error:
        raise Unusable(f"cannot read {folder / name}: {error.strerror}") from error


def _version(about: bytes) -> str | None:
    """The version that a package.json states; None if it is not that of pyodide."""
    try:
        said = json.loads(about)
    except (ValueError, RecursionError):
        return None
    if not isinstance(said, dict) or said.get("name") != "pyodide":
        return None
    version = said.get("version")
    return version if isinstance(version, str) and VERSIONS.fullmatch(version) else None
