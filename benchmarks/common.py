"""What the benchmarks share: timing whole processes, and describing the machine."""

from __future__ import annotations

import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT)}
RUNS = 7


def machine() -> str:
    """Cores, processor and Python, as far as they are known."""
    processor = platform.processor() or platform.machine()
    return f"{os.cpu_count()} cores, {processor}, {platform.system()}, Python {platform.python_version()}"


def process_seconds(arguments: Sequence[str], runs: int = RUNS) -> float:
    """The median wall time of a Python process with these arguments, after one run that is not counted."""
    return seconds(lambda: run(arguments), runs)


def processor_seconds(arguments: Sequence[str], runs: int = RUNS) -> float:
    """The median processor time of a Python process and what it starts: other work on the machine counts less."""

    def spent() -> float:
        usage = resource.getrusage(resource.RUSAGE_CHILDREN)
        return usage.ru_utime + usage.ru_stime

    run(arguments)
    times = []
    for _ in range(runs):
        before = spent()
        run(arguments)
        times.append(spent() - before)
    return statistics.median(times)


def run(arguments: Sequence[str]) -> None:
    subprocess.run([sys.executable, *arguments], check=True, capture_output=True, env=ENVIRONMENT, cwd=ROOT)


def seconds(action: Callable[[], object], runs: int = RUNS, uncounted: int = 1) -> float:
    """The median wall time of an action, after some runs that are not counted."""
    for _ in range(uncounted):
        action()
    times = []
    for _ in range(runs):
        began = time.perf_counter()
        action()
        times.append(time.perf_counter() - began)
    return statistics.median(times)


def proof_of_b2() -> Path:
    """The proof file of Lemma B.2, exported anew into a temporary folder."""
    path = Path(tempfile.mkdtemp(prefix="adamproof-benchmark-")) / "b2.json"
    run(["-m", "adamproof", "export", "B.2", "-o", str(path)])
    return path
