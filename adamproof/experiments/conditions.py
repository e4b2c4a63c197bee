"""Conditions 1-3 in runs: whether u has the same distribution in all coordinates and these are independent; whether the
ratio of |a|_1 to |a|_2 is stable; and how the mean of u depends on T and d.

Against d there are two settings.  In the first, x_1, noise and learning rate all go like 1/sqrt(d): a run in dimension
d is a rescaling of that in another, so that u cannot depend on d (a control).  In the second, all of x_1 is 1, and the
larger d is, the less of the way is gone in T steps of a learning rate that goes like 1/sqrt(d): u nears the 1 of a run
whose gradient does not change sign.  That is no power law, so that none is fitted.

The first two are tested, at a stated level, on three problems: one where all coordinates are alike by construction (a
test must accept it), one with different curvatures, and logistic regression, whose mini-batches couple coordinates.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from functools import partial
from typing import Any

import numpy as np

from ..simulator import Noise, Run, Sampled, Schedule, Separable, estimate, logistic, quadratic
from .pictures import Curve, Panel, Picture
from .runner import Runner, columns, late, late_steps, magnitudes, power, span
from .statistics import exponent, grouped, identical, independent

TITLE = "Conditions 1-3: distribution and dependence of u across coordinates, |a|_1/|a|_2, vbar against T and d"
DEFAULT: Mapping[str, Any] = {
    "level": 0.05,
    "permutations": 499,
    "test": {"dim": 16, "steps": 512, "replicates": 256, "samples": 128, "batch": 4},
    "ratio": {"steps": 8192, "replicates": 32},
    "magnitude": {"steps": [2**power for power in range(8, 17)], "dim": 16, "replicates": 16, "groups": 8},
    "dimension": {"dims": [4, 16, 64, 256], "steps": 4096, "replicates": 16},
}
FULL = {
    **DEFAULT,
    "permutations": 1999,
    "test": {**DEFAULT["test"], "replicates": 1024},
    "magnitude": {**DEFAULT["magnitude"], "steps": [2**power for power in range(8, 20)], "replicates": 64},
}
ALIKE, CURVED, DATA = "coordinates alike", "curvatures 1 to 100", "logistic regression"
TOGETHER = 2 * len((CURVED, DATA))  # p-values that `rejected` corrects together: two tests of each of these problems
EARLY = 2**13  # the exponent depends on the range of T; up to here, all of it, and its later half are fitted
STARTS = {"x_1 = 1/sqrt(d), a rescaling": -0.5, "x_1 = 1": 0.0}  # powers of d
SCHEDULES = {"B = 1/2": (0.5, 0.5), "B = 3/4": (0.5, 0.75)}


def problem(name: str, size: Mapping[str, int], seed: int) -> Separable | Sampled:
    """One of the three problems."""
    d = size["dim"]
    if name == ALIKE:
        return quadratic(d, noise=Noise(s0=1.0))
    if name == CURVED:
        return quadratic(d, h=np.geomspace(1.0, 100.0, d), noise=Noise(s0=1.0))
    random = np.random.default_rng(seed)
    features = random.normal(size=(size["samples"], d)) * np.geomspace(1.0, 0.1, d)
    labels = np.where(features.sum(axis=1) + random.normal(size=size["samples"]) > 0.0, 1.0, -1.0)
    return logistic(features, labels, size["batch"], ridge=1e-3, start=1.0)


def run(lab: Runner, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """The numbers.  Raises SimulationError."""
    problems = (ALIKE, CURVED, DATA)
    tests = lab.spread(partial(_tests, parameters), problems, runs=2)
    return {
        "level": parameters["level"],
        "tests": dict(zip(problems, tests, strict=True)),
        "magnitude": {name: _magnitude(lab, parameters["magnitude"], name) for name in SCHEDULES},
        "dimension": {name: _dimension(lab, parameters["dimension"], name) for name in STARTS},
    }


def _tests(parameters: Mapping[str, Any], lab: Runner, name: str) -> dict[str, Any]:
    """The tests on u after the last step, and |a|_1/|a|_2 along a longer run."""
    size, level = parameters["test"], parameters["level"]
    what = problem(name, size, lab.seed)
    schedule = Schedule(0.5, 0.5, 0.75, epsilon=1e-8)
    done = lab.run(name, what, schedule, size["steps"], size["replicates"])
    u = magnitudes(done, done.state)
    lab.progress(f"{name}: tests")
    alike = identical(u, level, TOGETHER)
    apart = independent(u, parameters["permutations"], lab.seed, level, TOGETHER)
    return {
        "d": done.task.d,
        "replicates": size["replicates"],
        "identical": asdict(alike),
        "independent": {**asdict(apart), "rejected": apart.rejected},
        "l1/l2": _ratio(lab, what, parameters["ratio"], name),
        "sqrt(d)": float(np.sqrt(done.task.d)),
    }


def _ratio(lab: Runner, what: Separable | Sampled, size: Mapping[str, int], name: str) -> dict[str, Any]:
    """|a|_1/|a|_2 along a longer run: its mean over replicates and windows of steps, of which the least and largest,
    and those that end at powers of 2."""
    schedule = Schedule(0.5, 0.5, 0.75, epsilon=1e-8)
    done = lab.run(f"{name}: |a|_1/|a|_2", what, schedule, size["steps"], size["replicates"])
    means = done.statistics.series("l1/l2")
    shown = [(step, one) for step, one in means if step & (step - 1) == 0]
    return {
        "steps": [step for step, _ in shown],
        **columns([one for _, one in shown]),
        "least": min(one.mean for _, one in means),
        "largest": max(one.mean for _, one in means),
        "run": size["steps"],
    }


def _mean_u(done: Run) -> Any:
    return late(done, lambda run, state: magnitudes(run, state).mean(axis=1))


def _magnitude(lab: Runner, size: Mapping[str, Any], name: str) -> dict[str, Any]:
    """The mean of u in the second half of runs of T steps, with the learning rate T^-3/4 and no epsilon."""
    A, B = SCHEDULES[name]
    means, groups, predicted = [], [], []
    found = lab.spread(partial(_at_time, size, name), size["steps"])
    for steps, samples in zip(size["steps"], found, strict=True):
        means.append(estimate(samples))
        groups.append(grouped(samples, size["groups"]))
        predicted.append((1.0 - Schedule(A, B, 0.75, dimension=0.0).at(steps, 1).beta1) ** 0.5)
    half, early = len(groups) // 2, sum(steps <= EARLY for steps in size["steps"])
    return {
        "steps": list(size["steps"]),
        "mean u": columns(means),
        "sqrt(1 - beta1)": predicted,
        "fitted": exponent(size["steps"], groups).to_json(),
        "fitted to the earlier": exponent(size["steps"][:early], groups[:early]).to_json(),
        "fitted to the later half": exponent(size["steps"][half:], groups[half:]).to_json(),
    }


def _at_time(size: Mapping[str, Any], name: str, lab: Runner, steps: int) -> Any:
    """The mean of u in the second half of a run of T steps, one a replicate."""
    schedule = Schedule(*SCHEDULES[name], 0.75, dimension=0.0).at(steps, 1)
    what = quadratic(size["dim"], noise=Noise(s0=1.0))
    return _mean_u(lab.run(f"{name}, T = {steps}", what, schedule, steps, size["replicates"], late_steps(steps)))


def _dimension(lab: Runner, size: Mapping[str, Any], name: str) -> dict[str, Any]:
    """The mean of u in the second half against d, at one T and the learning rate T^-3/4/sqrt(d)."""
    means = [estimate(samples) for samples in lab.spread(partial(_in_dimension, size, name), size["dims"])]
    return {"dims": list(size["dims"]), "steps": size["steps"], "mean u": columns(means)}


def _in_dimension(size: Mapping[str, Any], name: str, lab: Runner, d: int) -> Any:
    """The same of one d, one a replicate."""
    what = quadratic(d, start=d ** STARTS[name], noise=Noise(s0=1.0))
    schedule, steps = Schedule(0.5, 0.5, 0.75), size["steps"]
    return _mean_u(lab.run(f"{name}, d = {d}", what, schedule, steps, size["replicates"], late_steps(steps)))


# --- in words and pictures ----------------------------------------------------------------------


def _rejected(part: Mapping[str, Any]) -> str:
    """What the tests reject, in words."""
    same, apart = part["identical"], part["independent"]
    found = [
        f"{same['rejected']} of {same['pairs']} pairs of coordinates differ" if same["rejected"] else "",
        f"dependence (rank correlation {apart['largest']:.2f}, p = {apart['p_value']:.2g})"
        if apart["rejected"]
        else "",
    ]
    return " and ".join(text for text in found if text) or "nothing rejected"


def _across(part: Mapping[str, Any]) -> str:
    """The means of u, one a dimension."""
    return ", ".join(f"{mean:.3g}" for mean in part["mean u"]["mean"])


def _drift(part: Mapping[str, Any]) -> str:
    seen = part["l1/l2"]
    return f"{seen['least']:.3g} to {seen['largest']:.3g}"


def rejected(result: Mapping[str, Any]) -> set[int]:
    """Claims that the tests reject, at the stated level for all of them together (Bonferroni), if they might have held.

    Where coordinates are alike by construction, the tests have nothing to find.
    """
    parts = [part for name, part in result["tests"].items() if name != ALIKE]
    values = [p for part in parts for p in (part["identical"]["smallest"], part["independent"]["p_value"])]
    return {14} if min(values) * len(values) <= result["level"] else set()


def observed(result: Mapping[str, Any]) -> dict[int, str]:
    """By number of a claim: what was observed."""
    tests = "; ".join(f"{name}: {_rejected(part)}" for name, part in result["tests"].items())
    ratios = "; ".join(f"{name}: {_drift(part)}" for name, part in result["tests"].items())
    across = [f"{_across(part)} at {name}" for name, part in result["dimension"].items()]
    falls = ", ".join(f"{power(part['fitted'])} at {name}" for name, part in result["magnitude"].items())
    run, root = (result["tests"][ALIKE]["l1/l2"]["run"], result["tests"][ALIKE]["sqrt(d)"])
    steps, dims = result["magnitude"]["B = 1/2"]["steps"], result["dimension"]["x_1 = 1"]["dims"]
    return {
        13: f"in runs without epsilon (T = {span(steps)}) the mean of u in the second half fell like {falls}; "
        f"against d = {span(dims)} it was {'; '.join(across)}",
        14: f"in tests at the level {result['level']:g}: {tests}",
        15: f"the mean of |a|_1/|a|_2 over replicates, along runs of {run} steps (sqrt(d) = {root:.3g}), went through "
        f"{ratios}",
    }


def briefly(result: Mapping[str, Any]) -> dict[int, str]:
    """The same in one line each."""
    tests, alike = result["tests"], result["tests"][ALIKE]
    others = {name: part for name, part in tests.items() if name != ALIKE}
    falls = " and ".join(f"{power(part['fitted'])} ({name})" for name, part in result["magnitude"].items())
    rejections = "; ".join(f"{name}: {_rejected(part)}" for name, part in others.items())
    return {
        13: f"without epsilon the mean of u fell like {falls}",
        14: f"{rejections}; where all are alike by construction: {_rejected(alike)}",
        15: f"it went through {', '.join(f'{_drift(part)} ({name})' for name, part in tests.items())}; at most "
        f"{alike['sqrt(d)']:.3g} is possible",
    }


def summary(result: Mapping[str, Any]) -> list[str]:
    lines = [f"tests at the level {result['level']:g}, on u after the last step"]
    for name, part in result["tests"].items():
        same, apart = part["identical"], part["independent"]
        lines += [
            f"  {name} (d = {part['d']}, {part['replicates']} replicates)",
            f"    same distribution (Kolmogorov-Smirnov, Holm): {same['rejected']} of {same['pairs']} pairs rejected, "
            f"smallest p = {same['smallest']:.2g}",
            f"    independence (permutation test): {'' if apart['rejected'] else 'not '}rejected, largest rank "
            f"correlation {apart['largest']:.3f}, p = {apart['p_value']:.2g}",
            f"    mean of |a|_1/|a|_2 along {part['l1/l2']['run']} steps: {_drift(part)} "
            f"(sqrt(d) = {part['sqrt(d)']:.3g})",
        ]
    lines.append("mean of u in the second half, no epsilon, learning rate T^-3/4")
    for name, part in result["magnitude"].items():
        seen = part["mean u"]["mean"]
        lines += [
            f"  {name}: {seen[0]:.3g} .. {seen[-1]:.3g}, fitted {power(part['fitted'])}",
            f"    up to T = {EARLY} {power(part['fitted to the earlier'])}, "
            f"in the later half {power(part['fitted to the later half'])}",
        ]
    for name, part in result["dimension"].items():
        where = f"d = {span(part['dims'])}, {name}, at T = {part['steps']}"
        lines.append(f"mean of u against {where}: {_across(part)}")
    return lines


def picture(result: Mapping[str, Any]) -> Picture:
    ratios = [
        Curve(name, part["l1/l2"]["steps"], part["l1/l2"]["mean"], part["l1/l2"]["half width"])
        for name, part in result["tests"].items()
    ]
    sizes = [
        Curve(name, part["steps"], part["mean u"]["mean"], part["mean u"]["half width"])
        for name, part in result["magnitude"].items()
    ]
    part = result["magnitude"]["B = 1/2"]
    sizes.append(Curve("sqrt(1 - beta1)", part["steps"], part["sqrt(1 - beta1)"], observed=False))
    across = [
        Curve(name, part["dims"], part["mean u"]["mean"], part["mean u"]["half width"])
        for name, part in result["dimension"].items()
    ]
    return Picture(
        "Conditions 1-3 in runs",
        [
            Panel("Condition 3", "step t", "|a_t|_1 / |a_t|_2", ratios, log_y=False),
            Panel("Condition 2 against T", "number of steps T", "mean of u, second half", sizes),
            Panel("Condition 2 against d", "dimension d", "mean of u, second half", across),
        ],
    )
