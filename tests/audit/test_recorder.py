"""The recorder: what it writes of a training, what it refuses by name, and that it never costs the training."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from adamproof.audit import AuditError, AuditWarning, read, watch, watch_arrays
from adamproof.audit.constants import constants, missing
from adamproof.audit.magnitude import largest
from adamproof.audit.record import run_of
from adamproof.audit.reduction import NUMBERS
from adamproof.audit.verdicts import HOLDS, NOT_RECORDED, judge
from tests.audit.stand_in import Adam, AdamW, Tensor, torch  # noqa: F401
from tests.audit.trainings import SHAPES, model, quadratic_loss, set_gradients, train, watched

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.usefixtures("torch")


def words(run: Any) -> dict[str, str]:
    return {verdict.subject: verdict.word for verdict in judge(run)}


def texts(run: Any) -> dict[str, str]:
    return {verdict.subject: verdict.text for verdict in judge(run)}


def test_the_numbers_are_those_of_the_moments() -> None:
    net = model()
    optimizer = Adam(net.parameters(), lr=1e-2)
    run = watched(net, optimizer, 20)
    assert run.at.tolist() == [1, 5, 10, 15, 20] and (run.t == run.at[:, None]).all()
    assert [layer.name for layer in run.layers] == list(SHAPES) and run.d == 45
    for number, parameter in enumerate(net.parameters()):
        state = optimizer.state[parameter]
        m, v, g = (x.astype(np.float64) for x in (state["exp_avg"].values, state["exp_avg_sq"].values,
                                                   parameter.grad.values))  # type: ignore[union-attr]  # fmt: skip
        u = np.abs(m) / (1 - 0.9**20) / (np.sqrt(v / (1 - 0.999**20)) + 1e-8)
        expected = {
            "max": u.max(), "sum": u.sum(), "sum2": (u * u).sum(), "zero": 0, "low": 0, "eps": 0,
            "m2": (m * m).sum(), "v1": v.sum(), "vmax": v.max(), "g1": np.abs(g).sum(), "g2": (g * g).sum(),
            "ug": (u * np.abs(g)).sum(), "mg2": np.square(m - g).sum(), "w2": np.square(parameter.values).sum(),
        }  # fmt: skip
        for name, value in expected.items():
            assert run.numbers[name][-1, number] == pytest.approx(value, rel=5e-3), name
        assert run.histogram(4, number).sum() == u.size
    assert set(run.numbers) == set(NUMBERS)
    assert words(run)["u <= R_t"] == HOLDS


def test_a_record_is_one_transfer() -> None:
    net = model()
    optimizer = Adam(net.parameters())
    with watch(optimizer, net, every=5, budget=None):
        train(net, optimizer, 4)
        before = Tensor.transfers
        train(net, optimizer, 1)
        assert Tensor.transfers - before == 1
        train(net, optimizer, 4)
        assert Tensor.transfers - before == 1


def test_steps_on_the_device_come_in_one_transfer_more() -> None:
    net = model()
    optimizer = Adam(net.parameters(), capturable=True)
    train(net, optimizer, 1)
    for state in optimizer.state.values():
        state["step"].device = "cuda:0"
    with watch(optimizer, net, every=5, budget=None) as recorder:
        before = Tensor.transfers
        train(net, optimizer, 1)
        assert Tensor.transfers - before == 2
    header = recorder.lines()[0]
    assert header["groups"][0]["capturable"] is True and recorder.lines()[1]["t"] == 2


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("NAdam", "Nesterov"), ("RAdam", "rectified"), ("Adamax", "maximum"), ("Adafactor", "factored"),
        ("Adam8bit", "quantised"), ("SGD", "SGD is not known"), ("Lion", "sign"), ("SparseAdam", "skip"),
    ],
)  # fmt: skip
def test_other_optimizers_are_refused_by_name(name: str, why: str) -> None:
    base = () if name == "SGD" else (Adam,)
    kind = type(name, base, {"param_groups": [], "register_step_post_hook": None})
    with pytest.raises(AuditError, match=f"{name}.*{why}|{why}"):
        watch(kind.__new__(kind))


def test_amsgrad_is_refused_and_so_is_a_state_of_it() -> None:
    net = model()
    with pytest.raises(AuditError, match="amsgrad=True divides by the largest v"):
        watch(Adam(net.parameters(), amsgrad=True))
    optimizer = Adam(net.parameters())
    train(net, optimizer, 1)
    next(iter(optimizer.state.values()))["max_exp_avg_sq"] = Tensor(np.zeros(3))
    with watch(optimizer, net) as recorder, pytest.warns(AuditWarning, match="AMSGrad"):
        train(net, optimizer, 1)
    assert recorder.stopped


def test_an_old_pytorch_is_refused() -> None:
    class Old:
        param_groups = ()

    old = type("Adam", (Old,), {})()
    with pytest.raises(AuditError, match=r"no register_step_post_hook; PyTorch has it from 2\.0"):
        watch(old)


def test_a_wrapper_is_looked_into() -> None:
    net = model()
    inner = Adam(net.parameters())
    outer = type("AcceleratedOptimizer", (), {"optimizer": inner})()
    with watch(outer, net, budget=None) as recorder:
        train(net, inner, 1)
    assert recorder.calls == 1


def test_a_crash_in_the_recorder_is_one_warning_and_the_training_goes_on() -> None:
    net, twin = model(), model()
    optimizer, other = Adam(net.parameters()), Adam(twin.parameters())
    with watch(optimizer, net, every=1, budget=None) as recorder:
        train(net, optimizer, 2)
        for state in optimizer.state.values():
            state["exp_avg"].sum = None  # whatever it is
        optimizer.param_groups[0]["betas"] = ("wrong", None)
        with pytest.warns(AuditWarning, match="the training goes on") as caught:
            recorder.guarded(lambda: recorder._record([], recorder.nothing()))  # type: ignore[attr-defined]
        assert len(caught) == 1
        optimizer.param_groups[0]["betas"] = (0.9, 0.999)
        train(net, optimizer, 3, seed=1)
    assert not optimizer.hooks
    train(twin, other, 2)
    train(twin, other, 3, seed=1)
    for mine, theirs in zip(net.parameters(), twin.parameters(), strict=True):
        assert (mine.values == theirs.values).all()


def test_a_crash_while_a_step_is_recorded_does_not_reach_the_step() -> None:
    net = model()
    optimizer = Adam(net.parameters())
    with watch(optimizer, net, every=1, budget=None) as recorder:
        train(net, optimizer, 1)
        next(iter(optimizer.state.values()))["exp_avg_sq"] = "nonsense"
        optimizer.update = lambda *_: None  # type: ignore[method-assign]
        with pytest.warns(AuditWarning):
            train(net, optimizer, 3)
    assert recorder.stopped and len(recorder.lines()) == 4  # the header, the first step, why it stopped, the end


def test_the_crash_is_in_the_record(tmp_path: Path) -> None:
    net = model()
    optimizer = Adam(net.parameters())
    recorder = watch(optimizer, net, budget=None)
    train(net, optimizer, 1)
    with pytest.warns(AuditWarning):
        recorder.guarded(lambda: 1 / 0)  # type: ignore[arg-type, return-value]
    recorder.save(tmp_path / "run.audit")
    assert "ZeroDivisionError" in texts(read(tmp_path / "run.audit"))["record"]


def test_unused_layers_own_counters_and_skipped_steps_are_named() -> None:
    net = model()
    optimizer = Adam(net.parameters())
    with watch(optimizer, net, every=5, budget=None) as recorder:
        random = np.random.default_rng(0)
        for step in range(20):
            set_gradients(net, random)
            net.named["second.weight"].grad = None
            if step % 2:
                net.named["first.bias"].grad = None
            if step >= 16:  # an optimizer that skips what is not finite calls its hooks all the same
                for parameter in net.parameters():
                    parameter.grad = None
            optimizer.step()
    said = texts(run_of(recorder.lines()[:-1], ""))
    assert said["unused layers"].startswith("second.weight:")
    assert said["own counters"].startswith("first.bias had fewer steps")
    assert said["skipped steps"] == "4 of 19 calls made no step"
    assert words(run_of(recorder.lines()[:-1], ""))["u <= R_t"] == HOLDS


def test_a_loaded_state_is_named_and_holds() -> None:
    net = model()
    optimizer = Adam(net.parameters())
    train(net, optimizer, 30)
    run = watched(net, optimizer, 10)
    assert texts(run)["loaded state"].startswith("t is 30 ahead of the calls seen")
    assert words(run)["u <= R_t"] == HOLDS


def test_new_groups_and_settings_that_change_are_lines_of_their_own() -> None:
    net = model()
    late = Tensor(np.ones(4, dtype=np.float32))
    optimizer = Adam(net.parameters(), lr=1e-2)
    with watch(optimizer, net, every=1, budget=None) as recorder:
        train(net, optimizer, 2)
        optimizer.param_groups[0]["lr"] = 1e-3
        train(net, optimizer, 1)
        optimizer.param_groups[0]["params"].append(late)
        late.grad = Tensor(np.ones(4, dtype=np.float32))
        train(net, optimizer, 1)
        optimizer.param_groups[0]["betas"] = (0.5, 0.9)
        train(net, optimizer, 5)
    run = run_of(recorder.lines()[:-1], "")
    assert [layer.name for layer in run.layers] == [*SHAPES, "group0.3"]
    assert np.isnan(run.t[0, 3]) and run.t[-1, 3] == 6
    said = texts(run)
    assert said["settings"].startswith(
        "beta1 0.5..0.9, beta2 0.9..0.999 changed at call 5; u is compared with R_t before"
    )
    assert said["learning rate"] == "0.001..0.01"
    assert words(run)["u <= R_t"] == HOLDS


def test_the_record_ends_where_the_training_does(tmp_path: Path) -> None:
    net = model()
    optimizer = Adam(net.parameters(), lr=1e-2)
    with watch(optimizer, net, every=5, budget=None) as recorder:
        train(net, optimizer, 38)
        optimizer.param_groups[0]["lr"] = 0.0  # a schedule's last word, which no step had
        for parameter in net.parameters():
            parameter.grad = Tensor(np.zeros(parameter.shape, dtype=np.float32))
    recorder.save(tmp_path / "run.audit")
    run = read(tmp_path / "run.audit")
    assert run.complete and run.at[-2:].tolist() == [35, 38] and run.t[-1].tolist() == [38, 38, 38]
    assert np.isfinite(run.numbers["eps"][-1]).all() and np.isnan(run.numbers["g1"][-1]).all()
    assert np.nanmin(run.lr) == 0.01
    said = texts(run)
    assert said["epsilon"].endswith("of the coordinates at call 38")
    assert "at 5 calls from 1 to 20, with mini-batch" in said["|u o g|_1/|g|_1"]
    assert constants(run)["steps"].value == "38"


def test_an_end_that_cannot_be_recorded_is_left_out() -> None:
    net = model()
    optimizer = Adam(net.parameters())
    with watch(optimizer, net, every=5, budget=None) as recorder:
        train(net, optimizer, 8)
        optimizer.state.clear()
        optimizer.param_groups[0]["betas"] = (0.5, 0.9)
    assert not recorder.stopped and run_of(recorder.lines()[:-1], "").at.tolist() == [1, 5]


def test_a_budget_that_made_records_rarer_is_named() -> None:
    net = model()
    optimizer = Adam(net.parameters())
    with watch(optimizer, net, every=5, budget=None) as recorder:
        train(net, optimizer, 8)
        recorder.event(event="interval", every=320)
    run = run_of(recorder.lines()[:-1], "")
    assert texts(run)["record"] == "its budget made it rarer: a record every 5 steps at the beginning, 320 at the end"


def test_a_maximum_has_its_word_and_no_gap() -> None:
    net = model()
    optimizer = Adam(net.parameters(), maximize=True)
    with watch(optimizer, net, every=1, budget=None) as recorder:
        train(net, optimizer, 3)
        recorder.probe(quadratic_loss(net), large=[1, 2, 3, 4])
    run = run_of(recorder.lines()[:-1], "")
    assert "gap" not in constants(run) and "grad1" in constants(run)
    assert missing(run).startswith("the optimizer maximizes") and "gradient of -F" in texts(run)["direction"]


def test_maximize_and_decay_keep_their_meaning() -> None:
    net = model()
    run = watched(net, Adam(net.parameters(), maximize=True), 5)
    assert run.numbers["mg2"][-1].sum() < run.numbers["g2"][-1].sum()
    net = model()
    coupled = watched(net, Adam(net.parameters(), weight_decay=0.1), 5)
    assert np.isnan(coupled.numbers["mg2"]).all() and all(layer.coupled for layer in coupled.layers)
    net = model()
    decoupled = watched(net, AdamW(net.parameters(), weight_decay=0.1), 5)
    assert decoupled.groups[0]["decoupled"] is True and np.isfinite(decoupled.numbers["mg2"]).all()


def test_scaled_gradients_of_a_fused_step_are_not_recorded() -> None:
    net = model()
    optimizer = Adam(net.parameters(), fused=True)
    optimizer.grad_scale = Tensor(np.float32(65536.0))  # type: ignore[attr-defined]
    run = watched(net, optimizer, 5)
    assert np.isnan(run.numbers["g1"]).all() and np.isfinite(run.numbers["max"]).all()


# --- budget, files ------------------------------------------------------------------------------


def test_above_its_budget_records_become_rarer(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [0.0]
    monkeypatch.setattr("adamproof.audit.clock.time.perf_counter", lambda: clock[0])
    recorder = watch_arrays(0.9, 0.999, every=2, budget=0.02)
    slow = recorder._record

    def record(*args: Any) -> None:
        clock[0] += 0.5
        slow(*args)

    monkeypatch.setattr(recorder, "_record", record)
    m = np.ones(3)
    for t in range(1, 200):
        clock[0] += 1.0
        recorder.record(t, {"x": {"m": m, "v": m}})
    run = run_of(recorder.lines(), "")
    assert [event["every"] for event in run.events] == [4, 8, 16, 32]
    assert 0.5 <= 0.02 * 32 * 1.0 and all(at % 2 == 0 for at in run.at[1:])


@pytest.mark.parametrize(("held", "known"), [(0.0, [1, 2, 3, 4, 5, 6, 7]), (3600.0, [])])
def test_a_killed_training_leaves_a_record_that_can_be_read(held: float, known: list[int], tmp_path: Path) -> None:
    """All but what has waited for less than HELD seconds; the header, being the first line, does not wait."""
    path = tmp_path / "run.audit"
    code = f"""
import os, numpy as np
from adamproof.audit import watch_arrays, writing
writing.HELD = {held}
recorder = watch_arrays(0.9, 0.999, every=1, budget=None, path={str(path)!r})
m = np.ones(3)
for t in range(1, 8):
    recorder.record(t, {{"x": {{"m": m, "v": m}}}})
os._exit(9)
"""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    assert subprocess.run([sys.executable, "-c", code], env=environment, check=False).returncode == 9
    run = read(path)
    assert run.at.tolist() == known and not run.complete and run.d == 3
    assert "killed" in texts(run)["record"]


@pytest.mark.parametrize("in_memory", [True, False])
def test_a_recording_of_nothing_says_so_and_why(in_memory: bool, tmp_path: Path) -> None:
    path = tmp_path / "run.audit"
    empty = watch_arrays(0.9, 0.999, path=None if in_memory else path)
    with pytest.warns(AuditWarning, match="recorded nothing: no step was seen"):
        empty.save(path)
    with pytest.raises(AuditError, match=r"nothing was recorded \(no step was seen before the rec"):
        read(path)
    refused = watch_arrays(0.9, 0.999)
    with pytest.warns(AuditWarning, match="the audit has stopped"):
        refused.record(1, {"x": {"m": np.ones(2)}})
    refused.save(path := tmp_path / "refused.audit")
    with pytest.raises(AuditError, match=r"nothing was recorded \(AuditError: the layer 'x' has m, but must have"):
        read(path)


def test_lines_that_were_not_packed_may_lack_the_end_of_the_last(tmp_path: Path) -> None:
    recorder = watch_arrays(0.9, 0.999)
    recorder.record(1, {"x": {"m": np.ones(2), "v": np.ones(2)}})
    path = tmp_path / "run.audit"
    path.write_text("".join(json.dumps(line) + "\n" for line in recorder.lines()) + '{"at":8,"t":8,"ma')
    assert read(path).at.tolist() == [1]


def test_a_record_is_not_overwritten_and_a_changed_one_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "run.audit"
    net = model()
    optimizer = Adam(net.parameters())
    with watch(optimizer, net, every=1, budget=None, path=path):
        train(net, optimizer, 3)
    assert read(path).complete
    for number in (2, 3):
        with pytest.warns(AuditWarning, match=rf"run.audit is there already.* it writes .*run-{number}\.audit"):
            again = watch(optimizer, net, every=1, path=path)
        with again:
            train(net, optimizer, 1)
        assert read(tmp_path / f"run-{number}.audit").at.tolist() == [1]
    packed = path.read_bytes()
    text = gzip.decompress(packed)
    for pack in (bytes, gzip.compress):
        path.write_bytes(pack(text.replace(b'"max":[1', b'"max":[2', 1)))
        with pytest.raises(AuditError, match="checksum mismatch"):
            read(path)
        path.write_bytes(pack(text) * 2)
        with pytest.raises(AuditError, match="behind the last line"):
            read(path)
    path.write_bytes(packed[:40] + bytes(20) + packed[60:])
    with pytest.raises(AuditError, match=r"cannot be unpacked .*the file was modified"):
        read(path)


def same(one: Any, other: Any) -> bool:
    return (
        all(np.array_equal(one.numbers[name], other.numbers[name], equal_nan=True) for name in NUMBERS)
        and one.at.tolist() == other.at.tolist()
    )


def test_other_programs_may_pack_each_line_by_itself_or_none(tmp_path: Path) -> None:
    path, other = tmp_path / "run.audit", tmp_path / "other.audit"
    net = model()
    optimizer = Adam(net.parameters())
    with watch(optimizer, net, every=1, budget=None, path=path):
        train(net, optimizer, 3)
    run, text = read(path), gzip.decompress(path.read_bytes())
    assert path.read_bytes()[4:8] == bytes(4)  # where gzip has the time: one training, one file
    for written in (text, b"".join(gzip.compress(line) for line in text.splitlines(keepends=True))):
        other.write_bytes(written)
        assert same(read(other), run) and read(other).complete


def test_a_record_cut_anywhere_is_read_up_to_there(tmp_path: Path) -> None:
    """As a kill, or a full disk, leaves it."""
    net = model()
    optimizer = Adam(net.parameters())
    recorder = watch(optimizer, net, every=1, budget=None)
    train(net, optimizer, 40)
    recorder.save(tmp_path / "run.audit")
    whole = (tmp_path / "run.audit").read_bytes()
    found = []
    for size in range(len(whole) // 2, len(whole), 11):
        (tmp_path / "cut.audit").write_bytes(whole[:size])
        run = read(tmp_path / "cut.audit")
        found.append(len(run.at))
        assert run.at.tolist() == list(range(1, len(run.at) + 1))
    assert found == sorted(found) and 2 < found[0] < 20 and found[-1] >= 39


def test_a_record_is_small() -> None:
    """At most 100 kB for 1,000 records of ten layers: here of gradients that are pure noise, the hardest to pack."""
    random = np.random.default_rng(0)
    recorder = watch_arrays(0.9, 0.999, lr=1e-3, every=1, budget=None)
    m, v = np.zeros((10, 256)), np.zeros((10, 256))
    for t in range(1, 1001):
        for _ in range(20):  # steps between two records
            g = np.exp(2.0 * random.normal(size=(10, 1))) * random.normal(size=m.shape)
            m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g * g
        layers = {f"layer{n}": {"m": m[n], "v": v[n], "g": g[n], "w": g[n]} for n in range(10)}
        recorder.record(20 * t, layers)
    assert sum(map(len, recorder._writer._kept)) < 100_000


def test_a_largest_u_near_its_bound_is_written_exactly_and_others_with_three_digits() -> None:
    recorder = watch_arrays(0.9, 0.999, epsilon=0.0, every=1, budget=None)
    bound = float(largest(0.9, 0.999, 50))
    for call, part in enumerate((0.123456789, 0.97, 0.99999999, 1.00001), 1):
        m = np.full(3, part * bound * (1 - 0.9**50))
        recorder.record(50, {"x": {"m": m, "v": np.full(3, 1 - 0.999**50)}})
        found = recorder.lines()[call]["max"]
        digits = 2e-9 if part > 0.98 else 5e-3
        assert found == pytest.approx(part * bound, rel=digits) and (part > 0.98 or len(str(found)) <= 5)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"format": "other"}, "is not a record of an audit"), ({"version": 2}, "of version 2, but this program reads"),
        ({"layers": [{"name": "x", "n": -1, "group": 0, "m": None, "v": None}]}, "has -1 coordinates"),
        ({"groups": []}, "no groups of settings"), ({"layers": 3}, "not a whole record"),
        ({"groups": [{"lr": 1, "beta1": 2, "beta2": 0.9, "epsilon": 0}]}, "are none"),
    ],
)  # fmt: skip
def test_headers_that_do_not_fit_are_refused(change: dict[str, Any], why: str, tmp_path: Path) -> None:
    recorder = watch_arrays(0.9, 0.999)
    recorder.record(1, {"x": {"m": np.ones(2), "v": np.ones(2)}})
    header, line = recorder.lines()
    path = tmp_path / "run.audit"
    path.write_text("".join(json.dumps(each) + "\n" for each in ({**header, **change}, line)), encoding="utf-8")
    with pytest.raises(AuditError, match=why):
        read(path)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"max": [-1.0]}, "is negative"), ({"t": 0}, "is not a whole number from 1 on"), ({"t": 1.5}, "whole number"),
        ({"max": [1.0, 2.0]}, "2 values for 1 layers"), ({"max": ["x"]}, "not a whole record"),
        ({"at": None}, "not in the order"),
    ],
)  # fmt: skip
def test_lines_that_do_not_fit_are_refused(change: dict[str, Any], why: str) -> None:
    recorder = watch_arrays(0.9, 0.999)
    recorder.record(1, {"x": {"m": np.ones(2), "v": np.ones(2)}})
    header, line = recorder.lines()
    with pytest.raises(AuditError, match=why):
        run_of([header, {**line, **change}], "x")


def test_numbers_that_are_not_finite_are_not_recorded_and_nothing_is_accused() -> None:
    recorder = watch_arrays(0.9, 0.999, every=1, budget=None)
    for t, value in ((1, 1.0), (2, np.nan), (3, np.inf)):
        recorder.record(t, {"x": {"m": np.full(3, value), "v": np.full(3, value)}})
    run = run_of(recorder.lines(), "")
    assert not recorder.stopped
    assert words(run)["u <= R_t"] == NOT_RECORDED  # of step 1 alone
    assert "2 records have numbers that are not finite" in texts(run)["u <= R_t"]


@pytest.mark.parametrize(("name", "value"), [("every", 0), ("sample", 0), ("budget", 0.0), ("keep", 999), ("seed", -1)])
def test_settings_are_checked(name: str, value: Any) -> None:
    with pytest.raises(AuditError, match=name):
        watch_arrays(0.9, 0.999, **{name: value})


def test_betas_are_checked() -> None:
    with pytest.raises(AuditError, match=r"beta1 is 1\.5"):
        watch_arrays(1.5, 0.999)


# --- probes -------------------------------------------------------------------------------------


def test_a_probe_changes_nothing_and_measures_what_is_there(torch: Any) -> None:  # noqa: F811
    net = model()
    optimizer = Adam(net.parameters(), lr=1e-2)
    recorder = watch(optimizer, net, every=5, budget=None)
    train(net, optimizer, 10)
    before = [(p.values.copy(), p.grad) for p in net.parameters()]
    chance, running = np.random.get_state()[1].copy(), net.running.values.copy()  # type: ignore[index, union-attr]
    torch.state[0] = 5
    recorder.probe(quadratic_loss(net), large=range(8), small=range(100, 140))
    assert not recorder.stopped, recorder.stopped
    for parameter, (values, gradient) in zip(net.parameters(), before, strict=True):
        assert (parameter.values == values).all() and parameter.grad is gradient
    assert (np.random.get_state()[1] == chance).all()  # type: ignore[index]
    assert (net.running.values == running).all() and torch.state == [5]
    (probe,) = run_of(recorder.lines(), "").probes
    true = sum(float(np.square(p.values).sum()) for p in net.parameters())
    assert probe["a2"] == pytest.approx(true, rel=0.1) and probe["loss"] == pytest.approx(true / 2, rel=1e-6)
    assert probe["noise2"] == pytest.approx(0.01 * 45, rel=0.4)
    assert np.sqrt(probe["change2"] / probe["step2"]) == pytest.approx(1.0, rel=1e-3)  # the curvature is 1
    l1 = sum(float(np.abs(p.values).sum()) for p in net.parameters())
    assert probe["l1_low"] - 0.7 <= l1 <= probe["l1_high"] + 0.7  # whose errors are 0.24
    assert probe["t"] == 10 and probe["large"] == 8 and probe["small"] == 40


@pytest.mark.parametrize(("large", "why"), [([1], "at least two large batches"), ([], "at least two large batches")])
def test_a_probe_with_too_few_batches_is_a_warning(large: list[int], why: str) -> None:
    net = model()
    optimizer = Adam(net.parameters())
    recorder = watch(optimizer, net, budget=None)
    train(net, optimizer, 1)
    with pytest.warns(AuditWarning, match=why):
        recorder.probe(quadratic_loss(net), large=large)


def test_a_probe_without_the_model_is_refused_in_words() -> None:
    net = model()
    optimizer = Adam(net.parameters())
    recorder = watch(optimizer, budget=None)
    train(net, optimizer, 1)
    with pytest.warns(AuditWarning, match=r"needs watch\(optimizer, model\)"):
        recorder.probe(quadratic_loss(net), large=[1, 2])


def test_a_loss_that_fails_leaves_the_model_as_it_was() -> None:
    net = model()
    optimizer = Adam(net.parameters())
    recorder = watch(optimizer, net, budget=None)
    train(net, optimizer, 1)
    before = [(p.values.copy(), p.grad) for p in net.parameters()]
    loss, calls = quadratic_loss(net), [0]

    def failing(batch: Any) -> Any:
        calls[0] += 1
        if calls[0] == 3:  # the first batch with other weights
            raise RuntimeError("out of memory")
        return loss(batch)

    with pytest.warns(AuditWarning, match="out of memory"):
        recorder.probe(failing, large=[1, 2])
    for parameter, (values, gradient) in zip(net.parameters(), before, strict=True):
        assert (parameter.values == values).all() and parameter.grad is gradient


def test_a_probe_ends_in_time() -> None:
    net = model()
    optimizer = Adam(net.parameters())
    recorder = watch(optimizer, net, budget=None)
    train(net, optimizer, 1)
    recorder.probe(quadratic_loss(net), large=range(1000), small=range(1000), seconds=0.0)
    (probe,) = run_of(recorder.lines(), "").probes
    assert (probe["large"], probe["small"]) == (2, 2)


def test_neither_torch_nor_jax_is_imported() -> None:
    code = """
import sys
import numpy as np
from adamproof.audit import watch, watch_arrays, read
r = watch_arrays(0.9, 0.999)
r.record(1, {"x": {"m": np.ones(3), "v": np.ones(3), "g": np.ones(3), "w": np.ones(3)}})
assert not r.stopped, r.stopped
print(sorted({"torch", "jax", "sympy", "scipy", "mpmath", "click"} & set(sys.modules)))
"""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=False)
    assert done.stdout == "[]\n", done.stderr
