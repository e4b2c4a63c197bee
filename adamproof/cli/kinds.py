"""What a file is that a command was given in place of the kind that it reads, and what reads it instead."""

from __future__ import annotations

import codecs
import difflib
import json
import os
import stat
from pathlib import Path
from typing import NamedTuple

from ..kernel.verify import MAX_BYTES
from .errors import CliError


class Kind(NamedTuple):
    """What a file is, and what to do with it; {path} in this is its name."""

    name: str
    advice: str


PROOF = Kind("a proof file", "verify it with `adamproof verify {path}`")
RECORD = Kind("a record of results", "use `adamproof claims --records DIR` with its folder")
FOLDER = Kind("a folder", "name the files in it")
EMPTY = Kind("an empty file", "create it again")
PRINTED = Kind("what a command printed with --json", "write a proof file with `adamproof export NAME -o FILE`")
MARKED = Kind("a file with a byte order mark (BOM)", "save it as UTF-8 without one")
NOTEBOOK = Kind("a notebook", "open it with Jupyter")
PICTURE = Kind("a picture", "open it with a viewer")
ARCHIVE = Kind("a compressed file", "unpack it first")
BY_BEGINNING = (b"\x1f\x8b", b"PK\x03\x04", b"BZh", b"\xfd7zXZ", b"\x28\xb5\x2f\xfd")  # gzip, zip, bzip2, xz, zstd
BY_ENDING = {
    ".py": Kind("a Python file", "use `adamproof check {path}`, which writes proof files with --save DIR"),
    ".v": Kind("a Coq file", "use `coqc {path}`"),
    ".smt2": Kind("a file for SMT solvers", "use `z3 {path}`"),
    ".html": Kind("a web page", "open it in a browser"),
    ".tex": Kind("a LaTeX document", "typeset it with LaTeX"),
    ".md": Kind("a Markdown page", "read it as text"),
    ".csv": Kind("a table of data", "write a proof file with `adamproof export NAME -o FILE`"),
    ".toml": Kind("a file of settings", "use `adamproof sweep {path}`, or for a bound `adamproof bound --file {path}`"),
    ".audit": Kind("a record of an audit", "use `adamproof audit {path}`"),
    ".npz": Kind("a checkpoint of a run", "continue it with `adamproof simulate --resume --checkpoint {path}`"),
    ".svg": PICTURE,
    ".png": PICTURE,
    ".pdf": Kind("a PDF document", PICTURE.advice),
}
BY_FIELDS = (  # of a JSON object, the first whose fields it all has
    (PROOF, {"format", "steps", "terms"}),
    (NOTEBOOK, {"nbformat", "cells"}),
    (RECORD, {"checksum", "schema"}),
    (PRINTED, {"command", "exit_code"}),
)


def kind_of(path: str) -> Kind | None:
    """The kind of a file, by its beginning, then its fields (JSON), then its name; None if it is not known.

    A pipe or a device is not looked at: what is read from it is gone.  Raises OSError.
    """
    if os.path.isdir(path):
        return FOLDER
    if not os.path.isfile(path):
        return None
    with Path(path).open("rb") as stream:
        content = stream.read(MAX_BYTES)
    ending = Path(path).suffix.lower()
    if not content:
        return EMPTY
    if content.startswith(codecs.BOM_UTF8) and ending not in BY_ENDING:
        return MARKED
    if content.startswith(BY_BEGINNING) and ending not in BY_ENDING:
        return ARCHIVE
    if ending != ".audit" and content.lstrip().startswith(b"{"):
        return _by_fields(content)
    return BY_ENDING.get(ending)


def _by_fields(content: bytes) -> Kind | None:
    try:
        fields = set(json.loads(content.decode()))
    except (ValueError, RecursionError):
        return None
    return next((kind for kind, wanted in BY_FIELDS if wanted <= fields), None)


def refuse_pipe(path: str) -> None:
    """Raise CliError for a named pipe, which would be waited for without end.  What the shell opens may be one."""
    if path.startswith("/dev/"):
        return
    try:
        is_pipe = stat.S_ISFIFO(os.stat(path).st_mode)
    except (OSError, ValueError):
        return
    if is_pipe:
        raise CliError(f"{path} is a pipe, not a file: save its output to a file first")


def missing(path: str) -> str:
    """That there is no such file, and which names are close to its name: of files there, and of results."""
    from ..theory.index import labels, names

    folder, name = os.path.split(path)
    try:
        there = sorted(os.listdir(folder or "."))
    except (OSError, ValueError):
        there = []
    close = [os.path.join(folder, found) for found in difflib.get_close_matches(name, there, n=2, cutoff=0.6)]
    stem = os.path.splitext(name)[0].lower().replace("_", "-")
    plain = {known.lower().replace(".", ""): known for known in (*labels(), *names())}
    result = [f"the result {plain[stem.replace('.', '')]}"] if stem.replace(".", "") in plain else []
    hint = " or ".join([*close, *result])
    return f"there is no file {path}{f'; did you mean {hint}?' if hint else ''}"


def refuse_other(path: str, wanted: str) -> None:
    """Raise CliError for a file that is known to be of another kind than `wanted` ("a proof file")."""
    found = kind_of(path)
    if found is not None and found.name != wanted:
        raise CliError(f"{path} is {found.name}, not {wanted}: {found.advice.format(path=path)}")
