"""What becomes of every kind of array, wherever a user may hand one over.

Either the result is that of the plain float64 array, bit for bit, or the array is refused in a sentence; it is never
taken for something else.
"""

from __future__ import annotations

import array
import collections
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sympy

from adamproof.bounds.formulas.written import NumberError, exact
from adamproof.bounds.problem import Hyperparameters, Problem
from adamproof.bounds.ranges import ProblemError
from adamproof.bounds.vectorised import bound
from adamproof.experiments.statistics import exponent, grouped, holm, identical, independent
from adamproof.simulator import (
    Algorithm,
    Noise,
    Sampled,
    Schedule,
    Separable,
    SimulationError,
    adam,
    cosh,
    estimate,
    function,
    logistic,
    quadratic,
    ratio,
    separable,
    simulate,
)
from adamproof.simulator.numpy_engine import NumPyEngine
from adamproof.support import arrays
from adamproof.testing import assert_order, assert_rate

Kind = Callable[[Any], Any]
REFUSALS = (SimulationError, ProblemError)
QUIET = Noise("none")


class Metres(np.ndarray):
    """A subclass of NumPy's arrays with a unit, as astropy's quantities are."""

    unit = "m"


class Series:
    """An array of another library, which NumPy would take without its unit, its index or its missing values."""

    def __init__(self, values: Any) -> None:
        self.values, self.ndim, self.shape = np.asarray(values), np.ndim(values), np.shape(values)

    def __repr__(self) -> str:  # the same in every process that collects the tests
        return f"Series({self.values!r})"

    def __len__(self) -> int:
        return len(self.values)

    def __getitem__(self, at: Any) -> Any:
        return self.values[at]

    def __array__(self, dtype: Any = None, copy: Any = None) -> Any:
        return self.values


# --- where arrays come in: each gives what came out of it, from an array of positive whole numbers ----------------


def ran(problem: Any) -> Any:
    run = simulate(problem, adam(0.01, epsilon=1e-8), 3, 2, seed=1, engine="numpy")
    return run.state.x, run.statistics.totals, problem.value(run.state.x)


def known(**changes: Any) -> Any:
    return Sampled("own", lambda x: x, np.ones(3), **changes)


class Summing(NumPyEngine):
    """An engine of one's own that gives its sums as some kind of array."""

    def __init__(self, kind: Kind) -> None:
        super().__init__()
        self.kind = kind

    def advance(self, task: Any, state: Any, count: int) -> Any:
        return self.kind(np.ceil(super().advance(task, state, count)))


def engine(kind: Kind) -> Any:
    return simulate(quadratic(2, noise=QUIET), adam(0.5), 2, 2, engine=Summing(kind)).statistics.totals


V = np.array([3.0, 1.0, 2.0])
ROWS = np.array([[1.0, 2.0, 3.0], [3.0, 1.0, 2.0]])
TALL = np.stack([np.random.default_rng(seed).permutation(np.arange(1.0, 13.0)) for seed in (0, 1)], axis=1)
HYPER = Hyperparameters(0.9, 0.999, "1e-3", steps=100)
ASKED = Problem(gap=8, grad1=4, L0=1, sigma0=1, dim=16)

RECEIVERS: dict[str, Callable[[Kind], Any]] = {
    "the start of quadratic": lambda kind: ran(quadratic(3, start=kind(V))),
    "the start of cosh": lambda kind: ran(cosh(3, start=kind(V))),
    "the start of separable": lambda kind: ran(separable(lambda x, h: x, 3, start=kind(V))),
    "the start of function": lambda kind: ran(function(lambda x: x, 3, start=kind(V))),
    "the start of logistic": lambda kind: ran(logistic(ROWS, [1, -1], 2, start=kind(V))),
    "the start of Separable": lambda kind: ran(
        Separable("own", lambda x, h: x, np.ones(3), kind(V), QUIET, cosh(1).constants)
    ),
    "the start of Sampled": lambda kind: ran(Sampled("own", lambda x: x, kind(V))),
    "the start of a copy": lambda kind: ran(replace(quadratic(3), start=kind(V))),
    "h of quadratic": lambda kind: ran(quadratic(3, h=kind(V))),
    "h of separable": lambda kind: ran(separable(lambda x, h: h * x, 3, h=kind(V))),
    "h of Separable": lambda kind: ran(Separable("own", lambda x, h: h * x, kind(V), V, QUIET, cosh(1).constants)),
    "a gradient": lambda kind: ran(function(lambda x: kind(ROWS), 3)),
    "a slope": lambda kind: ran(separable(lambda x, h: kind(ROWS), 3)),
    "a noisy gradient": lambda kind: ran(known(stochastic=lambda x, draws: kind(ROWS))),
    "an objective": lambda kind: ran(known(level=lambda x: kind(V[:2]))),
    "an objective by coordinates": lambda kind: ran(replace(quadratic(3), level=lambda x, h: kind(ROWS))),
    "the sums of an engine": engine,
    "the points of a gradient": lambda kind: quadratic(3, h=V).gradient(kind(ROWS)),
    "the points of a gradient of one's own": lambda kind: known().gradient(kind(ROWS)),
    "the points of an objective": lambda kind: cosh(3).value(kind(ROWS)),
    "the points of an objective of one's own": lambda kind: known(level=lambda x: x.sum(axis=1)).value(kind(ROWS)),
    "features": lambda kind: ran(logistic(kind(ROWS), [1, -1], 2)),
    "labels": lambda kind: ran(logistic(ROWS, kind(np.ones(2)), 2)),
    "estimate": lambda kind: vars(estimate(kind(V))),
    "the numerator of ratio": lambda kind: vars(ratio(kind(V), V[::-1])),
    "the denominator of ratio": lambda kind: vars(ratio(V[::-1], kind(V))),
    "identical": lambda kind: vars(identical(kind(TALL), 0.05)),
    "independent": lambda kind: vars(independent(kind(TALL), 19, 0, 0.05)),
    "grouped": lambda kind: grouped(kind(V), 2),
    "holm": lambda kind: holm(kind(np.ones(3))),
    "the x of exponent": lambda kind: vars(exponent(kind(V), V[:, None])),
    "the values of exponent": lambda kind: vars(exponent([1, 2], kind(ROWS))),
    "the steps of bound": lambda kind: bound(ASKED, replace(HYPER, steps=kind(V))).total,
    "the learning rates of bound": lambda kind: bound(ASKED, replace(HYPER, lr=kind(V))).total,
    "the gaps of bound": lambda kind: bound(replace(ASKED, gap=kind(V)), HYPER).total,
    "real_array": lambda kind: arrays_or_refusal(kind(V)),
}


def arrays_or_refusal(values: Any) -> Any:
    try:
        return arrays.real_array(values)
    except arrays.ArrayError as error:
        raise SimulationError(str(error)) from error


def changed(first: Any, dtype: Any = None) -> Kind:
    """A copy whose first number is another one."""

    def kind(values: Any) -> Any:
        copy = np.array(values, dtype=dtype)
        copy.reshape(-1)[0] = first
        return copy

    return kind


def spread(values: Any) -> Any:
    """A view of every other number of a larger array."""
    wide = np.zeros((*values.shape[:-1], 2 * values.shape[-1]))
    wide[..., ::2] = values
    return wide[..., ::2]


def read_only(values: Any) -> Any:
    values = values.copy()
    values.flags.writeable = False
    return values


def lists(of: Callable[[float], Any]) -> Kind:
    """Nested lists of some objects."""
    return lambda values: [lists(of)(row) if np.ndim(row) else of(row) for row in values]


def ragged(values: Any) -> Any:
    return [[1.0], [1.0, 2.0], *([1.0] for _ in values[2:])]


SAME: dict[str, Kind] = {
    "lists": lambda values: values.tolist(),
    "tuples": lambda values: tuple(map(tuple, values)) if values.ndim == 2 else tuple(values),
    "lists of whole numbers": lists(int),
    "lists of NumPy's numbers": lists(np.float32),
    "lists of fractions": lists(Fraction),
    "lists of decimals": lists(lambda value: Decimal(str(value))),
    "lists of SymPy's rationals": lists(lambda value: sympy.Rational(int(value))),
    "an array of fractions": lambda values: np.array(lists(Fraction)(values), dtype=object),
    "a deque": lambda values: collections.deque(values.tolist()),
    "array.array, a memoryview of several dimensions": lambda values: (
        array.array("d", values) if values.ndim == 1 else memoryview(values.copy())
    ),
    "Fortran's order": np.asfortranarray,
    "not in one piece": spread,
    "backwards": lambda values: values[..., ::-1].copy()[..., ::-1],
    "read-only": read_only,
    "of the other byte order": lambda values: values.astype(values.dtype.newbyteorder()),
    "float16": lambda values: values.astype(np.float16),
    "float32": lambda values: values.astype(np.float32),
    "longdouble": lambda values: values.astype(np.longdouble),
    "int8": lambda values: values.astype(np.int8),
    "uint8": lambda values: values.astype(np.uint8),
    "uint64": lambda values: values.astype(np.uint64),
    "a record array of plain numbers": lambda values: values.view(np.recarray),
}
REFUSED: dict[str, tuple[Kind, str]] = {
    "masked": (lambda values: np.ma.masked_equal(values, 1.0), "a masked array"),
    "masked nowhere": (np.ma.array, "a masked array"),
    "a list of masked arrays": (lambda values: [np.ma.array(row, mask=True) for row in values], "a masked array"),
    "a list with a masked number": (lambda values: [np.ma.masked, *values[1:]], "a masked array"),
    "a subclass with a unit": (lambda values: values.view(Metres), "of the type Metres, not a plain NumPy array"),
    "a list of quantities": (lists(lambda value: np.array(value).view(Metres)), "of the type Metres, not a plain"),
    "an array of another library": (Series, "of the type Series, not a plain NumPy array"),
    "a list of such": (lambda values: [Series(row) for row in values], "of the type Series, not a plain NumPy array"),
    "complex": (lambda values: values + 0j, "is an array of complex128"),
    "a list of complex": (lists(complex), "is an array of complex128"),
    "bool": (lambda values: values > 1.0, "is an array of bool"),
    "a list of bool": (lists(bool), "True, which is a truth value"),
    "a list with a bool": (lambda values: [True, *values.tolist()[1:]], "True, which is a truth value"),
    "a list with NumPy's bool": (lambda values: [np.True_, *values.tolist()[1:]], "True, which is a truth value"),
    "a list with an array of bool": (lambda values: [values[0] > 1.0, *values[1:]], "truth value|array of bool"),
    "objects with a bool": (changed(True, object), "True of the type bool"),
    "text": (lambda values: values.astype(str), "is an array of <U"),
    "bytes": (lambda values: values.astype(bytes), "is an array of |S"),
    "a list of text": (lists(str), "is an array of <U"),
    "objects with text": (changed("1.5", object), "'1.5' of the type str, which is not a real number"),
    "objects with None": (changed(None, object), "None of the type NoneType, which is not a real number"),
    "a list with None": (lambda values: [None, *values.tolist()[1:]], "of the type NoneType, but must be a real"),
    "objects with an array": (changed(np.ones(1), object), "of the type ndarray, which is not a real number"),
    "objects with a masked number": (changed(np.ma.masked, object), "which is not a real number"),
    "structured": (lambda values: np.zeros(values.shape, "f8, f8"), r"is an array of \["),
    "a structured record array": (lambda values: np.zeros(values.shape, "f8, f8").view(np.recarray), "is an array of"),
    "dates": (lambda values: values.astype("M8[s]"), "is an array of datetime64"),
    "durations": (lambda values: values.astype("m8[s]"), "is an array of timedelta64"),
    "a list of symbols": (lists(lambda value: sympy.sqrt(2)), "of the type Pow, but must be a real number"),
    "rows of unequal length": (ragged, "is not an array of real numbers .*inhomogeneous"),
    "a generator": (
        lambda values: (value for value in values),
        r"of the type generator, but must|\(generator\) is not a number",
    ),
    "a set": (lambda values: {1.0, 2.0}, r"of the type set, but must|\(set\) is not a number"),
    "a dictionary": (lambda values: dict(enumerate(values)), r"of the type dict, but must|\(dict\) is not a number"),
    "a number without end": (changed(10**400, object), "too large to convert to float"),
    "a longdouble beyond the floats": (changed(np.longdouble("1e400"), np.longdouble), "outside the range of float64"),
    "a fraction that floats take for 0": (changed(Fraction(1, 10**400), object), "outside the range of float64"),
    "a decimal beyond the floats": (changed(Decimal("1e400"), object), "outside the range of float64"),
    "a decimal that is no number": (changed(Decimal("sNaN"), object), "is not an array of real numbers"),
}
LONG = np.finfo(np.longdouble).max > np.finfo(np.float64).max


def plain(found: Any) -> Any:
    """What came out, as text in which every bit shows."""
    if isinstance(found, dict):
        return {name: plain(value) for name, value in found.items()}
    if isinstance(found, tuple):
        return tuple(plain(value) for value in found)
    if isinstance(found, np.ndarray):
        return found.dtype.str, found.shape, [float(value).hex() for value in found.reshape(-1)]
    return repr(found)


@pytest.mark.parametrize("where", RECEIVERS)
def test_other_arrays_of_the_same_numbers_give_the_same(where: str) -> None:
    receive = RECEIVERS[where]
    expected = plain(receive(np.array))
    for name, kind in SAME.items():
        assert plain(receive(kind)) == expected, name


@pytest.mark.parametrize("where", RECEIVERS)
def test_arrays_that_are_not_of_real_numbers_are_refused(where: str) -> None:
    for name, (kind, message) in REFUSED.items():
        if "longdouble" in name and not LONG:
            continue
        with pytest.raises(REFUSALS, match=message):
            pytest.fail(f"{name} gave {RECEIVERS[where](kind)}")


@pytest.mark.filterwarnings("ignore:the matrix subclass:PendingDeprecationWarning")
@pytest.mark.parametrize("where", [where for where in RECEIVERS if "engine" not in where])
def test_a_matrix_is_an_array_of_two_dimensions(where: str) -> None:
    """The same where rows are expected, and of another shape where a vector is."""
    expected, found = plain(RECEIVERS[where](np.array)), outcome(where, np.matrix)
    if isinstance(found, Exception):
        assert "shape" in str(found) or "do not match" in str(found)
    elif plain(found) != expected:  # these take two dimensions as they are
        assert where in ("the steps of bound", "the learning rates of bound", "the gaps of bound", "real_array")
        assert plain(found)[1:] == ((1, 3), expected[2])


def outcome(where: str, kind: Kind) -> Any:
    """What came out, or the refusal."""
    try:
        return RECEIVERS[where](kind)
    except REFUSALS as error:
        return error


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("where", RECEIVERS)
def test_numbers_that_are_not_finite_are_never_taken_for_finite(where: str, bad: float) -> None:
    """They are refused, or the run is stopped, or the result is not finite either."""
    found = outcome(where, changed(bad))
    if isinstance(found, Exception):
        return
    values = found if isinstance(found, tuple) else found.values() if isinstance(found, dict) else [found]
    assert not all(np.isfinite(np.asarray(value, dtype=float)).all() for value in values)


def test_shapes_are_not_changed_silently() -> None:
    for start in ([], [[1.0, 2.0]], np.zeros((0, 2)), 1.0):
        with pytest.raises(SimulationError, match="the start has shape"):
            Sampled("own", lambda x: x, start)  # type: ignore[arg-type]
    with pytest.raises(SimulationError, match=r"h has shape \(2,\), but must be one number, or one per coordinate"):
        Separable("own", lambda x, h: x, np.ones(2), np.ones(3), QUIET, cosh(1).constants)
    with pytest.raises(SimulationError, match="the numerator has 3 samples and the denominator has 2"):
        ratio(np.ones(3), np.ones(2))
    for samples in (np.ones((2, 2)), [], 1.0):
        with pytest.raises(SimulationError, match="the array of samples has shape"):
            estimate(samples)  # type: ignore[arg-type]


def test_a_list_within_itself_is_refused() -> None:
    endless: list[Any] = []
    endless.append(endless)
    with pytest.raises(SimulationError, match="the start contains lists nested more than 32 levels deep"):
        quadratic(2, start=endless)


def test_a_result_is_an_array_of_its_own() -> None:
    for values in (V, V.astype(">f8"), [1.0], V[::2], ROWS.T):
        found = arrays.real_array(values)
        assert found.dtype == np.float64 and found.dtype.isnative
        assert found.flags.c_contiguous and found.flags.writeable and not np.shares_memory(found, np.asarray(values))
    own = np.ones(3)
    problem = Sampled("own", lambda x: x, own)
    own[:] = 7.0
    assert problem.start.tolist() == [1.0, 1.0, 1.0]


# --- single numbers -----------------------------------------------------------------------------

NUMBERS: dict[str, Callable[[Any], Any]] = {
    "a learning rate": lambda value: adam(value),
    "beta1": lambda value: Algorithm(0.1, value, 0.9),
    "beta2": lambda value: Algorithm(0.1, 0.9, value),
    "epsilon": lambda value: adam(0.1, epsilon=value),
    "a schedule's factor": lambda value: Schedule(0.5, 0.5, 0.75, gamma=value),
    "the size of noise": lambda value: Noise(s0=value),
    "a ridge": lambda value: logistic(ROWS, [1, -1], 2, ridge=value),
    "steps": lambda value: simulate(quadratic(2), adam(0.1), value),
    "a dimension": lambda value: quadratic(value),
    "a snapshot": lambda value: simulate(quadratic(2), adam(0.1), 9, snapshots=[value]),
    "a gap": lambda value: Problem(gap=value),
    "the steps of a bound": lambda value: Hyperparameters(steps=value),
    "a rate": lambda value: assert_rate(1, "T", value),
    "an order": lambda value: assert_order(value, "T", 0),
}


@pytest.mark.parametrize("where", NUMBERS)
@pytest.mark.parametrize(
    "value",
    [
        np.ma.masked,
        np.ma.array(0.5, mask=True),
        np.ma.array(5, mask=True),
        np.ma.array(5),
        np.array(5).view(Metres),
        np.array(0.5).view(Metres),
        Series(np.array(5)),
        np.array(True),
        np.True_,
        np.complex128(5.0),
        np.datetime64(5, "s"),
    ],
    ids=repr,
)
def test_single_numbers_that_are_not_numbers_are_refused(where: str, value: Any) -> None:
    with pytest.raises((*REFUSALS, TypeError)):
        pytest.fail(f"gave {NUMBERS[where](value)}")


def test_what_is_not_a_number_is_shown_in_one_line() -> None:
    for value in (np.ma.masked_all((50, 50)), np.ma.array(5, mask=True), 10**5000, "a" * 1000):
        for action in (
            lambda value: quadratic(value),
            lambda value: adam(value),
            lambda value: quadratic(1, noise=value),
        ):
            with pytest.raises(SimulationError) as caught:
                action(value)
            assert len(str(caught.value)) < 200 and "\n" not in str(caught.value)


def test_single_numbers_of_a_bound() -> None:
    assert exact(np.float32(0.5)) == exact(np.array(0.5)) == exact(np.float16(0.5)) == sympy.Rational(1, 2)
    assert exact(np.uint8(200)) == 200
    assert exact(np.longdouble("0.1")) == sympy.Rational(1, 10)  # its shortest decimal, as of a float
    for value, message in (
        (np.ma.masked, "the value is a masked array"),
        (np.array(0.5).view(Metres), "the value is of the type Metres"),
        (np.longdouble("nan"), "nan is not finite"),
        (np.clongdouble(1), "is not a number"),
    ):
        with pytest.raises(NumberError, match=message):
            exact(value)


# --- checkpoints --------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["x", "m", "v", "peak", "totals", "current", "rows", "step", "done", "snapshots"])
def test_the_arrays_of_a_checkpoint_are_of_one_type(name: str, tmp_path: Path) -> None:
    """Whatever else is put into the file: also with a checksum that fits, nothing is converted."""
    from adamproof.simulator import checkpoint

    path, problem = tmp_path / "run.npz", quadratic(2)
    simulate(problem, adam(0.1), 4, 2, snapshots=[2], checkpoint=path)
    with np.load(path) as data:
        content = dict(data)
    whole = content[name].dtype.kind == "i"
    others = ["<U5", "complex128", "bool", "f8, f8", "float16", "longdouble", "uint8" if whole else "int64"]
    for other in [*others, content[name].dtype.newbyteorder()]:
        if whole and name != "snapshots" and np.dtype(other).kind == "i":
            continue  # one whole number is the same in either byte order
        changed_one = {**content, name: np.zeros(content[name].shape, other)}
        changed_one[checkpoint.DIGEST] = np.array(checkpoint._digest(changed_one))
        np.savez(path, **changed_one)
        with pytest.raises(SimulationError, match="cannot be read"):
            simulate(problem, adam(0.1), 4, 2, snapshots=[2], checkpoint=path, resume=True)
