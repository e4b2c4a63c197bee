"""Makes near_misses.json: `python -m adamproof.checking.near_recording`.

The address of a Dask cluster that has this code may follow.

Lemmas whose entry still counts are kept.  The file is written after each lemma, so that a run that is broken off can be
taken up again.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from concurrent.futures import Executor
from contextlib import nullcontext
from pathlib import Path

from ..executors.dask_cluster import connected
from ..support import files
from ..theory.index import chapters
from . import near_record
from .flow import Checked, Flow
from .judge import near_misses
from .near_record import Kept
from .pool import Answer, Workers
from .report import LemmaReport
from .request import Request
from .serialize import unpacked_near

JOBS = 2  # processes


def computed(
    slugs: Iterable[str], jobs: int = JOBS, executor: Executor | None = None
) -> Iterator[tuple[str, tuple[Kept, ...]]]:
    """What becomes of the near misses of these lemmas of the library, found now.  Raises RuntimeError on a failure."""
    wanted = list(slugs)
    with Workers(jobs, lambda path, text: None, _say, executor=executor) as workers:
        flow = Flow(workers, jobs, True, _say)
        reports = list(flow.checked([Request("check", slug) for slug in wanted], _report, _failed))
        answers = workers.run([Request("near", slug) for slug in wanted])
        for report, answer in zip(reports, answers, strict=True):
            yield report.lemma.slug, _kept(report, answer)


def _report(checked: Checked) -> LemmaReport:
    return checked.report


def _failed(request: Request, error: Exception, seconds: float) -> LemmaReport:
    raise RuntimeError(f"{request.slug}: {error}")


def _kept(report: LemmaReport, answer: Answer) -> tuple[Kept, ...]:
    if answer.failure is not None:
        raise answer.failure
    found = unpacked_near(answer.message.get("near"), answer.proofs or [])
    made = near_misses(report, found, answer.verified())
    _say(f"{report.lemma.slug}: {len(made)} near misses, {answer.seconds:.1f} s")
    return tuple(Kept(t.claim, t.twin.kind, t.twin.name, t.twin.assumption, t.status, t.stronger) for t in made)


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")


def record(path: Path, executor: Executor | None = None) -> None:
    """Write what the file has that still counts, and what is found now."""
    known = dict(near_record.kept())
    for slug, found in computed((slug for slug in chapters() if slug not in known), executor=executor):
        known[slug] = found
        files.write(path, near_record.written(known))


if __name__ == "__main__":
    with connected(sys.argv[1]) if sys.argv[1:] else nullcontext() as cluster:
        record(Path(__file__).with_name(near_record.FILE), cluster)
