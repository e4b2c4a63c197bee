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
from functools import cache, partial
from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray

from . import compiled, kernels, noise, precision, products, summation, vectors
from .compiled import NAMES, OPTIONS, PART, cores, first_line, kernel, part
from .data_problems import Regression
from .errors import SimulationError
from .task import SUMS, Floats, State, Task

Array = NDArray[np.float64]
SOURCES = (*(module.__name__ for module in (kernels, precision, summation, compiled, products, vectors)), __name__)

EIGHT = products.LANES
CHUNK, SPAN = products.CHUNK, products.SPAN
TILE = summation.LANES
TILES = summation.SPAN
ROW = 264  # doubles from one row of a tile to the next, as in `numba_engine`
X, M, V, A, G = (ROW * row for row in range(5))
S = 5 * ROW  # seven rows of what is summed
Y = CHUNK * 2 * EIGHT + EIGHT  # where the targets of a chunk begin, behind its predictions
WORDS = 32  # random words of a step that are drawn at once
ROWS, LONG = vectors.ROWS, vectors.LONG
WIDE, FOUR = (2, 4) if vectors.WIDE else (1, 1)  # vectors of a block of sums side by side
MANY = 8 if vectors.WIDE else 4  # vectors of coordinates side by side
LOW_WORD, HALF = kernels.LOW_WORD, kernels.HALF_SHIFT
FORMS = {"sign": 0, "signum": 1}
SLOPES: dict[Any, str] = {kernels.slope_logistic: "slope_logistic", kernels.slope_squares: "slope_squares"}

_philox, _larger, _row = NAMES["philox"], compiled.larger, compiled.row
# These are replaced by the problem's and by the run's.
_slope, _stepped = NAMES["slope_logistic"], compiled.stepped("float64")
_inner, _folded, _largest = vectors.inner, vectors.fold(1), vectors.fold(1, maximum=True)
_predict_wide, _predict = vectors.block(ROWS, WIDE, adding=False), vectors.block(LONG, 1, adding=False)
_pull_wide, _pull = vectors.block(4, FOUR, adding=True), vectors.block(ROWS, 1, adding=True)
_mix_many, _mix = vectors.mixed(MANY), vectors.mixed(1)
_batches = noise.BATCHES


# --- the exact gradient -------------------------------------------------------------------------


def _bend(w, count):
    """From predictions to the slopes of the loss."""
    for place in range(count):
        w[place] = _slope(w[place], w[Y + place])


def _chunk(features, stride, points, d, first, rows, width, block, w, sums):
    """Add what a chunk of rows contributes for one block of replicates."""
    x0, g0 = block * d * width, block * stride * width
    if width > EIGHT:
        for row in range(0, rows, ROWS):
            _predict_wide(features, (first + row) * stride, stride, 1, points, x0, width, d, w, row * width)
    else:
        for row in range(0, rows, LONG):
            _predict(features, (first + row) * stride, stride, 1, points, x0, width, d, w, row * width)
    _bend(w, rows * width)
    start, whole = first * stride, stride // (FOUR * EIGHT) * (FOUR * EIGHT)
    for lane in range(0, width, 4):
        for column in range(0, whole, FOUR * EIGHT):
            _pull_wide(w, lane, 1, width, features, start + column, stride, rows, sums, g0 + lane * stride + column)
    for lane in range(0, width, ROWS):
        for column in range(whole, stride, EIGHT):
            _pull(w, lane, 1, width, features, start + column, stride, rows, sums, g0 + lane * stride + column)


def _exact(features, stride, targets, x, width, scratch, spans, blocks, apart, totals):
    """Add the sums of the spans spans[0] <= span < spans[1] to totals, for such a range of blocks of replicates.

    features: rows of `stride` numbers, filled up with zeros.  x: (replicates, d), of which `width` make a block.
    scratch: see `_scratch`.  totals: (1, blocks * width, stride), or a place for each span if apart is 1.
    """
    n, (replicates, d), many = targets.size, x.shape, blocks[1] - blocks[0]
    w, points = scratch[: 2 * Y], scratch[2 * Y : 2 * Y + many * width * d]
    sums = scratch[2 * Y + many * width * d :]
    for place in range(min(many * width, replicates - blocks[0] * width)):
        start = place // width * width * d + place % width
        for column in range(d):
            points[start + column * width] = x[blocks[0] * width + place, column]
    for span in range(spans[0], spans[1]):
        sums[:] = 0.0
        for first in range(span * SPAN, min((span + 1) * SPAN, n), CHUNK):
            rows = min(CHUNK, n - first)
            for row in range(rows):
                for lane in range(width):
                    w[Y + row * width + lane] = targets[first + row]
            for block in range(many):
                _chunk(features, stride, points, d, first, rows, width, block, w, sums)
        total = totals[span * apart]
        for place in range(many * width):
            for column in range(stride):
                total[blocks[0] * width + place, column] += sums[place * stride + column]


# --- a step of one replicate --------------------------------------------------------------------


@numba.njit(**PART)
def _draw(words, chosen, samples, keys, replicate, quad):
    """The rows that a replicate draws in four steps: chosen[turn * batch + place]."""
    batch = chosen.size // 4
    counter, last, below = np.uint64(replicate) & LOW_WORD, np.uint64(quad) & LOW_WORD, np.uint64(samples)
    key0, key1 = keys[0] & LOW_WORD, keys[1] & LOW_WORD
    for first in range(0, batch, WORDS):
        for lane in range(WORDS):
            a, b, c, d = _philox(
                counter, _batches, (np.uint64(first) + np.uint64(lane)) & LOW_WORD, last, key0, key1
            )  # fmt: skip
            words[lane] = a
            words[WORDS + lane] = b
            words[2 * WORDS + lane] = c
            words[3 * WORDS + lane] = d
        for turn in range(4):
            for lane in range(min(WORDS, batch - first)):
                chosen[turn * batch + first + lane] = np.int64((words[turn * WORDS + lane] * below) >> HALF)


def _batch(features, stride, targets, chosen, turn, ridge, x, x0, z, g, g0):
    """The gradient of a mini-batch at x, in g.  z: predictions, then slopes, and targets behind them."""
    batch = chosen.size // 4
    for place in range(batch):
        row = chosen[turn * batch + place]
        z[place] = _inner(features, row * stride, x, x0, stride // EIGHT)
        z[batch + place] = targets[row]
    for place in range(batch):
        z[place] = _slope(z[place], z[batch + place])
    column = 0
    while column + MANY * EIGHT <= stride:
        _mix_many(features, stride, chosen, turn * batch, z, batch, g, g0, column)
        column += MANY * EIGHT
    while column < stride:
        _mix(features, stride, chosen, turn * batch, z, batch, g, g0, column)
        column += EIGHT
    for column in range(stride):
        g[g0 + column] = ridge * x[x0 + column] + g[g0 + column] / batch


def _update(w, lanes, signum, exact, epsilon, step):
    """The update of so many lanes of a tile, and what is summed over them."""
    for lane in range(lanes):
        x, m, v, u = _stepped(w[X + lane], w[M + lane], w[V + lane], w[G + lane], signum, epsilon, step)
        w[M + lane] = m
        w[V + lane] = v
        w[X + lane] = x
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
def _fold(w, exact, lanes, width, total):
    """Add the sums of a tile of this width, of which so many lanes are filled, to the total."""
    for row in range(0 if exact else 4, 7):
        for lane in range(lanes, width):
            w[S + row * ROW + lane] = 0.0
    half = width // 2
    while half >= EIGHT:
        for lane in range(half):
            w[S + 4 * ROW + lane] += w[S + 4 * ROW + half + lane]
            w[S + 5 * ROW + lane] += w[S + 5 * ROW + half + lane]
            w[S + 6 * ROW + lane] = _larger(w[S + 6 * ROW + lane], w[S + 6 * ROW + half + lane])
        if exact:
            for lane in range(half):
                w[S + lane] += w[S + half + lane]
                w[S + ROW + lane] += w[S + ROW + half + lane]
                w[S + 2 * ROW + lane] += w[S + 2 * ROW + half + lane]
                w[S + 3 * ROW + lane] += w[S + 3 * ROW + half + lane]
        half //= 2
    for row in range(0 if exact else 4, 6):
        total[row] += _folded(w, S + row * ROW)
    total[6] = _larger(total[6], _largest(w, S + 6 * ROW))


def _by_tiles(w, x, m, v, a, g, signum, exact, epsilon, step, total):
    """The update of a replicate of several tiles, and its seven sums, in total."""
    d, span = m.size, np.zeros(7)
    for at in range(0, d, TILE):
        lanes = min(TILE, d - at)
        for lane in range(lanes):
            w[X + lane] = x[at + lane]
            w[M + lane] = m[at + lane]
            w[V + lane] = v[at + lane]
            w[G + lane] = g[at + lane]
        for lane in range(lanes if exact else 0):
            w[A + lane] = a[at + lane]
        _update(w, lanes, signum, exact, epsilon, step)
        _fold(w, exact, lanes, TILE, span)
        for lane in range(lanes):
            x[at + lane] = w[X + lane]
            m[at + lane] = w[M + lane]
            v[at + lane] = w[V + lane]
        if (at // TILE + 1) % TILES == 0 or at + TILE >= d:
            for row in range(6):
                total[row] += span[row]
                span[row] = 0.0
    total[6] = span[6]


def _walk(features, stride, targets, x, m, v, a, exact, number, keys, numbers, whole, coefficients, start, begin, end,
          replicates, sums):  # fmt: skip
    """The steps begin <= step < end after `start` of a range of replicates; a: the first's exact gradient, if `exact`.

    numbers: ridge, epsilon.  whole: batch, signum.  coefficients, sums: of all steps, by their place after start.
    The state of a replicate of one tile stays in the tile.
    """
    d, batch, single = x.shape[1], whole[0], x.shape[1] <= TILE
    w = np.zeros(S + 7 * ROW)
    xs, x0 = (w, X) if single else (np.zeros(stride), 0)
    gs, g0 = (w, G) if single else (np.zeros(stride), 0)
    z, words, chosen = np.zeros(2 * batch), np.zeros(4 * WORDS, np.uint64), np.zeros(4 * batch, np.int64)
    total, width = np.zeros(7), EIGHT
    while width < d and width < TILE:
        width *= 2
    for replicate in range(replicates[0], replicates[1]):
        for column in range(d):
            xs[x0 + column] = x[replicate, column]
        for column in range(d if single else 0):
            w[M + column] = m[replicate, column]
            w[V + column] = v[replicate, column]
        for step in range(begin, end):
            turn, known = (start + step) % 4, exact and step == begin
            if turn == 0 or step == begin:
                _draw(words, chosen, targets.size, keys, number + replicate, (start + step) // 4)
            _batch(features, stride, targets, chosen, turn, numbers[0], xs, x0, z, gs, g0)
            total[:] = 0.0
            if single:
                for column in range(d if known else 0):
                    w[A + column] = a[replicate, column]
                _update(w, d, whole[1] == 1, known, numbers[1], _row(coefficients, step))
                _fold(w, known, d, width, total)
            else:
                _by_tiles(w, xs, m[replicate], v[replicate], a[replicate], gs, whole[1] == 1, known, numbers[1],
                          _row(coefficients, step), total)  # fmt: skip
            for row in range(7):
                sums[step, row, replicate] = total[row]
        for column in range(d):
            x[replicate, column] = xs[x0 + column]
        for column in range(d if single else 0):
            m[replicate, column] = w[M + column]
            v[replicate, column] = w[V + column]


def _run(features, stride, targets, x, m, v, a, number, keys, numbers, whole, coefficients, start, steps, replicates,
         width, scratch, totals, sums):  # fmt: skip
    """The steps steps[0] <= step < steps[1] after `start` of a range of replicates, whole blocks of them.

    whole: batch, signum, every; whether `a` has the exact gradient of the first step, which is then the only one: else
    it is put there in every so many steps.  scratch, totals: as for `_exact`.  The rest: as for `_walk`.
    """
    first, last, every, step = replicates[0], replicates[1], whole[2], steps[0]
    spans, blocks = np.array([0, (targets.size + SPAN - 1) // SPAN]), np.array([0, totals.shape[1] // width])
    while step < steps[1]:
        since = (start + step) % every
        if since == 0 and whole[3] == 0:
            totals[:] = 0.0
            _exact(features, stride, targets, x[first:last], width, scratch, spans, blocks, 0, totals)
            for replicate in range(first, last):
                for column in range(x.shape[1]):
                    mean = totals[0, replicate - first, column] / targets.size
                    a[replicate, column] = numbers[0] * x[replicate, column] + mean
        end = min(steps[1], step + every - since)
        _walk(features, stride, targets, x, m, v, a, since == 0, number, keys, numbers, whole, coefficients, start,
              step, end, replicates, sums)  # fmt: skip
        step = end


# --- the engine ---------------------------------------------------------------------------------


@cache
def _kernels(slope: Callable[[Any, Any], Any], dtype: str) -> tuple[Any, Any]:
    """The compiled kernels for exact gradients and for steps; those of a slope of someone's own are not kept."""
    names, known = dict(globals()), SLOPES.get(slope)
    label = f"{known or 'own'}_{dtype}"
    names["_slope"] = NAMES[known] if known else numba.njit(**OPTIONS)(slope)
    names["_stepped"] = compiled.stepped(dtype)
    for name in ("_bend", "_chunk", "_batch", "_update", "_by_tiles", "_exact", "_walk"):
        names[name] = part(globals()[name], names, label)
    exact, run = (kernel(function, names, SOURCES, known is not None, label) for function in (_exact, _run))
    return exact, run


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


def _width(replicates: int) -> int:
    """The replicates of a block."""
    return EIGHT * WIDE if replicates > EIGHT else EIGHT


def _scratch(totals: Array, d: int) -> Array:
    """Zeros that `_exact` needs: for predictions and targets of a chunk, the points, and the sums of a span."""
    return _aligned(2 * Y + totals.shape[1] * (d + totals.shape[2]))


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
        sums = np.zeros((count, len(SUMS), state.x.shape[0]))
        run = self._runner(task, problem, state, task.algorithm.coefficients(state.step, count), sums)
        width = _width(state.x.shape[0])
        blocks = -(-state.x.shape[0] // width)
        try:
            if blocks >= self.threads:
                parts = [np.minimum(part * width, state.x.shape[0]) for part in _ranges(blocks, self.threads)]
                self._all(partial(run, 0, count, None), parts)
            else:
                self._together(task, problem, state, count, run)
        except numba.core.errors.NumbaError as error:
            raise SimulationError(
                f"Numba cannot compile the slope of {problem.name!r} ({first_line(error)}): use the NumPy engine"
            ) from error
        return sums

    def _together(self, task: Task, problem: Regression, state: State, count: int, run: Callable[..., None]) -> None:
        """All steps, where replicates are so few that the threads work together on each exact gradient."""
        step, parts = 0, _ranges(state.x.shape[0], self.threads)
        while step < count:
            since = (state.step + step) % task.exact_every
            a = self._gradient(task, problem, state.x) if since == 0 else None
            end = min(count, step + task.exact_every - since)
            self._all(partial(run, step, end, a), parts)
            step = end

    def _features(self, problem: Regression) -> tuple[Array, int]:
        """The features, filled up with zeros to whole vectors and blocks, and the distance of their rows."""
        if self._kept is None or self._kept[0] is not problem:
            samples, d = problem.features.shape
            shape = _filled(samples, LONG), _filled(d, EIGHT)
            flat = _aligned(shape[0] * shape[1])
            flat.reshape(shape)[:samples, :d] = problem.features
            self._kept = problem, flat, shape[1]
        return self._kept[1:]

    def _all(self, work: Callable[[Array], object], ranges: list[Array]) -> None:
        if len(ranges) == 1:
            work(ranges[0])
        else:
            list(self.pool.map(work, ranges))

    def _gradient(self, task: Task, problem: Regression, x: Floats) -> Array:
        """The exact gradient at points (replicates, d), on all threads: each takes some of the spans of rows."""
        (features, stride), (replicates, d) = self._features(problem), x.shape
        width, spans = _width(replicates), -(-problem.samples // SPAN)
        blocks = -(-replicates // width)
        totals = np.zeros((spans, blocks * width, stride))
        exact, all_blocks = _kernels(problem.slope, task.dtype)[0], np.array([0, blocks])

        def work(part: Array) -> None:
            scratch = _scratch(totals, d)
            exact(features, stride, problem.targets, x, width, scratch, part, all_blocks, 1, totals)

        self._all(work, _ranges(spans, self.threads))
        total = totals[0]
        for further in totals[1:]:
            total += further
        with np.errstate(all="ignore"):
            return problem.mean(total[:replicates, :d], problem.samples, x.astype(np.float64, copy=False))

    def _runner(
        self, task: Task, problem: Regression, state: State, coefficients: Array, sums: Array
    ) -> Callable[[int, int, Array | None, Array], None]:
        """What takes some replicates through some steps, given the exact gradient of the first one, if it is known."""
        (features, stride), kernel = self._features(problem), _kernels(problem.slope, task.dtype)[1]
        width, own = _width(state.x.shape[0]), np.zeros(state.x.shape)
        keys = np.array(noise.key(task.seed), dtype=np.uint64)
        numbers = np.array([problem.ridge, task.algorithm.epsilon])

        def run(first: int, last: int, a: Array | None, part: Array) -> None:
            whole = np.array([problem.batch, FORMS[task.algorithm.form], task.exact_every, int(a is not None)])
            totals = np.zeros((1, _filled(int(part[1] - part[0]), width), stride))
            kernel(
                features, stride, problem.targets, state.x, state.m, state.v, own if a is None else a, state.first,
                keys, numbers, whole, coefficients, state.step, np.array([first, last]), part, width,
                _scratch(totals, task.d), totals, sums,
            )  # fmt: skip

        return run
