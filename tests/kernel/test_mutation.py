"""Deleting any single check of the kernel makes a test fail."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor

import pytest

from .mutant_runs import ask, fails_alone, fails_at_once, noticed_by, write
from .mutant_session import swaps
from .mutants import Mutant, mutants
from .mutate_kernel import SURVIVORS, hints, workers

MUTANTS = mutants()
HINTS = hints()


@pytest.fixture(scope="session")
def worker() -> Iterator[ProcessPoolExecutor]:
    with workers(1) as pool:
        yield pool


def mutant_named(name: str) -> Mutant:
    (mutant,) = (mutant for mutant in MUTANTS if mutant.name == name)
    return mutant


def test_there_are_many_checks() -> None:
    assert len(MUTANTS) > 250
    assert SURVIVORS.keys() <= {mutant.name for mutant in MUTANTS}


def test_making_a_mutant_leaves_no_trace_in_the_next() -> None:
    """The changes of a file are made in one tree, and taken back."""
    chosen = [mutant for mutant in MUTANTS if mutant.file == "normal.py"]
    sources = [mutant.source() for mutant in chosen]
    assert len(set(sources)) == len(sources) > 10
    assert [mutant.source() for mutant in reversed(chosen)] == sources[::-1]


@pytest.mark.slow
@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_no_check_of_the_kernel_goes_unnoticed(mutant: Mutant, worker: ProcessPoolExecutor) -> None:
    test = worker.submit(noticed_by, mutant, HINTS.get(mutant.name, "")).result()
    assert bool(test) == (mutant.name not in SURVIVORS)


@pytest.mark.slow
@pytest.mark.parametrize(
    "hint", ["test_rules.py::test_that_is_gone", "test_rules.py::test_cite_records_a_named_hypothesis", ""]
)
def test_a_hint_that_does_not_notice_changes_nothing(hint: str, worker: ProcessPoolExecutor) -> None:
    """One that is not there, one that passes, and none: all tests are run."""
    (mutant,) = (mutant for mutant in MUTANTS if mutant.file == "facts.py")
    assert worker.submit(noticed_by, mutant, hint).result() == "test_rules.py::test_a_rule_refuses[fact-no-sum]"


# --- which failures count ----------------------------------------------------------------------------

UNKNOWN = "rules.py: apply: never `name not in RULES`"
MADE = """
import subprocess, sys
import adamproof.kernel

ASK = '''
from adamproof.kernel import rules
try:
    rules.apply("nothing", (), ())
except Exception as error:
    found = type(error).__name__
'''

def answer():
    names = {}
    exec(ASK, names)
    return names["found"]

def test_that_notices():
    assert answer() == "Refusal"

def test_that_fails_anyway():
    assert answer() == "nothing"

def test_that_passes():
    assert answer()

def test_a_process_has_the_mutant_too():
    asked = subprocess.run([sys.executable, "-c", ASK + "print(found)"], capture_output=True, text=True, check=True)
    assert asked.stdout.strip() == answer()

def test_that_takes_long():
    while True:
        pass
"""
IMPORTED = f"""{MADE}
AT_FIRST = answer()

def test_that_compares():
    assert answer() == AT_FIRST
"""


@pytest.fixture(scope="session")
def made() -> Iterator[ProcessPoolExecutor]:
    """A worker with tests of our own in its copy: the second file runs the function `apply` when it is imported."""
    with workers(1) as pool:
        pool.submit(write, "test_made.py", MADE).result()
        pool.submit(write, "test_imported.py", IMPORTED).result()
        yield pool


@pytest.mark.slow
@pytest.mark.parametrize(
    ("test", "at_once", "alone"),
    [
        ("test_made.py::test_that_notices", True, True),
        ("test_made.py::test_that_fails_anyway", False, False),
        ("test_made.py::test_that_passes", False, False),
        ("test_made.py::test_that_is_gone", False, False),
        ("test_made.py::test_a_process_has_the_mutant_too", False, False),
        ("test_imported.py::test_that_notices", False, True),
        # The value at the import is the mutant's, too: in a session that imported it before, the test would fail.
        ("test_imported.py::test_that_compares", False, False),
        ("test_gone.py::test_that_notices", False, False),
    ],
)
def test_only_what_the_mutant_makes_fail_counts(
    test: str, at_once: bool, alone: bool, made: ProcessPoolExecutor
) -> None:
    mutant = mutant_named(UNKNOWN)
    assert made.submit(fails_at_once, mutant, test).result() is at_once
    assert made.submit(fails_alone, mutant, test).result() is alone
    if alone:
        assert made.submit(noticed_by, mutant, test).result() == test


@pytest.mark.slow
def test_a_run_that_takes_too_long_is_ended(made: ProcessPoolExecutor) -> None:
    """And the session that it was forked from answers still."""
    status, failed, seconds = made.submit(ask, "test_made.py", "test_made.py::test_that_takes_long", [], 1).result()
    assert status in (-signal.SIGXCPU, -signal.SIGKILL)
    assert failed == ""
    assert seconds > 0.5
    assert made.submit(ask, "test_made.py", "test_made.py::test_that_passes", [], 1).result()[:2] == (0, "")


SOURCE = """
LIMIT, TABLE = 3, {"a": lambda x: x + 1}

def plain(x, y=2):
    if any(v > LIMIT for v in (x, y)):
        raise ValueError
    return x + y

class Kept:
    bound = 4

    def method(self):
        return self.bound
"""


@pytest.mark.parametrize(
    ("old", "new", "changed"),
    [
        ("v > LIMIT", "False", [("plain",)]),
        ("raise ValueError", "raise KeyError", [("plain",)]),
        ("return self.bound", "return 1234567890", [("Kept", "method")]),
        ("x + 1", "x + 2", None),
        ("LIMIT, TABLE = 3", "LIMIT, TABLE = 4", None),
        ("y=2", "y=5", None),
        ("bound = 4", "bound = 5", None),
        ("bound = 4", "bound = 4.0", None),
    ],
)
def test_only_functions_are_changed_in_memory(old: str, new: str, changed: list[tuple[str, ...]] | None) -> None:
    """Where a table, a default or a class's value differs, the tests are run from the beginning."""
    before, after = (compile(text, "made", "exec") for text in (SOURCE, SOURCE.replace(old, new)))
    found = swaps("made", before, after)
    assert (None if found is None else [path for _, path, _, _ in found]) == changed
