"""`spotify-platform sql`: DuckDB over every table of the lake. Gold is read at its published versions."""

import json
import shutil
import tempfile
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any, TextIO

import duckdb
from rich.console import Console
from rich.table import Table as RichTable

from spotify_platform.errors import WrongCall
from spotify_platform.pipeline.readers import reading_connection
from spotify_platform.settings import Settings

FORMATS = ("table", "csv", "json", "parquet")
MOST_SHOWN = 1000
NARROWEST = 10  # letters; a table with narrower columns cannot be read


def run_query(settings: Settings, query: str, format_: str, out: TextIO) -> None:
    """Run one query and write its answer.

    Raises:
        WrongCall: the format is not known, or DuckDB does not accept the query.
    """
    if format_ not in FORMATS:
        raise WrongCall(f"--format {format_} is not known; it is one of {', '.join(FORMATS)}.")
    with reading_connection(settings) as con:
        views = "select schema_name || '.' || view_name from duckdb_views() where not internal order by all"
        tables = [name for (name,) in con.execute(views).fetchall()]
        try:
            if [statement.type for statement in con.extract_statements(query)] != [duckdb.StatementType.SELECT]:
                raise WrongCall("One query with an answer is wanted here; write a single SELECT.")
            _write(con.sql(query), format_, out)
        except duckdb.Error as error:
            said = [line for line in str(error).splitlines() if line.strip() and not line.startswith(("LINE ", " "))]
            hint = f" There are {', '.join(tables)}." if tables else " Nothing is processed yet; run: spotify-platform refresh"
            is_name = isinstance(error, duckdb.CatalogException)
            raise WrongCall(f"DuckDB does not accept the query: {' '.join(said)}{hint if is_name else ''}") from None


def _write(answer: duckdb.DuckDBPyRelation, format_: str, out: TextIO) -> None:
    if format_ in ("csv", "parquet"):
        _write_file(answer, format_, out)
    elif format_ == "json":
        _write_json(answer, out)
    else:
        _write_table(answer, out)


def _write_file(answer: duckdb.DuckDBPyRelation, format_: str, out: TextIO) -> None:
    """Through a file aside: DuckDB would open /dev/stdout anew and cut off what `>> file` already holds."""
    with tempfile.TemporaryDirectory() as folder:
        aside = Path(folder) / "answer"
        (answer.write_csv if format_ == "csv" else answer.write_parquet)(str(aside))
        with aside.open("rb") as written:
            shutil.copyfileobj(written, out.buffer)
    out.flush()


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
        shown.add_row(*map(_told, row))
    console = Console(file=out)
    if console.measure(shown).minimum > console.width or len(answer.columns) * NARROWEST > console.width:
        _write_records(answer.columns, rows[:MOST_SHOWN], out)
    else:
        console.print(shown)
    if len(rows) > MOST_SHOWN:
        out.write(f"Only the first {MOST_SHOWN:,} rows are shown; --format csv writes all of them.\n")


def _write_records(columns: Sequence[str], rows: Sequence[tuple[Any, ...]], out: TextIO) -> None:
    """One line a value: for answers that are wider than the terminal."""
    width = max(map(len, columns))
    for number, row in enumerate(rows, 1):
        out.write(f"row {number}\n")
        out.writelines(f"  {name:<{width}}  {_told(value)}\n" for name, value in zip(columns, row, strict=True))


def _told(value: Any) -> str:
    return "" if value is None else str(plain(value)) if isinstance(value, datetime) else str(value)
