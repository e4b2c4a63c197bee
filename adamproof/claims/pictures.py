"""Pictures of experiments, kept in the cache: to draw them takes longer than all else in a report.

One is kept for each experiment.  It counts for the numbers, the code and the version of matplotlib that it was drawn
with; matplotlib's settings and fonts are taken to be the same.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version

from ..checking.cache import Cache, Drawing
from ..experiments.observed import drawn
from ..experiments.records import Record


def draw(cached: bool) -> Callable[[Record], str]:
    """What makes a picture of a record, "" without matplotlib; cached: whether it may come from the cache."""
    return kept_or_drawn if cached else drawn


def kept_or_drawn(record: Record) -> str:
    """The picture of a record from the cache, or else drawn, and kept from now on."""
    drawing, cache = drawing_of(record), Cache()
    if drawing is None:
        return drawn(record)
    kept = cache.read(drawing)
    if isinstance(kept, str):
        return kept
    picture = drawn(record)
    if picture:
        try:
            cache.write(drawing, picture)
        except OSError:  # as of a proof that cannot be kept, whose warning is enough
            pass
    return picture


def drawing_of(record: Record) -> Drawing | None:
    """What the picture of a record depends on beside the code; None without matplotlib."""
    try:
        program = version("matplotlib")
    except PackageNotFoundError:
        return None
    numbers = json.dumps([record.parameters, record.result], sort_keys=True).encode()
    return Drawing(record.experiment, hashlib.sha256(numbers).hexdigest(), program)
