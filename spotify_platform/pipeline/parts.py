"""Much at once is done in parts: whole buckets, as many as memory holds, whatever the lake holds."""

import ibis.expr.types as ir

from spotify_platform.lakehouse.engine import Engine
from spotify_platform.lakehouse.slices import Slice, of_buckets
from spotify_platform.transforms.slices import buckets_of, within


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
