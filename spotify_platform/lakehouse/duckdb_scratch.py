"""The database file in which dbt builds: what it is given, and what it made of it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import ibis.expr.types as ir

from spotify_platform.contracts.model import Table
from spotify_platform.lakehouse.delta_tables import schema_of
from spotify_platform.lakehouse.duckdb_sql import listed
from spotify_platform.lakehouse.engine import Snapshot

if TYPE_CHECKING:
    from spotify_platform.lakehouse.duckdb_delta import DuckDbDelta


class DuckDbScratch:
    """`Scratch` as databases attached to the engine's connection; what is given goes into the first."""

    def __init__(self, engine: "DuckDbDelta", databases: Sequence[str]) -> None:
        self._engine = engine
        self._databases = databases

    def put(self, name: str, rows: ir.Table) -> None:
        """Write rows there."""
        self._make("table", name, self._engine.sql(rows))

    def lend(self, name: str, snapshot: Snapshot, where: str | None = None) -> None:
        """Make rows of a table of the lake readable there; see `Scratch.lend`."""
        # dbt reads them several times: from another machine they are fetched once, and dbt needs no way to get there.
        kind = "table" if self._engine.lake.is_s3 else "view"
        self._make(kind, name, self._engine.rows_sql(snapshot, where or "true"))

    def alias(self, name: str, other: str) -> None:
        """Make what is there readable under a second name."""
        self._make("view", name, f"select * from scratch.{other}")

    def tables(self, name: str, table: Table) -> list[ir.Table]:
        """What is there of that name, in the columns of a table, database by database."""
        schema = schema_of(table)
        made = f"select {listed(schema)} from {{}}.{name}"
        return [self._engine.query(made.format(database), schema) for database in self._databases]

    def _make(self, kind: str, name: str, sql: str) -> None:
        execute = self._engine.connection.execute
        execute(f"create schema if not exists scratch.{name.partition('.')[0]}")
        execute(f"create {kind} scratch.{name} as {sql}")
