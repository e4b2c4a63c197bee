"""A sweep as its TOML file describes it: keys with one value or many, whose product is run.

Keys at the top hold for every [[grid]] of the file; each of these is a product of its own.  Settings are made one by
one when they are asked for, so that a file may describe millions.
"""

from __future__ import annotations

import difflib
import math
import os
import stat
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from ..support import parsing
from . import setting as settings
from .errors import SweepError
from .setting import Setting, algorithm_of, idle, noise_of

LARGEST_FILE = 10_000_000  # bytes
MOST = 10_000_000  # runs of one sweep
LARGEST_COUNTER = 1 << 32  # of coordinates, samples and replicates, and of four steps
LARGEST_SEED = (1 << 64) - 1
GRID, PICTURE = "grid", "picture"
CHOICES = {
    "problem": settings.PROBLEMS, "algorithm": settings.ALGORITHMS, "noise": settings.NOISES, "dtype": settings.DTYPES,
}  # fmt: skip
WHOLE = {
    **dict.fromkeys(("dim", "batch", "replicates"), (1, LARGEST_COUNTER - 1)),
    **dict.fromkeys(("steps", "exact_every"), (1, 4 * LARGEST_COUNTER - 1)),
    "seed": (0, LARGEST_SEED),
}
REAL = ("start", "beta1", "beta2", "lr", "epsilon", "s0", "s1", "p", "delta")
TRIPLES = ("exponents", "factors")
NAMES = tuple(field.name for field in fields(Setting))
# What people call these keys elsewhere.
ELSEWHERE = {
    **dict.fromkeys(("d", "dims", "dimension"), "dim"),
    **dict.fromkeys(("T", "t", "step", "iterations"), "steps"),
    **dict.fromkeys(("gamma", "learning_rate", "eta"), "lr"),
    **dict.fromkeys(("network", "networks", "model"), "problem"),
    **dict.fromkeys(("eps",), "epsilon"),
    **dict.fromkeys(("seeds",), "seed"),
    **dict.fromkeys(("optimizer", "optimiser"), "algorithm"),
    **dict.fromkeys(("betas",), "beta1 and beta2"),
}
PICTURE_KEYS = ("x", "y", "curve", "panel")
Axes = dict[str, Sequence[Any]]


@dataclass(frozen=True)
class Grid:
    """A product: for each setting that was given, its values."""

    axes: Axes

    @property
    def count(self) -> int:
        """How many settings these are; `len` has no room for some numbers."""
        return math.prod(map(len, self.axes.values()))

    def __len__(self) -> int:
        return self.count

    def setting(self, number: int) -> Setting:
        """One of the settings; the last axis runs fastest."""
        found = {}
        for name, values in reversed(self.axes.items()):
            number, place = divmod(number, len(values))
            found[name] = values[place]
        return Setting(**found)


@dataclass(frozen=True)
class Sweep:
    """The grids of a file, one after another, and which picture is wanted (the keys of PICTURE_KEYS)."""

    name: str
    grids: Sequence[Grid]
    picture: Mapping[str, str]

    def __len__(self) -> int:
        return sum(map(len, self.grids))

    def __iter__(self) -> Iterator[Setting]:
        for grid in self.grids:
            for number in range(len(grid)):
                yield grid.setting(number)

    def setting(self, number: int) -> Setting:
        """The setting of this number, from 0."""
        for grid in self.grids:
            if number < len(grid):
                return grid.setting(number)
            number -= len(grid)
        raise IndexError(number)

    def varied(self) -> dict[str, list[Any]]:
        """The settings with more than one value in the whole sweep, and these values."""
        found: dict[str, dict[Any, None]] = {}
        for grid in self.grids:
            for name in NAMES:
                found.setdefault(name, {}).update(dict.fromkeys(grid.axes.get(name, (getattr(Setting, name),))))
        return {name: list(values) for name, values in found.items() if len(values) > 1}


def read(path: str | Path) -> Sweep:
    """The sweep in a TOML file.  Raises SweepError for a file that is none.

    path: of the file.
    """
    return from_mapping(_content(Path(path)), str(path))


def from_mapping(content: Mapping[str, Any], name: str = "sweep") -> Sweep:
    """The sweep that a TOML file with this content has.  Raises SweepError.

    content: as TOML gives it.  name: what messages call it.
    """
    common = {key: value for key, value in content.items() if key not in (GRID, PICTURE)}
    tables = content.get(GRID, [{}])
    tables = [tables] if isinstance(tables, dict) else tables
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables) or not tables:
        raise SweepError(f"{name}: grid must be a table: write [[grid]] above its keys")
    grids = []
    for number, table in enumerate(tables, 1):
        where = f"{name}, grid {number}" if len(tables) > 1 else name
        grids.append(_grid({**_named(common, where), **_named(table, where)}, where))
    runs = sum(grid.count for grid in grids)
    if runs > MOST:
        raise SweepError(f"{name} describes {runs:,} runs, but at most {MOST:,} are allowed: split the file")
    return Sweep(name, grids, _picture(content.get(PICTURE, {}), name))


# --- files --------------------------------------------------------------------------------------


def _content(path: Path) -> dict[str, Any]:
    import tomllib

    try:
        if path.exists() and not stat.S_ISREG(os.stat(path).st_mode):
            raise SweepError(f"{path} is not a regular file: give the TOML file of a sweep")
        with path.open("rb") as stream:
            content = stream.read(LARGEST_FILE + 1)
    except FileNotFoundError as error:
        raise SweepError(f"there is no file {path}") from error
    except (OSError, ValueError) as error:
        raise SweepError(f"cannot read {path}: {getattr(error, 'strerror', None) or error}") from error
    if len(content) > LARGEST_FILE:
        raise SweepError(f"{path} has more than {LARGEST_FILE} bytes, too many for a sweep: write long lists as ranges")
    try:
        return tomllib.loads(content.decode("utf-8-sig"), parse_float=str)  # exactly as written
    except (ValueError, RecursionError) as error:
        why = " ".join(str(error).split())
        raise SweepError(f"{path} is not valid TOML ({why}): put that right") from error


# --- keys and values ----------------------------------------------------------------------------


def _named(table: Mapping[str, Any], where: str) -> dict[str, Any]:
    """A table with its keys as they are spelled here.  Raises SweepError for one that is none."""
    found = {}
    for key, value in table.items():
        name = key.replace("-", "_")
        if name not in NAMES:
            raise SweepError(f"{where}: there is no key {key!r}{_instead(name)}")
        if name in found:
            raise SweepError(f"{where}: {name} is given twice: keep one of them")
        found[name] = value
    return found


def _instead(name: str) -> str:
    close = ELSEWHERE.get(name) or next(iter(difflib.get_close_matches(name, NAMES, n=1)), "")
    return f": write {close}" if close else f"; the keys are {', '.join(NAMES)}"


def _grid(table: Mapping[str, Any], where: str) -> Grid:
    given: Axes = {name: _values(name, table[name], where) for name in NAMES if name in table}
    grid = Grid(given)
    first = grid.setting(0)
    strictest = "float32" if "float32" in given.get("dtype", ()) else "float64"
    for setting in _each_once(grid, replace(first, dtype=strictest)):
        _refuse(setting, given, where)
    most, least = max(given.get("exact_every", [1])), min(given.get("steps", [first.steps]))
    if most > least:
        raise SweepError(f"{where}: exact_every is {most}, but must be at most {least}, steps")
    return grid


def _each_once(grid: Grid, first: Setting) -> Iterator[Setting]:
    """Settings that show what is wrong with any of them: what belongs together in every way, and of each number the
    least and the largest, since what is allowed lies between two.
    """
    yield first
    for name, values in grid.axes.items():
        if name in REAL:
            yield from (replace(first, **{name: end(values)}) for end in (min, max))
    # What decides whether other settings have an effect.
    together: tuple[str, ...] = ("problem", "algorithm", "noise", "s0", "s1")
    if grid.axes.get("exponents"):
        together += ("exponents", "factors", "steps", "dim")  # a schedule is within its range at some T and d alone
    few = Grid({name: values for name, values in grid.axes.items() if name in together})
    for number in range(min(few.count, MOST)):
        yield replace(first, **{name: getattr(few.setting(number), name) for name in few.axes})


def _refuse(setting: Setting, given: Axes, where: str) -> None:
    """Raise SweepError for a setting that cannot be run, and where a key that was given would have no effect."""
    import numpy as np

    from ..simulator import Schedule, SimulationError, precision

    for name, what in idle(setting).items():
        if name in given:
            raise SweepError(f"{where}: {name} has no effect with {what}: give it in a [[grid]] of its own")
    try:
        algorithm = algorithm_of(setting)
        if isinstance(algorithm, Schedule):
            algorithm = algorithm.at(setting.steps, setting.dim)
        noise_of(setting)
        precision.refuse(setting.dtype, algorithm, np.array([setting.start]))
    except SimulationError as error:
        raise SweepError(f"{where}: {error}") from error


def _values(name: str, given: Any, where: str) -> list[Any]:
    """The values of a key, each once.  Raises SweepError."""
    if isinstance(given, dict):
        found = _range(name, given, where)
    elif name in TRIPLES:
        many = isinstance(given, list) and given and isinstance(given[0], list)
        found = [_triple(name, one, where) for one in (given if many else [given])]
    else:
        found = [_value(name, one, where) for one in (given if isinstance(given, list) else [given])]
    if not found:
        raise SweepError(f"{where}: {name} has no value: give at least one")
    seen = set()
    for value in found:
        if value in seen:
            raise SweepError(f"{where}: {name} has the value {_shown(value)} twice: give each value once")
        seen.add(value)
    return found


def _value(name: str, given: Any, where: str) -> Any:
    if name in CHOICES:
        if given not in CHOICES[name]:
            raise SweepError(f"{where}: {name} is {_shown(given)}, but must be one of {', '.join(CHOICES[name])}")
        return given
    if name == "bias_correction":
        if not isinstance(given, bool):
            raise SweepError(f"{where}: bias_correction is {_shown(given)}, but must be true or false")
        return given
    if name in WHOLE:
        least, most = WHOLE[name]
        number = _number(name, given, where, parsing.integer)
        if not least <= number <= most:
            raise SweepError(f"{where}: {name} is {_shown(given)}, but must be a whole number from {least} to {most}")
        return number
    return _number(name, given, where, parsing.real)


def _number(name: str, given: Any, where: str, read: Callable[[str], Any]) -> Any:
    """A number as TOML has it, or as text in the spellings of the command line.  Raises SweepError."""
    if isinstance(given, bool) or not isinstance(given, int | str):
        raise SweepError(f"{where}: {name} is {_shown(given)}, but must be a number")
    try:
        return read(str(given))
    except parsing.NumberError as error:
        raise SweepError(f"{where}: {name}: {error}") from error


def _triple(name: str, given: Any, where: str) -> tuple[float, float, float]:
    if not isinstance(given, list) or len(given) != 3:
        raise SweepError(f"{where}: {name} is {_shown(given)}, but must be three numbers, or a list of such threes")
    a, b, c = (_number(name, one, where, parsing.real) for one in given)
    if name == "exponents" and min(a, b) < 0:
        raise SweepError(f"{where}: exponents are {_shown(given)}, but those of beta1 and beta2 must not be negative")
    return a, b, c


def _range(name: str, given: Mapping[str, Any], where: str) -> list[Any]:
    """{first, count}: whole numbers, one after another; {from, to, points}: numbers of equal ratios, ends included."""
    if set(given) == {"first", "count"} and name in WHOLE:
        first, count = _value(name, given["first"], where), _value("steps", given["count"], where)
        if count > MOST:
            raise SweepError(f"{where}: {name} has {count} values, but at most {MOST} are allowed")
        _value(name, first + count - 1, where)
        return list(range(first, first + count))
    if set(given) == {"from", "to", "points"} and name in REAL:
        low, high = (_number(name, given[end], where, parsing.real) for end in ("from", "to"))
        points = _value("steps", given["points"], where)
        if not 2 <= points <= MOST:
            raise SweepError(f"{where}: points of {name} is {points}, but must be from 2 to {MOST}")
        return _spaced(name, low, high, points, where)
    forms = "{first = 0, count = 10}" if name in WHOLE else "{from = 1e-4, to = 1e-1, points = 7}"
    raise SweepError(f"{where}: {name} must be a value, a list of values, or a range such as {forms}")


def _spaced(name: str, low: float, high: float, points: int, where: str) -> list[float]:
    """Equal ratios of the numbers, or of 1 - beta; the ends are as they were given."""
    gap = name in ("beta1", "beta2")
    a, b = (1.0 - low, 1.0 - high) if gap else (low, high)
    if a <= 0.0 or b <= 0.0:
        rule = "below 1" if gap else "above 0"
        raise SweepError(f"{where}: from and to of {name} must be {rule}, since a range has equal ratios")
    between = [a * (b / a) ** (number / (points - 1)) for number in range(1, points - 1)]
    return [low, *((1.0 - one if gap else one) for one in between), high]


def _shown(value: Any) -> str:
    return f"{value!r:.60}" if not isinstance(value, bool) else str(value).lower()


def _picture(given: Any, name: str) -> dict[str, str]:
    if not isinstance(given, dict) or not all(isinstance(value, str) for value in given.values()):
        raise SweepError(f"{name}: [picture] must have text for each key, such as x = \"lr\"")
    for key in given:
        if key not in PICTURE_KEYS:
            raise SweepError(f"{name}: [picture] has no key {key!r}; its keys are {', '.join(PICTURE_KEYS)}")
    return dict(given)
