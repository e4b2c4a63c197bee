"""A record as scalars of TensorBoard: few, since a chart a layer is what nobody looks at.

Names are those of Composer's OptimizerMonitor where it has the number (l2_norm/moment/LAYER, with the layer "global"
for all together); the steps are the optimizer's calls.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from .errors import AuditError
from .probes import gradient, noise_size
from .record import Run
from .verdicts import magnitudes, mean_u, over_layers

Array = NDArray[np.float64]
NORMS = {"moment": "m2", "second_moment_sqrt": "v1", "grad": "g2", "param": "w2"}  # of their squares
MOST = 12  # layers that have scalars of their own
ALL = "global"
SUFFIX = ".adamproof"  # of the files that are written here


class Scalars(NamedTuple):
    """A name, and its values at calls of the optimizer."""

    name: str
    at: Array
    values: Array


def scalars(run: Run) -> list[Scalars]:
    """What is exported: of all layers together, of the MOST with the largest u beside R_t, and of the probes.

    run: what `read` gives.
    """
    ratio = magnitudes(run).ratio
    tops = np.where(np.isfinite(ratio), ratio, -np.inf).max(axis=0, initial=-np.inf)
    layers = sorted(np.argsort(-tops, kind="stable")[:MOST].tolist())
    found = [Scalars(f"l2_norm/{name}/{ALL}", run.at, np.sqrt(over_layers(run, of))) for name, of in NORMS.items()]
    found += [
        Scalars(f"adam/u_mean/{ALL}", run.at, mean_u(run)),
        Scalars(f"adam/u_over_R_t/{ALL}", run.at, _top(ratio)),
    ]
    found.append(Scalars(f"adam/lr/{ALL}", run.at, _top(run.lr)))
    for number in layers:
        name = run.layers[number].name
        found.append(Scalars(f"l2_norm/moment/{name}", run.at, np.sqrt(run.numbers["m2"][:, number])))
        found.append(Scalars(f"adam/u_over_R_t/{name}", run.at, ratio[:, number]))
    at = np.array([float(probe["at"]) for probe in run.probes])
    found += [Scalars("probe/l2_norm/grad", at, gradient(run)[0]), Scalars("probe/l2_norm/noise", at, noise_size(run))]
    return [each for each in map(_finite, found) if each.at.size]


def _top(table: Array) -> Array:
    """(records,): the largest of each row, nan where it has none."""
    return np.where(np.isfinite(table).any(axis=1), np.nanmax(np.nan_to_num(table, nan=-np.inf), axis=1), np.nan)


def _finite(found: Scalars) -> Scalars:
    kept = np.isfinite(found.values)
    return Scalars(found.name, found.at[kept], found.values[kept])


def write(run: Run, folder: Path) -> int:
    """Put a file of events into a folder, and say how many names it has.  Raises AuditError without tensorboardX.

    An earlier file of this function's is replaced: of two with the same steps TensorBoard would show a mixture.

    The record has no clock: every event has the time 0, and charts over the steps are those to look at.

    run: what `read` gives.  folder: is there.
    """
    try:
        from tensorboardX import SummaryWriter
    except ImportError as error:
        raise AuditError(
            "scalars for TensorBoard need tensorboardX, which is missing: pip install 'adamproof[tensorboard]'"
        ) from error
    found = scalars(run)
    try:
        for earlier in folder.glob(f"events.out.tfevents.*{SUFFIX}"):
            earlier.unlink()
        with SummaryWriter(str(folder), filename_suffix=SUFFIX) as writer:
            for name, step, value in _events(found):
                writer.add_scalar(name, value, step, walltime=0.0)
    except OSError as error:
        raise AuditError(f"cannot write to {folder}: {error.strerror or error}") from error
    return len(found)


def _events(found: list[Scalars]) -> Iterator[tuple[str, int, Any]]:
    for each in found:
        for step, value in zip(each.at.tolist(), each.values.tolist(), strict=True):
            yield each.name, int(step), value


__all__ = ["Scalars", "scalars", "write"]
