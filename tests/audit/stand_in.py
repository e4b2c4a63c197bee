"""A stand-in for PyTorch: as much of its tensors, models and optimizers as the audit touches.  It is NumPy inside."""

from __future__ import annotations

import sys
import types
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

BFLOAT = "bfloat16"


def to_bfloat(values: Any) -> Any:
    """float32 values rounded to bfloat16, to nearest and ties to even."""
    bits = np.ascontiguousarray(values, dtype=np.float32).view(np.uint32).astype(np.uint64)
    rounded = (bits + 0x7FFF + ((bits >> np.uint64(16)) & np.uint64(1))) & np.uint64(0xFFFF0000)
    return rounded.astype(np.uint32).view(np.float32).reshape(np.shape(values))


class Tensor:
    """The methods of a tensor that the adapters use.  `transfers` counts what went to the host."""

    transfers = 0
    __module__ = "torch"

    def __init__(self, values: Any, kind: str | None = None, device: str = "cuda:0") -> None:
        self.values, self.device = np.asarray(values), device
        self.kind = kind or str(self.values.dtype)
        self.grad: Tensor | None = None

    @property
    def dtype(self) -> str:
        return f"torch.{self.kind}"

    @property
    def shape(self) -> tuple[int, ...]:
        return tuple(self.values.shape)

    def _new(self, values: Any) -> Tensor:
        return Tensor(values, self.kind if self.kind == BFLOAT else None, self.device)

    def detach(self) -> Tensor:
        return self

    def clone(self) -> Tensor:
        return self._new(self.values.copy())

    def float(self) -> Tensor:
        return Tensor(self.values.astype(np.float32), None, self.device)

    def double(self) -> Tensor:
        return Tensor(self.values.astype(np.float64), None, self.device)

    def to(self, kind: str) -> Tensor:
        return Tensor(self.values.astype(kind.removeprefix("torch.")), None, self.device)

    def reshape(self, *shape: Any) -> Tensor:
        return self._new(self.values.reshape(*shape))

    def sqrt(self) -> Tensor:
        return self._new(np.sqrt(self.values))

    def sign(self) -> Tensor:
        return self._new(np.sign(self.values))

    def split(self, sizes: list[int]) -> list[Tensor]:
        return [self._new(part) for part in np.split(self.values, np.cumsum(sizes)[:-1])]

    def sum(self) -> Tensor:
        return self._new(self.values.sum())

    def max(self) -> Tensor:
        return self._new(self.values.max())

    def numel(self) -> int:
        return int(self.values.size)

    def masked_fill(self, mask: Tensor, value: float) -> Tensor:
        return self._new(np.where(mask.values, self.values.dtype.type(value), self.values))

    def copy_(self, other: Tensor) -> None:
        self.values[...] = other.values

    def cpu(self) -> Tensor:
        Tensor.transfers += 1
        return Tensor(self.values, self.kind, "cpu")

    def numpy(self) -> Any:
        assert self.device == "cpu"
        return self.values

    def item(self) -> float:
        Tensor.transfers += self.device != "cpu"
        return float(self.values)

    def __abs__(self) -> Tensor:
        return self._new(np.abs(self.values))

    def __getitem__(self, places: Tensor) -> Tensor:
        return self._new(self.values[places.values])


def _binary(name: str) -> Callable[[Tensor, Any], Tensor]:
    def apply(self: Tensor, other: Any) -> Tensor:
        with np.errstate(all="ignore"):
            right = other.values if isinstance(other, Tensor) else type(self.values.flat[0])(other)
            return Tensor(getattr(self.values, name)(right), None, self.device)

    return apply


for each in ("add", "sub", "mul", "truediv", "lt", "gt", "eq", "and", "radd", "rsub", "rmul"):
    setattr(Tensor, f"__{each}__", _binary(f"__{each}__"))
Tensor.__hash__ = object.__hash__  # type: ignore[method-assign]


@pytest.fixture
def torch(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The stand-in as the module `torch`."""
    module: Any = types.ModuleType("torch")
    module.__version__ = "2.9"
    module.cat = lambda rows: Tensor(np.concatenate([row.values for row in rows]), None, rows[0].device)
    module.as_tensor = lambda places, device: Tensor(places, None, device)
    module.state = [1]
    module.get_rng_state = lambda: list(module.state)
    module.set_rng_state = lambda state: module.state.__setitem__(slice(None), state)
    module.cuda = types.SimpleNamespace(is_available=lambda: False, is_initialized=lambda: False)
    monkeypatch.setitem(sys.modules, "torch", module)
    Tensor.transfers = 0
    return module


class Handle:
    def __init__(self, hooks: list[Any], hook: Any) -> None:
        self.hooks, self.hook = hooks, hook

    def remove(self) -> None:
        if self.hook in self.hooks:
            self.hooks.remove(self.hook)


class Adam:
    """Adam as PyTorch steps: in the moments' type, with a counter for each parameter."""

    def __init__(self, parameters: Any, lr: float = 1e-3, betas: Any = (0.9, 0.999), eps: float = 1e-8, **more: Any):
        given = list(parameters)
        groups = given if given and isinstance(given[0], dict) else [{"params": given}]
        default = {"lr": lr, "betas": betas, "eps": eps, "weight_decay": 0.0, "amsgrad": False, **more}
        self.param_groups = [{**default, **group} for group in groups]
        self.state: dict[Any, dict[str, Any]] = {}
        self.hooks: list[Any] = []

    def register_step_post_hook(self, hook: Any) -> Handle:
        self.hooks.append(hook)
        return Handle(self.hooks, hook)

    def step(self) -> None:
        for group in self.param_groups:
            for parameter in group["params"]:
                if parameter.grad is not None:
                    self.update(parameter, group)
        for hook in list(self.hooks):
            hook(self, (), {})

    def update(self, parameter: Tensor, group: Any) -> None:
        half = parameter.kind == BFLOAT
        store = to_bfloat if half else lambda values: values
        if parameter not in self.state:
            zeros = np.zeros_like(parameter.values)
            kind = parameter.kind
            self.state[parameter] = {
                "step": Tensor(np.float32(0.0), None, "cpu"), "exp_avg": Tensor(zeros.copy(), kind),
                "exp_avg_sq": Tensor(zeros.copy(), kind),
            }  # fmt: skip
        state, (b1, b2), g = self.state[parameter], group["betas"], parameter.grad.values  # type: ignore[union-attr]
        if group.get("maximize"):
            g = -g
        state["step"].values = state["step"].values + np.float32(1)
        t, m, v = float(state["step"].values), state["exp_avg"].values, state["exp_avg_sq"].values
        one = m.dtype.type
        m[...] = store(m + one(1 - b1) * (g - m))
        v[...] = store(store(one(b2) * v) + one(1 - b2) * g * g)
        with np.errstate(all="ignore"):
            u = (m / one(1 - b1**t)) / (np.sqrt(v / one(1 - b2**t)) + one(group["eps"]))
        parameter.values[...] = store(parameter.values - one(group["lr"]) * u)


class AdamW(Adam):
    pass


class Model:
    """Parameters with names, and buffers that each loss changes."""

    def __init__(self, **parameters: Tensor) -> None:
        self.named = parameters
        self.running = Tensor(np.zeros(2), None, "cuda:0")

    def named_parameters(self) -> Iterator[tuple[str, Tensor]]:
        yield from self.named.items()

    def parameters(self) -> Iterator[Tensor]:
        yield from self.named.values()

    def buffers(self) -> Iterator[Tensor]:
        yield self.running


class Loss(Tensor):
    """A loss whose `backward` writes gradients."""

    __module__ = "torch"

    def __init__(self, value: float, backward: Callable[[], None]) -> None:
        super().__init__(np.float64(value))
        self.backward = backward


__all__ = ["BFLOAT", "Adam", "AdamW", "Loss", "Model", "Tensor", "to_bfloat", "torch"]
