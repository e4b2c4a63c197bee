"""Computes what the claims ask about exponents: `python -m adamproof.claims.compiling` writes it into compiled.json."""

from __future__ import annotations

from pathlib import Path

from ..checking.flow import Flow
from ..checking.pool import Workers
from ..support import files
from . import compiled
from .exponents import Calculated, Calculation
from .gathering import JOBS, WORKER, Gathering


def computed() -> dict[Calculation, Calculated]:
    """All answers that the rows ask for, computed now.  Raises RuntimeError where there is none."""
    with Workers(JOBS, lambda path, line: None, lambda text: None, WORKER) as workers:
        gathering = Gathering(Flow(workers, JOBS, True, lambda text: None), observed=[], compiled={})
        gathering.verdicts()
    found = gathering.store.known
    if problems := [answer.problem for answer in found.values() if answer.of is None]:
        raise RuntimeError("; ".join(problems))
    return found


if __name__ == "__main__":
    files.write(Path(__file__).with_name(compiled.FILE), compiled.written(computed()))
