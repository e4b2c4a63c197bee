"""Tests leave the user's cache alone: they share one of their own, empty at the start."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from adamproof.cache import PLACE


@pytest.fixture(scope="session", autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    before = os.environ.get(PLACE)
    folder = tmp_path_factory.mktemp("cache")
    os.environ[PLACE] = str(folder)
    yield folder
    del os.environ[PLACE]
    if before is not None:
        os.environ[PLACE] = before
