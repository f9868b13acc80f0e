"""`spotify-platform sql`: DuckDB over every table of the lake. Gold is read at its published versions."""

import json
from datetime import date, datetime
from typing import Any, TextIO

import duckdb
from rich.console import Console
from rich.table import Table as RichTable

from spotify_platform.errors import WrongCall
from spotify_platform.pipeline.readers import reading_connection
from spotify_platform.settings import Settings

FORMATS = ("table", "csv", "json", "parquet")
MOST_SHOWN = 1000


def run_query(settings: Settings, query: str, format_: str, out: TextIO) -> None:
    """Run one query and write its answer.

    Raises:
        WrongCall: the format is not known, or DuckDB does not accept the query.
    """
    if format_ not in FORMATS:
        raise WrongCall(f"--format {format_} is not known; it is one of {', '.join(FORMATS)}.")
    with reading_connection(settings) as con:
        try:
            answer = con.sql(query)
            if answer is None:
                raise WrongCall("This is no query with an answer; write a SELECT.")
            _write(answer, format_, out)
        except duckdb.Error as error:
            raise WrongCall(f"DuckDB does not accept the query: {str(error).splitlines()[0]}") from None


def _write(answer: duckdb.DuckDBPyRelation, format_: str, out: TextIO) -> None:
    if format_ == "csv":
        answer.write_csv("/dev/stdout")
    elif format_ == "parquet":
        answer.write_parquet("/dev/stdout")
    elif format_ == "json":
        _write_json(answer, out)
    else:
        _write_table(answer, out)


def _write_json(answer: duckdb.DuckDBPyRelation, out: TextIO) -> None:
    columns = answer.columns
    out.write("[")
    first = True
    while rows := answer.fetchmany(MOST_SHOWN):
        for row in rows:
            out.write("" if first else ",\n ")
            out.write(json.dumps(dict(zip(columns, row, strict=True)), default=plain, ensure_ascii=False))
            first = False
    out.write("]\n")


def plain(value: Any) -> str | float:
    """A value that JSON has no kind for: times in ISO 8601 UTC."""
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


def _write_table(answer: duckdb.DuckDBPyRelation, out: TextIO) -> None:
    shown = RichTable(*answer.columns)
    rows = answer.fetchmany(MOST_SHOWN + 1)
    for row in rows[:MOST_SHOWN]:
        shown.add_row(
            *["" if value is None else str(plain(value)) if isinstance(value, datetime) else str(value) for value in row]
        )
    Console(file=out).print(shown)
    if len(rows) > MOST_SHOWN:
        out.write(f"Only the first {MOST_SHOWN:,} rows are shown; --format csv writes all of them.\n")
