"""The three parts of a Bronze commit: good rows, quarantined rows with their reasons, one header an object."""

from collections.abc import Sequence
from datetime import UTC, datetime

import ibis
import ibis.expr.types as ir

from spotify_platform.contracts.model import TIMESTAMP, Source, Table
from spotify_platform.errors import DataFailedCheck
from spotify_platform.pipeline.platform import Platform
from spotify_platform.pipeline.reading import Framed, ObjectRead, rows_within, text_digests
from spotify_platform.transforms.typing import type_rows


def bronze_rows(platform: Platform, source: Source, framed: Framed, refused: Sequence[ObjectRead], number: int) -> ir.Table:
    """All rows of one batch of one Bronze table, in the columns of its contract."""
    objects = [*framed.objects, *refused]
    rows_in = {i: o.documents for i, o in enumerate(objects)}
    parts = []
    if framed.lines.num_rows:
        placed = platform.engine.cache(_placed(platform, source, framed))
        counted = _counts(platform, placed)
        if source.rows_at is None and counted != {i: n for i, n in rows_in.items() if n}:
            raise DataFailedCheck(
                f"{source.table.path}, batch {number}: the reader and the parser count different numbers of rows."
            )
        rows_in |= rows_within(framed, source.rows_at, _unreadable(platform, placed) if source.rows_at else set())
        owned = placed.join(_owners(platform, objects), "object")
        good = owned.filter(owned["_reason"].isnull()).drop("offset", "length").mutate(_part=ibis.literal("row"))
        parts = [_complete(good, source.table), _complete(_bad(platform, owned, framed), source.table)]
    headers = _complete(_headers(platform, objects, rows_in), source.table)
    stamp = {"_batch": ibis.literal(number, "int64"), "_loaded_at": ibis.literal(datetime.now(UTC)).cast(TIMESTAMP)}
    return ibis.union(headers, *parts).mutate(**stamp) if parts else headers.mutate(**stamp)


def _placed(platform: Platform, source: Source, framed: Framed) -> ir.Table:
    """Typed rows with the object they are of and their position in it."""
    landed = platform.engine.landed(framed.path, source, framed.longest)
    typed = platform.engine.cache(type_rows(landed, source), ordered=True)
    placed = typed.join(platform.engine.arrow(framed.lines), "line")
    if source.rows_at is None:
        return placed.mutate(_row=placed.document)
    return placed.mutate(_row=ibis.row_number().over(ibis.window(group_by="object", order_by=["line", "place"])))


def _counts(platform: Platform, placed: ir.Table) -> dict[int, int]:
    counts = platform.engine.fetch(placed.group_by("object").aggregate(n=placed.count()))
    return dict(zip(counts["object"].to_pylist(), counts["n"].to_pylist(), strict=True))


def _unreadable(platform: Platform, placed: ir.Table) -> set[int]:
    """Lines that the parser gives as one record it cannot read."""
    lines = placed.group_by("line").aggregate(n=placed.count(), parsed=placed["_parsed"].any())
    return set(platform.engine.fetch(lines.filter(lines.n == 1, ~lines.parsed).select("line"))["line"].to_pylist())


def _owners(platform: Platform, objects: Sequence[ObjectRead]) -> ir.Table:
    rows = [
        {"object": i, "_object": o.planned.key, "_sha256": o.planned.sha256, "_user": o.planned.user_id}
        for i, o in enumerate(objects)
    ]
    return platform.engine.values(rows, {"object": "int64", "_object": "string", "_sha256": "string", "_user": "string"})


def _bad(platform: Platform, owned: ir.Table, framed: Framed) -> ir.Table:
    bad = owned.filter(owned["_reason"].notnull())
    lines = platform.engine.fetch(bad.select("line").distinct())["line"].to_numpy()
    hashed = bad.join(platform.engine.arrow(text_digests(framed, lines)), "line")
    return hashed.mutate(_part=ibis.literal("bad"), _offset=hashed.offset, _length=hashed.length)


def _headers(platform: Platform, objects: Sequence[ObjectRead], rows_in: dict[int, int]) -> ir.Table:
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
    text = dict.fromkeys(("_part", "_object", "_sha256", "_user", "_status", "_reason"), "string")
    return platform.engine.values(rows, text | {"_rows_in": "int64", "_bytes": "int64"})


def _complete(rows: ir.Table, table: Table) -> ir.Table:
    """The columns of the contract, null where these rows have none."""
    types = {column.name: column.type for column in table.columns}
    missing = {name: ibis.null(type_) for name, type_ in types.items() if name not in rows.columns}
    return rows.mutate(**missing).select(*types).cast(types)
