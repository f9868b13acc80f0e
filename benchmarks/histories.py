"""Versions over time (SCD2): 3,000 tracks told every day for four years, from scratch and one day more.

    python benchmarks/histories.py [--home FOLDER]

Bronze is generated, 4.4 million rows of 1,461 days; what is measured is the product's own way from there: observations,
and from them the versions of tracks, albums and artists.
"""

import argparse
import json
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import ibis
from fold import land, track

from spotify_platform.contracts import bronze_catalogue
from spotify_platform.contracts.ops import LEDGER
from spotify_platform.contracts.silver_told import HISTORIES, OBSERVATIONS
from spotify_platform.lakehouse.delta_tables import schema_of
from spotify_platform.lakehouse.duckdb_sql import type_sql
from spotify_platform.pipeline.platform import Platform, opened
from spotify_platform.pipeline.refresh import steps
from spotify_platform.settings import load_settings

TRACKS, DAYS, IN_AN_OBJECT = 3_000, 1_461, 50
BEGIN = datetime(2021, 3, 1, tzinfo=UTC)
TABLE = bronze_catalogue.TRACKS.table
MEASURED = (OBSERVATIONS, *HISTORIES.values())


def fill(platform: Platform) -> None:
    """Bronze of four years. Every second track changes its popularity now and then, every 150th is renamed once."""
    engine = platform.engine
    schema = LEDGER.types
    row = {"action": "load", "bronze_table": TABLE.name, "source": "catalogue_api", "key": "catalogue_api/me/all", "etag": "1"}
    row |= {"user_id": "me", "bytes": 1, "sha256": "0" * 64, "planned_at": datetime.now(UTC)}
    engine.append(engine.open(LEDGER), engine.values([{**dict.fromkeys(schema), **row, "batch": 1}], schema), 1)
    engine.append(engine.open(TABLE), engine.query(_bronze_sql(platform), schema_of(TABLE)), 1)


def _bronze_sql(platform: Platform) -> str:
    template = json.dumps([track(number) for number in range(TRACKS)])
    path = platform.work / "tracks.json"
    path.write_text(template)
    known = TABLE.types
    at = f"(timestamp '{BEGIN:%Y-%m-%d}' + to_days(day::integer))"
    own = {
        "name": "name || case when n % 150 = 0 and day > 700 then ' (new)' else '' end",
        "popularity": "(50 + case when n % 2 = 0 then hash(n, day // 40) % 3 else 0 end)::bigint",
        "_part": "'row'",
        "_batch": "1::bigint",
        "_object": f"'catalogue_api/me/' || strftime({at}, '%Y/%m/%d/%Y%m%dT060000Z-')"
        f" || lpad((n // {IN_AN_OBJECT})::varchar, 8, '0') || '.json'",
        "_sha256": f"md5(day || '/' || n // {IN_AN_OBJECT})",
        "_user": "'me'",
        "_row": f"(n % {IN_AN_OBJECT})::bigint",
        "_loaded_at": "now()",
    }
    of_track = f"read_json('{path}', columns = {{{_shapes()}}})"
    columns = {name: own.get(name, name if name in _FIELDS else "null") for name in known}
    rows = ", ".join(f'{value}::{_type(known[name])} as "{name}"' for name, value in columns.items())
    days = f"(select *, row_number() over () - 1 as n from {of_track}), range({DAYS}) d(day)"
    head = {name: own[name] for name in ("_batch", "_user", "_loaded_at")}
    head |= {"_part": "'object'", "_status": "'loaded'", "_rows_in": f"{IN_AN_OBJECT}::bigint", "_bytes": "1::bigint"}
    head |= {name: own[name].replace("n // 50", "n") for name in ("_object", "_sha256")}
    heads = ", ".join(f'({head.get(name, "null")})::{_type(type_)} as "{name}"' for name, type_ in known.items())
    return f"select {rows} from {days} union all select {heads} from range({TRACKS // IN_AN_OBJECT}) o(n), range({DAYS}) d(day)"


_FIELDS = ("id", "duration_ms", "explicit", "disc_number", "track_number", "external_ids", "album", "artists", "type")


def _type(type_: str) -> str:
    return type_sql(ibis.dtype(type_))


def _shapes() -> str:
    known = TABLE.types
    return ", ".join(f"{name}: '{_type(known[name])}'" for name in (*_FIELDS, "name"))


def measured(platform: Platform, *, all_steps: bool) -> dict[str, float]:
    """Seconds of each table of observations and versions."""
    found = {}
    for path, step in steps().items():
        started = time.perf_counter()
        is_measured = path in {table.path for table in MEASURED}
        if is_measured or all_steps:
            step(platform)
        if is_measured:
            found[path] = time.perf_counter() - started
    return found


def main() -> None:
    """From scratch, then three days more."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--home", type=Path, default=None)
    home = parser.parse_args().home or Path(tempfile.mkdtemp())
    settings = load_settings(home=home, buckets=64, settle_seconds=0, memory_limit="2GB")
    if not (home / "lake").exists():
        with opened(settings) as platform:
            fill(platform)
            _show("from scratch", measured(platform, all_steps=False))
    known = len(list((home / "landing").rglob("*.json"))) // (TRACKS // IN_AN_OBJECT)
    for day in range(known, known + 3):
        land(home, day, [track(n, popularity=50 + (n + day) % 3 if n % 20 == 0 else 50) for n in range(TRACKS)])
        with opened(settings) as platform:
            _show("a day more", measured(platform, all_steps=True))


def _show(what: str, seconds: dict[str, float]) -> None:
    steps_ = ", ".join(f"{path.partition('/')[2]} {taken:.2f}" for path, taken in seconds.items())
    versions = sum(taken for path, taken in seconds.items() if path != OBSERVATIONS.path)
    print(f"{what}: {sum(seconds.values()):.2f} s, of these versions {versions:.2f} s ({steps_})", flush=True)


if __name__ == "__main__":
    main()
