"""Whether momentum is needed: sign descent stays near noise of two values, RMSProp with beta2 -> 1 and Adam do not.

Three problems.  F(x) = x^2/2 with skewed noise of two values, on which the lemma no-momentum-sign-descent proves that
sign descent keeps a distance; the same with noise of plus or minus one number; and a quadratic with Gaussian noise, on
which the main theorem's bound at beta1 = 0 does not fall while the run does: there the floor belongs to the bound, not
to the algorithm.  On Gaussian noise sign descent, too, comes down, like sqrt(gamma): the sign of a noisy gradient is
more likely that of a than not, however small a is, while near 0 noise of two values outweighs it.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from functools import partial
from typing import Any

from ..simulator import Algorithm, Noise, Schedule, Separable, estimate, quadratic, sign_descent
from .pictures import Curve, Panel, Picture
from .runner import Runner, columns, late, late_steps, length, power, span
from .statistics import exponent, grouped

TITLE = "sign descent stuck near noise of two values, RMSProp with beta2 -> 1 and Adam not"
DEFAULT: Mapping[str, Any] = {
    "steps": [2**power for power in range(8, 17)],
    "replicates": 32,
    "groups": 8,
    "delta": "1/5",  # with s0 = 1 the frequent value of the noise is then -1/2
    "start": 1.0,
    "dim": 16,
    "B": "3/4",  # of RMSProp and Adam
}
FULL = {**DEFAULT, "steps": [2**power for power in range(8, 20)], "replicates": 128}
METHODS = ("sign descent", "RMSProp", "Adam")
SIZES = {"skewed": "|x|", "signs": "|x|", "Gaussian": "|a|_2"}  # what is looked at, by noise


def method(name: str, steps: int, rms: str) -> Algorithm:
    """The algorithm for a run of this length; all three have the learning rate T^-3/4."""
    rate = float(steps) ** -0.75
    if name == "sign descent":
        return sign_descent(rate)
    if name == "RMSProp":
        return Algorithm(rate, 0.0, 1.0 - float(steps) ** -float(Fraction(rms)))
    return Schedule(0.5, float(Fraction(rms)), 0.75, dimension=0.0).at(steps, 1)  # RMSProp with momentum


def floor(delta: str) -> tuple[Any, Any]:
    """The lemma's floor on the mean of E|x_t| for noise of variance 1, and the a of its noise, both exact."""
    from sympy import Rational, sqrt

    from ..lemmas.beyond import no_momentum_sign_descent as example  # only a run needs it: words come without SymPy

    share = Rational(delta)
    a = sqrt(share / (1 - share))
    return example.lemma.constants["floor"].subs({example.a: a, example.delta: share}), a


def run(lab: Runner, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """The numbers.  Raises SimulationError."""
    least, a = floor(parameters["delta"])
    return {
        "steps": list(parameters["steps"]),
        **{noise: {name: _method(lab, parameters, noise, name) for name in METHODS} for noise in SIZES},
        "floor": float(least),
        # The lemma's floor holds from x_1 >= a + gamma on.
        "floor applies": bool(parameters["start"] >= a.evalf() + float(min(parameters["steps"])) ** -0.75),
        "dim": parameters["dim"],
        "B": parameters["B"],
    }


def _problem(parameters: Mapping[str, Any], noise: str) -> Separable:
    """The problem with a noise of SIZES."""
    if noise == "Gaussian":
        return quadratic(parameters["dim"], noise=Noise(s0=1.0))
    share = float(Fraction(parameters["delta"]))
    kind = Noise("two-point", s0=1.0, delta=share) if noise == "skewed" else Noise("signs", s0=1.0)
    return quadratic(1, start=parameters["start"], noise=kind)


def _seen(parameters: Mapping[str, Any], noise: str, name: str, lab: Runner, steps: int) -> tuple[Any, Any, list[Any]]:
    """Of one run: |a|_2 over all of it, over its later half in each replicate, and what the bound says, if it does."""
    from .against_bound import compare

    problem, algorithm = _problem(parameters, noise), method(name, steps, parameters["B"])
    what = f"{name}, {problem.noise.kind}, T = {steps}"
    done = lab.run(what, problem, algorithm, steps, parameters["replicates"], late_steps(steps))
    first = compare(done, "main").lines[0] if name == "RMSProp" else None
    bound = [{"observed": first.observed.mean, "bound": float(first.high.high)}] if first else []
    return done.statistics.mean("l2"), late(done, length), bound


def _method(lab: Runner, parameters: Mapping[str, Any], noise: str, name: str) -> dict[str, Any]:
    whole, ends, groups, bounds = [], [], [], []
    for mean, samples, bound in lab.spread(partial(_seen, parameters, noise, name), parameters["steps"]):
        whole.append(mean)
        ends.append(estimate(samples))
        groups.append(grouped(samples, parameters["groups"]))
        bounds += bound
    return {
        "mean": columns(whole),
        "second half": columns(ends),
        "fitted": exponent(parameters["steps"], groups).to_json(),
        "main theorem": bounds,
    }


# --- in words and pictures ----------------------------------------------------------------------


def observed(result: Mapping[str, Any]) -> dict[int, str]:
    """By number of a claim: what was observed."""
    last = result["steps"][-1]
    stuck, also = (result[noise]["sign descent"]["second half"]["mean"][-1] for noise in ("skewed", "signs"))
    skewed, free = (
        {name: power(part["fitted"]) for name, part in result[noise].items()} for noise in ("skewed", "Gaussian")
    )
    return {
        10: f"in runs with skewed noise of two values (d = 1, T = {span(result['steps'])}) sign descent stayed at a "
        f"mean |x| of {stuck:.3g} (T = {last}; with noise of plus or minus one number {also:.3g}), "
        f"while Adam with beta1 = 0 and 1 - beta2 = T^-{result['B']} came down "
        f"like {skewed['RMSProp']}, with momentum like {skewed['Adam']}; with Gaussian noise (d = {result['dim']}) "
        f"|a|_2 came down like {free['sign descent']}, {free['RMSProp']} and {free['Adam']} in the three, near "
        f"sqrt(gamma) = T^(-3/8)"
    }


def briefly(result: Mapping[str, Any]) -> dict[int, str]:
    """The same in one line."""
    skewed = result["skewed"]
    stuck = skewed["sign descent"]["second half"]["mean"][-1]
    return {
        10: f"sign descent stayed at a mean |x| of {stuck:.3g}; Adam came down, with beta1 = 0 like "
        f"{power(skewed['RMSProp']['fitted'])}, with momentum like {power(skewed['Adam']['fitted'])}"
    }


def summary(result: Mapping[str, Any]) -> list[str]:
    lines = [f"1 - beta2 = T^-{result['B']} (RMSProp, Adam), 1 - beta1 = T^-1/2 (Adam), learning rate T^-3/4"]
    for noise, size in SIZES.items():
        d = result["dim"] if noise == "Gaussian" else 1
        lines.append(f"{noise}, d = {d}: mean {size} in the second half of runs of T = {span(result['steps'])} steps")
        for name, part in result[noise].items():
            seen = part["second half"]["mean"]
            lines.append(f"  {name:<12}  {seen[0]:.4g} .. {seen[-1]:.4g}, fitted {power(part['fitted'])}")
    where = "because x_1 >= a + gamma" if result["floor applies"] else "if x_1 >= a + gamma, which fails in this run"
    least = min(result["skewed"]["sign descent"]["mean"]["mean"])
    lines.append(
        f"sign descent: the mean of |x| over a whole run was at least {least:.4g}; proved "
        f"(no-momentum-sign-descent): at least {result['floor']:.4g}, for every T, {where}"
    )
    bounds = result["Gaussian"]["RMSProp"]["main theorem"]
    lines.append(
        "RMSProp: the mean of |u o a|_1 fell from {:.4g} to {:.4g}, while the main theorem's bound at beta1 = 0 went "
        "from {:.4g} to {:.4g}".format(*(bounds[at][key] for key in ("observed", "bound") for at in (0, -1)))
    )
    return lines


def picture(result: Mapping[str, Any]) -> Picture:
    panels = []
    for noise, size in SIZES.items():
        curves = [
            Curve(name, result["steps"], part["second half"]["mean"], part["second half"]["half width"])
            for name, part in result[noise].items()
        ]
        if noise == "skewed":
            floor_line = [result["floor"]] * len(result["steps"])
            curves.append(Curve("proved floor of sign descent", result["steps"], floor_line, observed=False))
        label = f"mean {size} in the second half"
        panels.append(Panel(f"noise: {noise}", "number of steps T", label, curves))
    return Picture("Whether momentum is needed", panels)
