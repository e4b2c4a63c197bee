"""For all tests: one cache for all of a session's processes, empty at the start, and examples that do not change."""

from __future__ import annotations

import gc
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from adamproof.checking.cache import PLACE

from . import timing
from .executors.cluster import cluster  # noqa: F401 - a fixture of all tests, so that a process has one cluster
from .session import Session

# Processes of tests share the processors: a second thread of each for products of matrices would wait, not work.
if "PYTEST_XDIST_WORKER" in os.environ:
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

# Terms and expressions are many and live long: looking for cycles among them takes a tenth of the time.
gc.set_threshold(1_000_000, 20, 20)

# The same examples every time, however slow the machine is.
settings.register_profile("adamproof", deadline=None, derandomize=True)
settings.load_profile("adamproof")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--write-durations", action="store_true", help="store how long tests take (tests/durations.json)")


def pytest_configure(config: pytest.Config) -> None:
    os.environ.pop("PYTEST_ADDOPTS", None)  # it was for this run, not for those that tests begin
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(timing.Progress(config))


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if hasattr(config, "workerinput"):  # one of several processes
        items[:] = [items[place] for place in timing.longest_first(item.nodeid for item in items)]


def pytest_collection_finish() -> None:
    gc.freeze()  # the modules and the tests stay until the end


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish() -> None:
    gc.freeze()  # pytest looks for cycles once more: five seconds among what all tests have left


@pytest.fixture(scope="session")
def session(tmp_path_factory: pytest.TempPathFactory) -> Session:
    """What all processes of this session of tests share."""
    own = tmp_path_factory.getbasetemp()
    return Session(own.parent if "PYTEST_XDIST_WORKER" in os.environ else own)


@pytest.fixture(scope="session", autouse=True)
def shared_cache(session: Session) -> Iterator[Path]:
    """Findings on a lemma that one test has had made serve the others; the kernel reads the proofs again each time.

    Tests that are about searching, or about the cache, have a cache of their own or none.
    """
    before = os.environ.get(PLACE)
    folder = session.folder / "cache"
    os.environ[PLACE] = str(folder)
    yield folder
    del os.environ[PLACE]
    if before is not None:
        os.environ[PLACE] = before


@pytest.fixture
def compiled_prelude(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    """Coq compiles the prelude once for all tests of a session, rather than for each, and begins in half the time."""
    from adamproof.crosscheck import coqc

    for name, value in coqc.MEMORY.items():
        monkeypatch.setenv(name, value)
    if shutil.which("coqc"):
        monkeypatch.setenv("PATH", f"{session.coqc()}{os.pathsep}{os.environ['PATH']}")
