"""Reading a record: what a training's recorder (or another program, docs/reference/audit-record.md) has written.

A record is data of unknown origin: whatever does not fit is refused, with its line.
"""

from __future__ import annotations

import hashlib
import json
import math
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..support.foreign_text import foreign
from .errors import AuditError
from .reduction import BINS, NUMBERS
from .writing import FORMAT, MAGIC, PIECE, VERSION, unpacked

Array = NDArray[np.float64]
LONGEST_LINE = 64_000_000  # bytes
MOST_LAYERS, MOST_RECORDS = 100_000, 10_000_000
SETTINGS = ("lr", "beta1", "beta2", "epsilon")


@dataclass(frozen=True)
class LayerInfo:
    """A layer, as the record describes it.

    name: as the optimizer or the model has it.  n: the number of coordinates.  group: of settings.  m, v: the types of
    the moments; None before its first step.  coupled: whether weight decay goes through the moments.  shard: whether
    this is a part of a larger parameter.
    """

    name: str
    n: int
    group: int
    m: str | None
    v: str | None
    coupled: bool = False
    shard: bool = False


@dataclass(frozen=True)
class Run:
    """A record in arrays; nan stands for what is not known.

    path: of the file.  header: the first line, with all groups that came up.  layers: the same.  at: (records,), the
    optimizer's calls.  t: (records, layers), the layers' own steps.  lr: (records, groups).  numbers: (records, layers)
    each, by the names of NUMBERS.
    counts, kept: by record, the histograms and the sampled u as they were written (`histogram` and `sample` read them).
    probes, events: as they were written.  complete: whether the record was finished.
    """

    path: str
    header: Mapping[str, Any]
    layers: tuple[LayerInfo, ...]
    at: Array
    t: Array
    lr: Array
    numbers: Mapping[str, Array]
    counts: Sequence[Sequence[Any]]
    kept: Sequence[Any]
    probes: Sequence[Mapping[str, Any]] = field(default=())
    events: Sequence[Mapping[str, Any]] = field(default=())
    complete: bool = True

    def called(self, path: str) -> Run:
        """The same under another name.

        path: the name.
        """
        return replace(self, path=path)

    @property
    def groups(self) -> list[dict[str, Any]]:
        """The settings of each group at the beginning."""
        found: list[dict[str, Any]] = self.header["groups"]
        return found

    @property
    def n(self) -> Array:
        return np.array([layer.n for layer in self.layers], dtype=np.float64)

    @property
    def d(self) -> int:
        """All coordinates together."""
        return sum(layer.n for layer in self.layers)

    @cached_property
    def known(self) -> NDArray[np.bool_]:
        """(records, layers): where a layer has numbers."""
        return np.isfinite(self.t) & (self.t >= 1)

    def of_layers(self, name: str) -> Array:
        """(layers,): a setting of each layer's group.

        name: of the setting.
        """
        return np.array([float(self.groups[layer.group][name]) for layer in self.layers])

    def histogram(self, record: int, layer: int) -> Array:
        """(BINS,): how many sampled u are in which bin.  Raises AuditError for counts that are none.

        record, layer: their numbers.
        """
        found = np.zeros(BINS)
        counts = self.counts[record]
        row = counts[layer] if counts and layer < len(counts) else None
        if row:
            if not (row[0] >= 0 and row[0] + len(row) - 1 <= BINS and min(row) >= 0):
                raise AuditError(f"{self.path}: a histogram has counts outside its bins, or negative ones")
            found[int(row[0]) : int(row[0]) + len(row) - 1] = row[1:]
        return found

    def sample(self, record: int, layer: int) -> Array:
        """The kept u of a layer in a record; empty where there are none.

        record, layer: their numbers.
        """
        rows = self.kept[record] if self.kept else None
        row = rows[layer] if rows and layer < len(rows) else None
        return np.array(row if row is not None else [], dtype=np.float64)


def read(path: str | Path) -> Run:
    """The record in a file, also of a training that was killed or still runs.  Raises AuditError.

    path: of the file.
    """
    try:
        if Path(path).exists() and not Path(path).is_file():  # a pipe would wait for its writer
            raise AuditError(f"{path} is not a file")
        with Path(path).open("rb") as stream:
            lines, complete = _lines(path, stream)
    except OSError as error:
        raise AuditError(f"cannot read {path}: {error.strerror or error}") from error
    return run_of(lines, str(path), complete)


def _lines(path: str | Path, stream: Any) -> tuple[list[dict[str, Any]], bool]:
    """The lines, and whether the last says that the record is finished.  Raises AuditError."""
    digest, found = hashlib.sha256(), []
    end: dict[str, Any] | None = None
    for number, line in enumerate(_split(path, stream), 1):
        if end is not None:
            raise AuditError(f"{path}, line {number}: there is something behind the last line")
        if not line.endswith(b"\n"):  # the training was killed while it was written
            break
        content = _content(path, number, line)
        if "end" in content:
            end = content
            if content["end"] != number - 1 or content.get("sha256") != digest.hexdigest():
                raise AuditError(f"{path}: checksum mismatch, the file was modified")
            continue
        digest.update(line)
        found.append(content)
        if len(found) > MOST_RECORDS:
            raise AuditError(f"{path} has more than {MOST_RECORDS} lines")
    return found, end is not None


def _split(path: str | Path, stream: Any) -> Iterator[bytes]:
    """The lines of a file, packed or not; the last may lack its end.  Raises AuditError."""
    pieces = iter(lambda: stream.read(PIECE), b"")
    first = next(pieces, b"")
    pieces = chain([first], pieces)
    rest = b""
    try:
        for piece in unpacked(pieces) if first.startswith(MAGIC) else pieces:
            *whole, rest = (rest + piece).split(b"\n")
            for line in whole:
                yield line + b"\n"
            if len(rest) > LONGEST_LINE:
                raise AuditError(f"{path} has a line of more than {LONGEST_LINE} bytes")
    except zlib.error as error:
        raise AuditError(f"{path} cannot be unpacked ({error}): the file was modified") from error
    if rest:
        yield rest


def _content(path: str | Path, number: int, line: bytes) -> dict[str, Any]:
    try:
        content = json.loads(line)
    except (ValueError, RecursionError) as error:
        if number == 1:
            raise AuditError(f"{path} is not a record of an audit: its first line is not JSON") from error
        raise AuditError(f"{path}, line {number}: this is not JSON") from error
    if not isinstance(content, dict):
        raise AuditError(f"{path}, line {number}: this is not an object")
    if number == 1 and content.get("format") != FORMAT:
        raise AuditError(f"{path} is not a record of an audit: its first line does not say {FORMAT!r}")
    return content


def run_of(lines: Sequence[Mapping[str, Any]], path: str, complete: bool = True) -> Run:
    """The arrays of a record's lines.  Raises AuditError."""
    if not lines:
        raise AuditError(f"{path} has no line that is whole: nothing was recorded")
    header, *rest = lines
    if header.get("version") != VERSION:
        said = header.get("version")
        raise AuditError(f"{path} is a record of version {said!r:.20}, but this program reads {VERSION}")
    try:
        _check_groups(header["groups"])
        groups = list(header["groups"])
        layers = [_layer(each, groups) for each in header["layers"]]
        records, widths, probes, events = [], [], [], []
        for content in rest:
            if "probe" in content:
                probes.append({**_probe(content["probe"]), "at": int(content["at"])})
            elif "event" in content:
                events.append(content)
                if "groups" in content:
                    _check_groups(content["groups"])
                    groups += content["groups"][len(groups) :]
                layers += [_layer(each, groups) for each in content.get("layers", ())]
                if content["event"] == "begun":
                    layers[content["layer"]] = _layer(content["as"], groups)
            else:
                records.append(content)
                widths.append(len(layers))
        if len(layers) > MOST_LAYERS:
            raise AuditError(f"{path} has more than {MOST_LAYERS} layers")
        return _arrays(path, {**header, "groups": groups}, layers, records, widths, probes, events, complete)
    except (KeyError, TypeError, ValueError, IndexError, OverflowError) as error:
        if isinstance(error, AuditError):
            raise
        what = f"there is no {error}" if isinstance(error, KeyError) else " ".join(str(error).split())
        raise AuditError(f"{path} is not a whole record of an audit ({what:.200})") from error


def _check_groups(groups: Any) -> None:
    if not isinstance(groups, list) or not groups:
        raise AuditError("the header has no groups of settings")
    for group in groups:
        lr, beta1, beta2, epsilon = (float(group[name]) for name in SETTINGS)
        fits = 0.0 <= beta1 < 1.0 and 0.0 < beta2 < 1.0 and epsilon >= 0.0 and lr >= 0.0
        if not (fits and math.isfinite(lr) and math.isfinite(epsilon)):
            raise AuditError(f"the settings beta1 = {beta1}, beta2 = {beta2}, lr = {lr}, epsilon = {epsilon} are none")


def _layer(said: Mapping[str, Any], groups: Sequence[Any]) -> LayerInfo:
    n, group = int(said["n"]), int(said["group"])
    if n < 0 or not 0 <= group < len(groups):
        raise AuditError(f"the layer {said['name']!r:.60} has {n} coordinates in group {group}")
    types = [None if said[name] is None else str(said[name]) for name in ("m", "v")]
    name = foreign(str(said["name"])[:200])
    return LayerInfo(name, n, group, types[0], types[1], bool(said.get("coupled")), bool(said.get("shard")))


def _probe(said: Any) -> dict[str, Any]:
    if not isinstance(said, dict):
        raise AuditError("a probe is not an object")
    for name, value in said.items():
        if isinstance(value, bool | str) or not isinstance(value, int | float | None | dict | list):
            raise AuditError(f"the probe's {name!r:.40} is not a number")
    return said


def _arrays(
    path: str,
    header: Mapping[str, Any],
    layers: Sequence[LayerInfo],
    records: Sequence[Mapping[str, Any]],
    widths: Sequence[int],
    probes: Sequence[Mapping[str, Any]],
    events: Sequence[Mapping[str, Any]],
    complete: bool,
) -> Run:
    count, width = len(records), len(layers)
    at = np.array([record["at"] for record in records], dtype=np.float64)
    if not np.isfinite(at).all() or (np.diff(at) <= 0).any():
        raise AuditError(f"{path}: the records are not in the order of the steps")
    numbers = {name: _table([record.get(name) for record in records], width, widths, name) for name in NUMBERS}
    t = _table([record["t"] for record in records], width, widths, "t")
    if ((t < 1) | (np.isfinite(t) & (t != np.floor(t)))).any():
        raise AuditError(f"{path}: a step t is not a whole number from 1 on")
    settings = len(header["groups"])
    lr = _table([record["lr"] for record in records], settings, [settings] * count, "lr")
    counts = [record.get("bins") or () for record in records]
    kept = [record.get("u") for record in records] if any("u" in record for record in records) else []
    found = Run(
        path, dict(header), tuple(layers), at, t, lr, numbers, counts, kept, tuple(probes), tuple(events), complete
    )
    for name in ("max", "sum", "sum2", "v1", "g2", "m2"):
        if (numbers[name] < 0).any():
            raise AuditError(f"{path}: {NUMBERS[name]} is negative")
    if count != t.shape[0]:
        raise AuditError(f"{path}: steps are missing")
    return found


def _table(rows: Sequence[Any], width: int, widths: Sequence[int], name: str) -> Array:
    """(records, width): each row is a list, one value for all, or None; what came later is nan.

    widths: how many columns there were at each record.
    """
    found = np.full((len(rows), width), np.nan)
    lengths = {len(row) if isinstance(row, list) else -1 for row in rows}
    if lengths == {width} and rows:
        found[...] = np.array(rows, dtype=np.float64)
    else:
        for place, row in enumerate(rows):
            if isinstance(row, list):
                if len(row) > width:
                    raise AuditError(f"{name} has {len(row)} values for {width} layers")
                found[place, : len(row)] = np.array(row, dtype=np.float64)
            elif row is not None:
                found[place, : widths[place]] = float(row)
    return found


__all__ = ["LayerInfo", "Run", "read", "run_of"]
