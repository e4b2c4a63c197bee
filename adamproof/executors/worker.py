"""A process that calls functions for `processes`: `python -m adamproof.executors.worker CHANNEL`.

It reads pickled calls (function, args, kwargs) from the socket with the file descriptor CHANNEL, one after another, and
sends back (True, result) or (False, exception).  It ends with whoever asks, also in the middle of a call.
"""

from __future__ import annotations

import os
import pickle
import queue
import sys
import threading
from typing import Any

from .errors import sendable


def main() -> None:
    """Answer calls until nobody asks any more."""
    number = int(sys.argv[1])
    os.set_inheritable(number, False)
    calls: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    threading.Thread(target=_read, args=(os.fdopen(os.dup(number), "rb"), calls), daemon=True).start()
    with os.fdopen(number, "wb") as channel:
        while True:
            answer = _answered(calls.get())
            try:
                channel.write(len(answer).to_bytes(8, "big") + answer)
                channel.flush()
            except OSError:  # nobody listens any more
                os._exit(1)


def _read(source: Any, calls: queue.SimpleQueue[bytes]) -> None:
    while content := received(source):
        calls.put(content)
    os._exit(0)


def received(source: Any) -> bytes:
    """The next message of a channel; empty where it has ended."""
    try:
        head = source.read(8)
        size = int.from_bytes(head, "big")
        content: bytes = source.read(size) if len(head) == 8 else b""
    except (OSError, ValueError):
        return b""
    return content if len(head) == 8 and len(content) == size else b""


def _answered(content: bytes) -> bytes:
    try:
        function, args, kwargs = pickle.loads(content)
        return pickle.dumps((True, function(*args, **kwargs)))
    except BaseException as error:  # noqa: BLE001 - whoever asked gets it
        return pickle.dumps((False, sendable(error)))


if __name__ == "__main__":
    main()
