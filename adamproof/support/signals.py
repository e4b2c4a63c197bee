"""Requests to stop: kept until there is a good moment for them, or as an exception.  Standard library only."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

REQUESTS = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))
BY_SIGNAL = 128  # and the signal's number: the exit status


class Terminated(SystemExit):
    """A signal that ends the process, as KeyboardInterrupt is: nobody's error."""

    def __init__(self, number: int) -> None:
        super().__init__(BY_SIGNAL + number)


@contextmanager
def ended_by_signals() -> Iterator[None]:
    """SIGTERM and SIGHUP end what was begun and remove its folders, as Ctrl-C does, instead of leaving them.

    What comes after the first of them must not disturb that.  What is ignored (SIGHUP, under nohup) stays so.  Only in
    the main thread, as Python has it.
    """
    before: dict[int, Any] = {}

    def end(number: int, frame: Any) -> None:
        for other in before:
            signal.signal(other, lambda number, frame: None)  # not SIG_IGN, of which Python complains in a race
        raise KeyboardInterrupt if number == signal.SIGINT else Terminated(number)

    if threading.current_thread() is threading.main_thread():
        for number in REQUESTS:
            if signal.getsignal(number) not in (None, signal.SIG_IGN):
                before[number] = signal.signal(number, end)
    try:
        yield
    finally:
        for number, action in before.items():
            signal.signal(number, action)


class DeferredSignals:
    """Within it SIGINT, SIGTERM and SIGHUP are kept (`asked` is their number), and take their usual course at its end.

    Only in the main thread, as Python has it, and only the first one: the second one takes its course at once, unless
    `every` one is to be kept, for work that is short and must not be cut in two.
    """

    def __init__(self, wanted: bool = True, every: bool = False) -> None:
        self.asked: int | None = None
        self.wanted = wanted and threading.current_thread() is threading.main_thread()
        self.every = every
        self.before: dict[int, Any] = {}

    def __enter__(self) -> DeferredSignals:
        for number in REQUESTS if self.wanted else ():
            if signal.getsignal(number) not in (None, signal.SIG_IGN):
                self.before[number] = signal.signal(number, self._ask)
        return self

    def _ask(self, number: int, frame: Any) -> None:
        if not self.every:
            self._restore()
        if self.asked is None:
            self.asked = number

    def _restore(self) -> None:
        while self.before:
            signal.signal(*self.before.popitem())

    def __exit__(self, *error: object) -> None:
        self._restore()
        if self.asked is not None:
            signal.raise_signal(self.asked)
