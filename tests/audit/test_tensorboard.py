"""Scalars of TensorBoard: what is exported, and that the file of events has it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from adamproof.audit import AuditError, read, watch_arrays
from adamproof.audit.tensorboard import MOST, scalars, write
from adamproof.cli import main


def recorded(path: Path, layers: int = 2) -> Path:
    """A record with probes, of 30 calls."""
    random = np.random.default_rng(0)
    names = [f"layer{n}.weight" for n in range(layers)]
    m, v = ({name: np.zeros(40) for name in names} for _ in range(2))
    recorder = watch_arrays(0.9, 0.999, lr=0.01, every=5, budget=None)

    def loss(batch: int, weights: Any) -> Any:
        noise = np.random.default_rng(batch)
        return 1.0, {name: 1.0 + noise.normal(size=40) for name in names}

    for t in range(1, 31):
        g = {name: random.normal(size=40) for name in names}
        for name in names:
            m[name] = 0.9 * m[name] + 0.1 * g[name]
            v[name] = 0.999 * v[name] + 0.001 * g[name] ** 2
        recorder.record(t, {name: {"m": m[name], "v": v[name], "g": g[name], "w": g[name]} for name in names})
        if t in (1, 20):
            recorder.probe(loss, large=range(8), small=range(100, 108))
    assert not recorder.stopped, recorder.stopped
    recorder.save(path)
    return path


def events(folder: Path) -> dict[str, list[tuple[int, float]]]:
    """The scalars in a folder's only file: length, a checksum, an event, a checksum, and so on."""
    event_pb2 = pytest.importorskip("tensorboardX.proto.event_pb2")
    (path,) = folder.glob("events.out.tfevents.*")
    content, found = path.read_bytes(), {}
    while content:
        size = int.from_bytes(content[:8], "little")
        event = event_pb2.Event.FromString(content[12 : 12 + size])
        content = content[16 + size :]
        for value in event.summary.value:
            found.setdefault(value.tag, []).append((event.step, value.simple_value))
    return found


def test_the_file_of_events_has_the_records_numbers(tmp_path: Path) -> None:
    pytest.importorskip("tensorboardX")
    path = recorded(tmp_path / "run.audit")
    done = CliRunner().invoke(main, ["audit", str(path), "--tensorboard", str(tmp_path / "new" / "folder")])
    assert done.exit_code == 0, done.output
    run, found = read(path), events(tmp_path / "new" / "folder")
    m2 = run.numbers["m2"].sum(axis=1)
    full = np.isfinite(m2)
    assert found["l2_norm/moment/global"] == [
        (int(at), pytest.approx(value, rel=1e-6)) for at, value in zip(run.at[full], np.sqrt(m2[full]), strict=True)
    ]
    assert [step for step, _ in found["l2_norm/moment/layer0.weight"]] == run.at[full].tolist()
    assert [step for step, _ in found["adam/u_mean/global"]] == run.at.tolist()
    assert found["adam/u_over_R_t/global"][0][1] == pytest.approx(1.0)
    assert found["adam/lr/global"][-1] == (30, pytest.approx(0.01))
    assert [step for step, _ in found["probe/l2_norm/grad"]] == [1, 20]
    assert found["probe/l2_norm/noise"][0][1] == pytest.approx(np.sqrt(80), rel=0.3)
    assert set(found) == {each.name for each in scalars(run)}


def test_a_second_export_replaces_the_first_and_nothing_else(tmp_path: Path) -> None:
    pytest.importorskip("tensorboardX")
    run = read(recorded(tmp_path / "run.audit"))
    (tmp_path / "events.out.tfevents.1.host").write_bytes(b"another's")
    for _ in range(2):
        write(run, tmp_path)
    names = sorted(path.name for path in tmp_path.glob("events.out.tfevents.*"))
    assert len(names) == 2 and names[0] == "events.out.tfevents.1.host" and names[1].endswith(".adamproof")


def test_real_tensorboard_reads_it(tmp_path: Path) -> None:
    accumulator = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")
    pytest.importorskip("tensorboardX")
    run = read(recorded(tmp_path / "run.audit"))
    assert write(run, tmp_path) == len(scalars(run))
    reader = accumulator.EventAccumulator(str(tmp_path)).Reload()
    assert set(reader.Tags()["scalars"]) == {each.name for each in scalars(run)}
    assert len(reader.Scalars("adam/u_mean/global")) == len(run.at)


def test_scalars_are_few_and_those_of_the_layers_with_the_largest_u(tmp_path: Path) -> None:
    run = read(recorded(tmp_path / "run.audit", layers=50))
    found = [each.name for each in scalars(run)]
    assert len(found) == len(set(found)) == 7 + 2 * MOST + 2


def test_what_was_not_recorded_has_no_scalars() -> None:
    from adamproof.audit.record import run_of

    recorder = watch_arrays(0.9, 0.999)
    recorder.record(1, {"x": {"m": np.full(3, 0.1), "v": np.full(3, 0.001)}})
    names = [each.name for each in scalars(run_of(recorder.lines(), ""))]
    assert "l2_norm/moment/x" in names and not any("grad" in name or "param" in name for name in names)
    header = recorder.lines()[:1]
    assert scalars(run_of(header, "")) == []


def test_without_tensorboardx_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "tensorboardX", None)
    run = read(recorded(tmp_path / "run.audit"))
    with pytest.raises(AuditError, match=r"pip install 'adamproof\[tensorboard\]'"):
        write(run, tmp_path)
