"""One platform, two engines: from the same landed objects every table comes out the same, row by row.

What Spark wrote is read here by DuckDB's own reader of Delta tables, and opened by delta-rs.
"""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from spotify_platform.contracts.model import Table
from spotify_platform.contracts.ops import LEDGER, PUBLISHED
from spotify_platform.lakehouse.duckdb_connection import scan_sql
from spotify_platform.lakehouse.duckdb_delta import DuckDbDelta
from spotify_platform.pipeline.importing import import_paths
from spotify_platform.pipeline.platform import Platform, opened
from spotify_platform.pipeline.refresh import refresh
from spotify_platform.pipeline.statistics import every_table
from spotify_platform.settings import Settings
from spotify_platform.simulator.population import write_population
from spotify_platform_tests.conftest import MakeSettings
from spotify_platform_tests.gold.winter import DOCUMENTS
from spotify_platform_tests.scenario import drop

WHEN = {"_loaded_at", "last_loaded_at", "loaded_at"}
"""Columns that say when a row came to be."""
PLAYS = 300

pytestmark = pytest.mark.usefixtures("spark")


@pytest.fixture(scope="module")
def by_duckdb(make_shared: MakeSettings, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A lake of the embedded engine: simulated listeners with all their quirks, then a winter with its catalogue."""
    settings = make_shared("duckdb")
    folder = tmp_path_factory.mktemp("simulated")
    for user in write_population(folder / "out", seed=5, users=2, plays=PLAYS, years=1.0):
        import_paths(settings, [user.folder], user.name, time_zone=user.time_zone)
    processed(settings)
    for key, document in DOCUMENTS.items():
        drop(settings.home / "landing", key, document)
    processed(settings)
    return settings


@pytest.fixture(scope="module")
def by_spark(by_duckdb: Settings, make_shared: MakeSettings, spark_jars: Path) -> Settings:
    """A lake of Spark over the same landing zone, in the same two steps."""
    settings = make_shared("spark", engine="spark", spark_jars=spark_jars)
    landing, mine = by_duckdb.home / "landing", settings.home / "landing"
    shutil.copytree(by_duckdb.home / "profile", settings.home / "profile")
    shutil.copytree(landing, mine, copy_function=os.link, ignore=shutil.ignore_patterns(*map(os.path.basename, DOCUMENTS)))
    processed(settings)
    for key in DOCUMENTS:
        (mine / key).parent.mkdir(parents=True, exist_ok=True)
        os.link(landing / key, mine / key)
    processed(settings)
    return settings


def processed(settings: Settings) -> None:
    with opened(settings) as platform:
        refresh(platform, full=True)


@pytest.fixture(scope="module")
def reader(by_duckdb: Settings) -> Iterator[Platform]:
    """Reads both lakes, by the embedded engine."""
    with opened(by_duckdb) as platform:
        yield platform


def test_every_table_is_the_same(by_duckdb: Settings, by_spark: Settings, reader: Platform) -> None:
    tables = [table for table in every_table(reader) if table not in (LEDGER, PUBLISHED)]
    found = {table.path: differing(reader, table, by_duckdb, by_spark) for table in tables}
    assert {path: counts for path, counts in found.items() if counts != (0, 0)} == {}
    assert len(found) > 40


def differing(reader: Platform, table: Table, *lakes: Settings) -> tuple[int, int]:
    """Rows that only the one lake has, and only the other."""
    assert isinstance(reader.engine, DuckDbDelta)
    con = reader.engine.connection
    columns = ", ".join(f'"{name}"' for name in table.column_names if name not in WHEN)
    scans = []
    for lake in lakes:
        assert (lake.home / "lake" / table.path / "_delta_log").is_dir(), table.path
        with opened(lake) as platform:
            version = platform.engine.open(table).version
        scans.append(f"(select {columns} from {scan_sql(lake.lake_location, table.path, version)})")
    one, other = scans
    counts = [con.execute(f"select count(*) from ({a} except all {b})").fetchone() for a, b in ((one, other), (other, one))]
    return counts[0][0], counts[1][0]  # type: ignore[index]


def test_nothing_is_made_twice(by_spark: Settings) -> None:
    with opened(by_spark) as platform:
        done = refresh(platform)
    assert not done.planned
    assert not done.gold.rows
