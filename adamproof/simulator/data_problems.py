"""Data problems whose loss is a function of one product a sample: logistic regression, least squares, your own.

A `Regression` is a `Sampled` problem that is known by its data and the derivative of its loss, not by functions on
arrays alone: so Numba can run it in one pass (`data_engine`).  What is here is the reference, on NumPy.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import KW_ONLY, dataclass, field
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from . import arguments, kernels, products
from .errors import SimulationError
from .noise import Draws
from .problems import Array, Constants, Noise, Sampled, Slope

BUILT_IN = (kernels.slope_logistic, kernels.slope_squares)
FITS = 1 << 15  # numbers: the temporaries of so many stay in a cache


@dataclass(frozen=True, eq=False)
class Regression(Sampled):
    """F(x) = mean of f(<a_i, x>, y_i) + ridge |x|^2/2 over samples, with mini-batches drawn with replacement.

    `exact`, `stochastic` and `level` follow from the rest.

    features: a_i, of shape (samples, d).  targets: y_i, of shape (samples,).
    slope: f's derivative in its first argument, a function of numbers in the manner of `kernels`.
    loss: f itself, on arrays; needed for F at the end alone.
    batch: samples of a step, at least 1.  ridge: finite, at least 0.
    name, start, constants: as in Sampled.  Raises SimulationError for shapes that do not match, values out of range.
    """

    exact: Callable[[Array], Array] = field(init=False)
    start: Array
    noise: Noise = field(init=False)
    constants: Constants = field(default_factory=Constants)
    stochastic: Callable[[Array, Draws], Array] | None = field(init=False)
    level: Callable[[Array], Array] | None = field(init=False)
    details: dict[str, Any] = field(init=False)
    _: KW_ONLY
    features: Array
    targets: Array
    slope: Slope
    loss: Callable[[Array, Array], Array] | None = None
    batch: int
    ridge: float = 0.0

    def __post_init__(self) -> None:
        rows, targets = _data(self.features, self.targets, "targets")
        samples, d = rows.shape
        arguments.function("the slope", self.slope)
        point = arguments.vector("the start", self.start, d)
        batch, ridge = _batch(self.batch), _ridge(self.ridge)
        known = {
            "features": rows, "targets": arguments.finite("the array of targets", targets), "start": point,
            "batch": batch, "ridge": ridge, "noise": Noise("none"), "exact": self._exact,
            "stochastic": self._stochastic, "level": None if self.loss is None else self._level,
            "details": {"samples": samples, "batch": batch, "ridge": ridge},
        }  # fmt: skip
        for name, value in known.items():
            object.__setattr__(self, name, value)
        super().__post_init__()

    @property
    def samples(self) -> int:
        return int(self.targets.size)

    @cached_property
    def _columns(self) -> Array:
        """The features by columns, each in one piece."""
        return np.ascontiguousarray(self.features.T)

    def slopes(self, z: Array, y: Array) -> Array:
        """The derivatives of the loss, of the shape of z.  Raises SimulationError for a slope of another shape.

        z: predictions.  y: targets, which may have fewer axes.
        """
        if self.slope in BUILT_IN:
            return np.asarray(self.slope(z, y))
        return arguments.answer(f"the slope of {self.name!r}", self.slope, z, np.broadcast_to(y, z.shape))

    def mean(self, total: Array, count: int, x: Array) -> Array:
        """The gradient at x from the sum of the samples' gradients.

        total, x: of shape (replicates, d).  count: of samples.
        """
        return self.ridge * x + total / count

    def _exact(self, x: Array) -> Array:
        together = max(1, FITS // min(self.samples, products.SPAN))
        parts = [self._total(x[first : first + together]) for first in range(0, x.shape[0], together)]
        return self.mean(np.concatenate(parts), self.samples, x)

    def _total(self, x: Array) -> Array:
        total = np.zeros_like(x)
        for first in range(0, self.samples, products.SPAN):
            part = slice(first, first + products.SPAN)
            weights = self.slopes(products.predictions(self._columns[:, part], x), self.targets[part])
            total += products.pulled(self.features[part], weights)
        return total

    def _stochastic(self, x: Array, draws: Draws) -> Array:
        indices = draws.choices(self.batch, self.samples)
        together = max(1, FITS // (self.batch * x.shape[1]))
        parts = [slice(first, first + together) for first in range(0, x.shape[0], together)]
        totals = [self._batch_total(x[part], indices[part]) for part in parts]
        return self.mean(np.concatenate(totals), self.batch, x)

    def _batch_total(self, x: Array, indices: Any) -> Array:
        chosen = self.features[indices]
        return products.mixed(chosen, self.slopes(products.inner(chosen, x), self.targets[indices]))

    def _level(self, x: Array) -> Array:
        loss: Any = self.loss
        z = x @ self.features.T
        losses = arguments.answer(f"the loss of {self.name!r}", loss, z, np.broadcast_to(self.targets, z.shape))
        return np.asarray(losses.mean(axis=1) + 0.5 * self.ridge * np.square(x).sum(axis=1))


def _data(features: ArrayLike, targets: ArrayLike, called: str) -> tuple[Array, Array]:
    """Features and targets as arrays of one's own that match.  Raises SimulationError."""
    rows = arguments.numbers("the array of features", features)
    values = arguments.numbers(f"the array of {called}", targets)
    if rows.ndim != 2 or rows.shape[0] == 0 or values.shape != rows.shape[:1]:
        raise SimulationError(f"features of shape {rows.shape} and {called} of shape {values.shape} do not match")
    if not np.isfinite(rows).all():
        raise SimulationError("a feature is not finite")
    return rows, values


def _batch(batch: int) -> int:
    return arguments.whole("the number of samples in a batch", batch, 1, arguments.LARGEST_COUNTER)


def _ridge(ridge: float) -> float:
    ridge = arguments.real("the ridge", ridge)
    if not 0.0 <= ridge < math.inf:
        raise SimulationError(f"the ridge is {ridge}, but must be finite and not negative: F is bounded below")
    return ridge


def _curvature(rows: Array) -> float:
    """The largest eigenvalue of the mean of a_i a_i^T; infinite where it overflows."""
    scale = np.abs(rows).max()
    if not scale:
        return 0.0
    scaled = rows / scale if rows.shape[0] >= rows.shape[1] else rows.T / scale
    largest = np.linalg.eigvalsh(scaled.T @ scaled)[-1]
    with np.errstate(over="ignore"):
        return float(np.square(scale) * largest / rows.shape[0])


def regression(
    slope: Slope,
    features: ArrayLike,
    targets: ArrayLike,
    batch: int,
    ridge: float = 0.0,
    start: ArrayLike = 0.0,
    loss: Callable[[Array, Array], Array] | None = None,
    constants: Constants | None = None,
    name: str = "regression",
) -> Regression:
    """A data problem of your own: the mean of f(<a, x>, y) + ridge |x|^2/2, by the derivative slope(z, y) of f in z.

    The slope must work on NumPy arrays, and compile on two numbers to run under Numba.  As in `separable`, the two
    agree to the last bit where it has arithmetic and square roots alone.

    slope: a function of two arrays of one shape.  features: (samples, d).  targets: y, of shape (samples,).
    batch: samples of a step, at least 1.  ridge: finite, at least 0.  start: x at step 0; one number, or shape (d,).
    loss: f, of two arrays of one shape, for F at the end.  constants: those of F that are known.
    name: for what is printed and stored.
    Raises SimulationError for shapes that do not match, and values out of range.
    """
    constants = Constants() if constants is None else constants
    arguments.kind("the argument constants", constants, Constants)
    if loss is not None:
        arguments.function("the loss", loss)
    rows, values = _data(features, targets, "targets")
    point = arguments.vector("the start", start, rows.shape[1])
    return Regression(
        name, point, constants, features=rows, targets=values, slope=slope, loss=loss, batch=batch, ridge=ridge
    )


def _squares(z: Array, y: Array) -> Array:
    return 0.5 * np.square(z - y)


def least_squares(
    features: ArrayLike,
    targets: ArrayLike,
    batch: int,
    ridge: float = 0.0,
    start: ArrayLike = 0.0,
    name: str = "least squares",
) -> Regression:
    """Least squares, mean of (<a, x> - y)^2/2 + ridge |x|^2/2, with mini-batches drawn with replacement.

    features: (samples, d); targets: y.  L0 = |features|^2 / samples + ridge in the spectral norm, L1 = 0, F >= 0.

    targets have the shape (samples,).  batch: samples of a step, at least 1.  ridge: finite, at least 0.
    start: x at step 0; one number, or shape (d,).  name: for what is printed and stored.
    Raises SimulationError for shapes that do not match, and values out of range.
    """
    rows, values = _data(features, targets, "targets")
    constants = Constants(L0=_curvature(rows) + _ridge(ridge), L1=0.0, lower=0.0)
    return regression(kernels.slope_squares, rows, values, batch, ridge, start, _squares, constants, name)


def _log_losses(z: Array, y: Array) -> Array:
    return np.logaddexp(0.0, -y * z)


def logistic(
    features: ArrayLike,
    labels: ArrayLike,
    batch: int,
    ridge: float = 0.0,
    start: ArrayLike = 0.0,
    name: str = "logistic",
) -> Regression:
    """Logistic regression, mean of log(1 + exp(-y <a, x>)) + ridge |x|^2/2, with mini-batches drawn with replacement.

    features: (samples, d); labels: -1 or 1.  L0 = |features|^2 / (4 samples) + ridge in the
    spectral norm, L1 = 0, F >= 0.

    labels have the shape (samples,).  batch: samples of a step, at least 1.  ridge: finite, at least 0.
    start: x at step 0; one number, or shape (d,).  name: for what is printed and stored.
    Raises SimulationError for shapes that do not match, and values out of range.
    """
    rows, signs = _data(features, labels, "labels")
    if not np.isin(signs, (-1.0, 1.0)).all():
        raise SimulationError("a label is neither -1 nor 1")
    batch, ridge = _batch(batch), _ridge(ridge)
    point = arguments.vector("the start", start, rows.shape[1])
    constants = Constants(L0=0.25 * _curvature(rows) + ridge, L1=0.0, lower=0.0)
    return regression(kernels.slope_logistic, rows, signs, batch, ridge, point, _log_losses, constants, name)


def digits(batch: int, ridge: float = 1e-3) -> Regression:
    """Logistic regression of scikit-learn's digits, 0 to 4 against 5 to 9: 1797 samples, d = 65 with the constant.

    batch: samples of a step, at least 1.  ridge: finite, at least 0.
    Raises SimulationError out of range, and where scikit-learn is not installed.
    """
    table = _digits_table()
    features = np.hstack([table[:, :-1] / 16.0, np.ones((len(table), 1))])
    return logistic(features, np.where(table[:, -1] < 5, -1.0, 1.0), batch, ridge, name="digits")


def _digits_table() -> Array:
    """Pixels and digit of each image.  The file is read as it lies in scikit-learn, which takes a second to import."""
    found = find_spec("sklearn")
    if found is None or found.origin is None:
        raise SimulationError("the digits data set needs scikit-learn, which is missing: pip install 'adamproof[data]'")
    path = Path(found.origin).parent / "datasets" / "data" / "digits.csv.gz"
    if path.is_file():
        return np.loadtxt(path, delimiter=",")
    from sklearn.datasets import load_digits

    data = load_digits()
    return np.column_stack([data.data, data.target])
