"""Small trainings to audit: quadratics with noise, as the stand-in for PyTorch runs them, and as plain arrays."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from adamproof.audit import watch, watch_arrays
from adamproof.audit.record import Run, run_of
from tests.audit.stand_in import Adam, Loss, Model, Tensor

SHAPES = {"first.weight": (6, 5), "first.bias": (5,), "second.weight": (5, 2)}


def model(seed: int = 0, kind: str | None = None) -> Model:
    random = np.random.default_rng(seed)
    return Model(**{
        name: Tensor(random.normal(size=shape).astype(np.float32), kind) for name, shape in SHAPES.items()
    })  # fmt: skip


def set_gradients(net: Model, random: np.random.Generator, noise: float = 0.1) -> None:
    for parameter in net.parameters():
        values = parameter.values + noise * random.normal(size=parameter.shape)
        parameter.grad = Tensor(values.astype(np.float32), parameter.kind)


def train(net: Model, optimizer: Adam, steps: int, seed: int = 0) -> None:
    random = np.random.default_rng(seed)
    for _ in range(steps):
        set_gradients(net, random)
        optimizer.step()


def quadratic_loss(net: Model) -> Callable[[Any], Loss]:
    """The loss |x|^2/2 of a batch (a seed), with noisy gradients; it changes the running statistics and the chance."""

    def loss(batch: Any) -> Loss:
        random = np.random.default_rng(batch)
        net.running.values += 1.0
        np.random.random()

        def backward() -> None:
            set_gradients(net, random)

        return Loss(sum(float(np.square(p.values).sum()) / 2 for p in net.parameters()), backward)

    return loss


def recorded(
    gradients: Callable[[int], Any], steps: int, beta1: float = 0.9, beta2: float = 0.999, every: int = 5, **more: Any
) -> Run:
    """The record of an Adam on given gradients {name: array} in float64, of which nothing but u is of interest."""
    recorder = watch_arrays(beta1, beta2, more.pop("epsilon", 1e-8), every=every, budget=None, **more)
    m: dict[str, Any] = {}
    v: dict[str, Any] = {}
    for t in range(1, steps + 1):
        layers = {}
        for name, g in gradients(t).items():
            m[name] = beta1 * m.get(name, 0.0) + (1 - beta1) * g
            v[name] = beta2 * v.get(name, 0.0) + (1 - beta2) * g * g
            layers[name] = {"m": m[name], "v": v[name], "g": g}
        recorder.record(t, layers)
    assert not recorder.stopped, recorder.stopped
    return run_of(recorder.lines(), "a training")


def watched(net: Model, optimizer: Adam, steps: int, **settings: Any) -> Run:
    """The record of a training by the stand-in."""
    with watch(optimizer, net, **{"every": 5, "budget": None, **settings}) as recorder:
        train(net, optimizer, steps)
    assert not recorder.stopped, recorder.stopped
    return run_of(recorder.lines()[:-1], "a training")


__all__ = ["SHAPES", "model", "quadratic_loss", "recorded", "set_gradients", "train", "watched"]
