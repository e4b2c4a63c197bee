"""A session of pytest held open: it has collected one file of the kernel's tests, and forks to run one of them.

In the forked process a mutant is put in place by giving the functions that it changes their new code.  That is the
same as if the session had begun with the mutant's file, because a function that has run before the fork, while the
kernel and the tests were imported and collected, is not touched: nothing that is there can depend on it.  A profile
function sees which have.  Where this cannot be done, the answer is no status, and nothing has been run.
"""

from __future__ import annotations

import gc
import inspect
import marshal
import os
import resource
import sys
import threading
from multiprocessing.connection import Connection
from types import CodeType, FrameType, FunctionType
from typing import Any, NoReturn

import pytest


# New code for a function: its module, its name in it or in a class, the code it has and the one it gets, as `marshal`
# writes them.  A plain tuple, as the answers: the session has imported its own copy of this module's classes.
Swap = tuple[str, tuple[str, ...], bytes, bytes]
Answer = tuple[int | None, float]  # pytest's status (or minus a signal; None: nothing was run), seconds of the processor


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
    """A plugin that holds the session open once the tests are collected, and runs what it is asked to."""

    def __init__(self, requests: Connection, kernel: str) -> None:
        self.requests, self.kernel = requests, kernel
        self.ran: dict[int, CodeType] = {}  # the kernel's code that has run, by its identity

    def watch(self) -> None:
        """Note from now on which of the kernel's functions run; before it is imported."""
        threading.setprofile(self._note)
        sys.setprofile(self._note)

    def _note(self, frame: FrameType, event: str, _: Any) -> None:
        if event == "call" and frame.f_code.co_filename.startswith(self.kernel):
            self.ran[id(frame.f_code)] = frame.f_code

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        watched = sys.getprofile() == self._note
        sys.setprofile(None)
        threading.setprofile(None)
        if not watched or session.testsfailed:
            return True
        items = {item.nodeid.rpartition("tests/kernel/")[2]: item for item in session.items}
        gc.freeze()  # the forked processes share what is there
        while True:
            try:
                test, changes, limit = self.requests.recv()
            except EOFError:
                return True
            self.requests.send(self._answer(items.get(test), changes, limit))

    def _answer(self, item: pytest.Item | None, changes: list[Swap], limit: int) -> Answer:
        functions = [self._function(swap) for swap in changes]
        if item is None or None in functions:
            return None, 0.0
        child = os.fork()
        if child == 0:
            _run(item, list(zip(functions, changes, strict=True)), limit)
        _, status, used = os.wait4(child, 0)
        return os.waitstatus_to_exitcode(status), used.ru_utime + used.ru_stime

    def _function(self, swap: Swap) -> FunctionType | None:
        """The function to change: a plain one with the old code, that has not run."""
        module, path, old, _ = swap
        found: Any = sys.modules.get(module)
        for name in path:
            found = vars(found).get(name) if isinstance(found, type(sys) | type) else None
        if type(found) is not FunctionType or found.__code__ != marshal.loads(old):
            return None
        return None if id(found.__code__) in self.ran else found


def _run(item: pytest.Item, changes: list[tuple[Any, Swap]], limit: int) -> NoReturn:
    """Run one test in this process, with the changes, and end: with what pytest's status would be."""
    status = pytest.ExitCode.INTERNAL_ERROR
    try:
        for function, (*_, new) in changes:
            function.__code__ = marshal.loads(new)
        if limit:
            resource.setrlimit(resource.RLIMIT_CPU, (limit, limit))
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=None)
        status = pytest.ExitCode.TESTS_FAILED if item.session.testsfailed else pytest.ExitCode.OK
    finally:
        os._exit(status)
