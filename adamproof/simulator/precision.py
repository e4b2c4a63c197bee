"""Runs in float32: what is rounded in them, and where they would mislead.

In such a run x, m and v are float32, and so is all arithmetic of the update, on coefficients that are rounded once.
The gradient at x and its noise are computed as in float64, and the noisy gradient is rounded once; what the statistics
add up is made of a, m and u in float64.  docs/simulator.md derives how far a step may then be from one in float64.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from types import FunctionType, SimpleNamespace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import kernels
from .algorithms import Algorithm
from .errors import SimulationError
from .task import State, Task

ROUNDOFF = 2.0**-24  # a number that float32 rounds changes by at most this share of itself
SMALLEST_NORMAL = 2.0**-126  # below it float32 has fewer digits
HIDES = 2.0**-39  # beside an epsilon from here on, the root of a v without digits makes no difference to u
NOTICED = 0.01  # a share from which a rounding is worth a warning
UPDATE = ("moments", "magnitude", "sign", "moved", "moved_as_in_textbooks")


def single(function: Callable[..., Any], names: dict[str, Any]) -> Callable[..., Any]:
    """A function of `kernels` whose numbers are float32, so that on float32 all its arithmetic is.

    names: what the names in its text stand for.
    """
    code: Any = getattr(function, "__code__", None)
    numbers = tuple(np.float32(one) if isinstance(one, float) else one for one in code.co_consts)
    return FunctionType(code.replace(co_consts=numbers), names, code.co_name)


def _update() -> SimpleNamespace:
    """The update's functions for arrays of float32."""
    names = dict(vars(kernels))
    for name in UPDATE:
        names[name] = single(names[name], names)
    return SimpleNamespace(**{name: names[name] for name in UPDATE})


ARITHMETIC: dict[str, Any] = {"float64": kernels, "float32": _update()}


def rounded(numbers: Any, dtype: str) -> Any:
    """Numbers in a type, for which they may be too large or too small; the same object where they have it."""
    with np.errstate(all="ignore"):
        return np.asarray(numbers).astype(dtype, copy=False)


# --- what float32 cannot do ---------------------------------------------------------------------


def refuse(dtype: str, algorithm: Algorithm, start: NDArray[np.float64]) -> None:
    """Raise SimulationError where float32 has no number for what is given."""
    if dtype == "float64":
        return
    for name in ("beta1", "beta2"):
        beta = getattr(algorithm, name)
        if float(np.float32(beta)) == 1.0:
            raise SimulationError(f"{name} is {beta}, which is 1 in float32, where nothing is forgotten: use float64")
    lost = start[_lost(start)]
    given = {"the learning rate": algorithm.learning_rate, "epsilon": algorithm.epsilon}
    if lost.size:
        given["a coordinate of the start"] = float(lost[0])
    for name, value in given.items():
        if _lost(np.array(value)).any():
            becomes = float(rounded(value, "float32"))
            raise SimulationError(f"{name} is {value}, which is {becomes:g} in float32: use float64")


def _lost(values: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Where float32 has infinity, or 0, in the place of a number."""
    found = rounded(values, "float32")
    return np.asarray(~np.isfinite(found) | ((found == 0.0) & (values != 0.0)))


def doubts(task: Task, state: State) -> dict[str, str]:
    """Why float32 may mislead in this run, as seen in its description and in a state: sentences, by what is doubted."""
    if task.dtype == "float64":
        return {}
    return {**_of_averages(task), **_of_moves(task, state), **_of_underflow(task, state)}


def _of_averages(task: Task) -> dict[str, str]:
    """What an average remembers of a step was rounded three times (beta, product, sum) in each step since then."""
    found = {}
    for name in ("beta1", "beta2"):
        beta = getattr(task.algorithm, name)
        memory = min(float(task.steps), 1.0 / (1.0 - beta))
        share = 3.0 * ROUNDOFF * memory
        if share > NOTICED and not (name == "beta2" and task.algorithm.form == "signum"):
            found[name] = (
                f"{name} is {beta}: in float32 its average over {memory:.2g} steps may be off by up to "
                f"{100.0 * share:.2g}%, since every step rounds it: compare with float64"
            )
    return found


def _of_moves(task: Task, state: State) -> dict[str, str]:
    """A move is rounded to the spacing of float32 at x."""
    largest = max(float(state.x.max()), -float(state.x.min()))
    half, rate = float(np.spacing(np.float32(largest))) / 2.0, task.algorithm.learning_rate
    if not (rate > 0.0 and math.isfinite(largest) and half > NOTICED * rate):
        return {}
    what = "moves below it are lost" if half >= rate else f"that is {100.0 * half / rate:.2g}% of the learning rate"
    return {
        "moves": f"the largest |x| after step {state.step} is {largest:.3g}, where float32 rounds a move of about the "
        f"learning rate {rate:g} by up to {half:.2g}; {what}: compare with float64"
    }


def _of_underflow(task: Task, state: State) -> dict[str, str]:
    """Where m is not 0 but v has lost its digits, and epsilon does not hide that."""
    algorithm = task.algorithm
    if algorithm.epsilon >= HIDES or algorithm.form == "signum" or float(state.v.min()) >= SMALLEST_NORMAL:
        return {}
    for number, (m, v) in enumerate(zip(state.m, state.v, strict=True)):
        places = np.flatnonzero((v < SMALLEST_NORMAL) & (m != 0.0))
        if places.size:
            at = int(places[0])
            return {
                "v": f"v is {float(v[at]):.3g} after step {state.step} in replicate {state.first + number}, coordinate "
                f"{at}, where float32 has few digits, and epsilon {algorithm.epsilon:g} is too small to hide it, so u "
                "is not exact: use float64, or an epsilon from 2e-12 on"
            }
    return {}
