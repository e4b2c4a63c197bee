"""Verdicts about what probes measured: the true gradient, its noise, and smoothness along the path."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .probes import along_path, noise, ratio, sharing
from .record import Run
from .statistics import Fit
from .words import NOT_RECORDED, SEEN, UNIDENTIFIED, Verdict, range_of

Array = NDArray[np.float64]


def of_probes(run: Run) -> list[Verdict]:
    """|a|_1/|a|_2, |u o a|_1/|a|_1, noise, smoothness and momentum error, where there are probes."""
    if not run.probes:
        why = "a mini-batch's gradient is mostly noise, which pulls |g|_1/|g|_2 to 0.80 sqrt(d)"
        text = f"needs probes (`audit.probe`): {why}"
        return [Verdict("the true gradient a, its noise, smoothness", NOT_RECORDED, text)]
    low, high = ratio(run)
    found = [
        _range("|a|_1/(sqrt(d) |a|_2)", low, high, "bounds from independent batches"),
        _range("|u o a|_1/|a|_1", *sharing(run), "bounds from independent batches"),
    ]
    a = np.array([_root(probe.get("a2")) for probe in run.probes])
    sigma = np.array([_root(probe.get("noise2")) for probe in run.probes])
    found.append(_range("noise sigma/|a|", sigma / a, sigma / a, "at the training's batch size"))
    error = np.array([_root(probe.get("error2")) for probe in run.probes])
    found.append(_range("momentum error |m - a|/|a|", error / a, error / a, ""))
    found.append(_fitted("noise exponent p", "sigma0^2 + sigma1^2 |a|^p", noise(run)))
    found.append(
        _fitted("smoothness exponent q", "L0 + L1 |a|^q along the path, where it is a lower estimate", along_path(run))
    )
    return found


def _range(subject: str, low: Array, high: Array, how: str) -> Verdict:
    good = np.isfinite(low) & np.isfinite(high)
    if not good.any():
        return Verdict(subject, UNIDENTIFIED, "the gradients are all noise, or there were no small batches")
    ends = float(low[good].min()), float(high[good].max())
    text = f"{range_of(*ends)} in {good.sum()} of {good.size} probes{f', {how}' if how else ''}"
    return Verdict(subject, SEEN, text, {"low": ends[0], "high": ends[1]})


def _fitted(subject: str, model: str, found: Fit | None) -> Verdict:
    if found is None:
        return Verdict(subject, UNIDENTIFIED, "no probe measured it")
    data = asdict(found)
    if not found.identified:
        return Verdict(subject, UNIDENTIFIED, found.why, data)
    text = (
        f"{found.low:.2f}..{found.high:.2f} ({model}; |a| spans a factor of {found.span:.3g}; "
        f"{found.envelope:.2g} times the fit covers all {found.count} points)"
    )
    return Verdict(subject, SEEN, text, data)


def _root(value: Any) -> float:
    """The root of a square that noise may have made negative: nan then, and where there is none."""
    return float(value) ** 0.5 if isinstance(value, int | float) and value > 0.0 else float("nan")


__all__ = ["of_probes"]
