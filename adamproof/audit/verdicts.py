"""What one record says, each sentence under one of a few words.  None of them is PROVED: a run proves nothing.

HOLDS               u <= R_t in every record that can be compared, up to the rounding of the moments' type
SEEN                a range of measured values, which says nothing of what was not measured
REJECTED            the values contradict the statement
NOT REJECTED        they do not, and what they could have shown is named
UNIDENTIFIED        the measurements do not determine it
CANNOT TELL ...     one run cannot show it, whatever its values are
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from . import magnitude
from .around import (
    calls,
    diverged,
    epsilon,
    finite,
    first_change,
    first_not_finite,
    last,
    odd_layers,
    of_optimizer,
    over_layers,
)
from .probe_verdicts import of_probes
from .record import Run
from .reduction import BINS
from .words import (
    CANNOT_TELL,
    HOLDS,
    NOT_RECORDED,
    NOT_REJECTED,
    REJECTED,
    SEEN,
    UNIDENTIFIED,
    Verdict,
    percent,
    range_of,
    short,
)

Array = NDArray[np.float64]
MEMORY = 1  # times 1/(1 - beta1) steps are the start, where u is near R_t for any gradients
LOOSE = 1.5  # times R_t: if rounding may reach further, a u above R_t shows neither a violation nor that there is none
FIRST_SHARE = 0.98  # of what u is at step 1: a smaller one shows other betas, a larger one may be a number's few digits
FEW = 32  # sampled u, below which a layer's histogram is not compared


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
    steady = run.at < first_change(run)
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


def judge(run: Run) -> list[Verdict]:
    """All that one record says.

    run: what `read` gives.
    """
    sizes = magnitudes(run)
    first, *rest = against_theorem(run, sizes)
    return [
        first,
        *diverged(run),
        *rest,
        *size_of_u(run, sizes),
        *epsilon(run),
        *odd_layers(run),
        *of_optimizer(run),
        identical(run),
        Verdict("u independent across coordinates", CANNOT_TELL, "compare replicates: `adamproof audit compare`"),
        *of_probes(run),
    ]


def against_theorem(run: Run, sizes: Magnitude | None = None) -> list[Verdict]:
    """Whether u <= R_t, and whether step 1 is Adam's: what is REJECTED stands first.

    run: what `read` gives.  sizes: of it, where they are known already.
    """
    size, first = bounded(run, magnitudes(run) if sizes is None else sizes), first_step(run)
    if size.word == REJECTED or not any(each.word == REJECTED for each in first):
        return [size, *first]
    if size.word == HOLDS:
        text = (
            f"{size.text}, but step 1 contradicts the betas or the counter with which u and R_t are computed: "
            "this says nothing of your optimizer"
        )
        size = Verdict(size.subject, UNIDENTIFIED, text, size.data)
    return [*first, size]


# --- u and R_t ----------------------------------------------------------------------------------


def bounded(run: Run, sizes: Magnitude) -> Verdict:
    """u <= R_t."""
    subject = "u <= R_t"
    compared = np.isfinite(sizes.ratio)
    if not compared.any():
        why = "no record has both u and betas that stayed the same"
        if not finite(run).any() and run.known.any():
            why = "u is not finite in any record"
        return Verdict(subject, NOT_RECORDED, why)
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
    seen, compared_rows = len(run.at), data["records"]
    where = (
        "in the only record"
        if seen == 1
        else f"in {'all ' if compared_rows == seen else f'{compared_rows} of '}{seen} records"
    )
    # Step 1, where u = R_1 whatever the gradients are, is named only if it is above R_1.
    later = np.where(run.t > 1.0, sizes.ratio, np.nan)
    named = sizes.ratio if data["largest"] > 1.0 else later
    record, layer = np.unravel_index(int(np.nanargmax(named)), named.shape)
    text = f"{where}: at most {short(float(named[record, layer]))} R_t"
    if data["largest"] > 1.0:
        text += (
            f" at t = {run.t[record, layer]:.0f}, within the rounding of {run.layers[layer].v} "
            f"({sizes.tolerance[record, layer]:.7g} R_t)"
        )
    else:
        after = " after step 1" if (run.t[compared] == 1.0).any() else ""
        text += f"{after} (at t = {run.t[record, layer]:.0f})"
    unbounded = {(b1, b2) for b1, b2 in map(_betas, run.groups) if b1 * b1 >= b2}
    for beta1, beta2 in sorted(unbounded):
        text += (
            f"; with beta1 = {beta1:g}, beta2 = {beta2:g} R_t grows without end, since beta1^2 >= beta2: there is no R"
        )
    text += _left_out(run, compared)
    return Verdict(subject, HOLDS, text, data)


def _betas(group: Mapping[str, Any]) -> tuple[float, float]:
    return group["beta1"], group["beta2"]


def _left_out(run: Run, compared: NDArray[np.bool_]) -> str:
    """What the comparison does not include."""
    low = np.nansum(last(run, "low"))
    parts = []
    others = run.known & (run.at >= first_change(run))[:, None]
    for rows, what in (
        (others, "other betas"),
        (run.known & ~compared & ~others, "numbers that are not finite"),
    ):
        if rows.any():
            count = int(rows.any(axis=1).sum())
            parts.append(f"{count} {'record has' if count == 1 else 'records have'} {what}")
    if low:
        parts.append(f"{percent(low / max(1.0, np.nansum(run.n)))} of v is 0 or underflows and is left out")
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
            f"{short(float(share[number]))} of what it is for Adam with beta1 = {group['beta1']:g} and "
            f"beta2 = {group['beta2']:g}, whatever the gradients are, in {run.layers[number].name}: the betas are "
            "others, the moments were loaded without their counter, or the optimizer is another one; what stands here "
            "is then not about your optimizer"
        )
        return [Verdict(subject, REJECTED, text, {"share": float(share[number]), "layer": run.layers[number].name})]
    if seen.any() or not {"beta1", "beta2"} & set(run.header.get("stated", ())):
        return []
    where = (
        "whose numbers are not finite"
        if first.any() and not np.isfinite(largest[first]).any()
        else "which is not in the record"
    )
    text = f"the betas are as stated, and not checked: they show at step 1, {where}"
    return [Verdict(subject, NOT_RECORDED, text)]


def size_of_u(run: Run, sizes: Magnitude) -> list[Verdict]:
    """How large u was after the start, and how much of R_t it used."""
    found = []
    late = run.t > MEMORY / (1.0 - run.of_layers("beta1"))
    largest = np.where(late & run.known, run.numbers["max"], np.nan)
    if np.isfinite(largest).any():
        record, layer = np.unravel_index(int(np.nanargmax(largest)), largest.shape)
        own = sizes.ratio[record, layer]
        end = sizes.ratio[-1:][np.isfinite(sizes.ratio[-1:]).any(axis=1)]
        text = (
            f"{largest[record, layer]:.3g}{f', or {short(float(own))} R_t,' if np.isfinite(own) else ''} at "
            f"t = {run.t[record, layer]:.0f} in {run.layers[layer].name}, of those after the start (t > 1/(1 - beta1))"
        ) + (f"; at the end {short(float(np.nanmax(end[-1])))} R_t" if len(end) else "")
        data = {"largest": float(largest[record, layer]), "t": float(run.t[record, layer])}
        found.append(Verdict("largest u", SEEN, text, data))
    mean = mean_u(run)
    if np.isfinite(mean).any():
        low, high, row = np.nanmin(mean), np.nanmax(mean), int(np.flatnonzero(np.isfinite(mean))[-1])
        broken = first_not_finite(run)
        when = "at the end" if broken is None else f"at call {run.at[row]:.0f}, the last with finite numbers"
        text = range_of(low, high) + (f", {short(mean[row])} {when}" if low < high else "")
        found.append(Verdict("mean of u", SEEN, text, {"low": float(low), "high": float(high)}))
    with np.errstate(invalid="ignore"):  # gradients that are all 0
        share = over_layers(run, "ug") / over_layers(run, "g1")
    rows = np.flatnonzero(np.isfinite(share))
    if rows.size:
        text = (
            f"{range_of(np.nanmin(share), np.nanmax(share))}{calls(run, rows)}, with mini-batch gradients g, not the "
            "true ones"
        )
        found.append(Verdict("|u o g|_1/|g|_1", SEEN, text))
    return found


def mean_u(run: Run) -> Array:
    """(records,): the mean of u over all coordinates that have had a step."""
    with np.errstate(invalid="ignore", divide="ignore"):
        counted = np.where(np.isfinite(run.numbers["sum"]) & run.known, run.n, 0.0).sum(axis=1)
        return np.asarray(over_layers(run, "sum") / counted)


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
            text += f"; between layers D is up to {d:.2f} ({one} and {other}{calls(run, [record])})"
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
