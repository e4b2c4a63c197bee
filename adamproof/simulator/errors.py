"""What can go wrong in a run, each as one sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .task import State


class SimulationError(Exception):
    """A run that cannot be described, started, saved or continued; the text says what to do."""


class NotFinite(SimulationError):
    """A run stopped because a number is no longer finite.

    step: its number, from 1; replicate and coordinate: where, from 0; saved: the checkpoint, if there is one; state:
    the state before that step.
    """

    def __init__(
        self, what: str, step: int, replicate: int, coordinate: int, saved: str | None, state: State
    ) -> None:  # fmt: skip
        kept = f"; the state before this step is saved in {saved}" if saved else ""
        place = f"in step {step}, replicate {replicate}, coordinate {coordinate}"
        super().__init__(f"{what} {place}: the run is stopped{kept}")
        self.step, self.replicate, self.coordinate, self.saved, self.state = step, replicate, coordinate, saved, state
