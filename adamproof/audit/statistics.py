"""Distances between samples, effective numbers, and fits that say when there is nothing to fit.  NumPy alone.

A p-value falls with the number of samples however small a difference is; what is reported first is the distance D (the
largest difference of two distribution functions) and for how many independent samples the data count.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..simulator.statistics import student

Array = NDArray[np.float64]
LEVEL = 0.95
SPAN = 1000.0  # how many times |a| must grow for an exponent to show
FEWEST = 6  # points of a fit
GROWTH = 2.0  # times the fitted curve must grow: less may be rounding, which is not of one size
GRID = 41  # exponents that are tried


def distance(one: ArrayLike, other: ArrayLike) -> float:
    """D of two samples: the largest difference of their distribution functions."""
    first, second = np.sort(np.asarray(one, dtype=np.float64)), np.sort(np.asarray(other, dtype=np.float64))
    values = np.concatenate([first, second])
    below = [np.searchsorted(sample, values, side="right") / sample.size for sample in (first, second)]
    return float(np.abs(below[0] - below[1]).max())


def effective_pair(n: int, m: int) -> float:
    """The effective number of a comparison of two independent samples."""
    return n * m / (n + m)


def effective_number(samples: ArrayLike) -> float:
    """For how many independent coordinates the coordinates of (replicates, d) count.

    d^2/sum of r_ij^2 over all i and j, where r_ij is the correlation over replicates: d if all are independent, 1 if
    all are one.  Of n replicates r^2 is 1/(n-1) on average where the correlation is 0, which is taken away first.
    Coordinates that are constant do not count.
    """
    table = np.asarray(samples, dtype=np.float64)
    table = table[:, table.std(axis=0) > 0.0]
    n, d = table.shape
    if d < 2 or n < 3:
        return float(d)
    scaled = table - table.mean(axis=0)
    scaled /= np.sqrt(np.square(scaled).sum(axis=0))
    squares = np.square(scaled.T @ scaled) if d <= n else None
    total = squares.sum() if squares is not None else np.square(scaled @ scaled.T).sum()  # the same number
    chance = 1.0 / (n - 1)
    excess = max(0.0, (float(total) - d) / (d * (d - 1)) - chance) / (1.0 - chance)
    return float(d / (1.0 + (d - 1) * excess))


@dataclass(frozen=True)
class Fit:
    """y = constant + factor*x^exponent, fitted to points in relative error; the exponent with an interval.

    identified: whether the exponent is; why: what is missing where it is not.  envelope: constant and factor times
    this lie above all points.  span: the largest x over the least.  count: of points.
    """

    exponent: float
    low: float
    high: float
    constant: float
    factor: float
    envelope: float
    span: float
    count: int
    identified: bool
    why: str


def fit(x: ArrayLike, y: ArrayLike, largest: float) -> Fit | None:
    """Fit an exponent between 0 and `largest` to points with positive x and y; None if there are none.

    The interval holds the exponents at which the error is not significantly larger than at the best one (F test with
    one degree of freedom, 95 %).  The points are in the order of time: where neighbours err alike they count
    for fewer, since two quantities that drift agree by chance.  The exponent counts as identified if there are FEWEST
    points, x spans SPAN, the interval is at most half of the range, and the curve grows by GROWTH.
    """
    where, values = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    good = np.isfinite(where) & np.isfinite(values) & (where > 0.0) & (values > 0.0)
    where, values = where[good], values[good]
    if not where.size:
        return None
    grid = np.linspace(0.0, largest, GRID)
    scale = float(np.exp(np.log(where).mean()))
    solved = [_least_squares((where / scale) ** power, values) for power in grid]
    errors = np.array([error for _, _, error in solved])
    best = int(errors.argmin())
    constant, factor, error = solved[best]
    curve = constant + factor * (where / scale) ** grid[best]
    free = _counted(values / curve - 1.0) - 3.0
    inside = np.ones(GRID, dtype=bool)
    if free >= 1:
        inside = errors <= max(error, 1e-24) * (1.0 + student(int(free), LEVEL) ** 2 / int(free))
    low, high = float(grid[inside].min()), float(grid[inside].max())
    span = float(where.max() / where.min())
    why = _unidentified(where.size, span, (high - low) / largest, float(curve.max() / curve.min()))
    return Fit(
        float(grid[best]), low, high, constant, factor / scale ** float(grid[best]), float((values / curve).max()),
        span, int(where.size), not why, why,
    )  # fmt: skip


def _counted(errors: Array) -> float:
    """For how many independent ones errors in a row count: n*(1-r)/(1+r), r > 0 the correlation of each with the next.

    errors: about 0.
    """
    square = float(np.square(errors).sum())
    r = float((errors[1:] * errors[:-1]).sum()) / square if square > 1e-20 else 0.0
    r -= 1.0 / errors.size  # a part that chance makes of few
    return errors.size * (1.0 - max(0.0, r)) / (1.0 + max(0.0, r))


def _unidentified(count: int, span: float, width: float, growth: float) -> str:
    if count < FEWEST:
        few = "1 probe is" if count == 1 else f"{count} probes are"
        return f"{few} too few, at least {FEWEST} are needed"
    if span < SPAN:
        return f"|a| spans a factor of {span:.3g}, and about {SPAN:g} is needed"
    if growth < GROWTH:
        return f"a constant fits: the fitted curve grows by a factor of {growth:.3g} alone"
    return f"exponents over {100 * width:.0f} % of the range fit alike" if width > 0.5 else ""


def _least_squares(power: Array, y: Array) -> tuple[float, float, float]:
    """constant, factor >= 0 with the least sum of ((constant + factor*power)/y - 1)^2, and that sum."""
    columns = np.stack([1.0 / y, power / y], axis=1)
    candidates = []
    whole, *_ = np.linalg.lstsq(columns, np.ones(y.size), rcond=None)
    if (whole >= 0.0).all():
        candidates.append(whole)
    for keep in (0, 1):
        column = columns[:, keep]
        alone = np.zeros(2)
        alone[keep] = column.sum() / np.square(column).sum()
        candidates.append(alone)
    errors = [float(np.square(columns @ each - 1.0).sum()) for each in candidates]
    place = int(np.argmin(errors))
    return float(candidates[place][0]), float(candidates[place][1]), errors[place]


__all__ = ["Fit", "distance", "effective_number", "effective_pair", "fit"]
