"""Sessions of pytest held open, which fork for each run of tests: before the collection, or after it.

In a process that forks after the collection, a mutant is put in place by giving the functions that it changes their new
code.  That is the same as if the session had begun with the mutant's file: a function that has run before the fork,
while the kernel and the tests were imported and collected, is not touched, so nothing that is there already depends on
what a changed one does.  A profile function sees which have run.  Where a mutant cannot be put in place so, the answer
has no status, and nothing is run.
"""

from __future__ import annotations

import gc
import inspect
import marshal
import os
import resource
import sys
import threading
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from types import CodeType, FrameType, FunctionType
from typing import Any

import pytest

# What is sent to a session and back is plain: it has imported its own copy of this module, and has other classes.
# New code for a function: its module, its name in it or in a class, the code it has and the one it gets, as `marshal`
# writes them.
Swap = tuple[str, tuple[str, ...], bytes, bytes]
# How a run of tests ended: pytest's exit status (or minus a signal; None: nothing was run), the first test that failed
# (or nothing), and the seconds of the processor's time that it took.
Answer = tuple[int | None, str, float]


def swaps(module: str, old: CodeType, new: CodeType, path: tuple[str, ...] = ()) -> list[Swap] | None:
    """What makes new code of a module (or of a class in it) out of old; None where more than functions differ."""
    if _without_inner(old) != _without_inner(new):
        return None
    found: list[Swap] = []
    for before, after in zip(old.co_consts, new.co_consts, strict=True):
        if before == after or not isinstance(before, CodeType):
            continue
        inside = (*path, before.co_name)
        if before.co_name.startswith("<"):  # a lambda or a comprehension has no name to find it by
            return None
        if before.co_flags & inspect.CO_OPTIMIZED:
            found.append((module, inside, marshal.dumps(before), marshal.dumps(after)))
        elif (inner := swaps(module, before, after, inside)) is not None:
            found += inner
        else:
            return None
    return found


def _without_inner(code: CodeType) -> CodeType:
    """Code without that of the functions and classes it defines."""
    return code.replace(co_consts=tuple(None if isinstance(value, CodeType) else value for value in code.co_consts))


class Held:
    """A plugin that holds a session open and answers requests; its end comes when nobody can ask any more."""

    def __init__(self, requests: Connection) -> None:
        self.requests = requests
        self.failed: Connection | None = None  # in a forked process: where to say which test fails first

    def serve(self) -> bool:
        """Answer: True in a forked process, which is to go on, and False in the first one after the last request."""
        gc.freeze()  # the forked processes share what is there
        while True:
            try:
                request = self.requests.recv()
            except EOFError:
                return False
            answer = self.answer(*request)
            if answer is None:
                return True
            self.requests.send(answer)

    def answer(self, *request: Any) -> Answer | None:
        """What comes of a request; None in the process forked for it."""
        raise NotImplementedError

    def fork(self, limit: int) -> Answer | None:
        """What comes of a forked process, allowed so many seconds of the processor's time (0: any); None in it."""
        here, there = Pipe(duplex=False)
        child = os.fork()
        if child == 0:
            if limit:
                resource.setrlimit(resource.RLIMIT_CPU, (limit, limit))
            self.failed = there
            return None
        there.close()
        _, status, used = os.wait4(child, 0)
        try:
            failed = here.recv() if here.poll() else ""
        except EOFError:
            failed = ""
        here.close()
        return os.waitstatus_to_exitcode(status), failed, used.ru_utime + used.ru_stime

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed and self.failed is not None:
            self.failed.send(report.nodeid.removeprefix("tests/kernel/"))
            self.failed = None


class Configured(Held):
    """Forks before the collection: nothing of the kernel has been imported."""

    session: pytest.Session

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection(self, session: pytest.Session) -> None:
        self.session = session
        if any(name.partition(".")[0] == "adamproof" for name in sys.modules) or not self.serve():
            os._exit(pytest.ExitCode.OK)

    def answer(self, tests: tuple[str, ...], limit: int, write_bytecode: bool) -> Answer | None:
        """Run these tests (files or tests, and perhaps -k with what to choose among them)."""
        answer = self.fork(limit)
        if answer is None:
            sys.dont_write_bytecode = not write_bytecode
            named = tests[: tests.index("-k")] if "-k" in tests else tests
            self.session.config.args[:] = [f"tests/kernel/{name}" for name in named]
            self.session.config.option.keyword = tests[-1] if "-k" in tests else ""
        return answer


class Collected(Held):
    """Forks after the collection, to run one test of those collected."""

    def __init__(self, requests: Connection, kernel: str) -> None:
        super().__init__(requests)
        self.kernel = kernel
        self.ran: dict[int, CodeType] = {}  # the kernel's code that has run, by its identity
        self.items: dict[str, pytest.Item] = {}

    def watch(self) -> None:
        """Note from now on which of the kernel's functions run; before it is imported."""
        threading.setprofile(self._note)
        sys.setprofile(self._note)

    def _note(self, frame: FrameType, event: str, _: Any) -> None:
        if event == "call" and frame.f_code.co_filename.startswith(self.kernel):
            self.ran[id(frame.f_code)] = frame.f_code

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool | None:
        watched = sys.getprofile() == self._note
        sys.setprofile(None)
        threading.setprofile(None)
        self.items = {item.nodeid.removeprefix("tests/kernel/"): item for item in session.items}
        if not watched or session.testsfailed or not self.serve():
            os._exit(pytest.ExitCode.OK)
        return None

    def answer(self, test: str, changes: list[Swap], limit: int) -> Answer | None:
        """Run one test, with the changes."""
        functions = [self._function(swap) for swap in changes]
        if test not in self.items or None in functions:
            return None, "", 0.0
        answer = self.fork(limit)
        if answer is None:
            for function, (*_, new) in zip(functions, changes, strict=True):
                function.__code__ = marshal.loads(new)
            session = self.items[test].session
            session.items[:] = [self.items[test]]
        return answer

    def _function(self, swap: Swap) -> Any:
        """The function to change: a plain one with the old code, that would have been seen and has not run; or None."""
        module, path, old, _ = swap
        found: Any = sys.modules.get(module)
        for name in path:
            found = vars(found).get(name) if isinstance(found, type(sys) | type) else None
        if type(found) is not FunctionType or found.__code__ != marshal.loads(old):
            return None
        watched = found.__code__.co_filename.startswith(self.kernel)
        return found if watched and id(found.__code__) not in self.ran else None
