"""What can go wrong in a sweep, each as one sentence."""

from __future__ import annotations


class SweepError(Exception):
    """A sweep that cannot be read, started, saved or continued; the text says what to do."""
