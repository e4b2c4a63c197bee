"""Functions that other processes import, for tests of executors."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path


def square(number: int) -> int:
    return number * number


def process(_: object = None) -> int:
    return os.getpid()


def slept(seconds: float) -> int:
    time.sleep(seconds)
    return os.getpid()


def refused(text: str) -> None:
    raise ValueError(text)


class Odd(Exception):
    """One that does not come out of a pickle: it needs two arguments and keeps one."""

    def __init__(self, first: str, second: str) -> None:
        super().__init__(first)


def odd(_: object) -> None:
    raise Odd("told", "lost")


def killed_once(path: str) -> int:
    """Kills its process, but for the second time."""
    try:
        Path(path).touch(exist_ok=False)
    except FileExistsError:
        return os.getpid()
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError


def killed(_: object) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def alone() -> bool:
    """Whether an interrupt of the terminal does not reach this process."""
    return os.getsid(0) == os.getpid()


def printed(text: str) -> str:
    print(text)
    return text
