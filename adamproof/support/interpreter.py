"""Python processes that import the package which this one has imported.  Standard library only."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from subprocess import Popen
from typing import Any

ROOT = Path(__file__).resolve().parents[2]  # the folder that holds the package


def environment(**defaults: str) -> dict[str, str]:
    """The environment of such a process.  defaults: for variables that are not set."""
    places = os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
    found: Mapping[str, str] = {**defaults, **os.environ, "PYTHONPATH": places}
    return dict(found)


def command(module: str, *words: str) -> list[str]:
    """What runs a module of the package.

    -P keeps the current folder off the import path: a folder named adamproof there must not be taken for ours.
    """
    return [sys.executable, *["-O"] * sys.flags.optimize, "-P", "-m", module, *words]


def killed(process: Popen[Any]) -> None:
    """Kill a process that leads a group of its own, and whatever it has started.  It is still to be waited for."""
    with suppress(OSError):  # nothing of it is left
        os.killpg(process.pid, signal.SIGKILL)


def fate(code: int) -> str:
    """In words, how a process ended that has this return code."""
    return f"signal {-code}" if code < 0 else f"exit status {code}"
