"""Pictures of sweeps: what is drawn against what, the mean over seeds, gaps, and what cannot be drawn."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from adamproof.experiments.pictures import Picture
from adamproof.simulator import estimate
from adamproof.sweeps import cell
from adamproof.sweeps.cell import COLUMNS, PLACES
from adamproof.sweeps.errors import SweepError
from adamproof.sweeps.grid import Sweep, from_mapping
from adamproof.sweeps.picture import NoPicture, chosen, described, drawn
from adamproof.sweeps.setting import Setting

LR = ["1e-3", "1e-2", "1e-1"]


def rows(sweep: Sweep, stopped: int = -1) -> list[cell.Row]:
    """Of each run, made up: u_a is its number, and the half width a tenth of it."""
    made = []
    for number, _ in enumerate(sweep):
        row: list[Any] = [None] * len(COLUMNS)
        if number != stopped:
            row[PLACES["u_a"]], row[PLACES["u_a_half_width"]], row[PLACES["max_u"]] = number, number / 10, -1.0
        made.append(row)
    return made


def picture(content: dict[str, Any], stopped: int = -1) -> Picture:
    sweep = from_mapping(content)
    return drawn(sweep, rows(sweep, stopped))


def test_the_setting_with_most_values_is_the_axis() -> None:
    (panel,) = picture({"lr": LR, "beta1": ["0.9", "0.5"]}).panels
    assert (panel.x_label, panel.y_label, panel.log_x) == ("lr", "u_a", True)
    names = {curve.name: (list(curve.x), list(curve.y), list(curve.half or ())) for curve in panel.curves}
    assert names == {
        "beta1 = 0.9": ([1e-3, 1e-2, 1e-1], [0, 1, 2], [0.0, 0.1, 0.2]),
        "beta1 = 0.5": ([1e-3, 1e-2, 1e-1], [3, 4, 5], [0.3, 0.4, 0.5]),
    }


def test_panels_and_curves() -> None:
    content = {"lr": LR, "beta1": ["0.9", "0.5"], "steps": [2, 3], "problem": ["quadratic", "cosh"]}
    found = picture(content).panels
    assert [panel.title for panel in found] == ["problem = quadratic", "problem = cosh"]
    assert [curve.name for curve in found[0].curves][:2] == ["beta1 = 0.9, steps = 2", "beta1 = 0.9, steps = 3"]
    found = picture({**content, "picture": {"panel": "steps", "curve": "problem", "x": "beta1", "y": "max_u"}}).panels
    assert [panel.title for panel in found] == ["steps = 2", "steps = 3"]
    assert found[0].curves[0].name == "problem = quadratic, lr = 0.001"
    assert (found[0].x_label, found[0].log_y) == ("1 - beta1", False)
    assert list(found[0].curves[0].x) == [pytest.approx(0.1), 0.5] and list(found[0].curves[0].half or ()) == [None] * 2


def test_over_seeds_the_mean_is_drawn_and_a_run_that_stopped_is_a_gap() -> None:
    (panel,) = picture({"lr": LR, "seed": {"first": 0, "count": 4}}, stopped=5).panels
    (curve,) = panel.curves
    first, last = estimate(np.arange(4.0)), estimate(np.arange(8.0, 12.0))
    assert list(curve.y) == [first.mean, None, last.mean]
    assert list(curve.half or ()) == [first.half_width, None, last.half_width]


def test_what_has_no_effect_is_not_named() -> None:
    grids = [{"dim": [2, 3]}, {"problem": "digits"}]
    found = picture({"lr": LR, "grid": grids}).panels
    assert [[curve.name for curve in panel.curves] for panel in found] == [["dim = 2", "dim = 3"], ["u_a"]]
    found = picture({"steps": [2, 3], "grid": [{"exponents": [1, 1, 1]}, {"lr": LR}], "picture": {"x": "lr"}}).panels
    assert [list(curve.x) for curve in found[0].curves] == [[1e-3, 1e-2, 1e-1]] * 2
    assert described(Setting("digits", lr=0.5), ["problem", "dim", "lr"]) == "problem = digits, lr = 0.5"
    assert described(Setting(exponents=(0.5, 0.5, 0.75)), ["exponents", "lr"]) == "exponents = 0.5 0.5 0.75"


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"x": "beta2"}, "x of [picture] is 'beta2', but its settings with several values are lr, beta1"),
        ({"x": "algorithm"}, "x of [picture] is 'algorithm', but its settings"),
        ({"y": "u"}, ""),
        ({"y": "nothing"}, "y of [picture] is 'nothing', but must be one of error, error_half_width"),
        ({"y": "status"}, "y of [picture] is 'status', but must be one of"),
        ({"panel": "dim"}, "panel of [picture] is 'dim', but its settings"),
    ],
)
def test_what_is_asked_for_must_be_there(asked: dict[str, str], said: str) -> None:
    sweep = from_mapping({"lr": LR, "beta1": ["0.9", "0.5"], "picture": asked}, "s")
    if said:
        with pytest.raises(SweepError) as refusal:
            chosen(sweep)
        assert f"s: {said}" in str(refusal.value).replace("beta1, lr", "lr, beta1")
    else:
        assert chosen(sweep)["y"] == "u"


def test_no_picture() -> None:
    with pytest.raises(NoPicture, match="no setting that can be drawn against has several values"):
        picture({"problem": ["quadratic", "cosh"]})
    with pytest.raises(SweepError, match=r"x of \[picture\] is 'problem', but must be a number"):
        picture({"problem": ["quadratic", "cosh"], "picture": {"x": "problem"}})
    many = {"lr": [f"1e-{n}" for n in range(30)], "beta1": [f"0.{n}" for n in range(1, 9)], "steps": [2, 3, 4]}
    with pytest.raises(NoPicture, match=r"it would have 1 panels of up to 24 lines; at most 6 of 12 can be told apart"):
        picture(many)
