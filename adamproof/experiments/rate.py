"""How fast what the theorems bound falls as T grows, beside the exponents that are proved.

Runs of T steps for each T, with the schedules of T itself (not one long run): the mean of |u o a|_1, of |a|_2, the
ratio of |u o a|_1 to |a|_1 (what Condition 2 calls vbar, seen along the run) and the largest u.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import numpy as np

from ..bounds.orders import Schedule as Exponents
from ..bounds.orders import order, rate
from ..bounds.schedules import written_out
from ..bounds.theorems import with_scale
from ..simulator import Noise, Schedule, quadratic
from .lab import Lab, columns, power, span
from .pictures import Curve, Panel, Picture
from .sandwich import compare
from .statistics import exponent, grouped

TITLE = "observed exponents of |u o a|_1, |a|_2, vbar and max u beside the proved ones"
DEFAULT: Mapping[str, Any] = {
    "steps": [2**power for power in range(8, 18)],
    "dim": 16,
    "replicates": 32,
    "groups": 8,
    "s0": 1.0,
    "epsilon": 1e-3,
    # Exponents A, B, C of 1 - beta1, 1 - beta2 and the learning rate, and the theorem that has them.
    "schedules": {"ours": ["1/2", "1/2", "3/4", "main"], "source": ["1/2", "3/4", "3/4", "averaged"]},
}
FULL = {**DEFAULT, "steps": [2**power for power in range(8, 21)], "replicates": 64}
CLAIMS = {"ours": 4, "source": 9}


def run(lab: Lab, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """The numbers.  Raises SimulationError."""
    return {
        "steps": list(parameters["steps"]),
        "dim": parameters["dim"],
        "schedules": {name: _schedule(lab, parameters, name) for name in parameters["schedules"]},
    }


def _schedule(lab: Lab, parameters: Mapping[str, Any], name: str) -> dict[str, Any]:
    A, B, C, against = parameters["schedules"][name]
    problem = quadratic(parameters["dim"], noise=Noise(s0=parameters["s0"]))
    schedule = Schedule(float(Fraction(A)), float(Fraction(B)), float(Fraction(C)), epsilon=parameters["epsilon"])
    found: dict[str, list[Any]] = {"u.a": [], "l2": [], "vbar": [], "max u": []}
    groups: dict[str, list[Any]] = {"u.a": [], "l2": [], "vbar": []}
    bounds = []
    for steps in parameters["steps"]:
        done = lab.run(f"{name}, T = {steps}", problem, schedule, steps, parameters["replicates"])
        statistics = done.statistics
        means = {key: grouped(statistics.samples(key), parameters["groups"]) for key in ("u.a", "l2", "l1")}
        for key in ("u.a", "l2"):
            found[key].append(statistics.mean(key))
            groups[key].append(means[key])
        groups["vbar"].append(means["u.a"] / means["l1"])
        found["vbar"].append(statistics.vbar()["|u o a| / |a|"])
        found["max u"].append(statistics.maximum)
        bounds.append(float(compare(done, against).lines[0].high.high))
    exponents = {key: exponent(parameters["steps"], values).to_json() for key, values in groups.items()}
    largest = np.asarray(found["max u"])[:, None]
    return {
        "exponents": [A, B, C],
        "theorem": against,
        "observed": {key: columns(found[key]) for key in groups},
        "max u": found["max u"],
        "bound": bounds,
        "fitted": {
            **exponents,
            "max u": exponent(parameters["steps"], largest).to_json(),
            "bound": exponent(parameters["steps"], np.asarray(bounds)[:, None]).to_json(),
        },
        "proved": _proved(A, B, C, against),
    }


def _proved(A: str, B: str, C: str, against: str) -> dict[str, str]:
    """The proved exponents of |u o a|_1, by the theorem named and by the one with R, and the order of R, in text."""
    schedule = Exponents(Fraction(A), Fraction(B), Fraction(C))
    rates = {name: rate(written_out(*with_scale(name)), schedule).rate for name in {against, "main"}}
    return {
        "u.a": str(-rates[against]),
        "u.a, through R": str(-rates["main"]),
        "R": str(order(with_scale("main")[1].formula, schedule)),
    }


# --- in words and pictures ----------------------------------------------------------------------


def observed(result: Mapping[str, Any]) -> dict[int, str]:
    """By number of a claim: what was observed."""
    found = {}
    for name, part in result["schedules"].items():
        if name in CLAIMS:
            fitted = part["fitted"]
            found[CLAIMS[name]] = (
                f"in runs on a quadratic (d = {result['dim']}, T = {span(result['steps'])}) the mean of |u o a|_1 fell "
                f"like {power(fitted['u.a'])} and that of |a|_2 like {power(fitted['l2'])}"
            )
    return found


def summary(result: Mapping[str, Any]) -> list[str]:
    lines = [f"T = {span(result['steps'])}, d = {result['dim']}"]
    for name, part in result["schedules"].items():
        A, B, C = part["exponents"]
        fitted, proved = part["fitted"], part["proved"]
        lines += [
            f"{name}: 1 - beta1 = T^-{A}, 1 - beta2 = T^-{B}, learning rate T^-{C}/sqrt(d)",
            f"  mean of |u o a|_1  {power(fitted['u.a'])}; proved ({part['theorem']}): at most of order "
            f"T^({proved['u.a']}), through R: T^({proved['u.a, through R']})",
            f"  the bound itself   {power(fitted['bound'])}",
            f"  mean of |a|_2      {power(fitted['l2'])}",
            f"  |u o a|_1/|a|_1    {power(fitted['vbar'])}",
            f"  largest u          {power(fitted['max u'])}; R is of order {proved['R']}",
        ]
    return lines


def picture(result: Mapping[str, Any]) -> Picture:
    panels = []
    for name, part in result["schedules"].items():
        seen = part["observed"]
        curves = [
            Curve(label, result["steps"], seen[key]["mean"], seen[key]["half width"])
            for label, key in (("mean of |u o a|_1", "u.a"), ("mean of |a|_2", "l2"), ("|u o a|_1/|a|_1", "vbar"))
        ]
        curves.append(Curve("largest u", result["steps"], part["max u"]))
        curves.append(Curve(f"proved bound ({part['theorem']})", result["steps"], part["bound"], observed=False))
        A, B, C = part["exponents"]
        panels.append(Panel(f"{name}: A = {A}, B = {B}, C = {C}", "number of steps T", "mean over the run", curves))
    return Picture("What the theorems bound, as T grows", panels)
