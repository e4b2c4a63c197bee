"""Pictures of bounds: the terms against T, and heat maps over (beta1, beta2); their data as CSV or JSON.

The data need only NumPy.  Maps are in cividis, which can be read without colour vision and in print.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy

from ..support.figures import COLOURS, STYLES, Drawn, PlotError, data_text, new_figure
from .problem import Hyperparameters, Problem
from .ranges import ProblemError, is_array
from .theorems.from_lemmas import theorem
from .vectorised import bound

POINTS = 121
SIDE = 161  # points a side of a map
LAST = 10**100  # steps
SIZE = (7.0, 4.6)  # inches


@dataclass(frozen=True)
class Lines(Drawn):
    """Curves over T."""

    title: str
    steps: Any
    curves: dict[str, Any]
    y_label: str
    holds: Any  # where the theorem applies; curves have gaps elsewhere

    def rows(self) -> list[dict[str, Any]]:
        return [
            {
                "T": float(self.steps[index]),
                **{name: float(curve[index]) for name, curve in self.curves.items()},
                "holds": bool(self.holds[index]),
            }
            for index in range(len(self.steps))
        ]

    def text(self, path: str) -> str:
        """The data, as CSV or JSON by the file's name."""
        return data_text(path, self.rows(), self.title)

    def figure(self) -> Any:
        """The picture as a figure of matplotlib."""
        figure, axes = _canvas(self.title)
        for number, (name, curve) in enumerate(self.curves.items()):
            total = name == "total"
            axes.loglog(
                self.steps,
                numpy.where(self.holds, curve, numpy.nan),
                color=COLOURS[-1] if total else COLOURS[number % (len(COLOURS) - 1)],
                linestyle=STYLES[number % len(STYLES)] if not total else "-",
                linewidth=2.4 if total else 1.5,
                label=name,
            )
        self._slope(axes)
        axes.set_xlabel("number of steps T")
        axes.set_ylabel(self.y_label)
        axes.grid(True, which="major", linewidth=0.4, alpha=0.5)
        axes.legend(fontsize=8)
        return figure

    def _slope(self, axes: Any) -> None:
        """The slope of T^(-1/4), just above the total."""
        total = self.curves["total"]
        known = numpy.flatnonzero(self.holds & numpy.isfinite(total) & (total > 0))
        if known.size:
            anchor = known[-1]
            guide = 1.5 * total[anchor] * (self.steps / self.steps[anchor]) ** -0.25
            axes.loglog(
                self.steps, guide, color="#777777", linewidth=0.9, linestyle=(0, (1, 3)), label="slope of T^(-1/4)"
            )


@dataclass(frozen=True)
class HeatMap(Drawn):
    """Values over (beta1, beta2), nan where they are not defined; axes are 1 - beta, in powers of ten."""

    title: str
    first: Any  # beta1
    second: Any  # beta2
    values: Any  # values[row, column] at second[row], first[column]
    label: str
    holds: Any = None  # of a bound: where the theorem applies; the map has gaps elsewhere

    def rows(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        for row, y in enumerate(self.second):
            for column, x in enumerate(self.first):
                value = self.values[row, column]
                found.append(
                    {"beta1": float(x), "beta2": float(y), "value": None if math.isnan(value) else float(value)}
                )
                if self.holds is not None:
                    found[-1]["holds"] = bool(self.holds[row, column])
        return found

    def text(self, path: str) -> str:
        """The data, as CSV or JSON by the file's name."""
        return data_text(path, self.rows(), self.title)

    def figure(self) -> Any:
        """The picture as a figure of matplotlib."""
        figure, axes = _canvas(self.title)
        from matplotlib.colors import LogNorm

        values = self.values if self.holds is None else numpy.where(self.holds, self.values, numpy.nan)
        known = values[numpy.isfinite(values) & (values > 0)]
        if not known.size:
            raise PlotError("there is nothing to draw: the value is undefined everywhere on the map")
        norm = LogNorm(known.min(), max(known.max(), known.min() * 1.01))
        mesh = axes.pcolormesh(
            1 - self.first,
            1 - self.second,
            values,
            cmap="cividis_r",
            norm=norm,
            rasterized=True,
            shading="nearest",
        )
        figure.colorbar(mesh, ax=axes, label=self.label)
        gap = numpy.geomspace(1e-9, 1, 400)
        axes.plot(
            gap,
            1 - (1 - gap) ** 2,
            color="#D55E00",
            linewidth=1.6,
            linestyle="--",
            label="beta1^2 = beta2: no R beyond",
        )
        axes.plot(gap, gap, color="black", linewidth=1.2, label="beta1 = beta2: the valley, R = 1")
        axes.set_xscale("log")
        axes.set_yscale("log")
        axes.set_xlim(1 - self.first.max(), 1 - self.first.min())
        axes.set_ylim(1 - self.second.max(), 1 - self.second.min())
        axes.set_xlabel("1 - beta1")
        axes.set_ylabel("1 - beta2")
        axes.legend(fontsize=8, loc="upper left")
        return figure


# --- what is drawn ------------------------------------------------------------------------------


def against_steps(problem: Problem, hyper: Hyperparameters, name: str = "main", case: int = 1) -> Lines:
    """The terms of a bound over T, from 10 to 100 times the given number of steps; formulas follow T."""
    if hyper.steps is not None and (is_array(hyper.steps) or hyper.steps.free_symbols or hyper.steps > LAST):
        raise ProblemError(f"a picture over T needs steps as a number, at most 1e{len(str(LAST)) - 1}")
    last = 1e8 if hyper.steps is None else 100 * float(hyper.steps)
    steps = numpy.unique(numpy.floor(numpy.geomspace(10.0, max(last, 1000.0), POINTS)))
    found = bound(problem, replace(hyper, steps=steps), name, case)
    curves = {"total": found.total, **found.terms}
    shape = steps.shape
    if not numpy.any(found.total > 0):
        raise ProblemError("there is nothing to draw: the bound is 0 or undefined at every T in the picture")
    _applies_somewhere(found.holds, name, "T")
    return Lines(
        f"The bound of the theorem {name}",
        steps,
        {label: numpy.broadcast_to(curve, shape) for label, curve in curves.items() if numpy.any(curve > 0)},
        f"{theorem(name, case).left} is at most",
        numpy.broadcast_to(found.holds, shape),
    )


def _applies_somewhere(holds: Any, name: str, what: str) -> None:
    if not numpy.any(holds):
        raise ProblemError(f"there is no bound to draw: a hypothesis of the theorem {name} fails at every {what}")


def _betas() -> tuple[Any, Any]:
    gaps = numpy.geomspace(1e-4, 0.9, SIDE)
    return 1 - gaps, 1 - gaps


def map_of_R() -> HeatMap:
    """R over (beta1, beta2)."""
    first, second = _betas()
    unit = Problem(gap=1, grad1=1, L0=1, sigma0=1, dim=1)
    found = bound(unit, Hyperparameters(first[None, :], second[:, None], 1, steps=1))
    return HeatMap("The bound R on the update magnitude", first, second, found.scale["R"], "R")


def map_of_bound(problem: Problem, hyper: Hyperparameters, name: str = "main", case: int = 1) -> HeatMap:
    """A bound over (beta1, beta2), everything else as given."""
    first, second = _betas()
    found = bound(problem, replace(hyper, beta1=first[None, :], beta2=second[:, None]), name, case)
    _applies_somewhere(found.holds, name, "pair of betas")
    values, holds = (numpy.broadcast_to(array, (SIDE, SIDE)) for array in (found.total, found.holds))
    return HeatMap(f"The bound of the theorem {name}", first, second, values, "bound", holds)


def _canvas(title: str) -> tuple[Any, Any]:
    figure = new_figure(SIZE)
    axes = figure.add_subplot()
    axes.set_title(title, fontsize=10)
    return figure, axes


__all__ = ["HeatMap", "Lines", "against_steps", "map_of_R", "map_of_bound"]
