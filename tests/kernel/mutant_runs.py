"""Running the kernel's tests on its mutants.

A process with a copy of the kernel and its tests has imported pytest and SymPy, and nothing of ours; for each run of
tests it forks, so that every run imports the kernel anew and no run knows the terms of another.  A test that has
noticed a mutant before is first run at once: in a session that has collected it already (mutant_session.py).
"""

from __future__ import annotations

import importlib
import importlib.util
import multiprocessing
import os
import resource
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from multiprocessing.connection import Connection
from pathlib import Path

import pytest

from .mutant_session import Answer, Held, Swap, swaps
from .mutants import KERNEL, ROOT, Mutant

UNUSED = ("cacheprovider", "hypothesispytest", "xdist", "xdist.looponfail")  # plugins
# A mutant that makes the tests hang counts as noticed: they took so much more of the processor's time than without it.
GUARD_FACTOR, GUARD_SECONDS = 5, 60
GUARD_BYTES = 4 << 30

QUICK = "not corruption and not optimisation and not hostile and not byte and not too_many and not command_line"
RULES, ATTACKS, VERIFY = ["test_rules.py"], ["test_attacks.py"], ["test_verify.py", "-k", QUICK]
TEXT = ["test_text.py", "-k", "not random or 0"]
RANDOM = ["test_random_terms.py", "test_derivations.py", "-k", "[0] or [1]"]
COSTS = ["test_costs.py"]
REST = ["test_verify.py", "-k", "hostile or byte or too_many or corruption"]
STAGES = {
    "verify.py": [VERIFY, REST, COSTS],
    "__main__.py": [["test_verify.py", "-k", "command_line"]],
    "text.py": [TEXT, VERIFY, COSTS],
    "terms.py": [ATTACKS, RULES, VERIFY, RANDOM, REST, COSTS],
    "normal.py": [RULES, ATTACKS, RANDOM, VERIFY, COSTS],
    "facts.py": [RULES, ATTACKS],
    "rules.py": [RULES, ATTACKS, VERIFY, COSTS, RANDOM],
}

_folder = Path()  # of this process: the copy
_sessions: dict[str, Connection] = {}  # those held open, by the file that they have collected

Tests = tuple[str, ...]  # what pytest is asked to run: files below tests/kernel or one test, and options


@dataclass(frozen=True)
class Outcome:
    """How a run of tests ended: pytest's exit status (or minus a signal), the first test that failed, and its cost."""

    status: int | None
    failed: str
    seconds: float  # of the processor's time


def prepare(parent: str) -> None:
    """Give this process its own copy below a folder, and import what is not ours."""
    global _folder
    _folder = Path(tempfile.mkdtemp(dir=parent))
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "adamproof", _folder / "adamproof", ignore=ignored)
    shutil.copytree(ROOT / "tests" / "kernel", _folder / "tests" / "kernel", ignore=ignored)
    (_folder / "tests" / "__init__.py").touch()
    for name in ("highspy", "mpmath", "numpy", "sympy"):
        importlib.import_module(name)


def noticed_by(mutant: Mutant, hint: str = "") -> str:
    """The test that notices a mutant, or nothing.

    The hint, a test that has noticed it before, is tried first; if it does not fail now, all tests of the file's
    stages are run as if there had been none.  Only tests that pass on the kernel as it is count.
    """
    if "::" in hint and (fails_at_once(mutant, hint) or fails_alone(mutant, hint)):
        return hint
    hangs = ""
    for stage in map(tuple, _stages(mutant)):
        found = _with(mutant, stage, _limit(_as_it_is(stage).seconds))
        if found.failed:
            return found.failed
        hangs = hangs or (" ".join(stage) if found.status != 0 else "")  # a test that fails would be a better hint
    return hangs


def _stages(mutant: Mutant) -> list[list[str]]:
    """The stages of the mutant's file; a cost that is not counted is noticed soonest where costs are."""
    stages = STAGES.get(mutant.file, [RULES, ATTACKS])
    about_costs = COSTS in stages and "spend(" in mutant.name
    return [COSTS, *(stage for stage in stages if stage != COSTS)] if about_costs else stages


def _limit(seconds: float) -> int:
    """How many seconds of the processor's time a run may take that takes so many without the mutant."""
    return GUARD_SECONDS + int(GUARD_FACTOR * seconds)


# --- runs that begin with the import of the kernel ------------------------------------------------------


def fails_alone(mutant: Mutant, test: str) -> bool:
    """Whether a single test fails, and not for what it takes or because it is not there any more."""
    try:
        limit = _limit(_as_it_is((test,)).seconds)
    except RuntimeError:
        return False
    return _with(mutant, (test,), limit).status == pytest.ExitCode.TESTS_FAILED


@cache
def _as_it_is(tests: Tests) -> Outcome:
    """A run on the kernel as it is (which also compiles the tests).  Raises RuntimeError where a test fails."""
    found = _run(tests, write_bytecode=True)
    if found.status != 0:
        raise RuntimeError(f"the tests {' '.join(tests)} fail without any mutation")
    return found


def _with(mutant: Mutant, tests: Tests, limit: int) -> Outcome:
    with _in_place(mutant):
        return _run(tests, limit=limit)


@contextmanager
def _in_place(mutant: Mutant) -> Iterator[None]:
    """The mutant's file in the copy, in place of the kernel's."""
    path = _folder / KERNEL / mutant.file
    original, source = path.read_text(encoding="utf-8"), mutant.source(_folder)
    bytecode = Path(importlib.util.cache_from_source(str(path)))
    bytecode.unlink(missing_ok=True)  # a changed source never meets it
    path.write_text(source, encoding="utf-8")
    try:
        yield
    finally:
        path.write_text(original, encoding="utf-8")


def _run(tests: Tests, *, limit: int = 0, write_bytecode: bool = False) -> Outcome:
    """Run tests in a forked process of their own."""
    context = multiprocessing.get_context("fork")
    here, there = context.Pipe(duplex=False)
    child = context.Process(target=_test, args=(tests, limit, write_bytecode, there))
    before = _children_seconds()
    child.start()
    there.close()
    child.join()
    try:
        failed = here.recv() if here.poll() else ""
    except EOFError:
        failed = ""
    return Outcome(child.exitcode, failed, _children_seconds() - before)


def _children_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


class _First:
    """A plugin that tells the first test that fails."""

    def __init__(self, to: Connection) -> None:
        self.to: Connection | None = to

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed and self.to is not None:
            self.to.send(report.nodeid.removeprefix("tests/kernel/"))
            self.to = None


def _test(tests: Tests, limit: int, write_bytecode: bool, to: Connection) -> None:
    _enter(write_bytecode)
    if limit:
        resource.setrlimit(resource.RLIMIT_CPU, (limit, limit))
    named = [f"tests/kernel/{part}" if part.partition("::")[0].endswith(".py") else part for part in tests]
    os._exit(int(pytest.main([*_options(), *named], plugins=[_First(to)])))


def _enter(write_bytecode: bool) -> None:
    """Make this process see the copy alone, and be silent."""
    for name in [name for name in sys.modules if name.partition(".")[0] in ("adamproof", "tests", "lemmas")]:
        del sys.modules[name]
    sys.path.insert(0, str(_folder))
    os.chdir(_folder)
    os.environ["PYTHONPATH"] = str(_folder)
    sys.dont_write_bytecode = not write_bytecode
    resource.setrlimit(resource.RLIMIT_AS, (GUARD_BYTES, GUARD_BYTES))
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 1)
    os.dup2(silence, 2)


def _options() -> list[str]:
    return ["-q", "-x", "--tb=no", "--no-header", f"--rootdir={_folder}", *(f"-p no:{name}" for name in UNUSED)]


# --- runs in a session held open ------------------------------------------------------------------------


def fails_at_once(mutant: Mutant, test: str) -> bool:
    """Whether a single test fails in a session that has collected its file, and does not without the mutant.

    False also where the mutant cannot be put in place there.
    """
    changes, (status, seconds) = _swaps(mutant), _at_once(test)
    if not changes or status != pytest.ExitCode.OK:
        return False
    with _in_place(mutant):  # for the processes that the test may start
        status, _ = _ask(test, changes, _limit(seconds))
    return status == pytest.ExitCode.TESTS_FAILED


def _swaps(mutant: Mutant) -> list[Swap] | None:
    path = _folder / KERNEL / mutant.file
    module = ".".join((KERNEL / mutant.file).with_suffix("").parts)
    original = compile(path.read_text(encoding="utf-8"), path, "exec", dont_inherit=True)
    return swaps(module, original, mutant.code(_folder))


@cache
def _at_once(test: str) -> Answer:
    """A run on the kernel as it is."""
    return _ask(test, [], 0)


def _ask(test: str, changes: list[Swap], limit: int) -> Answer:
    """What the session that has collected the test's file answers; no status if there is none."""
    file = test.partition("::")[0]
    if file not in _sessions:
        _sessions[file] = _open(file)
    try:
        _sessions[file].send((test, changes, limit))
        answer: Answer = _sessions[file].recv()
        return answer
    except (EOFError, OSError):
        return None, 0.0


def _open(file: str) -> Connection:
    """Collect a file of tests in a forked process, which then waits."""
    context = multiprocessing.get_context("fork")
    here, there = context.Pipe()
    context.Process(target=_hold, args=(file, here, there), daemon=True).start()
    there.close()
    return here


def _hold(file: str, here: Connection, there: Connection) -> None:
    for other in (here, *_sessions.values()):  # so that each session ends when this process's parent does
        other.close()
    _enter(write_bytecode=True)
    held = Held(there, str(_folder / KERNEL))
    held.watch()
    os._exit(int(pytest.main([*_options(), f"tests/kernel/{file}"], plugins=[held])))
