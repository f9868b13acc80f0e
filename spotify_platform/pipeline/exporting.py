"""One table as a file: which table a name means, its rows in a fixed order, a file that is replaced whole or not at all."""

import uuid
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from difflib import get_close_matches
from pathlib import Path
from typing import TextIO

from spotify_platform.contracts.model import Table
from spotify_platform.errors import Outside, WrongCall
from spotify_platform.lakehouse.duckdb_sql import column, quoted
from spotify_platform.pipeline.answers import check_format, write_file, write_out
from spotify_platform.pipeline.export_columns import FileColumn, all_columns, order_of
from spotify_platform.pipeline.readers import NOTHING_YET, Reading, reading
from spotify_platform.pipeline.statistics import every_table
from spotify_platform.settings import Settings

LAYERS = ("gold", "silver", "bronze", "ops")
OWNERS = ("user_id", "_user")
"""Columns that say whose a row is; `_user` is Bronze's."""


def export_table(settings: Settings, wanted: str, format_: str, out: Path | TextIO, *, user: str | None = None) -> None:
    """Write a table to a file or a stream.

    Args:
        settings: where the lake is.
        wanted: `layer.name`, or the name alone where only one layer has it.
        format_: csv, json or parquet.
        out: a file, which is replaced when the new one is complete, or a stream.
        user: keep only the rows of this user_id.

    Raises:
        WrongCall: there is no such table or format, the name is that of several tables, or rows have no user.
        Outside: the folder of the file is not there.
    """
    check_format(format_)
    with reading(settings) as lake:
        if not lake.versions:
            raise WrongCall(NOTHING_YET)
        table = find_table(every_table(lake.platform), wanted)
        if table.path not in lake.versions:
            raise WrongCall(f"{label(table)} is not there yet. {NOTHING_YET}")
        where = None if user is None else _rows_of(table, user)
        there = columns_there(lake, table)
        query = rows_sql(table, all_columns(table, there), order_of(table, there), where, is_csv=format_ == "csv")
        if isinstance(out, Path):
            with replacing(out) as aside:
                write_file(lake.con.sql(query), format_, aside)
        else:
            write_out(lake.con.sql(query), format_, out, lake.platform.work)


def label(table: Table) -> str:
    """A table as people name it: `layer.name`."""
    return f"{table.layer}.{table.name}"


def find_table(tables: Sequence[Table], wanted: str) -> Table:
    """The table of a name, with or without its layer.

    Raises:
        WrongCall: there is none, or several; the message names near ones, or the choices.
    """
    ordered = sorted(tables, key=lambda table: (LAYERS.index(table.layer), table.name))
    found = [table for table in ordered if wanted in (table.name, label(table))]
    if len(found) == 1:
        return found[0]
    if found:
        raise WrongCall(f"There are several tables {wanted}: {', '.join(map(label, found))}. Say which.")
    near = get_close_matches(wanted, [name for table in ordered for name in (table.name, label(table))], 3)
    meant = [label(table) for table in ordered if {table.name, label(table)} & set(near)]
    hint = f"Did you mean {', '.join(meant)}?" if meant else f"There are {', '.join(map(label, ordered))}."
    raise WrongCall(f"There is no table {wanted}. {hint}")


def columns_there(lake: Reading, table: Table) -> list[str]:
    """Columns of the version of a table that is read; one that was published by an older platform may lack some."""
    return lake.con.sql(f"from {label(table)} limit 0").columns


def rows_sql(
    table: Table, columns: Iterable[FileColumn], order: Iterable[str], where: str | None = None, *, is_csv: bool = True
) -> str:
    """Rows of a table in an order, as CSV tells them or as they are."""
    shown = ", ".join(c.csv_sql if is_csv else f"{c.sql} as {column(c.name)}" for c in columns)
    kept = f" where {where}" if where else ""
    # Sorted by the values, not by the text that stands for them in the file: hence the name of the table.
    sorted_by = ", ".join(f"t.{column(name)}" for name in order)
    return f"select {shown} from {label(table)} as t{kept} order by {sorted_by}"


def _rows_of(table: Table, user: str) -> str:
    owner = next((name for name in OWNERS if name in table.column_names), None)
    if owner is None:
        raise WrongCall(f"The rows of {label(table)} belong to no user; leave --user out.")
    return f"{column(owner)} = {quoted(user)}"


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A path beside a file; what is written there takes the file's place at the end, or is gone after an error.

    Raises:
        WrongCall: there is something that is no file.
        Outside: the folder is not there.
    """
    target = path.resolve()  # a link stays one
    if not target.parent.is_dir():
        raise Outside(f"The folder {target.parent} is not there. Make it, or write elsewhere with --out.")
    if target.exists() and not target.is_file():
        raise WrongCall(f"{path} is there and is no file. Name a file with --out, or leave --out away.")
    aside = target.with_name(f".{uuid.uuid4().hex}.part")
    try:
        yield aside
        aside.replace(target)
    finally:
        aside.unlink(missing_ok=True)
