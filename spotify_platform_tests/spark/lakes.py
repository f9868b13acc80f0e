"""Lakes made by different engines, held against each other row by row, by DuckDB's own reader of Delta tables."""

import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from spotify_platform.contracts.model import Table
from spotify_platform.contracts.ops import LEDGER, PUBLISHED
from spotify_platform.lakehouse.duckdb_connection import connect, scan_sql
from spotify_platform.pipeline.platform import opened
from spotify_platform.pipeline.refresh import refresh
from spotify_platform.pipeline.statistics import every_table
from spotify_platform.settings import Settings

WHEN = {"_loaded_at", "last_loaded_at", "loaded_at"}
"""Columns that say when a row came to be."""


def processed(settings: Settings) -> None:
    """Take all that has landed to Gold."""
    with opened(settings) as platform:
        refresh(platform, full=True)


def tables_of(settings: Settings) -> list[Table]:
    """Every table but those that say when which run did something."""
    with opened(settings.model_copy(update={"engine": "duckdb"})) as platform:
        return [table for table in every_table(platform) if table not in (LEDGER, PUBLISHED)]


def versions(settings: Settings) -> Mapping[str, int]:
    """The newest version of each table, by path."""
    tables = tables_of(settings)
    with opened(settings.model_copy(update={"engine": "duckdb"})) as platform:
        return {table.path: platform.engine.open(table).version for table in tables if platform.engine.exists(table)}


def differing(one: Settings, other: Settings) -> dict[str, tuple[int, int]]:
    """Tables with rows that only the one lake has, or only the other: how many, by path."""
    lakes = [(settings.lake_location, versions(settings)) for settings in (one, other)]
    assert set(lakes[0][1]) == set(lakes[1][1])
    con = connect(one.lake_location)
    found = {}
    for table in (table for table in tables_of(one) if table.path in lakes[0][1]):
        columns = ", ".join(f'"{name}"' for name in table.column_names if name not in WHEN)
        a, b = (f"(select {columns} from {scan_sql(lake, table.path, at[table.path])})" for lake, at in lakes)
        counts = [con.sql(f"select count(*) from ({x} except all {y})").fetchall()[0][0] for x, y in ((a, b), (b, a))]
        if any(counts):
            found[table.path] = (counts[0], counts[1])
    return found


def landed(settings: Settings, landing: Path) -> None:
    """Let all of a landing zone land. It is linked: another inode would be another version of an object."""
    shutil.copytree(landing, settings.home / "landing", copy_function=os.link, dirs_exist_ok=True)


def environment(settings: Settings) -> dict[str, str]:
    """The environment in which a process of its own has these settings."""
    said = settings.model_dump(mode="json", exclude_unset=True)
    texts = {name: json.dumps(value) if isinstance(value, dict) else str(value) for name, value in said.items()}
    return {**os.environ, **{f"SPOTIFY_PLATFORM_{name.upper()}": text for name, text in texts.items()}}
