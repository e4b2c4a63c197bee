"""Pictures of experiments: panels of points with their intervals and of lines, with their data as CSV or JSON.

Drawn from a record's numbers, by the same colours and styles as the pictures of bounds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ..support.figures import COLOURS, STYLES, Drawn, data_text, new_figure

MARKS = ("o", "s", "^", "D", "v", "P")
PANEL = (4.8, 4.0)  # inches


@dataclass(frozen=True)
class Curve:
    """y against x; `half` are half widths of intervals.  What is proved or predicted is a line without points."""

    name: str
    x: Sequence[float]
    y: Sequence[float | None]
    half: Sequence[float | None] | None = None
    observed: bool = True


@dataclass(frozen=True)
class Panel:
    """Curves over the same axes."""

    title: str
    x_label: str
    y_label: str
    curves: Sequence[Curve]
    log_x: bool = True
    log_y: bool = True


@dataclass(frozen=True)
class Picture(Drawn):
    """Panels side by side."""

    title: str
    panels: Sequence[Panel]

    def text(self, path: str) -> str:
        """The data as CSV or JSON, by the file's name.  Raises PlotError."""
        rows = [
            {"panel": panel.title, "curve": curve.name, "x": x, "y": y, "half width": half}
            for panel in self.panels
            for curve in panel.curves
            for x, y, half in zip(curve.x, curve.y, curve.half or [None] * len(curve.x), strict=True)
        ]
        return data_text(path, rows, self.title)

    def figure(self) -> Any:
        """The picture as a figure of matplotlib."""
        figure = new_figure((PANEL[0] * len(self.panels), PANEL[1]))
        figure.suptitle(self.title, fontsize=11)
        for axes, panel in zip(figure.subplots(1, len(self.panels), squeeze=False)[0], self.panels, strict=True):
            _draw(axes, panel)
        return figure


def _draw(axes: Any, panel: Panel) -> None:
    for number, curve in enumerate(panel.curves):
        known = [index for index, value in enumerate(curve.y) if value is not None]
        look: dict[str, Any] = {
            "color": COLOURS[number % len(COLOURS)],
            "linestyle": STYLES[number % len(STYLES)],
            "linewidth": 1.3,
            "label": curve.name,
        }
        x, y = ([values[index] for index in known] for values in (curve.x, curve.y))
        if curve.observed:
            halves = None if curve.half is None else [curve.half[index] or 0.0 for index in known]
            axes.errorbar(x, y, yerr=halves, marker=MARKS[number % len(MARKS)], markersize=4, capsize=2, **look)
        else:
            axes.plot(x, y, **look)
    axes.set_title(panel.title, fontsize=10)
    axes.set_xlabel(panel.x_label)
    axes.set_ylabel(panel.y_label)
    axes.set_xscale("log" if panel.log_x else "linear")
    axes.set_yscale("log" if panel.log_y else "linear")
    axes.grid(True, which="major", linewidth=0.4, alpha=0.5)
    axes.legend(fontsize=7)
