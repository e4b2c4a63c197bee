"""Products of matrices and sums for Numba, as vector instructions: eight numbers side by side, no fused multiply-adds.

Numba's own vectoriser does not keep a block of sums in registers.  Each function below is a loop over pointers that
does; LLVM turns its vectors into whatever the processor has, which changes no bit.  Arrays are flat, with the offset of
the first number; offsets and strides count numbers.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from llvmlite import binding, ir
from numba.core import cgutils
from numba.core import types as numba_types
from numba.extending import intrinsic

from .products import LANES

WIDE = bool(binding.get_host_cpu_features().get("avx512f"))  # 32 registers of 8 numbers, else 16 of 4
ROWS, LONG = (8, 16) if WIDE else (4, 4)  # of a block of sums; of one that is a single vector wide
DOUBLE, INDEX = ir.DoubleType(), ir.IntType(64)
VECTOR = ir.VectorType(DOUBLE, LANES)
ZEROS = ir.Constant(VECTOR, [0.0] * LANES)
FIRST = ir.Constant(ir.VectorType(ir.IntType(32), LANES), [0] * LANES)
ALIGNED = 8  # bytes: a number's own alignment


class _Writer:
    """LLVM instructions on numbers in flat arrays."""

    def __init__(self, context: Any, builder: Any, signature: Any) -> None:
        self.context, self.builder, self.types = context, builder, signature.args

    def start(self, arguments: Any, at: int) -> Any:
        """The address of an array's first number."""
        return self.context.make_array(self.types[at])(self.context, self.builder, arguments[at]).data

    def number(self, start: Any, index: Any) -> Any:
        return self.builder.load(self.builder.gep(start, [index]), align=ALIGNED)

    def place(self, start: Any, index: Any) -> Any:
        """The address of eight numbers."""
        return self.builder.bitcast(self.builder.gep(start, [index]), VECTOR.as_pointer())

    def vector(self, start: Any, index: Any) -> Any:
        return self.builder.load(self.place(start, index), align=ALIGNED)

    def spread(self, number: Any) -> Any:
        """A number in all eight places."""
        undefined = ir.Constant(VECTOR, ir.Undefined)
        single = self.builder.insert_element(undefined, number, ir.Constant(ir.IntType(32), 0))
        return self.builder.shuffle_vector(single, undefined, FIRST)

    def sums(self, count: int) -> list[Any]:
        """So many vectors of zeros."""
        places = [cgutils.alloca_once(self.builder, VECTOR) for _ in range(count)]
        for place in places:
            self.builder.store(ZEROS, place)
        return places

    def add(self, place: Any, one: Any, other: Any) -> None:
        self.builder.store(self.builder.fadd(self.builder.load(place), self.builder.fmul(one, other)), place)

    def folded(self, lanes: Any) -> Any:
        """The sum of the lanes: the upper half is added to the lower one until one is left."""
        return self._one(lanes, self.builder.fadd)

    def largest(self, lanes: Any) -> Any:
        """The largest lane."""
        return self._one(lanes, self.larger)

    def larger(self, one: Any, other: Any) -> Any:
        """As `compiled.larger`, of numbers and of vectors."""
        return self.builder.select(self.builder.fcmp_ordered(">", one, other), one, other)

    def _one(self, lanes: Any, join: Callable[[Any, Any], Any]) -> Any:
        width, undefined = LANES, ir.Undefined
        while width > 1:
            width //= 2
            places = [list(range(first, first + width)) for first in (0, width)]
            type = ir.VectorType(ir.IntType(32), width)
            halves = [
                self.builder.shuffle_vector(lanes, ir.Constant(lanes.type, undefined), ir.Constant(type, place))
                for place in places
            ]
            lanes = join(*halves)
        return self.builder.extract_element(lanes, ir.Constant(ir.IntType(32), 0))

    def sum(self, index: Any, *steps: Any) -> Any:
        for step in steps:
            index = self.builder.add(index, step)
        return index

    def times(self, index: Any, factor: Any) -> Any:
        return self.builder.mul(index, factor)


def _constant(value: int) -> Any:
    return ir.Constant(INDEX, value)


def block(rows: int, vectors: int, adding: bool) -> Any:
    """A block of a product: c[row, :] = sum_k a[row * across + k * along] b[k, :], or added to c.

    rows, vectors: the size of the block, `vectors` times eight numbers wide.  b and c have rows of `stride` numbers.
    """
    index, array = numba_types.int64, numba_types.Array(numba_types.float64, 1, "C")
    types = (array, index, index, index, array, index, index, index, array, index)

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        write = _Writer(context, builder, signature)
        a, b, c = (write.start(arguments, at) for at in (0, 4, 8))
        a0, across, along, b0, stride, count, c0 = (arguments[at] for at in (1, 2, 3, 5, 6, 7, 9))
        sums = write.sums(rows * vectors)
        starts = [write.sum(a0, write.times(_constant(row), across)) for row in range(rows)]
        with cgutils.for_range(builder, count) as loop:
            at = write.sum(b0, write.times(loop.index, stride))
            right = [write.vector(b, write.sum(at, _constant(LANES * place))) for place in range(vectors)]
            for row in range(rows):
                left = write.spread(write.number(a, write.sum(starts[row], write.times(loop.index, along))))
                for place in range(vectors):
                    write.add(sums[row * vectors + place], left, right[place])
        for row in range(rows):
            for place in range(vectors):
                index = write.sum(c0, write.times(_constant(row), stride), _constant(LANES * place))
                found = builder.load(sums[row * vectors + place])
                if adding:
                    found = builder.fadd(write.vector(c, index), found)
                builder.store(found, write.place(c, index), align=ALIGNED)
        return context.get_dummy_value()

    @intrinsic
    def product(_: Any, a: Any, a0: Any, across: Any, along: Any, b: Any, b0: Any, stride: Any, count: Any, c: Any,
                c0: Any) -> Any:  # fmt: skip
        return numba_types.void(*types), generate

    return product


@intrinsic
def inner(_: Any, a: Any, a0: Any, x: Any, x0: Any, count: Any) -> Any:
    """The inner product of count eights of numbers of a and of x: see `products.inner`."""
    index, array = numba_types.int64, numba_types.Array(numba_types.float64, 1, "C")

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        write = _Writer(context, builder, signature)
        left, right = write.start(arguments, 0), write.start(arguments, 2)
        (total,) = write.sums(1)
        with cgutils.for_range(builder, arguments[4]) as loop:
            at = write.times(loop.index, _constant(LANES))
            one, other = (write.sum(arguments[place], at) for place in (1, 3))
            write.add(total, write.vector(left, one), write.vector(right, other))
        return write.folded(builder.load(total))

    return numba_types.float64(array, index, array, index, index), generate


def fold(vectors: int, maximum: bool = False) -> Any:
    """The sum of so many eights of numbers, a power of two, as `summation.folded` takes it; or the largest of them."""
    index, array = numba_types.int64, numba_types.Array(numba_types.float64, 1, "C")

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        write = _Writer(context, builder, signature)
        start, join = write.start(arguments, 0), write.larger if maximum else builder.fadd
        found = [write.vector(start, write.sum(arguments[1], _constant(LANES * place))) for place in range(vectors)]
        while len(found) > 1:
            half = len(found) // 2
            found = [join(*pair) for pair in zip(found[:half], found[half:], strict=True)]
        return write.largest(found[0]) if maximum else write.folded(found[0])

    @intrinsic
    def folded(_: Any, a: Any, a0: Any) -> Any:
        return numba_types.float64(array, index), generate

    return folded


def mixed(vectors: int) -> Any:
    """g[g0 + at + lane] = the sum over k < count of weights[k] a[chosen[first + k] * stride + at + lane]."""
    index, array = numba_types.int64, numba_types.Array(numba_types.float64, 1, "C")
    whole = numba_types.Array(numba_types.int64, 1, "C")
    types = (array, index, whole, index, array, index, array, index, index)

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        write = _Writer(context, builder, signature)
        a, chosen, weights, g = (write.start(arguments, at) for at in (0, 2, 4, 6))
        stride, first, count, g0, at = (arguments[place] for place in (1, 3, 5, 7, 8))
        sums = write.sums(vectors)
        with cgutils.for_range(builder, count) as loop:
            row = write.number(chosen, write.sum(first, loop.index))
            start = write.sum(write.times(row, stride), at)
            weight = write.spread(write.number(weights, loop.index))
            for place in range(vectors):
                write.add(sums[place], weight, write.vector(a, write.sum(start, _constant(LANES * place))))
        for place in range(vectors):
            index = write.sum(g0, at, _constant(LANES * place))
            builder.store(builder.load(sums[place]), write.place(g, index), align=ALIGNED)
        return context.get_dummy_value()

    @intrinsic
    def mix(_: Any, a: Any, stride: Any, chosen: Any, first: Any, weights: Any, count: Any, g: Any, g0: Any,
            at: Any) -> Any:  # fmt: skip
        return numba_types.void(*types), generate

    return mix
