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
    "architectures-conditions": "architectures.conditions",
    "architectures-lr": "architectures.learning_rates",
    "architectures-betas": "architectures.betas",
}
# Seconds on two idle cores, by name: only what is said to be left depends on them.
SECONDS = {
    "conditions": 20,
    "lr-dimension": 15,
    "beta-boundary": 10,
    "momentum": 20,
    "rate": 20,
    "architectures-conditions": 15,
    "architectures-lr": 10,
    "architectures-betas": 10,
}
ALL = "all"


def chosen(name: str) -> list[str]:
    """The experiments of a name: one, those of a group ("architectures"), or all; none for another name."""
    if name in groups():
        return [one for one in EXPERIMENTS if name == ALL or one.startswith(f"{name}-")]
    return [name] if name in EXPERIMENTS else []


def groups() -> list[str]:
    """The names that stand for several experiments."""
    first = [name.partition("-")[0] for name in EXPERIMENTS]
    return [*dict.fromkeys(name for name in first if first.count(name) > 1), ALL]


def module(experiment: str) -> Any:
    """The module of an experiment.  Raises RecordError."""
    if experiment not in EXPERIMENTS:
        raise RecordError(f"there is no experiment {experiment!r}; choose from {', '.join(EXPERIMENTS)}")
    return import_module(f".{EXPERIMENTS[experiment]}", __package__)
