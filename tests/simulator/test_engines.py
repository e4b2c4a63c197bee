"""Engines agree bit for bit, and the reference does what the definition says."""

from __future__ import annotations

import hashlib
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adamproof.simulator import (
    Algorithm,
    Noise,
    SimulationError,
    adam,
    function,
    numpy_engine,
    quadratic,
    run,
    separable,
    sign_descent,
    signum,
    simulate,
    statistics,
)
from adamproof.simulator import (
    summation as folding,
)
from adamproof.simulator.engine import choose
from adamproof.simulator.noise import Standard
from adamproof.simulator.task import DTYPES, State, Task
from tests.simulator import gpu
from tests.simulator.common import NOISES, SEED, STANDARD, advance, reference, same, same_runs, varied

SHAPES = [(1, 70), (2, 65), (3, 5), (16, 37), (100, 5), (256, 2), (257, 2), (1000, 2)]
ALGORITHMS = [
    STANDARD,
    adam(0.02, 0.9, 0.95, bias_correction=True),
    signum(0.01),
    sign_descent(0.01),
]


@pytest.fixture(scope="session")
def numba() -> Any:
    pytest.importorskip("numba")
    from adamproof.simulator.numba_engine import NumbaEngine

    return NumbaEngine


@pytest.fixture(scope="module")
def cupy() -> Iterator[Any]:
    """The GPU engine on a stand-in for a GPU."""
    if shutil.which("g++") is None:
        pytest.skip("the stand-in for a GPU needs g++")
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "cupy", gpu.module())
        patch.delitem(sys.modules, "adamproof.simulator.cupy_engine", raising=False)
        from adamproof.simulator.cupy_engine import CuPyEngine

        yield CuPyEngine
        sys.modules.pop("adamproof.simulator.cupy_engine", None)


# --- the reference against the definition -------------------------------------------------------


def test_the_reference_does_what_the_definition_says() -> None:
    """Adam on numbers of Python, with the same noise."""
    d, steps, b1, b2, rate, eps = 3, 9, 0.9, 0.95, 0.05, 1e-3
    problem = quadratic(d, [0.5, 1.0, 2.0], [1.0, -2.0, 0.5], Noise("gaussian", s0=0.7))
    task = Task(problem, Algorithm(rate, b1, b2, eps), steps, 2, SEED)
    state, sums = reference(task, steps)
    for replicate in range(2):
        noise = Standard(SEED, np.array([replicate], np.uint64), np.arange(d, dtype=np.uint64), None).steps(0, steps)
        x, m, v = [1.0, -2.0, 0.5], [0.0] * d, [0.0] * d
        for step in range(steps):
            a = [h * y for h, y in zip([0.5, 1.0, 2.0], x, strict=True)]
            g = [aj + 0.7 / d**0.5 * z for aj, z in zip(a, next(noise)[0], strict=True)]
            m = [b1 * mj + (1 - b1) * gj for mj, gj in zip(m, g, strict=True)]
            v = [b2 * vj + (1 - b2) * gj * gj for vj, gj in zip(v, g, strict=True)]
            u = [abs(mj) / (vj**0.5 + eps) for mj, vj in zip(m, v, strict=True)]
            x = [xj - rate * uj * (1 if mj > 0 else -1) for xj, uj, mj in zip(x, u, m, strict=True)]
            expected = [
                sum(map(abs, a)),
                sum(aj * aj for aj in a),
                sum(uj * abs(aj) for uj, aj in zip(u, a, strict=True)),
                sum((mj - aj) ** 2 for mj, aj in zip(m, a, strict=True)),
                sum(uj * uj for uj in u),
                sum(u),
                max(u),
            ]
            assert sums[step, :, replicate] == pytest.approx(expected, rel=1e-13)
        assert state.x[replicate] == pytest.approx(x, rel=1e-13)


def test_bias_correction_divides_by_one_minus_the_power() -> None:
    rows = adam(0.1, 0.9, 0.99, bias_correction=True).coefficients(4, 2)
    assert rows[:, 5].tolist() == [1 / (1 - 0.9**5), 1 / (1 - 0.9**6)]
    assert rows[:, 6].tolist() == [1 / (1 - 0.99**5), 1 / (1 - 0.99**6)]
    _, sums = reference(Task(varied(4, Noise()), adam(0.1, bias_correction=True), 1, 3, SEED), 1)
    assert sums[0, 6] == pytest.approx(1.0)  # after one step u = 1


def test_the_textbook_form_takes_the_same_path() -> None:
    for correction in (False, True):
        one, other = (
            reference(Task(varied(20, Noise()), Algorithm(0.01, 0.9, 0.99, 0.0, correction, form), 50, 3, SEED), 50)
            for form in ("sign", "textbook")
        )
        assert same(one, other)


def test_sign_descent_and_signum_move_by_the_rate() -> None:
    for algorithm in (sign_descent(0.01), signum(0.01)):
        task = Task(varied(5, Noise("none")), algorithm, 1, 2, SEED)
        state, _ = reference(task, 1)
        assert np.abs(state.x - task.problem.start) == pytest.approx(0.01)


@pytest.mark.parametrize("noise", [one for one in NOISES if one.kind in ("signs", "sphere")], ids=lambda one: one.kind)
def test_bounded_noise_has_the_stated_length(noise: Noise) -> None:
    """With beta1 = 0, m = g, so that e is the noise."""
    task = Task(varied(300, noise, "quadratic"), Algorithm(0.0, 0.0, 0.9), 5, 4, SEED)
    _, sums = reference(task, 5)
    constant, factor = noise.variance
    assert sums[:, 3] == pytest.approx(constant + factor * sums[:, 1] ** (noise.p / 2))


@pytest.mark.parametrize("noise", [one for one in NOISES if one.kind in ("gaussian", "two-point")], ids=str)
def test_affine_noise_has_the_stated_variance(noise: Noise) -> None:
    task = Task(varied(40, noise, "quadratic"), Algorithm(0.0, 0.0, 0.9), 50, 200, SEED)
    _, sums = reference(task, 50)
    constant, factor = noise.variance
    ratio = sums[:, 3] / (constant + factor * sums[:, 1] ** (noise.p / 2))
    assert ratio.mean() == pytest.approx(1.0, abs=5 * ratio.std() / ratio.size**0.5)


# --- bit for bit --------------------------------------------------------------------------------


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 40_000), st.integers(0, 2**32 - 1))
def test_folded_sums_are_sums(d: int, seed: int) -> None:
    values = np.random.default_rng(seed).random((2, d))
    assert folding.folded(values) == pytest.approx(values.sum(axis=1), rel=1e-13)


@pytest.mark.parametrize("d, replicates", SHAPES)
@pytest.mark.parametrize("noise", NOISES, ids=str)
def test_numba_agrees_bit_for_bit(numba: Any, d: int, replicates: int, noise: Noise) -> None:
    for name in ("cosh", "quadratic"):
        for algorithm in ALGORITHMS:
            task = Task(varied(d, noise, name), algorithm, 100, replicates, SEED)
            assert same(reference(task, 11), advance(numba(2), task, [3, 7, 1]))


@pytest.mark.parametrize("noise", [NOISES[1], NOISES[2], NOISES[7]], ids=str)
def test_numba_agrees_over_several_spans_on_any_number_of_threads(numba: Any, noise: Noise) -> None:
    task = Task(varied(20_000, noise), STANDARD, 100, 2, SEED)
    expected = reference(task, 6)
    for threads in (1, 2, 3):
        assert same(expected, advance(numba(threads), task, [6]))


def test_what_is_kept_on_disk_is_named_after_all_its_sources(numba: Any) -> None:
    """A changed function of `kernels` must not meet a kernel compiled from the old one."""
    from adamproof.simulator import compiled, kernels, numba_engine, precision, products, vectors

    digest = hashlib.sha256()
    for module in (kernels, precision, folding, compiled, products, vectors, numba_engine):
        digest.update(Path(str(module.__file__)).read_bytes())
    for slope in numba_engine.SLOPES:
        for dtype in DTYPES:
            index = numba_engine._kernel(slope, dtype)._cache._cache_file._index_name
            assert f"{slope.__name__}_{dtype}_{digest.hexdigest()[:16]}" in index


def parts_of(kernel: Any) -> dict[str, Any]:
    """The compiled functions that a kernel calls and that were made for it, by the name that the linker sees."""
    names = kernel.py_func.__globals__
    made = [one.py_func for one in names.values() if hasattr(one, "py_func") and one.py_func.__globals__ is names]
    return {function.__qualname__: function for function in made}


def test_no_two_kernels_have_parts_of_one_name(numba: Any) -> None:
    """Kernels that two processes kept number their parts alike: in a third one, one would run the other's."""
    from adamproof.simulator import data_engine, numba_engine

    kernels = [numba_engine._kernel(slope, dtype) for slope in (*numba_engine.SLOPES, own_slope) for dtype in DTYPES]
    assert all(len(parts_of(kernel)) == 5 for kernel in kernels)
    both = [data_engine._kernels(slope, dtype) for slope in (*data_engine.SLOPES, own_slope) for dtype in DTYPES]
    for found in ([parts_of(kernel) for kernel in kernels], [parts_of(steps) for _, steps in both]):
        assert len(set().union(*found)) == sum(map(len, found))


def test_a_slope_of_your_own_under_numba(numba: Any) -> None:
    def slope(x: Any, h: Any) -> Any:
        return h * x / (1.0 + x * x) + 0.1

    task = Task(separable(slope, 20, 2.0), STANDARD, 100, 5, SEED)
    assert same(reference(task, 9), advance(numba(1), task, [9]))


def test_a_slope_that_numba_cannot_compile_is_refused(numba: Any) -> None:
    task = Task(separable(lambda x, h: np.array(list(map(float, x.ravel()))).reshape(x.shape), 4), STANDARD, 9, 1, SEED)
    with pytest.raises(SimulationError, match=r"Numba cannot compile the slope of 'separable'.*use the NumPy engine"):
        numba(1).advance(task, State.start(task), 1)


def test_what_numba_cannot_compile_is_run_by_numpy(numba: Any) -> None:
    said: list[str] = []
    problem = separable(lambda x, h: np.array(list(map(float, x.ravel()))).reshape(x.shape), 4)
    assert simulate(problem, STANDARD, 5, engine="numba", say=said.append).engine == "NumPy"
    assert len(said) == 1
    assert said[0].startswith("cannot use the engine numba: Numba cannot compile the slope of 'separable'")


def test_replicates_do_not_depend_on_their_number() -> None:
    problem = varied(7, NOISES[3])
    few, many = (simulate(problem, STANDARD, 20, count, SEED, engine="numpy").state.x for count in (3, 50))
    assert np.array_equal(few, many[:3])


def test_results_do_not_depend_on_how_a_run_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    problem = varied(5, NOISES[3])
    monkeypatch.setattr(statistics, "WINDOWS", 10)
    expected = simulate(problem, STANDARD, 90, 30, SEED, engine="numpy")
    for chunk, slab, block in ((1, 8, 7), (4, 30, 20), (37, 1, 10_000)):
        monkeypatch.setattr(run, "CHUNK", chunk)
        monkeypatch.setattr(run, "SMALLEST_CHUNK", 1)
        monkeypatch.setattr(run, "SLAB", slab)
        monkeypatch.setattr(numpy_engine, "BLOCK", block)
        found = simulate(problem, STANDARD, 90, 30, SEED, engine="numpy")
        assert same_runs(expected, found)
        assert found.statistics.rows == expected.statistics.rows


def test_another_seed_gives_another_run() -> None:
    one, other = (simulate(varied(3, Noise()), STANDARD, 5, 2, seed).state.x for seed in (1, 2**33 + 1))
    assert not (one == other).any()


# --- the GPU's source on a stand-in -------------------------------------------------------------


@pytest.mark.parametrize(
    "d, replicates, noise, algorithm",
    [
        (1, 70, NOISES[1], ALGORITHMS[0]),
        (16, 37, NOISES[3], ALGORITHMS[1]),
        (100, 5, NOISES[7], ALGORITHMS[2]),
        (300, 3, NOISES[5], ALGORITHMS[3]),
        (17_000, 1, NOISES[1], ALGORITHMS[0]),
    ],
)
def test_the_source_for_gpus_agrees_bit_for_bit(
    cupy: Any, d: int, replicates: int, noise: Noise, algorithm: Algorithm
) -> None:
    task = Task(varied(d, noise), algorithm, 100, replicates, SEED)
    assert same(reference(task, 6), advance(cupy(task), task, [3, 3]))


def own_slope(x: Any, h: Any) -> Any:
    y = x * x
    return h * x / (1.0 + y) + 0.1


def test_a_slope_of_your_own_for_gpus(cupy: Any) -> None:
    task = Task(separable(own_slope, 20, 2.0), STANDARD, 100, 5, SEED)
    assert same(reference(task, 5), advance(cupy(task), task, [5]))


def test_what_the_gpu_engine_refuses(cupy: Any) -> None:
    def branching(x: Any, h: Any) -> Any:
        if h:
            return x
        return h

    for problem, message in (
        (separable(branching, 4), "branching has .* which the GPU engine cannot translate: use another engine"),
        (varied(300, NOISES[2]), "the noise couples all 300 coordinates, but the GPU engine supports at most 256"),
    ):
        with pytest.raises(SimulationError, match=message):
            cupy(Task(problem, STANDARD, 10, 1, SEED))


def test_the_engine_of_a_task_without_a_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    monkeypatch.setitem(sys.modules, "cupy", gpu.module(devices=0))
    monkeypatch.delitem(sys.modules, "adamproof.simulator.cupy_engine", raising=False)
    monkeypatch.setitem(sys.modules, "numba", None)
    monkeypatch.delitem(sys.modules, "adamproof.simulator.numba_engine", raising=False)
    done = simulate(varied(3, Noise()), STANDARD, 5, engine="cupy", say=said.append)
    sys.modules.pop("adamproof.simulator.cupy_engine", None)
    assert done.engine == "NumPy"
    assert said == [
        "cannot use the engine cupy: CuPy finds no GPU",
        "cannot use the engine numba: numba is not installed (pip install 'adamproof[fast]')",
    ]


class Broken:
    """A package whose import fails, as where its versions do not fit."""

    def find_spec(self, name: str, *_: object) -> None:
        if name == "numba":
            raise ImportError("Numba needs NumPy 1.0 or less")


def test_a_broken_engine_is_passed_over_with_its_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    for name in [name for name in sys.modules if name.partition(".")[0] == "numba"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.delitem(sys.modules, "adamproof.simulator.numba_engine", raising=False)
    monkeypatch.setattr(sys, "meta_path", [Broken(), *sys.meta_path])
    assert simulate(varied(3, Noise()), STANDARD, 5, engine="numba", say=said.append).engine == "NumPy"
    assert said == [
        "cannot use the engine numba: numba does not work on this machine (ImportError: Numba needs NumPy 1.0 or less)",
    ]


def test_a_run_on_the_stand_in_for_a_gpu(cupy: Any) -> None:
    one, other = (simulate(varied(3, NOISES[3]), STANDARD, 20, 5, SEED, engine=name) for name in ("numpy", "cupy"))
    assert same_runs(one, other)
    assert other.engine == "CuPy 0, stand-in"


def test_the_engine_is_chosen_by_the_work_and_the_problem(numba: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    monkeypatch.setitem(sys.modules, "cupy", None)
    monkeypatch.delitem(sys.modules, "adamproof.simulator.cupy_engine", raising=False)
    for problem, form, steps, expected in (
        (varied(100, Noise()), "sign", 10, "NumPyEngine"),
        (varied(100, Noise()), "sign", 10**8, "NumbaEngine"),
        (varied(100, Noise()), "textbook", 10**8, "NumPyEngine"),
        (function(lambda x: x, 100), "sign", 10**8, "NumPyEngine"),
    ):
        task = Task(problem, Algorithm(0.1, 0.9, 0.9, form=form), steps, 1, SEED)  # type: ignore[arg-type]
        assert type(choose("auto", task, None, said.append)).__name__ == expected
    engines = [f"cannot use the engine {name}" for name in ("cupy", "numba")]
    assert [text.partition(":")[0] for text in said] == engines  # of the textbook form; a function only NumPy can run
    assert "only NumPy runs the textbook form, a check of the sign form" in said[0]
    own = Task(function(lambda x: x, 100), Algorithm(0.1, 0.9, 0.9), 10**8, 1, SEED)
    assert type(choose("numba", own, None, said.append)).__name__ == "NumPyEngine"  # who names one is told
    assert "the gradient of 'function' is a function on arrays, which only NumPy runs" in said[2]
