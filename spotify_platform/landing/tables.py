"""CSV and Parquet: which files are tables, what their first row tells, and how many rows they have by a count of our own.

Rows are read as JSON objects, a key a column, by `Embedded.lines`; from there on they are what JSON records are.
"""

import csv
import io
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from spotify_platform.contracts.model import LONGEST_IN_CSV, CsvHeader
from spotify_platform.errors import NotATable

if TYPE_CHECKING:
    import pyarrow as pa

MOST_COLUMNS = 2_000
_MOST_TOO_MANY = 100  # the parser notes a row's every value too many with the whole row
_PACKED = 20  # a history in Parquet, against the same as JSON
_PARQUET = b"PAR1"
_BOM = b"\xef\xbb\xbf"
_DELIMITERS = ",;\t"
_IN_QUOTES = re.compile(r'"[^"]*"')
_NO_PARQUET = "it is Parquet, but broken or cut off"


class Form(Enum):
    """How records are written in a file."""

    JSON = "JSON"
    CSV = "CSV"
    PARQUET = "Parquet"


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


def header_of(head: bytes) -> CsvHeader:
    """The header of a CSV file that begins with these bytes.

    Raises:
        NotATable: it has none.
    """
    lines = list(_text(head))
    blank = next((number for number, line in enumerate(lines) if line.strip()), 0)
    first = "".join(lines[blank : blank + 1])
    delimiter = max(_DELIMITERS, key=_IN_QUOTES.sub("", first).count)
    try:
        found = next(csv.reader(lines[blank:], delimiter=delimiter), [])
    except csv.Error:
        found = []
    if len(found) < 2:
        raise NotATable("it is called CSV, but its first line does not name columns")
    if len(found) > MOST_COLUMNS:
        raise NotATable(f"it has {len(found):,} columns, at most {MOST_COLUMNS:,} are read")
    names: dict[str, None] = {}
    for number, said in enumerate(found, start=1):
        column = said.strip() or f"column {number}"  # programs that number rows leave the name of that column empty
        again = 1
        while (name := f"{column} #{again}" if again > 1 else column) in names:
            again += 1
        names[name] = None
    return CsvHeader(tuple(names), delimiter, blank)


def head_of_csv(head: bytes) -> bytes:
    """The first record of a CSV file as the begin of a JSON document.

    Raises:
        NotATable: it has no header.
    """
    header = header_of(head)
    rows = (row for row in csv.reader(islice(_text(head), header.blank, None), delimiter=header.delimiter) if row)
    next(rows)
    try:
        first = next(rows, [])
    except csv.Error:
        first = []
    values = [*first, *[None] * len(header.columns)]
    return json.dumps([dict(zip(header.columns, values, strict=False))]).encode()


def head_of_parquet(file: BinaryIO) -> bytes:
    """The first record of a Parquet file as the begin of a JSON document: its keys, and values that are text.

    Raises:
        NotATable: it cannot be read.
    """
    import pyarrow as pa  # noqa: PLC0415 - 0.1 s, and most files are JSON
    import pyarrow.parquet as pq  # noqa: PLC0415

    try:
        table = pq.ParquetFile(file)
        batch = next((found for found in table.iter_batches(1) if found.num_rows), None)
        schema = table.schema_arrow
        told = {name: None if batch is None else _told(batch.column(at)) for at, name in enumerate(schema.names)}
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        raise NotATable(_NO_PARQUET) from error
    if len(told) > MOST_COLUMNS:
        raise NotATable(f"it has {len(told):,} columns, at most {MOST_COLUMNS:,} are read")
    return json.dumps([told]).encode()


def _told(column: "pa.Array") -> Any:
    """What tells the kind of a record: text, and that there are lists and objects."""
    import pyarrow as pa  # noqa: PLC0415 - as above

    dtype = column.type
    if pa.types.is_string(dtype) or pa.types.is_large_string(dtype):
        return column[0].as_py()
    if pa.types.is_list(dtype) or pa.types.is_large_list(dtype):
        return [dict.fromkeys(dtype.value_type.names)] if pa.types.is_struct(dtype.value_type) else []
    return {} if pa.types.is_struct(dtype) else None


def count_rows(path: Path, header: CsvHeader | None) -> int:
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
    with path.open("rb") as file, _long_values():
        text = io.TextIOWrapper(file, "utf-8-sig", errors="replace", newline="")
        lines = islice(text, header.blank, None)
        try:
            # In C but for the sum; a row is what stands between two line ends outside quotes.
            return sum(_one(row, header) for row in csv.reader(lines, delimiter=header.delimiter) if row) - 1
        except csv.Error as error:
            raise NotATable(f"a quote is opened and not closed, or a value longer than {LONGEST_IN_CSV:,} characters") from error


def _one(row: list[str], header: CsvHeader) -> int:
    if len(row) > len(header.columns) + _MOST_TOO_MANY:
        raise NotATable(f"a row has {len(row):,} values for {len(header.columns):,} columns")
    return 1


@contextmanager
def _long_values() -> Iterator[None]:
    """The limit is one of the process, and made for other files."""
    before = csv.field_size_limit(LONGEST_IN_CSV)
    try:
        yield
    finally:
        csv.field_size_limit(before)


def _text(head: bytes) -> Iterator[str]:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\x00" in head[:4]:
        raise NotATable("it is UTF-16, UTF-32 or binary, not UTF-8 text: save it as UTF-8")
    return io.StringIO(head.decode("utf-8-sig", errors="replace"), newline="")
