"""Watching torch.optim.Adam and AdamW, or an object with their attributes, through a hook after each step.

PyTorch is not imported.  What is read: `param_groups` (settings and parameters), `state` (exp_avg, exp_avg_sq, step)
and the parameters' `grad`.  An optimizer whose step is another one is refused by its name.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from . import arrays
from .errors import AuditError
from .recorder import Recorder, Settings
from .reduction import Layer, Moments
from .tensor_source import TensorSource

KNOWN = ("Adam", "AdamW")  # of a class or one that it extends
WRAPPED = 4  # an optimizer inside an optimizer, at most so deep
# Whose step is another one, by the name of the class: why.
OTHERS = {
    "NAdam": "its step mixes the gradient into m (Nesterov)",
    "RAdam": "its step is rectified",
    "Adamax": "it divides by a maximum, not by the root of an average",
    "SparseAdam": "its averages skip steps",
    "Adafactor": "its second moment is factored",
    "Lion": "its step is a sign",
    "LAMB": "its step is rescaled by layer",
    "Lamb": "its step is rescaled by layer",
    "Rprop": "it has no averages",
    "Muon": "its step is orthogonalised",
}
QUANTISED = ("8bit", "4bit", "Fp8", "FP8")
OPTIONS = ("maximize", "capturable", "foreach", "fused", "differentiable")


def watch(
    optimizer: Any,
    model: Any = None,
    every: int = 20,
    sample: int = 256,
    budget: float | None = 0.02,
    *,
    keep: int = 0,
    seed: int = 0,
    path: str | Path | None = None,
    clipping: float | None = None,
) -> Recorder:
    """Record what Adam's moments do from now on; the training loop stays as it is.

        with watch(optimizer, model) as audit:
            ...train...
        audit.save("run.audit")

    optimizer: torch.optim.Adam or AdamW (or an object with param_groups, state and register_step_post_hook).
    model: gives the layers their names, and `probe` needs it to restore batch statistics.
    every: a record each so many steps (and at the first).  sample: coordinates sampled in each layer.
    budget: the part of the time that recording may take, above which records become rarer; None for no limit.
    keep: how many sampled u the record keeps for each layer; replicates need some.  seed: of the sampling.
    path: a new file that the lines go into as they come, so that they survive a kill; None keeps them until `save`.
    clipping: the largest norm to which you clip gradients, 0 for none; the record only repeats it.

    Raises AuditError for an optimizer whose step is not Adam's.  Later errors are warnings, and stop the recording.
    """
    inner = _inner(optimizer)
    refuse_other(inner)
    settings = Settings(every, sample, budget, keep, seed)
    names = {id(parameter): name for name, parameter in model.named_parameters()} if model is not None else {}
    library = sys.modules.get(type(inner).__module__.partition(".")[0])
    said = {
        "library": f"{type(inner).__module__.partition('.')[0]} {getattr(library, '__version__', '')}".strip(),
        "optimizer": f"{type(inner).__module__}.{type(inner).__qualname__}",
        "clipping": clipping,
    }
    recorder = Recorder(said, settings, path)
    recorder.source = TensorSource(partial(_layers, inner, names), model)

    def after_step(*_: Any, **__: Any) -> None:
        recorder.step(partial(_layers, inner, names), partial(groups, inner))

    handle = inner.register_step_post_hook(after_step)
    recorder.at_end(handle.remove)
    return recorder


def _inner(optimizer: Any) -> Any:
    """The optimizer that steps: wrappers (Accelerate, Lightning) have it as `optimizer`."""
    for _ in range(WRAPPED):
        if _is_known(optimizer) or not hasattr(optimizer, "optimizer"):
            break
        optimizer = optimizer.optimizer
    return optimizer


def _is_known(optimizer: Any) -> bool:
    return any(kind.__name__ in KNOWN for kind in type(optimizer).__mro__)


def refuse_other(optimizer: Any) -> None:
    """Raise AuditError unless the steps are lr*mhat/(sqrt(vhat) + eps), as far as names and options say."""
    kinds = [kind.__name__ for kind in type(optimizer).__mro__]
    name = kinds[0]
    for kind in kinds:
        if kind in OTHERS:
            raise AuditError(f"{name} is not Adam: {OTHERS[kind]}")
        if any(mark in kind for mark in QUANTISED):
            raise AuditError(f"{name} keeps quantised moments, whose averages are others than Adam's")
    if not _is_known(optimizer):
        raise AuditError(
            f"{name} is not known; Adam and AdamW are, and `watch_arrays` takes moments of any optimizer whose step is "
            "lr*mhat/(sqrt(vhat) + eps)"
        )
    if any(group.get("amsgrad") for group in optimizer.param_groups):
        raise AuditError(f"{name} with amsgrad=True divides by the largest v so far, which the lemma is not about")
    if not hasattr(optimizer, "register_step_post_hook"):
        raise AuditError(f"{name} has no register_step_post_hook; PyTorch has it from 2.0 on")


def groups(optimizer: Any) -> list[dict[str, Any]]:
    """The settings of each group of parameters, as plain data."""
    found = []
    for group in optimizer.param_groups:
        beta1, beta2 = (_number(beta) for beta in group["betas"])
        decay = _number(group.get("weight_decay", 0.0))
        said: dict[str, Any] = {
            "lr": _number(group["lr"]),
            "beta1": beta1,
            "beta2": beta2,
            "epsilon": _number(group["eps"]),
            "weight_decay": decay,
            "decoupled": _decoupled(optimizer, group) if decay else None,
            "bias_correction": bool(group.get("bias_correction", True)),
        }
        said |= {name: True for name in OPTIONS if group.get(name)}
        if not said["bias_correction"]:
            raise AuditError("bias_correction is off: only Adam's corrected moments are audited")
        found.append(said)
    return found


def _decoupled(optimizer: Any, group: Mapping[str, Any]) -> bool:
    stated = group.get("decoupled_weight_decay")
    return bool(stated) if stated is not None else any(kind.__name__ == "AdamW" for kind in type(optimizer).__mro__)


def _number(value: Any) -> float:
    """A setting, which may be a tensor of one number."""
    return float(value.item() if hasattr(value, "item") else value)


def _layers(optimizer: Any, names: Mapping[int, str]) -> list[Layer]:
    """All parameters that the optimizer has, with their moments."""
    scaled = getattr(optimizer, "grad_scale", None) is not None  # a fused step; its gradients are still scaled
    entries = [
        (number, position, parameter)
        for number, group in enumerate(optimizer.param_groups)
        for position, parameter in enumerate(group["params"])
    ]
    states = [optimizer.state.get(parameter) or {} for _, _, parameter in entries]
    found, settings = [], [_Settings(optimizer, group, scaled) for group in optimizer.param_groups]
    for (number, position, parameter), state, t in zip(entries, states, _steps(states), strict=True):
        name = names.get(id(parameter), f"group{number}.{position}")
        moments = settings[number].moments(state, t, parameter) if t else None
        shard = hasattr(parameter, "to_local")
        found.append(Layer(name, moments, tuple(parameter.shape), number, shard))
    return found


class _Settings:
    """What the parameters of a group have in common."""

    def __init__(self, optimizer: Any, group: Mapping[str, Any], scaled: bool) -> None:
        self.beta1, self.beta2 = (_number(beta) for beta in group["betas"])
        self.epsilon, self.lr = _number(group["eps"]), _number(group["lr"])
        self.sign = -1.0 if group.get("maximize") else 1.0
        self.pure = not _number(group.get("weight_decay", 0.0)) or _decoupled(optimizer, group)
        self.scaled = scaled

    def moments(self, state: Mapping[str, Any], t: int, parameter: Any) -> Moments:
        if "max_exp_avg_sq" in state:
            raise AuditError("the optimizer's state has max_exp_avg_sq: it is AMSGrad")
        if "exp_avg" not in state or "exp_avg_sq" not in state:
            raise AuditError(f"the state has {', '.join(map(str, state))}, but no exp_avg and exp_avg_sq")
        gradient = None if self.scaled or getattr(parameter.grad, "is_sparse", False) else parameter.grad
        return Moments(
            state["exp_avg"],
            state["exp_avg_sq"],
            t,
            self.beta1,
            self.beta2,
            self.epsilon,
            gradient,
            parameter,
            self.sign,
            self.pure,
            self.lr,
        )


def _steps(states: Iterable[Mapping[str, Any]]) -> list[int]:
    """The step of each parameter, 0 for one that has had none; those that are on a device come in one transfer."""
    found = [state.get("step", 0) for state in states]
    tensors = [step for step in found if hasattr(step, "detach")]
    if tensors and any(str(getattr(step, "device", "cpu")) != "cpu" for step in tensors):
        values = iter(arrays.library(tensors[0]).collect(tensors))
        return [int(next(values)) if hasattr(step, "detach") else int(step) for step in found]
    return [int(_number(step)) for step in found]


__all__ = ["groups", "refuse_other", "watch"]
