"""Verdicts about what is around u: epsilon, layers, counters, settings, and the recording itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .record import Run
from .reduction import OFTEN
from .words import NAMED, SEEN, Verdict, listed, percent, range_of

Array = NDArray[np.float64]
DIVERGED = "diverged"  # the subject of a verdict
UNENDED = "it has no last line: it was not closed (the training was killed, or still runs), or could not be written"
MOSTLY = 0.5  # of a layer's coordinates


def first_change(run: Run) -> float:
    """The call from which on other betas than the header's hold."""
    for event in run.events:
        if event["event"] == "settings":
            pairs = zip(event["groups"], run.groups, strict=False)  # groups may have come later than this event
            if any((now["beta1"], now["beta2"]) != (then["beta1"], then["beta2"]) for now, then in pairs):
                return float(event["at"])
    return float("inf")


def over_layers(run: Run, name: str) -> Array:
    """(records,): a number added up over the layers that have it; nan where none has."""
    table = np.where(run.known, run.numbers[name], np.nan)
    with np.errstate(over="ignore"):
        return np.where(np.isfinite(table).any(axis=1), np.nansum(table, axis=1), np.nan)


def last(run: Run, name: str) -> Array:
    """(layers,): a number in the last record that has it; nan where none has."""
    table = run.numbers[name]
    rows = np.flatnonzero(np.isfinite(table).any(axis=1))
    return table[rows[-1]] if rows.size else np.full(table.shape[1], np.nan)


def epsilon(run: Run) -> list[Verdict]:
    """Layers in which epsilon is not small beside sqrt(vhat)."""
    share = np.where(finite(run), run.numbers["eps"], np.nan) / np.maximum(run.n, 1.0)
    filled = np.flatnonzero(np.isfinite(share).any(axis=1))
    if not filled.size:
        return []
    broken = first_not_finite(run)
    ended = len(share) - 1 if broken is None else filled[-1]
    rows = [row for row in filled if 2 * row > ended or row == filled[-1]]
    late = share[rows]
    with np.errstate(all="ignore"):
        typical = np.array([np.nanmedian(column) if np.isfinite(column).any() else 0.0 for column in late.T])
    named = [layer.name for layer, part in zip(run.layers, typical, strict=True) if part > MOSTLY]
    total = float(np.nansum(typical * run.n) / max(1.0, run.d))
    text = f"sqrt(vhat) < 10 epsilon in {percent(total)} of the coordinates{calls(run, rows)}"
    if broken is not None:
        text += " (of the full records with finite numbers)"
    elif len(rows) > 1:
        text += " (the full records of the second half)"
    if named:
        text += f"; in most of {listed(named)}: there u depends on epsilon, and says little of the gradients"
    return [Verdict("epsilon", SEEN, text, {"share": total, "layers": named})]


def calls(run: Run, rows: Sequence[Any] | NDArray[Any]) -> str:
    """Where in the training some records are; not every record has every number."""
    if run.header.get("state"):  # which is one moment, and no call of anything
        return ""
    ends = [f"{run.at[row]:.0f}" for row in (*rows[:1], *rows[-1:])]
    if not ends:
        return ""
    return f" at call {ends[0]}" if ends[0] == ends[1] else f" at {len(rows)} calls from {ends[0]} to {ends[1]}"


def odd_layers(run: Run) -> list[Verdict]:
    """Layers without a step, without gradients, with other counters, or with the very same u as others."""
    found = []

    def say(subject: str, named: Sequence[str], text: str) -> None:
        if named:
            found.append(Verdict(subject, SEEN, f"{listed(named)}: {text}", {"layers": list(named)}))

    unused = [layer.name for layer, known in zip(run.layers, run.known.T, strict=True) if layer.n and not known.any()]
    say("unused layers", unused, "no step so far: they count in d, and in no other number here")
    dead = []
    if len(run.at):
        table = np.where(finite(run), run.numbers["zero"], np.nan)
        counted = np.flatnonzero(np.isfinite(table).any(axis=1))[-1:]
        zeros = (table[counted[0]] if counted.size else np.full(len(run.layers), np.nan)) / np.maximum(run.n, 1.0)
        dead = [layer.name for layer, part in zip(run.layers, zeros, strict=True) if part > MOSTLY]
    if dead:
        say("dead coordinates", dead, f"m = 0 in most of the layer{calls(run, counted)}")
    say("copies", [" = ".join(names) for names in copies(run)], "the same numbers in every record; they count once")
    say("shards", [layer.name for layer in run.layers if layer.shard], "only this process's part is recorded")
    return found


def copies(run: Run) -> list[list[str]]:
    """Layers whose u agree in every record."""
    groups: dict[bytes, list[str]] = {}
    for number, layer in enumerate(run.layers):
        columns = np.stack([run.numbers[name][:, number] for name in OFTEN])
        if np.isfinite(columns).any() and layer.n > 1 and len(run.at) > 1:
            groups.setdefault(f"{layer.n} ".encode() + columns.tobytes(), []).append(layer.name)
    return [names for names in groups.values() if len(names) > 1]


def of_optimizer(run: Run) -> list[Verdict]:
    """What the counters, the settings and the events say of the training around Adam."""
    found = []
    for subject, text in (
        ("loaded state", _loaded(run)),
        ("skipped steps", _skipped(run)),
        ("own counters", _own_counters(run)),
        ("learning rate", _rates(run)),
        ("direction", "maximize is on: a is the gradient of -F" if any(g.get("maximize") for g in run.groups) else ""),
        ("settings", _changes(run)),
        ("probes left out", _left_out(run)),
        ("record", _unfinished(run)),
    ):
        if text:
            found.append(Verdict(subject, SEEN, text))
    return found


def _loaded(run: Run) -> str:
    if run.header.get("state") or not len(run.at) or not np.isfinite(run.t[0]).any():
        return ""
    ahead = np.nanmax(run.t[0]) - run.at[0]
    return f"t is {ahead:.0f} ahead of the calls seen: what came before the recording is not in it" if ahead > 0 else ""


def _skipped(run: Run) -> str:
    if len(run.at) < 2 or not np.isfinite(run.t).any():
        return ""
    calls = run.at[-1] - run.at[0]
    rows = np.where(np.isfinite(run.t).any(axis=1))[0]
    steps = np.nanmax(run.t[rows[-1]]) - np.nanmax(run.t[rows[0]])
    return f"{calls - steps:.0f} of {calls:.0f} calls made no step" if calls > steps else ""


def _own_counters(run: Run) -> str:
    if not len(run.at) or not np.isfinite(run.t[-1]).any():
        return ""
    last = run.t[-1]
    behind = [layer.name for layer, t in zip(run.layers, last, strict=True) if t < np.nanmax(last)]
    return f"{listed(behind)} had fewer steps than the others; R_t is that of each layer's own t" if behind else ""


def _rates(run: Run) -> str:
    low, high = (float(function(run.lr)) for function in (np.nanmin, np.nanmax)) if run.lr.size else (0.0, 0.0)
    return f"{low:.3g}..{high:.3g}" if low != high else ""


def finite(run: Run) -> NDArray[np.bool_]:
    """(records, layers): where u is finite.  Where it is not, a moment is not: finite ones give a finite u."""
    return np.asarray(run.known & np.isfinite(run.numbers["max"]))


def first_not_finite(run: Run) -> int | None:
    """The first record with a u that is not finite; None if there is none."""
    broken = (run.known & ~finite(run)).any(axis=1)
    return int(broken.argmax()) if broken.any() else None


def diverged(run: Run) -> list[Verdict]:
    """Where u is no longer finite."""
    record = first_not_finite(run)
    if record is None:
        return []
    broken = run.known[record] & ~finite(run)[record]
    names = [layer.name for layer, bad in zip(run.layers, broken, strict=True) if bad]
    before = f" (at call {run.at[record - 1]:.0f} they were)" if record else ""
    text = (
        f"numbers are not finite (NaN or infinity) from call {run.at[record]:.0f} on{before}, first in {listed(names)}"
    )
    data = {"at": int(run.at[record]), "layers": names}
    return [Verdict(DIVERGED, SEEN, f"{text}; no verdict here is about what came then", data)]


def _changes(run: Run) -> str:
    events = [event for event in run.events if event["event"] == "settings"]
    if not events:
        return ""
    parts = []
    for name in ("beta1", "beta2", "epsilon", "weight_decay"):
        values = [
            float(group.get(name) or 0.0) for groups in (run.groups, *(e["groups"] for e in events)) for group in groups
        ]
        if min(values) < max(values):
            parts.append(f"{name} {range_of(min(values), max(values))}")
    at = [f"{event['at']}" for event in events]
    calls = f"call {', '.join(at[:NAMED])}" + (f" and {len(at) - NAMED} more" if len(at) > NAMED else "")
    compared = "" if first_change(run) == float("inf") else "; u is compared with R_t before the first change of betas"
    return f"{', '.join(parts) or 'something'} changed at {calls}{compared}"


def _left_out(run: Run) -> str:
    whys = [str(event.get("why", "")) for event in run.events if event["event"] == "no probe"]
    return f"{len(whys)}, the last one because of this: {whys[-1]}" if whys else ""


def _unfinished(run: Run) -> str:
    why = [str(event.get("why", "")) for event in run.events if event["event"] == "stopped"]
    if why:
        return f"the recorder stopped early: {why[0]}"
    parts = [] if run.complete else [UNENDED]
    every = [int(event["every"]) for event in run.events if event["event"] == "interval" and "every" in event]
    if every:
        before = f" {run.header['every']} steps at the beginning," if "every" in run.header else ""
        parts.append(f"its budget made it rarer: a record every{before} {every[-1]} at the end")
    return "; ".join(parts)


__all__ = [
    "DIVERGED",
    "calls",
    "copies",
    "diverged",
    "epsilon",
    "finite",
    "first_change",
    "first_not_finite",
    "last",
    "odd_layers",
    "of_optimizer",
    "over_layers",
]
