"""Small charts as SVG inside HTML, without a script: lines, points and a heat map, in the other pictures' colours.

Text takes the page's colour, so that a chart can be read on a dark page.  Every chart has a label in words.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise

from ..support.figures import COLOURS

WIDTH, HEIGHT = 640, 240
LEFT, RIGHT, TOP, BOTTOM = 64, 12, 12, 40
DASHES = ("", "6 3", "2 2", "8 3 2 3", "1 3", "10 4")
ROW, NAMES = 16, 190  # of a heat map: pixels of a row, and of the names beside it
SHADES = 20  # of its scale
COLD, HOT = (232, 240, 250), (180, 20, 20)


@dataclass(frozen=True)
class Series:
    """Points of one name; joined by a line, or not."""

    name: str
    x: Sequence[float]
    y: Sequence[float]
    joined: bool = True


def chart(label: str, x_label: str, y_label: str, series: Sequence[Series], log_x: bool, log_y: bool) -> str:
    """Series over common axes; what is not finite (or not positive, on a logarithmic axis) is left out."""
    kept = [_usable(each, log_x, log_y) for each in series]
    points = [point for each in kept for point in each]
    if not points:
        return ""
    across = _Axis([x for x, _ in points], log_x, LEFT, WIDTH - RIGHT)
    up = _Axis([y for _, y in points], log_y, HEIGHT - BOTTOM, TOP)
    parts = [*across.drawn(x_label, True), *up.drawn(y_label, False)]
    for number, (each, mine) in enumerate(zip(series, kept, strict=True)):
        places = [(across.place(x), up.place(y)) for x, y in mine]
        parts += _drawn(each, places, number)
    legend = "".join(f"<li>{_swatch(each, number)} {escape(each.name)}</li>" for number, each in enumerate(series))
    return _figure(label, WIDTH, HEIGHT, parts, f'<ul class="titles">{legend}</ul>')


def _usable(series: Series, log_x: bool, log_y: bool) -> list[tuple[float, float]]:
    pairs = [(float(x), float(y)) for x, y in zip(series.x, series.y, strict=True)]
    return [
        (x, y)
        for x, y in pairs
        if math.isfinite(x) and math.isfinite(y) and (x > 0 or not log_x) and (y > 0 or not log_y)
    ]


def _drawn(series: Series, places: Sequence[tuple[float, float]], number: int) -> list[str]:
    colour, dash = COLOURS[number % len(COLOURS)], DASHES[number % len(DASHES)]
    if series.joined:
        line = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
        return [
            f'<polyline points="{line}" style="fill:none;stroke:{colour};stroke-width:1.5;stroke-dasharray:{dash}"/>'
        ]
    return [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" style="fill:{colour}"/>' for x, y in places]


def _swatch(series: Series, number: int) -> str:
    """How a series is drawn, beside its name."""
    places = [(0.0, 5.0), (32.0, 5.0)] if series.joined else [(16.0, 5.0)]
    drawn = "".join(_drawn(series, places, number))
    return f'<svg aria-hidden="true" viewBox="0 0 32 10" width="32" height="10">{drawn}</svg>'


class _Axis:
    """Where values stand, in pixels from `start` to `end`."""

    def __init__(self, values: Sequence[float], log: bool, start: float, end: float, margin: float = 0.04) -> None:
        self.log, self.start, self.end = log, start, end
        low, high = self._scaled(min(values)), self._scaled(max(values))
        room = (high - low) * margin if high > low else (abs(low) * 0.1 or 1.0)
        self.low, self.high = low - room, high + room

    def _scaled(self, value: float) -> float:
        return math.log10(value) if self.log else value

    def place(self, value: float) -> float:
        return self.start + (self._scaled(value) - self.low) / (self.high - self.low) * (self.end - self.start)

    def ticks(self) -> list[float]:
        """Round values on the axis: of a logarithmic one powers of 10, or 1, 2 and 5 times these where they are few."""
        if self.log:
            powers = range(math.floor(self.low), math.ceil(self.high) + 1)
            step = max(1, len(powers) // 6)
            tens = [10.0**power for power in powers if power % step == 0]
            fine = [factor * 10.0**power for power in powers for factor in (1, 2, 5)]
            ticks = tens if sum(map(self._inside, tens)) > 2 else fine
            if sum(map(self._inside, ticks)) < 2:
                ticks = [10**self.low, 10**self.high]
        else:
            step_size = 10 ** math.floor(math.log10((self.high - self.low) / 3))
            step_size *= next(f for f in (1, 2, 5, 10) if (self.high - self.low) / (f * step_size) <= 6)
            first = math.ceil(self.low / step_size)
            ticks = [(first + number) * step_size for number in range(12)]
        return [tick for tick in ticks if self._inside(tick)]

    def _inside(self, value: float) -> bool:
        return self.low <= self._scaled(value) <= self.high

    def drawn(self, label: str, across: bool) -> list[str]:
        line = 'style="stroke:currentColor;stroke-opacity:.25"'
        parts = []
        for tick in self.ticks():
            at = self.place(tick)
            if across:
                parts.append(f'<line x1="{at:.1f}" y1="{TOP}" x2="{at:.1f}" y2="{HEIGHT - BOTTOM}" {line}/>')
                parts.append(_text(at, HEIGHT - BOTTOM + 14, f"{tick:.4g}", "middle"))
            else:
                parts.append(f'<line x1="{LEFT}" y1="{at:.1f}" x2="{WIDTH - RIGHT}" y2="{at:.1f}" {line}/>')
                parts.append(_text(LEFT - 6, at + 4, f"{tick:.4g}", "end"))
        middle = (self.start + self.end) / 2
        if across:
            return [*parts, _text(middle, HEIGHT - 6, label, "middle")]
        turned = f'transform="rotate(-90 12 {middle:.1f})"'
        return [*parts, _text(12, middle, label, "middle", turned)]


def heat_map(label: str, names: Sequence[str], times: Sequence[float], rows: Sequence[Sequence[float]]) -> str:
    """A row of cells for each name, from values of 0 (cold) to 1 (hot); what is not finite is left empty.

    times: rising.  A cell reaches half the way to the times beside it.
    """
    if not times or not names:
        return ""
    edges = _edges(times)
    across = _Axis([edges[0], edges[-1]], False, NAMES, WIDTH - RIGHT, margin=0.0)
    places = [across.place(edge) for edge in edges]
    parts = []
    for number, (name, row) in enumerate(zip(names, rows, strict=True)):
        top = number * ROW
        parts.append(_text(NAMES - 6, top + ROW - 4, name if len(name) <= 28 else f"...{name[-25:]}", "end"))
        for column, value in enumerate(row):
            if math.isfinite(value):
                start, end = places[column], places[column + 1]
                place = f'x="{start:.2f}" y="{top}" width="{end - start + 0.2:.2f}" height="{ROW - 1}"'
                said = f"{escape(name)}, call {times[column]:.0f}: {value:.3g}"
                parts.append(f'<rect {place} style="fill:{_colour(value)}"><title>{said}</title></rect>')
    height = len(names) * ROW
    parts += [
        _text(across.place(tick), height + 14, f"{tick:.0f}", "middle") for tick in across.ticks() if tick % 1 == 0
    ]
    parts.append(_text(NAMES - 6, height + 14, "call", "end"))
    return _figure(label, WIDTH, height + 46, [*parts, *_scale(height + 28)], "")


def _edges(times: Sequence[float]) -> list[float]:
    """The ends of cells around times; of the first and the last as far out as in."""
    middles = [(one + other) / 2 for one, other in pairwise(times)]
    if not middles:
        return [times[0] - 0.5, times[0] + 0.5]
    return [2 * times[0] - middles[0], *middles, 2 * times[-1] - middles[-1]]


def _scale(top: int) -> list[str]:
    """The colours of 0 to 1."""
    width = 8
    cells = [
        f'<rect x="{NAMES + number * width}" y="{top}" width="{width + 0.2}" height="10" '
        f'style="fill:{_colour((number + 0.5) / SHADES)}"/>'
        for number in range(SHADES)
    ]
    return [*cells, _text(NAMES - 6, top + 9, "0", "end"), _text(NAMES + SHADES * width + 6, top + 9, "1", "start")]


def _colour(value: float) -> str:
    part = min(1.0, max(0.0, value))
    mixed = (round(cold + (hot - cold) * part) for cold, hot in zip(COLD, HOT, strict=True))
    return f"rgb({','.join(map(str, mixed))})"


def _text(x: float, y: float, text: str, anchor: str, more: str = "") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="11" {more}>{escape(text)}</text>'


def _figure(label: str, width: int, height: int, parts: Sequence[str], below: str) -> str:
    return (
        f'<figure><div class="wide"><svg role="img" aria-label="{escape(label)}" viewBox="0 0 {width} {height}" '
        f'width="{width}" height="{height}">{"".join(parts)}</svg></div>{below}'
        f"<figcaption>{escape(label)}</figcaption></figure>"
    )


__all__ = ["Series", "chart", "heat_map"]
