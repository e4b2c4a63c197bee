"""A Dask cluster as an executor, by the address of its scheduler.  Needs the extra "cluster"."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from typing import Any

from .errors import ExecutorError

PATIENCE = 10.0  # seconds for the scheduler to answer, and then for a worker to be there


@contextmanager
def connected(address: str, patience: float = PATIENCE) -> Iterator[Executor]:
    """The executor of the cluster whose scheduler has this address, such as tcp://10.0.0.1:8786.

    patience: seconds.  Raises ExecutorError where `distributed` is missing, no scheduler answers, or it has no worker.
    """
    try:
        from distributed import Client
    except ImportError as error:
        raise ExecutorError("a Dask cluster needs the package distributed: pip install 'adamproof[cluster]'") from error
    try:
        client: Any = Client(address, timeout=patience, set_as_default=False)
    except (OSError, ValueError, TypeError) as error:  # TimeoutError is an OSError
        why = " ".join(str(error).split()) or type(error).__name__
        raise ExecutorError(
            f"no Dask scheduler answers at {address} ({why:.200}): start one with `dask scheduler`, and give the "
            "address that it prints"
        ) from error
    try:
        try:
            client.wait_for_workers(1, timeout=patience)
        except TimeoutError as error:
            raise ExecutorError(
                f"the Dask scheduler at {address} has no worker: start some with `dask worker {address} --nthreads 1`"
            ) from error
        # Each task has a key of its own: a result of an earlier command is never taken for this one's.
        yield client.get_executor(pure=False)
    finally:
        client.close(timeout=patience)
