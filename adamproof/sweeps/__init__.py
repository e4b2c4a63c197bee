"""Sweeps: many runs of the simulator over a grid, by any executor, into one table.

setting (one run, as options describe it), grid (a TOML file as settings), cell (one run and its row), journal (rows on
disk as they come), table (the rows in order, as CSV and Parquet), picture, running (all of it).
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .errors import SweepError
    from .running import Result, sweep

_LATER = {"Result": "running", "SweepError": "errors", "sweep": "running"}

if not TYPE_CHECKING:  # which would take any name for one of these

    def __getattr__(name: str) -> Any:
        if name not in _LATER:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from importlib import import_module

        return getattr(import_module(f".{_LATER[name]}", __name__), name)


__all__ = ["Result", "SweepError", "sweep"]
