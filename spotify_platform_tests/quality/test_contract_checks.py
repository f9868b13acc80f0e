"""Every demand of every contract, violated once, is found by its name; nothing else is found with it."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import ibis
import pyarrow as pa
import pytest

from spotify_platform.contracts.bronze import QUARANTINE, SOURCES
from spotify_platform.contracts.model import Column, Table
from spotify_platform.contracts.ops import ACCOUNTING, LEDGER, PUBLISHED
from spotify_platform.contracts.silver import PLAY_RECORDS, PLAYS
from spotify_platform.lakehouse.duckdb_delta import DuckDbDelta
from spotify_platform.quality.contract_checks import check_contract
from spotify_platform.quality.demands import has_range
from spotify_platform.quality.outcome import Outcome

TABLES = (*(source.table for source in SOURCES), QUARANTINE, ACCOUNTING, LEDGER, PUBLISHED, PLAY_RECORDS, PLAYS)
Row = dict[str, Any]


def value(column: Column, number: int) -> Any:
    """A value that the contract allows; of text and of numbers without an upper bound, another for each number."""
    dtype = ibis.dtype(column.type)
    if column.accepted:
        return column.accepted[0]
    if dtype.is_integer():
        return (column.low or 0) + (number if column.high is None else 0)
    if dtype.is_timestamp() or dtype.is_date():
        moment = datetime(2024, 5, 5, tzinfo=UTC)
        return moment if dtype.is_timestamp() else moment.date()
    if dtype.is_boolean():
        return True
    return f"text {number}" if dtype.is_string() else None


def good_rows(table: Table) -> list[Row]:
    """Two rows that differ in their keys."""
    rows = [{column.name: value(column, number) for column in table.columns} for number in (0, 1)]
    return [{name: ([] if is_list(table, name) else v) for name, v in row.items()} for row in rows]


def is_list(table: Table, name: str) -> bool:
    return any(column.name == name and column.type.startswith("array") for column in table.columns)


def checked(engine: DuckDbDelta, table: Table, rows: list[Row]) -> Outcome:
    schema = ibis.schema(table.types).to_pyarrow()
    return check_contract(engine, table, engine.arrow(pa.Table.from_pylist(rows, schema=schema)))


def violations() -> Iterator[Any]:
    """Each demand once: the table, what to change in the second row, the name under which it must be found."""
    for table in TABLES:
        changes = [({name: good_rows(table)[0][name] for name in table.key}, "repeated keys")] if table.key else []
        for column in table.columns:
            changes += [({column.name: None}, f"{column.name} missing")] if column.required else []
            beyond = [bound + step for bound, step in ((column.low, -1), (column.high, 1)) if bound is not None]
            changes += [({column.name: outside}, f"{column.name} out of range") for outside in beyond]
            changes += [({column.name: "nonsense"}, f"{column.name} not accepted")] if column.accepted else []
        for change, name in changes:
            yield pytest.param(table, change, name, id=f"{table.path}, {name}, {next(iter(change.values()))}")


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.path)
def test_good_rows_pass_and_every_demand_is_asked(engine: DuckDbDelta, table: Table) -> None:
    outcome = checked(engine, table, good_rows(table))
    assert outcome.passed
    assert not any(outcome.found.values())
    demands = [bool(table.key)] + [d for c in table.columns for d in (c.required, has_range(c), bool(c.accepted))]
    assert len(outcome.found) == sum(demands)


@pytest.mark.parametrize(("table", "change", "name"), list(violations()))
def test_a_violated_demand_is_found_by_its_name(engine: DuckDbDelta, table: Table, change: Row, name: str) -> None:
    first, second = good_rows(table)
    outcome = checked(engine, table, [first, second | change])
    assert not outcome.passed
    assert {what: count for what, count in outcome.found.items() if count} == {name: 1}


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.path)
def test_a_table_without_rows_passes(engine: DuckDbDelta, table: Table) -> None:
    assert checked(engine, table, []).passed


def test_null_is_within_every_range_and_every_list(engine: DuckDbDelta) -> None:
    optional = [column.name for column in PLAY_RECORDS.columns if not column.required]
    assert checked(engine, PLAY_RECORDS, [row | dict.fromkeys(optional) for row in good_rows(PLAY_RECORDS)]).passed


def test_bounds_are_within(engine: DuckDbDelta) -> None:
    first, second = good_rows(PLAYS)
    assert checked(engine, PLAYS, [first | {"local_hour": 0}, second | {"local_hour": 23}]).passed


def test_the_message_names_table_demand_and_count(engine: DuckDbDelta) -> None:
    rows = [row | {"ms_played": -1} for row in good_rows(PLAYS)]
    assert checked(engine, PLAYS, rows).message == "silver/plays: contract failed (ms_played out of range 2)"
