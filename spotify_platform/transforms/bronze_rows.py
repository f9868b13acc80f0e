"""The three parts of a Bronze commit: good rows, quarantined rows with their reasons, one header an object."""

import ibis
import ibis.expr.types as ir

from spotify_platform.contracts.model import TIMESTAMP, Table

OWNERS = {"object": "int64", "_object": "string", "_sha256": "string", "_user": "string"}
STAMP = {"_batch": "int64", "_loaded_at": TIMESTAMP}


def placed(typed: ir.Table, lines: ir.Table) -> ir.Table:
    """Typed rows with the object they are of; `_row` is their position in it, where a line is a row.

    Args:
        typed: rows with the line of the file they are in, and their place in it.
        lines: that line (`at`), and line, object, document, offset, length of what was framed.
    """
    rows = typed.rename(at="line").join(lines, "at").drop("at")
    return rows.mutate(_row=rows.document)


def positions(rows: ir.Table) -> ir.Table:
    """Position of each row in its object, where a line may hold several: line, place, _row."""
    narrow = rows.select("object", "line", "place")
    number = ibis.row_number().over(ibis.window(group_by="object", order_by=["line", "place"]))
    return narrow.mutate(_row=number).drop("object")


def numbered(rows: ir.Table, positions: ir.Table) -> ir.Table:
    """Rows with their position; a join, since to sort whole albums takes more memory than there may be."""
    return rows.drop("_row").join(positions, ["line", "place"])


def rows_by_object(rows: ir.Table) -> ir.Table:
    """Rows of each object as the parser gave them: object, n."""
    return rows.group_by("object").aggregate(n=rows.count())


def unreadable_lines(rows: ir.Table) -> ir.Table:
    """Lines that the parser gives as one record it cannot read: line."""
    lines = rows.group_by("line").aggregate(n=rows.count(), parsed=rows["_parsed"].any())
    return lines.filter(lines.n == 1, ~lines.parsed).select("line")


def batches(*headers: ir.Table) -> ir.Table:
    """When each batch was loaded, of whichever of these Bronze tables last: batch, loaded_at."""
    together = ibis.union(*[rows.select(batch="_batch", loaded_at="_loaded_at") for rows in headers])
    return together.group_by("batch").aggregate(loaded_at=together.loaded_at.max())


def bad_lines(rows: ir.Table) -> ir.Table:
    """Lines that hold a row to quarantine: line."""
    return rows.filter(rows["_reason"].notnull()).select("line").distinct()


def good(rows: ir.Table, owners: ir.Table, stamp: ir.Table, *, table: Table) -> ir.Table:
    """Good rows in the columns of the table."""
    owned = rows.filter(rows["_reason"].isnull()).drop("offset", "length").join(owners, "object")
    return _complete(owned.mutate(_part=ibis.literal("row")), stamp, table)


def bad(rows: ir.Table, owners: ir.Table, stamp: ir.Table, digests: ir.Table, *, table: Table) -> ir.Table:
    """Quarantined rows in the columns of the table; `digests` are line, _text_sha256."""
    owned = rows.filter(rows["_reason"].notnull()).join(owners, "object").join(digests, "line")
    # A row of a table has no place in the object that a byte could name.
    length = ibis.ifelse(owned.offset.notnull(), owned.length, None)
    return _complete(owned.mutate(_part=ibis.literal("bad"), _offset=owned.offset, _length=length), stamp, table)


def headers(objects: ir.Table, stamp: ir.Table, *, table: Table) -> ir.Table:
    """Header rows in the columns of the table."""
    return _complete(objects, stamp, table)


def _complete(rows: ir.Table, stamp: ir.Table, table: Table) -> ir.Table:
    """The columns of the contract, null where these rows have none."""
    types = table.types
    missing = {name: ibis.null(type_) for name, type_ in types.items() if name not in {*rows.columns, *STAMP}}
    return rows.mutate(**missing).cross_join(stamp).select(*types).cast(types)
