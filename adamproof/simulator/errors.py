"""What can go wrong in a run, each as one sentence."""

from __future__ import annotations


class SimulationError(Exception):
    """A run that cannot be described, started, saved or continued; the text says what to do."""
