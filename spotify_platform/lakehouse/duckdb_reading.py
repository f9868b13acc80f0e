"""Rows of snapshots by DuckDB, from the files that delta-rs says may hold them."""

from collections.abc import Callable, Collection, Sequence
from typing import Any

import duckdb
import ibis
from deltalake import DeltaTable

from spotify_platform.contracts.model import Table
from spotify_platform.lakehouse.delta_tables import schema_of
from spotify_platform.lakehouse.duckdb_connection import scan_sql
from spotify_platform.lakehouse.duckdb_sql import column, listed, quoted, type_sql
from spotify_platform.lakehouse.engine import Snapshot
from spotify_platform.storage import Location


class SnapshotReading:
    """What one engine reads. `at` opens a table at a version, `execute` runs a query on the engine's connection."""

    def __init__(
        self, lake: Location, at: Callable[[Table, int], DeltaTable], execute: Callable[[str], duckdb.DuckDBPyConnection]
    ) -> None:
        self._lake = lake
        self._at = at
        self._execute = execute
        # Several steps ask the same of the same version of the ledger.
        self._answers: dict[tuple[str, int, str, str], list[dict[str, Any]]] = {}

    def rows_sql(self, snapshot: Snapshot, where: str | None) -> str:
        """Rows of a snapshot, or those for which a condition holds, read from their files alone."""
        schema = schema_of(snapshot.table)
        if where is None:
            return f"select {listed(schema)} from {scan_sql(self._lake, snapshot.table.path, snapshot.version)}"
        if near := self.pruned(snapshot, where):
            return f"select {_typed(schema)} from {near} where {where}"
        return _nothing(schema)

    def files_sql(self, table: Table, files: Sequence[str]) -> str:
        """Rows of some files of a table."""
        schema = schema_of(table)
        return f"select {_typed(schema)} from {_files_sql(table, files)}" if files else _nothing(schema)

    def look_up(
        self,
        snapshot: Snapshot,
        columns: Sequence[str],
        where: str | None = None,
        *,
        among: tuple[str, Collection[str]] | None = None,
    ) -> list[dict[str, Any]]:
        """Distinct values of some columns; see `Engine.look_up`."""
        conditions = [f"({where})"] if where else []
        wanted = []
        if among:
            name, values = among
            if not values:
                return []
            # The bounds prune files; as many literals as there may be would take long to reason about.
            conditions += [f"{name} >= {quoted(min(values))}", f"{name} <= {quoted(max(values))}"]
            wanted = [f"{name} in ({', '.join(map(quoted, sorted(values)))})"]
        asked = (snapshot.table.path, snapshot.version, ", ".join(columns), " and ".join([*conditions, *wanted]) or "true")
        if asked in self._answers:
            return list(self._answers[asked])
        relation = self.pruned(snapshot, " and ".join(conditions) or "true")
        sql = f"select distinct {asked[2]} from {relation} where {asked[3]}"
        answer: list[dict[str, Any]] = self._execute(sql).to_arrow_table().to_pylist() if relation else []
        if not among:  # those are as long as what was asked, and not asked again
            self._answers[asked] = answer
        return list(answer)

    def pruned(self, snapshot: Snapshot, where: str) -> str | None:
        """The files of a snapshot that may hold such rows, as a relation; None if there are none.

        delta_scan reads the log anew each time, and opens every file for an OR or a list with gaps; delta-rs knows the
        log, and prunes by all of these.
        """
        files = self._handle(snapshot).file_uris(file_pruning_predicate=where)
        return _files_sql(snapshot.table, files) if files else None

    def _handle(self, snapshot: Snapshot) -> DeltaTable:
        """A handle at the snapshot's version; its own may have moved on since."""
        handle: DeltaTable = snapshot.handle
        return handle if handle.version() == snapshot.version else self._at(snapshot.table, snapshot.version)


def _typed(schema: ibis.Schema) -> str:
    """Columns, the nested ones with all fields of the schema: older files may lack some, and files alone do not tell."""
    nested = {name for name, dtype in schema.items() if dtype.is_nested()}
    return ", ".join(f"{column(n)}::{type_sql(t)} as {column(n)}" if n in nested else column(n) for n, t in schema.items())


def _files_sql(table: Table, files: Sequence[str]) -> str:
    """Files of a table as a relation."""
    schema = schema_of(table)
    hive = ", ".join(f"{name}: {type_sql(schema[name])}" for name in table.partition_by)
    # Without partitions nothing in a path is a column, whatever folders are above the lake.
    parts = f"hive_partitioning = true, hive_types = {{{hive}}}" if hive else "hive_partitioning = false"
    return f"read_parquet([{', '.join(map(quoted, files))}], union_by_name = true, {parts})"


def _nothing(schema: ibis.Schema) -> str:
    return f"select {', '.join(f'null::{type_sql(t)} as {column(name)}' for name, t in schema.items())} limit 0"
