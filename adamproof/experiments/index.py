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
}


def module(experiment: str) -> Any:
    """The module of an experiment.  Raises RecordError."""
    if experiment not in EXPERIMENTS:
        raise RecordError(f"there is no experiment {experiment!r}; choose from {', '.join(EXPERIMENTS)}")
    return import_module(f".{EXPERIMENTS[experiment]}", __package__)
