"""What can go wrong with an executor, each as one sentence."""

from __future__ import annotations

import os
import pickle
import socket
from typing import TypeVar

E = TypeVar("E", bound=BaseException)


class ExecutorError(Exception):
    """An executor that cannot be had, or that cannot go on; the text says what to do."""


class ProcessDied(ExecutorError):
    """A task whose process ended under it, each time that it was tried."""


class OtherCode(ExecutorError):
    """A process of the executor has another adamproof than the one that asks."""


class RemoteError(Exception):
    """In place of an exception of another process that cannot be sent: its type and its text."""


def other_code() -> OtherCode:
    """The refusal of this process, by name."""
    here = f"process {os.getpid()} on {socket.gethostname()}"
    return OtherCode(f"{here} has another version of adamproof: install the same one everywhere")


def sendable(error: E) -> E | RemoteError:
    """The exception, if it comes out of a pickle as it went in; else what it says."""
    try:
        again = pickle.loads(pickle.dumps(error))
    except Exception:  # noqa: BLE001 - some need arguments that they do not keep
        again = None
    return error if type(again) is type(error) else RemoteError(f"{type(error).__name__}: {error}")
