"""States from objects and files: what is read, and what is refused in words."""

from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from adamproof.audit import AuditError, from_state, judge, read_state
from adamproof.audit.verdicts import HOLDS, REJECTED
from tests.audit.stand_in import Adam, torch  # noqa: F401
from tests.audit.trainings import model, train


def arrays(size: float = 0.5) -> dict[str, Any]:
    m, v = np.full((2, 3), size * 0.19, np.float32), np.full((2, 3), 0.001999, np.float32)
    return {"layer.weight.exp_avg": m, "layer.weight.exp_avg_sq": v, "layer.weight.step": np.int64(2)}


def word(run: Any) -> str:
    return next(each.word for each in judge(run) if each.subject == "u <= R_t")


@pytest.mark.usefixtures("torch")
def test_a_state_dict_of_torch() -> None:
    net = model()
    optimizer = Adam(net.parameters(), lr=1e-2)
    train(net, optimizer, 7)
    state = {"state": dict(enumerate(optimizer.state.values())), "param_groups": optimizer.param_groups}
    run = from_state(state)
    assert [layer.name for layer in run.layers] == ["0", "1", "2"] and run.t[0].tolist() == [7, 7, 7]
    assert word(run) == HOLDS and run.groups[0]["beta2"] == 0.999
    optimizer.param_groups[0]["amsgrad"] = True
    with pytest.raises(AuditError, match="AMSGrad"):
        from_state(state)


ADAM: dict[str, Any] = {"lr": 1e-3, "betas": (0.9, 0.999), "eps": 1e-8, "weight_decay": 0.0}
SGD = {"lr": 0.1, "momentum": 0.9, "dampening": 0, "weight_decay": 0, "nesterov": False}


@pytest.mark.parametrize(
    ("group", "why"),
    [
        (SGD, r"no betas, eps \(lr, momentum, dampening"),
        ({"lr": 0.1, "momentum": 0, "alpha": 0.99, "eps": 1e-8, "centered": False}, "no betas"),
        ({**ADAM, "momentum_decay": 4e-3, "decoupled_weight_decay": False}, "the state of NAdam"),
        ({**ADAM, "maximize": False, "decoupled_weight_decay": False}, "no amsgrad, which Adam's have.*RAdam"),
        ({**ADAM, "correct_bias": False}, "correct_bias is off"),
    ],
)
def test_other_optimizers_are_told_by_their_settings(group: dict[str, Any], why: str) -> None:
    entry = {"step": 2, "exp_avg": np.full(3, 0.19), "exp_avg_sq": np.full(3, 0.001999)}
    with pytest.raises(AuditError, match=why):
        from_state({"state": {0: entry}, "param_groups": [{**group, "params": [0]}]})
    assert word(from_state({"state": {0: entry}, "param_groups": [{**ADAM, "amsgrad": False}]})) == HOLDS


def test_arrays_need_the_betas_and_a_step() -> None:
    with pytest.raises(AuditError, match="give beta1 and beta2"):
        from_state(arrays())
    assert word(from_state(arrays(), 0.9, 0.999)) == HOLDS
    assert word(from_state(arrays(2.0), 0.9, 0.999)) == REJECTED
    without = {name: value for name, value in arrays().items() if not name.endswith("step")}
    with pytest.raises(AuditError, match=r"has no step: name it layer.weight\.step"):
        from_state(without, 0.9, 0.999)
    assert from_state({**without, "step": 1}, 0.9, 0.999).t[0, 0] == 1
    with pytest.raises(AuditError, match="no moments"):
        from_state({}, 0.9, 0.999)
    with pytest.raises(AuditError, match="of the type int8 are not audited"):
        from_state({"x.m": np.ones(3, np.int8), "x.v": np.ones(3, np.int8), "x.t": 1}, 0.9, 0.999)


def test_npz(tmp_path: Path) -> None:
    np.savez(tmp_path / "state.npz", **arrays())
    assert word(read_state(str(tmp_path / "state.npz"), 0.9, 0.999)) == HOLDS
    (tmp_path / "bad.npz").write_bytes(b"PK\x03\x04 nothing")
    with pytest.raises(AuditError, match=r"cannot be read as \.npz"):
        read_state(str(tmp_path / "bad.npz"), 0.9, 0.999)
    with pytest.raises(AuditError, match="there is no file"):
        read_state(str(tmp_path / "none.npz"), 0.9, 0.999)
    np.savez(tmp_path / "object.npz", x=np.array([{}], dtype=object))
    with pytest.raises(AuditError, match="cannot be read"):  # a pickle is not opened
        read_state(str(tmp_path / "object.npz"), 0.9, 0.999)


def safetensors(path: Path, **changed: Any) -> None:
    """The format by hand: the length of the header, the header, the numbers."""
    entries, content = {}, b""
    kinds = {"float32": "F32", "int64": "I64"}
    for name, value in arrays().items():
        raw = np.asarray(value).tobytes()
        entries[name] = {"dtype": kinds[str(np.asarray(value).dtype)], "shape": list(np.shape(value)),
                         "data_offsets": [len(content), len(content) + len(raw)]}  # fmt: skip
        entries[name] |= changed
        content += raw
    header = json.dumps({"__metadata__": {"format": "pt"}, **entries}).encode()
    path.write_bytes(struct.pack("<Q", len(header)) + header + content)


def test_safetensors(tmp_path: Path) -> None:
    path = tmp_path / "state.safetensors"
    safetensors(path)
    assert word(read_state(str(path), 0.9, 0.999)) == HOLDS
    for changed, why in (
        ({"dtype": "BF16"}, "bfloat16, which NumPy does not have"), ({"dtype": "U8"}, "quantised"),
        ({"data_offsets": [0, 10**9]}, "outside the file"), ({"data_offsets": None}, "is not a safetensors file"),
        ({"shape": [7]}, "is not a safetensors file"),
    ):  # fmt: skip
        safetensors(path, **changed)
        with pytest.raises(AuditError, match=why):
            read_state(str(path), 0.9, 0.999)
    path.write_bytes(struct.pack("<Q", 10**15) + b"{}")
    with pytest.raises(AuditError, match="does not begin with the length"):
        read_state(str(path), 0.9, 0.999)


def test_the_real_safetensors(tmp_path: Path) -> None:
    numpy = pytest.importorskip("safetensors.numpy")
    path = tmp_path / "state.safetensors"
    numpy.save_file({name: np.asarray(value) for name, value in arrays().items()}, path)
    assert word(read_state(str(path), 0.9, 0.999)) == HOLDS


def test_a_pickle_is_never_opened_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adamproof.audit.states.find_spec", lambda name: None)
    path = tmp_path / "model.pt"
    path.write_bytes(b"cos\nsystem\n(S'touch harm'\ntR.")
    with pytest.raises(AuditError, match=r"read only by PyTorch.*torch\.load\('.*model\.pt', weights_only=True\)"):
        read_state(str(path))


def test_a_state_is_no_call_and_needs_no_probe() -> None:
    random = np.random.default_rng(0)
    arrays: dict[str, Any] = {"step": 300}
    for name in ("a", "b"):
        arrays |= {f"{name}.m": 1e-3 * random.normal(size=64), f"{name}.v": 1e-3 * random.random(64) + 1e-4}
    said = [f"{each.subject}: {each.text}" for each in judge(from_state(arrays, 0.9, 0.999))]
    assert not [text for text in said if "at call" in text or "audit.probe" in text]
    assert "the true gradient a, its noise, smoothness: a stored state is one moment, and has no gradients" in said
    assert any("between layers D is up to" in text for text in said)
