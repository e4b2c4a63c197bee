"""Several runs of one training that differ in their seeds: what one run cannot tell.

The statistical tests are handed over (those of `adamproof.experiments.statistics`), so that this module has none of its
own.  Both need coordinates that were kept in the records: `watch(..., keep=8)`, with the same sampling seed in all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from ..support import correlations
from .errors import AuditError
from .probes import ratio
from .record import LayerInfo, Run
from .reduction import NUMBERS
from .statistics import distance, effective_number, effective_pair
from .verdicts import NOT_RECORDED, NOT_REJECTED, REJECTED, SEEN, UNIDENTIFIED, Verdict, mean_u, over_layers

Array = NDArray[np.float64]
LEVEL = 0.05
TIMES = ("early", "middle", "late")
PERMUTATIONS = 999
MOST = 40  # coordinates that are compared in pairs
ALIKE, APART = "u identically distributed", "u independent across coordinates"
UNTESTED = "CANNOT TELL FROM SO FEW RUNS"


class Same(Protocol):
    """What a test of equal distributions answers."""

    @property
    def pairs(self) -> int: ...

    @property
    def rejected(self) -> int: ...

    @property
    def smallest(self) -> float: ...


class Apart(Protocol):
    """What a test of independence answers."""

    @property
    def largest(self) -> float: ...

    @property
    def p_value(self) -> float: ...


@dataclass(frozen=True)
class Questions:
    """identical(samples, level) and independent(samples, permutations, seed, level), of samples of shape
    (replicates, coordinates).  Each raises `refusal` where no such sample could be rejected."""

    identical: Callable[..., Same]
    independent: Callable[..., Apart]
    refusal: type[Exception]


def compared(runs: Sequence[Run], tests: Questions, level: float = LEVEL) -> list[Verdict]:
    """What replicates say.  Raises AuditError for records that are not of one training.

    runs: at least two.  level: of all tests together.
    """
    refuse_different(runs)
    at = common_times(runs)
    found = [_spread(runs, "mean of u", [mean_u(run) for run in runs], at)]
    with np.errstate(invalid="ignore"):  # gradients that are all 0
        shares = [over_layers(run, "ug") / over_layers(run, "g1") for run in runs]
    found.append(_spread(runs, "|u o g|_1/|g|_1", shares, at))
    found += _rates(runs, at)
    if all(run.probes for run in runs):
        found.append(_ratios(runs))
    if len(at) < len(TIMES):
        raise AuditError(f"the records share {len(at)} times after step 1; early, middle and late ones are compared")
    chosen = {name: at[(2 * place + 1) * len(at) // 6] for place, name in enumerate(TIMES)}
    if not all(run.kept for run in runs):
        text = "no coordinates were kept: record replicates with keep=8 and one sampling seed"
        return [*found, Verdict("u alike and independent across coordinates", NOT_RECORDED, text)]
    level /= 2 * len(TIMES)  # of each test
    alike, apart = [], []
    for name, call in chosen.items():
        where = f"{name}, at call {call:.0f}"
        try:
            table, places = kept(runs, call)
        except AuditError as error:
            alike.append(Verdict(f"{ALIKE} ({where})", UNIDENTIFIED, str(error)))
            apart.append(Verdict(f"{APART} ({where})", UNIDENTIFIED, str(error)))
            continue
        alike.append(_identical(table, places, tests, level, where))
        apart.append(_independent(table, places, tests, level, where))
    return [*found, *_once(ALIKE, alike), *_once(APART, apart)]


def _once(subject: str, found: list[Verdict]) -> list[Verdict]:
    """One verdict for all times where they say the same: that there are too few runs, for instance."""
    first = found[0]
    if any((each.word, each.text) != (first.word, first.text) for each in found):
        return found
    return [Verdict(f"{subject} ({', '.join(TIMES)})", first.word, first.text, first.data)]


def refuse_different(runs: Sequence[Run]) -> None:
    """Raise AuditError unless the runs have the same layers, settings, sampling, and different numbers."""
    if len(runs) < 2:
        raise AuditError("one run is no replicate: name at least two records")
    first = runs[0]
    for run in runs[1:]:
        if run.header.get("optimizer") != first.header.get("optimizer"):
            raise AuditError(f"{run.path} has another optimizer than {first.path}")
        if [(layer.name, layer.n) for layer in run.layers] != [(layer.name, layer.n) for layer in first.layers]:
            raise AuditError(f"{run.path} has other layers than {first.path}")
        for name in ("m", "v"):
            if any(
                None not in types and types[0] != types[1]
                for types in ((getattr(one, name), getattr(other, name)) for one, other in _pairs(run, first))
            ):
                raise AuditError(f"{run.path} has moments of another type than {first.path}")
        for name in ("beta1", "beta2", "epsilon", "lr", "weight_decay", "decoupled"):
            if [group.get(name) for group in run.groups] != [group.get(name) for group in first.groups]:
                raise AuditError(f"{run.path} has another {name} than {first.path}")
        if run.header.get("clipping") != first.header.get("clipping"):
            raise AuditError(f"{run.path} was told of another clipping than {first.path}")
        for name in ("seed", "sample", "keep"):
            if run.header.get(name) != first.header.get(name):
                raise AuditError(f"{run.path} was sampled with another {name} than {first.path}")
    _refuse_same(runs)


def _pairs(run: Run, other: Run) -> Iterable[tuple[LayerInfo, LayerInfo]]:
    return zip(run.layers, other.layers, strict=True)


def _refuse_same(runs: Sequence[Run]) -> None:
    """Raise AuditError if two runs have the same numbers wherever both have any: one may have been killed."""
    shared = set(runs[0].at.tolist()).intersection(*(run.at.tolist() for run in runs[1:]))
    seen: dict[bytes, str] = {}
    for run in runs:
        rows = np.isin(run.at, sorted(shared)) & (run.t > 1).any(axis=1)
        rows = rows if rows.any() else np.ones(len(run.at), dtype=bool)
        numbers = b"".join(run.numbers[name][rows].tobytes() for name in NUMBERS)
        if numbers and numbers in seen:
            raise AuditError(f"{seen[numbers]} and {run.path} have the same numbers: replicates differ in their seeds")
        seen[numbers] = run.path


def common_times(runs: Sequence[Run]) -> Array:
    """The calls that all records have, but for step 1, where u is 1 whatever the gradient is.  Raises AuditError."""
    shared = set(runs[0].at.tolist()).intersection(*(run.at.tolist() for run in runs[1:]))
    if not shared:
        raise AuditError("the records have no call in common: use one `every`, and budget=None")
    later = runs[0].at[(runs[0].t > 1).any(axis=1)]
    return np.array(sorted(shared.intersection(later.tolist())))


def kept(runs: Sequence[Run], call: float) -> tuple[Array, list[str]]:
    """u at one call, (replicates, coordinates), and each coordinate's layer.

    Coordinates that no run has, or with few distinct values (rare gradients), are left out, and so is the second of two
    layers whose numbers are the same; of the rest, at most MOST, taken from the layers in turn.
    """
    records = [int(np.flatnonzero(run.at == call)[0]) for run in runs]
    columns: list[list[tuple[Array, str]]] = []
    seen: set[bytes] = set()
    for number, layer in enumerate(runs[0].layers):
        rows = [run.sample(record, number) for run, record in zip(runs, records, strict=True)]
        if len({row.size for row in rows}) != 1 or not rows[0].size:
            continue
        table = np.stack(rows)
        distinct = np.array([np.unique(column).size for column in table.T])
        usable = np.isfinite(table).all(axis=0) & (2 * distinct > len(runs))
        mine = [table[:, place] for place in np.flatnonzero(usable)]
        new = [(values, layer.name) for values in mine if values.tobytes() not in seen]
        seen |= {values.tobytes() for values in mine}
        columns.append(new)
    longest = max(map(len, columns), default=0)
    turns = [column[turn] for turn in range(longest) for column in columns if turn < len(column)]
    taken = turns[:MOST]
    if len(taken) < 2:
        raise AuditError("there are no two coordinates that differ between the runs")
    return np.stack([values for values, _ in taken], axis=1), [name for _, name in taken]


def _fewer(table: Array, test: Callable[[Array], Any], refusal: type[Exception]) -> tuple[Any, int, str]:
    """The test on as many coordinates as the replicates can reject, at least two: its answer (or None), and why."""
    count = table.shape[1]
    why = ""
    while count >= 2:
        try:
            return test(table[:, :count]), count, ""
        except refusal as error:
            why = str(error)
        count = count // 2 if count > 3 else count - 1
    return None, 0, why


def _identical(table: Array, places: Sequence[str], tests: Questions, level: float, where: str) -> Verdict:
    subject = f"{ALIKE} ({where})"
    found, count, why = _fewer(table, lambda part: tests.identical(part, level), tests.refusal)
    even, odd = (len(table) + 1) // 2, len(table) // 2
    effective = effective_pair(even, odd)
    if found is None:
        return _too_few(subject, table, why)
    pairs = [(one, other) for other in range(count) for one in range(other)]
    gaps = {pair: distance(table[::2, pair[0]], table[1::2, pair[1]]) for pair in pairs}
    within = max((gap for (one, other), gap in gaps.items() if places[one] == places[other]), default=float("nan"))
    farthest = max(gaps, key=lambda pair: gaps[pair])
    largest, between = gaps[farthest], [places[number] for number in farthest]
    data = {"D": largest, "layers": between, "D within a layer": within, "effective n": effective, "coordinates": count}
    data |= {"p": found.smallest, "pairs rejected": found.rejected}
    said = f"D up to {largest:.2f} ({_between(between)}{_inside(between, within)})"
    pairs_said = f"{found.rejected} of {found.pairs} pairs of {_of_kept(count, table)}, least p = {found.smallest:.2g}"
    head = f"{said}, effective n {effective:.3g} a pair; {pairs_said}, level {level:.2g}"
    if found.smallest <= level:
        return Verdict(subject, REJECTED, head, data)

    def p_value(part: Array) -> float:
        return tests.identical(part, level).smallest

    least = least_distance(even, odd, p_value, len(pairs), level)
    data["least detectable D"] = least
    return Verdict(subject, NOT_REJECTED, f"{head}; least detectable D {least:.2f}", data)


def _too_few(subject: str, table: Array, why: str) -> Verdict:
    runs, coordinates = table.shape
    text = f"{runs} runs cannot reject it for even two of the {coordinates} coordinates that can be compared: {why}"
    return Verdict(subject, UNTESTED, text, {"runs": runs, "coordinates": coordinates})


def _between(layers: Sequence[str]) -> str:
    one, other = layers
    return f"two coordinates of {one}" if one == other else f"one of {one}, one of {other}"


def _inside(layers: Sequence[str], within: float) -> str:
    """What is seen within a layer, where that is not the largest anyway."""
    return f"; {within:.2f} within a layer" if layers[0] != layers[1] and np.isfinite(within) else ""


def _of_kept(count: int, table: Array) -> str:
    """Which coordinates are tested, where more were kept than so few runs can reject."""
    rest = table.shape[1] - count
    return f"{count} coordinates ({rest} more need more runs)" if rest else f"{count} coordinates"


def least_distance(even: int, odd: int, smallest: Callable[[Array], float], pairs: int, level: float) -> float:
    """The least D of one pair that the test rejects when it corrects for so many pairs; nan if none.

    smallest: the p-value of two coordinates, to which samples with a known D are handed over.
    """
    for shift in range(1, even + 1):
        table = np.zeros((even + odd, 2))
        table[::2, 0] = np.arange(even)
        table[1::2, 1] = np.arange(odd) + shift - 0.5
        table[1::2, 0] = table[1::2, 1] + 1e6  # the half of the replicates that the pair does not use
        table[::2, 1] = table[::2, 0] - 1e6
        if min(1.0, smallest(table) * pairs) <= level:
            return distance(table[::2, 0], table[1::2, 1])
    return float("nan")


def _independent(table: Array, places: Sequence[str], tests: Questions, level: float, where: str) -> Verdict:
    subject = f"{APART} ({where})"
    effective = effective_number(table)
    found, count, why = _fewer(table, lambda part: tests.independent(part, PERMUTATIONS, 0, level), tests.refusal)
    if found is None:
        return _too_few(subject, table, why)
    part = table[:, :count]
    between = [places[number] for number in closest(part)]
    seen = f"rank correlation up to {found.largest:.2f} ({_between(between)})"
    said = f"{table.shape[1]} coordinates count as {effective:.3g}; {seen} among {_of_kept(count, table)}"
    said += f", p = {found.p_value:.2g}, level {level:.2g}"
    data = {
        "coordinates": count, "effective number": effective, "largest": found.largest, "layers": between,
        "p": found.p_value,
    }  # fmt: skip
    if found.p_value <= level:
        return Verdict(subject, REJECTED, said, data)
    data["least detectable"] = least = least_correlation(part, level)
    text = f"{said}; least detectable rank correlation {least:.2f}, and only monotone dependence of two is seen"
    return Verdict(subject, NOT_REJECTED, text, data)


def closest(table: Array) -> tuple[int, int]:
    """The two coordinates with the largest |rank correlation|."""
    found = correlations.absolute(_ranks(table))
    one, other = np.unravel_index(int(found.argmax()), found.shape)
    return int(min(one, other)), int(max(one, other))


def least_correlation(table: Array, level: float) -> float:
    """The |rank correlation| that chance alone exceeds, in any pair, in a share `level` of permutations."""
    by_chance = np.sort(correlations.by_chance(_ranks(table), PERMUTATIONS, 0))
    return float(by_chance[-max(1, int(level * (1 + PERMUTATIONS)))])


def _ranks(table: Array) -> Array:
    """Each column's ranks, equal values with their mean, about 0 and of length 1."""
    ranks = np.empty(table.shape)
    for place, column in enumerate(table.T):
        _, which, counts = np.unique(column, return_inverse=True, return_counts=True)
        ranks[:, place] = (np.cumsum(counts) - (counts - 1) / 2)[which]
    ranks -= ranks.mean(axis=0)
    return np.asarray(ranks / np.sqrt(np.square(ranks).sum(axis=0)))


def _spread(runs: Sequence[Run], subject: str, series: Sequence[Array], at: Array) -> Verdict:
    """The mean over the runs at three of the times at which all have it, with the runs' own range."""
    rows = np.stack([values[np.isin(run.at, at)] for run, values in zip(runs, series, strict=True)])
    rows = rows[:, np.isfinite(rows).all(axis=0)]
    if not rows.size:
        return Verdict(subject, NOT_RECORDED, "the records have no gradients")
    parts = [
        f"{name} {rows[:, place].mean():.3g} ({rows[:, place].min():.3g}..{rows[:, place].max():.3g})"
        for name, place in ((name, (2 * number + 1) * rows.shape[1] // 6) for number, name in enumerate(TIMES))
    ]
    return Verdict(subject, SEEN, f"{', '.join(parts)} over {len(runs)} runs", {"means": rows.mean(axis=0).tolist()})


def _rates(runs: Sequence[Run], at: Array) -> list[Verdict]:
    """Learning rates and steps that differ between the runs: then something beside the seeds does."""
    found = []
    for subject, series in (("learning rate", [run.lr for run in runs]), ("steps", [run.t for run in runs])):
        rows = [values[np.isin(run.at, at)] for run, values in zip(runs, series, strict=True)]
        differs = np.zeros(len(at), dtype=bool)
        for values in rows[1:]:
            same = (values == rows[0]) | (np.isnan(values) & np.isnan(rows[0]))
            differs |= ~same.all(axis=1)
        if differs.any():
            text = f"not the same in all runs at {differs.sum()} of {len(at)} calls: more than the seeds differs"
            found.append(Verdict(subject, SEEN, f"{text}, and what follows compares that, too"))
    return found


def _ratios(runs: Sequence[Run]) -> Verdict:
    ends = [ratio(run) for run in runs]
    low = min((float(np.nanmin(below)) for below, _ in ends if np.isfinite(below).any()), default=float("nan"))
    high = max((float(np.nanmax(above)) for _, above in ends if np.isfinite(above).any()), default=float("nan"))
    text = f"{low:.3g}..{high:.3g} over {len(runs)} runs"
    return Verdict("|a|_1/(sqrt(d) |a|_2)", SEEN, text, {"low": low, "high": high})


__all__ = [
    "LEVEL",
    "Questions",
    "closest",
    "common_times",
    "compared",
    "kept",
    "least_correlation",
    "least_distance",
    "refuse_different",
]
