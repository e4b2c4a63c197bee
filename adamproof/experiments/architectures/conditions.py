"""Conditions 1-3 on networks: u by layers, across replicates that differ in their mini-batches alone.

All replicates start at one point, with one learning rate.  Early, in the middle and late in the runs, each array of
parameters (the weights of a layer, its biases) is looked at by itself, and coordinates of all arrays together.  The
sizes of differences come first: D of Kolmogorov and Smirnov for pairs of coordinates, and how many independent
coordinates the mean of u is worth.  The tests of the last step are corrected together, over all networks and arrays.

u is tested where its coordinates move: those that are 0 in some replicate, or equal in two of them (a symbol that a
batch did not have), would differ from the others for that alone, and are counted instead.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from fractions import Fraction
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ... import networks
from ...bounds import magnitude
from ...simulator import MAXIMUM, Algorithm, Run, estimate, ratio
from ...support.columns import aligned
from ..dependence import distances, effective, least_distance, shared
from ..pictures import Curve, Panel, Picture
from ..runner import Runner, columns, magnitudes
from ..statistics import identical

Array = NDArray[np.float64]
Numbers = Mapping[str, Any]

TITLE = "Conditions 1-3 on a CNN, an LSTM and a Transformer block, by layers and replicates"
DEFAULT: Mapping[str, Any] = {
    "level": 0.05,
    "permutations": 1999,
    "coordinates": {"pairs": 12, "mean": 128},  # of each array: compared in pairs, and whose mean is tested
    "beta1": 0.9,
    "beta2": 0.999,
    "epsilon": 1e-8,
    "batch": 32,
    "steps": 32,
    "exact every": 16,
    "networks": {
        "cnn": {"sizes": [4, 16], "data": [512], "replicates": 64, "learning rate": 1e-3},
        "lstm": {"sizes": [8, 16], "data": [16, 128], "replicates": 32, "learning rate": 2e-3},
        "transformer": {"sizes": [16, 2, 16], "data": [16, 128], "replicates": 32, "learning rate": 1e-3},
    },
}
FULL: Mapping[str, Any] = {
    **DEFAULT,
    "steps": 1024,
    "exact every": 64,
    "networks": {
        "cnn": {"sizes": [16, 64], "data": [1797], "replicates": 64, "learning rate": 1e-3},
        "lstm": {"sizes": [64, 96], "data": [32, 1024], "replicates": 32, "learning rate": 2e-3},
        "transformer": {"sizes": [64, 4, 16], "data": [16, 1024], "replicates": 32, "learning rate": 1e-3},
    },
}
TIMES = {"early": 16, "middle": 2, "late": 1}  # after the run's steps divided by so many
ACROSS, EACH = "across", 2  # coordinates of each array, compared in pairs
NEAR = 10.0  # sqrt(v) below so many epsilon counts as near it


def run(lab: Runner, parameters: Numbers) -> dict[str, Any]:
    """The numbers.  Raises SimulationError."""
    names = list(parameters["networks"])
    together = 2 * sum(1 + len(_made(parameters, name)[0].parts) for name in names)
    found = lab.spread(partial(_network, parameters, together), names)
    return {
        **{name: parameters[name] for name in ("level", "steps", "beta1", "beta2")},
        "together": together,
        "networks": dict(zip(names, found, strict=True)),
    }


def _made(parameters: Numbers, name: str) -> tuple[networks.Network, networks.Data]:
    size, (network, data) = parameters["networks"][name], networks.ARCHITECTURES[name]
    return network(*size["sizes"]), data(*size["data"])


def times(steps: int) -> dict[str, int]:
    """The steps after which u is looked at."""
    return {name: max(2, steps // part) for name, part in TIMES.items()}


def _network(parameters: Numbers, together: int, lab: Runner, name: str) -> dict[str, Any]:
    """One network: its runs, and what is seen of them."""
    network, data = _made(parameters, name)
    size, steps = parameters["networks"][network.name], parameters["steps"]
    what = networks.problem(network, data, parameters["batch"], lab.seed)
    betas = parameters["beta1"], parameters["beta2"]
    algorithm = Algorithm(size["learning rate"], *betas, parameters["epsilon"])
    wanted = sorted({step for at in times(steps).values() for step in (at - 1, at)})
    done = lab.run(network.name, what, algorithm, steps, size["replicates"], wanted, parameters["exact every"])
    look = _Look(lab, parameters, network, done, together)
    return {
        "d": network.d,
        "replicates": size["replicates"],
        "learning rate": size["learning rate"],
        "data": f"{len(data.targets)} samples of {data.name} ({data.digest})",
        "over time": _over_time(done),
        "at": {name: look.at(step, name == "late") for name, step in times(steps).items()},
    }


def r_t(algorithm: Algorithm, step: int) -> float:
    """R_t, the largest that any gradients can make u by this step."""
    known = magnitude.magnitudes(Fraction(algorithm.beta1), Fraction(algorithm.beta2), steps=step).R_t
    return math.inf if known is None else float(known.high)


def _over_time(done: Run) -> dict[str, Any]:
    """Means over windows of steps and replicates; of ratios, the ratio of the means."""
    seen, root = done.statistics, math.sqrt(done.task.d)
    series = {name: dict(seen.series(name)) for name in ("u", "u.a", "error", "l1", "l2", "l1/l2")}
    ends = [end for end in series["u"] if end in series["l1"]]
    peaks = dict(seen.series(MAXIMUM))

    def divided(above: str, below: str) -> list[float]:
        return [series[above][end].mean / series[below][end].mean for end in ends]

    return {
        "steps": ends,
        "window": seen.window,
        "mean u": columns([series["u"][end] for end in ends]),
        "|u o a|/|a|": divided("u.a", "l1"),
        "|e|/|a|": divided("error", "l2"),
        "|a|_1/(sqrt(d) |a|_2)": [series["l1/l2"][end].mean / root for end in ends],
        "max u": [peaks[end].mean for end in ends],
        "max u / R_t": [peaks[end].mean / r_t(done.task.algorithm, end) for end in ends],
    }


class _Look:
    """What is seen of the runs of one network after a step."""

    def __init__(
        self, lab: Runner, parameters: Numbers, network: networks.Network, done: Run, together: int
    ) -> None:  # fmt: skip
        self.lab, self.parameters, self.network, self.done, self.together = lab, parameters, network, done, together
        self.algorithm: Algorithm = done.task.algorithm

    def at(self, step: int, late: bool) -> dict[str, Any]:
        """After a step: each array, and all of them together; the tests in the last step alone."""
        before, after = self.done.snapshots[step - 1], self.done.snapshots[step]
        self.lab.progress(f"{self.network.name}: step {step}, by layers")
        problem = self.done.task.problem
        a = problem.gradient(before.x)
        split = self.network.split
        u, error, scale = split(magnitudes(self.done, after)), split(after.m - a), split(np.sqrt(after.v))
        by_name = {
            name: self._array(step, name, {"u": u[name], "a": part, "e": error[name], "scale": scale[name]}, late)
            for name, part in split(a).items()
        }
        each = max(1, self.parameters["coordinates"]["mean"] // len(u))
        few, more = (
            np.concatenate([self._chosen(name, values, count) for name, values in u.items()], axis=1)
            for count in (EACH, each)
        )
        return {
            "step": step,
            "arrays": by_name,
            ACROSS: {
                **_sizes(magnitudes(self.done, after), r_t(self.algorithm, step)),
                **self._compared(few, more, late),
            },
        }

    def _array(self, step: int, name: str, seen: Mapping[str, Array], late: bool) -> dict[str, Any]:
        u, a, e = seen["u"], seen["a"], seen["e"]
        few, more = (self.parameters["coordinates"][of] for of in ("pairs", "mean"))
        lengths = np.linalg.norm(a, axis=1)
        momentum = ratio(np.linalg.norm(e, axis=1), lengths)
        gain = ratio((u * np.abs(a)).sum(axis=1), np.abs(a).sum(axis=1))
        spread = np.divide(np.abs(a).sum(axis=1), lengths, out=np.zeros_like(lengths), where=lengths > 0.0)
        return {
            **_sizes(u, r_t(self.algorithm, step)),
            "moving": int(_moving(u).sum()),
            "near epsilon": float((seen["scale"] < NEAR * self.algorithm.epsilon).mean()),
            "|u o a|/|a|": gain and gain.to_json(),
            "|e|/|a|": momentum and momentum.to_json(),
            "|a|_1/(sqrt(n) |a|_2)": estimate(spread / math.sqrt(a.shape[1])).to_json(),
            **self._compared(self._chosen(name, u, few), self._chosen(name, u, more), late),
        }

    def _chosen(self, name: str, u: Array, count: int) -> Array:
        """Some coordinates that move, chosen by the seed and the array alone; fewer are among more."""
        moving = np.flatnonzero(_moving(u))
        number = [part.name for part in self.network.parts].index(name)
        random = np.random.default_rng([self.lab.seed, number])
        return u[:, np.sort(random.permutation(moving)[:count])]

    def _compared(self, u: Array, more: Array, late: bool) -> dict[str, Any]:
        """Pairs of coordinates, and in the last step the tests: of these pairs, and of the mean of more coordinates."""
        found: dict[str, Any] = {"compared": u.shape[1], "D": None, "identical": None, "shared": None}
        if u.shape[1] < 2:
            return found
        median, largest = distances(u)
        # The least D of which chance makes as much in half of all pairs that are alike.
        found["D"] = {"median": median, "largest": largest, "by chance": least_distance(len(u), 1, 0.5)}
        if late:
            level, together = self.parameters["level"], self.together
            alike = identical(u, level, together)
            apart = shared(more, self.parameters["permutations"], self.lab.seed, level, together)
            found["identical"] = {**asdict(alike), "least D": least_distance(len(u), alike.pairs, level / together)}
            found["shared"] = asdict(apart)
        return found


def _moving(u: Array) -> NDArray[np.bool_]:
    """The coordinates of (replicates, n) that are positive and different in all replicates."""
    ordered = np.sort(u, axis=0)
    return np.asarray((ordered[0] > 0.0) & (np.diff(ordered, axis=0) > 0.0).all(axis=0))


def _sizes(u: Array, bound: float) -> dict[str, Any]:
    """How large u is, and how many independent coordinates its mean is worth (None where it does not vary)."""
    means = u.mean(axis=1)
    return {
        "n": u.shape[1],
        "mean u": estimate(means).to_json(),
        "max u": float(u.max()),
        "max u / R_t": float(u.max()) / bound,
        "effective": effective(u) if u.shape[1] > 1 and means.std() > 0.0 else None,
    }


# --- in words and pictures ----------------------------------------------------------------------


def _late(part: Numbers) -> Numbers:
    found: Numbers = part["at"]["late"]
    return found


def _tests(part: Numbers) -> list[Numbers]:
    """What was tested of a network: its arrays, and coordinates of all of them."""
    rows = [*_late(part)["arrays"].values(), _late(part)[ACROSS]]
    return [row for row in rows if row["identical"] is not None]


def _p_values(result: Numbers) -> list[float]:
    rows = [row for part in result["networks"].values() for row in _tests(part)]
    return [p for row in rows for p in (row["identical"]["smallest"], row["shared"]["p_value"])]


def _corrected(result: Numbers, p_value: float) -> bool:
    """Whether a p-value is below the level of all tests together (Bonferroni)."""
    return bool(p_value * result["together"] <= result["level"])


def rejected(result: Numbers) -> set[int]:
    """The claims that the tests reject, at the stated level for all of them together (Bonferroni)."""
    values = _p_values(result)
    return {14} if values and _corrected(result, min(values)) else set()


def _counted(result: Numbers, part: Numbers) -> str:
    """In how many places of a network the tests reject."""
    rows = _tests(part)
    differ = sum(_corrected(result, row["identical"]["smallest"]) for row in rows)
    rise = sum(_corrected(result, row["shared"]["p_value"]) for row in rows)
    return f"different in {differ}, dependent in {rise} of {len(rows)} groups of coordinates"


def _range(values: Sequence[float]) -> str:
    return f"{min(values):.2g} to {max(values):.2g}"


def _worth(part: Numbers) -> str:
    """How many independent coordinates all of them are worth in the last step."""
    row = _late(part)[ACROSS]
    if row["effective"] is None:
        return f"the mean of {row['n']} coordinates does not vary"
    return f"{row['n']} coordinates vary in their mean like {row['effective']:.0f} independent ones"


def _each(result: Numbers, say: Any) -> str:
    return "; ".join(f"{name}: {say(part)}" for name, part in result["networks"].items())


def observed(result: Numbers) -> dict[int, str]:
    """By number of a claim: what was observed."""
    steps = result["steps"]

    def series(name: str) -> Any:
        return lambda part: _range(part["over time"][name])

    return {
        13: f"on networks, along {steps} steps, the mean of u over coordinates and windows of steps went through "
        f"{_each(result, lambda part: _range(part['over time']['mean u']['mean']))}, and |u o a|_1/|a|_1 through "
        f"{_each(result, series('|u o a|/|a|'))}",
        14: f"on networks at step {steps}: {_each(result, lambda part: f'{_worth(part)}, D is {_within(part)}')}; "
        f"in {result['together']} tests at the level {result['level']:g} for all together: "
        f"{_each(result, lambda part: _counted(result, part))}",
        15: f"on networks, |a|_1/(sqrt(d) |a|_2), at most 1, went along {steps} steps through "
        f"{_each(result, series('|a|_1/(sqrt(d) |a|_2)'))}",
    }


def briefly(result: Numbers) -> dict[int, str]:
    """The same in one line each."""
    return {
        13: "on networks the mean of u went through "
        f"{_each(result, lambda part: _range(part['over time']['mean u']['mean']))}",
        14: f"on networks {_each(result, lambda part: f'{_counted(result, part)}, and {_worth(part)}')}",
        15: "on networks |a|_1/(sqrt(d) |a|_2) went through "
        f"{_each(result, lambda part: _range(part['over time']['|a|_1/(sqrt(d) |a|_2)']))}",
    }


def _within(part: Numbers) -> str:
    """The median D of pairs of coordinates of one array, in the last step."""
    return _median([row["D"] for row in _late(part)["arrays"].values() if row["D"]])


def _after_start(seen: Numbers) -> str:
    """The largest u after the first window of steps: in the first step it is R_1, whatever the gradient."""
    later = list(zip(seen["max u / R_t"], seen["steps"], strict=True))[1:]
    if not later:
        return "one window of steps alone"
    most, end = max(later)
    return f"{most:.2g} of R_t, by step {end}, seen after step {seen['steps'][0]}"


def summary(result: Numbers) -> list[str]:
    lines = [
        f"betas {result['beta1']:g} and {result['beta2']:g}, {result['steps']} steps; replicates differ in their "
        "mini-batches alone"
    ]
    for name, part in result["networks"].items():
        seen = part["over time"]
        lines += [
            f"{name}: d = {part['d']}, {part['replicates']} replicates, learning rate {part['learning rate']:g}, "
            f"{part['data']}",
            f"  mean of u {_range(seen['mean u']['mean'])}, |u o a|_1/|a|_1 {_range(seen['|u o a|/|a|'])}, "
            f"|e|_2/|a|_2 {_range(seen['|e|/|a|'])}",
            f"  |a|_1/(sqrt(d) |a|_2) {_range(seen['|a|_1/(sqrt(d) |a|_2)'])}; largest u: {_after_start(seen)}",
        ]
        for time, at in part["at"].items():
            rows = at["arrays"].values()
            found = [row["D"] for row in rows if row["D"]]
            means = [row["mean u"]["mean"] for row in rows]
            lines.append(
                f"  {time} (step {at['step']}): mean of u by array {_range(means)}; D within arrays "
                f"{_median(found)}; {_worth_of(at[ACROSS])}"
            )
        lines += ["  the last step, array by array:", *(f"    {line}" for line in _by_array(part))]
        lines.append(f"  tests at the level {result['level']:g} for all {result['together']}: {_counted(result, part)}")
    return [
        *lines,
        "effective: so many independent coordinates vary as much in their mean; D: the median of the compared pairs,",
        "the largest, and the least that the test of pairs detects; pairs: those below the level in this array alone",
    ]


def _median(found: Sequence[Numbers]) -> str:
    """The median D of the arrays, beside that of coordinates alike."""
    if not found:
        return "not known"
    by_chance = found[0]["by chance"]
    return f"{_range([one['median'] for one in found])} in the median of pairs ({by_chance:.2f} by chance)"


def _worth_of(row: Numbers) -> str:
    number = row["effective"]
    return f"{row['n']} count as {number:.3g}" if number is not None else f"{row['n']}, whose mean does not vary"


def _by_array(part: Numbers) -> list[str]:
    """A table of the arrays in the last step: sizes first, p-values last."""
    rows = [("", "n", "effective", "D", "largest", "detected", "pairs", "p: alike", "p: apart")]
    for name, row in {**_late(part)["arrays"], ACROSS: _late(part)[ACROSS]}.items():
        cells = [name, str(row["n"]), "-" if row["effective"] is None else f"{row['effective']:.3g}"]
        if row["identical"] is not None:
            same, least = row["identical"], row["identical"]["least D"]
            cells += [f"{row['D']['median']:.2f}", f"{row['D']['largest']:.2f}"]
            cells += ["none" if least is None else f"{least:.2f}", f"{same['rejected']} of {same['pairs']}"]
            cells += [f"{same['smallest']:.2g}", f"{row['shared']['p_value']:.2g}"]
        rows.append((*cells, *[""] * (len(rows[0]) - len(cells))))
    names = aligned([(row[0],) for row in rows], right=False)
    width = max(map(len, names))
    return [f"{name:{width}}  {line}" for name, line in zip(names, aligned([row[1:] for row in rows]), strict=True)]


def picture(result: Numbers) -> Picture:
    parts = result["networks"].items()

    def curves(name: str) -> list[Curve]:
        return [Curve(network, part["over time"]["steps"], part["over time"][name]) for network, part in parts]

    means = [
        Curve(name, part["over time"]["steps"], part["over time"]["mean u"]["mean"],
              part["over time"]["mean u"]["half width"])
        for name, part in parts
    ]  # fmt: skip
    worth = [
        Curve(
            name,
            [at["step"] for at in part["at"].values()],
            [at[ACROSS]["effective"] and at[ACROSS]["effective"] / at[ACROSS]["n"] for at in part["at"].values()],
        )
        for name, part in parts
    ]
    return Picture(
        "Conditions 1-3 on networks",
        [
            Panel("Condition 2", "step t", "mean of u", means, log_x=False),
            Panel("Condition 2, weighed by a", "step t", "|u o a|_1 / |a|_1", curves("|u o a|/|a|"), log_x=False),
            Panel("Condition 3", "step t", "|a|_1 / (sqrt(d) |a|_2)", curves("|a|_1/(sqrt(d) |a|_2)"), log_x=False),
            Panel("Independence", "step t", "effective share of the coordinates", worth),
        ],
    )
