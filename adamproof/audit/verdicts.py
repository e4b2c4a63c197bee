"""What one record says, each sentence under one of a few words.  None of them is PROVED: a run proves nothing.

HOLDS               u <= R_t in every record, up to the rounding of the moments' type
SEEN                a range of measured values, which says nothing of what was not measured
REJECTED            the values contradict the statement
NOT REJECTED        they do not, and what they could have shown is named
UNIDENTIFIED        the measurements do not determine it
CANNOT TELL ...     one run cannot show it, whatever its values are
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import magnitude
from .probes import along_path, noise, ratio, sharing
from .record import Run
from .reduction import BINS, OFTEN
from .statistics import Fit

Array = NDArray[np.float64]
HOLDS, SEEN, REJECTED, NOT_REJECTED = "HOLDS", "SEEN", "REJECTED", "NOT REJECTED"
UNIDENTIFIED, CANNOT_TELL = "UNIDENTIFIED", "CANNOT TELL FROM ONE RUN"
NOT_RECORDED = "NOT RECORDED"
MEMORY = 1  # times 1/(1 - beta1) steps are the start, where u is near R_t for any gradients
MOSTLY = 0.5  # of a layer's coordinates
LOOSE = 1.5  # times R_t: if rounding may reach further, a u above R_t shows neither a violation nor that there is none
FIRST_SHARE = 0.98  # of what u is at step 1: a smaller one shows other betas, a larger one may be a number's few digits
FEW = 32  # sampled u, below which a layer's histogram is not compared
NAMED = 3  # layers that a sentence names


@dataclass(frozen=True)
class Verdict:
    """subject: what it is about.  word: one of those above.  text: the rest of the sentence.  data: its numbers."""

    subject: str
    word: str
    text: str
    data: dict[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class Magnitude:
    """u beside R_t, all of shape (records, layers); nan where there is nothing to compare.

    ratio: the largest u over R_t.  tolerance: how many times R_t rounding may reach.
    """

    ratio: Array
    tolerance: Array

    @property
    def above(self) -> NDArray[np.bool_]:
        """Where u is above R_t by more than rounding."""
        return np.asarray(self.ratio > self.tolerance)


def magnitudes(run: Run) -> Magnitude:
    """u beside R_t wherever the betas are those of the header."""
    ratio, tolerance = np.full(run.t.shape, np.nan), np.full(run.t.shape, np.nan)
    steady = run.at < _first_change(run)
    for betas in {(group["beta1"], group["beta2"]) for group in run.groups}:
        for types in {(layer.m, layer.v) for layer in run.layers if layer.m and layer.v}:
            mine = [
                number
                for number, layer in enumerate(run.layers)
                if (run.groups[layer.group]["beta1"], run.groups[layer.group]["beta2"]) == betas
                and (layer.m, layer.v) == types
            ]
            if not mine:
                continue
            steps, places = np.unique(np.where(run.known[:, mine], run.t[:, mine], 1.0), return_inverse=True)
            bound = magnitude.largest(*betas, steps)[places].reshape(len(run.at), len(mine))
            allowed = magnitude.tolerance(*betas, steps, *types)[places].reshape(bound.shape)
            ratio[:, mine], tolerance[:, mine] = run.numbers["max"][:, mine] / bound, allowed
    for table in (ratio, tolerance):
        table[~steady] = np.nan
        table[~run.known] = np.nan
    return Magnitude(ratio, tolerance)


def _first_change(run: Run) -> float:
    """The call from which on other betas than the header's hold."""
    for event in run.events:
        if event["event"] == "settings":
            pairs = zip(event["groups"], run.groups, strict=False)  # groups may have come later than this event
            if any((now["beta1"], now["beta2"]) != (then["beta1"], then["beta2"]) for now, then in pairs):
                return float(event["at"])
    return float("inf")


def judge(run: Run) -> list[Verdict]:
    """All that one record says.

    run: what `read` gives.
    """
    sizes = magnitudes(run)
    return [
        bounded(run, sizes),
        *first_step(run),
        *size_of_u(run, sizes),
        *epsilon(run),
        *odd_layers(run),
        *of_optimizer(run),
        identical(run),
        Verdict("u independent across coordinates", CANNOT_TELL, "compare replicates: `adamproof audit compare`"),
        *of_probes(run),
    ]


# --- u and R_t ----------------------------------------------------------------------------------


def bounded(run: Run, sizes: Magnitude) -> Verdict:
    """u <= R_t."""
    subject = "u <= R_t"
    compared = np.isfinite(sizes.ratio)
    if not compared.any():
        return Verdict(subject, NOT_RECORDED, "no record has both u and betas that stayed the same")
    data = {"records": int(compared.any(axis=1).sum()), "largest": float(np.nanmax(sizes.ratio))}
    if sizes.above.any():
        excess = np.where(sizes.above, sizes.ratio / sizes.tolerance, -np.inf)
        record, layer = np.unravel_index(int(excess.argmax()), excess.shape)
        worst = float(sizes.ratio[record, layer])
        return Verdict(
            subject,
            REJECTED,
            f"u = {worst:.4g} R_t in {run.layers[layer].name} at t = {run.t[record, layer]:.0f}, and rounding of "
            f"{run.layers[layer].v} reaches {sizes.tolerance[record, layer]:.7g} R_t.  The bound is proved for moving "
            f"averages that begin at 0 with these betas: m, v, t or the betas are not that (a state loaded without its "
            f"counter, betas that were others before the recording or between two records, or another optimizer)",
            {**data, "ratio": worst, "layer": run.layers[layer].name, "t": float(run.t[record, layer])},
        )
    if not (compared & (run.t > 1.0)).any():
        text = "only step 1 is compared, where u = R_1 whatever the gradients are"
        return Verdict(subject, NOT_RECORDED, text + _left_out(run, compared), data)
    if not data["largest"]:
        return Verdict(subject, NOT_RECORDED, "no u is left to compare" + _left_out(run, compared), data)
    if (vague := (sizes.ratio > 1.0) & (sizes.tolerance > LOOSE)).any():
        record, layer = np.unravel_index(int(np.where(vague, sizes.ratio, -np.inf).argmax()), vague.shape)
        text = (
            f"u = {sizes.ratio[record, layer]:.4g} R_t in {run.layers[layer].name} at t = {run.t[record, layer]:.0f}, "
            f"where rounding of {run.layers[layer].v} may reach {sizes.tolerance[record, layer]:.3g} R_t: "
            "too much to tell"
        )
        return Verdict(subject, UNIDENTIFIED, text, data)
    where = f"in all {data['records']} records" if data["records"] > 1 else "in the only record"
    text = f"{where}: at most {_short(data['largest'])} R_t"
    if data["largest"] > 1.0:
        record, layer = np.unravel_index(int(np.nanargmax(sizes.ratio)), sizes.ratio.shape)
        text += (
            f" at t = {run.t[record, layer]:.0f}, within the rounding of {run.layers[layer].v} "
            f"({sizes.tolerance[record, layer]:.7g} R_t)"
        )
    text += _left_out(run, compared)
    return Verdict(subject, HOLDS, text, data)


def _left_out(run: Run, compared: NDArray[np.bool_]) -> str:
    """What the comparison does not include."""
    low = np.nansum(last(run, "low"))
    parts = []
    if (run.known & ~compared).any():
        broken = int((run.known & ~compared).any(axis=1).sum())
        parts.append(f"{broken} records have numbers that are not finite, or other betas")
    if low:
        parts.append(f"{_percent(low / max(1.0, np.nansum(run.n)))} of v is 0 or underflows and is left out")
    return f"; {'; '.join(parts)}" if parts else ""


def first_step(run: Run) -> list[Verdict]:
    """Whether step 1 is that of Adam with these betas: u_1 = |g|/(|g| + epsilon) whatever the gradient g is.

    u grows with |g|, and so does v: the largest u is that of the largest v.
    """
    subject = "u at step 1"
    if not len(run.at):
        return []
    first, largest, v = run.t[0] == 1.0, run.numbers["max"][0], run.numbers["vmax"][0]
    with np.errstate(all="ignore"):
        root = np.sqrt(v / (1.0 - run.of_layers("beta2")))
        share = largest * (root + run.of_layers("epsilon")) / root
        allowed = [
            magnitude.tolerance(group["beta1"], group["beta2"], 1.0, layer.m, layer.v) if layer.m and layer.v else 1.0
            for layer in run.layers
            for group in [run.groups[layer.group]]
        ]
    seen = first & (largest > 0.0) & np.isfinite(share)
    low = np.where(seen, share * np.square(np.array(allowed, dtype=np.float64)), np.inf)
    if seen.any() and low.min() < FIRST_SHARE:
        number = int(low.argmin())
        group = run.groups[run.layers[number].group]
        text = (
            f"{_short(float(share[number]))} of what it is for Adam with beta1 = {group['beta1']:g} and "
            f"beta2 = {group['beta2']:g}, whatever the gradients are, in {run.layers[number].name}: the betas are "
            "others, or the optimizer is another one, and what stands here is not about it"
        )
        return [Verdict(subject, REJECTED, text, {"share": float(share[number]), "layer": run.layers[number].name})]
    if seen.any() or not {"beta1", "beta2"} & set(run.header.get("stated", ())):
        return []
    text = "the betas are as stated, and not checked: they show at step 1, which is not in the record"
    return [Verdict(subject, NOT_RECORDED, text)]


def size_of_u(run: Run, sizes: Magnitude) -> list[Verdict]:
    """How large u was after the start, and how much of R_t it used."""
    found = []
    late = run.t > MEMORY / (1.0 - run.of_layers("beta1"))
    largest = np.where(late & run.known, run.numbers["max"], np.nan)
    if np.isfinite(largest).any():
        record, layer = np.unravel_index(int(np.nanargmax(largest)), largest.shape)
        end = sizes.ratio[-1:][np.isfinite(sizes.ratio[-1:]).any(axis=1)]
        text = (
            f"{largest[record, layer]:.3g} at t = {run.t[record, layer]:.0f} in {run.layers[layer].name}, of those "
            f"after the start (t > 1/(1 - beta1))"
        ) + (f"; at the end {_short(float(np.nanmax(end[-1])))} R_t" if len(end) else "")
        data = {"largest": float(largest[record, layer]), "t": float(run.t[record, layer])}
        found.append(Verdict("largest u", SEEN, text, data))
    mean = mean_u(run)
    if np.isfinite(mean).any():
        low, high, end_mean = np.nanmin(mean), np.nanmax(mean), mean[np.isfinite(mean)][-1]
        text = _range_of(low, high) + (f", {_short(end_mean)} at the end" if low < high else "")
        found.append(Verdict("mean of u", SEEN, text, {"low": float(low), "high": float(high)}))
    with np.errstate(invalid="ignore"):  # gradients that are all 0
        share = over_layers(run, "ug") / over_layers(run, "g1")
    if np.isfinite(share).any():
        text = f"{_range_of(np.nanmin(share), np.nanmax(share))}, with mini-batch gradients g, not the true ones"
        found.append(Verdict("|u o g|_1/|g|_1", SEEN, text))
    return found


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


def mean_u(run: Run) -> Array:
    """(records,): the mean of u over all coordinates that have had a step."""
    with np.errstate(invalid="ignore", divide="ignore"):
        counted = np.where(np.isfinite(run.numbers["sum"]) & run.known, run.n, 0.0).sum(axis=1)
        return np.asarray(over_layers(run, "sum") / counted)


# --- layers and the optimizer -------------------------------------------------------------------


def epsilon(run: Run) -> list[Verdict]:
    """Layers in which epsilon is not small beside sqrt(vhat)."""
    if not len(run.at):
        return []
    share = np.where(run.known, run.numbers["eps"], np.nan) / np.maximum(run.n, 1.0)
    filled = np.flatnonzero(np.isfinite(share).any(axis=1))
    late = share[[row for row in filled if 2 * row >= len(share) or row == filled[-1]]]
    with np.errstate(all="ignore"):
        typical = np.array([np.nanmedian(column) if np.isfinite(column).any() else 0.0 for column in late.T])
    named = [layer.name for layer, part in zip(run.layers, typical, strict=True) if part > MOSTLY]
    total = float(np.nansum(typical * run.n) / max(1.0, run.d))
    text = f"sqrt(vhat) < 10 epsilon in {_percent(total)} of the coordinates"
    if named:
        text += f"; in most of {_listed(named)}: there u depends on epsilon, and says little of the gradients"
    return [Verdict("epsilon", SEEN, text, {"share": total, "layers": named})]


def odd_layers(run: Run) -> list[Verdict]:
    """Layers without a step, without gradients, with other counters, or with the very same u as others."""
    found = []

    def say(subject: str, named: Sequence[str], text: str) -> None:
        if named:
            found.append(Verdict(subject, SEEN, f"{_listed(named)}: {text}", {"layers": list(named)}))

    unused = [layer.name for layer, known in zip(run.layers, run.known.T, strict=True) if layer.n and not known.any()]
    say("unused layers", unused, "no step so far, and in no number here")
    dead = []
    if len(run.at):
        zeros = last(run, "zero") / np.maximum(run.n, 1.0)
        dead = [layer.name for layer, part in zip(run.layers, zeros, strict=True) if part > MOSTLY]
    say("dead coordinates", dead, "m = 0 in most of the layer at the end")
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
        ("settings", _changes(run)),
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
    return f"{_listed(behind)} had fewer steps than the others; R_t is that of each layer's own t" if behind else ""


def _rates(run: Run) -> str:
    low, high = (float(function(run.lr)) for function in (np.nanmin, np.nanmax)) if run.lr.size else (0.0, 0.0)
    return f"{low:.3g}..{high:.3g}" if low != high else ""


def _changes(run: Run) -> str:
    at = [f"{event['at']}" for event in run.events if event["event"] == "settings"]
    return f"changed at call {', '.join(at[:NAMED])}; u is compared with R_t up to there" if at else ""


def _unfinished(run: Run) -> str:
    why = [str(event.get("why", "")) for event in run.events if event["event"] == "stopped"]
    if why:
        return f"the recorder stopped early: {why[0]}"
    return "" if run.complete else "it has no last line: the training was killed, or still runs"


# --- the conditions -----------------------------------------------------------------------------


def identical(run: Run) -> Verdict:
    """The largest distance between two layers, which is no test."""
    subject = "u identically distributed"
    text = "compare replicates: `adamproof audit compare`"
    if len(run.at):
        filled = [number for number, rows in enumerate(run.counts[: 3 * len(run.at) // 4 + 1]) if rows]
        record = filled[-1] if filled else 0
        found = farthest(run, record)
        if found is not None:
            d, one, other = found
            text += f"; between layers D is up to {d:.2f} ({one} and {other}, at call {run.at[record]:.0f})"
            return Verdict(subject, CANNOT_TELL, text, {"D": d, "layers": [one, other]})
    return Verdict(subject, CANNOT_TELL, text)


def farthest(run: Run, record: int) -> tuple[float, str, str] | None:
    """The largest D between two layers' sampled u in one record, and which two; None if there are no two."""
    counts = np.array([run.histogram(record, number) for number in range(len(run.layers))]).reshape(-1, BINS)
    filled = np.flatnonzero(counts.sum(axis=1) >= FEW)
    if filled.size < 2:
        return None
    curves = np.cumsum(counts[filled], axis=1) / counts[filled].sum(axis=1, keepdims=True)
    place = int(np.ptp(curves, axis=0).argmax())  # the largest gap of any two is in one bin that of its extremes
    one, other = sorted((int(curves[:, place].argmin()), int(curves[:, place].argmax())))
    return float(np.ptp(curves[:, place])), run.layers[filled[one]].name, run.layers[filled[other]].name


def of_probes(run: Run) -> list[Verdict]:
    """|a|_1/|a|_2, |u o a|_1/|a|_1, noise, smoothness and momentum error, where there are probes."""
    if not run.probes:
        why = "a mini-batch's gradient is mostly noise, which pulls |g|_1/|g|_2 to 0.80 sqrt(d)"
        text = f"needs probes (`audit.probe`): {why}"
        return [Verdict("the true gradient a, its noise, smoothness", NOT_RECORDED, text)]
    low, high = ratio(run)
    found = [
        _range("|a|_1/(sqrt(d) |a|_2)", low, high, "bounds from independent batches"),
        _range("|u o a|_1/|a|_1", *sharing(run), "bounds from independent batches"),
    ]
    a = np.array([_root(probe.get("a2")) for probe in run.probes])
    sigma = np.array([_root(probe.get("noise2")) for probe in run.probes])
    found.append(_range("noise sigma/|a|", sigma / a, sigma / a, "at the training's batch size"))
    error = np.array([_root(probe.get("error2")) for probe in run.probes])
    found.append(_range("momentum error |m - a|/|a|", error / a, error / a, ""))
    found.append(_fitted("noise exponent p", "sigma0^2 + sigma1^2 |a|^p", noise(run)))
    found.append(
        _fitted("smoothness exponent q", "L0 + L1 |a|^q along the path, where it is a lower estimate", along_path(run))
    )
    return found


def _range(subject: str, low: Array, high: Array, how: str) -> Verdict:
    good = np.isfinite(low) & np.isfinite(high)
    if not good.any():
        return Verdict(subject, UNIDENTIFIED, "the gradients are all noise, or there were no small batches")
    ends = float(low[good].min()), float(high[good].max())
    text = f"{_range_of(*ends)} in {good.sum()} of {good.size} probes{f', {how}' if how else ''}"
    return Verdict(subject, SEEN, text, {"low": ends[0], "high": ends[1]})


def _fitted(subject: str, model: str, found: Fit | None) -> Verdict:
    if found is None:
        return Verdict(subject, UNIDENTIFIED, "no probe measured it")
    data = asdict(found)
    if not found.identified:
        return Verdict(subject, UNIDENTIFIED, found.why, data)
    text = (
        f"{found.low:.2f}..{found.high:.2f} ({model}; |a| spans a factor of {found.span:.3g}; "
        f"{found.envelope:.2g} times the fit covers all {found.count} points)"
    )
    return Verdict(subject, SEEN, text, data)


def _root(value: Any) -> float:
    """The root of a square that noise may have made negative: nan then, and where there is none."""
    return float(value) ** 0.5 if isinstance(value, int | float) and value > 0.0 else float("nan")


def _range_of(low: float, high: float) -> str:
    """a..b, or one number if both look the same."""
    ends = _short(low), _short(high)
    return ends[0] if ends[0] == ends[1] else f"{ends[0]}..{ends[1]}"


def _short(value: float) -> str:
    return f"{value:.3g}"


def _percent(part: float) -> str:
    return "0 %" if not part else "less than 1 %" if part < 0.01 else f"{100 * part:.0f} %"


def _listed(names: Sequence[str]) -> str:
    rest = len(names) - NAMED
    return ", ".join(names[:NAMED]) + (f" and {rest} more" if rest > 0 else "")


__all__ = [
    "CANNOT_TELL",
    "HOLDS",
    "NOT_RECORDED",
    "NOT_REJECTED",
    "REJECTED",
    "SEEN",
    "UNIDENTIFIED",
    "Magnitude",
    "Verdict",
    "judge",
    "last",
    "magnitudes",
    "mean_u",
    "over_layers",
]
