"""Small words of Spark's SQL: literals, types, conditions, plain values as rows."""

from collections.abc import Iterable
from functools import lru_cache

import ibis
import ibis.expr.datatypes as dt
import sqlglot
from ibis.backends.sql.datatypes import PySparkType


def quoted(text: str) -> str:
    """A SQL string literal. In Spark a backslash escapes, and a doubled quote ends one literal and begins the next."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def column(name: str) -> str:
    """A column's name, whatever it is."""
    return f"`{name}`"


def listed(names: Iterable[str]) -> str:
    """Columns, one after the other."""
    return ", ".join(map(column, names))


@lru_cache(maxsize=256)
def type_sql(dtype: dt.DataType) -> str:
    """A type."""
    return str(PySparkType.to_string(dtype))


@lru_cache(maxsize=1024)
def condition(where: str) -> str:
    """A condition of literals, as all engines are given it, in Spark's spelling."""
    return str(sqlglot.transpile(where, read="duckdb", write="spark")[0])


def typed_columns(schema: ibis.Schema) -> list[str]:
    """Columns cast to the types that are promised."""
    return [f"cast({column(name)} as {type_sql(dtype)}) as {column(name)}" for name, dtype in schema.items()]


def values_sql(rows: str, schema: ibis.Schema) -> str:
    """A list of JSON objects as rows."""
    shape = ", ".join(f"{column(name)}: {_json_shape(dtype)}" for name, dtype in schema.items())
    columns = ", ".join(f"cast(row.{column(name)} as {type_sql(dtype)}) as {column(name)}" for name, dtype in schema.items())
    return f"select {columns} from (select explode(from_json({quoted(rows)}, 'array<struct<{shape}>>')) as row)"


def _json_shape(dtype: dt.DataType) -> str:
    """A type as `from_json` wants it; what JSON has no kind for comes as text and is cast."""
    if isinstance(dtype, dt.Struct):
        return f"struct<{', '.join(f'{column(name)}: {_json_shape(inner)}' for name, inner in dtype.fields.items())}>"
    if isinstance(dtype, dt.Array):
        return f"array<{_json_shape(dtype.value_type)}>"
    return "bigint" if isinstance(dtype, dt.Integer) else "string"


@ibis.udf.scalar.builtin(name="from_utc_timestamp")  # type: ignore[untyped-decorator]
def from_utc_timestamp(instant: dt.Timestamp("UTC", 6), zone: dt.string) -> dt.Timestamp(scale=6):  # type: ignore[valid-type]
    """Spark's own: the clock of a zone, in a session whose clock is UTC."""


@ibis.udf.scalar.builtin(name="unix_millis")  # type: ignore[untyped-decorator]
def unix_millis(instant: dt.Timestamp("UTC", 6)) -> dt.int64:  # type: ignore[valid-type]
    """Spark's own."""
