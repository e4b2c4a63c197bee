"""Runs: figures met before, statistics, checkpoints, and what goes wrong."""

from __future__ import annotations

import json
import math
import os
import shutil
import signal
import subprocess
import sys
from contextlib import suppress
from fractions import Fraction
from pathlib import Path
from typing import Any

import mpmath
import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst

from adamproof.simulator import (
    MAXIMUM,
    QUANTITIES,
    Algorithm,
    Constants,
    Estimate,
    Noise,
    NotFinite,
    Sampled,
    Schedule,
    SimulationError,
    adam,
    checkpoint,
    cosh,
    digits,
    estimate,
    function,
    logistic,
    quadratic,
    ratio,
    separable,
    signum,
    simulate,
    statistics,
)
from adamproof.simulator import run as run_module
from adamproof.simulator.numpy_engine import NumPyEngine
from adamproof.simulator.statistics import student
from adamproof.simulator.task import State, Task
from tests.simulator.common import ENVIRONMENT, FAST, ROOT, SEED, STANDARD, killed_after, same_runs, varied

NO_NOISE = Noise("none")


# --- figures ------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize(
    "problem, gamma, expected, share",
    [
        (quadratic(16, noise=Noise(s1=0.5, p=2.0)), 1.0, 3.20, 0.92),
        (cosh(16, noise=Noise(s1=0.5, p=1.0)), 0.5, 6.92, 0.97),
    ],
    ids=["quadratic", "cosh"],
)
def test_what_the_main_theorem_bounds(problem: Any, gamma: float, expected: float, share: float) -> None:
    """The mean of |u o a|_1 over 10^4 steps, and the largest u where R = 1 (beta1 = beta2)."""
    run = simulate(problem, Schedule(0.5, 0.5, 0.75, gamma=gamma, epsilon=1e-8), 10**4, 64, seed=1, engine=FAST)
    assert run.statistics.mean("u.a").mean == pytest.approx(expected, abs=0.01)
    assert run.statistics.maximum == pytest.approx(share, abs=0.02)
    assert run.statistics.maximum <= 1.0


# --- statistics ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "degrees, level, t", [(1, 0.95, 12.7062), (15, 0.95, 2.13145), (63, 0.95, 1.99834), (9, 0.99, 3.24984)]
)
def test_quantiles_of_student(degrees: int, level: float, t: float) -> None:
    assert student(degrees, level) == pytest.approx(t, rel=1e-5)


def test_an_interval_covers_the_mean_as_often_as_it_says() -> None:
    random = np.random.default_rng(4)
    covered = sum(one.low <= 1.0 <= one.high for one in (estimate(random.exponential(size=40)) for _ in range(1000)))
    assert 900 < covered < 970  # 95%, a little less for so skew a distribution


@pytest.mark.parametrize(("replicates", "least"), [(4, 0.90), (8, 0.91), (16, 0.93), (64, 0.93)])
def test_how_often_an_interval_of_a_run_covers_the_mean(replicates: int, least: float) -> None:
    """The figures of docs/simulator.md: a little below 95%, for means that are skew; the mean is that of 2^14."""
    run = simulate(quadratic(1), adam(0.05, 0.5, 0.9, 1e-8), 50, 1 << 14, seed=1, engine=FAST)
    for name in ("u.a", "l2 squared"):
        runs = run.statistics.samples(name).reshape(-1, replicates)
        half = student(replicates - 1, 0.95) * runs.std(axis=1, ddof=1) / replicates**0.5
        covered = float((np.abs(runs.mean(axis=1) - runs.mean()) <= half).mean())
        assert least < covered < 0.955


@pytest.mark.parametrize(
    ("mean", "half_width", "shown"),
    [
        (-0.24786, 4.4e-5, "-0.24786 +- 0.00005"),
        (0.11, 0.0171, "0.110 +- 0.018"),
        (-0.508, 0.0098, "-0.508 +- 0.010"),
        (10.7432, 0.0058, "10.743 +- 0.006"),
        (0.0, 0.5, "0.0 +- 0.5"),
        (12345.6, 67.0, "(1.235 +- 0.007)e+04"),
        (1e-9, 2e-11, "(1.00 +- 0.02)e-09"),
        (3.0, math.inf, "3 +- inf"),
        (1.0, 0.0, "1 +- 0"),
    ],
)
def test_a_mean_and_its_error_end_at_the_same_digit(mean: float, half_width: float, shown: str) -> None:
    assert str(Estimate(mean, half_width)) == shown


@given(mean=st.floats(-1e9, 1e9), half_width=st.floats(1e-12, 1e9))
def test_an_error_is_not_shown_smaller_than_it_is(mean: float, half_width: float) -> None:
    shown = str(Estimate(mean, half_width))
    value, error = shown.strip("()").split(")")[0].split(" +- ")
    if half_width > 1e-15 * abs(mean):
        scale = Fraction(f"1{shown.partition(')')[2]}")
        assert Fraction(half_width) <= Fraction(error) * scale <= 2 * Fraction(half_width)
        assert len(value.partition(".")[2]) == len(error.partition(".")[2])


def test_estimates_from_one_replicate_have_no_interval() -> None:
    run = simulate(varied(3, Noise()), STANDARD, 10)
    assert run.statistics.mean("l1").half_width is None
    json.dumps(run.to_json(), allow_nan=False)


@given(
    samples=npst.arrays(np.float64, st.integers(2, 20), elements=st.floats(-1e6, 1e6)),
    power=st.integers(-900, 800),
)
def test_an_interval_scales_with_its_samples(samples: Any, power: int) -> None:
    """Whatever the scale: the squares of small numbers do not underflow, those of large ones do not overflow."""
    assume(np.abs(samples).max() > 1e-6)
    samples = np.round(samples, 9)
    one, other = estimate(samples), estimate(np.ldexp(samples, power))
    assert one.half_width is not None
    assert other.half_width == pytest.approx(math.ldexp(one.half_width, power), rel=1e-9)
    spread = float(samples.std(ddof=1))
    assert one.half_width == pytest.approx(student(samples.size - 1, 0.95) * spread / samples.size**0.5, rel=1e-9)


def test_the_least_mean_of_u_has_no_interval() -> None:
    """The interval of the smallest of many means would be that of a mean picked for being small."""
    run = simulate(varied(3, Noise()), STANDARD, 100, 8)
    smallest = run.statistics.vbar()["smallest u"]
    assert smallest is not None
    assert smallest.half_width is None
    assert smallest.mean == min(one.mean for _, one in run.statistics.series("u"))


def test_a_ratio_of_means() -> None:
    random = np.random.default_rng(5)
    below = random.uniform(1, 2, 400)
    one = ratio(3 * below + random.normal(0, 0.1, 400), below)
    assert one is not None
    assert one.low < 3.0 < one.high
    assert one.half_width == pytest.approx(1.966 * 0.1 / 20 / 1.5, rel=0.15)
    assert ratio(below, np.zeros(400)) is None


def test_statistics_are_what_they_are_called(monkeypatch: pytest.MonkeyPatch) -> None:
    """Against the states after every step."""
    steps, d = 12, 5
    monkeypatch.setattr(statistics, "WINDOWS", 3)
    problem = cosh(d, np.linspace(-1, 2, d), Noise(s1=0.5, p=1.5))
    run = simulate(problem, STANDARD, steps, 6, SEED, snapshots=range(1, steps + 1))
    x = np.stack([np.tile(problem.start, (6, 1)), *(run.snapshots[step].x for step in range(1, steps))])
    m, v = (np.stack([getattr(run.snapshots[step], name) for step in range(1, steps + 1)]) for name in "mv")
    a = np.sinh(x)
    u = np.abs(m) / (np.sqrt(v) + 1e-8)
    l1, l2 = np.abs(a).sum(2), np.sqrt((a * a).sum(2))
    error = np.sqrt(((m - a) ** 2).sum(2))
    expected = {
        "l1": l1, "l2": l2, "l2 squared": l2**2, "l2^p": l2**1.5, "l2^q": l2, "u.a": (u * np.abs(a)).sum(2),
        "error": error, "error squared": error**2, "u": u.mean(2), "u squared": (u * u).mean(2), "l1/l2": l1 / l2,
    }  # fmt: skip
    assert set(expected) == set(QUANTITIES)
    for name, values in expected.items():
        mean = run.statistics.mean(name)
        assert mean.mean == pytest.approx(values.mean(), rel=1e-12)
        half_width = student(5, 0.95) * values.mean(0).std(ddof=1) / math.sqrt(6)
        assert mean.half_width == pytest.approx(half_width, rel=1e-9, abs=1e-15)
        series = run.statistics.series(name)
        assert [step for step, _ in series] == [4, 8, 12]
        assert [one.mean for _, one in series] == pytest.approx(list(values.reshape(3, -1).mean(1)), rel=1e-12)
    assert run.statistics.maximum == pytest.approx(u.max(), rel=1e-12)
    peaks = [one.mean for _, one in run.statistics.series(MAXIMUM)]
    assert peaks == pytest.approx(list(u.reshape(3, -1).max(1)), rel=1e-12)
    assert run.value is not None
    assert run.value.mean == pytest.approx((np.cosh(run.state.x) - 1).sum(1).mean())


def test_many_replicates_are_averaged_in_groups(monkeypatch: pytest.MonkeyPatch) -> None:
    expected = simulate(varied(3, Noise()), STANDARD, 20, 103, SEED)
    monkeypatch.setattr(statistics, "GROUPS", 16)
    run = simulate(varied(3, Noise()), STANDARD, 20, 103, SEED)
    assert run.statistics.totals.shape == (len(QUANTITIES), 15)  # 14 groups of 7 and one of 5
    for name in QUANTITIES:
        mean, plain = run.statistics.mean(name), expected.statistics.mean(name)
        assert mean.mean == pytest.approx(plain.mean, rel=1e-12)
        assert plain.half_width is not None
        assert mean.half_width == pytest.approx(plain.half_width, rel=0.6)


def test_one_step_in_one_dimension() -> None:
    run = simulate(quadratic(1, noise=NO_NOISE), adam(0.1, 0.9, 0.99), 1)
    assert run.statistics.maximum == pytest.approx(1.0)  # 0.1 / sqrt(0.01)
    assert run.state.x[0, 0] == pytest.approx(0.9)


# --- checkpoints --------------------------------------------------------------------------------

PROGRAM = """
import sys
from adamproof.simulator import Noise, Schedule, cosh, simulate
problem = cosh(5, noise=Noise(s1=0.5, p=1.3))
run = simulate(problem, Schedule(0.5, 0.75, 0.75, epsilon=1e-8), 4000, 8, 9, engine="numpy", checkpoint=sys.argv[1],
    resume=sys.argv[2] == "resume", save_every=0.0, snapshots=[1000], progress=lambda *done: print(*done, flush=True))
"""


def test_a_killed_run_goes_on_to_the_same_bits(tmp_path: Path) -> None:
    path = tmp_path / "run.npz"
    command = [sys.executable, "-c", PROGRAM, str(path)]
    killed_after(1500, [*command, "new"])
    with np.load(path) as data:
        assert 1000 < int(data["step"]) < 4000
    subprocess.run([*command, "resume"], check=True, stdout=subprocess.DEVNULL, env=ENVIRONMENT)
    problem, schedule = cosh(5, noise=Noise(s1=0.5, p=1.3)), Schedule(0.5, 0.75, 0.75, epsilon=1e-8)
    expected = simulate(problem, schedule, 4000, 8, 9, engine=FAST, snapshots=[1000])
    found = simulate(problem, schedule, 4000, 8, 9, checkpoint=path, resume=True)
    assert same_runs(expected, found)
    assert found.statistics.rows == expected.statistics.rows
    assert np.array_equal(found.snapshots[1000].m, expected.snapshots[1000].m)


def test_a_finished_run_is_not_run_again(tmp_path: Path) -> None:
    path = tmp_path / "run.npz"
    first = simulate(varied(3, Noise()), STANDARD, 10, 2, SEED, checkpoint=path)
    calls: list[int] = []
    second = simulate(
        varied(3, Noise()), STANDARD, 10, 2, SEED, checkpoint=path, resume=True, progress=lambda *_: calls.append(1)
    )
    assert same_runs(first, second)
    assert not calls


def test_checkpoints_that_cannot_be_used(tmp_path: Path) -> None:
    path = tmp_path / "run.npz"
    problem = varied(3, Noise())

    def refused(message: str, steps: int = 10, where: Path = path, resume: bool = True) -> None:
        with pytest.raises(SimulationError, match=message):
            simulate(problem, STANDARD, steps, 2, SEED, checkpoint=where, resume=resume)

    refused("there is no checkpoint .* to resume from")
    simulate(problem, STANDARD, 10, 2, SEED, checkpoint=path)
    refused("already exists: resume from it, remove it or choose another file", resume=False)
    refused(r"is from another run \(steps differ\): choose another file", steps=11)
    refused("cannot write the checkpoint", where=tmp_path / "no" / "run.npz", resume=False)
    content = path.read_bytes()
    for damaged in (content[: len(content) // 2], b"", b"nonsense", b"PK\x03\x04nonsense"):
        path.write_bytes(damaged)
        refused("cannot be read")
    other = tmp_path / "other.npy"
    np.save(other, np.ones(3))
    refused(r"other.npy cannot be read \(it is not an \.npz file\)", where=other)
    refused("cannot write the checkpoint 'a\\\\x00b' .*: choose another file", where=Path("a\0b"), resume=False)
    with pytest.raises(SimulationError, match="to resume, give the checkpoint"):
        simulate(problem, STANDARD, 10, resume=True)


def replaced(rows: Any, column: int, value: float) -> Any:
    """One number of the last row replaced."""
    rows = rows.copy()
    rows[-1, column] = value
    return rows


@pytest.mark.parametrize(
    "changes, message",
    [
        ({"step": 7}, "its number done is not a whole number from 0 to 7"),
        ({"step": 21}, "its number step is not a whole number from 0 to 20"),
        ({"step": -1}, "its number step is not a whole number"),
        ({"step": 2.5}, "its number step is not a whole number"),
        ({"step": [10]}, "its number step is not a whole number"),
        ({"done": 3}, "its statistics have 3 steps"),
        ({"peak": np.nan}, "its array peak has numbers outside 0 to"),
        ({"totals": np.full((11, 2), np.nan)}, "its array totals has numbers outside 0 to inf"),
        (
            {"totals": np.zeros((11, 3))},
            r"its array totals is float64 of shape \(11, 3\), not float64 of shape \(11, 2\)",
        ),
        ({"current": np.zeros((11, 2), np.float32)}, "its array current is float32"),
        ({"rows": np.zeros((10, 24))}, "its windows do not end at the steps of this run's windows"),
        ({"rows": np.zeros(0)}, "its windows do not end"),
        ({"rows": lambda rows: rows.astype(complex)}, "its windows do not end"),
        ({"rows": lambda rows: replaced(rows, 1, -1.0)}, "its windows contain invalid means, half widths or"),
        ({"rows": lambda rows: replaced(rows, 3, np.nan)}, "its windows contain invalid means"),
        ({"rows": lambda rows: replaced(rows, -2, -1.0)}, "its windows contain invalid means"),
        ({"rows": lambda rows: replaced(rows, -1, np.inf)}, "its windows contain invalid means"),
        ({"x": np.zeros((2, 3), int)}, "its array x is int64"),
        ({"x": np.full((2, 3), np.nan)}, "its array x has numbers outside"),
        ({"m": np.zeros((3, 2))}, "its array m is float64 of shape"),
        ({"v": np.full((2, 3), -1.0)}, "its array v has numbers outside 0 to"),
        ({"snapshots": np.array(5)}, "it has snapshots of steps that were not run"),
        ({"snapshots": np.array([11])}, "it has snapshots of steps that were not run"),
        ({"x_5": np.zeros(3)}, "its array x_5 is float64 of shape"),
        ({"description": "[]"}, "cannot be read"),
    ],
)
def test_a_checkpoint_with_other_contents_is_refused(changes: dict[str, Any], message: str, tmp_path: Path) -> None:
    """A whole .npz file of this run's description, whose numbers no run of it leaves; the file stays as it is."""
    path, problem = tmp_path / "run.npz", varied(3, Noise())
    ten = simulate(problem, STANDARD, 20, 2, SEED, snapshots=[5, 10]).snapshots[10]
    half = statistics.Statistics.of(ten_task := Task(problem, STANDARD, 20, 2, SEED))
    pieces = [half.measured(NumPyEngine().advance(ten_task, State.start(ten_task), 10))]
    half.add(pieces)
    checkpoint.save(path, ten_task, ten, half, {5: simulate(problem, STANDARD, 5, 2, SEED).state})
    assert same_runs(
        simulate(problem, STANDARD, 20, 2, SEED, checkpoint=path, resume=True), simulate(problem, STANDARD, 20, 2, SEED)
    )
    checkpoint.save(path, ten_task, ten, half, {5: simulate(problem, STANDARD, 5, 2, SEED).state})
    with np.load(path) as data:
        arrays = {name: data[name] for name in data.files}
    for name, change in changes.items():
        arrays[name] = change(arrays[name]) if callable(change) else change
    np.savez(path, **arrays)
    with pytest.raises(SimulationError, match=r"checksum mismatch|from another run|cannot be read"):
        simulate(problem, STANDARD, 20, 2, SEED, checkpoint=path, resume=True)
    arrays[checkpoint.DIGEST] = checkpoint._digest(arrays)  # a forger's
    np.savez(path, **arrays)
    before = path.read_bytes()
    with pytest.raises(SimulationError, match=message):
        simulate(problem, STANDARD, 20, 2, SEED, checkpoint=path, resume=True)
    assert path.read_bytes() == before


def test_damaged_bits_of_a_checkpoint_are_refused_or_harmless(tmp_path: Path) -> None:
    path, problem = tmp_path / "run.npz", varied(2, Noise())
    wanted = simulate(problem, STANDARD, 4, 2, SEED, checkpoint=path)
    content, random = path.read_bytes(), np.random.default_rng(9)
    for at in random.integers(0, 8 * len(content), 400).tolist():
        damaged = bytearray(content)
        damaged[at // 8] ^= 1 << at % 8
        path.write_bytes(damaged)
        with suppress(SimulationError):
            assert same_runs(simulate(problem, STANDARD, 4, 2, SEED, checkpoint=path, resume=True), wanted)


def test_a_checkpoint_without_the_snapshots_that_are_asked_for(tmp_path: Path) -> None:
    path, problem = tmp_path / "run.npz", varied(2, Noise())
    simulate(problem, STANDARD, 10, 2, SEED, checkpoint=path, snapshots=[5])
    assert list(simulate(problem, STANDARD, 10, 2, SEED, checkpoint=path, resume=True, snapshots=[5]).snapshots) == [5]
    with pytest.raises(SimulationError, match="is after step 10 and has no snapshot of step 4: restart the run"):
        simulate(problem, STANDARD, 10, 2, SEED, checkpoint=path, resume=True, snapshots=[4, 5])


def test_the_checkpoint_of_another_run_is_left_alone(tmp_path: Path) -> None:
    """Two runs that were given one file: the second to save says so and goes on, and the first one's is kept."""
    path, problem = tmp_path / "run.npz", varied(2, Noise())
    said: list[str] = []

    def other(done: int, steps: int) -> None:
        if not path.exists():
            simulate(problem, STANDARD, 10, 2, SEED + 1, checkpoint=path)

    run = simulate(problem, STANDARD, 10, 2, SEED, checkpoint=path, progress=other, save_every=0.0, say=said.append)
    assert same_runs(run, simulate(problem, STANDARD, 10, 2, SEED))
    assert run.checkpoint is None
    assert said == [
        f"the checkpoint {path} was replaced by another file during this run and is left unchanged: choose another file"
    ]
    assert simulate(problem, STANDARD, 10, 2, SEED + 1, checkpoint=path, resume=True).checkpoint == path


@pytest.mark.parametrize("change", ["touch", "remove", "restore", "nothing", "further"])
def test_a_checkpoint_that_is_touched_during_a_run(change: str, tmp_path: Path) -> None:
    path, problem = tmp_path / "run.npz", function(lambda x: x, 2)
    said: list[str] = []
    further = tmp_path / "further.npz"
    simulate(problem, STANDARD, 10, 2, SEED, checkpoint=further)

    def progress(done: int, steps: int) -> None:
        if done != 5:
            return
        match change:
            case "touch":
                path.touch()
            case "remove":
                path.unlink()
            case "restore":
                path.write_bytes(bytes(path.read_bytes()))
            case "further":
                shutil.copy(further, path)

    run = simulate(problem, STANDARD, 10, 2, SEED, checkpoint=path, progress=progress, save_every=0.0, say=said.append)
    assert same_runs(run, simulate(problem, STANDARD, 10, 2, SEED))
    assert said == []
    assert simulate(problem, STANDARD, 10, 2, SEED, checkpoint=path, resume=True).checkpoint == path


def test_a_run_whose_checkpoint_cannot_be_written_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, said = tmp_path / "run.npz", list[str]()

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    problem = function(broken, 7, noise=NO_NOISE)
    run = simulate(problem, signum(0.01), 20, 4, checkpoint=path, save_every=0.0, say=said.append)
    assert run.state.step == 20
    assert run.checkpoint is None
    with pytest.raises(NotFinite, match=r"coordinate 3: the run stops$") as caught:
        simulate(problem, signum(0.01), 1000, 4, checkpoint=path, save_every=0.0, say=said.append)
    assert caught.value.saved is None
    assert said == [f"cannot write the checkpoint {path} (No space left on device)"] * 2
    assert list(tmp_path.iterdir()) == []


def test_a_run_that_has_no_memory_for_its_checkpoint_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*arguments: Any, **more: Any) -> None:
        raise MemoryError

    monkeypatch.setattr(np, "savez", full)
    said: list[str] = []
    run = simulate(varied(2, Noise()), STANDARD, 10, checkpoint=tmp_path / "run.npz", say=said.append)
    assert (run.state.step, run.checkpoint) == (10, None)
    assert said == [f"cannot write the checkpoint {tmp_path / 'run.npz'} (not enough memory)"]
    assert list(tmp_path.iterdir()) == []


def test_constants_are_plain_numbers_in_their_ranges(tmp_path: Path) -> None:
    """NumPy's numbers are no JSON, and a checkpoint that finds this out at the end costs the run its result."""
    h: Any = np.array([1, 3])
    mine = Constants(L0=h.max(), L1=np.float32(0.0), lower=Fraction(1, 2), s0=np.float64(1.0), q=0, p=2)
    assert [type(value) for value in vars(mine).values()] == [float] * 5 + [type(None), float]
    path = tmp_path / "run.npz"
    run = simulate(function(lambda x: h * x, 2, constants=mine), STANDARD, 10, checkpoint=path)
    assert run.checkpoint == path
    for change, message in (
        ({"L0": "x"}, "the constant L0 is 'x', but must be a number"),
        ({"L0": -1.0}, "the constant L0 is -1.0, but must be from 0 on"),
        ({"lower": math.nan}, "the constant lower is nan, but must be finite"),
        ({"q": 1.5}, "the constant q is 1.5, but must be from 0 to 1"),
        ({"p": None}, "the constant p is None, but must be a number"),
    ):
        with pytest.raises(SimulationError, match=message):
            Constants(**change)  # type: ignore[arg-type]


def test_what_cannot_be_described_is_refused_before_the_run(tmp_path: Path) -> None:
    odd = Sampled("odd", lambda x: x, np.ones(2), details={"n": object()})
    calls: list[int] = []
    with pytest.raises(SimulationError, match="a checkpoint cannot store the problem's name or details"):
        simulate(odd, STANDARD, 5, checkpoint=tmp_path / "x.npz", progress=lambda done, steps: calls.append(done))
    assert not calls
    assert simulate(odd, STANDARD, 5).state.step == 5


def test_runs_inside_of_runs_are_both_saved(tmp_path: Path) -> None:
    """A request to stop that the inner one is asked."""
    inner, outer = tmp_path / "inner.npz", tmp_path / "outer.npz"
    problem = function(lambda x: x, 2)

    def stop(done: int, steps: int) -> None:
        if done == 7:
            signal.raise_signal(signal.SIGINT)

    def nested(done: int, steps: int) -> None:
        if done == 3:
            simulate(problem, STANDARD, 1000, checkpoint=inner, progress=stop)

    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises((KeyboardInterrupt, SimulationError)):
            simulate(problem, STANDARD, 1000, checkpoint=outer, progress=nested)
    finally:
        signal.signal(signal.SIGINT, before)
    for path, step in ((inner, 7), (outer, 3)):
        with np.load(path) as data:
            assert int(data["step"]) == step


def test_a_run_inside_of_a_gradient_leaves_the_steps_before_it(tmp_path: Path) -> None:
    inner, outer, calls = tmp_path / "inner.npz", tmp_path / "outer.npz", list[int]()

    def stop(done: int, steps: int) -> None:
        if done == 7:
            signal.raise_signal(signal.SIGINT)

    def gradient(x: Any) -> Any:
        calls.append(1)
        if len(calls) == 50:
            simulate(function(lambda x: x, 2), STANDARD, 1000, checkpoint=inner, progress=stop)
        return x

    said: list[str] = []
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises((KeyboardInterrupt, SimulationError)):
            simulate(function(gradient, 2), STANDARD, 1000, checkpoint=outer, say=said.append)
    finally:
        signal.signal(signal.SIGINT, before)
    assert said == [f"stopped after step 49; {outer} has step 49: resume from there"]
    again = simulate(function(lambda x: x, 2), STANDARD, 1000, checkpoint=outer, resume=True)
    assert same_runs(again, simulate(function(lambda x: x, 2), STANDARD, 1000))


def test_a_save_that_fails_in_any_way_costs_no_result(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where even looking at the file is refused."""

    def refused(*arguments: Any, **more: Any) -> Any:
        raise PermissionError(13, "Permission denied")

    problem, said, path = varied(2, Noise()), list[str](), tmp_path / "run.npz"

    def close(done: int, steps: int) -> None:
        for name in ("open", "stat", "lstat", "unlink"):
            monkeypatch.setattr(Path, name, refused)

    run = simulate(problem, STANDARD, 10, 2, SEED, checkpoint=path, progress=close, say=said.append)
    monkeypatch.undo()
    assert (run.state.step, run.checkpoint) == (10, None)
    assert said == [f"cannot write the checkpoint {path} (Permission denied)"]


def test_a_link_that_came_during_a_run_is_left_alone(tmp_path: Path) -> None:
    path, said = tmp_path / "run.npz", list[str]()
    simulate(
        varied(2, Noise()),
        STANDARD,
        10,
        checkpoint=path,
        progress=lambda *_: path.symlink_to("nowhere"),
        say=said.append,
    )
    assert path.is_symlink()
    assert "was replaced by another file during this run" in said[0]


def test_a_run_that_is_stopped_while_it_is_repeated_keeps_its_checkpoint(tmp_path: Path) -> None:
    """It is further than the state at hand; a number that overflows at the end makes a run be repeated to it."""
    path, said, seen = tmp_path / "run.npz", list[str](), list[int]()

    class Engine(NumPyEngine):
        def advance(self, task: Any, state: Any, count: int) -> Any:
            seen.append(state.step)
            if len(seen) > 3 and state.step < 256:  # the repetition, from the start
                path.unlink()
                (tmp_path / "away").replace(path)
                signal.raise_signal(signal.SIGINT)
            sums = super().advance(task, state, count)
            return np.full_like(sums, np.nan) if state.step >= 512 else sums

    def progress(done: int, steps: int) -> None:
        if done == 512:  # what was saved is out of sight until the run is repeated
            path.rename(tmp_path / "away")
            path.write_bytes(b"")

    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt):
            simulate(
                quadratic(20), STANDARD, 600, 4, engine=Engine(), checkpoint=path, save_every=0.0,
                progress=progress, say=said.append,
            )  # fmt: skip
    finally:
        signal.signal(signal.SIGINT, before)
    with np.load(path) as data:
        kept = int(data["step"])
    assert kept >= 256
    assert said[-1].endswith(f"{path} has step {kept}: resume from there")


def test_a_ratio_of_groups_of_unequal_size() -> None:
    """The mean of one over the mean of the other, as `mean` gives them."""
    problem = quadratic(1, noise=Noise(s1=1.0, p=2.0))
    seen = simulate(problem, adam(1e-2, 0.8, 0.95, 1e-3), 3, 16385, 9, engine="numpy").statistics
    found = seen.vbar()["|u o a| / |a|"]
    assert found is not None
    assert found.mean == seen.mean("u.a").mean / seen.mean("l1").mean
    assert 0.0 < (found.half_width or 0.0) < 0.01


def test_a_checkpoint_behind_a_link(tmp_path: Path) -> None:
    path, link = tmp_path / "run.npz", tmp_path / "link.npz"
    link.symlink_to(path)
    assert simulate(varied(2, Noise()), STANDARD, 10, checkpoint=link).checkpoint == path
    assert link.is_symlink()
    assert simulate(varied(2, Noise()), STANDARD, 10, checkpoint=link, resume=True).checkpoint == path


def test_a_slow_gradient_is_saved_and_stopped_step_by_step(tmp_path: Path) -> None:
    path, seen = tmp_path / "run.npz", list[int]()

    def slow(x: Any) -> Any:
        if len(seen) == 3:
            signal.raise_signal(signal.SIGINT)
        return x

    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt):
            simulate(function(slow, 2), STANDARD, 1000, checkpoint=path, progress=lambda done, _: seen.append(done))
    finally:
        signal.signal(signal.SIGINT, before)
    assert seen == [1, 2, 3, 4]
    with np.load(path) as data:
        assert int(data["step"]) == 4


def test_arguments_of_another_kind_are_refused(tmp_path: Path) -> None:
    bad: dict[str, tuple[Any, str]] = {
        "checkpoint": (5, "the checkpoint is 5, but must be of the type str or Path or NoneType"),
        "snapshots": (None, "the snapshots are None, but must be a list of steps"),
        "engine": (None, "the engine's method advance is None, but must be a function"),
        "progress": (None, "progress is None, but must be a function"),
        "say": (None, "say is None, but must be a function"),
    }
    for name, (value, message) in bad.items():
        with pytest.raises(SimulationError, match=message):
            simulate(quadratic(2), STANDARD, 5, **{name: value})
    nothing: Any = None
    makers: list[tuple[Any, str]] = [
        (lambda: separable(nothing, 2), "the slope is None, but must be a function"),
        (lambda: function(nothing, 2), "the gradient is None, but must be a function"),
        (lambda: quadratic(2, start=10**400), "the start is not an array of real numbers"),
        (lambda: logistic([[1e200]], [1], 1), "the constant L0 is inf"),
    ]
    for make, message in makers:
        with pytest.raises(SimulationError, match=message):
            make()
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(SimulationError, match="it is not a regular file"):
        simulate(quadratic(2), STANDARD, 5, checkpoint=tmp_path / "pipe", resume=True)


def test_what_is_no_problem_and_no_algorithm_is_refused() -> None:
    nothing: Any = None
    with pytest.raises(SimulationError, match="the problem is None, but must be of the type Separable or Sampled"):
        simulate(nothing, STANDARD, 5)
    with pytest.raises(SimulationError, match="the algorithm is None, but must be of the type Algorithm or Schedule"):
        simulate(quadratic(2), nothing, 5)


def test_a_very_slow_gradient_is_still_told_of_step_by_step(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a call took long, fewer steps are taken at once, and never more."""
    monkeypatch.setattr(run_module, "SLOW", -1.0)
    seen: list[int] = []
    simulate(function(lambda x: x, 2), STANDARD, 10, progress=lambda done, _: seen.append(done))
    assert seen == list(range(1, 11))
    seen.clear()
    simulate(quadratic(2), STANDARD, 600, engine="numpy", progress=lambda done, _: seen.append(done))
    assert seen[:4] == [256, 384, 448, 480]


def test_two_functions_may_answer_in_one_array() -> None:
    buffer = np.empty((1, 2))

    def exact(x: Any) -> Any:
        np.copyto(buffer, x)
        return buffer

    def noisy(x: Any, draws: Any) -> Any:
        np.copyto(buffer, x + 1.0)
        return buffer

    shared = Sampled("shared", exact, np.ones(2), stochastic=noisy)
    apart = Sampled("shared", lambda x: x, np.ones(2), stochastic=lambda x, draws: x + 1.0)
    assert same_runs(simulate(shared, STANDARD, 5), simulate(apart, STANDARD, 5))


def test_an_error_of_your_own_function_stays_what_it_is() -> None:
    def slope(x: Any) -> Any:
        raise ValueError("the data base is read-only")

    with pytest.raises(ValueError, match=r"^the data base is read-only$"):
        simulate(function(slope, 2), STANDARD, 5)


STOPPING = """
import sys
from adamproof.simulator import simulate
from tests.simulator.common import SEED, STANDARD, varied
from adamproof.simulator import Noise
def progress(done, steps):
    print(done, flush=True)
simulate(varied(2000, Noise()), STANDARD, 10**7, 8, SEED, "numpy", checkpoint=sys.argv[1], progress=progress,
         say=lambda text: print(text, file=sys.stderr, flush=True))
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_run_that_is_asked_to_stop_saves_its_state_first(number: int, tmp_path: Path) -> None:
    path = tmp_path / "run.npz"
    process = subprocess.Popen(
        [sys.executable, "-c", STOPPING, str(path)], env=ENVIRONMENT, cwd=ROOT, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # CI may run with it ignored
    )  # fmt: skip
    assert process.stdout is not None
    process.stdout.readline()  # some steps are done
    process.send_signal(number)
    _, said = process.communicate(timeout=1800)
    assert process.returncode == -number  # the signal's usual course, for a program that does not catch it
    with np.load(path) as data:
        step = int(data["step"])
        assert f"stopped after step {step}; {path} has step {step}: resume from there" in said
        saved = data["x"]
    assert np.array_equal(saved, simulate(varied(2000, Noise()), STANDARD, step, 8, SEED, FAST).state.x)


def test_a_run_that_was_stopped_is_not_returned_as_complete(tmp_path: Path) -> None:
    """Where the process has a handler of its own, which returns."""
    before = signal.signal(signal.SIGTERM, lambda number, frame: None)

    def stop(done: int, steps: int) -> None:
        signal.raise_signal(signal.SIGTERM)

    try:
        with pytest.raises(SimulationError, match="stopped after step"):
            simulate(varied(2000, Noise()), STANDARD, 10**6, 8, checkpoint=tmp_path / "run.npz", progress=stop)
    finally:
        signal.signal(signal.SIGTERM, before)


def test_functions_of_your_own_see_copies() -> None:
    """What they keep does not change, and h is not theirs to change."""
    kept: list[Any] = []

    def gradient(x: Any) -> Any:
        kept.append(x)
        return x

    simulate(function(gradient, 2, noise=NO_NOISE), STANDARD, 5)
    assert len({points.tobytes() for points in kept}) == len(kept) >= 5

    def slope(x: Any, h: Any) -> Any:
        h *= 2.0
        return h * x

    with pytest.raises(SimulationError, match="modifies its input points"):
        simulate(separable(slope, 2), STANDARD, 5, engine="numpy")


def test_signals_take_their_old_course_after_a_run(tmp_path: Path) -> None:
    before = signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)
    simulate(varied(2, Noise()), STANDARD, 10, checkpoint=tmp_path / "run.npz")
    assert (signal.getsignal(signal.SIGINT), signal.getsignal(signal.SIGTERM)) == before


def test_a_full_disk_keeps_the_old_checkpoint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "run.npz"
    simulate(varied(3, Noise()), STANDARD, 10, 2, SEED, checkpoint=path)
    before = path.read_bytes()

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    task_run = simulate(varied(3, Noise()), STANDARD, 10, 2, SEED)
    with pytest.raises(SimulationError, match=r"\(No space left on device\); the previous one is kept"):
        checkpoint.save(path, task_run.task, task_run.state, task_run.statistics, {})
    assert path.read_bytes() == before
    assert [entry.name for entry in tmp_path.iterdir()] == ["run.npz"]


MEMORY = """
import resource
from adamproof.simulator import Schedule, quadratic, simulate
simulate(quadratic(10**4), Schedule(0.5, 0.5, 0.75, epsilon=1e-8), 4, 10**4, engine="numba")
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


@pytest.mark.slow
def test_a_hundred_million_coordinate_replicates_fit_into_4_gib() -> None:
    pytest.importorskip("numba")
    done = subprocess.run(
        [sys.executable, "-c", MEMORY], check=True, stdout=subprocess.PIPE, text=True, env=ENVIRONMENT
    )
    assert int(done.stdout) < 4 << 20  # in KiB


# --- numbers that are not finite ----------------------------------------------------------------


def broken(x: Any) -> Any:
    """A gradient that is not a number below 1/2 in coordinate 3."""
    answer = x.copy()
    answer[x[:, 3] < 0.5, 3] = np.nan
    return answer


def test_a_gradient_that_is_not_a_number_is_named(tmp_path: Path) -> None:
    path = tmp_path / "run.npz"
    problem = function(broken, 7, noise=NO_NOISE)
    with pytest.raises(
        NotFinite, match=r"^the gradient is nan in step 51, .*state before this step is saved in"
    ) as caught:
        simulate(problem, signum(0.01), 1000, 4, checkpoint=path)
    error = caught.value
    assert (error.step, error.replicate, error.coordinate) == (51, 0, 3)
    assert error.state.step == 50
    assert 0.49 < error.state.x[0, 3] < 0.5
    with np.load(path) as data:
        assert int(data["step"]) == 50
        assert np.array_equal(data["x"], error.state.x)


@pytest.mark.parametrize("engine", ["numpy", "numba"])
def test_overflow_and_underflow_are_named(engine: str, tmp_path: Path) -> None:
    if engine == "numba":
        pytest.importorskip("numba")
    start = np.ones(300)
    start[17] = 1e-170
    for problem, algorithm, message in (
        (
            quadratic(300, start=start, noise=NO_NOISE),
            adam(0.01),
            "v has underflowed to 0 .* in step 1, .* coordinate 17:",
        ),
        (quadratic(300, 1e200, noise=NO_NOISE), adam(0.01), "v is inf in step 1, replicate 0, coordinate 0:"),
        (cosh(3, 800.0, NO_NOISE), signum(0.1), "the gradient is inf in step 1, replicate 0, coordinate 0:"),
    ):
        with np.errstate(all="raise"), pytest.raises(NotFinite, match=message):  # a run has its own settings
            simulate(problem, algorithm, 200, 2, engine=engine)


@pytest.mark.parametrize("engine", ["numpy", "numba"])
def test_a_run_that_fails_late_is_found_step_for_step(engine: str, tmp_path: Path) -> None:
    """The state of the failing call is lost, and computed again: with a checkpoint and without one."""
    if engine == "numba":
        pytest.importorskip("numba")
    problem = cosh(2, start=[1.0, 340.0], noise=Noise("gaussian", s1=30.0, p=2.0))
    errors = []
    for path in (None, tmp_path / "run.npz"):
        with pytest.raises(NotFinite) as caught:
            simulate(problem, signum(1.0, 0.0), 10**4, 2, SEED, engine=engine, checkpoint=path, save_every=0.0)
        errors.append(caught.value)
    one, other = errors
    assert one.step == other.step > 130  # beyond the first call of the engine
    assert str(other).startswith(str(one))
    assert np.array_equal(one.state.x, other.state.x)
    assert one.state.step == one.step - 1


@pytest.mark.parametrize("engine", ["numpy", "numba"])
def test_zero_gradients_stay(engine: str) -> None:
    """0/0 is 0: nothing moves."""
    if engine == "numba":
        pytest.importorskip("numba")
    run = simulate(quadratic(5, start=0.0, noise=NO_NOISE), adam(0.1), 20, 2, engine=engine)
    assert not run.state.x.any()
    assert run.statistics.maximum == 0.0
    assert run.statistics.mean("l1/l2").mean == 0.0
    assert run.statistics.vbar()["|u o a| / |a|"] is None
    json.dumps(run.to_json(), allow_nan=False)


@pytest.mark.parametrize("engine", ["numpy", "numba"])
def test_subnormal_gradients_move_by_epsilon(engine: str) -> None:
    if engine == "numba":
        pytest.importorskip("numba")
    run = simulate(quadratic(2, start=5e-324, noise=NO_NOISE), adam(1e-3, 0.0, 0.9, 1e-8), 1, engine=engine)
    assert run.statistics.maximum == 5e-324 / 1e-8
    assert run.state.v.tolist() == [[0.0, 0.0]]


# --- what is refused ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "action, message",
    [
        (lambda: adam(0.1, 1.0), "beta1 is 1.0, but must be at least 0 and below 1"),
        (lambda: adam(0.1, 0.9, -0.1), "beta2 is -0.1"),
        (lambda: adam(float("nan")), "the learning rate is nan, but must be finite"),
        (lambda: adam(0.1, epsilon=-1.0), "epsilon is -1.0"),
        (lambda: Algorithm(0.1, 0.9, 0.9, form="other"), "the form is 'other'"),  # type: ignore[arg-type]
        (lambda: Schedule(0.5, -0.5, 0.75).at(100, 4), "beta2 is -9"),
        (lambda: quadratic(0), "the dimension is 0"),
        (lambda: quadratic(2, h=[1.0, -1.0]), "a curvature h is negative"),
        (lambda: quadratic(2, start=float("inf")), "the start contains NaN or infinity"),
        (lambda: Noise("other"), "the noise is 'other'"),  # type: ignore[arg-type]
        (lambda: Noise(p=2.5), "p is 2.5, but affine variance needs 0 <= p <= 2"),
        (lambda: Noise(s0=-1.0), "s0 is -1.0"),
        (lambda: Noise(delta=1.0), "delta is 1.0"),
        (lambda: simulate(varied(2, Noise()), STANDARD, 0), "the number of steps is 0"),
        (lambda: simulate(varied(2, Noise()), STANDARD, 1, 0), "the number of replicates is 0"),
        (lambda: simulate(varied(2, Noise()), STANDARD, 1, seed=-1), "the seed is -1"),
        (lambda: simulate(varied(2, Noise()), STANDARD, 2**40), "the random generator supports at most"),
        (lambda: simulate(varied(2, Noise()), STANDARD, 5, engine="other"), "the engine is 'other'"),
        (lambda: simulate(varied(2, Noise()), STANDARD, 5, snapshots=[6]), "a snapshot's step is 6"),
        (lambda: simulate(varied(2, Noise()), STANDARD, True), "the number of steps is True"),
        (lambda: simulate(varied(2, Noise()), STANDARD, 1, seed=True), "the seed is True"),
        (lambda: simulate(varied(2, Noise()), STANDARD, 2.5), "the number of steps is 2.5"),  # type: ignore[arg-type]
        (lambda: Noise(s0="1"), "s0 is '1', but must be a number"),  # type: ignore[arg-type]
        (lambda: adam("0.1"), "the learning rate is '0.1', but must be a number"),  # type: ignore[arg-type]
        (lambda: adam(0.1, bias_correction="no"), "bias_correction is 'no', but must be True or False"),  # type: ignore[arg-type]
        (lambda: quadratic(2, noise="gaussian"), "the noise is 'gaussian', but must be of the type Noise"),  # type: ignore[arg-type]
        (
            lambda: separable(lambda x, h: x, 2, constants={}),
            "the argument constants is {}, but must be of the type Constants",
        ),  # type: ignore[arg-type]
        (lambda: quadratic(2**62), "the dimension is 4611686018427387904"),
        (lambda: simulate(varied(2, Noise()), STANDARD, 5, threads=0), "the number of threads is 0"),
        (lambda: simulate(varied(2, Noise()), STANDARD, 5, save_every="1"), "save_every is '1'"),  # type: ignore[arg-type]
        (lambda: simulate(varied(2, Noise()), STANDARD, 5, save_every=float("nan")), "save_every is nan, but must be"),
        (
            lambda: simulate(varied(2, Noise()), STANDARD, 5).statistics.mean("zzz"),
            "there is no quantity 'zzz'; choose from",
        ),
        (
            lambda: simulate(separable(lambda x, h: x if x > 0 else -x, 3), STANDARD, 5, engine="numba"),
            "the slope of 'separable' does not work on arrays",
        ),
        (lambda: adam(10**400), "the learning rate is too large for a float"),
        (lambda: Schedule(0.5, 0.5, -1e9).at(100, 4), "overflows a float at T = 100"),
        (lambda: Schedule(0.5, 0.5, 0.75).at(0, 4), "the number of steps is 0"),
        (lambda: quadratic(2.0), "the dimension is 2.0"),  # type: ignore[arg-type]
        (lambda: quadratic(2, h=float("nan")), "the curvature h contains NaN or infinity"),
        (lambda: quadratic(2, start=[1.0, 2.0, 3.0]), r"the start has shape \(3,\), but must be one number"),
        (lambda: quadratic(2, start=["a", "b"]), "the start is an array of <U1, but must be an array of real"),
        (lambda: quadratic(2, start=[[1.0], [1.0, 2.0]]), "the start is not an array of real numbers"),  # type: ignore[list-item]
        (lambda: Noise("two-point", delta=1e-10), "delta is 1e-10, but must be a probability from 2\\^-32"),
        (lambda: simulate(function(lambda x: x[0], 3), STANDARD, 5, 2), r"has shape \(3,\), but must have that of the"),
    ],
)
def test_what_is_refused(action: Any, message: str) -> None:
    with pytest.raises(SimulationError, match=message):
        action()


def in_place(x: Any) -> Any:
    x *= 0.5
    return x


def assigned(x: Any) -> Any:
    x[:, 0] = 0.0
    return x


@pytest.mark.parametrize(
    "gradient, message",
    [
        (in_place, "modifies its input points: let it work on a copy"),
        (assigned, "modifies its input points: let it work on a copy"),
        (lambda x: x[0], r"has shape \(3,\), but must have that of the points, \(2, 3\)"),
        (lambda x: x.T, r"has shape \(3, 2\)"),
        (lambda x: x.sum(), r"has shape \(\)"),
        (lambda x: x.astype(str), "is an array of <U32, but must be an array of real numbers"),
        (lambda x: x + 1j, "is an array of complex128"),
        (lambda x: x > 0, "is an array of bool"),
        (lambda x: [[1.0], [2.0, 3.0]], "is not an array of real numbers"),
        (lambda x: None, "is of the type NoneType, but must be a real number, a NumPy array or a list"),
    ],
)
def test_gradients_of_your_own_that_are_refused(gradient: Any, message: str) -> None:
    """By `function` and, where the slope is run by NumPy, by `separable`; nothing is broadcast."""
    for problem, what in (
        (function(gradient, 3, name="mine"), "the gradient of 'mine' "),
        (separable(lambda x, h: gradient(x), 3, name="mine"), "the slope of 'mine' "),
    ):
        with pytest.raises(SimulationError, match=what + message):
            simulate(problem, STANDARD, 5, 2, engine="numpy")


def test_an_error_in_a_gradient_of_your_own_is_its_own() -> None:
    def gradient(x: Any) -> Any:
        raise ValueError("mine")

    with pytest.raises(ValueError, match=r"^mine$"):
        simulate(function(gradient, 3), STANDARD, 5)


def test_the_objective_of_cosh_loses_no_digits() -> None:
    """F - F* is cosh(x) - 1, which a difference would round to 0 for small x."""
    for x in (1e-9, 0.3, 20.0):
        value = cosh(1).value(np.array([[x]]))
        with mpmath.workdps(40):
            assert value == pytest.approx(float(mpmath.cosh(x) - 1), rel=1e-14)


def test_exact_numbers_are_taken_as_floats() -> None:
    """Fractions and NumPy's own numbers, in a start, a gradient and a count."""
    ours = function(lambda x: [[Fraction(1, 2)] * 3] * len(x), 3, start=[Fraction(1, 4)] * 3)
    theirs = function(lambda x: np.full_like(x, 0.5), 3, start=np.float32(0.25))
    one = simulate(ours, adam(Fraction(1, 8)), np.int64(5), np.int32(2), np.uint64(7))  # type: ignore[arg-type]
    assert same_runs(one, simulate(theirs, adam(0.125), 5, 2, 7))
    json.dumps(one.to_json(), allow_nan=False)


# --- data ---------------------------------------------------------------------------------------


def data(samples: int = 40, d: int = 3) -> tuple[Any, Any]:
    random = np.random.default_rng(6)
    features = random.normal(size=(samples, d))
    return features, np.where(features @ np.arange(1, d + 1) + random.normal(size=samples) > 0, 1.0, -1.0)


@pytest.mark.parametrize("ridge", [-1.0, float("nan"), float("inf"), "a"])
def test_ridges_that_are_refused(ridge: Any) -> None:
    with pytest.raises(SimulationError, match="the ridge is"):
        logistic(*data(), batch=5, ridge=ridge)


def test_the_gradient_of_logistic_regression() -> None:
    problem = logistic(*data(), batch=5, ridge=0.1)
    x = np.random.default_rng(7).normal(size=(2, 3))
    gradient = problem.gradient(x)
    for j in range(3):
        shift = np.zeros(3)
        shift[j] = 1e-5
        low, high = problem.value(x - shift), problem.value(x + shift)
        assert low is not None
        assert high is not None
        assert gradient[:, j] == pytest.approx((high - low) / 2e-5, rel=1e-6, abs=1e-9)


def test_mini_batches_are_unbiased() -> None:
    problem = logistic(*data(), batch=5)
    run = simulate(problem, Algorithm(0.0, 0.0, 0.5), 1, 4000, SEED)  # m = g
    spread = run.state.m.std(0) / 4000**0.5
    assert (np.abs(run.state.m.mean(0) - problem.gradient(problem.start[None])[0]) < 5 * spread).all()


def test_data_runs_do_not_depend_on_the_number_of_replicates() -> None:
    problem = logistic(*data(), batch=5)
    few, many = (simulate(problem, STANDARD, 10, count, SEED).state.x for count in (2, 9))
    assert np.array_equal(few, many[:2])


@pytest.mark.parametrize(
    "features, labels, batch, message",
    [
        (np.ones((3, 2)), [1, -1], 1, "do not match"),
        (np.ones((2, 2)), [1, 0], 1, "a label is neither -1 nor 1"),
        (np.ones((2, 2)), [1, -1], 0, "the number of samples in a batch is 0"),
        (np.ones((2, 2)), [1, -1], 10**12, "the number of samples in a batch is 1000000000000"),
        ([["a"]], [1], 1, "the array of features is an array of <U1"),
        ([[1.0, float("nan")]], [1], 1, "a feature is not finite"),
    ],
)
def test_data_that_are_refused(features: Any, labels: Any, batch: int, message: str) -> None:
    with pytest.raises(SimulationError, match=message):
        logistic(features, labels, batch)


@pytest.mark.parametrize("each", [1, 3, 4, 7])
def test_the_exact_gradient_every_so_many_steps(each: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """The path is the same, and every mean is that over the steps that count for it."""
    monkeypatch.setattr(statistics, "WINDOWS", 3)
    steps, problem = 14, logistic(*data(), batch=5, ridge=0.1)
    full = simulate(problem, STANDARD, steps, 6, SEED, snapshots=range(1, steps + 1))
    calls: list[int] = []
    counted = Sampled(
        problem.name, lambda x: (calls.append(1), problem.exact(x))[1], problem.start, problem.noise, problem.constants,
        problem.stochastic, problem.level, problem.details,
    )  # fmt: skip
    run = simulate(counted, STANDARD, steps, 6, SEED, exact_every=each)
    wanted = [step for step in range(1, steps + 1) if (step - 1) % each == 0]
    assert len(calls) == run.statistics.exact_steps == len(wanted)
    assert all(np.array_equal(getattr(run.state, name), getattr(full.state, name)) for name in "xmv")
    assert run.statistics.maximum == full.statistics.maximum
    for name in ("u", "u squared"):
        assert run.statistics.mean(name).mean == pytest.approx(full.statistics.mean(name).mean, rel=1e-14)
    before = {step: full.snapshots[step - 1].x if step > 1 else np.tile(problem.start, (6, 1)) for step in wanted}
    a = np.stack([problem.gradient(x) for x in before.values()])
    e = np.stack([full.snapshots[step].m for step in wanted]) - a
    expected = {
        "l1": np.abs(a).sum(2), "l2": np.linalg.norm(a, axis=2), "error squared": (e * e).sum(2),
        "l2^p": np.ones((len(wanted), 6)), "l1/l2": np.abs(a).sum(2) / np.linalg.norm(a, axis=2),
    }  # fmt: skip
    for name, values in expected.items():
        mean = run.statistics.mean(name)
        assert mean.mean == pytest.approx(values.mean(), rel=1e-12)
        half_width = student(5, 0.95) * values.mean(0).std(ddof=1) / math.sqrt(6)
        assert mean.half_width == pytest.approx(half_width, rel=1e-9, abs=1e-15)
        for end, one in run.statistics.series(name):
            begin = (end - 1) // run.statistics.window * run.statistics.window
            inside = [begin < step <= end for step in wanted]
            assert one.mean == pytest.approx(values[inside].mean(), rel=1e-12)
    assert run.to_json()["exact_every"] == each


def test_a_last_window_without_an_exact_gradient(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It has no mean of what needs one; such a run goes on from its checkpoint to the same numbers."""
    monkeypatch.setattr(statistics, "WINDOWS", 2)
    problem, path = logistic(*data(), batch=5), tmp_path / "run.npz"
    longer = simulate(problem, STANDARD, 18, 3, SEED, exact_every=16)
    assert [end for end, _ in longer.statistics.series("l1")] == [16, 18]  # steps 1 and 17
    run = simulate(problem, STANDARD, 18, 3, SEED, exact_every=9, checkpoint=path)  # 1 and 10
    assert [end for end, _ in run.statistics.series("u")] == [16, 18]
    assert [end for end, _ in run.statistics.series("l1")] == [16]
    again = simulate(problem, STANDARD, 18, 3, SEED, exact_every=9, checkpoint=path, resume=True)
    assert same_runs(run, again)
    assert np.array_equal(run.statistics.rows, again.statistics.rows, equal_nan=True)
    with np.load(path) as file:
        arrays = {name: file[name] for name in file.files}
    arrays["rows"] = replaced(arrays["rows"], 1, 0.5)  # where there can be no mean
    arrays[checkpoint.DIGEST] = checkpoint._digest(arrays)
    np.savez(path, **arrays)
    with pytest.raises(SimulationError, match="its windows contain invalid means"):
        simulate(problem, STANDARD, 18, 3, SEED, exact_every=9, checkpoint=path, resume=True)


def test_a_sparse_run_goes_on_and_is_no_dense_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_module, "CHUNK", 23)
    problem, path = logistic(*data(), batch=5), tmp_path / "run.npz"
    expected = simulate(problem, STANDARD, 50, 3, SEED, exact_every=4)

    def stopping(done: int, steps: int) -> None:
        if done == 23:
            os.kill(os.getpid(), signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        simulate(problem, STANDARD, 50, 3, SEED, exact_every=4, checkpoint=path, progress=stopping)
    with pytest.raises(SimulationError, match=r"is from another run \(exact_every differ\)"):
        simulate(problem, STANDARD, 50, 3, SEED, exact_every=5, checkpoint=path, resume=True)
    with pytest.raises(SimulationError, match=r"is from another run \(exact_every differ\)"):
        simulate(problem, STANDARD, 50, 3, SEED, checkpoint=path, resume=True)
    assert same_runs(simulate(problem, STANDARD, 50, 3, SEED, exact_every=4, checkpoint=path, resume=True), expected)


@pytest.mark.parametrize(
    "problem, each, message",
    [
        (quadratic(2), 2, "exact_every is 2, but the noise of 'quadratic' is added to the exact gradient"),
        (function(lambda x: x, 2), 2, "exact_every is 2, but the noise of 'function' is added to the exact gradient"),
        (logistic(*data(), batch=5), 0, "exact_every is 0, but must be a whole number from 1 to 5"),
        (logistic(*data(), batch=5), 6, "exact_every is 6, but must be a whole number from 1 to 5"),
        (logistic(*data(), batch=5), True, "exact_every is True, but must be a whole number"),
    ],
)
def test_an_exact_gradient_that_every_step_needs(problem: Any, each: Any, message: str) -> None:
    with pytest.raises(SimulationError, match=message):
        simulate(problem, STANDARD, 5, exact_every=each)


def test_the_digits() -> None:
    pytest.importorskip("sklearn")
    run = simulate(digits(32), adam(1e-2, epsilon=1e-8), 50, 2, SEED)
    assert run.value is not None
    assert run.value.mean < math.log(2)


def test_the_digits_without_scikit_learn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sklearn", None)
    with pytest.raises(SimulationError, match=r"pip install 'adamproof\[data\]'"):
        digits(32)


def test_the_digits_are_those_that_scikit_learn_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("sklearn")
    expected = digits(32)
    monkeypatch.setattr(Path, "is_file", lambda path: False)
    assert np.array_equal(digits(32).features, expected.features)
    assert np.array_equal(digits(32).targets, expected.targets)


# --- the package --------------------------------------------------------------------------------


def test_the_package_needs_numpy_alone() -> None:
    code = """
import sys
for name in ("numba", "cupy", "sklearn", "sympy", "scipy"):
    sys.modules[name] = None
from adamproof.simulator import adam, quadratic, simulate
said = []
run = simulate(quadratic(3), adam(0.01), 5, engine="numba", say=said.append)
print(run.engine, said)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=ENVIRONMENT, check=True)
    assert done.stdout.startswith('NumPy ["cannot use the engine numba: numba is not installed')


def test_progress_is_reported() -> None:
    calls: list[tuple[int, int]] = []
    simulate(varied(2, Noise()), STANDARD, 300, progress=lambda *done: calls.append(done))
    assert calls[-1] == (300, 300)
    assert len(calls) > 1
