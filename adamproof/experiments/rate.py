"""How fast what the theorems bound falls as T grows, beside the exponents that are proved.

Runs of T steps for each T, with the schedules of T itself (not one long run): the mean of |u o a|_1, of |a|_2, the
ratio of |u o a|_1 to |a|_1 (what Condition 2 calls vbar, seen along the run) and the largest u.

From x_1 = 1 the mean of |u o a|_1 is little more than (F(x_1) - F*)/(gamma*T), the descent from there shared out over
the steps, whose exponent is that of gamma*T whatever the betas are.  So there are controls, which have gamma and none
of the theorems' betas, and a second start, the minimum, from which noise alone moves x.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from typing import Any

import numpy as np

from ..simulator import Algorithm, Noise, Schedule, quadratic, sign_descent
from .pictures import Curve, Panel, Picture
from .runner import Runner, columns, power, span
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
    "controls": {"sign descent": None, "betas 0.9, 0.99": [0.9, 0.99]},  # with the learning rate T^-3/4/sqrt(d)
}
FULL = {**DEFAULT, "steps": [2**power for power in range(8, 21)], "replicates": 64}
CLAIMS = {"ours": 4, "source": 9}
STARTS = {"x_1 = 1": 1.0, "the minimum": 0.0}
FAR, NEAR = STARTS
ALIKE = 0.01  # exponents that differ by less are no evidence for a theorem about one of the methods
MEANS = {"u.a": "mean of |u o a|_1", "l2": "mean of |a|_2", "vbar": "|u o a|_1/|a|_1"}


def run(lab: Runner, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """The numbers.  Raises SimulationError."""
    return {
        "steps": list(parameters["steps"]),
        "dim": parameters["dim"],
        "schedules": {name: _schedule(lab, parameters, name) for name in parameters["schedules"]},
        "controls": {name: _control(lab, parameters, name) for name in parameters["controls"]},
    }


@dataclass(frozen=True)
class Seen:
    """What is seen of one run: estimates, and means of groups of replicates, by the names of MEANS; the largest u.

    share: (F(x_1) - F*)/(gamma*T).  bound: of the theorem, for a schedule.
    """

    observed: Mapping[str, Any]
    groups: Mapping[str, Any]
    largest: float
    share: float
    bound: float | None


def _schedule(lab: Runner, parameters: Mapping[str, Any], name: str) -> dict[str, Any]:
    A, B, C, against = parameters["schedules"][name]
    starts = {}
    for start in STARTS:
        runs = lab.spread(partial(_seen, parameters, name, start), parameters["steps"])
        bounds = [run.bound for run in runs]
        part = _means(parameters, runs)
        part["fitted"]["bound"] = exponent(parameters["steps"], np.asarray(bounds)[:, None]).to_json()
        starts[start] = {**part, "bound": bounds}
    return {"exponents": [A, B, C], "theorem": against, "proved": _proved(A, B, C, against), "starts": starts}


def _control(lab: Runner, parameters: Mapping[str, Any], name: str) -> dict[str, Any]:
    """A method of which no such rate is proved, with the same learning rate."""
    return {
        "starts": {
            start: _means(parameters, lab.spread(partial(_seen, parameters, name, start), parameters["steps"]))
            for start in STARTS
        }
    }


def _algorithm(parameters: Mapping[str, Any], name: str, steps: int) -> Algorithm:
    """That of a schedule, or of a control, for a run of this length."""
    if name in parameters["schedules"]:
        A, B, C, _ = parameters["schedules"][name]
        schedule = Schedule(float(Fraction(A)), float(Fraction(B)), float(Fraction(C)), epsilon=parameters["epsilon"])
        return schedule.at(steps, parameters["dim"])
    betas, rate = parameters["controls"][name], float(steps) ** -0.75 * parameters["dim"] ** -0.5
    if betas is None:
        return sign_descent(rate)
    beta1, beta2 = betas
    return Algorithm(rate, beta1, beta2, parameters["epsilon"])


def _seen(parameters: Mapping[str, Any], name: str, start: str, lab: Runner, steps: int) -> Seen:
    """One run."""
    from .against_bound import compare

    problem = quadratic(parameters["dim"], start=STARTS[start], noise=Noise(s0=parameters["s0"]))
    algorithm = _algorithm(parameters, name, steps)
    done = lab.run(f"{name}, {start}, T = {steps}", problem, algorithm, steps, parameters["replicates"])
    statistics = done.statistics
    means = {key: grouped(statistics.samples(key), parameters["groups"]) for key in ("u.a", "l2", "l1")}
    gap = 0.5 * float(np.sum(done.task.problem.start**2))  # of a quadratic with curvature 1
    against = parameters["schedules"][name][-1] if name in parameters["schedules"] else None
    return Seen(
        {"u.a": statistics.mean("u.a"), "l2": statistics.mean("l2"), "vbar": statistics.vbar()["|u o a| / |a|"]},
        {"u.a": means["u.a"], "l2": means["l2"], "vbar": means["u.a"] / means["l1"]},
        statistics.maximum,
        gap / (algorithm.learning_rate * steps),
        float(compare(done, against).lines[0].high.high) if against else None,
    )


def _means(parameters: Mapping[str, Any], runs: Sequence[Seen]) -> dict[str, Any]:
    """What is observed in runs of growing T, with exponents; and |u o a|_1 over (F(x_1) - F*)/(gamma*T)."""
    largest = [run.largest for run in runs]
    fitted = {key: exponent(parameters["steps"], [run.groups[key] for run in runs]).to_json() for key in MEANS}
    fitted["max u"] = exponent(parameters["steps"], np.asarray(largest)[:, None]).to_json()
    return {
        "observed": {key: columns([run.observed[key] for run in runs]) for key in MEANS},
        "max u": largest,
        "over the descent": [run.observed["u.a"].mean / run.share if run.share else None for run in runs],
        "fitted": fitted,
    }


def _proved(A: str, B: str, C: str, against: str) -> dict[str, str]:
    """The proved exponents of |u o a|_1, by the theorem named and by the one with R, and the order of R, in text."""
    from ..bounds.orders.asymptotics import order, rate  # only a run needs them: words come without SymPy
    from ..bounds.orders.power_law import Schedule as Exponents
    from ..bounds.orders.schedules import written_out
    from ..bounds.theorems.from_lemmas import with_scale

    schedule = Exponents(Fraction(A), Fraction(B), Fraction(C))
    rates = {name: rate(written_out(*with_scale(name)), schedule).rate for name in {against, "main"}}
    return {
        "u.a": str(-rates[against]),
        "u.a, through R": str(-rates["main"]),
        "R": str(order(with_scale("main")[1].formula, schedule)),
    }


# --- in words and pictures ----------------------------------------------------------------------


def _controls(result: Mapping[str, Any], start: str) -> str:
    """How |u o a|_1 falls in the controls, in words."""
    return ", ".join(
        f"{power(part['starts'][start]['fitted']['u.a'])} ({name})" for name, part in result["controls"].items()
    )


def observed(result: Mapping[str, Any]) -> dict[int, str]:
    """By number of a claim: what was observed."""
    found = {}
    for name, part in result["schedules"].items():
        if name in CLAIMS:
            far, near = (part["starts"][start]["fitted"]["u.a"] for start in STARTS)
            found[CLAIMS[name]] = (
                f"in runs on a quadratic (d = {result['dim']}, T = {span(result['steps'])}) the mean of |u o a|_1 fell "
                f"like {power(far)} from {FAR}, where it is (F(x_1)-F*)/(gamma*T) to within {_off(part):.1%}, and "
                f"methods without such a proof do much the same: {_controls(result, FAR)}; from {NEAR}, where noise "
                f"alone moves x, it fell like {power(near)}, for them {_controls(result, NEAR)}"
            )
    return found


def briefly(result: Mapping[str, Any]) -> dict[int, str]:
    """The same from x_1 = 1, in one line; whether it can say anything for the theorem is seen from the controls."""
    others = [part["starts"][FAR]["fitted"]["u.a"] for part in result["controls"].values()]
    found = {}
    for name, part in result["schedules"].items():
        if name in CLAIMS:
            seen = part["starts"][FAR]["fitted"]["u.a"]
            alike = any(other["mean"] - seen["mean"] < ALIKE for other in others)
            rates = " and ".join(power(other) for other in others)
            tells = "as for methods without a proof: no evidence either way" if alike else f"controls: {rates}"
            found[CLAIMS[name]] = f"{power(seen)} on a quadratic, {tells}"
    return found


def _off(part: Mapping[str, Any]) -> float:
    """By how much |u o a|_1 is off the descent at most."""
    shares: list[float] = part["starts"][FAR]["over the descent"]
    return max(abs(share - 1.0) for share in shares)


def summary(result: Mapping[str, Any]) -> list[str]:
    lines = [f"T = {span(result['steps'])}, d = {result['dim']}"]
    for name, part in result["schedules"].items():
        A, B, C = part["exponents"]
        proved = part["proved"]
        lines += [
            f"{name}: 1 - beta1 = T^-{A}, 1 - beta2 = T^-{B}, learning rate T^-{C}/sqrt(d)",
            f"  proved ({part['theorem']}): |u o a|_1 is at most of order T^({proved['u.a']}), through R: "
            f"T^({proved['u.a, through R']})",
        ]
        for start, seen in part["starts"].items():
            lines += [f"  from {start}", *_fits(seen)]
            lines.append(f"    the bound itself   {power(seen['fitted']['bound'])}; R is of order {proved['R']}")
    for name, part in result["controls"].items():
        lines.append(f"control: {name}, the same learning rate")
        for start, seen in part["starts"].items():
            lines += [f"  from {start}", *_fits(seen)]
    return lines


def _fits(seen: Mapping[str, Any]) -> list[str]:
    fitted, shares = seen["fitted"], seen["over the descent"]
    lines = [f"    {label:<17}  {power(fitted[key])}" for key, label in MEANS.items()]
    lines.append(f"    {'largest u':<17}  {power(fitted['max u'])}")
    if None not in shares:
        lines[0] += f"; {min(shares):.4f} to {max(shares):.4f} of (F(x_1)-F*)/(gamma*T)"
    return lines


def picture(result: Mapping[str, Any]) -> Picture:
    panels = []
    for start in STARTS:
        curves = []
        for name, part in {**result["schedules"], **result["controls"]}.items():
            seen = part["starts"][start]
            mean = seen["observed"]["u.a"]
            curves.append(Curve(name, result["steps"], mean["mean"], mean["half width"]))
            if "bound" in seen:
                label = f"proved bound ({name}, {part['theorem']})"
                curves.append(Curve(label, result["steps"], seen["bound"], observed=False))
        panels.append(Panel(f"from {start}", "number of steps T", "mean of |u o a|_1 over the run", curves))
    for name, part in result["schedules"].items():
        seen = part["starts"][FAR]
        curves = [
            Curve(label, result["steps"], seen["observed"][key]["mean"], seen["observed"][key]["half width"])
            for key, label in list(MEANS.items())[1:]
        ]
        curves.append(Curve("largest u", result["steps"], seen["max u"]))
        A, B, C = part["exponents"]
        panels.append(Panel(f"{name}: A = {A}, B = {B}, C = {C}, {FAR}", "number of steps T", "over the run", curves))
    return Picture("What the theorems bound, as T grows", panels)
