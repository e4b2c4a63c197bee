"""What the processes of one session of tests share: answers that are had once, whichever test asks first."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
EXPERIMENTS = ("experiment", "all", "--save", "experiments")


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

    def experiments(self) -> str:
        """What the command for all experiments prints; their records are in `experiments`, below the folder."""

        def make() -> str:
            command = [sys.executable, "-m", "adamproof", *EXPERIMENTS]
            environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}
            return subprocess.run(
                command, cwd=self.folder, env=environment, capture_output=True, text=True, check=True, encoding="utf-8"
            ).stdout

        return self.once("experiments.txt", make)
