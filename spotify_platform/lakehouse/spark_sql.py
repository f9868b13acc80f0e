"""Small words of Spark's SQL: literals, types, conditions, plain values as rows."""

from collections.abc import Iterable
from functools import lru_cache

import ibis
import ibis.expr.datatypes as dt
import sqlglot
from ibis.backends.sql.datatypes import PySparkType
from sqlglot import exp


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
    """A condition of literals, as all engines are given it, in Spark's spelling.

    Slices come as one term each. Spark makes a program of a condition, and of some hundred terms one that is too long to be
    compiled; so those that have the same years are one term here.

    Example:
        >>> condition("(user_bucket = 3 and year = 2023) or (user_bucket = 3 and year = 2024)")
        'user_bucket IN (3) AND year IN (2023, 2024)'
    """
    return str(sqlglot.parse_one(where, read="duckdb").transform(_factored).sql("spark"))


def _factored(term: exp.Expression) -> exp.Expression:
    """Slices, each `a = 1` or `a = 1 and b = 2`, as few terms; anything else as it is."""
    if not isinstance(term, exp.Or) or isinstance(term.parent, exp.Or):
        return term
    slices = [_equalities(one) for one in _flat(term)]
    columns = {tuple(name for name, _ in one) for one in slices}
    if len(columns) > 1 or len(min(columns)) not in (1, 2):
        return term
    [(first, *rest)] = columns
    together: dict[str, list[str]] = {}
    for (_, one), *others in slices:
        together.setdefault(one, []).extend(value for _, value in others)
    firsts: dict[tuple[str, ...], list[str]] = {}
    for one, values in together.items():
        firsts.setdefault(tuple(dict.fromkeys(values)), []).append(one)
    return exp.or_(*[" and ".join([_in(first, ones), *[_in(name, values) for name in rest]]) for values, ones in firsts.items()])


def _flat(term: exp.Expression) -> list[exp.Expression]:
    return [*term.flatten()]  # type: ignore[no-untyped-call]


def _in(name: str, values: Iterable[str]) -> str:
    return f"{name} in ({', '.join(values)})"


def _equalities(term: exp.Expression) -> list[tuple[str, str]]:
    """Names and literals of `a = 1 and b = 2`; none where it is something else."""
    parts = _flat(term) if isinstance(term, exp.And) else [term]
    equal = [part for part in parts if isinstance(part, exp.EQ) and isinstance(part.left, exp.Column)]
    return [(part.left.sql(), part.right.sql()) for part in equal] if len(equal) == len(parts) else []


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
