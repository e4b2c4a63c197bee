"""Records of experiments, one JSON file each: what was observed in runs, to stand beside what is proved.

A record is an object with "experiment" (its name), "seed", "versions" (name: version), "result" (any JSON) and,
if there is a picture, "plot_svg" (an SVG document).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

KEYS = ("experiment", "seed", "versions", "result")


class RecordError(ValueError):
    """A file that is not a record; the message says which file and what is wrong with it."""


@dataclass(frozen=True)
class Record:
    """One experiment's record; `rows` has its result, flattened: (name, value) as text."""

    name: str
    experiment: str
    seed: str
    versions: tuple[tuple[str, str], ...]
    rows: tuple[tuple[str, str], ...]
    plot: str = ""


def read(folder: str | Path) -> list[Record]:
    """The records in a folder, in the order of their files' names.  Raises RecordError."""
    place = Path(folder)
    if not place.is_dir():
        raise RecordError(f"there is no folder {folder} to read records from")
    paths = sorted(place.glob("*.json"), key=lambda path: path.name)
    if not paths:
        raise RecordError(f"the folder {folder} has no records (files that end in .json)")
    return [_record(path) for path in paths]


def _record(path: Path) -> Record:
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise RecordError(f"{path} cannot be read: {error.strerror}") from error
    except (ValueError, RecursionError) as error:
        raise RecordError(f"{path} is not JSON: {error}") from error
    if not isinstance(data, dict):
        raise RecordError(f"{path} is not a record: it must be a JSON object, not {type(data).__name__}")
    missing = [key for key in KEYS if key not in data]
    if missing:
        raise RecordError(f"{path} is not a record: it has no {missing[0]!r} (a record has {', '.join(KEYS)})")
    if not isinstance(data["experiment"], str) or not isinstance(data["versions"], dict):
        raise RecordError(f'{path} is not a record: "experiment" must be a text and "versions" an object')
    plot = data.get("plot_svg") or ""
    if not isinstance(plot, str) or (plot and "<svg" not in plot):
        raise RecordError(f'{path}: "plot_svg" must be the text of an SVG document')
    versions = tuple((name, _text(value)) for name, value in data["versions"].items())
    rows = tuple(_rows("", data["result"]))
    return Record(path.stem, data["experiment"], _text(data["seed"]), versions, rows, plot)


def _rows(name: str, value: Any) -> Iterator[tuple[str, str]]:
    """The leaves of a JSON value, each with its path; a list stays in one piece."""
    if isinstance(value, Mapping) and value:
        for key, inner in value.items():
            yield from _rows(f"{name}.{key}" if name else key, inner)
    else:
        yield name or "result", _text(value)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
