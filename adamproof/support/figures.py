"""Figures: drawn into files and notebooks, with their data as CSV or JSON.

matplotlib (the extra `plots`) is imported when a picture is drawn.  Colours are those of Okabe and Ito, with a line
style each: they can be told apart without colour vision and in print.
"""

from __future__ import annotations

import csv
import io
import json
import math
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#000000")
STYLES = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)), "-")
FORMATS = (".png", ".svg")
DATA_FORMATS = (".csv", ".json")


class PlotError(ValueError):
    """A picture or data file that cannot be made: one sentence."""


class Drawn(ABC):
    """Something that can be drawn: into a file, as text, in a notebook."""

    @abstractmethod
    def figure(self) -> Any:
        """The picture as a figure of matplotlib.  Raises PlotError where that is missing."""

    @abstractmethod
    def text(self, path: str) -> str:
        """The data as text, in the form that the file's name asks for.  Raises PlotError."""

    def draw(self, path: str) -> None:
        """Draw it into a PNG or SVG file.  Raises PlotError."""
        expect_names(path, None)
        suffix = Path(path).suffix.lower()
        metadata = {"Date": None} if suffix == ".svg" else {"Software": None}
        figure = self.figure()
        drawn = io.BytesIO()  # first, since drawing reads fonts: an error of that is none of writing
        figure.savefig(drawn, format=suffix[1:], dpi=200, metadata=metadata)
        try:
            Path(path).write_bytes(drawn.getvalue())
        except OSError as error:
            raise PlotError(f"cannot write {path}: {error.strerror or error}") from error

    def svg(self) -> str:
        """The picture as an SVG document; nothing where matplotlib is missing."""
        try:
            figure = self.figure()
        except PlotError:
            return ""
        stream = io.StringIO()
        figure.savefig(stream, format="svg", metadata={"Date": None})
        return stream.getvalue()

    def _repr_svg_(self) -> str | None:
        return self.svg() or None


def expect_names(picture: str | None, data: str | None) -> None:
    """Raise PlotError for a file name whose ending is of no picture, or of no data, that can be written."""
    for path, endings, what in ((picture, FORMATS, "a picture is"), (data, DATA_FORMATS, "data are")):
        if path is not None and Path(path).suffix.lower() not in endings:
            raise PlotError(f"{path}: {what} written to a file whose name ends in {' or '.join(endings)}")


def data_text(path: str, rows: Sequence[Mapping[str, Any]], title: str) -> str:
    """Rows as CSV or JSON, by the name of the file.  Raises PlotError."""
    expect_names(None, path)
    if Path(path).suffix.lower() == ".json":
        clean = [{key: _finite(value) for key, value in row.items()} for row in rows]
        return json.dumps({"title": title, "rows": clean}, indent=1) + "\n"
    stream = io.StringIO()
    writer = csv.DictWriter(stream, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows({key: _cell(value) for key, value in row.items()} for row in rows)
    return stream.getvalue()


def _cell(value: Any) -> str:
    return "" if _finite(value) is None else value if isinstance(value, str) else repr(value)


def _finite(value: Any) -> Any:
    """The value, or None for a number that is not finite."""
    return None if isinstance(value, float) and not math.isfinite(value) else value


def new_figure(size: tuple[float, float]) -> Any:
    """An empty figure of this size in inches.  Raises PlotError."""
    try:
        import matplotlib
        from matplotlib.figure import Figure
    except ImportError as error:
        raise PlotError("pictures need matplotlib; install it with: pip install 'adamproof[plots]'") from error
    matplotlib.rcParams["svg.hashsalt"] = "adamproof"  # the same picture, the same bytes
    return Figure(figsize=size, layout="constrained")
