"""The inputs of a bound from a record, each with how it was found.  What was not measured is not filled in.

recorded       the optimizer's own settings
stated         what the recorder was told of them, and did not see
measured a..b  a mean over independent batches, with its interval of 95 %
upper end      of the interval of 95 % of a mean over independent batches
envelope       a constant that covers what was seen; elsewhere it may be larger
lower estimate what was seen at a few places of a largest value over all
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from .around import diverged, first_not_finite
from .errors import AuditError
from .heading import counted
from .probes import along_path, column, gradient, noise, smoothness, unclear, unmeasured
from .record import Run
from .statistics import Fit
from .verdicts import against_theorem
from .words import REJECTED

RECORDED, STATED, ENVELOPE, LOWER = "recorded", "stated to the recorder", "envelope", "lower estimate"
UPPER = "upper end"
UNSEEN = "present, its rates are not recorded"
DIGITS, SINGLE = 6, 9  # of a measurement; digits that name a number in single precision
IF = "if these constants hold everywhere, which no run shows"


@dataclass(frozen=True)
class Found:
    """An input of `bound`.

    value: as text, or true or false.  how: it was found.
    """

    value: Any
    how: str


def constants(run: Run) -> dict[str, Found]:
    """The inputs that a record gives, by name.  Raises AuditError for one with several settings of the betas.

    run: what `read` gives.
    """
    before = _before_divergence(run)
    return {**_settings(before), **_traits(before), **(_problem(before) if before.probes else {})}


def contradictions(run: Run) -> list[str]:
    """Why the record is not one of Adam with the betas that it states, on which a bound would rest; mostly empty.

    run: what `read` gives.
    """
    found = [each for each in against_theorem(run) if each.word == REJECTED]
    return [f"{each.subject}: {each.text}" for each in found]


def divergence(run: Run) -> str:
    """That the training diverged, and what its constants are then; "" if it did not.

    run: what `read` gives.
    """
    found = diverged(run)
    if not found:
        return ""
    text = found[0].text.partition(";")[0]
    return f"The training diverged: {text}. The steps and constants are those from before; what came then has no bound."


def _before_divergence(run: Run) -> Run:
    """Without what was recorded from the first numbers on that are not finite."""
    end = first_not_finite(run)
    if end is None:
        return run
    numbers = {name: table[:end] for name, table in run.numbers.items()}
    probes = tuple(probe for probe in run.probes if probe["at"] < run.at[end])
    return replace(run, at=run.at[:end], t=run.t[:end], lr=run.lr[:end], numbers=numbers, probes=probes)


def missing(run: Run) -> str:
    """Why a record does not give gap, grad1, L0 and sigma0; "" if it does.

    run: what `read` gives.
    """
    if run.header.get("state"):
        return "a stored state is one moment of a training, from which gap, grad1, L0 and sigma0 cannot be measured"
    if maximizes(run):
        return "the optimizer maximizes: a bound is about -F, and its gap is not measured"
    if not run.probes:
        return "the record has no probe (audit.probe), so that gap, grad1, L0 and sigma0 are not measured"
    why = unmeasured(run)
    return f"L0 is not measured: {why}" if why else ""


def maximizes(run: Run) -> bool:
    """Whether Adam's steps go up: what is bounded is then the gradient of -F, whose gap no loss of F shows."""
    return any(group.get("maximize") for group in run.groups)


def _settings(run: Run) -> dict[str, Found]:
    later = [group for event in run.events for group in event.get("groups", ())]
    betas = {(group["beta1"], group["beta2"], group["epsilon"]) for group in run.groups}
    if len(betas) == 1 and any((group["beta1"], group["beta2"], group["epsilon"]) not in betas for group in later):
        raise AuditError(f"{run.path} has betas or an epsilon that changed on the way; a bound is about one setting")
    if len(betas) > 1:
        raise AuditError(f"{run.path} has groups with different betas or epsilon; a bound is about one setting")
    ((beta1, beta2, epsilon),) = betas
    settings = {"beta1": beta1, "beta2": beta2, "epsilon": epsilon}
    found = {name: Found(_exact(value), _source(run, name)) for name, value in settings.items()}
    rates = run.lr[np.isfinite(run.lr)]
    if rates.size and rates.max() > 0.0:
        steady = rates.min() == rates.max()
        how = _source(run, "lr") if steady else f"the largest that is recorded, from {_exact(float(rates.min()))} on"
        found["lr"] = Found(_exact(float(rates.max())), how)
    known = run.t[run.known]
    if known.size:
        found["steps"] = Found(str(int(known.max())), f"{RECORDED}, up to the last record")
    shards = any(layer.shard for layer in run.layers)
    found["dim"] = Found(str(run.d), f"{LOWER}: this process's part of all parameters" if shards else RECORDED)
    return found


def _source(run: Run, name: str) -> str:
    """Who says what a setting is: the training, or only the user."""
    return STATED if name in run.header.get("stated", ()) else RECORDED


def _traits(run: Run) -> dict[str, Found]:
    """What the training has beside Adam's recursions, as far as the record knows."""
    found = {"bias_correction": Found(True, RECORDED)}
    settings = [*run.groups, *(group for event in run.events for group in event.get("groups", ()))]
    decays = [(group["weight_decay"], group.get("decoupled")) for group in settings if "weight_decay" in group]
    largest, decoupled = max(decays, key=lambda pair: pair[0], default=(0.0, None))
    if len(decays) == len(settings):
        found["weight_decay"] = Found(_exact(largest), _source(run, "weight_decay"))
    if largest and decoupled is not None:
        found["decoupled"] = Found(bool(decoupled), _source(run, "weight_decay"))
    if run.header.get("clipping") is not None:
        found["clipping"] = Found(_exact(run.header["clipping"]), STATED)
    rates = run.lr[np.isfinite(run.lr)]
    if rates.size and not run.header.get("state"):
        low, high = _exact(float(rates.min())), _exact(float(rates.max()))
        words = "constant" if low == high else f"from {low} to {high}"
        unseen = run.header.get("schedule") and _source(run, "lr") == STATED
        found["lr_schedule"] = Found(UNSEEN, RECORDED) if unseen else Found(words, _source(run, "lr"))
    return found


def _problem(run: Run) -> dict[str, Found]:
    found: dict[str, Found] = {}
    a, low, high = gradient(run)
    first = run.probes[0]
    if np.isfinite(a[0]):
        said = f"measured {low[0]:.3g}..{high[0]:.3g}" if high[0] > low[0] else "measured, without an interval"
        when = ", after step 1" if first["t"] == 1 else f", after step {first['t']} and not at the beginning"
        found["grad1"] = Found(_text(float(a[0])), said + when)
    found |= {} if maximizes(run) else _gap(run)
    found |= _noise(run, noise(run))
    found |= _smoothness(run, along_path(run))
    exponents = {name: float(found[name].value) for name in ("p", "q") if name in found}
    for name, exponent in (("Gp", "p"), ("Gq", "q")):
        if exponent in exponents:
            mean = float(np.nanmean(a ** exponents[exponent]))
            found[name] = Found(_text(mean), f"mean of |a|^{exponent} over {np.isfinite(a).sum()} probes")
    return found


def _gap(run: Run) -> dict[str, Found]:
    """F(x_1) - F*: between the way that was gone and, for a loss that is never negative, F(x_1)."""
    losses = column(run, "loss")
    rows = np.flatnonzero(np.isfinite(losses))
    if not rows.size:
        return {}
    first, least = float(losses[rows[0]]), float(losses[rows].min())
    way = first - least
    if least >= 0.0 and first > 0.0:
        probe = run.probes[rows[0]]
        half = probe.get("loss_half")
        end = "the estimate, without an interval," if half is None else f"{UPPER} of the interval"
        when = f", after step {probe['t']} and not at the beginning" if probe["t"] > 1 else ""
        how = f"{end} of the loss at the first probe{when}, if no loss is below 0; it fell by {way:.3g} from there"
        return {"gap": Found(_text(first + (half or 0.0)), how)}
    return {"gap": Found(_text(way), f"{LOWER}: how far the loss fell")} if way > 0.0 else {}


def _noise(run: Run, found: Fit | None) -> dict[str, Found]:
    square, half = column(run, "noise2"), np.nan_to_num(column(run, "noise2_half"))
    if not np.isfinite(square).any():
        return {}
    if found is not None and found.identified and found.factor:
        scale = found.envelope
        how = f"{ENVELOPE}, {scale:.3g} times the fit"
        return {
            "sigma0": Found(_text(float(np.sqrt(found.constant * scale))), how),
            "sigma1": Found(_text(float(np.sqrt(found.factor * scale))), how),
            "p": Found(_text(found.exponent), f"measured {found.low:.2f}..{found.high:.2f}"),
        }
    count = counted(int(np.isfinite(square).sum()), "probe")
    most = float(np.sqrt(np.nanmax(square + half)))
    how = f"{ENVELOPE}: the {UPPER} of the interval of the noisiest of {count}, with sigma1 = 0"
    return {
        "sigma0": Found(_text(most), how),
        "sigma1": Found("0", f"not fitted, p is UNIDENTIFIED: {_unfitted(run, found)}"),
    }


def _smoothness(run: Run, found: Fit | None) -> dict[str, Found]:
    steps = smoothness(run)
    if not np.isfinite(steps).any():
        return {}
    if found is not None and found.identified and found.factor:
        how = f"{LOWER} along the path, {found.envelope:.3g} times the fit"
        return {
            "L0": Found(_text(found.constant * found.envelope), how),
            "L1": Found(_text(found.factor * found.envelope), how),
            "q": Found(_text(found.exponent), f"measured {found.low:.2f}..{found.high:.2f}"),
        }
    count = counted(int(np.isfinite(steps).sum()), "probe")
    return {
        "L0": Found(_text(float(np.nanmax(steps))), f"{LOWER}: the largest along the path in {count}, with L1 = 0"),
        "L1": Found("0", f"not fitted, q is UNIDENTIFIED: {_unfitted(run, found)}"),
    }


def _unfitted(run: Run, found: Fit | None) -> str:
    """Why an exponent is not identified."""
    why = "no probe measured |a|" if found is None else found.why or "a constant fits"
    return f"{why}{unclear(run)}"


def _text(value: float) -> str:
    """A measurement, with few digits."""
    return f"{value:.{DIGITS}g}"


def _exact(value: float) -> str:
    """A setting, as `bound` reads it: the shortest decimal for this float, or for the one in single precision that it
    is (0.999 of JAX is 0.9990000128746033)."""
    with np.errstate(over="ignore"):
        single = np.float32(value)
    short = str(single) if f"{float(single):.{SINGLE}g}" == f"{value:.{SINGLE}g}" else repr(float(value))
    return short.removesuffix(".0")


__all__ = ["IF", "Found", "constants", "contradictions", "divergence", "maximizes", "missing"]
