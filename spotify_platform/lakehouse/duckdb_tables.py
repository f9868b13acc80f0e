"""Rows of a CSV or Parquet file as JSON objects, one a line, in their order. DuckDB's half of `Embedded.lines`.

The text of a CSV value is a number, true, false, a list or an object where the contract has one there and the text is one;
else it is text. A row that does not fit its header is a line too: a JSON string, which is no record and is quarantined.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa

from spotify_platform.contracts.model import Source
from spotify_platform.errors import NotATable
from spotify_platform.lakehouse.duckdb_sql import quoted
from spotify_platform.lakehouse.engine import Csv

ROWS_AT_ONCE = 8_192
LONGEST_LINE = 2_000_000
_NESTED = ("json", "array")
_NUMBERS = ("integer", "number")
_NUMBER = r"-?(0|[1-9]\d*)(\.\d+)?([eE][-+]?\d+)?"
_NO_CSV = "it cannot be read as CSV: its lines do not end alike, or a quote is not closed"
# Files with gaps in a column of whole numbers hold 12.0, since pandas knows no other way to write them.
_NO_DECIMALS = r"\.0+$"
# Of this machine: the file is none the worse for it.
_TROUBLES = (duckdb.IOException, duckdb.OutOfMemoryException, duckdb.InterruptException)


def table_lines(path: Path, csv: Csv | None, source: Source, config: Mapping[str, Any]) -> Iterator[bytes]:
    """JSON lines of a table's rows, many at a time.

    Args:
        path: the file.
        csv: how it is written; None for Parquet.
        source: what kind of records they are.
        config: of DuckDB: memory, threads, where to spill.

    Raises:
        NotATable: it cannot be read.
    """
    # A connection of its own: here the order of rows is kept.
    with duckdb.connect(config={"autoinstall_known_extensions": False, **config}) as con:
        con.execute("set TimeZone = 'UTC'")
        try:
            for query in _csv(path, csv, source) if csv else [_parquet(con, path, source)]:
                for batch in con.execute(query).to_arrow_reader(ROWS_AT_ONCE):
                    yield _joined(batch.column(0))
        except _TROUBLES:
            raise
        except duckdb.Error as error:  # the kind of error alone: a parser's message may quote the text it failed on
            raise NotATable(_NO_CSV if csv else f"its columns cannot be read ({type(error).__name__})") from error


def _joined(texts: pa.StringArray) -> bytes:
    _, ends, data = texts.buffers()
    bounds = np.frombuffer(ends, np.int32)[texts.offset : texts.offset + len(texts) + 1]
    return bytes(memoryview(data)[bounds[0] : bounds[-1]]) if len(texts) else b""


def _parquet(con: duckdb.DuckDBPyConnection, path: Path, source: Source) -> str:
    read = f"read_parquet({quoted(str(path))}, binary_as_string = true)"
    types = con.execute(f"select column_name, column_type from (describe from {read})").fetchall()
    kinds = {field.path: field.kind for field in source.fields}
    return _lines({name: _of_type(_name(name), type_, kinds.get(name)) for name, type_ in types}, read)


def _of_type(value: str, type_: str, kind: str | None) -> str:
    """A typed value as JSON text."""
    if type_.startswith("TIMESTAMP"):
        clock = f"strftime({value}::timestamptz at time zone 'UTC', '%Y-%m-%dT%H:%M:%S.%fZ')"
        return f"to_json(regexp_replace({clock}, '\\.0+Z$', 'Z'))"
    if type_ in ("DOUBLE", "FLOAT"):
        whole = (
            f"case when {value} = trunc({value}) and abs({value}) < 1e15 then {value}::bigint::varchar else {value}::varchar end"
        )
        return f"case when isfinite({value}) then {whole} end"
    if type_ == "VARCHAR" and kind in _NESTED:
        return _of_text(value, kind)
    return f"to_json({value})"


def _csv(path: Path, csv: Csv, source: Source) -> Sequence[str]:
    kinds = {field.path: field.kind for field in source.fields}
    columns = ", ".join(f"{quoted(name)}: 'VARCHAR'" for name in csv.columns)
    read = f"""read_csv({quoted(str(path))}, auto_detect = false, header = true, columns = {{{columns}}},
      delim = {quoted(csv.delimiter)}, quote = '"', escape = '"', max_line_size = {LONGEST_LINE}, store_rejects = true,
      parallel = false)"""
    good = _lines({name: _of_text(_name(name), kinds.get(name)) for name in csv.columns}, read)
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


def _lines(values: Mapping[str, str], relation: str) -> str:
    keys = (
        f"to_json({quoted(name)}::varchar)::varchar || ':' || coalesce(({value})::varchar, 'null')"
        for name, value in values.items()
    )
    return f"select '{{' || concat_ws(',', {', '.join(keys)}) || '}}' || chr(10) from {relation}"


def _name(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
