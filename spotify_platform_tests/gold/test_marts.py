"""Plays, days and dates of a winter that was worked out by hand."""

from datetime import date

import duckdb

from spotify_platform_tests.gold.winter import ALIKE, BLUE_HOUR, NIGHT_RIVER, OLD_SONG, RELINKED, utc


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
        "time_of_day, time_zone, started_at, start_is_estimated, ms_played, track_id, track_key, track_name, artist_name, "
        "album_name, show_name, skipped, reason_end, device_type, all_play_count, is_counted, user_id, sources, match"
    )
    chosen = "local_date in ('2024-01-06', '2024-02-01') or ms_played = 20_000"
    assert gold.sql(f"select {columns} from gold.fct_plays where {chosen} order by ended_at").fetchall() == [
        (
            "morning", "Europe/Berlin", utc(2024, 1, 5, 9, 59, 40), False, 20_000, BLUE_HOUR, BLUE_HOUR, "Blue Hour", "Mira",
            "First Light", None, True, "trackdone", "phone", 1, False, "me", ["extended"], "single",
        ),
        (  # known to the minute: the start, 60 s earlier, is an estimate
            "morning", "Europe/Berlin", utc(2024, 1, 6, 9, 59), True, 60_000, None, OLD_SONG, "Old Song", "Kala",
            None, None, None, None, None, 1, True, "me", ["account"], "single",
        ),
        (  # 200 s before the end, if all of the track was heard
            "morning", "Europe/Berlin", utc(2024, 2, 1, 9, 56, 40, 123_000), True, None, RELINKED, NIGHT_RIVER, "Night River",
            "Kala", "First Light", None, None, None, None, 1, True, "me", ["api"], "single",
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
