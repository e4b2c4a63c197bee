"""The recorder: what it is told of a training, as lines of a record.

It must never cost the training: whatever goes wrong in it is one warning, and the recording stops.
"""

from __future__ import annotations

import math
import sys
import warnings
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import accumulate
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from .._version import __version__
from . import arrays
from .clock import Clock
from .described import common, described, rank, size_of
from .errors import AuditError
from .magnitude import coarsest, largest_at, least_second_moment
from .probing import Source, measured
from .reduction import (
    COUNTS,
    NUMBERS,
    OFTEN,
    Layer,
    Moments,
    Reduced,
    alike,
    histogram,
    named,
    reduced,
    reduced_fully,
    sampled,
    spread,
)
from .rounding import DIGITS, EXACT, rounded, rounded_all, rounded_list
from .writing import FORMAT, VERSION, Writer

NEAR = 0.98  # of R_t: a largest u above it is written exactly, since rounding to DIGITS might lead above R_t or below
LATER = 1.01  # times a step, up to which its R_t is taken: a part of t changes R_t by no more than that part
FIRST, FULL = 5, 20  # the first records have all numbers and histograms of u, and then every FULL-th has


class AuditWarning(UserWarning):
    """What the recorder could not do."""


@dataclass(frozen=True)
class Settings:
    """How the recorder works.

    every: a record each so many steps.  sample: coordinates sampled in each layer.  budget: the part of the training's
    time that recording may take; above it the records become rarer.  None: no limit.  keep: how many sampled u are kept
    in the record (replicates need some).  seed: of the sampling.
    """

    every: int = 20
    sample: int = 256
    budget: float | None = 0.02
    keep: int = 0
    seed: int = 0

    def __post_init__(self) -> None:
        for name, least in (("every", 1), ("sample", 1), ("keep", 0), ("seed", 0)):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int) or value < least:
                raise AuditError(f"{name} is {value!r:.40}, but must be a whole number from {least} on")
        if self.keep > self.sample:
            raise AuditError(f"keep is {self.keep}, but only sample = {self.sample} coordinates are sampled")
        if self.budget is not None and not (isinstance(self.budget, int | float) and 0.0 < self.budget <= 1.0):
            raise AuditError(f"budget is {self.budget!r:.40}, but must be a part of the time, above 0 and at most 1")


class Recorder:
    """A recording.  Use it as a context, or call `close` at the end; `save` writes the record into a file.

    `watch`, `watch_optax` and `watch_arrays` make one.

    optimizer: what the header says of it.  settings: how often and how much.  path: of a new file (where there is one,
    name-2 or so, with a warning); None keeps the lines in memory until `save`.
    """

    def __init__(self, optimizer: Mapping[str, Any], settings: Settings, path: str | Path | None = None) -> None:
        self.settings, self.optimizer = settings, dict(optimizer)
        self.calls = 0
        self.interval = settings.every
        self.stopped = ""
        self._writer = Writer(path)
        if path is not None:
            _not_overwritten(path, self._writer.path)
        self._names: dict[str, int] = {}  # of the layers, with their numbers
        self._types: dict[str, tuple[str, str]] = {}  # of m and v, the coarsest so far: its rounding stays in them
        self._groups: list[dict[str, Any]] = []
        self._waiting: set[str] = set()  # layers that have had no step
        self._index: dict[str, tuple[NDArray[np.int64], Any]] = {}
        self._before: dict[str, NDArray[np.float64]] = {}
        self._leasts: dict[tuple[float, str], float] = {}
        self._bounds: dict[tuple[float, float], tuple[int, float]] = {}
        self._recorded = 0  # the call of the last record
        self._whole = False  # whether it has all numbers
        self._steps: Any = None  # the layers' steps in it
        self._latest: tuple[Callable[[], Sequence[Layer]], Callable[[], list[dict[str, Any]]]] | None = None
        self._lines = 0  # records so far
        self._clock = Clock()
        self.source: Source | None = None  # of gradients, for probes
        self._at_end: list[Callable[[], None]] = []

    # --- what a front end calls ---

    def guarded(self, action: Callable[[], None]) -> None:
        """Do it unless recording has stopped; an exception is a warning, and stops it.

        action: what to do.
        """
        if self.stopped:
            return
        try:
            action()
        except Exception as error:  # noqa: BLE001 - whatever it is, the training goes on
            # The hook stays until `close`: PyTorch walks through its hooks now, and none may be removed meanwhile.
            wrote = isinstance(error, OSError)
            self.stopped = f"{'the recorder could not write' if wrote else type(error).__name__}: {error}"
            _warn(f"the audit has stopped, the training goes on ({self.stopped:.300})")

    def step(self, layers: Callable[[], Sequence[Layer]], groups: Callable[[], list[dict[str, Any]]]) -> None:
        """Count a step, and record it if one is due.  Never raises.

        layers, groups: give the layers and the settings, and are called only if a record is due.
        """
        self.calls += 1
        self._latest = layers, groups
        if self.due:
            self.guarded(lambda: self._timed(lambda: self._record(layers(), groups())))

    @property
    def due(self) -> bool:
        """Whether the step that was just counted is one to record: the first, and those that `interval` divides."""
        return not self.stopped and (self.calls == 1 or self.calls % self.interval == 0)

    def event(self, **said: Any) -> None:
        """A line that says what happened, at this step.

        said: the name of the `event`, and what belongs to it.
        """
        self._writer.line({"event": said.pop("event"), "at": self.calls, **said})

    def probed(self, said: Mapping[str, Any]) -> None:
        """The line of a probe.  Raises AuditError before the first record.

        said: the numbers that it found.
        """
        if not self._recorded:
            raise AuditError("nothing is recorded yet: probe after the first step")
        self._writer.line({"probe": rounded_all(said), "at": self.calls})

    def probe(
        self, loss: Callable[[Any], Any], large: Iterable[Any], small: Iterable[Any] = (), seconds: float = 60.0
    ) -> None:
        """Measure the gradient, its noise and its change along the last step, now.  Never raises: AuditError, too, is a
        warning, and so is what the loss raises; the recording goes on without this probe.

        Weights, gradients, random states and running statistics are afterwards as they were before.

        loss: of a batch; its value is a tensor that has `backward` (or a number, if the gradients are there by then),
        or for `watch_arrays` and `watch_optax` a pair: the loss and the gradients by layer.
        large: at least two large batches, drawn independently, whose mean stands for the true gradient.
        small: batches of the training's own size, at least two, for the noise.
        seconds: after so many no further batch is begun.
        """
        if self.stopped:
            return
        with self._clock.aside():
            self._probe(loss, large, small, seconds)

    def _probe(self, loss: Callable[[Any], Any], large: Iterable[Any], small: Iterable[Any], seconds: float) -> None:
        try:
            if self.source is None:
                raise AuditError("there is nothing that gives gradients here")
            found = measured(self.source, loss, large, small, seconds)
            if not self._recorded:
                raise AuditError("nothing is recorded yet: probe after the first step")
        except Exception as error:  # noqa: BLE001 - most likely the loss's own; everything is restored by now
            why = str(error) if isinstance(error, AuditError) else f"{type(error).__name__}: {error}"
            _warn(f"a probe is left out, the recording goes on ({why:.300})")
            if self._recorded:
                self.guarded(lambda: self.event(event="no probe", why=why[:300]))
            return
        self.guarded(lambda: self.probed(found))

    def at_end(self, action: Callable[[], None]) -> None:
        """Do it when the recording ends: remove a hook, say.

        action: what to do.
        """
        self._at_end.append(action)

    def lines(self) -> list[dict[str, Any]]:
        """What is recorded so far, if it is in memory."""
        return self._writer.lines()

    # --- the ends of a recording ---

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """End the recording: the hook is removed, and the last step and the last line are written.  Never raises."""
        self._release()
        self._last_step()
        try:
            self._finish()
        except Exception as error:  # noqa: BLE001 - a full disk, say
            if not self.stopped:  # else it is said already
                _warn(f"the audit's record has no end, the training goes on ({type(error).__name__}: {error!s:.300})")

    def save(self, path: str | Path) -> Path | None:
        """End the recording and write the record; the file that it is in is given back.  Never raises.

        A file that is there is not replaced, unless this recorder has saved it there before: the record goes into
        name-2 or so.  Where nothing can be written it goes into a folder for temporary files, and None says that it is
        lost.  All of this with a warning.

        path: of the new file.
        """
        self._release()
        self._last_step()
        with suppress(Exception):  # a full disk, say; what is written by then is saved
            self._finish()
        try:
            found = self._writer.save(path)
        except Exception as error:  # noqa: BLE001 - the training's own results are not saved yet, maybe
            return self._saved_elsewhere(path, f"{getattr(error, 'strerror', None) or error}")
        _not_overwritten(path, found)
        return found

    def _saved_elsewhere(self, path: str | Path, why: str) -> Path | None:
        try:
            found = self._writer.save_elsewhere(path)
        except Exception as error:  # noqa: BLE001 - nor is there any other folder to write to, for whatever reason
            _warn(f"the audit's record is lost, the training goes on (cannot write {path}: {why:.200}; {error!s:.100})")
            return None
        _warn(f"the audit cannot write {path} ({why:.200}): its record is in {found}")
        return found

    def _last_step(self) -> None:
        """The last step's moments with all their numbers, so that the record ends where the training does.

        Gradients, weights and learning rates may be those of the next step by now, or of another model: they are left
        out, and so is everything if the betas are others by now.
        """
        there = self.calls == self._recorded and self._whole  # with all numbers
        if self._latest is None or self._writer.closed or self.stopped or there:
            return
        layers, groups = self._latest
        self._latest = None
        with suppress(Exception):  # arrays that are gone, say: the record ends earlier then
            if _fixed(settings := groups()) == self._groups:
                bare = [
                    layer
                    if (moments := layer.moments) is None
                    else replace(layer, moments=replace(moments, gradient=None, weights=None))
                    for layer in layers()
                ]
                if self.calls == self._recorded and self._steps != self._steps_of(bare):
                    return  # another state by now
                self._record(bare, [{**group, "lr": math.nan} for group in settings], full=True)

    def _finish(self) -> None:
        """The last lines, once.  Raises OSError."""
        if not self._writer.begun and self._writer.whole and not self._writer.closed:
            seen = f"{self.calls} steps were seen" if self.calls else "no step was seen"
            why = self.stopped or f"{seen} before the recording ended"
            self._writer.line({"format": FORMAT, "version": VERSION, "nothing": why[:300]})
            if not self.stopped:
                _warn(f"the audit has recorded nothing: {why}")
        if self.stopped and self._writer.whole and not self._writer.closed:
            self._writer.line({"event": "stopped", "at": self.calls, "why": self.stopped[:300]})
        self._writer.close()

    def _release(self) -> None:
        while self._at_end:
            self._at_end.pop()()

    # --- recording ---

    def _timed(self, record: Callable[[], None]) -> None:
        budget = None if self._full else self.settings.budget
        longer = self._clock.longer(record, self.calls, self.interval, budget)
        if longer != self.interval:
            self.interval = longer
            self.event(event="interval", every=longer)

    @property
    def _full(self) -> bool:
        """Whether the next record has all numbers."""
        return self._lines < FIRST or self._lines % FULL == 0

    def _record(self, layers: Sequence[Layer], groups: list[dict[str, Any]], full: bool = False) -> None:
        self._announce(layers, groups)
        stepped = [(layer, layer.moments) for layer in layers if layer.moments is not None]
        known = [(layer, moments) for layer, moments in stepped if arrays.size(moments.m)]
        full = full or self._full
        with np.errstate(all="ignore"):  # of a training that diverges
            found = {layer.name: row for (layer, _), row in zip(known, self._rows(known, full), strict=True)}
        line: dict[str, Any] = {"at": self.calls, "t": self._steps_of(layers)}
        line["lr"] = common([rounded(group["lr"], EXACT) for group in groups])
        rows = [found.get(name) for name in self._names]
        for name in NUMBERS if full else OFTEN:
            values = [None if row is None else row.numbers[name] for row in rows]
            if any(value is not None for value in values):
                line[name] = common(values)
        if full:
            line["bins"] = [None if row is None else histogram(row.u) for row in rows]
        if self.settings.keep:
            line["u"] = [None if row is None else self._kept(row.u) for row in rows]
        self._writer.line(line)
        self._recorded, self._whole, self._steps = self.calls, full, line["t"]
        self._lines += 1

    def _steps_of(self, layers: Sequence[Layer]) -> Any:
        """The steps of the layers, in the order of the header."""
        steps = {
            layer.name: moments.t
            for layer in layers
            if (moments := layer.moments) is not None and arrays.size(moments.m)
        }
        return common([steps.get(name) for name in self._names])

    def _kept(self, u: NDArray[np.float64]) -> list[float | int | None]:
        """Some of the sampled u, from everywhere in the layer."""
        return rounded_list(u[spread(u.size, self.settings.keep)])

    def _rows(self, known: Sequence[tuple[Layer, Moments]], full: bool) -> list[_Row]:
        """The numbers of each layer.  All come from the device in one transfer."""
        if not known:
            return []
        library = arrays.library(known[0][1].m)
        parts = self._fully(library, known) if full else self._shortly(library, known)
        host = library.collect([value for part in parts for value in part.values()])
        found, at = [], 0
        for (layer, moments), part in zip(known, parts, strict=True):
            ends = list(accumulate((at, len(part.numbers), size_of(part.u), size_of(part.weights))))
            row, u, w = host[at : ends[1]].tolist(), host[ends[1] : ends[2]], host[ends[2] : ends[3]]
            at = ends[3]
            moved = self._moved(layer.name, w, arrays.size(moments.m)) if part.weights is not None else None
            values = named(row, moments, moved) if full else dict(zip(OFTEN, row, strict=True))
            found.append(_Row({name: self._short(value, name, moments) for name, value in values.items()}, u))
        return found

    def _short(self, value: float | None, name: str, moments: Moments) -> float | int | None:
        """A number of a record with its digits: COUNTS have all, and so have those of step 1, where u = R_1, and a
        largest u, or a sum of u, that is near what R_t allows."""
        if value is None:
            return None
        mean = value / arrays.size(moments.m) if name == "sum" else value
        near = name in OFTEN and mean > NEAR and mean > NEAR * self._bound(moments)  # R_t is at least 1
        return rounded(value, EXACT if near or name in COUNTS or moments.t == 1 else DIGITS)

    def _bound(self, moments: Moments) -> float:
        """R_t at the layer's step, or at one a little earlier: it is wanted for NEAR alone."""
        at, found = self._bounds.get((moments.beta1, moments.beta2), (0, 0.0))
        if not at <= moments.t <= LATER * at:
            at, found = moments.t, largest_at(moments.beta1, moments.beta2, moments.t)
            self._bounds[moments.beta1, moments.beta2] = at, found
        return found

    def _fully(self, library: arrays.Library, known: Sequence[tuple[Layer, Moments]]) -> list[Reduced]:
        return [
            reduced_fully(
                library, moments, self._least(moments, arrays.dtype(moments.v)), self._places(layer, moments, library)
            )
            for layer, moments in known
        ]

    def _shortly(self, library: arrays.Library, known: Sequence[tuple[Layer, Moments]]) -> list[Reduced]:
        """Layers that are alike together."""
        together: dict[Any, list[int]] = {}
        for number, (_, moments) in enumerate(known):
            dtypes = arrays.dtype(moments.m), arrays.dtype(moments.v)
            together.setdefault(alike(moments, dtypes, arrays.size(moments.m)), []).append(number)
        found: dict[int, Reduced] = {}
        for numbers in together.values():
            layers = [known[number][1] for number in numbers]
            sampled = bool(self.settings.keep)
            places = [self._places(*known[number], library) if sampled else None for number in numbers]
            least = self._least(layers[0], arrays.dtype(layers[0].v))
            found |= zip(numbers, reduced(library, layers, least, places), strict=True)
        return [found[number] for number in range(len(known))]

    def _least(self, moments: Moments, dtype: str) -> float:
        key = moments.beta2, dtype
        if key not in self._leasts:
            self._leasts[key] = least_second_moment(*key)
        return self._leasts[key]

    def _moved(self, name: str, w: NDArray[np.float64], size: int) -> float | None:
        """The square of the way since the full record before, from the sampled weights."""
        before = self._before.get(name)
        self._before[name] = w
        return None if before is None else float(np.square(w - before).sum()) * size / w.size

    def _places(self, layer: Layer, moments: Moments, library: arrays.Library) -> Any:
        if layer.name not in self._index:
            number = self._names[layer.name]
            places = sampled(arrays.size(moments.m), self.settings.sample, self.settings.seed, number)
            self._index[layer.name] = places, library.index(places, library.flat(moments.m))
        return self._index[layer.name][1]

    # --- the header, and what changes ---

    def _announce(self, layers: Sequence[Layer], groups: list[dict[str, Any]]) -> None:
        """The header at the first record; later a line for what is new: layers, or settings other than lr."""
        fixed = _fixed(groups)
        new = [layer for layer in layers if layer.name not in self._names]
        for layer in new:
            self._names[layer.name] = len(self._names)
        coarser = {layer.name for layer in layers if layer.moments is not None and self._coarser(layer)}
        if not self._recorded:
            self._writer.line(self._header(layers, groups))
        else:
            if fixed != self._groups:
                self.event(event="settings", groups=groups)
            if new:
                self.event(event="layers", layers=[described(layer) for layer in new])
            for layer in layers:
                if layer.moments is not None and (layer.name in self._waiting or layer.name in coarser):
                    said = described(layer) | dict(zip(("m", "v"), self._types[layer.name], strict=True))
                    self.event(event="begun", **{"layer": self._names[layer.name], "as": said})
        self._waiting = {layer.name for layer in layers if layer.moments is None}
        self._groups = fixed

    def _coarser(self, layer: Layer) -> bool:
        """Whether the moments of a layer that is known are now of a coarser type than before (model.half(), say)."""
        moments = layer.moments
        types = (arrays.dtype(moments.m), arrays.dtype(moments.v)) if moments is not None else ("", "")
        before = self._types.get(layer.name)
        if types == before:
            return False
        old = before or types
        self._types[layer.name] = (coarsest(old[0], types[0]), coarsest(old[1], types[1]))
        return before is not None and self._types[layer.name] != before

    def _header(self, layers: Sequence[Layer], groups: list[dict[str, Any]]) -> dict[str, Any]:
        return {
            "format": FORMAT,
            "version": VERSION,
            "made_by": f"adamproof {__version__}",
            **{name: sorted(said) if isinstance(said, set) else said for name, said in self.optimizer.items()},
            "groups": groups,
            "layers": [described(layer) for layer in layers],
            "every": self.settings.every,
            "sample": self.settings.sample,
            "keep": self.settings.keep,
            "seed": self.settings.seed,
            "calls_before": self.calls,
            "rank": rank(),
        }


def _fixed(groups: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The settings that a schedule does not change."""
    return [{name: value for name, value in group.items() if name != "lr"} for group in groups]


@dataclass(frozen=True)
class _Row:
    """A layer in a record: its numbers by name, and u at the sampled coordinates."""

    numbers: dict[str, float | int | None]
    u: NDArray[np.float64]


def _not_overwritten(path: str | Path, written: Path | None) -> None:
    """Warn if a record is in another file than was asked for."""
    if written != Path(path):
        _warn(f"{path} is there already, and the audit does not overwrite a record: it writes {written}")


def _warn(text: str) -> None:
    """A warning that stays one where warnings are errors (python -W error): the training goes on there, too."""
    try:
        warnings.warn(text, AuditWarning, stacklevel=4)
    except Exception:  # noqa: BLE001 - a warning turned into an error, or a filter of the user's that fails
        with suppress(Exception):
            sys.stderr.write(f"{text}\n")


__all__ = ["AuditWarning", "Recorder", "Settings"]
