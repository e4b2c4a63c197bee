"""What the processes of one session of tests share: answers that are had once, whichever test asks first."""

from __future__ import annotations

import fcntl
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Session:
    """A folder that is this session's own, empty at its start."""

    folder: Path

    def once(self, name: str, make: Callable[[], str]) -> str:
        """The text of this name; the first process that asks makes it, and others wait for that."""
        path = self.folder / name
        with (self.folder / f"{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not path.exists():
                text = make()
                path.write_text(text, encoding="utf-8")
            return path.read_text(encoding="utf-8")
