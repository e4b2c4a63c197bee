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
        return _left(self._clock() - self._start, sum(self._left.values()) / total if total else 0.0)


class Count:
    """The same for parts that are too many to have names: "120 of 1,000 runs done; about 3 min left".

    parts: how many.  work: about how much all of them are, in any unit.  what: what they are called.
    """

    def __init__(self, parts: int, work: float, what: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._parts, self._work, self._what, self._clock = parts, work, what, clock
        self._done, self._left, self._start = 0, work, clock()

    def add(self, work: float) -> None:
        """One more part is done."""
        self._done += 1
        self._left -= work

    def __str__(self) -> str:
        return "; ".join([f"{self._done:,} of {self._parts:,} {self._what} done", *self._rest()])

    def _rest(self) -> list[str]:
        rest = self._left / self._work if self._work and self._done < self._parts else 0.0
        return _left(self._clock() - self._start, rest)


def _left(seconds: float, rest: float) -> list[str]:
    """About how long the rest of the work takes, where enough is done to say that."""
    if rest <= 0.0 or 1 - rest < ENOUGH:
        return []
    return [f"about {duration(seconds * rest / (1 - rest))} left"]


def duration(seconds: float) -> str:
    """Seconds, as people say them: "14 s", "3 min", "2 h 5 min"."""
    minutes = round(seconds / 60)
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60} min"
