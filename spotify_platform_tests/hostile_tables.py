"""CSV and Parquet files, sound and broken: the same plays that the JSON files of `hostile` tell."""

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq


def as_csv(rows: Sequence[Mapping[str, Any]], delimiter: str = ",", end: str = "\r\n") -> bytes:
    """Rows as other programs write them: true and false as Python spells them, nothing for null."""
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), delimiter=delimiter, lineterminator=end)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def as_parquet(rows: Sequence[Mapping[str, Any]], types: Mapping[str, pa.DataType] | None = None) -> bytes:
    """Rows as Parquet; some columns of a type that is said, all else of the type of its values."""
    table = pa.Table.from_pylist([dict(row) for row in rows])
    for name, dtype in (types or {}).items():
        at = table.schema.get_field_index(name)
        table = table.set_column(at, name, table[name].cast(dtype))
    sink = io.BytesIO()
    pq.write_table(table, sink)
    return sink.getvalue()
