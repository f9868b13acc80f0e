"""What a contract demands, as one aggregate query a table that answers all of its checks at once, on either engine."""

import ibis
import ibis.expr.types as ir

from spotify_platform.contracts.model import Column, Table
from spotify_platform.lakehouse.engine import Engine
from spotify_platform.quality.outcome import Outcome

KEYS_UNIQUE = "keys_unique"
REQUIRED_COLUMNS = "required_columns"
RANGES = "ranges"
ACCEPTED_VALUES = "accepted_values"


def demanded(table: Table) -> dict[str, str]:
    """Names of the checks a table has, with what each says."""
    found = {}
    if table.key:
        found[KEYS_UNIQUE] = f"({', '.join(table.key)}) is unique"
    if names := [c.name for c in table.columns if c.required]:
        found[REQUIRED_COLUMNS] = f"never null: {', '.join(names)}"
    if names := [_range(c) for c in table.columns if _has_range(c)]:
        found[RANGES] = "; ".join(names)
    if names := [f"{c.name} is one of {', '.join(c.accepted)}" for c in table.columns if c.accepted]:
        found[ACCEPTED_VALUES] = "; ".join(names)
    return found


def check_contract(engine: Engine, table: Table, rows: ir.Table) -> list[Outcome]:
    """Outcome of each of the table's checks over these rows."""
    measures = _measures(table, rows)
    if not measures:
        return []
    counts = engine.fetch(rows.aggregate(**measures)).to_pylist()[0]
    outcomes = []
    for name in demanded(table):
        found = {key.partition("|")[2]: int(n or 0) for key, n in counts.items() if key.startswith(f"{name}|")}
        outcomes.append(Outcome(table.path, name, not any(found.values()), found))
    return outcomes


def _measures(table: Table, rows: ir.Table) -> dict[str, ir.Value]:
    measures: dict[str, ir.Value] = {}
    if table.key:
        key = ibis.literal("\x1f").join([rows[name].cast("string").fill_null("") for name in table.key])
        measures[f"{KEYS_UNIQUE}|repeated"] = rows.count() - key.nunique()
    for column in table.columns:
        value = rows[column.name]
        if column.required:
            measures[f"{REQUIRED_COLUMNS}|{column.name}"] = value.isnull().cast("int64").sum()
        if _has_range(column):
            outside = ibis.or_(*_outside(value, column)).fill_null(False)  # noqa: FBT003 - a literal
            measures[f"{RANGES}|{column.name}"] = outside.cast("int64").sum()
        if column.accepted:
            foreign = (value.notnull() & value.notin(list(column.accepted))).cast("int64")
            measures[f"{ACCEPTED_VALUES}|{column.name}"] = foreign.sum()
    return measures


def _has_range(column: Column) -> bool:
    return column.low is not None or column.high is not None


def _outside(value: ir.Value, column: Column) -> list[ir.Value]:
    low = [] if column.low is None else [value < column.low]
    return low + ([] if column.high is None else [value > column.high])


def _range(column: Column) -> str:
    if column.low is None or column.high is None:
        return f"{column.name} {'at most' if column.low is None else 'at least'} {column.high if column.low is None else column.low}"
    return f"{column.name} {column.low} to {column.high}"
