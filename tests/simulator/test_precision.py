"""Runs in float32: how far a step may be from one in float64, that engines agree, and what is refused or doubted."""

from __future__ import annotations

import re
import shutil
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from adamproof.simulator import (
    Algorithm,
    Noise,
    NotFinite,
    SimulationError,
    adam,
    checkpoint,
    cosh,
    function,
    logistic,
    precision,
    quadratic,
    signum,
    simulate,
)
from adamproof.simulator.noise import Standard
from adamproof.simulator.numpy_engine import NumPyEngine
from adamproof.simulator.summation import folded
from adamproof.simulator.task import SUMS, State, Task
from tests.simulator import gpu
from tests.simulator.common import (
    NOISES,
    SEED,
    STANDARD,
    advance,
    killed_after,
    reference,
    same,
    same_runs,
    varied,
)
from tests.simulator.test_data_engine import data
from tests.simulator.test_engines import ALGORITHMS

RANDOM = 60  # configurations
UNIT = 2.0**-24 * (1.0 + 2.0**-20)  # the roundoff of float32; float64's own is in the second factor
TINY = 2.0**-146  # what the underflows of one step can add up to
STILL = Algorithm(0.0, 0.0, 0.0)  # m is then g, and x stays


def configuration(random: np.random.Generator, problems: Sequence[str] = ("cosh", "quadratic")) -> Task:
    """A task of random shape, problem, noise and algorithm."""
    d, replicates, steps = (int(random.integers(1, high)) for high in (400, 20, 12))
    noise = NOISES[int(random.integers(len(NOISES)))]
    beta1, beta2 = 1.0 - 10.0 ** random.uniform(-3, 0), 1.0 - 10.0 ** random.uniform(-5, -0.3)
    epsilon = 10.0 ** random.uniform(-9, -1)
    form: Any = ["sign", "sign", "signum"][int(random.integers(3))]
    algorithm = Algorithm(10.0 ** random.uniform(-4, 0), beta1, beta2, epsilon, bool(random.integers(2)), form)
    what = varied(d, noise, problems[int(random.integers(len(problems)))])
    return Task(what, algorithm, steps, replicates, int(random.integers(2**63)), dtype="float32")


# --- how far from float64 -----------------------------------------------------------------------


def widened(state: State) -> State:
    """The same numbers as float64."""
    return State(*(getattr(state, name).astype(np.float64) for name in "xmv"), state.step, state.first)


def allowed(task: Task, before: State, exact: State, g: Any) -> dict[str, Any]:
    """How far x, m, v and u may be from `exact`, the state after the same step in float64: see docs/simulator.md."""
    algorithm = task.algorithm
    *_, correction1, correction2 = algorithm.coefficients(before.step, 1)[0]
    m = 4 * UNIT * (algorithm.beta1 * np.abs(before.m) + (1.0 - algorithm.beta1) * np.abs(g)) * (1 + 8 * UNIT) + TINY
    v = 6 * UNIT * exact.v * (1 + 8 * UNIT) + TINY
    below = np.sqrt(correction2 * exact.v) + algorithm.epsilon
    quotient = correction1 * np.abs(exact.m) / below
    share = 6 * UNIT * (1 + 8 * UNIT) + np.sqrt(2 * correction2 * TINY) / below
    u = (correction1 * m / below + quotient * (3 * UNIT + share)) * (1 + 8 * UNIT) / (1 - share) + TINY
    if algorithm.form == "signum":  # where the sign hangs on the rounding of m, u may be anything
        quotient, u = np.abs(np.sign(exact.m)), np.where(np.abs(exact.m) <= m, np.inf, 0.0)
    moved = algorithm.learning_rate * (u + 2 * UNIT * (quotient + u)) * (1 + 8 * UNIT) + TINY
    return {"m": m, "v": v, "u": u, "x": UNIT * np.abs(exact.x) + moved * (1 + 8 * UNIT)}


def magnitudes(task: Task, state: State) -> Any:
    """u after a step, as float64."""
    algorithm, dtype = task.algorithm, state.m.dtype.type
    if algorithm.form == "signum":
        return np.abs(np.sign(state.m)).astype(np.float64)
    *_, correction1, correction2 = (dtype(one) for one in algorithm.coefficients(state.step, 1)[0])
    update = precision.ARITHMETIC[state.m.dtype.name]
    found = update.magnitude(state.m, state.v, dtype(algorithm.epsilon), correction1, correction2)
    return found.astype(np.float64)


def steps_apart(task: Task, other: Algorithm) -> dict[str, float]:
    """The largest distances between a step in float32 and one in float64 of another algorithm, in bounds.

    Every step of the run in float32 is repeated in float64 from where it began.
    """
    state, engine, worst = State.start(task), NumPyEngine(), dict.fromkeys("xmvu", 0.0)
    for _ in range(task.steps):
        before = widened(state)
        gradient, exact = widened(state), widened(state)
        engine.advance(replace(task, algorithm=STILL, dtype="float64"), gradient, 1)
        engine.advance(replace(task, algorithm=other, dtype="float64"), exact, 1)
        engine.advance(task, state, 1)
        if not state.finite:  # a run stops there
            break
        apart = {name: np.abs(getattr(state, name).astype(np.float64) - getattr(exact, name)) for name in "xmv"}
        apart["u"] = np.abs(magnitudes(task, state) - magnitudes(task, exact))
        for name, bound in allowed(task, before, exact, gradient.m).items():
            shares = np.divide(apart[name], bound, out=np.zeros_like(bound), where=bound > 0.0)
            worst[name] = max(worst[name], float(shares.max()))
        state.step += 1
    return worst


def test_no_step_in_float32_is_further_from_float64_than_derived() -> None:
    """And the bounds are not so wide that a difference of some roundings would pass."""
    random = np.random.default_rng(32)
    found = [steps_apart(task, task.algorithm) for task in (configuration(random) for _ in range(RANDOM))]
    worst = {name: max(one[name] for one in found) for name in "xmvu"}
    assert all(0.3 < one <= 1.0 for one in worst.values()), worst


@pytest.mark.parametrize("name", ["beta1", "beta2", "learning_rate"])
def test_an_algorithm_that_is_off_by_little_is_told_apart(name: str) -> None:
    algorithm = adam(0.1, 0.5, 0.5, 1e-8)
    task = Task(quadratic(8, start=1.0, noise=Noise(s0=3.0)), algorithm, 5, 4, SEED, dtype="float32")
    off = replace(algorithm, **{name: getattr(algorithm, name) * (1.0 + 3e-6)})
    assert max(steps_apart(task, algorithm).values()) <= 1.0 < max(steps_apart(task, off).values())


def test_runs_in_float32_have_nearly_the_same_statistics() -> None:
    """Observed here, not derived: a rounding may turn a sign, and paths then part."""
    what = cosh(16, noise=Noise(s1=0.5, p=1.0))
    one, other = (simulate(what, adam(1e-2, 0.9, 0.99, 1e-8), 500, 8, SEED, dtype=t) for t in ("float32", "float64"))
    for name in ("l1", "u.a", "error", "u"):
        assert one.statistics.mean(name).mean == pytest.approx(other.statistics.mean(name).mean, rel=1e-4)
    assert one.state.x.dtype == one.state.m.dtype == one.state.v.dtype == np.float32
    assert not same_runs(one, other)


# --- engines agree bit for bit ------------------------------------------------------------------


def plainly(task: Task) -> tuple[State, Any]:
    """A run on a quadratic in float32, as one would write it, a number at a time but for the noise and the sums."""
    what: Any = task.problem
    algorithm, number = task.algorithm, np.float32
    constant, factor = what.noise.variance
    ends, sums = State.start(task), np.zeros((task.steps, len(SUMS), task.replicates))
    for replicate in range(task.replicates):
        columns, drawn = np.arange(task.d, dtype=np.uint64), np.array([replicate], np.uint64)
        noise = Standard(task.seed, drawn, columns, None).steps(0, task.steps)
        x, m, v = ([number(one) for one in values] for values in (what.start, [0.0] * task.d, [0.0] * task.d))
        for step in range(task.steps):
            z = next(noise)[0]
            a = np.array([float(hj) * float(xj) for hj, xj in zip(what.h, x, strict=True)])
            scale = np.sqrt((constant + factor * float(folded(a * a))) / task.d)  # p = 2
            u = []
            for j in range(task.d):
                g = number(a[j] + scale * z[j])
                m[j] = number(algorithm.beta1) * m[j] + number(1.0 - algorithm.beta1) * g
                v[j] = number(algorithm.beta2) * v[j] + number(1.0 - algorithm.beta2) * (g * g)
                c1, c2 = number(1.0), number(1.0)
                if algorithm.bias_correction:
                    c1 = number(1.0 / (1.0 - algorithm.beta1 ** (step + 1)))
                    c2 = number(1.0 / (1.0 - algorithm.beta2 ** (step + 1)))
                u.append(abs(c1 * m[j]) / (np.sqrt(c2 * v[j]) + number(algorithm.epsilon)))
                x[j] = x[j] - number(algorithm.learning_rate) * (u[j] if m[j] > 0 else -u[j])
                assert type(m[j]) is type(v[j]) is type(u[j]) is type(x[j]) is number
            wide, e = np.array(u, dtype=np.float64), np.array(m, dtype=np.float64) - a
            terms = [np.abs(a), a * a, wide * np.abs(a), e * e, wide * wide, wide]
            sums[step, :, replicate] = [*(float(folded(term)) for term in terms), wide.max()]
        for name, values in zip("xmv", (x, m, v), strict=True):
            getattr(ends, name)[replicate] = values
    return ends, sums


def test_the_reference_is_a_plain_program_in_float32() -> None:
    random = np.random.default_rng(5)
    for number in range(6):
        d, steps = int(random.integers(1, 30)), 5
        noise = [Noise("gaussian", 0.7), Noise("gaussian", 0.3, 0.5, 2.0)][number % 2]
        algorithm = adam(0.05, float(random.random()), float(random.random()), 1e-6, bias_correction=number > 2)
        what = quadratic(d, random.uniform(0.1, 2.0, d), random.normal(size=d), noise)
        task = Task(what, algorithm, steps, 2, int(random.integers(2**40)), dtype="float32")
        assert same(plainly(task), reference(task, steps))


def test_random_configurations_agree_on_numba_threads_and_cuts() -> None:
    """For one slope, whose kernel takes seconds to compile: the update is the same for all."""
    pytest.importorskip("numba")
    from adamproof.simulator.numba_engine import NumbaEngine

    random = np.random.default_rng(19)
    for number in range(RANDOM):
        task = configuration(random, ["quadratic"])
        if number % 20 == 0:  # several spans
            task = replace(task, problem=varied(17_000, NOISES[number % len(NOISES)], "quadratic"), replicates=2)
        cuts = np.diff([0, *sorted(random.integers(0, task.steps + 1, 2).tolist()), task.steps])
        found = advance(NumbaEngine(int(random.integers(1, 4))), task, [int(cut) for cut in cuts if cut])
        assert found[0].x.dtype == np.float32
        assert same(reference(task, task.steps), found)


def test_regressions_agree_bit_for_bit() -> None:
    pytest.importorskip("numba")
    from adamproof.simulator.data_engine import RegressionEngine

    for (d, replicates, every), algorithm in zip(((4, 3, 1), (70, 20, 3), (300, 2, 2)), ALGORITHMS, strict=False):
        task = Task(logistic(*data(1100, d), 5, 0.1), algorithm, 100, replicates, SEED, every, dtype="float32")
        expected = reference(task, 7)
        assert same(expected, advance(RegressionEngine(1), task, [7]))
        assert same(expected, advance(RegressionEngine(3), task, [2, 5]))


def test_the_source_for_gpus_agrees_bit_for_bit(monkeypatch: pytest.MonkeyPatch) -> None:
    if shutil.which("g++") is None:
        pytest.skip("the stand-in for a GPU needs g++")
    monkeypatch.setitem(sys.modules, "cupy", gpu.module())
    monkeypatch.delitem(sys.modules, "adamproof.simulator.cupy_engine", raising=False)
    from adamproof.simulator.cupy_engine import CuPyEngine

    for noise, algorithm in ((NOISES[3], ALGORITHMS[1]), (NOISES[1], ALGORITHMS[2])):
        task = Task(varied(37, noise), algorithm, 100, 5, SEED, dtype="float32")
        assert same(reference(task, 6), advance(CuPyEngine(task), task, [2, 4]))
    sys.modules.pop("adamproof.simulator.cupy_engine", None)


def test_the_textbook_form_takes_the_same_path() -> None:
    one, other = (
        Task(varied(20, Noise()), Algorithm(0.01, 0.9, 0.99, 0.0, True, form), 50, 3, SEED, dtype="float32")
        for form in ("sign", "textbook")
    )
    assert same(reference(one, 50), reference(other, 50))


def test_functions_of_your_own_see_float64() -> None:
    seen = set()

    def gradient(x: Any) -> Any:
        seen.add((x.dtype, float(x[0, 0])))
        return x

    run = simulate(function(gradient, 2, start=0.1), STANDARD, 1, dtype="float32")
    assert seen == {(np.dtype(np.float64), float(np.float32(0.1)))}
    assert run.state.x.dtype == np.float32 and run.value is None


# --- checkpoints --------------------------------------------------------------------------------

PROGRAM = """
import sys
from adamproof.simulator import Noise, adam, quadratic, simulate
simulate(quadratic(5, noise=Noise(s1=0.5, p=1.3)), adam(0.01, epsilon=1e-8), 4000, 8, 9, engine="numba",
    dtype="float32", checkpoint=sys.argv[1], save_every=0.0, snapshots=[500],
    progress=lambda *done: print(*done, flush=True))
"""


def test_a_killed_run_goes_on_to_the_same_bits(tmp_path: Path) -> None:
    pytest.importorskip("numba")
    path, what = tmp_path / "run.npz", quadratic(5, noise=Noise(s1=0.5, p=1.3))
    command = [sys.executable, "-c", PROGRAM, str(path)]
    killed_after(1500, command)
    with np.load(path) as file:
        assert 1000 < int(file["step"]) < 4000 and file["x"].dtype == file["v_500"].dtype == np.float32
    more: dict[str, Any] = {"snapshots": [500], "dtype": "float32"}
    expected = simulate(what, adam(0.01, epsilon=1e-8), 4000, 8, 9, engine="numpy", **more)
    for _ in range(2):  # the second time there is nothing left to do
        found = simulate(what, adam(0.01, epsilon=1e-8), 4000, 8, 9, checkpoint=path, resume=True, **more)
        assert same_runs(expected, found) and found.to_json()["dtype"] == "float32"
        assert np.array_equal(found.snapshots[500].m, expected.snapshots[500].m)


def test_a_checkpoint_of_another_type_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "run.npz"
    simulate(quadratic(3), STANDARD, 10, 2, SEED, checkpoint=path, dtype="float32")
    with pytest.raises(SimulationError, match=r"is from another run \(dtype differ\)"):
        simulate(quadratic(3), STANDARD, 10, 2, SEED, checkpoint=path, resume=True)
    with np.load(path) as file:
        arrays = {name: file[name] for name in file.files}
    arrays["m"] = arrays["m"].astype(np.float64)
    arrays[checkpoint.DIGEST] = checkpoint._digest(arrays)
    np.savez(path, **arrays)
    with pytest.raises(SimulationError, match=r"its array m is float64 of shape \(2, 3\), not float32"):
        simulate(quadratic(3), STANDARD, 10, 2, SEED, checkpoint=path, resume=True, dtype="float32")


# --- what misleads ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "what, algorithm, dtype, message",
    [
        (quadratic(2), adam(0.1, beta2=1.0 - 2.0**-26), "float32", "beta2 is 0.99.*, which is 1 in float32, where not"),
        (quadratic(2), adam(0.1, beta1=1.0 - 2.0**-26), "float32", "beta1 is 0.99"),
        (quadratic(2), adam(1e-46), "float32", "the learning rate is 1e-46, which is 0 in float32: use float64"),
        (quadratic(2), adam(1e39), "float32", "the learning rate is 1e.39, which is inf in float32"),
        (quadratic(2), adam(0.1, epsilon=1e-60), "float32", "epsilon is 1e-60, which is 0 in float32"),
        (quadratic(2, start=[1.0, 1e-50]), STANDARD, "float32", "a coordinate of the start is 1e-50, which is 0 in fl"),
        (quadratic(2, start=[0.0, -1e50]), STANDARD, "float32", "a coordinate of the start is -1e.50, which is -inf"),
        (quadratic(2), STANDARD, "float16", "the dtype is 'float16', but must be float64 or float32"),
        (quadratic(2), STANDARD, np.dtype("float32"), r"the dtype is dtype\('float32'\), but must be"),
    ],
)
def test_what_float32_cannot_hold_is_refused(what: Any, algorithm: Algorithm, dtype: Any, message: str) -> None:
    with pytest.raises(SimulationError, match=message):
        simulate(what, algorithm, 5, dtype=dtype)


@pytest.mark.parametrize(
    "what, algorithm, steps, message",
    [
        (quadratic(2), adam(1e-9, epsilon=1e-8), 3, "the largest .x. after step . is 1, .* moves below it are lost"),
        (quadratic(2, start=1.5), adam(1e-6), 3, "by up to 6e-08; that is 6% of the learning rate: compare with"),
        (quadratic(2, start=1e-20, noise=Noise("none")), adam(0.0), 1, "v is 9.95e-44 after step 1 in replicate 0, co"),
        (quadratic(2, start=1e-25, noise=Noise("none")), adam(0.0, epsilon=1e-30), 1, "v is 0 after step 1 in replic"),
    ],
)
def test_where_float32_misleads_a_run_says_so_once(what: Any, algorithm: Algorithm, steps: int, message: str) -> None:
    for dtype, count in (("float32", 1), ("float64", 0)):
        said: list[str] = []
        run = simulate(what, algorithm, steps, 2, SEED, dtype=dtype, say=said.append)
        assert run.to_json()["doubts"] == run.doubts
        for sentences in (said, run.doubts):
            assert len(sentences) == count and all(re.search(message, one) for one in sentences)


def test_averages_that_float32_rounds_too_often() -> None:
    """Over all steps, or over 1/(1 - beta) of them, if these are fewer."""
    for steps, beta2, expected in (
        (10**4, 1.0 - 1e-7, []),
        (10**5, 1.0 - 1e-7, ["beta2 is 0.9999999: in float32 its average over 1e+05 steps may be off by up to 1.8%"]),
        (10**9, 0.999, []),
        (10**9, 0.99999, ["beta2 is 0.99999: in float32 its average over 1e+05 steps may be off by up to 1.8%"]),
    ):
        task = Task(quadratic(2), adam(0.1, beta2=beta2, epsilon=1e-8), steps, 1, SEED, dtype="float32")
        assert [one.partition(",")[0] for one in precision.doubts(task, State.start(task)).values()] == expected
        assert precision.doubts(replace(task, dtype="float64"), State.start(task)) == {}


def test_an_epsilon_hides_what_underflows() -> None:
    """And u is then as in float64."""
    what = quadratic(2, start=1e-20, noise=Noise("none"))
    runs = [simulate(what, adam(0.0, epsilon=2e-12), 20, dtype=dtype) for dtype in ("float32", "float64")]
    assert not runs[0].doubts and (runs[0].state.v < 2.0**-126).all()
    assert runs[0].statistics.maximum == pytest.approx(runs[1].statistics.maximum, rel=1e-6)


def test_overflow_and_underflow_are_named() -> None:
    for start, algorithm, message in (
        (1e20, adam(0.01, epsilon=1e-8), "the square of the noisy gradient overflows: v is inf in step 1"),
        (1e-30, adam(0.01), "v has underflowed to 0 and epsilon is 0"),
    ):
        for engine in ("numpy", "numba"):
            what = quadratic(3, start=start, noise=Noise("none"))
            with pytest.raises(NotFinite, match=message):
                simulate(what, algorithm, 5, engine=engine, dtype="float32")


def test_signum_has_no_v_to_doubt() -> None:
    run = simulate(quadratic(2, start=1e-20, noise=Noise("none")), signum(0.0), 3, dtype="float32")
    assert run.doubts == []
