"""Regressions: Numba agrees with NumPy bit for bit, and NumPy with a program that shares nothing with it."""

from __future__ import annotations

import hashlib
import os
import pickle
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from adamproof.simulator import (
    Algorithm,
    NotFinite,
    Regression,
    SimulationError,
    adam,
    digits,
    function,
    least_squares,
    logistic,
    regression,
    sign_descent,
    signum,
    simulate,
)
from adamproof.simulator import run as run_module
from adamproof.simulator.engine import choose
from adamproof.simulator.noise import Draws
from adamproof.simulator.task import SUMS, State, Task
from tests.simulator.common import SEED, STANDARD, advance, killed_after, reference, same, same_runs

RANDOM = 40  # configurations


@pytest.fixture(scope="session")
def engine() -> Any:
    pytest.importorskip("numba")
    from adamproof.simulator.data_engine import RegressionEngine

    return RegressionEngine


def data(samples: int, d: int, seed: int = 6) -> tuple[Any, Any]:
    random = np.random.default_rng(seed)
    features = random.normal(size=(samples, d))
    return features, np.where(features.sum(axis=1) + random.normal(size=samples) > 0.0, 1.0, -1.0)


def problem(samples: int, d: int, batch: int, ridge: float = 0.0) -> Regression:
    return logistic(*data(samples, d), batch, ridge, np.linspace(-1.0, 1.0, d) if d > 1 else 0.5)


# --- the engines agree --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "samples, d, batch, replicates, every",
    [
        (1, 1, 1, 1, 1),  # the least of everything
        (5, 3, 1, 2, 2),  # less than a vector
        (63, 8, 33, 9, 3),  # less than a chunk; more than are drawn at once
        (130, 17, 4, 16, 1),  # chunks, the last one of two rows
        (2100, 65, 7, 17, 4),  # spans
        (1025, 256, 2, 3, 5),  # a whole tile of coordinates
        (70, 700, 3, 5, 2),  # several tiles
        (3, 17_000, 2, 2, 2),  # and spans of tiles
    ],
)
def test_numba_agrees_bit_for_bit(engine: Any, samples: int, d: int, batch: int, replicates: int, every: int) -> None:
    task = Task(problem(samples, d, batch, 0.1), STANDARD, 100, replicates, SEED, every)
    expected = reference(task, 9)
    assert same(expected, advance(engine(1), task, [9]))
    assert same(expected, advance(engine(3), task, [1, 5, 3]))
    assert (
        np.isfinite(expected[1]).all()
        and (expected[1][1:, :4].any(axis=(1, 2)) == (np.arange(1, 9) % every == 0)).all()
    )


# Slopes of losses as one would write them.
PLAIN = {
    "logistic": lambda z, y: -y / (1.0 + np.exp(y * z)),
    "digits": lambda z, y: -y / (1.0 + np.exp(y * z)),
    "least squares": lambda z, y: z - y,
    "regression": lambda z, y: (z - y) ** 3,
}


def attack(engine: Any, make: Callable[[Any, Any], Regression], count: int, seed: int, dtype: str = "float64") -> None:
    """Random configurations: engines agree bit for bit, however a run is cut, and nearly with a plain program.

    make: a problem of random data, given a source of random numbers and the size of a batch.
    """
    random = np.random.default_rng(seed)
    for _ in range(count):
        what = make(random, int(random.integers(1, 70)))
        replicates, every, steps = (int(random.integers(1, high)) for high in (20, 5, 8))
        algorithm = [
            Algorithm(0.03, 0.9, 0.99, 1e-8),
            adam(0.01, 0.9, 0.95, bias_correction=True),
            signum(0.01),
            sign_descent(0.01),
        ][int(random.integers(4))]
        task = Task(what, algorithm, steps, replicates, int(random.integers(2**63)), every, dtype)
        cuts = np.diff([0, *sorted(random.integers(0, steps + 1, 2).tolist()), steps])
        expected = reference(task, steps)
        assert same(expected, advance(engine(int(random.integers(1, 4))), task, [int(cut) for cut in cuts if cut]))
        if algorithm.form == "sign" and algorithm.beta2:  # else a sign may hang on a rounding
            state, sums = plainly(task, steps)
            for name in "xmv":
                assert getattr(expected[0], name) == pytest.approx(state[name], rel=1e-7, abs=1e-10)
            assert expected[1] == pytest.approx(sums, rel=1e-7, abs=1e-10)


def of_random_data(
    make: Callable[..., Regression], **more: Any
) -> Callable[[np.random.Generator, int], Regression]:  # fmt: skip
    """What makes a problem of data of random size."""

    def problem(random: np.random.Generator, batch: int) -> Regression:
        samples, d = (int(random.integers(1, high)) for high in (2200, 80))
        start = np.linspace(-1.0, 1.0, d) if d > 1 else 0.5
        ridge = float(random.choice([0.0, 0.3]))
        features, targets = data(samples, d, int(random.integers(1000)))
        given = {"features": features, "batch": batch, "ridge": ridge, "start": start, **more}
        return make(**given, **{"labels" if make is logistic else "targets": targets})

    return problem


@pytest.mark.parametrize(
    "make, count",
    [
        (of_random_data(logistic), RANDOM),
        (of_random_data(least_squares), RANDOM // 2),
        (lambda random, batch: digits(batch), 3),
    ],
    ids=["logistic", "least squares", "digits"],
)
def test_random_configurations_agree_with_each_other_and_with_a_plain_program(
    engine: Any, make: Any, count: int
) -> None:
    attack(engine, make, count, 19)


def plainly(task: Task, steps: int) -> tuple[dict[str, Any], Any]:
    """Adam on a data problem, as one would write it, replicate by replicate with matrix products."""
    what: Any = task.problem
    algorithm, features, targets, slope = task.algorithm, what.features, what.targets, PLAIN[what.name]

    def gradient(x: Any, rows: Any) -> Any:
        return what.ridge * x + slope(features[rows] @ x, targets[rows]) @ features[rows] / len(rows)

    end = {name: np.zeros((task.replicates, task.d)) for name in "xmv"}
    sums = np.zeros((steps, len(SUMS), task.replicates))
    for replicate in range(task.replicates):
        x, m, v = what.start.copy(), np.zeros(task.d), np.zeros(task.d)
        for step in range(steps):
            drawn = Draws(task.seed, np.array([replicate], np.uint64), step).choices(what.batch, len(targets))[0]
            g = gradient(x, drawn)
            a = gradient(x, np.arange(len(targets)))
            m = algorithm.beta1 * m + (1 - algorithm.beta1) * g
            v = algorithm.beta2 * v + (1 - algorithm.beta2) * g**2
            c1, c2 = (1 - beta ** (step + 1) for beta in (algorithm.beta1, algorithm.beta2))
            mean, square = (m / c1, v / c2) if algorithm.bias_correction else (m, v)
            below = np.sqrt(square) + algorithm.epsilon
            move = np.divide(mean, below, out=np.zeros(task.d), where=mean != 0.0)  # a pixel may always be white
            u, e = np.abs(move), m - a
            x = x - algorithm.learning_rate * move
            exact = [np.abs(a).sum(), a @ a, u @ np.abs(a), e @ e] if step % task.exact_every == 0 else [0.0] * 4
            sums[step, :, replicate] = [*exact, u @ u, u.sum(), u.max()]
        for name, value in zip("xmv", (x, m, v), strict=True):
            end[name][replicate] = value
    return end, sums


def test_a_replicate_does_not_depend_on_the_others(engine: Any) -> None:
    task = Task(problem(200, 10, 3), STANDARD, 100, 20, SEED, 2)
    whole, (expected, _) = State.start(task), reference(task, 6)
    for first, last in ((0, 1), (1, 10), (10, 20)):
        engine(2).advance(task, whole.rows(first, last), 6)
    assert all(np.array_equal(getattr(whole, name), getattr(expected, name)) for name in "xmv")


def test_runs_are_the_same_with_either_engine_and_any_chunk(engine: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    what = problem(100, 5, 4)
    expected = simulate(what, STANDARD, 40, 6, SEED, engine="numpy", exact_every=3)
    for chunk in (7, 256):
        monkeypatch.setattr(run_module, "CHUNK", chunk)
        found = simulate(what, STANDARD, 40, 6, SEED, engine="numba", threads=2, exact_every=3)
        assert same_runs(expected, found) and found.engine.startswith("Numba")


def test_blocks_of_sums_of_every_shape(engine: Any) -> None:
    """Those that processors with other vectors use, too."""
    import numba

    from adamproof.simulator import products, vectors

    random = np.random.default_rng(3)
    for rows, wide in ((8, 2), (16, 1), (4, 1)):
        width, d = 8 * wide, 11
        a, b, old = (random.normal(size=shape) for shape in ((rows, d), (d, width), (rows, width)))
        for adding in (False, True):
            block, found = vectors.block(rows, wide, adding), old.copy()
            compiled = numba.njit(lambda a, b, c, d, width, block=block: block(a, 0, d, 1, b, 0, width, d, c, 0))
            compiled(a.reshape(-1), b.reshape(-1), found.reshape(-1), d, width)
            expected = products.predictions(np.ascontiguousarray(a.T), np.ascontiguousarray(b.T)).T
            assert np.array_equal(found, old + expected if adding else expected)


# --- runs that stop -----------------------------------------------------------------------------

PROGRAM = """
import sys
import numpy as np
from adamproof.simulator import adam, simulate
from tests.simulator.test_data_engine import problem
simulate(problem(300, 6, 4), adam(0.01, epsilon=1e-8), 3000, 5, 9, engine="numba", exact_every=7,
    checkpoint=sys.argv[1], save_every=0.0, progress=lambda *done: print(*done, flush=True))
"""


def test_a_killed_run_goes_on_to_the_same_bits(engine: Any, tmp_path: Path) -> None:
    path = tmp_path / "run.npz"
    command = [sys.executable, "-c", PROGRAM, str(path)]
    killed_after(1000, command)
    with np.load(path) as file:
        assert 256 <= int(file["step"]) < 3000
    runs = [
        simulate(problem(300, 6, 4), adam(0.01, epsilon=1e-8), 3000, 5, 9, exact_every=7, **how)
        for how in ({"engine": "numpy"}, {"engine": "numba", "checkpoint": path, "resume": True})
    ]
    assert same_runs(*runs)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_a_run_that_is_stopped_again_and_again_ends_with_the_same_bits(engine: Any, dtype: str, tmp_path: Path) -> None:
    """On other engines and numbers of threads each time."""
    what, random = problem(300, 6, 4), np.random.default_rng(7)
    whole, often, stops = tmp_path / "whole.npz", tmp_path / "often.npz", 0
    more: dict[str, Any] = {"steps": 500, "replicates": 3, "seed": 9, "exact_every": 7, "dtype": dtype}
    simulate(what, adam(0.01, epsilon=1e-8), engine="numpy", checkpoint=whole, **more)
    while True:
        left = int(random.integers(1, 6))

        def stopping(done: int, steps: int) -> None:
            nonlocal left
            left -= 1
            if left == 0 and done < steps:
                os.kill(os.getpid(), signal.SIGINT)

        how = {"engine": ["numpy", "numba"][int(random.integers(2))], "threads": int(random.integers(1, 4))}
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(run_module, "CHUNK", int(random.integers(4, 60)))
            try:
                simulate(what, adam(0.01, epsilon=1e-8), checkpoint=often, resume=often.exists(), progress=stopping,
                         **how, **more)  # fmt: skip
                break
            except KeyboardInterrupt:
                stops += 1
    assert stops > 1
    with np.load(whole) as one, np.load(often) as other:
        assert str(one["sha256"]) == str(other["sha256"])


def test_a_number_that_overflows_is_named_by_either_engine(engine: Any) -> None:
    what = least_squares(*data(40, 2), batch=2)
    said = []
    for name in ("numpy", "numba"):
        with pytest.raises(NotFinite, match="the square of the noisy gradient overflows") as caught:
            simulate(what, adam(5e153, epsilon=1.0), 30, 3, SEED, engine=name, exact_every=30)
        said.append((caught.value.to_json(), caught.value.state.x.tolist()))
    assert said[0] == said[1] and said[0][0]["step"] > 1


def test_a_checkpoint_of_other_data_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "run.npz"
    simulate(logistic(*data(40, 3), batch=5), STANDARD, 10, 2, SEED, checkpoint=path)
    with pytest.raises(SimulationError, match=r"is from another run \(arrays, constants differ\)"):
        simulate(logistic(*data(40, 3, seed=7), batch=5), STANDARD, 10, 2, SEED, checkpoint=path, resume=True)


# --- which engine -------------------------------------------------------------------------------


def test_the_engine_is_chosen_by_the_work(engine: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    what = problem(5000, 8, 4)
    for steps, every, name, form, expected in (
        (100, 1, "auto", "sign", "NumPyEngine"),
        (10_000, 1, "auto", "sign", "RegressionEngine"),
        (10_000, 10_000, "auto", "sign", "NumPyEngine"),
        (10, 1, "numba", "sign", "RegressionEngine"),
        (10, 1, "cupy", "sign", "RegressionEngine"),
        (10, 1, "numba", "textbook", "NumPyEngine"),
    ):
        task = Task(what, Algorithm(0.1, 0.9, 0.9, form=form), steps, 1, SEED, every)  # type: ignore[arg-type]
        assert type(choose(name, task, 1, said.append)).__name__ == expected
    assert said == [
        "cannot use the engine cupy: the GPU engine runs only separable problems, not 'logistic'",
        "cannot use the engine numba: only NumPy runs the textbook form, a check of the sign form",
    ]
    other = Task(function(lambda x: x, 2), STANDARD, 10, 1, SEED)
    with pytest.raises(SimulationError, match="this engine runs only regressions, not 'function'"):
        engine(1).advance(other, State.start(other), 1)


def test_what_is_kept_on_disk_is_named_after_its_sources_and_its_loss(engine: Any) -> None:
    from adamproof.simulator import compiled, data_engine, kernels, precision, products, summation, vectors

    digest = hashlib.sha256()
    for module in (kernels, precision, summation, compiled, products, vectors, data_engine):
        digest.update(Path(str(module.__file__)).read_bytes())
    for slope in (kernels.slope_logistic, kernels.slope_squares):
        for kernel in data_engine._kernels(slope, "float64"):
            assert f"{slope.__name__}_float64_{digest.hexdigest()[:16]}" in kernel._cache._cache_file._index_name


# --- other losses -------------------------------------------------------------------------------


def fourth(z: Any, y: Any) -> Any:
    return (z - y) * (z - y) * (z - y)


def test_a_loss_of_your_own(engine: Any) -> None:
    features, targets = data(90, 4)
    own = regression(fourth, features, targets, 3, 0.1, loss=lambda z, y: (z - y) ** 4 / 4.0)
    attack(engine, of_random_data(regression, slope=fourth), 8, 20)
    for what in (own, least_squares(features, targets, 3, 0.1)):
        x = np.random.default_rng(7).normal(size=(2, 4))
        for j in range(4):
            shift = np.eye(4)[j] * 1e-5
            low, high = what.value(x - shift), what.value(x + shift)
            assert low is not None and high is not None
            assert what.gradient(x)[:, j] == pytest.approx((high - low) / 2e-5, rel=1e-6, abs=1e-8)
    assert regression(fourth, features, targets, 3).value(x) is None


def test_least_squares_reach_the_solution() -> None:
    features, _ = data(90, 4)
    what = least_squares(features, features @ [1.0, -2.0, 0.5, 3.0], 10, start=2.0)
    run = simulate(what, adam(0.02, epsilon=1e-8), 1500, 2, SEED)
    assert run.state.x == pytest.approx(np.tile([1.0, -2.0, 0.5, 3.0], (2, 1)), abs=1e-2)
    curvature = np.linalg.eigvalsh(features.T @ features / 90).max()
    assert what.constants.L0 == pytest.approx(curvature) and what.constants.lower == 0.0
    few = features[:3] / 7.0  # fewer samples than coordinates
    assert logistic(few, [1, -1, 1], 1).constants.L0 == pytest.approx(np.linalg.norm(few, 2) ** 2 / 12)
    assert least_squares(np.zeros((2, 2)), [0, 1], 1, ridge=0.5).constants.L0 == 0.5


def test_a_problem_of_data_can_be_sent_to_another_process() -> None:
    what = problem(30, 3, 2)
    assert np.array_equal(pickle.loads(pickle.dumps(what)).gradient(what.start[None]), what.gradient(what.start[None]))


@pytest.mark.parametrize(
    "make, message",
    [
        (lambda: least_squares(np.ones((2, 2)), [1.0], 1), "features of shape .* and targets of shape .* do not match"),
        (lambda: least_squares(np.ones((2, 2)), [1.0, np.nan], 1), "the array of targets contains NaN or infinity"),
        (lambda: least_squares([[1e200]], [1.0], 1), "the constant L0 is inf"),
        (lambda: least_squares(np.ones((2, 2)), [1.0, 1.0], 0), "the number of samples in a batch is 0"),
        (lambda: least_squares(np.ones((2, 2)), [1.0, 1.0], 1, -1.0), "the ridge is -1.0, but must be finite and not"),
        (lambda: least_squares(np.ones((2, 2)), [1.0, 1.0], 1, start=[1, 2, 3]), "the start has shape"),
        (lambda: regression(None, np.ones((2, 2)), [1.0, 1.0], 1), "the slope is None, but must be a function"),  # type: ignore[arg-type]
        (lambda: regression(fourth, np.ones((2, 2)), [1, 1], 1, loss=1), "the loss is 1, but must be a function"),  # type: ignore[arg-type]
        (lambda: regression(fourth, np.ones((2, 2)), [1, 1], 1, constants=1), "the argument constants is 1"),  # type: ignore[arg-type]
        (
            lambda: regression(lambda z, y: z[0], np.ones((2, 2)), [1, 1], 1).gradient(np.ones((3, 2))),
            "the slope of 'regression' has shape",
        ),
    ],
)
def test_problems_of_data_that_are_refused(make: Any, message: str) -> None:
    with pytest.raises(SimulationError, match=message):
        make()


def test_a_slope_that_numba_cannot_compile_is_run_by_numpy(engine: Any) -> None:
    said: list[str] = []
    own = regression(lambda z, y: np.array(list(map(float, z.ravel()))).reshape(z.shape), *data(20, 2), 2)
    assert simulate(own, STANDARD, 5, engine="numba", say=said.append).engine == "NumPy"
    assert said[0].startswith("cannot use the engine numba: Numba cannot compile the slope of 'regression'")
