"""The executor of a command: processes of this machine, or a Dask cluster."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager

from .errors import CliError


@contextmanager
def opened(jobs: int, scheduler: str | None) -> Iterator[Executor]:
    """As `executors.choosing` has it.  Raises CliError where there is no such cluster."""
    from ..executors import choosing
    from ..executors.errors import ExecutorError

    try:
        with choosing.opened(jobs, scheduler) as executor:
            yield executor
    except ExecutorError as error:
        raise CliError(str(error)) from error
