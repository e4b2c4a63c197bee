"""Records of experiments: what was run (seed, parameters, engine, versions) and the numbers that came out.

A record holds no words about a claim: those are made from its numbers when they are asked for.  It carries a checksum
of everything in it and the fingerprint of the code that made it, so that an edited record is refused and one made by
other code is said to be so.
"""

from __future__ import annotations

import json
import platform
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields
from functools import cache
from importlib.resources.abc import Traversable
from typing import Any

from .._version import __version__
from ..support import package_data, records
from ..support.foreign_text import foreign
from .index import EXPERIMENTS, module

SCHEMA = 1
# Beside the simulator, the bounds that runs are compared with, and the experiment's own file.
TOOLS = ("against_bound", "dependence", "runner", "statistics")
SHARED = ("support/arrays.py", "support/correlations.py", *(f"experiments/{name}.py" for name in TOOLS))
NETWORKS = "architectures"  # the room of the experiments that use `networks`
USED = dict.fromkeys(("architectures-lr", "architectures-betas"), ("tuning",))  # beside its own file there
MADE_FROM = ("digest", "sources")  # in compiled formulas: of the lemma files, whose proofs are nothing to a run
BOUNDS = ("certified", "magnitude", "problem", "training", "tuning")


RecordError = records.RecordError


@dataclass(frozen=True)
class Record:
    """An experiment that was run.  `result` is plain data (as JSON has it), made by the module's `run`."""

    experiment: str
    seed: int
    full: bool
    engine: str
    parameters: Mapping[str, Any]
    result: Mapping[str, Any]
    versions: Mapping[str, str]
    code: str

    @property
    def command(self) -> str:
        """What repeats the run."""
        return f"adamproof experiment {self.experiment} --seed {self.seed}{' --full' if self.full else ''}"

    @property
    def made_by_this_code(self) -> bool:
        return self.code == fingerprint(self.experiment)

    def observed(self) -> dict[int, str]:
        """By the number of a claim of the source: what was observed, in words made from the numbers."""
        words: dict[int, str] = module(self.experiment).observed(self.result)
        return words

    def briefly(self) -> dict[int, str]:
        """The same in one line each."""
        words: dict[int, str] = module(self.experiment).briefly(self.result)
        return words

    def rejected(self) -> set[int]:
        """The claims that its tests reject; most experiments have none."""
        of: Callable[[Any], set[int]] = getattr(module(self.experiment), "rejected", lambda result: set())
        return of(self.result)

    def text(self) -> str:
        """The record as JSON, with its checksum."""
        content = {field.name: getattr(self, field.name) for field in fields(self)}
        return records.text({"schema": SCHEMA, **content}, self.command)


def made(experiment: str, seed: int, full: bool, engine: str, parameters: Any, result: Any) -> Record:
    """A record of what has just been run, by the code and the versions at hand."""
    import numpy

    versions = {"adamproof": __version__, "numpy": numpy.__version__, "python": platform.python_version()}
    # Through JSON and back, so that a record in memory is what the same record from a file is.
    plain = json.loads(json.dumps({"parameters": parameters, "result": result}, allow_nan=False))
    return Record(
        experiment, seed, full, engine, plain["parameters"], plain["result"], versions, fingerprint(experiment)
    )


@cache
def fingerprint(experiment: str) -> str:
    """A digest of what an experiment's numbers come from: simulator, bounds, the shared tools, its own file."""
    own = f"experiments/{EXPERIMENTS[experiment].replace('.', '/')}.py"
    names = [*SHARED, *(f"bounds/{name}.py" for name in BOUNDS), own]
    rooms = [*package_data.entries(package_data.folder("simulator"), ".py")]
    if EXPERIMENTS[experiment].startswith(f"{NETWORKS}."):
        names += [f"experiments/{NETWORKS}/{name}.py" for name in USED.get(experiment, ())]
        rooms += package_data.entries(package_data.folder("networks"), ".py")
    for room in ("formulas", "orders", "theorems"):
        rooms += package_data.entries(package_data.folder("bounds", room), ".py", ".json")
    return records.digest_of([*rooms, *(package_data.folder(*name.split("/")) for name in names)], _counted)


def _counted(file: Traversable) -> str:
    """Of a file, what counts for the numbers: all of a source, and the formulas of those that are compiled."""
    text = package_data.text(file)
    if not file.name.endswith(".json"):
        return text
    content = json.loads(text)
    return json.dumps({name: content[name] for name in sorted(content.keys() - MADE_FROM)})


# --- files --------------------------------------------------------------------------------------


def read(path: str | Traversable) -> Record:
    """The record in a file.  Raises RecordError where it is no record, or not the one that was written."""
    names = ("schema", *(field.name for field in fields(Record)))
    content = records.read(path, names, SCHEMA, "record of an experiment", "run the experiment again")
    content.pop("schema")
    record = Record(**content)
    if not _is_well_formed(record):
        raise RecordError(
            f"{path} is not a record of an experiment: its seed, engine, numbers, texts or versions are malformed"
        )
    try:
        record.observed()
        record.briefly()
        record.rejected()
    except Exception as error:  # numbers of other code, or made up, may be anything
        raise RecordError(
            f"{path} does not hold the numbers that {record.experiment} records now ({type(error).__name__}: {error}): "
            "run the experiment again"
        ) from error
    return record


def _is_well_formed(record: Record) -> bool:
    """Whether all but the numbers is as `made` makes it: names of experiments, and text that can be shown as it is."""
    if not isinstance(record.versions, dict) or not isinstance(record.experiment, str):
        return False
    if not all(isinstance(text, str) for text in (record.engine, record.code, *record.versions.values())):
        return False
    module(record.experiment)
    return (
        type(record.seed) is int
        and type(record.full) is bool
        and isinstance(record.parameters, dict)
        and isinstance(record.result, dict)
        and all(foreign(text) == text for text in _texts([getattr(record, field.name) for field in fields(record)]))
    )


def _texts(data: Any) -> Iterator[str]:
    """All texts in plain data, the names in it too: words for people are made of them."""
    waiting = [data]
    while waiting:
        one = waiting.pop()
        if isinstance(one, str):
            yield one
        elif isinstance(one, dict):
            waiting += [*one, *one.values()]
        elif isinstance(one, list):
            waiting += one


def found_in(folder: str | Traversable) -> tuple[list[Record], list[str]]:
    """The records in a folder, in the order of EXPERIMENTS, and a sentence for each file of that name that is none."""
    return records.read_all(folder, EXPERIMENTS, _read_of)


def _read_of(path: Traversable, name: str) -> Record:
    record = read(path)
    if record.experiment != name:
        raise RecordError(f"{path} is a record of the experiment {record.experiment}, not of {name}")
    return record


def shipped() -> Traversable:
    """The folder of the records that come with the package."""
    return package_data.folder("experiments", "records")
