"""What can go wrong with an executor, each as one sentence."""

from __future__ import annotations


class ExecutorError(Exception):
    """An executor that cannot be had, or that cannot go on; the text says what to do."""


class ProcessDied(ExecutorError):
    """A task whose process ended under it, each time that it was tried."""


class OtherCode(ExecutorError):
    """A process of the executor has another adamproof than the one that asks."""
