"""What an executor does with its share of landed objects: it reads them as the embedded engine does, by that engine.

So what is quarantined, and why, and what is counted, cannot differ. Rows go from it to Spark in Arrow's columns.
"""

import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from spotify_platform.lakehouse.duckdb_delta import DuckDbDelta
from spotify_platform.lakehouse.engine import Means, Share
from spotify_platform.storage import Location

SHARE_BYTES = 32_000_000
"""JSON that one task reads. What it takes of memory is DuckDB's limit and a few of these."""


def packed(shares: Sequence[tuple[Share, int]], most_bytes: int = SHARE_BYTES) -> list[list[Share]]:
    """Shares put together as long as they are small; one that is large is alone.

    Example:
        >>> packed([("a", 3), ("b", 4), ("c", 9), ("d", 1)], 8)
        [['a', 'b'], ['c'], ['d']]
    """
    tasks: list[list[Share]] = []
    filled = 0
    for share, size in shares:
        if not tasks or filled + size > most_bytes:
            tasks.append([])
            filled = 0
        tasks[-1].append(share)
        filled += size
    return tasks


def in_task(
    batches: Iterator[pa.RecordBatch],
    *,
    make: Callable[[Any, Sequence[Any], Path], ir.Table],
    tasks: Sequence[Sequence[Any]],
    means: Means,
    schema: ibis.Schema,
) -> Iterator[pa.RecordBatch]:
    """Rows of the shares whose numbers are given, in an executor."""
    for number in (n for batch in batches for n in batch.column(0).to_pylist()):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            # On another machine than the driver's there is no home to share what is compiled with.
            compiled = means.compiled if means.compiled.exists() else folder / "compiled"
            engine = DuckDbDelta(Location.of(folder), replace(means, threads=1, spill=folder / "spill", compiled=compiled))
            try:
                yield from engine.stream(make(engine, tasks[number], folder), schema)
            finally:
                engine.close()
