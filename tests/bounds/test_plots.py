"""Pictures and their data."""

from __future__ import annotations

import builtins
import csv
import io
import json
from pathlib import Path
from typing import Any

import numpy
import pytest

from adamproof.bounds.plots import against_steps, map_of_bound, map_of_R
from adamproof.bounds.problem import Hyperparameters, Problem
from adamproof.bounds.ranges import ProblemError
from adamproof.support.figures import PlotError

PROBLEM = Problem(gap=8, grad1=4, L0=1, sigma0=1, dim=16)
HYPER = Hyperparameters("1-T^-1/2", "1-T^-1/2", "T^-3/4/sqrt(d)", steps=10_000)


def test_the_terms_against_t() -> None:
    found = against_steps(PROBLEM, HYPER)
    assert found.steps[0] == 10 and found.steps[-1] == 10**6
    assert list(found.curves) == ["total", "initial gap", "initial momentum", "drift", "noise"]
    rows = list(csv.DictReader(io.StringIO(found.text("a.csv"))))
    assert len(rows) == len(found.steps) and float(rows[-1]["total"]) == found.curves["total"][-1]
    assert json.loads(found.text("a.JSON"))["rows"][0]["T"] == 10


def test_the_map_of_r() -> None:
    found = map_of_R()
    outside = found.first[None, :] ** 2 >= found.second[:, None]
    assert (numpy.isnan(found.values) == outside).all()
    assert numpy.nanmin(found.values) == pytest.approx(1)
    assert '"value": null' in found.text("a.json") and "nan" not in found.text("a.csv")


def test_the_map_of_a_bound() -> None:
    found = map_of_bound(PROBLEM, Hyperparameters(lr="1e-3", steps=1000))
    assert found.values.shape == (len(found.second), len(found.first)) and numpy.isfinite(found.values).any()


def test_pictures_are_files_and_the_same_every_time(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    for drawing, suffix, head in (
        (against_steps(PROBLEM, HYPER), ".svg", b"<?xml"),
        (map_of_R(), ".png", b"\x89PNG"),
    ):
        first, second = tmp_path / f"first{suffix}", tmp_path / f"second{suffix}"
        drawing.draw(str(first))
        drawing.draw(str(second))
        assert first.read_bytes().startswith(head)
        assert first.read_bytes() == second.read_bytes()


def test_from_very_few_to_very_many_steps() -> None:
    for steps in (1, 10**30):
        found = against_steps(PROBLEM, Hyperparameters(0.9, 0.99, "1e-3", steps=steps))
        assert found.steps[-1] == max(1000.0, 100.0 * steps) and numpy.isfinite(found.curves["total"]).all()
    with pytest.raises(ProblemError, match="at most 1e100"):
        against_steps(PROBLEM, Hyperparameters(0.9, 0.99, "1e-3", steps="1e400"))


def test_refusals(tmp_path: Path) -> None:
    with pytest.raises(PlotError, match=r"\.png or \.svg"):
        map_of_R().draw(str(tmp_path / "a.gif"))
    with pytest.raises(PlotError, match=r"\.csv or \.json"):
        map_of_R().text("a.txt")


def test_without_matplotlib_there_is_one_sentence(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    real = builtins.__import__

    def missing(name: str, *rest: Any, **more: Any) -> Any:
        if name.startswith("matplotlib"):
            raise ImportError(name)
        return real(name, *rest, **more)

    found = against_steps(PROBLEM, HYPER)
    monkeypatch.setattr(builtins, "__import__", missing)
    with pytest.raises(PlotError, match=r"pip install 'adamproof\[plots\]'"):
        found.draw(str(tmp_path / "a.png"))


def test_where_the_theorem_applies_is_a_column() -> None:
    steep = Problem(gap=8, grad1=4, L0=1, sigma0=1, dim=16, L1=10, Gq=1)
    rows = against_steps(steep, HYPER).rows()
    assert [row["holds"] for row in rows].count(False) > 0 and rows[0]["holds"] is False and rows[-1]["holds"] is True
    cells = map_of_bound(steep, Hyperparameters(lr="1e-2", steps=1000)).rows()
    assert {cell["holds"] for cell in cells} == {False, True}
    for drawn in (against_steps, map_of_bound):
        with pytest.raises(ProblemError, match="fails at every"):
            drawn(steep, Hyperparameters("0.9", "0.9", 1, steps=1000))


def test_a_bound_of_zero_is_not_drawn() -> None:
    with pytest.raises(ProblemError, match="nothing to draw"):
        against_steps(Problem(gap=0, grad1=0, L0=0, sigma0=0, dim=1), Hyperparameters("0.9", "0.9", 1, steps=1000))


def test_a_notebook_shows_a_picture() -> None:
    pytest.importorskip("matplotlib")
    for drawn in (against_steps(PROBLEM, HYPER), map_of_R()):
        text = drawn._repr_svg_()
        assert text is not None and text.startswith("<?xml") and drawn.svg() == text
