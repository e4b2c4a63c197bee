"""What can go wrong in a run, each as one sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .task import State


class SimulationError(Exception):
    """A run that cannot be described, started, saved or continued; the text says what to do."""


class NotFinite(SimulationError):
    """A run stopped because a number is no longer finite.

    what: in words; step: its number, from 1; replicate and coordinate: where, from 0; saved: the checkpoint, if there
    is one; state: the state before that step.
    """

    def __init__(
        self, what: str, step: int, replicate: int, coordinate: int, saved: str | None, state: State
    ) -> None:  # fmt: skip
        kept = f"; the state before this step is saved in {saved}" if saved else ""
        place = f"in step {step}, replicate {replicate}, coordinate {coordinate}"
        super().__init__(f"{what} {place}: the run is stopped{kept}")
        self.what, self.step, self.replicate, self.coordinate = what, step, replicate, coordinate
        self.saved, self.state = saved, state

    def to_json(self) -> dict[str, Any]:
        """What and where, without the state."""
        names = ("what", "step", "replicate", "coordinate")
        return {**{name: getattr(self, name) for name in names}, "checkpoint": self.saved}
