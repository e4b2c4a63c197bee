"""Gradients for probes from a model of PyTorch, or one with `parameters` whose loss writes their `grad`.

The model is as before afterwards: weights, gradients, buffers, chance.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from . import arrays
from .errors import AuditError
from .probing import Grads
from .reduction import Layer


class TensorSource:
    """layers: what the optimizer has, with moments.  model: whose buffers a loss may change (BatchNorm)."""

    def __init__(self, layers: Callable[[], Sequence[Layer]], model: Any) -> None:
        self.layers, self.model = layers, model

    @contextmanager
    def protected(self) -> Iterator[None]:
        if self.model is None:
            raise AuditError("a probe needs watch(optimizer, model): it restores the model's running statistics")
        parameters = list(self.model.parameters())
        buffers = [(buffer, buffer.detach().clone()) for buffer in getattr(self.model, "buffers", tuple)()]
        gradients = [parameter.grad for parameter in parameters]
        modes = [(module, module.training) for module in getattr(self.model, "modules", tuple)()]
        chance = self.random_state()
        try:
            yield
        finally:
            for parameter, gradient in zip(parameters, gradients, strict=True):
                parameter.grad = gradient
            for buffer, before in buffers:
                buffer.detach().copy_(before)
            for module, training in modes:  # a loss that calls `eval`
                module.training = training
            self.set_random_state(chance)

    def random_state(self) -> Any:
        """The states of Python's, NumPy's and PyTorch's generators."""
        found: dict[str, Any] = {"python": random.getstate(), "numpy": np.random.get_state()}
        torch: Any = sys.modules.get("torch")
        if hasattr(torch, "get_rng_state"):
            found["torch"] = torch.get_rng_state()
            if torch.cuda.is_available() and torch.cuda.is_initialized():
                found["cuda"] = torch.cuda.get_rng_state_all()
        return found

    def set_random_state(self, state: Any) -> None:
        random.setstate(state["python"])
        np.random.set_state(state["numpy"])
        torch: Any = sys.modules.get("torch")
        if torch is not None and "torch" in state:
            torch.set_rng_state(state["torch"])
        if torch is not None and "cuda" in state:
            torch.cuda.set_rng_state_all(state["cuda"])

    def gradient(self, loss: Callable[..., Any], batch: Any, ahead: Mapping[str, Any] | None) -> tuple[float, Grads]:
        layers = {layer.name: layer.moments.weights for layer in self.layers() if layer.moments is not None}
        kept = {}
        for parameter in self.model.parameters():
            parameter.grad = None
        try:
            for name, step in (ahead or {}).items():
                library = arrays.library(layers[name])
                kept[name] = library.copy(library.flat(layers[name]))
                library.put(layers[name], kept[name] + step)
            value = loss(batch)
            if value is None:
                raise AuditError("the loss returned nothing: return its value")
            if hasattr(value, "backward"):
                value.backward()
        finally:
            for name, before in kept.items():
                arrays.library(layers[name]).put(layers[name], before)
        found = {}
        for name, parameter in layers.items():
            if parameter.grad is not None:
                library = arrays.library(parameter.grad)
                found[name] = library.copy(library.flat(parameter.grad))
        if not found:
            raise AuditError("the loss left no gradients: return the loss itself, which has backward, not its number")
        return float(value.item() if hasattr(value, "item") else value), found


__all__ = ["TensorSource"]
