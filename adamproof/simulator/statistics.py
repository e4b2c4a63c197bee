"""Statistics of a run in one pass: means over time in every replicate, in windows of steps, with confidence intervals.

An engine gives sums over the coordinates of each step; from these come the quantities below, which are added up over
the steps of a window in order, so that results do not depend on how a run was cut into pieces.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from decimal import ROUND_CEILING, ROUND_HALF_EVEN, Context, Decimal
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import arguments
from .errors import SimulationError
from .task import Task

Array = NDArray[np.float64]

QUANTITIES = {
    "l1": "|a|_1",
    "l2": "|a|_2",
    "l2 squared": "|a|_2^2",
    "l2^p": "|a|_2^p, with the noise's p (0 where its variance does not depend on a)",
    "l2^q": "|a|_2^q, with the smoothness's q",
    "u.a": "|u o a|_1",
    "error": "|e|_2, e = m - a",
    "error squared": "|e|_2^2",
    "u": "mean of u over the coordinates",
    "u squared": "mean of u^2 over the coordinates",
    "l1/l2": "|a|_1 / |a|_2 (0 where a = 0)",
}
WITHOUT_GRADIENT = ("u", "u squared")  # the others need the exact gradient
NEEDS_GRADIENT = np.array([name not in WITHOUT_GRADIENT for name in QUANTITIES])
MAXIMUM = "max u"
GROUPS = 1 << 14  # replicates are averaged in at most so many groups, which bounds the memory
WINDOWS = 1024
LEVEL = 0.95
WIDTH = 2 + 2 * len(QUANTITIES)  # of a window's row
WIDE = Context(prec=1000)  # digits enough for any two floats in one decimal


@dataclass(frozen=True)
class Estimate:
    """A mean over replicates with the half width of its confidence interval (None from one replicate alone).

    In JSON, what has overflowed is null.

    mean, half_width: in the unit of what is estimated.
    """

    mean: float
    half_width: float | None

    @property
    def low(self) -> float:
        return self.mean - (self.half_width or 0.0)

    @property
    def high(self) -> float:
        return self.mean + (self.half_width or 0.0)

    def __str__(self) -> str:
        return f"{self.mean:.6g}" if self.half_width is None else with_error(self.mean, self.half_width)

    def to_json(self) -> dict[str, float | None]:
        return {
            name: value if value is not None and math.isfinite(value) else None for name, value in vars(self).items()
        }


def with_error(mean: float, half_width: float) -> str:
    """A mean and the half width of its interval, to the same decimal place.

    The half width has one digit, or two where it begins with 1, and is rounded up: never shown smaller than it is.
    """
    if not (math.isfinite(mean) and math.isfinite(half_width)) or half_width <= 1e-15 * abs(mean):
        return f"{mean:.6g} +- {half_width:.2g}"
    error = Decimal(float(half_width))
    for digits in (2, 1):
        place = error.adjusted() - digits + 1
        shown = error.quantize(Decimal(1).scaleb(place), ROUND_CEILING, WIDE)
        if str(shown.scaleb(-shown.adjusted())).startswith("1"):
            break
    value = Decimal(float(mean)).quantize(Decimal(1).scaleb(place), ROUND_HALF_EVEN, WIDE)
    power = max(value.adjusted(), shown.adjusted()) if value else shown.adjusted()
    if place <= 0 and -5 <= power < 7:
        return f"{value:f} +- {shown:f}"
    return f"({value.scaleb(-power):f} +- {shown.scaleb(-power):f})e{power:+03d}"


@cache
def student(degrees: int, level: float) -> float:
    """The t with P(|t_degrees| <= t) = level."""
    import mpmath

    def inside(t: Any) -> Any:  # the distribution function of |t|
        return 1 - mpmath.betainc(
            mpmath.mpf(degrees) / 2, mpmath.mpf(1) / 2, 0, degrees / (degrees + t * t), regularized=True
        )

    low, high = mpmath.mpf(0), mpmath.mpf(2)
    while inside(high) < level:
        high *= 2
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if inside(middle) < level else (low, middle)
    return float(high)


def estimate(samples: Array, level: float = LEVEL) -> Estimate:
    """The mean of independent samples, of shape (n,), with Student's confidence interval at a level.

    Raises SimulationError for samples that are not a vector of numbers and for a level that is not between 0 and 1.
    Of samples that are not finite the estimate is not finite, either.
    """
    samples, level = _samples("the array of samples", samples), arguments.level(level)
    with np.errstate(over="ignore", invalid="ignore"):  # of enormous numbers there may be no estimate
        mean = float(samples.mean())
        half = half_widths(samples[None], level)[0] if samples.size > 1 else None
    return Estimate(mean, half)


def _samples(what: str, values: Array) -> Array:
    """A vector of numbers, finite or not.  Raises SimulationError."""
    given = arguments.numbers(what, values)
    if given.ndim != 1 or given.size == 0:
        raise SimulationError(f"{what} has shape {given.shape}, but must be a vector of at least one number")
    return given


def half_widths(rows: Array, level: float = LEVEL) -> list[float]:
    """Half the widths of Student's intervals for the means of rows.

    The standard deviation is taken of numbers of size 1: the squares of small ones would underflow, and a width of 0
    says that nothing is uncertain.
    """
    count = rows.shape[1]
    _, powers = np.frexp(np.abs(rows).max(axis=1))
    spread = np.ldexp(np.ldexp(rows, -powers[:, None]).std(axis=1, ddof=1), powers)
    return [float(one) for one in student(count - 1, level) * spread / math.sqrt(count)]


def ratio(above: Array, below: Array, level: float = LEVEL) -> Estimate | None:
    """The ratio of two means, with the confidence interval of its linearisation (delta method); None over 0.

    above, below: (n,), in pairs.  Raises SimulationError as `estimate` does, and for vectors of different lengths.
    """
    above, below = _samples("the numerator", above), _samples("the denominator", below)
    if above.size != below.size:
        raise SimulationError(f"the numerator has {above.size} samples and the denominator has {below.size}")
    with np.errstate(over="ignore", invalid="ignore"):  # of enormous numbers there may be no estimate
        mean = float(below.mean())
        if not mean:
            return None
        value = float(above.mean() / mean)
        spread = estimate(above - value * below, level).half_width
    return Estimate(value, None if spread is None else spread / abs(mean))


def _row(quantity: str) -> int:
    """The number of a quantity.  Raises SimulationError."""
    if quantity not in QUANTITIES:
        raise SimulationError(f"there is no quantity {quantity!r}; choose from {', '.join(QUANTITIES)}")
    return list(QUANTITIES).index(quantity)


@dataclass
class Statistics:
    """What a run has met so far.  All arrays are bounded by GROUPS and WINDOWS, whatever the length of the run.

    d, replicates, steps: of the run.  p, q: the exponents of noise and smoothness.
    window: steps of one, a power of 2.  each: replicates of a group.
    totals, current: (quantities, groups), sums over finished windows and over the running one.
    peak: the largest u of the running window.  done: steps.  rows: one for each finished window.
    exact_every: what needs the exact gradient is a mean over step 1 and every so many steps; the rest, over all steps.
    """

    d: int
    replicates: int
    steps: int
    p: float
    q: float
    window: int  # steps, a power of 2
    each: int  # replicates of a group
    totals: Array  # (quantities, groups): sums over finished windows
    current: Array  # (quantities, groups): the sums of the running window
    peak: float  # max u in the running window
    done: int = 0  # steps
    rows: list[list[float]] = field(default_factory=list)  # a finished window: steps, means, half widths, max u
    exact_every: int = 1

    @classmethod
    def of(cls, task: Task) -> Statistics:
        """Empty statistics for a run.

        task: the run that is to come.
        """
        # Of at least exact_every steps, so that only the last window may have none with an exact gradient.
        window = 1 << max(0, math.ceil(math.log2(max(task.steps / WINDOWS, task.exact_every))))
        each = -(-task.replicates // GROUPS)
        shape = (len(QUANTITIES), -(-task.replicates // each))
        p, q = task.problem.constants.p, task.problem.constants.q
        return cls(
            task.d, task.replicates, task.steps, p, q, window, each, np.zeros(shape), np.zeros(shape), 0.0,
            exact_every=task.exact_every,
        )  # fmt: skip

    @property
    def exact_steps(self) -> int:
        """The steps so far whose exact gradient was computed."""
        return self._exact(0, self.done)

    def _exact(self, first: int, last: int) -> int:
        """How many of the steps first + 1, ..., last have an exact gradient."""
        return -(-last // self.exact_every) + (-first // self.exact_every)

    def _counted(self, first: int, last: int) -> Array:
        """How many of these steps each quantity is summed over: (quantities,)."""
        return np.where(NEEDS_GRADIENT, float(self._exact(first, last)), float(last - first))

    def known(self) -> list[bool]:
        """For each finished window, whether any of its steps has an exact gradient."""
        ends = [int(end) for end in self.ends()]
        return [self._exact(first, last) > 0 for first, last in zip([0, *ends], ends, strict=False)]

    def ends(self) -> list[float]:
        """The last steps of the windows that are finished."""
        found = [float(step) for step in range(self.window, self.done + 1, self.window)]
        return found if self.done < self.steps or self.done % self.window == 0 else [*found, float(self.done)]

    def members(self) -> NDArray[np.int64]:
        """How many replicates each group has."""
        counts = np.full(self.totals.shape[1], self.each)
        counts[-1] = self.replicates - self.each * (counts.size - 1)
        return counts

    def add(self, pieces: list[tuple[Array, Array]]) -> None:
        """Add some steps: what `measured` gives for each part of the replicates, in order.

        pieces: pairs of arrays.
        """
        values = np.concatenate([piece[0] for piece in pieces], axis=2)
        peaks = np.max([piece[1] for piece in pieces], axis=0)
        count, at = values.shape[0], 0
        while at < count:
            whole = 0 if self.done % self.window else (count - at) // self.window
            take = whole * self.window or min(count - at, self.window - self.done % self.window)
            some = slice(at, at + take)
            at, self.done = at + take, self.done + take
            if whole:
                self._close(*self._windows(values[some], peaks[some], whole))
            else:
                self._open(values[some], peaks[some])

    def _windows(self, values: Array, peaks: Array, count: int) -> tuple[Array, Array]:
        """The sums over so many whole windows, and the largest u of each."""
        with np.errstate(over="ignore"):
            sums = np.add.reduce(values.reshape(count, self.window, *values.shape[1:]), axis=1)
        return sums, peaks.reshape(count, self.window).max(axis=1)

    def _open(self, values: Array, peaks: Array) -> None:
        """Add steps to the running window, and end it with its last one."""
        with np.errstate(over="ignore"):
            self.current = np.add.reduce(np.concatenate([self.current[None], values]), axis=0)
        self.peak = max(self.peak, float(peaks.max()))
        if self.done % self.window == 0 or self.done == self.steps:
            self._close(self.current[None], np.array([self.peak]))
            self.current, self.peak = np.zeros_like(self.current), 0.0

    def measured(self, sums: Array) -> tuple[Array, Array]:
        """The quantities of each of the next steps, averaged over groups of replicates, and the largest u of each.

        sums: an engine's, (steps, 7, replicates).  The shapes are (steps, quantities, groups) and (steps,).
        What needs an exact gradient is 0 in steps without one.
        """
        l1, squares, ua, errors, u_squares, u = (sums[:, row] for row in range(6))
        l2 = np.sqrt(squares)
        values = np.stack([
            l1, l2, squares, l2**self.p, l2**self.q, ua, np.sqrt(errors), errors, u / self.d, u_squares / self.d,
            np.divide(l1, l2, out=np.zeros_like(l1), where=l2 > 0.0),
        ], axis=1)  # fmt: skip
        if self.exact_every > 1:
            without = np.arange(self.done, self.done + len(values)) % self.exact_every != 0
            values[np.ix_(without, NEEDS_GRADIENT)] = 0.0  # 0^0 is 1
        if self.each == 1:
            return values, sums[:, -1].max(axis=1)
        starts = np.arange(0, values.shape[2], self.each)
        counts = np.minimum(self.each, values.shape[2] - starts)
        return np.asarray(np.add.reduceat(values, starts, axis=2) / counts), sums[:, -1].max(axis=1)

    def _close(self, sums: Array, peaks: Array) -> None:
        """End windows, the last of them now: note their means and add them to the totals.

        sums: (windows, quantities, groups).  peaks: (windows,).
        """
        begin = (self.done - 1) // self.window * self.window - (len(sums) - 1) * self.window
        ends = [*range(begin + self.window, self.done, self.window), self.done]
        counted = np.array([self._counted(first, last) for first, last in zip([begin, *ends], ends, strict=False)])
        with np.errstate(invalid="ignore"):  # of a last window without an exact gradient
            means, widths = self._estimates((sums / counted[:, :, None]).reshape(-1, sums.shape[2]))
        for window, (end, peak) in enumerate(zip(ends, peaks, strict=True)):
            own = slice(window * len(QUANTITIES), (window + 1) * len(QUANTITIES))
            self.rows.append([float(end), *means[own], *widths[own], float(peak)])
        with np.errstate(over="ignore"):
            self.totals = np.add.reduce(np.concatenate([self.totals[None], sums]), axis=0)

    def _estimate(self, samples: Array) -> Estimate:
        """The mean over replicates; groups of other size than the rest count by their size."""
        members = self.members()
        if self.each == 1 or members[-1] == self.each:
            return estimate(samples)
        full = estimate(samples[:-1])
        return Estimate(float(samples @ members / self.replicates), full.half_width)

    def _estimates(self, rows: Array) -> tuple[list[float], list[float]]:
        """`_estimate` of every row at once: the means and the half widths (nan where there is none)."""
        members, count = self.members(), rows.shape[1]
        if count < 2 or members[-1] != members[0]:
            found = [self._estimate(row) for row in rows]
            halves = [math.nan if one.half_width is None else one.half_width for one in found]
            return [one.mean for one in found], halves
        with np.errstate(over="ignore", invalid="ignore"):
            return rows.mean(axis=1).tolist(), half_widths(rows)

    def mean(self, quantity: str) -> Estimate:
        """The mean of one of the QUANTITIES over replicates and steps: those with an exact gradient, if it needs one.

        quantity: a key of QUANTITIES.  Raises SimulationError for another.
        """
        return self._estimate(self.samples(quantity))

    def samples(self, quantity: str) -> Array:
        """The means over the same steps, one a group of replicates.  Raises SimulationError for an unknown quantity.

        quantity: a key of QUANTITIES.
        """
        row = _row(quantity)
        return np.asarray((self.totals[row] + self.current[row]) / max(1.0, self._counted(0, self.done)[row]))

    @property
    def maximum(self) -> float:
        """The largest u of all."""
        return max([self.peak, *(row[-1] for row in self.rows)])

    def series(self, quantity: str) -> list[tuple[int, Estimate]]:
        """The mean over each window of steps, with the window's last step; MAXIMUM has no interval.

        A last window in which no step has an exact gradient is left out where the quantity needs one.

        quantity: a key of QUANTITIES, or MAXIMUM.  Raises SimulationError for another.
        """
        if quantity == MAXIMUM:
            return [(int(row[0]), Estimate(row[-1], None)) for row in self.rows]
        at = 1 + _row(quantity)
        widths = at + len(QUANTITIES)
        return [
            (int(row[0]), Estimate(row[at], None if math.isnan(row[widths]) else row[widths]))
            for row in self.rows
            if not math.isnan(row[at])
        ]

    def vbar(self) -> dict[str, Estimate | None]:
        """Estimates of Condition 2's vbar: the least mean of u in a window, and |u o a|_1 over |a|_1, in the mean.

        The least of many means lies below the least of what they estimate, by chance: it has no interval.
        """
        smallest = min((one.mean for _, one in self.series("u")), default=None)
        return {
            "smallest u": None if smallest is None else Estimate(smallest, None),
            "|u o a| / |a|": self._ratio("u.a", "l1"),
        }

    def _ratio(self, above: str, below: str) -> Estimate | None:
        """The ratio of two means; groups of other size than the rest count by their size."""
        members, over, under = self.members(), self.samples(above), self.samples(below)
        if self.each == 1 or members[-1] == self.each:
            return ratio(over, under)
        full, mean = ratio(over[:-1], under[:-1]), self.mean(below).mean
        if not mean:
            return None
        return Estimate(self.mean(above).mean / mean, None if full is None else full.half_width)

    def to_json(self) -> dict[str, Any]:
        """The means, the largest u and the estimates of vbar."""
        means = {name: self.mean(name).to_json() for name in QUANTITIES}
        vbar = {name: one and one.to_json() for name, one in self.vbar().items()}
        return {
            "steps": self.done,
            "exact steps": self.exact_steps,
            MAXIMUM: self.maximum,
            "means": means,
            "vbar": vbar,
        }
