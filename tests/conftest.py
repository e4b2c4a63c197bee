"""For all tests: a cache of their own, empty at the start, and examples that do not change."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from adamproof.checking.cache import PLACE

# The same examples every time, however slow the machine is.
settings.register_profile("adamproof", deadline=None, derandomize=True)
settings.load_profile("adamproof")


@pytest.fixture(scope="session", autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    before = os.environ.get(PLACE)
    folder = tmp_path_factory.mktemp("cache")
    os.environ[PLACE] = str(folder)
    yield folder
    del os.environ[PLACE]
    if before is not None:
        os.environ[PLACE] = before
