"""Plays and catalogue objects that land as CSV or Parquet: the same rows as from JSON, whatever wrote the file."""

import io
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from operator import itemgetter
from pathlib import Path
from random import Random
from typing import Any

import pyarrow as pa
import pytest

from spotify_platform.contracts.bronze import EXTENDED_HISTORY
from spotify_platform.contracts.bronze_catalogue import TRACKS
from spotify_platform.contracts.model import Source
from spotify_platform.errors import NotATable
from spotify_platform.lakehouse.duckdb_tables import table_lines
from spotify_platform.landing.tables import Form, count_rows, head_of_csv, head_of_parquet, header_of
from spotify_platform.pipeline.bronze import load_pending
from spotify_platform.pipeline.importing import import_paths
from spotify_platform.pipeline.plan import plan
from spotify_platform.pipeline.platform import opened
from spotify_platform.settings import Settings
from spotify_platform_tests.conftest import MakeSettings
from spotify_platform_tests.hostile import PRIVATE, play
from spotify_platform_tests.hostile_tables import as_csv, as_parquet
from spotify_platform_tests.scenario import drop, track
from spotify_platform_tests.tables import rows_of

PLAYS = [
    play(n, **more) for n, more in enumerate([{}, {"skipped": None}, {"platform": 'a "b",\nc'}, {"offline_timestamp": None}])
]
TIMED = [row | {"ts": datetime.fromisoformat(row["ts"])} for row in PLAYS]
# Whatever stands in a list or an object is text in CSV; JSON is how it is told there.
TRACK_KEYS = ("id", "type", "name", "uri", "duration_ms", "popularity", "explicit")


def loaded(settings: Settings, source: Source) -> list[dict[str, Any]]:
    """Good and bad rows in the order of the file, without what tells of the load."""
    with opened(settings) as platform:
        plan(platform)
        load_pending(platform, source)
        return [
            {name: value for name, value in row.items() if not name.startswith("_") or name == "_reason"}
            for row in sorted(rows_of(platform, source.table, "_part <> 'object'"), key=itemgetter("_row"))
        ]


@pytest.mark.parametrize(
    ("name", "write"),
    [
        ("plays.csv", lambda: as_csv(PLAYS)),
        ("plays.csv", lambda: as_csv([row | {"ts": str(row["ts"])} for row in TIMED], ";")),
        ("plays.parquet", lambda: as_parquet(PLAYS)),
        ("plays.parquet", lambda: as_parquet(TIMED)),
        ("plays.parquet", lambda: as_parquet(TIMED, {"ts": pa.timestamp("ns", "Europe/Berlin")})),
        ("plays.parquet", lambda: as_parquet(PLAYS, {"offline_timestamp": pa.float64(), "ms_played": pa.float32()})),
    ],
    ids=["CSV", "CSV of pandas", "Parquet", "times", "times of another zone", "numbers with gaps"],
)
def test_plays_are_those_of_the_json(make_settings: MakeSettings, name: str, write: Callable[[], bytes]) -> None:
    settings, told = make_settings(), make_settings("json")
    drop(settings.home / "landing", f"inbox/me/{name}", write())
    drop(told.home / "landing", "inbox/me/plays.json", PLAYS)
    found = loaded(settings, EXTENDED_HISTORY)
    assert found == loaded(told, EXTENDED_HISTORY)
    assert [row["_reason"] for row in found] == [None] * len(PLAYS)


def test_tracks_are_those_of_the_json(make_settings: MakeSettings) -> None:
    tracks = [track(number) for number in (1, 2, 3)]
    flat: Sequence[Mapping[str, Any]] = [{key: found[key] for key in TRACK_KEYS if key in found} for found in tracks]
    files: dict[str, Any] = {"json": flat, "csv": as_csv(flat), "parquet": as_parquet(flat)}
    rows = {}
    for form, content in files.items():
        settings = make_settings(form)
        drop(settings.home / "landing", f"inbox/me/tracks.{form}", content)
        rows[form] = loaded(settings, TRACKS)
    assert len(rows["json"]) == 3
    assert rows["csv"] == rows["json"] == rows["parquet"]


def test_nested_parquet_is_read_as_nested(make_settings: MakeSettings) -> None:
    settings, told = make_settings(), make_settings("json")
    drop(settings.home / "landing", "inbox/me/tracks.parquet", as_parquet([track(1), track(2)]))
    drop(told.home / "landing", "inbox/me/tracks.json", [track(1), track(2)])
    assert loaded(settings, TRACKS) == loaded(told, TRACKS)


def test_a_receipt_tells_of_tables_too(make_settings: MakeSettings) -> None:
    settings = make_settings()
    folder = settings.home / "told"
    drop(folder, "plays.csv", as_csv(PLAYS) + b"1,2\r\n")
    drop(folder, "plays.parquet", as_parquet(PLAYS))
    drop(folder, "other.csv", b"a,b\n1,2\n")
    receipt = import_paths(settings, [folder], "me", time_zone="UTC")
    assert [(part.name, part.rows, part.bad_rows) for part in receipt.parts] == [("plays.csv", 5, 1), ("plays.parquet", 4, 0)]
    assert [name.rpartition("/")[2] for name, _ in receipt.left] == ["other.csv"]


@pytest.mark.parametrize("form", [Form.CSV, Form.PARQUET])
def test_a_damaged_table_is_read_or_refused(form: Form, tmp_path: Path) -> None:
    """Whatever byte is another one; a refusal says nothing of what stands in the file."""
    sound = as_csv(PLAYS) if form is Form.CSV else as_parquet(PLAYS)
    path, random = tmp_path / "table", Random(7)  # noqa: S311 - no secret
    for _ in range(100):
        damaged = bytearray(sound)
        for _ in range(random.choice([1, 1, 8])):
            damaged[random.randrange(4, len(damaged))] = random.randrange(256)
        path.write_bytes(damaged)
        try:
            head = head_of_csv(damaged) if form is Form.CSV else head_of_parquet(io.BytesIO(damaged))
            header = header_of(damaged) if form is Form.CSV else None
            count_rows(path, header)
            assert head
            lines = b"".join(table_lines(path, header, EXTENDED_HISTORY, {"threads": 1}))
            assert not lines or lines.endswith(b"\n")  # how many there are is counted apart
        except NotATable as refused:
            assert PRIVATE not in str(refused)  # noqa: PT017 - it is read, or refused


def test_large_tables_keep_the_order_of_their_rows(make_settings: MakeSettings) -> None:
    """More rows than are read at once."""
    settings = make_settings()
    many = [play(n % 60, ms_played=n) for n in range(20_000)]
    drop(settings.home / "landing", "inbox/me/plays.parquet", as_parquet(many))
    assert [row["ms_played"] for row in loaded(settings, EXTENDED_HISTORY)] == list(range(20_000))
