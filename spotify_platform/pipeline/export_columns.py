"""Columns of files: which ones a table gives, and how a value is told in CSV.

CSV knows text alone, so times are ISO 8601 in UTC, dates ISO, booleans true and false, and what is nested is JSON text.
Null is nothing at all, an empty text is written as two quotes: DuckDB tells them apart again, most other readers do not.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import ibis
import ibis.expr.datatypes as dt

from spotify_platform.contracts.model import Table
from spotify_platform.lakehouse.duckdb_sql import column, quoted

PART = "_part"
ORIGIN = ("_object", "_row")
"""Bookkeeping of Bronze that says where a row comes from."""


@dataclass(frozen=True, slots=True)
class FileColumn:
    """A column of a file, its type and meaning, and the SQL that gives its value."""

    name: str
    type: dt.DataType
    meaning: str
    sql: str

    @property
    def csv_sql(self) -> str:
        """The column as CSV tells it."""
        return f"{_csv_value(self.sql, self.type)} as {column(self.name)}"


def all_columns(table: Table, there: Iterable[str]) -> list[FileColumn]:
    """The columns of a contract; `there` are those that this version of the table has."""
    return [FileColumn(c.name, ibis.dtype(c.type), c.meaning, column(c.name)) for c in table.columns if c.name in set(there)]


def raw_columns(table: Table, there: Iterable[str]) -> list[FileColumn]:
    """The columns of a Bronze table as they landed, each key of a nested record a column, with where the row comes from.

    Example:
        >>> from spotify_platform.contracts.model import Column
        >>> nested = Column(name="track", type="struct<id: string, album: struct<name: string>>", meaning="The track")
        >>> table = Table(layer="bronze", name="x", grain="x", entity="play", columns=(nested,))
        >>> [(c.name, c.meaning) for c in raw_columns(table, ["track"])]
        [('track.id', 'The track: id'), ('track.album.name', 'The track: album.name')]
    """
    own = [c for c in all_columns(table, there) if not c.name.startswith("_") or c.name in ORIGIN]
    return [leaf for c in own for leaf in _leaves(c, [])]


def _leaves(of: FileColumn, path: list[str]) -> Iterator[FileColumn]:
    if isinstance(of.type, dt.Struct):
        for name, inner in of.type.fields.items():
            key = FileColumn(f"{of.name}.{name}", inner, of.meaning, f"struct_extract({of.sql}, {quoted(name)})")
            yield from _leaves(key, [*path, name])
    else:
        yield FileColumn(of.name, of.type, f"{of.meaning}: {'.'.join(path)}" if path else of.meaning, of.sql)


RANK = "rank"


def order_of(table: Table, there: Iterable[str]) -> list[str]:
    """Columns by which the rows of a file are sorted: the key, or as they landed, or else all columns from the first on.

    What is ranked is in the order of its ranks: they are of all of the key but its last column.
    Rows for which these are equal are equal, so that two exports of one version are the same file.
    """
    landed = ("_batch", "_object", PART, "_row") if PART in table.column_names else ()
    key = (*table.key[:-1], RANK, *table.key[-1:]) if RANK in table.column_names else table.key
    return [name for name in key or landed or table.column_names if name in set(there)]


def _csv_value(sql: str, dtype: dt.DataType) -> str:
    if isinstance(dtype, dt.Struct | dt.Array):
        return f"to_json({_with_times_as_text(sql, dtype)})::varchar"
    return _with_times_as_text(sql, dtype)


def _with_times_as_text(sql: str, dtype: dt.DataType, depth: int = 0) -> str:
    """The value with each time in it as text; a fraction of a second only where there is one."""
    if isinstance(dtype, dt.Timestamp):
        utc, mark = (f"({sql} at time zone 'UTC')", " || 'Z'") if dtype.timezone else (sql, "")
        return f"rtrim(rtrim(strftime({utc}, '%Y-%m-%dT%H:%M:%S.%f'), '0'), '.'){mark}"
    if isinstance(dtype, dt.Array):
        element = f"e{depth}"
        inner = _with_times_as_text(element, dtype.value_type, depth + 1)
        return sql if inner == element else f"list_transform({sql}, lambda {element}: {inner})"
    if isinstance(dtype, dt.Struct):
        fields = {name: (f"struct_extract({sql}, {quoted(name)})", inner) for name, inner in dtype.fields.items()}
        told = {name: _with_times_as_text(value, inner, depth) for name, (value, inner) in fields.items()}
        if any(told[name] != value for name, (value, _) in fields.items()):
            packed = ", ".join(f"{column(name)} := {value}" for name, value in told.items())
            return f"case when {sql} is not null then struct_pack({packed}) end"
    return sql
