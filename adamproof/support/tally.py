"""How far several pieces of work are: for the line that tells people what is being done."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

ENOUGH = 0.05  # of the work, from which the rest is estimated


class Tally:
    """Which pieces are done, which one runs longest, and about how long the rest takes.

    weights: by name, about how much work each piece is, in any unit.  Nothing depends on the estimate but what is said.
    """

    def __init__(self, weights: Mapping[str, float], clock: Callable[[], float] = time.monotonic) -> None:
        self._weights, self._clock = dict(weights), clock
        self._left = dict(weights)
        self._running: dict[str, float] = {}  # since when
        self._start = clock()

    def begin(self, name: str) -> None:
        self._running[name] = self._clock()

    def end(self, name: str) -> None:
        self._running.pop(name, None)
        self._left.pop(name, None)

    def __str__(self) -> str:
        """Such as "12 of 49 done; longest running: main-theorem, 14 s; about 40 s left"."""
        parts = [f"{len(self._weights) - len(self._left)} of {len(self._weights)} done"]
        if self._running:
            name = min(self._running, key=lambda running: self._running[running])
            parts.append(f"longest running: {name}, {duration(self._clock() - self._running[name])}")
        return "; ".join([*parts, *self._rest()])

    def _rest(self) -> list[str]:
        total = sum(self._weights.values())
        rest = sum(self._left.values()) / total if total else 0.0
        if not rest or 1 - rest < ENOUGH:
            return []
        return [f"about {duration((self._clock() - self._start) * rest / (1 - rest))} left"]


def duration(seconds: float) -> str:
    """Seconds, as people say them: "14 s", "3 min", "2 h 5 min"."""
    minutes = round(seconds / 60)
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60} min"
