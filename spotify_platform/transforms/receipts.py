"""What an import says of the files it took."""

import ibis
import ibis.expr.types as ir

from spotify_platform.contracts.model import TIMESTAMP, Source
from spotify_platform.transforms.typing import type_rows


def judged(landed: ir.Table, *, source: Source) -> ir.Table:
    """Of each row its line, its time (null where the source tells none) and what is wrong with it: line, at, _reason."""
    typed = type_rows(landed, source)
    times = [typed[field.column] for field in source.fields if field.type == TIMESTAMP]
    return typed.select("line", "_reason", at=ibis.coalesce(*times, ibis.null(TIMESTAMP)))


def of_objects(rows: ir.Table, lines: ir.Table) -> ir.Table:
    """What `judged` gives with the object each row is of: at, _reason, object. `lines` are at (the line), object."""
    numbered = lines.select("object", line="at")
    return rows.join(numbered, "line").drop("line")


def months_covered(placed: ir.Table) -> ir.Table:
    """Of each object: rows, bad ones, first and last month."""
    return placed.group_by("object").aggregate(
        rows=placed.count(),
        bad=placed["_reason"].notnull().cast("int64").sum(),
        first=placed["at"].min().strftime("%Y-%m"),
        last=placed["at"].max().strftime("%Y-%m"),
    )
