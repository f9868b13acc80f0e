"""Tracks, albums and artists of a winter that was worked out by hand."""

from datetime import date

import duckdb

from spotify_platform_tests.gold.winter import ALIKE, BLUE_HOUR, ISRC, KALA, LIGHT, MIRA, NIGHT_RIVER, OLD_SONG, TWIN, utc


def test_dim_tracks(gold: duckdb.DuckDBPyConnection) -> None:
    columns = (
        "track_key, track_id, track_name, artist_key, album_key, recording_key, duration_ms, length_category, duration_flag, "
        "album_track_count, release_date, is_in_catalogue, first_played_at, last_played_at"
    )
    assert gold.sql(f"select {columns} from gold.dim_tracks order by track_key").fetchall() == [
        (
            NIGHT_RIVER, NIGHT_RIVER, "Night River", KALA, LIGHT, f"isrc:{ISRC}1", 200_000, "Medium", "Medium",
            9, "2020-02", True, utc(2023, 12, 31, 22, 30), utc(2024, 3, 10, 10),
        ),
        (
            BLUE_HOUR, BLUE_HOUR, "Blue Hour", MIRA, LIGHT, f"isrc:{ISRC}2", 179_999, "Short", "Medium",
            9, "2020-02", True, utc(2024, 1, 5, 10), utc(2024, 1, 5, 10, 5),
        ),
        (
            ALIKE[0], ALIKE[0], "Twin", MIRA, TWIN, f"isrc:{ISRC}3", 300_000, "Medium", "Medium",
            None, None, True, utc(2023, 12, 30, 12, 5), utc(2023, 12, 30, 12, 5),
        ),
        (
            ALIKE[1], ALIKE[1], "Twin", MIRA, LIGHT, f"isrc:{ISRC}3", 300_001, "Long", "High",
            9, "2020-02", True, utc(2023, 12, 30, 12), utc(2023, 12, 30, 12),
        ),
        (  # of its artist the id is known, for only one has this name; that Night River is relinked makes no track
            OLD_SONG, None, "Old Song", KALA, None, f"track:{OLD_SONG}", None, None, None,
            None, None, False, utc(2024, 1, 6, 10), utc(2024, 3, 11, 10),
        ),
    ]  # fmt: skip


def test_dim_albums(gold: duckdb.DuckDBPyConnection) -> None:
    columns = (
        "album_key, album_id, album_name, artist_key, artist_name, release_date, release_date_precision, released_on, "
        "release_year, album_track_count, first_played_at, last_played_at"
    )
    assert gold.sql(f"select {columns} from gold.dim_albums order by album_key").fetchall() == [
        (
            LIGHT, LIGHT, "First Light", KALA, "Kala", "2020-02", "month", date(2020, 2, 1), 2020,
            9, utc(2023, 12, 30, 12), utc(2024, 3, 10, 10),
        ),
        (
            TWIN, TWIN, "Twin", MIRA, "Mira", None, None, None, None,
            None, utc(2023, 12, 30, 12, 5), utc(2023, 12, 30, 12, 5),
        ),
    ]  # fmt: skip


def test_dim_artists(gold: duckdb.DuckDBPyConnection) -> None:
    columns = "artist_key, artist_id, artist_name, is_in_catalogue, first_played_at, last_played_at"
    assert gold.sql(f"select {columns} from gold.dim_artists order by artist_key").fetchall() == [
        (KALA, KALA, "Kala", True, utc(2023, 12, 31, 22, 30), utc(2024, 3, 11, 10)),
        (MIRA, MIRA, "Mira", True, utc(2023, 12, 30, 12), utc(2024, 1, 5, 10, 5)),
    ]
