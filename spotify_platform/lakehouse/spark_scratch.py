"""Databases of a Spark session in which dbt builds: what it is given, and what it made of it."""

import shutil
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import ibis.expr.types as ir
import obstore

from spotify_platform.contracts.model import Table
from spotify_platform.errors import Outside
from spotify_platform.lakehouse.delta_tables import schema_of
from spotify_platform.lakehouse.engine import Snapshot
from spotify_platform.lakehouse.spark_sql import listed, quoted
from spotify_platform.storage import Location

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

    from spotify_platform.lakehouse.spark_delta import SparkDelta

SCRATCH = "_scratch"
"""Folder of the lake in which such databases lie, each run's in a folder of its own."""
_MARK = "spotify_platform.scratch_of"
DATABASES = ("silver", "published", "staging", "gold")


def sweep(lake: Location, *, but: str) -> None:
    """Remove what runs left there that were killed. Only who writes alone may: nobody else is at work then."""
    store = lake.store()
    for folder in obstore.list_with_delimiter(store, SCRATCH)["common_prefixes"]:
        if folder == but:
            continue
        if lake.is_s3:
            for batch in obstore.list(store, folder):
                obstore.delete(store, [meta["path"] for meta in batch])
        else:
            shutil.rmtree(lake.join(folder))


def marked(lake: Location) -> str:
    """What a database of this lake's says of itself."""
    return f" with dbproperties ('{_MARK}' = {quoted(lake.url)})"


def drop_left(session: "SparkSession", name: str, lake: Location) -> None:
    """Drop a database that a killed run of this lake left where names outlive a session.

    Raises:
        Outside: there is one of that name, and it is not this lake's.
    """
    if not session.catalog.databaseExists(name):
        return
    told = session.sql(f"describe database extended {name}").collect()
    if not any(f"({_MARK},{lake.url})" in str(row[1]) for row in told):
        raise Outside(f"Spark's catalog has a schema {name} that is not this platform's. Give the platform a catalog of its own.")
    session.sql(f"drop database {name} cascade")


class ScratchDatabases:
    """Those of one process: of the build that it is at, until the next one begins or the process ends."""

    def __init__(self, engine: "SparkDelta") -> None:
        self._engine = engine
        self._folder = f"{SCRATCH}/{uuid4().hex}"
        self._area: Path | None = None
        self._there: list[str] = []

    def for_area(self, area: Path) -> None:
        """Have empty ones, unless they are of this area already."""
        if area == self._area:
            return
        self.drop()
        lake, session = self._engine.lake, self._engine.session
        self._engine.writer.begin()
        sweep(lake, but=self._folder)
        for name in DATABASES:
            drop_left(session, name, lake)
            session.sql(f"create database {name}{self._place(name)}{marked(lake)}")
            self._there.append(name)
        self._area = area

    def _place(self, name: str) -> str:
        """Where a database is to lie; a catalog other than Spark's own has a place for what is made in it."""
        if self._engine.session.catalog.currentCatalog() not in ("spark_catalog", "hive_metastore"):
            return ""
        return f" location {quoted(self._engine.url_of(f'{self._folder}/{name}'))}"

    def drop(self) -> None:
        """Drop them, if there are any."""
        while self._there:
            self._engine.session.sql(f"drop database if exists {self._there.pop()} cascade")
        self._area = None


class SparkScratch:
    """`Scratch` as databases of the session."""

    def __init__(self, engine: "SparkDelta") -> None:
        self._engine = engine

    def put(self, name: str, rows: ir.Table) -> None:
        """Write rows there."""
        self._engine.frame(rows, rows.schema()).write.saveAsTable(name)

    def lend(self, name: str, snapshot: Snapshot, where: str | None = None) -> None:
        """Make rows of a table of the lake readable there; see `Scratch.lend`."""
        self._engine.session.sql(f"create view {name} as {self._engine.rows_sql(snapshot, where)}")

    def alias(self, name: str, other: str) -> None:
        """Make what is there readable under a second name."""
        self._engine.session.sql(f"create view {name} as select * from {other}")

    def tables(self, name: str, table: Table) -> list[ir.Table]:
        """What is there of that name, in the columns of a table."""
        schema = schema_of(table)
        return [self._engine.query(f"select {listed(schema)} from {name}", schema)]
