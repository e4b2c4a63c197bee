"""A Dask cluster that answers requests about lemmas, behind a process of its own.

What comes from a cluster is read by pickle, which can do anything to the process that reads it.  The process that
prints verdicts must not be that one: here a child talks to the cluster, and sends home text alone, as the processes
that run lemma files do.

The child is `python -m adamproof.checking.relay CHANNEL ADDRESS`.  Its first line is {"ready": true} or {"error":
sentence}.  Then it reads {"number", "program", "request", "code"}, one a line, and answers with {"number", "lines":
[text], "printed": [text]} or {"number", "failed": text}.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Executor, Future
from functools import partial
from typing import Any

from ..executors.dask_cluster import connected
from ..executors.errors import ExecutorError, RemoteError
from ..support.interpreter import command, environment, killed
from ..support.signals import DeferredSignals
from .elsewhere import Lines, answered
from .process import MAX_BYTES

PROGRAM = "adamproof.checking.relay"
BYTES = "latin-1"  # a character a byte: lines go through JSON as they are
LONGEST = 4 * MAX_BYTES  # of a line
ENDED = "the process that talks to the cluster has ended"


class Relay(Executor):
    """The child, seen from the process that prints; it is an executor for `elsewhere.answered` alone.

    address: the cluster's scheduler, tcp://HOST:PORT.  Raises ExecutorError if no cluster answers there.
    """

    def __init__(self, address: str) -> None:
        self._futures: dict[int, Future[Any]] = {}
        self._count, self._ended, self._lock = 0, False, threading.Lock()
        self._channel, theirs = socket.socketpair()
        with DeferredSignals(every=True), theirs:  # a signal must find the process
            self._process = subprocess.Popen(
                command(PROGRAM, str(theirs.fileno()), address),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                pass_fds=(theirs.fileno(),),
                env=environment(),
                start_new_session=True,  # an interrupt is for us to answer
            )
        self._source = self._channel.makefile("rb")
        try:
            first = self._message()
        except BaseException:
            self.stop()
            raise
        if first.get("ready") is not True:
            self.stop()
            raise ExecutorError(str(first.get("error", f"the cluster at {address} has not answered")))
        threading.Thread(target=self._read, daemon=True).start()

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        if fn is not answered:
            raise ValueError("only requests about lemmas go this way")
        program, request, code = args
        future: Future[Any] = Future()
        with self._lock:
            if self._ended:
                future.set_exception(RemoteError(ENDED))
                return future
            self._count += 1
            self._futures[self._count] = future
            asked = {"number": self._count, "program": program, "request": request, "code": code}
            try:
                self._channel.sendall(json.dumps(asked).encode("ascii") + b"\n")
            except OSError:
                pass  # it has ended: reading from it says so
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        self.stop()

    def stop(self) -> None:
        """End the child, and with it whatever it waits for."""
        killed(self._process)
        self._process.wait()
        try:
            self._channel.shutdown(socket.SHUT_RDWR)  # for the thread that reads
        except OSError:
            pass

    def _message(self) -> dict[str, Any]:
        """The child's next message, which nobody vouches for; empty if the child has ended or sent no JSON object."""
        try:
            line = self._source.readline(LONGEST)
            message = json.loads(line) if line.endswith(b"\n") else None
        except (OSError, ValueError, RecursionError, MemoryError):
            message = None
        return message if isinstance(message, dict) else {}

    def _read(self) -> None:
        while message := self._message():
            number = message.get("number")
            future = self._futures.pop(number, None) if type(number) is int else None
            if future is not None:
                _give(future, message)
        with self._lock:
            self._ended = True
        for future in self._futures.values():
            future.set_exception(RemoteError(ENDED))


def _give(future: Future[Any], message: dict[str, Any]) -> None:
    lines, printed = message.get("lines"), message.get("printed")
    texts = [*lines, *printed] if isinstance(lines, list) and isinstance(printed, list) else [None]
    if not all(isinstance(text, str) for text in texts):
        future.set_exception(RemoteError(str(message.get("failed", "it has sent no answer"))))
        return
    future.set_result(([line.encode(BYTES, "replace") for line in lines or ()], printed))


# --- the child ----------------------------------------------------------------------------------


def main() -> None:
    """Hand requests on until nobody asks any more."""
    number, address = int(sys.argv[1]), sys.argv[2]
    os.set_inheritable(number, False)
    source, channel = os.fdopen(os.dup(number), "rb"), os.fdopen(number, "w", encoding="ascii")
    lock = threading.Lock()

    def send(message: dict[str, Any]) -> None:
        try:
            with lock:
                channel.write(json.dumps(message) + "\n")
                channel.flush()
        except OSError:  # nobody listens any more
            os._exit(1)

    try:
        with connected(address) as cluster:
            send({"ready": True})
            for line in source:
                asked = json.loads(line)
                future = cluster.submit(answered, asked["program"], asked["request"], asked["code"])
                future.add_done_callback(partial(_sent, send, asked["number"]))
    except ExecutorError as error:
        send({"error": str(error)})


def _sent(send: Callable[[dict[str, Any]], None], number: int, future: Future[Lines]) -> None:
    try:
        lines, printed = future.result()
    except BaseException as error:  # noqa: BLE001 - an executor may fail in any way, and a cancelled task raises
        send({"number": number, "failed": f"{type(error).__name__}: {error}"})
    else:
        send({"number": number, "lines": [line.decode(BYTES) for line in lines], "printed": printed})


if __name__ == "__main__":
    main()
