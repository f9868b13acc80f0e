"""`spotify-platform sql`: DuckDB over every table of the lake. Gold is read at its published versions."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, TextIO

import duckdb
from rich.console import Console
from rich.markup import escape
from rich.table import Table as RichTable

from spotify_platform.errors import WrongCall
from spotify_platform.pipeline.answers import FORMATS, check_format, plain, write_out
from spotify_platform.pipeline.readers import NOTHING_YET, reading
from spotify_platform.settings import Settings

SHOWN = "table"
MOST_SHOWN = 1000
NARROWEST = 10  # letters; a table with narrower columns cannot be read


def run_query(settings: Settings, query: str, format_: str, out: TextIO) -> None:
    """Run one query and write its answer.

    Raises:
        WrongCall: the format is not known, or DuckDB does not accept the query.
    """
    check_format(format_, (SHOWN, *FORMATS))
    with reading(settings) as lake:
        tables = sorted(path.replace("/", ".") for path in lake.versions)
        try:
            if [statement.type for statement in lake.con.extract_statements(query)] != [duckdb.StatementType.SELECT]:
                raise WrongCall("One query with an answer is wanted here; write a single SELECT.")
            answer = lake.con.sql(query)
            _write_table(answer, out) if format_ == SHOWN else write_out(answer, format_, out, lake.platform.work)
        except duckdb.Error as error:
            said = [line for line in str(error).splitlines() if line.strip() and not line.startswith(("LINE ", " "))]
            hint = f" There are {', '.join(tables)}." if tables else f" {NOTHING_YET}"
            is_name = isinstance(error, duckdb.CatalogException)
            raise WrongCall(f"DuckDB does not accept the query: {' '.join(said)}{hint if is_name else ''}") from None


def _write_table(answer: duckdb.DuckDBPyRelation, out: TextIO) -> None:
    shown = RichTable(*map(escape, answer.columns))
    rows = answer.fetchmany(MOST_SHOWN + 1)
    for row in rows[:MOST_SHOWN]:
        shown.add_row(*(escape(_told(value)) for value in row))
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
