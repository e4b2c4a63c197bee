"""Watching an Adam of one's own, in NumPy, CuPy or JAX: its moments are handed over after each step."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from . import arrays
from .errors import AuditError
from .probing import Grads
from .recorder import Recorder, Settings
from .reduction import Layer, Moments

NAMES = ("m", "v", "g", "w", "t")
SETTINGS = ("lr", "beta1", "beta2", "epsilon", "weight_decay")


class ArrayRecorder(Recorder):
    """A recording of moments that are handed over; `watch_arrays` makes one.

    optimizer, settings, path: as for Recorder.  group: the settings of the only group.
    """

    def __init__(
        self, optimizer: Mapping[str, Any], settings: Settings, path: str | Path | None, group: Mapping[str, Any]
    ) -> None:
        self.stated = set(SETTINGS)  # what was only told at the beginning, and is not seen in the training
        super().__init__({**optimizer, "stated": self.stated}, settings, path)
        self.group = dict(group)
        self.last: Callable[[], Sequence[Layer]] = list
        self.source = ArraySource(self)

    def record(self, t: int, layers: Mapping[str, Mapping[str, Any]], lr: float | None = None) -> None:
        """Call it after each step; one that is due is recorded.  Never raises.

        t: the step, from 1 on.  layers: by name, the arrays m and v (not corrected), and g (the gradient) and w (the
        weights, after the step) where they are wanted; an entry t of a layer goes before the common one.
        lr: the learning rate of this step, where it changes.
        """
        if lr is not None:
            self.group["lr"] = float(lr)
            self.stated.discard("lr")
        self.last = partial(_layers, t, layers, dict(self.group))
        self.step(self.last, lambda: [dict(self.group)])


def watch_arrays(
    beta1: float,
    beta2: float,
    epsilon: float = 1e-8,
    lr: float = 0.0,
    every: int = 20,
    sample: int = 256,
    budget: float | None = 0.02,
    *,
    keep: int = 0,
    seed: int = 0,
    path: str | Path | None = None,
    clipping: float | None = None,
    weight_decay: float | None = None,
    decoupled: bool | None = None,
) -> ArrayRecorder:
    """Record an Adam whose step is lr*mhat/(sqrt(vhat) + epsilon), from its arrays: `record` after each step.

    beta1, beta2, epsilon: of this Adam.  lr: its learning rate; `record` takes another where it changes.
    every, sample, budget, keep, seed, path, clipping: as for `watch`.
    weight_decay: what the record says of decay, 0 for none; None: nobody has said.
    decoupled: whether it acts on the weights (AdamW).

    Raises AuditError for settings that are none.
    """
    group = one_group(beta1, beta2, epsilon, lr, weight_decay, decoupled)
    said = {"library": "arrays", "optimizer": "Adam, handed over", "clipping": clipping}
    return ArrayRecorder(said, Settings(every, sample, budget, keep, seed), path, group)


def one_group(
    beta1: float, beta2: float, epsilon: float, lr: float, weight_decay: float | None, decoupled: bool | None
) -> dict[str, Any]:
    """The settings of the only group of an Adam.  Raises AuditError for some that no Adam has."""
    for name, value, fits in (
        ("beta1", beta1, 0.0 <= beta1 < 1.0),
        ("beta2", beta2, 0.0 < beta2 < 1.0),
        ("epsilon", epsilon, epsilon >= 0.0),
        ("weight_decay", weight_decay, weight_decay is None or weight_decay >= 0.0),
    ):
        if not fits:
            raise AuditError(f"{name} is {value}, which no Adam has")
    return {
        "lr": float(lr),
        "beta1": float(beta1),
        "beta2": float(beta2),
        "epsilon": float(epsilon),
        "weight_decay": None if weight_decay is None else float(weight_decay),
        "decoupled": decoupled if weight_decay else None,
        "bias_correction": True,
    }


def _layers(t: int, layers: Mapping[str, Mapping[str, Any]], group: Mapping[str, Any]) -> list[Layer]:
    found = []
    for name, given in layers.items():
        unknown = set(given) - set(NAMES)
        if unknown or not {"m", "v"} <= set(given):
            must = "must have m and v, and may have g, w, t"
            raise AuditError(f"the layer {name!r:.60} has {', '.join(given)}, but {must}")
        moments = Moments(
            given["m"],
            given["v"],
            int(given.get("t", t)),
            group["beta1"],
            group["beta2"],
            group["epsilon"],
            given.get("g"),
            given.get("w"),
            1.0,
            not (group["weight_decay"] and group["decoupled"] is False),
            group["lr"],
        )
        found.append(Layer(name, moments, tuple(np.shape(given["m"]))))
    return found


class ArraySource:
    """Gradients for probes: loss(batch, weights) gives the loss and the gradients; both, and the weights, by layer."""

    def __init__(self, recorder: ArrayRecorder) -> None:
        self.recorder = recorder

    def layers(self) -> Sequence[Layer]:
        return self.recorder.last()

    @contextmanager
    def protected(self) -> Iterator[None]:
        chance = self.random_state()
        try:
            yield
        finally:
            self.set_random_state(chance)

    def random_state(self) -> Any:
        return random.getstate(), np.random.get_state()

    def set_random_state(self, state: Any) -> None:
        random.setstate(state[0])
        np.random.set_state(state[1])

    def gradient(self, loss: Callable[..., Any], batch: Any, ahead: Mapping[str, Any] | None) -> tuple[float, Grads]:
        weights = {layer.name: layer.moments.weights for layer in self.layers() if layer.moments is not None}
        for name, step in (ahead or {}).items():
            weights[name] = weights[name] + step.reshape(weights[name].shape)
        value, gradients = loss(batch, weights)
        found = {}
        for name, gradient in gradients.items():
            library = arrays.library(gradient)
            found[name] = library.copy(library.flat(gradient))
        return float(value), found


__all__ = ["ArrayRecorder", "ArraySource", "watch_arrays"]
