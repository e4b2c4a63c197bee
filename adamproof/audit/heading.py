"""Which training a record is of, in a line: the beginning of what the command prints and of the page."""

from __future__ import annotations

import numpy as np

from .record import Run


def about(run: Run) -> str:
    """Optimizer, settings, size and length.

    run: what `read` gives.
    """
    group = run.groups[0]
    known = run.t[run.known]
    until = f" up to t = {known.max():.0f}" if known.size else ""
    settings = ", ".join(f"{name} = {group[name]:g}" for name in ("beta1", "beta2", "epsilon"))
    more = f" and {counted(len(run.groups) - 1, 'more group')}" if len(run.groups) > 1 else ""
    return (
        f"{run.header.get('optimizer', 'Adam')}, {settings}{_rate(run)}{more}; {_size(run)}, "
        f"{counted(len(run.at), 'record')}{until}, {counted(len(run.probes), 'probe')}{_clipping(run)}"
    )


def counted(number: int, name: str) -> str:
    """A number of things.

    number: of them.  name: of one.
    """
    return f"{number} {name}{'' if number == 1 else 's'}"


def _rate(run: Run) -> str:
    """The learning rates of the records; 0 in all of them means that nobody has said."""
    rates = run.lr[np.isfinite(run.lr)]
    if not rates.size:
        rates = np.array([run.groups[0]["lr"]])
    low, high = float(rates.min()), float(rates.max())
    return "" if not high else f", lr = {low:g}" if low == high else f", lr = {low:.3g} to {high:.3g}"


def _size(run: Run) -> str:
    """d counts every coordinate, those of layers that never had a step as well."""
    used = sum(layer.n for layer, known in zip(run.layers, run.known.T, strict=True) if known.any())
    part = f" ({used} of them had steps)" if used < run.d else ""
    return f"d = {run.d}{part}, {counted(len(run.layers), 'layer')}"


def _clipping(run: Run) -> str:
    norm = run.header.get("clipping")
    return "" if norm is None else f"; clipping to {norm:g} (stated)" if norm else "; no clipping (stated)"


__all__ = ["about", "counted"]
