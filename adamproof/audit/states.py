"""A single state of an optimizer as a record with one line: from objects, and from files.

Files are data of unknown origin.  A torch checkpoint is a pickle, which can run code: PyTorch's own `weights_only`
loader knows how to read one safely, and this module has none of its own.  Such a file is therefore read only where
PyTorch is installed, and else refused with the line that converts it.
"""

from __future__ import annotations

import json
import struct
import warnings
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from .array_like import watch_arrays
from .errors import AuditError
from .record import Run, read, run_of
from .torch_like import groups

MOST_HEADER = 100_000_000  # bytes of a safetensors header
MOST_STEPS = 2**53
SUSPECT, PACKED = 1 << 30, 100  # bytes, and times those of the file, above which an .npz is not unpacked
FIRST, SECOND, STEP = ("exp_avg", "m", "mu"), ("exp_avg_sq", "v", "nu"), ("step", "t", "count")
TYPES = {"F64": np.float64, "F32": np.float32, "F16": np.float16}
CONVERT = (
    "torch.save writes a pickle, which is read only by PyTorch, and that is not installed here; where it is, run: "
    "python -c \"import numpy, torch; s = torch.load('{path}', weights_only=True); s = s.get('optimizer', s)['state']; "
    "numpy.savez('state.npz', **{{f'{{k}}.{{n}}': x.float().numpy() for k, p in s.items() for n, x in p.items()}})\""
)
ENDINGS = (".npz", ".safetensors", ".pt", ".pth", ".ckpt", ".bin")


# Settings of a group that other optimizers have whose states are like Adam's: which ones.
OTHERS = {
    "momentum_decay": "NAdam, whose step mixes the gradient into m",
    "grad_averaging": "LAMB, whose step is rescaled by layer",
    "rectify": "an optimizer whose step may be rectified",
}
MARKS = ("amsgrad", "bias_correction", "correct_bias")  # of which Adam's groups have one, and RAdam's have none


class _Stored:
    """An optimizer that is only its state_dict: no class, which the state does not name."""

    def __init__(self, state: Mapping[str, Any]) -> None:
        self.param_groups = state["param_groups"]


def from_state(
    state: Mapping[str, Any],
    beta1: float | None = None,
    beta2: float | None = None,
    epsilon: float | None = None,
) -> Run:
    """The record of one state, for `verdicts`: what one moment of a training says.

    state: a torch state_dict (with "state" and "param_groups"), or arrays by name: NAME.exp_avg, NAME.exp_avg_sq and
    NAME.step (or m, v, t; mu, nu, count).
    beta1, beta2, epsilon: of the optimizer; a state_dict has them, arrays do not.

    Raises AuditError for a state that is not Adam's.
    """
    if "param_groups" in state and "state" in state:
        group: dict[str, Any] = _group_of(state)
        beta1, beta2, epsilon = group["beta1"], group["beta2"], group["epsilon"]
        layers = _torch_layers(state["state"])
    else:
        if beta1 is None or beta2 is None:
            raise AuditError("a state of arrays does not have the betas: give beta1 and beta2 (--beta1, --beta2)")
        group = {"weight_decay": None}  # nobody has said
        layers = _named_layers(state)
    if not layers:
        raise AuditError("the state has no moments (exp_avg and exp_avg_sq)")
    recorder = watch_arrays(beta1, beta2, 1e-8 if epsilon is None else epsilon, budget=None)
    recorder.group |= group
    if "param_groups" in state:
        recorder.stated.clear()
    recorder.optimizer |= {"optimizer": "Adam, a stored state", "state": True}
    t = max(layer["t"] for layer in layers.values())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what stops it is raised here
        recorder.record(t, layers)
    if recorder.stopped:
        raise AuditError(recorder.stopped.partition(": ")[2])
    return run_of(recorder.lines(), "the state")


def _group_of(state: Mapping[str, Any]) -> dict[str, Any]:
    for group in state["param_groups"]:
        _refuse_other(group)
    if any(group.get("amsgrad") for group in state["param_groups"]):
        raise AuditError("the state is AMSGrad's, which divides by the largest v so far: the lemma is not about it")
    found = groups(_Stored(state))
    if len({(group["beta1"], group["beta2"], group["epsilon"]) for group in found}) > 1:
        raise AuditError("the state has groups with different betas: audit each by itself")
    unsaid = {} if "decoupled_weight_decay" in state["param_groups"][0] else {"decoupled": None}  # AdamW's has the key,
    return found[0] | unsaid  # but not before PyTorch 2.7: the state does not tell it from Adam's


def _refuse_other(group: Mapping[str, Any]) -> None:
    """Raise AuditError for settings that Adam does not have: the state does not name its optimizer."""
    lacking = [name for name in ("lr", "betas", "eps") if name not in group]
    if lacking:
        had = ", ".join(str(name) for name in group if name != "params")
        raise AuditError(f"the settings have no {', '.join(lacking)} ({had:.120}): it is not the state of an Adam")
    for name, kind in OTHERS.items():
        if name in group:
            raise AuditError(f"the settings have {name}: it is the state of {kind}")
    if not any(name in group for name in MARKS):
        raise AuditError(f"the settings have no {MARKS[0]}, which Adam's have: it is the state of RAdam, or of another")
    if not group.get("correct_bias", True):
        raise AuditError("correct_bias is off: only Adam's corrected moments are audited")


def _torch_layers(state: Mapping[Any, Any]) -> dict[str, dict[str, Any]]:
    found = {}
    for name, entry in state.items():
        if "max_exp_avg_sq" in entry:
            raise AuditError("the state is AMSGrad's, which divides by the largest v so far: the lemma is not about it")
        if "exp_avg" not in entry or "exp_avg_sq" not in entry or "step" not in entry or "mu_product" in entry:
            raise AuditError(f"the state of {name} has {', '.join(map(str, entry))}: it is not Adam's")
        step = entry["step"]
        t = _step(str(name), step.item() if hasattr(step, "item") else step)
        if t:
            found[str(name)] = {"m": entry["exp_avg"], "v": entry["exp_avg_sq"], "t": t}
    return found


def _named_layers(state: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Layers from arrays whose names end in .exp_avg, .exp_avg_sq, .step, or the like; one step may serve all."""
    found: dict[str, dict[str, Any]] = {}
    common = None
    for name, value in state.items():
        layer, _, kind = name.replace("/", ".").rpartition(".")
        if kind in STEP and not layer:
            common = _step("all", value)
        for key, words in (("m", FIRST), ("v", SECOND), ("t", STEP)):
            if kind in words:
                found.setdefault(layer, {})[key] = value
        if kind == "max_exp_avg_sq":
            raise AuditError("the state is AMSGrad's, which divides by the largest v so far: the lemma is not about it")
    layers = {}
    for layer, entry in found.items():
        if "m" in entry and "v" in entry:
            t = _step(layer, entry["t"]) if "t" in entry else common
            if t is None or t < 1:
                raise AuditError(f"the layer {layer!r:.60} has no step: name it {layer}.step, or step for all")
            layers[layer or "all"] = {"m": entry["m"], "v": entry["v"], "t": t}
    return layers


def _step(layer: str, value: Any) -> int:
    """A step as a whole number, 0 for none.  Raises AuditError."""
    found = np.asarray(value).reshape(-1)[:1]
    if found.size != 1 or found.dtype.kind not in "iuf" or not 0 <= float(found[0]) <= MOST_STEPS:
        raise AuditError(f"the step of {layer!r:.60} is no number from 0 on")
    return int(found[0])


# --- files --------------------------------------------------------------------------------------


def is_state(path: str) -> bool:
    """Whether a file's name is one of a stored state, and not of a record."""
    return Path(path).suffix.lower() in ENDINGS


def read_either(path: str, beta1: float | None = None, beta2: float | None = None, epsilon: float | None = None) -> Run:
    """The record in a file, or that of the state in it, by its name.  Raises AuditError."""
    return read_state(path, beta1, beta2, epsilon) if is_state(path) else read(path)


def read_state(path: str, beta1: float | None = None, beta2: float | None = None, epsilon: float | None = None) -> Run:
    """The record of the state in a file: .npz, .safetensors, or a torch checkpoint.  Raises AuditError.

    path: of the file.  beta1, beta2, epsilon: as for `from_state`.
    """
    ending = Path(path).suffix.lower()
    try:
        if not Path(path).is_file():
            raise AuditError(f"there is no file {path}")
        if ending == ".npz":
            state = _npz(path)
        elif ending == ".safetensors":
            state = _safetensors(path)
        else:
            state = _torch(path)
        found = from_state(state, beta1, beta2, epsilon)
    except OSError as error:
        raise AuditError(f"cannot read {path}: {error.strerror or error}") from error
    except AuditError as error:
        raise AuditError(f"{path}: {error}" if path not in str(error) else str(error)) from error
    except (TypeError, ValueError, KeyError, AttributeError, IndexError, OverflowError) as error:  # of what it has
        raise AuditError(f"{path} has no state of Adam's ({' '.join(str(error).split()):.160})") from error
    return found.called(path)


def _npz(path: str) -> dict[str, Any]:
    try:
        with np.load(path, allow_pickle=False) as data:
            unpacked = sum(entry.file_size for entry in data.zip.infolist())
            if unpacked > max(SUSPECT, PACKED * Path(path).stat().st_size):
                raise AuditError(f"{path} would be {unpacked} bytes when it is unpacked, which no moments are")
            found = {name: data[name] for name in data.files}
    except (OSError, AuditError):
        raise
    except Exception as error:  # what NumPy and zipfile make of damaged files may be anything
        raise AuditError(f"{path} cannot be read as .npz ({' '.join(str(error).split()):.100})") from error
    if "description" in found and {"m", "v", "step"} <= set(found):
        raise AuditError(f"{path} is a checkpoint of `adamproof simulate`, not of a training")
    return found


def _safetensors(path: str) -> dict[str, Any]:
    """The arrays of a safetensors file: a header of JSON behind its length, and the numbers."""
    size = Path(path).stat().st_size
    with Path(path).open("rb") as stream:
        start = stream.read(8)
        length = struct.unpack("<Q", start)[0] if len(start) == 8 else 0
        if not 0 < length <= min(MOST_HEADER, size - 8):
            raise AuditError(f"{path} is not a safetensors file: it does not begin with the length of a header")
        try:
            header = json.loads(stream.read(length))
            entries = {name: entry for name, entry in header.items() if name != "__metadata__"}
            return {name: _tensor(path, stream, entry, 8 + length, size) for name, entry in entries.items()}
        except (ValueError, KeyError, TypeError, RecursionError, AttributeError) as error:
            if isinstance(error, AuditError):
                raise
            raise AuditError(f"{path} is not a safetensors file ({' '.join(str(error).split()):.100})") from error


def _tensor(path: str, stream: Any, entry: Mapping[str, Any], start: int, size: int) -> Any:
    first, last = (int(place) for place in entry["data_offsets"])
    shape, kind = tuple(int(n) for n in entry["shape"]), str(entry["dtype"])
    if not 0 <= first <= last <= size - start:
        raise AuditError(f"{path}: an array lies outside the file")
    stream.seek(start + first)
    content = stream.read(last - first)
    if kind in TYPES:
        return np.frombuffer(content, dtype=np.dtype(TYPES[kind]).newbyteorder("<")).reshape(shape)
    if kind == "BF16":
        raise AuditError(f"{path} has arrays in bfloat16, which NumPy does not have: convert them to float32 first")
    if kind in ("I64", "I32"):
        return np.frombuffer(content, dtype="<i8" if kind == "I64" else "<i4").reshape(shape)
    raise AuditError(f"{path} has arrays of the type {kind:.20}: quantised moments are others than Adam's")


def _torch(path: str) -> dict[str, Any]:
    """The optimizer's state in a torch checkpoint, by PyTorch's own safe loader."""
    if find_spec("torch") is None:
        raise AuditError(f"{path}: {CONVERT.format(path=path)}")
    import torch

    try:
        found = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # pickle's errors, zipfile's, PyTorch's
        raise AuditError(f"{path} cannot be loaded with weights_only ({' '.join(str(error).split()):.160})") from error
    for name in ("optimizer", "optimizer_state_dict", "optim"):
        if isinstance(found, Mapping) and isinstance(found.get(name), Mapping):
            found = found[name]
    states = found.get("optimizer_states") if isinstance(found, Mapping) else None
    if states:  # Lightning's
        found = states[0]
    if not (isinstance(found, Mapping) and "state" in found and "param_groups" in found):
        raise AuditError(f"{path} has no optimizer's state_dict: save optimizer.state_dict()")
    return dict(found)


__all__ = ["from_state", "is_state", "read_either", "read_state"]
