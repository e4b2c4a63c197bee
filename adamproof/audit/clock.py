"""What recording costs beside the training."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Clock:
    """How long recording takes beside the training: from it follows how rare records must be."""

    def __init__(self) -> None:
        self.began = time.perf_counter()
        self.call = 0
        self.steps: float | None = None  # seconds of a step without the record
        self.above = False  # whether the record before took more than its budget

    def longer(self, record: Callable[[], None], call: int, interval: int, budget: float | None) -> int:
        """Record, and the interval from now on: the same, or twice as long after two records above the budget.

        One alone may have been interrupted.  Full records, which are dearer and rare, are not judged (budget None).
        """
        start = time.perf_counter()
        record()
        end = time.perf_counter()
        passed = call - self.call
        first = self.call == 0  # which also imports and allocates
        if not first and passed:
            self.steps = (start - self.began) / passed
        self.began, self.call = end, call
        if first or budget is None or self.steps is None:
            return interval
        again, self.above = self.above, end - start > budget * interval * self.steps
        if not (again and self.above):
            return interval
        self.above = False
        return 2 * interval

    @contextmanager
    def aside(self) -> Iterator[None]:
        """What happens meanwhile is neither the training's time nor that of recording."""
        start = time.perf_counter()
        try:
            yield
        finally:
            self.began += time.perf_counter() - start


__all__ = ["Clock"]
