"""What the processes of one session of tests share: answers that are had once, whichever test asks first."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from adamproof.checking.cache import PLACE
from adamproof.export.coq.development import LIBRARY
from adamproof.export.coq.handwritten import prelude
from adamproof.report.kernel_page.pyodide import VERSION

ROOT = Path(__file__).resolve().parents[1]
COQC = """#!/bin/sh
for last; do :; done
if [ "$last" = Prelude.v ] && cmp -s Prelude.v '{folder}/Prelude.v'; then exec cp '{folder}/Prelude.vo' .; fi
exec {coqc} "$@"
"""
EXPERIMENTS = ("experiment", "all", "--save", "experiments")


@dataclass(frozen=True)
class Session:
    """A folder that is this session's own, empty at its start."""

    folder: Path

    def once(self, name: str, make: Callable[[], str]) -> str:
        """The text of this name; the first process that asks makes it, and others wait for that."""
        path = self.folder / name
        with (self.folder / f"{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not path.exists():
                text = make()
                path.write_text(text, encoding="utf-8")
            return path.read_text(encoding="utf-8")

    def library(self) -> str:
        """What `check all` finds under the hash seed 0, as JSON; the cache that tests share has it from then on."""
        return self.once("library.json", lambda: _printed(self.folder, "check", "all", "--json", PYTHONHASHSEED="0"))

    def experiments(self) -> str:
        """What the command for all experiments prints; their records are in `experiments`, below the folder."""

        return self.once("experiments.txt", lambda: _printed(self.folder, *EXPERIMENTS))

    def coqc(self) -> Path:
        """A folder with a `coqc` that has compiled the prelude, and does all else with the real one."""
        folder = self.folder / "coq"

        def make() -> str:
            folder.mkdir()
            (folder / "Prelude.v").write_text(prelude(), encoding="utf-8")
            subprocess.run(["coqc", "-q", "-R", ".", LIBRARY, "Prelude.v"], cwd=folder, check=True)
            program = folder / "coqc"
            program.write_text(COQC.format(folder=folder, coqc=shutil.which("coqc")), encoding="utf-8")
            program.chmod(0o755)
            return "made"

        self.once("coqc.txt", make)
        return folder

    def fresh_copy(self) -> tuple[Path, subprocess.CompletedProcess[str]]:
        """A copy of the repository in which `make check` was run as it stands, and how that ended.

        Its virtual environment has nothing but adamproof, editable, and what that needs.
        """
        copy = self.folder / "fresh copy"
        command = ["make", f"PYTHON={sys.executable}", "check"]

        def make() -> str:
            ignored = shutil.ignore_patterns(".venv", ".git", "build", "__pycache__", ".*_cache", ".hypothesis")
            shutil.copytree(ROOT, copy, ignore=ignored)
            ours = ("PYTHONPATH", "MAKEFLAGS", "MAKELEVEL")
            bare = {name: value for name, value in os.environ.items() if name not in ours}
            bare[PLACE] = str(self.folder / "cache of the fresh copy")
            done = subprocess.run(command, cwd=copy, env=bare, capture_output=True, text=True, check=False)
            return json.dumps([done.returncode, done.stdout, done.stderr])

        code, out, errors = json.loads(self.once("fresh copy.json", make))
        return copy, subprocess.CompletedProcess(command, code, out, errors)

    def pyodide(self) -> tuple[Path, str]:
        """The unpacked npm package pyodide, and why it is not there (nothing if it is)."""

        def make() -> str:
            npm = shutil.which("npm")
            if npm is None:
                return "there is no npm"
            own = {**os.environ, "npm_config_cache": str(self.folder / "npm")}
            command = [npm, "pack", "--silent", f"pyodide@{VERSION}"]
            done = subprocess.run(command, cwd=self.folder, env=own, capture_output=True, text=True, check=False)
            if done.returncode:
                return " ".join(done.stderr.split())[-300:] or "npm cannot fetch it"
            with tarfile.open(self.folder / done.stdout.split()[-1]) as packed:
                unpack(packed, self.folder / "pyodide")
            return ""

        missing = self.once("pyodide.txt", make)
        return self.folder / "pyodide" / "package", missing

    def report(self) -> tuple[Path, str]:
        """A folder with the whole report, r.html and r.tex, and what the command prints as JSON."""
        folder = self.folder / "report"

        def make() -> str:
            folder.mkdir()
            return _printed(folder, "report", "--html", "r.html", "--latex", "r.tex", "--json")

        return folder, self.once("report.json", make)

    def claims(self) -> str:
        """The whole table of claims as JSON, found under the hash seed 0, without records of one's own."""

        def make() -> str:
            bare = self.folder / "no records"
            bare.mkdir()
            return _printed(bare, "claims", "--json", PYTHONHASHSEED="0")

        return self.once("claims.json", make)


def unpack(packed: tarfile.TarFile, folder: Path) -> None:
    """All members into a folder.  Raises ValueError or tarfile.TarError for one that would lie or lead outside it."""
    if hasattr(tarfile, "data_filter"):
        packed.extractall(folder, filter="data")
        return
    for member in packed.getmembers():  # Python before 3.11.4
        path = PurePosixPath(member.name)
        if path.is_absolute() or ".." in path.parts or not (member.isfile() or member.isdir()):
            raise ValueError(f"{member.name!r} is no file or folder inside of the archive")
    packed.extractall(folder)


def _printed(cwd: Path, *words: str, **variables: str) -> str:
    """What a command prints to standard output.  It must end well."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8", **variables}
    return subprocess.run(
        [sys.executable, "-m", "adamproof", *words], cwd=cwd, env=environment, capture_output=True, text=True,
        check=True, encoding="utf-8",
    ).stdout  # fmt: skip
