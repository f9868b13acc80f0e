"""Every table can be opened by every reader, whichever engine wrote it."""

from typing import TYPE_CHECKING

import polars as pl
import pytest
from deltalake import DeltaTable

from spotify_platform.contracts.model import Table
from spotify_platform.lakehouse.duckdb_connection import connect, scan_sql
from spotify_platform.settings import Settings
from spotify_platform_tests.spark.lakes import tables_of, versions

if TYPE_CHECKING:
    import pyarrow as pa
    from pyspark.sql import SparkSession

    from spotify_platform_tests.spark.plans import Made

pytestmark = pytest.mark.usefixtures("spark")

PROTOCOL = (1, 2)
"""Reader and writer: what Delta's first readers can open. Anything above needs a feature that some reader lacks."""


@pytest.fixture(params=["duckdb", "spark", "both"])
def lake(request: pytest.FixtureRequest) -> Settings:
    """A lake, by who wrote it."""
    if request.param == "duckdb":
        found: Settings = request.getfixturevalue("simulated")
        return found
    made: Made = request.getfixturevalue("by_spark" if request.param == "spark" else "by_turns")
    return made.lake


def test_all_readers_see_the_same_rows(lake: Settings, spark: "SparkSession") -> None:
    at = versions(lake)
    assert {table.path: seen for table in tables_of(lake) if (seen := odd(lake, table, at[table.path], spark))} == {}


def odd(lake: Settings, table: Table, version: int, spark: "SparkSession") -> list[str]:
    """Readers that see other rows than DuckDB does."""
    url = lake.lake_location.join(table.path)
    columns = ", ".join(f'"{name}"' for name in table.column_names)
    con = connect(lake.lake_location)
    scan = f"select {columns} from {scan_sql(lake.lake_location, table.path, version)}"
    seen: dict[str, pa.Table] = {
        "delta-rs": DeltaTable(url, version).to_pyarrow_table(),
        "Polars": pl.read_delta(url, version=version).to_arrow(),
        "Spark": spark.sql(f"select * from delta.`file:{url}` version as of {version}").toArrow(),
    }
    found = []
    for name, rows in seen.items():
        con.register("rows", rows)
        pair = (scan, f"select {columns} from rows")
        if any(con.sql(f"({a}) except all ({b})").fetchone() for a, b in (pair, pair[::-1])):
            found.append(name)
    return found


def test_tables_ask_no_more_of_a_reader_than_the_first_ones_knew(lake: Settings) -> None:
    tables = [DeltaTable(lake.lake_location.join(table.path)) for table in tables_of(lake)]
    asked = {(t.protocol().min_reader_version, t.protocol().min_writer_version) for t in tables}
    assert asked == {PROTOCOL}
    switched_on = {
        "delta.enableDeletionVectors",
        "delta.enableTypeWidening",
        "delta.enableRowTracking",
        "delta.enableInCommitTimestamps",
    }
    configured = [t.metadata().configuration for t in tables]
    assert not [name for found in configured for name in switched_on if found.get(name) == "true"]
    assert {found["delta.columnMapping.mode"] for found in configured} == {"none"}
    assert {found["delta.checkpointPolicy"] for found in configured} == {"classic"}
