"""What must not happen: a training that the recorder breaks, a correct Adam that is accused, a word that says too much,
and a record of unknown origin that is believed."""

from __future__ import annotations

import copy
import gzip
import json
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from adamproof.audit import AuditError, AuditWarning, judge, read, read_state, watch, watch_arrays
from adamproof.audit import record as reading
from adamproof.audit.constants import constants
from adamproof.audit.record import run_of
from adamproof.audit.replicates import refuse_different
from adamproof.audit.verdicts import HOLDS, NOT_RECORDED, REJECTED, UNIDENTIFIED, farthest
from tests.audit.stand_in import BFLOAT, Adam, Tensor, torch  # noqa: F401
from tests.audit.trainings import model, quadratic_loss, recorded, set_gradients, train

pytestmark = pytest.mark.usefixtures("torch")
GROUP = {"lr": 1e-3, "beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8, "weight_decay": 0.0, "decoupled": None}
LAYER = {"name": "a", "n": 64, "group": 0, "m": "float32", "v": "float32"}
HEADER: dict[str, Any] = {
    "format": "adamproof audit", "version": 1, "optimizer": "torch.optim.Adam", "groups": [GROUP],
    "layers": [LAYER, {**LAYER, "name": "b"}], "every": 20, "sample": 64, "keep": 0, "seed": 0,
}  # fmt: skip
RECORDS: list[dict[str, Any]] = [
    {"at": at, "t": at, "lr": 1e-3, "max": [1.0, 0.9], "sum": [20.0, 30.0], "bins": [[50, 64], [51, 64]]}
    for at in (1, 20, 40, 60)
]
PROBE: dict[str, Any] = {
    "t": 20, "d": 128, "large": 2, "small": 4, "loss": 1.0, "a2": 1.0, "noise2": 2.0, "l1_low": 1.0, "l1_high": 2.0,
    "step2": 1e-6, "change2": 1e-6,
}  # fmt: skip


def magnitude(run: Any) -> Any:
    (found,) = [verdict for verdict in judge(run) if verdict.subject == "u <= R_t"]
    return found


def said(run: Any, subject: str) -> str:
    return next(verdict.text for verdict in judge(run) if verdict.subject == subject)


# --- the training -------------------------------------------------------------------------------


def broken(*_: Any) -> None:
    raise RuntimeError("whatever it is")


def test_a_recorder_that_stops_leaves_the_hooks_behind_it_alone() -> None:
    net = model()
    optimizer = Adam(net.parameters())
    first, second = (watch(optimizer, net, every=1, budget=None) for _ in range(2))
    first._record = broken  # type: ignore[method-assign]
    with pytest.warns(AuditWarning):
        train(net, optimizer, 3)
    assert first.stopped and second.calls == 3 and not second.stopped
    for recorder in (first, first, second):
        recorder.close()
    assert not optimizer.hooks


def test_where_warnings_are_errors_the_training_goes_on(capsys: pytest.CaptureFixture[str]) -> None:
    net = model()
    optimizer = Adam(net.parameters())
    recorder = watch(optimizer, net, every=1, budget=None)
    recorder._record = broken  # type: ignore[method-assign]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        train(net, optimizer, 3)
    assert recorder.stopped and "the training goes on" in capsys.readouterr().err


def test_a_training_that_diverges_warns_of_nothing() -> None:
    recorder = watch_arrays(0.9, 0.999, every=1, budget=None)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for t in range(1, 30):
            value = np.full(4, np.inf if t > 2 else 1e300)
            recorder.record(t, {"x": {"m": value, "v": value, "g": value, "w": value}})
    assert not recorder.stopped


def test_numbers_that_are_not_finite_are_named_with_their_first_call() -> None:
    recorder = watch_arrays(0.9, 0.999, every=1, budget=None)
    for t in range(1, 11):
        bad = np.nan if t > 6 else 1.0
        recorder.record(t, {"x": {"m": np.full(4, 1 - 0.9**t), "v": np.full(4, (1 - 0.999**t) * bad)}})
    run = run_of(recorder.lines(), "")
    assert "(NaN or infinity) from call 7 on (at call 6 they were), first in x" in said(run, "diverged")
    assert magnitude(run).word == HOLDS
    assert magnitude(run).text.startswith(
        "in 6 of 10 records: at most 0.999 R_t after step 1 (at t = 2); 4 records have numbers that are not finite"
    )


def test_betas_that_cycle_are_named() -> None:
    net = model()
    optimizer = Adam(net.parameters())
    with watch(optimizer, net, every=1, budget=None) as recorder:
        for beta1 in (0.95, 0.95, 0.9, 0.85, 0.9, 0.95):
            optimizer.param_groups[0]["betas"] = (beta1, 0.999)
            train(net, optimizer, 1)
    run = run_of(recorder.lines()[:-1], "")
    assert magnitude(run).text.startswith("in 2 of 6 records")
    assert "4 records have other betas" in magnitude(run).text
    assert said(run, "settings").startswith("beta1 0.85..0.95 changed at call 3, 4, 5 and 1 more")


def test_where_no_bound_holds_for_all_t_it_is_said() -> None:
    run = recorded(lambda t: {"a": np.ones(3)}, 20, 0.95, 0.9)
    assert "beta1^2 >= beta2: there is no R" in magnitude(run).text


def test_a_record_in_a_file_says_why_it_stopped(tmp_path: Path) -> None:
    net = model()
    optimizer = Adam(net.parameters())
    path = tmp_path / "run.audit"
    with watch(optimizer, net, every=1, budget=None, path=path) as recorder:
        train(net, optimizer, 3)
        recorder._record = broken  # type: ignore[method-assign]
        with pytest.warns(AuditWarning):
            train(net, optimizer, 3)
    assert said(read(path), "record") == "the recorder stopped early: RuntimeError: whatever it is"
    recorder.save(tmp_path / "other.audit")
    recorder.save(tmp_path / "third.audit")
    assert (tmp_path / "other.audit").read_bytes() == (tmp_path / "third.audit").read_bytes() == path.read_bytes()


class Full:
    """A stream on a disk that is full from some byte on."""

    def __init__(self, stream: Any, room: int) -> None:
        self.stream, self.room = stream, room

    def write(self, content: bytes) -> None:
        self.stream.write(content[: max(0, self.room)])
        self.room -= len(content)
        if self.room < 0:
            raise OSError(28, "No space left on device")

    def flush(self) -> None:
        self.stream.flush()

    def close(self) -> None:
        self.stream.close()


@pytest.mark.parametrize("room", [600, 1500])
def test_a_full_disk_costs_the_rest_of_the_record(room: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adamproof.audit.writing.HELD", 0.0)
    net = model()
    optimizer = Adam(net.parameters())
    path = tmp_path / "run.audit"
    recorder = watch(optimizer, net, every=1, budget=None, path=path)
    recorder._writer._stream = Full(recorder._writer._stream, room)  # type: ignore[assignment]
    with pytest.warns(AuditWarning, match="No space left") as caught, recorder:
        train(net, optimizer, 40)
    recorder.save(tmp_path / "copy.audit")
    assert len(caught) == 1 and 1 <= len(read(path).at) < 40 and not read(path).complete
    assert (tmp_path / "copy.audit").read_bytes() == path.read_bytes()


def test_a_line_that_is_interrupted_ends_the_record(tmp_path: Path) -> None:
    path = tmp_path / "run.audit"
    recorder = watch_arrays(0.9, 0.999, every=1, budget=None, path=path)
    ones = {"x": {"m": np.ones(3), "v": np.ones(3)}}
    recorder.record(1, ones)
    writer, put = recorder._writer, recorder._writer._put

    def interrupted(_: bytes) -> None:
        raise KeyboardInterrupt

    writer._put = interrupted  # type: ignore[method-assign]
    with pytest.raises(KeyboardInterrupt):
        recorder.record(2, ones)
    writer._put = put  # type: ignore[method-assign]
    recorder.close()
    assert not read(path).complete and len(read(path).at) >= 1


def test_a_probe_that_fails_does_not_end_the_recording() -> None:
    net = model()
    optimizer = Adam(net.parameters())
    recorder = watch(optimizer, net, every=1, budget=None)
    train(net, optimizer, 2)
    with pytest.warns(AuditWarning, match="a probe is left out"):
        recorder.probe(broken, large=[1, 2])
    with pytest.warns(AuditWarning, match=r"the loss left no gradients: return the loss itself, .* not its number"):
        recorder.probe(lambda batch: 1.0, large=[1, 2])
    recorder.probe(quadratic_loss(net), large=[1, 2])
    train(net, optimizer, 2)
    run = run_of(recorder.lines(), "")
    assert said(run, "probes left out").startswith("2, the last one because of this: the loss left no gradients")
    assert len(run.at) == 4 and len(run.probes) == 1 and not recorder.stopped


def test_a_loss_that_calls_eval_leaves_the_modules_in_training() -> None:
    net: Any = model()
    net.training, net.modules = True, lambda: [net]
    optimizer = Adam(net.parameters())
    recorder = watch(optimizer, net, every=1, budget=None)
    train(net, optimizer, 1)
    loss = quadratic_loss(net)

    def evaluated(batch: Any) -> Any:
        net.training = False
        return loss(batch)

    recorder.probe(evaluated, large=[1, 2])
    assert net.training


# --- who is accused -----------------------------------------------------------------------------


def test_moments_that_become_coarser_keep_the_tolerance_of_the_coarser_type() -> None:
    """Gradients that grow as beta2/beta1 per step lead u to R_t; in bfloat16 it is then slightly above."""
    for first, later in ((None, BFLOAT), (BFLOAT, None)):
        parameter = Tensor(np.zeros(50, dtype=np.float32), first)
        optimizer = Adam([parameter], eps=0.0)
        recorder = watch(optimizer, every=1, budget=None)
        for t in range(1, 60):
            if t == 3:
                parameter.kind = later or "float32"
                for name in ("exp_avg", "exp_avg_sq"):
                    optimizer.state[parameter][name].kind = parameter.kind
            parameter.grad = Tensor(np.full(50, 1e-2 * (0.999 / 0.9) ** min(t, 39), np.float32), parameter.kind)
            optimizer.step()
        run = run_of(recorder.lines(), "")
        assert run.layers[0].v == BFLOAT and magnitude(run).word == HOLDS


def test_subnormal_numbers_that_became_0_accuse_nobody() -> None:
    """XLA on a CPU, and PyTorch after set_flush_denormal: v is then too small, and without epsilon u too large."""
    recorder = watch_arrays(0.9, 0.999, 0.0, every=1, budget=None)
    one, m, v = np.float32, np.zeros(8, np.float32), np.zeros(8, np.float32)
    smallest = np.finfo(np.float32).tiny
    for t in range(1, 60):
        g = np.full(8, 1e-18 * 1.11 ** min(t, 46), np.float32)
        square = one(1 - 0.999) * g * g
        m, v = m + one(1 - 0.9) * (g - m), one(0.999) * v + np.where(square < smallest, one(0), square)
        v = np.where(v < smallest, one(0), v)
        recorder.record(t, {"x": {"m": m, "v": v}})
    assert magnitude(run_of(recorder.lines(), "")).word != REJECTED


def test_a_group_that_comes_after_a_change_of_epsilon_changes_no_betas() -> None:
    net = model()
    late = Tensor(np.ones(4, dtype=np.float32))
    optimizer = Adam(net.parameters())
    recorder = watch(optimizer, net, every=1, budget=None)
    train(net, optimizer, 5)
    optimizer.param_groups[0]["eps"] = 1e-6
    train(net, optimizer, 5)
    optimizer.param_groups.append({**optimizer.param_groups[0], "params": [late], "betas": (0.5, 0.9)})
    late.grad = Tensor(np.ones(4, dtype=np.float32))
    train(net, optimizer, 5)
    found = magnitude(run_of(recorder.lines(), ""))
    assert found.word == HOLDS and found.data["records"] == 15


# --- words that say too much --------------------------------------------------------------------


def test_step_1_alone_is_no_comparison() -> None:
    net = model()
    optimizer = Adam(net.parameters())
    recorder = watch(optimizer, net, every=5, budget=None)
    random = np.random.default_rng(0)
    for t in range(1, 30):  # as a one-cycle schedule does
        set_gradients(net, random)
        optimizer.param_groups[0]["betas"] = (0.95 - 0.001 * t, 0.999)
        optimizer.step()
    run = run_of(recorder.lines(), "")
    found = magnitude(run)
    assert found.word == NOT_RECORDED and "u = R_1 whatever the gradients are" in found.text
    assert "at the end" not in said(run, "largest u")


def test_where_nothing_is_left_to_compare_nothing_holds() -> None:
    run = recorded(lambda t: {"x": np.full(5, 1e-160)}, 30)  # whose squares are all 0
    found = magnitude(run)
    assert found.word == NOT_RECORDED and "100 % of v is 0 or underflows" in found.text


def test_a_tolerance_that_allows_anything_holds_nothing() -> None:
    groups = [{**GROUP, "beta1": 0.99, "beta2": 0.9802}]
    layers = [{**LAYER, "m": "bfloat16", "v": "bfloat16"}]
    records = [{"at": t, "t": t, "lr": 0.0, "max": [0.5 if t < 400 else 100.0]} for t in (1, 100, 400)]
    found = magnitude(run_of([{**HEADER, "groups": groups, "layers": layers}, *records], ""))
    assert found.word == UNIDENTIFIED and "too much to tell" in found.text


def test_a_bound_is_not_fed_with_settings_that_changed_or_a_part_of_the_parameters() -> None:
    def changed(**change: Any) -> Any:
        event = {"event": "settings", "at": 20, "groups": [{**GROUP, **change}]}
        return run_of([HEADER, RECORDS[0], event, *RECORDS[1:]], "run")

    with pytest.raises(AuditError, match="changed on the way"):
        constants(changed(beta1=0.8))
    assert constants(changed(weight_decay=0.1, decoupled=True))["weight_decay"].value == "0.1"
    shards = run_of([{**HEADER, "layers": [{**LAYER, "shard": True}, LAYER]}, *RECORDS], "run")
    assert constants(shards)["dim"].how.startswith("lower estimate")
    assert constants(run_of([HEADER, *RECORDS], "run"))["dim"].how == "recorded"


# --- records of unknown origin ------------------------------------------------------------------


VALUES: dict[str, Any] = {
    "text": "x\x1b[31mred<script>", "number in quotes": "0.5", "nan": float("nan"), "infinity": float("inf"),
    "huge": 10**400, "negative": -1, "list": [1], "object": {"a": 1}, "null": None, "true": True, "large": 1e308,
}  # fmt: skip
PLACES = [
    *(("header", name) for name in ("optimizer", "library", "groups", "layers", "every", "keep", "clipping", "state")),
    *(("group", name) for name in GROUP), *(("layer", name) for name in (*LAYER, "coupled")),
    *(("record", name) for name in (*RECORDS[0], "u")), *(("probe", name) for name in (*PROBE, "at", "a2_half")),
    *(("event", name) for name in ("event", "at", "groups", "why", "layers", "layer", "as")),
]  # fmt: skip


@pytest.mark.parametrize(("where", "name"), PLACES)
def test_whatever_stands_in_a_record_is_read_or_refused(where: str, name: str) -> None:
    """No other exception, no escape of a terminal, no number that is none."""
    for value in VALUES.values():
        header, records, probe = copy.deepcopy(HEADER), copy.deepcopy(RECORDS), {"probe": dict(PROBE), "at": 20}
        event: dict[str, Any] = {"event": "settings", "at": 20, "groups": [GROUP]}
        if name in ("layer", "as"):
            event = {"event": "begun", "at": 20, "layer": 0, "as": LAYER}
        place: Any = {
            "header": header, "group": header["groups"][0], "layer": header["layers"][0], "record": records[-1],
            "probe": probe if name == "at" else probe["probe"], "event": event,
        }[where]  # fmt: skip
        place[name] = value
        said = ""
        try:
            run = run_of([header, *records[:2], event, *records[2:], probe], "run")
            said = f"{judge(run)} {constants(run)} {run.header} {run.events} {run.layers}"
            json.dumps(run.groups, allow_nan=False)
        except AuditError as error:
            said += str(error)
        assert "\x1b" not in said


def test_a_file_has_one_record(tmp_path: Path) -> None:
    path = tmp_path / "run.audit"
    path.write_text("".join(json.dumps(line) + "\n" for line in [HEADER, *RECORDS, HEADER, *RECORDS]))
    with pytest.raises(AuditError, match="line 6: another record begins here"):
        read(path)


def test_a_small_file_does_not_become_a_large_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MOST_BYTES", 1_000_000)
    path = tmp_path / "run.audit"
    lines = "".join(json.dumps({**RECORDS[0], "at": at}) + "\n" for at in range(1, 50_000))
    path.write_bytes(gzip.compress((json.dumps(HEADER) + "\n" + lines).encode()))
    with pytest.raises(AuditError, match="more than 1000000 bytes when it is unpacked"):
        read(path)


def test_records_times_layers_have_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MOST_NUMBERS", 7)
    with pytest.raises(AuditError, match="4 records of 2 layers are too many"):
        run_of([HEADER, *RECORDS], "run")


def test_many_layers_are_compared_in_little_memory() -> None:
    count = 20_000  # pairs of them would take 3 GB
    layers = [{**LAYER, "name": f"layer{number}"} for number in range(count)]
    bins = [[40 + number % 3, 64] for number in range(count)]
    record = {"at": 1, "t": 1, "lr": 0.0, "max": 1.0, "bins": bins}
    assert farthest(run_of([{**HEADER, "layers": layers}, record], ""), 0) == (1.0, "layer0", "layer1")


def test_a_record_without_layers_says_nothing() -> None:
    empty = [{**record, "max": [], "sum": [], "bins": []} for record in RECORDS]
    assert magnitude(run_of([{**HEADER, "layers": []}, *empty], "")).word == NOT_RECORDED


# --- another optimizer than stated --------------------------------------------------------------


def handed_over(moments: Any, steps: int = 20, start: int = 1) -> Any:
    """The record of moments that are said to be of Adam with the betas 0.9 and 0.999."""
    random, recorder = np.random.default_rng(0), watch_arrays(0.9, 0.999, every=1, budget=None)
    m, v = np.zeros(40), np.zeros(40)
    for t in range(1, steps + 1):
        m, v = moments(m, v, random.normal(size=40))
        if t >= start:
            recorder.record(t, {"a": {"m": m, "v": v}})
    return run_of(recorder.lines(), "")


def adam(beta1: float, beta2: float) -> Any:
    return lambda m, v, g: (beta1 * m + (1 - beta1) * g, beta2 * v + (1 - beta2) * g * g)


@pytest.mark.parametrize(
    "moments",
    [
        adam(0.95, 0.98),
        adam(0.9, 0.99),
        lambda m, v, g: (0.9 * m + 0.1 * g, np.maximum(0.999 * v, abs(g))),  # Adamax
    ],
)
def test_step_1_shows_other_betas_and_adamax(moments: Any) -> None:
    assert word_of(handed_over(moments), "u at step 1") == REJECTED
    assert word_of(handed_over(moments, start=2), "u at step 1") == NOT_RECORDED


def word_of(run: Any, subject: str) -> str:
    return next((each.word for each in judge(run) if each.subject == subject), "")


@pytest.mark.parametrize("kind", ["float32", "float64", BFLOAT])
@pytest.mark.parametrize("size", [1e-12, 1.0])
def test_step_1_of_adam_is_not_accused(kind: str, size: float) -> None:
    random, dtype = np.random.default_rng(0), np.float64 if kind == "float64" else np.float32
    parameters = [Tensor(random.normal(size=9).astype(dtype), kind) for _ in range(3)]
    optimizer = Adam(parameters)
    with watch(optimizer, every=1, budget=None) as recorder:
        for parameter in parameters:
            parameter.grad = Tensor((size * random.normal(size=9)).astype(dtype), kind)
        optimizer.step()
    run = run_of(recorder.lines()[:-1], "")
    assert np.isfinite(run.numbers["vmax"]).all() and word_of(run, "u at step 1") == ""


# --- replicates that are none -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"optimizer": "torch.optim.AdamW"}, "another optimizer"),
        ({"groups": [{**GROUP, "lr": 1e-2}]}, "another lr"),
        ({"groups": [{**GROUP, "weight_decay": 0.1}]}, "another weight_decay"),
        ({"layers": [{**LAYER, "v": "bfloat16"}, {**LAYER, "name": "b"}]}, "moments of another type"),
        ({"clipping": 1.0}, "another clipping"),
    ],
)
def test_runs_of_different_trainings_are_no_replicates(change: dict[str, Any], why: str) -> None:
    others = [{**record, "max": [0.8, 0.7]} for record in RECORDS]
    with pytest.raises(AuditError, match=why):
        refuse_different([run_of([HEADER, *RECORDS], "one"), run_of([{**HEADER, **change}, *others], "other")])
    refuse_different([run_of([HEADER, *RECORDS], "one"), run_of([HEADER, *others], "other")])


def test_a_run_and_its_beginning_are_no_replicates() -> None:
    with pytest.raises(AuditError, match="the same numbers"):
        refuse_different([run_of([HEADER, *RECORDS], "whole"), run_of([HEADER, *RECORDS[:3]], "killed")])


# --- states of unknown origin -------------------------------------------------------------------


@pytest.mark.parametrize("step", [np.array([]), np.array(np.nan), np.array("x"), np.array(1e300), np.array(-1)])
def test_a_step_that_is_none_is_refused(step: Any, tmp_path: Path) -> None:
    path = tmp_path / "state.npz"
    np.savez(path, **{"a.exp_avg": np.ones(3), "a.exp_avg_sq": np.ones(3), "a.step": step})
    with pytest.raises(AuditError, match="the step of 'a' is no number"):
        read_state(str(path), 0.9, 0.999)


def test_an_archive_that_would_fill_the_memory_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adamproof.audit.states.SUSPECT", 1_000_000)
    path = tmp_path / "state.npz"
    np.savez_compressed(path, **{"a.exp_avg": np.zeros(10**6), "a.exp_avg_sq": np.zeros(10**6), "a.step": np.array(3)})
    with pytest.raises(AuditError, match="bytes when it is unpacked"):
        read_state(str(path), 0.9, 0.999)
    np.savez(path, **{"a.exp_avg": np.ones(10**6), "a.exp_avg_sq": np.ones(10**6), "a.step": np.array(3)})
    assert read_state(str(path), 0.9, 0.999).d == 10**6
