"""Running the kernel's tests on its mutants.

A process with a copy of the kernel and its tests has imported pytest and SymPy, and nothing of ours; it holds a session
of pytest open that forks for each run of tests, so that every run imports the kernel anew and no run knows the terms of
another.  A test that has noticed a mutant before is first run at once: in a session that has collected it already.
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
from functools import cache
from multiprocessing.connection import Connection
from pathlib import Path
from types import CodeType

import pytest

from .mutant_session import Answer, Collected, Configured, Held, Swap, swaps
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
_sessions: dict[str, Connection] = {}  # those held open, by the file that they have collected (none: "")

Tests = tuple[str, ...]  # what pytest is asked to run: files below tests/kernel or one test, and options


def prepare(parent: str) -> None:
    """Give this process its own copy below a folder, and import what is not ours."""
    global _folder
    _folder = Path(tempfile.mkdtemp(dir=parent)).resolve()
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "adamproof", _folder / "adamproof", ignore=ignored)
    shutil.copytree(ROOT / "tests" / "kernel", _folder / "tests" / "kernel", ignore=ignored)
    (_folder / "tests" / "__init__.py").touch()
    for name in ("highspy", "mpmath", "numpy", "sympy"):
        importlib.import_module(name)


def write(name: str, text: str) -> None:
    """Put a file of tests into this process's copy."""
    (_folder / "tests" / "kernel" / name).write_text(text, encoding="utf-8")


def noticed_by(mutant: Mutant, hint: str = "") -> str:
    """The test that notices a mutant, or nothing.

    The hint, a test that has noticed it before, is tried first; if it does not fail now, all tests of the file's
    stages are run as if there had been none.  Only tests that pass on the kernel as it is count.
    """
    if "::" in hint and (fails_at_once(mutant, hint) or fails_alone(mutant, hint)):
        return hint
    hangs = ""
    for stage in map(tuple, _stages(mutant)):
        status, failed, _ = _with(mutant, stage, _limit(_as_it_is(stage)))
        if failed:
            return failed
        hangs = hangs or (" ".join(stage) if status != 0 else "")  # a test that fails would be a better hint
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
        limit = _limit(_as_it_is((test,)))
    except RuntimeError:
        return False
    return _with(mutant, (test,), limit)[0] == pytest.ExitCode.TESTS_FAILED


@cache
def _as_it_is(tests: Tests) -> float:
    """What tests take on the kernel as it is (this also compiles them).  Raises RuntimeError where one fails."""
    status, _, seconds = ask("", tests, 0, True)
    if status != 0:
        raise RuntimeError(f"the tests {' '.join(tests)} fail without any mutation")
    return seconds


def _with(mutant: Mutant, tests: Tests, limit: int) -> Answer:
    with _in_place(mutant):
        answer = ask("", tests, limit, False)
    if answer[0] is None:  # this is not to count as a failure of the tests
        raise RuntimeError(f"the session that runs {' '.join(tests)} has ended")
    return answer


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
        bytecode.unlink(missing_ok=True)  # of a process that a test has started
        path.write_text(original, encoding="utf-8")


# --- runs that begin after the collection ---------------------------------------------------------------


def fails_at_once(mutant: Mutant, test: str) -> bool:
    """Whether a single test fails in a session that has collected its file, and does not without the mutant.

    False also where the mutant cannot be put in place there.
    """
    changes = _swaps(mutant)
    status, _, seconds = _at_once(test)
    if not changes or status != pytest.ExitCode.OK:
        return False
    with _in_place(mutant):  # for the processes that the test may start
        return ask(_file(test), test, changes, _limit(seconds))[0] == pytest.ExitCode.TESTS_FAILED


def _file(test: str) -> str:
    return test.partition("::")[0]


@cache
def _at_once(test: str) -> Answer:
    """A run on the kernel as it is."""
    return ask(_file(test), test, [], 0)


def _swaps(mutant: Mutant) -> list[Swap] | None:
    module = ".".join((KERNEL / mutant.file).with_suffix("").parts)
    return swaps(module, _code(mutant.file), mutant.code(_folder))


@cache
def _code(file: str) -> CodeType:
    path = _folder / KERNEL / file
    return compile(path.read_text(encoding="utf-8"), path, "exec", dont_inherit=True)


# --- sessions held open ---------------------------------------------------------------------------------


def ask(file: str, *request: object) -> Answer:
    """What the session answers that has collected a file (none: the one that has collected nothing)."""
    if file not in _sessions:
        _sessions[file] = _open(file)
    try:
        _sessions[file].send(request)
        answer: Answer = _sessions[file].recv()
        return answer
    except (EOFError, OSError):  # there is no session: the file is not there, or cannot be collected
        return None, "", 0.0


def _open(file: str) -> Connection:
    context = multiprocessing.get_context("fork")
    here, there = context.Pipe()
    context.Process(target=_hold, args=(file, here, there), daemon=True).start()
    there.close()
    return here


def _hold(file: str, here: Connection, there: Connection) -> None:
    for other in (here, *_sessions.values()):  # so that each session ends when this process's parent does
        other.close()
    for name in [name for name in sys.modules if name.partition(".")[0] in ("adamproof", "tests", "lemmas")]:
        del sys.modules[name]
    sys.path.insert(0, str(_folder))
    os.chdir(_folder)
    os.environ["PYTHONPATH"] = str(_folder)
    resource.setrlimit(resource.RLIMIT_AS, (GUARD_BYTES, GUARD_BYTES))
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 1)
    os.dup2(silence, 2)
    held: Held = Configured(there)
    if file:
        held = Collected(there, str(_folder / KERNEL))
        held.watch()
    options = ["-q", "-x", "--tb=no", "--no-header", f"--rootdir={_folder}", *(f"-p no:{name}" for name in UNUSED)]
    os._exit(int(pytest.main([*options, f"tests/kernel/{file}"], plugins=[held])))
