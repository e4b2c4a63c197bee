"""The folder of such a report: which files are in it, and writing them so that nothing is lost where that fails.

A folder is written that is new, empty, or holds an earlier report and nothing else: SHA256SUMS lists what that has.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from ...checking.report import LemmaReport
from ...support.files import beside, try_folder
from ..content import Content
from ..html.page import document
from . import Unusable, page
from .pyodide import HERE, Pyodide

INDEX, SUMS, WORKER = "index.html", "SHA256SUMS", "verify.js"
FOLDERS = tuple(name.rstrip("/") for name in (page.FOLDER, page.PROOFS, HERE))
OURS = {INDEX, WORKER, f"{page.FOLDER}verify.py"}  # what every such folder has
CACHE = f"{page.FOLDER}__pycache__"  # Python makes it where somebody runs the kernel that is there
LINE = re.compile(r"[0-9a-f]{64}  ([^\n]+)")


def contents(content: Content, reports: Sequence[LemmaReport], pyodide: Pyodide) -> dict[str, bytes]:
    """All files, by name; the page is the last."""
    found, own = page.proofs(reports), page.kernel()
    files = {proof.file: proof.content for proof in found}
    files |= {f"{page.FOLDER}{name}": file for name, file in own.items()}
    files |= {f"{HERE}{name}": file for name, file in pyodide.files.items()}
    files[WORKER] = page.worker()
    index = document(content, [page.section(found, own, pyodide)])
    files[INDEX] = index.encode()
    sums = "".join(f"{hashlib.sha256(file).hexdigest()}  {name}\n" for name, file in sorted(files.items()))
    return {SUMS: sums.encode(), **files}


def expect_writable(path: str) -> None:
    """Say before long work that the folder cannot be written.  Raises Unusable or OSError."""
    if not path.strip():
        raise Unusable("the name of the folder must not be empty")
    folder = Path(path)
    _earlier(folder)
    above = folder
    while not above.exists() and above != above.parent:
        above = above.parent
    for place in (above, *(folder / name for name in FOLDERS if (folder / name).is_dir())):
        try_folder(place)


def write(path: str, files: Mapping[str, bytes]) -> None:
    """Put the files into the folder.  Raises Unusable or OSError; where there is no room, nothing has changed.

    All of them are written into a folder of their own, inside, before the first takes its place.
    """
    folder = Path(path)
    before = _earlier(folder)
    made = _make(folder)
    new = beside(folder / "new")
    try:
        for name, content in files.items():
            _write(new / name, content)
        for name in before - set(files):
            (folder / name).unlink()
        for name in files:
            (folder / name).parent.mkdir(exist_ok=True)
            (new / name).replace(folder / name)
    except BaseException:
        shutil.rmtree(new, ignore_errors=True)
        for place in made:  # only where they are empty
            with suppress(OSError):
                place.rmdir()
        raise
    shutil.rmtree(new, ignore_errors=True)
    for name in FOLDERS:
        with suppress(OSError):
            (folder / name).rmdir()


def _earlier(folder: Path) -> set[str]:
    """The names of the files that an earlier report has left.  Raises Unusable if the folder has others."""
    if not os.path.lexists(folder):
        return set()
    if not folder.is_dir():
        raise Unusable(f"cannot write {folder}: it is not a folder, which a report with the kernel is")
    found = set(_files(folder))
    if not found:
        return found
    listed = _listed(folder)
    others = sorted(found - listed - {SUMS} if listed >= OURS else found)
    if others:
        more = f" and {len(others) - 1} more" if len(others) > 1 else ""
        foreign = f"it has files that are not of such a report ({others[0]}{more})"
        raise Unusable(f"cannot write into {folder}: {foreign}; name a new folder")
    return found


def _files(folder: Path, inside: str = "") -> list[str]:
    """All that is not one of the folders of a report; a link is never taken for one."""
    found = []
    for entry in os.scandir(folder):
        if f"{inside}{entry.name}" == CACHE:
            continue
        if not inside and entry.name in FOLDERS and entry.is_dir(follow_symlinks=False):
            found += _files(folder / entry.name, f"{entry.name}/")
        else:
            # What is no file is nothing that a report has, whatever is listed.
            found.append(f"{inside}{entry.name}" + ("" if entry.is_file(follow_symlinks=False) else "/"))
    return found


def _listed(folder: Path) -> set[str]:
    try:
        text = (folder / SUMS).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return set()
    return set(LINE.findall(text))


def _make(folder: Path) -> list[Path]:
    """Make the folder and those above it; what was made, the innermost first."""
    missing = [place for place in (folder, *folder.parents) if not place.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    return missing


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("xb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())  # a full disk may answer only now
