"""Mutation of the kernel: switch off its checks one at a time, and see that a test notices.

``python -m tests.kernel.mutate_kernel [TEXT]`` runs the mutants (whose name holds TEXT) and prints the survivors.

With ``--write`` it also notes in noticed.json which test notices each, to be tried first the next time: do that after
changes of the kernel or of its tests.  The file only saves time; nothing depends on what it says.
"""

from __future__ import annotations

import json
import multiprocessing
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from .mutant_runs import noticed_by, prepare
from .mutants import mutants

NOTICED = Path(__file__).with_name("noticed.json")
WORKERS = 2

# Mutants that no test can notice, and why the check is there all the same.
SURVIVORS: dict[str, str] = {}


def hints() -> dict[str, str]:
    """The test that noticed each mutant when that was last written down."""
    found: dict[str, str] = json.loads(NOTICED.read_text(encoding="utf-8")) if NOTICED.exists() else {}
    return found


def _note(noticed: dict[str, str]) -> None:
    NOTICED.write_text(json.dumps(noticed, indent=0, sort_keys=True) + "\n", encoding="utf-8")


@contextmanager
def workers(count: int) -> Iterator[ProcessPoolExecutor]:
    """Processes that run mutants, each with a copy of its own."""
    with tempfile.TemporaryDirectory() as parent:
        spawn = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(count, mp_context=spawn, initializer=prepare, initargs=(parent,)) as pool:
            yield pool


def main(*words: str) -> int:
    write = "--write" in words
    wanted = next((word for word in words if word != "--write"), "")
    candidates, known = mutants(), hints()
    chosen = [mutant for mutant in candidates if wanted in mutant.name]
    found: dict[str, str] = {}
    with workers(WORKERS) as pool:
        answers = pool.map(noticed_by, chosen, [known.get(mutant.name, "") for mutant in chosen])
        for mutant, test in zip(chosen, answers, strict=True):
            found |= {mutant.name: test} if test else {}
            if write:  # each at once: all of them may take long
                _note({mutant.name: test for mutant in candidates if (test := {**known, **found}.get(mutant.name))})
    unexplained = [mutant.name for mutant in chosen if mutant.name not in found and mutant.name not in SURVIVORS]
    print(f"{len(chosen)} mutants, {len(found)} noticed, {len(chosen) - len(found)} survive")
    for name in unexplained:
        print(f"NOT NOTICED {name}")
    return 1 if unexplained else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
