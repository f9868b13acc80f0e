"""Small words of DuckDB's SQL: literals, types, plain values as rows."""

import json
from collections.abc import Iterable
from functools import lru_cache

import ibis
import ibis.expr.datatypes as dt
from ibis.backends.sql.datatypes import DuckDBType


def quoted(text: str) -> str:
    """A SQL string literal."""
    return "'" + text.replace("'", "''") + "'"


def column(name: str) -> str:
    """A column's name, whatever it is: `row` and `offset` are words of SQL."""
    return f'"{name}"'


def listed(names: Iterable[str]) -> str:
    """Columns, one after the other."""
    return ", ".join(map(column, names))


@lru_cache(maxsize=256)
def type_sql(dtype: dt.DataType) -> str:
    """A type."""
    return str(DuckDBType.to_string(dtype))


def typed_columns(schema: ibis.Schema) -> str:
    """Columns, each cast to the type that is promised."""
    return ", ".join(f"{column(name)}::{type_sql(dtype)} as {column(name)}" for name, dtype in schema.items())


def values_sql(rows: str, schema: tuple[tuple[str, str], ...]) -> str:
    """A list of JSON objects as rows; `schema` are names and types as contracts spell them."""
    columns, shape = _columns_and_shape(schema)
    return f"select {columns} from (select unnest(from_json({quoted(rows)}::json, {quoted(shape)})) as row)"


@lru_cache(maxsize=64)
def _columns_and_shape(schema: tuple[tuple[str, str], ...]) -> tuple[str, str]:
    types = {name: ibis.dtype(type_) for name, type_ in schema}
    columns = ", ".join(f"row.{column(name)}::{type_sql(type_)} as {column(name)}" for name, type_ in types.items())
    return columns, json.dumps([{name: _json_shape(type_) for name, type_ in types.items()}])


def _json_shape(dtype: dt.DataType) -> object:
    """A type as `from_json` wants it; what JSON has no kind for comes as text and is cast."""
    if isinstance(dtype, dt.Struct):
        return {name: _json_shape(inner) for name, inner in dtype.fields.items()}
    if isinstance(dtype, dt.Array):
        return [_json_shape(dtype.value_type)]
    return "BIGINT" if isinstance(dtype, dt.Integer) else "VARCHAR"


@ibis.udf.scalar.builtin  # type: ignore[untyped-decorator]
def timezone(zone: dt.string, instant: dt.Timestamp("UTC", 6)) -> dt.Timestamp(scale=6):  # type: ignore[valid-type]
    """DuckDB's own: `instant AT TIME ZONE zone`."""


@ibis.udf.scalar.builtin  # type: ignore[untyped-decorator]
def epoch_ms(instant: dt.Timestamp("UTC", 6)) -> dt.int64:  # type: ignore[valid-type]
    """DuckDB's own."""
