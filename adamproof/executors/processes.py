"""Executors of this machine: processes that survive one another's end, and this process itself.

Python's own pool of processes is lost as a whole when one of them is killed, and imports the caller's script anew in
each of them.  Here a process that ends under a task costs that task alone another try.
"""

from __future__ import annotations

import pickle
import queue
import socket
import subprocess
import threading
from collections.abc import Callable
from concurrent.futures import Executor, Future
from typing import Any, TypeVar

from ..support.interpreter import command, environment, fate, killed
from ..support.signals import DeferredSignals
from .errors import ProcessDied
from .worker import received

T = TypeVar("T")
PROGRAM = "adamproof.executors.worker"
TRIES = 3  # of a task whose process ends under it
# One process a core: threads of the libraries that multiply matrices would only wait for one another.
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")


class Here(Executor):
    """Calls each function in this process, when it is submitted."""

    ahead = 1  # tasks that are submitted before a result is read

    def submit(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:
        future: Future[T] = Future()
        future.set_running_or_notify_cancel()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:  # noqa: BLE001 - it is the future's
            future.set_exception(error)
        return future


class Processes(Executor):
    """Processes that call functions which they can import by name; arguments and results are pickled.

    jobs: how many processes, at least 1.  They are begun when they are needed.
    A process that ends under a task is replaced, and the task is tried again; after TRIES times it fails with
    ProcessDied.  Leaving its `with` block by an exception ends the processes at once.
    """

    def __init__(self, jobs: int) -> None:
        self._jobs = jobs
        self._calls: queue.SimpleQueue[tuple[Future[Any], bytes] | None] = queue.SimpleQueue()
        self._threads: list[threading.Thread] = []
        self._processes: set[_Process] = set()
        self._lock = threading.Lock()
        self._closed = self._stopped = False

    def submit(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:
        """Have the function fn called with args and kwargs.  Raises RuntimeError after `shutdown`."""
        content = pickle.dumps((fn, args, kwargs))
        future: Future[T] = Future()
        with self._lock:
            if self._closed:
                raise RuntimeError("the processes have been shut down and take no more tasks")
            self._calls.put((future, content))
            if len(self._threads) < self._jobs:
                thread = threading.Thread(target=self._serve, daemon=True)
                self._threads.append(thread)
                thread.start()
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Take no more tasks.  wait: for those that there are.  cancel_futures: first cancel those that wait."""
        with self._lock:
            self._closed = True
        while cancel_futures:
            try:
                call = self._calls.get_nowait()
            except queue.Empty:
                break
            if call is not None:
                call[0].cancel()
        for _ in self._threads:
            self._calls.put(None)
        for thread in self._threads if wait else ():
            thread.join()

    def stop(self) -> None:
        """End the processes at once, whatever they do."""
        with DeferredSignals(every=True):  # a signal now must not leave any of them behind
            with self._lock:
                self._closed = self._stopped = True
                for process in self._processes:
                    process.kill()
            self.shutdown(wait=True, cancel_futures=True)

    def __exit__(self, kind: Any, error: Any, trace: Any) -> None:
        if kind is None:
            self.shutdown()
        else:
            self.stop()

    def _serve(self) -> None:
        """A thread with a process of its own, which does one task after another."""
        process: _Process | None = None
        while (call := self._calls.get()) is not None:
            future, content = call
            if future.set_running_or_notify_cancel():
                process = self._settle(future, content, process)
        if process is not None:
            self._forget(process)

    def _settle(self, future: Future[Any], content: bytes, process: _Process | None) -> _Process | None:
        """Give the future its result; the process that is left for the next one."""
        for _ in range(TRIES):
            if process is None:
                try:
                    process = self._begun()
                except OSError as error:
                    future.set_exception(error)
                    return None
            if answer := process.answer(content):
                _give(future, answer)
                return process
            how = process.fate()
            self._forget(process)
            process = None
            if self._stopped:
                future.set_exception(ProcessDied("the processes have been stopped"))
                return None
        future.set_exception(ProcessDied(f"its process ended {TRIES} times ({how}); is there enough memory?"))
        return None

    def _begun(self) -> _Process:
        process = _Process()
        with self._lock:
            self._processes.add(process)
            if self._stopped:
                process.kill()
        return process

    def _forget(self, process: _Process) -> None:
        with self._lock:
            self._processes.discard(process)
        process.end()


def _give(future: Future[Any], answer: bytes) -> None:
    try:
        fine, found = pickle.loads(answer)
    except Exception as error:  # noqa: BLE001 - what a result needs to be read may be missing here
        fine, found = False, error
    if fine:
        future.set_result(found)
    else:
        future.set_exception(found)


class _Process:
    """One process and the channel to it."""

    def __init__(self) -> None:
        self._channel, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(
                command(PROGRAM, str(theirs.fileno())),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,  # which has the command's own answer
                pass_fds=(theirs.fileno(),),
                env=environment(**ONE_THREAD),
                start_new_session=True,  # an interrupt is for us to answer
            )
        self._source = self._channel.makefile("rb")

    def answer(self, content: bytes) -> bytes:
        """What it sends back; empty where it has ended."""
        try:
            self._channel.sendall(len(content).to_bytes(8, "big") + content)
        except OSError:
            return b""
        return received(self._source)

    def fate(self) -> str:
        """In words, how it ended."""
        return fate(self._process.wait())

    def kill(self) -> None:
        killed(self._process)

    def end(self) -> None:
        self.kill()
        self._process.wait()
        self._source.close()
        self._channel.close()
