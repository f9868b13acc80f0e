"""What an engine does, in one protocol. Everything else about tables is written once, against this.

A `Snapshot` is a table as it was when it was opened. All reads of a step go through snapshots, and a commit is made on
the snapshot it was computed from: if anybody else committed in between, it raises `Conflict` and nothing has happened.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TypeVar

import ibis.expr.types as ir
import pyarrow as pa

from spotify_platform.contracts.model import CsvHeader, Source, Table
from spotify_platform.lakehouse.slices import Slice

APP_ID = "lake"
"""Every table's only Delta app transaction: its version is the number of the ledger's last batch the table holds."""

NOTHING = 0
"""The lake version of a table that is new, or not complete."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A table at one Delta version. `holds` is the lake version its app transaction tells, `NOTHING` for a new table."""

    table: Table
    version: int
    holds: int
    handle: Any


@dataclass(frozen=True, slots=True)
class Part:
    """Rows of some slices of a table: all that these slices are to have."""

    rows: ir.Table
    slices: Sequence[Slice]


@dataclass(frozen=True, slots=True)
class Means:
    """What an engine may use of this machine.

    `memory_limit` as DuckDB spells it; `spill` is a folder for what does not fit into it; `compiled` one for what is
    compiled, which all processes share.
    """

    memory_limit: str
    threads: int
    spill: Path
    compiled: Path


@dataclass(frozen=True, slots=True)
class Tidied:
    """What tidying a table came to: its files before and after, and files deleted that no version needs any more."""

    files_before: int
    files_after: int
    deleted: int


class Scratch(Protocol):
    """A database away from the lake: what dbt is given there, and what it made. Names are `schema.table`."""

    def put(self, name: str, rows: ir.Table) -> None:
        """Write rows there."""

    def lend(self, name: str, snapshot: Snapshot, where: str | None = None) -> None:
        """Make rows of a table of the lake readable there, without copying them where the lake is on this machine."""

    def alias(self, name: str, other: str) -> None:
        """Make what is there readable under a second name."""

    def tables(self, name: str, table: Table) -> list[ir.Table]:
        """What is there of that name, in the columns of a table, database by database; good while the scratch is open."""


class Calculator(Protocol):
    """Computes Ibis expressions. What needs no table of the lake asks for no more."""

    def close(self) -> None:
        """Give back memory and temporary files."""

    def values(self, rows: Iterable[Mapping[str, Any]], schema: Mapping[str, str]) -> ir.Table:
        """A small relation from plain values; types are spelled as in contracts."""

    def derive(self, transform: Callable[..., ir.Table], *inputs: ir.Table, **arguments: Any) -> ir.Table:
        """What a pure function of a module makes of relations.

        An engine may keep the function compiled for these schemas and arguments, for good: what differs from run to run
        (batches, users, files) must be in the inputs.
        """

    def cache(self, rows: ir.Table) -> ir.Table:
        """Compute once, read many times within this step."""

    def gather(self, parts: Iterable[ir.Table]) -> ir.Table:
        """Compute parts one after another, and keep their rows together.

        Each is computed before the next is asked for; relations that were made for it alone are not valid after that.
        """

    def release(self) -> None:
        """Give back memory: no relation that was made so far is valid any more."""

    def fetch(self, rows: ir.Table) -> pa.Table:
        """A small answer as Arrow. Never a table of the lake."""


class Embedded(Calculator, Protocol):
    """Computes in this process, over files of this machine."""

    troubles: tuple[type[Exception], ...]
    """Errors that speak of the machine, never of the data: no disk, no memory, interrupted."""

    def cache(self, rows: ir.Table, *, ordered: bool = False) -> ir.Table:
        """Compute once, read many times within this step. `ordered`: what is landed must be read in its own order."""

    def landed(self, path: Path, source: Source, longest: int) -> ir.Table:
        """Framed records of a file as text of the declared JSON kind, in no order.

        `line` is the line of the file, `place` the record's place in a document that holds several, both from 0; then
        one column a field, `_wrong` (fields of another kind), `_unknown` (JSON text), `_parsed` (it is a JSON object),
        `_is_null` (it is null). `longest` is the longest line in bytes.
        """

    def lines(self, path: Path, header: CsvHeader | None, source: Source) -> Iterator[bytes]:
        """Rows of a CSV file, or of Parquet, as JSON objects, one a line; a row that does not fit its header as a JSON string.

        Without a header it is Parquet.

        Raises:
            NotATable: it cannot be read.
        """

    def arrow(self, table: pa.Table) -> ir.Table:
        """A relation over an Arrow table."""


Share = TypeVar("Share")


class Engine(Calculator, Protocol):
    """Computes Ibis expressions and commits them to Delta tables."""

    rows_at_once: int
    """So many rows of plays are worked on at a time: what memory holds."""

    buckets_at_once: int
    """So many buckets of users are worked on at a time: what one condition may name."""

    dbt_target: str
    """Name of the target in dbt's profile."""

    @property
    def embedded(self) -> "EmbeddedEngine":
        """An engine for files of this machine, and for reading what is told of a lake: rows by object, month or day."""

    def open(self, table: Table, *, version: int | None = None) -> Snapshot:
        """The table now (created empty if it is not there, with columns added that it lacks), or at a Delta version."""

    def exists(self, table: Table) -> bool:
        """Whether the table was ever made."""

    def read(self, snapshot: Snapshot, where: str | None = None) -> ir.Table:
        """Rows of a snapshot, or those for which an SQL condition of literals holds. Files it rules out are not opened."""

    def look_up(
        self,
        snapshot: Snapshot,
        columns: Sequence[str],
        where: str | None = None,
        *,
        among: tuple[str, Collection[str]] | None = None,
    ) -> list[dict[str, Any]]:
        """Distinct values of some columns of the rows for which a condition holds: a small answer about the lake itself.

        `among` is a text column and the values wanted of it, however many.
        """

    def spread(
        self, make: Callable[[Embedded, Sequence[Share], Path], ir.Table], shares: Sequence[tuple[Share, int]], table: Table
    ) -> ir.Table:
        """What a function of a module makes of shares of work, as rows of a table: of all at once, or some in each task.

        Args:
            make: is given an engine, shares, and a folder for as long as it works.
            shares: each with its size in bytes.
            table: whose columns the rows have.
        """

    def local_time(self, instant: ir.Value, zone: ir.Value) -> ir.Value:
        """Time on the clock of an IANA zone, as a timestamp without zone."""

    def epoch_ms(self, instant: ir.Value) -> ir.IntegerValue:
        """Whole milliseconds since 1970 of an instant."""

    def count(self, rows: ir.Table) -> int:
        """Number of rows."""

    def difference(self, one: ir.Table, other: ir.Table) -> tuple[int, int]:
        """How many rows only one of two relations holds, whatever their order: (only one, only other)."""

    def changed_since(self, snapshot: Snapshot, holds: int) -> bool:
        """Whether a commit after the table held a batch touched its rows; true where its log no longer says."""

    def changes(self, snapshot: Snapshot, version: int) -> tuple[ir.Table, ir.Table]:
        """Rows of the files that only an older version of the table has, and of those that only this one has.

        What was rewritten as it was is in both. The files of the older version must still be there.
        """

    def rows_in(self, snapshot: Snapshot) -> int:
        """Number of rows of a table, from its log."""

    def identity(self, snapshot: Snapshot) -> str:
        """Delta's own id of a table: one that was made anew has another, though its versions begin again."""

    def scratch(self, *areas: Path) -> AbstractContextManager["Scratch"]:
        """Databases in which dbt builds, open for as long as the context lasts; dbt can open them after that.

        `areas` tell builds apart, and may be where they lie. An engine that works on all buckets at once takes one.
        """

    def tidy(self, snapshot: Snapshot, published: int | None = None) -> Tidied:
        """Put small files together, each batch after the one before, and delete files that no version of a week needs.

        What the table contains does not change, nor its transaction, and the published version stays. Raises `Conflict`.
        """

    def append(self, snapshot: Snapshot, rows: ir.Table | None, holds: int) -> Snapshot:
        """Add rows (none: only the transaction). Raises `Conflict`.

        More than one batch at once may be added where rows tell of which batch they are (`batch` or `_batch`).
        """

    def replace(self, snapshot: Snapshot, rows: ir.Table, slices: Sequence[Slice], holds: int) -> Snapshot:
        """Put rows in the place of all rows of these slices, in one commit. Raises `Conflict`."""

    def overwrite(self, snapshot: Snapshot, rows: ir.Table, holds: int) -> Snapshot:
        """Put rows in the place of the whole table, in one commit. Raises `Conflict`."""

    def put(self, snapshot: Snapshot, parts: Sequence[Part], holds: int, *, whole: bool) -> Snapshot:
        """Put parts in the place of what their slices have, or of the whole table.

        An engine that keeps in memory what it has not committed may commit part by part. Until the last one the table
        holds `NOTHING`, and a run that comes upon what a killed one left makes the table from the start. An engine that
        need not does it in one commit. Raises `Conflict`.
        """


class EmbeddedEngine(Embedded, Engine, Protocol):
    """An engine that computes in this process."""
