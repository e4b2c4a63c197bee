"""The reference engine: NumPy alone, in blocks of coordinates or replicates that stay in cache for many steps."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import kernels
from .noise import Draws, Standard
from .precision import ARITHMETIC, rounded
from .problems import Noise, Sampled, Separable
from .summation import LANES, SPAN, folded
from .task import SUMS, State, Task

Array = NDArray[np.float64]
BLOCK = LANES * SPAN  # coordinates of a separable objective: one span, so that sums keep their order


class NumPyEngine:
    """Runs every problem."""

    name = "numpy"
    described = "NumPy"

    def __init__(self) -> None:
        self._drawn: tuple[object, Standard] | None = None  # of the last call: it may have been for one step of four

    def advance(self, task: Task, state: State, count: int) -> Array:
        """See `task.Engine`."""
        sums = np.empty((count, len(SUMS), state.x.shape[0]))
        whole = task.d <= BLOCK or isinstance(task.problem, Sampled) or task.problem.noise.coupled
        rows = max(1, BLOCK // task.d) if isinstance(task.problem, Separable) else state.x.shape[0]
        with np.errstate(all="ignore"):
            for first in range(0, state.x.shape[0], rows):
                part = state.rows(first, first + rows)
                if whole:
                    noise = self._noise(task, part)
                    sums[:, :, first : first + rows] = _block(task, part, slice(0, task.d), count, noise)
                else:
                    sums[:, :, first : first + rows] = _blocks(task, part, count)
        return sums

    def _noise(self, task: Task, part: State) -> Standard:
        """The noise of some replicates in all coordinates."""
        key = (task.seed, task.d, task.problem.noise, part.first, part.x.shape[0])
        if self._drawn is None or self._drawn[0] != key:
            self._drawn = key, _standard(task, part, slice(0, task.d))
        return self._drawn[1]


def _standard(task: Task, state: State, columns: slice) -> Standard:
    """The noise of some replicates in some coordinates, before it is scaled."""
    noise = task.problem.noise
    replicates = np.arange(state.first, state.first + state.x.shape[0], dtype=np.uint64)
    coordinates = np.arange(columns.start, columns.stop, dtype=np.uint64)
    two_values = noise.two_values if noise.kind in ("two-point", "signs") else None
    return Standard(task.seed, replicates, coordinates, two_values)


def _blocks(task: Task, state: State, count: int) -> Array:
    """One block of coordinates after another, each for all steps."""
    total: Array | None = None
    for first in range(0, task.d, BLOCK):
        columns = slice(first, min(first + BLOCK, task.d))
        sums = _block(task, state, columns, count, _standard(task, state, columns))
        if total is None:
            total = sums
        else:
            total[:, :-1] += sums[:, :-1]
            np.maximum(total[:, -1], sums[:, -1], out=total[:, -1])
    if total is None:
        raise ValueError("no coordinates")
    return total


def _block(task: Task, state: State, columns: slice, count: int, standard: Standard) -> Array:
    """All steps of some coordinates of some replicates."""
    problem, algorithm, noise = task.problem, task.algorithm, task.problem.noise
    arithmetic = ARITHMETIC[task.dtype]
    x, m, v = (np.ascontiguousarray(array[:, columns]) for array in (state.x, state.m, state.v))
    draws = None if noise.kind == "none" else standard.steps(state.step, count)
    sums = np.empty((count, len(SUMS), x.shape[0]))
    for step, row in enumerate(rounded(algorithm.coefficients(state.step, count), task.dtype)):
        a: Array | None
        at = x.astype(np.float64, copy=False)
        if isinstance(problem, Separable):
            a, g = problem.part(at, columns), None
        else:
            needed = (state.step + step) % task.exact_every == 0
            a = problem.gradient(at) if needed else None
            g = problem.noisy(at, Draws(task.seed, standard.replicates, state.step + step))
        if g is None and a is not None:
            z = None if draws is None else next(draws)
            g = a if z is None else a + _scale(noise, a, z, task.d) * z
        x, m, v, u = _stepped(task, arithmetic, (x, m, v), rounded(g, task.dtype), row)
        sums[step] = _sums(a, m.astype(np.float64, copy=False), u.astype(np.float64, copy=False))
    state.x[:, columns], state.m[:, columns], state.v[:, columns] = x, m, v
    return sums


def _sums(a: Array | None, m: Array, u: Array) -> Array:
    """The SUMS of one step, (7, replicates)."""
    values = np.empty((2 if a is None else len(SUMS) - 1, *u.shape))  # one array, so that they are folded at once
    np.multiply(u, u, out=values[-2])
    values[-1] = u
    if a is not None:
        np.abs(a, out=values[0])
        np.multiply(a, a, out=values[1])
        np.multiply(u, values[0], out=values[2])
        e = m - a
        np.multiply(e, e, out=values[3])
    found = np.zeros((len(SUMS), u.shape[0]))
    found[len(SUMS) - 1 - len(values) : -1] = folded(values)
    found[-1] = u.max(axis=1)
    return found


def _scale(noise: Noise, a: Array, z: Array, d: int) -> Array:
    """The factor of standard noise, for each replicate (or one for all)."""
    constant, factor = noise.variance
    squares = folded(a * a)[:, None] if noise.coupled else np.zeros((1, 1))
    share = folded(z * z)[:, None] if noise.kind == "sphere" else float(d)
    return np.asarray(kernels.noise_scale(squares, 0.5 * noise.p, constant, factor, share))


def _stepped(task: Task, arithmetic: Any, state: tuple[Any, Any, Any], g: Any, row: Any) -> tuple[Any, Any, Any, Any]:
    """x, m and v after a step, and u, given the noisy gradient; row: of coefficients."""
    beta1, rest1, beta2, rest2, rate, correction1, correction2 = row
    epsilon = row.dtype.type(task.algorithm.epsilon)
    x, m, v = state
    m, v = arithmetic.moments(m, v, g, beta1, rest1, beta2, rest2)
    u = arithmetic.magnitude(m, v, epsilon, correction1, correction2)
    if task.algorithm.form == "signum":
        u = np.abs(arithmetic.sign(m))
    if task.algorithm.form == "textbook":
        return arithmetic.moved_as_in_textbooks(x, m, v, rate, epsilon, correction1, correction2), m, v, u
    return arithmetic.moved(x, m, u, rate), m, v, u
