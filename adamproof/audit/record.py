"""Reading a record: what a training's recorder (or another program, docs/reference/audit-record.md) has written.

A record is data of unknown origin: whatever does not fit is refused, with its line.
"""

from __future__ import annotations

import hashlib
import json
import math
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
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
LONGEST_LINE, MOST_BYTES = 64_000_000, 1 << 29  # unpacked: a few bytes of gzip may become very many
MOST_LAYERS, MOST_LINES = 100_000, 2_000_000
MOST_NUMBERS = 20_000_000  # records times layers: each number has so many entries in memory
MOST_COUNTED = 2**53  # of coordinates and steps, which floats count
SETTINGS = ("lr", "beta1", "beta2", "epsilon")
STATED = (*SETTINGS, "weight_decay")  # those that a recorder may only have been told
SWITCHES = ("bias_correction", "maximize", "capturable", "foreach", "fused", "differentiable")  # of a group
TEXTS = ("made_by", "library", "optimizer")
SAMPLING = ("every", "sample", "keep", "seed")
SQUARES = ("d", "large", "small", "noise2", "l1_high", "ua_high", "step2")  # and others that are never negative
LONGEST_TEXT, LARGEST = 300, 1e100  # of a probe's numbers, whose squares and products are wanted


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
    probes, events: with what is known of their names.  complete: whether the record was finished.
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
        return np.array([]) if row is None else np.asarray(row, dtype=np.float64)


def read(path: str | Path) -> Run:
    """The record in a file, also of a training that was killed or still runs.  Raises AuditError.

    path: of the file.
    """
    try:
        if Path(path).exists() and not Path(path).is_file():  # a pipe would wait for its writer
            raise AuditError(f"{path} is not a file")
        ends: list[dict[str, Any]] = []
        with Path(path).open("rb") as stream:
            found = run_of(_lines(path, stream, ends), str(path))
    except OSError as error:
        raise AuditError(f"cannot read {path}: {error.strerror or error}") from error
    return replace(found, complete=bool(ends))


def _lines(path: str | Path, stream: Any, ends: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """The lines one by one; the last, which says that the record is finished, goes into `ends`.  Raises AuditError."""
    digest = hashlib.sha256()
    for number, line in enumerate(_split(path, stream), 1):
        if ends:
            raise AuditError(f"{path}, line {number}: there is something behind the last line")
        if not line.endswith(b"\n"):  # the training was killed while it was written
            break
        content = _content(path, number, line)
        if "end" in content:
            ends.append(content)
            if content["end"] != number - 1 or content.get("sha256") != digest.hexdigest():
                raise AuditError(f"{path}: checksum mismatch, the file was modified")
            continue
        digest.update(line)
        if number > MOST_LINES:
            raise AuditError(f"{path} has more than {MOST_LINES} lines")
        yield content


def _split(path: str | Path, stream: Any) -> Iterator[bytes]:
    """The lines of a file, packed or not; the last may lack its end.  Raises AuditError."""
    pieces = iter(lambda: stream.read(PIECE), b"")
    first = next(pieces, b"")
    pieces = chain([first], pieces)
    rest, total = b"", 0
    try:
        for piece in unpacked(pieces) if first.startswith(MAGIC) else pieces:
            total += len(piece)
            if total > MOST_BYTES:
                raise AuditError(f"{path} has more than {MOST_BYTES} bytes when it is unpacked")
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
    if number > 1 and "format" in content:
        raise AuditError(f"{path}, line {number}: another record begins here; a file has one")
    return content


def run_of(lines: Iterable[Mapping[str, Any]], path: str, complete: bool = True) -> Run:
    """The arrays of a record's lines, which are taken one by one.  Raises AuditError."""
    rest = iter(lines)
    header = next(rest, None)
    if header is None:
        raise AuditError(f"{path} has no line that is whole: nothing was recorded")
    if header.get("version") != VERSION:
        said = header.get("version")
        raise AuditError(f"{path} is a record of version {said!r:.20}, but this program reads {VERSION}")
    if "nothing" in header:
        raise AuditError(f"{path}: nothing was recorded ({_text(header['nothing'])})")
    try:
        groups = _groups(header["groups"])
        header = {**_header(header), "groups": groups}
        layers: list[LayerInfo] = []
        _add_layers(layers, header.pop("layers"), groups)
        records: list[dict[str, Any]] = []
        widths: list[int] = []
        probes, events = [], []
        for content in rest:
            if "probe" in content:
                probes.append({**_probe(content["probe"]), "at": _call(content["at"])})
            elif "event" in content:
                events.append(_event(content))
                groups += events[-1].get("groups", ())[len(groups) :]
                _add_layers(layers, content.get("layers", ()), groups)
                if events[-1]["event"] == "begun":
                    layers[_place(content["layer"], layers)] = _layer(content["as"], groups)
            else:
                found = _record(content, len(layers))
                if records and found["at"] == records[-1]["at"]:  # the last step again, with more numbers
                    found = records.pop() | {name: value for name, value in found.items() if value is not None}
                    widths.pop()
                records.append(found)
                widths.append(len(layers))
                if len(records) * max(1, len(layers)) > MOST_NUMBERS:
                    many = f"{len(records)} records of {len(layers)} layers"
                    raise AuditError(f"{path}: {many} are too many; record rarer")
        return _arrays(path, header, layers, records, widths, probes, events, complete)
    except (KeyError, TypeError, ValueError, IndexError, OverflowError) as error:
        if isinstance(error, AuditError):
            raise
        what = f"there is no {error}" if isinstance(error, KeyError) else " ".join(str(error).split())
        raise AuditError(f"{path} is not a whole record of an audit ({what:.200})") from error


def _header(said: Mapping[str, Any]) -> dict[str, Any]:
    """The header's own entries, and the layers as they are."""
    found: dict[str, Any] = {name: _text(said[name]) for name in TEXTS if said.get(name) is not None}
    found |= {name: int(said[name]) for name in SAMPLING if said.get(name) is not None}
    clipping = said.get("clipping")
    if clipping is not None:
        found["clipping"] = _setting("clipping", clipping)
    stated = said.get("stated") or []
    if not isinstance(stated, list):
        raise AuditError("the settings that were stated are not a list of names")
    found["stated"] = [name for name in STATED if name in stated]
    switches = {name: bool(said.get(name)) for name in ("state", "schedule")}
    return {**found, **switches, "layers": said["layers"]}


def _text(value: Any) -> str:
    return foreign(str(value)[:LONGEST_TEXT])


def _setting(name: str, value: Any) -> float:
    """A number that is not negative.  Raises AuditError."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0.0 <= float(value) < math.inf:
        raise AuditError(f"{name} is {str(value)!r:.40}, which is no setting")
    return float(value)


def _groups(said: Any) -> list[dict[str, Any]]:
    if not isinstance(said, list) or not said:
        raise AuditError("the header has no groups of settings")
    return [_group(each) for each in said]


def _group(said: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {name: _setting(name, said[name]) for name in SETTINGS}
    if not (found["beta1"] < 1.0 and 0.0 < found["beta2"] < 1.0):
        raise AuditError(f"the settings beta1 = {found['beta1']}, beta2 = {found['beta2']} are none")
    if said.get("bias_correction", True) is not True:
        raise AuditError("bias_correction is off: only Adam's corrected moments are audited")
    if said.get("weight_decay") is not None:
        found["weight_decay"] = _setting("weight_decay", said["weight_decay"])
    decoupled = said.get("decoupled")
    found["decoupled"] = decoupled if decoupled is None else bool(decoupled)
    return found | {name: bool(said[name]) for name in SWITCHES if name in said}


def _add_layers(layers: list[LayerInfo], said: Iterable[Any], groups: Sequence[Any]) -> None:
    for each in said:
        layers.append(_layer(each, groups))
        if len(layers) > MOST_LAYERS:
            raise AuditError(f"there are more than {MOST_LAYERS} layers")


def _layer(said: Mapping[str, Any], groups: Sequence[Any]) -> LayerInfo:
    n, group = int(said["n"]), int(said["group"])
    if not 0 <= n <= MOST_COUNTED or not 0 <= group < len(groups):
        raise AuditError(f"the layer {said['name']!r:.60} has {n:.4g} coordinates in group {group:.4g}")
    types = [None if said[name] is None else foreign(str(said[name])[:40]) for name in ("m", "v")]
    name = foreign(str(said["name"])[:200])
    return LayerInfo(name, n, group, types[0], types[1], bool(said.get("coupled")), bool(said.get("shard")))


def _place(said: Any, things: Sequence[Any]) -> int:
    if isinstance(said, bool) or not isinstance(said, int) or not 0 <= said < len(things):
        raise AuditError(f"there is no layer {said!r:.40}")
    return said


def _call(said: Any) -> int:
    if isinstance(said, bool) or not isinstance(said, int) or not 0 <= said <= MOST_COUNTED:
        raise AuditError(f"a call is {str(said)!r:.40}, and not a whole number")
    return said


def _event(said: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {"event": _text(said["event"]), "at": _call(said["at"])}
    if "why" in said:
        found["why"] = _text(said["why"])
    if "every" in said:
        found["every"] = _call(said["every"])
    if "groups" in said or found["event"] == "settings":
        found["groups"] = _groups(said["groups"])
    return found


def _probe(said: Any) -> dict[str, Any]:
    if not isinstance(said, dict):
        raise AuditError("a probe is not an object")
    found: dict[str, Any] = {}
    for name, value in said.items():
        if name == "by_layer":
            continue
        if isinstance(value, bool) or not isinstance(value, int | float | None):
            raise AuditError(f"the probe's {name!r:.40} is not a number")
        found[name] = value if value is not None and abs(value) < LARGEST else None  # as what is not finite
        if (name in SQUARES or name.endswith("_half")) and (found[name] or 0.0) < 0.0:
            raise AuditError(f"the probe's {name!r:.40} is negative")
    if not isinstance(found["t"], int) or found["t"] < 1:
        raise AuditError(f"the probe's step is {found['t']!r:.40}, and not a whole number from 1 on")
    return found


def _record(said: Mapping[str, Any], width: int) -> dict[str, Any]:
    """What is read of a record, numbers in arrays: lists of JSON take many times as much memory."""
    found = {name: said[name] for name in ("at", "t", "lr")} | {name: said[name] for name in NUMBERS if name in said}
    for name, row in found.items():
        if isinstance(row, list):
            found[name] = np.array(row, dtype=np.float64)
    for name in ("bins", "u"):
        rows = said.get(name)
        if rows is not None:
            if not isinstance(rows, list) or len(rows) > width:
                raise AuditError(f"{name} has other rows than one for each of {width} layers")
            found[name] = [None if row is None else _counted(name, row) for row in rows]
    return found


def _counted(name: str, row: Any) -> Any:
    """A row of counts, or of u."""
    kinds = {int} if name == "bins" else {int, float, type(None)}
    if not isinstance(row, list) or not kinds.issuperset(map(type, row)):
        raise AuditError(f"{name} has a row that is no list of numbers")
    if name == "bins" and row and max(row) > MOST_COUNTED:
        raise AuditError("bins has a count that is none")
    return np.array(row, dtype=np.float64) if name == "u" else row


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
    for place, row in enumerate(rows):
        if isinstance(row, np.ndarray):
            if row.ndim != 1 or len(row) > width:
                raise AuditError(f"{name} has {row.size} values for {width} layers")
            found[place, : len(row)] = row
        elif row is not None:
            found[place, : widths[place]] = float(row)
    found[np.isinf(found)] = np.nan  # what is not finite is not known
    return found


__all__ = ["LayerInfo", "Run", "read", "run_of"]
