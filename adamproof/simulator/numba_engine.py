"""The fused engine for processors, compiled by Numba: 256 coordinates stay in the first cache for many steps.

A tile is 256 lanes: 256 coordinates of one replicate or, where a replicate has fewer, the coordinates of several (lane
= coordinate * replicates of the tile + replicate, so that folding ends at one sum a replicate).  All rows of a tile lie
in one array at constant distances: the compiler sees that they do not overlap, and vectorises every loop.  The distance
is no multiple of 4096 bytes, at which stores and loads would collide.  Lanes beyond the last coordinate hold zeros.
In a run in float32 the rows hold float32 numbers as float64, which the update rounds to (`compiled.stepped`).

Threads are Python's: the kernel releases the interpreter's lock, and each call works on units of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any

import numba
import numpy as np
from numpy.typing import NDArray

from . import compiled, kernels, noise, precision, products, summation, vectors
from .compiled import NAMES, OPTIONS, PART, cores, first_line, kernel, part
from .errors import SimulationError
from .problems import Separable
from .task import SUMS, State, Task

Array = NDArray[np.float64]
SOURCES = (*(module.__name__ for module in (kernels, precision, summation, compiled, products, vectors)), __name__)

LANES = summation.LANES
SPAN = summation.SPAN
QUARTER = LANES // 4
ROW = 264  # doubles from one row to the next
X, M, V, H, LIVE, A, SCALE = (ROW * row for row in range(7))
S = 7 * ROW  # seven rows of sums, a quarter as long
ROWS = 9
MAXIMUM = S + 6 * QUARTER
LOW_WORD = kernels.LOW_WORD
FORMS = {"sign": 0, "signum": 1}
NOISES = {"none": 0, "gaussian": 1, "sphere": 2, "two-point": 3, "signs": 3}
SLOPES: dict[Any, str] = {kernels.slope_quadratic: "slope_quadratic", kernels.slope_cosh: "slope_cosh"}

_bits, _number, _philox, _normals, _two_point, _noise_scale = (
    NAMES[name] for name in ("bits_of", "number_of", "philox", "normals", "two_point", "noise_scale")
)
_larger, _row = compiled.larger, compiled.row
# These are replaced by the problem's and by the run's.
_slope, _stepped = NAMES["slope_quadratic"], compiled.stepped("float64")
_cheap = True  # whether the update takes the slope anew, rather than from the row A
_sum, _largest = (vectors.fold(QUARTER // products.LANES, maximum) for maximum in (False, True))


# --- what is done to a tile ---------------------------------------------------------------------


@numba.njit(**PART)
def _words(z, key0, key1, replicate, coordinate, mask, shift, quad):
    """The random words of four steps, as bits in the rows of the noise."""
    for lane in range(LANES):
        a, b, c, d = _philox(
            (replicate + (np.uint64(lane) & mask)) & LOW_WORD,
            noise_stream,
            (coordinate + (np.uint64(lane) >> shift)) & LOW_WORD,
            quad & LOW_WORD,
            key0 & LOW_WORD,
            key1 & LOW_WORD,
        )
        z[lane] = _number(a)
        z[ROW + lane] = _number(b)
        z[2 * ROW + lane] = _number(c)
        z[3 * ROW + lane] = _number(d)


noise_stream = noise.NOISE


@numba.njit(**PART)
def _draw(z, codes, settings, key0, key1, replicate, coordinate, mask, shift, quad):
    """The noise of variance 1 of four steps."""
    if codes[0] == 0:
        return
    _words(z, key0, key1, replicate, coordinate, mask, shift, quad)
    if codes[0] == 3:
        for row in range(4):
            for lane in range(LANES):
                word = _bits(z[row * ROW + lane]) & LOW_WORD
                z[row * ROW + lane] = _two_point(word, settings[5], settings[6], settings[7])
        return
    for lane in range(LANES):
        first, second = _bits(z[lane]) & LOW_WORD, _bits(z[ROW + lane]) & LOW_WORD
        z[lane], z[ROW + lane] = _normals(first, second)
    for lane in range(LANES):
        first, second = _bits(z[2 * ROW + lane]) & LOW_WORD, _bits(z[3 * ROW + lane]) & LOW_WORD
        z[2 * ROW + lane], z[3 * ROW + lane] = _normals(first, second)


def _slopes(w):
    """The exact gradient."""
    for lane in range(LANES):
        slope = _slope(w[X + lane], w[H + lane])
        w[A + lane] = slope if w[LIVE + lane] > 0.0 else 0.0


def _lane(w, lane, z, signum, epsilon, step):
    """The update of one lane; what it adds to the sums."""
    a = _slope(w[X + lane], w[H + lane]) if _cheap else w[A + lane]
    g = a + w[SCALE + lane] * z[lane]
    x, m, v, u = _stepped(w[X + lane], w[M + lane], w[V + lane], g, signum, epsilon, step)
    w[M + lane] = m
    w[V + lane] = v
    w[X + lane] = x
    size, e = abs(a), m - a
    return size, a * a, u * size, e * e, u * u, u


def _update(w, z, signum, epsilon, step):
    """The update of a tile, and the first two levels of its sums' folding."""
    for lane in range(QUARTER):
        a0, a1, a2, a3, a4, a5 = _lane(w, lane, z, signum, epsilon, step)
        b0, b1, b2, b3, b4, b5 = _lane(w, lane + QUARTER, z, signum, epsilon, step)
        c0, c1, c2, c3, c4, c5 = _lane(w, lane + 2 * QUARTER, z, signum, epsilon, step)
        d0, d1, d2, d3, d4, d5 = _lane(w, lane + 3 * QUARTER, z, signum, epsilon, step)
        w[S + lane] = (a0 + c0) + (b0 + d0)
        w[S + QUARTER + lane] = (a1 + c1) + (b1 + d1)
        w[S + 2 * QUARTER + lane] = (a2 + c2) + (b2 + d2)
        w[S + 3 * QUARTER + lane] = (a3 + c3) + (b3 + d3)
        w[S + 4 * QUARTER + lane] = (a4 + c4) + (b4 + d4)
        w[S + 5 * QUARTER + lane] = (a5 + c5) + (b5 + d5)
        w[MAXIMUM + lane] = _larger(_larger(a5, c5), _larger(b5, d5))


@numba.njit(**OPTIONS)
def _fold(w, rows, width):
    """Fold so many rows of sums, of QUARTER lanes each, down to this width."""
    half = QUARTER // 2
    while half >= width:
        for row in range(rows):
            for lane in range(half):
                w[S + row * QUARTER + lane] += w[S + row * QUARTER + half + lane]
        half //= 2


@numba.njit(**OPTIONS)
def _fold_maximum(w, width):
    half = QUARTER // 2
    while half >= width:
        for lane in range(half):
            w[MAXIMUM + lane] = _larger(w[MAXIMUM + lane], w[MAXIMUM + half + lane])
        half //= 2


@numba.njit(**PART)
def _fold_squares(w, row, width):
    """The sums of the squares of a row, in the first lanes of S."""
    for lane in range(QUARTER):
        a, b = row[lane], row[QUARTER + lane]
        c, d = row[2 * QUARTER + lane], row[3 * QUARTER + lane]
        w[S + lane] = (a * a + c * c) + (b * b + d * d)
    _fold(w, 1, width)


@numba.njit(**PART)
def _load(w, x, m, v, h, first, coordinate, mask, shift):
    """Bring a tile in.  Lanes without a coordinate get zeros."""
    if shift == 0 and coordinate + LANES <= x.shape[1]:
        for lane in range(LANES):
            w[X + lane] = x[first, coordinate + lane]
            w[M + lane] = m[first, coordinate + lane]
            w[V + lane] = v[first, coordinate + lane]
            w[H + lane] = h[coordinate + lane]
            w[LIVE + lane] = 1.0
        return
    for lane in range(LANES):
        row, column = first + (lane & mask), coordinate + (lane >> shift)
        inside = row < x.shape[0] and column < x.shape[1]
        w[X + lane] = x[row, column] if inside else 0.0
        w[M + lane] = m[row, column] if inside else 0.0
        w[V + lane] = v[row, column] if inside else 0.0
        w[H + lane] = h[column] if inside else 0.0
        w[LIVE + lane] = 1.0 if inside else 0.0


@numba.njit(**PART)
def _store(w, x, m, v, first, coordinate, mask, shift):
    """Put a tile back."""
    if shift == 0 and coordinate + LANES <= x.shape[1]:
        for lane in range(LANES):
            x[first, coordinate + lane] = w[X + lane]
            m[first, coordinate + lane] = w[M + lane]
            v[first, coordinate + lane] = w[V + lane]
        return
    for lane in range(LANES):
        row, column = first + (lane & mask), coordinate + (lane >> shift)
        if row < x.shape[0] and column < x.shape[1]:
            x[row, column] = w[X + lane]
            m[row, column] = w[M + lane]
            v[row, column] = w[V + lane]


@numba.njit(**PART)
def _scales(w, codes, settings, z, mask):
    """The factor of the noise in each lane, where a tile holds whole replicates."""
    _fold_squares(w, w[A : A + LANES], mask + 1)
    for lane in range(mask + 1):
        w[SCALE + lane] = w[S + lane]
    if codes[0] == 2:
        for lane in range(LANES):
            z[lane] = z[lane] if w[LIVE + lane] > 0.0 else 0.0
        _fold_squares(w, z, mask + 1)
    for lane in range(mask + 1):
        share = w[S + lane] if codes[0] == 2 else settings[4]
        w[SCALE + lane] = _noise_scale(w[SCALE + lane], settings[3], settings[1], settings[2], share)
    for lane in range(mask + 1, LANES):
        w[SCALE + lane] = w[SCALE + (lane & mask)]
    for lane in range(LANES):
        w[SCALE + lane] = w[SCALE + lane] if w[LIVE + lane] > 0.0 else 0.0


def _tile(w, noise, state, h, codes, settings, keys, coefficients, start, first, coordinate, mask, shift, out):
    """All steps of one tile; its sums are added to out, of shape (replicates of the tile, steps, 7)."""
    x, m, v, number = state
    _load(w, x, m, v, h, first, coordinate, mask, shift)
    coupled = codes[2] == 1
    if not coupled:
        scale = _noise_scale(0.0, settings[3], settings[1], settings[2], settings[4])
        for lane in range(LANES):
            w[SCALE + lane] = scale if w[LIVE + lane] > 0.0 else 0.0
    for step in range(coefficients.shape[0]):
        turn = (start + step) % 4
        if turn == 0 or step == 0:
            _draw(
                noise, codes, settings, keys[0], keys[1], np.uint64(number + first), np.uint64(coordinate),
                np.uint64(mask), np.uint64(shift), np.uint64((start + step) // 4),
            )  # fmt: skip
        z = noise[turn * ROW : turn * ROW + LANES]
        if coupled or not _cheap:
            _slopes(w)
        if coupled:
            _scales(w, codes, settings, z, mask)
        _update(w, z, codes[1] == 1, settings[0], _row(coefficients, step))
        _add(w, mask, out, step)
    _store(w, x, m, v, first, coordinate, mask, shift)


@numba.njit(**PART)
def _add(w, mask, out, step):
    """Add the sums of a step of a tile to those of its replicates."""
    if mask == 0:
        _add_one(w, out[0, step])
        return
    _fold(w, 6, mask + 1)
    _fold_maximum(w, mask + 1)
    for replicate in range(min(mask + 1, out.shape[0])):
        for row in range(6):
            out[replicate, step, row] += w[S + row * QUARTER + replicate]
        out[replicate, step, 6] = _larger(out[replicate, step, 6], w[MAXIMUM + replicate])


@numba.njit(**OPTIONS)
def _add_one(w, total):
    """The same for a tile of one replicate: in the order of `_fold`, but in registers."""
    for row in range(6):
        total[row] += _sum(w, S + row * QUARTER)
    total[6] = _larger(total[6], _largest(w, MAXIMUM))


def _wide(w, noise, state, h, codes, settings, keys, coefficients, start, first, a, z, out):
    """All steps of a replicate of several tiles whose noise depends on the size of the gradient or of the noise.

    a: (coordinates, filled up to tiles); z: (4, the same); out: (spans, steps, 7).
    """
    x, m, v, number = state
    tiles = a.size // LANES
    none = np.uint64(0)
    for step in range(coefficients.shape[0]):
        turn = (start + step) % 4
        squares, share = 0.0, 0.0 if codes[0] == 2 else settings[4]
        for span in range(out.shape[0]):
            span_squares, span_share = 0.0, 0.0
            for tile in range(span * SPAN, min((span + 1) * SPAN, tiles)):
                at = tile * LANES
                _load(w, x, m, v, h, first, at, 0, 0)
                if turn == 0 or step == 0:
                    quad = np.uint64((start + step) // 4)
                    _draw(
                        noise, codes, settings, keys[0], keys[1], np.uint64(number + first), np.uint64(at),
                        none, none, quad,
                    )  # fmt: skip
                    for row in range(4):
                        for lane in range(LANES):
                            value = noise[row * ROW + lane]
                            z[row, at + lane] = value if w[LIVE + lane] > 0.0 else 0.0
                _slopes(w)
                for lane in range(LANES):
                    a[at + lane] = w[A + lane]
                _fold_squares(w, w[A : A + LANES], 1)
                span_squares += w[S]
                if codes[0] == 2:
                    _fold_squares(w, z[turn, at : at + LANES], 1)
                    span_share += w[S]
            squares += span_squares
            share += span_share
        scale = _noise_scale(squares, settings[3], settings[1], settings[2], share)
        for tile in range(tiles):
            at = tile * LANES
            _load(w, x, m, v, h, first, at, 0, 0)
            for lane in range(LANES):
                w[A + lane] = a[at + lane]
                w[SCALE + lane] = scale if w[LIVE + lane] > 0.0 else 0.0
            _update(w, z[turn, at : at + LANES], codes[1] == 1, settings[0], _row(coefficients, step))
            _add(w, 0, out[tile // SPAN : tile // SPAN + 1], step)
            _store(w, x, m, v, first, at, 0, 0)


def _advance(x, m, v, h, number, codes, settings, keys, coefficients, start, mask, shift, units, parts):
    """Run the units units[0] <= unit < units[1]; parts (replicates, spans, steps, 7) starts from zeros.

    A unit is a tile of whole replicates (d <= 256), else a span of a replicate, or all of it where noise couples spans.
    """
    w, noise = np.zeros(ROWS * ROW), np.zeros(4 * ROW)
    state = (x, m, v, number)
    spans = parts.shape[1]
    if codes[2] == 0 or x.shape[1] <= LANES:
        for unit in range(units[0], units[1]):
            first, span = unit // spans * (mask + 1), unit % spans
            out = parts[first : first + mask + 1, span]
            for coordinate in range(span * SPAN * LANES, min((span + 1) * SPAN * LANES, x.shape[1]), LANES):
                _tile(
                    w, noise, state, h, codes, settings, keys, coefficients, start, first, coordinate, mask, shift, out
                )
    else:
        tiles = (x.shape[1] + LANES - 1) // LANES
        a, z = np.zeros(tiles * LANES), np.zeros((4, tiles * LANES))
        for unit in range(units[0], units[1]):
            _wide(w, noise, state, h, codes, settings, keys, coefficients, start, unit, a, z, parts[unit])


# --- the engine ---------------------------------------------------------------------------------


@cache
def _kernel(slope: Callable[[Any, Any], Any], dtype: str) -> Any:
    """The compiled kernel; but for a slope of someone's own, it is kept on disk, under the hash of its sources."""
    names, known = dict(globals()), SLOPES.get(slope)
    label = f"{known or 'own'}_{dtype}"
    names["_slope"] = NAMES[known] if known else numba.njit(**OPTIONS)(slope)
    names["_stepped"], names["_cheap"] = compiled.stepped(dtype), slope is kernels.slope_quadratic
    names["_lane"] = part(_lane, names, label, OPTIONS)
    for name in ("_slopes", "_update", "_tile", "_wide"):
        names[name] = part(globals()[name], names, label)
    return kernel(_advance, names, SOURCES, known is not None, label)


class NumbaEngine:
    """Runs separable problems, on several threads (all processors by default)."""

    name = "numba"

    def __init__(self, threads: int | None = None) -> None:
        self.threads = threads or cores()
        self.pool = ThreadPoolExecutor(self.threads)

    @property
    def described(self) -> str:
        return f"Numba {numba.__version__}, {self.threads} thread{'s' if self.threads > 1 else ''}"

    def advance(self, task: Task, state: State, count: int) -> Array:
        """See `task.Engine`.  Raises SimulationError for a slope that Numba cannot compile."""
        problem, d, replicates = task.problem, task.d, state.x.shape[0]
        if not isinstance(problem, Separable):
            raise SimulationError(f"the Numba engine runs only separable problems, not {problem.name!r}")
        run = _kernel(problem.slope, task.dtype)
        width = summation.lanes(d)
        together = LANES // width  # replicates in a tile
        spans = summation.spans(d)
        coupled = problem.noise.coupled
        units = -(-replicates // together) if d <= LANES or coupled else replicates * spans
        parts = np.zeros((replicates, spans, count, len(SUMS)))
        constant, factor = problem.noise.variance
        settings = np.array(
            [task.algorithm.epsilon, constant, factor, 0.5 * problem.noise.p, float(d), *problem.noise.two_values]
        )
        codes = np.array([NOISES[problem.noise.kind], FORMS[task.algorithm.form], int(coupled)])
        keys = np.array(noise.key(task.seed), dtype=np.uint64)
        coefficients = task.algorithm.coefficients(state.step, count)

        def work(part: int) -> None:
            run(
                state.x, state.m, state.v, problem.h, state.first, codes, settings, keys, coefficients, state.step,
                together - 1, together.bit_length() - 1,
                np.array([units * part // threads, units * (part + 1) // threads]), parts,
            )  # fmt: skip

        threads = min(self.threads, units)
        try:
            list(self.pool.map(work, range(threads)))
        except numba.core.errors.NumbaError as error:
            raise SimulationError(
                f"Numba cannot compile the slope of {problem.name!r} ({first_line(error)}): use the NumPy engine"
            ) from error
        return _over_spans(parts)


def _over_spans(parts: Array) -> Array:
    """The sums over the spans in order: (count, 7, replicates)."""
    total = parts[:, 0]
    for span in range(1, parts.shape[1]):
        total[:, :, :-1] += parts[:, span, :, :-1]
        np.maximum(total[:, :, -1], parts[:, span, :, -1], out=total[:, :, -1])
    return np.ascontiguousarray(total.transpose(1, 2, 0))
