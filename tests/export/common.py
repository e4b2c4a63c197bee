"""What the tests of the export share: stored proofs, and Coq where there is one."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from functools import cache
from pathlib import Path

import pytest

from adamproof.crosscheck import coqc
from adamproof.export.proof import Proof, read
from adamproof.prover import dump
from adamproof.theory.library import theorem_of

ROOT = Path(__file__).resolve().parents[2]
HAS_COQ = coqc.version() is not None
needs_coq = pytest.mark.skipif(not HAS_COQ, reason="coqc is not installed")
# The whole library takes Coq some minutes: the gate asks for it, `make test` on a laptop does not.
everything = pytest.mark.skipif(
    not HAS_COQ or not os.environ.get("ADAMPROOF_COQ_ALL"), reason="set ADAMPROOF_COQ_ALL=1 (and install coqc)"
)


def signals_as_usual() -> None:
    """In a new process: whoever runs the tests may have had some ignored (nohup, a job in the background)."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)


def begun(*words: str, until: bytes, **variables: str) -> subprocess.Popen[bytes]:
    """A command that tells its progress, as soon as that has these words in it."""
    process = subprocess.Popen(
        [sys.executable, "-m", "adamproof", *words, "--progress"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT), **variables},
        preexec_fn=signals_as_usual,
    )  # fmt: skip
    assert process.stderr is not None
    seen = b""
    while until not in seen:
        one = process.stderr.read(1)
        assert one, f"it has ended without saying {until!r}: {seen.decode()}"
        seen += one
    return process


def worked(process: subprocess.Popen[bytes], seconds: float) -> None:
    """Wait until a process has had so much of the processor's time, on a busy machine too, or has ended."""
    path, tick = Path(f"/proc/{process.pid}/stat"), os.sysconf("SC_CLK_TCK")

    def used() -> float:
        user, system = path.read_text().rpartition(")")[2].split()[11:13]
        return (int(user) + int(system)) / tick

    if path.exists():  # Linux
        enough = used() + seconds
        while process.poll() is None and used() < enough:
            time.sleep(0.01)


@cache
def stored(slug: str, claim: str | None = None) -> Proof:
    """The proof of a claim of the library, through its file."""
    return read(dump(theorem_of(slug, claim)))
