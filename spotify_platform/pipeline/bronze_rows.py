"""What one batch brings into a Bronze table: rows read, typed, counted twice, and stamped."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import ibis.expr.types as ir

from spotify_platform.contracts.model import Source
from spotify_platform.errors import DataFailedCheck
from spotify_platform.lakehouse.engine import Embedded
from spotify_platform.pipeline.reading import Framed, ObjectRead, rows_within, segments, text_digests
from spotify_platform.transforms import bronze_rows as parts
from spotify_platform.transforms.slices import together
from spotify_platform.transforms.typing import type_rows

# DuckDB parses as many documents at once as one of its buffers holds, thirty megabytes, and takes ten times that for it.
SEGMENT_BYTES = 2_000_000
HEADERS = dict.fromkeys(("_part", "_object", "_sha256", "_user", "_status", "_reason"), "string") | {
    "_rows_in": "int64",
    "_bytes": "int64",
}


@dataclass(frozen=True, slots=True)
class Stamp:
    """What all rows of a batch bear: its number, and when it was loaded (UTC)."""

    batch: int
    loaded_at: datetime


def bronze_rows(engine: Embedded, source: Source, framed: Framed, refused: Sequence[ObjectRead], stamp: Stamp) -> ir.Table:
    """All rows that some objects of one batch bring into a Bronze table, in the columns of its contract."""
    objects = [*framed.objects, *refused]
    rows_in = {i: o.documents for i, o in enumerate(objects)}
    stamped = engine.values([{"_batch": stamp.batch, "_loaded_at": stamp.loaded_at}], parts.STAMP)
    made = []
    if framed.lines.num_rows:
        rows = engine.gather(_placed(engine, source, framed))
        if source.rows_at:
            rows = engine.derive(parts.numbered, rows, engine.cache(engine.derive(parts.positions, rows)))
        counted = _counts(engine, rows)
        if not source.rows_at and counted != {i: n for i, n in rows_in.items() if n}:
            raise DataFailedCheck(
                f"{source.table.path}, batch {stamp.batch}: the reader and the parser count different numbers of rows."
            )
        rows_in |= rows_within(framed, source.rows_at, _unreadable(engine, rows) if source.rows_at else set())
        owners = _owners(engine, objects)
        made.append(engine.derive(parts.good, rows, owners, stamped, table=source.table))
        lines = engine.fetch(engine.derive(parts.bad_lines, rows))["line"].to_numpy()
        if lines.size:
            digests = engine.arrow(text_digests(framed, lines))
            made.append(engine.derive(parts.bad, rows, owners, stamped, digests, table=source.table))
    headers = engine.derive(parts.headers, _headers(engine, objects, rows_in), stamped, table=source.table)
    return engine.derive(together, headers, *made)


def _placed(engine: Embedded, source: Source, framed: Framed) -> Iterator[ir.Table]:
    """Typed rows with the object they are of and their position in it."""
    for path, lines in segments(framed, SEGMENT_BYTES if source.rows_at else None):
        landed = engine.landed(path, source, framed.longest)
        typed = engine.cache(engine.derive(type_rows, landed, source=source), ordered=True)
        yield engine.derive(parts.placed, typed, engine.arrow(lines))


def _counts(engine: Embedded, rows: ir.Table) -> dict[int, int]:
    counts = engine.fetch(engine.derive(parts.rows_by_object, rows))
    return dict(zip(counts["object"].to_pylist(), counts["n"].to_pylist(), strict=True))


def _unreadable(engine: Embedded, rows: ir.Table) -> set[int]:
    return set(engine.fetch(engine.derive(parts.unreadable_lines, rows))["line"].to_pylist())


def _owners(engine: Embedded, objects: Sequence[ObjectRead]) -> ir.Table:
    rows = [
        {"object": i, "_object": o.planned.key, "_sha256": o.planned.sha256, "_user": o.planned.user_id}
        for i, o in enumerate(objects)
    ]
    return engine.values(rows, parts.OWNERS)


def _headers(engine: Embedded, objects: Sequence[ObjectRead], rows_in: dict[int, int]) -> ir.Table:
    rows = [
        {
            "_part": "object",
            "_object": o.planned.key,
            "_sha256": None if o.status == "refused" else o.planned.sha256,
            "_user": o.planned.user_id,
            "_status": o.status,
            "_reason": o.reason,
            "_rows_in": rows_in[i],
            "_bytes": o.planned.bytes,
        }
        for i, o in enumerate(objects)
    ]
    return engine.values(rows, HEADERS)
