"""Accounting of catalogue objects: a row is new where it is the first of its values in its object, else a repeat."""

from collections.abc import Sequence

import ibis
import ibis.expr.types as ir

from spotify_platform.contracts.bronze_catalogue import SOURCE
from spotify_platform.contracts.model import Table
from spotify_platform.transforms.accounting import of_source


def catalogue_accounts(since: ir.Table, users: ir.Table, *parts: ir.Table, tables: Sequence[Table]) -> ir.Table:
    """One row an object of a later batch than `since`, in the columns of `ops/accounting`.

    Args:
        since: batch, one row.
        users: user_id, user_bucket.
        parts: of each Bronze table all headers, and the bad and the good rows of these batches, in the order of the tables.
        tables: those tables.
    """
    triples = zip(parts[::3], parts[1::3], parts[2::3], tables, strict=True)
    rows = ibis.union(*[of_source(SOURCE, headers, bad, _lineage(good, table)) for headers, bad, good, table in triples])
    placed = rows.join(users.select("user_id", "user_bucket"), "user_id")
    return placed.cross_join(since.select(since="batch")).filter(ibis._.batch > ibis._.since).drop("since")


def _lineage(rows: ir.Table, table: Table) -> ir.Table:
    """Good rows by object: user_id, object_hash, rows_new, rows_repeat."""
    values = [rows[name] for name in table.column_names if not name.startswith("_")]
    equal = ibis.window(group_by=[rows["_user"], rows["_sha256"], *values], order_by=rows["_row"])
    told = rows.select(user_id=rows["_user"], object_hash=rows["_sha256"][:16], is_new=ibis.row_number().over(equal) == 0)
    return told.group_by("user_id", "object_hash").aggregate(
        rows_new=told.is_new.cast("int64").sum().cast("int64"),
        rows_repeat=(~told.is_new).cast("int64").sum().cast("int64"),
    )
