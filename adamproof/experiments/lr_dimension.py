"""The best learning rate against the dimension, with a confidence interval of its exponent, beside the bound's.

Learning rates on one grid for all dimensions; the best is that with the least mean of |a|_2 over the run, by a parabola
through the least point and its neighbours.  The bound's own best rate is computed from the theorem, not assumed.
Two ways to let d grow: with F(x_1) - F* and |a_1| fixed (x_1 = 1/sqrt(d)), and with x_1 fixed in every coordinate.
The first setting is a control: with curvature 1 everywhere, the run in dimension d is d independent runs in dimension 1
with everything divided by sqrt(d) (but for epsilon).  So |a|_2^2 has the same mean for all d, and the exponent must be
-1/2 but for |a|_2, whose mean comes closer to its root as d grows.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from functools import partial
from typing import Any

import numpy as np

from ..simulator import Algorithm, Noise, Separable, SimulationError, cosh, estimate, quadratic
from .pictures import Curve, Panel, Picture
from .runner import Runner, columns, power, span
from .statistics import exponent, grouped, vertex

TITLE = "the best learning rate against d: its exponent beside the bound's"
DEFAULT: Mapping[str, Any] = {
    "dims": [4, 8, 16, 32, 64, 128],
    "steps": 1024,
    "beta": 0.96875,  # both betas: 1 - T^-1/2
    "grid": [-12.0, 2.0, 1.0],  # powers of 2 of the learning rate: from, to, step
    "replicates": 16,
    "groups": 8,
    "epsilon": 1e-8,
}
FULL = {**DEFAULT, "grid": [-13.0, 2.0, 0.5], "dims": [2**power for power in range(2, 12)], "replicates": 32}
SETTINGS = ("x_1 = 1/sqrt(d), a rescaling", "curvatures 1 to 10, x_1 = 1/sqrt(d)", "cosh, x_1 = 1")


def problem(setting: str, d: int) -> Separable:
    """The problem of a setting in a dimension."""
    if setting == SETTINGS[0]:
        return quadratic(d, start=d**-0.5, noise=Noise(s0=1.0))
    if setting == SETTINGS[1]:
        return quadratic(d, h=np.geomspace(1.0, 10.0, d), start=d**-0.5, noise=Noise(s0=1.0))
    return cosh(d, noise=Noise(s0=1.0, s1=0.5, p=1.0))


def run(lab: Runner, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """The numbers.  Raises SimulationError."""
    settings = {setting: _setting(lab, parameters, setting) for setting in SETTINGS}
    return {"dims": list(parameters["dims"]), "steps": parameters["steps"], "settings": settings}


def _setting(lab: Runner, parameters: Mapping[str, Any], setting: str) -> dict[str, Any]:
    low, high, step = parameters["grid"]
    powers = np.arange(low, high + step / 2, step)
    asked = [(d, float(power)) for d in parameters["dims"] for power in powers]
    every = np.asarray(lab.spread(partial(_means, parameters, setting), asked))
    best, groups, predicted = [], [], []
    for d, means in zip(parameters["dims"], np.split(every, len(parameters["dims"])), strict=True):
        objective = problem(setting, d)
        found = np.asarray([vertex(powers, column) for column in means.T])
        groups.append(2.0**found)
        logs = estimate(found)  # in powers of 2, of which the interval is symmetric
        best.append(logs)
        predicted.append(_predicted(objective, parameters))
    return {
        "best": columns(best),
        "fitted": exponent(parameters["dims"], groups).to_json(),
        "predicted": predicted,
        "predicted exponent": exponent(parameters["dims"], np.asarray(predicted)[:, None]).mean,
    }


def _means(parameters: Mapping[str, Any], setting: str, lab: Runner, which: tuple[int, float]) -> Any:
    """The means of |a|_2 of groups of replicates, in one run: of this d and this power of 2."""
    d, exponent_of_2 = which
    algorithm = Algorithm(2.0**exponent_of_2, parameters["beta"], parameters["beta"], parameters["epsilon"])
    what = f"{setting}, d = {d}, learning rate 2^{exponent_of_2:g}"
    done = lab.run(what, problem(setting, d), algorithm, parameters["steps"], parameters["replicates"])
    return grouped(done.statistics.samples("l2"), parameters["groups"])


def _predicted(objective: Separable, parameters: Mapping[str, Any]) -> float:
    """The learning rate that makes the main theorem's bound least, with G_q as at the start."""
    from ..bounds.problem import Hyperparameters, Problem
    from ..bounds.tuning import optimise  # only a run needs it: words come without SymPy

    start = objective.start[None, :]
    constants, value = objective.constants, objective.value(start)
    length = float(np.linalg.norm(objective.gradient(start)))
    if value is None or constants.L0 is None or constants.L1 is None:
        raise SimulationError(f"the constants of {objective.name} are unknown")
    asked = Problem(
        gap=float(value[0]), grad1=length, L0=constants.L0, L1=constants.L1, q=constants.q, sigma0=constants.s0,
        sigma1=constants.s1, p=constants.p, dim=int(objective.start.size),
        Gp=length**constants.p, Gq=length**constants.q,
    )  # fmt: skip
    beta = Fraction(parameters["beta"])
    hyper = Hyperparameters(beta, beta, None, parameters["epsilon"], parameters["steps"])
    return float(optimise(asked, hyper, ["lr"]).bound.settings["lr"])  # a decimal of 12 digits


# --- in words and pictures ----------------------------------------------------------------------


def observed(result: Mapping[str, Any]) -> dict[int, str]:
    """By number of a claim: what was observed."""
    parts = [
        f"{power(part['fitted'], 'd')} ({setting}; {_slopes(result, part)}; the bound's: "
        f"d^({part['predicted exponent']:.3f}))"
        for setting, part in result["settings"].items()
    ]
    where = f"d = {span(result['dims'])}"
    return {8: f"in runs of {result['steps']} steps ({where}) the best gamma went like {', '.join(parts)}"}


def briefly(result: Mapping[str, Any]) -> dict[int, str]:
    """The same in one line."""
    settings = result["settings"].values()
    seen = ", ".join(power(part["fitted"], "d") for part in settings)
    best = ", ".join(f"d^({part['predicted exponent']:.3f})" for part in settings)
    return {8: f"the best gamma went like {seen}; the bound's like {best}"}


def _slopes(result: Mapping[str, Any], part: Mapping[str, Any]) -> str:
    """The exponents between neighbouring dimensions: alike only where there is a power law."""
    found = np.diff(part["best"]["mean"]) / np.diff(np.log2(result["dims"]))
    return f"{found.min():.2f} to {found.max():.2f} between neighbours"


def summary(result: Mapping[str, Any]) -> list[str]:
    lines = [f"best learning rate for d = {span(result['dims'])}, {result['steps']} steps"]
    for setting, part in result["settings"].items():
        seen = part["best"]["mean"]
        lines += [
            f"  {setting}",
            f"    observed   2^ {', '.join(f'{one:.2f}' for one in seen)}, fitted {power(part['fitted'], 'd')}; "
            f"{_slopes(result, part)}",
            f"    the bound  {part['predicted'][0]:.3g} .. {part['predicted'][-1]:.3g}, fitted "
            f"d^({part['predicted exponent']:.3f})",
        ]
    return lines


def picture(result: Mapping[str, Any]) -> Picture:
    panels = []
    for setting, part in result["settings"].items():
        best = [2.0**value for value in part["best"]["mean"]]
        curves = [
            Curve("best in runs", result["dims"], best),
            Curve("best for the bound", result["dims"], part["predicted"], observed=False),
        ]
        panels.append(Panel(setting, "dimension d", "learning rate", curves))
    return Picture("The best learning rate against the dimension", panels)
