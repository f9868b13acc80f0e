"""CSV and Parquet: which files are tables, what their first row tells, and how many rows they have by a count of our own.

Rows are read as JSON objects, a key a column, by `Embedded.lines`; from there on they are what JSON records are.
"""

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import BinaryIO

from spotify_platform.errors import NotATable

_PARQUET = b"PAR1"
_PACKED = 20  # a history in Parquet, against the same as JSON
_BOM = b"\xef\xbb\xbf"
_DELIMITERS = ",;\t"
_NO_PARQUET = "it is Parquet, but broken or cut off"


class Form(Enum):
    """How records are written in a file."""

    JSON = "JSON"
    CSV = "CSV"
    PARQUET = "Parquet"


@dataclass(frozen=True, slots=True)
class Header:
    """What the first line of a CSV file says: its columns, none of a name twice, and what stands between them."""

    columns: tuple[str, ...]
    delimiter: str


def form_of(head: bytes, name: str) -> Form:
    """The form of a file, by its first bytes; CSV by its name too, since any text may be CSV.

    Example:
        >>> form_of(b"ts,ms_played", "plays.csv"), form_of(b'[{"ts":', "plays.csv"), form_of(b"PAR1", "plays")
        (<Form.CSV: 'CSV'>, <Form.JSON: 'JSON'>, <Form.PARQUET: 'Parquet'>)
    """
    if head.startswith(_PARQUET):
        return Form.PARQUET
    is_json = head.removeprefix(_BOM).lstrip().startswith((b"{", b"["))
    return Form.CSV if name.lower().endswith((".csv", ".tsv")) and not is_json else Form.JSON


def bytes_as_json(size: int, name: str) -> int:
    """About how many bytes of JSON a file of this size and name is: for how much to take on at once, and nothing else."""
    return size * (_PACKED if name.lower().endswith(".parquet") else 1)


def header_of(head: bytes) -> Header:
    """The header of a CSV file that begins with these bytes.

    Raises:
        NotATable: it has none.
    """
    first = next((line for line in _text(head) if line.strip()), "")
    delimiter = max(_DELIMITERS, key=first.count)
    found = next(csv.reader([first], delimiter=delimiter), [])
    if len(found) < 2:
        raise NotATable("it is called CSV, but its first line does not name columns")
    names: list[str] = []
    for number, said in enumerate(found, start=1):
        column = said.strip() or f"column {number}"  # programs that number rows leave the name of that column empty
        again = sum(name.partition(" #")[0] == column for name in names)
        names.append(f"{column} #{again + 1}" if again else column)
    return Header(tuple(names), delimiter)


def head_of_csv(head: bytes) -> bytes:
    """The first record of a CSV file as the begin of a JSON document.

    Raises:
        NotATable: it has no header.
    """
    header = header_of(head)
    rows = (row for row in csv.reader(_text(head), delimiter=header.delimiter) if row)
    next(rows)
    try:
        first = next(rows, [])
    except csv.Error:
        first = []
    values = [*first, *[None] * len(header.columns)]
    return json.dumps([dict(zip(header.columns, values, strict=False))]).encode()


def head_of_parquet(file: BinaryIO) -> bytes:
    """The first record of a Parquet file as the begin of a JSON document.

    Raises:
        NotATable: it cannot be read.
    """
    import pyarrow as pa  # noqa: PLC0415 - 0.1 s, and most files are JSON
    import pyarrow.parquet as pq  # noqa: PLC0415

    try:
        table = pq.ParquetFile(file)
        first = next((batch.to_pylist()[0] for batch in table.iter_batches(1) if batch.num_rows), None)
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        raise NotATable(_NO_PARQUET) from error
    return json.dumps([first or dict.fromkeys(table.schema_arrow.names)], default=str).encode()


def count_rows(path: Path, header: Header | None) -> int:
    """Rows of a CSV file with this header, or of Parquet, told by another parser than the one that reads them.

    Raises:
        NotATable: they cannot be counted.
    """
    if header is None:
        import pyarrow as pa  # noqa: PLC0415 - as above
        import pyarrow.parquet as pq  # noqa: PLC0415

        try:
            return int(pq.read_metadata(path).num_rows)
        except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
            raise NotATable(_NO_PARQUET) from error
    with path.open("rb") as file:
        text = io.TextIOWrapper(file, "utf-8-sig", errors="replace", newline="")
        try:
            # In C but for the sum; a row is what stands between two line ends outside quotes.
            return sum(1 for row in csv.reader(text, delimiter=header.delimiter) if row) - 1
        except csv.Error as error:
            raise NotATable("its rows cannot be told apart: a quote is opened and not closed") from error


def _text(head: bytes) -> Iterator[str]:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\x00" in head:
        raise NotATable("it is UTF-16, UTF-32 or binary, not UTF-8 text: save it as UTF-8")
    return io.StringIO(head.decode("utf-8-sig", errors="replace"), newline="")
