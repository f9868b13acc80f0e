"""SQL that reads nested JSON into the shape a contract declares, and takes no value of another kind.

DuckDB's own reading casts: to it 1.5 is the whole number 2, 5 the text "5" and "no way" is true. So every value inside is
first read as the JSON it is written as, and becomes a value only if that is of the declared kind; else it is null.
(A tenth more time than DuckDB's own reading of a whole record.)
"""

import json

import ibis
import ibis.expr.datatypes as dt

from spotify_platform.lakehouse.duckdb_sql import column, quoted


def written_sql(value: str, type_: str) -> str:
    """JSON in the shape of a type, with each value inside as it is written; null for JSON null."""

    def shape(dtype: dt.DataType) -> object:
        if isinstance(dtype, dt.Struct):
            return {name: shape(inner) for name, inner in dtype.fields.items()}
        return [shape(dtype.value_type)] if isinstance(dtype, dt.Array) else "JSON"

    return f"from_json({value}, {quoted(json.dumps(shape(ibis.dtype(type_))))})"


def typed_sql(written: str, type_: str) -> str:
    """A value of that type, of what `written_sql` gives."""
    return _typed(written, ibis.dtype(type_), depth=0)


def _typed(written: str, dtype: dt.DataType, depth: int) -> str:
    if isinstance(dtype, dt.Struct):
        inner = ", ".join(f"{column(name)} := {_typed(_of(written, name), t, depth)}" for name, t in dtype.fields.items())
        return f"case when {written} is not null then struct_pack({inner}) end"
    if isinstance(dtype, dt.Array):
        return f"list_transform({written}, lambda x{depth}: {_typed(f'x{depth}', dtype.value_type, depth + 1)})"
    return {
        "string": f"case when starts_with({written}::varchar, '\"') then {written} ->> '$' end",
        "int64": f"case when regexp_full_match({written}::varchar, '-?[0-9]+') then try_cast({written}::varchar as bigint) end",
        "boolean": f"case {written}::varchar when 'true' then true when 'false' then false end",
    }[str(dtype)]


def is_wrong_sql(written: str, type_: str, steps: list[str]) -> str:
    """Whether something is written where the steps lead, anywhere in the lists on the way, that is no such value."""
    return _is_wrong(written, ibis.dtype(type_), steps, depth=0)


def _is_wrong(written: str, dtype: dt.DataType, steps: list[str], depth: int) -> str:
    if isinstance(dtype, dt.Array):
        of_one = _is_wrong(f"x{depth}", dtype.value_type, steps, depth + 1)
        return f"list_bool_or(list_transform({written}, lambda x{depth}: {of_one}))"
    if isinstance(dtype, dt.Struct):
        return _is_wrong(_of(written, steps[0]), dtype.fields[steps[0]], steps[1:], depth)
    return f"{written} is not null and ({_typed(written, dtype, depth)}) is null"


def _of(written: str, name: str) -> str:
    return f"({written}).{column(name)}"
