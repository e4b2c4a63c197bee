"""Memory that is freed is kept, where the C library can be asked to."""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from adamproof.support import memory

ROOT = Path(__file__).resolve().parents[2]
# Blocks of a megabyte, above all else on the heap: freed together, and taken anew.
PROGRAM = """
import resource
import numpy as np
from adamproof.support import memory
memory.keep()
def taken():
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    blocks = [np.ones(1 << 17) for _ in range(20)]
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before
print(taken(), *[taken() for _ in range(5)])
"""


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "gnu_get_libc_version"), reason="the C library is not glibc")
def test_what_is_taken_anew_comes_without_page_faults() -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, env=environment, check=True)
    first, *later = map(int, done.stdout.split())
    assert first > 1000 and max(later) < 100


def test_another_c_library_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    class Other:
        """Without mallopt, as musl's."""

    asked: list[Any] = []

    def opened(name: Any) -> Other:
        asked.append(name)
        return Other()

    monkeypatch.setattr(ctypes, "CDLL", opened)
    memory.keep.cache_clear()
    try:
        memory.keep()
    finally:
        memory.keep.cache_clear()
    assert asked == [None]
