"""One run of a sweep and what is kept of it: the columns of the table.

A cell is run wherever an executor puts it.  What it is run by must be the code that asked for it (`code`).
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from typing import Any

from ..executors.errors import other_code, sendable
from ..support import package_data
from .setting import Setting, algorithm_of, idle, problem_of

SOURCES = ("networks/", "simulator/", "sweeps/cell.py", "sweeps/setting.py")
COMPLETE, NOT_FINITE = "complete", "not finite"
# A run has the threads of its processor's core; those of one process (as a Dask worker has them) take turns.
TURN = threading.Lock()
Row = list[Any]


@dataclass(frozen=True)
class Column:
    """A column of the table.  kind: "text", "whole", "real" or "flag"."""

    name: str
    kind: str
    meaning: str


SETTINGS = (
    Column("problem", "text", "the objective"),
    Column("dim", "whole", "d, also of data and networks"),
    Column("start", "real", "x_1 in every coordinate"),
    Column("batch", "whole", "samples of a step, of data and networks"),
    Column("algorithm", "text", "the update rule"),
    Column("beta1", "real", "the momentum, as it was run, also with a schedule"),
    Column("beta2", "real", "the decay rate of the second moment, as it was run"),
    Column("lr", "real", "the learning rate, as it was run"),
    Column("epsilon", "real", "beside the root of the second moment"),
    Column("bias_correction", "flag", "whether m and v were corrected"),
    Column("A", "real", "exponent of a schedule, 1-beta1 = alpha*T^-A"),
    Column("B", "real", "1-beta2 = beta*T^-B"),
    Column("C", "real", "lr = gamma*T^-C/sqrt(d)"),
    Column("alpha", "real", "the factor alpha of a schedule"),
    Column("beta", "real", "the factor beta of a schedule"),
    Column("gamma", "real", "the factor gamma of a schedule"),
    Column("noise", "text", "the distribution of the noise"),
    Column("s0", "real", "of the variance s0^2 + s1^2*|a|^p of the noise"),
    Column("s1", "real", "of the variance of the noise"),
    Column("p", "real", "of the variance of the noise"),
    Column("delta", "real", "of two-point noise"),
    Column("steps", "whole", "T"),
    Column("replicates", "whole", "over which means are taken"),
    Column("exact_every", "whole", "steps from one exact gradient to the next, of data and networks"),
    Column("seed", "whole", "of the noise"),
    Column("dtype", "text", "the type of x, m, v and of the arithmetic of the update"),
)
# By name, the quantity of the simulator that it is the mean of, and what that is.
MEANS = {
    "l1": ("l1", "|a|_1"),
    "l2": ("l2", "|a|_2"),
    "l2_squared": ("l2 squared", "|a|_2^2"),
    "l2_p": ("l2^p", "|a|_2^p, p of the noise"),
    "l2_q": ("l2^q", "|a|_2^q, q of the smoothness"),
    "u_a": ("u.a", "|u o a|_1"),
    "error": ("error", "|m - a|_2"),
    "error_squared": ("error squared", "|m - a|_2^2"),
    "u": ("u", "u, over the coordinates too"),
    "u_squared": ("u squared", "u^2, over the coordinates too"),
    "l1_l2": ("l1/l2", "|a|_1/|a|_2"),
}
HALF = "_half_width"
RESULTS = (
    Column("status", "text", f"{COMPLETE!r}, or {NOT_FINITE!r} where a number was no longer finite"),
    Column("stopped_in", "whole", "the step in which that was"),
    Column("exact_steps", "whole", "steps whose exact gradient was computed"),
    *(
        column
        for name, (_, what) in MEANS.items()
        for column in (
            Column(name, "real", f"mean over steps and replicates of {what}"),
            Column(name + HALF, "real", "half width of its 95% interval over replicates"),
        )
    ),
    Column("max_u", "real", "the largest u"),
    Column("vbar_least_u", "real", "the least mean of u in a window of steps"),
    Column("vbar_ratio", "real", "|u o a|_1/|a|_1, means over means"),
    Column("vbar_ratio" + HALF, "real", "half width of its interval"),
    Column("final_value", "real", "F after the last step, mean over replicates"),
    Column("final_value" + HALF, "real", "half width of its interval"),
    Column("doubts", "text", "why float32 may mislead in this run, where it may"),
)
COLUMNS = (*SETTINGS, *RESULTS)
PLACES = {column.name: place for place, column in enumerate(COLUMNS)}


@cache
def code() -> str:
    """The digest of the code that makes rows.  Raises OSError."""
    return package_data.digest_of(*SOURCES)


def key(setting: Setting) -> int:
    """Of a run: of its settings and of the code, so that a row is taken again for this very run alone."""
    written = json.dumps([code(), *vars(setting).values()], separators=(",", ":"))
    return int.from_bytes(hashlib.sha256(written.encode()).digest()[:16], "big")


@dataclass(frozen=True)
class Task:
    """What an executor gets: some runs, and the digest of the code that asks.  engine: as for `simulate`."""

    settings: tuple[Setting, ...]
    code: str
    engine: str = "auto"


def ran(task: Task) -> tuple[list[Row], Exception | None]:
    """The rows of the runs of a task, and why there is none for the next one, if there is none.

    Raises OtherCode in a process of other code.
    """
    if code() != task.code:
        raise other_code()
    rows: list[Row] = []
    for setting in task.settings:
        try:
            rows.append(row(setting, task.engine))
        except Exception as error:  # noqa: BLE001 - whoever asked says what it means
            return rows, sendable(error)
    return rows, None


def row(setting: Setting, engine: str = "auto") -> Row:
    """The row of a run.  Raises SimulationError for what cannot be run."""
    from ..networks.network import one_thread
    from ..simulator import NotFinite, simulate

    with TURN, one_thread():
        problem, algorithm = problem_of(setting), algorithm_of(setting)
        try:
            run = simulate(
                problem, algorithm, setting.steps, setting.replicates, setting.seed, engine=engine, threads=1,
                exact_every=setting.exact_every, dtype=setting.dtype,
            )  # fmt: skip
            found: dict[str, Any] = {"status": COMPLETE, **_statistics(run)}
        except NotFinite as error:
            found = {"status": NOT_FINITE, "stopped_in": error.step}
    found |= _as_run(setting, int(problem.start.size), algorithm)
    return [found.get(column.name) for column in COLUMNS]


def _as_run(setting: Setting, d: int, algorithm: Any) -> dict[str, Any]:
    """The settings, as columns: those without effect are left out."""
    without = {*idle(setting), "exponents", "factors"}
    found = {field.name: getattr(setting, field.name) for field in fields(Setting) if field.name not in without}
    found["dim"] = d
    if setting.exponents is not None:
        found |= zip("ABC", setting.exponents, strict=True)
        found |= zip(("alpha", "beta", "gamma"), setting.factors, strict=True)
        algorithm = algorithm.at(setting.steps, d)
        found |= {"beta1": algorithm.beta1, "beta2": algorithm.beta2, "lr": algorithm.learning_rate}
    return found


def _statistics(run: Any) -> dict[str, Any]:
    statistics = run.statistics
    vbar: Mapping[str, Any] = statistics.vbar()
    named = {name: statistics.mean(quantity) for name, (quantity, _) in MEANS.items()}
    named |= {"vbar_least_u": vbar["smallest u"], "vbar_ratio": vbar["|u o a| / |a|"], "final_value": run.value}
    found: dict[str, Any] = {"exact_steps": statistics.exact_steps, "max_u": statistics.maximum}
    found["doubts"] = "; ".join(run.doubts) or None
    for name, one in named.items():
        if one is not None:
            plain = one.to_json()  # what has overflowed is None
            found |= {name: plain["mean"], name + HALF: plain["half_width"]}
    return found
