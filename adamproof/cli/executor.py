"""The executor of a command: processes of this machine, or a Dask cluster."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager

from .errors import CliError


@contextmanager
def opened(jobs: int, scheduler: str | None) -> Iterator[Executor]:
    """So many local processes, or the Dask cluster of this scheduler.  Raises CliError if no cluster answers."""
    from ..executors import choosing
    from ..executors.errors import ExecutorError

    try:
        with choosing.opened(jobs, scheduler) as executor:
            yield executor
    except ExecutorError as error:
        raise CliError(str(error)) from error


@contextmanager
def relayed(scheduler: str | None) -> Iterator[Executor | None]:
    """For verdicts: a Dask cluster behind a process of its own; None where there is none.  Raises CliError."""
    if scheduler is None:
        yield None
        return
    from ..checking.relay import Relay
    from ..executors.errors import ExecutorError

    try:
        relay = Relay(scheduler)
    except ExecutorError as error:
        raise CliError(str(error)) from error
    with relay:
        yield relay
