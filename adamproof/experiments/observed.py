"""What a record shows, in words made from its numbers now: plain data, which passes between processes.

Making the words imports the experiment's module, and with it lemma files; reading what was made imports neither.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from importlib.resources.abc import Traversable
from typing import Any

from .index import module
from .records import Record, RecordError, found_in

BY_CLAIM = ("beside", "brief")


@dataclass(frozen=True)
class Observed:
    """One record in words and, if it was asked for and matplotlib is there, as a picture (an SVG document).

    command: what repeats it; stale: whether it was recorded with other code; beside: what it observed about claims of
    the source, by number; brief: the same in one line each; rejected: the claims that its tests reject.
    """

    experiment: str
    title: str
    command: str
    seed: int
    engine: str
    versions: Mapping[str, str]
    stale: bool
    beside: Mapping[int, str]
    brief: Mapping[int, str]
    rejected: tuple[int, ...]
    summary: tuple[str, ...]
    plot: str = ""

    @property
    def about(self) -> str:
        """What repeats it, and what it was made with."""
        versions = ", ".join(" ".join(pair) for pair in self.versions.items())
        stale = "; recorded with other code" if self.stale else ""
        return f"{self.command}: seed {self.seed}, {self.engine}, {versions}{stale}"

    def data(self) -> dict[str, Any]:
        """As JSON has it."""
        return asdict(self) | {name: [[*pair] for pair in getattr(self, name).items()] for name in BY_CLAIM}


def drawn(record: Record) -> str:
    """The picture of a record as an SVG document; nothing where matplotlib is missing."""
    picture: str = module(record.experiment).picture(record.result).svg()
    return picture


def observed(record: Record, draw: Callable[[Record], str] = lambda record: "") -> Observed:
    """What a record shows, with the picture that `draw` makes of it."""
    experiment = module(record.experiment)
    return Observed(
        record.experiment,
        experiment.TITLE,
        record.command,
        record.seed,
        record.engine,
        record.versions,
        not record.made_by_this_code,
        record.observed(),
        record.briefly(),
        tuple(sorted(record.rejected())),
        tuple(experiment.summary(record.result)),
        draw(record),
    )


def first_of(
    places: Sequence[str | Traversable], draw: Callable[[Record], str] = lambda record: ""
) -> tuple[list[Observed], list[str]]:
    """What the records of the first of these folders that has any show, and a sentence for each that is none."""
    problems: list[str] = []
    for place in places:
        records, others = found_in(place)
        problems += others
        if records:
            return [observed(record, draw) for record in records], problems
    return [], problems


def read(data: Any) -> Observed:
    """What `Observed.data` has made.  Raises RecordError on anything else."""
    names = {field.name for field in fields(Observed)}
    if not isinstance(data, dict) or set(data) != names or not _is_well_formed(data):
        raise RecordError("what was sent about a record is not what a record shows")
    by_claim = {name: dict(map(tuple, data[name])) for name in BY_CLAIM}
    return Observed(**{**data, **by_claim, "rejected": tuple(data["rejected"]), "summary": tuple(data["summary"])})


def _is_well_formed(data: Mapping[str, Any]) -> bool:
    texts = [data[name] for name in ("experiment", "title", "command", "engine", "plot")]
    if not all(isinstance(data[name], list) for name in (*BY_CLAIM, "rejected", "summary")):
        return False
    pairs = [pair for name in BY_CLAIM for pair in data[name]]
    if not all(type(pair) is list and len(pair) == 2 for pair in pairs):
        return False
    if not isinstance(data["versions"], dict):
        return False
    numbers = [data["seed"], *data["rejected"], *(number for number, _ in pairs)]
    texts += [*data["versions"].values(), *data["summary"], *(words for _, words in pairs)]
    return type(data["stale"]) is bool and all(type(n) is int for n in numbers) and all(type(t) is str for t in texts)
