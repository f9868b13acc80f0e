"""What a contract demands, as one aggregate query a table that answers all of its checks at once, on either engine."""

import ibis
import ibis.expr.types as ir

from spotify_platform.contracts.model import Column, Table
from spotify_platform.lakehouse.engine import Engine
from spotify_platform.quality.demands import ACCEPTED_VALUES, KEYS_UNIQUE, RANGES, REQUIRED_COLUMNS, demanded, has_range
from spotify_platform.quality.outcome import Outcome

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
        if has_range(column):
            outside = ibis.or_(*_outside(value, column)).fill_null(False)  # noqa: FBT003 - a literal
            measures[f"{RANGES}|{column.name}"] = outside.cast("int64").sum()
        if column.accepted:
            foreign = (value.notnull() & value.notin(list(column.accepted))).cast("int64")
            measures[f"{ACCEPTED_VALUES}|{column.name}"] = foreign.sum()
    return measures


def _outside(value: ir.Value, column: Column) -> list[ir.Value]:
    low = [] if column.low is None else [value < column.low]
    return low + ([] if column.high is None else [value > column.high])
