"""Python processes that import the package which this one has imported.  Standard library only."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

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
