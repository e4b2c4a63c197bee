"""The table of a sweep: one row a run, in the order of the file, as CSV and, where pyarrow is installed, as Parquet.

The same rows give the same bytes.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from ..support import files
from .cell import COLUMNS, Row
from .errors import SweepError

GROUP = 10_000  # rows that are held in memory at a time
CSV, PARQUET = "table.csv", "table.parquet"


def write_csv(path: Path, rows: Iterable[Row]) -> None:
    """Write the table, which replaces the file in one move.  Raises SweepError, and then nothing has changed."""
    try:
        with files.replacing(path) as stream:
            text = io.TextIOWrapper(stream, encoding="utf-8", newline="")
            writer = csv.writer(text, lineterminator="\n")
            writer.writerow([column.name for column in COLUMNS])
            writer.writerows([_cell(value) for value in row] for row in rows)
            text.flush()
            text.detach()
    except OSError as error:
        raise _unwritten(path, error) from error


def _cell(value: Any) -> str:
    """A number as the shortest text that reads back as it; nothing for None."""
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else value if isinstance(value, str) else repr(value)


def write_parquet(path: Path, rows: Iterable[Row]) -> bool:
    """The same as Parquet; whether pyarrow is there to do it.  Raises SweepError."""
    try:
        import pyarrow
        from pyarrow import parquet
    except ImportError:
        return False
    kinds = {"text": pyarrow.string(), "whole": pyarrow.uint64(), "real": pyarrow.float64(), "flag": pyarrow.bool_()}
    schema = pyarrow.schema([
        pyarrow.field(column.name, kinds[column.kind], metadata={"meaning": column.meaning}) for column in COLUMNS
    ])  # fmt: skip
    try:
        with files.replacing(path) as stream, parquet.ParquetWriter(stream, schema, compression="zstd") as writer:
            for group in _groups(rows):
                pairs = zip(zip(*group, strict=True), schema, strict=True)
                columns = [pyarrow.array(values, each.type) for values, each in pairs]
                writer.write_table(pyarrow.Table.from_arrays(columns, schema=schema))
    except OSError as error:
        raise _unwritten(path, error) from error
    return True


def _groups(rows: Iterable[Row]) -> Iterator[list[Row]]:
    left = iter(rows)
    while group := list(islice(left, GROUP)):
        yield group


def _unwritten(path: Path, error: OSError) -> SweepError:
    return SweepError(
        f"cannot write {path}: {error.strerror or error}; all rows are saved: put that right, then run the same "
        "command again, which runs nothing anew"
    )
