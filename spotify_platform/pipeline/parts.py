"""Much at once is done in parts: whole buckets, as many as memory holds, whatever the lake holds."""

from collections.abc import Sequence
from typing import Any

import ibis.expr.types as ir

from spotify_platform.lakehouse.engine import Engine
from spotify_platform.lakehouse.slices import MOST_IN_ONE_PREDICATE, Slice, of_buckets
from spotify_platform.transforms.slices import buckets_of, slices_by, within

MOST_TOLD = 5_000
"""Rows that a step looks at one by one: a lake of a thousand users has more slices than a process should be given."""


def few(engine: Engine, rows: ir.Table) -> list[dict[str, Any]] | None:
    """A small answer as plain values; None where it is none."""
    found: list[dict[str, Any]] = engine.fetch(rows.limit(MOST_TOLD + 1)).to_pylist()
    return found if len(found) <= MOST_TOLD else None


def told_slices(engine: Engine, slices: ir.Table) -> list[Slice]:
    """Slices as plain values; whole buckets where those are too many."""
    found = few(engine, slices)
    if found is None:
        found = engine.fetch(engine.derive(slices_by, slices, cut=["user_bucket"])).to_pylist()
    return [*found]


def are_many(slices: Sequence[Slice]) -> bool:
    """Whether these are whole buckets, or more slices than one condition should name."""
    return len(slices) > MOST_IN_ONE_PREDICATE or any("year" not in s for s in slices)


def bucket_parts(engine: Engine, rows: ir.Table) -> list[list[Slice]]:
    """Buckets of these rows, cut so that each part has few rows and few buckets; a large bucket is a part of its own."""
    counts = engine.fetch(engine.derive(buckets_of, rows)).to_pylist()
    parts: list[list[Slice]] = [[]]
    rows_in_part = 0
    for row in counts:
        if parts[-1] and (rows_in_part + row["n"] > engine.rows_at_once or len(parts[-1]) >= engine.buckets_at_once):
            parts.append([])
            rows_in_part = 0
        parts[-1] += of_buckets([row["user_bucket"]])
        rows_in_part += row["n"]
    return parts


def rows_of(engine: Engine, rows: ir.Table, part: list[Slice]) -> ir.Table:
    """The rows of a part."""
    return engine.derive(within, rows, engine.values(part, {"user_bucket": "int32"}))
