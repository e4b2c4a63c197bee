"""The probes of a record as arrays, one entry a probe; nan where noise or a missing batch leaves nothing."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .record import Run
from .statistics import Fit, fit

Array = NDArray[np.float64]


def column(run: Run, name: str) -> Array:
    """One number of all probes."""
    values = [probe.get(name) for probe in run.probes]
    return np.array([float(value) if isinstance(value, int | float) else np.nan for value in values])


def root(values: Array) -> Array:
    """Square roots of squares that noise may have made negative: nan then."""
    return np.sqrt(np.where(values > 0.0, values, np.nan))


def gradient(run: Run) -> tuple[Array, Array, Array]:
    """|a|_2, and the ends of its interval of 95 % (the estimate itself where there is none)."""
    square, half = column(run, "a2"), np.nan_to_num(column(run, "a2_half"))
    return root(square), np.sqrt(np.maximum(square - half, 0.0)), root(square + half)


def resolved(run: Run) -> NDArray[np.bool_]:
    """Where |a|_2^2 is above its own error.  With those that chance makes positive, sigma/|a| would look too small."""
    return column(run, "a2") > np.nan_to_num(column(run, "a2_half"))


def clear(run: Run) -> Array:
    """|a|_2 where it is resolved, nan elsewhere."""
    return np.where(resolved(run), gradient(run)[0], np.nan)


def beside(run: Run, name: str) -> tuple[Array, Array]:
    """The root of a mean square over |a|_2 where that is resolved, and a lower bound of it elsewhere."""
    size, high = root(column(run, name)), gradient(run)[2]
    with np.errstate(divide="ignore", invalid="ignore"):
        return size / clear(run), np.where(resolved(run), np.nan, size / high)


def ratio(run: Run) -> tuple[Array, Array]:
    """Bounds for |a|_1/(sqrt(d)*|a|_2).  It is at most 1."""
    _, low, high = gradient(run)
    scale = np.sqrt(column(run, "d"))
    with np.errstate(divide="ignore", invalid="ignore"):
        above = np.where(low > 0.0, column(run, "l1_high") / (scale * low), 1.0)
        below = np.maximum(column(run, "l1_low"), 0.0) / (scale * high)
    return below, np.where(np.isfinite(below), np.minimum(above, 1.0), np.nan)


def sharing(run: Run) -> tuple[Array, Array]:
    """Bounds for |u o a|_1/|a|_1."""
    low, high = column(run, "l1_low"), column(run, "l1_high")
    with np.errstate(divide="ignore", invalid="ignore"):
        below = np.maximum(column(run, "ua_low"), 0.0) / high
        above = np.where(low > 0.0, column(run, "ua_high") / low, np.nan)
    return below, above


def noise_size(run: Run) -> Array:
    """sqrt(E|xi|^2) of a batch of the training's size."""
    return root(column(run, "noise2"))


def noise(run: Run) -> Fit | None:
    """E|xi|^2 = sigma0^2 + sigma1^2*|a|^p."""
    return fit(clear(run), column(run, "noise2"), 2.0)


def smoothness(run: Run) -> Array:
    """The change of the gradient over the length of the step, at each probe."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return root(column(run, "change2")) / root(column(run, "step2"))


def unmeasured(run: Run) -> str:
    """Why no probe measured the change of the gradient along a step; "" if one did."""
    if np.isfinite(smoothness(run)).any():
        return ""
    if not (run.lr > 0.0).any():
        return "no learning rate was given (lr=), and a probe needs it to go back along the last step"
    return "no probe measured it"


def unclear(run: Run) -> str:
    """How many probes do not resolve |a|, as the end of a sentence; "" for none."""
    count = int((~resolved(run)).sum())
    return f"; {count} of {len(run.probes)} probes have an |a|^2 not above its own error" if count else ""


def along_path(run: Run) -> Fit | None:
    """L = L0 + L1*|a|^q."""
    return fit(clear(run), smoothness(run), 1.0)


__all__ = [
    "along_path",
    "beside",
    "clear",
    "column",
    "gradient",
    "noise",
    "noise_size",
    "ratio",
    "resolved",
    "root",
    "sharing",
    "smoothness",
    "unclear",
    "unmeasured",
]
