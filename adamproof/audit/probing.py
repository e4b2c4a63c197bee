"""A probe: the true gradient, its noise and its change along a step, measured on batches at one point of a training.

A large batch is still noisy, so that a square of its gradient is not one of the true gradient's: every square here is
a mean of products of independent batches, and what has no such form (|a|_1) is enclosed between an estimate that noise
pulls up and one that it pulls down.  Means of independent samples come with Student's interval of 95 %.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np

from . import arrays
from .errors import AuditError
from .reduction import Layer, magnitudes

LEAST = 2  # batches of a kind, for a product of two


class Source(Protocol):
    """What gives gradients of the model at its present weights, or at others."""

    def layers(self) -> Sequence[Layer]:
        """All layers, with moments and weights."""

    def protected(self) -> AbstractContextManager[None]:
        """After it everything that a loss may change is as it was."""

    def random_state(self) -> Any: ...

    def set_random_state(self, state: Any) -> None: ...

    def gradient(self, loss: Callable[..., Any], batch: Any, ahead: Mapping[str, Any] | None) -> tuple[float, Grads]:
        """The loss of a batch, and flat gradients by layer, in memory of their own.

        ahead: what to add to the weights meanwhile, by layer; None for nothing.
        """


Grads = dict[str, Any]


@dataclass
class _Large:
    """Sums over large batches."""

    total: Grads = field(default_factory=dict)
    halves: tuple[Grads, Grads] = field(default_factory=lambda: ({}, {}))
    kept: list[tuple[Any, Any, Grads]] = field(default_factory=list)  # the first two: batch, random state, gradient
    squares: dict[str, list[Any]] = field(default_factory=dict)
    losses: list[float] = field(default_factory=list)
    products: list[float] = field(default_factory=list)  # of gradients in pairs, each an unbiased |a|^2
    waiting: Grads | None = None

    def add(self, batch: Any, state: Any, loss: float, gradient: Grads) -> None:
        half = self.halves[len(self.losses) % 2]
        self.losses.append(loss)
        if len(self.kept) < LEAST:
            self.kept.append((batch, state, gradient))
        for name, g in gradient.items():
            for sums in (self.total, half):
                sums[name] = sums[name] + g if name in sums else g
            self.squares.setdefault(name, []).append((g * g).sum())
        if self.waiting is None:
            self.waiting = gradient
        else:
            self.products.append(_inner(self.waiting, gradient))
            self.waiting = None


def _inner(one: Grads, other: Grads) -> float:
    library = arrays.library(next(iter(one.values())))
    return float(library.collect([(g * other[name]).sum() for name, g in one.items() if name in other]).sum())


def measured(
    source: Source, loss: Callable[..., Any], large: Iterable[Any], small: Iterable[Any], seconds: float
) -> dict[str, Any]:
    """The numbers of one probe, as a record has them.  Raises AuditError where batches do not suffice."""
    until = time.monotonic() + seconds
    with source.protected(), np.errstate(all="ignore"):
        layers = [layer for layer in source.layers() if layer.moments is not None and layer.moments.weights is not None]
        if not layers:
            raise AuditError("there are no moments yet: probe after the first step")
        sums = _Large()
        for batch in large:
            if len(sums.losses) >= LEAST and time.monotonic() > until:
                break
            state = source.random_state() if len(sums.kept) < LEAST else None  # only what is kept is run again
            sums.add(batch, state, *source.gradient(loss, batch, None))
        if len(sums.losses) < LEAST:
            raise AuditError("a probe needs at least two large batches: a product of two independent gradients")
        names = [layer for layer in layers if layer.name in sums.total]
        found = _of_gradient(names, sums)
        found |= _along_step(source, loss, names, sums)
        found |= _noise(source, loss, small, until)
    return found


def _of_gradient(layers: Sequence[Layer], sums: _Large) -> dict[str, Any]:
    """|a|_2^2, bounds for |a|_1 and |u o a|_1, and |m - a|_2^2."""
    library, count = arrays.library(next(iter(sums.total.values()))), len(sums.losses)
    numbers: list[Any] = []
    for layer in layers:
        moments = layer.moments
        if moments is None:
            continue
        total, (odd, even) = sums.total[layer.name], (half[layer.name] for half in sums.halves)
        m = library.flat(moments.m)
        u, _ = magnitudes(library, m, library.flat(moments.v), moments)
        more, less = count - count // 2, count // 2
        low = (even * library.sign(odd) / less + odd * library.sign(even) / more) * 0.5
        m = m * moments.sign  # the gradient's own sign
        numbers += [(total * total).sum(), sum(sums.squares[layer.name]), abs(total).sum(), low.sum()]
        numbers += [(u * abs(total)).sum(), (u * low).sum(), (m * total).sum(), (m * m).sum()]
    table = library.collect(numbers).reshape(len(layers), 8)
    square, squares, l1, low, ua, ua_low, with_m, m2 = table.T
    a2 = (square - squares) / (count * (count - 1))
    error2 = m2 - 2.0 * with_m / count + a2
    return {
        "t": min(layer.moments.t for layer in layers if layer.moments),
        "d": int(sum(arrays.size(layer.moments.m) for layer in layers if layer.moments)),
        "large": count,
        "loss": float(np.mean(sums.losses)),
        "loss_half": _half(sums.losses),
        "a2": float(a2.sum()),
        "a2_half": _half(sums.products),
        "l1_low": float(low.sum()),
        "l1_high": float(l1.sum() / count),
        "ua_low": float(ua_low.sum()),
        "ua_high": float(ua.sum() / count),
        "error2": float(error2.sum()),
        "by_layer": {
            "name": [layer.name for layer in layers],
            "n": [arrays.size(layer.moments.m) for layer in layers if layer.moments],
            "a2": a2.tolist(),
            "l1_low": low.tolist(),
            "l1_high": (l1 / count).tolist(),
        },
    }


def _along_step(source: Source, loss: Callable[..., Any], layers: Sequence[Layer], sums: _Large) -> dict[str, Any]:
    """How the gradient changes over the last step, gone back: the product of two batches' changes is unbiased."""
    library = arrays.library(next(iter(sums.total.values())))
    ahead: Grads = {}
    for layer in layers:
        moments = layer.moments
        if moments is None or not moments.lr:
            continue
        m = library.flat(moments.m)
        u, _ = magnitudes(library, m, library.flat(moments.v), moments)
        ahead[layer.name] = u * library.sign(m) * moments.lr
    if not ahead:
        return {"step2": None, "change2": None}
    changes = []
    for batch, state, before in sums.kept:
        source.set_random_state(state)  # the same masks of dropout
        _, after = source.gradient(loss, batch, ahead)
        changes.append({name: after[name] - before[name] for name in before if name in after})
    values = [(step * step).sum() for step in ahead.values()]
    products = [(changes[0][name] * changes[1][name]).sum() for name in changes[0]]
    host = library.collect([*values, *products])
    return {"step2": float(host[: len(values)].sum()), "change2": float(host[len(values) :].sum())}


def _noise(source: Source, loss: Callable[..., Any], small: Iterable[Any], until: float) -> dict[str, Any]:
    """E|xi|_2^2 of batches of the training's size: half the squared difference of two of them, over pairs."""
    found: list[float] = []
    before: Grads | None = None
    for batch in small:
        if found and time.monotonic() > until:
            break
        _, gradient = source.gradient(loss, batch, None)
        if before is None:
            before = gradient
            continue
        gaps = {name: gradient[name] - before[name] for name in gradient if name in before}
        found.append(0.5 * _inner(gaps, gaps))
        before = None
    if not found:
        return {"small": 0, "noise2": None, "noise2_half": None}
    return {"small": LEAST * len(found), "noise2": float(np.mean(found)), "noise2_half": _half(found)}


def _half(samples: Sequence[float]) -> float | None:
    from ..simulator.statistics import estimate

    return estimate(np.asarray(samples, dtype=np.float64)).half_width


__all__ = ["Grads", "Source", "measured"]
