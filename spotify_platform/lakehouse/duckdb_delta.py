"""The embedded engine: DuckDB computes, delta-rs commits. For one machine, over a folder or S3."""

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import ibis
import ibis.expr.types as ir
import pyarrow as pa
from deltalake import CommitProperties, Transaction, write_deltalake

from spotify_platform.contracts.model import CsvHeader, Source, Table
from spotify_platform.errors import Conflict
from spotify_platform.lakehouse.compiled import CompiledTransforms, Transform
from spotify_platform.lakehouse.delta_engine import DeltaEngine, conflicts, snapshot_of
from spotify_platform.lakehouse.delta_tables import WRITER, said_of_commit, schema_of
from spotify_platform.lakehouse.duckdb_connection import LakeSecret, connect
from spotify_platform.lakehouse.duckdb_json import landed_schema, landed_sql
from spotify_platform.lakehouse.duckdb_reading import SnapshotReading
from spotify_platform.lakehouse.duckdb_relations import Relations
from spotify_platform.lakehouse.duckdb_scratch import DuckDbScratch
from spotify_platform.lakehouse.duckdb_sql import epoch_ms, listed, quoted, timezone, typed_columns, values_sql
from spotify_platform.lakehouse.duckdb_tables import table_lines
from spotify_platform.lakehouse.engine import APP_ID, NOTHING, Embedded, Means, Part, Share, Snapshot
from spotify_platform.lakehouse.slices import MOST_IN_ONE_PREDICATE, Slice, predicate_of
from spotify_platform.lakehouse.writers import Writer
from spotify_platform.storage import Location

ROWS_AT_ONCE = 8_192


class DuckDbDelta(DeltaEngine):
    """`Engine` on one machine. Not safe to share between threads; make one where it is needed."""

    rows_at_once = 500_000
    buckets_at_once = MOST_IN_ONE_PREDICATE
    dbt_target = "duckdb"
    troubles: tuple[type[Exception], ...] = (
        OSError,
        MemoryError,
        duckdb.IOException,
        duckdb.OutOfMemoryException,
        duckdb.InterruptException,
    )

    def __init__(self, lake: Location, means: Means, writer: Writer | None = None) -> None:
        """`writer`: who writes the lake, if this engine is of one that does."""
        super().__init__(lake, writer or Writer(lake, "duckdb", alone=False))
        means.spill.mkdir(parents=True, exist_ok=True)
        self._spill = means.spill
        self._config = {"memory_limit": means.memory_limit, "threads": means.threads, "temp_directory": str(means.spill)}
        self._secret = LakeSecret(lake)
        self._relations = Relations(CompiledTransforms(means.compiled, "duckdb"))
        self._made: list[tuple[str, str]] = []
        self._reading = SnapshotReading(lake, self.at, self._execute)

    @property
    def embedded(self) -> "DuckDbDelta":
        """An engine for files of this machine: this one."""
        return self

    @property
    def connection(self) -> duckdb.DuckDBPyConnection:
        """The DuckDB connection, made at first use, with credentials that are good now."""
        self._secret.tell(self._connection)
        return self._connection

    @cached_property
    def _connection(self) -> duckdb.DuckDBPyConnection:
        return connect(self.lake, self._secret, **self._config)

    def close(self) -> None:
        """Give back memory and temporary files."""
        self.writer.end()
        if "_connection" in self.__dict__:
            self._connection.close()

    def query(self, sql: str, schema: ibis.Schema) -> ir.Table:
        """A relation that is a query of DuckDB's own SQL."""
        return self._relations.text("query", sql, schema)

    def rows_sql(self, snapshot: Snapshot, where: str | None) -> str:
        """Rows of a snapshot, or those for which a condition holds, read from their files alone."""
        return self._reading.rows_sql(snapshot, where)

    def look_up(
        self,
        snapshot: Snapshot,
        columns: Sequence[str],
        where: str | None = None,
        *,
        among: tuple[str, Collection[str]] | None = None,
    ) -> list[dict[str, Any]]:
        """Distinct values of some columns; see `Engine.look_up`."""
        return self._reading.look_up(snapshot, columns, where, among=among)

    def landed(self, path: Path, source: Source, longest: int) -> ir.Table:
        """Records as text of the declared JSON kind; see `Engine.landed`."""
        return self.query(landed_sql(str(path), source, longest=longest), landed_schema(source))

    def lines(self, path: Path, header: CsvHeader | None, source: Source) -> Iterator[bytes]:
        """Rows of a CSV file, or of Parquet, as JSON objects; see `Embedded.lines`."""
        return table_lines(path, header, source, self._config)

    def values(self, rows: Iterable[Mapping[str, Any]], schema: Mapping[str, str]) -> ir.Table:
        """A small relation from plain values; types are spelled as in contracts."""
        # By way of JSON text: Arrow from Python objects, and parameters too, import pandas, a second in every run.
        text = json.dumps(list(rows), default=lambda value: value.isoformat())
        return self._kept("values", values_sql(text, tuple(schema.items())), ibis.schema(schema))

    def arrow(self, table: pa.Table) -> ir.Table:
        """A relation over an Arrow table."""
        name = self._relations.named("arrow")
        self._made.append(("view", name))
        self.connection.register(name, table)
        return ibis.table(ibis.schema(table.schema), name=name)

    def derive(self, transform: Transform, *inputs: ir.Table, **arguments: Any) -> ir.Table:
        """What a pure transform makes of relations; see `Engine.derive`."""
        return self._relations.derived(transform, inputs, arguments)

    def cache(self, rows: ir.Table, *, ordered: bool = False) -> ir.Table:
        """Compute once, read many times within this step; see `Engine.cache`."""
        schema = rows.schema()
        keep_order = "true" if ordered else "false"
        self.connection.execute(f"set preserve_insertion_order = {keep_order}")
        kept = self._kept("cache", self._typed(rows, schema), schema)
        self.connection.execute("set preserve_insertion_order = false")
        return kept

    def gather(self, parts: Iterable[ir.Table]) -> ir.Table:
        """Compute parts one after another; see `Engine.gather`."""
        before, kept = len(self._made), ""
        for part in parts:
            if not kept:
                kept, schema = self._relations.named("gathered"), part.schema()
                self.connection.execute(f"create temp table {kept} as {self._typed(part, schema)}")
            else:
                self.connection.execute(f"insert into {kept} {self._typed(part, schema)}")
            self._drop(before)
        self._made.append(("table", kept))
        return ibis.table(schema, name=kept)

    def spread(
        self, make: Callable[[Embedded, Sequence[Share], Path], ir.Table], shares: Sequence[tuple[Share, int]], table: Table
    ) -> ir.Table:
        """What a function makes of all shares at once; see `Engine.spread`."""
        del table  # its columns are what they are
        with TemporaryDirectory(dir=self._spill) as folder:
            return make(self, [share for share, _ in shares], Path(folder))

    def stream(self, rows: ir.Table, schema: ibis.Schema) -> pa.RecordBatchReader:
        """Rows of any number, some at a time. Nothing else may be computed until it is at its end."""
        return self.connection.execute(self._typed(rows, schema)).to_arrow_reader(ROWS_AT_ONCE)

    def local_time(self, instant: ir.Value, zone: ir.Value) -> ir.Value:
        """Time on the clock of an IANA zone, as a timestamp without zone."""
        return timezone(zone, instant)

    def epoch_ms(self, instant: ir.Value) -> ir.IntegerValue:
        """Milliseconds since 1970 of an instant."""
        return epoch_ms(instant)

    def release(self) -> None:
        """Give back memory: no relation that was made so far is valid any more."""
        self._drop(0)
        self._relations.clear()

    def _drop(self, first: int) -> None:
        """Drop what was made, from the first of these on."""
        while len(self._made) > first:
            kind, name = self._made.pop()
            self.connection.execute(f"drop {kind} if exists {name}")

    def fetch(self, rows: ir.Table) -> pa.Table:
        """A small answer as Arrow. Never a table of the lake."""
        return self.connection.execute(self.sql(rows)).to_arrow_table()

    def difference(self, one: ir.Table, other: ir.Table) -> tuple[int, int]:
        """How many rows only one of two relations holds, whatever their order: (only one, only other)."""
        left, right = (f"(select {listed(one.columns)} from ({self.sql(rows)}))" for rows in (one, other))
        query = "select count(*) from (from {} except all from {})"
        counts = [self.connection.execute(query.format(*pair)).fetchone() for pair in ((left, right), (right, left))]
        return counts[0][0], counts[1][0]  # type: ignore[index]

    def changes(self, snapshot: Snapshot, version: int) -> tuple[ir.Table, ir.Table]:
        """Rows of the files that only one of two versions has; see `Engine.changes`."""
        gone, new = (self._reading.files_sql(snapshot.table, files) for files in self.files_apart(snapshot, version))
        return self.query(gone, schema_of(snapshot.table)), self.query(new, schema_of(snapshot.table))

    @contextmanager
    def scratch(self, *areas: Path) -> Iterator[DuckDbScratch]:
        """Database files in which dbt builds; see `Engine.scratch`."""
        names = ["scratch", *[f"scratch_{number}" for number in range(1, len(areas))]]
        attached = []
        try:
            for name, path in zip(names, areas, strict=True):
                self.connection.execute(f"attach {quoted(str(path))} as {name}")
                attached.append(name)
            yield DuckDbScratch(self, names)
        finally:
            for name in attached:
                self.connection.execute(f"detach {name}")

    def sql(self, rows: ir.Table) -> str:
        """The expression in DuckDB's SQL."""
        return self._relations.sql(rows)

    def append(self, snapshot: Snapshot, rows: ir.Table | None, holds: int) -> Snapshot:
        """Add rows (none: only the transaction). Raises `Conflict`."""
        if rows is None:
            return self._commit(snapshot, _empty(snapshot.table), holds, touches_rows=False, mode="append")
        return self._commit(snapshot, self._reader(rows, snapshot.table), holds, mode="append")

    def replace(self, snapshot: Snapshot, rows: ir.Table, slices: Sequence[Slice], holds: int) -> Snapshot:
        """Put rows in the place of all rows of these slices, in one commit. Raises `Conflict`."""
        data = self._reader(rows, snapshot.table)
        return self._commit(snapshot, data, holds, mode="overwrite", predicate=predicate_of(slices))

    def overwrite(self, snapshot: Snapshot, rows: ir.Table, holds: int) -> Snapshot:
        """Put rows in the place of the whole table, in one commit. Raises `Conflict`."""
        # The schema goes with the rows: that is how a table comes to what a new version of its contract says.
        return self._commit(
            snapshot,
            self._reader(rows, snapshot.table),
            holds,
            mode="overwrite",
            schema_mode="overwrite",
            partition_by=list(snapshot.table.partition_by) or None,
        )

    def put(self, snapshot: Snapshot, parts: Sequence[Part], holds: int, *, whole: bool) -> Snapshot:
        """Put parts in the place of their slices or of the whole table, a commit each; see `Engine.put`."""
        # delta-rs keeps a writer for each partition until the commit: twenty million plays at once took 18 GB.
        for number, part in enumerate(parts, start=1):
            at = holds if number == len(parts) else NOTHING
            if not whole:
                snapshot = self.replace(snapshot, part.rows, part.slices, at)
            elif number == 1:
                snapshot = self.overwrite(snapshot, part.rows, at)
            else:
                snapshot = self.append(snapshot, part.rows, at)
        return snapshot

    def _commit(
        self, snapshot: Snapshot, data: pa.RecordBatchReader, holds: int, *, touches_rows: bool = True, **how: Any
    ) -> Snapshot:
        if snapshot.handle.version() != snapshot.version:
            raise Conflict(f"{snapshot.table.path}: opened anew since version {snapshot.version}")
        self.writer.begin()
        said = said_of_commit(holds, touches_rows=touches_rows)
        properties = CommitProperties(app_transactions=[Transaction(APP_ID, holds)], custom_metadata=said)
        with conflicts(snapshot):
            write_deltalake(snapshot.handle, data, commit_properties=properties, writer_properties=WRITER, **how)
        return snapshot_of(snapshot.table, snapshot.handle)

    def _reader(self, rows: ir.Table, table: Table) -> pa.RecordBatchReader:
        # Sorted by partition, so that the writer holds few files open; a table without an order comes as it comes.
        order = f" order by {', '.join(table.partition_by + table.sort_by)}" if table.sort_by else ""
        # Nothing may be executed on this connection until the reader is at its end: that would end it, silently.
        return self.connection.execute(f"{self._typed(rows, schema_of(table))}{order}").to_arrow_reader(ROWS_AT_ONCE)

    def _typed(self, rows: ir.Table, schema: ibis.Schema) -> str:
        """A query whose columns have the types that are promised: DuckDB sums integers to hugeint where Ibis says int64."""
        return f"select {typed_columns(schema)} from ({self.sql(rows)})"

    def _kept(self, what: str, sql: str, schema: ibis.Schema) -> ir.Table:
        name = self._relations.named(what)
        self._made.append(("table", name))
        self.connection.execute(f"create temp table {name} as {sql}")
        return ibis.table(schema, name=name)

    def _execute(self, sql: str) -> duckdb.DuckDBPyConnection:
        return self.connection.execute(sql)


def _empty(table: Table) -> pa.RecordBatchReader:
    return pa.RecordBatchReader.from_batches(schema_of(table).to_pyarrow(), [])
