"""What a contract demands, as one aggregate query a table that answers all of them at once, on either engine."""

import ibis
import ibis.expr.types as ir

from spotify_platform.contracts.model import Column, Table
from spotify_platform.lakehouse.engine import Engine
from spotify_platform.quality.demands import CONTRACT, has_range
from spotify_platform.quality.outcome import Outcome


def check_contract(engine: Engine, table: Table, rows: ir.Table) -> Outcome:
    """Whether these rows are what the table's contract demands; `found` counts what is wrong, demand by demand."""
    counts = engine.fetch(engine.derive(wrong, rows, table=table)).to_pylist()[0]
    found = {name: int(count or 0) for name, count in counts.items()}
    return Outcome(table.path, CONTRACT, not any(found.values()), found)


def wrong(rows: ir.Table, *, table: Table) -> ir.Table:
    """One row of counts: for each demand, how often it is not met."""
    measures: dict[str, ir.Value] = {}
    if table.key:
        key = ibis.literal("\x1f").join([rows[name].cast("string").fill_null("") for name in table.key])
        measures["repeated keys"] = rows.count() - key.nunique()
    for column in table.columns:
        value = rows[column.name]
        if column.required:
            measures[f"{column.name} missing"] = value.isnull().cast("int64").sum()
        if has_range(column):
            outside = ibis.or_(*_outside(value, column)).fill_null(False)  # noqa: FBT003 - a literal
            measures[f"{column.name} out of range"] = outside.cast("int64").sum()
        if column.accepted:
            foreign = (value.notnull() & value.notin(list(column.accepted))).cast("int64")
            measures[f"{column.name} not accepted"] = foreign.sum()
    return rows.aggregate(**measures)


def _outside(value: ir.Value, column: Column) -> list[ir.Value]:
    low = [] if column.low is None else [value < column.low]
    return low + ([] if column.high is None else [value > column.high])
