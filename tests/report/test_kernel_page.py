"""The report as a folder with the kernel in it: what is written, what is refused, and a browser that runs the kernel."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from adamproof.kernel import Refusal, verify
from adamproof.report.kernel_page import Unusable, folder, page
from adamproof.report.kernel_page.pyodide import ABOUT, DIGESTS, SOURCE, VERSION, Pyodide, in_folder
from tests.here import run_here as run
from tests.report.page import Page, assert_sound
from tests.report.served import Server, browsed
from tests.report.test_browser import needs_browser, title
from tests.session import Session

ROOT = Path(__file__).resolve().parents[2]
NAMES = ("B.2", "sign-form", "cauchy-schwarz")
PROOFS = {
    "lemma-update-magnitude.1": "proofs/update-magnitude.by-cauchy-schwarz.json",
    "lemma-update-magnitude.2": "proofs/update-magnitude.by-an-invariant.json",
    "lemma-sign-form.1": "proofs/sign-form.sign-form.json",
}


def report(*words: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return run("report", *words, "--no-mutants", "--models", "0", cwd=cwd)


@pytest.fixture(scope="session")
def pyodide(session: Session) -> Path:
    """The unpacked npm package."""
    found = session.pyodide()
    if not found.is_dir():
        pytest.skip(f"needs the npm package pyodide: {found.read_text(encoding='utf-8')}")
    return found
