"""The engine for GPUs: one CUDA block a tile of 256 lanes, whose state stays in registers for all steps of a call.

The arithmetic is translated from `kernels`; contraction to fused multiply-adds is off, and sums are folded (in shared
memory) in the same order as elsewhere, so that results should equal those of the other engines.
"""

from __future__ import annotations

from typing import Any

import cupy
import numpy as np
from numpy.typing import NDArray

from . import kernels, noise, summation, translate
from .errors import SimulationError
from .problems import Separable
from .task import SUMS, State, Task

Array = NDArray[np.float64]
OPTIONS = ("--std=c++14", "--fmad=false", "--ftz=false", "--prec-div=true", "--prec-sqrt=true")
NOISES = {"none": 0, "gaussian": 1, "sphere": 2, "two-point": 3, "signs": 3}

KERNEL = """
namespace adamproof {

// Fold the lanes of so many rows, down to this width; every thread of the block takes part.
__device__ static inline void fold(double (*rows)[256], int count, int maxima, unsigned width, unsigned lane) {
    for (unsigned half = 128; half >= width; half /= 2) {
        __syncthreads();
        if (lane < half) {
            for (int row = 0; row < count; ++row) rows[row][lane] = rows[row][lane] + rows[row][lane + half];
            for (int row = count; row < count + maxima; ++row)
                rows[row][lane] = maximum(rows[row][lane], rows[row][lane + half]);
        }
    }
    __syncthreads();
}

}  // namespace adamproof

extern "C" __global__ void advance(
    STATE* x, STATE* m, STATE* v, const double* h, const double* coefficients, const double* settings, double* parts,
    long long d, long long replicates, long long tiles, long long first, long long start, int count, int shift,
    unsigned long long key_0, unsigned long long key_1
) {
    __shared__ double rows[7][256];
    const unsigned lane = threadIdx.x;
    const unsigned mask = (1u << shift) - 1;
    const long long tile = blockIdx.x % tiles;
    const long long base = blockIdx.x / tiles << shift;
    const long long replicate = base + (lane & mask);
    const long long column = tile * 256 + (lane >> shift);
    const bool inside = replicate < replicates && column < d;
    const long long at = replicate * d + column;
    double my_x = inside ? x[at] : 0.0, my_m = inside ? m[at] : 0.0, my_v = inside ? v[at] : 0.0;
    const double my_h = inside ? h[column] : 0.0;
    double z[4] = {0.0, 0.0, 0.0, 0.0};
    double scale = adamproof::noise_scale(0.0, settings[3], settings[1], settings[2], settings[4]);
    for (int step = 0; step < count; ++step) {
        const int turn = (int)((start + step) % 4);
        if (NOISE != 0 && inside && (turn == 0 || step == 0)) {
            const auto words = adamproof::philox(
                (unsigned long long)(first + replicate), STREAM, (unsigned long long)column,
                (unsigned long long)((start + step) / 4), key_0, key_1
            );
            if (NOISE == 3) {
                z[0] = adamproof::two_point(words._0, settings[5], settings[6], settings[7]);
                z[1] = adamproof::two_point(words._1, settings[5], settings[6], settings[7]);
                z[2] = adamproof::two_point(words._2, settings[5], settings[6], settings[7]);
                z[3] = adamproof::two_point(words._3, settings[5], settings[6], settings[7]);
            } else {
                const auto early = adamproof::normals(words._0, words._1);
                const auto late = adamproof::normals(words._2, words._3);
                z[0] = early._0; z[1] = early._1; z[2] = late._0; z[3] = late._1;
            }
        }
        const double a = inside ? adamproof::SLOPE(my_x, my_h) : 0.0;
        if (COUPLED) {
            rows[0][lane] = a * a;
            rows[1][lane] = z[turn] * z[turn];
            adamproof::fold(rows, 2, 0, mask + 1, lane);
            const double share = NOISE == 2 ? rows[1][lane & mask] : settings[4];
            scale = adamproof::noise_scale(rows[0][lane & mask], settings[3], settings[1], settings[2], share);
            __syncthreads();
        }
        const double* c = coefficients + 7 * step;
        const double g = inside ? a + scale * z[turn] : 0.0;
        const auto averages = UPDATE::moments(
            (STATE)my_m, (STATE)my_v, (STATE)g, (STATE)c[0], (STATE)c[1], (STATE)c[2], (STATE)c[3]
        );
        my_m = averages._0;
        my_v = averages._1;
        double u = UPDATE::magnitude(
            (STATE)my_m, (STATE)my_v, (STATE)settings[0], (STATE)c[5], (STATE)c[6]
        );
        if (SIGNUM) u = fabs(UPDATE::sign((STATE)my_m));
        my_x = UPDATE::moved((STATE)my_x, (STATE)my_m, (STATE)u, (STATE)c[4]);
        const double size = fabs(a), e = my_m - a;
        rows[0][lane] = size;
        rows[1][lane] = a * a;
        rows[2][lane] = u * size;
        rows[3][lane] = e * e;
        rows[4][lane] = u * u;
        rows[5][lane] = u;
        rows[6][lane] = u;
        adamproof::fold(rows, 6, 1, mask + 1, lane);
        if (lane <= mask && base + lane < replicates)
            for (int row = 0; row < 7; ++row)
                parts[(((base + lane) * tiles + tile) * count + step) * 7 + row] = rows[row][lane];
        __syncthreads();
    }
    if (inside) {
        x[at] = (STATE)my_x;
        m[at] = (STATE)my_m;
        v[at] = (STATE)my_v;
    }
}

// The sums over the tiles of each span, then over the spans, in order: (count, 7, replicates).
extern "C" __global__ void gather(
    const double* parts, double* sums, long long replicates, long long tiles, int count, int span_tiles
) {
    const long long index = blockIdx.x * (long long)blockDim.x + threadIdx.x;
    if (index >= replicates * count * 7) return;
    const long long replicate = index % replicates;
    const int row = (int)(index / replicates % 7);
    const long long step = index / replicates / 7;
    double total = 0.0;
    for (long long from = 0; from < tiles; from += span_tiles) {
        double span = 0.0;
        for (long long tile = from; tile < tiles && tile < from + span_tiles; ++tile) {
            const double part = parts[((replicate * tiles + tile) * count + step) * 7 + row];
            span = row == 6 ? adamproof::maximum(span, part) : span + part;
        }
        total = row == 6 ? adamproof::maximum(total, span) : total + span;
    }
    sums[index] = total;
}
"""


def program(task: Task) -> str:
    """The source of the kernels for this task.  Raises SimulationError for a slope that cannot be translated."""
    problem = task.problem
    if not isinstance(problem, Separable):
        raise SimulationError(f"the GPU engine runs only separable problems, not {problem.name!r}")
    if task.d > summation.LANES and problem.noise.coupled:
        raise SimulationError(
            f"the noise couples all {task.d} coordinates, but the GPU engine supports at most {summation.LANES}"
        )
    known = getattr(kernels, getattr(problem.slope, "__name__", ""), None) is problem.slope
    name = problem.slope.__name__ if known else "own_slope"
    own = "" if known else translate.translated(problem.slope, name)
    defines = {
        "NOISE": NOISES[problem.noise.kind],
        "COUPLED": int(problem.noise.coupled),
        "SIGNUM": int(task.algorithm.form == "signum"),
        "SLOPE": name,
        "STREAM": f"{int(noise.NOISE)}ULL",
        "STATE": "float" if task.dtype == "float32" else "double",
        "UPDATE": "adamproof::single" if task.dtype == "float32" else "adamproof",
    }
    head = "\n".join(f"#define {key} {value}" for key, value in defines.items())
    return f"{head}\nnamespace adamproof {{\n{translate.source()}\n{own}\n}}\n{KERNEL}"


class CuPyEngine:
    """Runs separable problems on the first GPU.  Raises whatever CuPy raises where there is none."""

    name = "cupy"

    def __init__(self, task: Task) -> None:
        if cupy.cuda.runtime.getDeviceCount() < 1:
            raise SimulationError("CuPy finds no GPU")
        module: Any = cupy.RawModule(code=program(task), options=OPTIONS)
        self.kernel, self.gather = module.get_function("advance"), module.get_function("gather")
        properties = cupy.cuda.runtime.getDeviceProperties(0)["name"]
        self.device = properties.decode() if isinstance(properties, bytes) else str(properties)

    @property
    def described(self) -> str:
        return f"CuPy {cupy.__version__}, {self.device}"

    def advance(self, task: Task, state: State, count: int) -> Array:
        """See `task.Engine`."""
        replicates, d = state.x.shape
        together = summation.LANES // summation.lanes(d)
        tiles = summation.tiles(d)
        blocks = -(-replicates // together) * tiles
        constant, factor = task.problem.noise.variance
        settings = np.array(
            [
                task.algorithm.epsilon,
                constant,
                factor,
                0.5 * task.problem.noise.p,
                float(d),
                *task.problem.noise.two_values,
            ]
        )
        problem = task.problem
        if not isinstance(problem, Separable):
            raise SimulationError(f"the GPU engine runs only separable problems, not {problem.name!r}")
        x, m, v, h = (cupy.asarray(array) for array in (state.x, state.m, state.v, problem.h))
        coefficients = cupy.asarray(task.algorithm.coefficients(state.step, count))
        parts = cupy.empty((replicates, tiles, count, len(SUMS)))
        sums = cupy.empty((count, len(SUMS), replicates))
        self.kernel((blocks,), (summation.LANES,), (
            x, m, v, h, coefficients, cupy.asarray(settings), parts, np.int64(d), np.int64(replicates), np.int64(tiles),
            np.int64(state.first), np.int64(state.step), np.int32(count), np.int32(together.bit_length() - 1),
            *noise.key(task.seed),
        ))  # fmt: skip
        self.gather((-(-sums.size // 256),), (256,), (
            parts, sums, np.int64(replicates), np.int64(tiles), np.int32(count), np.int32(summation.SPAN),
        ))  # fmt: skip
        for target, source in ((state.x, x), (state.m, m), (state.v, v)):
            target[:] = cupy.asnumpy(source)
        return np.asarray(cupy.asnumpy(sums), dtype=np.float64)
