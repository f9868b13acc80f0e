"""Answers of DuckDB as CSV, JSON or Parquet. Rows pass through in pieces: memory does not grow with the answer."""

import json
import shutil
import tempfile
from datetime import date, datetime
from pathlib import Path
from typing import Any, TextIO

import duckdb

from spotify_platform.errors import WrongCall

FORMATS = ("csv", "json", "parquet")
ROWS_AT_ONCE = 1_000


def check_format(format_: str, allowed: tuple[str, ...] = FORMATS) -> None:
    """See that a format is one of those allowed.

    Raises:
        WrongCall: it is not.
    """
    if format_ not in allowed:
        raise WrongCall(f"--format {format_} is not known; it is one of {', '.join(allowed)}.")


def write_file(answer: duckdb.DuckDBPyRelation, format_: str, path: Path) -> None:
    """Write an answer to a file, whatever it held before."""
    if format_ == "csv":
        answer.write_csv(str(path))
    elif format_ == "parquet":
        answer.write_parquet(str(path))
    else:
        with path.open("w", encoding="utf-8", newline="") as out:
            _write_json(answer, out)


def write_out(answer: duckdb.DuckDBPyRelation, format_: str, out: TextIO, work: Path) -> None:
    """Write an answer to a stream, such as standard output; `work` is a folder for what must lie aside meanwhile."""
    if format_ == "json":
        _write_json(answer, out)
        return
    # DuckDB would open /dev/stdout anew and cut off what `>> file` already holds.
    with tempfile.TemporaryDirectory(dir=work) as folder:
        aside = Path(folder) / "answer"
        write_file(answer, format_, aside)
        with aside.open("rb") as written:
            shutil.copyfileobj(written, out.buffer)
    out.flush()


def _write_json(answer: duckdb.DuckDBPyRelation, out: TextIO) -> None:
    columns = answer.columns
    out.write("[")
    first = True
    while rows := answer.fetchmany(ROWS_AT_ONCE):
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
