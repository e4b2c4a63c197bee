"""A Dask cluster of two worker processes, begun once for all tests of a session's process that ask for it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest

from tests.session import ROOT

# The cluster stays until the session ends.  By default it looks after itself hundreds of times a second, which takes a
# tenth of a processor's time while nobody asks it anything.
QUIET = {
    "distributed.admin.system-monitor.interval": "10s",
    "distributed.admin.tick.interval": "1s",
    "distributed.logging.distributed": "critical",
    "distributed.worker.memory.pause": False,
    "distributed.worker.memory.spill": False,
    "distributed.worker.memory.target": False,
    "distributed.worker.memory.terminate": False,
    "distributed.worker.profile.enabled": False,
}


@pytest.fixture(scope="session")
def cluster() -> Iterator[Any]:
    """A LocalCluster; its workers import adamproof and the tests from here."""
    distributed = pytest.importorskip("distributed")
    dask = pytest.importorskip("dask")
    before = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = os.pathsep.join([str(ROOT), *filter(None, [before])])
    try:
        with (
            dask.config.set(QUIET),
            distributed.LocalCluster(
                n_workers=2, threads_per_worker=1, dashboard_address=":0", silence_logs=50
            ) as found,
        ):  # fmt: skip
            yield found
    finally:
        if before is None:
            del os.environ["PYTHONPATH"]
        else:
            os.environ["PYTHONPATH"] = before
