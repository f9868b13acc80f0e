"""Rows of a CSV or Parquet file as JSON objects, one a line, in their order. DuckDB's half of `Embedded.lines`.

The text of a CSV value is a number, true, false, a list or an object where the contract has one there and the text is one;
else it is text. A row that does not fit its header is a line too: a JSON string, which is no record and is quarantined.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from spotify_platform.contracts.model import LONGEST_IN_CSV, CsvHeader, Source
from spotify_platform.errors import NotATable
from spotify_platform.lakehouse.duckdb_sql import quoted

ROWS_AT_ONCE = 8_192
ROWS_DECODED = 256
BYTES_AT_ONCE = 4_000_000
LEAST_BYTES, MOST_TIMES = 256_000_000, 500  # what Parquet may unpack to: histories are twenty times as long as JSON
_TOO_WIDE = "its rows are too long for the memory there is: raise SPOTIFY_PLATFORM_MEMORY_LIMIT, and drop it anew"
_NESTED = ("json", "array")
_NUMBERS = ("integer", "number")
_NUMBER = r"-?(0|[1-9]\d*)(\.\d+)?([eE][-+]?\d+)?"
_NO_CSV = "it cannot be read as CSV: its lines do not end alike, or a quote is not closed"
# Files with gaps in a column of whole numbers hold 12.0, since pandas knows no other way to write them.
_NO_DECIMALS = r"\.0+$"


def table_lines(path: Path, header: CsvHeader | None, source: Source, config: Mapping[str, Any]) -> Iterator[bytes]:
    """JSON lines of a table's rows, many at a time.

    Args:
        path: the file.
        header: of CSV; None for Parquet.
        source: what kind of records they are.
        config: of DuckDB: memory, threads, where to spill.

    Raises:
        NotATable: it cannot be read.
    """
    kinds = {field.path: field.kind for field in source.fields}
    # A connection of its own: here the order of rows is kept.
    with duckdb.connect(config={"autoinstall_known_extensions": False, **config}) as con:
        con.execute("set TimeZone = 'UTC'")
        try:
            if header is None:
                yield from _of_parquet(con, path, kinds)
                return
            for query in _csv(path, header, kinds):
                yield from map(_joined, con.execute(query).to_arrow_reader(ROWS_AT_ONCE))
        except duckdb.OutOfMemoryException as error:  # of this file alone, and the next try would end alike
            raise NotATable(_TOO_WIDE) from error
        except duckdb.IOException:  # of this machine: the file is none the worse for it
            raise
        except duckdb.Error as error:  # the kind of error alone: a parser's message may quote the text it failed on
            raise NotATable(_NO_CSV if header else f"its columns cannot be read ({type(error).__name__})") from error


def _joined(lines: pa.RecordBatch) -> bytes:
    texts = lines.column(0)
    _, ends, data = texts.buffers()
    bounds = np.frombuffer(ends, np.int32)[texts.offset : texts.offset + len(texts) + 1]
    return bytes(memoryview(data)[bounds[0] : bounds[-1]]) if len(texts) else b""


def _of_parquet(con: duckdb.DuckDBPyConnection, path: Path, kinds: Mapping[str, str]) -> Iterator[bytes]:
    """Rows that Arrow decodes, a few at a time: a file of kilobytes may hold gigabytes of text."""
    given, most = 0, max(LEAST_BYTES, MOST_TIMES * path.stat().st_size)
    try:
        for batch in pq.ParquetFile(path).iter_batches(ROWS_DECODED):
            rows = max(1, BYTES_AT_ONCE * batch.num_rows // max(batch.nbytes, 1))
            for first in range(0, batch.num_rows, rows):
                lines = _of_batch(con, batch.slice(first, rows), kinds)
                given += len(lines)
                if given > most:
                    raise NotATable(f"it unpacks to more than {MOST_TIMES} times its size")
                yield lines
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:  # of Arrow: the file is a copy on this machine
        raise NotATable("it is Parquet, but broken") from error


def _of_batch(con: duckdb.DuckDBPyConnection, batch: pa.RecordBatch, kinds: Mapping[str, str]) -> bytes:
    # Names that differ in case alone are one to DuckDB: it is given numbers.
    names = {f"c{at}": name for at, name in enumerate(batch.schema.names)}
    con.register("landed", batch.rename_columns(list(names)))
    types = con.execute("select column_name, column_type from (describe from landed)").fetchall()
    values = [(names[column], _of_type(column, type_, kinds.get(names[column]))) for column, type_ in types]
    return b"".join(map(_joined, con.execute(_lines(values, "landed")).to_arrow_reader(ROWS_AT_ONCE)))


def _of_type(value: str, type_: str, kind: str | None) -> str:
    """A typed value as JSON text."""
    if type_.startswith("TIMESTAMP"):
        clock = f"strftime({value}::timestamptz at time zone 'UTC', '%Y-%m-%dT%H:%M:%S.%fZ')"
        return f"to_json(regexp_replace(coalesce({clock}, {value}::varchar), '\\.0+Z$', 'Z'))"
    if type_ in ("DOUBLE", "FLOAT"):
        is_whole = f"{value} = trunc({value}) and abs({value}) < 1e15 and {value}::varchar <> '-0.0'"
        number = f"case when {is_whole} then {value}::bigint::varchar else {value}::varchar end"
        return f"case when isinf({value}) then to_json({value}::varchar)::varchar when not isnan({value}) then {number} end"
    if type_ == "BLOB":
        return f"to_json(coalesce(try(decode({value})), hex({value})))"
    if type_ == "VARCHAR" and kind in _NESTED:
        return _of_text(value, kind)
    return f"to_json({value})"


def _csv(path: Path, header: CsvHeader, kinds: Mapping[str, str]) -> Sequence[str]:
    names = {f"c{at}": name for at, name in enumerate(header.columns)}
    columns = ", ".join(f"{name}: 'VARCHAR'" for name in names)
    read = f"""read_csv({quoted(str(path))}, auto_detect = false, header = true, skip = {header.blank}, columns = {{{columns}}},
      delim = {quoted(header.delimiter)}, quote = '"', escape = '"', max_line_size = {LONGEST_IN_CSV}, store_rejects = true,
      parallel = false)"""
    good = _lines([(name, _of_text(column, kinds.get(name))) for column, name in names.items()], read)
    bad = "select to_json(any_value(coalesce(csv_line, '')))::varchar || chr(10) from reject_errors group by line order by line"
    return [good, bad]


def _of_text(value: str, kind: str | None) -> str:
    """A value of which there is the text alone, as JSON text."""
    text = f"to_json({value})"
    bare = f"trim({value})"
    if kind == "integer":
        bare = f"regexp_replace({bare}, '{_NO_DECIMALS}', '')"
    if kind in _NUMBERS:
        return f"case when regexp_full_match({bare}, '{_NUMBER}') then {bare} else {text} end"
    if kind == "boolean":
        return f"case when lower({bare}) in ('true', 'false') then lower({bare}) else {text} end"
    if kind in _NESTED:
        return f"case when json_valid({value}) then json({value})::varchar else {text} end"
    return text


def _lines(values: Sequence[tuple[str, str]], relation: str) -> str:
    keys = (f"{quoted(json.dumps(name) + ':')} || coalesce(({value})::varchar, 'null')" for name, value in values)
    return f"select '{{' || concat_ws(',', {', '.join(keys)}) || '}}' || chr(10) from {relation}"
