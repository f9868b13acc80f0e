"""What all engines have in common: a table is made, opened and tidied by delta-rs, and its log tells what needs no row.

Opening one so takes milliseconds, where Spark takes a second.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager

import ibis
import ibis.expr.types as ir
import pyarrow as pa
from deltalake import DeltaTable
from deltalake.exceptions import CommitFailedError

from spotify_platform.contracts.model import Table
from spotify_platform.errors import Conflict
from spotify_platform.lakehouse.delta_tables import changed_since, open_or_create, schema_of, tidied
from spotify_platform.lakehouse.engine import APP_ID, NOTHING, Snapshot, Tidied
from spotify_platform.lakehouse.writers import Writer
from spotify_platform.storage import Location


class DeltaEngine(ABC):
    """Base of the engines; see `Engine` for what each method is to do."""

    def __init__(self, lake: Location, writer: Writer) -> None:
        self.lake = lake
        self.writer = writer
        self._handles: dict[str, DeltaTable] = {}

    @abstractmethod
    def query(self, sql: str, schema: ibis.Schema) -> ir.Table:
        """A relation that is a query in the engine's own SQL."""

    @abstractmethod
    def rows_sql(self, snapshot: Snapshot, where: str | None) -> str:
        """Rows of a snapshot, or those for which a condition holds, in the engine's own SQL."""

    @abstractmethod
    def fetch(self, rows: ir.Table) -> pa.Table:
        """A small answer as Arrow. Never a table of the lake."""

    def read(self, snapshot: Snapshot, where: str | None = None) -> ir.Table:
        """Rows of a snapshot, or those for which a condition holds; see `Engine.read`."""
        return self.query(self.rows_sql(snapshot, where), schema_of(snapshot.table))

    def count(self, rows: ir.Table) -> int:
        """Number of rows."""
        return int(self.fetch(rows.aggregate(n=rows.count()))["n"][0].as_py())

    def open(self, table: Table, *, version: int | None = None) -> Snapshot:
        """The table now, or at a Delta version; see `Engine.open`."""
        if version is not None:
            return snapshot_of(table, self.at(table, version))
        return snapshot_of(table, self.at_last(table))

    def exists(self, table: Table) -> bool:
        """Whether the table was ever made."""
        return bool(DeltaTable.is_deltatable(self.lake.join(table.path), self.lake.s3_options()))

    def is_newest(self, snapshot: Snapshot) -> bool:
        """Whether nobody has committed since a snapshot was opened."""
        return bool(self.at_last(snapshot.table).version() == snapshot.version)

    def changed_since(self, snapshot: Snapshot, holds: int) -> bool:
        """Whether a commit after the table held a batch touched its rows; see `Engine.changed_since`."""
        return changed_since(snapshot.handle, snapshot.version, holds)

    def files_apart(self, snapshot: Snapshot, version: int) -> tuple[list[str], list[str]]:
        """Paths of the files that only an older version of a table has, and of those that only this one has."""
        before, now = (set(self.at(snapshot.table, one).file_uris()) for one in (version, snapshot.version))
        return sorted(before - now), sorted(now - before)

    def rows_in(self, snapshot: Snapshot) -> int:
        """Number of rows of a table, from its log."""
        return int(snapshot.handle.count())

    def identity(self, snapshot: Snapshot) -> str:
        """Delta's own id of a table; see `Engine.identity`."""
        return str(snapshot.handle.metadata().id)

    def tidy(self, snapshot: Snapshot, published: int | None = None) -> Tidied:
        """Put small files together and delete what no version of a week needs; see `Engine.tidy`.

        By delta-rs for all engines: it keeps the order of the rows, and a JVM takes seconds for each table.
        """
        self.writer.begin()
        with conflicts(snapshot):
            return Tidied(*tidied(snapshot.handle, snapshot.table, published))

    def at(self, table: Table, version: int) -> DeltaTable:
        """A handle on the table at a version."""
        return DeltaTable(self.lake.join(table.path), version, self.lake.s3_options())

    def at_last(self, table: Table) -> DeltaTable:
        """A handle on the table as it is now; it is made if it is not there."""
        if handle := self._handles.get(table.path):
            handle.update_incremental()  # reads the commits since: ten times faster than opening
        else:
            handle = self._handles[table.path] = self._open_or_create(table)
        return handle

    def _open_or_create(self, table: Table) -> DeltaTable:
        return open_or_create(table, self.lake.join(table.path), self.lake.s3_options(), self.writer.begin)


@contextmanager
def conflicts(snapshot: Snapshot) -> Iterator[None]:
    """Tell a commit of delta-rs that came too late as a `Conflict`."""
    try:
        yield
    except CommitFailedError as error:
        raise Conflict(f"{snapshot.table.path}: {error}") from error


def snapshot_of(table: Table, handle: DeltaTable) -> Snapshot:
    """What a handle shows."""
    return Snapshot(table, handle.version(), handle.transaction_version(APP_ID) or NOTHING, handle)
