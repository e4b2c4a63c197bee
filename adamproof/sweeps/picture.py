"""A picture of a sweep: one column of its table against one setting, a line for each choice of the others.

Over seeds the mean is taken.  matplotlib (the extra "plots") draws it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import product
from typing import Any

from ..experiments.pictures import Curve, Panel, Picture
from .cell import COLUMNS, HALF, PLACES, RESULTS, Row
from .errors import SweepError
from .grid import REAL, WHOLE, Sweep
from .setting import Setting, idle

Y = "u_a"  # what the main theorem bounds
SEED = "seed"
AGAINST = ("lr", "steps", "dim", "beta2", "beta1", "batch", "epsilon", "s0", "s1", "p", "delta", "start")
MOST_PANELS, MOST_CURVES = 6, 12
DRAWN = {column.name for column in RESULTS if column.kind != "text"}
GAPS = ("beta1", "beta2")  # of which 1 - beta is drawn


class NoPicture(Exception):
    """Nothing can be drawn of this sweep: one sentence."""


def chosen(sweep: Sweep) -> dict[str, str]:
    """What is drawn: x, y, and, where they are, curve and panel.

    Raises SweepError for a picture that is asked for and cannot be, and NoPicture where there is none by itself.
    """
    varied, asked, name = sweep.varied(), sweep.picture, sweep.name
    for key in ("x", "curve", "panel"):
        if key in asked and asked[key] not in varied:
            rule = f"its settings with several values are {', '.join(varied)}" if varied else "no setting has several"
            raise SweepError(f"{name}: {key} of [picture] is {asked[key]!r}, but {rule}")
    x = asked.get("x") or max((one for one in AGAINST if one in varied), key=lambda one: len(varied[one]), default="")
    if not x:
        raise NoPicture("no setting that can be drawn against has several values")
    if x not in (*REAL, *WHOLE):
        raise SweepError(f"{name}: x of [picture] is {x!r}, but must be a number")
    y = asked.get("y", Y)
    if y not in DRAWN:
        raise SweepError(f"{name}: y of [picture] is {y!r}, but must be one of {', '.join(sorted(DRAWN))}")
    return {"x": x, "y": y, **{key: asked[key] for key in ("curve", "panel") if key in asked}}


def drawn(sweep: Sweep, rows: Iterable[Row]) -> Picture:
    """The picture; rows are those of all runs, in order.  Raises SweepError and NoPicture as `chosen` does."""
    asked, varied = chosen(sweep), sweep.varied()
    x, y = asked["x"], asked["y"]
    others = [name for name in varied if name not in (x, SEED)]
    panels = [asked["panel"]] if "panel" in asked else [name for name in ("problem",) if name in others]
    names = [name for name in others if name not in panels]
    names.sort(key=lambda name: name != asked.get("curve"))
    found = _points(sweep, rows, (panels, names, x), y)
    curves = [(panel, curve) for panel, curve in product(*({key[at]: None for key in found} for at in (0, 1)))
              if (panel, curve) in {key[:2] for key in found}]  # fmt: skip
    each = {panel: [curve for one, curve in curves if one == panel] for panel, _ in curves}
    if len(each) > MOST_PANELS or max(map(len, each.values())) > MOST_CURVES:
        raise NoPicture(
            f"it would have {len(each)} panels of up to {max(map(len, each.values()))} lines; at most {MOST_PANELS} of "
            f"{MOST_CURVES} can be told apart (draw it from the table)"
        )
    label = f"1 - {x}" if x in GAPS else x
    made = [
        _panel(panels, panel, [(curve, found[panel, curve]) for curve in inner], (label, y), names)
        for panel, inner in each.items()
    ]
    return Picture(f"{_meaning(y)}", made)


Points = dict[tuple[tuple[Any, ...], tuple[Any, ...]], dict[float, list[Row]]]


def _points(
    sweep: Sweep, rows: Iterable[Row], by: tuple[Sequence[str], Sequence[str], str], y: str
) -> Points:
    """By panel, curve and x: what is drawn, and its half width, of each seed; without runs in which x has no effect."""
    panels, names, x = by
    half = PLACES.get(y + HALF)
    found: Points = {}
    for setting, row in zip(sweep, rows, strict=True):
        if x in idle(setting):
            continue
        at = float(getattr(setting, x))
        points = found.setdefault((_values(setting, panels), _values(setting, names)), {})
        seen = points.setdefault(1.0 - at if x in GAPS else at, [])
        seen.append([row[PLACES[y]], None if half is None else row[half]])
    return found


def _values(setting: Setting, names: Sequence[str]) -> tuple[Any, ...]:
    """What a run has of these settings; None for one without effect."""
    without = idle(setting)
    return tuple(None if name in without else getattr(setting, name) for name in names)


def _panel(
    panels: Sequence[str],
    values: Sequence[Any],
    curves: Sequence[tuple[tuple[Any, ...], Mapping[float, list[Row]]]],
    labels: tuple[str, str],
    names: Sequence[str],
) -> Panel:
    made = [_curve(_named(names, which) or labels[1], points) for which, points in curves]
    x = [value for curve in made for value in curve.x]
    y = [value for curve in made for value in curve.y if value is not None]
    title = _named(panels, values) or _meaning(labels[1])
    return Panel(title, *labels, made, log_x=min(x) > 0.0, log_y=bool(y) and min(y) > 0.0)


def _curve(name: str, points: Mapping[float, list[Row]]) -> Curve:
    import numpy as np

    from ..simulator import estimate

    x, y, halves = sorted(points), [], []
    for at in x:
        values = [value for value, _ in points[at] if value is not None]
        if len(values) < len(points[at]):  # a run that stopped is a gap: the mean of the others would hide it
            mean, half = None, None
        elif len(values) == 1:
            mean, half = points[at][0]
        else:
            found = estimate(np.asarray(values))
            mean, half = found.mean, found.half_width
        y.append(mean)
        halves.append(half)
    return Curve(name, x, y, halves)


def _named(names: Sequence[str], values: Sequence[Any]) -> str:
    pairs = zip(names, values, strict=True)
    return ", ".join(f"{name} = {_shown(value)}" for name, value in pairs if value is not None)


def _shown(value: Any) -> str:
    if isinstance(value, tuple):
        return " ".join(f"{one:g}" for one in value)
    return f"{value:g}" if isinstance(value, float) else str(value)


def _meaning(name: str) -> str:
    return COLUMNS[PLACES[name]].meaning


def described(setting: Setting, varied: Iterable[str]) -> str:
    """A run of a sweep in words: the settings by which it differs from others."""
    names = list(varied)
    return _named(names, _values(setting, names))
