"""The words a contract is written in.

A contract is a value: it creates the Delta table, feeds `dagster/column_schema`, and compiles to the one query that
checks the table. Types are spelled as Ibis spells them, so that one spelling serves both engines.
"""

from dataclasses import dataclass
from typing import Literal

TIMESTAMP = "timestamp('UTC', 6)"

Kind = Literal["string", "integer", "number", "boolean", "json", "array"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column: `required` means never null; `low` and `high` are inclusive; `accepted` lists every value allowed."""

    name: str
    type: str
    meaning: str
    required: bool = False
    low: int | None = None
    high: int | None = None
    accepted: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """One table of the lake.

    `key` columns are unique together; `partition_by` columns are the folders of its files, `sort_by` the order inside
    them, so that a range of it opens few row groups. By `found_by` and `sort_by` rows are looked for: the log keeps their
    bounds in each file, and no others, since who opens the table reads them all.
    """

    layer: str
    name: str
    grain: str
    entity: str
    columns: tuple[Column, ...]
    key: tuple[str, ...] = ()
    partition_by: tuple[str, ...] = ()
    sort_by: tuple[str, ...] = ()
    found_by: tuple[str, ...] = ()

    @property
    def path(self) -> str:
        """Where the table lies below the lake's root."""
        return f"{self.layer}/{self.name}"

    @property
    def column_names(self) -> tuple[str, ...]:
        """Names in the order of the files."""
        return tuple(column.name for column in self.columns)

    @property
    def types(self) -> dict[str, str]:
        """Types by the names of the columns."""
        return {column.name: column.type for column in self.columns}


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One key of a source record: where it is (`path`), the JSON kind it must have, the type it becomes.

    A record whose `required` fields are missing, or whose fields have another kind, is quarantined with that reason.
    Kind `json` is an object, `number` whole or not. Times are ISO 8601 in UTC, with or without seconds. `low` and `high` are
    inclusive, each may stand alone, and quarantine what is outside; `accepted` quarantines what is none of the values.
    """

    column: str
    path: str
    kind: Kind
    type: str
    meaning: str
    required: bool = False
    low: int | None = None
    high: int | None = None
    accepted: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class InnerField:
    """A value inside a nested field that must be of a kind and within bounds, as a field must, or its record is quarantined.

    Of those that are not declared, what has another kind than the nested type says is read as null. In `path`, `[*]` is
    every element of a list.
    """

    path: str
    kind: Kind
    low: int | None = None
    high: int | None = None


LONGEST_IN_CSV = 2_000_000
"""Most bytes of a row of CSV, and so characters of a value: more is a quote that is not closed."""


@dataclass(frozen=True, slots=True)
class CsvHeader:
    """What the first record of a CSV file says: its columns, none of a name twice, and what stands between them.

    `blank`: lines without text before it.
    """

    columns: tuple[str, ...]
    delimiter: str
    blank: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """How the rows of one Bronze table look before they are typed; `description` says what lands.

    A document is recognised by `signatures`, sets of keys of which one must be in it, wherever; or by its records: the value
    of their own `type` (`record_type`), else sets of their own keys (`record_keys`). `file_names` is the hint where that tells
    nothing, a regular expression on the lower-case base name. `rows_at` names the lists of records that a document may
    have: the first of these keys that holds a list is it.
    """

    source: str
    description: str
    table: Table
    fields: tuple[Field, ...]
    file_names: str
    signatures: tuple[tuple[str, ...], ...] = ()
    record_type: str | None = None
    record_keys: tuple[tuple[str, ...], ...] = ()
    rows_at: tuple[str, ...] = ()
    inner_fields: tuple[InnerField, ...] = ()
