"""The executor that a command gets."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager

from .processes import Here, Processes


@contextmanager
def opened(jobs: int, scheduler: str | None = None) -> Iterator[Executor]:
    """So many processes of this machine (this one alone for 1), or the Dask cluster with this address.

    Raises ExecutorError where there is no such cluster.
    """
    if scheduler is not None:
        from .dask_cluster import connected

        with connected(scheduler) as executor:
            yield executor
    elif jobs == 1:
        with Here() as executor:
            yield executor
    else:
        with Processes(jobs) as executor:
            yield executor
