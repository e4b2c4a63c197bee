"""The best learning rate of networks against d, by width and by depth, beside the bound's and beside 1/width.

By width, d grows with the squares of the widths, so that 1/sqrt(d) and 1/width, which other arguments give, are nearly
the same.  By depth the width stays: 1/sqrt(d) falls, 1/width does not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from ... import networks
from ...simulator import estimate
from ...support.columns import aligned
from ..pictures import Curve, Panel, Picture
from ..runner import Runner, columns, power, span
from ..statistics import exponent
from .tuning import Training, tune

Numbers = Mapping[str, Any]

TITLE = "the best learning rate of networks against d, by width and by depth"
SMALL_GRID = [-10.0, -4.0, 1.5]  # powers of 2 of the learning rate: from, to, step
DEFAULT: Numbers = {
    "beta1": 0.9,
    "beta2": 0.999,
    "epsilon": 1e-8,
    "batch": 32,
    "steps": 64,
    "seeds": 3,
    "settings": {  # sizes: as the network takes them; widths: of its layers
        "CNN by width": {
            "network": "cnn", "data": [256], "grid": SMALL_GRID, "sizes": [[2, 8], [4, 16]], "widths": [2, 4],
        },
        "Transformer by depth": {
            "network": "transformer", "data": [8, 128], "grid": SMALL_GRID,
            "sizes": [[8, 2, 8, 1], [8, 2, 8, 2]], "widths": [8, 8],
        },
    },
}  # fmt: skip
GRID = [-11.0, -4.0, 1.0]
FULL: Numbers = {
    **DEFAULT,
    "steps": 512,
    "seeds": 5,
    "settings": {
        "CNN by width": {
            "network": "cnn", "data": [1797], "grid": GRID,
            "sizes": [[4, 16], [8, 32], [16, 64], [32, 128]], "widths": [4, 8, 16, 32],
        },
        "LSTM by width": {
            "network": "lstm", "data": [16, 512], "grid": GRID,
            "sizes": [[8, 16], [16, 32], [32, 64]], "widths": [16, 32, 64],
        },
        "Transformer by width": {
            "network": "transformer", "data": [16, 512], "grid": GRID,
            "sizes": [[16, 2, 16], [32, 2, 16], [64, 2, 16]], "widths": [16, 32, 64],
        },
        "Transformer by depth": {
            "network": "transformer", "data": [16, 512], "grid": GRID,
            "sizes": [[16, 2, 16, 1], [16, 2, 16, 2], [16, 2, 16, 4], [16, 2, 16, 8]], "widths": [16, 16, 16, 16],
        },
    },
}  # fmt: skip


def run(lab: Runner, parameters: Numbers) -> dict[str, Any]:
    """The numbers.  Raises SimulationError."""
    settings = {name: _setting(lab, parameters, name) for name in parameters["settings"]}
    return {**{name: parameters[name] for name in ("steps", "seeds", "beta1", "beta2")}, "settings": settings}


def _setting(lab: Runner, parameters: Numbers, name: str) -> dict[str, Any]:
    asked = parameters["settings"][name]
    make, samples = networks.ARCHITECTURES[asked["network"]]
    data, made = samples(*asked["data"]), [make(*sizes) for sizes in asked["sizes"]]
    betas = parameters["beta1"], parameters["beta2"], parameters["epsilon"]

    tuned = [
        tune(
            lab,
            Training(f"{name}, d = {network.d}", network, data, parameters["batch"], parameters["steps"], betas),
            parameters["seeds"],
            asked["grid"],
        )
        for network in made
    ]
    dims, best = [network.d for network in made], np.asarray([one.vertices for one in tuned])
    widths = np.asarray(asked["widths"], float)
    by_width = len(set(asked["widths"])) > 1
    return {
        "dims": dims,
        "widths": asked["widths"],
        "data": f"{len(data.targets)} samples of {data.name} ({data.digest})",
        "best": columns([estimate(row) for row in best]),  # in powers of 2, of which the interval is symmetric
        "loss": [float(one.losses[one.best].mean()) for one in tuned],
        "tried": [[float(one.powers[0]), float(one.powers[-1])] for one in tuned],
        "fitted": exponent(dims, 2.0**best).to_json(),
        "fitted to the width": exponent(widths, 2.0**best).to_json() if by_width else None,
        "1/width": exponent(dims, 1.0 / widths[:, None]).mean if by_width else None,
        "the bound": exponent(dims, np.asarray(_of_the_bound(dims, parameters))[:, None]).mean,
    }


def _of_the_bound(dims: Sequence[int], parameters: Numbers) -> list[float]:
    """The learning rates that make the main theorem's bound least, if its other constants were 1 in every dimension."""
    from ...bounds.problem import Hyperparameters, Problem
    from ...bounds.tuning import optimise  # only a run needs it

    found = []
    for d in dims:
        asked = Problem(gap=1.0, grad1=1.0, L0=1.0, L1=1.0, q=1.0, sigma0=1.0, sigma1=1.0, p=1.0, dim=d, Gp=1.0, Gq=1.0)
        beta1, beta2 = (Fraction(str(parameters[name])) for name in ("beta1", "beta2"))
        hyper = Hyperparameters(beta1, beta2, None, parameters["epsilon"], parameters["steps"])
        found.append(float(optimise(asked, hyper, ["lr"]).bound.settings["lr"]))
    return found


# --- in words and pictures ----------------------------------------------------------------------


def observed(result: Numbers) -> dict[int, str]:
    """By number of a claim: what was observed."""
    parts = [
        f"{name} (d = {span(part['dims'])}): {power(part['fitted'], 'd')} beside the bound's "
        f"d^({part['the bound']:.3f}) with its other constants fixed, and {_by_width(part)}"
        for name, part in result["settings"].items()
    ]
    return {
        8: f"on networks (runs of {result['steps']} steps, {result['seeds']} seeds) the best gamma went like "
        f"{'; '.join(parts)}"
    }


def _by_width(part: Numbers) -> str:
    """What 1/width does."""
    return "a width that stays" if part["1/width"] is None else f"d^({part['1/width']:.3f}) for 1/width"


def briefly(result: Numbers) -> dict[int, str]:
    """The same in one line."""
    seen = ", ".join(f"{power(part['fitted'], 'd')} ({name})" for name, part in result["settings"].items())
    return {8: f"on networks the best gamma went like {seen}"}


def summary(result: Numbers) -> list[str]:
    lines = [
        f"betas {result['beta1']:g} and {result['beta2']:g}, {result['steps']} steps, {result['seeds']} seeds, each "
        "with a start and batches of its own; best: the least F over the later half of the run"
    ]
    for name, part in result["settings"].items():
        rows = [("width", "d", "best learning rate", "F there", "tried")]
        rows += [
            (str(width), str(d), f"2^({mean:.2f} +- {half:.2f})", f"{loss:.3g}", f"2^{low:g} to 2^{high:g}")
            for width, d, mean, half, loss, (low, high) in zip(
                part["widths"], part["dims"], part["best"]["mean"], part["best"]["half width"], part["loss"],
                part["tried"], strict=True,
            )
        ]  # fmt: skip
        by_width = part["fitted to the width"]
        lines += [
            f"{name}, {part['data']}",
            *(f"  {line}" for line in aligned(rows)),
            f"  fitted {power(part['fitted'], 'd')}"
            + (f" and {power(by_width, 'width')}" if by_width else "")
            + f", beside {_by_width(part)}; the bound's best, its other constants fixed, is "
            f"d^({part['the bound']:.3f})",
        ]
    return lines


def picture(result: Numbers) -> Picture:
    panels = []
    for name, part in result["settings"].items():
        dims, best = part["dims"], [2.0**value for value in part["best"]["mean"]]
        halves = [value * (2.0**half - 1.0) for value, half in zip(best, part["best"]["half width"], strict=True)]
        lines = {"1/sqrt(d)": [d**-0.5 for d in dims]}
        if part["1/width"] is not None:
            lines["1/width"] = [1.0 / width for width in part["widths"]]
        curves = [Curve("best in runs", dims, best, halves)]
        for word, line in lines.items():  # through the first point, since only the slope is claimed
            curves.append(Curve(word, dims, [best[0] * value / line[0] for value in line], observed=False))
        panels.append(Panel(name, "number of parameters d", "learning rate", curves))
    return Picture("The best learning rate of networks", panels)
