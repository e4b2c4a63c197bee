"""The engine for regressions on processors, compiled by Numba: products, update and sums in one pass over the data.

The exact gradient takes the features a chunk of rows at a time, which stays in the first cache: first the predictions
of eight or sixteen replicates, side by side in vectors, then the slopes of the loss, then the sum of the rows by these.
The steps between two exact gradients are taken replicate by replicate: the rows that it drew, their gradient, the
update, and the sums over the coordinates.  The order of every sum is that of `products` and `summation`.

Threads are Python's: the kernels release the interpreter's lock.  Where replicates are too few for all threads, the
exact gradient is divided by spans of rows, whose sums are added in order.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray

from . import compiled, kernels, noise, products, summation, vectors
from .compiled import NAMES, OPTIONS, PART, cores, first_line, kernel, rebound
from .data_problems import Regression
from .errors import SimulationError
from .task import SUMS, State, Task

Array = NDArray[np.float64]
SOURCES = (*(module.__name__ for module in (kernels, summation, compiled, products, vectors)), __name__)

EIGHT = products.LANES
CHUNK, SPAN = products.CHUNK, products.SPAN
TILE = summation.LANES
TILES = summation.SPAN
ROW = 264  # doubles from one row of a tile to the next, as in `numba_engine`
X, M, V, A, G = (ROW * row for row in range(5))
S = 5 * ROW  # seven rows of what is summed
WORDS = 32  # random words of a step that are drawn at once
ROWS = vectors.ROWS
WIDE = 2 if vectors.WIDE else 1  # vectors of replicates side by side
MANY = 8 if vectors.WIDE else 4  # vectors of coordinates side by side
LOW_WORD, HALF = kernels.LOW_WORD, kernels.HALF_SHIFT
FORMS = {"sign": 0, "signum": 1}
SLOPES: dict[Any, str] = {kernels.slope_logistic: "slope_logistic", kernels.slope_squares: "slope_squares"}

_philox, _moments, _magnitude, _sign, _moved = (
    NAMES[name] for name in ("philox", "moments", "magnitude", "sign", "moved")
)
_slope = NAMES["slope_logistic"]  # replaced by the problem's
_inner = vectors.inner
_predict_wide, _predict = (vectors.block(ROWS, width, adding=False) for width in (WIDE, 1))
_pull_wide, _pull = (vectors.block(ROWS, width, adding=True) for width in (WIDE, 1))
_mix_many, _mix = vectors.mixed(MANY), vectors.mixed(1)
_batches = noise.BATCHES


# --- the exact gradient -------------------------------------------------------------------------


def _bend(w, targets, first, rows, width):
    """From predictions to the slopes of the loss."""
    for row in range(rows):
        y = targets[first + row]
        for lane in range(width):
            w[row * width + lane] = _slope(w[row * width + lane], y)


def _chunk(features, stride, targets, x, d, first, rows, width, block, w, sums):
    """Add what a chunk of rows contributes for one block of replicates."""
    x0, g0 = block * d * width, block * stride * width
    if width > EIGHT:
        for row in range(0, rows, ROWS):
            _predict_wide(features, (first + row) * stride, stride, 1, x, x0, width, d, w, row * width)
        _bend(w, targets, first, rows, 2 * EIGHT)
        for column in range(0, stride, ROWS):
            _pull_wide(features, first * stride + column, 1, stride, w, 0, width, rows, sums, g0 + column * width)
        return
    for row in range(0, rows, ROWS):
        _predict(features, (first + row) * stride, stride, 1, x, x0, width, d, w, row * width)
    _bend(w, targets, first, rows, EIGHT)
    for column in range(0, stride, ROWS):
        _pull(features, first * stride + column, 1, stride, w, 0, width, rows, sums, g0 + column * width)


def _exact(features, stride, targets, x, d, width, w, sums, spans, blocks, apart, totals):
    """Add the sums of the spans spans[0] <= span < spans[1] to totals, for such a range of blocks of replicates.

    features: rows of stride numbers, filled up with zeros, at least a multiple of ROWS.  x: (blocks, d, width).
    sums: (blocks, stride, width).  totals: (1, blocks, stride, width), or a place for each span if apart is 1.
    """
    n, size = targets.size, stride * width
    for span in range(spans[0], spans[1]):
        sums[blocks[0] * size : blocks[1] * size] = 0.0
        for first in range(span * SPAN, min((span + 1) * SPAN, n), CHUNK):
            rows = min(CHUNK, n - first)
            for block in range(blocks[0], blocks[1]):
                _chunk(features, stride, targets, x, d, first, rows, width, block, w, sums)
        start = span * apart * sums.size
        for place in range(blocks[0] * size, blocks[1] * size):
            totals[start + place] += sums[place]


# --- a step of one replicate --------------------------------------------------------------------


@numba.njit(**PART)
def _draw(words, chosen, batch, samples, key0, key1, replicate, quad):
    """The rows that a replicate draws in four steps: chosen[turn * batch + place]."""
    for first in range(0, batch, WORDS):
        for lane in range(WORDS):
            a, b, c, d = _philox(
                replicate & LOW_WORD, _batches, (np.uint64(first) + np.uint64(lane)) & LOW_WORD, quad & LOW_WORD,
                key0 & LOW_WORD, key1 & LOW_WORD,
            )  # fmt: skip
            words[lane] = a
            words[WORDS + lane] = b
            words[2 * WORDS + lane] = c
            words[3 * WORDS + lane] = d
        for turn in range(4):
            for lane in range(min(WORDS, batch - first)):
                chosen[turn * batch + first + lane] = np.int64((words[turn * WORDS + lane] * samples) >> HALF)


def _batch(features, stride, targets, chosen, turn, ridge, xp, z, g):
    """The gradient of a mini-batch, in g.  z: predictions, then slopes, and targets behind them."""
    batch = chosen.size // 4
    for place in range(batch):
        row = chosen[turn * batch + place]
        z[place] = _inner(features, row * stride, xp, stride // EIGHT)
        z[batch + place] = targets[row]
    for place in range(batch):
        z[place] = _slope(z[place], z[batch + place])
    column = 0
    while column + MANY * EIGHT <= stride:
        _mix_many(features, stride, chosen, turn * batch, z, batch, g, column)
        column += MANY * EIGHT
    while column < stride:
        _mix(features, stride, chosen, turn * batch, z, batch, g, column)
        column += EIGHT
    for column in range(stride):
        g[column] = ridge * xp[column] + g[column] / batch


@numba.njit(**PART)
def _update(w, lanes, signum, exact, epsilon, step):
    """The update of so many lanes of a tile, and what is summed over them."""
    beta1, rest1, beta2, rest2, rate, correction1, correction2 = step
    for lane in range(lanes):
        m, v = _moments(w[M + lane], w[V + lane], w[G + lane], beta1, rest1, beta2, rest2)
        u = _magnitude(m, v, epsilon, correction1, correction2)
        if signum:
            u = abs(_sign(m))
        w[M + lane] = m
        w[V + lane] = v
        w[X + lane] = _moved(w[X + lane], m, u, rate)
        w[S + 4 * ROW + lane] = u * u
        w[S + 5 * ROW + lane] = u
        w[S + 6 * ROW + lane] = u
    if exact:
        for lane in range(lanes):
            a = w[A + lane]
            size, e = abs(a), w[M + lane] - a
            w[S + lane] = size
            w[S + ROW + lane] = a * a
            w[S + 2 * ROW + lane] = w[S + 5 * ROW + lane] * size
            w[S + 3 * ROW + lane] = e * e


@numba.njit(**PART)
def _fold(w, exact, lanes, width):
    """Fold the sums of a tile of this width, of which so many lanes are filled."""
    first = 0 if exact else 4
    for row in range(first, 7):
        for lane in range(lanes, width):
            w[S + row * ROW + lane] = 0.0
    half = width // 2
    while half >= 1:
        for row in range(first, 6):
            for lane in range(half):
                w[S + row * ROW + lane] += w[S + row * ROW + half + lane]
        for lane in range(half):
            w[S + 6 * ROW + lane] = np.maximum(w[S + 6 * ROW + lane], w[S + 6 * ROW + half + lane])
        half //= 2


@numba.njit(**PART)
def _all_tiles(w, xp, m, v, a, g, width, signum, exact, epsilon, step, total):
    """The update of a replicate and its seven sums, in total."""
    d = m.size
    span = np.zeros(7)
    total[:] = 0.0
    for tile in range((d + width - 1) // width):
        at = tile * width
        lanes = min(width, d - at)
        for lane in range(lanes):
            w[X + lane] = xp[at + lane]
            w[M + lane] = m[at + lane]
            w[V + lane] = v[at + lane]
            w[G + lane] = g[at + lane]
        if exact:
            for lane in range(lanes):
                w[A + lane] = a[at + lane]
        _update(w, lanes, signum, exact, epsilon, step)
        for lane in range(lanes):
            xp[at + lane] = w[X + lane]
            m[at + lane] = w[M + lane]
            v[at + lane] = w[V + lane]
        _fold(w, exact, lanes, width)
        for row in range(0 if exact else 4, 6):
            span[row] += w[S + row * ROW]
        total[6] = np.maximum(total[6], w[S + 6 * ROW])
        if (tile + 1) % TILES == 0 or at + width >= d:
            for row in range(6):
                total[row] += span[row]
                span[row] = 0.0


def _walk(features, stride, targets, x, m, v, a, number, keys, numbers, whole, coefficients, start, steps, replicates,
          sums):  # fmt: skip
    """The steps steps[0] <= step < steps[1] after `start` of a range of replicates; a: the exact gradient of the first.

    numbers: ridge, epsilon.  whole: batch, signum, whether `a` is there.  coefficients, sums: of all steps, by their place after start.
    """
    d, batch = x.shape[1], whole[0]
    w, xp, g, z = np.zeros(S + 7 * ROW), np.zeros(stride), np.zeros(stride), np.zeros(2 * batch)
    words, chosen, total = np.zeros(4 * WORDS, np.uint64), np.zeros(4 * batch, np.int64), np.zeros(7)
    width = TILE
    if d <= TILE:
        width = 4
        while width < d:
            width *= 2
    for replicate in range(replicates[0], replicates[1]):
        xp[:d] = x[replicate]
        for step in range(steps[0], steps[1]):
            turn = (start + step) % 4
            if turn == 0 or step == steps[0]:
                _draw(words, chosen, batch, np.uint64(targets.size), keys[0], keys[1], np.uint64(number + replicate),
                      np.uint64((start + step) // 4))  # fmt: skip
            _batch(features, stride, targets, chosen, turn, numbers[0], xp, z, g)
            exact = whole[2] == 1 and step == steps[0]
            c = coefficients[step]
            _all_tiles(w, xp, m[replicate], v[replicate], a[replicate if exact else 0], g, width, whole[1] == 1, exact,
                       numbers[1], (c[0], c[1], c[2], c[3], c[4], c[5], c[6]), total)  # fmt: skip
            for row in range(7):
                sums[step, row, replicate] = total[row]
        x[replicate] = xp[:d]


# --- the engine ---------------------------------------------------------------------------------


@cache
def _kernels(slope: Callable[[Any, Any], Any]) -> tuple[Any, Any]:
    """The compiled kernels for exact gradients and for steps; those of a slope of someone's own are not kept."""
    names, label = dict(globals()), SLOPES.get(slope, "")
    names["_slope"] = NAMES[label] if label else numba.njit(**OPTIONS)(slope)
    for name in ("_bend", "_chunk", "_batch"):
        names[name] = numba.njit(**PART)(rebound(globals()[name], names))
    exact, walk = (kernel(function, names, SOURCES, bool(label), f"{label}_") for function in (_exact, _walk))
    return exact, walk


def _aligned(size: int) -> Array:
    """Zeros, from the beginning of a cache line on."""
    whole = np.zeros(size + EIGHT)
    start = -whole.ctypes.data % (8 * EIGHT) // 8
    return whole[start : start + size]


def _filled(count: int, multiple: int) -> int:
    return -(-count // multiple) * multiple


def _ranges(count: int, parts: int) -> list[Array]:
    """So many numbers in at most so many ranges."""
    parts = min(count, parts)
    return [np.array([count * part // parts, count * (part + 1) // parts]) for part in range(parts)]


class RegressionEngine:
    """Runs regressions, on several threads (all processors by default)."""

    name = "numba"

    def __init__(self, threads: int | None = None) -> None:
        self.threads = threads or cores()
        self.pool = ThreadPoolExecutor(self.threads)
        self._kept: tuple[Regression, Array, int] | None = None

    @property
    def described(self) -> str:
        return f"Numba {numba.__version__}, {self.threads} thread{'s' if self.threads > 1 else ''}"

    def advance(self, task: Task, state: State, count: int) -> Array:
        """See `task.Engine`.  Raises SimulationError for a slope that Numba cannot compile."""
        problem = task.problem
        if not isinstance(problem, Regression):
            raise SimulationError(f"this engine runs only regressions, not {problem.name!r}")
        coefficients = task.algorithm.coefficients(state.step, count)
        sums, step = np.zeros((count, len(SUMS), state.x.shape[0])), 0
        try:
            while step < count:
                since = (state.step + step) % task.exact_every
                a = self._gradient(problem, state.x) if since == 0 else None
                last = min(count, step + task.exact_every - since)
                self._walk(task, problem, state, a, coefficients, (step, last), sums)
                step = last
        except numba.core.errors.NumbaError as error:
            raise SimulationError(
                f"Numba cannot compile the slope of {problem.name!r} ({first_line(error)}): use the NumPy engine"
            ) from error
        return sums

    def _features(self, problem: Regression) -> tuple[Array, int]:
        """The features, filled up with zeros to whole vectors and blocks, and the distance of their rows."""
        if self._kept is None or self._kept[0] is not problem:
            samples, d = problem.features.shape
            shape = _filled(samples, ROWS), _filled(d, EIGHT)
            flat = _aligned(shape[0] * shape[1])
            flat.reshape(shape)[:samples, :d] = problem.features
            self._kept = problem, flat, shape[1]
        return self._kept[1:]

    def _all(self, work: Callable[[Array], object], ranges: list[Array]) -> None:
        if len(ranges) == 1:
            work(ranges[0])
        else:
            list(self.pool.map(work, ranges))

    def _gradient(self, problem: Regression, x: Array) -> Array:
        """The exact gradient at points (replicates, d)."""
        (features, stride), (replicates, d) = self._features(problem), x.shape
        width = EIGHT * WIDE if replicates > EIGHT else EIGHT
        blocks, spans = -(-replicates // width), -(-problem.samples // SPAN)
        padded = np.zeros((blocks * width, d))
        padded[:replicates] = x
        points = _aligned(padded.size)
        points.reshape(blocks, d, width)[:] = padded.reshape(blocks, width, d).transpose(0, 2, 1)
        apart = int(blocks < self.threads and spans > 1)
        totals = np.zeros((spans if apart else 1, blocks, stride, width))
        exact, whole = _kernels(problem.slope)[0], (np.array([0, spans]), np.array([0, blocks]))

        def work(part: Array) -> None:
            exact(
                features, stride, problem.targets, points, d, width, _aligned(CHUNK * width), _aligned(totals[0].size),
                *((part, whole[1]) if apart else (whole[0], part)), apart, totals.reshape(-1),
            )  # fmt: skip

        self._all(work, _ranges(spans if apart else blocks, self.threads))
        total = totals[0]
        for further in totals[1:]:
            total += further
        found = total[:, :d].transpose(0, 2, 1).reshape(-1, d)[:replicates]
        return problem.mean(found, problem.samples, x)

    def _walk(
        self, task: Task, problem: Regression, state: State, a: Array | None, coefficients: Array,
        steps: tuple[int, int], sums: Array,
    ) -> None:  # fmt: skip
        """Some steps, with the exact gradient of the first of them where it is there."""
        features, stride = self._features(problem)
        keys = np.array(noise.key(task.seed), dtype=np.uint64)
        numbers = np.array([problem.ridge, task.algorithm.epsilon])
        whole = np.array([problem.batch, FORMS[task.algorithm.form], int(a is not None)])
        given = np.zeros((1, task.d)) if a is None else a
        walk = _kernels(problem.slope)[1]

        def work(part: Array) -> None:
            walk(
                features, stride, problem.targets, state.x, state.m, state.v, given, state.first, keys, numbers, whole,
                coefficients, state.step, np.array(steps), part, sums,
            )  # fmt: skip

        self._all(work, _ranges(state.x.shape[0], self.threads))
