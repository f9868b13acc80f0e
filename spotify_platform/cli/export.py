"""`spotify-platform export`: a table as a file, or every table in the CSV zone."""

import sys
from collections.abc import Iterable
from pathlib import Path

from rich.console import Console

from spotify_platform.errors import WrongCall
from spotify_platform.pipeline.export_zone import export_zone
from spotify_platform.pipeline.exporting import export_table
from spotify_platform.settings import Settings


def export_one(settings: Settings, table: str | None, format_: str, out: Path | None, user: str | None) -> None:
    """Write one table to a file or to standard output.

    Raises:
        WrongCall: it is not said which table, or there is none of that name.
    """
    if table is None:
        raise WrongCall("Say which table, such as gold.top_tracks, or --all for every table in the CSV zone.")
    export_table(settings, table, format_, out or sys.stdout, user=user)


def export_all(settings: Settings, console: Console, beside: Iterable[object]) -> None:
    """Write the CSV zone, and print a line a file.

    Raises:
        WrongCall: something is given beside `--all`.
    """
    if any(given is not None for given in beside):
        raise WrongCall("--all writes every table as CSV to the CSV zone; it goes with no table and no other option.")
    with console.status("starting") as shown:
        done = export_zone(settings, told=shown.update)
    for path, rows in done.rows.items():
        console.print(f"{path:<36} {rows:>12,} rows   {'written' if path in done.written else 'as it was'}", highlight=False)
    for path in done.removed:
        console.print(f"{path:<36} removed; its table is gone", highlight=False)
    console.print(f"In {settings.exports_location.url}; schema.csv there says what each column is.", highlight=False)
