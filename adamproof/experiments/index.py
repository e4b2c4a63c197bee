"""Which experiments there are.  Nothing is imported before one is asked for."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from ..support.records import RecordError

EXPERIMENTS = {  # by name, the module in this room
    "conditions": "conditions",
    "lr-dimension": "lr_dimension",
    "beta-boundary": "beta_boundary",
    "momentum": "momentum",
    "rate": "rate",
    "architectures": "architectures",
}
# Seconds on two idle cores, by name: only what is said to be left depends on them.
SECONDS = {"conditions": 20, "lr-dimension": 15, "beta-boundary": 10, "momentum": 20, "rate": 20, "architectures": 35}


def module(experiment: str) -> Any:
    """The module of an experiment.  Raises RecordError."""
    if experiment not in EXPERIMENTS:
        raise RecordError(f"there is no experiment {experiment!r}; choose from {', '.join(EXPERIMENTS)}")
    return import_module(f".{EXPERIMENTS[experiment]}", __package__)
