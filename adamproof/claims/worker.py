"""The process that imports the lemmas for the claims: what `checking.worker` does, exponents, and words about records.

Started by `checking.pool` as `python -m adamproof.claims.worker CHANNEL`.  Besides the tasks of `checking.worker` it
knows {"task": "calculate", "asked": [...]}, answered with {"calculated": [...]}, and {"task": "records", "folder": ...,
"drawn": ..., "cached": ...}, answered with {"records": [...], "problems": [...]}.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..checking import worker
from ..checking.worker import Answer, Send

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

OWN = "experiments"  # a folder of records in the current folder


def _calculate(data: Answer, send: Send) -> Answer:
    from .calculations import calculated
    from .exponents import Calculation

    questions = list(map(Calculation.read, data["asked"]))
    found = []
    for question in questions:
        send({"say": f"{question.slug}: computing exponents of {question.claim}"})
        found.append(calculated(question).data())
    return {"calculated": found}


def _records(data: Answer, send: Send) -> Answer:
    from ..experiments.observed import first_of
    from ..experiments.records import shipped
    from .pictures import draw

    send({"say": "reading the records of experiments"})
    places: list[str | Traversable] = [OWN, shipped()] if data["folder"] is None else [data["folder"]]
    found, problems = first_of(places, draw(data["cached"])) if data["drawn"] else first_of(places)
    return {"records": [record.data() for record in found], "problems": problems}


TASKS = {**worker.TASKS, "calculate": _calculate, "records": _records}

if __name__ == "__main__":
    worker.main(TASKS)
