"""The distributed engine: Spark computes and commits. Rows stay on its executors.

What a log tells, and small answers about the lake itself, are read here by delta-rs and DuckDB: they are a few rows, and a job
of Spark takes a second for any.
"""

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from spotify_platform.contracts.model import Table
from spotify_platform.lakehouse.compiled import Transform
from spotify_platform.lakehouse.delta_engine import DeltaEngine
from spotify_platform.lakehouse.delta_tables import said_of_commit, schema_of
from spotify_platform.lakehouse.duckdb_delta import DuckDbDelta
from spotify_platform.lakehouse.engine import APP_ID, Embedded, Means, Part, Share, Snapshot
from spotify_platform.lakehouse.slices import MOST_BUCKETS, Slice, predicate_of
from spotify_platform.lakehouse.spark_commit import commit
from spotify_platform.lakehouse.spark_relations import SparkRelations, SparkTransforms, know_spark
from spotify_platform.lakehouse.spark_scratch import ScratchDatabases, SparkScratch
from spotify_platform.lakehouse.spark_sql import (
    column,
    condition,
    from_utc_timestamp,
    listed,
    type_sql,
    typed_columns,
    unix_millis,
    values_sql,
)
from spotify_platform.lakehouse.spark_tasks import in_task, packed
from spotify_platform.lakehouse.writers import Writer
from spotify_platform.storage import Location

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

MOST_FETCHED = 10_000
"""Rows that ever come from the executors into this process."""

_BATCH = ("_batch", "batch")


class SparkDelta(DeltaEngine):
    """`Engine` on a Spark session. Not safe to share between threads; make one where it is needed."""

    rows_at_once = 1 << 62  # what does not fit into memory is the executors' business
    buckets_at_once = MOST_BUCKETS
    dbt_target = "spark"

    def __init__(self, lake: Location, means: Means, session: "Callable[[], SparkSession]") -> None:
        super().__init__(lake, Writer(lake, "spark", alone=True))
        self._session = session
        self._means = means
        self._databases = ScratchDatabases(self)

    @cached_property
    def session(self) -> "SparkSession":
        """Spark's session, begun at first use: who only looks into logs needs none."""
        return self._session()

    @cached_property
    def _relations(self) -> SparkRelations:
        know_spark()
        return SparkRelations(self.session, SparkTransforms(self._means.compiled, "pyspark"))

    @cached_property
    def embedded(self) -> DuckDbDelta:
        """An engine for files of this machine, and for small answers about the lake."""
        return DuckDbDelta(self.lake, self._means, self.writer)

    def close(self) -> None:
        """Give back memory and temporary files; the session is its owner's."""
        with ExitStack() as ending:  # each of them, whatever became of the session
            if "embedded" in self.__dict__:
                ending.callback(self.embedded.close)
            ending.callback(self.writer.end)
            ending.callback(self._databases.drop)
            ending.callback(self.release)

    def query(self, sql: str, schema: ibis.Schema) -> ir.Table:
        """A relation that is a query of Spark's own SQL."""
        return self._relations.query("query", sql, schema)

    def rows_sql(self, snapshot: Snapshot, where: str | None) -> str:
        """Rows of a snapshot, or those for which a condition holds."""
        chosen = f" where {condition(where)}" if where else ""
        columns, path = listed(schema_of(snapshot.table)), self.path_sql(snapshot.table)
        return f"select {columns} from {path} version as of {snapshot.version}{chosen}"

    def path_sql(self, table: Table) -> str:
        """A table of the lake as a relation of Spark."""
        return f"delta.`{self.url(table)}`"

    def url(self, table: Table) -> str:
        """Where a table lies, as Hadoop spells it."""
        return self.url_of(table.path)

    def url_of(self, path: str) -> str:
        """Where something of the lake lies, as Hadoop spells it."""
        return self._spelled(self.lake.join(path))

    def _spelled(self, path: str) -> str:
        return path.replace("s3://", "s3a://", 1) if self.lake.is_s3 else f"file:{path}"

    def look_up(
        self,
        snapshot: Snapshot,
        columns: Sequence[str],
        where: str | None = None,
        *,
        among: tuple[str, Collection[str]] | None = None,
    ) -> list[dict[str, Any]]:
        """Distinct values of some columns; see `Engine.look_up`."""
        return self.embedded.look_up(snapshot, columns, where, among=among)

    def values(self, rows: Iterable[Mapping[str, Any]], schema: Mapping[str, str]) -> ir.Table:
        """A small relation from plain values; types are spelled as in contracts."""
        text = json.dumps(list(rows), default=lambda value: value.isoformat())
        types = ibis.schema(schema)
        return self.query(values_sql(text, types), types)

    def arrow(self, table: pa.Table) -> ir.Table:
        """A relation over an Arrow table."""
        return self._relations.viewed("arrow", self.session.createDataFrame(table), ibis.schema(table.schema))

    def derive(self, transform: Transform, *inputs: ir.Table, **arguments: Any) -> ir.Table:
        """What a pure transform makes of relations; see `Engine.derive`."""
        return self._relations.derived(transform, inputs, arguments)

    def cache(self, rows: ir.Table) -> ir.Table:
        """Compute once, read many times within this step; see `Engine.cache`."""
        return self._relations.viewed("cache", self.frame(rows, rows.schema()), rows.schema(), keep=True)

    def gather(self, parts: Iterable[ir.Table]) -> ir.Table:
        """Keep the rows of parts together; see `Engine.gather`."""
        return self.cache(ibis.union(*parts))

    def spread(
        self, make: Callable[[Embedded, Sequence[Share], Path], ir.Table], shares: Sequence[tuple[Share, int]], table: Table
    ) -> ir.Table:
        """What a function makes of shares, some in each of the executors' tasks; see `Engine.spread`."""
        tasks, schema = packed(shares), schema_of(table)
        work = partial(in_task, make=make, tasks=tasks, means=self._means, schema=schema)
        frame = self.session.range(0, len(tasks), 1, len(tasks)).mapInArrow(work, _struct(schema))
        return self._relations.viewed("spread", frame, schema)

    @contextmanager
    def scratch(self, *areas: Path) -> Iterator[SparkScratch]:
        """Databases in which dbt builds, one set of them at a time; see `Engine.scratch`."""
        [area] = areas  # all buckets at once
        self._databases.for_area(area)
        yield SparkScratch(self)

    def local_time(self, instant: ir.Value, zone: ir.Value) -> ir.Value:
        """Time on the clock of an IANA zone, as a timestamp without zone."""
        return from_utc_timestamp(instant, zone)

    def epoch_ms(self, instant: ir.Value) -> ir.IntegerValue:
        """Milliseconds since 1970 of an instant."""
        return unix_millis(instant)

    def release(self) -> None:
        """Give back memory: no relation that was made so far is valid any more."""
        if "_relations" in self.__dict__:
            self._relations.clear()

    def fetch(self, rows: ir.Table) -> pa.Table:
        """A small answer as Arrow. Never a table of the lake."""
        found = self.frame(rows, rows.schema()).limit(MOST_FETCHED + 1).toArrow()
        if found.num_rows > MOST_FETCHED:
            raise RuntimeError(f"more than {MOST_FETCHED:,} rows were asked to come into this process")
        return found

    def difference(self, one: ir.Table, other: ir.Table) -> tuple[int, int]:
        """How many rows only one of two relations holds, whatever their order: (only one, only other)."""
        left, right = (self.frame(rows, rows.schema()).select(*one.columns) for rows in (one, other))
        return left.exceptAll(right).count(), right.exceptAll(left).count()

    def changes(self, snapshot: Snapshot, version: int) -> tuple[ir.Table, ir.Table]:
        """Rows of the files that only one of two versions has; see `Engine.changes`."""
        gone, new = self.files_apart(snapshot, version)
        return self._of_files(snapshot.table, gone), self._of_files(snapshot.table, new)

    def _of_files(self, table: Table, files: Sequence[str]) -> ir.Table:
        schema = schema_of(table)
        reader = self.session.read.schema(_struct(schema)).option("basePath", self.url(table))
        paths = [self._spelled(file) for file in files]
        frame = reader.parquet(*paths) if paths else self.session.createDataFrame([], _struct(schema))
        return self._relations.viewed("files", frame.select(*table.column_names), schema)

    def frame(self, rows: ir.Table, schema: ibis.Schema) -> "DataFrame":
        """A relation as Spark's own, its columns of the types that are promised."""
        return self._relations.frame(rows).selectExpr(*typed_columns(schema))

    def append(self, snapshot: Snapshot, rows: ir.Table | None, holds: int) -> Snapshot:
        """Add rows (none: only the transaction). Raises `Conflict`."""
        if rows is None:
            nothing = self.session.createDataFrame([], _struct(schema_of(snapshot.table)))
            return self._commit(snapshot, nothing, holds, touches_rows=False, mode="append")
        frame = self.frame(rows, schema_of(snapshot.table))
        if holds == snapshot.holds + 1:
            return self._commit(snapshot, frame, holds, mode="append")
        batch = next((name for name in _BATCH if name in snapshot.table.column_names), None)
        if batch is None:
            raise ValueError(f"{snapshot.table.path} tells of no row which batch it is of: such a table cannot be added to")
        # A writer of fewer batches may have been first since, and this one's transaction is above its: what it added is
        # replaced by the same rows.
        return self._commit(snapshot, frame, holds, mode="overwrite", replaceWhere=f"{batch} > {snapshot.holds}")

    def replace(self, snapshot: Snapshot, rows: ir.Table, slices: Sequence[Slice], holds: int) -> Snapshot:
        """Put rows in the place of all rows of these slices, in one commit. Raises `Conflict`."""
        frame = self.frame(rows, schema_of(snapshot.table))
        return self._commit(snapshot, frame, holds, mode="overwrite", replaceWhere=predicate_of(slices))

    def overwrite(self, snapshot: Snapshot, rows: ir.Table, holds: int) -> Snapshot:
        """Put rows in the place of the whole table, in one commit. Raises `Conflict`."""
        frame = self.frame(rows, schema_of(snapshot.table))
        return self._commit(snapshot, frame, holds, mode="overwrite", overwriteSchema="true")

    def put(self, snapshot: Snapshot, parts: Sequence[Part], holds: int, *, whole: bool) -> Snapshot:
        """Put parts in the place of their slices or of the whole table, in one commit; see `Engine.put`."""
        rows = ibis.union(*[part.rows for part in parts]) if len(parts) > 1 else parts[0].rows
        if whole:
            return self.overwrite(snapshot, rows, holds)
        return self.replace(snapshot, rows, [one for part in parts for one in part.slices], holds)

    def _commit(
        self, snapshot: Snapshot, frame: "DataFrame", holds: int, *, mode: str, touches_rows: bool = True, **options: str
    ) -> Snapshot:
        table = snapshot.table
        if table.partition_by:
            # A task for what is small, several for what is large, such as all rows of Bronze.
            frame = frame.hint("rebalance", *table.partition_by)
        if table.sort_by:
            frame = frame.sortWithinPartitions(*table.partition_by, *table.sort_by)
        transaction = {"txnAppId": APP_ID, "txnVersion": str(holds)}
        writer = frame.write.format("delta").mode(mode).options(**transaction, **options)
        if table.partition_by:
            writer = writer.partitionBy(*table.partition_by)
        return commit(self, snapshot, writer, self.url(table), said_of_commit(holds, touches_rows=touches_rows))


def _struct(schema: ibis.Schema) -> str:
    return ", ".join(f"{column(name)} {type_sql(dtype)}" for name, dtype in schema.items())
