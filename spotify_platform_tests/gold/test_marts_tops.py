"""Top lists of a winter that was worked out by hand."""

from datetime import date

import duckdb

from spotify_platform_tests.gold.winter import ALIKE, BLUE_HOUR, ISRC, KALA, LIGHT, MIRA, NIGHT_RIVER, OLD_SONG, TWIN, lists, utc

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
        (1, KALA, "Kala", None, 7, 8, 6, 3, 870_000),  # Night River, Old Song, and as the second artist Blue Hour
        (2, MIRA, "Mira", None, 3, 4, 3, 3, 130_000),  # both twins, and Blue Hour once long enough and once not
    ],
    ("year", date(2023, 1, 1)): [
        (1, MIRA, "Mira", None, 2, 2, 2, 2, 80_000),  # plays go before milliseconds
        (2, KALA, "Kala", None, 1, 1, 1, 1, 200_000),
    ],
    ("year", date(2024, 1, 1)): [
        (1, KALA, "Kala", 2, 6, 7, 5, 3, 670_000),
        (2, MIRA, "Mira", 1, 1, 2, 1, 1, 50_000),
    ],
    ("month", date(2023, 12, 1)): [
        (1, MIRA, "Mira", None, 2, 2, 2, 2, 80_000),
        (2, KALA, "Kala", None, 1, 1, 1, 1, 200_000),
    ],
    ("month", date(2024, 1, 1)): [
        (1, KALA, "Kala", 2, 3, 4, 2, 3, 310_000),  # Night River at half past midnight, Old Song on the sixth
        (2, MIRA, "Mira", 1, 1, 2, 1, 1, 50_000),
    ],
    ("month", date(2024, 2, 1)): [(1, KALA, "Kala", 1, 1, 1, 1, 1, 200_000)],
    ("month", date(2024, 3, 1)): [(1, KALA, "Kala", 1, 2, 2, 2, 2, 160_000)],
}


def test_top_artists(gold: duckdb.DuckDBPyConnection) -> None:
    columns = "rank, artist_key, artist_name, previous_rank, play_count, all_play_count, primary_play_count, unique_tracks"
    assert lists(gold, "top_artists", f"{columns}, listening_ms") == ARTISTS


# rank, key, title, artist, previous rank, counted plays, all plays, different tracks, milliseconds
ALBUMS = {
    ("all", date(1970, 1, 1)): [
        (1, LIGHT, "First Light", "Kala", None, 6, 7, 3, 790_000),  # Night River, Blue Hour and one of the twins
        (2, TWIN, "Twin", "Mira", None, 1, 1, 1, 40_000),  # the other; Old Song is on no album that is known
    ],
    ("year", date(2023, 1, 1)): [
        (1, LIGHT, "First Light", "Kala", None, 2, 2, 2, 240_000),
        (2, TWIN, "Twin", "Mira", None, 1, 1, 1, 40_000),
    ],
    ("year", date(2024, 1, 1)): [(1, LIGHT, "First Light", "Kala", 1, 4, 5, 2, 550_000)],
    ("month", date(2023, 12, 1)): [
        (1, LIGHT, "First Light", "Kala", None, 2, 2, 2, 240_000),
        (2, TWIN, "Twin", "Mira", None, 1, 1, 1, 40_000),
    ],
    ("month", date(2024, 1, 1)): [(1, LIGHT, "First Light", "Kala", 1, 2, 3, 2, 250_000)],
    ("month", date(2024, 2, 1)): [(1, LIGHT, "First Light", "Kala", 1, 1, 1, 1, 200_000)],
    ("month", date(2024, 3, 1)): [(1, LIGHT, "First Light", "Kala", 1, 1, 1, 1, 100_000)],
}


def test_top_albums(gold: duckdb.DuckDBPyConnection) -> None:
    columns = "rank, album_key, album_name, artist_name, previous_rank, play_count, all_play_count, unique_tracks, listening_ms"
    assert lists(gold, "top_albums", columns) == ALBUMS


RIVER, HOUR, TWINS, OLD = f"isrc:{ISRC}1", f"isrc:{ISRC}2", f"isrc:{ISRC}3", f"track:{OLD_SONG}"
# rank, key, main track, previous rank, counted plays, all plays, different tracks, milliseconds
RECORDINGS = {
    ("all", date(1970, 1, 1)): [
        (1, RIVER, NIGHT_RIVER, None, 4, 4, 1, 700_000),
        (2, OLD, OLD_SONG, None, 2, 2, 1, 120_000),
        (3, TWINS, ALIKE[0], None, 2, 2, 2, 80_000),  # last of the tracks, each alone
        (4, HOUR, BLUE_HOUR, None, 1, 2, 1, 50_000),
    ],
    ("year", date(2023, 1, 1)): [(1, TWINS, ALIKE[0], None, 2, 2, 2, 80_000), (2, RIVER, NIGHT_RIVER, None, 1, 1, 1, 200_000)],
    ("year", date(2024, 1, 1)): [
        (1, RIVER, NIGHT_RIVER, 2, 3, 3, 1, 500_000),
        (2, OLD, OLD_SONG, None, 2, 2, 1, 120_000),
        (3, HOUR, BLUE_HOUR, None, 1, 2, 1, 50_000),
    ],
    ("month", date(2023, 12, 1)): [(1, TWINS, ALIKE[0], None, 2, 2, 2, 80_000), (2, RIVER, NIGHT_RIVER, None, 1, 1, 1, 200_000)],
    ("month", date(2024, 1, 1)): [
        (1, RIVER, NIGHT_RIVER, 2, 1, 1, 1, 200_000),
        (2, OLD, OLD_SONG, None, 1, 1, 1, 60_000),
        (3, HOUR, BLUE_HOUR, None, 1, 2, 1, 50_000),
    ],
    ("month", date(2024, 2, 1)): [(1, RIVER, NIGHT_RIVER, 1, 1, 1, 1, 200_000)],
    ("month", date(2024, 3, 1)): [(1, RIVER, NIGHT_RIVER, 1, 1, 1, 1, 100_000), (2, OLD, OLD_SONG, None, 1, 1, 1, 60_000)],
}


def test_top_recordings(gold: duckdb.DuckDBPyConnection) -> None:
    columns = "rank, recording_key, main_track_key, previous_rank, play_count, all_play_count, unique_tracks, listening_ms"
    assert lists(gold, "top_recordings", columns) == RECORDINGS
