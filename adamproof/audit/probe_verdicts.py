"""Verdicts about what probes measured: the true gradient, its noise, and smoothness along the path."""

from __future__ import annotations

from dataclasses import asdict

import numpy as np
from numpy.typing import NDArray

from .probes import along_path, beside, noise, ratio, sharing, unclear, unmeasured
from .record import Run
from .statistics import Fit
from .words import NOT_RECORDED, SEEN, UNIDENTIFIED, Verdict, range_of, short

Array = NDArray[np.float64]
VOID = 0.999  # of all that a ratio can be


def of_probes(run: Run) -> list[Verdict]:
    """|a|_1/|a|_2, |u o a|_1/|a|_1, noise, smoothness and momentum error, where there are probes."""
    if not run.probes:
        text = (
            "a stored state is one moment, and has no gradients"
            if run.header.get("state")
            else "needs probes (`audit.probe`): a mini-batch's gradient is mostly noise, which pulls |g|_1/|g|_2 "
            "towards sqrt(2/pi) sqrt(d) = 0.80 sqrt(d), its value for Gaussian noise"
        )
        return [Verdict("the true gradient a, its noise, smoothness", NOT_RECORDED, text)]
    low, high = ratio(run)
    found = [
        _range("|a|_1/(sqrt(d) |a|_2)", low, high, 1.0),
        _range("|u o a|_1/|a|_1", *sharing(run), np.inf),
        _beside("noise sigma/|a|", *beside(run, "noise2"), ", at the training's batch size"),
        _beside("momentum error |m - a|/|a|", *beside(run, "error2"), ""),
    ]
    lower = "L0 + L1 |a|^q along the path, where it is a lower estimate"
    for subject, model, fit, why in (
        ("noise exponent p", "sigma0^2 + sigma1^2 |a|^p", noise(run), ""),
        ("smoothness exponent q", lower, along_path(run), unmeasured(run)),
    ):
        found.append(_fitted(subject, model, fit, run, why))
    return found


def _range(subject: str, low: Array, high: Array, most: float) -> Verdict:
    """A ratio between 0 and `most`, from bounds."""
    good = np.isfinite(low) & np.isfinite(high)
    told = good & (high - low < VOID * most)
    if not told.any():
        why = "the range is 0 to 1, and no value outside it is possible" if good.any() else "there are no bounds"
        return Verdict(subject, UNIDENTIFIED, f"{why}: the batches are too noisy")
    ends = float(low[told].min()), float(high[told].max())
    text = f"{range_of(*ends)} in {told.sum()} of {good.size} probes, bounds from independent batches"
    return Verdict(subject, SEEN, text, {"low": ends[0], "high": ends[1]})


def _beside(subject: str, values: Array, least: Array, how: str) -> Verdict:
    """A ratio to |a|, and its lower bounds from the probes in which |a| is not resolved."""
    good, open_above = np.isfinite(values), np.isfinite(least)
    if not (good.any() or open_above.any()):
        return Verdict(subject, UNIDENTIFIED, "the gradients are all noise, or there were no small batches")
    parts, data = [], {}
    if good.any():
        data = {"low": float(values[good].min()), "high": float(values[good].max())}
        parts.append(f"{range_of(data['low'], data['high'])} in {good.sum()} of {good.size} probes{how}")
    if open_above.any():
        part = f"at least {short(float(least[open_above].min()))} in {open_above.sum()} of {good.size} probes"
        parts.append(f"{part}, whose |a|^2 is not above its own error")
    return Verdict(subject, SEEN if good.any() else UNIDENTIFIED, "; ".join(parts), data)


def _fitted(subject: str, model: str, found: Fit | None, run: Run, why: str) -> Verdict:
    """An exponent.  why: nothing measured what it is fitted to, or ""."""
    more = unclear(run)
    if found is None:
        why = why or "no probe measured it"
        return Verdict(subject, UNIDENTIFIED, f"{why}{more}")
    data = asdict(found)
    if not found.identified:
        return Verdict(subject, UNIDENTIFIED, found.why + more, data)
    text = (
        f"{found.low:.2f}..{found.high:.2f} ({model}; |a| spans a factor of {found.span:.3g}; "
        f"{found.envelope:.2g} times the fit covers all {found.count} points)"
    )
    return Verdict(subject, SEEN, text, data)


__all__ = ["of_probes"]
