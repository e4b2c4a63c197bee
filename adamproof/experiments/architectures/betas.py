"""beta1 up to and past sqrt(beta2) on networks, with the learning rate tuned for each beta1.

Without that the order is that of the learning rates: a step is as long as u, which falls as beta1 grows.  The controls
have the memory 1/(1-beta1) of the largest beta1, but a beta2 that has them inside the boundary: what they do, too, is
the work of the memory and not of the boundary.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from ... import networks
from ...bounds.magnitude import magnitudes
from ...simulator import estimate
from ...support.columns import aligned
from ..pictures import Curve, Panel, Picture
from ..runner import Runner
from .tuning import Training, Tuned, tune

Numbers = Mapping[str, Any]

TITLE = "beta1 up to and past sqrt(beta2) on networks, the learning rate tuned for each"
DEFAULT: Numbers = {
    "beta2": "0.999",
    "beta1": ["0", "0.9", "0.99", "0.999", "0.9995", "0.9999"],
    "controls": [["0.9995", "0.9999"], ["0.9999", "0.99999"]],  # beta1, beta2
    "epsilon": 1e-8,
    "batch": 32,
    "steps": 48,
    "seeds": 3,
    "networks": {"cnn": {"sizes": [2, 8], "data": [256], "grid": [-9.0, 1.0, 2.0]}},
}
GRID = [-10.0, -2.0, 1.0]  # powers of 2 of the learning rate: from, to, step
FULL: Numbers = {
    **DEFAULT,
    "steps": 1024,
    "networks": {
        "cnn": {"sizes": [8, 32], "data": [1797], "grid": GRID},
        "lstm": {"sizes": [8, 16], "data": [16, 512], "grid": GRID},
        "transformer": {"sizes": [16, 2, 16], "data": [16, 512], "grid": GRID},
    },
}


def run(lab: Runner, parameters: Numbers) -> dict[str, Any]:
    """The numbers.  Raises SimulationError."""
    found = {name: _network(lab, parameters, name) for name in parameters["networks"]}
    return {**{name: parameters[name] for name in ("beta2", "steps", "seeds")}, "networks": found}


def _network(lab: Runner, parameters: Numbers, name: str) -> dict[str, Any]:
    asked = parameters["networks"][name]
    make, samples = networks.ARCHITECTURES[name]
    network, data = make(*asked["sizes"]), samples(*asked["data"])

    def row(beta1: str, beta2: str) -> dict[str, Any]:
        betas = float(beta1), float(beta2), parameters["epsilon"]
        what = f"{name}, beta1 = {beta1}, beta2 = {beta2}"
        training = Training(what, network, data, parameters["batch"], parameters["steps"], betas)
        return _seen(beta1, beta2, tune(lab, training, parameters["seeds"], asked["grid"]), parameters["steps"])

    rows = [row(beta1, parameters["beta2"]) for beta1 in parameters["beta1"]]
    controls = [row(*pair) for pair in parameters["controls"]]
    described = f"{len(data.targets)} samples of {data.name} ({data.digest})"
    return {"d": network.d, "data": described, "rows": rows, "controls": controls}


def _seen(beta1: str, beta2: str, tuned: Tuned, steps: int) -> dict[str, Any]:
    # Of the betas as they are in the run, so that the bounds are about this very run.
    known = magnitudes(Fraction(float(beta1)), Fraction(float(beta2)), steps=steps)
    return {
        "beta1": beta1,
        "beta2": beta2,
        "stable": known.R is not None,
        "R": None if known.R is None else float(known.R.high),
        "R_T": None if known.R_t is None else float(known.R_t.high),
        "best": estimate(tuned.vertices).to_json(),  # a power of 2
        "at": float(tuned.powers[tuned.best]),
        "loss": estimate(tuned.losses[tuned.best]).to_json(),
        "max u": float(tuned.largest[tuned.best].max()),
        "tried": [float(tuned.powers[0]), float(tuned.powers[-1])],
    }


# --- in words and pictures ----------------------------------------------------------------------


def _past(part: Numbers) -> Sequence[Numbers]:
    return [row for row in part["rows"] if not row["stable"]]


def _least(rows: Sequence[Numbers]) -> Numbers:
    return min(rows, key=lambda row: row["loss"]["mean"])


def _pairs(part: Numbers) -> str:
    """F past the boundary beside F of the same memory inside it."""
    inside = {row["beta1"]: row for row in part["controls"] if row["stable"]}
    return ", ".join(
        f"{row['loss']['mean']:.3g} at beta1 = {row['beta1']} (the same memory inside the boundary: "
        f"{inside[row['beta1']]['loss']['mean']:.3g})"
        for row in _past(part)
        if row["beta1"] in inside
    )


def observed(result: Numbers) -> dict[int, str]:
    """By number of a claim: what was observed."""
    parts = []
    for name, part in result["networks"].items():
        before = [row for row in part["rows"] if row["stable"]]
        least = _least(before)
        largest = [max(row["max u"] for row in rows) for rows in (_past(part), before)]
        parts.append(
            f"{name}: F was {least['loss']['mean']:.3g} at beta1 = {least['beta1']}, the best inside, and past the "
            f"boundary {_pairs(part)}; the largest u was {largest[0]:.3g} past it and {largest[1]:.3g} before"
        )
    return {
        11: f"on networks (beta2 = {result['beta2']}, {result['steps']} steps, {result['seeds']} seeds, the learning "
        f"rate tuned for each beta1): {'. '.join(parts)}"
    }


def briefly(result: Numbers) -> dict[int, str]:
    """The same in one line."""
    parts = []
    for name, part in result["networks"].items():
        rows = _least([row for row in part["rows"] if row["stable"]]), *_past(part)
        seen = ", ".join(f"{row['loss']['mean']:.3g} at {row['beta1']}" for row in rows)
        parts.append(f"{name}: F {seen}")
    return {11: f"on networks, each beta1 with its best learning rate: {'; '.join(parts)}"}


def summary(result: Numbers) -> list[str]:
    lines = [
        f"beta2 = {result['beta2']}, {result['steps']} steps, {result['seeds']} seeds; F over the later half of the "
        "run at the learning rate that is best for all seeds together"
    ]
    for name, part in result["networks"].items():
        head = ("beta1", "beta2", "R", "R_T", "largest u", "F", "at rate", "best rate")
        rows = [
            (
                row["beta1"],
                row["beta2"],
                "none" if row["R"] is None else f"{row['R']:.4g}",
                "none" if row["R_T"] is None else f"{row['R_T']:.4g}",
                f"{row['max u']:.4g}",
                _with_half(row["loss"]),
                f"2^{row['at']:g}",
                f"2^({row['best']['mean']:.2f} +- {row['best']['half_width']:.2f})",
            )
            for row in (*part["rows"], *part["controls"])
        ]
        lines += [f"{name}: d = {part['d']}, {part['data']}", *(f"  {line}" for line in aligned([head, *rows]))]
    return [*lines, f"the last {_controls(result)} of each are controls: the memory of large beta1 inside the boundary"]


def _controls(result: Numbers) -> int:
    return max(len(part["controls"]) for part in result["networks"].values())


def _with_half(loss: Numbers) -> str:
    return f"{loss['mean']:.3g} +- {loss['half_width']:.1g}"


def picture(result: Numbers) -> Picture:
    panels = []
    for name, part in result["networks"].items():
        losses, largest = [], []
        for word, rows in ((f"beta2 = {result['beta2']}", part["rows"]), ("inside the boundary", part["controls"])):
            gaps = [float(1 - Fraction(row["beta1"])) for row in rows]
            halves = [row["loss"]["half_width"] for row in rows]
            losses.append(Curve(word, gaps, [row["loss"]["mean"] for row in rows], halves))
            largest.append(Curve(word, gaps, [row["max u"] for row in rows]))
        panels.append(Panel(f"{name}, each at its best learning rate", "1 - beta1", "F", losses))
        panels.append(Panel(name, "1 - beta1", "largest u", largest))
    return Picture("beta1 past sqrt(beta2) on networks", panels)
