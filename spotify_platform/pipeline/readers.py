"""Reading from outside the steps: every table as a view, Gold at the versions that are published together.

Statistics are not among those: each is as it was committed last.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import duckdb

from spotify_platform.contracts.ops import PUBLISHED
from spotify_platform.contracts.tables import TABLES
from spotify_platform.lakehouse.duckdb_connection import connect, scan_sql
from spotify_platform.lakehouse.publishing import published
from spotify_platform.pipeline.platform import Platform, opened
from spotify_platform.pipeline.statistics import made_statistics
from spotify_platform.settings import Settings

NOTHING_YET = "Nothing is processed yet; run: spotify-platform refresh"


@dataclass(frozen=True, slots=True)
class Reading:
    """An open lake: a view for each table there is, as `layer.name`; `versions` are their Delta versions, by path."""

    con: duckdb.DuckDBPyConnection
    versions: Mapping[str, int]
    platform: Platform


@contextmanager
def reading(settings: Settings) -> Iterator[Reading]:
    """A DuckDB with a view for each table there is, and what they are views of."""
    with opened(settings) as platform:
        engine = platform.engine
        versions = {table.path: engine.open(table).version for table in TABLES if engine.exists(table)}
        pins = published(engine) if PUBLISHED.path in versions else None
        if pins:
            versions |= {path: version for path, version in pins.versions.items() if path.startswith("gold/")}
            versions |= {s.table.path: s.version for s in made_statistics(platform)}
        con = connect(
            settings.lake_location,
            memory_limit=settings.memory_limit,
            threads=settings.threads,
            temp_directory=str(platform.work),
        )
        for layer in ("bronze", "silver", "gold", "ops"):
            con.execute(f"create schema {layer}")
        for path, version in versions.items():
            layer, _, name = path.partition("/")
            con.execute(f"create view {layer}.{name} as select * from {scan_sql(settings.lake_location, path, version)}")
        con.execute("set search_path = 'gold,silver,bronze,ops'")  # `show tables` shows them all
        try:
            yield Reading(con, versions, platform)
        finally:
            con.close()


@contextmanager
def reading_connection(settings: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    """A DuckDB with a view for each table there is, as `layer.name`."""
    with reading(settings) as lake:
        yield lake.con
