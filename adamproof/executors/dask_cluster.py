"""A Dask cluster as an executor, by the address of its scheduler.  Needs the extra "cluster"."""

from __future__ import annotations

import logging
import pkgutil
import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from typing import Any, TypeVar

from .._version import __version__
from .errors import ExecutorError

T = TypeVar("T")
PATIENCE = 10.0  # seconds for the scheduler to answer, and then for a worker to be there
HEAD, LONGEST = 8, 1 << 32  # bytes that give the length of a scheduler's first message, and a length it never has
LOOK_EVERY = 5.0  # seconds between two looks at whether there are workers


class Cluster(Executor):
    """The executor of a client of Dask's, which also knows whether there is anybody to do the work."""

    def __init__(self, client: Any) -> None:
        self._client = client
        # Each task has a key of its own: a result of an earlier command is never taken for this one's.
        self._executor: Executor = client.get_executor(pure=False)
        self._looked, self._state = time.monotonic(), ""

    def submit(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:
        return self._executor.submit(fn, *args, **kwargs)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        self._executor.shutdown(wait=wait, cancel_futures=cancel_futures)

    def state(self) -> str:
        """What people should know while they wait for a result."""
        if time.monotonic() >= self._looked + LOOK_EVERY:
            try:
                self._state = "" if self._client.nthreads() else "the cluster has no worker"
            except (OSError, RuntimeError):  # the scheduler is gone: the tasks say so
                pass
            self._looked = time.monotonic()
        return self._state


@contextmanager
def connected(address: str, patience: float = PATIENCE) -> Iterator[Executor]:
    """The executor of the cluster whose scheduler has this address, such as tcp://10.0.0.1:8786.

    patience: seconds.  Raises ExecutorError where `distributed` is missing, no scheduler answers, it has no worker, or
    a worker has no adamproof, or another version.
    """
    try:
        from distributed import Client
    except ImportError as error:
        raise ExecutorError("a Dask cluster needs the package distributed: pip install 'adamproof[cluster]'") from error
    try:
        _look_at(address, patience)
        client: Any = Client(address, timeout=patience, set_as_default=False)
    except (OSError, ValueError, TypeError) as error:  # TimeoutError is an OSError
        why = " ".join(str(error).split()) or type(error).__name__
        raise ExecutorError(
            f"no Dask scheduler answers at {address or 'an empty address'} ({why:.200}): start one with "
            "`dask scheduler`, and give the address that it prints"
        ) from error
    try:
        # What Dask logs when its scheduler goes is a traceback of many lines; whoever waits for a task says it in one.
        logging.getLogger("distributed.client").setLevel(logging.CRITICAL)
        _look_at_workers(client, address, patience)
        yield Cluster(client)
    finally:
        client.close(timeout=patience)


def _look_at(address: str, patience: float) -> None:
    """Raise OSError or ValueError where a client would wait in vain, such as at the scheduler's web page.

    A client that cannot connect leaves threads that report it again; one that something else answers waits for ever.
    """
    from distributed.comm.addressing import parse_address, parse_host_port
    from distributed.comm.registry import get_backend

    scheme, place = parse_address(address)
    get_backend(scheme)  # ValueError where there is none
    if scheme != "tcp":
        return
    with socket.create_connection(parse_host_port(place), timeout=patience) as channel:
        try:
            head = channel.recv(HEAD)  # a scheduler speaks first
        except TimeoutError:
            head = b""
    if len(head) < HEAD or int.from_bytes(head, "little") >= LONGEST:
        raise OSError("something else answers there")


def _look_at_workers(client: Any, address: str, patience: float) -> None:
    """Raise ExecutorError where there is none, or one that would fail at the first task (Dask then ends it).

    The same of the scheduler, which reads tasks, too.
    """
    try:
        client.wait_for_workers(1, timeout=patience)
    except TimeoutError as error:
        raise ExecutorError(
            f"the Dask scheduler at {address} has no worker: start some with `dask worker {address} --nthreads 1`"
        ) from error
    # By a function of Python's own, which a process without adamproof can read.
    asked = pkgutil.resolve_name, "adamproof._version:__version__"
    found = {f"worker {worker}": version for worker, version in client.run(*asked, on_error="return").items()}
    try:
        found["scheduler"] = client.run_on_scheduler(*asked)
    except Exception as error:  # noqa: BLE001 - whatever it is that it cannot do
        found["scheduler"] = error
    for who, version in found.items():
        if version != __version__:
            has = f"has adamproof {version}" if isinstance(version, str) else f"cannot import adamproof ({version})"
            raise ExecutorError(f"the {who} {has}: install adamproof {__version__} there")
