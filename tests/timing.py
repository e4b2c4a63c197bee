"""How long tests take: the longest begin first where several processes share them, and a person sees what is left.

Only the order and what is shown depend on the stored times (seconds on an idle machine, of tests that take more than
one).  ``pytest --write-durations`` stores them anew; tests that were not run keep theirs.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

STORED = Path(__file__).with_name("durations.json")
LONG = 5.0  # seconds: shorter tests stay beside those of their file, with which they share fixtures
SHORT = 0.1  # seconds, of a test whose time is not stored
SHARE, PAUSE = 0.05, 20.0  # of the work, and seconds, between two lines


def durations() -> dict[str, float]:
    """Seconds by test."""
    found: dict[str, float] = json.loads(STORED.read_text(encoding="utf-8"))
    return found


def longest_first(names: Iterable[str]) -> list[int]:
    """The places of the tests in the order in which they should begin."""
    stored, names = durations(), list(names)
    seconds = [stored.get(name, 0.0) for name in names]
    return sorted(range(len(names)), key=lambda place: -seconds[place] if seconds[place] >= LONG else 0.0)


class Progress:
    """A plugin of the process that reports: how much of the work is done and about how long the rest takes."""

    def __init__(self, config: pytest.Config, clock: Callable[[], float] = time.monotonic) -> None:
        self.config, self.clock = config, clock
        self.stored = durations()
        self.left: dict[str, float] = {}
        self.total, self.count, self.said, self.start = 0.0, 0, 0.0, clock()
        self.last = self.start
        self.took: dict[str, float] = {}

    def begin(self, names: Iterable[str]) -> None:
        self.left = {name: self.stored.get(name, SHORT) for name in names}
        self.total, self.count = sum(self.left.values()), len(self.left)
        self.start = self.last = self.clock()

    def done(self, name: str) -> str:
        """After this test: what to say, or nothing."""
        self.left.pop(name, None)
        rest = sum(self.left.values()) / self.total if self.total else 0.0
        now = self.clock()
        if not self.left or 1 - rest < self.said + SHARE or now < self.last + PAUSE:
            return ""
        self.said, self.last = 1 - rest, now
        minutes = (now - self.start) * rest / (1 - rest) / 60
        left = f"about {minutes:.0f} min left" if minutes >= 1 else "less than a minute left"
        return f"{1 - rest:.0%} of the work, {self.count - len(self.left)} of {self.count} tests, {left}"

    # What pytest, and pytest-xdist, call.

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        if session.items:
            self.begin(item.nodeid for item in session.items)

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, node: Any, ids: list[str]) -> None:
        if not self.left:
            self.begin(ids)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.took[report.nodeid] = self.took.get(report.nodeid, 0.0) + report.duration
        if report.when != "teardown":
            return
        text = self.done(report.nodeid)
        terminal = self.config.pluginmanager.get_plugin("terminalreporter")
        if text and terminal is not None and terminal.isatty:
            terminal.ensure_newline()
            terminal.write_line(text)

    def pytest_sessionfinish(self) -> None:
        if self.config.getoption("--write-durations"):
            kept = {**self.stored, **self.took}
            lines = {name: round(seconds, 1) for name, seconds in sorted(kept.items()) if seconds >= 1}
            STORED.write_text(json.dumps(lines, indent=0) + "\n", encoding="utf-8")
