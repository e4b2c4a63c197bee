"""What a sweep costs beside its runs: a task of an executor, a run of the one process that asks, memory, disk.

The executors have two processes.  A task without a run shows what giving it away costs; the least run (one step of one
coordinate) shows all that a run costs in the process that asks: its key, its part of a task, its line, its row.
Target: at most 5 ms a task, for processes of this machine and for Dask.  `pip install 'adamproof[cluster]'`.
"""

from __future__ import annotations

import os
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from pathlib import Path

from common import ROOT, machine

from adamproof.executors.choosing import opened
from adamproof.executors.processes import Here
from adamproof.executors.streaming import completed
from adamproof.sweeps import cell, running
from adamproof.sweeps.cell import Task, ran
from adamproof.sweeps.grid import Sweep, from_mapping
from adamproof.sweeps.journal import Journal
from adamproof.sweeps.setting import Setting

TASKS, RUNS, ROWS = 2000, 4000, 100_000
MILLION = 10**6


@contextmanager
def dask() -> Iterator[Executor]:
    """A cluster of two processes with one thread each; its scheduler is in this process."""
    from distributed import LocalCluster

    os.environ["PYTHONPATH"] = str(ROOT)
    with (
        LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=":0") as cluster,
        opened(1, cluster.scheduler_address) as executor,
    ):
        yield executor


def least(count: int) -> Sweep:
    return from_mapping({"steps": 1, "dim": 1, "replicates": 1, "seed": {"first": 0, "count": count}})


def spent() -> float:
    """Processor time of this process alone."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def empty_tasks(executor: Executor, count: int) -> tuple[float, float]:
    """Wall time and this process's processor time of tasks without a run, in ms each."""
    began, before = time.perf_counter(), spent()
    for _, future in completed(executor, ran, (Task((), cell.code()) for _ in range(count))):
        future.result()
    return (time.perf_counter() - began) * 1e3 / count, (spent() - before) * 1e3 / count


def whole(executor: Executor, folder: Path, count: int) -> tuple[float, float]:
    """The same of the least runs of a sweep, with its table."""
    began, before = time.perf_counter(), spent()
    running.sweep(least(count), folder, executor)
    return (time.perf_counter() - began) * 1e3 / count, (spent() - before) * 1e3 / count


def held(journal: Journal) -> int:
    """Bytes of memory in which a journal knows its rows."""
    places = journal._places
    return sys.getsizeof(places) + sum(sys.getsizeof(key) + sys.getsizeof(place) for key, place in places.items())


def kept(folder: Path) -> None:
    """What rows take on disk and in memory, and how long it takes to find them again and write the table."""
    like = cell.row(Setting(steps=100))
    found = least(ROWS)
    began = time.perf_counter()
    with Journal(folder / running.ROWS) as journal:
        for number, setting in enumerate(found):
            row = [value + number * 1e-7 if type(value) is float else value for value in like]  # no two are the same
            journal.add(cell.key(setting), row)
    written = time.perf_counter() - began
    began = time.perf_counter()
    with Journal(folder / running.ROWS) as journal:
        opened_again, taken = time.perf_counter() - began, held(journal)
        began = time.perf_counter()
        running._todo(found, journal)
        looked = time.perf_counter() - began
    began = time.perf_counter()
    running.sweep(found, folder, collect=True)
    table = time.perf_counter() - began - opened_again - looked
    sizes = {path.name: path.stat().st_size for path in sorted(folder.iterdir())}
    print(f"{ROWS:,} rows, for a million of them:")
    for name, size in sizes.items():
        print(f"  {name:<14} {size * MILLION / ROWS / 1e6:6.0f} MB")
    print(f"  memory         {taken * MILLION / ROWS / 1e6:6.0f} MB")
    for what, seconds in (
        ("append them", written), ("read them again", opened_again), ("find what is to do", looked),
        ("write the tables", table),
    ):  # fmt: skip
        print(f"  {what:<19} {seconds * MILLION / ROWS:5.0f} s")


def main() -> None:
    print(machine())
    with tempfile.TemporaryDirectory(prefix="adamproof-benchmark-") as name:
        place = Path(name)
        wall, used = whole(Here(), place / "here", RUNS)
        print(f"the least run in this process: {wall:.2f} ms ({used:.2f} ms of processor time)")
        for said, executor in (("two processes", opened(2)), ("Dask, two processes", dask())):
            with executor as given:
                empty_tasks(given, 100)  # until the processes are there
                wall, used = empty_tasks(given, TASKS)
                print(f"{said}: a task {wall:.2f} ms (target 5), of it {used:.2f} ms of processor time here")
                wall, used = whole(given, place / said, RUNS)
                print(f"{said}: the least run {wall:.2f} ms, of it {used:.2f} ms of processor time here")
        (place / "kept").mkdir()
        kept(place / "kept")


if __name__ == "__main__":
    main()
