"""The numbers of a record as a table, a row for each record and layer: for spreadsheets and other programs."""

from __future__ import annotations

import numpy as np

from ..support.figures import data_text
from .record import Run
from .reduction import NUMBERS
from .verdicts import magnitudes


def text(run: Run, path: str) -> str:
    """CSV or JSON, by the name of the file."""
    ratio = magnitudes(run).ratio
    rows = [
        {
            "call": int(run.at[record]),
            "layer": run.layers[number].name,
            "n": run.layers[number].n,
            "t": float(run.t[record, number]),
            "u/R_t": float(ratio[record, number]),
            **{name: float(run.numbers[name][record, number]) for name in NUMBERS},
        }
        for record in range(len(run.at))
        for number in np.flatnonzero(run.known[record])
    ]
    empty = {"call": None, "layer": None, "n": None, "t": None, "u/R_t": None, **dict.fromkeys(NUMBERS)}
    return data_text(path, rows or [empty], run.path)


__all__ = ["text"]
