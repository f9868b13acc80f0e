"""Every mart on a history small enough to be worked out by hand: one listener in Berlin, winter of 2023 to 2024."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from hashlib import sha256
from typing import Any

import duckdb
import pytest

from spotify_platform.pipeline.platform import opened
from spotify_platform.pipeline.readers import reading_connection
from spotify_platform.pipeline.refresh import refresh
from spotify_platform_tests.scenario import account, answer, drop, extended, item

NIGHT_RIVER = "1111111111111111111111"  # Kala, 200 s
BLUE_HOUR = "2222222222222222222222"
ALIKE = ("3000000000000000000000", "3000000000000000000001")  # equal in plays and milliseconds
OLD_SONG = "name:" + sha256(b"Kala\x1fOld Song").hexdigest()[:22]  # of the account data: names and no id
KALA = "name:" + sha256(b"Kala").hexdigest()[:22]
MIRA = "name:" + sha256(b"Mira").hexdigest()[:22]


def track(ts: str, id_: str, name: str, artist: str, ms: int, **more: Any) -> dict[str, Any]:
    names = {"master_metadata_track_name": name, "master_metadata_album_artist_name": artist}
    return extended(ts=ts, ms_played=ms, spotify_track_uri=f"spotify:track:{id_}", **names, **more)


EXTENDED = [
    track("2023-12-30T12:00:00Z", ALIKE[1], "Twin", "Mira", 40_000),
    track("2023-12-30T12:05:00Z", ALIKE[0], "Twin", "Mira", 40_000),
    extended(ts="2023-12-31T22:30:00Z"),  # 23:30 in Berlin: still 2023
    extended(ts="2023-12-31T23:30:00Z"),  # 00:30 in Berlin: 2024 already
    track("2024-01-05T10:00:00Z", BLUE_HOUR, "Blue Hour", "Mira", 20_000, skipped=True),  # too short to count
    track("2024-01-05T10:05:00Z", BLUE_HOUR, "Blue Hour", "Mira", 30_000),  # just long enough
    extended(
        ts="2024-02-01T11:00:00Z", ms_played=1_800_000, spotify_track_uri=None, master_metadata_track_name=None,
        master_metadata_album_artist_name=None, master_metadata_album_album_name=None,
        episode_name="One", episode_show_name="Talk", spotify_episode_uri="spotify:episode:4444444444444444444444",
    ),
    extended(ts="2024-03-10T10:00:00Z", ms_played=100_000, skipped=None, reason_end="fwdbtn"),  # skipped, by its reason
]  # fmt: skip
ACCOUNT = [
    account(endTime="2024-01-06 10:00", trackName="Old Song", msPlayed=60_000),
    account(endTime="2024-03-11 10:00", trackName="Old Song", msPlayed=60_000),
]
POLL = answer(item(played_at="2024-02-01T10:00:00.123Z"))  # nothing tells how long: the track's 200 s are an estimate


@pytest.fixture(scope="module")
def gold(tmp_path_factory: pytest.TempPathFactory, warm_home: Any) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection to the published marts."""
    from spotify_platform.settings import load_settings  # noqa: PLC0415

    home = tmp_path_factory.mktemp("gold")
    (home / "cache").symlink_to(warm_home / "cache")
    settings = load_settings(home=home, settle_seconds=0, buckets=4, timezone="Europe/Berlin")
    for name, document in (("extended", EXTENDED), ("account", ACCOUNT), ("poll", POLL)):
        drop(home / "landing", f"inbox/me/{name}.json", document)
    with opened(settings) as platform:
        refresh(platform)
    with reading_connection(settings) as con:
        yield con


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc]


def test_fct_plays(gold: duckdb.DuckDBPyConnection) -> None:
    columns = "ended_at, local_date, local_hour, year, content_type, track_key, listening_ms, estimated_ms, play_count"
    assert gold.sql(f"select {columns} from gold.fct_plays order by ended_at").fetchall() == [
        (utc(2023, 12, 30, 12), date(2023, 12, 30), 13, 2023, "track", ALIKE[1], 40_000, 0, 1),
        (utc(2023, 12, 30, 12, 5), date(2023, 12, 30), 13, 2023, "track", ALIKE[0], 40_000, 0, 1),
        (utc(2023, 12, 31, 22, 30), date(2023, 12, 31), 23, 2023, "track", NIGHT_RIVER, 200_000, 0, 1),
        (utc(2023, 12, 31, 23, 30), date(2024, 1, 1), 0, 2024, "track", NIGHT_RIVER, 200_000, 0, 1),
        (utc(2024, 1, 5, 10), date(2024, 1, 5), 11, 2024, "track", BLUE_HOUR, 20_000, 0, 0),
        (utc(2024, 1, 5, 10, 5), date(2024, 1, 5), 11, 2024, "track", BLUE_HOUR, 30_000, 0, 1),
        (utc(2024, 1, 6, 10), date(2024, 1, 6), 11, 2024, "track", OLD_SONG, 60_000, 0, 1),
        (utc(2024, 2, 1, 10, 0, 0, 123_000), date(2024, 2, 1), 11, 2024, "track", NIGHT_RIVER, 200_000, 200_000, 1),
        (utc(2024, 2, 1, 11), date(2024, 2, 1), 12, 2024, "episode", None, 1_800_000, 0, 0),
        (utc(2024, 3, 10, 10), date(2024, 3, 10), 11, 2024, "track", NIGHT_RIVER, 100_000, 0, 1),
        (utc(2024, 3, 11, 10), date(2024, 3, 11), 11, 2024, "track", OLD_SONG, 60_000, 0, 1),
    ]


def test_fct_plays_tell_how_it_was_heard(gold: duckdb.DuckDBPyConnection) -> None:
    columns = (
        "time_of_day, time_zone, started_at, start_is_estimated, ms_played, track_id, artist_key, track_name, artist_name, "
        "album_name, show_name, skipped, reason_end, device_type, all_play_count, is_counted, user_id, sources, match"
    )
    chosen = "local_date in ('2024-01-06', '2024-02-01') or ms_played = 20_000"
    assert gold.sql(f"select {columns} from gold.fct_plays where {chosen} order by ended_at").fetchall() == [
        (
            "morning", "Europe/Berlin", utc(2024, 1, 5, 9, 59, 40), False, 20_000, BLUE_HOUR, MIRA, "Blue Hour", "Mira",
            "First Light", None, True, "trackdone", "phone", 1, False, "me", ["extended"], "single",
        ),
        (  # known to the minute: the start, 60 s earlier, is an estimate
            "morning", "Europe/Berlin", utc(2024, 1, 6, 9, 59), True, 60_000, None, KALA, "Old Song", "Kala",
            None, None, None, None, None, 1, True, "me", ["account"], "single",
        ),
        (  # 200 s before the end, if all of the track was heard
            "morning", "Europe/Berlin", utc(2024, 2, 1, 9, 56, 40, 123_000), True, None, NIGHT_RIVER, KALA, "Night River", "Kala",
            "First Light", None, None, None, None, 1, True, "me", ["api"], "single",
        ),
        (
            "afternoon", "Europe/Berlin", utc(2024, 2, 1, 10, 30), False, 1_800_000, None, None, "One", None,
            None, "Talk", False, "trackdone", "phone", 1, False, "me", ["extended"], "single",
        ),
    ]  # fmt: skip


def test_daily_user_stats(gold: duckdb.DuckDBPyConnection) -> None:
    columns = (
        "local_date, play_count, all_play_count, listening_ms, estimated_share, unique_tracks, unique_artists, "
        "average_track_ms, skipped_count, first_played_at, last_played_at"
    )
    estimated = 200_000 / (200_000 + 1_800_000)  # of the first of February
    assert gold.sql(f"select {columns} from gold.daily_user_stats order by local_date").fetchall() == [
        (date(2023, 12, 30), 2, 2, 80_000, 0, 2, 1, 40_000, 0, utc(2023, 12, 30, 12), utc(2023, 12, 30, 12, 5)),
        (date(2023, 12, 31), 1, 1, 200_000, 0, 1, 1, 200_000, 0, utc(2023, 12, 31, 22, 30), utc(2023, 12, 31, 22, 30)),
        (date(2024, 1, 1), 1, 1, 200_000, 0, 1, 1, 200_000, 0, utc(2023, 12, 31, 23, 30), utc(2023, 12, 31, 23, 30)),
        (date(2024, 1, 5), 1, 2, 50_000, 0, 1, 1, 30_000, 1, utc(2024, 1, 5, 10), utc(2024, 1, 5, 10, 5)),
        (date(2024, 1, 6), 1, 1, 60_000, 0, 1, 1, 60_000, 0, utc(2024, 1, 6, 10), utc(2024, 1, 6, 10)),
        (
            date(2024, 2, 1), 1, 2, 2_000_000, estimated, 1, 1, 200_000, 0,
            utc(2024, 2, 1, 10, 0, 0, 123_000), utc(2024, 2, 1, 11),
        ),
        (date(2024, 3, 10), 1, 1, 100_000, 0, 1, 1, 100_000, 1, utc(2024, 3, 10, 10), utc(2024, 3, 10, 10)),
        (date(2024, 3, 11), 1, 1, 60_000, 0, 1, 1, 60_000, 0, utc(2024, 3, 11, 10), utc(2024, 3, 11, 10)),
    ]  # fmt: skip


# rank, key, previous rank, counted plays, all plays, milliseconds
TRACKS = {
    ("all", date(1970, 1, 1)): [
        (1, NIGHT_RIVER, None, 4, 4, 700_000),  # 200 + 200 + 200 (estimated) + 100 s
        (2, OLD_SONG, None, 2, 2, 120_000),
        (3, BLUE_HOUR, None, 1, 2, 50_000),  # the short one is listening, and no play
        (4, ALIKE[0], None, 1, 1, 40_000),  # equal but for the key
        (5, ALIKE[1], None, 1, 1, 40_000),
    ],
    ("year", date(2023, 1, 1)): [
        (1, NIGHT_RIVER, None, 1, 1, 200_000),
        (2, ALIKE[0], None, 1, 1, 40_000),
        (3, ALIKE[1], None, 1, 1, 40_000),
    ],
    ("year", date(2024, 1, 1)): [
        (1, NIGHT_RIVER, 1, 3, 3, 500_000),
        (2, OLD_SONG, None, 2, 2, 120_000),
        (3, BLUE_HOUR, None, 1, 2, 50_000),
    ],
    ("month", date(2023, 12, 1)): [
        (1, NIGHT_RIVER, None, 1, 1, 200_000),
        (2, ALIKE[0], None, 1, 1, 40_000),
        (3, ALIKE[1], None, 1, 1, 40_000),
    ],
    ("month", date(2024, 1, 1)): [
        (1, NIGHT_RIVER, 1, 1, 1, 200_000),  # December lies in another year
        (2, OLD_SONG, None, 1, 1, 60_000),
        (3, BLUE_HOUR, None, 1, 2, 50_000),
    ],
    ("month", date(2024, 2, 1)): [(1, NIGHT_RIVER, 1, 1, 1, 200_000)],
    ("month", date(2024, 3, 1)): [
        (1, NIGHT_RIVER, 1, 1, 1, 100_000),
        (2, OLD_SONG, None, 1, 1, 60_000),  # second in January, not heard in February: no rank before
    ],
}


def lists(gold: duckdb.DuckDBPyConnection, table: str, columns: str) -> dict[tuple[str, date], list[tuple[Any, ...]]]:
    found: dict[tuple[str, date], list[tuple[Any, ...]]] = {}
    for period, start, *row in gold.sql(f"select period, period_start, {columns} from gold.{table} order by all").fetchall():
        found.setdefault((period, start), []).append(tuple(row))
    return found


def test_top_tracks(gold: duckdb.DuckDBPyConnection) -> None:
    columns = "rank, track_key, previous_rank, play_count, all_play_count, listening_ms"
    assert lists(gold, "top_tracks", columns) == TRACKS


def test_top_tracks_name_what_they_rank(gold: duckdb.DuckDBPyConnection) -> None:
    named = gold.sql(
        "select track_id, track_name, artist_name, estimated_share, first_played_at, last_played_at from gold.top_tracks "
        "where period = 'all' order by rank limit 2"
    ).fetchall()
    assert named == [
        (NIGHT_RIVER, "Night River", "Kala", 200_000 / 700_000, utc(2023, 12, 31, 22, 30), utc(2024, 3, 10, 10)),
        (None, "Old Song", "Kala", 0.0, utc(2024, 1, 6, 10), utc(2024, 3, 11, 10)),
    ]


# rank, key, name, previous rank, counted plays, all plays, plays as the first artist, different tracks, milliseconds
ARTISTS = {
    ("all", date(1970, 1, 1)): [
        (1, KALA, "Kala", None, 6, 6, 6, 2, 820_000),  # 700 s of Night River, 120 s of Old Song
        (2, MIRA, "Mira", None, 3, 4, 3, 3, 130_000),  # both twins, and Blue Hour once long enough and once not
    ],
    ("year", date(2023, 1, 1)): [
        (1, MIRA, "Mira", None, 2, 2, 2, 2, 80_000),  # plays go before milliseconds
        (2, KALA, "Kala", None, 1, 1, 1, 1, 200_000),
    ],
    ("year", date(2024, 1, 1)): [
        (1, KALA, "Kala", 2, 5, 5, 5, 2, 620_000),
        (2, MIRA, "Mira", 1, 1, 2, 1, 1, 50_000),
    ],
    ("month", date(2023, 12, 1)): [
        (1, MIRA, "Mira", None, 2, 2, 2, 2, 80_000),
        (2, KALA, "Kala", None, 1, 1, 1, 1, 200_000),
    ],
    ("month", date(2024, 1, 1)): [
        (1, KALA, "Kala", 2, 2, 2, 2, 2, 260_000),  # Night River at half past midnight, Old Song on the sixth
        (2, MIRA, "Mira", 1, 1, 2, 1, 1, 50_000),
    ],
    ("month", date(2024, 2, 1)): [(1, KALA, "Kala", 1, 1, 1, 1, 1, 200_000)],
    ("month", date(2024, 3, 1)): [(1, KALA, "Kala", 1, 2, 2, 2, 2, 160_000)],
}


def test_top_artists(gold: duckdb.DuckDBPyConnection) -> None:
    columns = "rank, artist_key, artist_name, previous_rank, play_count, all_play_count, primary_play_count, unique_tracks"
    assert lists(gold, "top_artists", f"{columns}, listening_ms") == ARTISTS


# device, platform, counted plays, all plays, milliseconds, percent of the counted plays
DEVICES = {
    ("all", date(1970, 1, 1)): [
        ("phone", "android", 6, 8, 2_430_000, 66.67),  # the short play and the episode are listening
        ("unknown", "unknown", 3, 3, 320_000, 33.33),  # neither account data nor the API tell of one
    ],
    ("year", date(2023, 1, 1)): [("phone", "android", 3, 3, 280_000, 100.0)],
    ("year", date(2024, 1, 1)): [
        ("phone", "android", 3, 5, 2_150_000, 50.0),
        ("unknown", "unknown", 3, 3, 320_000, 50.0),
    ],
    ("month", date(2023, 12, 1)): [("phone", "android", 3, 3, 280_000, 100.0)],
    ("month", date(2024, 1, 1)): [
        ("phone", "android", 2, 3, 250_000, 66.67),
        ("unknown", "unknown", 1, 1, 60_000, 33.33),
    ],
    ("month", date(2024, 2, 1)): [
        ("phone", "android", 0, 1, 1_800_000, 0.0),  # an episode
        ("unknown", "unknown", 1, 1, 200_000, 100.0),
    ],
    ("month", date(2024, 3, 1)): [
        ("phone", "android", 1, 1, 100_000, 50.0),
        ("unknown", "unknown", 1, 1, 60_000, 50.0),
    ],
}


def test_device_usage(gold: duckdb.DuckDBPyConnection) -> None:
    columns = "device_type, platform, play_count, all_play_count, listening_ms, play_percentage"
    assert lists(gold, "device_usage", columns) == DEVICES
    heard = gold.sql(
        "select first_played_at, last_played_at, estimated_share from gold.device_usage where period = 'all' order by 1"
    )
    assert heard.fetchall() == [
        (utc(2023, 12, 30, 12), utc(2024, 3, 10, 10), 0),
        (utc(2024, 1, 6, 10), utc(2024, 3, 11, 10), 200_000 / 320_000),
    ]


# weekday, hour, counted plays, all plays, milliseconds
HOURS = {
    ("all", date(1970, 1, 1)): [
        (1, 0, 1, 1, 200_000),  # the first half hour of 2024
        (1, 11, 1, 1, 60_000),
        (4, 11, 1, 1, 200_000),
        (4, 12, 0, 1, 1_800_000),  # an episode
        (5, 11, 1, 2, 50_000),  # one too short to count
        (6, 11, 1, 1, 60_000),
        (6, 13, 2, 2, 80_000),
        (7, 11, 1, 1, 100_000),
        (7, 23, 1, 1, 200_000),
    ],
    ("year", date(2023, 1, 1)): [(6, 13, 2, 2, 80_000), (7, 23, 1, 1, 200_000)],
    ("year", date(2024, 1, 1)): [
        (1, 0, 1, 1, 200_000),
        (1, 11, 1, 1, 60_000),
        (4, 11, 1, 1, 200_000),
        (4, 12, 0, 1, 1_800_000),
        (5, 11, 1, 2, 50_000),
        (6, 11, 1, 1, 60_000),
        (7, 11, 1, 1, 100_000),
    ],
    ("month", date(2023, 12, 1)): [(6, 13, 2, 2, 80_000), (7, 23, 1, 1, 200_000)],
    ("month", date(2024, 1, 1)): [(1, 0, 1, 1, 200_000), (5, 11, 1, 2, 50_000), (6, 11, 1, 1, 60_000)],
    ("month", date(2024, 2, 1)): [(4, 11, 1, 1, 200_000), (4, 12, 0, 1, 1_800_000)],
    ("month", date(2024, 3, 1)): [(1, 11, 1, 1, 60_000), (7, 11, 1, 1, 100_000)],
}


def test_listening_clock(gold: duckdb.DuckDBPyConnection) -> None:
    assert lists(gold, "listening_clock", "weekday, local_hour, play_count, all_play_count, listening_ms") == HOURS
    estimated = gold.sql("select weekday, local_hour from gold.listening_clock where period = 'all' and estimated_share = 1")
    assert estimated.fetchall() == [(4, 11)]


def test_dim_dates(gold: duckdb.DuckDBPyConnection) -> None:
    columns = "quarter, month, day_of_month, iso_year, iso_week, weekday, weekday_name, is_weekend, month_start, year_start"
    days = gold.sql(
        f"select {columns} from gold.dim_dates where local_date in ('2023-12-31', '2024-01-01', '2027-01-03') order by local_date"
    )
    assert days.fetchall() == [
        (4, 12, 31, 2023, 52, 7, "Sunday", True, date(2023, 12, 1), date(2023, 1, 1)),
        (1, 1, 1, 2024, 1, 1, "Monday", False, date(2024, 1, 1), date(2024, 1, 1)),
        (1, 1, 3, 2026, 53, 7, "Sunday", True, date(2027, 1, 1), date(2027, 1, 1)),  # still of 2026 by ISO 8601
    ]
    every = "select count(*), count(distinct local_date), min(local_date), max(local_date) from gold.dim_dates"
    assert gold.sql(every).fetchone() == (34_335, 34_335, date(2005, 12, 31), date(2100, 1, 1))
