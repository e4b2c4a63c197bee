"""Many records: each is read and judged by itself, wherever an executor does that."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Executor
from functools import partial

from .record import Run
from .states import read_either
from .verdicts import Verdict, judge

Betas = tuple[float | None, float | None, float | None]  # beta1, beta2 and epsilon of a state


def looked_at(betas: Betas, judging: bool, path: str) -> tuple[Run, list[Verdict]]:
    """What is in a file, and the verdicts on it, if there are to be any.  Raises AuditError."""
    run = read_either(path, *betas)
    return run, judge(run) if judging else []


def each(
    paths: Sequence[str], betas: Betas, executor: Executor, judging: bool = True
) -> Iterator[tuple[Run, list[Verdict]]]:
    """The same of several files, in their order.  Raises AuditError for the first that cannot be read."""
    return executor.map(partial(looked_at, betas, judging), paths)
