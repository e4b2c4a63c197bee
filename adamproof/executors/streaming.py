"""Results of many tasks as they come, in whatever order; no more tasks are submitted than a few ahead."""

from __future__ import annotations

import queue
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import CancelledError, Executor, Future
from typing import Any, TypeVar

from .errors import ExecutorError

T = TypeVar("T")
R = TypeVar("R")
AHEAD = 1024  # tasks that wait or run: enough for hundreds of workers, and little memory for any number of tasks
PATIENCE = 0.5  # seconds without a result after which `meanwhile` is called


def completed(
    executor: Executor,
    function: Callable[[T], R],
    tasks: Iterable[T],
    ahead: int | None = None,
    meanwhile: Callable[[], None] = lambda: None,
) -> Generator[tuple[T, Future[R]], None, None]:
    """Each task with its future, which is done, in the order in which they end.

    function: is called with each task; where the executor has other processes, they must be able to import it.
    ahead: tasks submitted at a time.  meanwhile: is called now and then, while there is nothing to give.
    Tasks that have not begun are cancelled when the iterator is closed.
    """
    most = ahead if ahead is not None else int(getattr(executor, "ahead", AHEAD))
    ended: queue.SimpleQueue[Future[Any]] = queue.SimpleQueue()
    under_way: dict[Future[Any], T] = {}

    def begin(task: T) -> None:
        future = executor.submit(function, task)
        under_way[future] = task
        future.add_done_callback(ended.put)

    def taken() -> tuple[T, Future[R]]:
        while True:
            try:
                future = ended.get(timeout=PATIENCE)
            except queue.Empty:
                meanwhile()
            else:
                return under_way.pop(future), future

    try:
        for task in tasks:
            begin(task)
            if len(under_way) >= most:
                yield taken()
        while under_way:
            yield taken()
    finally:
        for future in under_way:
            future.cancel()


def result_of(future: Future[R]) -> R:
    """The result of a future that is done.  Raises what the task raised, and ExecutorError where it was given up."""
    try:
        return future.result()
    except CancelledError as error:
        raise ExecutorError("the executor has given up a task: is its scheduler still there?") from error
