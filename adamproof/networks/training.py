"""Training as a script does it: a model with parameters, and Adam with the attributes of PyTorch's.

What watches a `torch.optim.Adam` finds here what it finds there: `param_groups`, `state`, and a hook after each step.
The arrays are NumPy's and not tensors.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import numpy as np

from ..simulator import Algorithm
from .layers import Array
from .network import Network

Hook = Callable[["Adam", tuple[Any, ...], dict[str, Any]], None]


class Parameter(np.ndarray):
    """One array of parameters, which a step changes in place, and `grad`, the derivatives (None before the first).

    It is an array of NumPy that can be a key: the same as itself alone, whatever its numbers are.

    name: with dots between layers.  values: an array, whose memory it shares.
    """

    name: str
    grad: Array | None

    def __new__(cls, name: str, values: Array) -> Parameter:
        one: Parameter = values.view(cls)
        one.name = name
        return one

    def __array_finalize__(self, other: Any) -> None:
        self.name, self.grad = "", None

    def __hash__(self) -> int:  # type: ignore[override]  # arrays have none
        return id(self)


class Trainable:
    """A network with parameters: `vector`, of shape (d,), and the Parameters, which share its memory.

    network: such as `cnn()`.  seed: of the start.  dtype: of the parameters.
    """

    def __init__(self, network: Network, seed: int = 0, dtype: Any = np.float64) -> None:
        self.network = network
        self.vector: Array = network.initial(seed).astype(dtype)
        self.gradient: Array = np.zeros_like(self.vector)
        self._parameters = [
            Parameter(part.name, self.vector[part.place].reshape(part.spec.shape)) for part in network.parts
        ]

    def parameters(self) -> Iterator[Parameter]:
        """All of them, in the order of the vector."""
        return iter(self._parameters)

    def named_parameters(self) -> Iterator[tuple[str, Parameter]]:
        """All of them with their names."""
        return ((one.name, one) for one in self._parameters)

    def backward(self, inputs: Array, targets: Array) -> float:
        """The mean loss of a batch; its derivatives are then in `gradient` and in each parameter's `grad`.

        inputs, targets: as for `Network.loss`; inputs that are not whole numbers take the parameters' precision.
        """
        if inputs.dtype.kind == "f":
            inputs = inputs.astype(self.vector.dtype, copy=False)
        loss, _ = self.network.gradient(self.vector, inputs, targets, self.gradient)
        for part, one in zip(self.network.parts, self._parameters, strict=True):
            one.grad = self.gradient[part.place].reshape(part.spec.shape)
        return loss


class Handle:
    """A hook that can be taken away again."""

    def __init__(self, hooks: dict[int, Hook], number: int) -> None:
        self._hooks, self._number = hooks, number

    def remove(self) -> None:
        self._hooks.pop(self._number, None)


class Adam:
    """Adam with bias correction, as PyTorch and optax have it: x - lr m_hat/(sqrt(v_hat) + eps).

    params: Parameters.  lr: at least 0.  betas: two numbers, each at least 0 and below 1.  eps: at least 0, beside the
    root of the corrected v.  Raises SimulationError out of range.

    Attributes as PyTorch names them: `param_groups` (a list of one dictionary with params, lr, betas, eps), and
    `state`, which has for each parameter that has had a derivative its step, exp_avg (m) and exp_avg_sq (v).
    """

    def __init__(
        self,
        params: Iterable[Parameter],
        lr: float = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
    ) -> None:
        beta1, beta2 = betas
        checked = Algorithm(lr, beta1, beta2, eps, bias_correction=True)
        self.defaults: dict[str, Any] = {
            "lr": checked.learning_rate,
            "betas": (checked.beta1, checked.beta2),
            "eps": checked.epsilon,
            "weight_decay": 0.0,
            "amsgrad": False,
            "maximize": False,
        }
        self.param_groups: list[dict[str, Any]] = [{"params": list(params), **self.defaults}]
        self.state: dict[Parameter, dict[str, Any]] = {}
        self._hooks: dict[int, Hook] = {}

    def register_step_post_hook(self, hook: Hook) -> Handle:
        """Have a function called after each step, until its handle's `remove`.

        hook: a function of this optimiser, a tuple and a dictionary (both empty).
        """
        number = max(self._hooks, default=0) + 1
        self._hooks[number] = hook
        return Handle(self._hooks, number)

    def zero_grad(self) -> None:
        """Forget the derivatives; a step leaves parameters without one as they are."""
        for group in self.param_groups:
            for parameter in group["params"]:
                parameter.grad = None

    def step(self) -> None:
        """Move all parameters that have a derivative."""
        for group in self.param_groups:
            for parameter in group["params"]:
                if parameter.grad is not None:
                    self._move(group, parameter)
        for hook in list(self._hooks.values()):
            hook(self, (), {})

    def _move(self, group: dict[str, Any], parameter: Parameter) -> None:
        state = self.state.setdefault(
            parameter,
            {"step": 0, **{name: np.zeros_like(parameter, subok=False) for name in ("exp_avg", "exp_avg_sq")}},
        )
        (beta1, beta2), g, m, v = group["betas"], parameter.grad, state["exp_avg"], state["exp_avg_sq"]
        state["step"] += 1
        m *= beta1
        m += (1.0 - beta1) * g
        v *= beta2
        v += (1.0 - beta2) * g * g
        scale = np.sqrt(v)
        scale *= 1.0 / math.sqrt(1.0 - beta2 ** state["step"])
        scale += group["eps"]
        rate = group["lr"] / (1.0 - beta1 ** state["step"])
        moving = scale > 0.0
        if moving.all():
            step = np.divide(m, scale, out=scale)
        else:  # where eps and v are 0, m is 0 too
            step = np.divide(m, scale, out=np.zeros_like(m), where=moving)
        step *= rate
        parameter -= step
