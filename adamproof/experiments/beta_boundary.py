"""What happens as beta1 goes past sqrt(beta2), where Lemma B.2 ends: the largest u, the loss, and how far it swings.

At each beta1 the largest u is seen beside R (where there is one: beta1^2 < beta2) and beside R_T, the largest that any
gradients can make it within the run.  The largest beta1 are run once more with a beta2 that has them inside the
boundary: what these controls do too is the work of beta1, not of the boundary.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import partial
from typing import Any

from ..bounds.magnitude import magnitudes
from ..simulator import MAXIMUM, Algorithm, Noise, quadratic
from ..support.columns import aligned
from .pictures import Curve, Panel, Picture
from .runner import Runner

TITLE = "beta1 up to and past sqrt(beta2): max u against R and R_t, loss, instability"
DEFAULT: Mapping[str, Any] = {
    "beta2": "0.999",
    "beta1": ["0.9", "0.97", "0.99", "0.997", "0.999", "0.9993", "0.9995", "0.9997", "0.9999", "0.99997"],
    "controls": [["0.9997", "0.9999"], ["0.9999", "0.9999"], ["0.99997", "0.99999"]],  # beta1, beta2
    "steps": 2**15,
    "dim": 16,
    "replicates": 32,
    "learning rate": 1e-3,
    "epsilon": 1e-8,
    "s0": 1.0,
}
FULL = {**DEFAULT, "steps": 2**18, "replicates": 128}


def run(lab: Runner, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """The numbers.  Raises SimulationError."""
    asked = [(beta1, parameters["beta2"]) for beta1 in parameters["beta1"]]
    found = lab.spread(partial(_row, parameters), [*asked, *map(tuple, parameters["controls"])])
    rows, controls = found[: len(asked)], found[len(asked) :]
    same = {name: parameters[name] for name in ("beta2", "steps", "dim", "learning rate")}
    return {**same, "rows": rows, "controls": controls}


def _row(parameters: Mapping[str, Any], lab: Runner, betas: tuple[str, str]) -> dict[str, Any]:
    beta1, beta2 = betas
    problem = quadratic(parameters["dim"], noise=Noise(s0=parameters["s0"]))
    algorithm = Algorithm(parameters["learning rate"], float(beta1), float(beta2), parameters["epsilon"])
    done = lab.run(
        f"beta1 = {beta1}, beta2 = {beta2}", problem, algorithm, parameters["steps"], parameters["replicates"]
    )
    # Of the betas as they are in the run, so that the bounds are about this very run.
    known = magnitudes(Fraction(algorithm.beta1), Fraction(algorithm.beta2), steps=parameters["steps"])
    lengths = [one.mean for _, one in done.statistics.series("l2")]
    peaks = [(step, one.mean) for step, one in done.statistics.series(MAXIMUM)]
    lowest = min(range(len(lengths)), key=lengths.__getitem__)
    return {
        "beta1": beta1,
        "beta2": beta2,
        "stable": known.R is not None,
        "R": None if known.R is None else float(known.R.high),
        "R_T": None if known.R_t is None else float(known.R_t.high),
        "max u": done.statistics.maximum,
        "when": next(step for step, peak in peaks if peak == done.statistics.maximum),
        "mean |a|_2": done.statistics.mean("l2").to_json(),
        "final value": done.value and done.value.to_json(),
        # How far |a|_2 comes up again after its lowest window; 1 where it never does.
        "rebound": max(lengths[lowest:]) / lengths[lowest],
    }


# --- in words and pictures ----------------------------------------------------------------------


def _largest(result: Mapping[str, Any]) -> dict[str, float]:
    """The largest u past the boundary and before it; nothing where runs are on one side alone."""
    sides = {"past": [row for row in result["rows"] if not row["stable"]]}
    sides["before"] = [row for row in result["rows"] if row["stable"]]
    return {name: max(row["max u"] for row in rows) for name, rows in sides.items()} if all(sides.values()) else {}


def briefly(result: Mapping[str, Any]) -> dict[int, str]:
    """The same as `observed` in one line."""
    most = _largest(result)
    if not most:
        return {}
    return {
        11: f"the largest u was {most['past']:.3g} past beta1 = sqrt(beta2) and {most['before']:.3g} before: "
        "these gradients are not those of the counterexample"
    }


def observed(result: Mapping[str, Any]) -> dict[int, str]:
    """By number of a claim: what was observed."""
    beyond = [row for row in result["rows"] if not row["stable"]]
    most = _largest(result)
    if not most:
        return {}
    return {
        11: f"in runs (beta2 = {result['beta2']}, {result['steps']} steps) the largest u was "
        f"{most['past']:.3g} past beta1 = sqrt(beta2) and {most['before']:.3g} before; F at the end was "
        + "; ".join(_pairs(beyond, result["controls"]))
    }


def _pairs(beyond: Sequence[Mapping[str, Any]], controls: Sequence[Mapping[str, Any]]) -> list[str]:
    """F past the boundary beside F at the same beta1 inside it, in words."""
    inside = {row["beta1"]: row for row in controls if row["stable"]}
    return [
        f"at beta1 = {row['beta1']} {row['final value']['mean']:.3g} past the boundary and "
        f"{inside[row['beta1']]['final value']['mean']:.3g} inside it (beta2 = {inside[row['beta1']]['beta2']})"
        for row in beyond
        if row["beta1"] in inside
    ]


def summary(result: Mapping[str, Any]) -> list[str]:
    head = ("beta1", "beta2", "R", "R_T", "largest u", "mean |a|_2", "F at the end", "rebound of |a|_2")
    rows = [
        (
            row["beta1"],
            row["beta2"],
            "none" if row["R"] is None else f"{row['R']:.4g}",
            "none" if row["R_T"] is None else f"{row['R_T']:.4g}",
            f"{row['max u']:.4g}",
            f"{row['mean |a|_2']['mean']:.4g}",
            f"{row['final value']['mean']:.4g}",
            f"{row['rebound']:.3g}",
        )
        for row in (*result["rows"], *result["controls"])
    ]
    last = f"the last {len(result['controls'])} are controls: large beta1 inside the boundary"
    return [f"beta2 = {result['beta2']}, {result['steps']} steps, d = {result['dim']}; {last}", *aligned([head, *rows])]


def picture(result: Mapping[str, Any]) -> Picture:
    rows = result["rows"]
    gaps = [float(1 - Fraction(row["beta1"])) for row in rows]
    largest = [
        Curve("largest u observed", gaps, [row["max u"] for row in rows]),
        Curve("R_T", gaps, [row["R_T"] for row in rows], observed=False),
        Curve("R (where beta1^2 < beta2)", gaps, [row["R"] for row in rows], observed=False),
    ]
    swings = [
        Curve("F at the end", gaps, [row["final value"]["mean"] for row in rows]),
        Curve(
            "F, the same beta1 inside the boundary",
            [float(1 - Fraction(row["beta1"])) for row in result["controls"]],
            [row["final value"]["mean"] for row in result["controls"]],
        ),
        Curve("mean of |a|_2", gaps, [row["mean |a|_2"]["mean"] for row in rows]),
        Curve("rebound of |a|_2", gaps, [row["rebound"] for row in rows]),
    ]
    title = f"beta1 past sqrt(beta2), beta2 = {result['beta2']}"
    return Picture(
        title, [Panel("update magnitude", "1 - beta1", "u", largest), Panel("progress", "1 - beta1", "value", swings)]
    )
