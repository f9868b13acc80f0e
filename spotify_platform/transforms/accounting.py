"""Quarantine and accounting: what became of every row of every object, from counts made apart from each other.

`rows_in` is the reader's count, `rows_quarantined` counts quarantined rows, `rows_new` and `rows_repeat` count the
lineage of the records. Nothing is got by subtraction, so a lost row shows.
"""

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir

from spotify_platform.contracts.ops import ACCOUNTING
from spotify_platform.transforms.arrays import first_of


def quarantined(*bad: ir.Table, sources: Sequence[str]) -> ir.Table:
    """Rows of `bronze/quarantine` from the bad rows of some Bronze tables, in the order of their sources."""
    parts = [
        rows.select(
            source=ibis.literal(source),
            user_id=rows["_user"],
            object=rows["_object"],
            sha256=rows["_sha256"],
            row=rows["_row"],
            offset=rows["_offset"],
            length=rows["_length"],
            text_sha256=rows["_text_sha256"],
            reason=rows["_reason"],
            batch=rows["_batch"],
        )
        for source, rows in zip(sources, bad, strict=True)
    ]
    return ibis.union(*parts)


def lineage(records: ir.Table) -> ir.Table:
    """Rows by object: new where the record's smallest origin is that row, repeat for all its other origins."""
    each = records.select("source", "user_id", first=first_of(records.origins), origin=records.origins.unnest())
    named = each.mutate(object_hash=each.origin.re_extract(r"^([0-9a-f]+)#", 1), is_new=each.origin == each["first"])
    return named.group_by("source", "user_id", "object_hash").aggregate(
        rows_new=named.is_new.cast("int64").sum().cast("int64"),
        rows_repeat=(~named.is_new).cast("int64").sum().cast("int64"),
    )


def accounts(lines: ir.Table, refused: ir.Table, users: ir.Table, *parts: ir.Table, sources: Sequence[str]) -> ir.Table:
    """One row an object.

    Args:
        lines: what `lineage` gives.
        refused: rows of the ledger about objects that no Bronze table was to load.
        users: user_id, user_bucket.
        parts: headers and bad rows of each source's Bronze table, in the order of the sources.
        sources: their names; none of the catalogue.
    """
    pairs = zip(parts[::2], parts[1::2], strict=True)
    loaded = [
        of_source(source, headers, bad, lines.filter(lines.source == source).drop("source"))
        for source, (headers, bad) in zip(sources, pairs, strict=True)
    ]
    zero = ibis.literal(0, "int64")
    others = refused.select(
        source=ibis.null("string"), user_id=refused.user_id, object=refused.key, bytes=refused.bytes,
        sha256=refused.sha256, batch=refused.batch, rows_in=zero, rows_new=zero, rows_repeat=zero, rows_quarantined=zero,
        status=ibis.ifelse(refused.action == "refuse", "refused", "not_recognised"), reason=refused.reason,
    )  # fmt: skip
    rows = ibis.union(*loaded, others)
    placed = rows.join(users.select("user_id", "user_bucket"), "user_id")
    return placed.select(*ACCOUNTING.column_names)


def of_source(source: str, headers: ir.Table, bad: ir.Table, lines: ir.Table) -> ir.Table:
    """Accounts of one Bronze table's objects, without their buckets.

    A repeat has the rows of the object it repeats, all of them repeats. `lines` are user_id, object_hash, rows_new and
    rows_repeat of the table's objects.
    """
    bad = bad.group_by("_object", "_batch").aggregate(bad=ibis._.count())
    same = ibis.window(group_by=["_user", "_sha256"])
    sized = headers.mutate(
        is_repeat=headers["_status"] == "repeat",
        rows_in=ibis.ifelse(headers["_sha256"].isnull(), headers["_rows_in"], headers["_rows_in"].max().over(same)),
        object_hash=ibis.ifelse(headers["_status"] == "loaded", headers["_sha256"][:16], None),
    )
    merged = lines.select("object_hash", "rows_new", "rows_repeat", _user="user_id")
    full = sized.left_join(bad, ["_object", "_batch"]).left_join(merged, ["_user", "object_hash"])
    return full.select(
        source=ibis.literal(source),
        user_id=full["_user"],
        object=full["_object"],
        bytes=full["_bytes"],
        sha256=full["_sha256"],
        batch=full["_batch"],
        rows_in=full.rows_in.fill_null(0),
        rows_new=full.rows_new.fill_null(0),
        rows_repeat=ibis.ifelse(full.is_repeat, full.rows_in, full.rows_repeat).fill_null(0),
        rows_quarantined=full.bad.fill_null(0),
        status=full["_status"],
        reason=full["_reason"],
    )
